//! Running agreements as staff follows them: those that are late and those that ended for it. Never ends one.

use chrono::{Days, NaiveDate};
use domain::ids::CustomerId;
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::statement::late_before;

use crate::error::Result;
use crate::sessions::Staff;
use crate::{Server, policies, sql};

/// Days for which an agreement that ended is listed.
const LATELY: u64 = 30;

/// An agreement in the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Followed {
    /// Whose.
    #[sqlx(try_from = "uuid::Uuid")]
    pub customer_id: CustomerId,
    /// By name.
    pub name: String,
    /// The protocol of its request.
    #[sqlx(try_from = "String")]
    pub protocol: Protocol,
    /// The oldest day on which a late installment fell due.
    pub since: Option<NaiveDate>,
    /// What is late of its installments, without charges.
    #[sqlx(try_from = "i64")]
    pub late: Money,
    /// What is left of it; of one that ended, what is open of its bills.
    #[sqlx(try_from = "i64")]
    pub open: Money,
    /// The last day to pay what is late, as the customer was told.
    pub cure_until: Option<NaiveDate>,
    /// When it was over.
    pub ended_on: Option<NaiveDate>,
}

/// Agreements to be followed.
#[derive(Clone, Debug)]
pub struct Board {
    /// Their customers were told until when to pay.
    pub warned: Vec<Followed>,
    /// Late, and nothing follows from it yet.
    pub late: Vec<Followed>,
    /// Ended for being late, in the last month.
    pub broken: Vec<Followed>,
}

/// Agreements that are late, and those that ended for it lately: at most five hundred and two hundred.
///
/// # Errors
/// [`crate::Error::Forbidden`] for a role that has no business with customers.
pub async fn board(server: &Server, staff: &Staff) -> Result<Board> {
    staff.sees_customers()?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let first = late_before(today, &policies::calendar(&mut conn).await?);
    let running = sql!(conn, all Followed: "select a.customer_id, c.name, r.protocol, l.since, l.late, l.open, a.cure_until, a.ended_on
        from agreements a join customers c on c.id = a.customer_id join requests r on r.id = a.request_id
        join (select i.agreement_id, min(case when b.due_on < $1 then b.due_on end) as since,
                     cast(sum(case when b.due_on < $1 then b.balance else 0 end) as bigint) as late, cast(sum(b.balance) as bigint) as open
                from installments i join bills b on b.id = i.bill_id join agreements a on a.id = i.agreement_id and a.status = 'active'
               where b.balance > 0 group by i.agreement_id) l on l.agreement_id = a.id
        where a.status = 'active' and l.late > 0 order by a.cure_until, l.since, a.id limit 500", first)?;
    let broken = sql!(conn, all Followed: "select a.customer_id, c.name, r.protocol, cast(null as date) as since, cast(0 as bigint) as late,
            cast(coalesce((select sum(b.balance) from agreement_bills t join bills b on b.id = t.bill_id
                where t.agreement_id = a.id and b.standing = 'open' and b.balance > 0), 0) as bigint) as open, a.cure_until, a.ended_on
        from agreements a join customers c on c.id = a.customer_id join requests r on r.id = a.request_id
        where a.status = 'broken' and a.ended_on >= $1 order by a.ended_on desc, a.id limit 200", today - Days::new(LATELY))?;
    let (warned, late) = running.into_iter().partition(|one| one.cure_until.is_some());
    Ok(Board { warned, late, broken })
}
