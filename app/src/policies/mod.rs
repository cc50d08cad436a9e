//! The creditor's policies: what holds, the versions there were, and the next one with what it would have changed. Never restates a rule or
//! a limit: fields and their limits come from the policy itself.

pub mod api;
#[cfg(feature = "ssr")]
mod draft;
#[cfg(feature = "ssr")]
mod effect;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub(crate) mod words;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new()
        .route(crate::paths::POLICIES, get(page::all))
        .route("/equipe/politicas/{policy}", get(page::one))
        .route("/equipe/politicas/{policy}/nova", get(form::next))
        .route("/equipe/politicas/{policy}/rascunho/{id}", get(draft::draft))
        .route("/equipe/politicas/{policy}/rascunho/{id}/casos.csv", get(draft::cases))
}
