//! Any JSON is a stored value or a reason; a value reads back as it was written, and no policy, calendar or terms, however
//! odd, make the rules panic or charge where nothing is due.
#![no_main]

use std::fmt::Debug;

use chrono::NaiveDate;
use domain::agreements::keeping::{Original, Unpaid, impute, keeping, renegotiate, settle_early};
use domain::agreements::plans::{Debt, Plan, PlanRequest, options, simulate};
use domain::agreements::policy::PlanPolicy;
use domain::bank_accounts::BankAccount;
use domain::calendar::Calendar;
use domain::charges::{Calculation, Payer, Posted, Terms, late_charges, late_charges_after};
use domain::ids::BillId;
use domain::money::Money;
use domain::pix::keys::PixKey;
use domain::refunds::Destination;
use domain::requests::policy::Policy;
use serde::{Serialize, de::DeserializeOwned};

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();

fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<T> {
    let value = serde_json::from_str::<T>(text).ok()?;
    let again = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&again).unwrap(), value);
    Some(value)
}

fn check_plans(policy: &PlanPolicy, calendar: &Calendar) {
    let _ = (policy.check(Payer::Consumer), policy.check(Payer::Company));
    for (principal, charges, down_payment) in [
        (560_000, 22_638, 60_000),
        (20_000, 0, 0),
        (1_000, 100, 1),
        (i64::MAX, i64::MAX, 0),
        (-1, 0, 0),
        (9_999_999_999_999, 0, 5_000_000_000),
    ] {
        let debt = Debt::of(Money::cents(principal), Money::cents(charges), 40);
        for (count, day) in [(1, 5), (3, 10), (10, 25), (37, 31), (0, 0)] {
            let day = policy.days_of_month.get(usize::from(count % 5)).copied().unwrap_or(day);
            let request = PlanRequest { down_payment: Money::cents(down_payment), count, day_of_month: day };
            if let Ok(plan) = simulate(policy, debt, request, TODAY, calendar) {
                let paid: Money = plan.payments().map(|payment| payment.amount).sum();
                assert_eq!(paid, plan.total_cost);
                assert_eq!(plan.installments.len(), usize::from(count));
                assert_eq!(plan.total, debt.total() - plan.discount.total());
                assert_eq!(read::<Plan>(&serde_json::to_string(&plan).unwrap()).as_ref(), Some(&plan));
                let _ = plan.explanation();
                check_plan(&plan, policy, calendar);
            }
        }
    }
    if policy.bands.iter().all(|band| band.negotiable.most_installments <= 40) {
        let debt = Debt::of(Money::cents(560_000), Money::cents(22_638), 40);
        for plan in options(policy, debt, Money::cents(60_000), 10, TODAY, calendar) {
            // One by one they come out the same.
            assert_eq!(simulate(policy, debt, plan.request, TODAY, calendar), Ok(plan));
        }
    }
}

fn check_plan(plan: &Plan, policy: &PlanPolicy, calendar: &Calendar) {
    let unpaid: Vec<Unpaid> = plan.payments().take(40).map(Unpaid::whole).collect();
    let left: Money = unpaid.iter().map(|one| one.left).sum();
    for days in [0, 45, 4_000] {
        let on = TODAY + chrono::TimeDelta::days(days);
        let early = settle_early(plan, &unpaid, on);
        assert!(early.saved >= Money::ZERO);
        assert_eq!(early.to_pay + early.saved, left);
        let _ = keeping(policy.break_rule, &unpaid, on, calendar);
        let _ = renegotiate(policy.renegotiation, 0, plan, &unpaid, Money::cents(1), on, calendar);
    }
    let original = Original {
        bill: BillId(uuid::Uuid::nil()),
        due_on: TODAY,
        principal: plan.total,
        fine: Money::cents(2),
        interest: Money::cents(1),
    };
    let ending = impute(policy.break_rule.imputation, &[original], left);
    assert!(ending.excess >= Money::ZERO || left < Money::ZERO);
}

fn check_terms(terms: &Terms, calendar: &Calendar) {
    let checked = terms.check().is_ok();
    for days in [-400_i64, -1, 0, 1, 2, 30, 4_000] {
        let due = TODAY - chrono::TimeDelta::days(days);
        for cents in [98_907, 1, 0, -5, i64::MAX] {
            let cost = late_charges(Money::cents(cents), due, TODAY, terms, calendar);
            assert!(!checked || days > 0 || !cost.charges().is_positive());
            assert!(!checked || cost.charges() >= Money::ZERO);
            assert_eq!(read::<Calculation>(&serde_json::to_string(&cost).unwrap()), Some(cost));
            let posted = Some(Posted { to: due + chrono::TimeDelta::days(10), open: Money::cents(cents / 2) });
            let _ = late_charges_after(Money::cents(cents), due, posted, TODAY, terms, calendar);
        }
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let calendar = read::<Calendar>(text).unwrap_or_default();
    if let Some(policy) = read::<PlanPolicy>(text) {
        check_plans(&policy, &calendar);
    }
    if let Some(terms) = read::<Terms>(text) {
        check_terms(&terms, &calendar);
    }
    if let Some(plan) = read::<Plan>(text) {
        check_plan(&plan, &PlanPolicy::default(), &calendar);
    }
    let _ = read::<Policy>(text);
    let _ = (read::<PixKey>(text), read::<BankAccount>(text), read::<Destination>(text));
});
