//! Plans: what a debt costs in so many installments, on which days, and whether that is granted by itself.
//!
//! Never rounds twice and never loses a centavo: what is paid is exactly what was put in, less the discount, plus the interest.

use std::iter::successors;

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::effective_cost::Solver;
use super::policy::{Band, Interest, MOST_INSTALLMENTS, PlanPolicy};
use crate::calendar::{Calendar, day_of_month, days_after};
use crate::forms::{FieldError, Problem};
use crate::money::Money;
use crate::words::words;

words! {
    /// Why a plan needs a person's approval.
    pub enum ApprovalReason {
        /// The total is above what is granted automatically.
        Amount = "amount",
        /// More installments than are granted automatically.
        Installments = "installments",
        /// A smaller down payment than is granted automatically.
        DownPayment = "down_payment",
    }

    /// What one line of [`Plan::explanation`] is about.
    pub enum Part {
        /// What was owed without charges.
        Principal = "principal",
        /// What paying late has added.
        Charges = "charges",
        /// Off the charges.
        ChargesDiscount = "charges_discount",
        /// Off the principal.
        PrincipalDiscount = "principal_discount",
        /// What is put into the plan: the sum so far.
        Total = "total",
        /// What is paid down.
        DownPayment = "down_payment",
        /// What is left to be paid in installments.
        Financed = "financed",
        /// What paying in installments adds.
        Interest = "interest",
        /// What is paid in the end: total and interest.
        TotalCost = "total_cost",
    }
}

/// What somebody owes and wants to split.
///
/// ```
/// use domain::agreements::plans::Debt;
/// use domain::money::Money;
/// let bills = [Debt::of(Money::cents(52_347), Money::cents(1_693), 37), Debt::of(Money::cents(40_000), Money::ZERO, 0)];
/// let debt: Debt = bills.into_iter().sum();
/// assert_eq!((debt.total(), debt.days_late), (Money::cents(94_040), 37));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// What is open on the bills, without late charges.
    pub principal: Money,
    /// The late charges of the day.
    pub charges: Money,
    /// Calendar days late of the oldest bill; see [`crate::statement::days_late`].
    pub days_late: u32,
}

impl Debt {
    /// What is open, what paying late has added, and how late the oldest of it is.
    #[must_use]
    pub const fn of(principal: Money, charges: Money, days_late: u32) -> Self {
        Self { principal, charges, days_late }
    }

    /// Principal and charges.
    #[must_use]
    pub fn total(&self) -> Money {
        self.principal + self.charges
    }
}

impl std::iter::Sum for Debt {
    fn sum<I: Iterator<Item = Self>>(debts: I) -> Self {
        debts.fold(Self::default(), |sum, one| {
            Self::of(sum.principal + one.principal, sum.charges + one.charges, sum.days_late.max(one.days_late))
        })
    }
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRequest {
    /// How much now.
    pub down_payment: Money,
    /// In how many installments the rest.
    pub count: u16,
    /// On which day of the month.
    pub day_of_month: u8,
}

/// One payment of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installment {
    /// 0 is the down payment.
    pub number: u16,
    /// The day: always a business day.
    pub due_on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// The plan's interest in it.
    #[serde(default)]
    pub interest: Money,
}

/// What is taken off, as positive amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discounted {
    /// Off what paying late had added.
    pub charges: Money,
    /// Off what was owed without it.
    pub principal: Money,
}

impl Discounted {
    /// Both.
    #[must_use]
    pub fn total(&self) -> Money {
        self.charges + self.principal
    }
}

/// A plan, with everything the law wants shown before it is accepted (CDC, art. 52 and 54-B).
///
/// ```
/// use domain::agreements::plans::{Debt, PlanRequest, simulate};
/// use domain::agreements::policy::PlanPolicy;
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// let debt = Debt::of(Money::cents(95_000), Money::cents(5_000), 40);
/// let request = PlanRequest { down_payment: Money::ZERO, count: 3, day_of_month: 10 };
/// let plan = simulate(&PlanPolicy::default(), debt, request, "2026-11-21".parse()?, &Calendar::default())?;
/// let amounts: Vec<String> = plan.payments().map(|payment| payment.amount.to_string()).collect();
/// assert_eq!(amounts, ["333,33", "333,33", "333,34"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What was asked for.
    pub request: PlanRequest,
    /// What it is for.
    #[serde(default)]
    pub debt: Debt,
    /// What is taken off it, and comes back when the agreement is broken.
    #[serde(default)]
    pub discount: Discounted,
    /// The total put into the plan, as of the day it was worked out: the debt less the discount.
    pub total: Money,
    /// The first payment, unless nothing is paid down.
    pub down_payment: Option<Installment>,
    /// The other payments, numbered from 1.
    pub installments: Vec<Installment>,
    /// The day interest begins: that of the down payment, or of the plan itself without one.
    #[serde(default)]
    pub begins_on: NaiveDate,
    /// How the interest was found.
    #[serde(default = "no_interest")]
    pub rate: Interest,
    /// The interest in all installments together.
    pub interest: Money,
    /// What is paid in the end: total plus interest.
    pub total_cost: Money,
    /// Effective cost a year (custo efetivo total) as a fraction, to four places: 0.1268 is 12,68 %. Zero without interest.
    pub cet_yearly: Decimal,
    /// Whether it is granted by itself.
    pub within_policy: Within,
    /// The last day of this offer: at least two days, by CDC art. 54-B, II.
    pub valid_until: NaiveDate,
    /// The version of the policy applied.
    pub version: String,
}

/// What plans kept before interest had a rule were made with.
const fn no_interest() -> Interest {
    Interest::None
}

/// Whether a plan is granted by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Effective at once.
    Automatic,
    /// A person decides, for these reasons. Never empty.
    NeedsApproval(Vec<ApprovalReason>),
}

/// A line of a plan's explanation: `base × rate (× times) = amount`, or an amount alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// What it is about.
    pub part: Part,
    /// On what the rate is taken, and the rate, where there is one.
    pub of: Option<(Money, Decimal)>,
    /// How many months the rate is taken for, where it is one for a month.
    pub months: Option<u16>,
    /// The amount; negative where it is taken off.
    pub amount: Money,
}

impl Plan {
    /// Whether a person has to approve it.
    #[must_use]
    pub const fn is_off_policy(&self) -> bool {
        matches!(self.within_policy, Within::NeedsApproval(_))
    }

    /// All payments in order, the down payment first.
    pub fn payments(&self) -> impl Iterator<Item = &Installment> + Clone {
        self.down_payment.iter().chain(&self.installments)
    }

    /// How the total came about, line by line, so that a person can redo it by hand. Lines that would say nothing are left out.
    ///
    /// From [`Part::Principal`] to [`Part::PrincipalDiscount`] the lines add up to [`Part::Total`]; the down payment and
    /// [`Part::Financed`] do too; total and interest add up to [`Part::TotalCost`].
    #[must_use]
    pub fn explanation(&self) -> Vec<Explained> {
        let alone = |part, amount| Explained { part, of: None, months: None, amount };
        let off = |part, base: Money, off: Money| {
            let rate = off.as_decimal().checked_div(base.as_decimal()).unwrap_or_default().round_dp(4);
            Explained { part, of: Some((base, rate)), months: None, amount: -off }
        };
        let financed = self.total - self.down_payment.map_or(Money::ZERO, |down| down.amount);
        let interest = match self.rate {
            Interest::None => alone(Part::Interest, self.interest),
            Interest::SimpleMonthly(rate) | Interest::Price(rate) => {
                Explained { part: Part::Interest, of: Some((financed, rate)), months: Some(self.request.count), amount: self.interest }
            }
        };
        let lines = [
            alone(Part::Principal, self.debt.principal),
            alone(Part::Charges, self.debt.charges),
            off(Part::ChargesDiscount, self.debt.charges, self.discount.charges),
            off(Part::PrincipalDiscount, self.debt.principal, self.discount.principal),
            alone(Part::Total, self.total),
            alone(Part::DownPayment, self.total - financed),
            alone(Part::Financed, financed),
            interest,
            alone(Part::TotalCost, self.total_cost),
        ];
        let always = [Part::Principal, Part::Total, Part::Financed, Part::TotalCost];
        lines.into_iter().filter(|line| always.contains(&line.part) || !line.amount.is_zero()).collect()
    }
}

/// Why there is no such plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "error")]
pub enum PlanError {
    /// Nothing to pay, above every band of the policy, or more than can be worked out: a person has to be asked.
    #[error("no plan for this total")]
    NoBand,
    /// The down payment is below what may be asked for.
    #[error("the down payment is too small")]
    DownPaymentTooSmall {
        /// The least.
        least: Money,
    },
    /// The down payment would pay everything.
    #[error("the down payment leaves nothing to split")]
    DownPaymentTooLarge {
        /// The most.
        most: Money,
    },
    /// No installments, or more than may be asked for.
    #[error("too few or too many installments")]
    Count {
        /// The most.
        most: u16,
    },
    /// Each installment would be too small.
    #[error("the installments are too small")]
    InstallmentTooSmall {
        /// The least installment.
        least: Money,
        /// The most installments of that size.
        most: u16,
    },
    /// Not one of the days to choose from.
    #[error("not a day to choose")]
    Day,
    /// The first installment would fall due too late.
    #[error("the first installment would fall due too late")]
    FirstTooLate {
        /// The last day allowed for it.
        last: NaiveDate,
    },
}

impl From<PlanError> for FieldError {
    /// Puts the refusal at the field of [`super::forms::PlanForm`] that can mend it.
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NoBand => Self::new("bills", Problem::ChooseOne),
            PlanError::DownPaymentTooSmall { least } => Self::new("down_payment", Problem::AmountBelow { min: least }),
            PlanError::DownPaymentTooLarge { most } => Self::new("down_payment", Problem::AmountAbove { max: most }),
            PlanError::Count { most } => Self::new("count", Problem::OutOfRange { min: 1, max: u32::from(most) }),
            PlanError::InstallmentTooSmall { most, .. } => Self::new("count", Problem::OutOfRange { min: 1, max: u32::from(most) }),
            PlanError::Day => Self::new("day", Problem::ChooseOne),
            PlanError::FirstTooLate { last } => Self::new("day", Problem::TooFar { last }),
        }
    }
}

/// Works out the plan that somebody asks for.
///
/// # Errors
/// Says what stands against it and by how much; see [`PlanError`].
pub fn simulate(policy: &PlanPolicy, debt: Debt, request: PlanRequest, today: NaiveDate, calendar: &Calendar) -> Result<Plan, PlanError> {
    let ground = Ground::of(policy, debt, request.day_of_month)?;
    ground.check_down_payment(request)?;
    if request.count == 0 || request.count > ground.most_installments() {
        return Err(PlanError::Count { most: ground.most_installments() });
    }
    let days = Days::of(policy, request, today, calendar);
    let with = |count| ground.plan(PlanRequest { count, ..request }, &days, &mut Solver::default());
    if let Some(plan) = with(request.count)? {
        return Ok(plan);
    }
    match (1..request.count).rev().find(|count| matches!(with(*count), Ok(Some(_)))) {
        Some(most) => Err(PlanError::InstallmentTooSmall { least: policy.least_installment(), most }),
        // Fewer installments have a greater discount, of which this down payment leaves too little.
        None => Err(ground.check_down_payment(PlanRequest { count: 1, ..request }).err().unwrap_or(PlanError::NoBand)),
    }
}

/// Every plan there is for this down payment and day, from the fewest to the most installments.
///
/// ```
/// use domain::agreements::plans::{Debt, options};
/// use domain::agreements::policy::PlanPolicy;
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// let debt = Debt::of(Money::cents(40_000), Money::ZERO, 40);
/// let plans = options(&PlanPolicy::default(), debt, Money::cents(4_000), 10, "2026-11-21".parse()?, &Calendar::default());
/// assert_eq!(plans.len(), 7, "an eighth installment would be below R$ 50,00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn options(policy: &PlanPolicy, debt: Debt, down_payment: Money, day_of_month: u8, today: NaiveDate, calendar: &Calendar) -> Vec<Plan> {
    let Ok(ground) = Ground::of(policy, debt, day_of_month) else { return Vec::new() };
    let most = ground.most_installments();
    let asked = |count| PlanRequest { down_payment, count, day_of_month };
    let days = Days::of(policy, asked(most), today, calendar);
    let mut solver = Solver::default();
    (1..=most)
        .map(asked)
        .filter(|request| ground.check_down_payment(*request).is_ok())
        .filter_map(|request| ground.plan(request, &days, &mut solver).ok().flatten())
        .collect()
}

/// The least down payment that may be asked for, and the least that is granted by itself, if any is.
#[must_use]
pub fn least_down_payments(policy: &PlanPolicy, debt: &Debt) -> Option<(Money, Option<Money>)> {
    let band = policy.band(debt)?;
    let of = |limits: &super::policy::Limits| debt.total().times(limits.least_down_payment);
    Some((of(&band.negotiable), band.automatic.as_ref().map(of)))
}

/// What all plans for one debt have in common.
struct Ground<'a> {
    policy: &'a PlanPolicy,
    band: &'a Band,
    debt: Debt,
}

impl<'a> Ground<'a> {
    fn of(policy: &'a PlanPolicy, debt: Debt, day_of_month: u8) -> Result<Self, PlanError> {
        let band = policy.band(&debt).filter(|_| debt.total() <= Money::MAX_TYPED).ok_or(PlanError::NoBand)?;
        if policy.days_of_month.contains(&day_of_month) { Ok(Self { policy, band, debt }) } else { Err(PlanError::Day) }
    }

    /// What may be asked for, and never more than can be worked out at a touch, whatever a policy that nobody checked says.
    fn most_installments(&self) -> u16 {
        self.band.negotiable.most_installments.min(MOST_INSTALLMENTS)
    }

    fn discount(&self, count: u16) -> Discounted {
        let off = |amount: Money, rate| amount.times(rate).clamp(Money::ZERO, amount.max(Money::ZERO));
        self.band.discount(count).map_or(Discounted::default(), |discount| Discounted {
            charges: off(self.debt.charges, discount.of_charges),
            principal: off(self.debt.principal, discount.of_principal),
        })
    }

    fn check_down_payment(&self, request: PlanRequest) -> Result<(), PlanError> {
        let total = self.debt.total() - self.discount(request.count).total();
        let least = total.times(self.band.negotiable.least_down_payment).max(Money::ZERO);
        if request.down_payment < least {
            return Err(PlanError::DownPaymentTooSmall { least });
        }
        // What is left is at least one installment.
        let most = total - self.policy.least_installment();
        if request.down_payment > most {
            return Err(PlanError::DownPaymentTooLarge { most: most.max(Money::ZERO) });
        }
        Ok(())
    }

    /// The plan; none when an installment would be too small.
    fn plan(&self, request: PlanRequest, days: &Days, solver: &mut Solver) -> Result<Option<Plan>, PlanError> {
        let discount = self.discount(request.count);
        let total = self.debt.total() - discount.total();
        let financed = total - request.down_payment;
        let shares = shares(self.policy.interest, financed, request.count).ok_or(PlanError::NoBand)?;
        if shares.iter().any(|share| share.amount < self.policy.least_installment()) {
            return Ok(None);
        }
        let whole = days.installments.len() >= shares.len();
        // The last day is held against the day itself, not against the business day after it.
        if !whole || days.installments.first().is_none_or(|first| *first > days.last_first) {
            return Err(PlanError::FirstTooLate { last: days.last });
        }
        let down_payment = request.down_payment.is_positive().then_some(Installment {
            number: 0,
            due_on: days.down_payment,
            amount: request.down_payment,
            interest: Money::ZERO,
        });
        let installment = |((number, share), due_on): ((u16, &Share), &NaiveDate)| Installment {
            number,
            due_on: *due_on,
            amount: share.amount,
            interest: share.interest,
        };
        let installments: Vec<Installment> = (1..).zip(&shares).zip(&days.installments).map(installment).collect();
        let interest = shares.iter().map(|share| share.interest).sum();
        let mut plan = Plan {
            request,
            debt: self.debt,
            discount,
            total,
            down_payment,
            installments,
            begins_on: days.begins_on,
            rate: self.policy.interest,
            interest,
            total_cost: total + interest,
            cet_yearly: Decimal::ZERO,
            within_policy: within(self.band, total, request),
            valid_until: days.down_payment.max(days_after(days.today, 2)),
            version: self.policy.version.clone(),
        };
        if interest.is_positive() {
            plan.cet_yearly = solver.yearly(total, days.today, plan.payments().map(|payment| (payment.due_on, payment.amount)));
        }
        Ok(Some(plan))
    }
}

/// An installment's amount, and the interest in it.
#[derive(Clone, Copy)]
struct Share {
    amount: Money,
    interest: Money,
}

/// What is paid in each installment; none where that is more than can be worked out.
fn shares(interest: Interest, financed: Money, count: u16) -> Option<Vec<Share>> {
    let equal = |interest: Money| {
        let whole = financed + interest;
        // The centavos that do not divide are on the last.
        let split = |sum: Money, number: u16| {
            let each = Money::cents(sum.as_cents() / i64::from(count));
            if number < count { each } else { sum - Money::cents(each.as_cents() * i64::from(count - 1)) }
        };
        let share = |number| Share { amount: split(whole, number), interest: split(interest, number) };
        (whole <= Money::MAX_TYPED).then(|| (1..=count).map(share).collect())
    };
    match interest {
        Interest::None => equal(Money::ZERO),
        Interest::SimpleMonthly(rate) => equal(financed.times(rate.checked_mul(Decimal::from(count))?).max(Money::ZERO)),
        Interest::Price(rate) if rate <= Decimal::ZERO => equal(Money::ZERO),
        Interest::Price(rate) => price(rate, financed, count),
    }
}

/// Equal payments `P × i ÷ (1 − (1 + i)⁻ⁿ)`, rounded half up, each first for the interest of its month on what is still owed;
/// the last pays what is left.
fn price(rate: Decimal, financed: Money, count: u16) -> Option<Vec<Share>> {
    let growth = successors(Some(Decimal::ONE), |power| power.checked_mul(Decimal::ONE.checked_add(rate)?)).nth(usize::from(count))?;
    let each = financed.as_decimal().checked_mul(rate)?.checked_mul(growth)?.checked_div(growth.checked_sub(Decimal::ONE)?)?;
    let each = Money::cents(cents(each)?);
    let mut owed = financed;
    let mut shares = Vec::with_capacity(usize::from(count));
    for number in 1..=count {
        let interest = owed.times(rate);
        let amount = if number < count { each } else { owed + interest };
        if amount > Money::MAX_TYPED {
            return None;
        }
        owed -= amount - interest;
        shares.push(Share { amount, interest });
    }
    Some(shares)
}

/// Reais in centavos, half up; none above what an amount may be.
fn cents(reais: Decimal) -> Option<i64> {
    let cents = reais.checked_mul(Decimal::ONE_HUNDRED)?.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(cents).ok().filter(|cents| *cents <= Money::MAX_TYPED.as_cents())
}

/// The days of all plans for one down payment and day of the month.
struct Days {
    today: NaiveDate,
    /// By when the down payment is made, whether there is one or not: the offer stays open as long.
    down_payment: NaiveDate,
    begins_on: NaiveDate,
    /// The chosen day of each month after the beginning; a closed one moves to the next business day, so that what is shown is
    /// what is paid.
    installments: Vec<NaiveDate>,
    /// The last day allowed for the first installment, and the business day it may move to.
    last: NaiveDate,
    last_first: NaiveDate,
}

impl Days {
    fn of(policy: &PlanPolicy, request: PlanRequest, today: NaiveDate, calendar: &Calendar) -> Self {
        let down_payment = calendar.add_business_days(today, policy.down_payment_days);
        let begins_on = if request.down_payment.is_positive() { down_payment } else { today };
        let last = days_after(today, u32::from(policy.first_due_max_days));
        let installments = months_from(begins_on)
            .filter_map(|(year, month)| day_of_month(year, month, u32::from(request.day_of_month)))
            .skip_while(|day| *day <= begins_on)
            .take(usize::from(request.count))
            .map(|day| calendar.next_business_day(day))
            .collect();
        Self { today, down_payment, begins_on, installments, last, last_first: calendar.next_business_day(last) }
    }
}

/// The months from the one of this day on, as year and month.
fn months_from(date: NaiveDate) -> impl Iterator<Item = (i32, u32)> {
    successors(
        Some((date.year(), date.month())),
        |&(year, month)| {
            if month == 12 { Some((year.checked_add(1)?, 1)) } else { Some((year, month + 1)) }
        },
    )
    // No plan is longer than this, and the end of the calendar is reached before an overflow.
    .take(usize::from(u16::MAX) + 2)
}

fn within(band: &Band, total: Money, request: PlanRequest) -> Within {
    let Some(limits) = band.automatic else { return Within::NeedsApproval(vec![ApprovalReason::Amount]) };
    let mut reasons = Vec::new();
    if request.count > limits.most_installments {
        reasons.push(ApprovalReason::Installments);
    }
    if request.down_payment < total.times(limits.least_down_payment) {
        reasons.push(ApprovalReason::DownPayment);
    }
    if reasons.is_empty() { Within::Automatic } else { Within::NeedsApproval(reasons) }
}

#[cfg(test)]
mod tests {
    use super::super::policy::{Discount, Limits};
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn cents(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    fn ask(down_payment: &str, count: u16, day_of_month: u8) -> PlanRequest {
        PlanRequest { down_payment: cents(down_payment), count, day_of_month }
    }

    fn owed(total: &str) -> Debt {
        Debt::of(cents(total), Money::ZERO, 40)
    }

    const TODAY: &str = "2026-11-21";

    fn plan(policy: &PlanPolicy, total: &str, request: PlanRequest) -> Result<Plan, PlanError> {
        simulate(policy, owed(total), request, day(TODAY), &Calendar::default())
    }

    fn amounts(plan: &Plan) -> Vec<i64> {
        plan.installments.iter().map(|installment| installment.amount.as_cents()).collect()
    }

    #[test]
    fn the_centavos_that_do_not_divide_are_on_the_last() {
        let plan = plan(&PlanPolicy::default(), "1.000,00", ask("0", 3, 10)).unwrap();
        assert_eq!(amounts(&plan), [33_333, 33_333, 33_334]);
        assert_eq!((plan.interest, plan.total_cost, plan.cet_yearly), (Money::ZERO, cents("1.000,00"), Decimal::ZERO));
        assert_eq!(plan.down_payment, None);
        assert_eq!(plan.within_policy, Within::NeedsApproval(vec![ApprovalReason::DownPayment]));
    }

    #[test]
    fn simple_interest_on_the_whole() {
        let policy = PlanPolicy { interest: Interest::SimpleMonthly(Decimal::new(1, 2)), ..PlanPolicy::default() };
        let mut policy = policy;
        policy.bands[1].negotiable.least_down_payment = Decimal::ZERO;
        let plan = plan(&policy, "2.400,00", ask("0", 6, 20)).unwrap();
        assert_eq!(amounts(&plan), [42_400; 6]);
        assert_eq!((plan.interest, plan.total_cost), (cents("144,00"), cents("2.544,00")));
        // Σ 424 ÷ (1 + x)^(d ÷ 365) = 2.400 with the days of these six payments, solved apart in floating point.
        let days: Vec<i64> = plan.payments().map(|payment| (payment.due_on - day(TODAY)).num_days()).collect();
        assert_eq!(days, [30, 60, 93, 121, 150, 180]);
        assert_eq!(plan.cet_yearly.to_string(), "0.2247");
    }

    #[test]
    fn days_are_business_days_of_following_months() {
        let plan = plan(&PlanPolicy::default(), "1.000,00", ask("100", 4, 25)).unwrap();
        let down = plan.down_payment.unwrap();
        // Saturday 21 November: Monday, Tuesday, Wednesday.
        assert_eq!((down.due_on, down.amount), (day("2026-11-25"), cents("100")));
        let days: Vec<String> = plan.installments.iter().map(|installment| installment.due_on.to_string()).collect();
        // Christmas is a Friday; 25 April 2027 a Sunday is beyond.
        assert_eq!(days, ["2026-12-28", "2027-01-25", "2027-02-25", "2027-03-25"]);
        assert_eq!(plan.within_policy, Within::Automatic);
        assert_eq!(plan.valid_until, day("2026-11-25"));
    }

    #[test]
    fn refusals_say_by_how_much() {
        let policy = PlanPolicy::default();
        let refused = |total, request| plan(&policy, total, request).unwrap_err();
        assert_eq!(refused("0", ask("0", 1, 10)), PlanError::NoBand);
        assert_eq!(refused("1.000,00", ask("0", 1, 11)), PlanError::Day);
        assert_eq!(refused("1.000,00", ask("0", 13, 10)), PlanError::Count { most: 12 });
        assert_eq!(refused("1.000,00", ask("0", 0, 10)), PlanError::Count { most: 12 });
        assert_eq!(refused("5.000,00", ask("249,99", 2, 10)), PlanError::DownPaymentTooSmall { least: cents("250") });
        assert_eq!(refused("1.000,00", ask("950,01", 1, 10)), PlanError::DownPaymentTooLarge { most: cents("950") });
        let small = refused("300,00", ask("0", 12, 10));
        assert_eq!(small, PlanError::InstallmentTooSmall { least: cents("50"), most: 6 });
        assert_eq!(FieldError::from(small), FieldError::new("count", Problem::OutOfRange { min: 1, max: 6 }));
        let strict = PlanPolicy { first_due_max_days: 10, ..PlanPolicy::default() };
        assert_eq!(plan(&strict, "1.000,00", ask("0", 2, 20)), Err(PlanError::FirstTooLate { last: day("2026-12-01") }));
    }

    #[test]
    fn what_is_granted_by_itself() {
        let policy = PlanPolicy::default();
        let within = |total, request| plan(&policy, total, request).unwrap().within_policy;
        assert_eq!(within("2.000,00", ask("200", 6, 10)), Within::Automatic);
        assert_eq!(
            within("2.000,00", ask("199,99", 7, 10)),
            Within::NeedsApproval(vec![ApprovalReason::Installments, ApprovalReason::DownPayment])
        );
        assert_eq!(within("20.000,00", ask("10.000", 2, 10)), Within::NeedsApproval(vec![ApprovalReason::Amount]));
        assert_eq!(least_down_payments(&policy, &owed("5.000")), Some((cents("250"), Some(cents("1.000")))));
    }

    #[test]
    fn all_options_at_once() {
        let all = options(&PlanPolicy::default(), owed("400"), cents("40"), 10, day(TODAY), &Calendar::default());
        let counts: Vec<u16> = all.iter().map(|plan| plan.request.count).collect();
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7]);
        assert!(all.iter().all(|plan| plan.total_cost == cents("400")));
    }

    #[test]
    fn a_policy_and_its_plan_travel() {
        let policy = PlanPolicy { interest: Interest::SimpleMonthly(Decimal::new(1, 2)), ..PlanPolicy::default() };
        let json = serde_json::to_string(&policy).unwrap();
        assert!(json.contains(r#""interest":{"simple_monthly":"0.01"}"#), "{json}");
        assert_eq!(serde_json::from_str::<PlanPolicy>(&json).unwrap(), policy);
        let plan = plan(&policy, "1.000,00", ask("100", 3, 10)).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&serde_json::to_string(&plan).unwrap()).unwrap(), plan);
    }

    #[test]
    fn few_installments_cost_less() {
        let half = Decimal::new(5, 1);
        let mut policy = PlanPolicy { interest: Interest::SimpleMonthly(Decimal::new(1, 2)), ..PlanPolicy::default() };
        policy.bands[0].discounts = vec![
            Discount { up_to_installments: 1, of_charges: Decimal::ONE, of_principal: Decimal::new(10, 2) },
            Discount { up_to_installments: 3, of_charges: half, of_principal: Decimal::ZERO },
        ];
        let debt = Debt::of(cents("1.000,00"), cents("45,33"), 60);
        let of = |count| simulate(&policy, debt, ask("100", count, 10), day(TODAY), &Calendar::default()).unwrap();
        let totals = [1, 3, 4].map(|count| (of(count).discount.charges, of(count).discount.principal, of(count).total));
        assert_eq!(
            totals,
            [
                (cents("45,33"), cents("100"), cents("900")),
                // Half a centavo is rounded up, as everywhere.
                (cents("22,67"), cents("0"), cents("1.022,66")),
                (cents("0"), cents("0"), cents("1.045,33")),
            ]
        );
        let explained: Vec<_> = of(3).explanation().into_iter().map(|line| (line.part, line.amount.to_string())).collect();
        let expected = [
            (Part::Principal, "1.000,00"),
            (Part::Charges, "45,33"),
            (Part::ChargesDiscount, "-22,67"),
            (Part::Total, "1.022,66"),
            (Part::DownPayment, "100,00"),
            (Part::Financed, "922,66"),
            (Part::Interest, "27,68"),
            (Part::TotalCost, "1.050,34"),
        ];
        assert_eq!(explained, expected.map(|(part, amount)| (part, amount.to_owned())));
    }

    #[test]
    fn a_rate_beyond_reason_is_refused_and_not_rounded() {
        let mut policy = PlanPolicy { interest: Interest::Price(Decimal::from(9)), ..PlanPolicy::default() };
        policy.bands[2].negotiable.most_installments = 120;
        assert_eq!(plan(&policy, "20.000,00", ask("2.000", 120, 10)), Err(PlanError::NoBand));
        let above = Debt::of(Money::MAX_TYPED, Money::cents(1), 1);
        assert_eq!(simulate(&policy, above, ask("0", 1, 10), day(TODAY), &Calendar::default()), Err(PlanError::NoBand));
    }

    proptest! {
        #[test]
        fn sums_are_exact_and_no_installment_is_too_small(
            total in 1i64..5_000_000, charges in 0i64..500_000, down in 0i64..1_000_000, count in 0u16..40, day_at in 0usize..5,
            start in 0u32..3000, rate in 0i64..30, kind in 0usize..3, off in 0i64..100
        ) {
            let rate = Decimal::new(rate, 3);
            let interest = [Interest::None, Interest::SimpleMonthly(rate), Interest::Price(rate)][kind];
            let mut policy = PlanPolicy { interest, ..PlanPolicy::default() };
            policy.bands[1].discounts =
                vec![Discount { up_to_installments: 6, of_charges: Decimal::new(off, 2), of_principal: Decimal::new(off, 3) }];
            let calendar = Calendar::default();
            let today = days_after(day("2024-01-01"), start);
            let debt = Debt::of(Money::cents(total), Money::cents(charges), 1);
            let request = PlanRequest { down_payment: Money::cents(down), count, day_of_month: policy.days_of_month[day_at] };
            match simulate(&policy, debt, request, today, &calendar) {
                Ok(plan) => {
                    let paid: Money = plan.payments().map(|payment| payment.amount).sum();
                    prop_assert_eq!(paid, plan.total + plan.interest);
                    prop_assert_eq!(paid, plan.total_cost);
                    prop_assert_eq!(plan.total + plan.discount.total(), debt.total());
                    prop_assert_eq!(plan.installments.iter().map(|one| one.interest).sum::<Money>(), plan.interest);
                    let line = |part| plan.explanation().iter().find(|line| line.part == part).map_or(Money::ZERO, |line| line.amount);
                    let put_in = [Part::Principal, Part::Charges, Part::ChargesDiscount, Part::PrincipalDiscount].map(line);
                    prop_assert_eq!(put_in.into_iter().sum::<Money>(), line(Part::Total));
                    prop_assert_eq!(line(Part::DownPayment) + line(Part::Financed), line(Part::Total));
                    prop_assert_eq!(line(Part::Total) + line(Part::Interest), line(Part::TotalCost));
                    let others = options(&policy, debt, request.down_payment, request.day_of_month, today, &calendar);
                    prop_assert!(others.contains(&plan), "one by one and all at once are the same");
                    prop_assert_eq!(plan.installments.len(), usize::from(count));
                    prop_assert!(plan.installments.iter().all(|installment| installment.amount >= policy.least_installment));
                    prop_assert!(plan.payments().all(|payment| calendar.is_business_day(payment.due_on) && payment.due_on > today));
                    prop_assert!(plan.payments().zip(plan.payments().skip(1)).all(|(one, next)| one.due_on < next.due_on));
                    prop_assert_eq!(plan.cet_yearly.is_zero(), plan.interest.is_zero());
                    prop_assert!(plan.valid_until >= days_after(today, 2));
                }
                Err(PlanError::InstallmentTooSmall { most, .. }) => {
                    let fewer = PlanRequest { count: most, ..request };
                    prop_assert!(simulate(&policy, debt, fewer, today, &calendar).is_ok());
                }
                Err(PlanError::FirstTooLate { last }) => prop_assert!(false, "the default policy always leaves a day: {}", last),
                Err(_) => {}
            }
        }

        #[test]
        fn never_panics(
            total in any::<i64>(), down in any::<i64>(), count in any::<u16>(), date in any::<i32>(), rate in any::<i64>(), scale in 0u32..28
        ) {
            let limits = Limits { most_installments: 500, least_down_payment: Decimal::ZERO };
            let policy = PlanPolicy {
                bands: vec![Band { up_to: None, late_from: 0, automatic: None, negotiable: limits, discounts: Vec::new() }],
                interest: Interest::SimpleMonthly(Decimal::new(rate, scale)),
                least_installment: Money::ZERO,
                ..PlanPolicy::default()
            };
            let today = NaiveDate::from_num_days_from_ce_opt(date).unwrap_or(NaiveDate::MAX);
            let request = PlanRequest { down_payment: Money::cents(down), count: count % 502, day_of_month: 5 };
            let _ = simulate(&policy, Debt::of(Money::cents(total), Money::ZERO, 1), request, today, &Calendar::default());
        }
    }
}
