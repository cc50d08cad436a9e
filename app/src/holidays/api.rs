//! What the forms about holidays post to.

use domain::holidays::HolidayForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{error::Error, holidays, texts::holidays as t};

/// Enters a holiday.
#[server(endpoint = "equipe/feriados/incluir")]
pub async fn add(#[server(default)] form: HolidayForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => holidays::add(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::HOLIDAYS, &form, outcome, |()| Next::to(paths::HOLIDAYS).saying(t::said_added(l))).await
}

/// Takes a holiday out.
#[server(endpoint = "equipe/feriados/tirar")]
pub async fn remove(#[server(default)] day: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), day.parse()) {
        (Ok(staff), Ok(day)) => holidays::remove(&post.server, staff, day).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::HOLIDAYS, &(), outcome, |()| Next::to(paths::HOLIDAYS).saying(t::said_removed(l))).await
}

/// Where [`add`] is posted to.
#[must_use]
pub fn add_url() -> &'static str {
    Add::PATH
}

/// Where [`remove`] is posted to.
#[must_use]
pub fn remove_url() -> &'static str {
    Remove::PATH
}
