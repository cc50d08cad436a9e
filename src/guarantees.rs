//! What a customer left with the creditor against not paying: a deposit, a bank's letter, an insurance, somebody who answers. The
//! creditor's own system keeps them; here they are read, and what is about to end is told. Never decides that one is to be used.

use chrono::NaiveDate;

use crate::calendar::days_after;
use crate::words::words;

/// One that ends within so many days is told of: time enough to ask for another.
pub const WARNING_DAYS: u32 = 60;

words! {
    /// What it is.
    pub enum GuaranteeKind {
        /// Money of the customer's in the creditor's hands (caução).
        Deposit = "deposit",
        /// Paid ahead of bills that are to come (adiantamento).
        Advance = "advance",
        /// A bank answers (carta de fiança bancária).
        BankLetter = "bank_letter",
        /// An insurer answers (seguro-garantia, fiança locatícia).
        Insurance = "insurance",
        /// A person answers (fiança, aval).
        Guarantor = "guarantor",
        /// A thing answers (alienação fiduciária, penhor, hipoteca).
        Collateral = "collateral",
    }

    /// Where it stands.
    pub enum GuaranteeState {
        /// The creditor has it.
        Held = "held",
        /// It was used up to pay.
        Used = "used",
        /// It was given back.
        Returned = "returned",
    }
}

impl GuaranteeKind {
    /// Whether it is money of the customer's, which is theirs again when nothing is owed.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Deposit | Self::Advance)
    }
}

/// What is to be known of a guarantee on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It holds until this day, which is near.
    EndsSoon(NaiveDate),
    /// It ended on this day, and nobody has said since what became of it.
    Ended(NaiveDate),
    /// It was used or given back.
    Over,
}

/// Where a guarantee stands on a day. The last day of its validity still counts.
///
/// ```
/// use domain::guarantees::{GuaranteeState::Held, Standing, standing};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let until = Some(day("2026-12-31"));
/// assert_eq!(standing(Held, until, day("2026-11-01")), Standing::EndsSoon(day("2026-12-31")));
/// assert_eq!(standing(Held, until, day("2026-10-31")), Standing::Holds);
/// assert_eq!(standing(Held, until, day("2027-01-01")), Standing::Ended(day("2026-12-31")));
/// assert_eq!(standing(Held, None, day("2027-01-01")), Standing::Holds);
/// ```
#[must_use]
pub fn standing(state: GuaranteeState, until: Option<NaiveDate>, today: NaiveDate) -> Standing {
    match (state, until) {
        (GuaranteeState::Used | GuaranteeState::Returned, _) => Standing::Over,
        (GuaranteeState::Held, Some(until)) if until < today => Standing::Ended(until),
        (GuaranteeState::Held, Some(until)) if until <= days_after(today, WARNING_DAYS) => Standing::EndsSoon(until),
        (GuaranteeState::Held, _) => Standing::Holds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_counts_and_what_is_over_warns_of_nothing() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let ahead = |days| Some(days_after(today, days));
        assert_eq!(standing(GuaranteeState::Held, Some(today), today), Standing::EndsSoon(today));
        assert_eq!(standing(GuaranteeState::Held, ahead(WARNING_DAYS), today), Standing::EndsSoon(days_after(today, WARNING_DAYS)));
        assert_eq!(standing(GuaranteeState::Held, ahead(WARNING_DAYS + 1), today), Standing::Holds);
        for state in [GuaranteeState::Used, GuaranteeState::Returned] {
            assert_eq!(standing(state, today.pred_opt(), today), Standing::Over);
        }
    }

    #[test]
    fn money_is_what_can_be_given_back_as_money() {
        let money: Vec<_> = GuaranteeKind::ALL.iter().filter(|kind| kind.is_money()).map(|kind| kind.as_str()).collect();
        assert_eq!(money, ["deposit", "advance"]);
    }
}
