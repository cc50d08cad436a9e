//! Slows down guessing, and systems that ask for more than their share. Never locks anybody out for good: a window passes, and the next try is heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use uuid::Uuid;

use crate::Server;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sql;

/// So many tries in so many seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Tries in one window.
    pub hits: i32,
    /// The window's length in seconds.
    pub seconds: i64,
}

/// Counts one try under `key` (a digest, never a document or an address in clear).
///
/// # Errors
/// [`Error::Throttled`] with the seconds until the window ends. The try is counted all the same when the caller commits.
pub async fn hit(server: &Server, tx: &mut Tx, key: &str, limit: Limit) -> Result<()> {
    let now = server.clock.now().timestamp();
    let start = now - now.rem_euclid(limit.seconds);
    let (hits,) = sql!(tx, one (i32,):
        "insert into throttles (key, window_start, hits) values ($1, $2, 1)
         on conflict (key, window_start) do update set hits = throttles.hits + 1 returning hits", key, start)?;
    if hits > limit.hits.saturating_mul(server.config.throttle) { Err(Error::Throttled(start + limit.seconds - now)) } else { Ok(()) }
}

/// Forgets windows that have passed.
pub(crate) async fn sweep(server: &Server, tx: &mut Tx) -> Result<()> {
    let day_ago = server.clock.now().timestamp() - 86_400;
    sql!(tx, execute: "delete from throttles where window_start < $1", day_ago)?;
    Ok(())
}

/// Counts what is asked for by those who have shown who they are, in this process's memory: a share of what it can do, no secret to
/// guess, and not worth a write for each. With several processes each gives out its own share.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<HashMap<Uuid, (i64, i32)>>>);

/// What is left of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of so many.
    pub of: i32,
    /// Hits that are left; none when this one is too many.
    pub hits: Option<i32>,
    /// Seconds until the window ends.
    pub seconds: i64,
}

impl Meter {
    /// Counts one hit of whoever has this id.
    #[must_use]
    pub fn hit(&self, server: &Server, who: Uuid, limit: Limit) -> Left {
        let now = server.clock.now().timestamp();
        let start = now - now.rem_euclid(limit.seconds);
        let of = limit.hits.saturating_mul(server.config.throttle);
        let seconds = start + limit.seconds - now;
        // A thread that panicked while it counted leaves a count behind, which is as good as any.
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let window = windows.entry(who).or_insert((start, 0));
        if window.0 != start {
            *window = (start, 0);
        }
        window.1 = window.1.saturating_add(1);
        Left { of, hits: (window.1 <= of).then_some(of - window.1), seconds }
    }
}
