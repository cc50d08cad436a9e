//! Cases that nobody chose, each worked out by the rules, as JSON and as a digest of that JSON. The browser's simulator
//! and the server's decision are one function compiled twice: here is where they would be seen to differ.
//!
//! Never uses chance, a clock or a float: a case is known by its seed and its number, on any machine.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use domain::agreements::eligibility::{Candidate, Eligibility, History, eligibility};
use domain::agreements::keeping::{Original, Unpaid, impute, keeping, renegotiate, settle_early};
use domain::agreements::plans::{Debt, PlanRequest, least_down_payments, options, simulate};
use domain::agreements::policy::{Band, BreakRule, Discount, Imputation, Interest, Limits, PlanPolicy, Renegotiation};
use domain::calendar::Calendar;
use domain::charges::{DayCount, DayInterest, EarlyDiscount, Payer, Posted, Terms, late_charges, late_charges_after};
use domain::ids::BillId;
use domain::indices::{Index, Month, MonthlyRates};
use domain::money::Money;
use domain::reliefs::{self, Relief};
use domain::requests::Kind;
use domain::requests::policy::{Policy, deadline};
use domain::statement::{Nature, days_late, late_before};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;
use wasm_bindgen::prelude::wasm_bindgen;

/// Every so many cases, all plans there are, too: they take as long as many single ones.
const ALL_PLANS_EVERY: u32 = 40;

/// The digests of the cases from 0 on, one a line.
#[wasm_bindgen]
#[must_use]
pub fn digests(seed: u32, count: u32) -> String {
    (0..count).map(|number| format!("{:016x}\n", digest(outcome(seed, number).as_bytes()))).collect()
}

/// FNV-1a.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What one case was and what came of it.
#[wasm_bindgen]
#[must_use]
pub fn outcome(seed: u32, number: u32) -> String {
    let mut draw = Draw(u64::from(seed) << 32 | u64::from(number));
    let today = draw.day();
    let calendar = Calendar { extra_holidays: (0..draw.below(4)).map(|_| today + Days::new(draw.below(400))).collect() };
    let worked_out = json!({
        "today": today,
        "calendar": calendar,
        "plan": plan(&mut draw, number, today, &calendar),
        "charges": charges(&mut draw, today, &calendar),
        "days": days(&mut draw, today, &calendar),
    });
    worked_out.to_string()
}

fn plan(draw: &mut Draw, number: u32, today: NaiveDate, calendar: &Calendar) -> Value {
    let policy = draw.policy();
    let total = draw.amount();
    let charges = Money::cents(total.as_cents() / 100 * draw.between(0, 30));
    let debt = Debt::of(total - charges, charges, draw.below(500) as u32);
    let request = PlanRequest {
        down_payment: Money::cents(total.as_cents() / 100 * draw.between(0, 60).saturating_sub(5)),
        count: if draw.below(30) == 0 { draw.below(60) as u16 } else { draw.between(1, 12) as u16 },
        day_of_month: draw.one_of(&policy.days_of_month).unwrap_or(5),
    };
    let all = number.is_multiple_of(ALL_PLANS_EVERY);
    let candidates: Vec<Candidate> = (0..draw.below(4)).map(|bill| draw.candidate(bill)).collect();
    let history = History {
        open_agreements: draw.below(2) as u16,
        last_broken_on: draw.maybe(|draw| today - Days::new(draw.below(600))),
        flag: None,
    };
    let simulated = simulate(&policy, debt, request, today, calendar);
    let kept = simulated.as_ref().ok().map(|plan| {
        let on = today + Days::new(draw.below(400));
        let unpaid: Vec<Unpaid> = plan.payments().skip(draw.below(3) as usize).map(Unpaid::whole).collect();
        let paid = plan.total_cost - unpaid.iter().map(|one| one.left).sum();
        let originals: Vec<Original> = (1..4).map(|bill| draw.original(bill, plan.total, today)).collect();
        json!({
            "explanation": plan.explanation(),
            "keeping": keeping(policy.break_rule, &unpaid, on, calendar),
            "early": settle_early(plan, &unpaid, on),
            "imputed": impute(policy.break_rule.imputation, &originals, paid),
            "renegotiated": renegotiate(policy.renegotiation, draw.below(3) as u16, plan, &unpaid, Money::cents(123), on, calendar),
        })
    });
    json!({
        "policy": policy,
        "debt": debt,
        "request": request,
        "least": least_down_payments(&policy, &debt),
        "simulated": simulated,
        "kept": kept,
        "options": all.then(|| options(&policy, debt, request.down_payment, request.day_of_month, today, calendar)),
        "candidates": candidates,
        "eligibility": eligibility(&policy.eligibility, history, &candidates, today),
    })
}

fn charges(draw: &mut Draw, today: NaiveDate, calendar: &Calendar) -> Value {
    let due = today + Days::new(20) - Days::new(draw.below(1_500));
    let (terms, amount) = (draw.terms(today), draw.amount());
    let posted = Posted { to: due + Days::new(draw.below(200)), open: Money::cents(amount.as_cents() / 3) };
    json!({
        "terms": terms,
        "costs": late_charges(amount, due, today, &terms, calendar),
        "costs_after": late_charges_after(amount, due, Some(posted), today, &terms, calendar),
    })
}

fn days(draw: &mut Draw, today: NaiveDate, calendar: &Calendar) -> Value {
    let other = today + Days::new(300) - Days::new(draw.below(600));
    let kind = draw.one_of(Kind::ALL).unwrap_or(Kind::Plan);
    json!({
        "other": other,
        "late": days_late(other, today, calendar),
        "late_before": late_before(today, calendar),
        "between": calendar.business_days_between(today, other),
        "deadline": deadline(kind, today, calendar, &Policy::default()),
    })
}

/// Numbers that look like chance, from one another: SplitMix64 (Steele, Lea and Flood, 2014).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + (self.next() % most.abs_diff(least).saturating_add(1)) as i64
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let at = self.next() % (choices.len().max(1) as u64);
        choices.get(at as usize).copied()
    }

    fn maybe<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) == 0).then(|| draw(self))
    }

    fn day(&mut self) -> NaiveDate {
        NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default() + Days::new(self.below(22_000))
    }

    /// Mostly of a few thousand Reais; now and then nothing, a debt of the creditor, or more than anybody owes.
    fn amount(&mut self) -> Money {
        Money::cents(match self.below(20) {
            0 => self.between(-10_000, 100),
            1 => self.between(1, 9_999_999_999_999),
            2..6 => self.between(1, 50_000_000),
            _ => self.between(10_000, 1_500_000),
        })
    }

    /// A fraction of at most `most` thousandths, with up to six places.
    fn rate(&mut self, most: i64) -> Decimal {
        let places = self.below(4) as u32 + 3;
        Decimal::new(self.between(0, most * 10_i64.pow(places - 3)), places)
    }

    fn limits(&mut self) -> Limits {
        Limits { most_installments: self.between(6, 36) as u16, least_down_payment: self.rate(200) }
    }

    fn band(&mut self, up_to: Option<i64>) -> Band {
        let mut up_to_installments = 0;
        Band {
            up_to: up_to.map(Money::cents),
            late_from: self.maybe(|draw| draw.below(100) as u32).unwrap_or_default(),
            automatic: self.maybe(Self::limits),
            negotiable: self.limits(),
            discounts: (0..self.below(3))
                .map(|_| {
                    up_to_installments += self.between(1, 8) as u16;
                    Discount { up_to_installments, of_charges: self.rate(1_000), of_principal: self.rate(200) }
                })
                .collect(),
        }
    }

    fn policy(&mut self) -> PlanPolicy {
        let mut up_to = 0;
        let mut bands: Vec<Band> = (0..=self.below(3))
            .map(|_| {
                up_to += self.between(10_000, 1_000_000);
                self.band(Some(up_to))
            })
            .collect();
        if self.below(4) > 0 {
            bands.push(self.band(None));
        }
        PlanPolicy {
            bands,
            eligibility: Eligibility { least_total: Money::cents(self.between(0, 20_000)), ..Eligibility::default() },
            interest: match self.below(3) {
                0 => Interest::None,
                1 => Interest::SimpleMonthly(self.rate(30)),
                _ => Interest::Price(self.rate(30)),
            },
            least_installment: Money::cents(self.between(0, 10_000)),
            down_payment_days: self.below(6) as u16,
            first_due_max_days: self.between(25, 70) as u16,
            days_of_month: (0..=self.below(5)).map(|_| self.between(1, 31) as u8).collect(),
            break_rule: BreakRule {
                late_installments: self.below(4) as u16,
                days_late: self.below(90) as u16,
                cure_days: self.below(10) as u16,
                bank_days: self.below(4) as u16,
                imputation: self.one_of(Imputation::ALL).unwrap_or(Imputation::BillByBill),
            },
            renegotiation: Renegotiation { most_times: self.below(3) as u16, least_paid: self.rate(500) },
            ..PlanPolicy::default()
        }
    }

    fn original(&mut self, bill: u64, total: Money, today: NaiveDate) -> Original {
        Original {
            bill: BillId(Uuid::from_u128(bill.into())),
            due_on: today - Days::new(self.below(300)),
            principal: Money::cents(total.as_cents() / 3),
            fine: Money::cents(self.between(0, 2_000)),
            interest: Money::cents(self.between(0, 5_000)),
        }
    }

    /// A figure for each of the last months, now and then but for one.
    fn monthly(&mut self, today: NaiveDate, first: i64, step: i64) -> BTreeMap<Month, Decimal> {
        let mut figure = first;
        let months: Vec<Month> = (0..56).map(|before| Month::of(today).before(before)).rev().collect();
        let missing = self.maybe(|draw| draw.below(200)).unwrap_or(u64::MAX);
        let mut figures = BTreeMap::new();
        for (at, month) in (0..).zip(months) {
            figure += self.between(-step / 4, step);
            if at != missing {
                figures.insert(month, Decimal::new(figure, 4));
            }
        }
        figures
    }

    fn candidate(&mut self, bill: u64) -> Candidate {
        Candidate {
            bill: BillId(Uuid::from_u128(bill.into())),
            nature: self.one_of(Nature::ALL).unwrap_or(Nature::Other),
            amount: self.amount(),
            days_late: self.below(90) as u32,
            disputed: self.below(9) == 0,
            in_agreement: self.below(9) == 0,
            in_court: self.below(9) == 0,
        }
    }

    fn relief(&mut self, today: NaiveDate) -> Relief {
        let from = today - Days::new(self.below(300));
        Relief {
            reason: "Banco fora do ar".into(),
            days: self.maybe(|draw| reliefs::Days { from, to: from + Days::new(draw.below(100)) }),
            until: self.maybe(|draw| today - Days::new(draw.below(200))),
            lifted_on: None,
        }
    }

    fn terms(&mut self, today: NaiveDate) -> Terms {
        Terms {
            payer: self.one_of(Payer::ALL).unwrap_or(Payer::Consumer),
            fine: self.rate(100),
            monthly_interest: self.rate(50),
            day_interest: self.one_of(DayInterest::ALL).unwrap_or(DayInterest::Exact),
            correction: self.maybe(|draw| Index {
                name: "IPCA".into(),
                lag_months: draw.below(3) as u8,
                numbers: draw.monthly(today, 50_000_000, 400_000),
            }),
            legal_interest: self.maybe(|draw| MonthlyRates { name: "Selic".into(), rates: draw.monthly(today, 60, 8) }),
            day_count: self.one_of(DayCount::ALL).unwrap_or(DayCount::AdjustedDay),
            grace_days: self.below(10) as u16,
            early: self.maybe(|draw| EarlyDiscount { rate: draw.rate(100), days_before: draw.below(20) as u16 }),
            reliefs: self.maybe(|draw| draw.relief(today)).into_iter().chain(self.maybe(|draw| draw.relief(today))).collect(),
            ..Terms::default()
        }
    }
}
