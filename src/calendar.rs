//! Business days of the Brazilian financial system, by rule, plus holidays a creditor adds. Never reads a clock and never
//! fetches a list: the rule gives every year, and local holidays are data.
//!
//! A date is a calendar day in the creditor's time zone; whoever calls knows which day it is there. Sources: Resolução CMN
//! 4.880/2020 for the days on which banks are closed, Lei 14.759/2023 for 20 November, Lei 7.089/1983 for what falls due on
//! such a day.
//!
//! ```
//! use domain::calendar::{BankHoliday, Calendar, bank_holiday};
//! let calendar = Calendar::default();
//! let friday = "2026-11-20".parse()?;
//! assert_eq!(bank_holiday(friday), Some(BankHoliday::BlackAwareness));
//! assert_eq!(calendar.next_business_day(friday), "2026-11-23".parse()?);
//! # Ok::<(), chrono::ParseError>(())
//! ```

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// A day on which banks are closed in the whole country (Resolução CMN 4.880/2020; Lei 14.759/2023 for the last).
    pub enum BankHoliday {
        /// 1 January.
        NewYear = "new_year",
        /// Carnival Monday, 48 days before Easter. (Ash Wednesday is a business day, if a short one.)
        CarnivalMonday = "carnival_monday",
        /// Carnival Tuesday, 47 days before Easter.
        CarnivalTuesday = "carnival_tuesday",
        /// Good Friday, 2 days before Easter.
        GoodFriday = "good_friday",
        /// 21 April, Tiradentes.
        Tiradentes = "tiradentes",
        /// 1 May.
        LabourDay = "labour_day",
        /// Corpus Christi, 60 days after Easter.
        CorpusChristi = "corpus_christi",
        /// 7 September.
        Independence = "independence",
        /// 12 October, Nossa Senhora Aparecida.
        Aparecida = "aparecida",
        /// 2 November.
        AllSouls = "all_souls",
        /// 15 November.
        Republic = "republic",
        /// 20 November, Zumbi e Consciência Negra: national since 2024.
        BlackAwareness = "black_awareness",
        /// 25 December.
        Christmas = "christmas",
    }
}

/// The calendar by which due dates and deadlines of one creditor are counted.
///
/// ```
/// use domain::calendar::Calendar;
/// // Curitiba keeps 8 September; banks elsewhere work.
/// let curitiba = Calendar { extra_holidays: ["2026-09-08".parse()?].into() };
/// let independence = "2026-09-07".parse()?;
/// assert_eq!(curitiba.next_business_day(independence), "2026-09-09".parse()?);
/// assert_eq!(Calendar::default().next_business_day(independence), "2026-09-08".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// Days closed besides weekends and [`BankHoliday`]s: municipal and state holidays where the creditor answers.
    pub extra_holidays: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// Whether banks and the creditor work on this day.
    ///
    /// ```
    /// # use domain::calendar::Calendar;
    /// assert!(!Calendar::default().is_business_day("2026-02-17".parse()?)); // Carnival Tuesday
    /// assert!(Calendar::default().is_business_day("2026-02-18".parse()?)); // Ash Wednesday
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && bank_holiday(date).is_none() && !self.extra_holidays.contains(&date)
    }

    /// This day, or the first business day after it: what falls due on a closed day is payable on the next one (Lei 7.089/83).
    ///
    /// ```
    /// # use domain::calendar::Calendar;
    /// // A Saturday before a Monday that is a holiday, 12 October.
    /// assert_eq!(Calendar::default().next_business_day("2026-10-10".parse()?), "2026-10-13".parse()?);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn next_business_day(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.is_business_day(day) {
            let Some(next) = day.succ_opt() else { return day };
            day = next;
        }
        day
    }

    /// The `days`-th business day after `date`, which itself never counts: a deadline. With 0, [`Self::next_business_day`].
    ///
    /// ```
    /// # use domain::calendar::Calendar;
    /// // Seven business days, the ceiling of ANS's RN 623/2024, with 20 November (a holiday) and two weekends between.
    /// assert_eq!(Calendar::default().add_business_days("2026-11-16".parse()?, 7), "2026-11-26".parse()?);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn add_business_days(&self, date: NaiveDate, days: u16) -> NaiveDate {
        if days == 0 {
            return self.next_business_day(date);
        }
        let mut day = date;
        for _ in 0..days {
            day = self.next_business_day(day.succ_opt().unwrap_or(day));
        }
        day
    }

    /// How many business days lie in `(from, to]`; negative when `to` is earlier: "3 business days left", "-2: late".
    ///
    /// ```
    /// # use domain::calendar::Calendar;
    /// let (thursday, monday) = ("2026-11-19".parse()?, "2026-11-23".parse()?);
    /// assert_eq!(Calendar::default().business_days_between(thursday, monday), 1);
    /// assert_eq!(Calendar::default().business_days_between(monday, thursday), -1);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn business_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.business_days_between(to, from);
        }
        let mut count = 0;
        let mut day = from;
        while day < to {
            let Some(next) = day.succ_opt() else { break };
            day = next;
            count += i64::from(self.is_business_day(day));
        }
        count
    }
}

/// Which bank holiday this day is, if any. A fixed holiday wins over a moveable one on the same day.
///
/// ```
/// use domain::calendar::{BankHoliday, bank_holiday};
/// assert_eq!(bank_holiday("2026-06-04".parse()?), Some(BankHoliday::CorpusChristi));
/// assert_eq!(bank_holiday("2023-11-20".parse()?), None); // national since 2024 only
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn bank_holiday(date: NaiveDate) -> Option<BankHoliday> {
    let fixed = match (date.month(), date.day()) {
        (1, 1) => Some(BankHoliday::NewYear),
        (4, 21) => Some(BankHoliday::Tiradentes),
        (5, 1) => Some(BankHoliday::LabourDay),
        (9, 7) => Some(BankHoliday::Independence),
        (10, 12) => Some(BankHoliday::Aparecida),
        (11, 2) => Some(BankHoliday::AllSouls),
        (11, 15) => Some(BankHoliday::Republic),
        (11, 20) if date.year() >= 2024 => Some(BankHoliday::BlackAwareness),
        (12, 25) => Some(BankHoliday::Christmas),
        _ => None,
    };
    // From Carnival Monday of the earliest Easter (2 February) to Corpus Christi of the latest one (24 June).
    if fixed.is_some() || !(2..=6).contains(&date.month()) {
        return fixed;
    }
    match date.signed_duration_since(easter(date.year())?).num_days() {
        -48 => Some(BankHoliday::CarnivalMonday),
        -47 => Some(BankHoliday::CarnivalTuesday),
        -2 => Some(BankHoliday::GoodFriday),
        60 => Some(BankHoliday::CorpusChristi),
        _ => None,
    }
}

/// Easter Sunday of a Gregorian year, by the Meeus/Butcher algorithm (J. Meeus, *Astronomical Algorithms*, ch. 8).
/// `None` only outside the years a date can hold.
///
/// ```
/// # use domain::calendar::easter;
/// assert_eq!(easter(2026), Some("2026-04-05".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let b = year.div_euclid(100);
    let c = year.rem_euclid(100);
    let d = b.div_euclid(4);
    let e = b.rem_euclid(4);
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let i = c / 4;
    let k = c % 4;
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let month_and_day = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(month_and_day / 31).ok()?, u32::try_from(month_and_day % 31 + 1).ok()?)
}

/// The day so many calendar days later; the last day there is when that would overflow.
///
/// ```
/// # use domain::calendar::days_after;
/// assert_eq!(days_after("2026-12-10".parse()?, 60), "2027-02-08".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn days_after(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// The given day of this month, or the month's last day when it is shorter (31 → 28 February). Months and days count from 1;
/// none when there is no such month or the day is 0.
///
/// ```
/// # use domain::calendar::day_of_month;
/// assert_eq!(day_of_month(2027, 2, 31), Some("2027-02-28".parse()?));
/// assert_eq!((day_of_month(2027, 13, 1), day_of_month(2027, 1, 0)), (None, None));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn day_of_month(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let last = (28..=31).rev().find_map(|last| NaiveDate::from_ymd_opt(year, month, last))?;
    NaiveDate::from_ymd_opt(year, month, day.min(last.day()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Figures compared across public calendars (ANBIMA's list by `bizdays`, PyPI `holidays`, `workalendar`); column `bank_holiday`.
    #[test]
    fn agrees_with_the_public_lists() {
        let mut rows = csv::Reader::from_reader(include_str!("vectors/holidays.csv").as_bytes());
        let mut count = 0;
        for row in rows.records() {
            let row = row.unwrap();
            assert_eq!(bank_holiday(day(&row[1])).is_some(), &row[3] == "1", "{} {}", &row[1], &row[4]);
            count += 1;
        }
        assert_eq!(count, 109);
    }

    #[test]
    fn easter_of_each_year() {
        for text in ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13"] {
            assert_eq!(easter(day(text).year()), Some(day(text)));
        }
    }

    #[test]
    fn the_twentieth_of_november_is_a_holiday_since_2024() {
        let calendar = Calendar::default();
        assert!(calendar.is_business_day(day("2023-11-20")));
        assert!(!calendar.is_business_day(day("2024-11-20")));
        assert_eq!(calendar.next_business_day(day("2026-11-20")), day("2026-11-23"));
    }

    #[test]
    fn local_holidays_are_data() {
        let calendar = Calendar { extra_holidays: [day("2026-01-20")].into() };
        assert_eq!(calendar.add_business_days(day("2026-01-19"), 1), day("2026-01-21"));
        assert_eq!(Calendar::default().add_business_days(day("2026-01-19"), 1), day("2026-01-20"));
    }

    #[test]
    fn a_deadline_does_not_count_its_first_day() {
        let calendar = Calendar::default();
        // Thursday 19 November 2026; Friday 20 is a holiday: 23, 24, 25, 26, 27, 30 November, 1 December.
        assert_eq!(calendar.add_business_days(day("2026-11-19"), 7), day("2026-12-01"));
        assert_eq!(calendar.add_business_days(day("2026-11-20"), 0), day("2026-11-23"));
        assert_eq!(calendar.business_days_between(day("2026-11-19"), day("2026-12-01")), 7);
        assert_eq!(calendar.business_days_between(day("2026-12-01"), day("2026-11-19")), -7);
    }

    #[test]
    fn a_short_month_ends_on_its_last_day() {
        assert_eq!(day_of_month(2026, 2, 31), Some(day("2026-02-28")));
        assert_eq!(day_of_month(2028, 2, 30), Some(day("2028-02-29")));
        assert_eq!(day_of_month(2026, 4, 31), Some(day("2026-04-30")));
        assert_eq!(day_of_month(2026, 5, 5), Some(day("2026-05-05")));
        assert_eq!(day_of_month(2026, 13, 5), None);
        assert_eq!(day_of_month(2026, 5, 0), None);
    }

    #[test]
    fn the_end_of_time_does_not_panic() {
        let calendar = Calendar::default();
        for date in [NaiveDate::MAX, NaiveDate::MIN] {
            let _ = calendar.next_business_day(date);
            let _ = calendar.add_business_days(date, 400);
        }
    }

    proptest! {
        #[test]
        fn counting_undoes_adding(start in 0u32..40_000, days in 1u16..400) {
            let calendar = Calendar::default();
            let from = days_after(day("1990-01-01"), start);
            let to = calendar.add_business_days(from, days);
            prop_assert!(calendar.is_business_day(to));
            prop_assert_eq!(calendar.business_days_between(from, to), i64::from(days));
        }

        #[test]
        fn easter_is_a_sunday_between_22_march_and_25_april(year in 1583i32..9999) {
            let easter = easter(year).unwrap();
            prop_assert_eq!(easter.weekday(), Weekday::Sun);
            prop_assert!((NaiveDate::from_ymd_opt(year, 3, 22).unwrap()..=NaiveDate::from_ymd_opt(year, 4, 25).unwrap()).contains(&easter));
        }
    }
}
