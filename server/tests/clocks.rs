use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::requests::clock::left;
use domain::requests::forms::{MessageForm, QuestionForm};
use domain::requests::queue::{Due, Filter};
use domain::requests::{Action, Kind, Status, Urgency};
use server::error::Error;
use server::requests::{self, What, clock, desk, queue};
use server::testing::TestServer;
use server::texts::Locale;
use server::{on_both_databases, sessions};

use crate::requests::{submission, told};

async fn ask(t: &TestServer, customer: &sessions::Customer) -> String {
    let form = QuestionForm { text: "Quando vence a próxima?".into(), submission: submission() };
    requests::submit_question(t, customer, &form, &[]).await.unwrap().digits()
}

on_both_databases! {
    async fn while_the_customer_is_asked_the_deadline_stands_still(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let protocol = ask(&t, &customer).await;
        t.clock.advance(TimeDelta::days(2));
        desk::claim(&t, &staff, &protocol).await.unwrap();
        let before = requests::find(&t, &customer, &protocol).await.unwrap().deadline_on;
        let days_left = left(before, t.clock.today(), &Calendar::default());
        desk::ask_more(&t, &staff, &protocol, &told("Qual conta?")).await.unwrap();
        let asked_on = t.clock.today();
        let waiting = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(waiting.waits_until, Some(Calendar::default().add_business_days(asked_on, 10)));
        assert!(t.subjects().await[0].contains("Precisamos"));

        t.clock.advance(TimeDelta::days(40));
        let late = Filter { due: Some(Due::Late), ..Filter::default() };
        assert_eq!(queue::count(&t, &staff, &late).await.unwrap(), 0, "it is not our turn");
        let all = queue::list(&t, &staff, &Filter::default(), None).await.unwrap();
        assert_eq!(all.lines[0].urgency, Urgency::Paused);
        let answer = MessageForm { text: "A de novembro".into(), submission: submission() };
        requests::message(&t, &customer, &protocol, &answer, &[]).await.unwrap();

        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        assert_eq!(left(seen.request.deadline_on, t.clock.today(), &Calendar::default()), days_left, "as many as there were");
        assert_eq!(seen.request.waits_until, None);
        assert_eq!(seen.pauses.len(), 1);
        let pause = &seen.pauses[0];
        assert_eq!((pause.from_on, pause.to_on), (asked_on, Some(t.clock.today())));
        assert_eq!((pause.deadline_before, pause.deadline_after), (before, Some(seen.request.deadline_on)));
        t.is_whole().await;
    }

    async fn supervisors_are_told_once_of_each(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let protocol = ask(&t, &customer).await;
        assert_eq!(clock::watch(&t).await.unwrap(), 0, "there is time");
        let deadline = requests::find(&t, &customer, &protocol).await.unwrap().deadline_on;
        let to_the_last_day = deadline - t.clock.today();
        t.clock.advance(to_the_last_day);
        let both = futures::future::join_all((0..4).map(|_| clock::watch(&t))).await;
        assert_eq!(both.into_iter().map(Result::unwrap).sum::<usize>(), 1, "once, however many look");
        assert_eq!(clock::watch(&t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::days(1));
        assert_eq!(clock::watch(&t).await.unwrap(), 1);
        assert_eq!(clock::watch(&t).await.unwrap(), 0);
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        let whats: Vec<_> = seen.history.iter().map(|moment| moment.what).collect();
        assert_eq!(whats, [What::Submitted, What::Step(Action::Warn), What::Step(Action::Escalate)]);
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.timeline.len(), 1, "that is among staff");
        assert_eq!(view.status, Status::Received);
        t.is_whole().await;
    }

    async fn the_customer_is_reminded_once_of_what_was_asked(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let protocol = ask(&t, &customer).await;
        desk::claim(&t, &staff, &protocol).await.unwrap();
        desk::ask_more(&t, &staff, &protocol, &told("Qual conta?")).await.unwrap();
        assert_eq!(clock::watch(&t).await.unwrap(), 0);
        let until = requests::find(&t, &customer, &protocol).await.unwrap().waits_until.unwrap();
        t.clock.advance(until - Days::new(1) - t.clock.today());
        assert_eq!(clock::watch(&t).await.unwrap(), 1);
        assert_eq!(clock::watch(&t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::days(60));
        assert_eq!(clock::watch(&t).await.unwrap(), 0, "nobody is pressed, and nothing is late");
        assert_eq!(t.subjects().await.iter().filter(|subject| subject.contains("Ainda falta")).count(), 1);
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.timeline.last().map(|moment| moment.what), Some(What::Step(Action::Remind)));
        t.is_whole().await;
    }

    async fn how_deadlines_were_kept_is_told_by_month_and_kind(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Supervisor).await;
        let (quick, slow, taken_back) = (ask(&t, &customer).await, ask(&t, &customer).await, ask(&t, &customer).await);
        desk::claim(&t, &staff, &quick).await.unwrap();
        desk::finish(&t, &staff, &quick, &told("No dia 10.")).await.unwrap();
        requests::withdraw(&t, &customer, &taken_back).await.unwrap();
        // Asked at once and answered after two months: none of those days was ours.
        desk::claim(&t, &staff, &slow).await.unwrap();
        desk::ask_more(&t, &staff, &slow, &told("Qual?")).await.unwrap();
        let opened = t.clock.today();
        t.clock.advance(TimeDelta::days(60));
        requests::message(&t, &customer, &slow, &MessageForm { text: "Esta".into(), submission: submission() }, &[]).await.unwrap();
        desk::finish(&t, &staff, &slow, &told("No dia 10.")).await.unwrap();
        let late = ask(&t, &customer).await;
        desk::claim(&t, &staff, &late).await.unwrap();
        t.clock.advance(TimeDelta::days(30));
        desk::refuse(&t, &staff, &late, &told("Não é possível.")).await.unwrap();

        let kept = clock::kept(&t, &staff, opened, t.clock.today()).await.unwrap();
        assert!(kept.iter().all(|line| line.kind == Kind::Question));
        assert_eq!(kept.iter().map(|line| (line.in_time, line.late)).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1)), (2, 1));
        let first = kept.last().unwrap();
        assert_eq!((first.month.as_str(), first.in_time, first.late, first.median), (&*opened.format("%Y-%m").to_string(), 1, 0, Some(0)));
        assert!(kept[0].late == 1 && kept[0].median.is_some_and(|days| days > 15));
        let csv = clock::kept_csv(&t, &staff, opened, t.clock.today(), Locale::PtBr).await.unwrap();
        assert!(csv.starts_with("month;kind;kind_name;in_time;late;median_business_days\r\n"), "{csv}");
        assert_eq!(csv.lines().count(), 1 + kept.len());
        assert!(clock::kept(&t, &staff, opened - Days::new(60), opened - Days::new(1)).await.unwrap().is_empty());
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(clock::kept(&t, &administrator, opened, opened).await, Err(Error::Forbidden)));
        assert!(matches!(clock::kept_csv(&t, &administrator, opened, opened, Locale::PtBr).await, Err(Error::Forbidden)));
        t.is_whole().await;
    }
}
