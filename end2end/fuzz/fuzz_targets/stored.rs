//! Any JSON is a stored value or a reason; a value reads back as it was written, and no policy, calendar or terms, however
//! odd, make the rules panic or charge where nothing is due.
#![no_main]

use std::fmt::Debug;

use chrono::NaiveDate;
use domain::agreements::keeping::{Unpaid, keeping, settle_early};
use domain::agreements::plans::{Debt, Plan, PlanRequest, options, simulate};
use domain::agreements::policy::PlanPolicy;
use domain::bank_accounts::BankAccount;
use domain::calendar::Calendar;
use domain::charges::{Calculation, Terms, late_charges};
use domain::money::Money;
use domain::pix::keys::PixKey;
use domain::refunds::Destination;
use domain::requests::Policy;
use serde::{Serialize, de::DeserializeOwned};

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();

fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<T> {
    let value = serde_json::from_str::<T>(text).ok()?;
    let again = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&again).unwrap(), value);
    Some(value)
}

fn check_plans(policy: &PlanPolicy, calendar: &Calendar) {
    for (total, charges, down_payment) in [(582_638, 9_000, 60_000), (20_000, 1, 0), (1_000, 0, 1), (i64::MAX, i64::MAX, 0), (-1, 0, 0)] {
        let debt = Debt::of(Money::cents(total), Money::cents(charges), 40);
        for (count, day) in [(1, 5), (3, 10), (10, 25), (37, 31), (0, 0)] {
            let day = policy.days_of_month.get(usize::from(count % 5)).copied().unwrap_or(day);
            let request = PlanRequest { down_payment: Money::cents(down_payment), count, day_of_month: day };
            if let Ok(plan) = simulate(policy, debt, request, TODAY, calendar) {
                let paid: Money = plan.payments().map(|payment| payment.amount).sum();
                assert_eq!(paid, plan.total_cost);
                assert_eq!(plan.installments.len(), usize::from(count));
                let unpaid: Vec<Unpaid> = plan.payments().map(Unpaid::whole).collect();
                for days in [0, 31, 400] {
                    let on = TODAY + chrono::TimeDelta::days(days);
                    let early = settle_early(&plan, &unpaid, on);
                    assert_eq!(early.to_pay + early.saved, paid);
                    let _ = keeping(policy.break_rule, &unpaid, on, calendar);
                }
                assert_eq!(read::<Plan>(&serde_json::to_string(&plan).unwrap()), Some(plan));
            }
        }
    }
    if policy.bands.iter().all(|band| band.negotiable.most_installments <= 40) {
        let _ = options(policy, Debt::of(Money::cents(582_638), Money::ZERO, 40), Money::cents(60_000), 10, TODAY, calendar);
    }
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
    let _ = (read::<Plan>(text), read::<Policy>(text));
    let _ = (read::<PixKey>(text), read::<BankAccount>(text), read::<Destination>(text));
});
