//! What the forms about policies post to.

use domain::policies::{PolicyForm, WhenForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::policies::Kind;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    policies::drafts,
    sessions::Staff,
    texts::policies as t,
};
#[cfg(feature = "ssr")]
use uuid::Uuid;

/// The next version as it was typed.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Its fields.
    pub form: PolicyForm,
    /// Since when, and why.
    pub when: WhenForm,
}

/// Keeps the next version as a draft, and leads to what it would change.
#[server(endpoint = "equipe/politicas/propor")]
pub async fn propose(
    #[server(default)] kind: String,
    #[server(default)] base: i64,
    #[server(default)] form: PolicyForm,
    #[server(default)] when: WhenForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    // Shown again as it was read: with the places of each list closed up.
    let form = form.closed();
    let (kind, page) = named(&kind);
    let outcome = match (post.visitor.staff(), kind) {
        (Ok(staff), Some(kind)) => drafts::propose(&post.server, staff, kind, base, &form, &when).await.map(|id| (kind, id)),
        (Err(error), _) => Err(error),
        (_, None) => Err(Error::NotFound),
    };
    let page = kind.map_or(page, paths::next_policy);
    post.answer(&page, &Typed { form, when }, outcome, |(kind, id)| Next::to(paths::policy_draft(kind, id)).saying(t::said_drafted(l)))
        .await
}

/// Puts a draft into force.
#[server(endpoint = "equipe/politicas/por-em-vigor")]
pub async fn put(#[server(default)] kind: String, #[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (named, page) = named(&kind);
    let outcome = match addressed(&post, named, &id) {
        Ok((staff, kind, id)) => drafts::put_into_force(&post.server, staff, kind, id).await,
        Err(error) => Err(error),
    };
    // What somebody else has to do is told where it was tried.
    let back = match (&outcome, named, id.parse()) {
        (Err(Error::Refused(_)), Some(kind), Ok(id)) => paths::policy_draft(kind, id),
        _ => page.clone(),
    };
    post.answer(&back, &(), outcome, |version| Next::to(page).saying(t::said_put(l, version))).await
}

/// Drops a draft.
#[server(endpoint = "equipe/politicas/descartar")]
pub async fn drop_draft(#[server(default)] kind: String, #[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (named, page) = named(&kind);
    let outcome = match addressed(&post, named, &id) {
        Ok((staff, kind, id)) => drafts::drop_draft(&post.server, staff, kind, id).await,
        Err(error) => Err(error),
    };
    post.answer(&page, &(), outcome, |()| Next::to(page.clone()).saying(t::said_dropped(l))).await
}

/// Which policy, and its page.
#[cfg(feature = "ssr")]
fn named(kind: &str) -> (Option<Kind>, String) {
    let kind: Option<Kind> = kind.parse().ok();
    (kind, kind.map_or_else(|| paths::POLICIES.to_owned(), paths::policy))
}

#[cfg(feature = "ssr")]
fn addressed<'a>(post: &'a Post, kind: Option<Kind>, id: &str) -> Result<(&'a Staff, Kind, Uuid)> {
    let staff = post.visitor.staff()?;
    Ok((staff, kind.ok_or(Error::NotFound)?, id.parse().map_err(|_| Error::NotFound)?))
}

/// Where [`propose`] is posted to.
#[must_use]
pub fn propose_url() -> &'static str {
    Propose::PATH
}

/// Where [`put`] is posted to.
#[must_use]
pub fn put_url() -> &'static str {
    Put::PATH
}

/// Where [`drop_draft`] is posted to.
#[must_use]
pub fn drop_url() -> &'static str {
    DropDraft::PATH
}
