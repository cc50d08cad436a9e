//! The due date's four digits (fator de vencimento): days since 7 October 1997, which began again at 1000 on
//! 22 February 2025 and will on 14 October 2049.
//!
//! Never decodes without being told a date to stand on: today, or the due date the creditor knows.
//!
//! A factor is a number of four digits, 1000 to 9999; 0000 stands for no due date, and those below 1000 were in use before
//! July 2000 only. Source: FEBRABAN, FB-082/2012, "Manual Operacional do Fator de Vencimento".
//!
//! ```
//! use domain::boleto::due_factor::{FIRST, LAST, decode, encode};
//! let (last, first) = ("2025-02-21".parse()?, "2025-02-22".parse()?);
//! assert_eq!((encode(last), encode(first)), (Ok(LAST), Ok(FIRST)));
//! let today = "2026-11-21".parse()?;
//! assert_eq!((decode(LAST, today), decode(FIRST, today)), (Some(last), Some(first)));
//! # Ok::<(), chrono::ParseError>(())
//! ```

use chrono::{Days, NaiveDate};

/// Day 0 of the factor.
const BASE: NaiveDate = match NaiveDate::from_ymd_opt(1997, 10, 7) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// The first factor of each cycle after the first, and the smallest that is read as a date at all: 1000.
pub const FIRST: u16 = 1000;
/// The last factor of each cycle: 21 February 2025, 13 October 2049…
pub const LAST: u16 = 9999;
/// From one date to the next with the same factor: 9000 days.
const CYCLE: i64 = 9000;

/// A factor is read as a date at most 3000 days past and 5500 days ahead of today: 8501 days, so that no two dates of a
/// cycle of 9000 days fit. (FEBRABAN, communication FB-082/2012, "Manual Operacional do Fator de Vencimento".)
const PAST: i64 = 3000;
const AHEAD: i64 = 5500;

/// A due date that no factor stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("due date before 7 October 1997")]
pub struct TooEarly;

/// The factor of a date, 0 to 9999.
///
/// ```
/// use domain::boleto::due_factor::{TooEarly, encode};
/// assert_eq!(encode("2026-12-10".parse()?), Ok(1656));
/// assert_eq!(encode("2000-07-03".parse()?), Ok(1000));
/// assert_eq!(encode("1997-10-06".parse()?), Err(TooEarly));
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// # Errors
/// Dates before 7 October 1997 have none.
pub fn encode(due: NaiveDate) -> Result<u16, TooEarly> {
    let days = (due - BASE).num_days();
    let factor = if days <= i64::from(LAST) { days } else { (days - i64::from(FIRST)) % CYCLE + i64::from(FIRST) };
    u16::try_from(factor).map_err(|_| TooEarly)
}

/// The date a factor means to somebody who reads it today; none when it is 0 or no date fits in the window, from 3000 days
/// ago to 5500 days ahead.
///
/// ```
/// # use domain::boleto::due_factor::decode;
/// let today = "2026-11-21".parse()?;
/// assert_eq!(decode(7137, today), Some("2041-12-12".parse()?)); // the last day of the window
/// assert_eq!(decode(7637, today), Some("2018-09-04".parse()?)); // the first
/// assert_eq!(decode(7400, today), None); // between them nothing is valid today
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn decode(factor: u16, today: NaiveDate) -> Option<NaiveDate> {
    // The window's last day with the factor's date at most on it: the only candidate, since the next one lies beyond.
    let last = today.checked_add_days(Days::new(AHEAD.unsigned_abs()))?;
    let date = latest(factor, last)?;
    (today.signed_duration_since(date).num_days() <= PAST).then_some(date)
}

/// The factor's date nearest to the due date the creditor has on record, whatever the year; none for 0.
///
/// When it is not the date on record, bar and record disagree.
///
/// ```
/// # use domain::boleto::due_factor::decode_near;
/// // 1656 was 20 April 2002 and is 10 December 2026: the record tells which.
/// assert_eq!(decode_near(1656, "2002-04-20".parse()?), Some("2002-04-20".parse()?));
/// assert_eq!(decode_near(1656, "2026-12-10".parse()?), Some("2026-12-10".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn decode_near(factor: u16, known: NaiveDate) -> Option<NaiveDate> {
    let last = known.checked_add_days(Days::new((CYCLE / 2).unsigned_abs()))?;
    latest(factor, last).or_else(|| latest(factor, NaiveDate::MAX).and_then(|_| first(factor)))
}

/// The factor's first date.
fn first(factor: u16) -> Option<NaiveDate> {
    if factor == 0 || factor > LAST { None } else { BASE.checked_add_days(Days::new(u64::from(factor))) }
}

/// The factor's last date not after `limit`. Factors below 1000 were used once, before July 2000.
fn latest(factor: u16, limit: NaiveDate) -> Option<NaiveDate> {
    let first = first(factor)?;
    let room = limit.signed_duration_since(first).num_days();
    if room < 0 {
        return None;
    }
    let cycles = if factor < FIRST { 0 } else { room / CYCLE };
    first.checked_add_days(Days::new((cycles * CYCLE).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn agrees_with_other_implementations() {
        let mut read = csv::Reader::from_reader(include_str!("../vectors/due_factors.csv").as_bytes());
        let mut seen = 0;
        for row in read.records() {
            let row = row.unwrap();
            let (direction, today, due, factor) = (&row[0], &row[1], &row[2], &row[3]);
            if direction == "date->factor" {
                assert_eq!(encode(date(due)), factor.parse().map_err(|_| TooEarly), "{row:?}");
            } else {
                let expected = if due == "error" { None } else { Some(date(due)) };
                assert_eq!(decode(factor.parse().unwrap(), date(today)), expected, "{row:?}");
            }
            seen += 1;
        }
        assert_eq!(seen, 23);
    }

    #[test]
    fn is_read_by_the_window() {
        let today = date("2026-11-21");
        for (factor, due) in [
            (1637, Some("2026-11-21")),
            (1656, Some("2026-12-10")),
            (9898, Some("2024-11-12")),
            (9999, Some("2025-02-21")),
            (1000, Some("2025-02-22")),
            (3737, Some("2032-08-21")),
            (7137, Some("2041-12-12")),
            (7138, None),
            (7636, None),
            (7637, Some("2018-09-04")),
            (0, None),
            (999, None),
            (10_000, None),
        ] {
            assert_eq!(decode(factor, today), due.map(date), "{factor}");
        }
    }

    #[test]
    fn every_date_comes_back() {
        let mut due = date("1997-10-08");
        while due <= date("2050-12-31") {
            let factor = encode(due).unwrap();
            for today in [due, due + Days::new(3000), due - Days::new(5500)] {
                assert_eq!(decode(factor, today), Some(due));
            }
            for outside in [due + Days::new(3001), due - Days::new(5501)] {
                assert_ne!(decode(factor, outside), Some(due));
            }
            for known in [due, due + Days::new(400), due - Days::new(400)] {
                assert_eq!(decode_near(factor, known), Some(due));
            }
            due = due.succ_opt().unwrap();
        }
    }

    /// Every factor, against a list of all days of the window with their factors.
    #[test]
    fn every_factor_is_read_by_the_window() {
        for today in ["1999-01-01", "2003-07-05", "2018-01-01", "2025-02-21", "2025-02-22", "2026-11-22", "2049-10-14", "2077-03-01"] {
            let today = date(today);
            let days = (0..=PAST + AHEAD).map(|day| today - Days::new(3000) + Days::new(day.unsigned_abs()));
            let dates: BTreeMap<u16, NaiveDate> =
                days.filter_map(|day| encode(day).ok().map(|factor| (factor, day))).filter(|(factor, _)| *factor > 0).collect();
            for factor in 0..=u16::MAX {
                assert_eq!(decode(factor, today), dates.get(&factor).copied(), "{factor} on {today}");
            }
        }
    }

    /// Every factor comes back from the date it is read as, whatever date that is near to.
    #[test]
    fn every_factor_comes_back() {
        for known in ["1998-01-01", "2009-06-30", "2025-02-21", "2026-11-22", "2049-10-13", "2060-12-31"] {
            for factor in 0..=LAST {
                let near = decode_near(factor, date(known));
                assert_eq!(near.map(encode), (factor > 0).then_some(Ok(factor)), "{factor} near {known}");
            }
        }
    }

    #[test]
    fn never_panics_at_the_ends_of_time() {
        for factor in [0, 1, 999, 1000, 9999, u16::MAX] {
            for day in [NaiveDate::MIN, NaiveDate::MAX, BASE] {
                let _ = (decode(factor, day), decode_near(factor, day));
            }
        }
        assert_eq!(encode(NaiveDate::MIN), Err(TooEarly));
        assert!(encode(NaiveDate::MAX).is_ok());
    }
}
