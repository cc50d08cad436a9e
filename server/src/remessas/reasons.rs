//! Why a file to the bank is not written, and why a slip is not in it: typed, and worded for whoever can mend it.

use domain::cnab::remessa::{Problem, RemessaField};

use super::company::Unfit;
use crate::error::Error;
use crate::texts::{Locale, remessas as words};

/// Why there is no file. Nothing was written, and no number used.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// No slip waits that could be sent.
    #[error("nothing to send; {} slips left out", .0.len())]
    Nothing(Vec<LeftOut>),
    /// The agreement does not say all that its bank wants to know.
    #[error("the agreement cannot be written: {0:?}")]
    Unfit(Unfit),
    /// The database, the place of files, or somebody who may not.
    #[error(transparent)]
    Server(#[from] Error),
}

impl From<sqlx::Error> for NotWritten {
    fn from(error: sqlx::Error) -> Self {
        Self::Server(error.into())
    }
}

/// A slip that stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The creditor's key of it.
    pub external_id: String,
    /// The bank's number of it, as printed.
    pub nosso_numero: String,
    /// Why.
    pub why: Why,
}

/// Why a slip is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Something of it cannot be written.
    Field(RemessaField, Problem),
    /// No bank accepts it any more.
    PastLimit,
    /// A bill of it is paid, in an agreement or disputed.
    NotOwed,
}

impl NotWritten {
    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::Nothing(_) => words::nothing(l).into(),
            Self::Unfit(unfit) => unfit.told(l),
            Self::Server(error) => words::server(l, error),
        }
    }
}

impl Unfit {
    /// In words.
    #[must_use]
    pub fn told(&self, l: Locale) -> String {
        match self {
            Self::Bank => words::unknown_bank(l).into(),
            Self::Fields(problems) => {
                let told: Vec<String> = problems.iter().map(|(field, problem)| told(l, *field, *problem)).collect();
                words::unfit(l, told.join("; "))
            }
        }
    }
}

impl Why {
    /// In words.
    #[must_use]
    pub fn told(self, l: Locale) -> String {
        match self {
            Self::Field(field, problem) => told(l, field, problem),
            Self::PastLimit => words::past_limit(l).into(),
            Self::NotOwed => words::not_owed(l).into(),
        }
    }
}

fn told(l: Locale, field: RemessaField, problem: Problem) -> String {
    let field = name(l, field);
    match problem {
        Problem::Missing => words::missing(l, field),
        Problem::TooWide(most) => words::too_wide(l, field, most),
        Problem::Character => words::character(l, field),
        Problem::NotPositive => words::not_positive(l, field),
        Problem::Decimals(most) => words::decimals(l, field, most),
        Problem::NotTaken => words::not_taken(l, field),
        Problem::Differs => words::differs(l, field),
    }
}

fn name(l: Locale, field: RemessaField) -> &'static str {
    match field {
        RemessaField::Name => words::field_name(l),
        RemessaField::Agreement => words::field_agreement(l),
        RemessaField::Wallet => words::field_wallet(l),
        RemessaField::Variation => words::field_variation(l),
        RemessaField::Collection => words::field_collection(l),
        RemessaField::Branch => words::field_branch(l),
        RemessaField::BranchDigit => words::field_branch_digit(l),
        RemessaField::Account => words::field_account(l),
        RemessaField::AccountDigit => words::field_account_digit(l),
        RemessaField::Sequence => words::field_sequence(l),
        RemessaField::Written => words::field_written(l),
        RemessaField::NossoNumero => words::field_nosso_numero(l),
        RemessaField::Document => words::field_document(l),
        RemessaField::Due => words::field_due(l),
        RemessaField::Amount => words::field_amount(l),
        RemessaField::Kind => words::field_kind(l),
        RemessaField::Issued => words::field_issued(l),
        RemessaField::Interest => words::field_interest(l),
        RemessaField::Discount => words::field_discount(l),
        RemessaField::Abatement => words::field_abatement(l),
        RemessaField::CompanyUse => words::field_company_use(l),
        RemessaField::ClosesAfter => words::field_closes_after(l),
        RemessaField::Payer => words::field_payer(l),
        RemessaField::Street => words::field_street(l),
        RemessaField::PostalCode => words::field_postal_code(l),
        RemessaField::City => words::field_city(l),
        RemessaField::State => words::field_state(l),
        RemessaField::Fine => words::field_fine(l),
    }
}
