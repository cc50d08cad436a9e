//! The house's own wording of what the portal writes to people: every notice, its words in each language with an example of what a reader
//! sees, and its history. Never knows what a notice has to say: its rules do.

pub mod api;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod words;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route(crate::paths::TEMPLATES, get(list::list)).route("/equipe/avisos/{notice}/{language}", get(page::one))
}
