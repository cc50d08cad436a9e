//! The credits that were found, and what to do with one of them.

use axum::extract::RawQuery;
use domain::forms::Problem;
use domain::refunds::{RefundForm, Way};
use domain::statement::CreditOrigin;
use leptos::prelude::*;
use server::refunds::{self, Offer};
use server::texts::{self, Locale, refunds as t};

use super::api;
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::parts;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Choice, ChoiceStyle, Hidden, PostForm, Radios, Select};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Details, Empty};
use crate::ui::{Str, Words};
use crate::visitor::AsCustomer;

const MENDING: Mending = Mending {
    control: |_| None,
    words: |l, field, problem| match (field, problem) {
        ("credit", Problem::Missing) => Some(t::credit_missing(l)),
        ("credit", Problem::NoLongerPossible | Problem::Unknown) => Some(t::credit_gone(l)),
        ("way", Problem::Missing) => Some(t::way_missing(l)),
        ("way", Problem::NoLongerPossible) => Some(t::way_origin_gone(l)),
        ("target", Problem::Missing) => Some(t::target_missing(l)),
        ("target", Problem::NoLongerPossible | Problem::Unknown) => Some(t::target_gone(l)),
        _ => None,
    },
};

/// What is in the customer's favour.
pub(super) async fn credits(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let found = refunds::credits(&page.server, &customer).await?;
    let mut form: RefundForm = drafts::form(&page, &customer, query.as_deref()).await?.unwrap_or_default();
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let free: Vec<&Offer> = found.offers.iter().filter(|offer| offer.asked.is_none()).collect();
    if let ([only], true) = (free.as_slice(), form.credit.is_empty()) {
        form.credit = only.credit.entry.to_string();
    }
    // Where it can, money goes back to where it came from: nobody has to type anything, and nobody else can have it.
    let goes_back = free.iter().any(|offer| offer.origin.is_some());
    if goes_back && form.way.is_empty() && free.iter().all(|offer| offer.origin.is_some()) {
        Way::Origin.as_str().clone_into(&mut form.way);
    }
    let (none, nothing_free, may_compensate) = (found.offers.is_empty(), free.is_empty(), !found.targets.is_empty());
    let choices: Vec<Choice> = found.offers.iter().map(|offer| choice(&page, offer)).collect();
    let targets: Vec<(Str, Words)> = std::iter::once((Str::default(), Words::from(t::target_next(l))))
        .chain(found.targets.iter().map(|bill| {
            let words = t::target_option(l, texts::money(l, bill.balance), parts::bill_title(l, bill), texts::date(l, bill.due_on));
            (bill.id.to_string().into(), words.into())
        }))
        .collect();
    let mended = MENDING.of(&page);
    let summary = mended.summary();
    let (credit, way, target) = (mended.error("credit"), mended.error("way"), mended.error("target"));
    Ok(page.customer(&customer, CustomerRoom::Requests, t::title(l), || {
        if none {
            return view! {
                <PageTitle title=t::title(l)/>
                <Empty icon=Icon::Refund title=t::none(l) text=t::none_words(l)>
                    <p><a href=paths::QUESTION>{texts::my_requests::question_title(l)}</a></p>
                </Empty>
            }
            .into_any();
        }
        let compensate = Choice::new(Way::Compensate.as_str(), t::way_compensate(l));
        let compensate = if may_compensate {
            compensate.hint(t::way_compensate_hint(l)).more(view! {
                <Select name="form[target]" label=t::target(l) options=targets selected=form.target error=target/>
            })
        } else {
            compensate.off(t::no_target(l))
        };
        let to_account = if goes_back { t::way_refund_other(l) } else { t::way_refund(l) };
        let to_origin = goes_back.then(|| Choice::new(Way::Origin.as_str(), t::way_origin(l)).hint(t::way_origin_hint(l)));
        let to_account = Choice::new(Way::Refund.as_str(), to_account).hint(t::way_refund_hint(l));
        let ways = to_origin.into_iter().chain([compensate, to_account]).collect();
        let rest = (!nothing_free).then(|| view! {
            <Radios name="form[way]" legend=t::way(l) style=ChoiceStyle::Cards choices=ways selected=form.way error=way/>
            <Actions>
                <Button label=texts::frame::go_on(l)/>
                <ButtonLink href=paths::HOME label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
            </Actions>
        });
        view! {
            <div class="narrow flow">
                <BackLink href=paths::HOME label=texts::frame::home(l)/>
                {summary}
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                <PostForm action=api::choose_url()>
                    <Hidden name="form[submission]" value=form.submission/>
                    <Radios name="form[credit]" legend=t::credit(l) style=ChoiceStyle::Cards choices selected=form.credit error=credit/>
                    {rest}
                </PostForm>
                <Details summary=t::missing_credit(l)><p>{t::missing_credit_words(l)} " " <a href=paths::QUESTION>{texts::my_requests::question_title(l)}</a></p></Details>
            </div>
        }
        .into_any()
    }))
}

fn choice(page: &Page, offer: &Offer) -> Choice {
    let l = page.l;
    let bill = offer.bill.as_ref().map(|bill| parts::bill_title(l, bill));
    let on = texts::date(l, offer.credit.on);
    let about = match (offer.credit.origin, bill) {
        (CreditOrigin::Duplicate, Some(bill)) => t::duplicate(l, bill, on),
        (CreditOrigin::Overpayment, Some(bill)) => t::overpayment(l, bill, on),
        (CreditOrigin::Reduced, Some(bill)) => t::reduced(l, bill),
        (_, _) => t::unapplied(l, on),
    };
    let title = origin(l, offer.credit.origin);
    let choice = Choice::new(offer.credit.entry.to_string(), title).aside(parts::money(l, offer.credit.amount));
    match offer.asked {
        Some(protocol) => {
            let href = paths::request(&protocol.digits());
            choice.off(t::asked_already(l, protocol)).more(view! { <p><a href=href>{t::see_request(l)}</a></p> })
        }
        None => match &offer.origin {
            Some(origin) => {
                let until = texts::date(l, page.server.clock.local(origin.until).date_naive());
                choice.hint(format!("{about} {}", t::may_go_back(l, until)))
            }
            None => choice.hint(about),
        },
    }
}

/// How a credit came about, in a word or two.
#[must_use]
pub(super) fn origin(l: Locale, origin: CreditOrigin) -> &'static str {
    match origin {
        CreditOrigin::Duplicate => t::origin_duplicate(l),
        CreditOrigin::Overpayment => t::origin_overpayment(l),
        CreditOrigin::Reduced => t::origin_reduced(l),
        CreditOrigin::Unapplied => t::origin_unapplied(l),
    }
}
