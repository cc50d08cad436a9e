//! Files to banks (remessas): slips that the bank does not know yet are asked to be registered, and those that another has replaced
//! to be closed.
//!
//! A file and what it says of slips are one transaction: its number is the agreement's next, its slips are `sent`, and each of them is in
//! it alone. What fails uses no number. The bytes are put away before it, since none is open while they travel, and are swept
//! again if it comes to nothing. Never makes a slip, and never says that the bank has one: its return files do.

pub(crate) mod company;
mod gathering;
mod reasons;

use chrono::{DateTime, Utc};
use domain::actors::Role;
use domain::cnab::remessa::{Draft, RemessaError};
use domain::money::Money;
use serde_json::json;
use uuid::Uuid;

use self::company::Said;
use self::gathering::{Gathered, gather};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::{self, Download};
use crate::policies::Creditor;
use crate::sealing::sha256;
use crate::sessions::{Hand, Staff};
use crate::{Server, policies, rows, sql};

pub use self::company::Unfit;
pub use self::reasons::{LeftOut, NotWritten, Why};

/// Those who may send the bank something.
const SENDERS: &[Role] = &[Role::Receivables, Role::Supervisor];
/// Files of one page of the list.
const PAGE: usize = 30;
/// Slips that are looked at to say which of them cannot be sent: what was left out before is the oldest.
const LOOKED_AT: usize = 2_000;
/// How often a file is gathered anew when others are faster: each time, one of them has made a file.
const TRIES: usize = 20;

/// An agreement, and what its next file would be.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub id: Uuid,
    /// The creditor's own name for it.
    pub external_id: String,
    /// Name of the bank.
    pub bank_name: String,
    /// The number of its next file.
    pub next: i64,
    /// Slips that the bank does not know yet, those left out included.
    pub entries: i64,
    /// Their amounts together.
    pub sum: Money,
    /// Slips to be closed.
    pub closings: i64,
    /// Slips that cannot be sent as they are, of the two thousand that have waited longest.
    pub left_out: Vec<LeftOut>,
    /// Why no file can be written for it.
    pub unfit: Option<Unfit>,
    /// Whether there is something that can be sent.
    pub ready: bool,
}

macro_rules! agreements {
    ($which:literal) => {
        concat!(
            "select id, external_id, bank_code, bank_name, branch, account, account_digit, remessa_agreement, remessa_wallet, remessa_variation,
                remessa_collection, remessa_kind, remessa_sequence from bank_agreements ",
            $which
        )
    };
}

macro_rules! files {
    ($which:literal) => {
        concat!(
            "select r.id, a.external_id as agreement, a.bank_name, r.sequence, r.entries, r.sum, r.closings, r.file_hash, s.name as by_name,
                r.written_at, r.not_taken_at
           from remessas r join bank_agreements a on a.id = r.bank_agreement_id left join staff s on s.id = r.staff_id ",
            $which
        )
    };
}

#[derive(sqlx::FromRow)]
struct AgreementRow {
    id: Uuid,
    external_id: String,
    bank_code: String,
    bank_name: String,
    branch: String,
    account: Option<String>,
    account_digit: Option<String>,
    remessa_agreement: Option<String>,
    remessa_wallet: Option<String>,
    remessa_variation: Option<String>,
    remessa_collection: Option<String>,
    remessa_kind: Option<String>,
    remessa_sequence: i64,
}

impl AgreementRow {
    fn draft(&self, creditor: &Creditor) -> Result<Draft, Unfit> {
        let said = Said {
            bank_code: &self.bank_code,
            cnpj: &creditor.cnpj,
            name: &creditor.legal_name,
            branch: &self.branch,
            account: self.account.as_deref().unwrap_or_default(),
            account_digit: self.account_digit.as_deref().unwrap_or_default(),
            agreement: self.remessa_agreement.as_deref().unwrap_or_default(),
            wallet: self.remessa_wallet.as_deref().unwrap_or_default(),
            variation: self.remessa_variation.as_deref().unwrap_or_default(),
            collection: self.remessa_collection.as_deref().unwrap_or_default(),
            kind: self.remessa_kind.as_deref().unwrap_or_default(),
        };
        Draft::new(&said.agreement()?).map_err(|_| Unfit::Bank)
    }

    /// How a file of it is called.
    fn file_name(&self, sequence: i64) -> String {
        let name: String = self.external_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("remessa-{name}-{sequence:06}.rem")
    }
}

/// Every agreement, and what waits for its next file.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn waiting(server: &Server, by: Hand<'_>) -> Result<Vec<Waiting>> {
    by.only(SENDERS)?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let creditor = policies::creditor(&mut conn).await?;
    let agreements = sql!(conn, all AgreementRow:
        agreements!("order by external_id"))?;
    let mut all = Vec::with_capacity(agreements.len());
    for row in agreements {
        let (entries, sum) = sql!(conn, one (i64, i64):
            "select count(*), cast(coalesce(sum(amount), 0) as bigint) from slips where state = 'pending' and bank_agreement_id = $1", row.id)?;
        let draft = row.draft(&creditor);
        let mut one = Waiting {
            id: row.id,
            external_id: row.external_id,
            bank_name: row.bank_name,
            next: row.remessa_sequence + 1,
            entries,
            sum: Money::cents(sum),
            closings: 0,
            left_out: Vec::new(),
            unfit: None,
            ready: false,
        };
        match draft {
            Ok(draft) => {
                let found = gather(&mut conn, one.id, draft, today, LOOKED_AT).await?;
                one.closings = i64::try_from(found.closings.len()).unwrap_or(i64::MAX);
                // Nobody has looked at what comes after so many.
                one.ready = found.entries.len() + found.closings.len() > 0 || usize::try_from(entries).is_ok_and(|all| all > LOOKED_AT);
                one.left_out = found.left_out;
            }
            Err(unfit) => one.unfit = Some(unfit),
        }
        all.push(one);
    }
    Ok(all)
}

/// A file that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Which of the list.
    pub id: Uuid,
    /// Its number.
    pub sequence: i64,
    /// Slips to be registered.
    pub entries: usize,
    /// Slips to be closed.
    pub closings: usize,
    /// The amounts to be registered, together.
    pub sum: Money,
    /// Slips that stay pending, and why.
    pub left_out: Vec<LeftOut>,
}

/// Writes the next file of an agreement: every slip that waits, as many as a file holds, the oldest first. They are `sent` from then on.
///
/// # Errors
/// [`NotWritten`]: nothing changed then.
pub async fn write(server: &Server, by: Hand<'_>, agreement: Uuid) -> Result<Written, NotWritten> {
    by.only(SENDERS)?;
    for _ in 0..TRIES {
        if let Some(written) = attempt(server, by, agreement).await? {
            return Ok(written);
        }
    }
    Err(Error::Overtaken("remessa").into())
}

/// One try; none when somebody else wrote a file meanwhile, or a slip moved.
async fn attempt(server: &Server, by: Hand<'_>, agreement: Uuid) -> Result<Option<Written>, NotWritten> {
    let mut conn = server.db.read().await?;
    let creditor = policies::creditor(&mut conn).await?;
    let row = sql!(conn, optional AgreementRow:
        agreements!("where id = $1"), agreement)?
    .ok_or(Error::NotFound)?;
    let draft = row.draft(&creditor).map_err(NotWritten::Unfit)?;
    let Gathered { draft, entries, closings, sum, left_out } =
        gather(&mut conn, agreement, draft, server.clock.today(), usize::MAX).await?;
    drop(conn);
    if entries.is_empty() && closings.is_empty() {
        return Err(NotWritten::Nothing(left_out));
    }
    let now = server.clock.now();
    let (before, sequence) = (row.remessa_sequence, row.remessa_sequence + 1);
    let number = u32::try_from(sequence).unwrap_or(u32::MAX);
    let at = server.clock.local(now).naive_local();
    let text = tokio::task::spawn_blocking(move || draft.write(number, at)).await.map_err(|_| Error::Corrupt("writing of a remessa"))?;
    let text = text.map_err(|error| match error {
        RemessaError::Company { field, problem } => NotWritten::Unfit(Unfit::Fields(vec![(field, problem)])),
        _ => Error::Corrupt("remessa").into(),
    })?;
    let hash = sha256(text.as_bytes());
    files::keep(server, text.as_bytes(), "text/plain", &row.file_name(sequence)).await?;

    let mut tx = server.db.write().await?;
    let ours = sql!(tx, execute: "update bank_agreements set remessa_sequence = $3 where id = $1 and remessa_sequence = $2",
        agreement, before, sequence)?;
    if ours == 0 || send(&mut tx, &entries).await? != entries.len() as u64 {
        return Ok(None);
    }
    let id: Uuid = server.id();
    let count = |slips: &[Uuid]| i64::try_from(slips.len()).unwrap_or(i64::MAX);
    sql!(tx, execute:
        "insert into remessas (id, bank_agreement_id, sequence, file_hash, entries, sum, closings, staff_id, written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, agreement, sequence, hash.as_str(), count(&entries), sum.as_cents(), count(&closings), by.actor().id(), now)?;
    ask(&mut tx, id, "enter", &entries).await?;
    ask(&mut tx, id, "close", &closings).await?;
    let detail = json!({
        "agreement": row.external_id, "sequence": sequence, "entries": entries.len(), "closings": closings.len(),
        "cents": sum.as_cents(), "left_out": left_out.len(), "file": hash,
    });
    record(server, &mut tx, by, "remessas.write", id, detail).await?;
    tx.commit().await?;
    Ok(Some(Written { id, sequence, entries: entries.len(), closings: closings.len(), sum, left_out }))
}

/// Says of slips that the bank is asked; how many there were that nobody had asked for.
async fn send(tx: &mut Tx, slips: &[Uuid]) -> Result<u64> {
    Ok(rows!(
        tx,
        "update slips set state = 'sent' from (",
        slips,
        |id| [*id],
        ") as asked where slips.id = asked.column1 and slips.state = 'pending'"
    ))
}

async fn ask(tx: &mut Tx, remessa: Uuid, instruction: &'static str, slips: &[Uuid]) -> Result<()> {
    rows!(tx, "insert into remessa_lines (remessa_id, slip_id, instruction)", slips, |slip| [remessa, *slip, instruction], "");
    Ok(())
}

async fn record(server: &Server, tx: &mut Tx, by: Hand<'_>, action: &str, id: Uuid, detail: serde_json::Value) -> Result<()> {
    let event = audit::Event { actor: by.actor(), action, subject_kind: "remessa", subject_id: Some(id), customer: None, detail };
    audit::record(server, tx, event).await
}

/// A file of the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Past {
    /// Which.
    pub id: Uuid,
    /// The creditor's own name for its agreement.
    pub agreement: String,
    /// Name of the bank.
    pub bank_name: String,
    /// Its number.
    pub sequence: i64,
    /// Slips to be registered.
    pub entries: i64,
    /// Their amounts together.
    #[sqlx(try_from = "i64")]
    pub sum: Money,
    /// Slips to be closed.
    pub closings: i64,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Who; none at a terminal.
    pub by_name: Option<String>,
    /// When.
    pub written_at: DateTime<Utc>,
    /// When somebody said that the bank never took it.
    pub not_taken_at: Option<DateTime<Utc>>,
}

/// A page of the list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// The newest first.
    pub files: Vec<Past>,
    /// The last of this page, when there are more.
    pub next: Option<Uuid>,
}

/// The files that were written, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn history(server: &Server, by: Hand<'_>, after: Option<Uuid>) -> Result<Page> {
    by.only(SENDERS)?;
    let mut conn = server.db.read().await?;
    // Ids are in the order of time.
    let mut files = sql!(conn, all Past:
        files!("where r.id < $1 order by r.id desc limit $2"),
        after.unwrap_or(Uuid::max()), i64::try_from(PAGE).unwrap_or(0) + 1)?;
    let more = files.len() > PAGE;
    files.truncate(PAGE);
    Ok(Page { next: files.last().filter(|_| more).map(|past| past.id), files })
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Told {
    /// The file.
    pub file: Past,
    /// What became of the slips it asks for, in the order of [`Became`].
    pub became: Vec<(Became, i64)>,
    /// Whether it can be said that the bank never took it: something of it waits for an answer.
    pub unanswered: bool,
}

/// What became of a slip that a file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// The bank has not answered.
    Unanswered,
    /// The bank took it; it may be paid or closed since.
    Registered,
    /// The bank did not take it.
    Rejected,
    /// It is in a newer file, or waits for one.
    AskedAgain,
    /// To be closed: the bank has not said that it is.
    ToClose,
    /// The bank has closed it.
    Closed,
}

/// One file, and what became of it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn file(server: &Server, staff: &Staff, id: Uuid) -> Result<Told> {
    staff.only(SENDERS)?;
    let mut conn = server.db.read().await?;
    let file = sql!(conn, optional Past:
        files!("where r.id = $1"), id)?
    .ok_or(Error::NotFound)?;
    let became = became(&mut conn, id).await?;
    let unanswered = file.not_taken_at.is_none() && answers_wait(&became);
    Ok(Told { file, became, unanswered })
}

async fn became(conn: &mut Conn, id: Uuid) -> Result<Vec<(Became, i64)>> {
    let counts = sql!(conn, all (String, String, bool, bool, i64):
        "select instruction, state, again, closed, count(*) from (
            select l.instruction, s.state,
                   exists (select 1 from remessa_lines n where n.slip_id = l.slip_id and n.instruction = 'enter' and n.remessa_id > l.remessa_id) as again,
                   exists (select 1 from return_lines r where r.slip_id = l.slip_id and r.outcome = 'closed') as closed
              from remessa_lines l join slips s on s.id = l.slip_id where l.remessa_id = $1) as lines
          group by instruction, state, again, closed", id)?;
    let mut told: std::collections::BTreeMap<Became, i64> = std::collections::BTreeMap::new();
    for (instruction, state, again, closed, count) in counts {
        let became = match (instruction.as_str(), state.as_str()) {
            ("close", _) if closed => Became::Closed,
            ("close", _) => Became::ToClose,
            _ if again => Became::AskedAgain,
            (_, "pending") => Became::AskedAgain,
            (_, "sent") => Became::Unanswered,
            (_, "rejected") => Became::Rejected,
            _ => Became::Registered,
        };
        *told.entry(became).or_default() += count;
    }
    Ok(told.into_iter().collect())
}

fn answers_wait(became: &[(Became, i64)]) -> bool {
    became.iter().any(|(became, _)| matches!(became, Became::Unanswered | Became::ToClose))
}

/// Which file has this number of this agreement.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn numbered(server: &Server, by: Hand<'_>, agreement: &str, sequence: i64) -> Result<Uuid> {
    by.only(SENDERS)?;
    let mut conn = server.db.read().await?;
    let found = sql!(conn, optional (Uuid,):
        "select r.id from remessas r join bank_agreements a on a.id = r.bank_agreement_id where a.external_id = $1 and r.sequence = $2",
        agreement, sequence)?;
    found.map(|(id,)| id).ok_or(Error::NotFound)
}

/// A file as it was written, byte for byte; who fetched it is recorded, since it names people.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Files`].
pub async fn fetch(server: &Server, by: Hand<'_>, id: Uuid) -> Result<Download> {
    by.only(SENDERS)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional AgreementRow:
        agreements!("where id = (select bank_agreement_id from remessas where id = $1)"), id)?
    .ok_or(Error::NotFound)?;
    let (sequence, hash) = sql!(conn, one (i64, String): "select sequence, file_hash from remessas where id = $1", id)?;
    drop(conn);
    let download = files::download(server, &hash, row.file_name(sequence), "text/plain".to_owned()).await?;
    let mut tx = server.db.write().await?;
    record(server, &mut tx, by, "remessas.fetch", id, json!({ "file": hash })).await?;
    tx.commit().await?;
    Ok(download)
}

/// Says that the bank never took a file: slips it alone has asked for, and that no answer came to, wait again; what it asked to be closed
/// is asked again. Its number is not used again. Says how many slips wait again.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Refused`] when the bank has answered to all of it; [`Error::Overtaken`] when
/// somebody has said so before.
pub async fn not_taken(server: &Server, by: Hand<'_>, id: Uuid) -> Result<u64> {
    by.only(SENDERS)?;
    let mut tx = server.db.write().await?;
    let said = sql!(tx, execute: "update remessas set not_taken_at = $2, not_taken_by = $3 where id = $1 and not_taken_at is null",
        id, server.clock.now(), by.actor().id())?;
    if said == 0 {
        let known = sql!(tx, optional (Uuid,): "select id from remessas where id = $1", id)?;
        return Err(if known.is_some() { Error::Overtaken("remessa") } else { Error::NotFound });
    }
    if !answers_wait(&became(&mut tx, id).await?) {
        return Err(Error::Refused("remessa_answered"));
    }
    let slips = sql!(tx, execute:
        "update slips set state = 'pending' where state = 'sent' and id in (
            select l.slip_id from remessa_lines l where l.remessa_id = $1 and l.instruction = 'enter' and not exists (
                select 1 from remessa_lines n where n.slip_id = l.slip_id and n.instruction = 'enter' and n.remessa_id > l.remessa_id))", id)?;
    record(server, &mut tx, by, "remessas.not_taken", id, json!({ "slips": slips })).await?;
    tx.commit().await?;
    Ok(slips)
}
