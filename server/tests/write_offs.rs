use domain::actors::Role;
use domain::disputes::DisputeForm;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::placements::{AgencyForm, BillState, PlacementForm};
use domain::write_offs::{Kept, Reason, State, WriteOffForm};
use server::error::Error;
use server::files::{self, Stored};
use server::placements::{self, agencies};
use server::remessas::NotWritten;
use server::sessions::Staff;
use server::testing::TestServer;
use server::{bills, customers, disputes, on_both_databases, sql, write_offs};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::reconciliation::{File, a_title, answer, apply, last_outcome, title as title_of};
use crate::requests::{problem, submission};

fn form(customer: CustomerId, bills: &[BillId]) -> WriteOffForm {
    WriteOffForm {
        customer: customer.to_string(),
        bills: bills.iter().map(ToString::to_string).collect(),
        reason: "uneconomical".into(),
        words: String::new(),
        submission: submission(),
    }
}

/// Bills given up by two persons.
async fn given_up(t: &TestServer, by: &Staff, boss: &Staff, customer: CustomerId, bills: &[BillId]) -> Uuid {
    let id = write_offs::propose(t, by, &form(customer, bills), &[]).await.unwrap();
    write_offs::approve(t, boss, id).await.unwrap();
    id
}

async fn state(t: &TestServer, boss: &Staff, id: Uuid) -> (State, Money, Money) {
    let one = write_offs::find(t, boss, id).await.unwrap().write_off;
    (one.state, one.amount, one.back)
}

/// What the ledger holds of a bill: kind and centavos.
async fn entries(t: &TestServer, bill: BillId) -> Vec<(String, i64)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, i64): "select kind, amount from entries where bill_id = $1 order by id", bill.0).unwrap()
}

on_both_databases! {
    async fn one_proposes_another_decides_and_the_ledger_says_so(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let (one, two) = (t.a_bill(ana, Money::cents(1_500), 400).await, t.a_bill(ana, Money::cents(2_500), 200).await);
        let typed = form(ana, &[one, two]);
        let id = write_offs::propose(&t, &clerk, &typed, &[]).await.unwrap();
        assert_eq!(write_offs::propose(&t, &clerk, &typed, &[]).await.unwrap(), id, "the same form twice is one");
        assert_eq!(t.count("write_offs").await, 1);
        assert_eq!(t.bill_now(one).await, (Money::cents(1_500), "open".into()), "a proposal moves nothing");
        assert_eq!(problem(write_offs::propose(&t, &boss, &form(ana, &[one]), &[]).await), ("bills".into(), Problem::NoLongerPossible));
        assert!(matches!(write_offs::approve(&t, &clerk, id).await, Err(Error::Refused("write_off_four_eyes"))), "within one's level too");
        assert_eq!(write_offs::find(&t, &clerk, id).await.unwrap().decide, Err("write_off_four_eyes"));
        write_offs::approve(&t, &boss, id).await.unwrap();
        assert_eq!(state(&t, &boss, id).await, (State::Approved, Money::cents(4_000), Money::ZERO));
        assert_eq!(entries(&t, one).await, [("charge".into(), 1_500), ("write_off".into(), -1_500)]);
        assert_eq!((t.bill_now(one).await, t.owed(ana).await), ((Money::ZERO, "settled".into()), Money::ZERO));
        assert!(matches!(write_offs::approve(&t, &boss, id).await, Err(Error::Overtaken("write_off_moved"))));
        assert!(matches!(write_offs::refuse(&t, &boss, id, "Tarde").await, Err(Error::Overtaken("write_off_moved"))));
        let report = write_offs::take_report(&t, &boss, t.clock.today()).await.unwrap();
        let line = &report[0];
        assert_eq!((report.len(), line.reason, line.decisions, line.bills, line.amount, line.back), (1, Reason::Uneconomical, 1, 2, Money::cents(4_000), Money::ZERO));
        t.is_whole().await;
    }

    async fn whose_level_does_not_cover_it_does_not_decide(t: TestServer) {
        let (clerk, colleague, lawyer) = (t.staff(Role::Receivables).await, t.staff(Role::Receivables).await, t.staff(Role::Legal).await);
        let boss = t.staff(Role::Supervisor).await;
        let ana = t.a_person().await;
        let bill = t.a_bill(ana, Money::cents(200_001), 400).await;
        let id = write_offs::propose(&t, &clerk, &form(ana, &[bill]), &[]).await.unwrap();
        for other in [&colleague, &lawyer] {
            assert!(matches!(write_offs::approve(&t, other, id).await, Err(Error::Refused("write_off_level"))));
            assert!(matches!(write_offs::refuse(&t, other, id, "Não").await, Err(Error::Refused("write_off_level"))));
        }
        assert_eq!(problem(write_offs::refuse(&t, &boss, id, " ").await), ("decision".into(), Problem::Missing));
        write_offs::refuse(&t, &boss, id, "Cobre mais uma vez").await.unwrap();
        assert_eq!(state(&t, &boss, id).await.0, State::Refused);
        // It may be proposed again, and taken back by whoever did.
        let again = write_offs::propose(&t, &clerk, &form(ana, &[bill]), &[]).await.unwrap();
        assert!(matches!(write_offs::withdraw(&t, &boss, again).await, Err(Error::Refused("write_off_not_yours"))));
        write_offs::withdraw(&t, &clerk, again).await.unwrap();
        assert!(matches!(write_offs::approve(&t, &boss, again).await, Err(Error::Overtaken("write_off_moved"))));
        for role in [Role::Operator, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(write_offs::propose(&t, &staff, &form(ana, &[bill]), &[]).await, Err(Error::Forbidden)));
            assert!(matches!(write_offs::list(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(write_offs::report(&t, &staff, t.clock.today()).await, Err(Error::Forbidden)));
        }
        t.is_whole().await;
    }

    async fn what_is_not_simply_open_is_not_given_up(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let (disputed, paid, old) = (t.a_bill(ana, Money::cents(1_000), 60).await, t.a_bill(ana, Money::cents(1_000), 50).await, t.a_bill(ana, Money::cents(1_000), 1_900).await);
        let theirs = t.a_bill(bia, Money::cents(1_000), 60).await;
        assert_eq!(problem(write_offs::propose(&t, &clerk, &form(ana, &[theirs]), &[]).await), ("bills".into(), Problem::Unknown));
        let prescribed = WriteOffForm { reason: "prescribed".into(), ..form(ana, &[paid]) };
        assert_eq!(problem(write_offs::propose(&t, &clerk, &prescribed, &[]).await), ("reason".into(), Problem::NoLongerPossible));
        let prescribed = WriteOffForm { reason: "prescribed".into(), ..form(ana, &[old]) };
        write_offs::propose(&t, &clerk, &prescribed, &[]).await.unwrap();
        // Disputed or paid while it waited: it is not given up, and nothing else stands in the way.
        let id = write_offs::propose(&t, &clerk, &form(ana, &[disputed, paid]), &[]).await.unwrap();
        let customer = t.signed_in(ana).await;
        let dispute = DisputeForm { bill: disputed.to_string(), reason: "amount".into(), text: "Errado".into(), submission: submission() };
        disputes::submit(&t, &customer, &dispute, &[]).await.unwrap();
        t.a_payment(ana, paid, Money::cents(400), None).await;
        write_offs::approve(&t, &boss, id).await.unwrap();
        assert_eq!(state(&t, &boss, id).await, (State::Approved, Money::cents(600), Money::ZERO));
        assert_eq!(t.bill_now(disputed).await, (Money::cents(1_000), "disputed".into()));
        let offer = write_offs::offer(&t, &clerk, ana).await.unwrap();
        let kept = |bill| offer.choices.iter().find(|one| one.bill == bill).map(|one| one.kept);
        assert_eq!((kept(disputed), kept(old), kept(paid)), (Some(Some(Kept::Disputed)), Some(Some(Kept::Proposed)), None));
        let gone = write_offs::propose(&t, &clerk, &form(bia, &[theirs]), &[]).await.unwrap();
        t.a_payment(bia, theirs, Money::cents(1_000), None).await;
        assert!(matches!(write_offs::approve(&t, &boss, gone).await, Err(Error::Refused("write_off_nothing"))));
        t.is_whole().await;
    }

    async fn of_two_who_decide_at_once_one_does(t: TestServer) {
        let (clerk, boss, other) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let bill = t.a_bill(ana, Money::cents(1_000), 60).await;
        let id = write_offs::propose(&t, &clerk, &form(ana, &[bill]), &[]).await.unwrap();
        let (a, b) = tokio::join!(write_offs::approve(&t, &boss, id), write_offs::approve(&t, &other, id));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(entries(&t, bill).await.len(), 2);
        let again = t.a_bill(ana, Money::cents(1_000), 60).await;
        let (first, second) = (form(ana, &[again]), form(ana, &[again]));
        let (a, b) = tokio::join!(write_offs::propose(&t, &boss, &first, &[]), write_offs::propose(&t, &other, &second, &[]));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        t.is_whole().await;
    }

    async fn money_that_comes_afterwards_is_taken_with_what_paying_late_costs(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let (bill, _, mut title) = a_title(&t, ana, 40).await;
        let customer = t.signed_in(ana).await;
        let cost = bills::calculation(&t, &customer, bill, t.clock.today()).await.unwrap().calculation.unwrap().total;
        let id = given_up(&t, &clerk, &boss, ana, &[bill]).await;
        (title.paid, title.interest) = (cost.as_cents(), cost.as_cents() - 52_347);
        apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "written_off");
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert_eq!(t.owed(ana).await, Money::ZERO, "no credit: the fine and interest were due");
        assert_eq!(state(&t, &boss, id).await, (State::Approved, Money::cents(52_347), Money::cents(52_347)));
        let kinds: Vec<String> = entries(&t, bill).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["charge", "write_off", "fine", "interest", "payment", "reversal"]);
        assert!(matches!(write_offs::ask_to_undo(&t, &clerk, id, "Pagou").await, Err(Error::Refused("write_off_all_back"))));
        let report = write_offs::report(&t, &boss, t.clock.today()).await.unwrap();
        assert_eq!((report[0].amount, report[0].back), (Money::cents(52_347), Money::cents(52_347)));
        t.is_whole().await;
    }

    async fn a_part_brings_back_a_part_and_more_is_a_credit(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let (bill, slip, mut title) = a_title(&t, ana, 40).await;
        let id = given_up(&t, &clerk, &boss, ana, &[bill]).await;
        title.paid = 20_000;
        apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()), "what was not paid stays given up");
        assert_eq!(state(&t, &boss, id).await.2, Money::cents(20_000));
        // The rest is undone by two, and only the rest is open again.
        write_offs::ask_to_undo(&t, &clerk, id, "Voltou a pagar").await.unwrap();
        assert!(matches!(write_offs::undo(&t, &clerk, id).await, Err(Error::Refused("write_off_four_eyes"))));
        write_offs::leave(&t, &boss, id).await.unwrap();
        write_offs::ask_to_undo(&t, &clerk, id, "Voltou a pagar").await.unwrap();
        write_offs::undo(&t, &boss, id).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::cents(32_347), "open".into()));
        assert_eq!(state(&t, &boss, id).await, (State::Undone, Money::cents(52_347), Money::cents(52_347)));
        assert!(matches!(write_offs::undo(&t, &boss, id).await, Err(Error::Overtaken("write_off_moved"))));
        // It may be given up again, and this time everything and more is paid.
        let again = given_up(&t, &clerk, &boss, ana, &[bill]).await;
        let mut title = title_of(&t, slip).await;
        title.paid = 100_000;
        apply(&t, &File::of(&t, 2, vec![title])).await.unwrap();
        assert_eq!(state(&t, &boss, again).await.2, Money::cents(32_347));
        assert!(t.bill_now(bill).await.0 < Money::ZERO, "what is beyond is the payer's");
        t.is_whole().await;
    }

    async fn the_banks_word_that_a_payment_bounced_leaves_the_bill_open(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let (bill, slip, title) = a_title(&t, ana, 0).await;
        given_up(&t, &clerk, &boss, ana, &[bill]).await;
        apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        apply(&t, &File::of(&t, 2, vec![answer(&t, slip, "44").await])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "cancelled");
        // Whoever paid once is asked about it by a person: it is not given up again by itself.
        assert_eq!(t.bill_now(bill).await, (Money::cents(52_347), "open".into()));
        t.is_whole().await;
    }

    async fn a_bill_given_up_comes_back_from_the_agency_and_its_slip_is_closed_at_the_bank(t: TestServer) {
        let (clerk, boss) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await);
        let ana = t.a_person().await;
        let (bill, slip, _) = a_title(&t, ana, 40).await;
        let agency = AgencyForm { name: "Assessoria".into(), kind: "agency".into(), email: "a@example.org".into(), phone: String::new(), submission: submission() };
        agencies::add(&t, &boss, &agency).await.unwrap();
        let placed = PlacementForm { agency: agency.submission.clone(), customer: ana.to_string(), bills: vec![bill.to_string()], submission: submission(), ..PlacementForm::default() };
        let placement = placements::prepare(&t, &boss, &placed).await.unwrap();
        placements::confirm(&t, &boss, placement).await.unwrap();
        given_up(&t, &clerk, &boss, ana, &[bill]).await;
        let picture = customers::picture(&t, &boss, ana).await.unwrap();
        assert_eq!(picture.placements[0].state, BillState::Closed);
        assert_eq!(picture.placements[0].end(), Some(domain::placements::End::WrittenOff));
        assert_eq!(picture.write_offs.len(), 1);
        let written = crate::remessas::write(&t).await.unwrap();
        assert_eq!((written.entries, written.closings), (0, 1));
        assert!(matches!(crate::remessas::write(&t).await, Err(NotWritten::Nothing(_))), "asked once");
        apply(&t, &File::of(&t, 1, vec![answer(&t, slip, "09").await])).await.unwrap();
        assert!(matches!(crate::remessas::write(&t).await, Err(NotWritten::Nothing(_))), "and the bank has closed it");
    }

    async fn papers_speak_for_a_proposal_and_are_kept_as_files(t: TestServer) {
        let (clerk, lawyer, operator) = (t.staff(Role::Receivables).await, t.staff(Role::Legal).await, t.staff(Role::Operator).await);
        let ana = t.a_person().await;
        let bill = t.a_bill(ana, Money::cents(1_000), 60).await;
        let png = include_bytes!("../../public/apple-touch-icon.png").as_slice();
        let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(png))]);
        let stored: Stored = files::receive(&t.server, stream, "certidão.png").await.unwrap();
        let id = write_offs::propose(&t, &clerk, &form(ana, &[bill]), &[stored]).await.unwrap();
        let opened = write_offs::find(&t, &lawyer, id).await.unwrap();
        assert_eq!((opened.papers.len(), opened.papers[0].name.as_str()), (1, "certidão.png"));
        let paper = opened.papers[0].id;
        let mut read = Vec::new();
        write_offs::paper(&t, &lawyer, id, paper).await.unwrap().file.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, png);
        assert!(matches!(write_offs::paper(&t, &operator, id, paper).await, Err(Error::Forbidden)));
        assert!(matches!(write_offs::paper(&t, &lawyer, Uuid::now_v7(), paper).await, Err(Error::NotFound)));
        // A day later nobody else names it, and it is still there.
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update files set stored_at = $1", t.clock.now() - chrono::TimeDelta::days(3)).unwrap();
        tx.commit().await.unwrap();
        files::sweep(&t).await.unwrap();
        assert!(write_offs::paper(&t, &lawyer, id, paper).await.is_ok());
    }
}
