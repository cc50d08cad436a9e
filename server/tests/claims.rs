use chrono::Days;
use domain::actors::Role;
use domain::demands::sums;
use domain::flags::{Flag, FlagForm};
use domain::money::Money;
use domain::statement::EntryKind;
use server::error::Error;
use server::{claims, flags, on_both_databases, papers, sql};

on_both_databases! {
    async fn what_existed_is_claimed_as_of_that_day_and_what_came_later_is_not(t: TestServer) {
        let (legal, person) = (t.staff(Role::Legal).await, t.a_person().await);
        // Issued twenty days before they fall due: before the petition of sixty days ago, due or not; after it; paid before it.
        let (old, _young, _later, paid) = (
            t.a_bill(person, Money::cents(52_347), 100).await,
            t.a_bill(person, Money::cents(10_000), 45).await,
            t.a_bill(person, Money::cents(7_000), 30).await,
            t.a_bill(person, Money::cents(30_000), 100).await,
        );
        let ago = |days| t.clock.today() - Days::new(days);
        t.posted(person, Some(paid), EntryKind::Payment, Money::cents(-30_000), ago(70)).await;
        t.posted(person, Some(old), EntryKind::Payment, Money::cents(-2_347), ago(30)).await;
        assert!(matches!(claims::see(&t, &legal, person).await, Err(Error::NotFound)));
        let flag = FlagForm { flag: Flag::Insolvency.as_str().into(), reason: "Recuperação".into(), case_number: "0001".into(), since: ago(60).to_string() };
        flags::set(&t, &legal, person, &flag).await.unwrap();
        let claim = claims::see(&t, &legal, person).await.unwrap();
        let told: Vec<_> = claim.lines.iter().map(|line| (line.principal.as_cents(), line.fine.as_cents(), line.interest.as_cents())).collect();
        // Forty days late on that day: 2 %, and 1 % a month for forty days of thirty; the one that fell due later costs nothing more.
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!((told[0].0, told[0].1, told[1]), (52_347, 1_047, (10_000, 0, 0)));
        assert!((660..=720).contains(&told[0].2), "{told:?}");
        assert_eq!((claim.paid_since, claim.later.len(), claim.later[0].2), (Money::cents(2_347), 1, Money::cents(7_000)));
        let list = claims::list(&t, &legal).await.unwrap();
        assert_eq!((list.len(), list[0].subject, list[0].later), (1, sums(&claim.lines)[3], Money::cents(7_000)));
        // The day it is looked at does not matter; the paper is the same one until something changes.
        let paper = papers::claims::statement(&t, &legal, person).await.unwrap();
        assert!(paper.bytes.starts_with(b"%PDF"));
        t.clock.advance(chrono::TimeDelta::days(30));
        assert_eq!(claims::see(&t, &legal, person).await.unwrap().lines, claim.lines);
        assert_eq!(papers::claims::statement(&t, &legal, person).await.unwrap().code, paper.code);
        let holds = async || {
            let mut conn = t.db.read().await.unwrap();
            sql!(conn, one (i64,): "select count(*) from papers where kind = 'claim'").unwrap().0
        };
        assert_eq!(holds().await, 1);
        t.posted(person, Some(old), EntryKind::Payment, Money::cents(-1_000), t.clock.today()).await;
        assert_ne!(papers::claims::statement(&t, &legal, person).await.unwrap().code, paper.code);
        assert_eq!(holds().await, 2);
    }

    async fn only_those_who_see_to_it(t: TestServer) {
        let (legal, person) = (t.staff(Role::Legal).await, t.a_person().await);
        flags::set(&t, &legal, person, &crate::flags::form(Flag::Insolvency)).await.unwrap();
        for role in [Role::Operator, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(claims::list(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(claims::see(&t, &staff, person).await, Err(Error::Forbidden)));
            assert!(matches!(papers::claims::statement(&t, &staff, person).await, Err(Error::Forbidden)));
        }
        assert!(matches!(papers::claims::statement(&t, &legal, t.a_person().await).await, Err(Error::NotFound)));
        // Lifted, there is nothing to claim any more, and the paper holds no longer.
        let set = flags::see(&t, &legal, person).await.unwrap().settings[0].id;
        flags::lift(&t, &legal, person, set, "Encerrada").await.unwrap();
        assert!(claims::list(&t, &legal).await.unwrap().is_empty());
    }
}
