//! Webhooks, as the creditor's systems register them.

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, RequestPartsExt};
use domain::forms::Problem as FormProblem;
use domain::ids::{DeliveryId, EndpointId};
use domain::webhooks::Topic;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::Array;
use uuid::Uuid;

use super::bodies::{Query, json, json_bytes};
use super::problems::{Problem, What};
use super::reading::Page;
use super::{Api, answers, records};
use crate::api_keys::ApiKey;
use crate::error::{Error, Result};
use crate::imports::{Fault, Reason};
use crate::webhooks::{self, Keeper};

/// An address to be registered.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhook)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointIn {
    /// Where: https, and on the internet at large.
    #[schema(max_length = 500, format = "uri")]
    url: String,
    /// What it is told of.
    #[schema(schema_with = topics)]
    topics: Vec<Topic>,
}

fn topics() -> Array {
    let mut topics = Array::new(records::words(Topic::ALL.iter().map(|topic| topic.as_str())));
    topics.min_items = Some(1);
    topics
}

type Named = Result<Path<Uuid>, axum::extract::rejection::PathRejection>;

pub(super) async fn list(State(api): State<Api>, Extension(key): Extension<ApiKey>, _: Query) -> Result<Response, Problem> {
    let as_of = api.server.clock.now();
    let items = webhooks::list(&api.server, Keeper::Key(&key)).await?;
    Ok(Json(Page { items, next: None, as_of }).into_response())
}

pub(super) async fn add(State(api): State<Api>, Extension(key): Extension<ApiKey>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body): (_, Body) = request.into_parts();
    parts.extract::<Query>().await?;
    let bytes = json_bytes(&parts.headers, body).await?;
    answers::once(&api.clone(), &key.clone(), &parts, &bytes.clone(), async move {
        let new = endpoint(json(&bytes)?)?;
        let made = webhooks::add(&api.server, Keeper::Key(&key), &new.url, &new.topics).await.map_err(|error| match error {
            Error::Form(errors) => Problem::record(errors.into_iter().map(|error| fault(&error.field, &error.problem)).collect()),
            Error::Refused(_) => {
                Problem::record(vec![Fault { pointer: "/url".into(), reason: Reason::TooMany { max: webhooks::MOST_ENDPOINTS } }])
            }
            error => error.into(),
        })?;
        Ok((StatusCode::CREATED, serde_json::to_value(made).map_err(|_| What::Broken)?))
    })
    .await
}

fn fault(field: &str, problem: &FormProblem) -> Fault {
    let reason = if *problem == FormProblem::Missing { Reason::Missing } else { Reason::NotAnAddress };
    Fault { pointer: format!("/{field}"), reason }
}

fn endpoint(body: Value) -> Result<EndpointIn, Problem> {
    let at = |pointer: &str, reason| Fault { pointer: pointer.to_owned(), reason };
    let Value::Object(object) = body else { return Err(Problem::record(vec![at("", Reason::WrongType { expected: "object" })])) };
    let mut faults: Vec<Fault> = object
        .keys()
        .filter(|name| !["url", "topics"].contains(&name.as_str()))
        .map(|name| {
            at(&format!("/{}", name.chars().take(100).collect::<String>().replace('~', "~0").replace('/', "~1")), Reason::UnknownField)
        })
        .collect();
    let url = match object.get("url") {
        None | Some(Value::Null) => Err(at("/url", Reason::Missing)),
        Some(Value::String(url)) => Ok(url.clone()),
        Some(_) => Err(at("/url", Reason::WrongType { expected: "string" })),
    };
    let topics = match object.get("topics") {
        None | Some(Value::Null) => Err(at("/topics", Reason::Missing)),
        Some(Value::Array(topics)) => topics.iter().enumerate().map(|(n, topic)| topic_of(n, topic)).collect(),
        Some(_) => Err(at("/topics", Reason::WrongType { expected: "array of strings" })),
    };
    match (url, topics) {
        (Ok(url), Ok(topics)) if faults.is_empty() => Ok(EndpointIn { url, topics }),
        (url, topics) => {
            faults.extend(url.err().into_iter().chain(topics.err()));
            Err(Problem::record(faults))
        }
    }
}

fn topic_of(at: usize, topic: &Value) -> Result<Topic, Fault> {
    let pointer = format!("/topics/{at}");
    let Some(word) = topic.as_str() else { return Err(Fault { pointer, reason: Reason::WrongType { expected: "string" } }) };
    let words = || Topic::ALL.iter().map(|topic| topic.as_str()).collect::<Vec<_>>().join(", ");
    word.parse().map_err(|_| Fault { pointer, reason: Reason::NotOneOf { words: words() } })
}

pub(super) async fn remove(State(api): State<Api>, Extension(key): Extension<ApiKey>, id: Named, _: Query) -> Result<StatusCode, Problem> {
    let Path(id) = id.map_err(|_| What::NotFound)?;
    webhooks::remove(&api.server, Keeper::Key(&key), EndpointId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn deliveries(State(api): State<Api>, Extension(key): Extension<ApiKey>, query: Query) -> Result<Response, Problem> {
    let as_of = api.server.clock.now();
    let state = query.text("state").parse().ok();
    let lines = webhooks::deliveries(&api.server, Keeper::Key(&key), state, query.cursor(), query.limit() + 1).await?;
    let lines = lines.into_iter().map(|line| (line.id.0, line)).collect();
    Ok(Json(Page::of(lines, query.limit(), as_of)).into_response())
}

pub(super) async fn redeliver(
    State(api): State<Api>,
    Extension(key): Extension<ApiKey>,
    id: Named,
    _: Query,
) -> Result<StatusCode, Problem> {
    let Path(id) = id.map_err(|_| What::NotFound)?;
    webhooks::redeliver(&api.server, Keeper::Key(&key), DeliveryId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
