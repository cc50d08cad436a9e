//! What the forms about files to banks post to.

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
use domain::forms::Problem;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    remessas::{self, NotWritten, Written},
    sessions::Hand,
    texts::remessas_staff as t,
};

/// Which file the bank never took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NotTakenForm {
    /// The file.
    pub id: String,
    /// Whether the bank was asked.
    pub sure: String,
}

/// Writes the next file of an agreement.
#[server(endpoint = "equipe/remessas/gerar")]
pub async fn write(#[server(default)] agreement: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = written(&post, &agreement).await;
    let count = |slips: usize| i64::try_from(slips).unwrap_or(i64::MAX);
    post.answer(paths::EXPORTS, &(), outcome, |written| {
        let said = t::said_written(l, written.sequence);
        let left_out = (!written.left_out.is_empty()).then(|| t::said_left_out(l, count(written.left_out.len())));
        Next::to(paths::remessa(written.id)).saying([Some(said), left_out].into_iter().flatten().collect::<Vec<_>>().join(" "))
    })
    .await
}

#[cfg(feature = "ssr")]
async fn written(post: &Post, agreement: &str) -> Result<Written> {
    let by = Hand::Staff(post.visitor.staff()?);
    let agreement = agreement.parse().map_err(|_| Error::NotFound)?;
    remessas::write(&post.server, by, agreement).await.map_err(|refused| match refused {
        NotWritten::Nothing(_) => Error::Refused("remessa_nothing"),
        NotWritten::Unfit(_) => Error::Refused("remessa_unfit"),
        NotWritten::Server(error) => error,
    })
}

/// Says that the bank never took a file.
#[server(endpoint = "equipe/remessas/nao-recebida")]
pub async fn not_taken(#[server(default)] form: NotTakenForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let page = form.id.parse::<uuid::Uuid>().map_or_else(|_| paths::EXPORTS.to_owned(), paths::remessa);
    let outcome = taken_back(&post, &form).await;
    post.answer(&page, &form, outcome, |slips| {
        Next::to(page.clone()).saying(t::said_not_taken(l, i64::try_from(slips).unwrap_or(i64::MAX)))
    })
    .await
}

#[cfg(feature = "ssr")]
async fn taken_back(post: &Post, form: &NotTakenForm) -> Result<u64> {
    let by = Hand::Staff(post.visitor.staff()?);
    let id = form.id.parse().map_err(|_| Error::NotFound)?;
    if form.sure.is_empty() {
        return Err(Error::field("sure", Problem::NotAccepted));
    }
    remessas::not_taken(&post.server, by, id).await
}

/// Where [`write`] is posted to.
#[must_use]
pub fn write_url() -> &'static str {
    Write::PATH
}

/// Where [`not_taken`] is posted to.
#[must_use]
pub fn not_taken_url() -> &'static str {
    NotTaken::PATH
}
