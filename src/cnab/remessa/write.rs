//! Writes a file to the bank, column by column. Never rounds and never cuts a number: what does not fit is refused.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate, Timelike};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::banks::{Charge, Closing, Columns, Layout, Part, Sums, Value, layout};
use super::{Company, Instruction, Order, Payer, Problem, Remessa, RemessaError, RemessaField, Term, TermValue, Title};
use crate::money::Money;
use crate::pix::br_code::ascii;
use crate::tax_ids::{TaxId, TaxIdKind};

/// The details of a lot are numbered with five digits.
pub(super) const MOST_DETAILS: usize = 99_999;
/// Amounts and percentages have 15 digits, a lot's sum has 17.
const MOST: u64 = 999_999_999_999_999;
const MOST_SUM: i64 = 99_999_999_999_999_999;

pub(super) type Refused = (RemessaField, Problem);

impl Remessa {
    /// The file: lines of 240 columns of ASCII, each with CRLF.
    ///
    /// # Errors
    /// Names the instruction and the field that cannot be written; see [`RemessaError`].
    pub fn write(&self) -> Result<String, RemessaError> {
        let layout = layout(self.bank.as_str()).ok_or(RemessaError::UnknownBank { bank: self.bank })?;
        let details: usize = self.instructions.iter().map(Instruction::segments).sum();
        if self.instructions.is_empty() {
            return Err(RemessaError::Empty);
        }
        if details > MOST_DETAILS {
            return Err(RemessaError::TooMany);
        }
        let mut file = File { layout, remessa: self, text: String::with_capacity((details + 4) * 242), detail: 0 };
        file.headers().map_err(|(field, problem)| RemessaError::Company { field, problem })?;
        for (instruction, asked) in self.instructions.iter().enumerate() {
            let code = layout.orders.iter().find(|(order, _)| *order == asked.order);
            let (_, code) = code.ok_or(RemessaError::Order { instruction, order: asked.order })?;
            asked.complete(layout).map_err(|(field, problem)| RemessaError::Instruction { instruction, field, problem })?;
            file.segments(code, asked).map_err(|(field, problem)| RemessaError::Instruction { instruction, field, problem })?;
        }
        file.trailers().map_err(|(field, problem)| RemessaError::Company { field, problem })?;
        Ok(file.text)
    }
}

impl Instruction {
    /// How many lines it takes.
    pub(super) fn segments(&self) -> usize {
        1 + usize::from(self.payer.is_some()) + usize::from(self.fine.is_some())
    }

    /// Whether it can be written as it is.
    pub(super) fn check(&self, layout: &'static Layout, remessa: &Remessa) -> Result<(), Refused> {
        // Every one of the nine takes entries and closings.
        let code = layout.orders.iter().find(|(order, _)| *order == self.order);
        let (_, code) = code.ok_or((RemessaField::NossoNumero, Problem::NotTaken))?;
        self.complete(layout)?;
        File { layout, remessa, text: String::with_capacity(3 * 242), detail: 0 }.segments(code, self)
    }

    /// What an order cannot do without.
    fn complete(&self, layout: &Layout) -> Result<(), Refused> {
        let Title { document, due, amount, kind, issued, discount, abatement, .. } = &self.title;
        let missing = match self.order {
            Order::Enter if self.payer.is_none() => Some(RemessaField::Payer),
            Order::Enter if document.is_empty() => Some(RemessaField::Document),
            Order::Enter if kind.is_empty() && layout.kind.is_none() => Some(RemessaField::Kind),
            Order::Enter if issued.is_none() => Some(RemessaField::Issued),
            Order::Enter | Order::NewDueDate if due.is_none() => Some(RemessaField::Due),
            Order::GrantAbatement | Order::CancelAbatement if abatement.is_zero() => Some(RemessaField::Abatement),
            Order::Discount if discount.is_none() => Some(RemessaField::Discount),
            _ => None,
        };
        if let Some(field) = missing {
            return Err((field, Problem::Missing));
        }
        if amount.is_positive() { Ok(()) } else { Err((RemessaField::Amount, Problem::NotPositive)) }
    }
}

struct File<'r> {
    layout: &'static Layout,
    remessa: &'r Remessa,
    text: String,
    detail: usize,
}

impl File<'_> {
    fn headers(&mut self) -> Result<(), Refused> {
        let (layout, remessa) = (self.layout, self.remessa);
        let company = &remessa.company;
        let (date, time) = (remessa.written.date(), remessa.written.time());
        if remessa.sequence > 999_999 {
            return Err((RemessaField::Sequence, Problem::TooWide(6)));
        }
        self.begin(0, '0');
        self.blanks(8);
        self.columns(layout.file_company, company, None)?;
        self.cut(RemessaField::Name, &company.name, 30, 30)?;
        self.left(layout.name, 30);
        self.blanks(10);
        self.push("1");
        self.date(RemessaField::Written, Some(date))?;
        if layout.hour {
            let _ = write!(self.text, "{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
        } else {
            self.blanks(6);
        }
        let _ = write!(self.text, "{:06}{}", remessa.sequence, layout.file_version);
        self.constants(layout.file_tail);
        self.end();

        self.begin(1, '1');
        self.push("R01");
        self.push(layout.lot_version);
        self.columns(layout.lot_company, company, None)?;
        self.cut(RemessaField::Name, &company.name, 30, 30)?;
        self.blanks(80);
        let _ = write!(self.text, "{:08}", remessa.sequence);
        self.date(RemessaField::Written, Some(date))?;
        self.constants(layout.lot_tail);
        self.end();
        Ok(())
    }

    fn segments(&mut self, code: &str, asked: &Instruction) -> Result<(), Refused> {
        self.title(code, &asked.title)?;
        if let Some(payer) = &asked.payer {
            self.payer(code, payer)?;
        }
        if let Some(fine) = &asked.fine {
            self.detail('R', code);
            self.constants(self.layout.fine_head);
            self.term(RemessaField::Fine, &self.layout.fine, Some(fine))?;
            self.constants(self.layout.fine_tail);
            self.end();
        }
        Ok(())
    }

    fn title(&mut self, code: &str, title: &Title) -> Result<(), Refused> {
        let layout = self.layout;
        self.detail('P', code);
        self.columns(layout.title, &self.remessa.company, Some(title))?;
        self.reference(RemessaField::Document, &title.document, layout.document)?;
        self.blanks(15 - layout.document);
        self.date(RemessaField::Due, title.due)?;
        self.money(RemessaField::Amount, title.amount)?;
        self.push(layout.collector);
        match (layout.kind, title.kind.as_str()) {
            (Some(always), _) => self.push(always),
            (None, "") => self.push("00"),
            (None, kind) if kind.len() == 2 => self.reference(RemessaField::Kind, kind, 2)?,
            (None, _) => return Err((RemessaField::Kind, Problem::Character)),
        }
        self.push(if title.accepted { "A" } else { "N" });
        self.date(RemessaField::Issued, title.issued)?;
        self.term(RemessaField::Interest, &layout.interest, title.interest.as_ref())?;
        self.term(RemessaField::Discount, &layout.discount, title.discount.as_ref())?;
        self.constants(&[layout.tax]);
        self.money(RemessaField::Abatement, title.abatement)?;
        self.reference(RemessaField::CompanyUse, &title.company_use, 25)?;
        self.push(layout.protest);
        self.closing(title.closes_after)?;
        self.constants(layout.title_tail);
        self.end();
        Ok(())
    }

    fn closing(&mut self, days: Option<u16>) -> Result<(), Refused> {
        let field = RemessaField::ClosesAfter;
        match (&self.layout.closing, days) {
            (Closing::Agreed(text), None) | (Closing::Days { none: Some(text), .. }, None) => self.push(text),
            (Closing::Days { none: None, .. }, None) => return Err((field, Problem::Missing)),
            (Closing::Agreed(_), Some(_)) => return Err((field, Problem::NotTaken)),
            (Closing::Days { before, width, after, .. }, Some(days)) => {
                let digits = format!("{days:0width$}");
                if digits.len() > *width {
                    return Err((field, Problem::TooWide(*width)));
                }
                self.push(before);
                self.push(&digits);
                self.push(after);
            }
        }
        Ok(())
    }

    fn payer(&mut self, code: &str, payer: &Payer) -> Result<(), Refused> {
        let digits = |text: &str, width| text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
        let letters = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if !digits(&payer.postal_code, 8) {
            return Err((RemessaField::PostalCode, Problem::Character));
        }
        if !letters(&payer.state) {
            return Err((RemessaField::State, Problem::Character));
        }
        self.detail('Q', code);
        self.tax_id_kind(&payer.tax_id);
        self.right(payer.tax_id.as_str(), 15);
        self.cut(RemessaField::Name, &payer.name, self.layout.payer_name, 40)?;
        self.cut(RemessaField::Street, &payer.street, 40, 40)?;
        self.left(&plain(&payer.district, 15), 15);
        self.push(&payer.postal_code);
        self.cut(RemessaField::City, &payer.city, 15, 15)?;
        self.push(&payer.state);
        self.constants(self.layout.payer_tail);
        self.end();
        Ok(())
    }

    fn trailers(&mut self) -> Result<(), Refused> {
        let layout = self.layout;
        let titles = &self.remessa.instructions;
        self.begin(1, '5');
        self.blanks(9);
        let _ = write!(self.text, "{:06}", self.detail + 2);
        match layout.sums {
            Sums::Titles(zeros) => {
                let amount: Money = titles.iter().map(|asked| asked.title.amount).sum();
                if amount.as_cents() > MOST_SUM {
                    return Err((RemessaField::Amount, Problem::TooWide(17)));
                }
                let _ = write!(self.text, "{:06}{:017}{:0>zeros$}{:rest$}", titles.len(), amount.as_cents(), "", "", rest = 69 - zeros);
            }
            Sums::Zeros => self.zeros(92),
            Sums::Blanks => self.blanks(92),
        }
        self.blanks(125);
        self.end();

        self.begin(9999, '9');
        self.blanks(9);
        let _ = write!(self.text, "{:06}{:06}", 1, self.detail + 4);
        self.constants(&[layout.accounts]);
        self.blanks(205);
        self.end();
        Ok(())
    }

    /// Bank, lot and type of record (1–8).
    fn begin(&mut self, lot: u32, record: char) {
        let _ = write!(self.text, "{}{lot:04}{record}", self.layout.bank);
    }

    /// The columns that all segments share (1–17).
    fn detail(&mut self, segment: char, code: &str) {
        self.detail += 1;
        self.begin(1, '3');
        let _ = write!(self.text, "{:05}{segment} {code}", self.detail);
    }

    fn end(&mut self) {
        self.push("\r\n");
        debug_assert_eq!(self.text.len() % 242, 0);
    }

    fn columns(&mut self, columns: Columns, company: &Company, title: Option<&Title>) -> Result<(), Refused> {
        for part in columns.iter().copied().flatten() {
            match *part {
                Part::Number(value, width) => {
                    let (field, text) = value.of(company, title);
                    check(field, &text, width)?;
                    if text.is_empty() && value.is_needed() {
                        return Err((field, Problem::Missing));
                    }
                    self.right(&text, width);
                }
                Part::Left(value, width) => {
                    let (field, text) = value.of(company, title);
                    check(field, &text, width)?;
                    if text.is_empty() && value.is_needed() {
                        return Err((field, Problem::Missing));
                    }
                    self.left(&text, width);
                }
                Part::TaxIdKind => self.tax_id_kind(&company.tax_id),
                Part::TaxId(width) => self.right(company.tax_id.as_str(), width),
                constant => self.constants(&[constant]),
            }
        }
        Ok(())
    }

    fn constants(&mut self, parts: &[Part]) {
        for part in parts {
            match *part {
                Part::Text(text) => self.push(text),
                Part::Zeros(width) => self.zeros(width),
                other => self.blanks(other.width()),
            }
        }
    }

    /// A code, a day and an amount or a percentage (24 columns).
    fn term(&mut self, field: RemessaField, charge: &Charge, term: Option<&Term>) -> Result<(), Refused> {
        let (code, number) = match term.map(|term| term.value) {
            None => (Some(charge.none), 0),
            Some(TermValue::Amount(amount)) if amount.is_positive() => (charge.amount, amount.as_cents().unsigned_abs()),
            Some(TermValue::Rate(rate)) if rate > Decimal::ZERO => {
                (charge.rate, percentage(rate, charge.decimals).ok_or((field, Problem::Decimals(charge.decimals)))?)
            }
            Some(_) => return Err((field, Problem::NotPositive)),
        };
        let code = code.ok_or((field, Problem::NotTaken))?;
        if number > MOST {
            return Err((field, Problem::TooWide(15)));
        }
        self.text.push(code);
        match (charge.dated, term.and_then(|term| term.date)) {
            (true, date) => self.date(field, date)?,
            (false, None) => self.blanks(8),
            (false, Some(_)) => return Err((field, Problem::NotTaken)),
        }
        let _ = write!(self.text, "{number:015}");
        Ok(())
    }

    /// A reference of the company's, which must come back as it went.
    fn reference(&mut self, field: RemessaField, text: &str, width: usize) -> Result<(), Refused> {
        if let Some(problem) = as_it_is(text, width) {
            return Err((field, problem));
        }
        self.left(text, width);
        Ok(())
    }

    /// A name, cut to its columns.
    fn cut(&mut self, field: RemessaField, name: &str, longest: usize, width: usize) -> Result<(), Refused> {
        let name = plain(name, longest);
        if name.is_empty() {
            return Err((field, Problem::Missing));
        }
        self.left(&name, width);
        Ok(())
    }

    fn money(&mut self, field: RemessaField, amount: Money) -> Result<(), Refused> {
        let cents = u64::try_from(amount.as_cents()).map_err(|_| (field, Problem::NotPositive))?;
        if cents > MOST {
            return Err((field, Problem::TooWide(15)));
        }
        let _ = write!(self.text, "{cents:015}");
        Ok(())
    }

    /// DDMMAAAA, or zeros.
    fn date(&mut self, field: RemessaField, date: Option<NaiveDate>) -> Result<(), Refused> {
        let Some(date) = date else {
            self.zeros(8);
            return Ok(());
        };
        // The years that a reader takes for years.
        if !(1900..2200).contains(&date.year()) {
            return Err((field, Problem::TooWide(8)));
        }
        let _ = write!(self.text, "{:02}{:02}{:04}", date.day(), date.month(), date.year());
        Ok(())
    }

    fn tax_id_kind(&mut self, tax_id: &TaxId) {
        self.push(match tax_id.kind() {
            TaxIdKind::Cpf => "1",
            TaxIdKind::Cnpj => "2",
        });
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn blanks(&mut self, width: usize) {
        let _ = write!(self.text, "{:width$}", "");
    }

    fn zeros(&mut self, width: usize) {
        let _ = write!(self.text, "{:0>width$}", "");
    }

    fn left(&mut self, text: &str, width: usize) {
        let _ = write!(self.text, "{text:width$}");
    }

    fn right(&mut self, text: &str, width: usize) {
        let _ = write!(self.text, "{text:0>width$}");
    }
}

impl Value {
    /// What it is called and what it is.
    pub(super) fn of(self, company: &Company, title: Option<&Title>) -> (RemessaField, String) {
        let digit = |digit: Option<char>| digit.map(String::from).unwrap_or_default();
        match self {
            Self::Agreement => (RemessaField::Agreement, company.agreement.clone()),
            Self::Wallet => (RemessaField::Wallet, company.wallet.clone()),
            Self::Variation => (RemessaField::Variation, company.variation.clone()),
            Self::Collection => (RemessaField::Collection, String::from(company.collection)),
            Self::Branch => (RemessaField::Branch, company.branch.clone()),
            Self::BranchDigit => (RemessaField::BranchDigit, digit(company.branch_digit)),
            Self::Account => (RemessaField::Account, company.account.clone()),
            Self::AccountDigit => (RemessaField::AccountDigit, digit(company.account_digit)),
            Self::NossoNumero => (RemessaField::NossoNumero, title.map(|title| title.nosso_numero.clone()).unwrap_or_default()),
        }
    }

    /// Banks without a digit, or a variation, leave it blank or zero.
    pub(super) const fn is_needed(self) -> bool {
        !matches!(self, Self::BranchDigit | Self::AccountDigit | Self::Variation)
    }
}

/// Numbers are of digits, and of capitals where a bank's check digit is a letter.
pub(super) fn check(field: RemessaField, text: &str, width: usize) -> Result<(), Refused> {
    if text.len() > width {
        return Err((field, Problem::TooWide(width)));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) { Ok(()) } else { Err((field, Problem::Character)) }
}

/// What keeps a reference from coming back as it went.
pub(super) fn as_it_is(text: &str, width: usize) -> Option<Problem> {
    if text.len() > width {
        return Some(Problem::TooWide(width));
    }
    let kept = |byte: u8| matches!(byte, b' '..=b'~') && !byte.is_ascii_lowercase();
    (text.trim() != text || !text.bytes().all(kept)).then_some(Problem::Character)
}

/// In capitals without accents, as FEBRABAN wants its alphanumeric columns.
pub(super) fn plain(text: &str, longest: usize) -> String {
    let mut plain = ascii(text, longest);
    plain.make_ascii_uppercase();
    plain
}

/// A fraction as a percentage without its point: 0.02 with two decimals is 200. None where decimals would be lost, or below
/// zero.
fn percentage(rate: Decimal, decimals: u32) -> Option<u64> {
    let written = rate.checked_mul(Decimal::from(10u64.checked_pow(decimals + 2)?))?;
    if written.is_integer() { written.to_u64() } else { None }
}
