//! Letters that ask for payment: one customer's, and all of them.

pub mod api;
#[cfg(feature = "ssr")]
mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::DEMANDS, get(staff::list)).route(&paths::demand("{customer}"), get(staff::customer))
}
