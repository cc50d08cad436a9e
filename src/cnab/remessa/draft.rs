//! Slips that wait for the bank into a file to it: what can be written is, and what cannot is told apart, one by one.
//!
//! Never numbers a slip. The number the bank is told is the one in the bars, whatever was typed beside them: another would be
//! registered, and what people pay would find no title.

use chrono::{Days, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::banks::{Charge, Closing, Layout, Part, Value, layout};
use super::write::{MOST_DETAILS, Refused, as_it_is, check, plain};
use super::{Company, Instruction, Order, Payer, Problem, Remessa, RemessaError, RemessaField, Term, TermValue, Title};
use crate::boleto::bank_code::BankCode;
use crate::boleto::banks::{self, Reading};
use crate::boleto::barcode::Barcode;
use crate::money::Money;
use crate::reconciliation::{bare, spellings};

/// Days of the month by which a month's interest is divided, as in `charges`.
const DAYS_OF_A_MONTH: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Columns of what the company writes for itself (196–220).
const COMPANY_USE: usize = 25;

/// What files to a bank have to say of an agreement with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The bank.
    pub bank: BankCode,
    /// The company and its account.
    pub company: Company,
    /// The bank's code of what its titles are for: see [`Title::kind`].
    pub kind: String,
}

/// A slip as the creditor has numbered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The bank's number of it, as printed.
    pub nosso_numero: String,
    /// Its bars.
    pub barcode: Barcode,
    /// The creditor's number of it, as printed.
    pub document: String,
    /// What the creditor's system calls it: comes back with the bank's answer where it fits 25 columns.
    pub reference: String,
    /// The nominal amount.
    pub amount: Money,
    /// The day of the document.
    pub issued: NaiveDate,
    /// Until when it can be paid without charges.
    pub due: NaiveDate,
    /// The last day on which banks are to accept it.
    pub limit: NaiveDate,
    /// The fine for paying late, once: 0.02 is 2 %.
    pub fine: Decimal,
    /// Simple interest a month for paying late: 0.01 is 1 %.
    pub monthly_interest: Decimal,
    /// Who is to pay.
    pub payer: Payer,
}

/// Why a slip is not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// No lot has room for more; the next file has.
    #[error("the file is full")]
    Full,
    /// Something of it cannot be written.
    #[error("{field} {problem}")]
    Field {
        /// Its name.
        field: RemessaField,
        /// Why.
        problem: Problem,
    },
}

impl From<Refused> for LeftOut {
    fn from((field, problem): Refused) -> Self {
        Self::Field { field, problem }
    }
}

/// A file to the bank that is being gathered.
///
/// ```
/// use domain::boleto::banks::{Title as _, banco_do_brasil};
/// use domain::cnab::remessa::{Agreement, Company, Draft, LeftOut, Payer, Problem, RemessaField, Slip, read_remessa};
/// use domain::money::Money;
/// use domain::tax_ids::TaxId;
/// let bars = banco_do_brasil::Title::Convenio7 { nosso_numero: 12_387_980_000_000_042, carteira: 17 };
/// let slip = Slip {
///     nosso_numero: "12387980000000042".to_owned(),
///     barcode: bars.barcode("2026-12-10".parse()?, Money::cents(523_47))?,
///     document: "FAT-1".to_owned(),
///     reference: "B1".to_owned(),
///     amount: Money::cents(523_47),
///     issued: "2026-11-22".parse()?,
///     due: "2026-12-10".parse()?,
///     limit: "2027-02-08".parse()?,
///     fine: "0.02".parse()?,
///     monthly_interest: "0.01".parse()?,
///     payer: Payer {
///         tax_id: TaxId::parse("529.982.247-25")?,
///         name: "João da Conceição".to_owned(),
///         street: "Rua das Flores, 1".to_owned(),
///         district: String::new(),
///         postal_code: "80000000".to_owned(),
///         city: "Curitiba".to_owned(),
///         state: "PR".to_owned(),
///     },
/// };
/// let company = Company {
///     name: "COOPERATIVA EXEMPLO".to_owned(),
///     agreement: "1238798".to_owned(),
///     wallet: "17".to_owned(),
///     branch: "1234".to_owned(),
///     account: "5678".to_owned(),
///     ..Company::new(TaxId::parse("11.222.333/0001-81")?)
/// };
/// let mut draft = Draft::new(&Agreement { bank: "001".parse()?, company, kind: "04".to_owned() })?;
/// draft.enter(&slip)?;
/// let nowhere = Slip { payer: Payer { city: String::new(), ..slip.payer.clone() }, ..slip };
/// assert_eq!(draft.enter(&nowhere), Err(LeftOut::Field { field: RemessaField::City, problem: Problem::Missing }));
/// let text = draft.write(7, "2026-11-22T08:30:00".parse()?)?;
/// let read = read_remessa(text.as_bytes())?;
/// assert_eq!((read.sequence, read.instructions.len(), read.instructions[0].title.nosso_numero.as_str()), (7, 1, "12387980000000042"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    layout: &'static Layout,
    remessa: Remessa,
    kind: String,
    segments: usize,
}

impl std::fmt::Debug for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Layout({})", self.bank)
    }
}

impl Agreement {
    /// Everything that the bank wants to know of the company and is not there, or not as the bank writes it: each field once.
    ///
    /// # Errors
    /// [`RemessaError::UnknownBank`].
    pub fn problems(&self) -> Result<Vec<(RemessaField, Problem)>, RemessaError> {
        let layout = self.layout()?;
        let mut found: Vec<Refused> = Vec::new();
        let mut tell = |problem: Refused| {
            if !found.iter().any(|(field, _)| *field == problem.0) {
                found.push(problem);
            }
        };
        if plain(&self.company.name, 30).is_empty() {
            tell((RemessaField::Name, Problem::Missing));
        }
        for part in [layout.file_company, layout.lot_company, layout.title].into_iter().flatten().copied().flatten() {
            let (Part::Number(value, width) | Part::Left(value, width)) = *part else { continue };
            if value == Value::NossoNumero {
                continue;
            }
            let (field, text) = value.of(&self.company, None);
            if text.is_empty() && value.is_needed() {
                tell((field, Problem::Missing));
            }
            if let Err(problem) = check(field, &text, width) {
                tell(problem);
            }
        }
        match (layout.kind, self.kind.as_str()) {
            (Some(_), _) => {}
            (None, "") => tell((RemessaField::Kind, Problem::Missing)),
            (None, kind) if kind.len() == 2 && as_it_is(kind, 2).is_none() => {}
            (None, _) => tell((RemessaField::Kind, Problem::Character)),
        }
        Ok(found)
    }

    fn layout(&self) -> Result<&'static Layout, RemessaError> {
        layout(self.bank.as_str()).ok_or(RemessaError::UnknownBank { bank: self.bank })
    }
}

impl Draft {
    /// An empty one.
    ///
    /// # Errors
    /// [`RemessaError::UnknownBank`]. What [`Agreement::problems`] names is refused when it is written.
    pub fn new(agreement: &Agreement) -> Result<Self, RemessaError> {
        let remessa = Remessa {
            bank: agreement.bank,
            company: agreement.company.clone(),
            sequence: 0,
            written: NaiveDateTime::default(),
            instructions: Vec::new(),
        };
        Ok(Self { layout: agreement.layout()?, remessa, kind: agreement.kind.clone(), segments: 0 })
    }

    /// Asks for a slip to be registered, with fine and interest from the day after it is due, to be closed after its limit where
    /// the bank takes that from a file.
    ///
    /// # Errors
    /// Why it is left out; the others stay.
    pub fn enter(&mut self, slip: &Slip) -> Result<(), LeftOut> {
        let layout = self.layout;
        let late = slip.due.checked_add_days(Days::new(1));
        let term = |charge: &Charge, value: Option<TermValue>| {
            let date = late.filter(|_| charge.dated);
            value.map(|value| Term { value, date })
        };
        let rate = |rate: Decimal| Some(TermValue::Rate(rate)).filter(|_| rate > Decimal::ZERO);
        let interest = if layout.interest.rate.is_some() {
            rate(slip.monthly_interest)
        } else {
            a_day(slip.amount, slip.monthly_interest).map(TermValue::Amount)
        };
        let fits = |text: &&String| as_it_is(text, COMPANY_USE).is_none();
        let title = Title {
            nosso_numero: self.number(slip)?,
            document: slip.document.clone(),
            due: Some(slip.due),
            amount: slip.amount,
            kind: self.kind.clone(),
            accepted: false,
            issued: Some(slip.issued),
            interest: term(&layout.interest, interest),
            discount: None,
            abatement: Money::ZERO,
            company_use: [&slip.reference, &slip.document].into_iter().find(fits).cloned().unwrap_or_default(),
            closes_after: if let Closing::Days { .. } = layout.closing { Some(days(slip)?) } else { None },
        };
        let fine = term(&layout.fine, rate(slip.fine));
        self.add(Instruction { order: Order::Enter, title, payer: Some(slip.payer.clone()), fine })
    }

    /// Asks for a slip to be closed.
    ///
    /// # Errors
    /// Why it is left out; the others stay.
    pub fn close(&mut self, slip: &Slip) -> Result<(), LeftOut> {
        let closes_after = if let Closing::Days { none: None, .. } = self.layout.closing { Some(days(slip)?) } else { None };
        let title = Title { nosso_numero: self.number(slip)?, amount: slip.amount, closes_after, ..Title::default() };
        self.add(Instruction { order: Order::Close, title, payer: None, fine: None })
    }

    /// The file, with its number and the hour it is written at.
    ///
    /// # Errors
    /// Nothing asked for, or something of the company; see [`RemessaError`].
    pub fn write(mut self, sequence: u32, written: NaiveDateTime) -> Result<String, RemessaError> {
        (self.remessa.sequence, self.remessa.written) = (sequence, written);
        self.remessa.write()
    }

    fn add(&mut self, asked: Instruction) -> Result<(), LeftOut> {
        asked.check(self.layout, &self.remessa)?;
        if self.segments + asked.segments() > MOST_DETAILS {
            return Err(LeftOut::Full);
        }
        self.segments += asked.segments();
        self.remessa.instructions.push(asked);
        Ok(())
    }

    /// The bank's number of a slip as its columns want it: read from the bars where their layout is known, and held against
    /// what is printed.
    fn number(&self, slip: &Slip) -> Result<String, LeftOut> {
        let differs = |field| LeftOut::Field { field, problem: Problem::Differs };
        let Reading::Known(bars) = banks::read(&slip.barcode) else { return Ok(self.columns(&slip.nosso_numero)) };
        let (bank, wallet) = (self.remessa.bank.as_str(), self.remessa.company.wallet.as_str());
        // Where the wallet stands beside the number, another wallet's number is another title's.
        if self.numbers_by_wallet() && bars.carteira.as_ref().is_some_and(|carteira| bare(carteira) != bare(wallet)) {
            return Err(differs(RemessaField::Wallet));
        }
        let (printed, in_bars) = (bare(&slip.nosso_numero), self.columns(&bars.nosso_numero));
        let same = [&bars.nosso_numero, &in_bars]
            .into_iter()
            .any(|number| bare(number) == printed || spellings(bank, &self.remessa.company.agreement, wallet, number).contains(&printed));
        if !same {
            return Err(differs(RemessaField::NossoNumero));
        }
        // The digit of some of Itaú's carteiras needs the account, which their bars leave out.
        if bank == "341" && in_bars.len() < 9 { Ok(self.columns(&slip.nosso_numero)) } else { Ok(in_bars) }
    }

    /// What is printed, without what the bank's columns have elsewhere or nowhere.
    fn columns(&self, printed: &str) -> String {
        let last = if self.numbers_by_wallet() { printed.rsplit('/').next().unwrap_or_default() } else { printed };
        let mut number: String = last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        // Caixa's seventeen digits are asked for without the one that checks them.
        if self.remessa.bank.as_str() == "104" && number.len() == 18 {
            number.pop();
        }
        number
    }

    fn numbers_by_wallet(&self) -> bool {
        self.layout.title.iter().copied().flatten().any(|part| matches!(part, Part::Number(Value::Wallet, _)))
    }
}

/// After how many days the bank is to close a slip that was not paid.
fn days(slip: &Slip) -> Result<u16, LeftOut> {
    u16::try_from((slip.limit - slip.due).num_days())
        .map_err(|_| LeftOut::Field { field: RemessaField::ClosesAfter, problem: Problem::NotPositive })
}

/// A month's interest by the day, half up to the centavo, where a bank takes no rate; none where that is nothing.
fn a_day(amount: Money, monthly: Decimal) -> Option<Money> {
    let reais = amount.as_decimal().checked_mul(monthly)?.checked_div(DAYS_OF_A_MONTH)?;
    Some(Money::round(reais)).filter(|amount| amount.is_positive())
}

#[cfg(test)]
mod tests;
