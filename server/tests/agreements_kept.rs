//! What becomes of an agreement: mended, ended, settled; and that no centavo is lost whatever happens in its life.

use chrono::{Days, TimeDelta};
use domain::agreements::Status as AgreementStatus;
use domain::agreements::forms::EarlyForm;
use domain::agreements::policy::Imputation;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::statement::EntryKind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use server::agreements::{self, Agreement, Choice, Simulation};
use server::error::Error;
use server::requests::record;
use server::sessions::Customer;
use server::testing::TestServer;
use server::{bills, on_both_databases, sql};

use crate::agreements::{plan, submit};
use crate::requests::{problem, submission};

/// A policy that grants everything and takes something off; warnings leave at any hour.
async fn a_policy(t: &TestServer, interest: Value, break_rule: Value) {
    let limits = json!({ "most_installments": 24, "least_down_payment": "0" });
    let discount = json!({ "up_to_installments": 24, "of_charges": "0.5", "of_principal": "0.033" });
    let band = json!({ "up_to": null, "automatic": limits, "negotiable": limits, "discounts": [discount] });
    let eligibility = json!({ "min_days_late": 1, "wait_after_broken_days": 0 });
    t.a_policy(
        "plans",
        json!({ "version": "2", "interest": interest, "bands": [band], "break_rule": break_rule, "least_installment": 100, "eligibility": eligibility }),
    )
    .await;
    t.a_policy("promises", json!({ "remind_between": [0, 24] })).await;
}

async fn see(t: &TestServer, customer: &Customer, protocol: &Protocol) -> Agreement {
    agreements::find(t, customer, &protocol.digits()).await.unwrap()
}

async fn pay(t: &TestServer, customer: CustomerId, agreement: &Agreement, number: usize, amount: Money) {
    t.a_payment(customer, BillId(agreement.installments[number].bill_id.unwrap()), amount, None).await;
}

/// Two bills in an agreement of four installments without a down payment, the first of which was paid.
async fn running(t: &TestServer) -> (Customer, [BillId; 2], Simulation, Protocol) {
    let customer = t.signed_in(t.a_person().await).await;
    let bills = [t.a_bill(customer.id(), Money::cents(40_000), 90).await, t.a_bill(customer.id(), Money::cents(50_000), 60).await];
    let (simulation, protocol) = submit(t, &customer, &plan(&bills, "", 4)).await;
    let agreement = see(t, &customer, &protocol).await;
    assert_eq!(agreement.status, AgreementStatus::Active);
    pay(t, customer.id(), &agreement, 0, agreement.installments[0].amount).await;
    (customer, bills, simulation, protocol)
}

/// To the day after two installments were missed.
async fn two_are_late(t: &TestServer, agreement: &Agreement) {
    let late = t.clock.today().max(agreement.installments[2].due_on + Days::new(5));
    t.clock.advance(late - t.clock.today());
}

on_both_databases! {
    async fn an_agreement_that_is_not_kept_ends_after_its_warning(t: TestServer) {
        a_policy(&t, json!({ "simple_monthly": "0.01" }), json!({})).await;
        let (customer, bills, simulation, protocol) = running(&t).await;
        let debt = simulation.plan.debt.total();
        assert_eq!(record::settle(&t).await.unwrap(), 0);
        two_are_late(&t, &see(&t, &customer, &protocol).await).await;
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        let warned = see(&t, &customer, &protocol).await;
        let until = warned.cure_until.unwrap();
        assert_eq!((warned.status, record::settle(&t).await.unwrap()), (AgreementStatus::Active, 0), "told once");
        assert!(until > t.clock.today() && t.subjects().await.iter().any(|subject| subject.contains("pague até")));
        // The last day is over, and the bank may still tell.
        t.clock.advance(until + Days::new(1) - t.clock.today());
        assert_eq!(record::settle(&t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::days(6));
        let settled = futures::future::join_all((0..3).map(|_| record::settle(&t))).await;
        assert!(settled.into_iter().all(|moved| moved.unwrap() <= 2), "the agreement, and the slips that were asked for its installments");
        let ended = see(&t, &customer, &protocol).await;
        assert_eq!((ended.status, ended.ended_on, ended.cure_until), (AgreementStatus::Broken, Some(t.clock.today()), None));
        // What was paid counts, the discount is lost, the interest of the plan falls away.
        let paid = ended.installments[0].amount;
        assert_eq!(t.owed(customer.id()).await, debt - paid);
        for one in &ended.installments {
            assert_eq!(one.balance, Some(0));
            assert_eq!(one.counted, if one.number == 1 { paid.as_cents() } else { 0 });
        }
        let mut left = Money::ZERO;
        for bill in bills {
            let (balance, standing) = t.bill_now(bill).await;
            assert_eq!(standing, "open");
            left += balance;
            // Nothing was charged for the time in the agreement, there is no second fine, and late charges run on from now.
            let cost = |on| bills::calculation(&t, &customer, bill, on);
            let today = cost(t.clock.today()).await.unwrap().calculation.unwrap();
            assert_eq!((today.total, today.posted.unwrap().to), (balance, t.clock.today()));
            let later = cost(t.clock.today() + Days::new(30)).await.unwrap().calculation.unwrap();
            assert_eq!(later.fine.amount, Money::ZERO);
            let base = balance - later.posted.unwrap().open;
            assert_eq!(later.interest.amount, base.times("0.01".parse().unwrap()), "on what is left of the bill itself");
        }
        assert_eq!(left, debt - paid);
        // The older bill first: its interest, its fine, and a part of itself.
        assert_eq!(t.bill_now(bills[0]).await.0, Money::cents(40_000) - (paid - (simulation.bills[0].calculation.total - Money::cents(40_000))));
        record::settle(&t).await.unwrap();
        assert_eq!((record::settle(&t).await.unwrap(), t.owed(customer.id()).await), (0, debt - paid), "again changes nothing");
        let told = t.subjects().await.into_iter().filter(|subject| subject == "Seu acordo foi encerrado").count();
        assert_eq!(told, 1, "once, whatever happens at once");
        t.is_whole().await;
        // They can be paid, or put into another agreement.
        assert!(agreements::offer(&t, &customer, &bills).await.unwrap().against.is_empty());
        let (_, again) = submit(&t, &customer, &plan(&bills, "", 3)).await;
        assert_eq!(see(&t, &customer, &again).await.status, AgreementStatus::Active);
        t.is_whole().await;
    }

    async fn what_is_late_can_be_paid_until_the_bank_has_told(t: TestServer) {
        a_policy(&t, json!("none"), json!({ "cure_days": 3, "bank_days": 2 })).await;
        let (customer, _, simulation, protocol) = running(&t).await;
        two_are_late(&t, &see(&t, &customer, &protocol).await).await;
        record::settle(&t).await.unwrap();
        let warned = see(&t, &customer, &protocol).await;
        t.clock.advance(warned.cure_until.unwrap() + Days::new(1) - t.clock.today());
        pay(&t, customer.id(), &warned, 1, warned.installments[1].amount).await;
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        let mended = see(&t, &customer, &protocol).await;
        assert_eq!((mended.status, mended.cure_until), (AgreementStatus::Active, None));
        assert!(t.subjects().await.iter().any(|subject| subject == "Seu acordo continua"));
        for number in 2..4 {
            pay(&t, customer.id(), &mended, number, mended.installments[number].amount).await;
        }
        record::settle(&t).await.unwrap();
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Settled);
        assert!(t.subjects().await.iter().any(|subject| subject == "Seu acordo está quitado"));
        assert_eq!((t.owed(customer.id()).await, simulation.plan.interest), (Money::ZERO, Money::ZERO));
        t.is_whole().await;
    }

    async fn whoever_paid_all_that_was_owed_kept_it(t: TestServer) {
        a_policy(&t, json!({ "simple_monthly": "0.05" }), json!({ "late_installments": 1, "cure_days": 0, "bank_days": 0 })).await;
        let (customer, bills, simulation, protocol) = running(&t).await;
        let agreement = see(&t, &customer, &protocol).await;
        for number in 1..3 {
            pay(&t, customer.id(), &agreement, number, agreement.installments[number].amount).await;
        }
        // All but what is less than the plan's interest.
        let last = agreement.installments[3].amount;
        let little = simulation.plan.interest - simulation.plan.discount.total() - Money::cents(100);
        assert!(little.is_positive());
        pay(&t, customer.id(), &agreement, 3, last - little).await;
        t.clock.advance(agreement.installments[3].due_on + Days::new(20) - t.clock.today());
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Settled);
        assert_eq!((t.owed(customer.id()).await, t.bill_now(bills[0]).await), (Money::ZERO, (Money::ZERO, "in_agreement".into())));
        t.is_whole().await;
    }

    async fn an_incident_or_a_dispute_makes_nobody_late(t: TestServer) {
        a_policy(&t, json!("none"), json!({ "late_installments": 1, "cure_days": 0, "bank_days": 0 })).await;
        let (customer, _, _, protocol) = running(&t).await;
        let agreement = see(&t, &customer, &protocol).await;
        let second = BillId(agreement.installments[1].bill_id.unwrap());
        let form = domain::disputes::DisputeForm { bill: second.to_string(), reason: "amount".into(), text: "x".into(), submission: submission() };
        server::disputes::submit(&t, &customer, &form, &[]).await.unwrap();
        t.clock.advance(agreement.installments[1].due_on + Days::new(10) - t.clock.today());
        record::settle(&t).await.unwrap();
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Active);
        // Disputed or not: the third is late by itself.
        t.clock.advance(agreement.installments[2].due_on + Days::new(10) - t.clock.today());
        record::settle(&t).await.unwrap();
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Broken);
        t.is_whole().await;
    }

    async fn paying_early_costs_less_until_its_day(t: TestServer) {
        a_policy(&t, json!({ "simple_monthly": "0.02" }), json!({})).await;
        let (customer, _, simulation, protocol) = running(&t).await;
        let digits = protocol.digits();
        let before = t.owed(customer.id()).await;
        let all = agreements::early(&t, &customer, &digits, &[]).await.unwrap();
        assert_eq!(all.lines.len(), 3);
        assert_eq!(all.saved + all.to_pay, before);
        assert!(all.saved.is_positive() && all.saved < simulation.plan.interest);
        let last = agreements::early(&t, &customer, &digits, &[all.lines[2].bill]).await.unwrap();
        assert!(last.saved < all.saved && last.saved == all.lines[2].cost.saved);
        // Somebody else's, a wrong amount, nothing, something that cannot be chosen.
        let other = t.signed_in(t.a_person().await).await;
        let (_, form) = chooses(&t, &customer, &protocol).await.unwrap();
        assert!(matches!(agreements::early(&t, &other, &digits, &[]).await, Err(Error::NotFound)));
        assert!(matches!(agreements::pay_early(&t, &other, &digits, &form).await, Err(Error::NotFound)));
        let wrong = EarlyForm { to_pay: "1".into(), ..form.clone() };
        assert_eq!(problem(agreements::pay_early(&t, &customer, &digits, &wrong).await), ("bills".into(), Problem::NoLongerPossible));
        let none = EarlyForm { bills: vec![], ..form.clone() };
        assert_eq!(problem(agreements::pay_early(&t, &customer, &digits, &none).await), ("bills".into(), Problem::Missing));
        assert_eq!(t.owed(customer.id()).await, before);
        // Twice and at once it is one.
        let chosen = futures::future::join_all((0..3).map(|_| agreements::pay_early(&t, &customer, &digits, &form))).await;
        assert!(chosen.iter().all(|chosen| chosen.as_ref().is_ok_and(|chosen| chosen.to_pay == all.to_pay)), "{chosen:?}");
        assert_eq!(t.owed(customer.id()).await, all.to_pay);
        let again = EarlyForm { submission: submission(), ..form.clone() };
        assert_eq!(problem(agreements::pay_early(&t, &customer, &digits, &again).await), ("bills".into(), Problem::NoLongerPossible));
        t.is_whole().await;
        // Two are paid in time; of the third the reduction lapses.
        for line in &all.lines[..2] {
            t.a_payment(customer.id(), line.bill, line.cost.to_pay, None).await;
        }
        record::settle(&t).await.unwrap();
        assert_eq!(t.owed(customer.id()).await, all.lines[2].cost.to_pay);
        t.clock.advance(all.pay_until + Days::new(1) - t.clock.today());
        record::settle(&t).await.unwrap();
        assert_eq!(t.owed(customer.id()).await, all.lines[2].cost.to_pay, "the bank may still tell");
        t.clock.advance(TimeDelta::days(6));
        record::settle(&t).await.unwrap();
        let whole = all.lines[2].cost.unpaid.left;
        assert_eq!(t.owed(customer.id()).await, whole, "as it was");
        assert!(agreements::early(&t, &customer, &digits, &[]).await.unwrap().chosen.is_none());
        t.a_payment(customer.id(), all.lines[2].bill, whole, None).await;
        record::settle(&t).await.unwrap();
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Settled);
        assert!(matches!(agreements::early(&t, &customer, &digits, &[]).await, Err(Error::NotFound)));
        assert_eq!(t.owed(customer.id()).await, Money::ZERO);
        t.is_whole().await;
    }

    async fn what_was_paid_early_counts_for_what_it_was(t: TestServer) {
        a_policy(&t, json!({ "simple_monthly": "0.02" }), json!({})).await;
        let (customer, _, simulation, protocol) = running(&t).await;
        let ahead = agreements::early(&t, &customer, &protocol.digits(), &[]).await.unwrap().lines;
        // The last one is paid early; of the one before it the reduction is still open when the agreement ends.
        for (line, paid) in [(ahead[2], true), (ahead[1], false)] {
            let (to_pay, bills) = (line.cost.to_pay, vec![line.bill.to_string()]);
            assert!(line.cost.saved.is_positive());
            let form = EarlyForm { bills, to_pay: to_pay.as_cents().to_string(), submission: submission() };
            agreements::pay_early(&t, &customer, &protocol.digits(), &form).await.unwrap();
            if paid {
                t.a_payment(customer.id(), line.bill, to_pay, None).await;
                record::settle(&t).await.unwrap();
            }
        }
        let agreement = see(&t, &customer, &protocol).await;
        two_are_late(&t, &agreement).await;
        record::settle(&t).await.unwrap();
        let until = see(&t, &customer, &protocol).await.cure_until.unwrap();
        t.clock.advance(until + Days::new(6) - t.clock.today());
        record::settle(&t).await.unwrap();
        assert_eq!(see(&t, &customer, &protocol).await.status, AgreementStatus::Broken);
        assert_eq!(t.owed(customer.id()).await, simulation.plan.debt.total() - agreement.installments[0].amount - ahead[2].cost.to_pay);
        let ended = see(&t, &customer, &protocol).await;
        assert!(ended.installments.iter().all(|one| one.balance == Some(0)), "{ended:?}");
        assert_eq!(ended.installments[3].counted, ahead[2].cost.to_pay.as_cents());
        t.is_whole().await;
    }

    // Pays in part, whole, twice, late, not at all; mends, breaks, settles, begins anew: what is owed is what the rules say, to the centavo,
    // after every step.
    async fn no_centavo_is_lost_in_the_lives_of_agreements(t: TestServer) {
        let deeds = prop::collection::vec((0_u8..10, 0_i64..40, 1_i64..150), 1..16);
        let lives = (prop::collection::vec((5_000_i64..90_000, 2_i64..300), 1..4), 1_u16..7, 0_i64..40, 0_usize..2, any::<bool>(), deeds);
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let mut ends = std::collections::BTreeMap::new();
        for _ in 0..24 {
            let (bills, count, down, order, interest, deeds) = lives.new_tree(&mut runner).unwrap().current();
            let interest = if interest { json!({ "simple_monthly": "0.013" }) } else { json!("none") };
            a_policy(&t, interest, json!({ "imputation": Imputation::ALL[order], "cure_days": 2, "bank_days": 1, "late_installments": 2 })).await;
            let end = live(&t, &bills, count, down, &deeds).await;
            *ends.entry(end.as_str()).or_insert(0) += 1;
        }
        t.is_whole().await;
        for end in [AgreementStatus::Active, AgreementStatus::Broken, AgreementStatus::Settled, AgreementStatus::Cancelled] {
            assert!(ends.contains_key(end.as_str()), "{ends:?}");
        }
    }
}

/// Everything that is ahead, where something falls away of it and nothing is chosen yet.
async fn chooses(t: &TestServer, customer: &Customer, protocol: &Protocol) -> Option<(Vec<Choice>, EarlyForm)> {
    let early = agreements::early(t, customer, &protocol.digits(), &[]).await.unwrap();
    if early.chosen.is_some() || !early.saved.is_positive() {
        return None;
    }
    let bills = early.lines.iter().map(|line| line.bill.to_string()).collect();
    let form = EarlyForm { bills, to_pay: early.to_pay.as_cents().to_string(), submission: submission() };
    Some((early.lines, form))
}

/// What is taken off installments for paying them early.
async fn let_off(t: &TestServer, customer: CustomerId) -> Money {
    let mut conn = t.db.read().await.unwrap();
    let (saved,) = sql!(conn, one (i64,): "select cast(coalesce(sum(i.saved), 0) as bigint) from early_settlements e
        join early_installments i on i.early_id = e.id where e.customer_id = $1 and i.state <> 'undone'", customer.0)
    .unwrap();
    Money::cents(saved)
}

/// One agreement from its beginning to the last deed. Says how it stands then.
async fn live(t: &TestServer, bills: &[(i64, i64)], count: u16, down: i64, deeds: &[(u8, i64, i64)]) -> AgreementStatus {
    let customer = t.signed_in(t.a_person().await).await;
    let id = customer.id();
    let mut ids = Vec::new();
    for (cents, late) in bills {
        ids.push(t.a_bill(id, Money::cents(*cents), *late).await);
    }
    let before = t.owed(id).await;
    let offer = agreements::offer(t, &customer, &ids).await.unwrap();
    let down = offer.debt.total().times(rust_decimal::Decimal::new(down, 2));
    let typed = if down < Money::cents(100) { String::new() } else { format!("{},{:02}", down.as_cents() / 100, down.as_cents() % 100) };
    let (simulation, protocol) = submit(t, &customer, &plan(&ids, &typed, count)).await;
    let plan = &simulation.plan;
    // What was paid under it, and charges that were posted on its installments.
    let (mut paid, mut charged) = (Money::ZERO, Money::ZERO);
    for (at, (deed, days, percent)) in deeds.iter().enumerate() {
        // Most begin.
        t.clock.advance(TimeDelta::days(if at == 0 { *days / 8 } else { *days }));
        record::settle(t).await.unwrap();
        let agreement = see(t, &customer, &protocol).await;
        if matches!(agreement.status, AgreementStatus::Broken | AgreementStatus::Cancelled) {
            break;
        }
        let next = agreement.installments.iter().position(|one| one.balance.is_some_and(|balance| balance > 0));
        match (deed, next) {
            (0..=5, Some(number)) => {
                let one = &agreement.installments[number];
                let part = one.amount.times(rust_decimal::Decimal::new(*percent, 2)).max(Money::cents(1));
                let amount = if *deed < 4 { Money::cents(one.balance.unwrap()) } else { part };
                pay(t, id, &agreement, number, amount).await;
                paid += amount;
            }
            // A second time for something that is settled, or the last one early.
            (6, _) => {
                let number = agreement.installments.len() - 1;
                pay(t, id, &agreement, number, Money::cents(*percent)).await;
                paid += Money::cents(*percent);
            }
            (7, Some(number)) if number > 0 => {
                let bill = BillId(agreement.installments[number].bill_id.unwrap());
                t.posted(id, Some(bill), EntryKind::Fine, Money::cents(*percent), t.clock.today()).await;
                charged += Money::cents(*percent);
            }
            // What is ahead, early: paid, or left to lapse.
            (8, Some(_)) if agreement.status == AgreementStatus::Active => {
                if let Some((chosen, form)) = chooses(t, &customer, &protocol).await {
                    let _ = agreements::pay_early(t, &customer, &protocol.digits(), &form).await.unwrap();
                    if percent % 2 == 0 {
                        for choice in chosen {
                            t.a_payment(id, choice.bill, choice.cost.to_pay, None).await;
                            paid += choice.cost.to_pay;
                        }
                    }
                }
            }
            _ => {}
        }
        while record::settle(t).await.unwrap() > 0 {}
        let agreement = see(t, &customer, &protocol).await;
        let owed = t.owed(id).await;
        match agreement.status {
            AgreementStatus::AwaitingDownPayment | AgreementStatus::Active => {
                assert_eq!(owed, plan.total_cost + charged - paid - let_off(t, id).await);
            }
            AgreementStatus::Settled => {
                let over: i64 = agreement.installments.iter().filter_map(|one| one.balance).sum();
                assert!(over <= 0);
                assert_eq!(owed, Money::cents(over));
            }
            AgreementStatus::Cancelled => assert_eq!(owed, before),
            AgreementStatus::Broken => {
                // Paid beyond one installment is a credit on it; the rest counts for the bills.
                let over: i64 = agreement.installments.iter().filter_map(|one| one.balance).sum();
                let mut left = Money::ZERO;
                for bill in &ids {
                    left += t.bill_now(*bill).await.0;
                }
                assert!(over <= 0 && left.is_positive());
                assert_eq!(owed, left + Money::cents(over));
                assert!(left <= plan.debt.total());
                // Late charges on installments that were paid were owed; those that were not are given up.
                assert!(plan.debt.total() - paid <= owed && owed <= plan.debt.total() - paid + charged);
            }
            AgreementStatus::Requested => panic!("granted by itself"),
        }
    }
    see(t, &customer, &protocol).await.status
}
