//! One bill, opened: what it costs today and how that came about, its ledger, its slip, its documents, and what can be done.

use axum::extract::Path;
use domain::ids::BillId;
use domain::reconciliation::Stage;
use domain::statement::Standing;
use leptos::prelude::*;
use server::bills::{self, BillDetail};
use server::texts::{self, Locale};

use super::parts::{self, amount};
use crate::asked::Asked;
use crate::page::{CustomerRoom, Failure, Page, PageResult};
use crate::pix::page::ask_form;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Kind, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Details, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Tone, When};
use crate::visitor::AsCustomer;
use crate::{paths, wording};

/// One bill.
pub async fn bill(Path(id): Path<String>, asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::bills as t;
    let l = page.l;
    let id: BillId = id.parse().map_err(|_| Failure::Missing)?;
    let today = page.server.clock.today();
    let on = asked.read("dia").unwrap_or(today);
    let detail = bills::calculation(&page.server, &customer, id, on).await?;
    let bill = &detail.bill;
    let name = parts::name(l, bill.nature, &bill.competence);
    // What cannot be paid by itself says so in its standing, late or not.
    let late = detail.calculation.as_ref().map_or(0, |calculation| (today - calculation.adjusted_due_on).num_days().max(0));
    let late = u32::try_from(late).unwrap_or(u32::MAX);
    let (tone, tag) = parts::standing(l, bill.standing, bill.balance, bill.due_on, late, today);
    let lede = parts::due(l, bill.due_on, today);
    let title = name.clone();
    let cost = cost(l, &detail, page.server.pix.is_some() && on <= today);
    let facts = facts(l, &detail);
    let payments = payments(&page, &detail);
    let entries = entries(l, &detail);
    let documents = documents(l, &detail);
    let requests = (!detail.requests.is_empty()).then(|| {
        let rows = detail
            .requests
            .iter()
            .map(|request| {
                let (tone, tag) = (wording::status_tone(request.status), wording::own_status(l, request.status));
                let meta = crate::requests::parts::meta(l, request.status, request.deadline_on, &request.protocol);
                view! { <Row title=wording::kind(l, request.kind) href=paths::request(&request.protocol) meta tone tag/> }
            })
            .collect_view();
        view! { <Card title=texts::home::handled(l)><Rows>{rows}</Rows></Card> }
    });
    let others = (bill.standing == Standing::Open && bill.balance.is_positive()).then(|| {
        view! {
            <Card title=texts::home::else_title(l) quiet=true>
                <Rows>
                    <Row title=texts::home::already_paid(l) href=paths::about(paths::RECEIPT, id)/>
                    <Row title=texts::promises::home(l) href=paths::about(paths::PROMISE, id)/>
                    <Row title=texts::home::cannot_pay(l) href=paths::about(paths::PLAN, id)/>
                    <Row title=t::wrong(l) href=paths::about(paths::DISPUTE, id)/>
                </Rows>
            </Card>
        }
    });
    Ok(page.customer(&customer, CustomerRoom::Statement, &title, || {
        view! {
            <BackLink href=paths::STATEMENT label=texts::frame::statement(l)/>
            <PageTitle title=name lede=lede><StatusTag tone words=tag/></PageTitle>
            <div class="columns">
                <div class="flow">{cost}{payments}{entries}</div>
                <div class="flow">{facts}{requests}{documents}{others}</div>
            </div>
        }
    }))
}

/// What it costs, or why it is not to be paid by itself.
fn cost(l: Locale, detail: &BillDetail, with_pix: bool) -> AnyView {
    use texts::bills as t;
    let bill = &detail.bill;
    let Some(calculation) = &detail.calculation else {
        let notice = match bill.standing {
            Standing::Disputed => view! { <Notice title=t::is_disputed(l)><p>{t::is_disputed_words(l)}</p></Notice> }.into_any(),
            Standing::InAgreement => {
                let agreement = bill.agreement_protocol.clone();
                let link = agreement
                    .map(|protocol| view! { <p><a href=paths::request(&protocol)>{t::agreement(l, wording::protocol(&protocol))}</a></p> });
                view! { <Notice title=t::is_in_agreement(l)><p>{t::is_in_agreement_words(l)}</p>{link}</Notice> }.into_any()
            }
            Standing::Open | Standing::Settled => {
                let credit = (!bill.balance.is_zero()).then(|| {
                    let words = t::credit(l, texts::money(l, -bill.balance));
                    view! { <p>{words} " " <a href=paths::REFUND>{texts::home::credit_link(l)}</a></p> }
                });
                view! { <Notice tone=Tone::Good title=t::is_settled(l)>{credit}</Notice> }.into_any()
            }
        };
        return notice;
    };
    let day = calculation.on;
    let label = t::total_to_pay(l, texts::long_date(l, day));
    let total = amount(l, calculation.total);
    let sum = parts::calculation(l, calculation);
    // One primary action: the one that is confirmed while one looks.
    let other = if with_pix { ButtonKind::Secondary } else { ButtonKind::Primary };
    let pix = with_pix.then(|| ask_form(&[bill.id], texts::pix::pay(l), ButtonKind::Primary, String::new()));
    let pay = match &detail.slip {
        Some(slip) if slip.limit_on >= day => {
            let href = paths::second_copy(&[bill.id]);
            view! { <ButtonLink href label=t::pay(l) icon=Icon::Barcode kind=other/> }.into_any()
        }
        _ => view! { <ButtonLink href=paths::PAY label=t::ask_slip(l) kind=other/> }.into_any(),
    };
    let action = paths::bill(bill.id);
    view! {
        <Card>
            <p class="small soft">{label}</p>
            <p class="amount-large"><MoneyText amount=total/></p>
            {sum}
            <Actions>{pix}{pay}</Actions>
            <Details summary=t::another_day(l)>
                <form method="get" action=action>
                    <Field name="dia" label=t::day(l) hint=t::day_hint(l) kind=Kind::Date width=Width::Ten value=day.to_string()/>
                    <Actions><Button label=t::work_out(l) kind=ButtonKind::Secondary/></Actions>
                </form>
            </Details>
        </Card>
    }
    .into_any()
}

/// What is printed on the bill.
fn facts(l: Locale, detail: &BillDetail) -> impl IntoView + use<> {
    use texts::bills as t;
    let bill = &detail.bill;
    let mut pairs = vec![Pair::new(t::number(l), bill.number.clone())];
    if !bill.description.is_empty() {
        pairs.push(Pair::new(t::description(l), bill.description.clone()));
    }
    pairs.push(Pair::new(t::contract(l), t::contract_words(l, &bill.contract_number, &bill.plan_name)));
    pairs.push(Pair::new(t::issued(l), texts::date(l, bill.issued_on)));
    pairs.push(Pair::new(t::due(l), texts::date(l, bill.due_on)));
    pairs.push(Pair::new(t::amount(l), view! { <MoneyText amount=amount(l, bill.amount)/> }));
    pairs.push(Pair::new(t::balance(l), view! { <MoneyText amount=amount(l, bill.balance)/> }));
    if let Some(slip) = &detail.slip {
        pairs.push(Pair::new(t::nosso_numero(l), slip.nosso_numero.clone()));
        pairs.push(Pair::new(t::limit(l), texts::date(l, slip.limit_on)));
    }
    view! { <Card title=t::about(l)><SummaryList pairs/></Card> }
}

/// What was paid, and how far the money is: what the customer says, what the bank says, and since when.
fn payments(page: &Page, detail: &BillDetail) -> Option<AnyView> {
    use texts::bills as t;
    let (l, today) = (page.l, page.server.clock.today());
    let day = |at| texts::date(l, page.server.clock.local(at).date_naive());
    let told: Vec<_> = detail
        .payments
        .iter()
        .map(|payment| {
            let stage = payment.stage(today);
            let (tone, how_far) = match stage {
                Stage::Informed | Stage::Found => (Tone::Info, t::payment_found(l, day(payment.found_at))),
                Stage::Cleared => (Tone::Good, payment.credited_on.map(|on| t::payment_cleared(l, texts::date(l, on))).unwrap_or_default()),
                Stage::Reversed => (Tone::Attention, payment.reversed_at.map(|at| t::payment_reversed(l, day(at))).unwrap_or_default()),
            };
            let mut meta = vec![how_far];
            if payment.charges.is_positive() {
                meta.push(t::payment_charges(l, texts::money(l, payment.charges)));
            }
            if payment.whole != payment.amount {
                meta.push(t::payment_whole(l, texts::money(l, payment.whole)));
            }
            let title = t::payment_on(l, texts::date(l, payment.paid_on));
            view! { <Row title=title meta=meta.join(" ") nostrip:amount=Some(amount(l, payment.amount)) tone tag=wording::stage(l, stage)/> }
        })
        .collect();
    let informed: Vec<_> = detail
        .requests
        .iter()
        .filter(|request| request.kind == domain::requests::Kind::Receipt)
        .map(|request| {
            let title = t::payment_informed(l, day(request.opened_at));
            let (href, meta, tag) = (paths::request(&request.protocol), t::payment_informed_words(l), wording::stage(l, Stage::Informed));
            view! { <Row title=title href=href meta=meta tone=Tone::Neutral tag=tag/> }
        })
        .collect();
    let as_of = detail.told_at.map(|at| {
        let at = texts::date_time(l, page.server.clock.local(at));
        view! { <p class="small soft">{t::payments_as_of(l, at)}</p> }
    });
    (!told.is_empty() || !informed.is_empty())
        .then(|| view! { <Card title=t::payments(l)><Rows>{told}{informed}</Rows>{as_of}</Card> }.into_any())
}

/// The bill's ledger.
fn entries(l: Locale, detail: &BillDetail) -> impl IntoView + use<> {
    use texts::bills as t;
    let rows: Vec<Vec<AnyView>> = detail
        .entries
        .iter()
        .map(|entry| {
            let note = (!entry.note.is_empty()).then(|| view! { <br/><span class="small soft">{entry.note.clone()}</span> });
            vec![
                view! { {bills::entry_kind(l, entry.kind)}{note} }.into_any(),
                view! { <crate::ui::amounts::DateText when=When::date(entry.effective_on, texts::date(l, entry.effective_on))/> }
                    .into_any(),
                view! { <MoneyText amount=amount(l, entry.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, entry.balance)/> }.into_any(),
            ]
        })
        .collect();
    let columns = vec![Column::new(t::entry(l)), Column::new(t::date(l)), Column::amount(t::amount(l)), Column::amount(t::balance(l))];
    view! { <Card title=t::entries(l)><DataTable caption=t::entries(l) caption_hidden=true columns rows/></Card> }
}

/// Files about the bill.
fn documents(l: Locale, detail: &BillDetail) -> impl IntoView + use<> {
    (!detail.documents.is_empty()).then(|| {
        let rows = detail
            .documents
            .iter()
            .map(|document| {
                let meta = format!("{} · {}", server::documents::kind(l, &document.kind), texts::size(l, document.size));
                view! { <Row title=document.name.clone() href=paths::document(document.id) meta tag=crate::documents::cancelled(l, document) tone=Tone::Attention/> }
            })
            .collect_view();
        view! { <Card title=texts::frame::documents(l)><Rows>{rows}</Rows></Card> }
    })
}
