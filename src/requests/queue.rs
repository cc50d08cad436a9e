//! Which requests somebody wants to see in the queue, and where each belongs: its area, its priority. Never asks a database.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kind, Status};
use crate::calendar::Calendar;
use crate::forms::{FieldError, Fields, text};
use crate::ids::StaffId;
use crate::money::Money;
use crate::words::{UnknownWord, words};

words! {
    /// The part of the house that answers.
    pub enum Area {
        /// Questions and whatever belongs nowhere else.
        Service = "service",
        /// Bills to be collected: plans, new boletos.
        Collections = "collections",
        /// Money that came or goes back: receipts, refunds.
        Receivables = "receivables",
        /// What may end in court.
        Legal = "legal",
    }

    /// Which of two with the same deadline comes first. Named in this order too.
    pub enum Priority {
        /// Before the others.
        High = "high",
        /// As everything.
        Normal = "normal",
    }

    /// How near the deadline is: an example is at [`Due::days`]. What waits for the customer is near none.
    pub enum Due {
        /// It is over.
        Late = "late",
        /// It is today.
        Today = "today",
        /// It is on one of the next two business days.
        Next = "next",
        /// It is today or on a later day of this week, Sunday the last.
        Week = "week",
        /// The supervisors were, or are to be, warned: little is left, or nothing.
        Warned = "warned",
    }
}

impl Due {
    /// The deadlines that are meant, first and last day; none at an end that is open, and nothing where it is not by the deadline.
    ///
    /// ```
    /// use domain::calendar::Calendar;
    /// use domain::requests::queue::Due;
    /// // On a Thursday before a holiday: the next two business days are Monday and Tuesday.
    /// let (thursday, day) = ("2026-11-19".parse()?, |text: &str| text.parse::<chrono::NaiveDate>());
    /// assert_eq!(Due::Next.days(thursday, &Calendar::default()), Some((Some(day("2026-11-20")?), day("2026-11-24")?)));
    /// assert_eq!(Due::Late.days(thursday, &Calendar::default()), Some((None, day("2026-11-18")?)));
    /// assert_eq!(Due::Warned.days(thursday, &Calendar::default()), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn days(self, today: NaiveDate, calendar: &Calendar) -> Option<(Option<NaiveDate>, NaiveDate)> {
        let day_after = |days: u32| today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today);
        Some(match self {
            Self::Late => (None, today.pred_opt().unwrap_or(today)),
            Self::Today => (Some(today), today),
            Self::Next => (Some(day_after(1)), calendar.add_business_days(today, 2)),
            Self::Week => (Some(today), day_after(6 - today.weekday().num_days_from_monday())),
            Self::Warned => return None,
        })
    }
}

/// With whom a request is.
///
/// ```
/// use domain::requests::queue::Holder;
/// assert_eq!("me".parse(), Ok(Holder::Me));
/// let person = "0190a5c2-0000-7000-8000-000000000001".parse::<Holder>().unwrap();
/// assert_eq!(person.to_string(), "0190a5c2-0000-7000-8000-000000000001");
/// assert!("everybody".parse::<Holder>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Holder {
    /// Whoever looks.
    Me,
    /// Nobody: it can be claimed.
    Nobody,
    /// This person.
    Person(StaffId),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Nobody => f.write_str("nobody"),
            Self::Person(id) => id.fmt(f),
        }
    }
}

impl FromStr for Holder {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "me" => Ok(Self::Me),
            "nobody" => Ok(Self::Nobody),
            id => Uuid::parse_str(id)
                .map(|id| Self::Person(StaffId(id)))
                .map_err(|_| UnknownWord { of: "Holder", text: text.chars().take(40).collect() }),
        }
    }
}

impl TryFrom<String> for Holder {
    type Error = UnknownWord;
    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}

impl From<Holder> for String {
    fn from(holder: Holder) -> Self {
        holder.to_string()
    }
}

/// A part of the queue: what is not said narrows nothing. Requests that are over are seen by their status alone.
///
/// ```
/// use domain::requests::Kind;
/// use domain::requests::queue::{Due, Filter};
/// let stored = r#"{"kind":"refund","due":"late"}"#;
/// let filter: Filter = serde_json::from_str(stored)?;
/// assert_eq!(filter, Filter { kind: Some(Kind::Refund), due: Some(Due::Late), ..Filter::default() });
/// assert_eq!(serde_json::to_string(&filter)?, stored);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// In this status; none means every open one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// For this area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// So near to the deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// With this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// Of at least so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<Money>,
    /// Of at most so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<Money>,
}

/// The longest name of a view, in characters.
const NAME: u16 = 40;

/// A part of the queue to be kept under a name, as typed.
///
/// ```
/// use domain::requests::queue::ViewForm;
/// let form = ViewForm { name: " Devoluções  atrasadas ".into(), ..ViewForm::default() };
/// assert_eq!(form.parse().map(|view| view.name).as_deref(), Ok("Devoluções  atrasadas"));
/// assert!(ViewForm { name: " ".into(), ..form }.parse().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    /// What it is called.
    pub name: String,
    /// Anything when everybody is to see it.
    pub shared: String,
    /// Anything when the queue is to open with it.
    pub default: String,
}

/// A part of the queue to be kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidViewForm {
    /// What it is called.
    pub name: String,
    /// Everybody is to see it.
    pub shared: bool,
    /// The queue is to open with it, for whoever keeps it.
    pub default: bool,
}

impl ViewForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<ValidViewForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let name = fields.read("name", text(&self.name, NAME));
        let (shared, default) = (!self.shared.is_empty(), !self.default.is_empty());
        fields.finish(name.map(|name| ValidViewForm { name, shared, default }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn priorities_are_named_in_their_order() {
        assert!(Priority::High.as_str() < Priority::Normal.as_str());
    }

    proptest! {
        /// A deadline is late, today, one of the next two business days, or further away: one of them, and only one.
        #[test]
        fn a_deadline_is_near_in_one_way(today in 0u64..800, ahead in 0u64..30) {
            let calendar = Calendar::default();
            let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let (today, deadline) = (start + Days::new(today + 15), start + Days::new(today + ahead));
            let deadline = calendar.next_business_day(deadline);
            let within = |due: Due| due.days(today, &calendar).is_some_and(|(from, to)| from.is_none_or(|from| from <= deadline) && deadline <= to);
            let near: Vec<_> = [Due::Late, Due::Today, Due::Next].into_iter().filter(|due| within(*due)).collect();
            let left = calendar.business_days_between(today, deadline);
            let expected = if deadline < today { Some(Due::Late) } else if deadline == today { Some(Due::Today) } else if left <= 2 { Some(Due::Next) } else { None };
            prop_assert_eq!(near, expected.into_iter().collect::<Vec<_>>());
            prop_assert!(!within(Due::Week) || (deadline >= today && deadline.iso_week() == today.iso_week()));
        }

        #[test]
        fn a_filter_reads_back(kind in prop::option::of(0..Kind::ALL.len()), due in prop::option::of(0..Due::ALL.len()), who in prop::option::of(0u128..3), cents in prop::option::of(0i64..1_000_000)) {
            let holder = who.map(|who| match who { 0 => Holder::Me, 1 => Holder::Nobody, id => Holder::Person(StaffId(Uuid::from_u128(id))) });
            let filter = Filter { kind: kind.map(|at| Kind::ALL[at]), due: due.map(|at| Due::ALL[at]), holder, least: cents.map(Money::cents), ..Filter::default() };
            let text = serde_json::to_string(&filter).unwrap();
            prop_assert_eq!(serde_json::from_str::<Filter>(&text).unwrap(), filter);
        }
    }
}
