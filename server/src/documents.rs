//! Documents made available to a customer: NFS-e, letters, terms. Never makes one; the bytes lie under their own SHA-256.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

use bytes::Bytes;
use chrono::NaiveDate;
use domain::ids::{BillId, CustomerId, DocumentId};
use futures::Stream;
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::audit::{self, Event};
use crate::bills::LAST_DAY;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::Download;
use crate::sessions::{Customer, Staff};
use crate::{Server, files, sql};

/// Documents of one page.
const PAGE: usize = 40;

/// A document in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Document {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: DocumentId,
    /// What it is, as imported: `nfse_pdf`, `nfse_xml`, `letter` …
    pub kind: String,
    /// Name of the file.
    pub name: String,
    /// The month it belongs to: `2026-11`; empty for none.
    pub competence: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// Size in bytes.
    pub size: i64,
    /// Media type.
    pub media_type: String,
}

/// Which documents. Empty texts stand for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: String,
    /// Of this month: `2026-11`.
    pub competence: String,
    /// After this one.
    pub after: Option<DocumentId>,
}

/// A page of documents, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// Newest first.
    pub documents: Vec<Document>,
    /// The last of this page, when there are more.
    pub next: Option<DocumentId>,
}

/// Documents, newest first.
///
/// # Errors
/// [`Error::NotFound`] when `after` is not this customer's.
pub async fn list(server: &Server, customer: &Customer, filter: &Filter) -> Result<Page> {
    let mut conn = server.db.read().await?;
    let (before, id) = match filter.after {
        None => (LAST_DAY, Uuid::max()),
        Some(id) => {
            let (on,) = sql!(conn, optional (NaiveDate,): "select issued_on from documents where id = $1 and customer_id = $2", id.0, customer.id().0)?
                .ok_or(Error::NotFound)?;
            (on, id.0)
        }
    };
    let mut documents = sql!(conn, all Document:
        "select d.id, d.kind, d.name, d.competence, d.issued_on, f.size, f.media_type from documents d join files f on f.hash = d.file_hash
          where d.customer_id = $1 and (d.issued_on, d.id) < ($2, $3) and ($4 = '' or d.kind = $4) and ($5 = '' or d.competence = $5)
          order by d.issued_on desc, d.id desc limit $6",
        customer.id().0, before, id, filter.kind.as_str(), filter.competence.as_str(), i64::try_from(PAGE).unwrap_or(0) + 1)?;
    let more = documents.len() > PAGE;
    documents.truncate(PAGE);
    Ok(Page { next: documents.last().filter(|_| more).map(|document| document.id), documents })
}

/// One of the customer's documents, to be sent.
///
/// # Errors
/// [`Error::NotFound`]; a file that is not where it should be, or not what it was; [`Error::Files`].
pub async fn open(server: &Server, customer: &Customer, id: DocumentId) -> Result<Download> {
    let mut conn = server.db.read().await?;
    let found = sql!(conn, optional Stored:
        "select d.name, f.media_type, f.hash from documents d join files f on f.hash = d.file_hash where d.id = $1 and d.customer_id = $2",
        id.0, customer.id().0)?;
    drop(conn);
    opened(server, found.ok_or(Error::NotFound)?).await
}

/// Anybody's document, for staff; the look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`]; a file that is not where it should
/// be, or not what it was; [`Error::Files`].
pub async fn open_for_staff(server: &Server, staff: &Staff, id: DocumentId) -> Result<Download> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let (customer,) = sql!(tx, optional (Uuid,): "select customer_id from documents where id = $1", id.0)?.ok_or(Error::NotFound)?;
    let found = sql!(tx, one Stored:
        "select d.name, f.media_type, f.hash from documents d join files f on f.hash = d.file_hash where d.id = $1", id.0)?;
    let event = Event {
        actor: staff.actor(),
        action: "documents.open",
        subject_kind: "document",
        subject_id: Some(id.0),
        customer: Some(CustomerId(customer)),
        detail: json!({}),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    opened(server, found).await
}

/// Documents of one archive.
pub const MOST: i64 = 1_000;

/// The filter's documents, the newest first and a thousand at most, as one ZIP that is made while it is sent: in a folder for each
/// month, none in memory as a whole.
///
/// # Errors
/// The database's; [`Error::NotFound`] when there are none. What goes wrong later ends the stream with an error.
pub async fn zip(server: &Server, customer: &Customer, filter: &Filter) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
    let mut conn = server.db.read().await?;
    let found = sql!(conn, all (String, String, String):
        "select d.competence, d.name, d.file_hash from documents d
          where d.customer_id = $1 and ($2 = '' or d.kind = $2) and ($3 = '' or d.competence = $3) order by d.issued_on desc, d.id desc limit $4",
        customer.id().0, filter.kind.as_str(), filter.competence.as_str(), MOST)?;
    drop(conn);
    if found.is_empty() {
        return Err(Error::NotFound);
    }
    let mut names = HashSet::new();
    let mut files = Vec::with_capacity(found.len());
    for (competence, name, hash) in found {
        files.push((unique(&mut names, &competence, &name), hash));
    }
    let (sender, receiver) = mpsc::channel(8);
    let (server, runtime) = (server.clone(), tokio::runtime::Handle::current());
    tokio::task::spawn_blocking(move || {
        let (pipe, broken) = (Pipe(sender.clone()), sender);
        // One file at a time is fetched, when the one before it is sent.
        let open = |hash: &str| runtime.block_on(async { Ok(files::open(&server, hash).await?.file.into_std().await) });
        if let Err(error) = archive(pipe, &files, open) {
            // When nobody listens any more, nobody need be told.
            let _ = broken.blocking_send(Err(error));
        }
    });
    Ok(futures::stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|part| (part, receiver)) }))
}

/// A name that no other file of the archive has, and that leads out of no folder.
fn unique(names: &mut HashSet<String>, competence: &str, name: &str) -> String {
    let plain =
        |text: &str| -> String { text.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect() };
    let (folder, name) = (if competence.is_empty() { String::new() } else { format!("{}/", plain(competence)) }, plain(name));
    let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let mut full = format!("{folder}{name}");
    let mut n = 2;
    while !names.insert(full.clone()) {
        full = format!("{folder}{stem} ({n}){ending}");
        n += 1;
    }
    full
}

fn archive(pipe: Pipe, files: &[(String, String)], open: impl Fn(&str) -> Result<std::fs::File>) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(BufWriter::with_capacity(64 * 1024, pipe));
    for (name, hash) in files {
        let mut file = open(hash).map_err(io::Error::other)?;
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        io::copy(&mut file, &mut zip)?;
    }
    zip.finish()?.into_inner().flush()
}

/// Writes into a stream, and waits for whoever reads it.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The documents of one bill, newest first.
pub(crate) async fn of_bill(conn: &mut Conn, customer: CustomerId, bill: BillId) -> Result<Vec<Document>> {
    Ok(sql!(conn, all Document:
        "select d.id, d.kind, d.name, d.competence, d.issued_on, f.size, f.media_type from documents d join files f on f.hash = d.file_hash
          where d.bill_id = $1 and d.customer_id = $2 order by d.issued_on desc, d.id desc limit 40", bill.0, customer.0)?)
}

#[derive(sqlx::FromRow)]
struct Stored {
    name: String,
    media_type: String,
    hash: String,
}

async fn opened(server: &Server, stored: Stored) -> Result<Download> {
    files::download(server, &stored.hash, stored.name, stored.media_type).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_inside() {
        let mut names = HashSet::new();
        let mut name = |competence: &str, name: &str| unique(&mut names, competence, name);
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota.pdf");
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota (2).pdf");
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota (3).pdf");
        assert_eq!(name("", "../../etc/passwd"), "..-..-etc-passwd");
        assert_eq!(name("", "carta"), "carta");
        assert_eq!(name("", "carta"), "carta (2)");
    }
}
