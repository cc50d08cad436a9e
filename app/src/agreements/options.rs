//! How much now, on which day, in how many: the page around the simulator.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use domain::agreements::forms::PlanForm;
use domain::agreements::policy::PlanPolicy;
use domain::forms;
use domain::ids::BillId;
use domain::money::Money;
use leptos::prelude::*;
use server::texts::{self, Locale, agreements as t};
use server::{agreements, policies};

use super::island::{Chosen, Ground, PlanSimulator, SimulatorWords};
use super::{api, reason, steps};
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button};
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::visitor::AsCustomer;

const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("form[down_payment]"),
    words: |l, field, problem| match (field, problem) {
        ("count", forms::Problem::Missing) => Some(t::count_missing(l)),
        ("day", forms::Problem::Missing) => Some(t::day_missing(l)),
        ("bills", _) => Some(t::bills_changed(l)),
        _ => None,
    },
};

/// Compares plans.
pub(super) async fn options(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let start = || Ok(Redirect::to(paths::PLAN).into_response());
    let Some(form) = drafts::form::<PlanForm>(&page, &customer, query.as_deref()).await? else { return start() };
    let Ok(bills) = forms::ids::<BillId>(&form.bills) else { return start() };
    let offer = agreements::offer(&page.server, &customer, &bills).await?;
    let (true, Some((least, automatic))) = (offer.against.is_empty(), offer.least_down_payment) else { return start() };
    let mut conn = page.server.db.read().await?;
    let calendar = policies::calendar(&mut conn).await?;
    drop(conn);
    let suggested = automatic.unwrap_or(least);
    let chosen = Chosen {
        down_payment: if form.down_payment.trim().is_empty() { suggested.to_string() } else { form.down_payment.clone() },
        count: form.count.trim().parse().ok(),
        day: form.day.trim().parse().ok().or_else(|| offer.policy.days_of_month.first().copied()),
    };
    let total = texts::money(l, offer.debt.total());
    let words = words(l, &offer.policy, offer.debt.total(), suggested);
    let mended = MENDING.of(&page);
    let ground = Ground {
        policy: offer.policy,
        calendar,
        today: offer.as_of,
        debt: offer.debt,
        count_error: mended.error("count"),
        day_error: mended.error("day"),
        down_payment_error: mended.error("down_payment"),
    };
    let summary = mended.summary();
    let back = drafts::ids(query.as_deref()).next().map_or_else(|| paths::PLAN.to_owned(), |draft| paths::step(paths::PLAN_REASON, draft));
    let charges = offer.debt.charges.is_positive().then(|| t::options_charges(l, texts::money(l, offer.debt.charges)));
    Ok(page.customer(&customer, CustomerRoom::Requests, t::options_title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=back label=texts::frame::back(l)/>
                {steps(l, 2)}
                {summary}
                <PageTitle title=t::options_title(l) lede=t::options_lede(l, total)/>
                {charges.map(|words| view! { <p class="soft">{words}</p> })}
                <PostForm action=api::options_url()>
                    {reason::bills(&form)}
                    <Hidden name="form[reason]" value=form.reason.clone()/>
                    <PlanSimulator ground chosen words/>
                    <Actions><Button label=texts::frame::go_on(l)/></Actions>
                </PostForm>
            </div>
        }
    }))
}

/// What the simulator says, with gaps for what it works out.
fn words(l: Locale, policy: &PlanPolicy, total: Money, suggested: Money) -> SimulatorWords {
    let (count, amount, last) = ("{count}", "{amount}", "{last}");
    let own = |text: &str| text.to_owned();
    SimulatorWords {
        money: own(l.currency()),
        thousands: l.thousands_mark(),
        decimal: l.decimal_mark(),
        date: own(l.date_pattern()),
        down_payment: own(t::down_payment(l)),
        down_payment_hint: t::down_payment_hint(l, texts::money(l, suggested), texts::money(l, total)),
        day: own(t::day(l)),
        day_hint: own(t::day_hint(l)),
        count: own(t::count(l)),
        count_hint: t::count_hint(l, texts::money(l, policy.least_installment())),
        once: t::option_once(l, amount),
        option: t::option(l, amount, count),
        option_uneven: t::option_uneven(l, amount, count, last),
        option_until: t::option_until(l, "{first}", last),
        option_on: t::option_on(l, "{on}"),
        option_last: t::option_last(l, last),
        no_interest: own(t::option_no_interest(l)),
        interest: t::option_interest(l, amount),
        discount: t::option_discount(l, amount),
        by_person: own(t::option_by_person(l)),
        at_once: own(t::option_at_once(l)),
        chosen: own(t::chosen(l)),
        none_chosen: own(t::none_chosen(l)),
        now: t::chosen_now(l, amount, "{day}"),
        then: t::chosen_then(l, "{first}", "{installments}", last),
        total: t::chosen_total(l, "{cet}", "{interest}", "{total}"),
        not_an_amount: own(texts::problems::not_an_amount(l)),
        below: texts::problems::amount_below(l, amount),
        above: t::down_payment_above(l, amount),
        too_late: t::first_too_late(l, last),
        none: own(t::no_options(l)),
        work_out: own(t::work_out(l)),
    }
}
