//! Notices: what the creditor told a customer.

pub mod api;
#[cfg(feature = "ssr")]
pub mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route(crate::paths::NOTICES, get(page::notices)).route("/avisos/{notice}/carta", get(page::letter))
}
