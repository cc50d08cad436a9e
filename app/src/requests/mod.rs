//! Requests: list, timeline, messages, questions; for staff, the queue and the desk.

pub mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    axum::Router::new().merge(staff::routes())
}
