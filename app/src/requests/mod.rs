//! Requests: the list, one with its history and messages, questions, taking one back.

pub mod api;
#[cfg(feature = "ssr")]
mod confirmation;
#[cfg(feature = "ssr")]
mod download;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub use page::{agreement_status, dispute_reason};
#[cfg(feature = "ssr")]
pub use question::ABOUT_PLAN;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
mod question;

pub mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::REQUESTS, get(page::list))
        .route(paths::QUESTION, get(question::question))
        .route("/pedidos/{protocol}", get(page::request))
        .route("/pedidos/{protocol}/recebido", get(confirmation::received))
        .route("/pedidos/{protocol}/desistir", get(page::withdrawal))
        .route("/pedidos/{protocol}/arquivo/{upload}", get(download::upload))
        .merge(staff::routes())
}
