//! The next version of a policy: written by one person, looked at with its preview, and put into force by the same or by another.
//!
//! Never changes a version that is there, and decides nothing that was asked before: what was decided keeps the version it was decided by.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::policies::{Any, Change, Kind, PolicyForm, WhenForm};
use serde_json::json;
use uuid::Uuid;

use super::previews;
use super::versions::{self, New, Version};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Who writes policies and puts them into force. Everybody of staff may look: they answer customers by them.
const KEEPERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// Drafts that may wait at once, of one policy: more, and nobody looks at any.
const MOST_OPEN: i64 = 10;

/// A version with what it says and how it differs from the one before it.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who, when, why.
    pub version: Version,
    /// What differs from the one before it; of the first shown, nothing.
    pub changes: Vec<Change>,
}

/// A policy, its versions, and the drafts of the next one.
#[derive(Clone, Debug)]
pub struct Room {
    /// What holds today.
    pub policy: Any,
    /// The number of the version that holds today; 0 when none was ever set.
    pub in_force: i64,
    /// The newest version, which may begin later; the next one is made from it.
    pub newest: i64,
    /// What the newest says: what a new form begins with.
    pub next_from: Any,
    /// The newest versions, the newest first.
    pub versions: Vec<Past>,
    /// Drafts that wait, for those who may put them into force.
    pub drafts: Vec<Waiting>,
    /// Whether whoever looks may write the next version.
    pub may_change: bool,
}

/// A draft that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    /// Which.
    pub id: Uuid,
    /// The first day it would hold.
    pub valid_from: NaiveDate,
    /// Why.
    pub note: String,
    /// Who wrote it.
    pub name: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// A draft, whole.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who, when, why.
    pub waiting: Waiting,
    /// What it says.
    pub policy: Any,
    /// What holds today.
    pub now: Any,
    /// The newest version when it was written.
    pub base: i64,
    /// What differs from what holds today.
    pub changes: Vec<Change>,
    /// Whether another version was made since it was written: it cannot be put into force any more.
    pub overtaken: bool,
    /// Whether somebody else has to put it into force, since it grants more and whoever looks wrote it.
    pub needs_another: bool,
    /// Whether it grants more than what holds.
    pub grants_more: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    waiting: Waiting,
    base_version: i64,
    body: String,
    made_by: Uuid,
}

/// Whether this role writes policies and puts them into force.
#[must_use]
pub fn may_change(staff: &Staff) -> bool {
    KEEPERS.contains(&staff.role())
}

/// One policy with its versions.
///
/// # Errors
/// [`Error::NotFound`] when the word names none.
pub async fn see(server: &Server, staff: &Staff, kind: Kind) -> Result<Room> {
    let mut conn = server.db.read().await?;
    let today = server.clock.today();
    let versions = versions::list(&mut conn, kind.as_str()).await?;
    let policy = super::any(server, &mut conn, kind).await?;
    let next_from = versions::newest_body(&mut conn, kind).await?;
    let may_change = may_change(staff);
    let drafts = if may_change {
        sql!(conn, all Waiting: "select d.id, d.valid_from, d.note, s.name, d.made_at from policy_drafts d join staff s on s.id = d.made_by
            where d.kind = $1 and d.ended_at is null order by d.made_at, d.id", kind.as_str())?
    } else {
        Vec::new()
    };
    drop(conn);
    let in_force = versions.iter().find(|version| version.valid_from <= today).map_or(0, |version| version.version);
    let newest = versions.first().map_or(0, |version| version.version);
    let said = versions.iter().map(|version| versions::parse(kind, &version.body)).collect::<Result<Vec<_>>>()?;
    let changes = |at: usize| said.get(at + 1).map_or_else(Vec::new, |older| said[at].changes_since(older));
    let versions = versions.into_iter().enumerate().map(|(at, version)| Past { changes: changes(at), version }).collect();
    Ok(Room { policy, in_force, newest, next_from, versions, drafts, may_change })
}

/// Keeps what somebody wrote as a draft, to be looked at. Nothing holds by it yet.
///
/// # Errors
/// [`Error::Form`] by field; [`Error::Overtaken`] when a version was made since `base` was looked at; [`Error::Refused`] when nothing would
/// change.
pub async fn propose(server: &Server, staff: &Staff, kind: Kind, base: i64, form: &PolicyForm, when: &WhenForm) -> Result<Uuid> {
    staff.only(KEEPERS)?;
    let today = server.clock.today();
    let mut tx = server.db.write().await?;
    let newest = versions::newest_body(&mut tx, kind).await?;
    let (policy, said) = match (newest.read(form), when.parse(today)) {
        (Ok(policy), Ok(said)) => (policy, said),
        (policy, said) => return Err(Error::Form(policy.err().into_iter().chain(said.err()).flatten().collect())),
    };
    let (valid_from, note) = said;
    if versions::newest(&mut tx, kind.as_str()).await? != base {
        return Err(Error::Overtaken("policy_changed"));
    }
    if policy.changes_since(&newest).is_empty() && policy.changes_since(&super::any(server, &mut tx, kind).await?).is_empty() {
        return Err(Error::Refused("policy_unchanged"));
    }
    let (waiting,) = sql!(tx, one (i64,): "select count(*) from policy_drafts where kind = $1 and ended_at is null", kind.as_str())?;
    if waiting >= MOST_OPEN {
        return Err(Error::Refused("policy_drafts_many"));
    }
    let id: Uuid = server.id();
    sql!(tx, execute: "insert into policy_drafts (id, kind, base_version, valid_from, body, note, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id, kind.as_str(), i32::try_from(base).unwrap_or(i32::MAX), valid_from, versions::body(&policy)?, note.as_str(), staff.id().0, server.clock.now())?;
    let detail = json!({ "kind": kind, "base": base, "valid_from": valid_from, "note": note });
    versions::record(server, &mut tx, staff.actor(), "policies.propose", id, detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// A draft that waits, held against what is in force.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] when there is none, or not any more.
pub async fn draft(server: &Server, staff: &Staff, kind: Kind, id: Uuid) -> Result<Draft> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    let row = row(&mut conn, kind, id).await?.ok_or(Error::NotFound)?;
    whole(server, &mut conn, staff, kind, row).await
}

async fn row(conn: &mut Conn, kind: Kind, id: Uuid) -> Result<Option<Row>> {
    Ok(
        sql!(conn, optional Row: "select d.id, d.valid_from, d.note, s.name, d.made_at, cast(d.base_version as bigint) as base_version, d.body, d.made_by
        from policy_drafts d join staff s on s.id = d.made_by where d.id = $1 and d.kind = $2 and d.ended_at is null", id, kind.as_str())?,
    )
}

async fn whole(server: &Server, conn: &mut Conn, staff: &Staff, kind: Kind, row: Row) -> Result<Draft> {
    let policy = versions::parse(kind, &row.body)?;
    let now = super::any(server, conn, kind).await?;
    let newest = versions::newest_body(conn, kind).await?;
    // Held against what holds today and against what would hold from that day on: a generous version that two decided for next year is no
    // leave for one to bring it forward.
    let grants_more = policy.grants_more_than(&now) || policy.grants_more_than(&newest);
    Ok(Draft {
        changes: policy.changes_since(&now),
        overtaken: versions::newest(conn, kind.as_str()).await? != row.base_version,
        needs_another: grants_more && row.made_by == staff.id().0,
        base: row.base_version,
        waiting: row.waiting,
        policy,
        now,
        grants_more,
    })
}

/// Puts a draft into force, from its day on.
///
/// Four eyes where it grants more than what holds: more discount, more installments, a higher automatic limit, a shorter cooling-off. Such
/// a version gives away the creditor's money on every later request without a person looking, and whoever writes it might be its first
/// customer's friend; a wrong figure in it is found by the second reader, not by the auditor. What grants less, or neither, one may put
/// into force alone: it can be mended tomorrow, and a mistake that gives too much away has to be stopped by whoever is there.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when a version was made since it was written, or somebody was first;
/// [`Error::Refused`] where somebody else has to do it.
pub async fn put_into_force(server: &Server, staff: &Staff, kind: Kind, id: Uuid) -> Result<i64> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    let ended = end(server, &mut tx, staff, kind, id).await?;
    let draft = whole(server, &mut tx, staff, kind, ended).await?;
    // Before anything else is said of it: it was compared with a version that is no longer the newest.
    if draft.overtaken {
        return Err(Error::Overtaken("policy_changed"));
    }
    if draft.needs_another {
        return Err(Error::Refused("policy_four_eyes"));
    }
    let (version, made_by) = (draft.base + 1, sql!(tx, one (Uuid,): "select made_by from policy_drafts where id = $1", id)?.0);
    let policy = match draft.policy {
        // Agreements and their evidence name the version by this.
        Any::Plans(plans) => Any::Plans(domain::agreements::policy::PlanPolicy { version: version.to_string(), ..plans }),
        other => other,
    };
    let (body, valid_from) = (versions::body(&policy)?, draft.waiting.valid_from.max(server.clock.today()));
    let new = New {
        kind: kind.as_str(),
        base: draft.base,
        valid_from,
        body: &body,
        note: &draft.waiting.note,
        made_by,
        detail: json!({ "draft": id, "grants_more": draft.grants_more }),
    };
    let version = versions::write(server, &mut tx, staff, &new).await?;
    sql!(tx, execute: "update policy_drafts set version = $2 where id = $1", id, i32::try_from(version).unwrap_or(i32::MAX))?;
    tx.commit().await?;
    Ok(version)
}

/// Drops a draft; it stays in the records.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when somebody was first.
pub async fn drop_draft(server: &Server, staff: &Staff, kind: Kind, id: Uuid) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    end(server, &mut tx, staff, kind, id).await?;
    versions::record(server, &mut tx, staff.actor(), "policies.drop", id, json!({ "kind": kind })).await?;
    tx.commit().await
}

/// Takes a draft, which only one can.
async fn end(server: &Server, tx: &mut crate::db::Tx, staff: &Staff, kind: Kind, id: Uuid) -> Result<Row> {
    let found = row(tx, kind, id).await?;
    let taken = sql!(tx, execute: "update policy_drafts set ended_at = $2, ended_by = $3 where id = $1 and kind = $4 and ended_at is null",
        id, server.clock.now(), staff.id().0, kind.as_str())?;
    match (found, taken) {
        (Some(row), 1) => Ok(row),
        _ => {
            let known = sql!(tx, optional (Uuid,): "select id from policy_drafts where id = $1 and kind = $2", id, kind.as_str())?;
            Err(if known.is_some() { Error::Overtaken("policy_changed") } else { Error::NotFound })
        }
    }
}

// ---- what a draft would have made of the past ----

/// The preview of a draft, where its policy has one.
#[derive(Clone, Debug)]
pub enum Preview {
    /// Of plans.
    Plans(Box<previews::plans::Preview>),
    /// Of promises.
    Promises(previews::promises::Preview),
    /// There is nothing in the past that it could be held against.
    None,
}

/// What a draft would have made of the last `days` days; see [`previews::SPANS`].
///
/// # Errors
/// As [`draft`].
pub async fn preview(server: &Server, staff: &Staff, kind: Kind, id: Uuid, days: u32) -> Result<(Draft, Preview)> {
    let draft = draft(server, staff, kind, id).await?;
    let preview = match (&draft.now, &draft.policy) {
        (Any::Plans(now), Any::Plans(next)) => Preview::Plans(Box::new(previews::plans::preview(server, now, next, days).await?)),
        (Any::Promises(now), Any::Promises(next)) => Preview::Promises(previews::promises::preview(server, now, next, days).await?),
        _ => Preview::None,
    };
    Ok((draft, preview))
}

/// The same to be taken along as a file, which is told.
///
/// # Errors
/// As [`draft`].
pub async fn preview_file(server: &Server, staff: &Staff, kind: Kind, id: Uuid, days: u32) -> Result<(Draft, Preview)> {
    let found = preview(server, staff, kind, id, days).await?;
    let mut tx = server.db.write().await?;
    versions::record(server, &mut tx, staff.actor(), "policies.export", id, json!({ "kind": kind, "days": days })).await?;
    tx.commit().await?;
    Ok(found)
}
