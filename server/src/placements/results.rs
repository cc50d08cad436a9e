//! What agencies did and report back: a file with a line for each attempt, or one of them typed in. Each line is taken or given back with
//! its reason. Never believes a claimed payment: it is written down for somebody to look up, and settles nothing.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::forms::{FieldError, Problem};
use domain::ids::CustomerId;
use domain::placements::{MOST_RESULTS, Refused, ResultForm, ValidResult, refused};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{PLACERS, agencies, record};
use crate::activities::{self, Reported};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::exports::Span;
use crate::imports::{self, Column, FileError, Shape, optional, required};
use crate::sessions::Staff;
use crate::{Server, among};

/// The largest file, in bytes: many times what so many lines need.
pub const LARGEST: u32 = 4 * 1024 * 1024;

/// What a file's header names.
const COLUMNS: &[Column] = &[
    required("bill", Shape::Text(100)),
    required("on", Shape::Date),
    required("channel", Shape::Text(20)),
    required("code", Shape::Text(20)),
    optional("promised_on", Shape::Date),
    optional("note", Shape::Text(500)),
];

/// Names of the columns, in their order.
#[must_use]
pub fn columns() -> Vec<&'static str> {
    COLUMNS.iter().map(|column| column.name).collect()
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines written down.
    pub taken: usize,
    /// Lines that say what was known.
    pub known: usize,
    /// Those that were not taken: line, the bill it names, and why.
    pub refused: Vec<(u64, String, Refused)>,
}

/// Why a whole file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It cannot be read as a table.
    #[error(transparent)]
    File(#[from] FileError),
    /// Anything else.
    #[error(transparent)]
    Server(#[from] Error),
}

/// Whether somebody brings results, before a file is read.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn may(staff: &Staff) -> Result<()> {
    staff.only(PLACERS)
}

/// Takes an agency's file: what can be taken of it is, and the rest is given back. The same file again changes nothing.
///
/// # Errors
/// [`Unread`]: [`Error::Forbidden`] for whoever hands nothing over; [`Error::NotFound`] for an agency that is not there; a file that is no
/// table, or has more lines than [`MOST_RESULTS`].
pub async fn take(server: &Server, staff: &Staff, agency: Uuid, bytes: &[u8]) -> Result<Report, Unread> {
    staff.only(PLACERS)?;
    let lines = imports::table(bytes, COLUMNS, MOST_RESULTS)?;
    if lines.len() > MOST_RESULTS {
        let max = u32::try_from(MOST_RESULTS).unwrap_or(u32::MAX);
        return Err(Error::field("file", Problem::OutOfRange { min: 1, max }).into());
    }
    let today = server.clock.today();
    let (mut report, mut read) = (Report::default(), Vec::new());
    for (number, cells) in lines {
        let form = match cells {
            Ok(cells) => of_cells(cells),
            // A line that cannot be split names no bill.
            Err(_) => ResultForm::default(),
        };
        match form.parse(today) {
            Ok(valid) => read.push((number, valid)),
            Err(problems) => report.refused.push((number, form.bill.chars().take(60).collect(), refused(&problems))),
        }
    }
    let mut tx = server.db.write().await?;
    agencies::one(&mut tx, agency).await?;
    let spans = Spans::load(&mut tx, agency, &read.iter().map(|(_, valid)| valid.bill.as_str()).collect::<Vec<_>>()).await?;
    let mut seen = BTreeSet::new();
    for (number, valid) in &read {
        let outcome = match spans.customer(valid) {
            Ok(_) if !seen.insert(fingerprint(agency, valid)) => Err(Refused::Repeated),
            Ok(customer) => Ok(write(server, &mut tx, staff, agency, customer, valid).await?),
            Err(why) => Err(why),
        };
        match outcome {
            Ok(true) => report.taken += 1,
            Ok(false) => report.known += 1,
            Err(why) => report.refused.push((*number, valid.bill.clone(), why)),
        }
    }
    report.refused.sort_by_key(|(number, ..)| *number);
    let detail = json!({ "taken": report.taken, "known": report.known, "refused": report.refused.len() });
    record(server, &mut tx, staff.actor(), "placements.take_results", agency, None, detail).await?;
    tx.commit().await?;
    Ok(report)
}

/// Writes down one result.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Form`], on `bill` for one that was not with this agency on that day.
pub async fn take_one(server: &Server, staff: &Staff, agency: Uuid, form: &ResultForm) -> Result<()> {
    staff.only(PLACERS)?;
    let valid = form.parse(server.clock.today())?;
    let mut tx = server.db.write().await?;
    agencies::one(&mut tx, agency).await?;
    let spans = Spans::load(&mut tx, agency, &[valid.bill.as_str()]).await?;
    let customer = spans.customer(&valid).map_err(|why| {
        let problem = if why == Refused::UnknownBill { Problem::Unknown } else { Problem::NoLongerPossible };
        Error::Form(vec![FieldError::new("bill", problem)])
    })?;
    write(server, &mut tx, staff, agency, customer, &valid).await?;
    tx.commit().await
}

fn of_cells(cells: Vec<String>) -> ResultForm {
    let mut cells = cells.into_iter();
    let mut next = || cells.next().unwrap_or_default();
    ResultForm { bill: next(), on: next(), channel: next().to_lowercase(), code: next().to_lowercase(), promised_on: next(), note: next() }
}

#[derive(sqlx::FromRow)]
struct Out {
    number: String,
    agency_id: Option<Uuid>,
    customer_id: Uuid,
    placed_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
}

/// When bills were with an agency, by their numbers.
struct Spans {
    agency: Uuid,
    by_number: HashMap<String, Vec<Out>>,
}

impl Spans {
    async fn load(conn: &mut Conn, agency: Uuid, numbers: &[&str]) -> Result<Self> {
        let rows = among!(conn, Out: "select b.number, p.agency_id, b.customer_id, p.placed_on, p.ended_on
            from bills b left join placement_bills p on p.bill_id = b.id", "b.number", numbers.to_vec())?;
        let mut by_number: HashMap<String, Vec<Out>> = HashMap::new();
        for row in rows {
            by_number.entry(row.number.clone()).or_default().push(row);
        }
        Ok(Self { agency, by_number })
    }

    /// Whose bill it is, where it was with the agency on the day.
    fn customer(&self, valid: &ValidResult) -> Result<CustomerId, Refused> {
        let spans = self.by_number.get(&valid.bill).ok_or(Refused::UnknownBill)?;
        let there = |span: &&Out| {
            span.agency_id == Some(self.agency)
                && span.placed_on.is_some_and(|from| from <= valid.on)
                && span.ended_on.is_none_or(|to| valid.on <= to)
        };
        spans.iter().find(there).map(|span| CustomerId(span.customer_id)).ok_or(Refused::NotPlaced)
    }
}

/// The id of what a line says: the same line is the same activity, whichever file brings it.
fn fingerprint(agency: Uuid, valid: &ValidResult) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(agency);
    let parts = [
        valid.bill.as_str(),
        &valid.on.to_string(),
        valid.channel.as_str(),
        valid.code.as_str(),
        &valid.promised_on.map(|on| on.to_string()).unwrap_or_default(),
        valid.note.as_deref().unwrap_or_default(),
    ];
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

async fn write(server: &Server, tx: &mut Tx, staff: &Staff, agency: Uuid, customer: CustomerId, valid: &ValidResult) -> Result<bool> {
    let id = fingerprint(agency, valid);
    // An agency tells the day: noon of it, and no moment that is still to come.
    let noon = Span::midnight(server, valid.on) + chrono::TimeDelta::hours(12);
    let reported = Reported {
        id,
        agency,
        customer,
        at: noon.min(server.clock.now()),
        channel: valid.channel,
        outcome: valid.code.outcome(),
        note: valid.note.as_deref(),
        next_on: valid.promised_on,
    };
    let new = activities::report(server, tx, staff, &reported).await?;
    if new {
        let detail = json!({ "agency": agency, "code": valid.code });
        record(server, tx, staff.actor(), "placements.report", id, Some(customer), detail).await?;
    }
    Ok(new)
}
