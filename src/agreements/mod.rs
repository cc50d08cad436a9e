//! Agreements: who may pay in installments, what a plan costs, whether the policy grants it by itself, and what happens to it
//! while it is paid, or is not.
//!
//! The same functions run in the browser's simulator and on the server. Never changes a bill and never posts an entry: it says
//! what is due, in centavos and calendar days, and the caller writes that down. Compounds interest only where a policy says so
//! for companies: a creditor that is no bank may not charge a consumer interest on interest (Decreto 22.626/1933, art. 4).
//!
//! From asking to the end: [`eligibility`] says who may ask, [`plans`] what can be chosen, [`keeping`] what comes of it; the
//! creditor's rules for all three are data, in [`policy`].

pub mod effective_cost;
pub mod eligibility;
pub mod forms;
pub mod keeping;
pub mod plans;
pub mod policy;
pub mod replay;

use crate::words::words;

words! {
    /// Where an agreement stands.
    pub enum Status {
        /// Asked for; staff has to decide.
        Requested = "requested",
        /// Granted; effective once the down payment is settled.
        AwaitingDownPayment = "awaiting_down_payment",
        /// Effective: its bills are not payable by themselves.
        Active = "active",
        /// Every installment is settled.
        Settled = "settled",
        /// Not kept: what is left came back to the bills.
        Broken = "broken",
        /// Never became effective: refused, withdrawn, or the down payment did not come.
        Cancelled = "cancelled",
    }

    /// Why somebody cannot pay it all at once, in neutral words and with the right not to say. Health is not among them on
    /// purpose: it is sensitive data (LGPD, art. 11) that this decision does not need.
    pub enum Reason {
        /// Less income.
        LessIncome = "less_income",
        /// An expense that was not foreseen.
        UnexpectedExpense = "unexpected_expense",
        /// The due date does not fit pay day.
        DateDoesNotFit = "date_does_not_fit",
        /// Several bills came together.
        SeveralBills = "several_bills",
        /// Something else.
        Other = "other",
        /// Would rather not say.
        NotSaid = "not_said",
    }
}

impl Status {
    /// Whether this status may follow: what is settled, broken or cancelled stays so.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            // Without a down payment an agreement is active as soon as it is granted.
            Self::Requested => matches!(next, Self::AwaitingDownPayment | Self::Active | Self::Cancelled),
            Self::AwaitingDownPayment => matches!(next, Self::Active | Self::Cancelled),
            Self::Active => matches!(next, Self::Settled | Self::Broken),
            Self::Settled | Self::Broken | Self::Cancelled => false,
        }
    }

    /// Whether it binds its bills, or is about to: counted against the most open agreements.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::AwaitingDownPayment | Self::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn what_is_over_stays_over() {
        for status in Status::ALL {
            assert!(!status.may_become(Status::Requested));
            assert_eq!(Status::ALL.iter().any(|next| status.may_become(*next)), status.is_open());
        }
    }
}
