//! Flags of customers: set and lifted by staff, each with its reason, never changed and never taken away. What a flag stops is asked for
//! here by whoever is about to do it. Never shown to the customer: what they are told is why something cannot be done, and the way on.

use chrono::{DateTime, NaiveDate, Utc};
use domain::flags::{self, Flag, FlagForm, Way};
use domain::forms::{Problem, text};
use domain::ids::CustomerId;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, customers, placements, sql};

/// A flag that was set, and lifted or not.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Set {
    /// Which setting of it.
    pub id: Uuid,
    /// Which flag.
    #[sqlx(try_from = "String")]
    pub flag: Flag,
    /// Why.
    pub reason: String,
    /// The number of the case.
    pub case_number: Option<String>,
    /// Since when.
    pub since_on: NaiveDate,
    /// By whom.
    pub by: String,
    /// When it was written down.
    pub at: DateTime<Utc>,
    /// Why it was lifted.
    pub lifted_reason: Option<String>,
    /// By whom.
    pub lifted_by: Option<String>,
    /// When.
    pub lifted_at: Option<DateTime<Utc>>,
}

impl Set {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lifted_at.is_none()
    }
}

/// A customer's flags.
#[derive(Clone, Debug)]
pub struct Flagged {
    /// The customer's name.
    pub name: String,
    /// Every setting, those that hold first.
    pub settings: Vec<Set>,
    /// What whoever looks may set.
    pub may_set: Vec<Flag>,
}

/// A customer's flags, those that hold and those that did. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn see(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Flagged> {
    let name = customers::named(server, staff, customer).await?;
    let mut conn = server.db.read().await?;
    let settings = history(&mut conn, customer).await?;
    let held = of(&mut conn, customer).await?;
    let holds = |flag: &Flag| held.contains(flag);
    let may_set = Flag::ALL.iter().copied().filter(|flag| flag.rule().set_by.contains(&staff.role()) && !holds(flag)).collect();
    Ok(Flagged { name, settings, may_set })
}

/// Sets a flag.
///
/// # Errors
/// [`Error::Form`], with [`Problem::AlreadyThere`] for one that holds; [`Error::Refused`] with `not_your_flag` for a role that does not set
/// this one; [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn set(server: &Server, staff: &Staff, customer: CustomerId, form: &FlagForm) -> Result<()> {
    staff.sees_customers()?;
    let valid = form.parse(server.clock.today())?;
    if !valid.flag.rule().set_by.contains(&staff.role()) {
        return Err(Error::Refused("not_your_flag"));
    }
    let mut tx = server.db.write().await?;
    take(&mut tx, customer).await?;
    if of(&mut tx, customer).await?.contains(&valid.flag) {
        return Err(Error::field("flag", Problem::AlreadyThere));
    }
    let id: Uuid = server.id();
    sql!(tx, execute: "insert into customer_flags (id, customer_id, flag, reason, case_number, since_on, by_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id, customer.0, valid.flag.as_str(), valid.reason, valid.case_number, valid.since, staff.id().0, server.clock.now())?;
    record(server, &mut tx, staff, "flags.set", customer, id, valid.flag).await?;
    tx.commit().await
}

/// Lifts a flag, with the reason.
///
/// # Errors
/// [`Error::NotFound`] for a flag that is not this customer's; [`Error::Overtaken`] for one that was lifted; otherwise as [`set`].
pub async fn lift(server: &Server, staff: &Staff, customer: CustomerId, setting: Uuid, reason: &str) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    take(&mut tx, customer).await?;
    let (flag, since) = sql!(tx, optional (String, NaiveDate): "select flag, since_on from customer_flags where id = $1 and customer_id = $2 and ends is null",
        setting, customer.0)?
    .ok_or(Error::NotFound)?;
    let flag: Flag = flag.parse().map_err(|_| Error::Corrupt("flag"))?;
    if !flag.rule().lifted_by.contains(&staff.role()) {
        return Err(Error::Refused("not_your_flag"));
    }
    let reason = text(reason, 500).map_err(|problem| Error::field("reason", problem))?;
    let lifted = sql!(tx, execute: "insert into customer_flags (id, customer_id, flag, ends, reason, since_on, by_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (ends) do nothing", server.id::<Uuid>(), customer.0, flag.as_str(), setting, reason, since, staff.id().0, server.clock.now())?;
    if lifted == 0 {
        return Err(Error::Overtaken("flag_lifted"));
    }
    record(server, &mut tx, staff, "flags.lift", customer, setting, flag).await?;
    tx.commit().await
}

/// Two who set or lift at once wait here for each other.
async fn take(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    match sql!(tx, execute: "update customers set name = name where id = $1", customer.0)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Every setting of a flag, those that hold first, then the newest.
pub(crate) async fn history(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Set>> {
    Ok(sql!(conn, all Set: "select f.id, f.flag, f.reason, f.case_number, f.since_on, s.name as by, f.at,
            e.reason as lifted_reason, t.name as lifted_by, e.at as lifted_at
        from customer_flags f join staff s on s.id = f.by_id
        left join customer_flags e on e.ends = f.id left join staff t on t.id = e.by_id
        where f.customer_id = $1 and f.ends is null
        order by case when e.id is null then 0 else 1 end, f.at desc, f.id desc limit 100", customer.0)?)
}

/// The flags that hold: those that somebody set, and "with an agency" for as long as a bill is handed over.
pub(crate) async fn of(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Flag>> {
    let rows = sql!(conn, all (String,): "select f.flag from customer_flags f where f.customer_id = $1 and f.ends is null
        and not exists (select 1 from customer_flags e where e.ends = f.id) order by f.at, f.id", customer.0)?;
    let mut flags = rows.into_iter().map(|(flag,)| flag.parse().map_err(|_| Error::Corrupt("flag"))).collect::<Result<Vec<Flag>>>()?;
    if !flags.contains(&Flag::Agency) && placements::any_of(conn, customer).await? {
        flags.push(Flag::Agency);
    }
    Ok(flags)
}

/// By which way a customer may be told what they did not ask for: asked before every reminder and campaign.
pub(crate) async fn way(conn: &mut Conn, customer: CustomerId) -> Result<Way> {
    Ok(flags::way(&of(conn, customer).await?))
}

async fn record(server: &Server, tx: &mut Tx, staff: &Staff, action: &str, customer: CustomerId, id: Uuid, flag: Flag) -> Result<()> {
    let event = Event {
        actor: staff.actor(),
        action,
        subject_kind: "flag",
        subject_id: Some(id),
        customer: Some(customer),
        detail: json!({ "flag": flag }),
    };
    audit::record(server, tx, event).await
}
