//! "I have paid": the receipts of one or more bills.

pub mod api;
#[cfg(feature = "ssr")]
mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::RECEIPT, axum::routing::get(page::receipt))
}
