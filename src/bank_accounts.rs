//! Bank accounts that a refund can go to: the directory of banks, what people type, and what the check digits say.
//!
//! Never refuses an account for its check digit: banks change their rules, so a wrong digit is a reason to ask the person
//! to look again. Never says whose the account is.
//!
//! Numbers are text: their zeros count. Positions in errors count characters from 0. Sources: Banco Central's lists of
//! participants, as `guibranco/BancosBrasileiros` gathers them (the head of `banks.csv` says when); Icatu, "Regras de validação
//! de conta corrente", for the check digits.
//!
//! ```
//! use domain::bank_accounts::{BankAccount, TypedAccount, Verdict};
//! let typed = TypedAccount { bank: "341".into(), branch: "2545".into(), account: "02366-1".into(), kind: "checking".into() };
//! let account = BankAccount::parse(&typed)?;
//! assert_eq!((account.bank().as_str(), account.account_verdict()), ("60701190", Verdict::Right));
//! # Ok::<(), domain::bank_accounts::AccountErrors>(())
//! ```

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::boleto::bank_code::BankCode;
use crate::boleto::banks::banrisul::double_digit;
use crate::boleto::check_digit::{modulo_10, modulo_11, modulo_11_or};

/// Eight digits, or one day letters, that name an institution in Brazil's payment system.
///
/// ```
/// use domain::bank_accounts::{Ispb, IspbError};
/// assert_eq!(Ispb::parse("60701190")?.as_str(), "60701190");
/// assert_eq!(Ispb::parse("341"), Err(IspbError)); // that is a clearing code
/// # Ok::<(), IspbError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ispb([u8; 8]);

/// A text that is not eight digits or capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ISPB has eight digits or capital letters")]
pub struct IspbError;

impl Ispb {
    /// Reads exactly eight digits or capital letters.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, IspbError> {
        match text.as_bytes().try_into() {
            Ok(characters) if text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) => Ok(Self(characters)),
            _ => Err(IspbError),
        }
    }

    /// The eight characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is kept.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Ispb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Ispb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ispb({self})")
    }
}

impl FromStr for Ispb {
    type Err = IspbError;
    fn from_str(text: &str) -> Result<Self, IspbError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Ispb {
    type Error = IspbError;
    fn try_from(text: String) -> Result<Self, IspbError> {
        Self::parse(&text)
    }
}

impl From<Ispb> for String {
    fn from(ispb: Ispb) -> Self {
        ispb.as_str().to_owned()
    }
}

/// An institution of the directory.
///
/// ```
/// use domain::bank_accounts::{by_compe, by_ispb};
/// let itau = by_compe("341".parse()?).unwrap();
/// assert_eq!((itau.label(), itau.name, itau.pix), ("Itaú", "ITAÚ UNIBANCO S.A.", true));
/// assert_eq!(by_ispb(itau.ispb), Some(itau));
/// assert_eq!(by_compe("999".parse()?), None);
/// # Ok::<(), domain::boleto::bank_code::BankCodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Its number in the payment system, by which it is stored.
    pub ispb: Ispb,
    /// Its clearing code.
    pub compe: BankCode,
    /// Its short name in Banco Central's lists.
    pub name: &'static str,
    /// The name people know it by, where that is another.
    pub known_as: Option<&'static str>,
    /// Whether it takes part in Pix.
    pub pix: bool,
}

impl Bank {
    /// The name to show: the one people know.
    #[must_use]
    pub fn label(&self) -> &'static str {
        self.known_as.unwrap_or(self.name)
    }
}

struct Directory {
    /// By clearing code.
    banks: Vec<Bank>,
    /// Places in `banks`, by ISPB.
    by_ispb: Vec<usize>,
    /// Places in `banks`, in the order people are shown.
    for_choice: Vec<usize>,
}

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut banks: Vec<Bank> = include_str!("banks.csv").lines().filter_map(bank).collect();
    banks.sort_unstable_by_key(|bank| bank.compe);
    let mut by_ispb: Vec<usize> = (0..banks.len()).collect();
    by_ispb.sort_unstable_by_key(|at| banks[*at].ispb);
    let mut for_choice: Vec<usize> = (0..banks.len()).collect();
    for_choice.sort_by_cached_key(|at| (banks[*at].known_as.is_none(), banks[*at].label().to_lowercase()));
    Directory { banks, by_ispb, for_choice }
});

/// Reads a line of `banks.csv`; comments are none.
fn bank(line: &'static str) -> Option<Bank> {
    let mut cells = line.split(';');
    let mut next = || cells.next();
    Some(Bank {
        ispb: Ispb::parse(next()?).ok()?,
        compe: BankCode::parse(next()?).ok()?,
        name: next()?,
        pix: next()? == "1",
        known_as: next().filter(|name| !name.is_empty()),
    })
}

/// All institutions, by clearing code.
///
/// ```
/// # use domain::bank_accounts::all;
/// assert_eq!((all()[0].compe.as_str(), all()[0].label()), ("001", "Banco do Brasil"));
/// ```
#[must_use]
pub fn all() -> &'static [Bank] {
    &DIRECTORY.banks
}

/// All institutions in the order of a list to choose from: those with a name people know first, each part by its label.
///
/// ```
/// # use domain::bank_accounts::for_choice;
/// let first: Vec<_> = for_choice().take(2).map(|bank| bank.label()).collect();
/// assert!(first.is_sorted() && for_choice().len() == domain::bank_accounts::all().len());
/// ```
pub fn for_choice() -> impl ExactSizeIterator<Item = &'static Bank> {
    DIRECTORY.for_choice.iter().map(|at| &DIRECTORY.banks[*at])
}

/// The institution with a clearing code. An example is at [`Bank`].
#[must_use]
pub fn by_compe(code: BankCode) -> Option<&'static Bank> {
    let at = DIRECTORY.banks.binary_search_by_key(&code, |bank| bank.compe).ok()?;
    DIRECTORY.banks.get(at)
}

/// The institution with an ISPB. An example is at [`Bank`].
#[must_use]
pub fn by_ispb(ispb: Ispb) -> Option<&'static Bank> {
    let at = DIRECTORY.by_ispb.binary_search_by_key(&ispb, |at| DIRECTORY.banks[*at].ispb).ok()?;
    DIRECTORY.banks.get(DIRECTORY.by_ispb[at])
}

/// What kind of account it is. Salary accounts are missing: they take money from the employer alone.
///
/// ```
/// use domain::bank_accounts::{AccountKind, AccountKindError};
/// assert_eq!("savings".parse(), Ok(AccountKind::Savings));
/// assert_eq!(AccountKind::Savings.as_str(), "savings");
/// assert_eq!("salary".parse::<AccountKind>(), Err(AccountKindError::Salary));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// Conta corrente.
    Checking,
    /// Conta poupança.
    Savings,
    /// Conta de pagamento.
    Payment,
}

impl AccountKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Checking, Self::Savings, Self::Payment];

    /// The kind as forms and tables write it: `checking`, `savings`, `payment`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Savings => "savings",
            Self::Payment => "payment",
        }
    }
}

impl FromStr for AccountKind {
    type Err = AccountKindError;
    fn from_str(text: &str) -> Result<Self, AccountKindError> {
        match text {
            "" => Err(AccountKindError::Empty),
            "salary" => Err(AccountKindError::Salary),
            _ => Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(AccountKindError::Unknown),
        }
    }
}

/// Why a bank was not understood. An example is at [`AccountErrors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// None was chosen.
    #[error("no bank")]
    Empty,
    /// Neither a clearing code nor an ISPB of the directory.
    #[error("not in the directory")]
    Unknown,
}

/// Why a branch or an account was not understood. An example is at [`AccountErrors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing was typed.
    #[error("no number")]
    Empty,
    /// A character that has no place there, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// So many digits without the check digit: more than there can be, or, of an account, none before it.
    #[error("{0} digits")]
    Length(usize),
    /// An account of zeros.
    #[error("nothing but zeros")]
    Zeros,
}

/// Why a kind of account was not understood. An example is at [`AccountErrors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountKindError {
    /// None was chosen.
    #[error("no kind of account")]
    Empty,
    /// A salary account, which takes no money from others than the employer.
    #[error("salary accounts take no refunds")]
    Salary,
    /// Something else.
    #[error("unknown kind of account")]
    Unknown,
}

/// What a person fills in, as text. Examples are at [`BankAccount`].
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedAccount {
    /// A clearing code (`341`) or an ISPB (`60701190`).
    pub bank: String,
    /// The branch, with or without its check digit: `2545`, `1584-9`.
    pub branch: String,
    /// The account with its check digit, which is the last character, hyphen or not: `02366-1`, `0301357P`.
    pub account: String,
    /// See [`AccountKind::as_str`].
    pub kind: String,
}

/// What was typed may be right, and personal: only the bank is shown.
impl fmt::Debug for TypedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedAccount({:?} ***)", self.bank)
    }
}

/// Everything that is wrong with a [`TypedAccount`], field by field.
///
/// ```
/// use domain::bank_accounts::{AccountErrors, AccountKindError, BankAccount, BankError, NumberError, TypedAccount};
/// let typed = TypedAccount { bank: "999".into(), branch: "12345678".into(), account: "12a45".into(), kind: "salary".into() };
/// assert_eq!(
///     BankAccount::parse(&typed),
///     Err(AccountErrors {
///         bank: Some(BankError::Unknown),
///         branch: Some(NumberError::Length(8)),
///         account: Some(NumberError::Character(2)),
///         kind: Some(AccountKindError::Salary),
///     })
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("bank account: {bank:?} {branch:?} {account:?} {kind:?}")]
pub struct AccountErrors {
    /// Of the bank.
    pub bank: Option<BankError>,
    /// Of the branch.
    pub branch: Option<NumberError>,
    /// Of the account.
    pub account: Option<NumberError>,
    /// Of the kind.
    pub kind: Option<AccountKindError>,
}

/// A bank account.
///
/// ```
/// use domain::bank_accounts::{AccountKind, BankAccount, TypedAccount};
/// // Banco do Brasil, with the check digit of the branch written behind it, and points in the account.
/// let typed = TypedAccount { bank: "001".into(), branch: "15849".into(), account: "00.210.169-6".into(), kind: "savings".into() };
/// let account = BankAccount::parse(&typed)?;
/// assert_eq!((account.branch(), account.branch_dv()), ("1584", Some("9")));
/// assert_eq!((account.account(), account.account_dv()), ("00210169", "6"));
/// assert_eq!((account.branch_text(), account.account_text()), ("1584-9".into(), "00210169-6".into()));
/// assert_eq!((account.kind(), account.masked_for_display().as_str()), (AccountKind::Savings, "***0169-6"));
/// # Ok::<(), domain::bank_accounts::AccountErrors>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct BankAccount {
    bank: Ispb,
    branch: String,
    branch_dv: Option<String>,
    account: String,
    account_dv: String,
    kind: AccountKind,
}

/// A [`BankAccount`] as it was stored. Its numbers are read again; its bank may have left the directory since.
#[derive(Deserialize)]
struct Stored {
    bank: Ispb,
    branch: String,
    branch_dv: Option<String>,
    account: String,
    account_dv: String,
    kind: AccountKind,
}

impl TryFrom<Stored> for BankAccount {
    type Error = NumberError;
    fn try_from(stored: Stored) -> Result<Self, NumberError> {
        let (branch, branch_dv) = read_branch(&format!("{}{}", stored.branch, stored.branch_dv.unwrap_or_default()))?;
        let (account, account_dv) = read_account(&format!("{}{}", stored.account, stored.account_dv))?;
        Ok(Self { bank: stored.bank, branch, branch_dv, account, account_dv, kind: stored.kind })
    }
}

/// What a check digit says.
///
/// ```
/// use domain::bank_accounts::{BankAccount, TypedAccount, Verdict};
/// let verdicts = |bank: &str, branch: &str, account: &str| {
///     let typed = TypedAccount { bank: bank.into(), branch: branch.into(), account: account.into(), kind: "checking".into() };
///     BankAccount::parse(&typed).map(|account| (account.branch_verdict(), account.account_verdict()))
/// };
/// assert_eq!(verdicts("001", "1584-9", "210169-6"), Ok((Verdict::Right, Verdict::Right)));
/// // A wrong digit is told, and the account is taken all the same.
/// assert_eq!(verdicts("341", "2545", "02366-2"), Ok((Verdict::NoRule, Verdict::Wrong)));
/// // Nubank publishes no rule.
/// assert_eq!(verdicts("260", "0001", "1234567-8"), Ok((Verdict::NoRule, Verdict::NoRule)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It follows from the number.
    Right,
    /// It does not: ask the person to look again, and take what they confirm.
    Wrong,
    /// The bank has no rule known here, or the number is outside it, or no digit was given.
    NoRule,
}

/// A branch has four digits.
const BRANCH: usize = 4;
/// The longest account that payment messages carry, without its digit: 13.
const LONGEST_ACCOUNT: usize = 13;

impl BankAccount {
    /// Reads what a person filled in.
    ///
    /// # Errors
    /// All that is wrong, not only the first thing. A check digit that does not fit is none: see
    /// [`BankAccount::account_verdict`].
    pub fn parse(typed: &TypedAccount) -> Result<Self, AccountErrors> {
        let bank = find(&typed.bank);
        let branch = read_branch(&typed.branch);
        let account = read_account(&typed.account);
        let kind = typed.kind.trim().parse();
        match (bank, branch, account, kind) {
            (Ok(bank), Ok((branch, branch_dv)), Ok((account, account_dv)), Ok(kind)) => {
                Ok(Self { bank: bank.ispb, branch, branch_dv, account, account_dv, kind })
            }
            (bank, branch, account, kind) => {
                Err(AccountErrors { bank: bank.err(), branch: branch.err(), account: account.err(), kind: kind.err() })
            }
        }
    }

    /// The institution.
    #[must_use]
    pub const fn bank(&self) -> Ispb {
        self.bank
    }

    /// The branch: four digits.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The branch's check digit, if it was given; Banrisul's has two.
    #[must_use]
    pub fn branch_dv(&self) -> Option<&str> {
        self.branch_dv.as_deref()
    }

    /// The account, with the zeros it was typed with, without its check digit.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The account's check digit: a digit, `X` or `P`.
    #[must_use]
    pub fn account_dv(&self) -> &str {
        &self.account_dv
    }

    /// The kind of account.
    #[must_use]
    pub const fn kind(&self) -> AccountKind {
        self.kind
    }

    /// The branch as people write it: `1584-9`, `2545`.
    #[must_use]
    pub fn branch_text(&self) -> String {
        self.branch_dv.as_ref().map_or_else(|| self.branch.clone(), |dv| format!("{}-{dv}", self.branch))
    }

    /// The account as people write it: `00210169-6`.
    #[must_use]
    pub fn account_text(&self) -> String {
        format!("{}-{}", self.account, self.account_dv)
    }

    /// The account's end alone: `***1234-5`. Of a short number, half.
    #[must_use]
    pub fn masked_for_display(&self) -> String {
        let shown = 4.min(self.account.len() / 2);
        format!("***{}-{}", &self.account[self.account.len() - shown..], self.account_dv)
    }

    /// What the branch's check digit says.
    #[must_use]
    pub fn branch_verdict(&self) -> Verdict {
        let (Some(bank), Some(dv)) = (by_ispb(self.bank), &self.branch_dv) else {
            return Verdict::NoRule;
        };
        branch_verdict(bank.compe, &self.branch, dv)
    }

    /// What the account's check digit says.
    #[must_use]
    pub fn account_verdict(&self) -> Verdict {
        let Some(bank) = by_ispb(self.bank) else {
            return Verdict::NoRule;
        };
        account_verdict(bank.compe, &self.branch, &self.account, &self.account_dv)
    }
}

/// Masked: an account is as personal as a document number.
impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankAccount({} {})", self.bank, self.masked_for_display())
    }
}

fn find(text: &str) -> Result<&'static Bank, BankError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BankError::Empty);
    }
    let by_code = BankCode::parse(text).ok().and_then(by_compe);
    by_code.or_else(|| Ispb::parse(text).ok().and_then(by_ispb)).ok_or(BankError::Unknown)
}

/// The significant characters of a number, letters in capitals: digits everywhere, `X` and `P` at the end alone.
fn characters(text: &str) -> Result<String, NumberError> {
    let mut kept = String::with_capacity(LONGEST_ACCOUNT + 1);
    let mut letter = None;
    for (at, character) in text.chars().enumerate() {
        match (character.to_ascii_uppercase(), letter) {
            (digit @ '0'..='9', None) => kept.push(digit),
            (x @ ('X' | 'P'), None) if !kept.is_empty() => {
                letter = Some(at);
                kept.push(x);
            }
            ('.' | '-' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}', _) => {}
            (blank, _) if blank.is_whitespace() => {}
            // A digit after the letter: the letter is what should not be there.
            ('0'..='9', Some(letter)) => return Err(NumberError::Character(letter)),
            _ => return Err(NumberError::Character(at)),
        }
    }
    if kept.is_empty() { Err(NumberError::Empty) } else { Ok(kept) }
}

/// The branch in four digits and what follows them; a hyphen tells a short branch from its digit.
fn read_branch(text: &str) -> Result<(String, Option<String>), NumberError> {
    let kept = characters(text)?;
    let after_hyphen = text
        .rsplit_once(['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'])
        .map_or(0, |(_, tail)| tail.bytes().filter(u8::is_ascii_alphanumeric).count());
    let dv = match kept.len() {
        _ if (1..=2).contains(&after_hyphen) && kept.len() > after_hyphen => after_hyphen,
        length if length > BRANCH => length - BRANCH,
        length => usize::from(!kept.ends_with(|c: char| c.is_ascii_digit()) && length > 1),
    };
    let (branch, dv) = kept.split_at(kept.len() - dv.min(kept.len()));
    if branch.len() > BRANCH || dv.len() > 2 {
        return Err(NumberError::Length(kept.len()));
    }
    Ok((format!("{branch:0>4}"), (!dv.is_empty()).then(|| dv.to_owned())))
}

/// The account and its digit, which is the last character.
fn read_account(text: &str) -> Result<(String, String), NumberError> {
    let kept = characters(text)?;
    let (account, dv) = kept.split_at(kept.len() - 1);
    if account.is_empty() || account.len() > LONGEST_ACCOUNT {
        return Err(NumberError::Length(account.len()));
    }
    if account.bytes().all(|digit| digit == b'0') {
        return Err(NumberError::Zeros);
    }
    Ok((account.to_owned(), dv.to_owned()))
}

/// Icatu's "Regras de validação de conta corrente" has the rules of branches and accounts; Banrisul's double digit is its
/// boleto manual's.
fn branch_verdict(bank: BankCode, branch: &str, dv: &str) -> Verdict {
    let branch = branch.as_bytes();
    match bank.as_str() {
        "001" => verdict(dv, &[modulo_11_or(&[branch], 9, b'X')]),
        // Where P is due, the bank's own documents print 0 as well.
        "237" if dv == "0" && modulo_11_or(&[branch], 9, b'P') == b'P' => Verdict::Right,
        "237" => verdict(dv, &[modulo_11_or(&[branch], 9, b'P')]),
        "041" if dv.len() == 2 => verdict(dv, &double_digit(branch)),
        _ => Verdict::NoRule,
    }
}

fn account_verdict(bank: BankCode, branch: &str, account: &str, dv: &str) -> Verdict {
    let branch = branch.as_bytes();
    let digit = match bank.as_str() {
        "001" => padded::<8>(account).map(|account| modulo_11_or(&[&account], 9, b'X')),
        "033" => padded::<8>(account).map(|account| santander(branch, &account)),
        // Operação (3) and account (8); newer accounts have a product of four digits and no published rule.
        "104" if account.len() == 11 => Some(modulo_11(&[branch, account.as_bytes()])),
        "237" => padded::<7>(account).map(|account| match modulo_11_or(&[&account], 7, b'P') {
            // As for branches, 0 stands for P.
            b'P' if dv == "0" => b'0',
            digit => digit,
        }),
        "341" => padded::<5>(account).map(|account| modulo_10(&[branch, &account])),
        "041" => padded::<9>(account).map(|account| banrisul(&account)),
        _ => None,
    };
    digit.map_or(Verdict::NoRule, |digit| verdict(dv, &[digit]))
}

fn verdict(dv: &str, computed: &[u8]) -> Verdict {
    if dv.as_bytes() == computed { Verdict::Right } else { Verdict::Wrong }
}

/// The account in just so many digits; none when more of them count.
fn padded<const N: usize>(account: &str) -> Option<[u8; N]> {
    let significant = account.trim_start_matches('0').as_bytes();
    let mut digits = [b'0'; N];
    digits.get_mut(N.checked_sub(significant.len())?..)?.copy_from_slice(significant);
    Some(digits)
}

/// Branch (4), two zeros, kind (2) and account (6), weights 9, 7, 3, 1, 0, 0, 9, 7, 1, 3, 1, 9, 7, 3; of each product and of
/// the sum only the units count.
fn santander(branch: &[u8], account: &[u8; 8]) -> u8 {
    const WEIGHTS: [u32; 12] = [9, 7, 3, 1, 9, 7, 1, 3, 1, 9, 7, 3];
    let sum: u32 = branch.iter().chain(account).zip(WEIGHTS).map(|(digit, weight)| u32::from(digit & 0x0f) * weight % 10).sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// Nine digits, weights 3, 2, 4, 7, 6, 5, 4, 3, 2; a remainder of 1 gives 6.
fn banrisul(account: &[u8; 9]) -> u8 {
    let sum: u32 = account.iter().zip([3, 2, 4, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| u32::from(digit & 0x0f) * weight).sum();
    match sum % 11 {
        0 => b'0',
        1 => b'6',
        // From 1 to 9.
        remainder => b'0' + (11 - remainder) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(bank: &str, branch: &str, account: &str) -> TypedAccount {
        TypedAccount { bank: bank.to_owned(), branch: branch.to_owned(), account: account.to_owned(), kind: "checking".to_owned() }
    }

    #[test]
    fn the_directory_is_whole() {
        let lines = include_str!("banks.csv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((all().len(), for_choice().len()), (lines, 511));
        for bank in all() {
            assert_eq!(by_compe(bank.compe), Some(bank));
            assert_eq!(by_ispb(bank.ispb), Some(bank));
        }
        let itau = by_compe(BankCode::parse("341").unwrap()).unwrap();
        assert_eq!((itau.ispb.as_str(), itau.label(), itau.name, itau.pix), ("60701190", "Itaú", "ITAÚ UNIBANCO S.A.", true));
        assert_eq!(for_choice().next().unwrap().label(), "Ailos");
        assert_eq!(by_compe(BankCode::parse("999").unwrap()), None);
        assert_eq!(by_ispb(Ispb::parse("ABCDEFGH").unwrap()), None);
    }

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("vectors/bank_accounts.csv").as_bytes());
        let mut seen = [0, 0];
        for row in read.records() {
            let row = row.unwrap();
            let (bank, kind, branch, operation, account, dv) = (&row[0], &row[1], &row[2], &row[3], &row[4], &row[5]);
            let (branch, account) = (if branch.is_empty() { "0001" } else { branch }, format!("{operation}{account}"));
            let expected = if &row[6] == "1" { Verdict::Right } else { Verdict::Wrong };
            let found = if kind == "agencia" {
                BankAccount::parse(&typed(bank, &format!("{branch}-{dv}"), "12345-0")).unwrap().branch_verdict()
            } else {
                BankAccount::parse(&typed(bank, branch, &format!("{account}{dv}"))).unwrap().account_verdict()
            };
            assert_eq!(found, expected, "{row:?}");
            seen[usize::from(expected == Verdict::Right)] += 1;
        }
        assert_eq!(seen, [7, 249]);
    }

    #[test]
    fn reads_what_people_type() {
        for (branch, account, branch_text, account_text, masked) in [
            ("1584-9", "00.210.169-6", "1584-9", "00210169-6", "***0169-6"),
            (" 15849 ", "2101696", "1584-9", "210169-6", "***169-6"),
            ("1", "12345 x", "0001", "12345-X", "***45-X"),
            ("85-1", "1-2", "0085-1", "1-2", "***-2"),
            ("1584-9.", "12345-6.", "1584-9", "12345-6", "***45-6"),
            ("8221P", "0301357-p", "8221-P", "0301357-P", "***357-P"),
            ("0567.82", "358507670\u{2013}6", "0567-82", "358507670-6", "***7670-6"),
        ] {
            let account = BankAccount::parse(&typed("001", branch, account)).unwrap();
            assert_eq!((account.branch_text(), account.account_text()), (branch_text.to_owned(), account_text.to_owned()));
            assert_eq!(account.masked_for_display(), masked);
            let json = serde_json::to_string(&account).unwrap();
            assert_eq!(serde_json::from_str::<BankAccount>(&json).unwrap(), account);
            assert!(serde_json::from_str::<BankAccount>(&json.replace("\"account\":\"", "\"account\":\"\u{e9}")).is_err());
        }
    }

    #[test]
    fn says_all_that_is_wrong() {
        let nothing = AccountErrors {
            bank: Some(BankError::Empty),
            branch: Some(NumberError::Empty),
            account: Some(NumberError::Empty),
            kind: Some(AccountKindError::Empty),
        };
        assert_eq!(BankAccount::parse(&TypedAccount::default()), Err(nothing));
        let all = TypedAccount { kind: "salary".to_owned(), ..typed("999", "12345678", "12a45") };
        assert_eq!(
            BankAccount::parse(&all),
            Err(AccountErrors {
                bank: Some(BankError::Unknown),
                branch: Some(NumberError::Length(8)),
                account: Some(NumberError::Character(2)),
                kind: Some(AccountKindError::Salary),
            })
        );
        for (account, error) in [
            ("5", NumberError::Length(0)),
            ("12345678901234-5", NumberError::Length(14)),
            ("0000-0", NumberError::Zeros),
            ("12X45", NumberError::Character(2)),
            ("X", NumberError::Character(0)),
        ] {
            assert_eq!(read_account(account), Err(error), "{account}");
        }
    }

    #[test]
    fn a_wrong_digit_is_only_a_verdict() {
        let verdicts = |bank, branch, account| {
            let account = BankAccount::parse(&typed(bank, branch, account)).unwrap();
            (account.branch_verdict(), account.account_verdict())
        };
        assert_eq!(verdicts("341", "2545", "02366-1"), (Verdict::NoRule, Verdict::Right));
        assert_eq!(verdicts("60701190", "2545", "02366-2"), (Verdict::NoRule, Verdict::Wrong));
        assert_eq!(verdicts("033", "0189", "01017417-9"), (Verdict::NoRule, Verdict::Right));
        assert_eq!(verdicts("104", "2004", "001.00000448-6"), (Verdict::NoRule, Verdict::Right));
        assert_eq!(verdicts("104", "2004", "1288.000000448-6"), (Verdict::NoRule, Verdict::NoRule));
        assert_eq!(verdicts("001", "1584-8", "210169-6"), (Verdict::Wrong, Verdict::Right));
        assert_eq!(verdicts("237", "1425-7", "0301357-0"), (Verdict::Right, Verdict::Right));
        assert_eq!(verdicts("260", "0001", "1234567-8"), (Verdict::NoRule, Verdict::NoRule));
        // Longer than the rule's eight digits.
        assert_eq!(verdicts("001", "1584", "123456789-0"), (Verdict::NoRule, Verdict::NoRule));
    }

    proptest! {
        #[test]
        fn never_panics(bank in 0usize..6, text in "\\PC{0,20}", branch in "[0-9XP -]{0,8}", account in "[0-9xp. -]{0,18}") {
            let bank = ["001", "033", "041", "104", "237", "341"][bank];
            let _ = BankAccount::parse(&typed(&text, &text, &text));
            if let Ok(account) = BankAccount::parse(&typed(bank, &branch, &account)) {
                let _ = (account.branch_verdict(), account.account_verdict(), account.masked_for_display());
            }
        }
    }
}
