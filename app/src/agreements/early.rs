//! Paying installments before their day: which, what falls away, until when it holds.

use axum::extract::{Path, RawQuery};
use domain::agreements::forms::EarlyForm;
use domain::forms::Problem;
use domain::ids::BillId;
use leptos::prelude::*;
use server::agreements::{self, Chosen, Early};
use server::texts::{self, Locale, agreements as t};

use super::api;
use crate::bills::parts::amount;
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::parts;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{self, Checkboxes, ChoiceStyle, Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Notice};
use crate::ui::{Str, Tone};
use crate::visitor::AsCustomer;

const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("bills"),
    words: |l, field, problem| match (field, problem) {
        ("bills", Problem::Missing) => Some(t::early_missing(l)),
        ("bills", Problem::NoLongerPossible) => Some(t::early_changed(l)),
        _ => None,
    },
};

/// The choice with what it comes to; worked out anew for other installments, and taken by a form of its own.
pub(super) async fn early(
    page: Page,
    AsCustomer(customer): AsCustomer,
    Path(protocol): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let l = page.l;
    let typed: EarlyForm = page.form();
    let mut named: Vec<BillId> = drafts::ids(query.as_deref()).map(BillId::from).collect();
    named.extend(typed.bills.iter().filter_map(|id| id.parse::<BillId>().ok()));
    let early = agreements::early(&page.server, &customer, &protocol, &named).await?;
    let mended = MENDING.of(&page);
    let (summary, error) = (mended.summary(), mended.error("bills"));
    let body = match &early.chosen {
        Some(chosen) => still_to_pay(l, chosen),
        None if early.saved.is_positive() || (!named.is_empty() && early.lines.iter().any(|line| line.cost.saved.is_positive())) => {
            let submission = page.server.id::<uuid::Uuid>().to_string();
            view! {
                {choose(l, &early, &protocol, error)}
                {sum(l, &early, &protocol, submission)}
            }
            .into_any()
        }
        None => view! {
            <Notice title=t::early_none_title(l)>
                <p>{t::early_none(l)}</p>
                <p><a href=paths::PAY>{t::early_pay(l)}</a></p>
            </Notice>
        }
        .into_any(),
    };
    Ok(page.customer(&customer, CustomerRoom::Requests, t::early_title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=paths::AGREEMENTS label=t::list_title(l)/>
                {summary}
                <PageTitle title=t::early_title(l) lede=t::early_lede(l)/>
                {body}
            </div>
        }
    }))
}

/// What was chosen, and until when to pay it.
pub(super) fn still_to_pay(l: Locale, chosen: &Chosen) -> AnyView {
    let title = t::early_open_title(l, texts::money(l, chosen.to_pay), texts::date(l, chosen.pay_until));
    let words = t::early_open(l, texts::money(l, chosen.saved));
    view! {
        <Notice tone=Tone::Info title>
            <p>{words}</p>
            <p><a href=paths::PAY>{t::early_pay(l)}</a></p>
        </Notice>
    }
    .into_any()
}

fn choose(l: Locale, early: &Early, protocol: &str, error: Option<String>) -> impl IntoView + use<> {
    let choice = |line: &agreements::Choice| {
        let label = t::early_option(l, texts::date(l, line.cost.unpaid.due_on), line.cost.unpaid.number);
        let aside = view! { <MoneyText amount=amount(l, line.cost.to_pay)/> };
        forms::Choice::new(line.bill.to_string(), label).hint(t::early_saves(l, texts::money(l, line.cost.saved))).aside(aside)
    };
    let choices: Vec<forms::Choice> = early.lines.iter().map(choice).collect();
    let selected: Vec<Str> = early.lines.iter().filter(|line| line.chosen).map(|line| Str::from(line.bill.to_string())).collect();
    view! {
        <form method="get" action=paths::agreement_early(protocol) novalidate=true>
            <Checkboxes name="bills" legend=t::early_which(l) style=ChoiceStyle::Cards choices selected error/>
            <Button label=t::early_work_out(l) kind=ButtonKind::Secondary/>
        </form>
    }
}

fn sum(l: Locale, early: &Early, protocol: &str, submission: String) -> impl IntoView + use<> {
    let pairs = vec![
        Pair::new(t::early_full(l), parts::money(l, early.saved + early.to_pay)),
        Pair::new(t::early_saved(l), parts::money(l, -early.saved)),
        Pair::new(t::early_to_pay(l), parts::money(l, early.to_pay)),
        Pair::new(t::early_until(l), texts::long_date(l, early.pay_until)),
    ];
    let chosen: Vec<_> = early
        .lines
        .iter()
        .filter(|line| line.chosen)
        .map(|line| view! { <Hidden name="form[bills][]" value=line.bill.to_string()/> })
        .collect();
    let (to_pay, protocol) = (early.to_pay.as_cents().to_string(), protocol.to_owned());
    view! {
        <Card title=t::early_sum(l)>
            <SummaryList pairs/>
            <p class="small soft">{t::early_words(l)}</p>
            <PostForm action=api::pay_early_url()>
                <Hidden name="protocol" value=protocol/>
                {chosen}
                <Hidden name="form[to_pay]" value=to_pay/>
                <Hidden name="form[submission]" value=submission/>
                <Actions>
                    <Button label=t::early_take(l)/>
                    <ButtonLink href=paths::AGREEMENTS label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                </Actions>
            </PostForm>
        </Card>
    }
}
