//! The creditor's rules for requests, seen and changed: each change is a version more. What was opened under an older one keeps what it had.
//!
//! Whoever decides requests never sets how much they may decide: limits are the administrator's.

use domain::actors::Role;
use domain::forms::{FieldError, text};
use domain::requests::policy::Policy;
use domain::requests::rules::RulesForm;
use serde_json::json;

use crate::error::{Error, Result};
use crate::policies::previews::authority::{self, Preview};
use crate::policies::versions::{self, New, Version};
use crate::sessions::Staff;
use crate::{Server, policies};

/// Who sees the rules, and changes where requests go.
const ROUTERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// Who changes how much may be approved.
const KEEPERS: &[Role] = &[Role::Administrator];
/// The kind of these rules among the policies.
const KIND: &str = "requests";

/// A version with what it changed.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who, when, why.
    pub version: Version,
    /// Fields with what they said before it and after it; of the first shown, none.
    pub changes: Vec<(String, String, String)>,
}

/// The rules as they hold.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What holds today.
    pub policy: Policy,
    /// The newest version there is; 0 before anything was set.
    pub version: i64,
    /// The newest versions, the newest first.
    pub versions: Vec<Past>,
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
    let versions = versions::list(&mut conn, KIND).await?;
    drop(conn);
    let said: Vec<Policy> =
        versions.iter().map(|one| serde_json::from_str(&one.body).map_err(|_| Error::Corrupt("policy"))).collect::<Result<_>>()?;
    let version = versions.first().map_or(0, |newest| newest.version);
    let changes = |at: usize| said.get(at + 1).map_or_else(Vec::new, |older| RulesForm::differences(older, &said[at]));
    let versions = versions.into_iter().enumerate().map(|(at, version)| Past { changes: changes(at), version }).collect();
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
    let policy = read(half, form, &base);
    let note = text(form.text("note"), 500).map_err(|problem| vec![FieldError::new("note", problem)]);
    let (policy, note) = match (policy, note) {
        (Ok(policy), Ok(note)) => (policy, note),
        (policy, note) => return Err(Error::Form(policy.err().into_iter().chain(note.err()).flatten().collect())),
    };
    let body = serde_json::to_string(&policy).map_err(|_| Error::Corrupt("policy"))?;
    let new = New {
        kind: KIND,
        base: version,
        valid_from: server.clock.today(),
        body: &body,
        note: &note,
        made_by: staff.id().0,
        detail: json!({ "half": if half == Half::Routing { "routing" } else { "authority" } }),
    };
    let version = versions::write(server, &mut tx, staff, &new).await?;
    tx.commit().await?;
    Ok(version)
}

fn read(half: Half, form: &RulesForm, base: &Policy) -> std::result::Result<Policy, Vec<FieldError>> {
    match half {
        Half::Routing => form.parse_routing(base),
        Half::Authority => form.parse_authority(base),
    }
}

/// What other limits would have made of the decisions of the last days.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`].
pub async fn preview(server: &Server, staff: &Staff, form: &RulesForm, days: u32) -> Result<Preview> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    let now = policies::requests(server, &mut conn).await?;
    drop(conn);
    let draft = read(Half::Authority, form, &now)?;
    authority::preview(server, &now, &draft, days).await
}
