//! What every page says of a bill in the same way: its name, how it stands, how its amount came about. Never works anything out.

use chrono::NaiveDate;
use domain::charges;
use domain::money::Money;
use domain::statement::{Nature, Standing};
use leptos::prelude::*;
use server::bills;
use server::calculations::{self, Explained};
use server::texts::{self, Locale};

use crate::ui::tables::{Calculation, Part};
use crate::ui::{Amount, Tone};

/// An amount and its words.
#[must_use]
pub fn amount(l: Locale, value: Money) -> Amount {
    Amount::new(value, texts::money(l, value))
}

/// "Mensalidade de novembro de 2026".
#[must_use]
pub fn name(l: Locale, nature: Nature, competence: &str) -> String {
    let nature = bills::nature(l, nature);
    if competence.is_empty() { nature.to_owned() } else { texts::bills::name(l, texts::competence(l, competence), nature) }
}

/// How a bill stands on a day, in a word or two. `days_late` counts as charges do.
#[must_use]
pub fn standing(l: Locale, standing: Standing, balance: Money, due_on: NaiveDate, days_late: u32, day: NaiveDate) -> (Tone, String) {
    use texts::bills as t;
    match standing {
        Standing::Disputed => (Tone::Info, bills::standing(l, standing).to_owned()),
        Standing::InAgreement => (Tone::Info, bills::standing(l, standing).to_owned()),
        Standing::Open | Standing::Settled if balance < Money::ZERO => (Tone::Good, t::in_your_favour(l).to_owned()),
        Standing::Open | Standing::Settled if balance.is_zero() => (Tone::Good, bills::standing(l, Standing::Settled).to_owned()),
        Standing::Open | Standing::Settled if days_late > 0 => (Tone::Attention, t::late_since(l, i64::from(days_late))),
        Standing::Open | Standing::Settled if due_on <= day => (Tone::Attention, t::due_today(l).to_owned()),
        Standing::Open | Standing::Settled => (Tone::Neutral, t::not_due(l).to_owned()),
    }
}

/// "Venceu em 10 de novembro de 2026", or when it will.
#[must_use]
pub fn due(l: Locale, due_on: NaiveDate, day: NaiveDate) -> String {
    let words = texts::long_date(l, due_on);
    if due_on < day { texts::bills::fell_due(l, words) } else { texts::bills::falls_due(l, words) }
}

/// What a bill costs on a day, each part with what it was taken of, so that anybody can do it again.
pub fn calculation(l: Locale, calculation: &charges::Calculation) -> impl IntoView + use<> {
    use texts::bills as t;
    let Explained { parts, note } = calculations::explained(l, calculation);
    let parts = parts
        .into_iter()
        .map(|part| {
            let drawn = Part::new(part.label, amount(l, part.amount));
            if part.how.is_empty() { drawn } else { drawn.how(part.how) }
        })
        .collect();
    let total = Part::new(t::total_on(l, texts::date(l, calculation.on)), amount(l, calculation.total));
    view! { <Calculation caption=t::calculation(l) parts total note/> }
}
