//! CPF and CNPJ: reads what people type, checks the digits, writes the number with its mask.
//!
//! Never asks anybody whether the number is registered, and never stores it as an integer: a leading zero is part of
//! the number and, since July 2026, so are the letters of a CNPJ (IN RFB 2.229/2024).
//!
//! Positions in errors count characters of the text as it was typed, from 0. Source of the check digits: Receita Federal,
//! "CNPJ alfanumérico: cálculo do dígito verificador", whose example is 12.ABC.345/01DE-35.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A CPF (of a person): eleven digits whose last two check the others.
///
/// ```
/// use domain::tax_ids::{Cpf, TaxIdError};
/// let cpf = Cpf::parse("529 982 247 25")?;
/// assert_eq!((cpf.as_str(), cpf.to_string().as_str()), ("52998224725", "529.982.247-25"));
/// // In a log line it is masked.
/// assert_eq!(format!("{cpf:?}"), "Cpf(***.982.247-**)");
/// assert_eq!(Cpf::parse("12.ABC.345/01DE-35"), Err(TaxIdError::Length(14)));
/// # Ok::<(), TaxIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpf([u8; 11]);

/// A CNPJ (of a company): twelve digits or capital letters, and two check digits.
///
/// ```
/// use domain::tax_ids::{Cnpj, TaxIdError};
/// let cnpj = Cnpj::parse("12.abc.345/01de-35")?;
/// assert_eq!((cnpj.as_str(), cnpj.to_string().as_str()), ("12ABC34501DE35", "12.ABC.345/01DE-35"));
/// assert_eq!((cnpj.root(), cnpj.order()), ("12ABC345", "01DE"));
/// // Letters are read, not dropped; the check digits are digits.
/// assert_eq!(Cnpj::parse("12.ABC.345/01DE-3A"), Err(TaxIdError::Character(17)));
/// # Ok::<(), TaxIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnpj([u8; 14]);

/// The number the Receita Federal knows a person or a company by.
///
/// ```
/// use domain::tax_ids::{Cpf, TaxId, TaxIdKind};
/// let id = TaxId::parse(" 529.982.247-25")?;
/// assert_eq!(id.as_str(), "52998224725");
/// assert_eq!(id.to_string(), "529.982.247-25");
/// assert_eq!(id.masked_for_display(), "***.982.247-**");
/// assert_eq!(id.kind(), TaxIdKind::Cpf);
/// assert_eq!((id.cpf(), id.cnpj()), (Some(Cpf::parse("52998224725")?), None));
/// # Ok::<(), domain::tax_ids::TaxIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxId {
    /// A person.
    Cpf(Cpf),
    /// A company.
    Cnpj(Cnpj),
}

/// Which of the two registers a [`TaxId`] belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaxIdKind {
    /// Persons.
    Cpf,
    /// Companies.
    Cnpj,
}

/// Why a text is neither a CPF nor a CNPJ.
///
/// ```
/// use domain::tax_ids::{TaxId, TaxIdError};
/// assert_eq!(TaxId::parse("529.982.24O-25"), Err(TaxIdError::Character(10))); // the letter O
/// assert_eq!(TaxId::parse("529.982.247-26"), Err(TaxIdError::CheckDigits));
/// assert_eq!(TaxId::parse("111.111.111-11"), Err(TaxIdError::AllEqual));
/// assert_eq!(TaxId::parse("5299822472"), Err(TaxIdError::Length(10)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxIdError {
    /// Nothing but blanks and punctuation was typed.
    #[error("no number")]
    Empty,
    /// So many digits and letters: neither 11 (CPF) nor 14 (CNPJ), or not those of the register that was asked for.
    #[error("{0} characters: neither 11 nor 14")]
    Length(usize),
    /// A character that has no place there, by its position in the text (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// The check digits do not follow from the others: something was mistyped.
    #[error("check digits do not match")]
    CheckDigits,
    /// One digit repeated, such as 111.111.111-11: its check digits fit, but no such number is issued.
    #[error("one digit repeated")]
    AllEqual,
}

impl TaxId {
    /// Reads a CPF or a CNPJ with or without its mask, in capital or small letters; blanks around and within are ignored.
    ///
    /// # Errors
    /// See [`TaxIdError`]; an unexpected character is reported before a wrong length.
    pub fn parse(text: &str) -> Result<Self, TaxIdError> {
        let typed = Typed::read(text)?;
        match typed.length {
            11 => typed.cpf().map(Self::Cpf),
            14 => typed.cnpj().map(Self::Cnpj),
            other => Err(TaxIdError::Length(other)),
        }
    }

    /// The number without its mask, as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cpf(cpf) => cpf.as_str(),
            Self::Cnpj(cnpj) => cnpj.as_str(),
        }
    }

    /// Whether it is a person's or a company's.
    #[must_use]
    pub const fn kind(&self) -> TaxIdKind {
        match self {
            Self::Cpf(_) => TaxIdKind::Cpf,
            Self::Cnpj(_) => TaxIdKind::Cnpj,
        }
    }

    /// The CPF, if it is one.
    #[must_use]
    pub const fn cpf(&self) -> Option<Cpf> {
        match self {
            Self::Cpf(cpf) => Some(*cpf),
            Self::Cnpj(_) => None,
        }
    }

    /// The CNPJ, if it is one.
    #[must_use]
    pub const fn cnpj(&self) -> Option<Cnpj> {
        match self {
            Self::Cpf(_) => None,
            Self::Cnpj(cnpj) => Some(*cnpj),
        }
    }

    /// Enough to recognize one's own number by, too little to learn another's: `***.982.247-**`, `12.***.***/01DE-35`.
    #[must_use]
    pub fn masked_for_display(&self) -> String {
        match self {
            Self::Cpf(cpf) => cpf.masked_for_display(),
            Self::Cnpj(cnpj) => cnpj.masked_for_display(),
        }
    }
}

impl Cpf {
    /// Reads a CPF with or without its mask, as [`TaxId::parse`] does.
    ///
    /// # Errors
    /// See [`TaxIdError`]; a CNPJ is a wrong length.
    pub fn parse(text: &str) -> Result<Self, TaxIdError> {
        let typed = Typed::read(text)?;
        if typed.length == 11 { typed.cpf() } else { Err(TaxIdError::Length(typed.length)) }
    }

    /// Completes nine digits, given as ASCII (`*b"529982247"`), with the two that check them: for synthetic people.
    ///
    /// ```
    /// # use domain::tax_ids::{Cpf, TaxIdError};
    /// assert_eq!(Cpf::with_check_digits(*b"529982247")?.to_string(), "529.982.247-25");
    /// assert_eq!(Cpf::with_check_digits(*b"111111111"), Err(TaxIdError::AllEqual));
    /// # Ok::<(), TaxIdError>(())
    /// ```
    ///
    /// # Errors
    /// A byte that is not a digit, or one digit nine times.
    pub fn with_check_digits(digits: [u8; 9]) -> Result<Self, TaxIdError> {
        let mut all = [b'0'; 11];
        for (at, digit) in digits.into_iter().enumerate() {
            all[at] = if digit.is_ascii_digit() { digit } else { return Err(TaxIdError::Character(at)) };
        }
        if digits.iter().all(|digit| *digit == digits[0]) {
            return Err(TaxIdError::AllEqual);
        }
        (all[9], all[10]) = cpf_check_digits(&all);
        Ok(Self(all))
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// With the first three digits and the check digits hidden, the way public bodies print it: `***.982.247-**`.
    #[must_use]
    pub fn masked_for_display(&self) -> String {
        let d = self.as_str();
        format!("***.{}.{}-**", &d[3..6], &d[6..9])
    }
}

impl Cnpj {
    /// Reads a CNPJ with or without its mask, numeric or alphanumeric, as [`TaxId::parse`] does.
    ///
    /// # Errors
    /// See [`TaxIdError`]; a CPF is a wrong length.
    pub fn parse(text: &str) -> Result<Self, TaxIdError> {
        let typed = Typed::read(text)?;
        if typed.length == 14 { typed.cnpj() } else { Err(TaxIdError::Length(typed.length)) }
    }

    /// Completes twelve digits or capital letters, given as ASCII (`b"12ABC34501DE"`), with the two digits that check them.
    ///
    /// ```
    /// # use domain::tax_ids::{Cnpj, TaxIdError};
    /// // The Receita's own example: the sums are 459 (remainder 8, digit 3) and 424 (remainder 6, digit 5).
    /// assert_eq!(Cnpj::with_check_digits(b"12ABC34501DE")?.to_string(), "12.ABC.345/01DE-35");
    /// assert_eq!(Cnpj::with_check_digits(b"12abc34501DE"), Err(TaxIdError::Character(2)));
    /// # Ok::<(), TaxIdError>(())
    /// ```
    ///
    /// # Errors
    /// A byte that is neither a digit nor a capital letter, or one character twelve times.
    pub fn with_check_digits(characters: &[u8; 12]) -> Result<Self, TaxIdError> {
        let mut all = [b'0'; 14];
        for (at, character) in characters.iter().enumerate() {
            let fits = character.is_ascii_digit() || character.is_ascii_uppercase();
            all[at] = if fits { *character } else { return Err(TaxIdError::Character(at)) };
        }
        if characters.iter().all(|character| *character == characters[0]) {
            return Err(TaxIdError::AllEqual);
        }
        (all[12], all[13]) = cnpj_check_digits(&all);
        Ok(Self(all))
    }

    /// The fourteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The first eight characters, shared by every establishment of a company.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.as_str()[..8]
    }

    /// The four characters that tell the establishment; `0001` is usually the head office.
    #[must_use]
    pub fn order(&self) -> &str {
        &self.as_str()[8..12]
    }

    /// With six of the root's characters hidden: `12.***.***/01DE-35`. An example is at [`TaxId`].
    #[must_use]
    pub fn masked_for_display(&self) -> String {
        let c = self.as_str();
        format!("{}.***.***/{}-{}", &c[..2], &c[8..12], &c[12..])
    }
}

/// What somebody typed: the digits and (capital) letters, and where each stood in the text.
struct Typed {
    characters: [u8; 14],
    positions: [usize; 14],
    /// How many there were, which may be more than were kept.
    length: usize,
}

impl Typed {
    fn read(text: &str) -> Result<Self, TaxIdError> {
        let mut typed = Self { characters: [0; 14], positions: [0; 14], length: 0 };
        for (position, character) in text.chars().enumerate() {
            if is_mask(character) {
                continue;
            }
            if !character.is_ascii_alphanumeric() {
                return Err(TaxIdError::Character(position));
            }
            if let (Some(kept), Some(place), Ok(byte)) =
                (typed.characters.get_mut(typed.length), typed.positions.get_mut(typed.length), u8::try_from(character))
            {
                (*kept, *place) = (byte.to_ascii_uppercase(), position);
            }
            typed.length += 1;
        }
        if typed.length == 0 { Err(TaxIdError::Empty) } else { Ok(typed) }
    }

    fn cpf(&self) -> Result<Cpf, TaxIdError> {
        let mut digits = [0; 11];
        digits.copy_from_slice(&self.characters[..11]);
        self.only_digits(0, &digits)?;
        if digits == [digits[0]; 11] {
            return Err(TaxIdError::AllEqual);
        }
        if (digits[9], digits[10]) == cpf_check_digits(&digits) { Ok(Cpf(digits)) } else { Err(TaxIdError::CheckDigits) }
    }

    fn cnpj(&self) -> Result<Cnpj, TaxIdError> {
        let characters = self.characters;
        self.only_digits(12, &characters)?;
        if characters == [characters[0]; 14] {
            return Err(TaxIdError::AllEqual);
        }
        let right = (characters[12], characters[13]) == cnpj_check_digits(&characters);
        if right { Ok(Cnpj(characters)) } else { Err(TaxIdError::CheckDigits) }
    }

    fn only_digits(&self, from: usize, characters: &[u8]) -> Result<(), TaxIdError> {
        match characters[from..].iter().position(|c| !c.is_ascii_digit()) {
            Some(at) => Err(TaxIdError::Character(self.positions[from + at])),
            None => Ok(()),
        }
    }
}

/// Blanks of every kind (a paste from a web page brings U+00A0 and U+200B) and the punctuation of the two masks,
/// with the dashes that word processors put in place of a hyphen.
pub(crate) const fn is_mask(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '.' | '/' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{200e}' | '\u{feff}')
}

fn cpf_check_digits(digits: &[u8; 11]) -> (u8, u8) {
    let first = check_digit(&digits[..9], 11, None);
    (first, check_digit(&digits[..9], 11, Some(first)))
}

fn cnpj_check_digits(characters: &[u8; 14]) -> (u8, u8) {
    let first = check_digit(&characters[..12], 9, None);
    (first, check_digit(&characters[..12], 9, Some(first)))
}

/// Modulus 11 with weights 2, 3, … `heaviest`, 2, 3, … from the right; remainders 0 and 1 give 0. A character's value is
/// its ASCII code less 48, so A is 17 and Z is 42 (Receita Federal, "CNPJ alfanumérico: cálculo do dígito verificador").
/// `first` is the check digit found before, which stands at the right of the others.
pub(crate) fn check_digit(characters: &[u8], heaviest: u32, first: Option<u8>) -> u8 {
    let (mut sum, mut weight) = (0, 2);
    let mut add = |character: u8| {
        sum += u32::from(character.wrapping_sub(b'0')) * weight;
        weight = if weight == heaviest { 2 } else { weight + 1 };
    };
    first.into_iter().chain(characters.iter().rev().copied()).for_each(&mut add);
    match sum % 11 {
        0 | 1 => b'0',
        // 11 − r lies between 1 and 9.
        remainder => b'0' + (11 - remainder) as u8,
    }
}

/// These arrays hold nothing but ASCII digits and letters: they are filled only after each byte was looked at.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// With its mask: `529.982.247-25`.
impl fmt::Display for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = self.as_str();
        write!(f, "{}.{}.{}-{}", &d[..3], &d[3..6], &d[6..9], &d[9..])
    }
}

/// With its mask: `12.ABC.345/01DE-35`.
impl fmt::Display for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.as_str();
        write!(f, "{}.{}.{}/{}-{}", &c[..2], &c[2..5], &c[5..8], &c[8..12], &c[12..])
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpf(cpf) => cpf.fmt(f),
            Self::Cnpj(cnpj) => cnpj.fmt(f),
        }
    }
}

impl From<Cpf> for TaxId {
    fn from(cpf: Cpf) -> Self {
        Self::Cpf(cpf)
    }
}

impl From<Cnpj> for TaxId {
    fn from(cnpj: Cnpj) -> Self {
        Self::Cnpj(cnpj)
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        /// Masked: a log line or a failed assertion is no place for somebody's number.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked_for_display())
            }
        }

        impl FromStr for $name {
            type Err = TaxIdError;
            fn from_str(text: &str) -> Result<Self, TaxIdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TaxIdError;
            fn try_from(text: String) -> Result<Self, TaxIdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    )*};
}

as_text! { Cpf Cnpj TaxId }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("vectors/tax_ids.csv").as_bytes());
        let mut seen = 0;
        for row in read.deserialize::<(String, String, u8, String)>() {
            let (kind, input, valid, source) = row.unwrap();
            let answer = if kind == "cpf" { Cpf::parse(&input).map(TaxId::from) } else { Cnpj::parse(&input).map(TaxId::from) };
            assert_eq!(answer.is_ok(), valid == 1, "{kind} {input:?} of {source}: {answer:?}");
            if let Ok(id) = answer {
                assert_eq!(TaxId::parse(&input), Ok(id));
            }
            seen += 1;
        }
        assert_eq!(seen, 146);
    }

    #[test]
    fn reads_what_people_type() {
        for (text, unmasked, masked, hidden) in [
            ("529.982.247-25", "52998224725", "529.982.247-25", "***.982.247-**"),
            ("\u{a0}529 982 247 25\n", "52998224725", "529.982.247-25", "***.982.247-**"),
            ("529.982.247\u{2013}25", "52998224725", "529.982.247-25", "***.982.247-**"),
            ("12.ABC.345/01DE-35", "12ABC34501DE35", "12.ABC.345/01DE-35", "12.***.***/01DE-35"),
            ("12abc34501de35", "12ABC34501DE35", "12.ABC.345/01DE-35", "12.***.***/01DE-35"),
            ("00000000000191", "00000000000191", "00.000.000/0001-91", "00.***.***/0001-91"),
        ] {
            let id = TaxId::parse(text).unwrap();
            assert_eq!(id.as_str(), unmasked);
            assert_eq!(id.to_string(), masked);
            assert_eq!(id.masked_for_display(), hidden);
        }
    }

    #[test]
    fn refuses_and_says_why() {
        for (text, error) in [
            ("", TaxIdError::Empty),
            (" .-/ ", TaxIdError::Empty),
            ("5299822472", TaxIdError::Length(10)),
            ("-2178537464", TaxIdError::Length(10)),
            ("545507520001555", TaxIdError::Length(15)),
            ("529.982.247=25", TaxIdError::Character(11)),
            ("529.982.24O-25", TaxIdError::Character(10)),
            ("529.982.247-2\u{661}", TaxIdError::Character(13)),
            ("12.ABC.345/01DE-3A", TaxIdError::Character(17)),
            ("529.982.247-26", TaxIdError::CheckDigits),
            ("12.ABC.345/01DE-36", TaxIdError::CheckDigits),
            ("111.111.111-11", TaxIdError::AllEqual),
            ("00000000000000", TaxIdError::AllEqual),
        ] {
            assert_eq!(TaxId::parse(text), Err(error), "{text}");
        }
        assert_eq!(Cpf::parse("12.ABC.345/01DE-35"), Err(TaxIdError::Length(14)));
        assert_eq!(Cnpj::parse("529.982.247-25"), Err(TaxIdError::Length(11)));
    }

    #[test]
    fn makes_synthetic_numbers() {
        assert_eq!(Cpf::with_check_digits(*b"529982247").unwrap().as_str(), "52998224725");
        let company = Cnpj::with_check_digits(b"12ABC34501DE").unwrap();
        assert_eq!((company.as_str(), company.root(), company.order()), ("12ABC34501DE35", "12ABC345", "01DE"));
        assert_eq!(Cpf::with_check_digits([1; 9]), Err(TaxIdError::Character(0)));
        assert_eq!(Cpf::with_check_digits(*b"111111111"), Err(TaxIdError::AllEqual));
        assert_eq!(Cnpj::with_check_digits(b"12abc34501de"), Err(TaxIdError::Character(2)));
    }

    #[test]
    fn travels_as_the_bare_number() {
        let id = TaxId::parse("12.ABC.345/01DE-35").unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"12ABC34501DE35\"");
        assert_eq!(serde_json::from_str::<TaxId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<TaxId>("\"12ABC34501DE36\"").is_err());
        assert_eq!(format!("{id:?}"), "TaxId(12.***.***/01DE-35)");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = TaxId::parse(&text);
        }

        #[test]
        fn never_panics_near_a_number(text in "[0-9A-Za-z./ \u{a0}-]{9,18}") {
            let _ = TaxId::parse(&text);
        }

        #[test]
        fn reads_its_own_mask(root in "[0-9A-Z]{12}", digits in "[0-9]{9}") {
            if let Ok(cnpj) = Cnpj::with_check_digits(root.as_bytes().try_into().unwrap()) {
                prop_assert_eq!(Cnpj::parse(&cnpj.to_string()), Ok(cnpj));
            }
            if let Ok(cpf) = Cpf::with_check_digits(digits.as_bytes().try_into().unwrap()) {
                prop_assert_eq!(Cpf::parse(&cpf.to_string()), Ok(cpf));
            }
        }

        /// Both check digits are determined by the others, so any other pair is refused.
        #[test]
        fn catches_wrong_check_digits(digits in "[0-9]{9}", pair in 0u8..100) {
            if let Ok(cpf) = Cpf::with_check_digits(digits.as_bytes().try_into().unwrap()) {
                let mut other = cpf.0;
                (other[9], other[10]) = (b'0' + pair / 10, b'0' + pair % 10);
                prop_assert_eq!(Cpf::parse(ascii(&other)).is_ok(), other == cpf.0);
            }
        }
    }
}
