//! Unicred (136): "CNAB 400, remessa".
//!
//! Never checks the account's own digit: the manual gives no rule for it.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11;
use crate::boleto::digits_of;

/// A title of Unicred: 20–23 agência, 24–33 conta with its digit, 34–43 nosso número, 44 its digit.
///
/// ```
/// use domain::boleto::banks::{Title as _, unicred::Title};
/// // The manual's nosso número 0000299621-9.
/// let title = Title { agencia: 1234, conta: 123_456, nosso_numero: 299_621 };
/// assert_eq!(title.particulars().nosso_numero, "0000299621-9");
/// assert_eq!(title.free_field()?.as_str(), "1234000012345600002996219");
/// # Ok::<(), domain::boleto::banks::TooWide>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// The branch.
    pub agencia: u16,
    /// The account with its check digit, ten digits.
    pub conta: u64,
    /// Ten digits, without the check digit.
    pub nosso_numero: u64,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"136");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        FreeField::compose(&[
            ("agência", self.agencia.into(), 4),
            ("conta", self.conta, 10),
            ("nosso número", self.nosso_numero, 10),
            ("digit", u64::from(self.digit() & 0x0f), 1),
        ])
    }

    fn read(free: &FreeField) -> Option<Self> {
        Some(Self { agencia: free.number(20, 23), conta: free.number(24, 33), nosso_numero: free.number(34, 43) })
    }

    /// The carteira is not in the free field; the bank has one, 21.
    fn particulars(&self) -> Particulars {
        Particulars {
            nosso_numero: format!("{:010}-{}", self.nosso_numero, char::from(self.digit())),
            carteira: None,
            beneficiary: Some(format!("{:04}/{:09}-{}", self.agencia, self.conta / 10, self.conta % 10)),
        }
    }
}

impl Title {
    fn digit(&self) -> u8 {
        modulo_11(&[&digits_of::<10>(self.nosso_numero)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let title = Title { agencia: 1234, conta: 123_456, nosso_numero: 299_621 };
        assert_eq!(title.particulars().nosso_numero, "0000299621-9");
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "13694165600000523471234000012345600002996219");
    }
}
