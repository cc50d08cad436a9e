//! The keys of the desk: the list of them, the switch, and what the script reads. Everything they do has its button as well.

use domain::requests::queue::Filter;
use leptos::prelude::*;
use server::texts::{Locale, desk as t};

use super::{api, part, queue_api};
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::forms::{Hidden, PostForm};

/// The script finds this; `live` where counts are shown.
pub(super) fn keys(l: Locale, filter: &Filter, on: bool, live: bool) -> impl IntoView + use<> {
    let (state, counts) = (if on { "on" } else { "off" }, live.then_some(paths::QUEUE_COUNTS));
    let key = |key: &'static str| view! { <kbd>{key}</kbd> };
    let rows: [(AnyView, &str); 8] = [
        (view! { {key("j")} " " {key("k")} " " {t::key_or(l)} " " {key("↓")} " " {key("↑")} }.into_any(), t::key_move(l)),
        (key("Enter").into_any(), t::key_open(l)),
        (key("x").into_any(), t::key_pick(l)),
        (key("c").into_any(), t::key_claim(l)),
        (key("n").into_any(), t::key_next(l)),
        (key("/").into_any(), t::key_find(l)),
        (view! { {key("g")} " " {t::key_then(l)} " " {key("q")} }.into_any(), t::key_queue(l)),
        (key("?").into_any(), t::key_help(l)),
    ];
    let rows = rows.map(|(keys, words)| view! { <div class="summary-row"><dt>{keys}</dt><dd>{words}</dd></div> }).collect_view();
    let (switch, value) = if on { (t::keys_switch_off(l), "") } else { (t::keys_switch_on(l), "1") };
    let part = part::query(filter);
    let off = (!on).then(|| view! { <p><strong>{t::keys_are_off(l)}</strong></p> });
    view! {
        <div data-desk="" data-keys=state data-queue=paths::QUEUE data-counts=counts data-claim=api::claim_url()></div>
        <dialog id="keys" class="card keys" aria-labelledby="keys-title">
            <h2 id="keys-title">{t::keys_title(l)}</h2>
            <p class="small soft">{t::keys_words(l)}</p>
            {off}
            <dl class="summary">{rows}</dl>
            <div class="actions">
                <form method="dialog"><Button label=t::keys_close(l) kind=ButtonKind::Secondary/></form>
                <PostForm action=queue_api::keys_url()>
                    <Hidden name="on" value=value/>
                    <Hidden name="part" value=part/>
                    <Button label=switch kind=ButtonKind::Quiet/>
                </PostForm>
            </div>
        </dialog>
    }
}

/// Opens the list; there only where the script runs.
pub(super) fn button(l: Locale) -> impl IntoView {
    view! { <button type="button" class="button button-quiet" data-opens="keys" hidden=true>{t::keys(l)}</button> }
}
