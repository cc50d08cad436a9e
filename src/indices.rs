//! Monthly figures that others publish: index numbers that correct an amount for inflation, and rates set by law.
//!
//! Never fetches them and never guesses one that is missing: whoever keeps the figures says of which month they are, and a
//! calculation that lacks one says so.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A month of a year, written `2026-11`.
///
/// ```
/// use domain::indices::Month;
/// let november: Month = "2026-11".parse()?;
/// assert_eq!(november.before(11).to_string(), "2025-12");
/// assert_eq!((november.first_day(), november.days()), ("2026-11-01".parse().unwrap(), 30));
/// assert_eq!(november.next(), Some(Month::of("2026-12-24".parse().unwrap())));
/// assert!("2026-13".parse::<Month>().is_err());
/// # Ok::<(), domain::indices::MonthError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(NaiveDate);

/// A text that is not a month written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-11")]
pub struct MonthError;

impl Month {
    /// The month a day lies in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// So many months earlier; the calendar's first month where there is none.
    #[must_use]
    pub fn before(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(chrono::Months::new(months)).unwrap_or_else(|| Self::of(NaiveDate::MIN).0))
    }

    /// The month after it; none at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add_months(chrono::Months::new(1)).map(Self)
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.0
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> u32 {
        self.next().map_or(31, |next| u32::try_from((next.0 - self.0).num_days()).unwrap_or(31))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.format("%Y-%m").to_string())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Month({self})")
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let digits = |text: &str, width| text.len() == width && text.bytes().all(|b| b.is_ascii_digit());
        let (year, month) = text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2)).ok_or(MonthError)?;
        let (year, month) = (year.parse().map_err(|_| MonthError)?, month.parse().map_err(|_| MonthError)?);
        NaiveDate::from_ymd_opt(year, month, 1).map(Self).ok_or(MonthError)
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(text: String) -> Result<Self, MonthError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// An index of prices: a number for each month, such as IBGE's IPCA (the one of CC art. 389 where nothing else was agreed,
/// Lei 14.905/2024).
///
/// ```
/// use domain::indices::Index;
/// let index: Index = serde_json::from_str(r#"{"name": "IPCA", "lag_months": 1, "numbers": {
///     "2026-08": "7400.10", "2026-09": "7437.10", "2026-10": "7459.41"}}"#)?;
/// // A bill due in September and paid in November is corrected from August's number to October's.
/// let factor = index.factor("2026-09-10".parse()?, "2026-11-21".parse()?).ok_or("no figures")?;
/// assert_eq!(factor.ratio().round_dp(8).to_string(), "1.00801476");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// What the contract calls it.
    pub name: String,
    /// How many months before the one it is used in a number is of: the IPCA of a month is known some ten days after it
    /// ended, so contracts use the one of the month before (1) or of two months before (2).
    pub lag_months: u8,
    /// The number of each month; above zero.
    pub numbers: BTreeMap<Month, Decimal>,
}

/// By how much an amount is multiplied: `to ÷ from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// The month and number at the due date.
    pub from: (Month, Decimal),
    /// The month and number at the payment: the newest that is known by then.
    pub to: (Month, Decimal),
}

impl Index {
    /// The factor for an amount that was due on one day and is paid on another; none when the number for the due date is
    /// missing. Where the number for the payment is not yet published, the newest before it counts.
    #[must_use]
    pub fn factor(&self, due_on: NaiveDate, on: NaiveDate) -> Option<Factor> {
        let lag = u32::from(self.lag_months);
        let from = Month::of(due_on).before(lag);
        let base = self.numbers.get(&from).copied().filter(|number| *number > Decimal::ZERO)?;
        let last = Month::of(on).before(lag).max(from);
        let (to, number) = self.numbers.range(from..=last).next_back()?;
        Some(Factor { from: (from, base), to: (*to, *number) })
    }
}

impl Factor {
    /// `to ÷ from`, to 28 digits; at least 1. Months of falling prices count, but what was owed is never corrected to less
    /// than its nominal amount (STJ, Corte Especial, REsp 1.265.580/RS).
    #[must_use]
    pub fn ratio(&self) -> Decimal {
        self.to.1.checked_div(self.from.1).unwrap_or(Decimal::ONE).max(Decimal::ONE)
    }
}

/// A rate for each month, such as the legal rate (taxa legal: Selic less IPCA, CC art. 406 since Lei 14.905/2024), which
/// Banco Central publishes by Res. CMN 5.171/2024 and which is simple, never compounded.
///
/// ```
/// use domain::indices::MonthlyRates;
/// let rates: MonthlyRates = serde_json::from_str(r#"{"name": "Taxa legal", "rates": {"2026-09": "0.006", "2026-10": "0.0062"}}"#)?;
/// // 20 of September's 30 days, and all of October.
/// assert_eq!(rates.simple("2026-09-10".parse()?, "2026-10-31".parse()?), Some("0.0102".parse()?));
/// assert_eq!(rates.simple("2026-09-10".parse()?, "2026-11-01".parse()?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyRates {
    /// What it is called.
    pub name: String,
    /// The rate of each month, as a fraction: 0.006 is 0,6 %. Never below zero (CC art. 406 §3).
    pub rates: BTreeMap<Month, Decimal>,
}

impl MonthlyRates {
    /// The rates of the days after `from` up to `to`, added up; of a month that is not whole, its days' share
    /// (Res. CMN 5.171/2024). Zero where no day lies between; none when a month's rate is missing.
    #[must_use]
    pub fn simple(&self, from: NaiveDate, to: NaiveDate) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        let mut reached = from;
        while reached < to {
            let month = Month::of(reached.succ_opt()?);
            let next = month.next()?;
            let last = next.first_day().pred_opt()?.min(to);
            let days = Decimal::from((last - reached).num_days());
            let rate = self.rates.get(&month)?.max(&Decimal::ZERO);
            sum = sum.checked_add(rate.checked_mul(days)?.checked_div(Decimal::from(month.days()))?)?;
            reached = last;
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn index(numbers: &[(&str, &str)], lag_months: u8) -> Index {
        let numbers = numbers.iter().map(|(month, number)| (month.parse().unwrap(), number.parse().unwrap())).collect();
        Index { name: "IPCA".into(), lag_months, numbers }
    }

    #[test]
    fn months_are_written_one_way() {
        for text in ["2026-11", "0001-01", "9999-12"] {
            assert_eq!(text.parse::<Month>().unwrap().to_string(), text);
        }
        for text in ["", "2026", "2026-1", "2026-00", "2026-13", "26-01", "2026-11-01", "+026-01", "2026/11"] {
            assert_eq!(text.parse::<Month>(), Err(MonthError), "{text}");
        }
        assert_eq!(["2026-02", "2028-02", "2026-04", "2026-12"].map(|text| text.parse::<Month>().unwrap().days()), [28, 29, 30, 31]);
    }

    #[test]
    fn the_newest_number_counts_until_the_next_is_published() {
        let ipca = index(&[("2026-08", "100"), ("2026-09", "101"), ("2026-10", "102")], 1);
        let to = |on: &str| ipca.factor(day("2026-09-10"), day(on)).unwrap().to.1;
        assert_eq!(
            [to("2026-09-30"), to("2026-10-01"), to("2026-11-30"), to("2027-06-01")].map(|number| number.to_string()),
            ["100", "101", "102", "102"]
        );
        // Nothing is known of the month of the due date.
        assert_eq!(ipca.factor(day("2026-08-10"), day("2026-11-10")), None);
        // Paid before it was due: no correction, and no panic.
        assert_eq!(ipca.factor(day("2026-09-10"), day("2026-01-01")).unwrap().ratio(), Decimal::ONE);
    }

    #[test]
    fn falling_prices_never_take_from_what_was_owed() {
        let ipca = index(&[("2026-08", "100"), ("2026-09", "99"), ("2026-10", "100.5")], 0);
        assert_eq!(ipca.factor(day("2026-08-10"), day("2026-09-10")).unwrap().ratio(), Decimal::ONE);
        assert_eq!(ipca.factor(day("2026-08-10"), day("2026-10-10")).unwrap().ratio().to_string(), "1.005");
    }

    proptest! {
        #[test]
        fn rates_add_up_whatever_the_day_they_are_cut_at(start in 0u64..700, first in 0u64..200, second in 0u64..200) {
            let mut rates = BTreeMap::new();
            let mut month: Month = "2024-01".parse().unwrap();
            for at in 0..60 {
                // Shares of 28, 29, 30 and 31 days are exact.
                rates.insert(month, Decimal::from(28 * 29 * 30 * 31 * (at % 5)));
                month = month.next().unwrap();
            }
            let rates = MonthlyRates { name: "Taxa legal".into(), rates };
            let from = day("2024-01-15") + chrono::Days::new(start);
            let (middle, to) = (from + chrono::Days::new(first), from + chrono::Days::new(first + second));
            prop_assert_eq!(
                rates.simple(from, to).unwrap(),
                rates.simple(from, middle).unwrap() + rates.simple(middle, to).unwrap()
            );
        }
    }
}
