//! What staff must know of a customer before they speak or write to them.

pub mod api;
#[cfg(feature = "ssr")]
pub(crate) mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().route(&crate::paths::flags("{customer}"), axum::routing::get(staff::flags))
}
