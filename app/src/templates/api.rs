//! What the forms about the wording of notices post to.

use domain::templates::notices::TemplateForm;
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
use domain::templates::notices::Kind;
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    sessions::Staff,
    templates::versions,
    texts::{Locale, templates as t},
};

/// What was typed about a notice.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The house's words, when they were.
    pub form: Option<TemplateForm>,
    /// Why the built-in ones are to hold again.
    pub why: Option<String>,
}

/// Shows what a reader would see of what was typed. Keeps nothing.
#[server(endpoint = "equipe/avisos/ver")]
pub async fn look(
    #[server(default)] template: String,
    #[server(default)] language: String,
    #[server(default)] form: TemplateForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (named, page) = named(&template, &language);
    let outcome = match addressed(&post, named) {
        Ok((staff, kind, _)) => versions::look(&post.server, staff, kind, &form),
        Err(error) => Err(error),
    };
    let typed = Typed { form: Some(form), why: None };
    // Led to the example; a flash belongs to the page whatever stands behind the sign.
    post.answer(&page, &typed, outcome, |_| Next::to(format!("{page}#exemplo")).warning(t::said_looked(l)).keeping(&typed)).await
}

/// Puts the house's words into force.
#[server(endpoint = "equipe/avisos/usar")]
pub async fn save(
    #[server(default)] template: String,
    #[server(default)] language: String,
    #[server(default)] base: i64,
    #[server(default)] form: TemplateForm,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (named, page) = named(&template, &language);
    let outcome = match addressed(&post, named) {
        Ok((staff, kind, language)) => versions::save(&post.server, staff, kind, language, base, &form).await,
        Err(error) => Err(error),
    };
    let typed = Typed { form: Some(form), why: None };
    post.answer(&page, &typed, outcome, |version| Next::to(&page).saying(t::said_saved(l, version))).await
}

/// Goes back to the built-in words.
#[server(endpoint = "equipe/avisos/voltar")]
pub async fn restore(
    #[server(default)] template: String,
    #[server(default)] language: String,
    #[server(default)] base: i64,
    #[server(default)] why: String,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let (named, page) = named(&template, &language);
    let outcome = match addressed(&post, named) {
        Ok((staff, kind, language)) => versions::restore(&post.server, staff, kind, language, base, &why).await,
        Err(error) => Err(error),
    };
    let typed = Typed { form: None, why: Some(why) };
    post.answer(&page, &typed, outcome, |_| Next::to(&page).saying(t::said_restored(l))).await
}

/// Which notice, in which language, and its page.
#[cfg(feature = "ssr")]
fn named(template: &str, language: &str) -> (Option<(Kind, Locale)>, String) {
    let named = template.parse().ok().zip(Locale::exactly(language));
    (named, named.map_or_else(|| paths::TEMPLATES.to_owned(), |(kind, language)| paths::template(kind, language)))
}

#[cfg(feature = "ssr")]
fn addressed(post: &Post, named: Option<(Kind, Locale)>) -> Result<(&Staff, Kind, Locale)> {
    let staff = post.visitor.staff()?;
    let (kind, language) = named.ok_or(Error::NotFound)?;
    Ok((staff, kind, language))
}

/// Where [`look`] is posted to.
#[must_use]
pub fn look_url() -> &'static str {
    Look::PATH
}

/// Where [`save`] is posted to.
#[must_use]
pub fn save_url() -> &'static str {
    Save::PATH
}

/// Where [`restore`] is posted to.
#[must_use]
pub fn restore_url() -> &'static str {
    Restore::PATH
}
