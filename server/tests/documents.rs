use std::collections::HashSet;

use domain::actors::Role;
use server::documents::{self, Filter};
use server::error::Error;
use server::{on_both_databases, sql};
use tokio::io::AsyncReadExt as _;

on_both_databases! {
    async fn pages_hold_each_document_once(t: TestServer) {
        let company = t.a_company().await;
        for n in 0..95 {
            let kind = if n % 5 == 0 { "nfse_xml" } else { "nfse_pdf" };
            t.a_document(company, kind, if n < 50 { "2026-10" } else { "2026-11" }, b"%PDF-").await;
        }
        let customer = t.signed_in(company).await;
        for (filter, expected) in [
            (Filter::default(), 95),
            (Filter { kind: "nfse_xml".into(), ..Filter::default() }, 19),
            (Filter { competence: "2026-10".into(), ..Filter::default() }, 50),
            (Filter { kind: "letter".into(), ..Filter::default() }, 0),
        ] {
            let (mut filter, mut seen) = (filter, HashSet::new());
            loop {
                let page = documents::list(&t, &customer, &filter).await.unwrap();
                assert!(page.documents.iter().all(|document| seen.insert(document.id)));
                match page.next {
                    Some(next) => filter.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen.len(), expected);
        }
    }

    async fn a_document_is_opened_by_its_owner_and_by_staff(t: TestServer) {
        let (one, other) = (t.a_person().await, t.a_person().await);
        let id = t.a_document(one, "letter", "", b"%PDF-1.7 carta").await;
        let mut opened = documents::open(&t, &t.signed_in(one).await, id).await.unwrap();
        let mut bytes = Vec::new();
        opened.file.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"%PDF-1.7 carta");
        assert_eq!((opened.name.as_str(), opened.media_type.as_str(), opened.size), ("letter.pdf", "application/pdf", 14));
        let stranger = t.signed_in(other).await;
        assert!(matches!(documents::open(&t, &stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(documents::list(&t, &stranger, &Filter { after: Some(id), ..Filter::default() }).await, Err(Error::NotFound)));
        let staff = t.staff(Role::Operator).await;
        documents::open_for_staff(&t, &staff, id).await.unwrap();
        assert!(matches!(documents::open_for_staff(&t, &staff, t.id()).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'documents.open' and customer_id = $1", one.0).unwrap();
        assert_eq!(looks, 1);
    }
}
