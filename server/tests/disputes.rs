use domain::actors::Role;
use domain::disputes::DisputeForm;
use domain::forms::Problem;
use domain::ids::BillId;
use domain::money::Money;
use domain::requests::Status;
use domain::requests::forms::DecisionForm;
use server::error::Error;
use server::requests::{self, Detail, desk};
use server::{disputes, on_both_databases};

use crate::requests::{nothing, problem, submission, told};

fn form(bill: BillId) -> DisputeForm {
    DisputeForm { bill: bill.to_string(), reason: "amount".into(), text: "O valor é outro".into(), submission: submission() }
}

fn granting(amount: &str) -> DecisionForm {
    DecisionForm { amount: amount.into(), ..nothing() }
}

on_both_databases! {
    async fn what_is_granted_is_taken_off(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(18_000), 5).await;
        let protocol = disputes::submit(&t, &customer, &form(bill), &[]).await.unwrap().digits();
        assert_eq!(t.bill_now(bill).await, (Money::cents(18_000), "disputed".into()));
        let staff = t.staff(Role::Operator).await;
        desk::claim(&t, &staff, &protocol).await.unwrap();
        assert_eq!(problem(desk::approve(&t, &staff, &protocol, &nothing()).await), ("amount".into(), Problem::Missing));
        let too_much = Problem::AmountAbove { max: Money::cents(18_000) };
        assert_eq!(problem(desk::approve(&t, &staff, &protocol, &granting("180,01")).await), ("amount".into(), too_much));
        desk::approve(&t, &staff, &protocol, &granting("30,00")).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::cents(15_000), "open".into()));
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.status, Status::Done, "nothing is left to be done");
        assert!(matches!(view.detail, Detail::Dispute { granted: Some(granted), .. } if granted == Money::cents(3_000)));
        t.is_whole().await;
    }

    async fn all_of_it_granted_settles_the_bill(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 5).await;
        let protocol = disputes::submit(&t, &customer, &form(bill), &[]).await.unwrap().digits();
        let staff = t.staff(Role::Operator).await;
        desk::claim(&t, &staff, &protocol).await.unwrap();
        desk::approve(&t, &staff, &protocol, &granting("100")).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        t.is_whole().await;
    }

    async fn a_large_one_takes_two_and_the_amount_is_the_proposals(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(150_000), 5).await;
        let protocol = disputes::submit(&t, &customer, &form(bill), &[]).await.unwrap().digits();
        let (ana, bia) = (t.staff(Role::Receivables).await, t.staff(Role::Receivables).await);
        desk::claim(&t, &ana, &protocol).await.unwrap();
        assert!(matches!(desk::approve(&t, &ana, &protocol, &granting("200")).await, Err(Error::Refused("needs_four_eyes"))));
        assert_eq!(problem(desk::prepare(&t, &ana, &protocol, &nothing()).await), ("amount".into(), Problem::Missing));
        desk::prepare(&t, &ana, &protocol, &granting("200")).await.unwrap();
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert!(matches!(view.detail, Detail::Dispute { granted: None, .. }), "a proposal is not told");
        assert!(matches!(desk::approve(&t, &ana, &protocol, &nothing()).await, Err(Error::Refused("prepared_by_you"))));
        desk::approve(&t, &bia, &protocol, &granting("1.500")).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::cents(130_000), "open".into()), "not what the second person typed");
        t.is_whole().await;
    }

    async fn refused_or_taken_back_the_bill_is_as_it_was(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let (one, two) = (t.a_bill(customer.id(), Money::cents(100), 5).await, t.a_bill(customer.id(), Money::cents(200), 5).await);
        let first = disputes::submit(&t, &customer, &form(one), &[]).await.unwrap().digits();
        let second = disputes::submit(&t, &customer, &form(two), &[]).await.unwrap().digits();
        desk::claim(&t, &staff, &first).await.unwrap();
        assert_eq!(problem(desk::refuse(&t, &staff, &first, &nothing()).await), ("told".into(), Problem::Missing));
        desk::refuse(&t, &staff, &first, &told("O valor é o do contrato.")).await.unwrap();
        requests::withdraw(&t, &customer, &second).await.unwrap();
        assert_eq!(t.bill_now(one).await, (Money::cents(100), "open".into()));
        assert_eq!(t.bill_now(two).await, (Money::cents(200), "open".into()));
        disputes::submit(&t, &customer, &form(one), &[]).await.unwrap();
        t.is_whole().await;
    }

    async fn paid_meanwhile_nothing_is_taken_off(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 5).await;
        let protocol = disputes::submit(&t, &customer, &form(bill), &[]).await.unwrap().digits();
        t.a_payment(customer.id(), bill, Money::cents(10_000), None).await;
        desk::claim(&t, &staff, &protocol).await.unwrap();
        let above = Problem::AmountAbove { max: Money::ZERO };
        assert_eq!(problem(desk::approve(&t, &staff, &protocol, &granting("10")).await), ("amount".into(), above));
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().status, Status::InReview, "nothing half-done");
        desk::refuse(&t, &staff, &protocol, &told("Já está paga.")).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        t.is_whole().await;
    }

    async fn one_dispute_a_bill_and_only_of_ones_own(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(100), 5).await;
        assert!(matches!(disputes::submit(&t, &other, &form(bill), &[]).await, Err(Error::NotFound)));
        let forms: Vec<_> = (0..5).map(|_| form(bill)).collect();
        let rivals = futures::future::join_all(forms.iter().map(|form| disputes::submit(&t, &customer, form, &[]))).await;
        assert_eq!(rivals.iter().filter(|one| one.is_ok()).count(), 1);
        for lost in rivals.into_iter().filter(Result::is_err) {
            assert_eq!(problem(lost), ("bill".into(), Problem::NoLongerPossible));
        }
        let same = form(t.a_bill(customer.id(), Money::cents(100), 5).await);
        let twice = futures::future::join_all((0..4).map(|_| disputes::submit(&t, &customer, &same, &[]))).await;
        let first = twice[0].as_ref().unwrap();
        assert!(twice.iter().all(|one| one.as_ref().unwrap() == first), "the same form is the same dispute");
        assert_eq!((t.count("requests").await, t.count("disputes").await), (2, 2));
        t.is_whole().await;
    }
}
