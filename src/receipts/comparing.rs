//! A proof of payment held against what is known: which bill it is for, which payment it proves, for which reasons, and what speaks
//! against it. A suggestion with its reasons, for a person to decide.

use chrono::NaiveDate;

use super::reading::{Found, Said, Sense};
use crate::ids::{BillId, PaymentId};
use crate::money::Money;

/// The most suggestions: whoever decides reads them.
const MOST: usize = 3;

/// What is known, as far as the paper and the request touch it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The day it is looked at.
    pub today: NaiveDate,
    /// The day of payment that the customer typed.
    pub said_day: Option<NaiveDate>,
    /// The amount that the customer typed.
    pub said_amount: Option<Money>,
    /// The customer's bills that come into question.
    pub bills: &'a [Owed],
    /// Payments that came, the customer's.
    pub payments: &'a [Came],
    /// Slips of ours whose line stands on the paper.
    pub slips: &'a [Ours],
}

/// A bill that may have been paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Which.
    pub bill: BillId,
    /// Whether the customer named it.
    pub chosen: bool,
    /// Its amount when it was issued.
    pub amount: Money,
    /// What is open of it.
    pub balance: Money,
    /// What it cost with fine and interest, on days that stand on the paper.
    pub costs: Vec<(NaiveDate, Money)>,
}

/// A payment that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// Which.
    pub payment: PaymentId,
    /// The bill it was put on.
    pub bill: Option<BillId>,
    /// The day it was paid.
    pub on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// The end-to-end id, of a Pix.
    pub transfer: Option<String>,
}

/// A slip of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// Its 44 digits.
    pub barcode: String,
    /// The bills it is for; none when it is another customer's.
    pub bills: Vec<BillId>,
}

/// What a finding agrees with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// This bill: its slip's line, or what it costs.
    Bill(BillId),
    /// All bills that the customer named, together.
    All,
    /// A payment that came.
    Payment(PaymentId),
    /// What the customer typed.
    Customer,
    /// It speaks against the paper.
    Against,
    /// Nothing that is known.
    Nothing,
}

/// Why something is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The Pix transfer on the paper came.
    Transfer,
    /// The line on the paper is that of the bill's slip.
    Line,
    /// A payment of an amount on the paper came.
    Came,
    /// The paper's amount is the bill's.
    Amount,
    /// It is what the bill cost on a day on the paper.
    WithCharges(NaiveDate),
    /// It is what the bills that the customer named are together.
    Together,
    /// The payment that came is of a day on the paper.
    Day,
    /// The customer named the bill.
    Chosen,
}

impl Reason {
    /// How much it says, out of a hundred.
    fn weight(self) -> u32 {
        match self {
            Self::Transfer => 100,
            Self::Line => 80,
            Self::Came | Self::Amount | Self::WithCharges(_) | Self::Together => 30,
            Self::Day => 20,
            Self::Chosen => 10,
        }
    }
}

/// How sure a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Something agrees that may agree by chance.
    Possible,
    /// Several things agree.
    Likely,
    /// A number agrees that exists once.
    Sure,
}

/// What a paper may be the proof of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The bill.
    pub bill: Option<BillId>,
    /// The payment that came for it, when one did.
    pub payment: Option<PaymentId>,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
    /// How sure.
    pub confidence: Confidence,
}

/// What speaks against a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It says that it is to be paid later, or is no proof.
    Scheduled,
    /// It is the boleto itself, which proves no payment.
    Slip,
    /// The day of payment is still to come.
    Ahead(NaiveDate),
    /// Its line is of no slip of ours.
    Foreign,
    /// Its line is of another customer's slip.
    Another,
    /// Its line is of a bill that the customer did not name.
    OtherBill(BillId),
    /// It says to have paid another amount than any that was owed.
    Amount {
        /// On the paper.
        paid: Money,
        /// Owed by the bills that the customer named, without fine and interest.
        owed: Money,
    },
}

/// A paper held against what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What each finding agrees with, in their order.
    pub marks: Vec<Mark>,
    /// What it may prove, the surest first.
    pub suggestions: Vec<Suggestion>,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
}

/// Holds what a paper says against what is known.
///
/// ```
/// use domain::ids::BillId;
/// use domain::money::Money;
/// use domain::receipts::comparing::{Confidence, Known, Owed, compare};
/// use domain::receipts::reading::{TextLine, read};
/// use uuid::Uuid;
/// let found = read(&[TextLine { page: 0, text: "Valor pago R$ 523,47 em 10/11/2026" }]);
/// let bill = BillId(Uuid::from_u128(1));
/// let owed = Owed { bill, chosen: true, amount: Money::cents(52_347), balance: Money::cents(52_347), costs: vec![] };
/// let known = Known { today: "2026-11-22".parse()?, said_day: None, said_amount: None, bills: &[owed], payments: &[], slips: &[] };
/// let comparison = compare(&found, &known);
/// assert_eq!((comparison.suggestions[0].bill, comparison.suggestions[0].confidence), (Some(bill), Confidence::Possible));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn compare(found: &[Found], known: &Known<'_>) -> Comparison {
    let mut comparison = Comparison { marks: found.iter().map(|found| mark(&found.said, known)).collect(), ..Comparison::default() };
    comparison.suggestions = suggestions(found, known);
    comparison.doubts = doubts(found, known);
    comparison
}

/// What the bills that the customer named are together, when they are several.
fn together(known: &Known<'_>) -> Option<Money> {
    let chosen = || known.bills.iter().filter(|owed| owed.chosen);
    (chosen().count() > 1).then(|| chosen().map(|owed| owed.balance).sum())
}

/// Whether a bill can be paid with an amount: as it was issued, as it is open, or with its charges of some day.
fn agrees(owed: &Owed, paid: Money) -> Option<Reason> {
    if !paid.is_positive() {
        return None;
    }
    if paid == owed.amount || paid == owed.balance {
        return Some(Reason::Amount);
    }
    owed.costs.iter().find(|(_, cost)| *cost == paid).map(|(day, _)| Reason::WithCharges(*day))
}

fn mark(said: &Said, known: &Known<'_>) -> Mark {
    match said {
        Said::Scheduled | Said::Slip => Mark::Against,
        Said::Boleto { barcode } => match known.slips.iter().find(|slip| slip.barcode == *barcode) {
            Some(slip) => slip.bills.first().map_or(Mark::Against, |bill| Mark::Bill(*bill)),
            None => Mark::Against,
        },
        Said::Transfer { id } => {
            let came = known.payments.iter().find(|came| came.transfer.as_deref() == Some(id));
            came.map_or(Mark::Nothing, |came| Mark::Payment(came.payment))
        }
        Said::Authentication { .. } | Said::Amount { sense: Sense::Aside, .. } | Said::Day { sense: Sense::Aside, .. } => Mark::Nothing,
        Said::Day { day, sense } => {
            if *sense != Sense::Document && *day > known.today {
                return Mark::Against;
            }
            if let Some(came) = known.payments.iter().find(|came| came.on == *day) {
                return Mark::Payment(came.payment);
            }
            if known.said_day == Some(*day) { Mark::Customer } else { Mark::Nothing }
        }
        Said::Amount { amount, .. } => {
            if let Some(owed) = best(known.bills, *amount) {
                return Mark::Bill(owed.bill);
            }
            if together(known) == Some(*amount) {
                return Mark::All;
            }
            if let Some(came) = known.payments.iter().find(|came| came.amount == *amount) {
                return Mark::Payment(came.payment);
            }
            if known.said_amount == Some(*amount) { Mark::Customer } else { Mark::Nothing }
        }
    }
}

/// The bill that an amount agrees with; one that the customer named before others.
fn best(bills: &[Owed], amount: Money) -> Option<&Owed> {
    let mut agreeing = bills.iter().filter(|owed| agrees(owed, amount).is_some());
    agreeing.clone().find(|owed| owed.chosen).or_else(|| agreeing.next())
}

fn amounts(found: &[Found]) -> impl Iterator<Item = (Money, Sense)> {
    found.iter().filter_map(|found| match found.said {
        Said::Amount { amount, sense } if sense != Sense::Aside => Some((amount, sense)),
        _ => None,
    })
}

fn suggestions(found: &[Found], known: &Known<'_>) -> Vec<Suggestion> {
    let days: Vec<NaiveDate> = found
        .iter()
        .filter_map(|found| match found.said {
            Said::Day { day, sense } if !matches!(sense, Sense::Aside | Sense::Document) => Some(day),
            _ => None,
        })
        .chain(known.said_day)
        .collect();
    let of_payment = |came: &Came| -> Vec<Reason> {
        let mut reasons = Vec::new();
        let transfer = found.iter().any(|found| matches!(&found.said, Said::Transfer { id } if came.transfer.as_deref() == Some(id)));
        reasons.extend(transfer.then_some(Reason::Transfer));
        let amount = amounts(found).any(|(amount, _)| amount == came.amount) || known.said_amount == Some(came.amount);
        reasons.extend(amount.then_some(Reason::Came));
        // Many pay on a day: it says something of a payment only beside something else.
        reasons.extend((!reasons.is_empty() && days.contains(&came.on)).then_some(Reason::Day));
        reasons
    };
    let mut suggestions = Vec::new();
    let all = together(known).filter(|all| amounts(found).any(|(amount, _)| amount == *all));
    for owed in known.bills {
        let line = known.slips.iter().any(|slip| slip.bills.contains(&owed.bill));
        let mut reasons: Vec<Reason> = line.then_some(Reason::Line).into_iter().collect();
        let amount = amounts(found).find_map(|(amount, _)| agrees(owed, amount));
        reasons.extend(amount.or_else(|| (owed.chosen && all.is_some()).then_some(Reason::Together)));
        let payment = known
            .payments
            .iter()
            .filter(|came| came.bill == Some(owed.bill))
            .map(|came| (came, of_payment(came)))
            .filter(|(_, reasons)| !reasons.is_empty())
            .max_by_key(|(_, reasons)| reasons.iter().map(|reason| reason.weight()).sum::<u32>());
        let payment = payment.map(|(came, of_it)| {
            reasons.extend(of_it);
            came.payment
        });
        if !reasons.is_empty() {
            reasons.extend(owed.chosen.then_some(Reason::Chosen));
            suggestions.push(suggestion(Some(owed.bill), payment, reasons));
        }
    }
    for came in known.payments.iter().filter(|came| came.bill.is_none_or(|bill| known.bills.iter().all(|owed| owed.bill != bill))) {
        let reasons = of_payment(came);
        if !reasons.is_empty() {
            suggestions.push(suggestion(came.bill, Some(came.payment), reasons));
        }
    }
    suggestions.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.reasons.iter().map(|reason| reason.weight()).sum::<u32>()));
    suggestions.truncate(MOST);
    suggestions
}

fn suggestion(bill: Option<BillId>, payment: Option<PaymentId>, mut reasons: Vec<Reason>) -> Suggestion {
    reasons.sort_unstable();
    let confidence = match reasons.iter().map(|reason| reason.weight()).sum() {
        80.. => Confidence::Sure,
        50..80 => Confidence::Likely,
        _ => Confidence::Possible,
    };
    // Only a number that exists once makes sure.
    let once = reasons.iter().any(|reason| matches!(reason, Reason::Transfer | Reason::Line));
    let confidence = if once { confidence } else { confidence.min(Confidence::Likely) };
    Suggestion { bill, payment, reasons, confidence }
}

fn doubts(found: &[Found], known: &Known<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut add = |doubt: Doubt| {
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    };
    for found in found {
        match &found.said {
            Said::Scheduled => add(Doubt::Scheduled),
            Said::Slip => add(Doubt::Slip),
            Said::Day { day, sense: Sense::Paid | Sense::Unsaid } if *day > known.today => add(Doubt::Ahead(*day)),
            Said::Boleto { barcode } => match known.slips.iter().find(|slip| slip.barcode == *barcode) {
                None => add(Doubt::Foreign),
                Some(slip) => match slip.bills.first() {
                    None => add(Doubt::Another),
                    Some(first) => {
                        let named = known.bills.iter().any(|owed| owed.chosen && slip.bills.contains(&owed.bill));
                        if !named && known.bills.iter().any(|owed| owed.chosen) {
                            add(Doubt::OtherBill(*first));
                        }
                    }
                },
            },
            _ => {}
        }
    }
    let paid: Vec<Money> = amounts(found).filter(|(_, sense)| *sense == Sense::Paid).map(|(amount, _)| amount).collect();
    let owed: Money = known.bills.iter().filter(|owed| owed.chosen).map(|owed| owed.balance).sum();
    let known_amount = |amount: Money| best(known.bills, amount).is_some() || together(known) == Some(amount);
    if let Some(largest) = paid.iter().max().filter(|_| owed.is_positive() && !amounts(found).any(|(amount, _)| known_amount(amount))) {
        add(Doubt::Amount { paid: *largest, owed });
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipts::reading::{TextLine, read};
    use proptest::prelude::*;
    use uuid::Uuid;

    const LINE: &str = "10490.05505 77000.100048 00001.234541 8 15650000052347";
    const BARS: &str = "10498156500000523470055077000100040000123454";
    const TRANSFER: &str = "E18236120202611101022s0123456789";

    fn bill(n: u128) -> BillId {
        BillId(Uuid::from_u128(n))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn owed(n: u128, chosen: bool, cents: i64) -> Owed {
        Owed { bill: bill(n), chosen, amount: Money::cents(cents), balance: Money::cents(cents), costs: vec![] }
    }

    fn came(n: u128, of: Option<u128>, on: &str, cents: i64, transfer: Option<&str>) -> Came {
        let (payment, bill) = (PaymentId(Uuid::from_u128(n)), of.map(bill));
        Came { payment, bill, on: day(on), amount: Money::cents(cents), transfer: transfer.map(str::to_owned) }
    }

    fn held(text: &[&str], bills: &[Owed], payments: &[Came], slips: &[Ours]) -> Comparison {
        let lines: Vec<TextLine<'_>> = text.iter().map(|text| TextLine { page: 0, text }).collect();
        let known = Known { today: day("2026-11-22"), said_day: None, said_amount: None, bills, payments, slips };
        compare(&read(&lines), &known)
    }

    #[test]
    fn a_line_of_ours_makes_sure_and_a_foreign_one_doubtful() {
        let bills = [owed(1, true, 52_347), owed(2, false, 52_347)];
        let ours = [Ours { barcode: BARS.into(), bills: vec![bill(2)] }];
        let comparison = held(&[LINE, "Valor pago 523,47"], &bills, &[], &ours);
        let first = &comparison.suggestions[0];
        assert_eq!(
            (first.bill, first.confidence, first.reasons.as_slice()),
            (Some(bill(2)), Confidence::Sure, [Reason::Line, Reason::Amount].as_slice())
        );
        // The amount is that of the bill they named; the line is not.
        assert_eq!(comparison.marks, [Mark::Bill(bill(2)), Mark::Bill(bill(1))]);
        assert_eq!(comparison.doubts, [Doubt::OtherBill(bill(2))]);
        assert_eq!(held(&[LINE], &bills, &[], &[]).doubts, [Doubt::Foreign]);
        assert_eq!(held(&[LINE], &bills, &[], &[Ours { barcode: BARS.into(), bills: vec![] }]).doubts, [Doubt::Another]);
    }

    #[test]
    fn a_transfer_that_came_is_its_payment() {
        let payments = [came(7, Some(1), "2026-11-10", 52_347, Some(TRANSFER)), came(8, None, "2026-11-10", 52_347, None)];
        let comparison = held(&["Valor 523,47 em 10/11/2026", TRANSFER], &[owed(1, true, 52_347)], &payments, &[]);
        let first = &comparison.suggestions[0];
        assert_eq!((first.bill, first.payment, first.confidence), (Some(bill(1)), Some(PaymentId(Uuid::from_u128(7))), Confidence::Sure));
        assert_eq!(first.reasons, [Reason::Transfer, Reason::Came, Reason::Amount, Reason::Day, Reason::Chosen]);
        // The other may be it by chance.
        assert_eq!((comparison.suggestions[1].bill, comparison.suggestions[1].confidence), (None, Confidence::Likely));
        assert_eq!(comparison.doubts, []);
    }

    #[test]
    fn charges_and_several_bills_explain_an_amount() {
        let with_charges = Owed { costs: vec![(day("2026-11-10"), Money::cents(54_040))], ..owed(1, true, 52_347) };
        let comparison = held(&["Total pago 540,40 em 10/11/2026"], std::slice::from_ref(&with_charges), &[], &[]);
        assert_eq!(comparison.suggestions[0].reasons, [Reason::WithCharges(day("2026-11-10")), Reason::Chosen]);
        let two = [owed(1, true, 10_000), owed(2, true, 5_000), owed(3, false, 15_000)];
        let comparison = held(&["Valor pago 150,00"], &two[..2], &[], &[]);
        assert_eq!((comparison.marks.as_slice(), comparison.suggestions.len(), comparison.doubts.len()), ([Mark::All].as_slice(), 2, 0));
        assert!(comparison.suggestions.iter().all(|suggestion| suggestion.reasons == [Reason::Together, Reason::Chosen]));
        let wrong = held(&["Valor pago 149,99"], &two, &[], &[]);
        assert_eq!(wrong.doubts, [Doubt::Amount { paid: Money::cents(14_999), owed: Money::cents(15_000) }]);
    }

    #[test]
    fn what_is_still_to_come_is_told() {
        let comparison = held(&["Comprovante de agendamento", "Data do pagamento 30/11/2026", "Vencimento 30/12/2026"], &[], &[], &[]);
        assert_eq!(comparison.doubts, [Doubt::Scheduled, Doubt::Ahead(day("2026-11-30"))]);
        assert_eq!(comparison.marks, [Mark::Against, Mark::Against, Mark::Nothing]);
    }

    proptest! {
        #[test]
        fn names_only_what_is_known_and_why(paid in 1_i64..200, amounts in prop::collection::vec((1_i64..200, any::<bool>()), 0..6), came_of in prop::option::of(0_usize..6)) {
            let bills: Vec<Owed> = amounts.iter().enumerate().map(|(n, (cents, chosen))| owed(n as u128, *chosen, *cents)).collect();
            let payments = [came(99, came_of.map(|n| n as u128), "2026-11-10", paid, None)];
            let comparison = held(&[&format!("Valor pago {}", Money::cents(paid).grouped('.', ','))], &bills, &payments, &[]);
            prop_assert!(comparison.suggestions.len() <= MOST);
            for suggestion in &comparison.suggestions {
                prop_assert!(!suggestion.reasons.is_empty() && (suggestion.bill.is_some() || suggestion.payment.is_some()));
                prop_assert!(suggestion.confidence < Confidence::Sure);
            }
            let explained = bills.iter().any(|owed| owed.amount.as_cents() == paid);
            let doubted = comparison.doubts.iter().any(|doubt| matches!(doubt, Doubt::Amount { .. }));
            prop_assert!(!explained || !doubted);
        }
    }
}
