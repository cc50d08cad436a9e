use domain::actors::Role;
use server::audit::{self, Chain, Filter};
use server::error::Error;
use server::{on_both_databases, sql};

on_both_databases! {
    async fn the_trail_is_read_page_by_page_and_narrowed(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        let operator = t.staff(Role::Operator).await;
        let person = t.a_person().await;
        for _ in 0..60 {
            server::customers::picture(&t, &operator, person).await.unwrap();
        }
        let all = Filter::default();
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = audit::events(&t, &keeper, &all, before).await.unwrap();
            seen.extend(page.events.iter().map(|event| event.seq));
            assert_eq!(page.last, t.count("audit_events").await);
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        let last = t.count("audit_events").await;
        assert_eq!(seen, (1..=last).rev().collect::<Vec<_>>(), "each once, the newest first");
        let looks = Filter { staff: Some(operator.id()), part: "customers".into() };
        let page = audit::events(&t, &keeper, &looks, None).await.unwrap();
        assert_eq!((page.events.len(), page.events[0].name.as_deref(), page.events[0].action.as_str()), (50, Some("Pessoa da equipe"), "customers.look"));
        assert_eq!(audit::events(&t, &keeper, &looks, page.next).await.unwrap().events.len(), 10);
        for nonsense in ["%", "customers%", "sign_in", "é", "CUSTOMERS"] {
            let filter = Filter { staff: Some(operator.id()), part: nonsense.into() };
            let found = audit::events(&t, &keeper, &filter, Some(i64::MIN)).await.unwrap();
            assert!(found.events.is_empty() && found.next.is_none(), "{nonsense}");
        }
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::Administrator) {
            let staff = t.staff(role).await;
            assert!(matches!(audit::events(&t, &staff, &all, None).await, Err(Error::Forbidden)));
            assert!(matches!(audit::check(&t, &staff).await, Err(Error::Forbidden)));
        }
    }

    async fn the_check_finds_what_was_changed(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        let events = t.count("audit_events").await;
        assert_eq!(audit::check(&t, &keeper).await.unwrap(), Chain::Whole { events });
        assert_eq!(t.count("audit_events").await, events + 1, "and is an event itself");
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update audit_events set detail = '{\"role\":\"legal\"}' where seq = $1", 1_i64).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(audit::check(&t, &keeper).await.unwrap(), Chain::Broken { seq: 1 });
    }
}
