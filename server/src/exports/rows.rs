//! What each export holds: which rows of which period, in which columns. Read a page at a time, in an order that never changes, so that
//! nothing is told twice or left out while others write.

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

use super::Span;
use super::writing::Cell;
use crate::db::Conn;
use crate::error::Result;
use crate::{Server, sql};

/// Rows read at once.
const AT_ONCE: i64 = 1_000;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Refund orders, by the day they were approved; where to is masked.
    Refunds,
    /// Credits taken off another bill, by the day they were posted.
    Compensations,
    /// Slips that the bank does not know yet, by the day they were issued.
    Slips,
    /// Requests granted and refused, by the day of the decision.
    Decisions,
}

impl Kind {
    /// Every kind, in the order of the screen.
    pub const ALL: &'static [Self] = &[Self::Refunds, Self::Compensations, Self::Slips, Self::Decisions];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refunds => "refunds",
            Self::Compensations => "compensations",
            Self::Slips => "slips",
            Self::Decisions => "decisions",
        }
    }

    /// How a file of it is called.
    pub(super) const fn file_name(self) -> &'static str {
        match self {
            Self::Refunds => "devolucoes",
            Self::Compensations => "compensacoes",
            Self::Slips => "boletos-a-registrar",
            Self::Decisions => "decisoes",
        }
    }

    /// The header of a file.
    pub(super) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Refunds => {
                &["protocol", "customer", "tax_id", "name", "bill", "amount", "destination", "holder", "approved_at", "state", "bank_file"]
            }
            Self::Compensations => {
                &["protocol", "customer", "tax_id", "name", "from_bill", "to_bill", "amount", "counts_from", "posted_at"]
            }
            Self::Slips => &[
                "external_id",
                "bank_agreement",
                "nosso_numero",
                "document_number",
                "customer",
                "tax_id",
                "name",
                "address",
                "city",
                "state",
                "postal_code",
                "bills",
                "amount",
                "issued_on",
                "due_on",
                "limit_on",
                "instructions",
            ],
            Self::Decisions => &[
                "protocol",
                "request",
                "decision",
                "customer",
                "tax_id",
                "name",
                "amount",
                "opened_at",
                "deadline_on",
                "decided_at",
                "decided_by",
                "prepared_by",
                "off_policy",
                "status",
                "reason",
            ],
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = &'static str;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or("expected refunds, compensations, slips or decisions")
    }
}

impl TryFrom<String> for Kind {
    type Error = &'static str;
    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

macro_rules! refunds {
    ($what:literal, $end:literal) => {
        concat!("select ", $what, " from refunds f join requests r on r.id = f.request_id join customers c on c.id = r.customer_id
            left join bills b on b.id = f.bill_id
            where f.way in ('refund', 'origin') and f.state in ('approved', 'exported', 'paid') and (f.ordered_at, r.id) > ($1, $2) and f.ordered_at < $3 ", $end)
    };
}

macro_rules! compensations {
    ($what:literal, $end:literal) => {
        concat!(
            "select ",
            $what,
            " from entries e join requests r on r.id = e.request_id join refunds f on f.request_id = r.id
            join customers c on c.id = r.customer_id left join bills o on o.id = f.bill_id left join bills b on b.id = e.bill_id
            where e.kind = 'compensation' and e.amount < 0 and (e.posted_at, e.id) > ($1, $2) and e.posted_at < $3 ",
            $end
        )
    };
}

macro_rules! slips {
    ($what:literal, $end:literal) => {
        concat!(
            "select ",
            $what,
            " from slips s join bank_agreements a on a.id = s.bank_agreement_id join customers c on c.id = s.customer_id
            where s.state = 'pending' and (s.issued_on, s.id) > ($1, $2) and s.issued_on <= $3 ",
            $end
        )
    };
}

macro_rules! decisions {
    ($what:literal, $end:literal) => {
        concat!(
            "select ",
            $what,
            " from request_events e join requests r on r.id = e.request_id join customers c on c.id = r.customer_id
            left join staff d on d.id = e.actor_id and e.actor_kind = 'staff' left join staff p on p.id = r.prepared_by
            where e.action in ('approve', 'refuse') and (e.at, e.id) > ($1, $2) and e.at < $3 ",
            $end
        )
    };
}

/// How many rows there are, and their amounts together.
pub(super) async fn total(conn: &mut Conn, kind: Kind, span: &Span) -> Result<(i64, i64)> {
    let (begins, ends, first) = (span.begins, span.ends, Uuid::nil());
    Ok(match kind {
        Kind::Refunds => {
            sql!(conn, one (i64, i64): refunds!("count(*), cast(coalesce(sum(f.amount), 0) as bigint)", ""), begins, first, ends)?
        }
        Kind::Compensations => {
            sql!(conn, one (i64, i64): compensations!("count(*), cast(coalesce(sum(-e.amount), 0) as bigint)", ""), begins, first, ends)?
        }
        Kind::Slips => sql!(conn, one (i64, i64): slips!("count(*), cast(coalesce(sum(s.amount), 0) as bigint)", ""),
            span.period.from, first, span.period.to)?,
        Kind::Decisions => {
            sql!(conn, one (i64, i64): decisions!("count(*), cast(coalesce(sum(r.amount), 0) as bigint)", ""), begins, first, ends)?
        }
    })
}

/// One row on its way: its cells, and what it adds to the sum.
pub(super) struct Line {
    pub(super) cells: Vec<Cell>,
    pub(super) cents: i64,
}

/// Sends every row of a period to whoever writes it, page by page, and waits for them.
pub(super) async fn read(server: &Server, kind: Kind, span: &Span, to: &Sender<Vec<Line>>) -> Result<()> {
    let (mut at, mut day, mut id) = (span.begins, span.period.from, Uuid::nil());
    loop {
        let mut conn = server.db.read().await?;
        let lines: Vec<Line> = match kind {
            Kind::Refunds => {
                let rows = sql!(conn, all Refund: refunds!("r.id, r.protocol, c.external_id as customer, c.tax_id, c.name, b.external_id as bill,
                    f.amount, coalesce(f.destination_masked, f.end_to_end_id) as destination_masked, f.holder_match, f.ordered_at, f.state, f.batch_id", "order by f.ordered_at, r.id limit $4"),
                    at, id, span.ends, AT_ONCE)?;
                if let Some(last) = rows.last() {
                    (at, id) = (last.ordered_at, last.id);
                }
                rows.into_iter().map(|row| row.line(server)).collect()
            }
            Kind::Compensations => {
                let rows = sql!(conn, all Compensation: compensations!("e.id, r.protocol, c.external_id as customer, c.tax_id, c.name,
                    o.external_id as from_bill, b.external_id as to_bill, -e.amount as amount, e.effective_on, e.posted_at",
                    "order by e.posted_at, e.id limit $4"), at, id, span.ends, AT_ONCE)?;
                if let Some(last) = rows.last() {
                    (at, id) = (last.posted_at, last.id);
                }
                rows.into_iter().map(|row| row.line(server)).collect()
            }
            Kind::Slips => {
                let rows = sql!(conn, all Slip: slips!("s.id, s.external_id, a.external_id as bank_agreement, s.nosso_numero, s.document_number,
                    c.external_id as customer, c.tax_id, c.name, c.address, c.city, c.state, c.postal_code,
                    (select string_agg(b.external_id, ' ' order by b.external_id) from slip_bills l join bills b on b.id = l.bill_id where l.slip_id = s.id) as bills,
                    s.amount, s.issued_on, s.due_on, s.limit_on, s.instructions", "order by s.issued_on, s.id limit $4"),
                    day, id, span.period.to, AT_ONCE)?;
                if let Some(last) = rows.last() {
                    (day, id) = (last.issued_on, last.id);
                }
                rows.into_iter().map(Slip::line).collect()
            }
            Kind::Decisions => {
                let rows = sql!(conn, all Decision: decisions!("e.id, r.protocol, r.kind, e.action, c.external_id as customer, c.tax_id, c.name,
                    r.amount, r.opened_at, r.deadline_on, e.at, d.name as decided_by, p.name as prepared_by, r.off_policy, r.status, e.told",
                    "order by e.at, e.id limit $4"), at, id, span.ends, AT_ONCE)?;
                if let Some(last) = rows.last() {
                    (at, id) = (last.at, last.id);
                }
                rows.into_iter().map(|row| row.line(server)).collect()
            }
        };
        drop(conn);
        // The writer has failed when nobody takes them, and says why itself.
        if lines.is_empty() || to.send(lines).await.is_err() {
            return Ok(());
        }
    }
}

fn moment(server: &Server, at: DateTime<Utc>) -> Cell {
    Cell::Moment(server.clock.local(at).fixed_offset())
}

#[derive(sqlx::FromRow)]
struct Refund {
    id: Uuid,
    protocol: String,
    customer: String,
    tax_id: String,
    name: String,
    bill: Option<String>,
    amount: i64,
    destination_masked: Option<String>,
    holder_match: Option<String>,
    ordered_at: DateTime<Utc>,
    state: String,
    batch_id: Option<Uuid>,
}

impl Refund {
    fn line(self, server: &Server) -> Line {
        Line {
            cells: vec![
                Cell::text(self.protocol),
                Cell::text(self.customer),
                Cell::text(self.tax_id),
                Cell::text(self.name),
                Cell::maybe(self.bill),
                Cell::Cents(self.amount),
                Cell::maybe(self.destination_masked),
                Cell::maybe(self.holder_match),
                moment(server, self.ordered_at),
                Cell::text(self.state),
                Cell::maybe(self.batch_id.map(|id| id.to_string())),
            ],
            cents: self.amount,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Compensation {
    id: Uuid,
    protocol: String,
    customer: String,
    tax_id: String,
    name: String,
    from_bill: Option<String>,
    to_bill: Option<String>,
    amount: i64,
    effective_on: NaiveDate,
    posted_at: DateTime<Utc>,
}

impl Compensation {
    fn line(self, server: &Server) -> Line {
        Line {
            cells: vec![
                Cell::text(self.protocol),
                Cell::text(self.customer),
                Cell::text(self.tax_id),
                Cell::text(self.name),
                Cell::maybe(self.from_bill),
                Cell::maybe(self.to_bill),
                Cell::Cents(self.amount),
                Cell::Day(self.effective_on),
                moment(server, self.posted_at),
            ],
            cents: self.amount,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Slip {
    id: Uuid,
    external_id: String,
    bank_agreement: String,
    nosso_numero: String,
    document_number: String,
    customer: String,
    tax_id: String,
    name: String,
    address: String,
    city: String,
    state: String,
    postal_code: String,
    bills: Option<String>,
    amount: i64,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    limit_on: NaiveDate,
    instructions: String,
}

impl Slip {
    fn line(self) -> Line {
        Line {
            cells: vec![
                Cell::text(self.external_id),
                Cell::text(self.bank_agreement),
                Cell::text(self.nosso_numero),
                Cell::text(self.document_number),
                Cell::text(self.customer),
                Cell::text(self.tax_id),
                Cell::text(self.name),
                Cell::text(self.address),
                Cell::text(self.city),
                Cell::text(self.state),
                Cell::text(self.postal_code),
                Cell::maybe(self.bills),
                Cell::Cents(self.amount),
                Cell::Day(self.issued_on),
                Cell::Day(self.due_on),
                Cell::Day(self.limit_on),
                Cell::text(self.instructions),
            ],
            cents: self.amount,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Decision {
    id: Uuid,
    protocol: String,
    kind: String,
    action: String,
    customer: String,
    tax_id: String,
    name: String,
    amount: i64,
    opened_at: DateTime<Utc>,
    deadline_on: NaiveDate,
    at: DateTime<Utc>,
    decided_by: Option<String>,
    prepared_by: Option<String>,
    off_policy: bool,
    status: String,
    told: Option<String>,
}

impl Decision {
    fn line(self, server: &Server) -> Line {
        let decision = if self.action == "approve" { "granted" } else { "refused" };
        Line {
            cells: vec![
                Cell::text(self.protocol),
                Cell::text(self.kind),
                Cell::text(decision),
                Cell::text(self.customer),
                Cell::text(self.tax_id),
                Cell::text(self.name),
                Cell::Cents(self.amount),
                moment(server, self.opened_at),
                Cell::Day(self.deadline_on),
                moment(server, self.at),
                // Nobody where the rules decided by themselves.
                Cell::maybe(self.decided_by),
                Cell::maybe(self.prepared_by),
                Cell::text(if self.off_policy { "yes" } else { "no" }),
                Cell::text(self.status),
                Cell::maybe(self.told),
            ],
            cents: self.amount,
        }
    }
}
