//! What people upload, and documents: streamed to disk while it is hashed, told by its content, kept under its SHA-256 in a folder
//! or a bucket. Never holds a whole file in memory, never serves one for display, never changes a byte.
//!
//! A row of `files` is written before its bytes are put into their place, and for a day nobody sweeps what has one: so no
//! transaction is open while bytes travel. A row whose bytes never came belongs to nobody, and is swept.

mod bucket;
mod folder;
pub mod moving;
pub mod place;
pub mod sniff;
pub mod store;

use std::path::Path;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::forms::Problem;
use domain::ids::{CustomerId, RequestId, UploadId};
use futures::{Stream, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sealing::sha256;
use crate::{Server, rows, sql};
use store::Got;

/// The most bytes of one file: 10 MiB, a page scanned in colour at 600 dpi.
pub const LARGEST: u32 = 10 * 1024 * 1024;
/// The most files in one form.
pub const MOST: u16 = 10;
/// The field of every form that takes files.
pub const FIELD: &str = "files";

/// A file still incoming after this long was left by a process or a browser that went away.
const ORPHAN_AFTER: Duration = Duration::from_secs(3_600);
/// A stored file that no request names after this long belonged to a form that was never finished.
const UNUSED_AFTER_HOURS: i64 = 24;

/// A file that was received whole, of a type that is taken. It belongs to nobody until a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// SHA-256 of the bytes, in hexadecimal.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
    /// What it is, by its content.
    pub media_type: String,
    /// What its sender calls it, made harmless.
    pub name: String,
}

/// Whether a request, a document, a proposal to write off, or a file from a bank or to it names a stored file.
macro_rules! named {
    ($hash:literal) => {
        concat!(
            "(exists (select 1 from uploads u where u.file_hash = ",
            $hash,
            ") or exists (select 1 from documents d where d.file_hash = ",
            $hash,
            ") or exists (select 1 from return_files r where r.file_hash = ",
            $hash,
            ") or exists (select 1 from remessas m where m.file_hash = ",
            $hash,
            ") or exists (select 1 from write_off_files w where w.file_hash = ",
            $hash,
            "))"
        )
    };
}
pub(crate) use named;

/// Keeps bytes that are known already for what they are. What nothing names within a day is swept away.
///
/// # Errors
/// [`Error::Files`]; the disk's.
pub(crate) async fn keep(server: &Server, bytes: &[u8], media_type: &str, name: &str) -> Result<()> {
    let incoming = server.files.incoming().await?;
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(incoming.path()).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    let stored = Stored { hash: sha256(bytes), size: bytes.len() as u64, media_type: media_type.to_owned(), name: harmless(name) };
    reserve(server, std::slice::from_ref(&stored)).await?;
    server.files.put(incoming, &stored.hash).await
}

/// Receives one file. `name` is only for showing: nothing is told by it.
///
/// # Errors
/// [`Error::Form`] at [`FIELD`] with [`Problem::FileEmpty`], [`Problem::FileTooLarge`], [`Problem::FileType`],
/// [`Problem::FilePolyglot`], [`Problem::FileEncrypted`] or [`Problem::FileDamaged`]; [`Error::Files`] when there is no place for it
/// now; the disk's and the stream's.
pub async fn receive<S, E>(server: &Server, stream: S, name: &str) -> Result<Stored>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let incoming = server.files.incoming().await?;
    let (hash, size) = write(incoming.path(), stream).await?;
    let path = incoming.path().to_owned();
    let told = tokio::task::spawn_blocking(move || sniff::sniff(&mut std::fs::File::open(path)?))
        .await
        .map_err(|_| Error::Io(std::io::Error::other("reading stopped")))??;
    let media = told.map_err(|problem| Error::field(FIELD, problem))?;
    let stored = Stored { hash, size, media_type: media.as_str().to_owned(), name: harmless(name) };
    reserve(server, std::slice::from_ref(&stored)).await?;
    server.files.put(incoming, &stored.hash).await?;
    Ok(stored)
}

/// Writes the rows of files that are about to be put into their places. A sweep of the same content is waited for; the next one
/// finds them new.
pub(crate) async fn reserve(server: &Server, files: &[Stored]) -> Result<()> {
    let now = server.clock.now();
    let mut tx = server.db.write().await?;
    rows!(
        tx,
        "insert into files (hash, size, media_type, stored_at)",
        files,
        |file| [&file.hash, i64::try_from(file.size).unwrap_or(i64::MAX), &file.media_type, now],
        "on conflict (hash) do update set stored_at = excluded.stored_at"
    );
    tx.commit().await
}

/// Writes the stream, hashing as it comes; durable when this returns.
async fn write<S, E>(path: &Path, stream: S) -> Result<(String, u64)>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut stream = std::pin::pin!(stream);
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(path).await?;
    let (mut hasher, mut size) = (Sha256::new(), 0u64);
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|error| Error::Io(std::io::Error::other(error)))?;
        size += bytes.len() as u64;
        if size > u64::from(LARGEST) {
            return Err(Error::field(FIELD, Problem::FileTooLarge { max: LARGEST }));
        }
        hasher.update(&bytes);
        file.write_all(&bytes).await?;
    }
    if size == 0 {
        return Err(Error::field(FIELD, Problem::FileEmpty));
    }
    file.sync_all().await?;
    Ok((hex::encode(hasher.finalize()), size))
}

/// Opens a stored file. Its bytes are held against its name before the first of them is handed out.
///
/// # Errors
/// [`Error::Corrupt`] for a file that is not where it should be, or not what it was; [`Error::Files`] when its place is not reached.
pub(crate) async fn open(server: &Server, hash: &str) -> Result<Got> {
    let got = server.files.get(hash).await?.ok_or(Error::Corrupt("file: it is not there"))?;
    if got.whole { Ok(got) } else { Err(Error::Corrupt("file: it is not what was stored")) }
}

/// The last part of a name, without control characters and quotes, at most 120 characters; `arquivo` when nothing is left.
fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?')).collect();
    let clean = clean.trim().trim_start_matches('.');
    let length = clean.chars().count();
    // A long name keeps its end, where its extension is.
    let kept: String = clean.chars().skip(length.saturating_sub(120)).collect();
    if kept.is_empty() { "arquivo".to_owned() } else { kept }
}

/// Checks how many files a form brings.
///
/// # Errors
/// [`Problem::TooManyFiles`].
pub fn count(files: &[Stored]) -> Result<()> {
    if files.len() > usize::from(MOST) { Err(Error::field(FIELD, Problem::TooManyFiles { max: MOST })) } else { Ok(()) }
}

/// Gives received files to a request, as part of one of its events.
pub(crate) async fn attach(
    server: &Server,
    tx: &mut Tx,
    request: RequestId,
    event: Uuid,
    customer: CustomerId,
    files: &[Stored],
) -> Result<()> {
    for file in files {
        let id: UploadId = server.id();
        sql!(tx, execute: "insert into uploads (id, request_id, event_id, customer_id, file_hash, name, uploaded_at) values ($1, $2, $3, $4, $5, $6, $7)",
            id.0, request.0, event, customer.0, file.hash.as_str(), file.name.as_str(), server.clock.now())?;
    }
    Ok(())
}

/// A file to be handed out, as an attachment and never for display.
#[derive(Debug)]
pub struct Download {
    /// What its sender calls it.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How many bytes.
    pub size: u64,
    /// The bytes.
    pub file: tokio::fs::File,
}

/// Opens a file to be handed out under a name.
///
/// # Errors
/// As [`open`].
pub(crate) async fn download(server: &Server, hash: &str, name: String, media_type: String) -> Result<Download> {
    let got = open(server, hash).await?;
    Ok(Download { name, media_type, size: got.size, file: got.file })
}

/// Removes what was left behind: files that never became whole, and stored ones that nothing names.
/// Says how many.
///
/// # Errors
/// The database's and the disk's; [`Error::Files`].
pub async fn sweep(server: &Server) -> Result<usize> {
    let mut removed = sweep_incoming(server.files.incoming_folder()).await?;
    let before = server.clock.now() - TimeDelta::hours(UNUSED_AFTER_HOURS);
    let mut conn = server.db.read().await?;
    let unused = sql!(conn, all (String,): concat!("select hash from files f where stored_at < $1 and not ", named!("f.hash"), " limit 1000"), before)?;
    drop(conn);
    for (hash,) in unused {
        let mut tx = server.db.write().await?;
        let gone = sql!(tx, execute: concat!("delete from files where hash = $1 and stored_at < $2 and not ", named!("files.hash")), hash.as_str(), before)?;
        if gone == 1 {
            // Before the commit: whoever brings the same content again waits for it, and puts the file back.
            server.files.remove(&hash).await?;
            removed += 1;
        }
        tx.commit().await?;
    }
    Ok(removed)
}

/// Removes stored files that have no row, as a move or a restored backup leaves them. Looks at every file there is, so once a day
/// is enough. Says how many.
///
/// # Errors
/// As [`sweep`].
pub async fn sweep_strays(server: &Server) -> Result<usize> {
    let before = server.clock.now() - TimeDelta::hours(UNUSED_AFTER_HOURS);
    let mut removed = 0;
    let mut files = server.files.list();
    while let Some(found) = files.try_next().await? {
        if found.at >= before {
            continue;
        }
        let mut conn = server.db.read().await?;
        let known = sql!(conn, optional (String,): "select hash from files where hash = $1", found.hash.as_str())?;
        drop(conn);
        if known.is_some() {
            continue;
        }
        // With a row of our own, whoever brings the same content waits for us; without one, somebody was first.
        let mut tx = server.db.write().await?;
        let ours = sql!(tx, execute: "insert into files (hash, size, media_type, stored_at) values ($1, 0, '', $2) on conflict (hash) do nothing",
            found.hash.as_str(), before)?;
        if ours == 1 {
            server.files.remove(&found.hash).await?;
            sql!(tx, execute: "delete from files where hash = $1", found.hash.as_str())?;
            removed += 1;
        }
        tx.commit().await?;
    }
    Ok(removed)
}

async fn sweep_incoming(folder: &Path) -> Result<usize> {
    let mut removed = 0;
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        // What is not ours, in a folder that the settings name, stays.
        if entry.path().extension().is_none_or(|ending| ending != "part") {
            continue;
        }
        let modified = entry.metadata().await?.modified()?;
        if SystemTime::now().duration_since(modified).is_ok_and(|age| age > ORPHAN_AFTER) {
            tokio::fs::remove_file(entry.path()).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// What is wrong with the files that something names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many were read.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of those that are not there.
    pub missing: Vec<String>,
    /// SHA-256 of those whose bytes are others now.
    pub changed: Vec<String>,
}

/// Reads every file that something names, and holds it against its name.
///
/// # Errors
/// The database's and the disk's; [`Error::Files`].
pub async fn verify(server: &Server) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut rows = moving::rows(server);
    while let Some(page) = rows.next().await? {
        let mut read = futures::stream::iter(page.into_iter().filter(|row| row.named))
            .map(|row| async move { Ok::<_, Error>((server.files.get(&row.hash).await?, row)) })
            .buffer_unordered(moving::AT_ONCE);
        while let Some((got, row)) = read.try_next().await? {
            checked.files += 1;
            match got {
                None => checked.missing.push(row.hash),
                Some(got) if !got.whole => checked.changed.push(row.hash),
                Some(got) => checked.bytes += got.size,
            }
        }
    }
    checked.missing.sort();
    checked.changed.sort();
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn names_are_made_harmless() {
        for (name, expected) in [
            ("comprovante.pdf", "comprovante.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\Recibo de pagamento.PDF", "Recibo de pagamento.PDF"),
            ("a\r\nb\"c<d>.png", "abcd.png"),
            (".htaccess", "htaccess"),
            ("", "arquivo"),
            ("///", "arquivo"),
        ] {
            assert_eq!(harmless(name), expected);
        }
        let long = format!("{}.pdf", "é".repeat(300));
        assert!(harmless(&long).ends_with(".pdf") && harmless(&long).chars().count() == 120);
    }
}
