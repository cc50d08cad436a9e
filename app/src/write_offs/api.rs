//! What the forms about write-offs post to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
    uploads::received::Received,
};
#[cfg(feature = "ssr")]
use domain::{ids::CustomerId, write_offs::WriteOffForm};
#[cfg(feature = "ssr")]
use server::{
    error::Result,
    sessions::Staff,
    texts::{Locale, write_offs as t},
    write_offs,
};

/// What is decided, and why.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// Why it is refused.
    pub decision: String,
    /// Why it is to be undone.
    pub undo: String,
}

/// Proposes to give bills up, with papers or without.
#[server(endpoint = "envio/baixa", input = MultipartFormData)]
pub async fn propose_write_off(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let mut received: Received<WriteOffForm> = Received::read_for_staff(&post, data, write_offs::may).await;
    let outcome = proposed(&post, &mut received).await;
    let page = match received.form.customer.parse::<CustomerId>() {
        Ok(customer) => paths::customer_write_off(customer),
        Err(_) => paths::WRITE_OFFS.to_owned(),
    };
    post.answer(&page, &received.kept(), outcome, |id| Next::to(paths::write_off(id)).saying(t::said_proposed(l))).await
}

#[cfg(feature = "ssr")]
async fn proposed(post: &Post, received: &mut Received<WriteOffForm>) -> Result<uuid::Uuid> {
    let staff = post.visitor.staff()?;
    received.whole(received.form.parse())?;
    write_offs::propose(&post.server, staff, &received.form, &received.files).await
}

/// Gives up what was proposed.
#[server(endpoint = "equipe/baixas/aprovar")]
pub async fn approve_write_off(#[server(default)] write_off: String) -> Result<Answer, ServerFnError> {
    decided(&write_off, DecisionForm::default(), t::said_approved, async |server, staff, id, _| {
        write_offs::approve(server, staff, id).await
    })
    .await
}

/// Does not give up.
#[server(endpoint = "equipe/baixas/recusar")]
pub async fn refuse_write_off(
    #[server(default)] write_off: String,
    #[server(default)] form: DecisionForm,
) -> Result<Answer, ServerFnError> {
    decided(&write_off, form, t::said_refused, async |server, staff, id, form| write_offs::refuse(server, staff, id, &form.decision).await)
        .await
}

/// Takes a proposal back.
#[server(endpoint = "equipe/baixas/retirar")]
pub async fn withdraw_write_off(#[server(default)] write_off: String) -> Result<Answer, ServerFnError> {
    decided(&write_off, DecisionForm::default(), t::said_withdrawn, async |server, staff, id, _| {
        write_offs::withdraw(server, staff, id).await
    })
    .await
}

/// Asks to undo what was given up.
#[server(endpoint = "equipe/baixas/pedir-estorno")]
pub async fn ask_undo_write_off(
    #[server(default)] write_off: String,
    #[server(default)] form: DecisionForm,
) -> Result<Answer, ServerFnError> {
    decided(&write_off, form, t::said_asked, async |server, staff, id, form| write_offs::ask_to_undo(server, staff, id, &form.undo).await)
        .await
}

/// Undoes it.
#[server(endpoint = "equipe/baixas/estornar")]
pub async fn undo_write_off(#[server(default)] write_off: String) -> Result<Answer, ServerFnError> {
    decided(&write_off, DecisionForm::default(), t::said_undone, async |server, staff, id, _| write_offs::undo(server, staff, id).await)
        .await
}

/// Leaves it given up after all.
#[server(endpoint = "equipe/baixas/manter")]
pub async fn leave_write_off(#[server(default)] write_off: String) -> Result<Answer, ServerFnError> {
    decided(&write_off, DecisionForm::default(), t::said_left, async |server, staff, id, _| write_offs::leave(server, staff, id).await)
        .await
}

#[cfg(feature = "ssr")]
async fn decided(
    write_off: &str,
    form: DecisionForm,
    said: fn(Locale) -> &'static str,
    verb: impl AsyncFnOnce(&server::Server, &Staff, uuid::Uuid, &DecisionForm) -> Result<()>,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    // What is no id names nothing; whether somebody may ask at all comes first.
    let id: uuid::Uuid = write_off.parse().unwrap_or_default();
    let outcome = match post.visitor.staff() {
        Ok(staff) => verb(&post.server, staff, id, &form).await,
        Err(error) => Err(error),
    };
    let back = if id.is_nil() { paths::WRITE_OFFS.to_owned() } else { paths::write_off(id) };
    post.answer(&back, &form, outcome, |()| Next::to(back.clone()).saying(said(l))).await
}

/// Where [`propose_write_off`] is posted to.
#[must_use]
pub fn propose_url() -> &'static str {
    ProposeWriteOff::PATH
}

/// Where [`approve_write_off`] is posted to.
#[must_use]
pub fn approve_url() -> &'static str {
    ApproveWriteOff::PATH
}

/// Where [`refuse_write_off`] is posted to.
#[must_use]
pub fn refuse_url() -> &'static str {
    RefuseWriteOff::PATH
}

/// Where [`withdraw_write_off`] is posted to.
#[must_use]
pub fn withdraw_url() -> &'static str {
    WithdrawWriteOff::PATH
}

/// Where [`ask_undo_write_off`] is posted to.
#[must_use]
pub fn ask_undo_url() -> &'static str {
    AskUndoWriteOff::PATH
}

/// Where [`undo_write_off`] is posted to.
#[must_use]
pub fn undo_url() -> &'static str {
    UndoWriteOff::PATH
}

/// Where [`leave_write_off`] is posted to.
#[must_use]
pub fn leave_url() -> &'static str {
    LeaveWriteOff::PATH
}
