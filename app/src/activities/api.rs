//! What the forms about reaching customers post to.

use domain::activities::ActivityForm;
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
    activities,
    error::{Error, Result},
    texts::activities as t,
};

/// Writes down an attempt or a conversation.
#[server(endpoint = "equipe/clientes/contato")]
pub async fn write_activity(#[server(default)] customer: String, #[server(default)] form: ActivityForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = write(&post, &customer, &form).await;
    let (page, next) = (paths::activities(&customer), paths::activities(&customer));
    post.answer(&page, &form, outcome, |()| Next::to(next).saying(t::said_written(l))).await
}

#[cfg(feature = "ssr")]
async fn write(post: &Post, customer: &str, form: &ActivityForm) -> Result<()> {
    let staff = post.visitor.staff()?;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    activities::write(&post.server, staff, customer, form).await
}

/// Takes the next customer who cannot be reached.
#[server(endpoint = "equipe/acompanhamento/proximo")]
pub async fn take_next() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => activities::take_next(&post.server, staff).await,
        Err(error) => Err(error),
    };
    post.answer(paths::FOLLOW_UP, &(), outcome, |taken| match taken {
        Some(taken) => Next::to(paths::activities(taken.customer)).saying(t::said_taken(l, taken.minutes)),
        None => Next::to(paths::FOLLOW_UP).warning(t::said_none_left(l)),
    })
    .await
}

/// Where [`write_activity`] is posted to.
#[must_use]
pub fn write_url() -> &'static str {
    WriteActivity::PATH
}

/// Where [`take_next`] is posted to.
#[must_use]
pub fn take_next_url() -> &'static str {
    TakeNext::PATH
}
