//! Placements: late bills handed over to agencies and lawyers, what they report, and who is told.

#[cfg(feature = "ssr")]
mod agencies;
pub mod api;
#[cfg(feature = "ssr")]
pub mod banner;
#[cfg(feature = "ssr")]
pub(crate) mod customer;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod words;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::PLACEMENTS, get(page::placements))
        .route(&paths::placement("{placement}"), get(page::placement))
        .route(paths::AGENCIES, get(agencies::agencies))
        .route(&paths::agency("{agency}"), get(agencies::agency))
        .route(&paths::agency_list("{agency}", "{format}"), get(agencies::list))
        .route(&paths::customer_placements("{customer}"), get(customer::page))
}
