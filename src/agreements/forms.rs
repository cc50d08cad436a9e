//! What people type to ask for a plan and to accept it. Never works a plan out: that is [`super::plans`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Reason;
use super::plans::PlanRequest;
use super::policy::PlanPolicy;
use crate::forms::{FieldError, Fields, Problem, amount, ids, one_of, submission, whole};
use crate::ids::BillId;
use crate::money::Money;

/// The form of a plan, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// Ids of the chosen bills.
    pub bills: Vec<String>,
    /// How much now; empty is nothing.
    pub down_payment: String,
    /// How many installments.
    pub count: String,
    /// The day of the month.
    pub day: String,
    /// The word of a [`Reason`]; empty is not said.
    pub reason: String,
}

/// A form of a plan that can be worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPlanForm {
    /// The chosen bills, without repetition, in the order chosen.
    pub bills: Vec<BillId>,
    /// What is asked for.
    pub request: PlanRequest,
    /// Why.
    pub reason: Reason,
}

impl PlanForm {
    /// Reads the form. Whether the plan exists is then told by [`super::plans::simulate`].
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, policy: &PlanPolicy) -> Result<ValidPlanForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = fields.read("bills", ids(&self.bills));
        let down_payment = fields.read("down_payment", optional_amount(&self.down_payment));
        let most = policy.bands.iter().map(|band| band.negotiable.most_installments).max().unwrap_or(0);
        let count = fields.read("count", whole(&self.count, 1, u32::from(most)));
        let day = fields.read("day", whole(&self.day, 1, 31));
        let reason = fields.read("reason", if self.reason.trim().is_empty() { Ok(Reason::NotSaid) } else { one_of(&self.reason) });
        fields.finish((|| {
            let request =
                PlanRequest { down_payment: down_payment?, count: u16::try_from(count?).ok()?, day_of_month: u8::try_from(day?).ok()? };
            Some(ValidPlanForm { bills: bills?, request, reason: reason? })
        })())
    }
}

/// What goes with a plan when it is accepted: separate from [`PlanForm`], which is filled in and worked out first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    /// The fingerprint of the terms that were shown.
    pub terms: String,
    /// `yes` once the box is checked.
    pub accepted: String,
    /// See [`submission`].
    pub submission: String,
}

impl AcceptForm {
    /// Reads the form: the fingerprint of the terms, and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field; [`Problem::NotAccepted`] when the box is not checked.
    pub fn parse(&self) -> Result<(String, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let terms = self.terms.trim();
        let terms = fields.read("terms", if terms.is_empty() { Err(Problem::Missing) } else { Ok(terms.to_owned()) });
        let accepted = fields.read("accepted", if self.accepted == "yes" { Ok(()) } else { Err(Problem::NotAccepted) });
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(accepted.and(terms.zip(submission)))
    }
}

/// Installments to be paid before their day, as chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EarlyForm {
    /// Ids of the installments' bills.
    pub bills: Vec<String>,
    /// What they cost, in centavos, as it was shown.
    pub to_pay: String,
    /// See [`submission`].
    pub submission: String,
}

/// Installments that can be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidEarlyForm {
    /// The installments' bills, without repetition.
    pub bills: Vec<BillId>,
    /// What they cost as it was shown.
    pub to_pay: Money,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl EarlyForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field: an amount that no page of ours shows is told at `bills`, where the amounts are.
    pub fn parse(&self) -> Result<ValidEarlyForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = fields.read("bills", ids(&self.bills));
        let shown = self.to_pay.trim().parse().map(Money::cents).map_err(|_| Problem::NoLongerPossible);
        let to_pay = if bills.is_some() { fields.read("bills", shown) } else { None };
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidEarlyForm { bills: bills?, to_pay: to_pay?, submission: submission? }))())
    }
}

fn optional_amount(raw: &str) -> Result<Money, Problem> {
    if raw.trim().is_empty() { Ok(Money::ZERO) } else { amount(raw) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    fn ask(down_payment: &str, count: u16, day_of_month: u8) -> PlanRequest {
        PlanRequest { down_payment: cents(down_payment), count, day_of_month }
    }

    #[test]
    fn the_form_keeps_every_problem() {
        let policy = PlanPolicy::default();
        let id = Uuid::from_u128(7).to_string();
        let form = PlanForm {
            bills: vec![id.clone(), id],
            down_payment: "R$ 1.000,00".to_owned(),
            count: "6".to_owned(),
            day: "10".to_owned(),
            reason: String::new(),
        };
        let valid = form.parse(&policy).unwrap();
        assert_eq!(valid.bills, [BillId(Uuid::from_u128(7))]);
        assert_eq!((valid.request, valid.reason), (ask("1.000", 6, 10), Reason::NotSaid));
        let wrong = PlanForm {
            bills: vec!["x".into()],
            down_payment: "10,0x".into(),
            count: "37".into(),
            day: String::new(),
            reason: "doente".into(),
        };
        let errors = wrong.parse(&policy).unwrap_err();
        assert_eq!(
            errors,
            [
                FieldError::new("bills", Problem::Unknown),
                FieldError::new("down_payment", Problem::UnexpectedCharacter { at: 5 }),
                FieldError::new("count", Problem::OutOfRange { min: 1, max: 36 }),
                FieldError::new("day", Problem::Missing),
                FieldError::new("reason", Problem::ChooseOne),
            ]
        );
        assert_eq!(serde_json::from_str::<PlanForm>(r#"{"count":"2"}"#).unwrap(), PlanForm { count: "2".into(), ..PlanForm::default() });
    }

    #[test]
    fn nothing_is_accepted_unread() {
        let form = AcceptForm { terms: "ab12".into(), accepted: "yes".into(), submission: Uuid::from_u128(9).to_string() };
        assert_eq!(form.parse(), Ok(("ab12".to_owned(), Uuid::from_u128(9))));
        let errors = AcceptForm { accepted: "no".into(), ..AcceptForm::default() }.parse().unwrap_err();
        let problems: Vec<_> = errors.iter().map(|error| error.problem.clone()).collect();
        assert_eq!(problems, [Problem::Missing, Problem::NotAccepted, Problem::Missing]);
    }
}
