//! Refund orders: the file for the bank, and which of them the bank has paid.

pub mod api;
#[cfg(feature = "ssr")]
mod orders;

/// The pages of refund orders.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route(crate::paths::REFUND_ORDERS, get(orders::orders)).route(crate::paths::REFUND_ORDERS_CSV, get(orders::file))
}
