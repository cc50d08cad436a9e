//! The desk: one request with all that bears on it, and the steps staff takes.
//!
//! Never decides by itself who may: `domain::requests` does. Looking at a request is recorded.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actors::Role;
use domain::charges::Calculation;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, PaymentId, StaffId, UploadId};
use domain::money::Money;
use domain::refunds::{HolderMatch, OrderStatus, Way};
use domain::requests::forms::DecisionForm;
use domain::requests::queue::{Area, Priority};
use domain::requests::{self as rules, Action, Kind, Refused, Status, Urgency};
use domain::statement::EntryKind;
use serde_json::json;
use uuid::Uuid;

use super::absences;
use super::advance::{By, Step, advance};
use super::clock::{self, Stood};
use super::replies::{self, Reply};
use super::{BillLine, BillNote, Detail, RequestView, Row, Side, What, digits, take, view};
use crate::acceptances::{self, Evidence};
use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::{self, Download};
use crate::pictures::{Failure, Picture};
use crate::receipts::proof::{self, Proof};
use crate::receipts::reading;
use crate::sessions::Staff;
use crate::{Server, bills, disputes, policies, sql};

/// A payment this many days from the day on a receipt may be the one it proves: weekends, holidays and clearing.
const NEAR_DAYS: u64 = 7;
/// Bills whose cost today is worked out for one request; a company's receipt may name thousands.
const COSTS: usize = 12;

/// Those who answer for what is claimed, and see from which network address somebody bound themselves.
const SEE_ADDRESSES: &[Role] = &[Role::Supervisor, Role::Legal];

/// The customer of a request, as staff sees one.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CustomerCard {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub id: CustomerId,
    /// By name.
    pub name: String,
    /// CPF or CNPJ, unmasked.
    pub tax_id: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// Since when it goes there, when it was changed.
    pub email_changed_at: Option<DateTime<Utc>>,
    /// Telephone.
    pub phone: Option<String>,
}

/// One moment of a request's history, as staff sees it.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: DateTime<Utc>,
    /// By which side.
    pub by: Side,
    /// By whom, when a person.
    pub name: Option<String>,
    /// To whom it was given.
    pub given_to: Option<String>,
    /// To which part of the house it went.
    pub referred_to: Option<Area>,
    /// What.
    pub what: What,
    /// Where from.
    pub from: Status,
    /// Where to.
    pub to: Status,
    /// What the customer was told.
    pub told: Option<String>,
    /// What only staff reads.
    pub internal: Option<String>,
}

/// A line of the ledger of a bill in question.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LedgerLine {
    /// Of which bill; none for money that is not allocated.
    pub bill: Option<Uuid>,
    /// That bill's number.
    pub number: Option<String>,
    /// The day it counts from.
    pub effective_on: NaiveDate,
    /// What it says.
    #[sqlx(try_from = "String")]
    pub kind: EntryKind,
    /// Debits positive.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// A few words.
    pub note: String,
}

/// A step as a button: disabled with its reason rather than hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Button {
    /// The step.
    pub action: Action,
    /// Why it cannot be taken now, if it cannot.
    pub disabled: Option<Refused>,
}

/// A payment that may be the one a receipt proves.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Match {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
    /// When it was paid.
    pub paid_on: NaiveDate,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// How.
    pub method: String,
    /// The bank's own reference.
    pub bank_reference: String,
    /// The bill it was put on, if on any.
    pub bill_id: Option<Uuid>,
    /// That bill's number.
    pub number: Option<String>,
}

/// What staff must look at twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Other customers gave the same account or key, so many of them.
    DestinationShared(i64),
    /// A contact was changed not long ago: not exported before then.
    NotBefore(DateTime<Utc>),
    /// Whose account it is, when that must be proved.
    HolderNeedsProof(HolderMatch),
    /// Another customer sent the same file.
    FileSentByAnother(UploadId),
}

/// A request with all that bears on it.
#[derive(Clone, Debug)]
pub struct StaffView {
    /// What the customer sees too, but for what a dispute is granted before it is approved.
    pub request: RequestView,
    /// Whose it is.
    pub customer: CustomerCard,
    /// Who asked, when somebody acts for the customer.
    pub person: Option<String>,
    /// How close the deadline is.
    pub urgency: Urgency,
    /// Times during which the deadline stood still, the oldest first.
    pub pauses: Vec<Stood>,
    /// The part of the house that answers.
    pub area: Area,
    /// How urgent it is among those of one deadline.
    pub priority: Priority,
    /// For a plan: outside what the policy grants.
    pub off_policy: bool,
    /// Whether one person prepares the decision and another takes it.
    pub four_eyes: bool,
    /// Who has claimed it.
    pub assignee: Option<String>,
    /// Who proposed the decision.
    pub prepared_by: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Everything that happened, oldest first, notes among staff included.
    pub history: Vec<Happened>,
    /// The ledger of the bills in question, oldest first.
    pub ledger: Vec<LedgerLine>,
    /// What the first of those bills that can be paid cost today, part by part.
    pub costs: Vec<(BillId, Calculation)>,
    /// What decisions said about those bills.
    pub notes: Vec<BillNote>,
    /// Payments that may be the ones a receipt proves.
    pub payments: Vec<Match>,
    /// Open bills of the amount on a receipt, besides those it names.
    pub bills: Vec<BillLine>,
    /// What to look at twice.
    pub warnings: Vec<Warning>,
    /// How what is asked for was confirmed by a code, if it was; without addresses for those who have no business with them.
    pub evidence: Option<Evidence>,
    /// What stands on the files.
    pub proofs: Vec<Proof>,
    /// Answers that may be of use, by title.
    pub replies: Vec<Reply>,
    /// What whoever looks may do, and why not.
    pub buttons: Vec<Button>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    at: DateTime<Utc>,
    actor_kind: String,
    name: Option<String>,
    given_to: Option<String>,
    to_area: Option<String>,
    #[sqlx(try_from = "String")]
    action: What,
    #[sqlx(try_from = "String")]
    from_status: Status,
    #[sqlx(try_from = "String")]
    to_status: Status,
    told: Option<String>,
    internal: Option<String>,
}

/// One request, for staff. That it was looked at is recorded.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for a role that has no business with customers.
pub async fn open(server: &Server, staff: &Staff, protocol: &str) -> Result<StaffView> {
    staff.sees_customers()?;
    let protocol = digits(protocol)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select * from requests where protocol = $1", protocol)?.ok_or(Error::NotFound)?;
    let mut view = look(server, &mut conn, staff, &row).await?;
    drop(conn);
    // After the look, for it may read files, and holds no connection meanwhile.
    view.proofs = proof::of_request(server, row.customer_id, &view.request).await?;
    let mut tx = server.db.write().await?;
    audit::record(
        server,
        &mut tx,
        Event {
            actor: staff.actor(),
            action: "requests.look",
            subject_kind: "request",
            subject_id: Some(row.id.0),
            customer: Some(row.customer_id),
            detail: json!({}),
        },
    )
    .await?;
    tx.commit().await?;
    Ok(view)
}

async fn look(server: &Server, conn: &mut Conn, staff: &Staff, row: &Row) -> Result<StaffView> {
    let policy = policies::requests(server, conn).await?;
    let calendar = policies::calendar(conn).await?;
    let request = view(conn, row).await?;
    let customer = sql!(conn, one CustomerCard: "select id, name, tax_id, email, email_changed_at, phone from customers where id = $1", row.customer_id.0)?;
    let person = if row.person_id == row.customer_id {
        None
    } else {
        sql!(conn, optional (String,): "select name from customers where id = $1", row.person_id.0)?.map(|(name,)| name)
    };
    let events = sql!(conn, all EventRow: "select e.at, e.actor_kind, coalesce(s.name, c.name) as name, g.name as given_to, e.to_area, e.action, e.from_status, e.to_status, e.told, e.internal
        from request_events e left join staff s on s.id = e.actor_id left join customers c on c.id = e.actor_id left join staff g on g.id = e.to_id
        where e.request_id = $1 order by e.at, e.id", row.id.0)?;
    let history = events
        .into_iter()
        .map(|event| Happened {
            at: event.at,
            by: Side::of(&event.actor_kind),
            name: event.name,
            given_to: event.given_to,
            referred_to: event.to_area.and_then(|area| area.try_into().ok()),
            what: event.action,
            from: event.from_status,
            to: event.to_status,
            told: event.told,
            internal: event.internal,
        })
        .collect();
    let notes = sql!(conn, all BillNote: "select n.bill_id, n.kind, q.protocol, n.at from request_bills r join bill_notes n on n.bill_id = r.bill_id
        join requests q on q.id = n.request_id where r.request_id = $1 order by n.at, n.id", row.id.0)?;
    let (payments, bills) = matches(conn, row, &request).await?;
    let case = row.case();
    let goes_back = matches!(request.detail, Detail::Refund { way: Way::Origin, .. });
    let evidence = acceptances::newest(conn, row.id.0).await?;
    let evidence = if SEE_ADDRESSES.contains(&staff.role()) { evidence } else { evidence.map(Evidence::without_addresses) };
    Ok(StaffView {
        evidence,
        ledger: ledger(conn, row, &request).await?,
        costs: costs(server, conn, &request).await?,
        warnings: warnings(conn, row, &request).await?,
        assignee: name(conn, row.assignee_id).await?,
        prepared_by: name(conn, row.prepared_by).await?,
        decided_by: name(conn, row.decided_by).await?,
        request,
        customer,
        person,
        urgency: rules::policy::urgency_in(row.status, row.deadline_on, server.clock.today(), &calendar),
        pauses: clock::pauses(conn, row.id).await?,
        area: row.area,
        priority: row.priority,
        off_policy: row.off_policy,
        four_eyes: case.needs_four_eyes(&policy),
        history,
        notes,
        payments,
        bills,
        proofs: Vec::new(),
        replies: replies::fitting(conn, row.kind).await?,
        buttons: rules::buttons(&case, staff.who(), &policy)
            // That a Pix went back only its provider says.
            .filter(|(action, _)| !(goes_back && *action == Action::Finish))
            .map(|(action, disabled)| Button { action, disabled })
            .collect(),
    })
}

async fn name(conn: &mut Conn, staff: Option<Uuid>) -> Result<Option<String>> {
    let Some(staff) = staff else { return Ok(None) };
    Ok(sql!(conn, optional (String,): "select name from staff where id = $1", staff)?.map(|(name,)| name))
}

/// The last twenty lines of each bill in question; for a refund, of the bill the credit lies on and the one it goes to.
async fn ledger(conn: &mut Conn, row: &Row, request: &RequestView) -> Result<Vec<LedgerLine>> {
    let mut bills: Vec<BillId> = request.bills.iter().map(|bill| bill.id).collect();
    if let Detail::Refund { credit, target, .. } = &request.detail {
        bills.extend(credit.iter().chain(target).map(|bill| bill.id));
    }
    bills.sort_unstable();
    bills.dedup();
    let mut lines = Vec::new();
    for bill in bills {
        let mut of_bill = sql!(conn, all LedgerLine: "select e.bill_id as bill, b.number, e.effective_on, e.kind, e.amount, e.note
            from entries e join bills b on b.id = e.bill_id where e.bill_id = $1 and e.customer_id = $2
            order by e.effective_on desc, e.id desc limit 20", bill.0, row.customer_id.0)?;
        of_bill.reverse();
        lines.extend(of_bill);
    }
    Ok(lines)
}

async fn costs(server: &Server, conn: &mut Conn, request: &RequestView) -> Result<Vec<(BillId, Calculation)>> {
    let mut costs = Vec::new();
    for bill in request.bills.iter().filter(|bill| bill.balance.is_positive()).take(COSTS) {
        costs.extend(bills::cost_today(server, conn, bill.id).await?.map(|cost| (bill.id, cost)));
    }
    Ok(costs)
}

/// For a receipt: payments and open bills of the amount it says, or of what its bills add up to.
async fn matches(conn: &mut Conn, row: &Row, request: &RequestView) -> Result<(Vec<Match>, Vec<BillLine>)> {
    let Detail::Receipt { paid_on, amount } = &request.detail else { return Ok((Vec::new(), Vec::new())) };
    let amount = amount.unwrap_or_else(|| request.bills.iter().map(|bill| bill.amount).sum());
    let around = paid_on.unwrap_or_else(|| row.opened_at.date_naive());
    let (from, to) = (around - Days::new(NEAR_DAYS), around + Days::new(NEAR_DAYS));
    let payments = sql!(conn, all Match: "select p.id, p.paid_on, p.amount, p.method, p.bank_reference, p.bill_id, b.number
        from payments p left join bills b on b.id = p.bill_id
        where p.customer_id = $1 and p.amount = $2 and p.paid_on between $3 and $4 order by p.paid_on, p.id limit 20",
        row.customer_id.0, amount.as_cents(), from, to)?;
    let mut bills = sql!(conn, all BillLine: "select * from bills where customer_id = $1 and balance = $2 and balance > 0
        order by due_on, id limit 20", row.customer_id.0, amount.as_cents())?;
    bills.retain(|bill| request.bills.iter().all(|named| named.id != bill.id));
    Ok((payments, bills))
}

async fn warnings(conn: &mut Conn, row: &Row, request: &RequestView) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    if row.kind == Kind::Refund {
        let refund = crate::refunds::row(conn, row.id).await?;
        if let Some(digest) = &refund.destination_digest {
            let (others,) = sql!(conn, one (i64,): "select count(distinct r.customer_id) from refunds f join requests r on r.id = f.request_id
                where f.destination_digest = $1 and r.customer_id <> $2", digest.as_str(), row.customer_id.0)?;
            if others > 0 {
                warnings.push(Warning::DestinationShared(others));
            }
        }
        if matches!(refund.state, OrderStatus::Prepared | OrderStatus::Approved) {
            warnings.extend(refund.free_from.map(Warning::NotBefore));
        }
        warnings.extend(refund.holder()?.filter(|holder| holder.needs_proof()).map(Warning::HolderNeedsProof));
    }
    for file in request.timeline.iter().flat_map(|moment| &moment.files) {
        let elsewhere = sql!(conn, optional (Uuid,): "select o.id from uploads u join uploads o on o.file_hash = u.file_hash
            where u.id = $1 and o.customer_id <> $2 limit 1", file.id.0, row.customer_id.0)?;
        if elsewhere.is_some() {
            warnings.push(Warning::FileSentByAnother(file.id));
        }
    }
    Ok(warnings)
}

/// A file of any request, for staff. That it was taken is recorded.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn attachment(server: &Server, staff: &Staff, upload: UploadId) -> Result<Download> {
    let file = file(server, staff, upload).await?;
    let download = files::download(server, &file.hash, file.name, file.media_type).await?;
    looked(server, staff, upload, file.customer_id, "uploads.take").await?;
    Ok(download)
}

/// A page of a file of any request, drawn, for staff. That it was looked at is recorded.
///
/// # Errors
/// [`Error::NotFound`], also for what has no picture; [`Error::Forbidden`]; [`Error::Files`].
pub async fn picture(server: &Server, staff: &Staff, upload: UploadId, page: usize) -> Result<Picture> {
    let file = file(server, staff, upload).await?;
    let bytes = reading::bytes(server, &file.hash).await?;
    let drawn = server.pictures.draw(&file.media_type, bytes, page).await;
    let picture = drawn.map_err(|(Failure::Unreadable | Failure::Heavy)| Error::NotFound)?;
    looked(server, staff, upload, file.customer_id, "uploads.look").await?;
    Ok(picture)
}

#[derive(sqlx::FromRow)]
struct File {
    hash: String,
    name: String,
    media_type: String,
    #[sqlx(try_from = "Uuid")]
    customer_id: CustomerId,
}

async fn file(server: &Server, staff: &Staff, upload: UploadId) -> Result<File> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    sql!(conn, optional File: "select f.hash, u.name, f.media_type, u.customer_id from uploads u join files f on f.hash = u.file_hash where u.id = $1", upload.0)?
        .ok_or(Error::NotFound)
}

async fn looked(server: &Server, staff: &Staff, upload: UploadId, customer: CustomerId, action: &'static str) -> Result<()> {
    let (subject_kind, subject_id) = ("upload", Some(upload.0));
    let event = Event { actor: staff.actor(), action, subject_kind, subject_id, customer: Some(customer), detail: json!({}) };
    let mut tx = server.db.write().await?;
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// Takes a request out of the queue. Of two who claim at once, one has it and the other is told.
///
/// # Errors
/// [`Error::Overtaken`]; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn claim(server: &Server, staff: &Staff, protocol: &str) -> Result<()> {
    act(server, staff, protocol, Action::Claim, &DecisionForm::default()).await.map(drop)
}

/// Puts a request back into the queue.
///
/// # Errors
/// As [`act`].
pub async fn release(server: &Server, staff: &Staff, protocol: &str) -> Result<()> {
    act(server, staff, protocol, Action::Release, &DecisionForm::default()).await.map(drop)
}

/// Hands a request to another part of the house and tells the customer, with the reason. The deadline stays.
///
/// # Errors
/// As [`act`]; [`Error::Form`] at `area` for the part that has it already.
pub async fn refer(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Refer, form).await.map(drop)
}

/// Gives a request to a colleague who works requests: one's own, or for a supervisor anybody's and nobody's.
///
/// # Errors
/// As [`act`]; [`Error::Refused`] with `cannot_be_assigned` for somebody who works none, `is_away` for somebody who is.
pub async fn assign(server: &Server, staff: &Staff, protocol: &str, to: StaffId) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, protocol).await?;
    may_be_given(server, &mut tx, to).await?;
    advance(server, &mut tx, &row, By::Staff(staff), &Step { to: Some(to), ..Step::of(Action::Assign) }).await?;
    tx.commit().await
}

/// Refuses whoever works no requests, or is away.
async fn may_be_given(server: &Server, conn: &mut Conn, to: StaffId) -> Result<()> {
    let works = sql!(conn, optional (Uuid,): "select id from staff where id = $1 and active = $2 and role in ('operator', 'receivables', 'supervisor')",
        to.0, true)?;
    works.ok_or(Error::Refused("cannot_be_assigned"))?;
    if absences::is_away(conn, to.0, server.clock.today()).await? { Err(Error::Refused("is_away")) } else { Ok(()) }
}

/// Asks the customer for something.
///
/// # Errors
/// As [`act`].
pub async fn ask_more(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::AskMore, form).await.map(drop)
}

/// Proposes a favourable decision for somebody else to take.
///
/// # Errors
/// As [`act`].
pub async fn prepare(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Prepare, form).await.map(drop)
}

/// Decides in favour, with all that follows from it.
///
/// # Errors
/// As [`act`].
pub async fn approve(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Approve, form).await.map(drop)
}

/// Returns a proposal to review.
///
/// # Errors
/// As [`act`].
pub async fn send_back(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::SendBack, form).await.map(drop)
}

/// Decides against, with a reason that the customer reads.
///
/// # Errors
/// As [`act`].
pub async fn refuse(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Refuse, form).await.map(drop)
}

/// Says that what was decided has happened; or answers a question.
///
/// # Errors
/// As [`act`].
pub async fn finish(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Finish, form).await.map(drop)
}

/// Leaves a message to the customer, a note among staff, or both.
///
/// # Errors
/// As [`act`].
pub async fn note(server: &Server, staff: &Staff, protocol: &str, form: &DecisionForm) -> Result<()> {
    act(server, staff, protocol, Action::Note, form).await.map(drop)
}

/// Takes any step: what a page with a button for each posts. Gives the status it leads to.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Form`] for missing words or amount; [`Error::Forbidden`] for the role; [`Error::Refused`] with
/// `not_assigned_to_you`, `needs_four_eyes`, `prepared_by_you`, `above_your_limit`, or what the kind's own effect refuses;
/// [`Error::Overtaken`] when somebody was first.
pub async fn act(server: &Server, staff: &Staff, protocol: &str, action: Action, form: &DecisionForm) -> Result<Status> {
    staff.sees_customers()?;
    // A request is given to somebody: that is `assign`.
    if action == Action::Assign {
        return Err(Error::Refused("cannot_be_assigned"));
    }
    let mut tx = server.db.write().await?;
    let row = take(&mut tx, protocol).await?;
    let words = form.parse(row.kind, action)?;
    // The amount is the proposal's: who approves a proposal approves that amount and no other.
    let proposes = action == Action::Prepare || (action == Action::Approve && row.status == Status::InReview);
    if row.kind == Kind::Dispute && proposes {
        let granted = words.amount.ok_or_else(|| Error::field("amount", Problem::Missing))?;
        disputes::propose(&mut tx, &row, granted).await?;
    }
    if words.area == Some(row.area) {
        return Err(Error::field("area", Problem::NoLongerPossible));
    }
    let step = Step { told: words.told.as_deref(), internal: words.internal.as_deref(), area: words.area, ..Step::of(action) };
    let status = advance(server, &mut tx, &row, By::Staff(staff), &step).await?;
    tx.commit().await?;
    Ok(status)
}
