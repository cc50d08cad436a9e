//! A draft of the limits of promises held against promises that were made.
//!
//! Of its time are the day, the amount and the promises not kept before it. What the bills cost on the day is not kept: their amounts as
//! issued stand for it where an amount is below the least. Who was turned away left no promise and is not counted.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::calendar::days_after;
use domain::money::Money;
use domain::promises::PromisePolicy;
use uuid::Uuid;

use super::{MOST_CASES, since};
use crate::error::Result;
use crate::{Server, sql};

/// Why a promise would not have been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    /// Its day was too far ahead.
    TooFar,
    /// Its amount was too small.
    TooLittle,
    /// Too many were not kept before it: a person would have been asked.
    NotKept,
}

impl Against {
    /// Every reason, in the order of the page.
    pub const ALL: [Self; 3] = [Self::TooFar, Self::TooLittle, Self::NotKept];
}

/// What one policy comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Promises that would have been taken, and how much.
    pub taken: (usize, Money),
    /// Promises that would not, and how much.
    pub refused: (usize, Money),
    /// By reason; one may have several.
    pub why: BTreeMap<Against, usize>,
}

/// A promise that the draft answers otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When it was made.
    pub made_on: NaiveDate,
    /// For which day.
    pub on_day: NaiveDate,
    /// How much.
    pub amount: Money,
    /// Why not, by the policy in force; nothing when it is taken.
    pub now: Vec<Against>,
    /// Why not, by the draft.
    pub draft: Vec<Against>,
}

/// Both policies over the same promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The first day looked at.
    pub from: NaiveDate,
    /// Promises looked at.
    pub promises: usize,
    /// Whether there were more.
    pub capped: bool,
    /// By the policy in force.
    pub now: Sums,
    /// By the draft.
    pub draft: Sums,
    /// What changes, the newest first.
    pub changed: Vec<Changed>,
}

#[derive(sqlx::FromRow)]
struct Row {
    customer_id: Uuid,
    made_on: NaiveDate,
    made_at: DateTime<Utc>,
    on_day: NaiveDate,
    amount: i64,
    issued: i64,
    by_customer: bool,
}

/// Works it out.
pub(crate) async fn preview(server: &Server, now: &PromisePolicy, draft: &PromisePolicy, days: u32) -> Result<Preview> {
    let mut conn = server.db.read().await?;
    let (from, begins) = since(server, days);
    let most = i64::try_from(MOST_CASES).unwrap_or(i64::MAX);
    let mut rows = sql!(conn, all Row: "select p.customer_id, p.made_on, p.made_at, p.on_day, p.amount, p.staff_id is null as by_customer,
            cast(coalesce((select sum(b.amount) from promise_bills pb join bills b on b.id = pb.bill_id where pb.promise_id = p.id), 0) as bigint) as issued
        from promises p where p.made_at >= $1 order by p.made_at desc, p.id desc limit $2", begins, most + 1)?;
    let capped = rows.len() > MOST_CASES;
    rows.truncate(MOST_CASES);
    let first = rows.last().map_or(begins, |row| row.made_at);
    let broken = sql!(conn, all (Uuid, DateTime<Utc>): "select customer_id, ended_at from promises
        where status = 'broken' and ended_at is not null and customer_id in (select customer_id from promises where made_at >= $1)", first)?;
    drop(conn);
    let mut broken_of: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
    for (customer, at) in broken {
        broken_of.entry(customer).or_default().push(at);
    }
    let mut preview = Preview { from, promises: rows.len(), capped, now: Sums::default(), draft: Sums::default(), changed: Vec::new() };
    for row in rows {
        let broken = broken_of.get(&row.customer_id).map_or(&[][..], Vec::as_slice);
        let amount = Money::cents(row.amount);
        let (by_now, by_draft) = (against(now, &row, broken), against(draft, &row, broken));
        for (against, sums) in [(&by_now, &mut preview.now), (&by_draft, &mut preview.draft)] {
            let (count, sum) = if against.is_empty() { &mut sums.taken } else { &mut sums.refused };
            (*count, *sum) = (*count + 1, *sum + amount);
            for reason in against {
                *sums.why.entry(*reason).or_default() += 1;
            }
        }
        if by_now != by_draft {
            preview.changed.push(Changed { made_on: row.made_on, on_day: row.on_day, amount, now: by_now, draft: by_draft });
        }
    }
    Ok(preview)
}

/// What a policy holds against a promise, as the form and the verb do.
fn against(policy: &PromisePolicy, row: &Row, broken: &[DateTime<Utc>]) -> Vec<Against> {
    let mut against = Vec::new();
    if row.on_day > days_after(row.made_on, u32::from(policy.most_days)) {
        against.push(Against::TooFar);
    }
    let amount = Money::cents(row.amount);
    if policy.amount(Some(amount), Money::cents(row.issued).max(amount)).is_err() {
        against.push(Against::TooLittle);
    }
    let lately = row.made_at - TimeDelta::days(i64::from(policy.broken_within));
    let count = broken.iter().filter(|at| (lately..row.made_at).contains(at)).count();
    // Staff writes down what a customer says whatever came of earlier ones.
    if row.by_customer && count >= usize::from(policy.most_broken) {
        against.push(Against::NotKept);
    }
    against
}
