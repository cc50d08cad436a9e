//! What the forms about return files post to.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::{forms::Problem, ids::BillId};
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    reconciliation::{self, Allocated, GivenBack},
    texts::reconciliation_staff as t,
};

/// What came of a file that was only looked at, or refused: for the page that shows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The file's name.
    pub name: String,
    /// Why it was not taken.
    pub refused: Option<String>,
    /// What would come of it: how many, how much, and what, in words.
    pub counts: Vec<(i64, String, String)>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
}

/// Which money is laid on which bill.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AllocationForm {
    /// The money.
    pub id: String,
    /// The bill.
    pub bill: String,
    /// Or its number, where it is none of those suggested.
    pub number: String,
    /// Why.
    pub note: String,
    /// `yes` where it is laid on none, but given back.
    pub back: String,
}

/// Takes a file: looks at it, or applies it.
#[server(endpoint = "envio/retorno", input = MultipartFormData)]
pub async fn submit(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = super::upload::take(&post, data).await;
    post.answer(paths::RETURN_FILES, &(), outcome, |(shown, applied)| match applied {
        Some(file) => Next::to(paths::return_file(file)).saying(t::said_applied(l, shown.name)),
        None => Next::to(paths::RETURN_FILES).keeping(&shown),
    })
    .await
}

/// Lays money on a bill, or prepares it for another person.
#[server(endpoint = "equipe/retornos/alocar")]
pub async fn allocate(#[server(default)] form: AllocationForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = allocated(&post, &form).await;
    let said = |allocated| match allocated {
        Allocated::Done(_) => t::said_allocated(l),
        Allocated::Prepared => t::said_prepared(l),
    };
    post.answer(paths::UNIDENTIFIED, &form, outcome, |allocated| Next::to(paths::UNIDENTIFIED).saying(said(allocated))).await
}

#[cfg(feature = "ssr")]
async fn allocated(post: &Post, form: &AllocationForm) -> Result<Allocated> {
    let staff = post.visitor.staff()?;
    let id = form.id.parse().map_err(|_| Error::NotFound)?;
    let bill: BillId = match (form.number.trim(), form.bill.as_str()) {
        ("", "") => return Err(Error::field("bill", Problem::Missing)),
        ("", bill) => bill.parse().map_err(|_| Error::field("bill", Problem::Unknown))?,
        (number, _) => reconciliation::numbered(&post.server, staff, number).await?,
    };
    reconciliation::allocate(&post.server, staff, id, bill, &form.note).await
}

/// Gives a Pix back to where it came from, or prepares that for another person.
#[server(endpoint = "equipe/retornos/devolver-pix")]
pub async fn give_back(#[server(default)] form: AllocationForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), form.id.parse()) {
        (Ok(staff), Ok(id)) => reconciliation::give_back(&post.server, staff, id, &form.note).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    let said = |given| match given {
        GivenBack::Ordered => t::said_back(l),
        GivenBack::Prepared => t::said_prepared(l),
    };
    post.answer(paths::UNIDENTIFIED, &form, outcome, |given| Next::to(paths::UNIDENTIFIED).saying(said(given))).await
}

/// Agrees that it goes back, as another person has prepared.
#[server(endpoint = "equipe/retornos/aprovar-devolucao")]
pub async fn approve_giving_back(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), id.parse()) {
        (Ok(staff), Ok(id)) => reconciliation::approve_giving_back(&post.server, staff, id).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    post.answer(paths::UNIDENTIFIED, &(), outcome, |()| Next::to(paths::UNIDENTIFIED).saying(t::said_back(l))).await
}

/// Agrees with what another person has prepared.
#[server(endpoint = "equipe/retornos/aprovar")]
pub async fn approve(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), id.parse()) {
        (Ok(staff), Ok(id)) => reconciliation::approve(&post.server, staff, id).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    post.answer(paths::UNIDENTIFIED, &(), outcome, |_| Next::to(paths::UNIDENTIFIED).saying(t::said_allocated(l))).await
}

/// Says that a line is a payment of its own.
#[server(endpoint = "equipe/retornos/outro-pagamento")]
pub async fn not_repeated(#[server(default)] file: String, #[server(default)] line: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), file.parse(), line.parse()) {
        (Ok(staff), Ok(file), Ok(line)) => reconciliation::not_repeated(&post.server, staff, file, line).await,
        (Ok(_), ..) => Err(Error::NotFound),
        (Err(error), ..) => Err(error),
    };
    post.answer(paths::RETURN_FILES, &(), outcome, |()| Next::to(paths::UNIDENTIFIED).saying(t::said_not_repeated(l))).await
}

/// Does not agree, or takes it back.
#[server(endpoint = "equipe/retornos/devolver")]
pub async fn send_back(#[server(default)] id: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), id.parse()) {
        (Ok(staff), Ok(id)) => reconciliation::send_back(&post.server, staff, id).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    post.answer(paths::UNIDENTIFIED, &(), outcome, |()| Next::to(paths::UNIDENTIFIED).saying(t::said_sent_back(l))).await
}

/// Where [`submit`] is posted to.
#[must_use]
pub fn submit_url() -> &'static str {
    Submit::PATH
}

/// Where [`allocate`] is posted to.
#[must_use]
pub fn allocate_url() -> &'static str {
    Allocate::PATH
}

/// Where [`give_back`] is posted to.
#[must_use]
pub fn give_back_url() -> &'static str {
    GiveBack::PATH
}

/// Where [`approve_giving_back`] is posted to.
#[must_use]
pub fn approve_giving_back_url() -> &'static str {
    ApproveGivingBack::PATH
}

/// Where [`approve`] is posted to.
#[must_use]
pub fn approve_url() -> &'static str {
    Approve::PATH
}

/// Where [`not_repeated`] is posted to.
#[must_use]
pub fn not_repeated_url() -> &'static str {
    NotRepeated::PATH
}

/// Where [`send_back`] is posted to.
#[must_use]
pub fn send_back_url() -> &'static str {
    SendBack::PATH
}
