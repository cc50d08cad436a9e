//! What the steps of a plan post to. Each page carries all answers in its form; between pages they wait on the server, under an id.

use domain::agreements::forms::{AcceptForm, EarlyForm, PlanForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    drafts, paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use domain::{
    agreements::{Reason, eligibility::Ineligible},
    forms::{self, Problem},
    ids::BillId,
    requests::protocol::Protocol,
};
#[cfg(feature = "ssr")]
use server::{
    agreements,
    error::{Error, Result},
    texts,
};

/// The answer to "why?" of somebody for whom no plan is enough.
pub const PERSON: &str = "person";
/// The button that only works the options out again.
pub const WORK_OUT: &str = "work_out";

/// Which bills.
#[server(endpoint = "parcelar/contas")]
pub async fn choose(#[server(default)] form: PlanForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = chosen(&post, &form).await;
    post.answer(paths::PLAN, &form, outcome, Next::to).await
}

#[cfg(feature = "ssr")]
async fn chosen(post: &Post, form: &PlanForm) -> Result<String> {
    let customer = post.visitor.customer()?;
    let bills: Vec<BillId> = forms::ids(&form.bills).map_err(|problem| Error::field("bills", problem))?;
    let offer = agreements::offer(&post.server, customer, &bills).await?;
    if let Some(against) = offer.against.first() {
        return Err(refused(against));
    }
    kept(post, form, paths::PLAN_REASON).await
}

/// Why no plan can be asked for, as an answer to the form.
#[cfg(feature = "ssr")]
fn refused(against: &Ineligible) -> Error {
    match against {
        Ineligible::NoBills => Error::field("bills", Problem::Missing),
        Ineligible::OpenAgreement { .. } => Error::Refused("plan_open_agreement"),
        Ineligible::BrokenRecently { .. } => Error::Refused("plan_broken_recently"),
        Ineligible::TotalTooSmall { least } => Error::field("bills", Problem::AmountBelow { min: *least }),
        _ => Error::field("bills", Problem::NoLongerPossible),
    }
}

/// Keeps the answers and leads on.
#[cfg(feature = "ssr")]
async fn kept(post: &Post, form: &PlanForm, next: &str) -> Result<String> {
    let customer = post.visitor.customer()?;
    Ok(paths::step(next, drafts::keep(&post.server, customer, form).await?))
}

/// Why, if one likes to say.
#[server(endpoint = "parcelar/motivo")]
pub async fn explain(#[server(default)] form: PlanForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match form.reason.as_str() {
        PERSON => Ok(format!("{}?{}", paths::QUESTION, crate::requests::ABOUT_PLAN)),
        "" => kept(&post, &form, paths::PLAN_OPTIONS).await,
        word => match forms::one_of::<Reason>(word) {
            Ok(_) => kept(&post, &form, paths::PLAN_OPTIONS).await,
            Err(problem) => Err(Error::field("reason", problem)),
        },
    };
    post.answer(paths::PLAN_REASON, &form, outcome, Next::to).await
}

/// How much now, in how many, on which day.
#[server(endpoint = "parcelar/opcoes")]
pub async fn options(#[server(default)] form: PlanForm, #[server(default)] step: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = if step == WORK_OUT {
        kept(&post, &form, paths::PLAN_OPTIONS).await.map(|to| format!("{to}#{}", super::island::OPTIONS))
    } else {
        simulated(&post, &form).await
    };
    post.answer(paths::PLAN_OPTIONS, &form, outcome, Next::to).await
}

#[cfg(feature = "ssr")]
async fn simulated(post: &Post, form: &PlanForm) -> Result<String> {
    let customer = post.visitor.customer()?;
    agreements::simulate(&post.server, customer, form).await?;
    kept(post, form, paths::PLAN_CHECK).await
}

/// Accepts the plan as it was shown.
#[server(endpoint = "parcelar/conferir")]
pub async fn accept(#[server(default)] form: PlanForm, #[server(default)] accept: AcceptForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome: Result<Protocol> = match post.visitor.customer() {
        Ok(customer) => agreements::submit(&post.server, customer, &form, &accept).await,
        Err(error) => Err(error),
    };
    post.answer(paths::PLAN_CHECK, &form, outcome, |protocol| Next::to(paths::confirmation(&protocol.digits()))).await
}

/// Takes off what falls away of installments that are to be paid early.
#[server(endpoint = "acordos/antecipar")]
pub async fn pay_early(#[server(default)] protocol: String, #[server(default)] form: EarlyForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.customer() {
        Ok(customer) => agreements::pay_early(&post.server, customer, &protocol, &form).await,
        Err(error) => Err(error),
    };
    let said = |chosen: agreements::Chosen| {
        Next::to(paths::agreement_early(&protocol)).saying(texts::agreements::early_said(l, texts::date(l, chosen.pay_until)))
    };
    post.answer(&paths::agreement_early(&protocol), &form, outcome, said).await
}

/// Where [`pay_early`] is posted to.
#[must_use]
pub fn pay_early_url() -> &'static str {
    PayEarly::PATH
}

/// Where [`choose`] is posted to.
#[must_use]
pub fn choose_url() -> &'static str {
    Choose::PATH
}

/// Where [`explain`] is posted to.
#[must_use]
pub fn explain_url() -> &'static str {
    Explain::PATH
}

/// Where [`options`] is posted to.
#[must_use]
pub fn options_url() -> &'static str {
    Options::PATH
}

/// Where [`accept`] is posted to.
#[must_use]
pub fn accept_url() -> &'static str {
    Accept::PATH
}
