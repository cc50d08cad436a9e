//! Documents: invoices, letters and terms made available to a customer.

#[cfg(feature = "ssr")]
mod declarations;
#[cfg(feature = "ssr")]
mod filter;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod papers;

#[cfg(feature = "ssr")]
use server::documents::Document;
#[cfg(feature = "ssr")]
use server::texts::{self, Locale};

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::DOCUMENTS, get(page::documents))
        .route(paths::DOCUMENTS_ZIP, get(page::zip))
        .route("/documentos/{id}", get(page::open))
        .route("/documentos/quitacao/{year}", get(declarations::declaration))
        .route("/documentos/imposto-de-renda/{year}", get(papers::income_tax))
        .route(paths::PAYMENTS_PAPER, get(papers::payments))
        .route(paths::PAYMENTS_PAPER_PDF, get(papers::payments_pdf))
        .route("/documentos/acordo/{protocol}", get(papers::agreement))
}

/// Kinds that a list can be narrowed to, as they are imported.
#[cfg(feature = "ssr")]
const KINDS: [&str; 9] =
    ["nfse_pdf", "nfse_xml", server::documents::CANCELLATION, "letter", "statement", "clearance", "income_tax", "term", "other"];

/// The words for a document that is no longer in force; none for the others.
#[cfg(feature = "ssr")]
#[must_use]
pub fn cancelled(l: Locale, document: &Document) -> &'static str {
    if document.status == server::documents::CANCELLED { texts::documents::cancelled(l) } else { "" }
}
