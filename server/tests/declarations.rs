use chrono::{Datelike, NaiveDate, TimeDelta};
use domain::declarations::NotCleared;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::papers::Paper;
use domain::statement::{EntryKind, Standing};
use server::authenticity::{Answer, check};
use server::declarations::{declare, years};
use server::error::Error;
use server::papers::Written;
use server::requests::record;
use server::sessions::Customer;
use server::testing::TestServer;
use server::{agreements, on_both_databases, sql};

use crate::agreements::{plan, submit};
use crate::bills::stands;

/// A bill that fell due in a month of last year.
async fn of_last_year(t: &TestServer, customer: CustomerId, month: u32) -> BillId {
    let today = t.clock.today();
    let due = NaiveDate::from_ymd_opt(today.year() - 1, month, 10).unwrap();
    t.a_bill(customer, Money::cents(50_000), (today - due).num_days()).await
}

async fn last_year(t: &TestServer, customer: &Customer) -> Result<usize, NotCleared> {
    let year = t.clock.today().year() - 1;
    let found = years(t, customer).await.unwrap().into_iter().find(|(of, _)| *of == year).unwrap();
    found.1.map(|cleared| cleared.paid.len())
}

async fn declared(t: &TestServer, customer: &Customer) -> Written {
    declare(t, customer, t.clock.today().year() - 1).await.unwrap()
}

async fn checked(t: &TestServer, code: &str) -> Option<bool> {
    match check(t, &t.visit(), code).await.unwrap() {
        Answer::Document(known) => {
            assert_eq!(known.paper, Paper::Clearance { year: t.clock.today().year() - 1 });
            assert!(known.tax_id.starts_with("***."), "{}", known.tax_id);
            Some(known.holds)
        }
        Answer::NoDocument => None,
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    async fn a_year_is_declared_once_all_of_it_is_paid(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let year = t.clock.today().year() - 1;
        assert!(years(&t, &customer).await.unwrap().is_empty(), "nothing fell due");
        let mut bills = Vec::new();
        for month in [1, 7, 12] {
            bills.push(of_last_year(&t, customer.id(), month).await);
        }
        // What is due this year is of no concern.
        t.a_bill(customer.id(), Money::cents(7_000), -20).await;
        for (paid, bill) in bills.iter().enumerate() {
            assert_eq!(last_year(&t, &customer).await, Err(NotCleared::Open { bills: 3 - u32::try_from(paid).unwrap() }));
            assert!(matches!(declare(&t, &customer, year).await, Err(Error::NotFound)));
            t.a_payment(customer.id(), *bill, Money::cents(50_000), None).await;
        }
        assert_eq!(last_year(&t, &customer).await, Ok(3));
        let first = declared(&t, &customer).await;
        assert!(first.bytes.starts_with(b"%PDF"));
        t.clock.advance(TimeDelta::hours(3));
        let again = declared(&t, &customer).await;
        assert_eq!((again.code, again.bytes), (first.code, first.bytes), "the same, to the byte");
        assert_eq!(t.count("papers").await, 1);
        let (this, next) = (t.clock.today().year(), t.clock.today().year() + 1);
        for year in [this, next, year - 1, 1900, 9999] {
            assert!(matches!(declare(&t, &customer, year).await, Err(Error::NotFound)), "{year}");
        }
        let other = t.signed_in(t.a_person().await).await;
        assert!(matches!(declare(&t, &other, year).await, Err(Error::NotFound)));
        t.is_whole().await;
    }

    async fn a_code_tells_whether_the_document_still_holds(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = of_last_year(&t, customer.id(), 5).await;
        t.a_payment(customer.id(), bill, Money::cents(50_000), None).await;
        let code = declared(&t, &customer).await.code;
        assert_eq!(checked(&t, &code.to_string()).await, Some(true));
        assert_eq!(checked(&t, &code.as_str().to_lowercase()).await, Some(true));
        assert_eq!(checked(&t, "0123-4567-89AB-CDEF").await, None);
        // The bank took the payment back.
        t.posted(customer.id(), Some(bill), EntryKind::Reversal, Money::cents(50_000), t.clock.today()).await;
        assert_eq!(last_year(&t, &customer).await, Err(NotCleared::Open { bills: 1 }));
        assert_eq!(checked(&t, &code.to_string()).await, Some(false));
        t.is_whole().await;
    }

    async fn agreements_disputes_and_what_was_given_up_are_not_payments(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = of_last_year(&t, customer.id(), 3).await;
        let paid = of_last_year(&t, customer.id(), 4).await;
        t.a_payment(customer.id(), paid, Money::cents(50_000), None).await;
        stands(&t, bill, Standing::Disputed).await;
        assert_eq!(last_year(&t, &customer).await, Ok(1), "without the disputed one");
        stands(&t, bill, Standing::Open).await;
        t.posted(customer.id(), Some(bill), EntryKind::ToAgreement, Money::cents(-50_000), t.clock.today()).await;
        stands(&t, bill, Standing::InAgreement).await;
        assert_eq!(last_year(&t, &customer).await, Err(NotCleared::Open { bills: 1 }), "nothing is left on it, but it is not paid");
        t.posted(customer.id(), Some(bill), EntryKind::FromAgreement, Money::cents(50_000), t.clock.today()).await;
        stands(&t, bill, Standing::Open).await;
        t.posted(customer.id(), Some(bill), EntryKind::WriteOff, Money::cents(-50_000), t.clock.today()).await;
        assert_eq!(last_year(&t, &customer).await, Err(NotCleared::Open { bills: 1 }), "given up is not paid");
        t.is_whole().await;
    }

    async fn what_is_older_and_open_is_said(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let older = t.a_bill(customer.id(), Money::cents(1_000), 900).await;
        let bill = of_last_year(&t, customer.id(), 5).await;
        t.a_payment(customer.id(), bill, Money::cents(50_000), None).await;
        let with = declared(&t, &customer).await;
        t.a_payment(customer.id(), older, Money::cents(1_000), None).await;
        let without = declared(&t, &customer).await;
        assert_ne!(with.code, without.code);
        assert_ne!(with.bytes, without.bytes);
        assert_eq!((checked(&t, &with.code.to_string()).await, checked(&t, &without.code.to_string()).await), (Some(true), Some(true)));
        t.is_whole().await;
    }

    async fn an_agreement_that_was_kept_is_a_payment(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let older = t.a_bill(customer.id(), Money::cents(30_000), 900).await;
        let bill = of_last_year(&t, customer.id(), 5).await;
        let (_, protocol) = submit(&t, &customer, &plan(&[older, bill], "200,00", 2)).await;
        assert_eq!(last_year(&t, &customer).await, Err(NotCleared::Open { bills: 1 }), "not yet");
        for _ in 0..2 {
            for line in agreements::find(&t, &customer, &protocol.digits()).await.unwrap().installments {
                let left = Money::cents(line.balance.unwrap());
                if left.is_positive() {
                    t.a_payment(customer.id(), BillId(line.bill_id.unwrap()), left, None).await;
                }
            }
            record::settle(&t).await.unwrap();
        }
        assert_eq!(last_year(&t, &customer).await, Ok(1));
        declared(&t, &customer).await;
        let mut conn = t.db.read().await.unwrap();
        let (earlier,) = sql!(conn, one (String,): "select variant from papers").unwrap();
        assert_eq!(earlier, "0", "what the agreement paid is not open");
        drop(conn);
        t.is_whole().await;
    }

    async fn asked_for_at_once_it_is_one(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = of_last_year(&t, customer.id(), 5).await;
        t.a_payment(customer.id(), bill, Money::cents(50_000), None).await;
        let year = t.clock.today().year() - 1;
        let rivals = futures::future::join_all((0..6).map(|_| declare(&t, &customer, year))).await;
        let codes: std::collections::HashSet<_> = rivals.into_iter().map(|one| one.unwrap().code).collect();
        let mut conn = t.db.read().await.unwrap();
        let (issued,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'papers.issue'").unwrap();
        assert_eq!((codes.len(), t.count("papers").await, issued), (1, 1, 1));
    }
}
