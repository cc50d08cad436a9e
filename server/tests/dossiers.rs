use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::receipts::ReceiptForm;
use domain::requests::forms::DecisionForm;
use domain::slips::Channel;
use domain::statement::EntryKind;
use futures::StreamExt as _;
use serde_json::Value;
use server::customers::{self, By};
use server::error::Error;
use server::requests::desk;
use server::sealing::sha256;
use server::sessions::Staff;
use server::slips::{self, Pick};
use server::testing::TestServer;
use server::{dossiers, on_both_databases, outbox, receipts, sql};
use uuid::Uuid;

use crate::agreements::{plan, submit};
use crate::receipts::{pdf, received};
use crate::refunds::{a_duplicate, to_account};
use crate::requests::{problem, submission};

/// The bytes of a dossier.
async fn taken(t: &TestServer, staff: &Staff, customer: CustomerId, as_of: Option<DateTime<Utc>>) -> Vec<u8> {
    let archive = dossiers::take(t, staff, customer, as_of).await.unwrap();
    let mut parts = Box::pin(archive.bytes);
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        bytes.extend(part.unwrap());
    }
    bytes
}

/// Its entries by name, once every sum was done again.
fn opened(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut entries = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(entries.insert(entry.name().to_owned(), bytes).is_none());
    }
    let sums = String::from_utf8(entries[dossiers::SUMS].clone()).unwrap();
    let told: BTreeMap<&str, &str> = sums.lines().map(|line| line.split_once("  ").map(|(sum, name)| (name, sum)).unwrap()).collect();
    assert_eq!(told.len() + 1, entries.len(), "every entry but the list itself");
    for (name, sum) in told {
        assert_eq!(sha256(&entries[name]), sum, "{name}");
    }
    entries
}

fn text_of(pdf: &[u8], pages: &[&str]) -> String {
    let mut child = std::process::Command::new("pdftotext")
        .args(pages)
        .args(["-raw", "-", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("install poppler-utils");
    let mut stdin = child.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().replace('\u{a0}', " ")
}

/// Everything that can be read in it.
fn said(entries: &BTreeMap<String, Vec<u8>>) -> String {
    let mut all = String::new();
    for (name, bytes) in entries {
        all.push_str(name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("pdf") if !name.starts_with("originais") => all.push_str(&text_of(bytes, &[])),
            Some("xlsx") => {
                all.push_str(&format!("{:?}", zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap().file_names().collect::<Vec<_>>()))
            }
            _ => all.push_str(&String::from_utf8_lossy(bytes)),
        }
    }
    all
}

/// What the database says of a customer, that nobody else's dossier may say.
async fn own_words(t: &TestServer, customer: CustomerId) -> Vec<String> {
    let mut conn = t.db.read().await.unwrap();
    let (name, tax_id, email) =
        sql!(conn, one (String, String, String): "select name, tax_id, email from customers where id = $1", customer.0).unwrap();
    let bare = domain::tax_ids::TaxId::parse(&tax_id).unwrap().to_string();
    let mut words = vec![name, tax_id, bare, email];
    words.extend(
        sql!(conn, all (String,): "select protocol from requests where customer_id = $1", customer.0)
            .unwrap()
            .into_iter()
            .map(|(one,)| one),
    );
    words
}

/// The first page of the index, and everything: a customer with something of each kind.
async fn whole(t: &TestServer) -> (CustomerId, BillId) {
    let person = t.a_person().await;
    let customer = t.signed_in(person).await;
    let late = t.a_bill(person, Money::cents(52_347), 40).await;
    t.a_slip(late).await;
    slips::second_copy(t, &customer, &[Pick::Bill(late)], t.clock.today(), Channel::Pdf).await.unwrap();
    t.a_bill(person, Money::cents(10_000), 20).await;
    t.a_bill(person, Money::cents(7_000), -10).await;
    let agreed = t.a_bill(person, Money::cents(60_000), 50).await;
    submit(t, &customer, &plan(&[agreed], "150,00", 3)).await;
    let (_, credit) = a_duplicate(t, &customer, 12_345).await;
    crate::refunds::submit(t, &customer, &to_account(t, &customer, credit).await).await.unwrap();
    let form = ReceiptForm { bills: vec![late.to_string()], submission: submission(), ..ReceiptForm::default() };
    let protocol = receipts::submit(t, &customer, &form, &[received(t, pdf("pago")).await.unwrap()]).await.unwrap().digits();
    let staff = t.staff(Role::Operator).await;
    desk::claim(t, &staff, &protocol).await.unwrap();
    let note =
        DecisionForm { told: "Recebemos o comprovante.".into(), internal: "Conferir com o banco.".into(), ..DecisionForm::default() };
    desk::note(t, &staff, &protocol, &note).await.unwrap();
    t.a_document(person, "nfse_pdf", "2026-10", b"%PDF-nota").await;
    let now = t.clock.now();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'overdue', 'Há contas em aberto', 'Olá.', 'mail', $3)",
        Uuid::now_v7(), person.0, now).unwrap();
    tx.commit().await.unwrap();
    outbox::deliver_due(t).await.unwrap();
    t.clock.advance(TimeDelta::seconds(5));
    (person, late)
}

on_both_databases! {
    async fn what_was_handed_over_and_given_up_is_told_as_it_was_then(t: TestServer) {
        let (boss, clerk, legal) = (t.staff(Role::Supervisor).await, t.staff(Role::Receivables).await, t.staff(Role::Legal).await);
        let person = t.a_person().await;
        let (one, two) = (t.a_bill(person, Money::cents(10_000), 60).await, t.a_bill(person, Money::cents(20_000), 50).await);
        let agency = domain::placements::AgencyForm {
            name: "Assessoria Ponte".into(), kind: "agency".into(), email: "a@example.org".into(), phone: String::new(), submission: Uuid::now_v7().to_string(),
        };
        server::placements::agencies::add(&t, &boss, &agency).await.unwrap();
        let form = domain::placements::PlacementForm {
            agency: agency.submission.clone(), customer: person.to_string(), bills: vec![one.to_string()], submission: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let placement = server::placements::prepare(&t, &boss, &form).await.unwrap();
        server::placements::confirm(&t, &boss, placement).await.unwrap();
        t.clock.advance(TimeDelta::seconds(5));
        let then = t.clock.now();
        t.clock.advance(TimeDelta::seconds(5));
        let before = opened(&taken(&t, &legal, person, Some(then)).await);
        server::placements::agencies::recall(&t, &boss, server::placements::agencies::Which::Customer(person), "Acordo por telefone").await.unwrap();
        let form = domain::write_offs::WriteOffForm {
            customer: person.to_string(), bills: vec![two.to_string()], reason: "other".into(), words: "Rescindido".into(), submission: Uuid::now_v7().to_string(),
        };
        let id = server::write_offs::propose(&t, &clerk, &form, &[]).await.unwrap();
        server::write_offs::approve(&t, &boss, id).await.unwrap();
        t.clock.advance(TimeDelta::seconds(5));
        let sheet = |entries: &BTreeMap<String, Vec<u8>>| text_of(&entries["11-cobranca-e-baixas.pdf"], &[]);
        let after = sheet(&opened(&taken(&t, &legal, person, None).await));
        assert!(after.contains("Assessoria Ponte") && after.contains("Acordo por telefone") && after.contains("Rescindido") && after.contains("200,00"));
        let as_then = sheet(&before);
        assert!(as_then.contains("Assessoria Ponte") && !as_then.contains("Acordo por telefone") && !as_then.contains("Rescindido"));
        assert_eq!(sheet(&opened(&taken(&t, &legal, person, Some(then)).await)), as_then, "that moment stays as it was");
    }

    async fn everything_about_one_customer_and_nothing_of_another(t: TestServer) {
        let (person, late) = whole(&t).await;
        let (stranger, _) = whole(&t).await;
        // Somebody acts for both.
        let joint = t.a_person().await;
        let mut tx = t.db.write().await.unwrap();
        for customer in [person, stranger] {
            sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'full', $4)",
                Uuid::now_v7(), joint.0, customer.0, t.clock.today()).unwrap();
        }
        sql!(tx, execute: "insert into slip_copies (id, slip_id, customer_id, person_id, channel, line_hash, at)
            select $1, slip_id, customer_id, $2, 'screen', 'ab', at from slip_copies where customer_id = $3", Uuid::now_v7(), joint.0, person.0).unwrap();
        tx.commit().await.unwrap();
        t.clock.advance(TimeDelta::seconds(2));
        let legal = t.staff(Role::Legal).await;
        let entries = opened(&taken(&t, &legal, person, None).await);
        let names: Vec<&str> = entries.keys().map(String::as_str).collect();
        assert_eq!(names[..12], [
            "00-indice.pdf", "01-cliente-e-contratos.pdf", "02-contas-e-lancamentos.pdf", "03-calculo.csv", "03-calculo.pdf", "03-calculo.xlsx",
            "04-pagamentos.pdf", "05-boletos.pdf", "06-acordos.pdf", "07-avisos.pdf", "08-pedidos.pdf", "09-documentos.pdf",
        ]);
        assert_eq!(entries["originais/documentos/nfse_pdf.pdf"], b"%PDF-nota");
        let upload = entries.iter().find(|(name, _)| name.ends_with("comprovante.pdf")).unwrap();
        assert_eq!(*upload.1, pdf("pago"), "as it was put away");
        let everything = said(&entries);
        for of in [stranger, joint] {
            for word in own_words(&t, of).await {
                assert!(!everything.contains(&word), "{word}");
            }
        }
        assert!(everything.contains("Representante 1") && !everything.contains("210169") && everything.contains("***169-6"));
        assert!(everything.contains("Recebemos o comprovante.") && everything.contains("Conferir com o banco."));
        assert!(everything.contains("O resumo confere com as condições"));
        // How the plan, and where the refund goes, were confirmed.
        for sheet in ["06-acordos.pdf", "08-pedidos.pdf"] {
            let sheet = text_of(&entries[sheet], &[]);
            assert!(sheet.contains("192.0.2.7") && sheet.contains("na 1ª tentativa"), "{sheet}");
        }
        // The same figures as on the customer's own page.
        let customer = t.signed_in(person).await;
        let cost = server::bills::calculation(&t, &customer, late, t.clock.today()).await.unwrap().calculation.unwrap();
        let sheet = text_of(&entries["03-calculo.pdf"], &[]);
        assert!(sheet.contains(&server::texts::money(server::texts::Locale::PtBr, cost.total).replace('\u{a0}', " ")), "{sheet}");
        assert!(sheet.contains("Regra do contrato: 2%+1%am."));
        let csv = String::from_utf8(entries["03-calculo.csv"].clone()).unwrap();
        assert!(csv.contains(&format!(";{};2%+1%am", cost.total.plain())), "{csv}");
        let first = text_of(&entries["00-indice.pdf"], &["-l", "1"]);
        for gap in ["Conta vencida sem boleto 1", "Aviso sem prova de entrega ou de leitura 1"] {
            assert!(first.contains(gap), "{gap}: {first}");
        }
        assert!(!first.contains("Acordo sem prova"), "{first}");
        t.is_whole().await;
    }

    async fn the_same_moment_is_the_same_bytes_whatever_happens_meanwhile(t: TestServer) {
        let (person, late) = whole(&t).await;
        let (legal, supervisor) = (t.staff(Role::Legal).await, t.staff(Role::Supervisor).await);
        t.clock.advance(TimeDelta::seconds(2));
        let as_of = chrono::SubsecRound::trunc_subsecs(t.clock.now(), 0);
        let before = taken(&t, &legal, person, Some(as_of)).await;
        t.clock.advance(TimeDelta::days(1));
        // As of that moment they are of its day; now everything is another.
        let customer = t.signed_in(person).await;
        slips::second_copy(&t, &customer, &[Pick::Bill(late)], t.clock.today(), Channel::Screen).await.unwrap();
        t.a_payment(person, late, Money::cents(52_347), None).await;
        t.posted(person, Some(late), EntryKind::Interest, Money::cents(100), t.clock.today()).await;
        t.named(person, "Outro Nome").await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = null where id = $1", person.0).unwrap();
        sql!(tx, execute: "update contracts set fine_rate = '', state = 'ended' where customer_id = $1", person.0).unwrap();
        sql!(tx, execute: "update notices set read_at = $2, delivered_at = $2 where customer_id = $1", person.0, t.clock.now()).unwrap();
        let (refund,) = sql!(tx, one (String,): "select protocol from requests where customer_id = $1 and kind = 'refund'", person.0).unwrap();
        tx.commit().await.unwrap();
        crate::refunds::approve(&t, &refund).await;
        let after = taken(&t, &supervisor, person, Some(as_of)).await;
        assert!(opened(&before) == opened(&after) && before == after);
        let now = opened(&taken(&t, &legal, person, None).await);
        assert!(said(&now).contains("Outro Nome") && !said(&opened(&after)).contains("Outro Nome"));
        assert!(text_of(&now["00-indice.pdf"], &["-l", "1"]).contains("Contrato sem contato no cadastro"));
        // One row for a moment, an event for each time it was taken, with the sum of its sums.
        let (_, list) = dossiers::taken(&t, &legal, person).await.unwrap();
        assert_eq!(list.len(), 2);
        let manifest = sha256(&opened(&before)[dossiers::SUMS]);
        assert_eq!((list[1].as_of, list[1].manifest_hash.as_str()), (as_of, manifest.as_str()));
        let mut conn = t.db.read().await.unwrap();
        let events = sql!(conn, all (String,): "select detail from audit_events where action = 'dossiers.take' and customer_id = $1 order by seq", person.0).unwrap();
        let told: Vec<Value> = events.iter().map(|(detail,)| serde_json::from_str(detail).unwrap()).collect();
        assert_eq!(told.len(), 3);
        assert!(told[0]["manifest"] == manifest.as_str() && told[1]["manifest"] == manifest.as_str() && told[2]["manifest"] != manifest.as_str());
        drop(conn);
        let log = customers::access_log(&t, &customer).await.unwrap();
        assert!(log.iter().any(|access| access.by == By::Staff && access.action == "dossiers.take"));
        t.is_whole().await;
    }

    async fn two_at_once_are_one(t: TestServer) {
        let (person, _) = whole(&t).await;
        let legal = t.staff(Role::Legal).await;
        t.clock.advance(TimeDelta::seconds(2));
        let as_of = t.clock.now();
        let all = futures::future::join_all((0..3).map(|_| taken(&t, &legal, person, Some(as_of)))).await;
        assert!(all.windows(2).all(|two| two[0] == two[1]));
        assert_eq!((t.count("dossiers").await, dossiers::taken(&t, &legal, person).await.unwrap().1.len()), (1, 1));
    }

    async fn who_may_not_and_what_cannot_be(t: TestServer) {
        let person = t.a_person().await;
        for role in [Role::Operator, Role::Receivables, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(dossiers::take(&t, &staff, person, None).await.map(drop), Err(Error::Forbidden)));
            assert!(matches!(dossiers::taken(&t, &staff, person).await, Err(Error::Forbidden)));
            assert!(!dossiers::may_take(&staff));
        }
        let legal = t.staff(Role::Legal).await;
        assert!(matches!(dossiers::take(&t, &legal, t.id(), None).await.map(drop), Err(Error::NotFound)));
        let tomorrow = t.clock.now() + TimeDelta::days(1);
        let refused = dossiers::take(&t, &legal, person, Some(tomorrow)).await.map(drop);
        assert_eq!(problem(refused), ("as_of".into(), Problem::InTheFuture));
        assert_eq!(t.count("dossiers").await, 0);
        // Nothing at all is a dossier too, and says so.
        let entries = opened(&taken(&t, &legal, person, None).await);
        assert!(said(&entries).contains("Nenhuma lacuna foi encontrada."));
    }

    async fn files_that_are_lost_or_changed_are_told_and_left_out(t: TestServer) {
        let person = t.a_person().await;
        let legal = t.staff(Role::Legal).await;
        for (kind, bytes) in [("letter", b"%PDF-1"), ("term", b"%PDF-2"), ("other", b"%PDF-3")] {
            t.a_document(person, kind, "", bytes).await;
        }
        let path = |bytes: &[u8]| t.folder().join(&sha256(bytes)[..2]).join(&sha256(bytes)[2..4]).join(sha256(bytes));
        std::fs::remove_file(path(b"%PDF-1")).unwrap();
        std::fs::write(path(b"%PDF-2"), b"%PDF-X").unwrap();
        // Somebody wrote into the trail.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "insert into audit_events (seq, at, actor_kind, action, subject_kind, customer_id, detail, previous_hash, hash)
            select coalesce(max(seq), 0) + 1, $2, 'system', 'bills.look', 'bill', $1, '{}', 'aa', 'bb' from audit_events", person.0, t.clock.now()).unwrap();
        tx.commit().await.unwrap();
        t.clock.advance(TimeDelta::seconds(2));
        let entries = opened(&taken(&t, &legal, person, None).await);
        assert_eq!(entries.keys().filter(|name| name.starts_with("originais")).collect::<Vec<_>>(), ["originais/documentos/other.pdf"]);
        let first = text_of(&entries["00-indice.pdf"], &["-l", "1"]);
        for gap in ["Documento cujo arquivo não está no lugar", "originais/documentos/letter.pdf", "ficou de fora", "originais/documentos/term.pdf", "não confere"] {
            assert!(first.contains(gap), "{gap}: {first}");
        }
    }

    async fn the_trail_can_be_done_again(t: TestServer) {
        let (person, _) = whole(&t).await;
        let legal = t.staff(Role::Legal).await;
        t.clock.advance(TimeDelta::seconds(2));
        let entries = opened(&taken(&t, &legal, person, None).await);
        let text = String::from_utf8(entries["10-auditoria.jsonl"].clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (head, events) = lines.split_last().unwrap();
        assert!(events.len() > 5 && head["head"]["seq"].as_i64() >= events.last().unwrap()["seq"].as_i64());
        for event in events {
            let parts = ["previous_hash", "seq", "at_ms", "actor_kind", "actor_id", "action", "subject_kind", "subject_id", "customer_id", "detail"];
            let mut hashed = Vec::new();
            for part in parts {
                let text = match &event[part] {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => String::new(),
                };
                hashed.extend((text.len() as u64).to_be_bytes());
                hashed.extend(text.as_bytes());
            }
            assert_eq!(event["hash"], sha256(&hashed));
        }
    }
}

/// The same rows, ids and all, in a database of either kind.
async fn fixed(t: &TestServer) -> CustomerId {
    let id = |n: u64| Uuid::parse_str(&format!("01980000-0000-7000-8000-{n:012}")).unwrap();
    let at: DateTime<Utc> = "2026-03-02T12:00:00.250Z".parse().unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into customers (id, external_id, tax_id, name, search_name, email, address, city, state, postal_code, locale, created_at)
        values ($1, 'C1', '52998224725', 'Ana Ávila', 'ana avila', 'ana@example.org', 'Rua B', 'Curitiba', 'PR', '80000000', 'pt-BR', $2)", id(1), at).unwrap();
    sql!(tx, execute: "insert into contracts (id, external_id, customer_id, number, kind, plan_name, plan_registration, state, starts_on, fine_rate, monthly_interest)
        values ($1, 'K1', $2, '77', 'individual', 'Plano', '1', 'active', $3, '0.02', '0.01')", id(2), id(1), day("2020-01-01")).unwrap();
    for (n, cents) in [(10, 52_347_i64), (11, 10_000)] {
        sql!(tx, execute: "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing)
            values ($1, $2, $3, $4, $2, 'monthly', '2026-01', '', $5, $6, $7, $7, 'open')", id(n), format!("B{n}"), id(1), id(2), day("2026-01-02"), day("2026-01-20"), cents).unwrap();
        sql!(tx, execute: "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, source, note)
            values ($1, $2, $3, 'charge', $4, $5, $6, $7, '')", id(n + 20), id(1), id(n), cents, day("2026-01-02"), at, format!("bill/B{n}")).unwrap();
    }
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'overdue', 'Aviso', 'Olá.', 'mail', $3)",
        id(50), id(1), at).unwrap();
    sql!(tx, execute: "insert into audit_events (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, detail, previous_hash, hash)
        values (1, $2, 'customer', $1, 'slips.copy', 'slip', $1, $1, '{\"a\":1}', '', 'cc')", id(1), at).unwrap();
    let hash = sha256(b"%PDF-fixed");
    sql!(tx, execute: "insert into files (hash, size, media_type, stored_at) values ($1, 10, 'application/pdf', $2)", hash.as_str(), at)
        .unwrap();
    sql!(tx, execute: "insert into documents (id, external_id, customer_id, bill_id, kind, name, competence, issued_on, file_hash) values ($1, 'F1', $2, $3, 'letter', 'carta', '', $4, $5)",
        id(60), id(1), id(10), day("2026-01-05"), hash.as_str()).unwrap();
    tx.commit().await.unwrap();
    let path = t.folder().join(&hash[..2]).join(&hash[2..4]);
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join(hash), b"%PDF-fixed").unwrap();
    CustomerId(id(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_give_the_same_bytes() {
    let Some(postgres) = TestServer::postgres().await else { return };
    let sqlite = TestServer::sqlite().await;
    let as_of = Some("2026-04-01T12:00:00Z".parse().unwrap());
    let mut taken_from = Vec::new();
    for t in [&sqlite, &postgres] {
        let customer = fixed(t).await;
        taken_from.push(taken(t, &t.staff(Role::Legal).await, customer, as_of).await);
    }
    assert_eq!(opened(&taken_from[0]), opened(&taken_from[1]));
    assert!(taken_from[0] == taken_from[1]);
    assert!(said(&opened(&taken_from[0])).contains("Ana Ávila"));
}

/// The calculation sheet as of a moment, as text.
pub(crate) async fn sheet_of_sums(t: &TestServer, staff: &Staff, customer: CustomerId, as_of: DateTime<Utc>) -> String {
    text_of(&opened(&taken(t, staff, customer, Some(as_of)).await)["03-calculo.pdf"], &[]).replace('\n', " ")
}
