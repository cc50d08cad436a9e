//! What somebody binds themselves to with a one-time code: an agreement's terms, an account for a refund. What was agreed to waits here until
//! the code is typed, and nothing else is written before; from then on it is the evidence: what was shown and when, where the code went, who
//! typed it and from where.
//!
//! Never decides whether what was agreed to still holds: whoever is asked for the effect does, once the code was right.

use chrono::{DateTime, TimeDelta, Utc};
pub use domain::acceptances::Purpose;
use domain::ids::{CustomerId, RequestId};
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::templates::notices::{Kind, Variable, Words};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::clock::Clock;
use crate::codes::{self, Bond, PER_NETWORK, throttled};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::sealing::sha256;
use crate::sessions::{Customer, Visit};
use crate::slips::masked_email;
use crate::templates;
use crate::texts::{self, Locale, acceptances as t};
use crate::throttle::Limit;
use crate::{Server, sql};

/// What the answers are sealed for.
const SEALED: &str = "acceptance";
/// Codes of one person, whatever they are for.
const PER_PERSON: Limit = Limit { hits: 6, seconds: 900 };
/// What nobody typed a code for is kept so long, for questions about a code that did not come.
const KEPT_DAYS: i64 = 3;
/// Offers of plans that nobody accepted, after their last day.
const OFFERS_KEPT_DAYS: i64 = 10;

/// Something that waits for its code, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptanceId(pub Uuid);

/// What came of a form that binds somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A code is on its way.
    Code(AcceptanceId),
    /// It is done: nothing had to be confirmed, or it was already.
    Done(Protocol),
}

/// What is bound, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What the code is for.
    pub purpose: Purpose,
    /// How much: all payments of an agreement together, or what is given back.
    pub amount: Money,
    /// Payments of an agreement, the down payment included.
    pub payments: i32,
    /// Account or key of a refund, masked.
    pub destination: String,
}

impl About {
    /// In one sentence.
    #[must_use]
    pub fn words(&self, l: Locale) -> String {
        let amount = texts::money(l, self.amount);
        match self.purpose {
            Purpose::Plan => t::about_plan(l, amount, i64::from(self.payments)),
            Purpose::Refund => t::about_refund(l, amount, &self.destination),
        }
    }
}

/// Something that waits for its code.
#[derive(Clone, Debug)]
pub struct Pending<F> {
    /// What was typed, for those who go back.
    pub form: F,
    /// What is bound.
    pub about: About,
    /// Where the code went, masked.
    pub contact: String,
    /// Until when it can be typed.
    pub until: DateTime<Utc>,
    /// Whether it still can.
    pub waits: Waits,
}

/// What can be done about a code that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// It can be typed.
    ForCode,
    /// It is too old; another can be sent.
    ForAnother,
    /// It was used, or tried too often: what was accepted is to be accepted anew.
    NotAnyMore,
}

/// What an address that names an acceptance leads to.
#[derive(Clone, Debug)]
pub enum Found<F> {
    /// The code is still to be typed.
    Pending(Pending<F>),
    /// It was, and this came of it.
    Done(Protocol),
}

/// What is agreed to.
pub(crate) struct New<'a, F> {
    pub(crate) submission: Uuid,
    pub(crate) about: About,
    pub(crate) hash: &'a str,
    pub(crate) form: &'a F,
    /// The offer that was shown, and when it was made.
    pub(crate) offer: Option<(Uuid, DateTime<Utc>)>,
    pub(crate) policy: &'a str,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    person_id: Uuid,
    #[sqlx(try_from = "String")]
    purpose: Purpose,
    submission: Uuid,
    hash: String,
    form_sealed: String,
    amount: i64,
    payments: i32,
    destination: String,
    locale: String,
    contact: String,
    request_id: Option<Uuid>,
}

impl Row {
    fn about(&self) -> About {
        About { purpose: self.purpose, amount: Money::cents(self.amount), payments: self.payments, destination: self.destination.clone() }
    }

    fn form<F: DeserializeOwned>(&self, server: &Server) -> Result<F> {
        let json = server.config.keys.open(SEALED, &self.form_sealed)?;
        serde_json::from_str(&json).map_err(|_| Error::Corrupt("acceptance"))
    }

    /// The customer, the person and what they agree to: a code for the one is none for the other.
    fn subject(&self, customer: CustomerId) -> String {
        format!("{}/{}/{}", customer.0, self.person_id, self.hash)
    }
}

/// An acceptance of this customer, by this person: somebody else who acts for the same customer has another contact.
async fn own(conn: &mut Conn, customer: &Customer, purpose: Purpose, id: AcceptanceId) -> Result<Row> {
    sql!(conn, optional Row: "select * from acceptances where id = $1 and customer_id = $2 and person_id = $3 and purpose = $4",
        id.0, customer.id.0, customer.person.0, purpose.as_str())?
    .ok_or(Error::NotFound)
}

/// What this very form came to before: a double click asks for one code.
pub(crate) async fn asked(server: &Server, customer: &Customer, submission: Uuid) -> Result<Option<Asked>> {
    let mut conn = server.db.read().await?;
    asked_before(server, &mut conn, customer, submission).await
}

async fn asked_before(server: &Server, conn: &mut Conn, customer: &Customer, submission: Uuid) -> Result<Option<Asked>> {
    let found = sql!(conn, optional (Uuid, Option<Uuid>): "select a.id, a.request_id from acceptances a left join codes o on o.id = a.id
        where a.submission = $1 and a.customer_id = $2 and a.person_id = $3
            and (a.request_id is not null or (o.used_at is null and o.expires_at > $4 and o.attempts < $5))",
        submission, customer.id.0, customer.person.0, server.clock.now(), codes::TRIES)?;
    Ok(match found {
        Some((_, Some(request))) => Some(Asked::Done(protocol(conn, request).await?)),
        Some((id, None)) => Some(Asked::Code(AcceptanceId(id))),
        None => None,
    })
}

async fn protocol(conn: &mut Conn, request: Uuid) -> Result<Protocol> {
    let (digits,) = sql!(conn, one (String,): "select protocol from requests where id = $1", request)?;
    digits.parse().map_err(|_| Error::Corrupt("protocol"))
}

/// Counts that a person asks for a code.
pub(crate) async fn asks(server: &Server, customer: &Customer, visit: &Visit) -> Result<()> {
    throttled(server, &[("network", &visit.network, PER_NETWORK), ("acceptance", &customer.person.0.to_string(), PER_PERSON)]).await
}

/// Lets those who act for one customer wait for each other.
pub(crate) async fn take_customer(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    sql!(tx, execute: "update customers set name = name where id = $1", customer.0)?;
    Ok(())
}

/// Keeps what is agreed to and sends the code. The customer was taken before.
pub(crate) async fn begin<F: Serialize>(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    visit: &Visit,
    l: Locale,
    new: &New<'_, F>,
) -> Result<AcceptanceId> {
    // Its rival may be itself, sent twice at once.
    if let Some(Asked::Code(id)) = asked_before(server, tx, customer, new.submission).await? {
        return Ok(id);
    }
    sql!(tx, execute: "delete from acceptances where submission = $1 and customer_id = $2 and person_id = $3 and request_id is null",
        new.submission, customer.id.0, customer.person.0)?;
    let email = contact(tx, customer).await?;
    let json = serde_json::to_string(new.form).map_err(|_| Error::Corrupt("acceptance"))?;
    let (id, now, about) = (Uuid::new_v4(), server.clock.now(), &new.about);
    let written = sql!(tx, execute: "insert into acceptances (id, customer_id, person_id, purpose, submission, hash, form_sealed, amount, payments, destination,
            offer_id, shown_at, policy, locale, accepted_at, accepted_address, accepted_device, contact, sent_at, sendings)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $15, 0) on conflict (submission) do nothing",
        id, customer.id.0, customer.person.0, about.purpose.as_str(), new.submission, new.hash, server.config.keys.seal(SEALED, &json)?,
        about.amount.as_cents(), about.payments, about.destination.as_str(), new.offer.map(|(id, _)| id), new.offer.map(|(_, at)| at), new.policy, l.tag(),
        now, visit.address.as_str(), visit.agent.as_str(), masked_email(&email))?;
    if written == 0 {
        return Err(Error::Overtaken("submitted_already"));
    }
    let row = own(tx, customer, about.purpose, AcceptanceId(id)).await?;
    send(server, tx, customer, &row, &email).await?;
    Ok(AcceptanceId(id))
}

/// Where the codes of whoever acts go. One enters by a code to this contact; it can have been taken off the file since.
async fn contact(conn: &mut Conn, customer: &Customer) -> Result<String> {
    let found = sql!(conn, optional (Option<String>,): "select email from customers where id = $1", customer.person.0)?;
    found.and_then(|(email,)| email).filter(|email| !email.is_empty()).ok_or(Error::Refused("code_no_contact"))
}

async fn send(server: &Server, tx: &mut Tx, customer: &Customer, row: &Row, email: &str) -> Result<()> {
    let subject = row.subject(customer.id);
    let bond = Bond { id: row.id, purpose: row.purpose.as_str(), subject: &subject };
    let code = codes::issue(server, tx, &bond, Some(customer.person.0)).await?;
    sql!(tx, execute: "update acceptances set sendings = sendings + 1, sent_at = $2, contact = $3 where id = $1",
        row.id, server.clock.now(), masked_email(email))?;
    let l = Locale::of_tag(&row.locale).unwrap_or_default();
    let about = row.about().words(l);
    let kind = match row.purpose {
        Purpose::Plan => Kind::AgreementCode,
        Purpose::Refund => Kind::RefundCode,
    };
    let (name,) = sql!(tx, one (String,): "select name from customers where id = $1", customer.person.0)?;
    let values = [(Variable::Code, code), (Variable::Subject, about)];
    let Words { head: subject, body } = templates::word(tx, kind, l, &name, &values).await?;
    let mail = Mail { to: email.to_owned(), subject, body, attachments: Vec::new() };
    outbox::put(server, tx, &Outgoing::Mail(mail)).await?;
    audit::record(server, tx, event(customer, "acceptances.send", row, json!({ "purpose": row.purpose }))).await
}

fn event(customer: &Customer, action: &'static str, row: &Row, detail: serde_json::Value) -> Event<'static> {
    Event { actor: customer.actor(), action, subject_kind: "acceptance", subject_id: Some(row.id), customer: Some(customer.id), detail }
}

/// Sends another code in place of the one on its way.
///
/// # Errors
/// [`Error::Throttled`]; [`Error::NotFound`] for somebody else's, and when none is waited for; [`Error::Form`] when its tries are used up.
pub async fn resend(server: &Server, customer: &Customer, visit: &Visit, purpose: Purpose, id: AcceptanceId) -> Result<()> {
    codes::resends(server, &visit.network, id.0).await?;
    let mut tx = server.db.write().await?;
    take_customer(&mut tx, customer.id).await?;
    let row = own(&mut tx, customer, purpose, id).await?;
    let subject = row.subject(customer.id);
    codes::may_be_resent(&mut tx, &Bond { id: row.id, purpose: purpose.as_str(), subject: &subject }).await?;
    let email = contact(&mut tx, customer).await?;
    send(server, &mut tx, customer, &row, &email).await?;
    tx.commit().await
}

/// What waits for its code, or what came of it.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn find<F: DeserializeOwned>(server: &Server, customer: &Customer, purpose: Purpose, id: AcceptanceId) -> Result<Found<F>> {
    let mut conn = server.db.read().await?;
    let row = own(&mut conn, customer, purpose, id).await?;
    if let Some(request) = row.request_id {
        return Ok(Found::Done(protocol(&mut conn, request).await?));
    }
    let code = sql!(conn, optional (DateTime<Utc>, i32, Option<DateTime<Utc>>): "select expires_at, attempts, used_at from codes where id = $1", row.id)?;
    let (until, waits) = match code {
        Some((until, tries, None)) if tries < codes::TRIES => {
            (until, if until > server.clock.now() { Waits::ForCode } else { Waits::ForAnother })
        }
        Some((until, ..)) => (until, Waits::NotAnyMore),
        None => (server.clock.now(), Waits::NotAnyMore),
    };
    Ok(Found::Pending(Pending { form: row.form(server)?, about: row.about(), contact: row.contact, until, waits }))
}

/// What a right code confirms: to be checked, made and bound in the same transaction.
pub(crate) struct Entered<F> {
    row: Row,
    tries: i32,
    /// What was typed.
    pub(crate) form: F,
}

impl<F> Entered<F> {
    /// The fingerprint of what was agreed to.
    pub(crate) fn hash(&self) -> &str {
        &self.row.hash
    }
}

/// The form that asked for a code.
pub(crate) async fn submission(server: &Server, customer: &Customer, purpose: Purpose, id: AcceptanceId) -> Result<Uuid> {
    let mut conn = server.db.read().await?;
    Ok(own(&mut conn, customer, purpose, id).await?.submission)
}

/// Does what a code confirms once: the same again is answered with what came of it the first time.
pub(crate) async fn once(
    server: &Server,
    customer: &Customer,
    submission: Uuid,
    make: impl Future<Output = Result<Protocol>>,
) -> Result<Protocol> {
    if let Some(Asked::Done(protocol)) = asked(server, customer, submission).await? {
        return Ok(protocol);
    }
    match make.await {
        // Its rival may have been itself, sent twice at once: by now that one is done.
        Err(error) => match asked(server, customer, submission).await? {
            Some(Asked::Done(protocol)) => Ok(protocol),
            _ => Err(error),
        },
        made => made,
    }
}

/// Tries a code. The customer was taken before; the transaction is to be committed also when it is refused, for the try counts and a right
/// code is used up, whatever comes of it.
pub(crate) async fn enter<F: DeserializeOwned>(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    purpose: Purpose,
    id: AcceptanceId,
    typed: &str,
) -> Result<Entered<F>> {
    let row = own(tx, customer, purpose, id).await?;
    let subject = row.subject(customer.id);
    let bond = Bond { id: row.id, purpose: purpose.as_str(), subject: &subject };
    let (_, tries) = codes::tried(server, tx, &bond, typed).await?.told()?;
    let form = row.form(server)?;
    Ok(Entered { row, tries, form })
}

/// Keeps the evidence with the request that came of it, and its fingerprint in the audit trail, where no edit goes unseen.
pub(crate) async fn bind<F>(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    visit: &Visit,
    entered: &Entered<F>,
    request: RequestId,
) -> Result<()> {
    sql!(tx, execute: "update acceptances set entered_at = $2, tries = $3, entered_address = $4, entered_device = $5, request_id = $6, form_sealed = ''
        where id = $1", entered.row.id, server.clock.now(), entered.tries, visit.address.as_str(), visit.agent.as_str(), request.0)?;
    let evidence = newest(tx, request.0).await?.ok_or(Error::Corrupt("acceptance"))?;
    let detail = json!({ "request": request.0, "evidence": evidence.fingerprint()? });
    audit::record(server, tx, event(customer, "acceptances.enter", &entered.row, detail)).await
}

// ---- evidence ----

/// How somebody bound themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Evidence {
    /// Which.
    pub id: Uuid,
    /// Who.
    pub person_id: Uuid,
    /// The offer that was shown, if one was.
    pub offer_id: Option<Uuid>,
    /// When it was shown first.
    pub shown_at: Option<DateTime<Utc>>,
    /// When it was agreed to, by the form.
    pub accepted_at: DateTime<Utc>,
    /// From which address; empty where whoever looks has no right to it.
    pub accepted_address: String,
    /// With which program, as it calls itself.
    pub accepted_device: String,
    /// Where the code went, masked.
    pub contact: String,
    /// When the last one did.
    pub sent_at: DateTime<Utc>,
    /// How many were sent.
    pub sendings: i32,
    /// When it was typed.
    pub entered_at: DateTime<Utc>,
    /// Codes typed until it was right, that one included.
    pub tries: i32,
    /// From which address; empty as the other.
    pub entered_address: String,
    /// With which program.
    pub entered_device: String,
    /// Fingerprint of what was agreed to.
    pub hash: String,
    /// The version of the policy that decided.
    pub policy: String,
    /// The language in which it was read.
    pub locale: String,
}

impl Evidence {
    /// Without the addresses.
    #[must_use]
    pub fn without_addresses(self) -> Self {
        Self { accepted_address: String::new(), entered_address: String::new(), ..self }
    }

    /// What the audit trail keeps of it.
    ///
    /// # Errors
    /// None in practice.
    pub fn fingerprint(&self) -> Result<String> {
        serde_json::to_string(self).map(|json| sha256(json.as_bytes())).map_err(|_| Error::Corrupt("acceptance"))
    }

    /// Line by line, in words, for papers and screens.
    #[must_use]
    pub fn lines(&self, l: Locale, clock: &Clock) -> Vec<(String, String)> {
        let at = |at: DateTime<Utc>| texts::date_time_seconds(l, clock.local(at));
        let mut lines: Vec<(&str, String)> = Vec::new();
        lines.extend(self.shown_at.map(|shown| (t::shown_at(l), at(shown))));
        lines.push((t::accepted_at(l), at(self.accepted_at)));
        lines.push((t::sent_to(l), self.contact.clone()));
        lines.push((t::sent_at(l), t::sent_times(l, at(self.sent_at), i64::from(self.sendings))));
        lines.push((t::entered_at(l), t::entered_tries(l, at(self.entered_at), i64::from(self.tries))));
        if self.accepted_address == self.entered_address {
            lines.push((t::address(l), self.entered_address.clone()));
        } else {
            lines.push((t::address_accepted(l), self.accepted_address.clone()));
            lines.push((t::address_entered(l), self.entered_address.clone()));
        }
        if self.accepted_device == self.entered_device {
            lines.push((t::device(l), self.entered_device.clone()));
        } else {
            lines.push((t::device_accepted(l), self.accepted_device.clone()));
            lines.push((t::device_entered(l), self.entered_device.clone()));
        }
        lines.push((t::language(l), language(&self.locale)));
        lines.push((t::policy(l), self.policy.clone()));
        lines.extend(self.offer_id.map(|offer| (t::offer(l), offer.to_string())));
        lines.push((t::number(l), self.id.to_string()));
        lines.push((t::hash(l), self.hash.clone()));
        lines.into_iter().filter(|(_, value)| !value.is_empty()).map(|(label, value)| (label.to_owned(), value)).collect()
    }
}

/// A language by its own name.
fn language(tag: &str) -> String {
    let known = Locale::ALL.iter().find(|(locale, _)| locale.tag() == tag);
    known.map_or(tag, |(_, name)| name).to_owned()
}

/// How what a request asks for was confirmed by codes, in their order: a refund that could not be sent is confirmed again.
pub(crate) async fn of_request(conn: &mut Conn, request: Uuid) -> Result<Vec<Evidence>> {
    Ok(
        sql!(conn, all Evidence: "select id, person_id, offer_id, shown_at, accepted_at, accepted_address, accepted_device, contact, sent_at, sendings,
            entered_at, tries, entered_address, entered_device, hash, policy, locale
        from acceptances where request_id = $1 order by entered_at, id", request)?,
    )
}

/// The newest of them.
pub(crate) async fn newest(conn: &mut Conn, request: Uuid) -> Result<Option<Evidence>> {
    Ok(of_request(conn, request).await?.pop())
}

/// Forgets what nobody typed a code for, offers that nobody accepted, and codes that are over. Says how many rows went.
///
/// # Errors
/// The database's.
pub async fn purge(server: &Server) -> Result<u64> {
    let mut tx = server.db.write().await?;
    let mut gone = codes::sweep(server, &mut tx).await?;
    gone += sql!(tx, execute: "delete from acceptances where request_id is null and accepted_at < $1 and sent_at < $1",
        server.clock.now() - TimeDelta::days(KEPT_DAYS))?;
    gone += sql!(tx, execute: "delete from plan_offers where request_id is null and valid_until < $1
            and not exists (select 1 from acceptances a where a.offer_id = plan_offers.id)",
        server.clock.today() - TimeDelta::days(OFFERS_KEPT_DAYS))?;
    tx.commit().await?;
    Ok(gone)
}

/// The code of something that waits for one, for a demonstration that is played without a mailbox.
pub(crate) async fn code_of_demo(server: &Server, customer: &Customer, purpose: Purpose, id: AcceptanceId) -> Result<String> {
    let mut tx = server.db.write().await?;
    let row = own(&mut tx, customer, purpose, id).await?;
    let subject = row.subject(customer.id);
    let code =
        codes::issue(server, &mut tx, &Bond { id: row.id, purpose: purpose.as_str(), subject: &subject }, Some(customer.person.0)).await?;
    tx.commit().await?;
    Ok(code)
}
