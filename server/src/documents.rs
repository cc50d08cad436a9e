//! Documents made available to a customer: invoices, letters, terms. Never makes one; the bytes lie under their own SHA-256.
//!
//! Whoever asks is a [`Reader`]: a customer with all documents, or a person whose right reaches some branches of a company and
//! nothing else of it. The right stands in every query, so that it ends with the grant and not with the session.

use std::collections::HashSet;
use std::io;

use bytes::Bytes;
use chrono::{Datelike, NaiveDate};
use domain::forms::Problem;
use domain::ids::{BillId, ContractId, CustomerId, DocumentId};
use domain::money::Money;
use futures::Stream;
use serde_json::json;
use uuid::Uuid;

use crate::archives::{self, Archive, Content, named, unique};
use crate::audit::{self, Actor, Event};
use crate::bills::LAST_DAY;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Download;
use crate::sessions::{BRANCHES, Customer, Represented, Staff};
use crate::statement::plain;
use crate::texts::{Locale, cell, documents as t};
use crate::throttle::{self, Limit};
use crate::{Server, files, sql};

/// The kind of an event that ends an invoice.
pub const CANCELLATION: &str = "nfse_event";
/// In force, as far as is known.
pub const VALID: &str = "valid";
/// No longer in force.
pub const CANCELLED: &str = "cancelled";
/// What a document can be.
pub(crate) const STATUSES: &[&str] = &[VALID, CANCELLED];

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
    /// Number of an invoice; empty for others.
    pub number: String,
    /// [`VALID`] or [`CANCELLED`].
    pub status: String,
    /// The month it belongs to: `2026-11`; empty for none.
    pub competence: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// Number of the contract, where it is of one.
    pub contract: Option<String>,
    /// Size in bytes.
    pub size: i64,
    /// Media type.
    pub media_type: String,
}

/// Which documents. Empty texts stand for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: String,
    /// Of this contract.
    pub contract: Option<ContractId>,
    /// From this month on: `2026-11`. A document without a month is of the one it was issued in.
    pub from: String,
    /// Up to this month.
    pub to: String,
    /// [`VALID`] or [`CANCELLED`].
    pub status: String,
    /// Whose number, or access key, begins so.
    pub number: String,
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

/// A contract that documents can be of.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Branch {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: ContractId,
    /// Its number.
    pub number: String,
    /// The plan's name.
    pub plan_name: String,
    /// CNPJ of its establishment, unmasked, where it is not the customer's own.
    pub branch_tax_id: Option<String>,
}

/// Who reads documents, and how far that goes.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    customer: CustomerId,
    person: CustomerId,
    locale: Locale,
    /// Whether all of the customer's documents may be seen, or those of the contracts granted by `representation` alone.
    whole: bool,
    representation: Uuid,
}

impl Reader {
    /// Whose documents these are.
    #[must_use]
    pub fn customer(&self) -> CustomerId {
        self.customer
    }

    /// Whether the right ends at some branches.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        !self.whole
    }
}

impl From<&Customer> for Reader {
    fn from(customer: &Customer) -> Self {
        Self { customer: customer.id, person: customer.person, locale: customer.locale(), whole: true, representation: Uuid::nil() }
    }
}

/// Reads a company's documents by a right that reaches some branches of it; one's own as a customer does.
///
/// # Errors
/// [`Error::NotFound`] without such a right today.
pub async fn reader(server: &Server, customer: &Customer, of: CustomerId) -> Result<Reader> {
    if of == customer.id {
        return Ok(customer.into());
    }
    let mut conn = server.db.read().await?;
    let (representation,) = sql!(conn, optional (Uuid,):
        "select id from representations where representative_id = $1 and customer_id = $2 and scope = $3
            and starts_on <= $4 and (ends_on is null or ends_on >= $4)", customer.person.0, of.0, BRANCHES, server.clock.today())?
    .ok_or(Error::NotFound)?;
    Ok(Reader { customer: of, person: customer.person, locale: customer.locale(), whole: false, representation })
}

/// The companies some branches of which the person may read.
///
/// # Errors
/// The database's.
pub async fn readable(server: &Server, customer: &Customer) -> Result<Vec<Represented>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Represented:
        "select c.id, c.name, c.tax_id from representations r join customers c on c.id = r.customer_id
          where r.representative_id = $1 and r.scope = $2 and r.starts_on <= $3 and (r.ends_on is null or r.ends_on >= $3) order by c.name, c.id",
        customer.person.0, BRANCHES, server.clock.today())?)
}

/// The contracts that documents can be narrowed to, of those that may be seen.
///
/// # Errors
/// The database's.
pub async fn branches(server: &Server, reader: impl Into<Reader>) -> Result<Vec<Branch>> {
    let reader = reader.into();
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Branch:
        "select k.id, k.number, k.plan_name, k.branch_tax_id from contracts k
          where k.customer_id = $1 and ($2 or k.id in (select contract_id from representation_contracts where representation_id = $3))
          order by k.number, k.id limit 500", reader.customer.0, reader.whole, reader.representation)?)
}

/// A query over the documents of a [`Reader`] (`$1` to `$3`) and a filter ([`Asked`], `$4` to `$10`): nothing else reads lists of them.
macro_rules! documents {
    ($columns:literal, $tail:literal) => {
        concat!(
            "select ",
            $columns,
            " from documents d join files f on f.hash = d.file_hash left join contracts k on k.id = d.contract_id
               where d.customer_id = $1 and ($2 or d.contract_id in (select contract_id from representation_contracts where representation_id = $3))
                and ($4 = '' or d.kind = $4) and ($5 or d.contract_id = $6)
                and ($7 = '' or (case when d.competence = '' then substr(cast(d.issued_on as text), 1, 7) else d.competence end) >= $7)
                and ($8 = '' or (case when d.competence = '' then substr(cast(d.issued_on as text), 1, 7) else d.competence end) <= $8)
                and ($9 = '' or d.status = $9)
                and ($10 = '' or substr(d.number, 1, length($10)) = $10 or substr(d.access_key, 1, length($10)) = $10) ",
            $tail
        )
    };
}

/// A filter as the query takes it.
struct Asked<'a> {
    kind: &'a str,
    every_contract: bool,
    contract: Uuid,
    status: &'a str,
    number: String,
}

impl<'a> Asked<'a> {
    fn of(filter: &'a Filter) -> Self {
        let number = filter.number.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
        Self {
            kind: &filter.kind,
            every_contract: filter.contract.is_none(),
            contract: filter.contract.map_or(Uuid::nil(), |contract| contract.0),
            status: &filter.status,
            number: number.trim_start_matches('0').to_owned(),
        }
    }
}

/// Documents, newest first.
///
/// # Errors
/// [`Error::NotFound`] when `after` is not among those that may be seen.
pub async fn list(server: &Server, reader: impl Into<Reader>, filter: &Filter) -> Result<Page> {
    let reader = reader.into();
    let mut conn = server.db.read().await?;
    let (before, id) = match filter.after {
        None => (LAST_DAY, Uuid::max()),
        Some(id) => {
            let (on,) = sql!(conn, optional (NaiveDate,):
                "select issued_on from documents where id = $1 and customer_id = $2
                    and ($3 or contract_id in (select contract_id from representation_contracts where representation_id = $4))",
                id.0, reader.customer.0, reader.whole, reader.representation)?
            .ok_or(Error::NotFound)?;
            (on, id.0)
        }
    };
    let asked = Asked::of(filter);
    let mut documents = sql!(conn, all Document: documents!(
        "d.id, d.kind, d.name, d.number, d.status, d.competence, d.issued_on, k.number as contract, f.size, f.media_type",
        "and (d.issued_on, d.id) < ($11, $12) order by d.issued_on desc, d.id desc limit $13"),
        reader.customer.0, reader.whole, reader.representation, asked.kind, asked.every_contract, asked.contract, filter.from.as_str(),
        filter.to.as_str(), asked.status, asked.number.as_str(), before, id, i64::try_from(PAGE).unwrap_or(0) + 1)?;
    let more = documents.len() > PAGE;
    documents.truncate(PAGE);
    Ok(Page { next: documents.last().filter(|_| more).map(|document| document.id), documents })
}

/// A document of the customer's, or of a branch that the person may read, to be sent. The access is recorded.
///
/// # Errors
/// [`Error::NotFound`]; a file that is not where it should be, or not what it was; [`Error::Files`].
pub async fn open(server: &Server, customer: &Customer, id: DocumentId) -> Result<Download> {
    let mut tx = server.db.write().await?;
    let found = sql!(tx, optional Stored:
        "select d.customer_id, d.name, f.media_type, f.hash from documents d join files f on f.hash = d.file_hash
          where d.id = $1 and (d.customer_id = $2 or exists (
            select 1 from representations r join representation_contracts g on g.representation_id = r.id
             where r.representative_id = $3 and r.customer_id = d.customer_id and r.scope = $4 and g.contract_id = d.contract_id
               and r.starts_on <= $5 and (r.ends_on is null or r.ends_on >= $5)))",
        id.0, customer.id.0, customer.person.0, BRANCHES, server.clock.today())?
    .ok_or(Error::NotFound)?;
    opening(server, &mut tx, customer.actor(), id, &found).await?;
    tx.commit().await?;
    opened(server, found).await
}

/// Anybody's document, for staff; the look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`]; a file that is not where it should
/// be, or not what it was; [`Error::Files`].
pub async fn open_for_staff(server: &Server, staff: &Staff, id: DocumentId) -> Result<Download> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let found = sql!(tx, optional Stored:
        "select d.customer_id, d.name, f.media_type, f.hash from documents d join files f on f.hash = d.file_hash where d.id = $1", id.0)?
    .ok_or(Error::NotFound)?;
    opening(server, &mut tx, staff.actor(), id, &found).await?;
    tx.commit().await?;
    opened(server, found).await
}

async fn opening(server: &Server, tx: &mut Tx, actor: Actor, id: DocumentId, found: &Stored) -> Result<()> {
    let event = Event {
        actor,
        action: "documents.open",
        subject_kind: "document",
        subject_id: Some(id.0),
        customer: Some(CustomerId(found.customer_id)),
        detail: json!({}),
    };
    audit::record(server, tx, event).await
}

// ---- many in one file ----

/// Documents of one archive: a year of five thousand invoices, as PDF and as XML.
pub const MOST: usize = 10_000;
/// Months of one archive.
pub const MONTHS: i32 = 12;
/// Archives of one person: each may read ten thousand files.
const ARCHIVES: Limit = Limit { hits: 10, seconds: 600 };

/// The first and last month of an archive: those asked for, a year from or up to the one that is, or the last twelve.
///
/// ```
/// # use server::documents::{Filter, period};
/// let months = |from: &str, to: &str| period(&Filter { from: from.into(), to: to.into(), ..Filter::default() }, "2026-11-22".parse().unwrap());
/// assert_eq!(months("", "").unwrap(), ("2025-12".to_owned(), "2026-11".to_owned()));
/// assert_eq!(months("2025-03", "").unwrap(), ("2025-03".to_owned(), "2026-02".to_owned()));
/// assert_eq!(months("", "2025-12").unwrap(), ("2025-01".to_owned(), "2025-12".to_owned()));
/// assert!(months("2025-01", "2026-01").is_err() && months("2026-02", "2026-01").is_err());
/// ```
///
/// # Errors
/// [`Error::Form`] on the field `to` for more months than [`MONTHS`], or fewer than one.
pub fn period(filter: &Filter, today: NaiveDate) -> Result<(String, String)> {
    let number = |month: &str| {
        let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()?;
        Some(first.year() * 12 + first.month0().cast_signed())
    };
    let now = today.year() * 12 + today.month0().cast_signed();
    let (from, to) = match (number(&filter.from), number(&filter.to)) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, from + MONTHS - 1),
        (None, to) => (to.unwrap_or(now) - MONTHS + 1, to.unwrap_or(now)),
    };
    let word = |month: i32| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1);
    if from > to || to - from >= MONTHS {
        return Err(Error::field("to", Problem::OutOfRange { min: 1, max: MONTHS.cast_unsigned() }));
    }
    Ok((word(from), word(to)))
}

/// A document of an archive.
#[derive(sqlx::FromRow)]
struct Entry {
    kind: String,
    name: String,
    number: String,
    access_key: Option<String>,
    amount: Option<i64>,
    status: String,
    competence: String,
    issued_on: NaiveDate,
    contract: Option<String>,
    branch_tax_id: Option<String>,
    file_hash: String,
    media_type: String,
}

/// The filter's documents of at most a year as one ZIP that is made while it is sent, none in memory as a whole: in a folder for each
/// month, with a table of all of them. The access is recorded.
///
/// # Errors
/// [`period`]'s; [`Error::NotFound`] when there are none; [`Error::Throttled`]; [`Error::Form`] on the field `to` for more than [`MOST`].
pub async fn zip(
    server: &Server,
    reader: impl Into<Reader>,
    filter: &Filter,
) -> Result<Archive<impl Stream<Item = io::Result<Bytes>> + Send + 'static>> {
    let reader = reader.into();
    let (from, to) = period(filter, server.clock.today())?;
    let found = granted(server, &reader, filter, &from, &to).await?;
    let l = reader.locale;
    let mut names = HashSet::new();
    let table_name = unique(&mut names, "", t::index(l));
    let mut files = Vec::with_capacity(found.len());
    for entry in &found {
        files.push((unique(&mut names, &entry.competence, &named(&entry.name, &entry.media_type)), entry.file_hash.clone()));
    }
    let table = table(l, &found, &files)?;
    drop(found);
    let name = if from == to { format!("{}-{from}.zip", t::archive(l)) } else { format!("{}-{from}-{to}.zip", t::archive(l)) };
    let stored = files.into_iter().map(|(name, hash)| (name, Content::Stored(hash)));
    let entries = std::iter::once((table_name, Content::Bytes(table))).chain(stored).collect();
    Ok(Archive { name, bytes: archives::stream(server, entries) })
}

/// What is in an archive, once that it is handed out is recorded.
async fn granted(server: &Server, reader: &Reader, filter: &Filter, from: &str, to: &str) -> Result<Vec<Entry>> {
    let asked = Asked::of(filter);
    let mut tx = server.db.write().await?;
    let key = server.config.keys.digest("documents.zip", &reader.person.to_string());
    if let Err(throttled) = throttle::hit(server, &mut tx, &key, ARCHIVES).await {
        tx.commit().await?;
        return Err(throttled);
    }
    let found = sql!(tx, all Entry: documents!(
        "d.kind, d.name, d.number, d.access_key, d.amount, d.status, d.competence, d.issued_on, k.number as contract, k.branch_tax_id,
         d.file_hash, f.media_type",
        "order by d.issued_on, d.number, d.id limit $11"),
        reader.customer.0, reader.whole, reader.representation, asked.kind, asked.every_contract, asked.contract, from, to, asked.status,
        asked.number.as_str(), i64::try_from(MOST).unwrap_or(i64::MAX - 1) + 1)?;
    if found.is_empty() {
        return Err(Error::NotFound);
    }
    if found.len() > MOST {
        return Err(Error::field("to", Problem::OutOfRange { min: 1, max: u32::try_from(MOST).unwrap_or(u32::MAX) }));
    }
    let event = Event {
        actor: Actor::Customer(reader.person),
        action: "documents.zip",
        subject_kind: "customer",
        subject_id: Some(reader.customer.0),
        customer: Some(reader.customer),
        detail: json!({ "from": from, "to": to, "documents": found.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(found)
}

/// What is in the archive, for a spreadsheet: as [`crate::statement::csv`] writes it.
fn table(l: Locale, found: &[Entry], files: &[(String, String)]) -> Result<Vec<u8>> {
    let separator = if l.decimal_mark() == ',' { b';' } else { b',' };
    let mark = "\u{feff}".as_bytes().to_vec();
    let mut out = csv::WriterBuilder::new().delimiter(separator).terminator(csv::Terminator::CRLF).from_writer(mark);
    let broken = |_| Error::Corrupt("csv");
    out.write_record([
        t::column_file(l),
        t::kind(l),
        t::number(l),
        t::column_key(l),
        t::column_month(l),
        t::column_issued(l),
        t::column_amount(l),
        t::status(l),
        t::contract(l),
        t::column_branch(l),
    ])
    .map_err(broken)?;
    for (entry, (file, _)) in found.iter().zip(files) {
        out.write_record([
            &cell(file),
            kind(l, &entry.kind),
            &cell(&entry.number),
            entry.access_key.as_deref().unwrap_or_default(),
            &entry.competence,
            &entry.issued_on.to_string(),
            &entry.amount.map(|cents| plain(l, Money::cents(cents))).unwrap_or_default(),
            status(l, &entry.status),
            &cell(entry.contract.as_deref().unwrap_or_default()),
            entry.branch_tax_id.as_deref().unwrap_or_default(),
        ])
        .map_err(broken)?;
    }
    out.into_inner().map_err(|_| Error::Corrupt("csv"))
}

/// What a document is, in words.
#[must_use]
pub fn kind(l: Locale, kind: &str) -> &'static str {
    match kind {
        "nfse_pdf" => t::kind_nfse_pdf(l),
        "nfse_xml" => t::kind_nfse_xml(l),
        CANCELLATION => t::kind_nfse_event(l),
        "letter" => t::kind_letter(l),
        "statement" => t::kind_statement(l),
        "clearance" => t::kind_clearance(l),
        "income_tax" => t::kind_income_tax(l),
        "term" => t::kind_term(l),
        _ => t::kind_other(l),
    }
}

/// Whether a document is in force, in words.
#[must_use]
pub fn status(l: Locale, status: &str) -> &'static str {
    if status == CANCELLED { t::cancelled(l) } else { t::valid(l) }
}

/// The documents of one bill, newest first.
pub(crate) async fn of_bill(conn: &mut Conn, customer: CustomerId, bill: BillId) -> Result<Vec<Document>> {
    Ok(sql!(conn, all Document:
        "select d.id, d.kind, d.name, d.number, d.status, d.competence, d.issued_on, k.number as contract, f.size, f.media_type
           from documents d join files f on f.hash = d.file_hash left join contracts k on k.id = d.contract_id
          where d.bill_id = $1 and d.customer_id = $2 order by d.issued_on desc, d.id desc limit 40", bill.0, customer.0)?)
}

#[derive(sqlx::FromRow)]
struct Stored {
    customer_id: Uuid,
    name: String,
    media_type: String,
    hash: String,
}

async fn opened(server: &Server, stored: Stored) -> Result<Download> {
    let name = named(&stored.name, &stored.media_type);
    files::download(server, &stored.hash, name, stored.media_type).await
}
