//! Itaú (341): "Especificação do boleto de pagamento", March 2015; "Cobrança CNAB 400", July 2021, for the carteiras.
//!
//! Never prints the digit of a nosso número whose account the free field does not carry.

use super::{FreeField, Particulars, TooWide};
use crate::boleto::bank_code::BankCode;
use crate::boleto::check_digit::modulo_10;
use crate::boleto::digits_of;

/// A title of Itaú.
///
/// ```
/// use domain::boleto::banks::{Title as _, itau::Title};
/// // The manual's: branch 0057, account 12345-7, nosso número 110/12345678-8.
/// let title = Title::Conta { carteira: 110, nosso_numero: 12_345_678, agencia: 57, conta: 12_345 };
/// assert_eq!(title.particulars().nosso_numero, "110/12345678-8");
/// assert_eq!(title.particulars().beneficiary.as_deref(), Some("0057/12345-7"));
/// assert_eq!(title.free_field()?.as_str(), "1101234567880057123457000");
/// # Ok::<(), domain::boleto::banks::TooWide>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Title {
    /// 20–22 carteira, 23–30 nosso número, 31 its digit, 32–35 agência, 36–40 conta, 41 their digit, 42–44 zeros.
    Conta {
        /// Three digits: 109, 112, 175…
        carteira: u16,
        /// Eight digits.
        nosso_numero: u32,
        /// The branch.
        agencia: u16,
        /// Five digits, without the check digit.
        conta: u32,
    },
    /// Carteiras 107, 122, 142, 143, 196 and 198: 20–22 carteira, 23–30 nosso número, 31–37 seu número, 38–42 client code,
    /// 43 digit of all that, 44 zero.
    SeuNumero {
        /// One of the six.
        carteira: u16,
        /// Eight digits.
        nosso_numero: u32,
        /// The beneficiary's own number of the title, seven digits.
        seu_numero: u32,
        /// The client's code at the bank, five digits.
        cliente: u32,
    },
}

/// The carteiras whose free field carries the beneficiary's own number.
const SEU_NUMERO: [u16; 6] = [107, 122, 142, 143, 196, 198];

/// The carteiras whose nosso número's digit leaves branch and account out.
const WITHOUT_ACCOUNT: [u16; 5] = [126, 131, 146, 150, 168];

impl super::Title for Title {
    const BANK: BankCode = BankCode::known(*b"341");

    fn free_field(&self) -> Result<FreeField, TooWide> {
        match *self {
            Self::Conta { carteira, nosso_numero, agencia, conta } => FreeField::compose(&[
                ("carteira", carteira.into(), 3),
                ("nosso número", nosso_numero.into(), 8),
                ("digit", value(number_digit(carteira, nosso_numero, agencia, conta)), 1),
                ("agência", agencia.into(), 4),
                ("conta", conta.into(), 5),
                ("digit", value(account_digit(agencia, conta)), 1),
                ("zeros", 0, 3),
            ]),
            Self::SeuNumero { carteira, nosso_numero, seu_numero, cliente } => {
                let parts = |digit| {
                    FreeField::compose(&[
                        ("carteira", carteira.into(), 3),
                        ("nosso número", nosso_numero.into(), 8),
                        ("seu número", seu_numero.into(), 7),
                        ("código do cliente", cliente.into(), 5),
                        ("digit", digit, 1),
                        ("zero", 0, 1),
                    ])
                };
                parts(value(modulo_10(&[parts(0)?.part(20, 42)])))
            }
        }
    }

    fn read(free: &FreeField) -> Option<Self> {
        let (carteira, nosso_numero) = (free.number(20, 22), free.number(23, 30));
        if SEU_NUMERO.contains(&carteira) {
            let title = Self::SeuNumero { carteira, nosso_numero, seu_numero: free.number(31, 37), cliente: free.number(38, 42) };
            return (free.part(44, 44) == b"0").then_some(title);
        }
        let title = Self::Conta { carteira, nosso_numero, agencia: free.number(32, 35), conta: free.number(36, 40) };
        (free.part(42, 44) == b"000").then_some(title)
    }

    fn particulars(&self) -> Particulars {
        match *self {
            Self::Conta { carteira, nosso_numero, agencia, conta } => Particulars {
                nosso_numero: format!(
                    "{carteira:03}/{nosso_numero:08}-{}",
                    char::from(number_digit(carteira, nosso_numero, agencia, conta))
                ),
                carteira: Some(format!("{carteira:03}")),
                beneficiary: Some(format!("{agencia:04}/{conta:05}-{}", char::from(account_digit(agencia, conta)))),
            },
            Self::SeuNumero { carteira, nosso_numero, .. } => Particulars {
                nosso_numero: format!("{carteira:03}/{nosso_numero:08}"),
                carteira: Some(format!("{carteira:03}")),
                beneficiary: None,
            },
        }
    }
}

/// The nosso número's digit (DAC), ASCII: modulus 10 of branch, account (without its digit), carteira and number; in carteiras
/// 126, 131, 146, 150 and 168 of the last two alone.
///
/// ```
/// # use domain::boleto::banks::itau::number_digit;
/// // The manual's: 198/98712345-1 of account 0057/72192.
/// assert_eq!(number_digit(198, 98_712_345, 57, 72_192), b'1');
/// assert_eq!(number_digit(126, 98_712_345, 57, 72_192), number_digit(126, 98_712_345, 1, 1));
/// ```
#[must_use]
pub fn number_digit(carteira: u16, nosso_numero: u32, agencia: u16, conta: u32) -> u8 {
    let (branch, account): ([u8; 4], [u8; 5]) = (digits_of(agencia.into()), digits_of(conta.into()));
    let (portfolio, number): ([u8; 3], [u8; 8]) = (digits_of(carteira.into()), digits_of(nosso_numero.into()));
    if WITHOUT_ACCOUNT.contains(&carteira) {
        modulo_10(&[&portfolio, &number])
    } else {
        modulo_10(&[&branch, &account, &portfolio, &number])
    }
}

/// The account's digit (DAC): modulus 10 of branch and account.
fn account_digit(agencia: u16, conta: u32) -> u8 {
    let (branch, account): ([u8; 4], [u8; 5]) = (digits_of(agencia.into()), digits_of(conta.into()));
    modulo_10(&[&branch, &account])
}

fn value(digit: u8) -> u64 {
    u64::from(digit & 0x0f)
}

#[cfg(test)]
mod tests {
    use super::super::Title as _;
    use super::*;
    use crate::boleto::barcode::Barcode;
    use crate::money::Money;

    #[test]
    fn writes_the_manuals_examples() {
        let bar = Barcode::parse("34196166700000123451101234567880057123457000").unwrap();
        let title = Title::Conta { carteira: 110, nosso_numero: 12_345_678, agencia: 57, conta: 12_345 };
        assert_eq!(Title::read(&bar.free_field()), Some(title));
        assert_eq!(title.free_field(), Ok(bar.free_field()));
        assert_eq!(title.particulars().nosso_numero, "110/12345678-8");
        assert_eq!(title.particulars().beneficiary.as_deref(), Some("0057/12345-7"));
        assert_eq!(number_digit(198, 98_712_345, 57, 72_192), b'1');
        // Carteira 126 leaves branch and account out.
        assert_eq!(number_digit(126, 98_712_345, 57, 72_192), number_digit(126, 98_712_345, 1, 1));

        let title = Title::Conta { carteira: 109, nosso_numero: 12_345, agencia: 57, conta: 12_345 };
        let bar = title.barcode("2026-12-10".parse().unwrap(), Money::cents(52_347)).unwrap();
        assert_eq!(bar.as_str(), "34191165600000523471090001234530057123457000");
    }
}
