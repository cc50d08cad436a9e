//! Return files: what the bank says of slips settles bills by itself.
//!
//! A file is held against itself before anything is written, taken once whatever it is called, and applied in batches, each in
//! one transaction together with how far it got: whoever goes on after a broken process begins exactly there, and two processes
//! at one file share it. Never guesses whose money it is: what fits no slip waits in a queue for staff.

mod applying;
mod matching;
mod reading;
mod reasons;
mod unidentified;
mod watching;

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::charges::Tolerance;
use domain::money::Money;
use domain::reconciliation::{Outcome, bare, names_agreement};
use serde_json::json;
use uuid::Uuid;

use self::applying::Step;
use self::matching::{Agreements, World};
use self::reading::{Event, ReadFile};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::{self, Download};
use crate::sessions::{Hand, Staff};
use crate::{Server, policies, requests, sql};

pub(crate) use self::applying::tell_of_duplicate;
pub use self::reasons::{Refused, Warning, outcome};
pub use self::unidentified::{
    Allocated, GivenBack, Suggestion, Unidentified, allocate, approve, approve_giving_back, give_back, list, not_repeated, numbered,
    send_back,
};
pub use self::watching::{RefusedFile, look, refused, run as watch};

/// The most bytes of a file: some 200,000 lines.
pub const LARGEST: u32 = 80 * 1_048_576;
/// Events in one transaction: enough for few commits, few enough that nobody waits long for the writer.
const BATCH: usize = 2_000;
/// Lines in a report that somebody must look at; the others are in the table.
const TOLD: i64 = 100;
/// Those who see to the money that comes in.
const RECEIVERS: &[Role] = &[Role::Receivables, Role::Supervisor];

/// How to take a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// It was missing: newer files of its agreement were applied already.
    pub late: bool,
}

/// What came, or would come, of a file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file; none for a preview.
    pub id: Option<Uuid>,
    /// What it was called.
    pub name: String,
    /// The bank.
    pub bank: String,
    /// The number that the bank gave it.
    pub sequence: Option<i64>,
    /// The day the bank wrote it.
    pub date: Option<NaiveDate>,
    /// Its lines, headers and trailers included.
    pub lines: i32,
    /// What happened to titles.
    pub events: i32,
    /// All that it says was paid.
    pub paid: Money,
    /// All that it says was credited.
    pub credited: Money,
    /// All that the bank kept.
    pub fees: Money,
    /// How many events came to what, and how much was paid by them.
    pub counts: Vec<(Outcome, i64, Money)>,
    /// What is worth knowing.
    pub warnings: Vec<Warning>,
    /// Lines that were taken for a payment that is there already; staff may say that they are payments of their own.
    pub repeated: Vec<Repeated>,
    /// When all of it was applied.
    pub applied_at: Option<DateTime<Utc>>,
    /// Whether the file is kept as it came: see [`original`].
    pub kept: bool,
}

impl Report {
    /// How many events came to this.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> i64 {
        self.counts.iter().find(|(found, ..)| *found == outcome).map_or(0, |(_, count, _)| *count)
    }
}

/// A line that says what another file, or an import, had said: the same slip, amount and day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Repeated {
    /// The line.
    pub line: i32,
    /// The bank's number of the slip.
    pub nosso_numero: Option<String>,
    /// What it says was paid.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// When.
    pub paid_on: NaiveDate,
}

/// What is the same for every event of a file.
struct Context<'a> {
    server: &'a Server,
    file: &'a ReadFile,
    agreements: Agreements,
    calendar: Calendar,
    tolerance: Tolerance,
}

impl<'a> Context<'a> {
    async fn load(server: &'a Server, conn: &mut Conn, file: &'a ReadFile) -> Result<Self, Refused> {
        Ok(Self {
            server,
            file,
            agreements: agreements(conn, file).await?,
            calendar: policies::calendar(conn).await?,
            tolerance: policies::requests(server, conn).await?.late_charge_tolerance,
        })
    }

    /// The payment's own id for ever: the same line of the same file is never posted twice.
    fn external_id(&self, event: &Event) -> String {
        external_id(&self.file.content_hash, event.line)
    }
}

fn external_id(content_hash: &str, line: i32) -> String {
    format!("{}{line}", external_prefix(content_hash))
}

fn external_prefix(content_hash: &str) -> String {
    format!("cnab/{}/", content_hash.get(..16).unwrap_or(content_hash))
}

#[derive(sqlx::FromRow)]
struct AgreementRow {
    id: Uuid,
    branch: String,
    beneficiary_code: String,
    carteira: String,
}

/// The creditor's agreements that the header names.
async fn agreements(conn: &mut Conn, file: &ReadFile) -> Result<Agreements, Refused> {
    let rows = sql!(conn, all AgreementRow: "select id, branch, beneficiary_code, carteira from bank_agreements where bank_code = $1 order by external_id",
        file.bank.as_str())?;
    if rows.is_empty() {
        return Err(Refused::UnknownBank { bank: file.bank.clone() });
    }
    // A header that names nobody can only be of the one agreement there is.
    let unnamed = bare(&file.agreement).is_empty() && rows.len() == 1;
    let named: Vec<AgreementRow> =
        rows.into_iter().filter(|row| unnamed || names_agreement(&file.agreement, &row.branch, &row.beneficiary_code)).collect();
    let first = named.first().ok_or_else(|| Refused::WrongCompany { agreement: file.agreement.clone() })?;
    Ok(Agreements {
        bank: file.bank.clone(),
        beneficiary: first.beneficiary_code.clone(),
        ids: named.iter().map(|row| row.id).collect(),
        carteiras: named.iter().map(|row| row.carteira.clone()).collect(),
    })
}

/// Whether this person sees to the money that comes in: asked before a long file is taken.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn may(staff: &Staff) -> Result<()> {
    staff.only(RECEIVERS)
}

/// What applying a file would do; writes nothing.
///
/// # Errors
/// As [`apply`].
pub async fn preview(server: &Server, by: Hand<'_>, name: &str, bytes: Vec<u8>, options: Options) -> Result<Report, Refused> {
    by.only(RECEIVERS)?;
    let file = read(server, Bytes::from(bytes)).await?;
    let mut conn = server.db.read().await?;
    let context = Context::load(server, &mut conn, &file).await?;
    let known = known(&mut conn, &file).await?;
    let mut warnings = Vec::new();
    match known {
        Some(Known { applied_at: Some(at), name, .. }) => return Err(Refused::AppliedBefore { at, name }),
        Some(_) => {}
        None => warnings.extend(in_order(&mut conn, &context, options).await?),
    }
    let mut counts: BTreeMap<Outcome, (i64, Money)> = BTreeMap::new();
    let mut world = World::default();
    let mut looked = applying::Looked::default();
    let (mut feed, mut from) = (file.feed(), 0);
    while from < file.events {
        let events = feed.take(from, BATCH)?;
        from += events.len();
        let found = matching::find(&mut conn, &mut world, &context.agreements, &events, false).await?;
        for (event, found) in events.iter().zip(found) {
            let outcome = looked.at(&mut conn, &context, &mut world, event, found).await?;
            let (count, paid) = counts.entry(outcome).or_default();
            *count += 1;
            *paid += event.paid.unwrap_or_default();
            if outcome.needs_eyes() && warnings.len() < usize::try_from(TOLD).unwrap_or(usize::MAX) {
                warnings.push(Warning::line(event.line, &event.code, outcome, &event.motives));
            }
        }
    }
    let [paid, credited, fees] = file.sums;
    Ok(Report {
        id: None,
        name: name.to_owned(),
        bank: file.bank.clone(),
        sequence: file.sequence,
        date: file.date,
        lines: file.lines,
        events: number(file.events),
        paid,
        credited,
        fees,
        counts: counts.into_iter().map(|(outcome, (count, paid))| (outcome, count, paid)).collect(),
        warnings,
        repeated: Vec::new(),
        applied_at: None,
        kept: false,
    })
}

/// Applies a file: payments, entries, slips, and what is to be looked at. The same file again is refused; one that was broken off
/// goes on where it was; `progress` is told the events applied.
///
/// # Errors
/// [`Refused`], with nothing written; [`Refused::Server`] in the midst of it, with every batch before it complete.
pub async fn apply(
    server: &Server,
    by: Hand<'_>,
    name: &str,
    bytes: Vec<u8>,
    options: Options,
    mut progress: impl FnMut(usize, usize) + Send,
) -> Result<Report, Refused> {
    by.only(RECEIVERS)?;
    let bytes = Bytes::from(bytes);
    let file = read(server, bytes.clone()).await?;
    let mut conn = server.db.read().await?;
    let context = Context::load(server, &mut conn, &file).await?;
    drop(conn);
    // As it came: for whoever asks the bank about it. A file that is refused below is swept away again.
    files::keep(server, &bytes, "text/plain", name).await?;
    drop(bytes);
    let (id, gap) = begin(&context, by, name, options).await?;
    let many = file.events > BATCH;
    if many {
        server.db.write_many(true).await?;
    }
    let applied = run(&context, by, id, &mut progress).await;
    if many {
        server.db.write_many(false).await?;
    }
    applied?;
    // What the bank's record settles by itself: receipts, asked-for slips, down payments.
    requests::record::settle(server).await?;
    let mut report = report_of(&mut server.db.read().await?, id).await?;
    report.warnings.splice(0..0, gap);
    Ok(report)
}

async fn run(context: &Context<'_>, by: Hand<'_>, id: Uuid, progress: &mut (impl FnMut(usize, usize) + Send)) -> Result<()> {
    let mut feed = context.file.feed();
    loop {
        match applying::batch(context, &mut feed, by, id).await? {
            Step::Applied(position) => progress(position, context.file.events),
            // Another process is at the same file: it has done that batch.
            Step::Overtaken => {}
            Step::Done => return Ok(()),
        }
    }
}

async fn read(server: &Server, bytes: Bytes) -> Result<ReadFile, Refused> {
    let today = server.clock.today();
    tokio::task::spawn_blocking(move || reading::read(&bytes, today)).await.map_err(|_| Error::Corrupt("reading of a return file"))?
}

#[derive(sqlx::FromRow)]
struct Known {
    id: Uuid,
    name: String,
    applied_at: Option<DateTime<Utc>>,
}

/// The file, if it came before.
async fn known(conn: &mut Conn, file: &ReadFile) -> Result<Option<Known>> {
    Ok(sql!(conn, optional Known: "select id, name, applied_at from return_files where content_hash = $1", file.content_hash.as_str())?)
}

/// Whether it is this file's turn; tells of a gap before it.
async fn in_order(conn: &mut Conn, context: &Context<'_>, options: Options) -> Result<Option<Warning>, Refused> {
    let (Some(sequence), Some(agreement)) = (context.file.sequence, context.agreements.ids.first()) else { return Ok(None) };
    let rows = sql!(conn, all (i64, Option<NaiveDate>, String):
        // Not the file itself, which somebody may have taken in since it was looked for.
        "select sequence, file_date, name from return_files where bank_agreement_id = $1 and layout = $2 and sequence is not null
            and content_hash <> $3 order by file_date desc, sequence desc limit 400",
        *agreement, context.file.layout.as_str(), context.file.content_hash.as_str())?;
    if let Some((_, _, name)) = rows.iter().find(|(number, date, _)| *number == sequence && *date == context.file.date) {
        return Err(Refused::SequenceTaken { sequence, name: name.clone() });
    }
    // A bank that begins again with 1 does so on a later day.
    let newer = rows.iter().filter(|(number, date, _)| *number > sequence && *date >= context.file.date).map(|(number, ..)| *number).max();
    if let Some(last) = newer.filter(|_| !options.late) {
        return Err(Refused::OutOfOrder { sequence, last });
    }
    let before = rows.iter().filter(|(number, ..)| *number < sequence).map(|(number, ..)| *number).max();
    Ok(before.filter(|last| sequence > last + 1).map(|last| Warning::Gap { last, sequence }))
}

/// Takes the file in, or finds the one that was broken off.
async fn begin(context: &Context<'_>, by: Hand<'_>, name: &str, options: Options) -> Result<(Uuid, Option<Warning>), Refused> {
    let (server, file) = (context.server, context.file);
    let mut tx = server.db.write().await?;
    match known(&mut tx, file).await? {
        Some(Known { applied_at: Some(at), name, .. }) => return Err(Refused::AppliedBefore { at, name }),
        Some(known) => return Ok((known.id, None)),
        None => {}
    }
    let gap = in_order(&mut tx, context, options).await?;
    let agreement = context.agreements.ids.first().copied().ok_or(Error::Corrupt("agreement of a return file"))?;
    let [paid, credited, fees] = file.sums;
    let id: Uuid = server.id();
    let name: String = name.chars().take(200).collect();
    let written = sql!(tx, execute:
        "insert into return_files (id, content_hash, file_hash, name, layout, bank_code, bank_agreement_id, agreement, sequence, file_date, lines, events,
            paid, credited, fees, state, position, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'applying', 0, $16) on conflict do nothing",
        id, file.content_hash.as_str(), file.file_hash.as_str(), name.as_str(), file.layout.as_str(), file.bank.as_str(), agreement,
        file.agreement.as_str(), file.sequence, file.date, file.lines, number(file.events), paid.as_cents(), credited.as_cents(),
        fees.as_cents(), server.clock.now())?;
    if written == 0 {
        // Somebody took it in at the same moment; or another file with its number.
        drop(tx);
        return match known(&mut *server.db.write().await?, file).await? {
            Some(known) => Ok((known.id, None)),
            None => Err(Refused::SequenceTaken { sequence: file.sequence.unwrap_or(0), name }),
        };
    }
    audit(server, &mut tx, by, "reconciliation.begin", id, json!({ "file": file.file_hash, "events": file.events })).await?;
    tx.commit().await?;
    Ok((id, gap))
}

async fn audit(server: &Server, tx: &mut Tx, by: Hand<'_>, action: &str, file: Uuid, detail: serde_json::Value) -> Result<()> {
    let event = audit::Event { actor: by.actor(), action, subject_kind: "return_file", subject_id: Some(file), customer: None, detail };
    audit::record(server, tx, event).await
}

#[derive(sqlx::FromRow)]
struct FileRow {
    name: String,
    bank_code: String,
    sequence: Option<i64>,
    file_date: Option<NaiveDate>,
    lines: i32,
    events: i32,
    paid: i64,
    credited: i64,
    fees: i64,
    applied_at: Option<DateTime<Utc>>,
    kept: bool,
}

#[derive(sqlx::FromRow)]
struct CountRow {
    #[sqlx(try_from = "String")]
    outcome: Outcome,
    events: i64,
    paid: i64,
}

#[derive(sqlx::FromRow)]
struct LookAt {
    line: i32,
    code: String,
    #[sqlx(try_from = "String")]
    outcome: Outcome,
    motives: String,
}

/// What came of a file.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn report(server: &Server, staff: &Staff, file: Uuid) -> Result<Report> {
    staff.only(RECEIVERS)?;
    report_of(&mut server.db.read().await?, file).await
}

/// The file as it came; who fetched it is recorded, since it names people.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for one that is not kept; [`Error::Files`].
pub async fn original(server: &Server, staff: &Staff, file: Uuid) -> Result<Download> {
    staff.only(RECEIVERS)?;
    let mut tx = server.db.write().await?;
    let (name, hash) = sql!(tx, optional (String, String):
        "select r.name, r.file_hash from return_files r join files f on f.hash = r.file_hash where r.id = $1", file)?
    .ok_or(Error::NotFound)?;
    let download = files::download(server, &hash, name, "text/plain".to_owned()).await?;
    audit(server, &mut tx, Hand::Staff(staff), "reconciliation.fetch", file, json!({ "file": hash })).await?;
    tx.commit().await?;
    Ok(download)
}

async fn report_of(conn: &mut Conn, id: Uuid) -> Result<Report> {
    let file = sql!(conn, optional FileRow:
        "select name, bank_code, sequence, file_date, lines, events, paid, credited, fees, applied_at,
                exists (select 1 from files f where f.hash = return_files.file_hash) as kept from return_files where id = $1", id)?
    .ok_or(Error::NotFound)?;
    let looked = sql!(conn, all LookAt:
        "select line, code, outcome, motives from return_lines
          where file_id = $1 and outcome in ('in_agreement', 'repeated', 'unidentified', 'nothing_to_cancel', 'rejected', 'unknown')
          order by line limit $2", id, TOLD)?;
    let repeated = sql!(conn, all Repeated:
        "select line, nosso_numero, paid as amount, occurred_on as paid_on from return_lines
          where file_id = $1 and outcome = 'repeated' and paid > 0 and occurred_on is not null order by line limit $2", id, TOLD)?;
    let open = sql!(conn, all (String,):
        "select distinct s.nosso_numero from return_lines r join slip_bills paid on paid.slip_id = r.slip_id
           join slip_bills other on other.bill_id = paid.bill_id and other.slip_id <> r.slip_id
           join slips s on s.id = other.slip_id and s.state = 'registered' join bills b on b.id = other.bill_id and b.balance <= 0
          where r.file_id = $1 and r.outcome in ('superseded', 'after_closing') order by s.nosso_numero limit $2", id, TOLD)?;
    let mut warnings: Vec<Warning> = looked.into_iter().map(|row| Warning::line(row.line, &row.code, row.outcome, &row.motives)).collect();
    warnings.extend(open.into_iter().map(|(number,)| Warning::StillOpen { number }));
    Ok(Report {
        id: Some(id),
        name: file.name,
        bank: file.bank_code,
        sequence: file.sequence,
        date: file.file_date,
        lines: file.lines,
        events: file.events,
        paid: Money::cents(file.paid),
        credited: Money::cents(file.credited),
        fees: Money::cents(file.fees),
        counts: counts(conn, id).await?,
        warnings,
        repeated,
        applied_at: file.applied_at,
        kept: file.kept,
    })
}

async fn counts(conn: &mut Conn, id: Uuid) -> Result<Vec<(Outcome, i64, Money)>> {
    let mut rows = sql!(conn, all CountRow:
        "select outcome, count(*) as events, cast(coalesce(sum(paid), 0) as bigint) as paid from return_lines where file_id = $1 group by outcome", id)?;
    rows.sort_by_key(|row| row.outcome);
    Ok(rows.into_iter().map(|row| (row.outcome, row.events, Money::cents(row.paid))).collect())
}

/// A file in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileLine {
    /// Which.
    pub id: Uuid,
    /// What it was called.
    pub name: String,
    /// The bank.
    pub bank_code: String,
    /// The number that the bank gave it.
    pub sequence: Option<i64>,
    /// The day the bank wrote it.
    pub file_date: Option<NaiveDate>,
    /// What happened to titles.
    pub events: i32,
    /// Of them, applied.
    pub position: i32,
    /// All that it says was paid.
    #[sqlx(try_from = "i64")]
    pub paid: Money,
    /// When it came first.
    pub received_at: DateTime<Utc>,
    /// When all of it was applied; none for one that was broken off.
    pub applied_at: Option<DateTime<Utc>>,
}

/// The newest files, those that were broken off first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn files(server: &Server, staff: &Staff) -> Result<Vec<FileLine>> {
    staff.only(RECEIVERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all FileLine:
        "select id, name, bank_code, sequence, file_date, events, position, paid, received_at, applied_at from return_files
          order by case when applied_at is null then 0 else 1 end, received_at desc, id desc limit 50")?)
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
