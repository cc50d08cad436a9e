//! Banco do Brasil (001): "Especificações técnicas para confecção de boleto", January 2016.
//!
//! Never tells convênios of 4 and of 6 digits apart: in the free field they look the same.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_11_or;
use crate::boleto::digits_of;

/// A title of Banco do Brasil.
///
/// ```
/// use domain::boleto::banks::{Title as _, banco_do_brasil::Title};
/// use domain::boleto::barcode::Barcode;
/// // The manual's: convênio of 6 digits, nosso número 05009401448-1.
/// let bar = Barcode::parse("00193373700000001000500940144816060680935031")?;
/// let title = Title::read(&bar.free_field()).unwrap();
/// assert_eq!(title, Title::Convenio6 { nosso_numero: 5_009_401_448, agencia: 1606, conta: 6_809_350, carteira: 31 });
/// assert_eq!(title.particulars().nosso_numero, "05009401448-1");
/// // With a convênio of 7 digits the number has none.
/// let title = Title::Convenio7 { nosso_numero: 12_387_987_777_700_168, carteira: 18 };
/// assert_eq!(title.particulars().nosso_numero, "12387987777700168");
/// # Ok::<(), domain::boleto::barcode::BarcodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Title {
    /// Convênio of 7 digits: 20–25 zeros, 26–42 nosso número, 43–44 carteira.
    Convenio7 {
        /// 17 digits: the convênio and a sequence of 10. It has no check digit.
        nosso_numero: u64,
        /// Usually 17.
        carteira: u8,
    },
    /// Convênio of 6 or 4 digits: 20–30 nosso número, 31–34 agência, 35–42 conta, 43–44 carteira.
    Convenio6 {
        /// 11 digits: the convênio and a sequence of 5 (7 after a convênio of 4).
        nosso_numero: u64,
        /// The branch, without its check digit.
        agencia: u16,
        /// The account, without its check digit.
        conta: u32,
        /// 16, 17, 18…
        carteira: u8,
    },
    /// Convênio of 6 digits with a nosso número of 17 that the beneficiary chooses: 20–25, 26–42, 43–44 `21`.
    Livre17 {
        /// Six digits.
        convenio: u32,
        /// 17 digits, without a check digit.
        nosso_numero: u64,
    },
}

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"001");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        match *self {
            Self::Convenio7 { nosso_numero, carteira } => {
                FreeField::compose(&[("zeros", 0, 6), ("nosso número", nosso_numero, 17), ("carteira", carteira.into(), 2)])
            }
            Self::Convenio6 { nosso_numero, agencia, conta, carteira } => FreeField::compose(&[
                ("nosso número", nosso_numero, 11),
                ("agência", agencia.into(), 4),
                ("conta", conta.into(), 8),
                ("carteira", carteira.into(), 2),
            ]),
            Self::Livre17 { convenio, nosso_numero } => {
                FreeField::compose(&[("convênio", convenio.into(), 6), ("nosso número", nosso_numero, 17), ("carteira", 21, 2)])
            }
        }
    }

    fn read(free: &FreeField) -> Option<Self> {
        let carteira = free.number(43, 44);
        Some(if free.part(20, 25) == b"000000" {
            Self::Convenio7 { nosso_numero: free.number(26, 42), carteira }
        } else if carteira == 21 {
            Self::Livre17 { convenio: free.number(20, 25), nosso_numero: free.number(26, 42) }
        } else {
            Self::Convenio6 { nosso_numero: free.number(20, 30), agencia: free.number(31, 34), conta: free.number(35, 42), carteira }
        })
    }

    fn particulars(&self) -> Particulars {
        match *self {
            Self::Convenio7 { nosso_numero, carteira } => {
                Particulars { nosso_numero: format!("{nosso_numero:017}"), carteira: Some(format!("{carteira:02}")), beneficiary: None }
            }
            Self::Convenio6 { nosso_numero, agencia, conta, carteira } => {
                let digits: [u8; 11] = digits_of(nosso_numero);
                let digit = char::from(modulo_11_or(&[&digits], 9, b'X'));
                Particulars {
                    nosso_numero: format!("{nosso_numero:011}-{digit}"),
                    carteira: Some(format!("{carteira:02}")),
                    beneficiary: Some(beneficiary(agencia, conta)),
                }
            }
            Self::Livre17 { nosso_numero, .. } => {
                Particulars { nosso_numero: format!("{nosso_numero:017}"), carteira: Some("21".to_owned()), beneficiary: None }
            }
        }
    }
}

/// Branch and account with the digits that the free field leaves out: `0452-9/00123873-5`.
fn beneficiary(agencia: u16, conta: u32) -> String {
    let (branch, account): ([u8; 4], [u8; 8]) = (digits_of(agencia.into()), digits_of(conta.into()));
    let digit = |digits: &[u8]| char::from(modulo_11_or(&[digits], 9, b'X'));
    format!("{agencia:04}-{}/{conta:08}-{}", digit(&branch), digit(&account))
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::boleto::barcode::Barcode;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let title = Title::Convenio7 { nosso_numero: 12_387_987_777_700_168, carteira: 18 };
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "00198165600000523470000001238798777770016818");
        assert_eq!(bar.to_line().to_string(), "00190.00009 01238.798779 77700.168188 8 16560000052347");
        assert_eq!(title.particulars().nosso_numero, "12387987777700168");

        let bar = Barcode::parse("00193373700000001000500940144816060680935031").unwrap();
        let title = Title::read(&bar.free_field()).unwrap();
        assert_eq!(title, Title::Convenio6 { nosso_numero: 5_009_401_448, agencia: 1606, conta: 6_809_350, carteira: 31 });
        assert_eq!(title.particulars().nosso_numero, "05009401448-1");
        assert_eq!(title.barcode("2007-12-31".parse().unwrap(), Money::cents(100)), Ok(bar));

        let free = Title::Livre17 { convenio: 123_456, nosso_numero: 7 }.free_field().unwrap();
        assert_eq!(free.as_str(), "1234560000000000000000721");
    }

    #[test]
    fn prints_branch_and_account_with_their_digits() {
        assert_eq!(beneficiary(1584, 210_169), "1584-9/00210169-6");
    }
}
