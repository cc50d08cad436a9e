//! Money: whole centavos of Real. Never a float, never a fraction of a centavo, one parser and one rounding rule.
//!
//! The unit is the centavo everywhere, in the database and on the wire too: R$ 1,00 is 100. Rates are fractions held as [`Decimal`] (0.02 is 2 %); what a rate
//! gives is rounded once, half away from zero, where it becomes money. Sums saturate instead of wrapping; amounts that people
//! type are 900,000 times smaller than that.
//!
//! ```
//! use domain::money::Money;
//! let bill = Money::parse("523,47")?;
//! let fine = bill.times("0.02".parse()?);
//! assert_eq!((bill + fine).to_string(), "533,94");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

/// An amount in centavos; negative in favour of the customer.
///
/// ```
/// use domain::money::Money;
/// assert_eq!(Money::parse("R$ 1.234,56"), Ok(Money::cents(123_456)));
/// assert_eq!(Money::cents(123_456).to_string(), "1.234,56");
/// let credit = Money::cents(2_000) - Money::cents(5_000);
/// assert!(!credit.is_positive() && !credit.is_zero());
/// assert_eq!((credit.as_cents(), credit.abs()), (-3_000, Money::cents(3_000)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

/// Why a text is not an amount of money. Positions count characters of the text as it was typed, from 0.
///
/// ```
/// use domain::money::{Money, MoneyError};
/// assert_eq!(Money::parse("R$ 1x"), Err(MoneyError::Character(4)));
/// assert_eq!(Money::parse("1,2,3"), Err(MoneyError::Separators(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was typed.
    #[error("no amount")]
    Empty,
    /// A character that has no place in an amount, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// More than two decimals, or separators that fit neither convention, by the position of the first that does not.
    #[error("separator at {0} in an unexpected place")]
    Separators(usize),
    /// Larger than R$ 99.999.999.999,99.
    #[error("too large")]
    TooLarge,
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The most that [`Money::parse`] accepts: R$ 99.999.999.999,99, far below where sums could overflow.
    pub const MAX_TYPED: Self = Self(9_999_999_999_999);

    /// An amount of so many centavos.
    #[must_use]
    pub const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The amount in centavos.
    #[must_use]
    pub const fn as_cents(self) -> i64 {
        self.0
    }

    /// The amount in Reais, exactly.
    ///
    /// ```
    /// # use domain::money::Money;
    /// assert_eq!(Money::cents(52_347).as_decimal().to_string(), "523.47");
    /// ```
    #[must_use]
    pub fn as_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// Rounds Reais to the centavo, half away from zero ("half up" on amounts): the one rounding rule of the project.
    /// Saturates at the ends of `i64`, which no amount read by [`Money::parse`] can reach.
    ///
    /// ```
    /// # use domain::money::Money;
    /// assert_eq!(Money::round("1.005".parse()?), Money::cents(101));
    /// assert_eq!(Money::round("-1.005".parse()?), Money::cents(-101));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn round(reais: Decimal) -> Self {
        let cents = reais.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(if reais.is_sign_negative() { Decimal::MIN } else { Decimal::MAX });
        let cents = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        Self(cents.to_i64().unwrap_or(if cents.is_sign_negative() { i64::MIN } else { i64::MAX }))
    }

    /// `rate` of this amount, rounded to the centavo. The rate is a fraction: 0.02 is 2 %.
    ///
    /// ```
    /// # use domain::money::Money;
    /// // 1 % of R$ 523,47 a month, for 37 days of a month of 30: 6,456… is 6,46.
    /// let rate = rust_decimal::Decimal::new(37, 2) / rust_decimal::Decimal::from(30);
    /// assert_eq!(Money::cents(52_347).times(rate), Money::cents(646));
    /// ```
    #[must_use]
    pub fn times(self, rate: Decimal) -> Self {
        // Whole numbers, which is several times as fast; the decimal takes what is too large for them.
        let exactly = || {
            let unit = 10_i128.checked_pow(rate.scale())?;
            let product = i128::from(self.0).checked_mul(rate.mantissa())?;
            let cents = product.checked_abs()?.checked_add(unit / 2)? / unit;
            i64::try_from(cents * product.signum()).ok()
        };
        exactly().map_or_else(|| self.as_decimal().checked_mul(rate).map_or(Self(i64::MAX), Self::round), Self)
    }

    /// This amount in parts as large as `weights` are to each other, which add up to it exactly: each part is what the sum of
    /// the weights so far is of the whole, rounded, less the parts before. Nothing where all weights are zero; weights below
    /// zero count as zero.
    ///
    /// ```
    /// use domain::money::Money;
    /// let parts = Money::cents(100).apportion(&[Money::cents(1), Money::cents(1), Money::cents(1)]);
    /// assert_eq!(parts, [33, 34, 33].map(Money::cents));
    /// ```
    #[must_use]
    pub fn apportion(self, weights: &[Self]) -> Vec<Self> {
        let weight = |weight: &Self| i128::from(weight.0.max(0));
        let whole: i128 = weights.iter().map(weight).sum();
        let (mut reached, mut given) = (0, 0);
        let part = |one: &Self| {
            reached += weight(one);
            let upto = i128::from(self.0) * reached;
            let upto = if whole == 0 { 0 } else { (upto.abs() * 2 + whole) / (whole * 2) * upto.signum() };
            let part = upto - given;
            given = upto;
            Self(i64::try_from(part).unwrap_or_default())
        };
        weights.iter().map(part).collect()
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Reads what a person types or a file holds: `1234,56`, `1.234,56`, `1234.56`, `1,234.56`, `R$ 1.234`, `-5,00`.
    ///
    /// A single separator followed by exactly three digits is a thousands separator when it is a point
    /// (`1.234` is one thousand two hundred and thirty-four, as Brazilians write it) and an error when it is a comma.
    ///
    /// ```
    /// use domain::money::{Money, MoneyError};
    /// for text in ["1234,56", "1.234,56", "1234.56", "1,234.56", "R$ 1.234,56"] {
    ///     assert_eq!(Money::parse(text), Ok(Money::cents(123_456)));
    /// }
    /// assert_eq!(Money::parse("1.234"), Ok(Money::cents(123_400)));
    /// assert_eq!(Money::parse("1,234"), Err(MoneyError::Separators(1))); // one and a bit, or a thousand? It is asked again.
    /// ```
    ///
    /// # Errors
    /// Names the position of the first character that does not belong; see [`MoneyError`].
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let trimmed = text.trim();
        let (negative, unsigned) = match trimmed.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest.trim_start()),
            None => (false, trimmed),
        };
        let rest = unsigned.strip_prefix("R$").unwrap_or(unsigned).trim_start();
        if rest.is_empty() {
            return Err(MoneyError::Empty);
        }
        // What was cut off the end is blank, and `rest` is what `text` ends with without it.
        let offset = text.trim_end().chars().count() - rest.chars().count();
        if let Some(at) = rest.chars().position(|c| !c.is_ascii_digit() && c != '.' && c != ',') {
            return Err(MoneyError::Character(offset + at));
        }
        let (whole, fraction) = split(rest).map_err(|at| MoneyError::Separators(offset + at))?;
        let digits = whole.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0');
        let mut cents: i64 = 0;
        for digit in digits.chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', 2 - fraction.len())) {
            cents = cents * 10 + i64::from(digit - b'0');
            if cents > Self::MAX_TYPED.0 {
                return Err(MoneyError::TooLarge);
            }
        }
        Ok(Self(if negative { -cents } else { cents }))
    }
}

/// Cuts an amount into its whole and its decimals (none to two digits), having checked that thousands separators stand where
/// they should; else the place of the first separator that does not.
fn split(text: &str) -> Result<(&str, &str), usize> {
    let Some(at) = text.rfind(['.', ',']) else { return Ok((text, "")) };
    let (whole, fraction) = (&text[..at], &text[at + 1..]);
    let is_point = text[at..].starts_with('.');
    // `1.234.567`: every separator is a thousands point.
    if is_point && fraction.len() == 3 && misplaced(text, '.').is_none() {
        return Ok((text, ""));
    }
    match misplaced(whole, if is_point { ',' } else { '.' }) {
        Some(wrong) => Err(wrong),
        None if whole.is_empty() || !(1..=2).contains(&fraction.len()) => Err(at),
        None => Ok((whole, fraction)),
    }
}

/// The place of the first separator that is none for thousands: of another kind, or not followed by three digits and an end or
/// another one, or after no digit or more than three.
fn misplaced(whole: &str, thousands: char) -> Option<usize> {
    let wrong = |(at, separator): (usize, &str)| {
        let digits_before = whole[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let digits_after = whole[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        !separator.starts_with(thousands) || !(1..=3).contains(&digits_before) || digits_after != 3
    };
    whole.match_indices(['.', ',']).find(|found| wrong(*found)).map(|(at, _)| at)
}

/// As Brazilians read it, without the currency: `1.234,56`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_grouped(f, '.', ',')
    }
}

impl Money {
    /// With other separators, for another language: `1,234.56`.
    ///
    /// ```
    /// # use domain::money::Money;
    /// assert_eq!(Money::cents(123_456).grouped(',', '.'), "1,234.56");
    /// ```
    #[must_use]
    pub fn grouped(self, thousands: char, decimal: char) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_grouped(&mut text, thousands, decimal);
        text
    }

    fn write_grouped(self, out: &mut impl fmt::Write, thousands: char, decimal: char) -> fmt::Result {
        let cents = self.0.unsigned_abs();
        if self.0 < 0 {
            out.write_char('-')?;
        }
        let whole = (cents / 100).to_string();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.write_char(thousands)?;
            }
            out.write_char(digit)?;
        }
        write!(out, "{decimal}{:02}", cents % 100)
    }

    /// As machines write it: `1234.56`. A BR Code and the API Pix take it so.
    ///
    /// ```
    /// # use domain::money::Money;
    /// assert_eq!(Money::cents(-5).plain(), "-0.05");
    /// ```
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl From<i64> for Money {
    fn from(cents: i64) -> Self {
        Self(cents)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_type() {
        for (text, cents) in [
            ("0", 0),
            ("5", 500),
            ("5,5", 550),
            ("1.15", 115),
            ("1,15", 115),
            ("1234,56", 123_456),
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("R$ 1.234,56", 123_456),
            ("R$1.234", 123_400),
            ("1.234.567", 123_456_700),
            (" -5,00 ", -500),
            ("99.999.999.999,99", 9_999_999_999_999),
        ] {
            assert_eq!(Money::parse(text), Ok(Money::cents(cents)), "{text}");
        }
    }

    #[test]
    fn refuses_and_says_where() {
        for (text, error) in [
            ("", MoneyError::Empty),
            ("R$ ", MoneyError::Empty),
            ("12a", MoneyError::Character(2)),
            ("R$ 1x", MoneyError::Character(4)),
            ("1,234", MoneyError::Separators(1)),
            ("1.23.45", MoneyError::Separators(1)),
            (" R$ 1,2,3", MoneyError::Separators(5)),
            (",50", MoneyError::Separators(0)),
            ("12.34,567", MoneyError::Separators(2)),
            ("1234.567", MoneyError::Separators(4)),
            ("1234.567,00", MoneyError::Separators(4)),
            ("R$R$", MoneyError::Character(2)),
            ("1.234.56", MoneyError::Separators(1)),
            ("999999999999", MoneyError::TooLarge),
        ] {
            assert_eq!(Money::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn rounds_half_up_on_either_side_of_zero() {
        assert_eq!(Money::round(Decimal::new(1005, 3)), Money::cents(101));
        assert_eq!(Money::round(Decimal::new(-1005, 3)), Money::cents(-101));
        assert_eq!(Money::round(Decimal::new(10049, 4)), Money::cents(100));
        // 523,47 × 1% × 37 / 30 = 6,456…
        assert_eq!(Money::cents(52_347).times(Decimal::new(37, 2) / Decimal::from(30)), Money::cents(646));
    }

    proptest! {
        #[test]
        fn parts_add_up(cents in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(-5_i64..1_000_000, 1..20)) {
            let weights: Vec<Money> = weights.into_iter().map(Money::cents).collect();
            let parts = Money::cents(cents).apportion(&weights);
            let whole: i64 = weights.iter().map(|weight| weight.as_cents().max(0)).sum();
            prop_assert_eq!(parts.iter().copied().sum::<Money>(), if whole == 0 { Money::ZERO } else { Money::cents(cents) });
            for (part, weight) in parts.iter().zip(&weights).filter(|_| whole > 0) {
                let fair = i128::from(cents) * i128::from(weight.as_cents().max(0)) / i128::from(whole);
                prop_assert!((i128::from(part.as_cents()) - fair).abs() <= 1);
            }
        }

        #[test]
        fn both_ways_to_multiply_agree(cents in -1_000_000_000_000_i64..1_000_000_000_000, mantissa in -1_000_000_000_i64..1_000_000_000, scale in 0_u32..12) {
            let rate = Decimal::new(mantissa, scale);
            let slowly = Money::cents(cents).as_decimal().checked_mul(rate).map(Money::round);
            prop_assert_eq!(Some(Money::cents(cents).times(rate)), slowly);
        }

        #[test]
        fn what_is_written_reads_back(cents in -9_999_999_999_999i64..=9_999_999_999_999) {
            let money = Money::cents(cents);
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
            prop_assert_eq!(Money::parse(&money.plain()), Ok(money));
            prop_assert_eq!(Money::parse(&money.grouped(',', '.')), Ok(money));
        }

        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = Money::parse(&text);
        }
    }
}
