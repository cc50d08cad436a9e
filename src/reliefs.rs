//! Reliefs: days for which nothing is charged for paying late, because the creditor decided so: its slips could not be paid, its own
//! mistake. Never takes off what is open itself, and never charges more than would be charged without it.
//!
//! A charge arises on a day: the fine on the first day late that counts, the interest on each. What arises within the days that are given
//! up is not charged, then or later. Where payment is put off, a bill is as if it had been due on the new day, if that is later. A relief
//! that was lifted holds for no day from then on: whoever pays then pays as if it had never been, and who paid before has paid.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::days_after;

/// One decision about a bill.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::charges::{Terms, late_charges};
/// use domain::money::Money;
/// use domain::reliefs::{Days, Relief};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let (due, on) = (day("2026-09-10")?, day("2026-10-17")?);
/// let reliefs = vec![Relief { reason: "Boletos fora do ar".into(), days: Some(Days { from: day("2026-09-10")?, to: day("2026-09-20")? }), ..Relief::default() }];
/// let terms = Terms { reliefs, ..Terms::default() };
/// // 27 days instead of 37, and no fine: it would have arisen on the 11th.
/// let cost = late_charges(Money::cents(52_347), due, on, &terms, &Calendar::default());
/// assert_eq!((cost.days, cost.fine.amount, cost.interest.amount), (27, Money::ZERO, Money::cents(471)));
/// assert_eq!(cost.waived.unwrap().amount, Money::cents(1_693 - 471));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Relief {
    /// Why, in the words that the customer reads.
    pub reason: String,
    /// The days whose charges are given up.
    pub days: Option<Days>,
    /// Until when nothing is charged, whatever the due date.
    pub until: Option<NaiveDate>,
    /// From when on it holds no more.
    pub lifted_on: Option<NaiveDate>,
}

/// Some days, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

impl Relief {
    /// Whether it holds for whoever pays on a day.
    #[must_use]
    pub fn holds(&self, on: NaiveDate) -> bool {
        self.lifted_on.is_none_or(|lifted| on < lifted)
    }

    /// The last day it says something about.
    #[must_use]
    pub fn ends_on(&self) -> Option<NaiveDate> {
        self.days.map(|days| days.to).max(self.until)
    }
}

/// The day on which a bill falls due for whoever asks on a day: as printed, or a later one to which payment was put off.
#[must_use]
pub fn due_on(printed: NaiveDate, reliefs: &[Relief], on: NaiveDate) -> NaiveDate {
    put_off(printed, &reliefs.iter().filter(|relief| relief.holds(on)).collect::<Vec<_>>())
}

/// Whether a charge that arises on this day is given up.
pub(crate) fn given_up(day: NaiveDate, reliefs: &[&Relief]) -> bool {
    reliefs.iter().filter_map(|relief| relief.days).any(|days| days.from <= day && day <= days.to)
}

/// The days after `from` up to `on` that are charged, as spans: after the first of each, up to its second.
pub(crate) fn charged(from: NaiveDate, on: NaiveDate, reliefs: &[&Relief]) -> Vec<(NaiveDate, NaiveDate)> {
    let mut spans = if from < on { vec![(from, on)] } else { Vec::new() };
    for days in reliefs.iter().filter_map(|relief| relief.days).filter(|days| days.from <= days.to) {
        // What is left of a span before the first day given up, and after the last.
        let before = |after: NaiveDate, to: NaiveDate| (after, to.min(days.from.pred_opt().unwrap_or(days.from)));
        let after = |after: NaiveDate, to: NaiveDate| (after.max(days.to), to);
        spans = spans.into_iter().flat_map(|(a, b)| [before(a, b), after(a, b)]).filter(|(a, b)| a < b).collect();
    }
    spans
}

/// The day after which days count where payment was put off.
pub(crate) fn put_off(from: NaiveDate, reliefs: &[&Relief]) -> NaiveDate {
    reliefs.iter().filter_map(|relief| relief.until).fold(from, NaiveDate::max)
}

/// The first day late that counts: after `from`, and after the grace.
pub(crate) fn first_day(from: NaiveDate, due_on: NaiveDate, grace_days: u16) -> NaiveDate {
    days_after(from, 1).max(days_after(days_after(due_on, u32::from(grace_days)), 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::charges::{Posted, Terms, late_charges, late_charges_after};
    use crate::money::Money;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(from: &str, to: &str) -> Option<Days> {
        Some(Days { from: day(from), to: day(to) })
    }

    fn cost(due: &str, on: &str, reliefs: Vec<Relief>) -> (u32, i64, i64) {
        let terms = Terms { reliefs, ..Terms::default() };
        let cost = late_charges(Money::cents(52_347), day(due), day(on), &terms, &Calendar::default());
        (cost.days, cost.fine.amount.as_cents(), cost.interest.amount.as_cents())
    }

    #[test]
    fn worked_examples() {
        let of = |days, until| vec![Relief { days, until, ..Relief::default() }];
        for (due, on, reliefs, expected) in [
            ("2026-09-10", "2026-10-17", vec![], (37, 1047, 646)),
            // From the first day late: no fine, ten days less.
            ("2026-09-10", "2026-10-17", of(days("2026-09-11", "2026-09-20"), None), (27, 0, 471)),
            // In the middle: the fine had arisen before.
            ("2026-09-10", "2026-10-17", of(days("2026-09-20", "2026-09-29"), None), (27, 1047, 471)),
            // All of it, and the day after.
            ("2026-09-10", "2026-10-17", of(days("2026-09-01", "2026-10-17"), None), (0, 0, 0)),
            ("2026-09-10", "2026-10-18", of(days("2026-09-01", "2026-10-17"), None), (1, 0, 17)),
            // Put off: as if it had been due then, fine and all.
            ("2026-09-10", "2026-10-17", of(None, Some(day("2026-10-17"))), (0, 0, 0)),
            ("2026-09-10", "2026-10-18", of(None, Some(day("2026-10-17"))), (1, 1047, 17)),
            // Put off to a day before it was due: nothing changes.
            ("2026-09-10", "2026-10-17", of(None, Some(day("2026-09-01"))), (37, 1047, 646)),
            // Two that overlap give up each day once.
            (
                "2026-09-10",
                "2026-10-17",
                [of(days("2026-09-20", "2026-09-29"), None), of(days("2026-09-25", "2026-10-04"), None)].concat(),
                (22, 1047, 384),
            ),
            // Backwards is nothing.
            ("2026-09-10", "2026-10-17", of(days("2026-09-29", "2026-09-20"), None), (37, 1047, 646)),
        ] {
            assert_eq!(cost(due, on, reliefs.clone()), expected, "{due} {on} {reliefs:?}");
        }
    }

    #[test]
    fn lifted_it_holds_no_more() {
        let relief = Relief { until: Some(day("2026-10-30")), lifted_on: Some(day("2026-10-10")), ..Relief::default() };
        assert_eq!(cost("2026-09-10", "2026-10-09", vec![relief.clone()]), (0, 0, 0));
        assert_eq!(cost("2026-09-10", "2026-10-10", vec![relief]), cost("2026-09-10", "2026-10-10", Vec::new()));
    }

    #[test]
    fn it_says_what_it_took_off_and_why() {
        let relief = Relief { reason: "Banco fora do ar".into(), days: days("2026-09-11", "2026-09-20"), ..Relief::default() };
        let terms = Terms { reliefs: vec![relief.clone()], ..Terms::default() };
        let at = |on| late_charges(Money::cents(52_347), day("2026-09-10"), day(on), &terms, &Calendar::default());
        let waived = at("2026-10-17").waived.unwrap();
        assert_eq!((waived.days, waived.amount.as_cents(), waived.reasons.as_slice()), (10, 1222, &["Banco fora do ar".to_owned()][..]));
        assert_eq!(at("2026-09-10").waived, None, "nothing to take off yet");
        // What the ledger holds already stays.
        let posted = Some(Posted { to: day("2026-09-15"), open: Money::cents(1_000) });
        let after = late_charges_after(Money::cents(53_347), day("2026-09-10"), posted, day("2026-10-17"), &terms, &Calendar::default());
        assert_eq!((after.days, after.principal, after.waived.unwrap().days), (27, Money::cents(53_347), 5));
    }

    prop_compose! {
        fn some_relief()(from in 0u32..300, length in 0u32..100, until in prop::option::of(0u32..300), has_days in any::<bool>()) -> Relief {
            let at = |n| days_after(day("2026-01-01"), n);
            Relief {
                days: has_days.then(|| Days { from: at(from), to: at(from + length) }),
                until: until.map(at),
                ..Relief::default()
            }
        }
    }

    proptest! {
        #[test]
        fn it_never_costs_more_and_lifted_it_is_as_if_it_had_never_been(
            principal in 1i64..100_000_000, due in 0u32..300, late in 0u32..300, grace in 0u16..10,
            reliefs in prop::collection::vec(some_relief(), 0..4), posted in prop::option::of((0u32..300, 0i64..10_000)), lifted in 0u32..300,
        ) {
            let calendar = Calendar::default();
            let at = |n| days_after(day("2026-01-01"), n);
            let (due_on, on, lifted_on) = (at(due), at(due + late), at(lifted));
            let posted = posted.map(|(to, open)| Posted { to: at(to), open: Money::cents(open) });
            let with = |reliefs: Vec<Relief>| {
                let terms = Terms { reliefs, grace_days: grace, ..Terms::default() };
                late_charges_after(Money::cents(principal), due_on, posted, on, &terms, &calendar)
            };
            let (without, relieved) = (with(Vec::new()), with(reliefs.clone()));
            prop_assert!(relieved.total <= without.total && relieved.principal == without.principal && relieved.days <= without.days);
            let taken = relieved.waived.as_ref().map_or(Money::ZERO, |waived| waived.amount);
            prop_assert_eq!(relieved.total + taken, without.total);
            let undone = with(reliefs.into_iter().map(|relief| Relief { lifted_on: Some(lifted_on), ..relief }).collect());
            prop_assert_eq!(undone, if on >= lifted_on { without } else { relieved });
        }
    }
}
