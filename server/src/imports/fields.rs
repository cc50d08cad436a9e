//! The fields of one line, by column. Reads with the parsers of `domain`, and never guesses: what can be read two ways is refused.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use domain::access_keys::AccessKey;
use domain::boleto::barcode::Barcode;
use domain::forms::{self, Problem};
use domain::money::Money;
use domain::tax_ids::{TaxId, TaxIdError};
use rust_decimal::Decimal;

use super::lines::Line;
use super::{Reason, Refused};

/// The longest external id.
pub(super) const LONGEST_ID: u16 = 100;
/// The longest address that mail goes to (RFC 5321, 4.5.3.1).
pub(super) const LONGEST_EMAIL: u16 = 254;

/// A column of a kind of file, which is a field of the same name of the HTTP API.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether a file without it is refused as a whole.
    pub required: bool,
    /// What it is in JSON. In a file all are texts.
    pub shape: Shape,
}

/// What a field is in JSON, as strictly as the API takes it. Whatever else holds for it, its parser knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text of at most so many characters.
    Text(u16),
    /// One of these words.
    Word(&'static [&'static str]),
    /// External ids: at least one.
    Ids,
    /// `2026-12-31`.
    Date,
    /// `2026-12`.
    Month,
    /// Whole centavos.
    Cents,
    /// A fraction, as a text so that it stays exact: `0.02`.
    Rate,
    /// The bytes of a file, which travel beside the object.
    File,
}

/// Another record's external id.
pub(super) const ID: Shape = Shape::Text(LONGEST_ID);

/// A column that has to be there.
pub(crate) const fn required(name: &'static str, shape: Shape) -> Column {
    Column { name, required: true, shape }
}

/// A column that may be left out.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Column {
    Column { name, required: false, shape }
}

/// The abbreviations of the 26 states and the Federal District.
pub(super) const STATES: &[&str] = &[
    "AC", "AL", "AP", "AM", "BA", "CE", "DF", "ES", "GO", "MA", "MT", "MS", "MG", "PA", "PB", "PR", "PE", "PI", "RJ", "RN", "RS", "RO",
    "RR", "SC", "SP", "SE", "TO",
];

/// One line with its columns.
pub(super) struct Row<'a> {
    line: &'a Line,
    columns: &'static [Column],
    pub(super) today: NaiveDate,
}

/// What a column says: nothing at all when it is not in the file, else a value or emptiness.
pub(super) type Said<T> = Option<Option<T>>;

impl<'a> Row<'a> {
    pub(super) fn new(line: &'a Line, columns: &'static [Column], today: NaiveDate) -> Self {
        Self { line, columns, today }
    }

    /// The text of a column without blanks around it; none when the column is not in the file.
    fn raw(&self, column: &'static str) -> Option<&'a str> {
        let at = self.columns.iter().position(|known| known.name == column)?;
        self.line.field(at).map(str::trim)
    }

    fn read<T>(&self, column: &'static str, read: impl FnOnce(&str) -> Result<T, Reason>) -> Result<T, Refused> {
        match self.raw(column) {
            None | Some("") => Err(Refused::new(column, Reason::Missing)),
            Some(text) => read(text).map_err(|reason| Refused::new(column, reason)),
        }
    }

    /// The value of a column that may be left out or empty.
    pub(super) fn said<T>(&self, column: &'static str, read: impl FnOnce(&str) -> Result<T, Reason>) -> Result<Said<T>, Refused> {
        match self.raw(column) {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(text) => read(text).map(|value| Some(Some(value))).map_err(|reason| Refused::new(column, reason)),
        }
    }

    /// A text that has to be there, as long as its column is at most.
    pub(super) fn text(&self, column: &'static str) -> Result<String, Refused> {
        self.read(column, |text| one_line(text, self.longest(column)))
    }

    /// A text that may be left out or empty.
    pub(super) fn said_text(&self, column: &'static str) -> Result<Said<String>, Refused> {
        self.said(column, |text| one_line(text, self.longest(column)))
    }

    fn longest(&self, column: &str) -> u16 {
        match self.columns.iter().find(|known| known.name == column).map(|known| known.shape) {
            Some(Shape::Text(longest)) => longest,
            Some(Shape::Ids) => 4_000,
            Some(Shape::File) => 500,
            _ => LONGEST_ID,
        }
    }

    /// Another record's external id, where it may be empty.
    pub(super) fn reference(&self, column: &'static str) -> Result<Option<String>, Refused> {
        Ok(self.said_text(column)?.flatten())
    }

    pub(super) fn date(&self, column: &'static str) -> Result<NaiveDate, Refused> {
        self.read(column, date)
    }

    /// An amount of more than nothing.
    pub(super) fn amount(&self, column: &'static str) -> Result<Money, Refused> {
        self.read(column, positive)
    }

    pub(super) fn tax_id(&self, column: &'static str) -> Result<TaxId, Refused> {
        self.read(column, tax_id)
    }

    /// A month: `2026-11` or `11/2026`, kept as `2026-11`.
    pub(super) fn month(&self, column: &'static str) -> Result<String, Refused> {
        self.read(column, month)
    }

    /// One of the words of a closed enum of `domain`.
    pub(super) fn word<T: FromStr>(&self, column: &'static str, words: &[&'static str]) -> Result<T, Refused> {
        self.read(column, |text| text.to_lowercase().parse().map_err(|_| not_one_of(words)))
    }

    /// One of these words.
    pub(super) fn choice(&self, column: &'static str, words: &[&'static str]) -> Result<&'static str, Refused> {
        self.read(column, |text| choose(text, words))
    }
}

pub(super) fn choose(text: &str, words: &[&'static str]) -> Result<&'static str, Reason> {
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied().ok_or_else(|| not_one_of(words))
}

fn not_one_of(words: &[&'static str]) -> Reason {
    Reason::NotOneOf { words: words.join(", ") }
}

pub(super) fn one_line(text: &str, longest: u16) -> Result<String, Reason> {
    if let Some(at) = text.chars().position(char::is_control) {
        return Err(Reason::Character { at: at + 1 });
    }
    forms::text(text, longest).map_err(Reason::of)
}

/// A date as Brazilians or ISO 8601 write it. Systems that export a time of midnight with their dates are understood.
pub(super) fn date(text: &str) -> Result<NaiveDate, Reason> {
    let day = ["T00:00:00", " 00:00:00", " 00:00"].iter().find_map(|midnight| text.strip_suffix(midnight)).unwrap_or(text);
    let date = forms::date(day).map_err(Reason::of)?;
    // Outside these years it is a typing error, or a program's "never".
    if (1990..2100).contains(&date.year()) { Ok(date) } else { Err(Reason::NotADate) }
}

pub(super) fn positive(text: &str) -> Result<Money, Reason> {
    let amount = Money::parse(text).map_err(|error| Reason::of(error.into()))?;
    if amount.is_positive() { Ok(amount) } else { Err(Reason::NotPositive) }
}

pub(super) fn not_negative(text: &str) -> Result<Money, Reason> {
    let amount = Money::parse(text).map_err(|error| Reason::of(error.into()))?;
    if amount < Money::ZERO { Err(Reason::NotPositive) } else { Ok(amount) }
}

pub(super) fn tax_id(text: &str) -> Result<TaxId, Reason> {
    TaxId::parse(text).map_err(|error| match error {
        TaxIdError::Empty => Reason::Missing,
        TaxIdError::Length(length) => Reason::TaxIdLength { length },
        TaxIdError::Character(at) => Reason::Character { at: at + 1 },
        TaxIdError::CheckDigits | TaxIdError::AllEqual => Reason::TaxIdCheckDigits,
    })
}

pub(super) fn email(text: &str) -> Result<String, Reason> {
    forms::email(text).map_err(Reason::of)
}

/// A state's two letters.
pub(super) fn state(text: &str) -> Result<String, Reason> {
    let upper = text.to_uppercase();
    if STATES.contains(&upper.as_str()) { Ok(upper) } else { Err(Reason::NotAState) }
}

/// The eight digits of a CEP.
pub(super) fn postal_code(text: &str) -> Result<String, Reason> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) { Ok(digits) } else { Err(Reason::NotAPostalCode) }
}

fn month(text: &str) -> Result<String, Reason> {
    let (year, month) = match text.split_once(['-', '/']) {
        Some((year, month)) if year.len() == 4 => (year, month),
        Some((month, year)) => (year, month),
        None => return Err(Reason::NotAMonth),
    };
    let number = |text: &str| if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<i32>().ok() } else { None };
    match (number(year), number(month)) {
        (Some(year @ 1990..2100), Some(month @ 1..=12)) => Ok(format!("{year:04}-{month:02}")),
        _ => Err(Reason::NotAMonth),
    }
}

/// A rate: `2%`, `2,00 %`, or as a fraction `0,02`, `0.02`. A bare `2` could be either, and is refused.
pub(super) fn rate(text: &str) -> Result<Decimal, Reason> {
    let (number, percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let plain = number.replace(',', ".");
    let digits = plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.len() <= 12 && plain.matches('.').count() <= 1;
    let value = if digits { Decimal::from_str(&plain).map_err(|_| Reason::NotARate)? } else { return Err(Reason::NotARate) };
    let fraction = if percent { value.checked_div(Decimal::ONE_HUNDRED).ok_or(Reason::NotARate)? } else { value };
    if fraction < Decimal::ONE { Ok(fraction.normalize()) } else { Err(Reason::NotARate) }
}

/// The bars of a boleto, from the bars' 44 digits or from the line's 47.
pub(super) fn barcode(text: &str) -> Result<Barcode, Reason> {
    use domain::boleto::digitable_line::DigitableLine;
    Barcode::parse(text).or_else(|_| DigitableLine::parse(text).map(|line| line.to_barcode())).map_err(|_| Reason::NotABarcode)
}

/// The key of an NFS-e or an NF-e, with or without blanks and prefix.
pub(super) fn access_key(text: &str) -> Result<AccessKey, Reason> {
    AccessKey::parse(text).map_err(|_| Reason::AccessKey)
}

impl Reason {
    /// The reason for a problem that the parsers of forms found.
    pub(super) fn of(problem: Problem) -> Self {
        match problem {
            Problem::Missing => Self::Missing,
            Problem::TooLong { max } => Self::TooLongText { max },
            Problem::UnexpectedCharacter { at } => Self::Character { at: usize::from(at) },
            Problem::AmountAbove { .. } => Self::AmountTooLarge,
            Problem::AmountBelow { .. } => Self::NotPositive,
            Problem::NotAnEmail => Self::NotAnEmail,
            Problem::NotADate => Self::NotADate,
            _ => Self::NotAnAmount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rates_are_fractions_or_percents() {
        for (text, rate_of) in [("2%", "0.02"), ("2,00 %", "0.02"), ("0,02", "0.02"), ("0.033", "0.033"), ("0", "0"), ("0,5%", "0.005")] {
            assert_eq!(rate(text).unwrap().to_string(), rate_of, "{text}");
        }
        for text in ["2", "1", "100%", "-1%", "1.2.3", "%", "dois", "0.0200000000000000000001"] {
            assert_eq!(rate(text), Err(Reason::NotARate), "{text}");
        }
    }

    #[test]
    fn months_both_ways() {
        assert_eq!(month("2026-11"), Ok("2026-11".to_owned()));
        assert_eq!(month("11/2026"), Ok("2026-11".to_owned()));
        assert_eq!(month("2026/1"), Ok("2026-01".to_owned()));
        for text in ["13/2026", "2026", "nov/2026", "2026-00", "26-11"] {
            assert_eq!(month(text), Err(Reason::NotAMonth), "{text}");
        }
    }

    #[test]
    fn dates_with_midnight() {
        let day = "2026-12-31".parse().unwrap();
        for text in ["31/12/2026", "2026-12-31", "2026-12-31 00:00:00", "2026-12-31T00:00:00", "31/12/2026 00:00"] {
            assert_eq!(date(text), Ok(day), "{text}");
        }
        for text in ["31/12/26", "2026-12-31 10:00", "31/02/2026", "0001-01-01", "9999-12-31"] {
            assert_eq!(date(text), Err(Reason::NotADate), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (rate(&text), month(&text), date(&text), positive(&text), tax_id(&text), email(&text), state(&text));
            let _ = (postal_code(&text), barcode(&text), access_key(&text), one_line(&text, 10), not_negative(&text));
        }
    }
}
