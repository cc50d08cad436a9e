//! Refunds: money in the customer's favour goes to a next bill, or back to who paid. Never pays: orders leave in a file for the bank,
//! or, where a Pix goes back to its origin, through `pix::returns`.
//!
//! Where to is sealed in the database and masked on screens; only the export holds it in clear.

mod asking;
mod orders;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::forms::{FieldError, Problem};
use domain::ids::{BillId, CustomerId, EntryId, PaymentId, RequestId};
use domain::money::Money;
use domain::refunds::{Destination, Holder, HolderMatch, OrderStatus, RefundForm, ValidRefundForm, Way};
use domain::requests::Kind;
use domain::requests::protocol::Protocol;
use domain::statement::{self, Credit, Entry, EntryKind, Standing};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::Actor;
use crate::db::{Conn, Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::ledger::{self, NewEntry};
use crate::pix::returns::{self, For, Origin};
use crate::requests::advance::{By, Effect};
use crate::requests::{BillLine, New, Row as Request, open, take_bill};
use crate::sessions::Customer;
use crate::{Server, policies, sql};

pub use asking::{Confirmed, confirm, submit};
pub use orders::{Export, Order, export, orders};

/// What destinations are sealed and digested for.
const PURPOSE: &str = "refund destination";
/// Those who send money out.
const PAYERS: &[Role] = &[Role::Receivables, Role::Supervisor];

/// A credit of the customer, as it is offered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Where it comes from and how much it is; its entry is what the form names.
    pub credit: Credit,
    /// The bill it lies on.
    pub bill: Option<BillLine>,
    /// The request that asks for it already.
    pub asked: Option<Protocol>,
    /// The Pix to whose origin it may go back.
    pub origin: Option<Origin>,
}

/// What can be given back, and what it can be taken off.
#[derive(Clone, Debug)]
pub struct Credits {
    /// Every credit, oldest first.
    pub offers: Vec<Offer>,
    /// Open bills to compensate with, the next one due first.
    pub targets: Vec<BillLine>,
}

/// The customer's credits, found from the ledger.
///
/// # Errors
/// The database's.
pub async fn credits(server: &Server, customer: &Customer) -> Result<Credits> {
    let mut conn = server.db.read().await?;
    let mut offers = Vec::new();
    for credit in credits_of(&mut conn, customer.id.0).await? {
        let bill = match credit.bill {
            Some(bill) => sql!(conn, optional BillLine: "select * from bills where id = $1 and customer_id = $2", bill.0, customer.id.0)?,
            None => None,
        };
        let asked = sql!(conn, optional (String,): "select r.protocol from refunds f join requests r on r.id = f.request_id
            where f.credit_entry = $1 and f.state in ('prepared', 'returned')", credit.entry.0)?;
        let asked = asked.map(|(protocol,)| protocol.parse().map_err(|_| Error::Corrupt("protocol"))).transpose()?;
        let origin = origin(server, &mut conn, &credit).await?;
        offers.push(Offer { credit, bill, asked, origin });
    }
    let targets = sql!(conn, all BillLine: "select * from bills where customer_id = $1 and balance > 0 and standing = 'open'
        order by due_on, id limit 50", customer.id.0)?;
    Ok(Credits { offers, targets })
}

/// The Pix that a credit came by, if all of the credit may go back to where that came from.
async fn origin(server: &Server, conn: &mut Conn, credit: &Credit) -> Result<Option<Origin>> {
    Ok(returns::origin(server, conn, credit.payment).await?.filter(|origin| origin.left >= credit.amount))
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    effective_on: NaiveDate,
    #[sqlx(try_from = "String")]
    kind: EntryKind,
    amount: i64,
    bill_id: Option<Uuid>,
    payment_id: Option<Uuid>,
    of_entry: Option<Uuid>,
}

/// Only bills in the customer's favour and money on no bill can hold a credit: thousands of others are not read.
async fn credits_of(conn: &mut Conn, customer: Uuid) -> Result<Vec<Credit>> {
    let rows = sql!(conn, all EntryRow: "select e.id, e.effective_on, e.kind, e.amount, e.bill_id, e.payment_id, e.of_entry
        from entries e left join bills b on b.id = e.bill_id
        where e.customer_id = $1 and (e.bill_id is null or b.balance < 0) order by e.posted_at, e.id", customer)?;
    let entries: Vec<Entry> = rows
        .into_iter()
        .map(|row| Entry {
            id: EntryId(row.id),
            on: row.effective_on,
            kind: row.kind,
            amount: Money::cents(row.amount),
            bill: row.bill_id.map(BillId),
            payment: row.payment_id.map(PaymentId),
            of: row.of_entry.map(EntryId),
        })
        .collect();
    Ok(statement::credits(&entries))
}

/// What is sealed: where to, and whose it is.
#[derive(Serialize, Deserialize)]
struct Sealed {
    destination: Destination,
    holder: Holder,
}

/// Holds a form against the rules without asking for anything, for the page on which it is checked.
///
/// # Errors
/// As [`submit`]: what is chosen must be offered and not asked for yet.
pub async fn check(server: &Server, customer: &Customer, form: &RefundForm) -> Result<ValidRefundForm> {
    let mut errors = Vec::new();
    let mut note = |field, problem| errors.push(FieldError::new(field, problem));
    let credit = form.credit().map_err(|problem| note("credit", problem)).ok();
    let target = form.target().map_err(|problem| note("target", problem)).ok();
    let (Some(credit), Some(target)) = (credit, target) else { return Err(errors.into()) };
    let mut conn = server.db.read().await?;
    let (payer, owner) = paid_by(&mut conn, customer, credit).await?;
    drop(conn);
    let valid = form.parse(payer.as_deref(), &owner)?;
    let offered = credits(server, customer).await?;
    // Another destination is given for a request that asks for the credit already.
    let asks = |offer: &Offer| offer.asked.is_some_and(|protocol| protocol.digits() != form.request.trim());
    let Some(offer) = offered.offers.iter().find(|offer| offer.credit.entry == credit && !asks(offer)) else {
        return Err(Error::field("credit", Problem::NoLongerPossible));
    };
    if valid == ValidRefundForm::Origin && offer.origin.is_none() {
        return Err(Error::field("way", Problem::NoLongerPossible));
    }
    if valid == ValidRefundForm::Compensate {
        match target {
            Some(target) if !offered.targets.iter().any(|bill| bill.id == target) => {
                return Err(Error::field("target", Problem::NoLongerPossible));
            }
            None if offered.targets.is_empty() => return Err(Error::field("target", Problem::Missing)),
            _ => {}
        }
    }
    Ok(valid)
}

/// Who paid what this entry records, if the bank told; and whose contract it is.
async fn paid_by(conn: &mut Conn, customer: &Customer, credit: EntryId) -> Result<(Option<String>, String)> {
    sql!(conn, optional (Option<String>, String): "select p.payer_tax_id, c.tax_id
        from entries e join customers c on c.id = e.customer_id left join payments p on p.id = e.payment_id
        where e.id = $1 and e.customer_id = $2", credit.0, customer.id.0)?
    .ok_or_else(|| Error::field("credit", Problem::Unknown))
}

/// Takes two bills in the order of their ids, as everywhere.
async fn take_both(tx: &mut Tx, customer: CustomerId, one: Option<Uuid>, other: Option<Uuid>) -> Result<()> {
    let mut bills: Vec<Uuid> = one.into_iter().chain(other).collect();
    bills.sort_unstable();
    for bill in bills {
        take_bill(tx, customer, bill.into()).await?;
    }
    Ok(())
}

/// The credit as it is now, with its bill taken.
async fn still_there(tx: &mut Tx, customer: Uuid, entry: EntryId) -> Result<Option<Credit>> {
    let bill = sql!(tx, optional (Option<Uuid>,): "select bill_id from entries where id = $1 and customer_id = $2", entry.0, customer)?;
    if let Some((Some(bill),)) = bill {
        take_bill(tx, customer.into(), bill.into()).await?;
    }
    Ok(credits_of(tx, customer).await?.into_iter().find(|credit| credit.entry == entry))
}

async fn compensate(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    submission: Uuid,
    entry: EntryId,
    target: Option<BillId>,
) -> Result<Request> {
    let target = match target {
        Some(target) => target.0,
        None => {
            let next = sql!(tx, optional (Uuid,): "select id from bills where customer_id = $1 and balance > 0 and standing = 'open'
                order by due_on, id limit 1", customer.id.0)?;
            next.ok_or_else(|| Error::field("target", Problem::Missing))?.0
        }
    };
    let lies_on =
        sql!(tx, optional (Option<Uuid>,): "select bill_id from entries where id = $1 and customer_id = $2", entry.0, customer.id.0)?;
    take_both(tx, customer.id, lies_on.and_then(|(bill,)| bill), Some(target)).await?;
    let credit = still_there(tx, customer.id.0, entry).await?.ok_or_else(|| Error::field("credit", Problem::NoLongerPossible))?;
    let target = take_bill(tx, customer.id, target.into()).await?.ok_or_else(|| Error::field("target", Problem::Unknown))?;
    if !target.balance.is_positive() || target.standing != Standing::Open {
        return Err(Error::field("target", Problem::NoLongerPossible));
    }
    // What the bill does not need stays a credit.
    let amount = credit.amount.min(target.balance);
    write(
        server,
        tx,
        customer,
        submission,
        &credit,
        amount,
        Asked { way: Way::Compensate, target: Some(target.id), destination: None, origin: None },
    )
    .await
}

async fn destination(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    sealed: &Sealed,
    holder_match: HolderMatch,
) -> Result<AskedDestination> {
    let json = serde_json::to_string(sealed).map_err(|_| Error::Corrupt("refund destination"))?;
    let where_to = serde_json::to_string(&sealed.destination).map_err(|_| Error::Corrupt("refund destination"))?;
    Ok(AskedDestination {
        sealed: server.config.keys.seal(PURPOSE, &json)?,
        masked: sealed.destination.masked(),
        digest: server.config.keys.digest(PURPOSE, &where_to),
        holder_match,
        free_from: free_from(server, tx, customer).await?,
    })
}

/// No account, no proof of whose it is and no waiting after a changed contact: the money cannot go anywhere but where it came from.
async fn to_origin(server: &Server, tx: &mut Tx, customer: &Customer, submission: Uuid, entry: EntryId) -> Result<Request> {
    let credit = still_there(tx, customer.id.0, entry).await?.ok_or_else(|| Error::field("credit", Problem::NoLongerPossible))?;
    let origin = origin(server, tx, &credit).await?.ok_or_else(|| Error::field("way", Problem::NoLongerPossible))?;
    let amount = credit.amount;
    write(
        server,
        tx,
        customer,
        submission,
        &credit,
        amount,
        Asked { way: Way::Origin, target: None, destination: None, origin: Some(origin) },
    )
    .await
}

/// Until when a refund asked for now would wait before it leaves, when a contact was changed not long ago. It can be asked for all the
/// same: whoever changed an address because the old one was lost is not sent away, and the days in which staff decides count.
///
/// # Errors
/// The database's.
pub async fn waits_until(server: &Server, customer: &Customer) -> Result<Option<DateTime<Utc>>> {
    let mut conn = server.db.read().await?;
    free_from(server, &mut conn, customer).await
}

/// From when on it may leave, when a contact was changed not long ago: somebody who took over an account would first change
/// where its notices go.
async fn free_from(server: &Server, conn: &mut Conn, customer: &Customer) -> Result<Option<DateTime<Utc>>> {
    let policy = policies::refunds(server, conn).await?;
    let (changed_at,) = sql!(conn, one (Option<DateTime<Utc>>,): "select max(email_changed_at) from customers where id in ($1, $2)",
        customer.id.0, customer.person.0)?;
    let free_from = changed_at.map(|at| policy.free_from(at.naive_utc()).and_utc());
    Ok(free_from.filter(|free_from| *free_from > server.clock.now()))
}

struct Asked {
    way: Way,
    target: Option<BillId>,
    destination: Option<AskedDestination>,
    origin: Option<Origin>,
}

struct AskedDestination {
    sealed: String,
    masked: String,
    digest: String,
    holder_match: HolderMatch,
    free_from: Option<DateTime<Utc>>,
}

async fn write(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    submission: Uuid,
    credit: &Credit,
    amount: Money,
    asked: Asked,
) -> Result<Request> {
    let mut bills: Vec<BillId> = credit.bill.into_iter().chain(asked.target).collect();
    bills.dedup();
    let new = New { amount, bills: &bills, ..New::of(Kind::Refund, submission) };
    // A refund that came back asks for the credit still.
    let asks = sql!(tx, optional (Uuid,): "select request_id from refunds where credit_entry = $1 and state = 'returned' limit 1", credit.entry.0)?;
    if asks.is_some() {
        return Err(Error::field("credit", Problem::NoLongerPossible));
    }
    let row = open(server, tx, By::Customer(customer), customer.id, customer.person, &new).await?;
    let to = asked.destination.as_ref();
    sql!(tx, execute: "insert into refunds (request_id, way, amount, credit_entry, bill_id, payment_id, target_bill_id,
            destination_sealed, destination_masked, destination_digest, holder_match, free_from, state, end_to_end_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        row.id.0, asked.way.as_str(), amount.as_cents(), credit.entry.0, credit.bill.map(|bill| bill.0), credit.payment.map(|payment| payment.0),
        asked.target.map(|bill| bill.0), to.map(|to| to.sealed.as_str()), to.map(|to| to.masked.as_str()), to.map(|to| to.digest.as_str()),
        to.map(|to| to.holder_match.as_str()), to.and_then(|to| to.free_from), OrderStatus::Prepared.as_str(),
        asked.origin.as_ref().map(|origin| origin.pix.as_str()))
    .map_err(|error| if is_duplicate(&error) { Error::field("credit", Problem::NoLongerPossible) } else { error.into() })?;
    Ok(row)
}

/// The form with which another destination is given for a refund that could not go back to its origin, while staff asks for one.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's request, and while none is asked for.
pub async fn redirection(server: &Server, customer: &Customer, protocol: &str) -> Result<RefundForm> {
    let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
    let mut conn = server.db.read().await?;
    let (credit,) = sql!(conn, optional (Uuid,): "select f.credit_entry from refunds f join requests r on r.id = f.request_id
        where r.protocol = $1 and r.customer_id = $2 and r.status = 'waiting_customer' and f.state = 'returned'", protocol.digits(), customer.id.0)?
        .ok_or(Error::NotFound)?;
    Ok(RefundForm {
        request: protocol.digits(),
        credit: credit.to_string(),
        submission: server.id::<Uuid>().to_string(),
        way: Way::Refund.as_str().to_owned(),
        ..RefundForm::default()
    })
}

// ---- effects of decisions ----

/// A refund as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    #[sqlx(try_from = "String")]
    pub(crate) way: Way,
    #[sqlx(try_from = "i64")]
    pub(crate) amount: Money,
    #[sqlx(try_from = "Uuid")]
    pub(crate) credit_entry: EntryId,
    pub(crate) bill_id: Option<Uuid>,
    pub(crate) payment_id: Option<Uuid>,
    pub(crate) target_bill_id: Option<Uuid>,
    pub(crate) destination_masked: Option<String>,
    pub(crate) destination_digest: Option<String>,
    holder_match: Option<String>,
    pub(crate) free_from: Option<DateTime<Utc>>,
    #[sqlx(try_from = "String")]
    pub(crate) state: OrderStatus,
    pub(crate) end_to_end_id: Option<String>,
}

impl Row {
    /// How the holder relates to who paid.
    pub(crate) fn holder(&self) -> Result<Option<HolderMatch>> {
        self.holder_match.as_deref().map(|word| word.parse().map_err(|_| Error::Corrupt("holder of a refund"))).transpose()
    }
}

pub(crate) async fn row(conn: &mut Conn, request: RequestId) -> Result<Row> {
    Ok(sql!(conn, one Row: "select * from refunds where request_id = $1", request.0)?)
}

/// Moves the money in the ledger: to the target, where nothing is left to be done; or out, as an order.
pub(crate) async fn approved(server: &Server, tx: &mut Tx, request: &Request, by: Actor) -> Result<Effect> {
    let refund = row(tx, request.id).await?;
    // The Pix before its bills, as whoever takes what the provider tells.
    let returned = match (refund.way, &refund.end_to_end_id) {
        (Way::Origin, Some(pix)) => {
            Some(returns::order(server, tx, by, pix, refund.amount, For::Refund(request.id, request.customer_id)).await?)
        }
        (Way::Origin, None) => return Err(Error::Corrupt("origin of a refund")),
        _ => None,
    };
    take_both(tx, request.customer_id, refund.bill_id, refund.target_bill_id).await?;
    let credit = still_there(tx, request.customer_id.0, refund.credit_entry).await?;
    if credit.is_none_or(|credit| credit.amount < refund.amount) {
        return Err(Error::Overtaken("credit_gone"));
    }
    let digits = request.protocol.digits();
    let entry = |kind, amount, bill: Option<Uuid>| NewEntry {
        customer: request.customer_id,
        bill: bill.map(BillId),
        kind,
        amount,
        effective_on: server.clock.today(),
        payment: refund.payment_id.map(PaymentId),
        request: Some(request.id),
        of: Some(refund.credit_entry),
        source: "",
        note: "",
    };
    let now = server.clock.now();
    match refund.way {
        Way::Compensate => {
            let target = refund.target_bill_id.ok_or(Error::Corrupt("target of a compensation"))?;
            let line = take_bill(tx, request.customer_id, target.into()).await?.ok_or(Error::Corrupt("target of a compensation"))?;
            if line.balance < refund.amount || line.standing != Standing::Open {
                return Err(Error::Overtaken("target_moved"));
            }
            let (from, to) = (format!("request/{digits}/compensation/from"), format!("request/{digits}/compensation/to"));
            ledger::post(server, tx, &NewEntry { source: &from, ..entry(EntryKind::Compensation, refund.amount, refund.bill_id) }).await?;
            ledger::post(server, tx, &NewEntry { source: &to, ..entry(EntryKind::Compensation, -refund.amount, Some(target)) }).await?;
            set_state(tx, request.id, OrderStatus::Prepared, OrderStatus::Paid).await?;
            Ok(Effect::Complete)
        }
        Way::Refund | Way::Origin => {
            let source = match returned {
                Some(id) => return_source(request, id.as_str()),
                None => format!("request/{digits}/refund"),
            };
            ledger::post(server, tx, &NewEntry { source: &source, ..entry(EntryKind::Refund, refund.amount, refund.bill_id) }).await?;
            set_state(tx, request.id, OrderStatus::Prepared, OrderStatus::Approved).await?;
            sql!(tx, execute: "update refunds set ordered_at = $2 where request_id = $1", request.id.0, now)?;
            Ok(Effect::Pending)
        }
    }
}

/// Each order to give a Pix back has an entry of its own: what failed is undone, and may be tried again.
fn return_source(request: &Request, id: &str) -> String {
    format!("request/{}/return/{id}", request.protocol.digits())
}

/// What came back is prepared anew.
pub(crate) async fn prepared(tx: &mut Tx, request: &Request) -> Result<Effect> {
    if row(tx, request.id).await?.state == OrderStatus::Returned {
        set_state(tx, request.id, OrderStatus::Returned, OrderStatus::Prepared).await?;
    }
    Ok(Effect::Pending)
}

/// The provider has the order.
pub(crate) async fn sent(tx: &mut Tx, request: RequestId) -> Result<()> {
    if row(tx, request).await?.state == OrderStatus::Approved {
        set_state(tx, request, OrderStatus::Approved, OrderStatus::Exported).await?;
    }
    Ok(())
}

/// The provider did not give it back: the refund is undone in the ledger, and the money the customer's again.
pub(crate) async fn failed(server: &Server, tx: &mut Tx, request: &Request) -> Result<Effect> {
    let refund = row(tx, request.id).await?;
    take_both(tx, request.customer_id, refund.bill_id, None).await?;
    let order = returns::of_request(tx, request.id).await?.ok_or(Error::Corrupt("order of a refund"))?;
    let source = return_source(request, &order.id);
    let (of,) =
        sql!(tx, one (Uuid,): "select id from entries where source = $1 and customer_id = $2", source.as_str(), request.customer_id.0)?;
    let entry = NewEntry {
        customer: request.customer_id,
        bill: refund.bill_id.map(BillId),
        kind: EntryKind::Reversal,
        amount: -refund.amount,
        effective_on: server.clock.today(),
        payment: refund.payment_id.map(PaymentId),
        request: Some(request.id),
        of: Some(EntryId(of)),
        source: &format!("{source}/failed"),
        note: "",
    };
    ledger::post(server, tx, &entry).await?;
    sent(tx, request.id).await?;
    set_state(tx, request.id, OrderStatus::Exported, OrderStatus::Returned).await?;
    Ok(Effect::Pending)
}

/// The credit is free to be asked for again.
pub(crate) async fn ended(tx: &mut Tx, request: &Request) -> Result<Effect> {
    let state = row(tx, request.id).await?.state;
    let from = if state == OrderStatus::Returned { state } else { OrderStatus::Prepared };
    set_state(tx, request.id, from, OrderStatus::Cancelled).await?;
    Ok(Effect::Pending)
}

/// An order that was exported is paid; one that never left cannot be. That a Pix went back only its provider says.
pub(crate) async fn paid(tx: &mut Tx, request: &Request) -> Result<Effect> {
    let refund = row(tx, request.id).await?;
    match (refund.way, refund.state) {
        (Way::Compensate, OrderStatus::Paid) => {}
        (Way::Refund, OrderStatus::Exported) => set_state(tx, request.id, OrderStatus::Exported, OrderStatus::Paid).await?,
        (Way::Origin, OrderStatus::Exported)
            if returns::of_request(tx, request.id).await?.is_some_and(|order| order.state == domain::pix::returns::State::Done) =>
        {
            set_state(tx, request.id, OrderStatus::Exported, OrderStatus::Paid).await?;
        }
        (Way::Origin, _) => return Err(Error::Refused("refund_not_returned")),
        _ => return Err(Error::Refused("refund_not_exported")),
    }
    Ok(Effect::Pending)
}

async fn set_state(tx: &mut Tx, request: RequestId, from: OrderStatus, to: OrderStatus) -> Result<()> {
    let moved =
        sql!(tx, execute: "update refunds set state = $3 where request_id = $1 and state = $2", request.0, from.as_str(), to.as_str())
            // Its credit was asked for by another request meanwhile.
            .map_err(|error| if is_duplicate(&error) { Error::Overtaken("refund_moved") } else { error.into() })?;
    if moved == 0 { Err(Error::Overtaken("refund_moved")) } else { Ok(()) }
}
