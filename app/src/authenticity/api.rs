//! What the question posts to.

use chrono::NaiveDate;
use domain::papers::Paper;
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
use server::authenticity;

/// The question as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckForm {
    /// What was pasted.
    pub code: String,
}

/// What is said of a code, kept for the page. It stands in no address: a link that says "ours" could be sent with any boleto.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Nothing was asked.
    #[default]
    Nothing,
    /// Ours, and to be paid.
    Payable,
    /// Ours, but no longer to be paid.
    NotPayable,
    /// Not ours.
    NotOurs,
    /// A document of ours.
    Document {
        /// What it is.
        paper: Paper,
        /// When it was issued.
        issued_on: NaiveDate,
        /// Whose it is, masked.
        tax_id: String,
        /// Whether it still holds.
        holds: bool,
    },
    /// No document of ours.
    NoDocument,
}

/// Asks whether a code is ours.
#[server(endpoint = "e-nosso")]
pub async fn check(#[server(default)] form: CheckForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let outcome = authenticity::check(&post.server, &post.visitor.visit, &form.code).await.map(|answer| match answer {
        authenticity::Answer::OursPayable => Said::Payable,
        authenticity::Answer::OursNotPayable => Said::NotPayable,
        authenticity::Answer::NotOurs => Said::NotOurs,
        authenticity::Answer::Document(known) => {
            Said::Document { paper: known.paper, issued_on: known.issued_on, tax_id: known.tax_id, holds: known.holds }
        }
        authenticity::Answer::NoDocument => Said::NoDocument,
    });
    post.answer(paths::AUTHENTICITY, &form, outcome, |said| Next::to(paths::AUTHENTICITY).keeping(&Kept { said })).await
}

/// What the page finds of an answered question: the answer, and not the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The answer.
    pub said: Said,
}

/// Where [`check`] is posted to.
#[must_use]
pub fn check_url() -> &'static str {
    Check::PATH
}
