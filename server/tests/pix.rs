use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::charges::{Terms, late_charges};
use domain::forms::Problem;
use domain::ids::{BillId, SlipId};
use domain::money::Money;
use domain::pix::charges::{Kind, Reason, State};
use domain::reconciliation::Outcome;
use pix_simulator::{Fault, Running, Settings, Simulator};
use server::config::PixSettings;
use server::error::Error;
use server::files::place::Secret;
use server::pix::{self, Charge};
use server::reconciliation::{Allocated, allocate, list};
use server::sessions::Customer;
use server::testing::TestServer;
use server::{Server, authenticity, customers, on_both_databases, outbox, refunds, sql};

use crate::reconciliation::{File, a_title, apply, last_outcome};

const FULL: Money = Money::cents(52_347);

/// The server with a provider of its own.
pub(crate) async fn with_provider(t: TestServer) -> (TestServer, Running) {
    let provider = Simulator::new(Settings::default()).start("127.0.0.1:0").await.unwrap();
    (t.with_pix(&provider.url, &Settings::default().key), provider)
}

/// A customer with one bill, so many days late.
async fn a_bill(t: &TestServer, days_late: i64) -> (Customer, BillId) {
    let person = t.a_person().await;
    let bill = t.a_bill(person, FULL, days_late).await;
    (t.signed_in(person).await, bill)
}

/// The provider calls about these.
pub(crate) async fn called(t: &Server, ids: &[&str]) -> Result<usize, Error> {
    let named: Vec<serde_json::Value> = ids.iter().map(|id| serde_json::json!({ "endToEndId": id, "valor": "0.01" })).collect();
    pix::notified(t, &pix::webhook_secret(t), serde_json::json!({ "pix": named }).to_string().as_bytes()).await
}

async fn entries(t: &TestServer, bill: BillId) -> Vec<(String, i64)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, i64): "select kind, amount from entries where bill_id = $1 order by id", bill.0).unwrap()
}

async fn payments(t: &TestServer) -> Vec<(String, i64, String, bool)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, i64, String, bool): "select external_id, amount, method, reversed_at is not null from payments order by id")
        .unwrap()
}

async fn change(t: &TestServer, text: &'static str, id: BillId) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: text, id.0).unwrap();
    tx.commit().await.unwrap();
}

async fn slip_state(t: &TestServer, slip: SlipId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select state from slips where id = $1", slip.0).unwrap().0
}

/// Every Pix that came is on bills or waits for staff, once, less what was given back.
async fn nothing_lost_or_doubled(t: &TestServer) {
    let mut conn = t.db.read().await.unwrap();
    let (came,) = sql!(conn, one (i64,): "select cast(coalesce(sum(amount), 0) as bigint) from pix_payments").unwrap();
    let (posted,) = sql!(conn, one (i64,):
        "select cast(coalesce(-sum(e.amount), 0) as bigint) from entries e join payments p on p.id = e.payment_id where e.kind = 'payment' and p.external_id like 'pix/%'").unwrap();
    let (waits,) = sql!(conn, one (i64,):
        "select cast(coalesce(sum(amount), 0) as bigint) from unidentified_payments where end_to_end_id is not null and state <> 'allocated'").unwrap();
    assert_eq!(came, posted + waits);
    drop(conn);
    t.is_whole().await;
}

async fn state(t: &TestServer, customer: &Customer, charge: &Charge) -> (State, Option<Reason>) {
    let now = pix::see(t, customer, charge.id).await.unwrap();
    (now.state, now.reason)
}

on_both_databases! {
    async fn a_late_bill_is_paid_and_settled(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let today = t.clock.today();
        let cost = late_charges(FULL, today - Days::new(37), today, &Terms::default(), &Calendar::default());
        assert_eq!((charge.amount, charge.kind, charge.state, charge.pay_on), (cost.total, Kind::Cob, State::Active, today));
        assert_eq!(t.clock.local(charge.ends_at).date_naive(), today + Days::new(1), "it ends with the day");
        let code = charge.code.clone().unwrap();
        assert!(code.starts_with("000201"));
        assert_eq!((charge.bills[0].principal, charge.bills[0].fine, charge.bills[0].interest), (FULL, cost.fine.amount, cost.interest.amount));

        let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
        assert_eq!(state(&t, &customer, &charge).await.0, State::Active, "nothing is believed that the provider has not said");
        assert_eq!(called(&t, &[&id]).await.unwrap(), 1);
        let paid = pix::see(&t, &customer, charge.id).await.unwrap();
        assert_eq!((paid.state, paid.code.as_deref()), (State::Paid, None));
        assert_eq!((paid.paid[0].end_to_end_id.as_str(), paid.paid[0].amount, paid.paid[0].outcome), (id.as_str(), cost.total, Outcome::Settled));
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert_eq!(
            entries(&t, bill).await,
            [
                ("charge".into(), 52_347),
                ("fine".into(), cost.fine.amount.as_cents()),
                ("interest".into(), cost.interest.amount.as_cents()),
                ("payment".into(), -cost.total.as_cents()),
            ]
        );
        assert_eq!(payments(&t).await, [(format!("pix/{id}"), cost.total.as_cents(), "pix".into(), false)]);
        // Told again, and found in the list: nothing new.
        assert_eq!(called(&t, &[&id, &id]).await.unwrap(), 2);
        t.clock.advance(TimeDelta::minutes(1));
        pix::read_list(&t).await.unwrap();
        assert_eq!(payments(&t).await.len(), 1);
        assert!(matches!(pix::ask(&t, &customer, &[bill]).await, Err(Error::Refused("pix_not_payable"))));
        nothing_lost_or_doubled(&t).await;
    }

    async fn asked_again_it_is_the_same(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let (t, customer) = (Arc::new(t), Arc::new(customer));
        let tabs: Vec<_> = (0..6)
            .map(|_| {
                let (t, customer) = (Arc::clone(&t), Arc::clone(&customer));
                tokio::spawn(async move { pix::ask(&t, &customer, &[bill]).await.unwrap() })
            })
            .collect();
        let mut seen = Vec::new();
        for tab in tabs {
            seen.push(tab.await.unwrap());
        }
        assert!(seen.iter().all(|charge| (charge.id, &charge.code) == (seen[0].id, &seen[0].code) && charge.code.is_some()));
        assert_eq!(provider.simulator.charges(), 1);
        let again = pix::ask(&t, &customer, &[bill, bill]).await.unwrap();
        assert_eq!((again.id, again.code), (seen[0].id, seen[0].code.clone()));
        assert_eq!((t.count("pix_charges").await, t.count("pix_charge_bills").await), (1, 1));
        t.is_whole().await;
    }

    async fn several_bills_and_days(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let (late, next, later) = (t.a_bill(person, FULL, 37).await, t.a_bill(person, FULL, -10).await, t.a_bill(person, FULL, -40).await);
        let customer = t.signed_in(person).await;
        // What falls due on one day holds until then.
        let cobv = pix::ask(&t, &customer, &[next]).await.unwrap();
        assert_eq!((cobv.kind, cobv.amount, cobv.pay_on), (Kind::CobV, FULL, t.clock.today() + Days::new(10)));
        assert!(cobv.ends_at > t.clock.now() + TimeDelta::days(9));
        let cob = pix::ask(&t, &customer, &[next, later]).await.unwrap();
        assert_eq!((cob.kind, cob.amount), (Kind::Cob, FULL + FULL));
        assert_eq!(state(&t, &customer, &cobv).await, (State::Cancelled, Some(Reason::AskedAnew)), "one code at a time for a bill");
        outbox::deliver_due(&t).await.unwrap();
        assert_eq!(provider.simulator.status(&cobv.txid), Some("REMOVIDA_PELO_USUARIO_RECEBEDOR"));
        let all = pix::ask(&t, &customer, &[later, late, next]).await.unwrap();
        assert_eq!(all.amount, all.bills.iter().map(pix::ChargedBill::total).sum());
        assert_eq!(all.bills.iter().map(|bill| bill.id).collect::<Vec<_>>(), [late, next, later], "the oldest first");
        let id = provider.simulator.pay(&all.txid, all.amount.as_cents(), false).unwrap();
        called(&t, &[&id]).await.unwrap();
        for bill in [late, next, later] {
            assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        }
        // Each bill has its own charges.
        assert_eq!(entries(&t, late).await.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["charge", "fine", "interest", "payment"]);
        assert_eq!(entries(&t, later).await[1..], [("payment".into(), -52_347)]);
        nothing_lost_or_doubled(&t).await;
    }

    async fn an_answer_is_lost(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        provider.simulator.fail("PUT /cob", Fault::AnswerLost);
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(charge.code.is_some());
        assert_eq!((provider.simulator.charges(), provider.simulator.calls("PUT /cob"), provider.simulator.calls("GET /cob")), (1, 2, 1));
        // A token that is forgotten is asked for again.
        let tokens = provider.simulator.calls("POST /oauth/token");
        provider.simulator.fail("GET /cob", Fault::Forgotten);
        assert_eq!(pix::ask(&t, &customer, &[bill]).await.unwrap().id, charge.id);
        assert_eq!((tokens, provider.simulator.calls("POST /oauth/token")), (1, 2));
    }

    async fn its_code_is_known_to_be_ours(t: TestServer) {
        let (t, _provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let code = charge.code.clone().unwrap();
        assert_eq!(authenticity::check(&t, &t.visit(), &code).await.unwrap(), authenticity::Answer::OursPayable);
        let staff = t.staff(Role::Operator).await;
        assert_eq!(customers::search::find(&t, &staff, &code).await.unwrap().found.len(), 1);
        change(&t, "update bills set standing = 'disputed' where id = $1", bill).await;
        assert_eq!(authenticity::check(&t, &t.visit(), &code).await.unwrap(), authenticity::Answer::OursNotPayable);
        t.clock.advance(charge.ends_at - t.clock.now() + TimeDelta::seconds(1));
        assert_eq!(authenticity::check(&t, &t.visit(), &code).await.unwrap(), authenticity::Answer::OursNotPayable);
    }

    async fn the_provider_does_not_answer(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        for _ in 0..3 {
            provider.simulator.fail("PUT /cob", Fault::Unavailable);
        }
        let waiting = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert_eq!((waiting.state, waiting.code.as_deref(), provider.simulator.charges()), (State::New, None, 0));
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert_eq!((charge.id, charge.state, charge.txid), (waiting.id, State::Active, waiting.txid));
        assert!(charge.code.is_some());
        t.is_whole().await;
    }

    async fn somebody_dies_between_storing_and_calling(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        provider.simulator.fail("PUT /cob", Fault::Slow(Duration::from_millis(400)));
        let bills = [bill];
        let asked = pix::ask(&t, &customer, &bills);
        assert!(tokio::time::timeout(Duration::from_millis(250), asked).await.is_err(), "the provider is slow, and who asked is gone");
        // It reaches the provider all the same, after whoever comes next has asked.
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(charge.code.is_some());
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!((provider.simulator.charges(), t.count("pix_charges").await), (1, 1));
        let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await.1, "settled");
    }

    async fn nobody_sees_a_code_of_something_else(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        provider.simulator.fail("PUT /cob", Fault::WrongCode);
        let wrong = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert_eq!((wrong.state, wrong.reason, wrong.code.as_deref()), (State::Cancelled, Some(Reason::Provider), None));
        let right = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(right.id != wrong.id && right.code.is_some());
    }

    async fn only_the_customer_itself(t: TestServer) {
        let (t, _provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let (other, other_bill) = a_bill(&t, 5).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(matches!(pix::see(&t, &other, charge.id).await, Err(Error::NotFound)));
        assert!(matches!(pix::follow(&t, &other, charge.id).await, Err(Error::NotFound)));
        assert!(matches!(pix::ask(&t, &other, &[bill]).await, Err(Error::NotFound)));
        assert!(matches!(pix::ask(&t, &other, &[other_bill, bill]).await, Err(Error::NotFound)));
        assert!(matches!(pix::ask(&t, &other, &[]).await, Err(Error::NotFound)));
        assert_eq!(t.count("pix_charges").await, 1);
        let staff = t.staff(Role::Operator).await;
        assert_eq!(pix::of_customer(&t, &staff, customer.id()).await.unwrap(), [charge]);
    }

    async fn without_a_provider_there_is_nothing(t: TestServer) {
        let (customer, bill) = a_bill(&t, 37).await;
        assert!(matches!(pix::ask(&t, &customer, &[bill]).await, Err(Error::NotFound)));
        assert!(matches!(called(&t, &[]).await, Err(Error::NotFound)));
        assert_eq!((pix::read_list(&t).await.unwrap(), pix::check(&t).await.unwrap(), pix::tidy(&t).await.unwrap()), (0, 0, 0));
        assert_eq!((t.count("pix_charges").await, t.count("pix_reading").await), (0, 0));
    }

    async fn a_charge_is_taken_back_when_its_bill_moves(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let mut charges = Vec::new();
        for _ in 0..4 {
            let bill = t.a_bill(person, FULL, 37).await;
            charges.push((bill, pix::ask(&t, &customer, &[bill]).await.unwrap()));
        }
        t.a_payment(person, charges[0].0, FULL, None).await;
        change(&t, "update bills set standing = 'disputed' where id = $1", charges[1].0).await;
        t.a_slip(charges[2].0).await;
        let reasons = [Reason::Settled, Reason::Disputed, Reason::SlipReplaced];
        for ((_, charge), reason) in charges.iter().zip(reasons) {
            assert_eq!(state(&t, &customer, charge).await, (State::Cancelled, Some(reason)), "nobody sees its code from then on");
        }
        assert_eq!(pix::tidy(&t).await.unwrap(), 3);
        assert_eq!(pix::tidy(&t).await.unwrap(), 0);
        provider.simulator.fail("PATCH /cob", Fault::Unavailable);
        provider.simulator.fail("PATCH /cob", Fault::Unavailable);
        provider.simulator.fail("PATCH /cob", Fault::Unavailable);
        outbox::deliver_due(&t).await.unwrap();
        t.clock.advance(TimeDelta::minutes(2));
        outbox::deliver_due(&t).await.unwrap();
        let removed = charges.iter().filter(|(_, charge)| provider.simulator.status(&charge.txid) == Some("REMOVIDA_PELO_USUARIO_RECEBEDOR"));
        assert_eq!(removed.count(), 3, "told again until the provider has heard");
        assert_eq!(state(&t, &customer, &charges[3].1).await.0, State::Active);
        t.is_whole().await;
    }

    async fn the_time_of_a_charge_passes(t: TestServer) {
        let (t, _provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        t.clock.advance(charge.ends_at - t.clock.now() + TimeDelta::seconds(1));
        assert_eq!(state(&t, &customer, &charge).await, (State::Ended, None));
        let next = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(next.id != charge.id && next.amount > charge.amount, "a day more of interest");
        assert_eq!(pix::tidy(&t).await.unwrap(), 0, "asking has ended the old one");
        t.clock.advance(next.ends_at - t.clock.now() + TimeDelta::seconds(1));
        assert_eq!((pix::tidy(&t).await.unwrap(), pix::tidy(&t).await.unwrap()), (1, 0));
        assert_eq!(state(&t, &customer, &next).await, (State::Ended, None));
    }

    async fn every_outcome_of_a_payment(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let mut paid = Vec::new();
        // Too little, too much, twice, after it was taken back, after the bill was paid, after its end.
        for (at, cents) in [20_000, 60_000, 52_347, 52_347, 52_347, 52_347].into_iter().enumerate() {
            let bill = t.a_bill(person, FULL, 0).await;
            let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
            match at {
                3 => change(&t, "update bills set standing = 'disputed' where id = $1", bill).await,
                4 => drop(t.a_payment(person, bill, FULL, None).await),
                5 => {
                    let mut tx = t.db.write().await.unwrap();
                    sql!(tx, execute: "update pix_charges set ends_at = $2 where id = $1", charge.id.0, t.clock.now()).unwrap();
                    tx.commit().await.unwrap();
                }
                _ => {}
            }
            pix::tidy(&t).await.unwrap();
            outbox::deliver_due(&t).await.unwrap();
            if at == 3 {
                change(&t, "update bills set standing = 'open' where id = $1", bill).await;
            }
            let mut ids = vec![provider.simulator.pay(&charge.txid, cents, true).unwrap()];
            if at == 2 {
                ids.push(provider.simulator.pay(&charge.txid, cents, true).unwrap());
            }
            called(&t, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
            let now = pix::see(&t, &customer, charge.id).await.unwrap();
            assert_eq!(now.state, State::Paid);
            paid.push((bill, now.paid.iter().map(|paid| paid.outcome).collect::<Vec<_>>()));
        }
        use Outcome::*;
        let outcomes: Vec<&[Outcome]> = paid.iter().map(|(_, outcomes)| outcomes.as_slice()).collect();
        assert_eq!(outcomes, [&[Partial][..], &[Excess], &[Settled, Duplicate], &[Superseded], &[Duplicate], &[AfterClosing]]);
        let balances = [32_347, -7_653, -52_347, 0, -52_347, 0];
        for ((bill, _), cents) in paid.iter().zip(balances) {
            assert_eq!(t.bill_now(*bill).await.0, Money::cents(cents));
        }
        // What came twice is the customer's, who is told.
        assert_eq!(refunds::credits(&t, &customer).await.unwrap().offers.len(), 3);
        assert_eq!(t.count("notices").await, 2);
        nothing_lost_or_doubled(&t).await;
    }

    async fn a_call_is_not_believed(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let forged = "E99999004202611221200abcdefghijk";
        assert_eq!(called(&t, &[forged]).await.unwrap(), 0);
        let secret = pix::webhook_secret(&t);
        let body = format!(r#"{{"pix":[{{"endToEndId":"{forged}","txid":"{}","valor":"{}","horario":"2026-11-22T12:00:00Z"}}]}}"#, charge.txid, charge.amount.plain());
        assert_eq!(pix::notified(&t, &secret, body.as_bytes()).await.unwrap(), 0);
        assert!(matches!(pix::notified(&t, "guessed", body.as_bytes()).await, Err(Error::NotFound)));
        for noise in ["", "{\"pix\":1}", "{\"pix\":[{\"endToEndId\":\"../cob/x\"}]}", "{\"pix\":[{}]}", "\u{0}"] {
            assert!(matches!(pix::notified(&t, &secret, noise.as_bytes()).await, Err(Error::Corrupt(_))), "{noise}");
        }
        assert_eq!(pix::notified(&t, &secret, b"{}").await.unwrap(), 0);
        assert_eq!(state(&t, &customer, &charge).await.0, State::Active);
        assert_eq!((t.count("pix_payments").await, t.count("payments").await), (0, 0));
        // The provider is down as it calls: it is told to call again, and then nothing is lost.
        let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
        for _ in 0..3 {
            provider.simulator.fail("GET /pix", Fault::Unavailable);
        }
        assert!(matches!(called(&t, &[&id]).await, Err(Error::Provider(_))));
        assert_eq!(called(&t, &[&id]).await.unwrap(), 1);
        assert_eq!(t.bill_now(bill).await.1, "settled");
    }

    async fn money_of_nobody_waits(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (_, bill) = a_bill(&t, -3).await;
        let key = provider.simulator.pay_key(None, 52_347);
        let stray = provider.simulator.pay_key(Some("0123456789abcdef0123456789ABCDEF"), 1_000);
        called(&t, &[&key, &stray]).await.unwrap();
        called(&t, &[&key, &stray]).await.unwrap();
        let staff = t.staff(Role::Receivables).await;
        let waiting = list(&t, &staff, 1).await.unwrap();
        assert_eq!(waiting.iter().map(|money| money.end_to_end_id.as_deref()).collect::<Vec<_>>(), [Some(key.as_str()), Some(stray.as_str())]);
        assert!(waiting[0].suggestions.iter().any(|suggestion| suggestion.bill == bill), "the same amount, and near");
        nothing_lost_or_doubled(&t).await;
        assert!(matches!(allocate(&t, &staff, waiting[0].id, bill, "").await, Err(Error::Form(errors)) if errors[0].problem == Problem::Missing));
        assert!(matches!(allocate(&t, &staff, waiting[0].id, bill, "Pagou pela chave.").await.unwrap(), Allocated::Done(_)));
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert_eq!(payments(&t).await, [(format!("pix/{key}"), 52_347, "pix".into(), false)]);
        nothing_lost_or_doubled(&t).await;
        // Given back before anybody knew: it waits no more.
        provider.simulator.give_back(&stray, 1_000).unwrap();
        called(&t, &[&stray]).await.unwrap();
        assert_eq!(list(&t, &staff, 1).await.unwrap().len(), 0);
        provider.simulator.give_back(&key, 52_347).unwrap();
        called(&t, &[&key]).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (FULL, "open".into()));
        t.is_whole().await;
    }

    async fn what_the_calls_missed_is_in_the_list(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        assert_eq!(pix::read_list(&t).await.unwrap(), 0);
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let mut bills = Vec::new();
        for _ in 0..3 {
            let bill = t.a_bill(person, FULL, 0).await;
            let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
            provider.simulator.pay(&charge.txid, 52_347, false).unwrap();
            bills.push(bill);
        }
        // More than a page of others.
        for _ in 0..120 {
            provider.simulator.pay_key(None, 100);
        }
        assert_eq!(pix::read_list(&t).await.unwrap(), 0, "not that often");
        t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(pix::read_list(&t).await.unwrap(), 123);
        for bill in bills {
            assert_eq!(t.bill_now(bill).await.1, "settled");
        }
        assert_eq!((t.count("pix_payments").await, t.count("unidentified_payments").await), (123, 120));
        t.clock.advance(TimeDelta::minutes(1));
        for _ in 0..3 {
            provider.simulator.fail("GET /pix", Fault::Unavailable);
        }
        assert!(matches!(pix::read_list(&t).await, Err(Error::Provider(_))));
        t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(pix::read_list(&t).await.unwrap(), 123, "read from the same place again");
        assert_eq!(t.count("pix_payments").await, 123);
        nothing_lost_or_doubled(&t).await;
    }

    async fn many_processes_take_one_payment(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
        let other = Server::open((*t.config).clone()).await.unwrap();
        let mut waits = pix::follow(&other, &customer, charge.id).await.unwrap();
        let watch = tokio::spawn(pix::watch(other.clone()));
        let mut takers = Vec::new();
        for at in 0..8 {
            let (server, id) = (if at % 2 == 0 { t.server.clone() } else { other.clone() }, id.clone());
            takers.push(tokio::spawn(async move { called(&server, &[&id]).await.unwrap() }));
        }
        for taker in takers {
            assert_eq!(taker.await.unwrap(), 1);
        }
        assert_eq!((payments(&t).await.len(), t.bill_now(bill).await.1), (1, "settled".into()));
        // Whoever waits at the other process sees it.
        let seen = tokio::time::timeout(Duration::from_secs(10), waits.wait_for(|state| *state == State::Paid)).await;
        assert!(seen.is_ok_and(|state| state.is_ok()));
        watch.abort();
        nothing_lost_or_doubled(&t).await;
    }

    async fn the_provider_takes_it_back(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        provider.simulator.remove(&charge.txid);
        assert_eq!(pix::check(&t).await.unwrap(), 0, "it was asked about just now");
        t.clock.advance(TimeDelta::minutes(6));
        assert_eq!(pix::check(&t).await.unwrap(), 1);
        assert_eq!(state(&t, &customer, &charge).await, (State::Cancelled, Some(Reason::Provider)));
        // Asked for again, the provider is asked first.
        let second = pix::ask(&t, &customer, &[bill]).await.unwrap();
        provider.simulator.remove(&second.txid);
        let third = pix::ask(&t, &customer, &[bill]).await.unwrap();
        assert!(third.id != second.id && third.code.is_some());
        // Both calls and list were missed: asking about the charge finds its payment.
        provider.simulator.pay(&third.txid, third.amount.as_cents(), false).unwrap();
        t.clock.advance(TimeDelta::minutes(6));
        assert_eq!(pix::check(&t).await.unwrap(), 1);
        assert_eq!(state(&t, &customer, &third).await.0, State::Paid);
        assert_eq!(t.bill_now(bill).await.1, "settled");
        nothing_lost_or_doubled(&t).await;
    }

    async fn given_back_it_is_owed_again(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, 37).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let owed = charge.amount.as_cents();
        let id = provider.simulator.pay(&charge.txid, owed + 5_000, true).unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await.0, Money::cents(-5_000));
        // The part that was too much.
        provider.simulator.give_back(&id, 5_000).unwrap();
        called(&t, &[&id]).await.unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert!(!payments(&t).await[0].3);
        // And the rest: the bill is as it was.
        provider.simulator.give_back(&id, owed).unwrap();
        called(&t, &[&id]).await.unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (FULL, "open".into()));
        assert!(payments(&t).await[0].3, "the bank took it back");
        let seen = pix::see(&t, &customer, charge.id).await.unwrap();
        assert_eq!(seen.paid[0].returned, seen.paid[0].amount);
        t.is_whole().await;
    }

    async fn a_slip_is_paid_with_it(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let (bill, both, other) = (t.a_bill(person, FULL, -3).await, t.a_bill(person, FULL, -3).await, t.a_bill(person, FULL, -3).await);
        let slip = t.a_slip(bill).await;
        let shared = t.a_slip_of(&[both, other], t.clock.today() + Days::new(60)).await;
        let customer = t.signed_in(person).await;
        for bill in [bill, both] {
            let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
            let id = provider.simulator.pay(&charge.txid, 52_347, false).unwrap();
            called(&t, &[&id]).await.unwrap();
        }
        assert_eq!(slip_state(&t, slip).await, "paid");
        assert_eq!(slip_state(&t, shared).await, "registered", "a slip of two bills is not paid with one of them");
    }

    async fn a_return_file_does_not_settle_it_again(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        for (sequence, days) in [(1, 0), (2, 2_i64)] {
            let (bill, slip, mut title) = a_title(&t, person, -5).await;
            let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
            let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
            called(&t, &[&id]).await.unwrap();
            // The bank books it later, over a weekend.
            t.clock.advance(TimeDelta::days(days));
            title.on = t.clock.today();
            apply(&t, &File::of(&t, sequence, vec![title])).await.unwrap();
            assert_eq!(last_outcome(&t).await.0, "repeated");
            assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
            assert_eq!(slip_state(&t, slip).await, "paid");
        }
        assert_eq!(payments(&t).await.len(), 2);
        // Another amount is another payment, and the customer's.
        let (bill, _, mut title) = a_title(&t, person, -5).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let id = provider.simulator.pay(&charge.txid, charge.amount.as_cents(), false).unwrap();
        called(&t, &[&id]).await.unwrap();
        title.paid -= 1;
        apply(&t, &File::of(&t, 3, vec![title])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "duplicate");
        nothing_lost_or_doubled(&t).await;
    }

    async fn the_code_of_a_slip_is_paid(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let registered = |bill: BillId, slip: SlipId| {
            let (t, provider) = (&t, &provider);
            async move {
                // The bank has registered the slip's charge itself: the provider knows it, the portal only its code.
                let txid = bill.0.simple().to_string();
                let code = provider.simulator.register(&txid, 52_347).unwrap();
                let mut tx = t.db.write().await.unwrap();
                sql!(tx, execute: "update slips set emv = $2 where id = $1", slip.0, code).unwrap();
                tx.commit().await.unwrap();
                txid
            }
        };
        let (bill, slip, title) = a_title(&t, person, -5).await;
        let txid = registered(bill, slip).await;
        let id = provider.simulator.pay(&txid, 52_347, false).unwrap();
        called(&t, &[&id]).await.unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert_eq!(slip_state(&t, slip).await, "paid");
        apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!(last_outcome(&t).await.0, "repeated");
        // The file is faster than the provider.
        let (bill, slip, title) = a_title(&t, person, -5).await;
        let txid = registered(bill, slip).await;
        let id = provider.simulator.pay(&txid, 52_347, false).unwrap();
        apply(&t, &File::of(&t, 2, vec![title])).await.unwrap();
        called(&t, &[&id]).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::ZERO, "settled".into()));
        assert_eq!((t.count("payments").await, t.count("unidentified_payments").await), (2, 0));
        t.is_whole().await;
    }

    async fn an_import_does_not_post_it_again(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (customer, bill) = a_bill(&t, -3).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let id = provider.simulator.pay(&charge.txid, 52_347, false).unwrap();
        called(&t, &[&id]).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (number,) = sql!(conn, one (String,): "select external_id from bills where id = $1", bill.0).unwrap();
        drop(conn);
        let today = t.clock.today();
        let csv = format!("external_id;bill;paid_on;amount;method;bank_reference\nERP1;{number};{today};523,47;pix;{id}\n");
        import(&t, &csv).await;
        assert_eq!((payments(&t).await.len(), t.bill_now(bill).await.0), (1, Money::ZERO));
        // The other way round: the import was faster.
        let second = t.a_bill(customer.id(), FULL, -3).await;
        let charge = pix::ask(&t, &customer, &[second]).await.unwrap();
        let id = provider.simulator.pay(&charge.txid, 52_347, false).unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (number,) = sql!(conn, one (String,): "select external_id from bills where id = $1", second.0).unwrap();
        drop(conn);
        import(&t, &format!("external_id;bill;paid_on;amount;method;bank_reference\nERP2;{number};{today};523,47;pix;{id}\n")).await;
        called(&t, &[&id]).await.unwrap();
        assert_eq!((payments(&t).await.len(), t.bill_now(second).await.0), (2, Money::ZERO));
        assert_eq!(pix::see(&t, &customer, charge.id).await.unwrap().paid[0].outcome, Outcome::Repeated);
        t.is_whole().await;
    }
}

async fn import(t: &TestServer, csv: &str) {
    use server::imports::{Kind, Options, run};
    let report = run(t, Kind::Payments, std::io::Cursor::new(csv.to_owned().into_bytes()), Options::default(), |_| {}).await.unwrap();
    assert_eq!(report.refusals, []);
}

/// An authority of the test's own, and certificates signed by it for the provider and for the creditor.
struct Authority {
    folder: tempfile::TempDir,
    ca: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let ca = params.self_signed(&key).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), ca, issuer: rcgen::Issuer::new(params, key) }
    }

    fn signed(&self, name: &str) -> (rcgen::Certificate, rcgen::KeyPair) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Serves the provider to those alone who show a certificate of this authority.
    async fn serve(&self, simulator: &Simulator) -> String {
        use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
        use tokio_rustls::rustls::server::WebPkiClientVerifier;
        use tokio_rustls::rustls::{RootCertStore, ServerConfig};
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
        let (certificate, key) = self.signed("localhost");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let listener = Tls { listener, acceptor: tokio_rustls::TlsAcceptor::from(Arc::new(config)) };
        let router = simulator.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }
}

struct Tls {
    listener: tokio::net::TcpListener,
    acceptor: tokio_rustls::TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[tokio::test]
async fn both_sides_show_certificates() {
    let (authority, simulator) = (Authority::new(), Simulator::new(Settings::default()));
    let url = authority.serve(&simulator).await;
    let (certificate, key) = authority.signed("emdia");
    let (stranger, stranger_key) = Authority::new().signed("emdia");
    let ca = authority.file("ca.pem", &authority.ca.pem());
    let mut t = TestServer::sqlite().await;
    let (customer, bill) = a_bill(&t, 37).await;
    let settings = |certificate: Option<(std::path::PathBuf, std::path::PathBuf)>, ca: Option<&std::path::PathBuf>| PixSettings {
        base_url: format!("{url}/api"),
        token_url: format!("{url}/oauth/token"),
        client_id: "emdia".into(),
        client_secret: Secret("segredo-de-demonstracao".into()),
        certificate: certificate.as_ref().map(|(certificate, _)| certificate.clone()),
        certificate_key: certificate.map(|(_, key)| key),
        ca: ca.cloned(),
        key: Settings::default().key,
    };
    let own = (authority.file("own.pem", &certificate.pem()), authority.file("own.key", &key.serialize_pem()));
    let other = (authority.file("other.pem", &stranger.pem()), authority.file("other.key", &stranger_key.serialize_pem()));
    // Without a certificate, with one of somebody else, and without knowing the provider's authority: nobody is spoken to.
    for (certificate, ca) in [(None, Some(&ca)), (Some(other), Some(&ca)), (Some(own.clone()), None)] {
        t.set_pix(settings(certificate, ca)).unwrap();
        assert_eq!(pix::ask(&t, &customer, &[bill]).await.unwrap().state, State::New);
    }
    assert_eq!((simulator.calls("POST /oauth/token"), simulator.charges()), (0, 0));
    t.set_pix(settings(Some(own.clone()), Some(&ca))).unwrap();
    let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
    assert_eq!((charge.state, simulator.charges()), (State::Active, 1));
    // What is no certificate is found at the start.
    let bad = authority.file("bad.pem", "nothing");
    assert!(matches!(t.set_pix(settings(Some((bad.clone(), own.1)), Some(&ca))), Err(Error::Config(_))));
    assert!(matches!(t.set_pix(settings(None, Some(&bad))), Err(Error::Config(_))));
}

#[tokio::test]
async fn no_secret_is_printed() {
    let (t, _provider) = with_provider(TestServer::sqlite().await).await;
    let printed = format!("{:?}", t.server);
    assert!(!printed.contains("segredo-de-demonstracao"), "{printed}");
}
