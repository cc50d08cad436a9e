//! What every page says of a bill in the same way: its name, how it stands, how its amount came about. Never works anything out.

use chrono::NaiveDate;
use domain::charges::{self, Line};
use domain::money::Money;
use domain::statement::{Nature, Standing};
use leptos::prelude::*;
use rust_decimal::Decimal;
use server::bills;
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

/// A rate as people write it: `2%`, `0,033%`.
#[must_use]
pub fn rate(l: Locale, rate: Decimal) -> String {
    let percent = rate.saturating_mul(Decimal::ONE_HUNDRED).normalize().to_string();
    format!("{}%", texts::decimal(l, percent))
}

/// What a line comes to before it is rounded, to six places: enough to see which way it went.
fn exact(l: Locale, line: &Line) -> String {
    texts::decimal(l, line.exact.round_dp(6).normalize().to_string())
}

/// What a bill costs on a day, each part with what it was taken of, so that anybody can do it again.
pub fn calculation(l: Locale, calculation: &charges::Calculation) -> impl IntoView + use<> {
    use texts::bills as t;
    let money = |value| texts::money(l, value);
    let mut parts = vec![Part::new(t::principal(l), amount(l, calculation.principal))];
    let mut note = t::rounding(l).to_owned();
    if calculation.days > 0 {
        let (fine, interest) = (&calculation.fine, &calculation.interest);
        if calculation.posted.is_none() {
            let how = t::fine_how(l, money(fine.base), exact(l, fine), rate(l, fine.rate));
            parts.push(Part::new(t::fine(l), amount(l, fine.amount)).how(how));
        }
        if interest.base.is_positive() {
            let how = t::interest_how(l, money(interest.base), exact(l, interest), i64::from(calculation.days), rate(l, interest.rate));
            parts.push(Part::new(t::interest(l), amount(l, interest.amount)).how(how));
        }
    }
    let counted = match calculation.posted {
        Some(posted) if posted.open >= calculation.principal => Some(t::posted_only(l, texts::date(l, posted.to))),
        Some(posted) => Some(t::posted(l, texts::date(l, posted.to))),
        None if calculation.days == 0 => None,
        None if calculation.adjusted_due_on == calculation.due_on => Some(t::counted(l, texts::date(l, calculation.due_on))),
        None => Some(t::counted_adjusted(l, texts::date(l, calculation.adjusted_due_on), texts::date(l, calculation.due_on))),
    };
    if let Some(counted) = counted {
        note = format!("{counted} {note}");
    }
    if let Some(discount) = &calculation.discount {
        let how = t::discount_how(l, money(discount.base), rate(l, discount.rate));
        parts.push(Part::new(t::discount(l), amount(l, -discount.amount)).how(how));
    }
    let note = format!("{note} {}", t::rule(l, &calculation.version));
    let total = Part::new(t::total_on(l, texts::date(l, calculation.on)), amount(l, calculation.total));
    view! { <Calculation caption=t::calculation(l) parts total note/> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_people_do() {
        assert_eq!(rate(Locale::PtBr, Decimal::new(2, 2)), "2%");
        assert_eq!(rate(Locale::PtBr, Decimal::new(33, 5)), "0,033%");
        assert_eq!(rate(Locale::En, Decimal::new(150, 4)), "1.5%");
    }
}
