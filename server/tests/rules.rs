use domain::actors::Role;
use domain::forms::Problem;
use domain::money::Money;
use domain::requests::forms::QuestionForm;
use domain::requests::queue::Area;
use domain::requests::rules::RulesForm;
use domain::requests::{Action, Kind, Refused};
use server::error::Error;
use server::requests::rules::{self, Half};
use server::requests::{self, desk};
use server::sessions::{Customer, Staff};
use server::testing::TestServer;
use server::{on_both_databases, policies};

use crate::requests::{problem, submission};

async fn ask(t: &TestServer, customer: &Customer) -> String {
    let form = QuestionForm { text: "Quando vence a próxima?".into(), submission: submission() };
    requests::submit_question(t, customer, &form, &[]).await.unwrap().digits()
}

async fn held(t: &TestServer, staff: &Staff, half: Half) -> (i64, RulesForm) {
    let rules = rules::see(t, staff).await.unwrap();
    let written = |money: Money| money.to_string();
    let mut form =
        if half == Half::Routing { RulesForm::routing(&rules.policy, written) } else { RulesForm::authority(&rules.policy, written) };
    form.put("note", "Acordado em reunião");
    (rules.version, form)
}

on_both_databases! {
    async fn what_was_opened_keeps_what_it_had(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let supervisor = t.staff(Role::Supervisor).await;
        let before = ask(&t, &customer).await;
        let (version, mut form) = held(&t, &supervisor, Half::Routing).await;
        form.put("area.question", "legal");
        form.put("days.question", "1");
        assert_eq!(rules::save(&t, &supervisor, Half::Routing, version, &form).await.unwrap(), version + 1);
        let after = ask(&t, &customer).await;
        let (old, new) = (desk::open(&t, &supervisor, &before).await.unwrap(), desk::open(&t, &supervisor, &after).await.unwrap());
        assert_eq!((old.area, new.area), (Area::Service, Area::Legal));
        assert!(new.request.deadline_on < old.request.deadline_on);
        let seen = rules::see(&t, &supervisor).await.unwrap();
        assert_eq!((seen.version, seen.versions.len()), (version + 1, 1));
        assert!(seen.versions[0].version.made_by.is_some());
        assert_eq!(seen.versions[0].version.note, "Acordado em reunião");
        t.is_whole().await;
    }

    async fn limits_are_of_a_kind_and_hold_at_once(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let (version, mut form) = held(&t, &administrator, Half::Authority).await;
        form.put("limit.refund.operator", "0,00");
        form.put("limit.refund.receivables", "10,00");
        form.put("limit.refund.supervisor", "20,00");
        form.put("four_eyes.dispute", "1,00");
        rules::save(&t, &administrator, Half::Authority, version, &form).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let policy = policies::requests(&t, &mut conn).await.unwrap();
        drop(conn);
        assert_eq!(policy.limit(Kind::Refund, Role::Receivables), Money::cents(1_000));
        assert_eq!(policy.limit(Kind::Plan, Role::Receivables), Money::cents(200_000));
        let case = domain::requests::Case {
            kind: Kind::Refund,
            status: domain::requests::Status::Prepared,
            amount: Money::cents(2_001),
            off_policy: false,
            assigned_to: None,
            prepared_by: Some(domain::ids::StaffId(uuid::Uuid::nil())),
        };
        let supervisor = t.staff(Role::Supervisor).await;
        let refused = domain::requests::step(&case, Action::Approve, supervisor.who(), &policy);
        assert_eq!(refused, Err(Refused::AboveYourLimit { limit: Money::cents(2_000) }));
        t.is_whole().await;
    }

    async fn of_two_who_change_the_rules_one_is_told(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        let (version, form) = held(&t, &supervisor, Half::Routing).await;
        let both = futures::future::join_all((0..4).map(|_| rules::save(&t, &supervisor, Half::Routing, version, &form))).await;
        assert_eq!(both.iter().filter(|one| one.is_ok()).count(), 1);
        assert!(both.iter().filter_map(|one| one.as_ref().err()).all(|error| matches!(error, Error::Overtaken("policy_changed"))));
        let mut wrong = form.clone();
        wrong.put("days.refund", "");
        assert_eq!(problem(rules::save(&t, &supervisor, Half::Routing, version + 1, &wrong).await), ("days.refund".into(), Problem::Missing));
        t.is_whole().await;
    }

    // Whoever decides sets no limit; whoever sets limits decides nothing.
    async fn each_role_keeps_its_own_half(t: TestServer) {
        for role in Role::ALL {
            let staff = t.staff(*role).await;
            let forbidden = |error: Option<&Error>| matches!(error, Some(Error::Forbidden));
            let routes = matches!(role, Role::Supervisor | Role::Administrator);
            assert_eq!(forbidden(rules::see(&t, &staff).await.as_ref().err()), !routes, "see {role}");
            let empty = RulesForm::default();
            assert_eq!(forbidden(rules::save(&t, &staff, Half::Routing, 0, &empty).await.as_ref().err()), !routes, "routing {role}");
            let keeps = *role == Role::Administrator;
            assert_eq!(forbidden(rules::save(&t, &staff, Half::Authority, 0, &empty).await.as_ref().err()), !keeps, "authority {role}");
        }
        t.is_whole().await;
    }
}
