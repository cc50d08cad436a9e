//! Typed things in words: problems of fields, roles, refusals, statuses. The sentences themselves are in the translations.

use domain::actors::Role;
use domain::forms::Problem;
use domain::requests::{Kind, Status};
use server::texts::{self, Locale};

use crate::ui::Tone;

/// What is wrong with a field, and how to mend it.
#[must_use]
pub fn problem(l: Locale, problem: &Problem) -> String {
    use texts::problems as t;
    match *problem {
        Problem::Missing => t::missing(l).into(),
        Problem::ChooseOne => t::choose_one(l).into(),
        Problem::Unknown => t::unknown(l).into(),
        Problem::TooLong { max } => t::too_long(l, max),
        Problem::TooShort { min } => t::too_short(l, min),
        Problem::UnexpectedCharacter { at } => t::unexpected_character(l, at),
        Problem::NotAnAmount => t::not_an_amount(l).into(),
        Problem::AmountBelow { min } => t::amount_below(l, texts::money(l, min)),
        Problem::AmountAbove { max } => t::amount_above(l, texts::money(l, max)),
        Problem::NotANumber => t::not_a_number(l).into(),
        Problem::OutOfRange { min, max } => t::out_of_range(l, max, min),
        Problem::NotADate => t::not_a_date(l).into(),
        Problem::InThePast => t::in_the_past(l).into(),
        Problem::InTheFuture => t::in_the_future(l).into(),
        Problem::TooFar { last } => t::too_far(l, texts::date(l, last)),
        Problem::NotATaxId => t::not_a_tax_id(l).into(),
        Problem::WrongCheckDigits => t::wrong_check_digits(l).into(),
        Problem::NotAnEmail => t::not_an_email(l).into(),
        Problem::NotACode => t::not_a_code(l).into(),
        Problem::NotAPixKey => t::not_a_pix_key(l).into(),
        Problem::NotAPaymentCode => t::not_a_payment_code(l).into(),
        Problem::NotABank => t::not_a_bank(l).into(),
        Problem::NotABranch => t::not_a_branch(l).into(),
        Problem::NotAnAccount => t::not_an_account(l).into(),
        Problem::NotTheHolder => t::not_the_holder(l).into(),
        Problem::NotAccepted => t::not_accepted(l).into(),
        Problem::WrongCode { left } => t::wrong_code(l, i64::from(left)),
        Problem::CodeOver => t::code_over(l).into(),
        Problem::WrongCredentials => t::wrong_credentials(l).into(),
        Problem::AccountDigit => t::account_digit(l).into(),
        Problem::FileEmpty => t::file_empty(l).into(),
        Problem::FileTooLarge { max } => t::file_too_large(l, max / 1_000_000),
        Problem::TooManyFiles { max } => t::too_many_files(l, max),
        Problem::FileType => t::file_type(l).into(),
        Problem::FilePolyglot => t::file_polyglot(l).into(),
        Problem::FileEncrypted => t::file_encrypted(l).into(),
        Problem::FileDamaged => t::file_damaged(l).into(),
        Problem::NoLongerPossible => t::no_longer_possible(l).into(),
    }
}

/// How long to wait, in minutes.
#[must_use]
pub fn throttled(l: Locale, seconds: i64) -> String {
    texts::failures::throttled_words(l, (seconds + 59) / 60)
}

/// Why the rules say no: the reason's own sentence, or a general one for a reason that has none.
#[must_use]
pub fn refused(l: Locale, reason: &str) -> String {
    let no_copy = || reason.parse().ok().map(|reason| server::slips::no_copy(l, reason));
    texts::refusals::of(l, reason).or_else(no_copy).unwrap_or_else(|| texts::failures::refused_words(l)).to_owned()
}

/// A role's name.
#[must_use]
pub fn role(l: Locale, role: Role) -> &'static str {
    match role {
        Role::Operator => texts::roles::operator(l),
        Role::Receivables => texts::roles::receivables(l),
        Role::Supervisor => texts::roles::supervisor(l),
        Role::Legal => texts::roles::legal(l),
        Role::Administrator => texts::roles::administrator(l),
    }
}

/// What was asked, as the title of a request.
#[must_use]
pub fn request_kind(l: Locale, kind: Kind) -> &'static str {
    use texts::request_words as t;
    match kind {
        Kind::Receipt => t::kind_receipt(l),
        Kind::Refund => t::kind_refund(l),
        Kind::Plan => t::kind_plan(l),
        Kind::Dispute => t::kind_dispute(l),
        Kind::Slip => t::kind_slip(l),
        Kind::Question => t::kind_question(l),
    }
}

/// Where a request stands, as its customer is told.
#[must_use]
pub fn request_status(l: Locale, status: Status) -> (Tone, &'static str) {
    use texts::request_words as t;
    match status {
        Status::Received => (Tone::Info, t::status_received(l)),
        Status::InReview | Status::Prepared => (Tone::Info, t::status_in_review(l)),
        Status::WaitingCustomer => (Tone::Attention, t::status_waiting_customer(l)),
        Status::Approved => (Tone::Good, t::status_approved(l)),
        Status::Refused => (Tone::Neutral, t::status_refused(l)),
        Status::Done => (Tone::Good, t::status_done(l)),
        Status::Withdrawn => (Tone::Neutral, t::status_withdrawn(l)),
    }
}

/// A protocol number as people read it aloud; as it is when it cannot be read.
#[must_use]
pub fn protocol(digits: &str) -> String {
    digits.parse::<domain::requests::Protocol>().map_or_else(|_| digits.to_owned(), |protocol| protocol.to_string())
}
