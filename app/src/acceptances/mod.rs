//! The code that confirms what somebody binds themselves to: one page for all of it, and what its forms share.
//!
//! Never knows what is confirmed beyond one sentence: each feature confirms its own.

mod page;

use leptos::prelude::ServerFnError;
use server::acceptances::{self, AcceptanceId, Asked, Purpose};
use server::error::{Error, Result};
use server::texts;

pub(crate) use self::page::{Forms, code};
use crate::paths;
use crate::post::{Answer, Next, Post};

/// Which, as a form names it.
pub(crate) fn id(confirmation: &str) -> Result<AcceptanceId> {
    confirmation.parse().map(AcceptanceId).map_err(|_| Error::NotFound)
}

/// The page on which its code is typed.
pub(crate) fn page(page: &str, confirmation: &str) -> String {
    id(confirmation).map_or_else(|_| page.to_owned(), |id| paths::code(page, id.0))
}

/// Where a form that binds somebody leads.
pub(crate) fn next(asked: Asked, page: &str) -> Next {
    match asked {
        Asked::Code(id) => Next::to(paths::code(page, id.0)),
        Asked::Done(protocol) => Next::to(paths::confirmation(&protocol.digits())),
    }
}

/// Sends another code.
pub(crate) async fn resend(post: Post, purpose: Purpose, to: &str, confirmation: &str) -> Result<Answer, ServerFnError> {
    let l = post.visitor.locale;
    let outcome = sent(&post, purpose, confirmation).await;
    let to = page(to, confirmation);
    post.answer(&to, &(), outcome, |()| Next::to(&to).saying(texts::acceptances::resent(l))).await
}

async fn sent(post: &Post, purpose: Purpose, confirmation: &str) -> Result<()> {
    acceptances::resend(&post.server, post.visitor.customer()?, &post.visitor.visit, purpose, id(confirmation)?).await
}
