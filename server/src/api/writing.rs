//! What the creditor's systems send, as HTTP: records for the imports, one or several, and documents with their files.

use axum::Extension;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use utoipa::ToSchema;

use super::bodies::{Id, Query, json, json_bytes, media_type};
use super::problems::{Place, Problem, What, error, of_headers};
use super::{Api, answers};
use crate::api_keys::ApiKey;
use crate::error::{Error, Result};
use crate::files::store::Incoming;
use crate::imports::{self, Fault, Kind, LARGEST_MB, Reason, Sent, Taken};
use crate::texts::Locale;

/// The most records of one request.
pub(super) const MOST: usize = 500;
/// The longest metadata of a document.
const LONGEST_METADATA: usize = 64 * 1024;

/// What became of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Its key in the creditor's system.
    external_id: String,
    /// `created`, `updated` or `unchanged`.
    outcome: &'static str,
}

/// What became of several.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchDone)]
pub(super) struct AllDone {
    /// New ones.
    created: usize,
    /// Changed ones.
    updated: usize,
    /// Those that said what was known.
    unchanged: usize,
    /// Those that were not taken.
    refused: usize,
    /// Each, in the order they were sent in.
    results: Vec<EachDone>,
}

/// What became of one of several.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchResult)]
pub(super) struct EachDone {
    /// Its key in the creditor's system, if it was said.
    external_id: Option<String>,
    /// `created`, `updated`, `unchanged` or `refused`.
    outcome: &'static str,
    /// Why it was refused.
    #[schema(value_type = Vec<ErrorOut>)]
    errors: Vec<Value>,
}

/// One field that cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct ErrorOut {
    /// JSON pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Or the parameter of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// Or the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    /// In one word that stays the same.
    code: String,
    /// In words.
    detail: String,
}

/// A problem, by RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemOut {
    /// Where it is explained; its fragment is the problem's word.
    r#type: String,
    /// In words.
    title: String,
    /// As the answer's own.
    status: u16,
    /// What to name when asking about it.
    request_id: String,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorOut>,
}

pub(super) async fn one(api: Api, key: ApiKey, kind: Kind, id: String, request: Request) -> Result<Response, Problem> {
    let (parts, body) = without_query(request).await?.into_parts();
    let object = json(&json_bytes(&parts.headers, body).await?)?;
    let sent = Sent { external_id: Some(id.clone()), object, pointer: String::new() };
    let taken = imports::put(&api.server, &key, kind, &[sent], None).await?;
    done(id, taken)
}

/// No operation that writes takes parameters.
async fn without_query(request: Request) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    axum::RequestPartsExt::extract::<Query>(&mut parts).await?;
    Ok(Request::from_parts(parts, body))
}

fn done(external_id: String, taken: Vec<Taken>) -> Result<Response, Problem> {
    let (status, outcome) = match taken.into_iter().next() {
        Some(Taken::Created) => (StatusCode::CREATED, "created"),
        Some(Taken::Updated) => (StatusCode::OK, "updated"),
        Some(Taken::Unchanged) => (StatusCode::OK, "unchanged"),
        Some(Taken::Refused(faults)) => return Err(Problem::record(faults)),
        None => return Err(What::Broken.into()),
    };
    Ok((status, axum::Json(Done { external_id, outcome })).into_response())
}

pub(super) async fn several(api: Api, key: ApiKey, kind: Kind, request: Request) -> Result<Response, Problem> {
    let l = of_headers(request.headers());
    let (parts, body) = without_query(request).await?.into_parts();
    let bytes = json_bytes(&parts.headers, body).await?;
    answers::once(&api.clone(), &key.clone(), &parts, &bytes.clone(), async move {
        let sent = records(json(&bytes)?)?;
        let taken = imports::put(&api.server, &key, kind, &sent, None).await?;
        let all = all_done(l, &sent, taken);
        Ok((StatusCode::OK, serde_json::to_value(all).map_err(|_| What::Broken)?))
    })
    .await
}

/// `{"items": […]}` and nothing else.
fn records(body: Value) -> Result<Vec<Sent>, Problem> {
    let at = |pointer: &str, reason| Err(Problem::record(vec![Fault { pointer: pointer.to_owned(), reason }]));
    let Value::Object(mut object) = body else { return at("", Reason::WrongType { expected: "object" }) };
    let items = object.remove("items");
    if let Some(name) = object.keys().next() {
        let name: String = name.chars().take(100).collect();
        return at(&format!("/{}", name.replace('~', "~0").replace('/', "~1")), Reason::UnknownField);
    }
    let items = match items {
        None | Some(Value::Null) => return at("/items", Reason::Missing),
        Some(Value::Array(items)) if items.is_empty() => return at("/items", Reason::Missing),
        Some(Value::Array(items)) if items.len() > MOST => return at("/items", Reason::TooMany { max: MOST }),
        Some(Value::Array(items)) => items,
        Some(_) => return at("/items", Reason::WrongType { expected: "array of objects" }),
    };
    let sent = |(at, object)| Sent { external_id: None, object, pointer: format!("/items/{at}") };
    Ok(items.into_iter().enumerate().map(sent).collect())
}

fn all_done(l: Locale, sent: &[Sent], taken: Vec<Taken>) -> AllDone {
    let mut all = AllDone { created: 0, updated: 0, unchanged: 0, refused: 0, results: Vec::with_capacity(sent.len()) };
    for (one, taken) in sent.iter().zip(taken) {
        let (count, outcome, faults) = match taken {
            Taken::Created => (&mut all.created, "created", Vec::new()),
            Taken::Updated => (&mut all.updated, "updated", Vec::new()),
            Taken::Unchanged => (&mut all.unchanged, "unchanged", Vec::new()),
            Taken::Refused(faults) => (&mut all.refused, "refused", faults),
        };
        *count += 1;
        let external_id = one.object.get("external_id").and_then(Value::as_str).map(|id| id.trim().chars().take(100).collect());
        let errors = faults.into_iter().map(|fault| error(l, &Place::Body(fault.pointer), &fault.reason)).collect();
        all.results.push(EachDone { external_id, outcome, errors });
    }
    all
}

/// A document: `metadata`, its record as JSON, and `file`, its bytes.
pub(super) async fn document(
    State(api): State<Api>,
    Extension(key): Extension<ApiKey>,
    Id(id): Id,
    request: Request,
) -> Result<Response, Problem> {
    let request = without_query(request).await?;
    if media_type(request.headers()) != "multipart/form-data" {
        return Err(What::UnsupportedMediaType.into());
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| What::Malformed)?;
    let (mut object, mut file) = (None, None);
    while let Some(part) = parts.next_field().await.map_err(unread)? {
        match part.name() {
            Some("metadata") if object.is_none() => object = Some(metadata(part).await?),
            Some("file") if file.is_none() => file = Some(receive(&api, part).await?),
            _ => return Err(What::Malformed.into()),
        }
    }
    let missing = |pointer: &str| Problem::record(vec![Fault { pointer: pointer.to_owned(), reason: Reason::Missing }]);
    let object = object.ok_or_else(|| missing("/metadata"))?;
    let file = file.ok_or_else(|| missing("/file"))?;
    let sent = Sent { external_id: Some(id.clone()), object, pointer: String::new() };
    let taken = imports::put(&api.server, &key, Kind::Documents, &[sent], Some(file.path())).await?;
    done(id, taken)
}

fn unread(_: MultipartError) -> Problem {
    What::Malformed.into()
}

async fn metadata(mut part: Field<'_>) -> Result<Value, Problem> {
    let mut bytes = Vec::new();
    while let Some(more) = part.chunk().await.map_err(unread)? {
        if bytes.len() + more.len() > LONGEST_METADATA {
            return Err(What::TooLarge.into());
        }
        bytes.extend_from_slice(&more);
    }
    json(&bytes)
}

/// A file on its way, until the import has taken its copy.
async fn receive(api: &Api, mut part: Field<'_>) -> Result<Incoming, Problem> {
    let io = |error| Problem::from(Error::Io(error));
    let incoming = api.server.files.incoming().await?;
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(incoming.path()).await.map_err(io)?;
    let mut size = 0;
    while let Some(bytes) = part.chunk().await.map_err(unread)? {
        size += bytes.len() as u64;
        if size > LARGEST_MB * 1024 * 1024 {
            return Err(Problem::record(vec![Fault { pointer: "/file".to_owned(), reason: Reason::FileTooLarge { max: LARGEST_MB } }]));
        }
        file.write_all(&bytes).await.map_err(io)?;
    }
    file.flush().await.map_err(io)?;
    Ok(incoming)
}
