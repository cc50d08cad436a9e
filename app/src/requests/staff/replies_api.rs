//! What the forms about ready answers post to.

use domain::requests::forms::DecisionForm;
use domain::requests::replies::ReplyForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::api::Decided;
use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::requests::Action;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    requests::replies::{self, Filled},
    texts::{Locale, replies as t},
};

/// What is to be known of words that were just filled in.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The language of the customer, when it is not that of whoever answers.
    pub customers: Option<Locale>,
    /// Whether the words are in Portuguese for want of others.
    pub wanting: bool,
    /// The same in the language of whoever answers.
    pub own: Option<String>,
}

/// Keeps an answer: a new one, or one that is there.
#[server(endpoint = "equipe/respostas/guardar")]
pub async fn save(#[server(default)] id: String, #[server(default)] form: ReplyForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (page, which) = if id.is_empty() { (paths::NEW_REPLY.to_owned(), Ok(None)) } else { (paths::reply(&id), id.parse().map(Some)) };
    let outcome = match (post.visitor.staff(), which) {
        (Ok(staff), Ok(which)) => replies::save(&post.server, staff, which, &form).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(&page, &form, outcome, |id| Next::to(paths::reply(&id.to_string())).saying(t::said_saved(l))).await
}

/// Takes an answer out of use.
#[server(endpoint = "equipe/respostas/tirar")]
pub async fn close(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), id.parse()) {
        (Ok(staff), Ok(id)) => replies::close(&post.server, staff, id).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::REPLIES, &(), outcome, |()| Next::to(paths::REPLIES).saying(t::said_closed(l))).await
}

/// Fills an answer into a step's form, behind what was typed there. Sends nothing.
#[server(endpoint = "equipe/pedidos/resposta")]
pub async fn fill(
    #[server(default)] protocol: String,
    #[server(default)] action: String,
    #[server(default)] reply: String,
    #[server(default)] form: DecisionForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = filled(&post, &protocol, &action, &reply).await;
    let page = paths::staff_request(&protocol);
    let typed = Decided { action: action.parse().ok(), form: form.clone(), about: None };
    post.answer(&page, &typed, outcome, |(action, filled)| {
        let told = if form.told.trim().is_empty() { filled.words } else { format!("{}\n\n{}", form.told.trim_end(), filled.words) };
        let about = About {
            customers: (filled.customers != l).then_some(filled.customers),
            wanting: filled.language != filled.customers,
            own: filled.own,
        };
        let decided = Decided { action: Some(action), form: DecisionForm { told, ..form }, about: Some(about) };
        Next::to(&page).saying(t::said_used(l)).keeping(&decided)
    })
    .await
}

#[cfg(feature = "ssr")]
async fn filled(post: &Post, protocol: &str, action: &str, reply: &str) -> Result<(Action, Filled)> {
    let staff = post.visitor.staff()?;
    let action = action.parse().map_err(|_| Error::NotFound)?;
    // Nothing was picked: the list stands at its first line.
    let reply = reply.parse().map_err(|_| Error::field("reply", domain::forms::Problem::ChooseOne))?;
    Ok((action, replies::filled(&post.server, staff, protocol, reply, post.visitor.locale).await?))
}

/// Where [`save`] is posted to.
#[must_use]
pub fn save_url() -> &'static str {
    Save::PATH
}

/// Where [`close`] is posted to.
#[must_use]
pub fn close_url() -> &'static str {
    Close::PATH
}

/// Where [`fill`] is posted to.
#[must_use]
pub fn fill_url() -> &'static str {
    Fill::PATH
}
