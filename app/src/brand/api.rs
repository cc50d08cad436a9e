//! What the form of the brand posts to.

use domain::brand::BrandForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{brand, texts::brand as t};

/// Changes the brand.
#[server(endpoint = "equipe/marca/gravar")]
pub async fn put(#[server(default)] form: BrandForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => brand::put(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::BRAND, &form, outcome, |()| Next::to(paths::BRAND).saying(t::said_put(l))).await
}

/// Where [`put`] is posted to.
#[must_use]
pub fn put_url() -> &'static str {
    Put::PATH
}
