//! Guarantees. Never moves one to another customer.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::money::Money;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Said, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::Tx;
use crate::error::Result;
use crate::{among, rows, sql};

const KINDS: &[&str] = &["deposit", "advance", "bank_letter", "insurance", "guarantor", "collateral"];
const STATES: &[&str] = &["held", "used", "returned"];

/// One line.
pub(super) struct Guarantee {
    external_id: String,
    customer: String,
    contract: Said<String>,
    kind: &'static str,
    issuer: Said<String>,
    reference: Said<String>,
    amount: Money,
    given_on: NaiveDate,
    valid_until: Said<NaiveDate>,
    state: Said<&'static str>,
}

#[derive(PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    customer_id: Uuid,
    contract_id: Option<Uuid>,
    kind: String,
    issuer: String,
    reference: String,
    amount: i64,
    given_on: NaiveDate,
    valid_until: Option<NaiveDate>,
    state: String,
}

impl Record for Guarantee {
    const KIND: Kind = Kind::Guarantees;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("customer", ID),
        optional("contract", ID),
        required("kind", Shape::Word(KINDS)),
        optional("issuer", Shape::Text(200)),
        optional("reference", Shape::Text(60)),
        required("amount", Shape::Cents),
        required("given_on", Shape::Date),
        optional("valid_until", Shape::Date),
        optional("state", Shape::Word(STATES)),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let one = Self {
            external_id: row.text("external_id")?,
            customer: row.text("customer")?,
            contract: row.said_text("contract")?,
            kind: row.choice("kind", KINDS)?,
            issuer: row.said_text("issuer")?,
            reference: row.said_text("reference")?,
            amount: row.amount("amount")?,
            given_on: row.date("given_on")?,
            valid_until: row.said("valid_until", fields::date)?,
            state: row.said("state", |text| fields::choose(text, STATES))?,
        };
        if one.valid_until.flatten().is_some_and(|until| until < one.given_on) {
            return Err(Refused::new("valid_until", Reason::Before { other: "given_on" }));
        }
        Ok(one)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, customer_id, contract_id, kind, issuer, reference, amount, given_on, valid_until, state from guarantees",
            "external_id", ids)?;
        let known: HashMap<String, Stored> = known.into_iter().map(|stored| (stored.external_id.clone(), stored)).collect();
        let customers = records.iter().map(|record| record.customer.as_str()).collect();
        let customers = among!(tx, (String, Uuid): "select external_id, id from customers", "external_id", customers)?;
        let customers: HashMap<String, Uuid> = customers.into_iter().collect();
        let contracts = records.iter().filter_map(|record| record.contract.as_ref()?.as_deref()).collect();
        let contracts = among!(tx, (String, Uuid, Uuid): "select external_id, id, customer_id from contracts", "external_id", contracts)?;
        let contracts: HashMap<String, (Uuid, Uuid)> = contracts.into_iter().map(|(name, id, customer)| (name, (id, customer))).collect();
        let mut new: Vec<Stored> = Vec::new();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let (customer, contract) = match record.resolve(&customers, &contracts) {
                Ok(found) => found,
                Err(refused) => {
                    outcomes.push(Outcome::Refused(refused));
                    continue;
                }
            };
            let outcome = match known.get(&record.external_id) {
                Some(stored) if stored.customer_id != customer => Outcome::refused("customer", Reason::CannotChange),
                Some(stored) => update(tx, stored, record.over(Some(stored), stored.id, customer, contract)).await?,
                None => {
                    new.push(record.over(None, run.server.id(), customer, contract));
                    Outcome::Created
                }
            };
            outcomes.push(outcome);
        }
        rows!(
            tx,
            "insert into guarantees (id, external_id, customer_id, contract_id, kind, issuer, reference, amount, given_on, valid_until, state)",
            new,
            |row| [
                row.id,
                &row.external_id,
                row.customer_id,
                row.contract_id,
                &row.kind,
                &row.issuer,
                &row.reference,
                row.amount,
                row.given_on,
                row.valid_until,
                &row.state
            ],
            ""
        );
        Ok(outcomes)
    }
}

impl Guarantee {
    /// Whose it is, and of which contract where the line says one: of the same customer.
    fn resolve(&self, customers: &HashMap<String, Uuid>, contracts: &HashMap<String, (Uuid, Uuid)>) -> Result<(Uuid, Said<Uuid>), Refused> {
        let unknown = || Refused::new("customer", Reason::UnknownCustomer { id: self.customer.clone() });
        let customer = customers.get(&self.customer).copied().ok_or_else(unknown)?;
        let contract = match &self.contract {
            None => None,
            Some(None) => Some(None),
            Some(Some(name)) => match contracts.get(name) {
                None => return Err(Refused::new("contract", Reason::UnknownContract { id: name.clone() })),
                Some((_, owner)) if *owner != customer => return Err(Refused::new("contract", Reason::DifferentCustomers)),
                Some((contract, _)) => Some(Some(*contract)),
            },
        };
        Ok((customer, contract))
    }

    /// What the line says, and where it says nothing, what was there.
    fn over(&self, stored: Option<&Stored>, id: Uuid, customer_id: Uuid, contract: Said<Uuid>) -> Stored {
        let text = |said: &Said<String>, was: fn(&Stored) -> &String| match said {
            Some(text) => text.clone().unwrap_or_default(),
            None => stored.map(was).cloned().unwrap_or_default(),
        };
        Stored {
            id,
            external_id: self.external_id.clone(),
            customer_id,
            contract_id: contract.unwrap_or_else(|| stored.and_then(|stored| stored.contract_id)),
            kind: self.kind.to_owned(),
            issuer: text(&self.issuer, |stored| &stored.issuer),
            reference: text(&self.reference, |stored| &stored.reference),
            amount: self.amount.as_cents(),
            given_on: self.given_on,
            valid_until: self.valid_until.unwrap_or_else(|| stored.and_then(|stored| stored.valid_until)),
            state: match (self.state.flatten(), stored) {
                (Some(state), _) => state.to_owned(),
                (None, Some(stored)) => stored.state.clone(),
                (None, None) => "held".to_owned(),
            },
        }
    }
}

async fn update(tx: &mut Tx, stored: &Stored, now: Stored) -> Result<Outcome> {
    if now == *stored {
        return Ok(Outcome::Unchanged);
    }
    sql!(tx, execute: "update guarantees set contract_id = $2, kind = $3, issuer = $4, reference = $5, amount = $6, given_on = $7, valid_until = $8,
            state = $9 where id = $1",
        stored.id, now.contract_id, &now.kind, &now.issuer, &now.reference, now.amount, now.given_on, now.valid_until, &now.state)?;
    Ok(Outcome::Updated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::guarantees::{GuaranteeKind, GuaranteeState};

    #[test]
    fn the_words_of_files_are_those_of_the_rules() {
        assert_eq!(KINDS, GuaranteeKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
        assert_eq!(STATES, GuaranteeState::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>());
    }
}
