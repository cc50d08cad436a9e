//! What people type: raw texts in, a valid value or the problems of each field out. Never words a problem: the translations do.
//!
//! A form is a struct of `String`s (`Serialize`, `Deserialize`, `Default`, `#[serde(default)]`), so that decoding one never fails and
//! a refused one can be shown again as it was typed. Its `parse` is the same function in the browser and on the server.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::money::{Money, MoneyError};
use crate::tax_ids::{TaxId, TaxIdError};

/// One field that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name, as in the HTML form.
    pub field: Cow<'static, str>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Everything that can be wrong with what somebody typed, in the whole project: the translations word each one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was typed, or nothing chosen.
    Missing,
    /// Not one of the choices.
    NotAChoice,
    /// Not a CPF or CNPJ: so many characters.
    TaxIdLength(usize),
    /// Not a CPF or CNPJ: something that belongs in neither.
    TaxIdCharacters,
    /// Its check digits do not match: most likely a digit was mistyped.
    TaxIdCheckDigits,
    /// Not an amount of money.
    NotAnAmount,
    /// The amount must be more than nothing.
    NotPositive,
    /// Less than the least possible.
    AmountBelow(Money),
    /// More than the most possible.
    AmountAbove(Money),
    /// Not a whole number.
    NotANumber,
    /// A number outside of its limits.
    NumberOutside {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Not a date that exists.
    NotADate,
    /// Before the earliest possible.
    DateBefore(NaiveDate),
    /// After the latest possible.
    DateAfter(NaiveDate),
    /// More characters than so many.
    TooLong(usize),
    /// Fewer characters than so many.
    TooShort(usize),
    /// Not an e-mail address.
    NotAnEmail,
    /// Not six digits.
    NotACode,
    /// The code is wrong; so many tries are left.
    WrongCode(i64),
    /// The code has expired, was used, or was tried too often: a new one is needed.
    CodeOver,
    /// E-mail, password and code do not belong together; never says which.
    WrongCredentials,
    /// Not a Pix key of the chosen kind.
    NotAPixKey,
    /// Not a bank in the directory.
    NotABank,
    /// Branch or account with other than digits.
    NotAnAccount,
    /// The check digit does not match the bank's rule; may be confirmed, since new accounts follow no rule.
    AccountDigit,
    /// The account's holder must be the payer or the contract's holder.
    NotTheHolder,
    /// Must be confirmed by ticking it.
    NotConfirmed,
    /// A file with nothing in it.
    FileEmpty,
    /// A file larger than so many bytes.
    FileTooLarge(u64),
    /// More files than so many.
    TooManyFiles(usize),
    /// Not a type that can be taken.
    FileType,
    /// Two types at once: the content is not what it seems.
    FilePolyglot,
    /// Locked with a password.
    FileEncrypted,
    /// Damaged: it cannot be read as what it is.
    FileDamaged,
    /// Bills that cannot be chosen (any more).
    BillsNotEligible,
    /// Already asked for, in another request.
    AlreadyRequested,
}

impl From<TaxIdError> for Problem {
    fn from(error: TaxIdError) -> Self {
        match error {
            TaxIdError::Empty => Self::Missing,
            TaxIdError::Length(found) => Self::TaxIdLength(found),
            TaxIdError::Character(_) => Self::TaxIdCharacters,
            TaxIdError::CheckDigits | TaxIdError::AllEqual => Self::TaxIdCheckDigits,
        }
    }
}

impl From<MoneyError> for Problem {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Empty => Self::Missing,
            MoneyError::Character(_) | MoneyError::Separators => Self::NotAnAmount,
            MoneyError::TooLarge => Self::AmountAbove(Money::MAX_TYPED),
        }
    }
}

/// Gathers the problems of a form while it is read, so that all are told at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, field: &'static str, problem: Problem) {
        self.0.push(FieldError { field: Cow::Borrowed(field), problem });
    }

    /// Keeps the value, or adds the problem.
    pub fn take<T, E: Into<Problem>>(&mut self, field: &'static str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.add(field, error.into())).ok()
    }

    /// A text that must be there, trimmed, of at most so many characters.
    pub fn text(&mut self, field: &'static str, typed: &str, most: usize) -> Option<String> {
        let text = typed.trim();
        if text.is_empty() {
            self.add(field, Problem::Missing);
            return None;
        }
        self.optional_text(field, typed, most)
    }

    /// A text that may be left out, trimmed, of at most so many characters.
    pub fn optional_text(&mut self, field: &'static str, typed: &str, most: usize) -> Option<String> {
        let text = typed.trim();
        if text.chars().count() > most {
            self.add(field, Problem::TooLong(most));
            return None;
        }
        Some(text.to_owned())
    }

    /// A CPF or CNPJ.
    pub fn tax_id(&mut self, field: &'static str, typed: &str) -> Option<TaxId> {
        self.take(field, TaxId::parse(typed))
    }

    /// An amount of more than nothing.
    pub fn amount(&mut self, field: &'static str, typed: &str) -> Option<Money> {
        let amount = self.take(field, Money::parse(typed))?;
        if amount.is_positive() {
            return Some(amount);
        }
        self.add(field, Problem::NotPositive);
        None
    }

    /// A date, as `10/12/2026` or as a browser sends it, `2026-12-10`.
    pub fn date(&mut self, field: &'static str, typed: &str) -> Option<NaiveDate> {
        self.take(field, read_date(typed))
    }

    /// A whole number within limits.
    pub fn number(&mut self, field: &'static str, typed: &str, min: i64, max: i64) -> Option<i64> {
        let text = typed.trim();
        if text.is_empty() {
            self.add(field, Problem::Missing);
            return None;
        }
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(_) => {
                self.add(field, Problem::NumberOutside { min, max });
                None
            }
            Err(_) => {
                self.add(field, Problem::NotANumber);
                None
            }
        }
    }

    /// One of a closed list of words.
    pub fn choice<T: std::str::FromStr>(&mut self, field: &'static str, typed: &str) -> Option<T> {
        let text = typed.trim();
        if text.is_empty() {
            self.add(field, Problem::Missing);
            return None;
        }
        text.parse().map_err(|_| self.add(field, Problem::NotAChoice)).ok()
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if it is whole and nothing is wrong.
    ///
    /// # Errors
    /// Every problem. A value that is not whole without a problem named counts as one missing answer.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                if self.0.is_empty() {
                    self.add("form", Problem::Missing);
                }
                Err(self.0)
            }
        }
    }
}

/// A date as people and browsers write it: `10/12/2026`, `10-12-2026`, `10.12.2026`, `2026-12-10`.
///
/// # Errors
/// [`Problem::Missing`] or [`Problem::NotADate`].
pub fn read_date(typed: &str) -> Result<NaiveDate, Problem> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return Err(Problem::NotADate) };
    let (year, month, day) = match (a.len(), c.len()) {
        (4, 1..=2) => (a, b, c),
        (1..=2, 4) => (c, b, a),
        _ => return Err(Problem::NotADate),
    };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let date = number(year)
        .zip(number(month))
        .zip(number(day))
        .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day));
    date.ok_or(Problem::NotADate)
}

/// The step "who are you": a CPF or CNPJ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// CPF or CNPJ, as typed.
    pub tax_id: String,
}

impl SignInForm {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the number; never whether it is known.
    pub fn parse(&self) -> Result<TaxId, Vec<FieldError>> {
        let mut problems = Problems::default();
        let tax_id = problems.tax_id("tax_id", &self.tax_id);
        problems.finish(tax_id)
    }
}

/// A one-time code, as typed or pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// The code.
    pub code: String,
}

impl CodeForm {
    /// Six digits, with whatever blanks and dashes came along when pasting.
    ///
    /// # Errors
    /// Nothing typed, or something else than six digits.
    pub fn parse(&self) -> Result<String, Vec<FieldError>> {
        let mut problems = Problems::default();
        let code: String = self.code.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != '.').collect();
        if code.is_empty() {
            problems.add("code", Problem::Missing);
        } else if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            problems.add("code", Problem::NotACode);
        }
        problems.finish(Some(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_as_people_and_browsers_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        for text in ["01/12/2026", "1/12/2026", "2026-12-01", " 1.12.2026 ", "01-12-2026"] {
            assert_eq!(read_date(text), Ok(day), "{text}");
        }
        for text in ["31/02/2026", "2026-13-01", "1/12/26", "amanhã", "1/12", "+1/12/2026", "1/12/2026/1"] {
            assert_eq!(read_date(text), Err(Problem::NotADate), "{text}");
        }
        assert_eq!(read_date("  "), Err(Problem::Missing));
    }

    #[test]
    fn a_pasted_code_may_carry_blanks() {
        assert_eq!(CodeForm { code: " 123 456\n".into() }.parse(), Ok("123456".into()));
        for code in ["12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(CodeForm { code: code.into() }.parse().unwrap_err()[0].problem, Problem::NotACode, "{code}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let mut problems = Problems::default();
            problems.date("d", &text);
            problems.amount("a", &text);
            problems.number("n", &text, 0, 9);
            problems.tax_id("t", &text);
            problems.text("x", &text, 10);
            let _ = CodeForm { code: text }.parse();
        }
    }
}
