//! Which bills go into a plan. Those that cannot say why, and what can be done instead.

use axum::extract::{Path, RawQuery};
use domain::agreements::eligibility::{Ineligible, NextStep};
use domain::agreements::forms::PlanForm;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::BillId;
use leptos::prelude::*;
use server::agreements::{self, OfferedBill};
use server::error::Error;
use server::sessions::Customer;
use server::texts::{self, Locale, agreements as t};
use server::{bills, incidents};

use super::{api, steps};
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::{ABOUT_PLAN, parts};
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkboxes, Choice, ChoiceStyle, Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Details, Empty, Notice};
use crate::ui::{Str, Tone};
use crate::visitor::AsCustomer;

const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("form[bills][]"),
    words: |l, field, problem| match (field, problem) {
        ("bills", Problem::Missing) => Some(t::bills_missing(l)),
        ("bills", Problem::NoLongerPossible) => Some(t::bills_changed(l)),
        _ => None,
    },
};

/// Chooses the bills: those named in the address, or all that can be.
pub(super) async fn choose(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    chosen(page, &customer, query.as_deref(), &[]).await
}

/// Chooses among the bills that an incident lets be paid in parts.
pub(super) async fn of_incident(page: Page, AsCustomer(customer): AsCustomer, Path(incident): Path<String>) -> PageResult {
    let bills = incidents::in_parts(&page.server, &customer, incident.parse().map_err(|_| Error::NotFound)?).await?;
    chosen(page, &customer, None, &bills).await
}

/// `bills` are ticked at first where there are some.
async fn chosen(page: Page, customer: &Customer, query: Option<&str>, bills: &[BillId]) -> PageResult {
    let l = page.l;
    let today = page.server.clock.today();
    let offer = agreements::offer(&page.server, customer, bills).await?;
    let mended = MENDING.of(&page);
    // Whoever comes back for other bills keeps the rest of their answers.
    let answers: PlanForm = drafts::form(&page, customer, query).await?.unwrap_or_default();
    let selected = selected(&page, customer, query, mended.is_needed(), &offer.bills, bills).await?;
    // That no bill is free is no news to somebody who has an agreement.
    let about_customer = offer.against.iter().any(|against| *against != Ineligible::NoBills);
    let told = offer.against.iter().filter(|against| !about_customer || **against != Ineligible::NoBills);
    let blocked: Vec<Blocked> = told.map(|against| Blocked::of(l, against)).collect();
    let none = offer.bills.is_empty();
    let can_go_on = blocked.is_empty();
    let choices: Vec<Choice> = offer.bills.iter().map(|offered| choice(l, offered, today)).collect();
    let (summary, error) = (mended.summary(), mended.error("bills"));
    Ok(page.customer(customer, CustomerRoom::Requests, t::title(l), || {
        if none {
            return view! {
                <PageTitle title=t::title(l)/>
                <Empty icon=Icon::Check title=t::nothing_open(l) text=t::nothing_open_words(l)>
                    <p><a href=paths::AGREEMENTS>{t::see_agreements(l)}</a></p>
                </Empty>
            }
            .into_any();
        }
        let notices: Vec<_> = blocked
            .into_iter()
            .map(|it| {
                let link = it.link();
                view! { <Notice tone=Tone::Attention title=it.title><p>{it.words}</p>{link}</Notice> }
            })
            .collect();
        let actions = can_go_on.then(|| {
            view! {
                <Actions>
                    <Button label=texts::frame::go_on(l)/>
                    <ButtonLink href=paths::HOME label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                </Actions>
            }
        });
        let form = (!about_customer).then(|| {
            view! {
                <PostForm action=api::choose_url()>
                    <Checkboxes
                        name="form[bills][]" legend=t::bills(l) hint=t::bills_hint(l) style=ChoiceStyle::Cards
                        choices selected error
                    />
                    <Hidden name="form[reason]" value=answers.reason/>
                    <Hidden name="form[down_payment]" value=answers.down_payment/>
                    <Hidden name="form[count]" value=answers.count/>
                    <Hidden name="form[day]" value=answers.day/>
                    {actions}
                </PostForm>
            }
        });
        view! {
            <div class="narrow flow">
                <BackLink href=paths::HOME label=texts::frame::home(l)/>
                {steps(l, 0)}
                {summary}
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                {notices}
                {form}
                <Details summary=t::how(l)><p>{t::how_words(l)}</p></Details>
                <Card title=t::too_much_title(l) quiet=true>
                    <p>{t::too_much(l)} " " <a href=format!("{}?{ABOUT_PLAN}", paths::QUESTION)>{t::talk_to_person(l)}</a></p>
                </Card>
            </div>
        }
        .into_any()
    }))
}

/// What is ticked at first: what was typed before, what the address names, or all that can go into a plan.
async fn selected(
    page: &Page,
    customer: &Customer,
    query: Option<&str>,
    again: bool,
    bills: &[OfferedBill],
    first: &[BillId],
) -> server::Result<Vec<Str>> {
    if again {
        return Ok(page.form::<PlanForm>().bills.into_iter().map(Str::from).collect());
    }
    if let Some(draft) = drafts::form::<PlanForm>(page, customer, query).await? {
        return Ok(draft.bills.into_iter().map(Str::from).collect());
    }
    let named: Vec<String> = drafts::ids(query).map(|id| id.to_string()).chain(first.iter().map(BillId::to_string)).collect();
    let ticked = |offered: &&OfferedBill| {
        offered.against.is_none() && if named.is_empty() { offered.chosen } else { named.contains(&offered.bill.id.to_string()) }
    };
    Ok(bills.iter().filter(ticked).map(|offered| Str::from(offered.bill.id.to_string())).collect())
}

fn choice(l: Locale, offered: &OfferedBill, today: chrono::NaiveDate) -> Choice {
    let bill = &offered.bill;
    let choice = Choice::new(bill.id.to_string(), parts::bill_title(l, bill)).aside(parts::money(l, offered.calculation.total));
    match offered.against {
        None => choice.hint(parts::bill_about(l, bill, today)),
        Some(against) => {
            let it = Blocked::of(l, &against);
            let link = it.link();
            choice.off(it.words).more(link)
        }
    }
}

/// Why not, and what to do instead.
struct Blocked {
    title: &'static str,
    words: String,
    href: String,
    link: &'static str,
}

impl Blocked {
    /// The way on, when it leads somewhere else.
    fn link(&self) -> Option<AnyView> {
        let (href, words) = (self.href.clone(), self.link);
        (!words.is_empty()).then(|| view! { <p><a href=href>{words}</a></p> }.into_any())
    }

    fn of(l: Locale, against: &Ineligible) -> Self {
        let words = match *against {
            Ineligible::NoBills => t::against_no_bills(l).to_owned(),
            Ineligible::OpenAgreement { max } => t::against_open_agreement(l, i64::from(max)),
            Ineligible::BrokenRecently { until } => t::against_broken(l, texts::long_date(l, until)),
            Ineligible::Flagged { flag: Flag::Insolvency } => t::against_insolvency(l).to_owned(),
            Ineligible::Flagged { flag: Flag::Legal } => t::against_legal(l).to_owned(),
            Ineligible::Flagged { flag: Flag::Deceased } => t::against_deceased(l).to_owned(),
            Ineligible::Flagged { .. } => t::against_flagged(l).to_owned(),
            Ineligible::TotalTooSmall { least } => t::against_too_small(l, texts::money(l, least)),
            Ineligible::NotLateEnough { min_days, .. } => t::against_not_late(l, i64::from(min_days)),
            Ineligible::NatureNotAllowed { nature, .. } => t::against_nature(l, bills::nature(l, nature)),
            Ineligible::Disputed { .. } => t::against_disputed(l).to_owned(),
            Ineligible::InAgreement { .. } => t::against_in_agreement(l).to_owned(),
            Ineligible::InCourt { .. } => t::against_in_court(l).to_owned(),
            Ineligible::NothingToPay { .. } => t::against_nothing_to_pay(l).to_owned(),
        };
        let (href, link) = match against.next_step() {
            NextStep::ChooseBills | NextStep::LeaveBillOut => (String::new(), ""),
            NextStep::Pay => (against.bill().map_or_else(|| paths::PAY.to_owned(), paths::bill), t::instead_pay(l)),
            NextStep::SeeAgreement => (paths::AGREEMENTS.to_owned(), t::see_agreements(l)),
            NextStep::WaitForDispute => (paths::REQUESTS.to_owned(), t::instead_requests(l)),
            NextStep::AskAPerson => (format!("{}?{ABOUT_PLAN}", paths::QUESTION), t::talk_to_person(l)),
        };
        Self { title: t::not_now(l), words, href, link }
    }
}
