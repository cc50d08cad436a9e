//! What the form of a receipt posts to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
    uploads::received::Received,
};
#[cfg(feature = "ssr")]
use domain::{receipts::ReceiptForm, requests::protocol::Protocol};
#[cfg(feature = "ssr")]
use server::{error::Result, receipts};

/// Sends a receipt.
#[server(endpoint = "envio/comprovante", input = MultipartFormData)]
pub async fn submit(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let mut received: Received<ReceiptForm> = Received::read(&post, data).await;
    let outcome = sent(&post, &mut received).await;
    post.answer(paths::RECEIPT, &received.kept(), outcome, |protocol| Next::to(paths::confirmation(&protocol.digits()))).await
}

#[cfg(feature = "ssr")]
async fn sent(post: &Post, received: &mut Received<ReceiptForm>) -> Result<Protocol> {
    let customer = post.visitor.customer()?;
    received.whole(received.form.parse(post.server.clock.today()))?;
    receipts::submit(&post.server, customer, &received.form, &received.files).await
}

/// Where [`submit`] is posted to.
#[must_use]
pub fn submit_url() -> &'static str {
    Submit::PATH
}
