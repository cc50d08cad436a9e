//! What a policy would have said to requests that were made, and to those who are late: for whoever is about to change it.
//!
//! Decides nothing, and knows only what is given: it asks the very functions that decide. Who was turned away before they could ask left
//! no request, and is in none of these figures.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::eligibility::{Candidate, History, Ineligible, eligibility};
use super::plans::{ApprovalReason, Debt, PlanError, PlanRequest, Within, simulate};
use super::policy::PlanPolicy;
use crate::calendar::Calendar;
use crate::money::Money;
use crate::words::words;

words! {
    /// What becomes of a request for a plan.
    pub enum Outcome {
        /// Granted by itself.
        AtOnce = "at_once",
        /// A person decides.
        ByAPerson = "by_a_person",
        /// There is no such plan.
        Refused = "refused",
    }

    /// Why it is not granted by itself, by one word.
    pub enum Why {
        /// See [`ApprovalReason::Amount`].
        Amount = "amount",
        /// See [`ApprovalReason::Installments`].
        Installments = "installments",
        /// See [`ApprovalReason::DownPayment`].
        DownPayment = "down_payment",
        /// Another agreement was open.
        OpenAgreement = "open_agreement",
        /// An agreement had been broken not long before.
        BrokenRecently = "broken_recently",
        /// Something was known of the customer that leaves it to persons.
        Flagged = "flagged",
        /// Too little to be split.
        TotalTooSmall = "total_too_small",
        /// A bill was not late enough.
        NotLateEnough = "not_late_enough",
        /// A bill of a kind that is not put into installments.
        NatureNotAllowed = "nature_not_allowed",
        /// A bill that nothing can be agreed on: disputed, in an agreement, in court, or with nothing left to pay.
        BillNotFree = "bill_not_free",
        /// No band holds the amount and age.
        NoBand = "no_band",
        /// Too little down, or nothing left to split.
        DownPaymentLimits = "down_payment_limits",
        /// Too many installments.
        Count = "count",
        /// Each installment would be too small.
        InstallmentTooSmall = "installment_too_small",
        /// The day of the month is not offered, or the first payment would be too late.
        Day = "day",
    }
}

/// A request for a plan with what was known when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The day.
    pub on: NaiveDate,
    /// What was known of the customer.
    pub history: History,
    /// The chosen bills, as they stood then.
    pub bills: Vec<Candidate>,
    /// What they came to.
    pub debt: Debt,
    /// What was asked for.
    pub request: PlanRequest,
}

/// What a policy says to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why it is not granted by itself; each word once, and none where it is.
    pub why: Vec<Why>,
    /// What is taken off the debt.
    pub discount: Money,
    /// What is put into the plan, after that.
    pub total: Money,
}

/// What a policy says to a request that was made.
///
/// ```
/// use domain::agreements::eligibility::{Candidate, History};
/// use domain::agreements::plans::{Debt, PlanRequest};
/// use domain::agreements::policy::PlanPolicy;
/// use domain::agreements::replay::{Outcome, Past, Why, say};
/// use domain::calendar::Calendar;
/// use domain::ids::BillId;
/// use domain::money::Money;
/// use domain::statement::Nature;
/// let amount = Money::cents(100_000);
/// let bill = Candidate {
///     bill: BillId(uuid::Uuid::nil()), nature: Nature::Monthly, amount, days_late: 40,
///     disputed: false, in_agreement: false, in_court: false,
/// };
/// let past = Past {
///     on: "2026-11-02".parse()?,
///     history: History::default(),
///     bills: vec![bill],
///     debt: Debt::of(amount, Money::ZERO, 40),
///     request: PlanRequest { down_payment: Money::cents(10_000), count: 8, day_of_month: 10 },
/// };
/// let (now, calendar) = (PlanPolicy::default(), Calendar::default());
/// let said = say(&now, &past, &calendar);
/// assert_eq!((said.outcome, said.why), (Outcome::ByAPerson, vec![Why::Installments]));
/// // Were eight installments granted by themselves, it would have been effective at once.
/// let mut draft = now;
/// draft.bands[0].automatic.as_mut().unwrap().most_installments = 8;
/// assert_eq!(say(&draft, &past, &calendar).outcome, Outcome::AtOnce);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn say(policy: &PlanPolicy, past: &Past, calendar: &Calendar) -> Said {
    let refused = |why: Vec<Why>| Said { outcome: Outcome::Refused, why, discount: Money::ZERO, total: Money::ZERO };
    if let Err(against) = eligibility(&policy.eligibility, past.history, &past.bills, past.on) {
        return refused(once(against.iter().map(Why::from)));
    }
    match simulate(policy, past.debt, past.request, past.on, calendar) {
        Err(error) => refused(vec![Why::from(&error)]),
        Ok(plan) => {
            let (outcome, why) = match &plan.within_policy {
                Within::Automatic => (Outcome::AtOnce, Vec::new()),
                Within::NeedsApproval(reasons) => (Outcome::ByAPerson, once(reasons.iter().map(Why::from))),
            };
            Said { outcome, why, discount: plan.discount.total(), total: plan.total }
        }
    }
}

/// A late bill, and what it comes to by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The bill as it stands.
    pub bill: Candidate,
    /// What it comes to.
    pub debt: Debt,
}

/// What a policy has for somebody who is late and asks for whatever there is: all bills that may be are put into it, as the portal offers
/// it first. [`Outcome::AtOnce`] where something is granted without a person; `total` is what is owed on those bills.
#[must_use]
pub fn room(policy: &PlanPolicy, history: History, late: &[Late], today: NaiveDate) -> Said {
    let refused = |why: Vec<Why>| Said { outcome: Outcome::Refused, why, discount: Money::ZERO, total: Money::ZERO };
    // Told apart from what is known of the customer, as the page of offers does: bills by themselves may each be too little.
    let alone = |late: &Late| {
        let against = eligibility(&policy.eligibility, History::default(), &[late.bill], today).err();
        against.into_iter().flatten().find(|reason| reason.bill().is_some())
    };
    let free: Vec<&Late> = late.iter().filter(|late| alone(late).is_none()).collect();
    if free.is_empty() {
        return refused(once(late.iter().filter_map(alone).map(|against| Why::from(&against))));
    }
    let bills: Vec<Candidate> = free.iter().map(|late| late.bill).collect();
    if let Err(against) = eligibility(&policy.eligibility, history, &bills, today) {
        return refused(once(against.iter().map(Why::from)));
    }
    let debt: Debt = free.iter().map(|late| late.debt).sum();
    let Some(band) = policy.band(&debt) else { return refused(vec![Why::NoBand]) };
    let outcome = if band.automatic.is_some() { Outcome::AtOnce } else { Outcome::ByAPerson };
    let why = if band.automatic.is_some() { Vec::new() } else { vec![Why::Amount] };
    Said { outcome, why, discount: Money::ZERO, total: debt.total() }
}

fn once(all: impl Iterator<Item = Why>) -> Vec<Why> {
    let mut why: Vec<Why> = all.collect();
    why.sort_unstable();
    why.dedup();
    why
}

impl From<&ApprovalReason> for Why {
    fn from(reason: &ApprovalReason) -> Self {
        match reason {
            ApprovalReason::Amount => Self::Amount,
            ApprovalReason::Installments => Self::Installments,
            ApprovalReason::DownPayment => Self::DownPayment,
        }
    }
}

impl From<&Ineligible> for Why {
    fn from(against: &Ineligible) -> Self {
        match against {
            Ineligible::OpenAgreement { .. } => Self::OpenAgreement,
            Ineligible::BrokenRecently { .. } => Self::BrokenRecently,
            Ineligible::Flagged { .. } => Self::Flagged,
            Ineligible::TotalTooSmall { .. } => Self::TotalTooSmall,
            Ineligible::NotLateEnough { .. } => Self::NotLateEnough,
            Ineligible::NatureNotAllowed { .. } => Self::NatureNotAllowed,
            Ineligible::NoBills
            | Ineligible::Disputed { .. }
            | Ineligible::InAgreement { .. }
            | Ineligible::InCourt { .. }
            | Ineligible::NothingToPay { .. } => Self::BillNotFree,
        }
    }
}

impl From<&PlanError> for Why {
    fn from(error: &PlanError) -> Self {
        match error {
            PlanError::NoBand => Self::NoBand,
            PlanError::DownPaymentTooSmall { .. } | PlanError::DownPaymentTooLarge { .. } => Self::DownPaymentLimits,
            PlanError::Count { .. } => Self::Count,
            PlanError::InstallmentTooSmall { .. } => Self::InstallmentTooSmall,
            PlanError::Day | PlanError::FirstTooLate { .. } => Self::Day,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::BillId;
    use crate::statement::Nature;

    fn bill(n: u128, cents: i64, days_late: u32) -> Late {
        let amount = Money::cents(cents);
        let bill = Candidate {
            bill: BillId(Uuid::from_u128(n)),
            nature: Nature::Monthly,
            amount,
            days_late,
            disputed: false,
            in_agreement: false,
            in_court: false,
        };
        Late { bill, debt: Debt::of(amount, Money::ZERO, days_late) }
    }

    #[test]
    fn whoever_is_late_is_offered_what_is_free() {
        let (policy, today) = (PlanPolicy::default(), "2026-11-22".parse().unwrap());
        let mut disputed = bill(1, 90_000, 50);
        disputed.bill.disputed = true;
        let said = |late: &[Late], history| room(&policy, history, late, today);
        let some = said(&[disputed, bill(2, 50_000, 20)], History::default());
        assert_eq!((some.outcome, some.total), (Outcome::AtOnce, Money::cents(50_000)));
        assert_eq!(said(&[disputed], History::default()).why, [Why::BillNotFree]);
        assert_eq!(said(&[bill(2, 9_999, 20)], History::default()).why, [Why::TotalTooSmall]);
        assert_eq!(said(&[bill(2, 1_000_001, 20)], History::default()).outcome, Outcome::ByAPerson);
        let open = History { open_agreements: 1, ..History::default() };
        assert_eq!(said(&[bill(2, 50_000, 20)], open).why, [Why::OpenAgreement]);
        // Two that are each too little are enough together.
        assert_eq!(said(&[bill(1, 6_000, 9), bill(2, 6_000, 9)], History::default()).outcome, Outcome::AtOnce);
    }
}
