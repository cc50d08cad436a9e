//! Moving every file from one place to another while the portal runs: files never change, so copying them needs no pause. Never
//! removes one from the old place before every one is proven to lie in the new.
//!
//! Copy as often as wanted; stop the portal, copy what came since, name the new place in the settings, start it; then remove the old.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use tokio::fs::File;

use super::named;
use super::place::Place;
use super::store::{Got, Store};
use crate::error::{Error, Result};
use crate::{Server, sealing, sql};

/// Files on their way at the same time.
pub(super) const AT_ONCE: usize = 8;
/// Rows read at once.
const PAGE: i64 = 500;

/// What came of a move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Files that the database knows and the new place now holds, each read back from there and held against its name.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that were copied now; the others were there.
    pub copied: u64,
    /// SHA-256 of files that something names and the old place does not hold.
    pub missing: Vec<String>,
    /// SHA-256 of files whose bytes in the old place are others now. They are not copied.
    pub changed: Vec<String>,
    /// Files removed from the old place.
    pub removed: u64,
    /// Files left in the old place: the database does not know them, or they came while this was done.
    pub left: u64,
}

impl Moved {
    /// Whether every file that something names lies in the new place.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty()
    }
}

/// Copies every file that the new place does not hold yet. Stopped, it goes on where it was; done, it does nothing but look.
///
/// # Errors
/// The database's and the disks'; [`Error::Files`]. What was copied stays.
pub async fn copy(server: &Server, from: &Store, to: &Store, progress: impl FnMut(&Moved)) -> Result<Moved> {
    Ok(copy_all(server, from, to, progress).await?.0)
}

/// As [`copy`], with the files that lie in neither place.
async fn copy_all(server: &Server, from: &Store, to: &Store, mut progress: impl FnMut(&Moved)) -> Result<(Moved, HashSet<String>)> {
    let (mut moved, mut nowhere) = (Moved::default(), HashSet::new());
    let mut rows = rows(server);
    while let Some(page) = rows.next().await? {
        let mut files = futures::stream::iter(page)
            .map(|row| async move {
                let came = copy_one(from, to, &row).await?;
                Ok::<_, Error>((row, came))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((row, came)) = files.try_next().await? {
            match came {
                Came::There { bytes, copied } => {
                    moved.files += 1;
                    moved.bytes += bytes;
                    moved.copied += u64::from(copied);
                }
                Came::Missing => {
                    // Without a name it was reserved by somebody whose bytes never came.
                    if row.named {
                        moved.missing.push(row.hash.clone());
                    }
                    nowhere.insert(row.hash);
                }
                Came::Changed => moved.changed.push(row.hash),
            }
            progress(&moved);
        }
    }
    moved.missing.sort();
    moved.changed.sort();
    Ok((moved, nowhere))
}

/// Removes every file from the old place, once each of them is proven to lie in the one that the settings name.
///
/// # Errors
/// [`Error::Config`] when the old place is the one that the settings name; as [`copy`]. A file that the new place lacks ends it
/// before anything is removed: the answer then says which.
pub async fn remove(server: &Server, from: &Place, mut progress: impl FnMut(&Moved)) -> Result<Moved> {
    let (store, began) = (Store::open(from)?, server.clock.now());
    if same(&store, &server.files).await? {
        return Err(Error::Config(format!("files: {from} is where the portal keeps its files; name the new place in the settings first")));
    }
    let from = store;
    // What came between the last copy and the switch is brought along.
    let (mut moved, nowhere) = copy_all(server, &from, &server.files, &mut progress).await?;
    if !moved.whole() {
        return Ok(moved);
    }
    let mut rows = rows(server);
    while let Some(page) = rows.next().await? {
        // What a process that still has the old settings brought meanwhile was not looked at: it stays until the next time.
        for row in page.into_iter().filter(|row| row.stored_at < began && !nowhere.contains(&row.hash)) {
            from.remove(&row.hash).await?;
            moved.removed += 1;
            progress(&moved);
        }
    }
    let mut left = from.list();
    while left.try_next().await?.is_some() {
        moved.left += 1;
    }
    Ok(moved)
}

/// Whether two places are one, under whatever names: what is put into the first is then found in the second.
async fn same(one: &Store, other: &Store) -> Result<bool> {
    let incoming = one.incoming().await?;
    let bytes = sealing::random::<32>();
    tokio::fs::write(incoming.path(), bytes).await?;
    let hash = sealing::sha256(&bytes);
    one.put(incoming, &hash).await?;
    let found = other.get(&hash).await;
    one.remove(&hash).await?;
    Ok(found?.is_some())
}

enum Came {
    There { bytes: u64, copied: bool },
    Missing,
    Changed,
}

/// Copies one file and reads it back.
async fn copy_one(from: &Store, to: &Store, row: &Row) -> Result<Came> {
    if let Some(Got { whole: true, size, .. }) = to.get(&row.hash).await? {
        return Ok(Came::There { bytes: size, copied: false });
    }
    let Some(mut got) = from.get(&row.hash).await? else { return Ok(Came::Missing) };
    if !got.whole {
        return Ok(Came::Changed);
    }
    let incoming = to.incoming().await?;
    let mut file = File::create_new(incoming.path()).await?;
    tokio::io::copy(&mut got.file, &mut file).await?;
    file.sync_all().await?;
    drop(file);
    to.put(incoming, &row.hash).await?;
    match to.get(&row.hash).await? {
        Some(Got { whole: true, size, .. }) => Ok(Came::There { bytes: size, copied: true }),
        _ => Err(Error::Corrupt("file: the new place does not give back what was put there")),
    }
}

/// A file that the database knows.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) hash: String,
    stored_at: DateTime<Utc>,
    /// Whether a request or a document names it.
    pub(super) named: bool,
}

/// All files that the database knows, page by page, in the order of their names.
pub(super) fn rows(server: &Server) -> Rows<'_> {
    Rows { server, after: String::new() }
}

pub(super) struct Rows<'a> {
    server: &'a Server,
    after: String,
}

impl Rows<'_> {
    /// The next page; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Row>>> {
        let mut conn = self.server.db.read().await?;
        let page = sql!(conn, all Row: concat!("select f.hash, f.stored_at, ", named!("f.hash"), " as named
            from files f where f.hash > $1 order by f.hash limit $2"), self.after.as_str(), PAGE)?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after.clone_from(&last.hash);
        Ok(Some(page))
    }
}
