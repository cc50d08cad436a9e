//! Paying installments before their day, with the interest reduced in proportion (CDC, art. 52 §2). What falls away is taken off the
//! installments at once, until a day; what is not paid by then is as it was. Never touches an installment that is due.

use chrono::NaiveDate;
use domain::agreements::Status;
use domain::agreements::forms::EarlyForm;
use domain::agreements::keeping::{EarlyLine, Unpaid, settle_early};
use domain::calendar::Calendar;
use domain::forms::Problem;
use domain::ids::{AgreementId, BillId, CustomerId, EntryId};
use domain::money::Money;
use domain::requests::Kind;
use domain::requests::protocol::Protocol;
use domain::statement::EntryKind;
use domain::templates::notices::{Kind as Template, Variable};
use uuid::Uuid;

use super::effects::entry;
use super::{Row, row};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::{self, NewEntry};
use crate::requests::advance::By;
use crate::requests::{New, Row as Request, open, open_for, take_bill, take_id};
use crate::sessions::Customer;
use crate::texts::{self, agreements as t};
use crate::{Server, notices, policies, sql};

/// What paying early would cost, or does.
#[derive(Clone, Debug)]
pub struct Early {
    /// The agreement.
    pub protocol: Protocol,
    /// Installments that can be chosen, the next first.
    pub lines: Vec<Choice>,
    /// What falls away of the chosen ones.
    pub saved: Money,
    /// What they cost then.
    pub to_pay: Money,
    /// The last day to pay it.
    pub pay_until: NaiveDate,
    /// What was chosen before and can still be paid.
    pub chosen: Option<Chosen>,
}

/// An installment that can be paid early.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Its bill.
    pub bill: BillId,
    /// What is left of it, what falls away, and what it costs then.
    pub cost: EarlyLine,
    /// Whether it is among the chosen ones.
    pub chosen: bool,
}

/// Installments of which the reduction holds until a day.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The last day.
    pub pay_until: NaiveDate,
    /// What was taken off.
    pub saved: Money,
    /// What is left to pay of them.
    pub to_pay: Money,
}

#[derive(sqlx::FromRow)]
struct Ahead {
    number: i32,
    due_on: NaiveDate,
    #[sqlx(try_from = "Uuid")]
    bill_id: BillId,
    #[sqlx(try_from = "i64")]
    balance: Money,
}

/// What paying these installments now would cost; all that are not due yet when none is named.
///
/// # Errors
/// [`Error::NotFound`] for an agreement that is not this customer's or not in force.
pub async fn early(server: &Server, customer: &Customer, protocol: &str, bills: &[BillId]) -> Result<Early> {
    let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
    let mut conn = server.db.read().await?;
    let agreement = running(&mut conn, customer.id, protocol).await?;
    worked_out(server, &mut conn, &agreement, protocol, bills).await
}

async fn running(conn: &mut Conn, customer: CustomerId, protocol: Protocol) -> Result<Row> {
    sql!(conn, optional Row: "select a.* from agreements a join requests r on r.id = a.request_id
        where r.protocol = $1 and a.customer_id = $2 and a.status = 'active'", protocol.digits(), customer.0)?
    .ok_or(Error::NotFound)
}

async fn worked_out(server: &Server, conn: &mut Conn, agreement: &Row, protocol: Protocol, bills: &[BillId]) -> Result<Early> {
    let today = server.clock.today();
    let (plan, calendar) = (agreement.plan()?, policies::calendar(conn).await?);
    let policy = policies::plans(server, conn).await?;
    // Reduced once already, or with charges of its own, it is not offered.
    let ahead = sql!(conn, all Ahead: "select i.number, i.due_on, i.bill_id, b.balance from installments i join bills b on b.id = i.bill_id
        where i.agreement_id = $1 and i.number > 0 and i.due_on > $2 and b.balance > 0 and b.standing = 'open' and b.charged_to is null
          and not exists (select 1 from early_installments e where e.bill_id = b.id and e.state = 'open') order by i.number",
        agreement.id.0, today)?;
    let mut lines = Vec::with_capacity(ahead.len());
    for one in ahead {
        let number = u16::try_from(one.number).map_err(|_| Error::Corrupt("installment"))?;
        let early = settle_early(&plan, &[Unpaid { number, due_on: one.due_on, left: one.balance }], today);
        let chosen = bills.is_empty() || bills.contains(&one.bill_id);
        lines.extend(early.lines.first().map(|cost| Choice { bill: one.bill_id, cost: *cost, chosen }));
    }
    let picked = || lines.iter().filter(|line| line.chosen);
    let (saved, to_pay) = (picked().map(|line| line.cost.saved).sum(), picked().map(|line| line.cost.to_pay).sum());
    let pay_until = last_day(today, policy.down_payment_days, &calendar);
    let chosen = chosen(conn, agreement.id).await?;
    Ok(Early { protocol, lines, saved, to_pay, pay_until, chosen })
}

/// What was chosen to be paid early, while any of it is still to be paid.
pub(super) async fn chosen(conn: &mut Conn, agreement: AgreementId) -> Result<Option<Chosen>> {
    let found = sql!(conn, optional (NaiveDate, i64, i64): "select e.pay_until,
            cast(coalesce((select sum(i.saved) from early_installments i where i.early_id = e.id and i.state = 'open'), 0) as bigint),
            cast(coalesce((select sum(b.balance) from early_installments i join bills b on b.id = i.bill_id
                where i.early_id = e.id and i.state = 'open' and b.balance > 0), 0) as bigint)
        from early_settlements e where e.agreement_id = $1 and e.ended_at is null", agreement.0)?;
    Ok(found
        .map(|(pay_until, saved, to_pay)| Chosen { pay_until, saved: Money::cents(saved), to_pay: Money::cents(to_pay) })
        .filter(|chosen| chosen.to_pay.is_positive()))
}

/// As long as there is for a down payment, and as long as an offer holds.
fn last_day(today: NaiveDate, days: u16, calendar: &Calendar) -> NaiveDate {
    calendar.add_business_days(today, days)
}

/// Takes off what falls away of the chosen installments, until [`Early::pay_until`], and asks for their slips. The same form twice is one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Form`] with [`Problem::NoLongerPossible`] at `bills` when the amount is not the one that was shown, an
/// installment cannot be chosen any more, nothing falls away, or others are still to be paid early.
pub async fn pay_early(server: &Server, customer: &Customer, protocol: &str, form: &EarlyForm) -> Result<Chosen> {
    let valid = form.parse()?;
    let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
    let gone = || Error::field("bills", Problem::NoLongerPossible);
    let mut tx = server.db.write().await?;
    let agreement = running(&mut tx, customer.id, protocol).await?;
    // Rivals wait here for each other, and for the bank's record.
    let request = take_id(&mut tx, agreement.request_id).await?;
    if row(&mut tx, request.id).await?.status != Status::Active {
        return Err(Error::NotFound);
    }
    let before = sql!(tx, optional (Uuid,): "select agreement_id from early_settlements where id = $1", valid.submission)?;
    let mut ids = valid.bills.clone();
    ids.sort_unstable();
    for id in &ids {
        take_bill(&mut tx, customer.id, *id).await?.ok_or(Error::NotFound)?;
    }
    let early = worked_out(server, &mut tx, &agreement, protocol, &valid.bills).await?;
    if let Some((of,)) = before {
        return if of == agreement.id.0 { early.chosen.ok_or_else(gone) } else { Err(Error::NotFound) };
    }
    let chosen: Vec<&Choice> = early.lines.iter().filter(|line| line.chosen).collect();
    let same = chosen.len() == valid.bills.len() && early.to_pay == valid.to_pay;
    if early.chosen.is_some() || !same || !early.saved.is_positive() {
        return Err(gone());
    }
    let today = server.clock.today();
    // One of which all was paid or undone may wait for its end.
    sql!(tx, execute: "update early_settlements set ended_at = $2 where agreement_id = $1 and ended_at is null", agreement.id.0, server.clock.now())?;
    sql!(tx, execute: "insert into early_settlements (id, agreement_id, customer_id, as_of, pay_until, made_at) values ($1, $2, $3, $4, $5, $6)",
        valid.submission, agreement.id.0, customer.id.0, today, early.pay_until, server.clock.now())?;
    let note = t::early_note(customer.locale(), texts::date(customer.locale(), early.pay_until));
    for line in &chosen {
        sql!(tx, execute: "insert into early_installments (early_id, bill_id, balance, saved, state) values ($1, $2, $3, $4, 'open')",
            valid.submission, line.bill.0, line.cost.unpaid.left.as_cents(), line.cost.saved.as_cents())?;
        if line.cost.saved.is_positive() {
            let source = source(&request, valid.submission, line.bill, "saved");
            let taken_off = NewEntry { note: &note, ..entry(server, &request, line.bill, EntryKind::Discount, -line.cost.saved, &source) };
            ledger::post(server, &mut tx, &taken_off).await?;
        }
    }
    slips(server, &mut tx, &request, &chosen, early.to_pay).await?;
    let detail = serde_json::json!({ "saved": early.saved, "to_pay": early.to_pay, "until": early.pay_until });
    let (subject_id, whose) = (Some(agreement.id.0), Some(customer.id));
    let event =
        Event { actor: customer.actor(), action: "agreements.early", subject_kind: "agreement", subject_id, customer: whose, detail };
    audit::record(server, &mut tx, event).await?;
    let link = format!("{}/pagar", server.config.public_url);
    notices::tell(server, &mut tx, customer.id, "agreement", Template::AgreementEarly, |l| {
        vec![
            (Variable::Protocol, protocol.to_string()),
            (Variable::ToPay, texts::money(l, early.to_pay)),
            (Variable::Saved, texts::money(l, early.saved)),
            (Variable::Day, texts::date(l, early.pay_until)),
            (Variable::LongDay, texts::long_date(l, early.pay_until)),
            (Variable::Link, link),
        ]
    })
    .await?;
    tx.commit().await?;
    Ok(Chosen { pay_until: early.pay_until, saved: early.saved, to_pay: early.to_pay })
}

/// New slips, for the amounts as they are now.
async fn slips(server: &Server, tx: &mut Tx, request: &Request, chosen: &[&Choice], amount: Money) -> Result<()> {
    let mut bills = Vec::new();
    for line in chosen {
        if !open_for(tx, Kind::Slip, line.bill).await? {
            bills.push(line.bill);
        }
    }
    if bills.is_empty() {
        return Ok(());
    }
    let new = New { amount, bills: &bills, quiet: true, ..New::of(Kind::Slip, server.id()) };
    open(server, tx, By::System, request.customer_id, request.person_id, &new).await.map(drop)
}

fn source(request: &Request, early: Uuid, bill: BillId, fact: &str) -> String {
    format!("request/{}/early/{early}/{bill}/{fact}", request.protocol.digits())
}

#[derive(sqlx::FromRow)]
struct Reduced {
    early_id: Uuid,
    pay_until: NaiveDate,
    #[sqlx(try_from = "Uuid")]
    bill_id: BillId,
    #[sqlx(try_from = "i64")]
    saved: Money,
    #[sqlx(try_from = "i64")]
    balance: Money,
}

/// Follows what was to be paid early: what was paid stays reduced, what was not by its day, and the bank's, is as it was; all of it where
/// the agreement `ends`. Says whether anything changed.
pub(super) async fn follow(
    server: &Server,
    tx: &mut Tx,
    request: &Request,
    agreement: AgreementId,
    bank_days: u16,
    ends: bool,
) -> Result<bool> {
    let (today, calendar) = (server.clock.today(), policies::calendar(tx).await?);
    let open = sql!(tx, all Reduced: "select e.id as early_id, e.pay_until, i.bill_id, i.saved, b.balance
        from early_settlements e join early_installments i on i.early_id = e.id and i.state = 'open' join bills b on b.id = i.bill_id
        where e.agreement_id = $1 and e.ended_at is null order by i.bill_id", agreement.0)?;
    let mut changed = false;
    for one in &open {
        let over = ends || today > calendar.add_business_days(one.pay_until, bank_days);
        let state = if !one.balance.is_positive() {
            "paid"
        } else if over {
            give_back(server, tx, request, one).await?;
            "undone"
        } else {
            continue;
        };
        sql!(tx, execute: "update early_installments set state = $3 where early_id = $1 and bill_id = $2", one.early_id, one.bill_id.0, state)?;
        changed = true;
    }
    if changed {
        sql!(tx, execute: "update early_settlements set ended_at = $2 where agreement_id = $1 and ended_at is null
            and not exists (select 1 from early_installments i where i.early_id = early_settlements.id and i.state = 'open')",
            agreement.0, server.clock.now())?;
    }
    Ok(changed)
}

/// The installment is as it was before it was to be paid early.
async fn give_back(server: &Server, tx: &mut Tx, request: &Request, one: &Reduced) -> Result<()> {
    if !one.saved.is_positive() {
        return Ok(());
    }
    let (of,) = sql!(tx, one (Uuid,): "select id from entries where source = $1", source(request, one.early_id, one.bill_id, "saved"))?;
    let source = source(request, one.early_id, one.bill_id, "undone");
    let back = NewEntry { of: Some(EntryId(of)), ..entry(server, request, one.bill_id, EntryKind::Reversal, one.saved, &source) };
    ledger::post(server, tx, &back).await.map(drop)
}

/// What was taken off installments that were paid early, by bill.
pub(super) async fn saved(conn: &mut Conn, agreement: AgreementId) -> Result<Vec<(BillId, Money)>> {
    let rows = sql!(conn, all (Uuid, i64): "select i.bill_id, i.saved from early_settlements e
        join early_installments i on i.early_id = e.id and i.state = 'paid' where e.agreement_id = $1", agreement.0)?;
    Ok(rows.into_iter().map(|(bill, saved)| (BillId(bill), Money::cents(saved))).collect())
}
