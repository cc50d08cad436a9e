//! The creditor's own systems: the page that tells their programmers how to speak with us, and the room where their keys and webhooks are kept.

pub mod api;
#[cfg(feature = "ssr")]
mod developers;
#[cfg(feature = "ssr")]
mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::DEVELOPERS, get(developers::developers)).route(paths::SYSTEMS, get(staff::systems))
}
