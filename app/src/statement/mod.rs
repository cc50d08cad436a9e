//! The statement: bills and ledger on screen, as PDF and as a table.

#[cfg(feature = "ssr")]
pub mod download;
#[cfg(feature = "ssr")]
pub mod filter;
#[cfg(feature = "ssr")]
pub mod ledger;
#[cfg(feature = "ssr")]
pub mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::STATEMENT, get(page::statement))
        .route(paths::LEDGER, get(ledger::ledger))
        .route(paths::STATEMENT_PDF, get(download::pdf))
        .route(paths::STATEMENT_CSV, get(download::csv))
}
