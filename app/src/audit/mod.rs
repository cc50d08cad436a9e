//! The audit trail, for the administrator: what was done, by whom, and whether nobody changed it since.

pub mod api;
#[cfg(feature = "ssr")]
mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::AUDIT, axum::routing::get(page::trail))
}
