//! Notices of default of individual plans: who is to be told, the notice, and its proof.

pub mod api;
#[cfg(feature = "ssr")]
pub(crate) mod proofs;
#[cfg(feature = "ssr")]
mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::DEFAULT_NOTICES, get(staff::list)).route(&paths::default_notice("{contract}"), get(staff::contract))
}
