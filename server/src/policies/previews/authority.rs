//! A draft of who may approve how much held against decisions that were taken: how many would have needed somebody else.
//!
//! Of its time are amount, kind, who prepared and who approved; the role of whoever approved is today's.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::actors::{Role, Who};
use domain::ids::StaffId;
use domain::money::Money;
use domain::requests::policy::Policy;
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Case, Kind, Refused, Status, step};
use uuid::Uuid;

use super::{MOST_CASES, since};
use crate::error::{Error, Result};
use crate::{Server, sql};

/// What a decision would have needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    /// Somebody who may approve more.
    Higher,
    /// A second person.
    Second,
}

/// A decision that the draft would not have let its author take alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Of which request.
    pub protocol: Protocol,
    /// Its kind.
    pub kind: Kind,
    /// When.
    pub on: NaiveDate,
    /// The money.
    pub amount: Money,
    /// The role of whoever took it.
    pub role: Role,
    /// What it would have needed.
    pub needed: Needed,
}

/// Decisions by both policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The first day looked at.
    pub from: NaiveDate,
    /// Approvals looked at.
    pub decisions: usize,
    /// Whether there were more.
    pub capped: bool,
    /// Those that would have needed somebody else by what holds today.
    pub now: BTreeMap<Needed, usize>,
    /// The same by the draft.
    pub draft: BTreeMap<Needed, usize>,
    /// Those by the draft, the newest first.
    pub changed: Vec<Decision>,
}

#[derive(sqlx::FromRow)]
struct Row {
    protocol: String,
    kind: String,
    amount: i64,
    off_policy: bool,
    from_status: String,
    at: chrono::DateTime<chrono::Utc>,
    actor_id: Uuid,
    role: String,
    prepared_by: Option<Uuid>,
}

/// Works it out.
pub(crate) async fn preview(server: &Server, now: &Policy, draft: &Policy, days: u32) -> Result<Preview> {
    let mut conn = server.db.read().await?;
    let (from, begins) = since(server, days);
    let most = i64::try_from(MOST_CASES).unwrap_or(i64::MAX);
    let mut rows = sql!(conn, all Row: "select r.protocol, r.kind, r.amount, r.off_policy, e.from_status, e.at, e.actor_id, s.role,
            (select p.actor_id from request_events p where p.request_id = e.request_id and p.action = 'prepare' and p.id < e.id
             order by p.id desc limit 1) as prepared_by
        from request_events e join requests r on r.id = e.request_id join staff s on s.id = e.actor_id
        where e.action = 'approve' and e.actor_kind = 'staff' and e.at >= $1 order by e.at desc, e.id desc limit $2", begins, most + 1)?;
    drop(conn);
    let capped = rows.len() > MOST_CASES;
    rows.truncate(MOST_CASES);
    let mut preview = Preview { from, decisions: rows.len(), capped, ..Preview::default() };
    for row in rows {
        let corrupt = || Error::Corrupt("decision");
        let (kind, status): (Kind, Status) = (row.kind.parse().map_err(|_| corrupt())?, row.from_status.parse().map_err(|_| corrupt())?);
        let role: Role = row.role.parse().map_err(|_| corrupt())?;
        let (id, amount) = (StaffId(row.actor_id), Money::cents(row.amount));
        let case = Case {
            kind,
            status,
            amount,
            off_policy: row.off_policy,
            // Who approved had it in hand, or it was prepared for them.
            assigned_to: Some(row.prepared_by.map_or(id, StaffId)).filter(|_| status == Status::Prepared).or(Some(id)),
            prepared_by: row.prepared_by.map(StaffId).filter(|_| status == Status::Prepared),
        };
        let needs = |policy: &Policy| match step(&case, Action::Approve, Who::Staff { id, role }, policy) {
            Err(Refused::AboveYourLimit { .. }) => Some(Needed::Higher),
            Err(Refused::NeedsFourEyes) => Some(Needed::Second),
            _ => None,
        };
        if let Some(needed) = needs(now) {
            *preview.now.entry(needed).or_default() += 1;
        }
        if let Some(needed) = needs(draft) {
            *preview.draft.entry(needed).or_default() += 1;
            let protocol = row.protocol.parse().map_err(|_| corrupt())?;
            preview.changed.push(Decision { protocol, kind, on: server.clock.local(row.at).date_naive(), amount, role, needed });
        }
    }
    Ok(preview)
}
