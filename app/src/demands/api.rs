//! What the forms about letters that ask for payment post to.

use domain::default_notices::ProofForm;
use domain::demands::DemandForm;
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
use domain::ids::CustomerId;
#[cfg(feature = "ssr")]
use server::{
    demands,
    error::{Error, Result},
    texts::demands as t,
};

/// Either form of the page, as it was typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The letter whose proof was entered; none for a new letter.
    pub demand: String,
    /// The new letter.
    pub form: DemandForm,
    /// The proof.
    pub proof: ProofForm,
}

/// Writes a letter.
#[server(endpoint = "equipe/cartas/escrever")]
pub async fn write_demand(#[server(default)] customer: String, #[server(default)] form: DemandForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = write(&post, &customer, &form).await;
    let (page, next) = (paths::demand(&customer), paths::demand(&customer));
    post.answer(&page, &Typed { form, ..Typed::default() }, outcome, |()| Next::to(next).saying(t::said_written(l))).await
}

#[cfg(feature = "ssr")]
async fn write(post: &Post, customer: &str, form: &DemandForm) -> Result<()> {
    let staff = post.visitor.staff()?;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    demands::write(&post.server, staff, customer, form).await
}

/// Enters how a letter is proven.
#[server(endpoint = "equipe/cartas/provar")]
pub async fn prove_demand(
    #[server(default)] customer: String,
    #[server(default)] demand: String,
    #[server(default)] form: ProofForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), demand.parse()) {
        (Ok(staff), Ok(demand)) => demands::prove(&post.server, staff, demand, &form).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(Error::NotFound),
    };
    let page = paths::demand(&customer);
    let typed = Typed { demand, proof: form, ..Typed::default() };
    post.answer(&page, &typed, outcome, |customer| Next::to(paths::demand(customer)).saying(server::texts::default_notices::said_proven(l)))
        .await
}

/// Where [`write_demand`] is posted to.
#[must_use]
pub fn write_url() -> &'static str {
    WriteDemand::PATH
}

/// Where [`prove_demand`] is posted to.
#[must_use]
pub fn prove_url() -> &'static str {
    ProveDemand::PATH
}
