//! Who is away, from when to when, and what becomes of their requests meanwhile: nothing new is given to them, and what they have is
//! handed over, each request by a step of its own.
//!
//! Never closes anything, and never takes from somebody who is away what is waiting for a customer: when that customer answers, the
//! request goes back to the queue.

use chrono::NaiveDate;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::StaffId;
use domain::requests::absences::AbsenceForm;
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Status};
use serde_json::json;
use uuid::Uuid;

use super::advance::{By, Step, advance};
use super::{Row, desk};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Those who work requests, and so may be away from them.
const DESK: &[Role] = &[Role::Operator, Role::Receivables, Role::Supervisor];

/// A time somebody is away.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Absence {
    /// Which.
    pub id: Uuid,
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub staff_id: StaffId,
    /// By name.
    pub name: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// How many open requests are with them.
    pub open: i64,
}

/// Whether somebody is away on a day.
pub(super) async fn is_away(conn: &mut Conn, staff: Uuid, on: NaiveDate) -> Result<bool> {
    // Whoever left is away for good.
    let found = sql!(conn, optional (Uuid,): "select id from staff where id = $1 and (active <> $3 or exists
        (select 1 from absences a where a.staff_id = staff.id and a.from_on <= $2 and a.to_on >= $2))", staff, on, true)?;
    Ok(found.is_some())
}

/// Absences that are not over, those of everybody.
///
/// # Errors
/// [`Error::Forbidden`] for a role that works no requests.
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Absence>> {
    staff.only(DESK)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Absence: "select a.id, a.staff_id, s.name, a.from_on, a.to_on,
            (select count(*) from requests r where r.assignee_id = s.id and r.closed_at is null) as open
        from absences a join staff s on s.id = a.staff_id where a.to_on >= $1 order by a.from_on, s.name, a.id", server.clock.today())?)
}

/// Of whom somebody speaks: themselves, or for a supervisor anybody who works requests, or left and still has some.
async fn whom(conn: &mut Conn, staff: &Staff, typed: &str) -> Result<StaffId> {
    staff.only(DESK)?;
    if typed.is_empty() || typed == staff.id().to_string() {
        return Ok(staff.id());
    }
    staff.only(&[Role::Supervisor])?;
    let id: StaffId = typed.parse().map_err(|_| Error::field("who", Problem::ChooseOne))?;
    let works = sql!(conn, optional (Uuid,): "select id from staff where id = $1 and ((active = $2 and role in ('operator', 'receivables', 'supervisor'))
        or exists (select 1 from requests r where r.assignee_id = staff.id and r.closed_at is null))", id.0, true)?;
    works.map(|(id,)| StaffId(id)).ok_or_else(|| Error::field("who", Problem::ChooseOne))
}

/// Says that somebody is away.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`] when somebody else than a supervisor says it of another.
pub async fn mark(server: &Server, staff: &Staff, form: &AbsenceForm) -> Result<()> {
    let mut tx = server.db.write().await?;
    let who = whom(&mut tx, staff, &form.who).await?;
    let (from, to) = form.parse(server.clock.today())?;
    let id: Uuid = server.id();
    sql!(tx, execute: "insert into absences (id, staff_id, from_on, to_on, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        id, who.0, from, to, staff.id().0, server.clock.now())?;
    record(server, &mut tx, staff, "absences.mark", who, json!({ "from": from, "to": to })).await?;
    tx.commit().await
}

/// Ends an absence: yesterday was its last day. One that had not begun is as if it had never been said.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's, unless a supervisor ends it.
pub async fn end(server: &Server, staff: &Staff, absence: Uuid) -> Result<()> {
    staff.only(DESK)?;
    let today = server.clock.today();
    let mut tx = server.db.write().await?;
    let ended = sql!(tx, optional (Uuid,): "update absences set to_on = $2 where id = $1 and to_on >= $3 and (staff_id = $4 or $5 = $6) returning staff_id",
        absence, today.pred_opt().unwrap_or(today), today, staff.id().0, staff.role() == Role::Supervisor, true)?;
    let (who,) = ended.ok_or(Error::NotFound)?;
    record(server, &mut tx, staff, "absences.end", StaffId(who), json!({})).await?;
    tx.commit().await
}

/// What became of somebody's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// Given to the other, or back in the queue.
    pub moved: i64,
    /// Waiting for their customers: back to the queue as each answers.
    pub waiting: i64,
}

/// Hands over what somebody has: to a person, or back to the queue. Each request by a step of its own.
///
/// # Errors
/// [`Error::Forbidden`] when somebody else than a supervisor hands over another's; [`Error::Refused`] with `cannot_be_assigned`.
pub async fn hand_over(server: &Server, staff: &Staff, from: &str, to: Option<StaffId>) -> Result<HandedOver> {
    let mut conn = server.db.read().await?;
    let from = whom(&mut conn, staff, from).await?;
    let held = sql!(conn, all (String, String): "select protocol, status from requests where assignee_id = $1 and closed_at is null
        and status in ('in_review', 'waiting_customer') order by clock, deadline_on, id", from.0)?;
    drop(conn);
    let mut over = HandedOver::default();
    for (protocol, status) in held {
        let protocol: Protocol = protocol.parse().map_err(|_| Error::Corrupt("protocol"))?;
        let digits = protocol.digits();
        let done = match to {
            Some(to) => desk::assign(server, staff, &digits, to).await,
            None if status == Status::WaitingCustomer.as_str() => {
                over.waiting += 1;
                continue;
            }
            None => desk::release(server, staff, &digits).await,
        };
        match done {
            Ok(()) => over.moved += 1,
            // It moved meanwhile: somebody else has it, or it is over.
            Err(Error::Overtaken(_) | Error::Refused("not_assigned_to_you")) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(over)
}

/// Puts a request back into the queue whose customer answered while the person who has it is away.
pub(super) async fn answered(server: &Server, tx: &mut Tx, request: &Row) -> Result<()> {
    let Some(assignee) = request.assignee_id else { return Ok(()) };
    if is_away(tx, assignee, server.clock.today()).await? {
        let row = super::take_id(tx, request.id).await?;
        advance(server, tx, &row, By::System, &Step::of(Action::Release)).await?;
    }
    Ok(())
}

async fn record(server: &Server, tx: &mut Tx, staff: &Staff, action: &str, who: StaffId, detail: serde_json::Value) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "staff", subject_id: Some(who.0), customer: None, detail };
    audit::record(server, tx, event).await
}
