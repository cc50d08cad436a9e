//! Activity: attempts to reach customers and what came of them; those who cannot be reached, worked as a list; and why people say they
//! cannot pay, counted. Never sends anything, and never changes what was written down.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use domain::activities::{ActivityForm, Channel, Kind, Outcome, Reach, ReachPolicy, Unreachable};
use domain::actors::Role;
use domain::agreements::Reason;
use domain::flags::Way;
use domain::forms::submission;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::statement::late_before;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::exports::Span;
use crate::sessions::Staff;
use crate::{Server, customers, flags, policies, sql};

/// Those who seek customers.
const SEEKERS: &[Role] = &[Role::Operator, Role::Receivables, Role::Supervisor];
/// The longest list that is worked.
const LONGEST: i64 = 200;

/// Something that was done, as it was written down.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Activity {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// By which way.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// Who sought whom.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// What came of it.
    #[sqlx(try_from = "String")]
    pub outcome: Outcome,
    reason: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// When to try again.
    pub next_on: Option<NaiveDate>,
}

impl Activity {
    /// Why the customer says they do not pay.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason.as_ref().and_then(|word| word.parse().ok())
    }
}

/// What was done to reach a customer, for the page on which more is written down.
#[derive(Clone, Debug)]
pub struct Contacted {
    /// The customer's name.
    pub name: String,
    /// The newest first.
    pub activities: Vec<Activity>,
    /// Whether nothing is sent to them by our channels.
    pub by_post: bool,
}

/// What was done to reach a customer. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn see(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Contacted> {
    let name = customers::named(server, staff, customer).await?;
    let mut conn = server.db.read().await?;
    Ok(Contacted {
        name,
        activities: newest(&mut conn, customer, 100).await?,
        by_post: flags::way(&mut conn, customer).await? == Way::ByPost,
    })
}

/// Writes down an attempt or a conversation. The same form twice is one.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn write(server: &Server, staff: &Staff, customer: CustomerId, form: &ActivityForm) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let (policy, calendar) = (policies::reach(server, &mut tx).await?, policies::calendar(&mut tx).await?);
    let today = server.clock.today();
    let valid = form.parse(today, &policy, &calendar)?;
    let id = submission(&form.submission).map_err(|problem| Error::field("submission", problem))?;
    sql!(tx, optional (Uuid,): "select id from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    let (late,) = sql!(tx, one (i64,): "select cast(coalesce(sum(balance), 0) as bigint) from bills
        where customer_id = $1 and balance <> 0 and balance > 0 and due_on < $2", customer.0, late_before(today, &calendar))?;
    let reached = valid.outcome.reached() || valid.kind == Kind::Incoming;
    let written = sql!(tx, execute: "insert into activities (id, customer_id, at, by_id, channel, kind, outcome, reached, reason, note, next_on, late_amount)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing",
        id, customer.0, server.clock.now(), staff.id().0, valid.channel.as_str(), valid.kind.as_str(), valid.outcome.as_str(), reached,
        valid.reason.map(Reason::as_str), valid.note, valid.next_on, late)?;
    if written == 0 {
        return Ok(());
    }
    sql!(tx, execute: "delete from reach_holds where customer_id = $1", customer.0)?;
    let event = Event {
        actor: staff.actor(),
        action: "activities.write",
        subject_kind: "activity",
        subject_id: Some(id),
        customer: Some(customer),
        detail: json!({ "channel": valid.channel, "kind": valid.kind, "outcome": valid.outcome }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// The newest of a customer's.
pub(crate) async fn newest(conn: &mut Conn, customer: CustomerId, most: i64) -> Result<Vec<Activity>> {
    // What an agency reported is the agency's, whoever of the staff wrote it down.
    Ok(sql!(conn, all Activity: "select a.at, coalesce(g.name, s.name) as by, a.channel, a.kind, a.outcome, a.reason, a.note, a.next_on
        from activities a join staff s on s.id = a.by_id left join agencies g on g.id = a.agency_id
        where a.customer_id = $1 order by a.at desc, a.id desc limit $2", customer.0, most)?)
}

/// What an agency did to reach a customer.
pub(crate) struct Reported<'a> {
    /// Told from others by what it says: the same one again is known.
    pub(crate) id: Uuid,
    pub(crate) agency: Uuid,
    pub(crate) customer: CustomerId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) channel: Channel,
    pub(crate) outcome: Outcome,
    pub(crate) note: Option<&'a str>,
    pub(crate) next_on: Option<NaiveDate>,
}

/// Writes down what an agency reported. Says whether it was new.
pub(crate) async fn report(server: &Server, tx: &mut Tx, staff: &Staff, reported: &Reported<'_>) -> Result<bool> {
    let late_before = late_before(server.clock.today(), &policies::calendar(tx).await?);
    let (late,) = sql!(tx, one (i64,): "select cast(coalesce(sum(balance), 0) as bigint) from bills
        where customer_id = $1 and balance <> 0 and balance > 0 and due_on < $2", reported.customer.0, late_before)?;
    let written = sql!(tx, execute: "insert into activities (id, customer_id, at, by_id, channel, kind, outcome, reached, note, next_on, late_amount, agency_id)
        values ($1, $2, $3, $4, $5, 'outgoing', $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
        reported.id, reported.customer.0, reported.at, staff.id().0, reported.channel.as_str(), reported.outcome.as_str(), reported.outcome.reached(),
        reported.note, reported.next_on, late, reported.agency)?;
    Ok(written == 1)
}

/// Somebody with something late who cannot be reached.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Who.
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Why they count as unreachable.
    pub why: Unreachable,
    /// When it was last tried.
    pub last_at: Option<DateTime<Utc>>,
    /// When to try again.
    pub next_on: Option<NaiveDate>,
    /// What is late.
    pub late: Money,
    /// Who has them before them now.
    pub held_by: Option<String>,
    /// Nothing is sent to them by our channels.
    pub by_post: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: CustomerId,
    name: String,
    has_contact: i64,
    attempts: i64,
    last_at: Option<DateTime<Utc>>,
    next_on: Option<NaiveDate>,
    late: i64,
    held_by: Option<String>,
    flags: i64,
}

/// The list of those who cannot be reached.
#[derive(Clone, Debug)]
pub struct List {
    /// Who is to be tried soonest first.
    pub sought: Vec<Sought>,
    /// Attempts in a row that bring somebody here.
    pub attempts: u16,
    /// Whether whoever looks may take the next.
    pub may_take: bool,
}

/// Those who cannot be reached and have something late: who is to be tried soonest first, then who has most open. Who died or is in
/// a proceeding is sought by nobody here.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn unreachable(server: &Server, staff: &Staff) -> Result<List> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let attempts = policies::reach(server, &mut conn).await?.attempts;
    Ok(List { sought: sought(server, &mut conn).await?, attempts, may_take: SEEKERS.contains(&staff.role()) })
}

async fn sought(server: &Server, conn: &mut Conn) -> Result<Vec<Sought>> {
    let (policy, calendar) = (policies::reach(server, conn).await?, policies::calendar(conn).await?);
    let (today, now) = (server.clock.today(), server.clock.now());
    // Attempts count since the customer was last spoken with, or signed in: both show that they can be reached.
    let rows = sql!(conn, all Row: "select c.id, c.name, r.has_contact, r.attempts, r.last_at, r.next_on, r.late, s.name as held_by, r.flags from (
          select x.id, x.has_contact, x.late,
                 (select count(*) from activities a where a.customer_id = x.id and a.reached <> $2 and a.at > x.reached_at) as attempts,
                 (select max(a.at) from activities a where a.customer_id = x.id) as last_at,
                 (select a.next_on from activities a where a.customer_id = x.id order by a.at desc, a.id desc limit 1) as next_on,
                 (select count(*) from customer_flags f where f.customer_id = x.id and f.ends is null and f.flag in ('agency', 'do_not_contact')
                     and not exists (select 1 from customer_flags e where e.ends = f.id))
                 + (select count(*) from placement_bills p where p.customer_id = x.id and p.state = 'placed') as flags
          from (
            select c.id, cast(case when coalesce(c.email, '') = '' and coalesce(c.phone, '') = '' then 0 else 1 end as bigint) as has_contact, b.late,
                   coalesce((select max(v.at) from (
                       select max(a.at) as at from activities a where a.customer_id = c.id and a.reached = $2
                       union all select max(created_at) from sessions where customer_id = c.id) v), $6) as reached_at
              from (select customer_id, cast(sum(balance) as bigint) as late from bills
                     where balance <> 0 and balance > 0 and standing = 'open' and due_on < $1 group by customer_id) b
              join customers c on c.id = b.customer_id
             where (coalesce(c.email, '') = '' and coalesce(c.phone, '') = ''
                    or (select count(*) from activities a where a.customer_id = c.id and a.reached <> $2) >= $3)
               and not exists (select 1 from customer_flags f where f.customer_id = c.id and f.ends is null and f.flag in ('deceased', 'insolvency', 'legal')
                     and not exists (select 1 from customer_flags e where e.ends = f.id))
          ) x
        ) r join customers c on c.id = r.id
        left join reach_holds h on h.customer_id = r.id and h.until_at > $4 left join staff s on s.id = h.staff_id
        where r.has_contact = 0 or r.attempts >= $3
        order by coalesce(r.next_on, $1), r.late desc, r.id limit $5",
        late_before(today, &calendar), true, i64::from(policy.attempts), now, LONGEST, DateTime::<Utc>::UNIX_EPOCH)?;
    Ok(rows.into_iter().filter_map(|row| of_row(row, &policy)).collect())
}

fn of_row(row: Row, policy: &ReachPolicy) -> Option<Sought> {
    let reach =
        Reach { has_contact: row.has_contact == 1, attempts: u16::try_from(row.attempts).unwrap_or(u16::MAX), next_on: row.next_on };
    Some(Sought {
        customer: row.id,
        name: row.name,
        why: reach.unreachable(policy)?,
        last_at: row.last_at,
        next_on: row.next_on,
        late: Money::cents(row.late),
        held_by: row.held_by,
        by_post: row.flags > 0,
    })
}

/// A customer who was taken from the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Who.
    pub customer: CustomerId,
    /// For how long nobody else gets them.
    pub minutes: u16,
}

/// Takes the next customer of the list whose day has come and whom nobody else has before them; none when there is none.
///
/// # Errors
/// [`Error::Forbidden`] for a role that does not seek customers.
pub async fn take_next(server: &Server, staff: &Staff) -> Result<Option<Taken>> {
    staff.only(SEEKERS)?;
    let mut conn = server.db.read().await?;
    let list = sought(server, &mut conn).await?;
    let policy = policies::reach(server, &mut conn).await?;
    drop(conn);
    let (today, now) = (server.clock.today(), server.clock.now());
    let until = now + TimeDelta::minutes(i64::from(policy.held_minutes));
    for one in list.iter().filter(|one| one.held_by.is_none() && !one.by_post && one.next_on.is_none_or(|on| on <= today)) {
        let mut tx = server.db.write().await?;
        // Whoever writes the row has the customer: of two at once, one goes on to the next.
        let won = sql!(tx, execute: "insert into reach_holds (customer_id, staff_id, until_at) values ($1, $2, $3)
            on conflict (customer_id) do update set staff_id = excluded.staff_id, until_at = excluded.until_at where reach_holds.until_at <= $4",
            one.customer.0, staff.id().0, until, now)?;
        if won == 1 {
            tx.commit().await?;
            return Ok(Some(Taken { customer: one.customer, minutes: policy.held_minutes }));
        }
    }
    Ok(None)
}

/// How often one reason was said in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The first of the month.
    pub month: NaiveDate,
    /// What was said.
    pub reason: Reason,
    /// To staff, and how often.
    pub to_staff: i64,
    /// With an agreement.
    pub in_agreements: i64,
    /// What was late then, and what the agreements came to.
    pub amount: Money,
}

/// Why people say they cannot pay: by month, the newest first, and reason. A customer who says it twice in a month is counted twice.
///
/// # Errors
/// As [`unreachable`].
pub async fn reasons(server: &Server, staff: &Staff, from: NaiveDate) -> Result<Vec<Said>> {
    staff.sees_customers()?;
    let since = Span::midnight(server, from);
    let mut conn = server.db.read().await?;
    let mut said: Vec<Said> = Vec::new();
    let rows = sql!(conn, all (DateTime<Utc>, String, i64, i64): "select at, reason, late_amount, cast(1 as bigint) from activities where reason is not null and at >= $1
        union all select accepted_at, reason, total, cast(0 as bigint) from agreements where accepted_at >= $1", since)?;
    for (at, word, cents, spoken) in rows {
        let day = server.clock.local(at).date_naive();
        let month = day.with_day(1).unwrap_or(day);
        let reason: Reason = word.parse().map_err(|_| Error::Corrupt("reason"))?;
        let line = match said.iter_mut().position(|line| (line.month, line.reason) == (month, reason)) {
            Some(at) => &mut said[at],
            None => {
                said.push(Said { month, reason, to_staff: 0, in_agreements: 0, amount: Money::ZERO });
                let last = said.len() - 1;
                &mut said[last]
            }
        };
        line.to_staff += spoken;
        line.in_agreements += 1 - spoken;
        line.amount += Money::cents(cents);
    }
    said.sort_by_key(|line| (std::cmp::Reverse(line.month), std::cmp::Reverse(line.to_staff + line.in_agreements), line.reason));
    Ok(said)
}

/// The same, to be taken away as a file: that is recorded.
///
/// # Errors
/// As [`reasons`].
pub async fn take_reasons(server: &Server, staff: &Staff, from: NaiveDate) -> Result<Vec<Said>> {
    let said = reasons(server, staff, from).await?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "activities.take_reasons",
        subject_kind: "report",
        subject_id: None,
        customer: None,
        detail: json!({ "from": from, "rows": said.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(said)
}
