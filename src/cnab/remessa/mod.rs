//! What a company asks of its bank: files to the bank (arquivos de remessa) in CNAB 240, FEBRABAN v10.6, with segments P, Q
//! and R; written, and read back into the same types. [`Draft`] makes one of a creditor's slips.
//!
//! Never protests or reports a payer (221–223 always say no), never asks the bank to print or to send letters, and never
//! writes for a bank whose own manual was not read, nor an order that manual does not take. FEBRABAN's orders 19 and 20
//! (the term for being paid) are not here: none of the nine manuals takes them, and segment P has no column for a date; the
//! term is told with the entry, in days.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::CnabError;
use crate::boleto::bank_code::BankCode;
use crate::money::Money;
use crate::tax_ids::TaxId;
use crate::words::words;

mod banks;
mod draft;
mod read;
mod write;

pub use draft::{Agreement, Draft, LeftOut, Slip};
pub use read::read_remessa;

/// A file to the bank: one company, one account, one lot.
///
/// ```
/// use domain::boleto::bank_code::BankCode;
/// use domain::cnab::remessa::{Company, Instruction, Order, Remessa, Title, read_remessa};
/// use domain::money::Money;
/// use domain::tax_ids::TaxId;
/// let remessa = Remessa {
///     bank: BankCode::parse("756")?,
///     company: Company {
///         name: "CLINICA EXEMPLO LTDA".to_owned(),
///         branch: "4327".to_owned(),
///         branch_digit: Some('3'),
///         account: "3666".to_owned(),
///         account_digit: Some('8'),
///         ..Company::new(TaxId::parse("11.222.333/0001-81")?)
///     },
///     sequence: 7,
///     written: "2026-11-20T08:30:00".parse()?,
///     instructions: vec![Instruction {
///         order: Order::Close,
///         title: Title { nosso_numero: "0000429715".to_owned(), amount: Money::cents(50_00), ..Title::default() },
///         payer: None,
///         fine: None,
///     }],
/// };
/// let text = remessa.write()?;
/// // Header, header of the lot, segment P, two trailers.
/// assert_eq!((text.lines().count(), text.len()), (5, 5 * 242));
/// assert_eq!(text.lines().nth(2).and_then(|p| p.get(..47)), Some("7560001300001P 020432730000000036668 0000429715"));
/// assert_eq!(read_remessa(text.as_bytes())?, remessa);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remessa {
    /// The bank it goes to (1–3).
    pub bank: BankCode,
    /// Who sends it.
    pub company: Company,
    /// The company's number of the file, one more each time (file header 158–163, lot header 184–191).
    pub sequence: u32,
    /// When it is written, by the clock of the company (144–157); Santander's header has no room for the hour.
    pub written: NaiveDateTime,
    /// What is asked, one title each.
    pub instructions: Vec<Instruction>,
}

/// The company and its account. What a bank does not ask for is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its CPF or CNPJ, also one with letters (file header 18–32, lot header 18–33).
    pub tax_id: TaxId,
    /// Its name (73–102 and 74–103), cut to 30 characters.
    pub name: String,
    /// What it has agreed with the bank, in digits without zeros before them: convênio (Banco do Brasil, Bradesco), código
    /// de transmissão (Santander), código do beneficiário (Banrisul, Caixa, Unicred).
    pub agreement: String,
    /// The wallet (carteira): Banco do Brasil, Bradesco's product, Itaú, Unicred.
    pub wallet: String,
    /// The wallet's variation: Banco do Brasil.
    pub variation: String,
    /// The bank's code of the wallet (58): 1 where it is simple; 7 in Banco do Brasil's wallet 17, 5 in Santander's rápida
    /// com registro.
    pub collection: char,
    /// The branch (agência), without its digit and without zeros before it.
    pub branch: String,
    /// The branch's digit, where the bank has one.
    pub branch_digit: Option<char>,
    /// The account, without its digit and without zeros before it.
    pub account: String,
    /// The account's digit; Itaú's checks branch and account.
    pub account_digit: Option<char>,
}

impl Company {
    /// A company of which nothing more is known.
    #[must_use]
    pub const fn new(tax_id: TaxId) -> Self {
        Self {
            tax_id,
            name: String::new(),
            agreement: String::new(),
            wallet: String::new(),
            variation: String::new(),
            collection: '1',
            branch: String::new(),
            branch_digit: None,
            account: String::new(),
            account_digit: None,
        }
    }
}

words! {
    /// What the bank is asked to do with a title (16–17, code C004).
    pub enum Order {
        /// Register it (01). Needs the payer, the document, the days of issue and of payment and the kind.
        Enter = "enter",
        /// Close it (02).
        Close = "close",
        /// Take the abatement off its amount (04).
        GrantAbatement = "grant_abatement",
        /// Put an abatement back (05).
        CancelAbatement = "cancel_abatement",
        /// Have it paid until another day (06).
        NewDueDate = "new_due_date",
        /// Take the discount off when it is paid in time (07; Santander's 10).
        Discount = "discount",
    }

    /// What is wrong with a file, by its name in these types.
    pub enum RemessaField {
        /// [`Company::name`] or [`Payer::name`].
        Name = "name",
        /// [`Company::agreement`].
        Agreement = "agreement",
        /// [`Company::wallet`].
        Wallet = "wallet",
        /// [`Company::variation`].
        Variation = "variation",
        /// [`Company::collection`].
        Collection = "collection",
        /// [`Company::branch`].
        Branch = "branch",
        /// [`Company::branch_digit`].
        BranchDigit = "branch_digit",
        /// [`Company::account`].
        Account = "account",
        /// [`Company::account_digit`].
        AccountDigit = "account_digit",
        /// [`Remessa::sequence`].
        Sequence = "sequence",
        /// [`Remessa::written`].
        Written = "written",
        /// [`Title::nosso_numero`].
        NossoNumero = "nosso_numero",
        /// [`Title::document`].
        Document = "document",
        /// [`Title::due`].
        Due = "due",
        /// [`Title::amount`].
        Amount = "amount",
        /// [`Title::kind`].
        Kind = "kind",
        /// [`Title::issued`].
        Issued = "issued",
        /// [`Title::interest`].
        Interest = "interest",
        /// [`Title::discount`].
        Discount = "discount",
        /// [`Title::abatement`].
        Abatement = "abatement",
        /// [`Title::company_use`].
        CompanyUse = "company_use",
        /// [`Title::closes_after`].
        ClosesAfter = "closes_after",
        /// [`Instruction::payer`].
        Payer = "payer",
        /// [`Payer::street`].
        Street = "street",
        /// [`Payer::postal_code`].
        PostalCode = "postal_code",
        /// [`Payer::city`].
        City = "city",
        /// [`Payer::state`].
        State = "state",
        /// [`Instruction::fine`].
        Fine = "fine",
    }
}

/// What is asked about one title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub order: Order,
    /// Segment P. Which of its fields an order other than an entry needs is the bank's to say; the number and the amount
    /// always, the new due date, the abatement or the discount where that is what is asked. Itaú wants the rest empty.
    pub title: Title,
    /// Segment Q: needed by an entry, welcome with the rest.
    pub payer: Option<Payer>,
    /// Segment R (66–89): taken once from the day on, as an amount or a rate.
    pub fine: Option<Term>,
}

/// A title, as it is to be after the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// The bank's number of the title with its check digit, as its manual writes it and its return will: a shorter number
    /// gets zeros before it where the bank's columns are numeric (38–57 or the bank's part of it).
    pub nosso_numero: String,
    /// The company's number of the document (63–77): capitals, digits and signs.
    pub document: String,
    /// Until when it can be paid without charges (78–85).
    pub due: Option<NaiveDate>,
    /// The nominal amount (86–100).
    pub amount: Money,
    /// The bank's code of what the debt is (107–108), such as 02 for a duplicata mercantil; Unicred has none.
    pub kind: String,
    /// Whether the payer has accepted it (109).
    pub accepted: bool,
    /// The day of the document (110–117).
    pub issued: Option<NaiveDate>,
    /// Interest for paying late from a day on: an amount a day or a rate a month (118–141). None is exempt.
    pub interest: Option<Term>,
    /// A discount for paying up to a day (142–165).
    pub discount: Option<Term>,
    /// What is taken off its amount (181–195).
    pub abatement: Money,
    /// What the company writes for itself, and the bank's return repeats (196–220): capitals, digits and signs.
    pub company_use: String,
    /// After how many days from the due date the bank closes it (224–227), where the bank takes that from a file.
    pub closes_after: Option<u16>,
}

/// An amount or a rate, and the day that goes with it, where the bank takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// How much.
    pub value: TermValue,
    /// From which day, or of a discount up to which.
    pub date: Option<NaiveDate>,
}

/// How much a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermValue {
    /// Of money.
    Amount(Money),
    /// Of the nominal amount: 0.02 is 2 %. Banks take two decimals of the percentage, Banrisul one, Santander five of
    /// interest.
    Rate(Decimal),
}

/// Who is to pay. All but the number and the postal code is written in capitals without accents, and cut to its columns.
#[derive(Clone, PartialEq, Eq)]
pub struct Payer {
    /// CPF or CNPJ, also one with letters (18–33).
    pub tax_id: TaxId,
    /// 34–73, cut to 40 characters; Itaú 30.
    pub name: String,
    /// Street, number and the rest (74–113), cut to 40 characters.
    pub street: String,
    /// 114–128, cut to 15 characters.
    pub district: String,
    /// The CEP's eight digits (129–136).
    pub postal_code: String,
    /// 137–151, cut to 15 characters.
    pub city: String,
    /// Two letters (152–153).
    pub state: String,
}

/// Never shows who it is.
impl std::fmt::Debug for Payer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payer({})", self.tax_id.masked_for_display())
    }
}

/// Why a file cannot be written. Instructions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemessaError {
    /// A bank whose manual was not read.
    #[error("no layout for files to bank {bank}")]
    UnknownBank {
        /// The bank.
        bank: BankCode,
    },
    /// Nothing is asked.
    #[error("no instructions")]
    Empty,
    /// More segments than a lot can number.
    #[error("more than 99999 segments")]
    TooMany,
    /// The bank's manual does not take the order.
    #[error("instruction {instruction}: the bank takes no {order}")]
    Order {
        /// Which.
        instruction: usize,
        /// What it asks.
        order: Order,
    },
    /// Something of the file or the company.
    #[error("{field} {problem}")]
    Company {
        /// Its name.
        field: RemessaField,
        /// Why.
        problem: Problem,
    },
    /// Something of an instruction.
    #[error("instruction {instruction}: {field} {problem}")]
    Instruction {
        /// Which.
        instruction: usize,
        /// Its name.
        field: RemessaField,
        /// Why.
        problem: Problem,
    },
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It does not fit its columns.
    #[error("has more than {0} columns")]
    TooWide(usize),
    /// A character that has no place there.
    #[error("has a character it may not have")]
    Character,
    /// An amount or a rate of zero or less.
    #[error("is not above zero")]
    NotPositive,
    /// A rate with more decimals than are written.
    #[error("has more than {0} decimals of a percentage")]
    Decimals(u32),
    /// The bank does not take it in a file.
    #[error("is not taken by the bank")]
    NotTaken,
    /// The bars of the slip say another.
    #[error("is not what the bars say")]
    Differs,
}

/// Why a file to a bank cannot be read. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// What any CNAB file can suffer from.
    #[error(transparent)]
    Cnab(#[from] CnabError),
    /// The file is what a bank sends, or no CNAB 240.
    #[error("line {line}: no CNAB 240 file to a bank")]
    NotARemessa {
        /// The header's line.
        line: usize,
    },
    /// A code that the layout does not have there, or a number that is another elsewhere in the file.
    #[error("line {line}, column {column}: unexpected code")]
    Code {
        /// The line.
        line: usize,
        /// Where the code begins.
        column: usize,
    },
    /// A CPF or CNPJ that is none.
    #[error("line {line}, column {column}: not a CPF or CNPJ")]
    TaxId {
        /// The line.
        line: usize,
        /// Where the number begins.
        column: usize,
    },
    /// A file to the bank that ends without its trailers.
    #[error("the file ends after line {line} without a trailer")]
    NoTrailer {
        /// The last line.
        line: usize,
    },
    /// A trailer of a file to the bank that counts other records than there are.
    #[error("line {line}, column {column}: {written} records, {found} found")]
    Count {
        /// The trailer's line.
        line: usize,
        /// Where the count begins.
        column: usize,
        /// What the trailer says.
        written: u64,
        /// What the file has.
        found: u64,
    },
}

#[cfg(test)]
mod tests;
