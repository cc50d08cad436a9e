//! What is known of one customer at a moment. Whatever was written down at that moment or later is left out, and what changes without
//! keeping its past (where a request stands, whether a slip was paid) is worked out from what was written before it, so that the same
//! moment gives the same facts however late they are read. Never reads a row of anybody else.
//!
//! A row without a time of its own tells it by its id, which is a UUID of version 7.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::charges::{Calculation, Posted, late_charges_after};
use domain::ids::CustomerId;
use domain::money::Money;
use domain::reliefs::Relief;
use domain::requests::{Kind, Status};
use domain::slips::{Channel, SlipState};
use domain::statement::{EntryKind, Nature, days_late};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::handed_over::{self, HandedOver};
use crate::agreements::Terms;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::{audit, bills, incidents, sql};

/// Everything, in fixed order.
pub(super) struct Facts {
    pub(super) as_of: DateTime<Utc>,
    /// That moment's day, for which late charges are worked out.
    pub(super) day: NaiveDate,
    pub(super) register: Register,
    pub(super) bills: Vec<Bill>,
    pub(super) entries: Vec<Entry>,
    pub(super) slips: Vec<Slip>,
    pub(super) copies: Vec<Copied>,
    pub(super) told: Vec<Told>,
    pub(super) payments: Vec<Payment>,
    pub(super) agreements: Vec<Agreement>,
    pub(super) notices: Vec<Notice>,
    pub(super) requests: Vec<Request>,
    pub(super) documents: Vec<Document>,
    pub(super) papers: Vec<Paper>,
    /// What was with agencies and lawyers, and what was given up.
    pub(super) handed_over: HandedOver,
    pub(super) trail: Vec<audit::Row>,
    /// Number and hash of the newest event of the whole chain then.
    pub(super) head: Option<(i64, String)>,
}

/// What has no history of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Register {
    pub(super) person: Person,
    pub(super) contracts: Vec<Contract>,
    pub(super) representations: Vec<Representation>,
    // A dossier taken before there were any has none.
    #[serde(default)]
    pub(super) guarantees: Vec<Guarantee>,
}

#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct Person {
    pub(super) external_id: String,
    pub(super) tax_id: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) address: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postal_code: String,
    pub(super) created_at: DateTime<Utc>,
}

impl Person {
    /// Whether there is a way to write or to call.
    pub(super) fn can_be_reached(&self) -> bool {
        [&self.email, &self.phone].into_iter().flatten().any(|contact| !contact.trim().is_empty())
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct Contract {
    pub(super) id: Uuid,
    pub(super) number: String,
    pub(super) plan_name: String,
    pub(super) plan_registration: String,
    pub(super) state: String,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
    pub(super) fine_rate: String,
    pub(super) monthly_interest: String,
}

/// What the customer left with the creditor.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct Guarantee {
    pub(super) kind: String,
    pub(super) issuer: String,
    pub(super) reference: String,
    pub(super) amount: i64,
    pub(super) given_on: NaiveDate,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) state: String,
}

/// That somebody may act for the customer. Who that is, is theirs.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct Representation {
    pub(super) id: Uuid,
    pub(super) representative_id: Uuid,
    pub(super) scope: String,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
}

pub(super) struct Bill {
    pub(super) row: BillRow,
    pub(super) balance: Money,
    pub(super) disputed: bool,
    pub(super) in_agreement: bool,
    pub(super) days_late: u32,
    /// Of an open bill that is paid by itself.
    pub(super) calculation: Option<Calculation>,
}

impl Bill {
    pub(super) fn is_late(&self) -> bool {
        self.balance.is_positive() && self.days_late > 0
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct BillRow {
    pub(super) id: Uuid,
    pub(super) number: String,
    #[sqlx(try_from = "String")]
    pub(super) nature: Nature,
    pub(super) competence: String,
    pub(super) contract_id: Uuid,
    pub(super) issued_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Entry {
    pub(super) id: Uuid,
    pub(super) bill_id: Option<Uuid>,
    #[sqlx(try_from = "String")]
    pub(super) kind: EntryKind,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    pub(super) effective_on: NaiveDate,
    pub(super) posted_at: DateTime<Utc>,
    pub(super) of_entry: Option<Uuid>,
    pub(super) note: String,
    /// What the payment that it is of named as its fine and interest.
    paid_fine: Option<i64>,
    paid_interest: Option<i64>,
}

pub(super) struct Slip {
    pub(super) row: SlipRow,
    pub(super) state: SlipState,
    pub(super) bills: Vec<Uuid>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct SlipRow {
    pub(super) id: Uuid,
    pub(super) nosso_numero: String,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    pub(super) issued_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) limit_on: NaiveDate,
    replaced_by: Option<Uuid>,
}

/// A copy handed out.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Copied {
    pub(super) slip_id: Uuid,
    pub(super) person_id: Uuid,
    #[sqlx(try_from = "String")]
    pub(super) channel: Channel,
    pub(super) line_hash: String,
    pub(super) at: DateTime<Utc>,
}

/// What the bank told of a slip.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Told {
    pub(super) slip_id: Uuid,
    #[sqlx(try_from = "String")]
    pub(super) outcome: domain::reconciliation::Outcome,
    pub(super) occurred_on: Option<NaiveDate>,
    pub(super) paid: Option<i64>,
    pub(super) received_at: DateTime<Utc>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Payment {
    pub(super) bill_id: Option<Uuid>,
    pub(super) slip_id: Option<Uuid>,
    pub(super) paid_on: NaiveDate,
    pub(super) credited_on: Option<NaiveDate>,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    pub(super) fine: Option<i64>,
    pub(super) interest: Option<i64>,
    pub(super) method: String,
    pub(super) bank_reference: String,
    pub(super) reversed_at: Option<DateTime<Utc>>,
}

pub(super) struct Agreement {
    pub(super) row: AgreementRow,
    pub(super) status: domain::agreements::Status,
    pub(super) bills: Vec<Taken>,
    pub(super) installments: Vec<Installment>,
    /// What was accepted; none when it cannot be read.
    pub(super) terms: Option<Terms>,
    /// Whether the fingerprint is that of what was accepted.
    pub(super) proven: bool,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct AgreementRow {
    pub(super) id: Uuid,
    pub(super) request_id: Uuid,
    pub(super) protocol: String,
    pub(super) person_id: Uuid,
    plan: String,
    #[sqlx(try_from = "i64")]
    pub(super) total: Money,
    #[sqlx(try_from = "i64")]
    pub(super) interest: Money,
    pub(super) accepted_at: DateTime<Utc>,
    terms: String,
    pub(super) terms_hash: String,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Taken {
    pub(super) bill_id: Uuid,
    #[sqlx(try_from = "i64")]
    pub(super) principal: Money,
    #[sqlx(try_from = "i64")]
    pub(super) fine: Money,
    #[sqlx(try_from = "i64")]
    pub(super) interest: Money,
    #[sqlx(try_from = "i64")]
    pub(super) discount: Money,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Installment {
    pub(super) number: i32,
    pub(super) due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    bill_id: Option<Uuid>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Notice {
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) channel: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) delivered_at: Option<DateTime<Utc>>,
    pub(super) read_at: Option<DateTime<Utc>>,
}

pub(super) struct Request {
    pub(super) row: RequestRow,
    pub(super) status: Status,
    pub(super) bills: Vec<Uuid>,
    pub(super) steps: Vec<Step>,
    pub(super) uploads: Vec<Upload>,
    pub(super) refund: Option<Refund>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RequestRow {
    pub(super) id: Uuid,
    pub(super) protocol: String,
    #[sqlx(try_from = "String")]
    pub(super) kind: Kind,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    pub(super) person_id: Uuid,
    pub(super) opened_at: DateTime<Utc>,
    /// As it was promised first.
    pub(super) deadline_on: NaiveDate,
    pub(super) note: String,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Step {
    request_id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) actor_kind: String,
    pub(super) actor_id: Option<Uuid>,
    /// Of staff.
    pub(super) name: Option<String>,
    pub(super) action: String,
    to_status: String,
    pub(super) told: Option<String>,
    pub(super) internal: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Upload {
    request_id: Uuid,
    pub(super) name: String,
    pub(super) uploaded_at: DateTime<Utc>,
    pub(super) file_hash: String,
    pub(super) media_type: String,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Refund {
    request_id: Uuid,
    #[sqlx(try_from = "i64")]
    pub(super) amount: Money,
    /// Never the account itself.
    pub(super) destination_masked: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Document {
    id: Uuid,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) number: String,
    pub(super) competence: String,
    pub(super) issued_on: NaiveDate,
    pub(super) bill_id: Option<Uuid>,
    pub(super) file_hash: String,
    pub(super) media_type: String,
}

/// A paper that the portal wrote.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Paper {
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) about: String,
    pub(super) issued_at: DateTime<Utc>,
}

/// What has no history, as it stands now.
pub(super) async fn register(conn: &mut Conn, customer: CustomerId) -> Result<Register> {
    Ok(Register {
        person: sql!(conn, optional Person:
            "select external_id, tax_id, name, email, phone, address, city, state, postal_code, created_at from customers where id = $1", customer.0)?
        .ok_or(Error::NotFound)?,
        contracts: sql!(conn, all Contract:
            "select id, number, plan_name, plan_registration, state, starts_on, ends_on, fine_rate, monthly_interest from contracts
              where customer_id = $1 order by starts_on, id", customer.0)?,
        representations: sql!(conn, all Representation:
            "select id, representative_id, scope, starts_on, ends_on from representations where customer_id = $1 order by starts_on, id", customer.0)?,
        guarantees: sql!(conn, all Guarantee:
            "select kind, issuer, reference, amount, given_on, valid_until, state from guarantees where customer_id = $1 order by given_on, id", customer.0)?,
    })
}

/// Everything else, as of a moment that is over.
pub(super) async fn read(
    conn: &mut Conn,
    customer: CustomerId,
    register: Register,
    as_of: DateTime<Utc>,
    day: NaiveDate,
    calendar: &Calendar,
) -> Result<Facts> {
    let before = Before(as_of);
    let entries = sql!(conn, all Entry:
        "select e.id, e.bill_id, e.kind, e.amount, e.effective_on, e.posted_at, e.of_entry, e.note, p.fine as paid_fine, p.interest as paid_interest
           from entries e left join payments p on p.id = e.payment_id
          where e.customer_id = $1 and e.posted_at < $2 order by e.effective_on, e.id", customer.0, as_of)?;
    let requests = requests(conn, customer, as_of).await?;
    let agreements = agreements(conn, customer, as_of, &requests, &entries).await?;
    let payments = payments(conn, customer, as_of).await?;
    let slips = slips(conn, customer, before, &payments).await?;
    let told = sql!(conn, all Told:
        "select l.slip_id, l.outcome, l.occurred_on, l.paid, f.received_at
           from return_lines l join return_files f on f.id = l.file_id join slips s on s.id = l.slip_id
          where s.customer_id = $1 and f.received_at < $2 order by f.received_at, f.id, l.line", customer.0, as_of)?;
    let rows = sql!(conn, all BillRow:
        "select id, number, nature, competence, contract_id, issued_on, due_on, amount from bills where customer_id = $1
          order by due_on, id", customer.0)?;
    let rows = rows.into_iter().filter(|row| before.made(row.id)).collect();
    let reliefs = incidents::reliefs_before(conn, customer, as_of).await?;
    let bills = bills(
        &Ground { register: &register, entries: &entries, requests: &requests, agreements: &agreements, reliefs, day, calendar },
        rows,
    )?;
    let copies = sql!(conn, all Copied:
        "select slip_id, person_id, channel, line_hash, at from slip_copies where customer_id = $1 and at < $2 order by at, id", customer.0, as_of)?;
    let mut notices = sql!(conn, all Notice:
        "select kind, subject, body, channel, created_at, delivered_at, read_at from notices where customer_id = $1 and created_at < $2
          order by created_at, id", customer.0, as_of)?;
    for notice in &mut notices {
        notice.delivered_at = notice.delivered_at.filter(|at| *at < as_of);
        notice.read_at = notice.read_at.filter(|at| *at < as_of);
    }
    let documents = sql!(conn, all Document:
        "select d.id, d.kind, d.name, d.number, d.competence, d.issued_on, d.bill_id, d.file_hash, f.media_type
           from documents d join files f on f.hash = d.file_hash where d.customer_id = $1 order by d.issued_on, d.id", customer.0)?;
    let documents = documents.into_iter().filter(|document| before.made(document.id)).collect();
    let papers = sql!(conn, all Paper:
        "select code, kind, about, issued_at from papers where customer_id = $1 and issued_at < $2 order by issued_at, id", customer.0, as_of)?;
    let handed_over = handed_over::read(conn, customer, as_of).await?;
    let (trail, head) = audit::about(conn, customer, as_of).await?;
    Ok(Facts {
        as_of,
        day,
        register,
        bills,
        entries,
        slips,
        copies,
        told,
        payments,
        agreements,
        notices,
        requests,
        documents,
        papers,
        handed_over,
        trail,
        head,
    })
}

/// What was there before a moment.
#[derive(Clone, Copy)]
struct Before(DateTime<Utc>);

impl Before {
    fn made(self, id: Uuid) -> bool {
        let Some((seconds, nanos)) = id.get_timestamp().map(|at| at.to_unix()) else { return true };
        i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, nanos)).is_none_or(|at| at < self.0)
    }
}

async fn requests(conn: &mut Conn, customer: CustomerId, as_of: DateTime<Utc>) -> Result<Vec<Request>> {
    let rows = sql!(conn, all RequestRow:
        "select r.id, r.protocol, r.kind, r.amount, r.person_id, r.opened_at, r.note,
                coalesce((select min(p.deadline_before) from request_pauses p where p.request_id = r.id), r.deadline_on) as deadline_on
           from requests r where r.customer_id = $1 and r.opened_at < $2 order by r.opened_at, r.id", customer.0, as_of)?;
    let mut steps = sql!(conn, all Step:
        "select e.request_id, e.at, e.actor_kind, e.actor_id, s.name, e.action, e.to_status, e.told, e.internal
           from requests r join request_events e on e.request_id = r.id left join staff s on s.id = e.actor_id
          where r.customer_id = $1 and e.at < $2 order by e.at, e.id", customer.0, as_of)?;
    let mut uploads = sql!(conn, all Upload:
        "select u.request_id, u.name, u.uploaded_at, u.file_hash, f.media_type
           from requests r join uploads u on u.request_id = r.id join files f on f.hash = u.file_hash
          where r.customer_id = $1 and u.uploaded_at < $2 order by u.uploaded_at, u.id", customer.0, as_of)?;
    let mut refunds = sql!(conn, all Refund:
        "select f.request_id, f.amount, f.destination_masked from requests r join refunds f on f.request_id = r.id where r.customer_id = $1", customer.0)?;
    let mut about: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (request, bill) in sql!(conn, all (Uuid, Uuid):
        "select rb.request_id, rb.bill_id from requests r join request_bills rb on rb.request_id = r.id join bills b on b.id = rb.bill_id
          where r.customer_id = $1 order by b.due_on, b.id", customer.0)?
    {
        about.entry(request).or_default().push(bill);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let steps: Vec<Step> = steps.extract_if(.., |step| step.request_id == row.id).collect();
            let status = steps.last().and_then(|step| step.to_status.parse().ok()).unwrap_or(Status::Received);
            let uploads = uploads.extract_if(.., |upload| upload.request_id == row.id).collect();
            let refund = refunds.extract_if(.., |refund| refund.request_id == row.id).next();
            Request { bills: about.remove(&row.id).unwrap_or_default(), row, status, steps, uploads, refund }
        })
        .collect())
}

async fn agreements(
    conn: &mut Conn,
    customer: CustomerId,
    as_of: DateTime<Utc>,
    requests: &[Request],
    entries: &[Entry],
) -> Result<Vec<Agreement>> {
    let rows = sql!(conn, all AgreementRow:
        "select a.id, a.request_id, r.protocol, r.person_id, a.plan, a.total, a.interest, a.accepted_at, a.terms, a.terms_hash
           from agreements a join requests r on r.id = a.request_id
          where a.customer_id = $1 and a.accepted_at < $2 order by a.accepted_at, a.id", customer.0, as_of)?;
    let balances = balances(entries);
    let mut agreements = Vec::with_capacity(rows.len());
    for row in rows {
        let bills = sql!(conn, all Taken:
            "select t.bill_id, t.principal, t.fine, t.interest, t.discount, t.amount from agreement_bills t join bills b on b.id = t.bill_id
              where t.agreement_id = $1 order by b.due_on, b.id", row.id)?;
        let installments = sql!(conn, all Installment:
            "select number, due_on, amount, bill_id from installments where agreement_id = $1 order by number", row.id)?;
        let asked = requests.iter().find(|request| request.row.id == row.request_id).map(|request| request.status);
        let paid = installments.iter().all(|one| one.bill_id.and_then(|bill| balances.get(&bill)).is_some_and(|left| !left.is_positive()));
        let of = |one: &Installment, kind| {
            entries.iter().any(move |entry| entry.kind == kind && entry.bill_id.is_some() && entry.bill_id == one.bill_id)
        };
        // Installments are undone when an agreement ends before its time: one that never began had its down payment open.
        let undone = installments.iter().any(|one| {
            let undone = |entry: &Entry| entry.kind == EntryKind::Reversal && entry.amount == -one.amount && entry.bill_id == one.bill_id;
            one.bill_id.is_some() && entries.iter().any(undone)
        });
        let begun = installments.first().is_none_or(|first| first.number != 0 || of(first, EntryKind::Payment));
        use domain::agreements::Status as Stands;
        let status = match asked {
            Some(Status::Refused | Status::Withdrawn) => Stands::Cancelled,
            Some(Status::Approved) => Stands::AwaitingDownPayment,
            Some(Status::Done) if undone && begun => Stands::Broken,
            Some(Status::Done) if undone => Stands::Cancelled,
            Some(Status::Done) if paid => Stands::Settled,
            Some(Status::Done) => Stands::Active,
            _ => Stands::Requested,
        };
        let terms: Option<Terms> = serde_json::from_str(&row.terms).ok();
        let costs: Vec<_> = bills.iter().map(|one| (one.bill_id, one.principal, one.amount)).collect();
        let plan = serde_json::from_str(&row.plan).ok();
        let proven = match (&terms, &plan) {
            (Some(terms), Some(plan)) => crate::agreements::fingerprint(&terms.sections, plan, &costs) == row.terms_hash,
            _ => false,
        };
        agreements.push(Agreement { row, status, bills, installments, terms, proven });
    }
    Ok(agreements)
}

async fn payments(conn: &mut Conn, customer: CustomerId, as_of: DateTime<Utc>) -> Result<Vec<Payment>> {
    let mut payments = sql!(conn, all Payment:
        "select bill_id, slip_id, paid_on, credited_on, amount, fine, interest, method, bank_reference, reversed_at
           from payments where customer_id = $1 and created_at < $2 order by paid_on, id", customer.0, as_of)?;
    for payment in &mut payments {
        payment.reversed_at = payment.reversed_at.filter(|at| *at < as_of);
    }
    Ok(payments)
}

async fn slips(conn: &mut Conn, customer: CustomerId, before: Before, payments: &[Payment]) -> Result<Vec<Slip>> {
    let rows = sql!(conn, all SlipRow:
        "select id, nosso_numero, amount, issued_on, due_on, limit_on, replaced_by from slips where customer_id = $1 order by due_on, id", customer.0)?;
    let mut bills: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (slip, bill) in sql!(conn, all (Uuid, Uuid):
        "select sb.slip_id, sb.bill_id from slips s join slip_bills sb on sb.slip_id = s.id join bills b on b.id = sb.bill_id
          where s.customer_id = $1 order by b.due_on, b.id", customer.0)?
    {
        bills.entry(slip).or_default().push(bill);
    }
    let rows = rows.into_iter().filter(|row| before.made(row.id));
    Ok(rows
        .map(|row| {
            let paid = payments.iter().any(|payment| payment.slip_id == Some(row.id) && payment.reversed_at.is_none());
            let state = match row.replaced_by {
                _ if paid => SlipState::Paid,
                Some(by) if before.made(by) => SlipState::Replaced,
                _ => SlipState::Registered,
            };
            Slip { bills: bills.remove(&row.id).unwrap_or_default(), row, state }
        })
        .collect())
}

fn balances(entries: &[Entry]) -> BTreeMap<Uuid, Money> {
    let mut balances: BTreeMap<Uuid, Money> = BTreeMap::new();
    for entry in entries {
        if let Some(bill) = entry.bill_id {
            *balances.entry(bill).or_default() += entry.amount;
        }
    }
    balances
}

/// What bills are worked out from.
struct Ground<'a> {
    register: &'a Register,
    entries: &'a [Entry],
    requests: &'a [Request],
    agreements: &'a [Agreement],
    reliefs: HashMap<Uuid, Vec<Relief>>,
    day: NaiveDate,
    calendar: &'a Calendar,
}

fn bills(ground: &Ground<'_>, rows: Vec<BillRow>) -> Result<Vec<Bill>> {
    let Ground { register, entries, requests, agreements, reliefs, day, calendar } = ground;
    let balances = balances(entries);
    let mut of_bill: HashMap<Uuid, Vec<&Entry>> = HashMap::new();
    for entry in *entries {
        of_bill.entry(entry.bill_id.unwrap_or_default()).or_default().push(entry);
    }
    let disputed: HashSet<Uuid> = requests
        .iter()
        .filter(|request| request.row.kind == Kind::Dispute && request.status.is_open() && request.status != Status::Approved)
        .flat_map(|request| request.bills.iter().copied())
        .collect();
    let agreed: HashSet<Uuid> = agreements
        .iter()
        .filter(|agreement| agreement.status.is_open())
        .flat_map(|agreement| agreement.bills.iter().map(|bill| bill.bill_id))
        .collect();
    rows.into_iter()
        .map(|row| {
            let balance = balances.get(&row.id).copied().unwrap_or_default();
            let (disputed, in_agreement) = (disputed.contains(&row.id), agreed.contains(&row.id));
            let open = balance.is_positive() && !disputed && !in_agreement;
            let contract = register.contracts.iter().find(|contract| contract.id == row.contract_id);
            let calculation = match contract.filter(|_| open) {
                Some(contract) => {
                    let mut terms = bills::terms(&register.person.tax_id, &contract.fine_rate, &contract.monthly_interest)?;
                    terms.reliefs = reliefs.get(&row.id).cloned().unwrap_or_default();
                    let posted = posted(of_bill.get(&row.id).map_or(&[], Vec::as_slice));
                    Some(late_charges_after(balance, row.due_on, posted, *day, &terms, calendar))
                }
                None => None,
            };
            let days_late = if balance.is_positive() { days_late(row.due_on, *day, calendar) } else { 0 };
            Ok(Bill { row, balance, disputed, in_agreement, days_late, calculation })
        })
        .collect()
}

/// Late charges that a bill's entries hold, as [`crate::ledger`] keeps them in its row.
fn posted(entries: &[&Entry]) -> Option<Posted> {
    let reversed: HashSet<Uuid> = entries.iter().filter(|e| e.kind == EntryKind::Reversal).filter_map(|e| e.of_entry).collect();
    let holds = |entry: &&&Entry| !reversed.contains(&entry.id);
    let charges = || entries.iter().filter(|e| matches!(e.kind, EntryKind::Fine | EntryKind::Interest)).filter(holds);
    let back = entries.iter().filter(|e| e.kind == EntryKind::FromAgreement).filter(holds);
    let open = |entry: &Entry| {
        let named = if entry.kind == EntryKind::Fine { entry.paid_fine } else { entry.paid_interest };
        let moved = entries.iter().filter(|e| e.kind == EntryKind::Compensation && e.of_entry == Some(entry.id)).map(|e| e.amount).sum();
        (entry.amount - Money::cents(named.unwrap_or(0)) + moved).max(Money::ZERO)
    };
    let to = charges().chain(back).map(|entry| entry.effective_on).max()?;
    Some(Posted { to, open: charges().map(|entry| open(entry)).sum() })
}
