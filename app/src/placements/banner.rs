//! For the customer: who speaks for the house about late bills, how to reach them, and that paying here settles all the same. Nothing
//! where nothing is handed over.

use leptos::prelude::*;
use server::error::Result;
use server::placements;
use server::sessions::Customer;
use server::texts::placements as t;

use crate::page::Page;
use crate::ui::Tone;
use crate::ui::panels::Notice;

/// The banner of a customer's home and statement.
///
/// # Errors
/// The database's.
pub(crate) async fn banner(page: &Page, customer: &Customer) -> Result<AnyView> {
    let l = page.l;
    let told = placements::told(&page.server, customer).await?;
    if told.is_empty() {
        return Ok(().into_any());
    }
    let lines = told
        .into_iter()
        .map(|one| {
            let contact = one.phone.into_iter().chain(std::iter::once(one.email)).collect::<Vec<_>>().join(", ");
            view! { <p>{t::banner_bills(l, one.agency, contact, one.bills)}</p> }
        })
        .collect_view();
    Ok(view! { <Notice tone=Tone::Info title=t::banner(l)>{lines}<p>{t::banner_pay(l)}</p></Notice> }.into_any())
}
