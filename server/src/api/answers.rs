//! The same request twice: whoever sends an `Idempotency-Key` again is answered with what was answered first, for a day. Never runs the
//! same key twice at once, never takes it for another request.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde_json::Value;

use super::Api;
use super::problems::{Problem, What};
use crate::api_keys::ApiKey;
use crate::error::{Error, Result};
use crate::imports::Reason;
use crate::sealing::sha256;
use crate::{Server, sql};

const HEADER: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const PURPOSE: &str = "api answer";
/// An answer is given again for so long.
const LASTS_HOURS: i64 = 24;
/// Nothing takes longer: what has no answer by then was left by a process that ended.
const STUCK_MINUTES: i64 = 10;
/// The longest key.
const LONGEST: u16 = 200;

/// Does the work of a request once for its key. Without one, it simply does it.
pub(super) async fn once(
    api: &Api,
    key: &ApiKey,
    parts: &Parts,
    body: &[u8],
    work: impl Future<Output = Result<(StatusCode, Value), Problem>> + Send + 'static,
) -> Result<Response, Problem> {
    let Some(name) = name(parts)? else {
        let (status, answer) = work.await?;
        return Ok((status, axum::Json(answer)).into_response());
    };
    let server = api.server.clone();
    let row = Row {
        key: key.id().0,
        name: server.config.keys.digest(PURPOSE, &name),
        request: sha256(&[parts.method.as_str().as_bytes(), b"\n", parts.uri.path().as_bytes(), b"\n", body].concat()),
    };
    if let Some(first) = row.begin(&server).await? {
        return Ok(first);
    }
    // A connection that breaks must not break the work off: whoever asks again wants its answer.
    let done = tokio::spawn(async move {
        match work.await {
            Ok((status, answer)) => {
                row.keep(&server, status, &answer).await?;
                Ok((status, answer))
            }
            Err(problem) => {
                // What was not done may be asked for again.
                row.forget(&server).await?;
                Err(problem)
            }
        }
    });
    let (status, answer) = done.await.map_err(|_| What::Broken)??;
    Ok((status, axum::Json(answer)).into_response())
}

fn name(parts: &Parts) -> Result<Option<String>, Problem> {
    let mut values = parts.headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::header(HEADER, Reason::RepeatedHere));
    }
    match value.to_str().map(str::trim) {
        Ok("") => Err(Problem::header(HEADER, Reason::Missing)),
        Ok(name) if name.len() > usize::from(LONGEST) => Err(Problem::header(HEADER, Reason::TooLongText { max: LONGEST })),
        Ok(name) => Ok(Some(name.to_owned())),
        Err(_) => Err(Problem::header(HEADER, Reason::Character { at: 1 })),
    }
}

struct Row {
    key: uuid::Uuid,
    name: String,
    request: String,
}

impl Row {
    /// Takes the key for this request, or says what was answered to it.
    async fn begin(&self, server: &Server) -> Result<Option<Response>, Problem> {
        let now = server.clock.now();
        let mut tx = server.db.write().await?;
        // What has aged, and what was left behind, makes room first.
        let (old, stuck) = (now - TimeDelta::hours(LASTS_HOURS), now - TimeDelta::minutes(STUCK_MINUTES));
        sql!(tx, execute: "delete from api_answers where key_id = $1 and name_hash = $2 and (created_at < $3 or (status is null and created_at < $4))",
            self.key, self.name.as_str(), old, stuck)
        .map_err(Error::from)?;
        let won = sql!(tx, execute: "insert into api_answers (key_id, name_hash, request_hash, created_at) values ($1, $2, $3, $4)
            on conflict (key_id, name_hash) do nothing", self.key, self.name.as_str(), self.request.as_str(), now)
        .map_err(Error::from)?;
        if won == 1 {
            tx.commit().await?;
            return Ok(None);
        }
        let (request, status, sealed) = sql!(tx, one (String, Option<i32>, Option<String>):
            "select request_hash, status, body_sealed from api_answers where key_id = $1 and name_hash = $2", self.key, self.name.as_str())
        .map_err(Error::from)?;
        drop(tx);
        if request != self.request {
            return Err(What::KeyReused.into());
        }
        let Some((status, sealed)) = status.zip(sealed) else { return Err(Problem { retry_after: Some(1), ..What::InProgress.into() }) };
        let body = server.config.keys.open(PURPOSE, &sealed)?;
        let answer: Value = serde_json::from_str(&body).map_err(|_| Error::Corrupt("answer of the API"))?;
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
        Ok(Some((status, [(REPLAYED, HeaderValue::from_static("true"))], axum::Json(answer)).into_response()))
    }

    /// Keeps the answer. It may name people: it is sealed.
    async fn keep(&self, server: &Server, status: StatusCode, answer: &Value) -> Result<()> {
        let sealed = server.config.keys.seal(PURPOSE, &answer.to_string())?;
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "update api_answers set status = $3, body_sealed = $4 where key_id = $1 and name_hash = $2",
            self.key, self.name.as_str(), i32::from(status.as_u16()), sealed)?;
        tx.commit().await
    }

    async fn forget(&self, server: &Server) -> Result<()> {
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "delete from api_answers where key_id = $1 and name_hash = $2 and status is null", self.key, self.name.as_str())?;
        tx.commit().await
    }
}

/// Forgets answers that are older than a day. Says how many.
///
/// # Errors
/// The database's.
pub async fn sweep(server: &Server) -> Result<u64> {
    let before = server.clock.now() - TimeDelta::hours(LASTS_HOURS);
    let mut tx = server.db.write().await?;
    let gone = sql!(tx, execute: "delete from api_answers where created_at < $1", before)?;
    tx.commit().await?;
    Ok(gone)
}
