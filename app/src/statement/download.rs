//! The statement as files, with the filter of the page they were asked from.

use server::statement;

use super::filter;
use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{Page, PageResult};
use crate::visitor::AsCustomer;

/// The ledger on paper.
pub async fn pdf(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let bytes = statement::pdf(&page.server, &customer, &filter::read(&asked)).await?;
    Ok(attachment("extrato.pdf", "application/pdf", bytes))
}

/// The bills as a table.
pub async fn csv(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let text = statement::csv(&page.server, &customer, &filter::read(&asked)).await?;
    Ok(attachment("extrato.csv", "text/csv; charset=utf-8", text))
}
