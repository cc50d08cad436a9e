//! Plans as they were offered. An offer is written down when it is shown, with everything it says, and honoured until its last day: neither
//! another day's interest nor another policy takes it back. What does is that its bills moved, or that there is a better one.

use chrono::NaiveDate;
use domain::agreements::forms::PlanForm;
use domain::agreements::plans::Plan;
use domain::agreements::policy::PlanPolicy;
use domain::charges::Calculation;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, RequestId};
use domain::statement::Standing;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::{Ground, OfferedBill, Simulation, Terms, owed, worded, worked_out};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sealing::sha256;
use crate::sessions::Customer;
use crate::texts::Locale;
use crate::{Server, policies, sql};

macro_rules! kept {
    () => {
        "select plan, policy, costs, terms, as_of from plan_offers"
    };
}

/// A plan as it is offered.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The plan and its bills, as of the day on which it was worked out.
    pub simulation: Simulation,
    /// What is agreed to.
    pub terms: Terms,
}

/// Offers what somebody asks for, in the language they read: as it was offered before where that still holds and nothing better is to be had, else as of today.
///
/// # Errors
/// As [`super::simulate`].
pub async fn offered(server: &Server, customer: &Customer, l: Locale, form: &PlanForm) -> Result<Offered> {
    let mut tx = server.db.write().await?;
    let fresh = fresh(server, &mut tx, customer.id, form).await;
    if let Some(kept) = newest(server, &mut tx, customer.id, l, form).await?
        && kept.holds(server, &mut tx, customer.id).await?
        && !fresh.as_ref().is_ok_and(|(_, fresh)| kept.is_beaten_by(fresh))
    {
        return kept.open(&mut tx, customer.id, form).await;
    }
    let (ground, simulation) = fresh?;
    let creditor = policies::creditor(&mut tx).await?;
    let terms = worded(l, &simulation, &creditor, &ground.policy, &ground.calendar)?;
    let costs: Vec<(BillId, &Calculation)> = simulation.bills.iter().map(|offered| (offered.bill.id, &offered.calculation)).collect();
    sql!(tx, execute: "insert into plan_offers (id, customer_id, asked, locale, plan, policy, costs, terms, hash, as_of, valid_until, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (customer_id, hash) do nothing",
        server.id::<Uuid>(), customer.id.0, asked(form)?, l.tag(), stored(&simulation.plan)?, stored(&ground.policy)?, stored(&costs)?, stored(&terms)?,
        terms.hash.as_str(), simulation.as_of, simulation.plan.valid_until, server.clock.now())?;
    tx.commit().await?;
    Ok(Offered { simulation, terms })
}

/// The offer with this fingerprint, if it can still be accepted for this form.
pub(super) async fn accepted(server: &Server, tx: &mut Tx, customer: CustomerId, form: &PlanForm, hash: &str) -> Result<Offered> {
    let gone = || Error::field("terms", Problem::NoLongerPossible);
    let kept = sql!(tx, optional Kept: concat!(kept!(), " where customer_id = $1 and hash = $2 and valid_until >= $3 and asked = $4"),
        customer.0, hash, server.clock.today(), asked(form)?)?
    .ok_or_else(gone)?;
    if !kept.holds(server, tx, customer).await? {
        return Err(Error::field("bills", Problem::NoLongerPossible));
    }
    // Somebody who reads an older page is not held to it: they see the better one first.
    if fresh(server, tx, customer, form).await.is_ok_and(|(_, fresh)| kept.is_beaten_by(&fresh)) {
        return Err(gone());
    }
    kept.open(tx, customer, form).await
}

/// Notes that an offer was accepted.
pub(super) async fn take(tx: &mut Tx, customer: CustomerId, hash: &str, request: Uuid) -> Result<()> {
    sql!(tx, execute: "update plan_offers set request_id = $3 where customer_id = $1 and hash = $2", customer.0, hash, request)?;
    Ok(())
}

/// The policy by which the plan was made that this request asks for; none for one that is older than offers.
pub(super) async fn policy_of(conn: &mut Conn, request: RequestId) -> Result<Option<PlanPolicy>> {
    let policy = sql!(conn, optional (String,): "select policy from plan_offers where request_id = $1 limit 1", request.0)?;
    policy.map(|(policy,)| read(&policy)).transpose()
}

async fn fresh(server: &Server, conn: &mut Conn, customer: CustomerId, form: &PlanForm) -> Result<(Ground, Simulation)> {
    let chosen = domain::forms::ids::<BillId>(&form.bills).unwrap_or_default();
    let ground = Ground::load(server, conn, customer, &chosen).await?;
    let simulation = worked_out(conn, customer, &ground, form).await?;
    Ok((ground, simulation))
}

async fn newest(server: &Server, conn: &mut Conn, customer: CustomerId, l: Locale, form: &PlanForm) -> Result<Option<Kept>> {
    Ok(
        sql!(conn, optional Kept: concat!(kept!(), " where customer_id = $1 and asked = $2 and locale = $3 and valid_until >= $4 and request_id is null
            order by made_at desc, id desc limit 1"),
        customer.0, asked(form)?, l.tag(), server.clock.today())?,
    )
}

/// What is asked for, in short: how it was typed, and why, do not matter.
fn asked(form: &PlanForm) -> Result<String> {
    let read = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut bills = domain::forms::ids::<BillId>(&form.bills).unwrap_or_default();
    bills.sort_unstable();
    let now = domain::forms::amount(&form.down_payment).map_or_else(|_| read(&form.down_payment), |amount| amount.as_cents().to_string());
    Ok(sha256(stored(&json!([bills, now, read(&form.count), read(&form.day)]))?.as_bytes()))
}

fn stored(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| CORRUPT)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| CORRUPT)
}

const CORRUPT: Error = Error::Corrupt("offer of a plan");

/// An offer as stored.
#[derive(sqlx::FromRow)]
struct Kept {
    plan: String,
    policy: String,
    costs: String,
    terms: String,
    as_of: NaiveDate,
}

impl Kept {
    /// Whether its bills are as they were, and nothing stands against a plan that did not then.
    async fn holds(&self, server: &Server, conn: &mut Conn, customer: CustomerId) -> Result<bool> {
        let policy: PlanPolicy = read(&self.policy)?;
        let ground = Ground { usual: policy.clone(), policy, ..Ground::load(server, conn, customer, &[]).await? };
        let bills = self.bills(conn, customer).await?;
        let moved = bills.iter().any(|one| one.bill.balance != one.calculation.principal || one.bill.standing != Standing::Open);
        Ok(!moved && ground.against(&bills.iter().collect::<Vec<_>>()).is_empty())
    }

    fn is_beaten_by(&self, fresh: &Simulation) -> bool {
        read::<Plan>(&self.plan).is_ok_and(|kept| fresh.plan.total_cost < kept.total_cost)
    }

    async fn bills(&self, conn: &mut Conn, customer: CustomerId) -> Result<Vec<OfferedBill>> {
        let mut bills = Vec::new();
        for (id, calculation) in read::<Vec<(BillId, Calculation)>>(&self.costs)? {
            let bill = owed(conn, customer, id).await?.ok_or(Error::NotFound)?.bill;
            bills.push(OfferedBill { bill, calculation, chosen: true, against: None });
        }
        Ok(bills)
    }

    async fn open(&self, conn: &mut Conn, customer: CustomerId, form: &PlanForm) -> Result<Offered> {
        let reason = form.parse(&read(&self.policy)?)?.reason;
        let simulation = Simulation { as_of: self.as_of, bills: self.bills(conn, customer).await?, plan: read(&self.plan)?, reason };
        Ok(Offered { simulation, terms: read(&self.terms)? })
    }
}
