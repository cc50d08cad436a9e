//! The customer's own data and sessions; for staff, the whole picture of a customer and the search.

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::ACCOUNT, axum::routing::get(account::account)).merge(staff::routes())
}
