//! What a draft would have made of the past, beside what holds today: for whoever is about to put it into force. Reads, changes nothing.
//!
//! The rules are asked, never restated: `domain` decides each case by the draft as it will decide the next one. Bounded: of a very busy
//! house the newest cases are looked at, and the page says so.

pub mod authority;
pub mod plans;
pub mod promises;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::Server;

/// How many days back can be asked for.
pub const SPANS: [u32; 3] = [30, 90, 365];
/// Past cases looked at, the newest first: a second of work.
pub const MOST_CASES: usize = 2_000;
/// Late bills looked at.
pub const MOST_BILLS: usize = 20_000;
/// Cases that change, on the page; the file has all.
pub const SHOWN: usize = 50;

/// A span that is offered: ninety days for anything else.
#[must_use]
pub fn span(days: Option<u32>) -> u32 {
    days.filter(|days| SPANS.contains(days)).unwrap_or(90)
}

/// The first day of a span that ends today, and the moment it begins.
fn since(server: &Server, days: u32) -> (NaiveDate, DateTime<Utc>) {
    let from = server.clock.today().checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN);
    let begins = from.and_hms_opt(0, 0, 0).and_then(|wall| server.clock.moment(wall));
    (from, begins.unwrap_or_else(|| server.clock.now() - chrono::TimeDelta::days(i64::from(days))))
}
