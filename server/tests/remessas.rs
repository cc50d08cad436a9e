use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::cnab::remessa::{Order, Problem, Remessa, RemessaField, Term, TermValue, read_remessa};
use domain::ids::{BillId, CustomerId, SlipId};
use domain::money::Money;
use domain::slips::Channel;
use rust_decimal::Decimal;
use server::error::Error;
use server::imports::{self, Kind, Options};
use server::remessas::{self, Became, LeftOut, NotWritten, Unfit, Why, Written};
use server::sealing::sha256;
use server::sessions::Hand;
use server::slips::{self, Pick};
use server::testing::TestServer;
use server::texts::Locale;
use server::{creditor, files, on_both_databases, sql};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::reconciliation::{File, answer, apply};

async fn agreement(t: &TestServer) -> Uuid {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (Uuid,): "select id from bank_agreements where external_id = 'main'").unwrap().0
}

pub(crate) async fn write(t: &TestServer) -> Result<Written, NotWritten> {
    remessas::write(t, Hand::Terminal, agreement(t).await).await
}

/// The bytes of a file, as they are fetched.
async fn bytes(t: &TestServer, id: Uuid) -> Vec<u8> {
    let mut download = remessas::fetch(t, Hand::Terminal, id).await.unwrap();
    let mut bytes = Vec::new();
    download.file.read_to_end(&mut bytes).await.unwrap();
    bytes
}

async fn read(t: &TestServer, id: Uuid) -> Remessa {
    read_remessa(&bytes(t, id).await).unwrap()
}

/// A bill that is due in some days, with a slip that the bank does not know.
async fn pending(t: &TestServer, customer: CustomerId, cents: i64) -> (BillId, SlipId) {
    let bill = t.a_bill(customer, Money::cents(cents), -12).await;
    (bill, t.a_slip_unregistered(bill).await)
}

async fn state(t: &TestServer, slip: SlipId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select state from slips where id = $1", slip.0).unwrap().0
}

async fn number(t: &TestServer, slip: SlipId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select nosso_numero from slips where id = $1", slip.0).unwrap().0
}

async fn change(t: &TestServer, text: &'static str, id: Uuid) {
    let mut tx = t.db.write().await.unwrap();
    assert!(sql!(tx, execute: text, id).unwrap() > 0);
    tx.commit().await.unwrap();
}

async fn last_sequence(t: &TestServer) -> i64 {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64,): "select remessa_sequence from bank_agreements where external_id = 'main'").unwrap().0
}

fn numbers(remessa: &Remessa) -> Vec<(Order, &str)> {
    remessa.instructions.iter().map(|asked| (asked.order, asked.title.nosso_numero.as_str())).collect()
}

async fn import(t: &TestServer, kind: Kind, text: String) {
    let report = imports::run(t, kind, std::io::Cursor::new(text.into_bytes()), Options::default(), |_| {}).await.unwrap();
    assert_eq!((report.refusals, report.counts.updated), (vec![], 1));
}

on_both_databases! {
    async fn from_pending_to_a_second_copy(t: TestServer) {
        let staff = t.staff(Role::Receivables).await;
        let (person, company) = (t.a_person().await, t.a_company().await);
        let (bill, slip) = pending(&t, person, 52_347).await;
        let (_, other) = pending(&t, company, 1_234_567).await;
        let waiting = &remessas::waiting(&t, Hand::Staff(&staff)).await.unwrap()[0];
        assert_eq!((waiting.next, waiting.entries, waiting.sum, waiting.closings), (1, 2, Money::cents(1_286_914), 0));
        assert!(waiting.left_out.is_empty() && waiting.unfit.is_none() && waiting.ready);

        let written = remessas::write(&t, Hand::Staff(&staff), waiting.id).await.unwrap();
        assert_eq!((written.sequence, written.entries, written.closings, written.sum), (1, 2, 0, Money::cents(1_286_914)));
        assert_eq!((state(&t, slip).await, state(&t, other).await), ("sent".into(), "sent".into()));

        // What the bank reads is what the slips say.
        let file = bytes(&t, written.id).await;
        let remessa = read_remessa(&file).unwrap();
        assert_eq!((remessa.bank.as_str(), remessa.sequence, remessa.instructions.len()), ("001", 1, 2));
        let ours = &remessa.company;
        assert_eq!((ours.name.as_str(), ours.tax_id.as_str(), ours.agreement.as_str()), ("COOPERATIVA TESTE LTDA.", "11222333000181", "1238798"));
        assert_eq!((ours.wallet.as_str(), ours.variation.as_str(), ours.branch.as_str(), ours.account.as_str()), ("17", "19", "1234", "123873"));
        assert_eq!((ours.account_digit, ours.collection), (Some('5'), '7'));
        for (asked, id) in remessa.instructions.iter().zip([slip, other]) {
            let mut conn = t.db.read().await.unwrap();
            let row = sql!(conn, one (String, String, i64, chrono::NaiveDate, chrono::NaiveDate, String, String):
                "select s.nosso_numero, s.document_number, s.amount, s.due_on, s.issued_on, c.tax_id, s.external_id
                   from slips s join customers c on c.id = s.customer_id where s.id = $1", id.0).unwrap();
            let (title, payer) = (&asked.title, asked.payer.as_ref().unwrap());
            assert_eq!(asked.order, Order::Enter);
            assert_eq!((&title.nosso_numero, &title.document, title.amount.as_cents()), (&row.0, &row.1, row.2));
            assert_eq!((title.due, title.issued, title.kind.as_str(), title.accepted), (Some(row.3), Some(row.4), "04", false));
            assert_eq!((payer.tax_id.as_str(), payer.street.as_str(), payer.city.as_str(), payer.postal_code.as_str(), payer.state.as_str()),
                (row.5.as_str(), "RUA B, 2", "CURITIBA", "80000000", "PR"));
            assert_eq!(title.company_use, row.6);
            // 2 % and 1 % a month from the day after, as the contract says.
            let late = |hundredths| Some(Term { value: TermValue::Rate(Decimal::new(hundredths, 2)), date: row.3.succ_opt() });
            assert_eq!((asked.fine, title.interest), (late(2), late(1)));
        }
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(text.is_ascii() && text.lines().count() == 4 + 6 && text.split("\r\n").all(|line| line.is_empty() || line.len() == 240));

        // The list tells it, the same bytes come again, and the trail says who.
        let past = remessas::history(&t, Hand::Staff(&staff), None).await.unwrap();
        let told: Vec<_> = past.files.iter().map(|past| (past.id, past.sequence, past.entries, past.sum, past.by_name.as_deref())).collect();
        assert_eq!(told, [(written.id, 1, 2, Money::cents(1_286_914), Some("Pessoa da equipe"))]);
        assert_eq!(past.files[0].file_hash, sha256(&file));
        t.clock.advance(TimeDelta::days(3));
        files::sweep(&t).await.unwrap();
        assert_eq!(bytes(&t, written.id).await, file);
        assert_eq!(remessas::numbered(&t, Hand::Terminal, "main", 1).await.unwrap(), written.id);
        let mut conn = t.db.read().await.unwrap();
        let trail = sql!(conn, all (String, String): "select action, detail from audit_events where subject_kind = 'remessa' order by seq").unwrap();
        drop(conn);
        assert_eq!(trail.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ["remessas.write", "remessas.fetch", "remessas.fetch"]);
        assert!(trail[0].1.contains("1286914") && !trail[0].1.contains("Pessoa"));

        // The bank takes it: now, and not before, there is a copy.
        let customer = t.signed_in(person).await;
        let copy = async || slips::second_copy(&t, &customer, &[Pick::Bill(bill)], t.clock.today(), Channel::Pdf).await;
        assert!(matches!(copy().await, Err(Error::Refused("no_slip"))));
        let told = remessas::file(&t, &t.staff(Role::Supervisor).await, written.id).await.unwrap();
        assert_eq!((told.became, told.unanswered), (vec![(Became::Unanswered, 2)], true));
        apply(&t, &File::of(&t, 1, vec![answer(&t, slip, "02").await])).await.unwrap();
        assert!(copy().await.unwrap().starts_with(b"%PDF"));
        let told = remessas::file(&t, &t.staff(Role::Supervisor).await, written.id).await.unwrap();
        assert_eq!(told.became, [(Became::Unanswered, 1), (Became::Registered, 1)]);
        t.is_whole().await;
    }

    async fn with_nothing_to_send_there_is_no_file_and_no_number(t: TestServer) {
        let known = t.a_bill(t.a_person().await, Money::cents(1_000), -5).await;
        t.a_slip(known).await;
        let Err(NotWritten::Nothing(left_out)) = write(&t).await else { panic!() };
        assert_eq!((left_out, last_sequence(&t).await, t.count("remessas").await, t.count("files").await), (vec![], 0, 0, 0));
        assert!(!remessas::waiting(&t, Hand::Terminal).await.unwrap()[0].ready);
        assert!(matches!(remessas::write(&t, Hand::Terminal, Uuid::now_v7()).await, Err(NotWritten::Server(Error::NotFound))));
        let (_, slip) = pending(&t, t.a_person().await, 1_000).await;
        assert_eq!(write(&t).await.unwrap().sequence, 1);
        assert!(matches!(write(&t).await, Err(NotWritten::Nothing(_))), "it is sent already");
        assert_eq!((last_sequence(&t).await, state(&t, slip).await), (1, "sent".into()));
    }

    async fn what_cannot_be_sent_is_told_by_its_number_and_stops_nobody(t: TestServer) {
        let person = t.a_person().await;
        let (_, good) = pending(&t, person, 10_000).await;
        let (_, nowhere) = pending(&t, t.a_person().await, 10_000).await;
        change(&t, "update customers set city = '' where id = (select customer_id from slips where id = $1)", nowhere.0).await;
        let (_, lower) = pending(&t, person, 10_000).await;
        change(&t, "update slips set document_number = 'fat 1' where id = $1", lower.0).await;
        let (_, other) = pending(&t, person, 10_000).await;
        change(&t, "update slips set nosso_numero = '12387980000099999' where id = $1", other.0).await;
        let (_, over) = pending(&t, person, 10_000).await;
        change(&t, "update slips set limit_on = '2020-01-01' where id = $1", over.0).await;
        let (paid, settled) = pending(&t, person, 10_000).await;
        t.a_payment(person, paid, Money::cents(10_000), None).await;
        let (disputed, contested) = pending(&t, person, 10_000).await;
        change(&t, "update bills set standing = 'disputed' where id = $1", disputed.0).await;
        let (_, odd) = pending(&t, person, 10_000).await;
        change(&t, "update contracts set fine_rate = '0.00123' where id = (select b.contract_id from bills b join slip_bills l on l.bill_id = b.id where l.slip_id = $1)", odd.0).await;

        let expected = [
            (nowhere, Why::Field(RemessaField::City, Problem::Missing)),
            (lower, Why::Field(RemessaField::Document, Problem::Character)),
            (other, Why::Field(RemessaField::NossoNumero, Problem::Differs)),
            (over, Why::PastLimit),
            (settled, Why::NotOwed),
            (contested, Why::NotOwed),
            (odd, Why::Field(RemessaField::Fine, Problem::Decimals(2))),
        ];
        let mut told = Vec::new();
        for (slip, why) in expected {
            told.push((number(&t, slip).await, why));
        }
        let pairs = |left_out: &[LeftOut]| left_out.iter().map(|slip| (slip.nosso_numero.clone(), slip.why)).collect::<Vec<_>>();
        let waiting = &remessas::waiting(&t, Hand::Terminal).await.unwrap()[0];
        assert_eq!((pairs(&waiting.left_out), waiting.entries, waiting.ready), (told.clone(), 8, true));
        let written = write(&t).await.unwrap();
        assert_eq!((pairs(&written.left_out), written.entries, written.sum), (told, 1, Money::cents(10_000)));
        assert_eq!(numbers(&read(&t, written.id).await), [(Order::Enter, number(&t, good).await.as_str())]);
        for (slip, _) in expected {
            assert_eq!(state(&t, slip).await, "pending");
        }
        // Nothing but them is left: no file.
        let Err(NotWritten::Nothing(left_out)) = write(&t).await else { panic!() };
        assert_eq!((left_out.len(), last_sequence(&t).await), (7, 1));
        assert!(!remessas::waiting(&t, Hand::Terminal).await.unwrap()[0].ready);
        for l in [Locale::PtBr, Locale::En, Locale::Es, Locale::Ro] {
            assert!(left_out.iter().all(|slip| !slip.why.told(l).is_empty()));
        }
        assert_eq!(written.left_out[0].why.told(Locale::PtBr), "cidade do pagador: falta");
        // Mended, it goes with the next.
        change(&t, "update customers set city = 'Curitiba' where id = (select customer_id from slips where id = $1)", nowhere.0).await;
        let next = write(&t).await.unwrap();
        assert_eq!((next.sequence, numbers(&read(&t, next.id).await)), (2, vec![(Order::Enter, number(&t, nowhere).await.as_str())]));
    }

    async fn an_agreement_says_what_it_lacks(t: TestServer) {
        let (_, slip) = pending(&t, t.a_person().await, 1_000).await;
        change(&t, "update bank_agreements set account = null, remessa_kind = null, remessa_wallet = '1-7' where id = $1", agreement(&t).await).await;
        let Err(NotWritten::Unfit(unfit)) = write(&t).await else { panic!() };
        use RemessaField::{Account, Kind as Species, Wallet};
        assert_eq!(unfit, Unfit::Fields(vec![(Wallet, Problem::TooWide(2)), (Account, Problem::Missing), (Species, Problem::Missing)]));
        let told = unfit.told(Locale::PtBr);
        assert!(told.contains("conta: falta") && told.contains("espécie do título: falta"), "{told}");
        assert_eq!(remessas::waiting(&t, Hand::Terminal).await.unwrap()[0].unfit, Some(unfit));
        change(&t, "update bank_agreements set bank_code = '077' where id = $1", agreement(&t).await).await;
        assert!(matches!(write(&t).await, Err(NotWritten::Unfit(Unfit::Bank))));
        assert_eq!((state(&t, slip).await, t.count("remessas").await, last_sequence(&t).await), ("pending".into(), 0, 0));
    }

    async fn a_failure_uses_no_number(t: TestServer) {
        let (_, slip) = pending(&t, t.a_person().await, 1_000).await;
        // Where files lie, something else lies.
        std::fs::remove_dir_all(t.folder()).ok();
        std::fs::write(t.folder(), "no folder").unwrap();
        assert!(matches!(write(&t).await, Err(NotWritten::Server(_))));
        assert_eq!((state(&t, slip).await, t.count("remessas").await, last_sequence(&t).await), ("pending".into(), 0, 0));
        std::fs::remove_file(t.folder()).unwrap();
        assert_eq!(write(&t).await.unwrap().sequence, 1);
    }

    async fn several_at_once_share_out_the_slips(t: TestServer) {
        let person = t.a_person().await;
        let mut all = Vec::new();
        for _ in 0..24 {
            all.push(pending(&t, person, 1_000).await.1);
        }
        // All but a few wait their turn, so that there is something new for each of several files.
        for slip in &all[4..] {
            change(&t, "update slips set state = 'rejected' where id = $1", slip.0).await;
        }
        let agreement = agreement(&t).await;
        let writer = async || {
            let mut written = Vec::new();
            for _ in 0..8 {
                match remessas::write(&t, Hand::Terminal, agreement).await {
                    Ok(one) => written.push(one.id),
                    Err(NotWritten::Nothing(_)) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                    Err(error) => panic!("{error}"),
                }
            }
            written
        };
        let feeder = async || {
            for slip in &all[4..] {
                change(&t, "update slips set state = 'pending' where id = $1", slip.0).await;
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        };
        let (a, b, c, d, ()) = tokio::join!(writer(), writer(), writer(), writer(), feeder());
        let mut written = [a, b, c, d].concat();
        written.extend(write(&t).await.map(|one| one.id).ok());
        let mut seen = BTreeSet::new();
        let mut sequences = BTreeSet::new();
        for id in &written {
            let remessa = read(&t, *id).await;
            assert!(sequences.insert(remessa.sequence), "a number twice");
            for asked in &remessa.instructions {
                assert!(seen.insert(asked.title.nosso_numero.clone()), "a slip in two files");
            }
        }
        assert_eq!((seen.len(), t.count("remessa_lines").await), (24, 24));
        let last = u32::try_from(written.len()).unwrap();
        assert_eq!(sequences, (1..=last).collect(), "no number is left out");
        assert_eq!((last_sequence(&t).await, t.count("remessas").await), (last.into(), last.into()));
        for slip in all {
            assert_eq!(state(&t, slip).await, "sent");
        }
        t.is_whole().await;
    }

    async fn a_replaced_slip_is_closed_at_the_bank_once(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(9_000), -12).await;
        let old = t.a_slip(bill).await;
        let new = t.a_slip_unregistered(bill).await;
        let first = write(&t).await.unwrap();
        assert_eq!((first.entries, first.closings), (1, 0), "the old one can be paid until the new one is there");
        apply(&t, &File::of(&t, 1, vec![answer(&t, new, "02").await])).await.unwrap();
        assert_eq!(state(&t, old).await, "replaced");
        assert_eq!(remessas::waiting(&t, Hand::Terminal).await.unwrap()[0].closings, 1);
        let second = write(&t).await.unwrap();
        assert_eq!((second.entries, second.closings, second.sum), (0, 1, Money::ZERO));
        let remessa = read(&t, second.id).await;
        assert_eq!(numbers(&remessa), [(Order::Close, number(&t, old).await.as_str())]);
        assert_eq!((remessa.instructions[0].title.amount, remessa.instructions[0].payer.is_none()), (Money::cents(9_000), true));
        assert!(matches!(write(&t).await, Err(NotWritten::Nothing(_))), "asked once");
        // The bank never got it: asked again, until it says that it is closed.
        assert_eq!(remessas::not_taken(&t, Hand::Terminal, second.id).await.unwrap(), 0);
        let third = write(&t).await.unwrap();
        assert_eq!((third.sequence, third.closings), (3, 1));
        let staff = t.staff(Role::Receivables).await;
        assert_eq!(remessas::file(&t, &staff, third.id).await.unwrap().became, [(Became::ToClose, 1)]);
        apply(&t, &File::of(&t, 2, vec![answer(&t, old, "09").await])).await.unwrap();
        assert_eq!(remessas::file(&t, &staff, third.id).await.unwrap().became, [(Became::Closed, 1)]);
        assert!(matches!(remessas::not_taken(&t, Hand::Terminal, third.id).await, Err(Error::Refused("remessa_answered"))));
        assert!(matches!(write(&t).await, Err(NotWritten::Nothing(_))));
        assert_eq!(state(&t, old).await, "replaced");
        t.is_whole().await;
    }

    async fn a_file_that_the_bank_never_took_is_taken_back(t: TestServer) {
        let person = t.a_person().await;
        let (_, one) = pending(&t, person, 1_000).await;
        let (_, two) = pending(&t, person, 2_000).await;
        let (_, three) = pending(&t, person, 3_000).await;
        let first = write(&t).await.unwrap();
        apply(&t, &File::of(&t, 1, vec![answer(&t, one, "02").await, answer(&t, two, "03").await])).await.unwrap();
        let staff = t.staff(Role::Supervisor).await;
        assert_eq!(remessas::not_taken(&t, Hand::Staff(&staff), first.id).await.unwrap(), 1);
        let states = async || (state(&t, one).await, state(&t, two).await, state(&t, three).await);
        assert_eq!(states().await, ("registered".into(), "rejected".into(), "pending".into()), "what the bank has answered stays");
        assert!(matches!(remessas::not_taken(&t, Hand::Staff(&staff), first.id).await, Err(Error::Overtaken(_))));
        assert!(matches!(remessas::not_taken(&t, Hand::Staff(&staff), Uuid::now_v7()).await, Err(Error::NotFound)));
        let past = remessas::history(&t, Hand::Staff(&staff), None).await.unwrap();
        assert!(past.files[0].not_taken_at.is_some());
        let second = write(&t).await.unwrap();
        assert_eq!((second.sequence, numbers(&read(&t, second.id).await)), (2, vec![(Order::Enter, number(&t, three).await.as_str())]));
        // Nothing of the first waits any more, and the second's slip is the second's.
        assert_eq!(states().await.2, "sent");
        let mut conn = t.db.read().await.unwrap();
        let (by, detail) = sql!(conn, one (String, String): "select actor_kind, detail from audit_events where action = 'remessas.not_taken'").unwrap();
        drop(conn);
        assert_eq!((by.as_str(), detail.contains("\"slips\":1")), ("staff", true));
        t.is_whole().await;
    }

    async fn a_slip_that_the_bank_refused_is_mended_and_sent_again(t: TestServer) {
        let person = t.a_person().await;
        let (bill, slip) = pending(&t, person, 52_347).await;
        let (_, other) = pending(&t, person, 1_000).await;
        let first = write(&t).await.unwrap();
        apply(&t, &File::of(&t, 1, vec![answer(&t, slip, "03").await])).await.unwrap();
        assert_eq!(state(&t, slip).await, "rejected");
        assert!(matches!(write(&t).await, Err(NotWritten::Nothing(_))), "it is not sent again by itself");

        // The creditor's system mends the address, and then says of the slip that it may go again, to be paid some days later.
        let mut conn = t.db.read().await.unwrap();
        let (customer, tax_id, name) = sql!(conn, one (String, String, String): "select external_id, tax_id, name from customers where id = $1", person.0).unwrap();
        let (id, nosso_numero, document, issued, due, limit) = sql!(conn, one (String, String, String, chrono::NaiveDate, chrono::NaiveDate, chrono::NaiveDate):
            "select external_id, nosso_numero, document_number, issued_on, due_on, limit_on from slips where id = $1", slip.0).unwrap();
        let (of,) = sql!(conn, one (String,): "select external_id from bills where id = $1", bill.0).unwrap();
        drop(conn);
        import(&t, Kind::Customers, format!("external_id;tax_id;name;address;city\n{customer};{tax_id};{name};Rua Nova, 9;Londrina\n")).await;
        let due = due + Days::new(3);
        use domain::boleto::banks::Title as _;
        let title = domain::boleto::banks::banco_do_brasil::Title::Convenio7 { nosso_numero: nosso_numero.parse().unwrap(), carteira: 17 };
        let bars = title.barcode(due, Money::cents(52_347)).unwrap();
        let line = |state: &str| format!("external_id;bills;nosso_numero;document_number;barcode;amount;issued_on;due_on;limit_on;state\n\
            {id};{of};{nosso_numero};{document};{bars};523,47;{issued};{due};{limit};{state}\n");
        import(&t, Kind::Slips, line("pending")).await;
        assert_eq!(state(&t, slip).await, "pending");
        let second = write(&t).await.unwrap();
        let remessa = read(&t, second.id).await;
        assert_eq!((second.sequence, numbers(&remessa)), (2, vec![(Order::Enter, nosso_numero.as_str())]));
        let asked = &remessa.instructions[0];
        assert_eq!((asked.title.due, asked.payer.as_ref().unwrap().street.as_str()), (Some(due), "RUA NOVA, 9"));

        // What is sent is not mended any more: the bank has it.
        let again = imports::run(&t, Kind::Slips, std::io::Cursor::new(line("pending").replace(&document, "OTHER").into_bytes()), Options::default(), |_| {}).await.unwrap();
        assert_eq!((again.counts.refused, state(&t, slip).await), (1, "sent".into()));

        // The first file is said to be lost: the other slip waits again, this one is in the second.
        assert_eq!(remessas::not_taken(&t, Hand::Terminal, first.id).await.unwrap(), 1);
        assert_eq!((state(&t, slip).await, state(&t, other).await), ("sent".into(), "pending".into()));
        let staff = t.staff(Role::Receivables).await;
        assert_eq!(remessas::file(&t, &staff, first.id).await.unwrap().became, [(Became::AskedAgain, 2)]);
        apply(&t, &File::of(&t, 2, vec![answer(&t, slip, "02").await])).await.unwrap();
        assert_eq!(state(&t, slip).await, "registered");
        t.is_whole().await;
    }

    async fn nobody_else_sends_the_bank_anything(t: TestServer) {
        let (_, slip) = pending(&t, t.a_person().await, 1_000).await;
        let agreement = agreement(&t).await;
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            let hand = Hand::Staff(&staff);
            assert!(matches!(remessas::write(&t, hand, agreement).await, Err(NotWritten::Server(Error::Forbidden))));
            assert!(matches!(remessas::waiting(&t, hand).await, Err(Error::Forbidden)));
            assert!(matches!(remessas::history(&t, hand, None).await, Err(Error::Forbidden)));
        }
        assert_eq!((state(&t, slip).await, t.count("remessas").await), ("pending".into(), 0));
        let file = write(&t).await.unwrap().id;
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(remessas::fetch(&t, Hand::Staff(&staff), file).await, Err(Error::Forbidden)));
            assert!(matches!(remessas::file(&t, &staff, file).await, Err(Error::Forbidden)));
            assert!(matches!(remessas::numbered(&t, Hand::Staff(&staff), "main", 1).await, Err(Error::Forbidden)));
            assert!(matches!(remessas::not_taken(&t, Hand::Staff(&staff), file).await, Err(Error::Forbidden)));
        }
        assert_eq!(state(&t, slip).await, "sent");
    }

    async fn the_creditors_file_says_what_the_bank_asks(t: TestServer) {
        let example = include_str!("../examples/creditor.toml");
        let mut file = creditor::read(example).unwrap();
        let remessa = file.bank_agreements[0].remessa.as_mut().unwrap();
        remessa.last_sequence = 41;
        creditor::put(&t, &file, &[]).await.unwrap();
        let (_, _) = pending(&t, t.a_person().await, 1_000).await;
        let written = write(&t).await.unwrap();
        assert_eq!(written.sequence, 42);
        let sent = read(&t, written.id).await;
        assert_eq!((sent.company.branch.as_str(), sent.company.branch_digit, sent.company.name.as_str()), ("1234", Some('5'), "COOPERATIVA EXEMPLO DE SAUDE L"));
        // Put again, no number comes twice.
        creditor::put(&t, &file, &[]).await.unwrap();
        assert_eq!(last_sequence(&t).await, 42);
        let wrong = example.replace("account = \"", "account = \"9-").replace("kind = \"04\"", "kind = \"\"").replace("last_sequence = 0", "last_sequence = 1000000");
        let Err(Error::Config(problems)) = creditor::read(&wrong) else { panic!() };
        for part in ["main: remessa: account has a character", "main: remessa: kind is missing", "main: remessa: last_sequence has more"] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
        let Err(Error::Config(problems)) = creditor::read(&example.replace("bank_code = \"001\"", "bank_code = \"077\"")) else { panic!() };
        assert_eq!(problems, "bank_agreements: main: remessa: no layout for files to bank 077");
        // Without them, it says so when a file is asked for.
        file.bank_agreements[0].remessa = None;
        creditor::put(&t, &file, &[]).await.unwrap();
        assert!(matches!(write(&t).await, Err(NotWritten::Unfit(Unfit::Fields(fields))) if fields.len() == 4));
        assert_eq!(last_sequence(&t).await, 42);
    }
}
