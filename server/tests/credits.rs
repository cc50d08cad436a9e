use chrono::Days;
use domain::actors::Role;
use domain::money::Money;
use domain::statement::EntryKind;
use server::credits;
use server::error::Error;
use server::{on_both_databases, sql};

on_both_databases! {
    async fn what_lies_too_long_is_told_with_what_is_under_way(t: TestServer) {
        let staff = t.staff(Role::Receivables).await;
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let (twice, fresh, open) =
            (t.a_bill(ana, Money::cents(10_000), 90).await, t.a_bill(ana, Money::cents(10_000), 20).await, t.a_bill(bia, Money::cents(10_000), 90).await);
        let ago = |days| t.clock.today() - Days::new(days);
        for (bill, days) in [(twice, 80), (twice, 40), (fresh, 10), (fresh, 9)] {
            t.posted(ana, Some(bill), EntryKind::Payment, Money::cents(-10_000), ago(days)).await;
        }
        t.posted(bia, Some(open), EntryKind::Payment, Money::cents(-4_000), ago(80)).await;
        t.posted(bia, None, EntryKind::Payment, Money::cents(-700), ago(60)).await;
        let idle = credits::idle(&t, &staff, 30).await.unwrap();
        let told: Vec<_> = idle.iter().map(|one| (one.customer, one.bill.is_some(), one.amount.as_cents(), one.since_on)).collect();
        // Since the payment that made it one, and not since the first; an open bill is no credit.
        assert_eq!(told, [(bia, false, 700, ago(60)), (ana, true, 10_000, ago(40))]);
        assert_eq!(credits::idle(&t, &staff, 9).await.unwrap().len(), 3);
        assert_eq!(credits::idle(&t, &staff, 41).await.unwrap().len(), 1);
        // What was given back is nobody's any more.
        t.posted(bia, None, EntryKind::Refund, Money::cents(700), ago(1)).await;
        assert_eq!(credits::idle(&t, &staff, 30).await.unwrap().len(), 1);
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            assert!(matches!(credits::idle(&t, &t.staff(role).await, 30).await, Err(Error::Forbidden)));
        }
        credits::take(&t, &staff, 30).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(sql!(conn, one (i64,): "select count(*) from audit_events where action = 'credits.take'").unwrap().0, 1);
    }
}
