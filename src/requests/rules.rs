//! The creditor's rules for requests, as staff types them: where requests go and by when they are answered; and who may approve how much.
//! Never says who may change them: the server does.
//!
//! Fields are named by what they are about (`days.refund`, `limit.plan.supervisor`), so that a kind or a role more is no other form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Kind;
use super::clock::ClockRules;
use super::policy::{Policy, Route};
use super::queue::Priority;
use crate::actors::Role;
use crate::forms::{FieldError, Problem, amount, one_of, whole};
use crate::money::Money;

/// The kinds whose approval is a matter of amounts.
pub const WITH_LIMITS: &[Kind] = &[Kind::Refund, Kind::Plan, Kind::Dispute];
/// The roles that approve, from the least authority to the most.
pub const APPROVING: &[Role] = &[Role::Operator, Role::Receivables, Role::Supervisor];

/// The longest time to an answer, in business days.
const LONGEST: u32 = 60;

/// What was typed, by the name of the field.
///
/// ```
/// use domain::money::Money;
/// use domain::requests::Kind;
/// use domain::requests::policy::Policy;
/// use domain::requests::queue::Area;
/// use domain::requests::rules::RulesForm;
/// // The form as it is shows what holds; a deadline is changed, and a route for large refunds added.
/// let mut form = RulesForm::routing(&Policy::default(), |money| money.to_string());
/// form.put("days.slip", "1");
/// form.put("large_from.refund", "5.000,00");
/// form.put("large_area.refund", "legal");
/// form.put("large_days.refund", "5");
/// let policy = form.parse_routing(&Policy::default()).unwrap();
/// assert_eq!(policy.routed(Kind::Slip, Money::ZERO).days, 1);
/// assert_eq!(policy.routed(Kind::Refund, Money::cents(500_000)).area, Area::Legal);
/// // What nobody may type is refused at its field.
/// form.put("days.slip", "0");
/// assert_eq!(form.parse_routing(&Policy::default()).unwrap_err()[0].field, "days.slip");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulesForm(BTreeMap<String, String>);

impl RulesForm {
    /// What a field says; nothing when it is not there.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Says something in a field.
    pub fn put(&mut self, field: &str, text: impl Into<String>) {
        self.0.insert(field.to_owned(), text.into());
    }

    /// Whether nothing was typed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where requests go and by when they are answered, as it holds; amounts as a language writes them.
    #[must_use]
    pub fn routing(policy: &Policy, written: impl Fn(Money) -> String) -> Self {
        let mut form = Self::default();
        for kind in Kind::ALL {
            let all = policy.routed(*kind, Money::ZERO);
            form.put(&format!("area.{kind}"), all.area.as_str());
            form.put(&format!("priority.{kind}"), all.priority.as_str());
            form.put(&format!("days.{kind}"), all.days.to_string());
            let large = policy.routes.iter().filter(|route| route.kind == *kind && route.from.is_positive()).max_by_key(|route| route.from);
            if let Some(large) = large {
                let routed = policy.routed(*kind, large.from);
                form.put(&format!("large_from.{kind}"), written(large.from));
                form.put(&format!("large_area.{kind}"), routed.area.as_str());
                form.put(&format!("large_priority.{kind}"), routed.priority.as_str());
                form.put(&format!("large_days.{kind}"), routed.days.to_string());
            }
        }
        form.put("warning_days", policy.clock.warning_days.to_string());
        form.put("waiting_days", policy.clock.waiting_days.to_string());
        form.put("reminder_days", policy.clock.reminder_days.to_string());
        form
    }

    /// What differs between two versions, by field: as it was, and as it is. Amounts as [`Money`] writes them.
    ///
    /// ```
    /// use domain::requests::policy::Policy;
    /// use domain::requests::rules::RulesForm;
    /// let now: Policy = serde_json::from_str(r#"{"deadlines": {"plan": 2}}"#)?;
    /// let changes = RulesForm::differences(&Policy::default(), &now);
    /// assert_eq!(changes, [("days.plan".to_owned(), "3".to_owned(), "2".to_owned())]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn differences(before: &Policy, after: &Policy) -> Vec<(String, String, String)> {
        let whole = |policy: &Policy| {
            let written = |money: Money| money.to_string();
            let mut all = Self::routing(policy, written).0;
            all.append(&mut Self::authority(policy, written).0);
            Self(all)
        };
        let (before, after) = (whole(before), whole(after));
        let names: std::collections::BTreeSet<&String> = before.0.keys().chain(after.0.keys()).collect();
        let differs = names.into_iter().filter(|name| before.text(name) != after.text(name));
        differs.map(|name| (name.clone(), before.text(name).to_owned(), after.text(name).to_owned())).collect()
    }

    /// Reads where requests go; everything else stays as it holds.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse_routing(&self, base: &Policy) -> Result<Policy, Vec<FieldError>> {
        let mut read = Read::of(self);
        let mut policy = Policy { routes: Vec::new(), ..base.clone() };
        for kind in Kind::ALL {
            let from_zero = self.route(&mut read, *kind, "", Money::ZERO);
            policy.routes.extend(from_zero);
            let large = format!("large_from.{kind}");
            if !self.text(&large).trim().is_empty()
                && let Some(from) = read.field(&large, |text| amount(text).and_then(positive))
            {
                policy.routes.extend(self.route(&mut read, *kind, "large_", from));
            }
        }
        let waiting = read.field("waiting_days", |text| days(text, 1));
        policy.clock = ClockRules {
            warning_days: read.field("warning_days", |text| days(text, 0)).unwrap_or_default(),
            waiting_days: waiting.unwrap_or_default(),
            // A reminder comes while one still waits.
            reminder_days: read
                .field("reminder_days", |text| whole(text, 0, u32::from(waiting.unwrap_or(1)).saturating_sub(1)).map(short))
                .unwrap_or_default(),
        };
        read.finish(policy)
    }

    fn route(&self, read: &mut Read<'_>, kind: Kind, prefix: &str, from: Money) -> Option<Route> {
        let area = read.field(&format!("{prefix}area.{kind}"), one_of);
        let days = read.field(&format!("{prefix}days.{kind}"), |text| self::days(text, 1));
        let priority: Priority = self.text(&format!("{prefix}priority.{kind}")).parse().unwrap_or(Priority::Normal);
        Some(Route { kind, from, area: area?, priority, days: Some(days?) })
    }

    /// Who may approve how much, as it holds.
    #[must_use]
    pub fn authority(policy: &Policy, written: impl Fn(Money) -> String) -> Self {
        let mut form = Self::default();
        for role in APPROVING {
            for kind in WITH_LIMITS {
                form.put(&format!("limit.{kind}.{role}"), written(policy.limit(*kind, *role)));
            }
            form.put(&format!("limit.other.{role}"), written(policy.approval_limit(*role)));
        }
        form.put("four_eyes.dispute", written(policy.dispute_four_eyes_from));
        form.put("four_eyes.allocation", written(policy.allocation_four_eyes_from));
        form
    }

    /// Reads who may approve how much; everything else stays as it holds. Who stands higher never approves less.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse_authority(&self, base: &Policy) -> Result<Policy, Vec<FieldError>> {
        let mut read = Read::of(self);
        let mut policy = base.clone();
        for kind in WITH_LIMITS.iter().copied().map(Some).chain([None]) {
            let name = kind.map_or("other", Kind::as_str);
            let mut least = Money::ZERO;
            for role in APPROVING {
                let at_least = |text: &str| {
                    let limit = amount(text)?;
                    if limit < least { Err(Problem::AmountBelow { min: least }) } else { Ok(limit) }
                };
                let Some(limit) = read.field(&format!("limit.{name}.{role}"), at_least) else { continue };
                least = limit;
                match kind {
                    Some(kind) => policy.limits_of_kind.entry(kind).or_default().insert(*role, limit),
                    None => policy.approval_limits.insert(*role, limit),
                };
            }
        }
        policy.dispute_four_eyes_from = read.field("four_eyes.dispute", amount).unwrap_or_default();
        policy.allocation_four_eyes_from = read.field("four_eyes.allocation", amount).unwrap_or_default();
        read.finish(policy)
    }
}

fn positive(money: Money) -> Result<Money, Problem> {
    if money.is_positive() { Ok(money) } else { Err(Problem::AmountBelow { min: Money::cents(1) }) }
}

fn days(text: &str, least: u32) -> Result<u16, Problem> {
    whole(text, least, LONGEST).map(short)
}

/// Days of a form are few.
fn short(days: u32) -> u16 {
    u16::try_from(days).unwrap_or(u16::MAX)
}

/// Reads one form, keeping every problem under the name of its field.
struct Read<'a> {
    form: &'a RulesForm,
    errors: Vec<FieldError>,
}

impl<'a> Read<'a> {
    const fn of(form: &'a RulesForm) -> Self {
        Self { form, errors: Vec::new() }
    }

    fn field<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Problem>) -> Option<T> {
        match parse(self.form.text(field)) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.errors.push(FieldError { field: field.to_owned().into(), problem });
                None
            }
        }
    }

    fn finish(self, policy: Policy) -> Result<Policy, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(policy) } else { Err(self.errors) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::queue::Area;
    use super::*;

    fn plain(money: Money) -> String {
        money.to_string()
    }

    #[test]
    fn each_refusal_is_at_its_field() {
        let policy = Policy::default();
        let problems = |field: &str, text: &str| {
            let mut form = RulesForm::routing(&policy, plain);
            form.put(field, text);
            form.parse_routing(&policy).err().map(|errors| errors.into_iter().map(|error| error.field.into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(problems("days.slip", "2"), None);
        for (field, text) in [
            ("days.slip", ""),
            ("days.slip", "61"),
            ("area.plan", "nowhere"),
            ("area.plan", ""),
            ("warning_days", "-1"),
            ("reminder_days", "10"),
        ] {
            assert_eq!(problems(field, text), Some(vec![field.to_owned()]), "{field} {text:?}");
        }
        let mut form = RulesForm::routing(&policy, plain);
        form.put("large_from.slip", "0,00");
        assert_eq!(form.parse_routing(&policy).unwrap_err()[0].field, "large_from.slip");
        form.put("large_from.slip", "10,00");
        let missing: Vec<_> = form.parse_routing(&policy).unwrap_err().into_iter().map(|error| error.field.into_owned()).collect();
        assert_eq!(missing, ["large_area.slip", "large_days.slip"]);

        let mut form = RulesForm::authority(&policy, plain);
        form.put("limit.refund.supervisor", "1,00");
        let errors = form.parse_authority(&policy).unwrap_err();
        assert_eq!((errors.len(), &*errors[0].field), (1, "limit.refund.supervisor"));
        assert_eq!(errors[0].problem, Problem::AmountBelow { min: Money::cents(200_000) });
        assert_eq!(RulesForm::default().parse_authority(&policy).unwrap_err().len(), 14);
    }

    proptest! {
        /// What is shown and sent back unchanged changes nothing; the two halves of the policy leave each other alone.
        #[test]
        fn what_is_shown_reads_back(
            areas in prop::collection::vec(0..Area::ALL.len(), Kind::ALL.len()),
            days in prop::collection::vec(1u16..=60, Kind::ALL.len()),
            from in prop::collection::vec(prop::option::of(1i64..9_000_000), Kind::ALL.len()),
            limits in prop::collection::vec(0i64..9_000_000, 3),
            clock in (0u16..10, 1u16..60),
        ) {
            let mut policy = Policy { routes: Vec::new(), ..Policy::default() };
            for (at, kind) in Kind::ALL.iter().enumerate() {
                let route = Route { kind: *kind, from: Money::ZERO, area: Area::ALL[areas[at]], priority: Priority::Normal, days: Some(days[at]) };
                policy.routes.push(route);
                policy.routes.extend(from[at].map(|cents| Route { from: Money::cents(cents), priority: Priority::High, ..route }));
            }
            policy.clock = ClockRules { warning_days: clock.0, waiting_days: clock.1, reminder_days: clock.1 - 1 };
            let read = RulesForm::routing(&policy, plain).parse_routing(&policy).unwrap();
            prop_assert_eq!(&read, &policy);

            let mut limits = limits;
            limits.sort_unstable();
            for kind in WITH_LIMITS {
                policy.limits_of_kind.insert(*kind, APPROVING.iter().copied().zip(limits.iter().copied().map(Money::cents)).collect());
            }
            let read = RulesForm::authority(&policy, plain).parse_authority(&policy).unwrap();
            prop_assert_eq!(&read.limits_of_kind, &policy.limits_of_kind);
            prop_assert_eq!(&read.routes, &policy.routes);
            prop_assert_eq!(&read.approval_limits, &policy.approval_limits);
        }
    }
}
