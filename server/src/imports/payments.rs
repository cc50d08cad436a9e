//! Payments as the bank reports them, each with its entries in the ledger. Never changes one: what the bank said stays said.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use domain::money::Money;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::among;
use crate::db::Tx;
use crate::error::Result;
use crate::payments::{self, Laid, New, Parts, Posting, Target};

const METHODS: &[&str] = &["boleto", "pix", "transfer", "direct_debit", "card", "cash", "other"];

/// One line.
pub(super) struct Payment {
    external_id: String,
    bill: Option<String>,
    slip: Option<String>,
    paid_on: NaiveDate,
    credited_on: Option<NaiveDate>,
    amount: Money,
    /// Of the amount, what the bank charged for paying late.
    fine: Money,
    interest: Money,
    /// What the bank took off for paying early.
    discount: Money,
    method: &'static str,
    bank_reference: String,
    payer_tax_id: Option<String>,
}

#[derive(PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    external_id: String,
    bill: Option<String>,
    slip: Option<String>,
    paid_on: NaiveDate,
    credited_on: Option<NaiveDate>,
    amount: i64,
    method: String,
    bank_reference: String,
    payer_tax_id: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct BillRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
    balance: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct SlipRow {
    external_id: String,
    id: Uuid,
    bill: String,
}

impl Record for Payment {
    const KIND: Kind = Kind::Payments;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        optional("bill", ID),
        optional("slip", ID),
        required("paid_on", Shape::Date),
        optional("credited_on", Shape::Date),
        required("amount", Shape::Cents),
        optional("fine", Shape::Cents),
        optional("interest", Shape::Cents),
        optional("discount", Shape::Cents),
        required("method", Shape::Word(METHODS)),
        optional("bank_reference", Shape::Text(100)),
        optional("payer_tax_id", Shape::Text(20)),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let part = |column| row.said(column, fields::not_negative).map(|said| said.flatten().unwrap_or_default());
        let payment = Self {
            external_id: row.text("external_id")?,
            bill: row.reference("bill")?,
            slip: row.reference("slip")?,
            paid_on: row.date("paid_on")?,
            credited_on: row.said("credited_on", fields::date)?.flatten(),
            amount: row.amount("amount")?,
            fine: part("fine")?,
            interest: part("interest")?,
            discount: part("discount")?,
            method: row.choice("method", METHODS)?,
            bank_reference: row.said_text("bank_reference")?.flatten().unwrap_or_default(),
            payer_tax_id: row.said("payer_tax_id", fields::tax_id)?.flatten().map(|tax_id| tax_id.as_str().to_owned()),
        };
        if payment.bill.is_none() && payment.slip.is_none() {
            return Err(Refused::new("bill", Reason::BillOrSlip));
        }
        if payment.paid_on > row.today {
            return Err(Refused::new("paid_on", Reason::InTheFuture));
        }
        if payment.credited_on.is_some_and(|credited_on| credited_on < payment.paid_on) {
            return Err(Refused::new("credited_on", Reason::Before { other: "paid_on" }));
        }
        Ok(payment)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select p.external_id, b.external_id as bill, s.external_id as slip, p.paid_on, p.credited_on, p.amount, p.method, p.bank_reference, p.payer_tax_id
               from payments p left join bills b on b.id = p.bill_id left join slips s on s.id = p.slip_id", "p.external_id", ids)?;
        // A Pix that the provider has told of, under its end-to-end id, is not posted again.
        let references = records.iter().filter(|record| record.method == "pix").map(|record| record.bank_reference.as_str()).collect();
        let told = among!(tx, (String,): "select bank_reference from payments", "external_id like 'pix/%' and bank_reference", references)?;
        let told: HashSet<&str> = told.iter().map(|(reference,)| reference.as_str()).collect();
        let known: HashMap<&str, &Stored> = known.iter().map(|stored| (stored.external_id.as_str(), stored)).collect();
        let slips = records.iter().filter_map(|record| record.slip.as_deref()).collect();
        let slip_rows = among!(tx, SlipRow:
            "select s.external_id, s.id, b.external_id as bill
               from slips s join slip_bills sb on sb.slip_id = s.id join bills b on b.id = sb.bill_id", "s.external_id", slips)?;
        let mut slips: HashMap<&str, Vec<&SlipRow>> = HashMap::new();
        for row in &slip_rows {
            slips.entry(row.external_id.as_str()).or_default().push(row);
        }
        let bills =
            records.iter().filter_map(|record| record.bill.as_deref()).chain(slip_rows.iter().map(|row| row.bill.as_str())).collect();
        let bills = among!(tx, BillRow: "select b.external_id, b.id, b.customer_id, b.balance + coalesce((select cast(sum(w.amount - w.back) as bigint)
               from write_off_bills w where w.bill_id = b.id and w.live and w.entry_id is not null), 0) as balance from bills b", "b.external_id", bills)?;
        let mut bills: HashMap<String, BillRow> = bills.into_iter().map(|bill| (bill.external_id.clone(), bill)).collect();
        let mut new = Vec::new();
        let mut postings = Vec::new();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let outcome = match known.get(record.external_id.as_str()) {
                Some(stored) if record.is(stored) => Outcome::Unchanged,
                Some(_) => Outcome::Refused(Refused { column: None, reason: Reason::CannotChange }),
                None if record.method == "pix" && told.contains(record.bank_reference.as_str()) => Outcome::Unchanged,
                None => match record.targets(&slips, &bills) {
                    Err(refused) => Outcome::Refused(refused),
                    Ok((targets, slip)) => {
                        let id = run.server.id();
                        let customer = record.allocate(id, &targets, &mut bills, &mut postings);
                        let bill =
                            if targets.len() == 1 { targets.first().and_then(|bill| bills.get(bill)).map(|bill| bill.id) } else { None };
                        new.push(record.new_row(id, customer, bill, slip));
                        Outcome::Created
                    }
                },
            };
            outcomes.push(outcome);
        }
        payments::record(run.server, tx, &new, &postings, run.server.clock.now()).await?;
        Ok(outcomes)
    }
}

impl Payment {
    /// Whether the bank says what it said.
    fn is(&self, stored: &Stored) -> bool {
        let said = Stored {
            external_id: self.external_id.clone(),
            // A slip of one bill says the bill as well.
            bill: self.bill.clone().or_else(|| stored.bill.clone()),
            slip: self.slip.clone(),
            paid_on: self.paid_on,
            credited_on: self.credited_on,
            amount: self.amount.as_cents(),
            method: self.method.to_owned(),
            bank_reference: self.bank_reference.clone(),
            payer_tax_id: self.payer_tax_id.clone(),
        };
        said == *stored
    }

    /// The bills it pays, oldest id first, and its slip.
    fn targets(
        &self,
        slips: &HashMap<&str, Vec<&SlipRow>>,
        bills: &HashMap<String, BillRow>,
    ) -> Result<(Vec<String>, Option<Uuid>), Refused> {
        let Some(slip) = &self.slip else {
            let bill = self.bill.clone().unwrap_or_default();
            return if bills.contains_key(&bill) {
                Ok((vec![bill], None))
            } else {
                Err(Refused::new("bill", Reason::UnknownBill { id: bill }))
            };
        };
        let rows = slips.get(slip.as_str()).ok_or_else(|| Refused::new("slip", Reason::UnknownSlip { id: slip.clone() }))?;
        let id = rows.first().map(|row| row.id);
        if let Some(bill) = &self.bill {
            return if rows.iter().any(|row| row.bill == *bill) {
                Ok((vec![bill.clone()], id))
            } else if bills.contains_key(bill) {
                Err(Refused::new("bill", Reason::NotOfThisSlip))
            } else {
                Err(Refused::new("bill", Reason::UnknownBill { id: bill.clone() }))
            };
        }
        let mut targets: Vec<String> = rows.iter().map(|row| row.bill.clone()).collect();
        targets.sort();
        Ok((targets, id))
    }

    /// Lays it on its bills, whose balances move. Answers whose payment it is.
    fn allocate(&self, id: Uuid, targets: &[String], bills: &mut HashMap<String, BillRow>, postings: &mut Vec<Posting>) -> Uuid {
        let mut on: Vec<Target> = targets
            .iter()
            .filter_map(|target| bills.get(target))
            .map(|bill| Target { bill: bill.id, customer: bill.customer_id, balance: Money::cents(bill.balance) })
            .collect();
        let laid = Laid {
            payment: id,
            external_id: &self.external_id,
            on: self.paid_on,
            amount: self.amount,
            fine: self.fine,
            interest: self.interest,
            discount: self.discount,
        };
        laid.on(&mut on, postings);
        for (target, now) in targets.iter().zip(&on) {
            if let Some(bill) = bills.get_mut(target) {
                bill.balance = now.balance.as_cents();
            }
        }
        on.last().map_or_else(Uuid::nil, |target| target.customer)
    }

    fn new_row(&self, id: Uuid, customer: Uuid, bill: Option<Uuid>, slip: Option<Uuid>) -> New {
        let said = |amount: Money| (!amount.is_zero()).then_some(amount);
        New {
            id,
            external_id: self.external_id.clone(),
            customer,
            bill,
            slip,
            paid_on: self.paid_on,
            credited_on: self.credited_on,
            amount: self.amount,
            method: self.method,
            bank_reference: self.bank_reference.clone(),
            payer_tax_id: self.payer_tax_id.clone(),
            parts: Parts { fine: said(self.fine), interest: said(self.interest), discount: said(self.discount), ..Parts::default() },
        }
    }
}
