//! The house in figures: what is open and how old, what came in, what waits and for how long, whether agreements are kept, who
//! carries how much. Every figure is added up from the same rows that customers see, at the moment it is asked for.
//!
//! Never names a customer, and never keeps a figure: there is nothing that could disagree with the ledger.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use domain::actors::Role;
use domain::agreements;
use domain::calendar::Calendar;
use domain::ids::StaffId;
use domain::money::Money;
use domain::requests::Kind;
use domain::statement::{Age, Nature, Standing, days_late, late_before};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::exports::Span;
use crate::policies;
use crate::promises::{self, Promised};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Those who answer for money and deadlines.
const READERS: &[Role] = &[Role::Supervisor, Role::Receivables];
/// Months of what came in, this one included.
const MONTHS: u32 = 12;
/// Days that "lately" means for decisions.
const LATELY: i64 = 30;

/// Days that "lately" means for promises.
const PROMISES: i64 = 90;

/// The house in figures.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// The moment it was true.
    pub as_of: DateTime<Utc>,
    /// Open bills by age, every age once.
    pub ageing: Vec<Aged>,
    /// Customers with something late.
    pub late_customers: i64,
    /// What came in, month by month, the oldest first.
    pub received: Vec<Received>,
    /// Open requests, by kind.
    pub waiting: Vec<Waiting>,
    /// Agreements, by where they stand.
    pub agreements: Vec<Agreed>,
    /// Installments that have fallen due, of agreements in force or over.
    pub installments: Installments,
    /// Promises to pay: those that are open, and those that ended in the last ninety days.
    pub promises: Vec<Promised>,
    /// What each person of staff carries, by name; for supervisors alone.
    pub workload: Option<Vec<Load>>,
}

/// Open bills of one age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aged {
    /// How old.
    pub age: Age,
    /// How many bills.
    pub bills: i64,
    /// What is open of them.
    pub open: Money,
    /// Of that, disputed.
    pub disputed: Money,
    /// Of that, paid through an agreement.
    pub in_agreement: Money,
}

/// What came in during one month and was not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The first of the month.
    pub month: NaiveDate,
    /// For bills that were not late.
    pub in_time: Money,
    /// For bills that were late: recovered.
    pub late: Money,
    /// For installments of agreements, down payments included: recovered too.
    pub agreements: Money,
    /// For no bill yet.
    pub unallocated: Money,
}

impl Received {
    /// What would not have come by itself.
    #[must_use]
    pub fn recovered(&self) -> Money {
        self.late + self.agreements
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Money {
        self.in_time + self.late + self.agreements + self.unallocated
    }
}

/// Open requests of one kind, by the calendar days since they were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What was asked.
    pub kind: Kind,
    /// Opened today; one or two days ago; three to seven; eight to fifteen; before that.
    pub by_age: [i64; 5],
    /// Past their deadline.
    pub late: i64,
}

impl Waiting {
    /// How many.
    #[must_use]
    pub fn open(&self) -> i64 {
        self.by_age.iter().sum()
    }
}

/// Agreements that stand alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Where they stand.
    pub status: agreements::Status,
    /// How many.
    pub agreements: i64,
    /// All their installments together.
    pub total: Money,
}

/// Installments that fell due, weekends and holidays allowed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Installments {
    /// How many fell due.
    pub due: i64,
    /// Of them, paid in full.
    pub paid: i64,
    /// What is open of the others.
    pub open: Money,
}

/// What one person of staff carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Who.
    pub id: StaffId,
    /// By name.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// Requests claimed and open.
    pub open: i64,
    /// Of them, past their deadline.
    pub late: i64,
    /// Requests decided in the last thirty days.
    pub decided: i64,
}

/// The house in figures, now.
///
/// # Errors
/// [`Error::Forbidden`] for whoever answers neither for money nor for deadlines.
pub async fn dashboard(server: &Server, staff: &Staff) -> Result<Dashboard> {
    staff.only(READERS)?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let conn = &mut conn;
    let calendar = policies::calendar(conn).await?;
    let late_since = late_before(today, &calendar);
    let (late_customers,) = sql!(conn, one (i64,):
        "select count(distinct customer_id) from bills where balance <> 0 and balance > 0 and due_on < $1", late_since)?;
    Ok(Dashboard {
        as_of: server.clock.now(),
        ageing: ageing(conn, today, &calendar).await?,
        late_customers,
        received: received(conn, today, &calendar).await?,
        waiting: waiting(server, conn, today).await?,
        agreements: agreed(conn).await?,
        installments: installments(conn, late_since).await?,
        promises: promises::figures(conn, server.clock.now() - TimeDelta::days(PROMISES)).await?,
        workload: if staff.role() == Role::Supervisor { Some(workload(server, conn, today).await?) } else { None },
    })
}

/// The same, to be taken away as a file: that is recorded.
///
/// # Errors
/// As [`dashboard`].
pub async fn take(server: &Server, staff: &Staff, what: &str) -> Result<Dashboard> {
    let dashboard = dashboard(server, staff).await?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "dashboard.take",
        subject_kind: "dashboard",
        subject_id: None,
        customer: None,
        detail: json!({ "what": what }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(dashboard)
}

async fn ageing(conn: &mut Conn, today: NaiveDate, calendar: &Calendar) -> Result<Vec<Aged>> {
    // By due date and not by age: a day's age depends on holidays, which SQL does not know.
    let rows = sql!(conn, all (NaiveDate, String, i64, i64): "select due_on, standing, count(*), cast(sum(balance) as bigint)
        from bills where balance <> 0 and balance > 0 group by due_on, standing")?;
    let mut lines: Vec<Aged> = Age::ALL
        .iter()
        .map(|age| Aged { age: *age, bills: 0, open: Money::ZERO, disputed: Money::ZERO, in_agreement: Money::ZERO })
        .collect();
    for (due_on, standing, bills, cents) in rows {
        let (age, open) = (Age::of(days_late(due_on, today, calendar)), Money::cents(cents));
        let Some(line) = lines.iter_mut().find(|line| line.age == age) else { continue };
        line.bills += bills;
        line.open += open;
        match standing.parse().map_err(|_| Error::Corrupt("standing of a bill"))? {
            Standing::Disputed => line.disputed += open,
            Standing::InAgreement => line.in_agreement += open,
            Standing::Open | Standing::Settled => {}
        }
    }
    Ok(lines)
}

#[derive(sqlx::FromRow)]
struct Movement {
    day: NaiveDate,
    due_on: Option<NaiveDate>,
    nature: Option<String>,
    cents: i64,
}

/// Payments by the day they were made, less what was given back of them since: a month is what stayed of it.
async fn received(conn: &mut Conn, today: NaiveDate, calendar: &Calendar) -> Result<Vec<Received>> {
    let this_month = today.with_day(1).unwrap_or(today);
    let mut months: BTreeMap<NaiveDate, Received> = (0..MONTHS)
        .map(|back| {
            let month = this_month - Months::new(back);
            let none = Money::ZERO;
            (month, Received { month, in_time: none, late: none, agreements: none, unallocated: none })
        })
        .collect();
    let first = this_month - Months::new(MONTHS - 1);
    let rows = sql!(conn, all Movement: "select day, due_on, nature, cast(sum(cents) as bigint) as cents from (
          select e.effective_on as day, b.due_on, b.nature, -e.amount as cents
            from entries e left join bills b on b.id = e.bill_id where e.kind = 'payment' and e.effective_on >= $1
          union all
          select e.effective_on, b.due_on, b.nature, -r.amount
            from entries r join entries e on e.id = r.of_entry left join bills b on b.id = e.bill_id
           where r.kind in ('reversal', 'refund') and e.kind = 'payment' and e.effective_on >= $1
             -- A refund that the bank did not carry out never was one.
             and not exists (select 1 from entries u where u.of_entry = r.id and u.kind = 'reversal')
        ) as moved group by day, due_on, nature", first)?;
    for Movement { day, due_on, nature, cents } in rows {
        let Some(line) = day.with_day(1).and_then(|month| months.get_mut(&month)) else { continue };
        let amount = Money::cents(cents);
        let nature: Option<Nature> = nature.map(|word| word.parse()).transpose().map_err(|_| Error::Corrupt("nature of a bill"))?;
        match (nature, due_on) {
            (Some(Nature::Installment), _) => line.agreements += amount,
            (_, Some(due_on)) if days_late(due_on, day, calendar) > 0 => line.late += amount,
            (_, Some(_)) => line.in_time += amount,
            (_, None) => line.unallocated += amount,
        }
    }
    Ok(months.into_values().collect())
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    #[sqlx(try_from = "String")]
    kind: Kind,
    today: i64,
    to_2: i64,
    to_7: i64,
    to_15: i64,
    older: i64,
    late: i64,
}

async fn waiting(server: &Server, conn: &mut Conn, today: NaiveDate) -> Result<Vec<Waiting>> {
    let midnight = |days: u64| Span::midnight(server, today - Days::new(days));
    let rows = sql!(conn, all WaitingRow: "select kind,
            count(case when opened_at >= $1 then 1 end) as today,
            count(case when opened_at < $1 and opened_at >= $2 then 1 end) as to_2,
            count(case when opened_at < $2 and opened_at >= $3 then 1 end) as to_7,
            count(case when opened_at < $3 and opened_at >= $4 then 1 end) as to_15,
            count(case when opened_at < $4 then 1 end) as older,
            count(case when clock = 'counting' and deadline_on < $5 then 1 end) as late
        from requests where closed_at is null group by kind",
        midnight(0), midnight(2), midnight(7), midnight(15), today)?;
    let line = |kind: &Kind| {
        let row = rows.iter().find(|row| row.kind == *kind);
        let by_age = row.map_or([0; 5], |row| [row.today, row.to_2, row.to_7, row.to_15, row.older]);
        Waiting { kind: *kind, by_age, late: row.map_or(0, |row| row.late) }
    };
    Ok(Kind::ALL.iter().map(line).collect())
}

async fn agreed(conn: &mut Conn) -> Result<Vec<Agreed>> {
    let rows = sql!(conn, all (String, i64, i64): "select status, count(*), cast(sum(total) as bigint) from agreements group by status")?;
    let line = |status: &agreements::Status| {
        let row = rows.iter().find(|(word, ..)| word == status.as_str());
        let (agreements, cents) = row.map_or((0, 0), |(_, count, cents)| (*count, *cents));
        Agreed { status: *status, agreements, total: Money::cents(cents) }
    };
    Ok(agreements::Status::ALL.iter().map(line).collect())
}

async fn installments(conn: &mut Conn, late_since: NaiveDate) -> Result<Installments> {
    let (due, paid, open) = sql!(conn, one (i64, i64, i64): "select count(*), count(case when b.balance <= 0 then 1 end),
            cast(coalesce(sum(case when b.balance > 0 then b.balance end), 0) as bigint)
        from installments i join bills b on b.id = i.bill_id where i.due_on < $1", late_since)?;
    Ok(Installments { due, paid, open: Money::cents(open) })
}

#[derive(sqlx::FromRow)]
struct LoadRow {
    id: Uuid,
    name: String,
    #[sqlx(try_from = "String")]
    role: Role,
    open: i64,
    late: i64,
    decided: i64,
}

async fn workload(server: &Server, conn: &mut Conn, today: NaiveDate) -> Result<Vec<Load>> {
    let since = server.clock.now() - TimeDelta::days(LATELY);
    // Whoever left and still holds something is on the list, or it would be seen by nobody.
    let rows = sql!(conn, all LoadRow: "select s.id, s.name, s.role, coalesce(q.open, 0) as open, coalesce(q.late, 0) as late, coalesce(d.decided, 0) as decided
        from staff s
        left join (select assignee_id, count(*) as open, count(case when clock = 'counting' and deadline_on < $1 then 1 end) as late
            from requests where closed_at is null and assignee_id is not null group by assignee_id) q on q.assignee_id = s.id
        left join (select actor_id, count(distinct request_id) as decided
            from request_events where actor_kind = 'staff' and at >= $2 and action in ('approve', 'refuse', 'finish') group by actor_id) d on d.actor_id = s.id
        where s.role <> 'administrator' and (s.active or coalesce(q.open, 0) > 0)
        order by s.name, s.id", today, since)?;
    let load =
        |row: LoadRow| Load { id: StaffId(row.id), name: row.name, role: row.role, open: row.open, late: row.late, decided: row.decided };
    Ok(rows.into_iter().map(load).collect())
}
