//! "Is it ours?": the public page that tells whether a boleto or a Pix code was issued by the creditor.

pub mod api;
#[cfg(feature = "ssr")]
pub mod page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::AUTHENTICITY, axum::routing::get(page::check))
}
