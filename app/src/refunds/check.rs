//! A refund before it is asked for: how much, from which credit, where to (masked), and how long it takes.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use domain::bank_accounts;
use domain::refunds::{Destination, RefundForm, ValidRefundForm};
use leptos::prelude::*;
use server::acceptances::Purpose;
use server::error::Error;
use server::refunds::{self, Credits, Offer};
use server::texts::{self, Locale, refunds as t};

use super::page::origin;
use super::{api, destination};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::parts;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::Notice;
use crate::visitor::AsCustomer;
use crate::{acceptances, drafts};

/// Everything once more.
pub(super) async fn check(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let start = || Ok(Redirect::to(paths::REFUND).into_response());
    let Some(draft) = drafts::ids(query.as_deref()).next() else { return start() };
    let Some(form) = drafts::find::<RefundForm>(&page.server, &customer, draft).await? else { return start() };
    let valid = match refunds::check(&page.server, &customer, &form).await {
        Ok(valid) => valid,
        // Paid, or asked for, since it was chosen: what is offered now is on the first page.
        Err(Error::Form(_)) => return start(),
        Err(error) => return Err(error.into()),
    };
    let credits = refunds::credits(&page.server, &customer).await?;
    let Some(offer) = credits.offers.iter().find(|offer| offer.credit.entry.to_string() == form.credit.trim()) else { return start() };
    let (pairs, needs_proof) = facts(l, &form, &valid, offer, &credits, draft);
    let back = match valid {
        ValidRefundForm::Compensate | ValidRefundForm::Origin => paths::step(paths::REFUND, draft),
        ValidRefundForm::Refund { .. } => paths::step(paths::REFUND_DESTINATION, draft),
    };
    let (next, send) = match valid {
        ValidRefundForm::Compensate => (t::check_compensate(l), t::send_compensate(l)),
        ValidRefundForm::Origin => (t::check_origin(l), t::send_origin(l)),
        ValidRefundForm::Refund { .. } if !form.request.is_empty() => (t::check_account(l), t::send_account(l)),
        ValidRefundForm::Refund { .. } => (t::check_refund(l), t::send_refund(l)),
    };
    let (title, lede) = match form.request.is_empty() {
        true => (t::check_title(l), t::check_lede(l)),
        false => (t::check_account_title(l), t::check_account_lede(l)),
    };
    let waits = match valid {
        ValidRefundForm::Refund { .. } => refunds::waits_until(&page.server, &customer).await?,
        _ => None,
    };
    let waits = waits.map(|until| t::waits_title(l, texts::date_time(l, page.server.clock.local(until))));
    let cancel = if form.request.is_empty() { paths::REFUND.to_owned() } else { paths::request(&form.request) };
    Ok(page.customer(&customer, CustomerRoom::Requests, title, || {
        view! {
            <div class="narrow flow">
                <BackLink href=back label=texts::frame::back(l)/>
                <PageTitle title=title lede=lede/>
                <SummaryList pairs=pairs/>
                {needs_proof.then(|| view! { <Notice tone=Tone::Attention title=t::proof_title(l)><p>{t::proof(l)}</p></Notice> })}
                {waits.map(|title| view! { <Notice tone=Tone::Info title><p>{t::waits(l)}</p></Notice> })}
                <p>{next}</p>
                <PostForm action=api::submit_url()>
                    <Hidden name="draft" value=draft.to_string()/>
                    <Actions>
                        <Button label=send/>
                        <ButtonLink href=cancel label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}

/// The code that confirms where it goes.
pub(super) async fn code(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let forms = acceptances::Forms {
        purpose: Purpose::Refund,
        start: paths::REFUND,
        check: paths::REFUND_CHECK,
        confirm: api::confirm_url(),
        resend: api::resend_code_url(),
        lede: texts::acceptances::refund_lede,
    };
    acceptances::code::<RefundForm>(page, &customer, query.as_deref(), forms, ().into_any()).await
}

/// The answers, and whether staff will want a proof of whose account it is.
fn facts(l: Locale, form: &RefundForm, valid: &ValidRefundForm, offer: &Offer, credits: &Credits, draft: uuid::Uuid) -> (Vec<Pair>, bool) {
    let change = |pair: Pair, page: &str, what: &'static str| pair.change(paths::step(page, draft), texts::my_requests::change(l), what);
    let credit = Pair::new(t::credit_short(l), origin(l, offer.credit.origin));
    // What is asked for already stays what it is: only the destination is new.
    let credit = if form.request.is_empty() { change(credit, paths::REFUND, t::credit_short(l)) } else { credit };
    let mut pairs = vec![credit];
    pairs.extend(offer.bill.as_ref().map(|bill| Pair::new(t::of_bill(l), parts::bill_title(l, bill))));
    match valid {
        ValidRefundForm::Compensate => {
            let chosen = form.target.trim();
            let target = credits.targets.iter().find(|bill| chosen.is_empty() || bill.id.to_string() == chosen);
            let amount = target.map_or(offer.credit.amount, |target| offer.credit.amount.min(target.balance));
            pairs.push(Pair::new(t::amount(l), parts::money(l, amount)));
            pairs.extend(
                target.map(|target| change(Pair::new(t::taken_off(l), parts::bill_title(l, target)), paths::REFUND, t::taken_off(l))),
            );
            if amount < offer.credit.amount {
                pairs.push(Pair::new(t::left_over(l), parts::money(l, offer.credit.amount - amount)));
            }
            (pairs, false)
        }
        ValidRefundForm::Origin => {
            pairs.push(Pair::new(t::amount(l), parts::money(l, offer.credit.amount)));
            let pix = offer.origin.as_ref().map(|origin| origin.pix.to_string());
            let to = view! { {t::origin_words(l)}<br/><span class="small soft wrap-anywhere" translate="no">{pix}</span> };
            pairs.push(change(Pair::new(t::destination_short(l), to), paths::REFUND, t::destination_short(l)));
            (pairs, false)
        }
        ValidRefundForm::Refund { destination: to, holder, holder_match } => {
            pairs.push(Pair::new(t::amount(l), parts::money(l, offer.credit.amount)));
            let words = destination_words(l, to);
            let to = view! { {words}<br/><span class="number">{to.masked()}</span> };
            pairs.push(change(Pair::new(t::destination_short(l), to), paths::REFUND_DESTINATION, t::destination_short(l)));
            pairs.push(Pair::new(t::holder_short(l), holder.name.clone()));
            (pairs, holder_match.needs_proof())
        }
    }
}

fn destination_words(l: Locale, destination: &Destination) -> String {
    match destination {
        Destination::Pix { .. } => t::pix(l).to_owned(),
        Destination::Account { bank, branch, account_kind, .. } => {
            let name = bank_accounts::for_choice().find(|one| one.compe.to_string() == *bank || one.ispb.as_str() == bank);
            let name = name.map_or_else(|| bank.clone(), |bank| bank.label().to_owned());
            t::account_words(l, name, branch, destination::account_kind(l, *account_kind))
        }
    }
}
