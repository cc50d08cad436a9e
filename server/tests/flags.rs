use domain::actors::Role;
use domain::agreements::eligibility::Ineligible;
use domain::flags::{Flag, FlagForm};
use domain::forms::Problem;
use domain::money::Money;
use server::error::Error;
use server::{agreements, customers, flags, on_both_databases};
use uuid::Uuid;

use crate::requests::problem;

pub(crate) fn form(flag: Flag) -> FlagForm {
    FlagForm {
        flag: flag.to_string(),
        reason: "Soubemos por telefone".into(),
        case_number: "0001234-56.2026.8.16.0001".into(),
        ..FlagForm::default()
    }
}

on_both_databases! {
    async fn each_role_sets_and_lifts_what_it_answers_for(t: TestServer) {
        for role in Role::ALL {
            let staff = t.staff(*role).await;
            for flag in Flag::ALL {
                let person = t.a_person().await;
                let set = flags::set(&t, &staff, person, &form(*flag)).await;
                match (set, *role) {
                    (Err(Error::Forbidden), Role::Administrator) => {}
                    (Err(Error::Refused("not_your_flag")), role) => assert!(!flag.rule().set_by.contains(&role), "{role} {flag}"),
                    (Ok(()), role) => {
                        assert!(flag.rule().set_by.contains(&role), "{role} {flag}");
                        let id = flags::see(&t, &staff, person).await.unwrap().settings[0].id;
                        let lifted = flags::lift(&t, &staff, person, id, "Engano").await;
                        assert_eq!(lifted.is_ok(), flag.rule().lifted_by.contains(&role), "{role} {flag}");
                    }
                    (other, role) => panic!("{role} {flag}: {other:?}"),
                }
            }
        }
        t.is_whole().await;
    }

    async fn a_flag_is_set_once_and_its_history_stays(t: TestServer) {
        let (person, stranger) = (t.a_person().await, t.a_person().await);
        let (legal, supervisor) = (t.staff(Role::Legal).await, t.staff(Role::Supervisor).await);
        let without = FlagForm { case_number: String::new(), ..form(Flag::Insolvency) };
        assert_eq!(problem(flags::set(&t, &legal, person, &without).await), ("case_number".into(), Problem::Missing));
        // Of two at once, one sets it.
        let wanted = form(Flag::Insolvency);
        let (one, other) = tokio::join!(flags::set(&t, &legal, person, &wanted), flags::set(&t, &supervisor, person, &wanted));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1);
        assert_eq!(problem(flags::set(&t, &legal, person, &wanted).await), ("flag".into(), Problem::AlreadyThere));
        let id = flags::see(&t, &legal, person).await.unwrap().settings[0].id;
        assert!(matches!(flags::lift(&t, &legal, stranger, id, "x").await, Err(Error::NotFound)), "another's");
        assert!(matches!(flags::lift(&t, &legal, person, Uuid::now_v7(), "x").await, Err(Error::NotFound)));
        assert!(matches!(flags::lift(&t, &supervisor, person, id, "x").await, Err(Error::Refused("not_your_flag"))));
        assert_eq!(problem(flags::lift(&t, &legal, person, id, " ").await), ("reason".into(), Problem::Missing));
        let (one, other) = tokio::join!(flags::lift(&t, &legal, person, id, "Encerrado"), flags::lift(&t, &legal, person, id, "Encerrado"));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1);
        flags::set(&t, &legal, person, &wanted).await.unwrap();
        let settings = customers::picture(&t, &legal, person).await.unwrap().flags;
        assert_eq!(settings.iter().map(flags::Set::holds).collect::<Vec<_>>(), [true, false]);
        assert_eq!(settings[1].lifted_reason.as_deref(), Some("Encerrado"));
        assert!(matches!(flags::set(&t, &legal, t.id(), &wanted).await, Err(Error::NotFound)));
        // The trail says what and when, and no words.
        let timeline = customers::picture(&t, &legal, person).await.unwrap().timeline;
        assert_eq!(timeline.iter().filter(|one| one.action == "flags.set").count(), 2);
        t.is_whole().await;
    }

    async fn what_is_in_court_is_not_split_by_self_service(t: TestServer) {
        let (person, other) = (t.a_person().await, t.a_person().await);
        let legal = t.staff(Role::Legal).await;
        for one in [person, other] {
            t.a_bill(one, Money::cents(50_000), 40).await;
        }
        flags::set(&t, &legal, person, &form(Flag::Legal)).await.unwrap();
        flags::set(&t, &legal, other, &form(Flag::OverIndebted)).await.unwrap();
        let customer = t.signed_in(person).await;
        let offer = agreements::offer(&t, &customer, &[]).await.unwrap();
        assert_eq!(offer.against, [Ineligible::Flagged { flag: Flag::Legal }]);
        assert!(offer.options.is_empty());
        let bill = offer.bills[0].bill.id;
        let asked = agreements::simulate(&t, &customer, &crate::agreements::plan(&[bill], "", 2)).await;
        assert_eq!(problem(asked), ("bills".into(), Problem::NoLongerPossible));
        let helped = t.signed_in(other).await;
        assert!(agreements::offer(&t, &helped, &[]).await.unwrap().against.is_empty());
        // Lifted, it is as before.
        let id = flags::see(&t, &legal, person).await.unwrap().settings[0].id;
        flags::lift(&t, &legal, person, id, "Processo encerrado").await.unwrap();
        assert!(agreements::offer(&t, &customer, &[]).await.unwrap().against.is_empty());
    }
}
