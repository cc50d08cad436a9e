//! A draft of the policy of plans held against past requests for plans, and against those who are late today.
//!
//! Of a request these facts are of its time, since they were kept with it or can be worked out from what is never changed: the bills, what
//! they came to, how late they were, what was asked for, the customer's other agreements and flags. Of today are the holidays, and the
//! terms on which nothing of a plan's decision hangs. Who was turned away before asking left no request and is not counted.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::agreements::Status;
use domain::agreements::eligibility::{Candidate, History};
use domain::agreements::plans::{Debt, Plan};
use domain::agreements::policy::PlanPolicy;
use domain::agreements::replay::{Late, Outcome, Past, Said, Why, room, say};
use domain::calendar::Calendar;
use domain::flags::{Flag, against_plans};
use domain::ids::BillId;
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::statement::{Nature, days_late};
use uuid::Uuid;

use super::{MOST_BILLS, MOST_CASES, since};
use crate::agreements::{Owed, candidate};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::{Server, policies, sql};

/// What one policy comes to over all cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Cases and what was owed in them, by what becomes of them.
    pub outcomes: BTreeMap<Outcome, (usize, Money)>,
    /// Cases that are not granted by themselves, by reason; one may have several.
    pub why: BTreeMap<Why, usize>,
    /// What is taken off in plans that exist.
    pub discount: Money,
}

impl Sums {
    fn add(&mut self, said: &Said, owed: Money) {
        let (count, sum) = self.outcomes.entry(said.outcome).or_default();
        *count += 1;
        *sum += owed;
        for why in &said.why {
            *self.why.entry(*why).or_default() += 1;
        }
        self.discount += said.discount;
    }

    /// Cases and sum of one outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> (usize, Money) {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }
}

/// A request that the draft decides otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its protocol.
    pub protocol: Protocol,
    /// When it was asked.
    pub on: NaiveDate,
    /// What was owed.
    pub owed: Money,
    /// What the policy in force says.
    pub now: Said,
    /// What the draft says.
    pub draft: Said,
}

/// Both policies over the same cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The first day looked at.
    pub from: NaiveDate,
    /// Requests looked at.
    pub requests: usize,
    /// Whether there were more.
    pub capped: bool,
    /// By the policy in force.
    pub now: Sums,
    /// By the draft.
    pub draft: Sums,
    /// What changes, the newest first.
    pub changed: Vec<Changed>,
    /// Customers who are late today.
    pub customers: usize,
    /// Whether there were more.
    pub customers_capped: bool,
    /// What the policy in force has for them.
    pub late_now: Sums,
    /// What the draft has.
    pub late_draft: Sums,
}

/// Works it out.
pub(crate) async fn preview(server: &Server, now: &PlanPolicy, draft: &PlanPolicy, days: u32) -> Result<Preview> {
    let mut conn = server.db.read().await?;
    let calendar = policies::calendar(&mut conn).await?;
    let (from, begins) = since(server, days);
    let (cases, capped) = past(server, &mut conn, begins, &calendar).await?;
    let today = server.clock.today();
    let (late, customers_capped) = late(&mut conn, today, &calendar).await?;
    drop(conn);
    let mut preview = Preview {
        from,
        requests: cases.len(),
        capped,
        now: Sums::default(),
        draft: Sums::default(),
        changed: Vec::new(),
        customers: late.len(),
        customers_capped,
        late_now: Sums::default(),
        late_draft: Sums::default(),
    };
    for (protocol, past) in cases {
        let owed = past.debt.total();
        let (by_now, by_draft) = (say(now, &past, &calendar), say(draft, &past, &calendar));
        preview.now.add(&by_now, owed);
        preview.draft.add(&by_draft, owed);
        if by_now != by_draft {
            preview.changed.push(Changed { protocol, on: past.on, owed, now: by_now, draft: by_draft });
        }
    }
    for (history, bills) in late {
        let owed: Debt = bills.iter().map(|late| late.debt).sum();
        for (policy, sums) in [(now, &mut preview.late_now), (draft, &mut preview.late_draft)] {
            let said = room(policy, history, &bills, today);
            // Of those for whom there is something: what it can be had for. Of the others: what they owe.
            let amount = if said.outcome == Outcome::Refused { owed.total() } else { said.total };
            sums.add(&said, amount);
        }
    }
    Ok(preview)
}

#[derive(sqlx::FromRow)]
struct Asked {
    id: Uuid,
    protocol: String,
    customer_id: Uuid,
    plan: String,
    accepted_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Taken {
    agreement_id: Uuid,
    bill_id: Uuid,
    nature: String,
    due_on: NaiveDate,
    amount: i64,
}

/// Agreements of customers, as far as a later one needs them.
#[derive(sqlx::FromRow)]
struct Other {
    id: Uuid,
    customer_id: Uuid,
    status: String,
    accepted_at: DateTime<Utc>,
    ended_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct Flagged {
    customer_id: Uuid,
    flag: String,
    at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

/// Requests for plans since a moment, the newest first, each with what was known then.
async fn past(server: &Server, conn: &mut Conn, since: DateTime<Utc>, calendar: &Calendar) -> Result<(Vec<(Protocol, Past)>, bool)> {
    let most = i64::try_from(MOST_CASES).unwrap_or(i64::MAX);
    let mut asked = sql!(conn, all Asked: "select a.id, r.protocol, a.customer_id, a.plan, a.accepted_at from agreements a
        join requests r on r.id = a.request_id where a.accepted_at >= $1 order by a.accepted_at desc, a.id desc limit $2", since, most + 1)?;
    let capped = asked.len() > MOST_CASES;
    asked.truncate(MOST_CASES);
    let Some(first) = asked.last().map(|asked| asked.accepted_at) else { return Ok((Vec::new(), false)) };
    let taken = sql!(conn, all Taken: "select ab.agreement_id, ab.bill_id, b.nature, b.due_on, ab.amount from agreement_bills ab
        join agreements a on a.id = ab.agreement_id join bills b on b.id = ab.bill_id where a.accepted_at >= $1 order by b.due_on, b.id", first)?;
    let others = sql!(conn, all Other: "select id, customer_id, status, accepted_at, ended_on from agreements
        where customer_id in (select customer_id from agreements where accepted_at >= $1)", first)?;
    let flags = sql!(conn, all Flagged: "select f.customer_id, f.flag, f.at, e.at as until from customer_flags f
        left join customer_flags e on e.ends = f.id
        where f.ends is null and f.customer_id in (select customer_id from agreements where accepted_at >= $1) order by f.at, f.id", first)?;
    let mut bills: HashMap<Uuid, Vec<Taken>> = HashMap::new();
    for one in taken {
        bills.entry(one.agreement_id).or_default().push(one);
    }
    let mut others_of: HashMap<Uuid, Vec<Other>> = HashMap::new();
    for one in others {
        others_of.entry(one.customer_id).or_default().push(one);
    }
    let mut flags_of: HashMap<Uuid, Vec<Flagged>> = HashMap::new();
    for one in flags {
        flags_of.entry(one.customer_id).or_default().push(one);
    }
    let mut cases = Vec::with_capacity(asked.len());
    for asked in asked {
        let on = server.clock.local(asked.accepted_at).date_naive();
        let plan: Plan = serde_json::from_str(&asked.plan).map_err(|_| Error::Corrupt("plan"))?;
        let taken = bills.remove(&asked.id).unwrap_or_default();
        let bills = taken.iter().map(|one| as_it_was(one, on, calendar)).collect::<Result<Vec<_>>>()?;
        let others = others_of.get(&asked.customer_id).map_or(&[][..], Vec::as_slice);
        let flags = flags_of.get(&asked.customer_id).map_or(&[][..], Vec::as_slice);
        let history = history(others, flags, Some(&asked), on, asked.accepted_at)?;
        // Plans kept before the debt was among what they keep: what their bills came to, as of principal.
        let total: Money = bills.iter().map(|bill| bill.amount).sum();
        let latest = bills.iter().map(|bill| bill.days_late).max().unwrap_or(0);
        let debt = if plan.debt.total().is_positive() { plan.debt } else { Debt::of(total, Money::ZERO, latest) };
        let protocol = asked.protocol.parse().map_err(|_| Error::Corrupt("protocol"))?;
        cases.push((protocol, Past { on, history, bills, debt, request: plan.request }));
    }
    Ok((cases, capped))
}

/// A bill on the day it was put into a request: nothing stood against it then, or it would not be in it.
fn as_it_was(taken: &Taken, on: NaiveDate, calendar: &Calendar) -> Result<Candidate> {
    let nature: Nature = taken.nature.parse().map_err(|_| Error::Corrupt("nature"))?;
    Ok(Candidate {
        bill: BillId(taken.bill_id),
        nature,
        amount: Money::cents(taken.amount),
        days_late: days_late(taken.due_on, on, calendar),
        disputed: false,
        in_agreement: false,
        in_court: false,
    })
}

/// What was known of a customer at a moment; of a request, by what was there before it.
fn history(others: &[Other], flags: &[Flagged], asked: Option<&Asked>, on: NaiveDate, at: DateTime<Utc>) -> Result<History> {
    let (mut open, mut last_broken_on) = (0_u16, None);
    for other in others.iter().filter(|other| asked.is_none_or(|asked| other.id != asked.id) && other.accepted_at <= at) {
        let status: Status = other.status.parse().map_err(|_| Error::Corrupt("status of an agreement"))?;
        // The day is all that is kept of an end: on that day it had ended.
        match other.ended_on.filter(|ended| *ended <= on) {
            None => open = open.saturating_add(1),
            Some(ended) if status == Status::Broken => last_broken_on = last_broken_on.max(Some(ended)),
            Some(_) => {}
        }
    }
    let held = flags.iter().filter(|flag| flag.at <= at && flag.until.is_none_or(|until| until > at));
    let held = held.map(|flag| flag.flag.parse().map_err(|_| Error::Corrupt("flag"))).collect::<Result<Vec<Flag>>>()?;
    Ok(History { open_agreements: open, last_broken_on, flag: against_plans(&held) })
}

#[derive(sqlx::FromRow)]
struct OwedBy {
    #[sqlx(flatten)]
    owed: Owed,
    customer_id: Uuid,
}

/// Those who are late today, each with what is known of them and what each late bill comes to.
async fn late(conn: &mut Conn, today: NaiveDate, calendar: &Calendar) -> Result<(Vec<(History, Vec<Late>)>, bool)> {
    let most = i64::try_from(MOST_BILLS).unwrap_or(i64::MAX);
    let mut owed = sql!(conn, all OwedBy: "select b.*, k.fine_rate, k.monthly_interest, c.tax_id
        from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
        where b.balance > 0 and b.due_on < $1 order by b.customer_id, b.due_on, b.id limit $2", today, most + 1)?;
    let capped = owed.len() > MOST_BILLS;
    if let Some(last) = owed.last().filter(|_| capped).map(|last| last.customer_id) {
        // Nobody is looked at by half.
        owed.retain(|one| one.customer_id != last);
    }
    let others = sql!(conn, all Other: "select id, customer_id, status, accepted_at, ended_on from agreements where customer_id in
        (select customer_id from bills where balance > 0 and due_on < $1)", today)?;
    let flags = sql!(conn, all Flagged: "select f.customer_id, f.flag, f.at, e.at as until from customer_flags f
        left join customer_flags e on e.ends = f.id where f.ends is null and f.customer_id in
        (select customer_id from bills where balance > 0 and due_on < $1) order by f.at, f.id", today)?;
    let mut others_of: HashMap<Uuid, Vec<Other>> = HashMap::new();
    for one in others {
        others_of.entry(one.customer_id).or_default().push(one);
    }
    let mut flags_of: HashMap<Uuid, Vec<Flagged>> = HashMap::new();
    for one in flags {
        flags_of.entry(one.customer_id).or_default().push(one);
    }
    let mut late: Vec<(Uuid, Vec<Late>)> = Vec::new();
    for one in owed {
        let cost = one.owed.cost(today, calendar)?;
        let bill = candidate(&one.owed.bill, cost.total, today, calendar);
        // Due on a day when banks were closed, and payable today: not late.
        if bill.days_late == 0 {
            continue;
        }
        let one_late = Late { bill, debt: Debt::of(cost.principal, cost.charges(), bill.days_late) };
        match late.last_mut().filter(|(customer, _)| *customer == one.customer_id) {
            Some((_, bills)) => bills.push(one_late),
            None => late.push((one.customer_id, vec![one_late])),
        }
    }
    let with_history = |(customer, bills): (Uuid, Vec<Late>)| {
        let others = others_of.get(&customer).map_or(&[][..], Vec::as_slice);
        let flags = flags_of.get(&customer).map_or(&[][..], Vec::as_slice);
        Ok((history(others, flags, None, today, DateTime::<Utc>::MAX_UTC)?, bills))
    };
    Ok((late.into_iter().map(with_history).collect::<Result<Vec<_>>>()?, capped))
}
