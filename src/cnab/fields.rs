//! Lines of a return file and the columns read from them. Never guesses: a column that is neither blank nor what it
//! should hold is an error that names line and column.

use std::fmt;

use chrono::NaiveDate;

use super::CnabError;
use crate::money::Money;

/// A line of the file as it came, without its line break.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// All its characters, trailing blanks included.
    pub text: String,
}

/// Lines name payers: only the number and the length are shown.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({} ***{})", self.number, self.text.chars().count())
    }
}

/// Columns as the banks' manuals count them: from 1, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    from: usize,
    to: usize,
}

/// The columns `from` to `to`.
pub(super) const fn at(from: usize, to: usize) -> Field {
    Field { from, to }
}

impl Field {
    /// Its first column.
    pub(super) const fn column(self) -> usize {
        self.from
    }
}

/// In which order a date is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// DDMMAA or DDMMAAAA.
    DayFirst,
    /// AAAAMMDD, as Sicredi writes some.
    YearFirst,
}

/// A line being read by columns.
pub(super) struct Row {
    pub(super) number: usize,
    /// One per column: Latin-1 has one character per byte, and UTF-8 was decoded before.
    characters: Vec<char>,
}

impl Row {
    pub(super) fn of(line: &Line) -> Self {
        Self { number: line.number, characters: line.text.trim_end_matches(' ').chars().collect() }
    }

    /// So many columns are filled.
    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    /// The character of a column; a blank where the line has ended, since programs like to trim lines.
    pub(super) fn character(&self, column: usize) -> char {
        column.checked_sub(1).and_then(|index| self.characters.get(index)).copied().unwrap_or(' ')
    }

    /// All the columns of a field, blanks included.
    pub(super) fn raw(&self, field: Field) -> String {
        (field.from..=field.to).map(|column| self.character(column)).collect()
    }

    /// A text without the blanks around it; none where there are only blanks.
    pub(super) fn text(&self, field: Field) -> Option<String> {
        let raw = self.raw(field);
        let text = raw.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A number that names something; zeros name nothing.
    pub(super) fn reference(&self, field: Field) -> Option<String> {
        self.text(field).filter(|text| text.chars().any(|c| c != '0'))
    }

    /// Codes of `width` characters side by side, without blanks and fillings of zeros.
    pub(super) fn motives(&self, field: Field, width: usize) -> Vec<String> {
        (field.from..=field.to).step_by(width).filter_map(|column| self.reference(at(column, field.to.min(column + width - 1)))).collect()
    }

    /// A count, which must be there.
    pub(super) fn count(&self, field: Field) -> Result<u64, CnabError> {
        let wrong = CnabError::Number { line: self.number, column: field.from };
        self.digits(field).map_err(|column| CnabError::Number { line: self.number, column })?.ok_or(wrong)
    }

    /// An amount in centavos; none where blank.
    pub(super) fn money(&self, field: Field) -> Result<Option<Money>, CnabError> {
        let cents = self.digits(field).map_err(|column| CnabError::Amount { line: self.number, column })?;
        cents
            .map(|cents| i64::try_from(cents).map(Money::cents))
            .transpose()
            .map_err(|_| CnabError::Amount { line: self.number, column: field.from })
    }

    /// A date of 6 or 8 digits; none where blank or zeros.
    ///
    /// A due date of eights (at sight) or nines (on presentation) is none either. Two digits of a year are 1970 to 2069;
    /// four must be 1900 to 2199, so that shifted columns do not pass for a date.
    pub(super) fn date(&self, field: Field, order: Order) -> Result<Option<NaiveDate>, CnabError> {
        let raw = self.raw(field);
        if ['0', '8', '9', ' '].into_iter().any(|same| raw.chars().all(|c| c == same)) {
            return Ok(None);
        }
        let wrong = CnabError::Date { line: self.number, column: field.from };
        let number = match self.digits(field) {
            Ok(Some(number)) => u32::try_from(number).map_err(|_| wrong)?,
            _ => return Err(wrong),
        };
        let (day, month, year) = match (raw.len(), order) {
            (8, Order::DayFirst) => (number / 1_000_000, number / 10_000 % 100, number % 10_000),
            (8, Order::YearFirst) => (number % 100, number / 100 % 100, number / 10_000),
            _ => (number / 10_000, number / 100 % 100, if number % 100 < 70 { 2000 } else { 1900 } + number % 100),
        };
        let date =
            i32::try_from(year).ok().filter(|year| (1900..2200).contains(year)).and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        date.map(Some).ok_or(wrong)
    }

    /// The number a field holds; none where blank; the first column that holds no digit where there is one. Zeros among
    /// blanks are a zero, wherever they stand.
    fn digits(&self, field: Field) -> Result<Option<u64>, usize> {
        let raw = self.raw(field);
        if raw.chars().all(|c| matches!(c, ' ' | '0')) {
            return Ok(raw.contains('0').then_some(0));
        }
        let mut number: u64 = 0;
        for column in field.from..=field.to {
            let digit = self.character(column).to_digit(10).ok_or(column)?;
            number = number.checked_mul(10).and_then(|n| n.checked_add(u64::from(digit))).ok_or(column)?;
        }
        Ok(Some(number))
    }
}

/// Cuts a file into its lines. Bytes are Latin-1, as FEBRABAN's manual has it, unless they are UTF-8 with more than ASCII:
/// some program has saved the file again, and its columns are characters.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let text = text.trim_end_matches('\u{1a}');
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    let cut = |line: &str| line.strip_suffix('\r').unwrap_or(line).to_owned();
    text.split('\n').zip(1..).map(|(line, number)| Line { number, text: cut(line) }).collect()
}
