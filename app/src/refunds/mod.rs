//! Credits: compensation and refund; for staff, the orders to pay.

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new()
}
