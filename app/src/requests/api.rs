//! What the forms about requests post to.

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
use domain::requests::{
    forms::{MessageForm, QuestionForm},
    protocol::Protocol,
};
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use server::{error::Result, requests, texts};

/// Asks a question, with files or without.
#[server(endpoint = "envio/pergunta", input = MultipartFormData)]
pub async fn ask(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let mut received: Received<QuestionForm> = Received::read(&post, data).await;
    let outcome = asked(&post, &mut received).await;
    post.answer(paths::QUESTION, &received.kept(), outcome, |protocol| Next::to(paths::confirmation(&protocol.digits()))).await
}

#[cfg(feature = "ssr")]
async fn asked(post: &Post, received: &mut Received<QuestionForm>) -> Result<Protocol> {
    let customer = post.visitor.customer()?;
    received.whole(received.form.parse())?;
    requests::submit_question(&post.server, customer, &received.form, &received.files).await
}

/// A message with the number of its request.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Addressed {
    pub(super) protocol: String,
    #[serde(flatten)]
    pub(super) message: MessageForm,
}

/// Adds a message or files to a request.
#[server(endpoint = "envio/mensagem", input = MultipartFormData)]
pub async fn message(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let mut received: Received<Addressed> = Received::read(&post, data).await;
    let page = paths::request(&received.form.protocol);
    let outcome = told(&post, &mut received).await;
    post.answer(&page, &received.kept(), outcome, |()| Next::to(page.clone()).saying(texts::my_requests::message_sent(l))).await
}

#[cfg(feature = "ssr")]
async fn told(post: &Post, received: &mut Received<Addressed>) -> Result<()> {
    let customer = post.visitor.customer()?;
    let has_files = !received.files.is_empty();
    received.whole(received.form.message.parse(has_files))?;
    requests::message(&post.server, customer, &received.form.protocol, &received.form.message, &received.files).await
}

/// Takes a request back.
#[server(endpoint = "pedidos/desistir")]
pub async fn withdraw(#[server(default)] protocol: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let page = paths::request(&protocol);
    let outcome = match post.visitor.customer() {
        Ok(customer) => requests::withdraw(&post.server, customer, &protocol).await,
        Err(error) => Err(error),
    };
    post.answer(&page, &(), outcome, |()| Next::to(page.clone()).saying(texts::my_requests::withdrawn(l))).await
}

/// Where [`ask`] is posted to.
#[must_use]
pub fn ask_url() -> &'static str {
    Ask::PATH
}

/// Where [`message`] is posted to.
#[must_use]
pub fn message_url() -> &'static str {
    Message::PATH
}

/// Where [`withdraw`] is posted to.
#[must_use]
pub fn withdraw_url() -> &'static str {
    Withdraw::PATH
}
