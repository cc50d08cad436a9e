use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::default_notices::{Proof, ProofForm};
use domain::demands::{Content, DemandForm, Line, Stage, sums};
use domain::disputes::DisputeForm;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::BillId;
use domain::money::Money;
use domain::promises::PromiseForm;
use domain::statement::EntryKind;
use server::demands::{self, Detail};
use server::error::Error;
use server::testing::TestServer;
use server::{disputes, flags, notices, on_both_databases, papers, promises, sql};

use crate::placements::{an_agency, of, placed};
use crate::requests::{problem, submission};

pub(crate) fn form(t: &TestServer, bills: &[BillId], sending: &str) -> DemandForm {
    let pay_until = (t.clock.today() + Days::new(10)).to_string();
    DemandForm { bills: bills.iter().map(ToString::to_string).collect(), pay_until, sending: sending.into(), submission: submission() }
}

/// A creditor that can be reached.
pub(crate) async fn reachable(t: &TestServer) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update creditor set phone = '0800 000', email = 'a@example.org'").unwrap();
    tx.commit().await.unwrap();
}

async fn lines(t: &TestServer) -> Vec<Line> {
    let mut conn = t.db.read().await.unwrap();
    let (lines,) = sql!(conn, one (String,): "select lines from demands").unwrap();
    serde_json::from_str(&lines).unwrap()
}

fn stages(detail: &Detail, t: &TestServer) -> Vec<Stage> {
    detail.demands.iter().map(|one| one.stage(t)).collect()
}

on_both_databases! {
    async fn a_letter_has_one_table_of_what_everything_comes_to(t: TestServer) {
        let staff = t.staff(Role::Receivables).await;
        let person = t.a_person().await;
        let (one, two) = (t.a_bill(person, Money::cents(52_347), 40).await, t.a_bill(person, Money::cents(10_000), 12).await);
        t.a_bill(person, Money::cents(99_999), -5).await;
        let refused = demands::write(&t, &staff, person, &form(&t, &[one, two], "mail")).await;
        assert_eq!(problem(refused), ("creditor_contact".into(), Problem::Missing));
        reachable(&t).await;
        let seen = demands::see(&t, &staff, person).await.unwrap();
        assert_eq!((seen.late.len(), seen.left_out, seen.by_mail, seen.may_write), (2, 0, true, true));
        // Two tabs, one letter.
        let wanted = form(&t, &[one, two], "mail");
        let (a, b) = tokio::join!(demands::write(&t, &staff, person, &wanted), demands::write(&t, &staff, person, &wanted));
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert_eq!((t.count("demands").await, t.count("demand_bills").await), (1, 2));
        // Worked out for the last day: fifty days of interest on 523.47 (1 % a month), and 2 % of fine.
        let lines = lines(&t).await;
        let first = &lines[0];
        assert_eq!((first.principal, first.fine), (Money::cents(52_347), Money::cents(1_047)));
        assert_eq!(first.principal + first.fine + first.interest, first.total);
        assert!(first.interest > Money::cents(800) && first.interest < Money::cents(900), "{}", first.interest);
        let letter = demands::list(&t, &staff).await.unwrap().remove(0);
        assert_eq!((letter.total, letter.open, letter.stage(&t)), (sums(&lines)[3], Money::cents(62_347), Stage::Unproven));
        // The mail says that there is something to read, and nothing of it.
        assert_eq!(t.subjects().await[0], "Há uma mensagem importante sobre as suas contas");
        let customer = t.signed_in(person).await;
        let told = notices::list(&t, &customer, None).await.unwrap().notices.remove(0);
        for part in ["Cooperativa Teste Ltda.", "11.222.333/0001-81", "Rua A, 1", "0800 000", "/pagar", "/parcelar", "/contestar", "/comprovante"] {
            assert!(told.body.contains(part), "{part}: {}", told.body);
        }
        assert!(told.body.contains(&server::texts::money(server::texts::Locale::PtBr, letter.total)));
        notices::read(&t, &customer, told.id).await.unwrap();
        let seen = demands::see(&t, &staff, person).await.unwrap();
        assert_eq!((stages(&seen, &t), seen.demands[0].proven.by(&t).map(|(proof, _)| proof)), (vec![Stage::Running], Some(Proof::Read)));
        assert!(papers::notices::letter_for_staff(&t, &staff, person, told.id).await.unwrap().bytes.starts_with(b"%PDF"));
        t.clock.advance(TimeDelta::days(11));
        assert_eq!(stages(&demands::see(&t, &staff, person).await.unwrap(), &t), [Stage::Overdue]);
        for (bill, cents) in [(one, 52_347), (two, 10_000)] {
            t.posted(person, Some(bill), EntryKind::Payment, Money::cents(-cents), t.clock.today()).await;
        }
        assert_eq!(stages(&demands::see(&t, &staff, person).await.unwrap(), &t), [Stage::Settled]);
        t.is_whole().await;
    }

    async fn nothing_is_asked_for_that_something_else_is_waited_for(t: TestServer) {
        reachable(&t).await;
        let staff = t.staff(Role::Supervisor).await;
        let person = t.a_person().await;
        let mut bills = Vec::new();
        for _ in 0..4 {
            bills.push(t.a_bill(person, Money::cents(10_000), 40).await);
        }
        let customer = t.signed_in(person).await;
        let dispute = DisputeForm { bill: bills[0].to_string(), reason: "amount".into(), text: "É outro".into(), submission: submission() };
        disputes::submit(&t, &customer, &dispute, &[]).await.unwrap();
        let on = (t.clock.today() + Days::new(3)).to_string();
        let promise = PromiseForm { bills: vec![bills[1].to_string()], on, amount: String::new(), submission: submission() };
        promises::make(&t, &customer, &promise).await.unwrap();
        let agency = an_agency(&t, &staff, "agency").await;
        placed(&t, &staff, &of(agency, person, &[bills[3]])).await;
        let seen = demands::see(&t, &staff, person).await.unwrap();
        assert_eq!((seen.late.iter().map(|bill| bill.id).collect::<Vec<_>>(), seen.left_out), (vec![bills[2]], 3));
        for bill in [bills[0], bills[1], bills[3], BillId(t.id())] {
            let refused = demands::write(&t, &staff, person, &form(&t, &[bills[2], bill], "post")).await;
            assert_eq!(problem(refused), ("bills".into(), Problem::NoLongerPossible));
        }
        // Somebody else's bill is none of this customer's.
        let other = t.a_bill(t.a_person().await, Money::cents(10_000), 40).await;
        assert_eq!(problem(demands::write(&t, &staff, person, &form(&t, &[other], "post")).await), ("bills".into(), Problem::NoLongerPossible));
        assert_eq!(t.count("demands").await, 0);
    }

    async fn who_is_in_a_proceeding_gets_no_letter_and_by_post_it_needs_an_address(t: TestServer) {
        reachable(&t).await;
        let legal = t.staff(Role::Legal).await;
        let (insolvent, silent) = (t.a_person().await, t.a_person().await);
        let (one, two) = (t.a_bill(insolvent, Money::cents(10_000), 40).await, t.a_bill(silent, Money::cents(10_000), 40).await);
        flags::set(&t, &legal, insolvent, &crate::flags::form(Flag::Insolvency)).await.unwrap();
        assert_eq!(demands::see(&t, &legal, insolvent).await.unwrap().against, Some(Flag::Insolvency));
        assert!(matches!(demands::write(&t, &legal, insolvent, &form(&t, &[one], "post")).await, Err(Error::Refused("demand_proceeding"))));
        flags::set(&t, &legal, silent, &crate::flags::form(Flag::DoNotContact)).await.unwrap();
        assert_eq!(problem(demands::write(&t, &legal, silent, &form(&t, &[two], "mail")).await), ("sending".into(), Problem::NoLongerPossible));
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set address = ' '").unwrap();
        tx.commit().await.unwrap();
        assert_eq!(demands::see(&t, &legal, silent).await.unwrap().missing, [Content::CustomerAddress]);
        assert_eq!(problem(demands::write(&t, &legal, silent, &form(&t, &[two], "post")).await), ("customer_address".into(), Problem::Missing));
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set address = 'Rua B, 2', city = 'Curitiba'").unwrap();
        tx.commit().await.unwrap();
        let mails = t.subjects().await.len();
        demands::write(&t, &legal, silent, &form(&t, &[two], "post")).await.unwrap();
        assert_eq!(t.subjects().await.len(), mails);
        let demand = demands::list(&t, &legal).await.unwrap().remove(0).id;
        let proof = |on: String| ProofForm { proof: "letter".into(), on, note: "AR 1".into() };
        let early = (t.clock.today() - Days::new(1)).to_string();
        assert_eq!(problem(demands::prove(&t, &legal, demand, &proof(early)).await), ("on".into(), Problem::InThePast));
        let today = proof(t.clock.today().to_string());
        assert_eq!(demands::prove(&t, &legal, demand, &today).await.unwrap(), silent);
        assert!(matches!(demands::prove(&t, &legal, demand, &today).await, Err(Error::Overtaken("proof_entered"))));
        assert_eq!(demands::list(&t, &legal).await.unwrap()[0].stage(&t), Stage::Running);
    }

    async fn only_those_who_answer_for_it_write(t: TestServer) {
        reachable(&t).await;
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 40).await;
        let (operator, administrator) = (t.staff(Role::Operator).await, t.staff(Role::Administrator).await);
        assert!(!demands::see(&t, &operator, person).await.unwrap().may_write);
        assert!(matches!(demands::see(&t, &administrator, person).await, Err(Error::Forbidden)));
        assert!(matches!(demands::list(&t, &administrator).await, Err(Error::Forbidden)));
        for staff in [&operator, &administrator] {
            assert!(matches!(demands::write(&t, staff, person, &form(&t, &[bill], "post")).await, Err(Error::Forbidden)));
            assert!(matches!(demands::prove(&t, staff, t.id(), &ProofForm::default()).await, Err(Error::Forbidden)));
        }
        let supervisor = t.staff(Role::Supervisor).await;
        assert!(matches!(demands::write(&t, &supervisor, t.id(), &form(&t, &[bill], "post")).await, Err(Error::NotFound)));
        assert!(matches!(demands::prove(&t, &supervisor, t.id(), &ProofForm::default()).await, Err(Error::NotFound)));
    }
}
