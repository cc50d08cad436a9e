//! What the forms about placements post to.

use domain::placements::{AgencyForm, PlacementForm, ResultForm};
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
use domain::{forms::Problem, ids::CustomerId};
#[cfg(feature = "ssr")]
use server::{
    error::{Error, Result},
    placements::{
        self,
        agencies::{self, Which},
        results::{self, LARGEST, Unread},
    },
    sessions::Staff,
    texts::{Locale, placements as t},
};

/// What is taken back, and why.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecallForm {
    /// One bill, by its place in its hand-over …
    pub place: String,
    /// … or all of a customer …
    pub customer: String,
    /// … or all of an agency.
    pub agency: String,
    /// Why.
    pub reason: String,
    /// The page the form stands on: an agency's or a customer's.
    pub back: String,
}

/// What an agency's page keeps of what was typed, and of what came of a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Of the form that takes bills back.
    pub recall: Option<RecallForm>,
    /// Of the form of one result.
    pub result: Option<ResultForm>,
    /// What came of a file.
    pub came: Option<Came>,
}

/// What came of an agency's file: for the page that shows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Came {
    /// The file's name.
    pub name: String,
    /// Why it was not read at all.
    pub unread: Option<String>,
    /// Lines written down.
    pub taken: usize,
    /// Lines known already.
    pub known: usize,
    /// Lines given back.
    pub refused: usize,
    /// The first of them: line, bill, and why, in words.
    pub lines: Vec<(u64, String, String)>,
}

/// Prepares a hand-over.
#[server(endpoint = "equipe/cobranca/preparar")]
pub async fn prepare_placement(#[server(default)] form: PlacementForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => placements::prepare(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    let page = match form.customer.parse::<CustomerId>() {
        Ok(customer) => paths::customer_placements(customer),
        Err(_) => paths::PLACEMENTS.to_owned(),
    };
    post.answer(&page, &form, outcome, |id| Next::to(paths::placement(id)).saying(t::said_prepared(l))).await
}

/// Hands over what was prepared.
#[server(endpoint = "equipe/cobranca/entregar")]
pub async fn confirm_placement(#[server(default)] placement: String) -> Result<Answer, ServerFnError> {
    decided(&placement, t::said_confirmed, async |server, staff, id| placements::confirm(server, staff, id).await).await
}

/// Throws a hand-over away that nobody confirmed.
#[server(endpoint = "equipe/cobranca/descartar")]
pub async fn discard_placement(#[server(default)] placement: String) -> Result<Answer, ServerFnError> {
    decided(&placement, t::said_discarded, async |server, staff, id| placements::discard(server, staff, id).await).await
}

#[cfg(feature = "ssr")]
async fn decided(
    placement: &str,
    said: fn(Locale) -> &'static str,
    verb: impl AsyncFnOnce(&server::Server, &Staff, uuid::Uuid) -> Result<()>,
) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    // What is no id names nothing; whether somebody may ask at all comes first.
    let id: uuid::Uuid = placement.parse().unwrap_or_default();
    let outcome = match post.visitor.staff() {
        Ok(staff) => verb(&post.server, staff, id).await,
        Err(error) => Err(error),
    };
    let back = if id.is_nil() { paths::PLACEMENTS.to_owned() } else { paths::placement(id) };
    post.answer(&back, &(), outcome, |()| Next::to(back.clone()).saying(said(l))).await
}

/// Takes bills back.
#[server(endpoint = "equipe/cobranca/recolher")]
pub async fn recall_placed(#[server(default)] form: RecallForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => recall(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    let back = match (form.back.parse::<uuid::Uuid>(), form.customer.parse::<CustomerId>()) {
        (Ok(agency), _) => paths::agency(agency),
        (_, Ok(customer)) => paths::customer_placements(customer),
        _ => paths::PLACEMENTS.to_owned(),
    };
    let typed = Typed { recall: Some(form), ..Typed::default() };
    let said = |n| t::said_recalled(l, i64::try_from(n).unwrap_or(i64::MAX));
    post.answer(&back, &typed, outcome, |n| Next::to(back.clone()).saying(said(n))).await
}

#[cfg(feature = "ssr")]
async fn recall(server: &server::Server, staff: &Staff, form: &RecallForm) -> Result<usize> {
    let id = |text: &str| text.parse::<uuid::Uuid>().map_err(|_| Error::NotFound);
    let which = match (form.place.as_str(), form.customer.as_str(), form.agency.as_str()) {
        ("", "", agency) => Which::Agency(id(agency)?),
        ("", customer, _) => Which::Customer(CustomerId(id(customer)?)),
        (place, ..) => Which::Bill(id(place)?),
    };
    agencies::recall(server, staff, which, &form.reason).await
}

/// Adds an agency.
#[server(endpoint = "equipe/cobranca/assessorias/cadastrar")]
pub async fn add_agency(#[server(default)] form: AgencyForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match post.visitor.staff() {
        Ok(staff) => agencies::add(&post.server, staff, &form).await,
        Err(error) => Err(error),
    };
    post.answer(paths::AGENCIES, &form, outcome, |()| Next::to(paths::AGENCIES).saying(t::said_added(l))).await
}

/// Says anew what an agency is called and how it is reached.
#[server(endpoint = "equipe/cobranca/assessorias/alterar")]
pub async fn change_agency(#[server(default)] agency: String, #[server(default)] form: AgencyForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), agency.parse()) {
        (Ok(staff), Ok(id)) => agencies::change(&post.server, staff, id, &form).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    let page = paths::agency_to_change(&agency);
    post.answer(&page, &form, outcome, |()| Next::to(paths::AGENCIES).saying(t::said_changed(l))).await
}

/// Where [`change_agency`] is posted to.
#[must_use]
pub fn change_agency_url() -> &'static str {
    ChangeAgency::PATH
}

/// Hands nothing more over to an agency.
#[server(endpoint = "equipe/cobranca/assessorias/encerrar")]
pub async fn retire_agency(#[server(default)] agency: String) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let outcome = match (post.visitor.staff(), agency.parse()) {
        (Ok(staff), Ok(id)) => agencies::retire(&post.server, staff, id).await,
        (Ok(_), Err(_)) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    post.answer(paths::AGENCIES, &(), outcome, |()| Next::to(paths::AGENCIES).saying(t::said_retired(l))).await
}

/// Writes down one result of an agency.
#[server(endpoint = "equipe/cobranca/retorno")]
pub async fn take_result(#[server(default)] agency: String, #[server(default)] form: ResultForm) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let l = post.visitor.locale;
    let id: uuid::Uuid = agency.parse().unwrap_or_default();
    let outcome = match post.visitor.staff() {
        Ok(staff) => results::take_one(&post.server, staff, id, &form).await,
        Err(error) => Err(error),
    };
    let back = paths::agency(id);
    let typed = Typed { result: Some(form), ..Typed::default() };
    post.answer(&back, &typed, outcome, |()| Next::to(back.clone()).saying(t::said_one(l))).await
}

/// Takes an agency's file of results.
#[server(endpoint = "envio/retorno-assessoria", input = MultipartFormData)]
pub async fn submit_results(data: MultipartData) -> Result<Answer, ServerFnError> {
    let post = Post::here()?;
    let mut agency = uuid::Uuid::nil();
    let outcome = take_file(&post, data, &mut agency).await;
    let back = if agency.is_nil() { paths::PLACEMENTS.to_owned() } else { paths::agency(agency) };
    post.answer(&back, &(), outcome, |came| Next::to(back.clone()).keeping(&Typed { came: Some(came), ..Typed::default() })).await
}

/// Lines that a page tells of a file.
#[cfg(feature = "ssr")]
const TOLD: usize = 100;

#[cfg(feature = "ssr")]
async fn take_file(post: &Post, data: MultipartData, agency: &mut uuid::Uuid) -> Result<Came> {
    let staff = post.visitor.staff()?;
    results::may(staff)?;
    let broken = |error| Error::Io(std::io::Error::other(error));
    let (mut name, mut bytes) = (String::new(), Vec::new());
    let Some(mut parts) = data.into_inner() else { return Err(Error::field("file", Problem::Missing)) };
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        match part.name().unwrap_or_default() {
            "agency" => *agency = part.text().await.map_err(broken)?.trim().parse().map_err(|_| Error::NotFound)?,
            "form[file]" => {
                name = part.file_name().unwrap_or_default().to_owned();
                while let Some(more) = part.chunk().await.map_err(broken)? {
                    if u32::try_from(bytes.len() + more.len()).map_or(true, |length| length > LARGEST) {
                        return Err(Error::field("file", Problem::FileTooLarge { max: LARGEST }));
                    }
                    bytes.extend_from_slice(&more);
                }
            }
            _ => {}
        }
    }
    if name.is_empty() {
        return Err(Error::field("file", Problem::Missing));
    }
    let l = post.visitor.locale;
    match results::take(&post.server, staff, *agency, &bytes).await {
        Ok(report) => {
            let lines =
                report.refused.iter().take(TOLD).map(|(line, bill, why)| (*line, bill.clone(), super::words::refused(l, *why).to_owned()));
            Ok(Came { name, unread: None, taken: report.taken, known: report.known, refused: report.refused.len(), lines: lines.collect() })
        }
        Err(Unread::File(error)) => Ok(Came { name, unread: Some(error.told(l)), ..Came::default() }),
        Err(Unread::Server(error)) => Err(error),
    }
}

/// Where [`prepare_placement`] is posted to.
#[must_use]
pub fn prepare_url() -> &'static str {
    PreparePlacement::PATH
}

/// Where [`confirm_placement`] is posted to.
#[must_use]
pub fn confirm_url() -> &'static str {
    ConfirmPlacement::PATH
}

/// Where [`discard_placement`] is posted to.
#[must_use]
pub fn discard_url() -> &'static str {
    DiscardPlacement::PATH
}

/// Where [`recall_placed`] is posted to.
#[must_use]
pub fn recall_url() -> &'static str {
    RecallPlaced::PATH
}

/// Where [`add_agency`] is posted to.
#[must_use]
pub fn add_agency_url() -> &'static str {
    AddAgency::PATH
}

/// Where [`retire_agency`] is posted to.
#[must_use]
pub fn retire_agency_url() -> &'static str {
    RetireAgency::PATH
}

/// Where [`take_result`] is posted to.
#[must_use]
pub fn result_url() -> &'static str {
    TakeResult::PATH
}

/// Where [`submit_results`] is posted to.
#[must_use]
pub fn results_url() -> &'static str {
    SubmitResults::PATH
}
