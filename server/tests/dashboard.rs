use chrono::TimeDelta;
use domain::actors::Role;
use domain::ids::PaymentId;
use domain::money::Money;
use domain::requests::forms::{DecisionForm, QuestionForm};
use domain::requests::{Kind, Status};
use domain::statement::{Age, EntryKind};
use server::dashboard::{self, Dashboard};
use server::error::Error;
use server::requests::{self, desk};
use server::testing::TestServer;
use server::{on_both_databases, sql};
use uuid::Uuid;

use crate::refunds::{a_duplicate, approve, to_account};

async fn seen(t: &TestServer) -> Dashboard {
    dashboard::dashboard(t, &t.staff(Role::Supervisor).await).await.unwrap()
}

/// The whole of a payment is taken back by the bank.
async fn reversed(t: &TestServer, payment: PaymentId) {
    let mut tx = t.db.write().await.unwrap();
    let (entry, customer, bill, amount) =
        sql!(tx, one (Uuid, Uuid, Uuid, i64): "select id, customer_id, bill_id, amount from entries where payment_id = $1 and kind = 'payment'", payment.0)
            .unwrap();
    let new = server::ledger::NewEntry {
        customer: customer.into(),
        bill: Some(bill.into()),
        kind: EntryKind::Reversal,
        amount: Money::cents(-amount),
        effective_on: t.clock.today(),
        payment: Some(payment),
        request: None,
        of: Some(entry.into()),
        source: &format!("test/reversal/{entry}"),
        note: "",
    };
    assert!(server::ledger::post(t, &mut tx, &new).await.unwrap());
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn an_empty_house_has_every_line(t: TestServer) {
        let it = seen(&t).await;
        assert_eq!(it.ageing.iter().map(|line| line.age).collect::<Vec<_>>(), Age::ALL);
        assert_eq!(it.received.len(), 12);
        assert!(it.received.windows(2).all(|pair| pair[0].month < pair[1].month));
        assert!(it.received.iter().all(|month| month.total().is_zero()));
        assert!(it.waiting.iter().all(|line| line.open() == 0) && it.waiting.len() == Kind::ALL.len());
        assert_eq!((it.late_customers, it.installments.due), (0, 0));
    }

    async fn what_is_open_is_told_by_its_age(t: TestServer) {
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        for (customer, cents, days_ago) in [(ana, 100, -5), (ana, 200, 15), (ana, 400, 45), (bia, 800, 100), (bia, 1_600, 100), (bia, 3_200, 400)] {
            t.a_bill(customer, Money::cents(cents), days_ago).await;
        }
        let paid = t.a_bill(bia, Money::cents(7), 45).await;
        t.a_payment(bia, paid, Money::cents(9), None).await;
        let in_dispute = t.a_bill(bia, Money::cents(6_400), 200).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update bills set standing = 'disputed' where id = $1", in_dispute.0).unwrap();
        tx.commit().await.unwrap();
        let it = seen(&t).await;
        let line = |age: Age| it.ageing.iter().find(|line| line.age == age).map(|line| (line.bills, line.open.as_cents())).unwrap();
        assert_eq!(line(Age::NotDue), (1, 100));
        assert_eq!(line(Age::To30), (1, 200));
        assert_eq!(line(Age::To60), (1, 400), "what is overpaid is not open");
        assert_eq!(line(Age::To90), (0, 0));
        assert_eq!(line(Age::To180), (2, 2_400));
        assert_eq!(line(Age::To365), (1, 6_400));
        assert_eq!(line(Age::Over365), (1, 3_200));
        assert_eq!(it.ageing.iter().map(|line| line.disputed.as_cents()).sum::<i64>(), 6_400);
        assert_eq!(it.late_customers, 2);
    }

    async fn what_came_in_is_what_stayed(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (late, early) = (t.a_bill(customer.id(), Money::cents(1_000), 40).await, t.a_bill(customer.id(), Money::cents(2_000), -10).await);
        t.a_payment(customer.id(), late, Money::cents(1_000), None).await;
        t.a_payment(customer.id(), early, Money::cents(2_000), None).await;
        t.posted(customer.id(), None, EntryKind::Payment, Money::cents(-40), t.clock.today()).await;
        let month = |it: &Dashboard| {
            let last = *it.received.last().unwrap();
            [last.late, last.in_time, last.unallocated, last.agreements].map(Money::as_cents)
        };
        assert_eq!(month(&seen(&t).await), [1_000, 2_000, 40, 0]);

        // Taken back by the bank: it did not stay.
        let again = t.a_bill(customer.id(), Money::cents(500), 40).await;
        let payment = t.a_payment(customer.id(), again, Money::cents(500), None).await;
        assert_eq!(month(&seen(&t).await)[0], 1_500);
        reversed(&t, payment).await;
        assert_eq!(month(&seen(&t).await)[0], 1_000);

        // Paid twice counts twice until the second is given back.
        let (_, credit) = a_duplicate(&t, &customer, 300).await;
        assert_eq!(month(&seen(&t).await)[0], 1_600);
        let protocol = crate::refunds::submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap();
        approve(&t, &protocol.digits()).await;
        assert_eq!(month(&seen(&t).await)[0], 1_300);
        t.is_whole().await;
    }

    async fn what_waits_and_who_carries_it(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let ask = || QuestionForm { text: "Quando vence?".into(), submission: Uuid::now_v7().to_string() };
        let old = requests::submit_question(&t, &customer, &ask(), &[]).await.unwrap();
        t.clock.advance(TimeDelta::days(20));
        // The session ended meanwhile.
        let customer = t.signed_in(customer.id()).await;
        let new = requests::submit_question(&t, &customer, &ask(), &[]).await.unwrap();
        let operator = t.staff(Role::Operator).await;
        desk::claim(&t, &operator, &old.digits()).await.unwrap();
        let it = seen(&t).await;
        let line = it.waiting.iter().find(|line| line.kind == Kind::Question).unwrap();
        assert_eq!((line.by_age, line.late), ([1, 0, 0, 0, 1], 1));
        let load = |it: &Dashboard| {
            let found = it.workload.as_ref().unwrap().iter().find(|load| load.id == operator.id()).unwrap();
            (found.open, found.late, found.decided)
        };
        assert_eq!(load(&it), (1, 1, 0));
        let told = DecisionForm { told: "No dia 10.".into(), ..DecisionForm::default() };
        desk::finish(&t, &operator, &old.digits(), &told).await.unwrap();
        assert_eq!(load(&seen(&t).await), (0, 0, 1));
        assert_eq!(requests::find(&t, &customer, &new.digits()).await.unwrap().status, Status::Received);
    }

    async fn only_who_answers_for_it_sees_it(t: TestServer) {
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(dashboard::dashboard(&t, &staff).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(dashboard::take(&t, &staff, "all").await, Err(Error::Forbidden)), "{role}");
        }
        let staff = t.staff(Role::Receivables).await;
        assert!(dashboard::dashboard(&t, &staff).await.unwrap().workload.is_none(), "who carries what is for supervisors");
        let takes = "select count(*) from audit_events where action = 'dashboard.take'";
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(sql!(conn, one (i64,): takes).unwrap().0, 0);
        drop(conn);
        dashboard::take(&t, &staff, "all").await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(sql!(conn, one (i64,): takes).unwrap().0, 1);
    }
}
