//! Pix that the portal gives back to where they came from: ordered when a refund is approved, or when staff sends back what nobody
//! knows; told to the provider, and followed until the money is there or will not be.
//!
//! Never decides that money goes back: whoever may approve does. Never orders twice: the order's id is written before the provider is
//! asked, and asking again under it is asking for the same. Never believes its own order: only the provider's word ends it.

use chrono::{DateTime, Utc};
use domain::ids::{CustomerId, PaymentId, RequestId};
use domain::money::Money;
use domain::pix::returns::{self as rules, Failure, State};
use domain::pix::txid::{EndToEndId, ReturnId};
use domain::requests::{Action, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Provider;
use super::provider::{PixReturn, ProviderError, ReceivedPix, ReturnStatus};
use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::requests::advance::{By, Step, advance};
use crate::requests::take_id;
use crate::{Server, refunds, sql};

/// Orders told, or asked about, in one round.
const AT_ONCE: i64 = 20;
/// What a provider says of a failure is cut after so many characters, as its definition has it.
const LONGEST: usize = 140;

/// An order to give back, as people see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Return {
    /// Its id, chosen by us.
    pub id: String,
    /// Of which Pix.
    pub end_to_end_id: String,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// How often the provider was asked.
    pub attempts: i32,
    /// The bank's number of the transfer that went back.
    pub transfer: Option<String>,
    /// When it was over, one way or the other.
    pub ended_at: Option<DateTime<Utc>>,
    failure: Option<String>,
    /// What the provider says of its failure: for staff.
    pub said: Option<String>,
}

impl Return {
    /// Why it did not happen.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure.as_deref().and_then(|word| word.parse().ok())
    }
}

/// What a refund may give back to its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Which Pix.
    pub pix: EndToEndId,
    /// What of it may still be given back.
    pub left: Money,
    /// The last moment for it.
    pub until: DateTime<Utc>,
}

/// What an order is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    /// A refund that was approved.
    Refund(RequestId, CustomerId),
    /// Money that nobody knows.
    Unidentified(Uuid),
}

#[derive(sqlx::FromRow)]
struct PixRow {
    #[sqlx(try_from = "String")]
    end_to_end_id: EndToEndId,
    amount: i64,
    returned: i64,
    paid_at: DateTime<Utc>,
}

impl PixRow {
    async fn origin(self, server: &Server, conn: &mut Conn) -> Result<Origin> {
        let (on_its_way,) = sql!(conn, one (i64,):
            "select cast(coalesce(sum(amount), 0) as bigint) from pix_returns where end_to_end_id = $1 and state in ('ordered', 'under_way')",
            self.end_to_end_id.as_str())?;
        let cents = Money::cents;
        let left = rules::left(cents(self.amount), cents(self.returned), cents(on_its_way), self.paid_at, server.clock.now());
        Ok(Origin { pix: self.end_to_end_id, left, until: rules::until(self.paid_at) })
    }
}

/// The Pix that a payment came by, if it came through the provider and something of it may still be given back.
pub(crate) async fn origin(server: &Server, conn: &mut Conn, payment: Option<PaymentId>) -> Result<Option<Origin>> {
    let (Some(_), Some(payment)) = (&server.pix, payment) else { return Ok(None) };
    let found = sql!(conn, optional PixRow:
        "select end_to_end_id, amount, returned, paid_at from pix_payments where payment_id = $1 order by paid_at limit 1", payment.0)?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(row.origin(server, conn).await?).filter(|origin| origin.left.is_positive()))
}

/// The same of a Pix, whoever it belongs to.
pub(crate) async fn origin_of(server: &Server, conn: &mut Conn, pix: &str) -> Result<Option<Origin>> {
    if server.pix.is_none() {
        return Ok(None);
    }
    let found =
        sql!(conn, optional PixRow: "select end_to_end_id, amount, returned, paid_at from pix_payments where end_to_end_id = $1", pix)?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(row.origin(server, conn).await?).filter(|origin| origin.left.is_positive()))
}

/// Writes an order down; the provider is told afterwards. Takes the Pix: whoever calls takes bills only after this.
///
/// # Errors
/// [`Error::Refused`] `pix_return_over` when the time is over, or there is not so much left.
pub(crate) async fn order(server: &Server, tx: &mut Tx, actor: Actor, pix: &str, amount: Money, purpose: For) -> Result<ReturnId> {
    let row = take_pix(tx, pix).await?.ok_or(Error::Corrupt("Pix to be given back"))?;
    let origin = row.origin(server, tx).await?;
    if server.pix.is_none() || origin.left < amount || !amount.is_positive() {
        return Err(Error::Refused("pix_return_over"));
    }
    let id = ReturnId::parse(&server.id::<Uuid>().simple().to_string()).map_err(|_| Error::Corrupt("id of a Pix return"))?;
    let (request, unidentified) = match purpose {
        For::Refund(request, _) => (Some(request.0), None),
        For::Unidentified(id) => (None, Some(id)),
    };
    sql!(tx, execute: "insert into pix_returns (id, end_to_end_id, amount, state, request_id, unidentified_id, ordered_at, attempt_at, attempts)
        values ($1, $2, $3, 'ordered', $4, $5, $6, $6, 0)", id.as_str(), pix, amount.as_cents(), request, unidentified, server.clock.now())?;
    record(server, tx, actor, "pix.return_ordered", purpose, json!({ "cents": amount.as_cents(), "return": id, "end_to_end_id": pix }))
        .await?;
    Ok(id)
}

async fn record(server: &Server, tx: &mut Tx, actor: Actor, action: &str, purpose: For, detail: Value) -> Result<()> {
    let (subject_kind, subject, customer) = match purpose {
        For::Refund(request, customer) => ("request", request.0, Some(customer)),
        For::Unidentified(id) => ("unidentified_payment", id, None),
    };
    audit::record(server, tx, Event { actor, action, subject_kind, subject_id: Some(subject), customer, detail }).await
}

async fn take_pix(tx: &mut Tx, pix: &str) -> Result<Option<PixRow>> {
    Ok(sql!(tx, optional PixRow:
        "update pix_payments set returned = returned where end_to_end_id = $1 returning end_to_end_id, amount, returned, paid_at", pix)?)
}

/// The newest order of a refund.
pub(crate) async fn of_request(conn: &mut Conn, request: RequestId) -> Result<Option<Return>> {
    Ok(sql!(conn, optional Return: "select * from pix_returns where request_id = $1 order by ordered_at desc, id desc limit 1", request.0)?)
}

/// The newest order for money that nobody knows.
pub(crate) async fn of_unidentified(conn: &mut Conn, id: Uuid) -> Result<Option<Return>> {
    Ok(sql!(conn, optional Return: "select * from pix_returns where unidentified_id = $1 order by ordered_at desc, id desc limit 1", id)?)
}

// ---- telling the provider ----

#[derive(sqlx::FromRow)]
struct Due {
    #[sqlx(try_from = "String")]
    id: ReturnId,
    #[sqlx(try_from = "String")]
    end_to_end_id: EndToEndId,
    #[sqlx(try_from = "i64")]
    amount: Money,
    #[sqlx(try_from = "String")]
    state: State,
    attempts: i32,
}

/// Tells the provider what is to be given back, and asks how far it is. Any number of processes may. Says of how many it answered.
///
/// # Errors
/// The database's; an order that the provider does not answer to is kept for another time.
pub async fn send(server: &Server) -> Result<usize> {
    let Some(pix) = &server.pix else { return Ok(0) };
    let mut conn = server.db.read().await?;
    let due = sql!(conn, all Due: "select id, end_to_end_id, amount, state, attempts from pix_returns
        where state in ('ordered', 'under_way') and attempt_at <= $1 order by attempt_at, id limit $2", server.clock.now(), AT_ONCE)?;
    drop(conn);
    let mut answered = 0;
    for due in due {
        let mut tx = server.db.write().await?;
        let next = server.clock.now() + rules::wait(u32::try_from(due.attempts + 1).unwrap_or(u32::MAX));
        // Whoever moves it asks.
        let won = sql!(tx, execute: "update pix_returns set attempts = attempts + 1, attempt_at = $3
            where id = $1 and attempts = $2 and state in ('ordered', 'under_way')", due.id.as_str(), due.attempts, next)?;
        tx.commit().await?;
        if won == 0 {
            continue;
        }
        match ask(&pix.provider, &due).await {
            Ok(back) => {
                learn(server, &due.end_to_end_id, &back).await?;
                answered += 1;
            }
            Err(ProviderError::Refused { kind, properties, .. }) => {
                let said = format!("{kind} {}", properties.join(", "));
                fail(server, &due.end_to_end_id, &due.id, Failure::NotTaken, Some(said.trim())).await?;
                answered += 1;
            }
            Err(ProviderError::NotFound) => {
                fail(server, &due.end_to_end_id, &due.id, Failure::NotTaken, None).await?;
                answered += 1;
            }
            Err(error) => {
                tracing::warn!(%error, "a Pix is not given back yet");
                // Not now: the others would wait as long.
                if matches!(error, ProviderError::Unreachable(_)) {
                    break;
                }
            }
        }
    }
    Ok(answered)
}

/// Orders it, or asks how far it is. What the provider refuses it may have taken before, under the same id: it is asked.
async fn ask(provider: &Provider, due: &Due) -> std::result::Result<PixReturn, ProviderError> {
    if due.state == State::UnderWay {
        match provider.given_back(&due.end_to_end_id, &due.id).await {
            Err(ProviderError::NotFound) => {}
            found => return found,
        }
    }
    match provider.give_back(&due.end_to_end_id, &due.id, due.amount).await {
        Err(no @ (ProviderError::Refused { .. } | ProviderError::NotFound)) => {
            match provider.given_back(&due.end_to_end_id, &due.id).await {
                Err(ProviderError::NotFound) => Err(no),
                Err(ProviderError::Refused { .. }) => Err(ProviderError::Unreadable("devolucao")),
                found => found,
            }
        }
        answer => answer,
    }
}

// ---- what the provider says ----

/// What the provider's list, or its answer to a call, says of orders of ours. Says whether anything was new.
pub(super) async fn told(server: &Server, received: &ReceivedPix) -> Result<bool> {
    let mut conn = server.db.read().await?;
    let open = sql!(conn, all (String,): "select id from pix_returns where end_to_end_id = $1 and state in ('ordered', 'under_way')", received.id.as_str())?;
    drop(conn);
    let mut news = false;
    for back in received.returns.iter().filter(|back| open.iter().any(|(id,)| id == back.id.as_str())) {
        news |= learn(server, &received.id, back).await?;
    }
    Ok(news)
}

/// What of a Pix was given back by other ways than orders of ours, beyond what is known of it: in the bank's own program, by a dispute
/// at the payer's bank, or by an order of ours that was given up for lost. The Pix is taken.
pub(super) async fn by_other_ways(tx: &mut Tx, received: &ReceivedPix, known: Money) -> Result<Money> {
    let ours = sql!(tx, all (String, i64, String): "select id, amount, state from pix_returns where end_to_end_id = $1 and state <> 'failed'", received.id.as_str())?;
    let own: Money = ours.iter().filter(|(_, _, state)| state == State::Done.as_str()).map(|(_, cents, _)| Money::cents(*cents)).sum();
    let is_ours = |back: &PixReturn| ours.iter().any(|(id, ..)| id == back.id.as_str());
    let other: Money =
        received.returns.iter().filter(|back| back.status == ReturnStatus::Done && !is_ours(back)).map(|back| back.amount).sum();
    Ok(other - (known - own))
}

async fn learn(server: &Server, pix: &EndToEndId, back: &PixReturn) -> Result<bool> {
    match back.status {
        ReturnStatus::UnderWay => under_way(server, pix, &back.id).await,
        ReturnStatus::Done => done(server, pix, back).await,
        ReturnStatus::Failed => fail(server, pix, &back.id, Failure::NotCarriedOut, back.said.as_deref()).await,
    }
}

#[derive(sqlx::FromRow)]
struct Open {
    amount: i64,
    request_id: Option<Uuid>,
    unidentified_id: Option<Uuid>,
}

/// An order that is not over, with its Pix taken.
async fn take_open(tx: &mut Tx, pix: &EndToEndId, id: &ReturnId) -> Result<Option<Open>> {
    take_pix(tx, pix.as_str()).await?;
    Ok(
        sql!(tx, optional Open: "update pix_returns set attempts = attempts where id = $1 and end_to_end_id = $2 and state in ('ordered', 'under_way')
        returning amount, request_id, unidentified_id", id.as_str(), pix.as_str())?,
    )
}

async fn under_way(server: &Server, pix: &EndToEndId, id: &ReturnId) -> Result<bool> {
    let mut tx = server.db.write().await?;
    let Some(open) = take_open(&mut tx, pix, id).await? else { return Ok(false) };
    // From here on it is asked about, soon at first again.
    let moved = sql!(tx, execute: "update pix_returns set state = 'under_way', attempts = 1, attempt_at = $2 where id = $1 and state = 'ordered'",
        id.as_str(), server.clock.now() + rules::wait(1))?;
    if moved == 0 {
        return Ok(false);
    }
    if let Some(request) = open.request_id {
        refunds::sent(&mut tx, RequestId(request)).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The money is there: the refund is paid.
async fn done(server: &Server, pix: &EndToEndId, back: &PixReturn) -> Result<bool> {
    let mut tx = server.db.write().await?;
    let Some(open) = take_open(&mut tx, pix, &back.id).await? else { return Ok(false) };
    if open.amount != back.amount.as_cents() {
        tracing::error!("the provider gave back another amount than was ordered");
        return Ok(false);
    }
    let now = server.clock.now();
    sql!(tx, execute: "update pix_returns set state = 'done', ended_at = $2, transfer = $3 where id = $1", back.id.as_str(), now, back.transfer.as_deref())?;
    sql!(tx, execute: "update pix_payments set returned = returned + $2 where end_to_end_id = $1", pix.as_str(), open.amount)?;
    let detail = json!({ "cents": open.amount, "return": back.id, "transfer": back.transfer, "end_to_end_id": pix });
    match (open.request_id, open.unidentified_id) {
        (Some(request), _) => {
            let row = take_id(&mut tx, RequestId(request)).await?;
            refunds::sent(&mut tx, row.id).await?;
            record(server, &mut tx, Actor::System, "pix.return_done", For::Refund(row.id, row.customer_id), detail).await?;
            advance(server, &mut tx, &row, By::System, &Step::of(Action::Finish)).await?;
        }
        (None, Some(id)) => {
            sql!(tx, execute: "update unidentified_payments set state = 'returned' where id = $1 and state = 'returning'", id)?;
            record(server, &mut tx, Actor::System, "pix.return_done", For::Unidentified(id), detail).await?;
        }
        (None, None) => {}
    }
    tx.commit().await?;
    Ok(true)
}

/// The money stays: staff sees why, and goes on from there.
async fn fail(server: &Server, pix: &EndToEndId, id: &ReturnId, failure: Failure, said: Option<&str>) -> Result<bool> {
    let mut tx = server.db.write().await?;
    let Some(open) = take_open(&mut tx, pix, id).await? else { return Ok(false) };
    let said: Option<String> = said.map(|said| said.chars().filter(|c| !c.is_control()).take(LONGEST).collect());
    sql!(tx, execute: "update pix_returns set state = 'failed', ended_at = $2, failure = $3, said = $4 where id = $1",
        id.as_str(), server.clock.now(), failure.as_str(), said.filter(|said| !said.is_empty()))?;
    let detail = json!({ "cents": open.amount, "return": id, "failure": failure, "end_to_end_id": pix });
    match (open.request_id, open.unidentified_id) {
        (Some(request), _) => {
            let row = take_id(&mut tx, RequestId(request)).await?;
            record(server, &mut tx, Actor::System, "pix.return_failed", For::Refund(row.id, row.customer_id), detail).await?;
            if row.status == Status::Approved {
                advance(server, &mut tx, &row, By::System, &Step::of(Action::Fail)).await?;
            }
        }
        (None, Some(waits)) => {
            // Given back by other ways meanwhile, there is nothing left to be laid on a bill.
            sql!(tx, execute: "update unidentified_payments set prepared_by = null, prepared_at = null, approved_by = null,
                    state = case when (select p.returned >= p.amount from pix_payments p where p.end_to_end_id = $2) then 'returned' else 'open' end
                where id = $1 and state = 'returning'", waits, pix.as_str())?;
            record(server, &mut tx, Actor::System, "pix.return_failed", For::Unidentified(waits), detail).await?;
        }
        (None, None) => {}
    }
    tx.commit().await?;
    Ok(true)
}
