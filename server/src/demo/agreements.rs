//! Agreements: one that is kept month by month, one that ended for being late, one whose customer was told until when to pay, one that is
//! late by a few days.

use std::io::Cursor;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate, Timelike};
use domain::agreements::forms::PlanForm;
use domain::agreements::plans::Plan;
use domain::requests::protocol::Protocol;

use super::scenes::{accept, ago, customer};
use crate::agreements::{InstallmentLine, Offer};
use crate::error::Result;
use crate::imports::{self, Kind, Options};
use crate::requests::take_id;
use crate::sessions::{self, Actors, Customer};
use crate::{Server, agreements, sql};

/// What is to be seen of it today: the installment that is the last one late, and for how many days at least and at most.
struct Wanted {
    /// Counted from 1.
    installment: usize,
    /// The oldest and the newest day on which it fell due, counted back from today.
    days: (u64, u64),
    /// Since how many days the server's rounds are played.
    rounds: i64,
}

/// People that are asked: the demonstration is made in seconds.
const MOST_TRIED: usize = 20;

/// Plays it once, with late people who are in no other scene: one pays month by month, the others what is due first, and nothing more.
pub(super) async fn play(server: &Server) -> Result<()> {
    let wanted = [
        Wanted { installment: 1, days: (90, 60), rounds: 56 },
        Wanted { installment: 1, days: (20, 7), rounds: 20 },
        // Told four days ago: there is time left to mend it. The last one, for an import of earlier days would look at it as of then.
        Wanted { installment: 1, days: (66, 36), rounds: 5 },
    ];
    let mut people = late_people(server).await?.into_iter().take(MOST_TRIED);
    for person in people.by_ref() {
        if kept(server, &person).await? {
            break;
        }
    }
    for wanted in wanted {
        for person in people.by_ref() {
            if not_kept(server, &person, &wanted).await? {
                break;
            }
        }
    }
    Ok(())
}

/// Somebody who made an agreement with interest, under the house's first policy, and pays it month by month.
async fn kept(server: &Server, person: &str) -> Result<bool> {
    let then = ago(server, 135, 3);
    let customer = customer(&then, person).await?;
    let offer = agreements::offer(&then, &customer, &[]).await?;
    let longest = offer.options.iter().filter(|plan| !plan.is_off_policy()).max_by_key(|plan| plan.installments.len());
    let Some(plan) = longest.filter(|plan| plan.installments.len() > 6 && plan.interest.is_positive()) else {
        sessions::close(server, &Actors::Customer(customer)).await?;
        return Ok(false);
    };
    let protocol = accept(&then, &customer, &form(&offer, plan, offer.policy.days_of_month.first().copied().unwrap_or(10))).await?;
    let agreement = agreements::find(&then, &customer, &protocol.digits()).await?;
    let due = agreement.installments.iter().filter(|one| one.due_on < server.clock.today());
    for one in due {
        let days = (server.clock.today() - one.due_on).num_days();
        pay(&ago(server, days, 3), std::slice::from_ref(one)).await?;
    }
    sessions::close(server, &Actors::Customer(customer)).await?;
    Ok(true)
}

async fn not_kept(server: &Server, person: &str, wanted: &Wanted) -> Result<bool> {
    let today = server.clock.today();
    let due = (today - Days::new(wanted.days.0))..=(today - Days::new(wanted.days.1));
    let about = i64::try_from(wanted.days.1).unwrap_or(0) + 30 * i64::try_from(wanted.installment).unwrap_or(1);
    for days in (about - 20..about + 30).step_by(3) {
        let then = ago(server, days, 3);
        let customer = customer(&then, person).await?;
        let offer = agreements::offer(&then, &customer, &[]).await?;
        let longest = offer.options.iter().filter(|plan| !plan.is_off_policy()).max_by_key(|plan| plan.installments.len());
        let form = match longest {
            Some(plan) if plan.installments.len() > wanted.installment => on_some_day(&then, &customer, &offer, plan, wanted, &due).await?,
            _ => None,
        };
        let Some(form) = form else {
            sessions::close(server, &Actors::Customer(customer)).await?;
            if !offer.against.is_empty() {
                return Ok(false);
            }
            continue;
        };
        let protocol = accept(&then, &customer, &form).await?;
        if !form.down_payment.is_empty() {
            let agreement = agreements::find(&then, &customer, &protocol.digits()).await?;
            pay(&ago(server, days - 1, 3), &agreement.installments[..1]).await?;
        }
        // Day by day, as the server's own rounds: at noon, when warnings leave.
        let hours = i64::from(server.clock.local(server.clock.now()).hour()) - 12;
        for day in (1..days.min(wanted.rounds)).rev() {
            follow(&ago(server, day, hours), &protocol).await?;
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
        return Ok(true);
    }
    Ok(false)
}

/// The same plan on the day of the month with which the wanted installment falls due when it should.
async fn on_some_day(
    then: &Server,
    customer: &Customer,
    offer: &Offer,
    plan: &Plan,
    wanted: &Wanted,
    due: &RangeInclusive<NaiveDate>,
) -> Result<Option<PlanForm>> {
    for day in &offer.policy.days_of_month {
        let form = form(offer, plan, *day);
        // With some days the first installment would be too far away.
        let Ok(simulated) = agreements::simulate(then, customer, &form).await else { continue };
        let one = simulated.plan.installments.get(wanted.installment - 1);
        if !simulated.plan.is_off_policy() && one.is_some_and(|one| due.contains(&one.due_on)) {
            return Ok(Some(form));
        }
    }
    Ok(None)
}

fn form(offer: &Offer, plan: &Plan, day: u8) -> PlanForm {
    PlanForm {
        bills: offer.bills.iter().filter(|bill| bill.chosen).map(|bill| bill.bill.id.to_string()).collect(),
        down_payment: plan.down_payment.map(|down| down.amount.to_string()).unwrap_or_default(),
        count: plan.installments.len().to_string(),
        day: day.to_string(),
        reason: "less_income".to_owned(),
    }
}

/// The bank tells that installments were paid.
async fn pay(then: &Server, installments: &[InstallmentLine]) -> Result<()> {
    let on = then.clock.today();
    let mut lines = "external_id;bill;paid_on;amount;method;bank_reference\n".to_owned();
    for one in installments {
        let Some(bill) = one.bill_id else { continue };
        let mut conn = then.db.read().await?;
        let (external_id,) = sql!(conn, one (String,): "select external_id from bills where id = $1", bill)?;
        let reference = on.format("%Y%m%d");
        lines += &format!("{external_id}-P;{external_id};{on};{};pix;E00000000{reference}demonstracao\n", one.amount);
    }
    imports::run(then, Kind::Payments, Cursor::new(lines), Options::default(), |_| {}).await.map_err(super::of_import)?;
    Ok(())
}

async fn follow(at: &Server, protocol: &Protocol) -> Result<()> {
    let mut tx = at.db.write().await?;
    let (request,) = sql!(tx, one (uuid::Uuid,): "select id from requests where protocol = $1", protocol.digits())?;
    let request = take_id(&mut tx, request.into()).await?;
    if agreements::follow(at, &mut tx, &request).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// People with bills late for half a year who have an address and are in no other scene, from the last to the first.
async fn late_people(server: &Server) -> Result<Vec<String>> {
    let long_ago: NaiveDate = server.clock.today() - Days::new(170);
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (String,): "select c.external_id from customers c
        where c.external_id between 'VS-000040' and 'VS-000500' and c.email <> ''
          and exists (select 1 from bills b where b.customer_id = c.id and b.balance > 0 and b.standing = 'open' and b.due_on < $1)
          and not exists (select 1 from requests r where r.customer_id = c.id) and not exists (select 1 from promises p where p.customer_id = c.id)
          and not exists (select 1 from demands d where d.customer_id = c.id)
          and not exists (select 1 from customer_flags f where f.customer_id = c.id) and not exists (select 1 from placement_bills p where p.customer_id = c.id)
        order by c.external_id desc", long_ago)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
