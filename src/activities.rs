//! Activity: what staff did to reach a customer, and what came of it, in codes that can be counted. And who cannot be reached, to be
//! worked as a list. Never holds what was said about anybody's health: the reasons for not paying are those of an agreement.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::agreements::Reason;
use crate::calendar::{Calendar, days_after};
use crate::forms::{FieldError, Fields, Problem, date, one_of, optional_text};
use crate::words::words;

words! {
    /// By which way.
    pub enum Channel {
        /// Telephone.
        Phone = "phone",
        /// SMS or a messaging app.
        Message = "message",
        /// E-mail.
        Email = "email",
        /// Letter.
        Post = "post",
        /// Face to face.
        InPerson = "in_person",
    }

    /// Who sought whom.
    pub enum Kind {
        /// We sought the customer.
        Outgoing = "outgoing",
        /// The customer sought us.
        Incoming = "incoming",
    }

    /// What came of it.
    pub enum Outcome {
        /// Spoke with the customer.
        Spoke = "spoke",
        /// The customer said when they will pay; the promise itself is written apart.
        Promised = "promised",
        /// The customer would not speak of it, or will not pay.
        Refused = "refused",
        /// Somebody else answered, who was told nothing (CDC, art. 42).
        ThirdPerson = "third_person",
        /// A message was left that says nothing of a debt.
        MessageLeft = "message_left",
        /// No answer.
        NoAnswer = "no_answer",
        /// A number or address that is not the customer's.
        WrongContact = "wrong_contact",
        /// E-mail or letter came back.
        Returned = "returned",
        /// The customer says it is paid: to be looked up, and settles nothing.
        ClaimedPaid = "claimed_paid",
    }
}

impl Outcome {
    /// Whether the customer was reached in person.
    ///
    /// ```
    /// use domain::activities::Outcome;
    /// assert!(Outcome::Refused.reached() && !Outcome::ThirdPerson.reached());
    /// ```
    #[must_use]
    pub const fn reached(self) -> bool {
        matches!(self, Self::Spoke | Self::Promised | Self::Refused | Self::ClaimedPaid)
    }

    /// Whether it can come of a way: nobody picks up a letter, and no call comes back.
    ///
    /// ```
    /// use domain::activities::{Channel, Outcome};
    /// assert!(Outcome::Returned.may_come_of(Channel::Post) && !Outcome::NoAnswer.may_come_of(Channel::Post));
    /// ```
    #[must_use]
    pub const fn may_come_of(self, channel: Channel) -> bool {
        match self {
            Self::Returned => matches!(channel, Channel::Email | Channel::Post | Channel::Message),
            Self::NoAnswer => !matches!(channel, Channel::Post),
            Self::Spoke
            | Self::Promised
            | Self::Refused
            | Self::ThirdPerson
            | Self::MessageLeft
            | Self::WrongContact
            | Self::ClaimedPaid => true,
        }
    }
}

/// The creditor's settings for reaching people: data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReachPolicy {
    /// Attempts in a row without reaching anybody that make a customer unreachable.
    pub attempts: u16,
    /// Business days to the next attempt, where nothing else is said.
    pub next_after: u16,
    /// The most calendar days ahead that a next attempt is set for.
    pub most_ahead: u16,
    /// Minutes for which a customer who was taken from the list is nobody else's.
    pub held_minutes: u16,
}

impl Default for ReachPolicy {
    fn default() -> Self {
        Self { attempts: 3, next_after: 2, most_ahead: 60, held_minutes: 30 }
    }
}

/// What is known of reaching a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whether there is an e-mail address or a telephone on file.
    pub has_contact: bool,
    /// Attempts since the customer was last reached, wrote, or signed in.
    pub attempts: u16,
    /// The day of the next attempt, as was said with the last.
    pub next_on: Option<NaiveDate>,
}

/// Why a customer counts as unreachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// There is nothing to reach them by.
    NoContact,
    /// So many attempts in a row were in vain.
    Attempts(u16),
}

impl Reach {
    /// Whether the customer cannot be reached, and why.
    ///
    /// ```
    /// use domain::activities::{Reach, ReachPolicy, Unreachable};
    /// let policy = ReachPolicy::default();
    /// let tried = |attempts| Reach { has_contact: true, attempts, next_on: None };
    /// assert_eq!(tried(2).unreachable(&policy), None);
    /// assert_eq!(tried(3).unreachable(&policy), Some(Unreachable::Attempts(3)));
    /// assert_eq!(Reach::default().unreachable(&policy), Some(Unreachable::NoContact));
    /// ```
    #[must_use]
    pub const fn unreachable(&self, policy: &ReachPolicy) -> Option<Unreachable> {
        if !self.has_contact {
            Some(Unreachable::NoContact)
        } else if self.attempts >= policy.attempts {
            Some(Unreachable::Attempts(self.attempts))
        } else {
            None
        }
    }

    /// Whether it is time to try again.
    #[must_use]
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.next_on.is_none_or(|on| on <= today)
    }
}

/// An attempt or a conversation, as typed.
///
/// ```
/// use domain::activities::{ActivityForm, Outcome, ReachPolicy};
/// use domain::calendar::Calendar;
/// let today = "2026-11-20".parse()?; // a Friday and a holiday
/// let form = ActivityForm { channel: "phone".into(), kind: "outgoing".into(), outcome: "no_answer".into(), ..ActivityForm::default() };
/// let valid = form.parse(today, &ReachPolicy::default(), &Calendar::default()).unwrap();
/// assert_eq!((valid.outcome, valid.next_on), (Outcome::NoAnswer, Some("2026-11-24".parse()?)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityForm {
    /// The word of a [`Channel`].
    pub channel: String,
    /// The word of a [`Kind`].
    pub kind: String,
    /// The word of an [`Outcome`].
    pub outcome: String,
    /// The word of a [`Reason`], where the customer said one.
    pub reason: String,
    /// What was said, as far as it matters.
    pub note: String,
    /// The day of the next attempt; nothing lets the policy say.
    pub next_on: String,
    /// See [`crate::forms::submission`].
    pub submission: String,
}

/// An attempt or a conversation that can be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidActivityForm {
    /// By which way.
    pub channel: Channel,
    /// Who sought whom.
    pub kind: Kind,
    /// What came of it.
    pub outcome: Outcome,
    /// Why the customer does not pay.
    pub reason: Option<Reason>,
    /// What was said.
    pub note: Option<String>,
    /// When to try again.
    pub next_on: Option<NaiveDate>,
}

impl ActivityForm {
    /// Reads the form. Whoever was reached is not sought again unless a day is said.
    ///
    /// # Errors
    /// What is wrong, by field; [`Problem::NoLongerPossible`] for a reason from somebody who was not reached.
    pub fn parse(&self, today: NaiveDate, policy: &ReachPolicy, calendar: &Calendar) -> Result<ValidActivityForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let channel: Option<Channel> = fields.read("channel", one_of(&self.channel));
        let kind: Option<Kind> = fields.read("kind", one_of(&self.kind));
        let outcome: Option<Outcome> = fields.read("outcome", one_of(&self.outcome));
        if let (Some(channel), Some(outcome)) = (channel, outcome)
            && !outcome.may_come_of(channel)
        {
            fields.refuse("outcome", Problem::ChooseOne);
        }
        let reached = outcome.is_some_and(Outcome::reached) || kind == Some(Kind::Incoming);
        let reason = if self.reason.trim().is_empty() { Ok(None) } else { one_of(&self.reason).map(Some) };
        // Somebody else's word about why a customer does not pay is not asked for.
        let reason = fields.read(
            "reason",
            reason.and_then(|said: Option<Reason>| if said.is_some() && !reached { Err(Problem::NoLongerPossible) } else { Ok(said) }),
        );
        let note = fields.read("note", optional_text(&self.note, 1_000));
        let last = days_after(today, u32::from(policy.most_ahead));
        let next_on = if self.next_on.trim().is_empty() {
            Ok((!reached).then(|| calendar.add_business_days(today, policy.next_after)))
        } else {
            date(&self.next_on).and_then(|day| match day {
                day if day <= today => Err(Problem::InThePast),
                day if day > last => Err(Problem::TooFar { last }),
                day => Ok(Some(day)),
            })
        };
        let next_on = fields.read("next_on", next_on);
        fields.finish((|| {
            Some(ValidActivityForm { channel: channel?, kind: kind?, outcome: outcome?, reason: reason?, note: note?, next_on: next_on? })
        })())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn form(channel: &str, outcome: &str) -> ActivityForm {
        ActivityForm { channel: channel.into(), kind: "outgoing".into(), outcome: outcome.into(), ..ActivityForm::default() }
    }

    #[test]
    fn the_form_says_everything_that_is_wrong() {
        let (policy, calendar, today) = (ReachPolicy::default(), Calendar::default(), day("2026-11-23"));
        let problems = |form: &ActivityForm| match form.parse(today, &policy, &calendar) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| (error.field.into_owned(), error.problem)).collect(),
        };
        let one = |field: &str, problem| vec![(field.to_owned(), problem)];
        assert_eq!(problems(&ActivityForm::default()).len(), 3);
        assert_eq!(problems(&form("post", "no_answer")), one("outcome", Problem::ChooseOne));
        assert_eq!(problems(&form("phone", "returned")), one("outcome", Problem::ChooseOne));
        let heard = ActivityForm { reason: "less_income".into(), ..form("phone", "third_person") };
        assert_eq!(problems(&heard), one("reason", Problem::NoLongerPossible));
        assert_eq!(problems(&ActivityForm { reason: "ill".into(), ..form("phone", "spoke") }), one("reason", Problem::ChooseOne));
        assert_eq!(problems(&ActivityForm { next_on: "23/11/2026".into(), ..form("phone", "spoke") }), one("next_on", Problem::InThePast));
        let last = day("2027-01-22");
        assert_eq!(
            problems(&ActivityForm { next_on: "23/01/2027".into(), ..form("phone", "spoke") }),
            one("next_on", Problem::TooFar { last })
        );
        assert_eq!(problems(&ActivityForm { next_on: "22/01/2027".into(), ..form("phone", "spoke") }), []);
    }

    #[test]
    fn whoever_was_reached_is_left_alone() {
        let (policy, calendar, today) = (ReachPolicy::default(), Calendar::default(), day("2026-11-23"));
        for outcome in Outcome::ALL {
            for channel in Channel::ALL.iter().filter(|channel| outcome.may_come_of(**channel)) {
                let valid = form(channel.as_str(), outcome.as_str()).parse(today, &policy, &calendar).unwrap();
                assert_eq!(valid.next_on, (!outcome.reached()).then(|| day("2026-11-25")), "{channel} {outcome}");
            }
        }
    }
}
