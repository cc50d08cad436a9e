//! Boletos: the bars, the line people type, the banks' own fields, and collection guides.
//!
//! Never registers, changes or prices a title: only the bank does. What is here checks, converts and draws.
//!
//! Positions within a barcode count from 1, as the manuals count; positions within what somebody typed count characters from
//! 0. Amounts are centavos. Dates are calendar days; a due date that falls on a closed day is not moved here (see
//! [`crate::calendar`]).
//!
//! Sources: each bank's manual, named in its file of [`banks`] (copies of the editions read are in the repository
//! `eduardokum/laravel-boleto`, folder `manuais`); FEBRABAN, FB-082/2012, for [`due_factor`]; FEBRABAN, "Layout padrão de
//! arrecadação/recebimento com utilização do código de barras", for [`arrecadacao`].
//!
//! ```
//! use domain::boleto::banks::{self, Reading};
//! use domain::boleto::digitable_line::DigitableLine;
//! let line = DigitableLine::parse("10490.05505 77000.100048 00001.234541 2 16560000052347")?;
//! let bar = line.to_barcode();
//! assert_eq!((bar.bank().with_digit(), bar.amount().unwrap().to_string()), ("104-0".into(), "523,47".into()));
//! assert_eq!(bar.due_date("2026-11-21".parse()?), Some("2026-12-10".parse()?));
//! let Reading::Known(caixa) = banks::read(&bar) else { panic!() };
//! assert_eq!(caixa.nosso_numero, "14000000000012345-0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod arrecadacao;
pub mod bank_code;
pub mod banks;
pub mod barcode;
pub mod check_digit;
pub mod digitable_line;
pub mod due_factor;
pub mod interleaved;
pub mod typed;

/// Why a text is not a row of digits. Positions count characters from 0.
///
/// ```
/// use domain::boleto::TextError;
/// use domain::boleto::barcode::{Barcode, BarcodeError};
/// let typed = |text| Barcode::parse(text).unwrap_err();
/// assert_eq!(typed("0019l.50095"), BarcodeError::Text(TextError::LookAlike { at: 4, found: 'l', digit: '1' }));
/// assert_eq!(typed("0019x.50095"), BarcodeError::Text(TextError::Character(4)));
/// assert_eq!(typed(" \n"), BarcodeError::Text(TextError::Empty));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// No digit at all.
    #[error("no digits")]
    Empty,
    /// A character that is neither a digit nor a separator, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// A letter that text recognition, or a tired eye, takes for a digit; nothing else was wrong. It is not mended here:
    /// the person who typed is asked.
    #[error("{found} at {at} in place of a digit, perhaps {digit}")]
    LookAlike {
        /// The position of the first such letter.
        at: usize,
        /// The letter.
        found: char,
        /// The digit it resembles.
        digit: char,
    },
}

/// The digits of a text, as many as the longest code has, and how many there were.
struct Digits {
    kept: [u8; 48],
    length: usize,
}

impl Digits {
    /// All of them, if there are just `N`; else how many there are.
    fn exactly<const N: usize>(&self) -> Result<[u8; N], usize> {
        match self.kept.first_chunk() {
            Some(digits) if self.length == N => Ok(*digits),
            _ => Err(self.length),
        }
    }
}

/// Takes the digits out of what somebody typed or pasted.
fn read_digits(text: &str) -> Result<Digits, TextError> {
    let mut digits = Digits { kept: [b'0'; 48], length: 0 };
    let mut look_alike = None;
    for (at, character) in text.chars().enumerate() {
        match character {
            '0'..='9' => {
                if let Some(place) = digits.kept.get_mut(digits.length) {
                    *place = character as u8;
                }
                digits.length += 1;
            }
            // The separators of printed lines, the dashes word processors make of hyphens, and blanks: U+00A0 and the
            // invisible U+200B come with a paste from a web page, U+200E and U+202C from a telephone's messages.
            '.' | '-' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' => {}
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {}
            blank if blank.is_whitespace() => {}
            found => match resembles(found) {
                Some(digit) => look_alike = look_alike.or(Some(TextError::LookAlike { at, found, digit })),
                None => return Err(TextError::Character(at)),
            },
        }
    }
    match look_alike {
        Some(error) if digits.length > 0 => Err(error),
        Some(TextError::LookAlike { at, .. }) => Err(TextError::Character(at)),
        _ if digits.length == 0 => Err(TextError::Empty),
        _ => Ok(digits),
    }
}

/// The digit a letter is mistaken for.
const fn resembles(letter: char) -> Option<char> {
    match letter {
        'O' | 'o' | 'Q' | 'D' => Some('0'),
        'l' | 'I' | 'i' | '|' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

/// What was checked to be ASCII when it was kept.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The last `N` digits of a number, zero filled, ASCII.
fn digits_of<const N: usize>(mut number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    for place in digits.iter_mut().rev() {
        *place += (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// The number some ASCII digits write; at most 17 digits are asked for, which fit.
pub(crate) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number: u64, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit & 0x0f)))
}

/// Text in and out for a code with `parse` and `as_str`: `FromStr`, `TryFrom<String>`, serde, and a readable `Debug`.
macro_rules! as_text {
    ($name:ident $error:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(&text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use as_text;
