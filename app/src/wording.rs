//! Typed things in words: problems of fields, roles, refusals, statuses. The sentences themselves are in the translations.

use domain::actors::Role;
use domain::calendar::BankHoliday;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::pix::returns::{Failure, State};
use domain::reconciliation::Stage;
use domain::refunds::{HolderMatch, OrderStatus, Way};
use domain::requests::queue::{Area, Due, Priority};
use domain::requests::{Action, Refused, Status, Urgency};
use domain::statement::Age;
use domain::{agreements, disputes};
pub use server::bills::{entry_kind, nature, standing};
use server::requests::Side;
use server::texts::{self, Locale};
pub use server::wording::{agreement, channel, did, kind, slip_state, status};

use crate::ui::Tone;

/// A holiday of the whole country.
#[must_use]
pub fn bank_holiday(l: Locale, holiday: BankHoliday) -> &'static str {
    match holiday {
        BankHoliday::NewYear => texts::holidays::new_year(l),
        BankHoliday::CarnivalMonday => texts::holidays::carnival_monday(l),
        BankHoliday::CarnivalTuesday => texts::holidays::carnival_tuesday(l),
        BankHoliday::GoodFriday => texts::holidays::good_friday(l),
        BankHoliday::Tiradentes => texts::holidays::tiradentes(l),
        BankHoliday::LabourDay => texts::holidays::labour_day(l),
        BankHoliday::CorpusChristi => texts::holidays::corpus_christi(l),
        BankHoliday::Independence => texts::holidays::independence(l),
        BankHoliday::Aparecida => texts::holidays::aparecida(l),
        BankHoliday::AllSouls => texts::holidays::all_souls(l),
        BankHoliday::Republic => texts::holidays::republic(l),
        BankHoliday::BlackAwareness => texts::holidays::black_awareness(l),
        BankHoliday::Christmas => texts::holidays::christmas(l),
    }
}

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
        Problem::UnknownVariable { at, ref name } => t::unknown_variable(l, at, format_args!("{{{name}}}")),
        Problem::UnclosedBrace { at } => t::unclosed_brace(l, at),
        Problem::MissingVariables { ref names } => t::missing_variables(l, names),
        Problem::AddressElsewhere { ref address } => t::address_elsewhere(l, address),
        Problem::Markup { at } => t::markup(l, at),
        Problem::NotAnAmount => t::not_an_amount(l).into(),
        Problem::AmountBelow { min } => t::amount_below(l, texts::money(l, min)),
        Problem::AmountAbove { max } => t::amount_above(l, texts::money(l, max)),
        Problem::NotANumber => t::not_a_number(l).into(),
        Problem::OutOfRange { min, max } => t::out_of_range(l, max, min),
        Problem::NotADate => t::not_a_date(l).into(),
        Problem::InThePast => t::in_the_past(l).into(),
        Problem::InTheFuture => t::in_the_future(l).into(),
        Problem::NotAColour => t::not_a_colour(l).into(),
        Problem::TooPale { hundredths, nearest } => {
            let ratio = texts::decimal(l, format!("{}.{:02}", hundredths / 100, hundredths % 100));
            t::too_pale(l, domain::brand::Colour(nearest), ratio)
        }
        Problem::TooSoon { first } => t::too_soon(l, texts::date(l, first)),
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
        Problem::AlreadyThere => t::already_there(l).into(),
        Problem::NotTheAuthenticators => t::not_the_authenticators(l).into(),
        Problem::Compounds => t::compounds(l).into(),
        Problem::MoreThanNegotiable => t::more_than_negotiable(l).into(),
        Problem::NotRising => t::not_rising(l).into(),
        Problem::NeverApplies => t::never_applies(l).into(),
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

/// A protocol number as people read it aloud; as it is when it cannot be read.
#[must_use]
pub fn protocol(digits: &str) -> String {
    digits.parse::<domain::requests::protocol::Protocol>().map_or_else(|_| digits.to_owned(), |protocol| protocol.to_string())
}

/// Where a request stands, for its customer.
#[must_use]
pub fn own_status(l: Locale, own: Status) -> &'static str {
    match own {
        Status::WaitingCustomer => texts::words::status_waiting_you(l),
        Status::Withdrawn => texts::words::status_withdrawn_you(l),
        other => status(l, other),
    }
}

/// The tone of where a request stands.
#[must_use]
pub fn status_tone(status: Status) -> Tone {
    match status {
        Status::Refused | Status::Withdrawn => Tone::Neutral,
        Status::Received | Status::InReview | Status::Prepared => Tone::Info,
        Status::WaitingCustomer => Tone::Attention,
        Status::Approved | Status::Done => Tone::Good,
    }
}

/// A step, as its button says it.
#[must_use]
pub fn action(l: Locale, action: Action) -> &'static str {
    use texts::words as t;
    match action {
        Action::Claim => t::action_claim(l),
        Action::Release => t::action_release(l),
        Action::Assign => t::action_assign(l),
        Action::Refer => t::action_refer(l),
        Action::AskMore => t::action_ask_more(l),
        Action::Answer => t::action_answer(l),
        Action::Prepare => t::action_prepare(l),
        Action::Approve => t::action_approve(l),
        Action::SendBack => t::action_send_back(l),
        Action::Refuse => t::action_refuse(l),
        Action::Finish => t::action_finish(l),
        Action::Fail => t::action_fail(l),
        Action::Withdraw => t::action_withdraw(l),
        Action::Note => t::action_note(l),
        Action::Warn => t::action_warn(l),
        Action::Escalate => t::action_escalate(l),
        Action::Remind => t::action_remind(l),
    }
}

/// Which side did something.
#[must_use]
pub fn side(l: Locale, side: Side) -> &'static str {
    use texts::words as t;
    match side {
        Side::Customer => t::side_customer(l),
        Side::Creditor => t::side_creditor(l),
        Side::System => t::side_system(l),
    }
}

/// How close a deadline is.
#[must_use]
pub fn urgency(l: Locale, urgency: Urgency) -> &'static str {
    use texts::words as t;
    match urgency {
        Urgency::Late => t::urgency_late(l),
        Urgency::Today => t::urgency_today(l),
        Urgency::Soon => t::urgency_soon(l),
        Urgency::Calm => t::urgency_calm(l),
        Urgency::Paused => t::urgency_paused(l),
        Urgency::Answered => t::urgency_answered(l),
    }
}

/// The part of the house that answers.
#[must_use]
pub fn area(l: Locale, area: Area) -> &'static str {
    use texts::words as t;
    match area {
        Area::Service => t::area_service(l),
        Area::Collections => t::area_collections(l),
        Area::Receivables => t::area_receivables(l),
        Area::Legal => t::area_legal(l),
    }
}

/// How near a deadline is asked to be.
#[must_use]
pub fn due(l: Locale, due: Due) -> &'static str {
    use texts::words as t;
    match due {
        Due::Late => t::due_late(l),
        Due::Today => t::due_today(l),
        Due::Next => t::due_next(l),
        Due::Week => t::due_week(l),
        Due::Warned => t::due_warned(l),
    }
}

/// Which of two with the same deadline comes first.
#[must_use]
pub fn priority(l: Locale, priority: Priority) -> &'static str {
    use texts::words as t;
    match priority {
        Priority::High => t::priority_high(l),
        Priority::Normal => t::priority_normal(l),
    }
}

/// Why a step cannot be taken.
#[must_use]
pub fn refused_step(l: Locale, refused: Refused) -> String {
    use texts::words as t;
    match refused {
        Refused::Closed => t::refused_closed(l).into(),
        Refused::NotNow => t::refused_not_now(l).into(),
        Refused::NotYours => t::refused_not_yours(l).into(),
        Refused::NotAssignedToYou => t::refused_not_assigned_to_you(l).into(),
        Refused::NeedsFourEyes => t::refused_needs_four_eyes(l).into(),
        Refused::PreparedByYou => t::refused_prepared_by_you(l).into(),
        Refused::OffPolicy => t::refused_off_policy(l).into(),
        Refused::AboveYourLimit { limit } => t::refused_above_your_limit(l, texts::money(l, limit)),
    }
}

/// How old an open bill is.
#[must_use]
pub fn age(l: Locale, age: Age) -> &'static str {
    use texts::words as t;
    match age {
        Age::NotDue => t::age_not_due(l),
        Age::To30 => t::age_to_30(l),
        Age::To60 => t::age_to_60(l),
        Age::To90 => t::age_to_90(l),
        Age::To180 => t::age_to_180(l),
        Age::To365 => t::age_to_365(l),
        Age::Over365 => t::age_over_365(l),
    }
}

/// Why somebody asks for installments.
#[must_use]
pub fn plan_reason(l: Locale, reason: agreements::Reason) -> &'static str {
    use texts::words as t;
    match reason {
        agreements::Reason::LessIncome => t::plan_reason_less_income(l),
        agreements::Reason::UnexpectedExpense => t::plan_reason_unexpected_expense(l),
        agreements::Reason::DateDoesNotFit => t::plan_reason_date_does_not_fit(l),
        agreements::Reason::SeveralBills => t::plan_reason_several_bills(l),
        agreements::Reason::Other => t::plan_reason_other(l),
        agreements::Reason::NotSaid => t::plan_reason_not_said(l),
    }
}

/// What is said to be wrong with a bill.
#[must_use]
pub fn dispute_reason(l: Locale, reason: disputes::Reason) -> &'static str {
    use texts::words as t;
    match reason {
        disputes::Reason::Amount => t::dispute_amount(l),
        disputes::Reason::AlreadyPaid => t::dispute_already_paid(l),
        disputes::Reason::Contract => t::dispute_contract(l),
        disputes::Reason::ChargedTwice => t::dispute_charged_twice(l),
        disputes::Reason::NotUsed => t::dispute_not_used(l),
        disputes::Reason::Other => t::dispute_other(l),
    }
}

/// How far money is.
#[must_use]
pub fn stage(l: Locale, stage: Stage) -> &'static str {
    use texts::words as t;
    match stage {
        Stage::Informed => t::stage_informed(l),
        Stage::Found => t::stage_found(l),
        Stage::Cleared => t::stage_cleared(l),
        Stage::Reversed => t::stage_reversed(l),
    }
}

/// How a credit is settled.
#[must_use]
pub fn way(l: Locale, way: Way) -> &'static str {
    use texts::words as t;
    match way {
        Way::Compensate => t::way_compensate(l),
        Way::Refund => t::way_refund(l),
        Way::Origin => t::way_origin(l),
    }
}

/// Where a refund order stands.
#[must_use]
pub fn order(l: Locale, order: OrderStatus) -> &'static str {
    use texts::words as t;
    match order {
        OrderStatus::Prepared => t::order_prepared(l),
        OrderStatus::Approved => t::order_approved(l),
        OrderStatus::Exported => t::order_exported(l),
        OrderStatus::Paid => t::order_paid(l),
        OrderStatus::Returned => t::order_returned(l),
        OrderStatus::Cancelled => t::order_cancelled(l),
    }
}

/// How far giving a Pix back is.
#[must_use]
pub fn giving_back(l: Locale, state: State) -> &'static str {
    use texts::words as t;
    match state {
        State::Ordered => t::back_ordered(l),
        State::UnderWay => t::back_under_way(l),
        State::Done => t::back_done(l),
        State::Failed => t::back_failed(l),
    }
}

/// Why a Pix was not given back.
#[must_use]
pub fn failure(l: Locale, failure: Failure) -> &'static str {
    use texts::words as t;
    match failure {
        Failure::NotCarriedOut => t::failure_not_carried_out(l),
        Failure::NotTaken => t::failure_not_taken(l),
    }
}

/// How the holder of an account relates to who paid.
#[must_use]
pub fn holder(l: Locale, holder: HolderMatch) -> &'static str {
    use texts::words as t;
    match holder {
        HolderMatch::Payer => t::holder_payer(l),
        HolderMatch::SameCompany => t::holder_same_company(l),
        HolderMatch::ContractHolder => t::holder_contract_holder(l),
        HolderMatch::ThirdPerson => t::holder_third_person(l),
    }
}

/// What is to be known of a customer.
#[must_use]
pub fn flag(l: Locale, flag: Flag) -> &'static str {
    use texts::flags as t;
    match flag {
        Flag::Insolvency => t::insolvency(l),
        Flag::Legal => t::legal(l),
        Flag::Agency => t::agency(l),
        Flag::Deceased => t::deceased(l),
        Flag::OverIndebted => t::over_indebted(l),
        Flag::DoNotContact => t::do_not_contact(l),
    }
}

/// What the audit trail calls an act, in words: `slips.copy`.
#[must_use]
pub fn audited(l: Locale, action: &str) -> &'static str {
    use texts::words as t;
    match action {
        "requests.look" => t::audited_requests_look(l),
        "acceptances.send" => t::audited_acceptances_send(l),
        "acceptances.enter" => t::audited_acceptances_enter(l),
        "requests.submit" => t::audited_requests_submit(l),
        "customers.look" => t::audited_customers_look(l),
        "customers.email_changed" => t::audited_customers_email_changed(l),
        "flags.set" => t::audited_flags_set(l),
        "placements.place" => t::audited_placements_place(l),
        "placements.recall" => t::audited_placements_recall(l),
        "placements.return" => t::audited_placements_return(l),
        "placements.report" => t::audited_placements_report(l),
        "write_offs.propose" => t::audited_write_offs_propose(l),
        "write_offs.approve" => t::audited_write_offs_approve(l),
        "write_offs.refuse" => t::audited_write_offs_refuse(l),
        "write_offs.withdraw" => t::audited_write_offs_withdraw(l),
        "write_offs.undo" => t::audited_write_offs_undo(l),
        "write_offs.paid" => t::audited_write_offs_paid(l),
        "flags.lift" => t::audited_flags_lift(l),
        "promises.make" => t::audited_promises_make(l),
        "promises.kept" => t::audited_promises_kept(l),
        "promises.broken" => t::audited_promises_broken(l),
        "promises.void" => t::audited_promises_void(l),
        "promises.withdraw" => t::audited_promises_withdraw(l),
        "promises.remind" => t::audited_promises_remind(l),
        "default_notices.give" => t::audited_default_notices_give(l),
        "default_notices.prove" => t::audited_default_notices_prove(l),
        "activities.write" => t::audited_activities_write(l),
        "demands.write" => t::audited_demands_write(l),
        "demands.prove" => t::audited_demands_prove(l),
        "statement.look" => t::audited_statement_look(l),
        "bills.look" => t::audited_bills_look(l),
        "documents.open" => t::audited_documents_open(l),
        "sessions.open" => t::audited_sessions_open(l),
        "sessions.close" => t::audited_sessions_close(l),
        "sessions.close_all" => t::audited_sessions_close_all(l),
        "sessions.act_for" => t::audited_sessions_act_for(l),
        "slips.copy" => t::audited_slips_copy(l),
        "pix.ask" => t::audited_pix_ask(l),
        "pix.paid" => t::audited_pix_paid(l),
        "pix.cancel" => t::audited_pix_cancel(l),
        "pix.returned" => t::audited_pix_returned(l),
        "pix.return_ordered" => t::audited_pix_return_ordered(l),
        "pix.return_done" => t::audited_pix_return_done(l),
        "pix.return_failed" => t::audited_pix_return_failed(l),
        "papers.issue" | "papers.open" => t::audited_papers(l),
        "uploads.take" => t::audited_uploads_take(l),
        "uploads.look" => t::audited_uploads_look(l),
        "dossiers.take" => t::audited_dossiers_take(l),
        "incidents.relieve" => t::audited_incidents_relieve(l),
        "incidents.unrelieve" => t::audited_incidents_unrelieve(l),
        _ => t::audited_other(l),
    }
}
