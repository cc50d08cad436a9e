use chrono::TimeDelta;
use domain::actors::Role;
use domain::agreements::forms::AcceptForm;
use domain::forms::Problem;
use domain::money::Money;
use domain::refunds::RefundForm;
use domain::sign_in::CodeForm;
use serde_json::json;
use server::acceptances::{self, AcceptanceId, Asked, Found, Purpose};
use server::agreements;
use server::error::Error;
use server::requests::desk;
use server::sessions::{self, Customer, Visit};
use server::testing::TestServer;
use server::texts::Locale;
use server::{mail, on_both_databases, outbox, refunds, sql};

use crate::agreements::{accept, accepted, plan};
use crate::refunds::{a_duplicate, asked, to_account};
use crate::requests::{problem, submission};

fn wrong(code: &CodeForm) -> CodeForm {
    CodeForm { code: if code.code == "000000" { "111111".into() } else { "000000".into() } }
}

/// Somebody with a late bill who has accepted a plan, as far as the code.
async fn a_plan(t: &TestServer) -> (Customer, AcceptanceId, CodeForm) {
    let customer = t.signed_in(t.a_person().await).await;
    let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
    let form = plan(&[bill], "90,00", 4);
    let (_, read) = accept(t, &customer, &form).await;
    let (id, code) = accepted(t, &customer, &form, &read).await.unwrap();
    (customer, id, code)
}

async fn nothing_is_written(t: &TestServer) {
    assert_eq!((t.count("requests").await, t.count("agreements").await, t.count("refunds").await), (0, 0, 0));
    t.is_whole().await;
}

async fn the_newest_mail(t: &TestServer) -> mail::Kept {
    outbox::deliver_due(t).await.unwrap();
    mail::mailbox(t).await.unwrap().remove(0)
}

on_both_databases! {
    async fn without_the_code_there_is_nothing_and_with_it_an_agreement(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        nothing_is_written(&t).await;
        let Found::Pending(pending) = acceptances::find::<domain::agreements::forms::PlanForm>(&t, &customer, Purpose::Plan, id).await.unwrap() else { panic!() };
        assert!(pending.contact.contains("•••@"), "{}", pending.contact);
        assert_eq!((pending.about.payments, pending.form.count.as_str()), (5, "4"));
        let sentence = pending.about.words(Locale::PtBr);
        let mail = the_newest_mail(&t).await;
        assert!(mail.body.contains(&sentence) && mail.body.contains(&code.code), "{}", mail.body);
        let protocol = agreements::confirm(&t, &customer, &t.visit(), id, &code).await.unwrap();
        assert_eq!(t.count("agreements").await, 1);
        let found = acceptances::find::<domain::agreements::forms::PlanForm>(&t, &customer, Purpose::Plan, id).await.unwrap();
        assert!(matches!(found, Found::Done(done) if done == protocol));
        t.is_whole().await;
    }

    async fn a_wrong_code_is_told_with_the_tries_left(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &CodeForm { code: "12".into() }).await), ("code".into(), Problem::NotACode));
        for left in [4, 3] {
            assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &wrong(&code)).await), ("code".into(), Problem::WrongCode { left }));
        }
        nothing_is_written(&t).await;
        agreements::confirm(&t, &customer, &t.visit(), id, &code).await.unwrap();
        let tries = sql!(t.db.read().await.unwrap(), one (i32,): "select tries from acceptances where id = $1", id.0).unwrap().0;
        assert_eq!(tries, 3, "the evidence says how many it took");
    }

    async fn five_tries_even_at_once_and_no_more_by_another_code(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let (visit, no) = (t.visit(), wrong(&code));
        let tries = futures::future::join_all((0..8).map(|_| agreements::confirm(&t, &customer, &visit, id, &no))).await;
        assert!(tries.into_iter().all(|one| one.is_err()));
        assert_eq!(problem(agreements::confirm(&t, &customer, &visit, id, &code).await), ("code".into(), Problem::CodeOver));
        assert!(matches!(acceptances::resend(&t, &customer, &visit, Purpose::Plan, id).await, Err(Error::Refused("code_used_up"))));
        nothing_is_written(&t).await;
    }

    async fn a_code_is_over_after_ten_minutes_and_another_can_be_sent(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        t.clock.advance(TimeDelta::minutes(10));
        assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await), ("code".into(), Problem::CodeOver));
        nothing_is_written(&t).await;
        acceptances::resend(&t, &customer, &t.visit(), Purpose::Plan, id).await.unwrap();
        let second = CodeForm { code: t.code().await };
        if second != code {
            assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await), ("code".into(), Problem::WrongCode { left: 3 }));
        }
        agreements::confirm(&t, &customer, &t.visit(), id, &second).await.unwrap();
        let (sendings,) = sql!(t.db.read().await.unwrap(), one (i32,): "select sendings from acceptances where id = $1", id.0).unwrap();
        assert_eq!(sendings, 2);
    }

    async fn a_code_is_the_persons_and_of_its_purpose_alone(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let other = t.signed_in(t.a_person().await).await;
        assert!(matches!(agreements::confirm(&t, &other, &t.visit(), id, &code).await, Err(Error::NotFound)));
        assert!(matches!(acceptances::resend(&t, &other, &t.visit(), Purpose::Plan, id).await, Err(Error::NotFound)));
        assert!(acceptances::find::<domain::agreements::forms::PlanForm>(&t, &other, Purpose::Plan, id).await.is_err());
        assert!(matches!(refunds::confirm(&t, &customer, &t.visit(), id, &code).await, Err(Error::NotFound)));
        // Somebody who acts for the same customer has another contact, to which this code did not go.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'full', $4)",
            uuid::Uuid::now_v7(), other.id().0, customer.id().0, t.clock.today()).unwrap();
        tx.commit().await.unwrap();
        sessions::act_for(&t, &other, customer.id()).await.unwrap();
        let acting = t.acting(&other).await;
        assert_eq!(acting.id(), customer.id());
        assert!(matches!(agreements::confirm(&t, &acting, &t.visit(), id, &code).await, Err(Error::NotFound)));
        nothing_is_written(&t).await;
    }

    async fn a_code_for_other_terms_is_none(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let bill = t.a_bill(customer.id(), Money::cents(70_000), 50).await;
        let form = plan(&[bill], "70,00", 3);
        let (_, read) = accept(&t, &customer, &form).await;
        let (second, second_code) = accepted(&t, &customer, &form, &read).await.unwrap();
        if code != second_code {
            assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), second, &code).await), ("code".into(), Problem::WrongCode { left: 4 }));
            assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &second_code).await), ("code".into(), Problem::WrongCode { left: 4 }));
        }
        // Nor when the terms under it are exchanged in the database.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update acceptances set hash = $2 where id = $1", id.0, read.terms.as_str()).unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await).1, Problem::WrongCode { .. }));
        nothing_is_written(&t).await;
    }

    async fn what_comes_in_between_is_told_and_uses_the_code_up(t: TestServer) {
        // A bill is paid while the code is on its way.
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (_, read) = accept(&t, &customer, &form).await;
        let (id, code) = accepted(&t, &customer, &form, &read).await.unwrap();
        t.a_payment(customer.id(), bill, Money::cents(10_000), None).await;
        assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await), ("bills".into(), Problem::NoLongerPossible));
        assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await), ("code".into(), Problem::CodeOver), "one use, whatever came of it");
        assert_eq!(t.count("agreements").await, 0);
        // The same form goes on to a new code, with what holds now.
        let (_, read) = accept(&t, &customer, &form).await;
        let (id, code) = accepted(&t, &customer, &form, &read).await.unwrap();
        agreements::confirm(&t, &customer, &t.visit(), id, &code).await.unwrap();
        t.is_whole().await;
    }

    async fn an_offer_that_ends_while_the_code_is_on_its_way(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update plan_offers set valid_until = $1", t.clock.today() - TimeDelta::days(1)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(problem(agreements::confirm(&t, &customer, &t.visit(), id, &code).await), ("terms".into(), Problem::NoLongerPossible));
        nothing_is_written(&t).await;
    }

    async fn the_same_form_asks_for_one_code_even_at_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (_, read) = accept(&t, &customer, &form).await;
        let visit = t.visit();
        let all = futures::future::join_all((0..4).map(|_| agreements::accept(&t, &customer, &visit, Locale::PtBr, &form, &read))).await;
        let first = *all[0].as_ref().unwrap();
        assert!(all.iter().all(|one| one.as_ref().is_ok_and(|one| *one == first)), "{all:?}");
        assert_eq!(t.count("acceptances").await, 1);
        let subjects = t.subjects().await;
        assert_eq!(subjects.iter().filter(|subject| subject.contains("confirmar seu acordo")).count(), 1, "{subjects:?}");
        let Asked::Code(id) = first else { panic!() };
        let code = CodeForm { code: t.code().await };
        let all = futures::future::join_all((0..4).map(|_| agreements::confirm(&t, &customer, &visit, id, &code))).await;
        let protocol = *all[0].as_ref().unwrap();
        assert!(all.iter().all(|one| one.as_ref().is_ok_and(|one| *one == protocol)), "{all:?}");
        assert_eq!((t.count("agreements").await, t.count("requests").await > 0), (1, true));
        let done = agreements::accept(&t, &customer, &visit, Locale::PtBr, &form, &read).await.unwrap();
        assert_eq!(done, Asked::Done(protocol), "the same form again leads to what came of it");
        t.is_whole().await;
    }

    async fn asking_for_codes_is_slowed_down(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (_, read) = accept(&t, &customer, &form).await;
        let mut refused = 0;
        for _ in 0..14 {
            let read = AcceptForm { submission: submission(), ..read.clone() };
            match agreements::accept(&t, &customer, &t.visit(), Locale::PtBr, &form, &read).await {
                Err(Error::Throttled(_)) => refused += 1,
                other => drop(other.unwrap()),
            }
        }
        // The window may turn once while the test runs.
        assert!(refused >= 2, "{refused}");
        assert_eq!(t.count("acceptances").await, 14 - refused);
    }

    async fn without_a_contact_on_file_nobody_is_bound(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (_, read) = accept(&t, &customer, &form).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = null where id = $1", customer.id().0).unwrap();
        tx.commit().await.unwrap();
        let refused = agreements::accept(&t, &customer, &t.visit(), Locale::PtBr, &form, &read).await;
        assert!(matches!(refused, Err(Error::Refused("code_no_contact"))), "{refused:?}");
        nothing_is_written(&t).await;
    }

    async fn what_nobody_accepted_is_forgotten_after_some_days(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let (_, other, _) = a_plan(&t).await;
        agreements::confirm(&t, &customer, &t.visit(), id, &code).await.unwrap();
        acceptances::purge(&t).await.unwrap();
        assert_eq!((t.count("acceptances").await, t.count("plan_offers").await), (2, 2), "not at once");
        t.clock.advance(TimeDelta::days(4));
        acceptances::purge(&t).await.unwrap();
        assert_eq!(t.count("acceptances").await, 1);
        let left = sql!(t.db.read().await.unwrap(), one (uuid::Uuid,): "select id from acceptances").unwrap().0;
        assert!(left == id.0 && left != other.0, "the evidence stays");
        assert_eq!(t.count("codes").await, 0);
        t.clock.advance(TimeDelta::days(60));
        acceptances::purge(&t).await.unwrap();
        assert_eq!((t.count("acceptances").await, t.count("plan_offers").await, t.count("agreements").await), (1, 1, 1));
    }

    async fn the_evidence_is_kept_and_addresses_are_for_those_with_the_right(t: TestServer) {
        let (customer, id, code) = a_plan(&t).await;
        let elsewhere = Visit { address: "198.51.100.9".into(), agent: "Telefone".into(), ..t.visit() };
        let protocol = agreements::confirm(&t, &customer, &elsewhere, id, &code).await.unwrap().digits();
        for (role, sees) in [(Role::Operator, false), (Role::Receivables, false), (Role::Supervisor, true), (Role::Legal, true)] {
            let evidence = desk::open(&t, &t.staff(role).await, &protocol).await.unwrap().evidence.unwrap();
            let lines = format!("{:?}", evidence.lines(Locale::PtBr, &t.clock));
            assert_eq!(lines.contains("198.51.100.9") && lines.contains("192.0.2.7"), sees, "{role}: {lines}");
            assert!(lines.contains("•••@") && lines.contains(&evidence.hash) && lines.contains("Telefone"), "{lines}");
            assert!(evidence.shown_at.unwrap() <= evidence.accepted_at && evidence.accepted_at <= evidence.entered_at);
        }
        // The audit trail holds its fingerprint: a line that is edited later fits it no more.
        let evidence = desk::open(&t, &t.staff(Role::Legal).await, &protocol).await.unwrap().evidence.unwrap();
        let (detail,) = sql!(t.db.read().await.unwrap(), one (String,): "select detail from audit_events where action = 'acceptances.enter'").unwrap();
        assert!(detail.contains(&evidence.fingerprint().unwrap()) && !detail.contains("198.51"), "{detail}");
        let changed = server::acceptances::Evidence { tries: 2, ..evidence };
        assert!(!detail.contains(&changed.fingerprint().unwrap()));
        t.is_whole().await;
    }

    // ---- refunds ----

    async fn a_refund_is_bound_to_its_account_and_amount(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (bill, credit) = a_duplicate(&t, &customer, 30_000).await;
        let form = to_account(&t, &customer, credit).await;
        let (id, code) = asked(&t, &customer, &form).await;
        nothing_is_written(&t).await;
        let mail = the_newest_mail(&t).await;
        assert!(mail.body.contains("***169-6") && mail.body.contains("300,00") && !mail.body.contains("210169"), "{}", mail.body);
        let (sealed,) = sql!(t.db.read().await.unwrap(), one (String,): "select form_sealed from acceptances").unwrap();
        assert!(!sealed.contains("210169"));
        assert_eq!(problem(refunds::confirm(&t, &customer, &t.visit(), id, &wrong(&code)).await), ("code".into(), Problem::WrongCode { left: 4 }));
        let other = t.signed_in(t.a_person().await).await;
        assert!(matches!(refunds::confirm(&t, &other, &t.visit(), id, &code).await, Err(Error::NotFound)));
        assert!(matches!(agreements::confirm(&t, &customer, &t.visit(), id, &code).await, Err(Error::NotFound)));
        // Part of the credit goes while the code is on its way.
        let entry = server::ledger::NewEntry {
            customer: customer.id(), bill: Some(bill), kind: domain::statement::EntryKind::Reversal, amount: Money::cents(10_000),
            effective_on: t.clock.today(), payment: None, request: None, of: Some(credit), source: "bank/reversal", note: "",
        };
        let mut tx = t.db.write().await.unwrap();
        server::ledger::post(&t, &mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(problem(refunds::confirm(&t, &customer, &t.visit(), id, &code).await), ("credit".into(), Problem::NoLongerPossible));
        nothing_is_written(&t).await;
        let again = RefundForm { submission: submission(), ..form };
        let (id, code) = asked(&t, &customer, &again).await;
        t.clock.advance(TimeDelta::minutes(11));
        assert_eq!(problem(refunds::confirm(&t, &customer, &t.visit(), id, &code).await), ("code".into(), Problem::CodeOver));
        nothing_is_written(&t).await;
    }

    async fn a_refund_is_confirmed_once_even_at_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 30_000).await;
        let (id, code) = asked(&t, &customer, &to_account(&t, &customer, credit).await).await;
        let visit = t.visit();
        let all = futures::future::join_all((0..5).map(|_| refunds::confirm(&t, &customer, &visit, id, &code))).await;
        let first = *all[0].as_ref().unwrap();
        assert!(first.anew && all.iter().all(|one| one.as_ref().is_ok_and(|one| *one == first)), "{all:?}");
        assert_eq!((t.count("refunds").await, t.count("requests").await), (1, 1));
        let evidence = desk::open(&t, &t.staff(Role::Legal).await, &first.protocol.digits()).await.unwrap().evidence.unwrap();
        assert_eq!((evidence.tries, evidence.sendings, evidence.offer_id), (1, 1, None));
        t.is_whole().await;
    }

    async fn who_had_the_address_before_is_told_of_a_refund(t: TestServer) {
        t.a_policy("refunds", json!({ "cooling_off_hours": 72 })).await;
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 30_000).await;
        assert_eq!(refunds::waits_until(&t, &customer).await.unwrap(), None);
        let mut tx = t.db.write().await.unwrap();
        for (value, ago) in [("antes@example.org", 1), ("muito-antes@example.org", 90)] {
            sql!(tx, execute: "insert into contacts_before (id, customer_id, kind, value, until_at) values ($1, $2, 'email', $3, $4)",
                uuid::Uuid::now_v7(), customer.id().0, value, t.clock.now() - TimeDelta::hours(ago)).unwrap();
        }
        sql!(tx, execute: "update customers set email_changed_at = $2 where id = $1", customer.id().0, t.clock.now() - TimeDelta::hours(1)).unwrap();
        tx.commit().await.unwrap();
        let waits = refunds::waits_until(&t, &customer).await.unwrap().unwrap() - t.clock.now();
        assert!((4_250..=4_260).contains(&waits.num_minutes()), "72 hours, of which one has passed: {waits}");
        crate::refunds::submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap();
        outbox::deliver_due(&t).await.unwrap();
        let mails = mail::mailbox(&t).await.unwrap();
        let told: Vec<&str> = mails.iter().filter(|mail| mail.subject.contains("Pedido de devolução")).map(|mail| mail.recipient.as_str()).collect();
        assert_eq!(told, ["antes@example.org"]);
        t.is_whole().await;
    }
}
