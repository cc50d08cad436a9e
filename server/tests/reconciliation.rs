use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::cnab::read_return;
use domain::ids::{BillId, CustomerId, SlipId};
use domain::money::Money;
use domain::reconciliation::Outcome;
use domain::statement::{self, EntryKind};
use server::config::Sources;
use server::error::Error;
use server::reconciliation::{
    self, Allocated, Options, Refused, Report, Warning, allocate, approve, list, not_repeated, numbered, send_back,
};
use server::sessions::Hand;
use server::slips::Situation;
use server::statement::Filter;
use server::testing::TestServer;
use server::texts::Locale;
use server::{Server, agreements, bills, ledger, on_both_databases, refunds, rows, slips, sql};
use uuid::Uuid;

/// What a line of a file says of a title; the test server's agreement is 1238798 at bank 001.
#[derive(Clone)]
pub(crate) struct Title {
    number: String,
    code: &'static str,
    document: String,
    company_use: String,
    due: Option<NaiveDate>,
    amount: i64,
    pub(crate) paid: i64,
    pub(crate) interest: i64,
    discount: i64,
    fee: i64,
    pub(crate) on: NaiveDate,
    credited_on: NaiveDate,
}

/// A CNAB 240 file of Banco do Brasil.
#[derive(Clone)]
pub(crate) struct File {
    bank: &'static str,
    agreement: &'static str,
    sequence: u32,
    date: NaiveDate,
    titles: Vec<Title>,
}

impl File {
    pub(crate) fn of(t: &TestServer, sequence: u32, titles: Vec<Title>) -> Self {
        Self { bank: "001", agreement: "001238798001417019", sequence, date: t.clock.today(), titles }
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        let day = |day: NaiveDate| day.format("%d%m%Y").to_string();
        let record = |kind: &str, fields: &[(usize, &str)]| {
            let mut line = vec![b' '; 240];
            let mut put = |at: usize, text: &str| line[at - 1..at - 1 + text.len()].copy_from_slice(text.as_bytes());
            put(1, self.bank);
            put(8, kind);
            for (at, text) in fields {
                put(*at, text);
            }
            String::from_utf8(line).unwrap()
        };
        lines.push(record(
            "0",
            &[(4, "0000"), (33, self.agreement), (143, "2"), (144, &day(self.date)), (158, &format!("{:06}", self.sequence))],
        ));
        // Details of a lot are counted in five digits.
        let lots = self.titles.chunks(40_000);
        let count = lots.len();
        for (lot, titles) in lots.enumerate() {
            let (lot, first) = (format!("{:04}", lot + 1), lines.len());
            lines.push(record("1", &[(4, &lot), (9, "T")]));
            for (at, title) in titles.iter().enumerate() {
                let number = |offset: usize| format!("{:05}", 2 * at + offset);
                lines.push(record(
                    "3",
                    &[
                        (4, &lot),
                        (9, &number(1)),
                        (14, "T"),
                        (16, title.code),
                        (38, &title.number),
                        (59, &title.document),
                        (74, &title.due.map_or("00000000".into(), day)),
                        (82, &format!("{:015}", title.amount)),
                        (106, &title.company_use),
                        (199, &format!("{:015}", title.fee)),
                        (214, "0400000000"),
                    ],
                ));
                lines.push(record(
                    "3",
                    &[
                        (4, &lot),
                        (9, &number(2)),
                        (14, "U"),
                        (16, title.code),
                        (18, &format!("{:015}", title.interest)),
                        (33, &format!("{:015}", title.discount)),
                        (48, &format!("{:015}", 0)),
                        (78, &format!("{:015}", title.paid)),
                        (93, &format!("{:015}", (title.paid - title.fee).max(0))),
                        (138, &day(title.on)),
                        (146, &day(title.credited_on)),
                    ],
                ));
            }
            let records = lines.len() - first + 1;
            lines.push(record("5", &[(4, &lot), (18, &format!("{records:06}"))]));
        }
        lines.push(record("9", &[(4, "9999"), (18, &format!("{count:06}")), (24, &format!("{:06}", lines.len() + 1))]));
        lines.join("\r\n") + "\r\n"
    }

    fn bytes(&self) -> Vec<u8> {
        self.text().into_bytes()
    }
}

pub(crate) async fn apply(t: &Server, file: &File) -> Result<Report, Refused> {
    apply_bytes(t, file.bytes()).await
}

async fn apply_bytes(t: &Server, bytes: Vec<u8>) -> Result<Report, Refused> {
    reconciliation::apply(t, Hand::Terminal, "retorno.ret", bytes, Options::default(), |_, _| {}).await
}

/// The slip's own title, paid in full today.
pub(crate) async fn title(t: &TestServer, slip: SlipId) -> Title {
    let mut conn = t.db.read().await.unwrap();
    let (number, document, due, amount) = sql!(conn, one (String, String, NaiveDate, i64):
        "select nosso_numero, document_number, due_on, amount from slips where id = $1", slip.0)
    .unwrap();
    let on = t.clock.today();
    Title {
        number,
        code: "06",
        document,
        company_use: String::new(),
        due: Some(due),
        amount,
        paid: amount,
        interest: 0,
        discount: 0,
        fee: 195,
        on,
        credited_on: on + Days::new(1),
    }
}

/// What the bank answers to having been asked for a slip: 02 it took it, 03 it did not, 09 it closed it.
pub(crate) async fn answer(t: &TestServer, slip: SlipId, code: &'static str) -> Title {
    Title { code, paid: 0, fee: 0, ..title(t, slip).await }
}

/// A bill of R$ 523,47, so many days late, with its slip and its title.
pub(crate) async fn a_title(t: &TestServer, customer: CustomerId, days_late: i64) -> (BillId, SlipId, Title) {
    let bill = t.a_bill(customer, Money::cents(52_347), days_late).await;
    let slip = t.a_slip(bill).await;
    (bill, slip, title(t, slip).await)
}

pub(crate) async fn outcomes(t: &TestServer) -> Vec<(i32, String, Option<String>)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (i32, String, Option<String>): "select l.line, l.outcome, l.matched_by from return_lines l join return_files f on f.id = l.file_id
        order by f.received_at, f.id, l.line").unwrap()
}

pub(crate) async fn last_outcome(t: &TestServer) -> (String, Option<String>) {
    let (_, outcome, by) = outcomes(t).await.pop().unwrap();
    (outcome, by)
}

async fn entries(t: &TestServer, bill: BillId) -> Vec<(String, i64)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, i64): "select kind, amount from entries where bill_id = $1 order by id", bill.0).unwrap()
}

async fn slip_state(t: &TestServer, slip: SlipId) -> (String, bool) {
    let mut conn = t.db.read().await.unwrap();
    let (state, payable) = sql!(conn, one (String, bool): "select s.state, sb.payable from slips s join slip_bills sb on sb.slip_id = s.id where s.id = $1", slip.0).unwrap();
    (state, payable)
}

async fn number(t: &Server, text: &'static str) -> i64 {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64,): text).unwrap().0
}

async fn change(t: &TestServer, text: &'static str, id: Uuid) {
    let mut tx = t.db.write().await.unwrap();
    assert_eq!(sql!(tx, execute: text, id).unwrap(), 1);
    tx.commit().await.unwrap();
}

/// Everything that a file may write to.
async fn traces(t: &TestServer) -> Vec<i64> {
    let mut all = Vec::new();
    for table in ["return_files", "return_lines", "unidentified_payments", "payments", "entries", "audit_events", "notices", "outbox"] {
        all.push(t.count(table).await);
    }
    all
}

/// All that the file says was paid is in the ledger or waits for staff, once.
async fn nothing_lost_or_doubled(t: &Server, said: Money) {
    let posted = number(
        t,
        "select cast(-coalesce(sum(e.amount), 0) as bigint) from entries e join payments p on p.id = e.payment_id
        where e.kind = 'payment' and p.external_id like 'cnab/%'",
    )
    .await;
    let paid = number(t, "select cast(coalesce(sum(amount), 0) as bigint) from payments where external_id like 'cnab/%'").await;
    let waiting = number(t, "select cast(coalesce(sum(amount), 0) as bigint) from unidentified_payments where state <> 'allocated'").await;
    assert_eq!((posted, posted + waiting), (paid, said.as_cents()));
}

on_both_databases! {
    async fn every_outcome_of_a_file(t: TestServer) {
        let person = t.a_person().await;
        let (settled, settled_slip, one) = a_title(&t, person, -5).await;
        let (late, _, two) = a_title(&t, person, 37).await;
        let (partial, _, three) = a_title(&t, person, -5).await;
        let (excess, _, four) = a_title(&t, person, -5).await;
        let (closed, closed_slip, five) = a_title(&t, person, -5).await;
        let (replaced, replaced_slip, six) = a_title(&t, person, -5).await;
        let (twice, _, seven) = a_title(&t, person, -5).await;
        let (discounted, _, eight) = a_title(&t, person, -5).await;
        let (over, over_slip, nine) = a_title(&t, person, -5).await;
        change(&t, "update slips set state = 'closed' where id = $1", closed_slip.0).await;
        change(&t, "update slips set state = 'replaced' where id = $1", replaced_slip.0).await;
        let titles = vec![
            one.clone(),
            // Our own figures for 37 days and less: fine 10,47, interest of some centavos; the bank took fifty more.
            Title { paid: 52_347 + 1_047 + 646 + 30, interest: 1_047 + 646 + 30, ..two },
            Title { paid: 20_000, ..three },
            Title { paid: 60_000, ..four },
            five,
            six,
            seven.clone(),
            seven,
            Title { paid: 50_000, discount: 2_347, ..eight },
            Title { code: "09", paid: 0, ..nine.clone() },
            Title { code: "02", paid: 0, ..nine.clone() },
            Title { code: "99", paid: 0, ..nine.clone() },
            Title { number: "12387989999999999".into(), document: "?".into(), ..nine.clone() },
            Title { code: "28", paid: 0, ..one.clone() },
            Title { code: "17", ..nine },
        ];
        let file = File::of(&t, 7, titles);
        let said: i64 = file.titles.iter().map(|title| title.paid).sum();
        let preview = reconciliation::preview(&t, Hand::Terminal, "retorno.ret", file.bytes(), Options::default()).await.unwrap();
        assert_eq!(t.count("return_files").await, 0, "a preview writes nothing");
        let report = apply(&t, &file).await.unwrap();
        use Outcome::*;
        let expected = [Settled, WithinTolerance, Partial, Excess, AfterClosing, Superseded, Settled, Duplicate, Settled, Closed, Registered,
            Unknown, Unidentified, Information, AfterClosing];
        let found: Vec<String> = outcomes(&t).await.into_iter().map(|(_, outcome, _)| outcome).collect();
        assert_eq!(found, expected.map(|outcome| outcome.as_str().to_owned()));
        assert_eq!(outcomes(&t).await.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), (0..15).map(|at| 3 + 2 * at).collect::<Vec<_>>());
        assert_eq!(preview.counts, report.counts);
        assert_eq!(preview.warnings, report.warnings);
        assert_eq!((report.paid, report.fees, report.lines, report.events), (Money::cents(said), Money::cents(15 * 195), 34, 15));
        assert_eq!(report.count(Settled), 3);
        assert_eq!(report.warnings, [
            Warning::Line { line: 25, code: "99".into(), outcome: Unknown, motives: String::new() },
            Warning::Line { line: 27, code: "06".into(), outcome: Unidentified, motives: String::new() },
        ]);
        assert_eq!(report.warnings[0].told(Locale::PtBr), "Linha 25, código 99: código desconhecido. Alguém precisa olhar.");

        for (bill, balance, standing) in [
            (settled, 0, "settled"), (late, 0, "settled"), (partial, 32_347, "open"), (excess, -7_653, "settled"), (closed, 0, "settled"),
            (replaced, 0, "settled"), (twice, -52_347, "settled"), (discounted, 0, "settled"), (over, 0, "settled"),
        ] {
            assert_eq!(t.bill_now(bill).await, (Money::cents(balance), standing.to_owned()));
        }
        assert_eq!(slip_state(&t, settled_slip).await, ("paid".into(), false));
        assert_eq!(slip_state(&t, over_slip).await, ("paid".into(), false));
        let of_late = entries(&t, late).await;
        assert_eq!(of_late.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["charge", "fine", "interest", "payment"]);
        assert_eq!((of_late[1].1, of_late.iter().map(|(_, cents)| cents).sum::<i64>()), (1_047, 0));
        assert_eq!(entries(&t, discounted).await[1..], [("discount".into(), -2_347), ("payment".into(), -50_000)]);
        let mut conn = t.db.read().await.unwrap();
        let parts = sql!(conn, one (i64, i64, i64, i64, i64, NaiveDate, bool):
            "select amount, credited_amount, bank_fee, fine, interest, credited_on, found_at is not null from payments where bill_id = $1", late.0).unwrap();
        drop(conn);
        assert_eq!(parts, (54_070, 54_070 - 195, 195, 1_047, 676, t.clock.today() + Days::new(1), true));

        // The duplicate is offered to the customer, who alone can say where it goes.
        let customer = t.signed_in(person).await;
        let credits = refunds::credits(&t, &customer).await.unwrap();
        assert!(credits.offers.iter().any(|offer| offer.credit.origin == statement::CreditOrigin::Duplicate && offer.credit.bill == Some(twice)));
        assert!(t.subjects().await.contains(&"Recebemos um pagamento a mais".to_owned()));
        assert_eq!(t.count("notices").await, 1);
        nothing_lost_or_doubled(&t, Money::cents(said)).await;
        t.is_whole().await;
    }

    async fn a_file_is_applied_once_whatever_it_is_called(t: TestServer) {
        let (bill, _, title) = a_title(&t, t.a_person().await, -5).await;
        let mut file = File::of(&t, 7, vec![title]);
        file.titles[0].company_use = "CAFE".into();
        apply(&t, &file).await.unwrap();
        let before = traces(&t).await;
        let text = file.text();
        for again in [
            text.clone().into_bytes(),
            // Saved by another program: other line ends, trimmed, with a mark of UTF-8 or of the end.
            text.replace("\r\n", "\n").into_bytes(),
            text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            format!("{text}\u{1a}").into_bytes(),
        ] {
            let refused = reconciliation::apply(&t, Hand::Terminal, "outro nome.txt", again.clone(), Options::default(), |_, _| {}).await.unwrap_err();
            assert!(matches!(&refused, Refused::AppliedBefore { name, .. } if name == "retorno.ret"), "{refused}");
            assert!(matches!(reconciliation::preview(&t, Hand::Terminal, "", again, Options::default()).await, Err(Refused::AppliedBefore { .. })));
        }
        // Another file with its number.
        file.titles[0].paid = 1;
        assert!(matches!(apply(&t, &file).await, Err(Refused::SequenceTaken { sequence: 7, .. })));
        assert_eq!(traces(&t).await, before);
        assert_eq!(t.bill_now(bill).await.0, Money::ZERO);
    }

    async fn what_is_wrong_leaves_no_trace(t: TestServer) {
        let (_, _, title) = a_title(&t, t.a_person().await, -5).await;
        let file = File::of(&t, 7, vec![title.clone(), title]);
        let before = traces(&t).await;
        let text = file.text();
        let lines: Vec<&str> = text.lines().collect();
        let without = |gone: usize| -> Vec<u8> {
            lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| format!("{line}\r\n")).collect::<String>().into_bytes()
        };
        let with = |at: usize, column: usize, new: &str| -> Vec<u8> {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[at].replace_range(column - 1..column - 1 + new.len(), new);
            lines.join("\r\n").into_bytes()
        };
        let last = lines.len() - 1;
        let told = |refused: Refused| refused.told(Locale::PtBr, t.config.time_zone);
        for (bytes, part) in [
            (Vec::new(), "vazio"),
            (b"isto nao e um retorno".to_vec(), "não é cabeçalho"),
            (text.as_bytes()[..text.len() - 300].to_vec(), "falta o trailer"),
            (text.as_bytes()[..242 * 4].to_vec(), "falta o trailer"),
            (text.as_bytes()[..242 * 3].to_vec(), "sem o seu par"),
            (without(2), "sem o seu par"),
            (without(last), "falta o trailer"),
            (with(last, 24, "000009"), "diz 9 registros e há 8"),
            (with(last, 18, "000002"), "diz 2 lotes e há 1"),
            (with(last - 1, 18, "000007"), "diz 7 registros e há 6"),
            (with(4, 9, "00009"), "número 9 e é o 3"),
            (with(4, 1, "341"), "do banco 341"),
            (with(0, 143, "1"), "remessa"),
            (with(0, 33, "000099999900000000"), "convênio do cabeçalho"),
            (with(0, 144, "01012199"), "ainda não chegou"),
            (with(3, 138, "01012199"), "ainda não chegou"),
            (with(3, 78, "00000000000X000"), "deveria haver um valor"),
            (text.replace("\r\n001", "\r\n341").replacen("001", "341", 1).into_bytes(), "Não há convênio com o banco 341"),
        ] {
            let refused = told(apply_bytes(&t, bytes.clone()).await.unwrap_err());
            assert!(refused.contains(part), "{refused} / {part}");
            let refused = reconciliation::preview(&t, Hand::Terminal, "", bytes, Options::default()).await.unwrap_err();
            assert!(told(refused).contains(part));
        }
        assert_eq!(traces(&t).await, before);
        assert_eq!(apply(&t, &file).await.unwrap().counts.len(), 2);
    }

    async fn files_come_in_their_order(t: TestServer) {
        let person = t.a_person().await;
        let mut titles = Vec::new();
        for _ in 0..4 {
            titles.push(a_title(&t, person, -5).await.2);
        }
        let file = |sequence: u32, at: usize| File::of(&t, sequence, vec![titles[at].clone()]);
        assert_eq!(apply(&t, &file(7, 0)).await.unwrap().warnings, []);
        assert_eq!(apply(&t, &file(10, 1)).await.unwrap().warnings, [Warning::Gap { last: 7, sequence: 10 }]);
        let late = file(8, 2);
        let before = traces(&t).await;
        assert!(matches!(apply(&t, &late).await, Err(Refused::OutOfOrder { sequence: 8, last: 10 })));
        assert_eq!(traces(&t).await, before);
        reconciliation::apply(&t, Hand::Terminal, "8.ret", late.bytes(), Options { late: true }, |_, _| {}).await.unwrap();
        // On a later day a bank may begin again.
        t.clock.advance(chrono::TimeDelta::days(2));
        let again = File { date: t.clock.today(), ..file(1, 3) };
        apply(&t, &again).await.unwrap();
    }

    async fn only_those_who_see_to_money(t: TestServer) {
        let (bill, _, mut title) = a_title(&t, t.a_person().await, -5).await;
        title.number = "99".into();
        title.document = String::new();
        let file = File::of(&t, 7, vec![title]);
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            let hand = Hand::Staff(&staff);
            let forbidden = |result: Result<(), Refused>| assert!(matches!(result, Err(Refused::Server(Error::Forbidden))), "{role}");
            forbidden(reconciliation::preview(&t, hand, "", file.bytes(), Options::default()).await.map(drop));
            forbidden(reconciliation::apply(&t, hand, "", file.bytes(), Options::default(), |_, _| {}).await.map(drop));
            let none = Uuid::now_v7();
            assert!(matches!(reconciliation::report(&t, &staff, none).await, Err(Error::Forbidden)));
            assert!(matches!(reconciliation::files(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(list(&t, &staff, 1).await, Err(Error::Forbidden)));
            assert!(matches!(allocate(&t, &staff, none, bill, "x").await, Err(Error::Forbidden)));
            assert!(matches!(approve(&t, &staff, none).await, Err(Error::Forbidden)));
            assert!(matches!(send_back(&t, &staff, none).await, Err(Error::Forbidden)));
            assert!(matches!(numbered(&t, &staff, "1").await, Err(Error::Forbidden)));
        }
        assert_eq!(t.count("return_files").await, 0);
        let staff = t.staff(Role::Receivables).await;
        let report = reconciliation::apply(&t, Hand::Staff(&staff), "r.ret", file.bytes(), Options::default(), |_, _| {}).await.unwrap();
        let again = reconciliation::report(&t, &staff, report.id.unwrap()).await.unwrap();
        assert_eq!((again.counts, again.applied_at), (report.counts, report.applied_at));
        assert_eq!(reconciliation::files(&t, &staff).await.unwrap().len(), 1);
        assert!(matches!(reconciliation::report(&t, &staff, Uuid::now_v7()).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (kind, by) = sql!(conn, one (String, Option<Uuid>): "select actor_kind, actor_id from audit_events where action = 'reconciliation.apply'").unwrap();
        assert_eq!((&*kind, by), ("staff", Some(staff.id().0)));
    }

    async fn a_slip_is_found_by_what_is_surest(t: TestServer) {
        let person = t.a_person().await;
        let found = |sequence: u32, title: Title| {
            // Each on another day: the same money twice would be told as repeated.
            let file = File::of(&t, sequence, vec![Title { on: title.on - Days::new(sequence.into()), ..title }]);
            let t = &t;
            async move {
                apply(t, &file).await.unwrap();
                last_outcome(t).await
            }
        };
        let by = |outcome: &str, by: Option<&str>| (outcome.to_owned(), by.map(str::to_owned));
        // Zeros and separators make no difference; the amount of the title may have changed.
        let (_, slip, title) = a_title(&t, person, -5).await;
        change(&t, "update slips set nosso_numero = '0/00.' || substr(nosso_numero, 1, 16) || '-' || substr(nosso_numero, 17) where id = $1", slip.0).await;
        assert_eq!(found(1, Title { amount: 1, number: format!("000{}", title.number), ..title }).await, by("settled", Some("nosso_numero")));
        // The last ten digits alone, as some systems keep them: with the same amount and due date.
        let (_, slip, title) = a_title(&t, person, -5).await;
        change(&t, "update slips set nosso_numero = substr(nosso_numero, 8) where id = $1", slip.0).await;
        let other_amount = Title { amount: 1, document: String::new(), ..title.clone() };
        assert_eq!(found(2, other_amount).await, by("unidentified", None));
        assert_eq!(found(3, title).await, by("settled", Some("nosso_numero")));
        // What the creditor wrote for itself: its own code of the slip.
        let (_, slip, title) = a_title(&t, person, -5).await;
        let mut conn = t.db.read().await.unwrap();
        let (external_id,) = sql!(conn, one (String,): "select external_id from slips where id = $1", slip.0).unwrap();
        drop(conn);
        let unnumbered = Title { number: String::new(), document: String::new(), ..title };
        assert_eq!(found(4, Title { company_use: external_id.clone(), amount: 1, ..unnumbered.clone() }).await, by("unidentified", None));
        assert_eq!(found(5, Title { company_use: external_id, ..unnumbered }).await, by("settled", Some("company_use")));
        // Document, amount and due date together.
        let (_, _, title) = a_title(&t, person, -5).await;
        let unnumbered = Title { number: String::new(), ..title };
        assert_eq!(found(6, Title { due: None, ..unnumbered.clone() }).await, by("unidentified", None));
        assert_eq!(found(7, Title { amount: 1, ..unnumbered.clone() }).await, by("unidentified", None));
        // Two that fit are none.
        let (_, twin, _) = a_title(&t, person, -5).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update slips set document_number = $2 where id = $1", twin.0, unnumbered.document.as_str()).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(8, unnumbered.clone()).await, by("unidentified", None));
        change(&t, "update slips set document_number = 'X' where id = $1", twin.0).await;
        assert_eq!(found(9, unnumbered).await, by("settled", Some("document")));
        // Another agreement's slip is none of this file's.
        let (bill, slip, title) = a_title(&t, person, -5).await;
        let mut tx = t.db.write().await.unwrap();
        let other = Uuid::now_v7();
        sql!(tx, execute: "insert into bank_agreements (id, external_id, bank_code, bank_name, branch, beneficiary_code, carteira, payment_place, own_drawing)
             values ($1, 'other', '001', '', '1', '9999999', '17', '', $2)", other, true).unwrap();
        sql!(tx, execute: "update slips set bank_agreement_id = $2 where id = $1", slip.0, other).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(10, title).await, by("unidentified", None));
        assert_eq!(t.bill_now(bill).await.0, Money::cents(52_347));
        t.is_whole().await;
    }

    async fn a_cancelled_payment_is_reversed(t: TestServer) {
        let (bill, slip, title) = a_title(&t, t.a_person().await, 37).await;
        let paid = Title { paid: 54_040, interest: 1_693, ..title.clone() };
        let returned = Title { code: "44", ..paid.clone() };
        // Before it was ever paid there is nothing to undo.
        apply(&t, &File::of(&t, 1, vec![returned.clone()])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "nothing_to_cancel");
        // In one file, in its order: paid, taken back, and taken back once more.
        let file = File::of(&t, 2, vec![paid.clone(), returned.clone(), returned.clone()]);
        let preview = reconciliation::preview(&t, Hand::Terminal, "", file.bytes(), Options::default()).await.unwrap();
        let report = apply(&t, &file).await.unwrap();
        assert_eq!(preview.counts, report.counts);
        assert_eq!((report.count(Outcome::Cancelled), report.count(Outcome::NothingToCancel)), (1, 1));
        assert_eq!(t.bill_now(bill).await, (Money::cents(52_347), "open".into()));
        assert_eq!(slip_state(&t, slip).await, ("closed".into(), false), "the bank says nothing of paying it again");
        assert_eq!(number(&t, "select count(*) from entries where kind = 'reversal' and of_entry is not null").await, 3);
        assert_eq!(number(&t, "select count(*) from payments where reversed_at is not null").await, 1);
        // Paid again, and taken back by another file.
        apply(&t, &File::of(&t, 3, vec![Title { on: paid.on - Days::new(1), ..paid.clone() }])).await.unwrap();
        assert_eq!((last_outcome(&t).await.0.as_str(), t.bill_now(bill).await.0), ("after_closing", Money::ZERO));
        apply(&t, &File::of(&t, 4, vec![Title { paid: 0, ..returned }])).await.unwrap();
        assert_eq!((last_outcome(&t).await.0.as_str(), t.bill_now(bill).await.0), ("cancelled", Money::cents(52_347)));
        t.is_whole().await;
    }

    async fn the_same_payment_from_elsewhere_is_not_posted_again(t: TestServer) {
        let (bill, _, title) = a_title(&t, t.a_person().await, -5).await;
        apply(&t, &File::of(&t, 1, vec![title.clone()])).await.unwrap();
        // The bank tells it once more, in its next file; that is no proof of a second payment.
        let report = apply(&t, &File::of(&t, 2, vec![title.clone()])).await.unwrap();
        assert_eq!(report.count(Outcome::Repeated), 1);
        assert_eq!((report.warnings.len(), t.bill_now(bill).await.0, t.count("payments").await), (1, Money::ZERO, 1));
        // Somebody knows better: the money waits for a bill, once, and the slip's own is suggested though nothing is open of it.
        let (staff, file) = (t.staff(Role::Receivables).await, report.id.unwrap());
        let line = report.repeated[0].line;
        assert!(matches!(not_repeated(&t, &t.staff(Role::Operator).await, file, line).await, Err(Error::Forbidden)));
        assert!(matches!(not_repeated(&t, &staff, file, line + 1).await, Err(Error::NotFound)));
        not_repeated(&t, &staff, file, line).await.unwrap();
        assert!(matches!(not_repeated(&t, &staff, file, line).await, Err(Error::Overtaken(_))));
        let waiting = list(&t, &staff, 1).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].suggestions[0].bill, waiting[0].suggestions[0].same_document()), (1, bill, true));
        assert!(matches!(allocate(&t, &staff, waiting[0].id, bill, "comprovante").await.unwrap(), Allocated::Done(_)));
        assert_eq!(t.bill_now(bill).await.0, Money::cents(-52_347), "paid twice, and theirs");
        // Nor of money whose slip is not known.
        let strange = Title { number: "77".into(), document: "?".into(), ..title.clone() };
        apply(&t, &File::of(&t, 4, vec![strange.clone(), strange.clone()])).await.unwrap();
        let report = apply(&t, &File::of(&t, 5, vec![strange.clone(), Title { paid: 1, ..strange }])).await.unwrap();
        assert_eq!((report.count(Outcome::Repeated), report.count(Outcome::Unidentified), t.count("unidentified_payments").await), (1, 1, 4));
        // Of another day it is one.
        let report = apply(&t, &File::of(&t, 6, vec![Title { on: title.on - Days::new(1), ..title }])).await.unwrap();
        assert_eq!((report.count(Outcome::Duplicate), t.bill_now(bill).await.0), (1, Money::cents(-104_694)));
        t.is_whole().await;
    }

    async fn a_watched_folder_applies_what_it_gets_in_the_banks_order(t: TestServer) {
        let (bill, _, first) = a_title(&t, t.a_person().await, -5).await;
        let (other, _, second) = a_title(&t, t.a_person().await, -5).await;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        let at = |name: &str| folder.path().join(name).exists();
        let look = async || reconciliation::look(&t, folder.path(), Duration::ZERO).await.unwrap();
        // By their names they would come the other way round.
        put("b.ret", &File::of(&t, 1, vec![first.clone()]).bytes());
        put("a.ret", &File::of(&t, 2, vec![second]).bytes());
        put("c.ret", b"nada");
        put("d.ret.part", b"on its way");
        put(".e", b"hidden");
        assert_eq!(look().await, (2, 1));
        assert_eq!((t.bill_now(bill).await.0, t.bill_now(other).await.0), (Money::ZERO, Money::ZERO));
        assert!(at("applied/a.ret") && at("applied/b.ret") && at("refused/c.ret") && at("d.ret.part") && at(".e"));
        assert_eq!(std::fs::read_to_string(folder.path().join("refused/c.ret.txt")).unwrap().lines().count(), 1);
        // As it came, for those who see to money; the look is recorded.
        let (id,) = sql!(t.db.read().await.unwrap(), one (Uuid,): "select id from return_files where name = 'b.ret'").unwrap();
        let staff = t.staff(Role::Receivables).await;
        let mut kept = reconciliation::original(&t, &staff, id).await.unwrap();
        let mut bytes = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut kept.file, &mut bytes).await.unwrap();
        assert_eq!((bytes, kept.name.as_str()), (File::of(&t, 1, vec![first.clone()]).bytes(), "b.ret"));
        assert!(matches!(reconciliation::original(&t, &t.staff(Role::Legal).await, id).await, Err(Error::Forbidden)));
        assert!(matches!(reconciliation::original(&t, &staff, Uuid::now_v7()).await, Err(Error::NotFound)));
        assert_eq!(number(&t, "select count(*) from audit_events where action = 'reconciliation.fetch'").await, 1);
        // The same again, under the same name: nothing twice, and nothing is written over.
        put("b.ret", &File::of(&t, 1, vec![first]).bytes());
        put("c.ret", b"nada");
        assert_eq!((look().await, t.count("payments").await), ((0, 1), 2));
        assert_eq!(std::fs::read_dir(folder.path().join("applied")).unwrap().count(), 3);
        assert_eq!(std::fs::read_dir(folder.path().join("refused")).unwrap().count(), 4);
        // What is still being written waits.
        put("f.ret", b"nada");
        assert_eq!(reconciliation::look(&t, folder.path(), Duration::from_secs(10)).await.unwrap(), (0, 0));
        let told = reconciliation::refused(&t, &t.staff(Role::Receivables).await).await.unwrap();
        assert_eq!((told.len(), told[0].name.as_str()), (2, "c.ret"));
        assert!(matches!(reconciliation::refused(&t, &t.staff(Role::Legal).await).await, Err(Error::Forbidden)));
        t.is_whole().await;
    }

    async fn what_the_bank_takes_can_be_paid_and_what_it_does_not_take_cannot(t: TestServer) {
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let (old_bill, old, first) = a_title(&t, person, -5).await;
        // A newer slip of the same bill, and one of another, that the bank does not know yet.
        let newer = t.a_slip_unregistered(old_bill).await;
        let new_bill = t.a_bill(person, Money::cents(8_000), -9).await;
        let refused = t.a_slip_unregistered(new_bill).await;
        let of = async |slip| Title { paid: 0, fee: 0, ..title(&t, slip).await };
        assert_eq!(slip_state(&t, newer).await, ("pending".into(), false));
        let shown = slips::payable(&t, &customer, t.clock.today()).await.unwrap();
        assert!(shown.iter().any(|bill| bill.id == new_bill && matches!(bill.situation, Situation::NoSlip)), "nobody sees it");
        let told = vec![Title { code: "02", ..of(newer).await }, Title { code: "03", ..of(refused).await }];
        let report = apply(&t, &File::of(&t, 1, told.clone())).await.unwrap();
        assert_eq!((report.count(Outcome::Registered), report.count(Outcome::Rejected)), (1, 1));
        assert!(matches!(&report.warnings[..], [Warning::Line { outcome: Outcome::Rejected, motives, .. }] if !motives.is_empty()), "{report:?}");
        assert_eq!(slip_state(&t, newer).await, ("registered".into(), true));
        assert_eq!(slip_state(&t, old).await, ("replaced".into(), false));
        assert_eq!(slip_state(&t, refused).await, ("rejected".into(), false));
        // Told again, nothing changes; paid with the old one, the bank is to be told of the other.
        apply(&t, &File::of(&t, 2, told)).await.unwrap();
        assert_eq!(slip_state(&t, newer).await, ("registered".into(), true));
        let report = apply(&t, &File::of(&t, 3, vec![first])).await.unwrap();
        assert_eq!((last_outcome(&t).await.0.as_str(), t.bill_now(old_bill).await.0), ("superseded", Money::ZERO));
        assert!(matches!(&report.warnings[..], [Warning::StillOpen { .. }]), "{report:?}");
        // Registered and paid by one file, though it was refused before.
        let paid = title(&t, refused).await;
        apply(&t, &File::of(&t, 4, vec![Title { code: "02", paid: 0, fee: 0, ..paid.clone() }, paid])).await.unwrap();
        assert_eq!((t.bill_now(new_bill).await.0, slip_state(&t, refused).await), (Money::ZERO, ("paid".into(), false)));
        t.is_whole().await;
    }

    async fn charges_that_were_not_paid_stay_open(t: TestServer) {
        let person = t.a_person().await;
        let (bill, _, title) = a_title(&t, person, 37).await;
        apply(&t, &File::of(&t, 1, vec![title.clone()])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "partial");
        let (left, standing) = t.bill_now(bill).await;
        // R$ 10,47 of fine and some 6 of interest, less on a holiday's grace.
        assert!((1_600..1_720).contains(&left.as_cents()) && standing == "open", "{left}");
        // They are all that is to be paid, today and in two months: no fine comes upon them, no interest.
        let customer = t.signed_in(person).await;
        let later = t.clock.today() + Days::new(60);
        let calculation = bills::calculation(&t, &customer, bill, later).await.unwrap().calculation.unwrap();
        assert_eq!((calculation.charges(), calculation.total, calculation.posted.unwrap().open), (Money::ZERO, left, left));
        let home = bills::overview(&t, &customer).await.unwrap();
        assert_eq!((home.to_pay, home.fine, home.interest), (left, Money::ZERO, Money::ZERO));
        let shown = server::statement::load(&t, &customer, &Filter::default()).await.unwrap();
        assert_eq!((shown.charges, shown.bills[0].charges), (Money::ZERO, Money::ZERO));
        // The bank takes the payment back: as if it had never come.
        apply(&t, &File::of(&t, 2, vec![Title { code: "44", ..title.clone() }])).await.unwrap();
        let calculation = bills::calculation(&t, &customer, bill, t.clock.today()).await.unwrap().calculation.unwrap();
        assert_eq!((calculation.posted, calculation.fine.amount, calculation.charges()), (None, Money::cents(1_047), left));
        // All in one file: taken back and paid anew, charges included.
        let again = vec![title.clone(), Title { code: "44", ..title.clone() }, Title { paid: title.paid + left.as_cents(), ..title }];
        let report = apply(&t, &File::of(&t, 3, again)).await.unwrap();
        assert_eq!((report.count(Outcome::Cancelled), t.bill_now(bill).await.0), (1, Money::ZERO));
        t.is_whole().await;
    }

    async fn what_is_left_of_a_late_bill_goes_on_from_its_payment(t: TestServer) {
        let person = t.a_person().await;
        let (bill, _, title) = a_title(&t, person, 37).await;
        // R$ 200,00 came, and the bank says that its charges are among them.
        apply(&t, &File::of(&t, 1, vec![Title { paid: 20_000, interest: 1_600, ..title.clone() }])).await.unwrap();
        let left = t.bill_now(bill).await.0;
        let customer = t.signed_in(person).await;
        let at = async |days| {
            let on = t.clock.today() + Days::new(days);
            bills::calculation(&t, &customer, bill, on).await.unwrap().calculation.unwrap()
        };
        let (today, later) = (at(0).await, at(30).await);
        assert_eq!((today.total, later.fine.amount, later.interest.base), (left, Money::ZERO, left));
        assert_eq!((later.interest.amount, later.days), (Money::cents((left.as_cents() + 50) / 100), 30));
        // The same when a plan is asked for, and when the rest comes with the next file.
        let offer = agreements::offer(&t, &customer, &[]).await.unwrap();
        assert_eq!(offer.bills.iter().map(|offered| offered.calculation.total).sum::<Money>(), left);
        let report = apply(&t, &File::of(&t, 2, vec![Title { paid: left.as_cents(), ..title }])).await.unwrap();
        assert_eq!((t.bill_now(bill).await.0, report.count(Outcome::Repeated)), (Money::ZERO, 0));
        t.is_whole().await;
    }

    async fn a_slip_of_several_bills_pays_them_in_order(t: TestServer) {
        let person = t.a_person().await;
        let (a, b) = (t.a_bill(person, Money::cents(10_000), -5).await, t.a_bill(person, Money::cents(20_000), -5).await);
        let slip = t.a_slip_of(&[a, b], t.clock.today() + Days::new(30)).await;
        let title = title(&t, slip).await;
        apply(&t, &File::of(&t, 1, vec![Title { paid: 25_000, ..title }])).await.unwrap();
        assert_eq!((t.bill_now(a).await.0, t.bill_now(b).await.0), (Money::ZERO, Money::cents(5_000)));
        assert_eq!(last_outcome(&t).await.0, "partial");
        t.is_whole().await;
    }

    async fn a_bill_in_an_agreement_is_for_staff(t: TestServer) {
        let (bill, _, title) = a_title(&t, t.a_person().await, -5).await;
        let mut conn = t.db.read().await.unwrap();
        let (customer,) = sql!(conn, one (Uuid,): "select customer_id from bills where id = $1", bill.0).unwrap();
        drop(conn);
        t.posted(customer.into(), Some(bill), EntryKind::ToAgreement, Money::cents(-52_347), t.clock.today()).await;
        change(&t, "update bills set standing = 'in_agreement' where id = $1", bill.0).await;
        let report = apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!((report.count(Outcome::InAgreement), report.warnings.len()), (1, 1));
        assert_eq!(t.bill_now(bill).await, (Money::cents(-52_347), "in_agreement".into()));
    }

    async fn money_that_waits_is_laid_on_a_bill_by_staff(t: TestServer) {
        let person = t.a_person().await;
        let (small, _, title) = a_title(&t, person, -3).await;
        let large = t.a_bill(person, Money::cents(300_000), -3).await;
        let strange = |number: &str, amount: i64| Title {
            number: number.into(), document: String::new(), amount, paid: amount, fee: 0, ..title.clone()
        };
        apply(&t, &File::of(&t, 1, vec![strange("881", 52_347), strange("882", 300_000), strange("883", 7)])).await.unwrap();
        let (ana, bia) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let waiting = list(&t, &ana, 1).await.unwrap();
        assert_eq!(waiting.iter().map(|money| money.amount.as_cents()).collect::<Vec<_>>(), [52_347, 300_000, 7]);
        assert_eq!(waiting[0].suggestions.iter().map(|s| (s.bill, s.same_document())).collect::<Vec<_>>(), [(small, false)]);
        assert_eq!(waiting[1].suggestions.iter().map(|s| s.bill).collect::<Vec<_>>(), [large]);
        assert!(waiting[2].suggestions.is_empty());

        // A small amount at once, with a reason.
        assert!(matches!(allocate(&t, &ana, waiting[0].id, small, " ").await, Err(Error::Form(_))));
        assert!(matches!(allocate(&t, &ana, waiting[0].id, BillId(Uuid::now_v7()), "x").await, Err(Error::NotFound)));
        assert!(matches!(allocate(&t, &ana, waiting[0].id, small, "Extrato do banco").await, Ok(Allocated::Done(_))));
        assert_eq!(t.bill_now(small).await, (Money::ZERO, "settled".into()));
        assert!(matches!(allocate(&t, &ana, waiting[0].id, small, "de novo").await, Err(Error::Overtaken(_))));

        // A large one by two persons, and within the limit of who approves.
        assert_eq!(allocate(&t, &bia, waiting[1].id, large, "Comprovante").await.unwrap(), Allocated::Prepared);
        assert_eq!(t.bill_now(large).await.0, Money::cents(300_000));
        assert!(matches!(approve(&t, &bia, waiting[1].id).await, Err(Error::Refused("prepared_by_you"))));
        assert!(matches!(approve(&t, &ana, waiting[1].id).await, Err(Error::Refused("above_your_limit"))));
        assert!(matches!(allocate(&t, &ana, waiting[1].id, small, "x").await, Err(Error::Overtaken(_))));
        let prepared = list(&t, &ana, 1).await.unwrap();
        assert_eq!((prepared.len(), prepared[0].prepared_by(), prepared[0].note.as_str()), (2, Some(bia.id()), "Comprovante"));
        // A bill that is not suggested is found by its number.
        let known = prepared[0].bill_number.clone().unwrap();
        assert_eq!(numbered(&t, &ana, &format!(" {known} ")).await.unwrap(), large);
        assert!(matches!(numbered(&t, &ana, "?").await, Err(Error::Form(_))));
        send_back(&t, &ana, waiting[1].id).await.unwrap();
        assert!(matches!(send_back(&t, &ana, waiting[1].id).await, Err(Error::Overtaken(_))));
        assert_eq!(allocate(&t, &ana, waiting[1].id, large, "Comprovante").await.unwrap(), Allocated::Prepared);
        // Both at once: one of them.
        let other = t.staff(Role::Supervisor).await;
        let (one, two) = tokio::join!(approve(&t, &bia, waiting[1].id), approve(&t, &other, waiting[1].id));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(t.bill_now(large).await, (Money::ZERO, "settled".into()));
        assert_eq!(list(&t, &ana, 1).await.unwrap().len(), 1);
        assert_eq!(number(&t, "select count(*) from audit_events where action like 'reconciliation.%' and customer_id is not null").await, 5);
        nothing_lost_or_doubled(&t, Money::cents(352_354)).await;
        t.is_whole().await;
    }

    async fn several_at_one_file_share_it(t: TestServer) {
        let file = many(&t, 4_500).await;
        let said: i64 = file.titles.iter().map(|title| title.paid).sum();
        let bytes = file.bytes();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (server, bytes) = (t.server.clone(), bytes.clone());
            tasks.spawn(async move { apply_bytes(&server, bytes).await });
        }
        for result in tasks.join_all().await {
            match result {
                Ok(report) => assert_eq!(report.count(Outcome::Settled), 4_500),
                Err(refused) => assert!(matches!(refused, Refused::AppliedBefore { .. }), "{refused}"),
            }
        }
        assert_eq!((t.count("payments").await, t.count("return_lines").await), (4_500, 4_500));
        assert_eq!(number(&t, "select count(*) from audit_events where action = 'reconciliation.apply'").await, 1);
        nothing_lost_or_doubled(&t, Money::cents(said)).await;
        t.is_whole().await;
    }

    async fn whoever_is_killed_loses_and_doubles_nothing(t: TestServer) {
        let file = many(&t, 6_500).await;
        let said: i64 = file.titles.iter().map(|title| title.paid).sum();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("retorno.ret");
        std::fs::write(&path, file.bytes()).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        let mut killed = 0;
        for round in 0..40u64 {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "reconciliation::the_one_that_is_killed"])
                .env("EMDIA_KILL_DATABASE", &t.config.database)
                .env("EMDIA_KILL_FILE", &path)
                .env("EMDIA_KILL_FILES", t.config.files.to_string())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            // Some when they have hardly begun, the others in the midst of the batch after one that is done: whatever the
            // machine's pace, more than one process is needed.
            let begun = Instant::now();
            let before = position(&t).await;
            while child.try_wait().unwrap().is_none() {
                let hardly_begun = round % 3 == 0 && begun.elapsed() > Duration::from_millis(20 + round * 37 % 150);
                if hardly_begun || position(&t).await > before.max(0) {
                    child.kill().unwrap();
                    killed += 1;
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            child.wait().unwrap();
            let position = position(&t).await;
            seen.insert(position);
            // Whatever moment it was: so many lines as it says, and every balance the sum of its entries.
            assert_eq!(t.count("return_lines").await, position.max(0));
            assert_eq!(ledger::verify(&t).await.unwrap(), []);
            if position == 6_500 {
                break;
            }
        }
        assert!(killed >= 2, "{killed} {seen:?}");
        match apply_bytes(&t, file.bytes()).await {
            Ok(report) => assert_eq!(report.count(Outcome::Settled), 6_500),
            Err(refused) => assert!(matches!(refused, Refused::AppliedBefore { .. }), "{refused}"),
        }
        assert_eq!((t.count("payments").await, t.count("return_lines").await), (6_500, 6_500));
        nothing_lost_or_doubled(&t, Money::cents(said)).await;
        t.is_whole().await;
    }

    async fn sample_files_come_to_their_sums(t: TestServer) {
        let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../src/vectors");
        let (mut applied, mut refused) = (Vec::new(), Vec::new());
        let text = std::fs::read_to_string(folder.join("cnab_files.csv")).unwrap();
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        for row in csv.records() {
            let row = row.unwrap();
            let bytes = std::fs::read(folder.join("cnab").join(&row[0])).unwrap();
            let file = read_return(&bytes).unwrap();
            // The company of the sample becomes ours; Caixa has its code in a place of its own, some have none.
            let code = file.header.agreement.as_deref().map(str::to_owned).unwrap_or_else(|| if &row[5] == "104" { String::from_utf8_lossy(&bytes[58..70]).into() } else { String::new() });
            let mut tx = t.db.write().await.unwrap();
            sql!(tx, execute: "delete from bank_agreements where external_id = $1", format!("sample {}", &row[0])).unwrap();
            sql!(tx, execute: "insert into bank_agreements (id, external_id, bank_code, bank_name, branch, beneficiary_code, carteira, payment_place, own_drawing)
                 values ($1, $2, $3, '', '', $4, '', '', $5)",
                Uuid::now_v7(), format!("sample {}", &row[0]), file.header.bank.as_str(), code, true).unwrap();
            tx.commit().await.unwrap();
            let before = traces(&t).await;
            let options = Options { late: true };
            match reconciliation::apply(&t, Hand::Terminal, &row[0], bytes, options, |_, _| {}).await {
                Ok(report) => {
                    let fees = if file.events.iter().any(|event| event.paid_is_net) {
                        file.events.iter().filter(|event| event.paid.is_some_and(Money::is_positive)).filter_map(|event| event.fee).sum()
                    } else {
                        Money::ZERO
                    };
                    assert_eq!(report.events.to_string(), row[6], "{row:?}");
                    assert_eq!((report.paid - fees).as_cents().to_string(), row[8], "{row:?}");
                    assert_eq!(report.counts.iter().map(|(_, _, paid)| *paid).sum::<Money>(), report.paid);
                    assert_eq!(report.counts.iter().map(|(_, count, _)| count).sum::<i64>(), i64::from(report.events));
                    applied.push(row[0].to_owned());
                }
                Err(why) => {
                    assert_eq!(traces(&t).await, before, "{why}");
                    refused.push(format!("{}: {}", &row[0], why.told(Locale::PtBr, t.config.time_zone)));
                }
            }
        }
        // Samples that others cut by hand for their tests are refused, with the reason.
        assert_eq!((applied.len(), refused.len()), (17, 8), "{applied:#?}\n{refused:#?}");
        nothing_lost_or_doubled(&t, Money::cents(number(&t, "select cast(sum(amount) as bigint) from unidentified_payments").await)).await;
        t.is_whole().await;
    }
}

/// How far the only file is; -1 before it is taken.
async fn position(t: &TestServer) -> i64 {
    number(t, "select cast(coalesce(max(position), -1) as bigint) from return_files").await
}

/// A child of `whoever_is_killed_loses_and_doubles_nothing`: applies a file until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by another test"]
async fn the_one_that_is_killed() {
    let said = ["EMDIA_KILL_DATABASE", "EMDIA_KILL_FILE", "EMDIA_KILL_FILES"].map(std::env::var);
    let [Ok(database), Ok(file), Ok(files)] = said else { return };
    let server = another(database, files).await;
    apply_bytes(&server, std::fs::read(file).unwrap()).await.unwrap();
}

async fn another(database: String, files: String) -> Server {
    let config = Sources::default()
        .set("test", "database", database)
        .set("test", "files", files)
        .set("test", "secret_key", server::sealing::Keys::generate())
        .set("test", "demo", "true".into())
        .build()
        .unwrap();
    Server::open(config).await.unwrap()
}

/// So many bills with their slips, and a file that pays them all.
async fn many(t: &TestServer, count: usize) -> File {
    let customer = t.a_person().await;
    let contract = t.a_contract(customer).await;
    let due = t.clock.today() + Days::new(3);
    let titles = put_many(t, customer.0, contract.0, due, count).await.unwrap();
    File::of(t, 7, titles)
}

async fn put_many(t: &TestServer, customer: Uuid, contract: Uuid, due: NaiveDate, count: usize) -> Result<Vec<Title>, Error> {
    let all: Vec<(usize, Uuid, Uuid, i64)> =
        (0..count).map(|at| (at, Uuid::now_v7(), Uuid::now_v7(), 10_000 + i64::try_from(at % 977).unwrap())).collect();
    let (now, today) = (t.clock.now(), t.clock.today());
    let mut tx = t.db.write().await?;
    let (agreement,) = sql!(tx, one (Uuid,): "select id from bank_agreements where external_id = 'main'")?;
    let number = |at: usize| format!("{}", 12_387_981_000_000_000 + at);
    rows!(
        tx,
        "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing)",
        all,
        |row| [
            row.1,
            format!("M{}", row.0),
            customer,
            contract,
            format!("{:06}", row.0),
            "monthly",
            "2026-11",
            "",
            today,
            due,
            row.3,
            row.3,
            "open"
        ],
        ""
    );
    rows!(
        tx,
        "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, source, note)",
        all,
        |row| [Uuid::now_v7(), customer, row.1, "charge", row.3, today, now, format!("bill/M{}", row.0), ""],
        ""
    );
    rows!(
        tx,
        "insert into slips (id, external_id, customer_id, bank_agreement_id, nosso_numero, document_number, barcode, amount, issued_on, due_on, limit_on, state, instructions)",
        all,
        |row| [
            row.2,
            format!("SM{}", row.0),
            customer,
            agreement,
            number(row.0),
            format!("DM{}", row.0),
            format!("{:044}", row.0),
            row.3,
            today,
            due,
            due,
            "registered",
            ""
        ],
        ""
    );
    rows!(tx, "insert into slip_bills (slip_id, bill_id, payable)", all, |row| [row.2, row.1, true], "");
    tx.commit().await?;
    Ok(all
        .iter()
        .map(|row| Title {
            number: number(row.0),
            code: "06",
            document: format!("DM{}", row.0),
            company_use: String::new(),
            due: Some(due),
            amount: row.3,
            paid: row.3,
            interest: 0,
            discount: 0,
            fee: 195,
            on: today,
            credited_on: today + Days::new(1),
        })
        .collect())
}

/// How fast, and in how much memory: `cargo test --release -p server reconciliation::a_hundred_thousand_lines -- --ignored --nocapture`.
/// The goal: 100,000 lines in less than 20 seconds on either database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_thousand_lines() {
    // In a process of its own, so that its memory is the program's and not that of making the data.
    if let (Ok(database), Ok(file)) = (std::env::var("EMDIA_MEASURED_DATABASE"), std::env::var("EMDIA_MEASURED_FILE")) {
        let files = tempfile::tempdir().unwrap();
        let server = another(database, files.path().display().to_string()).await;
        let bytes = std::fs::read(file).unwrap();
        let before = memory("VmRSS");
        let started = Instant::now();
        let report = apply_bytes(&server, bytes).await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{} lines, {} titles in {seconds:.2} s: {:.0} lines/s; {before} MB before, {} MB at most",
            report.lines,
            report.events,
            f64::from(report.lines) / seconds,
            memory("VmHWM")
        );
        assert_eq!(report.count(Outcome::Settled), i64::from(report.events));
        return;
    }
    let titles = std::env::var("EMDIA_TITLES").ok().and_then(|count| count.parse().ok()).unwrap_or(50_000);
    for t in [Some(TestServer::sqlite().await), TestServer::postgres().await].into_iter().flatten() {
        let file = many(&t, titles).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("retorno.ret");
        std::fs::write(&path, file.bytes()).unwrap();
        println!("{}", t.config.database.split(':').next().unwrap());
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "reconciliation::a_hundred_thousand_lines", "--nocapture"])
            .env("EMDIA_MEASURED_DATABASE", &t.config.database)
            .env("EMDIA_MEASURED_FILE", &path)
            .status()
            .unwrap();
        assert!(child.success());
        nothing_lost_or_doubled(&t, Money::cents(file.titles.iter().map(|title| title.paid).sum())).await;
        t.is_whole().await;
    }
}

/// Megabytes, from the kernel.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}
