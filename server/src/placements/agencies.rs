//! Agencies and lawyers: kept by whoever answers for the house, without any customer in sight; and for those who hand over, what each of
//! them has, taken along as a list and taken back in one act. The list says what is needed to speak with a customer, and nothing else.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::forms::{Problem, text};
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::placements::{AgencyForm, AgencyKind};
use domain::tax_ids::TaxId;
use serde_json::json;
use uuid::Uuid;

use super::{PLACERS, PlacedBill, placed_bills, record};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::exports::{Cell, Sheet};
use crate::sessions::Staff;
use crate::texts::Locale;
use crate::{Server, bills, policies, sql};

/// Those who say whom the house works with.
const KEEPERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// Bills that an agency's page shows.
const SHOWN: i64 = 200;

/// An agency, or lawyers.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Agency {
    /// Which.
    pub id: Uuid,
    /// As customers read it.
    pub name: String,
    /// What it is.
    #[sqlx(try_from = "String")]
    pub kind: AgencyKind,
    /// Where customers and the house write to.
    pub email: String,
    /// Where customers call.
    pub phone: Option<String>,
    /// Since when nothing more is handed over to it.
    pub retired_at: Option<DateTime<Utc>>,
    /// Bills it has.
    pub bills: i64,
    /// Of so many customers.
    pub customers: i64,
    /// Open on them now.
    #[sqlx(try_from = "i64")]
    pub open: Money,
}

macro_rules! agencies {
    ($where:literal) => {
        concat!(
            "select g.id, g.name, g.kind, g.email, g.phone, g.retired_at, count(p.id) as bills, count(distinct p.customer_id) as customers,
                    cast(coalesce(sum(b.balance), 0) as bigint) as open
               from agencies g left join placement_bills p on p.agency_id = g.id and p.state = 'placed' left join bills b on b.id = p.bill_id ",
            $where,
            " group by g.id, g.name, g.kind, g.email, g.phone, g.retired_at order by case when g.retired_at is null then 0 else 1 end, g.name, g.id"
        )
    };
}

/// All of them, those that take no more last.
///
/// # Errors
/// [`Error::Forbidden`] for whoever neither keeps them nor hands over.
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Agency>> {
    staff.only(PLACERS).or_else(|_| staff.only(KEEPERS))?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Agency: agencies!(""))?)
}

/// Whether somebody says whom the house works with.
#[must_use]
pub fn keeps(staff: &Staff) -> bool {
    staff.only(KEEPERS).is_ok()
}

/// Adds one. The same form twice adds it once.
///
/// # Errors
/// [`Error::Forbidden`] for whoever does not keep them; [`Error::Form`], with [`Problem::AlreadyThere`] for a name that is there.
pub async fn add(server: &Server, staff: &Staff, form: &AgencyForm) -> Result<()> {
    staff.only(KEEPERS)?;
    let valid = form.parse()?;
    let mut tx = server.db.write().await?;
    if sql!(tx, optional (Uuid,): "select id from agencies where id = $1", valid.submission)?.is_some() {
        return Ok(());
    }
    if sql!(tx, optional (Uuid,): "select id from agencies where lower(name) = lower($1) and retired_at is null limit 1", valid.name.as_str())?.is_some() {
        return Err(Error::field("name", Problem::AlreadyThere));
    }
    let written = sql!(tx, execute: "insert into agencies (id, name, kind, email, phone, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (id) do nothing",
        valid.submission, valid.name, valid.kind.as_str(), valid.email, valid.phone, staff.id().0, server.clock.now())?;
    if written == 1 {
        kept(server, &mut tx, staff, "agencies.add", valid.submission, json!({ "kind": valid.kind })).await?;
    }
    tx.commit().await
}

/// Says anew what one is called and how it is reached: customers read it from now on; what they were written stays as it was.
///
/// # Errors
/// As [`add`]; [`Error::NotFound`]; [`Error::Overtaken`] for one that takes nothing any more.
pub async fn change(server: &Server, staff: &Staff, id: Uuid, form: &AgencyForm) -> Result<()> {
    staff.only(KEEPERS)?;
    let valid = form.parse()?;
    let mut tx = server.db.write().await?;
    let before = one(&mut tx, id).await?;
    let other = sql!(tx, optional (Uuid,): "select id from agencies where lower(name) = lower($1) and retired_at is null and id <> $2 limit 1",
        valid.name.as_str(), id)?;
    if other.is_some() {
        return Err(Error::field("name", Problem::AlreadyThere));
    }
    let moved = sql!(tx, execute: "update agencies set name = $2, kind = $3, email = $4, phone = $5 where id = $1 and retired_at is null",
        id, valid.name.as_str(), valid.kind.as_str(), valid.email.as_str(), valid.phone.as_deref())?;
    if moved == 0 {
        return Err(Error::Overtaken("agency_moved"));
    }
    // An agency is no person: what was changed may stand in the trail.
    let detail = json!({ "name": [before.name, valid.name], "email": [before.email, valid.email], "phone": [before.phone, valid.phone] });
    kept(server, &mut tx, staff, "agencies.change", id, detail).await?;
    tx.commit().await
}

/// Nothing more is handed over to one, once everything is back.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] for one that takes nothing already; [`Error::Refused`] with
/// `agency_has_bills` while it has some.
pub async fn retire(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update agencies set retired_at = $2 where id = $1 and retired_at is null", id, server.clock.now())?;
    one(&mut tx, id).await?;
    if moved == 0 {
        return Err(Error::Overtaken("agency_moved"));
    }
    if sql!(tx, optional (Uuid,): "select id from placement_bills where agency_id = $1 and state = 'placed' limit 1", id)?.is_some() {
        return Err(Error::Refused("agency_has_bills"));
    }
    kept(server, &mut tx, staff, "agencies.retire", id, json!({})).await?;
    tx.commit().await
}

pub(super) async fn one(conn: &mut Conn, id: Uuid) -> Result<Agency> {
    sql!(conn, optional Agency: agencies!("where g.id = $1"), id)?.ok_or(Error::NotFound)
}

/// Those that take bills.
pub(super) async fn active(conn: &mut Conn) -> Result<Vec<Agency>> {
    Ok(sql!(conn, all Agency: agencies!("where g.retired_at is null"))?)
}

/// An agency with its bills.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It.
    pub agency: Agency,
    /// The first of the bills it has, by customer.
    pub bills: Vec<PlacedBill>,
    /// Those that came back lately, the newest first.
    pub back: Vec<PlacedBill>,
}

/// One of them, with the bills it has and those that came back.
///
/// # Errors
/// [`Error::Forbidden`] for whoever hands nothing over; [`Error::NotFound`].
pub async fn find(server: &Server, staff: &Staff, id: Uuid) -> Result<Opened> {
    staff.only(PLACERS)?;
    let mut conn = server.db.read().await?;
    Ok(Opened {
        agency: one(&mut conn, id).await?,
        bills: sql!(conn, all PlacedBill: placed_bills!("where p.agency_id = $1 and p.state = 'placed' order by c.name, c.id, b.due_on, b.id limit $2"), id, SHOWN)?,
        back: sql!(conn, all PlacedBill: placed_bills!("where p.agency_id = $1 and p.ended_at is not null order by p.ended_at desc, p.id desc limit $2"), id, 50_i64)?,
    })
}

/// What is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// One bill, by its place in its hand-over.
    Bill(Uuid),
    /// All of one customer, whoever has them.
    Customer(CustomerId),
    /// All of an agency.
    Agency(Uuid),
}

/// Takes bills back, with the reason. Says how many.
///
/// # Errors
/// [`Error::Forbidden`] for whoever hands nothing over; [`Error::Form`] on `reason`; [`Error::Overtaken`] when nothing of it is out any
/// more.
pub async fn recall(server: &Server, staff: &Staff, which: Which, reason: &str) -> Result<usize> {
    staff.only(PLACERS)?;
    let reason = text(reason, 300).map_err(|problem| Error::field("reason", problem))?;
    let (today, now) = (server.clock.today(), server.clock.now());
    let (bill, customer, agency) = match which {
        Which::Bill(id) => (Some(id), None, None),
        Which::Customer(id) => (None, Some(id.0), None),
        Which::Agency(id) => (None, None, Some(id)),
    };
    let mut tx = server.db.write().await?;
    let back = sql!(tx, all (Uuid, Uuid): "update placement_bills set state = 'recalled', why = 'recalled', words = $4, ended_on = $5, ended_at = $6, ended_by = $7
        where state = 'placed' and (id = $1 or customer_id = $2 or agency_id = $3) returning id, customer_id",
        bill, customer, agency, reason, today, now, staff.id().0)?;
    if back.is_empty() {
        return Err(Error::Overtaken("nothing_to_recall"));
    }
    for (id, customer) in &back {
        record(server, &mut tx, staff.actor(), "placements.recall", *id, Some(CustomerId(*customer)), json!({})).await?;
    }
    tx.commit().await?;
    Ok(back.len())
}

#[derive(sqlx::FromRow)]
struct Listed {
    bill_id: Uuid,
    customer_id: Uuid,
    number: String,
    due_on: NaiveDate,
    amount: i64,
    balance: i64,
    placed_on: NaiveDate,
    contract: String,
    name: String,
    tax_id: String,
    phone: Option<String>,
    email: Option<String>,
}

/// The columns of an agency's list, in its order: who, how to reach them, and what is asked for. Neither plan nor address, and nothing of
/// what a bill is made of: it is not needed to speak with somebody about an open amount (LGPD, art. 6, III).
const COLUMNS: [&str; 11] =
    ["customer", "tax_id", "phone", "email", "contract", "bill", "due_on", "placed_on", "amount_placed", "open", "to_pay_today"];

/// What an agency has, as a table for it. That it was taken is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for whoever hands nothing over; [`Error::NotFound`].
pub async fn take_list(server: &Server, staff: &Staff, id: Uuid) -> Result<Sheet> {
    staff.only(PLACERS)?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    one(&mut conn, id).await?;
    let listed = sql!(conn, all Listed: "select b.id as bill_id, p.customer_id, b.number, b.due_on, p.amount, b.balance, p.placed_on, k.number as contract,
            c.name, c.tax_id, c.phone, c.email
        from placement_bills p join bills b on b.id = p.bill_id join contracts k on k.id = b.contract_id join customers c on c.id = p.customer_id
        where p.agency_id = $1 and p.state = 'placed' order by c.name, c.id, b.due_on, b.id", id)?;
    let calendar = policies::calendar(&mut conn).await?;
    let (mut costs, mut rows): (HashMap<BillId, Money>, _) = (HashMap::new(), Vec::with_capacity(listed.len()));
    for of_one in listed.chunk_by(|a, b| a.customer_id == b.customer_id) {
        let Some(first) = of_one.first() else { continue };
        for bill in bills::open_bills(&mut conn, first.customer_id.into(), &bills::Span::default()).await? {
            costs.insert(bill.id, bill.cost(today, &calendar)?.total);
        }
    }
    for line in &listed {
        let cost = costs.get(&line.bill_id.into()).map_or(line.balance, |cost| cost.as_cents());
        rows.push(vec![
            Cell::text(line.name.as_str()),
            Cell::text(TaxId::parse(&line.tax_id).map_or_else(|_| line.tax_id.clone(), |id| id.to_string())),
            Cell::maybe(line.phone.clone()),
            Cell::maybe(line.email.clone()),
            Cell::text(line.contract.as_str()),
            Cell::text(line.number.as_str()),
            Cell::Day(line.due_on),
            Cell::Day(line.placed_on),
            Cell::Cents(line.amount),
            Cell::Cents(line.balance),
            Cell::Cents(cost),
        ]);
    }
    drop(conn);
    let mut tx = server.db.write().await?;
    let detail = json!({ "rows": listed.len(), "on": today });
    record(server, &mut tx, staff.actor(), "placements.take_list", id, None, detail).await?;
    tx.commit().await?;
    Ok(Sheet {
        name: crate::texts::placements::file_list(Locale::default()).to_owned(),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    })
}

async fn kept(server: &Server, tx: &mut Tx, staff: &Staff, action: &str, id: Uuid, detail: serde_json::Value) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "agency", subject_id: Some(id), customer: None, detail };
    audit::record(server, tx, event).await
}
