//! The creditor's rules for plans, as data: how much, how long, at what cost, and when an agreement ends.
//!
//! Never decides anything by itself. The defaults are conservative figures of usual practice for a creditor to set, not law;
//! what law there is, [`PlanPolicy::check`] holds a policy to.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::eligibility::Eligibility;
use super::plans::Debt;
use crate::calendar::Calendar;
use crate::charges::Payer;
use crate::money::Money;
use crate::words::words;

/// The most installments any policy may offer: ten years.
pub const MOST_INSTALLMENTS: u16 = 120;

/// What may be asked for, and what is granted without a person.
///
/// ```
/// use domain::agreements::policy::{Interest, PlanPolicy, PolicyError};
/// use domain::charges::Payer;
/// let policy: PlanPolicy = serde_json::from_str(r#"{"version": "2026-2", "interest": {"price": "0.01"}}"#)?;
/// assert_eq!(policy.check(Payer::Company), Ok(()));
/// assert_eq!(policy.check(Payer::Consumer), Err(PolicyError::Compounds));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanPolicy {
    /// Names this policy in agreements and their evidence.
    pub version: String,
    /// Who may ask.
    pub eligibility: Eligibility,
    /// Limits by amount and age; the first one that holds the debt applies, so the narrowest come first.
    pub bands: Vec<Band>,
    /// What paying in installments costs.
    pub interest: Interest,
    /// No installment is smaller than this: a slip costs money too. Less than R$ 1,00 counts as R$ 1,00.
    pub least_installment: Money,
    /// Business days to pay the down payment; an offer stays open as long.
    pub down_payment_days: u16,
    /// The first installment falls due at most so many calendar days after today.
    pub first_due_max_days: u16,
    /// Days of the month to choose from.
    pub days_of_month: Vec<u8>,
    /// When an agreement is broken.
    pub break_rule: BreakRule,
    /// When a running agreement may be replaced by another.
    pub renegotiation: Renegotiation,
}

/// The limits for debts up to an amount and from an age on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The greatest total this band holds, charges included; `None` holds all.
    pub up_to: Option<Money>,
    /// It holds only what is at least so many days late, by its oldest bill.
    #[serde(default)]
    pub late_from: u32,
    /// What is granted by itself; `None` sends every plan of this band to a person.
    pub automatic: Option<Limits>,
    /// What may be asked for at all.
    pub negotiable: Limits,
    /// What is taken off, by number of installments, the fewest first; the first that holds the plan applies, none if none does.
    #[serde(default)]
    pub discounts: Vec<Discount>,
}

/// How far a plan may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most installments, besides the down payment.
    pub most_installments: u16,
    /// The least down payment, as a fraction of the total: 0.10 is 10 %.
    pub least_down_payment: Decimal,
}

/// What is taken off for paying in few installments. It is lost when the agreement is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// For plans of at most so many installments, besides the down payment.
    pub up_to_installments: u16,
    /// Of what paying late has added: 0.50 is half of it.
    pub of_charges: Decimal,
    /// Of what was owed without it.
    pub of_principal: Decimal,
}

/// What paying in installments costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interest {
    /// Nothing.
    None,
    /// This fraction a month, simple, on the whole amount put into installments: 0.01 is 1 %.
    SimpleMonthly(Decimal),
    /// This fraction a month on what is still owed each month, in equal payments (tabela Price). It compounds: for companies
    /// only.
    Price(Decimal),
}

/// When an agreement is broken, and how long it can still be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakRule {
    /// With so many installments late at once; 0 counts as 1.
    pub late_installments: u16,
    /// Or with one installment later than so many calendar days.
    pub days_late: u16,
    /// Business days, from the first day on which the rule is met, to pay what is late and go on as if nothing had been.
    pub cure_days: u16,
    /// Business days after the last one to mend it until which the bank may tell of a payment.
    pub bank_days: u16,
    /// In which order what was paid counts for the bills that come back.
    pub imputation: Imputation,
}

words! {
    /// In which order a payment counts for several bills (CC, arts. 352 to 355): within a bill always for its interest, then
    /// its fine, then its principal (art. 354).
    pub enum Imputation {
        /// For the oldest bill until it is settled, then the next (art. 355): fewer bills stay open.
        BillByBill = "bill_by_bill",
        /// For the interest and fines of all bills, the oldest first, and only then for what was owed.
        ChargesFirst = "charges_first",
    }
}

/// When a running agreement may be replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Renegotiation {
    /// How often the same debt may be put into another plan; 0 is never.
    pub most_times: u16,
    /// What must have been paid of the agreement's total before, as a fraction: 0.10 is 10 %.
    pub least_paid: Decimal,
}

/// Why a policy cannot be used. Places count from 0 in [`PlanPolicy::bands`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No band at all: nobody could ask for anything.
    #[error("no band")]
    NoBand,
    /// A rate below zero, or 100 % or more: most likely `2` written for `0.02`.
    #[error("a rate is written as a fraction: 0.02 for 2 %")]
    NotAFraction,
    /// Interest on interest, for a consumer (Decreto 22.626/1933, art. 4).
    #[error("a consumer's interest is never compounded")]
    Compounds,
    /// More than [`MOST_INSTALLMENTS`], or none.
    #[error("band {band}: no or too many installments")]
    Installments {
        /// The band.
        band: usize,
    },
    /// More is granted by itself than may be asked for.
    #[error("band {band}: more is automatic than negotiable")]
    AutomaticWider {
        /// The band.
        band: usize,
    },
    /// Discounts whose numbers of installments do not rise: a later one would never apply.
    #[error("band {band}: discounts out of order")]
    DiscountOrder {
        /// The band.
        band: usize,
    },
    /// No day of the month to choose from, or one that is not 1 to 31.
    #[error("no day of the month, or one that is none")]
    Day,
}

impl PlanPolicy {
    /// The policy for bills that something of the creditor's went wrong with: in up to so many parts, at no cost and without a down payment,
    /// whatever their age; granted by itself. Days, rules of breaking and the least part stay those of this policy.
    ///
    /// ```
    /// use domain::agreements::plans::{Debt, PlanRequest, simulate};
    /// use domain::agreements::policy::PlanPolicy;
    /// use domain::calendar::Calendar;
    /// use domain::money::Money;
    /// let split = PlanPolicy::default().split(3);
    /// let debt = Debt::of(Money::cents(30_000), Money::ZERO, 0);
    /// let ask = |count| PlanRequest { down_payment: Money::ZERO, count, day_of_month: 10 };
    /// let plan = simulate(&split, debt, ask(3), "2026-11-22".parse()?, &Calendar::default()).unwrap();
    /// assert_eq!((plan.is_off_policy(), plan.total), (false, Money::cents(30_000)));
    /// assert!(simulate(&split, debt, ask(4), "2026-11-22".parse()?, &Calendar::default()).is_err());
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn split(&self, parts: u16) -> Self {
        let limits = Limits { most_installments: parts, least_down_payment: Decimal::ZERO };
        Self {
            version: format!("{}/{parts}", self.version),
            eligibility: Eligibility { min_days_late: 0, least_total: Money::ZERO, ..self.eligibility.clone() },
            bands: vec![Band { up_to: None, late_from: 0, automatic: Some(limits), negotiable: limits, discounts: Vec::new() }],
            interest: Interest::None,
            ..self.clone()
        }
    }

    /// Checks a policy that comes from a file or a settings page, against the law for whom it is offered to.
    ///
    /// # Errors
    /// The first thing that is wrong; see [`PolicyError`].
    pub fn check(&self, payer: Payer) -> Result<(), PolicyError> {
        let fraction = |rate: Decimal| if rate >= Decimal::ZERO && rate < Decimal::ONE { Ok(()) } else { Err(PolicyError::NotAFraction) };
        match self.interest {
            Interest::None => {}
            Interest::SimpleMonthly(rate) | Interest::Price(rate) => fraction(rate)?,
        }
        if payer == Payer::Consumer && matches!(self.interest, Interest::Price(rate) if !rate.is_zero()) {
            return Err(PolicyError::Compounds);
        }
        fraction(self.renegotiation.least_paid)?;
        if self.bands.is_empty() {
            return Err(PolicyError::NoBand);
        }
        for (band, limits) in self.bands.iter().enumerate() {
            limits.check(band)?;
        }
        if self.days_of_month.is_empty() || self.days_of_month.iter().any(|day| !(1..=31).contains(day)) {
            return Err(PolicyError::Day);
        }
        Ok(())
    }

    /// The least installment that is ever offered.
    #[must_use]
    pub fn least_installment(&self) -> Money {
        self.least_installment.max(Money::cents(100))
    }

    /// The limits for a debt, if there are any.
    #[must_use]
    pub fn band(&self, debt: &Debt) -> Option<&Band> {
        let total = debt.total();
        self.bands
            .iter()
            .find(|band| total.is_positive() && band.up_to.is_none_or(|most| total <= most) && debt.days_late >= band.late_from)
    }

    /// After this day without the down payment the agreement does not begin: as many business days again as there were to pay
    /// it, since banks take a day or two to tell.
    #[must_use]
    pub fn last_day_to_begin(&self, down_payment_due_on: NaiveDate, calendar: &Calendar) -> NaiveDate {
        calendar.add_business_days(down_payment_due_on, self.down_payment_days)
    }
}

impl Band {
    fn check(&self, band: usize) -> Result<(), PolicyError> {
        let is_fraction = |rate: &Decimal| *rate >= Decimal::ZERO && *rate <= Decimal::ONE;
        let discounts = self.discounts.iter().flat_map(|discount| [&discount.of_charges, &discount.of_principal]);
        let mut limits = self.automatic.iter().chain([&self.negotiable]);
        if !limits.clone().map(|limits| &limits.least_down_payment).chain(discounts).all(is_fraction) {
            return Err(PolicyError::NotAFraction);
        }
        if limits.any(|limits| !(1..=MOST_INSTALLMENTS).contains(&limits.most_installments)) {
            return Err(PolicyError::Installments { band });
        }
        let wider = |automatic: &Limits| {
            automatic.most_installments > self.negotiable.most_installments
                || automatic.least_down_payment < self.negotiable.least_down_payment
        };
        if self.automatic.as_ref().is_some_and(wider) {
            return Err(PolicyError::AutomaticWider { band });
        }
        if self.discounts.windows(2).any(|pair| pair[0].up_to_installments >= pair[1].up_to_installments) {
            return Err(PolicyError::DiscountOrder { band });
        }
        Ok(())
    }

    /// What is taken off a plan of so many installments.
    #[must_use]
    pub fn discount(&self, installments: u16) -> Option<&Discount> {
        self.discounts.iter().find(|discount| installments <= discount.up_to_installments)
    }
}

impl Default for PlanPolicy {
    /// No interest (the safe reading for a creditor that is no bank), no discount, one agreement at a time, R$ 50,00 at least.
    fn default() -> Self {
        let limits = |most_installments, percent| Limits { most_installments, least_down_payment: Decimal::new(percent, 2) };
        let band = |up_to: Option<i64>, automatic, negotiable| Band {
            up_to: up_to.map(Money::cents),
            late_from: 0,
            automatic,
            negotiable,
            discounts: Vec::new(),
        };
        Self {
            version: "1".to_owned(),
            eligibility: Eligibility::default(),
            bands: vec![
                band(Some(200_000), Some(limits(6, 10)), limits(12, 0)),
                band(Some(1_000_000), Some(limits(10, 20)), limits(24, 5)),
                band(None, None, limits(36, 10)),
            ],
            interest: Interest::None,
            least_installment: Money::cents(5_000),
            down_payment_days: 3,
            // A whole month after the down payment's day, which with a long weekend is up to a week away.
            first_due_max_days: 40,
            days_of_month: vec![5, 10, 15, 20, 25],
            break_rule: BreakRule::default(),
            renegotiation: Renegotiation::default(),
        }
    }
}

impl Default for BreakRule {
    fn default() -> Self {
        Self { late_installments: 2, days_late: 30, cure_days: 5, bank_days: 2, imputation: Imputation::BillByBill }
    }
}

impl Default for Renegotiation {
    fn default() -> Self {
        Self { most_times: 1, least_paid: Decimal::new(10, 2) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut PlanPolicy)) -> PolicyError {
        let mut policy = PlanPolicy::default();
        change(&mut policy);
        policy.check(Payer::Consumer).unwrap_err()
    }

    #[test]
    fn a_policy_is_held_to_the_law_and_to_itself() {
        assert_eq!(PlanPolicy::default().check(Payer::Consumer), Ok(()));
        let half = Decimal::new(5, 1);
        let discount = |up_to_installments| Discount { up_to_installments, of_charges: half, of_principal: Decimal::ZERO };
        assert_eq!(wrong(|policy| policy.bands.clear()), PolicyError::NoBand);
        assert_eq!(wrong(|policy| policy.interest = Interest::SimpleMonthly(Decimal::ONE)), PolicyError::NotAFraction);
        assert_eq!(wrong(|policy| policy.interest = Interest::Price(Decimal::new(1, 2))), PolicyError::Compounds);
        assert_eq!(wrong(|policy| policy.renegotiation.least_paid = Decimal::NEGATIVE_ONE), PolicyError::NotAFraction);
        assert_eq!(wrong(|policy| policy.bands[1].negotiable.most_installments = 121), PolicyError::Installments { band: 1 });
        assert_eq!(wrong(|policy| policy.bands[2].negotiable.least_down_payment = Decimal::TWO), PolicyError::NotAFraction);
        assert_eq!(wrong(|policy| policy.bands[0].negotiable.most_installments = 5), PolicyError::AutomaticWider { band: 0 });
        assert_eq!(wrong(|policy| policy.bands[0].discounts = vec![discount(3), discount(3)]), PolicyError::DiscountOrder { band: 0 });
        assert_eq!(wrong(|policy| policy.days_of_month = vec![5, 32]), PolicyError::Day);
        assert_eq!(wrong(|policy| policy.days_of_month.clear()), PolicyError::Day);
    }

    #[test]
    fn bands_are_by_amount_and_age() {
        let mut policy = PlanPolicy::default();
        let old = Band { up_to: None, late_from: 180, ..policy.bands[0].clone() };
        policy.bands.insert(0, old.clone());
        let debt = |cents, days_late| Debt { principal: Money::cents(cents), charges: Money::ZERO, days_late };
        assert_eq!(policy.band(&debt(5_000_000, 180)), Some(&old));
        assert_eq!(policy.band(&debt(200_000, 179)), Some(&policy.bands[1]));
        assert_eq!(policy.band(&debt(200_001, 0)), Some(&policy.bands[2]));
        assert_eq!(policy.band(&debt(0, 400)), None);
    }
}
