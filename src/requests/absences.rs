//! What is typed when somebody is away. Never says who may say it of whom.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::days_after;
use crate::forms::{FieldError, Fields, Problem, date};

/// The longest absence that is said at once, in days.
const LONGEST: u32 = 366;

/// Who is away and when, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::absences::AbsenceForm;
/// let today = "2026-11-23".parse()?;
/// let form = AbsenceForm { from: "23/11/2026".into(), to: "27/11/2026".into(), ..AbsenceForm::default() };
/// assert_eq!(form.parse(today), Ok((today, "2026-11-27".parse()?)));
/// let backwards = AbsenceForm { to: "22/11/2026".into(), ..form };
/// assert_eq!(backwards.parse(today), Err(vec![FieldError::new("to", Problem::InThePast)]));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AbsenceForm {
    /// Whose id; nothing for oneself.
    pub who: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl AbsenceForm {
    /// Reads the form: the first and the last day.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Vec<FieldError>> {
        let mut fields = Fields::default();
        let from = fields.read("from", date(&self.from).and_then(|day| if day < today { Err(Problem::InThePast) } else { Ok(day) }));
        let to = fields.read("to", date(&self.to));
        if let (Some(from), Some(to)) = (from, to) {
            let last = days_after(from, LONGEST);
            if to < from {
                fields.refuse("to", Problem::InThePast);
            } else if to > last {
                fields.refuse("to", Problem::TooFar { last });
            }
        }
        fields.finish(from.zip(to))
    }
}
