//! Forms: a form is a struct of raw strings; reading it gives a valid type, or what is wrong by field. The same reading
//! runs in the browser and on the server. Never words a problem: the translations do.
//!
//! Lengths count characters, not bytes, save an e-mail address's. The position in a [`Problem`] counts from 1, as people do; the errors of the parsers
//! below count from 0.
//!
//! ```
//! use domain::forms::Problem;
//! use domain::money::{Money, MoneyError};
//! assert_eq!(Money::parse("10,0x"), Err(MoneyError::Character(4)));
//! assert_eq!(Problem::from(MoneyError::Character(4)), Problem::UnexpectedCharacter { at: 5 });
//! ```

use std::borrow::Cow;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::{Money, MoneyError};
use crate::tax_ids::TaxIdError;

/// What is wrong with one field.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// let error = FieldError::new("day", Problem::OutOfRange { min: 1, max: 31 });
/// assert_eq!(serde_json::to_string(&error)?, r#"{"field":"day","problem":{"out_of_range":{"min":1,"max":31}}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The name of the field in the form, which is also its name in the HTML.
    pub field: Cow<'static, str>,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldError {
    /// What is wrong with a field.
    #[must_use]
    pub const fn new(field: &'static str, problem: Problem) -> Self {
        Self { field: Cow::Borrowed(field), problem }
    }
}

/// Everything that can be wrong with what somebody typed, in the whole project: one closed list, so that a translation that
/// lacks a word does not compile.
///
/// ```
/// use domain::forms::Problem;
/// use domain::tax_ids::{TaxId, TaxIdError};
/// assert_eq!(TaxId::parse("529.982.24O-25").map_err(Problem::from), Err(Problem::UnexpectedCharacter { at: 11 }));
/// assert_eq!(Problem::from(TaxIdError::Length(10)), Problem::NotATaxId);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was typed or chosen.
    Missing,
    /// Not one of what is offered.
    ChooseOne,
    /// Names something that does not exist, or not for this person.
    Unknown,
    /// Longer than so many characters.
    TooLong {
        /// The most.
        max: u16,
    },
    /// Shorter than so many characters.
    TooShort {
        /// The least.
        min: u16,
    },
    /// A character that has no place there; 1 is the first.
    UnexpectedCharacter {
        /// Its place.
        at: u16,
    },
    /// A variable that there is not in this place.
    UnknownVariable {
        /// Where its brace opens; 1 is the first character.
        at: u16,
        /// Its name, as typed.
        name: String,
    },
    /// A brace without the other one.
    UnclosedBrace {
        /// Its place; 1 is the first character.
        at: u16,
    },
    /// Words that do not say what they have to.
    MissingVariables {
        /// The variables that say it, in braces, parted by commas.
        names: String,
    },
    /// The address of a page or a mailbox that is not the portal's own.
    AddressElsewhere {
        /// As typed, cut short.
        address: String,
    },
    /// A tag, where only plain text is sent.
    Markup {
        /// Its place; 1 is the first character.
        at: u16,
    },
    /// Not an amount of money.
    NotAnAmount,
    /// Less than the least amount.
    AmountBelow {
        /// The least.
        min: Money,
    },
    /// More than the most.
    AmountAbove {
        /// The most.
        max: Money,
    },
    /// Not a whole number.
    NotANumber,
    /// A number outside what is allowed.
    OutOfRange {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// Not a date.
    NotADate,
    /// A day before today where that makes no sense.
    InThePast,
    /// A day after today where that makes no sense.
    InTheFuture,
    /// No colour as `#rrggbb`.
    NotAColour,
    /// A colour that text in it, or on it, cannot be read in.
    TooPale {
        /// Its contrast with paper, in hundredths.
        hundredths: u32,
        /// The nearest that can be read: red, green, blue.
        nearest: [u8; 3],
    },
    /// A day before the first one allowed.
    TooSoon {
        /// The first day allowed.
        first: NaiveDate,
    },
    /// A day later than the last one allowed.
    TooFar {
        /// The last day allowed.
        last: NaiveDate,
    },
    /// Neither a CPF nor a CNPJ, by its shape.
    NotATaxId,
    /// The check digits of a CPF or CNPJ do not fit: one digit is mistyped.
    WrongCheckDigits,
    /// Not an e-mail address.
    NotAnEmail,
    /// Not a one-time code.
    NotACode,
    /// Not a Pix key of the chosen kind.
    NotAPixKey,
    /// Not a boleto line, barcode or Pix code.
    NotAPaymentCode,
    /// No bank by this code.
    NotABank,
    /// Not a branch number.
    NotABranch,
    /// Not an account number.
    NotAnAccount,
    /// The account belongs to a third person.
    NotTheHolder,
    /// It has to be agreed to.
    NotAccepted,
    /// The one-time code is another; so many tries are left.
    WrongCode {
        /// Tries left.
        left: u16,
    },
    /// The code has expired, was used, or was tried too often: a new one is needed.
    CodeOver,
    /// E-mail, password and code do not belong together; never says which.
    WrongCredentials,
    /// The check digit does not follow the bank's rule; may be confirmed, since new accounts follow none.
    AccountDigit,
    /// A file with nothing in it.
    FileEmpty,
    /// A file of more bytes than this.
    FileTooLarge {
        /// The most, in bytes.
        max: u32,
    },
    /// More files than this.
    TooManyFiles {
        /// The most.
        max: u16,
    },
    /// Not a type that can be taken.
    FileType,
    /// Two types at once: the content is not what it seems.
    FilePolyglot,
    /// Locked with a password.
    FileEncrypted,
    /// It cannot be read as what it is: cut short or damaged.
    FileDamaged,
    /// What was chosen can no longer be chosen: paid, in an agreement, or asked for already.
    NoLongerPossible,
    /// It is on the list already.
    AlreadyThere,
    /// Six digits, but not those that the authenticator shows now.
    NotTheAuthenticators,
    /// Interest on interest, which a consumer is never charged.
    Compounds,
    /// Granted by itself goes further than may be asked for.
    MoreThanNegotiable,
    /// Has to be greater than the one before it.
    NotRising,
    /// Would never apply: something before it holds all that it holds.
    NeverApplies,
}

impl From<TaxIdError> for Problem {
    fn from(error: TaxIdError) -> Self {
        match error {
            TaxIdError::Empty => Self::Missing,
            TaxIdError::Length(_) => Self::NotATaxId,
            TaxIdError::Character(at) => Self::UnexpectedCharacter { at: u16::try_from(at).unwrap_or(u16::MAX).saturating_add(1) },
            TaxIdError::CheckDigits | TaxIdError::AllEqual => Self::WrongCheckDigits,
        }
    }
}

impl From<MoneyError> for Problem {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Empty => Self::Missing,
            MoneyError::Character(at) => Self::UnexpectedCharacter { at: u16::try_from(at).unwrap_or(u16::MAX).saturating_add(1) },
            MoneyError::Separators(_) => Self::NotAnAmount,
            MoneyError::TooLarge => Self::AmountAbove { max: Money::MAX_TYPED },
        }
    }
}

/// Reads the fields of one form, keeping every problem in the order of the fields.
///
/// ```
/// use domain::forms::{Fields, Problem, amount, whole};
/// let mut fields = Fields::default();
/// let down_payment = fields.read("down_payment", amount("10,0x"));
/// let count = fields.read("count", whole("3", 1, 12));
/// // Found by looking at two fields together.
/// fields.refuse("count", Problem::NoLongerPossible);
/// let errors = fields.finish(down_payment.zip(count)).unwrap_err();
/// assert_eq!(errors[0].problem, Problem::UnexpectedCharacter { at: 5 });
/// assert_eq!(errors[1].field, "count");
/// ```
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Takes what was read from a field, or notes what is wrong with it.
    pub fn read<T>(&mut self, field: &'static str, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.refuse(field, problem)).ok()
    }

    /// Notes a problem found by other means.
    pub fn refuse(&mut self, field: &'static str, problem: Problem) {
        self.errors.push(FieldError::new(field, problem));
    }

    /// The valid form when no field had a problem.
    ///
    /// # Errors
    /// The problems, in the order they were found. Never empty when all fields of `valid` went through [`Self::read`].
    pub fn finish<T>(self, valid: Option<T>) -> Result<T, Vec<FieldError>> {
        match valid {
            Some(valid) if self.errors.is_empty() => Ok(valid),
            _ => Err(self.errors),
        }
    }
}

/// A text of 1 to `max` characters, trimmed. Line breaks and tabs are kept; other control characters are refused.
///
/// ```
/// use domain::forms::{Problem, text};
/// assert_eq!(text(" olá\nmundo ", 20).as_deref(), Ok("olá\nmundo"));
/// assert_eq!(text("ééé", 2), Err(Problem::TooLong { max: 2 }));
/// assert_eq!(text("a\0b", 9), Err(Problem::UnexpectedCharacter { at: 2 }));
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::TooLong`], [`Problem::UnexpectedCharacter`].
pub fn text(raw: &str, max: u16) -> Result<String, Problem> {
    optional_text(raw, max)?.ok_or(Problem::Missing)
}

/// A text of at most `max` characters, or nothing; otherwise as [`text`].
///
/// ```
/// # use domain::forms::optional_text;
/// assert_eq!(optional_text("  ", 9), Ok(None));
/// ```
///
/// # Errors
/// [`Problem::TooLong`], [`Problem::UnexpectedCharacter`].
pub fn optional_text(raw: &str, max: u16) -> Result<Option<String>, Problem> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    if trimmed.chars().count() > usize::from(max) {
        return Err(Problem::TooLong { max });
    }
    if let Some(at) = trimmed.chars().position(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let at = at + raw.chars().take_while(|c| c.is_whitespace()).count();
        return Err(Problem::UnexpectedCharacter { at: u16::try_from(at).unwrap_or(u16::MAX).saturating_add(1) });
    }
    Ok(Some(trimmed.to_owned()))
}

/// An amount of money of zero or more.
///
/// ```
/// use domain::forms::{Problem, amount};
/// use domain::money::Money;
/// assert_eq!(amount("R$ 523,47"), Ok(Money::cents(52_347)));
/// assert_eq!(amount("-1,00"), Err(Problem::AmountBelow { min: Money::ZERO }));
/// ```
///
/// # Errors
/// See [`Money::parse`]; [`Problem::AmountBelow`] for a negative amount.
pub fn amount(raw: &str) -> Result<Money, Problem> {
    let money = Money::parse(raw)?;
    if money < Money::ZERO { Err(Problem::AmountBelow { min: Money::ZERO }) } else { Ok(money) }
}

/// A whole number between `min` and `max`, both included, written in digits alone.
///
/// ```
/// use domain::forms::{Problem, whole};
/// assert_eq!(whole(" 12 ", 1, 12), Ok(12));
/// assert_eq!(whole("13", 1, 12), Err(Problem::OutOfRange { min: 1, max: 12 }));
/// assert_eq!(whole("-1", 1, 12), Err(Problem::NotANumber));
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::NotANumber`], [`Problem::OutOfRange`].
pub fn whole(raw: &str, min: u32, max: u32) -> Result<u32, Problem> {
    let digits = raw.trim();
    if digits.is_empty() {
        return Err(Problem::Missing);
    }
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::NotANumber);
    }
    // Only digits: what does not fit is too large.
    let number = digits.parse().unwrap_or(u32::MAX);
    if (min..=max).contains(&number) { Ok(number) } else { Err(Problem::OutOfRange { min, max }) }
}

/// A date as people write it (`21/11/2026`, `21.11.2026`, `21-11-2026`, `21112026`) or as browsers send it (`2026-11-21`).
///
/// ```
/// use domain::forms::{Problem, date};
/// assert_eq!(date("21/11/2026"), date("2026-11-21"));
/// assert_eq!(date("31/02/2026"), Err(Problem::NotADate));
/// assert_eq!(date("21/11/26"), Err(Problem::NotADate)); // a year has four digits
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::NotADate`].
pub fn date(raw: &str) -> Result<NaiveDate, Problem> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    let parts: Vec<&str> = match text.split(['/', '.', '-']).collect::<Vec<_>>().as_slice() {
        [whole] if whole.len() == 8 && whole.is_ascii() => vec![&whole[..2], &whole[2..4], &whole[4..]],
        [year, month, day] if year.len() == 4 => vec![day, month, year],
        parts => parts.to_vec(),
    };
    let [day, month, year] = parts.as_slice() else { return Err(Problem::NotADate) };
    // Two digits of a year are refused rather than guessed: `26` could be a day.
    if year.len() != 4 || ![day, month, year].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Problem::NotADate);
    }
    let number = |part: &str| part.parse::<u32>().map_err(|_| Problem::NotADate);
    let year = i32::try_from(number(year)?).map_err(|_| Problem::NotADate)?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).ok_or(Problem::NotADate)
}

/// A one-time code of `digits` digits, however it was pasted (`123 456`, `123-456`).
///
/// ```
/// use domain::forms::{Problem, code};
/// assert_eq!(code(" 123 456 ", 6).as_deref(), Ok("123456"));
/// assert_eq!(code("12345", 6), Err(Problem::NotACode));
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::NotACode`].
pub fn code(raw: &str, digits: usize) -> Result<String, Problem> {
    let code: String = raw.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.is_empty() {
        return Err(Problem::Missing);
    }
    if code.len() == digits && code.bytes().all(|b| b.is_ascii_digit()) { Ok(code) } else { Err(Problem::NotACode) }
}

/// An e-mail address, in the shape mail really uses: one `@`, a dotted domain, no blanks, at most 254 bytes (RFC 5321).
/// Whether it exists is only known by writing to it. The domain is put in lower case.
///
/// ```
/// use domain::forms::{Problem, email};
/// assert_eq!(email(" Ana.Souza@Exemplo.COM.br ").as_deref(), Ok("Ana.Souza@exemplo.com.br"));
/// assert_eq!(email("ana@exemplo"), Err(Problem::NotAnEmail));
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::TooLong`], [`Problem::NotAnEmail`].
pub fn email(raw: &str) -> Result<String, Problem> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    let (local, domain) = text.split_once('@').ok_or(Problem::NotAnEmail)?;
    // Looked at and measured as it will be kept: a few capitals have a longer small letter, or one of two characters.
    let domain = domain.to_lowercase();
    if local.len() + 1 + domain.len() > 254 {
        return Err(Problem::TooLong { max: 254 });
    }
    let local_fits = (1..=64).contains(&local.len())
        && local
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '<' | '>' | '(' | ')' | ',' | ';' | ':' | '\\'));
    let label_fits = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if local_fits && domain.contains('.') && domain.split('.').all(label_fits) {
        Ok(format!("{local}@{domain}"))
    } else {
        Err(Problem::NotAnEmail)
    }
}

/// One of the words of a closed enum.
///
/// ```
/// use domain::disputes::Reason;
/// use domain::forms::{Problem, one_of};
/// assert_eq!(one_of("already_paid"), Ok(Reason::AlreadyPaid));
/// assert_eq!(one_of::<Reason>("because"), Err(Problem::ChooseOne));
/// ```
///
/// # Errors
/// [`Problem::Missing`] when nothing was chosen, [`Problem::ChooseOne`] for anything that is not offered.
pub fn one_of<T: FromStr>(raw: &str) -> Result<T, Problem> {
    match raw.trim() {
        "" => Err(Problem::Missing),
        word => word.parse().map_err(|_| Problem::ChooseOne),
    }
}

/// The number of one showing of a form, from its hidden field: the same form sent twice makes one request.
///
/// ```
/// use domain::forms::{Problem, submission};
/// assert!(submission("0190a5c2-0000-7000-8000-000000000001").is_ok());
/// assert_eq!(submission("again"), Err(Problem::Unknown));
/// ```
///
/// # Errors
/// [`Problem::Missing`], [`Problem::Unknown`].
pub fn submission(raw: &str) -> Result<Uuid, Problem> {
    match raw.trim() {
        "" => Err(Problem::Missing),
        text => Uuid::parse_str(text).map_err(|_| Problem::Unknown),
    }
}

/// Ids chosen in a form, without repetition, in the order chosen.
///
/// ```
/// use domain::forms::{Problem, ids};
/// use domain::ids::BillId;
/// let bill = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// assert_eq!(ids::<BillId>(&[bill.clone(), bill]).map(|ids| ids.len()), Ok(1));
/// assert_eq!(ids::<BillId>(&[]), Err(Problem::Missing));
/// ```
///
/// # Errors
/// [`Problem::Missing`] when none is chosen, [`Problem::Unknown`] for what is no id.
pub fn ids<T: FromStr + PartialEq>(raw: &[String]) -> Result<Vec<T>, Problem> {
    let mut ids = Vec::new();
    for text in raw {
        let id = text.trim().parse().map_err(|_| Problem::Unknown)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() { Err(Problem::Missing) } else { Ok(ids) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_dates_as_people_write_them() {
        let expected = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        for raw in ["21/11/2026", " 21.11.2026 ", "21-11-2026", "21112026", "2026-11-21", "2026/11/21"] {
            assert_eq!(date(raw), Ok(expected), "{raw}");
        }
        assert_eq!(date("5/3/2026"), Ok(NaiveDate::from_ymd_opt(2026, 3, 5).unwrap()));
        for raw in ["31/02/2026", "21/11/26", "11/2026", "21/11/2026/1", "hoje", "+1/11/2026", "20261121"] {
            assert_eq!(date(raw), Err(Problem::NotADate), "{raw}");
        }
        assert_eq!(date(" "), Err(Problem::Missing));
    }

    #[test]
    fn reads_codes_as_they_are_pasted() {
        assert_eq!(code(" 123 456 ", 6).as_deref(), Ok("123456"));
        assert_eq!(code("123-456", 6).as_deref(), Ok("123456"));
        assert_eq!(code("12345", 6), Err(Problem::NotACode));
        assert_eq!(code("12345a", 6), Err(Problem::NotACode));
        assert_eq!(code("", 6), Err(Problem::Missing));
    }

    #[test]
    fn reads_addresses() {
        assert_eq!(email(" Ana.Souza+conta@Exemplo.COM.br ").as_deref(), Ok("Ana.Souza+conta@exemplo.com.br"));
        for raw in [
            "ana",
            "ana@",
            "@exemplo.com",
            "ana@exemplo",
            "ana@@exemplo.com",
            "ana souza@exemplo.com",
            "ana@-exemplo.com",
            "a@b..c",
            "a@\u{130}.com",
        ] {
            assert_eq!(email(raw), Err(Problem::NotAnEmail), "{raw}");
        }
        assert_eq!(email(&format!("a@{}.br", "x".repeat(260))), Err(Problem::TooLong { max: 254 }));
        assert_eq!(email(&format!("a@{}.br", "\u{23a}".repeat(120))), Err(Problem::TooLong { max: 254 }));
    }

    #[test]
    fn reads_numbers_texts_and_amounts() {
        assert_eq!(whole("12", 1, 12), Ok(12));
        assert_eq!(whole("13", 1, 12), Err(Problem::OutOfRange { min: 1, max: 12 }));
        assert_eq!(whole("99999999999999", 1, 12), Err(Problem::OutOfRange { min: 1, max: 12 }));
        assert_eq!(whole("-1", 1, 12), Err(Problem::NotANumber));
        assert_eq!(amount("-1,00"), Err(Problem::AmountBelow { min: Money::ZERO }));
        assert_eq!(amount("R$ 1x"), Err(Problem::UnexpectedCharacter { at: 5 }));
        assert_eq!(text(" olá\nmundo ", 20).as_deref(), Ok("olá\nmundo"));
        assert_eq!(text("ééé", 2), Err(Problem::TooLong { max: 2 }));
        assert_eq!(text("a\u{0}b", 9), Err(Problem::UnexpectedCharacter { at: 2 }));
        assert_eq!(text("  a\u{0}b", 9), Err(Problem::UnexpectedCharacter { at: 4 }));
        assert_eq!(optional_text("  ", 9), Ok(None));
    }

    #[test]
    fn problems_travel() {
        let error = FieldError::new("day", Problem::OutOfRange { min: 1, max: 31 });
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(json, r#"{"field":"day","problem":{"out_of_range":{"min":1,"max":31}}}"#);
        assert_eq!(serde_json::from_str::<FieldError>(&json).unwrap(), error);
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC{0,40}") {
            let _ = (date(&raw), code(&raw, 6), email(&raw), whole(&raw, 0, 9), amount(&raw), text(&raw, 10));
        }

        #[test]
        fn a_date_reads_back(days in 0u32..100_000) {
            let on = crate::calendar::days_after(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap(), days);
            prop_assert_eq!(date(&on.format("%d/%m/%Y").to_string()), Ok(on));
            prop_assert_eq!(date(&on.to_string()), Ok(on));
        }
    }
}
