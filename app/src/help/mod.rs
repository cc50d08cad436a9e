//! Help, contact and privacy.

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new()
}
