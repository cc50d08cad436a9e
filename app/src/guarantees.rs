//! What a customer left with the creditor against not paying: for the customer, and for staff.

use chrono::NaiveDate;
use domain::guarantees::Standing;
use leptos::prelude::*;
use server::guarantees::Guarantee;
use server::texts::{self, Locale, guarantees as t};
use server::wording::{guarantee_kind, guarantee_state};

use crate::bills::parts::amount;
use crate::ui::Tone;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::Card;

/// For staff: there or not.
pub(crate) fn card(l: Locale, guarantees: &[Guarantee], today: NaiveDate) -> impl IntoView + use<> {
    let body = match guarantees {
        [] => view! { <p class="soft">{t::none(l)}</p> }.into_any(),
        some => rows(l, some, today).into_any(),
    };
    view! { <Card title=t::title(l)>{body}</Card> }
}

/// For the customer, who left something.
pub(crate) fn own(l: Locale, guarantees: &[Guarantee], today: NaiveDate) -> Option<impl IntoView + use<>> {
    (!guarantees.is_empty()).then(|| {
        let rows = rows(l, guarantees, today);
        view! { <Card title=t::title(l)><p class="soft">{t::yours_words(l)}</p>{rows}</Card> }
    })
}

fn rows(l: Locale, guarantees: &[Guarantee], today: NaiveDate) -> impl IntoView + use<> {
    let rows = guarantees
        .iter()
        .map(|one| {
            let since = texts::date(l, one.given_on);
            let mut parts = vec![match &one.contract {
                Some(contract) => t::about_contract(l, contract, since),
                None => t::about(l, since),
            }];
            parts.extend((!one.issuer.is_empty()).then(|| t::by(l, &one.issuer)));
            parts.extend((!one.reference.is_empty()).then(|| t::reference(l, &one.reference)));
            let (tone, tag) = standing(l, one, today);
            view! { <Row title=guarantee_kind(l, one.kind) meta=parts.join(", ") amount=amount(l, one.amount) tone tag/> }
        })
        .collect_view();
    view! { <Rows>{rows}</Rows> }
}

fn standing(l: Locale, one: &Guarantee, today: NaiveDate) -> (Tone, String) {
    match (one.standing(today), one.valid_until) {
        (Standing::Holds, Some(until)) => (Tone::Good, t::holds_until(l, texts::date(l, until))),
        (Standing::Holds, None) => (Tone::Good, guarantee_state(l, one.state).to_owned()),
        (Standing::EndsSoon(until), _) => (Tone::Attention, t::ends_soon(l, texts::date(l, until))),
        (Standing::Ended(until), _) => (Tone::Attention, t::ended(l, texts::date(l, until))),
        (Standing::Over, _) => (Tone::Neutral, guarantee_state(l, one.state).to_owned()),
    }
}
