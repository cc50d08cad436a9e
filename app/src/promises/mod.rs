//! "I will pay on …": the customer's page, and the staff's.

pub mod api;
#[cfg(feature = "ssr")]
pub(crate) mod page;
#[cfg(feature = "ssr")]
pub(crate) mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::PROMISE, get(page::promise))
        .route(paths::PROMISES, get(staff::board))
        .route(&paths::promises("{customer}"), get(staff::promises))
}

/// Where a promise stands, in words and tone; `due` when its day has come.
#[cfg(feature = "ssr")]
pub(crate) fn status(l: server::texts::Locale, status: domain::promises::Status, due: bool) -> (crate::ui::Tone, &'static str) {
    use crate::ui::Tone;
    use domain::promises::Status;
    use server::texts::promises as t;
    match status {
        Status::Open if due => (Tone::Info, t::status_waiting(l)),
        Status::Open => (Tone::Neutral, t::status_open(l)),
        Status::Kept => (Tone::Good, t::status_kept(l)),
        Status::Broken => (Tone::Attention, t::status_broken(l)),
        Status::Withdrawn => (Tone::Neutral, t::status_withdrawn(l)),
        Status::Void => (Tone::Neutral, t::status_void(l)),
    }
}
