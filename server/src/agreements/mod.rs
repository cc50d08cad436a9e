//! Agreements: who may pay in installments, what it costs today, and what a granted plan does to bills and ledger.
//!
//! Never changes an original bill's charge: it moves into the agreement by an entry, and its installments are bills of their own.

mod board;
mod calendar;
mod early;
mod effects;
mod keeping;
mod offers;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::agreements::eligibility::{Candidate, History, Ineligible, eligibility};
use domain::agreements::forms::{AcceptForm, PlanForm};
use domain::agreements::plans::{self, Debt, Plan};
use domain::agreements::policy::PlanPolicy;
use domain::agreements::{Reason, Status};
use domain::calendar::Calendar;
use domain::charges::{Calculation, late_charges_after};
use domain::flags::against_plans;
use domain::forms::{FieldError, Problem, ids};
use domain::ids::{AgreementId, BillId, CustomerId, RequestId};
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Kind};
use domain::statement::{Standing, days_late};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::ChargedBefore;
use crate::policies::Creditor;
use crate::requests::advance::{By, Step, advance};
use crate::requests::{BillLine, New, once, open, take_bill};
use crate::sealing::sha256;
use crate::sessions::Customer;
use crate::texts::{self, Locale, requests as t};
use crate::{Server, bills, flags, incidents, policies, sql};

pub use board::{Board, Followed, board};
pub use calendar::calendar;
pub use early::{Choice, Chosen, Early, early, pay_early};
pub(crate) use effects::{cancelled, granted, in_force};
pub(crate) use keeping::follow;
pub use offers::{Offered, offered};

/// The most open bills that are offered at once.
const MOST_BILLS: i64 = 500;

/// A bill that may be put into a plan, or may not.
#[derive(Clone, Debug)]
pub struct OfferedBill {
    /// The bill.
    pub bill: BillLine,
    /// What it costs today, line by line.
    pub calculation: Calculation,
    /// Whether it is among the chosen ones.
    pub chosen: bool,
    /// Why it cannot be put into a plan.
    pub against: Option<Ineligible>,
}

/// What can be asked for.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The day all amounts are of.
    pub as_of: NaiveDate,
    /// Every open bill, the oldest first.
    pub bills: Vec<OfferedBill>,
    /// What stands against a plan for the chosen bills; empty when nothing does.
    pub against: Vec<Ineligible>,
    /// What is owed on the chosen bills.
    pub debt: Debt,
    /// The least down payment that may be asked for, and the least that is granted by itself, if any is.
    pub least_down_payment: Option<(Money, Option<Money>)>,
    /// Every plan for that down payment on the first day to choose from; none when something stands against it.
    pub options: Vec<Plan>,
    /// What the simulator in the browser works with.
    pub policy: PlanPolicy,
}

/// What a plan for some of the customer's bills could be. With none chosen, all that may be are.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill.
pub async fn offer(server: &Server, customer: &Customer, chosen: &[BillId]) -> Result<Offer> {
    let mut conn = server.db.read().await?;
    let mut ground = Ground::load(server, &mut conn, customer.id, chosen).await?;
    let open = sql!(conn, all Owed: "select b.*, k.fine_rate, k.monthly_interest, c.tax_id
        from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
        where b.customer_id = $1 and b.balance > 0 order by b.due_on, b.id limit $2", customer.id.0, MOST_BILLS)?;
    let mut bills = open.into_iter().map(|owed| ground.offered(owed, false)).collect::<Result<Vec<_>>>()?;
    for id in chosen {
        match bills.iter_mut().find(|offered| offered.bill.id == *id) {
            Some(offered) => offered.chosen = true,
            None => {
                let owed = owed(&mut conn, customer.id, *id).await?.ok_or(Error::NotFound)?;
                bills.push(ground.offered(owed, true)?);
            }
        }
    }
    if chosen.is_empty() {
        let ordinary = bills.iter().any(|offered| offered.against.is_none() && !ground.parts.contains_key(&offered.bill.id));
        for offered in &mut bills {
            // What may be paid in parts because of an incident is a plan of its own: it is chosen where there is nothing else.
            offered.chosen = offered.against.is_none() && (!ordinary || !ground.parts.contains_key(&offered.bill.id));
        }
        let chosen: Vec<BillId> = bills.iter().filter(|offered| offered.chosen).map(|offered| offered.bill.id).collect();
        ground = ground.of(&chosen);
    }
    let picked: Vec<&OfferedBill> = bills.iter().filter(|offered| offered.chosen).collect();
    let against = ground.against(&picked);
    let debt = ground.debt(&picked);
    let least_down_payment = plans::least_down_payments(&ground.policy, &debt);
    let options = match (against.is_empty(), least_down_payment, ground.policy.days_of_month.first()) {
        (true, Some((least, automatic)), Some(day)) => {
            plans::options(&ground.policy, debt, automatic.unwrap_or(least), *day, ground.today, &ground.calendar)
        }
        _ => Vec::new(),
    };
    Ok(Offer { as_of: ground.today, bills, against, debt, least_down_payment, options, policy: ground.policy })
}

/// A plan worked out for chosen bills, to be checked before it is accepted.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The day all amounts are of.
    pub as_of: NaiveDate,
    /// The bills.
    pub bills: Vec<OfferedBill>,
    /// The plan.
    pub plan: Plan,
    /// Why, in the customer's choice.
    pub reason: Reason,
}

/// Works out the plan somebody asks for.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill; [`Error::Form`] by field, with [`Problem::NoLongerPossible`] at `bills` when
/// [`offer`] says what stands against it.
pub async fn simulate(server: &Server, customer: &Customer, form: &PlanForm) -> Result<Simulation> {
    let mut conn = server.db.read().await?;
    let chosen = ids::<BillId>(&form.bills).unwrap_or_default();
    let ground = Ground::load(server, &mut conn, customer.id, &chosen).await?;
    worked_out(&mut conn, customer.id, &ground, form).await
}

async fn worked_out(conn: &mut Conn, customer: CustomerId, ground: &Ground, form: &PlanForm) -> Result<Simulation> {
    let valid = form.parse(&ground.policy)?;
    let mut bills = Vec::new();
    for id in &valid.bills {
        let owed = owed(conn, customer, *id).await?.ok_or(Error::NotFound)?;
        bills.push(ground.offered(owed, true)?);
    }
    bills.sort_by_key(|offered| (offered.bill.due_on, offered.bill.id));
    let picked: Vec<&OfferedBill> = bills.iter().collect();
    if !ground.against(&picked).is_empty() {
        return Err(Error::field("bills", Problem::NoLongerPossible));
    }
    let plan = plans::simulate(&ground.policy, ground.debt(&picked), valid.request, ground.today, &ground.calendar)
        .map_err(|error| Error::Form(vec![FieldError::from(error)]))?;
    Ok(Simulation { as_of: ground.today, bills, plan, reason: valid.reason })
}

/// What is agreed to, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Its parts.
    pub sections: Vec<Section>,
    /// Their fingerprint together with every amount and date: what [`AcceptForm`] brings back.
    pub hash: String,
}

/// A part of the terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// What it says.
    pub paragraphs: Vec<String>,
}

fn worded(l: Locale, simulation: &Simulation, creditor: &Creditor, policy: &PlanPolicy, calendar: &Calendar) -> Result<Terms> {
    let plan = &simulation.plan;
    let money = |amount| texts::money(l, amount);
    let date = |on| texts::date(l, on);
    let section = |title: &str, paragraphs: Vec<String>| Section { title: title.to_owned(), paragraphs };
    let mut bills = vec![t::terms_bills(
        l,
        money(plan.debt.charges),
        i64::try_from(simulation.bills.len()).unwrap_or(i64::MAX),
        date(simulation.as_of),
        money(plan.debt.principal),
        money(plan.debt.total()),
    )];
    bills.extend(simulation.bills.iter().map(|offered| {
        let cost = &offered.calculation;
        t::terms_bill(l, money(cost.charges()), date(cost.due_on), &offered.bill.number, money(cost.principal), money(cost.total))
    }));
    let mut payments = Vec::new();
    if let Some(down) = &plan.down_payment {
        payments.push(t::terms_down_payment(l, money(down.amount), date(down.due_on)));
    }
    let count = plan.installments.len();
    payments.extend(plan.installments.iter().map(|one| t::terms_installment(l, money(one.amount), count, date(one.due_on), one.number)));
    let percent = texts::percent(l, plan.cet_yearly);
    let mut cost = vec![t::terms_cost(l, percent, money(plan.interest), money(plan.total_cost)), t::terms_early(l).to_owned()];
    if plan.discount.total().is_positive() {
        cost.insert(0, t::terms_discount(l, money(plan.discount.charges), money(plan.discount.principal), money(plan.total)));
    }
    let begins = match &plan.down_payment {
        _ if plan.is_off_policy() => vec![t::terms_begins_approved(l).to_owned()],
        Some(down) => vec![t::terms_begins_down(l, date(policy.last_day_to_begin(down.due_on, calendar)))],
        None => vec![t::terms_begins_now(l).to_owned()],
    };
    let kept = vec![
        t::terms_kept(l).to_owned(),
        t::terms_late(l).to_owned(),
        t::terms_broken(l, policy.break_rule.cure_days, policy.break_rule.days_late, policy.break_rule.late_installments),
    ];
    let who = vec![t::terms_creditor(l, &creditor.address, &creditor.cnpj, &creditor.email, &creditor.legal_name, &creditor.phone)];
    let sections = vec![
        section(t::terms_bills_title(l), bills),
        section(t::terms_payments_title(l), payments),
        section(t::terms_cost_title(l), cost),
        section(t::terms_begins_title(l), begins),
        section(t::terms_kept_title(l), kept),
        section(t::terms_offer_title(l), vec![t::terms_offer(l, date(plan.valid_until))]),
        section(t::terms_creditor_title(l), who),
    ];
    let costs: Vec<_> =
        simulation.bills.iter().map(|offered| (offered.bill.id.0, offered.calculation.principal, offered.calculation.total)).collect();
    let hash = fingerprint(&sections, plan, &costs);
    Ok(Terms { sections, hash })
}

/// The fingerprint of terms with every amount and date: `costs` are the bills with what was open and what that came to.
pub(crate) fn fingerprint(sections: &[Section], plan: &Plan, costs: &[(Uuid, Money, Money)]) -> String {
    sha256(json!({ "sections": sections, "plan": plan, "bills": costs }).to_string().as_bytes())
}

/// Accepts a plan as it was [`offered`]. Within the policy of that day it is granted at once; outside, staff decides. The same form twice
/// asks once.
///
/// # Errors
/// [`Problem::NotAccepted`]; [`Problem::NoLongerPossible`] at `terms` when the offer is over, is of another plan, or there is a better one
/// now, at `bills` when its bills have moved or something else stands against it. Somebody else's offer is none.
pub async fn submit(server: &Server, customer: &Customer, form: &PlanForm, accept: &AcceptForm) -> Result<Protocol> {
    let (shown, submission) = accept.parse()?;
    once(server, customer, submission, async {
        let mut tx = server.db.write().await?;
        // One plan at a time is a rule about the customer: rivals wait here for each other.
        sql!(tx, execute: "update customers set name = name where id = $1", customer.id.0)?;
        let mut ids = ids::<BillId>(&form.bills).unwrap_or_default();
        ids.sort_unstable();
        for id in &ids {
            take_bill(&mut tx, customer.id, *id).await?;
        }
        let Offered { simulation, terms } = offers::accepted(server, &mut tx, customer.id, form, &shown).await?;
        let protocol = write(server, &mut tx, customer, &simulation, &terms, submission).await?;
        tx.commit().await?;
        Ok(protocol)
    })
    .await
}

async fn write(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    simulation: &Simulation,
    terms: &Terms,
    submission: Uuid,
) -> Result<Protocol> {
    let plan = &simulation.plan;
    let bills: Vec<BillId> = simulation.bills.iter().map(|offered| offered.bill.id).collect();
    let off_policy = plan.is_off_policy();
    let new = New {
        amount: plan.total,
        off_policy,
        bills: &bills,
        // Granted at once, the customer is written that, and not first that it arrived.
        quiet: !off_policy,
        ..New::of(Kind::Plan, submission)
    };
    let request = open(server, tx, By::Customer(customer), customer.id, customer.person, &new).await?;
    let id: AgreementId = server.id();
    let stored = |value: serde_json::Result<String>| value.map_err(|_| Error::Corrupt("agreement"));
    sql!(tx, execute: "insert into agreements (id, request_id, customer_id, status, plan, total, interest, reason, accepted_at, terms, terms_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.0, request.id.0, customer.id.0, Status::Requested.as_str(), stored(serde_json::to_string(plan))?, plan.total.as_cents(), plan.interest.as_cents(),
        simulation.reason.as_str(), server.clock.now(), stored(serde_json::to_string(terms))?, terms.hash.as_str())?;
    for (offered, discount) in simulation.bills.iter().zip(discounts(simulation)) {
        let cost = &offered.calculation;
        sql!(tx, execute: "insert into agreement_bills (agreement_id, bill_id, principal, fine, interest, amount, discount) values ($1, $2, $3, $4, $5, $6, $7)",
            id.0, offered.bill.id.0, cost.principal.as_cents(), cost.fine.amount.as_cents(), cost.interest.amount.as_cents(), cost.total.as_cents(),
            discount.as_cents())?;
    }
    for payment in plan.payments() {
        sql!(tx, execute: "insert into installments (agreement_id, number, due_on, amount) values ($1, $2, $3, $4)",
            id.0, i32::from(payment.number), payment.due_on, payment.amount.as_cents())?;
    }
    offers::take(tx, customer.id, &terms.hash, request.id.0).await?;
    if !off_policy {
        advance(server, tx, &request, By::System, &Step::of(Action::Approve)).await?;
    }
    Ok(request.protocol)
}

/// The plan's discount, bill by bill: off the charges by each one's charges, off the principal by each one's principal.
fn discounts(simulation: &Simulation) -> Vec<Money> {
    let (charges, principals): (Vec<Money>, Vec<Money>) =
        simulation.bills.iter().map(|offered| (offered.calculation.charges(), offered.calculation.principal)).unzip();
    let plan = &simulation.plan;
    let parts = plan.discount.charges.apportion(&charges).into_iter().zip(plan.discount.principal.apportion(&principals));
    parts.map(|(of_charges, of_principal)| of_charges + of_principal).collect()
}

// ---- the customer's agreements ----

/// An agreement.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Which.
    pub id: AgreementId,
    /// The protocol of its request.
    pub protocol: Protocol,
    /// Where it stands.
    pub status: Status,
    /// The plan as accepted.
    pub plan: Plan,
    /// When it was accepted.
    pub accepted_at: DateTime<Utc>,
    /// Since when it is in force.
    pub starts_on: Option<NaiveDate>,
    /// When it was over.
    pub ended_on: Option<NaiveDate>,
    /// While so much is late that it may end: the last day to pay that.
    pub cure_until: Option<NaiveDate>,
    /// Installments that are to be paid early.
    pub early: Option<Chosen>,
    /// What it took in, each with its amount at acceptance.
    pub bills: Vec<(BillLine, Money)>,
    /// Its payments, the down payment (number 0) first.
    pub installments: Vec<InstallmentLine>,
    /// What was agreed to.
    pub terms: Terms,
}

/// A payment of an agreement.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct InstallmentLine {
    /// 0 is the down payment.
    pub number: i32,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Its bill, once the plan is granted.
    pub bill_id: Option<Uuid>,
    /// What is left to pay of it, in centavos, once the plan is granted.
    pub balance: Option<i64>,
}

/// The customer's agreements, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(server: &Server, customer: &Customer) -> Result<Vec<Agreement>> {
    let mut conn = server.db.read().await?;
    let rows =
        sql!(conn, all Row: "select * from agreements where customer_id = $1 order by accepted_at desc, id desc limit 50", customer.id.0)?;
    let mut agreements = Vec::new();
    for row in rows {
        agreements.push(whole(&mut conn, row).await?);
    }
    Ok(agreements)
}

/// One of the customer's agreements, by the protocol of its request.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn find(server: &Server, customer: &Customer, protocol: &str) -> Result<Agreement> {
    let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select a.* from agreements a join requests r on r.id = a.request_id
        where r.protocol = $1 and a.customer_id = $2", protocol.digits(), customer.id.0)?
    .ok_or(Error::NotFound)?;
    whole(&mut conn, row).await
}

async fn whole(conn: &mut Conn, row: Row) -> Result<Agreement> {
    #[derive(sqlx::FromRow)]
    struct Taken {
        #[sqlx(flatten)]
        bill: BillLine,
        taken: i64,
    }
    let (protocol,) = sql!(conn, one (String,): "select protocol from requests where id = $1", row.request_id.0)?;
    let bills = sql!(conn, all Taken: "select b.*, a.amount as taken from agreement_bills a join bills b on b.id = a.bill_id
        where a.agreement_id = $1 order by b.due_on, b.id", row.id.0)?;
    let installments = sql!(conn, all InstallmentLine: "select i.number, i.due_on, i.amount, i.bill_id, b.balance
        from installments i left join bills b on b.id = i.bill_id where i.agreement_id = $1 order by i.number", row.id.0)?;
    let early = early::chosen(conn, row.id).await?;
    Ok(Agreement {
        id: row.id,
        protocol: protocol.parse().map_err(|_| Error::Corrupt("protocol"))?,
        status: row.status,
        plan: row.plan()?,
        accepted_at: row.accepted_at,
        starts_on: row.starts_on,
        ended_on: row.ended_on,
        early,
        cure_until: row.cure_until.filter(|_| row.status == Status::Active),
        bills: bills.into_iter().map(|taken| (taken.bill, Money::cents(taken.taken))).collect(),
        installments,
        terms: serde_json::from_str(&row.terms).map_err(|_| Error::Corrupt("terms of an agreement"))?,
    })
}

// ---- what the rules are given ----

/// A bill with what its charges need.
#[derive(sqlx::FromRow)]
pub(crate) struct Owed {
    #[sqlx(flatten)]
    pub(crate) bill: BillLine,
    fine_rate: String,
    monthly_interest: String,
    tax_id: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

impl Owed {
    /// What it costs on a day, line by line.
    pub(crate) fn cost(&self, on: NaiveDate, calendar: &Calendar) -> Result<Calculation> {
        let terms = self.charged.relieved(bills::terms(&self.tax_id, &self.fine_rate, &self.monthly_interest)?)?;
        Ok(late_charges_after(self.bill.balance, self.bill.due_on, self.charged.posted(), on, &terms, calendar))
    }
}

/// What the rules need of a bill on a day on which it comes to so much.
pub(crate) fn candidate(bill: &BillLine, amount: Money, on: NaiveDate, calendar: &Calendar) -> Candidate {
    Candidate {
        bill: bill.id,
        nature: bill.nature,
        amount,
        days_late: days_late(bill.due_on, on, calendar),
        disputed: bill.standing == Standing::Disputed,
        in_agreement: bill.standing == Standing::InAgreement,
        // No standing says so: a bill in court is kept out of the portal by whoever imports it.
        in_court: false,
    }
}

async fn owed(conn: &mut Conn, customer: CustomerId, bill: BillId) -> Result<Option<Owed>> {
    Ok(sql!(conn, optional Owed: "select b.*, k.fine_rate, k.monthly_interest, c.tax_id
        from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
        where b.customer_id = $1 and b.id = $2", customer.0, bill.0)?)
}

/// What holds for every bill of one customer today.
struct Ground {
    today: NaiveDate,
    /// The creditor's policy.
    usual: PlanPolicy,
    /// The policy for the chosen bills.
    policy: PlanPolicy,
    /// Bills that may be paid in parts because of an incident, and in how many.
    parts: HashMap<BillId, u16>,
    calendar: Calendar,
    history: History,
}

impl Ground {
    async fn load(server: &Server, conn: &mut Conn, customer: CustomerId, chosen: &[BillId]) -> Result<Self> {
        let (open, last_broken_on) = sql!(conn, one (i64, Option<NaiveDate>):
            "select count(case when status in ('requested', 'awaiting_down_payment', 'active') then 1 end), max(case when status = 'broken' then ended_on end)
            from agreements where customer_id = $1", customer.0)?;
        let flag = against_plans(&flags::of(conn, customer).await?);
        let usual = policies::plans(server, conn).await?;
        let ground = Self {
            today: server.clock.today(),
            policy: usual.clone(),
            usual,
            parts: incidents::parts_of(conn, customer).await?,
            calendar: policies::calendar(conn).await?,
            history: History { open_agreements: u16::try_from(open).unwrap_or(u16::MAX), last_broken_on, flag },
        };
        Ok(ground.of(chosen))
    }

    /// With the policy for these bills: in parts where an incident lets all of them be paid so, else the usual one.
    fn of(self, chosen: &[BillId]) -> Self {
        let parts: Option<Vec<u16>> = chosen.iter().map(|bill| self.parts.get(bill).copied()).collect();
        let policy = match parts.as_deref().unwrap_or_default().iter().min() {
            Some(parts) => self.usual.split(*parts),
            None => self.usual.clone(),
        };
        Self { policy, ..self }
    }

    fn offered(&self, owed: Owed, chosen: bool) -> Result<OfferedBill> {
        let calculation = owed.cost(self.today, &self.calendar)?;
        let mut offered = OfferedBill { bill: owed.bill, calculation, chosen, against: None };
        let alone = match self.parts.get(&offered.bill.id) {
            Some(parts) => self.usual.split(*parts).eligibility,
            None => self.usual.eligibility.clone(),
        };
        let alone = eligibility(&alone, History::default(), &[self.candidate(&offered)], self.today);
        offered.against = alone.err().and_then(|against| against.into_iter().find(|reason| reason.bill().is_some()));
        Ok(offered)
    }

    fn candidate(&self, offered: &OfferedBill) -> Candidate {
        candidate(&offered.bill, offered.calculation.total, self.today, &self.calendar)
    }

    fn debt(&self, picked: &[&OfferedBill]) -> Debt {
        let debt = |offered: &&OfferedBill| {
            let days = days_late(offered.bill.due_on, self.today, &self.calendar);
            Debt::of(offered.calculation.principal, offered.calculation.charges(), days)
        };
        picked.iter().map(debt).sum()
    }

    fn against(&self, picked: &[&OfferedBill]) -> Vec<Ineligible> {
        let candidates: Vec<Candidate> = picked.iter().map(|offered| self.candidate(offered)).collect();
        eligibility(&self.policy.eligibility, self.history, &candidates, self.today).err().unwrap_or_default()
    }
}

/// An agreement as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    #[sqlx(try_from = "Uuid")]
    pub(crate) id: AgreementId,
    #[sqlx(try_from = "Uuid")]
    pub(crate) request_id: RequestId,
    #[sqlx(try_from = "String")]
    pub(crate) status: Status,
    plan: String,
    #[sqlx(try_from = "String")]
    pub(crate) reason: Reason,
    accepted_at: DateTime<Utc>,
    terms: String,
    starts_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    pub(crate) cure_until: Option<NaiveDate>,
}

impl Row {
    /// The plan as accepted.
    pub(crate) fn plan(&self) -> Result<Plan> {
        serde_json::from_str(&self.plan).map_err(|_| Error::Corrupt("plan"))
    }
}

pub(crate) async fn row(conn: &mut Conn, request: RequestId) -> Result<Row> {
    Ok(sql!(conn, one Row: "select * from agreements where request_id = $1", request.0)?)
}
