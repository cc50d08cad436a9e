//! Letters that ask for payment: drawn from the ledger, refused with what they lack, told on the portal and by e-mail or by post, and
//! followed until nothing of them is open. Never says more than the table does, and threatens nothing.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::default_notices::{ProofForm, Sending};
use domain::demands::{self as rules, Content, DemandForm, Line, Stage, against, stage, sums};
use domain::flags::{Flag, Way, way};
use domain::forms::{FieldError, Problem};
use domain::ids::{BillId, CustomerId, NoticeId};
use domain::money::Money;
use domain::statement::{Standing, days_late};
use domain::tax_ids::TaxId;
use domain::templates::notices::{Kind, Variable, Words};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::policies::Creditor;
use crate::proven::Proven;
use crate::sessions::Staff;
use crate::templates;
use crate::texts::{self, Locale, demands as t};
use crate::{Server, bills, customers, flags, policies, sql};

/// Those who ask for payment in the creditor's name, and answer for it.
const WRITERS: &[Role] = &[Role::Receivables, Role::Supervisor, Role::Legal];
/// Letters of the list.
const SHOWN: i64 = 200;

/// A letter.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Demand {
    /// Which.
    pub id: Uuid,
    /// Whose bills.
    #[sqlx(try_from = "Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// What the customer reads.
    #[sqlx(try_from = "Uuid")]
    pub notice: NoticeId,
    /// When it was written.
    pub made_at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// By which way.
    #[sqlx(try_from = "String")]
    pub sending: Sending,
    /// The last day to pay.
    pub pay_until: NaiveDate,
    /// What it asked for.
    #[sqlx(try_from = "i64")]
    pub total: Money,
    /// What is open of its bills now, without charges.
    #[sqlx(try_from = "i64")]
    pub open: Money,
    /// How it is proven.
    #[sqlx(flatten)]
    pub proven: Proven,
}

impl Demand {
    /// Where it stands today.
    #[must_use]
    pub fn stage(&self, server: &Server) -> Stage {
        stage(self.open, self.pay_until, self.proven.by(server).is_some(), server.clock.today())
    }
}

macro_rules! demands {
    ($tail:literal) => {
        concat!(
            "select d.id, d.customer_id as customer, c.name, d.notice_id as notice, d.made_at, s.name as by, d.sending, d.pay_until, d.total,
                    (select cast(coalesce(sum(case when b.balance > 0 then b.balance else 0 end), 0) as bigint)
                       from demand_bills db join bills b on b.id = db.bill_id where db.demand_id = d.id) as open,
                    d.proof, d.proof_on, d.proof_note, n.read_at
               from demands d join customers c on c.id = d.customer_id join staff s on s.id = d.staff_id join notices n on n.id = d.notice_id ",
            $tail
        )
    };
}

/// A bill that a letter can name.
#[derive(Clone, Debug)]
pub struct Late {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// What it costs today.
    pub cost: Money,
}

/// A customer's letters, and what another one would name.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The customer's name.
    pub name: String,
    /// Late bills, the oldest first.
    pub late: Vec<Late>,
    /// How many late ones are left out: disputed, in an agreement, promised, with a proof of payment that is looked at, or with an agency.
    pub left_out: usize,
    /// Letters that were written, the newest first.
    pub demands: Vec<Demand>,
    /// What a letter lacks: of the creditor, and of the customer where it goes by post.
    pub missing: Vec<Content>,
    /// Why there is none.
    pub against: Option<Flag>,
    /// Whether one may leave by e-mail.
    pub by_mail: bool,
    /// Whether whoever looks writes letters.
    pub may_write: bool,
}

/// A customer's letters, and what another one would name. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn see(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Detail> {
    let name = customers::named(server, staff, customer).await?;
    let mut conn = server.db.read().await?;
    let drawn = Drawn::load(&mut conn, customer).await?;
    let (mut late, mut left_out) = (Vec::new(), 0);
    let (calendar, today) = (policies::calendar(&mut conn).await?, server.clock.today());
    let waited = waited_for(&mut conn, customer).await?;
    for bill in bills::open_bills(&mut conn, customer, &bills::Span::default()).await? {
        if !bill.balance.is_positive() || days_late(bill.due_on, today, &calendar) == 0 {
            continue;
        }
        match bill.standing {
            Standing::Open if !waited.contains(&bill.id) => {
                late.push(Late { id: bill.id, number: bill.number.clone(), due_on: bill.due_on, cost: bill.cost(today, &calendar)?.total });
            }
            _ => left_out += 1,
        }
    }
    let demands =
        sql!(conn, all Demand: demands!("where d.customer_id = $1 order by d.made_at desc, d.id desc limit $2"), customer.0, SHOWN)?;
    Ok(Detail {
        name,
        late,
        left_out,
        demands,
        missing: drawn.missing(Sending::Post),
        against: drawn.against,
        by_mail: drawn.by_mail(),
        may_write: WRITERS.contains(&staff.role()),
    })
}

/// Letters, those that ask for something to be done first.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Demand>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let mut found = sql!(conn, all Demand: demands!("order by d.made_at desc, d.id desc limit $1"), SHOWN)?;
    found.sort_by_key(|one| (one.stage(server), one.pay_until));
    Ok(found)
}

/// Bills of which something else is being waited for: a proof of payment that is looked at, a day the customer has named, an agency that
/// has them. Two voices for one bill confuse.
async fn waited_for(conn: &mut Conn, customer: CustomerId) -> Result<Vec<BillId>> {
    let rows = sql!(conn, all (Uuid,): "select rb.bill_id from request_bills rb join requests r on r.id = rb.request_id
            where r.customer_id = $1 and r.kind = 'receipt' and r.closed_at is null
        union select pb.bill_id from promise_bills pb join promises p on p.id = pb.promise_id where p.customer_id = $1 and p.status = 'open'
        union select bill_id from placement_bills where customer_id = $1 and state = 'placed'", customer.0)?;
    Ok(rows.into_iter().map(|(id,)| BillId(id)).collect())
}

/// What a letter is drawn from.
struct Drawn {
    creditor: Creditor,
    name: String,
    tax_id: String,
    email: Option<String>,
    address: String,
    locale: Locale,
    against: Option<Flag>,
    way: Way,
}

impl Drawn {
    async fn load(conn: &mut Conn, customer: CustomerId) -> Result<Self> {
        let (name, tax_id, email, address, city, locale) = sql!(conn, optional (String, String, Option<String>, String, String, String):
            "select name, tax_id, email, address, city, locale from customers where id = $1", customer.0)?
        .ok_or(Error::NotFound)?;
        let flags = flags::of(conn, customer).await?;
        Ok(Self {
            creditor: policies::creditor(conn).await?,
            name,
            tax_id: TaxId::parse(&tax_id).map_or(tax_id, |id| id.to_string()),
            email: email.filter(|email| !email.is_empty()),
            address: if address.trim().is_empty() || city.trim().is_empty() { String::new() } else { format!("{address}, {city}") },
            locale: Locale::from(locale),
            against: against(&flags),
            way: way(&flags),
        })
    }

    fn by_mail(&self) -> bool {
        self.email.is_some() && self.way == Way::OurChannels
    }

    fn missing(&self, sending: Sending) -> Vec<Content> {
        let said = |part: &Content| match part {
            Content::CreditorName => !self.creditor.legal_name.is_empty(),
            Content::CreditorAddress => !self.creditor.address.is_empty(),
            Content::CreditorTaxId => !self.creditor.cnpj.is_empty(),
            Content::CreditorContact => !self.creditor.contact().is_empty(),
            Content::CustomerAddress => sending == Sending::Mail || !self.address.is_empty(),
        };
        Content::ALL.iter().copied().filter(|part| !said(part)).collect()
    }

    /// The letter, with what the house says before its table and at its end. Its sentences stay built in: see
    /// [`domain::templates::notices`].
    fn body(&self, server: &Server, until: NaiveDate, lines: &[Line], around: &Words) -> String {
        let l = self.locale;
        let money = |amount| texts::money(l, amount);
        let line = |one: &Line| {
            t::line(
                l,
                texts::date(l, one.due_on),
                money(one.fine),
                money(one.interest),
                &one.number,
                money(one.principal),
                money(one.total),
            )
        };
        let [principal, fine, interest, total] = sums(lines);
        let party = self.creditor.party();
        let address = |path: &str| format!("{}{path}", server.config.public_url);
        [
            t::creditor(l, &self.creditor.address, &self.creditor.legal_name, party.tax_id),
            t::to(l, &self.name, &self.tax_id),
            around.head.clone(),
            t::opening(l, i64::try_from(lines.len()).unwrap_or(i64::MAX), texts::date(l, until)),
            lines.iter().map(line).collect::<Vec<_>>().join("\n"),
            t::sum(l, money(fine), money(interest), money(principal), money(total)),
            t::how(l, address("/pagar"), texts::date(l, until)),
            t::split(l, address("/parcelar")),
            t::contest(l, address("/contestar"), address("/comprovante")),
            t::contact(l, self.creditor.contact()),
            around.body.clone(),
        ]
        .into_iter()
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
    }
}

/// A letter with invented figures, to look at what the house says around it: its subject and its text.
pub(crate) fn example(server: &Server, creditor: Creditor, l: Locale, name: &str, around: &Words) -> Words {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
    let drawn = Drawn {
        creditor,
        name: name.to_owned(),
        tax_id: "529.982.247-25".to_owned(),
        email: None,
        address: String::new(),
        locale: l,
        against: None,
        way: Way::OurChannels,
    };
    let line = Line {
        number: "0000000017".to_owned(),
        due_on: day(10, 5),
        principal: Money::cents(52_347),
        fine: Money::cents(1_047),
        interest: Money::cents(959),
        total: Money::cents(54_353),
    };
    Words { head: t::subject(l).to_owned(), body: drawn.body(server, day(12, 1), &[line], around) }
}

/// Paragraphs of a letter's text, as it is drawn on paper: an empty line parts them, a single one is kept.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|text| !text.is_empty())
}

/// Paragraphs before the table, where the house says nothing before it.
const TABLE_AT: usize = 3;

/// The table of the letter that a notice is, where it is one, and its place among the paragraphs.
pub(crate) async fn table_of(conn: &mut Conn, notice: NoticeId) -> Result<Option<(Vec<Line>, usize)>> {
    let found = sql!(conn, optional (String, i64): "select lines, table_at from demands where notice_id = $1", notice.0)?;
    let read = |(lines, at): (String, i64)| Some((serde_json::from_str(&lines).ok()?, usize::try_from(at).ok()?));
    found.map(|row| read(row).ok_or(Error::Corrupt("table of a letter"))).transpose()
}

/// Writes a letter: its table is worked out for the last day to pay. The same form twice is one letter.
///
/// # Errors
/// [`Error::Form`]: on `bills` with [`Problem::NoLongerPossible`] for one that is not late, or of
/// which something else is waited for, with each missing
/// part named as [`Content`] does, on `sending` where no e-mail may go. [`Error::Refused`] with `demand_proceeding` for a customer whose
/// flags forbid it; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn write(server: &Server, staff: &Staff, customer: CustomerId, form: &DemandForm) -> Result<()> {
    staff.only(WRITERS)?;
    let today = server.clock.today();
    let valid = form.parse(today)?;
    let mut tx = server.db.write().await?;
    // Two who write to the same customer at once wait here for each other.
    if sql!(tx, execute: "update customers set name = name where id = $1", customer.0)? == 0 {
        return Err(Error::NotFound);
    }
    if sql!(tx, optional (Uuid,): "select id from demands where id = $1", valid.submission)?.is_some() {
        return Ok(());
    }
    let drawn = Drawn::load(&mut tx, customer).await?;
    if drawn.against.is_some() {
        return Err(Error::Refused("demand_proceeding"));
    }
    let missing = drawn.missing(valid.sending);
    if !missing.is_empty() {
        return Err(Error::Form(missing.into_iter().map(|part| FieldError::new(part.as_str(), Problem::Missing)).collect()));
    }
    if valid.sending == Sending::Mail && !drawn.by_mail() {
        return Err(Error::field("sending", Problem::NoLongerPossible));
    }
    let calendar = policies::calendar(&mut tx).await?;
    let waited = waited_for(&mut tx, customer).await?;
    let mut lines = Vec::with_capacity(valid.bills.len());
    for bill in bills::open_bills(&mut tx, customer, &bills::Span::default()).await? {
        let late = bill.balance.is_positive() && bill.standing == Standing::Open && days_late(bill.due_on, today, &calendar) > 0;
        if late && valid.bills.contains(&bill.id) && !waited.contains(&bill.id) {
            lines.push(Line::of(bill.number.clone(), &bill.cost(valid.pay_until, &calendar)?));
        }
    }
    if lines.len() != valid.bills.len() {
        return Err(Error::field("bills", Problem::NoLongerPossible));
    }
    let new = New { id: valid.submission, bills: &valid.bills, sending: valid.sending, pay_until: valid.pay_until };
    put(server, &mut tx, staff, customer, &drawn, &new, &lines).await?;
    tx.commit().await
}

struct New<'a> {
    id: Uuid,
    bills: &'a [BillId],
    sending: Sending,
    pay_until: NaiveDate,
}

async fn put(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    customer: CustomerId,
    drawn: &Drawn,
    new: &New<'_>,
    lines: &[Line],
) -> Result<()> {
    let (l, now, notice) = (drawn.locale, server.clock.now(), server.id::<NoticeId>());
    let [.., total] = sums(lines);
    let table = serde_json::to_string(lines).map_err(|_| Error::Corrupt("table of a letter"))?;
    let values = [(Variable::Until, texts::date(l, new.pay_until))];
    let around = templates::word(tx, Kind::DemandLetter, l, &drawn.name, &values).await?;
    let table_at = i64::try_from(TABLE_AT + paragraphs(&around.head).count()).unwrap_or(i64::MAX);
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'demand', $3, $4, $5, $6)",
        notice.0, customer.0, t::subject(l), drawn.body(server, new.pay_until, lines, &around), new.sending.as_str(), now)?;
    sql!(tx, execute: "insert into demands (id, customer_id, notice_id, staff_id, made_at, sending, pay_until, lines, total, table_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id, customer.0, notice.0, staff.id().0, now, new.sending.as_str(), new.pay_until, table, total.as_cents(), table_at)?;
    for bill in new.bills {
        sql!(tx, execute: "insert into demand_bills (demand_id, bill_id) values ($1, $2)", new.id, bill.0)?;
    }
    if let (Sending::Mail, Some(to)) = (new.sending, &drawn.email) {
        // Nothing of what is owed travels in an e-mail: it is read behind a code, and that is its proof.
        let link = format!("{}/avisos", server.config.public_url);
        let Words { head: subject, body } = templates::word(tx, Kind::DemandMail, l, &drawn.name, &[(Variable::Link, link)]).await?;
        let mail = Mail { to: to.clone(), subject, body, attachments: Vec::new() };
        outbox::put_of(server, tx, &Outgoing::Mail(mail), Some(notice)).await?;
    }
    let detail = json!({ "sending": new.sending, "bills": lines.len(), "cents": total.as_cents(), "pay_until": new.pay_until });
    record(server, tx, staff, "demands.write", customer, new.id, detail).await
}

/// Enters how a letter is proven. Says whose it is.
///
/// # Errors
/// [`Error::Form`]; [`Error::Overtaken`] for one that was entered; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn prove(server: &Server, staff: &Staff, demand: Uuid, form: &ProofForm) -> Result<CustomerId> {
    staff.only(WRITERS)?;
    let mut tx = server.db.write().await?;
    let (customer, made_at) = sql!(tx, optional (Uuid, DateTime<Utc>): "select customer_id, made_at from demands where id = $1", demand)?
        .ok_or(Error::NotFound)?;
    let (proof, on, note) = form.parse(server.clock.local(made_at).date_naive(), server.clock.today())?;
    let entered = sql!(tx, execute: "update demands set proof = $2, proof_on = $3, proof_note = $4, proof_by = $5, proof_at = $6 where id = $1 and proof is null",
        demand, proof.as_str(), on, note, staff.id().0, server.clock.now())?;
    if entered == 0 {
        return Err(Error::Overtaken("proof_entered"));
    }
    record(server, &mut tx, staff, "demands.prove", CustomerId(customer), demand, json!({ "proof": proof, "on": on })).await?;
    tx.commit().await?;
    Ok(CustomerId(customer))
}

async fn record(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    action: &str,
    customer: CustomerId,
    id: Uuid,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor: staff.actor(), action, subject_kind: "demand", subject_id: Some(id), customer: Some(customer), detail };
    audit::record(server, tx, event).await
}

/// Days to pay that a form begins with.
#[must_use]
pub fn usual(today: NaiveDate) -> NaiveDate {
    domain::calendar::days_after(today, rules::LEAST_DAYS * 2)
}
