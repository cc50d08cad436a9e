//! The creditor's rules for requests, seen and changed: each change is a version more. What was opened under an older one keeps what it had.
//!
//! Whoever decides requests never sets how much they may decide: limits are the administrator's.

use chrono::NaiveDate;
use domain::actors::Role;
use domain::requests::policy::Policy;
use domain::requests::rules::RulesForm;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, policies, sql};

/// Who sees the rules, and changes where requests go.
const ROUTERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// Who changes how much may be approved.
const KEEPERS: &[Role] = &[Role::Administrator];
/// Versions shown.
const SHOWN: i64 = 20;
/// The kind of these rules among the policies.
const KIND: &str = "requests";

/// A version of the rules.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    /// Its number.
    pub version: i64,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// Who made it, where it was made on a screen.
    pub name: Option<String>,
}

/// The rules as they hold.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What holds today.
    pub policy: Policy,
    /// The newest version there is; 0 before anything was set.
    pub version: i64,
    /// The newest versions, the newest first.
    pub versions: Vec<Version>,
    /// Whether whoever looks may change how much is approved.
    pub keeps_authority: bool,
}

/// Which half of the rules is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Where requests go, and by when they are answered.
    Routing,
    /// Who may approve how much.
    Authority,
}

/// The rules.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn see(server: &Server, staff: &Staff) -> Result<Rules> {
    staff.only(ROUTERS)?;
    let mut conn = server.db.read().await?;
    let policy = policies::requests(server, &mut conn).await?;
    let versions = sql!(conn, all Version: "select cast(p.version as bigint) as version, p.valid_from, s.name from policies p
        left join audit_events a on a.subject_id = p.id and a.action = 'policies.save' left join staff s on s.id = a.actor_id
        where p.kind = $1 order by p.version desc limit $2", KIND, SHOWN)?;
    let version = versions.first().map_or(0, |newest| newest.version);
    Ok(Rules { policy, version, versions, keeps_authority: staff.only(KEEPERS).is_ok() })
}

/// Makes a version with one half changed. It holds from today on, for requests that are opened then and for steps that are taken then.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`]; [`Error::Overtaken`] when somebody made a version since `version` was looked at.
pub async fn save(server: &Server, staff: &Staff, half: Half, version: i64, form: &RulesForm) -> Result<i64> {
    staff.only(if half == Half::Routing { ROUTERS } else { KEEPERS })?;
    let mut tx = server.db.write().await?;
    let base = policies::requests(server, &mut tx).await?;
    let policy = match half {
        Half::Routing => form.parse_routing(&base)?,
        Half::Authority => form.parse_authority(&base)?,
    };
    let (newest,) = sql!(tx, one (i64,): "select cast(coalesce(max(version), 0) as bigint) from policies where kind = $1", KIND)?;
    if newest != version {
        return Err(Error::Overtaken("rules_changed"));
    }
    let (id, next): (Uuid, i64) = (server.id(), newest + 1);
    let body = serde_json::to_string(&policy).map_err(|_| Error::Corrupt("policy"))?;
    let written = sql!(tx, execute: "insert into policies (id, kind, version, valid_from, body) values ($1, $2, $3, $4, $5) on conflict (kind, version) do nothing",
        id, KIND, i32::try_from(next).unwrap_or(i32::MAX), server.clock.today(), body)?;
    if written == 0 {
        return Err(Error::Overtaken("rules_changed"));
    }
    let event = Event {
        actor: staff.actor(),
        action: "policies.save",
        subject_kind: "policy",
        subject_id: Some(id),
        customer: None,
        detail: json!({ "kind": KIND, "version": next, "half": if half == Half::Routing { "routing" } else { "authority" } }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(next)
}
