//! Staff's ready answers, and requests handed to another part of the house.

use domain::actors::Role;
use domain::forms::Problem;
use domain::money::Money;
use domain::requests::forms::{DecisionForm, QuestionForm};
use domain::requests::queue::Area;
use domain::requests::replies::ReplyForm;
use domain::requests::{Action, Status};
use server::error::Error;
use server::requests::{self, desk, replies};
use server::testing::TestServer;
use server::texts::Locale;
use server::{on_both_databases, sql};

use crate::requests::{problem, submission};

fn form() -> ReplyForm {
    ReplyForm {
        title: "Pedir o contrato".into(),
        kind: "question".into(),
        action: "ask_more".into(),
        pt: "Olá, {nome}. Sobre o pedido {protocolo}: de qual contrato você fala? Respondemos até {prazo}.".into(),
        ro: "Bună ziua, {nome}. Cererea {protocolo}: despre ce contract este vorba?".into(),
        ..ReplyForm::default()
    }
}

async fn asked(t: &TestServer) -> (server::sessions::Customer, String) {
    let customer = t.signed_in(t.a_person().await).await;
    t.a_bill(customer.id(), Money::cents(1_000), 3).await;
    let question = QuestionForm { text: "Quanto devo?".into(), submission: submission() };
    let protocol = requests::submit_question(t, &customer, &question, &[]).await.unwrap().digits();
    (customer, protocol)
}

on_both_databases! {
    async fn an_answer_is_kept_changed_and_taken_out_of_use_by_those_who_answer_for_the_desk(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        for role in [Role::Operator, Role::Receivables, Role::Legal] {
            assert!(matches!(replies::save(&t, &t.staff(role).await, None, &form()).await, Err(Error::Forbidden)), "{role}");
        }
        assert!(matches!(replies::list(&t, &t.staff(Role::Legal).await).await, Err(Error::Forbidden)));
        let wrong = ReplyForm { en: "Hello {name}".into(), ..form() };
        assert_eq!(problem(replies::save(&t, &supervisor, None, &wrong).await), ("en".into(), Problem::UnknownVariable { at: 7, name: "name".into() }));
        assert_eq!(t.count("replies").await, 0);
        let id = replies::save(&t, &supervisor, None, &form()).await.unwrap();
        let other = ReplyForm { title: "Outro nome".into(), ..form() };
        assert_eq!(replies::save(&t, &t.staff(Role::Administrator).await, Some(id), &other).await.unwrap(), id);
        let operator = t.staff(Role::Operator).await;
        let seen = replies::list(&t, &operator).await.unwrap();
        assert_eq!((seen.len(), seen[0].title.as_str(), seen[0].form()), (1, "Outro nome", other.clone()));
        assert!(matches!(replies::close(&t, &operator, id).await, Err(Error::Forbidden)));
        replies::close(&t, &supervisor, id).await.unwrap();
        replies::close(&t, &supervisor, id).await.unwrap();
        assert!(replies::list(&t, &operator).await.unwrap().is_empty());
        assert!(matches!(replies::save(&t, &supervisor, Some(id), &other).await, Err(Error::NotFound)));
        assert!(matches!(replies::close(&t, &supervisor, uuid::Uuid::from_u128(1)).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (events,) = sql!(conn, one (i64,): "select count(*) from audit_events where subject_kind = 'reply'").unwrap();
        assert_eq!(events, 3, "kept, changed, and taken out of use once");
        drop(conn);
        t.is_whole().await;
    }

    async fn an_answer_is_filled_in_in_the_customers_language(t: TestServer) {
        let (customer, protocol) = asked(&t).await;
        let (supervisor, operator) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await);
        let id = replies::save(&t, &supervisor, None, &form()).await.unwrap();
        let for_refusals = ReplyForm { title: "Não".into(), kind: "receipt".into(), ..form() };
        let other = replies::save(&t, &supervisor, None, &for_refusals).await.unwrap();
        let seen = desk::open(&t, &operator, &protocol).await.unwrap();
        assert_eq!(seen.replies.iter().map(|reply| reply.id).collect::<Vec<_>>(), [id]);
        assert!(seen.replies[0].fits(seen.request.kind, Action::AskMore) && !seen.replies[0].fits(seen.request.kind, Action::Refuse));
        let filled = replies::filled(&t, &operator, &protocol, id, Locale::PtBr).await.unwrap();
        let deadline = server::texts::date(Locale::PtBr, seen.request.deadline_on);
        let words = format!("Olá, {}. Sobre o pedido {}: de qual contrato você fala? Respondemos até {deadline}.", customer.name(), seen.request.protocol);
        assert_eq!((filled.words.as_str(), filled.language, filled.own), (words.as_str(), Locale::PtBr, None));

        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set locale = 'ro' where id = $1", customer.id().0).unwrap();
        tx.commit().await.unwrap();
        let filled = replies::filled(&t, &operator, &protocol, id, Locale::PtBr).await.unwrap();
        assert!(filled.words.starts_with("Bună ziua") && filled.own.as_deref() == Some(words.as_str()));
        assert_eq!((filled.language, filled.customers), (Locale::Ro, Locale::Ro));
        // Without words in the customer's language it is Portuguese, and whoever answers is told.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set locale = 'es' where id = $1", customer.id().0).unwrap();
        tx.commit().await.unwrap();
        let filled = replies::filled(&t, &operator, &protocol, id, Locale::PtBr).await.unwrap();
        assert_eq!((filled.language, filled.customers, filled.words), (Locale::PtBr, Locale::Es, words));
        for (id, protocol) in [(other, protocol.as_str()), (id, "12345678901234567890"), (uuid::Uuid::from_u128(1), protocol.as_str())] {
            assert!(matches!(replies::filled(&t, &operator, protocol, id, Locale::PtBr).await, Err(Error::NotFound)));
        }
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(replies::filled(&t, &administrator, &protocol, id, Locale::PtBr).await, Err(Error::Forbidden)));
    }

    async fn a_request_goes_to_another_part_of_the_house_and_the_customer_is_told(t: TestServer) {
        let (customer, protocol) = asked(&t).await;
        let (operator, other) = (t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let before = desk::open(&t, &operator, &protocol).await.unwrap();
        let to = |area: &str, told: &str| DecisionForm { told: told.into(), area: area.into(), ..DecisionForm::default() };
        assert_eq!(problem(desk::refer(&t, &operator, &protocol, &to("", "x")).await), ("area".into(), Problem::ChooseOne));
        assert_eq!(problem(desk::refer(&t, &operator, &protocol, &to("legal", " ")).await), ("told".into(), Problem::Missing));
        let here = before.area.as_str();
        assert_eq!(problem(desk::refer(&t, &operator, &protocol, &to(here, "x")).await), ("area".into(), Problem::NoLongerPossible));
        for role in [Role::Legal, Role::Administrator] {
            assert!(matches!(desk::refer(&t, &t.staff(role).await, &protocol, &to("legal", "x")).await, Err(Error::Forbidden)), "{role}");
        }
        desk::claim(&t, &operator, &protocol).await.unwrap();
        let theirs = desk::refer(&t, &other, &protocol, &to("legal", "x")).await;
        assert!(matches!(theirs, Err(Error::Refused("not_assigned_to_you"))));
        desk::refer(&t, &operator, &protocol, &to("collections", "Quem cuida de acordos responde.")).await.unwrap();
        let after = desk::open(&t, &operator, &protocol).await.unwrap();
        assert_eq!((after.area, after.request.status, after.assignee.clone()), (Area::Collections, Status::Received, None));
        assert_eq!(after.request.deadline_on, before.request.deadline_on);
        assert_eq!(after.history.last().unwrap().referred_to, Some(Area::Collections));
        let seen = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(seen.timeline.last().unwrap().told.as_deref(), Some("Quem cuida de acordos responde."));
        assert!(t.subjects().await[0].contains("Outra área responde o seu pedido"));
        // Twice at once: one of them finds it moved, or already there.
        let both = futures::future::join_all((0..2).map(|_| async { desk::refer(&t, &other, &protocol, &to("receivables", "Recebimentos responde.")).await })).await;
        assert_eq!(both.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        t.is_whole().await;
    }
}
