//! What decisions do to an agreement: granted, cancelled, and given back when it does not begin.
//!
//! Every effect is in the transaction of what caused it, and is posted once however often it is told.

use chrono::NaiveDate;
use domain::agreements::Status;
use domain::agreements::plans::{Installment, Plan};
use domain::ids::{AgreementId, BillId, EntryId};
use domain::money::Money;
use domain::requests::Kind;
use domain::statement::{EntryKind, Nature, Standing};
use domain::webhooks::Topic;
use serde_json::json;
use uuid::Uuid;

use super::{InstallmentLine, Row, row};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ledger::{self, NewEntry};
use crate::requests::advance::{By, Effect};
use crate::requests::{New, Row as Request, open, take_bill};
use crate::texts::{Locale, requests as t};
use crate::webhooks::{self, Happened};
use crate::{Server, policies, sql};

#[derive(sqlx::FromRow)]
pub(super) struct Part {
    #[sqlx(try_from = "Uuid")]
    pub(super) bill_id: BillId,
    pub(super) due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    pub(super) principal: Money,
    #[sqlx(try_from = "i64")]
    pub(super) fine: Money,
    #[sqlx(try_from = "i64")]
    pub(super) interest: Money,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    #[sqlx(try_from = "i64")]
    pub(super) discount: Money,
}

impl Part {
    /// What is posted when the bill is taken in, in this order: nothing is left open of it.
    fn entries(&self) -> [(EntryKind, Money); 4] {
        [
            (EntryKind::Fine, self.fine),
            (EntryKind::Interest, self.interest),
            (EntryKind::Discount, -self.discount),
            (EntryKind::ToAgreement, self.discount - self.amount),
        ]
    }
}

/// What an agreement took in, by the bills' ids.
pub(super) async fn parts(tx: &mut Tx, agreement: AgreementId) -> Result<Vec<Part>> {
    Ok(sql!(tx, all Part: "select a.bill_id, b.due_on, a.principal, a.fine, a.interest, a.amount, a.discount
            from agreement_bills a join bills b on b.id = a.bill_id where a.agreement_id = $1 order by a.bill_id", agreement.0)?)
}

/// Moves the bills into the agreement and makes its installments, which sum to exactly that and the plan's interest.
pub(crate) async fn granted(server: &Server, tx: &mut Tx, request: &Request) -> Result<Effect> {
    let agreement = row(tx, request.id).await?;
    let plan = agreement.plan()?;
    let payments = due_dates(server, tx, &plan).await?;
    for part in parts(tx, agreement.id).await? {
        take_in(server, tx, request, agreement.id, &part).await?;
    }
    let bills = put_installments(server, tx, request, agreement.id, &payments, plan.installments.len()).await?;
    let new = New { amount: plan.total_cost, bills: &bills, quiet: true, ..New::of(Kind::Slip, server.id()) };
    open(server, tx, By::System, request.customer_id, request.person_id, &new).await?;
    let awaits = plan.down_payment.is_some();
    let (status, starts_on) = if awaits { (Status::AwaitingDownPayment, None) } else { (Status::Active, Some(server.clock.today())) };
    set_status(server, tx, agreement.id, Status::Requested, status, starts_on, None).await?;
    Ok(if awaits { Effect::Pending } else { Effect::Complete })
}

/// The days as accepted; but a decision takes time, and there is always as long to make the down payment as was offered.
async fn due_dates(server: &Server, tx: &mut Tx, plan: &Plan) -> Result<Vec<Installment>> {
    let today = server.clock.today();
    let (policy, calendar) = (policies::plans(server, tx).await?, policies::calendar(tx).await?);
    let mut payments: Vec<Installment> = plan.payments().copied().collect();
    let mut after = today;
    if let Some(down) = payments.first_mut().filter(|first| first.number == 0) {
        down.due_on = down.due_on.max(calendar.add_business_days(today, policy.down_payment_days));
        after = down.due_on;
    }
    if payments.iter().any(|payment| payment.number > 0 && payment.due_on <= after) {
        return Err(Error::Refused("plan_expired"));
    }
    Ok(payments)
}

/// Posts what paying late had added at acceptance, and takes the whole into the agreement.
async fn take_in(server: &Server, tx: &mut Tx, request: &Request, agreement: AgreementId, part: &Part) -> Result<()> {
    let bill = take_bill(tx, request.customer_id, part.bill_id).await?.ok_or(Error::Corrupt("bill of an agreement"))?;
    // Paid, compensated or disputed since: what was accepted is no longer true.
    if bill.balance != part.principal || bill.standing != Standing::Open {
        return Err(Error::Overtaken("bill_moved"));
    }
    sql!(tx, execute: "update bills set standing = 'in_agreement', agreement_id = $2 where id = $1", bill.id.0, agreement.0)?;
    for (kind, amount) in part.entries() {
        if !amount.is_zero() {
            post(server, tx, request, bill.id, kind, amount, "agreement").await?;
        }
    }
    Ok(())
}

pub(super) async fn post(
    server: &Server,
    tx: &mut Tx,
    request: &Request,
    bill: BillId,
    kind: EntryKind,
    amount: Money,
    fact: &str,
) -> Result<()> {
    let source = source(request, fact, bill, kind);
    ledger::post(server, tx, &entry(server, request, bill, kind, amount, &source)).await.map(drop)
}

/// Takes back what [`take_in`] posted of a kind; `why` names the fact.
pub(super) async fn take_back(
    server: &Server,
    tx: &mut Tx,
    request: &Request,
    bill: BillId,
    kind: EntryKind,
    amount: Money,
    why: &str,
) -> Result<()> {
    let of = posted(tx, request, bill, kind).await?.ok_or(Error::Corrupt("entry of an agreement"))?;
    let source = source(request, &format!("{why}/{kind}"), bill, EntryKind::Reversal);
    let entry = NewEntry { of: Some(of), ..entry(server, request, bill, EntryKind::Reversal, -amount, &source) };
    ledger::post(server, tx, &entry).await.map(drop)
}

/// What [`take_in`] posted of a kind, if it did.
pub(super) async fn posted(tx: &mut Tx, request: &Request, bill: BillId, kind: EntryKind) -> Result<Option<EntryId>> {
    let found = sql!(tx, optional (Uuid,): "select id from entries where source = $1", source(request, "agreement", bill, kind))?;
    Ok(found.map(|(id,)| EntryId(id)))
}

/// The fact that makes an entry of an agreement.
pub(super) fn source(request: &Request, fact: &str, bill: BillId, kind: EntryKind) -> String {
    format!("request/{}/{fact}/{bill}/{kind}", request.protocol.digits())
}

pub(super) fn entry<'a>(server: &Server, request: &Request, bill: BillId, kind: EntryKind, amount: Money, source: &'a str) -> NewEntry<'a> {
    NewEntry {
        customer: request.customer_id,
        bill: Some(bill),
        kind,
        amount,
        effective_on: server.clock.today(),
        payment: None,
        request: Some(request.id),
        of: None,
        source,
        note: "",
    }
}

async fn put_installments(
    server: &Server,
    tx: &mut Tx,
    request: &Request,
    agreement: AgreementId,
    payments: &[Installment],
    count: usize,
) -> Result<Vec<BillId>> {
    // Their terms for paying late are those of the oldest bill's contract.
    let (contract,) = sql!(tx, one (Uuid,): "select b.contract_id from agreement_bills a join bills b on b.id = a.bill_id
        where a.agreement_id = $1 order by b.due_on, b.id limit 1", agreement.0)?;
    let (locale,) = sql!(tx, one (String,): "select locale from customers where id = $1", request.customer_id.0)?;
    let l = Locale::of_tag(&locale).unwrap_or_default();
    let today = server.clock.today();
    let mut bills = Vec::new();
    for payment in payments {
        let bill: BillId = server.id();
        let description = if payment.number == 0 {
            t::down_payment_description(l, request.protocol)
        } else {
            t::installment_description(l, count, payment.number, request.protocol)
        };
        let digits = request.protocol.digits();
        let number = format!("{}-{:02}", &digits[6..], payment.number);
        sql!(tx, execute: "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing, agreement_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 'open', $12)",
            bill.0, format!("agreement/{digits}/{}", payment.number), request.customer_id.0, contract, number, Nature::Installment.as_str(),
            payment.due_on.format("%Y-%m").to_string(), description, today, payment.due_on, payment.amount.as_cents(), agreement.0)?;
        post(server, tx, request, bill, EntryKind::Charge, payment.amount, "installment").await?;
        sql!(tx, execute: "update installments set bill_id = $3, due_on = $4 where agreement_id = $1 and number = $2",
            agreement.0, i32::from(payment.number), bill.0, payment.due_on)?;
        bills.push(bill);
    }
    Ok(bills)
}

/// Nothing happened to the bills, and nothing will.
pub(crate) async fn cancelled(server: &Server, tx: &mut Tx, request: &Request) -> Result<Effect> {
    let agreement = row(tx, request.id).await?;
    set_status(server, tx, agreement.id, Status::Requested, Status::Cancelled, None, Some(server.clock.today())).await?;
    Ok(Effect::Pending)
}

/// A plan's request is done when the agreement began, or will not begin: not while it waits for its down payment.
pub(crate) async fn in_force(tx: &mut Tx, request: &Request) -> Result<Effect> {
    match row(tx, request.id).await?.status {
        Status::Requested | Status::AwaitingDownPayment => Err(Error::Refused("down_payment_awaited")),
        Status::Active | Status::Settled | Status::Broken | Status::Cancelled => Ok(Effect::Pending),
    }
}

pub(super) async fn set_status(
    server: &Server,
    tx: &mut Tx,
    agreement: AgreementId,
    from: Status,
    to: Status,
    starts_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
) -> Result<()> {
    if !from.may_become(to) {
        return Err(Error::Corrupt("status of an agreement"));
    }
    let moved = sql!(tx, execute: "update agreements set status = $3, starts_on = coalesce($4, starts_on), ended_on = $5 where id = $1 and status = $2",
        agreement.0, from.as_str(), to.as_str(), starts_on, ended_on)?;
    if moved == 0 {
        return Err(Error::Overtaken("agreement_moved"));
    }
    let topic = match to {
        Status::Active => Topic::AgreementEffective,
        // What was never granted has not ended.
        Status::Settled | Status::Broken | Status::Cancelled if from != Status::Requested => Topic::AgreementEnded,
        _ => return Ok(()),
    };
    let (protocol,) =
        sql!(tx, one (String,): "select r.protocol from agreements a join requests r on r.id = a.request_id where a.id = $1", agreement.0)?;
    let data = json!({ "agreement": agreement, "request": protocol, "status": to });
    webhooks::tell(server, tx, &[Happened { topic, data }]).await
}

/// Whether nothing at all was paid: anything that was must be looked at by a person.
pub(super) fn untouched(installments: &[InstallmentLine]) -> bool {
    installments.iter().all(|line| line.balance == Some(line.amount.as_cents()))
}

/// The agreement does not begin: its installments are undone, and the bills are as they were before it, late charges included,
/// which go on being worked out from the day they were due.
pub(super) async fn give_back(
    server: &Server,
    tx: &mut Tx,
    request: &Request,
    agreement: &Row,
    installments: &[InstallmentLine],
) -> Result<()> {
    for part in parts(tx, agreement.id).await? {
        for (kind, amount) in part.entries().into_iter().rev().filter(|(_, amount)| !amount.is_zero()) {
            take_back(server, tx, request, part.bill_id, kind, amount, "not_begun").await?;
        }
        free(tx, part.bill_id).await?;
    }
    for line in installments {
        if let Some(bill) = line.bill_id {
            post(server, tx, request, bill.into(), EntryKind::Reversal, -line.amount, "not_begun").await?;
        }
    }
    set_status(server, tx, agreement.id, Status::AwaitingDownPayment, Status::Cancelled, None, Some(server.clock.today())).await
}

/// A bill is no longer in an agreement: settled if nothing of it is left.
pub(super) async fn free(tx: &mut Tx, bill: BillId) -> Result<()> {
    sql!(tx, execute: "update bills set standing = case when balance > 0 then 'open' else 'settled' end, agreement_id = null
        where id = $1 and standing = 'in_agreement'", bill.0)?;
    Ok(())
}
