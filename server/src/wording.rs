//! Typed things in words, as screens and papers have them alike.

use domain::agreements;
use domain::guarantees::{GuaranteeKind, GuaranteeState};
use domain::requests::{Action, Kind, Status};
use domain::slips::{Channel, SlipState};

use crate::requests::What;
use crate::texts::{self, Locale};

/// What is asked, as the title of a request.
#[must_use]
pub fn kind(l: Locale, kind: Kind) -> &'static str {
    use texts::words as t;
    match kind {
        Kind::Receipt => t::kind_receipt(l),
        Kind::Refund => t::kind_refund(l),
        Kind::Plan => t::kind_plan(l),
        Kind::Dispute => t::kind_dispute(l),
        Kind::Slip => t::kind_slip(l),
        Kind::Question => t::kind_question(l),
    }
}

/// Where a request stands, for staff.
#[must_use]
pub fn status(l: Locale, status: Status) -> &'static str {
    use texts::words as t;
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

/// Where an agreement stands.
#[must_use]
pub fn agreement(l: Locale, status: agreements::Status) -> &'static str {
    use texts::words as t;
    match status {
        agreements::Status::Requested => t::agreement_requested(l),
        agreements::Status::AwaitingDownPayment => t::agreement_awaiting_down_payment(l),
        agreements::Status::Active => t::agreement_active(l),
        agreements::Status::Settled => t::agreement_settled(l),
        agreements::Status::Broken => t::agreement_broken(l),
        agreements::Status::Cancelled => t::agreement_cancelled(l),
    }
}

/// What the bank last said of a slip.
#[must_use]
pub fn slip_state(l: Locale, state: SlipState) -> &'static str {
    use texts::words as t;
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

/// How a copy of a slip was handed out.
#[must_use]
pub fn channel(l: Locale, channel: Channel) -> &'static str {
    use texts::words as t;
    match channel {
        Channel::Screen => t::channel_screen(l),
        Channel::Pdf => t::channel_pdf(l),
        Channel::Mail => t::channel_mail(l),
        Channel::Staff => t::channel_staff(l),
    }
}

/// A step, as history tells it.
#[must_use]
pub fn did(l: Locale, what: What) -> &'static str {
    use texts::words as t;
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
        What::Step(Action::Refer) => t::did_refer(l),
        What::Step(Action::Warn) => t::did_warn(l),
        What::Step(Action::Escalate) => t::did_escalate(l),
        What::Step(Action::Remind) => t::did_remind(l),
    }
}

/// What was left with the creditor.
#[must_use]
pub fn guarantee_kind(l: Locale, kind: GuaranteeKind) -> &'static str {
    use texts::guarantees as t;
    match kind {
        GuaranteeKind::Deposit => t::kind_deposit(l),
        GuaranteeKind::Advance => t::kind_advance(l),
        GuaranteeKind::BankLetter => t::kind_bank_letter(l),
        GuaranteeKind::Insurance => t::kind_insurance(l),
        GuaranteeKind::Guarantor => t::kind_guarantor(l),
        GuaranteeKind::Collateral => t::kind_collateral(l),
    }
}

/// What became of it.
#[must_use]
pub fn guarantee_state(l: Locale, state: GuaranteeState) -> &'static str {
    use texts::guarantees as t;
    match state {
        GuaranteeState::Held => t::holds(l),
        GuaranteeState::Used => t::used(l),
        GuaranteeState::Returned => t::returned(l),
    }
}
