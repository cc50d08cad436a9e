//! The customer's agreements, each with its payments and its terms.

use axum::extract::Path;
use domain::agreements::Status;
use leptos::prelude::*;
use server::agreements::{self, Agreement, InstallmentLine};
use server::policies;
use server::texts::{self, Locale, agreements as t};

use super::check::terms_view;
use crate::download::attachment;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::{agreement_status, parts};
use crate::ui::Tone;
use crate::ui::actions::BackLink;
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsCustomer;

/// Every agreement, the newest first.
pub(super) async fn list(page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let l = page.l;
    let found = agreements::list(&page.server, &customer).await?;
    let today = page.server.clock.today();
    let none = found.is_empty();
    let cards: Vec<AnyView> = found.into_iter().map(|agreement| card(l, &page, agreement, today)).collect();
    Ok(page.customer(&customer, CustomerRoom::Requests, t::list_title(l), || {
        view! {
            <BackLink href=paths::REQUESTS label=texts::frame::requests(l)/>
            <PageTitle title=t::list_title(l) lede=t::list_lede(l)/>
            {if none {
                view! {
                    <Empty icon=Icon::Calendar title=t::no_agreements(l) text=t::no_agreements_words(l)>
                        <p><a href=paths::PLAN>{t::title(l)}</a></p>
                    </Empty>
                }
                .into_any()
            } else {
                cards.into_any()
            }}
        }
    }))
}

/// The payments that are still to come, as a calendar file.
pub(super) async fn calendar(page: Page, AsCustomer(customer): AsCustomer, Path(protocol): Path<String>) -> PageResult {
    let agreement = agreements::find(&page.server, &customer, &protocol).await?;
    let creditor = policies::creditor(&mut page.server.db.read().await?).await?;
    let (name, text) = agreements::calendar(&page.server, page.l, &agreement, &creditor.name);
    Ok(attachment(&name, "text/calendar; charset=utf-8", text))
}

fn tone(status: Status) -> Tone {
    match status {
        Status::Requested => Tone::Info,
        Status::AwaitingDownPayment => Tone::Attention,
        Status::Active | Status::Settled => Tone::Good,
        Status::Broken | Status::Cancelled => Tone::Neutral,
    }
}

fn card(l: Locale, page: &Page, agreement: Agreement, today: chrono::NaiveDate) -> AnyView {
    let digits = agreement.protocol.digits();
    let title = t::agreement_of(l, texts::long_date(l, page.server.clock.local(agreement.accepted_at).date_naive()));
    let bills: Vec<_> = agreement
        .bills
        .iter()
        .map(
            |(bill, amount)| view! { <li><a href=paths::bill(bill.id)>{parts::bill_title(l, bill)}</a>": "{texts::money(l, *amount)}</li> },
        )
        .collect();
    let mut pairs = vec![
        Pair::new(
            texts::my_requests::protocol(l),
            view! { <a class="number" href=paths::request(&digits)>{agreement.protocol.to_string()}</a> },
        ),
        Pair::new(t::bills_short(l), view! { <ul class="files">{bills}</ul> }),
        Pair::new(t::total_cost(l), parts::money(l, agreement.plan.total_cost)),
    ];
    pairs.extend(agreement.starts_on.map(|on| Pair::new(t::since(l), texts::long_date(l, on))));
    pairs.extend(agreement.ended_on.map(|on| Pair::new(t::ended(l), texts::long_date(l, on))));
    let has_term = !matches!(agreement.status, Status::Requested | Status::Cancelled);
    let has_dates = matches!(agreement.status, Status::AwaitingDownPayment | Status::Active);
    let rows: Vec<Vec<AnyView>> = agreement.installments.iter().map(|line| row(l, line, agreement.status, today)).collect();
    let cure = agreement.cure_until.map(|until| {
        view! {
            <Notice tone=Tone::Attention title=t::cure_title(l, texts::date(l, until))>
                <p>{t::cure(l, texts::long_date(l, until))}</p>
                <p><a href=paths::PAY>{t::cure_pay(l)}</a></p>
            </Notice>
        }
    });
    let early = agreement.early.map(|chosen| super::early::still_to_pay(l, &chosen));
    let ahead = agreement.installments.iter().any(|one| one.number > 0 && one.due_on > today && one.balance.is_some_and(|left| left > 0));
    let may_early = agreement.status == Status::Active && agreement.plan.interest.is_positive() && ahead && early.is_none();
    let (tone, status) = (tone(agreement.status), agreement_status(l, agreement.status));
    view! {
        <Card title=title>
            <p><StatusTag tone words=status/></p>
            {cure}
            {early}
            <SummaryList pairs=pairs/>
            <DataTable
                caption=t::payments(l)
                columns=vec![Column::new(t::payment(l)), Column::new(t::due(l)), Column::amount(t::amount(l)), Column::new(t::state(l))]
                rows
            />
            <Details summary=t::terms(l)>{terms_view(agreement.terms)}</Details>
            {may_early.then(|| view! { <p><a href=paths::agreement_early(&digits)>{t::early_title(l)}</a></p> })}
            {has_dates.then(|| view! { <p><a href=paths::agreement_calendar(&digits)>{t::calendar_get(l)}</a></p> })}
            {has_term.then(|| view! { <p><a href=paths::agreement_term(&digits)>{texts::papers::term_get(l)}</a></p> })}
        </Card>
    }
    .into_any()
}

fn row(l: Locale, line: &InstallmentLine, status: Status, today: chrono::NaiveDate) -> Vec<AnyView> {
    let name = if line.number == 0 { t::now(l).to_owned() } else { t::number(l, line.number) };
    let name = match line.bill_id {
        Some(bill) => view! { <a href=paths::bill(bill.into())>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let (tone, state) = match line.balance {
        // Undone, nothing is left to pay of it: that does not say that it was paid.
        Some(_) if status == Status::Broken && line.counted > 0 => (Tone::Good, t::state_counted(l)),
        Some(_) if matches!(status, Status::Broken | Status::Cancelled) => (Tone::Neutral, t::state_void(l)),
        None => (Tone::Neutral, t::state_expected(l)),
        Some(balance) if balance <= 0 => (Tone::Good, t::state_paid(l)),
        Some(_) if line.due_on < today => (Tone::Attention, t::state_late(l)),
        Some(_) => (Tone::Neutral, t::state_open(l)),
    };
    vec![
        name,
        texts::date(l, line.due_on).into_any(),
        parts::money(l, line.amount).into_any(),
        view! { <StatusTag tone words=state/> }.into_any(),
    ]
}
