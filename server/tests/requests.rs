use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::forms::Problem;
use domain::money::Money;
use domain::requests::forms::{DecisionForm, MessageForm, QuestionForm, SlipForm};
use domain::requests::queue::{Due, Filter, Holder};
use domain::requests::{Action, Kind, Refused, Status, Urgency};
use server::error::Error;
use server::requests::queue::{self, Figures};
use server::requests::{self, Detail, What, desk, record};
use server::{mail, on_both_databases, outbox, sql};
use uuid::Uuid;

/// The first problem of a refused form.
pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
    match result.unwrap_err() {
        Error::Form(errors) => (errors[0].field.to_string(), errors[0].problem.clone()),
        other => panic!("{other}"),
    }
}

/// The number of a new showing of a form.
pub(crate) fn submission() -> String {
    Uuid::new_v4().to_string()
}

pub(crate) fn told(text: &str) -> DecisionForm {
    DecisionForm { told: text.into(), ..DecisionForm::default() }
}

pub(crate) fn nothing() -> DecisionForm {
    DecisionForm::default()
}

fn question() -> QuestionForm {
    QuestionForm { text: "Quando vence a próxima?".into(), submission: submission() }
}

on_both_databases! {
    async fn a_question_is_asked_claimed_and_answered(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        assert_eq!(protocol.len(), 20);
        assert!(protocol.ends_with("000001"), "{protocol}");
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!((view.status, view.kind), (Status::Received, Kind::Question));
        assert_eq!(view.may, [Action::Withdraw, Action::Note]);
        assert!(view.deadline_on > t.clock.today());

        let staff = t.staff(Role::Operator).await;
        let lines = queue::list(&t, &staff, &Filter::default(), None).await.unwrap().lines;
        assert_eq!((lines.len(), lines[0].kind, lines[0].urgency), (1, Kind::Question, Urgency::Calm));
        assert_eq!(queue::figures(&t, &staff).await.unwrap(), Figures { open: 1, ..Figures::default() });
        desk::claim(&t, &staff, &protocol).await.unwrap();
        assert_eq!(queue::count(&t, &staff, &Filter { holder: Some(Holder::Me), ..Filter::default() }).await.unwrap(), 1);
        assert_eq!(problem(desk::finish(&t, &staff, &protocol, &nothing()).await), ("told".into(), Problem::Missing));
        desk::finish(&t, &staff, &protocol, &told("No dia 10.")).await.unwrap();

        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.status, Status::Done);
        assert!(view.closed_at.is_some() && view.may.is_empty());
        let whats: Vec<_> = view.timeline.iter().map(|moment| moment.what).collect();
        assert_eq!(whats, [What::Submitted, What::Step(Action::Claim), What::Step(Action::Finish)]);
        assert_eq!(view.timeline[2].told.as_deref(), Some("No dia 10."));
        let subjects = t.subjects().await;
        assert!(subjects[0].contains("concluído") && subjects[1].contains("Recebemos"), "{subjects:?}");
        let mails = mail::mailbox(&t).await.unwrap();
        assert!(mails[0].body.contains(&format!("/pedidos/{protocol}")) && !mails[0].body.contains("No dia 10"), "{}", mails[0].body);
        t.is_whole().await;
    }

    async fn the_same_form_twice_makes_one_request(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let form = question();
        let all = futures::future::join_all((0..8).map(|_| requests::submit_question(&t, &customer, &form, &[]))).await;
        let first = all[0].as_ref().unwrap();
        assert!(all.iter().all(|one| one.as_ref().unwrap() == first));
        assert_eq!(t.count("requests").await, 1);
        // Another customer's form with the same number is no way to learn of the first.
        let other = t.signed_in(t.a_person().await).await;
        assert!(matches!(requests::submit_question(&t, &other, &form, &[]).await, Err(Error::Overtaken(_))));
        t.is_whole().await;
    }

    async fn protocols_of_a_day_are_all_different(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let forms: Vec<_> = (0..10).map(|_| question()).collect();
        let all = futures::future::join_all(forms.iter().map(|form| requests::submit_question(&t, &customer, form, &[]))).await;
        let mut protocols: Vec<_> = all.into_iter().map(Result::unwrap).collect();
        protocols.sort();
        protocols.dedup();
        assert_eq!(protocols.len(), 10);
        assert_eq!(requests::list(&t, &customer, 1).await.unwrap().lines.len(), 10);
        t.is_whole().await;
    }

    async fn of_two_who_claim_at_once_one_has_it(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        let mut staff = Vec::new();
        for _ in 0..4 {
            staff.push(t.staff(Role::Operator).await);
        }
        let claims = futures::future::join_all(staff.iter().map(|one| desk::claim(&t, one, &protocol))).await;
        assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
        assert!(claims.iter().filter_map(|claim| claim.as_ref().err()).all(|error| matches!(error, Error::Overtaken("request_moved"))));
        let winner = claims.iter().position(Result::is_ok).unwrap();
        let loser = (winner + 1) % 4;
        assert!(matches!(desk::finish(&t, &staff[loser], &protocol, &told("x")).await, Err(Error::Refused("not_assigned_to_you"))));
        desk::release(&t, &staff[winner], &protocol).await.unwrap();
        desk::claim(&t, &staff[loser], &protocol).await.unwrap();
        t.is_whole().await;
    }

    async fn somebody_elses_request_is_not_found(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        assert!(matches!(requests::find(&t, &other, &protocol).await, Err(Error::NotFound)));
        assert!(matches!(requests::withdraw(&t, &other, &protocol).await, Err(Error::NotFound)));
        let message = MessageForm { text: "oi".into(), submission: submission() };
        assert!(matches!(requests::message(&t, &other, &protocol, &message, &[]).await, Err(Error::NotFound)));
        for nonsense in ["", "x", "00000020261121000009", "999999999999999999999"] {
            assert!(matches!(requests::find(&t, &customer, nonsense).await, Err(Error::NotFound)), "{nonsense}");
        }
        assert!(requests::list(&t, &other, 1).await.unwrap().lines.is_empty());
        t.is_whole().await;
    }

    async fn a_request_is_taken_back_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        let both = futures::future::join_all((0..2).map(|_| requests::withdraw(&t, &customer, &protocol))).await;
        assert_eq!(both.iter().filter(|one| one.is_ok()).count(), 1);
        assert!(matches!(requests::withdraw(&t, &customer, &protocol).await, Err(Error::Overtaken("request_closed"))));
        let message = MessageForm { text: "voltei".into(), submission: submission() };
        assert!(matches!(requests::message(&t, &customer, &protocol, &message, &[]).await, Err(Error::Overtaken(_))));
        assert_eq!(t.subjects().await.iter().filter(|subject| subject.contains("desistiu")).count(), 1);
        t.is_whole().await;
    }

    async fn staff_ask_and_the_customer_answers(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        desk::claim(&t, &staff, &protocol).await.unwrap();
        desk::note(&t, &staff, &protocol, &DecisionForm { internal: "parece confuso".into(), ..nothing() }).await.unwrap();
        desk::ask_more(&t, &staff, &protocol, &told("Qual conta?")).await.unwrap();
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.may, [Action::Answer, Action::Withdraw, Action::Note]);
        assert!(!format!("{view:?}").contains("parece confuso"), "a note among staff stays there");
        let answer = MessageForm { text: "A de novembro".into(), submission: submission() };
        requests::message(&t, &customer, &protocol, &answer, &[]).await.unwrap();
        requests::message(&t, &customer, &protocol, &answer, &[]).await.unwrap();
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.status, Status::InReview);
        assert_eq!(view.timeline.iter().filter(|moment| moment.told.as_deref() == Some("A de novembro")).count(), 1, "sent twice, kept once");
        let empty = MessageForm { text: " ".into(), submission: submission() };
        assert_eq!(problem(requests::message(&t, &customer, &protocol, &empty, &[]).await), ("text".into(), Problem::Missing));
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        assert!(seen.history.iter().any(|moment| moment.internal.as_deref() == Some("parece confuso")));
        t.is_whole().await;
    }

    async fn looking_is_recorded_and_administrators_do_not_look(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(desk::open(&t, &administrator, &protocol).await, Err(Error::Forbidden)));
        assert!(matches!(queue::list(&t, &administrator, &Filter::default(), None).await, Err(Error::Forbidden)));
        assert!(matches!(desk::claim(&t, &administrator, &protocol).await, Err(Error::Forbidden)));
        let legal = t.staff(Role::Legal).await;
        let view = desk::open(&t, &legal, &protocol).await.unwrap();
        assert_eq!(view.buttons, [desk::Button { action: Action::Note, disabled: None }]);
        assert!(matches!(desk::claim(&t, &legal, &protocol).await, Err(Error::Forbidden)));
        assert!(matches!(desk::open(&t, &legal, "00000020200101000001").await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'requests.look' and customer_id = $1", customer.id().0).unwrap();
        assert_eq!(looks, 1);
        drop(conn);
        t.is_whole().await;
    }

    async fn the_queue_is_by_deadline_and_filtered(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 90).await;
        let staff = t.staff(Role::Supervisor).await;
        requests::submit_question(&t, &customer, &question(), &[]).await.unwrap();
        let slip = requests::submit_slip_request(&t, &customer, &SlipForm { bill: bill.to_string(), submission: submission() }).await.unwrap();
        let all = queue::list(&t, &staff, &Filter::default(), None).await.unwrap();
        let kinds: Vec<_> = all.lines.iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [Kind::Slip, Kind::Question], "two business days come before five");
        let only = |kind| Filter { kind: Some(kind), ..Filter::default() };
        assert_eq!(queue::list(&t, &staff, &only(Kind::Slip), None).await.unwrap().lines[0].protocol, slip);
        assert_eq!(queue::count(&t, &staff, &only(Kind::Refund)).await.unwrap(), 0);
        let late = Filter { due: Some(Due::Late), ..Filter::default() };
        assert_eq!(queue::count(&t, &staff, &late).await.unwrap(), 0);
        t.clock.advance(TimeDelta::days(30));
        let lines = queue::list(&t, &staff, &late, None).await.unwrap().lines;
        assert_eq!((lines.len(), queue::figures(&t, &staff).await.unwrap().late), (2, 2));
        assert_eq!(lines[0].urgency, Urgency::Late);
        assert_eq!(queue::count(&t, &staff, &Filter { status: Some(Status::Withdrawn), ..Filter::default() }).await.unwrap(), 0);
        t.is_whole().await;
    }

    async fn a_new_slip_is_asked_for_only_where_none_can_be_paid(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let today = t.clock.today();
        let payable = t.a_bill(customer.id(), Money::cents(5_000), 3).await;
        t.a_slip_of(&[payable], today).await;
        let past = t.a_bill(customer.id(), Money::cents(7_000), 40).await;
        t.a_slip_of(&[past], today - Days::new(1)).await;
        let form = |bill: domain::ids::BillId| SlipForm { bill: bill.to_string(), submission: submission() };
        assert_eq!(problem(requests::submit_slip_request(&t, &customer, &form(payable)).await), ("bill".into(), Problem::NoLongerPossible));
        assert!(matches!(requests::submit_slip_request(&t, &other, &form(past)).await, Err(Error::NotFound)));
        let forms: Vec<_> = (0..4).map(|_| form(past)).collect();
        let rivals = futures::future::join_all(forms.iter().map(|form| requests::submit_slip_request(&t, &customer, form))).await;
        assert_eq!(rivals.iter().filter(|one| one.is_ok()).count(), 1, "one open request a bill");
        let protocol = rivals.into_iter().find_map(Result::ok).unwrap().digits();

        desk::claim(&t, &staff, &protocol).await.unwrap();
        desk::approve(&t, &staff, &protocol, &nothing()).await.unwrap();
        assert_eq!(requests::bill_notes(&t, &customer, past).await.unwrap()[0].kind, "slip_asked");
        assert!(requests::bill_notes(&t, &other, past).await.unwrap().is_empty());
        assert_eq!(record::settle(&t).await.unwrap(), 0);
        // The bank's new slip takes the old one's place.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update slip_bills set payable = $2 where bill_id = $1", past.0, false).unwrap();
        tx.commit().await.unwrap();
        t.a_slip_of(&[past], today + Days::new(30)).await;
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        assert_eq!(record::settle(&t).await.unwrap(), 0, "again changes nothing");
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().status, Status::Done);
        t.is_whole().await;
    }

    async fn a_customer_without_an_address_is_written_to_through_who_asked(t: TestServer) {
        let (person, company) = (t.a_person().await, t.a_company().await);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'everything', $4)",
            Uuid::now_v7(), person.0, company.0, t.clock.today()).unwrap();
        sql!(tx, execute: "update customers set email = null where id = $1", company.0).unwrap();
        tx.commit().await.unwrap();
        let signed_in = t.signed_in(person).await;
        server::sessions::act_for(&t, &signed_in, company).await.unwrap();
        let acting = t.acting(&signed_in).await;
        let protocol = requests::submit_question(&t, &acting, &question(), &[]).await.unwrap();
        outbox::deliver_due(&t).await.unwrap();
        assert!(mail::mailbox(&t).await.unwrap()[0].recipient.starts_with(&person.0.simple().to_string()));
        // It is the company's, not the person's own.
        assert!(requests::list(&t, &signed_in, 1).await.unwrap().lines.is_empty());
        let view = desk::open(&t, &t.staff(Role::Operator).await, &protocol.digits()).await.unwrap();
        assert!(view.person.is_some() && view.customer.name.starts_with("Empresa"));
        assert!(matches!(view.request.detail, Detail::Question));
        t.is_whole().await;
    }

    async fn buttons_say_why_they_are_disabled(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocol = requests::submit_question(&t, &customer, &question(), &[]).await.unwrap().digits();
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        desk::claim(&t, &ana, &protocol).await.unwrap();
        let buttons = desk::open(&t, &bia, &protocol).await.unwrap().buttons;
        assert!(buttons.contains(&desk::Button { action: Action::Finish, disabled: Some(Refused::NotAssignedToYou) }));
        assert!(buttons.contains(&desk::Button { action: Action::Note, disabled: None }));
        t.is_whole().await;
    }
}
