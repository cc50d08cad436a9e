//! What the forms about promises post to.

use domain::promises::PromiseForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::ids::CustomerId;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    promises,
    texts::promises as t,
};

/// Makes a promise.
#[server(endpoint = "promessa")]
pub async fn make_promise(#[server(default)] form: PromiseForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.customer() {
        Ok(customer) => promises::make(&post.server, customer, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::PROMISE, &form, outcome, |()| Next::to(paths::PROMISE).saying(t::said_made(l))).await
}

/// Takes one back.
#[server(endpoint = "promessa/retirar")]
pub async fn withdraw_promise(#[server(default)] promise: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.customer(), promise.parse()) {
        (Ok(customer), Ok(promise)) => promises::withdraw(&post.server, customer, promise).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::PROMISE, &(), outcome, |()| Next::to(paths::PROMISE).saying(t::said_withdrawn(l))).await
}

/// Writes down what a customer promised.
#[server(endpoint = "equipe/clientes/promessa")]
pub async fn write_promise(#[server(default)] customer: String, #[server(default)] form: PromiseForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = write(&post, &customer, &form).await;
    let (page, next) = (paths::promises(&customer), paths::promises(&customer));
    post.answer(&page, &form, outcome, |()| Next::to(next).saying(t::said_written(l))).await
}

#[cfg(feature = "ssr")]
async fn write(post: &Post, customer: &str, form: &PromiseForm) -> Result<()> {
    let staff = post.visitor.staff()?;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    promises::write(&post.server, staff, customer, form).await
}

/// Takes one back that the customer took back.
#[server(endpoint = "equipe/clientes/promessa/retirar")]
pub async fn withdraw_promise_for(
    #[server(default)] customer: String,
    #[server(default)] promise: String,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), promise.parse()) {
        (Ok(staff), Ok(promise)) => promises::withdraw_for(&post.server, staff, promise).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    let page = paths::promises(&customer);
    post.answer(&page, &(), outcome, |whose| Next::to(paths::promises(whose)).saying(t::said_withdrawn(l))).await
}

/// Where [`make_promise`] is posted to.
#[must_use]
pub fn make_url() -> &'static str {
    MakePromise::PATH
}

/// Where [`withdraw_promise`] is posted to.
#[must_use]
pub fn withdraw_url() -> &'static str {
    WithdrawPromise::PATH
}

/// Where [`write_promise`] is posted to.
#[must_use]
pub fn write_url() -> &'static str {
    WritePromise::PATH
}

/// Where [`withdraw_promise_for`] is posted to.
#[must_use]
pub fn withdraw_for_url() -> &'static str {
    WithdrawPromiseFor::PATH
}
