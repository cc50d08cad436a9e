//! What the form of the trail posts to.

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
    audit::{self, Chain},
    texts::audit as t,
};

/// Walks the chain.
#[server(endpoint = "equipe/auditoria/conferir")]
pub async fn check() -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => audit::check(&post.server, staff).await,
        Err(error) => Err(error),
    };
    let said = |chain| match chain {
        Chain::Whole { events } => Next::to(paths::AUDIT).saying(t::said_whole(l, events)),
        Chain::Broken { seq } => Next::to(paths::audit_before(seq + 1)).warning(t::said_broken(l, seq)),
    };
    post.answer(paths::AUDIT, &(), outcome, said).await
}

/// Where [`check`] is posted to.
#[must_use]
pub fn check_url() -> &'static str {
    Check::PATH
}
