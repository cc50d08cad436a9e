//! The creditor's own holidays, as staff types them. Those of the whole country are known by rule: see [`crate::calendar::bank_holiday`].

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::calendar::bank_holiday;
use crate::forms::{FieldError, Fields, Problem, date, text};

/// How far ahead a holiday is entered, in months: deadlines do not reach further.
const FURTHEST_MONTHS: u32 = 36;

/// A holiday, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::holidays::HolidayForm;
/// let form = HolidayForm { day: "29/03/2027".into(), name: "Aniversário da cidade".into() };
/// assert!(form.parse("2026-11-22".parse()?).is_ok());
/// // Christmas is nobody's own.
/// let christmas = HolidayForm { day: "25/12/2026".into(), ..form };
/// assert_eq!(christmas.parse("2026-11-22".parse()?), Err(vec![FieldError::new("day", Problem::AlreadyThere)]));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HolidayForm {
    /// Which day.
    pub day: String,
    /// What it is called.
    pub name: String,
}

impl HolidayForm {
    /// Reads the form: a day after `today`, at most three years ahead, that is not closed anyway, and its name.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, String), Vec<FieldError>> {
        let mut fields = Fields::default();
        let day = fields.read("day", date(&self.day).and_then(|day| free(day, today).map(|()| day)));
        let name = fields.read("name", text(&self.name, 60));
        fields.finish(day.zip(name))
    }
}

fn free(day: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    // Deadlines that count today were given with today as it is.
    if day <= today {
        return Err(Problem::InThePast);
    }
    let last = today.checked_add_months(Months::new(FURTHEST_MONTHS)).unwrap_or(NaiveDate::MAX);
    if day > last {
        return Err(Problem::TooFar { last });
    }
    if bank_holiday(day).is_some() || matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return Err(Problem::AlreadyThere);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;

    #[test]
    fn every_day_that_is_taken_was_a_business_day() {
        let today: NaiveDate = "2026-11-22".parse().unwrap();
        let (calendar, mut taken) = (Calendar::default(), 0);
        for ahead in 1..1_096 {
            let day = today + chrono::Days::new(ahead);
            let form = HolidayForm { day: day.format("%d/%m/%Y").to_string(), name: "x".into() };
            assert_eq!(form.parse(today).is_ok(), calendar.is_business_day(day), "{day}");
            taken += i32::from(form.parse(today).is_ok());
        }
        assert!(taken > 700);
    }

    #[test]
    fn problems_stand_by_their_fields() {
        let today: NaiveDate = "2026-11-23".parse().unwrap();
        let problem = |day: &str| HolidayForm { day: day.into(), name: "x".into() }.parse(today).unwrap_err()[0].problem.clone();
        assert_eq!(problem("23/11/2026"), Problem::InThePast);
        assert_eq!(problem("26/11/2029"), Problem::TooFar { last: "2029-11-23".parse().unwrap() });
        assert_eq!(problem("28/11/2026"), Problem::AlreadyThere);
        assert_eq!(problem("amanhã"), Problem::NotADate);
        assert_eq!(HolidayForm::default().parse(today).unwrap_err().len(), 2);
    }
}
