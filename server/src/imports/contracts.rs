//! Contracts. Never moves one to another customer.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::charges::{Payer, Terms, TermsError};
use domain::tax_ids::TaxId;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Said, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::Tx;
use crate::error::Result;
use crate::{among, rows, sql};

/// Kinds of contract, as ANS tells them apart.
const KINDS: &[&str] = &["individual", "family", "adhesion", "business"];
/// Where a contract stands.
const STATES: &[&str] = &["active", SUSPENDED, "ended"];
/// Its service stands still.
const SUSPENDED: &str = "suspended";

/// One line.
pub(super) struct Contract {
    external_id: String,
    customer: String,
    number: String,
    kind: &'static str,
    plan_name: String,
    plan_registration: Said<String>,
    state: Said<&'static str>,
    state_since: Option<NaiveDate>,
    starts_on: NaiveDate,
    ends_on: Said<NaiveDate>,
    fine_rate: Said<Decimal>,
    monthly_interest: Said<Decimal>,
    branch_tax_id: Said<TaxId>,
}

#[derive(PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    customer_id: Uuid,
    number: String,
    kind: String,
    plan_name: String,
    plan_registration: String,
    state: String,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    fine_rate: String,
    monthly_interest: String,
    branch_tax_id: Option<String>,
}

impl Record for Contract {
    const KIND: Kind = Kind::Contracts;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("customer", ID),
        required("number", Shape::Text(60)),
        required("kind", Shape::Word(KINDS)),
        required("plan_name", Shape::Text(120)),
        optional("plan_registration", Shape::Text(20)),
        optional("state", Shape::Word(STATES)),
        optional("state_since", Shape::Date),
        required("starts_on", Shape::Date),
        optional("ends_on", Shape::Date),
        optional("fine_rate", Shape::Rate),
        optional("monthly_interest", Shape::Rate),
        optional("branch_tax_id", Shape::Text(20)),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let contract = Self {
            external_id: row.text("external_id")?,
            customer: row.text("customer")?,
            number: row.text("number")?,
            kind: row.choice("kind", KINDS)?,
            plan_name: row.text("plan_name")?,
            plan_registration: row.said_text("plan_registration")?,
            state: row.said("state", |text| fields::choose(text, STATES))?,
            state_since: row.said("state_since", fields::date)?.flatten(),
            starts_on: row.date("starts_on")?,
            ends_on: row.said("ends_on", fields::date)?,
            fine_rate: row.said("fine_rate", fields::rate)?,
            monthly_interest: row.said("monthly_interest", fields::rate)?,
            branch_tax_id: row.said("branch_tax_id", fields::tax_id)?,
        };
        if contract.ends_on.flatten().is_some_and(|ends_on| ends_on < contract.starts_on) {
            return Err(Refused::new("ends_on", Reason::Before { other: "starts_on" }));
        }
        if contract.state_since.is_some_and(|since| since > row.today) {
            return Err(Refused::new("state_since", Reason::InTheFuture));
        }
        contract.check_terms()?;
        Ok(contract)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, customer_id, number, kind, plan_name, plan_registration, state, starts_on, ends_on, fine_rate, monthly_interest,
                branch_tax_id from contracts",
            "external_id", ids)?;
        let known: HashMap<String, Stored> = known.into_iter().map(|stored| (stored.external_id.clone(), stored)).collect();
        let customers = records.iter().map(|record| record.customer.as_str()).collect();
        let customers = among!(tx, (String, Uuid, String): "select external_id, id, tax_id from customers", "external_id", customers)?;
        let customers: HashMap<String, (Uuid, String)> = customers.into_iter().map(|(name, id, tax_id)| (name, (id, tax_id))).collect();
        let (mut new, mut suspended): (Vec<Stored>, Vec<(Uuid, NaiveDate)>) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let Some((customer, tax_id)) = customers.get(&record.customer) else {
                outcomes.push(Outcome::refused("customer", Reason::UnknownCustomer { id: record.customer.clone() }));
                continue;
            };
            let outcome = match known.get(&record.external_id) {
                _ if !record.is_of(tax_id) => Outcome::refused("branch_tax_id", Reason::NotABranch),
                Some(stored) if stored.customer_id != *customer => Outcome::refused("customer", Reason::CannotChange),
                Some(stored) => record.update(run, tx, stored).await?,
                None => {
                    let contract = record.over(None, run.server.id(), *customer);
                    if contract.state == SUSPENDED {
                        suspended.push((contract.id, record.state_since.unwrap_or(run.today)));
                    }
                    new.push(contract);
                    Outcome::Created
                }
            };
            outcomes.push(outcome);
        }
        rows!(
            tx,
            "insert into contracts (id, external_id, customer_id, number, kind, plan_name, plan_registration, state, starts_on, ends_on, fine_rate, monthly_interest,
             branch_tax_id)",
            new,
            |row| [
                row.id,
                &row.external_id,
                row.customer_id,
                &row.number,
                &row.kind,
                &row.plan_name,
                &row.plan_registration,
                &row.state,
                row.starts_on,
                row.ends_on,
                &row.fine_rate,
                &row.monthly_interest,
                &row.branch_tax_id
            ],
            ""
        );
        for (contract, since) in suspended {
            changed(run, tx, contract, "", SUSPENDED, since).await?;
        }
        Ok(outcomes)
    }
}

impl Contract {
    /// The law's cap on a consumer's fine, and rates that are none.
    fn check_terms(&self) -> Result<(), Refused> {
        let terms = Terms {
            payer: if self.kind == "business" { Payer::Company } else { Payer::Consumer },
            fine: self.fine_rate.flatten().unwrap_or_default(),
            monthly_interest: self.monthly_interest.flatten().unwrap_or_default(),
            ..Terms::default()
        };
        match terms.check() {
            Ok(()) => Ok(()),
            Err(TermsError::AboveConsumerCap) => Err(Refused::new("fine_rate", Reason::FineAboveCap)),
            Err(TermsError::Negative | TermsError::NotAFraction) => Err(Refused::new("fine_rate", Reason::NotARate)),
        }
    }

    /// Whether the branch is an establishment of whoever has this CNPJ: of one root.
    fn is_of(&self, tax_id: &str) -> bool {
        let Some(branch) = self.branch_tax_id.flatten() else { return true };
        let company = TaxId::parse(tax_id).ok().and_then(|tax_id| tax_id.cnpj());
        company.zip(branch.cnpj()).is_some_and(|(company, branch)| company.root() == branch.root())
    }

    /// What the line says, and where it says nothing, what was there.
    fn over(&self, stored: Option<&Stored>, id: Uuid, customer_id: Uuid) -> Stored {
        let rate = |said: Said<Decimal>, was: fn(&Stored) -> &String| match said {
            Some(rate) => rate.map(|rate| rate.to_string()).unwrap_or_default(),
            None => stored.map(was).cloned().unwrap_or_default(),
        };
        Stored {
            id,
            external_id: self.external_id.clone(),
            customer_id,
            number: self.number.clone(),
            kind: self.kind.to_owned(),
            plan_name: self.plan_name.clone(),
            plan_registration: match &self.plan_registration {
                Some(text) => text.clone().unwrap_or_default(),
                None => stored.map(|stored| stored.plan_registration.clone()).unwrap_or_default(),
            },
            state: match (self.state.flatten(), stored) {
                (Some(state), _) => state.to_owned(),
                (None, Some(stored)) => stored.state.clone(),
                (None, None) => "active".to_owned(),
            },
            starts_on: self.starts_on,
            ends_on: self.ends_on.unwrap_or_else(|| stored.and_then(|stored| stored.ends_on)),
            fine_rate: rate(self.fine_rate, |stored| &stored.fine_rate),
            monthly_interest: rate(self.monthly_interest, |stored| &stored.monthly_interest),
            branch_tax_id: match self.branch_tax_id {
                Some(branch) => branch.map(|branch| branch.as_str().to_owned()),
                None => stored.and_then(|stored| stored.branch_tax_id.clone()),
            },
        }
    }

    async fn update(&self, run: &Run<'_>, tx: &mut Tx, stored: &Stored) -> Result<Outcome> {
        let now = self.over(Some(stored), stored.id, stored.customer_id);
        if now == *stored {
            return Ok(Outcome::Unchanged);
        }
        sql!(tx, execute: "update contracts set number = $2, kind = $3, plan_name = $4, plan_registration = $5, state = $6, starts_on = $7, ends_on = $8,
                fine_rate = $9, monthly_interest = $10, branch_tax_id = $11 where id = $1",
            stored.id, &now.number, &now.kind, &now.plan_name, &now.plan_registration, &now.state, now.starts_on, now.ends_on,
            &now.fine_rate, &now.monthly_interest, &now.branch_tax_id)?;
        if now.state != stored.state {
            changed(run, tx, stored.id, &stored.state, &now.state, self.state_since.unwrap_or(run.today)).await?;
        }
        Ok(Outcome::Updated)
    }
}

/// Keeps when the service changed: what was suspended and came back is asked for later.
async fn changed(run: &Run<'_>, tx: &mut Tx, contract: Uuid, was: &str, state: &str, since: NaiveDate) -> Result<()> {
    sql!(tx, execute: "insert into contract_changes (id, contract_id, was, state, since_on, at) values ($1, $2, $3, $4, $5, $6)",
        run.server.id::<Uuid>(), contract, was, state, since, run.server.clock.now())?;
    Ok(())
}
