//! The creditor's brand: the form, and the style sheet that brings its colour to every page.

pub mod api;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod sheet;

#[cfg(feature = "ssr")]
pub(crate) use sheet::{href, sheet};

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(crate::paths::BRAND, axum::routing::get(page::brand))
}
