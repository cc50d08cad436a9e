use std::time::Instant;

use domain::actors::Role;
use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};
use server::demo::{self, Logins, Story};
use server::error::Error;
use server::sessions::{self, Actors, Customer};
use server::testing::TestServer;
use server::{agreements, audit, authenticity, bills, documents, ledger, on_both_databases, refunds, requests, sign_in, slips, sql};

/// The demonstration needs a database with nothing in it.
async fn emptied(t: &TestServer) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "delete from bank_agreements").unwrap();
    sql!(tx, execute: "delete from creditor").unwrap();
    tx.commit().await.unwrap();
}

async fn made(t: &TestServer) -> Logins {
    emptied(t).await;
    assert!(demo::create(t, 7, 1, |_| {}).await.unwrap());
    demo::logins(t).await.unwrap()
}

fn tax_id(logins: &Logins, story: Story) -> String {
    logins.customers.iter().find(|login| login.story == story).unwrap().tax_id.clone()
}

/// Signs in by the front door.
async fn enter(t: &TestServer, logins: &Logins, story: Story) -> Customer {
    let form = SignInForm { tax_id: tax_id(logins, story) };
    let id = sign_in::start(t, &t.visit(), &form).await.unwrap();
    let code = t.code().await;
    let token = sign_in::finish(t, &t.visit(), id, &CodeForm { code }).await.unwrap();
    match sessions::find(t, &token.0).await.unwrap().unwrap().actors {
        Actors::Customer(customer) => customer,
        Actors::Staff(_) => panic!("staff"),
    }
}

async fn pairs(t: &TestServer, text: &'static str) -> Vec<(String, i64)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, i64): text).unwrap()
}

on_both_databases! {
    async fn it_is_whole_and_made_once(t: TestServer) {
        let begun = Instant::now();
        let logins = made(&t).await;
        eprintln!("made in {} ms", begun.elapsed().as_millis());
        let counts = "select 'customers', count(*) from customers union all select 'bills', count(*) from bills";
        let before = pairs(&t, counts).await;
        assert_eq!(before[0].1, 512);
        assert!(before[1].1 > 12_000, "{before:?}");
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
        assert!(matches!(audit::verify(&mut t.db.read().await.unwrap()).await.unwrap(), audit::Chain::Whole { .. }));
        assert!(!demo::create(&t, 8, 3, |_| {}).await.unwrap());
        assert_eq!(pairs(&t, counts).await, before);

        // One company has 5,000 bills, less those that are not issued yet; some companies have letters in their CNPJ.
        let mut conn = t.db.read().await.unwrap();
        let (many,) = sql!(conn, one (i64,): "select count(*) from bills b join customers c on c.id = b.customer_id where c.external_id = 'VS-E01'").unwrap();
        assert!((4_600..=5_000).contains(&many), "{many}");
        assert!(tax_id(&logins, Story::ManyBills).contains('/'));
        let tax_ids = sql!(conn, all (String,): "select tax_id from customers where external_id like 'VS-E%'").unwrap();
        assert!(tax_ids.iter().any(|(id,)| id.bytes().any(|b| b.is_ascii_uppercase())));
        drop(conn);

        // Every age of arrears, every kind of contract, every way a credit comes about.
        let today = t.clock.today();
        for (from, to) in [(1, 30), (31, 60), (61, 90), (91, 180), (181, 365), (366, 4_000)] {
            let mut conn = t.db.read().await.unwrap();
            let (open,) = sql!(conn, one (i64,): "select count(*) from bills where balance > 0 and due_on between $1 and $2",
                today - chrono::Days::new(to), today - chrono::Days::new(from)).unwrap();
            assert!(open > 0, "{from} to {to} days late");
        }
        let kinds = pairs(&t, "select kind, count(*) from contracts group by kind order by kind").await;
        assert_eq!(kinds.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["business", "family", "individual"]);
        assert!(pairs(&t, "select 'credits', count(*) from bills where balance < 0").await[0].1 >= 8);
    }

    async fn requests_are_in_every_state(t: TestServer) {
        made(&t).await;
        let kinds = pairs(&t, "select kind, count(*) from requests group by kind order by kind").await;
        let kinds: Vec<_> = kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        assert_eq!(kinds, [("dispute", 2), ("plan", 9), ("question", 2), ("receipt", 7), ("refund", 2), ("slip", 8)]);
        let states = pairs(&t, "select status, count(*) from requests group by status order by status").await;
        let states: Vec<_> = states.iter().map(|(state, _)| state.as_str()).collect();
        assert_eq!(states, ["approved", "done", "in_review", "prepared", "received", "refused", "waiting_customer", "withdrawn"]);
        let agreements = pairs(&t, "select status, count(*) from agreements group by status order by status").await;
        assert_eq!(agreements, [("active".to_owned(), 4), ("broken".to_owned(), 1), ("cancelled".to_owned(), 3), ("requested".to_owned(), 1)]);
        let staff = t.staff(Role::Operator).await;
        let filter = domain::requests::queue::Filter::default();
        assert!(requests::queue::count(&t, &staff, &filter).await.unwrap() >= 10);
    }

    async fn the_tour_shows_what_it_says(t: TestServer) {
        let logins = made(&t).await;
        let today = t.clock.today();

        let late = enter(&t, &logins, Story::InArrears).await;
        let overview = bills::overview(&t, &late).await.unwrap();
        assert!(overview.late >= 3 && overview.to_pay > overview.principal);
        assert!(!overview.notices.is_empty());

        let twice = enter(&t, &logins, Story::PaidTwice).await;
        let credits = refunds::credits(&t, &twice).await.unwrap();
        assert_eq!(credits.offers[0].credit.origin, domain::statement::CreditOrigin::Duplicate);

        let past = enter(&t, &logins, Story::PastLimit).await;
        let payable = slips::payable(&t, &past, today).await.unwrap();
        assert!(payable.iter().any(|bill| matches!(bill.situation, slips::Situation::PastLimit { .. })), "{payable:?}");

        let acting = enter(&t, &logins, Story::ActsForOthers).await;
        assert_eq!(sessions::represented(&t, &acting).await.unwrap().len(), 4);

        let calm = enter(&t, &logins, Story::UpToDate).await;
        assert_eq!(bills::overview(&t, &calm).await.unwrap().late, 0);
        assert_eq!(documents::list(&t, &calm, &documents::Filter::default()).await.unwrap().documents.len(), 1);

        let agreed = enter(&t, &logins, Story::InAgreement).await;
        assert_eq!(agreements::list(&t, &agreed).await.unwrap().len(), 1);

        let company = enter(&t, &logins, Story::ManyBills).await;
        let slip = slips::payable(&t, &company, today).await.unwrap();
        assert!(!slip.is_empty());
        assert!(documents::list(&t, &company, &documents::Filter::default()).await.unwrap().documents.len() >= 8);

        // The bank's lines and codes are ours, and say so to anybody who asks.
        let mut conn = t.db.read().await.unwrap();
        let (bars, emv) = sql!(conn, one (String, String): "select barcode, emv from slips where emv is not null and state = 'registered' and limit_on >= $1 limit 1", today).unwrap();
        drop(conn);
        for code in [bars, emv] {
            let answer = authenticity::check(&t, &t.visit(), &code).await.unwrap();
            assert_eq!(answer, authenticity::Answer::OursPayable, "{code}");
        }
    }

    async fn agreements_that_are_not_kept_can_be_seen(t: TestServer) {
        made(&t).await;
        let board = agreements::board(&t, &t.staff(Role::Operator).await).await.unwrap();
        assert_eq!((board.warned.len(), board.broken.len()), (1, 1), "{board:?}");
        assert!(!board.late.is_empty());
        assert!(board.warned[0].cure_until.unwrap() >= t.clock.today() && board.broken[0].open.is_positive());
    }

    async fn the_staff_can_sign_in(t: TestServer) {
        let logins = made(&t).await;
        let roles: Vec<Role> = logins.staff.iter().map(|login| login.role).collect();
        assert_eq!(roles, [Role::Operator, Role::Operator, Role::Receivables, Role::Supervisor, Role::Legal, Role::Administrator]);
        for login in &logins.staff {
            let step = t.clock.now().timestamp() / 30;
            let code = sign_in::totp(&unbase32(&login.totp_secret), step);
            let form = StaffSignInForm { email: login.email.clone(), password: login.password.clone(), code };
            sign_in::staff(&t, &t.visit(), &form).await.unwrap();
        }
    }

    async fn never_beside_anything_else(t: TestServer) {
        // The test server's own creditor is there.
        assert!(matches!(demo::create(&t, 1, 1, |_| {}).await, Err(Error::Config(_))));
        emptied(&t).await;
        t.a_person().await;
        assert!(matches!(demo::create(&t, 1, 1, |_| {}).await, Err(Error::Config(_))));
    }

    async fn one_that_was_interrupted_is_completed(t: TestServer) {
        emptied(&t).await;
        let broken = tempfile::tempdir().unwrap();
        let blocked = broken.path().join("a file, where a folder should be");
        std::fs::write(&blocked, b"").unwrap();
        let mut hindered = t.server.clone();
        hindered.files = server::files::store::Store::open(&server::files::place::Place::Folder(blocked)).unwrap();
        assert!(demo::create(&hindered, 7, 1, |_| {}).await.is_err());
        let bills = "select 'bills', count(*) from bills where nature <> 'installment'";
        let before = pairs(&t, bills).await;
        // Another day, another seed: it is still the same demonstration.
        t.clock.advance(chrono::TimeDelta::days(40));
        assert!(demo::create(&t, 8, 1, |_| {}).await.unwrap());
        assert_eq!(pairs(&t, bills).await, before);
        assert!(pairs(&t, "select 'requests', count(*) from requests").await[0].1 > 10);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }
}

/// The same seed makes the same people, bills, slips and payments.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deterministic_by_seed() {
    let mut seen = Vec::new();
    for seed in [7, 7, 8] {
        let t = TestServer::sqlite().await;
        emptied(&t).await;
        demo::create(&t, seed, 1, |_| {}).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let mut all = sql!(conn, all (String, String): "select external_id, tax_id || name || coalesce(email, '') || address from customers order by 1").unwrap();
        all.extend(
            sql!(conn, all (String, String): "select external_id, due_on || amount from bills where nature <> 'installment' order by 1")
                .unwrap(),
        );
        all.extend(sql!(conn, all (String, String): "select external_id, barcode || coalesce(emv, '') from slips order by 1").unwrap());
        all.extend(sql!(conn, all (String, String): "select external_id, paid_on || amount || bank_reference from payments where external_id like 'VS-%' order by 1").unwrap());
        seen.push(all);
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

/// Reads base32 as an authenticator does.
fn unbase32(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text
        .bytes()
        .flat_map(|letter| {
            let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
            (0..5).rev().map(move |bit| value >> bit & 1)
        })
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit)).collect()
}
