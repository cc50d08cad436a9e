//! What people upload: streamed to disk while it is hashed, told by its content, kept under its SHA-256 outside the site.
//! Never holds a whole file in memory, never serves one for display, never changes a byte.

pub mod sniff;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::forms::Problem;
use domain::ids::{CustomerId, RequestId, UploadId};
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{Server, sql};

/// The most bytes of one file: 10 MiB, a page scanned in colour at 600 dpi.
pub const LARGEST: u32 = 10 * 1024 * 1024;
/// The most files in one form.
pub const MOST: u16 = 10;
/// The field of every form that takes files.
pub const FIELD: &str = "files";

/// Where files lie until they are whole and known.
pub(crate) const INCOMING: &str = "incoming";
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

/// Receives one file. `name` is only for showing: nothing is told by it.
///
/// # Errors
/// [`Error::Form`] at [`FIELD`] with [`Problem::FileEmpty`], [`Problem::FileTooLarge`], [`Problem::FileType`],
/// [`Problem::FilePolyglot`], [`Problem::FileEncrypted`] or [`Problem::FileDamaged`]; the disk's and the stream's.
pub async fn receive<S, E>(server: &Server, stream: S, name: &str) -> Result<Stored>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let folder = server.config.files.join(INCOMING);
    tokio::fs::create_dir_all(&folder).await?;
    let incoming = Incoming(folder.join(format!("{}.part", Uuid::now_v7())));
    let (hash, size) = write(&incoming.0, stream).await?;
    let path = incoming.0.clone();
    let told = tokio::task::spawn_blocking(move || sniff::sniff(&mut std::fs::File::open(path)?))
        .await
        .map_err(|_| Error::Io(std::io::Error::other("reading stopped")))??;
    let media = told.map_err(|problem| Error::field(FIELD, problem))?;
    let mut tx = server.db.write().await?;
    // The row first: it makes a sweep of the same content wait, or this one wait for the sweep.
    sql!(tx, execute: "insert into files (hash, size, media_type, stored_at) values ($1, $2, $3, $4)
         on conflict (hash) do update set stored_at = excluded.stored_at",
        hash.as_str(), i64::try_from(size).unwrap_or(i64::MAX), media.as_str(), server.clock.now())?;
    place(server, &incoming.0, &hash).await?;
    tx.commit().await?;
    Ok(Stored { hash, size, media_type: media.as_str().to_owned(), name: harmless(name) })
}

/// A file on its way, removed unless it was moved to its place.
struct Incoming(PathBuf);

impl Drop for Incoming {
    fn drop(&mut self) {
        // Nothing to remove when it was moved; what cannot be removed now is swept later.
        let _ = std::fs::remove_file(&self.0);
    }
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

/// Moves a whole file to its place and makes the move durable.
async fn place(server: &Server, from: &Path, hash: &str) -> Result<()> {
    let to = path(server, hash)?;
    let folder = to.parent().ok_or(Error::Corrupt("file hash"))?.to_owned();
    tokio::fs::create_dir_all(&folder).await?;
    tokio::fs::rename(from, &to).await?;
    tokio::fs::File::open(&folder).await?.sync_all().await?;
    Ok(())
}

/// Where the file of a hash lies: `ab/cd/abcd…` under the folder for files.
///
/// # Errors
/// Something that is no SHA-256: a path is never made of what is not.
pub fn path(server: &Server, hash: &str) -> Result<PathBuf> {
    if hash.len() != 64 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Error::Corrupt("file hash"));
    }
    Ok(server.config.files.join(&hash[..2]).join(&hash[2..4]).join(hash))
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
#[derive(Clone, Debug)]
pub struct Download {
    /// Where its bytes are.
    pub path: PathBuf,
    /// What its sender called it.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How many bytes.
    pub size: u64,
}

/// Removes what was left behind: files that never became whole, and stored ones that no request and no document names.
/// Says how many.
///
/// # Errors
/// The database's and the disk's.
pub async fn sweep(server: &Server) -> Result<usize> {
    let mut removed = sweep_incoming(&server.config.files.join(INCOMING)).await?;
    let before = server.clock.now() - TimeDelta::hours(UNUSED_AFTER_HOURS);
    let mut conn = server.db.read().await?;
    let unused = sql!(conn, all (String,): "select hash from files f where stored_at < $1
        and not exists (select 1 from uploads u where u.file_hash = f.hash)
        and not exists (select 1 from documents d where d.file_hash = f.hash) limit 1000", before)?;
    drop(conn);
    for (hash,) in unused {
        let mut tx = server.db.write().await?;
        let gone = sql!(tx, execute: "delete from files where hash = $1 and stored_at < $2
            and not exists (select 1 from uploads u where u.file_hash = files.hash)
            and not exists (select 1 from documents d where d.file_hash = files.hash)", hash.as_str(), before)?;
        if gone == 1 {
            // Before the commit: whoever brings the same content again waits for it, and puts the file back.
            match tokio::fs::remove_file(path(server, &hash)?).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => removed += 1,
            }
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
        let modified = entry.metadata().await?.modified()?;
        if SystemTime::now().duration_since(modified).is_ok_and(|age| age > ORPHAN_AFTER) {
            tokio::fs::remove_file(entry.path()).await?;
            removed += 1;
        }
    }
    Ok(removed)
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
