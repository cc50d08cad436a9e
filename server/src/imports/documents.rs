//! Documents with their files, kept by content outside the web root. A fiscal document in XML is held against its line, its customer and
//! the creditor before it is kept. Never opens a file outside the folder of the import.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use chrono::NaiveDate;
use domain::access_keys::AccessKey;
use domain::ids::DocumentId;
use domain::money::Money;
use domain::tax_ids::TaxId;
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Said, Shape, optional, required};
use super::invoices::{self, Fiscal, Invoice, XmlError};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::{Conn, Tx};
use crate::documents::{CANCELLATION, CANCELLED, STATUSES, VALID};
use crate::error::{Error, Result};
use crate::files::store::Incoming;
use crate::{among, files, policies, sql};

const KINDS: &[&str] = &["nfse_pdf", "nfse_xml", CANCELLATION, "letter", "statement", "clearance", "income_tax", "term", "other"];
/// A scanned contract fits; a film does not.
pub(crate) const LARGEST_MB: u64 = 25;
/// Files on their way to their place at the same time.
const AT_ONCE: usize = 4;

/// One line.
pub(super) struct Document {
    external_id: String,
    customer: String,
    contract: Said<String>,
    bill: Option<String>,
    kind: &'static str,
    name: String,
    number: Said<String>,
    access_key: Said<AccessKey>,
    amount: Said<Money>,
    status: Said<&'static str>,
    competence: String,
    issued_on: NaiveDate,
    file: PathBuf,
    /// The file, once it is in its place, or what is wrong with it.
    kept: OnceLock<Result<Kept, Refused>>,
}

/// A file in its place.
struct Kept {
    /// SHA-256 of its bytes.
    hash: String,
    /// What it says, when it is the XML of a fiscal document.
    fiscal: Option<Fiscal>,
}

#[derive(PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    customer_id: Uuid,
    contract_id: Option<Uuid>,
    bill_id: Option<Uuid>,
    kind: String,
    name: String,
    number: String,
    access_key: Option<String>,
    amount: Option<i64>,
    status: String,
    competence: String,
    issued_on: NaiveDate,
    file_hash: String,
}

#[derive(sqlx::FromRow)]
struct CustomerRow {
    external_id: String,
    id: Uuid,
    tax_id: String,
}

#[derive(sqlx::FromRow)]
struct ContractRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
    branch_tax_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct BillRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
    contract_id: Uuid,
    branch_tax_id: Option<String>,
}

/// What is known of the records of a batch.
struct Known {
    customers: HashMap<String, CustomerRow>,
    contracts: HashMap<String, ContractRow>,
    bills: HashMap<String, BillRow>,
    stored: HashMap<String, Stored>,
    /// The creditor's CNPJ.
    creditor: String,
}

/// Whose a document is.
struct Owner<'a> {
    customer: Uuid,
    tax_id: &'a str,
    contract: Option<Uuid>,
    /// CNPJ of the contract's establishment.
    branch: Option<&'a str>,
    bill: Option<Uuid>,
}

/// A file that was copied aside, not yet in its place.
struct Copied {
    hash: String,
    size: u64,
    media_type: &'static str,
    fiscal: Option<Fiscal>,
}

/// What is known of a fiscal document, by its line, its XML and what was known before.
struct Facts {
    number: String,
    access_key: Option<String>,
    amount: Option<i64>,
    cancelled: bool,
    /// Whether it is what cancels another.
    ends: bool,
}

impl Record for Document {
    const KIND: Kind = Kind::Documents;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("customer", ID),
        optional("contract", ID),
        optional("bill", ID),
        required("kind", Shape::Word(KINDS)),
        required("name", Shape::Text(200)),
        optional("number", Shape::Text(60)),
        optional("access_key", Shape::Text(80)),
        optional("amount", Shape::Cents),
        optional("status", Shape::Word(STATUSES)),
        optional("competence", Shape::Month),
        required("issued_on", Shape::Date),
        required("file", Shape::File),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        Ok(Self {
            external_id: row.text("external_id")?,
            customer: row.text("customer")?,
            contract: row.said_text("contract")?,
            bill: row.reference("bill")?,
            kind: row.choice("kind", KINDS)?,
            name: row.text("name")?,
            number: row.said_text("number")?,
            access_key: row.said("access_key", fields::access_key)?,
            amount: row.said("amount", fields::positive)?,
            status: row.said("status", |text| fields::choose(text, STATUSES))?,
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
            if let Ok(owner) = record.owner(&known) {
                files.push(record.bring(run, owner, &known));
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
                Ok(owner) => record.store(run, tx, &owner, &known).await?,
            });
        }
        Ok(outcomes)
    }
}

impl Known {
    async fn of(conn: &mut Conn, records: &[&Document]) -> Result<Self> {
        let customers = records.iter().map(|record| record.customer.as_str()).collect();
        let customers = among!(conn, CustomerRow: "select external_id, id, tax_id from customers", "external_id", customers)?;
        let contracts = records.iter().filter_map(|record| record.contract.as_ref()?.as_deref()).collect();
        let contracts =
            among!(conn, ContractRow: "select external_id, id, customer_id, branch_tax_id from contracts", "external_id", contracts)?;
        let bills = records.iter().filter_map(|record| record.bill.as_deref()).collect();
        let bills = among!(conn, BillRow:
            "select b.external_id, b.id, b.customer_id, b.contract_id, k.branch_tax_id from bills b join contracts k on k.id = b.contract_id",
            "b.external_id", bills)?;
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let stored = among!(conn, Stored:
            "select id, external_id, customer_id, contract_id, bill_id, kind, name, number, access_key, amount, status, competence, issued_on,
                file_hash from documents", "external_id", ids)?;
        Ok(Self {
            customers: customers.into_iter().map(|row| (row.external_id.clone(), row)).collect(),
            contracts: contracts.into_iter().map(|row| (row.external_id.clone(), row)).collect(),
            bills: bills.into_iter().map(|row| (row.external_id.clone(), row)).collect(),
            stored: stored.into_iter().map(|row| (row.external_id.clone(), row)).collect(),
            creditor: policies::creditor(conn).await?.cnpj,
        })
    }
}

impl Document {
    fn owner<'a>(&self, known: &'a Known) -> Result<Owner<'a>, Refused> {
        let unknown = || Refused::new("customer", Reason::UnknownCustomer { id: self.customer.clone() });
        let customer = known.customers.get(&self.customer).ok_or_else(unknown)?;
        let mut owner = Owner { customer: customer.id, tax_id: &customer.tax_id, contract: None, branch: None, bill: None };
        if let Some(id) = &self.bill {
            let bill = known.bills.get(id).ok_or_else(|| Refused::new("bill", Reason::UnknownBill { id: id.clone() }))?;
            if bill.customer_id != customer.id {
                return Err(Refused::new("bill", Reason::DifferentCustomers));
            }
            owner = Owner { contract: Some(bill.contract_id), branch: bill.branch_tax_id.as_deref(), bill: Some(bill.id), ..owner };
        }
        if let Some(Some(id)) = &self.contract {
            let contract = known.contracts.get(id).ok_or_else(|| Refused::new("contract", Reason::UnknownContract { id: id.clone() }))?;
            if contract.customer_id != customer.id {
                return Err(Refused::new("contract", Reason::DifferentCustomers));
            }
            owner = Owner { contract: Some(contract.id), branch: contract.branch_tax_id.as_deref(), ..owner };
        }
        if known.stored.get(&self.external_id).is_some_and(|stored| stored.customer_id != customer.id) {
            return Err(Refused::new("customer", Reason::CannotChange));
        }
        Ok(owner)
    }

    async fn bring(&self, run: &Run<'_>, owner: Owner<'_>, known: &Known) -> Result<()> {
        let kept = self.keep(run, &owner, known).await?;
        // Nobody else sets it.
        let _ = self.kept.set(kept);
        Ok(())
    }

    /// Puts the file into its place, unless the document has that very file already, or it is not what the line says.
    async fn keep(&self, run: &Run<'_>, owner: &Owner<'_>, known: &Known) -> Result<Result<Kept, Refused>> {
        let Some(folder) = run.folder.clone() else { return Ok(Err(Refused::new("file", Reason::FilePath))) };
        let incoming = run.server.files.incoming().await?;
        let (path, kind) = (self.file.clone(), self.kind);
        let (incoming, copied) = tokio::task::spawn_blocking(move || {
            let copied = copy(&folder, &path, kind, &incoming);
            (incoming, copied)
        })
        .await
        .map_err(|_| Error::Corrupt("copy of a document"))?;
        let Copied { hash, size, media_type, fiscal } = match copied? {
            Ok(copied) => copied,
            Err(reason) => return Ok(Err(Refused::new("file", reason))),
        };
        let stored = known.stored.get(&self.external_id);
        if let Err(refused) = self.facts(fiscal.as_ref(), owner, &known.creditor, stored) {
            return Ok(Err(refused));
        }
        if stored.is_none_or(|stored| stored.file_hash != hash) {
            let file = files::Stored { hash: hash.clone(), size, media_type: media_type.to_owned(), name: String::new() };
            files::reserve(run.server, &[file]).await?;
            run.server.files.put(incoming, &hash).await?;
        }
        Ok(Ok(Kept { hash, fiscal }))
    }

    async fn store(&self, run: &Run<'_>, tx: &mut Tx, owner: &Owner<'_>, known: &Known) -> Result<Outcome> {
        let kept = match self.kept.get() {
            Some(Ok(kept)) => kept,
            Some(Err(refused)) => return Ok(Outcome::Refused(refused.clone())),
            // Its customer or bill came after we looked: the next import finds them.
            None => return Ok(Outcome::refused("customer", Reason::UnknownCustomer { id: self.customer.clone() })),
        };
        let stored = known.stored.get(&self.external_id);
        let facts = match self.facts(kept.fiscal.as_ref(), owner, &known.creditor, stored) {
            Ok(facts) => self.alone(tx, owner.customer, facts).await?,
            Err(refused) => Err(refused),
        };
        let facts = match facts {
            Ok(facts) => facts,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let now = Stored {
            id: stored.map_or_else(|| run.server.id::<DocumentId>().0, |stored| stored.id),
            external_id: self.external_id.clone(),
            customer_id: owner.customer,
            contract_id: match self.contract {
                None => owner.contract.or_else(|| stored.and_then(|stored| stored.contract_id)),
                Some(_) => owner.contract,
            },
            bill_id: owner.bill,
            kind: self.kind.to_owned(),
            name: self.name.clone(),
            number: facts.number,
            access_key: facts.access_key,
            amount: facts.amount,
            status: if facts.cancelled { CANCELLED } else { VALID }.to_owned(),
            competence: self.competence.clone(),
            issued_on: self.issued_on,
            file_hash: kept.hash.clone(),
        };
        if stored == Some(&now) {
            return Ok(Outcome::Unchanged);
        }
        sql!(tx, execute: "insert into documents (id, external_id, customer_id, contract_id, bill_id, kind, name, number, access_key, amount, status,
                competence, issued_on, file_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             on conflict (external_id) do update set contract_id = excluded.contract_id, bill_id = excluded.bill_id, kind = excluded.kind,
                name = excluded.name, number = excluded.number, access_key = excluded.access_key, amount = excluded.amount,
                status = excluded.status, competence = excluded.competence, issued_on = excluded.issued_on, file_hash = excluded.file_hash",
            now.id, &now.external_id, now.customer_id, now.contract_id, now.bill_id, &now.kind, &now.name, &now.number, &now.access_key, now.amount,
            &now.status, &now.competence, now.issued_on, &now.file_hash)?;
        if facts.ends {
            // What it ends is no longer in force from here on, on every paper that shows it.
            sql!(tx, execute: "update documents set status = $1 where access_key = $2 and customer_id = $3 and kind <> $4",
                CANCELLED, &now.access_key, now.customer_id, CANCELLATION)?;
        }
        Ok(if stored.is_some() { Outcome::Updated } else { Outcome::Created })
    }

    /// Holds the line against the XML, the XML against customer and creditor, and says what is known then.
    fn facts(&self, fiscal: Option<&Fiscal>, owner: &Owner<'_>, creditor: &str, stored: Option<&Stored>) -> Result<Facts, Refused> {
        let refused = |column, reason| Err(Refused::new(column, reason));
        let said = self.access_key.flatten();
        let (in_file, ends) = match fiscal {
            Some(Fiscal::Invoice(invoice)) => (invoice.key, false),
            Some(Fiscal::Cancellation { key, .. }) => (Some(*key), true),
            None => (None, false),
        };
        if fiscal.is_some() && said.is_some() && said != in_file {
            return refused("access_key", Reason::InvoiceKey);
        }
        let key = in_file.or(said);
        // The first 8 characters are the company's, whichever of its establishments issues.
        let ours = |issuer: Option<TaxId>| issuer.is_some_and(|issuer| same_company(issuer.as_str(), creditor));
        if key.is_some_and(|key| !ours(key.issuer())) {
            return refused(if in_file.is_some() { "file" } else { "access_key" }, Reason::InvoiceProvider);
        }
        match fiscal {
            Some(Fiscal::Invoice(invoice)) => self.matches(invoice, owner, ours(invoice.provider))?,
            Some(Fiscal::Cancellation { author, .. }) if author.is_some() && !ours(*author) => {
                return refused("file", Reason::InvoiceProvider);
            }
            Some(Fiscal::Cancellation { .. }) | None => {}
        }
        let invoice = fiscal.and_then(|fiscal| if let Fiscal::Invoice(invoice) = fiscal { Some(invoice) } else { None });
        // What the line leaves open is read from the XML or its key; where nothing says it, what was known stays unless the line empties it.
        let said = self.number.as_ref().and_then(Option::as_deref).map(|number| invoices::bare(number).to_owned());
        let number = said
            .or_else(|| invoice.map(|invoice| invoice.number.clone()))
            .or_else(|| key.map(|key| key.number().to_string()))
            .or_else(|| stored.filter(|_| self.number.is_none()).map(|stored| stored.number.clone()))
            .unwrap_or_default();
        let amount = self
            .amount
            .flatten()
            .or_else(|| invoice.and_then(|invoice| invoice.amount))
            .map(Money::as_cents)
            .or_else(|| stored.filter(|_| self.amount.is_none()).and_then(|stored| stored.amount));
        let access_key = match (key, self.access_key) {
            (Some(key), _) => Some(key.as_str().to_owned()),
            (None, Some(_)) => None,
            (None, None) => stored.and_then(|stored| stored.access_key.clone()),
        };
        // What was cancelled stays so, whatever an old file says.
        let cancelled = self.status.flatten() == Some(CANCELLED)
            || stored.is_some_and(|stored| stored.status == CANCELLED)
            || invoice.is_some_and(|invoice| invoice.cancelled);
        Ok(Facts { number, access_key, amount, cancelled, ends })
    }

    fn matches(&self, invoice: &Invoice, owner: &Owner<'_>, ours: bool) -> Result<(), Refused> {
        let refused = |column, reason| Err(Refused::new(column, reason));
        if invoice.trial {
            return refused("file", Reason::InvoiceTrial);
        }
        if !ours {
            return refused("file", Reason::InvoiceProvider);
        }
        let for_them = |taker: TaxId| taker.as_str() == owner.tax_id || Some(taker.as_str()) == owner.branch;
        if !invoice.taker.is_some_and(for_them) {
            return refused("file", Reason::InvoiceTaker);
        }
        if let Some(Some(number)) = &self.number
            && invoices::bare(number) != invoice.number
        {
            return refused("number", Reason::InvoiceNumber { in_file: invoice.number.clone() });
        }
        if let Some(Some(amount)) = self.amount
            && invoice.amount != Some(amount)
        {
            return refused("amount", Reason::InvoiceAmount { in_file: invoice.amount });
        }
        if !invoice.issued.contains(&self.issued_on) {
            return refused("issued_on", Reason::InvoiceDate { in_file: invoice.issued.first().copied() });
        }
        Ok(())
    }

    /// One document of a kind for one key, and all with that key one customer's; and whether the note was cancelled before.
    async fn alone(&self, tx: &mut Tx, customer: Uuid, mut facts: Facts) -> Result<Result<Facts, Refused>> {
        let Some(key) = &facts.access_key else { return Ok(Ok(facts)) };
        let others = sql!(tx, all (String, Uuid, String):
            "select external_id, customer_id, kind from documents where access_key = $1 and external_id <> $2 limit 20", key, &self.external_id)?;
        for (external_id, owner, kind) in others {
            if owner != customer {
                return Ok(Err(Refused::new("access_key", Reason::DifferentCustomers)));
            }
            if kind == self.kind {
                return Ok(Err(Refused::new("access_key", Reason::AccessKeyTaken { by: external_id })));
            }
            facts.cancelled |= kind == CANCELLATION && !facts.ends;
        }
        Ok(Ok(facts))
    }
}

fn same_company(one: &str, other: &str) -> bool {
    // A person's CPF has no root: it is compared whole.
    let root = |text: &str| if text.len() == 14 { text.get(..8).map(str::to_owned) } else { Some(text.to_owned()) };
    one.len() == other.len() && root(one) == root(other)
}

impl From<XmlError> for Reason {
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::Doctype => Self::XmlDoctype,
            XmlError::Broken { line } => Self::XmlBroken { line },
            XmlError::TooLarge => Self::XmlTooLarge,
            XmlError::Encoding => Self::XmlEncoding,
            XmlError::Unknown => Self::XmlUnknown,
            XmlError::Key(_) => Self::AccessKey,
        }
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
    match copy_to(file.take(LARGEST_MB * 1024 * 1024 + 1), kind, to.path())? {
        Ok(copied) => with_fiscal(copied, kind, to.path()),
        Err(reason) => Ok(Err(reason)),
    }
}

/// Reads the XML of a fiscal document from the very bytes that will be kept.
fn with_fiscal(mut copied: Copied, kind: &str, copy: &Path) -> io::Result<Result<Copied, Reason>> {
    if copied.media_type != XML {
        return Ok(Ok(copied));
    }
    if copied.size > invoices::LARGEST {
        return Ok(Err(Reason::XmlTooLarge));
    }
    let fiscal = match invoices::read(&std::fs::read(copy)?) {
        Ok(fiscal) => fiscal,
        Err(error) => return Ok(Err(error.into())),
    };
    if matches!(fiscal, Fiscal::Cancellation { .. }) != (kind == CANCELLATION) {
        return Ok(Err(Reason::XmlUnknown));
    }
    copied.fiscal = Some(fiscal);
    Ok(Ok(copied))
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
        Some(media_type) => Ok(Copied { hash: hex::encode(hasher.finalize()), size, media_type, fiscal: None }),
        None => Err(Reason::FileEmpty),
    })
}

const XML: &str = "application/xml";

/// The type, told by content. An XML without its declaration is told by its first element, once it is read.
fn media_type_of(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let wide = head.starts_with(b"\xff\xfe<\0") || head.starts_with(b"\xfe\xff\0<");
    if head.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if head.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if text.starts_with(b"<") || wide {
        Some(XML)
    } else {
        None
    }
}

/// The XML of an invoice is XML, and nothing else is.
fn fits(kind: &str, media_type: &str) -> bool {
    matches!(kind, "nfse_xml" | CANCELLATION) == (media_type == XML) && (kind != "nfse_pdf" || media_type == "application/pdf")
}
