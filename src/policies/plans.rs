//! The fields of the policy of plans, and whether one version grants more than another.

use rust_decimal::Decimal;

use super::{Grants, Kind, Policy, Unit, Walk, differences};
use crate::agreements::plans::Debt;
use crate::agreements::policy::{Band, Discount, Imputation, Interest, Limits, MOST_INSTALLMENTS, PlanPolicy, PolicyError};
use crate::charges::Payer;
use crate::forms::{FieldError, Problem};
use crate::money::Money;
use crate::statement::Nature;
use crate::words::words;

/// Bands and discounts that a form has room for.
const MOST_BANDS: usize = 6;
const MOST_DISCOUNTS: usize = 4;
/// Ten years.
const LONG: u32 = 3_650;

words! {
    /// How installments cost, as it is chosen.
    pub enum Costs {
        /// Nothing.
        Nothing = "none",
        /// Simple interest.
        Simple = "simple_monthly",
        /// Compound interest (tabela Price).
        Price = "price",
    }
}

impl Policy for PlanPolicy {
    const KIND: Kind = Kind::Plans;

    fn fields(&mut self, walk: &mut Walk<'_>) {
        let who = &mut self.eligibility;
        walk.whole("min_days_late", Unit::Days, 0..=LONG, Grants::Smaller, &mut who.min_days_late);
        walk.money("least_total", Grants::Smaller, &mut who.least_total);
        walk.whole("max_open_agreements", Unit::Count, 1..=10, Grants::Greater, &mut who.max_open_agreements);
        walk.whole("wait_after_broken_days", Unit::Days, 0..=LONG, Grants::Smaller, &mut who.wait_after_broken_days);
        let natures = Nature::ALL.iter().map(|nature| (nature.as_str(), *nature));
        walk.words("natures", &natures.collect::<Vec<_>>(), &mut who.natures);

        walk.list("bands", MOST_BANDS, &fresh(), &mut self.bands, band);

        let (mut costs, mut rate) = match self.interest {
            Interest::None => (Costs::Nothing, Decimal::ZERO),
            Interest::SimpleMonthly(rate) => (Costs::Simple, rate),
            Interest::Price(rate) => (Costs::Price, rate),
        };
        walk.word("interest", &Costs::ALL.iter().map(|one| (one.as_str(), *one)).collect::<Vec<_>>(), &mut costs);
        walk.percent("interest_rate", 10, Grants::Smaller, &mut rate);
        self.interest = match costs {
            Costs::Nothing => Interest::None,
            Costs::Simple => Interest::SimpleMonthly(rate),
            Costs::Price => Interest::Price(rate),
        };

        walk.money("least_installment", Grants::Smaller, &mut self.least_installment);
        // At least two days for an offer (CDC, art. 54-B, II), which business days are.
        walk.whole("down_payment_days", Unit::BusinessDays, 2..=30, Grants::Greater, &mut self.down_payment_days);
        walk.whole("first_due_max_days", Unit::Days, 31..=120, Grants::Greater, &mut self.first_due_max_days);
        walk.month_days("days_of_month", &mut self.days_of_month);

        let broken = &mut self.break_rule;
        walk.whole("late_installments", Unit::Installments, 1..=12, Grants::Greater, &mut broken.late_installments);
        walk.whole("days_late", Unit::Days, 1..=365, Grants::Greater, &mut broken.days_late);
        walk.whole("cure_days", Unit::BusinessDays, 0..=60, Grants::Greater, &mut broken.cure_days);
        walk.whole("bank_days", Unit::BusinessDays, 0..=10, Grants::Greater, &mut broken.bank_days);
        walk.word("imputation", &Imputation::ALL.iter().map(|one| (one.as_str(), *one)).collect::<Vec<_>>(), &mut broken.imputation);
        let again = &mut self.renegotiation;
        walk.whole("most_times", Unit::Count, 0..=10, Grants::Greater, &mut again.most_times);
        walk.percent("least_paid", 99, Grants::Smaller, &mut again.least_paid);
    }

    /// One policy serves persons and companies: it has to be lawful for a consumer.
    fn check(&self) -> Result<(), FieldError> {
        let at = |field: String, problem| Err(FieldError { field: field.into(), problem });
        let range = |most| Problem::OutOfRange { min: 1, max: most };
        match PlanPolicy::check(self, Payer::Consumer) {
            Ok(()) => {}
            Err(PolicyError::NoBand) => return at("bands.0.negotiable_most_installments".to_owned(), Problem::Missing),
            Err(PolicyError::Compounds) => return at("interest".to_owned(), Problem::Compounds),
            // Each rate has its own limit in its field: what is left is the interest's.
            Err(PolicyError::NotAFraction) => return at("interest_rate".to_owned(), range(99)),
            Err(PolicyError::Installments { band }) => {
                return at(format!("bands.{band}.negotiable_most_installments"), range(u32::from(MOST_INSTALLMENTS)));
            }
            Err(PolicyError::AutomaticWider { band }) => {
                return at(format!("bands.{band}.automatic.most_installments"), Problem::MoreThanNegotiable);
            }
            Err(PolicyError::DiscountOrder { band }) => {
                let pairs = self.bands.get(band).map(|band| band.discounts.windows(2)).into_iter().flatten();
                let place = pairs.take_while(|pair| pair[0].up_to_installments < pair[1].up_to_installments).count() + 1;
                return at(format!("bands.{band}.discounts.{place}.up_to_installments"), Problem::NotRising);
            }
            Err(PolicyError::Day) => return at("days_of_month".to_owned(), Problem::Missing),
        }
        // Of two that hold a debt the first applies: what stands behind a wider one is a mistake of whoever typed it.
        let hidden = |place: usize| {
            self.bands[..place].iter().any(|earlier| {
                let wider = match (earlier.up_to, self.bands[place].up_to) {
                    (None, _) => true,
                    (Some(earlier), Some(this)) => earlier >= this,
                    (Some(_), None) => false,
                };
                wider && earlier.late_from <= self.bands[place].late_from
            })
        };
        match (0..self.bands.len()).find(|place| hidden(*place)) {
            Some(place) => at(format!("bands.{place}.up_to"), Problem::NeverApplies),
            None => Ok(()),
        }
    }

    /// Bands are compared by what they come to for each amount and age, not by their places: between two limits nothing changes, so that
    /// one debt on each side of every limit of either version tells for all.
    fn grants_more_than(&self, other: &Self) -> bool {
        let new_nature = |nature: &Nature| !other.eligibility.natures.contains(nature);
        if differences(other, self).iter().any(|change| change.grants == Some(true)) || self.eligibility.natures.iter().any(new_nature) {
            return true;
        }
        let bands = || self.bands.iter().chain(&other.bands);
        let cent = Money::cents(1);
        let amounts = || [cent].into_iter().chain(bands().filter_map(|band| band.up_to).flat_map(|most| [most, most + cent]));
        let ages: Vec<u32> = [0].into_iter().chain(bands().map(|band| band.late_from)).collect();
        amounts().any(|amount| {
            ages.iter().any(|days| {
                let debt = Debt::of(amount, Money::ZERO, *days);
                match (self.band(&debt), other.band(&debt)) {
                    (Some(new), Some(old)) => is_wider(new, old),
                    (new, _) => new.is_some(),
                }
            })
        })
    }
}

/// A band as an empty place shows it.
const fn fresh() -> Band {
    let negotiable = Limits { most_installments: 1, least_down_payment: Decimal::ZERO };
    Band { up_to: None, late_from: 0, automatic: None, negotiable, discounts: Vec::new() }
}

fn band(band: &mut Band, walk: &mut Walk<'_>) {
    walk.optional_money("up_to", Grants::Neither, &mut band.up_to);
    walk.whole("late_from", Unit::Days, 0..=LONG, Grants::Neither, &mut band.late_from);
    let most = u32::from(MOST_INSTALLMENTS);
    walk.maybe("automatic", fresh().negotiable, &mut band.automatic, |limits, walk| {
        walk.whole("most_installments", Unit::Installments, 1..=most, Grants::Neither, &mut limits.most_installments);
        walk.percent("least_down_payment", 100, Grants::Neither, &mut limits.least_down_payment);
    });
    let limits = &mut band.negotiable;
    walk.whole("negotiable_most_installments", Unit::Installments, 1..=most, Grants::Neither, &mut limits.most_installments);
    walk.percent("negotiable_least_down_payment", 100, Grants::Neither, &mut limits.least_down_payment);
    let none = Discount { up_to_installments: 1, of_charges: Decimal::ZERO, of_principal: Decimal::ZERO };
    walk.list("discounts", MOST_DISCOUNTS, &none, &mut band.discounts, |discount, walk| {
        walk.whole("up_to_installments", Unit::Installments, 1..=most, Grants::Neither, &mut discount.up_to_installments);
        walk.percent("of_charges", 100, Grants::Neither, &mut discount.of_charges);
        walk.percent("of_principal", 100, Grants::Neither, &mut discount.of_principal);
    });
}

/// Whether more may be asked for, more is granted by itself, or more is taken off.
fn is_wider(new: &Band, old: &Band) -> bool {
    let further =
        |new: &Limits, old: &Limits| new.most_installments > old.most_installments || new.least_down_payment < old.least_down_payment;
    let by_itself = match (&new.automatic, &old.automatic) {
        (Some(new), Some(old)) => further(new, old),
        (new, _) => new.is_some(),
    };
    let counts = new.discounts.iter().chain(&old.discounts).flat_map(|one| [one.up_to_installments, one.up_to_installments + 1]);
    let mut counts = [1].into_iter().chain(counts);
    let off = |band: &Band, count| band.discount(count).map_or((Decimal::ZERO, Decimal::ZERO), |one| (one.of_charges, one.of_principal));
    let more_off = counts.any(|count| {
        let (new, old) = (off(new, count), off(old, count));
        new.0 > old.0 || new.1 > old.1
    });
    by_itself || further(&new.negotiable, &old.negotiable) || more_off
}

#[cfg(test)]
mod tests {
    use super::super::{PolicyForm, read};
    use super::*;

    fn refused(changes: &[(&str, &str)]) -> (String, Problem) {
        let mut form = PolicyForm::of(&PlanPolicy::default());
        for (field, typed) in changes {
            form.put(field, *typed);
        }
        let error = read(&form.closed(), &PlanPolicy::default()).unwrap_err().remove(0);
        (error.field.into_owned(), error.problem)
    }

    #[test]
    fn what_is_unlawful_or_senseless_is_refused_at_its_field() {
        let price = refused(&[("interest", "price"), ("interest_rate", "1")]);
        assert_eq!(price, ("interest".into(), Problem::Compounds));
        assert_eq!(
            refused(&[("bands.0.automatic.most_installments", "13")]),
            ("bands.0.automatic.most_installments".into(), Problem::MoreThanNegotiable)
        );
        assert_eq!(refused(&[("bands.1.up_to", "1.000,00")]), ("bands.1.up_to".into(), Problem::NeverApplies));
        assert_eq!(refused(&[("bands.0.up_to", "")]), ("bands.1.up_to".into(), Problem::NeverApplies));
        assert_eq!(
            refused(&[("bands.0.discounts.0.of_charges", "50")]),
            ("bands.0.discounts.0.up_to_installments".into(), Problem::Missing)
        );
        assert_eq!(refused(&[("bands.3.up_to", "1,00")]).0, "bands.3.late_from");
        assert_eq!(refused(&[("days_of_month", "5, 32")]), ("days_of_month".into(), Problem::OutOfRange { min: 1, max: 31 }));
        assert_eq!(
            refused(&[("natures.monthly", ""), ("natures.co_participation", ""), ("natures.adjustment", ""), ("natures.other", " ")]).0,
            "natures"
        );
        let discounts = [("0", "3"), ("1", "3")].map(|(place, count)| {
            [("up_to_installments", count), ("of_charges", "50"), ("of_principal", "0")]
                .map(|(part, typed)| (format!("bands.0.discounts.{place}.{part}"), typed))
        });
        let typed: Vec<(&str, &str)> = discounts.iter().flatten().map(|(field, typed)| (field.as_str(), *typed)).collect();
        assert_eq!(refused(&typed), ("bands.0.discounts.1.up_to_installments".into(), Problem::NotRising));
    }

    #[test]
    fn a_band_that_is_emptied_is_gone_and_the_next_takes_its_place() {
        let policy = PlanPolicy::default();
        let mut form = PolicyForm::of(&policy);
        let emptied: Vec<String> =
            super::super::entries(&policy).into_iter().map(|entry| entry.name).filter(|name| name.starts_with("bands.1.")).collect();
        emptied.iter().for_each(|name| form.put(name, ""));
        let read = read(&form.closed(), &policy).unwrap();
        assert_eq!(read.bands, [policy.bands[0].clone(), policy.bands[2].clone()]);
        assert_eq!(form.closed().text("bands.1.negotiable_most_installments"), "36");
    }

    #[test]
    fn more_is_found_wherever_it_is_granted() {
        let policy = PlanPolicy::default();
        let with = |change: &dyn Fn(&mut PlanPolicy)| {
            let mut other = policy.clone();
            change(&mut other);
            (other.grants_more_than(&policy), policy.grants_more_than(&other))
        };
        let (more, less, same, both) = ((true, false), (false, true), (false, false), (true, true));
        assert_eq!(with(&|_| {}), same);
        assert_eq!(with(&|p| p.bands[0].automatic = None), less);
        assert_eq!(with(&|p| p.bands[2].automatic = Some(p.bands[2].negotiable)), more);
        assert_eq!(with(&|p| p.bands[0].up_to = Some(Money::cents(300_000))), both, "easier by down payment, harder by count");
        assert_eq!(with(&|p| drop(p.bands.pop())), less);
        assert_eq!(
            with(&|p| p.bands.insert(0, Band { late_from: 180, ..p.bands[1].clone() })),
            both,
            "up to 2.000 longer, above nothing else"
        );
        let half = Discount { up_to_installments: 3, of_charges: Decimal::new(5, 1), of_principal: Decimal::ZERO };
        assert_eq!(with(&|p| p.bands[1].discounts.push(half)), more);
        assert_eq!(with(&|p| p.interest = Interest::SimpleMonthly(Decimal::new(1, 2))), less);
        assert_eq!(with(&|p| p.eligibility.natures.retain(|nature| *nature != Nature::Other)), less);
        assert_eq!(with(&|p| p.eligibility.least_total = Money::ZERO), more);
        assert_eq!(with(&|p| p.days_of_month = vec![1]), same);
    }
}
