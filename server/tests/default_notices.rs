use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::default_notices::{Excluded, NoticeForm, Proof, ProofForm, Stage};
use domain::disputes::DisputeForm;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::{BillId, ContractId, CustomerId};
use domain::money::Money;
use server::default_notices::{self, Case};
use server::error::Error;
use server::sessions::Staff;
use server::testing::TestServer;
use server::{disputes, flags, notices, on_both_databases, papers, sql};

use crate::requests::{problem, submission};

pub(crate) fn form(sending: &str) -> NoticeForm {
    NoticeForm { sending: sending.into(), beneficiaries: "Pessoa 1, CPF 000.000.000-00".into(), submission: submission() }
}

async fn set(t: &TestServer, statement: &'static str, id: uuid::Uuid) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: statement, id).unwrap();
    tx.commit().await.unwrap();
}

/// A contract with two months that are so many days late, each with a boleto.
pub(crate) async fn late(t: &TestServer, customer: CustomerId, days: [i64; 2]) -> (ContractId, [BillId; 2]) {
    let first = t.a_bill(customer, Money::cents(50_000), days[0]).await;
    let second = t.a_bill(customer, Money::cents(50_000), days[1]).await;
    for bill in [first, second] {
        t.a_slip(bill).await;
    }
    let mut tx = t.db.write().await.unwrap();
    let (contract,) = sql!(tx, one (uuid::Uuid,): "select contract_id from bills where id = $1", first.0).unwrap();
    sql!(tx, execute: "update bills set contract_id = $2 where id = $1", second.0, contract).unwrap();
    sql!(tx, execute: "update creditor set phone = '0800 000', email = 'a@example.org'").unwrap();
    tx.commit().await.unwrap();
    (ContractId(contract), [first, second])
}

async fn case(t: &TestServer, staff: &Staff, contract: ContractId) -> Option<Case> {
    default_notices::list(t, staff).await.unwrap().into_iter().find(|case| case.contract == contract)
}

on_both_databases! {
    async fn who_is_to_be_told_is_listed_by_urgency(t: TestServer) {
        let staff = t.staff(Role::Operator).await;
        let person = t.a_person().await;
        let (overdue, _) = late(&t, person, [80, 30]).await;
        let (near, bills) = late(&t, person, [41, 5]).await;
        // One month alone, and a company's contract, are nobody's here.
        let alone = t.a_bill(person, Money::cents(1_000), 90).await;
        t.a_slip(alone).await;
        let (company, _) = late(&t, t.a_company().await, [90, 60]).await;
        set(&t, "update contracts set kind = 'company' where id = $1", company.0).await;
        let list = default_notices::list(&t, &staff).await.unwrap();
        assert_eq!(list.iter().map(|case| case.contract).collect::<Vec<_>>(), [overdue, near]);
        assert_eq!(list[0].stage, Stage::Overdue);
        assert!(matches!(list[1].stage, Stage::Tell(_) | Stage::Near), "{:?}", list[1]);
        // What the creditor caused does not count.
        set(&t, "update slips set state = 'rejected' where id in (select slip_id from slip_bills where bill_id = $1)", bills[0].0).await;
        assert!(case(&t, &staff, near).await.is_none());
        let seen = default_notices::see(&t, &staff, near).await.unwrap();
        assert_eq!(seen.case.unpaid[0].excluded, Some(Excluded::NoSlip));
        assert!(!seen.may_give);
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(default_notices::list(&t, &administrator).await, Err(Error::Forbidden)));
        assert!(matches!(default_notices::see(&t, &administrator, near).await, Err(Error::Forbidden)));
        assert!(matches!(default_notices::give(&t, &staff, near, &form("post")).await, Err(Error::Forbidden)));
        assert!(matches!(default_notices::see(&t, &staff, t.id()).await, Err(Error::NotFound)));
    }

    async fn a_notice_says_everything_or_is_not_given(t: TestServer) {
        let legal = t.staff(Role::Legal).await;
        let person = t.a_person().await;
        let (contract, bills) = late(&t, person, [80, 30]).await;
        set(&t, "update contracts set plan_registration = '' where id = $1", contract.0).await;
        let refused = default_notices::give(&t, &legal, contract, &form("mail")).await;
        assert_eq!(problem(refused), ("plan_registration".into(), Problem::Missing));
        let nobody = NoticeForm { beneficiaries: " ".into(), ..form("mail") };
        assert_eq!(problem(default_notices::give(&t, &legal, contract, &nobody).await), ("beneficiaries".into(), Problem::Missing));
        set(&t, "update contracts set plan_registration = '400001001' where id = $1", contract.0).await;
        let wanted = form("mail");
        let (one, other) = tokio::join!(default_notices::give(&t, &legal, contract, &wanted), default_notices::give(&t, &legal, contract, &wanted));
        assert!(one.is_ok() && other.is_ok());
        assert_eq!(t.count("default_notices").await, 1);
        assert!(matches!(default_notices::give(&t, &legal, contract, &form("post")).await, Err(Error::Refused("no_default"))));
        assert_eq!(case(&t, &legal, contract).await.unwrap().stage, Stage::Unproven);
        // The mail says that there is something to read, and nothing of it.
        let subjects = t.subjects().await;
        assert_eq!(subjects[0], "Há um aviso importante sobre o seu contrato");
        let customer = t.signed_in(person).await;
        let told = notices::list(&t, &customer, None).await.unwrap().notices.remove(0);
        for part in ["Cooperativa Teste Ltda.", "000000", "Rua A, 1", "0800 000", "Pessoa 1, CPF", "Plano Teste", "400001001", "/contestar", "/pagar", "10 dias"] {
            assert!(told.body.contains(part), "{part}: {}", told.body);
        }
        // Opened behind a code it proves itself, and ten days begin.
        notices::read(&t, &customer, told.id).await.unwrap();
        let until = t.clock.today() + Days::new(10);
        assert_eq!(case(&t, &legal, contract).await.unwrap().stage, Stage::Running(until));
        let given = default_notices::see(&t, &legal, contract).await.unwrap().notices.remove(0);
        assert_eq!(given.proven.by(&t).map(|(proof, _)| proof), Some(Proof::Read));
        assert!(papers::notices::letter_for_staff(&t, &legal, person, told.id).await.unwrap().bytes.starts_with(b"%PDF"));
        // Disputed, the clock stands.
        let dispute = DisputeForm { bill: bills[1].to_string(), reason: "amount".into(), text: "É outro".into(), submission: submission() };
        disputes::submit(&t, &customer, &dispute, &[]).await.unwrap();
        t.clock.advance(TimeDelta::days(20));
        assert_eq!(case(&t, &legal, contract).await.unwrap().stage, Stage::Contested);
        t.is_whole().await;
    }

    async fn a_letter_is_proven_by_hand_once(t: TestServer) {
        let staff = t.staff(Role::Receivables).await;
        let person = t.a_person().await;
        let (contract, _) = late(&t, person, [80, 30]).await;
        flags::set(&t, &staff, person, &crate::flags::form(Flag::Deceased)).await.unwrap();
        assert_eq!(problem(default_notices::give(&t, &staff, contract, &form("mail")).await), ("sending".into(), Problem::NoLongerPossible));
        assert!(!default_notices::see(&t, &staff, contract).await.unwrap().by_mail);
        let mails = t.subjects().await.len();
        default_notices::give(&t, &staff, contract, &form("post")).await.unwrap();
        assert_eq!(t.subjects().await.len(), mails, "nothing by our channels");
        let notice = default_notices::see(&t, &staff, contract).await.unwrap().notices.remove(0).id;
        t.clock.advance(TimeDelta::days(3));
        let letter = ProofForm { proof: "letter".into(), on: (t.clock.today() - Days::new(1)).to_string(), note: "AR BR1".into() };
        let operator = t.staff(Role::Operator).await;
        assert!(matches!(default_notices::prove(&t, &operator, notice, &letter).await, Err(Error::Forbidden)));
        assert!(matches!(default_notices::prove(&t, &staff, uuid::Uuid::now_v7(), &letter).await, Err(Error::NotFound)));
        let before = ProofForm { on: (t.clock.today() - Days::new(9)).to_string(), ..letter.clone() };
        assert_eq!(problem(default_notices::prove(&t, &staff, notice, &before).await), ("on".into(), Problem::InThePast));
        let (one, other) = tokio::join!(default_notices::prove(&t, &staff, notice, &letter), default_notices::prove(&t, &staff, notice, &letter));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1);
        assert_eq!(case(&t, &staff, contract).await.unwrap().stage, Stage::Running(t.clock.today() + Days::new(9)));
        t.clock.advance(TimeDelta::days(10));
        assert_eq!(case(&t, &staff, contract).await.unwrap().stage, Stage::ToDecide);
        t.is_whole().await;
    }
}
