use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::charges::{Payer, Terms, late_charges};
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::statement::{EntryKind, Standing};
use server::error::Error;
use server::testing::TestServer;
use server::{bills, on_both_databases, policies, sql};

pub(crate) async fn stands(t: &TestServer, bill: BillId, standing: Standing) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update bills set standing = $2 where id = $1", bill.0, standing.as_str()).unwrap();
    tx.commit().await.unwrap();
}

/// A request about some bills, as `requests` would leave it.
pub(crate) async fn asked(t: &TestServer, customer: CustomerId, kind: &str, bills: &[BillId]) -> String {
    let id = uuid::Uuid::now_v7();
    let protocol = format!("{:020}", id.as_u128() % 100_000_000_000_000_000_000);
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "insert into requests (id, protocol, kind, customer_id, person_id, status, amount, submission, opened_at, deadline_on, off_policy, note)
         values ($1, $2, $3, $4, $4, 'received', 0, $1, $5, $6, $7, '')",
        id, protocol.as_str(), kind, customer.0, t.clock.now(), t.clock.today(), false).unwrap();
    for bill in bills {
        sql!(tx, execute: "insert into request_bills (request_id, bill_id) values ($1, $2)", id, bill.0).unwrap();
    }
    tx.commit().await.unwrap();
    protocol
}

pub(crate) fn days_ago(t: &TestServer, days: u64) -> NaiveDate {
    t.clock.today() - Days::new(days)
}

async fn cost(t: &TestServer, amount: Money, due_on: NaiveDate, on: NaiveDate, payer: Payer) -> domain::charges::Calculation {
    let calendar = policies::calendar(&mut t.db.read().await.unwrap()).await.unwrap();
    late_charges(amount, due_on, on, &Terms { payer, ..Terms::default() }, &calendar)
}

on_both_databases! {
    async fn the_home_page_adds_up(t: TestServer) {
        let person = t.a_person().await;
        let late = t.a_bill(person, Money::cents(10_000), 40).await;
        t.a_bill(person, Money::cents(5_000), 0).await;
        let next = t.a_bill(person, Money::cents(7_000), -10).await;
        t.a_bill(person, Money::cents(8_000), -40).await;
        let disputed = t.a_bill(person, Money::cents(3_000), 90).await;
        stands(&t, disputed, Standing::Disputed).await;
        let settled = t.a_bill(person, Money::cents(4_000), 70).await;
        t.posted(person, Some(settled), EntryKind::Payment, Money::cents(-4_000), days_ago(&t, 70)).await;
        t.posted(person, Some(settled), EntryKind::Payment, Money::cents(-4_000), days_ago(&t, 69)).await;
        t.posted(person, None, EntryKind::Credit, Money::cents(-500), days_ago(&t, 1)).await;
        asked(&t, person, "receipt", &[late]).await;
        // Somebody else's bills are nobody's business.
        let other = t.a_person().await;
        t.a_bill(other, Money::cents(99_900), 10).await;
        let customer = t.signed_in(person).await;
        let home = bills::overview(&t, &customer).await.unwrap();
        let expected = cost(&t, Money::cents(10_000), days_ago(&t, 40), t.clock.today(), Payer::Consumer).await;
        assert!(expected.charges().is_positive());
        assert_eq!((home.fine, home.interest), (expected.fine.amount, expected.interest.amount));
        assert_eq!(home.principal, Money::cents(15_000));
        assert_eq!(home.to_pay, Money::cents(15_000) + expected.charges());
        assert_eq!((home.late, home.due_today, home.open), (1, 1, 4));
        assert_eq!(home.next.unwrap().id, next);
        assert_eq!(home.disputed, Money::cents(3_000));
        assert_eq!(home.credits, Money::cents(4_500));
        assert_eq!(home.requests.len(), 1);
        assert_eq!(home.as_of.timestamp() / 60, t.clock.now().timestamp() / 60);
    }

    async fn nobody_owes_before_there_is_a_bill(t: TestServer) {
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let home = bills::overview(&t, &customer).await.unwrap();
        assert_eq!((home.to_pay, home.credits, home.late, home.open), (Money::ZERO, Money::ZERO, 0, 0));
        assert!(home.next.is_none() && home.requests.is_empty() && home.notices.is_empty());
    }

    async fn a_late_bill_opens_into_its_calculation(t: TestServer) {
        let company = t.a_company().await;
        let bill = t.a_bill(company, Money::cents(123_456), 33).await;
        t.posted(company, Some(bill), EntryKind::Payment, Money::cents(-23_456), days_ago(&t, 2)).await;
        let slip = t.a_slip(bill).await;
        let protocol = asked(&t, company, "dispute", &[bill]).await;
        let customer = t.signed_in(company).await;
        let on = t.clock.today() + Days::new(5);
        let detail = bills::calculation(&t, &customer, bill, on).await.unwrap();
        let expected = cost(&t, Money::cents(100_000), days_ago(&t, 33), on, Payer::Company).await;
        assert_eq!(detail.calculation.as_ref(), Some(&expected));
        assert_eq!(detail.terms.version, "2%+1%am");
        assert_eq!(detail.entries.iter().map(|line| line.balance.as_cents()).collect::<Vec<_>>(), [123_456, 100_000]);
        assert_eq!(detail.entries[0].bill_number.as_deref(), Some(detail.bill.number.as_str()));
        assert_eq!(detail.slip.unwrap().id, slip);
        assert_eq!(detail.requests[0].protocol, protocol);
        // Not before today, not for ever.
        let early = bills::calculation(&t, &customer, bill, on - Days::new(300)).await.unwrap();
        assert_eq!(early.calculation.unwrap().on, t.clock.today());
        let far = bills::calculation(&t, &customer, bill, NaiveDate::MAX).await.unwrap();
        assert_eq!(far.calculation.unwrap().on, t.clock.today() + Days::new(365));
    }

    async fn what_cannot_be_paid_by_itself_has_no_calculation(t: TestServer) {
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        for standing in [Standing::Disputed, Standing::InAgreement] {
            let bill = t.a_bill(person, Money::cents(10_000), 40).await;
            stands(&t, bill, standing).await;
            let detail = bills::calculation(&t, &customer, bill, t.clock.today()).await.unwrap();
            assert_eq!((detail.bill.standing, detail.calculation), (standing, None));
        }
        let paid = t.a_bill(person, Money::cents(10_000), 40).await;
        t.posted(person, Some(paid), EntryKind::Payment, Money::cents(-10_000), days_ago(&t, 2)).await;
        assert!(bills::calculation(&t, &customer, paid, t.clock.today()).await.unwrap().calculation.is_none());
    }

    async fn terms_that_are_not_said_cost_nothing(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 40).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update contracts set fine_rate = '', monthly_interest = ''").unwrap();
        tx.commit().await.unwrap();
        let customer = t.signed_in(person).await;
        let detail = bills::calculation(&t, &customer, bill, t.clock.today()).await.unwrap();
        assert_eq!(detail.calculation.unwrap().total, Money::cents(10_000));
        assert_eq!(bills::overview(&t, &customer).await.unwrap().to_pay, Money::cents(10_000));
    }

    async fn somebody_elses_bill_is_not_found(t: TestServer) {
        let (one, other) = (t.a_person().await, t.a_person().await);
        let bill = t.a_bill(other, Money::cents(10_000), 40).await;
        let customer = t.signed_in(one).await;
        assert!(matches!(bills::calculation(&t, &customer, bill, t.clock.today()).await, Err(Error::NotFound)));
        let staff = t.staff(Role::Operator).await;
        bills::calculation_for_staff(&t, &staff, bill, t.clock.today()).await.unwrap();
        let missing = t.id();
        assert!(matches!(bills::calculation_for_staff(&t, &staff, missing, t.clock.today()).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'bills.look' and customer_id = $1", other.0).unwrap();
        assert_eq!(looks, 1);
    }
}
