//! What the creditor's systems ask for, as HTTP: a verb each, and its answer as JSON.

use axum::Extension;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{Id, Query};
use super::problems::{Problem, What};
use super::{Api, records};
use crate::api_keys::ApiKey;
use crate::error::Result;
use crate::requests::feed;

/// A page of a list.
#[derive(Debug, Serialize)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the next page begins; none when this is the last.
    pub(super) next: Option<String>,
    /// When it was read: what has changed later is asked for with this.
    pub(super) as_of: DateTime<Utc>,
}

impl<T> Page<T> {
    /// From one line more than a page holds.
    pub(super) fn of(mut lines: Vec<(Uuid, T)>, limit: i64, as_of: DateTime<Utc>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| more).map(|(id, _)| id.simple().to_string());
        Self { items: lines.into_iter().map(|(_, line)| line).collect(), next, as_of }
    }
}

/// The key that asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub(super) struct KeyOut {
    /// What it was called when it was made.
    name: String,
    /// What it begins with.
    prefix: String,
    /// What it opens.
    scopes: Vec<&'static str>,
}

pub(super) async fn key(Extension(key): Extension<ApiKey>, _: Query) -> Json<KeyOut> {
    Json(KeyOut {
        name: key.name().to_owned(),
        prefix: key.prefix().to_owned(),
        scopes: key.scopes().iter().map(|scope| scope.as_str()).collect(),
    })
}

pub(super) async fn customers(State(api): State<Api>, Extension(key): Extension<ApiKey>, query: Query) -> Result<Response, Problem> {
    let as_of = api.server.clock.now();
    let lines = records::customers(&api.server, &key, query.cursor(), query.limit() + 1).await?;
    Ok(Json(Page::of(lines, query.limit(), as_of)).into_response())
}

pub(super) async fn customer(State(api): State<Api>, Extension(key): Extension<ApiKey>, Id(id): Id, _: Query) -> Result<Response, Problem> {
    Ok(Json(records::customer(&api.server, &key, &id).await?).into_response())
}

pub(super) async fn bills(State(api): State<Api>, Extension(key): Extension<ApiKey>, query: Query) -> Result<Response, Problem> {
    let as_of = api.server.clock.now();
    let filter = records::BillFilter { customer: query.text("customer"), standing: query.text("standing") };
    let lines = records::bills(&api.server, &key, &filter, query.cursor(), query.limit() + 1).await?;
    Ok(Json(Page::of(lines, query.limit(), as_of)).into_response())
}

pub(super) async fn bill(State(api): State<Api>, Extension(key): Extension<ApiKey>, Id(id): Id, query: Query) -> Result<Response, Problem> {
    let on = query.day("on").unwrap_or_else(|| api.server.clock.today());
    Ok(Json(records::bill(&api.server, &key, &id, on).await?).into_response())
}

pub(super) async fn requests(State(api): State<Api>, Extension(key): Extension<ApiKey>, query: Query) -> Result<Response, Problem> {
    let as_of = api.server.clock.now();
    let filter = feed::Filter { kind: query.text("kind"), status: query.text("status"), updated_since: query.time("updated_since") };
    let lines = feed::list(&api.server, &key, &filter, query.cursor(), query.limit() + 1).await?;
    Ok(Json(Page::of(lines, query.limit(), as_of)).into_response())
}

pub(super) async fn request(
    State(api): State<Api>,
    Extension(key): Extension<ApiKey>,
    Id(protocol): Id,
    _: Query,
) -> Result<Response, Problem> {
    Ok(Json(feed::open(&api.server, &key, &protocol).await?).into_response())
}

/// The bytes of a file of a request, as an attachment without its sender's name for it.
pub(super) async fn file(
    State(api): State<Api>,
    Extension(key): Extension<ApiKey>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    _: Query,
) -> Result<Response, Problem> {
    let Path((protocol, id)) = path.map_err(|_| What::NotFound)?;
    let id = id.parse().map_err(|_| What::NotFound)?;
    let download = feed::attachment(&api.server, &key, &protocol, id).await?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(download.file)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&download.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(download.size));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}
