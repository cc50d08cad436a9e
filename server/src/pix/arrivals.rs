//! Pix that came: what the provider says of each is posted once, to the bills of its charge or of its slip, or waits for staff.
//!
//! Never posts what a webhook says, and never the same transfer twice: its end-to-end id is the key, whoever tells of it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::cnab::Movement;
use domain::ids::{BillId, CustomerId, EntryId, PaymentId, PixChargeId};
use domain::money::Money;
use domain::pix::br_code::BrCode;
use domain::pix::charges::{Kind, Part, State, lay};
use domain::pix::txid::{ChargeTxid, EndToEndId};
use domain::reconciliation::{Due, OpenBill, Outcome, Received, Split, Title, decide, due};
use domain::slips::SlipState;
use domain::statement::EntryKind;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::charges::{self, record};
use super::provider::{Provider, ProviderError, ReceivedPix};
use super::{returns, webhook_secret};
use crate::audit::{self, Actor, Event};
use crate::authenticity::same_location;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::{self, ChargedBefore, NewEntry};
use crate::payments::{self, Laid, New, Parts, Target};
use crate::reconciliation::tell_of_duplicate;
use crate::requests::{BillLine, take_bill};
use crate::sealing::same;
use crate::{Server, bills, policies, requests, sql, write_offs};

/// Transfers of one call; what is beyond comes with the provider's list.
const MOST: usize = 200;
/// The provider's list is read so often.
const READ_EVERY: TimeDelta = TimeDelta::seconds(30);
/// And so far back from where it was read to: what it shows late is not missed.
const OVERLAP: TimeDelta = TimeDelta::hours(3);

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    pix: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "endToEndId")]
    id: EndToEndId,
}

/// The provider calls: each transfer that is named is asked about and, if the provider knows it, taken. Says how many it knew.
///
/// # Errors
/// [`Error::NotFound`] for a wrong address; [`Error::Corrupt`] for what is no call; the provider's, where it calls again.
pub async fn notified(server: &Server, secret: &str, body: &[u8]) -> Result<usize> {
    let pix = server.pix.as_ref().ok_or(Error::NotFound)?;
    if !same(secret, &webhook_secret(server)) {
        return Err(Error::NotFound);
    }
    let call: Call = serde_json::from_slice(body).map_err(|_| Error::Corrupt("call of the provider"))?;
    let mut known = 0;
    for Named { id } in call.pix.into_iter().take(MOST) {
        match pix.provider.pix(&id).await {
            Ok(received) => {
                take(server, &received).await?;
                known += 1;
            }
            Err(ProviderError::NotFound) => tracing::warn!("a Pix was announced that the provider does not know"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(known)
}

/// Reads the provider's list from where it was last read to, with an overlap: the net below the webhook. Says how many it named.
///
/// # Errors
/// The provider's, the database's: then it is read again from the same place.
pub async fn read_list(server: &Server) -> Result<usize> {
    let Some(pix) = &server.pix else { return Ok(0) };
    let now = server.clock.now();
    let mut tx = server.db.write().await?;
    // What came before the portal knew of Pix is none of its business.
    sql!(tx, execute: "insert into pix_reading (id, since, read_to, read_at) values (1, $1, $1, $2) on conflict (id) do nothing",
        now, now - READ_EVERY)?;
    // Whoever moves it reads.
    let claimed = sql!(tx, optional (DateTime<Utc>, DateTime<Utc>):
        "update pix_reading set read_at = $1 where id = 1 and read_at <= $2 returning since, read_to", now, now - READ_EVERY)?;
    tx.commit().await?;
    let Some((since, read_to)) = claimed else { return Ok(0) };
    let all = pix.provider.received(since.max(read_to - OVERLAP), now).await?;
    for received in &all {
        take(server, received).await?;
    }
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "update pix_reading set read_to = $1 where id = 1 and read_to < $1", now)?;
    tx.commit().await?;
    Ok(all.len())
}

#[derive(sqlx::FromRow)]
struct Known {
    amount: i64,
    returned: i64,
    payment_id: Option<Uuid>,
    charge_id: Option<Uuid>,
}

async fn is_known(conn: &mut Conn, id: &EndToEndId) -> Result<bool> {
    Ok(sql!(conn, optional (String,): "select end_to_end_id from pix_payments where end_to_end_id = $1", id.as_str())?.is_some())
}

/// Takes a Pix that the provider told of: posts it the first time, and undoes what was given back of it since. Taking it again changes
/// nothing. Says whether anything was new.
///
/// # Errors
/// The database's.
pub async fn take(server: &Server, received: &ReceivedPix) -> Result<bool> {
    if !received.amount.is_positive() {
        return Ok(false);
    }
    let mut new = false;
    if !is_known(&mut server.db.read().await?, &received.id).await? {
        new = post(server, received).await?;
        if new {
            requests::record::settle(server).await?;
        }
    }
    let back = give_back(server, received).await?;
    Ok(new || back)
}

/// Where a Pix goes.
enum Goes {
    /// To what a charge is for.
    Charge(Box<charges::Row>),
    /// To what a slip is for, whose own code was paid.
    Slip(Uuid),
    /// Nobody knows.
    Nowhere,
}

async fn post(server: &Server, received: &ReceivedPix) -> Result<bool> {
    let goes = destination(server, received).await?;
    let mut tx = server.db.write().await?;
    let paid_on = server.clock.local(received.at).date_naive();
    let mut found = Found { server, received, paid_on };
    let new = match &goes {
        Goes::Charge(row) => found.on_charge(&mut tx, row).await?,
        Goes::Slip(slip) => found.on_slip(&mut tx, *slip).await?,
        Goes::Nowhere => found.waits(&mut tx).await?,
    };
    if new {
        tx.commit().await?;
    }
    Ok(new)
}

/// By its txid: a charge of ours, or one that the bank registered with a slip, which the provider then knows by the slip's code.
async fn destination(server: &Server, received: &ReceivedPix) -> Result<Goes> {
    let Some(txid) = &received.txid else { return Ok(Goes::Nowhere) };
    let mut conn = server.db.read().await?;
    let ours = sql!(conn, optional (Uuid,): "select id from pix_charges where txid = $1", txid.as_str())?;
    if let Some((id,)) = ours
        && let Some(row) = charges::row(&mut conn, PixChargeId(id)).await?
    {
        return Ok(Goes::Charge(Box::new(row)));
    }
    drop(conn);
    let (Some(pix), Ok(txid)) = (&server.pix, ChargeTxid::parse(txid)) else { return Ok(Goes::Nowhere) };
    let Some(code) = code_of(&pix.provider, &txid).await? else { return Ok(Goes::Nowhere) };
    let mut conn = server.db.read().await?;
    Ok(same_location(&mut conn, &code).await?.map_or(Goes::Nowhere, Goes::Slip))
}

async fn code_of(provider: &Provider, txid: &ChargeTxid) -> Result<Option<BrCode>> {
    for kind in [Kind::CobV, Kind::Cob] {
        match provider.charge(kind, txid).await {
            Ok(charge) => return Ok(charge.code.and_then(|code| BrCode::parse(&code).ok())),
            // Some answer 400 for an id of the other kind.
            Err(ProviderError::NotFound | ProviderError::Refused { .. } | ProviderError::Unreadable(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

#[derive(sqlx::FromRow)]
struct Item {
    bill_id: Uuid,
    principal: i64,
    fine: i64,
    interest: i64,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// A bill of a slip whose own code was paid.
#[derive(sqlx::FromRow)]
struct Covered {
    bill_id: Uuid,
    customer_id: Uuid,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

#[derive(sqlx::FromRow)]
struct SlipRow {
    #[sqlx(try_from = "String")]
    state: SlipState,
    #[sqlx(try_from = "i64")]
    amount: Money,
    due_on: NaiveDate,
    customer_id: Uuid,
}

/// One Pix, on its way into the ledger.
struct Found<'a> {
    server: &'a Server,
    received: &'a ReceivedPix,
    paid_on: NaiveDate,
}

impl Found<'_> {
    fn external_id(&self) -> String {
        format!("pix/{}", self.received.id)
    }

    /// To the bills of a charge, each with the late charges that were in it.
    async fn on_charge(&mut self, tx: &mut Tx, row: &charges::Row) -> Result<bool> {
        let customer = CustomerId(row.customer_id);
        let items = sql!(tx, all Item:
            "select i.bill_id, i.principal, i.fine, i.interest, c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs
               from pix_charge_bills i join bills b on b.id = i.bill_id join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
              where i.charge_id = $1 order by i.bill_id", row.id.0)?;
        let calendar = policies::calendar(tx).await?;
        let (mut lines, mut given_up) = (Vec::with_capacity(items.len()), false);
        for item in items {
            let line = take_bill(tx, customer, BillId(item.bill_id)).await?.ok_or(Error::Corrupt("bill of a Pix charge"))?;
            let (line, of_it) = write_offs::as_paid(tx, line).await?;
            given_up |= of_it;
            let due = self.due(&item, &line, &calendar)?;
            lines.push((line, due));
        }
        // Oldest first, as people pay.
        lines.sort_by_key(|(line, _)| (line.due_on, line.id));
        // The state is read again with the bills taken: who cancels it takes them too, or comes after.
        let state = charges::row(tx, row.id).await?.map_or(row.state, |row| row.state);
        let tolerance = policies::requests(self.server, tx).await?.late_charge_tolerance;
        let parts: Vec<Part> = lines.iter().map(|(line, due)| Part { standing: line.standing, due: *due }).collect();
        let (mut outcome, splits) = lay(state, &parts, self.received.amount, &tolerance);
        let settled = outcome != Outcome::Partial;
        if given_up {
            outcome = Outcome::WrittenOff;
        }
        if self.came_before(tx).await?.is_some() {
            outcome = Outcome::Repeated;
        }
        if !self.see(tx, Some(row.id), outcome).await? {
            return Ok(false);
        }
        if state.is_live() || state == State::Ended || state == State::Cancelled {
            sql!(tx, execute: "update pix_charges set state = 'paid' where id = $1", row.id.0)?;
            sql!(tx, execute: "update pix_charge_bills set live = not true where charge_id = $1 and live", row.id.0)?;
        }
        let payment = match self.came_before(tx).await? {
            Some(payment) => payment,
            None => {
                let slip = if settled { slip_of_all(tx, &lines).await? } else { None };
                self.post_each(tx, customer, slip, &lines, &splits).await?
            }
        };
        self.linked(tx, payment).await?;
        let cents = self.received.amount.as_cents();
        let detail = json!({ "cents": cents, "outcome": outcome.as_str(), "payment": payment.0, "end_to_end_id": self.received.id });
        record(self.server, tx, Actor::System, "pix.paid", row.id, customer, detail).await?;
        if matches!(outcome, Outcome::Duplicate | Outcome::InAgreement) {
            tell_of_duplicate(self.server, tx, customer).await?;
        }
        Ok(true)
    }

    /// What a bill of a charge costs now: what was offered, if it is still open as it was; else what the contract says.
    fn due(&self, item: &Item, line: &BillLine, calendar: &domain::calendar::Calendar) -> Result<Due> {
        if line.balance.as_cents() == item.principal {
            return Ok(Due { open: line.balance, fine: Money::cents(item.fine), interest: Money::cents(item.interest) });
        }
        let terms = item.charged.relieved(bills::terms(&item.tax_id, &item.fine_rate, &item.monthly_interest)?)?;
        let title = Title { state: SlipState::Registered, nominal: line.balance, due_on: line.due_on };
        let open = [OpenBill { balance: line.balance, due_on: line.due_on, standing: line.standing, posted: item.charged.posted() }];
        Ok(due(&title, &open, self.paid_on, &terms, calendar))
    }

    async fn post_each(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        slip: Option<Uuid>,
        lines: &[(BillLine, Due)],
        splits: &[Split],
    ) -> Result<PaymentId> {
        let payment: PaymentId = self.server.id();
        let mut postings = Vec::new();
        let one = lines.len() == 1;
        for (at, ((line, _), split)) in lines.iter().zip(splits).enumerate() {
            let external_id = if one { self.external_id() } else { format!("{}/{}", self.external_id(), at + 1) };
            let laid = Laid {
                payment: payment.0,
                external_id: &external_id,
                on: self.paid_on,
                amount: split.paid(),
                fine: split.fine_posted(),
                interest: split.interest_posted(),
                discount: split.discount,
            };
            laid.on(&mut [Target { bill: line.id.0, customer: customer.0, balance: line.balance }], &mut postings);
        }
        let bill = lines.first().filter(|_| one).map(|(line, _)| line.id.0);
        let sum = |part: fn(&Split) -> Money| Some(splits.iter().map(part).sum());
        let parts =
            Parts { credited: Some(self.received.amount), fee: None, fine: sum(|s| s.fine), interest: sum(|s| s.interest), discount: None };
        let new = self.new_row(payment, customer.0, bill, slip, parts);
        payments::record(self.server, tx, &[new], &postings, self.server.clock.now()).await?;
        Ok(payment)
    }

    fn new_row(&self, payment: PaymentId, customer: Uuid, bill: Option<Uuid>, slip: Option<Uuid>, parts: Parts) -> New {
        New {
            id: payment.0,
            external_id: self.external_id(),
            customer,
            bill,
            slip,
            paid_on: self.paid_on,
            // A Pix is in the account when it is paid.
            credited_on: Some(self.paid_on),
            amount: self.received.amount,
            method: "pix",
            bank_reference: self.received.id.to_string(),
            payer_tax_id: None,
            parts,
        }
    }

    /// To the bills of a slip whose own code was paid, as its bank's return file would; that file then finds it paid.
    async fn on_slip(&mut self, tx: &mut Tx, slip: Uuid) -> Result<bool> {
        let said = sql!(tx, one SlipRow: "select state, amount, due_on, customer_id from slips where id = $1", slip)?;
        let items = sql!(tx, all Covered:
            "select b.id as bill_id, b.customer_id, c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs from slip_bills sb join bills b on b.id = sb.bill_id
               join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id where sb.slip_id = $1 order by b.id", slip)?;
        let Some(first) = items.first() else { return self.waits(tx).await };
        let mut terms = bills::terms(&first.tax_id, &first.fine_rate, &first.monthly_interest)?;
        for item in &items {
            terms = item.charged.relieved(terms)?;
        }
        let (mut lines, mut given_up) = (Vec::with_capacity(items.len()), false);
        for item in &items {
            let line = take_bill(tx, CustomerId(item.customer_id), BillId(item.bill_id)).await?.ok_or(Error::Corrupt("bill of a slip"))?;
            let (line, of_it) = write_offs::as_paid(tx, line).await?;
            given_up |= of_it;
            lines.push(line);
        }
        let title = Title { state: said.state, nominal: said.amount, due_on: said.due_on };
        let open: Vec<OpenBill> = lines
            .iter()
            .zip(&items)
            .map(|(line, item)| OpenBill {
                balance: line.balance,
                due_on: line.due_on,
                standing: line.standing,
                posted: item.charged.posted(),
            })
            .collect();
        let calendar = policies::calendar(tx).await?;
        let tolerance = policies::requests(self.server, tx).await?.late_charge_tolerance;
        let due = due(&title, &open, self.paid_on, &terms, &calendar);
        let amount = self.received.amount;
        let (mut outcome, split) =
            decide(&title, &open, Movement::Paid, &due, &Received { paid: amount, ..Received::default() }, &tolerance);
        if given_up {
            outcome = Outcome::WrittenOff;
        }
        // The return file may have been faster.
        let before = match self.came_before(tx).await? {
            Some(payment) => Some(payment),
            None => self.in_a_return_file(tx, slip).await?,
        };
        if before.is_some() {
            outcome = Outcome::Repeated;
        }
        if !self.see(tx, None, outcome).await? {
            return Ok(false);
        }
        let customer = CustomerId(said.customer_id);
        let payment = match before {
            Some(payment) => payment,
            None => {
                let payment: PaymentId = self.server.id();
                let external_id = self.external_id();
                let laid = Laid {
                    payment: payment.0,
                    external_id: &external_id,
                    on: self.paid_on,
                    amount,
                    fine: split.fine_posted(),
                    interest: split.interest_posted(),
                    discount: split.discount,
                };
                let mut targets: Vec<Target> = lines
                    .iter()
                    .zip(&items)
                    .map(|(line, item)| Target { bill: line.id.0, customer: item.customer_id, balance: line.balance })
                    .collect();
                let mut postings = Vec::new();
                laid.on(&mut targets, &mut postings);
                let parts = Parts {
                    credited: Some(amount),
                    fee: None,
                    fine: Some(split.fine),
                    interest: Some(split.interest),
                    discount: Some(split.discount),
                };
                let bill = lines.first().filter(|_| lines.len() == 1).map(|line| line.id.0);
                let new = self.new_row(payment, said.customer_id, bill, Some(slip), parts);
                payments::record(self.server, tx, &[new], &postings, self.server.clock.now()).await?;
                payment
            }
        };
        self.linked(tx, payment).await?;
        let event = Event {
            actor: Actor::System,
            action: "pix.paid",
            subject_kind: "slip",
            subject_id: Some(slip),
            customer: Some(customer),
            detail: json!({ "cents": amount.as_cents(), "outcome": outcome.as_str(), "payment": payment.0, "end_to_end_id": self.received.id }),
        };
        audit::record(self.server, tx, event).await?;
        if outcome == Outcome::Duplicate {
            tell_of_duplicate(self.server, tx, customer).await?;
        }
        Ok(true)
    }

    /// Nobody knows whose it is: it waits for staff, like what a return file brings.
    async fn waits(&mut self, tx: &mut Tx) -> Result<bool> {
        let before = self.came_before(tx).await?;
        if !self.see(tx, None, if before.is_some() { Outcome::Repeated } else { Outcome::Unidentified }).await? {
            return Ok(false);
        }
        if let Some(payment) = before {
            self.linked(tx, payment).await?;
            return Ok(true);
        }
        let id: Uuid = self.server.id();
        sql!(tx, execute: "insert into unidentified_payments (id, end_to_end_id, amount, paid_on, state, note) values ($1, $2, $3, $4, 'open', '')",
            id, self.received.id.as_str(), self.received.amount.as_cents(), self.paid_on)?;
        let event = Event {
            actor: Actor::System,
            action: "pix.unidentified",
            subject_kind: "unidentified_payment",
            subject_id: Some(id),
            customer: None,
            detail: json!({ "cents": self.received.amount.as_cents(), "end_to_end_id": self.received.id }),
        };
        audit::record(self.server, tx, event).await?;
        Ok(true)
    }

    /// Says that it was seen; false when somebody was first, who then posts it.
    async fn see(&self, tx: &mut Tx, charge: Option<PixChargeId>, outcome: Outcome) -> Result<bool> {
        let written = sql!(tx, execute:
            "insert into pix_payments (end_to_end_id, txid, charge_id, amount, paid_at, seen_at, outcome, returned) values ($1, $2, $3, $4, $5, $6, $7, 0)
             on conflict (end_to_end_id) do nothing",
            self.received.id.as_str(), self.received.txid.as_deref(), charge.map(|id| id.0), self.received.amount.as_cents(), self.received.at,
            self.server.clock.now(), outcome.as_str())?;
        Ok(written == 1)
    }

    async fn linked(&self, tx: &mut Tx, payment: PaymentId) -> Result<()> {
        sql!(tx, execute: "update pix_payments set payment_id = $2 where end_to_end_id = $1", self.received.id.as_str(), payment.0)?;
        Ok(())
    }

    /// The payment, if an import has brought it under the same end-to-end id.
    async fn came_before(&self, conn: &mut Conn) -> Result<Option<PaymentId>> {
        let found = sql!(conn, optional (Uuid,): "select id from payments where method = 'pix' and bank_reference = $1 and amount = $2 limit 1",
            self.received.id.as_str(), self.received.amount.as_cents())?;
        Ok(found.map(|(id,)| PaymentId(id)))
    }

    /// The payment of a slip, if a return file has brought it: a bank books what comes on a closed day on a later one.
    async fn in_a_return_file(&self, conn: &mut Conn, slip: Uuid) -> Result<Option<PaymentId>> {
        let found = sql!(conn, optional (Uuid,):
            "select p.id from payments p where p.slip_id = $1 and p.amount = $2 and p.paid_on between $3 and $4 and p.reversed_at is null and p.method <> 'pix'
                and not exists (select 1 from pix_payments x where x.payment_id = p.id) order by p.paid_on limit 1",
            slip, self.received.amount.as_cents(), self.paid_on, self.paid_on + TimeDelta::days(5))?;
        Ok(found.map(|(id,)| PaymentId(id)))
    }
}

/// The slip that can be paid for exactly these bills: it is paid now.
async fn slip_of_all(conn: &mut Conn, lines: &[(BillLine, Due)]) -> Result<Option<Uuid>> {
    let mut covered: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for (line, _) in lines {
        let found = sql!(conn, optional (Uuid, i64):
            "select s.id, (select count(*) from slip_bills o where o.slip_id = s.id) from slip_bills l join slips s on s.id = l.slip_id
              where l.bill_id = $1 and l.payable and s.state = 'registered'", line.id.0)?;
        if let Some((slip, bills)) = found {
            covered.entry(slip).or_insert((bills, 0)).1 += 1;
        }
    }
    let all = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    Ok(covered.into_iter().find(|(_, (bills, found))| bills == found && *found == all).map(|(slip, _)| slip))
}

// ---- given back ----

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    customer_id: Uuid,
    bill_id: Option<Uuid>,
    kind: String,
    amount: i64,
    reversed: i64,
    /// By orders of the portal's own, which are refunds in the ledger.
    given_back: i64,
}

/// What was given back since it was last seen. What the portal has ordered ends its order, and nothing else: the refund is in the ledger.
/// What the creditor gave back by other ways undoes the payment. All of it: every entry. A part: what was paid on its last bill first,
/// where what was too much lies.
async fn give_back(server: &Server, received: &ReceivedPix) -> Result<bool> {
    if received.returns.is_empty() {
        return Ok(false);
    }
    let mut news = returns::told(server, received).await?;
    let mut tx = server.db.write().await?;
    // Whoever takes the Pix first also knows what the other has found.
    let Some(known) = sql!(tx, optional Known:
        "update pix_payments set returned = returned where end_to_end_id = $1 returning amount, returned, payment_id, charge_id", received.id.as_str())?
    else {
        return Ok(news);
    };
    let part = returns::by_other_ways(&mut tx, received, Money::cents(known.returned)).await?.as_cents();
    if part <= 0 {
        return Ok(news);
    }
    let returned = known.returned + part;
    sql!(tx, execute: "update pix_payments set returned = $2 where end_to_end_id = $1", received.id.as_str(), returned)?;
    let all = returned >= known.amount;
    let mut whose = None;
    match known.payment_id {
        Some(payment) => whose = reverse(server, &mut tx, received, payment, all, part, returned).await?,
        None if all => {
            sql!(tx, execute: "update unidentified_payments set state = 'returned' where end_to_end_id = $1 and state in ('open', 'prepared', 'return_prepared')",
                received.id.as_str())?;
        }
        None => {}
    }
    let event = Event {
        actor: Actor::System,
        action: "pix.returned",
        subject_kind: "pix_charge",
        subject_id: known.charge_id,
        customer: whose,
        detail: json!({ "cents": part, "end_to_end_id": received.id }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    news = true;
    Ok(news)
}

async fn reverse(
    server: &Server,
    tx: &mut Tx,
    received: &ReceivedPix,
    payment: Uuid,
    all: bool,
    part: i64,
    returned: i64,
) -> Result<Option<CustomerId>> {
    let bills = sql!(tx, all (Uuid, Uuid): "select distinct b.id, b.customer_id from entries e join bills b on b.id = e.bill_id where e.payment_id = $1 order by b.id", payment)?;
    for (bill, customer) in &bills {
        take_bill(tx, CustomerId(*customer), BillId(*bill)).await?;
    }
    let entries = sql!(tx, all EntryRow:
        "select e.id, e.customer_id, e.bill_id, e.kind, e.amount,
                cast(coalesce((select sum(r.amount) from entries r where r.of_entry = e.id and r.kind = 'reversal'), 0) as bigint) as reversed,
                cast(coalesce((select sum(r.amount) from entries r join requests q on q.id = r.request_id join pix_returns p on p.request_id = q.id and p.state = 'done'
                    where r.of_entry = e.id and r.kind = 'refund' and r.source = 'request/' || q.protocol || '/return/' || p.id), 0) as bigint) as given_back
           from entries e where e.payment_id = $1 and e.of_entry is null and e.kind in ('payment', 'fine', 'interest', 'discount') order by e.id desc", payment)?;
    let mut left = part;
    let mut whose = None;
    for (at, entry) in entries.iter().enumerate() {
        whose = Some(CustomerId(entry.customer_id));
        let mut amount = -(entry.amount + entry.reversed + entry.given_back);
        if !all {
            if entry.kind != EntryKind::Payment.as_str() {
                continue;
            }
            amount = amount.min(left);
            left -= amount;
        }
        if amount == 0 {
            continue;
        }
        let source = format!("reversal/pix/{}/{returned}/{}", received.id, at + 1);
        let new = NewEntry {
            customer: CustomerId(entry.customer_id),
            bill: entry.bill_id.map(BillId),
            kind: EntryKind::Reversal,
            amount: Money::cents(amount),
            effective_on: server.clock.today(),
            payment: Some(PaymentId(payment)),
            request: None,
            of: Some(EntryId(entry.id)),
            source: &source,
            note: "",
        };
        ledger::post(server, tx, &new).await?;
    }
    if all {
        sql!(tx, execute: "update payments set reversed_at = $2 where id = $1 and reversed_at is null", payment, server.clock.now())?;
    }
    Ok(whose)
}
