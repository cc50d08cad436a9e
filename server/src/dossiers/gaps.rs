//! What a dossier lacks: whoever uses it before a judge should learn it from its first page and not from the other side.
//! Never looks anything up: it reads the facts, and what came of the look at the files.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::facts::Facts;
use crate::notices::OF_ARREARS;
use crate::texts::{Locale, dossiers as t};

/// A kind of gap, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// The file of a document or an upload is not where it should be.
    FileMissing,
    /// Its bytes are others than those that were put away.
    FileChanged,
    /// An event of the trail whose hash is not that of what it says.
    EventAltered,
    /// Nothing proves what was accepted.
    AgreementUnproven,
    /// A bill that is due, and no slip was ever made for it.
    BillWithoutSlip,
    /// There was a slip, and no copy of it was handed out.
    BillWithoutCopy,
    /// A late bill, and the customer was told of no arrears since it fell due.
    BillWithoutNotice,
    /// Nothing shows that it arrived, or that it was read.
    NoticeUnproven,
    /// Nothing to charge for paying late stands in it.
    ContractWithoutTerms,
    /// Nobody can be written to or called.
    ContractWithoutContact,
}

impl Gap {
    pub(super) fn words(self, l: Locale) -> &'static str {
        match self {
            Self::FileMissing => t::gap_file_missing(l),
            Self::FileChanged => t::gap_file_changed(l),
            Self::EventAltered => t::gap_event_altered(l),
            Self::AgreementUnproven => t::gap_agreement_unproven(l),
            Self::BillWithoutSlip => t::gap_bill_without_slip(l),
            Self::BillWithoutCopy => t::gap_bill_without_copy(l),
            Self::BillWithoutNotice => t::gap_bill_without_notice(l),
            Self::NoticeUnproven => t::gap_notice_unproven(l),
            Self::ContractWithoutTerms => t::gap_contract_without_terms(l),
            Self::ContractWithoutContact => t::gap_contract_without_contact(l),
        }
    }
}

/// Each kind of gap, with what it is found in: numbers, days, names of files.
pub(super) type Gaps = BTreeMap<Gap, Vec<String>>;

/// What the facts lack. `day` words a day.
pub(super) fn of(facts: &Facts, day: impl Fn(NaiveDate) -> String, local: impl Fn(chrono::DateTime<chrono::Utc>) -> NaiveDate) -> Gaps {
    let mut gaps = Gaps::new();
    let mut found = |gap: Gap, what: String| gaps.entry(gap).or_default().push(what);
    let copied: HashSet<Uuid> = facts.copies.iter().map(|copy| copy.slip_id).collect();
    let mut slips: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for slip in &facts.slips {
        for bill in &slip.bills {
            slips.entry(*bill).or_default().push(slip.row.id);
        }
    }
    let told: Vec<NaiveDate> =
        facts.notices.iter().filter(|notice| OF_ARREARS.contains(&notice.kind.as_str())).map(|notice| local(notice.created_at)).collect();
    for bill in facts.bills.iter().filter(|bill| bill.balance.is_positive() && bill.row.due_on <= facts.day) {
        match slips.get(&bill.row.id) {
            None => found(Gap::BillWithoutSlip, bill.row.number.clone()),
            Some(slips) if !slips.iter().any(|slip| copied.contains(slip)) => found(Gap::BillWithoutCopy, bill.row.number.clone()),
            Some(_) => {}
        }
        if bill.is_late() && !told.iter().any(|on| *on > bill.row.due_on) {
            found(Gap::BillWithoutNotice, bill.row.number.clone());
        }
    }
    for agreement in facts.agreements.iter().filter(|agreement| !agreement.proven) {
        found(Gap::AgreementUnproven, agreement.row.protocol.clone());
    }
    for notice in facts.notices.iter().filter(|notice| notice.delivered_at.is_none() && notice.read_at.is_none()) {
        found(Gap::NoticeUnproven, format!("{} ({})", notice.subject, day(local(notice.created_at))));
    }
    for contract in &facts.register.contracts {
        if contract.fine_rate.is_empty() && contract.monthly_interest.is_empty() {
            found(Gap::ContractWithoutTerms, contract.number.clone());
        }
        if !facts.register.person.can_be_reached() {
            found(Gap::ContractWithoutContact, contract.number.clone());
        }
    }
    for event in facts.trail.iter().filter(|event| !event.holds()) {
        found(Gap::EventAltered, event.seq.to_string());
    }
    gaps
}
