//! For the customer: what is given up, and why. Nothing where nothing is.

use leptos::prelude::*;
use server::error::Result;
use server::incidents;
use server::sessions::Customer;
use server::texts::incidents as t;

use crate::page::Page;
use crate::paths;
use crate::ui::Tone;
use crate::ui::panels::Notice;

/// The banners of a customer's home and statement.
///
/// # Errors
/// The database's.
pub(crate) async fn banners(page: &Page, customer: &Customer) -> Result<AnyView> {
    let l = page.l;
    let told = incidents::told(&page.server, customer).await?;
    let banners = told.into_iter().map(|one| {
        let what = incidents::what(l, one.waive_from, one.waive_to, one.until_on, one.parts);
        let in_parts = one.parts.map(|_| view! { <p><a href=paths::plan_of_incident(one.id)>{t::pay_in_parts(l)}</a></p> });
        view! {
            <Notice tone=Tone::Good title=t::banner(l)>
                <p>{one.reason}</p>
                <p>{what}" "{t::banner_bills(l, one.bills)}</p>
                {in_parts}
            </Notice>
        }
    });
    Ok(banners.collect_view().into_any())
}
