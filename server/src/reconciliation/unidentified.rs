//! Money whose slip is not known: a queue of its own. Staff lay it on a bill, or give a Pix back to where it came from; from an amount
//! on, another person agrees. Never a guess of the program's: it suggests.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::cnab::Movement;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, PaymentId, StaffId};
use domain::money::Money;
use domain::reconciliation::{self as rules, MatchedBy, OpenBill, Received, Title};
use domain::requests::policy::Policy;
use domain::slips::SlipState;
use serde_json::json;
use uuid::Uuid;

use super::{RECEIVERS, external_id};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::ChargedBefore;
use crate::payments::{self, Laid, New, Parts, Target};
use crate::pix::returns::{self, For, Origin, Return};
use crate::requests::take_bill;
use crate::sessions::Staff;
use crate::{Server, bills, policies, requests, sql, write_offs};

/// Lines of one page.
const PAGE: i64 = 30;
/// Suggestions for one payment.
const MOST: i64 = 5;
/// Days between due date and payment within which an amount alone suggests a bill.
const NEAR: u64 = 45;

/// Money that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unidentified {
    /// Which.
    pub id: Uuid,
    /// The return file it came in, and on which line; none when the provider of Pix told of it.
    pub file: Option<String>,
    /// On which line.
    pub line: Option<i32>,
    /// The id of the Pix, when it is one.
    pub end_to_end_id: Option<String>,
    /// How much was paid.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// When.
    pub paid_on: NaiveDate,
    /// The bank's number of the slip, as the file has it.
    pub nosso_numero: Option<String>,
    /// The creditor's number of the document, as the file has it.
    pub document: Option<String>,
    /// What the creditor wrote for itself.
    pub company_use: Option<String>,
    /// Due date, as the file has it.
    pub due_on: Option<NaiveDate>,
    nominal: Option<i64>,
    slip_id: Option<Uuid>,
    prepared_by: Option<Uuid>,
    /// The number of the bill that somebody has prepared it for.
    pub bill_number: Option<String>,
    /// Whose bill that is.
    pub customer_name: Option<String>,
    /// Why, in the words of who prepared it.
    pub note: String,
    /// When it was prepared.
    pub prepared_at: Option<DateTime<Utc>>,
    state: String,
    /// The newest order to give it back, if there was one.
    #[sqlx(skip)]
    pub back: Option<Return>,
    /// What of a Pix may be given back to where it came from now, if anything.
    #[sqlx(skip)]
    pub origin: Option<Origin>,
    /// Bills that it may be for, the likeliest first.
    #[sqlx(skip)]
    pub suggestions: Vec<Suggestion>,
}

impl Unidentified {
    /// Who prepared it: somebody else approves.
    #[must_use]
    pub fn prepared_by(&self) -> Option<StaffId> {
        self.prepared_by.map(StaffId)
    }

    /// Whether somebody has prepared it to be given back.
    #[must_use]
    pub fn is_to_go_back(&self) -> bool {
        self.state == "return_prepared"
    }

    /// Whether it is on its way back.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        self.state == "returning"
    }

    /// The title's nominal amount, as the file has it.
    #[must_use]
    pub fn nominal(&self) -> Option<Money> {
        self.nominal.map(Money::cents)
    }
}

/// A bill that a payment may be for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Suggestion {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub bill: BillId,
    /// Its number.
    pub number: String,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub customer: CustomerId,
    /// Their name.
    pub name: String,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// What is open of it.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
    same_document: i32,
}

impl Suggestion {
    /// Whether the file names its number; else amount and day are near.
    #[must_use]
    pub fn same_document(&self) -> bool {
        self.same_document > 0
    }
}

/// Money that waits, the oldest first, with what it may be for.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff, page: u32) -> Result<Vec<Unidentified>> {
    staff.only(RECEIVERS)?;
    let mut conn = server.db.read().await?;
    let tolerance = policies::requests(server, &mut conn).await?.late_charge_tolerance.absolute;
    let mut waiting = sql!(conn, all Unidentified:
        "select u.id, f.name as file, u.line, u.end_to_end_id, u.amount, u.paid_on, l.nosso_numero, l.document, l.company_use, l.due_on, l.nominal, l.slip_id,
                u.prepared_by, b.number as bill_number, c.name as customer_name, u.note, u.prepared_at, u.state
           from unidentified_payments u left join return_files f on f.id = u.file_id
           left join return_lines l on l.file_id = u.file_id and l.line = u.line left join bills b on b.id = u.bill_id left join customers c on c.id = b.customer_id
          where u.state in ('open', 'prepared', 'return_prepared', 'returning') order by u.paid_on, u.id limit $1 offset $2",
        PAGE, i64::from(page.saturating_sub(1)) * PAGE)?;
    for money in &mut waiting {
        money.suggestions = suggestions(&mut conn, money, tolerance).await?;
        if let Some(pix) = &money.end_to_end_id {
            money.origin = returns::origin_of(server, &mut conn, pix).await?;
            money.back = returns::of_unidentified(&mut conn, money.id).await?;
        }
    }
    Ok(waiting)
}

async fn suggestions(conn: &mut Conn, money: &Unidentified, tolerance: Money) -> Result<Vec<Suggestion>> {
    let document = money.document.as_deref().map(str::trim).unwrap_or_default();
    let (amount, nominal) = (money.amount.as_cents(), money.nominal.unwrap_or(money.amount.as_cents()));
    let due_on = money.due_on.unwrap_or(money.paid_on);
    Ok(sql!(conn, all Suggestion:
        "select b.id as bill, b.number, b.customer_id as customer, c.name, b.due_on, b.balance,
                cast(case when b.number = $1 or b.number = $2 or b.id in (select bill_id from slip_bills where slip_id = $10) then 1 else 0 end as integer)
                    as same_document
           from bills b join customers c on c.id = b.customer_id
          where b.id in (select bill_id from slip_bills where slip_id = $10)
             or b.balance <> 0 and b.balance > 0
            and (((b.number = $1 or b.number = $2) and $1 <> '')
                or ((abs(b.balance - $3) <= $5 or abs(b.balance - $4) <= $5) and b.due_on between $6 and $7))
          order by 7 desc, case when b.due_on = $8 then 0 else 1 end,
                   abs(b.balance - $3), b.due_on, b.id limit $9",
        document, document.trim_start_matches('0'), amount, nominal, tolerance.as_cents(),
        money.paid_on - Days::new(NEAR), money.paid_on + Days::new(NEAR), due_on, MOST, money.slip_id)?)
}

/// A line that was taken for a payment known already is one of its own: its money waits for a bill, like any other.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a line that is none; [`Error::Overtaken`] when somebody was first.
pub async fn not_repeated(server: &Server, staff: &Staff, file: Uuid, line: i32) -> Result<()> {
    staff.only(RECEIVERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, optional (i64, NaiveDate):
        "update return_lines set outcome = 'unidentified' where file_id = $1 and line = $2 and outcome = 'repeated' and paid > 0 and occurred_on is not null
         returning paid, occurred_on", file, line)?;
    let Some((paid, paid_on)) = moved else {
        let waits = sql!(tx, optional (Uuid,): "select id from unidentified_payments where file_id = $1 and line = $2", file, line)?;
        return Err(if waits.is_some() { Error::Overtaken("payment_allocated") } else { Error::NotFound });
    };
    let id: Uuid = server.id();
    sql!(tx, execute: "insert into unidentified_payments (id, file_id, line, amount, paid_on, state, note) values ($1, $2, $3, $4, $5, 'open', '')",
        id, file, line, paid, paid_on)?;
    let event = Event {
        actor: staff.actor(),
        action: "reconciliation.not_repeated",
        subject_kind: "return_file",
        subject_id: Some(file),
        customer: None,
        detail: json!({ "line": line, "cents": paid }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// The bill of a number, where the suggestions do not have it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Form`] at `number` for none, or more than one.
pub async fn numbered(server: &Server, staff: &Staff, number: &str) -> Result<BillId> {
    staff.only(RECEIVERS)?;
    let mut conn = server.db.read().await?;
    let found = sql!(conn, all (Uuid,): "select id from bills where number = $1 limit 2", number.trim())?;
    match found.as_slice() {
        [(bill,)] => Ok(BillId(*bill)),
        _ => Err(Error::field("number", Problem::Unknown)),
    }
}

/// How far an allocation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocated {
    /// The money is on the bill.
    Done(PaymentId),
    /// Another person has to agree.
    Prepared,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    file_id: Option<Uuid>,
    line: Option<i32>,
    end_to_end_id: Option<String>,
    amount: i64,
    paid_on: NaiveDate,
    state: String,
    bill_id: Option<Uuid>,
    prepared_by: Option<Uuid>,
}

/// Takes it for this transaction; a Pix first, as whoever takes what its provider tells.
async fn take(tx: &mut Tx, id: Uuid) -> Result<Row> {
    sql!(tx, execute: "update pix_payments set returned = returned
        where end_to_end_id = (select u.end_to_end_id from unidentified_payments u where u.id = $1)", id)?;
    sql!(tx, optional Row: "update unidentified_payments set state = state where id = $1
        returning id, file_id, line, end_to_end_id, amount, paid_on, state, bill_id, prepared_by", id)?
    .ok_or(Error::NotFound)
}

/// Lays money on a bill; an amount that needs four eyes, or is above the limit of this role, waits for another person.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Form`] for a note that is missing; [`Error::Overtaken`] when somebody was first.
pub async fn allocate(server: &Server, staff: &Staff, id: Uuid, bill: BillId, note: &str) -> Result<Allocated> {
    staff.only(RECEIVERS)?;
    let note = domain::forms::text(note, 500).map_err(|problem| Error::field("note", problem))?;
    if note.is_empty() {
        return Err(Error::field("note", Problem::Missing));
    }
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, id).await?;
    if row.state != "open" {
        return Err(Error::Overtaken("payment_allocated"));
    }
    let (customer,) = sql!(tx, optional (Uuid,): "select customer_id from bills where id = $1", bill.0)?.ok_or(Error::NotFound)?;
    let policy = policies::requests(server, &mut tx).await?;
    let amount = Money::cents(row.amount);
    let now = server.clock.now();
    sql!(tx, execute: "update unidentified_payments set state = 'prepared', bill_id = $2, note = $3, prepared_by = $4, prepared_at = $5 where id = $1",
        id, bill.0, note.as_str(), staff.id().0, now)?;
    let detail = json!({ "cents": row.amount, "bill": bill.0 });
    record(server, &mut tx, staff, "reconciliation.allocate", id, Some(CustomerId(customer)), detail).await?;
    if needs_two(&policy, staff, amount) {
        tx.commit().await?;
        return Ok(Allocated::Prepared);
    }
    let payment = post(server, &mut tx, &row, bill, CustomerId(customer), None).await?;
    tx.commit().await?;
    requests::record::settle(server).await?;
    Ok(Allocated::Done(payment))
}

fn needs_two(policy: &Policy, staff: &Staff, amount: Money) -> bool {
    amount >= policy.allocation_four_eyes_from || amount > policy.approval_limit(staff.role())
}

/// Whether money is on its way back, or another person has to agree first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBack {
    /// The provider is told.
    Ordered,
    /// Another person has to agree.
    Prepared,
}

/// Gives a Pix that nobody knows back to where it came from: all of it that is still here. An amount that needs four eyes, or is above
/// the limit of this role, waits for another person.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for what is no Pix; [`Error::Form`] for a note that is missing; [`Error::Refused`]
/// `pix_return_over`; [`Error::Overtaken`] when somebody was first.
pub async fn give_back(server: &Server, staff: &Staff, id: Uuid, note: &str) -> Result<GivenBack> {
    staff.only(RECEIVERS)?;
    let note = domain::forms::text(note, 500).map_err(|problem| Error::field("note", problem))?;
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, id).await?;
    let pix = row.end_to_end_id.as_deref().ok_or(Error::NotFound)?;
    if row.state != "open" {
        return Err(Error::Overtaken("payment_allocated"));
    }
    let left = returns::origin_of(server, &mut tx, pix).await?.ok_or(Error::Refused("pix_return_over"))?.left;
    let policy = policies::requests(server, &mut tx).await?;
    sql!(tx, execute: "update unidentified_payments set state = 'return_prepared', note = $2, prepared_by = $3, prepared_at = $4 where id = $1",
        id, note.as_str(), staff.id().0, server.clock.now())?;
    record(server, &mut tx, staff, "reconciliation.give_back", id, None, json!({ "cents": left.as_cents() })).await?;
    let given = if needs_two(&policy, staff, left) {
        GivenBack::Prepared
    } else {
        order_back(server, &mut tx, staff, id, pix, left, None).await?;
        GivenBack::Ordered
    };
    tx.commit().await?;
    Ok(given)
}

/// Agrees that money goes back, as another person has prepared: the provider is told.
///
/// # Errors
/// As [`approve`]; [`Error::Refused`] `pix_return_over`.
pub async fn approve_giving_back(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(RECEIVERS)?;
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, id).await?;
    let Some(pix) = row.end_to_end_id.as_deref().filter(|_| row.state == "return_prepared") else {
        return Err(Error::Overtaken("payment_allocated"));
    };
    let left = returns::origin_of(server, &mut tx, pix).await?.ok_or(Error::Refused("pix_return_over"))?.left;
    may_approve(server, &mut tx, staff, &row, left).await?;
    order_back(server, &mut tx, staff, id, pix, left, Some(staff.id())).await?;
    record(server, &mut tx, staff, "reconciliation.approve_giving_back", id, None, json!({ "cents": left.as_cents() })).await?;
    tx.commit().await
}

async fn order_back(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    id: Uuid,
    pix: &str,
    left: Money,
    approved_by: Option<StaffId>,
) -> Result<()> {
    returns::order(server, tx, staff.actor(), pix, left, For::Unidentified(id)).await?;
    sql!(tx, execute: "update unidentified_payments set state = 'returning', approved_by = $2 where id = $1", id, approved_by.map(|staff| staff.0))?;
    Ok(())
}

async fn may_approve(server: &Server, tx: &mut Tx, staff: &Staff, row: &Row, amount: Money) -> Result<()> {
    if row.prepared_by.is_none_or(|preparer| preparer == staff.id().0) {
        return Err(Error::Refused("prepared_by_you"));
    }
    if amount > policies::requests(server, tx).await?.approval_limit(staff.role()) {
        return Err(Error::Refused("above_your_limit"));
    }
    Ok(())
}

/// Agrees with what another person has prepared: the money is on the bill.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Refused`] `prepared_by_you` or `above_your_limit`; [`Error::Overtaken`].
pub async fn approve(server: &Server, staff: &Staff, id: Uuid) -> Result<PaymentId> {
    staff.only(RECEIVERS)?;
    let mut tx = server.db.write().await?;
    let (row, bill, customer) = prepared(&mut tx, id).await?;
    may_approve(server, &mut tx, staff, &row, Money::cents(row.amount)).await?;
    let payment = post(server, &mut tx, &row, bill, customer, Some(staff.id())).await?;
    record(server, &mut tx, staff, "reconciliation.approve", id, Some(customer), json!({ "cents": row.amount, "bill": bill.0 })).await?;
    tx.commit().await?;
    requests::record::settle(server).await?;
    Ok(payment)
}

/// Does not agree, or takes back what one has prepared: it waits for another decision.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`].
pub async fn send_back(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(RECEIVERS)?;
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, id).await?;
    if !matches!(row.state.as_str(), "prepared" | "return_prepared") {
        return Err(Error::Overtaken("payment_allocated"));
    }
    let customer =
        sql!(tx, optional (Uuid,): "select customer_id from bills where id = $1", row.bill_id)?.map(|(customer,)| CustomerId(customer));
    sql!(tx, execute: "update unidentified_payments set state = 'open', bill_id = null, prepared_by = null, prepared_at = null where id = $1", id)?;
    record(server, &mut tx, staff, "reconciliation.send_back", id, customer, json!({ "cents": row.amount, "bill": row.bill_id })).await?;
    tx.commit().await
}

async fn prepared(tx: &mut Tx, id: Uuid) -> Result<(Row, BillId, CustomerId)> {
    let row = take(tx, id).await?;
    let Some(bill) = row.bill_id.filter(|_| row.state == "prepared") else { return Err(Error::Overtaken("payment_allocated")) };
    let (customer,) = sql!(tx, one (Uuid,): "select customer_id from bills where id = $1", bill)?;
    Ok((row, BillId(bill), CustomerId(customer)))
}

/// What a line of a file says of a payment; of a Pix nothing but its amount is said.
#[derive(Default, sqlx::FromRow)]
struct Said {
    content_hash: String,
    nosso_numero: Option<String>,
    credited: Option<i64>,
    fee: Option<i64>,
    fine: Option<i64>,
    interest: Option<i64>,
    discount: Option<i64>,
    abatement: Option<i64>,
    credited_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct Terms {
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// Posts it as the file would have, had it known the bill.
async fn post(
    server: &Server,
    tx: &mut Tx,
    row: &Row,
    bill: BillId,
    customer: CustomerId,
    approved_by: Option<StaffId>,
) -> Result<PaymentId> {
    let said = match (row.file_id, row.line) {
        (Some(file), Some(line)) => sql!(tx, one Said:
            "select f.content_hash, l.nosso_numero, l.credited, l.fee, l.fine, l.interest, l.discount, l.abatement, l.credited_on
               from return_lines l join return_files f on f.id = l.file_id where l.file_id = $1 and l.line = $2", file, line)?,
        // A Pix is in the account when it is paid.
        _ => Said { credited: Some(row.amount), credited_on: Some(row.paid_on), ..Said::default() },
    };
    let line = take_bill(tx, customer, bill).await?.ok_or(Error::NotFound)?;
    let (line, given_up) = write_offs::as_paid(tx, line).await?;
    let terms = sql!(tx, one Terms:
        "select c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
          where b.id = $1", bill.0)?;
    let posted = terms.charged.posted();
    let terms = terms.charged.relieved(bills::terms(&terms.tax_id, &terms.fine_rate, &terms.monthly_interest)?)?;
    let tolerance = policies::requests(server, tx).await?.late_charge_tolerance;
    let title = Title { state: SlipState::Registered, nominal: line.amount, due_on: line.due_on };
    let open = [OpenBill { balance: line.balance, due_on: line.due_on, standing: line.standing, posted }];
    let cents = |amount: Option<i64>| amount.map(Money::cents);
    let charged = match (cents(said.interest), cents(said.fine)) {
        (None, None) => None,
        (interest, fine) => Some(interest.unwrap_or_default() + fine.unwrap_or_default()),
    };
    let received = Received {
        paid: Money::cents(row.amount),
        charged,
        fine: cents(said.fine),
        discount: cents(said.discount).unwrap_or_default() + cents(said.abatement).unwrap_or_default(),
    };
    let due = rules::due(&title, &open, row.paid_on, &terms, &policies::calendar(tx).await?);
    let (mut outcome, split) = rules::decide(&title, &open, Movement::Paid, &due, &received, &tolerance);
    if given_up {
        outcome = rules::Outcome::WrittenOff;
    }
    let payment: PaymentId = server.id();
    let pix = row.end_to_end_id.as_deref();
    let external_id = pix.map_or_else(|| external_id(&said.content_hash, row.line.unwrap_or_default()), |id| format!("pix/{id}"));
    let laid = Laid {
        payment: payment.0,
        external_id: &external_id,
        on: row.paid_on,
        amount: received.paid,
        fine: split.fine_posted(),
        interest: split.interest_posted(),
        discount: split.discount,
    };
    let mut postings = Vec::new();
    laid.on(&mut [Target { bill: bill.0, customer: customer.0, balance: line.balance }], &mut postings);
    let new = New {
        id: payment.0,
        external_id: external_id.clone(),
        customer: customer.0,
        bill: Some(bill.0),
        slip: None,
        paid_on: row.paid_on,
        credited_on: said.credited_on,
        amount: received.paid,
        method: if pix.is_some() { "pix" } else { "boleto" },
        bank_reference: pix.map(str::to_owned).or(said.nosso_numero).unwrap_or_default(),
        payer_tax_id: None,
        parts: Parts {
            credited: cents(said.credited),
            fee: cents(said.fee),
            fine: Some(split.fine),
            interest: Some(split.interest),
            discount: Some(split.discount),
        },
    };
    let now = server.clock.now();
    payments::record(server, tx, &[new], &postings, now).await?;
    sql!(tx, execute: "update unidentified_payments set state = 'allocated', approved_by = $2, allocated_at = $3, payment_id = $4 where id = $1",
        row.id, approved_by.map(|staff| staff.0), now, payment.0)?;
    // What the file came to stays said; who found its bill, and which payment it is, is new.
    sql!(tx, execute: "update return_lines set matched_by = $3, payment_id = $4 where file_id = $1 and line = $2",
        row.file_id, row.line, MatchedBy::Staff.as_str(), payment.0)?;
    sql!(tx, execute: "update pix_payments set payment_id = $2 where end_to_end_id = $1", pix, payment.0)?;
    if outcome == domain::reconciliation::Outcome::Duplicate {
        super::applying::tell_of_duplicate(server, tx, customer).await?;
    }
    Ok(payment)
}

async fn record(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    action: &str,
    id: Uuid,
    customer: Option<CustomerId>,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "unidentified_payment", subject_id: Some(id), customer, detail };
    audit::record(server, tx, event).await
}
