//! Bills: what is to be paid today, and how each late one comes to its amount. Never posts late charges: it works them out.

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::charges::{Calculation, Payer, Terms, late_charges, late_charges_after};
use domain::ids::{BillId, ContractId, CustomerId};
use domain::money::Money;
use domain::requests::{Kind, Status};
use domain::statement::{EntryKind, Nature, Position, Standing, days_late};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::Conn;
use crate::documents::{self, Document};
use crate::error::{Error, Result};
use crate::ledger::{ChargedBefore, charged_to, charges_open};
use crate::notices::{self, Notice};
use crate::payments::{self, Payment};
use crate::sessions::{Customer, Staff};
use crate::slips::{self, Slip};
use crate::statement::LedgerLine;
use crate::texts::{self, Locale};
use crate::{Server, policies, sql};

/// What the home page says.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The moment it holds for.
    pub as_of: DateTime<Utc>,
    /// What is to be paid today, with late charges: `principal` plus `fine` plus `interest`.
    pub to_pay: Money,
    /// Late or due today, without charges.
    pub principal: Money,
    /// Fines on what is late.
    pub fine: Money,
    /// Interest on what is late.
    pub interest: Money,
    /// How many bills are late.
    pub late: usize,
    /// How many fall due today, or did on days when banks were closed until today.
    pub due_today: usize,
    /// How many bills can be paid, due or not.
    pub open: usize,
    /// The next bill that falls due after today.
    pub next: Option<NextBill>,
    /// Open on disputed bills: nobody collects it meanwhile, and it is in none of the amounts above.
    pub disputed: Money,
    /// In the customer's favour, as a positive amount: paid twice, paid too much, or not laid on any bill yet.
    pub credits: Money,
    /// What is being handled, newest first; five at most.
    pub requests: Vec<OpenRequest>,
    /// Notices that were not read; three at most.
    pub notices: Vec<Notice>,
}

/// The bill that falls due next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextBill {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// When.
    pub due_on: NaiveDate,
    /// What is left to pay on it.
    pub amount: Money,
}

/// A request that is not over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRequest {
    /// Its protocol number, 20 digits.
    pub protocol: String,
    /// What was asked.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// By when it is answered.
    pub deadline_on: NaiveDate,
}

/// A bill and its contract.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Bill {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub nature: Nature,
    /// The month it belongs to: `2026-11`.
    pub competence: String,
    /// In the creditor's words.
    pub description: String,
    /// Issued.
    pub issued_on: NaiveDate,
    /// Due, as printed.
    pub due_on: NaiveDate,
    /// As issued.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// What is left to pay; negative in the customer's favour.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
    /// What may be done with it.
    #[sqlx(try_from = "String")]
    pub standing: Standing,
    /// Its contract.
    #[sqlx(try_from = "Uuid")]
    pub contract_id: ContractId,
    /// The contract's number.
    pub contract_number: String,
    /// The plan's name.
    pub plan_name: String,
    /// The plan's registration with ANS.
    pub plan_registration: String,
    /// Protocol of the agreement it is paid through.
    pub agreement_protocol: Option<String>,
    customer_id: Uuid,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// One bill, opened.
#[derive(Clone, Debug)]
pub struct BillDetail {
    /// The bill and its contract.
    pub bill: Bill,
    /// The contract's terms for paying late.
    pub terms: Terms,
    /// What it costs on the chosen day, line by line; none when it cannot be paid by itself: see `bill.standing`.
    pub calculation: Option<Calculation>,
    /// What the bank has told of it, oldest first.
    pub payments: Vec<Payment>,
    /// When the bank last told of payments; none where it does not by return files.
    pub told_at: Option<DateTime<Utc>>,
    /// Its ledger, oldest first, with the balance after each entry.
    pub entries: Vec<LedgerLine>,
    /// The slip with which it can be paid, as registered.
    pub slip: Option<Slip>,
    /// Its documents.
    pub documents: Vec<Document>,
    /// What is being handled about it.
    pub requests: Vec<OpenRequest>,
}

/// What the customer's home page says now.
///
/// # Errors
/// The database's.
pub async fn overview(server: &Server, customer: &Customer) -> Result<Overview> {
    let as_of = server.clock.now();
    let today = server.clock.local(as_of).date_naive();
    let mut conn = server.db.read().await?;
    let calendar = policies::calendar(&mut conn).await?;
    let rows = open_bills(&mut conn, customer.id(), &Span::default()).await?;
    let (unallocated,) = sql!(conn, one (i64,):
        "select cast(coalesce(sum(amount), 0) as bigint) from entries where customer_id = $1 and bill_id is null", customer.id().0)?;
    let requests = sql!(conn, all OpenRequest:
        "select protocol, kind, status, opened_at, deadline_on from requests where customer_id = $1 and closed_at is null
          order by opened_at desc limit 5", customer.id().0)?;
    let notices = notices::unread(&mut conn, customer.id(), 3).await?;
    drop(conn);
    let mut credits = -Money::cents(unallocated).min(Money::ZERO);
    let (mut position, mut disputed) = (Position::default(), Money::ZERO);
    let (mut fine, mut interest, mut late, mut due_today, mut next) = (Money::ZERO, Money::ZERO, 0, 0, None);
    for row in rows {
        if !row.balance.is_positive() {
            credits -= row.balance;
            continue;
        }
        match row.standing {
            Standing::Disputed => disputed += row.balance,
            Standing::InAgreement => {}
            Standing::Open | Standing::Settled => {
                position.add(row.due_on, row.balance, today, &calendar);
                if days_late(row.due_on, today, &calendar) > 0 {
                    late += 1;
                    let calculation = row.cost(today, &calendar)?;
                    fine += calculation.fine.amount;
                    interest += calculation.interest.amount;
                } else if row.due_on <= today {
                    due_today += 1;
                } else if next.is_none() {
                    // They come in the order of their due dates.
                    next = Some(NextBill { id: row.id, number: row.number, due_on: row.due_on, amount: row.balance });
                }
            }
        }
    }
    let principal = position.payable_now();
    let open = usize::try_from(position.open_bills).unwrap_or(usize::MAX);
    let to_pay = principal + fine + interest;
    Ok(Overview { as_of, to_pay, principal, fine, interest, late, due_today, open, next, disputed, credits, requests, notices })
}

/// One bill, with what it costs on a day: today at the earliest, a year from now at the latest.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn calculation(server: &Server, customer: &Customer, bill: BillId, on: NaiveDate) -> Result<BillDetail> {
    let mut conn = server.db.read().await?;
    detail(server, &mut conn, Some(customer.id()), bill, on).await
}

/// Anybody's bill, for staff; the look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn calculation_for_staff(server: &Server, staff: &Staff, bill: BillId, on: NaiveDate) -> Result<BillDetail> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let detail = detail(server, &mut tx, None, bill, on).await?;
    let event = Event {
        actor: staff.actor(),
        action: "bills.look",
        subject_kind: "bill",
        subject_id: Some(bill.0),
        customer: Some(CustomerId(detail.bill.customer_id)),
        detail: json!({}),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(detail)
}

/// What anybody's bill costs today, for a verb that has recorded the look; nothing when it cannot be paid by itself.
pub(crate) async fn cost_today(server: &Server, conn: &mut Conn, bill: BillId) -> Result<Option<Calculation>> {
    Ok(detail(server, conn, None, bill, server.clock.today()).await?.calculation)
}

/// What a bill came to on days of the past, with fine and interest: what is open of it, or when it is paid, what it was issued for.
pub(crate) async fn costs_on(conn: &mut Conn, bill: BillId, days: &[NaiveDate]) -> Result<Vec<(NaiveDate, Money)>> {
    let Some((amount, balance, due_on, tax_id, fine_rate, monthly_interest)) = sql!(conn, optional (i64, i64, NaiveDate, String, String, String):
        "select b.amount, b.balance, b.due_on, c.tax_id, k.fine_rate, k.monthly_interest from bills b
           join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id where b.id = $1", bill.0)?
    else {
        return Ok(Vec::new());
    };
    let calendar = policies::calendar(conn).await?;
    let terms = terms(&tax_id, &fine_rate, &monthly_interest)?;
    let principal = Money::cents(if balance > 0 { balance } else { amount });
    Ok(days.iter().map(|day| (*day, late_charges(principal, due_on, *day, &terms, &calendar).total)).collect())
}

pub(crate) async fn detail(server: &Server, conn: &mut Conn, of: Option<CustomerId>, id: BillId, on: NaiveDate) -> Result<BillDetail> {
    let today = server.clock.today();
    let on = on.clamp(today, today + Days::new(365));
    let bill = sql!(conn, optional Bill:
        "select b.id, b.number, b.nature, b.competence, b.description, b.issued_on, b.due_on, b.amount, b.balance, b.standing, b.contract_id,
                k.number as contract_number, k.plan_name, k.plan_registration, r.protocol as agreement_protocol,
                b.customer_id, c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs
           from bills b
           join contracts k on k.id = b.contract_id
           join customers c on c.id = b.customer_id
           left join agreements a on a.id = b.agreement_id
           left join requests r on r.id = a.request_id
          where b.id = $1 and ($2 is null or b.customer_id = $2)", id.0, of.map(|customer| customer.0))?
    .ok_or(Error::NotFound)?;
    let customer = CustomerId(bill.customer_id);
    let calendar = policies::calendar(conn).await?;
    let terms = bill.charged.relieved(terms(&bill.tax_id, &bill.fine_rate, &bill.monthly_interest)?)?;
    let entries = entries(conn, id).await?;
    let slip = slips::of_bill(conn, customer, id).await?;
    let documents = documents::of_bill(conn, customer, id).await?;
    let requests = sql!(conn, all OpenRequest:
        "select r.protocol, r.kind, r.status, r.opened_at, r.deadline_on from request_bills rb join requests r on r.id = rb.request_id
          where rb.bill_id = $1 and r.customer_id = $2 and r.closed_at is null order by r.opened_at desc limit 20", id.0, customer.0)?;
    let payable = bill.standing == Standing::Open && bill.balance.is_positive();
    let calculation = payable.then(|| late_charges_after(bill.balance, bill.due_on, bill.charged.posted(), on, &terms, &calendar));
    let payments = payments::of_bill(conn, customer, id).await?;
    let told_at = payments::told_at(conn).await?;
    Ok(BillDetail { bill, terms, calculation, payments, told_at, entries, slip, documents, requests })
}

/// The ledger of one bill, oldest first.
async fn entries(conn: &mut Conn, bill: BillId) -> Result<Vec<LedgerLine>> {
    let mut lines = sql!(conn, all LedgerLine:
        "select e.id, e.effective_on, e.kind, e.amount, e.bill_id, b.number as bill_number, e.note, cast(0 as bigint) as balance
           from entries e join bills b on b.id = e.bill_id where e.bill_id = $1 order by e.effective_on, e.id", bill.0)?;
    let mut balance = Money::ZERO;
    for line in &mut lines {
        balance += line.amount;
        line.balance = balance;
    }
    Ok(lines)
}

/// A contract's terms, as stored: a rate that is not said is not charged.
pub(crate) fn terms(tax_id: &str, fine_rate: &str, monthly_interest: &str) -> Result<Terms> {
    let rate = |text: &str| {
        if text.is_empty() { Ok(Decimal::ZERO) } else { Decimal::from_str(text).map_err(|_| Error::Corrupt("contract terms")) }
    };
    let (fine, monthly_interest) = (rate(fine_rate)?, rate(monthly_interest)?);
    let percent = |rate: Decimal| rate.saturating_mul(Decimal::ONE_HUNDRED).normalize();
    // A CNPJ has 14 characters, a CPF 11.
    let payer = if tax_id.len() == 14 { Payer::Company } else { Payer::Consumer };
    let version = format!("{}%+{}%am", percent(fine), percent(monthly_interest));
    Ok(Terms { version, payer, fine, monthly_interest, ..Terms::default() })
}

/// What a bill is for, in words.
#[must_use]
pub fn nature(l: Locale, nature: Nature) -> &'static str {
    match nature {
        Nature::Monthly => texts::statement::nature_monthly(l),
        Nature::CoParticipation => texts::statement::nature_co_participation(l),
        Nature::Installment => texts::statement::nature_installment(l),
        Nature::Adjustment => texts::statement::nature_adjustment(l),
        Nature::Other => texts::statement::nature_other(l),
    }
}

/// What may be done with a bill, in words.
#[must_use]
pub fn standing(l: Locale, standing: Standing) -> &'static str {
    match standing {
        Standing::Open => texts::statement::standing_open(l),
        Standing::Disputed => texts::statement::standing_disputed(l),
        Standing::InAgreement => texts::statement::standing_in_agreement(l),
        Standing::Settled => texts::statement::standing_settled(l),
    }
}

/// What an entry of the ledger says, in words.
#[must_use]
pub fn entry_kind(l: Locale, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Charge => texts::statement::entry_charge(l),
        EntryKind::Payment => texts::statement::entry_payment(l),
        EntryKind::Fine => texts::statement::entry_fine(l),
        EntryKind::Interest => texts::statement::entry_interest(l),
        EntryKind::Discount => texts::statement::entry_discount(l),
        EntryKind::Compensation => texts::statement::entry_compensation(l),
        EntryKind::Credit => texts::statement::entry_credit(l),
        EntryKind::Refund => texts::statement::entry_refund(l),
        EntryKind::WriteOff => texts::statement::entry_write_off(l),
        EntryKind::ToAgreement => texts::statement::entry_to_agreement(l),
        EntryKind::FromAgreement => texts::statement::entry_from_agreement(l),
        EntryKind::Reversal => texts::statement::entry_reversal(l),
    }
}

/// Which bills, by contract and due date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) contract: Option<ContractId>,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

/// The first and the last day that both databases hold as text and as date alike.
pub(crate) const FIRST_DAY: NaiveDate = day(1, 1, 1);
pub(crate) const LAST_DAY: NaiveDate = day(9999, 12, 31);

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

impl Default for Span {
    fn default() -> Self {
        Self { contract: None, from: FIRST_DAY, to: LAST_DAY }
    }
}

/// A bill whose balance is not zero, with what its charges need.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OpenBill {
    #[sqlx(try_from = "Uuid")]
    pub(crate) id: BillId,
    pub(crate) number: String,
    pub(crate) due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    pub(crate) balance: Money,
    #[sqlx(try_from = "String")]
    pub(crate) standing: Standing,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

impl OpenBill {
    /// What it costs on a day.
    pub(crate) fn cost(&self, on: NaiveDate, calendar: &Calendar) -> Result<Calculation> {
        let terms = self.charged.relieved(terms(&self.tax_id, &self.fine_rate, &self.monthly_interest)?)?;
        Ok(late_charges_after(self.balance, self.due_on, self.charged.posted(), on, &terms, calendar))
    }
}

/// The bills that are open, or in the customer's favour, now; by due date.
pub(crate) async fn open_bills(conn: &mut Conn, customer: CustomerId, span: &Span) -> Result<Vec<OpenBill>> {
    Ok(sql!(conn, all OpenBill:
        "select b.id, b.number, b.due_on, b.balance, b.standing, c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs
           from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
          where b.customer_id = $1 and b.balance <> 0 and b.due_on between $2 and $3 and ($4 is null or b.contract_id = $4)
          order by b.due_on, b.id", customer.0, span.from, span.to, span.contract.map(|contract| contract.0))?)
}

/// The same at the end of a day in the past, from the ledger.
pub(crate) async fn open_bills_then(conn: &mut Conn, customer: CustomerId, span: &Span, as_of: NaiveDate) -> Result<Vec<OpenBill>> {
    Ok(sql!(conn, all OpenBill: concat!(
        "select b.id, b.number, b.due_on, e.balance, b.standing, c.tax_id, k.fine_rate, k.monthly_interest, ",
        charged_to!("$5"), " as charged_to, ", charges_open!("$5"), " as charges_open, b.reliefs
           from (select bill_id, cast(sum(amount) as bigint) as balance from entries
                  where customer_id = $1 and effective_on <= $5 and bill_id is not null group by bill_id having sum(amount) <> 0) e
           join bills b on b.id = e.bill_id join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
          where b.customer_id = $1 and b.due_on between $2 and $3 and ($4 is null or b.contract_id = $4) and b.issued_on <= $5
          order by b.due_on, b.id"), customer.0, span.from, span.to, span.contract.map(|contract| contract.0), as_of)?)
}
