use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::disputes::DisputeForm;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::promises::{PromiseForm, Status};
use domain::statement::EntryKind;
use serde_json::json;
use server::error::Error;
use server::promises::{self, Promise};
use server::testing::TestServer;
use server::{customers, dashboard, disputes, flags, on_both_databases, sql};

use crate::requests::{problem, submission};

fn form(t: &TestServer, bills: &[BillId], ahead: u64, amount: &str) -> PromiseForm {
    PromiseForm {
        bills: bills.iter().map(ToString::to_string).collect(),
        on: (t.clock.today() + Days::new(ahead)).to_string(),
        amount: amount.into(),
        submission: submission(),
    }
}

/// Any hour will do, and no other rule.
async fn at_any_hour(t: &TestServer) {
    t.a_policy("promises", json!({ "remind_between": [0, 24] })).await;
}

async fn of(t: &TestServer, person: CustomerId) -> Vec<Promise> {
    customers::picture(t, &t.staff(Role::Operator).await, person).await.unwrap().promises
}

async fn statuses(t: &TestServer, person: CustomerId) -> Vec<Status> {
    of(t, person).await.into_iter().map(|one| one.status).collect()
}

on_both_databases! {
    async fn a_bill_is_promised_once_by_its_own(t: TestServer) {
        let (customer, stranger) = (t.signed_in(t.a_person().await).await, t.signed_in(t.a_person().await).await);
        let (one, other) = (t.a_bill(customer.id(), Money::cents(10_000), 10).await, t.a_bill(customer.id(), Money::cents(20_000), 5).await);
        let theirs = t.a_bill(stranger.id(), Money::cents(5_000), 5).await;
        let cost: Money = promises::offer(&t, &customer).await.unwrap().bills.iter().map(|bill| bill.cost).sum();
        assert!(cost > Money::cents(30_000), "with what being late adds");
        let both = form(&t, &[one, other], 3, "");
        assert!(matches!(promises::make(&t, &customer, &form(&t, &[one, theirs], 3, "")).await, Err(Error::NotFound)));
        assert_eq!(problem(promises::make(&t, &customer, &form(&t, &[], 3, "")).await), ("bills".into(), Problem::Missing));
        let last = t.clock.today() + Days::new(15);
        assert_eq!(problem(promises::make(&t, &customer, &form(&t, &[one], 16, "")).await), ("on".into(), Problem::TooFar { last }));
        assert!(matches!(problem(promises::make(&t, &customer, &form(&t, &[one], 3, "900")).await), (_, Problem::AmountAbove { .. })));
        // The same form twice at once is one promise; another form for the same bill is refused.
        let rival = form(&t, &[other], 2, "50");
        let (a, b) = tokio::join!(promises::make(&t, &customer, &both), promises::make(&t, &customer, &both));
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(problem(promises::make(&t, &customer, &rival).await), ("bills".into(), Problem::NoLongerPossible));
        let promise = of(&t, customer.id()).await.pop().unwrap();
        assert_eq!((promise.status, promise.bills, promise.paid), (Status::Open, 2, Money::ZERO));
        assert!(promise.amount > cost, "as of the day that was promised");
        assert!(promises::offer(&t, &customer).await.unwrap().bills.is_empty());
        assert!(matches!(promises::withdraw(&t, &stranger, promise.id).await, Err(Error::NotFound)));
        promises::withdraw(&t, &customer, promise.id).await.unwrap();
        assert!(matches!(promises::withdraw(&t, &customer, promise.id).await, Err(Error::Overtaken(_))));
        promises::make(&t, &customer, &rival).await.unwrap();
        assert_eq!(statuses(&t, customer.id()).await, [Status::Open, Status::Withdrawn]);
        // Of two rivals for one bill, one wins.
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 1).await;
        let (left, right) = (form(&t, &[bill], 1, ""), form(&t, &[bill], 2, ""));
        let (a, b) = tokio::join!(promises::make(&t, &customer, &left), promises::make(&t, &customer, &right));
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
        t.is_whole().await;
    }

    async fn the_bank_alone_says_what_was_kept(t: TestServer) {
        at_any_hour(&t).await;
        let staff = t.staff(Role::Receivables).await;
        let mut people = Vec::new();
        for _ in 0..5 {
            let person = t.a_person().await;
            let bill = t.a_bill(person, Money::cents(10_000), 10).await;
            promises::write(&t, &staff, person, &form(&t, &[bill], 2, "100")).await.unwrap();
            people.push((person, bill));
        }
        assert_eq!(promises::watch(&t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::days(1));
        let [kept, short, back, disputed, silent] = people[..] else { panic!() };
        t.a_payment(kept.0, kept.1, Money::cents(10_000), None).await;
        t.a_payment(short.0, short.1, Money::cents(9_999), None).await;
        let payment = t.a_payment(back.0, back.1, Money::cents(10_000), None).await;
        let mut tx = t.db.write().await.unwrap();
        let (entry,) = sql!(tx, one (uuid::Uuid,): "select id from entries where payment_id = $1", payment.0).unwrap();
        let reversal = server::ledger::NewEntry {
            customer: back.0, bill: Some(back.1), kind: EntryKind::Reversal, amount: Money::cents(10_000), effective_on: t.clock.today(),
            payment: Some(payment), request: None, of: Some(domain::ids::EntryId(entry)), source: "test/reversal", note: "",
        };
        server::ledger::post(&t, &mut tx, &reversal).await.unwrap();
        tx.commit().await.unwrap();
        let dispute = DisputeForm { bill: disputed.1.to_string(), reason: "amount".into(), text: "É outro".into(), submission: submission() };
        disputes::submit(&t, &t.signed_in(disputed.0).await, &dispute, &[]).await.unwrap();
        promises::watch(&t).await.unwrap();
        assert_eq!(statuses(&t, kept.0).await, [Status::Kept]);
        assert_eq!(statuses(&t, disputed.0).await, [Status::Void]);
        for person in [short, back, silent] {
            assert_eq!(statuses(&t, person.0).await, [Status::Open]);
        }
        let board = promises::board(&t, &staff).await.unwrap();
        assert_eq!((board.due.len(), board.coming.len(), board.broken.len()), (0, 3, 0));
        // Weekend, holidays and the bank's two days are over by then.
        t.clock.advance(TimeDelta::days(10));
        assert_eq!(promises::board(&t, &staff).await.unwrap().due.len(), 3);
        // Not taken back any more: then none would be broken.
        let late = of(&t, silent.0).await.pop().unwrap();
        assert!(matches!(promises::withdraw_for(&t, &staff, late.id).await, Err(Error::Overtaken(_))));
        t.a_payment(silent.0, silent.1, Money::cents(10_000), None).await;
        assert_eq!(promises::watch(&t).await.unwrap(), 3);
        assert_eq!(promises::watch(&t).await.unwrap(), 0, "run again, it changes nothing");
        assert_eq!(of(&t, short.0).await[0].paid, Money::cents(9_999));
        for person in [short, back] {
            assert_eq!(statuses(&t, person.0).await, [Status::Broken]);
        }
        // Paid after its day: nothing is open, and nothing was paid in time.
        assert_eq!(statuses(&t, silent.0).await, [Status::Void]);
        let lines = dashboard::dashboard(&t, &t.staff(Role::Supervisor).await).await.unwrap().promises;
        let count = |status| lines.iter().find(|line| line.status == status).map(|line| line.promises);
        assert_eq!([Status::Open, Status::Kept, Status::Broken, Status::Void].map(count), [Some(0), Some(1), Some(2), Some(2)]);
        t.is_whole().await;
    }

    async fn the_customer_is_reminded_once_and_only_who_may_be(t: TestServer) {
        t.a_policy("promises", json!({ "remind_between": [24, 24] })).await;
        let (customer, quiet) = (t.signed_in(t.a_person().await).await, t.a_person().await);
        let (bill, theirs) = (t.a_bill(customer.id(), Money::cents(10_000), 10).await, t.a_bill(quiet, Money::cents(10_000), 10).await);
        let staff = t.staff(Role::Supervisor).await;
        promises::make(&t, &customer, &form(&t, &[bill], 3, "")).await.unwrap();
        promises::write(&t, &staff, quiet, &form(&t, &[theirs], 3, "")).await.unwrap();
        flags::set(&t, &staff, quiet, &crate::flags::form(Flag::DoNotContact)).await.unwrap();
        t.clock.advance(TimeDelta::days(2));
        assert_eq!(promises::watch(&t).await.unwrap(), 0, "not at this hour");
        at_any_hour(&t).await;
        let before = t.subjects().await.len();
        assert_eq!(promises::watch(&t).await.unwrap(), 2);
        assert_eq!(promises::watch(&t).await.unwrap(), 0);
        let subjects = t.subjects().await;
        assert_eq!(subjects.len(), before + 1);
        assert!(subjects[0].starts_with("Lembrete:"), "{subjects:?}");
        assert_eq!(t.count("notices").await, 1);
    }

    async fn whoever_may_not_is_told_so(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let mut bills = Vec::new();
        for _ in 0..3 {
            bills.push(t.a_bill(customer.id(), Money::cents(10_000), 10).await);
        }
        for bill in &bills[..2] {
            promises::make(&t, &customer, &form(&t, &[*bill], 0, "")).await.unwrap();
        }
        t.clock.advance(TimeDelta::days(12));
        assert_eq!(promises::watch(&t).await.unwrap(), 2);
        let customer = t.signed_in(customer.id()).await;
        assert!(promises::offer(&t, &customer).await.unwrap().ask_a_person);
        let third = form(&t, &bills[2..], 2, "");
        assert!(matches!(promises::make(&t, &customer, &third).await, Err(Error::Refused("promise_ask_a_person"))));
        for role in [Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(promises::write(&t, &staff, customer.id(), &third).await, Err(Error::Forbidden)));
            assert_eq!(promises::board(&t, &staff).await.is_ok(), role == Role::Legal);
            assert_eq!(promises::offer_for_staff(&t, &staff, customer.id()).await.is_ok(), role == Role::Legal);
        }
        // A person may take another word.
        let operator = t.staff(Role::Operator).await;
        promises::write(&t, &operator, customer.id(), &third).await.unwrap();
        assert!(matches!(promises::write(&t, &operator, t.id(), &form(&t, &bills, 1, "")).await, Err(Error::NotFound)));
        assert!(matches!(promises::withdraw_for(&t, &operator, uuid::Uuid::now_v7()).await, Err(Error::NotFound)));
        // Lately is not for ever.
        t.clock.advance(TimeDelta::days(91));
        assert!(!promises::offer(&t, &t.signed_in(customer.id()).await).await.unwrap().ask_a_person);
    }
}
