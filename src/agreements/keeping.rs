//! What becomes of an agreement: kept, late, mended, broken, paid early, or replaced by another.
//!
//! Never posts and never decides for a person: it says what is due and why, from the plan, what is still unpaid and a day.
//! When an agreement breaks, the bills come back as they were taken in, charges included and discount lost, less all that was
//! paid; the interest for paying in installments falls away, and late charges run on from the day of the break
//! ([`crate::charges::late_charges_after`]): the reading that favours who pays.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::eligibility::NextStep;
use super::plans::{Debt, Installment, Plan};
use super::policy::{BreakRule, Imputation, Interest, Renegotiation};
use crate::calendar::{Calendar, days_after};
use crate::ids::BillId;
use crate::money::Money;
use crate::statement::days_late;

/// What is left to pay of one installment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpaid {
    /// Its number; 0 is the down payment.
    pub number: u16,
    /// The day it falls due.
    pub due_on: NaiveDate,
    /// What is left of it, without late charges.
    pub left: Money,
}

/// How an agreement is being kept on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "keeping")]
pub enum Keeping {
    /// Nothing is left to pay.
    Done,
    /// Nothing is late.
    Kept,
    /// Something is late, and nothing follows from it yet but its own charges.
    Late {
        /// Calendar days late of the oldest installment.
        days: u32,
        /// The first day on which the agreement may end if nothing more is paid.
        breaks_on: NaiveDate,
    },
    /// The rule for breaking is met; paying what is late mends it.
    ToCure {
        /// The day the rule was met.
        since: NaiveDate,
        /// The last day to pay.
        until: NaiveDate,
    },
    /// It may be ended: the days to mend it are over.
    Broken {
        /// The first day after them.
        on: NaiveDate,
    },
}

/// How an agreement is being kept, from what is unpaid of it at the end of a day.
///
/// ```
/// use domain::agreements::keeping::{Keeping, Unpaid, keeping};
/// use domain::agreements::policy::BreakRule;
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// let unpaid = |number, due_on| Unpaid { number, due_on, left: Money::cents(10_000) };
/// let unpaid = [unpaid(3, "2026-10-13".parse()?), unpaid(4, "2026-11-10".parse()?)];
/// let at = |on: &str| Ok::<_, chrono::ParseError>(keeping(BreakRule::default(), &unpaid, on.parse()?, &Calendar::default()));
/// // The second one is late from 11 November on: five business days to pay.
/// assert_eq!(at("2026-11-10")?, Keeping::Late { days: 28, breaks_on: "2026-11-11".parse()? });
/// assert_eq!(at("2026-11-18")?, Keeping::ToCure { since: "2026-11-11".parse()?, until: "2026-11-18".parse()? });
/// assert_eq!(at("2026-11-19")?, Keeping::Broken { on: "2026-11-19".parse()? });
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn keeping(rule: BreakRule, unpaid: &[Unpaid], as_of: NaiveDate, calendar: &Calendar) -> Keeping {
    let mut due: Vec<NaiveDate> = unpaid.iter().filter(|one| one.left.is_positive()).map(|one| one.due_on).collect();
    due.sort_unstable();
    let Some(oldest) = due.first() else { return Keeping::Done };
    let too_many = due.get(usize::from(rule.late_installments.max(1)) - 1).map(|due_on| first_day_late(*due_on, calendar));
    let too_late = days_after(first_day_late(*oldest, calendar), u32::from(rule.days_late));
    let since = too_many.map_or(too_late, |day| day.min(too_late));
    if as_of < since {
        let days = days_late(*oldest, as_of, calendar);
        return if days == 0 { Keeping::Kept } else { Keeping::Late { days, breaks_on: since } };
    }
    let on = if rule.cure_days == 0 { since } else { days_after(calendar.add_business_days(since, rule.cure_days), 1) };
    if as_of >= on { Keeping::Broken { on } } else { Keeping::ToCure { since, until: on.pred_opt().unwrap_or(on) } }
}

/// The day after the last on which a payment due on a day is in time.
fn first_day_late(due_on: NaiveDate, calendar: &Calendar) -> NaiveDate {
    days_after(calendar.next_business_day(due_on), 1)
}

/// What paying installments before their day costs, one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Early {
    /// The day of payment.
    pub on: NaiveDate,
    /// Each installment, in the order given.
    pub lines: Vec<EarlyLine>,
    /// The interest that falls away.
    pub saved: Money,
    /// What settles them all.
    pub to_pay: Money,
}

/// One installment paid before its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlyLine {
    /// What was left of it.
    pub unpaid: Unpaid,
    /// The interest that falls away.
    pub saved: Money,
    /// What is paid: what was left, less that.
    pub to_pay: Money,
}

/// What some installments cost when they are paid on a day, with the interest reduced in proportion to the time that did not
/// pass (CDC, art. 52 §2). Late ones cost what is left of them, and their late charges apart.
///
/// Simple interest: the interest of an installment is that of the time since the one before; of a period that has not begun
/// nothing is charged, of the current one its days. So settling everything costs the interest of the months that passed, as
/// the clause says. Price: the installment discounted at the plan's monthly rate for the whole months, and simply for the days
/// of the current one.
///
/// ```
/// use domain::agreements::keeping::{Unpaid, settle_early};
/// use domain::agreements::plans::{Debt, PlanRequest, simulate};
/// use domain::agreements::policy::{Interest, PlanPolicy};
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// let policy = PlanPolicy { interest: Interest::SimpleMonthly("0.01".parse()?), ..PlanPolicy::default() };
/// let request = PlanRequest { down_payment: Money::ZERO, count: 6, day_of_month: 20 };
/// let plan = simulate(&policy, Debt::of(Money::cents(180_000), Money::ZERO, 40), request, "2026-11-20".parse()?, &Calendar::default())?;
/// assert_eq!((plan.interest, plan.total_cost), (Money::cents(10_800), Money::cents(190_800)));
/// // After two of six months a third of the interest was earned; the rest falls away.
/// let left: Vec<Unpaid> = plan.installments.iter().skip(2).map(Unpaid::whole).collect();
/// let early = settle_early(&plan, &left, plan.installments[1].due_on);
/// assert_eq!((early.saved, early.to_pay), (Money::cents(7_200), Money::cents(120_000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn settle_early(plan: &Plan, unpaid: &[Unpaid], on: NaiveDate) -> Early {
    let line = |unpaid: &Unpaid| {
        let saved = saved(plan, unpaid, on).clamp(Money::ZERO, unpaid.left.max(Money::ZERO));
        EarlyLine { unpaid: *unpaid, saved, to_pay: unpaid.left - saved }
    };
    let lines: Vec<EarlyLine> = unpaid.iter().map(line).collect();
    Early { on, saved: lines.iter().map(|line| line.saved).sum(), to_pay: lines.iter().map(|line| line.to_pay).sum(), lines }
}

impl Unpaid {
    /// An installment of which nothing was paid.
    #[must_use]
    pub const fn whole(installment: &Installment) -> Self {
        Self { number: installment.number, due_on: installment.due_on, left: installment.amount }
    }
}

/// The time from one payment to the next, by the plan's own days.
struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// The part of it that has not passed on a day, as a fraction.
    fn left(&self, on: NaiveDate) -> Option<Decimal> {
        let days = Decimal::from((self.to - self.from).num_days());
        Decimal::from((self.to - on.max(self.from)).num_days().max(0)).checked_div(days)
    }
}

fn saved(plan: &Plan, unpaid: &Unpaid, on: NaiveDate) -> Money {
    let Some(at) = usize::from(unpaid.number).checked_sub(1) else { return Money::ZERO };
    let periods = || {
        let starts = std::iter::once(plan.begins_on).chain(plan.installments.iter().map(|one| one.due_on));
        starts.zip(&plan.installments).map(|(from, one)| Period { from, to: one.due_on })
    };
    let (Some(installment), Some(period)) = (plan.installments.get(at), periods().nth(at)) else { return Money::ZERO };
    let saved = match plan.rate {
        Interest::None => None,
        Interest::SimpleMonthly(_) => (|| {
            let share = unpaid.left.as_decimal().checked_div(installment.amount.as_decimal())?;
            installment.interest.as_decimal().checked_mul(period.left(on)?)?.checked_mul(share)
        })(),
        Interest::Price(rate) => (|| {
            let (now, current) = periods().enumerate().find(|(_, period)| on < period.to)?;
            let whole = at.checked_sub(now)?;
            let month = Decimal::ONE.checked_add(rate)?;
            let part = Decimal::ONE.checked_add(rate.checked_mul(current.left(on)?)?)?;
            let growth = (0..whole).try_fold(part, |growth, _| growth.checked_mul(month))?;
            let left = unpaid.left.as_decimal();
            left.checked_sub(left.checked_div(growth)?)
        })(),
    };
    saved.map_or(Money::ZERO, Money::round)
}

/// A bill as it was taken into an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The bill.
    pub bill: BillId,
    /// Its due date as printed.
    pub due_on: NaiveDate,
    /// What was open of it.
    pub principal: Money,
    /// The fine of that day.
    pub fine: Money,
    /// Interest and correction of that day.
    pub interest: Money,
}

impl Original {
    /// All it cost that day.
    #[must_use]
    pub fn total(&self) -> Money {
        self.principal + self.fine + self.interest
    }
}

/// How much of a payment counts for one bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imputed {
    /// The bill.
    pub bill: BillId,
    /// For its interest.
    pub interest: Money,
    /// For its fine.
    pub fine: Money,
    /// For its principal.
    pub principal: Money,
    /// What is left of the principal: on this alone late charges run on.
    pub principal_left: Money,
    /// What is left of fine and interest.
    pub charges_left: Money,
}

impl Imputed {
    /// All that is left of the bill.
    #[must_use]
    pub fn left(&self) -> Money {
        self.principal_left + self.charges_left
    }
}

/// What a broken agreement leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Each bill, the oldest first.
    pub bills: Vec<Imputed>,
    /// What was paid above everything that was owed: it was for the interest of paying in installments.
    pub excess: Money,
}

impl Ending {
    /// Whether all that was owed is paid: then nothing ends for having been late, and what is left of the plan falls away.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.bills.iter().any(|bill| bill.left().is_positive())
    }
}

/// Counts what was paid under an agreement for the bills it took in. Late charges that were paid on its installments are no
/// part of it: they were owed.
///
/// ```
/// use domain::agreements::keeping::{Original, impute};
/// use domain::agreements::policy::Imputation;
/// use domain::ids::BillId;
/// use domain::money::Money;
/// let bill = |number, due_on| Original {
///     bill: BillId(uuid::Uuid::from_u128(number)),
///     due_on,
///     principal: Money::cents(50_000),
///     fine: Money::cents(1_000),
///     interest: Money::cents(500),
/// };
/// let bills = [bill(2, "2026-10-10".parse()?), bill(1, "2026-09-10".parse()?)];
/// let ending = impute(Imputation::BillByBill, &bills, Money::cents(60_000));
/// // September first, whole; what is left pays October's interest, its fine, and a part of its principal.
/// let left: Vec<Money> = ending.bills.iter().map(|bill| bill.left()).collect();
/// assert_eq!(left, [Money::ZERO, Money::cents(43_000)]);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn impute(order: Imputation, originals: &[Original], paid: Money) -> Ending {
    let mut originals = originals.to_vec();
    originals.sort_by_key(|original| (original.due_on, original.bill));
    let mut rest = paid;
    let mut take = |owed: Money| {
        let part = rest.clamp(Money::ZERO, owed.max(Money::ZERO));
        rest -= part;
        part
    };
    let mut bills: Vec<Imputed> = originals
        .iter()
        .map(|original| Imputed {
            bill: original.bill,
            interest: take(original.interest),
            fine: take(original.fine),
            principal: if order == Imputation::BillByBill { take(original.principal) } else { Money::ZERO },
            principal_left: Money::ZERO,
            charges_left: Money::ZERO,
        })
        .collect();
    for (bill, original) in bills.iter_mut().zip(&originals) {
        if order == Imputation::ChargesFirst {
            bill.principal = take(original.principal);
        }
        bill.principal_left = original.principal - bill.principal;
        bill.charges_left = original.fine + original.interest - bill.fine - bill.interest;
    }
    Ending { bills, excess: rest }
}

/// Why an agreement cannot be replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum NotRenegotiable {
    /// The debt was put into as many plans as it may.
    #[error("renegotiated {most} times already")]
    TooOften {
        /// How often it may be.
        most: u16,
    },
    /// Not enough of the agreement was paid.
    #[error("too little was paid")]
    TooLittlePaid {
        /// What is still to be paid before.
        missing: Money,
    },
    /// Nothing is left of it.
    #[error("nothing is left to pay")]
    NothingLeft,
}

impl NotRenegotiable {
    /// What the customer can do instead.
    #[must_use]
    pub const fn next_step(&self) -> NextStep {
        match self {
            Self::TooOften { .. } => NextStep::AskAPerson,
            Self::TooLittlePaid { .. } => NextStep::Pay,
            Self::NothingLeft => NextStep::SeeAgreement,
        }
    }
}

/// What a running agreement leaves to put into another one today: what is late with its charges, and the rest as if it were
/// paid now. The discount of the first one stays given.
///
/// # Errors
/// Why it may not be replaced; see [`NotRenegotiable`].
pub fn renegotiate(
    rule: Renegotiation,
    times: u16,
    plan: &Plan,
    unpaid: &[Unpaid],
    late_charges: Money,
    today: NaiveDate,
    calendar: &Calendar,
) -> Result<Debt, NotRenegotiable> {
    let left: Money = unpaid.iter().map(|one| one.left).sum();
    if !left.is_positive() {
        return Err(NotRenegotiable::NothingLeft);
    }
    if times >= rule.most_times {
        return Err(NotRenegotiable::TooOften { most: rule.most_times });
    }
    let missing = plan.total_cost.times(rule.least_paid) - (plan.total_cost - left);
    if missing.is_positive() {
        return Err(NotRenegotiable::TooLittlePaid { missing });
    }
    let oldest = unpaid.iter().map(|one| days_late(one.due_on, today, calendar)).max().unwrap_or(0);
    Ok(Debt::of(settle_early(plan, unpaid, today).to_pay, late_charges, oldest))
}

#[cfg(test)]
mod tests {
    use super::super::plans::{PlanRequest, simulate};
    use super::super::policy::{Band, Discount, Limits, PlanPolicy};
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn unpaid(due: &[&str]) -> Vec<Unpaid> {
        (1..).zip(due).map(|(number, due)| Unpaid { number, due_on: day(due), left: Money::cents(10_000) }).collect()
    }

    fn at(rule: BreakRule, due: &[&str], on: &str) -> Keeping {
        keeping(rule, &unpaid(due), day(on), &Calendar::default())
    }

    #[test]
    fn one_installment_breaks_it_by_being_very_late() {
        let rule = BreakRule::default();
        assert_eq!(at(rule, &[], "2026-11-21"), Keeping::Done);
        assert_eq!(at(rule, &["2026-11-21"], "2026-11-23"), Keeping::Kept, "Saturday: payable on Monday");
        let late = at(rule, &["2026-10-10"], "2026-11-12");
        // Tuesday 13 October after the holiday; 30 days late on 12 November, more than that on the 13th.
        assert_eq!(late, Keeping::Late { days: 30, breaks_on: day("2026-11-13") });
        assert_eq!(at(rule, &["2026-10-10"], "2026-11-13"), Keeping::ToCure { since: day("2026-11-13"), until: day("2026-11-23") });
        assert_eq!(at(rule, &["2026-10-10"], "2026-11-24"), Keeping::Broken { on: day("2026-11-24") });
        let strict = BreakRule { cure_days: 0, days_late: 0, ..rule };
        assert_eq!(at(strict, &["2026-11-10"], "2026-11-10"), Keeping::Kept);
        assert_eq!(at(strict, &["2026-11-10"], "2026-11-11"), Keeping::Broken { on: day("2026-11-11") });
    }

    #[test]
    fn several_break_it_together_whatever_their_order() {
        let rule = BreakRule { late_installments: 2, ..BreakRule::default() };
        for due in [["2026-10-13", "2026-11-10", "2026-12-10"], ["2026-12-10", "2026-11-10", "2026-10-13"]] {
            assert_eq!(at(rule, &due, "2026-11-11"), Keeping::ToCure { since: day("2026-11-11"), until: day("2026-11-18") });
        }
        // Paying one mends it.
        assert_eq!(at(rule, &["2026-11-10", "2026-12-10"], "2026-11-11"), Keeping::Late { days: 1, breaks_on: day("2026-12-11") });
        let none = BreakRule { late_installments: 0, ..rule };
        assert_eq!(at(none, &["2026-11-10"], "2026-11-10"), Keeping::Kept);
        assert!(matches!(at(none, &["2026-11-10"], "2026-11-11"), Keeping::ToCure { .. }));
    }

    fn policy(interest: Interest, discount: i64) -> PlanPolicy {
        let limits = Limits { most_installments: 36, least_down_payment: Decimal::ZERO };
        let discount = Discount { up_to_installments: 6, of_charges: Decimal::new(discount, 2), of_principal: Decimal::new(discount, 3) };
        let band = Band { up_to: None, late_from: 0, automatic: Some(limits), negotiable: limits, discounts: vec![discount] };
        PlanPolicy { bands: vec![band], interest, least_installment: Money::ZERO, ..PlanPolicy::default() }
    }

    fn interest(kind: usize, rate: i64) -> Interest {
        [Interest::None, Interest::SimpleMonthly(Decimal::new(rate, 3)), Interest::Price(Decimal::new(rate, 3))][kind]
    }

    #[test]
    fn price_settled_on_a_due_date_costs_what_is_still_owed() {
        let policy = policy(Interest::Price(Decimal::new(1, 2)), 0);
        let request = PlanRequest { down_payment: Money::ZERO, count: 6, day_of_month: 20 };
        let debt = Debt::of(Money::cents(240_000), Money::ZERO, 40);
        let plan = simulate(&policy, debt, request, day("2026-11-20"), &Calendar::default()).unwrap();
        let amounts: Vec<i64> = plan.installments.iter().map(|one| one.amount.as_cents()).collect();
        assert_eq!(amounts, [41_412, 41_412, 41_412, 41_412, 41_412, 41_410]);
        assert_eq!((plan.total_cost, plan.interest), (Money::cents(248_470), Money::cents(8_470)));
        // Owed after each payment: 2.400 × 1,01 − 414,12 = 2.009,88; then 1.615,86; 1.217,90; 815,96; 410,00.
        for (paid, owed) in [(0, 240_000), (1, 200_988), (2, 161_586), (3, 121_790), (4, 81_596), (5, 41_000)] {
            let left: Vec<Unpaid> = plan.installments.iter().skip(paid).map(Unpaid::whole).collect();
            let on = paid.checked_sub(1).map_or(plan.begins_on, |last| plan.installments[last].due_on);
            let cost = settle_early(&plan, &left, on).to_pay.as_cents();
            assert!((cost - owed).abs() <= 2, "{paid}: {cost} for {owed}");
        }
    }

    #[test]
    fn a_part_of_an_installment_saves_its_part() {
        let policy = policy(Interest::SimpleMonthly(Decimal::new(1, 2)), 0);
        let request = PlanRequest { down_payment: Money::ZERO, count: 2, day_of_month: 20 };
        let debt = Debt::of(Money::cents(200_000), Money::ZERO, 40);
        let plan = simulate(&policy, debt, request, day("2026-11-20"), &Calendar::default()).unwrap();
        let half = Unpaid { left: Money::cents(51_000), ..Unpaid::whole(&plan.installments[1]) };
        assert_eq!(settle_early(&plan, &[half], plan.begins_on).saved, Money::cents(1_000));
        // The down payment bears no interest; neither does a number that is none of the plan's.
        let other = [Unpaid { number: 0, ..half }, Unpaid { number: 9, ..half }];
        assert_eq!(settle_early(&plan, &other, plan.begins_on).saved, Money::ZERO);
    }

    #[test]
    fn the_order_of_imputation_is_the_creditors() {
        let bill = |number, due| Original {
            bill: BillId(Uuid::from_u128(number)),
            due_on: day(due),
            principal: Money::cents(10_000),
            fine: Money::cents(200),
            interest: Money::cents(100),
        };
        let bills = [bill(1, "2026-09-10"), bill(2, "2026-10-13")];
        let left = |order| {
            let ending = impute(order, &bills, Money::cents(10_400));
            ending.bills.iter().map(|bill| (bill.principal_left.as_cents(), bill.charges_left.as_cents())).collect::<Vec<_>>()
        };
        assert_eq!(left(Imputation::BillByBill), [(0, 0), (10_000, 200)]);
        assert_eq!(left(Imputation::ChargesFirst), [(200, 0), (10_000, 0)]);
        assert_eq!(impute(Imputation::BillByBill, &bills, Money::cents(20_700)).excess, Money::cents(100));
    }

    #[test]
    fn renegotiating_has_its_limits() {
        let request = PlanRequest { down_payment: Money::ZERO, count: 10, day_of_month: 20 };
        let debt = Debt::of(Money::cents(100_000), Money::ZERO, 40);
        let plan = simulate(&policy(Interest::None, 0), debt, request, day("2026-11-20"), &Calendar::default()).unwrap();
        let left = |paid: usize| plan.installments.iter().skip(paid).map(Unpaid::whole).collect::<Vec<_>>();
        let rule = Renegotiation { most_times: 1, least_paid: Decimal::new(25, 2) };
        let ask = |times, paid| renegotiate(rule, times, &plan, &left(paid), Money::cents(50), day("2027-04-01"), &Calendar::default());
        assert_eq!(ask(0, 2), Err(NotRenegotiable::TooLittlePaid { missing: Money::cents(5_000) }));
        assert_eq!(ask(1, 3), Err(NotRenegotiable::TooOften { most: 1 }));
        assert_eq!(ask(0, 10), Err(NotRenegotiable::NothingLeft));
        // The fourth was due on Monday 22 March.
        assert_eq!(ask(0, 3), Ok(Debt::of(Money::cents(70_000), Money::cents(50), 10)));
        assert_eq!(ask(1, 3).unwrap_err().next_step(), NextStep::AskAPerson);
    }

    proptest! {
        #[test]
        fn settling_everything_at_the_beginning_costs_what_was_put_in(
            total in 50_000_i64..9_000_000, count in 1_u16..36, kind in 0_usize..3, rate in 1_i64..30, start in 0_u32..3000
        ) {
            let today = days_after(day("2024-01-01"), start);
            let request = PlanRequest { down_payment: Money::ZERO, count, day_of_month: 10 };
            let debt = Debt::of(Money::cents(total), Money::ZERO, 1);
            let plan = simulate(&policy(interest(kind, rate), 0), debt, request, today, &Calendar::default()).unwrap();
            let left: Vec<Unpaid> = plan.installments.iter().map(Unpaid::whole).collect();
            let off = settle_early(&plan, &left, today).to_pay - plan.total;
            // Price rounds each payment by itself, to half a centavo.
            let room = if kind == 2 { i64::from(count) } else { 0 };
            prop_assert!(off.abs() <= Money::cents(room), "{off}");
            // It never pays to wait, and on the last day nothing is saved.
            let mut before = Money::ZERO;
            for days in 0..400 {
                let cost = settle_early(&plan, &left, days_after(today, days * 3)).to_pay;
                prop_assert!(cost >= before);
                before = cost;
            }
            let last = plan.installments.last().unwrap().due_on;
            prop_assert_eq!(settle_early(&plan, &left, last).to_pay, plan.total_cost);
        }

        /// Pays, pays late, pays twice, mends, breaks, settles early, renegotiates: in every state what was put in is what was
        /// paid, what is left and what was let off, to the centavo.
        #[test]
        fn no_centavo_is_lost_in_the_life_of_an_agreement(
            bills in prop::collection::vec((1_000_i64..100_000, 0_i64..2_000, 0_i64..3_000, 0_u32..300), 1..6),
            count in 1_u16..24, down in 0_i64..50, kind in 0_usize..3, rate in 1_i64..20, off in 0_i64..80,
            deeds in prop::collection::vec((0_u8..6, 0_u32..45, 1_i64..150), 0..40)
        ) {
            let calendar = Calendar::default();
            let mut today = day("2026-01-05");
            let originals: Vec<Original> = (1_u128..).zip(&bills).map(|(number, &(principal, fine, interest, late))| Original {
                bill: BillId(Uuid::from_u128(number)),
                due_on: today - chrono::Days::new(u64::from(late)),
                principal: Money::cents(principal),
                fine: Money::cents(fine),
                interest: Money::cents(interest),
            }).collect();
            let owed: Money = originals.iter().map(Original::total).sum();
            let debt: Debt = originals.iter().map(|bill| {
                Debt::of(bill.principal, bill.fine + bill.interest, days_late(bill.due_on, today, &calendar))
            }).sum();
            prop_assert_eq!(debt.total(), owed);
            let policy = policy(interest(kind, rate), off);
            let ask = |debt: Debt, today| {
                let request = PlanRequest { down_payment: debt.total().times(Decimal::new(down, 2)), count, day_of_month: 10 };
                simulate(&policy, debt, request, today, &calendar).ok()
            };
            let Some(mut plan) = ask(debt, today) else { return Ok(()) };
            let mut unpaid: Vec<Unpaid> = plan.payments().map(Unpaid::whole).collect();
            // Since the plan that runs now; `earlier` under those it replaced.
            let (mut paid, mut saved, mut earlier, mut excess, mut times) = (Money::ZERO, Money::ZERO, Money::ZERO, Money::ZERO, 0);
            for (deed, days, percent) in deeds {
                today = days_after(today, days);
                let first = unpaid.iter_mut().find(|one| one.left.is_positive());
                match (deed, first) {
                    // The next one, in part, whole or half as much again: what is too much is the customer's.
                    (0..=2, Some(one)) => {
                        let amount = one.left.times(Decimal::new(percent, 2));
                        let part = amount.min(one.left);
                        one.left -= part;
                        paid += part;
                        excess += amount - part;
                    }
                    // A second time for something that is settled.
                    (3, None) => excess += Money::cents(percent),
                    // The last one early.
                    (3, Some(_)) => {
                        let Some(last) = unpaid.iter_mut().rev().find(|one| one.left.is_positive()) else { continue };
                        let early = settle_early(&plan, &[*last], today);
                        (paid, saved, last.left) = (paid + early.to_pay, saved + early.saved, Money::ZERO);
                    }
                    // Everything that is left, early.
                    (4, _) => {
                        let early = settle_early(&plan, &unpaid, today);
                        (paid, saved) = (paid + early.to_pay, saved + early.saved);
                        unpaid.iter_mut().for_each(|one| one.left = Money::ZERO);
                    }
                    _ => {
                        let charges = Money::cents(percent);
                        let Ok(next) = renegotiate(policy.renegotiation, times, &plan, &unpaid, charges, today, &calendar) else { continue };
                        let Some(replaced) = ask(next, today) else { continue };
                        let early = settle_early(&plan, &unpaid, today);
                        prop_assert_eq!(plan.total_cost, paid + early.saved + early.to_pay + saved);
                        prop_assert_eq!(next.total(), early.to_pay + charges);
                        earlier += paid;
                        (times, paid, saved) = (times + 1, Money::ZERO, Money::ZERO);
                        plan = replaced;
                        unpaid = plan.payments().map(Unpaid::whole).collect();
                    }
                }
                let left: Money = unpaid.iter().map(|one| one.left).sum();
                prop_assert!(left >= Money::ZERO && saved >= Money::ZERO && excess >= Money::ZERO);
                prop_assert_eq!(plan.debt.total() - plan.discount.total() + plan.interest, paid + saved + left);
                let state = keeping(policy.break_rule, &unpaid, today, &calendar);
                prop_assert_eq!(state == Keeping::Done, left.is_zero());
                if matches!(state, Keeping::Broken { .. }) {
                    let all = paid + earlier;
                    for order in Imputation::ALL {
                        let ending = impute(*order, &originals, all);
                        let back: Money = ending.bills.iter().map(Imputed::left).sum();
                        prop_assert_eq!(back + all - ending.excess, owed);
                        prop_assert!(back.is_zero() || ending.excess.is_zero());
                        prop_assert!(ending.bills.iter().all(|bill| bill.principal_left >= Money::ZERO && bill.charges_left >= Money::ZERO));
                    }
                    break;
                }
            }
        }
    }
}
