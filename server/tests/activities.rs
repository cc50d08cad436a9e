use chrono::{Days, TimeDelta};
use domain::activities::{ActivityForm, Outcome, Unreachable};
use domain::actors::Role;
use domain::agreements::Reason;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::CustomerId;
use domain::money::Money;
use server::activities::{self, Sought};
use server::error::Error;
use server::sessions::Staff;
use server::testing::TestServer;
use server::{customers, flags, on_both_databases, sql};

use crate::requests::{problem, submission};

pub(crate) fn form(outcome: Outcome) -> ActivityForm {
    ActivityForm {
        channel: "phone".into(),
        kind: "outgoing".into(),
        outcome: outcome.to_string(),
        submission: submission(),
        ..ActivityForm::default()
    }
}

async fn in_vain(t: &TestServer, staff: &Staff, customer: CustomerId, times: usize) {
    for _ in 0..times {
        t.clock.advance(TimeDelta::minutes(1));
        activities::write(t, staff, customer, &form(Outcome::NoAnswer)).await.unwrap();
    }
}

async fn listed(t: &TestServer, staff: &Staff) -> Vec<Sought> {
    activities::unreachable(t, staff).await.unwrap().sought
}

async fn without_contact(t: &TestServer) -> CustomerId {
    let person = t.a_person().await;
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update customers set email = null, phone = '' where id = $1", person.0).unwrap();
    tx.commit().await.unwrap();
    person
}

on_both_databases! {
    async fn whoever_is_not_reached_is_worked_as_a_list(t: TestServer) {
        let staff = t.staff(Role::Operator).await;
        let (tried, silent, paid_up, elsewhere) = (t.a_person().await, without_contact(&t).await, without_contact(&t).await, t.a_person().await);
        for (person, cents) in [(tried, 10_000), (silent, 30_000), (elsewhere, 5_000)] {
            t.a_bill(person, Money::cents(cents), 40).await;
        }
        t.a_bill(paid_up, Money::cents(10_000), -10).await;
        in_vain(&t, &staff, tried, 2).await;
        in_vain(&t, &staff, elsewhere, 3).await;
        let ids = |list: &[Sought]| list.iter().map(|one| (one.customer, one.why, one.late)).collect::<Vec<_>>();
        // Whose day is not said comes first: nobody tried yet.
        assert_eq!(ids(&listed(&t, &staff).await), [
            (silent, Unreachable::NoContact, Money::cents(30_000)),
            (elsewhere, Unreachable::Attempts(3), Money::cents(5_000)),
        ]);
        in_vain(&t, &staff, tried, 1).await;
        assert_eq!(listed(&t, &staff).await.len(), 3);
        // A sign-in shows that somebody is there, and so does a conversation.
        t.clock.advance(TimeDelta::minutes(1));
        t.signed_in(elsewhere).await;
        t.clock.advance(TimeDelta::minutes(1));
        activities::write(&t, &staff, tried, &form(Outcome::Spoke)).await.unwrap();
        assert_eq!(ids(&listed(&t, &staff).await), [(silent, Unreachable::NoContact, Money::cents(30_000))]);
        // Who died is sought by nobody; who asked not to be called is on the list, and never taken from it.
        flags::set(&t, &staff, silent, &crate::flags::form(Flag::DoNotContact)).await.unwrap();
        assert!(listed(&t, &staff).await[0].by_post);
        assert_eq!(activities::take_next(&t, &staff).await.unwrap(), None);
        flags::set(&t, &staff, silent, &crate::flags::form(Flag::Deceased)).await.unwrap();
        assert!(listed(&t, &staff).await.is_empty());
        t.is_whole().await;
    }

    async fn two_who_take_the_next_get_two(t: TestServer) {
        let (ana, bia, cai) = (t.staff(Role::Operator).await, t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let mut people = Vec::new();
        for cents in [50_000, 20_000] {
            let person = without_contact(&t).await;
            t.a_bill(person, Money::cents(cents), 40).await;
            people.push(person);
        }
        let (one, other) = tokio::join!(activities::take_next(&t, &ana), activities::take_next(&t, &bia));
        let mut taken = [one.unwrap().unwrap().customer, other.unwrap().unwrap().customer];
        taken.sort();
        assert_eq!(taken.to_vec(), people);
        assert_eq!(activities::take_next(&t, &cai).await.unwrap(), None);
        assert_eq!(listed(&t, &cai).await.iter().filter(|one| one.held_by.is_some()).count(), 2);
        // What is written down frees the customer, until the day that is set.
        activities::write(&t, &ana, people[0], &form(Outcome::WrongContact)).await.unwrap();
        assert_eq!(listed(&t, &cai).await.iter().filter(|one| one.held_by.is_some()).count(), 1);
        assert_eq!(activities::take_next(&t, &cai).await.unwrap(), None, "tried today");
        t.clock.advance(TimeDelta::days(8));
        assert_eq!(activities::take_next(&t, &cai).await.unwrap().unwrap().customer, people[0], "whose day is longest past");
        assert_eq!(activities::take_next(&t, &cai).await.unwrap().unwrap().customer, people[1], "nobody has them any more");
        for role in [Role::Legal, Role::Administrator] {
            assert!(matches!(activities::take_next(&t, &t.staff(role).await).await, Err(Error::Forbidden)));
        }
    }

    async fn what_was_said_is_counted_by_month(t: TestServer) {
        let staff = t.staff(Role::Operator).await;
        let person = t.a_person().await;
        t.a_bill(person, Money::cents(50_000), 40).await;
        let said = ActivityForm { reason: "less_income".into(), ..form(Outcome::Spoke) };
        activities::write(&t, &staff, person, &said).await.unwrap();
        activities::write(&t, &staff, person, &said).await.unwrap();
        let heard = ActivityForm { reason: "less_income".into(), ..form(Outcome::NoAnswer) };
        assert_eq!(problem(activities::write(&t, &staff, person, &heard).await), ("reason".into(), Problem::NoLongerPossible));
        let customer = t.signed_in(person).await;
        let bill = server::agreements::offer(&t, &customer, &[]).await.unwrap().bills[0].bill.id;
        let (simulation, _) = crate::agreements::submit(&t, &customer, &crate::agreements::plan(&[bill], "100", 2)).await;
        let today = t.clock.today();
        let lines = activities::take_reasons(&t, &staff, today - Days::new(40)).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].reason, lines[0].to_staff, lines[0].in_agreements), (Reason::LessIncome, 1, 1));
        assert_eq!(lines[0].amount, Money::cents(50_000) + simulation.plan.total);
        assert!(activities::reasons(&t, &staff, today + Days::new(1)).await.unwrap().is_empty());
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(activities::reasons(&t, &administrator, today).await, Err(Error::Forbidden)));
        assert!(matches!(activities::unreachable(&t, &administrator).await, Err(Error::Forbidden)));
        assert!(matches!(activities::write(&t, &administrator, person, &said).await, Err(Error::Forbidden)));
        assert!(matches!(activities::see(&t, &administrator, person).await, Err(Error::Forbidden)));
        assert!(matches!(activities::write(&t, &staff, t.id(), &form(Outcome::Spoke)).await, Err(Error::NotFound)));
        let picture = customers::picture(&t, &staff, person).await.unwrap();
        assert_eq!((picture.activities.len(), picture.activities[0].reason()), (1, Some(Reason::LessIncome)));
        assert!(picture.looks.iter().all(|look| look.action == "customers.look"));
        t.is_whole().await;
    }
}
