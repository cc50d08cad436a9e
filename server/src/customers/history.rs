//! What staff see of a customer's past: contacts that were on file before, and who looked. Never shown without the look being recorded.

use chrono::{DateTime, Utc};
use domain::ids::CustomerId;
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{Server, sql};

/// A contact that was on file before.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ContactBefore {
    /// `email` or `phone`.
    pub kind: String,
    /// What it was.
    pub value: String,
    /// Until when.
    pub until_at: DateTime<Utc>,
}

/// That somebody of the staff looked.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// At what, as the audit trail calls it: `customers.look`.
    pub action: String,
}

/// Keeps a contact that is about to change.
pub(crate) async fn keep(server: &Server, tx: &mut Tx, customer: CustomerId, kind: &str, was: Option<&str>) -> Result<()> {
    let Some(was) = was.filter(|was| !was.is_empty()) else { return Ok(()) };
    sql!(tx, execute: "insert into contacts_before (id, customer_id, kind, value, until_at) values ($1, $2, $3, $4, $5)",
        server.id::<Uuid>(), customer.0, kind, was, server.clock.now())?;
    Ok(())
}

pub(super) async fn contacts(conn: &mut Conn, customer: CustomerId) -> Result<Vec<ContactBefore>> {
    Ok(
        sql!(conn, all ContactBefore: "select kind, value, until_at from contacts_before where customer_id = $1 order by until_at desc, id desc limit 20",
        customer.0)?,
    )
}

pub(super) async fn looks(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Look>> {
    Ok(sql!(conn, all Look: "select e.at, s.name as by, e.action from audit_events e join staff s on s.id = e.actor_id
        where e.customer_id = $1 and e.actor_kind = 'staff' and e.action in ('customers.look', 'statement.look', 'bills.look', 'requests.look', 'papers.open', 'papers.issue')
        order by e.seq desc limit 50", customer.0)?)
}
