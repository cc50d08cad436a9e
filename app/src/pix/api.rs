//! What "pay with Pix" posts to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};

/// Bills to be paid with one Pix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PixForm {
    /// Their ids.
    pub bills: Vec<String>,
}

/// Asks for a charge, and leads to its page.
#[server(endpoint = "pagar/pix")]
pub async fn ask(#[server(default)] form: PixForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let bills: Vec<domain::ids::BillId> = form.bills.iter().filter_map(|bill| bill.parse().ok()).collect();
    let outcome = match post.visitor.customer() {
        Ok(customer) => server::pix::ask(&post.server, customer, &bills).await,
        Err(error) => Err(error),
    };
    post.answer(paths::PAY, &(), outcome, |charge| Next::to(paths::pix_charge(charge.id))).await
}

/// Where [`ask`] is posted to.
#[must_use]
pub fn ask_url() -> &'static str {
    Ask::PATH
}
