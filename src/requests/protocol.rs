//! The number a request is known by from its first moment. Never drawn here: the sequence of a day is the server's to count.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// The number a customer is given at once: ANS registration of the operator (6 digits), date (8) and the day's sequence (6),
/// the 20 digits health plans use. A creditor without a registration has 000000.
///
/// ```
/// use domain::requests::protocol::Protocol;
/// let protocol: Protocol = "363461.20261121.000042".parse()?;
/// assert_eq!(protocol.digits(), "36346120261121000042");
/// assert_eq!(protocol, Protocol::new(363_461, protocol.on(), 42)?);
/// # Ok::<(), domain::requests::protocol::ProtocolError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Protocol {
    registration: u32,
    on: NaiveDate,
    sequence: u32,
}

/// Why something is not a protocol number.
///
/// ```
/// use domain::requests::protocol::{Protocol, ProtocolError};
/// let typed = |text: &str| text.parse::<Protocol>().unwrap_err();
/// assert_eq!(typed("363461.20261321.000042"), ProtocolError::Date);
/// assert_eq!(typed("363461.20261121.42"), ProtocolError::Length);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Not 20 digits once points, blanks and hyphens are left out.
    #[error("a protocol number has 20 digits")]
    Length,
    /// Something other than digits and separators, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// The middle is not a date.
    #[error("no such date")]
    Date,
    /// The registration or the sequence needs more than six digits.
    #[error("registration and sequence have at most six digits")]
    Range,
}

impl Protocol {
    /// The protocol of the `sequence`-th request of a day.
    ///
    /// # Errors
    /// When a number needs more than six digits, or the year more than four.
    pub fn new(registration: u32, on: NaiveDate, sequence: u32) -> Result<Self, ProtocolError> {
        if registration > 999_999 || sequence > 999_999 {
            return Err(ProtocolError::Range);
        }
        if !(0..=9999).contains(&on.year()) {
            return Err(ProtocolError::Date);
        }
        Ok(Self { registration, on, sequence })
    }

    /// The 20 digits, as stored.
    #[must_use]
    pub fn digits(&self) -> String {
        format!("{:06}{:04}{:02}{:02}{:06}", self.registration, self.on.year(), self.on.month(), self.on.day(), self.sequence)
    }

    /// The day it was given.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        self.on
    }
}

/// In groups that can be read aloud: `363461.20261121.000042`.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}.{:04}{:02}{:02}.{:06}", self.registration, self.on.year(), self.on.month(), self.on.day(), self.sequence)
    }
}

impl FromStr for Protocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let belongs = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '/') || c.is_whitespace();
        if let Some(at) = text.chars().position(|c| !belongs(c)) {
            return Err(ProtocolError::Character(at));
        }
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        if digits.len() != 20 {
            return Err(ProtocolError::Length);
        }
        let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |number, digit| number * 10 + digit);
        let year = i32::try_from(number(6, 10)).map_err(|_| ProtocolError::Date)?;
        let on = NaiveDate::from_ymd_opt(year, number(10, 12), number(12, 14)).ok_or(ProtocolError::Date)?;
        Self::new(number(0, 6), on, number(14, 20))
    }
}

impl TryFrom<String> for Protocol {
    type Error = ProtocolError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Protocol> for String {
    fn from(protocol: Protocol) -> Self {
        protocol.digits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn protocols_are_read_as_people_type_them() {
        let protocol = Protocol::new(363_461, day("2026-11-21"), 42).unwrap();
        assert_eq!(protocol.to_string(), "363461.20261121.000042");
        for text in ["36346120261121000042", "363461 20261121 000042", " 363461.20261121-000042 "] {
            assert_eq!(text.parse(), Ok(protocol), "{text}");
        }
        assert_eq!("3634612026112100004".parse::<Protocol>(), Err(ProtocolError::Length));
        assert_eq!("36346120261321000042".parse::<Protocol>(), Err(ProtocolError::Date));
        assert_eq!("ABC46120261121000042".parse::<Protocol>(), Err(ProtocolError::Character(0)));
        assert_eq!(Protocol::new(1_000_000, day("2026-11-21"), 1), Err(ProtocolError::Range));
        assert_eq!(serde_json::to_string(&protocol).unwrap(), "\"36346120261121000042\"");
    }

    proptest! {
        #[test]
        fn protocols_read_back(registration in 0u32..1_000_000, days in 0u32..100_000, sequence in 0u32..1_000_000) {
            let protocol = Protocol::new(registration, crate::calendar::days_after(day("2000-01-01"), days), sequence).unwrap();
            prop_assert_eq!(protocol.to_string().parse(), Ok(protocol));
            prop_assert_eq!(Protocol::try_from(protocol.digits()), Ok(protocol));
        }

        #[test]
        fn reading_a_protocol_never_panics(text in "\\PC{0,30}") {
            let _ = text.parse::<Protocol>();
        }
    }
}
