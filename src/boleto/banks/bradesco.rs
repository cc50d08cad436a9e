//! Bradesco (237): "Manual operacional, 400 posições".
//!
//! Never checks an inner digit: this free field has none.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11_or;
use crate::boleto::digits_of;

/// A title of Bradesco: 20–23 agência, 24–25 carteira, 26–36 nosso número, 37–43 conta, 44 zero.
///
/// ```
/// use domain::boleto::banks::{Title as _, bradesco::Title};
/// // The manual's three: 19/00000000002-8, 19/00000000001-P, 19/00000000006-0.
/// let printed = |nosso_numero| Title { agencia: 1234, carteira: 19, nosso_numero, conta: 67_890 }.particulars().nosso_numero;
/// assert_eq!([printed(2), printed(1), printed(6)], ["19/00000000002-8", "19/00000000001-P", "19/00000000006-0"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// The branch, without its check digit.
    pub agencia: u16,
    /// Two digits: 09, 19, 26…
    pub carteira: u8,
    /// Eleven digits, without the check digit.
    pub nosso_numero: u64,
    /// The account, without its check digit.
    pub conta: u32,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"237");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        FreeField::compose(&[
            ("agência", self.agencia.into(), 4),
            ("carteira", self.carteira.into(), 2),
            ("nosso número", self.nosso_numero, 11),
            ("conta", self.conta.into(), 7),
            ("zero", 0, 1),
        ])
    }

    fn read(free: &FreeField) -> Option<Self> {
        (free.part(44, 44) == b"0").then(|| Self {
            agencia: free.number(20, 23),
            carteira: free.number(24, 25),
            nosso_numero: free.number(26, 36),
            conta: free.number(37, 43),
        })
    }

    /// The nosso número's digit is a modulus 11 of carteira and number with weights 2 to 7; 10 is P.
    fn particulars(&self) -> Particulars {
        let (carteira, number): ([u8; 2], [u8; 11]) = (digits_of(self.carteira.into()), digits_of(self.nosso_numero));
        let digit = char::from(modulo_11_or(&[&carteira, &number], 7, b'P'));
        Particulars {
            nosso_numero: format!("{:02}/{:011}-{digit}", self.carteira, self.nosso_numero),
            carteira: Some(format!("{:02}", self.carteira)),
            beneficiary: Some(format!("{:04}/{:07}", self.agencia, self.conta)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let printed = |nosso_numero| Title { agencia: 1, carteira: 19, nosso_numero, conta: 1 }.particulars().nosso_numero;
        assert_eq!(printed(2), "19/00000000002-8");
        assert_eq!(printed(1), "19/00000000001-P");
        assert_eq!(printed(6), "19/00000000006-0");
        let title = Title { agencia: 1234, carteira: 9, nosso_numero: 12_345, conta: 67_890 };
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "23791165600000523471234090000001234500678900");
        assert_eq!(title.particulars().nosso_numero, "09/00000012345-8");
    }
}
