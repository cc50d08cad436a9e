//! Asking for a charge and looking at it. Never shows a code whose amount, address or receiver is not what was asked for, nor one that
//! should not be paid any more.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::ids::{BillId, CustomerId, PixChargeId};
use domain::money::Money;
use domain::pix::br_code::{BrCode, Charge as Destination};
use domain::pix::charges::{Kind, Reason, State, Validity, validity};
use domain::pix::txid::ChargeTxid;
use domain::reconciliation::{OpenBill, Outcome, Title, due};
use domain::slips::SlipState;
use domain::statement::{Nature, Standing};
use serde_json::json;
use uuid::Uuid;

use super::provider::{ChargeStatus, NewCharge, ProviderCharge, ProviderError, Until};
use super::{Pix, take};
use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::ChargedBefore;
use crate::outbox::{self, Outgoing};
use crate::requests::take_bill;
use crate::sessions::{Customer, Staff};
use crate::texts::{self, Locale};
use crate::throttle::{self, Limit};
use crate::{Server, bills, policies, sql};

/// Bills of one charge.
const MOST: usize = 50;
/// Charges that one customer may ask for; each is a call to the provider.
const CHARGES: Limit = Limit { hits: 40, seconds: 3600 };
/// Who asks so shortly before midnight could not pay in time: the charge is for the next day.
const BEFORE_MIDNIGHT: TimeDelta = TimeDelta::minutes(5);
/// A charge that ends so soon is not given again.
const TOO_SOON: TimeDelta = TimeDelta::minutes(2);
/// Charges in the customer's picture.
const SHOWN: i64 = 20;

/// A charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Which.
    pub id: PixChargeId,
    /// What the provider calls it.
    pub txid: String,
    /// With a due date or without.
    pub kind: Kind,
    /// Where it stands. Whatever should not be paid any more is no longer active, even before the provider was told.
    pub state: State,
    /// Why it was taken back.
    pub reason: Option<Reason>,
    /// How much.
    pub amount: Money,
    /// The day its amount is for.
    pub pay_on: NaiveDate,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// The first moment at which it is over.
    pub ends_at: DateTime<Utc>,
    /// What is paid: only while it is active.
    pub code: Option<String>,
    /// What is in it.
    pub bills: Vec<ChargedBill>,
    /// What was paid with it.
    pub paid: Vec<Paid>,
}

/// A bill of a charge.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChargedBill {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub nature: Nature,
    /// The month it belongs to.
    pub competence: String,
    /// Due, as printed.
    pub due_on: NaiveDate,
    /// What was open of it.
    #[sqlx(try_from = "i64")]
    pub principal: Money,
    /// The fine for paying late.
    #[sqlx(try_from = "i64")]
    pub fine: Money,
    /// The interest for paying late.
    #[sqlx(try_from = "i64")]
    pub interest: Money,
}

impl ChargedBill {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Money {
        self.principal + self.fine + self.interest
    }
}

/// A Pix that came for a charge.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Paid {
    /// Its id for ever.
    pub end_to_end_id: String,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// When.
    pub paid_at: DateTime<Utc>,
    /// What came of it.
    #[sqlx(try_from = "String")]
    pub outcome: Outcome,
    /// What was given back of it.
    #[sqlx(try_from = "i64")]
    pub returned: Money,
}

/// Asks for one charge for one or several open bills; asked again while nothing has changed, it is the same one. Where the provider
/// does not answer, the charge is there without a code, and asking again goes on with it.
///
/// # Errors
/// [`Error::NotFound`] for what is not this customer's, or where Pix is not set up; [`Error::Refused`] `pix_not_payable` for a bill
/// that is not open, `pix_too_many`; [`Error::Throttled`].
pub async fn ask(server: &Server, customer: &Customer, bills: &[BillId]) -> Result<Charge> {
    let pix = server.pix.as_ref().ok_or(Error::NotFound)?;
    let bills: BTreeSet<BillId> = bills.iter().copied().collect();
    if bills.is_empty() {
        return Err(Error::NotFound);
    }
    if bills.len() > MOST {
        return Err(Error::Refused("pix_too_many"));
    }
    let bills: Vec<BillId> = bills.into_iter().collect();
    let mut tx = server.db.write().await?;
    let chosen = choose(server, &mut tx, customer, &bills).await?;
    tx.commit().await?;
    match chosen {
        Chosen::New(id) => answered(server, pix, id).await?,
        Chosen::Same(id) => {
            confirmed(server, pix, id).await?;
            if row(&mut server.db.read().await?, id).await?.is_some_and(|row| !row.state.is_live()) {
                // The provider had lost it, or it was paid meanwhile; once is enough.
                let mut tx = server.db.write().await?;
                let chosen = choose(server, &mut tx, customer, &bills).await?;
                tx.commit().await?;
                let (Chosen::New(id) | Chosen::Same(id)) = chosen;
                answered(server, pix, id).await?;
                return see(server, customer, id).await;
            }
        }
    }
    let (Chosen::New(id) | Chosen::Same(id)) = chosen;
    see(server, customer, id).await
}

/// One of this customer's charges, as it is now.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn see(server: &Server, customer: &Customer, id: PixChargeId) -> Result<Charge> {
    let mut conn = server.db.read().await?;
    let row = row(&mut conn, id).await?.filter(|row| row.customer_id == customer.id().0).ok_or(Error::NotFound)?;
    charge(server, &mut conn, row).await
}

/// A customer's newest charges, for staff.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn of_customer(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Vec<Charge>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all Row: "select * from pix_charges where customer_id = $1 order by id desc limit $2", customer.0, SHOWN)?;
    let mut charges = Vec::with_capacity(rows.len());
    for row in rows {
        charges.push(charge(server, &mut conn, row).await?);
    }
    Ok(charges)
}

/// Whether a code is of a charge of ours, and then whether it can be paid now.
pub(crate) async fn ours(server: &Server, conn: &mut Conn, code: &BrCode) -> Result<Option<bool>> {
    let Some(Destination::Location(location)) = &code.parts().charge else { return Ok(None) };
    let Some(row) = sql!(conn, optional Row: "select * from pix_charges where location = $1", location.as_str())? else { return Ok(None) };
    let payable = row.state == State::Active && over(conn, &row, server.clock.now()).await?.is_none();
    Ok(Some(payable))
}

/// A charge as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Row {
    #[sqlx(try_from = "Uuid")]
    pub(super) id: PixChargeId,
    #[sqlx(try_from = "String")]
    pub(super) txid: ChargeTxid,
    pub(super) customer_id: Uuid,
    #[sqlx(try_from = "String")]
    pub(super) kind: Kind,
    #[sqlx(try_from = "String")]
    pub(super) state: State,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    pub(super) pay_on: NaiveDate,
    created_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    code: Option<String>,
    reason: Option<String>,
}

pub(super) async fn row(conn: &mut Conn, id: PixChargeId) -> Result<Option<Row>> {
    Ok(sql!(conn, optional Row: "select * from pix_charges where id = $1", id.0)?)
}

async fn charge(server: &Server, conn: &mut Conn, row: Row) -> Result<Charge> {
    let bills = sql!(conn, all ChargedBill:
        "select b.id, b.number, b.nature, b.competence, b.due_on, c.principal, c.fine, c.interest
           from pix_charge_bills c join bills b on b.id = c.bill_id where c.charge_id = $1 order by b.due_on, b.id", row.id.0)?;
    let paid = sql!(conn, all Paid:
        "select end_to_end_id, amount, paid_at, outcome, returned from pix_payments where charge_id = $1 order by seen_at, end_to_end_id", row.id.0)?;
    let stored = row.reason.as_deref().map(str::parse).transpose().map_err(|_| Error::Corrupt("reason of a charge"))?;
    let (state, reason) = match over(conn, &row, server.clock.now()).await? {
        Some(Over::Ended) => (State::Ended, None),
        Some(Over::Cancelled(reason)) => (State::Cancelled, Some(reason)),
        None => (row.state, stored),
    };
    Ok(Charge {
        id: row.id,
        txid: row.txid.to_string(),
        kind: row.kind,
        state,
        reason,
        amount: row.amount,
        pay_on: row.pay_on,
        created_at: row.created_at,
        ends_at: row.ends_at,
        code: row.code.filter(|_| state == State::Active),
        bills,
        paid,
    })
}

// ---- whether it may still be paid ----

/// Why a charge that is live should not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Its time is over.
    Ended,
    /// Something about its bills has changed.
    Cancelled(Reason),
}

#[derive(sqlx::FromRow)]
struct Moved {
    principal: i64,
    balance: i64,
    #[sqlx(try_from = "String")]
    standing: Standing,
}

/// Whether a live charge is over.
pub(super) async fn over(conn: &mut Conn, row: &Row, now: DateTime<Utc>) -> Result<Option<Over>> {
    if !row.state.is_live() {
        return Ok(None);
    }
    if row.ends_at <= now {
        return Ok(Some(Over::Ended));
    }
    let moved = sql!(conn, optional Moved:
        "select c.principal, b.balance, b.standing from pix_charge_bills c join bills b on b.id = c.bill_id
           left join (slip_bills l join slips s on s.id = l.slip_id and s.state = 'registered') on l.bill_id = b.id and l.payable
          where c.charge_id = $1 and (b.balance <> c.principal or b.standing <> 'open' or l.slip_id is distinct from c.slip_id)
          order by b.balance, b.id limit 1", row.id.0)?;
    Ok(moved.map(|moved| {
        Over::Cancelled(match moved.standing {
            Standing::Disputed => Reason::Disputed,
            Standing::InAgreement => Reason::InAgreement,
            Standing::Settled => Reason::Settled,
            Standing::Open if moved.balance <= 0 => Reason::Settled,
            Standing::Open if moved.balance != moved.principal => Reason::Changed,
            Standing::Open => Reason::SlipReplaced,
        })
    }))
}

/// Ends a charge here: nobody sees its code any more, and what its bills cost can be asked for anew. Where that is not only its time,
/// the provider is told. Says whether it was live.
pub(super) async fn end(server: &Server, tx: &mut Tx, row: &Row, over: Over, actor: Actor) -> Result<bool> {
    let (state, reason) = match over {
        Over::Ended => (State::Ended, None),
        Over::Cancelled(reason) => (State::Cancelled, Some(reason)),
    };
    let moved = sql!(tx, execute: "update pix_charges set state = $2, reason = $3 where id = $1 and state in ('new', 'active')",
        row.id.0, state.as_str(), reason.map(Reason::as_str))?;
    if moved == 0 {
        return Ok(false);
    }
    sql!(tx, execute: "update pix_charge_bills set live = not true where charge_id = $1 and live", row.id.0)?;
    if let Some(reason) = reason {
        if reason != Reason::Provider {
            let removal = Outgoing::PixRemoval { charge: row.kind, txid: row.txid.clone() };
            outbox::put(server, tx, &removal).await?;
        }
        record(server, tx, actor, "pix.cancel", row.id, CustomerId(row.customer_id), json!({ "reason": reason.as_str() })).await?;
    }
    Ok(true)
}

pub(super) async fn record(
    server: &Server,
    tx: &mut Tx,
    actor: Actor,
    action: &str,
    id: PixChargeId,
    customer: CustomerId,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor, action, subject_kind: "pix_charge", subject_id: Some(id.0), customer: Some(customer), detail };
    audit::record(server, tx, event).await
}

// ---- choosing ----

#[derive(Clone, Copy)]
enum Chosen {
    New(PixChargeId),
    Same(PixChargeId),
}

#[derive(sqlx::FromRow)]
struct BillRow {
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    slip_id: Option<Uuid>,
    slip_amount: Option<i64>,
    slip_due_on: Option<NaiveDate>,
    slip_covers: i64,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// What one bill of a charge comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    bill: BillId,
    principal: Money,
    fine: Money,
    interest: Money,
    slip: Option<Uuid>,
}

/// The charge that is there already, or a new one that the provider has yet to hear of. The bills are taken: two who ask at once get
/// the same.
async fn choose(server: &Server, tx: &mut Tx, customer: &Customer, bills: &[BillId]) -> Result<Chosen> {
    let now = server.clock.now();
    let day = server.clock.local(now + BEFORE_MIDNIGHT).date_naive();
    let (items, validity) = items(tx, customer.id(), bills, day).await?;
    let amount: Money = items.iter().map(|item| item.principal + item.fine + item.interest).sum();
    let mut before = BTreeSet::new();
    for bill in bills {
        let found = sql!(tx, optional (Uuid,): "select charge_id from pix_charge_bills where bill_id = $1 and live", bill.0)?;
        before.extend(found.map(|(charge,)| charge));
    }
    for charge in before {
        let Some(row) = row(tx, PixChargeId(charge)).await? else { continue };
        let ended = row.ends_at <= now + TOO_SOON;
        if !ended && row.amount == amount && items_of(tx, row.id).await? == items {
            return Ok(Chosen::Same(row.id));
        }
        let over = if row.ends_at <= now { Over::Ended } else { Over::Cancelled(Reason::AskedAnew) };
        end(server, tx, &row, over, customer_actor(customer)).await?;
    }
    throttle::hit(server, tx, &format!("pix.ask/{}", customer.person.0), CHARGES).await?;
    let id: PixChargeId = server.id();
    // Chance alone: 32 letters and digits.
    let txid = Uuid::new_v4().simple().to_string();
    let ends_at = midnight_after(server, validity.last_day);
    sql!(tx, execute: "insert into pix_charges (id, txid, customer_id, kind, state, amount, pay_on, created_at, ends_at, checked_at)
            values ($1, $2, $3, $4, 'new', $5, $6, $7, $8, $7)",
        id.0, txid.as_str(), customer.id().0, validity.kind.as_str(), amount.as_cents(), validity.pay_on, now, ends_at)?;
    for item in &items {
        sql!(tx, execute: "insert into pix_charge_bills (charge_id, bill_id, principal, fine, interest, slip_id, live) values ($1, $2, $3, $4, $5, $6, $7)",
            id.0, item.bill.0, item.principal.as_cents(), item.fine.as_cents(), item.interest.as_cents(), item.slip, true)?;
    }
    let detail = json!({ "cents": amount.as_cents(), "bills": bills, "txid": txid });
    record(server, tx, customer_actor(customer), "pix.ask", id, customer.id(), detail).await?;
    Ok(Chosen::New(id))
}

fn customer_actor(customer: &Customer) -> Actor {
    Actor::Customer(customer.person)
}

/// What the bills cost on a day, and until when that holds. Takes the bills in the order of their ids.
async fn items(tx: &mut Tx, customer: CustomerId, bills: &[BillId], day: NaiveDate) -> Result<(Vec<Item>, Validity)> {
    let calendar = policies::calendar(tx).await?;
    let (mut items, mut due_dates) = (Vec::with_capacity(bills.len()), Vec::with_capacity(bills.len()));
    for id in bills {
        let bill = take_bill(tx, customer, *id).await?.ok_or(Error::NotFound)?;
        if bill.standing != Standing::Open || !bill.balance.is_positive() {
            return Err(Error::Refused("pix_not_payable"));
        }
        let row = sql!(tx, one BillRow:
            "select c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs, s.id as slip_id, s.amount as slip_amount, s.due_on as slip_due_on,
                    (select count(*) from slip_bills o where o.slip_id = s.id) as slip_covers
               from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
               left join (slip_bills l join slips s on s.id = l.slip_id and s.state = 'registered') on l.bill_id = b.id and l.payable
              where b.id = $1", id.0)?;
        let terms = row.charged.relieved(bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?)?;
        // A slip registered for this bill alone says its due date and, renewed, the charges that are in it already.
        let own = row.slip_covers == 1;
        let title = Title {
            state: SlipState::Registered,
            nominal: row.slip_amount.filter(|_| own).map_or(bill.balance, Money::cents),
            due_on: row.slip_due_on.filter(|_| own).unwrap_or(bill.due_on),
        };
        let open = [OpenBill { balance: bill.balance, due_on: bill.due_on, standing: bill.standing, posted: row.charged.posted() }];
        let due = due(&title, &open, day, &terms, &calendar);
        due_dates.push(title.due_on);
        items.push(Item { bill: *id, principal: bill.balance, fine: due.fine, interest: due.interest, slip: row.slip_id });
    }
    let validity = validity(&due_dates, day, &calendar).ok_or(Error::NotFound)?;
    Ok((items, validity))
}

async fn items_of(conn: &mut Conn, id: PixChargeId) -> Result<Vec<Item>> {
    let rows = sql!(conn, all (Uuid, i64, i64, i64, Option<Uuid>):
        "select bill_id, principal, fine, interest, slip_id from pix_charge_bills where charge_id = $1 order by bill_id", id.0)?;
    Ok(rows
        .into_iter()
        .map(|(bill, principal, fine, interest, slip)| Item {
            bill: BillId(bill),
            principal: Money::cents(principal),
            fine: Money::cents(fine),
            interest: Money::cents(interest),
            slip,
        })
        .collect())
}

/// The end of a day on the creditor's wall.
fn midnight_after(server: &Server, day: NaiveDate) -> DateTime<Utc> {
    let next = (day + Days::new(1)).and_time(NaiveTime::MIN);
    let zone = server.config.time_zone;
    // Where clocks jump over midnight, the day ends an hour later.
    let local = next.and_local_timezone(zone).earliest().or_else(|| (next + TimeDelta::hours(1)).and_local_timezone(zone).earliest());
    local.map_or_else(|| next.and_utc(), |at| at.to_utc())
}

// ---- asking the provider ----

#[derive(sqlx::FromRow)]
struct Debtor {
    name: String,
    tax_id: String,
    #[sqlx(try_from = "String")]
    locale: Locale,
}

/// Opens a chosen charge at the provider and keeps the code that it answers. Where it does not answer, the charge stays new.
async fn answered(server: &Server, pix: &Pix, id: PixChargeId) -> Result<()> {
    let mut conn = server.db.read().await?;
    let Some(row) = row(&mut conn, id).await?.filter(|row| row.state == State::New) else { return Ok(()) };
    let debtor = sql!(conn, one Debtor: "select name, tax_id, locale from customers where id = $1", row.customer_id)?;
    let numbers = sql!(conn, all (String,):
        "select b.number from pix_charge_bills c join bills b on b.id = c.bill_id where c.charge_id = $1 order by b.due_on, b.id", id.0)?;
    let creditor = policies::creditor(&mut conn).await?.name;
    drop(conn);
    let numbers: Vec<String> = numbers.into_iter().map(|(number,)| number).collect();
    let count = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
    let note = texts::pix::note(debtor.locale, creditor, count, numbers.join(", "));
    let until = match row.kind {
        Kind::Cob => Until::Seconds((row.ends_at - server.clock.now()).num_seconds()),
        Kind::CobV => Until::Due { on: row.pay_on, tax_id: &debtor.tax_id, name: &debtor.name },
    };
    let new = NewCharge { txid: &row.txid, amount: row.amount, note: &note, until };
    let opened = match pix.provider.open(&new).await {
        // Taken: somebody was first, or an answer was lost.
        Err(ProviderError::Refused { .. }) => match pix.provider.charge(row.kind, &row.txid).await {
            Err(ProviderError::NotFound) => pix.provider.open(&new).await,
            found => found,
        },
        opened => opened,
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => {
            tracing::warn!(%error, "a Pix charge could not be opened");
            return Ok(());
        }
    };
    let mut tx = server.db.write().await?;
    match agrees(pix, &row, &opened) {
        Ok(code) => {
            sql!(tx, execute: "update pix_charges set state = 'active', code = $2, location = $3, checked_at = $4 where id = $1 and state = 'new'",
                id.0, code.as_str(), opened.location(), server.clock.now())?;
        }
        Err(what) => {
            tracing::error!(what, "the provider's charge is not what was asked for");
            end(server, &mut tx, &row, Over::Cancelled(Reason::Provider), Actor::System).await?;
        }
    }
    tx.commit().await?;
    for received in &opened.pix {
        take(server, received).await?;
    }
    Ok(())
}

/// The code of a charge, if everything about it is what was asked for; else what is not.
fn agrees(pix: &Pix, row: &Row, opened: &ProviderCharge) -> std::result::Result<BrCode, &'static str> {
    if opened.txid != row.txid {
        return Err("txid");
    }
    if opened.amount() != row.amount {
        return Err("amount");
    }
    if opened.chave != pix.provider.key() {
        return Err("key");
    }
    if !matches!(opened.status, ChargeStatus::Active | ChargeStatus::Done) {
        return Err("status");
    }
    let code = BrCode::parse(opened.code.as_deref().unwrap_or_default()).map_err(|_| "code")?;
    let parts = code.parts();
    let Some(Destination::Location(location)) = &parts.charge else { return Err("code without an address") };
    if opened.location() != Some(location.as_str()) {
        return Err("address");
    }
    if parts.amount.is_some_and(|amount| amount != row.amount) {
        return Err("amount of the code");
    }
    // A dynamic code says no id (`***`), or the charge's, of which it has room for 25 characters.
    if parts.txid.as_deref().is_some_and(|txid| !row.txid.as_str().starts_with(txid)) {
        return Err("txid of the code");
    }
    Ok(code)
}

/// Asks the provider whether a charge that was opened is still what it was; one that was not opened is opened.
async fn confirmed(server: &Server, pix: &Pix, id: PixChargeId) -> Result<()> {
    let Some(row) = row(&mut server.db.read().await?, id).await? else { return Ok(()) };
    match row.state {
        State::New => answered(server, pix, id).await,
        State::Active => ask_about(server, pix, &row).await.map(drop),
        State::Paid | State::Ended | State::Cancelled => Ok(()),
    }
}

/// What the provider says of an active charge: paid, it is posted; removed, it ends here. Says whether it answered.
pub(super) async fn ask_about(server: &Server, pix: &Pix, row: &Row) -> Result<bool> {
    let gone = match pix.provider.charge(row.kind, &row.txid).await {
        Ok(found) => {
            for received in &found.pix {
                take(server, received).await?;
            }
            matches!(found.status, ChargeStatus::RemovedByProvider | ChargeStatus::RemovedByUs)
        }
        Err(ProviderError::NotFound) => true,
        Err(error) => {
            tracing::warn!(%error, "a Pix charge could not be checked");
            return Ok(false);
        }
    };
    if gone {
        let mut tx = server.db.write().await?;
        end(server, &mut tx, row, Over::Cancelled(Reason::Provider), Actor::System).await?;
        tx.commit().await?;
    }
    Ok(true)
}
