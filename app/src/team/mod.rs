//! The creditor's staff: who works here, who was invited, and the page on which an invited person joins.

pub mod api;
#[cfg(feature = "ssr")]
mod join;
#[cfg(feature = "ssr")]
mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::TEAM, get(staff::team)).route("/equipe/convite/{token}", get(join::join))
}
