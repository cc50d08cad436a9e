//! Home, and one bill with its calculation.

#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod parts;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route(crate::paths::HOME, get(home::home)).route("/extrato/conta/{id}", get(page::bill))
}
