//! Banrisul (041): "Manual 400 posições", for the field and for its double digit ("NC").
//!
//! Never reads the layout of three-digit branches, which the bank gave up.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::{complement_11, modulo_10};
use crate::boleto::digits_of;

/// A title of Banrisul: 20 product, 21 one, 22–25 agência, 26–32 beneficiary, 33–40 nosso número, 41–42 forty, 43–44 double
/// digit of all that.
///
/// ```
/// use domain::boleto::banks::{Title as _, banrisul::Title};
/// let title = Title { produto: 2, agencia: 1102, beneficiario: 9_000_150, nosso_numero: 22_832_563 };
/// assert_eq!(title.particulars().nosso_numero, "22832563-51");
/// assert_eq!(title.free_field()?.as_str(), "2111029000150228325634059");
/// # Ok::<(), domain::boleto::banks::TooWide>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// 1 when the bank prints, 2 when the beneficiary does.
    pub produto: u8,
    /// The branch.
    pub agencia: u16,
    /// The beneficiary's code, seven digits.
    pub beneficiario: u32,
    /// Eight digits, without the double digit.
    pub nosso_numero: u32,
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"041");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        let parts = |double| {
            FreeField::compose(&[
                ("produto", self.produto.into(), 1),
                ("one", 1, 1),
                ("agência", self.agencia.into(), 4),
                ("código do beneficiário", self.beneficiario.into(), 7),
                ("nosso número", self.nosso_numero.into(), 8),
                ("forty", 40, 2),
                ("double digit", double, 2),
            ])
        };
        let [first, second] = double_digit(parts(0)?.part(20, 42));
        parts(u64::from(first & 0x0f) * 10 + u64::from(second & 0x0f))
    }

    fn read(free: &FreeField) -> Option<Self> {
        (free.part(21, 21) == b"1" && free.part(41, 42) == b"40").then(|| Self {
            produto: free.number(20, 20),
            agencia: free.number(22, 25),
            beneficiario: free.number(26, 32),
            nosso_numero: free.number(33, 40),
        })
    }

    fn particulars(&self) -> Particulars {
        let [first, second] = double_digit(&digits_of::<8>(self.nosso_numero.into())).map(char::from);
        Particulars {
            nosso_numero: format!("{:08}-{first}{second}", self.nosso_numero),
            carteira: Some(self.produto.to_string()),
            beneficiary: Some(format!("{:04}/{:07}", self.agencia, self.beneficiario)),
        }
    }
}

/// Banrisul's double digit ("NC"): modulus 10, then modulus 11 with weights 2 to 7 over the number and that digit. Where the
/// second would be 10, the first is taken one higher and the second computed again. ASCII digits in, ASCII digits out.
///
/// ```
/// # use domain::boleto::banks::banrisul::double_digit;
/// // The manual's: 00009274-22, and 00009194-38, whose first digit would be 2.
/// assert_eq!(&double_digit(b"00009274"), b"22");
/// assert_eq!(&double_digit(b"00009194"), b"38");
/// ```
#[must_use]
pub fn double_digit(digits: &[u8]) -> [u8; 2] {
    let mut first = modulo_10(&[digits]);
    loop {
        match complement_11(&[digits, &[first]], 7) {
            // One higher moves the sum by 2 (or by −18, from 9 to 0), so this happens once.
            10 => first = if first == b'9' { b'0' } else { first + 1 },
            second => return [first, b'0' + second],
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
        assert_eq!(&double_digit(b"00009274"), b"22");
        assert_eq!(&double_digit(b"00009194"), b"38");
        assert_eq!(&double_digit(b"22832563"), b"51");
        assert_eq!(&double_digit(b"21110290001502283256340"), b"59");
        let title = Title { produto: 2, agencia: 1102, beneficiario: 9_000_150, nosso_numero: 22_832_563 };
        assert_eq!(title.particulars().nosso_numero, "22832563-51");
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "04199165600000523472111029000150228325634059");
    }
}
