use chrono::TimeDelta;
use domain::ids::{CustomerId, NoticeId};
use server::error::Error;
use server::testing::TestServer;
use server::{bills, notices, on_both_databases, sql};

async fn a_notice(t: &TestServer, customer: CustomerId, minutes_ago: i64) -> NoticeId {
    let id: NoticeId = t.id();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'request', 'Assunto', 'Texto', 'mail', $3)",
        id.0, customer.0, t.clock.now() - TimeDelta::minutes(minutes_ago)).unwrap();
    tx.commit().await.unwrap();
    id
}

on_both_databases! {
    async fn each_is_read_once_and_by_its_own(t: TestServer) {
        let (one, other) = (t.a_person().await, t.a_person().await);
        let mut all = Vec::new();
        for minutes in 0..45 {
            // Three at each moment.
            all.push(a_notice(&t, one, minutes / 3).await);
        }
        let customer = t.signed_in(one).await;
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = notices::list(&t, &customer, after).await.unwrap();
            seen.extend(page.notices.iter().map(|notice| notice.id));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 45);
        seen.sort();
        all.sort();
        assert_eq!(seen, all);
        assert_eq!(bills::overview(&t, &customer).await.unwrap().notices.len(), 3);

        let stranger = t.signed_in(other).await;
        assert!(matches!(notices::read(&t, &stranger, all[0]).await, Err(Error::NotFound)));
        assert!(matches!(notices::list(&t, &stranger, Some(all[0])).await, Err(Error::NotFound)));
        assert_eq!(notices::read_all(&t, &stranger).await.unwrap(), 0);
        let first = notices::read(&t, &customer, all[0]).await.unwrap().read_at.unwrap();
        t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(notices::read(&t, &customer, all[0]).await.unwrap().read_at, Some(first));
        assert_eq!(notices::read_all(&t, &customer).await.unwrap(), 44);
        assert!(bills::overview(&t, &customer).await.unwrap().notices.is_empty());
    }
}
