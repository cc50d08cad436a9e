//! Access keys of fiscal documents: the 44 characters of an NF-e and its kin, and the 50 of the national NFS-e.
//!
//! Never asks a tax authority whether the document exists, and never reads its XML: a key that is well formed may still
//! belong to nothing. Sources: Manual de Orientação do Contribuinte of the NF-e, "Chave de acesso" (44); leiautes of the
//! Sistema Nacional NFS-e, `TSIdNFSe` (50); Nota Técnica Conjunta 2025.001 for the letters of a CNPJ.
//!
//! Positions in errors count characters of the text as it was typed, from 0, prefix and blanks counted too.
//!
//! | key of 44 | key of 50 |
//! |---|---|
//! | UF 2, year and month 4, issuer 14, model 2, series 3, number 9, emission 1, code 8, check digit 1 | municipality 7, generator 1, register 1, issuer 14, number 13, year and month 4, code 9, check digit 1 |

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::boleto::number;
use crate::tax_ids::{Cnpj, Cpf, TaxId, ascii, check_digit, is_mask};
use crate::words::words;

words! {
    /// A state of the federation, or the federal district. Keys hold its two digits at the IBGE; 35 is São Paulo.
    pub enum Uf {
        /// Rondônia.
        Ro = "RO",
        /// Acre.
        Ac = "AC",
        /// Amazonas.
        Am = "AM",
        /// Roraima.
        Rr = "RR",
        /// Pará.
        Pa = "PA",
        /// Amapá.
        Ap = "AP",
        /// Tocantins.
        To = "TO",
        /// Maranhão.
        Ma = "MA",
        /// Piauí.
        Pi = "PI",
        /// Ceará.
        Ce = "CE",
        /// Rio Grande do Norte.
        Rn = "RN",
        /// Paraíba.
        Pb = "PB",
        /// Pernambuco.
        Pe = "PE",
        /// Alagoas.
        Al = "AL",
        /// Sergipe.
        Se = "SE",
        /// Bahia.
        Ba = "BA",
        /// Minas Gerais.
        Mg = "MG",
        /// Espírito Santo.
        Es = "ES",
        /// Rio de Janeiro.
        Rj = "RJ",
        /// São Paulo.
        Sp = "SP",
        /// Paraná.
        Pr = "PR",
        /// Santa Catarina.
        Sc = "SC",
        /// Rio Grande do Sul.
        Rs = "RS",
        /// Mato Grosso do Sul.
        Ms = "MS",
        /// Mato Grosso.
        Mt = "MT",
        /// Goiás.
        Go = "GO",
        /// Distrito Federal.
        Df = "DF",
    }

    /// Which document a key of 44 names; all of these have one layout up to the number.
    pub enum Model {
        /// Goods: model 55.
        Nfe = "nfe",
        /// Goods sold over the counter: model 65.
        Nfce = "nfce",
        /// Freight: model 57.
        Cte = "cte",
        /// Transport of persons, valuables and luggage: model 67.
        CteOs = "cte_os",
        /// The manifest of a lorry: model 58.
        Mdfe = "mdfe",
        /// Telephone and internet: model 62.
        Nfcom = "nfcom",
        /// Electricity: model 66.
        Nf3e = "nf3e",
    }

    /// Whose system made an NFS-e.
    pub enum Generator {
        /// The town's own.
        Town = "town",
        /// The national one.
        National = "national",
    }
}

/// The key of an NF-e, or of another document with its layout: UF, year and month, issuer, model, series, number, kind
/// of emission, a code that cannot be guessed, check digit.
///
/// ```
/// use domain::access_keys::{Model, NfeKey, Uf};
/// let key = NfeKey::parse("3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014")?;
/// assert_eq!((key.uf(), key.year(), key.month(), key.model()), (Uf::Sp, 2026, 7, Model::Nfe));
/// assert_eq!((key.series(), key.number(), key.emission(), key.code()), (1, 1, 1, "00000001"));
/// assert_eq!((key.issuer_characters(), key.as_str().len()), ("12ABC34501DE35", 44));
/// assert_eq!(key.issuer().map(|issuer| issuer.to_string()).as_deref(), Some("12.ABC.345/01DE-35"));
/// # Ok::<(), domain::access_keys::AccessKeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NfeKey {
    characters: [u8; 44],
    uf: Uf,
    model: Model,
}

/// The key of a national NFS-e: municipality, whose system, issuer, number, year and month, a code, check digit.
///
/// ```
/// use domain::access_keys::{Generator, NfseKey, Uf};
/// let key = NfseKey::parse("NFS35503081212ABC34501DE35000000000004226081234567893")?;
/// assert_eq!((key.municipality(), key.uf(), key.generator()), ("3550308", Uf::Sp, Generator::Town));
/// assert_eq!((key.number(), key.year(), key.month(), key.code()), (42, 2026, 8, "123456789"));
/// assert_eq!((key.issuer_characters(), key.as_str().len()), ("12ABC34501DE35", 50));
/// assert_eq!(key.issuer().map(|issuer| issuer.to_string()).as_deref(), Some("12.ABC.345/01DE-35"));
/// # Ok::<(), domain::access_keys::AccessKeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NfseKey {
    characters: [u8; 50],
    uf: Uf,
    generator: Generator,
    registered_as: Registered,
}

/// The access key of a fiscal document.
///
/// ```
/// use domain::access_keys::{AccessKey, Model, Uf};
/// let key = AccessKey::parse("NFe35260712abc34501de35550010000000011000000014")?;
/// assert_eq!(key.to_string(), "3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014");
/// assert_eq!(key.issuer().map(|issuer| issuer.to_string()), Some("12.ABC.345/01DE-35".to_owned()));
/// assert_eq!((key.uf(), key.year(), key.month(), key.number()), (Uf::Sp, 2026, 7, 1));
/// assert_eq!(key.nfe().map(|nfe| (nfe.model(), nfe.series())), Some((Model::Nfe, 1)));
/// assert_eq!((key.nfse(), key.as_str().len()), (None, 44));
/// # Ok::<(), domain::access_keys::AccessKeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKey {
    /// 44 characters.
    Nfe(NfeKey),
    /// 50 characters.
    Nfse(NfseKey),
}

/// Why a text is no access key. Positions are those of the text as it was typed; 0 is the first character.
///
/// ```
/// use domain::access_keys::{AccessKey, AccessKeyError};
/// let typed = |text| AccessKey::parse(text).unwrap_err();
/// assert_eq!(typed("NFe99260712ABC34501DE35550010000000011000000014"), AccessKeyError::Uf(3));
/// assert_eq!(typed("35261312ABC34501DE35550010000000011000000014"), AccessKeyError::Month(4));
/// assert_eq!(typed("35260712ABC34501DE35550010000000011000000015"), AccessKeyError::CheckDigit(43));
/// assert_eq!(typed("NFS35260712ABC34501DE35550010000000011000000014"), AccessKeyError::Prefix);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessKeyError {
    /// Nothing but blanks, punctuation and perhaps a prefix.
    #[error("no key")]
    Empty,
    /// So many characters: neither 44 nor 50, or not those of the key that was asked for.
    #[error("{0} characters: neither 44 nor 50")]
    Length(usize),
    /// The prefix belongs to the other length: `NFe` before 50 characters, `NFS` before 44.
    #[error("the prefix is another document's")]
    Prefix,
    /// A character that has no place there.
    #[error("unexpected character at {0}")]
    Character(usize),
    /// No UF has this code.
    #[error("unknown UF at {0}")]
    Uf(usize),
    /// The month is not 01 to 12.
    #[error("no month at {0}")]
    Month(usize),
    /// The model is none of [`Model`].
    #[error("unknown model at {0}")]
    Model(usize),
    /// Neither 1 (the town's system) nor 2 (the national one).
    #[error("unknown generator at {0}")]
    Generator(usize),
    /// Neither 1 (CPF) nor 2 (CNPJ).
    #[error("unknown kind of registration at {0}")]
    Registration(usize),
    /// The check digit, which stands here, does not follow from the others: something was mistyped.
    #[error("check digit at {0} does not match")]
    CheckDigit(usize),
}

impl AccessKey {
    /// Reads a key with or without blanks, points and hyphens, in capital or small letters, with or without the prefix
    /// that the `Id` of an XML puts before it (`NFe`, `NFS`).
    ///
    /// # Errors
    /// See [`AccessKeyError`]; what can be named (UF, month, model) is reported before the check digit.
    pub fn parse(text: &str) -> Result<Self, AccessKeyError> {
        let typed = Typed::read(text)?;
        match typed.characters.len() {
            50 => NfseKey::check(&typed).map(Self::Nfse),
            _ => NfeKey::check(&typed).map(Self::Nfe),
        }
    }

    /// The key without blanks or prefix, as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Nfe(key) => key.as_str(),
            Self::Nfse(key) => key.as_str(),
        }
    }

    /// The key of 44, if it is one.
    #[must_use]
    pub const fn nfe(&self) -> Option<NfeKey> {
        match self {
            Self::Nfe(key) => Some(*key),
            Self::Nfse(_) => None,
        }
    }

    /// The key of 50, if it is one.
    #[must_use]
    pub const fn nfse(&self) -> Option<NfseKey> {
        match self {
            Self::Nfe(_) => None,
            Self::Nfse(key) => Some(*key),
        }
    }

    /// Where the issuer is.
    #[must_use]
    pub const fn uf(&self) -> Uf {
        match self {
            Self::Nfe(key) => key.uf(),
            Self::Nfse(key) => key.uf(),
        }
    }

    /// The year of issue, in four digits.
    #[must_use]
    pub fn year(&self) -> u16 {
        match self {
            Self::Nfe(key) => key.year(),
            Self::Nfse(key) => key.year(),
        }
    }

    /// The month of issue, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        match self {
            Self::Nfe(key) => key.month(),
            Self::Nfse(key) => key.month(),
        }
    }

    /// Who issued the document, if the key holds a number whose own check digits are right.
    #[must_use]
    pub fn issuer(&self) -> Option<TaxId> {
        match self {
            Self::Nfe(key) => key.issuer(),
            Self::Nfse(key) => key.issuer(),
        }
    }

    /// The document's number.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Nfe(key) => key.number().into(),
            Self::Nfse(key) => key.number(),
        }
    }
}

impl NfeKey {
    /// Reads a key of 44 as [`AccessKey::parse`] does.
    ///
    /// # Errors
    /// See [`AccessKeyError`]; the key of an NFS-e is a wrong length.
    pub fn parse(text: &str) -> Result<Self, AccessKeyError> {
        Self::check(&Typed::read(text)?)
    }

    fn check(typed: &Typed) -> Result<Self, AccessKeyError> {
        let characters = typed.exactly::<44>(6..18)?;
        let uf = uf(&characters[..2]).ok_or(AccessKeyError::Uf(typed.positions[0]))?;
        typed.month(4)?;
        let model = model(&characters[20..22]).ok_or(AccessKeyError::Model(typed.positions[20]))?;
        typed.check_digit()?;
        Ok(Self { characters, uf, model })
    }

    /// The 44 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.characters)
    }

    /// Where the issuer is.
    #[must_use]
    pub const fn uf(&self) -> Uf {
        self.uf
    }

    /// The year of issue. The key has its last two digits; electronic invoices began in 2005.
    #[must_use]
    pub fn year(&self) -> u16 {
        year(&self.characters[2..4])
    }

    /// The month of issue, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        number(&self.characters[4..6]) as u8
    }

    /// The issuer's 14 characters as the key has them; a CPF stands behind three zeros.
    #[must_use]
    pub fn issuer_characters(&self) -> &str {
        &self.as_str()[6..20]
    }

    /// Who issued the document, if the number's own check digits are right.
    ///
    /// Series 920 to 969 are kept for persons (Nota Técnica 2018.001). In others a CNPJ is tried first, because
    /// 00.000.000/0001-91 begins with zeros as a CPF does here.
    #[must_use]
    pub fn issuer(&self) -> Option<TaxId> {
        let written = self.issuer_characters();
        let person = padded_cpf(written);
        if (920..=969).contains(&self.series()) {
            return person;
        }
        Cnpj::parse(written).map(TaxId::from).ok().or(person)
    }

    /// Which document it is.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// The series, 0 to 999.
    #[must_use]
    pub fn series(&self) -> u16 {
        number(&self.characters[22..25]) as u16
    }

    /// The number within the series, of at most nine digits.
    #[must_use]
    pub fn number(&self) -> u32 {
        number(&self.characters[25..34]) as u32
    }

    /// The kind of emission: 1 is normal, the others are contingencies.
    #[must_use]
    pub fn emission(&self) -> u8 {
        number(&self.characters[34..35]) as u8
    }

    /// The eight digits that keep the key from being guessed; those of an NFCom or NF3e begin with the authorizing site.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.as_str()[35..43]
    }
}

impl NfseKey {
    /// Reads a key of 50 as [`AccessKey::parse`] does.
    ///
    /// # Errors
    /// See [`AccessKeyError`]; the key of an NF-e is a wrong length.
    pub fn parse(text: &str) -> Result<Self, AccessKeyError> {
        Self::check(&Typed::read(text)?)
    }

    /// Completes the first 49 characters with the digit that checks them: for synthetic documents.
    ///
    /// ```
    /// use domain::access_keys::NfseKey;
    /// let key = NfseKey::with_check_digit("3550308" /* São Paulo */, "12ABC34501DE35", 42, 2026, 8, "123456789")?;
    /// assert_eq!(key.as_str(), "35503081212ABC34501DE35000000000004226081234567893");
    /// # Ok::<(), domain::access_keys::AccessKeyError>(())
    /// ```
    ///
    /// # Errors
    /// See [`AccessKeyError`]; a part that is too long or too short is a wrong length.
    pub fn with_check_digit(municipality: &str, cnpj: &str, number: u64, year: u16, month: u8, code: &str) -> Result<Self, AccessKeyError> {
        let characters = format!("{municipality}12{cnpj}{number:013}{:02}{month:02}{code}", year % 100);
        let digit = char::from(check_digit(characters.as_bytes(), 9, None));
        Self::parse(&format!("{characters}{digit}"))
    }

    fn check(typed: &Typed) -> Result<Self, AccessKeyError> {
        let company = typed.characters.get(8) == Some(&b'2');
        // A CPF has no letters.
        let characters = typed.exactly::<50>(if company { 9..21 } else { 0..0 })?;
        let uf = uf(&characters[..2]).ok_or(AccessKeyError::Uf(typed.positions[0]))?;
        let generator = match characters[7] {
            b'1' => Generator::Town,
            b'2' => Generator::National,
            _ => return Err(AccessKeyError::Generator(typed.positions[7])),
        };
        let registered_as = match characters[8] {
            b'1' => Registered::Person,
            b'2' => Registered::Company,
            _ => return Err(AccessKeyError::Registration(typed.positions[8])),
        };
        typed.month(38)?;
        typed.check_digit()?;
        Ok(Self { characters, uf, generator, registered_as })
    }

    /// The 50 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(&self.characters)
    }

    /// The municipality's seven digits at the IBGE, the first two of which are the UF's.
    #[must_use]
    pub fn municipality(&self) -> &str {
        &self.as_str()[..7]
    }

    /// Where the issuer is.
    #[must_use]
    pub const fn uf(&self) -> Uf {
        self.uf
    }

    /// Whose system made the document.
    #[must_use]
    pub const fn generator(&self) -> Generator {
        self.generator
    }

    /// The issuer's 14 characters as the key has them; a CPF stands behind three zeros.
    #[must_use]
    pub fn issuer_characters(&self) -> &str {
        &self.as_str()[9..23]
    }

    /// Who issued the document, if the number's own check digits are right.
    #[must_use]
    pub fn issuer(&self) -> Option<TaxId> {
        let written = self.issuer_characters();
        match self.registered_as {
            Registered::Person => padded_cpf(written),
            Registered::Company => Cnpj::parse(written).map(TaxId::from).ok(),
        }
    }

    /// The document's number, of at most thirteen digits.
    #[must_use]
    pub fn number(&self) -> u64 {
        number(&self.characters[23..36])
    }

    /// The year of issue.
    #[must_use]
    pub fn year(&self) -> u16 {
        year(&self.characters[36..38])
    }

    /// The month of issue, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        number(&self.characters[38..40]) as u8
    }

    /// The nine digits that keep the key from being guessed.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.as_str()[40..49]
    }
}

/// In which register an NFS-e says its issuer is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Registered {
    Person,
    Company,
}

/// The prefixes of the `Id` attributes, and the length of the key behind each. No key begins with a letter.
const PREFIXES: [(&[u8], usize); 7] =
    [(b"NFSE", 50), (b"NFS", 50), (b"NFE", 44), (b"CTE", 44), (b"MDFE", 44), (b"NFCOM", 44), (b"NF3E", 44)];

/// What somebody typed, without prefix and separators, and where each character stood in the text.
struct Typed {
    characters: Vec<u8>,
    positions: Vec<usize>,
}

impl Typed {
    fn read(text: &str) -> Result<Self, AccessKeyError> {
        let (mut characters, mut positions) = (Vec::new(), Vec::new());
        for (position, character) in text.chars().enumerate() {
            if is_mask(character) {
                continue;
            }
            match u8::try_from(character) {
                Ok(byte) if byte.is_ascii_alphanumeric() => {
                    characters.push(byte.to_ascii_uppercase());
                    positions.push(position);
                }
                _ => return Err(AccessKeyError::Character(position)),
            }
        }
        let prefix = PREFIXES.iter().find(|(prefix, _)| characters.starts_with(prefix));
        if let Some((prefix, _)) = prefix {
            characters.drain(..prefix.len());
            positions.drain(..prefix.len());
        }
        match (characters.len(), prefix) {
            (0, _) => Err(AccessKeyError::Empty),
            (length @ (44 | 50), Some((_, expected))) if length != *expected => Err(AccessKeyError::Prefix),
            _ => Ok(Self { characters, positions }),
        }
    }

    /// All of them, if they are `N` and letters stand only where a CNPJ may have them.
    fn exactly<const N: usize>(&self, letters: Range<usize>) -> Result<[u8; N], AccessKeyError> {
        let characters: [u8; N] = self.characters.as_slice().try_into().map_err(|_| AccessKeyError::Length(self.characters.len()))?;
        match (0..N).find(|at| !characters[*at].is_ascii_digit() && !letters.contains(at)) {
            Some(at) => Err(AccessKeyError::Character(self.positions[at])),
            None => Ok(characters),
        }
    }

    /// Checks the two digits from `at` on.
    fn month(&self, at: usize) -> Result<(), AccessKeyError> {
        let fits = (1..=12).contains(&number(&self.characters[at..at + 2]));
        if fits { Ok(()) } else { Err(AccessKeyError::Month(self.positions[at])) }
    }

    /// Checks the last digit against the others: modulus 11 with weights 2 to 9, for both lengths.
    fn check_digit(&self) -> Result<(), AccessKeyError> {
        let at = self.characters.len() - 1;
        let fits = check_digit(&self.characters[..at], 9, None) == self.characters[at];
        if fits { Ok(()) } else { Err(AccessKeyError::CheckDigit(self.positions[at])) }
    }
}

/// The UF with this code of the IBGE, whose first digit is the region.
const fn uf(digits: &[u8]) -> Option<Uf> {
    Some(match digits {
        b"11" => Uf::Ro,
        b"12" => Uf::Ac,
        b"13" => Uf::Am,
        b"14" => Uf::Rr,
        b"15" => Uf::Pa,
        b"16" => Uf::Ap,
        b"17" => Uf::To,
        b"21" => Uf::Ma,
        b"22" => Uf::Pi,
        b"23" => Uf::Ce,
        b"24" => Uf::Rn,
        b"25" => Uf::Pb,
        b"26" => Uf::Pe,
        b"27" => Uf::Al,
        b"28" => Uf::Se,
        b"29" => Uf::Ba,
        b"31" => Uf::Mg,
        b"32" => Uf::Es,
        b"33" => Uf::Rj,
        b"35" => Uf::Sp,
        b"41" => Uf::Pr,
        b"42" => Uf::Sc,
        b"43" => Uf::Rs,
        b"50" => Uf::Ms,
        b"51" => Uf::Mt,
        b"52" => Uf::Go,
        b"53" => Uf::Df,
        _ => return None,
    })
}

/// Models with another layout behind the issuer (59, the SAT's coupon) are left out.
const fn model(digits: &[u8]) -> Option<Model> {
    Some(match digits {
        b"55" => Model::Nfe,
        b"57" => Model::Cte,
        b"58" => Model::Mdfe,
        b"62" => Model::Nfcom,
        b"65" => Model::Nfce,
        b"66" => Model::Nf3e,
        b"67" => Model::CteOs,
        _ => return None,
    })
}

fn year(digits: &[u8]) -> u16 {
    2000 + number(digits) as u16
}

/// A CPF behind the three zeros that fill the place of a CNPJ.
fn padded_cpf(written: &str) -> Option<TaxId> {
    Cpf::parse(written.strip_prefix("000")?).map(TaxId::from).ok()
}

/// In groups of four, as the printed document has them.
fn in_fours(key: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, character) in key.chars().enumerate() {
        write!(f, "{}{character}", if at > 0 && at % 4 == 0 { " " } else { "" })?;
    }
    Ok(())
}

/// Without issuer and code: whoever has the whole key can look the document up, and the issuer may be a person.
impl fmt::Debug for NfeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NfeKey({} {}-{:02} {}/{})", self.model, self.year(), self.month(), self.series(), self.number())
    }
}

/// Without issuer and code, as [`NfeKey`]'s.
impl fmt::Debug for NfseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NfseKey({} {}-{:02} {})", self.municipality(), self.year(), self.month(), self.number())
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        /// In groups of four.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                in_fours(self.as_str(), f)
            }
        }

        impl FromStr for $name {
            type Err = AccessKeyError;
            fn from_str(text: &str) -> Result<Self, AccessKeyError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = AccessKeyError;
            fn try_from(text: String) -> Result<Self, AccessKeyError> {
                Self::parse(&text)
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

as_text! { NfeKey NfseKey AccessKey }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LETTERS: &str = "35260712ABC34501DE35550010000000011000000014";
    const SERVICES: &str = "14001591201761135000132000000000000022096100197260";

    /// Every two digits in the model's place: seven documents, each behind the prefix of its XML too, and nothing else.
    #[test]
    fn knows_seven_models() {
        let known = [
            ("55", Model::Nfe, "NFe"),
            ("57", Model::Cte, "CTe"),
            ("58", Model::Mdfe, "MDFe"),
            ("62", Model::Nfcom, "NFCom"),
            ("65", Model::Nfce, "NFe"),
            ("66", Model::Nf3e, "NF3e"),
            ("67", Model::CteOs, "CTe"),
        ];
        for code in (0..100).map(|code| format!("{code:02}")) {
            let head = format!("35260712ABC34501DE35{code}001000000001100000001");
            let key = format!("{head}{}", char::from(check_digit(head.as_bytes(), 9, None)));
            match known.iter().find(|(of, ..)| *of == code) {
                None => assert_eq!(NfeKey::parse(&key), Err(AccessKeyError::Model(20)), "{key}"),
                Some((_, model, prefix)) => {
                    assert_eq!(NfeKey::parse(&format!("{prefix}{key}")), NfeKey::parse(&key));
                    assert_eq!(NfeKey::parse(&key).unwrap().model(), *model, "{key}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("vectors/access_keys.csv").as_bytes());
        let (mut seen, mut parts) = (0, 0);
        for row in read.records() {
            let row = row.unwrap();
            let [kind, valid, text, uf_code, year_month, issuer, model_code, series, number, emission, code, source] =
                std::array::from_fn(|at| &row[at]);
            let answer = AccessKey::parse(text);
            assert_eq!(answer.is_ok(), valid == "1", "{kind} {text} of {source}: {answer:?}");
            seen += 1;
            let Ok(key) = answer else { continue };
            assert_eq!(key.as_str(), text);
            let document = match kind {
                "NF-e" => Some(Model::Nfe),
                "NFC-e" => Some(Model::Nfce),
                "CT-e" => Some(Model::Cte),
                "MDF-e" => Some(Model::Mdfe),
                _ => None,
            };
            assert_eq!(key.nfe().map(|nfe| nfe.model()), document, "{text} of {source}");
            let written = key.nfe().map(|nfe| nfe.issuer_characters().to_owned());
            let written = written.or(key.nfse().map(|nfse| nfse.issuer_characters().to_owned())).unwrap();
            let (nfe, nfse) = (key.nfe(), key.nfse());
            for (expected, found) in [
                (uf_code, uf(uf_code.as_bytes()).filter(|uf| *uf == key.uf()).map(|_| uf_code.to_owned())),
                (year_month, Some(format!("{:02}{:02}", key.year() - 2000, key.month()))),
                (issuer, written.ends_with(issuer).then(|| issuer.to_owned())),
                (model_code, model(model_code.as_bytes()).filter(|model| Some(*model) == document).map(|_| model_code.to_owned())),
                (series, nfe.map(|nfe| format!("{:03}", nfe.series()))),
                (number, Some(if nfe.is_some() { format!("{:09}", key.number()) } else { format!("{:013}", key.number()) })),
                (emission, nfe.map(|nfe| nfe.emission().to_string())),
                (code, nfe.map(|nfe| nfe.code().to_owned()).or(nfse.map(|nfse| nfse.code().to_owned()))),
            ] {
                if !expected.is_empty() {
                    assert_eq!(found.as_deref(), Some(expected), "{text} of {source}");
                    parts += 1;
                }
            }
        }
        assert_eq!((seen, parts), (29, 33));
    }

    #[test]
    fn reads_what_people_paste() {
        let key = AccessKey::parse(LETTERS).unwrap();
        for text in [
            "3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014",
            "\u{a0}3526.0712.abc3.4501.de35.5500.1000.0000.0110.0000.0014\n",
            "35-2607-12.ABC.345/01DE-35-55-001-000000001-1-00000001-4",
            "NFe35260712ABC34501DE35550010000000011000000014",
            "nfe 35260712abc34501de35550010000000011000000014",
        ] {
            assert_eq!(AccessKey::parse(text), Ok(key), "{text}");
        }
        let key = AccessKey::parse(SERVICES).unwrap();
        assert_eq!(key.to_string(), "1400 1591 2017 6113 5000 1320 0000 0000 0000 2209 6100 1972 60");
        for text in [format!("NFS{SERVICES}"), format!("NFSe {SERVICES}"), key.to_string()] {
            assert_eq!(text.parse(), Ok(key), "{text}");
        }
    }

    #[test]
    fn reads_the_parts_of_a_service_invoice() {
        let key = NfseKey::parse(SERVICES).unwrap();
        assert_eq!((key.municipality(), key.uf(), key.generator()), ("1400159", Uf::Rr, Generator::Town));
        assert_eq!((key.issuer_characters(), key.issuer()), ("01761135000132", TaxId::parse("01.761.135/0001-32").ok()));
        assert_eq!((key.number(), key.year(), key.month(), key.code()), (0, 2022, 9, "610019726"));
        let person = nfse("3550308", "21", "00052998224725", "0000000000042", "2608", "123456789");
        let person = NfseKey::parse(&person).unwrap();
        assert_eq!(person.issuer(), TaxId::parse("529.982.247-25").ok());
        assert_eq!((person.generator(), person.number()), (Generator::National, 42));
        // The layouts of July 2026 allow a company's letters, not a person's.
        let letters = NfseKey::parse(&nfse("3550308", "12", "12ABC34501DE35", "0000000000042", "2608", "123456789")).unwrap();
        assert_eq!(letters.issuer(), TaxId::parse("12.ABC.345/01DE-35").ok());
        let text = nfse("3550308", "11", "000ABC34501DE3", "0000000000042", "2608", "123456789");
        assert_eq!(NfseKey::parse(&text), Err(AccessKeyError::Character(12)));
    }

    #[test]
    fn tells_persons_from_companies() {
        for (issuer, series, expected) in [
            ("12ABC34501DE35", "001", "12ABC34501DE35"),
            ("00000000000191", "001", "00000000000191"),
            ("00000000000191", "919", "00000000000191"),
            // The same characters are a CPF in a person's series.
            ("00000000000191", "920", "00000000191"),
            ("00000000000191", "969", "00000000191"),
            ("00000000000191", "970", "00000000000191"),
            ("00052998224725", "969", "52998224725"),
            ("00052998224725", "001", "52998224725"),
            ("12345678901234", "001", ""),
            ("12ABC34501DE35", "920", ""),
            ("00099999999999", "001", ""),
        ] {
            let key = NfeKey::parse(&nfe(&format!("352607{issuer}55{series}000000001100000001"))).unwrap();
            let found = key.issuer().map(|id| id.as_str().to_owned()).unwrap_or_default();
            assert_eq!(found, expected, "{issuer} {series}");
        }
    }

    #[test]
    fn refuses_and_says_where() {
        use AccessKeyError as E;
        for (text, error) in [
            ("", E::Empty),
            (" .- ", E::Empty),
            ("NFe ", E::Empty),
            ("3526 0712", E::Length(8)),
            ("NFe 3526 0712", E::Length(8)),
            ("NFS35260712ABC34501DE35550010000000011000000014", E::Prefix),
            ("NFe14001591201761135000132000000000000022096100197260", E::Prefix),
            ("3526=0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014", E::Character(4)),
            ("3526 0712 ABC3 4501 DEA5 5500 1000 0000 0110 0000 0014", E::Character(22)),
            ("NFe3A260712ABC34501DE35550010000000011000000014", E::Character(4)),
            ("3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 001\u{664}", E::Character(53)),
            ("3026 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014", E::Uf(0)),
            ("3526 1312 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014", E::Month(5)),
            ("3526 0012 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014", E::Month(5)),
            ("3526 0712 ABC3 4501 DE35 5900 1000 0000 0110 0000 0014", E::Model(25)),
            ("3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0015", E::CheckDigit(53)),
            ("NFS99001591201761135000132000000000000022096100197260", E::Uf(3)),
            ("NFS14001593201761135000132000000000000022096100197260", E::Generator(10)),
            ("NFS14001591301761135000132000000000000022096100197260", E::Registration(11)),
            ("NFS14001591201761135000132000000000000022136100197260", E::Month(41)),
            ("NFS14001591201761135000132000000000000022096100197261", E::CheckDigit(52)),
        ] {
            assert_eq!(AccessKey::parse(text), Err(error), "{text}");
        }
        assert_eq!(NfeKey::parse(SERVICES), Err(E::Length(50)));
        assert_eq!(NfseKey::parse(LETTERS), Err(E::Length(44)));
    }

    #[test]
    fn travels_as_the_bare_key() {
        let key = AccessKey::parse(&format!("NFe{LETTERS}")).unwrap();
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, format!("\"{LETTERS}\""));
        assert_eq!(serde_json::from_str::<AccessKey>(&json).unwrap(), key);
        assert!(serde_json::from_str::<NfseKey>(&json).is_err());
        assert_eq!(format!("{key:?}"), "Nfe(NfeKey(nfe 2026-07 1/1))");
        assert_eq!(format!("{:?}", AccessKey::parse(SERVICES).unwrap()), "Nfse(NfseKey(1400159 2022-09 0))");
    }

    /// Completes a key with its check digit.
    fn nfe(characters: &str) -> String {
        format!("{characters}{}", char::from(check_digit(characters.as_bytes(), 9, None)))
    }

    fn nfse(municipality: &str, kinds: &str, issuer: &str, number: &str, year_month: &str, code: &str) -> String {
        nfe(&format!("{municipality}{kinds}{issuer}{number}{year_month}{code}"))
    }

    /// What modulus 11 leaves of the weighted sum, worked out apart from the code under test: the place of a character
    /// counted from the right gives its weight.
    fn remainder(characters: &str) -> u32 {
        let values = characters.bytes().rev().map(|byte| u32::from(byte - b'0'));
        values.enumerate().map(|(place, value)| value * (2 + place as u32 % 8)).sum::<u32>() % 11
    }

    /// Any key of 44 or 50 that is well formed.
    fn any_key() -> impl Strategy<Value = String> {
        let goods = "(11|23|35|53)[0-9]{2}(0[1-9]|1[0-2])[0-9A-Z]{12}[0-9]{2}(55|57|58|62|65|66|67)[0-9]{21}";
        let services = "(11|23|35|53)[0-9]{5}[12](1[0-9]{14}|2[0-9A-Z]{12}[0-9]{2})[0-9]{15}(0[1-9]|1[0-2])[0-9]{9}";
        prop_oneof![goods.prop_map(|text| nfe(&text)), services.prop_map(|text| nfe(&text))]
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}", near in "(NFe|NFS|)[0-9A-Za-z. ]{40,56}", digits in "[0-9]{50}") {
            for text in [text.as_str(), near.as_str(), digits.as_str(), &digits[..44]] {
                let _ = (AccessKey::parse(text), NfeKey::parse(text), NfseKey::parse(text));
            }
        }

        #[test]
        fn reads_its_own_groups(text in any_key()) {
            let key = AccessKey::parse(&text).unwrap();
            prop_assert_eq!(key.as_str(), &text);
            prop_assert_eq!(AccessKey::parse(&key.to_string()), Ok(key));
            prop_assert_eq!(AccessKey::parse(&text.to_lowercase()), Ok(key));
        }

        /// A digit in place of another moves the remainder, because 11 divides neither weight nor difference. It goes
        /// unseen only between remainders 0 and 1, which the check digit both writes 0.
        #[test]
        fn tells_a_changed_digit(text in any_key(), at in any::<prop::sample::Index>(), other in b'0'..=b'9') {
            let at = at.index(text.len());
            prop_assume!(text.as_bytes()[at].is_ascii_digit() && text.as_bytes()[at] != other);
            let changed = format!("{}{}{}", &text[..at], char::from(other), &text[at + 1..]);
            let last = text.len() - 1;
            let unseen = at < last && remainder(&text[..last]) < 2 && remainder(&changed[..last]) < 2;
            let answer = AccessKey::parse(&changed);
            prop_assert!(unseen || answer.is_err(), "{} {}: {:?}", text, changed, answer);
        }
    }
}
