//! A policy's fields in words. Every field has a label by its key; a hint and words of its own for nothing, where it needs them.

use domain::policies::{Change, Entry, Kind, Limits, Unit, Value};
use domain::statement::Nature;
use leptos::prelude::*;
use server::texts::{self, Locale, policies as t, policy_fields};

use crate::ui::tables::{Column, DataTable};
use crate::wording;

/// A policy's name.
pub(crate) fn kind(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Plans => t::kind_plans(l),
        Kind::Promises => t::kind_promises(l),
        Kind::Refunds => t::kind_refunds(l),
        Kind::Reach => t::kind_reach(l),
        Kind::Defaults => t::kind_defaults(l),
    }
}

/// What it is about.
pub(super) fn about(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Plans => t::about_plans(l),
        Kind::Promises => t::about_promises(l),
        Kind::Refunds => t::about_refunds(l),
        Kind::Reach => t::about_reach(l),
        Kind::Defaults => t::about_defaults(l),
    }
}

/// The group of a field: its word.
pub(super) fn group(kind: Kind, key: &str) -> &'static str {
    if kind != Kind::Plans {
        return "group_all";
    }
    match key {
        "min_days_late" | "least_total" | "max_open_agreements" | "wait_after_broken_days" | "natures" => "group_who",
        "late_installments" | "days_late" | "cure_days" | "bank_days" | "imputation" | "most_times" | "least_paid" => "group_broken",
        key if key.starts_with("bands") => "group_bands",
        _ => "group_cost",
    }
}

/// What the translations say under a key; nothing when they say nothing.
pub(super) fn say(l: Locale, key: &str) -> Option<&'static str> {
    policy_fields::of(l, key)
}

/// A field's label.
pub(super) fn label(l: Locale, kind: Kind, key: &str) -> &'static str {
    say(l, &format!("{kind}_{key}")).unwrap_or_default()
}

/// A label with the places it stands at.
fn placed(l: Locale, kind: Kind, key: &str, places: &[usize]) -> String {
    let label = label(l, kind, key);
    match places {
        [] => label.to_owned(),
        [band] => t::placed_band(l, label, band + 1),
        [band, place, ..] => t::placed_discount(l, label, band + 1, place + 1),
    }
}

/// What stands after a number.
pub(super) fn unit(l: Locale, unit: Unit) -> &'static str {
    say(l, &format!("unit_{unit}")).unwrap_or_default()
}

/// A word that can be chosen.
pub(super) fn choice(l: Locale, kind: Kind, key: &str, word: &str) -> String {
    if let (Unit::Choice, Ok(nature)) = (Unit::Choice, word.parse::<Nature>()) {
        return wording::nature(l, nature).to_owned();
    }
    say(l, &format!("{kind}_{key}_{word}")).map_or_else(|| word.to_owned(), str::to_owned)
}

/// What a field may hold, as a sentence; nothing where its unit says it.
pub(super) fn limits(l: Locale, entry: &Entry) -> Option<String> {
    match &entry.limits {
        Limits::Between(least, most) if entry.unit != Unit::MonthDays => Some(t::between(l, least, most)),
        _ => None,
    }
}

/// What a field holds, in words.
pub(super) fn value(l: Locale, kind: Kind, key: &str, unit: Unit, value: &Value) -> String {
    match value {
        Value::Nothing => say(l, &format!("{kind}_{key}_nothing")).unwrap_or("–").to_owned(),
        Value::Money(money) => texts::money(l, *money),
        Value::Rate(rate) => texts::percent(l, *rate),
        Value::Whole(number) if unit == Unit::Count => number.to_string(),
        Value::Whole(number) => format!("{number} {}", self::unit(l, unit)),
        Value::Words(words) => words.iter().map(|word| choice(l, kind, key, word)).collect::<Vec<_>>().join(", "),
        Value::Numbers(numbers) => numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// What a policy says, group by group.
pub(super) fn table(l: Locale, kind: Kind, entries: &[Entry]) -> impl IntoView + use<> {
    // A place in which nothing stands is for the form.
    let stands = |entry: &&Entry| {
        entry.places.is_empty()
            || entries
                .iter()
                .any(|other| other.places == entry.places && other.key.starts_with(within(&entry.key)) && other.value != Value::Nothing)
    };
    let rows = entries
        .iter()
        .filter(stands)
        .map(|entry| {
            let said = value(l, kind, &entry.key, entry.unit, &entry.value);
            vec![placed(l, kind, &entry.key, &entry.places).into_any(), said.into_any()]
        })
        .collect();
    let columns = vec![Column::new(t::column_field(l)), Column::new(t::current(l))];
    view! { <DataTable caption=self::kind(l, kind) caption_hidden=true columns rows/> }
}

/// The part of a key that its place is of.
fn within(key: &str) -> &str {
    if key.starts_with("bands_discounts_") { "bands_discounts_" } else { "bands_" }
}

/// What differs, field by field.
pub(super) fn changes(l: Locale, kind: Kind, changes: &[Change]) -> AnyView {
    if changes.is_empty() {
        return view! { <p class="soft">{t::no_changes(l)}</p> }.into_any();
    }
    let rows = changes
        .iter()
        .map(|change| {
            let said = |held: &Value| value(l, kind, &change.key, change.unit, held).into_any();
            vec![placed(l, kind, &change.key, &change.places).into_any(), said(&change.before), said(&change.after)]
        })
        .collect();
    let columns = vec![Column::new(t::column_field(l)), Column::new(t::column_before(l)), Column::new(t::column_after(l))];
    view! { <DataTable caption=t::differs(l) caption_hidden=true columns rows/> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::policies::Any;

    use super::*;

    #[test]
    fn every_field_has_its_words_in_every_language() {
        for (l, _) in Locale::ALL {
            for kind in Kind::ALL {
                for entry in Any::default_of(*kind).entries() {
                    assert!(!label(l, *kind, &entry.key).is_empty(), "{l:?} {kind} {}", entry.key);
                    assert!(say(l, group(*kind, &entry.key)).is_some());
                    if let (Unit::Word, Limits::Of(words)) = (entry.unit, &entry.limits) {
                        assert!(words.iter().all(|word| choice(l, *kind, &entry.key, word) != *word), "{l:?} {kind} {}", entry.key);
                    }
                }
            }
        }
    }
}
