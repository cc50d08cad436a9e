//! What the sign-in's forms post to.

use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{error::Error, sessions, sign_in, texts};

/// Asks for a code.
#[server(endpoint = "entrar")]
pub async fn start(#[server(default)] form: SignInForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = sign_in::start(&post.server, &post.visitor.visit, &form).await;
    post.answer(paths::SIGN_IN, &form, outcome, |code| Next::to(paths::CODE).code(&code.0.to_string())).await
}

/// Enters with the code.
#[server(endpoint = "entrar/codigo")]
pub async fn finish(#[server(default)] form: CodeForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.code() {
        Ok(code) => sign_in::finish(&post.server, &post.visitor.visit, code, &form).await,
        Err(error) => Err(error),
    };
    // A wrong code is typed anew, not mended.
    post.answer(paths::CODE, &CodeForm::default(), outcome, |token| Next::to(paths::HOME).session(&token.0).code("")).await
}

/// Asks for another code.
#[server(endpoint = "entrar/outro-codigo")]
pub async fn resend() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.code() {
        Ok(code) => sign_in::resend(&post.server, &post.visitor.visit, code).await,
        Err(error) => Err(error),
    };
    // Of a code that was tried too often there is no other: one begins again.
    let page = if matches!(outcome, Err(Error::Refused(_))) { paths::SIGN_IN } else { paths::CODE };
    post.answer(page, &(), outcome, |()| Next::to(paths::CODE).saying(texts::sign_in::resent(l))).await
}

/// Enters as staff.
#[server(endpoint = "equipe/entrar")]
pub async fn staff(#[server(default)] form: StaffSignInForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = sign_in::staff(&post.server, &post.visitor.visit, &form).await;
    post.answer(paths::STAFF_SIGN_IN, &form, outcome, |token| Next::to(paths::STAFF_HOME).session(&token.0)).await
}

/// Leaves.
#[server(endpoint = "sair")]
pub async fn sign_out() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let to = if post.visitor.staff().is_ok() { paths::STAFF_SIGN_IN } else { paths::SIGN_IN };
    let outcome = match &post.visitor.actors {
        Some(actors) => sessions::close(&post.server, actors).await,
        None => Ok(()),
    };
    post.answer(to, &(), outcome, |()| Next::to(to).session("").saying(texts::sign_in::signed_out(l))).await
}

/// Leaves everywhere.
#[server(endpoint = "sair/de-tudo")]
pub async fn sign_out_everywhere() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.customer() {
        Ok(customer) => sessions::close_all(&post.server, customer).await,
        Err(error) => Err(error),
    };
    let said = |ended: u64| texts::sign_in::signed_out_everywhere(l, i64::try_from(ended).unwrap_or(i64::MAX));
    post.answer(paths::ACCOUNT, &(), outcome, |ended| Next::to(paths::SIGN_IN).session("").saying(said(ended))).await
}

/// Acts for somebody else, or for oneself again.
#[server(endpoint = "conta/atuar-por")]
pub async fn act_for(#[server(default)] customer: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match (post.visitor.customer(), customer.parse()) {
        (Ok(actor), Ok(whom)) => sessions::act_for(&post.server, actor, whom).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::ACCOUNT, &(), outcome, |()| Next::to(paths::HOME)).await
}

/// Keeps the session alive: any request does, this one does nothing else.
#[server(endpoint = "conta/continuar")]
pub async fn stay() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = post.visitor.customer().map(|_| ());
    post.answer(paths::HOME, &(), outcome, |()| Next::to(paths::HOME)).await
}

/// Where [`start`] is posted to.
#[must_use]
pub fn start_url() -> &'static str {
    Start::PATH
}

/// Where [`finish`] is posted to.
#[must_use]
pub fn finish_url() -> &'static str {
    Finish::PATH
}

/// Where [`resend`] is posted to.
#[must_use]
pub fn resend_url() -> &'static str {
    Resend::PATH
}

/// Where [`staff`] is posted to.
#[must_use]
pub fn staff_url() -> &'static str {
    Staff::PATH
}

/// Where [`sign_out`] is posted to.
#[must_use]
pub fn sign_out_url() -> &'static str {
    SignOut::PATH
}

/// Where [`sign_out_everywhere`] is posted to.
#[must_use]
pub fn sign_out_everywhere_url() -> &'static str {
    SignOutEverywhere::PATH
}

/// Where [`act_for`] is posted to.
#[must_use]
pub fn act_for_url() -> &'static str {
    ActFor::PATH
}
