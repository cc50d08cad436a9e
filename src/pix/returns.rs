//! Giving a Pix back to where it came from (*devolução*): until when and how much, and how far one is.
//!
//! Never says that money went back: the provider does. Amounts are centavos, moments UTC.
//!
//! Source: Banco Central, API Pix 2.9.0, `PUT /pix/{e2eid}/devolucao/{id}`: any number of parts, together no more than was received,
//! within 90 days.

use chrono::{DateTime, TimeDelta, Utc};

use crate::money::Money;
use crate::words::words;

words! {
    /// How far giving back is. `Done` and `Failed` are final.
    pub enum State {
        /// Written down; the provider has not said yet that it has it.
        Ordered = "ordered",
        /// The provider carries it out (`EM_PROCESSAMENTO`).
        UnderWay = "under_way",
        /// The payer has the money (`DEVOLVIDO`).
        Done = "done",
        /// It did not happen, and will not.
        Failed = "failed",
    }

    /// Why it did not happen.
    pub enum Failure {
        /// The provider took it, and could not carry it out (`NAO_REALIZADO`): an account that is closed, for one.
        NotCarriedOut = "not_carried_out",
        /// The provider did not take it: too late, or more than is left.
        NotTaken = "not_taken",
    }
}

/// Days after it came within which a Pix may be given back.
pub const DAYS: i64 = 90;

/// The last moment at which a Pix may be given back.
///
/// ```
/// use domain::pix::returns::until;
/// assert_eq!(until("2026-09-01T12:00:00Z".parse()?), "2026-11-30T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn until(received_at: DateTime<Utc>) -> DateTime<Utc> {
    received_at.checked_add_signed(TimeDelta::days(DAYS)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// What of a Pix may still be given back: what came, less what went back and what is on its way; nothing once the time is over.
///
/// ```
/// use domain::money::Money;
/// use domain::pix::returns::left;
/// let (came, now) = ("2026-09-01T12:00:00Z".parse()?, "2026-11-22T12:00:00Z".parse()?);
/// let cents = Money::cents;
/// assert_eq!(left(cents(52_347), cents(10_000), cents(2_347), came, now), cents(40_000));
/// assert_eq!(left(cents(52_347), cents(52_347), cents(0), came, now), Money::ZERO);
/// let late = "2026-11-30T12:00:01Z".parse()?;
/// assert_eq!(left(cents(52_347), cents(0), cents(0), came, late), Money::ZERO);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn left(received: Money, returned: Money, on_its_way: Money, received_at: DateTime<Utc>, now: DateTime<Utc>) -> Money {
    if now > until(received_at) { Money::ZERO } else { (received - returned - on_its_way).max(Money::ZERO) }
}

/// How long to wait before the provider is asked again, after so many times: soon at first, then once an hour, for as long as it takes.
///
/// ```
/// use chrono::TimeDelta;
/// use domain::pix::returns::wait;
/// assert_eq!([1, 2, 5, 100].map(wait), [TimeDelta::seconds(15), TimeDelta::minutes(1), TimeDelta::hours(1), TimeDelta::hours(1)]);
/// ```
#[must_use]
pub const fn wait(asked: u32) -> TimeDelta {
    match asked {
        0 | 1 => TimeDelta::seconds(15),
        2 => TimeDelta::minutes(1),
        3 => TimeDelta::minutes(5),
        4 => TimeDelta::minutes(15),
        _ => TimeDelta::hours(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_more_than_came(came in 1i64..1_000_000, returned in 0i64..1_000_000, ordered in 0i64..1_000_000, days in 0i64..200) {
            let at: DateTime<Utc> = "2026-09-01T12:00:00Z".parse().unwrap();
            let left = left(Money::cents(came), Money::cents(returned), Money::cents(ordered), at, at + TimeDelta::days(days));
            let gone = returned + ordered;
            prop_assert!(left >= Money::ZERO && left.as_cents() + gone <= came.max(gone));
            prop_assert_eq!(left.is_zero(), days > DAYS || came <= gone);
        }
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(until(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC);
    }
}
