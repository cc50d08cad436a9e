//! Keys of the HTTP API: made and revoked at a terminal or by staff, shown once, kept as a digest. Never kept so that one could be
//! read back: whoever has lost a key makes another.

use chrono::{DateTime, Utc};
use domain::actors::Role;
use domain::api_keys::Scope;
use domain::ids::ApiKeyId;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sealing::{random, same};
use crate::sessions::Hand;
use crate::{Server, sql};

/// What every key begins with, so that a scanner for leaked secrets knows one.
const BRAND: &str = "emdia_";
/// Bytes of a prefix: one among 2^40, and unique.
const PREFIX: usize = 5;
/// Bytes of the secret: 256 bits, which nobody guesses.
const SECRET: usize = 32;
const PURPOSE: &str = "api key";
/// A key is marked as used at most this often, so that reading does not write.
const TOUCH_SECONDS: i64 = 60;
/// The longest name.
const LONGEST_NAME: u16 = 80;

/// A system of the creditor's that showed a key which is ours and was not revoked. To hold one is to be that system.
#[derive(Clone, Debug)]
pub struct ApiKey {
    id: ApiKeyId,
    name: String,
    prefix: String,
    scopes: Vec<Scope>,
}

impl ApiKey {
    /// Which.
    #[must_use]
    pub fn id(&self) -> ApiKeyId {
        self.id
    }

    /// What it was called when it was made.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it begins with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What it opens.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// As the audit trail names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Key(self.id)
    }

    /// Refuses what the key was not made for.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn may(&self, scope: Scope) -> Result<()> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// A key as the list shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: ApiKeyId,
    /// What it is called.
    pub name: String,
    /// What it begins with.
    pub prefix: String,
    /// Words of [`Scope`], with blanks between.
    pub scopes: String,
    /// Made.
    pub created_at: DateTime<Utc>,
    /// Last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// Revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key that was just made, in clear: to be shown once and kept nowhere.
pub struct Made {
    /// What it begins with, in the list.
    pub prefix: String,
    /// The whole of it.
    pub key: String,
}

/// Who keeps the installation: the administrator, or whoever has the terminal.
pub(crate) fn keeper(hand: Hand<'_>) -> Result<Actor> {
    hand.only(&[Role::Administrator]).map(|()| hand.actor())
}

/// Makes a key.
///
/// # Errors
/// [`Error::Config`] without a name or a scope.
pub async fn create(server: &Server, name: &str, scopes: &[Scope]) -> Result<Made> {
    let name = domain::forms::text(name, LONGEST_NAME)
        .map_err(|_| Error::Config(format!("a name of 1 to {LONGEST_NAME} characters is needed")))?;
    if scopes.is_empty() {
        return Err(Error::Config("at least one scope is needed".into()));
    }
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    let words = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let (id, prefix, secret): (ApiKeyId, _, _) = (server.id(), hex::encode(random::<PREFIX>()), hex::encode(random::<SECRET>()));
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into api_keys (id, name, prefix, secret_hash, scopes, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0, name.as_str(), prefix.as_str(), digest(server, &prefix, &secret), words.as_str(), server.clock.now())?;
    record(server, &mut tx, Actor::System, "api_keys.create", id, json!({ "prefix": prefix, "scopes": words })).await?;
    tx.commit().await?;
    Ok(Made { key: format!("{BRAND}{prefix}_{secret}"), prefix })
}

/// Every key, the newest first.
///
/// # Errors
/// [`Error::Forbidden`] for staff who do not keep the installation.
pub async fn list(server: &Server, hand: Hand<'_>) -> Result<Vec<Listed>> {
    keeper(hand)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Listed: "select id, name, prefix, scopes, created_at, used_at, revoked_at from api_keys order by id desc limit 500")?)
}

/// Revokes a key: from now on it opens nothing.
///
/// # Errors
/// [`Error::NotFound`] for a prefix of no key; [`Error::Overtaken`] when it was revoked already; [`Error::Forbidden`].
pub async fn revoke(server: &Server, hand: Hand<'_>, prefix: &str) -> Result<()> {
    let actor = keeper(hand)?;
    let prefix = prefix.strip_prefix(BRAND).unwrap_or(prefix);
    let mut tx = server.db.write().await?;
    let revoked = sql!(tx, optional (Uuid,): "update api_keys set revoked_at = $2 where prefix = $1 and revoked_at is null returning id",
        prefix, server.clock.now())?;
    let Some((id,)) = revoked else {
        let known = sql!(tx, optional (Uuid,): "select id from api_keys where prefix = $1", prefix)?;
        return Err(if known.is_some() { Error::Overtaken("key_revoked") } else { Error::NotFound });
    };
    record(server, &mut tx, actor, "api_keys.revoke", ApiKeyId(id), json!({ "prefix": prefix })).await?;
    tx.commit().await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    secret_hash: String,
    scopes: String,
    used_at: Option<DateTime<Utc>>,
}

/// Whose key this is, if it is one that opens anything. That it was used is noted, to the minute.
///
/// # Errors
/// The database's. A text that is no key is no error.
pub async fn find(server: &Server, key: &str) -> Result<Option<ApiKey>> {
    let Some((prefix, secret)) = key.strip_prefix(BRAND).and_then(|rest| rest.split_once('_')) else { return Ok(None) };
    if prefix.len() != 2 * PREFIX || secret.len() != 2 * SECRET {
        return Ok(None);
    }
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select id, name, secret_hash, scopes, used_at from api_keys where prefix = $1 and revoked_at is null", prefix)?;
    drop(conn);
    // Worked out for a prefix of nobody as well, so that both take the same time.
    let shown = digest(server, prefix, secret);
    let Some(row) = row.filter(|row| same(&row.secret_hash, &shown)) else { return Ok(None) };
    let now = server.clock.now();
    if row.used_at.is_none_or(|used_at| (now - used_at).num_seconds() >= TOUCH_SECONDS) {
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "update api_keys set used_at = $2 where id = $1 and revoked_at is null", row.id, now)?;
        tx.commit().await?;
    }
    // A word that is none of ours was written by a newer program: it opens nothing here.
    let scopes = row.scopes.split(' ').filter_map(|word| word.parse().ok()).collect();
    Ok(Some(ApiKey { id: ApiKeyId(row.id), name: row.name, prefix: prefix.to_owned(), scopes }))
}

fn digest(server: &Server, prefix: &str, secret: &str) -> String {
    server.config.keys.digest(PURPOSE, &format!("{prefix}_{secret}"))
}

async fn record(server: &Server, tx: &mut Tx, actor: Actor, action: &str, id: ApiKeyId, detail: serde_json::Value) -> Result<()> {
    let event = Event { actor, action, subject_kind: "api_key", subject_id: Some(id.0), customer: None, detail };
    audit::record(server, tx, event).await
}
