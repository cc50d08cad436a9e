//! What the forms about keys and webhooks post to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{
    api_keys,
    error::{Error, Result},
    sessions::Hand,
    texts::systems as t,
    webhooks::{self, Keeper},
};

/// Revokes a key.
#[server(endpoint = "equipe/integracoes/revogar")]
pub async fn revoke(#[server(default)] prefix: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => api_keys::revoke(&post.server, Hand::Staff(staff), &prefix).await,
        Err(error) => Err(error),
    };
    post.answer(paths::SYSTEMS, &(), outcome, |()| Next::to(paths::SYSTEMS).saying(t::said_revoked(l))).await
}

/// Takes an address away.
#[server(endpoint = "equipe/integracoes/retirar")]
pub async fn remove(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = removed(&post, &id).await;
    post.answer(paths::SYSTEMS, &(), outcome, |()| Next::to(paths::SYSTEMS).saying(t::said_removed(l))).await
}

#[cfg(feature = "ssr")]
async fn removed(post: &Post, id: &str) -> Result<()> {
    let by = Keeper::Hand(Hand::Staff(post.visitor.staff()?));
    webhooks::remove(&post.server, by, id.parse().map_err(|_| Error::NotFound)?).await
}

/// Has something delivered once more.
#[server(endpoint = "equipe/integracoes/reenviar")]
pub async fn redeliver(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = delivered(&post, &id).await;
    post.answer(paths::SYSTEMS, &(), outcome, |()| Next::to(paths::SYSTEMS).saying(t::said_redelivered(l))).await
}

#[cfg(feature = "ssr")]
async fn delivered(post: &Post, id: &str) -> Result<()> {
    let by = Keeper::Hand(Hand::Staff(post.visitor.staff()?));
    webhooks::redeliver(&post.server, by, id.parse().map_err(|_| Error::NotFound)?).await
}

/// Where [`revoke`] is posted to.
#[must_use]
pub fn revoke_url() -> &'static str {
    Revoke::PATH
}

/// Where [`remove`] is posted to.
#[must_use]
pub fn remove_url() -> &'static str {
    Remove::PATH
}

/// Where [`redeliver`] is posted to.
#[must_use]
pub fn redeliver_url() -> &'static str {
    Redeliver::PATH
}
