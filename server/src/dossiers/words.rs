//! Typed things in words, as the screens have them.

use domain::agreements;
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Kind, Status};
use domain::slips::{Channel, SlipState};

use crate::requests::What;
use crate::sessions::BRANCHES;
use crate::texts::{self, Locale, words as t};

/// A protocol number as people read it aloud; as it is when it cannot be read.
pub(super) fn protocol(digits: &str) -> String {
    digits.parse::<Protocol>().map_or_else(|_| digits.to_owned(), |protocol| protocol.to_string())
}

pub(super) fn kind(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Receipt => t::kind_receipt(l),
        Kind::Refund => t::kind_refund(l),
        Kind::Plan => t::kind_plan(l),
        Kind::Dispute => t::kind_dispute(l),
        Kind::Slip => t::kind_slip(l),
        Kind::Question => t::kind_question(l),
    }
}

pub(super) fn status(l: Locale, status: Status) -> &'static str {
    match status {
        Status::Received => t::status_received(l),
        Status::InReview => t::status_in_review(l),
        Status::WaitingCustomer => t::status_waiting_customer(l),
        Status::Prepared => t::status_prepared(l),
        Status::Approved => t::status_approved(l),
        Status::Refused => t::status_refused(l),
        Status::Done => t::status_done(l),
        Status::Withdrawn => t::status_withdrawn(l),
    }
}

pub(super) fn agreement(l: Locale, status: agreements::Status) -> &'static str {
    match status {
        agreements::Status::Requested => t::agreement_requested(l),
        agreements::Status::AwaitingDownPayment => t::agreement_awaiting_down_payment(l),
        agreements::Status::Active => t::agreement_active(l),
        agreements::Status::Settled => t::agreement_settled(l),
        agreements::Status::Broken => t::agreement_broken(l),
        agreements::Status::Cancelled => t::agreement_cancelled(l),
    }
}

pub(super) fn slip_state(l: Locale, state: SlipState) -> &'static str {
    match state {
        SlipState::Pending => t::slip_pending(l),
        SlipState::Sent => t::slip_sent(l),
        SlipState::Rejected => t::slip_rejected(l),
        SlipState::Registered => t::slip_registered(l),
        SlipState::Paid => t::slip_paid(l),
        SlipState::Replaced => t::slip_replaced(l),
        SlipState::Closed => t::slip_closed(l),
    }
}

pub(super) fn channel(l: Locale, channel: Channel) -> &'static str {
    match channel {
        Channel::Screen => t::channel_screen(l),
        Channel::Pdf => t::channel_pdf(l),
        Channel::Mail => t::channel_mail(l),
        Channel::Staff => t::channel_staff(l),
    }
}

/// What was done with a request; its stored word where an older or newer program knows it.
pub(super) fn did(l: Locale, action: &str) -> String {
    let Ok(what) = What::try_from(action.to_owned()) else { return action.to_owned() };
    match what {
        What::Submitted => t::did_submit(l),
        What::Step(Action::Claim) => t::did_claim(l),
        What::Step(Action::Release) => t::did_release(l),
        What::Step(Action::AskMore) => t::did_ask_more(l),
        What::Step(Action::Answer) => t::did_answer(l),
        What::Step(Action::Prepare) => t::did_prepare(l),
        What::Step(Action::Approve) => t::did_approve(l),
        What::Step(Action::SendBack) => t::did_send_back(l),
        What::Step(Action::Refuse) => t::did_refuse(l),
        What::Step(Action::Finish) => t::did_finish(l),
        What::Step(Action::Fail) => t::did_fail(l),
        What::Step(Action::Withdraw) => t::did_withdraw(l),
        What::Step(Action::Note) => t::did_note(l),
        What::Step(Action::Assign) => t::did_assign(l),
        What::Step(Action::Warn) => t::did_warn(l),
        What::Step(Action::Escalate) => t::did_escalate(l),
        What::Step(Action::Remind) => t::did_remind(l),
        What::Step(Action::Refer) => t::did_refer(l),
    }
    .to_owned()
}

pub(super) fn contract_state(l: Locale, state: &str) -> &'static str {
    match state {
        "active" => texts::customers_staff::contract_active(l),
        "suspended" => texts::customers_staff::contract_suspended(l),
        _ => texts::customers_staff::contract_ended(l),
    }
}

pub(super) fn scope(l: Locale, scope: &str) -> &'static str {
    if scope == BRANCHES { texts::dossiers::scope_branches(l) } else { texts::dossiers::scope_full(l) }
}

/// What a paper of the portal is.
pub(super) fn paper(l: Locale, kind: &str) -> &'static str {
    match kind {
        "clearance" => texts::documents::kind_clearance(l),
        "income_tax" => texts::papers::income_tax_kind(l),
        "payments" => texts::papers::payments_kind(l),
        "agreement" => texts::papers::term_kind(l),
        _ => texts::papers::notice_kind(l),
    }
}
