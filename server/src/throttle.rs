//! Slows down guessing. Never locks anybody out for good: a window passes, and the next try is heard.

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
