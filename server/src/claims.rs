//! What is owed by somebody whose debts are paid by a court's order: worked out as of the day on which the proceeding was asked for, apart
//! from what came later, and written as the paper that goes with the claim (habilitação de crédito). Never files it, and never says which
//! class it is of: legal does.
//!
//! What existed on that day is in the proceeding, due or not (Lei 11.101/2005, art. 49), with charges until that day and no further (art. 9,
//! II). A bill exists here since it was issued; where service and bill are of different months, legal looks at the line.

use chrono::NaiveDate;
use domain::actors::Role;
use domain::demands::{Line, sums};
use domain::flags::Flag;
use domain::ids::CustomerId;
use domain::money::Money;
use uuid::Uuid;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::guarantees::{self, Guarantee};
use crate::sessions::Staff;
use crate::{Server, bills, customers, flags, policies, sql};

/// Those who see to a proceeding.
const CLAIMANTS: &[Role] = &[Role::Legal, Role::Supervisor, Role::Receivables];

/// A customer in a proceeding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proceeding {
    /// Who.
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Number of the case.
    pub case_number: String,
    /// The day on which it was asked for: the flag's.
    pub filed_on: NaiveDate,
    /// What is claimed in it.
    pub subject: Money,
    /// Open of what came later, without charges.
    pub later: Money,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whose debts.
    pub name: String,
    /// Number of the case.
    pub case_number: String,
    /// The day on which the proceeding was asked for.
    pub filed_on: NaiveDate,
    /// Each bill of before, as of that day.
    pub lines: Vec<Line>,
    /// Paid since on those bills: to be told with the claim.
    pub paid_since: Money,
    /// Open bills of later: number, due date, what is open.
    pub later: Vec<(String, NaiveDate, Money)>,
    /// What secures it.
    pub guarantees: Vec<Guarantee>,
}

/// The customers in a proceeding, the newest first.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Proceeding>> {
    staff.only(CLAIMANTS)?;
    let mut conn = server.db.read().await?;
    let found = sql!(conn, all (Uuid, String, Option<String>, NaiveDate): "select f.customer_id, c.name, f.case_number, f.since_on
        from customer_flags f join customers c on c.id = f.customer_id where f.flag = $1 and f.ends is null
          and not exists (select 1 from customer_flags e where e.ends = f.id) order by f.since_on desc, f.id desc limit 200", Flag::Insolvency.as_str())?;
    let mut list = Vec::with_capacity(found.len());
    for (customer, name, case_number, filed_on) in found {
        let customer = CustomerId(customer);
        let [.., subject] = sums(&lines(&mut conn, customer, filed_on).await?);
        let later = later(&mut conn, customer, filed_on).await?.iter().map(|(.., open)| *open).sum();
        list.push(Proceeding { customer, name, case_number: case_number.unwrap_or_default(), filed_on, subject, later });
    }
    Ok(list)
}

/// A customer's claim. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also for somebody in no proceeding.
pub async fn see(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Claim> {
    staff.only(CLAIMANTS)?;
    let mut conn = server.db.read().await?;
    in_proceeding(&mut conn, customer).await?.ok_or(Error::NotFound)?;
    drop(conn);
    customers::named(server, staff, customer).await?;
    let mut conn = server.db.read().await?;
    claim(&mut conn, customer).await?.ok_or(Error::NotFound)
}

/// The same, for whoever has recorded the look.
pub(crate) async fn claim(conn: &mut Conn, customer: CustomerId) -> Result<Option<Claim>> {
    let Some((name, case_number, filed_on)) = in_proceeding(conn, customer).await? else { return Ok(None) };
    let (paid,) = sql!(conn, one (i64,): "select cast(coalesce(-sum(e.amount), 0) as bigint) from entries e join bills b on b.id = e.bill_id
        where e.customer_id = $1 and b.issued_on <= $2 and e.effective_on > $2 and e.kind in ('payment', 'reversal')", customer.0, filed_on)?;
    Ok(Some(Claim {
        lines: lines(conn, customer, filed_on).await?,
        paid_since: Money::cents(paid),
        later: later(conn, customer, filed_on).await?,
        guarantees: guarantees::of(conn, customer).await?,
        name,
        case_number,
        filed_on,
    }))
}

/// Whether somebody may see to proceedings.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn may(staff: &Staff) -> Result<()> {
    staff.only(CLAIMANTS)
}

async fn in_proceeding(conn: &mut Conn, customer: CustomerId) -> Result<Option<(String, String, NaiveDate)>> {
    let (name,) = sql!(conn, optional (String,): "select name from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    let held = flags::history(conn, customer).await?.into_iter().find(|one| one.holds() && one.flag == Flag::Insolvency);
    Ok(held.map(|one| (name, one.case_number.unwrap_or_default(), one.since_on)))
}

/// What existed on that day, with charges until then.
async fn lines(conn: &mut Conn, customer: CustomerId, filed_on: NaiveDate) -> Result<Vec<Line>> {
    let calendar = policies::calendar(conn).await?;
    let found = bills::open_bills_then(conn, customer, &bills::Span::default(), filed_on).await?;
    found
        .iter()
        .filter(|bill| bill.balance.is_positive())
        .map(|bill| Ok(Line::of(bill.number.clone(), &bill.cost(filed_on, &calendar)?)))
        .collect()
}

async fn later(conn: &mut Conn, customer: CustomerId, filed_on: NaiveDate) -> Result<Vec<(String, NaiveDate, Money)>> {
    let found = sql!(conn, all (String, NaiveDate, i64): "select number, due_on, balance from bills
        where customer_id = $1 and balance <> 0 and balance > 0 and issued_on > $2 order by due_on, id", customer.0, filed_on)?;
    Ok(found.into_iter().map(|(number, due_on, open)| (number, due_on, Money::cents(open))).collect())
}
