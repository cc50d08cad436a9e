//! What the form of a dispute posts to.

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
use domain::{disputes::DisputeForm, requests::protocol::Protocol};
#[cfg(feature = "ssr")]
use server::{disputes, error::Result};

/// Disputes a bill, with evidence or without.
#[server(endpoint = "envio/contestar", input = MultipartFormData)]
pub async fn dispute(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let mut received: Received<DisputeForm> = Received::read(&post, data).await;
    let outcome = disputed(&post, &mut received).await;
    post.answer(paths::DISPUTE, &received.kept(), outcome, |protocol| Next::to(paths::confirmation(&protocol.digits()))).await
}

#[cfg(feature = "ssr")]
async fn disputed(post: &Post, received: &mut Received<DisputeForm>) -> Result<Protocol> {
    let customer = post.visitor.customer()?;
    received.whole(received.form.parse())?;
    disputes::submit(&post.server, customer, &received.form, &received.files).await
}

/// Where [`dispute`] is posted to.
#[must_use]
pub fn dispute_url() -> &'static str {
    Dispute::PATH
}
