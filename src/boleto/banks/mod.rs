//! What each bank keeps in the 25 digits of its own (campo livre), one small file per bank.
//!
//! Never guesses: of a bank, or a layout of a bank, that has no file here only the common part of the barcode is
//! checked, and nothing is rebuilt. Positions are those of the whole barcode, 20 to 44, as the manuals count.
//!
//! Numbers are held as numbers and written zero filled to the width of their place: branch 57 is `0057`. The nosso número is
//! held without its check digit. Each bank's file names the manual it follows.
//!
//! ```
//! use domain::boleto::banks::{self, Reading, Title as _, itau};
//! use domain::money::Money;
//! let title = itau::Title::Conta { carteira: 109, nosso_numero: 12_345, agencia: 57, conta: 12_345 };
//! let bar = title.barcode("2026-12-10".parse()?, Money::cents(52_347))?;
//! assert_eq!(bar.as_str(), "34191165600000523471090001234530057123457000");
//! assert_eq!(banks::read(&bar), Reading::Known(title.particulars()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod banco_do_brasil;
pub mod banrisul;
pub mod bradesco;
pub mod caixa;
pub mod itau;
pub mod santander;
pub mod sicoob;
pub mod sicredi;
pub mod unicred;

use chrono::NaiveDate;

use super::bank_code::BankCode;
use super::barcode::{Barcode, BuildError};
use crate::money::Money;

/// The 25 digits at positions 20 to 44 of a barcode.
///
/// ```
/// use domain::boleto::banks::{FreeField, FreeFieldError, Title as _, caixa};
/// // The manual's own example; what it holds is only known by its bank's layout.
/// let free = FreeField::parse("0055077222133347777777771")?;
/// assert_eq!(caixa::Title::read(&free).map(|title| title.nosso_numero), Some(14_222_333_777_777_777));
/// assert_eq!(free.as_str().len(), 25);
/// assert_eq!(FreeField::parse("0055077"), Err(FreeFieldError));
/// # Ok::<(), FreeFieldError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreeField([u8; 25]);

/// A text that is not 25 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a free field has 25 digits")]
pub struct FreeFieldError;

/// A number with more digits than its place in the free field.
///
/// ```
/// use domain::boleto::banks::{Title as _, TooWide, bradesco};
/// let title = bradesco::Title { agencia: 1234, carteira: 100, nosso_numero: 1, conta: 1 };
/// assert_eq!(title.free_field(), Err(TooWide { name: "carteira", width: 2 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} has more than {width} digits")]
pub struct TooWide {
    /// The manual's name of the number.
    pub name: &'static str,
    /// The digits there is room for.
    pub width: usize,
}

/// Why a bank's title cannot be written as a barcode.
///
/// ```
/// use domain::boleto::banks::{Title as _, TitleError, bradesco};
/// use domain::boleto::barcode::BuildError;
/// use domain::money::Money;
/// let title = bradesco::Title { agencia: 1234, carteira: 9, nosso_numero: 12_345, conta: 67_890 };
/// let refused = title.barcode("2026-12-10".parse()?, Money::cents(-1));
/// assert_eq!(refused, Err(TitleError::Barcode(BuildError::Amount)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// A number of the bank's does not fit.
    #[error(transparent)]
    FreeField(#[from] TooWide),
    /// The due date or the amount does not fit.
    #[error(transparent)]
    Barcode(#[from] BuildError),
}

/// A title in one bank's way of numbering: each bank's file has one, with its manual's example.
pub trait Title: Sized {
    /// The bank.
    const BANK: BankCode;

    /// The bank's 25 digits, with their own check digits.
    ///
    /// # Errors
    /// Names the number that does not fit.
    fn free_field(&self) -> Result<FreeField, TooWide>;

    /// What a free field says in this bank's layout; none when a constant of the layout is not where it should be.
    /// Check digits are not looked at.
    fn read(free: &FreeField) -> Option<Self>;

    /// What the boleto prints.
    fn particulars(&self) -> Particulars;

    /// The barcode of this title, due on a calendar day, of an amount in centavos (zero: "valor a informar").
    ///
    /// # Errors
    /// See [`TitleError`].
    fn barcode(&self, due: NaiveDate, amount: Money) -> Result<Barcode, TitleError> {
        Ok(Barcode::build(Self::BANK, due, amount, &self.free_field()?)?)
    }
}

/// What a boleto prints of its free field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particulars {
    /// The nosso número as the bank prints it, with its check digit where the free field allows it to be known.
    pub nosso_numero: String,
    /// The carteira as the bank prints it, where the free field carries it.
    pub carteira: Option<String>,
    /// Agency and beneficiary as the bank prints them ("agência/código do beneficiário"), where the free field carries
    /// both.
    pub beneficiary: Option<String>,
}

/// What came of reading a free field. Examples are at [`read`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// In the bank's layout, with its own check digits right where it has any.
    Known(Particulars),
    /// In the bank's layout but for a check digit. A layout that the bank no longer issues can look so, too: a reason to
    /// look again, not to refuse.
    WrongDigit,
    /// A bank or a layout that is not known here.
    Unknown,
}

/// Reads the free field of any barcode.
///
/// ```
/// use domain::boleto::banks::{FreeField, Reading, read};
/// use domain::boleto::barcode::Barcode;
/// # use domain::money::Money;
/// let Reading::Known(santander) = read(&Barcode::parse("03397165600000523479028203300000001234550101")?) else { panic!() };
/// assert_eq!((santander.nosso_numero.as_str(), santander.carteira.as_deref()), ("000000012345-5", Some("101")));
/// // Banco Inter's: only the common part of the barcode is checked.
/// assert_eq!(read(&Barcode::parse("07791937900000050000001112047370601011605193")?), Reading::Unknown);
/// // Caixa's layout, but the last digit, which checks the other 24, should be 4.
/// let free = FreeField::parse("0055077000100040000123455")?;
/// let bar = Barcode::build("104".parse()?, "2026-12-10".parse()?, Money::cents(52_347), &free)?;
/// assert_eq!(read(&bar), Reading::WrongDigit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn read(barcode: &Barcode) -> Reading {
    let free = barcode.free_field();
    match barcode.bank() {
        banco_do_brasil::Title::BANK => read_as::<banco_do_brasil::Title>(&free),
        santander::Title::BANK => read_as::<santander::Title>(&free),
        banrisul::Title::BANK => read_as::<banrisul::Title>(&free),
        caixa::Title::BANK => read_as::<caixa::Title>(&free),
        unicred::Title::BANK => read_as::<unicred::Title>(&free),
        bradesco::Title::BANK => read_as::<bradesco::Title>(&free),
        itau::Title::BANK => read_as::<itau::Title>(&free),
        sicredi::Title::BANK => read_as::<sicredi::Title>(&free),
        sicoob::Title::BANK => read_as::<sicoob::Title>(&free),
        _ => Reading::Unknown,
    }
}

fn read_as<T: Title>(free: &FreeField) -> Reading {
    match T::read(free) {
        None => Reading::Unknown,
        Some(title) if title.free_field() == Ok(*free) => Reading::Known(title.particulars()),
        Some(_) => Reading::WrongDigit,
    }
}

impl FreeField {
    /// Reads exactly 25 digits.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, FreeFieldError> {
        match text.as_bytes().try_into() {
            Ok(digits) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Self(digits)),
            _ => Err(FreeFieldError),
        }
    }

    /// `digits` must be ASCII digits.
    pub(super) const fn from_digits(digits: [u8; 25]) -> Self {
        Self(digits)
    }

    pub(super) const fn digits(&self) -> &[u8; 25] {
        &self.0
    }

    /// The 25 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        super::ascii(&self.0)
    }

    /// The number at some positions of the barcode (20 to 44, both included).
    fn number<T: TryFrom<u64> + Default>(&self, from: usize, to: usize) -> T {
        T::try_from(super::number(self.part(from, to))).unwrap_or_default()
    }

    /// The digits at some positions of the barcode (20 to 44, both included).
    fn part(&self, from: usize, to: usize) -> &[u8] {
        self.0.get(from.saturating_sub(20)..to.saturating_sub(19)).unwrap_or_default()
    }

    /// Writes numbers one after the other, each zero filled to its width.
    fn compose(parts: &[(&'static str, u64, usize)]) -> Result<Self, TooWide> {
        let (mut digits, mut at) = ([b'0'; 25], 0);
        for &(name, value, width) in parts {
            let written: [u8; 20] = super::digits_of(value);
            let (overflow, kept) = written.split_at(20_usize.saturating_sub(width));
            match digits.get_mut(at..at + width) {
                Some(place) if overflow.iter().all(|digit| *digit == b'0') => place.copy_from_slice(kept),
                _ => return Err(TooWide { name, width }),
            }
            at += width;
        }
        Ok(Self(digits))
    }

    /// The same with another last digit.
    const fn ending_with(mut self, digit: u8) -> Self {
        self.0[24] = digit;
        self
    }
}

super::as_text! { FreeField FreeFieldError }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every barcode that other implementations made in a layout known here reads back, check digits and all, and prints
    /// the nosso número they print.
    #[test]
    fn agrees_with_other_implementations() {
        let mut read_csv = csv::Reader::from_reader(include_str!("../../vectors/boletos.csv").as_bytes());
        let (mut known, mut numbers, mut left_out) = (0, 0, 0);
        for row in read_csv.records() {
            let row = row.unwrap();
            let (grade, bar, given, printed) = (&row[0], &row[2], &row[6], &row[7]);
            if grade != "A" {
                left_out += 1;
                continue;
            }
            let Reading::Known(particulars) = read(&Barcode::parse(bar).unwrap()) else {
                panic!("not read: {row:?}");
            };
            known += 1;
            let digits = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            let ours = digits(&particulars.nosso_numero);
            assert!(ours.contains(digits(given).trim_start_matches('0')), "{ours} of {row:?}");
            if !printed.is_empty() {
                let theirs = digits(printed);
                // Some print the carteira in front, some with another number of zeros, some leave the digit out; of Itaú's
                // carteira 107 only they know the account that the digit needs.
                let same = ours.contains(theirs.trim_start_matches('0')) || theirs.ends_with(&ours) || theirs.starts_with(&ours);
                // One of them prints the remainder itself, 3, where Caixa's manual has 11 − 3.
                assert!(same || (ours == "140000000000005288" && theirs == "140000000000005283"), "{ours} of {row:?}");
                numbers += 1;
            }
        }
        assert_eq!((known, numbers, left_out), (186, 80, 82));
    }

    /// The title that a row's numbers make, as its bank's manual puts them together.
    fn title(row: &csv::StringRecord) -> (FreeField, Particulars) {
        fn of(title: &impl Title) -> (FreeField, Particulars) {
            (title.free_field().unwrap(), title.particulars())
        }
        let number = |at: usize| super::super::number(row[at].as_bytes());
        let (agencia, conta, nosso_numero) = (number(1) as u16, number(2) as u32, number(5));
        let carteira = row[3].parse::<u16>().unwrap_or_default();
        match &row[0] {
            // The agreement, and behind it what is left of 11 or 17 digits.
            "001" if row[4].len() <= 6 => {
                let nosso_numero = format!("{}{nosso_numero:0width$}", &row[4], width = 11 - row[4].len()).parse().unwrap();
                of(&banco_do_brasil::Title::Convenio6 { nosso_numero, agencia, conta, carteira: carteira as u8 })
            }
            // With seven digits or more branch and account are not in the free field; the old rows print them all the same.
            "001" if &row[6] == "beneficiary" => {
                of(&banco_do_brasil::Title::Convenio6 { nosso_numero, agencia, conta, carteira: carteira as u8 })
            }
            "001" => {
                let nosso_numero = format!("{}{nosso_numero:0width$}", &row[4], width = 17 - row[4].len()).parse().unwrap();
                of(&banco_do_brasil::Title::Convenio7 { nosso_numero, carteira: carteira as u8 })
            }
            "033" => of(&santander::Title { beneficiario: number(4) as u32, nosso_numero, ios: 0, modalidade: 101 }),
            "041" => of(&banrisul::Title { produto: 2, agencia, beneficiario: 0, nosso_numero: nosso_numero as u32 }),
            // Carteira 14 is registered, 24 is not.
            "104" => {
                let nosso_numero = 24 * 10_u64.pow(15) + nosso_numero;
                of(&caixa::Title { beneficiario: caixa::Beneficiario::Six(number(4) as u32), nosso_numero })
            }
            "237" => of(&bradesco::Title { agencia, carteira: carteira as u8, nosso_numero, conta }),
            "341" if &row[6] == "free_field" => {
                of(&itau::Title::SeuNumero { carteira, nosso_numero: nosso_numero as u32, seu_numero: conta, cliente: number(4) as u32 })
            }
            "341" => of(&itau::Title::Conta { carteira, nosso_numero: nosso_numero as u32, agencia, conta }),
            _ => of(&sicoob::Title {
                carteira: carteira as u8,
                cooperativa: agencia,
                modalidade: 1,
                cliente: number(4) as u32,
                nosso_numero: nosso_numero as u32,
                parcela: 1,
            }),
        }
    }

    /// What other implementations print for the numbers of a title.
    #[test]
    fn agrees_with_other_implementations_on_numbers() {
        let mut read = csv::Reader::from_reader(include_str!("../../vectors/nosso_numeros.csv").as_bytes());
        let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        // Without the carteira that some put in front.
        let last = |text: &str| bare(text.rsplit('/').next().unwrap());
        let mut seen = 0;
        for row in read.records() {
            let row = row.unwrap();
            let (free, particulars) = title(&row);
            let expected = &row[7];
            match &row[6] {
                "free_field" => assert_eq!(free.as_str(), expected, "{row:?}"),
                "digit" => assert!(bare(&particulars.nosso_numero).ends_with(expected), "{} of {row:?}", particulars.nosso_numero),
                // Some leave the digit out.
                "number" => {
                    let ours = last(&particulars.nosso_numero);
                    assert!(ours.starts_with(&last(expected)), "{ours} of {row:?}");
                }
                _ => assert_eq!(bare(&particulars.beneficiary.unwrap()), bare(expected), "{row:?}"),
            }
            seen += 1;
        }
        assert_eq!(seen, 54);
    }

    #[test]
    fn of_other_banks_nothing_is_said() {
        // Banco Inter.
        let bar = Barcode::parse("07791937900000050000001112047370601011605193").unwrap();
        assert_eq!(read(&bar), Reading::Unknown);
    }

    #[test]
    fn a_wrong_inner_digit_is_told() {
        // Caixa's example with the free field's last digit changed from 4 to 5.
        let free = FreeField::parse("0055077000100040000123455").unwrap();
        let bar = Barcode::build(BankCode::known(*b"104"), "2026-12-10".parse().unwrap(), Money::cents(1), &free).unwrap();
        assert_eq!(read(&bar), Reading::WrongDigit);
    }

    #[test]
    fn numbers_that_do_not_fit_are_named() {
        let title = bradesco::Title { agencia: 1234, carteira: 100, nosso_numero: 1, conta: 1 };
        assert_eq!(title.free_field(), Err(TooWide { name: "carteira", width: 2 }));
    }

    proptest! {
        #[test]
        fn never_panics(bank in 0usize..9, free in "[0-9]{25}") {
            let bank = BankCode::known(*[b"001", b"033", b"041", b"104", b"136", b"237", b"341", b"748", b"756"][bank]);
            let bar = Barcode::build(bank, "2026-12-10".parse().unwrap(), Money::cents(1), &FreeField::parse(&free).unwrap()).unwrap();
            let _ = read(&bar);
        }
    }
}
