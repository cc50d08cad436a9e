//! Incidents: something of the creditor's went wrong (a bank's slips could not be paid, a batch was billed twice), and the bills it touches
//! are relieved of what paying them late would cost. Never says which bills those are: that is looked up; see [`crate::reliefs`] for what
//! a relief does.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::days_after;
use crate::forms::{FieldError, Fields, Problem, date, one_of, submission, text, whole};
use crate::reliefs::{Days, Relief};
use crate::statement::Nature;
use crate::words::words;

/// The largest file of numbers, in bytes.
pub const LARGEST: u32 = 1_000_000;
/// Bills of one incident.
pub const MOST: u16 = 5_000;
/// The most parts in which an incident lets its bills be paid: a year.
pub const MOST_PARTS: u16 = 12;
/// How far ahead charges may be given up: a year.
pub const FARTHEST_DAYS: u32 = 366;

words! {
    /// Where an incident stands.
    pub enum State {
        /// Somebody is to look at it a second time.
        Waiting = "waiting",
        /// Its bills are relieved.
        Active = "active",
        /// It was taken back: charges run again.
        Lifted = "lifted",
        /// It never became effective.
        Discarded = "discarded",
    }

    /// Which of the bills by their age.
    pub enum Late {
        /// Those that were due.
        Late = "late",
        /// Those that are due today or later.
        NotDue = "not_due",
    }
}

/// The form of an incident, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::incidents::{Chosen, IncidentForm};
/// let form = IncidentForm {
///     reason: "Os boletos do dia 10 não puderam ser pagos".into(),
///     due_from: "2026-11-10".into(),
///     due_to: "2026-11-12".into(),
///     until: "2026-11-30".into(),
///     submission: uuid::Uuid::from_u128(3).to_string(),
///     ..IncidentForm::default()
/// };
/// let valid = form.parse("2026-11-22".parse()?).unwrap();
/// assert!(matches!(valid.chosen, Chosen::Filter(_)) && valid.relief.until.is_some());
/// let nothing = IncidentForm { until: String::new(), ..form };
/// assert_eq!(nothing.parse("2026-11-22".parse()?), Err(vec![FieldError::new("until", Problem::Missing)]));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IncidentForm {
    /// Why, in words that customers read.
    pub reason: String,
    /// Bills due from this day …
    pub due_from: String,
    /// … to this one.
    pub due_to: String,
    /// Of contracts of this kind; empty for all.
    pub contract_kind: String,
    /// Of the contract with this number; empty for all.
    pub contract: String,
    /// The word of a [`Nature`]; empty for all.
    pub nature: String,
    /// The word of a [`Late`]; empty for all.
    pub late: String,
    /// Numbers of bills instead of all that.
    pub numbers: String,
    /// Charges are given up from this day …
    pub waive_from: String,
    /// … to this one.
    pub waive_to: String,
    /// Nothing is charged until this day.
    pub until: String,
    /// In up to how many monthly parts the bills may be paid, at no cost; empty: not in parts.
    pub parts: String,
    /// See [`submission`].
    pub submission: String,
}

/// Which bills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Those that fit.
    Filter(Filter),
    /// Those with these numbers, as typed.
    Numbers(Vec<String>),
}

/// What bills must be to be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Due on this day or later.
    pub from: NaiveDate,
    /// Due on this day or earlier.
    pub to: NaiveDate,
    /// Kind of the contract; empty for all.
    pub contract_kind: String,
    /// Number of the contract; empty for all.
    pub contract: String,
    /// What they are for.
    pub nature: Option<Nature>,
    /// How old they are.
    pub late: Option<Late>,
}

/// A form that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidIncidentForm {
    /// Which bills.
    pub chosen: Chosen,
    /// What is given up, and why.
    pub relief: Relief,
    /// In up to how many monthly parts the bills may be paid.
    pub parts: Option<u16>,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl IncidentForm {
    /// Reads the form. A day may lie up to a year ahead.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<ValidIncidentForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let reason = fields.read("reason", text(&self.reason, 200));
        let last = days_after(today, FARTHEST_DAYS);
        let near = |raw: &str| match date(raw) {
            Ok(day) if day > last => Err(Problem::TooFar { last }),
            read => read.map(Some),
        };
        let maybe = |raw: &str| if raw.trim().is_empty() { Ok(None) } else { near(raw) };
        let waive_from = fields.read("waive_from", maybe(&self.waive_from));
        let waive_to = fields.read("waive_to", maybe(&self.waive_to));
        let until = fields.read("until", maybe(&self.until));
        let days = match (waive_from, waive_to) {
            (Some(Some(from)), Some(Some(to))) if from <= to => Some(Some(Days { from, to })),
            (Some(Some(_)), Some(Some(_))) => fields.read("waive_to", Err(Problem::InThePast)),
            (Some(Some(_)), Some(None)) => fields.read("waive_to", Err(Problem::Missing)),
            (Some(None), Some(Some(_))) => fields.read("waive_from", Err(Problem::Missing)),
            (Some(None), Some(None)) => Some(None),
            _ => None,
        };
        if days == Some(None) && until == Some(None) {
            fields.read::<()>("until", Err(Problem::Missing));
        }
        let chosen = if self.numbers.trim().is_empty() { self.filter(&mut fields) } else { numbers(&mut fields, &self.numbers) };
        let parts = if self.parts.trim().is_empty() {
            Ok(None)
        } else {
            whole(&self.parts, 2, u32::from(MOST_PARTS)).map(|n| u16::try_from(n).ok())
        };
        let parts = fields.read("parts", parts);
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| {
            let relief = Relief { reason: reason?, days: days?, until: until?, lifted_on: None };
            Some(ValidIncidentForm { chosen: chosen?, relief, parts: parts?, submission: submission? })
        })())
    }

    fn filter(&self, fields: &mut Fields) -> Option<Chosen> {
        fn word<T: std::str::FromStr>(raw: &str) -> Result<Option<T>, Problem> {
            if raw.trim().is_empty() { Ok(None) } else { one_of(raw).map(Some) }
        }
        let from = fields.read("due_from", date(&self.due_from));
        let to = fields.read("due_to", date(&self.due_to));
        let nature = fields.read("nature", word(&self.nature));
        let late = fields.read("late", word(&self.late));
        let (from, to) = (from?, to?);
        if to < from {
            return fields.read("due_to", Err(Problem::InThePast));
        }
        let (contract_kind, contract) = (self.contract_kind.trim().to_owned(), self.contract.trim().to_owned());
        Some(Chosen::Filter(Filter { from, to, contract_kind, contract, nature: nature?, late: late? }))
    }
}

/// Numbers of bills from a file: the first column of each line of a CSV, or a text with one on each line. A first line without a digit is a
/// header. Nothing in it is a number's place; that one has it is looked up later.
///
/// ```
/// use domain::forms::Problem;
/// use domain::incidents::numbers_in;
/// let numbers = numbers_in(b"\xEF\xBB\xBFconta;valor\r\n\"100001-7\";523,47\r\n100002-5;9,00\r\n\r\n").unwrap();
/// assert_eq!(numbers, ["100001-7", "100002-5"]);
/// assert_eq!(numbers_in(b"PK\x03\x04\0\0"), Err(Problem::FileType)); // a workbook
/// ```
///
/// # Errors
/// [`Problem::FileType`] for what is no text; [`Problem::OutOfRange`] for more than [`MOST`] numbers.
pub fn numbers_in(bytes: &[u8]) -> Result<Vec<String>, Problem> {
    if bytes.contains(&0) {
        return Err(Problem::FileType);
    }
    // Numbers are ASCII: in whichever encoding the other columns are, they read alike.
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    let first = |line: &str| line.split([';', ',', '\t']).next().unwrap_or_default().trim().trim_matches('"').trim().to_owned();
    let mut numbers = Vec::new();
    for (at, number) in text.lines().map(first).enumerate() {
        let header = at == 0 && !number.bytes().any(|byte| byte.is_ascii_digit());
        if header || number.is_empty() {
            continue;
        }
        if numbers.len() == usize::from(MOST) {
            return Err(Problem::OutOfRange { min: 1, max: u32::from(MOST) });
        }
        numbers.push(number);
    }
    Ok(numbers)
}

/// One on each line, or with commas or semicolons between them.
fn numbers(fields: &mut Fields, raw: &str) -> Option<Chosen> {
    let numbers: Vec<String> = raw.split(['\n', ',', ';']).map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    if numbers.len() > usize::from(MOST) {
        return fields.read("numbers", Err(Problem::OutOfRange { min: 1, max: u32::from(MOST) }));
    }
    Some(Chosen::Numbers(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> IncidentForm {
        IncidentForm {
            reason: "Banco fora do ar".into(),
            due_from: "10/11/2026".into(),
            due_to: "12/11/2026".into(),
            waive_from: "10/11/2026".into(),
            waive_to: "20/11/2026".into(),
            submission: Uuid::from_u128(3).to_string(),
            ..IncidentForm::default()
        }
    }

    fn problems(form: &IncidentForm) -> Vec<(String, Problem)> {
        let errors = form.parse("2026-11-22".parse().unwrap()).unwrap_err();
        errors.into_iter().map(|error| (error.field.into_owned(), error.problem)).collect()
    }

    #[test]
    fn a_file_of_numbers_is_read_line_by_line_and_only_so_far() {
        let many = |n: usize| (0..n).map(|one| format!("{one:06}\n")).collect::<String>();
        assert_eq!(numbers_in(many(usize::from(MOST)).as_bytes()).map(|found| found.len()), Ok(usize::from(MOST)));
        assert_eq!(numbers_in(many(usize::from(MOST) + 1).as_bytes()), Err(Problem::OutOfRange { min: 1, max: u32::from(MOST) }));
        assert_eq!(numbers_in(b""), Ok(Vec::new()));
        assert_eq!(numbers_in(b"N\xFAmero\tdata\n7\t1"), Ok(vec!["7".to_owned()]));
        // The first line is a bill where it has a digit, and nothing later is a header.
        assert_eq!(numbers_in(b"A-1\nB"), Ok(vec!["A-1".to_owned(), "B".to_owned()]));
    }

    #[test]
    fn parts_are_two_to_twelve_or_none() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        for (parts, valid) in [("", true), ("2", true), ("12", true), ("1", false), ("13", false), ("x", false)] {
            let parsed = IncidentForm { parts: parts.into(), ..form() }.parse(today);
            assert_eq!(parsed.as_ref().is_ok_and(|form| form.parts.is_some() != parts.is_empty()), valid, "{parts}");
        }
    }

    #[test]
    fn reads_the_form_or_says_what_is_wrong() {
        let valid = form().parse("2026-11-22".parse().unwrap()).unwrap();
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(valid.relief.days, Some(Days { from: day("2026-11-10"), to: day("2026-11-20") }));
        let listed = IncidentForm { numbers: "1; 2\n\n 3,".into(), due_from: String::new(), ..form() };
        assert_eq!(listed.parse(day("2026-11-22")).unwrap().chosen, Chosen::Numbers(vec!["1".into(), "2".into(), "3".into()]));
        assert_eq!(problems(&IncidentForm { waive_to: String::new(), ..form() }), [("waive_to".into(), Problem::Missing)]);
        assert_eq!(problems(&IncidentForm { waive_to: "2026-11-09".into(), ..form() }), [("waive_to".into(), Problem::InThePast)]);
        assert_eq!(problems(&IncidentForm { due_to: "2026-11-09".into(), ..form() }), [("due_to".into(), Problem::InThePast)]);
        assert_eq!(problems(&IncidentForm { nature: "x".into(), ..form() }), [("nature".into(), Problem::ChooseOne)]);
        let far = IncidentForm { until: "2028-01-01".into(), ..form() };
        assert!(matches!(problems(&far).as_slice(), [(field, Problem::TooFar { .. })] if field == "until"));
        let many = IncidentForm { numbers: "1,".repeat(5_001), ..form() };
        assert_eq!(problems(&many), [("numbers".into(), Problem::OutOfRange { min: 1, max: 5_000 })]);
        let names: Vec<String> = problems(&IncidentForm::default()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["reason", "until", "due_from", "due_to", "submission"]);
    }
}
