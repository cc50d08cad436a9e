//! Agreements: who may pay in installments, what a plan costs, and whether the policy grants it by itself.
//! The same functions run in the browser's simulator and on the server. Never compounds interest, never changes a bill.

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::{Calendar, day_of_month, days_after};
use crate::forms::{FieldError, Fields, Problem, amount, ids, one_of, submission, whole};
use crate::ids::BillId;
use crate::money::Money;
use crate::statement::Nature;
use crate::words::words;

words! {
    /// Where an agreement stands.
    pub enum Status {
        /// Asked for; staff has to decide.
        Requested = "requested",
        /// Granted; effective once the down payment is settled.
        AwaitingDownPayment = "awaiting_down_payment",
        /// Effective: its bills are not payable by themselves.
        Active = "active",
        /// Every installment is settled.
        Settled = "settled",
        /// Not kept: what is left came back to the bills.
        Broken = "broken",
        /// Never became effective: refused, withdrawn, or the down payment did not come.
        Cancelled = "cancelled",
    }

    /// Why somebody cannot pay it all at once, in neutral words and with the right not to say. Health is not among them on
    /// purpose: it is sensitive data (LGPD, art. 11) that this decision does not need.
    pub enum Reason {
        /// Less income.
        LessIncome = "less_income",
        /// An expense that was not foreseen.
        UnexpectedExpense = "unexpected_expense",
        /// The due date does not fit pay day.
        DateDoesNotFit = "date_does_not_fit",
        /// Several bills came together.
        SeveralBills = "several_bills",
        /// Something else.
        Other = "other",
        /// Would rather not say.
        NotSaid = "not_said",
    }

    /// What somebody can do who cannot have a plan.
    pub enum NextStep {
        /// Choose at least one bill.
        ChooseBills = "choose_bills",
        /// Leave that bill out and ask again.
        LeaveBillOut = "leave_bill_out",
        /// Pay it as it is.
        Pay = "pay",
        /// Look at the agreement that exists.
        SeeAgreement = "see_agreement",
        /// Wait for the answer to the dispute.
        WaitForDispute = "wait_for_dispute",
        /// Ask a person: also the way for those who owe more than they can pay (Lei 14.181/2021).
        AskAPerson = "ask_a_person",
    }

    /// Why a plan needs a person's approval.
    pub enum ApprovalReason {
        /// The total is above what is granted automatically.
        Amount = "amount",
        /// More installments than are granted automatically.
        Installments = "installments",
        /// A smaller down payment than is granted automatically.
        DownPayment = "down_payment",
    }
}

impl Status {
    /// Whether this status may follow: what is settled, broken or cancelled stays so.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            // Without a down payment an agreement is active as soon as it is granted.
            Self::Requested => matches!(next, Self::AwaitingDownPayment | Self::Active | Self::Cancelled),
            Self::AwaitingDownPayment => matches!(next, Self::Active | Self::Cancelled),
            Self::Active => matches!(next, Self::Settled | Self::Broken),
            Self::Settled | Self::Broken | Self::Cancelled => false,
        }
    }

    /// Whether it binds its bills, or is about to: counted against the most open agreements.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::AwaitingDownPayment | Self::Active)
    }
}

/// What may be asked for, and what is granted without a person. Data of the creditor; the defaults are conservative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanPolicy {
    /// Names this policy in agreements and their evidence.
    pub version: String,
    /// Who may ask.
    pub eligibility: Eligibility,
    /// Limits by amount, the smallest first; the first one that holds the total applies.
    pub bands: Vec<Band>,
    /// What paying in installments costs.
    pub interest: Interest,
    /// No installment is smaller than this: a slip costs money too.
    pub least_installment: Money,
    /// Business days to pay the down payment; an offer stays open as long.
    pub down_payment_days: u16,
    /// The first installment falls due at most so many calendar days after today.
    pub first_due_max_days: u16,
    /// Days of the month to choose from.
    pub days_of_month: Vec<u8>,
    /// When an agreement is broken.
    pub break_rule: BreakRule,
}

/// Who may ask for a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Eligibility {
    /// Every bill is at least so many calendar days late.
    pub min_days_late: u32,
    /// The least total.
    pub least_total: Money,
    /// Open agreements a customer may have before asking for another one, plus one: 1 means one at a time.
    pub max_open_agreements: u16,
    /// Calendar days to wait after a broken agreement.
    pub wait_after_broken_days: u16,
    /// What may be put into installments.
    pub natures: Vec<Nature>,
}

/// The limits for totals up to an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The greatest total this band holds; `None` holds all.
    pub up_to: Option<Money>,
    /// What is granted by itself; `None` sends every plan of this band to a person.
    pub automatic: Option<Limits>,
    /// What may be asked for at all.
    pub negotiable: Limits,
}

/// How far a plan may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most installments, besides the down payment.
    pub most_installments: u16,
    /// The least down payment, as a fraction of the total: 0.10 is 10 %.
    pub least_down_payment: Decimal,
}

/// What paying in installments costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interest {
    /// Nothing.
    None,
    /// This fraction a month, simple, on the whole amount put into installments: 0.01 is 1 %. Never compounded: a creditor
    /// that is no bank may not (Decreto 22.626/1933, art. 4).
    SimpleMonthly(Decimal),
}

/// When an agreement is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakRule {
    /// With so many installments late at once.
    pub late_installments: u16,
    /// Or with one installment later than so many calendar days.
    pub days_late: u16,
}

impl Default for PlanPolicy {
    /// No interest (the safe reading for a creditor that is no bank), one agreement at a time, R$ 50,00 at least.
    /// The figures are usual practice for a creditor to set, not law.
    fn default() -> Self {
        let limits = |most_installments, percent| Limits { most_installments, least_down_payment: Decimal::new(percent, 2) };
        Self {
            version: "1".to_owned(),
            eligibility: Eligibility::default(),
            bands: vec![
                Band { up_to: Some(Money::cents(200_000)), automatic: Some(limits(6, 10)), negotiable: limits(12, 0) },
                Band { up_to: Some(Money::cents(1_000_000)), automatic: Some(limits(10, 20)), negotiable: limits(24, 5) },
                Band { up_to: None, automatic: None, negotiable: limits(36, 10) },
            ],
            interest: Interest::None,
            least_installment: Money::cents(5_000),
            down_payment_days: 3,
            // A whole month after the down payment's day, which with a long weekend is up to a week away.
            first_due_max_days: 40,
            days_of_month: vec![5, 10, 15, 20, 25],
            break_rule: BreakRule::default(),
        }
    }
}

impl Default for Eligibility {
    fn default() -> Self {
        Self {
            min_days_late: 1,
            least_total: Money::cents(10_000),
            max_open_agreements: 1,
            wait_after_broken_days: 365,
            natures: vec![Nature::Monthly, Nature::CoParticipation, Nature::Adjustment, Nature::Other],
        }
    }
}

impl Default for BreakRule {
    fn default() -> Self {
        Self { late_installments: 2, days_late: 30 }
    }
}

/// What the rules need of a bill that somebody wants to put into a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The bill.
    pub bill: BillId,
    /// What it is for.
    pub nature: Nature,
    /// What it costs today, charges included.
    pub amount: Money,
    /// Calendar days late; see [`crate::statement::days_late`].
    pub days_late: u32,
    /// Somebody said it is wrong, and is not answered yet.
    pub disputed: bool,
    /// It belongs to an open agreement.
    pub in_agreement: bool,
    /// It is in court or with the notary.
    pub in_court: bool,
}

/// What the rules need of the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Agreements that are [`Status::is_open`].
    pub open_agreements: u16,
    /// When the last agreement was broken.
    pub last_broken_on: Option<NaiveDate>,
}

/// Why a plan cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Ineligible {
    /// No bill was chosen.
    #[error("no bill chosen")]
    NoBills,
    /// There is an open agreement already.
    #[error("too many open agreements")]
    OpenAgreement {
        /// How many may be open.
        max: u16,
    },
    /// An agreement was broken not long ago.
    #[error("an agreement was broken recently")]
    BrokenRecently {
        /// The first day on which one may ask again.
        until: NaiveDate,
    },
    /// The total is too small to be split.
    #[error("the total is too small")]
    TotalTooSmall {
        /// The least total.
        least: Money,
    },
    /// A bill is not late enough.
    #[error("not late enough")]
    NotLateEnough {
        /// Which.
        bill: BillId,
        /// The least days late.
        min_days: u32,
    },
    /// A bill of a kind that is not put into installments.
    #[error("not of a kind that is put into installments")]
    NatureNotAllowed {
        /// Which.
        bill: BillId,
        /// Its kind.
        nature: Nature,
    },
    /// A bill that is being disputed.
    #[error("disputed")]
    Disputed {
        /// Which.
        bill: BillId,
    },
    /// A bill that belongs to an agreement.
    #[error("in an agreement already")]
    InAgreement {
        /// Which.
        bill: BillId,
    },
    /// A bill that is in court or with the notary.
    #[error("in court")]
    InCourt {
        /// Which.
        bill: BillId,
    },
    /// A bill with nothing left to pay.
    #[error("nothing to pay")]
    NothingToPay {
        /// Which.
        bill: BillId,
    },
}

impl Ineligible {
    /// What the customer can do instead: nobody is told no without a way on.
    #[must_use]
    pub const fn next_step(&self) -> NextStep {
        match self {
            Self::NoBills => NextStep::ChooseBills,
            Self::OpenAgreement { .. } | Self::InAgreement { .. } => NextStep::SeeAgreement,
            Self::BrokenRecently { .. } | Self::InCourt { .. } => NextStep::AskAPerson,
            Self::TotalTooSmall { .. } | Self::NotLateEnough { .. } => NextStep::Pay,
            Self::NatureNotAllowed { .. } | Self::NothingToPay { .. } => NextStep::LeaveBillOut,
            Self::Disputed { .. } => NextStep::WaitForDispute,
        }
    }

    /// The bill it is about, when it is about one.
    #[must_use]
    pub const fn bill(&self) -> Option<BillId> {
        match self {
            Self::NotLateEnough { bill, .. }
            | Self::NatureNotAllowed { bill, .. }
            | Self::Disputed { bill }
            | Self::InAgreement { bill }
            | Self::InCourt { bill }
            | Self::NothingToPay { bill } => Some(*bill),
            Self::NoBills | Self::OpenAgreement { .. } | Self::BrokenRecently { .. } | Self::TotalTooSmall { .. } => None,
        }
    }
}

/// Whether these bills may be put into a plan today.
///
/// # Errors
/// Everything that stands against it, never empty: first about the customer, then bill by bill.
pub fn eligibility(rules: &Eligibility, history: History, bills: &[Candidate], today: NaiveDate) -> Result<(), Vec<Ineligible>> {
    let mut against = Vec::new();
    if bills.is_empty() {
        against.push(Ineligible::NoBills);
    }
    if history.open_agreements >= rules.max_open_agreements {
        against.push(Ineligible::OpenAgreement { max: rules.max_open_agreements });
    }
    let until = history.last_broken_on.map(|on| days_after(on, u32::from(rules.wait_after_broken_days)));
    if let Some(until) = until.filter(|until| today < *until) {
        against.push(Ineligible::BrokenRecently { until });
    }
    let total: Money = bills.iter().map(|candidate| candidate.amount).sum();
    if !bills.is_empty() && total < rules.least_total {
        against.push(Ineligible::TotalTooSmall { least: rules.least_total });
    }
    against.extend(bills.iter().filter_map(|candidate| against_bill(rules, candidate)));
    if against.is_empty() { Ok(()) } else { Err(against) }
}

fn against_bill(rules: &Eligibility, candidate: &Candidate) -> Option<Ineligible> {
    let bill = candidate.bill;
    if candidate.in_agreement {
        Some(Ineligible::InAgreement { bill })
    } else if candidate.in_court {
        Some(Ineligible::InCourt { bill })
    } else if candidate.disputed {
        Some(Ineligible::Disputed { bill })
    } else if !candidate.amount.is_positive() {
        Some(Ineligible::NothingToPay { bill })
    } else if !rules.natures.contains(&candidate.nature) {
        Some(Ineligible::NatureNotAllowed { bill, nature: candidate.nature })
    } else if candidate.days_late < rules.min_days_late {
        Some(Ineligible::NotLateEnough { bill, min_days: rules.min_days_late })
    } else {
        None
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
}

/// A plan, with everything the law wants shown before it is accepted (CDC, art. 52 and 54-B).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What was asked for.
    pub request: PlanRequest,
    /// The total put into the plan, as of the day it was worked out.
    pub total: Money,
    /// The first payment, unless nothing is paid down.
    pub down_payment: Option<Installment>,
    /// The other payments, numbered from 1.
    pub installments: Vec<Installment>,
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

/// Whether a plan is granted by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Effective at once.
    Automatic,
    /// A person decides, for these reasons. Never empty.
    NeedsApproval(Vec<ApprovalReason>),
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
}

/// Why there is no such plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "error")]
pub enum PlanError {
    /// Nothing to pay, or above every band of the policy: a person has to be asked.
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
        /// The most installments of that size; at least 1, since a down payment leaves at least one.
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
    /// Puts the refusal at the field of [`PlanForm`] that can mend it.
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
pub fn simulate(policy: &PlanPolicy, total: Money, request: PlanRequest, today: NaiveDate, calendar: &Calendar) -> Result<Plan, PlanError> {
    let band = band(policy, total).ok_or(PlanError::NoBand)?;
    if !policy.days_of_month.contains(&request.day_of_month) {
        return Err(PlanError::Day);
    }
    check_down_payment(policy, band, total, request.down_payment)?;
    if request.count == 0 || request.count > band.negotiable.most_installments {
        return Err(PlanError::Count { most: band.negotiable.most_installments });
    }
    let financed = total - request.down_payment;
    let interest = interest(policy.interest, financed, request.count);
    let to_split = financed + interest;
    let each = Money::cents(to_split.as_cents() / i64::from(request.count));
    if each < policy.least_installment {
        return Err(PlanError::InstallmentTooSmall {
            least: policy.least_installment,
            most: most_of_size(policy, financed, request.count),
        });
    }
    let down_due_on = calendar.add_business_days(today, policy.down_payment_days);
    let down_payment =
        request.down_payment.is_positive().then_some(Installment { number: 0, due_on: down_due_on, amount: request.down_payment });
    let installments = installments(to_split, each, request, if down_payment.is_some() { down_due_on } else { today }, calendar);
    let last = days_after(today, u32::from(policy.first_due_max_days));
    // The last day is held against the day itself, not against the business day after it.
    if installments.first().is_none_or(|first| first.due_on > calendar.next_business_day(last)) {
        return Err(PlanError::FirstTooLate { last });
    }
    let mut plan = Plan {
        request,
        total,
        down_payment,
        installments,
        interest,
        total_cost: total + interest,
        cet_yearly: Decimal::ZERO,
        within_policy: within(band, total, request),
        valid_until: down_due_on.max(days_after(today, 2)),
        version: policy.version.clone(),
    };
    if interest.is_positive() {
        plan.cet_yearly = effective_yearly_cost(total, plan.payments(), today);
    }
    Ok(plan)
}

/// Every plan there is for this down payment and day, from the fewest to the most installments.
#[must_use]
pub fn options(
    policy: &PlanPolicy,
    total: Money,
    down_payment: Money,
    day_of_month: u8,
    today: NaiveDate,
    calendar: &Calendar,
) -> Vec<Plan> {
    let most = band(policy, total).map_or(0, |band| band.negotiable.most_installments);
    (1..=most)
        .filter_map(|count| simulate(policy, total, PlanRequest { down_payment, count, day_of_month }, today, calendar).ok())
        .collect()
}

/// The least down payment that may be asked for, and the least that is granted by itself, if any is.
#[must_use]
pub fn least_down_payments(policy: &PlanPolicy, total: Money) -> Option<(Money, Option<Money>)> {
    let band = band(policy, total)?;
    let of = |limits: &Limits| total.times(limits.least_down_payment);
    Some((of(&band.negotiable), band.automatic.as_ref().map(of)))
}

fn band(policy: &PlanPolicy, total: Money) -> Option<&Band> {
    policy.bands.iter().find(|band| total.is_positive() && band.up_to.is_none_or(|most| total <= most))
}

fn check_down_payment(policy: &PlanPolicy, band: &Band, total: Money, down_payment: Money) -> Result<(), PlanError> {
    let least = total.times(band.negotiable.least_down_payment).max(Money::ZERO);
    if down_payment < least {
        return Err(PlanError::DownPaymentTooSmall { least });
    }
    // What is left is at least one installment, and at least one centavo.
    let most = total - policy.least_installment.max(Money::cents(1));
    if down_payment > most {
        return Err(PlanError::DownPaymentTooLarge { most: most.max(Money::ZERO) });
    }
    Ok(())
}

fn interest(interest: Interest, financed: Money, count: u16) -> Money {
    match interest {
        Interest::None => Money::ZERO,
        Interest::SimpleMonthly(rate) => {
            rate.checked_mul(Decimal::from(count)).map_or(Money::ZERO, |rate| financed.times(rate)).max(Money::ZERO)
        }
    }
}

/// The greatest count under `count` whose installments are large enough: one always is, after [`check_down_payment`].
fn most_of_size(policy: &PlanPolicy, financed: Money, count: u16) -> u16 {
    let fits = |count: u16| {
        let to_split = financed + interest(policy.interest, financed, count);
        to_split.as_cents() / i64::from(count) >= policy.least_installment.as_cents()
    };
    (1..count).rev().find(|count| fits(*count)).unwrap_or(1)
}

/// Equal installments, the centavos that do not divide on the last, on the chosen day of each month after `after`.
/// A day that is closed moves to the next business day, so that what is shown is what is paid.
fn installments(to_split: Money, each: Money, request: PlanRequest, after: NaiveDate, calendar: &Calendar) -> Vec<Installment> {
    let days = months_from(after).filter_map(|(year, month)| day_of_month(year, month, u32::from(request.day_of_month)));
    let mut left = to_split;
    days.skip_while(|day| *day <= after)
        .zip(1..=request.count)
        .map(|(day, number)| {
            let amount = if number == request.count { left } else { each };
            left -= amount;
            Installment { number, due_on: calendar.next_business_day(day), amount }
        })
        .collect()
}

/// The months from the one of this day on, as year and month.
fn months_from(date: NaiveDate) -> impl Iterator<Item = (i32, u32)> {
    std::iter::successors(Some((date.year(), date.month())), |&(year, month)| {
        if month == 12 { Some((year.checked_add(1)?, 1)) } else { Some((year, month + 1)) }
    })
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

/// The yearly rate `x` for which `Σ payment ÷ (1 + x)^(days ÷ 365)` is the total, as a fraction to four places.
///
/// Solved by Newton's method for the discount of one day, `v = (1 + x)^(-1/365)`, so that every power is a whole one. The sum
/// grows ever faster with `v`, and at `v = 1` it is above the total: from there each step comes nearer without passing the
/// root, and half a dozen suffice. Below 0.98 (`x` = 1,600: the money back sixteen hundred times a year) it stops.
fn effective_yearly_cost<'a>(total: Money, payments: impl Iterator<Item = &'a Installment> + Clone, today: NaiveDate) -> Decimal {
    let least = Decimal::new(98, 2);
    let precise = Decimal::new(1, 15);
    let mut v = Decimal::ONE;
    for _ in 0..50 {
        let (mut excess, mut slope, mut power, mut days) = (-total.as_decimal(), Decimal::ZERO, Decimal::ONE, 0);
        for payment in payments.clone() {
            let reached = days;
            days = u32::try_from(payment.due_on.signed_duration_since(today).num_days()).unwrap_or(0).max(reached);
            power *= whole_power(v, days - reached);
            let worth = payment.amount.as_decimal() * power;
            excess += worth;
            slope += worth * Decimal::from(days) / v;
        }
        // No slope: everything falls due today, and time costs nothing.
        let Some(step) = excess.checked_div(slope) else { return Decimal::ZERO };
        v = (v - step).clamp(least, Decimal::ONE);
        if step.abs() < precise || v == least {
            break;
        }
    }
    let yearly = whole_power(Decimal::ONE / v, 365) - Decimal::ONE;
    yearly.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
}

/// `base` to a whole power, by squaring. Nothing overflows for a base from 0 to 1.03 and, above 1, an exponent up to 365.
fn whole_power(base: Decimal, exponent: u32) -> Decimal {
    let (mut result, mut square, mut left) = (Decimal::ONE, base, exponent);
    while left > 0 {
        if !left.is_multiple_of(2) {
            result *= square;
        }
        left /= 2;
        if left > 0 {
            square *= square;
        }
    }
    result
}

/// Whether an agreement is broken, from how many days late each unpaid installment is (0 for those not due).
#[must_use]
pub fn is_broken(rule: BreakRule, days_late: &[u32]) -> bool {
    let late = days_late.iter().filter(|days| **days > 0).count();
    (late > 0 && late >= usize::from(rule.late_installments)) || days_late.iter().any(|days| *days > u32::from(rule.days_late))
}

/// The form of a plan, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// Ids of the chosen bills.
    pub bills: Vec<String>,
    /// How much now; empty is nothing.
    pub down_payment: String,
    /// How many installments.
    pub count: String,
    /// The day of the month.
    pub day: String,
    /// The word of a [`Reason`]; empty is not said.
    pub reason: String,
}

/// A form of a plan that can be worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPlanForm {
    /// The chosen bills, without repetition, in the order chosen.
    pub bills: Vec<BillId>,
    /// What is asked for.
    pub request: PlanRequest,
    /// Why.
    pub reason: Reason,
}

impl PlanForm {
    /// Reads the form. Whether the plan exists is then told by [`simulate`].
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, policy: &PlanPolicy) -> Result<ValidPlanForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = fields.read("bills", ids(&self.bills));
        let down_payment = fields.read("down_payment", optional_amount(&self.down_payment));
        let most = policy.bands.iter().map(|band| band.negotiable.most_installments).max().unwrap_or(0);
        let count = fields.read("count", whole(&self.count, 1, u32::from(most)));
        let day = fields.read("day", whole(&self.day, 1, 31));
        let reason = fields.read("reason", if self.reason.trim().is_empty() { Ok(Reason::NotSaid) } else { one_of(&self.reason) });
        fields.finish((|| {
            let request =
                PlanRequest { down_payment: down_payment?, count: u16::try_from(count?).ok()?, day_of_month: u8::try_from(day?).ok()? };
            Some(ValidPlanForm { bills: bills?, request, reason: reason? })
        })())
    }
}

/// What goes with a plan when it is accepted: separate from [`PlanForm`], which is filled in and worked out first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    /// The fingerprint of the terms that were shown.
    pub terms: String,
    /// `yes` once the box is checked.
    pub accepted: String,
    /// See [`submission`].
    pub submission: String,
}

impl AcceptForm {
    /// Reads the form: the fingerprint of the terms, and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field; [`Problem::NotAccepted`] when the box is not checked.
    pub fn parse(&self) -> Result<(String, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let terms = self.terms.trim();
        let terms = fields.read("terms", if terms.is_empty() { Err(Problem::Missing) } else { Ok(terms.to_owned()) });
        let accepted = fields.read("accepted", if self.accepted == "yes" { Ok(()) } else { Err(Problem::NotAccepted) });
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(accepted.and(terms.zip(submission)))
    }
}

fn optional_amount(raw: &str) -> Result<Money, Problem> {
    if raw.trim().is_empty() { Ok(Money::ZERO) } else { amount(raw) }
}

#[cfg(test)]
// The check of the effective cost goes through floating point on purpose.
#[allow(clippy::float_arithmetic)]
mod tests {
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

    const TODAY: &str = "2026-11-21";

    fn plan(policy: &PlanPolicy, total: &str, request: PlanRequest) -> Result<Plan, PlanError> {
        simulate(policy, cents(total), request, day(TODAY), &Calendar::default())
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
    fn one_payment_after_a_year_costs_its_interest() {
        let payment = Installment { number: 1, due_on: day("2027-11-21"), amount: cents("112,68") };
        assert_eq!(effective_yearly_cost(cents("100"), std::iter::once(&payment), day(TODAY)), Decimal::new(1268, 4));
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
        assert_eq!(least_down_payments(&policy, cents("5.000")), Some((cents("250"), Some(cents("1.000")))));
    }

    #[test]
    fn all_options_at_once() {
        let all = options(&PlanPolicy::default(), cents("400"), cents("40"), 10, day(TODAY), &Calendar::default());
        let counts: Vec<u16> = all.iter().map(|plan| plan.request.count).collect();
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7]);
        assert!(all.iter().all(|plan| plan.total_cost == cents("400")));
    }

    #[test]
    fn nobody_is_told_no_without_a_way_on() {
        let rules = Eligibility::default();
        let bill = |number: u128| BillId(Uuid::from_u128(number));
        let good = Candidate {
            bill: bill(1),
            nature: Nature::Monthly,
            amount: cents("500"),
            days_late: 12,
            disputed: false,
            in_agreement: false,
            in_court: false,
        };
        let check = |history, bills: &[Candidate]| eligibility(&rules, history, bills, day(TODAY));
        assert_eq!(check(History::default(), &[good]), Ok(()));
        assert_eq!(check(History::default(), &[]), Err(vec![Ineligible::NoBills]));
        let busy = History { open_agreements: 1, last_broken_on: Some(day("2026-01-01")) };
        assert_eq!(
            check(busy, &[good]),
            Err(vec![Ineligible::OpenAgreement { max: 1 }, Ineligible::BrokenRecently { until: day("2027-01-01") }])
        );
        let bad = [
            Candidate { days_late: 0, ..good },
            Candidate { bill: bill(2), disputed: true, ..good },
            Candidate { bill: bill(3), in_agreement: true, ..good },
            Candidate { bill: bill(4), in_court: true, ..good },
            Candidate { bill: bill(5), nature: Nature::Installment, ..good },
            Candidate { bill: bill(6), amount: Money::ZERO, ..good },
        ];
        let against = check(History::default(), &bad).unwrap_err();
        let steps: Vec<_> = against.iter().map(|reason| (reason.bill().unwrap().0.as_u128(), reason.next_step())).collect();
        assert_eq!(
            steps,
            [
                (1, NextStep::Pay),
                (2, NextStep::WaitForDispute),
                (3, NextStep::SeeAgreement),
                (4, NextStep::AskAPerson),
                (5, NextStep::LeaveBillOut),
                (6, NextStep::LeaveBillOut)
            ]
        );
        let small = Candidate { amount: cents("99,99"), ..good };
        assert_eq!(check(History::default(), &[small]), Err(vec![Ineligible::TotalTooSmall { least: cents("100") }]));
    }

    #[test]
    fn an_agreement_breaks_by_its_rule() {
        let rule = BreakRule::default();
        assert!(!is_broken(rule, &[]));
        assert!(!is_broken(rule, &[30, 0, 0]));
        assert!(is_broken(rule, &[31, 0]));
        assert!(is_broken(rule, &[5, 1]));
        assert!(!is_broken(BreakRule { late_installments: 0, days_late: 30 }, &[0]));
    }

    #[test]
    fn what_is_over_stays_over() {
        for status in Status::ALL {
            assert!(!status.may_become(Status::Requested));
            assert_eq!(Status::ALL.iter().any(|next| status.may_become(*next)), status.is_open());
        }
    }

    #[test]
    fn the_form_keeps_every_problem() {
        let policy = PlanPolicy::default();
        let id = Uuid::from_u128(7).to_string();
        let form = PlanForm {
            bills: vec![id.clone(), id],
            down_payment: "R$ 1.000,00".to_owned(),
            count: "6".to_owned(),
            day: "10".to_owned(),
            reason: String::new(),
        };
        let valid = form.parse(&policy).unwrap();
        assert_eq!(valid.bills, [BillId(Uuid::from_u128(7))]);
        assert_eq!((valid.request, valid.reason), (ask("1.000", 6, 10), Reason::NotSaid));
        let wrong = PlanForm {
            bills: vec!["x".into()],
            down_payment: "10,0x".into(),
            count: "37".into(),
            day: String::new(),
            reason: "doente".into(),
        };
        let errors = wrong.parse(&policy).unwrap_err();
        assert_eq!(
            errors,
            [
                FieldError::new("bills", Problem::Unknown),
                FieldError::new("down_payment", Problem::UnexpectedCharacter { at: 5 }),
                FieldError::new("count", Problem::OutOfRange { min: 1, max: 36 }),
                FieldError::new("day", Problem::Missing),
                FieldError::new("reason", Problem::ChooseOne),
            ]
        );
        assert_eq!(serde_json::from_str::<PlanForm>(r#"{"count":"2"}"#).unwrap(), PlanForm { count: "2".into(), ..PlanForm::default() });
    }

    #[test]
    fn nothing_is_accepted_unread() {
        let form = AcceptForm { terms: "ab12".into(), accepted: "yes".into(), submission: Uuid::from_u128(9).to_string() };
        assert_eq!(form.parse(), Ok(("ab12".to_owned(), Uuid::from_u128(9))));
        let errors = AcceptForm { accepted: "no".into(), ..AcceptForm::default() }.parse().unwrap_err();
        let problems: Vec<_> = errors.iter().map(|error| error.problem).collect();
        assert_eq!(problems, [Problem::Missing, Problem::NotAccepted, Problem::Missing]);
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

    proptest! {
        #[test]
        fn sums_are_exact_and_no_installment_is_too_small(
            total in 1i64..5_000_000, down in 0i64..1_000_000, count in 0u16..40, day_at in 0usize..5, start in 0u32..3000, rate in 0i64..30
        ) {
            let policy = PlanPolicy { interest: Interest::SimpleMonthly(Decimal::new(rate, 3)), ..PlanPolicy::default() };
            let calendar = Calendar::default();
            let today = days_after(day("2024-01-01"), start);
            let request = PlanRequest { down_payment: Money::cents(down), count, day_of_month: policy.days_of_month[day_at] };
            match simulate(&policy, Money::cents(total), request, today, &calendar) {
                Ok(plan) => {
                    let paid: Money = plan.payments().map(|payment| payment.amount).sum();
                    prop_assert_eq!(paid, plan.total + plan.interest);
                    prop_assert_eq!(paid, plan.total_cost);
                    prop_assert_eq!(plan.installments.len(), usize::from(count));
                    prop_assert!(plan.installments.iter().all(|installment| installment.amount >= policy.least_installment));
                    prop_assert!(plan.payments().all(|payment| calendar.is_business_day(payment.due_on) && payment.due_on > today));
                    prop_assert!(plan.payments().zip(plan.payments().skip(1)).all(|(one, next)| one.due_on < next.due_on));
                    prop_assert_eq!(plan.cet_yearly.is_zero(), plan.interest.is_zero());
                    prop_assert!(plan.valid_until >= days_after(today, 2));
                }
                Err(PlanError::InstallmentTooSmall { most, .. }) => {
                    let fewer = PlanRequest { count: most, ..request };
                    prop_assert!(simulate(&policy, Money::cents(total), fewer, today, &calendar).is_ok());
                }
                Err(PlanError::FirstTooLate { last }) => prop_assert!(false, "the default policy always leaves a day: {}", last),
                Err(_) => {}
            }
        }

        #[test]
        fn the_effective_cost_discounts_to_the_total(total in 50_000i64..5_000_000, count in 1u16..36, rate in 1i64..50) {
            let limits = Limits { most_installments: 36, least_down_payment: Decimal::ZERO };
            let policy = PlanPolicy {
                bands: vec![Band { up_to: None, automatic: None, negotiable: limits }],
                interest: Interest::SimpleMonthly(Decimal::new(rate, 3)),
                least_installment: Money::cents(1),
                ..PlanPolicy::default()
            };
            let request = PlanRequest { down_payment: Money::ZERO, count, day_of_month: 10 };
            let plan = simulate(&policy, Money::cents(total), request, day(TODAY), &Calendar::default()).unwrap();
            // By another road: the present value at the two rates around the rounded one, in floating point.
            let present = |yearly: f64| -> f64 {
                let worth = |payment: &Installment| {
                    let days = (payment.due_on - day(TODAY)).num_days();
                    payment.amount.as_cents() as f64 / (1.0 + yearly).powf(days as f64 / 365.0)
                };
                plan.payments().map(worth).sum()
            };
            let cet: f64 = plan.cet_yearly.to_string().parse().unwrap();
            prop_assert!(present(cet - 0.000_051) > total as f64 && present(cet + 0.000_051) < total as f64, "{} {}", cet, total);
        }

        #[test]
        fn never_panics(
            total in any::<i64>(), down in any::<i64>(), count in any::<u16>(), date in any::<i32>(), rate in any::<i64>(), scale in 0u32..28
        ) {
            let limits = Limits { most_installments: 500, least_down_payment: Decimal::ZERO };
            let policy = PlanPolicy {
                bands: vec![Band { up_to: None, automatic: None, negotiable: limits }],
                interest: Interest::SimpleMonthly(Decimal::new(rate, scale)),
                least_installment: Money::ZERO,
                ..PlanPolicy::default()
            };
            let today = NaiveDate::from_num_days_from_ce_opt(date).unwrap_or(NaiveDate::MAX);
            let request = PlanRequest { down_payment: Money::cents(down), count: count % 502, day_of_month: 5 };
            let _ = simulate(&policy, Money::cents(total), request, today, &Calendar::default());
        }
    }
}
