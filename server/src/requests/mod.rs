//! Requests: what a customer asked for and where it stands. What every kind shares; each kind has its own module.
//!
//! Never changes a status here: [`advance`] does, alone. Every query carries the customer's id; somebody else's request is
//! not found.

pub mod absences;
pub(crate) mod advance;
pub mod clock;
pub mod desk;
pub(crate) mod feed;
pub mod queue;
pub mod record;
pub mod replies;
pub mod rules;

use chrono::{DateTime, NaiveDate, Utc};
use domain::agreements::plans::Plan;
use domain::forms::Problem;
use domain::ids::{AgreementId, BillId, CustomerId, PaymentId, RequestId, UploadId};
use domain::money::Money;
use domain::receipts::comparing::Doubt;
use domain::refunds::{OrderStatus, Way};
use domain::requests::forms::{MessageForm, QuestionForm, SlipForm};
use domain::requests::protocol::Protocol;
use domain::requests::queue::{Area, Priority};
use domain::requests::{self as workflow, Action, Case, Kind, Status, Turn};
use domain::statement::{Nature, Standing};
use domain::webhooks::Topic;
use serde_json::json;
use uuid::Uuid;

use self::advance::{By, Step, advance};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::{self, Download, Stored};
use crate::receipts::{proof, reading};
use crate::sessions::Customer;
use crate::texts::{self, Locale};
use crate::webhooks::{self, Happened};
use crate::{Server, policies, sql};

/// Lines of one page of a list.
pub const PAGE: i64 = 30;

/// A request in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    /// Its number.
    #[sqlx(try_from = "String")]
    pub protocol: Protocol,
    /// What is asked.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// The money at stake, zero when none is.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The last day for an answer.
    pub deadline_on: NaiveDate,
    /// When it was over.
    pub closed_at: Option<DateTime<Utc>>,
}

/// One page of something.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its lines.
    pub lines: Vec<T>,
    /// Whether another page follows.
    pub more: bool,
}

impl<T> Page<T> {
    /// From one line more than a page holds.
    fn of(mut lines: Vec<T>, length: i64) -> Self {
        let length = usize::try_from(length).unwrap_or(0);
        let more = lines.len() > length;
        lines.truncate(length);
        Self { lines, more }
    }
}

/// The customer's requests: open ones first, then the newest. Pages count from 1.
///
/// # Errors
/// The database's.
pub async fn list(server: &Server, customer: &Customer, page: u32) -> Result<Page<Line>> {
    let mut conn = server.db.read().await?;
    let lines = sql!(conn, all Line: "select * from requests where customer_id = $1
        order by case when closed_at is null then 0 else 1 end, opened_at desc, id desc limit $2 offset $3",
        customer.id.0, PAGE + 1, i64::from(page.saturating_sub(1)) * PAGE)?;
    Ok(Page::of(lines, PAGE))
}

/// A bill as a request shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BillLine {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub nature: Nature,
    /// In words.
    pub description: String,
    /// The month it is for, `2026-11`.
    pub competence: String,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// As issued.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// What is open of it, without late charges that were not posted; negative in the customer's favour.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
    /// What may be done with it.
    #[sqlx(try_from = "String")]
    pub standing: Standing,
}

/// Which side did something. Customers are not told which person of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The customer.
    Customer,
    /// The creditor's staff.
    Creditor,
    /// Em Dia itself: the policy, or the bank's record.
    System,
}

impl Side {
    fn of(actor_kind: &str) -> Self {
        match actor_kind {
            "customer" => Self::Customer,
            "staff" => Self::Creditor,
            _ => Self::System,
        }
    }
}

/// What happened in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was opened.
    Submitted,
    /// A step was taken.
    Step(Action),
}

/// The stored word of [`What::Submitted`]; the others are those of [`Action`].
const SUBMIT: &str = "submit";

impl TryFrom<String> for What {
    type Error = domain::words::UnknownWord;
    fn try_from(word: String) -> Result<Self, Self::Error> {
        if word == SUBMIT { Ok(Self::Submitted) } else { Action::try_from(word).map(Self::Step) }
    }
}

/// One moment of a request's history, as the customer sees it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// By which side.
    pub by: Side,
    /// What.
    pub what: What,
    /// Where it led.
    pub to: Status,
    /// What was said.
    pub told: Option<String>,
    /// Files that came with it.
    pub files: Vec<FileLine>,
}

/// A file of a request.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileLine {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: UploadId,
    /// What its sender called it.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How many bytes.
    pub size: i64,
    event_id: Option<Uuid>,
}

/// What is particular to a kind.
#[derive(Clone, Debug)]
pub enum Detail {
    /// A receipt.
    Receipt {
        /// The day of payment, when said.
        paid_on: Option<NaiveDate>,
        /// The amount paid, when said.
        amount: Option<Money>,
    },
    /// A refund or a compensation.
    Refund {
        /// Which of the two.
        way: Way,
        /// The overpaid bill, if the credit lies on one.
        credit: Option<Box<BillLine>>,
        /// The payment that is given back, if the credit is one.
        payment: Option<PaymentId>,
        /// The bill compensated with.
        target: Option<Box<BillLine>>,
        /// Account or key, masked.
        destination: Option<String>,
        /// Where the order stands.
        order: OrderStatus,
        /// The Pix that goes back to its origin, by its end-to-end id.
        pix: Option<String>,
        /// The newest order to give a Pix back to its origin, if there was one.
        back: Option<Box<crate::pix::returns::Return>>,
    },
    /// An installment plan.
    Plan {
        /// The agreement it makes.
        agreement: AgreementId,
        /// Where that stands.
        status: domain::agreements::Status,
        /// The plan as accepted.
        plan: Box<Plan>,
        /// Why, in the customer's choice.
        reason: domain::agreements::Reason,
    },
    /// A dispute.
    Dispute {
        /// What is said to be wrong.
        reason: domain::disputes::Reason,
        /// What is taken off; told to the customer once approved.
        granted: Option<Money>,
    },
    /// A new boleto.
    Slip,
    /// A question.
    Question,
}

/// A request as its customer sees it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Which.
    pub id: RequestId,
    /// Its number.
    pub protocol: Protocol,
    /// What is asked.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Who is expected to act.
    pub turn: Turn,
    /// The money at stake, zero when none is.
    pub amount: Money,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The last day for an answer.
    pub deadline_on: NaiveDate,
    /// While the customer is asked something: until when we wait.
    pub waits_until: Option<NaiveDate>,
    /// When it was over.
    pub closed_at: Option<DateTime<Utc>>,
    /// What the customer wrote.
    pub note: String,
    /// The bills it is about.
    pub bills: Vec<BillLine>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// What is particular to its kind.
    pub detail: Detail,
    /// What the customer may do now, of Answer, Note and Withdraw.
    pub may: Vec<Action>,
    /// For a receipt that is open, seen by its customer: what speaks against its files as proofs.
    pub doubts: Vec<Doubt>,
}

/// One of the customer's requests.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn find(server: &Server, customer: &Customer, protocol: &str) -> Result<RequestView> {
    let protocol = digits(protocol)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select * from requests where protocol = $1 and customer_id = $2", protocol, customer.id.0)?
        .ok_or(Error::NotFound)?;
    let policy = policies::requests(server, &mut conn).await?;
    let mut view = view(&mut conn, &row).await?;
    view.may = workflow::allowed(&row.case(), domain::actors::Who::Customer, &policy).collect();
    if row.kind == Kind::Receipt && row.status.is_open() {
        view.doubts = proof::doubts(server, &mut conn, row.id).await?;
    }
    if let Detail::Dispute { granted, .. } = &mut view.detail
        && !matches!(row.status, Status::Approved | Status::Done)
    {
        *granted = None;
    }
    Ok(view)
}

/// What the customer and staff both see.
async fn view(conn: &mut Conn, row: &Row) -> Result<RequestView> {
    let mut files = sql!(conn, all FileLine: "select u.id, u.name, f.media_type, f.size, u.event_id
        from uploads u join files f on f.hash = u.file_hash where u.request_id = $1 order by u.uploaded_at, u.id", row.id.0)?;
    let told = sql!(conn, all Told: "select id, at, actor_kind, action, to_status, told from request_events where request_id = $1 order by at, id", row.id.0)?;
    let timeline = told
        .into_iter()
        .map(|event| {
            let (own, rest) = files.drain(..).partition(|file: &FileLine| file.event_id == Some(event.id));
            files = rest;
            (event, own)
        })
        .filter(|(event, own)| event.is_shown() || !own.is_empty())
        .map(|(event, files)| Moment {
            at: event.at,
            by: Side::of(&event.actor_kind),
            what: event.action,
            to: event.to_status,
            told: event.told,
            files,
        })
        .collect();
    Ok(RequestView {
        id: row.id,
        protocol: row.protocol,
        kind: row.kind,
        status: row.status,
        turn: row.status.whose_turn(),
        amount: row.amount,
        opened_at: row.opened_at,
        deadline_on: row.deadline_on,
        waits_until: row.waits_until,
        closed_at: row.closed_at,
        note: row.note.clone(),
        bills: bills_of(conn, row.id).await?,
        timeline,
        detail: detail(conn, row).await?,
        may: Vec::new(),
        doubts: Vec::new(),
    })
}

#[derive(sqlx::FromRow)]
struct Told {
    id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    #[sqlx(try_from = "String")]
    action: What,
    #[sqlx(try_from = "String")]
    to_status: Status,
    told: Option<String>,
}

impl Told {
    /// What happens between persons of staff is theirs, unless something was said to the customer.
    fn is_shown(&self) -> bool {
        let inner = matches!(
            self.action,
            What::Step(
                Action::Release | Action::Assign | Action::Prepare | Action::SendBack | Action::Note | Action::Warn | Action::Escalate
            )
        );
        !inner || self.told.is_some()
    }
}

/// The bills of a request, the oldest first.
async fn bills_of(conn: &mut Conn, request: RequestId) -> Result<Vec<BillLine>> {
    Ok(
        sql!(conn, all BillLine: "select b.* from request_bills r join bills b on b.id = r.bill_id where r.request_id = $1 order by b.due_on, b.id", request.0)?,
    )
}

async fn bill_line(conn: &mut Conn, customer: CustomerId, bill: Option<Uuid>) -> Result<Option<BillLine>> {
    let Some(bill) = bill else { return Ok(None) };
    Ok(sql!(conn, optional BillLine: "select * from bills where id = $1 and customer_id = $2", bill, customer.0)?)
}

async fn detail(conn: &mut Conn, row: &Row) -> Result<Detail> {
    Ok(match row.kind {
        Kind::Receipt => {
            let (paid_on, amount) =
                sql!(conn, one (Option<NaiveDate>, Option<i64>): "select paid_on, amount from receipts where request_id = $1", row.id.0)?;
            Detail::Receipt { paid_on, amount: amount.map(Money::cents) }
        }
        Kind::Refund => {
            let refund = crate::refunds::row(conn, row.id).await?;
            Detail::Refund {
                way: refund.way,
                credit: bill_line(conn, row.customer_id, refund.bill_id).await?.map(Box::new),
                payment: refund.payment_id.map(PaymentId),
                target: bill_line(conn, row.customer_id, refund.target_bill_id).await?.map(Box::new),
                destination: refund.destination_masked,
                order: refund.state,
                pix: refund.end_to_end_id,
                back: crate::pix::returns::of_request(conn, row.id).await?.map(Box::new),
            }
        }
        Kind::Plan => {
            let agreement = crate::agreements::row(conn, row.id).await?;
            Detail::Plan { agreement: agreement.id, status: agreement.status, plan: Box::new(agreement.plan()?), reason: agreement.reason }
        }
        Kind::Dispute => {
            let (reason, granted) =
                sql!(conn, one (String, Option<i64>): "select reason, granted from disputes where request_id = $1", row.id.0)?;
            let reason = reason.parse().map_err(|_| Error::Corrupt("reason of a dispute"))?;
            Detail::Dispute { reason, granted: granted.map(Money::cents) }
        }
        Kind::Slip => Detail::Slip,
        Kind::Question => Detail::Question,
    })
}

/// A file of one of the customer's own requests.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; a file that is not where it should be, or not what it was; [`Error::Files`].
pub async fn attachment(server: &Server, customer: &Customer, upload: UploadId) -> Result<Download> {
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional (String, String, String): "select f.hash, u.name, f.media_type
        from uploads u join requests r on r.id = u.request_id join files f on f.hash = u.file_hash
        where u.id = $1 and r.customer_id = $2", upload.0, customer.id.0)?;
    drop(conn);
    let (hash, name, media_type) = row.ok_or(Error::NotFound)?;
    files::download(server, &hash, name, media_type).await
}

/// Adds a message, files, or both; when staff had asked something, this is the answer. The same form twice adds one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Form`]; [`Error::Overtaken`] when the request is over.
pub async fn message(server: &Server, customer: &Customer, protocol: &str, form: &MessageForm, files: &[Stored]) -> Result<()> {
    let (told, submission) = form.parse(!files.is_empty())?;
    files::count(files)?;
    let mut tx = server.db.write().await?;
    let row = take_own(&mut tx, customer, protocol).await?;
    // The number of the form is the event's own: whoever sends it again finds it done.
    if sql!(tx, optional (Uuid,): "select id from request_events where id = $1 and request_id = $2", submission, row.id.0)?.is_some() {
        return Ok(());
    }
    let action = if row.status == Status::WaitingCustomer { Action::Answer } else { Action::Note };
    advance(server, &mut tx, &row, By::Customer(customer), &Step { event: Some(submission), told: told.as_deref(), ..Step::of(action) })
        .await?;
    files::attach(server, &mut tx, row.id, submission, customer.id, files).await?;
    if action == Action::Answer {
        absences::answered(server, &mut tx, &row).await?;
    }
    tx.commit().await?;
    reading::soon(server, files).await;
    Ok(())
}

/// Takes a request back, for as long as it is not decided.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Overtaken`] when it was decided.
pub async fn withdraw(server: &Server, customer: &Customer, protocol: &str) -> Result<()> {
    let mut tx = server.db.write().await?;
    let row = take_own(&mut tx, customer, protocol).await?;
    advance(server, &mut tx, &row, By::Customer(customer), &Step::of(Action::Withdraw)).await?;
    tx.commit().await
}

/// Asks a question. The same form twice asks it once.
///
/// # Errors
/// [`Error::Form`].
pub async fn submit_question(server: &Server, customer: &Customer, form: &QuestionForm, files: &[Stored]) -> Result<Protocol> {
    let (note, submission) = form.parse()?;
    files::count(files)?;
    once(server, customer, submission, async {
        let mut tx = server.db.write().await?;
        let new = New { note: &note, files, ..New::of(Kind::Question, submission) };
        let row = open(server, &mut tx, By::Customer(customer), customer.id, customer.person, &new).await?;
        tx.commit().await?;
        Ok(row.protocol)
    })
    .await
}

/// Asks for a new boleto of a bill whose registered one cannot be paid any more, or that has none. One open request a bill.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill; [`Error::Form`] with [`Problem::NoLongerPossible`] when nothing is open, a
/// boleto can be paid, or it was asked for already.
pub async fn submit_slip_request(server: &Server, customer: &Customer, form: &SlipForm) -> Result<Protocol> {
    let (bill, submission) = form.parse()?;
    once(server, customer, submission, async {
        let mut tx = server.db.write().await?;
        let line = take_bill(&mut tx, customer.id, bill).await?.ok_or(Error::NotFound)?;
        let payable = sql!(tx, optional (Uuid,): "select s.id from slip_bills sb join slips s on s.id = sb.slip_id
            where sb.bill_id = $1 and sb.payable = $2 and s.state = 'registered' and s.limit_on >= $3 limit 1",
            bill.0, true, server.clock.today())?;
        if !line.balance.is_positive()
            || line.standing != Standing::Open
            || payable.is_some()
            || open_for(&mut tx, Kind::Slip, bill).await?
        {
            return Err(Error::field("bill", Problem::NoLongerPossible));
        }
        let new = New { amount: line.balance, bills: &[bill], ..New::of(Kind::Slip, submission) };
        let row = open(server, &mut tx, By::Customer(customer), customer.id, customer.person, &new).await?;
        tx.commit().await?;
        Ok(row.protocol)
    })
    .await
}

/// What a decision said about a bill without moving money.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BillNote {
    /// Which bill.
    #[sqlx(try_from = "Uuid")]
    pub bill_id: BillId,
    /// `receipt_seen` or `slip_asked`.
    pub kind: String,
    /// In which request.
    #[sqlx(try_from = "String")]
    pub protocol: Protocol,
    /// When.
    pub at: DateTime<Utc>,
}

/// What decisions said about one of the customer's bills, the newest first.
///
/// # Errors
/// The database's.
pub async fn bill_notes(server: &Server, customer: &Customer, bill: BillId) -> Result<Vec<BillNote>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all BillNote: "select n.bill_id, n.kind, r.protocol, n.at from bill_notes n join requests r on r.id = n.request_id
        where n.bill_id = $1 and n.customer_id = $2 order by n.at desc, n.id desc", bill.0, customer.id.0)?)
}

// ---- what the kinds share ----

/// What is asked, in words.
pub(crate) const fn kind_name(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Receipt => texts::words::kind_receipt(l),
        Kind::Refund => texts::words::kind_refund(l),
        Kind::Plan => texts::words::kind_plan(l),
        Kind::Dispute => texts::words::kind_dispute(l),
        Kind::Slip => texts::words::kind_slip(l),
        Kind::Question => texts::words::kind_question(l),
    }
}

/// A request as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    #[sqlx(try_from = "Uuid")]
    pub(crate) id: RequestId,
    #[sqlx(try_from = "String")]
    pub(crate) protocol: Protocol,
    #[sqlx(try_from = "String")]
    pub(crate) kind: Kind,
    #[sqlx(try_from = "Uuid")]
    pub(crate) customer_id: CustomerId,
    #[sqlx(try_from = "Uuid")]
    pub(crate) person_id: CustomerId,
    #[sqlx(try_from = "String")]
    pub(crate) status: Status,
    #[sqlx(try_from = "i64")]
    pub(crate) amount: Money,
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) deadline_on: NaiveDate,
    pub(crate) assignee_id: Option<Uuid>,
    pub(crate) prepared_by: Option<Uuid>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) off_policy: bool,
    pub(crate) note: String,
    pub(crate) warn_on: NaiveDate,
    /// What the supervisors were told: `none`, `warned`, `escalated`.
    pub(crate) alert: String,
    pub(crate) waits_until: Option<NaiveDate>,
    pub(crate) answered_on: Option<NaiveDate>,
    #[sqlx(try_from = "String")]
    pub(crate) area: Area,
    #[sqlx(try_from = "String")]
    pub(crate) priority: Priority,
}

impl Row {
    /// What the rules look at.
    pub(crate) fn case(&self) -> Case {
        Case {
            kind: self.kind,
            status: self.status,
            amount: self.amount,
            off_policy: self.off_policy,
            assigned_to: self.assignee_id.map(domain::ids::StaffId),
            prepared_by: self.prepared_by.map(domain::ids::StaffId),
        }
    }
}

/// A protocol as stored, from however it was typed. What is none is not found.
fn digits(protocol: &str) -> Result<String> {
    protocol.parse::<Protocol>().map(|protocol| protocol.digits()).map_err(|_| Error::NotFound)
}

/// Takes one of the customer's requests for this transaction: nobody else moves it until the end.
pub(crate) async fn take_own(tx: &mut Tx, customer: &Customer, protocol: &str) -> Result<Row> {
    let protocol = digits(protocol)?;
    sql!(tx, optional Row: "update requests set status = status where protocol = $1 and customer_id = $2 returning *", protocol, customer.id.0)?
        .ok_or(Error::NotFound)
}

/// Takes any request for this transaction.
async fn take(tx: &mut Tx, protocol: &str) -> Result<Row> {
    let protocol = digits(protocol)?;
    sql!(tx, optional Row: "update requests set status = status where protocol = $1 returning *", protocol)?.ok_or(Error::NotFound)
}

/// Takes a request by its id for this transaction.
pub(crate) async fn take_id(tx: &mut Tx, request: RequestId) -> Result<Row> {
    sql!(tx, optional Row: "update requests set status = status where id = $1 returning *", request.0)?.ok_or(Error::NotFound)
}

/// Takes a customer's bill for this transaction. Several are taken in the order of their ids, so that two who want the
/// same ones wait instead of locking each other out.
pub(crate) async fn take_bill(tx: &mut Tx, customer: CustomerId, bill: BillId) -> Result<Option<BillLine>> {
    Ok(
        sql!(tx, optional BillLine: "update bills set standing = standing where id = $1 and customer_id = $2 returning *", bill.0, customer.0)?,
    )
}

/// Whether an open request of this kind names the bill.
pub(crate) async fn open_for(tx: &mut Tx, kind: Kind, bill: BillId) -> Result<bool> {
    let found = sql!(tx, optional (Uuid,): "select r.id from request_bills rb join requests r on r.id = rb.request_id
        where rb.bill_id = $1 and r.kind = $2 and r.closed_at is null limit 1", bill.0, kind.as_str())?;
    Ok(found.is_some())
}

/// Writes what a decision says about every bill of a request.
pub(crate) async fn note_on_bills(server: &Server, tx: &mut Tx, request: &Row, kind: &str) -> Result<()> {
    for bill in bills_of(tx, request.id).await? {
        sql!(tx, execute: "insert into bill_notes (id, bill_id, customer_id, request_id, kind, at) values ($1, $2, $3, $4, $5, $6)",
            server.id::<Uuid>(), bill.id.0, request.customer_id.0, request.id.0, kind, server.clock.now())?;
    }
    Ok(())
}

/// A request to be opened.
pub(crate) struct New<'a> {
    pub(crate) kind: Kind,
    pub(crate) submission: Uuid,
    pub(crate) amount: Money,
    pub(crate) off_policy: bool,
    pub(crate) note: &'a str,
    pub(crate) bills: &'a [BillId],
    pub(crate) files: &'a [Stored],
    /// Another message says the same, or more.
    pub(crate) quiet: bool,
}

impl New<'_> {
    /// A request about no bill and no money.
    pub(crate) const fn of(kind: Kind, submission: Uuid) -> Self {
        Self { kind, submission, amount: Money::ZERO, off_policy: false, note: "", bills: &[], files: &[], quiet: false }
    }
}

/// Does what a form asks once: the same form again is answered with what it made the first time.
pub(crate) async fn once(
    server: &Server,
    customer: &Customer,
    submission: Uuid,
    make: impl Future<Output = Result<Protocol>>,
) -> Result<Protocol> {
    if let Some(first) = made_by(server, customer, submission).await? {
        return Ok(first);
    }
    match make.await {
        // Its rival may have been itself, sent twice at once: by now that one is done.
        Err(error) => made_by(server, customer, submission).await?.ok_or(error),
        made => made,
    }
}

async fn made_by(server: &Server, customer: &Customer, submission: Uuid) -> Result<Option<Protocol>> {
    let mut conn = server.db.read().await?;
    let found = sql!(conn, optional (String,): "select protocol from requests where submission = $1 and customer_id = $2", submission, customer.id.0)?;
    found.map(|(protocol,)| protocol.parse().map_err(|_| Error::Corrupt("protocol"))).transpose()
}

/// Opens a request: protocol, deadline, bills, files, its first event, its mail. Bills were taken before.
pub(crate) async fn open(server: &Server, tx: &mut Tx, by: By<'_>, customer: CustomerId, person: CustomerId, new: &New<'_>) -> Result<Row> {
    let (now, today) = (server.clock.now(), server.clock.today());
    let calendar = policies::calendar(tx).await?;
    let policy = policies::requests(server, tx).await?;
    let registration = policies::creditor(tx).await?.ans_registration.parse().unwrap_or(0);
    let (sequence,) = sql!(tx, one (i32,): "insert into protocol_numbers (day, last) values ($1, 1)
        on conflict (day) do update set last = protocol_numbers.last + 1 returning last", today)?;
    let protocol = Protocol::new(registration, today, sequence.unsigned_abs()).map_err(|_| Error::Corrupt("protocol number"))?;
    let routed = policy.routed(new.kind, new.amount);
    let deadline_on = calendar.add_business_days(today, routed.days);
    let row = Row {
        id: server.id(),
        protocol,
        kind: new.kind,
        customer_id: customer,
        person_id: person,
        status: Status::Received,
        amount: new.amount,
        opened_at: now,
        deadline_on,
        assignee_id: None,
        prepared_by: None,
        decided_by: None,
        closed_at: None,
        off_policy: new.off_policy,
        note: new.note.to_owned(),
        warn_on: workflow::clock::warns_on(deadline_on, policy.clock.warning_days, &calendar),
        alert: "none".to_owned(),
        waits_until: None,
        answered_on: None,
        area: routed.area,
        priority: routed.priority,
    };
    let written = sql!(tx, execute: "insert into requests (id, protocol, kind, customer_id, person_id, status, amount, submission, opened_at, deadline_on, off_policy, note,
            clock, warn_on, area, priority)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict (submission) do nothing",
        row.id.0, row.protocol.digits(), row.kind.as_str(), customer.0, person.0, row.status.as_str(), row.amount.as_cents(), new.submission, now,
        row.deadline_on, row.off_policy, row.note.as_str(), row.status.clock().as_str(), row.warn_on, row.area.as_str(), row.priority.as_str())?;
    if written == 0 {
        return Err(Error::Overtaken("submitted_already"));
    }
    for bill in new.bills {
        sql!(tx, execute: "insert into request_bills (request_id, bill_id) values ($1, $2)", row.id.0, bill.0)?;
    }
    let event: Uuid = server.id();
    sql!(tx, execute: "insert into request_events (id, request_id, at, actor_kind, actor_id, action, from_status, to_status) values ($1, $2, $3, $4, $5, $6, $7, $7)",
        event, row.id.0, now, by.actor().kind(), by.actor().id(), SUBMIT, row.status.as_str())?;
    files::attach(server, tx, row.id, event, customer, new.files).await?;
    if !new.quiet {
        advance::tell(server, tx, &row, advance::Message::Received).await?;
    }
    let data = json!({ "request": row.protocol.digits(), "kind": row.kind, "status": row.status });
    webhooks::tell(server, tx, &[Happened { topic: Topic::RequestOpened, data }]).await?;
    audit::record(
        server,
        tx,
        Event {
            actor: by.actor(),
            action: "requests.submit",
            subject_kind: "request",
            subject_id: Some(row.id.0),
            customer: Some(customer),
            detail: json!({ "kind": row.kind, "cents": row.amount.as_cents(), "bills": new.bills.len(), "files": new.files.len() }),
        },
    )
    .await?;
    Ok(row)
}
