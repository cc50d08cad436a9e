//! The creditor's rules for requests, as data: how long an answer may take, who may approve how much, when two persons decide.
//!
//! Never decides: [`super::step`] does. Days are business days, amounts centavos.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Kind::{self, Dispute, Plan, Question, Receipt, Refund, Slip};
use super::clock::{Clock, ClockRules};
use super::queue::{Area, Priority};
use super::{Status, Urgency};
use crate::actors::Role;
use crate::calendar::Calendar;
use crate::charges::Tolerance;
use crate::money::Money;

/// The creditor's settings for requests: data, with conservative defaults.
///
/// ```
/// use domain::actors::Role;
/// use domain::money::Money;
/// use domain::requests::Kind;
/// use domain::requests::policy::Policy;
/// let policy = Policy::default();
/// assert_eq!(policy.approval_limit(Role::Operator), Money::cents(20_000));
/// assert_eq!(policy.approval_limit(Role::Legal), Money::ZERO);
/// assert!(Kind::ALL.iter().all(|kind| policy.business_days(*kind) <= 7)); // ANS, RN 623/2024
/// // A settings file names what differs.
/// let settings: Policy = serde_json::from_str(r#"{"deadlines": {"refund": 10}}"#)?;
/// assert_eq!((settings.business_days(Kind::Refund), settings.business_days(Kind::Slip)), (10, 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Business days to a conclusive answer, by kind.
    pub deadlines: Deadlines,
    /// When somebody is warned, and how long a customer's answer is awaited.
    pub clock: ClockRules,
    /// Where a request goes, by kind and amount. Of several that fit, the one from the largest amount on.
    pub routes: Vec<Route>,
    /// The most each role may approve; a role that is not listed approves no money.
    pub approval_limits: BTreeMap<Role, Money>,
    /// The same for one kind of request, where it is another amount.
    pub limits_of_kind: BTreeMap<Kind, BTreeMap<Role, Money>>,
    /// From this amount on a dispute is decided by two persons.
    pub dispute_four_eyes_from: Money,
    /// From this amount on, money whose slip is not known is laid on a bill by two persons.
    pub allocation_four_eyes_from: Money,
    /// How far the late charges that a bank took may be from ours.
    pub late_charge_tolerance: Tolerance,
}

/// Business days to a conclusive answer, counted from the day after opening.
///
/// The ceiling for a health-plan operator is 7 business days (ANS, RN 623/2024, requests that are not about care); the
/// defaults stay at or under it, and within the 5 days of Decreto 7.962/2013 art. 4 for questions and receipts. An example is
/// at [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deadlines {
    /// For [`Kind::Receipt`].
    pub receipt: u16,
    /// For [`Kind::Refund`].
    pub refund: u16,
    /// For [`Kind::Plan`]: an overdue bill grows while one waits.
    pub plan: u16,
    /// For [`Kind::Dispute`].
    pub dispute: u16,
    /// For [`Kind::Slip`]: somebody wants to pay.
    pub slip: u16,
    /// For [`Kind::Question`].
    pub question: u16,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { receipt: 3, refund: 7, plan: 3, dispute: 7, slip: 2, question: 5 }
    }
}

/// Where requests of a kind go, from an amount on.
///
/// ```
/// use domain::requests::policy::Route;
/// let route: Route = serde_json::from_str(r#"{"kind":"dispute","area":"legal","from":500000,"days":5}"#)?;
/// assert_eq!(route.days, Some(5));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Of this kind.
    pub kind: Kind,
    /// From this amount on.
    #[serde(default)]
    pub from: Money,
    /// To this area.
    pub area: Area,
    /// How urgent among those of one deadline.
    #[serde(default = "Route::normal")]
    pub priority: Priority,
    /// Business days to a conclusive answer, where they are not those of the kind.
    #[serde(default)]
    pub days: Option<u16>,
}

impl Route {
    const fn normal() -> Priority {
        Priority::Normal
    }

    /// Every request of a kind to one area.
    const fn of(kind: Kind, area: Area) -> Self {
        Self { kind, from: Money::ZERO, area, priority: Priority::Normal, days: None }
    }
}

/// Where one request goes. An example is at [`Policy::routed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routed {
    /// To this area.
    pub area: Area,
    /// So urgent.
    pub priority: Priority,
    /// To be answered within so many business days.
    pub days: u16,
}

impl Default for Policy {
    /// An operator may decide small matters alone (R$ 200,00), accounts receivable R$ 2.000,00, a supervisor R$ 50.000,00.
    /// These are starting points for a creditor to set, not law.
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            clock: ClockRules::default(),
            routes: vec![
                Route::of(Receipt, Area::Receivables),
                Route::of(Refund, Area::Receivables),
                Route::of(Plan, Area::Collections),
                Route::of(Dispute, Area::Service),
                Route { from: Money::cents(500_000), priority: Priority::High, ..Route::of(Dispute, Area::Legal) },
                Route::of(Slip, Area::Collections),
                Route::of(Question, Area::Service),
            ],
            approval_limits: [
                (Role::Operator, Money::cents(20_000)),
                (Role::Receivables, Money::cents(200_000)),
                (Role::Supervisor, Money::cents(5_000_000)),
            ]
            .into(),
            limits_of_kind: BTreeMap::new(),
            dispute_four_eyes_from: Money::cents(100_000),
            allocation_four_eyes_from: Money::cents(100_000),
            late_charge_tolerance: Tolerance::default(),
        }
    }
}

impl Policy {
    /// The most this role may approve.
    #[must_use]
    pub fn approval_limit(&self, role: Role) -> Money {
        self.approval_limits.get(&role).copied().unwrap_or(Money::ZERO)
    }

    /// The most this role may approve of this kind.
    ///
    /// ```
    /// use domain::actors::Role;
    /// use domain::money::Money;
    /// use domain::requests::Kind;
    /// use domain::requests::policy::Policy;
    /// let policy: Policy = serde_json::from_str(r#"{"limits_of_kind": {"refund": {"supervisor": 1000}}}"#)?;
    /// assert_eq!(policy.limit(Kind::Refund, Role::Supervisor), Money::cents(1_000));
    /// assert_eq!(policy.limit(Kind::Plan, Role::Supervisor), policy.approval_limit(Role::Supervisor));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn limit(&self, kind: Kind, role: Role) -> Money {
        let own = self.limits_of_kind.get(&kind).and_then(|limits| limits.get(&role));
        own.copied().unwrap_or_else(|| self.approval_limit(role))
    }

    /// Where a request of this kind and amount goes: by what holds on the day it is opened, and it stays there.
    ///
    /// ```
    /// use domain::money::Money;
    /// use domain::requests::Kind;
    /// use domain::requests::policy::Policy;
    /// use domain::requests::queue::{Area, Priority};
    /// let policy = Policy::default();
    /// let large = policy.routed(Kind::Dispute, Money::cents(500_000));
    /// assert_eq!((large.area, large.priority, large.days), (Area::Legal, Priority::High, 7));
    /// assert_eq!(policy.routed(Kind::Dispute, Money::cents(499_999)).area, Area::Service);
    /// ```
    #[must_use]
    pub fn routed(&self, kind: Kind, amount: Money) -> Routed {
        let route = self.routes.iter().filter(|route| route.kind == kind && route.from <= amount).max_by_key(|route| route.from);
        let route = route.copied().unwrap_or(Route::of(kind, Area::Service));
        Routed { area: route.area, priority: route.priority, days: route.days.unwrap_or_else(|| self.business_days(kind)) }
    }

    /// Business days to a conclusive answer.
    #[must_use]
    pub const fn business_days(&self, kind: Kind) -> u16 {
        match kind {
            Receipt => self.deadlines.receipt,
            Refund => self.deadlines.refund,
            Plan => self.deadlines.plan,
            Dispute => self.deadlines.dispute,
            Slip => self.deadlines.slip,
            Question => self.deadlines.question,
        }
    }
}

/// The last day on which a request opened on `opened_on` is answered in time.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::requests::Kind;
/// use domain::requests::policy::{Policy, deadline};
/// // A receipt sent on a Thursday: three business days, which Friday's holiday and the weekend are not.
/// let last = deadline(Kind::Receipt, "2026-11-19".parse()?, &Calendar::default(), &Policy::default());
/// assert_eq!(last, "2026-11-25".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn deadline(kind: Kind, opened_on: NaiveDate, calendar: &Calendar, policy: &Policy) -> NaiveDate {
    calendar.add_business_days(opened_on, policy.business_days(kind))
}

/// How close the deadline is.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::requests::Urgency;
/// use domain::requests::policy::urgency;
/// let (deadline, calendar) = ("2026-11-24".parse()?, Calendar::default());
/// // On the Thursday before it two business days are left, Monday and the day itself.
/// assert_eq!(urgency(deadline, "2026-11-19".parse()?, &calendar), Urgency::Soon);
/// assert_eq!(urgency(deadline, "2026-11-18".parse()?, &calendar), Urgency::Calm);
/// assert_eq!(urgency(deadline, "2026-11-25".parse()?, &calendar), Urgency::Late);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn urgency(deadline: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Urgency {
    if deadline < today {
        Urgency::Late
    } else if deadline == today {
        Urgency::Today
    } else if calendar.business_days_between(today, deadline) <= 2 {
        Urgency::Soon
    } else {
        Urgency::Calm
    }
}

/// The same, of a request in this status: while the customer is asked no deadline comes nearer, and an answer ends it.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::requests::policy::urgency_in;
/// use domain::requests::{Status, Urgency};
/// let (deadline, later) = ("2026-11-24".parse()?, "2026-12-01".parse()?);
/// assert_eq!(urgency_in(Status::WaitingCustomer, deadline, later, &Calendar::default()), Urgency::Paused);
/// assert_eq!(urgency_in(Status::Received, deadline, later, &Calendar::default()), Urgency::Late);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn urgency_in(status: Status, deadline: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Urgency {
    match status.clock() {
        Clock::Counting => urgency(deadline, today, calendar),
        Clock::Paused => Urgency::Paused,
        Clock::Stopped => Urgency::Answered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn deadlines_are_counted_in_business_days() {
        let (calendar, policy) = (Calendar::default(), Policy::default());
        assert_eq!(deadline(Refund, day("2026-11-19"), &calendar, &policy), day("2026-12-01"));
        assert_eq!(deadline(Slip, day("2026-11-19"), &calendar, &policy), day("2026-11-24"));
        // RN 623/2024: never more than seven business days.
        assert!(Kind::ALL.iter().all(|kind| (1..=7).contains(&policy.business_days(*kind))));
        for (today, expected) in
            [("2026-12-02", Urgency::Late), ("2026-12-01", Urgency::Today), ("2026-11-27", Urgency::Soon), ("2026-11-26", Urgency::Calm)]
        {
            assert_eq!(urgency(day("2026-12-01"), day(today), &calendar), expected, "{today}");
        }
    }

    #[test]
    fn a_policy_may_be_written_in_part() {
        let policy: Policy = serde_json::from_str(r#"{"deadlines":{"plan":1},"approval_limits":{"supervisor":100}}"#).unwrap();
        assert_eq!(policy.business_days(Plan), 1);
        assert_eq!(policy.business_days(Refund), 7);
        assert_eq!(policy.approval_limit(Role::Supervisor), Money::cents(100));
        assert_eq!(policy.approval_limit(Role::Receivables), Money::ZERO);
    }
}
