//! Why a return file is not taken: typed, and worded for the person who asks the bank for another one.

use chrono::{DateTime, Utc};
use domain::cnab::{CnabError, Mismatch};
use domain::reconciliation::Outcome;

use crate::error::Error;
use crate::texts::{self, Locale, reconciliation as words};

/// Mismatches that are told of one file: after these the picture is clear.
const TOLD: usize = 5;

/// Why nothing of a file is taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It cannot be read without guessing.
    #[error("{0}")]
    Unreadable(CnabError),
    /// It does not agree with itself: something is missing, doubled or altered.
    #[error("the file does not agree with itself in {} places", .0.len())]
    Mismatched(Vec<Mismatch>),
    /// It has lines of another bank.
    #[error("line {line}: of bank {found} in a file of bank {bank}")]
    MixedBanks {
        /// The line.
        line: usize,
        /// The file's.
        bank: String,
        /// The line's.
        found: String,
    },
    /// More lines than any bank's file has.
    #[error("more lines than can be counted")]
    TooLong,
    /// It tells of a day that has not come.
    #[error("line {line}: a day that has not come")]
    InTheFuture {
        /// The line.
        line: usize,
    },
    /// A payment without any day.
    #[error("line {line}: a payment without a day")]
    NoDate {
        /// The line.
        line: usize,
    },
    /// We have no agreement with this bank.
    #[error("no agreement with bank {bank}")]
    UnknownBank {
        /// The bank.
        bank: String,
    },
    /// It is somebody else's.
    #[error("the agreement in the header is none of ours")]
    WrongCompany {
        /// What the header says.
        agreement: String,
    },
    /// It was applied before.
    #[error("applied before")]
    AppliedBefore {
        /// When.
        at: DateTime<Utc>,
        /// Under which name.
        name: String,
    },
    /// Another file with other contents had this number.
    #[error("another file had the number {sequence}")]
    SequenceTaken {
        /// The number.
        sequence: i64,
        /// That file's name.
        name: String,
    },
    /// A newer file of this agreement was applied before.
    #[error("file {sequence} comes after file {last}")]
    OutOfOrder {
        /// Its number.
        sequence: i64,
        /// The newest number applied.
        last: i64,
    },
    /// The database, or something stored.
    #[error(transparent)]
    Server(#[from] Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Server(error.into())
    }
}

impl Refused {
    /// In words; times as the creditor's clock shows them.
    #[must_use]
    pub fn told(&self, l: Locale, zone: chrono_tz::Tz) -> String {
        match self {
            Self::Unreadable(error) => unreadable(l, *error),
            Self::Mismatched(mismatches) => {
                let mut told: Vec<String> = mismatches.iter().take(TOLD).map(|mismatch| mismatched(l, mismatch)).collect();
                if let Some(more) = mismatches.len().checked_sub(TOLD).filter(|more| *more > 0) {
                    told.push(words::more_mismatches(l, i64::try_from(more).unwrap_or(i64::MAX)));
                }
                words::mismatched(l, told.join(" "))
            }
            Self::MixedBanks { line, bank, found } => words::mixed_banks(l, bank, found, line),
            Self::TooLong => words::too_long(l).into(),
            Self::InTheFuture { line } => words::in_the_future(l, line),
            Self::NoDate { line } => words::no_date(l, line),
            Self::UnknownBank { bank } => words::unknown_bank(l, bank),
            Self::WrongCompany { agreement } => words::wrong_company(l, agreement),
            Self::AppliedBefore { at, name } => words::applied_before(l, texts::date(l, at.with_timezone(&zone).date_naive()), name),
            Self::SequenceTaken { sequence, name } => words::sequence_taken(l, name, sequence),
            Self::OutOfOrder { sequence, last } => words::out_of_order(l, last, sequence),
            Self::Server(error) => words::server(l, error),
        }
    }
}

fn unreadable(l: Locale, error: CnabError) -> String {
    match error {
        CnabError::Empty => words::empty(l).into(),
        CnabError::Layout => words::no_layout(l).into(),
        CnabError::NotAReturn { line } => words::not_a_return(l, line),
        CnabError::BankCode { line, column } => words::no_bank_code(l, column, line),
        CnabError::UnknownBank { bank, .. } => words::no_table(l, bank.as_str()),
        CnabError::Length { line, found } => words::length(l, found, line),
        CnabError::Unpaired { line } => words::unpaired(l, line),
        CnabError::Number { line, column } => words::not_a_number(l, column, line),
        CnabError::Amount { line, column } => words::not_an_amount(l, column, line),
        CnabError::Date { line, column } => words::not_a_date(l, column, line),
    }
}

fn mismatched(l: Locale, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::FileDate { line, column } => words::not_a_date(l, column, line),
        Mismatch::NoTrailer { line } => words::no_trailer(l, line),
        Mismatch::NoLotTrailer { line } => words::no_lot_trailer(l, line),
        Mismatch::Unexpected { line, record } => words::unexpected(l, line, record),
        Mismatch::Records { line, written, found, .. } => words::records(l, found, line, written),
        Mismatch::Lots { line, written, found, .. } => words::lots(l, found, line, written),
        Mismatch::Sequence { line, written, found, .. } => words::sequence(l, found, line, written),
        Mismatch::Total { line, written, found, .. } => words::total(l, texts::money(l, *found), line, texts::money(l, *written)),
    }
}

/// What is worth knowing of a file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Files before this one are missing.
    Gap {
        /// The newest that was applied.
        last: i64,
        /// This one.
        sequence: i64,
    },
    /// A line that somebody must look at.
    Line {
        /// The line.
        line: i32,
        /// The bank's code.
        code: String,
        /// What came of it.
        outcome: Outcome,
        /// The bank's codes of why, where it gives any.
        motives: String,
    },
    /// A slip of a bill that was paid with another one: the bank goes on taking it until it is told to close it.
    StillOpen {
        /// Its nosso número.
        number: String,
    },
}

impl Warning {
    /// A line to look at. What a bank writes as motives says why it refused, but of a payment only where it was made.
    pub(super) fn line(line: i32, code: &str, outcome: Outcome, motives: &str) -> Self {
        let motives = if outcome == Outcome::Rejected { motives.to_owned() } else { String::new() };
        Self::Line { line, code: code.to_owned(), outcome, motives }
    }

    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::Gap { last, sequence } => words::gap(l, last, sequence),
            Self::Line { line, code, outcome, motives } if motives.is_empty() => words::look_at(l, code, line, self::outcome(l, *outcome)),
            Self::Line { line, code, outcome, motives } => words::look_at_why(l, code, line, motives, self::outcome(l, *outcome)),
            Self::StillOpen { number } => words::still_open(l, number),
        }
    }
}

/// What came of a line, in words.
#[must_use]
pub fn outcome(l: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Settled => words::outcome_settled(l),
        Outcome::WithinTolerance => words::outcome_within_tolerance(l),
        Outcome::Partial => words::outcome_partial(l),
        Outcome::Excess => words::outcome_excess(l),
        Outcome::AfterClosing => words::outcome_after_closing(l),
        Outcome::Superseded => words::outcome_superseded(l),
        Outcome::WrittenOff => words::outcome_written_off(l),
        Outcome::InAgreement => words::outcome_in_agreement(l),
        Outcome::Duplicate => words::outcome_duplicate(l),
        Outcome::Repeated => words::outcome_repeated(l),
        Outcome::Cancelled => words::outcome_cancelled(l),
        Outcome::NothingToCancel => words::outcome_nothing_to_cancel(l),
        Outcome::Unidentified => words::outcome_unidentified(l),
        Outcome::Closed => words::outcome_closed(l),
        Outcome::Registered => words::outcome_registered(l),
        Outcome::Rejected => words::outcome_rejected(l),
        Outcome::Pending => words::outcome_pending(l),
        Outcome::Information => words::outcome_information(l),
        Outcome::Unknown => words::outcome_unknown(l),
    }
}
