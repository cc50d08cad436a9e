//! What the notices' forms post to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{error::Error, notices, texts};

/// Marks one notice as read.
#[server(endpoint = "avisos/lido")]
pub async fn read(#[server(default)] notice: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match (post.visitor.customer(), notice.parse()) {
        (Ok(customer), Ok(id)) => notices::read(&post.server, customer, id).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::NOTICES, &(), outcome, |_| Next::to(paths::NOTICES)).await
}

/// Marks all of them as read.
#[server(endpoint = "avisos/todos-lidos")]
pub async fn read_all() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.customer() {
        Ok(customer) => notices::read_all(&post.server, customer).await,
        Err(error) => Err(error),
    };
    let said = |marked: u64| texts::notices::marked(l, i64::try_from(marked).unwrap_or(i64::MAX));
    post.answer(paths::NOTICES, &(), outcome, |marked| Next::to(paths::NOTICES).saying(said(marked))).await
}

/// Where [`read`] is posted to.
#[must_use]
pub fn read_url() -> &'static str {
    Read::PATH
}

/// Where [`read_all`] is posted to.
#[must_use]
pub fn read_all_url() -> &'static str {
    ReadAll::PATH
}
