//! What is done with several requests at once, and what became of each. Never a form around the table: each row has its own.

use domain::requests::Action;
use domain::requests::queue::Filter;
use leptos::prelude::*;
use server::requests::queue::batch::{self, Outcome};
use server::requests::queue::{Colleague, table};
use server::sessions::Staff;
use server::texts::{Locale, desk as t};

use super::part;
use super::queue_api::{self, Batched};
use crate::page::Page;
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::forms::{Hidden, PostForm, Select, TextArea};
use crate::ui::panels::{Details, Notice};
use crate::ui::{Str, Tone, Words};
use crate::wording;

/// A batch that was just tried, as it was typed, with what became of it.
pub(super) struct Shown {
    batched: Batched,
    nothing_chosen: Option<String>,
    untold: Option<String>,
}

impl Shown {
    pub(super) fn of(page: &Page) -> Self {
        Self { batched: page.form(), nothing_chosen: page.error("protocols"), untold: page.error("told") }
    }

    /// Whether a request was chosen and is still to be dealt with.
    pub(super) fn has(&self, protocol: &str) -> bool {
        self.batched.outcome.is_none() && self.batched.protocols.iter().any(|one| one == protocol)
    }

    /// What became of each: the good news in one line, all others one by one.
    pub(super) fn outcome(&self, l: Locale) -> Option<impl IntoView + use<>> {
        let outcome = self.batched.outcome.clone()?;
        let others = outcome.taken.len() + outcome.moved.len() + outcome.refused.len();
        let tone = if others == 0 { Tone::Good } else { Tone::Attention };
        let title = done(l, &self.batched.act, &outcome);
        let line = |protocol: &str, words: String| {
            let spoken = wording::protocol(protocol);
            view! { <li><a class="number nowrap" href=paths::staff_request(protocol)>{spoken}</a>": " {words}</li> }.into_any()
        };
        let mut lines: Vec<AnyView> = Vec::new();
        lines.extend(outcome.taken.iter().map(|(protocol, name)| line(protocol, t::batch_taken(l, name))));
        lines.extend(outcome.moved.iter().map(|protocol| line(protocol, t::batch_moved(l).to_owned())));
        lines.extend(outcome.refused.iter().map(|(protocol, reason)| line(protocol, wording::refused(l, reason))));
        let others = (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> });
        Some(view! { <Notice tone title live=true>{others}</Notice> })
    }
}

/// "18 assumidos; 2 já com outra pessoa."
fn done(l: Locale, act: &str, outcome: &Outcome) -> String {
    let count = |list: usize| i64::try_from(list).unwrap_or(i64::MAX);
    let done = count(outcome.done.len());
    let mut parts = vec![match act {
        "claim" => t::batch_claimed(l, done),
        "assign" => t::batch_assigned(l, done),
        _ => t::batch_refused(l, done),
    }];
    let others = [
        (outcome.taken.len(), t::batch_others_taken(l, count(outcome.taken.len()))),
        (outcome.moved.len(), t::batch_others_moved(l, count(outcome.moved.len()))),
        (outcome.refused.len(), t::batch_others_refused(l, count(outcome.refused.len()))),
    ];
    parts.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words));
    parts.join("; ") + "."
}

/// The bar below the table: its form takes the boxes of the rows.
pub(super) fn bar(page: &Page, staff: &Staff, filter: &Filter, colleagues: &[Colleague], shown: &Shown) -> impl IntoView + use<> {
    let l = page.l;
    let people = people(l, colleagues);
    let may_assign = batch::may(staff, Action::Assign).is_none();
    let untold = shown.untold.clone();
    let refuses = untold.is_some();
    let told = shown.batched.form.told.clone();
    let to = shown.batched.to.clone();
    let wrong_person = page.error("to");
    let query = part::query(filter);
    let exports = table::may(staff).then(|| {
        let all = format!("{}?{}", paths::QUEUE_CSV, part::query(filter));
        view! {
            <Button label=t::batch_csv(l) kind=ButtonKind::Secondary action=paths::QUEUE_CSV/>
            <a href=all download="" rel="nofollow">{t::csv_all(l)}</a>
        }
    });
    let nothing = shown.nothing_chosen.clone().map(|words| view! { <p class="error">{words}</p> });
    view! {
        <section class="card batch" aria-labelledby="batch-title">
            <h2 id="batch-title">{t::batch(l)}</h2>
            <p class="small soft">{t::batch_hint(l)}</p>
            <div id="form[protocols]" tabindex="-1">{nothing}</div>
            <PostForm action=queue_api::batch_url() id="batch">
                <Hidden name="part" value=query/>
                <div class="actions">
                    <Button label=t::batch_claim(l) kind=ButtonKind::Secondary name="act" value="claim"/>
                    {exports}
                </div>
                {may_assign.then(|| view! {
                    <div class="actions batch-assign">
                        <Select id="form[to]" name="to" label=t::batch_to(l) options=people selected=to error=wrong_person/>
                        <Button label=t::batch_assign(l) kind=ButtonKind::Secondary name="act" value="assign"/>
                    </div>
                })}
                <Details summary=t::batch_refuse(l) open=refuses>
                    <TextArea name="form[told]" label=t::told_refuse(l) hint=t::batch_told_hint(l) value=told error=untold rows=3/>
                    <Button label=t::batch_do_refuse(l) kind=ButtonKind::Danger name="act" value="refuse"/>
                </Details>
            </PostForm>
        </section>
    }
}

/// The people somebody may give one request to.
pub(super) fn people(l: Locale, colleagues: &[Colleague]) -> Vec<(Str, Words)> {
    std::iter::once((Str::default(), Words::from(t::choose_person(l))))
        .chain(colleagues.iter().map(|one| (Str::from(one.id.to_string()), Words::from(t::person_with_load(l, &one.name, one.open)))))
        .collect()
}
