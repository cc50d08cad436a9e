//! The fields of each policy but that of plans: what they count, how far they may go, and which way more is granted.

use super::{Grants, Kind, Policy, Unit, Walk};
use crate::activities::ReachPolicy;
use crate::default_notices::{Counting, DefaultPolicy};
use crate::forms::{FieldError, Problem};
use crate::promises::PromisePolicy;
use crate::refunds::RefundPolicy;

impl Policy for PromisePolicy {
    const KIND: Kind = Kind::Promises;

    fn fields(&mut self, walk: &mut Walk<'_>) {
        walk.whole("most_days", Unit::Days, 0..=90, Grants::Greater, &mut self.most_days);
        walk.money("least", Grants::Smaller, &mut self.least);
        walk.whole("bank_days", Unit::BusinessDays, 0..=10, Grants::Greater, &mut self.bank_days);
        walk.optional_whole("remind_days", Unit::Days, 1..=30, Grants::Neither, &mut self.remind_days);
        walk.whole("remind_from", Unit::Hour, 0..=23, Grants::Neither, &mut self.remind_between.0);
        walk.whole("remind_until", Unit::Hour, 1..=24, Grants::Neither, &mut self.remind_between.1);
        walk.whole("most_broken", Unit::Count, 1..=20, Grants::Greater, &mut self.most_broken);
        walk.whole("broken_within", Unit::Days, 1..=730, Grants::Smaller, &mut self.broken_within);
    }

    /// A reminder that may leave at no hour would never leave.
    fn check(&self) -> Result<(), FieldError> {
        let (from, until) = self.remind_between;
        if from < until { Ok(()) } else { Err(FieldError::new("remind_until", Problem::OutOfRange { min: from + 1, max: 24 })) }
    }
}

impl Policy for RefundPolicy {
    const KIND: Kind = Kind::Refunds;

    /// Fewer hours protect less from whoever took over an account: that is granting more.
    fn fields(&mut self, walk: &mut Walk<'_>) {
        walk.whole("cooling_off_hours", Unit::Hours, 0..=240, Grants::Smaller, &mut self.cooling_off_hours);
    }
}

impl Policy for ReachPolicy {
    const KIND: Kind = Kind::Reach;

    fn fields(&mut self, walk: &mut Walk<'_>) {
        walk.whole("attempts", Unit::Count, 1..=20, Grants::Neither, &mut self.attempts);
        walk.whole("next_after", Unit::BusinessDays, 1..=30, Grants::Neither, &mut self.next_after);
        walk.whole("most_ahead", Unit::Days, 1..=365, Grants::Neither, &mut self.most_ahead);
        walk.whole("held_minutes", Unit::Minutes, 5..=480, Grants::Neither, &mut self.held_minutes);
    }
}

impl Policy for DefaultPolicy {
    const KIND: Kind = Kind::Defaults;

    /// The least and most of each follow RN ANS 593/2023: at least two unpaid months and sixty days within twelve months, told by the
    /// fiftieth, ten days to pay. The creditor may be milder, never harder; harder has no place in the form.
    fn fields(&mut self, walk: &mut Walk<'_>) {
        walk.names("kinds", &mut self.kinds);
        walk.word("counting", &[("union", Counting::Union), ("sum", Counting::Sum)], &mut self.counting);
        walk.whole("window", Unit::Days, 30..=365, Grants::Neither, &mut self.window);
        walk.whole("least_bills", Unit::Count, 2..=12, Grants::Greater, &mut self.least_bills);
        walk.whole("warn_from", Unit::Days, 1..=60, Grants::Neither, &mut self.warn_from);
        walk.whole("tell_from", Unit::Days, 1..=50, Grants::Neither, &mut self.tell_from);
        walk.whole("tell_by", Unit::Days, 1..=50, Grants::Neither, &mut self.tell_by);
        walk.whole("threshold", Unit::Days, 60..=365, Grants::Greater, &mut self.threshold);
        walk.whole("days_to_pay", Unit::Days, 10..=90, Grants::Greater, &mut self.days_to_pay);
    }

    /// Staff sees it come, then may tell, and must have told: in that order.
    fn check(&self) -> Result<(), FieldError> {
        if self.warn_from > self.tell_from {
            Err(FieldError::new("warn_from", Problem::OutOfRange { min: 1, max: self.tell_from }))
        } else if self.tell_from > self.tell_by {
            Err(FieldError::new("tell_from", Problem::OutOfRange { min: 1, max: self.tell_by }))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PolicyForm, read};
    use super::*;

    #[test]
    fn a_default_is_never_harder_than_the_norm() {
        let form = |field: &str, typed: &str| {
            let mut form = PolicyForm::of(&DefaultPolicy::default());
            form.put(field, typed);
            read(&form, &DefaultPolicy::default()).map_err(|errors| errors[0].field.to_string())
        };
        for (field, typed) in
            [("threshold", "59"), ("least_bills", "1"), ("days_to_pay", "9"), ("tell_by", "51"), ("tell_from", "51"), ("warn_from", "41")]
        {
            assert_eq!(form(field, typed), Err(field.to_owned()), "{typed}");
        }
        assert_eq!(form("threshold", "90").map(|policy| policy.grants_more_than(&DefaultPolicy::default())), Ok(true));
        let promise = PromisePolicy { remind_between: (20, 8), ..PromisePolicy::default() };
        assert_eq!(Policy::check(&promise).unwrap_err().field, "remind_until");
    }
}
