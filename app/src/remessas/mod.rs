//! Files to banks for staff: what waits for the next one, those that were written, and what became of each.

pub mod api;
#[cfg(feature = "ssr")]
mod file;
#[cfg(feature = "ssr")]
mod list;

#[cfg(feature = "ssr")]
pub use list::section;

/// The pages of this feature; its list is part of the exports'.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new()
        .route("/equipe/exportacoes/remessas/{file}", get(file::file))
        .route("/equipe/exportacoes/remessas/{file}/arquivo", get(file::bytes))
}
