//! What a bank reports about titles: return files (arquivos de retorno) in CNAB 240 and CNAB 400, read into one list of
//! events.
//!
//! Never drops a line, and never decides what an event does to a debt: unknown codes are kept and told, and where the
//! counts of a file do not agree with its lines, [`ReturnFile::mismatches`] says so and the caller chooses.

use chrono::NaiveDate;

use crate::boleto::bank_code::BankCode;
use crate::money::Money;
use crate::words::words;

mod cnab240;
mod cnab400;
mod fields;
mod profiles;

pub use fields::Line;

/// Reads a return file of either layout.
///
/// Lines end with CRLF or LF and may have lost their trailing blanks; a Ctrl-Z at the end is ignored. Bytes are Latin-1,
/// or UTF-8 where a program has saved the file again.
///
/// ```
/// use domain::cnab::{self, Movement};
/// use domain::money::Money;
/// let file = cnab::read_return(include_bytes!("../vectors/cnab/laravel-boleto__cnab240_banco_brasil.ret"))?;
/// let event = &file.events[0];
/// assert_eq!(event.nosso_numero.as_deref(), Some("32948600000000196"));
/// assert_eq!((event.movement, event.paid, event.credited), (Movement::Paid, Some(Money::cents(4000)), Some(Money::cents(3500))));
/// assert!(file.mismatches.is_empty());
/// # Ok::<(), domain::cnab::CnabError>(())
/// ```
///
/// # Errors
/// What cannot be read without guessing, with its line; see [`CnabError`].
pub fn read_return(bytes: &[u8]) -> Result<ReturnFile, CnabError> {
    let lines = fields::lines(bytes);
    let first = fields::Row::of(lines.first().ok_or(CnabError::Empty)?);
    // Both headers have type 0; CNAB 400's is in column 1, followed by the kind of file.
    match (first.raw(fields::at(1, 2)).as_str(), first.raw(fields::at(3, 9)).as_str(), first.raw(fields::at(4, 8)).as_str()) {
        ("02", "RETORNO", _) => cnab400::read(lines),
        ("01", "REMESSA", _) => Err(CnabError::NotAReturn { line: 1 }),
        (_, _, "00000") if first.character(143) == '1' => Err(CnabError::NotAReturn { line: 1 }),
        (_, _, "00000") => cnab240::read(lines),
        _ => Err(CnabError::Layout),
    }
}

words! {
    /// Which family of layouts a file belongs to.
    pub enum Layout {
        /// FEBRABAN's, with segments T and U.
        Cnab240 = "cnab240",
        /// Each bank's own, with one detail per title.
        Cnab400 = "cnab400",
    }

    /// What a movement code says happened to a title.
    pub enum Movement {
        /// It was registered (entrada confirmada).
        Registered = "registered",
        /// It was not registered.
        Rejected = "rejected",
        /// An instruction was refused; the title is as it was.
        InstructionRejected = "instruction_rejected",
        /// It was paid (liquidação), in whole or in part.
        Paid = "paid",
        /// It was paid after it had been closed, or without ever having been registered.
        PaidAfterClosing = "paid_after_closing",
        /// It was paid by a cheque that has yet to clear, or the money is on its way.
        PaymentPending = "payment_pending",
        /// A payment reported before is undone (estorno, returned cheque).
        PaymentCancelled = "payment_cancelled",
        /// It was closed without payment (baixa).
        Closed = "closed",
        /// Something else the bank's table names: fees, changed dates, protests.
        Information = "information",
        /// The code is in no table of ours; somebody must look.
        Unknown = "unknown",
    }
}

/// A return file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFile {
    /// The family of layouts it is written in.
    pub layout: Layout,
    /// The bank that wrote it.
    pub bank: BankCode,
    /// The company's agreement or account, as the header has it (CNAB 240: 33–52, CNAB 400: 27–46).
    pub agreement: Option<String>,
    /// The day the bank wrote it (CNAB 240: 144–151, CNAB 400: 95–100, Sicredi 95–102).
    pub date: Option<NaiveDate>,
    /// The number the bank gave it (CNAB 240: 158–163; CNAB 400: where the bank's manual says).
    pub sequence: Option<String>,
    /// What happened to titles, in the order of the file.
    pub events: Vec<Event>,
    /// The lines that belong to no event: headers, trailers, blank lines, records of other services.
    pub others: Vec<Line>,
    /// Where the file does not agree with itself; empty for a whole file.
    pub mismatches: Vec<Mismatch>,
}

impl ReturnFile {
    /// The events whose code is in no table.
    pub fn unknown(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.movement == Movement::Unknown)
    }

    /// A header with a wrong date makes no event wrong: it is told, and the events are read.
    fn read_date(&mut self, header: &fields::Row, field: fields::Field, order: fields::Order) {
        match header.date(field, order) {
            Ok(date) => self.date = date,
            Err(_) => self.mismatches.push(Mismatch::FileDate { line: header.number, column: field.column() }),
        }
    }
}

/// What happened to one title. Amounts are as the bank wrote them; none where the layout lacks them or they are blank.
/// Columns are those of CNAB 240, T for the first segment and U for the second, and of CNAB 400's common core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its lines: the detail or segments T and U, and the records that follow them and belong to the same title.
    pub lines: Vec<Line>,
    /// The movement code as written (T 16–17; 109–110).
    pub code: String,
    /// What the bank's table says of the code.
    pub movement: Movement,
    /// Why, in the bank's codes, without fillings of zeros (T 214–223; CNAB 400: bank's own).
    pub motives: Vec<String>,
    /// The bank's number of the title, with its check digit where the field holds one, without blanks around it
    /// (T 38–57 or the bank's part of it; CNAB 400: bank's own). None where zeros.
    pub nosso_numero: Option<String>,
    /// What the company wrote for itself when it registered the title (T 106–130; 38–62). None where zeros.
    pub company_use: Option<String>,
    /// The company's number of the document (T 59–73; 117–126). None where zeros.
    pub document: Option<String>,
    /// When it is due (T 74–81; 147–152).
    pub due: Option<NaiveDate>,
    /// The title's nominal amount (T 82–96; 153–165).
    pub amount: Option<Money>,
    /// What was paid (U 78–92; 254–266).
    pub paid: Option<Money>,
    /// Whether `paid` is what the bank credited, its fee already taken off (Itaú in CNAB 400).
    pub paid_is_net: bool,
    /// What was credited to the company (U 93–107).
    pub credited: Option<Money>,
    /// The bank's fee (T 199–213; 176–188).
    pub fee: Option<Money>,
    /// Interest and all else the payer paid on top (U 18–32; 267–279), the fine included where `fine` is none.
    pub interest: Option<Money>,
    /// The fine, where the bank writes it apart (Sicredi in CNAB 400: 280–292).
    pub fine: Option<Money>,
    /// The discount given (U 33–47; 241–253).
    pub discount: Option<Money>,
    /// The abatement given (U 48–62; 228–240).
    pub abatement: Option<Money>,
    /// The tax on financial operations, IOF (U 63–77; 215–227).
    pub tax: Option<Money>,
    /// Other expenses (U 108–122; 189–201).
    pub other_expenses: Option<Money>,
    /// Other credits (U 123–137; 280–292).
    pub other_credits: Option<Money>,
    /// When it happened: of a payment, the day it was paid (U 138–145; 111–116).
    pub occurred_on: Option<NaiveDate>,
    /// When the money is in the account (U 146–153; 296–301 or the bank's own).
    pub credited_on: Option<NaiveDate>,
}

impl Event {
    /// Whether it says that money was received: a code for payments and an amount above zero.
    #[must_use]
    pub fn is_payment(&self) -> bool {
        matches!(self.movement, Movement::Paid | Movement::PaidAfterClosing) && self.paid.is_some_and(Money::is_positive)
    }
}

/// Why a file cannot be read. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CnabError {
    /// There are no lines.
    #[error("the file is empty")]
    Empty,
    /// The first line is the header of neither layout.
    #[error("line 1: neither a CNAB 240 nor a CNAB 400 header")]
    Layout,
    /// The file is what a company sends (remessa).
    #[error("line {line}: a file to the bank, not from it")]
    NotAReturn {
        /// The header's line.
        line: usize,
    },
    /// The header names no bank (CNAB 240: 1–3, CNAB 400: 77–79).
    #[error("line {line}, column {column}: no bank code")]
    BankCode {
        /// The header's line.
        line: usize,
        /// Where the code should be.
        column: usize,
    },
    /// A bank whose CNAB 400 is not known here.
    #[error("line {line}: no table for CNAB 400 of bank {bank}")]
    UnknownBank {
        /// The header's line.
        line: usize,
        /// The bank it names.
        bank: BankCode,
    },
    /// A line with more columns than its layout has or, in CNAB 400, fewer.
    #[error("line {line}: {found} columns")]
    Length {
        /// The line.
        line: usize,
        /// How many columns are filled.
        found: usize,
    },
    /// Segments T and U do not come as a pair with the same movement code.
    #[error("line {line}: segment without its other half")]
    Unpaired {
        /// The segment's line.
        line: usize,
    },
    /// A count that is no number.
    #[error("line {line}, column {column}: not a number")]
    Number {
        /// The line.
        line: usize,
        /// The first column that is wrong.
        column: usize,
    },
    /// An amount that is no number.
    #[error("line {line}, column {column}: not an amount")]
    Amount {
        /// The line.
        line: usize,
        /// The first column that is wrong.
        column: usize,
    },
    /// A date that is none of the calendar.
    #[error("line {line}, column {column}: not a date")]
    Date {
        /// The line.
        line: usize,
        /// Where the date begins.
        column: usize,
    },
}

/// Where a file that can be read does not agree with itself: something is missing, doubled or altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The header's date is none of the calendar.
    #[error("line {line}, column {column}: not a date")]
    FileDate {
        /// The header's line.
        line: usize,
        /// Where the date begins.
        column: usize,
    },
    /// The file ends without a trailer.
    #[error("the file ends after line {line} without a trailer")]
    NoTrailer {
        /// The last line.
        line: usize,
    },
    /// A lot ends without a trailer.
    #[error("line {line}: the lot before it has no trailer")]
    NoLotTrailer {
        /// The line that follows, or the file's last.
        line: usize,
    },
    /// A line where none should be: after the trailer, or of a type the layout lacks.
    #[error("line {line}: unexpected record of type {record:?}")]
    Unexpected {
        /// The line.
        line: usize,
        /// Its type of record.
        record: char,
    },
    /// A trailer counts other records than there are.
    #[error("line {line}, column {column}: {written} records, {found} found")]
    Records {
        /// The trailer's line.
        line: usize,
        /// Where the count begins.
        column: usize,
        /// What the trailer says.
        written: u64,
        /// What the file has.
        found: u64,
    },
    /// The trailer counts other lots than there are.
    #[error("line {line}, column {column}: {written} lots, {found} found")]
    Lots {
        /// The trailer's line.
        line: usize,
        /// Where the count begins.
        column: usize,
        /// What the trailer says.
        written: u64,
        /// What the file has.
        found: u64,
    },
    /// A record's number does not follow the one before.
    #[error("line {line}, column {column}: record {written} instead of {found}")]
    Sequence {
        /// The record's line.
        line: usize,
        /// Where its number begins.
        column: usize,
        /// What the record says.
        written: u64,
        /// Its place in the file or lot.
        found: u64,
    },
    /// The trailer's sum of amounts is not that of the details.
    #[error("line {line}, column {column}: amounts of {written}, {found} found")]
    Total {
        /// The trailer's line.
        line: usize,
        /// Where the sum begins.
        column: usize,
        /// What the trailer says.
        written: Money,
        /// What the details come to.
        found: Money,
    },
}

#[cfg(test)]
mod tests;
