//! What the forms of the rules post to: one for each half.

use domain::requests::rules::RulesForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

use crate::post::Answer;
#[cfg(feature = "ssr")]
use crate::{
    paths,
    post::{Next, Post},
};
#[cfg(feature = "ssr")]
use server::{
    requests::rules::{self, Half},
    texts::rules_staff as t,
};

/// A half of the rules as it was typed.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Which half.
    pub half: String,
    /// What was typed.
    pub form: RulesForm,
    /// Over how many days its effect is shown; 0 for not at all.
    pub days: u32,
}

/// The word of a half.
#[cfg(feature = "ssr")]
#[must_use]
pub const fn word(half: Half) -> &'static str {
    match half {
        Half::Routing => "routing",
        Half::Authority => "authority",
    }
}

/// Changes where requests go.
#[server(endpoint = "equipe/regras/destinos")]
pub async fn save_routing(#[server(default)] version: i64, #[server(default)] form: RulesForm) -> Result<Answer, ServerFnError> {
    saved(Half::Routing, version, form).await
}

/// Changes who may approve how much.
#[server(endpoint = "equipe/regras/alcadas")]
pub async fn save_authority(#[server(default)] version: i64, #[server(default)] form: RulesForm) -> Result<Answer, ServerFnError> {
    saved(Half::Authority, version, form).await
}

/// Shows what other levels would have made of the past; keeps nothing.
#[server(endpoint = "equipe/regras/efeito")]
pub async fn preview_authority(#[server(default)] form: RulesForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = match post.visitor.staff() {
        Ok(staff) => rules::preview(&post.server, staff, &form, PREVIEWED).await,
        Err(error) => Err(error),
    };
    let typed = Typed { half: word(Half::Authority).to_owned(), form, days: PREVIEWED };
    post.answer(paths::RULES, &typed, outcome, |_| Next::to(paths::RULES).keeping(&typed)).await
}

/// Days over which the effect of levels is shown.
#[cfg(feature = "ssr")]
const PREVIEWED: u32 = 90;

#[cfg(feature = "ssr")]
async fn saved(half: Half, version: i64, form: RulesForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => rules::save(&post.server, staff, half, version, &form).await,
        Err(error) => Err(error),
    };
    let typed = Typed { half: word(half).to_owned(), form, days: 0 };
    post.answer(paths::RULES, &typed, outcome, |version| Next::to(paths::RULES).saying(t::said_saved(l, version))).await
}

/// Where [`save_routing`] is posted to.
#[must_use]
pub fn routing_url() -> &'static str {
    SaveRouting::PATH
}

/// Where [`preview_authority`] is posted to.
#[must_use]
pub fn preview_url() -> &'static str {
    PreviewAuthority::PATH
}

/// Where [`save_authority`] is posted to.
#[must_use]
pub fn authority_url() -> &'static str {
    SaveAuthority::PATH
}
