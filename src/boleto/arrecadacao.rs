//! Collection guides (arrecadação): taxes, water, power, telephone. 44 digits that start with 8, typed as 48.
//!
//! Never reads a due date (each issuer puts it where it likes) and never takes a reference quantity for money.
//! Source: FEBRABAN, "Layout padrão de arrecadação/recebimento com utilização do código de barras", version 5.
//!
//! Positions of the bars count from 1: 1 the digit 8, 2 segment, 3 kind of value and modulus, 4 general digit, 5–15 centavos
//! (or a quantity), 16 on the issuer and what it likes. The line is the bars in four blocks of 11, each with a digit behind.

use std::fmt;

use super::check_digit::{modulo_10, modulo_11};
use super::{TextError, ascii, number, read_digits};
use crate::money::Money;

/// A guide's barcode whose general digit is right.
///
/// ```
/// use domain::boleto::arrecadacao::{Arrecadacao, Segment};
/// use domain::money::Money;
/// let guide = Arrecadacao::parse("83860000005-0 09600019000-9 00080178230-9 00034306271-2")?;
/// assert_eq!(guide.as_str(), "83860000005096000190000008017823000034306271");
/// assert_eq!((guide.segment(), guide.amount(), guide.issuer()), (Segment::Energia, Some(Money::cents(50_960)), "0019"));
/// assert_eq!(guide.to_string(), "83860000005-0 09600019000-9 00080178230-9 00034306271-2");
/// assert_eq!(guide.line_digits(), "838600000050096000190009000801782309000343062712");
/// # Ok::<(), domain::boleto::arrecadacao::ArrecadacaoError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arrecadacao([u8; 44]);

/// Who collects, by the second digit. An example is at [`Arrecadacao`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// City halls.
    Prefeitura,
    /// Water and sewage.
    Saneamento,
    /// Power and gas.
    Energia,
    /// Telephone and internet.
    Telecomunicacoes,
    /// Other public bodies.
    OrgaoPublico,
    /// Instalment books and companies identified by their CNPJ.
    Empresa,
    /// Traffic fines.
    MultaDeTransito,
    /// The bank's own use.
    Banco,
    /// A digit the layout does not define.
    Undefined,
}

/// Why a text is not a collection guide.
///
/// ```
/// use domain::boleto::arrecadacao::{Arrecadacao, ArrecadacaoError};
/// let typed = |text| Arrecadacao::parse(text).unwrap_err();
/// // The last block's digit is 2.
/// assert_eq!(
///     typed("83860000005-0 09600019000-9 00080178230-9 00034306271-3"),
///     ArrecadacaoError::Blocks([false, false, false, true])
/// );
/// assert_eq!(typed("83560000005096000190000008017823000034306271"), ArrecadacaoError::ValueKind('5'));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArrecadacaoError {
    /// Empty, or a character that is no digit.
    #[error(transparent)]
    Text(#[from] TextError),
    /// So many digits instead of 48 (line) or 44 (bars).
    #[error("{0} digits instead of 48 or 44")]
    Length(usize),
    /// The first digit is not 8.
    #[error("does not start with 8")]
    Product,
    /// The third digit, which tells the kind of value and the modulus, is not 6, 7, 8 or 9.
    #[error("value identifier {0} is not 6 to 9")]
    ValueKind(char),
    /// In which of the line's four blocks of 12 digits something is mistyped.
    #[error("check digit of a block does not match: {0:?}")]
    Blocks([bool; 4]),
    /// The general digit does not follow from the other 43.
    #[error("general check digit does not match")]
    General,
}

impl Arrecadacao {
    /// Reads the 48 digits of a line or the 44 of the bars; blanks, points and hyphens between them are ignored.
    ///
    /// # Errors
    /// See [`ArrecadacaoError`].
    pub fn parse(text: &str) -> Result<Self, ArrecadacaoError> {
        let typed = read_digits(text)?;
        match (typed.exactly::<48>(), typed.exactly::<44>()) {
            (Ok(line), _) => Self::from_line(line),
            (_, Ok(bar)) => Self::from_bar(bar),
            (_, Err(length)) => Err(ArrecadacaoError::Length(length)),
        }
    }

    /// `bar` must be ASCII digits.
    pub(super) fn from_bar(bar: [u8; 44]) -> Result<Self, ArrecadacaoError> {
        if modulus(bar[0], bar[2])?(&[&bar[..3], &bar[4..]]) == bar[3] { Ok(Self(bar)) } else { Err(ArrecadacaoError::General) }
    }

    /// `line` must be ASCII digits.
    pub(super) fn from_line(line: [u8; 48]) -> Result<Self, ArrecadacaoError> {
        let modulus = modulus(line[0], line[2])?;
        let (mut bar, mut wrong) = ([b'0'; 44], [false; 4]);
        for ((block, place), wrong) in line.chunks_exact(12).zip(bar.chunks_exact_mut(11)).zip(&mut wrong) {
            place.copy_from_slice(&block[..11]);
            *wrong = modulus(&[&block[..11]]) != block[11];
        }
        if wrong.contains(&true) { Err(ArrecadacaoError::Blocks(wrong)) } else { Self::from_bar(bar) }
    }

    /// The 44 digits of the bars.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The line's 48 digits, without blanks.
    #[must_use]
    pub fn line_digits(&self) -> String {
        self.blocks().map(|(block, digit)| format!("{block}{digit}")).collect()
    }

    /// Who collects.
    #[must_use]
    pub const fn segment(&self) -> Segment {
        match self.0[1] {
            b'1' => Segment::Prefeitura,
            b'2' => Segment::Saneamento,
            b'3' => Segment::Energia,
            b'4' => Segment::Telecomunicacoes,
            b'5' => Segment::OrgaoPublico,
            b'6' => Segment::Empresa,
            b'7' => Segment::MultaDeTransito,
            b'9' => Segment::Banco,
            _ => Segment::Undefined,
        }
    }

    /// The amount, when the value is money (identifiers 6 and 8) and not zero.
    ///
    /// ```
    /// # use domain::boleto::arrecadacao::Arrecadacao;
    /// # use domain::money::Money;
    /// let guide = Arrecadacao::parse("84630000000299902962020041013600000200644114")?;
    /// assert_eq!(guide.amount(), Some(Money::cents(2_999)));
    /// // Identifier 7: what stands in its place is a quantity, of whatever the issuer counts.
    /// let guide = Arrecadacao::parse("83740000000509600190000008017823000034306271")?;
    /// assert_eq!(guide.amount(), None);
    /// # Ok::<(), domain::boleto::arrecadacao::ArrecadacaoError>(())
    /// ```
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        let cents = i64::try_from(number(&self.0[4..15])).ok()?;
        (matches!(self.0[2], b'6' | b'8') && cents > 0).then_some(Money::cents(cents))
    }

    /// Who issued it: the first eight characters of the CNPJ in segment 6, else FEBRABAN's four-digit code.
    #[must_use]
    pub fn issuer(&self) -> &str {
        let end = if self.segment() == Segment::Empresa { 23 } else { 19 };
        &self.as_str()[15..end]
    }

    fn blocks(&self) -> impl Iterator<Item = (&str, char)> {
        let modulus: Modulus = if matches!(self.0[2], b'6' | b'7') { modulo_10 } else { modulo_11 };
        self.0.chunks_exact(11).map(move |block| (ascii(block), char::from(modulus(&[block]))))
    }
}

/// One of the two rules of check digits.
type Modulus = fn(&[&[u8]]) -> u8;

/// The rule to use, from the first and third digits.
fn modulus(product: u8, value_kind: u8) -> Result<Modulus, ArrecadacaoError> {
    if product != b'8' {
        return Err(ArrecadacaoError::Product);
    }
    match value_kind {
        b'6' | b'7' => Ok(modulo_10),
        b'8' | b'9' => Ok(modulo_11),
        other => Err(ArrecadacaoError::ValueKind(char::from(other))),
    }
}

/// The line as guides print it: `83860000005-0 09600019000-9 00080178230-9 00034306271-2`.
impl fmt::Display for Arrecadacao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (block, digit)) in self.blocks().enumerate() {
            write!(f, "{}{block}-{digit}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

super::as_text! { Arrecadacao ArrecadacaoError }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_bars_and_line() {
        for (bar, line, amount, segment, issuer) in [
            (
                "83860000005096000190000008017823000034306271",
                "83860000005-0 09600019000-9 00080178230-9 00034306271-2",
                Some(50_960),
                Segment::Energia,
                "0019",
            ),
            (
                "85820000000572503282035607082021053959190446",
                "85820000000-7 57250328203-0 56070820210-7 53959190446-0",
                Some(5725),
                Segment::OrgaoPublico,
                "0328",
            ),
            (
                "85890000460524601791606075930508683148300001",
                "85890000460-9 52460179160-5 60759305086-5 83148300001-0",
                Some(4_605_246),
                Segment::OrgaoPublico,
                "0179",
            ),
        ] {
            let guide = Arrecadacao::parse(bar).unwrap();
            assert_eq!(Arrecadacao::parse(line), Ok(guide));
            assert_eq!(Arrecadacao::parse(&guide.line_digits()), Ok(guide));
            assert_eq!(guide.to_string(), line);
            assert_eq!((guide.as_str(), guide.segment(), guide.issuer()), (bar, segment, issuer));
            assert_eq!(guide.amount(), amount.map(Money::cents), "{bar}");
        }
    }

    #[test]
    fn names_the_block_that_is_wrong() {
        for (text, error) in [
            ("83860000005-0 09600019000-9 00080178230-9 00034306271-3", ArrecadacaoError::Blocks([false, false, false, true])),
            ("83860000005-1 09600019000-8 00080178230-9 00034306271-2", ArrecadacaoError::Blocks([true, true, false, false])),
            ("83560000005096000190000008017823000034306271", ArrecadacaoError::ValueKind('5')),
            ("83870000005096000190000008017823000034306271", ArrecadacaoError::General),
            ("93860000005096000190000008017823000034306271", ArrecadacaoError::Product),
            ("8386000000509600019000000801782300003430627", ArrecadacaoError::Length(43)),
        ] {
            assert_eq!(Arrecadacao::parse(text), Err(error), "{text}");
        }
    }

    /// Every other digit at every place, and every two neighbours swapped, of many guides.
    /// Modulus 10 sees each wrong digit and each swap but that of 0 and 9. Modulus 11, which writes two remainders as 0, lets
    /// hardly anything pass, because what a block's digit misses the general digit has to miss as well.
    #[test]
    fn nearly_each_slip_is_caught() {
        // Any hundred of each kind: 7919 is a prime, so that the digits look like chance.
        let lines = (0..400_u64).map(|number| {
            let mut bar = *b"80000000000000000000000000000000000000000000";
            (bar[1], bar[2]) = (b'1' + (number % 9) as u8, b'6' + (number % 4) as u8);
            for (at, place) in bar[4..].iter_mut().enumerate() {
                *place += ((number + 3).pow(at as u32 % 5 + 1) * 7919 / 97 % 10) as u8;
            }
            bar[3] = modulus(bar[0], bar[2]).unwrap()(&[&bar[..3], &bar[4..]]);
            <[u8; 48]>::try_from(Arrecadacao::from_bar(bar).unwrap().line_digits().as_bytes()).unwrap()
        });
        let (mut slips, mut passed) = (0, 0);
        for line in lines {
            let ten = matches!(line[2], b'6' | b'7');
            let wrong = (0..48).flat_map(|at| (b'0'..=b'9').map(move |digit| (at, digit))).map(|(at, digit)| {
                let mut typed = line;
                typed[at] = digit;
                (typed, false)
            });
            let swapped = (0..47).map(|at| {
                let mut typed = line;
                typed.swap(at, at + 1);
                (typed, [b"09", b"90"].contains(&&[line[at], line[at + 1]]))
            });
            for (typed, blind) in wrong.chain(swapped).filter(|(typed, _)| *typed != line) {
                slips += 1;
                if Arrecadacao::from_line(typed).is_ok() {
                    assert!(!ten || blind, "{}", ascii(&typed));
                    passed += 1;
                }
            }
        }
        println!("{passed} of {slips} slips pass");
        assert!(passed * 1000 < slips, "{passed} of {slips}");
    }

    proptest! {
        #[test]
        fn line_and_bars_agree(digits in "8[0-9][6-9][0-9]{41}") {
            let mut bar: [u8; 44] = digits.as_bytes().try_into().unwrap();
            bar[3] = modulus(bar[0], bar[2]).unwrap()(&[&bar[..3], &bar[4..]]);
            let guide = Arrecadacao::from_bar(bar).unwrap();
            prop_assert_eq!(Arrecadacao::parse(&guide.to_string()), Ok(guide));
            prop_assert_eq!(Arrecadacao::parse(guide.as_str()), Ok(guide));
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}", digits in "8[0-9. -]{40,60}") {
            let _ = (Arrecadacao::parse(&text), Arrecadacao::parse(&digits));
        }
    }
}
