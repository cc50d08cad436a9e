//! The 47 digits people type in place of a boleto's bars (linha digitável).
//!
//! Never mends a line: a wrong digit is reported with the field it is in, and old lines printed with a shortened last
//! field (36 digits) are a wrong length. Source: Banco do Brasil, "Especificações técnicas para confecção de boleto", January
//! 2016, "linha digitável"; every bank's manual has the same.
//!
//! | field | digits of the line | positions of the barcode |
//! |---|---|---|
//! | 1 | 1–9, check digit 10 | 1–4, 20–24 |
//! | 2 | 11–20, check digit 21 | 25–34 |
//! | 3 | 22–31, check digit 32 | 35–44 |
//! | 4 | 33 | 5, the general digit |
//! | 5 | 34–47 | 6–19, due date factor and centavos |

use std::fmt;

use super::barcode::{Barcode, BarcodeError};
use super::check_digit::modulo_10;
use super::{TextError, ascii, read_digits};

/// A line whose check digits are all right.
///
/// ```
/// use domain::boleto::digitable_line::DigitableLine;
/// let line = DigitableLine::parse("10490055057700010004800001234541216560000052347")?;
/// assert_eq!(line.to_string(), "10490.05505 77000.100048 00001.234541 2 16560000052347");
/// assert_eq!(line.to_barcode().as_str(), "10492165600000523470055077000100040000123454");
/// assert_eq!((line.to_barcode().to_line(), line.as_str().len()), (line, 47));
/// # Ok::<(), domain::boleto::digitable_line::LineError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigitableLine([u8; 47]);

/// Why a text is not a digitable line.
///
/// ```
/// use domain::boleto::digitable_line::{DigitableLine, LineError};
/// let typed = |text| DigitableLine::parse(text).unwrap_err();
/// // The right line is 00190.50095 40144.816069 06809.350314 3 37370000000100; the second field is mistyped:
/// assert_eq!(typed("00190.50095 40144.816169 06809.350314 3 37370000000100"), LineError::Fields([false, true, false]));
/// // the amount is another:
/// assert_eq!(typed("00190.50095 40144.816069 06809.350314 3 37370000000200"), LineError::General);
/// assert_eq!(typed("00190.50095 40144.816069 06809.350314 3 000"), LineError::Length(36));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Empty, or a character that is no digit.
    #[error(transparent)]
    Text(#[from] TextError),
    /// So many digits instead of 47.
    #[error("{0} digits instead of 47")]
    Length(usize),
    /// It starts with 8: the line of a collection guide (arrecadação), which has 48 digits, with one left out.
    #[error("starts with 8: a collection guide, whose line has 48 digits")]
    Arrecadacao,
    /// The fourth digit is not 9 (Real).
    #[error("currency {0} is not 9")]
    Currency(char),
    /// In which of the first three fields (the groups of 10, 11 and 11 digits) something is mistyped.
    #[error("check digit of a field does not match: {0:?}")]
    Fields([bool; 3]),
    /// The three fields are right by themselves, the general digit does not fit: it, or the last field (due date and
    /// amount), is mistyped.
    #[error("general check digit does not match")]
    General,
}

impl DigitableLine {
    /// Reads 47 digits; blanks, points and hyphens between them are ignored.
    ///
    /// # Errors
    /// See [`LineError`].
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let typed = read_digits(text)?;
        Self::from_digits(typed.exactly().map_err(LineError::Length)?)
    }

    /// `digits` must be ASCII digits.
    pub(super) fn from_digits(digits: [u8; 47]) -> Result<Self, LineError> {
        let wrong = [
            modulo_10(&[&digits[..9]]) != digits[9],
            modulo_10(&[&digits[10..20]]) != digits[20],
            modulo_10(&[&digits[21..31]]) != digits[31],
        ];
        if digits[0] == b'8' {
            return Err(LineError::Arrecadacao);
        }
        if wrong.contains(&true) {
            return Err(LineError::Fields(wrong));
        }
        match Barcode::from_digits(barcode_digits(&digits)) {
            Ok(_) => Ok(Self(digits)),
            Err(BarcodeError::Currency(found)) => Err(LineError::Currency(found)),
            Err(_) => Err(LineError::General),
        }
    }

    pub(super) fn of(barcode: &Barcode) -> Self {
        let bar = barcode.digits();
        let mut line = [b'0'; 47];
        line[..4].copy_from_slice(&bar[..4]);
        line[4..9].copy_from_slice(&bar[19..24]);
        line[10..20].copy_from_slice(&bar[24..34]);
        line[21..31].copy_from_slice(&bar[34..44]);
        line[32] = bar[4];
        line[33..].copy_from_slice(&bar[5..19]);
        line[9] = modulo_10(&[&line[..9]]);
        line[20] = modulo_10(&[&line[10..20]]);
        line[31] = modulo_10(&[&line[21..31]]);
        Self(line)
    }

    /// The bars it stands for.
    #[must_use]
    pub fn to_barcode(&self) -> Barcode {
        Barcode::trusted(barcode_digits(&self.0))
    }

    /// The 47 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

fn barcode_digits(line: &[u8; 47]) -> [u8; 44] {
    let mut bar = [b'0'; 44];
    bar[..4].copy_from_slice(&line[..4]);
    bar[4] = line[32];
    bar[5..19].copy_from_slice(&line[33..]);
    bar[19..24].copy_from_slice(&line[4..9]);
    bar[24..34].copy_from_slice(&line[10..20]);
    bar[34..].copy_from_slice(&line[21..31]);
    bar
}

/// As boletos print it: `AAABC.CCCCX DDDDD.DDDDDY EEEEE.EEEEEZ K FFFFVVVVVVVVVV`.
impl fmt::Display for DigitableLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let l = self.as_str();
        write!(f, "{}.{} {}.{} {}.{} {} {}", &l[..5], &l[5..10], &l[10..15], &l[15..21], &l[21..26], &l[26..32], &l[32..33], &l[33..])
    }
}

super::as_text! { DigitableLine LineError }

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "00190.50095 40144.816069 06809.350314 3 37370000000100";

    #[test]
    fn stands_for_its_bars() {
        let line = DigitableLine::parse(LINE).unwrap();
        assert_eq!(line.to_barcode().as_str(), "00193373700000001000500940144816060680935031");
        assert_eq!(line.to_barcode().to_line(), line);
        assert_eq!(line.to_string(), LINE);
        assert_eq!(DigitableLine::parse(line.as_str()), Ok(line));
        assert_eq!(DigitableLine::parse("00190.50095\u{a0}40144.816069\r\n06809.350314\t3 37370000000100\n"), Ok(line));
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (text, error) in [
            ("00190.50095 40144.816069 06809.350314 3 000", LineError::Length(36)),
            ("00190.50096 40144.816069 06809.350314 3 37370000000100", LineError::Fields([true, false, false])),
            ("00190.50095 40144.816169 06809.350314 3 37370000000100", LineError::Fields([false, true, false])),
            ("00190.60095 40144.816069 06809.350315 3 37370000000100", LineError::Fields([true, false, true])),
            ("00190.50095 40144.816069 06809.350314 4 37370000000100", LineError::General),
            ("00190.50095 40144.816069 06809.350314 3 37370000000200", LineError::General),
            ("00170.50097 40144.816069 06809.350314 3 37370000000100", LineError::Currency('7')),
            ("83860000005096000190009000801782309000343062712", LineError::Arrecadacao),
        ] {
            assert_eq!(DigitableLine::parse(text), Err(error), "{text}");
        }
    }

    fn lines() -> impl Strategy<Value = DigitableLine> {
        "[0-79][0-9]{43}".prop_map(|digits| {
            let mut bar: [u8; 44] = digits.as_bytes().try_into().unwrap();
            bar[3] = b'9';
            bar[4] = super::super::check_digit::general(&[&bar[..4], &bar[5..]]);
            Barcode::from_digits(bar).unwrap().to_line()
        })
    }

    /// Every line that other implementations made.
    fn lines_of_others() -> Vec<DigitableLine> {
        let column = |csv: &str, column: usize| {
            let mut read = csv::Reader::from_reader(csv.as_bytes());
            read.records().map(|row| row.unwrap()[column].to_owned()).collect::<Vec<_>>()
        };
        let texts = [column(include_str!("../vectors/boletos.csv"), 3), column(include_str!("../vectors/lines.csv"), 3)].concat();
        let lines: BTreeSet<_> = texts.iter().filter(|text| text.len() == 47).map(|text| DigitableLine::parse(text).unwrap()).collect();
        assert!(lines.len() > 250, "{}", lines.len());
        lines.into_iter().collect()
    }

    /// Every other digit at every place of every line: only the last field of a line whose general digit is 1 lets one pass,
    /// by the weakness that [`one_wrong_digit_is_caught`] explains.
    #[test]
    fn each_wrong_digit_is_caught() {
        let (mut wrong, mut passed) = (0, 0);
        for line in lines_of_others() {
            for (at, digit) in (0..47).flat_map(|at| (b'0'..=b'9').map(move |digit| (at, digit))) {
                let mut typed = line.0;
                typed[at] = digit;
                if typed == line.0 {
                    continue;
                }
                wrong += 1;
                if DigitableLine::from_digits(typed).is_ok() {
                    assert!(at >= 33 && line.0[32] == b'1', "{line} at {at}");
                    passed += 1;
                }
            }
        }
        println!("{passed} of {wrong} wrong digits pass");
        assert!(passed * 50 < wrong, "{passed} of {wrong}");
    }

    /// Neighbours typed in the wrong order. In the first three fields modulus 10 is blind to 0 and 9, but to no other two;
    /// in the last one modulus 11 sees every swap, but for the general digit 1, or when it is swapped itself.
    #[test]
    fn nearly_each_swap_is_caught() {
        let (mut swaps, mut passed) = (0, 0);
        for line in lines_of_others() {
            for at in (0..46).filter(|at| line.0[*at] != line.0[at + 1]) {
                let mut typed = line.0;
                typed.swap(at, at + 1);
                swaps += 1;
                if DigitableLine::from_digits(typed).is_ok() {
                    let blind = [b"09", b"90"].contains(&&[line.0[at], line.0[at + 1]]);
                    assert!(blind || at == 32 || (at >= 33 && line.0[32] == b'1'), "{line} at {at}");
                    passed += 1;
                }
            }
        }
        println!("{passed} of {swaps} swaps pass");
        assert!(passed * 50 < swaps, "{passed} of {swaps}");
    }

    proptest! {
        #[test]
        fn line_to_bar_to_line(line in lines()) {
            prop_assert_eq!(DigitableLine::parse(line.as_str()), Ok(line));
            prop_assert_eq!(DigitableLine::parse(&line.to_string()), Ok(line));
            prop_assert_eq!(line.to_barcode().to_line(), line);
            prop_assert_eq!(Barcode::parse(line.to_barcode().as_str()), Ok(line.to_barcode()));
        }

        /// Modulus 10 catches any wrong digit of the first three fields, and the general digit any wrong one of itself or
        /// of the last field, but for one weakness of the standard: three remainders share the general digit 1, so a
        /// mistyped last field may keep it.
        #[test]
        fn one_wrong_digit_is_caught(line in lines(), by in 1u8..10) {
            for at in 0..47 {
                let mut wrong = line.0;
                wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
                let caught = DigitableLine::from_digits(wrong).is_err();
                prop_assert!(caught || (at >= 33 && line.0[32] == b'1'), "{} at {}", line, at);
            }
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}", digits in "[0-9. \u{a0}-]{40,60}") {
            let _ = (DigitableLine::parse(&text), DigitableLine::parse(&digits));
        }
    }
}
