//! Write-offs: bills that the house gives up, for which reason, who may decide it, and what comes back when somebody pays after all. Never
//! says what a write-off is worth to the tax authority: that is for the creditor's own books (Lei 9.430/1996, art. 9).

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::forms::{FieldError, Fields, Problem, ids, one_of, optional_text, submission};
use crate::ids::{BillId, CustomerId};
use crate::money::Money;
use crate::statement::Standing;
use crate::words::words;

/// Bills of one proposal.
pub const MOST: usize = 200;
/// Months after which what a written instrument says in a fixed amount can no longer be claimed: five years (CC, art. 206, § 5, I). What
/// interrupts the time (art. 202) is for a person to know: an age is needed, and is no proof.
pub const PRESCRIBED_AFTER: u32 = 60;

words! {
    /// Why the house gives something up.
    pub enum Reason {
        /// Five years have passed (CC, art. 206, § 5, I).
        Prescribed = "prescribed",
        /// Bankruptcy or insolvency without anything left to share out.
        Insolvency = "insolvency",
        /// The customer died and left nothing.
        Deceased = "deceased",
        /// So small that collecting it costs more.
        Uneconomical = "uneconomical",
        /// The house charged what it should not have.
        CreditorError = "creditor_error",
        /// Another, in words.
        Other = "other",
    }

    /// Where a proposal stands.
    pub enum State {
        /// Somebody else is to decide.
        Waiting = "waiting",
        /// Given up.
        Approved = "approved",
        /// Not given up, with the reason.
        Refused = "refused",
        /// Taken back by whoever proposed it.
        Withdrawn = "withdrawn",
        /// Given up; somebody else is to decide whether it is undone.
        Undoing = "undoing",
        /// What was still given up is open again.
        Undone = "undone",
    }

    /// Why a bill cannot be given up.
    pub enum Kept {
        /// Nothing is open on it.
        Settled = "settled",
        /// It is paid through an agreement.
        InAgreement = "in_agreement",
        /// The customer says it is wrong: that is decided first.
        Disputed = "disputed",
        /// It is proposed already, or given up in part.
        Proposed = "proposed",
    }
}

impl State {
    /// Whether what it names is given up now.
    #[must_use]
    pub const fn gives_up(self) -> bool {
        matches!(self, Self::Approved | Self::Undoing)
    }
}

/// Why a bill cannot be given up; none when it can.
///
/// ```
/// use domain::money::Money;
/// use domain::statement::Standing;
/// use domain::write_offs::{Kept, kept};
/// assert_eq!(kept(Standing::Open, Money::cents(100), false), None);
/// assert_eq!(kept(Standing::Disputed, Money::cents(100), false), Some(Kept::Disputed));
/// ```
#[must_use]
pub fn kept(standing: Standing, balance: Money, proposed: bool) -> Option<Kept> {
    match standing {
        Standing::Settled => Some(Kept::Settled),
        Standing::InAgreement => Some(Kept::InAgreement),
        Standing::Disputed => Some(Kept::Disputed),
        Standing::Open if !balance.is_positive() => Some(Kept::Settled),
        Standing::Open => proposed.then_some(Kept::Proposed),
    }
}

/// Whether so much time has passed since a bill fell due that it may be given up as prescribed.
///
/// ```
/// use domain::write_offs::prescribed;
/// let due = "2021-11-10".parse()?;
/// assert!(!prescribed(due, "2026-11-10".parse()?));
/// assert!(prescribed(due, "2026-11-11".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn prescribed(due_on: NaiveDate, today: NaiveDate) -> bool {
    due_on.checked_add_months(Months::new(PRESCRIBED_AFTER)).is_some_and(|over| over < today)
}

/// Whether a person may decide about so much; the word of the refusal otherwise. It always takes two: one who asks, one who decides.
///
/// ```
/// use domain::money::Money;
/// use domain::write_offs::may_decide;
/// let level = Money::cents(200_000);
/// assert_eq!(may_decide(level, level, false), Ok(()));
/// assert_eq!(may_decide(level, Money::cents(1), true), Err("write_off_four_eyes"));
/// assert_eq!(may_decide(level, Money::cents(200_001), false), Err("write_off_level"));
/// ```
///
/// # Errors
/// `write_off_four_eyes`, `write_off_level`.
pub fn may_decide(level: Money, amount: Money, asked_for_it: bool) -> Result<(), &'static str> {
    if asked_for_it {
        Err("write_off_four_eyes")
    } else if amount > level {
        Err("write_off_level")
    } else {
        Ok(())
    }
}

/// What comes back of what was given up of a bill, when its ledger shows this balance after a payment: as much as was paid, and never more
/// than was given up. What is left beyond that is the payer's credit.
///
/// ```
/// use domain::money::Money;
/// use domain::write_offs::comes_back;
/// let given_up = Money::cents(52_347);
/// assert_eq!(comes_back(given_up, Money::cents(-20_000)), Money::cents(20_000)); // a part
/// assert_eq!(comes_back(given_up, Money::cents(-60_000)), given_up); // all of it; 76,53 are a credit
/// assert_eq!(comes_back(given_up, Money::ZERO), Money::ZERO);
/// ```
#[must_use]
pub fn comes_back(given_up: Money, balance: Money) -> Money {
    (-balance).max(Money::ZERO).min(given_up.max(Money::ZERO))
}

/// A proposal, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WriteOffForm {
    /// Whose bills.
    pub customer: String,
    /// Which.
    pub bills: Vec<String>,
    /// The word of a [`Reason`].
    pub reason: String,
    /// What speaks for it; needed with [`Reason::Other`].
    pub words: String,
    /// See [`submission`].
    pub submission: String,
}

/// A proposal that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidWriteOffForm {
    /// Whose bills.
    pub customer: CustomerId,
    /// Which.
    pub bills: Vec<BillId>,
    /// Why.
    pub reason: Reason,
    /// What speaks for it.
    pub words: String,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl WriteOffForm {
    /// Reads the form.
    ///
    /// ```
    /// use domain::forms::{FieldError, Problem};
    /// use domain::write_offs::WriteOffForm;
    /// let id = uuid::Uuid::from_u128(3).to_string();
    /// let form = WriteOffForm { customer: id.clone(), bills: vec![id.clone()], reason: "other".into(), words: String::new(), submission: id };
    /// assert_eq!(form.parse(), Err(vec![FieldError::new("words", Problem::Missing)]));
    /// assert!(WriteOffForm { reason: "uneconomical".into(), ..form }.parse().is_ok());
    /// ```
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<ValidWriteOffForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let customer = fields.read("customer", one_of(&self.customer));
        let bills = fields.read(
            "bills",
            match ids(&self.bills) {
                Ok(bills) if bills.is_empty() => Err(Problem::Missing),
                Ok(bills) if bills.len() > MOST => Err(Problem::OutOfRange { min: 1, max: u32::try_from(MOST).unwrap_or(u32::MAX) }),
                read => read,
            },
        );
        let reason: Option<Reason> = fields.read("reason", one_of(&self.reason));
        let words = optional_text(&self.words, 1_000);
        let words = fields.read(
            "words",
            words.and_then(|words| match words {
                None if reason == Some(Reason::Other) => Err(Problem::Missing),
                words => Ok(words.unwrap_or_default()),
            }),
        );
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| {
            Some(ValidWriteOffForm { customer: customer?, bills: bills?, reason: reason?, words: words?, submission: submission? })
        })())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_simply_open_is_not_given_up() {
        for standing in Standing::ALL {
            let open = kept(*standing, Money::cents(1), false);
            assert_eq!(open.is_none(), *standing == Standing::Open, "{standing}");
            assert!(kept(*standing, Money::ZERO, false).is_some() && kept(*standing, Money::cents(1), true).is_some());
        }
    }

    #[test]
    fn five_years_end_on_the_last_day_of_a_short_month_too() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(!prescribed(day("2024-02-29"), day("2029-02-28")) && prescribed(day("2024-02-29"), day("2029-03-01")));
        assert!(!prescribed(NaiveDate::MAX, day("2026-11-22")));
    }

    #[test]
    fn the_form_says_everything_that_is_wrong() {
        let names: Vec<_> = WriteOffForm::default().parse().unwrap_err().into_iter().map(|error| error.field.into_owned()).collect();
        assert_eq!(names, ["customer", "bills", "reason", "submission"]);
    }

    proptest! {
        #[test]
        fn whatever_is_paid_no_more_comes_back_than_was_given_up_and_nothing_is_owed_for_it(up in 0i64..1_000_000, balance in -1_000_000i64..1_000_000) {
            let back = comes_back(Money::cents(up), Money::cents(balance));
            prop_assert!(back >= Money::ZERO && back <= Money::cents(up));
            // A reversal never opens a bill again: it takes away from a credit, and at most all of it.
            prop_assert!(back.is_zero() || Money::cents(balance) + back <= Money::ZERO);
        }
    }
}
