//! What the forms about notices of default post to.

use domain::default_notices::{NoticeForm, ProofForm};
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
use domain::ids::ContractId;
#[cfg(feature = "ssr")]
use server::{
    default_notices,
    error::{Error, Result},
    texts::default_notices as t,
};

/// Either form of the page, as it was typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The notice whose proof was entered; none for a new notice.
    pub notice: String,
    /// The new notice.
    pub form: NoticeForm,
    /// The proof.
    pub proof: ProofForm,
}

/// Gives notice.
#[server(endpoint = "equipe/notificacoes/enviar")]
pub async fn give_notice(#[server(default)] contract: String, #[server(default)] form: NoticeForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = give(&post, &contract, &form).await;
    let (page, next) = (paths::default_notice(&contract), paths::default_notice(&contract));
    post.answer(&page, &Typed { form, ..Typed::default() }, outcome, |()| Next::to(next).saying(t::said_given(l))).await
}

#[cfg(feature = "ssr")]
async fn give(post: &Post, contract: &str, form: &NoticeForm) -> Result<()> {
    let staff = post.visitor.staff()?;
    let contract: ContractId = contract.parse().map_err(|_| Error::NotFound)?;
    default_notices::give(&post.server, staff, contract, form).await
}

/// Enters how a notice is proven.
#[server(endpoint = "equipe/notificacoes/provar")]
pub async fn prove_notice(
    #[server(default)] contract: String,
    #[server(default)] notice: String,
    #[server(default)] form: ProofForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), notice.parse()) {
        (Ok(staff), Ok(notice)) => default_notices::prove(&post.server, staff, notice, &form).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    let page = paths::default_notice(&contract);
    let typed = Typed { notice, proof: form, ..Typed::default() };
    post.answer(&page, &typed, outcome, |contract| Next::to(paths::default_notice(contract)).saying(t::said_proven(l))).await
}

/// Where [`give_notice`] is posted to.
#[must_use]
pub fn give_url() -> &'static str {
    GiveNotice::PATH
}

/// Where [`prove_notice`] is posted to.
#[must_use]
pub fn prove_url() -> &'static str {
    ProveNotice::PATH
}
