//! The yearly declaration of clearance (Lei 12.007/2009): whether everything that fell due in a year was paid, and the code by
//! which anybody can check that a document is ours.
//!
//! Never declares what an agreement still has to pay, what was given up, or what is disputed; never says "paid" of a year that
//! is not over.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ids::BillId;
use crate::money::Money;
use crate::words::words;

words! {
    /// How a bill stands for a declaration.
    pub enum Clearing {
        /// It was paid, by itself or through an agreement that was kept to its end.
        Paid = "paid",
        /// Something is left to pay, or was given up, or is paid through an agreement that is not over.
        Open = "open",
        /// The customer says it is wrong and is not answered: it is left out and named (art. 2 §2).
        Disputed = "disputed",
    }
}

/// A bill of the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillOfYear {
    /// The bill.
    pub bill: BillId,
    /// Its due date, which alone tells the year it belongs to (art. 3).
    pub due_on: NaiveDate,
    /// What was charged for it.
    pub amount: Money,
    /// How it stands.
    pub clearing: Clearing,
    /// The day it was settled.
    pub settled_on: Option<NaiveDate>,
}

/// Why there is no declaration of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum NotCleared {
    /// The year is not over.
    #[error("the year is not over")]
    NotOver,
    /// Nothing fell due in it.
    #[error("nothing fell due")]
    NothingDue,
    /// So many bills are not paid.
    #[error("{bills} bills are open")]
    Open {
        /// How many.
        bills: u32,
    },
    /// Everything that fell due is disputed.
    #[error("all is disputed")]
    AllDisputed,
}

/// What a declaration says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// The year, by due dates.
    pub year: i32,
    /// What was paid, by due date.
    pub paid: Vec<BillOfYear>,
    /// What is left out because it is disputed.
    pub disputed: u32,
}

impl Clearance {
    /// All that was charged for what was paid, without charges for paying late.
    #[must_use]
    pub fn total(&self) -> Money {
        self.paid.iter().map(|bill| bill.amount).sum()
    }
}

/// The declaration of a year, from the bills that fell due in it. Others are left out.
///
/// ```
/// use domain::declarations::{BillOfYear, Clearing, NotCleared, clearance};
/// use domain::ids::BillId;
/// use domain::money::Money;
/// let bill = |month: u32, clearing| BillOfYear {
///     bill: BillId(uuid::Uuid::from_u128(month.into())),
///     due_on: chrono::NaiveDate::from_ymd_opt(2025, month, 10).unwrap(),
///     amount: Money::cents(50_000),
///     clearing,
///     settled_on: None,
/// };
/// let today = "2026-05-04".parse()?;
/// let paid = [bill(1, Clearing::Paid), bill(2, Clearing::Paid), bill(3, Clearing::Disputed)];
/// let declared = clearance(2025, &paid, today).unwrap();
/// assert_eq!((declared.total(), declared.disputed), (Money::cents(100_000), 1));
/// assert_eq!(clearance(2025, &[bill(1, Clearing::Paid), bill(2, Clearing::Open)], today), Err(NotCleared::Open { bills: 1 }));
/// assert_eq!(clearance(2026, &paid, today), Err(NotCleared::NotOver));
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// # Errors
/// Why there is none; see [`NotCleared`].
pub fn clearance(year: i32, bills: &[BillOfYear], today: NaiveDate) -> Result<Clearance, NotCleared> {
    if year >= today.year() {
        return Err(NotCleared::NotOver);
    }
    let of_year = || bills.iter().filter(|bill| bill.due_on.year() == year);
    let count = |clearing| u32::try_from(of_year().filter(|bill| bill.clearing == clearing).count()).unwrap_or(u32::MAX);
    let (open, disputed) = (count(Clearing::Open), count(Clearing::Disputed));
    let mut paid: Vec<BillOfYear> = of_year().filter(|bill| bill.clearing == Clearing::Paid).cloned().collect();
    if open > 0 {
        return Err(NotCleared::Open { bills: open });
    }
    if paid.is_empty() {
        return Err(if disputed > 0 { NotCleared::AllDisputed } else { NotCleared::NothingDue });
    }
    paid.sort_by_key(|bill| (bill.due_on, bill.bill));
    Ok(Clearance { year, paid, disputed })
}

/// What is printed on a document, and typed to check that it is ours: sixteen of the 32 signs that Crockford's base 32 keeps
/// apart (no I, L, O or U), in fours. 80 bits: nobody finds one by trying.
///
/// ```
/// use domain::declarations::{VerificationCode, VerificationCodeError};
/// let code = VerificationCode::of([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
/// assert_eq!(code.to_string(), "0123-4567-89AB-CDEF");
/// // What is easily mistaken is taken for what it must be.
/// assert_eq!("oi23 4567.89ab-cdef".parse(), Ok(code));
/// assert_eq!("0123-4567-89AB-CDE".parse::<VerificationCode>(), Err(VerificationCodeError::Length(15)));
/// assert_eq!("0123-4567-89AB-CDEU".parse::<VerificationCode>(), Err(VerificationCodeError::Character(18)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerificationCode([u8; 16]);

/// Why a text is no verification code. Positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerificationCodeError {
    /// So many signs, and not sixteen.
    #[error("{0} characters, not 16")]
    Length(usize),
    /// A character that is none of them.
    #[error("unexpected character at {0}")]
    Character(usize),
}

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl VerificationCode {
    /// The code of eighty bits of chance.
    #[must_use]
    pub fn of(chance: [u8; 10]) -> Self {
        let bits = chance.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let sign = |at: u32| SIGNS[(bits >> (5 * (15 - at)) & 31) as usize];
        let mut signs = [0; 16];
        for (at, place) in (0..).zip(&mut signs) {
            *place = sign(at);
        }
        Self(signs)
    }

    /// Its sixteen signs, as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is kept.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for VerificationCode {
    type Err = VerificationCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut signs = [0; 16];
        let mut length = 0;
        for (at, character) in text.chars().enumerate() {
            let sign = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                '-' | '.' | '\u{2010}'..='\u{2015}' => continue,
                blank if blank.is_whitespace() => continue,
                other => other,
            };
            let sign = u8::try_from(sign).ok().filter(|sign| SIGNS.contains(sign)).ok_or(VerificationCodeError::Character(at))?;
            if let Some(place) = signs.get_mut(length) {
                *place = sign;
            }
            length += 1;
        }
        if length == signs.len() { Ok(Self(signs)) } else { Err(VerificationCodeError::Length(length)) }
    }
}

impl fmt::Display for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        write!(f, "{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..])
    }
}

/// Whoever knows it reads what the document says: not for a log.
impl fmt::Debug for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn bill(number: u128, due: &str, clearing: Clearing) -> BillOfYear {
        BillOfYear {
            bill: BillId(Uuid::from_u128(number)),
            due_on: due.parse().unwrap(),
            amount: Money::cents(10_000),
            clearing,
            settled_on: None,
        }
    }

    #[test]
    fn a_year_is_told_by_due_dates() {
        let today = "2026-01-01".parse().unwrap();
        let bills = [
            bill(3, "2025-12-31", Clearing::Paid),
            bill(1, "2025-01-01", Clearing::Paid),
            // Of other years, however they stand.
            bill(2, "2024-12-31", Clearing::Open),
            bill(4, "2026-01-01", Clearing::Open),
        ];
        let declared = clearance(2025, &bills, today).unwrap();
        assert_eq!(declared.paid.iter().map(|bill| bill.bill.0.as_u128()).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(clearance(2024, &bills, today), Err(NotCleared::Open { bills: 1 }));
        assert_eq!(clearance(2023, &bills, today), Err(NotCleared::NothingDue));
        assert_eq!(clearance(2026, &bills, today), Err(NotCleared::NotOver));
        assert_eq!(clearance(2024, &[bill(2, "2024-12-31", Clearing::Disputed)], today), Err(NotCleared::AllDisputed));
    }

    proptest! {
        #[test]
        fn codes_come_back(chance in any::<[u8; 10]>()) {
            let code = VerificationCode::of(chance);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
            prop_assert_eq!(code.as_str().to_lowercase().parse(), Ok(code));
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<VerificationCode>();
        }
    }
}
