//! What the forms about staff post to.

use domain::team::{InviteForm, JoinForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::ids::StaffId;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    sessions::Staff,
    team,
    texts::team as t,
};

/// Invites somebody.
#[server(endpoint = "equipe/pessoas/convidar")]
pub async fn invite(#[server(default)] form: InviteForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => team::invite(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::TEAM, &form, outcome, |()| Next::to(paths::TEAM).saying(t::said_invited(l))).await
}

/// Makes an invitation worthless.
#[server(endpoint = "equipe/pessoas/cancelar-convite")]
pub async fn revoke(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), id.parse()) {
        (Ok(staff), Ok(id)) => team::revoke(&post.server, staff, id).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::TEAM, &(), outcome, |()| Next::to(paths::TEAM).saying(t::said_revoked(l))).await
}

/// Sends a member another letter.
#[server(endpoint = "equipe/pessoas/nova-carta")]
pub async fn renew(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match member(&post, &id) {
        Ok((staff, member)) => team::renew(&post.server, staff, member).await,
        Err(error) => Err(error),
    };
    post.answer(paths::TEAM, &(), outcome, |()| Next::to(paths::TEAM).saying(t::said_invited(l))).await
}

/// Gives a member another role.
#[server(endpoint = "equipe/pessoas/papel")]
pub async fn change_role(#[server(default)] id: String, #[server(default)] role: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (member(&post, &id), role.parse()) {
        (Ok((staff, member)), Ok(role)) => team::change_role(&post.server, staff, member, role).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::TEAM, &(), outcome, |()| Next::to(paths::TEAM).saying(t::said_role(l))).await
}

/// Ends a member's access.
#[server(endpoint = "equipe/pessoas/encerrar")]
pub async fn deactivate(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match member(&post, &id) {
        Ok((staff, member)) => team::deactivate(&post.server, staff, member).await,
        Err(error) => Err(error),
    };
    post.answer(paths::TEAM, &(), outcome, |()| Next::to(paths::TEAM).saying(t::said_deactivated(l))).await
}

#[cfg(feature = "ssr")]
fn member<'a>(post: &'a Post, id: &str) -> Result<(&'a Staff, StaffId)> {
    Ok((post.visitor.staff()?, id.parse().map_err(|_| Error::NotFound)?))
}

/// Joins.
#[server(endpoint = "equipe/convite")]
pub async fn join(#[server(default)] token: String, #[server(default)] form: JoinForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = team::join(&post.server, &post.visitor.visit, &token, &form).await;
    let back = paths::invitation(&token);
    post.answer(&back, &form, outcome, |token| Next::to(paths::STAFF_HOME).session(&token.0)).await
}

/// Where [`invite`] is posted to.
#[must_use]
pub fn invite_url() -> &'static str {
    Invite::PATH
}

/// Where [`revoke`] is posted to.
#[must_use]
pub fn revoke_url() -> &'static str {
    Revoke::PATH
}

/// Where [`renew`] is posted to.
#[must_use]
pub fn renew_url() -> &'static str {
    Renew::PATH
}

/// Where [`change_role`] is posted to.
#[must_use]
pub fn change_role_url() -> &'static str {
    ChangeRole::PATH
}

/// Where [`deactivate`] is posted to.
#[must_use]
pub fn deactivate_url() -> &'static str {
    Deactivate::PATH
}

/// Where [`join`] is posted to.
#[must_use]
pub fn join_url() -> &'static str {
    Join::PATH
}
