//! What a decision rests on: what was asked, files, bills with their ledger and what they cost today, payments that may match.
//! Never shows a file inside the page, nor an account or key unmasked.

use chrono::{DateTime, Utc};
use domain::agreements::plans::{ApprovalReason, Plan, Within};
use domain::refunds::{OrderStatus, Way};
use domain::statement::Nature;
use domain::tax_ids::TaxId;
use leptos::prelude::*;
use server::pix::returns::Return;
use server::requests::desk::{LedgerLine, StaffView, Warning};
use server::requests::{BillLine, Detail};
use server::texts::{self, Locale};

use crate::agreements::calculation::calculation as calculation_of_plan;
use crate::bills::parts::{amount, calculation};
use crate::page::Page;
use crate::ui::Tone;
use crate::ui::amounts::MoneyText;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Details, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::wording;

/// A CPF or CNPJ with its points, as staff reads it to somebody.
pub(crate) fn tax_id(digits: &str) -> String {
    TaxId::parse(digits).map_or_else(|_| digits.to_owned(), |tax_id| tax_id.to_string())
}

fn moment(page: &Page, at: DateTime<Utc>) -> String {
    texts::date_time(page.l, page.server.clock.local(at))
}

/// A bill's name: what it is for and when.
pub(crate) fn bill_name(l: Locale, bill: &BillLine) -> String {
    bill_title(l, bill.nature, &bill.number, &bill.competence)
}

/// The same, of its parts.
pub(crate) fn bill_title(l: Locale, nature: Nature, number: &str, competence: &str) -> String {
    let nature = wording::nature(l, nature);
    if competence.is_empty() {
        return texts::desk::bill_name_plain(l, nature, number);
    }
    texts::desk::bill_name(l, texts::competence(l, competence), nature, number)
}

/// What to look at twice, first on the page.
pub(super) fn warnings(page: &Page, view: &StaffView) -> impl IntoView + use<> {
    use texts::desk as t;
    let l = page.l;
    let warnings = view
        .warnings
        .iter()
        .map(|warning| {
            let (title, words) = match *warning {
                Warning::DestinationShared(others) => (t::warning_shared(l), t::warning_shared_words(l, others)),
                Warning::NotBefore(at) => (t::warning_contact(l), t::warning_contact_words(l, moment(page, at))),
                Warning::HolderNeedsProof(holder) => (t::warning_holder(l), t::warning_holder_words(l, wording::holder(l, holder))),
                Warning::FileSentByAnother(upload) => {
                    let mut files = view.request.timeline.iter().flat_map(|moment| &moment.files);
                    let name = files.find(|file| file.id == upload).map_or("", |file| file.name.as_str());
                    (t::warning_file(l), t::warning_file_words(l, name))
                }
            };
            view! { <Notice tone=Tone::Attention title><p>{words}</p></Notice> }
        })
        .collect_view();
    view! { {not_given_back(l, view)}{warnings} }
}

/// What was asked, each kind with what is its own.
pub(super) fn asked(page: &Page, view: &StaffView) -> impl IntoView + use<> {
    use texts::desk as t;
    let l = page.l;
    let request = &view.request;
    let mut pairs =
        vec![Pair::new(t::asked_kind(l), wording::kind(l, request.kind)), Pair::new(t::asked_at(l), moment(page, request.opened_at))];
    if !request.amount.is_zero() {
        pairs.push(Pair::new(t::asked_amount(l), view! { <MoneyText amount=amount(l, request.amount)/> }));
    }
    match &request.detail {
        Detail::Receipt { paid_on, amount: paid } => {
            pairs.extend(paid_on.map(|day| Pair::new(t::paid_on(l), texts::date(l, day))));
            pairs.extend(paid.map(|paid| Pair::new(t::paid_amount(l), view! { <MoneyText amount=amount(l, paid)/> })));
        }
        Detail::Refund { way, credit, target, destination, order, pix, back, .. } => {
            pairs.push(Pair::new(t::way(l), wording::way(l, *way)));
            pairs.extend(credit.as_ref().map(|bill| Pair::new(t::credit_on(l), bill_name(l, bill))));
            pairs.extend(target.as_ref().map(|bill| Pair::new(t::credit_to(l), bill_name(l, bill))));
            pairs.extend(destination.clone().map(|masked| Pair::new(t::destination(l), masked)));
            pairs.extend(pix.clone().map(|pix| Pair::new(t::pix(l), code(pix))));
            // An order to give a Pix back says itself how far it is.
            pairs.extend((pix.is_none() || back.is_none()).then(|| Pair::new(t::order(l), wording::order(l, *order))));
            pairs.extend(back.iter().flat_map(|back| giving_back(page, back)));
        }
        Detail::Plan { status, reason, .. } => {
            pairs.push(Pair::new(t::plan_status(l), wording::agreement(l, *status)));
            pairs.push(Pair::new(t::plan_reason(l), wording::plan_reason(l, *reason)));
        }
        Detail::Dispute { reason, granted } => {
            pairs.push(Pair::new(t::dispute_reason(l), wording::dispute_reason(l, *reason)));
            pairs.extend(granted.map(|granted| Pair::new(t::dispute_granted(l), view! { <MoneyText amount=amount(l, granted)/> })));
        }
        Detail::Slip | Detail::Question => {}
    }
    pairs.extend(view.four_eyes.then(|| Pair::new(t::four_eyes(l), t::four_eyes_words(l))));
    let note = (!request.note.is_empty()).then(|| {
        view! { <p class="small soft">{t::customer_wrote(l)}</p><p class="message">{request.note.clone()}</p> }
    });
    view! { <Card title=t::asked(l)><SummaryList pairs/>{note}</Card> }
}

/// A number that no reader translates, and that breaks where it must.
fn code(text: String) -> impl IntoView {
    view! { <span class="wrap-anywhere" translate="no">{text}</span> }
}

/// How far giving a Pix back is, and its proof.
fn giving_back(page: &Page, back: &Return) -> Vec<Pair> {
    use texts::desk as t;
    let l = page.l;
    let state = wording::giving_back(l, back.state);
    let words = match back.ended_at {
        Some(at) => texts::my_requests::fact_back_on(l, moment(page, at), state),
        None => t::back_asked(l, i64::from(back.attempts), state),
    };
    let mut pairs = vec![Pair::new(t::back(l), words), Pair::new(t::back_id(l), code(back.id.clone()))];
    pairs.extend(back.transfer.clone().map(|transfer| Pair::new(t::transfer(l), code(transfer))));
    pairs
}

/// Why a Pix did not go back, and what to do now.
fn not_given_back(l: Locale, view: &StaffView) -> Option<impl IntoView + use<>> {
    use texts::desk as t;
    let Detail::Refund { way: Way::Origin, order: OrderStatus::Returned, back: Some(back), .. } = &view.request.detail else {
        return None;
    };
    let why = back.failure().map_or("", |failure| wording::failure(l, failure));
    let (words, said) = (t::warning_back_words(l, why), back.said.clone().map(|said| t::provider_said(l, said)));
    Some(view! { <Notice tone=Tone::Attention title=t::warning_back(l)><p>{words}</p>{said.map(|said| view! { <p>{said}</p> })}</Notice> })
}

/// What a file is, as people call it.
pub(super) fn media(media_type: &str) -> &str {
    match media_type {
        "application/pdf" => "PDF",
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/heic" | "image/heif" => "HEIC",
        other => other,
    }
}

/// For a receipt: what in our records may be what it proves.
pub(super) fn matches(page: &Page, view: &StaffView) -> Option<impl IntoView + use<>> {
    use texts::desk as t;
    let l = page.l;
    if !matches!(view.request.detail, Detail::Receipt { .. }) {
        return None;
    }
    let payments: Vec<Vec<AnyView>> = view
        .payments
        .iter()
        .map(|payment| {
            let on = payment.number.clone().map_or_else(|| t::on_no_bill(l).to_owned(), |number| t::on_bill(l, number));
            vec![
                texts::date(l, payment.paid_on).into_any(),
                view! { <MoneyText amount=amount(l, payment.amount)/> }.into_any(),
                payment.method.clone().into_any(),
                payment.bank_reference.clone().into_any(),
                on.into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(t::column_day(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_method(l)),
        Column::new(t::column_reference(l)),
        Column::new(t::column_bill(l)),
    ];
    let found = if payments.is_empty() {
        view! { <p>{t::no_payment(l)}</p> }.into_any()
    } else {
        view! { <DataTable caption=t::payments_caption(l) columns rows=payments/> }.into_any()
    };
    let bills = (!view.bills.is_empty()).then(|| {
        let rows = view
            .bills
            .iter()
            .map(
                |bill| view! { <Row title=bill_name(l, bill) meta=t::due(l, texts::date(l, bill.due_on)) amount=amount(l, bill.balance)/> },
            )
            .collect_view();
        view! { <p class="small soft">{t::same_amount(l)}</p><Rows>{rows}</Rows> }
    });
    Some(view! { <Card title=t::matches(l)>{found}{bills}</Card> })
}

/// An installment plan: its payments, and why it is not granted by itself.
pub(super) fn plan(l: Locale, plan: &Plan) -> impl IntoView + use<> {
    use texts::desk as t;
    let rows = plan
        .payments()
        .map(|payment| {
            let name = if payment.number == 0 { t::down_payment(l).to_owned() } else { t::installment(l, payment.number) };
            vec![
                name.into_any(),
                texts::date(l, payment.due_on).into_any(),
                view! { <MoneyText amount=amount(l, payment.amount)/> }.into_any(),
            ]
        })
        .collect();
    let total = vec![t::total(l).into_any(), "".into_any(), view! { <MoneyText amount=amount(l, plan.total_cost)/> }.into_any()];
    let columns = vec![Column::new(t::column_installment(l)), Column::new(t::column_due(l)), Column::amount(t::column_amount(l))];
    let why = match &plan.within_policy {
        Within::Automatic => None,
        Within::NeedsApproval(reasons) => {
            let reasons = reasons.iter().map(|reason| view! { <li>{approval_reason(l, *reason)}</li> }).collect_view();
            Some(view! { <Notice title=t::why_off_policy(l)><ul>{reasons}</ul></Notice> })
        }
    };
    let valid = t::plan_valid(l, texts::date(l, plan.valid_until), &plan.version);
    let worked_out = calculation_of_plan(l, plan);
    view! {
        <Card title=t::plan(l)>
            {why}
            <DataTable caption=t::plan(l) caption_hidden=true columns rows total/>
            <Details summary=texts::agreements::calculation(l)>{worked_out}</Details>
            <p class="small soft">{valid}" "<a href=crate::paths::policy(domain::policies::Kind::Plans)>{texts::frame::policies(l)}</a></p>
        </Card>
    }
}

fn approval_reason(l: Locale, reason: ApprovalReason) -> &'static str {
    use texts::desk as t;
    match reason {
        ApprovalReason::Amount => t::approval_amount(l),
        ApprovalReason::Installments => t::approval_installments(l),
        ApprovalReason::DownPayment => t::approval_down_payment(l),
    }
}

/// The bills in question: the last lines of their ledger with the balance after each, what they cost today, and what earlier
/// decisions said of them.
pub(super) fn ledger(page: &Page, view: &StaffView) -> Option<impl IntoView + use<>> {
    use texts::desk as t;
    let l = page.l;
    if view.request.bills.is_empty() {
        return None;
    }
    let bills = view
        .request
        .bills
        .iter()
        .map(|bill| {
            let lines: Vec<&LedgerLine> = view.ledger.iter().filter(|line| line.bill == Some(bill.id.0)).collect();
            let cost = view.costs.iter().find(|(of, _)| *of == bill.id).map(|(_, cost)| calculation(l, cost));
            let notes = view
                .notes
                .iter()
                .filter(|note| note.bill_id == bill.id)
                .map(|note| {
                    let words = match note.kind.as_str() {
                        "receipt_seen" => t::noted_receipt(l, moment(page, note.at), note.protocol),
                        _ => t::noted_slip(l, moment(page, note.at), note.protocol),
                    };
                    view! { <p class="small soft">{words}</p> }
                })
                .collect_view();
            let lines = lines_of(l, bill, &lines);
            let (title, tag) = (bill_name(l, bill), wording::standing(l, bill.standing));
            view! {
                <Row title meta=t::due(l, texts::date(l, bill.due_on)) amount=amount(l, bill.balance) tag>
                    {notes}
                    <Details summary=if cost.is_some() { t::ledger_and_cost(l) } else { t::ledger_of(l) }>{lines}{cost}</Details>
                </Row>
            }
        })
        .collect_view();
    Some(view! { <Card title=t::bills(l)><Rows>{bills}</Rows></Card> })
}

/// The lines with the balance after each, counted back from the balance now.
fn lines_of(l: Locale, bill: &BillLine, lines: &[&LedgerLine]) -> impl IntoView + use<> {
    use texts::desk as t;
    let mut balance = bill.balance;
    let mut rows: Vec<Vec<AnyView>> = lines
        .iter()
        .rev()
        .map(|line| {
            let after = balance;
            balance -= line.amount;
            let what = if line.note.is_empty() {
                wording::entry_kind(l, line.kind).to_owned()
            } else {
                format!("{}: {}", wording::entry_kind(l, line.kind), line.note)
            };
            vec![
                what.into_any(),
                texts::date(l, line.effective_on).into_any(),
                view! { <MoneyText amount=amount(l, line.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, after)/> }.into_any(),
            ]
        })
        .collect();
    rows.reverse();
    let columns = vec![
        Column::new(t::column_entry(l)),
        Column::new(t::column_day(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_balance(l)),
    ];
    view! { <DataTable caption=t::ledger_caption(l, &bill.number) caption_hidden=true columns rows/> }
}
