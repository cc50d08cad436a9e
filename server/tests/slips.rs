use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::boleto::digitable_line::DigitableLine;
use domain::ids::SlipId;
use domain::money::Money;
use domain::slips::Channel;
use domain::statement::{EntryKind, Standing};
use server::error::Error;
use server::sealing::sha256;
use server::slips::{self, Pick, Situation};
use server::testing::TestServer;
use server::{mail, on_both_databases, outbox, sql};

use crate::bills::{asked, days_ago, stands};

async fn set(t: &TestServer, slip: SlipId, state: &str) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update slips set state = $2 where id = $1", slip.0, state).unwrap();
    tx.commit().await.unwrap();
}

async fn copies(t: &TestServer) -> Vec<(String, String)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, String): "select channel, line_hash from slip_copies order by id").unwrap()
}

fn reason<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Refused(reason) => reason,
        other => panic!("{other}"),
    }
}

on_both_databases! {
    async fn every_open_bill_says_how_it_can_be_paid(t: TestServer) {
        let person = t.a_person().await;
        let amount = Money::cents(10_000);
        let bill = |days| t.a_bill(person, amount, days);
        let (past, none, agreed, disputed, awaiting, overdue, fine) =
            (bill(100).await, bill(90).await, bill(80).await, bill(70).await, bill(60).await, bill(40).await, bill(-5).await);
        for bill in [past, agreed, disputed, overdue, fine] {
            t.a_slip(bill).await;
        }
        stands(&t, agreed, Standing::InAgreement).await;
        stands(&t, disputed, Standing::Disputed).await;
        let protocol = asked(&t, person, "slip", &[awaiting]).await;
        let receipt = asked(&t, person, "receipt", &[overdue, fine]).await;
        let settled = bill(30).await;
        t.posted(person, Some(settled), EntryKind::Payment, -amount, days_ago(&t, 1)).await;
        let customer = t.signed_in(person).await;
        let on = t.clock.today() + Days::new(3);
        let all = slips::payable(&t, &customer, on).await.unwrap();
        assert_eq!(all.iter().map(|bill| bill.id).collect::<Vec<_>>(), [past, none, agreed, disputed, awaiting, overdue, fine]);
        let [past, none, agreed, disputed, awaiting, overdue, fine] = &all[..] else { panic!() };
        assert!(matches!(past.situation, Situation::PastLimit { .. }));
        assert_eq!(none.situation, Situation::NoSlip);
        assert_eq!(agreed.situation, Situation::InAgreement);
        assert_eq!(disputed.situation, Situation::Disputed);
        assert_eq!(awaiting.situation, Situation::RequestOpen(protocol));
        let Situation::Overdue { slip, estimate } = &overdue.situation else { panic!("{:?}", overdue.situation) };
        assert_eq!((estimate.on, estimate.principal), (on, amount));
        assert!(estimate.total > amount);
        assert_eq!(slip.amount, amount);
        assert_eq!(overdue.receipt.as_ref(), Some(&receipt));
        assert!(matches!(&fine.situation, Situation::Payable { slip } if slip.line().unwrap().len() == 54));
        // No day of payment after the limit, none before today.
        for (on, expected) in [(t.clock.today() + Days::new(300), days_ago(&t, 40) + Days::new(60)), (days_ago(&t, 9), t.clock.today())] {
            let all = slips::payable(&t, &customer, on).await.unwrap();
            let Situation::Overdue { estimate, .. } = &all[5].situation else { panic!() };
            assert_eq!(estimate.on, expected);
        }
    }

    async fn a_second_copy_is_the_registered_line_and_is_recorded(t: TestServer) {
        let person = t.a_person().await;
        let (late, next) = (t.a_bill(person, Money::cents(10_000), 40).await, t.a_bill(person, Money::cents(12_345), -5).await);
        let (first, second) = (t.a_slip(late).await, t.a_slip(next).await);
        let customer = t.signed_in(person).await;
        let (today, picks) = (t.clock.today(), [Pick::Bill(late), Pick::Slip(second), Pick::Slip(first)]);
        let pdf = slips::second_copy(&t, &customer, &picks, today, Channel::Pdf).await.unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        assert_eq!(pdf, slips::second_copy(&t, &customer, &picks, today, Channel::Pdf).await.unwrap(), "the same bytes every time");
        let copies = copies(&t).await;
        assert_eq!(copies.len(), 4, "each slip once a file");
        let shown = slips::line(&t, &customer, Pick::Slip(first), today).await.unwrap();
        assert_eq!(copies[0].1, sha256(shown.digits.as_bytes()));
        let mut conn = t.db.read().await.unwrap();
        let (barcode,) = sql!(conn, one (String,): "select barcode from slips where id = $1", first.0).unwrap();
        assert_eq!(DigitableLine::parse(&shown.line).unwrap().to_barcode().as_str(), barcode);
    }

    async fn the_screen_is_recorded_once_a_day(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 10).await;
        let slip = t.a_slip(bill).await;
        let customer = t.signed_in(person).await;
        let shown = slips::line(&t, &customer, Pick::Bill(bill), t.clock.today()).await.unwrap();
        assert_eq!((shown.slip.id, shown.bills[0].id, shown.cnpj.as_str()), (slip, bill, "11.222.333/0001-81"));
        assert_eq!(shown.agencia_codigo, "1234/1238798");
        assert!(shown.estimate.is_some() && shown.slip.emv.as_deref().unwrap().starts_with("000201"));
        slips::line(&t, &customer, Pick::Bill(bill), t.clock.today()).await.unwrap();
        assert_eq!(copies(&t).await.len(), 1);
        t.clock.advance(TimeDelta::days(1));
        slips::line(&t, &customer, Pick::Bill(bill), t.clock.today()).await.unwrap();
        assert_eq!(copies(&t).await.len(), 2);
    }

    async fn what_must_not_be_paid_is_refused_with_its_reason(t: TestServer) {
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let today = t.clock.today();
        let copy = |pick| { let (t, customer) = (&t, &customer); async move { slips::second_copy(t, customer, &[pick], today, Channel::Pdf).await } };
        let bill = t.a_bill(person, Money::cents(10_000), 61).await;
        assert_eq!(reason(copy(Pick::Bill(bill)).await), "no_slip");
        let slip = t.a_slip(bill).await;
        assert_eq!(reason(copy(Pick::Bill(bill)).await), "past_limit");
        t.clock.advance(TimeDelta::days(-1));
        slips::second_copy(&t, &customer, &[Pick::Bill(bill)], t.clock.today(), Channel::Pdf).await.expect("the limit day itself");
        t.clock.advance(TimeDelta::days(1));
        for (state, expected) in [("paid", "paid"), ("replaced", "replaced"), ("closed", "closed")] {
            set(&t, slip, state).await;
            assert_eq!(reason(copy(Pick::Slip(slip)).await), expected);
        }
        let open = t.a_bill(person, Money::cents(10_000), 10).await;
        let slip = t.a_slip(open).await;
        for (standing, expected) in [(Standing::Disputed, "disputed"), (Standing::InAgreement, "in_agreement"), (Standing::Settled, "paid")] {
            stands(&t, open, standing).await;
            assert_eq!(reason(copy(Pick::Slip(slip)).await), expected);
        }
        stands(&t, open, Standing::Open).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update bank_agreements set own_drawing = $1", false).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reason(copy(Pick::Slip(slip)).await), "not_drawn");
        slips::line(&t, &customer, Pick::Slip(slip), today).await.expect("the line is the bank's all the same");
    }

    async fn many_slips_in_one_file(t: TestServer) {
        let company = t.a_company().await;
        let mut picks = Vec::new();
        for days in 1..=19 {
            let bill = t.a_bill(company, Money::cents(10_000 + days), -days).await;
            t.a_slip(bill).await;
            picks.push(Pick::Bill(bill));
        }
        let both = [t.a_bill(company, Money::cents(500), -3).await, t.a_bill(company, Money::cents(700), -4).await];
        let slip = t.a_slip_of(&both, t.clock.today() + Days::new(9)).await;
        picks.extend([Pick::Bill(both[0]), Pick::Bill(both[1])]);
        let customer = t.signed_in(company).await;
        slips::second_copy(&t, &customer, &picks, t.clock.today(), Channel::Pdf).await.unwrap();
        assert_eq!(copies(&t).await.len(), 20, "a slip for two bills is one page");
        let shown = slips::line(&t, &customer, Pick::Slip(slip), t.clock.today()).await.unwrap();
        assert_eq!((shown.slip.amount, shown.bills.len()), (Money::cents(1_200), 2));
        assert!(matches!(slips::second_copy(&t, &customer, &[], t.clock.today(), Channel::Pdf).await, Err(Error::NotFound)));
    }

    async fn by_mail_to_the_person_who_asks(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), -10).await;
        t.a_slip(bill).await;
        let customer = t.signed_in(person).await;
        let to = slips::mail_me(&t, &customer, &[Pick::Bill(bill)], t.clock.today()).await.unwrap();
        assert!(to.ends_with("•••@example.org"));
        assert_eq!(copies(&t).await[0].0, "mail");
        outbox::deliver_due(&t).await.unwrap();
        let mails = mail::mailbox(&t).await.unwrap();
        assert!(mails[0].body.contains("[boleto.pdf]") && mails[0].subject.starts_with("Segunda via de 1 boleto"));
        let mut heard = 1;
        let throttled = loop {
            match slips::mail_me(&t, &customer, &[Pick::Bill(bill)], t.clock.today()).await {
                Ok(_) => heard += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(throttled, Error::Throttled(_)) && (10..=20).contains(&heard), "{heard}");
        assert_eq!(copies(&t).await.len(), heard);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = null where id = $1", person.0).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reason(slips::mail_me(&t, &customer, &[Pick::Bill(bill)], t.clock.today()).await), "no_email");
    }

    async fn somebody_elses_slip_is_not_found(t: TestServer) {
        let (one, other) = (t.a_person().await, t.a_person().await);
        let bill = t.a_bill(other, Money::cents(10_000), -10).await;
        let slip = t.a_slip(bill).await;
        let customer = t.signed_in(one).await;
        for pick in [Pick::Bill(bill), Pick::Slip(slip), Pick::Slip(t.id()), Pick::Bill(t.id())] {
            assert!(matches!(slips::second_copy(&t, &customer, &[pick], t.clock.today(), Channel::Pdf).await, Err(Error::NotFound)));
            assert!(matches!(slips::line(&t, &customer, pick, t.clock.today()).await, Err(Error::NotFound)));
            assert!(matches!(slips::mail_me(&t, &customer, &[pick], t.clock.today()).await, Err(Error::NotFound)));
        }
        assert!(copies(&t).await.is_empty());
        let staff = t.staff(Role::Operator).await;
        slips::second_copy_for_staff(&t, &staff, other, &[Pick::Bill(bill)], t.clock.today()).await.unwrap();
        assert!(matches!(slips::second_copy_for_staff(&t, &staff, one, &[Pick::Bill(bill)], t.clock.today()).await, Err(Error::NotFound)));
        assert_eq!(copies(&t).await[0].0, "staff");
    }
}
