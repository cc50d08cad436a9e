//! Money in the customer's favour: taken off a next bill, or sent back.

pub mod api;
#[cfg(feature = "ssr")]
mod check;
#[cfg(feature = "ssr")]
mod destination;
#[cfg(feature = "ssr")]
mod page;

pub mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::REFUND, get(page::credits))
        .route(paths::REFUND_DESTINATION, get(destination::destination))
        .route(paths::REFUND_CHECK, get(check::check))
        .route(paths::REFUND_CODE, get(check::code))
        .merge(staff::routes())
}
