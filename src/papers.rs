//! Papers that the portal writes from what it knows: what each is about, and what a year's payments come to for the income tax.
//!
//! Never says what was *due*, which is [`crate::declarations`]' matter, and knows no dependants: what a contract paid is not
//! divided among the people it covers. Sources: IN RFB 2.074/2022 (DMED: what an individual paid in the calendar year, on cash
//! basis, per contract); refunds of payments are no reimbursements of care.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ids::{ContractId, NoticeId};
use crate::money::Money;
use crate::requests::protocol::Protocol;
use crate::statement::Nature;

/// A paper, and what it is about.
///
/// ```
/// use domain::papers::Paper;
/// let paper = Paper::Payments { from: "2026-01-01".parse()?, to: "2026-03-31".parse()? };
/// assert_eq!((paper.kind(), paper.about().as_str()), ("payments", "2026-01-01/2026-03-31"));
/// assert_eq!(Paper::read("payments", &paper.about()), Some(paper));
/// assert_eq!(Paper::read("income_tax", "2025"), Some(Paper::IncomeTax { year: 2025 }));
/// assert_eq!((Paper::read("income_tax", "x"), Paper::read("letter", "2025")), (None, None));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "paper")]
pub enum Paper {
    /// Everything that fell due in a year was paid (Lei 12.007/2009).
    Clearance {
        /// The year, by due dates.
        year: i32,
    },
    /// What was paid in a year, for the income tax.
    IncomeTax {
        /// The year, by payments.
        year: i32,
    },
    /// What was paid in a period.
    Payments {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
    },
    /// What was agreed to.
    Agreement {
        /// The protocol of its request.
        protocol: Protocol,
    },
    /// What is owed in a proceeding.
    Claim {
        /// The day on which it was asked for.
        on: NaiveDate,
    },
    /// What the creditor told a customer, word for word.
    Notice {
        /// Which notice.
        notice: NoticeId,
    },
}

impl Paper {
    /// The word of this kind of paper, as stored.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Clearance { .. } => "clearance",
            Self::IncomeTax { .. } => "income_tax",
            Self::Payments { .. } => "payments",
            Self::Agreement { .. } => "agreement",
            Self::Claim { .. } => "claim",
            Self::Notice { .. } => "notice",
        }
    }

    /// What it is about, as stored.
    #[must_use]
    pub fn about(&self) -> String {
        match self {
            Self::Clearance { year } | Self::IncomeTax { year } => year.to_string(),
            Self::Payments { from, to } => format!("{from}/{to}"),
            Self::Agreement { protocol } => protocol.digits(),
            Self::Claim { on } => on.to_string(),
            Self::Notice { notice } => notice.to_string(),
        }
    }

    /// Reads what was stored.
    #[must_use]
    pub fn read(kind: &str, about: &str) -> Option<Self> {
        match kind {
            "clearance" => about.parse().ok().map(|year| Self::Clearance { year }),
            "income_tax" => about.parse().ok().map(|year| Self::IncomeTax { year }),
            "payments" => {
                let (from, to) = about.split_once('/')?;
                Some(Self::Payments { from: from.parse().ok()?, to: to.parse().ok()? })
            }
            "agreement" => about.parse().ok().map(|protocol| Self::Agreement { protocol }),
            "claim" => about.parse().ok().map(|on| Self::Claim { on }),
            "notice" => about.parse().ok().map(|notice| Self::Notice { notice }),
            _ => None,
        }
    }
}

/// Money that a person paid on a bill, less what was given back of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The contract of the bill.
    pub contract: ContractId,
    /// What the bill is for.
    pub nature: Nature,
    /// The day it was paid.
    pub on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// Of it, what was charged for paying late.
    pub charges: Money,
    /// For an agreement's installment: what all of the agreement costs, and how much of that are the bills it took in, without
    /// late charges and interest.
    pub agreement: Option<(Money, Money)>,
}

impl Received {
    /// What of it was paid for the plan. Late charges, interest and whatever is no fee of the plan are not.
    #[must_use]
    pub fn for_plan(&self) -> Money {
        let paid = (self.amount - self.charges).max(Money::ZERO);
        match (self.nature, self.agreement) {
            (Nature::Other, _) => Money::ZERO,
            (Nature::Installment, Some((cost, bills))) if cost > bills => {
                paid.apportion(&[bills, cost - bills]).first().copied().unwrap_or_default()
            }
            _ => paid,
        }
    }
}

/// What a contract paid in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthPaid {
    /// The contract.
    pub contract: ContractId,
    /// The month of the payments, 1 to 12.
    pub month: u32,
    /// For the plan.
    pub for_plan: Money,
    /// For paying late, for interest, and for anything that is no fee of the plan.
    pub other: Money,
}

/// What was paid in a calendar year by contract and month, in that order. Months in which nothing is left are not told.
///
/// ```
/// use domain::ids::ContractId;
/// use domain::money::Money;
/// use domain::papers::{Received, income_tax};
/// use domain::statement::Nature;
/// let paid = |on: &str, nature, amount, charges, agreement| Received {
///     contract: ContractId(uuid::Uuid::nil()),
///     nature,
///     on: on.parse().unwrap(),
///     amount: Money::cents(amount),
///     charges: Money::cents(charges),
///     agreement,
/// };
/// let received = [
///     // By the day it was paid: December's fee of the year before belongs to this year.
///     paid("2025-01-05", Nature::Monthly, 51_000, 1_000, None),
///     // Of an installment, what the bills are of the agreement's cost: 900 of 1.000.
///     paid("2025-03-10", Nature::Installment, 10_000, 0, Some((Money::cents(100_000), Money::cents(90_000)))),
///     paid("2025-03-11", Nature::CoParticipation, 2_000, 0, None),
///     paid("2026-01-02", Nature::Monthly, 50_000, 0, None),
/// ];
/// let months: Vec<_> = income_tax(2025, &received).iter().map(|m| (m.month, m.for_plan.as_cents(), m.other.as_cents())).collect();
/// assert_eq!(months, [(1, 50_000, 1_000), (3, 11_000, 1_000)]);
/// ```
#[must_use]
pub fn income_tax(year: i32, received: &[Received]) -> Vec<MonthPaid> {
    let mut months: BTreeMap<(ContractId, u32), (Money, Money)> = BTreeMap::new();
    for one in received.iter().filter(|one| one.on.year() == year) {
        let (for_plan, other) = months.entry((one.contract, one.on.month())).or_default();
        *for_plan += one.for_plan();
        *other += one.amount - one.for_plan();
    }
    let month = |((contract, month), (for_plan, other))| MonthPaid { contract, month, for_plan, other };
    months.into_iter().map(month).filter(|month| !month.for_plan.is_zero() || !month.other.is_zero()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn any_received() -> impl Strategy<Value = Received> {
        let nature = prop_oneof![Just(Nature::Monthly), Just(Nature::Installment), Just(Nature::Other), Just(Nature::CoParticipation)];
        (0u128..3, nature, 0i64..730, 0i64..10_000_000, 0i64..10_000_000, proptest::option::of((0i64..10_000_000, 0i64..10_000_000)))
            .prop_map(|(contract, nature, day, amount, charges, agreement)| Received {
                contract: ContractId(Uuid::from_u128(contract)),
                nature,
                on: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::TimeDelta::days(day),
                amount: Money::cents(amount),
                charges: Money::cents(charges),
                agreement: agreement.map(|(cost, bills)| (Money::cents(cost), Money::cents(bills))),
            })
    }

    proptest! {
        /// Not a centavo is lost or found: the months of a year come to what was received in it, and none is for the plan twice.
        #[test]
        fn months_come_to_the_year(received in prop::collection::vec(any_received(), 0..40)) {
            let total: Money = received.iter().filter(|one| one.on.year() == 2025).map(|one| one.amount).sum();
            let months = income_tax(2025, &received);
            prop_assert_eq!(months.iter().map(|month| month.for_plan + month.other).sum::<Money>(), total);
            prop_assert!(months.iter().all(|month| month.for_plan >= Money::ZERO && month.other >= Money::ZERO));
            prop_assert!(months.is_sorted_by_key(|month| (month.contract, month.month)));
        }

        #[test]
        fn what_is_stored_is_read(year in 1900i32..9999, days in 0i64..9000, length in 0i64..366, id: u128) {
            let from = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::TimeDelta::days(days);
            let papers = [Paper::Clearance { year }, Paper::IncomeTax { year }, Paper::Payments { from, to: from + chrono::TimeDelta::days(length) },
                Paper::Claim { on: from }, Paper::Notice { notice: NoticeId(Uuid::from_u128(id)) }];
            for paper in papers {
                prop_assert_eq!(Paper::read(paper.kind(), &paper.about()), Some(paper));
            }
        }

        #[test]
        fn never_panics(kind in "clearance|income_tax|payments|agreement|claim|notice|\\PC{0,8}", about in "\\PC{0,30}") {
            let _ = Paper::read(&kind, &about);
        }
    }
}
