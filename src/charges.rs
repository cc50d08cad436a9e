//! Late charges: what a bill costs on a day after it was due, line by line, so that a person can redo it by hand.
//! Never compounds, never charges interest on the fine, and never changes a registered slip: the bank's number prevails there.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, days_after};
use crate::money::Money;
use crate::words::words;

/// The most a consumer's fine may be: 2 % of the amount, once (CDC, Lei 8.078/1990, art. 52 §1).
pub const CONSUMER_FINE_CAP: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// Days of the month by which a monthly rate is divided, whatever the month (the banks' commercial month).
const DAYS_OF_A_MONTH: Decimal = Decimal::from_parts(30, 0, 0, false, 0);

words! {
    /// From which day lateness is counted once a bill due on a closed day was not paid on the next business day.
    /// Up to that next business day nothing is ever charged (Lei 7.089/1983).
    pub enum DayCount {
        /// From the next business day: in favour of the customer, and what the Pix API does.
        AdjustedDay = "adjusted_day",
        /// From the printed due date, as some banks' systems do.
        OriginalDay = "original_day",
    }

    /// Which law protects the one who pays.
    pub enum Payer {
        /// A natural person, or a small company treated as one: the fine is capped.
        Consumer = "consumer",
        /// A company under a contract between companies.
        Company = "company",
    }
}

/// The contract's terms for paying late (or early). Nothing is charged that the contract lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Names these terms in calculations and in the evidence kept of them.
    pub version: String,
    /// Who pays.
    pub payer: Payer,
    /// Fine on the amount, once, from the first day late: 0.02 is 2 %.
    pub fine: Decimal,
    /// Simple interest a month, divided by 30 for a day: 0.01 is 1 %.
    pub monthly_interest: Decimal,
    /// From which day lateness is counted.
    pub day_count: DayCount,
    /// Calendar days after the due date during which nothing is charged; once over, all days count.
    pub grace_days: u16,
    /// A discount for paying before the due date.
    pub early: Option<EarlyDiscount>,
}

/// A discount for paying early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyDiscount {
    /// Of the amount: 0.05 is 5 %.
    pub rate: Decimal,
    /// How many calendar days before the due date it ends; 0 is up to the due date itself.
    pub days_before: u16,
}

impl Default for Terms {
    /// 2 % and 1 % a month, the usual clause and the one ANS's RN 593/2023 mentions; no grace, no discount.
    fn default() -> Self {
        Self {
            version: "2%+1%am".to_owned(),
            payer: Payer::Consumer,
            fine: CONSUMER_FINE_CAP,
            monthly_interest: Decimal::from_parts(1, 0, 0, false, 2),
            day_count: DayCount::AdjustedDay,
            grace_days: 0,
            early: None,
        }
    }
}

/// Why terms cannot be used as they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// A rate below zero.
    #[error("a rate is negative")]
    Negative,
    /// The fine is above what a consumer may be charged.
    #[error("a consumer's fine is 2 % at most")]
    AboveConsumerCap,
    /// A rate of 100 % or more: most likely `2` written for `0.02`.
    #[error("a rate is written as a fraction: 0.02 for 2 %")]
    NotAFraction,
}

impl Terms {
    /// Checks terms that come from an import or a settings page.
    ///
    /// # Errors
    /// See [`TermsError`].
    pub fn check(&self) -> Result<(), TermsError> {
        let rates = [Some(self.fine), Some(self.monthly_interest), self.early.map(|early| early.rate)];
        for rate in rates.into_iter().flatten() {
            if rate < Decimal::ZERO {
                return Err(TermsError::Negative);
            }
            if rate >= Decimal::ONE {
                return Err(TermsError::NotAFraction);
            }
        }
        if self.payer == Payer::Consumer && self.fine > CONSUMER_FINE_CAP {
            return Err(TermsError::AboveConsumerCap);
        }
        Ok(())
    }

    /// The fine that is really charged: the law's cap holds even where the data say more.
    #[must_use]
    pub fn fine_charged(&self) -> Decimal {
        match self.payer {
            Payer::Consumer => self.fine.min(CONSUMER_FINE_CAP),
            Payer::Company => self.fine,
        }
    }
}

/// One line of a calculation: `base × rate` (`× days ÷ 30`) `= exact`, rounded half up to `amount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// On what it is taken.
    pub base: Money,
    /// The rate: for the whole (fine, discount) or for a month (interest).
    pub rate: Decimal,
    /// The days it runs, when it runs by days.
    pub days: Option<u32>,
    /// Before rounding, in Reais, to the 28 digits a decimal holds.
    pub exact: Decimal,
    /// After rounding.
    pub amount: Money,
}

impl Line {
    fn once(base: Money, rate: Decimal) -> Self {
        let exact = base.as_decimal().checked_mul(rate).unwrap_or(Decimal::MAX);
        Self { base, rate, days: None, exact, amount: Money::round(exact) }
    }

    fn by_days(base: Money, monthly: Decimal, days: u32) -> Self {
        let exact = base
            .as_decimal()
            .checked_mul(monthly)
            .and_then(|month| month.checked_mul(Decimal::from(days)))
            .and_then(|days| days.checked_div(DAYS_OF_A_MONTH))
            .unwrap_or(Decimal::MAX);
        Self { base, rate: monthly, days: Some(days), exact, amount: Money::round(exact) }
    }
}

/// What a bill costs on a day, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calculation {
    /// The amount open, without charges.
    pub principal: Money,
    /// The due date as printed.
    pub due_on: NaiveDate,
    /// The last day without charges for a bill due on a closed day.
    pub adjusted_due_on: NaiveDate,
    /// The day of payment this is for.
    pub on: NaiveDate,
    /// Days late that are charged; 0 when nothing is.
    pub days: u32,
    /// The fine.
    pub fine: Line,
    /// The interest.
    pub interest: Line,
    /// What paying early takes off, as a positive amount.
    pub discount: Option<Line>,
    /// Principal plus fine plus interest minus discount.
    pub total: Money,
    /// The version of the terms applied.
    pub version: String,
}

impl Calculation {
    /// Fine and interest together.
    #[must_use]
    pub fn charges(&self) -> Money {
        self.fine.amount + self.interest.amount
    }
}

/// What `principal`, due on `due_on`, costs when paid on `on`. A principal of zero or less costs itself.
#[must_use]
pub fn late_charges(principal: Money, due_on: NaiveDate, on: NaiveDate, terms: &Terms, calendar: &Calendar) -> Calculation {
    let adjusted_due_on = calendar.next_business_day(due_on);
    let days = if principal.is_positive() { days_charged(due_on, adjusted_due_on, on, terms) } else { 0 };
    let fine = Line::once(principal, if days > 0 { terms.fine_charged() } else { Decimal::ZERO });
    let interest = Line::by_days(principal, terms.monthly_interest, days);
    let discount = terms
        .early
        .filter(|early| principal.is_positive() && days_after(on, u32::from(early.days_before)) <= due_on)
        .map(|early| Line::once(principal, early.rate));
    let total = principal + fine.amount + interest.amount - discount.map_or(Money::ZERO, |line| line.amount);
    Calculation { principal, due_on, adjusted_due_on, on, days, fine, interest, discount, total, version: terms.version.clone() }
}

fn days_charged(due_on: NaiveDate, adjusted_due_on: NaiveDate, on: NaiveDate, terms: &Terms) -> u32 {
    if on <= adjusted_due_on || on <= days_after(due_on, u32::from(terms.grace_days)) {
        return 0;
    }
    let from = match terms.day_count {
        DayCount::AdjustedDay => adjusted_due_on,
        DayCount::OriginalDay => due_on,
    };
    u32::try_from(on.signed_duration_since(from).num_days()).unwrap_or(0)
}

/// How far a bank's number may be from ours and still be taken as the same.
///
/// A bank that rounds the interest of a day first is off by up to half a centavo a day: R$ 1,00 covers 200 days. The
/// difference grows with days and not with the amount, so the rate is zero unless a creditor sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tolerance {
    /// In money.
    pub absolute: Money,
    /// As a fraction of the expected amount; the greater of the two counts.
    pub rate: Decimal,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { absolute: Money::cents(100), rate: Decimal::ZERO }
    }
}

impl Tolerance {
    /// Whether `paid` settles what was `expected`.
    #[must_use]
    pub fn accepts(&self, expected: Money, paid: Money) -> bool {
        (expected - paid).abs() <= self.absolute.max(expected.abs().times(self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn cents(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn worked_examples() {
        let calendar = Calendar::default();
        for (principal, due, paid, policy, days, fine, interest, total) in [
            ("523,47", "2026-09-10", "2026-10-17", DayCount::AdjustedDay, 37, "10,47", "6,46", "540,40"),
            // Due on a national holiday: the next business day is free of charges.
            ("523,47", "2026-11-20", "2026-11-23", DayCount::AdjustedDay, 0, "0", "0", "523,47"),
            ("523,47", "2026-11-20", "2026-11-23", DayCount::OriginalDay, 0, "0", "0", "523,47"),
            ("523,47", "2026-11-20", "2026-11-24", DayCount::AdjustedDay, 1, "10,47", "0,17", "534,11"),
            ("523,47", "2026-11-20", "2026-11-24", DayCount::OriginalDay, 4, "10,47", "0,70", "534,64"),
            // Due on a Saturday before a Monday holiday.
            ("1.000,00", "2026-10-10", "2026-11-21", DayCount::AdjustedDay, 39, "20,00", "13,00", "1.033,00"),
            ("1.000,00", "2026-10-10", "2026-11-21", DayCount::OriginalDay, 42, "20,00", "14,00", "1.034,00"),
            // Due on Carnival Monday, paid on Ash Wednesday, which is a business day.
            ("389,90", "2026-02-16", "2026-02-18", DayCount::AdjustedDay, 0, "0", "0", "389,90"),
        ] {
            let terms = Terms { day_count: policy, ..Terms::default() };
            let found = late_charges(cents(principal), day(due), day(paid), &terms, &calendar);
            assert_eq!(
                (found.days, found.fine.amount, found.interest.amount, found.total),
                (days, cents(fine), cents(interest), cents(total)),
                "{principal} {due} {paid}"
            );
        }
    }

    #[test]
    fn every_line_can_be_redone_by_hand() {
        let found = late_charges(cents("523,47"), day("2026-09-10"), day("2026-10-17"), &Terms::default(), &Calendar::default());
        assert_eq!(found.fine.exact.to_string(), "10.4694");
        assert_eq!(found.interest.base, cents("523,47"));
        assert_eq!(found.interest.days, Some(37));
        assert_eq!(found.interest.exact.round_dp(4).to_string(), "6.4561");
        assert_eq!(found.charges(), cents("16,93"));
        assert_eq!(found.version, "2%+1%am");
    }

    #[test]
    fn a_consumer_never_pays_more_than_two_percent_of_fine() {
        let ten = Terms { fine: Decimal::new(10, 2), ..Terms::default() };
        assert_eq!(ten.check(), Err(TermsError::AboveConsumerCap));
        let found = late_charges(cents("100"), day("2026-09-10"), day("2026-09-11"), &ten, &Calendar::default());
        assert_eq!(found.fine.amount, cents("2,00"));
        let company = Terms { payer: Payer::Company, ..ten };
        assert_eq!(company.check(), Ok(()));
        let found = late_charges(cents("100"), day("2026-09-10"), day("2026-09-11"), &company, &Calendar::default());
        assert_eq!(found.fine.amount, cents("10,00"));
        assert_eq!(Terms { fine: Decimal::TWO, ..Terms::default() }.check(), Err(TermsError::NotAFraction));
        assert_eq!(Terms { fine: Decimal::NEGATIVE_ONE, ..Terms::default() }.check(), Err(TermsError::Negative));
    }

    #[test]
    fn grace_and_early_discount() {
        let early = Some(EarlyDiscount { rate: Decimal::new(5, 2), days_before: 2 });
        let terms = Terms { grace_days: 5, early, ..Terms::default() };
        let total = |on: &str| late_charges(cents("100"), day("2026-09-10"), day(on), &terms, &Calendar::default()).total;
        assert_eq!(total("2026-09-08"), cents("95,00"));
        assert_eq!(total("2026-09-09"), cents("100,00"));
        assert_eq!(total("2026-09-15"), cents("100,00"));
        // Grace is over: all six days count.
        assert_eq!(total("2026-09-16"), cents("102,20"));
    }

    #[test]
    fn terms_may_be_written_in_part() {
        let terms: Terms = serde_json::from_str(r#"{"monthly_interest":"0.005","day_count":"original_day"}"#).unwrap();
        assert_eq!(terms.monthly_interest, Decimal::new(5, 3));
        assert_eq!(terms.fine, CONSUMER_FINE_CAP);
    }

    #[test]
    fn a_bank_that_rounds_by_day_is_within_tolerance() {
        // 523,47: 0,17 a day × 37 = 6,29 against 6,46.
        assert!(Tolerance::default().accepts(cents("540,40"), cents("540,23")));
        assert!(!Tolerance::default().accepts(cents("540,40"), cents("539,39")));
        let half_percent = Tolerance { rate: Decimal::new(5, 3), ..Tolerance::default() };
        assert!(half_percent.accepts(cents("1.000,00"), cents("995,00")));
    }

    proptest! {
        #[test]
        fn later_never_costs_less(principal in 0i64..10_000_000_000, due in 0u32..20_000, late in 0u32..4000) {
            let calendar = Calendar::default();
            let due_on = days_after(day("2000-01-01"), due);
            let on = days_after(due_on, late);
            let at = |on| late_charges(Money::cents(principal), due_on, on, &Terms::default(), &calendar);
            let (today, tomorrow) = (at(on), at(days_after(on, 1)));
            prop_assert!(today.total <= tomorrow.total);
            prop_assert_eq!(today.total, today.principal + today.charges());
            prop_assert!(today.days <= late);
        }

        #[test]
        fn counting_from_the_adjusted_day_never_costs_more(principal in 1i64..1_000_000, due in 0u32..20_000, late in 0u32..400) {
            let calendar = Calendar::default();
            let due_on = days_after(day("2000-01-01"), due);
            let on = days_after(due_on, late);
            let by = |day_count| late_charges(Money::cents(principal), due_on, on, &Terms { day_count, ..Terms::default() }, &calendar).total;
            prop_assert!(by(DayCount::AdjustedDay) <= by(DayCount::OriginalDay));
        }

        #[test]
        fn never_panics(principal in any::<i64>(), scale in 0u32..28, rate in any::<i64>(), due in any::<i32>(), on in any::<i32>()) {
            let date = |days: i32| NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX);
            let rate = Decimal::new(rate, scale);
            let terms = Terms { payer: Payer::Company, fine: rate, monthly_interest: rate, ..Terms::default() };
            let _ = late_charges(Money::cents(principal), date(due), date(on), &terms, &Calendar::default());
        }
    }
}
