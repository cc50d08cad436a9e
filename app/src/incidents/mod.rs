//! Incidents: bills that something of the creditor's touched, what is given up of their charges, and how their customers learn of it.

pub mod api;
#[cfg(feature = "ssr")]
pub mod banner;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod upload;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route(crate::paths::INCIDENTS, get(page::incidents)).route("/equipe/incidentes/{incident}", get(page::incident))
}
