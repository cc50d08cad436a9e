//! One batch of a file in one transaction: how far the file got first, then what each event does. Never writes half an event,
//! and never an event twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use domain::charges::Posted;
use domain::cnab::Movement;
use domain::ids::{BillId, CustomerId, EntryId, PaymentId};
use domain::money::Money;
use domain::reconciliation::{self as rules, MatchedBy, OpenBill, Outcome, Received, Title};
use domain::slips::SlipState;
use domain::statement::{EntryKind, Standing};
use domain::templates::notices::{Kind, Variable};
use serde_json::json;
use uuid::Uuid;

use super::matching::{self, Slip, World};
use super::reading::{Event, Feed};
use super::{BATCH, Context, audit, counts, external_prefix, number};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::{self, NewEntry};
use crate::payments::{self, Laid, New, Parts, Posting, Target};
use crate::sessions::Hand;
use crate::slips::turnover;
use crate::{Server, bills, notices, rows, sql};

/// Days after a Pix within which a return file may book it: a weekend between holidays.
const BOOKED_LATER: u64 = 5;

/// How a batch went.
pub(super) enum Step {
    /// So many events of the file are applied.
    Applied(usize),
    /// Another process did this batch meanwhile.
    Overtaken,
    /// Nothing is left to be done.
    Done,
}

type Found = Option<(Uuid, MatchedBy)>;

/// What an event does, before it is written.
struct Decided {
    outcome: Outcome,
    payment: Option<New>,
    postings: Vec<Posting>,
}

impl Decided {
    fn only(outcome: Outcome) -> Self {
        Self { outcome, payment: None, postings: Vec::new() }
    }
}

/// What a batch writes.
#[derive(Default)]
struct Written {
    payments: Vec<New>,
    postings: Vec<Posting>,
    closed: Vec<Uuid>,
    registered: Vec<Uuid>,
    rejected: Vec<Uuid>,
    lines: Vec<Line>,
    /// Whose duplicate it is.
    duplicates: Vec<Uuid>,
}

/// A line to be written.
struct Line {
    at: usize,
    outcome: Outcome,
    found: Found,
    payment: Option<Uuid>,
}

/// Applies the next events of a file.
pub(super) async fn batch(context: &Context<'_>, feed: &mut Feed<'_>, by: Hand<'_>, id: Uuid) -> Result<Step> {
    let (server, file) = (context.server, context.file);
    let mut tx = server.db.write().await?;
    let (position, state) = sql!(tx, one (i32, String): "select position, state from return_files where id = $1", id)?;
    if state == "applied" {
        return Ok(Step::Done);
    }
    let from = usize::try_from(position).map_err(|_| Error::Corrupt("position in a return file"))?;
    let events = feed.take(from, BATCH)?;
    let end = from + events.len();
    let over = end == file.events;
    let now = server.clock.now();
    let staff = by.actor().id();
    let moved = sql!(tx, execute:
        "update return_files set position = $3, state = $4, applied_at = $5, applied_by = $6 where id = $1 and position = $2 and state = 'applying'",
        id, position, number(end), if over { "applied" } else { "applying" }, over.then_some(now), staff.filter(|_| over))?;
    if moved == 0 {
        return Ok(Step::Overtaken);
    }
    let mut world = World::default();
    let found = matching::find(&mut tx, &mut world, &context.agreements, &events, true).await?;
    let mut written = Written::default();
    for (at, (event, found)) in events.iter().zip(found).enumerate() {
        let (outcome, payment) = if event.movement == Movement::PaymentCancelled {
            // It may undo what stands a few lines above.
            flush(server, &mut tx, &mut written).await?;
            match cancel(context, &mut tx, &mut world, event, found).await? {
                Some(payment) => (Outcome::Cancelled, Some(payment)),
                None => (Outcome::NothingToCancel, None),
            }
        } else {
            let decided = decide(&mut tx, context, &mut world, event, found).await?;
            if decided.outcome == Outcome::Duplicate {
                written.duplicates.extend(decided.payment.as_ref().map(|payment| payment.customer));
            }
            let of_state = match decided.outcome {
                Outcome::Closed => Some(&mut written.closed),
                Outcome::Registered => Some(&mut written.registered),
                Outcome::Rejected if event.movement == Movement::Rejected => Some(&mut written.rejected),
                _ => None,
            };
            if let Some(slips) = of_state {
                slips.extend(found.map(|(slip, _)| slip));
            }
            let payment = decided.payment.as_ref().map(|payment| payment.id);
            written.payments.extend(decided.payment);
            written.postings.extend(decided.postings);
            (decided.outcome, payment)
        };
        written.lines.push(Line { at, outcome, found, payment });
    }
    flush(server, &mut tx, &mut written).await?;
    write_lines(server, &mut tx, id, &events, &written.lines).await?;
    for customer in &written.duplicates {
        tell_of_duplicate(server, &mut tx, CustomerId(*customer)).await?;
    }
    if over {
        let counts: BTreeMap<&str, i64> =
            counts(&mut tx, id).await?.into_iter().map(|(outcome, count, _)| (outcome.as_str(), count)).collect();
        audit(server, &mut tx, by, "reconciliation.apply", id, json!({ "file": file.file_hash, "events": end, "outcomes": counts }))
            .await?;
    }
    tx.commit().await?;
    Ok(Step::Applied(end))
}

/// Writes payments, entries and slips so far.
async fn flush(server: &Server, tx: &mut Tx, written: &mut Written) -> Result<()> {
    // What the bank has taken it may tell as paid in the same file.
    turnover::register(tx, &written.registered).await?;
    written.registered.clear();
    rows!(
        tx,
        "update slips set state = 'rejected' from (",
        written.rejected,
        |id| [*id],
        ") as refused where slips.id = refused.column1 and slips.state in ('pending', 'sent')"
    );
    written.rejected.clear();
    if !written.payments.is_empty() {
        payments::record(server, tx, &written.payments, &written.postings, server.clock.now()).await?;
        written.payments.clear();
        written.postings.clear();
    }
    if !written.closed.is_empty() {
        rows!(
            tx,
            "update slips set state = 'closed' from (",
            written.closed,
            |id| [*id],
            ") as over where slips.id = over.column1 and slips.state in ('pending', 'sent', 'rejected', 'registered')"
        );
        rows!(
            tx,
            "update slip_bills set payable = not true from (",
            written.closed,
            |id| [*id],
            ") as over where slip_bills.slip_id = over.column1 and payable"
        );
        written.closed.clear();
    }
    Ok(())
}

/// What an event comes to, in the world as it is before it; the world is then as it is after it.
async fn decide(conn: &mut Conn, context: &Context<'_>, world: &mut World, event: &Event, found: Found) -> Result<Decided> {
    let Some(amount) = event.payment() else {
        let outcome = match event.movement {
            Movement::Closed => {
                if let Some(slip) = found.and_then(|(slip, _)| world.slips.get_mut(&slip))
                    && (slip.state == SlipState::Registered || slip.state.unregistered())
                {
                    slip.state = SlipState::Closed;
                }
                Outcome::Closed
            }
            Movement::Registered => {
                if let Some(slip) = found.and_then(|(slip, _)| world.slips.get_mut(&slip))
                    && slip.state.unregistered()
                {
                    slip.state = SlipState::Registered;
                }
                Outcome::Registered
            }
            Movement::Rejected | Movement::InstructionRejected => Outcome::Rejected,
            Movement::PaymentPending => Outcome::Pending,
            Movement::Unknown => Outcome::Unknown,
            // A code for payments without an amount says nothing about money.
            Movement::Paid | Movement::PaidAfterClosing | Movement::Information | Movement::PaymentCancelled => Outcome::Information,
        };
        return Ok(Decided::only(outcome));
    };
    let paid_on = event.occurred_on.ok_or(Error::Corrupt("day of a payment"))?;
    let slip = found.and_then(|(id, _)| world.slips.get(&id).map(|slip| (id, slip.clone())));
    let Some((id, slip)) = slip else {
        let waits = waits_already(conn, context, event, amount, paid_on).await?;
        return Ok(Decided::only(if waits { Outcome::Repeated } else { Outcome::Unidentified }));
    };
    if slip.state == SlipState::Paid && came_before(conn, context, id, amount, paid_on).await? {
        return Ok(Decided::only(Outcome::Repeated));
    }
    let open: Vec<OpenBill> = slip
        .bills
        .iter()
        .filter_map(|bill| world.bills.get(bill))
        .map(|bill| OpenBill { balance: bill.balance, due_on: bill.due_on, standing: bill.standing, posted: bill.posted })
        .collect();
    let title = Title { state: slip.state, nominal: slip.nominal, due_on: slip.due_on };
    let mut terms = bills::terms(&slip.tax_id, &slip.fine_rate, &slip.monthly_interest)?;
    for charged in &slip.charged {
        terms = charged.relieved(terms)?;
    }
    let due = rules::due(&title, &open, paid_on, &terms, &context.calendar);
    let received = received(event, amount);
    let (mut outcome, split) = rules::decide(&title, &open, event.movement, &due, &received, &context.tolerance);
    if due.open.is_positive() && slip.bills.iter().filter_map(|bill| world.bills.get(bill)).any(|bill| bill.given_up) {
        outcome = Outcome::WrittenOff;
    }
    let payment = context.server.id();
    let external_id = context.external_id(event);
    let laid = Laid {
        payment,
        external_id: &external_id,
        on: paid_on,
        amount,
        fine: split.fine_posted(),
        interest: split.interest_posted(),
        discount: split.discount,
    };
    let (customer, postings) = lay(&laid, &slip, world)?;
    if split.fine_posted() + split.interest_posted() != Money::ZERO
        && let Some(bill) = slip.bills.last().and_then(|last| world.bills.get_mut(last))
    {
        let open = bill.posted.map_or(Money::ZERO, |posted| posted.open) + split.unpaid_fine + split.unpaid_interest;
        bill.posted = Some(Posted { to: paid_on.max(bill.posted.map_or(paid_on, |posted| posted.to)), open });
    }
    if let Some(slip) = world.slips.get_mut(&id) {
        slip.state = SlipState::Paid;
    }
    let new = New {
        id: payment,
        external_id,
        customer,
        bill: slip.bills.first().copied().filter(|_| slip.bills.len() == 1),
        slip: Some(id),
        paid_on,
        credited_on: event.credited_on,
        amount,
        method: "boleto",
        bank_reference: event.nosso_numero.clone().unwrap_or_default(),
        payer_tax_id: None,
        parts: Parts {
            credited: event.credited,
            fee: event.fee,
            fine: Some(split.fine),
            interest: Some(split.interest),
            discount: Some(split.discount),
        },
    };
    Ok(Decided { outcome, payment: Some(new), postings })
}

/// What the bank says of the payment of an event.
fn received(event: &Event, amount: Money) -> Received {
    let charged = match (event.interest, event.fine) {
        (None, None) => None,
        (interest, fine) => Some(interest.unwrap_or_default() + fine.unwrap_or_default()),
    };
    let discount = event.discount.unwrap_or_default() + event.abatement.unwrap_or_default();
    Received { paid: amount, charged, fine: event.fine, discount }
}

/// Lays a payment on the bills of a slip, in the world too. Answers whose it is.
fn lay(laid: &Laid<'_>, slip: &Slip, world: &mut World) -> Result<(Uuid, Vec<Posting>)> {
    let mut targets: Vec<Target> = slip
        .bills
        .iter()
        .filter_map(|id| world.bills.get(id).map(|bill| Target { bill: *id, customer: bill.customer, balance: bill.balance }))
        .collect();
    let mut postings = Vec::new();
    laid.on(&mut targets, &mut postings);
    for target in &targets {
        if let Some(bill) = world.bills.get_mut(&target.bill) {
            bill.balance = target.balance;
            if !bill.balance.is_positive() && bill.standing != Standing::InAgreement {
                bill.standing = Standing::Settled;
            }
        }
    }
    let customer = targets.last().map(|target| target.customer).ok_or(Error::Corrupt("bills of a slip"))?;
    Ok((customer, postings))
}

/// Whether a payment of this slip, of this amount and day, is there already from elsewhere: another file, an import, or the provider of
/// Pix, which tells of it at once, while the file books what came on a closed day on a later one.
async fn came_before(conn: &mut Conn, context: &Context<'_>, slip: Uuid, amount: Money, paid_on: NaiveDate) -> Result<bool> {
    let own = format!("{}%", external_prefix(&context.file.content_hash));
    let found = sql!(conn, optional (Uuid,): "select id from payments where slip_id = $1 and amount = $2 and reversed_at is null and external_id not like $4
        and (paid_on = $3 or (method = 'pix' and paid_on between $5 and $3)) limit 1",
        slip, amount.as_cents(), paid_on, own, paid_on - Days::new(BOOKED_LATER))?;
    Ok(found.is_some())
}

/// Whether another file has brought this money, and nobody knew its slip then either.
async fn waits_already(conn: &mut Conn, context: &Context<'_>, event: &Event, amount: Money, paid_on: NaiveDate) -> Result<bool> {
    let found = sql!(conn, optional (Uuid,):
        "select u.id from unidentified_payments u join return_files f on f.id = u.file_id join return_lines l on l.file_id = u.file_id and l.line = u.line
          where u.paid_on = $1 and u.amount = $2 and f.content_hash <> $3 and f.bank_code = $4
            and l.nosso_numero is not distinct from $5 and l.document is not distinct from $6 limit 1",
        paid_on, amount.as_cents(), context.file.content_hash.as_str(), context.file.bank.as_str(), &event.nosso_numero, &event.document)?;
    Ok(found.is_some())
}

#[derive(sqlx::FromRow)]
struct PaidRow {
    id: Uuid,
    customer_id: Uuid,
    amount: i64,
}

/// The payment that an event undoes: of its slip, of its amount where it says one, the newest.
async fn to_cancel(conn: &mut Conn, slip: Uuid, event: &Event) -> Result<(Option<PaidRow>, usize)> {
    let rows = sql!(conn, all PaidRow: "select id, customer_id, amount from payments where slip_id = $1 and reversed_at is null
        order by paid_on desc, id desc", slip)?;
    let all = rows.len();
    let amount = event.paid.filter(|amount| amount.is_positive()).map(Money::as_cents);
    Ok((rows.into_iter().find(|row| amount.is_none_or(|amount| amount == row.amount)), all))
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    bill_id: Option<Uuid>,
    amount: i64,
}

/// Undoes a payment: every entry of it is reversed. A slip that was paid so is closed, since the bank says nothing of paying it again.
async fn cancel(context: &Context<'_>, tx: &mut Tx, world: &mut World, event: &Event, found: Found) -> Result<Option<Uuid>> {
    let server = context.server;
    let Some((slip, _)) = found else { return Ok(None) };
    let (Some(payment), all) = to_cancel(tx, slip, event).await? else { return Ok(None) };
    let reversed =
        sql!(tx, execute: "update payments set reversed_at = $2 where id = $1 and reversed_at is null", payment.id, server.clock.now())?;
    if reversed == 0 {
        return Ok(None);
    }
    let entries = sql!(tx, all EntryRow: "select id, bill_id, amount from entries where payment_id = $1 and of_entry is null
        and kind in ('payment', 'fine', 'interest', 'discount') order by id", payment.id)?;
    let on = event.occurred_on.unwrap_or_else(|| server.clock.today());
    for (at, entry) in entries.iter().enumerate() {
        let source = format!("reversal/{}/{}", context.external_id(event), at + 1);
        let amount = -Money::cents(entry.amount);
        let new = NewEntry {
            customer: CustomerId(payment.customer_id),
            bill: entry.bill_id.map(BillId),
            kind: EntryKind::Reversal,
            amount,
            effective_on: on,
            payment: Some(PaymentId(payment.id)),
            request: None,
            of: Some(EntryId(entry.id)),
            source: &source,
            note: "",
        };
        ledger::post(server, tx, &new).await?;
    }
    let bills: BTreeSet<Uuid> = entries.iter().filter_map(|entry| entry.bill_id).collect();
    for bill in bills {
        world.again(tx, bill).await?;
    }
    if all == 1 {
        sql!(tx, execute: "update slips set state = 'closed' where id = $1 and state = 'paid'", slip)?;
        if let Some(slip) = world.slips.get_mut(&slip) {
            slip.state = SlipState::Closed;
        }
    }
    Ok(Some(payment.id))
}

async fn write_lines(server: &Server, tx: &mut Tx, id: Uuid, events: &[Event], lines: &[Line]) -> Result<()> {
    let cents = |amount: Option<Money>| amount.map(Money::as_cents);
    let written: Vec<(&Event, &Line)> = lines.iter().filter_map(|line| events.get(line.at).map(|event| (event, line))).collect();
    rows!(
        tx,
        "insert into return_lines (file_id, line, code, movement, motives, nosso_numero, company_use, document, due_on, nominal, paid, credited, fee, fine,
            interest, discount, abatement, tax, other_expenses, other_credits, occurred_on, credited_on, outcome, matched_by, slip_id, payment_id)",
        written,
        |row| [
            id,
            row.0.line,
            &row.0.code,
            row.0.movement.as_str(),
            &row.0.motives,
            &row.0.nosso_numero,
            &row.0.company_use,
            &row.0.document,
            row.0.due_on,
            cents(row.0.nominal),
            cents(row.0.paid),
            cents(row.0.credited),
            cents(row.0.fee),
            cents(row.0.fine),
            cents(row.0.interest),
            cents(row.0.discount),
            cents(row.0.abatement),
            cents(row.0.tax),
            cents(row.0.other_expenses),
            cents(row.0.other_credits),
            row.0.occurred_on,
            row.0.credited_on,
            row.1.outcome.as_str(),
            row.1.found.map(|(_, by)| by.as_str()),
            row.1.found.map(|(slip, _)| slip),
            row.1.payment
        ],
        ""
    );
    let waiting: Vec<(i32, i64, NaiveDate)> = written
        .iter()
        .filter(|(_, line)| line.outcome == Outcome::Unidentified)
        .filter_map(|(event, _)| Some((event.line, event.payment()?.as_cents(), event.occurred_on?)))
        .collect();
    rows!(
        tx,
        "insert into unidentified_payments (id, file_id, line, amount, paid_on, state, note)",
        waiting,
        |row| [server.id::<Uuid>(), id, row.0, row.1, row.2, "open", ""],
        ""
    );
    Ok(())
}

/// Tells a customer that money came twice and is theirs: where it goes, only they can say.
pub(crate) async fn tell_of_duplicate(server: &Server, tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let link = format!("{}/devolucao", server.config.public_url);
    notices::tell(server, tx, customer, "duplicate", Kind::Duplicate, |_| vec![(Variable::Link, link)]).await?;
    Ok(())
}

/// What a preview has seen so far of payments that nobody has written.
#[derive(Default)]
pub(super) struct Looked {
    paid: HashMap<Uuid, Vec<Money>>,
}

impl Looked {
    /// What an event would come to.
    pub(super) async fn at(
        &mut self,
        conn: &mut Conn,
        context: &Context<'_>,
        world: &mut World,
        event: &Event,
        found: Found,
    ) -> Result<Outcome> {
        if event.movement == Movement::PaymentCancelled {
            let Some((slip, _)) = found else { return Ok(Outcome::NothingToCancel) };
            let paid = self.paid.entry(slip).or_default();
            if let Some(at) = paid.iter().rposition(|amount| event.paid.is_none_or(|paid| !paid.is_positive() || paid == *amount)) {
                paid.remove(at);
                return Ok(Outcome::Cancelled);
            }
            let (payment, _) = to_cancel(conn, slip, event).await?;
            return Ok(if payment.is_some() { Outcome::Cancelled } else { Outcome::NothingToCancel });
        }
        let decided = decide(conn, context, world, event, found).await?;
        if let (Some((slip, _)), Some(payment)) = (found, decided.payment) {
            self.paid.entry(slip).or_default().push(payment.amount);
        }
        Ok(decided.outcome)
    }
}
