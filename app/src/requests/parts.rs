//! What several pages say of requests and bills: names of kinds and states, a bill's title, who has the next word, by when.

use chrono::NaiveDate;
use domain::forms::Problem;
use domain::money::Money;
use domain::requests::clock::Clock;
use domain::requests::{Action, Status, Turn};
use domain::statement::Nature;
use leptos::prelude::*;
use server::requests::{BillLine, Side, What};
use server::texts::{self, Locale, my_requests as t};
use server::{Server, bills, files};

use crate::mending::Mending;
use crate::ui::amounts::MoneyText;
use crate::ui::{Amount, When};
use crate::wording;

/// How forms that only carry words and files word their problems.
pub const WITH_FILES: Mending = Mending { control: |_| None, words: |l, field, problem| file_problem(l, field, problem) };

/// What is wrong with files, where it can be said better than in general.
#[must_use]
pub fn file_problem(l: Locale, field: &str, problem: &Problem) -> Option<&'static str> {
    match (field, problem) {
        (files::FIELD, Problem::Missing) => Some(texts::uploads::missing(l)),
        (files::FIELD, Problem::NoLongerPossible) => Some(texts::uploads::sent_before(l)),
        _ => None,
    }
}

/// "Mensalidade de novembro de 2026"; what is no monthly bill goes by its own description.
#[must_use]
pub fn bill_title(l: Locale, bill: &BillLine) -> String {
    match bill.nature {
        Nature::Monthly | Nature::CoParticipation => {
            t::bill_title(l, texts::competence(l, &bill.competence), bills::nature(l, bill.nature))
        }
        Nature::Installment | Nature::Adjustment | Nature::Other if !bill.description.is_empty() => bill.description.clone(),
        nature => bills::nature(l, nature).to_owned(),
    }
}

/// "Conta 123, vencida em 10/11/2026".
#[must_use]
pub fn bill_about(l: Locale, bill: &BillLine, today: NaiveDate) -> String {
    let due = texts::date(l, bill.due_on);
    if bill.due_on < today { t::bill_was_due(l, due, &bill.number) } else { t::bill_is_due(l, due, &bill.number) }
}

/// An amount as this language writes it.
#[must_use]
pub fn amount(l: Locale, money: Money) -> Amount {
    Amount::new(money, texts::money(l, money))
}

/// An amount to be drawn.
pub fn money(l: Locale, money: Money) -> impl IntoView + use<> {
    view! { <MoneyText amount=amount(l, money)/> }
}

/// A day in words.
#[must_use]
pub fn day(l: Locale, on: NaiveDate) -> When {
    When::date(on, texts::long_date(l, on))
}

/// A moment on the creditor's wall.
#[must_use]
pub fn moment(l: Locale, server: &Server, at: chrono::DateTime<chrono::Utc>) -> When {
    When::instant(&at, texts::date_time(l, server.clock.local(at)))
}

/// Who has the next word.
#[must_use]
pub fn turn(l: Locale, turn: Turn) -> &'static str {
    match turn {
        Turn::Creditor => t::turn_creditor(l),
        Turn::Customer => t::turn_customer(l),
        Turn::Approver => t::turn_approver(l),
        Turn::Nobody => t::turn_nobody(l),
    }
}

/// What a line about an open request says below its title: by when it is answered, where that is what is next.
#[must_use]
pub fn meta(l: Locale, status: Status, deadline_on: NaiveDate, protocol: &str) -> String {
    match status.clock() {
        Clock::Counting => texts::home::request_meta(l, texts::date(l, deadline_on), wording::protocol(protocol)),
        Clock::Paused | Clock::Stopped => t::row_meta(l, wording::protocol(protocol)),
    }
}

/// By when it is answered; said with an apology once that day is over.
#[must_use]
pub fn deadline(l: Locale, status: Status, deadline_on: NaiveDate, today: NaiveDate) -> Option<String> {
    let on = texts::long_date(l, deadline_on);
    match status.whose_turn() {
        Turn::Nobody => None,
        Turn::Customer => Some(t::deadline_waits(l).to_owned()),
        Turn::Creditor if status == Status::Approved => None,
        Turn::Creditor | Turn::Approver if deadline_on < today => Some(t::deadline_over(l, on)),
        Turn::Creditor | Turn::Approver if deadline_on == today => Some(t::deadline_today(l).to_owned()),
        Turn::Creditor | Turn::Approver => Some(t::deadline_on(l, on)),
    }
}

/// Which side did something.
#[must_use]
pub fn side(l: Locale, side: Side) -> &'static str {
    match side {
        Side::Customer => t::side_customer(l),
        Side::Creditor => t::side_creditor(l),
        Side::System => t::side_system(l),
    }
}

/// What happened.
#[must_use]
pub fn what(l: Locale, what: What) -> &'static str {
    match what {
        What::Submitted => t::what_submitted(l),
        What::Step(action) => match action {
            Action::Claim => t::what_claim(l),
            Action::Release => t::what_release(l),
            Action::AskMore => t::what_ask_more(l),
            Action::Answer => t::what_answer(l),
            Action::Prepare => t::what_prepare(l),
            Action::Approve => t::what_approve(l),
            Action::SendBack => t::what_send_back(l),
            Action::Refuse => t::what_refuse(l),
            Action::Finish => t::what_finish(l),
            Action::Fail => t::what_fail(l),
            Action::Withdraw => t::what_withdraw(l),
            Action::Remind => t::what_remind(l),
            Action::Refer => t::what_refer(l),
            // Steps among staff are shown to nobody else.
            Action::Note | Action::Assign | Action::Warn | Action::Escalate => t::what_note(l),
        },
    }
}
