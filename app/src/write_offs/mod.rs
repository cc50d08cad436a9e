//! Write-offs: bills that the house gives up, proposed by one person and decided by another.

pub mod api;
#[cfg(feature = "ssr")]
pub(crate) mod customer;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod report;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::WRITE_OFFS, get(page::write_offs))
        .route(&paths::write_offs_report("{format}"), get(report::file))
        .route(&paths::write_off("{write_off}"), get(page::write_off))
        .route(&paths::write_off_paper("{write_off}", "{paper}"), get(page::paper))
        .route(&paths::customer_write_off("{customer}"), get(customer::page))
}

#[cfg(feature = "ssr")]
mod words {
    use domain::write_offs::{Kept, Reason, State};
    use server::texts::{Locale, write_offs as t};

    use crate::ui::Tone;

    pub(super) fn reason(l: Locale, reason: Reason) -> &'static str {
        match reason {
            Reason::Prescribed => t::reason_prescribed(l),
            Reason::Insolvency => t::reason_insolvency(l),
            Reason::Deceased => t::reason_deceased(l),
            Reason::Uneconomical => t::reason_uneconomical(l),
            Reason::CreditorError => t::reason_creditor_error(l),
            Reason::Other => t::reason_other(l),
        }
    }

    pub(super) fn state(l: Locale, state: State) -> (Tone, &'static str) {
        match state {
            State::Waiting => (Tone::Attention, t::state_waiting(l)),
            State::Approved => (Tone::Info, t::state_approved(l)),
            State::Refused => (Tone::Neutral, t::state_refused(l)),
            State::Withdrawn => (Tone::Neutral, t::state_withdrawn(l)),
            State::Undoing => (Tone::Attention, t::state_undoing(l)),
            State::Undone => (Tone::Neutral, t::state_undone(l)),
        }
    }

    pub(super) fn kept(l: Locale, kept: Kept) -> &'static str {
        match kept {
            Kept::Settled => t::kept_settled(l),
            Kept::InAgreement => t::kept_in_agreement(l),
            Kept::Disputed => t::kept_disputed(l),
            Kept::Proposed => t::kept_proposed(l),
        }
    }
}
