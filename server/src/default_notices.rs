//! Notices of default of individual plans (ANS, RN 593/2023): who is to be told, the notice with everything it must say, how it left, and
//! how it is proven. Never decides anything about a contract, and never says that one is over.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actors::Role;
use domain::default_notices::{
    self as rules, Content, Count, DefaultPolicy, Excluded, Facts, Given, NoticeForm, ProofForm, Sending, Stage, Unpaid,
};
use domain::flags::Way;
use domain::forms::{FieldError, Problem, submission};
use domain::ids::{BillId, ContractId, CustomerId, NoticeId};
use domain::money::Money;
use domain::statement::Standing;
use domain::tax_ids::TaxId;
use domain::templates::notices::{Kind, Variable, Words};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::proven::Proven;
use crate::sessions::Staff;
use crate::templates;
use crate::texts::{self, Locale, default_notices as t};
use crate::{Server, bills, customers, flags, policies, sql};

/// Those who give notice and answer for its proof.
const GIVERS: &[Role] = &[Role::Receivables, Role::Supervisor, Role::Legal];

/// A contract and how far its default is.
#[derive(Clone, Debug)]
pub struct Case {
    /// Which.
    pub contract: ContractId,
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Months that are unpaid, those that do not count too.
    pub unpaid: Vec<Unpaid>,
    /// What counts today.
    pub count: Count,
    /// Where it stands.
    pub stage: Stage,
}

/// A notice that was given.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Notice {
    /// Which.
    pub id: Uuid,
    #[sqlx(try_from = "Uuid")]
    contract_id: ContractId,
    /// What the customer reads.
    #[sqlx(try_from = "Uuid")]
    pub notice_id: NoticeId,
    /// When it left.
    pub made_at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// By which way.
    #[sqlx(try_from = "String")]
    pub sending: Sending,
    /// Days of default then.
    pub days: i64,
    /// What it named.
    #[sqlx(try_from = "i64")]
    pub debt: Money,
    /// How it is proven.
    #[sqlx(flatten)]
    pub proven: Proven,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: BillId,
    #[sqlx(try_from = "Uuid")]
    contract_id: ContractId,
    number: String,
    kind: String,
    #[sqlx(try_from = "Uuid")]
    customer_id: CustomerId,
    name: String,
    due_on: NaiveDate,
    #[sqlx(try_from = "String")]
    standing: Standing,
    slips: i64,
    asked: i64,
}

impl Row {
    fn unpaid(&self) -> Unpaid {
        let excluded = match self.standing {
            Standing::Disputed => Some(Excluded::Disputed),
            Standing::InAgreement => Some(Excluded::InAgreement),
            _ if self.asked > 0 => Some(Excluded::SlipAsked),
            _ if self.slips == 0 => Some(Excluded::NoSlip),
            _ => None,
        };
        Unpaid { bill: self.id, due_on: self.due_on, excluded }
    }
}

/// Every contract with a default to speak of, the most urgent first.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Case>> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let mut cases = cases(server, &mut conn, None).await?;
    cases.retain(|case| case.stage != Stage::Clear);
    cases.sort_by_key(|case| (urgency(case.stage), std::cmp::Reverse(case.count.days), case.contract));
    Ok(cases)
}

/// What somebody has to do comes before what somebody waits for.
const fn urgency(stage: Stage) -> u8 {
    match stage {
        Stage::Overdue => 0,
        Stage::Tell(_) => 1,
        Stage::Unproven => 2,
        Stage::Contested => 3,
        Stage::ToDecide => 4,
        Stage::Near => 5,
        Stage::Running(_) => 6,
        Stage::Waiting => 7,
        Stage::Clear => 8,
    }
}

async fn cases(server: &Server, conn: &mut Conn, only: Option<ContractId>) -> Result<Vec<Case>> {
    let (policy, calendar, today) = (policies::defaults(server, conn).await?, policies::calendar(conn).await?, server.clock.today());
    let rows = sql!(conn, all Row: "select b.id, b.contract_id, k.number, k.kind, b.customer_id, c.name, b.due_on, b.standing,
            (select count(*) from slip_bills sb join slips s on s.id = sb.slip_id
              where sb.bill_id = b.id and s.state in ('registered', 'replaced', 'closed', 'paid')) as slips,
            (select count(*) from request_bills rb join requests r on r.id = rb.request_id
              where rb.bill_id = b.id and r.kind = 'slip' and r.closed_at is null) as asked
        from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
        where b.balance <> 0 and b.balance > 0 and b.nature = 'monthly' and b.due_on < $1 and k.state <> 'ended' and ($2 is null or k.id = $2)
        order by b.contract_id, b.due_on, b.id", today, only.map(|id| id.0))?;
    let mut found: Vec<Case> = Vec::new();
    for row in rows.into_iter().filter(|row| policy.kinds.contains(&row.kind)) {
        let unpaid = row.unpaid();
        match found.last_mut().filter(|case| case.contract == row.contract_id) {
            Some(case) => case.unpaid.push(unpaid),
            None => found.push(Case {
                contract: row.contract_id,
                number: row.number,
                customer: row.customer_id,
                name: row.name,
                unpaid: vec![unpaid],
                count: Count::default(),
                stage: Stage::Clear,
            }),
        }
    }
    let notices = notices(conn, only).await?;
    for case in &mut found {
        case.count = rules::count(&case.unpaid, today, &policy, &calendar);
        let last = notices.iter().find(|notice| notice.contract_id == case.contract);
        let given = match last {
            Some(notice) => Some(given(server, conn, notice).await?),
            None => None,
        };
        case.stage = rules::stage(&case.unpaid, given.as_ref(), today, &policy, &calendar);
    }
    Ok(found)
}

/// The newest first.
async fn notices(conn: &mut Conn, only: Option<ContractId>) -> Result<Vec<Notice>> {
    Ok(
        sql!(conn, all Notice: "select d.id, d.contract_id, d.notice_id, d.made_at, s.name as by, d.sending, d.days, d.debt, d.proof, d.proof_on, d.proof_note, n.read_at
        from default_notices d join notices n on n.id = d.notice_id join staff s on s.id = d.staff_id
        where $1 is null or d.contract_id = $1 order by d.made_at desc, d.id desc", only.map(|id| id.0))?,
    )
}

async fn given(server: &Server, conn: &mut Conn, notice: &Notice) -> Result<Given> {
    let bills =
        sql!(conn, all (Uuid,): "select bill_id from default_notice_bills where default_notice_id = $1 order by bill_id", notice.id)?;
    // One that was taken back asks for no answer.
    let disputes = sql!(conn, all (Option<NaiveDate>,): "select r.answered_on from requests r
        where r.kind = 'dispute' and r.opened_at >= $2 and (r.answered_on is not null or r.closed_at is null) and exists (select 1 from request_bills rb
            join default_notice_bills d on d.bill_id = rb.bill_id and d.default_notice_id = $1 where rb.request_id = r.id)", notice.id, notice.made_at)?;
    Ok(Given {
        proven_on: notice.proven.by(server).map(|(_, on)| on),
        bills: bills.into_iter().map(|(id,)| BillId(id)).collect(),
        disputes: disputes.into_iter().map(|(on,)| on).collect(),
    })
}

/// A contract's default, opened.
#[derive(Clone, Debug)]
pub struct Detail {
    /// How far it is.
    pub case: Case,
    /// Numbers of the unpaid bills, in their order.
    pub numbers: Vec<String>,
    /// The rules it is counted by.
    pub policy: DefaultPolicy,
    /// Notices that were given, the newest first.
    pub notices: Vec<Notice>,
    /// What a notice lacks, apart from who may lose the plan, which is asked for.
    pub missing: Vec<Content>,
    /// Name and CPF of the holder, to begin the list of those who may lose the plan with.
    pub holder: String,
    /// Whether a notice may leave by e-mail: there is an address, and nothing forbids it.
    pub by_mail: bool,
    /// Whether whoever looks gives notice.
    pub may_give: bool,
}

/// A contract's default, and what a notice of it would say. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also for a contract without anything unpaid, or of a kind to which the rule does not apply.
pub async fn see(server: &Server, staff: &Staff, contract: ContractId) -> Result<Detail> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let case = cases(server, &mut conn, Some(contract)).await?.pop().ok_or(Error::NotFound)?;
    drop(conn);
    customers::named(server, staff, case.customer).await?;
    let mut conn = server.db.read().await?;
    let conn = &mut conn;
    let drawn = Drawn::load(server, conn, &case).await?;
    let missing = drawn.facts("-").missing();
    let (email,) = sql!(conn, one (Option<String>,): "select email from customers where id = $1", case.customer.0)?;
    let by_mail = email.is_some() && flags::way(conn, case.customer).await? == Way::OurChannels;
    let mut numbers = Vec::new();
    for unpaid in &case.unpaid {
        numbers.push(sql!(conn, one (String,): "select number from bills where id = $1", unpaid.bill.0)?.0);
    }
    Ok(Detail {
        numbers,
        policy: policies::defaults(server, conn).await?,
        notices: notices(conn, Some(contract)).await?,
        missing,
        holder: drawn.holder(),
        by_mail,
        may_give: GIVERS.contains(&staff.role()),
        case,
    })
}

/// Everything a notice is drawn from.
struct Drawn {
    creditor: policies::Creditor,
    name: String,
    tax_id: String,
    number: String,
    plan: String,
    registration: String,
    /// Number, due date and cost of each month.
    months: Vec<(String, NaiveDate, Money)>,
    locale: Locale,
}

impl Drawn {
    async fn load(server: &Server, conn: &mut Conn, case: &Case) -> Result<Self> {
        let (name, tax_id, locale) =
            sql!(conn, one (String, String, String): "select name, tax_id, locale from customers where id = $1", case.customer.0)?;
        let (number, plan, registration) = sql!(conn, one (String, String, String): "select number, plan_name, plan_registration from contracts where id = $1", case.contract.0)?;
        let (calendar, today) = (policies::calendar(conn).await?, server.clock.today());
        let counted: Vec<BillId> = case.unpaid.iter().filter(|one| one.excluded.is_none()).map(|one| one.bill).collect();
        let span = bills::Span { contract: Some(case.contract), ..bills::Span::default() };
        let mut months = Vec::new();
        for bill in bills::open_bills(conn, case.customer, &span).await?.iter().filter(|bill| counted.contains(&bill.id)) {
            months.push((bill.number.clone(), bill.due_on, bill.cost(today, &calendar)?.total));
        }
        Ok(Self {
            creditor: policies::creditor(conn).await?,
            name,
            tax_id: TaxId::parse(&tax_id).map_or(tax_id, |id| id.to_string()),
            number,
            plan,
            registration,
            months,
            locale: Locale::from(locale),
        })
    }

    fn holder(&self) -> String {
        format!("{}, CPF {}", self.name, self.tax_id)
    }

    fn debt(&self) -> Money {
        self.months.iter().map(|(.., cost)| *cost).sum()
    }

    fn facts(&self, beneficiaries: &str) -> Facts {
        let months = self.months.iter().map(|(number, ..)| number.as_str()).collect::<Vec<_>>().join(", ");
        let parts = vec![
            (Content::CreditorName, self.creditor.legal_name.clone()),
            (Content::CreditorAddress, self.creditor.address.clone()),
            (Content::CreditorRegistration, self.creditor.ans_registration.clone()),
            (Content::CreditorContact, self.creditor.contact()),
            (Content::Holder, self.name.clone()),
            (Content::Beneficiaries, beneficiaries.to_owned()),
            (Content::Contract, self.number.clone()),
            (Content::Plan, self.plan.clone()),
            (Content::PlanRegistration, self.registration.clone()),
            (Content::Debt, months),
        ];
        Facts { parts }
    }

    /// The notice in a language, with what the house says before and after it. Its sentences are the law's and stay built in: see
    /// [`domain::templates::notices`].
    fn body(&self, server: &Server, l: Locale, told: &Told<'_>, around: &Words) -> String {
        let Told { policy, days, beneficiaries } = *told;
        let months: Vec<String> =
            self.months.iter().map(|(number, due, cost)| t::month(l, texts::money(l, *cost), texts::date(l, *due), number)).collect();
        let creditor = t::creditor(l, &self.creditor.address, &self.creditor.legal_name, &self.creditor.ans_registration);
        let plan = t::plan(l, &self.plan, &self.number, &self.registration);
        let link = format!("{}/pagar", server.config.public_url);
        let dispute = format!("{}/contestar", server.config.public_url);
        [
            creditor,
            t::to(l, self.holder()),
            around.head.clone(),
            plan,
            t::beneficiaries(l, beneficiaries),
            t::debt(l, texts::money(l, self.debt()), texts::date(l, server.clock.today()), i64::from(days)),
            months.join("\n"),
            t::how(l, policy.days_to_pay, link),
            t::contest(l, policy.days_to_pay, dispute),
            t::consequence(l, policy.threshold),
            t::contact(l, self.creditor.contact()),
            around.body.clone(),
        ]
        .into_iter()
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
    }

    /// What the house says around it, in a language.
    async fn around(&self, conn: &mut Conn, l: Locale) -> Result<Words> {
        templates::word(conn, Kind::DefaultLetter, l, &self.name, &[(Variable::Contract, self.number.clone())]).await
    }
}

/// What a notice says besides what is known of the contract.
#[derive(Clone, Copy)]
struct Told<'a> {
    policy: &'a DefaultPolicy,
    days: u32,
    beneficiaries: &'a str,
}

/// A notice with invented figures, to look at what the house says around it: its subject and its text.
pub(crate) fn example(server: &Server, creditor: policies::Creditor, l: Locale, name: &str, around: &Words) -> Words {
    let due = |month| NaiveDate::from_ymd_opt(2026, month, 5).unwrap_or_default();
    let drawn = Drawn {
        creditor,
        name: name.to_owned(),
        tax_id: "529.982.247-25".to_owned(),
        number: "C-000123".to_owned(),
        plan: "Essencial".to_owned(),
        registration: "123.456/21-9".to_owned(),
        months: [(10, "0000000017", 54_040), (11, "0000000018", 53_120)]
            .map(|(month, number, cents)| (number.to_owned(), due(month), Money::cents(cents)))
            .to_vec(),
        locale: l,
    };
    let told = Told { policy: &DefaultPolicy::default(), days: 48, beneficiaries: &drawn.holder() };
    Words { head: t::subject(l, &drawn.number), body: drawn.body(server, l, &told, around) }
}

/// Gives notice: drawn from what is known, refused with what it lacks, put into the portal, and by e-mail on its way or left to be posted.
/// The same form twice gives it once.
///
/// # Errors
/// [`Error::Form`] with each missing part named as [`Content`] does, with [`Problem::NoLongerPossible`] at `sending` where no e-mail may go;
/// [`Error::Refused`] with `no_default` where there is nothing to tell of; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn give(server: &Server, staff: &Staff, contract: ContractId, form: &NoticeForm) -> Result<()> {
    staff.only(GIVERS)?;
    let (sending, beneficiaries) = form.parse()?;
    let id = submission(&form.submission).map_err(|problem| Error::field("submission", problem))?;
    let mut tx = server.db.write().await?;
    // Two who tell of the same contract at once wait here for each other.
    if sql!(tx, execute: "update contracts set number = number where id = $1", contract.0)? == 0 {
        return Err(Error::NotFound);
    }
    if sql!(tx, optional (Uuid,): "select id from default_notices where id = $1", id)?.is_some() {
        return Ok(());
    }
    let case = cases(server, &mut tx, Some(contract)).await?.pop().ok_or(Error::NotFound)?;
    if !matches!(case.stage, Stage::Near | Stage::Tell(_) | Stage::Overdue) {
        return Err(Error::Refused("no_default"));
    }
    let policy = policies::defaults(server, &mut tx).await?;
    let drawn = Drawn::load(server, &mut tx, &case).await?;
    let missing = drawn.facts(&beneficiaries).missing();
    if !missing.is_empty() {
        return Err(Error::Form(missing.into_iter().map(|part| FieldError::new(part.as_str(), Problem::Missing)).collect()));
    }
    let (email,) = sql!(tx, one (Option<String>,): "select email from customers where id = $1", case.customer.0)?;
    if sending == Sending::Mail && (email.is_none() || flags::way(&mut tx, case.customer).await? == Way::ByPost) {
        return Err(Error::field("sending", Problem::NoLongerPossible));
    }
    write(server, &mut tx, staff, &case, &drawn, &policy, &New { id, sending, beneficiaries, email }).await?;
    tx.commit().await
}

struct New {
    id: Uuid,
    sending: Sending,
    beneficiaries: String,
    email: Option<String>,
}

async fn write(server: &Server, tx: &mut Tx, staff: &Staff, case: &Case, drawn: &Drawn, policy: &DefaultPolicy, new: &New) -> Result<()> {
    let (l, now) = (drawn.locale, server.clock.now());
    let days = case.count.days;
    // The notice itself is in the language of the law; whoever reads another has it in theirs too.
    let told = Told { policy, days, beneficiaries: &new.beneficiaries };
    let mut body = drawn.body(server, Locale::PtBr, &told, &drawn.around(tx, Locale::PtBr).await?);
    if l != Locale::PtBr {
        body = format!("{body}\n\n* * *\n\n{}", drawn.body(server, l, &told, &drawn.around(tx, l).await?));
    }
    let notice: NoticeId = server.id();
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'default', $3, $4, $5, $6)",
        notice.0, case.customer.0, t::subject(l, &drawn.number), body, new.sending.as_str(), now)?;
    sql!(tx, execute: "insert into default_notices (id, contract_id, customer_id, notice_id, staff_id, made_at, sending, days, debt) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id, case.contract.0, case.customer.0, notice.0, staff.id().0, now, new.sending.as_str(), i64::from(days), drawn.debt().as_cents())?;
    for unpaid in case.unpaid.iter().filter(|one| one.excluded.is_none()) {
        sql!(tx, execute: "insert into default_notice_bills (default_notice_id, bill_id) values ($1, $2)", new.id, unpaid.bill.0)?;
    }
    if let (Sending::Mail, Some(to)) = (new.sending, &new.email) {
        let link = format!("{}/avisos", server.config.public_url);
        // Nothing of the debt travels in an e-mail: it is read behind a code, and that is its proof.
        let Words { head: subject, body } = templates::word(tx, Kind::DefaultMail, l, &drawn.name, &[(Variable::Link, link)]).await?;
        let mail = Mail { to: to.clone(), subject, body, attachments: Vec::new() };
        outbox::put_of(server, tx, &Outgoing::Mail(mail), Some(notice)).await?;
    }
    record(
        server,
        tx,
        staff,
        "default_notices.give",
        case.customer,
        new.id,
        json!({ "sending": new.sending, "days": days, "bills": case.count.bills }),
    )
    .await
}

/// Enters how a notice is proven. Says of which contract it is.
///
/// # Errors
/// [`Error::Form`]; [`Error::Overtaken`] for one that was entered; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn prove(server: &Server, staff: &Staff, notice: Uuid, form: &ProofForm) -> Result<ContractId> {
    staff.only(GIVERS)?;
    let mut tx = server.db.write().await?;
    let (contract, customer, made_at) =
        sql!(tx, optional (Uuid, Uuid, DateTime<Utc>): "select contract_id, customer_id, made_at from default_notices where id = $1", notice)?
            .ok_or(Error::NotFound)?;
    let (proof, on, note) = form.parse(server.clock.local(made_at).date_naive(), server.clock.today())?;
    let entered = sql!(tx, execute: "update default_notices set proof = $2, proof_on = $3, proof_note = $4, proof_by = $5, proof_at = $6 where id = $1 and proof is null",
        notice, proof.as_str(), on, note, staff.id().0, server.clock.now())?;
    if entered == 0 {
        return Err(Error::Overtaken("proof_entered"));
    }
    record(server, &mut tx, staff, "default_notices.prove", CustomerId(customer), notice, json!({ "proof": proof, "on": on })).await?;
    tx.commit().await?;
    Ok(ContractId(contract))
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
    let event =
        Event { actor: staff.actor(), action, subject_kind: "default_notice", subject_id: Some(id), customer: Some(customer), detail };
    audit::record(server, tx, event).await
}
