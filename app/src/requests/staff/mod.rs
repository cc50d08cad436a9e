//! The desk: staff's queue, and one request with all that bears on it and every step that can be taken.
//!
//! Never decides who may do what: the rules do, and say why not.

#[cfg(feature = "ssr")]
mod absences;
pub mod absences_api;
pub mod api;
#[cfg(feature = "ssr")]
mod bar;
#[cfg(feature = "ssr")]
mod deadlines;
#[cfg(feature = "ssr")]
mod decide;
#[cfg(feature = "ssr")]
pub(crate) mod evidence;
#[cfg(feature = "ssr")]
mod keys;
#[cfg(feature = "ssr")]
mod part;
#[cfg(feature = "ssr")]
mod proofs;
#[cfg(feature = "ssr")]
mod queue;
pub mod queue_api;
#[cfg(feature = "ssr")]
mod replies;
pub mod replies_api;
#[cfg(feature = "ssr")]
mod request;
#[cfg(feature = "ssr")]
mod rules;
pub mod rules_api;

/// The desk's pages.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new()
        .route(crate::paths::QUEUE, get(queue::queue))
        .route(crate::paths::QUEUE_COUNTS, get(queue::counts))
        .route(crate::paths::QUEUE_CSV, get(queue::table).post(queue::table_of))
        .route(crate::paths::ABSENCES, get(absences::absences))
        .route(crate::paths::RULES, get(rules::rules))
        .route(crate::paths::REPLIES, get(replies::list))
        .route(crate::paths::NEW_REPLY, get(replies::new))
        .route("/equipe/respostas/{id}", get(replies::one))
        .route(crate::paths::DEADLINES, get(deadlines::kept))
        .route(crate::paths::DEADLINES_CSV, get(deadlines::csv))
        .route("/equipe/pedidos/{protocol}", get(request::request))
        .route("/equipe/pedidos/{protocol}/arquivo/{upload}", get(request::file))
        .route("/equipe/pedidos/{protocol}/arquivo/{upload}/pagina/{page}", get(request::picture))
}
