//! Typed things in words, as the screens have them.

use domain::requests::protocol::Protocol;

use crate::requests::What;
use crate::sessions::BRANCHES;
use crate::texts::{self, Locale};
use crate::wording;
pub(super) use crate::wording::{agreement, channel, kind, slip_state, status};

/// A protocol number as people read it aloud; as it is when it cannot be read.
pub(super) fn protocol(digits: &str) -> String {
    digits.parse::<Protocol>().map_or_else(|_| digits.to_owned(), |protocol| protocol.to_string())
}

/// What was done with a request; its stored word where an older or newer program knows it.
pub(super) fn did(l: Locale, action: &str) -> String {
    What::try_from(action.to_owned()).map_or_else(|_| action.to_owned(), |what| wording::did(l, what).to_owned())
}

pub(super) fn contract_state(l: Locale, state: &str) -> &'static str {
    match state {
        "active" => texts::customers_staff::contract_active(l),
        "suspended" => texts::customers_staff::contract_suspended(l),
        _ => texts::customers_staff::contract_ended(l),
    }
}

pub(super) fn scope(l: Locale, scope: &str) -> &'static str {
    if scope == BRANCHES { texts::dossiers::scope_branches(l) } else { texts::dossiers::scope_full(l) }
}

/// What a paper of the portal is.
pub(super) fn paper(l: Locale, kind: &str) -> &'static str {
    match kind {
        "clearance" => texts::documents::kind_clearance(l),
        "income_tax" => texts::papers::income_tax_kind(l),
        "payments" => texts::papers::payments_kind(l),
        "agreement" => texts::papers::term_kind(l),
        _ => texts::papers::notice_kind(l),
    }
}
