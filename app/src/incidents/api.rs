//! What the forms about incidents post to.

#[cfg(feature = "ssr")]
use domain::{forms::FieldError, incidents::IncidentForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    incidents,
    sessions::Staff,
    texts::{Locale, incidents as t},
};

/// Prepares an incident.
#[server(endpoint = "envio/incidente", input = MultipartFormData)]
pub async fn prepare(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (form, outcome) = prepared(&post, data).await;
    post.answer(paths::INCIDENTS, &form, outcome, |id| Next::to(paths::incident(id)).saying(t::said_prepared(l))).await
}

/// What was sent, and what came of it; a file of whoever may not is not read.
#[cfg(feature = "ssr")]
async fn prepared(post: &Post, data: MultipartData) -> (IncidentForm, Result<uuid::Uuid>) {
    let staff = match post.visitor.staff().and_then(|staff| incidents::may(staff).map(|()| staff)) {
        Ok(staff) => staff,
        Err(error) => return (IncidentForm::default(), Err(error)),
    };
    match super::upload::read(data).await {
        Err(error) => (IncidentForm::default(), Err(error)),
        Ok((form, Some(problem))) => {
            // Everything that is wrong at once.
            let mut errors = form.parse(post.server.clock.today()).err().unwrap_or_default();
            errors.push(FieldError::new("file", problem));
            (form, Err(Error::Form(errors)))
        }
        Ok((form, None)) => {
            let outcome = incidents::prepare(&post.server, staff, &form).await;
            (form, outcome)
        }
    }
}

/// Puts an incident in force.
#[server(endpoint = "equipe/incidentes/confirmar")]
pub async fn confirm(#[server(default)] incident: String) -> Result<Answer, ServerFnError> {
    decided(&incident, t::said_confirmed, async |server, staff, id| incidents::confirm(server, staff, id).await).await
}

/// Throws an incident away that nobody confirmed.
#[server(endpoint = "equipe/incidentes/descartar")]
pub async fn discard(#[server(default)] incident: String) -> Result<Answer, ServerFnError> {
    decided(&incident, t::said_discarded, async |server, staff, id| incidents::discard(server, staff, id).await).await
}

/// Takes an incident back.
#[server(endpoint = "equipe/incidentes/encerrar")]
pub async fn lift(#[server(default)] incident: String) -> Result<Answer, ServerFnError> {
    decided(&incident, t::said_lifted, async |server, staff, id| incidents::lift(server, staff, id).await).await
}

#[cfg(feature = "ssr")]
async fn decided(
    incident: &str,
    said: fn(Locale) -> &'static str,
    verb: impl AsyncFnOnce(&server::Server, &Staff, uuid::Uuid) -> Result<()>,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    // What is no id names nothing; whether somebody may ask at all comes first.
    let id = incident.parse().unwrap_or_default();
    let outcome = match post.visitor.staff() {
        Ok(staff) => verb(&post.server, staff, id).await,
        Err(error) => Err(error),
    };
    let back = if id.is_nil() { paths::INCIDENTS.to_owned() } else { paths::incident(id) };
    post.answer(&back, &(), outcome, |()| Next::to(back.clone()).saying(said(l))).await
}

/// Where [`prepare`] is posted to.
#[must_use]
pub fn prepare_url() -> &'static str {
    Prepare::PATH
}

/// Where [`confirm`] is posted to.
#[must_use]
pub fn confirm_url() -> &'static str {
    Confirm::PATH
}

/// Where [`discard`] is posted to.
#[must_use]
pub fn discard_url() -> &'static str {
    Discard::PATH
}

/// Where [`lift`] is posted to.
#[must_use]
pub fn lift_url() -> &'static str {
    Lift::PATH
}
