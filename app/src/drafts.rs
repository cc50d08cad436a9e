//! The answers of a journey of several pages, kept on the server under an id that nobody can guess, so that no address holds
//! anything personal. Never found by another customer than the one who gave them; gone after ten minutes.

use domain::ids::CustomerId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use server::error::Result;
use server::sessions::Customer;
use server::{Server, flashes};
use uuid::Uuid;

use crate::page::Page;

#[derive(Serialize, Deserialize)]
struct Draft<T> {
    customer: CustomerId,
    form: T,
}

/// Keeps the answers given so far.
///
/// # Errors
/// The database's.
pub async fn keep(server: &Server, customer: &Customer, form: &impl Serialize) -> Result<Uuid> {
    flashes::keep(server, &Draft { customer: customer.id(), form }).await
}

/// The answers kept under an id, when they are this customer's.
///
/// # Errors
/// The database's.
pub async fn find<T: DeserializeOwned>(server: &Server, customer: &Customer, id: Uuid) -> Result<Option<T>> {
    let draft: Option<Draft<T>> = flashes::find(server, id).await?;
    Ok(draft.filter(|draft| draft.customer == customer.id()).map(|draft| draft.form))
}

/// What a step is drawn with: the form that was just refused, or the answers that the address names.
///
/// # Errors
/// The database's.
pub async fn form<T: DeserializeOwned + Default>(page: &Page, customer: &Customer, query: Option<&str>) -> Result<Option<T>> {
    if !page.flash.form.is_null() {
        return Ok(Some(page.form()));
    }
    match ids(query).next() {
        Some(id) => find(&page.server, customer, id).await,
        None => Ok(None),
    }
}

/// The ids that a query names, whatever their keys: an address of ours names nothing else.
pub fn ids(query: Option<&str>) -> impl Iterator<Item = Uuid> {
    query.unwrap_or_default().split('&').filter_map(|pair| Uuid::parse_str(pair.split_once('=')?.1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_ids_and_nothing_else() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let query = format!("conta={one}&x=1&conta&outra={other}&=&conta={one}x");
        assert_eq!(ids(Some(&query)).collect::<Vec<_>>(), [one, other]);
        assert_eq!(ids(None).count(), 0);
    }
}
