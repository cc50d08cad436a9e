//! The form of the next version: each field with its meaning, its unit and how far it may go.

use axum::extract::Path;
use domain::policies::{Entry, Kind, Limits, PolicyForm, Unit, box_of};
use leptos::prelude::*;
use server::error::Error;
use server::policies::drafts;
use server::texts::policies as t;

use super::api::{self, Typed};
use super::{page::named, words};
use crate::asked::Asked;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkbox, Field, Fieldset, Hidden, Kind as Control, PostForm, Select, TextArea, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Details};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;

/// The form, filled with the newest version, with a draft to go on from, or with what was refused.
pub(super) async fn next(asked: Asked, page: Page, AsStaff(staff): AsStaff, Path(slug): Path<String>) -> PageResult {
    let l = page.l;
    let kind = named(&slug)?;
    let room = drafts::see(&page.server, &staff, kind).await?;
    if !room.may_change {
        return Err(Error::Forbidden.into());
    }
    let mut typed: Typed = page.form();
    let shown = match asked.read("de") {
        Some(id) if typed.form.is_empty() => {
            let draft = drafts::draft(&page.server, &staff, kind, id).await?;
            typed.when.note = draft.waiting.note;
            draft.policy
        }
        _ => room.next_from,
    };
    let form = if typed.form.is_empty() { shown.form() } else { typed.form.clone() };
    let drawn = Drawn { page: &page, kind, form: &form };
    // What was typed may have more places than what holds.
    let mut entries = shown.read(&form).map_or_else(|_| shown.entries(), |read| read.entries());
    if !typed.form.is_empty() {
        entries = more(entries, &form);
    }
    let fields = drawn.groups(&entries);
    let (summary, base, when) = (page.summary(), room.newest.to_string(), when(&page, &typed));
    let title = t::next_title(l, words::kind(l, kind));
    let heading = title.clone();
    Ok(page.staff(&staff, StaffRoom::Policies, &title, || {
        view! {
            {summary}
            <BackLink href=paths::policy(kind) label=words::kind(l, kind)/>
            <PageTitle title=heading lede=t::next_lede(l)/>
            <PostForm action=api::propose_url()>
                <Hidden name="kind" value=kind.as_str()/>
                <Hidden name="base" value=base/>
                {fields}
                {when}
                <Actions>
                    <Button label=t::see_effect(l)/>
                    <ButtonLink href=paths::policy(kind) label=t::cancel(l) kind=ButtonKind::Quiet/>
                </Actions>
            </PostForm>
        }
    }))
}

/// Places that were typed into and cannot be read yet: they stand as the first of their list does.
fn more(mut entries: Vec<Entry>, form: &PolicyForm) -> Vec<Entry> {
    let places = |entries: &[Entry]| entries.iter().filter_map(|entry| entry.places.first().copied()).max();
    while let Some(last) = places(&entries) {
        let said = entries.iter().any(|entry| entry.places.first() == Some(&last) && !form.text(&entry.name).is_empty());
        let next = last + 1;
        if !said || next >= MOST_PLACES {
            break;
        }
        let at = entries.iter().rposition(|entry| entry.places.first() == Some(&last)).map_or(entries.len(), |at| at + 1);
        let copies: Vec<Entry> = entries
            .iter()
            .filter(|entry| entry.places.first() == Some(&last))
            .map(|entry| {
                let (mut entry, from) = (entry.clone(), format!("bands.{last}."));
                entry.name = entry.name.replacen(&from, &format!("bands.{next}."), 1);
                entry.places[0] = next;
                entry
            })
            .collect();
        entries.splice(at..at, copies);
    }
    entries
}

/// As many places as a list has in any policy.
const MOST_PLACES: usize = 6;

fn when(page: &Page, typed: &Typed) -> impl IntoView + use<> {
    let l = page.l;
    let (from_error, note_error) = (page.error("valid_from"), page.error("note"));
    let (from, note) = (typed.when.valid_from.clone(), typed.when.note.clone());
    view! {
        <Card title=t::when(l)>
            <Field
                name="when[valid_from]" id="form[valid_from]" label=t::valid_from(l) hint=t::valid_from_hint(l)
                kind=Control::Date width=Width::Ten value=from error=from_error
            />
            <TextArea name="when[note]" id="form[note]" label=t::note(l) hint=t::note_hint(l) rows=2 value=note error=note_error/>
        </Card>
    }
}

/// A form being drawn.
struct Drawn<'a> {
    page: &'a Page,
    kind: Kind,
    form: &'a PolicyForm,
}

impl Drawn<'_> {
    fn groups(&self, entries: &[Entry]) -> impl IntoView + use<> {
        let l = self.page.l;
        let mut cards = Vec::new();
        for group in entries.chunk_by(|one, other| words::group(self.kind, &one.key) == words::group(self.kind, &other.key)) {
            let word = group.first().map_or("group_all", |entry| words::group(self.kind, &entry.key));
            let hint = words::say(l, &format!("{word}_hint")).map(|hint| view! { <p class="soft">{hint}</p> });
            let body = if word == "group_bands" { self.bands(group) } else { self.fields(group) };
            let title = words::say(l, word).unwrap_or_default();
            cards.push(view! { <Card title>{hint}{body}</Card> });
        }
        cards.collect_view()
    }

    fn fields(&self, entries: &[Entry]) -> AnyView {
        entries.iter().map(|entry| self.field(entry)).collect_view().into_any()
    }

    /// Bands one below the other, each with its discounts folded away while there are none.
    fn bands(&self, entries: &[Entry]) -> AnyView {
        let l = self.page.l;
        let band = |place: usize, entries: &[Entry]| {
            let (own, discounts): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.places.len() == 1);
            let said = |entry: &&Entry| !self.form.text(&entry.name).is_empty() || self.page.error(&entry.name).is_some();
            let legend = if own.iter().any(said) { t::band(l, place + 1) } else { t::band_new(l, place + 1) };
            let open = discounts.iter().any(said);
            let own = own.into_iter().map(|entry| self.field(entry)).collect_view();
            let rows = discounts
                .chunk_by(|one, other| one.places == other.places)
                .map(|row| {
                    let place_of = row.first().and_then(|entry| entry.places.get(1)).copied().unwrap_or_default();
                    let fields = row.iter().map(|entry| self.field(entry)).collect_view();
                    view! {
                        <Fieldset id=format!("band-{place}-discount-{place_of}") legend=t::discount(l, place_of + 1)>
                            <div class="filters-fields">{fields}</div>
                        </Fieldset>
                    }
                })
                .collect_view();
            view! {
                <Fieldset id=format!("band-{place}") legend>
                    <div class="filters-fields">{own}</div>
                    <Details summary=t::discounts(l, place + 1) open>{rows}</Details>
                </Fieldset>
            }
        };
        entries
            .chunk_by(|one, other| one.places.first() == other.places.first())
            .map(|entries| band(entries.first().and_then(|entry| entry.places.first()).copied().unwrap_or_default(), entries))
            .collect_view()
            .into_any()
    }

    fn field(&self, entry: &Entry) -> AnyView {
        let l = self.page.l;
        let name = format!("form[{}]", entry.name);
        let label = words::label(l, self.kind, &entry.key);
        let error = self.page.error(&entry.name);
        let own = words::say(l, &format!("{}_{}_hint", self.kind, entry.key)).map(str::to_owned);
        let hint = own.into_iter().chain(words::limits(l, entry)).collect::<Vec<_>>().join(" ");
        let value = self.form.text(&entry.name).to_owned();
        let choices = |words: &[&'static str]| -> Vec<(Str, Words)> {
            words.iter().map(|word| (Str::from(*word), Words::from(words::choice(l, self.kind, &entry.key, word)))).collect()
        };
        match (entry.unit, &entry.limits) {
            (Unit::Word, Limits::Of(words)) => view! { <Select name label options=choices(words) selected=value hint error/> }.into_any(),
            (Unit::Choice, Limits::Of(words)) => {
                let boxes = choices(words)
                    .into_iter()
                    .map(|(word, label)| {
                        let one = box_of(&entry.name, &word);
                        let checked = !self.form.text(&one).is_empty();
                        view! { <Checkbox name=format!("form[{one}]") label checked/> }
                    })
                    .collect_view();
                // The summary of what is wrong leads to the group.
                view! { <div id=name.clone()><Fieldset id=format!("{name}-boxes") legend=label hint error>{boxes}</Fieldset></div> }
                    .into_any()
            }
            (Unit::Money, _) => {
                view! { <Field name label hint kind=Control::Money width=Width::Ten prefix=words::unit(l, Unit::Money) value error/> }
                    .into_any()
            }
            (Unit::Percent, _) => {
                view! { <Field name label hint kind=Control::Money width=Width::Four suffix=words::unit(l, Unit::Percent) value error/> }
                    .into_any()
            }
            (Unit::MonthDays | Unit::Names | Unit::Word | Unit::Choice, _) => {
                view! { <Field name label hint width=Width::Twenty value error/> }.into_any()
            }
            (unit, _) => {
                let suffix = if unit == Unit::Count { "" } else { words::unit(l, unit) };
                view! { <Field name label hint kind=Control::Digits width=Width::Four suffix value error/> }.into_any()
            }
        }
    }
}
