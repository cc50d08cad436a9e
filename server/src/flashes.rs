//! A refused form, kept for the page that shows it again: sealed, for ten minutes. Never in a URL, never in a log.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::{Server, sql};

const PURPOSE: &str = "flash";

/// Keeps a form; the id goes into the browser's cookie.
///
/// # Errors
/// The database's.
pub async fn keep(server: &Server, form: &impl Serialize) -> Result<Uuid> {
    let json = serde_json::to_string(form).map_err(|_| Error::Corrupt("flash"))?;
    let sealed = server.config.keys.seal(PURPOSE, &json)?;
    let id = Uuid::new_v4();
    let now = server.clock.now();
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "delete from flashes where expires_at < $1", now)?;
    sql!(tx, execute: "insert into flashes (id, sealed, expires_at) values ($1, $2, $3)", id, sealed, now + TimeDelta::minutes(10))?;
    tx.commit().await?;
    Ok(id)
}

/// The form kept under an id, as long as it is there. It stays until it expires: a reload shows the same page.
///
/// # Errors
/// The database's.
pub async fn find<T: DeserializeOwned>(server: &Server, id: Uuid) -> Result<Option<T>> {
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional (String, DateTime<Utc>): "select sealed, expires_at from flashes where id = $1", id)?;
    let Some((sealed, expires_at)) = row else { return Ok(None) };
    if expires_at < server.clock.now() {
        return Ok(None);
    }
    let json = server.config.keys.open(PURPOSE, &sealed)?;
    Ok(serde_json::from_str(&json).ok())
}
