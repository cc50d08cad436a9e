//! Receipts: "I have paid", with the proof. Never settles anything: only the bank's record does.
//!
//! Only the bills are asked for; day and amount stand on the receipt and may be left out.

pub mod comparing;
pub mod reading;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::forms::{FieldError, Fields, Problem, amount, date, ids, optional_text, submission};
use crate::ids::BillId;
use crate::money::Money;

/// A payment older than this is not looked for: five years, after which bills lapse (Código Civil, art. 206 §5).
const OLDEST_MONTHS: u32 = 60;

/// The form of a receipt, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::money::Money;
/// use domain::receipts::ReceiptForm;
/// let id = uuid::Uuid::from_u128(1).to_string();
/// let form = ReceiptForm {
///     bills: vec![id.clone()],
///     paid_on: "20/11/2026".into(),
///     amount: "R$ 523,47".into(),
///     submission: id,
///     ..ReceiptForm::default()
/// };
/// let valid = form.parse("2026-11-21".parse()?).unwrap();
/// assert_eq!((valid.amount, valid.note), (Some(Money::cents(52_347)), None));
/// // On the 19th nobody can have paid on the 20th yet.
/// let early = form.parse("2026-11-19".parse()?);
/// assert_eq!(early, Err(vec![FieldError::new("paid_on", Problem::InTheFuture)]));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReceiptForm {
    /// Ids of the bills that were paid.
    pub bills: Vec<String>,
    /// The day of payment; may be empty, since the receipt says it.
    pub paid_on: String,
    /// The amount paid; may be empty.
    pub amount: String,
    /// Anything else to say.
    pub note: String,
    /// See [`submission`].
    pub submission: String,
}

/// A form of a receipt that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidReceiptForm {
    /// The bills, without repetition.
    pub bills: Vec<BillId>,
    /// The day of payment, when said.
    pub paid_on: Option<NaiveDate>,
    /// The amount, when said.
    pub amount: Option<Money>,
    /// Anything else.
    pub note: Option<String>,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl ReceiptForm {
    /// Reads the form. A day of payment lies within the five years up to `today`, both included.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<ValidReceiptForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = fields.read("bills", ids(&self.bills));
        let paid_on = fields.read("paid_on", paid_on(&self.paid_on, today));
        let amount = fields.read("amount", paid_amount(&self.amount));
        let note = fields.read("note", optional_text(&self.note, 1_000));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| {
            Some(ValidReceiptForm { bills: bills?, paid_on: paid_on?, amount: amount?, note: note?, submission: submission? })
        })())
    }
}

fn paid_on(raw: &str, today: NaiveDate) -> Result<Option<NaiveDate>, Problem> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    let on = date(raw)?;
    if on > today {
        return Err(Problem::InTheFuture);
    }
    if today.checked_sub_months(Months::new(OLDEST_MONTHS)).is_some_and(|oldest| on < oldest) {
        return Err(Problem::InThePast);
    }
    Ok(Some(on))
}

fn paid_amount(raw: &str) -> Result<Option<Money>, Problem> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    let paid = amount(raw)?;
    if paid.is_positive() { Ok(Some(paid)) } else { Err(Problem::AmountBelow { min: Money::cents(1) }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        "2026-11-21".parse().unwrap()
    }

    fn form() -> ReceiptForm {
        let bill = Uuid::from_u128(1).to_string();
        ReceiptForm {
            bills: vec![bill.clone(), bill],
            paid_on: "20/11/2026".into(),
            amount: "R$ 523,47".into(),
            note: " paguei no caixa ".into(),
            submission: Uuid::from_u128(2).to_string(),
        }
    }

    #[test]
    fn reads_what_is_said_and_asks_for_no_more() {
        let valid = form().parse(today()).unwrap();
        assert_eq!((valid.bills.len(), valid.amount), (1, Some(Money::cents(52_347))));
        assert_eq!(valid.note.as_deref(), Some("paguei no caixa"));
        let short = ReceiptForm { paid_on: String::new(), amount: " ".into(), note: String::new(), ..form() }.parse(today()).unwrap();
        assert_eq!((short.paid_on, short.amount, short.note), (None, None, None));
    }

    #[test]
    fn problems_stand_by_their_fields() {
        let wrong = ReceiptForm {
            bills: vec![],
            paid_on: "22/11/2026".into(),
            amount: "0".into(),
            note: "x".repeat(1_001),
            submission: "again".into(),
        };
        assert_eq!(
            wrong.parse(today()).unwrap_err(),
            [
                FieldError::new("bills", Problem::Missing),
                FieldError::new("paid_on", Problem::InTheFuture),
                FieldError::new("amount", Problem::AmountBelow { min: Money::cents(1) }),
                FieldError::new("note", Problem::TooLong { max: 1_000 }),
                FieldError::new("submission", Problem::Unknown),
            ]
        );
        let old = ReceiptForm { paid_on: "20/11/2021".into(), ..form() };
        assert_eq!(old.parse(today()), Err(vec![FieldError::new("paid_on", Problem::InThePast)]));
    }

    proptest! {
        #[test]
        fn never_panics(fields in prop::collection::vec("\\PC{0,20}", 5)) {
            let form = ReceiptForm {
                bills: vec![fields[0].clone()],
                paid_on: fields[1].clone(),
                amount: fields[2].clone(),
                note: fields[3].clone(),
                submission: fields[4].clone(),
            };
            let _ = form.parse(today());
        }
    }
}
