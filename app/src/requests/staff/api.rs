//! What the desk's forms post to: one function for each step.

use domain::requests::Action;
use domain::requests::forms::DecisionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

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
    requests::desk,
    texts,
};

/// A form of the desk as it was typed, and which of them it was: the page has one for each step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Decided {
    /// The step that was tried.
    pub action: Option<Action>,
    /// What was written with it.
    #[serde(flatten)]
    pub form: DecisionForm,
    /// What is to be known of an answer that was just filled in.
    #[cfg(feature = "ssr")]
    pub about: Option<super::replies_api::About>,
}

/// Takes a request out of the queue.
#[server(endpoint = "equipe/pedidos/assumir")]
pub async fn claim(#[server(default)] protocol: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::claim(&post.server, staff, &protocol).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Claim, DecisionForm::default(), outcome).await
}

/// Puts a request back into the queue.
#[server(endpoint = "equipe/pedidos/devolver")]
pub async fn release(#[server(default)] protocol: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::release(&post.server, staff, &protocol).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Release, DecisionForm::default(), outcome).await
}

/// Gives a request to a colleague.
#[server(endpoint = "equipe/pedidos/passar")]
pub async fn assign(#[server(default)] protocol: String, #[server(default)] to: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match (post.visitor.staff(), to.parse()) {
        (Ok(staff), Ok(to)) => desk::assign(&post.server, staff, &protocol, to).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::field("to", Problem::ChooseOne)),
    };
    taken(post, &protocol, Action::Assign, DecisionForm::default(), outcome).await
}

/// Hands a request to another part of the house.
#[server(endpoint = "equipe/pedidos/encaminhar")]
pub async fn refer(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::refer(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Refer, form, outcome).await
}

/// Asks the customer for something.
#[server(endpoint = "equipe/pedidos/pedir-mais")]
pub async fn ask_more(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::ask_more(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::AskMore, form, outcome).await
}

/// Proposes a decision for somebody else to take.
#[server(endpoint = "equipe/pedidos/preparar")]
pub async fn prepare(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::prepare(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Prepare, form, outcome).await
}

/// Decides in favour.
#[server(endpoint = "equipe/pedidos/aprovar")]
pub async fn approve(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::approve(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Approve, form, outcome).await
}

/// Returns a proposal to review.
#[server(endpoint = "equipe/pedidos/voltar")]
pub async fn send_back(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::send_back(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::SendBack, form, outcome).await
}

/// Decides against.
#[server(endpoint = "equipe/pedidos/recusar")]
pub async fn refuse(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::refuse(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Refuse, form, outcome).await
}

/// Says that what was decided has happened, or answers a question.
#[server(endpoint = "equipe/pedidos/concluir")]
pub async fn finish(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::finish(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Finish, form, outcome).await
}

/// Leaves a message, a note among staff, or both.
#[server(endpoint = "equipe/pedidos/anotar")]
pub async fn note(#[server(default)] protocol: String, #[server(default)] form: DecisionForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => desk::note(&post.server, staff, &protocol, &form).await,
        Err(error) => Err(error),
    };
    taken(post, &protocol, Action::Note, form, outcome).await
}

/// Back to the request, whatever came of the step: it is seen there as it is now.
#[cfg(feature = "ssr")]
async fn taken(post: Post, protocol: &str, action: Action, form: DecisionForm, outcome: Result<()>) -> Result<Answer, ServerFnError> {
    let page = paths::staff_request(protocol);
    let said = said(post.visitor.locale, action);
    let decided = Decided { action: Some(action), form, about: None };
    post.answer(&page, &decided, outcome, |()| Next::to(&page).saying(said)).await
}

#[cfg(feature = "ssr")]
fn said(l: texts::Locale, action: Action) -> &'static str {
    use texts::desk as t;
    match action {
        Action::Claim => t::said_claim(l),
        Action::Release => t::said_release(l),
        Action::AskMore => t::said_ask_more(l),
        Action::Prepare => t::said_prepare(l),
        Action::Approve => t::said_approve(l),
        Action::SendBack => t::said_send_back(l),
        Action::Refuse => t::said_refuse(l),
        Action::Finish => t::said_finish(l),
        Action::Assign => t::said_assign(l),
        Action::Refer => t::said_refer(l),
        Action::Answer | Action::Withdraw | Action::Fail | Action::Note | Action::Warn | Action::Escalate | Action::Remind => {
            t::said_note(l)
        }
    }
}

/// Where the form of a step is posted to; none for a step that staff never takes.
#[must_use]
pub fn url(action: Action) -> Option<&'static str> {
    match action {
        Action::Claim => Some(Claim::PATH),
        Action::Release => Some(Release::PATH),
        Action::AskMore => Some(AskMore::PATH),
        Action::Prepare => Some(Prepare::PATH),
        Action::Approve => Some(Approve::PATH),
        Action::SendBack => Some(SendBack::PATH),
        Action::Refuse => Some(Refuse::PATH),
        Action::Finish => Some(Finish::PATH),
        Action::Note => Some(Note::PATH),
        Action::Assign => Some(Assign::PATH),
        Action::Refer => Some(Refer::PATH),
        Action::Answer | Action::Withdraw | Action::Fail | Action::Warn | Action::Escalate | Action::Remind => None,
    }
}

/// Where [`claim`] is posted to.
#[must_use]
pub fn claim_url() -> &'static str {
    Claim::PATH
}
