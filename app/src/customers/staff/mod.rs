//! For staff: the search, and a customer whole. Whoever sees a customer is recorded, by the verbs.

mod picture;
mod search;
mod timeline;

use axum::Router;
use axum::routing::get;

use crate::paths;
use crate::visitor::App;

/// The staff's pages about customers.
pub fn routes() -> Router<App> {
    Router::new()
        .route(paths::STAFF_SEARCH, get(search::search).post(search::results))
        .route("/equipe/clientes/{customer}", get(picture::picture))
        .route("/equipe/clientes/{customer}/avisos/{notice}/carta", get(picture::letter))
}
