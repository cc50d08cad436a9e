use chrono::TimeDelta;
use domain::actors::Role;
use domain::forms::Problem;
use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};
use server::error::Error;
use server::sessions::{self, Actors};
use server::sign_in::{self, totp_now};
use server::testing::{PASSWORD, TOTP, TestServer};
use server::{audit, mail, on_both_databases, outbox, sql};

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result.unwrap_err() {
        Error::Form(errors) => errors[0].problem.clone(),
        other => panic!("{other}"),
    }
}

async fn tax_id_of(t: &TestServer, customer: domain::ids::CustomerId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select tax_id from customers where id = $1", customer.0).unwrap().0
}

on_both_databases! {
    async fn a_code_opens_one_session_once(t: TestServer) {
        let person = t.a_person().await;
        let form = SignInForm { tax_id: tax_id_of(&t, person).await };
        let id = sign_in::start(&t, &t.visit(), &form).await.unwrap();
        let code = CodeForm { code: t.code().await };
        let token = sign_in::finish(&t, &t.visit(), id, &code).await.unwrap();
        let found = sessions::find(&t, &token.0).await.unwrap().unwrap();
        assert!(matches!(found.actors, Actors::Customer(ref c) if c.id() == person));
        assert_eq!(problem(sign_in::finish(&t, &t.visit(), id, &code).await), Problem::CodeOver);
    }

    async fn an_unknown_document_is_answered_alike(t: TestServer) {
        let id = sign_in::start(&t, &t.visit(), &SignInForm { tax_id: "529.982.247-25".into() }).await.unwrap();
        outbox::deliver_due(&t).await.unwrap();
        assert!(mail::mailbox(&t).await.unwrap().is_empty());
        let wrong = problem(sign_in::finish(&t, &t.visit(), id, &CodeForm { code: "000000".into() }).await);
        assert_eq!(wrong, Problem::WrongCode { left: 4 });
    }

    async fn five_tries_even_at_once(t: TestServer) {
        let person = t.a_person().await;
        let id = sign_in::start(&t, &t.visit(), &SignInForm { tax_id: tax_id_of(&t, person).await }).await.unwrap();
        let right = t.code().await;
        let wrong = if right == "000000" { "111111" } else { "000000" };
        let (visit, form) = (t.visit(), CodeForm { code: wrong.into() });
        let tries = futures::future::join_all((0..8).map(|_| sign_in::finish(&t, &visit, id, &form))).await;
        assert!(tries.into_iter().all(|one| one.is_err()));
        assert_eq!(problem(sign_in::finish(&t, &t.visit(), id, &CodeForm { code: right }).await), Problem::CodeOver);
    }

    async fn a_code_expires(t: TestServer) {
        let person = t.a_person().await;
        let id = sign_in::start(&t, &t.visit(), &SignInForm { tax_id: tax_id_of(&t, person).await }).await.unwrap();
        let code = t.code().await;
        t.clock.advance(TimeDelta::minutes(11));
        assert_eq!(problem(sign_in::finish(&t, &t.visit(), id, &CodeForm { code }).await), Problem::CodeOver);
    }

    async fn another_code_replaces_the_first(t: TestServer) {
        let person = t.a_person().await;
        let id = sign_in::start(&t, &t.visit(), &SignInForm { tax_id: tax_id_of(&t, person).await }).await.unwrap();
        let first = t.code().await;
        sign_in::resend(&t, &t.visit(), id).await.unwrap();
        let second = t.code().await;
        if first != second {
            assert_eq!(problem(sign_in::finish(&t, &t.visit(), id, &CodeForm { code: first }).await), Problem::WrongCode { left: 4 });
        }
        sign_in::finish(&t, &t.visit(), id, &CodeForm { code: second }).await.unwrap();
    }

    async fn asking_too_often_is_slowed_down(t: TestServer) {
        let person = t.a_person().await;
        let form = SignInForm { tax_id: tax_id_of(&t, person).await };
        let mut refused = 0;
        for _ in 0..12 {
            if let Err(Error::Throttled(seconds)) = sign_in::start(&t, &t.visit(), &form).await {
                assert!((1..=900).contains(&seconds));
                refused += 1;
            }
        }
        // The window may turn once while the test runs.
        assert!(refused >= 2, "{refused}");
    }

    async fn a_session_ends_when_idle_and_when_closed(t: TestServer) {
        let person = t.a_person().await;
        let form = SignInForm { tax_id: tax_id_of(&t, person).await };
        let id = sign_in::start(&t, &t.visit(), &form).await.unwrap();
        let token = sign_in::finish(&t, &t.visit(), id, &CodeForm { code: t.code().await }).await.unwrap();
        t.clock.advance(TimeDelta::minutes(15));
        let found = sessions::find(&t, &token.0).await.unwrap().unwrap();
        let renewed = found.renewed.unwrap();
        t.clock.advance(TimeDelta::minutes(15));
        assert!(sessions::find(&t, &token.0).await.unwrap().is_none(), "the old token has ended");
        let found = sessions::find(&t, &renewed.0).await.unwrap().unwrap();
        sessions::close(&t, &found.actors).await.unwrap();
        assert!(sessions::find(&t, &renewed.0).await.unwrap().is_none());
    }

    async fn signing_out_everywhere_ends_every_session(t: TestServer) {
        let person = t.a_person().await;
        let (first, second) = (t.signed_in(person).await, t.signed_in(person).await);
        assert_eq!(sessions::list(&t, &first).await.unwrap().len(), 2);
        assert_eq!(sessions::close_all(&t, &second).await.unwrap(), 2);
        assert!(sessions::list(&t, &first).await.unwrap().is_empty());
    }

    async fn nobody_acts_for_somebody_without_a_representation(t: TestServer) {
        let (person, other) = (t.a_person().await, t.a_company().await);
        let customer = t.signed_in(person).await;
        assert!(matches!(sessions::act_for(&t, &customer, other).await, Err(Error::NotFound)));
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'everything', $4)",
            uuid::Uuid::now_v7(), person.0, other.0, t.clock.today()).unwrap();
        tx.commit().await.unwrap();
        sessions::act_for(&t, &customer, other).await.unwrap();
        assert_eq!(sessions::represented(&t, &customer).await.unwrap().len(), 2);
    }

    async fn a_forged_token_leads_to_nobody(t: TestServer) {
        for token in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzaWQiOiIwIn0."] {
            assert!(sessions::find(&t, token).await.unwrap().is_none());
        }
    }

    async fn staff_need_all_three(t: TestServer) {
        let (_, email) = t.a_staff_id(Role::Operator).await;
        let form = |email: &str, password: &str, code: String| StaffSignInForm { email: email.into(), password: password.into(), code };
        let code = totp_now(&t, &TOTP);
        for form in [form("nobody@example.org", PASSWORD, code.clone()), form(&email, "wrong", code.clone()), form(&email, PASSWORD, "000000".into())] {
            assert_eq!(problem(sign_in::staff(&t, &t.visit(), &form).await), Problem::WrongCredentials);
        }
        sign_in::staff(&t, &t.visit(), &form(&email, PASSWORD, code.clone())).await.unwrap();
        // The same code does not serve twice.
        assert_eq!(problem(sign_in::staff(&t, &t.visit(), &form(&email, PASSWORD, code)).await), Problem::WrongCredentials);
    }

    async fn an_edited_audit_event_is_found(t: TestServer) {
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        sessions::close_all(&t, &customer).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert!(matches!(audit::verify(&mut conn).await.unwrap(), audit::Chain::Whole { events: 2 }));
        drop(conn);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update audit_events set action = 'nothing' where seq = 2").unwrap();
        tx.commit().await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(audit::verify(&mut conn).await.unwrap(), audit::Chain::Broken { seq: 2 });
    }
}
