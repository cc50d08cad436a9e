//! Late charges: what a bill costs on a day after it was due, line by line, so that a person can redo it by hand.
//! Never compounds, never charges interest on the fine, and never changes a registered slip: the bank's number prevails there.
//!
//! `P` is corrected by the contract's index, if it has one: `Pc = round(P × I₁ ÷ I₀)`. The fine is `round(Pc × rate)`, once;
//! the interest `round(Pc × monthly rate × days ÷ 30)`, simple, by calendar days. Each is rounded half up by itself, and their
//! sum is what is owed. (CDC, Lei 8.078/1990, art. 52; CC, arts. 389, 395 and 406 as of Lei 14.905/2024.)

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, days_after};
use crate::indices::{Factor, Index, MonthlyRates};
use crate::money::Money;
use crate::reliefs::{self, Relief};
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

    /// Where the interest of several days is rounded.
    pub enum DayInterest {
        /// Once, at the end: the exact reading of the clause.
        Exact = "exact",
        /// Each day's to the nearest centavo: how a bank collects it that was given an amount a day (CNAB 240, interest code 1).
        RoundedDay = "rounded_day",
        /// Each day's down to the centavo, as other banks do.
        TruncatedDay = "truncated_day",
    }

    /// What a line's rate is taken for.
    pub enum Basis {
        /// For the whole: `base × rate`.
        Whole = "whole",
        /// For a month of 30 days: `base × rate × days ÷ 30`, rounded at the end.
        Month = "month",
        /// For a month of 30 days, each day's interest rounded by itself: `round(base × rate ÷ 30) × days`.
        Day = "day",
        /// For all the days together, from the rates of several months: `base × rate`.
        Period = "period",
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
///
/// ```
/// use domain::charges::{Payer, Terms, TermsError};
/// let ten_percent = Terms { fine: "0.10".parse()?, ..Terms::default() };
/// assert_eq!(ten_percent.check(), Err(TermsError::AboveConsumerCap));
/// assert_eq!(Terms { payer: Payer::Company, ..ten_percent }.check(), Ok(()));
/// # Ok::<(), rust_decimal::Error>(())
/// ```
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
    /// Where that interest is rounded.
    pub day_interest: DayInterest,
    /// The index that corrects the amount, if the contract has one; its numbers are the creditor's to keep.
    pub correction: Option<Index>,
    /// The legal rate in place of `monthly_interest`, for a contract that names none (CC art. 406).
    pub legal_interest: Option<MonthlyRates>,
    /// From which day lateness is counted.
    pub day_count: DayCount,
    /// Calendar days after the due date during which nothing is charged; once over, all days count.
    pub grace_days: u16,
    /// A discount for paying before the due date.
    pub early: Option<EarlyDiscount>,
    /// What the creditor gave up of a bill's charges.
    pub reliefs: Vec<Relief>,
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
            day_interest: DayInterest::Exact,
            correction: None,
            legal_interest: None,
            day_count: DayCount::AdjustedDay,
            grace_days: 0,
            early: None,
            reliefs: Vec::new(),
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

/// One line of a calculation: what was multiplied by what, exactly, and the centavos it was rounded to (half up).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// On what it is taken.
    pub base: Money,
    /// The rate, as a fraction; see `basis` for what.
    pub rate: Decimal,
    /// What the rate is for.
    pub basis: Basis,
    /// The days it runs, when it runs by days.
    pub days: Option<u32>,
    /// Before rounding, in Reais, to the 28 digits a decimal holds.
    pub exact: Decimal,
    /// After rounding.
    pub amount: Money,
}

impl Line {
    fn whole(base: Money, rate: Decimal) -> Self {
        let exact = base.as_decimal().checked_mul(rate).unwrap_or(Decimal::MAX);
        Self { base, rate, basis: Basis::Whole, days: None, exact, amount: Money::round(exact) }
    }

    fn by_days(base: Money, monthly: Decimal, days: u32, day_interest: DayInterest) -> Self {
        let of = |days: u32| {
            let month = base.as_decimal().checked_mul(monthly)?;
            month.checked_mul(Decimal::from(days))?.checked_div(DAYS_OF_A_MONTH)
        };
        if day_interest == DayInterest::Exact {
            let exact = of(days).unwrap_or(Decimal::MAX);
            return Self { base, rate: monthly, basis: Basis::Month, days: Some(days), exact, amount: Money::round(exact) };
        }
        let day = of(1).unwrap_or(Decimal::MAX);
        let day = if day_interest == DayInterest::TruncatedDay { day.trunc_with_scale(2) } else { day };
        let amount = Money::cents(Money::round(day).as_cents().saturating_mul(i64::from(days)));
        Self { base, rate: monthly, basis: Basis::Day, days: Some(days), exact: amount.as_decimal(), amount }
    }

    fn over(base: Money, rate: Decimal, days: u32) -> Self {
        Self { basis: Basis::Period, days: Some(days), ..Self::whole(base, rate) }
    }
}

/// What an index adds to an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The numbers it was found with.
    pub factor: Factor,
    /// `P × (I₁ ÷ I₀ − 1)`.
    pub line: Line,
}

/// What a bill costs on a day, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calculation {
    /// The amount open; of late charges only those that were posted before.
    pub principal: Money,
    /// Those, and until when they were charged.
    #[serde(default)]
    pub posted: Option<Posted>,
    /// The due date as printed.
    pub due_on: NaiveDate,
    /// The last day without charges for a bill due on a closed day.
    pub adjusted_due_on: NaiveDate,
    /// The day of payment this is for.
    pub on: NaiveDate,
    /// Days late that are charged; 0 when nothing is.
    pub days: u32,
    /// What the contract's index adds; fine and interest are taken on the corrected amount.
    #[serde(default)]
    pub correction: Option<Correction>,
    /// The fine.
    pub fine: Line,
    /// The interest.
    pub interest: Line,
    /// What paying early takes off, as a positive amount.
    pub discount: Option<Line>,
    /// What reliefs take off, and why; none where they take off nothing.
    #[serde(default)]
    pub waived: Option<Waived>,
    /// A figure of an index or of the legal rate is missing: what it would add is left out, and the total may be too low.
    #[serde(default)]
    pub incomplete: bool,
    /// Principal plus correction plus fine plus interest minus discount.
    pub total: Money,
    /// The version of the terms applied.
    pub version: String,
}

/// What is not charged because the creditor gave it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Days late that are not counted.
    pub days: u32,
    /// What they, and the fine if it is among it, would have come to.
    pub amount: Money,
    /// Why.
    pub reasons: Vec<String>,
}

impl Calculation {
    /// Correction, fine and interest together.
    #[must_use]
    pub fn charges(&self) -> Money {
        self.correction.map_or(Money::ZERO, |correction| correction.line.amount) + self.fine.amount + self.interest.amount
    }
}

/// What `principal`, due on `due_on`, costs when paid on `on`. A principal of zero or less costs itself.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::charges::{Terms, late_charges};
/// use domain::money::Money;
/// // 37 days late: 2 % once, and 1 % a month × 37 ÷ 30.
/// let cost = late_charges(Money::cents(52_347), "2026-09-10".parse()?, "2026-10-17".parse()?, &Terms::default(), &Calendar::default());
/// assert_eq!((cost.fine.amount, cost.interest.amount, cost.total), (Money::cents(1047), Money::cents(646), Money::cents(54_040)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn late_charges(principal: Money, due_on: NaiveDate, on: NaiveDate, terms: &Terms, calendar: &Calendar) -> Calculation {
    calculate(principal, due_on, None, on, terms, calendar)
}

/// Late charges that a bill's ledger holds already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The day up to which they were charged.
    pub to: NaiveDate,
    /// What of them is still open, as far as it is in the open amount: nothing is charged on it.
    pub open: Money,
}

/// What `open`, due on `due_on`, costs on `on` when late charges up to a day were posted already: no second fine, and interest
/// and correction from that day on, on what is open without those charges. Without any, the same as [`late_charges`].
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::charges::{Posted, Terms, late_charges_after};
/// use domain::money::Money;
/// let (due, on) = ("2026-09-10".parse()?, "2026-11-16".parse()?);
/// // R$ 523,47 of the bill, and R$ 16,93 that were charged for the first 37 days.
/// let posted = Posted { to: "2026-10-17".parse()?, open: Money::cents(1693) };
/// let cost = late_charges_after(Money::cents(54_040), due, Some(posted), on, &Terms::default(), &Calendar::default());
/// assert_eq!((cost.days, cost.fine.amount, cost.interest.amount), (30, Money::ZERO, Money::cents(523)));
/// assert_eq!(cost.total, Money::cents(54_040 + 523));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn late_charges_after(
    open: Money,
    due_on: NaiveDate,
    posted: Option<Posted>,
    on: NaiveDate,
    terms: &Terms,
    calendar: &Calendar,
) -> Calculation {
    let within = posted.map_or(Money::ZERO, |posted| posted.open.min(open).max(Money::ZERO));
    let mut calculation = calculate(open - within, due_on, posted.map(|posted| posted.to), on, terms, calendar);
    calculation.principal += within;
    calculation.total += within;
    calculation.posted = posted.map(|posted| Posted { open: within, ..posted });
    calculation
}

fn calculate(
    principal: Money,
    due_on: NaiveDate,
    posted_to: Option<NaiveDate>,
    on: NaiveDate,
    terms: &Terms,
    calendar: &Calendar,
) -> Calculation {
    let reliefs: Vec<&Relief> = terms.reliefs.iter().filter(|relief| relief.holds(on)).collect();
    let mut relieved = with_reliefs(principal, due_on, posted_to, on, terms, &reliefs, calendar);
    if !reliefs.is_empty() {
        let whole = with_reliefs(principal, due_on, posted_to, on, terms, &[], calendar);
        let (days, amount) = (whole.days - relieved.days, whole.charges() - relieved.charges());
        let reasons = reliefs.iter().map(|relief| relief.reason.clone()).collect();
        relieved.waived = (days > 0 || amount.is_positive()).then_some(Waived { days, amount, reasons });
    }
    relieved
}

fn with_reliefs(
    principal: Money,
    due_on: NaiveDate,
    posted_to: Option<NaiveDate>,
    on: NaiveDate,
    terms: &Terms,
    reliefs: &[&Relief],
    calendar: &Calendar,
) -> Calculation {
    let adjusted_due_on = calendar.next_business_day(due_on);
    let from = charged_from(due_on, adjusted_due_on, on, terms).filter(|_| principal.is_positive());
    let from = from.map(|from| posted_to.map_or(from, |posted| posted.max(from)));
    let from = from.map(|from| reliefs::put_off(from, reliefs));
    let spans = from.map_or_else(Vec::new, |from| reliefs::charged(from, on, reliefs));
    let length = |(after, to): &(NaiveDate, NaiveDate)| u32::try_from(to.signed_duration_since(*after).num_days()).unwrap_or(0);
    let days = spans.iter().map(length).sum();
    // It arises once, on the first day late, whether or not that day's charges are given up.
    let fined = from.filter(|from| *from < on && posted_to.is_none());
    let fined = fined.is_some_and(|from| !reliefs::given_up(reliefs::first_day(from, due_on, terms.grace_days), reliefs));
    let mut incomplete = false;
    let mut correction = None;
    if let Some(index) = terms.correction.as_ref().filter(|_| from.is_some_and(|from| from < on)) {
        match index.factor(posted_to.map_or(due_on, |posted| posted.max(due_on)), on) {
            Some(factor) => correction = Some(Correction { factor, line: Line::whole(principal, factor.ratio() - Decimal::ONE) }),
            None => incomplete = true,
        }
    }
    let base = principal + correction.map_or(Money::ZERO, |correction| correction.line.amount);
    let fine = Line::whole(base, if fined { terms.fine_charged() } else { Decimal::ZERO });
    let interest = match &terms.legal_interest {
        None => Line::by_days(base, terms.monthly_interest, days, terms.day_interest),
        Some(rates) => {
            let known = from.is_none_or(|from| rates.simple(from, on).is_some());
            incomplete |= !known;
            let rate = spans.iter().filter_map(|(after, to)| rates.simple(*after, *to)).fold(Decimal::ZERO, Decimal::saturating_add);
            Line::over(base, if known { rate } else { Decimal::ZERO }, days)
        }
    };
    let discount = terms
        .early
        .filter(|early| principal.is_positive() && days_after(on, u32::from(early.days_before)) <= due_on)
        .map(|early| Line::whole(principal, early.rate));
    let mut calculation = Calculation {
        principal,
        posted: None,
        due_on,
        adjusted_due_on,
        on,
        days,
        correction,
        fine,
        interest,
        discount,
        waived: None,
        incomplete,
        total: principal,
        version: terms.version.clone(),
    };
    calculation.total += calculation.charges() - discount.map_or(Money::ZERO, |line| line.amount);
    calculation
}

/// The day after which days count; none when nothing is charged.
fn charged_from(due_on: NaiveDate, adjusted_due_on: NaiveDate, on: NaiveDate, terms: &Terms) -> Option<NaiveDate> {
    if on <= adjusted_due_on || on <= days_after(due_on, u32::from(terms.grace_days)) {
        return None;
    }
    Some(match terms.day_count {
        DayCount::AdjustedDay => adjusted_due_on,
        DayCount::OriginalDay => due_on,
    })
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
    fn an_index_corrects_before_fine_and_interest() {
        let numbers = [("2026-08", "7400.10"), ("2026-09", "7437.10"), ("2026-10", "7459.41")];
        let numbers = numbers.map(|(month, number)| (month.parse().unwrap(), number.parse().unwrap())).into();
        let terms = Terms { correction: Some(Index { name: "IPCA".into(), lag_months: 1, numbers }), ..Terms::default() };
        let at = |due, on| late_charges(cents("1.000,00"), day(due), day(on), &terms, &Calendar::default());
        let found = at("2026-09-10", "2026-11-21");
        // 1.000 × 7459,41 ÷ 7400,10 = 1.008,0148; 2 % of 1.008,01; 1 % × 72 ÷ 30 of it.
        let correction = found.correction.unwrap();
        assert_eq!((correction.line.amount, found.fine.amount, found.interest.amount), (cents("8,01"), cents("20,16"), cents("24,19")));
        assert_eq!((found.total, found.charges(), found.incomplete), (cents("1.052,36"), cents("52,36"), false));
        // Not late: nothing is corrected. Of July nothing is known: that is told, not guessed.
        assert_eq!(at("2026-09-10", "2026-09-10").correction, None);
        let found = at("2026-08-10", "2026-11-21");
        assert_eq!((found.correction, found.incomplete, found.fine.amount), (None, true, cents("20,00")));
    }

    #[test]
    fn the_legal_rate_takes_the_place_of_the_contracts() {
        let rates = [("2026-09", "0.006"), ("2026-10", "0.0062")].map(|(month, rate)| (month.parse().unwrap(), rate.parse().unwrap()));
        let legal_interest = Some(MonthlyRates { name: "Taxa legal".into(), rates: rates.into() });
        let terms = Terms { legal_interest, ..Terms::default() };
        let at = |on| late_charges(cents("1.000,00"), day("2026-09-10"), day(on), &terms, &Calendar::default());
        let found = at("2026-10-31");
        assert_eq!((found.interest.amount, found.interest.basis, found.interest.days), (cents("10,20"), Basis::Period, Some(51)));
        assert_eq!((at("2026-09-10").interest.amount, at("2026-09-10").incomplete), (Money::ZERO, false));
        assert!(at("2026-11-01").incomplete);
    }

    #[test]
    fn a_bank_may_round_each_day() {
        let interest = |day_interest| {
            let terms = Terms { day_interest, ..Terms::default() };
            late_charges(cents("523,47"), day("2026-09-10"), day("2026-10-17"), &terms, &Calendar::default()).interest.amount
        };
        assert_eq!(DayInterest::ALL.iter().map(|by| interest(*by)).collect::<Vec<_>>(), [cents("6,46"), cents("6,29"), cents("6,29")]);
        let terms = Terms { day_interest: DayInterest::TruncatedDay, ..Terms::default() };
        // 0,1666… a day: 0,16 × 3.
        let found = late_charges(cents("500,00"), day("2026-09-10"), day("2026-09-13"), &terms, &Calendar::default());
        assert_eq!((found.interest.amount, found.interest.basis), (cents("0,48"), Basis::Day));
    }

    #[test]
    fn what_was_posted_is_not_charged_again() {
        let (due, calendar) = (day("2026-09-10"), Calendar::default());
        let posted = |to, open| Some(Posted { to: day(to), open: cents(open) });
        let at = |open, posted, on| late_charges_after(cents(open), due, posted, day(on), &Terms::default(), &calendar);
        let after = |to, on| at("523,47", posted(to, "0"), on);
        assert_eq!(after("2026-10-17", "2026-10-17").total, cents("523,47"));
        assert_eq!(after("2026-10-17", "2026-10-18").interest.amount, cents("0,17"));
        // Posted before it was late: only the fine is left out.
        assert_eq!(after("2026-09-01", "2026-10-17").charges(), cents("6,46"));
        // Charges are all that is open: nothing comes upon them, however late.
        let only = at("16,93", posted("2026-10-17", "16,93"), "2027-10-17");
        assert_eq!((only.principal, only.charges(), only.total), (cents("16,93"), Money::ZERO, cents("16,93")));
        // More was posted than is still open.
        assert_eq!(at("3,00", posted("2026-10-17", "16,93"), "2027-10-17").total, cents("3,00"));
        assert_eq!(at("523,47", None, "2026-10-17"), late_charges(cents("523,47"), due, day("2026-10-17"), &Terms::default(), &calendar));
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
