//! The house's policy of plans: two versions with their history, a draft of a third that waits for a second person, and people who asked for
//! more than was granted at once, so that its preview has something to say.

use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::agreements::forms::PlanForm;
use domain::policies::{Kind, WhenForm};

use super::scenes::{accept, ago, customer, staff};
use crate::error::Result;
use crate::policies::drafts;
use crate::sessions::{self, Actors};
use crate::{Server, agreements, requests, sql};

/// How many ask, and how many days lie between them.
const ASKING: u32 = 8;
const BETWEEN: u32 = 9;

/// Plays it once: after everything else, so that nobody else's scene lacks a person.
pub(super) async fn play(server: &Server) -> Result<()> {
    let then = ago(server, 120, 3);
    let (supervisor, administrator) = (staff(server, Role::Supervisor).await?, staff(server, Role::Administrator).await?);
    let written = propose(
        &then,
        &supervisor,
        &[("bands.0.automatic.most_installments", "6"), ("interest", "none"), ("interest_rate", "0")],
        "Menos acordos à espera de aprovação no primeiro mês de atraso, e parcelas sem juros",
    )
    .await?;
    drafts::put_into_force(&ago(server, 119, 1), &administrator, Kind::Plans, written).await?;
    let late = late_people(server).await?;
    let mut asked = 0;
    for (external_id, due_on) in late {
        let days = 4 + asked * BETWEEN;
        if asked == ASKING {
            break;
        }
        if due_on < server.clock.today() - Days::new(u64::from(days) + 5) && asks(server, &external_id, days, 8 + asked % 3 * 2).await? {
            asked += 1;
        }
    }
    let draft = [
        ("bands.0.automatic.most_installments", "8"),
        ("bands.0.discounts.0.up_to_installments", "3"),
        ("bands.0.discounts.0.of_charges", "50"),
        ("bands.0.discounts.0.of_principal", "0"),
    ];
    propose(&ago(server, 0, 2), &supervisor, &draft, "Campanha de fim de ano: metade da multa e dos juros em até 3 parcelas").await?;
    for staff in [supervisor, administrator] {
        sessions::close(server, &Actors::Staff(staff)).await?;
    }
    Ok(())
}

async fn propose(then: &Server, staff: &sessions::Staff, changes: &[(&str, &str)], note: &str) -> Result<uuid::Uuid> {
    let room = drafts::see(then, staff, Kind::Plans).await?;
    let mut form = room.next_from.form();
    for (field, typed) in changes {
        form.put(field, *typed);
    }
    let when = WhenForm { valid_from: String::new(), note: note.to_owned() };
    drafts::propose(then, staff, Kind::Plans, room.newest, &form, &when).await
}

/// Somebody asks for more installments than are granted at once, and gives it up the day after. Whoever may not ask is passed over.
async fn asks(server: &Server, external_id: &str, days: u32, count: u32) -> Result<bool> {
    let then = ago(server, i64::from(days), 4);
    let customer = customer(&then, external_id).await?;
    let offer = agreements::offer(&then, &customer, &[]).await?;
    let plan = offer.options.iter().filter(|plan| plan.is_off_policy() && plan.installments.len() <= usize::try_from(count).unwrap_or(0));
    let Some(plan) = plan.max_by_key(|plan| plan.installments.len()) else {
        sessions::close(server, &Actors::Customer(customer)).await?;
        return Ok(false);
    };
    let form = PlanForm {
        bills: offer.bills.iter().filter(|bill| bill.chosen).map(|bill| bill.bill.id.to_string()).collect(),
        down_payment: plan.down_payment.map(|down| down.amount.to_string()).unwrap_or_default(),
        count: plan.installments.len().to_string(),
        day: offer.policy.days_of_month.first().copied().unwrap_or(10).to_string(),
        reason: "several_bills".to_owned(),
    };
    let protocol = accept(&then, &customer, &form).await?;
    requests::withdraw(&ago(server, i64::from(days) - 1, 2), &customer, &protocol.digits()).await?;
    sessions::close(server, &Actors::Customer(customer)).await?;
    Ok(true)
}

/// People with late bills who are in no other scene, from the last to the first.
async fn late_people(server: &Server) -> Result<Vec<(String, NaiveDate)>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all (String, NaiveDate): "select c.external_id, max(b.due_on) from customers c
        join bills b on b.customer_id = c.id and b.balance > 0 and b.standing = 'open' and b.due_on < $1
        where c.external_id between 'VS-000040' and 'VS-000500'
          and not exists (select 1 from requests r where r.customer_id = c.id) and not exists (select 1 from promises p where p.customer_id = c.id)
          and not exists (select 1 from customer_flags f where f.customer_id = c.id)
        group by c.external_id order by c.external_id desc", server.clock.today())?)
}
