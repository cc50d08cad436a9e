//! Santander (033): "Layout de código de barras", January 2017.
//!
//! Never tells the branch: the free field does not carry it.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11;
use crate::boleto::digits_of;

/// A title of Santander: 20 nine, 21–27 beneficiary, 28–39 nosso número, 40 its digit, 41 IOS, 42–44 modalidade.
///
/// ```
/// use domain::boleto::banks::{Title as _, santander::Title};
/// // The manual's: beneficiary 0282033, nosso número 566612457800-2.
/// let title = Title { beneficiario: 282_033, nosso_numero: 566_612_457_800, ios: 0, modalidade: 101 };
/// assert_eq!(title.particulars().nosso_numero, "566612457800-2");
/// assert_eq!(title.free_field()?.as_str(), "9028203356661245780020101");
/// # Ok::<(), domain::boleto::banks::TooWide>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// The beneficiary's code (PSK), seven digits.
    pub beneficiario: u32,
    /// Twelve digits, without the check digit.
    pub nosso_numero: u64,
    /// Tax on insurance: 0, except for insurers.
    pub ios: u8,
    /// 101 (rápida com registro), 102, 104, 201…
    pub modalidade: u16,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"033");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        FreeField::compose(&[
            ("nine", 9, 1),
            ("código do beneficiário", self.beneficiario.into(), 7),
            ("nosso número", self.nosso_numero, 12),
            ("digit", u64::from(self.digit() & 0x0f), 1),
            ("IOS", self.ios.into(), 1),
            ("modalidade", self.modalidade.into(), 3),
        ])
    }

    fn read(free: &FreeField) -> Option<Self> {
        (free.part(20, 20) == b"9").then(|| Self {
            beneficiario: free.number(21, 27),
            nosso_numero: free.number(28, 39),
            ios: free.number(41, 41),
            modalidade: free.number(42, 44),
        })
    }

    fn particulars(&self) -> Particulars {
        Particulars {
            nosso_numero: format!("{:012}-{}", self.nosso_numero, char::from(self.digit())),
            carteira: Some(format!("{:03}", self.modalidade)),
            beneficiary: None,
        }
    }
}

impl Title {
    fn digit(&self) -> u8 {
        modulo_11(&[&digits_of::<12>(self.nosso_numero)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let title = Title { beneficiario: 282_033, nosso_numero: 566_612_457_800, ios: 0, modalidade: 102 };
        assert_eq!(title.particulars().nosso_numero, "566612457800-2");
        let title = Title { beneficiario: 282_033, nosso_numero: 12_345, ios: 0, modalidade: 101 };
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "03397165600000523479028203300000001234550101");
        assert_eq!(bar.to_line().to_string(), "03399.02827 03300.000001 12345.501014 7 16560000052347");
    }
}
