//! Money of customers' that nobody has asked for and nothing was done with: paid twice, paid too much, or paid and laid on no bill. What
//! belongs to somebody is not kept quietly: staff sees how long it has lain, and whether something is under way.

use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::ids::CustomerId;
use domain::money::Money;
use serde_json::json;

use crate::audit::{self, Event};
use crate::error::Result;
use crate::sessions::Staff;
use crate::{Server, sql};

/// Those who handle customers' money.
const HANDLERS: &[Role] = &[Role::Receivables, Role::Supervisor];
/// Lines of the page; the file has all.
pub const SHOWN: usize = 200;
/// For how many days it has lain, where nobody says.
pub const USUAL_DAYS: u16 = 30;

/// Money of a customer's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Credit {
    /// Whose.
    #[sqlx(try_from = "uuid::Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Number of the bill it is on; none where it is on no bill.
    pub bill: Option<String>,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Since the last payment of it.
    pub since_on: NaiveDate,
    /// Protocol of the refund that is under way.
    pub protocol: Option<String>,
}

/// Money that has lain for so many days or longer, the oldest first.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn idle(server: &Server, staff: &Staff, days: u16) -> Result<Vec<Credit>> {
    staff.only(HANDLERS)?;
    let mut conn = server.db.read().await?;
    let until = server.clock.today() - Days::new(u64::from(days));
    Ok(sql!(conn, all Credit: "select customer, name, bill, amount, since_on, protocol from (
            select b.customer_id as customer, c.name, b.number as bill, -b.balance as amount,
                (select max(e.effective_on) from entries e where e.bill_id = b.id and e.amount < 0) as since_on,
                (select min(r.protocol) from request_bills rb join requests r on r.id = rb.request_id
                  where rb.bill_id = b.id and r.kind = 'refund' and r.closed_at is null) as protocol
            from bills b join customers c on c.id = b.customer_id where b.balance <> 0 and b.balance < 0
            union all
            select e.customer_id as customer, c.name, null as bill, cast(-sum(e.amount) as bigint) as amount,
                max(case when e.amount < 0 then e.effective_on end) as since_on,
                (select min(r.protocol) from requests r where r.customer_id = e.customer_id and r.kind = 'refund' and r.closed_at is null) as protocol
            from entries e join customers c on c.id = e.customer_id where e.bill_id is null
            group by e.customer_id, c.name having sum(e.amount) < 0) lying
        where since_on <= $1 order by since_on, amount desc, name", until)?)
}

/// The same, to be taken away as a file: that is recorded.
///
/// # Errors
/// As [`idle`].
pub async fn take(server: &Server, staff: &Staff, days: u16) -> Result<Vec<Credit>> {
    let credits = idle(server, staff, days).await?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "credits.take",
        subject_kind: "report",
        subject_id: None,
        customer: None,
        detail: json!({ "days": days, "rows": credits.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(credits)
}
