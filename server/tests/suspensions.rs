use std::io::Cursor;

use chrono::Days;
use domain::actors::Role;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::statement::EntryKind;
use server::error::Error;
use server::imports::{self, Kind, Options, Reason};
use server::suspensions::{self, Line};
use server::testing::TestServer;
use server::{on_both_databases, sql};

/// Puts all of the customer's bills on one contract.
async fn on_one_contract(t: &TestServer, customer: CustomerId) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update bills set contract_id = (select k.id from contracts k where k.customer_id = $1 order by k.id limit 1) where customer_id = $1", customer.0).unwrap();
    tx.commit().await.unwrap();
}

/// A line of contracts about the one that the customer's bills are of.
async fn says(t: &TestServer, customer: CustomerId, state: &str, since: &str) -> imports::Report {
    let mut conn = t.db.read().await.unwrap();
    let (who, contract, number, kind, plan): (String, String, String, String, String) = sql!(conn, one (String, String, String, String, String):
        "select c.external_id, k.external_id, k.number, k.kind, k.plan_name from contracts k join customers c on c.id = k.customer_id where c.id = $1 order by k.id limit 1",
        customer.0).unwrap();
    drop(conn);
    let text = format!(
        "external_id;customer;number;kind;plan_name;state;state_since;starts_on\n{contract};{who};{number};{kind};{plan};{state};{since};2024-01-01\n"
    );
    imports::run(t, Kind::Contracts, Cursor::new(text), Options::default(), |_| {}).await.unwrap()
}

fn sums(lines: &[Line]) -> Vec<(CustomerId, i64, i64)> {
    lines.iter().map(|line| (line.customer, line.unpaid.as_cents(), line.arranged.as_cents())).collect()
}

on_both_databases! {
    async fn what_came_back_unpaid_is_told_until_it_is_paid(t: TestServer) {
        let (customer, other) = (t.a_person().await, t.a_person().await);
        let staff = t.staff(Role::Supervisor).await;
        let late = t.a_bill(customer, Money::cents(10_000), 40).await;
        let disputed = t.a_bill(customer, Money::cents(2_000), 35).await;
        // Due tomorrow: nothing of a suspension's business.
        t.a_bill(customer, Money::cents(30_000), -1).await;
        t.a_bill(other, Money::cents(5_000), 20).await;
        on_one_contract(&t, customer).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update bills set standing = 'disputed' where id = $1", disputed.0).unwrap();
        tx.commit().await.unwrap();
        let report = async || suspensions::report(&t, &staff).await.unwrap();
        assert!(report().await.suspended.is_empty());
        let today = t.clock.today();
        let (suspended_on, back_on) = ((today - Days::new(20)).to_string(), (today - Days::new(5)).to_string());
        assert_eq!(says(&t, customer, "suspended", &suspended_on).await.counts.updated, 1);
        says(&t, other, "suspended", "").await;
        let found = report().await;
        assert_eq!(sums(&found.suspended), [(customer, 10_000, 2_000), (other, 5_000, 0)]);
        assert_eq!(found.suspended[0].since_on.map(|on| on.to_string()), Some(suspended_on));
        assert_eq!(found.suspended[1].since_on, Some(today));
        assert!(found.reconnected.is_empty());
        // It comes back; the same line again is no second reconnection.
        says(&t, customer, "active", &back_on).await;
        assert_eq!(says(&t, customer, "active", &back_on).await.counts.unchanged, 1);
        assert_eq!(t.count("contract_changes").await, 3);
        let found = report().await;
        assert_eq!((sums(&found.suspended), sums(&found.reconnected)), (vec![(other, 5_000, 0)], vec![(customer, 10_000, 2_000)]));
        assert_eq!(found.reconnected[0].since_on.map(|on| on.to_string()), Some(back_on));
        // A bill that fell due after it came back is another matter; the late one is paid, and the line is gone.
        t.posted(customer, Some(late), EntryKind::Payment, Money::cents(-10_000), today).await;
        assert!(report().await.reconnected.is_empty());
        // Suspended and ended is no reconnection.
        says(&t, other, "ended", "").await;
        let found = report().await;
        assert!(found.suspended.is_empty() && found.reconnected.is_empty());
    }

    async fn suspended_again_is_suspended_and_not_reconnected(t: TestServer) {
        let customer = t.a_person().await;
        let staff = t.staff(Role::Operator).await;
        t.a_bill(customer, Money::cents(10_000), 40).await;
        let day = |ago| (t.clock.today() - Days::new(ago)).to_string();
        for (state, since) in [("suspended", day(30)), ("active", day(20)), ("suspended", day(10))] {
            says(&t, customer, state, &since).await;
        }
        let found = suspensions::report(&t, &staff).await.unwrap();
        assert_eq!((found.suspended.len(), found.reconnected.len()), (1, 0));
        assert_eq!(found.suspended[0].since_on, Some(t.clock.today() - Days::new(10)));
        let refused = says(&t, customer, "active", &(t.clock.today() + Days::new(1)).to_string()).await;
        assert_eq!(refused.refusals[0].reason, Reason::InTheFuture);
    }

    async fn whoever_has_no_business_with_customers_sees_none(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(suspensions::report(&t, &administrator).await, Err(Error::Forbidden)));
        assert!(matches!(suspensions::take(&t, &administrator).await, Err(Error::Forbidden)));
        let legal = t.staff(Role::Legal).await;
        suspensions::take(&t, &legal).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (taken,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'suspensions.take'").unwrap();
        assert_eq!(taken, 1);
    }
}
