use chrono::{Days, TimeDelta};
use domain::actors::Role;
use domain::agreements::Status as AgreementStatus;
use domain::agreements::eligibility::Ineligible;
use domain::agreements::forms::{AcceptForm, PlanForm};
use domain::disputes::DisputeForm;
use domain::forms::Problem;
use domain::ids::BillId;
use domain::money::Money;
use domain::requests::protocol::Protocol;
use domain::requests::{Kind, Status};
use domain::sign_in::CodeForm;
use domain::statement::Standing;
use rust_decimal::Decimal;
use serde_json::json;
use server::acceptances::{AcceptanceId, Asked};
use server::agreements::{self, Offered, Simulation};
use server::error::Error;
use server::requests::{self, desk, record};
use server::sessions::Customer;
use server::testing::TestServer;
use server::texts::Locale;
use server::{disputes, on_both_databases};

use crate::requests::{nothing, problem, submission, told};

pub(crate) fn plan(bills: &[BillId], down_payment: &str, count: u16) -> PlanForm {
    PlanForm {
        bills: bills.iter().map(ToString::to_string).collect(),
        down_payment: down_payment.into(),
        count: count.to_string(),
        day: "10".into(),
        reason: "less_income".into(),
    }
}

/// Shows the check page and accepts what it says.
pub(crate) async fn accept(t: &TestServer, customer: &Customer, form: &PlanForm) -> (Simulation, AcceptForm) {
    let Offered { simulation, terms } = agreements::offered(t, customer, Locale::PtBr, form).await.unwrap();
    (simulation, AcceptForm { terms: terms.hash, accepted: "yes".into(), submission: submission() })
}

pub(crate) async fn submit(t: &TestServer, customer: &Customer, form: &PlanForm) -> (Simulation, Protocol) {
    let (simulation, accept) = accept(t, customer, form).await;
    let protocol = agree(t, customer, form, &accept).await.unwrap();
    (simulation, protocol)
}

/// Accepts, as far as the code.
pub(crate) async fn accepted(
    t: &TestServer,
    customer: &Customer,
    form: &PlanForm,
    accept: &AcceptForm,
) -> Result<(AcceptanceId, CodeForm), Error> {
    match agreements::accept(t, customer, &t.visit(), Locale::PtBr, form, accept).await? {
        Asked::Code(id) => Ok((id, CodeForm { code: t.code().await })),
        Asked::Done(protocol) => panic!("{protocol}"),
    }
}

/// Accepts, and types the code.
async fn agree(t: &TestServer, customer: &Customer, form: &PlanForm, accept: &AcceptForm) -> Result<Protocol, Error> {
    let (id, code) = accepted(t, customer, form, accept).await?;
    agreements::confirm(t, customer, &t.visit(), id, &code).await
}

async fn approve(t: &TestServer, protocol: &Protocol) {
    let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await);
    desk::claim(t, &ana, &protocol.digits()).await.unwrap();
    desk::prepare(t, &ana, &protocol.digits(), &nothing()).await.unwrap();
    desk::approve(t, &bia, &protocol.digits(), &nothing()).await.unwrap();
}

on_both_databases! {
    async fn an_offer_says_what_may_be_split_and_why_not(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let late = t.a_bill(customer.id(), Money::cents(50_000), 40).await;
        let due_later = t.a_bill(customer.id(), Money::cents(50_000), -40).await;
        let disputed = t.a_bill(customer.id(), Money::cents(50_000), 30).await;
        let dispute = DisputeForm { bill: disputed.to_string(), reason: "amount".into(), text: "x".into(), submission: submission() };
        disputes::submit(&t, &customer, &dispute, &[]).await.unwrap();
        let offer = agreements::offer(&t, &customer, &[]).await.unwrap();
        let of = |bill| offer.bills.iter().find(|offered| offered.bill.id == bill).unwrap();
        assert!(of(late).chosen && of(late).against.is_none());
        assert!(matches!(of(due_later).against, Some(Ineligible::NotLateEnough { .. })));
        assert!(matches!(of(disputed).against, Some(Ineligible::Disputed { .. })));
        assert!(offer.against.is_empty() && !offer.options.is_empty());
        assert!(offer.debt.charges.is_positive());
        assert_eq!(offer.debt.total(), Money::cents(50_000) + offer.debt.charges);
        assert!(offer.options.iter().all(|plan| plan.total == offer.debt.total()));

        let with = agreements::offer(&t, &customer, &[late, disputed]).await.unwrap();
        assert_eq!(with.against, [Ineligible::Disputed { bill: disputed }]);
        assert!(with.options.is_empty());
        let other = t.signed_in(t.a_person().await).await;
        assert!(matches!(agreements::offer(&t, &other, &[late]).await, Err(Error::NotFound)));
        assert!(matches!(agreements::simulate(&t, &other, &plan(&[late], "", 2)).await, Err(Error::NotFound)));
        let nothing_open = agreements::offer(&t, &other, &[]).await.unwrap();
        assert_eq!(nothing_open.against, [Ineligible::NoBills]);
        t.is_whole().await;
    }

    async fn within_the_policy_a_plan_holds_at_once_to_the_centavo(t: TestServer) {
        t.a_policy("plans", json!({ "version": "2", "interest": { "simple_monthly": "0.01" } })).await;
        let customer = t.signed_in(t.a_person().await).await;
        let mut bills = Vec::new();
        for (cents, days) in [(33_333, 100), (52_347, 71), (10_001, 40)] {
            bills.push(t.a_bill(customer.id(), Money::cents(cents), days).await);
        }
        let elsewhere = t.a_bill(customer.id(), Money::cents(7_777), -10).await;
        let before = t.owed(customer.id()).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&bills, "200,00", 5)).await;
        assert!(simulation.plan.interest.is_positive() && simulation.plan.debt.charges.is_positive());
        assert_eq!(t.owed(customer.id()).await, before + simulation.plan.debt.charges + simulation.plan.interest);
        for bill in &bills {
            assert_eq!(t.bill_now(*bill).await, (Money::ZERO, "in_agreement".into()));
        }
        assert_eq!(t.bill_now(elsewhere).await.0, Money::cents(7_777));
        let agreement = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!(agreement.status, AgreementStatus::AwaitingDownPayment);
        assert_eq!(agreement.installments.len(), 6);
        let open: i64 = agreement.installments.iter().map(|one| one.balance.unwrap()).sum();
        assert_eq!(Money::cents(open), simulation.plan.total_cost);
        assert!(agreement.bills.iter().all(|(bill, _)| bill.standing == Standing::InAgreement));
        assert_eq!(agreement.bills.iter().map(|(_, amount)| *amount).sum::<Money>(), simulation.plan.total);
        assert_eq!(agreement.terms.hash.len(), 64);
        let view = requests::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!(view.status, Status::Approved);
        // Slips for the installments are asked for by the system.
        let list = requests::list(&t, &customer, 1).await.unwrap();
        assert_eq!(list.lines.iter().filter(|line| line.kind == Kind::Slip).count(), 1);
        let subjects = t.subjects().await;
        assert!(subjects[0].contains("aprovado") && !subjects.iter().any(|subject| subject.contains("Recebemos")), "{subjects:?}");

        // The down payment begins it; the last installment ends it.
        assert_eq!(record::settle(&t).await.unwrap(), 0);
        let pay = |number: usize| BillId(agreement.installments[number].bill_id.unwrap());
        t.a_payment(customer.id(), pay(0), agreement.installments[0].amount, None).await;
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        let begun = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!((begun.status, begun.starts_on), (AgreementStatus::Active, Some(t.clock.today())));
        assert_eq!(requests::find(&t, &customer, &protocol.digits()).await.unwrap().status, Status::Done);
        for number in 1..6 {
            t.a_payment(customer.id(), pay(number), agreement.installments[number].amount, None).await;
        }
        record::settle(&t).await.unwrap();
        assert_eq!(agreements::find(&t, &customer, &protocol.digits()).await.unwrap().status, AgreementStatus::Settled);
        assert_eq!(t.owed(customer.id()).await, Money::cents(7_777));
        assert_eq!(record::settle(&t).await.unwrap(), 0, "again changes nothing");
        t.is_whole().await;
    }

    async fn sums_hold_for_many_amounts(t: TestServer) {
        t.a_policy("plans", json!({ "version": "2", "interest": { "simple_monthly": "0.0133" }, "least_installment": 1_000 })).await;
        for (seed, down, count) in [(10_007i64, "", 2u16), (34_567, "60,01", 3), (99_999, "123,45", 6), (123_456, "", 11), (199_999, "333,33", 7)] {
            let customer = t.signed_in(t.a_person().await).await;
            let bills = [
                t.a_bill(customer.id(), Money::cents(seed), 17 + seed % 200).await,
                t.a_bill(customer.id(), Money::cents(seed / 3 + 1), 3 + seed % 90).await,
            ];
            let before = t.owed(customer.id()).await;
            let (simulation, protocol) = submit(&t, &customer, &plan(&bills, down, count)).await;
            if simulation.plan.is_off_policy() {
                assert_eq!(t.owed(customer.id()).await, before, "asking changes nothing");
                approve(&t, &protocol).await;
            }
            assert_eq!(t.owed(customer.id()).await, before + simulation.plan.debt.charges + simulation.plan.interest, "{seed}");
            let status = agreements::find(&t, &customer, &protocol.digits()).await.unwrap().status;
            assert_eq!(status == AgreementStatus::Active, down.is_empty(), "without a down payment it is in force at once");
        }
        t.is_whole().await;
    }

    async fn outside_the_policy_two_persons_decide(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let before = t.owed(customer.id()).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&[bill], "", 10)).await;
        assert!(simulation.plan.is_off_policy());
        let digits = protocol.digits();
        let staff = t.staff(Role::Supervisor).await;
        desk::claim(&t, &staff, &digits).await.unwrap();
        let seen = desk::open(&t, &staff, &digits).await.unwrap();
        assert!(seen.off_policy && seen.four_eyes);
        assert!(matches!(desk::approve(&t, &staff, &digits, &nothing()).await, Err(Error::Refused("needs_four_eyes"))));
        desk::refuse(&t, &staff, &digits, &told("Podemos em até seis vezes.")).await.unwrap();
        assert_eq!((t.owed(customer.id()).await, t.bill_now(bill).await), (before, (Money::cents(90_000), "open".into())));
        assert_eq!(agreements::find(&t, &customer, &digits).await.unwrap().status, AgreementStatus::Cancelled);
        // Refused, the way is free for another one; taken back, too.
        let (_, second) = submit(&t, &customer, &plan(&[bill], "", 9)).await;
        requests::withdraw(&t, &customer, &second.digits()).await.unwrap();
        assert_eq!((t.owed(customer.id()).await, t.count("installments").await), (before, 19));
        assert_eq!(t.bill_now(bill).await.1, "open");
        t.is_whole().await;
    }

    async fn a_decision_that_comes_late_leaves_time_for_the_down_payment(t: TestServer) {
        t.a_policy("plans", json!({ "version": "2", "bands": [{ "up_to": null, "automatic": null, "negotiable": { "most_installments": 12, "least_down_payment": "0.1" } }] })).await;
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&[bill], "100,00", 2)).await;
        t.clock.advance(TimeDelta::days(4));
        let before = t.owed(customer.id()).await;
        let first = simulation.plan.installments[0].due_on;
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await);
        desk::claim(&t, &ana, &protocol.digits()).await.unwrap();
        desk::prepare(&t, &ana, &protocol.digits(), &nothing()).await.unwrap();
        match desk::approve(&t, &bia, &protocol.digits(), &nothing()).await {
            Ok(()) => {
                assert_eq!(t.owed(customer.id()).await, before + simulation.plan.debt.charges, "charges are those of the day of acceptance");
                let agreement = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
                let down = agreement.installments[0].due_on;
                assert!(down > simulation.plan.down_payment.unwrap().due_on && down > t.clock.today() && down < first);
            }
            // Near the tenth, the first installment would fall due before the down payment.
            Err(Error::Refused("plan_expired")) => assert!(first <= t.clock.today() + Days::new(10)),
            Err(other) => panic!("{other}"),
        }
        t.is_whole().await;
    }

    async fn what_was_accepted_must_still_be_true(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (_, accept) = accept(&t, &customer, &form).await;
        let unread = AcceptForm { accepted: String::new(), ..accept.clone() };
        assert_eq!(problem(agree(&t, &customer, &form, &unread).await), ("accepted".into(), Problem::NotAccepted));
        let other_terms = AcceptForm { terms: "00".repeat(32), ..accept.clone() };
        assert_eq!(problem(agree(&t, &customer, &form, &other_terms).await), ("terms".into(), Problem::NoLongerPossible));
        let other_plan = plan(&[bill], "90,00", 3);
        assert_eq!(problem(agree(&t, &customer, &other_plan, &accept).await), ("terms".into(), Problem::NoLongerPossible));
        let stranger = t.signed_in(t.a_person().await).await;
        let theirs = agree(&t, &stranger, &form, &accept).await;
        assert_eq!(problem(theirs), ("terms".into(), Problem::NoLongerPossible), "somebody else's offer is none");
        assert_eq!((t.count("requests").await, t.count("agreements").await), (0, 0));
        t.is_whole().await;
    }

    async fn an_offer_is_honoured_until_its_last_day_whatever_the_policy_becomes(t: TestServer) {
        let (one, two) = (t.signed_in(t.a_person().await).await, t.signed_in(t.a_person().await).await);
        let asked: Vec<_> = futures::future::join_all([&one, &two].map(async |customer| {
            let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
            let form = plan(&[bill], "90,00", 4);
            let (simulation, accept) = accept(&t, customer, &form).await;
            (form, simulation, accept)
        }))
        .await;
        let last = asked[0].1.plan.valid_until;
        assert!(last >= t.clock.today() + Days::new(2));
        // From now on half is paid down, and a day's interest has come on top.
        let limits = json!({ "most_installments": 12, "least_down_payment": "0.5" });
        t.a_policy("plans", json!({ "version": "hard", "bands": [{ "up_to": null, "automatic": limits, "negotiable": limits }] })).await;
        t.clock.advance(last.signed_duration_since(t.clock.today()));
        let (form, simulation, accept) = &asked[0];
        // Who opens it again sees what was offered, and not today's refusal.
        assert!(agreements::simulate(&t, &one, form).await.is_err());
        let again = agreements::offered(&t, &one, Locale::PtBr, form).await.unwrap();
        assert_eq!((again.terms.hash.as_str(), again.simulation.plan.total), (accept.terms.as_str(), simulation.plan.total));
        let protocol = agree(&t, &one, form, accept).await.unwrap();
        let agreement = agreements::find(&t, &one, &protocol.digits()).await.unwrap();
        assert_eq!((agreement.plan.total, &agreement.plan.version), (simulation.plan.total, &simulation.plan.version));
        assert_eq!(agreement.bills[0].1, simulation.bills[0].calculation.total);
        t.clock.advance(TimeDelta::days(1));
        let (form, _, accept) = &asked[1];
        assert_eq!(problem(agree(&t, &two, form, accept).await), ("terms".into(), Problem::NoLongerPossible));
        assert!(agreements::offered(&t, &two, Locale::PtBr, form).await.is_err());
        t.is_whole().await;
    }

    async fn the_days_of_an_agreement_go_into_a_calendar(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let (_, protocol) = submit(&t, &customer, &plan(&[bill], "100,00", 4)).await;
        let agreement = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
        let (name, text) = agreements::calendar(&t, Locale::PtBr, &agreement, "Cooperativa, Teste");
        assert!(name.starts_with("acordo-") && name.ends_with(".ics"));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 5, "{text}");
        assert_eq!(text.matches("BEGIN:VALARM").count(), 5);
        for line in &agreement.installments {
            assert!(text.contains(&format!("DTSTART;VALUE=DATE:{}", line.due_on.format("%Y%m%d"))), "{text}");
        }
        // Commas and line lengths as RFC 5545 wants them: no program refuses the file.
        assert!(text.replace("\r\n ", "").contains("Cooperativa\\, Teste"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        // What is paid is no date any more.
        let first = domain::ids::BillId(agreement.installments[0].bill_id.unwrap());
        t.a_payment(customer.id(), first, agreement.installments[0].amount, None).await;
        let agreement = agreements::find(&t, &customer, &protocol.digits()).await.unwrap();
        assert_eq!(agreements::calendar(&t, Locale::PtBr, &agreement, "C").1.matches("BEGIN:VEVENT").count(), 4);
    }

    async fn an_offer_falls_with_its_bills_and_gives_way_to_a_better_one(t: TestServer) {
        let (one, two) = (t.signed_in(t.a_person().await).await, t.signed_in(t.a_person().await).await);
        let paid = t.a_bill(one.id(), Money::cents(90_000), 60).await;
        let form = plan(&[paid], "90,00", 4);
        let (_, read) = accept(&t, &one, &form).await;
        t.a_payment(one.id(), paid, Money::cents(10_000), None).await;
        assert_eq!(problem(agree(&t, &one, &form, &read).await), ("bills".into(), Problem::NoLongerPossible));
        assert_ne!(agreements::offered(&t, &one, Locale::PtBr, &form).await.unwrap().terms.hash, read.terms);
        // Half of what paying late has added is taken off from now on: whoever reads the old page sees the new one first.
        let bill = t.a_bill(two.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let (before, read) = accept(&t, &two, &form).await;
        let limits = json!({ "most_installments": 12, "least_down_payment": "0" });
        let discount = json!({ "up_to_installments": 12, "of_charges": "0.5", "of_principal": "0" });
        t.a_policy("plans", json!({ "version": "mild", "bands": [{ "up_to": null, "automatic": limits, "negotiable": limits, "discounts": [discount] }] })).await;
        assert_eq!(problem(agree(&t, &two, &form, &read).await), ("terms".into(), Problem::NoLongerPossible));
        let (now, read) = accept(&t, &two, &form).await;
        assert!(now.plan.total_cost < before.plan.total_cost);
        agree(&t, &two, &form, &read).await.unwrap();
        t.is_whole().await;
    }

    async fn a_bill_that_moved_cannot_be_taken_in(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let (_, protocol) = submit(&t, &customer, &plan(&[bill], "", 10)).await;
        t.a_payment(customer.id(), bill, Money::cents(10_000), None).await;
        let before = t.owed(customer.id()).await;
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Supervisor).await);
        desk::claim(&t, &ana, &protocol.digits()).await.unwrap();
        desk::prepare(&t, &ana, &protocol.digits(), &nothing()).await.unwrap();
        assert!(matches!(desk::approve(&t, &bia, &protocol.digits(), &nothing()).await, Err(Error::Overtaken("bill_moved"))));
        assert_eq!((t.owed(customer.id()).await, t.count("bills").await), (before, 1), "nothing half-done");
        t.is_whole().await;
    }

    async fn one_plan_at_a_time_whatever_happens_at_once(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let mut codes = Vec::new();
        for cents in [50_000, 60_000, 70_000] {
            let bill = t.a_bill(customer.id(), Money::cents(cents), 60).await;
            let form = plan(&[bill], "100,00", 3);
            let (_, accept) = accept(&t, &customer, &form).await;
            codes.push(accepted(&t, &customer, &form, &accept).await.unwrap());
        }
        let visit = t.visit();
        let rivals = futures::future::join_all(codes.iter().map(|(id, code)| agreements::confirm(&t, &customer, &visit, *id, code))).await;
        assert_eq!(rivals.iter().filter(|one| one.is_ok()).count(), 1);
        let won = rivals.iter().position(Result::is_ok).unwrap();
        for lost in rivals.into_iter().filter(Result::is_err) {
            assert_eq!(problem(lost), ("bills".into(), Problem::NoLongerPossible));
        }
        let (id, code) = &codes[won];
        let again = futures::future::join_all((0..3).map(|_| agreements::confirm(&t, &customer, &visit, *id, code))).await;
        assert!(again.iter().all(Result::is_ok), "the same code again is the same plan");
        assert_eq!((t.count("agreements").await, agreements::list(&t, &customer).await.unwrap().len()), (1, 1));
        let against = agreements::offer(&t, &customer, &[]).await.unwrap().against;
        assert!(against.contains(&Ineligible::OpenAgreement { max: 1 }), "{against:?}");
        let other = t.signed_in(t.a_person().await).await;
        let protocol = agreements::list(&t, &customer).await.unwrap()[0].protocol.digits();
        assert!(matches!(agreements::find(&t, &other, &protocol).await, Err(Error::NotFound)));
        t.is_whole().await;
    }

    async fn without_its_down_payment_an_agreement_does_not_begin(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bills = [t.a_bill(customer.id(), Money::cents(45_000), 90).await, t.a_bill(customer.id(), Money::cents(45_000), 60).await];
        let before = t.owed(customer.id()).await;
        let (_, protocol) = submit(&t, &customer, &plan(&bills, "100,00", 4)).await;
        assert_ne!(t.owed(customer.id()).await, before);
        let staff = t.staff(Role::Operator).await;
        assert!(matches!(desk::finish(&t, &staff, &protocol.digits(), &nothing()).await, Err(Error::Refused("down_payment_awaited"))));
        t.clock.advance(TimeDelta::days(3));
        assert_eq!(record::settle(&t).await.unwrap(), 0, "the bank may still tell");
        t.clock.advance(TimeDelta::days(17));
        // The agreement, and the slips that were asked for its installments.
        assert!(record::settle(&t).await.unwrap() >= 1);
        record::settle(&t).await.unwrap();
        assert_eq!(t.owed(customer.id()).await, before, "as it was, to the centavo");
        for bill in bills {
            assert_eq!(t.bill_now(bill).await, (Money::cents(45_000), "open".into()));
            // What the agreement had posted for paying late is taken back: the fine is worked out as if it had never been.
            let cost = server::bills::calculation(&t, &customer, bill, t.clock.today()).await.unwrap().calculation.unwrap();
            assert_eq!((cost.posted, cost.fine.amount), (None, Money::cents(900)));
        }
        assert_eq!(agreements::find(&t, &customer, &protocol.digits()).await.unwrap().status, AgreementStatus::Cancelled);
        let open = requests::list(&t, &customer, 1).await.unwrap().lines.into_iter().filter(|line| line.closed_at.is_none()).count();
        assert_eq!(open, 0);
        t.is_whole().await;
    }

    async fn a_discount_is_posted_with_the_agreement_and_undone_with_it(t: TestServer) {
        let limits = json!({ "most_installments": 12, "least_down_payment": "0" });
        let discount = json!({ "up_to_installments": 3, "of_charges": "0.5", "of_principal": "0.033" });
        let band = json!({ "up_to": null, "automatic": limits, "negotiable": limits, "discounts": [discount] });
        t.a_policy("plans", json!({ "version": "2", "interest": { "simple_monthly": "0.01" }, "bands": [band] })).await;
        let customer = t.signed_in(t.a_person().await).await;
        let bills = [t.a_bill(customer.id(), Money::cents(33_333), 90).await, t.a_bill(customer.id(), Money::cents(45_001), 60).await];
        let before = t.owed(customer.id()).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&bills, "100,00", 3)).await;
        let plan = &simulation.plan;
        assert!(plan.discount.charges.is_positive() && plan.discount.principal.is_positive());
        assert_eq!(t.owed(customer.id()).await, before + plan.debt.charges - plan.discount.total() + plan.interest);
        for bill in bills {
            assert_eq!(t.bill_now(bill).await, (Money::ZERO, "in_agreement".into()));
        }
        let terms = agreements::find(&t, &customer, &protocol.digits()).await.unwrap().terms;
        let words = terms.sections.iter().flat_map(|section| &section.paragraphs).find(|text| text.contains("Desconto")).unwrap();
        assert!(words.contains(&server::texts::money(Locale::PtBr, plan.discount.charges)), "{words}");
        t.clock.advance(TimeDelta::days(20));
        assert!(record::settle(&t).await.unwrap() >= 1);
        assert_eq!(t.owed(customer.id()).await, before, "as it was, to the centavo");
        assert_eq!(agreements::find(&t, &customer, &protocol.digits()).await.unwrap().status, AgreementStatus::Cancelled);
        t.is_whole().await;
    }

    async fn the_terms_say_every_amount_and_date(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(90_000), 60).await;
        let form = plan(&[bill], "90,00", 4);
        let simulation = agreements::simulate(&t, &customer, &form).await.unwrap();
        for (locale, _) in Locale::ALL {
            let terms = agreements::offered(&t, &customer, locale, &form).await.unwrap().terms;
            let text: String = terms.sections.iter().flat_map(|section| &section.paragraphs).map(|line| format!("{line}\n")).collect();
            for payment in simulation.plan.payments() {
                assert!(text.contains(&server::texts::date(locale, payment.due_on)), "{text}");
                assert!(text.contains(&server::texts::money(locale, payment.amount)), "{text}");
            }
            assert!(text.contains(&server::texts::money(locale, simulation.plan.total)) && text.contains("Cooperativa Teste Ltda."), "{text}");
            assert!(text.contains(&server::texts::percent(locale, Decimal::ZERO)), "{text}");
        }
        let hash = async |locale| agreements::offered(&t, &customer, locale, &form).await.unwrap().terms.hash;
        assert_eq!(hash(Locale::PtBr).await, hash(Locale::PtBr).await, "asked for again it is the same offer");
        assert_ne!(hash(Locale::PtBr).await, hash(Locale::En).await);
        assert_eq!(t.count("plan_offers").await, i64::try_from(Locale::ALL.len()).unwrap());
        t.is_whole().await;
    }
}
