//! Real input: customers, contracts, who acts for whom, bills, slips, payments and documents from the creditor's own system, as CSV or JSON lines.
//!
//! Idempotent by the creditor's external ids. A line that cannot be taken is refused alone, with its column and its reason,
//! and leaves no trace. Never rewrites the ledger: what changed after the fact is another entry, or a refusal.

mod bills;
mod contracts;
mod customers;
mod documents;
mod fields;
mod guarantees;
mod invoices;
mod lines;
mod objects;
mod payments;
mod reasons;
mod representations;
mod slips;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::Error;
use crate::texts::Locale;
use crate::{Server, requests, sql};

use fields::Row;
use lines::{Line, Lines};

pub(crate) use documents::LARGEST_MB;
pub use fields::{Column, Shape};
pub use objects::{Fault, Sent, Taken, put};
pub use reasons::{FileError, Reason, Refusal, Warning};

/// Lines in one transaction: enough for few commits, few enough that nobody waits long for the writer.
const BATCH: usize = 2_000;
/// Refusals kept in the report; every one of them goes to the file of refused lines.
const KEPT_REFUSALS: usize = 1_000;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Persons and companies.
    Customers,
    /// Their contracts.
    Contracts,
    /// Who may act for whom.
    Representations,
    /// What was left with the creditor against not paying.
    Guarantees,
    /// What is to be paid.
    Bills,
    /// Boletos as the bank registered them.
    Slips,
    /// Money as the bank reports it.
    Payments,
    /// Invoices, letters and other files.
    Documents,
}

impl Kind {
    /// Every kind, in the order in which a first import needs them.
    pub const ALL: [Self; 8] = [
        Self::Customers,
        Self::Contracts,
        Self::Representations,
        Self::Guarantees,
        Self::Bills,
        Self::Slips,
        Self::Payments,
        Self::Documents,
    ];

    /// What a line of it holds.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Customers => customers::Customer::COLUMNS,
            Self::Contracts => contracts::Contract::COLUMNS,
            Self::Representations => representations::Representation::COLUMNS,
            Self::Guarantees => guarantees::Guarantee::COLUMNS,
            Self::Bills => bills::Bill::COLUMNS,
            Self::Slips => slips::Slip::COLUMNS,
            Self::Payments => payments::Payment::COLUMNS,
            Self::Documents => documents::Document::COLUMNS,
        }
    }

    /// The word on the command line and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Contracts => "contracts",
            Self::Representations => "representations",
            Self::Guarantees => "guarantees",
            Self::Bills => "bills",
            Self::Slips => "slips",
            Self::Payments => "payments",
            Self::Documents => "documents",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(Error::NotFound)
    }
}

/// How the text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON lines when the first character is `{`, else CSV.
    #[default]
    Auto,
    /// A header, then a record a line, between `;`, `,` or tabs.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// How to import.
#[derive(Default)]
pub struct Options<'a> {
    /// How the text is laid out.
    pub format: Format,
    /// The folder that the files of documents are in: that of the import file.
    pub folder: Option<PathBuf>,
    /// Where refused lines go, to be mended and imported again. Nothing is written when none is refused.
    pub refused: Option<&'a mut (dyn Write + Send)>,
    /// The language of the reasons written beside them.
    pub locale: Locale,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// Lines decided, the header not counted.
    pub lines: u64,
    /// New ones.
    pub created: u64,
    /// Changed ones.
    pub updated: u64,
    /// Those that said what was known.
    pub unchanged: u64,
    /// Those that were not taken.
    pub refused: u64,
}

/// What came of an import.
#[derive(Debug)]
pub struct Report {
    /// The import's row.
    pub id: Uuid,
    /// What was imported.
    pub kind: Kind,
    /// The counts.
    pub counts: Progress,
    /// The first thousand refusals, in the order of the lines.
    pub refusals: Vec<Refusal>,
    /// What is worth knowing of the file itself.
    pub warnings: Vec<Warning>,
}

/// Imports one file, [`BATCH`] lines a transaction. What was committed before an error stays: the same file can simply be
/// imported again.
///
/// # Errors
/// [`FileError`]: a file that cannot be read at all. A line that cannot be taken is no error, but in the report.
pub async fn run<R: Read + Send + 'static>(
    server: &Server,
    kind: Kind,
    input: R,
    options: Options<'_>,
    progress: impl FnMut(&Progress) + Send,
) -> Result<Report, FileError> {
    server.db.write_many(true).await?;
    let report = match kind {
        Kind::Customers => import::<customers::Customer, R>(server, input, options, progress).await,
        Kind::Contracts => import::<contracts::Contract, R>(server, input, options, progress).await,
        Kind::Representations => import::<representations::Representation, R>(server, input, options, progress).await,
        Kind::Guarantees => import::<guarantees::Guarantee, R>(server, input, options, progress).await,
        Kind::Bills => import::<bills::Bill, R>(server, input, options, progress).await,
        Kind::Slips => import::<slips::Slip, R>(server, input, options, progress).await,
        Kind::Payments => import::<payments::Payment, R>(server, input, options, progress).await,
        Kind::Documents => import::<documents::Document, R>(server, input, options, progress).await,
    };
    server.db.write_many(false).await?;
    report
}

/// What an import writes with.
struct Run<'a> {
    server: &'a Server,
    id: Uuid,
    folder: Option<PathBuf>,
    today: NaiveDate,
    by: Actor,
}

/// Why a line is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    column: Option<&'static str>,
    reason: Reason,
}

impl Refused {
    fn new(column: &'static str, reason: Reason) -> Self {
        Self { column: Some(column), reason }
    }
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Created,
    Updated,
    Unchanged,
    Refused(Refused),
}

impl Outcome {
    fn refused(column: &'static str, reason: Reason) -> Self {
        Self::Refused(Refused::new(column, reason))
    }
}

/// One kind of record: how a line is read, and how many of them are written.
trait Record: Sized + Send + Sync + 'static {
    const KIND: Kind;
    const COLUMNS: &'static [Column];

    /// Reads one line; what needs the database is looked at later.
    fn read(row: &Row<'_>) -> Result<Self, Refused>;

    /// What takes long and needs no transaction: done before one is opened for a batch.
    fn prepare(_: &Run<'_>, _: &[&Self]) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Writes a batch of records with different external ids; answers for each, in order. A refused one is not written.
    fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> impl Future<Output = Result<Vec<Outcome>, Error>> + Send;
}

/// A line on its way from the reader to the writer.
struct Item<T> {
    line: Line,
    record: Result<T, Refused>,
}

struct Batch<T> {
    items: Vec<Item<T>>,
    /// Bytes of the file read so far.
    bytes: u64,
}

/// What is known of a file once it is read.
struct End {
    hash: String,
    bytes: u64,
    warnings: Vec<Warning>,
}

async fn import<T: Record, R: Read + Send + 'static>(
    server: &Server,
    input: R,
    options: Options<'_>,
    mut progress: impl FnMut(&Progress) + Send,
) -> Result<Report, FileError> {
    let run = Run { server, id: server.id(), folder: options.folder, today: server.clock.today(), by: Actor::System };
    if T::KIND == Kind::Documents && run.folder.is_none() {
        return Err(FileError::NoFolder);
    }
    // Reading and checking go on while the batch before is written; two batches in between keep memory flat.
    let (send, mut batches) = mpsc::channel::<Batch<T>>(1);
    let (format, today) = (options.format, run.today);
    let reader = tokio::task::spawn_blocking(move || read_all::<T, R>(input, format, today, &send));
    let mut report = Report { id: run.id, kind: T::KIND, counts: Progress::default(), refusals: Vec::new(), warnings: Vec::new() };
    let mut refused_lines = options.refused.map(|out| lines::RefusedLines::new(out, options.locale));
    while let Some(batch) = batches.recv().await {
        let records: Vec<&T> = batch.items.iter().filter_map(|item| item.record.as_ref().ok()).collect();
        T::prepare(&run, &records).await?;
        let mut tx = server.db.write().await?;
        one_at_a_time(&mut tx).await?;
        let outcomes = T::write(&run, &mut tx, &records).await?;
        tx.commit().await?;
        let mut outcomes = outcomes.into_iter();
        for item in batch.items {
            let outcome = match item.record {
                Ok(_) => outcomes.next().ok_or(Error::Corrupt("outcome of an import"))?,
                Err(refused) => Outcome::Refused(refused),
            };
            report.counts.lines += 1;
            match outcome {
                Outcome::Created => report.counts.created += 1,
                Outcome::Updated => report.counts.updated += 1,
                Outcome::Unchanged => report.counts.unchanged += 1,
                Outcome::Refused(refused) => {
                    report.counts.refused += 1;
                    let refusal = Refusal { line: item.line.number, column: refused.column, reason: refused.reason };
                    if let Some(out) = &mut refused_lines {
                        out.write(&item.line, &refusal)?;
                    }
                    if report.refusals.len() < KEPT_REFUSALS {
                        report.refusals.push(refusal);
                    }
                }
            }
        }
        report.counts.bytes = batch.bytes;
        progress(&report.counts);
    }
    let end = reader.await.map_err(|_| Error::Corrupt("reading of an import"))??;
    if let Some(out) = refused_lines {
        out.finish()?;
    }
    report.counts.bytes = end.bytes;
    report.warnings = end.warnings;
    let mut tx = server.db.write().await?;
    record(&run, &mut tx, T::KIND, &report.counts, &end.hash).await?;
    tx.commit().await?;
    if matches!(T::KIND, Kind::Payments | Kind::Slips) {
        // What the bank's record settles by itself: receipts, asked-for slips, down payments.
        requests::record::settle(server).await?;
    }
    progress(&report.counts);
    Ok(report)
}

fn read_all<T: Record, R: Read>(input: R, format: Format, today: NaiveDate, batches: &mpsc::Sender<Batch<T>>) -> Result<End, FileError> {
    let mut lines = Lines::open(input, format, T::COLUMNS)?;
    let mut seen = Seen::default();
    let mut items = Vec::with_capacity(BATCH);
    loop {
        let line = lines.next()?;
        let over = line.is_none();
        if let Some(line) = line {
            let record = read_line::<T>(&line, today, &mut seen);
            items.push(Item { line, record });
        }
        if items.len() == BATCH || (over && !items.is_empty()) {
            let batch = Batch { items: std::mem::replace(&mut items, Vec::with_capacity(BATCH)), bytes: lines.bytes() };
            // The writer has failed, and says why itself.
            if batches.blocking_send(batch).is_err() {
                break;
            }
        }
        if over {
            break;
        }
    }
    Ok(lines.end())
}

fn read_line<T: Record>(line: &Line, today: NaiveDate, seen: &mut Seen) -> Result<T, Refused> {
    if let Some(reason) = &line.problem {
        return Err(Refused { column: None, reason: reason.clone() });
    }
    let row = Row::new(line, T::COLUMNS, today);
    let external_id = row.text("external_id")?;
    if let Some(first) = seen.before(&external_id, line.number) {
        return Err(Refused::new("external_id", Reason::Repeated { first }));
    }
    T::read(&row)
}

/// The external ids of a file so far, as fingerprints of 128 bits: 24 bytes a line, whatever the ids look like.
#[derive(Default)]
struct Seen {
    lines: HashMap<(u64, u64), u64>,
    first: RandomState,
    second: RandomState,
}

impl Seen {
    /// The line on which this id came before.
    fn before(&mut self, external_id: &str, line: u64) -> Option<u64> {
        let fingerprint = (self.first.hash_one(external_id), self.second.hash_one(external_id));
        match self.lines.entry(fingerprint) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(line);
                None
            }
        }
    }
}

/// What is known is read before it is written: on PostgreSQL, whoever else imports waits (SQLite has one writer anyway).
async fn one_at_a_time(tx: &mut Tx) -> Result<(), Error> {
    if let crate::db::Link::Postgres(conn) = tx.link() {
        sqlx::query("select pg_advisory_xact_lock(4242002)").execute(conn).await?;
    }
    Ok(())
}

/// The import's own row, and its event in the audit trail.
async fn record(run: &Run<'_>, tx: &mut Tx, kind: Kind, counts: &Progress, hash: &str) -> Result<(), Error> {
    let number = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    sql!(tx, execute: "insert into imports (id, kind, file_hash, created, updated, unchanged, refused, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        run.id, kind.as_str(), hash, number(counts.created), number(counts.updated), number(counts.unchanged), number(counts.refused),
        run.server.clock.now())?;
    audit::record(
        run.server,
        tx,
        Event {
            actor: run.by,
            action: "imports.run",
            subject_kind: "import",
            subject_id: Some(run.id),
            customer: None,
            detail: json!({
                "kind": kind.as_str(), "file": hash, "created": counts.created, "updated": counts.updated,
                "unchanged": counts.unchanged, "refused": counts.refused,
            }),
        },
    )
    .await
}
