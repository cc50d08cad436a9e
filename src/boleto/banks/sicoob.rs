//! Sicoob (756): "Layouts para troca de informações", February 2017, sheet 02.
//!
//! Never prints the branch of a cooperative apart: at Sicoob the cooperative is the branch.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::digits_of;

/// A title of Sicoob: 20 carteira, 21–24 cooperative, 25–26 modalidade, 27–33 client with its digit, 34–40 nosso número,
/// 41 its digit, 42–44 installment.
///
/// ```
/// use domain::boleto::banks::{Title as _, sicoob::Title};
/// // The manual's: cooperative 0001, client 000001-9, nosso número 0000021-8.
/// let title = Title { carteira: 1, cooperativa: 1, modalidade: 1, cliente: 19, nosso_numero: 21, parcela: 1 };
/// assert_eq!(title.particulars().nosso_numero, "0000021-8");
/// assert_eq!(title.particulars().beneficiary.as_deref(), Some("0001/000001-9"));
/// assert_eq!(title.free_field()?.as_str(), "1000101000001900000218001");
/// # Ok::<(), domain::boleto::banks::TooWide>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// 1 simple, 3 with guarantee.
    pub carteira: u8,
    /// The cooperative, four digits.
    pub cooperativa: u16,
    /// 01 simple with registration.
    pub modalidade: u8,
    /// The client's code with its check digit, seven digits.
    pub cliente: u32,
    /// Seven digits, without the check digit.
    pub nosso_numero: u32,
    /// 001 for a single payment.
    pub parcela: u16,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"756");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        FreeField::compose(&[
            ("carteira", self.carteira.into(), 1),
            ("cooperativa", self.cooperativa.into(), 4),
            ("modalidade", self.modalidade.into(), 2),
            ("código do cliente", self.cliente.into(), 7),
            ("nosso número", self.nosso_numero.into(), 7),
            ("digit", self.digit().into(), 1),
            ("parcela", self.parcela.into(), 3),
        ])
    }

    fn read(free: &FreeField) -> Option<Self> {
        Some(Self {
            carteira: free.number(20, 20),
            cooperativa: free.number(21, 24),
            modalidade: free.number(25, 26),
            cliente: free.number(27, 33),
            nosso_numero: free.number(34, 40),
            parcela: free.number(42, 44),
        })
    }

    fn particulars(&self) -> Particulars {
        Particulars {
            nosso_numero: format!("{:07}-{}", self.nosso_numero, self.digit()),
            carteira: Some(self.carteira.to_string()),
            beneficiary: Some(format!("{:04}/{:06}-{}", self.cooperativa, self.cliente / 10, self.cliente % 10)),
        }
    }
}

impl Title {
    /// The nosso número's digit: weights 3, 1, 9, 7 from the left over the cooperative (4), the client (10) and the number
    /// (7); eleven less the remainder, 0 for the remainders 0 and 1.
    fn digit(&self) -> u8 {
        let (coop, client): ([u8; 4], [u8; 10]) = (digits_of(self.cooperativa.into()), digits_of(self.cliente.into()));
        let number: [u8; 7] = digits_of(self.nosso_numero.into());
        let digits = coop.iter().chain(&client).chain(&number);
        let sum: u32 = digits.zip([3, 1, 9, 7].iter().cycle()).map(|(digit, weight)| u32::from(digit & 0x0f) * weight).sum();
        match sum % 11 {
            0 | 1 => 0,
            // From 1 to 9.
            remainder => (11 - remainder) as u8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::boleto::digitable_line::DigitableLine;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let title = Title { carteira: 1, cooperativa: 1, modalidade: 1, cliente: 19, nosso_numero: 21, parcela: 1 };
        assert_eq!(title.particulars().nosso_numero, "0000021-8");
        assert_eq!(title.particulars().beneficiary.as_deref(), Some("0001/000001-9"));
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "75693165600000523471000101000001900000218001");
        let line = DigitableLine::parse("75691.43279 01022.938508 00000.240010 2 67080000005000").unwrap();
        let free = line.to_barcode().free_field();
        assert_eq!(Title::read(&free).unwrap().free_field(), Ok(free));
    }
}
