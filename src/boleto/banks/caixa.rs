//! Caixa Econômica Federal (104), SIGCB: "Boleto: especificações", 2020.
//!
//! Never reads the layouts before SIGCB (SICOB, SINCO): their digits do not fit, and that is all it says.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11;
use crate::boleto::digits_of;

/// A title of Caixa: 20–26 beneficiary, 27–29 nosso número 3 to 5, 30 its first digit, 31–33 its 6 to 8, 34 its second,
/// 35–43 its 9 to 17, 44 digit of all that.
///
/// ```
/// use domain::boleto::banks::{FreeField, Title as _, caixa::{Beneficiario, Title}};
/// // The manual's: beneficiary 005507-7, whose nosso número lies in the field in three pieces and two single digits.
/// let free = FreeField::parse("0055077222133347777777771")?;
/// let title = Title { beneficiario: Beneficiario::Six(5507), nosso_numero: 14_222_333_777_777_777 };
/// assert_eq!((Title::read(&free), title.free_field()), (Some(title), Ok(free)));
/// // The manual's 14000000000000019-7.
/// let title = Title { nosso_numero: 14_000_000_000_000_019, ..title };
/// assert_eq!((title.particulars().nosso_numero.as_str(), title.particulars().carteira.as_deref()), ("14000000000000019-7", Some("RG")));
/// # Ok::<(), domain::boleto::banks::FreeFieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// The beneficiary's code.
    pub beneficiario: Beneficiario,
    /// 17 digits, without the check digit: 1 (registered) or 2, 4 (the beneficiary prints), and 15 more.
    pub nosso_numero: u64,
}

/// How Caixa numbers a beneficiary.
///
/// ```
/// use domain::boleto::banks::{Title as _, caixa::{Beneficiario, Title}};
/// let head = |beneficiario| {
///     let free = Title { beneficiario, nosso_numero: 14_000_000_000_000_019 }.free_field().unwrap();
///     free.as_str()[..7].to_owned()
/// };
/// assert_eq!(head(Beneficiario::Six(5507)), "0055077"); // 005507 and its digit 7
/// assert_eq!(head(Beneficiario::Seven(1_100_002)), "1100002"); // no digit
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beneficiario {
    /// Six digits, followed by a check digit.
    Six(u32),
    /// Seven digits from 1100000 on, without a check digit.
    Seven(u32),
}

impl Beneficiario {
    /// The code in seven digits, as the free field holds it.
    fn seven_digits(self) -> u64 {
        match self {
            Self::Six(code) => u64::from(code) * 10 + u64::from(modulo_11(&[&digits_of::<6>(code.into())]) & 0x0f),
            Self::Seven(code) => code.into(),
        }
    }

    fn read(seven: u64) -> Self {
        let code = u32::try_from(seven).unwrap_or_default();
        let six = Self::Six(code / 10);
        if six.seven_digits() == seven || seven < 1_100_000 { six } else { Self::Seven(code) }
    }
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"104");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        let number = self.nosso_numero;
        if number >= 10_u64.pow(17) {
            return Err(TooWide { name: "nosso número", width: 17 });
        }
        let free = FreeField::compose(&[
            ("código do beneficiário", self.beneficiario.seven_digits(), 7),
            ("nosso número", number / 10_u64.pow(12) % 1000, 3),
            ("nosso número", number / 10_u64.pow(16), 1),
            ("nosso número", number / 10_u64.pow(9) % 1000, 3),
            ("nosso número", number / 10_u64.pow(15) % 10, 1),
            ("nosso número", number % 10_u64.pow(9), 9),
            ("digit", 0, 1),
        ])?;
        Ok(free.ending_with(modulo_11(&[free.part(20, 43)])))
    }

    fn read(free: &FreeField) -> Option<Self> {
        let part = |from, to| free.number::<u64>(from, to);
        let nosso_numero = part(30, 30) * 10_u64.pow(16)
            + part(34, 34) * 10_u64.pow(15)
            + part(27, 29) * 10_u64.pow(12)
            + part(31, 33) * 10_u64.pow(9)
            + part(35, 43);
        Some(Self { beneficiario: Beneficiario::read(part(20, 26)), nosso_numero })
    }

    /// The branch is not in the free field; the beneficiary's code stands alone on it.
    fn particulars(&self) -> Particulars {
        let digit = char::from(modulo_11(&[&digits_of::<17>(self.nosso_numero)]));
        let registered = self.nosso_numero / 10_u64.pow(16) == 1;
        Particulars {
            nosso_numero: format!("{:017}-{digit}", self.nosso_numero),
            carteira: Some(if registered { "RG" } else { "SR" }.to_owned()),
            beneficiary: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::boleto::barcode::Barcode;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let title = Title { beneficiario: Beneficiario::Six(5507), nosso_numero: 14_000_000_000_012_345 };
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "10492165600000523470055077000100040000123454");
        assert_eq!(title.particulars().nosso_numero, "14000000000012345-0");
        let manual = Barcode::parse("10494324200000321120055077222133347777777771").unwrap().free_field();
        let title = Title::read(&manual).unwrap();
        assert_eq!(title, Title { beneficiario: Beneficiario::Six(5507), nosso_numero: 14_222_333_777_777_777 });
        assert_eq!(title.free_field(), Ok(manual));
    }

    #[test]
    fn knows_beneficiaries_of_seven_digits() {
        let title = Title { beneficiario: Beneficiario::Seven(1_100_002), nosso_numero: 14_000_000_000_000_019 };
        let free = title.free_field().unwrap();
        assert_eq!(&free.as_str()[..7], "1100002");
        assert_eq!(Title::read(&free), Some(title));
        // The manual's, and two that brcobranca and boleto_bancario print.
        for (nosso_numero, printed) in [
            (14_000_000_000_000_019, "14000000000000019-7"),
            (24_000_000_000_000_001, "24000000000000001-2"),
            (24_863_245_679_215_648, "24863245679215648-2"),
        ] {
            assert_eq!(Title { nosso_numero, ..title }.particulars().nosso_numero, printed);
        }
    }
}
