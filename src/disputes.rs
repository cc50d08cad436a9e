//! Disputes: "this bill is wrong". While one is open, nothing is charged for paying that bill late. Never decides who is right.
//!
//! Whoever disputes a health plan's bill within the notice period is owed an answer, and ten more days from it (ANS, RN
//! 593/2023); the deadline of the answer is in [`crate::requests`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::forms::{FieldError, Fields, Problem, one_of, submission, text};
use crate::ids::BillId;
use crate::words::words;

words! {
    /// What is said to be wrong. Nothing here asks about health: what was treated is not needed to look into an amount.
    pub enum Reason {
        /// The amount is another.
        Amount = "amount",
        /// It was paid already.
        AlreadyPaid = "already_paid",
        /// The contract had ended, or had not begun.
        Contract = "contract",
        /// Charged twice.
        ChargedTwice = "charged_twice",
        /// A share of a use that did not happen.
        NotUsed = "not_used",
        /// Something else.
        Other = "other",
    }
}

/// The form of a dispute, as typed.
///
/// ```
/// use domain::disputes::{DisputeForm, Reason};
/// use domain::forms::{FieldError, Problem};
/// let id = uuid::Uuid::from_u128(3).to_string();
/// let form = DisputeForm { bill: id.clone(), reason: "charged_twice".into(), text: "Veio duas vezes".into(), submission: id };
/// assert_eq!(form.parse().unwrap().reason, Reason::ChargedTwice);
/// let silent = DisputeForm { text: " ".into(), ..form };
/// assert_eq!(silent.parse(), Err(vec![FieldError::new("text", Problem::Missing)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeForm {
    /// Id of the bill.
    pub bill: String,
    /// The word of a [`Reason`].
    pub reason: String,
    /// What is wrong, in the customer's words.
    pub text: String,
    /// See [`submission`].
    pub submission: String,
}

/// A form of a dispute that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidDisputeForm {
    /// The bill.
    pub bill: BillId,
    /// What is wrong.
    pub reason: Reason,
    /// In the customer's words.
    pub text: String,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl DisputeForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<ValidDisputeForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bill = fields.read("bill", self.bill.trim().parse().map_err(|_| Problem::Unknown));
        let reason = fields.read("reason", one_of(&self.reason));
        let text = fields.read("text", text(&self.text, 2_000));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidDisputeForm { bill: bill?, reason: reason?, text: text?, submission: submission? }))())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_form_or_says_what_is_wrong() {
        let id = Uuid::from_u128(3).to_string();
        let form = DisputeForm { bill: id.clone(), reason: "amount".into(), text: "O valor mudou".into(), submission: id };
        assert_eq!(form.parse().unwrap().reason, Reason::Amount);
        let errors = DisputeForm { reason: "because".into(), ..DisputeForm::default() }.parse().unwrap_err();
        let problems: Vec<_> = errors.iter().map(|error| (error.field.as_ref(), error.problem.clone())).collect();
        assert_eq!(
            problems,
            [("bill", Problem::Unknown), ("reason", Problem::ChooseOne), ("text", Problem::Missing), ("submission", Problem::Missing)]
        );
    }
}
