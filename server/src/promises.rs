//! Promises to pay: made by the customer or written down by staff, reminded of once, and kept or broken by what the bank says. Never
//! changes what is owed, and never believes anybody's word that a promise was kept.

use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};
use domain::actors::Role;
use domain::flags::Way;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::promises::{self, Evidence, PromiseForm, PromisePolicy, Status, ValidPromiseForm};
use domain::statement::Standing;
use domain::templates::notices::{Kind, Variable};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::{Customer, Staff};
use crate::texts;
use crate::{Server, bills, customers, flags, notices, policies, sql};

/// Those who write down what a customer promised.
const WRITERS: &[Role] = &[Role::Operator, Role::Receivables, Role::Supervisor];
/// Days for which a promise that ended is listed.
const LATELY: i64 = 30;

/// What the bank received for a promise's bills while it counted, less what it took back since.
macro_rules! paid {
    () => {
        "cast(coalesce((select -sum(e.amount) from promise_bills pb join entries e on e.bill_id = pb.bill_id
            left join entries o on o.id = e.of_entry and e.kind = 'reversal'
           where pb.promise_id = p.id and ((e.kind = 'payment' and e.effective_on between p.made_on and p.until_on)
               or (o.kind = 'payment' and o.effective_on between p.made_on and p.until_on))), 0) as bigint) as paid"
    };
}

/// A promise.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Promise {
    /// Which.
    pub id: Uuid,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: CustomerId,
    /// By name.
    pub name: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who of the staff wrote it down, where the customer did not make it themselves.
    pub written_by: Option<String>,
    /// The day.
    pub on_day: NaiveDate,
    /// The last day on which a payment counts.
    pub until_on: NaiveDate,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// What the bank received for it.
    #[sqlx(try_from = "i64")]
    pub paid: Money,
    /// For how many bills.
    pub bills: i64,
}

impl Promise {
    /// Whether it can be taken back: not once its day is over.
    #[must_use]
    pub fn may_be_withdrawn(&self, today: NaiveDate) -> bool {
        self.status == Status::Open && self.on_day >= today
    }
}

macro_rules! promises {
    ($rest:literal) => {
        concat!(
            "select p.id, p.customer_id, c.name, p.made_at, s.name as written_by, p.on_day, p.until_on, p.amount, p.status, ",
            paid!(),
            ", (select count(*) from promise_bills pb where pb.promise_id = p.id) as bills
               from promises p join customers c on c.id = p.customer_id left join staff s on s.id = p.staff_id ",
            $rest
        )
    };
}

/// What can be promised.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Open promises, and those that ended lately.
    pub promises: Vec<Promise>,
    /// Bills of which none is promised yet: each with what it costs today.
    pub bills: Vec<Promisable>,
    /// The last day that can be promised.
    pub last: NaiveDate,
    /// Why nothing can be promised by oneself: too much was not kept lately.
    pub ask_a_person: bool,
}

/// A bill that can be promised.
#[derive(Clone, Debug)]
pub struct Promisable {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// Due.
    pub due_on: NaiveDate,
    /// What it costs today.
    pub cost: Money,
}

/// What a customer promised, and can promise.
///
/// # Errors
/// The database's.
pub async fn offer(server: &Server, customer: &Customer) -> Result<Offer> {
    let mut conn = server.db.read().await?;
    offered(server, &mut conn, customer.id()).await
}

/// The same for staff, with the customer's name. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn offer_for_staff(server: &Server, staff: &Staff, customer: CustomerId) -> Result<(String, Offer)> {
    let name = customers::named(server, staff, customer).await?;
    let mut conn = server.db.read().await?;
    Ok((name, offered(server, &mut conn, customer).await?))
}

/// Whether this role writes down promises.
#[must_use]
pub fn may_write(staff: &Staff) -> bool {
    WRITERS.contains(&staff.role())
}

async fn offered(server: &Server, conn: &mut Conn, customer: CustomerId) -> Result<Offer> {
    let (policy, today) = (policies::promises(server, conn).await?, server.clock.today());
    let calendar = policies::calendar(conn).await?;
    let taken = promised(conn, customer).await?;
    let last = today + Days::new(u64::from(policy.most_days));
    let mut list = Vec::new();
    for open in bills::open_bills(conn, customer, &bills::Span::default()).await? {
        let payable = open.standing == Standing::Open && open.balance.is_positive() && open.due_on <= last;
        if payable && !taken.contains(&open.id) {
            list.push(Promisable { id: open.id, cost: open.cost(today, &calendar)?.total, number: open.number, due_on: open.due_on });
        }
    }
    Ok(Offer {
        promises: of_customer(server, conn, customer).await?,
        bills: list,
        last,
        ask_a_person: wary(server, conn, customer, &policy).await?,
    })
}

/// Bills in open promises.
async fn promised(conn: &mut Conn, customer: CustomerId) -> Result<Vec<BillId>> {
    let rows = sql!(conn, all (Uuid,): "select pb.bill_id from promise_bills pb join promises p on p.id = pb.promise_id where p.customer_id = $1 and pb.open = $2",
        customer.0, true)?;
    Ok(rows.into_iter().map(|(id,)| BillId(id)).collect())
}

/// Whether so much was not kept lately that the next promise takes a person.
async fn wary(server: &Server, conn: &mut Conn, customer: CustomerId, policy: &PromisePolicy) -> Result<bool> {
    let since = server.clock.now() - chrono::TimeDelta::days(i64::from(policy.broken_within));
    let (broken,) = sql!(conn, one (i64,): "select count(*) from promises where customer_id = $1 and status = 'broken' and ended_at >= $2", customer.0, since)?;
    Ok(broken >= i64::from(policy.most_broken))
}

/// Open promises first, then what ended in the last month.
pub(crate) async fn of_customer(server: &Server, conn: &mut Conn, customer: CustomerId) -> Result<Vec<Promise>> {
    let since = server.clock.now() - chrono::TimeDelta::days(LATELY);
    Ok(sql!(conn, all Promise: promises!("where p.customer_id = $1 and (p.status = 'open' or p.ended_at >= $2)
        order by case when p.status = 'open' then 0 else 1 end, p.on_day, p.id limit 50"), customer.0, since)?)
}

/// A customer's open promises, the soonest first.
///
/// # Errors
/// The database's.
pub async fn open_of(server: &Server, customer: &Customer) -> Result<Vec<Promise>> {
    let mut conn = server.db.read().await?;
    Ok(
        sql!(conn, all Promise: promises!("where p.customer_id = $1 and p.status = 'open' order by p.on_day, p.id limit 20"), customer.id().0)?,
    )
}

/// Makes a promise. The same form twice makes one.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill; [`Error::Form`], with [`Problem::NoLongerPossible`] at `bills` for one that is promised, paid,
/// disputed or in an agreement; [`Error::Refused`] with `promise_ask_a_person` when too much was not kept lately.
pub async fn make(server: &Server, customer: &Customer, form: &PromiseForm) -> Result<()> {
    let by = By { actor: customer.actor(), person: Some(customer.person), staff: None };
    written(server, customer.id(), by, form).await
}

/// Writes down what a customer promised by other means: limits of days and amounts are the same, and a person may take another word.
///
/// # Errors
/// As [`make`]; [`Error::Forbidden`] for a role that does not write promises down.
pub async fn write(server: &Server, staff: &Staff, customer: CustomerId, form: &PromiseForm) -> Result<()> {
    staff.only(WRITERS)?;
    written(server, customer, By { actor: staff.actor(), person: None, staff: Some(staff.id().0) }, form).await
}

#[derive(Clone, Copy)]
struct By {
    actor: Actor,
    person: Option<CustomerId>,
    staff: Option<Uuid>,
}

async fn written(server: &Server, customer: CustomerId, by: By, form: &PromiseForm) -> Result<()> {
    let mut tx = server.db.write().await?;
    let (policy, today) = (policies::promises(server, &mut tx).await?, server.clock.today());
    let valid = form.parse(&policy, today)?;
    // Rivals wait here for each other: a bill is in one open promise.
    if sql!(tx, execute: "update customers set name = name where id = $1", customer.0)? == 0 {
        return Err(Error::NotFound);
    }
    let before = sql!(tx, optional (Uuid,): "select customer_id from promises where id = $1", valid.submission)?;
    if let Some((of,)) = before {
        return if of == customer.0 { Ok(()) } else { Err(Error::NotFound) };
    }
    if by.staff.is_none() && wary(server, &mut tx, customer, &policy).await? {
        return Err(Error::Refused("promise_ask_a_person"));
    }
    let amount = policy.amount(valid.amount, cost(&mut tx, customer, &valid).await?).map_err(|problem| Error::field("amount", problem))?;
    let calendar = policies::calendar(&mut tx).await?;
    let until = promises::counts_until(valid.on, &calendar);
    sql!(tx, execute: "insert into promises (id, customer_id, person_id, staff_id, made_on, made_at, on_day, until_on, remind_on, amount, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')",
        valid.submission, customer.0, by.person.map(|person| person.0), by.staff, today, server.clock.now(), valid.on, until,
        policy.reminds_on(today, valid.on), amount.as_cents())?;
    for bill in &valid.bills {
        sql!(tx, execute: "insert into promise_bills (promise_id, bill_id, open) values ($1, $2, $3)", valid.submission, bill.0, true)?;
    }
    record(
        server,
        &mut tx,
        by.actor,
        "promises.make",
        customer,
        valid.submission,
        json!({ "on": valid.on, "amount": amount, "bills": valid.bills.len() }),
    )
    .await?;
    tx.commit().await
}

/// What the chosen bills cost on the promised day.
async fn cost(tx: &mut Tx, customer: CustomerId, valid: &ValidPromiseForm) -> Result<Money> {
    let (open, taken) = (bills::open_bills(tx, customer, &bills::Span::default()).await?, promised(tx, customer).await?);
    let calendar = policies::calendar(tx).await?;
    let mut sum = Money::ZERO;
    for id in &valid.bills {
        let Some(bill) = open.iter().find(|bill| bill.id == *id) else {
            let known = sql!(tx, optional (Uuid,): "select id from bills where id = $1 and customer_id = $2", id.0, customer.0)?;
            return Err(known.map_or(Error::NotFound, |_| Error::field("bills", Problem::NoLongerPossible)));
        };
        if bill.standing != Standing::Open || !bill.balance.is_positive() || taken.contains(id) {
            return Err(Error::field("bills", Problem::NoLongerPossible));
        }
        sum += bill.cost(valid.on, &calendar)?.total;
    }
    Ok(sum)
}

/// Takes an open promise back.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; [`Error::Overtaken`] for one that is over.
pub async fn withdraw(server: &Server, customer: &Customer, promise: Uuid) -> Result<()> {
    end(server, customer.actor(), Some(customer.id()), promise).await
}

/// The same by staff, who was told so.
///
/// # Errors
/// As [`withdraw`]; [`Error::Forbidden`] for a role that does not write promises down.
pub async fn withdraw_for(server: &Server, staff: &Staff, promise: Uuid) -> Result<CustomerId> {
    staff.only(WRITERS)?;
    let mut conn = server.db.read().await?;
    let (customer,) = sql!(conn, optional (Uuid,): "select customer_id from promises where id = $1", promise)?.ok_or(Error::NotFound)?;
    drop(conn);
    end(server, staff.actor(), None, promise).await?;
    Ok(CustomerId(customer))
}

async fn end(server: &Server, actor: Actor, of: Option<CustomerId>, promise: Uuid) -> Result<()> {
    let mut tx = server.db.write().await?;
    let found = sql!(tx, optional (Uuid, NaiveDate): "select customer_id, on_day from promises where id = $1 and ($2 is null or customer_id = $2)",
        promise, of.map(|of| of.0))?;
    let (customer, on) = found.map(|(id, on)| (CustomerId(id), on)).ok_or(Error::NotFound)?;
    // Taken back afterwards, none would ever be broken.
    if on < server.clock.today() || !close(server, &mut tx, promise, Status::Withdrawn, None).await? {
        return Err(Error::Overtaken("promise_over"));
    }
    record(server, &mut tx, actor, "promises.withdraw", customer, promise, json!({})).await?;
    tx.commit().await
}

/// Whoever moves an open promise ends it; says whether that was here.
async fn close(server: &Server, tx: &mut Tx, promise: Uuid, status: Status, paid: Option<Money>) -> Result<bool> {
    let moved = sql!(tx, execute: "update promises set status = $2, ended_at = $3, paid = $4 where id = $1 and status = 'open'",
        promise, status.as_str(), server.clock.now(), paid.map(Money::as_cents))?;
    sql!(tx, execute: "update promise_bills set open = $2 where promise_id = $1", promise, false)?;
    Ok(moved == 1)
}

#[derive(sqlx::FromRow)]
struct Watched {
    id: Uuid,
    #[sqlx(try_from = "Uuid")]
    customer_id: CustomerId,
    #[sqlx(try_from = "i64")]
    amount: Money,
    until_on: NaiveDate,
    remind_on: Option<NaiveDate>,
    reminded_at: Option<DateTime<Utc>>,
    #[sqlx(try_from = "i64")]
    paid: Money,
    #[sqlx(try_from = "i64")]
    open: Money,
    payable: i64,
}

macro_rules! watched {
    ($rest:literal) => {
        concat!(
            "select p.id, p.customer_id, p.amount, p.until_on, p.remind_on, p.reminded_at, ",
            paid!(),
            ", cast(coalesce((select sum(case when b.balance > 0 then b.balance else 0 end) from promise_bills pb join bills b on b.id = pb.bill_id
                  where pb.promise_id = p.id), 0) as bigint) as open,
               (select count(*) from promise_bills pb join bills b on b.id = pb.bill_id
                  where pb.promise_id = p.id and b.balance > 0 and b.standing = 'open') as payable
             from promises p where p.status = 'open' ",
            $rest
        )
    };
}

/// Ends what the bank's record has decided, and reminds of what is near. Each promise in a transaction of its own; run again, it changes
/// nothing. Says how many moved or were reminded.
///
/// # Errors
/// The database's.
pub async fn watch(server: &Server) -> Result<usize> {
    let mut conn = server.db.read().await?;
    let (policy, calendar, today) =
        (policies::promises(server, &mut conn).await?, policies::calendar(&mut conn).await?, server.clock.today());
    let open = sql!(conn, all Watched: watched!("order by p.on_day, p.id"))?;
    drop(conn);
    let hour = server.clock.local(server.clock.now()).hour();
    let verdict = |one: &Watched| {
        let evidence = Evidence { paid: one.paid, open: one.open, payable: one.payable > 0 };
        promises::verdict(one.amount, one.until_on, &evidence, today, &policy, &calendar)
    };
    let due = |one: &Watched| one.reminded_at.is_none() && one.remind_on.is_some_and(|on| on <= today) && policy.may_remind_at(hour);
    let mut moved = 0;
    for id in open.iter().filter(|one| verdict(one).is_some() || due(one)).map(|one| one.id) {
        let mut tx = server.db.write().await?;
        // Again, with the promise taken: the record may have changed since the list was read.
        sql!(tx, execute: "update promises set status = status where id = $1 and status = 'open'", id)?;
        let Some(one) = sql!(tx, optional Watched: watched!("and p.id = $1"), id)? else { continue };
        match verdict(&one) {
            Some(status) => {
                if !close(server, &mut tx, id, status, Some(one.paid)).await? {
                    continue;
                }
                let action = format!("promises.{status}");
                record(server, &mut tx, Actor::System, &action, one.customer_id, id, json!({ "paid": one.paid, "amount": one.amount }))
                    .await?;
            }
            None if due(&one) => remind(server, &mut tx, &one).await?,
            None => continue,
        }
        tx.commit().await?;
        moved += 1;
    }
    Ok(moved)
}

/// Writes once that the day is near: by e-mail where there is an address and nothing forbids it, and on the portal.
async fn remind(server: &Server, tx: &mut Tx, one: &Watched) -> Result<()> {
    let now = server.clock.now();
    sql!(tx, execute: "update promises set reminded_at = $2 where id = $1", one.id, now)?;
    if flags::way(tx, one.customer_id).await? == Way::ByPost {
        return Ok(());
    }
    let (on,) = sql!(tx, one (NaiveDate,): "select on_day from promises where id = $1", one.id)?;
    let link = format!("{}/pagar", server.config.public_url);
    let values = |l| vec![(Variable::Day, texts::date(l, on)), (Variable::LongDay, texts::long_date(l, on)), (Variable::Link, link)];
    let by_mail = notices::tell(server, tx, one.customer_id, "promise", Kind::Promise, values).await?;
    let channel = if by_mail { "mail" } else { "portal" };
    record(server, tx, Actor::System, "promises.remind", one.customer_id, one.id, json!({ "channel": channel })).await
}

/// Promises as staff follows them.
#[derive(Clone, Debug)]
pub struct Board {
    /// Their day is today or over, and the bank has not told of it yet.
    pub due: Vec<Promise>,
    /// Their day comes.
    pub coming: Vec<Promise>,
    /// Not kept, in the last month.
    pub broken: Vec<Promise>,
}

/// Promises that are due, to come, and broken lately.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn board(server: &Server, staff: &Staff) -> Result<Board> {
    staff.sees_customers()?;
    let today = server.clock.today();
    let since = server.clock.now() - chrono::TimeDelta::days(LATELY);
    let mut conn = server.db.read().await?;
    let open = sql!(conn, all Promise: promises!("where p.status = 'open' order by p.on_day, p.amount desc, p.id limit 500"))?;
    let (due, coming) = open.into_iter().partition(|one| one.on_day <= today);
    let broken = sql!(conn, all Promise: promises!("where p.status = 'broken' and p.ended_at >= $1 order by p.ended_at desc, p.id limit 200"), since)?;
    Ok(Board { due, coming, broken })
}

/// Promises that stand alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub promises: i64,
    /// What was promised.
    pub amount: Money,
    /// What the bank received.
    pub paid: Money,
}

/// Open promises, and those that ended since a day: every status once.
pub(crate) async fn figures(conn: &mut Conn, since: DateTime<Utc>) -> Result<Vec<Promised>> {
    let rows = sql!(conn, all (String, i64, i64, i64): "select status, count(*), cast(coalesce(sum(amount), 0) as bigint), cast(coalesce(sum(paid), 0) as bigint)
        from promises where status = 'open' or ended_at >= $1 group by status", since)?;
    let line = |status: &Status| {
        let row = rows.iter().find(|(word, ..)| word == status.as_str());
        let (promises, amount, paid) = row.map_or((0, 0, 0), |(_, count, amount, paid)| (*count, *amount, *paid));
        Promised { status: *status, promises, amount: Money::cents(amount), paid: Money::cents(paid) }
    };
    Ok(Status::ALL.iter().map(line).collect())
}

async fn record(
    server: &Server,
    tx: &mut Tx,
    actor: Actor,
    action: &str,
    customer: CustomerId,
    id: Uuid,
    detail: serde_json::Value,
) -> Result<()> {
    audit::record(server, tx, Event { actor, action, subject_kind: "promise", subject_id: Some(id), customer: Some(customer), detail })
        .await
}
