//! Exports for the creditor's own systems: refund orders, compensations, slips that wait for the bank, decisions. Every file that
//! leaves is told in a list and in the audit trail, with its rows, its sum and its SHA-256.
//!
//! Never holds an account or a Pix key in clear (the file for the bank does, see `refunds`), nor the bars or the line of a slip that
//! the bank does not know: nothing here can be paid with.

mod rows;
mod writing;

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use domain::actors::Role;
use domain::money::Money;
use serde_json::json;
use tokio::io::AsyncSeekExt;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::bills::LAST_DAY;
use crate::error::{Error, Result};
use crate::files::{Download, store};
use crate::sessions::{Hand, Staff};
use crate::{Server, sql};

pub use rows::Kind;
pub use writing::{Cell, Format, Sheet, csv, workbook};

/// Those who may take data of many customers away.
const EXPORTERS: &[Role] = &[Role::Receivables, Role::Supervisor];
/// Exports of one page of the list.
const PAGE: usize = 30;
/// The longest period, in days: ten years.
const LONGEST: i64 = 3_660;

/// Days of the creditor, the first and the last of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// A period; none when it ends before it begins, or lasts longer than ten years.
    #[must_use]
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        ((0..LONGEST).contains(&(to - from).num_days()) && to < LAST_DAY).then_some(Self { from, to })
    }

    /// One day.
    #[must_use]
    pub fn of_day(day: NaiveDate) -> Self {
        Self { from: day, to: day }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    #[must_use]
    pub fn to(self) -> NaiveDate {
        self.to
    }
}

/// The same, as moments of the creditor's zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    period: Period,
    begins: DateTime<Utc>,
    /// The first moment after it.
    ends: DateTime<Utc>,
}

impl Span {
    fn of(server: &Server, period: Period) -> Self {
        Self { period, begins: Self::midnight(server, period.from), ends: Self::midnight(server, period.to + Days::new(1)) }
    }

    /// The first moment of a day.
    pub(crate) fn midnight(server: &Server, day: NaiveDate) -> DateTime<Utc> {
        let naive = day.and_time(chrono::NaiveTime::MIN);
        // Where a day begins at one o'clock, because clocks were put forward, its first moment is an hour later.
        let found = server.config.time_zone.from_local_datetime(&naive).earliest();
        found.map_or_else(|| naive.and_utc(), |at| at.to_utc())
    }
}

/// How much there is of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Of what.
    pub kind: Kind,
    /// How many rows.
    pub rows: i64,
    /// Their amounts together.
    pub sum: Money,
}

/// What could be exported of a period, kind by kind.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn totals(server: &Server, staff: &Staff, period: Period) -> Result<Vec<Total>> {
    staff.only(EXPORTERS)?;
    let span = Span::of(server, period);
    let mut conn = server.db.read().await?;
    let mut totals = Vec::new();
    for kind in Kind::ALL {
        let (rows, sum) = rows::total(&mut conn, *kind, &span).await?;
        totals.push(Total { kind: *kind, rows, sum: Money::cents(sum) });
    }
    Ok(totals)
}

/// A file that was made, ready to be sent.
#[derive(Debug)]
pub struct Made {
    /// Which of the list.
    pub id: Uuid,
    /// How many rows it has, without the header.
    pub rows: u64,
    /// Their amounts together.
    pub sum: Money,
    /// The file.
    pub file: Download,
}

/// Makes a file of everything of a kind in a period, and writes down that it was taken. It lies on this machine's disk without a name
/// and ends with its handle; a page of rows is all that is in memory.
///
/// # Errors
/// [`Error::Forbidden`]; the disk's.
pub async fn export(server: &Server, by: Hand<'_>, kind: Kind, period: Period, format: Format) -> Result<Made> {
    by.only(EXPORTERS)?;
    let incoming = server.files.incoming().await?;
    let (send, receive) = mpsc::channel(1);
    let path = incoming.path().to_owned();
    let writer = tokio::task::spawn_blocking(move || writing::write(&path, kind, format, receive));
    let read = rows::read(server, kind, &Span::of(server, period), &send).await;
    drop(send);
    let (rows, sum) = writer.await.map_err(|_| Error::Corrupt("writing of an export"))??;
    read?;
    let mut file = tokio::fs::File::open(incoming.path()).await?;
    // It has no name any more, and is gone when nobody reads it.
    drop(incoming);
    let (hash, size) = store::digest(&mut file).await?;
    file.rewind().await?;
    let id: Uuid = server.id();
    record(server, by, &Exported { id, kind, format, period, rows, sum, hash: &hash }).await?;
    let name = format!("{}_{}_{}.{}", kind.file_name(), period.from, period.to, format.ending());
    Ok(Made { id, rows, sum, file: Download { name, media_type: format.media_type().to_owned(), size, file } })
}

/// An export that was made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Past {
    /// Which.
    pub id: Uuid,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// How.
    #[sqlx(try_from = "String")]
    pub format: Format,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// How many rows.
    pub row_count: i64,
    /// Their amounts together.
    #[sqlx(try_from = "i64")]
    pub sum: Money,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Who; none at a terminal.
    pub by_name: Option<String>,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// A page of the list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// The newest first.
    pub exports: Vec<Past>,
    /// The last of this page, when there are more.
    pub next: Option<Uuid>,
}

/// What was exported, by whom and when, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn history(server: &Server, staff: &Staff, after: Option<Uuid>) -> Result<Page> {
    staff.only(EXPORTERS)?;
    let mut conn = server.db.read().await?;
    // Ids are in the order of time.
    let mut exports = sql!(conn, all Past: "select e.id, e.kind, e.format, e.from_on, e.to_on, e.row_count, e.sum, e.file_hash, s.name as by_name, e.made_at
        from exports e left join staff s on s.id = e.staff_id where e.id < $1 order by e.id desc limit $2",
        after.unwrap_or(Uuid::max()), i64::try_from(PAGE).unwrap_or(0) + 1)?;
    let more = exports.len() > PAGE;
    exports.truncate(PAGE);
    Ok(Page { next: exports.last().filter(|_| more).map(|past| past.id), exports })
}

struct Exported<'a> {
    id: Uuid,
    kind: Kind,
    format: Format,
    period: Period,
    rows: u64,
    sum: Money,
    hash: &'a str,
}

async fn record(server: &Server, by: Hand<'_>, made: &Exported<'_>) -> Result<()> {
    let mut tx = server.db.write().await?;
    let Period { from, to } = made.period;
    sql!(tx, execute: "insert into exports (id, kind, format, from_on, to_on, row_count, sum, file_hash, staff_id, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        made.id, made.kind.as_str(), made.format.as_str(), from, to, i64::try_from(made.rows).unwrap_or(i64::MAX), made.sum.as_cents(),
        made.hash, by.actor().id(), server.clock.now())?;
    let event = Event {
        actor: by.actor(),
        action: "exports.take",
        subject_kind: "export",
        subject_id: Some(made.id),
        customer: None,
        detail: json!({
            "kind": made.kind.as_str(), "format": made.format.as_str(), "from": from, "to": to, "rows": made.rows,
            "cents": made.sum.as_cents(), "file": made.hash,
        }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_neither_backwards_nor_endless() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(Period::new(day("2026-11-22"), day("2026-11-22")).is_some());
        assert!(Period::new(day("2026-11-22"), day("2026-11-21")).is_none());
        assert!(Period::new(day("2016-11-22"), day("2026-11-21")).is_some());
        assert!(Period::new(NaiveDate::MIN, NaiveDate::MAX).is_none());
        assert!(Period::new(NaiveDate::MAX, NaiveDate::MAX).is_none(), "there is a day after the last one");
    }
}
