//! Words for what the rules of placements name.

use domain::activities::Channel;
use domain::placements::{AgencyKind, BillState, Code, End, LeftOut, Refused, State};
use leptos::prelude::*;
use server::placements::PlacedBill;
use server::texts::{Locale, activities, placements as t};

use crate::ui::panels::StatusTag;
use crate::ui::{Str, Tone, Words};

pub(super) fn kind(l: Locale, kind: AgencyKind) -> &'static str {
    match kind {
        AgencyKind::Agency => t::kind_agency(l),
        AgencyKind::LawOffice => t::kind_law_office(l),
        AgencyKind::InHouseLegal => t::kind_in_house_legal(l),
    }
}

pub(super) fn state(l: Locale, state: State) -> (Tone, &'static str) {
    match state {
        State::Waiting => (Tone::Attention, t::state_waiting(l)),
        State::Placed => (Tone::Info, t::state_placed(l)),
        State::Discarded => (Tone::Neutral, t::state_discarded(l)),
    }
}

fn bill_state(l: Locale, state: BillState) -> (Tone, &'static str) {
    match state {
        BillState::Chosen => (Tone::Neutral, t::bill_chosen(l)),
        BillState::Placed => (Tone::Info, t::bill_placed(l)),
        BillState::Recalled => (Tone::Neutral, t::bill_recalled(l)),
        BillState::Returned => (Tone::Attention, t::bill_returned(l)),
        BillState::Closed => (Tone::Good, t::bill_closed(l)),
        BillState::LeftOut => (Tone::Attention, t::bill_left_out(l)),
    }
}

fn end(l: Locale, end: End) -> &'static str {
    match end {
        End::Settled => t::end_settled(l),
        End::WrittenOff => t::end_written_off(l),
        End::Disputed => t::end_disputed(l),
        End::InAgreement => t::end_in_agreement(l),
        End::Recalled => t::end_recalled(l),
    }
}

pub(super) fn left_out(l: Locale, why: LeftOut) -> &'static str {
    match why {
        LeftOut::Settled => t::out_settled(l),
        LeftOut::NotLate => t::out_not_late(l),
        LeftOut::InAgreement => t::out_in_agreement(l),
        LeftOut::Disputed => t::out_disputed(l),
        LeftOut::AlreadyPlaced => t::out_already_placed(l),
        LeftOut::ReceiptOpen => t::out_receipt_open(l),
        LeftOut::Asked => t::out_asked(l),
        LeftOut::Promised => t::out_promised(l),
        LeftOut::TooLittle => t::out_too_little(l),
        LeftOut::Insolvency => t::out_insolvency(l),
        LeftOut::InCourt => t::out_in_court(l),
        LeftOut::Deceased => t::out_deceased(l),
        LeftOut::OverIndebted => t::out_over_indebted(l),
        LeftOut::DoNotContact => t::out_do_not_contact(l),
    }
}

pub(super) fn code(l: Locale, code: Code) -> &'static str {
    match code {
        Code::Contacted => t::code_contacted(l),
        Code::Promise => t::code_promise(l),
        Code::Refusal => t::code_refusal(l),
        Code::NotFound => t::code_not_found(l),
        Code::PaidClaimed => t::code_paid_claimed(l),
    }
}

pub(super) fn refused(l: Locale, why: Refused) -> &'static str {
    match why {
        Refused::UnknownBill => t::refused_unknown_bill(l),
        Refused::NotPlaced => t::refused_not_placed(l),
        Refused::Day => t::refused_day(l),
        Refused::Code => t::refused_code(l),
        Refused::Channel => t::refused_channel(l),
        Refused::PromisedDay => t::refused_promised_day(l),
        Refused::Note => t::refused_note(l),
        Refused::Repeated => t::refused_repeated(l),
    }
}

pub(super) fn channels(l: Locale) -> Vec<(Str, Words)> {
    let name = |channel: Channel| match channel {
        Channel::Phone => activities::channel_phone(l),
        Channel::Message => activities::channel_message(l),
        Channel::Email => activities::channel_email(l),
        Channel::Post => activities::channel_post(l),
        Channel::InPerson => activities::channel_in_person(l),
    };
    Channel::ALL.iter().map(|one| (Str::from(one.as_str()), Words::from(name(*one)))).collect()
}

/// Where a bill stands, and why.
pub(super) fn stands(l: Locale, bill: &PlacedBill) -> AnyView {
    let (tone, words) = bill_state(l, bill.state);
    let why = bill.left_out().map(|why| left_out(l, why)).or_else(|| bill.end().map(|why| end(l, why)));
    let said = bill.words.clone();
    view! {
        <div>
            <StatusTag tone words/>
            {why.map(|why| view! { <br/><span class="small soft">{why}</span> })}
            {said.map(|said| view! { <br/><span class="small soft prose">{said}</span> })}
        </div>
    }
    .into_any()
}
