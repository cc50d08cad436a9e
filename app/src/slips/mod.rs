//! Paying: which bills, and second copies of their slips.

pub mod api;
#[cfg(feature = "ssr")]
pub mod choose;
#[cfg(feature = "ssr")]
pub mod copy;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::PAY, get(choose::choose))
        .route(paths::SECOND_COPY, get(copy::second_copy))
        .route(paths::SECOND_COPY_PDF, get(copy::pdf))
}
