//! The creditor's own holidays, which its supervisors keep.

pub mod api;
#[cfg(feature = "ssr")]
mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::HOLIDAYS, axum::routing::get(page::holidays))
}
