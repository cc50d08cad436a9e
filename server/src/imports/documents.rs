//! Documents with their files, kept by content outside the web root. Never opens a file outside the folder of the import.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use chrono::NaiveDate;
use domain::ids::DocumentId;
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fields::{Column, ID, Row, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::store::Incoming;
use crate::{among, files, sql};

const KINDS: &[&str] = &["nfse_pdf", "nfse_xml", "letter", "statement", "clearance", "income_tax", "term", "other"];
/// A scanned contract fits; a film does not.
pub(crate) const LARGEST_MB: u64 = 25;
/// Files on their way to their place at the same time.
const AT_ONCE: usize = 4;

/// One line.
pub(super) struct Document {
    external_id: String,
    customer: String,
    bill: Option<String>,
    kind: &'static str,
    name: String,
    competence: String,
    issued_on: NaiveDate,
    file: PathBuf,
    /// SHA-256 of the file, once it is in its place, or what is wrong with it.
    kept: OnceLock<Result<String, Reason>>,
}

#[derive(PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    customer_id: Uuid,
    bill_id: Option<Uuid>,
    kind: String,
    name: String,
    competence: String,
    issued_on: NaiveDate,
    file_hash: String,
}

#[derive(sqlx::FromRow)]
struct BillRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
}

/// A file that was copied aside, not yet in its place.
struct Copied {
    hash: String,
    size: u64,
    media_type: &'static str,
}

/// What is known of the records of a batch.
struct Known {
    customers: HashMap<String, Uuid>,
    bills: HashMap<String, BillRow>,
    stored: HashMap<String, Stored>,
}

impl Record for Document {
    const KIND: Kind = Kind::Documents;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("customer", ID),
        optional("bill", ID),
        required("kind", Shape::Word(KINDS)),
        required("name", Shape::Text(200)),
        optional("competence", Shape::Month),
        required("issued_on", Shape::Date),
        required("file", Shape::File),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        Ok(Self {
            external_id: row.text("external_id")?,
            customer: row.text("customer")?,
            bill: row.reference("bill")?,
            kind: row.choice("kind", KINDS)?,
            name: row.text("name")?,
            competence: row.said("competence", |_| Ok(()))?.flatten().map(|()| row.month("competence")).transpose()?.unwrap_or_default(),
            issued_on: row.date("issued_on")?,
            file: within(&row.text("file")?).ok_or(Refused::new("file", Reason::FilePath))?,
            kept: OnceLock::new(),
        })
    }

    /// Puts the files of those that will be written into their places: what is a day old and named by nobody is swept.
    async fn prepare(run: &Run<'_>, records: &[&Self]) -> Result<()> {
        let mut conn = run.server.db.read().await?;
        let known = Known::of(&mut conn, records).await?;
        drop(conn);
        let mut files = Vec::new();
        for record in records {
            if record.owner(&known).is_ok() {
                files.push(record.bring(run, known.stored.get(&record.external_id)));
            }
        }
        futures::stream::iter(files).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let known = Known::of(tx, records).await?;
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            outcomes.push(match record.owner(&known) {
                Err(refused) => Outcome::Refused(refused),
                Ok((customer, bill)) => record.store(run, tx, customer, bill, known.stored.get(&record.external_id)).await?,
            });
        }
        Ok(outcomes)
    }
}

impl Known {
    async fn of(conn: &mut Conn, records: &[&Document]) -> Result<Self> {
        let customers = records.iter().map(|record| record.customer.as_str()).collect();
        let customers = among!(conn, (String, Uuid): "select external_id, id from customers", "external_id", customers)?;
        let bills = records.iter().filter_map(|record| record.bill.as_deref()).collect();
        let bills = among!(conn, BillRow: "select external_id, id, customer_id from bills", "external_id", bills)?;
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let stored = among!(conn, Stored:
            "select id, external_id, customer_id, bill_id, kind, name, competence, issued_on, file_hash from documents", "external_id", ids)?;
        Ok(Self {
            customers: customers.into_iter().collect(),
            bills: bills.into_iter().map(|bill| (bill.external_id.clone(), bill)).collect(),
            stored: stored.into_iter().map(|stored| (stored.external_id.clone(), stored)).collect(),
        })
    }
}

impl Document {
    fn owner(&self, known: &Known) -> Result<(Uuid, Option<Uuid>), Refused> {
        let customer = *known
            .customers
            .get(&self.customer)
            .ok_or_else(|| Refused::new("customer", Reason::UnknownCustomer { id: self.customer.clone() }))?;
        let bill = match &self.bill {
            None => None,
            Some(id) => {
                let bill = known.bills.get(id).ok_or_else(|| Refused::new("bill", Reason::UnknownBill { id: id.clone() }))?;
                if bill.customer_id != customer {
                    return Err(Refused::new("bill", Reason::DifferentCustomers));
                }
                Some(bill.id)
            }
        };
        if known.stored.get(&self.external_id).is_some_and(|stored| stored.customer_id != customer) {
            return Err(Refused::new("customer", Reason::CannotChange));
        }
        Ok((customer, bill))
    }

    async fn bring(&self, run: &Run<'_>, stored: Option<&Stored>) -> Result<()> {
        let kept = self.keep(run, stored).await?;
        // Nobody else sets it.
        let _ = self.kept.set(kept);
        Ok(())
    }

    /// Puts the file into its place, unless the document has that very file already.
    async fn keep(&self, run: &Run<'_>, stored: Option<&Stored>) -> Result<Result<String, Reason>> {
        let Some(folder) = run.folder.clone() else { return Ok(Err(Reason::FilePath)) };
        let incoming = run.server.files.incoming().await?;
        let (path, kind) = (self.file.clone(), self.kind);
        let (incoming, copied) = tokio::task::spawn_blocking(move || {
            let copied = copy(&folder, &path, kind, &incoming);
            (incoming, copied)
        })
        .await
        .map_err(|_| Error::Corrupt("copy of a document"))?;
        let Copied { hash, size, media_type } = match copied? {
            Ok(copied) => copied,
            Err(reason) => return Ok(Err(reason)),
        };
        if stored.is_none_or(|stored| stored.file_hash != hash) {
            let file = files::Stored { hash: hash.clone(), size, media_type: media_type.to_owned(), name: String::new() };
            files::reserve(run.server, &[file]).await?;
            run.server.files.put(incoming, &hash).await?;
        }
        Ok(Ok(hash))
    }

    async fn store(&self, run: &Run<'_>, tx: &mut Tx, customer: Uuid, bill: Option<Uuid>, stored: Option<&Stored>) -> Result<Outcome> {
        let hash = match self.kept.get() {
            Some(Ok(hash)) => hash,
            Some(Err(reason)) => return Ok(Outcome::refused("file", reason.clone())),
            // Its customer or bill came after we looked: the next import finds them.
            None => return Ok(Outcome::refused("customer", Reason::UnknownCustomer { id: self.customer.clone() })),
        };
        let now = Stored {
            id: stored.map_or_else(|| run.server.id::<DocumentId>().0, |stored| stored.id),
            external_id: self.external_id.clone(),
            customer_id: customer,
            bill_id: bill,
            kind: self.kind.to_owned(),
            name: self.name.clone(),
            competence: self.competence.clone(),
            issued_on: self.issued_on,
            file_hash: hash.clone(),
        };
        if stored == Some(&now) {
            return Ok(Outcome::Unchanged);
        }
        sql!(tx, execute: "insert into documents (id, external_id, customer_id, bill_id, kind, name, competence, issued_on, file_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (external_id) do update set bill_id = excluded.bill_id, kind = excluded.kind, name = excluded.name,
                competence = excluded.competence, issued_on = excluded.issued_on, file_hash = excluded.file_hash",
            now.id, &now.external_id, now.customer_id, now.bill_id, &now.kind, &now.name, &now.competence, now.issued_on, &now.file_hash)?;
        Ok(if stored.is_some() { Outcome::Updated } else { Outcome::Created })
    }
}

/// A path that stays below where it starts; none for an absolute one or one that climbs.
fn within(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path.replace('\\', "/"));
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (plain && path.file_name().is_some()).then_some(path)
}

/// Copies a file aside, hashing it on the way. The outer error is the disk's, the inner one the line's.
fn copy(folder: &Path, path: &Path, kind: &str, to: &Incoming) -> io::Result<Result<Copied, Reason>> {
    // Links are followed first, and what they lead to has to be in the folder as well.
    let (Ok(folder), Ok(path)) = (folder.canonicalize(), folder.join(path).canonicalize()) else { return Ok(Err(Reason::FileMissing)) };
    if !path.starts_with(&folder) {
        return Ok(Err(Reason::FilePath));
    }
    let Ok(file) = File::open(&path) else { return Ok(Err(Reason::FileMissing)) };
    if !file.metadata().is_ok_and(|data| data.is_file()) {
        return Ok(Err(Reason::FileMissing));
    }
    copy_to(file.take(LARGEST_MB * 1024 * 1024 + 1), kind, to.path())
}

fn copy_to(mut from: impl Read, kind: &str, to: &Path) -> io::Result<Result<Copied, Reason>> {
    let mut to = File::create_new(to)?;
    let (mut hasher, mut size, mut media_type) = (Sha256::new(), 0_u64, None);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        // A source that cannot be read is the line's problem; a disk that cannot be written is everybody's.
        let read = match from.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Ok(Err(Reason::FileMissing)),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        if size == 0 {
            media_type = media_type_of(bytes).filter(|found| fits(kind, found));
            if media_type.is_none() {
                return Ok(Err(Reason::FileType));
            }
        }
        size += bytes.len() as u64;
        if size > LARGEST_MB * 1024 * 1024 {
            return Ok(Err(Reason::FileTooLarge { max: LARGEST_MB }));
        }
        hasher.update(bytes);
        to.write_all(bytes)?;
    }
    to.sync_all()?;
    Ok(match media_type {
        Some(media_type) => Ok(Copied { hash: hex::encode(hasher.finalize()), size, media_type }),
        None => Err(Reason::FileEmpty),
    })
}

/// The type, told by content.
fn media_type_of(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if head.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if text.starts_with(b"<?xml") || text.starts_with(b"<NFSe") || text.starts_with(b"<CompNfse") {
        Some("application/xml")
    } else {
        None
    }
}

/// The XML of an invoice is XML, and nothing else is.
fn fits(kind: &str, media_type: &str) -> bool {
    (kind == "nfse_xml") == (media_type == "application/xml") && (kind != "nfse_pdf" || media_type == "application/pdf")
}
