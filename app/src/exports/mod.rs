//! Exports for staff: files for the creditor's own systems, and who took which.

mod page;

/// The pages of this feature.
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new().route(paths::EXPORTS, get(page::exports)).route(paths::EXPORT_FILE, get(page::file))
}
