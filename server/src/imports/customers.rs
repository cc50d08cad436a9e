//! Customers. Never changes whose record it is: a CPF or CNPJ stays with its external id.

use std::collections::HashMap;

use domain::ids::CustomerId;
use serde_json::json;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Said, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::audit::{self, Event};
use crate::customers::{history, search};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::texts::{Locale, folded};
use crate::{among, rows, sql};

/// The languages in which a customer can be written to.
const LOCALES: &[&str] = &[Locale::PtBr.tag(), Locale::En.tag(), Locale::Es.tag(), Locale::Ro.tag()];

/// One line.
pub(super) struct Customer {
    external_id: String,
    tax_id: String,
    name: String,
    email: Said<String>,
    phone: Said<String>,
    address: Said<String>,
    city: Said<String>,
    state: Said<String>,
    postal_code: Said<String>,
    locale: Said<Locale>,
}

/// What can change, as stored.
#[derive(Clone, PartialEq, Eq)]
struct Details {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: String,
    city: String,
    state: String,
    postal_code: String,
    locale: String,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    tax_id: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: String,
    city: String,
    state: String,
    postal_code: String,
    locale: String,
}

impl Record for Customer {
    const KIND: Kind = Kind::Customers;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("tax_id", Shape::Text(20)),
        required("name", Shape::Text(200)),
        optional("email", Shape::Text(fields::LONGEST_EMAIL)),
        optional("phone", Shape::Text(40)),
        optional("address", Shape::Text(200)),
        optional("city", Shape::Text(100)),
        optional("state", Shape::Word(fields::STATES)),
        optional("postal_code", Shape::Text(12)),
        optional("locale", Shape::Word(LOCALES)),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        Ok(Self {
            external_id: row.text("external_id")?,
            tax_id: row.tax_id("tax_id")?.as_str().to_owned(),
            name: row.text("name")?,
            email: row.said("email", fields::email)?,
            phone: row.said_text("phone")?,
            address: row.said_text("address")?,
            city: row.said_text("city")?,
            state: row.said("state", fields::state)?,
            postal_code: row.said("postal_code", fields::postal_code)?,
            locale: row.said("locale", |text| Locale::of_tag(text).ok_or_else(|| Reason::NotOneOf { words: LOCALES.join(", ") }))?,
        })
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, tax_id, name, email, phone, address, city, state, postal_code, locale from customers", "external_id", ids)?;
        let known: HashMap<String, Stored> = known.into_iter().map(|stored| (stored.external_id.clone(), stored)).collect();
        let tax_ids = records.iter().map(|record| record.tax_id.as_str()).collect();
        let holders = among!(tx, (String, String): "select tax_id, external_id from customers", "tax_id", tax_ids)?;
        let mut holders: HashMap<String, String> = holders.into_iter().collect();
        let mut new: Vec<(Uuid, &Self, Details)> = Vec::new();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let outcome = match known.get(&record.external_id) {
                Some(stored) if stored.tax_id != record.tax_id => Outcome::refused("tax_id", Reason::CannotChange),
                Some(stored) => record.update(run, tx, stored).await?,
                None => match holders.get(&record.tax_id) {
                    Some(by) => Outcome::refused("tax_id", Reason::TaxIdTaken { by: by.clone() }),
                    None => {
                        holders.insert(record.tax_id.clone(), record.external_id.clone());
                        new.push((run.server.id(), record, record.over(None)));
                        Outcome::Created
                    }
                },
            };
            outcomes.push(outcome);
        }
        let now = run.server.clock.now();
        rows!(
            tx,
            "insert into customers (id, external_id, tax_id, name, search_name, email, phone, address, city, state, postal_code, locale, created_at)",
            new,
            |row| [
                row.0,
                &row.1.external_id,
                &row.1.tax_id,
                &row.2.name,
                folded(&row.2.name),
                &row.2.email,
                &row.2.phone,
                &row.2.address,
                &row.2.city,
                &row.2.state,
                &row.2.postal_code,
                &row.2.locale,
                now
            ],
            ""
        );
        let names: Vec<(Uuid, String)> = new.iter().map(|(id, _, details)| (*id, details.name.clone())).collect();
        search::index(tx, &names).await?;
        Ok(outcomes)
    }
}

impl Customer {
    /// What the line says, and where it says nothing, what was there.
    fn over(&self, stored: Option<&Details>) -> Details {
        let text = |said: &Said<String>, was: fn(&Details) -> &String| match said {
            Some(text) => text.clone().unwrap_or_default(),
            None => stored.map(was).cloned().unwrap_or_default(),
        };
        let maybe = |said: &Said<String>, was: fn(&Details) -> &Option<String>| match said {
            Some(text) => text.clone(),
            None => stored.map(was).cloned().unwrap_or_default(),
        };
        Details {
            name: self.name.clone(),
            email: maybe(&self.email, |was| &was.email),
            phone: maybe(&self.phone, |was| &was.phone),
            address: text(&self.address, |was| &was.address),
            city: text(&self.city, |was| &was.city),
            state: text(&self.state, |was| &was.state),
            postal_code: text(&self.postal_code, |was| &was.postal_code),
            locale: match (self.locale.flatten(), stored) {
                (Some(locale), _) => locale.tag().to_owned(),
                (None, Some(stored)) => stored.locale.clone(),
                (None, None) => Locale::default().tag().to_owned(),
            },
        }
    }

    async fn update(&self, run: &Run<'_>, tx: &mut Tx, stored: &Stored) -> Result<Outcome> {
        let was = Details {
            name: stored.name.clone(),
            email: stored.email.clone(),
            phone: stored.phone.clone(),
            address: stored.address.clone(),
            city: stored.city.clone(),
            state: stored.state.clone(),
            postal_code: stored.postal_code.clone(),
            locale: stored.locale.clone(),
        };
        let now = self.over(Some(&was));
        if now == was {
            return Ok(Outcome::Unchanged);
        }
        sql!(tx, execute: "update customers set name = $2, search_name = $3, email = $4, phone = $5, address = $6, city = $7, state = $8, postal_code = $9, locale = $10 where id = $1",
            stored.id, &now.name, folded(&now.name), &now.email, &now.phone, &now.address, &now.city, &now.state, &now.postal_code, &now.locale)?;
        if now.name != was.name {
            search::rename(tx, stored.id, &was.name, &now.name).await?;
        }
        let kept = [("email", &was.email, &now.email), ("phone", &was.phone, &now.phone)];
        for (kind, was, _) in kept.into_iter().filter(|(_, was, now)| was != now) {
            history::keep(run.server, tx, CustomerId(stored.id), kind, was.as_deref()).await?;
        }
        if now.email != was.email {
            self.email_changed(run, tx, CustomerId(stored.id)).await?;
        }
        Ok(Outcome::Updated)
    }

    /// A new contact is where codes go from now on: refunds wait for a while after it, and the trail shows it.
    async fn email_changed(&self, run: &Run<'_>, tx: &mut Tx, customer: CustomerId) -> Result<(), Error> {
        sql!(tx, execute: "update customers set email_changed_at = $2 where id = $1", customer.0, run.server.clock.now())?;
        let event = Event {
            actor: run.by,
            action: "customers.email_changed",
            subject_kind: "customer",
            subject_id: Some(customer.0),
            customer: Some(customer),
            detail: json!({ "import": run.id }),
        };
        audit::record(run.server, tx, event).await
    }
}
