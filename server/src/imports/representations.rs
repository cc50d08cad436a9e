//! Who may act for whom, and for which branches. Never moves a right to another person or customer: that is another right.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::ids::CustomerId;
use serde_json::json;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::audit::{self, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::sessions::BRANCHES;
use crate::{among, rows, sql};

/// Acts for the customer in everything, or reads the documents of some contracts.
const SCOPES: &[&str] = &["full", BRANCHES];

/// One line.
pub(super) struct Representation {
    external_id: String,
    representative: String,
    customer: String,
    scope: &'static str,
    contracts: Vec<String>,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: Option<String>,
    representative_id: Uuid,
    customer_id: Uuid,
    scope: String,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
}

impl Record for Representation {
    const KIND: Kind = Kind::Representations;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("representative", ID),
        required("customer", ID),
        required("scope", Shape::Word(SCOPES)),
        optional("contracts", Shape::Ids),
        required("starts_on", Shape::Date),
        optional("ends_on", Shape::Date),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let contracts = row.said_text("contracts")?.flatten().unwrap_or_default();
        let one = Self {
            external_id: row.text("external_id")?,
            representative: row.text("representative")?,
            customer: row.text("customer")?,
            scope: row.choice("scope", SCOPES)?,
            contracts: contracts.split('|').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            starts_on: row.date("starts_on")?,
            ends_on: row.said("ends_on", fields::date)?.flatten(),
        };
        if one.representative == one.customer {
            return Err(Refused::new("representative", Reason::OneselfRepresented));
        }
        if one.scope == BRANCHES && one.contracts.is_empty() {
            return Err(Refused::new("contracts", Reason::Missing));
        }
        if one.scope != BRANCHES && !one.contracts.is_empty() {
            return Err(Refused::new("contracts", Reason::ContractsOfBranches));
        }
        if one.ends_on.is_some_and(|ends_on| ends_on < one.starts_on) {
            return Err(Refused::new("ends_on", Reason::Before { other: "starts_on" }));
        }
        Ok(one)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let people = records.iter().flat_map(|record| [record.representative.as_str(), record.customer.as_str()]).collect();
        let people = among!(tx, (String, Uuid): "select external_id, id from customers", "external_id", people)?;
        let people: HashMap<String, Uuid> = people.into_iter().collect();
        let contracts = records.iter().flat_map(|record| &record.contracts).map(String::as_str).collect();
        let contracts = among!(tx, (String, Uuid, Uuid): "select external_id, id, customer_id from contracts", "external_id", contracts)?;
        let contracts: HashMap<String, (Uuid, Uuid)> = contracts.into_iter().map(|(name, id, customer)| (name, (id, customer))).collect();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            outcomes.push(match record.resolve(&people, &contracts) {
                Ok((representative, customer, granted)) => record.store(run, tx, representative, customer, &granted).await?,
                Err(refused) => Outcome::Refused(refused),
            });
        }
        Ok(outcomes)
    }
}

impl Representation {
    fn resolve(
        &self,
        people: &HashMap<String, Uuid>,
        contracts: &HashMap<String, (Uuid, Uuid)>,
    ) -> Result<(Uuid, Uuid, BTreeSet<Uuid>), Refused> {
        let person =
            |column, id: &String| people.get(id).copied().ok_or_else(|| Refused::new(column, Reason::UnknownCustomer { id: id.clone() }));
        let (representative, customer) = (person("representative", &self.representative)?, person("customer", &self.customer)?);
        let mut granted = BTreeSet::new();
        for id in &self.contracts {
            let (contract, owner) =
                contracts.get(id).copied().ok_or_else(|| Refused::new("contracts", Reason::UnknownContract { id: id.clone() }))?;
            if owner != customer {
                return Err(Refused::new("contracts", Reason::DifferentCustomers));
            }
            granted.insert(contract);
        }
        Ok((representative, customer, granted))
    }

    async fn store(&self, run: &Run<'_>, tx: &mut Tx, representative: Uuid, customer: Uuid, granted: &BTreeSet<Uuid>) -> Result<Outcome> {
        let stored = sql!(tx, all Stored:
            "select id, external_id, representative_id, customer_id, scope, starts_on, ends_on from representations
              where external_id = $1 or (representative_id = $2 and customer_id = $3)", &self.external_id, representative, customer)?;
        if let Some(named) = stored.iter().find(|one| one.external_id.as_ref() == Some(&self.external_id))
            && (named.representative_id, named.customer_id) != (representative, customer)
        {
            let column = if named.customer_id == customer { "representative" } else { "customer" };
            return Ok(Outcome::refused(column, Reason::CannotChange));
        }
        // What was there before rights had names is given this one.
        let before = stored.first();
        if let Some(by) = before.and_then(|one| one.external_id.clone()).filter(|by| *by != self.external_id) {
            return Ok(Outcome::refused("external_id", Reason::RepresentationTaken { by }));
        }
        let id = before.map_or_else(|| run.server.id(), |one| one.id);
        let had = sql!(tx, all (Uuid,): "select contract_id from representation_contracts where representation_id = $1", id)?;
        let had: BTreeSet<Uuid> = had.into_iter().map(|(contract,)| contract).collect();
        let same = |one: &Stored| {
            one.external_id.is_some() && (one.scope.as_str(), one.starts_on, one.ends_on) == (self.scope, self.starts_on, self.ends_on)
        };
        if before.is_some_and(same) && had == *granted {
            return Ok(Outcome::Unchanged);
        }
        sql!(tx, execute: "insert into representations (id, external_id, representative_id, customer_id, scope, starts_on, ends_on)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (id) do update set external_id = excluded.external_id, scope = excluded.scope, starts_on = excluded.starts_on,
                ends_on = excluded.ends_on",
            id, &self.external_id, representative, customer, self.scope, self.starts_on, self.ends_on)?;
        sql!(tx, execute: "delete from representation_contracts where representation_id = $1", id)?;
        let granted: Vec<Uuid> = granted.iter().copied().collect();
        rows!(tx, "insert into representation_contracts (representation_id, contract_id)", granted, |contract| [id, *contract], "");
        let event = Event {
            actor: run.by,
            action: "representations.grant",
            subject_kind: "representation",
            subject_id: Some(id),
            customer: Some(CustomerId(customer)),
            detail: json!({ "scope": self.scope, "contracts": granted.len() }),
        };
        audit::record(run.server, tx, event).await?;
        Ok(if before.is_some() { Outcome::Updated } else { Outcome::Created })
    }
}
