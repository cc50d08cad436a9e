//! What people and staff type into a request. Never says whether a step is allowed: that is [`super::step`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Action::{self, Approve, AskMore, Finish, Note, Prepare, Refer, Refuse};
use super::Kind::{self, Dispute, Question};
use super::queue::Area;
use crate::forms::{FieldError, Fields, Problem, amount, optional_text, submission, text};
use crate::ids::BillId;
use crate::money::Money;

/// A general question, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::forms::QuestionForm;
/// let submission = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// let form = QuestionForm { text: "Por que o valor mudou?".into(), submission };
/// assert_eq!(form.parse().map(|(text, _)| text).as_deref(), Ok("Por que o valor mudou?"));
/// assert_eq!(QuestionForm { text: " ".into(), ..form }.parse(), Err(vec![FieldError::new("text", Problem::Missing)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionForm {
    /// The question.
    pub text: String,
    /// See [`submission`].
    pub submission: String,
}

impl QuestionForm {
    /// Reads the form: the question and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(String, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let text = fields.read("text", text(&self.text, MESSAGE));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(text.zip(submission))
    }
}

/// The longest message, in characters: about two printed pages.
const MESSAGE: u16 = 4_000;

/// A message in a request, as typed; files may go with it.
///
/// ```
/// use domain::requests::forms::MessageForm;
/// let form = MessageForm { text: String::new(), submission: "0190a5c2-0000-7000-8000-000000000001".into() };
/// assert!(form.parse(true).is_ok() && form.parse(false).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    /// The message.
    pub text: String,
    /// See [`submission`].
    pub submission: String,
}

impl MessageForm {
    /// Reads the form: the message, which may be empty when files go with it, and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, with_files: bool) -> Result<(Option<String>, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let message = optional_text(&self.text, MESSAGE);
        let text = fields.read("text", if with_files { message } else { message.and_then(|text| text.map(Some).ok_or(Problem::Missing)) });
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(text.zip(submission))
    }
}

/// The wish for a new boleto, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::forms::SlipForm;
/// let id = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// assert!(SlipForm { bill: id.clone(), submission: id.clone() }.parse().is_ok());
/// let tampered = SlipForm { bill: "1; drop".into(), submission: id };
/// assert_eq!(tampered.parse(), Err(vec![FieldError::new("bill", Problem::Unknown)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlipForm {
    /// Id of the bill.
    pub bill: String,
    /// See [`submission`].
    pub submission: String,
}

impl SlipForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(BillId, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let bill = fields.read("bill", self.bill.trim().parse().map_err(|_| Problem::Unknown));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(bill.zip(submission))
    }
}

/// What staff writes with a step, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::money::Money;
/// use domain::requests::{Action, Kind};
/// use domain::requests::forms::DecisionForm;
/// let granted = DecisionForm { told: "Você tem razão.".into(), amount: "50,00".into(), ..DecisionForm::default() };
/// let valid = granted.parse(Kind::Dispute, Action::Prepare).unwrap();
/// assert_eq!(valid.amount, Some(Money::cents(5_000)));
/// // Nobody is refused without a word.
/// let silent = DecisionForm::default().parse(Kind::Dispute, Action::Refuse);
/// assert_eq!(silent, Err(vec![FieldError::new("told", Problem::Missing)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// What the customer reads.
    pub told: String,
    /// What only staff reads.
    pub internal: String,
    /// For a dispute: how much is taken off the bill.
    pub amount: String,
    /// For another part of the house: which.
    pub area: String,
}

/// What staff writes with a step, complete for that step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidDecisionForm {
    /// What the customer reads.
    pub told: Option<String>,
    /// What only staff reads.
    pub internal: Option<String>,
    /// For a dispute: how much is taken off the bill.
    pub amount: Option<Money>,
    /// For another part of the house: which.
    pub area: Option<Area>,
}

impl DecisionForm {
    /// Reads the form for one step: a refusal, a question, an answer and a change of hands are words to the customer; a note is
    /// words to anybody; a dispute is granted with an amount; another part of the house is chosen.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, kind: Kind, action: Action) -> Result<ValidDecisionForm, Vec<FieldError>> {
        let must_tell = matches!((action, kind), (Refuse | AskMore | Refer, _) | (Finish, Question));
        let mut fields = Fields::default();
        let told = fields.read("told", optional_text(&self.told, MESSAGE));
        let internal = fields.read("internal", optional_text(&self.internal, MESSAGE));
        if must_tell && told == Some(None) {
            fields.refuse("told", Problem::Missing);
        }
        if action == Note && told == Some(None) && internal == Some(None) {
            fields.refuse("internal", Problem::Missing);
        }
        let granted = if kind == Dispute && matches!(action, Prepare | Approve) {
            fields.read("amount", granted(&self.amount, action == Prepare))
        } else {
            Some(None)
        };
        let area = if action == Refer {
            fields.read("area", Area::try_from(self.area.clone()).map(Some).map_err(|_| Problem::ChooseOne))
        } else {
            Some(None)
        };
        fields.finish((|| Some(ValidDecisionForm { told: told?, internal: internal?, amount: granted?, area: area? }))())
    }
}

/// The amount taken off a disputed bill: said when it is proposed; may be left out by whoever approves the proposal.
fn granted(raw: &str, required: bool) -> Result<Option<Money>, Problem> {
    if raw.trim().is_empty() && !required {
        return Ok(None);
    }
    let granted = amount(raw)?;
    if granted.is_positive() { Ok(Some(granted)) } else { Err(Problem::AmountBelow { min: Money::cents(1) }) }
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Plan, Receipt, Refund};
    use super::*;

    #[test]
    fn a_decision_is_worded_where_the_customer_waits_for_words() {
        let empty = DecisionForm::default();
        let problem = |kind, action| empty.parse(kind, action).err().map(|errors| (errors[0].field.to_string(), errors[0].problem.clone()));
        let missing = |field: &str| Some((field.to_owned(), Problem::Missing));
        assert_eq!(problem(Refund, Refuse), missing("told"));
        assert_eq!(problem(Receipt, AskMore), missing("told"));
        assert_eq!(problem(Question, Finish), missing("told"));
        assert_eq!(problem(Receipt, Finish), None);
        assert_eq!(problem(Plan, Note), missing("internal"));
        assert_eq!(problem(Dispute, Prepare), missing("amount"));
        assert_eq!(problem(Dispute, Approve), None);
        let refer = DecisionForm { told: "Quem cuida disso é outra área.".into(), area: "cantina".into(), ..DecisionForm::default() };
        assert_eq!(refer.parse(Plan, Refer), Err(vec![FieldError::new("area", Problem::ChooseOne)]));
        let refer = DecisionForm { area: "legal".into(), ..refer };
        assert_eq!(refer.parse(Plan, Refer).unwrap().area, Some(Area::Legal));
        let form = DecisionForm { amount: "0".into(), ..DecisionForm::default() };
        assert_eq!(form.parse(Dispute, Approve), Err(vec![FieldError::new("amount", Problem::AmountBelow { min: Money::cents(1) })]));
        assert_eq!(form.parse(Refund, Approve), Ok(ValidDecisionForm::default()));
    }

    #[test]
    fn a_message_is_words_or_files() {
        let submission = Uuid::from_u128(5).to_string();
        let form = MessageForm { text: " ".into(), submission };
        assert_eq!(form.parse(true), Ok((None, Uuid::from_u128(5))));
        assert_eq!(form.parse(false), Err(vec![FieldError::new("text", Problem::Missing)]));
        assert_eq!(QuestionForm::default().parse().unwrap_err().len(), 2);
        assert_eq!(SlipForm::default().parse().unwrap_err().len(), 2);
    }
}
