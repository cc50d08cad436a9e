//! "This bill is wrong."

pub mod api;
#[cfg(feature = "ssr")]
mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::DISPUTE, axum::routing::get(page::dispute))
}
