//! Documents with their files, kept by content outside the web root. Never opens a file outside the folder of the import.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use chrono::NaiveDate;
use domain::ids::DocumentId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fields::{Column, ID, Row, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{among, files, sql};

const KINDS: &[&str] = &["nfse_pdf", "nfse_xml", "letter", "statement", "clearance", "income_tax", "term", "other"];
/// A scanned contract fits; a film does not.
pub(crate) const LARGEST_MB: u64 = 25;

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
    /// Where it waits.
    waiting: PathBuf,
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
        })
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let customers = records.iter().map(|record| record.customer.as_str()).collect();
        let customers = among!(tx, (String, Uuid): "select external_id, id from customers", "external_id", customers)?;
        let customers: HashMap<String, Uuid> = customers.into_iter().collect();
        let bills = records.iter().filter_map(|record| record.bill.as_deref()).collect();
        let bills = among!(tx, BillRow: "select external_id, id, customer_id from bills", "external_id", bills)?;
        let bills: HashMap<&str, &BillRow> = bills.iter().map(|bill| (bill.external_id.as_str(), bill)).collect();
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, customer_id, bill_id, kind, name, competence, issued_on, file_hash from documents", "external_id", ids)?;
        let known: HashMap<&str, &Stored> = known.iter().map(|stored| (stored.external_id.as_str(), stored)).collect();
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let owner = record.owner(&customers, &bills);
            let stored = known.get(record.external_id.as_str()).copied();
            outcomes.push(match owner {
                Err(refused) => Outcome::Refused(refused),
                Ok((customer, _)) if stored.is_some_and(|stored| stored.customer_id != customer) => {
                    Outcome::refused("customer", Reason::CannotChange)
                }
                Ok((customer, bill)) => record.store(run, tx, customer, bill, stored).await?,
            });
        }
        Ok(outcomes)
    }
}

impl Document {
    fn owner(&self, customers: &HashMap<String, Uuid>, bills: &HashMap<&str, &BillRow>) -> Result<(Uuid, Option<Uuid>), Refused> {
        let customer =
            customers.get(&self.customer).ok_or_else(|| Refused::new("customer", Reason::UnknownCustomer { id: self.customer.clone() }))?;
        let Some(bill) = &self.bill else { return Ok((*customer, None)) };
        let bill = bills.get(bill.as_str()).ok_or_else(|| Refused::new("bill", Reason::UnknownBill { id: bill.clone() }))?;
        if bill.customer_id == *customer { Ok((*customer, Some(bill.id))) } else { Err(Refused::new("bill", Reason::DifferentCustomers)) }
    }

    async fn store(&self, run: &Run<'_>, tx: &mut Tx, customer: Uuid, bill: Option<Uuid>, stored: Option<&Stored>) -> Result<Outcome> {
        let Some(folder) = run.folder.clone() else { return Ok(Outcome::refused("file", Reason::FilePath)) };
        let (path, kind, root) = (self.file.clone(), self.kind, run.server.config.files.clone());
        let copied = tokio::task::spawn_blocking(move || copy(&folder, &path, kind, &root))
            .await
            .map_err(|_| Error::Corrupt("copy of a document"))??;
        let copied = match copied {
            Ok(copied) => copied,
            Err(reason) => return Ok(Outcome::refused("file", reason)),
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
            file_hash: copied.hash.clone(),
        };
        if stored == Some(&now) {
            std::fs::remove_file(&copied.waiting)?;
            return Ok(Outcome::Unchanged);
        }
        // The row first, as for what people upload: a sweep of the same content waits for it.
        sql!(tx, execute: "insert into files (hash, size, media_type, stored_at) values ($1, $2, $3, $4)
             on conflict (hash) do update set stored_at = excluded.stored_at",
            &copied.hash, i64::try_from(copied.size).unwrap_or(i64::MAX), copied.media_type, run.server.clock.now())?;
        copied.keep(&files::path(run.server, &copied.hash)?)?;
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

/// Copies a file beside its later place, hashing it on the way. The outer error is the disk's, the inner one the line's.
fn copy(folder: &Path, path: &Path, kind: &str, root: &Path) -> io::Result<Result<Copied, Reason>> {
    // Links are followed first, and what they lead to has to be in the folder as well.
    let (Ok(folder), Ok(path)) = (folder.canonicalize(), folder.join(path).canonicalize()) else { return Ok(Err(Reason::FileMissing)) };
    if !path.starts_with(&folder) {
        return Ok(Err(Reason::FilePath));
    }
    let Ok(file) = File::open(&path) else { return Ok(Err(Reason::FileMissing)) };
    if !file.metadata().is_ok_and(|data| data.is_file()) {
        return Ok(Err(Reason::FileMissing));
    }
    let incoming = root.join(files::INCOMING);
    std::fs::create_dir_all(&incoming)?;
    let waiting = incoming.join(format!("{}.part", Uuid::now_v7()));
    let copied = copy_to(file.take(LARGEST_MB * 1024 * 1024 + 1), kind, &waiting);
    if !matches!(copied, Ok(Ok(_))) && waiting.exists() {
        std::fs::remove_file(&waiting)?;
    }
    copied
}

fn copy_to(mut from: impl Read, kind: &str, waiting: &Path) -> io::Result<Result<Copied, Reason>> {
    let mut to = File::create_new(waiting)?;
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
        Some(media_type) => Ok(Copied { hash: hex::encode(hasher.finalize()), size, media_type, waiting: waiting.to_owned() }),
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

impl Copied {
    /// Moves it to its place, and makes the move durable.
    fn keep(&self, place: &Path) -> io::Result<()> {
        let folder = place.parent().unwrap_or(place);
        std::fs::create_dir_all(folder)?;
        std::fs::rename(&self.waiting, place)?;
        File::open(folder)?.sync_all()
    }
}
