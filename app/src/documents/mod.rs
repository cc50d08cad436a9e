//! Documents: invoices, letters and terms made available to a customer.

#[cfg(feature = "ssr")]
mod declarations;
#[cfg(feature = "ssr")]
pub mod page;

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
}

/// Kinds that a list can be narrowed to, as they are imported.
#[cfg(feature = "ssr")]
const KINDS: [&str; 8] = ["nfse_pdf", "nfse_xml", "letter", "statement", "clearance", "income_tax", "term", "other"];

/// What a document is, in words.
#[cfg(feature = "ssr")]
#[must_use]
pub fn kind(l: Locale, kind: &str) -> &'static str {
    use texts::documents as t;
    match kind {
        "nfse_pdf" => t::kind_nfse_pdf(l),
        "nfse_xml" => t::kind_nfse_xml(l),
        "letter" => t::kind_letter(l),
        "statement" => t::kind_statement(l),
        "clearance" => t::kind_clearance(l),
        "income_tax" => t::kind_income_tax(l),
        "term" => t::kind_term(l),
        _ => t::kind_other(l),
    }
}
