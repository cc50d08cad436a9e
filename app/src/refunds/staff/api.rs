//! What the forms of refund orders post to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::requests::forms::DecisionForm;
#[cfg(feature = "ssr")]
use server::{error::Error, refunds, requests::desk, texts};

/// Puts every order that may leave into a new file.
#[server(endpoint = "equipe/devolucoes/exportar")]
pub async fn export() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => refunds::export(&post.server, staff, None).await,
        Err(error) => Err(error),
    };
    // Nothing to export is an answer like any other.
    let orders = match outcome {
        Ok(export) => Ok(export.orders),
        Err(Error::NotFound) => Ok(0),
        Err(error) => Err(error),
    };
    let said = |orders: usize| match i64::try_from(orders) {
        Ok(0) => texts::refunds_staff::nothing_exported(l).to_owned(),
        orders => texts::refunds_staff::exported(l, orders.unwrap_or(i64::MAX)),
    };
    post.answer(paths::REFUND_ORDERS, &(), orders, |orders| Next::to(paths::REFUND_ORDERS).saying(said(orders))).await
}

/// Says that the bank has paid an order.
#[server(endpoint = "equipe/devolucoes/paga")]
pub async fn paid(#[server(default)] protocol: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::finish(&post.server, staff, &protocol, &DecisionForm::default()).await,
        Err(error) => Err(error),
    };
    post.answer(paths::REFUND_ORDERS, &(), outcome, |()| Next::to(paths::REFUND_ORDERS).saying(texts::refunds_staff::said_paid(l))).await
}

/// Where [`export`] is posted to.
#[must_use]
pub fn export_url() -> &'static str {
    Export::PATH
}

/// Where [`paid`] is posted to.
#[must_use]
pub fn paid_url() -> &'static str {
    Paid::PATH
}
