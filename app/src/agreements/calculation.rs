//! How a plan's total comes about, line by line, for who accepts it and for who approves it.

use domain::agreements::plans::{Explained, Part, Plan};
use domain::agreements::policy::Interest;
use leptos::prelude::*;
use server::texts::{self, Locale, agreements as t};

use server::calculations::rate;

use crate::bills::parts::amount;
use crate::ui::tables::{self, Calculation};

/// The lines that add up to the total, each with what it was taken of, so that anybody can do it again.
pub(crate) fn calculation(l: Locale, plan: &Plan) -> impl IntoView + use<> {
    let parts = plan.explanation().into_iter().filter_map(|line| part(l, plan.rate, &line)).collect();
    let total = tables::Part::new(t::total_cost(l), amount(l, plan.total_cost));
    let note = format!("{} {}", texts::bills::rounding(l), texts::bills::rule(l, &plan.version));
    view! { <Calculation caption=t::calculation(l) parts total note/> }
}

/// A line that adds to the total; sums on the way there are none.
fn part(l: Locale, interest: Interest, line: &Explained) -> Option<tables::Part> {
    let name = match line.part {
        Part::Principal => t::part_principal(l),
        Part::Charges => t::part_charges(l),
        Part::ChargesDiscount => t::part_charges_discount(l),
        Part::PrincipalDiscount => t::part_principal_discount(l),
        Part::Interest => t::interest(l),
        Part::Total | Part::DownPayment | Part::Financed | Part::TotalCost => return None,
    };
    let part = tables::Part::new(name, amount(l, line.amount));
    let Some((base, of)) = line.of else { return Some(part) };
    let (base, of) = (texts::money(l, base), rate(l, of));
    Some(part.how(match (line.months, interest) {
        (Some(months), Interest::Price(_)) => t::part_price(l, base, i64::from(months), of),
        (Some(months), _) => t::part_simple(l, base, i64::from(months), of),
        (None, _) => t::part_rate(l, base, of),
    }))
}
