//! The queue: what waits for staff, by the risk of missing a deadline; parts of it, their counts, and taking the next.
//!
//! Late comes first, then the least business days left, then priority, then the larger amount; what waits for the customer, or was
//! answered, comes after all that runs. Never changes a request by itself: each step goes through `advance`.

pub mod batch;
pub mod table;
pub mod views;

use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{RequestId, StaffId};
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::requests::queue::{Area, Due, Filter, Holder, Priority};
use domain::requests::{self as rules, Action, Kind, Status, Urgency};
use uuid::Uuid;

use super::advance::{By, Step, advance};
use super::{Row, take_id};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, policies, sql};

/// Lines of one page.
pub const PAGE: i64 = 50;

/// A request in the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Which.
    pub id: RequestId,
    /// Its number.
    pub protocol: Protocol,
    /// What is asked.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Whose it is.
    pub customer: String,
    /// The money at stake, zero when none is.
    pub amount: Money,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The last day for an answer.
    pub deadline_on: NaiveDate,
    /// How close that is.
    pub urgency: Urgency,
    /// While the customer is asked something: until when we wait.
    pub waits_until: Option<NaiveDate>,
    /// The part of the house that answers.
    pub area: Area,
    /// How urgent it is among those of one deadline.
    pub priority: Priority,
    /// Who has claimed it.
    pub assignee: Option<String>,
    /// Whether that is whoever looks.
    pub mine: bool,
    /// For a plan: outside what the policy grants.
    pub off_policy: bool,
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its lines, the riskiest first.
    pub lines: Vec<Queued>,
    /// The last of them, when more follow.
    pub next: Option<RequestId>,
}

/// How many open requests there are, whatever part is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    /// All of them.
    pub open: i64,
    /// With whoever looks.
    pub mine: i64,
    /// Past their deadline.
    pub late: i64,
    /// Near their deadline, or past it: what the supervisors were told of.
    pub warned: i64,
}

/// A filter with its words looked up: what a statement is built of.
#[derive(Clone, Debug, Default)]
struct Narrow {
    kind: Option<&'static str>,
    status: Option<&'static str>,
    area: Option<&'static str>,
    due: Option<(Option<NaiveDate>, NaiveDate)>,
    warned_by: Option<NaiveDate>,
    /// Nobody, or a person.
    holder: Option<Option<Uuid>>,
    least: Option<i64>,
    most: Option<i64>,
}

impl Narrow {
    async fn of(server: &Server, conn: &mut Conn, staff: &Staff, filter: &Filter) -> Result<Self> {
        let today = server.clock.today();
        let due = match filter.due {
            Some(due) => due.days(today, &policies::calendar(conn).await?),
            None => None,
        };
        Ok(Self {
            kind: filter.kind.map(Kind::as_str),
            status: filter.status.map(Status::as_str),
            area: filter.area.map(Area::as_str),
            due,
            warned_by: (filter.due == Some(Due::Warned)).then_some(today),
            holder: filter.holder.map(|holder| match holder {
                Holder::Me => Some(staff.id().0),
                Holder::Nobody => None,
                Holder::Person(id) => Some(id.0),
            }),
            least: filter.least.map(Money::as_cents),
            most: filter.most.map(Money::as_cents),
        })
    }
}

/// Appends what a [`Narrow`] says to a statement about `requests r`. Only words of ours are text; everything else is bound.
macro_rules! push_narrow {
    ($query:expr, $narrow:expr) => {{
        let narrow: &Narrow = $narrow;
        match narrow.status {
            Some(status) => $query.push(" where r.status = ").push_bind(status),
            None => $query.push(" where r.closed_at is null"),
        };
        if let Some(kind) = narrow.kind {
            $query.push(" and r.kind = ").push_bind(kind);
        }
        if let Some(area) = narrow.area {
            $query.push(" and r.area = ").push_bind(area);
        }
        if let Some((from, to)) = narrow.due {
            $query.push(" and r.clock = 'counting' and r.deadline_on <= ").push_bind(to);
            if let Some(from) = from {
                $query.push(" and r.deadline_on >= ").push_bind(from);
            }
        }
        if let Some(today) = narrow.warned_by {
            $query.push(" and r.clock = 'counting' and r.warn_on <= ").push_bind(today);
        }
        match narrow.holder {
            Some(Some(person)) => $query.push(" and r.assignee_id = ").push_bind(person),
            Some(None) => $query.push(" and r.assignee_id is null"),
            None => &mut $query,
        };
        if let Some(least) = narrow.least {
            $query.push(" and r.amount >= ").push_bind(least);
        }
        if let Some(most) = narrow.most {
            $query.push(" and r.amount <= ").push_bind(most);
        }
    }};
}

/// Runs a statement that is built the same way for both databases: `built!(conn, fetch_all Row: query => { query.push(…); })`.
macro_rules! built {
    ($conn:expr, $how:ident $t:ty: $query:ident, $locks:ident => $build:block) => {
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => {
                let $locks = "";
                let mut $query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("");
                $build;
                $query.build_query_as::<$t>().$how(c).await
            }
            $crate::db::Link::Postgres(c) => {
                let $locks = " for update of r skip locked";
                let mut $query = sqlx::QueryBuilder::<sqlx::Postgres>::new("");
                $build;
                $query.build_query_as::<$t>().$how(c).await
            }
        }
    };
}

/// The order of the queue. A status has one clock, so that a list of one status is read from its own index.
const fn order(status: Option<&'static str>) -> &'static str {
    match status {
        Some(_) => " order by r.deadline_on, r.priority, -r.amount, r.id",
        None => " order by r.clock, r.deadline_on, r.priority, -r.amount, r.id",
    }
}

#[derive(sqlx::FromRow)]
struct QueueRow {
    #[sqlx(flatten)]
    request: Row,
    customer: String,
    assignee: Option<String>,
}

/// Where a page begins: the place of the last line of the one before, whatever became of that request since.
#[derive(sqlx::FromRow)]
struct Place {
    clock: String,
    deadline_on: NaiveDate,
    priority: String,
    amount: i64,
}

/// A page of a part of the queue, after a request that another page ended with.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`] for a place that never was.
pub async fn list(server: &Server, staff: &Staff, filter: &Filter, after: Option<RequestId>) -> Result<Page> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let (rows, next) = rows(server, &mut conn, staff, filter, after, PAGE).await?;
    let (today, calendar) = (server.clock.today(), policies::calendar(&mut conn).await?);
    let lines = rows
        .into_iter()
        .map(|QueueRow { request, customer, assignee }| Queued {
            id: request.id,
            protocol: request.protocol,
            kind: request.kind,
            status: request.status,
            customer,
            amount: request.amount,
            opened_at: request.opened_at,
            deadline_on: request.deadline_on,
            urgency: rules::policy::urgency_in(request.status, request.deadline_on, today, &calendar),
            waits_until: request.waits_until,
            area: request.area,
            priority: request.priority,
            assignee,
            mine: request.assignee_id == Some(staff.id().0),
            off_policy: request.off_policy,
        })
        .collect();
    Ok(Page { lines, next })
}

async fn rows(
    server: &Server,
    conn: &mut Conn,
    staff: &Staff,
    filter: &Filter,
    after: Option<RequestId>,
    length: i64,
) -> Result<(Vec<QueueRow>, Option<RequestId>)> {
    let narrow = Narrow::of(server, conn, staff, filter).await?;
    let place = match after {
        Some(id) => {
            let place = sql!(conn, optional Place: "select clock, deadline_on, priority, amount from requests where id = $1", id.0)?;
            Some((id, place.ok_or(Error::NotFound)?))
        }
        None => None,
    };
    let mut rows = built!(conn, fetch_all QueueRow: query, _locks => {
        query.push("select r.*, c.name as customer, s.name as assignee
            from requests r join customers c on c.id = r.customer_id left join staff s on s.id = r.assignee_id");
        push_narrow!(query, &narrow);
        if let Some((id, place)) = &place {
            match narrow.status {
                Some(_) => query.push(" and (r.deadline_on, r.priority, -r.amount, r.id) > ("),
                None => query.push(" and (r.clock, r.deadline_on, r.priority, -r.amount, r.id) > (").push_bind(place.clock.clone()).push(", "),
            };
            query.push_bind(place.deadline_on).push(", ").push_bind(place.priority.clone()).push(", ");
            query.push_bind(-place.amount).push(", ").push_bind(id.0).push(")");
        }
        query.push(order(narrow.status)).push(" limit ").push_bind(length + 1);
    })?;
    let length = usize::try_from(length).unwrap_or(0);
    let more = rows.len() > length;
    rows.truncate(length);
    let next = rows.last().filter(|_| more).map(|row| row.request.id);
    Ok((rows, next))
}

/// How many requests are in a part of the queue.
///
/// # Errors
/// As [`list`].
pub async fn count(server: &Server, staff: &Staff, filter: &Filter) -> Result<i64> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    counted(server, &mut conn, staff, filter).await
}

async fn counted(server: &Server, conn: &mut Conn, staff: &Staff, filter: &Filter) -> Result<i64> {
    let narrow = Narrow::of(server, conn, staff, filter).await?;
    let (count,) = built!(conn, fetch_one (i64,): query, _locks => {
        query.push("select count(*) from requests r");
        push_narrow!(query, &narrow);
    })?;
    Ok(count)
}

/// The figures above the queue: each read from an index of its own.
///
/// # Errors
/// As [`list`].
pub async fn figures(server: &Server, staff: &Staff) -> Result<Figures> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let (open,) = sql!(conn, one (i64,): "select count(*) from requests where closed_at is null")?;
    let count = async |conn: &mut Conn, filter: Filter| counted(server, conn, staff, &filter).await;
    Ok(Figures {
        open,
        mine: count(&mut conn, Filter { holder: Some(Holder::Me), ..Filter::default() }).await?,
        late: count(&mut conn, Filter { due: Some(Due::Late), ..Filter::default() }).await?,
        warned: count(&mut conn, Filter { due: Some(Due::Warned), ..Filter::default() }).await?,
    })
}

/// Claims the riskiest request of a part of the queue that nobody has, and gives it; nothing when there is none. However many ask at
/// once, no two are given the same.
///
/// # Errors
/// [`Error::Forbidden`] for a role that claims nothing.
pub async fn take_next(server: &Server, staff: &Staff, filter: &Filter) -> Result<Option<Protocol>> {
    staff.sees_customers()?;
    // Whoever looks at what is theirs, or late and theirs, takes from what is nobody's.
    let filter = Filter { status: Some(Status::Received), holder: Some(Holder::Nobody), ..*filter };
    let mut tx = server.db.write().await?;
    let narrow = Narrow::of(server, &mut tx, staff, &filter).await?;
    // SQLite has one writer, which is this transaction; PostgreSQL passes over what somebody else is taking.
    let found = built!(tx, fetch_optional (Uuid,): query, locks => {
        query.push("select r.id from requests r");
        push_narrow!(query, &narrow);
        query.push(order(narrow.status)).push(" limit 1").push(locks);
    })?;
    let Some((id,)) = found else { return Ok(None) };
    let row = take_id(&mut tx, RequestId(id)).await?;
    advance(server, &mut tx, &row, By::Staff(staff), &Step::of(Action::Claim)).await?;
    tx.commit().await?;
    Ok(Some(row.protocol))
}

/// Somebody who can be given requests.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Colleague {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub id: StaffId,
    /// By name.
    pub name: String,
    /// How many open requests are with them.
    pub open: i64,
}

/// Everybody who works requests and is here today, by name: those who may be given some.
///
/// # Errors
/// As [`list`].
pub async fn colleagues(server: &Server, staff: &Staff) -> Result<Vec<Colleague>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    Ok(
        sql!(conn, all Colleague: "select s.id, s.name, (select count(*) from requests r where r.assignee_id = s.id and r.closed_at is null) as open
        from staff s where s.active = $1 and s.role in ('operator', 'receivables', 'supervisor')
            and not exists (select 1 from absences a where a.staff_id = s.id and a.from_on <= $2 and a.to_on >= $2)
        order by s.name, s.id", true, server.clock.today())?,
    )
}

/// Everybody who works requests, whether here or away, and whoever left and still has some, by name.
///
/// # Errors
/// As [`list`].
pub async fn everybody(server: &Server, staff: &Staff) -> Result<Vec<Colleague>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    Ok(
        sql!(conn, all Colleague: "select s.id, s.name, (select count(*) from requests r where r.assignee_id = s.id and r.closed_at is null) as open
        from staff s where (s.active = $1 and s.role in ('operator', 'receivables', 'supervisor'))
            or exists (select 1 from requests r where r.assignee_id = s.id and r.closed_at is null) order by s.name, s.id", true)?,
    )
}
