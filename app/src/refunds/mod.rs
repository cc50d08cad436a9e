//! Credits: compensation and refund; for staff, the orders to pay.

pub mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().merge(staff::routes())
}
