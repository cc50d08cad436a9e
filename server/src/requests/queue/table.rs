//! A part of the queue as a table for a spreadsheet. Never without a record of who took it and how much.

use domain::actors::Role;
use domain::ids::RequestId;
use domain::requests::protocol::Protocol;
use domain::requests::queue::Filter;
use serde_json::json;

use super::{QueueRow, rows};
use crate::Server;
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::requests::kind_name;
use crate::sessions::Staff;
use crate::texts::{Locale, cell};

/// Those who may take data of many customers away.
const EXPORTERS: &[Role] = &[Role::Receivables, Role::Supervisor];
/// Requests read at once.
const ROUND: i64 = 1_000;
/// Rows of one table: what a person still looks through, and memory holds.
pub const MOST: usize = 100_000;

const COLUMNS: [&str; 12] = [
    "protocol",
    "kind",
    "kind_name",
    "status",
    "customer",
    "amount",
    "opened_on",
    "deadline_on",
    "clock",
    "waits_until",
    "area",
    "assignee",
];

/// A part of the queue, or of it the requests that are named, the riskiest first: UTF-8, `;` between cells, a header line.
///
/// # Errors
/// [`Error::Forbidden`] for those who export nothing.
pub async fn csv(server: &Server, staff: &Staff, filter: &Filter, only: &[Protocol], l: Locale) -> Result<String> {
    staff.only(EXPORTERS)?;
    let broken = |error: csv::Error| Error::Io(std::io::Error::other(error));
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(broken)?;
    let (mut written, mut after): (usize, Option<RequestId>) = (0, None);
    loop {
        // Not one long reading: others read between the rounds.
        let mut conn = server.db.read().await?;
        let (found, next) = rows(server, &mut conn, staff, filter, after, ROUND).await?;
        drop(conn);
        for row in found.iter().filter(|row| only.is_empty() || only.contains(&row.request.protocol)) {
            writer.write_record(cells(server, l, row)).map_err(broken)?;
            written += 1;
        }
        if next.is_none() || written >= MOST || (!only.is_empty() && written >= only.len()) {
            break;
        }
        after = next;
    }
    let bytes = writer.into_inner().map_err(|error| Error::Io(std::io::Error::other(error.to_string())))?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "requests.queue_take",
        subject_kind: "queue",
        subject_id: None,
        customer: None,
        detail: json!({ "filter": filter, "named": only.len(), "rows": written }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    String::from_utf8(bytes).map_err(|_| Error::Corrupt("table of the queue"))
}

fn cells(server: &Server, l: Locale, row: &QueueRow) -> [String; 12] {
    let request = &row.request;
    [
        request.protocol.digits(),
        request.kind.to_string(),
        cell(kind_name(l, request.kind)),
        request.status.to_string(),
        cell(&row.customer),
        request.amount.plain(),
        server.clock.local(request.opened_at).date_naive().to_string(),
        request.deadline_on.to_string(),
        request.status.clock().to_string(),
        request.waits_until.map(|on| on.to_string()).unwrap_or_default(),
        request.area.to_string(),
        cell(row.assignee.as_deref().unwrap_or_default()),
    ]
}

/// Whether this person may take such a table.
#[must_use]
pub fn may(staff: &Staff) -> bool {
    staff.only(EXPORTERS).is_ok()
}
