//! What the forms about slips post to.

use domain::requests::forms::SlipForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{requests, slips, texts};

/// Slips to be sent by e-mail, as posted by the page that shows them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MailForm {
    /// Ids of the bills.
    pub bills: Vec<String>,
    /// The day of payment.
    pub day: String,
}

/// Sends second copies to the address on file.
#[server(endpoint = "pagar/enviar-por-email")]
pub async fn mail_me(#[server(default)] form: MailForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let bills: Vec<domain::ids::BillId> = form.bills.iter().filter_map(|bill| bill.parse().ok()).collect();
    let picks: Vec<slips::Pick> = bills.iter().copied().map(slips::Pick::Bill).collect();
    let day = form.day.parse().unwrap_or_else(|_| post.server.clock.today());
    let outcome = match post.visitor.customer() {
        Ok(customer) => slips::mail_me(&post.server, customer, &picks, day).await,
        Err(error) => Err(error),
    };
    let page = paths::second_copy(&bills);
    post.answer(&page, &(), outcome, |address| Next::to(page.clone()).saying(texts::pay::mailed(l, address))).await
}

/// Asks for a new boleto.
#[server(endpoint = "pagar/novo-boleto")]
pub async fn ask_slip(#[server(default)] form: SlipForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.customer() {
        Ok(customer) => requests::submit_slip_request(&post.server, customer, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::PAY, &form, outcome, |protocol| Next::to(paths::confirmation(&protocol.to_string()))).await
}

/// Where [`mail_me`] is posted to.
#[must_use]
pub fn mail_url() -> &'static str {
    MailMe::PATH
}

/// Where [`ask_slip`] is posted to.
#[must_use]
pub fn ask_url() -> &'static str {
    AskSlip::PATH
}
