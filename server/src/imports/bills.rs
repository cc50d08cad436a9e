//! Bills, each with its charge in the ledger. Never rewrites what was charged: a new amount is another entry.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::statement::{EntryKind, Nature};
use uuid::Uuid;

use super::fields::{Column, ID, Row, Said, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::Tx;
use crate::error::Result;
use crate::ledger::{self, NewEntry};
use crate::{among, rows, sql};

const NATURES: &[&str] = &["monthly", "co_participation", "installment", "adjustment", "other"];

/// One line.
pub(super) struct Bill {
    external_id: String,
    contract: String,
    number: String,
    nature: Nature,
    competence: String,
    description: Said<String>,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    amount: Money,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    customer_id: Uuid,
    contract_id: Uuid,
    number: String,
    nature: String,
    competence: String,
    description: String,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    amount: i64,
    standing: String,
}

#[derive(sqlx::FromRow)]
struct ContractRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
}

/// A bill that is not there yet.
struct New<'a> {
    id: Uuid,
    contract: &'a ContractRow,
    line: &'a Bill,
    source: String,
}

impl Record for Bill {
    const KIND: Kind = Kind::Bills;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("contract", ID),
        required("number", Shape::Text(60)),
        required("nature", Shape::Word(NATURES)),
        required("competence", Shape::Month),
        optional("description", Shape::Text(200)),
        required("issued_on", Shape::Date),
        required("due_on", Shape::Date),
        required("amount", Shape::Cents),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let bill = Self {
            external_id: row.text("external_id")?,
            contract: row.text("contract")?,
            number: row.text("number")?,
            nature: row.word("nature", NATURES)?,
            competence: row.month("competence")?,
            description: row.said_text("description")?,
            issued_on: row.date("issued_on")?,
            due_on: row.date("due_on")?,
            amount: row.amount("amount")?,
        };
        if bill.due_on < bill.issued_on {
            return Err(Refused::new("due_on", Reason::Before { other: "issued_on" }));
        }
        Ok(bill)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let contracts = records.iter().map(|record| record.contract.as_str()).collect();
        let contracts = among!(tx, ContractRow: "select external_id, id, customer_id from contracts", "external_id", contracts)?;
        let contracts: HashMap<&str, &ContractRow> = contracts.iter().map(|contract| (contract.external_id.as_str(), contract)).collect();
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, standing from bills",
            "external_id", ids)?;
        let known: HashMap<&str, &Stored> = known.iter().map(|stored| (stored.external_id.as_str(), stored)).collect();
        let mut new: Vec<New<'_>> = Vec::new();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let Some(contract) = contracts.get(record.contract.as_str()) else {
                outcomes.push(Outcome::refused("contract", Reason::UnknownContract { id: record.contract.clone() }));
                continue;
            };
            let outcome = match known.get(record.external_id.as_str()) {
                Some(stored) if stored.contract_id != contract.id => Outcome::refused("contract", Reason::CannotChange),
                Some(stored) => record.update(run, tx, stored).await?,
                None => {
                    new.push(New { id: run.server.id(), contract, line: record, source: format!("bill/{}", record.external_id) });
                    Outcome::Created
                }
            };
            outcomes.push(outcome);
        }
        insert(run, tx, &new).await?;
        Ok(outcomes)
    }
}

/// Bills begin with a balance of nothing; their charge in the ledger gives them theirs.
async fn insert(run: &Run<'_>, tx: &mut Tx, new: &[New<'_>]) -> Result<()> {
    rows!(
        tx,
        "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing)",
        new,
        |row| [
            row.id,
            &row.line.external_id,
            row.contract.customer_id,
            row.contract.id,
            &row.line.number,
            row.line.nature.as_str(),
            &row.line.competence,
            row.line.description.as_ref().and_then(Option::as_deref).unwrap_or_default(),
            row.line.issued_on,
            row.line.due_on,
            row.line.amount.as_cents(),
            0_i64,
            "open"
        ],
        ""
    );
    let charges: Vec<NewEntry<'_>> = new
        .iter()
        .map(|row| NewEntry {
            customer: CustomerId(row.contract.customer_id),
            bill: Some(BillId(row.id)),
            kind: EntryKind::Charge,
            amount: row.line.amount,
            effective_on: row.line.issued_on,
            payment: None,
            request: None,
            of: None,
            source: &row.source,
            note: "",
        })
        .collect();
    ledger::post_all(run.server, tx, &charges).await?;
    Ok(())
}

impl Bill {
    async fn update(&self, run: &Run<'_>, tx: &mut Tx, stored: &Stored) -> Result<Outcome> {
        let description = match &self.description {
            Some(said) => said.clone().unwrap_or_default(),
            None => stored.description.clone(),
        };
        let difference = self.amount - Money::cents(stored.amount);
        let same = difference.is_zero()
            && stored.number == self.number
            && stored.nature == self.nature.as_str()
            && stored.competence == self.competence
            && stored.description == description
            && stored.issued_on == self.issued_on
            && stored.due_on == self.due_on;
        if same {
            return Ok(Outcome::Unchanged);
        }
        // What an agreement was worked out and signed on stays as it was.
        if stored.standing == "in_agreement" {
            return Ok(Outcome::Refused(Refused { column: None, reason: Reason::InAgreement }));
        }
        if stored.standing == "settled" && difference.is_positive() {
            return Ok(Outcome::refused("amount", Reason::Settled));
        }
        sql!(tx, execute: "update bills set number = $2, nature = $3, competence = $4, description = $5, issued_on = $6, due_on = $7, amount = $8 where id = $1",
            stored.id, &self.number, self.nature.as_str(), &self.competence, description, self.issued_on, self.due_on, self.amount.as_cents())?;
        if !difference.is_zero() {
            let entry = NewEntry {
                customer: CustomerId(stored.customer_id),
                bill: Some(BillId(stored.id)),
                kind: if difference.is_positive() { EntryKind::Charge } else { EntryKind::Discount },
                amount: difference,
                effective_on: run.today,
                payment: None,
                request: None,
                of: None,
                // An import says a bill's amount once.
                source: &format!("bill/{}/import/{}", self.external_id, run.id),
                note: "",
            };
            ledger::post(run.server, tx, &entry).await?;
        }
        Ok(Outcome::Updated)
    }
}
