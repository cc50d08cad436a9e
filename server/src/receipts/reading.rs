//! What stands on an upload, read once and kept sealed. A file that cannot be read has no text; nothing else is held up by it.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::receipts::reading::{Found, Said, TextLine, read as find};
use tokio::io::AsyncReadExt;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::{self, LARGEST, Stored};
use crate::pictures::{Failure, Paper};
use crate::{Server, sql};

/// What the sealed text and the digests are for.
const PURPOSE: &str = "readings";
/// How long whoever sends a file waits for it to be read; whoever looks at it later waits for the rest.
const SOON: Duration = Duration::from_secs(4);
/// What was too heavy in a bad hour is tried again after this long.
const AGAIN_AFTER_HOURS: i64 = 24;

/// What stands on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its pages, or why there are none.
    pub paper: std::result::Result<Paper, Failure>,
    /// What was found in their words.
    pub found: Vec<Found>,
}

impl Reading {
    fn of(paper: std::result::Result<Paper, Failure>) -> Self {
        let found = paper.as_ref().map(|paper| find(&lines(paper))).unwrap_or_default();
        Self { paper, found }
    }
}

/// The words of a paper, line by line, as [`domain::receipts::reading::Span`] counts them.
#[must_use]
pub fn lines(paper: &Paper) -> Vec<TextLine<'_>> {
    paper
        .pages
        .iter()
        .enumerate()
        .flat_map(|(page, of_it)| of_it.lines.iter().map(move |line| TextLine { page, text: &line.text }))
        .collect()
}

/// What is kept of a file; none when nobody read it yet.
///
/// # Errors
/// The database's; [`Error::Corrupt`] when what is kept cannot be opened.
pub(crate) async fn kept(server: &Server, conn: &mut Conn, hash: &str) -> Result<Option<Reading>> {
    let row = sql!(conn, optional (String, Option<String>, DateTime<Utc>): "select state, paper_sealed, read_at from readings where file_hash = $1", hash)?;
    let Some((state, sealed, at)) = row else { return Ok(None) };
    let paper = match (state.as_str(), sealed) {
        ("read", Some(sealed)) => {
            let text = server.config.keys.open(PURPOSE, &sealed)?;
            Ok(serde_json::from_str(&text).map_err(|_| Error::Corrupt("reading"))?)
        }
        ("heavy", _) if at + TimeDelta::hours(AGAIN_AFTER_HOURS) < server.clock.now() => return Ok(None),
        ("heavy", _) => Err(Failure::Heavy),
        _ => Err(Failure::Unreadable),
    };
    Ok(Some(Reading::of(paper)))
}

/// What stands on a file, read now if nobody read it yet. No transaction is open meanwhile.
///
/// # Errors
/// [`Error::Files`] when it is away; [`Error::NotFound`]; the database's.
pub(crate) async fn read(server: &Server, hash: &str, media_type: &str) -> Result<Reading> {
    let mut conn = server.db.read().await?;
    if let Some(reading) = kept(server, &mut conn, hash).await? {
        return Ok(reading);
    }
    drop(conn);
    let bytes = bytes(server, hash).await?;
    let reading = Reading::of(server.pictures.read(media_type, bytes).await);
    keep(server, hash, &reading).await?;
    Ok(reading)
}

/// The bytes of a file, whole: it was no larger than [`LARGEST`] when it came.
pub(crate) async fn bytes(server: &Server, hash: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files::open(server, hash).await?.file.take(u64::from(LARGEST)).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

async fn keep(server: &Server, hash: &str, reading: &Reading) -> Result<()> {
    let (state, sealed) = match &reading.paper {
        Ok(paper) => {
            let text = serde_json::to_string(paper).map_err(|_| Error::Corrupt("reading"))?;
            ("read", Some(server.config.keys.seal(PURPOSE, &text)?))
        }
        Err(Failure::Heavy) => ("heavy", None),
        Err(Failure::Unreadable) => ("unreadable", None),
    };
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into readings (file_hash, state, paper_sealed, read_at) values ($1, $2, $3, $4)
        on conflict (file_hash) do update set state = excluded.state, paper_sealed = excluded.paper_sealed, read_at = excluded.read_at",
        hash, state, sealed, server.clock.now())?;
    for digest in marks(server, &reading.found) {
        sql!(tx, execute: "insert into reading_marks (file_hash, digest) values ($1, $2) on conflict do nothing", hash, digest)?;
    }
    tx.commit().await
}

/// Digests of the numbers that exist once: a Pix transfer's, and the bank's authentication.
fn marks(server: &Server, found: &[Found]) -> BTreeSet<String> {
    let number = |found: &Found| match &found.said {
        Said::Transfer { id } => Some(format!("transfer/{id}")),
        Said::Authentication { code } => Some(format!("authentication/{code}")),
        _ => None,
    };
    found.iter().filter_map(number).map(|number| server.config.keys.digest(PURPOSE, &number)).collect()
}

/// Reads files that somebody just sent, for as long as they may wait. What is not read by then is read when somebody looks at it.
pub(crate) async fn soon(server: &Server, files: &[Stored]) {
    let all = async {
        for file in files {
            if let Err(error) = read(server, &file.hash, &file.media_type).await {
                tracing::warn!(%error, "an upload was not read");
            }
        }
    };
    let _ = tokio::time::timeout(SOON, all).await;
}
