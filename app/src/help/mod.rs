//! Help, contact and privacy.

#[cfg(feature = "ssr")]
pub mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::HELP, get(page::help)).route(paths::PRIVACY, get(page::privacy))
}
