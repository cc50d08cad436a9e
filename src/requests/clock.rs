//! The clock of a request: business days of the creditor's until a conclusive answer, standing still while the customer is asked
//! something, and over with the answer. Never reads the time: the day is an argument.
//!
//! A deadline is a business day. A pause moves it on by the business days that passed while it stood still, so that as many are left
//! when the customer answers as there were when the customer was asked; what was late before stays late.
//!
//! ```
//! use domain::calendar::Calendar;
//! use domain::requests::clock::{Pause, left, resumed, spent};
//! let (calendar, day) = (Calendar::default(), |text: &str| text.parse::<chrono::NaiveDate>());
//! // Seven business days from Monday the 9th; on the 12th the customer is asked, and answers eight days later, 20 November being a holiday.
//! let (opened, deadline) = (day("2026-11-09")?, day("2026-11-18")?);
//! let pause = Pause { from: day("2026-11-12")?, to: Some(day("2026-11-20")?) };
//! let after = resumed(deadline, pause.from, day("2026-11-20")?, &calendar);
//! assert_eq!(after, day("2026-11-26")?);
//! assert_eq!(left(deadline, pause.from, &calendar), left(after, day("2026-11-20")?, &calendar));
//! assert_eq!(spent(opened, after, &[pause], &calendar), 7);
//! # Ok::<(), chrono::ParseError>(())
//! ```

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Status::{self, InReview, Prepared, Received, WaitingCustomer};
use crate::calendar::Calendar;
use crate::words::words;

words! {
    /// Whether a request's deadline is running. Declared, and named, in the order of the queue.
    pub enum Clock {
        /// It is the creditor's turn: each business day counts.
        Counting = "counting",
        /// The customer was asked something: no day counts.
        Paused = "paused",
        /// It was answered, or is over; what was decided may still have to happen.
        Stopped = "stopped",
    }
}

impl Status {
    /// What the clock does here.
    ///
    /// ```
    /// use domain::requests::Status;
    /// use domain::requests::clock::Clock;
    /// assert_eq!(Status::WaitingCustomer.clock(), Clock::Paused);
    /// // The customer was told of the decision: that is the answer the deadline is for.
    /// assert_eq!(Status::Approved.clock(), Clock::Stopped);
    /// ```
    #[must_use]
    pub const fn clock(self) -> Clock {
        match self {
            Received | InReview | Prepared => Clock::Counting,
            WaitingCustomer => Clock::Paused,
            Status::Approved | Status::Refused | Status::Done | Status::Withdrawn => Clock::Stopped,
        }
    }
}

/// How clocks are kept; business days.
///
/// ```
/// use domain::requests::clock::ClockRules;
/// let rules: ClockRules = serde_json::from_str(r#"{"warning_days": 2}"#)?;
/// assert_eq!((rules.warning_days, rules.waiting_days), (2, 10));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockRules {
    /// So many business days before the deadline the supervisors are warned.
    pub warning_days: u16,
    /// So long we wait for the customer's answer before a person looks again.
    pub waiting_days: u16,
    /// So many business days before that the customer is reminded.
    pub reminder_days: u16,
}

impl Default for ClockRules {
    fn default() -> Self {
        Self { warning_days: 1, waiting_days: 10, reminder_days: 3 }
    }
}

/// A time during which the clock stood still. An example is in [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The day the customer was asked.
    pub from: NaiveDate,
    /// The day it went on; none while it lasts.
    pub to: Option<NaiveDate>,
}

/// The deadline after a pause: as many business days away as it was, unless it was over before.
///
/// ```
/// # use domain::calendar::Calendar;
/// # use domain::requests::clock::resumed;
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// // Asked and answered on one day: nothing changes. Missed before it was asked: it stays missed.
/// assert_eq!(resumed(day("2026-11-18")?, day("2026-11-12")?, day("2026-11-12")?, &Calendar::default()), day("2026-11-18")?);
/// assert_eq!(resumed(day("2026-11-18")?, day("2026-11-19")?, day("2026-12-30")?, &Calendar::default()), day("2026-11-18")?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn resumed(deadline: NaiveDate, paused_on: NaiveDate, resumed_on: NaiveDate, calendar: &Calendar) -> NaiveDate {
    if deadline < paused_on {
        return deadline;
    }
    let stood = calendar.business_days_between(paused_on, resumed_on.max(paused_on));
    // Asked on the last day and answered on a closed one, it would be late before anybody could read the answer.
    calendar.add_business_days(deadline, u16::try_from(stood).unwrap_or(u16::MAX)).max(calendar.next_business_day(resumed_on))
}

/// Business days left after today; none on the last day, negative when late. An example is in [the module](self).
#[must_use]
pub fn left(deadline: NaiveDate, today: NaiveDate, calendar: &Calendar) -> i64 {
    calendar.business_days_between(today, deadline)
}

/// Business days that counted from the opening until `until`, pauses left out. They do not overlap. An example is in
/// [the module](self).
#[must_use]
pub fn spent(opened_on: NaiveDate, until: NaiveDate, pauses: &[Pause], calendar: &Calendar) -> i64 {
    let stood: i64 = pauses.iter().map(|pause| calendar.business_days_between(pause.from, pause.to.unwrap_or(until))).sum();
    calendar.business_days_between(opened_on, until) - stood
}

/// The first day on which no more than so many business days are left.
///
/// ```
/// # use domain::calendar::Calendar;
/// # use domain::requests::clock::warns_on;
/// // One business day before a Monday is the Friday; this one is a holiday.
/// let (monday, thursday) = ("2026-11-23".parse()?, "2026-11-19".parse()?);
/// assert_eq!(warns_on(monday, 1, &Calendar::default()), thursday);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn warns_on(deadline: NaiveDate, days: u16, calendar: &Calendar) -> NaiveDate {
    let mut on = deadline;
    for _ in 0..days {
        on = on.pred_opt().unwrap_or(on);
        while !calendar.is_business_day(on) {
            let Some(before) = on.pred_opt() else { return on };
            on = before;
        }
    }
    on
}

/// The middle of numbers, each with how often it occurs; with two in the middle, the smaller. Nothing of nothing.
///
/// ```
/// use domain::requests::clock::median;
/// assert_eq!(median(&mut [(5, 1), (2, 3), (9, 1)]), Some(2));
/// assert_eq!(median(&mut []), None);
/// ```
#[must_use]
pub fn median(counted: &mut [(i64, i64)]) -> Option<i64> {
    counted.sort_unstable();
    let all: i64 = counted.iter().map(|(_, count)| count).sum();
    let mut seen = 0;
    counted.iter().find_map(|(number, count)| {
        seen += count;
        (seen * 2 >= all && all > 0).then_some(*number)
    })
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(number)
    }

    #[test]
    fn clocks_are_named_in_the_order_of_the_queue() {
        let mut names: Vec<_> = Clock::ALL.iter().map(|clock| clock.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["counting", "paused", "stopped"]);
        for status in Status::ALL {
            assert_eq!(status.clock() == Clock::Paused, status.whose_turn() == crate::requests::Turn::Customer, "{status}");
            assert!(status.is_open() || status.clock() == Clock::Stopped, "{status}");
        }
    }

    #[test]
    fn the_middle_is_where_half_lies_below() {
        assert_eq!(median(&mut [(1, 1), (2, 1)]), Some(1));
        assert_eq!(median(&mut [(1, 1), (2, 1), (3, 1)]), Some(2));
        assert_eq!(median(&mut [(7, 0)]), None);
    }

    proptest! {
        /// Walks days one by one with a clock of its own: it counts a business day unless it stands still.
        #[test]
        fn a_pause_neither_shortens_nor_loses_a_business_day(
            opened in 0u64..400,
            days in 0u16..15,
            // When the customer is asked and answers, in days since the step before.
            steps in prop::collection::vec((0u64..9, 0u64..40), 0..5),
            holidays in prop::collection::btree_set(0u64..800, 0..40),
        ) {
            let calendar = Calendar { extra_holidays: holidays.into_iter().map(day).collect() };
            let opened_on = day(opened);
            let mut deadline = calendar.add_business_days(opened_on, days);
            let (mut at, mut pauses) = (opened, Vec::new());
            let (mut late, mut given) = (false, 0);
            for (asked_after, answered_after) in steps {
                let (asked, answered) = (at + asked_after, at + asked_after + answered_after);
                let before = left(deadline, day(asked), &calendar);
                late |= deadline < day(asked);
                let after = resumed(deadline, day(asked), day(answered), &calendar);
                prop_assert!(after >= deadline, "a pause takes nothing away");
                prop_assert_eq!(after < day(answered), late, "and makes nothing late");
                if !late {
                    // Answered on a closed day after the last one: the next business day is given.
                    let gift = i64::from(before == 0 && !calendar.is_business_day(day(answered)));
                    prop_assert_eq!(left(after, day(answered), &calendar), before + gift);
                    given += gift;
                    prop_assert!(calendar.is_business_day(after));
                }
                deadline = after;
                pauses.push(Pause { from: day(asked), to: Some(day(answered)) });
                at = answered;
            }
            // The days that counted, one by one.
            let until = at + 5;
            let stands = |n: u64| pauses.iter().any(|pause| pause.from < day(n) && pause.to.is_some_and(|to| day(n) <= to));
            let counted = (opened + 1..=until).filter(|n| calendar.is_business_day(day(*n)) && !stands(*n)).count();
            prop_assert_eq!(spent(opened_on, day(until), &pauses, &calendar), i64::try_from(counted).unwrap());
            if !late && days > 0 {
                // What the answer took and what was left are what was promised.
                let all = spent(opened_on, day(until), &pauses, &calendar) + left(deadline, day(until), &calendar);
                prop_assert_eq!(all, i64::from(days) + given);
            }
        }

        #[test]
        fn warned_on_the_first_day_with_so_few_left(deadline in 50u64..400, days in 0u16..9) {
            let calendar = Calendar::default();
            let deadline = calendar.next_business_day(day(deadline));
            let on = warns_on(deadline, days, &calendar);
            prop_assert_eq!(left(deadline, on, &calendar), i64::from(days));
            prop_assert!(left(deadline, on.pred_opt().unwrap(), &calendar) > i64::from(days));
        }
    }
}
