//! An agreement's payments as a calendar file (iCalendar, RFC 5545): a day for each that is still to be paid, and a word the day before.
//! Never says what it is about to whoever looks over a shoulder: "pay installment 2 of 4", and to whom.

use chrono::TimeDelta;
use domain::agreements::Status;
use icalendar::{Alarm, Calendar, Component, Event, EventLike};

use super::Agreement;
use crate::Server;
use crate::texts::{self, Locale, agreements as t};

/// Before the day of a payment begins: nine in the morning of the day before.
const AHEAD: TimeDelta = TimeDelta::hours(15);

/// The file, and its name. The same payment has the same id in every file, so that a calendar that has it takes the newer one.
#[must_use]
pub fn calendar(server: &Server, l: Locale, agreement: &Agreement, creditor: &str) -> (String, String) {
    let digits = agreement.protocol.digits();
    let mut calendar = Calendar::new();
    calendar.name(&t::calendar_name(l, creditor));
    let open = matches!(agreement.status, Status::Requested | Status::AwaitingDownPayment | Status::Active);
    let count = agreement.plan.installments.len();
    for line in agreement.installments.iter().filter(|line| open && line.balance.is_none_or(|balance| balance > 0)) {
        let what = match line.number {
            0 => t::calendar_down(l, creditor),
            number => t::calendar_installment(l, count, creditor, number),
        };
        let event = Event::new()
            .uid(&format!("{digits}-{}@emdia", line.number))
            .timestamp(agreement.accepted_at)
            .summary(&what)
            .description(&t::calendar_words(l, texts::money(l, line.amount), format!("{}/acordos", server.config.public_url)))
            .all_day(line.due_on)
            .alarm(Alarm::display(&what, -AHEAD))
            .done();
        calendar.push(event);
    }
    (format!("{}-{}.ics", t::calendar_file(l), &digits[6..]), calendar.done().to_string())
}
