//! What becomes of an agreement by the bank's record and by the calendar: begun, kept, late, mended, ended.
//!
//! By the rules that its customer accepted, not by those of today. Nobody's agreement ends unannounced: the customer is told until when
//! what is late can be paid, and the bank has time to tell of a payment after that.

use chrono::{NaiveDate, Timelike};
use domain::agreements::Status;
use domain::agreements::keeping::{Imputed, Keeping, Original, Unpaid, impute, keeping};
use domain::agreements::policy::PlanPolicy;
use domain::ids::BillId;
use domain::money::Money;
use domain::requests::Action;
use domain::statement::{EntryKind, Standing};
use domain::templates::notices::{Kind as Template, Variable};
use serde_json::json;
use uuid::Uuid;

use super::effects::{Part, entry, free, give_back, parts, post, posted, set_status, source, take_back, untouched};
use super::{InstallmentLine, Row, early, offers, row};
use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ledger::{self, ChargedBefore, NewEntry};
use crate::requests::advance::{By, Step, advance};
use crate::requests::{Row as Request, take_bill};
use crate::templates::Values;
use crate::texts::{self, Locale, agreements as t};
use crate::{Server, notices, policies, sql};

/// Where its payments and the calendar lead an agreement: to its beginning, to its end, or, without a down payment, back. Says whether
/// anything changed; called for a request that was taken in this transaction.
pub(crate) async fn follow(server: &Server, tx: &mut Tx, request: &Request) -> Result<bool> {
    let agreement = row(tx, request.id).await?;
    match agreement.status {
        Status::AwaitingDownPayment => begin(server, tx, request, &agreement).await,
        Status::Active => go_on(server, tx, request, &agreement).await,
        Status::Requested | Status::Settled | Status::Broken | Status::Cancelled => Ok(false),
    }
}

async fn begin(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row) -> Result<bool> {
    let today = server.clock.today();
    let installments = sql!(tx, all InstallmentLine: "select i.number, i.due_on, i.amount, i.bill_id, b.balance
        from installments i left join bills b on b.id = i.bill_id where i.agreement_id = $1 order by i.number", agreement.id.0)?;
    let Some(down) = installments.first().filter(|first| first.number == 0) else { return Ok(false) };
    let (policy, calendar) = (rules(server, tx, request).await?, policies::calendar(tx).await?);
    if down.balance.is_some_and(|balance| balance <= 0) {
        set_status(server, tx, agreement.id, Status::AwaitingDownPayment, Status::Active, Some(today), None).await?;
    } else if today > policy.last_day_to_begin(down.due_on, &calendar) && untouched(&installments) {
        give_back(server, tx, request, agreement, &installments).await?;
    } else {
        return Ok(false);
    }
    advance(server, tx, request, By::System, &Step::of(Action::Finish)).await?;
    Ok(true)
}

/// The policy an agreement was made by.
async fn rules(server: &Server, tx: &mut Tx, request: &Request) -> Result<PlanPolicy> {
    match offers::policy_of(tx, request.id).await? {
        Some(policy) => Ok(policy),
        None => policies::plans(server, tx).await,
    }
}

/// An installment with its bill.
#[derive(sqlx::FromRow)]
struct Running {
    number: i32,
    due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    amount: Money,
    #[sqlx(try_from = "Uuid")]
    bill_id: BillId,
    #[sqlx(try_from = "i64")]
    balance: Money,
    #[sqlx(try_from = "String")]
    standing: Standing,
    #[sqlx(flatten)]
    charged: ChargedBefore,
    /// What was taken off when it was paid before its day.
    #[sqlx(skip)]
    saved: Money,
}

impl Running {
    /// What is left of it, without late charges that its ledger holds.
    fn left(&self) -> Money {
        let charges = self.charged.posted().map_or(Money::ZERO, |posted| posted.open);
        (self.balance - charges).clamp(Money::ZERO, self.amount)
    }

    /// What was paid of it.
    fn paid(&self) -> Money {
        (self.amount - self.left() - self.saved).max(Money::ZERO)
    }

    /// As the rules take it: an incident may have put its day off, and while it is disputed it is not late.
    fn unpaid(&self, today: NaiveDate) -> Result<Unpaid> {
        let due_on = self.charged.due_on(self.due_on, today)?;
        let due_on = if self.standing == Standing::Disputed { due_on.max(today) } else { due_on };
        Ok(Unpaid {
            number: u16::try_from(self.number).map_err(|_| Error::Corrupt("installment"))?,
            due_on,
            left: self.balance.max(Money::ZERO),
        })
    }
}

async fn installments(tx: &mut Tx, agreement: &Row) -> Result<Vec<Running>> {
    let mut installments = sql!(tx, all Running: "select i.number, i.due_on, i.amount, i.bill_id, b.balance, b.standing, b.charged_to, b.charges_open, b.reliefs
        from installments i join bills b on b.id = i.bill_id where i.agreement_id = $1 order by i.number", agreement.id.0)?;
    for (bill, saved) in early::saved(tx, agreement.id).await? {
        if let Some(one) = installments.iter_mut().find(|one| one.bill_id == bill) {
            one.saved += saved;
        }
    }
    Ok(installments)
}

async fn go_on(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row) -> Result<bool> {
    let today = server.clock.today();
    let (policy, calendar) = (rules(server, tx, request).await?, policies::calendar(tx).await?);
    let early = early::follow(server, tx, request, agreement.id, policy.break_rule.bank_days, false).await?;
    let installments = installments(tx, agreement).await?;
    if installments.is_empty() {
        return Ok(early);
    }
    let unpaid = installments.iter().map(|one| one.unpaid(today)).collect::<Result<Vec<_>>>()?;
    let rule = policy.break_rule;
    match (keeping(rule, &unpaid, today, &calendar), agreement.cure_until) {
        (Keeping::Done, _) => {
            settle(server, tx, request, agreement).await?;
            Ok(true)
        }
        (Keeping::Kept | Keeping::Late { .. }, None) => Ok(early),
        (Keeping::Kept | Keeping::Late { .. }, Some(_)) => {
            mend(server, tx, request, agreement).await?;
            Ok(true)
        }
        (Keeping::ToCure { .. } | Keeping::Broken { .. }, None) if rule.cure_days > 0 => {
            // From the day it is told: a server that slept takes nobody's days away.
            let hour = server.clock.local(server.clock.now()).hour();
            if !policies::promises(server, tx).await?.may_remind_at(hour) {
                return Ok(early);
            }
            let until = calendar.add_business_days(today, rule.cure_days);
            let late: Money = unpaid.iter().filter(|one| one.due_on < today).map(|one| one.left).sum();
            warn(server, tx, request, agreement, until, late).await?;
            Ok(true)
        }
        (Keeping::ToCure { since, .. } | Keeping::Broken { on: since }, told) => {
            if today <= calendar.add_business_days(told.unwrap_or(since), rule.bank_days) {
                return Ok(early);
            }
            end(server, tx, request, agreement, &policy).await?;
            Ok(true)
        }
    }
}

/// The last payment came.
async fn settle(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row) -> Result<()> {
    sql!(tx, execute: "update agreements set cure_until = null where id = $1", agreement.id.0)?;
    set_status(server, tx, agreement.id, Status::Active, Status::Settled, None, Some(server.clock.today())).await?;
    record(server, tx, request, agreement, "agreements.settled", json!({})).await?;
    tell(server, tx, request, Template::AgreementSettled, |_| Vec::new()).await
}

/// Says until when what is late can be paid.
async fn warn(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row, until: NaiveDate, late: Money) -> Result<()> {
    sql!(tx, execute: "update agreements set cure_until = $2 where id = $1", agreement.id.0, until)?;
    record(server, tx, request, agreement, "agreements.warned", json!({ "until": until, "late": late })).await?;
    let link = format!("{}/pagar", server.config.public_url);
    let help = format!("{}/ajuda", server.config.public_url);
    let values = |l| {
        vec![
            (Variable::Late, texts::money(l, late)),
            (Variable::Day, texts::date(l, until)),
            (Variable::LongDay, texts::long_date(l, until)),
            (Variable::Link, link),
            (Variable::Help, help),
        ]
    };
    tell(server, tx, request, Template::AgreementWarned, values).await
}

/// What was late was paid in time: the agreement goes on as if nothing had been.
async fn mend(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row) -> Result<()> {
    sql!(tx, execute: "update agreements set cure_until = null where id = $1", agreement.id.0)?;
    record(server, tx, request, agreement, "agreements.mended", json!({})).await?;
    tell(server, tx, request, Template::AgreementMended, |_| Vec::new()).await
}

/// The agreement ends for not having been kept. Its bills come back as they were taken in, the discount lost, less all that was paid for
/// the installments; those fall away, and with them the interest for paying in installments. Where everything that had been owed is paid,
/// it was kept.
async fn end(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row, policy: &PlanPolicy) -> Result<()> {
    let rule = policy.break_rule;
    early::follow(server, tx, request, agreement.id, rule.bank_days, true).await?;
    let installments = installments(tx, agreement).await?;
    let taken = parts(tx, agreement.id).await?;
    let mut bills: Vec<BillId> = taken.iter().map(|part| part.bill_id).chain(installments.iter().map(|one| one.bill_id)).collect();
    bills.sort_unstable();
    for bill in bills {
        take_bill(tx, request.customer_id, bill).await?.ok_or(Error::Corrupt("bill of an agreement"))?;
    }
    let originals: Vec<Original> = taken
        .iter()
        .map(|part| {
            let Part { bill_id: bill, due_on, principal, fine, interest, .. } = *part;
            Original { bill, due_on, principal, fine, interest }
        })
        .collect();
    let paid: Money = installments.iter().map(Running::paid).sum();
    let ending = impute(rule.imputation, &originals, paid);
    if ending.is_settled() {
        for one in installments.iter().filter(|one| one.balance.is_positive()) {
            post(server, tx, request, one.bill_id, EntryKind::Discount, -one.balance, "all_paid").await?;
        }
        return settle(server, tx, request, agreement).await;
    }
    let note = t::moved_note(locale(tx, request).await?, request.protocol);
    for one in &installments {
        fall_away(server, tx, request, one, &note).await?;
    }
    for part in &taken {
        let imputed = ending.bills.iter().find(|imputed| imputed.bill == part.bill_id).ok_or(Error::Corrupt("bill of an agreement"))?;
        come_back(server, tx, request, part, imputed, &note).await?;
    }
    set_status(server, tx, agreement.id, Status::Active, Status::Broken, None, Some(server.clock.today())).await?;
    let left: Money = ending.bills.iter().map(Imputed::left).sum();
    record(server, tx, request, agreement, "agreements.broken", json!({ "paid": paid, "left": left })).await?;
    let link = format!("{}/acordos", server.config.public_url);
    let values = |l| vec![(Variable::Paid, texts::money(l, paid)), (Variable::Left, texts::money(l, left)), (Variable::Link, link)];
    tell(server, tx, request, Template::AgreementBroken, values).await
}

/// What was paid of an installment is moved away, and what was to be paid of it is no longer.
async fn fall_away(server: &Server, tx: &mut Tx, request: &Request, one: &Running, note: &str) -> Result<()> {
    let (paid, beyond) = (one.paid(), one.balance - one.left());
    let moved = |kind| source(request, "broken", one.bill_id, kind);
    if paid.is_positive() {
        let source = moved(EntryKind::Compensation);
        let away = NewEntry { note, ..entry(server, request, one.bill_id, EntryKind::Compensation, paid, &source) };
        ledger::post(server, tx, &away).await?;
    }
    post(server, tx, request, one.bill_id, EntryKind::Reversal, -one.amount, "broken").await?;
    if one.saved.is_positive() {
        // What was let off for paying early was interest, which falls away with the installment itself.
        post(server, tx, request, one.bill_id, EntryKind::Reversal, one.saved, "broken/early").await?;
    }
    if beyond.is_positive() {
        // Late charges that were posted and not paid; what was paid beyond it stays the customer's.
        post(server, tx, request, one.bill_id, EntryKind::Discount, -beyond, "broken").await?;
    }
    Ok(())
}

/// A bill comes back as it was taken in, and what was paid counts for its interest, its fine and itself, each by an entry that says so.
async fn come_back(server: &Server, tx: &mut Tx, request: &Request, part: &Part, paid: &Imputed, note: &str) -> Result<()> {
    post(server, tx, request, part.bill_id, EntryKind::FromAgreement, part.amount - part.discount, "broken").await?;
    if !part.discount.is_zero() {
        take_back(server, tx, request, part.bill_id, EntryKind::Discount, -part.discount, "broken").await?;
    }
    for (of, amount) in [(Some(EntryKind::Interest), paid.interest), (Some(EntryKind::Fine), paid.fine), (None, paid.principal)] {
        if !amount.is_positive() {
            continue;
        }
        let charge = match of {
            Some(kind) => posted(tx, request, part.bill_id, kind).await?,
            None => None,
        };
        let source =
            source(request, &format!("broken/{}", of.map_or("principal", EntryKind::as_str)), part.bill_id, EntryKind::Compensation);
        let here = NewEntry { of: charge, note, ..entry(server, request, part.bill_id, EntryKind::Compensation, -amount, &source) };
        ledger::post(server, tx, &here).await?;
    }
    free(tx, part.bill_id).await
}

async fn locale(tx: &mut Tx, request: &Request) -> Result<Locale> {
    let (locale,) = sql!(tx, one (String,): "select locale from customers where id = $1", request.customer_id.0)?;
    Ok(Locale::of_tag(&locale).unwrap_or_default())
}

async fn tell(server: &Server, tx: &mut Tx, request: &Request, template: Template, values: impl FnOnce(Locale) -> Values) -> Result<()> {
    let values = |l| values(l).into_iter().chain([(Variable::Protocol, request.protocol.to_string())]).collect();
    notices::tell(server, tx, request.customer_id, "agreement", template, values).await.map(drop)
}

async fn record(server: &Server, tx: &mut Tx, request: &Request, agreement: &Row, action: &str, detail: serde_json::Value) -> Result<()> {
    let (subject_id, customer) = (Some(agreement.id.0), Some(request.customer_id));
    audit::record(server, tx, Event { actor: Actor::System, action, subject_kind: "agreement", subject_id, customer, detail }).await
}
