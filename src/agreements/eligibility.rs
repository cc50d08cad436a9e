//! Who may ask for a plan, and what somebody can do instead who may not.
//!
//! Never says no without a reason and a next step.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::days_after;
use crate::flags::Flag;
use crate::ids::BillId;
use crate::money::Money;
use crate::statement::Nature;
use crate::words::words;

words! {
    /// What somebody can do who cannot have a plan.
    pub enum NextStep {
        /// Choose at least one bill.
        ChooseBills = "choose_bills",
        /// Leave that bill out and ask again.
        LeaveBillOut = "leave_bill_out",
        /// Pay it as it is.
        Pay = "pay",
        /// Look at the agreement that exists.
        SeeAgreement = "see_agreement",
        /// Wait for the answer to the dispute.
        WaitForDispute = "wait_for_dispute",
        /// Ask a person: also the way for those who owe more than they can pay (Lei 14.181/2021).
        AskAPerson = "ask_a_person",
    }
}

/// Who may ask for a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Eligibility {
    /// Every bill is at least so many calendar days late.
    pub min_days_late: u32,
    /// The least total.
    pub least_total: Money,
    /// Open agreements a customer may have before asking for another one, plus one: 1 means one at a time.
    pub max_open_agreements: u16,
    /// Calendar days to wait after a broken agreement.
    pub wait_after_broken_days: u16,
    /// What may be put into installments.
    pub natures: Vec<Nature>,
}

impl Default for Eligibility {
    fn default() -> Self {
        Self {
            min_days_late: 1,
            least_total: Money::cents(10_000),
            max_open_agreements: 1,
            wait_after_broken_days: 365,
            natures: vec![Nature::Monthly, Nature::CoParticipation, Nature::Adjustment, Nature::Other],
        }
    }
}

/// What the rules need of a bill that somebody wants to put into a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The bill.
    pub bill: BillId,
    /// What it is for.
    pub nature: Nature,
    /// What it costs today, charges included.
    pub amount: Money,
    /// Calendar days late; see [`crate::statement::days_late`].
    pub days_late: u32,
    /// Somebody said it is wrong, and is not answered yet.
    pub disputed: bool,
    /// It belongs to an open agreement.
    pub in_agreement: bool,
    /// It is in court or with the notary.
    pub in_court: bool,
}

/// What the rules need of the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Agreements that are [`super::Status::is_open`].
    pub open_agreements: u16,
    /// When the last agreement was broken.
    pub last_broken_on: Option<NaiveDate>,
    /// What is known of the customer that leaves a plan to persons; see [`crate::flags::against_plans`].
    pub flag: Option<Flag>,
}

/// Why a plan cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Ineligible {
    /// No bill was chosen.
    #[error("no bill chosen")]
    NoBills,
    /// There is an open agreement already.
    #[error("too many open agreements")]
    OpenAgreement {
        /// How many may be open.
        max: u16,
    },
    /// An agreement was broken not long ago.
    #[error("an agreement was broken recently")]
    BrokenRecently {
        /// The first day on which one may ask again.
        until: NaiveDate,
    },
    /// Something is known of the customer for which a person has to be asked.
    #[error("flagged: {flag}")]
    Flagged {
        /// What.
        flag: Flag,
    },
    /// The total is too small to be split.
    #[error("the total is too small")]
    TotalTooSmall {
        /// The least total.
        least: Money,
    },
    /// A bill is not late enough.
    #[error("not late enough")]
    NotLateEnough {
        /// Which.
        bill: BillId,
        /// The least days late.
        min_days: u32,
    },
    /// A bill of a kind that is not put into installments.
    #[error("not of a kind that is put into installments")]
    NatureNotAllowed {
        /// Which.
        bill: BillId,
        /// Its kind.
        nature: Nature,
    },
    /// A bill that is being disputed.
    #[error("disputed")]
    Disputed {
        /// Which.
        bill: BillId,
    },
    /// A bill that belongs to an agreement.
    #[error("in an agreement already")]
    InAgreement {
        /// Which.
        bill: BillId,
    },
    /// A bill that is in court or with the notary.
    #[error("in court")]
    InCourt {
        /// Which.
        bill: BillId,
    },
    /// A bill with nothing left to pay.
    #[error("nothing to pay")]
    NothingToPay {
        /// Which.
        bill: BillId,
    },
}

impl Ineligible {
    /// What the customer can do instead: nobody is told no without a way on.
    #[must_use]
    pub const fn next_step(&self) -> NextStep {
        match self {
            Self::NoBills => NextStep::ChooseBills,
            Self::OpenAgreement { .. } | Self::InAgreement { .. } => NextStep::SeeAgreement,
            Self::BrokenRecently { .. } | Self::Flagged { .. } | Self::InCourt { .. } => NextStep::AskAPerson,
            Self::TotalTooSmall { .. } | Self::NotLateEnough { .. } => NextStep::Pay,
            Self::NatureNotAllowed { .. } | Self::NothingToPay { .. } => NextStep::LeaveBillOut,
            Self::Disputed { .. } => NextStep::WaitForDispute,
        }
    }

    /// The bill it is about, when it is about one.
    #[must_use]
    pub const fn bill(&self) -> Option<BillId> {
        match self {
            Self::NotLateEnough { bill, .. }
            | Self::NatureNotAllowed { bill, .. }
            | Self::Disputed { bill }
            | Self::InAgreement { bill }
            | Self::InCourt { bill }
            | Self::NothingToPay { bill } => Some(*bill),
            Self::NoBills
            | Self::OpenAgreement { .. }
            | Self::BrokenRecently { .. }
            | Self::Flagged { .. }
            | Self::TotalTooSmall { .. } => None,
        }
    }
}

/// Whether these bills may be put into a plan today.
///
/// # Errors
/// Everything that stands against it, never empty: first about the customer, then bill by bill.
pub fn eligibility(rules: &Eligibility, history: History, bills: &[Candidate], today: NaiveDate) -> Result<(), Vec<Ineligible>> {
    let mut against = Vec::new();
    if bills.is_empty() {
        against.push(Ineligible::NoBills);
    }
    if history.open_agreements >= rules.max_open_agreements {
        against.push(Ineligible::OpenAgreement { max: rules.max_open_agreements });
    }
    against.extend(history.flag.map(|flag| Ineligible::Flagged { flag }));
    let until = history.last_broken_on.map(|on| days_after(on, u32::from(rules.wait_after_broken_days)));
    if let Some(until) = until.filter(|until| today < *until) {
        against.push(Ineligible::BrokenRecently { until });
    }
    let total: Money = bills.iter().map(|candidate| candidate.amount).sum();
    if !bills.is_empty() && total < rules.least_total {
        against.push(Ineligible::TotalTooSmall { least: rules.least_total });
    }
    against.extend(bills.iter().filter_map(|candidate| against_bill(rules, candidate)));
    if against.is_empty() { Ok(()) } else { Err(against) }
}

fn against_bill(rules: &Eligibility, candidate: &Candidate) -> Option<Ineligible> {
    let bill = candidate.bill;
    if candidate.in_agreement {
        Some(Ineligible::InAgreement { bill })
    } else if candidate.in_court {
        Some(Ineligible::InCourt { bill })
    } else if candidate.disputed {
        Some(Ineligible::Disputed { bill })
    } else if !candidate.amount.is_positive() {
        Some(Ineligible::NothingToPay { bill })
    } else if !rules.natures.contains(&candidate.nature) {
        Some(Ineligible::NatureNotAllowed { bill, nature: candidate.nature })
    } else if candidate.days_late < rules.min_days_late {
        Some(Ineligible::NotLateEnough { bill, min_days: rules.min_days_late })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TODAY: &str = "2026-11-21";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn cents(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn nobody_is_told_no_without_a_way_on() {
        let rules = Eligibility::default();
        let bill = |number: u128| BillId(Uuid::from_u128(number));
        let good = Candidate {
            bill: bill(1),
            nature: Nature::Monthly,
            amount: cents("500"),
            days_late: 12,
            disputed: false,
            in_agreement: false,
            in_court: false,
        };
        let check = |history, bills: &[Candidate]| eligibility(&rules, history, bills, day(TODAY));
        assert_eq!(check(History::default(), &[good]), Ok(()));
        assert_eq!(check(History::default(), &[]), Err(vec![Ineligible::NoBills]));
        let busy = History { open_agreements: 1, last_broken_on: Some(day("2026-01-01")), flag: Some(Flag::Legal) };
        assert_eq!(
            check(busy, &[good]),
            Err(vec![
                Ineligible::OpenAgreement { max: 1 },
                Ineligible::Flagged { flag: Flag::Legal },
                Ineligible::BrokenRecently { until: day("2027-01-01") }
            ])
        );
        let bad = [
            Candidate { days_late: 0, ..good },
            Candidate { bill: bill(2), disputed: true, ..good },
            Candidate { bill: bill(3), in_agreement: true, ..good },
            Candidate { bill: bill(4), in_court: true, ..good },
            Candidate { bill: bill(5), nature: Nature::Installment, ..good },
            Candidate { bill: bill(6), amount: Money::ZERO, ..good },
        ];
        let against = check(History::default(), &bad).unwrap_err();
        let steps: Vec<_> = against.iter().map(|reason| (reason.bill().unwrap().0.as_u128(), reason.next_step())).collect();
        assert_eq!(
            steps,
            [
                (1, NextStep::Pay),
                (2, NextStep::WaitForDispute),
                (3, NextStep::SeeAgreement),
                (4, NextStep::AskAPerson),
                (5, NextStep::LeaveBillOut),
                (6, NextStep::LeaveBillOut)
            ]
        );
        let small = Candidate { amount: cents("99,99"), ..good };
        assert_eq!(check(History::default(), &[small]), Err(vec![Ineligible::TotalTooSmall { least: cents("100") }]));
    }
}
