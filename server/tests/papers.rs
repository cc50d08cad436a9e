use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, NoticeId, PaymentId};
use domain::money::Money;
use domain::papers::Paper;
use domain::statement::EntryKind;
use server::authenticity::{Answer, check};
use server::error::Error;
use server::ledger::{self, NewEntry};
use server::papers::{self, Known, Written};
use server::requests::record;
use server::sessions::Customer;
use server::testing::TestServer;
use server::{agreements, on_both_databases, sql};
use uuid::Uuid;

use crate::agreements::{plan, submit};

async fn looked_up(t: &TestServer, paper: &Written) -> Known {
    match check(t, &t.visit(), &paper.code.to_string()).await.unwrap() {
        Answer::Document(known) => known,
        other => panic!("{other:?}"),
    }
}

/// The text of a PDF, in reading order.
pub(crate) fn text(paper: &Written) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("install poppler-utils");
    let mut stdin = child.stdin.take().unwrap();
    let bytes = paper.bytes.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().replace('\u{a0}', " ")
}

/// Money back for a payment, as an approved refund posts it.
async fn given_back(t: &TestServer, customer: CustomerId, bill: BillId, payment: PaymentId, amount: Money) {
    let source = format!("test/back/{}", Uuid::new_v4());
    let entry = NewEntry {
        customer,
        bill: Some(bill),
        kind: EntryKind::Refund,
        amount,
        effective_on: t.clock.today(),
        payment: Some(payment),
        request: None,
        of: None,
        source: &source,
        note: "",
    };
    let mut tx = t.db.write().await.unwrap();
    assert!(ledger::post(t, &mut tx, &entry).await.unwrap());
    tx.commit().await.unwrap();
}

/// The first day of next year, and the year that is over then.
fn next_year(t: &TestServer) -> i32 {
    let today = t.clock.today();
    let first = NaiveDate::from_ymd_opt(today.year() + 1, 1, 1).unwrap();
    t.clock.advance(TimeDelta::days((first - today).num_days()));
    today.year()
}

async fn count(t: &TestServer, action: &str) -> i64 {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64,): "select count(*) from audit_events where action = $1", action).unwrap().0
}

async fn income_tax(t: &TestServer, customer: &Customer, year: i32) -> Written {
    papers::income_tax::statement(t, customer, year).await.unwrap()
}

on_both_databases! {
    async fn the_income_tax_statement_says_what_was_paid_in_the_year(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let year = t.clock.today().year();
        let late = t.a_bill(customer.id(), Money::cents(50_000), 60).await;
        let twice = t.a_bill(customer.id(), Money::cents(30_000), 20).await;
        // 510,00 of which 10,00 are a fine that was posted before; 300,00 twice, once given back.
        t.posted(customer.id(), Some(late), EntryKind::Fine, Money::cents(1_000), t.clock.today()).await;
        t.a_payment(customer.id(), late, Money::cents(51_000), None).await;
        t.a_payment(customer.id(), twice, Money::cents(30_000), None).await;
        let second = t.a_payment(customer.id(), twice, Money::cents(30_000), None).await;
        given_back(&t, customer.id(), twice, second, Money::cents(30_000)).await;
        assert!(papers::income_tax::years(&t, &customer).await.unwrap().is_empty(), "the year is not over");
        assert!(matches!(papers::income_tax::statement(&t, &customer, year).await, Err(Error::NotFound)));
        assert_eq!(next_year(&t), year);
        assert_eq!(papers::income_tax::years(&t, &customer).await.unwrap(), [year]);
        let first = income_tax(&t, &customer, year).await;
        let words = text(&first);
        for part in ["R$ 800,00", "R$ 10,00", &format!("ano-calendário {year}"), &first.code.to_string(), "11.222.333/0001-81"] {
            assert!(words.contains(part), "{part} in {words}");
        }
        t.clock.advance(TimeDelta::hours(30));
        let again = income_tax(&t, &customer, year).await;
        assert_eq!((again.code, again.bytes), (first.code, first.bytes.clone()), "the same, to the byte");
        assert_eq!((t.count("papers").await, count(&t, "papers.issue").await, count(&t, "papers.open").await), (1, 1, 1));
        let known = looked_up(&t, &first).await;
        assert_eq!((known.paper, known.holds), (Paper::IncomeTax { year }, true));
        assert!(known.tax_id.starts_with("***."));
        // What was given back later is of the year in which it was paid.
        let mut conn = t.db.read().await.unwrap();
        let (payment,) = sql!(conn, one (Uuid,): "select id from payments where bill_id = $1", late.0).unwrap();
        drop(conn);
        given_back(&t, customer.id(), late, payment.into(), Money::cents(100)).await;
        assert!(!looked_up(&t, &first).await.holds);
        let other = income_tax(&t, &customer, year).await;
        assert_ne!(other.code, first.code);
        assert!(looked_up(&t, &other).await.holds);
        // A payment that the bank took back never happened.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update payments set reversed_at = $1", t.clock.now()).unwrap();
        tx.commit().await.unwrap();
        assert!(!looked_up(&t, &other).await.holds);
        assert!(papers::income_tax::years(&t, &customer).await.unwrap().is_empty());
    }

    async fn a_statement_is_its_own_person_s_and_no_company_s(t: TestServer) {
        let (person, stranger, company) = (t.a_person().await, t.a_person().await, t.a_company().await);
        for customer in [person, company] {
            let bill = t.a_bill(customer, Money::cents(10_000), 5).await;
            t.a_payment(customer, bill, Money::cents(10_000), None).await;
        }
        let [person, stranger, company] = [t.signed_in(person).await, t.signed_in(stranger).await, t.signed_in(company).await];
        let year = next_year(&t);
        income_tax(&t, &person, year).await;
        for nobody in [&stranger, &company] {
            assert!(papers::income_tax::years(&t, nobody).await.unwrap().is_empty());
            assert!(matches!(papers::income_tax::statement(&t, nobody, year).await, Err(Error::NotFound)));
        }
        for none in [year + 1, year - 1, 0, 9999, i32::MIN, i32::MAX] {
            assert!(matches!(papers::income_tax::statement(&t, &person, none).await, Err(Error::NotFound)), "{none}");
        }
    }

    async fn an_installment_is_for_the_plan_in_part(t: TestServer) {
        t.a_policy("plans", serde_json::json!({ "version": "2", "interest": { "simple_monthly": "0.01" } })).await;
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 40).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&[bill], "300,00", 2)).await;
        let first = agreements::find(&t, &customer, &protocol.digits()).await.unwrap().installments.remove(0);
        t.a_payment(customer.id(), BillId(first.bill_id.unwrap()), first.amount, None).await;
        let year = next_year(&t);
        let paper = text(&income_tax(&t, &customer, year).await);
        let (cost, bills) = (simulation.plan.total_cost, simulation.plan.debt.principal);
        let for_plan = first.amount.apportion(&[bills, cost - bills])[0];
        assert!(for_plan < first.amount && for_plan.is_positive());
        assert!(paper.contains(&format!("R$ {}", for_plan.grouped('.', ','))), "{for_plan:?} in {paper}");
    }

    async fn a_statement_of_payments_is_of_a_period(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(12_345), 5).await;
        let payment = t.a_payment(customer.id(), bill, Money::cents(12_345), None).await;
        let today = t.clock.today();
        let statement = |from, to| papers::payments::statement(&t, &customer, from, to);
        let first = statement(today - Days::new(30), today).await.unwrap();
        assert!(text(&first).contains("R$ 123,45") && text(&first).contains("Boleto"));
        assert_eq!(statement(today - Days::new(30), today).await.unwrap().code, first.code);
        assert_ne!(statement(today - Days::new(29), today).await.unwrap().code, first.code);
        assert!(text(&statement(today - Days::new(9), today - Days::new(8)).await.unwrap()).contains("Nenhum pagamento"));
        for (from, to) in [(today, today + Days::new(1)), (today, today - Days::new(1)), (today - Days::new(366), today), (NaiveDate::MIN, today)] {
            assert!(matches!(statement(from, to).await, Err(Error::Form(errors)) if errors[0].field == "to"), "{from} {to}");
        }
        assert!(matches!(statement(today, today + Days::new(1)).await, Err(Error::Form(errors)) if errors[0].problem == Problem::InTheFuture));
        assert!(looked_up(&t, &first).await.holds);
        given_back(&t, customer.id(), bill, payment, Money::cents(45)).await;
        let known = looked_up(&t, &first).await;
        assert_eq!((known.paper, known.holds), (Paper::Payments { from: today - Days::new(30), to: today }, false));
        let words = text(&statement(today - Days::new(30), today).await.unwrap());
        assert!(words.contains("\u{2212}R$ 0,45") && words.contains("R$ 123,00"), "{words}");
        let stranger = t.signed_in(t.a_person().await).await;
        assert!(text(&papers::payments::statement(&t, &stranger, today, today).await.unwrap()).contains("Nenhum pagamento"));
    }

    async fn the_term_of_an_agreement_says_where_each_amount_comes_from(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bills = [t.a_bill(customer.id(), Money::cents(50_000), 70).await, t.a_bill(customer.id(), Money::cents(40_000), 40).await];
        let (simulation, protocol) = submit(&t, &customer, &plan(&bills, "300,00", 3)).await;
        let protocol = protocol.digits();
        let paper = papers::agreements::term(&t, &customer, &protocol).await.unwrap();
        let words = text(&paper);
        let agreement = agreements::find(&t, &customer, &protocol).await.unwrap();
        let money = |amount: Money| format!("R$ {}", amount.grouped('.', ','));
        for part in [money(Money::cents(50_000)), money(simulation.plan.total_cost), "Parcela 3 de 3".to_owned(), customer.name().to_owned()] {
            assert!(words.contains(&part), "{part} in {words}");
        }
        // Every condition as it was accepted, and its fingerprint.
        let flat = |text: &str| text.split_whitespace().collect::<String>();
        for paragraph in agreement.terms.sections.iter().flat_map(|section| &section.paragraphs) {
            assert!(flat(&words).contains(&flat(paragraph).replace('\u{a0}', "")), "{paragraph}");
        }
        assert!(flat(&words).contains(&agreement.terms.hash));
        // How it was confirmed stands on the last page, with nothing else of the terms.
        let last = words.trim_end_matches('\u{c}').rsplit('\u{c}').next().unwrap();
        for part in ["Registro da confirmação", "192.0.2.7", "Mozilla/5.0 (test)", "•••@", "na 1ª tentativa"] {
            assert!(last.contains(part), "{part} in {last}");
        }
        assert!(flat(last).contains(&agreement.terms.hash) && !last.contains("Parcela 3 de 3"), "{last}");
        let again = papers::agreements::term(&t, &customer, &protocol).await.unwrap();
        assert_eq!((again.code, again.bytes), (paper.code, paper.bytes.clone()));
        assert!(looked_up(&t, &paper).await.holds);
        let stranger = t.signed_in(t.a_person().await).await;
        for wrong in [&*protocol, "", "x", "00000020260101000001"] {
            assert!(matches!(papers::agreements::term(&t, &stranger, wrong).await, Err(Error::NotFound)), "{wrong}");
        }
        // Paid to the end it holds; an agreement that never began has no term.
        for line in &agreement.installments {
            t.a_payment(customer.id(), BillId(line.bill_id.unwrap()), line.amount, None).await;
            record::settle(&t).await.unwrap();
        }
        assert!(looked_up(&t, &paper).await.holds);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update agreements set status = 'broken'").unwrap();
        tx.commit().await.unwrap();
        assert!(!looked_up(&t, &paper).await.holds);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update agreements set status = 'cancelled'").unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(papers::agreements::term(&t, &customer, &protocol).await, Err(Error::NotFound)));
    }

    async fn asked_for_at_once_a_paper_is_one(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let today = t.clock.today();
        let rivals = futures::future::join_all((0..6).map(|_| papers::payments::statement(&t, &customer, today, today))).await;
        let codes: std::collections::HashSet<_> = rivals.into_iter().map(|one| one.unwrap().code).collect();
        assert_eq!((codes.len(), t.count("papers").await, count(&t, "papers.issue").await, count(&t, "papers.open").await), (1, 1, 1, 5));
        t.is_whole().await;
    }
}

async fn a_notice(t: &TestServer, customer: CustomerId, body: &str) -> NoticeId {
    let id: NoticeId = t.id();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, 'duplicate', 'Uma conta sua foi paga duas vezes', $3, 'mail', $4)",
        id.0, customer.0, body, t.clock.now()).unwrap();
    tx.commit().await.unwrap();
    id
}

on_both_databases! {
    async fn a_notice_is_a_letter_of_its_own_customer(t: TestServer) {
        let (person, other) = (t.a_person().await, t.a_person().await);
        let (customer, stranger) = (t.signed_in(person).await, t.signed_in(other).await);
        let notice = a_notice(&t, person, "Olá.\n\nO valor é seu:\nescolha o que fazer com ele.\r\n\r\nAté logo.").await;
        let letter = papers::notices::letter(&t, &customer, notice).await.unwrap();
        let words = text(&letter);
        for part in ["Uma conta sua foi paga duas vezes", "O valor é seu:\nescolha o que fazer com ele.", "Até logo.", "E-mail, e no portal", &letter.code.to_string(), "11.222.333/0001-81"] {
            assert!(words.contains(part), "{part} in {words}");
        }
        t.clock.advance(TimeDelta::hours(30));
        let again = papers::notices::letter(&t, &customer, notice).await.unwrap();
        assert_eq!((&again.code, &again.bytes, &again.name), (&letter.code, &letter.bytes, &letter.name), "the same, to the byte");
        assert_eq!((t.count("papers").await, count(&t, "papers.issue").await, count(&t, "papers.open").await), (1, 1, 1));
        let known = looked_up(&t, &letter).await;
        assert_eq!((known.paper, known.holds), (Paper::Notice { notice }, true));
        // Somebody else's is not there, by whichever door.
        assert!(matches!(papers::notices::letter(&t, &stranger, notice).await, Err(Error::NotFound)));
        assert!(matches!(papers::notices::letter(&t, &customer, t.id()).await, Err(Error::NotFound)));
        let (ana, davi) = (t.staff(Role::Operator).await, t.staff(Role::Administrator).await);
        assert!(matches!(papers::notices::letter_for_staff(&t, &ana, other, notice).await, Err(Error::NotFound)));
        assert!(matches!(papers::notices::letter_for_staff(&t, &davi, person, notice).await, Err(Error::Forbidden)));
        // Staff takes the very one that the customer has; that is recorded with their name.
        let taken = papers::notices::letter_for_staff(&t, &ana, person, notice).await.unwrap();
        assert_eq!((taken.code, taken.bytes), (letter.code, letter.bytes));
        let mut conn = t.db.read().await.unwrap();
        let (by,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'papers.open' and actor_kind = 'staff' and customer_id = $1", person.0).unwrap();
        drop(conn);
        assert_eq!(by, 1);
        // Changed behind our back, the code says so.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update notices set body = 'Outra coisa.' where id = $1", notice.0).unwrap();
        tx.commit().await.unwrap();
        assert!(!looked_up(&t, &again).await.holds);
        t.is_whole().await;
    }
}
