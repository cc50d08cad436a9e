//! The dashboard: the house in figures, each drawn and told in a table, and taken along as a file.

mod page;
mod tables;

/// The pages of this feature.
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::DASHBOARD, get(page::dashboard)).route(paths::DASHBOARD_FILE, get(page::file))
}
