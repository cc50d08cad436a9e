use chrono::TimeDelta;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::{BillId, EntryId};
use domain::money::Money;
use domain::refunds::{HolderMatch, OrderStatus, RefundForm};
use domain::requests::Status;
use domain::requests::protocol::Protocol;
use domain::sign_in::CodeForm;
use domain::statement::CreditOrigin;
use server::acceptances::{AcceptanceId, Asked};
use server::error::Error;
use server::requests::{self, Detail, desk};
use server::sessions::{Customer, Staff};
use server::testing::TestServer;
use server::texts::Locale;
use server::{on_both_databases, refunds, sql};

use crate::requests::{nothing, problem, submission, told};

const OTHER: &str = "111.444.777-35";

async fn tax_id(t: &TestServer, customer: &Customer) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select tax_id from customers where id = $1", customer.id().0).unwrap().0
}

/// A bill paid twice: its second payment's entry is the credit.
pub(crate) async fn a_duplicate(t: &TestServer, customer: &Customer, cents: i64) -> (BillId, EntryId) {
    let bill = t.a_bill(customer.id(), Money::cents(cents), 10).await;
    let payer = tax_id(t, customer).await;
    t.a_payment(customer.id(), bill, Money::cents(cents), Some(&payer)).await;
    t.a_payment(customer.id(), bill, Money::cents(cents), Some(&payer)).await;
    let credits = refunds::credits(t, customer).await.unwrap();
    let offer = credits.offers.into_iter().find(|offer| offer.credit.bill == Some(bill)).unwrap();
    (bill, offer.credit.entry)
}

pub(crate) fn compensation(credit: EntryId, target: Option<BillId>) -> RefundForm {
    RefundForm {
        credit: credit.to_string(),
        target: target.map(|bill| bill.to_string()).unwrap_or_default(),
        submission: submission(),
        way: "compensate".into(),
        ..RefundForm::default()
    }
}

pub(crate) async fn to_account(t: &TestServer, customer: &Customer, credit: EntryId) -> RefundForm {
    RefundForm {
        credit: credit.to_string(),
        submission: submission(),
        way: "refund".into(),
        destination: "account".into(),
        bank: "001".into(),
        branch: "1584".into(),
        account: "210169".into(),
        check_digit: "6".into(),
        account_kind: "checking".into(),
        holder_tax_id: tax_id(t, customer).await,
        holder_name: "Ana Souza".into(),
        ..RefundForm::default()
    }
}

/// Asks, and types the code where one is sent.
pub(crate) async fn submit(t: &TestServer, customer: &Customer, form: &RefundForm) -> Result<Protocol, Error> {
    match refunds::submit(t, customer, &t.visit(), Locale::PtBr, form).await? {
        Asked::Done(protocol) => Ok(protocol),
        Asked::Code(id) => {
            let code = CodeForm { code: t.code().await };
            refunds::confirm(t, customer, &t.visit(), id, &code).await.map(|confirmed| confirmed.protocol)
        }
    }
}

/// Asks, as far as the code.
pub(crate) async fn asked(t: &TestServer, customer: &Customer, form: &RefundForm) -> (AcceptanceId, CodeForm) {
    let Asked::Code(id) = refunds::submit(t, customer, &t.visit(), Locale::PtBr, form).await.unwrap() else { panic!() };
    (id, CodeForm { code: t.code().await })
}

/// Two persons decide in favour.
pub(crate) async fn approve(t: &TestServer, protocol: &str) -> (Staff, Staff) {
    let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await);
    desk::claim(t, &ana, protocol).await.unwrap();
    desk::prepare(t, &ana, protocol, &nothing()).await.unwrap();
    desk::approve(t, &bia, protocol, &nothing()).await.unwrap();
    (ana, bia)
}

on_both_databases! {
    async fn a_duplicate_is_found_and_compensated(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (paid_twice, credit) = a_duplicate(&t, &customer, 30_000).await;
        let later = t.a_bill(customer.id(), Money::cents(50_000), -40).await;
        let next = t.a_bill(customer.id(), Money::cents(25_000), -10).await;
        let before = t.owed(customer.id()).await;
        let found = refunds::credits(&t, &customer).await.unwrap();
        assert_eq!((found.offers[0].credit.origin, found.offers[0].credit.amount), (CreditOrigin::Duplicate, Money::cents(30_000)));
        assert_eq!(found.targets.iter().map(|bill| bill.id).collect::<Vec<_>>(), [next, later]);
        let protocol = submit(&t, &customer, &compensation(credit, None)).await.unwrap();
        let found = refunds::credits(&t, &customer).await.unwrap();
        assert_eq!(found.offers[0].asked, Some(protocol));
        let view = requests::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!(view.amount, Money::cents(25_000), "no more than the bill needs");
        assert!(matches!(&view.detail, Detail::Refund { credit: Some(credit), target: Some(target), destination: None, .. }
            if credit.id == paid_twice && target.id == next));
        assert_eq!(t.bill_now(next).await.0, Money::cents(25_000), "asking moves nothing");
        approve(&t, &protocol.digits()).await;
        assert_eq!(t.bill_now(next).await, (Money::ZERO, "settled".into()));
        assert_eq!(t.bill_now(paid_twice).await.0, Money::cents(-5_000));
        assert_eq!(t.owed(customer.id()).await, before, "a compensation moves money, and makes none");
        assert_eq!(requests::find(&t, &customer, &protocol.digits()).await.unwrap().status, Status::Done);
        // What is left is still a credit, and may go to the other bill.
        let rest = refunds::credits(&t, &customer).await.unwrap();
        assert_eq!((rest.offers[0].credit.amount, rest.offers[0].asked), (Money::cents(5_000), None));
        let second = submit(&t, &customer, &compensation(rest.offers[0].credit.entry, Some(later))).await.unwrap();
        approve(&t, &second.digits()).await;
        assert_eq!(t.bill_now(later).await.0, Money::cents(45_000));
        assert!(refunds::credits(&t, &customer).await.unwrap().offers.is_empty());
        t.is_whole().await;
    }

    async fn a_refund_is_ordered_exported_and_paid(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (bill, credit) = a_duplicate(&t, &customer, 12_345).await;
        let form = to_account(&t, &customer, credit).await;
        let protocol = submit(&t, &customer, &form).await.unwrap();
        let digits = protocol.digits();
        let (ana, bia) = approve(&t, &digits).await;
        assert_eq!(t.bill_now(bill).await.0, Money::ZERO);
        assert!(refunds::credits(&t, &customer).await.unwrap().offers.is_empty());
        assert!(matches!(refunds::orders(&t, &ana).await, Err(Error::Forbidden)));
        assert!(matches!(refunds::export(&t, &ana, None).await, Err(Error::Forbidden)));
        let orders = refunds::orders(&t, &bia).await.unwrap();
        assert_eq!((orders.len(), orders[0].protocol, orders[0].status), (1, protocol, OrderStatus::Approved));
        assert_eq!(orders[0].destination.as_deref(), Some("***169-6"));
        assert!(matches!(desk::finish(&t, &bia, &digits, &nothing()).await, Err(Error::Refused("refund_not_exported"))));
        let exports = futures::future::join_all((0..3).map(|_| refunds::export(&t, &bia, None))).await;
        assert_eq!(exports.iter().filter(|one| one.is_ok()).count(), 1, "no order is in two files");
        let file = exports.into_iter().find_map(Result::ok).unwrap();
        let owner = tax_id(&t, &customer).await;
        assert_eq!(file.csv.lines().nth(1).unwrap(), format!("{digits};123.45;Ana Souza;{owner};account;;001;1584;210169;6;checking"));
        assert_eq!(refunds::export(&t, &bia, Some(file.batch)).await.unwrap().csv, file.csv, "a lost download comes again");
        assert!(matches!(refunds::export(&t, &bia, Some(uuid::Uuid::now_v7())).await, Err(Error::NotFound)));
        desk::finish(&t, &bia, &digits, &nothing()).await.unwrap();
        let view = requests::find(&t, &customer, &digits).await.unwrap();
        assert!(matches!(view.detail, Detail::Refund { order: OrderStatus::Paid, .. }));
        assert!(refunds::orders(&t, &bia).await.unwrap().is_empty());
        t.is_whole().await;
    }

    async fn the_destination_is_nowhere_in_clear(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 100).await;
        let protocol = submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (sealed, masked, digest) = sql!(conn, one (String, String, String):
            "select destination_sealed, destination_masked, destination_digest from refunds").unwrap();
        let audits = sql!(conn, all (String,): "select detail from audit_events").unwrap();
        drop(conn);
        let view = format!("{:?}", desk::open(&t, &t.staff(Role::Operator).await, &protocol.digits()).await.unwrap());
        for place in [sealed, masked, digest, format!("{audits:?}"), view] {
            assert!(!place.contains("210169") && !place.contains("Ana Souza"), "{place}");
        }
        t.is_whole().await;
    }

    async fn one_refund_a_credit_whatever_happens_at_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 100).await;
        t.a_bill(customer.id(), Money::cents(500), -3).await;
        let (mut forms, mut codes) = (Vec::new(), Vec::new());
        for at in 0..6 {
            forms.push(if at % 2 == 0 { to_account(&t, &customer, credit).await } else { compensation(credit, None) });
            codes.push(if at % 2 == 0 { Some(asked(&t, &customer, &forms[at]).await) } else { None });
        }
        let rivals = futures::future::join_all(forms.iter().zip(&codes).map(async |(form, code)| match code {
            Some((id, code)) => refunds::confirm(&t, &customer, &t.visit(), *id, code).await.map(|confirmed| confirmed.protocol),
            None => submit(&t, &customer, form).await,
        }))
        .await;
        assert_eq!(rivals.iter().filter(|one| one.is_ok()).count(), 1);
        let won = rivals.iter().position(Result::is_ok).unwrap();
        let first = *rivals[won].as_ref().unwrap();
        for lost in rivals.into_iter().filter(Result::is_err) {
            assert_eq!(problem(lost), ("credit".into(), Problem::NoLongerPossible));
        }
        assert_eq!(submit(&t, &customer, &forms[won]).await.unwrap(), first, "the same form again is the same refund");
        assert_eq!((t.count("refunds").await, t.count("requests").await), (1, 1));
        requests::withdraw(&t, &customer, &first.digits()).await.unwrap();
        let again = to_account(&t, &customer, credit).await;
        submit(&t, &customer, &again).await.unwrap();
        t.is_whole().await;
    }

    async fn a_third_persons_account_is_refused(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 100).await;
        let form = RefundForm { holder_tax_id: OTHER.into(), ..to_account(&t, &customer, credit).await };
        assert_eq!(problem(submit(&t, &customer, &form).await), ("holder_tax_id".into(), Problem::NotTheHolder));
        let digit = RefundForm { check_digit: "5".into(), ..to_account(&t, &customer, credit).await };
        assert_eq!(problem(submit(&t, &customer, &digit).await), ("check_digit".into(), Problem::AccountDigit));
        let theirs = to_account(&t, &other, credit).await;
        assert_eq!(problem(submit(&t, &other, &theirs).await), ("credit".into(), Problem::Unknown));
        let target = t.a_bill(other.id(), Money::cents(100), -3).await;
        assert_eq!(problem(submit(&t, &customer, &compensation(credit, Some(target))).await), ("target".into(), Problem::Unknown));
        assert_eq!(problem(submit(&t, &customer, &compensation(credit, None)).await), ("target".into(), Problem::Missing));
        assert_eq!(problem(submit(&t, &customer, &RefundForm::default()).await), ("submission".into(), Problem::Missing));
        assert_eq!((t.count("refunds").await, t.count("requests").await), (0, 0));
        submit(&t, &customer, &RefundForm { confirm_digit: "yes".into(), ..digit }).await.unwrap();
        t.is_whole().await;
    }

    async fn a_reused_account_and_a_changed_contact_are_shown_to_staff(t: TestServer) {
        let (one, two) = (t.signed_in(t.a_person().await).await, t.signed_in(t.a_person().await).await);
        let (_, credit) = a_duplicate(&t, &one, 100).await;
        submit(&t, &one, &to_account(&t, &one, credit).await).await.unwrap();
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email_changed_at = $2 where id = $1", two.id().0, t.clock.now()).unwrap();
        tx.commit().await.unwrap();
        // Paid by nobody the bank named: the holder of the contract may have it, with a proof.
        let bill = t.a_bill(two.id(), Money::cents(100), 5).await;
        t.a_payment(two.id(), bill, Money::cents(300), None).await;
        let credit = refunds::credits(&t, &two).await.unwrap().offers[0].credit;
        assert_eq!((credit.origin, credit.amount), (CreditOrigin::Overpayment, Money::cents(200)));
        let protocol = submit(&t, &two, &to_account(&t, &two, credit.entry).await).await.unwrap().digits();
        let warnings = desk::open(&t, &t.staff(Role::Operator).await, &protocol).await.unwrap().warnings;
        assert_eq!(warnings[0], desk::Warning::DestinationShared(1));
        assert!(matches!(warnings[1], desk::Warning::NotBefore(at) if at > t.clock.now()), "{warnings:?}");
        assert_eq!(warnings[2], desk::Warning::HolderNeedsProof(HolderMatch::ContractHolder));
        let (_, bia) = approve(&t, &protocol).await;
        assert!(matches!(refunds::export(&t, &bia, None).await, Err(Error::NotFound)), "not before the contact has cooled off");
        t.clock.advance(TimeDelta::hours(49));
        assert_eq!(refunds::export(&t, &bia, None).await.unwrap().orders, 1);
        t.is_whole().await;
    }

    async fn a_credit_that_is_gone_cannot_be_granted(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (bill, credit) = a_duplicate(&t, &customer, 1_000).await;
        let protocol = submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap().digits();
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await);
        desk::claim(&t, &ana, &protocol).await.unwrap();
        desk::prepare(&t, &ana, &protocol, &nothing()).await.unwrap();
        // The bank takes the payment back.
        let mut tx = t.db.write().await.unwrap();
        let entry = server::ledger::NewEntry {
            customer: customer.id(), bill: Some(bill), kind: domain::statement::EntryKind::Reversal, amount: Money::cents(1_000),
            effective_on: t.clock.today(), payment: None, request: None, of: Some(credit), source: "bank/reversal", note: "",
        };
        server::ledger::post(&t, &mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(desk::approve(&t, &bia, &protocol, &nothing()).await, Err(Error::Overtaken("credit_gone"))));
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.status, Status::Prepared, "nothing half-done");
        desk::refuse(&t, &bia, &protocol, &told("O banco devolveu este pagamento.")).await.unwrap();
        assert_eq!(t.bill_now(bill).await.0, Money::ZERO);
        t.is_whole().await;
    }

    async fn two_approvers_at_once_pay_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (bill, credit) = a_duplicate(&t, &customer, 1_000).await;
        let protocol = submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap().digits();
        let (ana, bia, cida) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await, t.staff(Role::Receivables).await);
        desk::claim(&t, &ana, &protocol).await.unwrap();
        desk::prepare(&t, &ana, &protocol, &nothing()).await.unwrap();
        assert!(matches!(desk::approve(&t, &ana, &protocol, &nothing()).await, Err(Error::Forbidden)), "an operator approves nobody's proposal");
        let none = nothing();
        let (one, other) = tokio::join!(desk::approve(&t, &bia, &protocol, &none), desk::approve(&t, &cida, &protocol, &none));
        assert!(one.is_ok() != other.is_ok());
        assert_eq!(t.bill_now(bill).await.0, Money::ZERO);
        t.is_whole().await;
    }
}
