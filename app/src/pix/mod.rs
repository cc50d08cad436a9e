//! Paying with Pix: a charge of the creditor's provider, its code, and the moment at which it is paid.

pub mod api;
pub mod island;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub(crate) mod staff;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new().route("/pagar/pix/{id}", get(page::charge)).route("/pagar/pix/{id}/andamento", get(live::changes))
}

/// Where the provider calls: it is no visitor, and shows itself by an address that nobody else knows.
#[cfg(feature = "ssr")]
pub fn webhook() -> axum::Router<crate::visitor::App> {
    use axum::extract::DefaultBodyLimit;
    use axum::routing::post;
    axum::Router::new()
        .route("/pix/webhook/{secret}/pix", post(live::called))
        // Some call it as it was said, without the standard's ending, to see whether it is there.
        .route("/pix/webhook/{secret}", post(live::called))
        .layer(DefaultBodyLimit::max(live::LONGEST_CALL))
}
