//! A Pix charge of the portal: until when it holds, what is in it, and where its money goes once it is paid.
//!
//! Never asks a bank, and never writes a code: the provider's code is the only one anybody sees.
//!
//! An immediate charge (`cob`) holds for the day whose late charges are in its amount. A charge with a due date (`cobv`) holds until
//! that date, or the next business day where it is closed; it carries no late charges, since nothing is late before it ends.
//! Source: Banco Central, API Pix 2.9.0.
//!
//! ```
//! use domain::calendar::Calendar;
//! use domain::pix::charges::{Kind, Validity, validity};
//! let date = |text: &str| text.parse().unwrap();
//! // Today is 22 November 2026, a Sunday. One bill is late: what it costs grows tomorrow.
//! let today = validity(&[date("2026-10-10"), date("2026-12-10")], date("2026-11-22"), &Calendar::default());
//! assert_eq!(today, Some(Validity { kind: Kind::Cob, pay_on: date("2026-11-22"), last_day: date("2026-11-22") }));
//! // None is late, and all fall due on one day.
//! let later = validity(&[date("2026-12-10")], date("2026-11-22"), &Calendar::default());
//! assert_eq!(later, Some(Validity { kind: Kind::CobV, pay_on: date("2026-12-10"), last_day: date("2026-12-10") }));
//! ```

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::charges::Tolerance;
use crate::money::Money;
use crate::reconciliation::{Due, Outcome, Received, Split, split};
use crate::statement::{Standing, days_late};
use crate::words::words;

words! {
    /// The two charges of the API Pix.
    pub enum Kind {
        /// Immediate: for so many seconds.
        Cob = "cob",
        /// With a due date.
        CobV = "cobv",
    }

    /// Where a charge stands.
    pub enum State {
        /// Chosen; the provider has not answered yet, and nobody has seen a code.
        New = "new",
        /// It can be paid.
        Active = "active",
        /// It was paid.
        Paid = "paid",
        /// Its time is over.
        Ended = "ended",
        /// Taken back.
        Cancelled = "cancelled",
    }

    /// Why a charge was taken back.
    pub enum Reason {
        /// One of its bills was paid in another way.
        Settled = "settled",
        /// What one of its bills costs is another amount now.
        Changed = "changed",
        /// One of its bills is disputed.
        Disputed = "disputed",
        /// One of its bills is in an agreement.
        InAgreement = "in_agreement",
        /// One of its bills has another slip.
        SlipReplaced = "slip_replaced",
        /// Another charge was asked for.
        AskedAnew = "asked_anew",
        /// The provider took it back, or does not know it any more.
        Provider = "provider",
    }
}

impl State {
    /// Whether it may yet be paid.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::New | Self::Active)
    }
}

/// Until when a charge holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Which of the two it is.
    pub kind: Kind,
    /// The day its amount is for; of a [`Kind::CobV`] its due date.
    pub pay_on: NaiveDate,
    /// The last day on which it can be paid, all of it.
    pub last_day: NaiveDate,
}

/// Until when a charge for bills with these due dates holds, when it is asked for on a day; none for no bills.
#[must_use]
pub fn validity(due_dates: &[NaiveDate], day: NaiveDate, calendar: &Calendar) -> Option<Validity> {
    let first = *due_dates.iter().min()?;
    if days_late(first, day, calendar) > 0 {
        return Some(Validity { kind: Kind::Cob, pay_on: day, last_day: day });
    }
    let last_day = calendar.next_business_day(first).max(day);
    let one_date = due_dates.iter().all(|due| *due == first) && first > day;
    Some(if one_date {
        Validity { kind: Kind::CobV, pay_on: first, last_day }
    } else {
        Validity { kind: Kind::Cob, pay_on: day, last_day }
    })
}

/// A bill of a charge, when its payment comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What may be done with it.
    pub standing: Standing,
    /// What there is to pay for it, late charges of the charge included.
    pub due: Due,
}

/// Where the money of a payment goes, bill by bill, and what it comes to.
///
/// Each bill gets what it still costs, in their order; the last one all that is left, so that what is too much is found in one
/// place. The rules of a single payment are those of [`split`].
///
/// ```
/// use domain::charges::Tolerance;
/// use domain::money::Money;
/// use domain::pix::charges::{Part, State, lay};
/// use domain::reconciliation::{Due, Outcome};
/// use domain::statement::Standing;
/// let late = Due { open: Money::cents(52_347), fine: Money::cents(1_047), interest: Money::cents(646) };
/// let next = Due { open: Money::cents(52_347), ..Due::default() };
/// let parts = [late, next].map(|due| Part { standing: Standing::Open, due });
/// let (outcome, splits) = lay(State::Active, &parts, Money::cents(106_387), &Tolerance::default());
/// assert_eq!(outcome, Outcome::Settled);
/// assert_eq!((splits[0].paid(), splits[1].paid()), (Money::cents(54_040), Money::cents(52_347)));
/// ```
#[must_use]
pub fn lay(state: State, parts: &[Part], paid: Money, tolerance: &Tolerance) -> (Outcome, Vec<Split>) {
    let mut left = paid.max(Money::ZERO);
    let last = parts.len().saturating_sub(1);
    let mut splits = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let costs = part.due.open.max(Money::ZERO) + part.due.fine + part.due.interest;
        let share = if at == last { left } else { left.min(costs) };
        left -= share;
        splits.push(split(&part.due, &Received { paid: share, ..Received::default() }, tolerance));
    }
    let nothing_open = parts.iter().all(|part| !part.due.open.is_positive());
    let all = || parts.iter().zip(&splits);
    let outcome = if nothing_open {
        if parts.iter().any(|part| part.standing == Standing::InAgreement) { Outcome::InAgreement } else { Outcome::Duplicate }
    } else if state == State::Cancelled {
        Outcome::Superseded
    } else if state == State::Ended {
        Outcome::AfterClosing
    } else if all().any(|(part, split)| split.left(part.due.open.max(Money::ZERO)).is_positive()) {
        Outcome::Partial
    } else if splits.iter().any(|split| split.excess.is_positive()) {
        Outcome::Excess
    } else if splits.iter().any(|split| split.tolerated) {
        Outcome::WithinTolerance
    } else {
        Outcome::Settled
    };
    (outcome, splits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn part(open: i64, fine: i64, interest: i64) -> Part {
        Part { standing: Standing::Open, due: Due { open: Money::cents(open), fine: Money::cents(fine), interest: Money::cents(interest) } }
    }

    #[test]
    fn holds_until_the_amount_would_change() {
        let calendar = Calendar::default();
        let on = |due: &[&str], day: &str| {
            let due: Vec<NaiveDate> = due.iter().map(|due| date(due)).collect();
            validity(&due, date(day), &calendar).map(|validity| (validity.kind, validity.pay_on.to_string(), validity.last_day.to_string()))
        };
        assert_eq!(on(&[], "2026-11-22"), None);
        // Due on Friday the 20th, a holiday: on Sunday nothing is late, and Monday is the last day.
        assert_eq!(on(&["2026-11-20"], "2026-11-22"), Some((Kind::Cob, "2026-11-22".into(), "2026-11-23".into())));
        assert_eq!(on(&["2026-11-20"], "2026-11-24"), Some((Kind::Cob, "2026-11-24".into(), "2026-11-24".into())));
        // Due today, and on two days: the earlier one ends it.
        assert_eq!(on(&["2026-11-24"], "2026-11-24"), Some((Kind::Cob, "2026-11-24".into(), "2026-11-24".into())));
        assert_eq!(on(&["2026-12-10", "2026-12-20"], "2026-11-24"), Some((Kind::Cob, "2026-11-24".into(), "2026-12-10".into())));
        // Saturday, 12 December: its due date stays as printed, and Monday is still in time.
        assert_eq!(on(&["2026-12-12", "2026-12-12"], "2026-11-24"), Some((Kind::CobV, "2026-12-12".into(), "2026-12-14".into())));
    }

    #[test]
    fn every_centavo_has_one_place() {
        let tolerance = Tolerance::default();
        let parts = [part(10_000, 200, 100), part(5_000, 0, 0), part(0, 0, 0)];
        for paid in [0, 1, 9_999, 10_299, 10_300, 10_301, 15_299, 15_300, 15_301, 99_999] {
            let (outcome, splits) = lay(State::Active, &parts, Money::cents(paid), &tolerance);
            assert_eq!(splits.iter().map(Split::paid).sum::<Money>(), Money::cents(paid));
            let expected = match paid {
                15_300 => Outcome::Settled,
                ..15_300 => Outcome::Partial,
                _ => Outcome::Excess,
            };
            assert_eq!(outcome, expected, "{paid}");
        }
    }

    #[test]
    fn says_what_came_of_it() {
        let outcome = |state, parts: &[Part], paid| lay(state, parts, Money::cents(paid), &Tolerance::default()).0;
        let open = [part(10_000, 200, 100)];
        assert_eq!(outcome(State::Active, &[part(0, 0, 0)], 100), Outcome::Duplicate);
        assert_eq!(outcome(State::Active, &[Part { standing: Standing::InAgreement, ..part(0, 0, 0) }], 100), Outcome::InAgreement);
        assert_eq!(outcome(State::Cancelled, &open, 10_300), Outcome::Superseded);
        assert_eq!(outcome(State::Ended, &open, 10_300), Outcome::AfterClosing);
        assert_eq!(outcome(State::New, &open, 10_300), Outcome::Settled);
        assert_eq!(outcome(State::Active, &open, 10_299), Outcome::WithinTolerance);
    }
}
