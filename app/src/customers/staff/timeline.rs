//! Everything that happened with a customer, the newest first: what was asked and decided, handed out, seen and changed.

use leptos::prelude::*;
use server::customers::Happened;
use server::requests::What;
use server::texts::{self, Locale};

use crate::page::Page;
use crate::ui::When;
use crate::ui::lists::{Event, Timeline};
use crate::ui::panels::Card;
use crate::{paths, wording};

/// The timeline.
pub(super) fn card(page: &Page, timeline: &[Happened]) -> impl IntoView + use<> {
    let events = timeline.iter().map(|happened| event(page, happened)).collect_view();
    view! { <Card title=texts::customers_staff::timeline(page.l)><Timeline>{events}</Timeline></Card> }
}

fn event(page: &Page, happened: &Happened) -> impl IntoView + use<> {
    let l = page.l;
    let at = page.server.clock.local(happened.at);
    let when = When::instant(&at, texts::date_time(l, at));
    let by = happened.actor.clone().unwrap_or_else(|| match happened.actor_kind.as_str() {
        "customer" => texts::words::side_customer(l).to_owned(),
        "staff" => texts::words::side_creditor(l).to_owned(),
        _ => texts::words::side_system(l).to_owned(),
    });
    let request = happened.protocol.as_ref().map(|protocol| {
        let words =
            protocol.parse::<domain::requests::protocol::Protocol>().map_or_else(|_| protocol.clone(), |protocol| protocol.to_string());
        view! { <p class="small"><a href=paths::staff_request(protocol)>{texts::customers_staff::of_request(l, words)}</a></p> }
    });
    let told = happened.told.clone().map(|told| view! { <p class="message">{told}</p> });
    let internal = happened.internal.clone().map(
        |internal| view! { <p class="message message-inside"><strong class="small">{texts::desk::inside(l)}</strong><br/>{internal}</p> },
    );
    view! { <Event title=title(l, happened) when by>{request}{told}{internal}</Event> }
}

fn title(l: Locale, happened: &Happened) -> &'static str {
    match happened.protocol.as_ref().and_then(|_| What::try_from(happened.action.clone()).ok()) {
        Some(what) => wording::did(l, what),
        None => wording::audited(l, &happened.action),
    }
}
