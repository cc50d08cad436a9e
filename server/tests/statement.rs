use std::collections::HashSet;

use chrono::Days;
use domain::actors::Role;
use domain::ids::{BillId, ContractId, CustomerId};
use domain::money::Money;
use domain::statement::{Age, EntryKind, Shown, Standing};
use server::error::Error;
use server::statement::{self, Filter};
use server::testing::TestServer;
use server::{on_both_databases, sql};
use uuid::Uuid;

use crate::bills::{days_ago, stands};

/// Five thousand bills of one contract, three a day; every hundredth open, the rest paid.
async fn many(t: &TestServer, customer: CustomerId, contract: ContractId) {
    let mut tx = t.db.write().await.unwrap();
    for n in 0..5_000i64 {
        let (id, due_on) = (Uuid::now_v7(), days_ago(t, u64::try_from(n / 3).unwrap()));
        let balance = if n % 100 == 0 { 1_000 } else { 0 };
        let standing = if balance > 0 { Standing::Open } else { Standing::Settled };
        sql!(tx, execute: "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing)
             values ($1, $2, $3, $4, $2, 'monthly', '2026-01', 'Fatura', $5, $6, 1000, $7, $8)",
            id, format!("M{n}"), customer.0, contract.0, due_on - Days::new(20), due_on, balance, standing.as_str()).unwrap();
        sql!(tx, execute: "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, source, note)
             values ($1, $2, $3, 'charge', 1000, $4, $5, $6, '')",
            Uuid::now_v7(), customer.0, id, due_on - Days::new(20), t.clock.now(), format!("m/{n}"))
        .unwrap();
        if balance == 0 {
            sql!(tx, execute: "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, source, note)
                 values ($1, $2, $3, 'payment', -1000, $4, $5, $6, '')",
                Uuid::now_v7(), customer.0, id, due_on, t.clock.now(), format!("p/{n}"))
            .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

async fn walk(t: &TestServer, customer: &server::sessions::Customer, filter: Filter) -> Vec<BillId> {
    let (mut filter, mut all) = (filter, Vec::new());
    loop {
        let page = statement::load(t, customer, &filter).await.unwrap();
        assert!(page.bills.len() <= statement::PAGE);
        all.extend(page.bills.iter().map(|bill| bill.id));
        match page.next {
            // As a URL carries it.
            Some(next) => filter.after = Some(next.to_string().parse().unwrap()),
            None => return all,
        }
    }
}

on_both_databases! {
    async fn every_bill_of_a_company_comes_exactly_once(t: TestServer) {
        let company = t.a_company().await;
        let contract = t.a_contract(company).await;
        many(&t, company, contract).await;
        let customer = t.signed_in(company).await;
        for (shown, expected) in [(Shown::All, 5_000), (Shown::Open, 50), (Shown::Settled, 4_950)] {
            let all = walk(&t, &customer, Filter { shown: Some(shown), ..Filter::default() }).await;
            assert_eq!(all.len(), expected);
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), expected);
        }
        let page = statement::load(&t, &customer, &Filter::default()).await.unwrap();
        assert_eq!(page.position.open(), Money::cents(50_000));
        let csv = statement::csv(&t, &customer, &Filter::default()).await.unwrap();
        assert_eq!(csv.lines().count(), 5_001);

        let (mut after, mut lines) = (None, Vec::new());
        loop {
            let page = statement::ledger(&t, &customer, after).await.unwrap();
            lines.extend(page.lines);
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(lines.len(), 9_950);
        assert_eq!(lines.iter().map(|line| line.id).collect::<HashSet<_>>().len(), 9_950);
        assert_eq!(lines[0].balance, Money::cents(50_000));
        for pair in lines.windows(2) {
            assert_eq!(pair[0].balance - pair[0].amount, pair[1].balance);
        }
        assert_eq!(lines.last().unwrap().balance, lines.last().unwrap().amount);
    }

    async fn filters_narrow_and_totals_follow(t: TestServer) {
        let person = t.a_person().await;
        let late = t.a_bill(person, Money::cents(10_000), 100).await;
        let today = t.a_bill(person, Money::cents(2_000), 0).await;
        let later = t.a_bill(person, Money::cents(3_000), -30).await;
        let paid = t.a_bill(person, Money::cents(4_000), 50).await;
        t.posted(person, Some(paid), EntryKind::Payment, Money::cents(-4_500), days_ago(&t, 50)).await;
        let agreed = t.a_bill(person, Money::cents(6_000), 200).await;
        t.posted(person, Some(agreed), EntryKind::ToAgreement, Money::cents(-6_000), days_ago(&t, 1)).await;
        stands(&t, agreed, Standing::InAgreement).await;
        let slip = t.a_slip(late).await;
        let customer = t.signed_in(person).await;
        let ids = |shown| { let (t, customer) = (&t, &customer); async move { walk(t, customer, Filter { shown: Some(shown), ..Filter::default() }).await } };
        assert_eq!(ids(Shown::All).await, [later, today, paid, late, agreed]);
        assert_eq!(ids(Shown::Open).await, [later, today, late]);
        assert_eq!(ids(Shown::Late).await, [late]);
        assert_eq!(ids(Shown::Settled).await, [paid]);

        let all = statement::load(&t, &customer, &Filter::default()).await.unwrap();
        assert_eq!(all.position.open(), Money::cents(15_000));
        assert_eq!(all.position.by_age.get(&Age::To180), Some(&Money::cents(10_000)));
        assert_eq!(all.credits, Money::cents(500));
        let line = all.bills.iter().find(|bill| bill.id == late).unwrap();
        assert_eq!((line.slip, line.charges), (Some(slip), all.charges));
        assert!(line.days_late >= 97 && line.total() > Money::cents(10_200));
        let mut conn = t.db.read().await.unwrap();
        let (contract,) = sql!(conn, one (Uuid,): "select contract_id from bills where id = $1", today.0).unwrap();
        drop(conn);
        let narrow = statement::load(&t, &customer, &Filter { contract: Some(ContractId(contract)), ..Filter::default() }).await.unwrap();
        assert_eq!((narrow.bills.len(), narrow.position.open()), (1, Money::cents(2_000)));
        let span = Filter { from: Some(days_ago(&t, 60)), to: Some(t.clock.today()), ..Filter::default() };
        assert_eq!(walk(&t, &customer, span).await, [today, paid]);
        assert_eq!(statement::contracts(&t, &customer).await.unwrap().len(), 5);
    }

    async fn the_past_is_read_from_the_ledger(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 100).await;
        t.posted(person, Some(bill), EntryKind::Payment, Money::cents(-4_000), days_ago(&t, 60)).await;
        t.posted(person, Some(bill), EntryKind::Payment, Money::cents(-6_000), days_ago(&t, 20)).await;
        let new = t.a_bill(person, Money::cents(2_000), -1).await;
        let customer = t.signed_in(person).await;
        let at = |days| { let (t, customer) = (&t, &customer); async move {
            statement::load(t, customer, &Filter { as_of: Some(days_ago(t, days)), ..Filter::default() }).await.unwrap()
        } };
        let before = at(70).await;
        assert_eq!((before.position.open(), before.bills.len(), before.past), (Money::cents(10_000), 1, true));
        assert!(before.charges.is_positive() && before.bills[0].charges == before.charges);
        // The day of a payment counts to its end.
        assert_eq!(at(61).await.position.open(), Money::cents(10_000));
        assert_eq!(at(60).await.position.open(), Money::cents(6_000));
        assert_eq!(at(20).await.position.open(), Money::ZERO);
        let open = Filter { shown: Some(Shown::Open), as_of: Some(days_ago(&t, 30)), ..Filter::default() };
        assert_eq!(walk(&t, &customer, open).await, [bill]);
        let before_it_was_issued = at(200).await;
        assert!(before_it_was_issued.bills.is_empty());
        // A day that is not over is now.
        let ahead = statement::load(&t, &customer, &Filter { as_of: Some(t.clock.today() + Days::new(9)), ..Filter::default() }).await.unwrap();
        assert_eq!((ahead.past, ahead.day, ahead.bills[0].id), (false, t.clock.today(), new));
    }

    async fn a_spreadsheet_gets_text_numbers_and_no_formula(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(123_456), -3).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update bills set description = '=HYPERLINK(\"x\";\"y\")', number = '000123' where id = $1", bill.0).unwrap();
        tx.commit().await.unwrap();
        let customer = t.signed_in(person).await;
        let csv = statement::csv(&t, &customer, &Filter::default()).await.unwrap();
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert!(csv.starts_with("\u{feff}Número;Contrato;"));
        assert!(lines[1].contains("\"'=HYPERLINK(\"\"x\"\";\"\"y\"\")\""), "{}", lines[1]);
        assert!(lines[1].starts_with("000123;") && lines[1].contains(";1234,56;1234,56;0;0,00;1234,56;Em aberto"), "{}", lines[1]);
        assert_eq!(lines.len(), 3);
    }

    async fn a_statement_on_paper_is_the_ledger(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 100).await;
        t.posted(person, Some(bill), EntryKind::Payment, Money::cents(-4_000), days_ago(&t, 60)).await;
        let customer = t.signed_in(person).await;
        let whole = statement::pdf(&t, &customer, &Filter::default()).await.unwrap();
        assert!(whole.starts_with(b"%PDF-"));
        assert_eq!(whole, statement::pdf(&t, &customer, &Filter::default()).await.unwrap());
        let part = statement::pdf(&t, &customer, &Filter { from: Some(days_ago(&t, 80)), ..Filter::default() }).await.unwrap();
        assert_ne!(part, whole);
    }

    async fn each_sees_their_own_and_staff_leave_a_trace(t: TestServer) {
        let (one, other) = (t.a_person().await, t.a_person().await);
        let bill = t.a_bill(other, Money::cents(10_000), 5).await;
        let customer = t.signed_in(one).await;
        assert!(statement::load(&t, &customer, &Filter::default()).await.unwrap().bills.is_empty());
        assert!(statement::ledger(&t, &customer, None).await.unwrap().lines.is_empty());
        let staff = t.staff(Role::Legal).await;
        let seen = statement::load_for_staff(&t, &staff, other, &Filter::default()).await.unwrap();
        assert_eq!(seen.bills[0].id, bill);
        assert!(matches!(statement::load_for_staff(&t, &staff, t.id(), &Filter::default()).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'statement.look'").unwrap();
        assert_eq!(looks, 1);
    }
}
