//! The 44 digits under a boleto's bars (cobrança).
//!
//! Never invents a payable instrument: [`Barcode::build`] writes what a bank has registered, or what a demonstration
//! pretends. Collection guides, whose first digit is 8, are in [`super::arrecadacao`]. Source: Banco do Brasil,
//! "Especificações técnicas para confecção de boleto", January 2016, "código de barras"; the general digit is never 0.

use std::fmt;

use chrono::NaiveDate;

use super::bank_code::BankCode;
use super::banks::FreeField;
use super::digitable_line::DigitableLine;
use super::{TextError, ascii, check_digit, due_factor, read_digits};
use crate::money::Money;

/// A barcode whose general digit is right, in Real. Positions below count from 1, as the manuals do:
/// 1–3 bank, 4 currency, 5 general digit, 6–9 due date factor, 10–19 centavos, 20–44 the bank's own free field.
///
/// ```
/// use domain::boleto::barcode::Barcode;
/// use domain::money::Money;
/// let bar = Barcode::parse("10492165600000523470055077000100040000123454")?;
/// assert_eq!((bar.bank().as_str(), bar.amount(), bar.due_factor()), ("104", Some(Money::cents(52_347)), Some(1656)));
/// assert_eq!(bar.free_field().as_str(), "0055077000100040000123454");
/// assert_eq!(bar.to_line().to_string(), "10490.05505 77000.100048 00001.234541 2 16560000052347");
/// // 44 ASCII digits, which `interleaved::bars` draws.
/// assert_eq!((&bar.digits()[..4], bar.as_str().len()), (&b"1049"[..], 44));
/// # Ok::<(), domain::boleto::barcode::BarcodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Barcode([u8; 44]);

/// Why a text is not a boleto's barcode.
///
/// ```
/// use domain::boleto::barcode::{Barcode, BarcodeError};
/// let typed = |text| Barcode::parse(text).unwrap_err();
/// assert_eq!(typed("10492165600000523470055077000100040000123455"), BarcodeError::CheckDigit); // ends in 4
/// assert_eq!(typed("83860000005096000190000008017823000034306271"), BarcodeError::Arrecadacao);
/// assert_eq!(typed("1049216560000052347"), BarcodeError::Length(19));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    /// Empty, or a character that is no digit.
    #[error(transparent)]
    Text(#[from] TextError),
    /// So many digits instead of 44.
    #[error("{0} digits instead of 44")]
    Length(usize),
    /// It starts with 8: a collection guide (arrecadação).
    #[error("starts with 8: a collection guide")]
    Arrecadacao,
    /// The fourth digit is not 9 (Real).
    #[error("currency {0} is not 9")]
    Currency(char),
    /// The general digit does not follow from the other 43.
    #[error("general check digit does not match")]
    CheckDigit,
}

/// Why a barcode cannot be written. Examples are at [`Barcode::build`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Negative, or above R$ 99.999.999,99: the amount would run into the due date's place.
    #[error("amount outside 0 to 99,999,999.99")]
    Amount,
    /// Due before 3 July 2000, whose factors are below 1000 and not read as dates any more.
    #[error("due date before 3 July 2000")]
    DueDate,
    /// Banks whose code starts with 8 would be read as collection guides.
    #[error("bank codes do not start with 8")]
    Bank,
}

impl Barcode {
    /// Reads 44 digits; blanks, points and hyphens between them are ignored.
    ///
    /// # Errors
    /// See [`BarcodeError`].
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let typed = read_digits(text)?;
        Self::from_digits(typed.exactly().map_err(BarcodeError::Length)?)
    }

    /// `digits` must be ASCII digits.
    pub(super) fn from_digits(digits: [u8; 44]) -> Result<Self, BarcodeError> {
        if digits[0] == b'8' {
            return Err(BarcodeError::Arrecadacao);
        }
        if digits[3] != b'9' {
            return Err(BarcodeError::Currency(char::from(digits[3])));
        }
        let barcode = Self(digits);
        if barcode.general_digit() == digits[4] { Ok(barcode) } else { Err(BarcodeError::CheckDigit) }
    }

    /// Digits whose check digits were verified already, by the line they came from.
    pub(super) const fn trusted(digits: [u8; 44]) -> Self {
        Self(digits)
    }

    /// Writes the barcode of a title, with the due date as the bank registered it. An amount of zero is left for the payer to
    /// state ("valor a informar").
    ///
    /// ```
    /// use domain::boleto::bank_code::BankCode;
    /// use domain::boleto::banks::FreeField;
    /// use domain::boleto::barcode::{Barcode, BuildError};
    /// use domain::money::Money;
    /// let (caixa, due) = (BankCode::parse("104")?, "2026-12-10".parse()?);
    /// let free = FreeField::parse("0055077000100040000123454")?;
    /// let bar = Barcode::build(caixa, due, Money::cents(52_347), &free)?;
    /// assert_eq!(bar.as_str(), "10492165600000523470055077000100040000123454");
    /// // R$ 100.000.000,00 would run into the due date's place.
    /// assert_eq!(Barcode::build(caixa, due, Money::cents(10_000_000_000), &free), Err(BuildError::Amount));
    /// assert_eq!(Barcode::build(caixa, "2000-07-02".parse()?, Money::ZERO, &free), Err(BuildError::DueDate));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn build(bank: BankCode, due: NaiveDate, amount: Money, free_field: &FreeField) -> Result<Self, BuildError> {
        let cents = u64::try_from(amount.as_cents()).map_err(|_| BuildError::Amount)?;
        if cents > 9_999_999_999 {
            return Err(BuildError::Amount);
        }
        let factor = due_factor::encode(due).ok().filter(|factor| *factor >= due_factor::FIRST).ok_or(BuildError::DueDate)?;
        if bank.digits()[0] == b'8' {
            return Err(BuildError::Bank);
        }
        let mut digits = [b'0'; 44];
        digits[..3].copy_from_slice(bank.digits());
        digits[3] = b'9';
        digits[5..9].copy_from_slice(&super::digits_of::<4>(u64::from(factor)));
        digits[9..19].copy_from_slice(&super::digits_of::<10>(cents));
        digits[19..].copy_from_slice(free_field.digits());
        let mut barcode = Self(digits);
        barcode.0[4] = barcode.general_digit();
        Ok(barcode)
    }

    fn general_digit(&self) -> u8 {
        check_digit::general(&[&self.0[..4], &self.0[5..]])
    }

    /// The 44 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The 44 digits, ASCII.
    #[must_use]
    pub const fn digits(&self) -> &[u8; 44] {
        &self.0
    }

    /// The bank that registered it.
    #[must_use]
    pub const fn bank(&self) -> BankCode {
        BankCode::known([self.0[0], self.0[1], self.0[2]])
    }

    /// The amount; none when it is zero ("valor a informar") or cannot be told (see [`Barcode::has_long_amount`]).
    ///
    /// ```
    /// # use domain::boleto::barcode::Barcode;
    /// // Bradesco's example without an amount, nor a due date.
    /// let bar = Barcode::parse("23797000000000000004150090019801673500021140")?;
    /// assert_eq!((bar.amount(), bar.due_factor(), bar.has_long_amount()), (None, None, false));
    /// # Ok::<(), domain::boleto::barcode::BarcodeError>(())
    /// ```
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        let cents = i64::try_from(super::number(&self.0[9..19])).ok()?;
        (cents > 0 && !self.has_long_amount()).then_some(Money::cents(cents))
    }

    /// Whether the amount took the due date's place too, as amounts above R$ 99.999.999,99 do: positions 6 to 9 hold
    /// 0001 to 0999, which is no due date in use. Ask the bank for both. (Banco do Brasil, January 2016.)
    ///
    /// ```
    /// # use domain::boleto::barcode::Barcode;
    /// // R$ 150.000.000,00 takes positions 6 to 19: 00015000000000.
    /// let bar = Barcode::parse("00195000150000000000000001238798777770016818")?;
    /// assert_eq!((bar.has_long_amount(), bar.amount(), bar.due_factor()), (true, None, None));
    /// # Ok::<(), domain::boleto::barcode::BarcodeError>(())
    /// ```
    #[must_use]
    pub fn has_long_amount(&self) -> bool {
        (1..due_factor::FIRST).contains(&self.raw_factor())
    }

    /// The due date's factor, 1000 to 9999; none when the bar carries no due date.
    #[must_use]
    pub fn due_factor(&self) -> Option<u16> {
        Some(self.raw_factor()).filter(|factor| *factor >= due_factor::FIRST)
    }

    /// The due date to somebody who reads the bar today; none when it carries none, or when no date from 3000 days ago
    /// to 5500 days ahead has that factor (FEBRABAN, FB-082/2012).
    ///
    /// ```
    /// # use domain::boleto::barcode::Barcode;
    /// let bar = Barcode::parse("10492165600000523470055077000100040000123454")?;
    /// assert_eq!(bar.due_date("2026-11-21".parse()?), Some("2026-12-10".parse()?));
    /// // Whoever read the same factor in 2002 had another day before them.
    /// assert_eq!(bar.due_date("2002-04-01".parse()?), Some("2002-04-20".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn due_date(&self, today: NaiveDate) -> Option<NaiveDate> {
        due_factor::decode(self.due_factor()?, today)
    }

    /// The bar's due date nearest to the one on record, for titles the creditor knows, however old. Another day than the one
    /// on record means that bar and record disagree.
    ///
    /// ```
    /// # use domain::boleto::barcode::Barcode;
    /// let bar = Barcode::parse("10492165600000523470055077000100040000123454")?;
    /// assert_eq!(bar.due_date_known("2026-12-11".parse()?), Some("2026-12-10".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn due_date_known(&self, on_record: NaiveDate) -> Option<NaiveDate> {
        due_factor::decode_near(self.due_factor()?, on_record)
    }

    /// The bank's own 25 digits.
    #[must_use]
    pub fn free_field(&self) -> FreeField {
        let mut digits = [b'0'; 25];
        digits.copy_from_slice(&self.0[19..]);
        FreeField::from_digits(digits)
    }

    /// The line people type in place of the bars.
    #[must_use]
    pub fn to_line(&self) -> DigitableLine {
        DigitableLine::of(self)
    }

    fn raw_factor(&self) -> u16 {
        u16::try_from(super::number(&self.0[5..9])).unwrap_or_default()
    }
}

/// The 44 digits, without blanks.
impl fmt::Display for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

super::as_text! { Barcode BarcodeError }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_its_parts() {
        let bar = Barcode::parse("10492165600000523470055077000100040000123454").unwrap();
        let today = "2026-11-21".parse().unwrap();
        assert_eq!(bar.bank().with_digit(), "104-0");
        assert_eq!(bar.amount(), Some(Money::cents(52_347)));
        assert_eq!(bar.due_factor(), Some(1656));
        assert_eq!(bar.due_date(today), "2026-12-10".parse().ok());
        assert_eq!(bar.due_date_known("2002-05-01".parse().unwrap()), "2002-04-20".parse().ok());
        assert_eq!(bar.free_field().as_str(), "0055077000100040000123454");
    }

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("../vectors/boletos.csv").as_bytes());
        let (mut bars, mut lines, mut amounts, mut dates) = (0, 0, 0, 0);
        for row in read.records() {
            let row = row.unwrap();
            let (bank, digits, line, due, cents) = (&row[1], &row[2], &row[3], &row[4], &row[5]);
            let bar = Barcode::parse(digits).unwrap_or_else(|error| panic!("{error}: {row:?}"));
            assert_eq!(bar.bank().as_str(), bank);
            if !line.is_empty() {
                assert_eq!(bar.to_line().as_str(), line, "{row:?}");
                assert_eq!(DigitableLine::parse(line).unwrap().to_barcode(), bar);
                lines += 1;
            }
            if let Ok(cents) = cents.parse::<i64>() {
                assert_eq!(bar.amount().unwrap_or(Money::ZERO), Money::cents(cents), "{row:?}");
                amounts += 1;
            }
            if let (Ok(due), Some(factor)) = (due.parse(), bar.due_factor()) {
                assert_eq!((bar.due_date(due), bar.due_date_known(due)), (Some(due), Some(due)), "{row:?}");
                assert_eq!(due_factor::encode(due), Ok(factor));
                let amount = bar.amount().unwrap_or(Money::ZERO);
                assert_eq!(Barcode::build(bar.bank(), due, amount, &bar.free_field()), Ok(bar));
                dates += 1;
            }
            bars += 1;
        }
        assert_eq!((bars, lines, amounts, dates), (268, 263, 268, 268));
    }

    #[test]
    fn an_amount_of_zero_is_none() {
        let bar = Barcode::parse("23797000000000000004150090019801673500021140").unwrap();
        assert_eq!((bar.amount(), bar.due_factor(), bar.has_long_amount()), (None, None, false));
    }

    #[test]
    fn an_amount_in_the_factors_place_is_not_misread() {
        let mut digits = *b"00190001234567890100000001238798777770016818";
        digits[4] = Barcode(digits).general_digit();
        let bar = Barcode::from_digits(digits).unwrap();
        assert_eq!((bar.amount(), bar.due_factor(), bar.has_long_amount()), (None, None, true));
    }

    #[test]
    fn refuses_and_says_why() {
        let right = "10492165600000523470055077000100040000123454";
        for (text, error) in [
            ("", BarcodeError::Text(TextError::Empty)),
            (&right[1..], BarcodeError::Length(43)),
            ("1049216560000052347005507700010004000012345x", BarcodeError::Text(TextError::Character(43))),
            ("10492165600000523470055077000100040000123455", BarcodeError::CheckDigit),
            ("10472165600000523470055077000100040000123454", BarcodeError::Currency('7')),
            ("83860000005096000190000008017823000034306271", BarcodeError::Arrecadacao),
        ] {
            assert_eq!(Barcode::parse(text), Err(error), "{text}");
        }
        let free = FreeField::parse("0055077000100040000123454").unwrap();
        let due = "2026-12-10".parse().unwrap();
        let caixa = BankCode::known(*b"104");
        assert_eq!(Barcode::build(caixa, due, Money::cents(52_347), &free).unwrap().as_str(), right);
        assert_eq!(Barcode::build(caixa, due, Money::cents(-1), &free), Err(BuildError::Amount));
        assert_eq!(Barcode::build(caixa, due, Money::cents(10_000_000_000), &free), Err(BuildError::Amount));
        assert_eq!(Barcode::build(caixa, "2000-07-02".parse().unwrap(), Money::ZERO, &free), Err(BuildError::DueDate));
        assert_eq!(Barcode::build(BankCode::known(*b"800"), due, Money::ZERO, &free), Err(BuildError::Bank));
    }

    #[test]
    fn travels_as_digits() {
        let bar = Barcode::parse("10492165600000523470055077000100040000123454").unwrap();
        let json = serde_json::to_string(&bar).unwrap();
        assert_eq!(json, "\"10492165600000523470055077000100040000123454\"");
        assert_eq!(serde_json::from_str::<Barcode>(&json).unwrap(), bar);
    }

    proptest! {
        #[test]
        fn what_is_built_reads_back(bank in "[0-79][0-9]{2}", days in 0u64..18_000, cents in 0i64..10_000_000_000, free in "[0-9]{25}") {
            let due = NaiveDate::from_ymd_opt(2000, 7, 3).unwrap() + chrono::Days::new(days);
            let (bank, free) = (BankCode::parse(&bank).unwrap(), FreeField::parse(&free).unwrap());
            let bar = Barcode::build(bank, due, Money::cents(cents), &free).unwrap();
            prop_assert_eq!(Barcode::parse(bar.as_str()), Ok(bar));
            prop_assert_eq!((bar.bank(), bar.free_field(), bar.due_date(due)), (bank, free, Some(due)));
            prop_assert_eq!(bar.amount().unwrap_or(Money::ZERO), Money::cents(cents));
        }

        #[test]
        fn never_panics(text in "\\PC{0,50}") {
            let _ = Barcode::parse(&text);
        }
    }
}
