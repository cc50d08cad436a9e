//! What can be paid, and second copies of boletos.

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new()
}
