use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::forms::Problem;
use domain::requests::absences::AbsenceForm;
use domain::requests::forms::{MessageForm, QuestionForm};
use domain::requests::{Action, Status};
use server::error::Error;
use server::on_both_databases;
use server::requests::absences::{self, HandedOver};
use server::requests::{self, What, desk, queue};
use server::sessions::{Customer, Staff};
use server::testing::TestServer;
use uuid::Uuid;

use crate::requests::{problem, submission, told};

async fn claimed(t: &TestServer, customer: &Customer, by: &Staff) -> String {
    let form = QuestionForm { text: "Quando vence a próxima?".into(), submission: submission() };
    let protocol = requests::submit_question(t, customer, &form, &[]).await.unwrap().digits();
    desk::claim(t, by, &protocol).await.unwrap();
    protocol
}

/// From today on, for so many days.
fn away(t: &TestServer, who: &str, days: u64) -> AbsenceForm {
    let today = t.clock.today();
    AbsenceForm { who: who.into(), from: today.to_string(), to: (today + Days::new(days)).to_string() }
}

on_both_databases! {
    async fn whoever_is_away_is_given_nothing(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (supervisor, ana) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await);
        let protocol = claimed(&t, &customer, &supervisor).await;
        absences::mark(&t, &ana, &away(&t, "", 3)).await.unwrap();
        assert!(matches!(desk::assign(&t, &supervisor, &protocol, ana.id()).await, Err(Error::Refused("is_away"))));
        assert!(queue::colleagues(&t, &supervisor).await.unwrap().iter().all(|one| one.id != ana.id()));
        assert!(queue::everybody(&t, &supervisor).await.unwrap().iter().any(|one| one.id == ana.id()));
        // On return everything is as before.
        t.clock.advance(TimeDelta::days(4));
        desk::assign(&t, &supervisor, &protocol, ana.id()).await.unwrap();
        // Back sooner than was said.
        absences::mark(&t, &supervisor, &away(&t, &ana.id().to_string(), 10)).await.unwrap();
        let absence = absences::list(&t, &ana).await.unwrap().pop().unwrap();
        assert_eq!((absence.staff_id, absence.open), (ana.id(), 1));
        absences::end(&t, &ana, absence.id).await.unwrap();
        assert!(absences::list(&t, &ana).await.unwrap().is_empty());
        assert!(queue::colleagues(&t, &supervisor).await.unwrap().iter().any(|one| one.id == ana.id()));
        assert!(matches!(absences::end(&t, &ana, absence.id).await, Err(Error::NotFound)));
        let backwards = AbsenceForm { to: (t.clock.today() - Days::new(1)).to_string(), ..away(&t, "", 1) };
        assert_eq!(problem(absences::mark(&t, &ana, &backwards).await), ("to".into(), Problem::InThePast));
        t.is_whole().await;
    }

    async fn what_somebody_who_left_had_is_handed_over(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (supervisor, keeper) = (t.staff(Role::Supervisor).await, t.staff(Role::Administrator).await);
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let (asked, claimed) = (claimed(&t, &customer, &ana).await, claimed(&t, &customer, &ana).await);
        desk::ask_more(&t, &ana, &asked, &told("Qual?")).await.unwrap();
        server::team::deactivate(&t, &keeper, ana.id()).await.unwrap();
        // The answer goes to the queue, not to nobody's desk.
        let answer = MessageForm { text: "Esta".into(), submission: submission() };
        requests::message(&t, &customer, &asked, &answer, &[]).await.unwrap();
        let back = desk::open(&t, &bia, &asked).await.unwrap();
        assert_eq!((back.request.status, back.assignee), (Status::Received, None));
        let people = server::requests::queue::everybody(&t, &supervisor).await.unwrap();
        assert!(people.iter().any(|person| person.id == ana.id() && person.open == 1));
        assert!(desk::assign(&t, &supervisor, &asked, ana.id()).await.is_err(), "nothing more is given to them");
        let over = absences::hand_over(&t, &supervisor, &ana.id().to_string(), Some(bia.id())).await.unwrap();
        assert_eq!(over, HandedOver { moved: 1, waiting: 0 });
        desk::finish(&t, &bia, &claimed, &told("No dia 10.")).await.unwrap();
        let people = server::requests::queue::everybody(&t, &supervisor).await.unwrap();
        assert!(people.iter().all(|person| person.id != ana.id()));
    }

    async fn what_somebody_has_is_handed_over_one_by_one(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (supervisor, ana, bia) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let mut protocols = Vec::new();
        for _ in 0..3 {
            protocols.push(claimed(&t, &customer, &ana).await);
        }
        desk::ask_more(&t, &ana, &protocols[0], &told("Qual?")).await.unwrap();
        let to_bia = absences::hand_over(&t, &supervisor, &ana.id().to_string(), Some(bia.id())).await.unwrap();
        assert_eq!(to_bia, HandedOver { moved: 3, waiting: 0 });
        let seen = desk::open(&t, &bia, &protocols[1]).await.unwrap();
        assert_eq!(seen.history.last().map(|moment| moment.what), Some(What::Step(Action::Assign)));
        desk::finish(&t, &bia, &protocols[1], &told("No dia 10.")).await.unwrap();

        // Back to the queue: what waits for the customer goes there with the answer.
        absences::mark(&t, &bia, &away(&t, "", 5)).await.unwrap();
        assert_eq!(absences::hand_over(&t, &bia, "", None).await.unwrap(), HandedOver { moved: 1, waiting: 1 });
        assert_eq!(desk::open(&t, &bia, &protocols[2]).await.unwrap().request.status, Status::Received);
        let answer = MessageForm { text: "Esta".into(), submission: submission() };
        requests::message(&t, &customer, &protocols[0], &answer, &[]).await.unwrap();
        let back = desk::open(&t, &ana, &protocols[0]).await.unwrap();
        assert_eq!((back.request.status, back.assignee), (Status::Received, None));
        assert!(back.history.iter().any(|moment| moment.what == What::Step(Action::Answer)));
        desk::claim(&t, &ana, &protocols[0]).await.unwrap();
        // Again, there is nothing left.
        assert_eq!(absences::hand_over(&t, &bia, "", None).await.unwrap(), HandedOver::default());
        t.is_whole().await;
    }

    async fn each_role_speaks_of_itself_and_supervisors_of_all(t: TestServer) {
        let other = t.staff(Role::Operator).await;
        for role in Role::ALL {
            let staff = t.staff(*role).await;
            let forbidden = |error: Option<&Error>| matches!(error, Some(Error::Forbidden));
            let works = matches!(role, Role::Operator | Role::Receivables | Role::Supervisor);
            let supervises = *role == Role::Supervisor;
            let of_other = other.id().to_string();
            assert_eq!(forbidden(absences::list(&t, &staff).await.as_ref().err()), !works, "list {role}");
            assert_eq!(forbidden(absences::mark(&t, &staff, &away(&t, "", 1)).await.as_ref().err()), !works, "mark {role}");
            assert_eq!(forbidden(absences::mark(&t, &staff, &away(&t, &of_other, 1)).await.as_ref().err()), !supervises, "mark another {role}");
            assert_eq!(forbidden(absences::hand_over(&t, &staff, "", None).await.as_ref().err()), !works, "hand over {role}");
            assert_eq!(forbidden(absences::hand_over(&t, &staff, &of_other, None).await.as_ref().err()), !supervises, "hand over another's {role}");
            assert_eq!(forbidden(absences::end(&t, &staff, Uuid::now_v7()).await.as_ref().err()), !works, "end {role}");
        }
        let absence = absences::list(&t, &other).await.unwrap().into_iter().find(|one| one.staff_id != other.id()).unwrap();
        assert!(matches!(absences::end(&t, &other, absence.id).await, Err(Error::NotFound)), "somebody else's");
        t.is_whole().await;
    }
}
