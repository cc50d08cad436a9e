//! What people paste into one box: a boleto's line, its bars, a collection guide, or a Pix code.
//!
//! Never mends what was pasted; an `O` in place of a 0 is told to the person, who has the paper at hand.
//!
//! What it is follows from its length: 47 digits are a boleto's line, 48 a guide's, 44 the bars of either, and `000201` begins
//! a Pix code. Positions in errors count characters of what was pasted, from 0; those of a Pix code count from where it begins.

use super::arrecadacao::{Arrecadacao, ArrecadacaoError};
use super::barcode::{Barcode, BarcodeError};
use super::digitable_line::{DigitableLine, LineError};
use super::{TextError, read_digits};
use crate::pix::br_code::{BrCode, BrCodeError};

/// Something payable, in whatever form it came. Examples are at [`read_typed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A boleto, by its line (47 digits) or its bars (44).
    Cobranca(Barcode),
    /// A collection guide, by its line (48) or its bars (44, beginning with 8).
    Arrecadacao(Arrecadacao),
    /// A Pix code.
    Pix(Box<BrCode>),
}

/// Why what was pasted is none of them.
///
/// ```
/// use domain::boleto::TextError;
/// use domain::boleto::digitable_line::LineError;
/// use domain::boleto::typed::{TypedError, read_typed};
/// let typed = |text| read_typed(text).unwrap_err();
/// assert_eq!(typed("  O0190.50095 40144"), TypedError::Text(TextError::LookAlike { at: 2, found: 'O', digit: '0' }));
/// assert_eq!(typed("1234"), TypedError::Length(4));
/// // The digit that stands alone is 3.
/// assert_eq!(typed("00190.50095 40144.816069 06809.350314 4 37370000000100"), TypedError::Line(LineError::General));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// Empty, a character that is no digit, or a letter in a digit's place.
    #[error(transparent)]
    Text(#[from] TextError),
    /// So many digits: neither 44, 47 nor 48.
    #[error("{0} digits: neither 44, 47 nor 48")]
    Length(usize),
    /// As long as a line, but not one.
    #[error(transparent)]
    Line(#[from] LineError),
    /// As long as the bars, but not a barcode.
    #[error(transparent)]
    Barcode(#[from] BarcodeError),
    /// As long as a collection guide, but not one.
    #[error(transparent)]
    Arrecadacao(#[from] ArrecadacaoError),
    /// Begins as a Pix code does, but is not one.
    #[error(transparent)]
    Pix(#[from] BrCodeError),
}

/// Reads what was pasted: blanks of any kind, points, hyphens and line breaks between digits are ignored; in a Pix code,
/// whose blanks count, only line breaks are.
///
/// ```
/// use domain::boleto::typed::{Typed, read_typed};
/// let line = read_typed("00190.50095\u{a0}40144.816069\r\n06809.350314 3 37370000000100")?;
/// let bars = read_typed("00193373700000001000500940144816060680935031")?;
/// assert!(line == bars && matches!(bars, Typed::Cobranca(bar) if bar.bank().as_str() == "001"));
/// assert!(matches!(read_typed("83860000005-0 09600019000-9 00080178230-9 00034306271-2")?, Typed::Arrecadacao(_)));
/// let Typed::Pix(code) = read_typed("00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-42665544000052040000530398\
///     65802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D")? else { panic!() };
/// assert_eq!(code.parts().name, "Fulano de Tal");
/// # Ok::<(), domain::boleto::typed::TypedError>(())
/// ```
///
/// # Errors
/// See [`TypedError`].
pub fn read_typed(text: &str) -> Result<Typed, TypedError> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'));
    // No bank has the code 000, so these six digits begin no boleto.
    if trimmed.starts_with("000201") {
        return read_pix(trimmed);
    }
    let digits = read_digits(trimmed).map_err(|error| shift(error, text, trimmed))?;
    match digits.length {
        47 => Ok(Typed::Cobranca(DigitableLine::from_digits(digits.exactly().map_err(TypedError::Length)?)?.to_barcode())),
        48 => Ok(Typed::Arrecadacao(Arrecadacao::from_line(digits.exactly().map_err(TypedError::Length)?)?)),
        44 if digits.kept[0] == b'8' => Ok(Typed::Arrecadacao(Arrecadacao::from_bar(digits.exactly().map_err(TypedError::Length)?)?)),
        44 => Ok(Typed::Cobranca(Barcode::from_digits(digits.exactly().map_err(TypedError::Length)?)?)),
        other => Err(TypedError::Length(other)),
    }
}

fn read_pix(text: &str) -> Result<Typed, TypedError> {
    let code = match BrCode::parse(text) {
        // A mail program folded the line; the CRC tells whether a blank went with the break.
        Err(_) if text.contains(['\n', '\r']) => BrCode::parse(&text.replace(['\n', '\r'], "")),
        other => other,
    };
    Ok(Typed::Pix(Box::new(code?)))
}

/// Counts positions from the start of what was pasted.
fn shift(error: TextError, text: &str, trimmed: &str) -> TypedError {
    let skipped = text.find(trimmed).map_or(0, |byte| text[..byte].chars().count());
    TypedError::Text(match error {
        TextError::Empty => TextError::Empty,
        TextError::Character(at) => TextError::Character(skipped + at),
        TextError::LookAlike { at, found, digit } => TextError::LookAlike { at: skipped + at, found, digit },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("../vectors/lines.csv").as_bytes());
        let (mut seen, mut lines, mut amounts) = ([0, 0], 0, 0);
        for row in read.records() {
            let row = row.unwrap();
            let (input, valid, bar, line, cents) = (&row[0], &row[1] == "1", &row[2], &row[3], &row[4]);
            let typed = read_typed(input);
            assert_eq!(typed.is_ok(), valid, "{row:?}: {typed:?}");
            let (our_bar, our_line, amount) = match typed {
                Ok(Typed::Cobranca(code)) => (code.to_string(), code.to_line().as_str().to_owned(), code.amount()),
                Ok(Typed::Arrecadacao(code)) => (code.as_str().to_owned(), code.line_digits(), code.amount()),
                Ok(Typed::Pix(_)) => panic!("{row:?}"),
                Err(_) => Default::default(),
            };
            assert!(bar == our_bar, "{row:?}");
            assert!(line.is_empty() || line == our_line, "{row:?}");
            lines += usize::from(!line.is_empty());
            if let Ok(cents) = cents.parse::<i64>() {
                assert_eq!(amount.map_or(0, crate::money::Money::as_cents), cents, "{row:?}");
                amounts += 1;
            }
            seen[usize::from(valid)] += 1;
        }
        assert_eq!((seen, lines, amounts), ([35, 47], 18, 19));
    }

    #[test]
    fn reads_every_kind() {
        let line = "00190.50095\u{a0}40144.816069\r\n 06809.350314 3 37370000000100 ";
        let bar = Barcode::parse("00193373700000001000500940144816060680935031").unwrap();
        assert_eq!(read_typed(line), Ok(Typed::Cobranca(bar)));
        assert_eq!(read_typed(bar.as_str()), Ok(Typed::Cobranca(bar)));
        let guide = Arrecadacao::parse("83860000005-0 09600019000-9 00080178230-9 00034306271-2").unwrap();
        assert_eq!(read_typed(&guide.to_string()), Ok(Typed::Arrecadacao(guide)));
        assert_eq!(read_typed(guide.as_str()), Ok(Typed::Arrecadacao(guide)));
        let pix = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal\
                   6008BRASILIA62070503***63041D3D";
        let code = Box::new(BrCode::parse(pix).unwrap());
        assert_eq!(read_typed(&format!("\u{feff} {pix}\n")), Ok(Typed::Pix(code.clone())));
        assert_eq!(read_typed(&format!("{}\r\n{}", &pix[..76], &pix[76..])), Ok(Typed::Pix(code)));
    }

    #[test]
    fn tells_what_is_wrong() {
        for (text, error) in [
            (" \n", TypedError::Text(TextError::Empty)),
            ("1234", TypedError::Length(4)),
            ("  O0190.50095 40144", TypedError::Text(TextError::LookAlike { at: 2, found: 'O', digit: '0' })),
            ("0019l.50095", TypedError::Text(TextError::LookAlike { at: 4, found: 'l', digit: '1' })),
            ("oi", TypedError::Text(TextError::Character(0))),
            ("00190.5009O linha", TypedError::Text(TextError::Character(14))),
            ("00190.50095 40144.816069 06809.350314 4 37370000000100", TypedError::Line(LineError::General)),
            ("00193373700000001000500940144816060680935032", TypedError::Barcode(BarcodeError::CheckDigit)),
            ("00020126", TypedError::Pix(BrCodeError::Truncated(6))),
        ] {
            assert_eq!(read_typed(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,80}", digits in "[0-9OlI. \n-]{40,60}") {
            let _ = (read_typed(&text), read_typed(&digits));
        }
    }
}
