//! Attempts to reach customers, those who cannot be reached, and why people say they do not pay.

pub mod api;
#[cfg(feature = "ssr")]
mod lists;
#[cfg(feature = "ssr")]
pub(crate) mod staff;

#[cfg(feature = "ssr")]
pub(crate) use lists::{Part, tabs};

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(&paths::activities("{customer}"), get(staff::activities))
        .route(paths::FOLLOW_UP, get(lists::unreachable))
        .route(paths::REASONS, get(lists::reasons))
        .route(paths::REASONS_CSV, get(lists::reasons_csv))
}
