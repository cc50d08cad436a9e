//! The letter that asks for payment (carta de cobrança): for which bills it may go out, what it must say, and one table of what everything
//! comes to. The notice that comes before a health plan ends is another one: see [`crate::default_notices`].
//!
//! What a document of collection has to say of the creditor is law (CDC, art. 42-A: name, address and CPF or CNPJ); what it must not do is
//! too (art. 42: expose or threaten). The rest is what a person needs to check it by hand and to answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::days_after;
use crate::charges::Calculation;
use crate::default_notices::Sending;
use crate::flags::Flag;
use crate::forms::{FieldError, Fields, Problem, date, ids, one_of, submission};
use crate::ids::BillId;
use crate::money::Money;
use crate::words::words;

/// Bills of one letter.
pub const MOST: usize = 200;
/// Calendar days to pay, at least: a letter travels, and whoever gets it has to look.
pub const LEAST_DAYS: u32 = 5;
/// Calendar days to pay, at most: its figures are those of that day.
pub const MOST_DAYS: u32 = 60;

words! {
    /// What a letter must say; without any of it there is none.
    pub enum Content {
        /// The creditor's legal name (CDC, art. 42-A).
        CreditorName = "creditor_name",
        /// Its address (the same).
        CreditorAddress = "creditor_address",
        /// Its CNPJ (the same).
        CreditorTaxId = "creditor_tax_id",
        /// How to answer: telephone or e-mail.
        CreditorContact = "creditor_contact",
        /// Where it goes to, when it goes by post.
        CustomerAddress = "customer_address",
    }
}

/// The flag because of which there is no letter: what is in a proceeding is claimed there, and between lawyers lawyers write.
///
/// ```
/// use domain::demands::against;
/// use domain::flags::Flag;
/// assert_eq!(against(&[Flag::OverIndebted, Flag::Insolvency]), Some(Flag::Insolvency));
/// assert_eq!(against(&[Flag::Deceased]), None); // the estate answers; by post
/// ```
#[must_use]
pub fn against(flags: &[Flag]) -> Option<Flag> {
    flags.iter().copied().find(|flag| matches!(flag, Flag::Insolvency | Flag::Legal))
}

/// A bill in the table: what it comes to on the last day to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// Open on it.
    pub principal: Money,
    /// The contract's correction and fine.
    pub fine: Money,
    /// Interest until the last day to pay.
    pub interest: Money,
    /// All of it.
    pub total: Money,
}

impl Line {
    /// The line of a bill. Correction, and whatever else is not interest, stands with the fine, so that the columns come to the total.
    #[must_use]
    pub fn of(number: String, calculation: &Calculation) -> Self {
        let (principal, interest, total) = (calculation.principal, calculation.interest.amount, calculation.total);
        Self { number, due_on: calculation.due_on, principal, fine: total - principal - interest, interest, total }
    }
}

/// What all lines come to, by column: principal, fine, interest, total.
#[must_use]
pub fn sums(lines: &[Line]) -> [Money; 4] {
    let sum = |column: fn(&Line) -> Money| lines.iter().map(column).sum();
    [sum(|line| line.principal), sum(|line| line.fine), sum(|line| line.interest), sum(|line| line.total)]
}

/// A letter, as typed.
///
/// ```
/// use domain::demands::DemandForm;
/// use domain::forms::{FieldError, Problem};
/// let id = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// let form = DemandForm { bills: vec![id.clone()], pay_until: "02/12/2026".into(), sending: "post".into(), submission: id };
/// assert!(form.parse("2026-11-22".parse()?).is_ok());
/// let hasty = DemandForm { pay_until: "2026-11-23".into(), ..form };
/// assert_eq!(hasty.parse("2026-11-22".parse()?), Err(vec![FieldError::new("pay_until", Problem::TooSoon { first: "2026-11-27".parse()? })]));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DemandForm {
    /// Ids of the bills.
    pub bills: Vec<String>,
    /// The last day to pay, which is the day the table is worked out for.
    pub pay_until: String,
    /// The word of a [`Sending`].
    pub sending: String,
    /// See [`submission`].
    pub submission: String,
}

/// A letter that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidDemandForm {
    /// The bills.
    pub bills: Vec<BillId>,
    /// The last day to pay.
    pub pay_until: NaiveDate,
    /// By which way.
    pub sending: Sending,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl DemandForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<ValidDemandForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = ids::<BillId>(&self.bills).and_then(|bills| match u32::try_from(MOST) {
            Ok(max) if bills.len() > MOST => Err(Problem::OutOfRange { min: 1, max }),
            _ => Ok(bills),
        });
        let bills = fields.read("bills", bills);
        let (first, last) = (days_after(today, LEAST_DAYS), days_after(today, MOST_DAYS));
        let pay_until = date(&self.pay_until).and_then(|day| match day {
            day if day < first => Err(Problem::TooSoon { first }),
            day if day > last => Err(Problem::TooFar { last }),
            day => Ok(day),
        });
        let pay_until = fields.read("pay_until", pay_until);
        let sending = fields.read("sending", one_of(&self.sending));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidDemandForm { bills: bills?, pay_until: pay_until?, sending: sending?, submission: submission? }))())
    }
}

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its last day is over, and something is unpaid.
    Overdue,
    /// It left by post, and nobody has entered yet how it is proven.
    Unproven,
    /// There is time to pay.
    Running,
    /// Nothing of it is open any more.
    Settled,
}

/// Where a letter stands on a day: `open` of its bills, whether it is proven.
#[must_use]
pub fn stage(open: Money, pay_until: NaiveDate, proven: bool, today: NaiveDate) -> Stage {
    match () {
        () if !open.is_positive() => Stage::Settled,
        () if today > pay_until => Stage::Overdue,
        () if !proven => Stage::Unproven,
        () => Stage::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::charges::{Terms, late_charges};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_columns_come_to_the_total_for_every_amount_and_day() {
        let (terms, calendar) =
            (Terms { fine: "0.02".parse().unwrap(), monthly_interest: "0.01".parse().unwrap(), ..Terms::default() }, Calendar::default());
        let mut lines = Vec::new();
        for cents in [1, 99, 10_007, 52_347, 1_234_567] {
            for days in [0, 1, 33, 400] {
                let cost = late_charges(Money::cents(cents), day("2026-01-05"), days_after(day("2026-01-05"), days), &terms, &calendar);
                let line = Line::of("1".into(), &cost);
                assert_eq!(line.principal + line.fine + line.interest, line.total);
                assert_eq!(line.fine, cost.fine.amount);
                lines.push(line);
            }
        }
        let [principal, fine, interest, total] = sums(&lines);
        assert_eq!(principal + fine + interest, total);
        assert_eq!(sums(&[]), [Money::ZERO; 4]);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let today = day("2026-11-22");
        let problems =
            DemandForm { pay_until: "2027-06-01".into(), sending: "fax".into(), ..DemandForm::default() }.parse(today).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["bills", "pay_until", "sending", "submission"]);
        assert_eq!(problems[1].problem, Problem::TooFar { last: days_after(today, MOST_DAYS) });
        let id = Uuid::from_u128(1).to_string();
        for ahead in LEAST_DAYS..=MOST_DAYS {
            let form = DemandForm {
                bills: vec![id.clone()],
                pay_until: days_after(today, ahead).to_string(),
                sending: "mail".into(),
                submission: id.clone(),
            };
            assert!(form.parse(today).is_ok(), "{ahead}");
        }
        let many = (0..=MOST as u128).map(|n| Uuid::from_u128(n).to_string()).collect();
        let form = DemandForm { bills: many, pay_until: "2026-12-10".into(), sending: "mail".into(), submission: id };
        assert_eq!(form.parse(today).unwrap_err()[0].field, "bills");
    }

    #[test]
    fn what_is_paid_is_settled_whatever_the_day() {
        let (today, until) = (day("2026-11-22"), day("2026-11-22"));
        let open = Money::cents(1);
        assert_eq!(stage(Money::ZERO, until, false, days_after(today, 9)), Stage::Settled);
        assert_eq!(stage(open, until, false, today), Stage::Unproven);
        assert_eq!(stage(open, until, true, today), Stage::Running);
        assert_eq!(stage(open, until, true, days_after(today, 1)), Stage::Overdue);
    }
}
