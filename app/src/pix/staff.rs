//! A customer's charges at the desk: what was asked for, how it stands, what was paid. Never shows a code: only the customer pays.

use domain::pix::charges::State;
use leptos::prelude::*;
use server::pix::Charge;
use server::texts;

use crate::bills::parts::amount;
use crate::page::Page;
use crate::ui::Tone;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::Card;

/// The newest charges; nothing where there are none.
pub(crate) fn card(page: &Page, charges: &[Charge]) -> impl IntoView + use<> {
    use texts::pix as t;
    let l = page.l;
    let moment = |at| texts::date_time(l, page.server.clock.local(at));
    let rows = charges
        .iter()
        .map(|charge| {
            let numbers: Vec<&str> = charge.bills.iter().map(|bill| bill.number.as_str()).collect();
            let (tone, tag) = match charge.state {
                State::New => (Tone::Neutral, t::state_new(l)),
                State::Active => (Tone::Info, t::state_active(l)),
                State::Paid => (Tone::Good, t::state_paid(l)),
                State::Ended => (Tone::Neutral, t::state_ended(l)),
                State::Cancelled => (Tone::Neutral, t::state_cancelled(l)),
            };
            let paid = charge
                .paid
                .iter()
                .map(|paid| {
                    let what = server::reconciliation::outcome(l, paid.outcome);
                    let words = t::desk_paid(l, texts::money(l, paid.amount), moment(paid.paid_at), what);
                    view! { <p class="small">{words}<br/><span class="wrap-anywhere" translate="no">{paid.end_to_end_id.clone()}</span></p> }
                })
                .collect_view();
            let meta = t::desk_asked(l, moment(charge.created_at), numbers.join(", "));
            view! { <Row title=charge.txid.clone() meta amount=amount(l, charge.amount) tone tag>{paid}</Row> }
        })
        .collect_view();
    (!charges.is_empty()).then(|| view! { <Card title=t::desk_title(l)><Rows>{rows}</Rows></Card> })
}
