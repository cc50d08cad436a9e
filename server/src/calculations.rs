//! A calculation in words: each part with what it was taken of, so that anybody can do it again. One text for the page and for papers.
//! Never works anything out.

use domain::charges::{Calculation, Line};
use domain::money::Money;
use rust_decimal::Decimal;

use crate::texts::{self, Locale, bills as t};

/// A part of the amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub label: &'static str,
    /// How it was found; empty where there is nothing to say.
    pub how: String,
    /// What it comes to; below zero where it takes off.
    pub amount: Money,
}

/// A calculation, worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The parts, in the order in which they are added.
    pub parts: Vec<Part>,
    /// From when days count, how is rounded, by which rule.
    pub note: String,
}

/// Words a calculation.
#[must_use]
pub fn explained(l: Locale, calculation: &Calculation) -> Explained {
    let money = |value| texts::money(l, value);
    let mut parts = vec![Part { label: t::principal(l), how: String::new(), amount: calculation.principal }];
    let mut note = t::rounding(l).to_owned();
    if calculation.days > 0 {
        let (fine, interest) = (&calculation.fine, &calculation.interest);
        if calculation.posted.is_none() {
            let how = t::fine_how(l, money(fine.base), exact(l, fine), rate(l, fine.rate));
            parts.push(Part { label: t::fine(l), how, amount: fine.amount });
        }
        if interest.base.is_positive() {
            let how = t::interest_how(l, money(interest.base), exact(l, interest), i64::from(calculation.days), rate(l, interest.rate));
            parts.push(Part { label: t::interest(l), how, amount: interest.amount });
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
        parts.push(Part { label: t::discount(l), how, amount: -discount.amount });
    }
    if let Some(waived) = &calculation.waived {
        let told = t::waived(l, money(waived.amount), i64::from(waived.days), waived.reasons.join("; ").trim_end_matches('.'));
        note = format!("{told} {note}");
    }
    let note = format!("{note} {}", t::rule(l, &calculation.version));
    Explained { parts, note }
}

/// A rate as people write it: `2%`, `0,033%`.
#[must_use]
pub fn rate(l: Locale, rate: Decimal) -> String {
    let percent = rate.saturating_mul(Decimal::ONE_HUNDRED).normalize().to_string();
    format!("{}%", texts::decimal(l, percent))
}

/// What a line comes to before it is rounded, to six places: enough to see which way it went.
#[must_use]
pub fn exact(l: Locale, line: &Line) -> String {
    texts::decimal(l, line.exact.round_dp(6).normalize().to_string())
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
