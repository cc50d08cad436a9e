//! A bank's three-digit clearing code (COMPE) and the digit printed after it on a boleto.
//!
//! Never says whether such a bank exists: [`crate::bank_accounts`] has the directory. Source: Banco do Brasil,
//! "Especificações técnicas para confecção de boleto", January 2016 (code and digit in bold at the head of the form).

use std::fmt;
use std::str::FromStr;

use super::check_digit::modulo_11_or;

/// A clearing code: `001`, `341`, `748`.
///
/// ```
/// use domain::boleto::bank_code::{BankCode, BankCodeError};
/// let sicredi = BankCode::parse("748")?;
/// assert_eq!((sicredi.as_str(), sicredi.with_digit().as_str()), ("748", "748-X"));
/// // 1 is not 001: leading zeros are part of the code.
/// assert_eq!(BankCode::parse("1"), Err(BankCodeError));
/// # Ok::<(), BankCodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCode([u8; 3]);

/// A text that is not three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a bank code has three digits")]
pub struct BankCodeError;

impl BankCode {
    /// Reads exactly three digits.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, BankCodeError> {
        match text.as_bytes().try_into() {
            Ok(digits) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Self(digits)),
            _ => Err(BankCodeError),
        }
    }

    /// A code known when this was written: three ASCII digits, which the caller answers for.
    pub(crate) const fn known(digits: [u8; 3]) -> Self {
        Self(digits)
    }

    /// The three digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        super::ascii(&self.0)
    }

    pub(crate) const fn digits(&self) -> &[u8; 3] {
        &self.0
    }

    /// The code as boletos print it, in bold beside the bank's name: `341-7`, `748-X`.
    ///
    /// Modulus 11 with weights 2, 3, 4 from the right; 10 is X, as Sicredi prints (748-X), but 0 for Caixa, which has
    /// always printed 104-0.
    #[must_use]
    pub fn with_digit(&self) -> String {
        let ten = if self.0 == *b"104" { b'0' } else { b'X' };
        format!("{}-{}", self.as_str(), char::from(modulo_11_or(&[&self.0], 9, ten)))
    }
}

impl fmt::Display for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankCode({self})")
    }
}

impl FromStr for BankCode {
    type Err = BankCodeError;
    fn from_str(text: &str) -> Result<Self, BankCodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_with_its_digit() {
        for printed in ["001-9", "033-7", "041-8", "104-0", "136-8", "237-2", "341-7", "748-X", "756-0"] {
            assert_eq!(BankCode::parse(&printed[..3]).unwrap().with_digit(), printed);
        }
        for text in ["", "1", "0001", "34x", "\u{661}1"] {
            assert_eq!(BankCode::parse(text), Err(BankCodeError));
        }
    }
}
