//! Pix keys: what people type as one, and how the DICT writes it.
//!
//! Never guesses the kind: eleven digits may be a CPF or a telephone, so the person says which.
//! Source: Banco Central, DICT API (bacen/pix-dict-api) and API Pix 2.9.0, whose CNPJ may hold letters.
//!
//! Positions in errors count characters from 0.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tax_ids::{Cnpj, Cpf, TaxId, TaxIdError};

/// A key, as the DICT would write it.
///
/// ```
/// use domain::pix::keys::{PixKey, PixKeyKind};
/// let key = PixKey::parse(PixKeyKind::Phone, "(41) 99999-8888")?;
/// assert_eq!((key.as_dict().as_ref(), key.masked_for_display().as_str()), ("+5541999998888", "+5541*****8888"));
/// // A telephone does not tell whose it is; a CPF or CNPJ does.
/// assert_eq!(key.tax_id(), None);
/// assert!(PixKey::parse(PixKeyKind::Cpf, "529.982.247-25")?.tax_id().is_some());
/// # Ok::<(), domain::pix::keys::PixKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "key", rename_all = "lowercase")]
pub enum PixKey {
    /// A person's number.
    Cpf(Cpf),
    /// A company's number.
    Cnpj(Cnpj),
    /// An e-mail address.
    Email(Email),
    /// A telephone.
    Phone(Phone),
    /// A random key (EVP), which says nothing about its holder.
    Random(Uuid),
}

/// The five kinds of keys, in the order people are offered them: safest first.
///
/// ```
/// use domain::pix::keys::{PixKeyError, PixKeyKind};
/// assert_eq!((PixKeyKind::ALL[0].as_str(), "email".parse()), ("cpf", Ok(PixKeyKind::Email)));
/// assert_eq!("telefone".parse::<PixKeyKind>(), Err(PixKeyError::Unrecognized));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixKeyKind {
    /// CPF.
    Cpf,
    /// CNPJ.
    Cnpj,
    /// E-mail.
    Email,
    /// Telephone.
    Phone,
    /// Random key.
    Random,
}

/// An e-mail address in lower case, at most 77 characters.
///
/// ```
/// use domain::pix::keys::{Email, PixKeyError};
/// assert_eq!(Email::parse(" Fulano.Tal+pix@Example.COM.br")?.as_str(), "fulano.tal+pix@example.com.br");
/// assert_eq!(Email::parse("fulano@example"), Err(PixKeyError::Email));
/// # Ok::<(), PixKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// A telephone in E.164: `+5541999998888`.
///
/// ```
/// use domain::pix::keys::{Phone, PixKeyError};
/// assert_eq!(Phone::parse("041 99999 8888")?.as_str(), "+5541999998888");
/// assert_eq!(Phone::parse("+1 212 555 0100")?.as_str(), "+12125550100");
/// assert_eq!(Phone::parse("99999-8888"), Err(PixKeyError::Phone)); // no area code
/// # Ok::<(), PixKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is not a key of the kind it was said to be.
///
/// ```
/// use domain::pix::keys::{PixKey, PixKeyError, PixKeyKind};
/// use domain::tax_ids::TaxIdError;
/// let typed = |kind, text| PixKey::parse(kind, text).unwrap_err();
/// assert_eq!(typed(PixKeyKind::Cnpj, "529.982.247-25"), PixKeyError::TaxId(TaxIdError::Length(11)));
/// assert_eq!(typed(PixKeyKind::Phone, "41 9999x-8888"), PixKeyError::PhoneCharacter(7));
/// assert_eq!(typed(PixKeyKind::Random, "123e4567"), PixKeyError::Random);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PixKeyError {
    /// Nothing was typed.
    #[error("no key")]
    Empty,
    /// Not a CPF, or not a CNPJ.
    #[error(transparent)]
    TaxId(#[from] TaxIdError),
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// An e-mail address of so many characters; keys have at most 77.
    #[error("{0} characters are more than 77")]
    EmailLength(usize),
    /// A character that has no place in a telephone, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    PhoneCharacter(usize),
    /// Not a number with its area code: too few or too many digits, or an area code or subscriber number that cannot be.
    #[error("not a telephone with its area code")]
    Phone,
    /// Not 32 hexadecimal digits in groups of 8-4-4-4-12.
    #[error("not a random key")]
    Random,
    /// In none of the DICT's five forms.
    #[error("in none of the five forms")]
    Unrecognized,
}

impl PixKeyKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Cpf, Self::Cnpj, Self::Email, Self::Phone, Self::Random];

    /// The kind as forms and tables write it: `cpf`, `cnpj`, `email`, `phone`, `random`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpf => "cpf",
            Self::Cnpj => "cnpj",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Random => "random",
        }
    }
}

impl fmt::Display for PixKeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for PixKeyKind {
    type Err = PixKeyError;
    fn from_str(text: &str) -> Result<Self, PixKeyError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(PixKeyError::Unrecognized)
    }
}

impl PixKey {
    /// Reads what a person types as a key of a kind: masks and blanks are taken off, capital letters of an e-mail or a
    /// random key made small, a Brazilian telephone given its `+55`.
    ///
    /// ```
    /// use domain::pix::keys::{PixKey, PixKeyKind};
    /// // The same eleven digits are a CPF or a telephone: the kind is said, never guessed.
    /// assert_eq!(PixKey::parse(PixKeyKind::Cpf, "11987654374")?.as_dict(), "11987654374");
    /// assert_eq!(PixKey::parse(PixKeyKind::Phone, "11987654374")?.as_dict(), "+5511987654374");
    /// # Ok::<(), domain::pix::keys::PixKeyError>(())
    /// ```
    ///
    /// # Errors
    /// See [`PixKeyError`].
    pub fn parse(kind: PixKeyKind, text: &str) -> Result<Self, PixKeyError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(PixKeyError::Empty);
        }
        // Errors name positions, which count from the start of what was typed: those readers leave blanks out themselves.
        match kind {
            PixKeyKind::Cpf => Ok(Self::Cpf(Cpf::parse(text)?)),
            PixKeyKind::Cnpj => Ok(Self::Cnpj(Cnpj::parse(text)?)),
            PixKeyKind::Email => Email::parse(trimmed).map(Self::Email),
            PixKeyKind::Phone => Phone::parse(text).map(Self::Phone),
            PixKeyKind::Random if trimmed.len() == 36 => Uuid::try_parse(trimmed).map(Self::Random).map_err(|_| PixKeyError::Random),
            PixKeyKind::Random => Err(PixKeyError::Random),
        }
    }

    /// Reads a key in the DICT's own form, as a BR Code carries it, where the form tells the kind.
    ///
    /// ```
    /// use domain::pix::keys::{PixKey, PixKeyError, PixKeyKind};
    /// assert_eq!(PixKey::from_dict("12ABC34501DE35")?.kind(), PixKeyKind::Cnpj);
    /// assert_eq!(PixKey::from_dict("12345"), Err(PixKeyError::Unrecognized));
    /// # Ok::<(), PixKeyError>(())
    /// ```
    ///
    /// # Errors
    /// See [`PixKeyError`].
    pub fn from_dict(text: &str) -> Result<Self, PixKeyError> {
        let kind = match text.len() {
            // First, for an address may begin with a plus.
            _ if text.contains('@') => PixKeyKind::Email,
            _ if text.starts_with('+') => PixKeyKind::Phone,
            11 => PixKeyKind::Cpf,
            14 => PixKeyKind::Cnpj,
            36 => PixKeyKind::Random,
            _ => return Err(PixKeyError::Unrecognized),
        };
        Self::parse(kind, text)
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> PixKeyKind {
        match self {
            Self::Cpf(_) => PixKeyKind::Cpf,
            Self::Cnpj(_) => PixKeyKind::Cnpj,
            Self::Email(_) => PixKeyKind::Email,
            Self::Phone(_) => PixKeyKind::Phone,
            Self::Random(_) => PixKeyKind::Random,
        }
    }

    /// The key as the DICT writes it.
    #[must_use]
    pub fn as_dict(&self) -> Cow<'_, str> {
        match self {
            Self::Cpf(cpf) => cpf.as_str().into(),
            Self::Cnpj(cnpj) => cnpj.as_str().into(),
            Self::Email(email) => email.0.as_str().into(),
            Self::Phone(phone) => phone.0.as_str().into(),
            Self::Random(key) => key.to_string().into(),
        }
    }

    /// The CPF or CNPJ, if the key is one: the only kinds that can be held against the person to be paid.
    #[must_use]
    pub const fn tax_id(&self) -> Option<TaxId> {
        match self {
            Self::Cpf(cpf) => Some(TaxId::Cpf(*cpf)),
            Self::Cnpj(cnpj) => Some(TaxId::Cnpj(*cnpj)),
            _ => None,
        }
    }

    /// Enough to recognize one's own key by: `***.982.247-**`, `f***@example.com`, `+5541*****8888`, `123e4567-…-0000`.
    #[must_use]
    pub fn masked_for_display(&self) -> String {
        match self {
            Self::Cpf(cpf) => cpf.masked_for_display(),
            Self::Cnpj(cnpj) => cnpj.masked_for_display(),
            Self::Email(email) => {
                let (user, host) = email.0.split_once('@').unwrap_or_default();
                format!("{}***@{host}", &user[..user.len().min(1)])
            }
            Self::Phone(phone) => {
                // Of a short number, which only other countries have, the beginning is hidden too.
                let (shown, end) = if phone.0.len() > 9 { (5, 4) } else { (0, phone.0.len() / 2) };
                let end = phone.0.len().saturating_sub(end);
                format!("{}{}{}", &phone.0[..shown], "*".repeat(end.saturating_sub(shown)), &phone.0[end..])
            }
            Self::Random(key) => {
                let key = key.to_string();
                format!("{}-\u{2026}-{}", &key[..8], &key[32..])
            }
        }
    }
}

/// Masked, like every other personal detail in a log.
impl fmt::Debug for PixKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PixKey({} {})", self.kind(), self.masked_for_display())
    }
}

impl Email {
    /// Reads an address, in lower case.
    ///
    /// # Errors
    /// [`PixKeyError::Email`] and [`PixKeyError::EmailLength`].
    pub fn parse(text: &str) -> Result<Self, PixKeyError> {
        let address = text.trim().to_ascii_lowercase();
        let (user, host) = address.split_once('@').ok_or(PixKeyError::Email)?;
        let of_user = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
        let user_fits = (1..=64).contains(&user.len()) && user.bytes().all(of_user) && !user.split('.').any(str::is_empty);
        let of_host = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let label_fits =
            |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(of_host) && !label.starts_with('-') && !label.ends_with('-');
        if !user_fits || !host.contains('.') || !host.split('.').all(label_fits) {
            return Err(PixKeyError::Email);
        }
        if address.len() > 77 { Err(PixKeyError::EmailLength(address.len())) } else { Ok(Self(address)) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Phone {
    /// Reads a telephone with its area code, `(41) 99999-8888`, `041 99999-8888`, `+55 41 99999-8888`, or one of another
    /// country with its `+`.
    ///
    /// # Errors
    /// [`PixKeyError::PhoneCharacter`] and [`PixKeyError::Phone`].
    pub fn parse(text: &str) -> Result<Self, PixKeyError> {
        let mut digits = String::with_capacity(16);
        let mut international = false;
        for (at, character) in text.chars().enumerate() {
            match character {
                '0'..='9' => digits.push(character),
                '+' if digits.is_empty() && !international => international = true,
                '(' | ')' | '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
                blank if blank.is_whitespace() => {}
                _ => return Err(PixKeyError::PhoneCharacter(at)),
            }
        }
        let national = if international {
            digits.strip_prefix("55")
        } else if digits.len() >= 12 && digits.starts_with("55") {
            Some(&digits[2..])
        } else {
            // The zero dialled before an area code.
            Some(digits.strip_prefix('0').unwrap_or(&digits))
        };
        match national {
            Some(national) if brazilian(national) => Ok(Self(format!("+55{national}"))),
            // E.164, as the DICT checks it: two to fifteen digits and more, not beginning with zero.
            None if (3..=15).contains(&digits.len()) && !digits.starts_with('0') => Ok(Self(format!("+{digits}"))),
            _ => Err(PixKeyError::Phone),
        }
    }

    /// The number with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Area code (no digit of it is zero) and eight digits, or nine that begin with 9 (mobile).
fn brazilian(number: &str) -> bool {
    let bytes = number.as_bytes();
    let area = bytes.len() >= 2 && bytes[..2].iter().all(|digit| *digit != b'0');
    area && match bytes.len() {
        10 => (b'2'..=b'9').contains(&bytes[2]),
        11 => bytes[2] == b'9',
        _ => false,
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = PixKeyError;
            fn try_from(text: String) -> Result<Self, PixKeyError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        /// The name of the type alone: what it holds is personal.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )*};
}

as_text! { Email Phone }

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_type() {
        for (kind, text, dict, masked) in [
            (PixKeyKind::Cpf, " 529.982.247-25 ", "52998224725", "***.982.247-**"),
            (PixKeyKind::Cnpj, "12.abc.345/01de-35", "12ABC34501DE35", "12.***.***/01DE-35"),
            (PixKeyKind::Email, " Fulano.Tal+pix@Example.COM.br\n", "fulano.tal+pix@example.com.br", "f***@example.com.br"),
            (PixKeyKind::Phone, "(41) 99999-8888", "+5541999998888", "+5541*****8888"),
            (PixKeyKind::Phone, "041 99999 8888", "+5541999998888", "+5541*****8888"),
            (PixKeyKind::Phone, "55 41 3333-4444", "+554133334444", "+5541****4444"),
            (PixKeyKind::Phone, "(55) 99999-8888", "+5555999998888", "+5555*****8888"),
            (PixKeyKind::Phone, "+55 41 99999.8888", "+5541999998888", "+5541*****8888"),
            (PixKeyKind::Phone, "+1 212 555 0100", "+12125550100", "+1212***0100"),
            (PixKeyKind::Phone, "+290 1234", "+2901234", "****1234"),
            (PixKeyKind::Email, "+pix@example.com", "+pix@example.com", "+***@example.com"),
            (PixKeyKind::Random, "123E4567-E12B-12D1-A456-426655440000", "123e4567-e12b-12d1-a456-426655440000", "123e4567-\u{2026}-0000"),
        ] {
            let key = PixKey::parse(kind, text).unwrap();
            assert_eq!((key.kind(), &*key.as_dict(), &*key.masked_for_display()), (kind, dict, masked));
            assert_eq!(PixKey::from_dict(dict), Ok(key.clone()));
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(json, format!("{{\"kind\":\"{kind}\",\"key\":\"{dict}\"}}"));
            assert_eq!(serde_json::from_str::<PixKey>(&json).unwrap(), key);
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert!(!format!("{key:?}").contains(dict));
        }
    }

    #[test]
    fn refuses_and_says_why() {
        let long = format!("{}@{}.com", "a".repeat(40), "b".repeat(40));
        for (kind, text, error) in [
            (PixKeyKind::Cpf, "  ", PixKeyError::Empty),
            (PixKeyKind::Cpf, "529.982.247-26", PixKeyError::TaxId(TaxIdError::CheckDigits)),
            (PixKeyKind::Cnpj, "52998224725", PixKeyError::TaxId(TaxIdError::Length(11))),
            (PixKeyKind::Email, "fulano", PixKeyError::Email),
            (PixKeyKind::Email, "fulano@example", PixKeyError::Email),
            (PixKeyKind::Email, "fu lano@example.com", PixKeyError::Email),
            (PixKeyKind::Email, "fulano@@example.com", PixKeyError::Email),
            (PixKeyKind::Email, "fulano..tal@example.com", PixKeyError::Email),
            (PixKeyKind::Email, "fulano@-example.com", PixKeyError::Email),
            (PixKeyKind::Email, &long, PixKeyError::EmailLength(85)),
            (PixKeyKind::Phone, "99999-8888", PixKeyError::Phone),
            (PixKeyKind::Phone, "(41) 89999-8888", PixKeyError::Phone),
            (PixKeyKind::Phone, "(40) 99999-8888", PixKeyError::Phone),
            (PixKeyKind::Phone, "+55 41 9999-88", PixKeyError::Phone),
            (PixKeyKind::Phone, "41 9999x-8888", PixKeyError::PhoneCharacter(7)),
            (PixKeyKind::Phone, "41 + 99998888", PixKeyError::PhoneCharacter(3)),
            (PixKeyKind::Phone, "  41 9999x-8888", PixKeyError::PhoneCharacter(9)),
            (PixKeyKind::Cpf, " 529.98x.247-25", PixKeyError::TaxId(TaxIdError::Character(7))),
            (PixKeyKind::Random, "123e4567e12b12d1a456426655440000", PixKeyError::Random),
            (PixKeyKind::Random, "123e4567-e12b-12d1-a456-42665544000g", PixKeyError::Random),
        ] {
            assert_eq!(PixKey::parse(kind, text), Err(error), "{text}");
        }
        assert_eq!(PixKey::from_dict("12345"), Err(PixKeyError::Unrecognized));
        assert_eq!("telefone".parse::<PixKeyKind>(), Err(PixKeyError::Unrecognized));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}", phone in "[+0-9() -]{0,20}", email in "[a-z.@é-]{0,90}") {
            for kind in PixKeyKind::ALL {
                for text in [&text, &phone, &email] {
                    if let Ok(key) = PixKey::parse(kind, text) {
                        let _ = key.masked_for_display();
                    }
                    let _ = PixKey::from_dict(text);
                }
            }
        }
    }
}
