use std::collections::HashSet;

use domain::actors::Role;
use domain::ids::{ContractId, CustomerId, DocumentId};
use futures::StreamExt as _;
use server::documents::{self, Filter, Reader};
use server::error::Error;
use server::testing::TestServer;
use server::{on_both_databases, sessions, sql};
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

/// The files of an archive, by name.
async fn unpacked(t: &TestServer, reader: impl Into<Reader>, filter: &Filter) -> Vec<(String, Vec<u8>)> {
    let archive = documents::zip(t, reader, filter).await.unwrap();
    let mut parts = Box::pin(archive.bytes);
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        bytes.extend(part.unwrap());
    }
    assert!(parts.next().await.is_none(), "whoever asks after the end is told so again");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    names.sort();
    let mut read = |name: String| {
        let mut bytes = Vec::new();
        std::io::copy(&mut archive.by_name(&name).unwrap(), &mut bytes).unwrap();
        (name, bytes)
    };
    names.into_iter().map(&mut read).collect()
}

fn of_months(from: &str, to: &str) -> Filter {
    Filter { from: from.into(), to: to.into(), ..Filter::default() }
}

/// Puts a document into a contract.
async fn belongs(t: &TestServer, document: DocumentId, contract: ContractId, number: &str) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update documents set contract_id = $2, number = $3 where id = $1", document.0, contract.0, number).unwrap();
    tx.commit().await.unwrap();
}

/// Lets a person read some branches of a company; answers with the right.
async fn may_read(t: &TestServer, person: CustomerId, company: CustomerId, contracts: &[ContractId]) -> Uuid {
    let id = Uuid::now_v7();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'branches', $4)",
        id, person.0, company.0, t.clock.today()).unwrap();
    for contract in contracts {
        sql!(tx, execute: "insert into representation_contracts (representation_id, contract_id) values ($1, $2)", id, contract.0).unwrap();
    }
    tx.commit().await.unwrap();
    id
}

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
            (of_months("2026-10", "2026-10"), 50),
            (of_months("2026-11", ""), 45),
            (of_months("", "2026-10"), 50),
            (of_months("2026-12", ""), 0),
            (Filter { status: "valid".into(), ..Filter::default() }, 95),
            (Filter { status: "cancelled".into(), ..Filter::default() }, 0),
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
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let files = unpacked(&t, &customer, &of_months("2026-10", "2026-10")).await;
        assert_eq!(names(&files), ["2026-10/nfse_pdf (2).pdf", "2026-10/nfse_pdf.pdf", "indice.csv"]);
        assert!(files.iter().any(|(_, bytes)| *bytes == large) && files.iter().any(|(_, bytes)| bytes == b"%PDF-1"));
        let table = String::from_utf8(files[2].1.clone()).unwrap();
        assert!(table.starts_with("\u{feff}Arquivo;Tipo;Número;") && table.contains("2026-10/nfse_pdf (2).pdf;Nota fiscal (PDF);"), "{table}");
        assert_eq!(table.lines().count(), 3);
        let both = unpacked(&t, &customer, &of_months("2026-01", "2026-12")).await;
        assert_eq!(both.len(), 4);
        assert!(matches!(documents::zip(&t, &customer, &of_months("2025-10", "2026-10")).await.map(drop), Err(Error::Form(_))));
        let none = Filter { kind: "letter".into(), ..Filter::default() };
        assert!(matches!(documents::zip(&t, &customer, &none).await.map(drop), Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (taken,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'documents.zip' and customer_id = $1", company.0).unwrap();
        assert_eq!(taken, 2);
    }

    async fn archives_are_few_in_a_while(t: TestServer) {
        let company = t.a_company().await;
        t.a_document(company, "letter", "2026-10", b"%PDF-1").await;
        let (customer, filter) = (t.signed_in(company).await, of_months("2026-10", "2026-10"));
        let mut heard = 0;
        while documents::zip(&t, &customer, &filter).await.is_ok() {
            heard += 1;
            assert!(heard < 1_000);
        }
        assert!(matches!(documents::zip(&t, &customer, &filter).await.map(drop), Err(Error::Throttled(_))));
        t.clock.advance(chrono::TimeDelta::minutes(10));
        documents::zip(&t, &customer, &filter).await.unwrap();
    }

    async fn numbers_and_contracts_narrow(t: TestServer) {
        let company = t.a_company().await;
        let (north, south) = (t.a_contract(company).await, t.a_contract(company).await);
        for (contract, number) in [(north, "100"), (north, "101"), (south, "210")] {
            let id = t.a_document(company, "nfse_pdf", "2026-10", b"%PDF-").await;
            belongs(&t, id, contract, number).await;
        }
        let customer = t.signed_in(company).await;
        assert_eq!(documents::branches(&t, &customer).await.unwrap().len(), 2);
        for (contract, number, expected) in [(None, "10", 2), (None, "0010", 2), (None, "nº 210", 0), (Some(south), "", 1), (Some(north), "210", 0), (None, "%", 3)] {
            let found = documents::list(&t, &customer, &Filter { contract, number: number.into(), ..Filter::default() }).await.unwrap();
            assert_eq!(found.documents.len(), expected, "{contract:?} {number}");
        }
    }

    async fn a_right_to_some_branches_reaches_nothing_else(t: TestServer) {
        let (company, other, person) = (t.a_company().await, t.a_company().await, t.a_person().await);
        let (north, south) = (t.a_contract(company).await, t.a_contract(company).await);
        let elsewhere = t.a_contract(other).await;
        let (of_north, of_south) = (t.a_document(company, "nfse_pdf", "2026-10", b"%PDF-n").await, t.a_document(company, "nfse_pdf", "2026-10", b"%PDF-s").await);
        let (of_none, of_other) = (t.a_document(company, "letter", "2026-10", b"%PDF-c").await, t.a_document(other, "letter", "2026-10", b"%PDF-o").await);
        for (document, contract) in [(of_north, north), (of_south, south), (of_other, elsewhere)] {
            belongs(&t, document, contract, "1").await;
        }
        // A contract of another company in the grant opens nothing: the company is in the query as well.
        let right = may_read(&t, person, company, &[north, elsewhere]).await;
        let customer = t.signed_in(person).await;
        let reader = documents::reader(&t, &customer, company).await.unwrap();
        assert!(reader.is_limited());
        let listed: Vec<DocumentId> = documents::list(&t, reader, &Filter::default()).await.unwrap().documents.iter().map(|one| one.id).collect();
        assert_eq!(listed, [of_north]);
        let branches = documents::branches(&t, reader).await.unwrap();
        assert_eq!(branches.iter().map(|branch| branch.id).collect::<Vec<_>>(), [north]);
        let south_only = Filter { contract: Some(south), ..Filter::default() };
        assert!(documents::list(&t, reader, &south_only).await.unwrap().documents.is_empty());
        assert!(matches!(documents::list(&t, reader, &Filter { after: Some(of_south), ..Filter::default() }).await, Err(Error::NotFound)));
        assert_eq!(unpacked(&t, reader, &of_months("2026-10", "2026-10")).await.len(), 2, "the note and the table");
        documents::open(&t, &customer, of_north).await.unwrap();
        for closed in [of_south, of_none, of_other] {
            assert!(matches!(documents::open(&t, &customer, closed).await, Err(Error::NotFound)));
        }
        // Nobody acts for the company by it, nor reads another one.
        assert_eq!(sessions::represented(&t, &customer).await.unwrap().len(), 1);
        assert!(matches!(sessions::act_for(&t, &customer, company).await, Err(Error::NotFound)));
        assert!(matches!(documents::reader(&t, &customer, other).await, Err(Error::NotFound)));
        let stranger = t.signed_in(t.a_person().await).await;
        assert!(matches!(documents::reader(&t, &stranger, company).await, Err(Error::NotFound)));
        // The company sees who read.
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,):
            "select count(*) from audit_events where customer_id = $1 and actor_id = $2 and action in ('documents.open', 'documents.zip')", company.0, person.0).unwrap();
        assert_eq!(looks, 2);
        drop(conn);
        // A grant that is taken back ends at once, for whoever holds a reader too; so does one whose days are over.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "delete from representation_contracts where representation_id = $1 and contract_id = $2", right, north.0).unwrap();
        tx.commit().await.unwrap();
        assert!(documents::list(&t, reader, &Filter::default()).await.unwrap().documents.is_empty());
        assert!(matches!(documents::open(&t, &customer, of_north).await, Err(Error::NotFound)));
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update representations set ends_on = $2 where id = $1", right, t.clock.today() - chrono::Days::new(1)).unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(documents::reader(&t, &customer, company).await, Err(Error::NotFound)));
        assert!(documents::readable(&t, &customer).await.unwrap().is_empty());
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
        assert_eq!(looks, 2, "by the owner, and by staff");
    }
}
