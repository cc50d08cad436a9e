//! Promises to pay: "I will pay on …". What may be promised, and whether it was kept, by what the bank says and by nothing else. Never
//! changes what is owed: fine and interest run on until the bill is paid, and the customer is told so.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::{Calendar, days_after};
use crate::forms::{FieldError, Fields, Problem, amount, date, ids, submission};
use crate::ids::BillId;
use crate::money::Money;
use crate::words::words;

words! {
    /// Where a promise stands.
    pub enum Status {
        /// Its day has not come, or the bank has not told of it yet.
        Open = "open",
        /// The bank received it in time.
        Kept = "kept",
        /// The day is over, and the bank received less.
        Broken = "broken",
        /// Taken back before its day was over.
        Withdrawn = "withdrawn",
        /// There is nothing left to keep: the bills went into an agreement, are disputed, or were cancelled.
        Void = "void",
    }
}

/// The creditor's limits for promises: data.
///
/// ```
/// use domain::promises::PromisePolicy;
/// let settings: PromisePolicy = serde_json::from_str(r#"{"most_days": 20}"#)?;
/// assert_eq!((settings.most_days, settings.most_broken), (20, 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromisePolicy {
    /// The most calendar days ahead.
    pub most_days: u16,
    /// The least amount.
    pub least: Money,
    /// Business days after the day until which the bank may tell of it.
    pub bank_days: u16,
    /// Calendar days before the day on which the customer is reminded; none for no reminder.
    pub remind_days: Option<u16>,
    /// The hours of the day between which reminders leave: from this one on, and before the other.
    pub remind_between: (u32, u32),
    /// Promises that were not kept lately after which another one takes a person.
    pub most_broken: u16,
    /// Calendar days that "lately" means.
    pub broken_within: u16,
}

impl Default for PromisePolicy {
    fn default() -> Self {
        Self {
            most_days: 15,
            least: Money::cents(1_000),
            bank_days: 2,
            remind_days: Some(1),
            // Nobody is disturbed in the evening or at night.
            remind_between: (8, 20),
            most_broken: 2,
            broken_within: 90,
        }
    }
}

impl PromisePolicy {
    /// The day of the reminder; none when there is no time for one.
    ///
    /// ```
    /// use domain::promises::PromisePolicy;
    /// let (made_on, on) = ("2026-11-22".parse()?, "2026-11-27".parse()?);
    /// assert_eq!(PromisePolicy::default().reminds_on(made_on, on), Some("2026-11-26".parse()?));
    /// assert_eq!(PromisePolicy::default().reminds_on(made_on, "2026-11-23".parse()?), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn reminds_on(&self, made_on: NaiveDate, on: NaiveDate) -> Option<NaiveDate> {
        let before = on.checked_sub_days(chrono::Days::new(u64::from(self.remind_days?)))?;
        (before > made_on).then_some(before)
    }

    /// Whether a reminder may leave at this hour of the day.
    #[must_use]
    pub const fn may_remind_at(&self, hour: u32) -> bool {
        self.remind_between.0 <= hour && hour < self.remind_between.1
    }

    /// What is promised of a cost on the day: all of it when nothing is said.
    ///
    /// # Errors
    /// [`Problem::AmountBelow`], [`Problem::AmountAbove`].
    pub fn amount(&self, said: Option<Money>, cost: Money) -> Result<Money, Problem> {
        match said {
            None => Ok(cost),
            Some(amount) if amount > cost => Err(Problem::AmountAbove { max: cost }),
            // The whole of little is enough.
            Some(amount) if amount < self.least.min(cost) => Err(Problem::AmountBelow { min: self.least.min(cost) }),
            Some(amount) => Ok(amount),
        }
    }
}

/// A promise, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromiseForm {
    /// Ids of the bills.
    pub bills: Vec<String>,
    /// The day.
    pub on: String,
    /// How much; all that the bills cost on that day when nothing is said.
    pub amount: String,
    /// See [`submission`].
    pub submission: String,
}

/// A promise that can be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPromiseForm {
    /// The bills.
    pub bills: Vec<BillId>,
    /// The day.
    pub on: NaiveDate,
    /// How much, where it was said.
    pub amount: Option<Money>,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl PromiseForm {
    /// Reads the form. Today can be promised: a promise for the evening is one.
    ///
    /// ```
    /// use domain::forms::{FieldError, Problem};
    /// use domain::promises::{PromiseForm, PromisePolicy};
    /// let (today, id) = ("2026-11-22".parse()?, uuid::Uuid::from_u128(5).to_string());
    /// let form = PromiseForm { bills: vec![id.clone()], on: "30/11/2026".into(), amount: String::new(), submission: id };
    /// assert_eq!(form.parse(&PromisePolicy::default(), today).unwrap().amount, None);
    /// let late = PromiseForm { on: "08/12/2026".into(), ..form };
    /// let last = "2026-12-07".parse()?;
    /// assert_eq!(late.parse(&PromisePolicy::default(), today), Err(vec![FieldError::new("on", Problem::TooFar { last })]));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, policy: &PromisePolicy, today: NaiveDate) -> Result<ValidPromiseForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bills = fields.read("bills", ids(&self.bills));
        let last = days_after(today, u32::from(policy.most_days));
        let on = date(&self.on).and_then(|day| match day {
            day if day < today => Err(Problem::InThePast),
            day if day > last => Err(Problem::TooFar { last }),
            day => Ok(day),
        });
        let on = fields.read("on", on);
        let said = if self.amount.trim().is_empty() { Ok(None) } else { amount(&self.amount).map(Some) };
        let said = fields.read("amount", said);
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidPromiseForm { bills: bills?, on: on?, amount: said?, submission: submission? }))())
    }
}

/// The last day on which a payment counts for a promise: where banks are closed on its day, the next one on which they are not.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::promises::counts_until;
/// assert_eq!(counts_until("2026-11-21".parse()?, &Calendar::default()), "2026-11-23".parse()?); // a Saturday
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn counts_until(on: NaiveDate, calendar: &Calendar) -> NaiveDate {
    calendar.next_business_day(on)
}

/// What is known of a promise's bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the bank received for them from the day of the promise until the last that counts, less what it took back.
    pub paid: Money,
    /// What is open of them, whatever may be done with it.
    pub open: Money,
    /// Whether any of them can still be paid by itself: neither in an agreement nor disputed.
    pub payable: bool,
}

/// What has become of an open promise; none while it is not known. `until` is [`counts_until`] its day.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// use domain::promises::{Evidence, PromisePolicy, Status, verdict};
/// let (policy, calendar) = (PromisePolicy::default(), Calendar::default());
/// let (amount, until) = (Money::cents(10_000), "2026-11-23".parse()?); // a Monday
/// let paid = |cents| Evidence { paid: Money::cents(cents), open: Money::cents(20_000 - cents), payable: true };
/// let says = |paid, day: &str| Ok::<_, chrono::ParseError>(verdict(amount, until, &paid, day.parse()?, &policy, &calendar));
/// assert_eq!(says(paid(10_000), "2026-11-20")?, Some(Status::Kept));
/// // The bank has Tuesday and Wednesday to tell of it.
/// assert_eq!(says(paid(9_999), "2026-11-25")?, None);
/// assert_eq!(says(paid(9_999), "2026-11-26")?, Some(Status::Broken));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn verdict(
    amount: Money,
    until: NaiveDate,
    evidence: &Evidence,
    today: NaiveDate,
    policy: &PromisePolicy,
    calendar: &Calendar,
) -> Option<Status> {
    let settled = !evidence.open.is_positive();
    // Paid early, the same bills cost less than on the day that was promised.
    if evidence.paid >= amount || (settled && evidence.paid.is_positive()) {
        return Some(Status::Kept);
    }
    if settled || !evidence.payable {
        return Some(Status::Void);
    }
    (today > calendar.add_business_days(until, policy.bank_days)).then_some(Status::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_promise_is_kept_by_the_bank_alone() {
        let (policy, calendar, until) = (PromisePolicy::default(), Calendar::default(), day("2026-11-23"));
        let says = |paid, open, payable, today: &str| {
            let evidence = Evidence { paid: Money::cents(paid), open: Money::cents(open), payable };
            verdict(Money::cents(10_000), until, &evidence, day(today), &policy, &calendar)
        };
        // Nothing open, by a payment of less: it was paid before it had grown so far.
        assert_eq!(says(9_800, 0, false, "2026-11-22"), Some(Status::Kept));
        // Nothing open, and no payment: cancelled, compensated, or in an agreement.
        assert_eq!(says(0, 0, false, "2026-11-22"), Some(Status::Void));
        // Disputed.
        assert_eq!(says(0, 10_000, false, "2026-11-22"), Some(Status::Void));
        assert_eq!(says(0, 10_000, true, "2026-11-23"), None);
        // A payment taken back is none.
        assert_eq!(says(0, 10_000, true, "2026-11-26"), Some(Status::Broken));
        assert_eq!(says(10_000, 0, false, "2026-12-26"), Some(Status::Kept));
    }

    #[test]
    fn amounts_have_their_limits() {
        let policy = PromisePolicy::default();
        let cents = Money::cents;
        assert_eq!(policy.amount(None, cents(52_347)), Ok(cents(52_347)));
        assert_eq!(policy.amount(Some(cents(52_348)), cents(52_347)), Err(Problem::AmountAbove { max: cents(52_347) }));
        assert_eq!(policy.amount(Some(cents(999)), cents(52_347)), Err(Problem::AmountBelow { min: cents(1_000) }));
        assert_eq!(policy.amount(Some(cents(700)), cents(700)), Ok(cents(700)));
        assert_eq!((policy.may_remind_at(7), policy.may_remind_at(8), policy.may_remind_at(20)), (false, true, false));
    }

    #[test]
    fn the_form_says_everything_that_is_wrong() {
        let problems: Vec<_> =
            PromiseForm { bills: vec!["x".into()], on: "21/11/2026".into(), amount: "1,2,3".into(), ..PromiseForm::default() }
                .parse(&PromisePolicy::default(), day("2026-11-22"))
                .unwrap_err()
                .into_iter()
                .map(|error| error.field.into_owned())
                .collect();
        assert_eq!(problems, ["bills", "on", "amount", "submission"]);
    }

    proptest! {
        /// More paid never turns a promise from kept into anything else, and time alone only ever breaks one.
        #[test]
        fn what_is_kept_stays_kept(amount in 1..100_000_i64, paid in 0..200_000_i64, more in 0..100_000_i64, open in 0..200_000_i64, payable: bool, days in 0..40_u32) {
            let (policy, calendar, until) = (PromisePolicy::default(), Calendar::default(), day("2026-11-23"));
            let says = |paid, today| {
                let evidence = Evidence { paid: Money::cents(paid), open: Money::cents(open), payable };
                verdict(Money::cents(amount), until, &evidence, today, &policy, &calendar)
            };
            let (now, later) = (days_after(until, days), days_after(until, days + 30));
            if says(paid, now) == Some(Status::Kept) {
                prop_assert_eq!(says(paid + more, now), Some(Status::Kept));
            }
            match (says(paid, now), says(paid, later)) {
                (None, after) => prop_assert_eq!(after, Some(Status::Broken)),
                (before, after) => prop_assert_eq!(before, after),
            }
        }
    }
}
