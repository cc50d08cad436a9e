use std::collections::HashSet;

use domain::actors::Role;
use futures::StreamExt as _;
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

    async fn a_selection_comes_as_one_archive(t: TestServer) {
        let (company, other) = (t.a_company().await, t.a_company().await);
        let mut large = vec![0u8; 3_000_000];
        for (at, byte) in large.iter_mut().enumerate() {
            *byte = u8::try_from(at * at % 251).unwrap();
        }
        t.a_document(company, "nfse_pdf", "2026-10", &large).await;
        t.a_document(company, "nfse_pdf", "2026-10", b"%PDF-1").await;
        t.a_document(company, "nfse_pdf", "2026-11", b"%PDF-2").await;
        t.a_document(other, "nfse_pdf", "2026-10", b"%PDF-3").await;
        let customer = t.signed_in(company).await;
        let october = Filter { competence: "2026-10".into(), ..Filter::default() };
        let parts: Vec<_> = documents::zip(&t, &customer, &october).await.unwrap().collect().await;
        let bytes: Vec<u8> = parts.into_iter().flat_map(|part| part.unwrap()).collect();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
        names.sort();
        assert_eq!(names, ["2026-10/nfse_pdf (2).pdf", "2026-10/nfse_pdf.pdf"]);
        let mut read = Vec::new();
        std::io::copy(&mut archive.by_name("2026-10/nfse_pdf (2).pdf").unwrap(), &mut read).unwrap();
        assert!(read == large);
        let none = Filter { kind: "letter".into(), ..Filter::default() };
        assert!(matches!(documents::zip(&t, &customer, &none).await.map(drop), Err(Error::NotFound)));
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
