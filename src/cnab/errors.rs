//! Why a file cannot be read, and where one that can be read does not agree with itself. Never quotes a payer's data:
//! lines and columns are named, not their text.

use crate::boleto::bank_code::BankCode;
use crate::money::Money;

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
    /// A bank whose CNAB 400, or whose files to it, are not known here.
    #[error("line {line}: no table for files of bank {bank}")]
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
    /// Segments T and U do not come as a pair with the same movement code, or Q and R do not follow their P.
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
