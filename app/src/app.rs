//! The route table: every page and where it is. Forms post to the server functions of each feature's `api`.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::visitor::{self, App};
use crate::{
    activities, agreements, audit, authenticity, bills, brand, claims, credits, customers, dashboard, default_notices, demands, demo,
    disputes, documents, dossiers, exports, flags, help, holidays, http, incidents, notices, paths, pix, placements, policies, promises,
    receipts, reconciliation, refunds, remessas, requests, sign_in, slips, statement, suspensions, systems, team, templates, write_offs,
};

/// The whole application.
pub fn router(app: App) -> Router {
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
    Router::new()
        .route(paths::SIGN_IN, get(sign_in::page::sign_in))
        .route(paths::CODE, get(sign_in::page::code))
        .route(paths::STAFF_SIGN_IN, get(sign_in::page::staff))
        .route(paths::STAFF_HOME, get(sign_in::page::staff_home))
        .route("/idioma/{tag}", get(sign_in::page::language))
        .route(paths::DEMO, get(demo::logins))
        .route(paths::MAILBOX, get(demo::mailbox))
        .merge(features())
        .route("/api/{*function}", post(http::server_function))
        .fallback(http::fallback)
        .layer(CatchPanicLayer::custom(http::panicked))
        .layer(compression)
        .layer(from_fn(http::same_origin))
        .layer(from_fn_with_state(app.clone(), http::failures))
        .layer(from_fn_with_state(app.clone(), visitor::layer))
        .merge(quick(&app))
        .merge(pix::webhook())
        .layer(from_fn(http::outermost))
        .with_state(app)
}

/// Each feature's own pages.
fn features() -> Router<App> {
    Router::new()
        .merge(bills::routes())
        .merge(statement::routes())
        .merge(slips::routes())
        .merge(pix::routes())
        .merge(authenticity::routes())
        .merge(documents::routes())
        .merge(dossiers::routes())
        .merge(customers::routes())
        .merge(notices::routes())
        .merge(receipts::routes())
        .merge(refunds::routes())
        .merge(reconciliation::routes())
        .merge(exports::routes())
        .merge(holidays::routes())
        .merge(brand::routes())
        .merge(incidents::routes())
        .merge(placements::routes())
        .merge(write_offs::routes())
        .merge(remessas::routes())
        .merge(dashboard::routes())
        .merge(agreements::routes())
        .merge(requests::routes())
        .merge(disputes::routes())
        .merge(help::routes())
        .merge(systems::routes())
        .merge(team::routes())
        .merge(audit::routes())
        .merge(flags::routes())
        .merge(activities::routes())
        .merge(policies::routes())
        .merge(templates::routes())
        .merge(promises::routes())
        .merge(default_notices::routes())
        .merge(demands::routes())
        .merge(suspensions::routes())
        .merge(credits::routes())
        .merge(claims::routes())
}

/// What needs to know nothing of the visitor: systems show a key with each request, and no cookie.
fn quick(app: &App) -> Router<App> {
    let api = server::api::router(app.server.clone()).layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    Router::new()
        .route("/health/live", get(http::live))
        .route("/health/ready", get(http::ready))
        .route("/pkg/{*file}", get(http::fallback))
        .route("/marca/{name}", get(brand::sheet))
        .nest_service(server::api::BASE, api)
}
