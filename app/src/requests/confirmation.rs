//! It arrived: the number to keep, what happens next and when. Can be printed as it stands.

use axum::extract::Path;
use domain::agreements::Status as AgreementStatus;
use domain::requests::{Kind, Status};
use leptos::prelude::*;
use server::agreements;
use server::requests::{self, Detail, RequestView};
use server::texts::{self, Locale, my_requests as t};

use super::parts;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::When;
use crate::ui::actions::{Actions, ButtonKind, ButtonLink};
use crate::ui::lists::{Event, Progress, Timeline};
use crate::ui::panels::Confirmation;
use crate::visitor::AsCustomer;

/// The confirmation of a request.
pub(super) async fn received(page: Page, AsCustomer(customer): AsCustomer, Path(protocol): Path<String>) -> PageResult {
    let l = page.l;
    let request = requests::find(&page.server, &customer, &protocol).await?;
    let first_payment = first_payment(&page, &customer, &request).await?;
    let title = match (request.kind, request.status) {
        (Kind::Plan, Status::Approved | Status::Done) => t::plan_made(l),
        (kind, _) => asked(l, kind),
    };
    let (number, digits) = (request.protocol.to_string(), request.protocol.digits());
    let opened = parts::moment(l, &page.server, request.opened_at);
    let (next, then) = next(l, &request);
    let answer = if first_payment.is_none() { Some((next, parts::day(l, request.deadline_on), then)) } else { None };
    Ok(page.customer(&customer, CustomerRoom::Requests, title, || {
        let answer = answer.map(|(next, by, then)| {
            view! {
                <Event title=t::next_review(l) when=by.clone() by=t::by_then(l) progress=Progress::Now><p>{next}</p></Event>
                <Event title=t::next_answer(l) when=by by=t::by_then(l) progress=Progress::Next><p>{then}</p></Event>
            }
        });
        let payment = first_payment.map(|payment| {
            view! {
                <Event title=t::next_payment(l) when=payment.due progress=Progress::Now>
                    <p>{t::next_payment_words(l, payment.amount)}</p>
                    <p class="no-print"><a href=payment.href>{t::next_payment_link(l)}</a></p>
                </Event>
            }
        });
        view! {
            <div class="narrow flow">
                <Confirmation title=title number_label=t::protocol(l) number=number>
                    <p>{t::keep_number(l)}</p>
                </Confirmation>
                <h2>{t::what_next(l)}</h2>
                <Timeline>
                    <Event title=t::what_submitted(l) when=opened/>
                    {payment}
                    {answer}
                </Timeline>
                <p>{t::told_by_mail(l)}</p>
                <Actions>
                    <ButtonLink href=paths::request(&digits) label=t::follow(l) kind=ButtonKind::Secondary/>
                    <ButtonLink href=paths::HOME label=texts::failures::to_home(l) kind=ButtonKind::Quiet/>
                </Actions>
            </div>
        }
    }))
}

struct FirstPayment {
    amount: String,
    due: When,
    href: String,
}

/// The first payment of a plan that was granted at once.
async fn first_payment(page: &Page, customer: &server::sessions::Customer, request: &RequestView) -> server::Result<Option<FirstPayment>> {
    let l = page.l;
    let Detail::Plan { status: AgreementStatus::AwaitingDownPayment | AgreementStatus::Active, .. } = request.detail else {
        return Ok(None);
    };
    let agreement = agreements::find(&page.server, customer, &request.protocol.digits()).await?;
    Ok(agreement.installments.first().map(|first| FirstPayment {
        amount: texts::money(l, first.amount),
        due: parts::day(l, first.due_on),
        href: first.bill_id.map_or_else(|| paths::AGREEMENTS.to_owned(), |bill| paths::bill(bill.into())),
    }))
}

fn asked(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Receipt => t::asked_receipt(l),
        Kind::Refund => t::asked_refund(l),
        Kind::Plan => t::asked_plan(l),
        Kind::Dispute => t::asked_dispute(l),
        Kind::Slip => t::asked_slip(l),
        Kind::Question => t::asked_question(l),
    }
}

/// What the team does now, and what follows from its answer.
fn next(l: Locale, request: &RequestView) -> (&'static str, &'static str) {
    match request.kind {
        Kind::Receipt => (t::next_receipt(l), t::then_receipt(l)),
        Kind::Refund => (t::next_refund(l), t::then_refund(l)),
        Kind::Plan => (t::next_plan(l), t::then_plan(l)),
        Kind::Dispute => (t::next_dispute(l), t::then_dispute(l)),
        Kind::Slip => (t::next_slip(l), t::then_slip(l)),
        Kind::Question => (t::next_question(l), t::then_question(l)),
    }
}
