//! What the forms about absences post to.

use domain::requests::absences::AbsenceForm;
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
    error::{Error, Result},
    requests::absences::{self, HandedOver},
    texts::absences_staff as t,
};

/// Says that somebody is away.
#[server(endpoint = "equipe/ausencias/marcar")]
pub async fn mark_absent(#[server(default)] form: AbsenceForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => absences::mark(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::ABSENCES, &form, outcome, |()| Next::to(paths::ABSENCES).saying(t::said_marked(l))).await
}

/// Ends an absence.
#[server(endpoint = "equipe/ausencias/encerrar")]
pub async fn end_absence(#[server(default)] absence: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), absence.parse()) {
        (Ok(staff), Ok(absence)) => absences::end(&post.server, staff, absence).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    post.answer(paths::ABSENCES, &(), outcome, |()| Next::to(paths::ABSENCES).saying(t::said_ended(l))).await
}

/// Hands over what somebody has.
#[server(endpoint = "equipe/ausencias/passar")]
pub async fn hand_over(#[server(default)] from: String, #[server(default)] to: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = handed_over(&post, &from, &to).await;
    post.answer(paths::ABSENCES, &(), outcome, |over| {
        let mut said = t::said_handed_over(l, over.moved);
        if over.waiting > 0 {
            said = format!("{said} {}", t::said_waiting(l, over.waiting));
        }
        Next::to(paths::ABSENCES).saying(said)
    })
    .await
}

#[cfg(feature = "ssr")]
async fn handed_over(post: &Post, from: &str, to: &str) -> Result<HandedOver> {
    let staff = post.visitor.staff()?;
    let to = match to {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    absences::hand_over(&post.server, staff, from, to).await
}

/// Where [`mark_absent`] is posted to.
#[must_use]
pub fn mark_url() -> &'static str {
    MarkAbsent::PATH
}

/// Where [`end_absence`] is posted to.
#[must_use]
pub fn end_url() -> &'static str {
    EndAbsence::PATH
}

/// Where [`hand_over`] is posted to.
#[must_use]
pub fn hand_over_url() -> &'static str {
    HandOver::PATH
}
