//! Sicredi (748): "Manual CNAB 240", August 2019.
//!
//! Never decides who numbers the title: digits 2 to 9 after the year mean the beneficiary did.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11;
use crate::boleto::digits_of;

/// A title of Sicredi: 20 kind of charge, 21 carteira, 22–29 nosso número, 30 its digit, 31–34 cooperative, 35–36 post,
/// 37–41 beneficiary, 42 whether there is an amount, 43 zero, 44 digit of all that.
///
/// ```
/// use domain::boleto::banks::{Title as _, sicredi::Title};
/// // The manual's: 0165.02.00623, nosso número 07/200003-1 (2007, numbered by the beneficiary, the third).
/// let title = Title {
///     cobranca: 1, carteira: 1, nosso_numero: 7_200_003, cooperativa: 165, posto: 2, beneficiario: 623, with_amount: true,
/// };
/// assert_eq!(title.particulars().nosso_numero, "07/200003-1");
/// assert_eq!(title.particulars().beneficiary.as_deref(), Some("0165.02.00623"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// 1 with registration, 3 without.
    pub cobranca: u8,
    /// 1 simple.
    pub carteira: u8,
    /// Eight digits: year (2), 2 to 9 when the beneficiary numbers, sequence (5).
    pub nosso_numero: u32,
    /// The cooperative, four digits.
    pub cooperativa: u16,
    /// The post, two digits.
    pub posto: u8,
    /// The beneficiary's code, five digits.
    pub beneficiario: u32,
    /// Whether the barcode states an amount.
    pub with_amount: bool,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"748");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        let free = FreeField::compose(&[
            ("tipo de cobrança", self.cobranca.into(), 1),
            ("carteira", self.carteira.into(), 1),
            ("nosso número", self.nosso_numero.into(), 8),
            ("digit", u64::from(self.digit() & 0x0f), 1),
            ("cooperativa", self.cooperativa.into(), 4),
            ("posto", self.posto.into(), 2),
            ("beneficiário", self.beneficiario.into(), 5),
            ("amount", self.with_amount.into(), 1),
            ("zero", 0, 1),
            ("digit", 0, 1),
        ])?;
        Ok(free.ending_with(modulo_11(&[free.part(20, 43)])))
    }

    fn read(free: &FreeField) -> Option<Self> {
        let with_amount = match free.part(42, 43) {
            b"10" => true,
            b"00" => false,
            _ => return None,
        };
        Some(Self {
            cobranca: free.number(20, 20),
            carteira: free.number(21, 21),
            nosso_numero: free.number(22, 29),
            cooperativa: free.number(31, 34),
            posto: free.number(35, 36),
            beneficiario: free.number(37, 41),
            with_amount,
        })
    }

    fn particulars(&self) -> Particulars {
        let (year, rest) = (self.nosso_numero / 1_000_000, self.nosso_numero % 1_000_000);
        Particulars {
            nosso_numero: format!("{year:02}/{rest:06}-{}", char::from(self.digit())),
            carteira: Some(self.carteira.to_string()),
            beneficiary: Some(format!("{:04}.{:02}.{:05}", self.cooperativa, self.posto, self.beneficiario)),
        }
    }
}

impl Title {
    /// The nosso número's digit: modulus 11 of cooperative, post, beneficiary and number.
    fn digit(&self) -> u8 {
        let (coop, post): ([u8; 4], [u8; 2]) = (digits_of(self.cooperativa.into()), digits_of(self.posto.into()));
        let (code, number): ([u8; 5], [u8; 8]) = (digits_of(self.beneficiario.into()), digits_of(self.nosso_numero.into()));
        modulo_11(&[&coop, &post, &code, &number])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::money::Money;

    const TITLE: Title =
        Title { cobranca: 1, carteira: 1, nosso_numero: 26_200_003, cooperativa: 165, posto: 2, beneficiario: 623, with_amount: true };

    #[test]
    fn writes_the_manuals_examples() {
        let manual = Title { nosso_numero: 7_200_003, ..TITLE };
        assert_eq!(manual.particulars().nosso_numero, "07/200003-1");
        assert_eq!(manual.particulars().beneficiary.as_deref(), Some("0165.02.00623"));
        assert_eq!(TITLE.particulars().nosso_numero, "26/200003-2");
        // Printed by tomas-stefano/boleto_bancario.
        let other = Title { nosso_numero: 15_972_815, cooperativa: 4927, posto: 99, beneficiario: 24_837, ..TITLE };
        assert_eq!(other.particulars().nosso_numero, "15/972815-9");
        let bar = TITLE.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "74895165600000523471126200003201650200623104");
    }
}
