use chrono::{Days, NaiveDate, TimeDelta};
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::BillId;
use domain::incidents::{IncidentForm, State};
use domain::money::Money;
use domain::statement::EntryKind;
use server::error::Error;
use server::incidents::{self, Reason};
use server::sessions::{Customer, Staff};
use server::slips::Situation;
use server::testing::TestServer;
use server::{agreements, bills, customers, notices, on_both_databases, outbox, slips, sql, statement};

use crate::agreements::{plan, submit};
use crate::reconciliation::{File, a_title, apply};
use crate::requests::{problem, submission};

fn day(t: &TestServer, ago: i64) -> NaiveDate {
    t.clock.today() - TimeDelta::days(ago)
}

/// Bills due from so many days ago to so many, relieved of everything until tomorrow.
fn form(t: &TestServer, from: i64, to: i64) -> IncidentForm {
    IncidentForm {
        reason: "Os boletos não puderam ser pagos no banco".into(),
        due_from: day(t, from).to_string(),
        due_to: day(t, to).to_string(),
        waive_from: day(t, from).to_string(),
        waive_to: day(t, -1).to_string(),
        submission: submission(),
        ..IncidentForm::default()
    }
}

async fn number(t: &TestServer, bill: BillId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select number from bills where id = $1", bill.0).unwrap().0
}

/// What a bill costs on a day, for its customer.
async fn cost(t: &TestServer, customer: &Customer, bill: BillId, on: NaiveDate) -> domain::charges::Calculation {
    bills::calculation(t, customer, bill, on).await.unwrap().calculation.unwrap()
}

async fn in_force(t: &TestServer, by: &Staff, form: &IncidentForm) -> uuid::Uuid {
    let id = incidents::prepare(t, by, form).await.unwrap();
    incidents::confirm(t, by, id).await.unwrap();
    id
}

on_both_databases! {
    async fn its_bills_may_be_paid_in_parts_at_no_cost(t: TestServer) {
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let (late, soon, other) =
            (t.a_bill(ana, Money::cents(60_000), 40).await, t.a_bill(ana, Money::cents(30_000), -5).await, t.a_bill(ana, Money::cents(50_000), 60).await);
        let hers = t.a_bill(bia, Money::cents(60_000), 40).await;
        let boss = t.staff(Role::Supervisor).await;
        let eva = t.a_person().await;
        let of_eva = t.a_bill(eva, Money::cents(40_000), -5).await;
        let numbers = format!("{},{},{}", number(&t, late).await, number(&t, soon).await, number(&t, of_eva).await);
        let until = day(&t, -9).to_string();
        let in_parts = |parts: &str| IncidentForm {
            reason: "Valores cobrados a mais".into(),
            numbers: numbers.clone(),
            until: until.clone(),
            parts: parts.into(),
            submission: submission(),
            ..IncidentForm::default()
        };
        assert_eq!(problem(incidents::prepare(&t, &boss, &in_parts("13")).await), ("parts".into(), Problem::OutOfRange { min: 2, max: 12 }));
        let customer = t.signed_in(ana).await;
        // A bill that is not due is no matter for a plan before.
        let refused = agreements::simulate(&t, &customer, &plan(&[late, soon], "", 3)).await;
        assert_eq!(problem(refused), ("bills".into(), Problem::NoLongerPossible));
        let id = in_force(&t, &boss, &in_parts("3")).await;
        assert_eq!(incidents::told(&t, &customer).await.unwrap()[0].parts, Some(3));
        assert_eq!(incidents::in_parts(&t, &customer, id).await.unwrap(), [late, soon]);
        assert!(incidents::in_parts(&t, &t.signed_in(bia).await, id).await.unwrap().is_empty(), "nobody else's");
        // What can be chosen at first is the usual plan; the parts are a plan of their own.
        let offer = agreements::offer(&t, &customer, &[]).await.unwrap();
        let ticked: Vec<BillId> = offer.bills.iter().filter(|offered| offered.chosen).map(|offered| offered.bill.id).collect();
        assert_eq!((ticked, offer.against.is_empty()), (vec![other], true));
        let offer = agreements::offer(&t, &customer, &[late, soon]).await.unwrap();
        assert_eq!((offer.debt.principal, offer.debt.charges), (Money::cents(90_000), Money::ZERO));
        assert_eq!(offer.options.iter().map(|plan| plan.installments.len()).max(), Some(3));
        assert!(offer.options.iter().all(|plan| plan.total == Money::cents(90_000) && !plan.is_off_policy()));
        assert!(agreements::simulate(&t, &customer, &plan(&[late, soon], "", 4)).await.is_err());
        // With a bill of no incident it is the usual plan again, which takes no bill that is not due.
        let mixed = agreements::simulate(&t, &customer, &plan(&[late, soon, other], "", 3)).await;
        assert_eq!(problem(mixed), ("bills".into(), Problem::NoLongerPossible));
        let (simulation, protocol) = submit(&t, &customer, &plan(&[late, soon], "", 3)).await;
        assert_eq!((simulation.plan.down_payment.is_none(), simulation.plan.total), (true, Money::cents(90_000)));
        let agreement = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!((agreement.status, agreement.installments.len()), (domain::agreements::Status::Active, 3));
        // Lifted, it is offered to nobody any more; what was agreed stays.
        let eva = t.signed_in(eva).await;
        agreements::simulate(&t, &eva, &plan(&[of_eva], "", 2)).await.unwrap();
        incidents::lift(&t, &boss, id).await.unwrap();
        assert_eq!(problem(agreements::simulate(&t, &eva, &plan(&[of_eva], "", 2)).await), ("bills".into(), Problem::NoLongerPossible));
        assert!(incidents::in_parts(&t, &customer, id).await.unwrap().is_empty());
        assert_eq!(agreements::find(&t, &customer, &protocol.digits()).await.unwrap().status, domain::agreements::Status::Active);
        assert_eq!(t.bill_now(hers).await.0, Money::cents(60_000));
        t.is_whole().await;
    }

    async fn what_is_given_up_is_charged_nowhere_until_it_is_lifted(t: TestServer) {
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let late = t.a_bill(ana, Money::cents(52_347), 40).await;
        t.a_slip(late).await;
        let other = t.a_bill(ana, Money::cents(30_000), 80).await;
        let hers = t.a_bill(bia, Money::cents(10_000), 40).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = null where id = $1", bia.0).unwrap();
        tx.commit().await.unwrap();
        let customer = t.signed_in(ana).await;
        let boss = t.staff(Role::Supervisor).await;
        let today = t.clock.today();
        let without = cost(&t, &customer, late, today).await;
        let later = today + Days::new(60);
        let without_later = cost(&t, &customer, late, later).await;
        assert!(without.charges().is_positive());

        let id = incidents::prepare(&t, &boss, &form(&t, 41, 39)).await.unwrap();
        let opened = incidents::find(&t, &boss, id).await.unwrap();
        let incident = &opened.incident;
        assert_eq!((incident.state, incident.bills, incident.customers, incident.amount), (State::Waiting, 2, 2, Money::cents(62_347)));
        assert!(incident.waived >= without.charges() && opened.confirm.is_ok() && opened.bills.len() == 2);
        assert_eq!(cost(&t, &customer, late, today).await, without, "nothing holds before it is confirmed");
        incidents::confirm(&t, &boss, id).await.unwrap();

        let with = cost(&t, &customer, late, today).await;
        assert_eq!((with.total, with.charges()), (Money::cents(52_347), Money::ZERO));
        let waived = with.waived.unwrap();
        assert_eq!((waived.amount, waived.reasons), (without.charges(), vec!["Os boletos não puderam ser pagos no banco".to_owned()]));
        let with_later = cost(&t, &customer, late, later).await;
        assert!(with_later.total < without_later.total && with_later.charges().is_positive(), "from the day after tomorrow on it runs again");
        assert!(cost(&t, &customer, other, today).await.waived.is_none(), "another due date");
        let home = bills::overview(&t, &customer).await.unwrap();
        assert_eq!(home.fine + home.interest, cost(&t, &customer, other, today).await.charges());
        let lines = statement::load(&t, &customer, &statement::Filter::default()).await.unwrap();
        let line = lines.bills.iter().find(|bill| bill.id == late).unwrap();
        assert_eq!((line.charges, line.calculation.as_ref().unwrap().waived.is_some()), (Money::ZERO, true));
        assert_eq!(lines.charges, home.fine + home.interest);
        let payable = slips::payable(&t, &customer, today).await.unwrap();
        let Situation::Overdue { estimate, .. } = &payable.iter().find(|bill| bill.id == late).unwrap().situation else { panic!() };
        assert_eq!(estimate.charges(), Money::ZERO);
        let told = incidents::told(&t, &customer).await.unwrap();
        assert_eq!((told.len(), told[0].bills), (1, 1));
        let stranger = t.signed_in(t.a_person().await).await;
        assert!(incidents::told(&t, &stranger).await.unwrap().is_empty());

        // Both were told: one by mail, one on the portal alone.
        let incident = incidents::find(&t, &boss, id).await.unwrap().incident;
        assert_eq!((incident.state, incident.reached, incident.unreached), (State::Active, 1, 1));
        let list = notices::list(&t, &customer, None).await.unwrap().notices;
        assert_eq!((list.len(), list[0].kind.as_str(), list[0].channel.as_str()), (1, "incident", "mail"));
        assert!(list[0].body.contains(&number(&t, late).await) && !list[0].body.contains(&number(&t, hers).await));
        assert!(list[0].body.contains("Os boletos não puderam ser pagos no banco"));
        outbox::deliver_due(&t).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (delivered,) = sql!(conn, one (i64,): "select count(*) from notices where kind = 'incident' and delivered_at is not null").unwrap();
        assert_eq!(delivered, 1);
        drop(conn);
        assert!(customers::access_log(&t, &customer).await.unwrap().iter().any(|access| access.action == "incidents.relieve"));

        // What is paid meanwhile stays; everything else costs what it would have.
        t.posted(bia, Some(hers), EntryKind::Payment, Money::cents(-10_000), today).await;
        incidents::lift(&t, &boss, id).await.unwrap();
        assert_eq!(cost(&t, &customer, late, today).await, without);
        assert_eq!(cost(&t, &customer, late, later).await, without_later);
        assert_eq!(t.bill_now(hers).await, (Money::ZERO, "settled".into()));
        assert!(incidents::told(&t, &customer).await.unwrap().is_empty());
        let incident = &incidents::list(&t, &boss).await.unwrap()[0];
        assert_eq!((incident.state, incident.lifted_on), (State::Lifted, Some(today)));
        assert_eq!(notices::list(&t, &customer, None).await.unwrap().notices.len(), 2, "told again");
        let mut conn = t.db.read().await.unwrap();
        let (hers,) = sql!(conn, one (i64,): "select count(*) from notices where customer_id = $1", bia.0).unwrap();
        assert_eq!(hers, 1, "who owes nothing more need not be told");
        t.is_whole().await;
    }

    async fn filters_narrow_and_numbers_are_refused_one_by_one(t: TestServer) {
        let (ana, boss) = (t.a_person().await, t.staff(Role::Supervisor).await);
        let late = t.a_bill(ana, Money::cents(1_000), 20).await;
        let due_later = t.a_bill(ana, Money::cents(2_000), -5).await;
        let settled = t.a_bill(ana, Money::cents(3_000), 20).await;
        t.posted(ana, Some(settled), EntryKind::Payment, Money::cents(-3_000), t.clock.today()).await;
        let mut conn = t.db.read().await.unwrap();
        let (contract,) = sql!(conn, one (String,): "select k.number from bills b join contracts k on k.id = b.contract_id where b.id = $1", late.0).unwrap();
        drop(conn);
        for (change, bills) in [
            (IncidentForm::default(), 2),
            (IncidentForm { late: "late".into(), ..IncidentForm::default() }, 1),
            (IncidentForm { late: "not_due".into(), ..IncidentForm::default() }, 1),
            (IncidentForm { contract, ..IncidentForm::default() }, 1),
            (IncidentForm { contract_kind: "individual".into(), ..IncidentForm::default() }, 2),
            (IncidentForm { contract_kind: "business".into(), ..IncidentForm::default() }, 0),
            (IncidentForm { nature: "monthly".into(), ..IncidentForm::default() }, 2),
            (IncidentForm { nature: "installment".into(), ..IncidentForm::default() }, 0),
        ] {
            let whole = form(&t, 30, -30);
            let form = IncidentForm { late: change.late, contract: change.contract, contract_kind: change.contract_kind, nature: change.nature, ..whole };
            let id = incidents::prepare(&t, &boss, &form).await.unwrap();
            assert_eq!(incidents::find(&t, &boss, id).await.unwrap().incident.bills, bills, "{form:?}");
        }
        let (one, two, three) = (number(&t, late).await, number(&t, settled).await, number(&t, due_later).await);
        let numbers = format!("{one}\n{two}; 999999, {one}\n{three}");
        let id = incidents::prepare(&t, &boss, &IncidentForm { numbers, ..form(&t, 0, 0) }).await.unwrap();
        let opened = incidents::find(&t, &boss, id).await.unwrap();
        assert_eq!(opened.bills.iter().map(|bill| bill.number.clone()).collect::<Vec<_>>(), [one.clone(), three]);
        assert_eq!(opened.refused, [(two, Reason::Settled), ("999999".into(), Reason::Unknown), (one, Reason::Repeated)]);
        let empty = incidents::prepare(&t, &boss, &IncidentForm { numbers: "1".into(), ..form(&t, 0, 0) }).await.unwrap();
        assert!(matches!(incidents::confirm(&t, &boss, empty).await, Err(Error::Refused("incident_empty"))));
        let silent = IncidentForm { reason: String::new(), ..form(&t, 1, 0) };
        assert_eq!(problem(incidents::prepare(&t, &boss, &silent).await), ("reason".into(), Problem::Missing));
    }

    async fn only_supervisors_and_above_a_level_two_of_them(t: TestServer) {
        let ana = t.a_person().await;
        let bill = t.a_bill(ana, Money::cents(52_347), 40).await;
        let customer = t.signed_in(ana).await;
        let (boss, other) = (t.staff(Role::Supervisor).await, t.staff(Role::Supervisor).await);
        t.a_policy("requests", serde_json::json!({ "approval_limits": { "supervisor": 100 } })).await;
        let id = incidents::prepare(&t, &boss, &form(&t, 41, 39)).await.unwrap();
        for role in [Role::Operator, Role::Receivables, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(incidents::prepare(&t, &staff, &form(&t, 41, 39)).await, Err(Error::Forbidden)));
            assert!(matches!(incidents::list(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(incidents::find(&t, &staff, id).await, Err(Error::Forbidden)));
            for outcome in [incidents::confirm(&t, &staff, id).await, incidents::lift(&t, &staff, id).await, incidents::discard(&t, &staff, id).await] {
                assert!(matches!(outcome, Err(Error::Forbidden)));
            }
        }
        assert_eq!(incidents::find(&t, &boss, id).await.unwrap().confirm, Err("incident_four_eyes"));
        assert!(matches!(incidents::confirm(&t, &boss, id).await, Err(Error::Refused("incident_four_eyes"))));
        assert_eq!(incidents::find(&t, &boss, id).await.unwrap().incident.state, State::Waiting, "nothing half-done");
        assert!(matches!(incidents::lift(&t, &boss, id).await, Err(Error::Overtaken(_))));
        incidents::confirm(&t, &other, id).await.unwrap();
        assert_eq!(cost(&t, &customer, bill, t.clock.today()).await.charges(), Money::ZERO);
        assert!(matches!(incidents::discard(&t, &boss, id).await, Err(Error::Overtaken(_))));
        assert!(matches!(incidents::confirm(&t, &boss, uuid::Uuid::now_v7()).await, Err(Error::NotFound)));
        let thrown = incidents::prepare(&t, &boss, &form(&t, 41, 39)).await.unwrap();
        incidents::discard(&t, &boss, thrown).await.unwrap();
        assert!(matches!(incidents::confirm(&t, &other, thrown).await, Err(Error::Overtaken(_))));
    }

    async fn twice_and_at_once_is_once(t: TestServer) {
        let ana = t.a_person().await;
        let bill = t.a_bill(ana, Money::cents(52_347), 40).await;
        let customer = t.signed_in(ana).await;
        let boss = t.staff(Role::Supervisor).await;
        let sent = form(&t, 41, 39);
        let ids = futures::future::join_all((0..4).map(|_| incidents::prepare(&t, &boss, &sent))).await;
        let id = *ids[0].as_ref().unwrap();
        assert!(ids.iter().all(|one| *one.as_ref().unwrap() == id));
        let confirmed = futures::future::join_all((0..4).map(|_| incidents::confirm(&t, &boss, id))).await;
        assert_eq!(confirmed.iter().filter(|one| one.is_ok()).count(), 1);
        assert_eq!((t.count("incidents").await, t.count("notices").await), (1, 1));
        // A second incident about the same bill gives up nothing twice.
        let again = in_force(&t, &boss, &form(&t, 41, 39)).await;
        assert_eq!(incidents::find(&t, &boss, again).await.unwrap().incident.waived, Money::ZERO);
        let lifted = futures::future::join_all((0..4).map(|_| incidents::lift(&t, &boss, id))).await;
        assert_eq!(lifted.iter().filter(|one| one.is_ok()).count(), 1);
        assert_eq!(cost(&t, &customer, bill, t.clock.today()).await.charges(), Money::ZERO, "the other one still holds");
        incidents::lift(&t, &boss, again).await.unwrap();
        assert!(cost(&t, &customer, bill, t.clock.today()).await.charges().is_positive());
        t.is_whole().await;
    }

    async fn what_the_bank_takes_all_the_same_is_the_customers(t: TestServer) {
        let (ana, boss) = (t.a_person().await, t.staff(Role::Supervisor).await);
        let customer = t.signed_in(ana).await;
        let (mut titles, mut paid) = (Vec::new(), Vec::new());
        for days in [40, 60] {
            let (bill, _, mut title) = a_title(&t, ana, days).await;
            let charges = cost(&t, &customer, bill, t.clock.today()).await.charges();
            title.paid += charges.as_cents();
            title.interest = charges.as_cents();
            titles.push(title);
            paid.push((bill, charges));
        }
        in_force(&t, &boss, &form(&t, 41, 39)).await;
        assert!(apply(&t, &File::of(&t, 1, titles)).await.is_ok());
        let (relieved, other) = (paid[0], paid[1]);
        assert_eq!(t.bill_now(relieved.0).await.0, -relieved.1, "fine and interest of the slip are a credit");
        assert_eq!(t.bill_now(other.0).await.0, Money::ZERO);
        t.is_whole().await;
    }

    async fn a_dossier_knows_what_was_decided_when(t: TestServer) {
        let ana = t.a_person().await;
        t.a_bill(ana, Money::cents(52_347), 40).await;
        let (boss, legal) = (t.staff(Role::Supervisor).await, t.staff(Role::Legal).await);
        let mut moments = vec![t.clock.now()];
        t.clock.advance(TimeDelta::seconds(2));
        let id = in_force(&t, &boss, &form(&t, 41, 39)).await;
        t.clock.advance(TimeDelta::seconds(2));
        moments.push(t.clock.now());
        let first = crate::dossiers::sheet_of_sums(&t, &legal, ana, moments[1]).await;
        t.clock.advance(TimeDelta::seconds(2));
        incidents::lift(&t, &boss, id).await.unwrap();
        t.clock.advance(TimeDelta::seconds(2));
        moments.push(t.clock.now());
        let mut waived = Vec::new();
        for moment in moments.clone() {
            waived.push(crate::dossiers::sheet_of_sums(&t, &legal, ana, moment).await.contains("Os boletos não puderam ser pagos no banco"));
        }
        assert_eq!(waived, [false, true, false]);
        assert_eq!(crate::dossiers::sheet_of_sums(&t, &legal, ana, moments[1]).await, first);
    }
}
