//! The effective cost of a plan a year (custo efetivo total): the rate that every payment, discounted by its days, turns back
//! into what was put into the plan (CDC, art. 54-B; Res. CMN 4.881/2020, which binds banks, gives the formula).
//!
//! Never uses a float: numbers are fixed-point integers, so that browser and server find the same digits.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::money::Money;

/// One, with 62 binary places: 18 decimal digits.
const ONE: u64 = 1 << 62;
/// 0.98: a rate of 1,600 a year, the money back sixteen hundred times. There it stops.
const LEAST: u64 = ONE / 100 * 98;
/// Steps smaller than 10⁻¹⁵ change no digit that is shown.
const PRECISE: u64 = ONE / 1_000_000_000_000_000;
/// Days between payments whose powers are worked out once for all payments: a month, and the days a closed day adds.
const NEAR: usize = 40;

/// Solves for one plan after the other; the next one's rate is near the last one's, so it begins there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solver {
    /// The discount of one day at which the search begins.
    guess: u64,
}

impl Default for Solver {
    fn default() -> Self {
        Self { guess: ONE }
    }
}

/// The yearly rate `x` for which `Σ payment ÷ (1 + x)^(days ÷ 365)` is the total, as a fraction to four places: 0.1268 is
/// 12,68 %. Payments come in the order of their days; one before `today` counts as paid today, one above
/// [`Money::MAX_TYPED`] as that.
///
/// ```
/// use domain::agreements::effective_cost::yearly;
/// use domain::money::Money;
/// // 100,00 now for 112,68 in a year.
/// let cost = yearly(Money::cents(10_000), "2026-11-21".parse()?, &[("2027-11-21".parse()?, Money::cents(11_268))]);
/// assert_eq!(cost.to_string(), "0.1268");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn yearly(total: Money, today: NaiveDate, payments: &[(NaiveDate, Money)]) -> Decimal {
    Solver::default().yearly(total, today, payments.iter().copied())
}

impl Solver {
    /// Newton's method for the discount of one day, `v = (1 + x)^(-1/365)`, so that every power is a whole one. The sum grows
    /// ever faster with `v`: from above the root each step comes nearer without passing it, and from below the first step
    /// lands above it.
    pub(super) fn yearly(&mut self, total: Money, today: NaiveDate, payments: impl Iterator<Item = (NaiveDate, Money)> + Clone) -> Decimal {
        let mut v = self.guess;
        for _ in 0..50 {
            let Some(next) = step(total, today, payments.clone(), v) else { return Decimal::ZERO };
            let moved = next.abs_diff(v);
            v = next;
            if moved < PRECISE || v == LEAST {
                break;
            }
        }
        self.guess = v;
        rate_of(v)
    }
}

/// One step of Newton's: `v − f(v) ÷ f′(v)`. None when time costs nothing: everything falls due today.
fn step(total: Money, today: NaiveDate, payments: impl Iterator<Item = (NaiveDate, Money)>, v: u64) -> Option<u64> {
    let mut near = [ONE; NEAR];
    for days in 1..NEAR {
        near[days] = times(near[days - 1], v);
    }
    let (mut worth, mut by_days, mut power, mut reached) = (0_i128, 0_i128, ONE, 0_u32);
    for (due_on, amount) in payments {
        let days = u32::try_from(due_on.signed_duration_since(today).num_days()).unwrap_or(0).max(reached);
        let gap = days - reached;
        reached = days;
        power = times(power, usize::try_from(gap).ok().and_then(|gap| near.get(gap).copied()).unwrap_or_else(|| whole_power(v, gap)));
        // Centavos with 42 binary places: amounts reach 2⁴³ and days 2²⁰.
        let part = (i128::from(within(amount)) * i128::from(power)) >> 20;
        worth += part;
        by_days += part * i128::from(days);
    }
    let mut excess = worth - (i128::from(within(total)) << 42);
    let mut slope = by_days;
    if slope <= 0 {
        return None;
    }
    // f ÷ f′ = excess × v ÷ by_days; the product must fit in 127 bits.
    let wide = 128 - excess.unsigned_abs().leading_zeros();
    let spare = wide.saturating_sub(126 - 62);
    excess >>= spare;
    slope = (slope >> spare).max(1);
    let step = excess * i128::from(v) / slope;
    let next = (i128::from(v) - step).clamp(i128::from(LEAST), i128::from(ONE));
    u64::try_from(next).ok()
}

/// `v^-365 − 1`, rounded half up to four places.
fn rate_of(v: u64) -> Decimal {
    // From here on 50 binary places: 1 ÷ 0.98³⁶⁵ is below 2¹¹.
    const PLACES: u32 = 50;
    let base = (1_u128 << (62 + PLACES)) / u128::from(v);
    let (mut result, mut square, mut left) = (1_u128 << PLACES, base, 365_u32);
    while left > 0 {
        if left % 2 == 1 {
            result = (result * square) >> PLACES;
        }
        left /= 2;
        if left > 0 {
            square = (square * square) >> PLACES;
        }
    }
    let tenths_of_a_thousandth = ((result - (1 << PLACES)) * 10_000 + (1 << (PLACES - 1))) >> PLACES;
    Decimal::new(i64::try_from(tenths_of_a_thousandth).unwrap_or(i64::MAX), 4)
}

/// Centavos of an amount that leaves room for the sums.
fn within(amount: Money) -> i64 {
    amount.clamp(Money::ZERO, Money::MAX_TYPED).as_cents()
}

/// The product of two fixed-point numbers from 0 to 1, rounded to the nearest.
const fn times(a: u64, b: u64) -> u64 {
    ((a as u128 * b as u128 + (1 << 61)) >> 62) as u64
}

/// A power, by squaring.
fn whole_power(base: u64, exponent: u32) -> u64 {
    let (mut result, mut square, mut left) = (ONE, base, exponent);
    while left > 0 {
        if left % 2 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        left /= 2;
    }
    result
}

#[cfg(test)]
// The check goes through floating point on purpose: by another road.
#[allow(clippy::float_arithmetic)]
mod tests {
    use super::*;
    use crate::calendar::days_after;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        "2026-11-21".parse().unwrap()
    }

    #[test]
    fn the_ends_of_what_can_be_asked() {
        let due = |days| days_after(today(), days);
        let of = |total, payments: &[(NaiveDate, Money)]| yearly(Money::cents(total), today(), payments).to_string();
        // Everything today: time costs nothing. Less than was put in: no negative cost.
        assert_eq!(of(10_000, &[(today(), Money::cents(11_000))]), "0");
        assert_eq!(of(10_000, &[(due(30), Money::cents(9_000))]), "0.0000");
        assert_eq!(of(10_000, &[]), "0");
        // The most there is: 1 ÷ 0.98³⁶⁵ − 1, and the largest amounts.
        assert_eq!(of(1, &[(due(30), Money::MAX_TYPED)]), of(1, &[(due(60), Money::MAX_TYPED)]));
        let most = [(due(30), Money::MAX_TYPED), (due(40_000), Money::MAX_TYPED)];
        assert!(yearly(Money::MAX_TYPED, today(), &most) > Decimal::ZERO);
    }

    proptest! {
        #[test]
        fn payments_discount_back_to_the_total(
            total in 50_000_i64..7_000_000_000_000, count in 1_i64..120, gaps in prop::collection::vec(20_u32..60, 120), percent in 1_i64..30
        ) {
            let mut reached = today();
            let each = Money::cents((total + total * percent / 100) / count);
            let payments: Vec<_> = gaps.iter().take(usize::try_from(count).unwrap()).map(|gap| {
                reached = days_after(reached, *gap);
                (reached, each)
            }).collect();
            // Which plan came before makes no difference.
            let mut solver = Solver::default();
            solver.yearly(Money::cents(total / 2 + 1), today(), payments.iter().copied());
            let found = solver.yearly(Money::cents(total), today(), payments.iter().copied());
            prop_assert_eq!(found, yearly(Money::cents(total), today(), &payments));
            let present = |yearly: f64| -> f64 {
                let worth = |(due_on, amount): &(NaiveDate, Money)| {
                    amount.as_cents() as f64 / (1.0 + yearly).powf((*due_on - today()).num_days() as f64 / 365.0)
                };
                payments.iter().map(worth).sum()
            };
            let cet: f64 = found.to_string().parse().unwrap();
            prop_assert!(present(cet - 0.000_051) > total as f64 && present(cet + 0.000_051) < total as f64, "{} {}", cet, total);
        }
    }
}
