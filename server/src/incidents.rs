//! Incidents: a supervisor chooses bills that something of the creditor's touched, somebody looks a second time, and from then on nothing of
//! what was given up is charged; the customers are told, and told again when it is lifted. Never moves money: what was paid stays as it is.
//!
//! What a bill was relieved of stands in its own row, so that every calculation of it finds it there; [`rewrite`] alone writes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::charges::late_charges_after;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, StaffId};
use domain::incidents::{Chosen, Filter, IncidentForm, Late, MOST, State};
use domain::money::Money;
use domain::reliefs::{Days, Relief};
use domain::statement::{Standing, late_before};
use domain::templates::notices::{Kind, Variable};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::bills::{FIRST_DAY, LAST_DAY};
use crate::db::{Conn, Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::ledger::ChargedBefore;
use crate::sessions::{Customer, Staff};
use crate::templates::Values;
use crate::texts::{self, Locale, incidents as t};
use crate::{Server, among, bills, notices, policies, rows, sql};

/// Those who may relieve anybody of anything.
const DECIDERS: &[Role] = &[Role::Supervisor];
/// Incidents of one page.
const PAGE: i64 = 50;
/// Bills that a notice names.
const NAMED: usize = 20;
/// Bills that the page of an incident shows.
const SHOWN: i64 = 40;

/// What was decided about bills, oldest first.
macro_rules! decided {
    ($where:literal) => {
        concat!(
            "select ib.bill_id, i.reason, i.waive_from, i.waive_to, i.until_on, i.lifted_on, i.lifted_at
               from incident_bills ib join incidents i on i.id = ib.incident_id ",
            $where,
            " order by ib.bill_id, i.confirmed_at, i.id"
        )
    };
}

/// An incident.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Incident {
    /// Which.
    pub id: Uuid,
    /// Why, as customers read it.
    pub reason: String,
    /// The first and the last of the days whose charges are given up.
    pub waive_from: Option<NaiveDate>,
    /// See above.
    pub waive_to: Option<NaiveDate>,
    /// Until when nothing is charged.
    pub until_on: Option<NaiveDate>,
    /// In up to how many monthly parts its bills may be paid.
    pub parts: Option<i64>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// How many bills.
    pub bills: i64,
    /// Of how many customers.
    pub customers: i64,
    /// Open on them when it was prepared.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// What it gives up at most.
    #[sqlx(try_from = "i64")]
    pub waived: Money,
    /// Customers who were told by e-mail.
    pub reached: i64,
    /// Customers without an address, who see it on the portal.
    pub unreached: i64,
    made_by: Uuid,
    /// Who prepared it.
    pub made_by_name: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who looked at it a second time.
    pub confirmed_by_name: Option<String>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// From when on it holds no more.
    pub lifted_on: Option<NaiveDate>,
    refused: String,
}

impl Incident {
    /// Who prepared it.
    #[must_use]
    pub fn made_by(&self) -> StaffId {
        StaffId(self.made_by)
    }
}

/// One incident, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It.
    pub incident: Incident,
    /// Its first bills.
    pub bills: Vec<Touched>,
    /// Numbers that were typed and not taken, each with why.
    pub refused: Vec<(String, Reason)>,
    /// Whether who looks may confirm it; the reason of the refusal otherwise.
    pub confirm: Result<(), &'static str>,
}

/// A bill of an incident.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Touched {
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// Open on it when the incident was prepared.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// What is given up at most.
    #[sqlx(try_from = "i64")]
    pub waived: Money,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
}

/// Why a number that was typed is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No bill has it.
    Unknown,
    /// Several have it.
    Ambiguous,
    /// Nothing is open on it.
    Settled,
    /// It is paid through an agreement.
    InAgreement,
    /// It was typed before.
    Repeated,
}

/// A bill that may be relieved, with what its charges need.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Uuid,
    number: String,
    due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    balance: Money,
    #[sqlx(try_from = "String")]
    standing: Standing,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

macro_rules! of_bills {
    () => {
        "select b.id, b.customer_id, b.number, b.due_on, b.balance, b.standing, c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to,
                b.charges_open, b.reliefs
           from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id"
    };
}

/// Whether somebody prepares incidents at all.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn may(staff: &Staff) -> Result<()> {
    staff.only(DECIDERS)
}

/// Prepares an incident: looks its bills up, and keeps which they are until somebody confirms it. The same form twice prepares it once.
///
/// # Errors
/// [`Error::Forbidden`] for whoever is no supervisor; [`Error::Form`], on `due_to` also for more bills than [`MOST`].
pub async fn prepare(server: &Server, staff: &Staff, form: &IncidentForm) -> Result<Uuid> {
    staff.only(DECIDERS)?;
    let today = server.clock.today();
    let valid = form.parse(today)?;
    let mut tx = server.db.write().await?;
    if let Some((known,)) =
        sql!(tx, optional (Uuid,): "select id from incidents where submission = $1 and made_by = $2", valid.submission, staff.id().0)?
    {
        return Ok(known);
    }
    let calendar = policies::calendar(&mut tx).await?;
    let (found, refused) = match &valid.chosen {
        Chosen::Filter(filter) => (by_filter(&mut tx, filter, today, &calendar).await?, Vec::new()),
        Chosen::Numbers(numbers) => by_numbers(&mut tx, numbers).await?,
    };
    let horizon = valid.relief.ends_on().map_or(today, |end| end.max(today));
    let mut touched = Vec::with_capacity(found.len());
    for row in found {
        let terms = row.charged.relieved(bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?)?;
        let before = late_charges_after(row.balance, row.due_on, row.charged.posted(), horizon, &terms, &calendar).charges();
        let mut with = terms;
        with.reliefs.push(valid.relief.clone());
        let after = late_charges_after(row.balance, row.due_on, row.charged.posted(), horizon, &with, &calendar).charges();
        touched.push((row.id, row.customer_id, row.balance, before - after));
    }
    let id: Uuid = server.id();
    let customers = touched.iter().map(|one| one.1).collect::<BTreeSet<_>>().len();
    let (amount, waived): (Money, Money) = (touched.iter().map(|one| one.2).sum(), touched.iter().map(|one| one.3).sum());
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (from, to) = valid.relief.days.map(|days| (days.from, days.to)).unzip();
    let refused = serde_json::to_string(&refused).map_err(|_| Error::Corrupt("refused numbers"))?;
    let written = sql!(tx, execute: "insert into incidents (id, submission, reason, waive_from, waive_to, until_on, state, bills, customers, amount, waived,
            refused, made_by, made_at, parts) values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10, $11, $12, $13, $14)",
        id, valid.submission, valid.relief.reason.as_str(), from, to, valid.relief.until, count(touched.len()), count(customers), amount.as_cents(),
        waived.as_cents(), refused, staff.id().0, server.clock.now(), valid.parts.map(i64::from));
    match written {
        Err(error) if is_duplicate(&error) => {
            drop(tx);
            let mut conn = server.db.read().await?;
            let known = sql!(conn, optional (Uuid,): "select id from incidents where submission = $1 and made_by = $2", valid.submission, staff.id().0)?;
            return known.map(|(id,)| id).ok_or(Error::NotFound);
        }
        written => written?,
    };
    rows!(
        tx,
        "insert into incident_bills (incident_id, bill_id, customer_id, amount, waived)",
        &touched,
        |one| [id, one.0, one.1, one.2.as_cents(), one.3.as_cents()],
        ""
    );
    let detail = json!({ "bills": touched.len(), "customers": customers, "cents": amount.as_cents(), "waived": waived.as_cents() });
    record(server, &mut tx, staff, "incidents.prepare", id, None, detail).await?;
    tx.commit().await?;
    Ok(id)
}

async fn by_filter(tx: &mut Tx, filter: &Filter, today: NaiveDate, calendar: &Calendar) -> Result<Vec<Row>> {
    // Late ones fell due before this day, the others on it or later.
    let edge = late_before(today, calendar);
    let (least, last) = match filter.late {
        None => (FIRST_DAY, LAST_DAY),
        Some(Late::Late) => (FIRST_DAY, edge.pred_opt().unwrap_or(FIRST_DAY)),
        Some(Late::NotDue) => (edge, LAST_DAY),
    };
    let (from, to) = (filter.from.clamp(least, LAST_DAY), filter.to.clamp(FIRST_DAY, last));
    let nature = filter.nature.map_or("", |nature| nature.as_str());
    let found = sql!(tx, all Row: concat!(of_bills!(), " where b.balance > 0 and b.standing in ('open', 'disputed') and b.due_on between $1 and $2
            and ($3 = '' or k.kind = $3) and ($4 = '' or k.number = $4) and ($5 = '' or b.nature = $5) order by b.due_on, b.id limit $6"),
        from, to, filter.contract_kind.as_str(), filter.contract.as_str(), nature, i64::from(MOST) + 1)?;
    if found.len() > usize::from(MOST) {
        return Err(Error::field("due_to", Problem::OutOfRange { min: 1, max: u32::from(MOST) }));
    }
    Ok(found)
}

/// The bills with these numbers, and the numbers that are not taken.
async fn by_numbers(tx: &mut Tx, numbers: &[String]) -> Result<(Vec<Row>, Vec<(String, Reason)>)> {
    let found = among!(tx, Row: "select b.id, b.customer_id, b.number, b.due_on, b.balance, b.standing, c.tax_id, k.fine_rate, k.monthly_interest,
            b.charged_to, b.charges_open, b.reliefs
           from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id", "b.number",
        numbers.iter().map(String::as_str).collect())?;
    let mut by_number: HashMap<String, Vec<Row>> = HashMap::new();
    for row in found {
        by_number.entry(row.number.clone()).or_default().push(row);
    }
    let (mut taken, mut refused, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for number in numbers {
        let mut refuse = |reason| refused.push((number.chars().take(60).collect(), reason));
        if !seen.insert(number) {
            refuse(Reason::Repeated);
            continue;
        }
        let mut rows = by_number.remove(number).unwrap_or_default();
        match (rows.pop(), rows.is_empty()) {
            (None, _) => refuse(Reason::Unknown),
            (Some(_), false) => refuse(Reason::Ambiguous),
            (Some(row), true) if row.standing == Standing::InAgreement => refuse(Reason::InAgreement),
            (Some(row), true) if !row.balance.is_positive() => refuse(Reason::Settled),
            (Some(row), true) => taken.push(row),
        }
    }
    Ok((taken, refused))
}

macro_rules! incidents {
    ($tail:literal) => {
        concat!(
            "select i.id, i.reason, i.waive_from, i.waive_to, i.until_on, i.parts, i.state, i.bills, i.customers, i.amount, i.waived, i.reached, i.unreached,
                    i.made_by, m.name as made_by_name, i.made_at, c.name as confirmed_by_name, i.confirmed_at, i.lifted_on, i.refused
               from incidents i join staff m on m.id = i.made_by left join staff c on c.id = i.confirmed_by ",
            $tail
        )
    };
}

/// The incidents, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Incident>> {
    staff.only(DECIDERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Incident: incidents!("order by i.made_at desc, i.id desc limit $1"), PAGE)?)
}

/// One of them, with its first bills.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(server: &Server, staff: &Staff, id: Uuid) -> Result<Opened> {
    staff.only(DECIDERS)?;
    let mut conn = server.db.read().await?;
    let incident = sql!(conn, optional Incident: incidents!("where i.id = $1"), id)?.ok_or(Error::NotFound)?;
    let bills = sql!(conn, all Touched: "select b.number, b.due_on, ib.amount, ib.waived, c.id as customer, c.name
        from incident_bills ib join bills b on b.id = ib.bill_id join customers c on c.id = ib.customer_id
        where ib.incident_id = $1 order by b.due_on, b.id limit $2", id, SHOWN)?;
    let refused = serde_json::from_str(&incident.refused).map_err(|_| Error::Corrupt("refused numbers"))?;
    let confirm = may_confirm(server, &mut conn, staff, &incident).await?;
    Ok(Opened { incident, bills, refused, confirm })
}

/// Whether somebody may confirm an incident: what it gives up beyond one's own level takes two persons.
async fn may_confirm(server: &Server, conn: &mut Conn, staff: &Staff, incident: &Incident) -> Result<Result<(), &'static str>> {
    let limit = policies::requests(server, conn).await?.approval_limit(staff.role());
    Ok(match incident {
        _ if incident.bills == 0 => Err("incident_empty"),
        _ if incident.waived > limit && incident.made_by() == staff.id() => Err("incident_four_eyes"),
        _ => Ok(()),
    })
}

/// Confirms an incident: its bills are relieved, and their customers are told, in one transaction.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more; [`Error::Refused`] for whoever prepared
/// it where it takes two persons, and for one without bills.
pub async fn confirm(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(DECIDERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update incidents set state = 'active', confirmed_by = $2, confirmed_at = $3 where id = $1 and state = 'waiting'",
        id, staff.id().0, server.clock.now())?;
    let incident = sql!(tx, optional Incident: incidents!("where i.id = $1"), id)?.ok_or(Error::NotFound)?;
    if moved == 0 {
        return Err(Error::Overtaken("incident_moved"));
    }
    may_confirm(server, &mut tx, staff, &incident).await?.map_err(Error::Refused)?;
    rewrite(&mut tx, id).await?;
    let (reached, unreached) = tell(server, &mut tx, staff, &incident, "incidents.relieve", Kind::IncidentRelieved).await?;
    sql!(tx, execute: "update incidents set reached = $2, unreached = $3 where id = $1", id, reached, unreached)?;
    let detail = json!({ "bills": incident.bills, "waived": incident.waived.as_cents(), "reached": reached, "unreached": unreached });
    record(server, &mut tx, staff, "incidents.confirm", id, None, detail).await?;
    tx.commit().await
}

/// Takes an incident back: from today on its bills cost what they would have without it, and their customers are told. What was paid
/// meanwhile stays as it is.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it is not in force.
pub async fn lift(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(DECIDERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update incidents set state = 'lifted', lifted_by = $2, lifted_at = $3, lifted_on = $4 where id = $1 and state = 'active'",
        id, staff.id().0, server.clock.now(), server.clock.today())?;
    let incident = sql!(tx, optional Incident: incidents!("where i.id = $1"), id)?.ok_or(Error::NotFound)?;
    if moved == 0 {
        return Err(Error::Overtaken("incident_moved"));
    }
    rewrite(&mut tx, id).await?;
    let (reached, unreached) = tell(server, &mut tx, staff, &incident, "incidents.unrelieve", Kind::IncidentLifted).await?;
    record(server, &mut tx, staff, "incidents.lift", id, None, json!({ "reached": reached, "unreached": unreached })).await?;
    tx.commit().await
}

/// Throws away an incident that nobody confirmed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more.
pub async fn discard(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(DECIDERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update incidents set state = 'discarded' where id = $1 and state = 'waiting'", id)?;
    sql!(tx, optional (Uuid,): "select id from incidents where id = $1", id)?.ok_or(Error::NotFound)?;
    if moved == 0 {
        return Err(Error::Overtaken("incident_moved"));
    }
    record(server, &mut tx, staff, "incidents.discard", id, None, json!({})).await?;
    tx.commit().await
}

/// What a customer is relieved of, for their own pages.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Told {
    /// Which incident.
    pub id: Uuid,
    /// Why.
    pub reason: String,
    /// The first and the last of the days whose charges are given up.
    pub waive_from: Option<NaiveDate>,
    /// See above.
    pub waive_to: Option<NaiveDate>,
    /// Until when nothing is charged.
    pub until_on: Option<NaiveDate>,
    /// In up to how many monthly parts they may be paid.
    pub parts: Option<i64>,
    /// On how many of their open bills.
    pub bills: i64,
}

/// What is in force for a customer's open bills.
///
/// # Errors
/// The database's.
pub async fn told(server: &Server, customer: &Customer) -> Result<Vec<Told>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Told:
        "select i.id, i.reason, i.waive_from, i.waive_to, i.until_on, i.parts, count(*) as bills
           from incident_bills ib join incidents i on i.id = ib.incident_id join bills b on b.id = ib.bill_id
          where ib.customer_id = $1 and b.customer_id = $1 and i.state = 'active' and b.balance > 0
          group by i.id, i.reason, i.waive_from, i.waive_to, i.until_on, i.parts order by i.id desc limit 5", customer.id().0)?)
}

/// The open bills of an incident that is in force, which its customer may pay in parts.
///
/// # Errors
/// The database's.
pub async fn in_parts(server: &Server, customer: &Customer, incident: Uuid) -> Result<Vec<BillId>> {
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (Uuid,): "select b.id from incident_bills ib join incidents i on i.id = ib.incident_id join bills b on b.id = ib.bill_id
        where ib.customer_id = $1 and i.id = $2 and i.state = 'active' and i.parts is not null and b.balance > 0 and b.standing = 'open'
        order by b.due_on, b.id", customer.id().0, incident)?;
    Ok(rows.into_iter().map(|(id,)| BillId(id)).collect())
}

/// A customer's bills that may be paid in parts at no cost, and in how many.
pub(crate) async fn parts_of(conn: &mut Conn, customer: CustomerId) -> Result<HashMap<BillId, u16>> {
    let rows = sql!(conn, all (Uuid, i64): "select ib.bill_id, max(i.parts) from incident_bills ib join incidents i on i.id = ib.incident_id
        where ib.customer_id = $1 and i.state = 'active' and i.parts is not null group by ib.bill_id", customer.0)?;
    Ok(rows.into_iter().map(|(bill, parts)| (BillId(bill), u16::try_from(parts).unwrap_or(1))).collect())
}

/// The reliefs of a customer's bills as they were decided before a moment.
pub(crate) async fn reliefs_before(conn: &mut Conn, customer: CustomerId, before: DateTime<Utc>) -> Result<HashMap<Uuid, Vec<Relief>>> {
    let rows = sql!(conn, all Decided: decided!("where ib.customer_id = $1 and i.confirmed_at < $2"), customer.0, before)?;
    let mut reliefs: HashMap<Uuid, Vec<Relief>> = HashMap::new();
    for row in rows {
        let lifted_on = row.lifted_on.filter(|_| row.lifted_at.is_some_and(|at| at < before));
        reliefs.entry(row.bill_id).or_default().push(Relief { lifted_on, ..row.relief() });
    }
    Ok(reliefs)
}

#[derive(sqlx::FromRow)]
struct Decided {
    bill_id: Uuid,
    reason: String,
    waive_from: Option<NaiveDate>,
    waive_to: Option<NaiveDate>,
    until_on: Option<NaiveDate>,
    lifted_on: Option<NaiveDate>,
    lifted_at: Option<DateTime<Utc>>,
}

impl Decided {
    fn relief(&self) -> Relief {
        let days = self.waive_from.zip(self.waive_to).map(|(from, to)| Days { from, to });
        Relief { reason: self.reason.clone(), days, until: self.until_on, lifted_on: self.lifted_on }
    }
}

/// Says again in the rows of an incident's bills what they were relieved of, by all incidents that were confirmed.
async fn rewrite(tx: &mut Tx, incident: Uuid) -> Result<()> {
    let rows = sql!(tx, all Decided:
        decided!("where i.confirmed_at is not null and ib.bill_id in (select bill_id from incident_bills where incident_id = $1)"), incident)?;
    let mut reliefs: BTreeMap<Uuid, Vec<Relief>> = BTreeMap::new();
    for row in rows {
        reliefs.entry(row.bill_id).or_default().push(row.relief());
    }
    let mut written = Vec::with_capacity(reliefs.len());
    for (bill, reliefs) in reliefs {
        written.push((bill, serde_json::to_string(&reliefs).map_err(|_| Error::Corrupt("reliefs of a bill"))?));
    }
    rows!(
        tx,
        "update bills set reliefs = moved.column2 from (",
        &written,
        |row| [row.0, &row.1],
        ") as moved where bills.id = moved.column1"
    );
    Ok(())
}

/// Tells every customer of an incident who still owes something on its bills. Says how many were reached by mail, and how many have no
/// address.
async fn tell(server: &Server, tx: &mut Tx, staff: &Staff, incident: &Incident, action: &str, kind: Kind) -> Result<(i64, i64)> {
    let open = sql!(tx, all (Uuid, String): "select ib.customer_id, b.number from incident_bills ib join bills b on b.id = ib.bill_id
        where ib.incident_id = $1 and b.balance > 0 order by ib.customer_id, b.due_on, b.id", incident.id)?;
    let mut numbers: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for (customer, number) in open {
        numbers.entry(customer).or_default().push(number);
    }
    let (mut reached, mut unreached) = (0, 0);
    for (customer, numbers) in numbers {
        let customer = CustomerId(customer);
        let notice = Notice { incident, bills: &numbers, link: format!("{}/extrato", server.config.public_url) };
        if notices::tell(server, tx, customer, "incident", kind, |l| notice.values(l)).await? {
            reached += 1;
        } else {
            unreached += 1;
        }
        record(server, tx, staff, action, incident.id, Some(customer), json!({ "bills": numbers.len() })).await?;
    }
    Ok((reached, unreached))
}

/// What a notice says.
struct Notice<'a> {
    incident: &'a Incident,
    bills: &'a [String],
    link: String,
}

impl Notice<'_> {
    /// The numbers of the bills; of a company's thousands the first ones, and how many more.
    fn numbers(&self, l: Locale) -> String {
        let first = self.bills.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match self.bills.len().checked_sub(NAMED).filter(|more| *more > 0) {
            Some(more) => format!("{first} {}", texts::dossiers::and_more(l, i64::try_from(more).unwrap_or(i64::MAX))),
            None => first,
        }
    }

    /// What it may say, of relief and of charging again.
    fn values(&self, l: Locale) -> Values {
        let Incident { waive_from, waive_to, until_on, parts, lifted_on, .. } = *self.incident;
        vec![
            (Variable::Bills, self.numbers(l)),
            (Variable::Link, self.link.clone()),
            (Variable::Reason, self.incident.reason.clone()),
            (Variable::Waived, what(l, waive_from, waive_to, until_on, parts)),
            (Variable::Day, lifted_on.map(|on| texts::date(l, on)).unwrap_or_default()),
        ]
    }
}

/// What is given up, in words.
#[must_use]
pub fn what(
    l: Locale,
    waive_from: Option<NaiveDate>,
    waive_to: Option<NaiveDate>,
    until_on: Option<NaiveDate>,
    parts: Option<i64>,
) -> String {
    let days = waive_from.zip(waive_to).map(|(from, to)| t::what_days(l, texts::date(l, from), texts::date(l, to)));
    let until = until_on.map(|until| t::what_until(l, texts::date(l, until)));
    let parts = parts.map(|parts| t::what_parts(l, parts));
    [days, until, parts].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

async fn record(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    action: &str,
    incident: Uuid,
    customer: Option<CustomerId>,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "incident", subject_id: Some(incident), customer, detail };
    audit::record(server, tx, event).await
}
