//! What the queue's own forms post to: the next request, several at once, views, keys.

use domain::requests::forms::DecisionForm;
use domain::requests::queue::ViewForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::part::{Part, address};
use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::forms::Problem;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    requests::queue::{
        self,
        batch::{self, Batch, Outcome},
        views,
    },
    texts::desk as t,
};

/// A batch as it was typed, with what became of it.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Batched {
    /// `claim`, `assign` or `refuse`.
    pub act: String,
    /// The requests, by their numbers in digits.
    pub protocols: Vec<String>,
    /// To whom they go.
    pub to: String,
    /// Why they are refused.
    pub form: DecisionForm,
    /// What became of each; nothing when the form was not taken.
    pub outcome: Option<Outcome>,
}

/// A part to be kept, as it was typed.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The form.
    pub form: ViewForm,
}

/// Back to the part that a form carries.
#[cfg(feature = "ssr")]
fn back(part: &str) -> String {
    address(&Part::of(part).filter())
}

/// Claims the riskiest request of a part, and leads to it.
#[server(endpoint = "equipe/fila/proximo")]
pub async fn take_next(#[server(default)] part: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let filter = Part::of(&part).filter();
    let outcome = match post.visitor.staff() {
        Ok(staff) => queue::take_next(&post.server, staff, &filter).await,
        Err(error) => Err(error),
    };
    let here = address(&filter);
    post.answer(&here, &(), outcome, |taken| match taken {
        Some(protocol) => Next::to(paths::staff_request(&protocol.digits())).saying(t::said_claim(l)),
        None => Next::to(&here).saying(t::said_none_free(l)),
    })
    .await
}

/// One step with several requests.
#[server(endpoint = "equipe/fila/varios")]
pub async fn several(
    #[server(default)] part: String,
    #[server(default)] act: String,
    #[server(default)] to: String,
    #[server(default)] protocols: Vec<String>,
    #[server(default)] form: DecisionForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let batched = Batched { act, protocols, to, form, outcome: None };
    let outcome = run(&post, &batched).await;
    let here = back(&part);
    let taken = batched.clone();
    post.answer(&here, &batched, outcome, |outcome| Next::to(&here).keeping(&Batched { outcome: Some(outcome), ..taken })).await
}

#[cfg(feature = "ssr")]
async fn run(post: &Post, batched: &Batched) -> Result<Outcome> {
    let staff = post.visitor.staff()?;
    let batch = match batched.act.as_str() {
        "claim" => Batch::Claim,
        "assign" => Batch::Assign(batched.to.parse().map_err(|_| Error::field("to", Problem::ChooseOne))?),
        "refuse" => Batch::Refuse(DecisionForm { told: batched.form.told.clone(), ..DecisionForm::default() }),
        _ => return Err(Error::NotFound),
    };
    batch::run(&post.server, staff, &batched.protocols, &batch).await
}

/// Keeps a part under a name.
#[server(endpoint = "equipe/fila/guardar")]
pub async fn save(#[server(default)] part: String, #[server(default)] form: ViewForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let filter = Part::of(&part).filter();
    let outcome = match post.visitor.staff() {
        Ok(staff) => views::save(&post.server, staff, &form, &filter).await,
        Err(error) => Err(error),
    };
    let here = address(&filter);
    post.answer(&here, &Kept { form }, outcome, |_| Next::to(&here).saying(t::said_view_saved(l))).await
}

/// Takes a view away.
#[server(endpoint = "equipe/fila/esquecer")]
pub async fn remove(#[server(default)] view: String, #[server(default)] part: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), view.parse()) {
        (Ok(staff), Ok(view)) => views::remove(&post.server, staff, view).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    let here = back(&part);
    post.answer(&here, &(), outcome, |()| Next::to(&here).saying(t::said_view_removed(l))).await
}

/// Says with which view one's queue opens.
#[server(endpoint = "equipe/fila/abrir-com")]
pub async fn open_with(#[server(default)] view: String, #[server(default)] part: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => views::open_with(&post.server, staff, view.parse().ok()).await,
        Err(error) => Err(error),
    };
    let here = back(&part);
    post.answer(&here, &(), outcome, |()| Next::to(&here).saying(t::said_opens_with(l))).await
}

/// Switches single keys on (anything) or off.
#[server(endpoint = "equipe/fila/teclas")]
pub async fn keys(#[server(default)] on: String, #[server(default)] part: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => views::keys(&post.server, staff, !on.is_empty()).await,
        Err(error) => Err(error),
    };
    let here = back(&part);
    let said = if on.is_empty() { t::said_keys_off(l) } else { t::said_keys_on(l) };
    post.answer(&here, &(), outcome, |()| Next::to(&here).saying(said)).await
}

/// Where [`take_next`] is posted to.
#[must_use]
pub fn next_url() -> &'static str {
    TakeNext::PATH
}

/// Where [`several`] is posted to.
#[must_use]
pub fn batch_url() -> &'static str {
    Several::PATH
}

/// Where [`save`] is posted to.
#[must_use]
pub fn save_url() -> &'static str {
    Save::PATH
}

/// Where [`remove`] is posted to.
#[must_use]
pub fn remove_url() -> &'static str {
    Remove::PATH
}

/// Where [`open_with`] is posted to.
#[must_use]
pub fn open_with_url() -> &'static str {
    OpenWith::PATH
}

/// Where [`keys`] is posted to.
#[must_use]
pub fn keys_url() -> &'static str {
    Keys::PATH
}
