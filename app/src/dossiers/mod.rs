//! Dossiers: everything about one customer in one file, for those who may take it.

mod page;

use domain::ids::CustomerId;
use leptos::prelude::*;
use server::sessions::Staff;
use server::texts::{Locale, dossiers as t};

use crate::paths;
use crate::ui::actions::{ButtonKind, ButtonLink};
use crate::ui::icons::Icon;

/// The pages of this feature.
pub fn routes() -> axum::Router<crate::visitor::App> {
    use axum::routing::get;
    axum::Router::new()
        .route("/equipe/clientes/{customer}/dossie", get(page::dossiers))
        .route("/equipe/clientes/{customer}/dossie.zip", get(page::file))
}

/// On a customer's page: the dossier as of now, and the way to others. Nothing for who may not take one.
pub(crate) fn links(l: Locale, staff: &Staff, customer: CustomerId) -> Option<impl IntoView + use<>> {
    server::dossiers::may_take(staff).then(|| {
        view! {
            <ButtonLink href=paths::dossier(customer, None) label=t::button(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
            <ButtonLink href=paths::dossiers(customer) label=t::other_moment(l) kind=ButtonKind::Quiet/>
        }
    })
}
