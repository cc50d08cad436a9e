//! The clocks of requests: pauses while the customer is asked, warnings and reminders told once, and how deadlines were kept.
//!
//! Never decides a request: whoever does not answer is reminded, and a person looks at it when the waiting is over.

use chrono::NaiveDate;
use domain::ids::RequestId;
use domain::requests::clock::{self, Clock, Pause};
use domain::requests::policy::Policy;
use domain::requests::{Action, Kind, Status};
use serde_json::json;
use uuid::Uuid;

use super::advance::{By, Step, advance};
use super::{Row, take_id};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::texts::{self, Locale};
use crate::{Server, policies, sql};

/// What the supervisors were told of a request: the stored word.
pub(super) const WARNED: &str = "warned";
/// The same, once it is late.
pub(super) const ESCALATED: &str = "escalated";

/// A time during which a request's clock stood still.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stood {
    /// The day the customer was asked.
    pub from_on: NaiveDate,
    /// The last day on which an answer is awaited.
    pub until_on: NaiveDate,
    /// The day of the reminder.
    pub reminded_on: Option<NaiveDate>,
    /// The day it went on; none while it lasts.
    pub to_on: Option<NaiveDate>,
    /// The deadline when it began.
    pub deadline_before: NaiveDate,
    /// The deadline when it was over.
    pub deadline_after: Option<NaiveDate>,
}

/// Every pause of a request, the oldest first.
pub(super) async fn pauses(conn: &mut Conn, request: RequestId) -> Result<Vec<Stood>> {
    Ok(sql!(conn, all Stood: "select from_on, until_on, reminded_on, to_on, deadline_before, deadline_after
        from request_pauses where request_id = $1 order by from_on, id", request.0)?)
}

/// What a step does to the clock: `moved` has the status it leads to. Gives the business days the answer took, once it is given.
pub(super) async fn follow(
    server: &Server,
    tx: &mut Tx,
    from: &Row,
    moved: &mut Row,
    action: Action,
    policy: &Policy,
) -> Result<Option<i64>> {
    match action {
        Action::Warn => WARNED.clone_into(&mut moved.alert),
        Action::Escalate => ESCALATED.clone_into(&mut moved.alert),
        _ => {}
    }
    let (before, after) = (from.status.clock(), moved.status.clock());
    if before == after {
        return Ok(None);
    }
    let today = server.clock.today();
    let calendar = policies::calendar(tx).await?;
    if before == Clock::Paused {
        let open = sql!(tx, optional (Uuid, NaiveDate): "select id, from_on from request_pauses where request_id = $1 and to_on is null", from.id.0)?;
        if let Some((id, since)) = open {
            moved.deadline_on = clock::resumed(from.deadline_on, since, today, &calendar);
            moved.warn_on = clock::warns_on(moved.deadline_on, policy.clock.warning_days, &calendar);
            sql!(tx, execute: "update request_pauses set to_on = $2, deadline_after = $3 where id = $1", id, today, moved.deadline_on)?;
        }
        moved.waits_until = None;
    }
    if before == Clock::Stopped
        && let Some(since) = from.answered_on
    {
        // What was decided could not be done: the answer is owed again, with the days that were left when it was given.
        moved.deadline_on = clock::resumed(from.deadline_on, since, today, &calendar);
        moved.warn_on = clock::warns_on(moved.deadline_on, policy.clock.warning_days, &calendar);
        moved.answered_on = None;
        sql!(tx, execute: "insert into request_pauses (id, request_id, from_on, until_on, to_on, deadline_before, deadline_after) values ($1, $2, $3, $4, $4, $5, $6)",
            server.id::<Uuid>(), from.id.0, since, today, from.deadline_on, moved.deadline_on)?;
    }
    match after {
        Clock::Counting => Ok(None),
        Clock::Paused => {
            let until = calendar.add_business_days(today, policy.clock.waiting_days.max(1));
            let remind_on = Some(clock::warns_on(until, policy.clock.reminder_days, &calendar)).filter(|on| *on > today);
            moved.waits_until = Some(until);
            sql!(tx, execute: "insert into request_pauses (id, request_id, from_on, until_on, remind_on, deadline_before) values ($1, $2, $3, $4, $5, $6)",
                server.id::<Uuid>(), from.id.0, today, until, remind_on, from.deadline_on)?;
            Ok(None)
        }
        // Taken back, it was not answered.
        Clock::Stopped if moved.status == Status::Withdrawn => Ok(None),
        Clock::Stopped => {
            moved.answered_on = Some(today);
            let stood: Vec<Pause> = pauses(tx, from.id).await?.iter().map(|pause| Pause { from: pause.from_on, to: pause.to_on }).collect();
            let opened_on = server.clock.local(from.opened_at).date_naive();
            Ok(Some(clock::spent(opened_on, today, &stood, &calendar)))
        }
    }
}

/// Warns of what is near its deadline, tells what is late, reminds customers who were asked: each once. Says how many.
///
/// # Errors
/// The database's.
pub async fn watch(server: &Server) -> Result<usize> {
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let mut due = sql!(conn, all (Uuid,): "select id from requests where closed_at is null and clock = 'counting' and warn_on <= $1
        and (alert = 'none' or (alert = 'warned' and deadline_on < $1)) order by id", today)?;
    due.extend(
        sql!(conn, all (Uuid,): "select request_id from request_pauses where to_on is null and reminded_on is null and remind_on <= $1
        order by request_id", today)?,
    );
    drop(conn);
    let mut told = 0;
    for (id,) in due {
        let mut tx = server.db.write().await?;
        match tell(server, &mut tx, RequestId(id), today).await {
            Ok(true) => {
                tx.commit().await?;
                told += 1;
            }
            // It moved meanwhile: then there is nothing to tell, or it is told the next time.
            Ok(false) | Err(Error::Overtaken(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}

/// Looks again with the request taken: another process may have told it.
async fn tell(server: &Server, tx: &mut Tx, request: RequestId, today: NaiveDate) -> Result<bool> {
    let row = take_id(tx, request).await?;
    let action = match row.status.clock() {
        Clock::Counting if row.deadline_on < today && row.alert != ESCALATED => Action::Escalate,
        Clock::Counting if row.warn_on <= today && row.alert == "none" => Action::Warn,
        Clock::Paused => {
            let marked = sql!(tx, execute: "update request_pauses set reminded_on = $2
                where request_id = $1 and to_on is null and reminded_on is null and remind_on <= $2", request.0, today)?;
            if marked == 0 {
                return Ok(false);
            }
            Action::Remind
        }
        _ => return Ok(false),
    };
    advance(server, tx, &row, By::System, &Step::of(action)).await?;
    Ok(true)
}

/// How deadlines of one kind were kept in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The month of the answers, `2026-11`.
    pub month: String,
    /// What was asked.
    pub kind: Kind,
    /// Answered by the deadline.
    pub in_time: i64,
    /// Answered after it.
    pub late: i64,
    /// Business days that half of the answers took at most, those of waiting for the customer left out.
    pub median: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Answered {
    month: String,
    #[sqlx(try_from = "String")]
    kind: Kind,
    answered_in: Option<i64>,
    in_time: i64,
    count: i64,
}

/// How deadlines were kept: by month, the newest first, and kind. What the customer took back was not answered and counts nowhere.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn kept(server: &Server, staff: &Staff, from: NaiveDate, to: NaiveDate) -> Result<Vec<Kept>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all Answered: "select substr(cast(answered_on as text), 1, 7) as month, kind, answered_in,
            cast(case when answered_on <= deadline_on then 1 else 0 end as bigint) as in_time, count(*) as count
        from requests where answered_on between $1 and $2 group by 1, 2, 3, 4 order by 1 desc, 2, 3", from, to)?;
    let mut kept: Vec<(Kept, Vec<(i64, i64)>)> = Vec::new();
    for row in rows {
        let same = kept.last().is_some_and(|(last, _)| last.month == row.month && last.kind == row.kind);
        if !same {
            kept.push((Kept { month: row.month, kind: row.kind, in_time: 0, late: 0, median: None }, Vec::new()));
        }
        let Some((line, took)) = kept.last_mut() else { continue };
        if row.in_time == 1 {
            line.in_time += row.count
        } else {
            line.late += row.count
        }
        took.extend(row.answered_in.map(|days| (days, row.count)));
    }
    Ok(kept.into_iter().map(|(line, mut took)| Kept { median: clock::median(&mut took), ..line }).collect())
}

/// The same as a table: UTF-8, `;` between cells, a header line. That it was taken is recorded.
///
/// # Errors
/// As [`kept`].
pub async fn kept_csv(server: &Server, staff: &Staff, from: NaiveDate, to: NaiveDate, l: Locale) -> Result<String> {
    let lines = kept(server, staff, from, to).await?;
    let broken = |error: csv::Error| Error::Io(std::io::Error::other(error));
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(["month", "kind", "kind_name", "in_time", "late", "median_business_days"]).map_err(broken)?;
    for line in &lines {
        let median = line.median.map(|days| days.to_string()).unwrap_or_default();
        let name = texts::cell(super::kind_name(l, line.kind));
        writer
            .write_record([&line.month, line.kind.as_str(), &name, &line.in_time.to_string(), &line.late.to_string(), &median])
            .map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::Io(std::io::Error::other(error.to_string())))?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "requests.deadlines_take",
        subject_kind: "report",
        subject_id: None,
        customer: None,
        detail: json!({ "from": from, "to": to, "rows": lines.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    String::from_utf8(bytes).map_err(|_| Error::Corrupt("table of deadlines"))
}
