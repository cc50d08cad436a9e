//! The versions of a policy: written once, never changed. What was decided by one keeps it; the highest that has begun holds.

use chrono::{DateTime, NaiveDate, Utc};
use domain::policies::{Any, Kind};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Versions shown.
const SHOWN: i64 = 50;

/// A version of a policy, without what it says.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    /// Its number.
    pub version: i64,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// Why it was made.
    pub note: String,
    /// Who made it; none where it came from the creditor's file.
    pub made_by: Option<String>,
    /// When, where that is known.
    pub made_at: Option<DateTime<Utc>>,
    /// Who put it into force, where that was somebody else.
    pub approved_by: Option<String>,
    /// What it says, as JSON.
    pub(crate) body: String,
}

/// The newest versions, the newest first.
pub(crate) async fn list(conn: &mut Conn, kind: &str) -> Result<Vec<Version>> {
    Ok(
        sql!(conn, all Version: "select cast(p.version as bigint) as version, p.valid_from, p.note, m.name as made_by, p.made_at, a.name as approved_by, p.body
        from policies p left join staff m on m.id = p.made_by left join staff a on a.id = p.approved_by
        where p.kind = $1 order by p.version desc limit $2", kind, SHOWN)?,
    )
}

/// The newest version there is, whether it has begun or not; 0 before anything was set.
pub(crate) async fn newest(conn: &mut Conn, kind: &str) -> Result<i64> {
    let (newest,) = sql!(conn, one (i64,): "select cast(coalesce(max(version), 0) as bigint) from policies where kind = $1", kind)?;
    Ok(newest)
}

/// What the newest version says, whether it has begun or not.
pub(crate) async fn newest_body(conn: &mut Conn, kind: Kind) -> Result<Any> {
    let body = sql!(conn, optional (String,): "select body from policies where kind = $1 order by version desc limit 1", kind.as_str())?;
    body.map_or_else(|| Ok(Any::default_of(kind)), |(body,)| parse(kind, &body))
}

/// What a version says.
pub(crate) fn parse(kind: Kind, body: &str) -> Result<Any> {
    fn of<T: DeserializeOwned>(body: &str) -> Result<T> {
        serde_json::from_str(body).map_err(|_| Error::Corrupt("policy"))
    }
    Ok(match kind {
        Kind::Plans => Any::Plans(of(body)?),
        Kind::Promises => Any::Promises(of(body)?),
        Kind::Refunds => Any::Refunds(of(body)?),
        Kind::Reach => Any::Reach(of(body)?),
        Kind::Defaults => Any::Defaults(of(body)?),
    })
}

/// What a policy says, as it is kept.
pub(crate) fn body(policy: &Any) -> Result<String> {
    domain::with_policy!(policy, policy => serde_json::to_string(policy)).map_err(|_| Error::Corrupt("policy"))
}

/// A version to be written.
pub(crate) struct New<'a> {
    pub(crate) kind: &'a str,
    /// The newest version its maker had looked at.
    pub(crate) base: i64,
    pub(crate) valid_from: NaiveDate,
    pub(crate) body: &'a str,
    pub(crate) note: &'a str,
    /// Who made it: not who is putting it into force, where that is another.
    pub(crate) made_by: Uuid,
    /// What the audit tells besides kind and version.
    pub(crate) detail: serde_json::Value,
}

/// Writes the next version, with its audit event. Of two who do so at once, the second is told.
pub(crate) async fn write(server: &Server, tx: &mut Tx, staff: &Staff, new: &New<'_>) -> Result<i64> {
    if newest(tx, new.kind).await? != new.base {
        return Err(Error::Overtaken("policy_changed"));
    }
    let (id, version): (Uuid, i64) = (server.id(), new.base + 1);
    let approved_by = (staff.id().0 != new.made_by).then_some(staff.id().0);
    // Two who both saw the same newest version meet at the unique number.
    let written = sql!(tx, execute: "insert into policies (id, kind, version, valid_from, body, made_by, made_at, approved_by, note)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (kind, version) do nothing",
        id, new.kind, i32::try_from(version).unwrap_or(i32::MAX), new.valid_from, new.body, new.made_by, server.clock.now(), approved_by, new.note)?;
    if written == 0 {
        return Err(Error::Overtaken("policy_changed"));
    }
    let mut detail = json!({ "kind": new.kind, "version": version, "valid_from": new.valid_from, "note": new.note });
    if let (Some(all), Some(more)) = (detail.as_object_mut(), new.detail.as_object()) {
        all.extend(more.clone());
    }
    record(server, tx, staff.actor(), "policies.save", id, detail).await?;
    Ok(version)
}

/// What somebody did to a policy or its draft.
pub(crate) async fn record(server: &Server, tx: &mut Tx, actor: Actor, action: &str, id: Uuid, detail: serde_json::Value) -> Result<()> {
    let event = Event { actor, action, subject_kind: "policy", subject_id: Some(id), customer: None, detail };
    audit::record(server, tx, event).await
}
