//! Requests as the creditor's own systems read them: what was asked, what was decided, and the files that came with it.
//!
//! Never moves a request: people decide. Whoever reads a file is recorded.

use chrono::{DateTime, NaiveDate, Utc};
use domain::api_keys::Scope;
use domain::ids::UploadId;
use domain::requests::{Kind, Status};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use uuid::Uuid;

use super::{Detail, Row, Side, What, digits, view};
use crate::api::words;
use crate::api_keys::ApiKey;
use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::{self, Download};
use crate::{Server, sql};

/// Which requests; an empty text means all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter<'a> {
    pub(crate) kind: &'a str,
    pub(crate) status: &'a str,
    /// Only those to which something happened at this moment or later.
    pub(crate) updated_since: Option<DateTime<Utc>>,
}

/// A request in a list.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct RequestLine {
    #[serde(skip)]
    id: Uuid,
    /// Its number.
    protocol: String,
    /// What is asked.
    #[schema(schema_with = kind)]
    kind: String,
    /// Where it stands.
    #[schema(schema_with = status)]
    status: String,
    /// Whose it is.
    customer: String,
    /// Centavos at stake, zero when none are.
    amount: i64,
    /// Opened.
    opened_at: DateTime<Utc>,
    /// When something last happened to it.
    updated_at: DateTime<Utc>,
    /// The last day for an answer.
    deadline_on: NaiveDate,
    /// When it was over.
    closed_at: Option<DateTime<Utc>>,
}

fn kind() -> Object {
    words(Kind::ALL.iter().map(|word| word.as_str()))
}

fn status() -> Object {
    words(Status::ALL.iter().map(|word| word.as_str()))
}

/// A request, opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Request)]
pub(crate) struct RequestOut {
    /// As in the list.
    request: RequestLine,
    /// What the customer wrote.
    note: String,
    /// The bills it is about, by their keys in the creditor's system.
    bills: Vec<String>,
    /// What happened, oldest first.
    events: Vec<EventOut>,
    /// The files that came with it.
    files: Vec<FileOut>,
    /// Of a receipt.
    receipt: Option<ReceiptOut>,
    /// Of a refund or compensation.
    refund: Option<RefundOut>,
    /// Of an installment plan.
    plan: Option<PlanOut>,
    /// Of a dispute.
    dispute: Option<DisputeOut>,
}

/// A step, or a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestEvent)]
pub(crate) struct EventOut {
    /// When.
    at: DateTime<Utc>,
    /// `customer`, `creditor` or `system`.
    by: &'static str,
    /// What.
    action: &'static str,
    /// Where it led.
    status: &'static str,
    /// What was said.
    told: Option<String>,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestFile)]
pub(crate) struct FileOut {
    /// Which.
    id: Uuid,
    /// What it is, by its content.
    media_type: String,
    /// Bytes.
    size: i64,
}

/// What is said to be paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub(crate) struct ReceiptOut {
    /// The day.
    paid_on: Option<NaiveDate>,
    /// Centavos.
    amount: Option<i64>,
}

/// How a credit is settled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundOut {
    /// `refund`, `origin` (a Pix goes back to where it came from) or `compensate`.
    way: &'static str,
    /// Where the order stands.
    order: &'static str,
    /// The overpaid bill, if the credit lies on one.
    credit_bill: Option<String>,
    /// The payment that is given back, if the credit is one.
    payment: Option<String>,
    /// The bill compensated with.
    target_bill: Option<String>,
}

/// A plan as accepted. Amounts are centavos.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub(crate) struct PlanOut {
    /// The agreement it makes.
    agreement: Uuid,
    /// Where that stands.
    status: &'static str,
    /// What is put into it.
    total: i64,
    /// Interest in all installments together.
    interest: i64,
    /// What is paid in the end.
    total_cost: i64,
    /// Its payments; 0 is paid down.
    installments: Vec<InstallmentOut>,
}

/// A payment of a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Installment)]
pub(crate) struct InstallmentOut {
    /// From 1; 0 is paid down.
    number: i32,
    /// Due.
    due_on: NaiveDate,
    /// Centavos.
    amount: i64,
    /// Its bill, once it has one.
    bill: Option<String>,
}

/// What is said to be wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(crate) struct DisputeOut {
    /// Why.
    reason: &'static str,
    /// Centavos that are taken off.
    granted: Option<i64>,
}

/// Requests in the order in which they were opened, after one of them.
///
/// # Errors
/// [`Error::Forbidden`].
pub(crate) async fn list(server: &Server, key: &ApiKey, filter: &Filter<'_>, after: Uuid, limit: i64) -> Result<Vec<(Uuid, RequestLine)>> {
    key.may(Scope::RequestsRead)?;
    let mut conn = server.db.read().await?;
    let lines = match filter.updated_since {
        None => sql!(conn, all RequestLine: "select r.id, r.protocol, r.kind, r.status, c.external_id as customer, r.amount, r.opened_at,
                (select max(e.at) from request_events e where e.request_id = r.id) as updated_at, r.deadline_on, r.closed_at
            from requests r join customers c on c.id = r.customer_id
            where r.id > $1 and ($2 = '' or r.kind = $2) and ($3 = '' or r.status = $3) order by r.id limit $4",
            after, filter.kind, filter.status, limit)?,
        Some(since) => {
            sql!(conn, all RequestLine: "select r.id, r.protocol, r.kind, r.status, c.external_id as customer, r.amount, r.opened_at,
                (select max(e.at) from request_events e where e.request_id = r.id) as updated_at, r.deadline_on, r.closed_at
            from requests r join customers c on c.id = r.customer_id
            where r.id in (select request_id from request_events where at >= $5)
                and r.id > $1 and ($2 = '' or r.kind = $2) and ($3 = '' or r.status = $3) order by r.id limit $4",
            after, filter.kind, filter.status, limit, since)?
        }
    };
    Ok(lines.into_iter().map(|line| (line.id, line)).collect())
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub(crate) async fn open(server: &Server, key: &ApiKey, protocol: &str) -> Result<RequestOut> {
    key.may(Scope::RequestsRead)?;
    let protocol = digits(protocol)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select * from requests where protocol = $1", protocol.as_str())?.ok_or(Error::NotFound)?;
    let request = sql!(conn, one RequestLine: "select r.id, r.protocol, r.kind, r.status, c.external_id as customer, r.amount, r.opened_at,
            (select max(e.at) from request_events e where e.request_id = r.id) as updated_at, r.deadline_on, r.closed_at
        from requests r join customers c on c.id = r.customer_id where r.id = $1", row.id.0)?;
    let view = view(&mut conn, &row).await?;
    let bills = sql!(conn, all (String,): "select b.external_id from request_bills r join bills b on b.id = r.bill_id
        where r.request_id = $1 order by b.due_on, b.id", row.id.0)?;
    let files = sql!(conn, all (Uuid, String, i64): "select u.id, f.media_type, f.size from uploads u join files f on f.hash = u.file_hash
        where u.request_id = $1 order by u.uploaded_at, u.id", row.id.0)?;
    let events = view
        .timeline
        .into_iter()
        .map(|moment| EventOut {
            at: moment.at,
            by: match moment.by {
                Side::Customer => "customer",
                Side::Creditor => "creditor",
                Side::System => "system",
            },
            action: match moment.what {
                What::Submitted => super::SUBMIT,
                What::Step(action) => action.as_str(),
            },
            status: moment.to.as_str(),
            told: moment.told,
        })
        .collect();
    let mut out = RequestOut {
        request,
        note: view.note,
        bills: bills.into_iter().map(|(id,)| id).collect(),
        events,
        files: files.into_iter().map(|(id, media_type, size)| FileOut { id, media_type, size }).collect(),
        receipt: None,
        refund: None,
        plan: None,
        dispute: None,
    };
    match view.detail {
        Detail::Receipt { paid_on, amount } => {
            out.receipt = Some(ReceiptOut { paid_on, amount: amount.map(domain::money::Money::as_cents) })
        }
        Detail::Refund { way, order, .. } => {
            let (credit_bill, payment, target_bill) = sql!(conn, one (Option<String>, Option<String>, Option<String>):
                "select b.external_id, p.external_id, t.external_id from refunds f left join bills b on b.id = f.bill_id
                    left join payments p on p.id = f.payment_id left join bills t on t.id = f.target_bill_id where f.request_id = $1", row.id.0)?;
            out.refund = Some(RefundOut { way: way.as_str(), order: order.as_str(), credit_bill, payment, target_bill });
        }
        Detail::Plan { agreement, status, plan, .. } => {
            out.plan = Some(PlanOut {
                agreement: agreement.0,
                status: status.as_str(),
                total: plan.total.as_cents(),
                interest: plan.interest.as_cents(),
                total_cost: plan.total_cost.as_cents(),
                installments: installments(&mut conn, agreement.0).await?,
            });
        }
        // What staff has proposed is not said before it is approved.
        Detail::Dispute { reason, granted } => {
            let granted = granted.filter(|_| matches!(row.status, Status::Approved | Status::Done)).map(domain::money::Money::as_cents);
            out.dispute = Some(DisputeOut { reason: reason.as_str(), granted });
        }
        Detail::Slip | Detail::Question => {}
    }
    Ok(out)
}

async fn installments(conn: &mut Conn, agreement: Uuid) -> Result<Vec<InstallmentOut>> {
    let rows = sql!(conn, all (i32, NaiveDate, i64, Option<String>): "select i.number, i.due_on, i.amount, b.external_id
        from installments i left join bills b on b.id = i.bill_id where i.agreement_id = $1 order by i.number", agreement)?;
    Ok(rows.into_iter().map(|(number, due_on, amount, bill)| InstallmentOut { number, due_on, amount, bill }).collect())
}

/// A file of a request. That it was read is recorded.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub(crate) async fn attachment(server: &Server, key: &ApiKey, protocol: &str, upload: UploadId) -> Result<Download> {
    key.may(Scope::EvidenceRead)?;
    let protocol = digits(protocol)?;
    let mut conn = server.db.read().await?;
    let request = sql!(conn, optional Row: "select * from requests where protocol = $1", protocol.as_str())?.ok_or(Error::NotFound)?;
    let row = sql!(conn, optional (String, String, String): "select f.hash, u.name, f.media_type
        from uploads u join files f on f.hash = u.file_hash where u.id = $1 and u.request_id = $2", upload.0, request.id.0)?;
    drop(conn);
    let (hash, name, media_type) = row.ok_or(Error::NotFound)?;
    let event = Event {
        actor: key.actor(),
        action: "requests.look",
        subject_kind: "request",
        subject_id: Some(request.id.0),
        customer: Some(request.customer_id),
        detail: json!({ "upload": upload }),
    };
    let mut tx = server.db.write().await?;
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    files::download(server, &hash, name, media_type).await
}
