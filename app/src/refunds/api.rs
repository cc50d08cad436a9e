//! What the steps of a refund post to. What is typed travels on the server, under an id, and never in an address.

use domain::refunds::RefundForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    drafts, paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::{forms::FieldError, refunds::Way, requests::protocol::Protocol};
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    refunds, texts,
};

/// Which credit, and what to do with it.
#[server(endpoint = "devolucao")]
pub async fn choose(#[server(default)] form: RefundForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = chosen(&post, &form).await;
    post.answer(paths::REFUND, &form, outcome, Next::to).await
}

#[cfg(feature = "ssr")]
async fn chosen(post: &Post, form: &RefundForm) -> Result<String> {
    let customer = post.visitor.customer()?;
    let credit = form.credit().map_err(|problem| FieldError::new("credit", problem));
    let way = domain::forms::one_of::<Way>(&form.way).map_err(|problem| FieldError::new("way", problem));
    let next = match (credit, way) {
        (Ok(_), Ok(Way::Refund)) => paths::REFUND_DESTINATION,
        (Ok(_), Ok(Way::Compensate | Way::Origin)) => {
            refunds::check(&post.server, customer, form).await?;
            paths::REFUND_CHECK
        }
        (credit, way) => return Err(Error::Form(credit.err().into_iter().chain(way.err()).collect())),
    };
    Ok(paths::step(next, drafts::keep(&post.server, customer, form).await?))
}

/// Where it goes.
#[server(endpoint = "devolucao/destino")]
pub async fn destination(#[server(default)] form: RefundForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = checked(&post, &form).await;
    post.answer(paths::REFUND_DESTINATION, &form, outcome, Next::to).await
}

#[cfg(feature = "ssr")]
async fn checked(post: &Post, form: &RefundForm) -> Result<String> {
    let customer = post.visitor.customer()?;
    refunds::check(&post.server, customer, form).await?;
    Ok(paths::step(paths::REFUND_CHECK, drafts::keep(&post.server, customer, form).await?))
}

/// Asks for it. The answers are those kept under `draft`; without them one begins again.
#[server(endpoint = "devolucao/conferir")]
pub async fn submit(#[server(default)] draft: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match submitted(&post, &draft).await {
        // What is wrong now was right a moment ago: only the credit or the bill can have changed.
        Err(Error::Form(_)) => Err(Error::Refused("refund_changed")),
        outcome => outcome,
    };
    let l = post.visitor.locale;
    let next = |(protocol, anew): (Protocol, bool)| match anew {
        true => Next::to(paths::confirmation(&protocol.digits())),
        false => Next::to(paths::request(&protocol.digits())).saying(texts::my_requests::message_sent(l)),
    };
    post.answer(paths::REFUND, &(), outcome, next).await
}

#[cfg(feature = "ssr")]
async fn submitted(post: &Post, draft: &str) -> Result<(Protocol, bool)> {
    let customer = post.visitor.customer()?;
    let over = || Error::Refused("draft_over");
    let id = draft.parse().map_err(|_| over())?;
    let form: RefundForm = drafts::find(&post.server, customer, id).await?.ok_or_else(over)?;
    if form.request.is_empty() {
        return Ok((refunds::submit(&post.server, customer, &form).await?, true));
    }
    Ok((refunds::redirect(&post.server, customer, &form).await?, false))
}

/// Where [`choose`] is posted to.
#[must_use]
pub fn choose_url() -> &'static str {
    Choose::PATH
}

/// Where [`destination`] is posted to.
#[must_use]
pub fn destination_url() -> &'static str {
    Destination::PATH
}

/// Where [`submit`] is posted to.
#[must_use]
pub fn submit_url() -> &'static str {
    Submit::PATH
}
