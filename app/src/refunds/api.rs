//! What the steps of a refund post to. What is typed travels on the server, under an id, and never in an address.

use domain::refunds::RefundForm;
use domain::sign_in::CodeForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    acceptances, drafts, paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::{forms::FieldError, refunds::Way};
#[cfg(feature = "ssr")]
use server::{
    acceptances::{Asked, Purpose},
    error::{Error, Result},
    refunds::{self, Confirmed},
    texts,
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

/// Asks for it. The answers are those kept under `draft`; without them one begins again. Where it goes to an account or key, a code goes
/// to whoever asks first.
#[server(endpoint = "devolucao/conferir")]
pub async fn submit(#[server(default)] draft: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = submitted(&post, &draft).await.map_err(changed);
    post.answer(paths::REFUND, &(), outcome, |asked| acceptances::next(asked, paths::REFUND_CODE)).await
}

/// What is wrong now was right a moment ago: only the credit or the bill can have changed.
#[cfg(feature = "ssr")]
fn changed(error: Error) -> Error {
    if matches!(error, Error::Form(_)) { Error::Refused("refund_changed") } else { error }
}

#[cfg(feature = "ssr")]
async fn submitted(post: &Post, draft: &str) -> Result<Asked> {
    let customer = post.visitor.customer()?;
    let over = || Error::Refused("draft_over");
    let id = draft.parse().map_err(|_| over())?;
    let form: RefundForm = drafts::find(&post.server, customer, id).await?.ok_or_else(over)?;
    refunds::submit(&post.server, customer, &post.visitor.visit, post.visitor.locale, &form).await
}

/// Confirms with the code where it goes.
#[server(endpoint = "devolucao/codigo")]
pub async fn confirm(#[server(default)] confirmation: String, #[server(default)] form: CodeForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = confirmed(&post, &confirmation, &form).await;
    let next = |done: Confirmed| match done.anew {
        true => Next::to(paths::confirmation(&done.protocol.digits())),
        false => Next::to(paths::request(&done.protocol.digits())).saying(texts::my_requests::message_sent(l)),
    };
    match outcome {
        Err(Error::Form(errors)) if errors.iter().all(|error| error.field != "code") => {
            post.answer(paths::REFUND, &(), Err(changed(Error::Form(errors))), next).await
        }
        // A wrong code is typed anew, not mended.
        outcome => post.answer(&acceptances::page(paths::REFUND_CODE, &confirmation), &(), outcome, next).await,
    }
}

#[cfg(feature = "ssr")]
async fn confirmed(post: &Post, confirmation: &str, form: &CodeForm) -> Result<Confirmed> {
    refunds::confirm(&post.server, post.visitor.customer()?, &post.visitor.visit, acceptances::id(confirmation)?, form).await
}

/// Asks for another code.
#[server(endpoint = "devolucao/outro-codigo")]
pub async fn resend_code(#[server(default)] confirmation: String) -> Result<Answer, ServerFnError> {
    acceptances::resend(Post::here()?, Purpose::Refund, paths::REFUND_CODE, &confirmation).await
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

/// Where [`confirm`] is posted to.
#[must_use]
pub fn confirm_url() -> &'static str {
    Confirm::PATH
}

/// Where [`resend_code`] is posted to.
#[must_use]
pub fn resend_code_url() -> &'static str {
    ResendCode::PATH
}
