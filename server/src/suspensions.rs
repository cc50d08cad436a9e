//! Contracts whose service stands still, and those whose service came back although what was late then is unpaid. The creditor's own system
//! suspends and reconnects; here it is only looked at, next to the ledger. Never suspends anything.

use chrono::{Days, NaiveDate};
use domain::ids::CustomerId;
use domain::money::Money;
use domain::statement::late_before;
use serde_json::json;

use crate::audit::{self, Event};
use crate::error::Result;
use crate::sessions::Staff;
use crate::{Server, policies, sql};

/// Lines of each part of the page; the file has all.
pub const SHOWN: usize = 100;
/// How far back a reconnection is looked for.
const DAYS_BACK: u64 = 365;

/// A contract that is or was suspended.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// Its number.
    pub number: String,
    /// Whose.
    #[sqlx(try_from = "uuid::Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Suspended or reconnected since; not known for what was suspended before the portal learned of it.
    pub since_on: Option<NaiveDate>,
    /// Open of the bills that were late then (today, for one that is suspended), and neither disputed nor in an agreement.
    #[sqlx(try_from = "i64")]
    pub unpaid: Money,
    /// Open of the others that were late: in an agreement, or disputed.
    #[sqlx(try_from = "i64")]
    pub arranged: Money,
}

/// Both parts.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Suspended now, those with most unpaid first.
    pub suspended: Vec<Line>,
    /// Reconnected within a year while bills of before are unpaid to this day.
    pub reconnected: Vec<Line>,
}

/// What is suspended, and what came back without having been paid.
///
/// # Errors
/// [`crate::Error::Forbidden`] for a role that has no business with customers.
pub async fn report(server: &Server, staff: &Staff) -> Result<Report> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let (today, calendar) = (server.clock.today(), policies::calendar(&mut conn).await?);
    let late = late_before(today, &calendar);
    let suspended = sql!(conn, all Line: "select k.number, k.customer_id as customer, c.name,
            (select max(h.since_on) from contract_changes h where h.contract_id = k.id and h.state = 'suspended') as since_on,
            (select cast(coalesce(sum(b.balance), 0) as bigint) from bills b
              where b.contract_id = k.id and b.balance <> 0 and b.balance > 0 and b.due_on < $1 and b.standing = 'open') as unpaid,
            (select cast(coalesce(sum(b.balance), 0) as bigint) from bills b
              where b.contract_id = k.id and b.balance <> 0 and b.balance > 0 and b.due_on < $1 and b.standing <> 'open') as arranged
        from contracts k join customers c on c.id = k.customer_id where k.state = 'suspended' order by unpaid desc, k.number, k.id", late)?;
    // A bill is late on the day it came back if it was due before it; of what has been paid since, nothing is open.
    let reconnected = sql!(conn, all Line: "select number, customer, name, since_on, unpaid, arranged from (
            select k.id, k.number, k.customer_id as customer, c.name, h.since_on,
                (select cast(coalesce(sum(b.balance), 0) as bigint) from bills b
                  where b.contract_id = k.id and b.balance <> 0 and b.balance > 0 and b.due_on < h.since_on and b.standing = 'open') as unpaid,
                (select cast(coalesce(sum(b.balance), 0) as bigint) from bills b
                  where b.contract_id = k.id and b.balance <> 0 and b.balance > 0 and b.due_on < h.since_on and b.standing <> 'open') as arranged
            from contract_changes h join contracts k on k.id = h.contract_id join customers c on c.id = k.customer_id
            where h.was = 'suspended' and h.since_on >= $1 and h.state = 'active' and k.state = 'active'
              and not exists (select 1 from contract_changes later where later.contract_id = h.contract_id
                    and (later.since_on, later.at, later.id) > (h.since_on, h.at, h.id))) back
        where unpaid > 0 order by unpaid desc, number, id", today - Days::new(DAYS_BACK))?;
    Ok(Report { suspended, reconnected })
}

/// The same, to be taken away as a file: that is recorded.
///
/// # Errors
/// As [`report`].
pub async fn take(server: &Server, staff: &Staff) -> Result<Report> {
    let report = report(server, staff).await?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "suspensions.take",
        subject_kind: "report",
        subject_id: None,
        customer: None,
        detail: json!({ "suspended": report.suspended.len(), "reconnected": report.reconnected.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(report)
}
