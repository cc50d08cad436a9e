//! What the forms about flags post to.

use domain::flags::FlagForm;
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
use domain::ids::CustomerId;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    flags,
    texts::flags as t,
};

/// Either form of the page, as it was typed: a new flag, or why one is lifted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The setting that was to be lifted; none for a new flag.
    pub setting: String,
    /// Why it is lifted.
    pub lift_reason: String,
    /// The new flag.
    pub form: FlagForm,
}

/// Sets a flag.
#[server(endpoint = "equipe/clientes/marcar")]
pub async fn set_flag(#[server(default)] customer: String, #[server(default)] form: FlagForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = set(&post, &customer, &form).await;
    let (page, next) = (paths::flags(&customer), paths::flags(&customer));
    post.answer(&page, &Typed { form, ..Typed::default() }, outcome, |()| Next::to(next).saying(t::said_set(l))).await
}

#[cfg(feature = "ssr")]
async fn set(post: &Post, customer: &str, form: &FlagForm) -> Result<()> {
    let staff = post.visitor.staff()?;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    flags::set(&post.server, staff, customer, form).await
}

/// Lifts one.
#[server(endpoint = "equipe/clientes/desmarcar")]
pub async fn lift_flag(
    #[server(default)] customer: String,
    #[server(default)] setting: String,
    #[server(default)] reason: String,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = lift(&post, &customer, &setting, &reason).await;
    let (page, next) = (paths::flags(&customer), paths::flags(&customer));
    let typed = Typed { setting, lift_reason: reason, ..Typed::default() };
    post.answer(&page, &typed, outcome, |()| Next::to(next).saying(t::said_lifted(l))).await
}

#[cfg(feature = "ssr")]
async fn lift(post: &Post, customer: &str, setting: &str, reason: &str) -> Result<()> {
    let staff = post.visitor.staff()?;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    flags::lift(&post.server, staff, customer, setting.parse().map_err(|_| Error::NotFound)?, reason).await
}

/// Where [`set_flag`] is posted to.
#[must_use]
pub fn set_url() -> &'static str {
    SetFlag::PATH
}

/// Where [`lift_flag`] is posted to.
#[must_use]
pub fn lift_url() -> &'static str {
    LiftFlag::PATH
}
