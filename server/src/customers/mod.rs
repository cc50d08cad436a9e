//! People and companies: their own data, who looked at it, and the whole picture that staff work with.
//! Never shows staff a customer without recording the look.

pub mod history;
pub mod search;

use chrono::{DateTime, NaiveDate, Utc};
use domain::agreements;
use domain::ids::{AgreementId, ContractId, CustomerId, PaymentId, RequestId, SlipId};
use domain::money::Money;
use domain::reconciliation::Stage;
use domain::requests::{Kind, Status};
use domain::slips::{Channel, SlipState};
use domain::tax_ids::TaxId;
use serde_json::json;
use uuid::Uuid;

use self::history::{ContactBefore, Look};
use crate::activities::{self, Activity};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::flags;
use crate::guarantees::{self, Guarantee};
use crate::notices::{self, Notice};
use crate::promises::{self, Promise};
use crate::sessions::{Customer, Staff};
use crate::slips::{self, PayableBill};
use crate::statement::{self, LedgerLine};
use crate::{Server, sql};

/// The customer's own data.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Name.
    pub name: String,
    /// CPF or CNPJ, partly hidden.
    pub tax_id: String,
    /// E-mail address on file, partly hidden.
    pub email: Option<String>,
    /// Telephone on file, partly hidden.
    pub phone: Option<String>,
    /// Street and number.
    pub address: String,
    /// City.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// CEP, eight digits.
    pub postal_code: String,
    /// Contracts, the newest first.
    pub contracts: Vec<Contract>,
    /// What the customer left with the creditor.
    pub guarantees: Vec<Guarantee>,
    /// Who may act for this customer today.
    pub representatives: Vec<Representative>,
}

/// A contract.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contract {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: ContractId,
    /// Its number.
    pub number: String,
    /// Kind, as imported: `individual`, `company` …
    pub kind: String,
    /// The plan's name.
    pub plan_name: String,
    /// The plan's registration with ANS.
    pub plan_registration: String,
    /// State, as imported: `active`, `suspended`, `ended`.
    pub state: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day, when it has one.
    pub ends_on: Option<NaiveDate>,
}

/// Somebody who may act for a customer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Representative {
    /// Name.
    pub name: String,
    /// What for.
    pub scope: String,
    /// Since.
    pub starts_on: NaiveDate,
    /// Until, when it ends.
    pub ends_on: Option<NaiveDate>,
}

/// Something that was done to, or seen of, a customer's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: By,
    /// What, as the audit trail calls it: `customers.look`.
    pub action: String,
}

/// Who did something, as a customer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person who asks.
    You,
    /// Somebody who acts for the customer.
    Representative,
    /// The creditor's staff.
    Staff,
    /// Em Dia itself.
    System,
}

/// A customer, whole.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Who.
    pub person: Person,
    /// Contracts, the newest first.
    pub contracts: Vec<Contract>,
    /// Who may act for the customer today.
    pub representatives: Vec<Representative>,
    /// Open bills, the oldest first, and how each can be paid.
    pub bills: Vec<PayableBill>,
    /// The first page of the statement, with open amounts by age and late charges.
    pub statement: statement::Statement,
    /// The newest entries of the ledger.
    pub ledger: Vec<LedgerLine>,
    /// The newest slips, payable or not.
    pub slips: Vec<SlipRow>,
    /// The newest payments.
    pub payments: Vec<Payment>,
    /// The newest requests.
    pub requests: Vec<Request>,
    /// Agreements, the newest first.
    pub agreements: Vec<Agreement>,
    /// The newest notices.
    pub notices: Vec<Notice>,
    /// Copies of slips handed out: proof that they were there to be paid.
    pub copies: Vec<HandedOut>,
    /// When somebody signed in.
    pub sessions: Vec<SignedIn>,
    /// What is to be known before anybody speaks or writes to the customer: what holds first, then what did.
    pub flags: Vec<flags::Set>,
    /// The newest attempts and conversations.
    pub activities: Vec<Activity>,
    /// Open promises to pay, and those that ended lately.
    pub promises: Vec<Promise>,
    /// What the customer left with the creditor.
    pub guarantees: Vec<Guarantee>,
    /// What the e-mail address and the telephone were before.
    pub contacts: Vec<ContactBefore>,
    /// Who of the staff looked at the customer, the newest first.
    pub looks: Vec<Look>,
    /// Everything that happened, the newest first.
    pub timeline: Vec<Happened>,
}

/// Who a customer is, for staff.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: CustomerId,
    /// The creditor's number of the customer.
    pub external_id: String,
    /// CPF or CNPJ, unmasked.
    pub tax_id: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// When that last changed.
    pub email_changed_at: Option<DateTime<Utc>>,
    /// Telephone.
    pub phone: Option<String>,
    /// Street and number.
    pub address: String,
    /// City.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// CEP, eight digits.
    pub postal_code: String,
    /// Since when we know of the customer.
    pub created_at: DateTime<Utc>,
}

/// A slip, in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SlipRow {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: SlipId,
    /// The bank's number of it.
    pub nosso_numero: String,
    /// As registered.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Due, as registered.
    pub due_on: NaiveDate,
    /// The last day on which any bank accepts it.
    pub limit_on: NaiveDate,
    /// What the bank last said of it.
    #[sqlx(try_from = "String")]
    pub state: SlipState,
}

/// Money the bank says it received.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
    /// Paid.
    pub paid_on: NaiveDate,
    /// In the creditor's account.
    pub credited_on: Option<NaiveDate>,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    credited_amount: Option<i64>,
    bank_fee: Option<i64>,
    /// When the bank's word of it reached us.
    pub found_at: Option<DateTime<Utc>>,
    /// When the bank took it back.
    pub reversed_at: Option<DateTime<Utc>>,
    /// How: `boleto`, `pix` …
    pub method: String,
    /// The bank's reference.
    pub bank_reference: String,
    /// Number of the bill it was for.
    pub bill_number: Option<String>,
}

impl Payment {
    /// What came into the account, and what the bank kept, where it says so.
    #[must_use]
    pub fn credited(&self) -> Option<(Money, Money)> {
        Some((Money::cents(self.credited_amount?), Money::cents(self.bank_fee.unwrap_or(0))))
    }

    /// How far the money is on a day.
    #[must_use]
    pub fn stage(&self, today: NaiveDate) -> Stage {
        Stage::of(self.credited_on, self.reversed_at.is_some(), today)
    }
}

/// A request, in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Request {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: RequestId,
    /// Its protocol number, 20 digits.
    pub protocol: String,
    /// What was asked.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// The amount in question.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// By when it is answered.
    pub deadline_on: NaiveDate,
    /// Over since.
    pub closed_at: Option<DateTime<Utc>>,
}

/// An agreement, in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Agreement {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: AgreementId,
    /// Protocol of its request.
    pub protocol: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub status: agreements::Status,
    /// All installments together.
    #[sqlx(try_from = "i64")]
    pub total: Money,
    /// Accepted.
    pub accepted_at: DateTime<Utc>,
    /// In force since.
    pub starts_on: Option<NaiveDate>,
    /// Ended.
    pub ended_on: Option<NaiveDate>,
}

/// A copy handed out.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HandedOut {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// The bank's number of the slip.
    pub nosso_numero: String,
    /// SHA-256 of the line handed out.
    pub line_hash: String,
    /// To whom.
    pub person: String,
}

/// A session, without what it was used for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignedIn {
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last request, to the minute.
    pub seen_at: DateTime<Utc>,
    /// Browser and system.
    pub device: String,
}

/// Something that happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Happened {
    /// When.
    pub at: DateTime<Utc>,
    /// `customer`, `staff` or `system`.
    pub actor_kind: String,
    /// Who, by name.
    pub actor: Option<String>,
    /// What: an action of a request (`approve`) or of the audit trail (`slips.copy`).
    pub action: String,
    /// Protocol number of the request it belongs to.
    pub protocol: Option<String>,
    /// What the customer was told.
    pub told: Option<String>,
    /// What staff wrote for staff.
    pub internal: Option<String>,
}

/// The customer's own data, contacts partly hidden.
///
/// # Errors
/// The database's.
pub async fn profile(server: &Server, customer: &Customer) -> Result<Profile> {
    let mut conn = server.db.read().await?;
    let person = person(&mut conn, customer.id()).await?;
    Ok(Profile {
        name: person.name,
        tax_id: TaxId::parse(&person.tax_id).map(|tax_id| tax_id.masked_for_display()).unwrap_or_default(),
        email: person.email.map(|email| slips::masked_email(&email)),
        phone: person.phone.map(|phone| masked_phone(&phone)),
        address: person.address,
        city: person.city,
        state: person.state,
        postal_code: person.postal_code,
        contracts: contracts(&mut conn, customer.id()).await?,
        guarantees: guarantees::of(&mut conn, customer.id()).await?,
        representatives: representatives(server, &mut conn, customer.id()).await?,
    })
}

/// The last fifty things done to, or seen of, the customer's data, the newest first.
///
/// # Errors
/// The database's.
pub async fn access_log(server: &Server, customer: &Customer) -> Result<Vec<Access>> {
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (DateTime<Utc>, String, Option<Uuid>, String):
        "select at, actor_kind, actor_id, action from audit_events where customer_id = $1 order by seq desc limit 50", customer.id().0)?;
    let by = |kind: &str, id: Option<Uuid>| match kind {
        "staff" => By::Staff,
        "customer" if id == Some(customer.person.0) => By::You,
        "customer" => By::Representative,
        _ => By::System,
    };
    Ok(rows.into_iter().map(|(at, kind, id, action)| Access { at, by: by(&kind, id), action }).collect())
}

/// A customer, whole: data, bills, ledger, slips, payments, requests, agreements, notices, copies, sessions, and everything that
/// happened, in order. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn picture(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Picture> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    sql!(tx, optional (Uuid,): "select id from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    look(server, &mut tx, staff, "customers.look", Some(customer), json!({})).await?;
    tx.commit().await?;
    let mut conn = server.db.read().await?;
    let conn = &mut conn;
    Ok(Picture {
        person: person(conn, customer).await?,
        contracts: contracts(conn, customer).await?,
        representatives: representatives(server, conn, customer).await?,
        bills: slips::payable_of(server, conn, customer, server.clock.today()).await?,
        statement: statement::of(server, conn, customer, &statement::Filter::default()).await?,
        ledger: statement::ledger_page(conn, customer, None).await?.lines,
        slips: sql!(conn, all SlipRow:
            "select id, nosso_numero, amount, due_on, limit_on, state from slips where customer_id = $1 order by due_on desc, id desc limit 40", customer.0)?,
        payments: sql!(conn, all Payment:
            "select p.id, p.paid_on, p.credited_on, p.amount, p.credited_amount, p.bank_fee, p.found_at, p.reversed_at, p.method, p.bank_reference, b.number as bill_number
               from payments p left join bills b on b.id = p.bill_id where p.customer_id = $1 order by p.paid_on desc, p.id desc limit 40", customer.0)?,
        requests: sql!(conn, all Request:
            "select id, protocol, kind, status, amount, opened_at, deadline_on, closed_at from requests
              where customer_id = $1 order by opened_at desc, id desc limit 40", customer.0)?,
        agreements: sql!(conn, all Agreement:
            "select a.id, r.protocol, a.status, a.total, a.accepted_at, a.starts_on, a.ended_on
               from agreements a join requests r on r.id = a.request_id where a.customer_id = $1 order by a.accepted_at desc, a.id desc limit 40", customer.0)?,
        notices: notices::newest(conn, customer, 40).await?,
        copies: sql!(conn, all HandedOut:
            "select h.at, h.channel, s.nosso_numero, h.line_hash, c.name as person
               from slip_copies h join slips s on s.id = h.slip_id join customers c on c.id = h.person_id
              where h.customer_id = $1 order by h.at desc, h.id desc limit 40", customer.0)?,
        sessions: sql!(conn, all SignedIn:
            "select created_at, seen_at, device from sessions where customer_id = $1 or acting_for = $1 order by created_at desc limit 20", customer.0)?,
        flags: flags::history(conn, customer).await?,
        activities: activities::newest(conn, customer, 40).await?,
        promises: promises::of_customer(server, conn, customer).await?,
        guarantees: guarantees::of(conn, customer).await?,
        contacts: history::contacts(conn, customer).await?,
        looks: history::looks(conn, customer).await?,
        timeline: timeline(conn, customer).await?,
    })
}

/// The name of a customer before whom staff does something, for a page about one part of them alone. The look is recorded.
pub(crate) async fn named(server: &Server, staff: &Staff, customer: CustomerId) -> Result<String> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    let (name,) = sql!(tx, optional (String,): "select name from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    look(server, &mut tx, staff, "customers.look", Some(customer), json!({})).await?;
    tx.commit().await?;
    Ok(name)
}

/// The newest hundred events: those of requests with what was said, and the rest of the audit trail.
async fn timeline(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Happened>> {
    let mut all = sql!(conn, all Happened:
        "select e.at, e.actor_kind, coalesce(t.name, c.name) as actor, e.action, r.protocol, e.told, e.internal
           from requests r join request_events e on e.request_id = r.id
           left join staff t on t.id = e.actor_id left join customers c on c.id = e.actor_id
          where r.customer_id = $1 order by e.at desc, e.id desc limit 100", customer.0)?;
    all.extend(sql!(conn, all Happened:
        "select e.at, e.actor_kind, coalesce(t.name, c.name) as actor, e.action, null as protocol, null as told, null as internal
           from audit_events e left join staff t on t.id = e.actor_id left join customers c on c.id = e.actor_id
          where e.customer_id = $1 and e.subject_kind <> 'request' order by e.seq desc limit 100", customer.0)?);
    all.sort_by_key(|happened| std::cmp::Reverse(happened.at));
    all.truncate(100);
    Ok(all)
}

async fn look(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    action: &str,
    customer: Option<CustomerId>,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "customer", subject_id: customer.map(|id| id.0), customer, detail };
    audit::record(server, tx, event).await
}

async fn person(conn: &mut Conn, customer: CustomerId) -> Result<Person> {
    sql!(conn, optional Person:
        "select id, external_id, tax_id, name, email, email_changed_at, phone, address, city, state, postal_code, created_at
           from customers where id = $1", customer.0)?
    .ok_or(Error::NotFound)
}

async fn contracts(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Contract>> {
    Ok(sql!(conn, all Contract:
        "select id, number, kind, plan_name, plan_registration, state, starts_on, ends_on from contracts
          where customer_id = $1 order by starts_on desc, id desc limit 100", customer.0)?)
}

async fn representatives(server: &Server, conn: &mut Conn, customer: CustomerId) -> Result<Vec<Representative>> {
    Ok(sql!(conn, all Representative:
        "select c.name, r.scope, r.starts_on, r.ends_on from representations r join customers c on c.id = r.representative_id
          where r.customer_id = $1 and r.starts_on <= $2 and (r.ends_on is null or r.ends_on >= $2) order by c.name",
        customer.0, server.clock.today())?)
}

/// A number that only those recognise who know it: its last two digits.
fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    format!("•••• ••{}", digits.iter().skip(digits.len().saturating_sub(2)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_hidden() {
        assert_eq!(masked_phone("+55 (41) 99999-1234"), "•••• ••34");
        assert_eq!(masked_phone(""), "•••• ••");
        assert_eq!(slips::masked_email("maria@example.org"), "m•••@example.org");
    }
}
