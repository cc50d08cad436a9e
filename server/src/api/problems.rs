//! What the API answers when it does not do what was asked: RFC 9457, always. Worded here, in the language asked for; never tells
//! whose a thing is, and quotes nothing of what was sent.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde_json::{Value, json};

use super::{Api, RequestId};
use crate::error::Error;
use crate::imports::{Fault, Reason};
use crate::texts::{Locale, api as t};

/// The media type of every problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, as the document and the page of the API name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Not JSON, or something that cannot be read at all.
    Malformed,
    /// No key, or one that opens nothing.
    Unauthorized,
    /// The key was not made for this.
    Forbidden,
    /// No such address, or no such thing.
    NotFound,
    /// The address takes another method.
    MethodNotAllowed,
    /// The body did not come in time.
    Timeout,
    /// The same `Idempotency-Key` is being worked on.
    InProgress,
    /// The thing has moved on.
    Overtaken,
    /// More bytes than are taken.
    TooLarge,
    /// Another media type than is taken.
    UnsupportedMediaType,
    /// Read, and not taken: field by field.
    Refused,
    /// The same `Idempotency-Key` with another request.
    KeyReused,
    /// More requests than this key has.
    Throttled,
    /// A fault of ours.
    Broken,
}

impl What {
    /// Every one, by its status.
    pub const ALL: [Self; 14] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::InProgress,
        Self::Overtaken,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Refused,
        Self::KeyReused,
        Self::Throttled,
        Self::Broken,
    ];

    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::InProgress | Self::Overtaken => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Refused | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its word, which its `type` ends with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Timeout => "timeout",
            Self::InProgress => "in_progress",
            Self::Overtaken => "overtaken",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Refused => "refused",
            Self::KeyReused => "key_reused",
            Self::Throttled => "throttled",
            Self::Broken => "broken",
        }
    }

    /// In words.
    #[must_use]
    pub fn told(self, l: Locale) -> &'static str {
        match self {
            Self::Malformed => t::malformed(l),
            Self::Unauthorized => t::unauthorized(l),
            Self::Forbidden => t::forbidden(l),
            Self::NotFound => t::not_found(l),
            Self::MethodNotAllowed => t::method_not_allowed(l),
            Self::Timeout => t::timeout(l),
            Self::InProgress => t::in_progress(l),
            Self::Overtaken => t::overtaken(l),
            Self::TooLarge => t::too_large(l),
            Self::UnsupportedMediaType => t::unsupported_media_type(l),
            Self::Refused => t::refused(l),
            Self::KeyReused => t::key_reused(l),
            Self::Throttled => t::throttled(l),
            Self::Broken => t::broken(l),
        }
    }
}

/// Where in a request something is wrong.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A JSON pointer into the body.
    Body(String),
    /// A parameter of the address.
    Parameter(String),
    /// A header.
    Header(&'static str),
}

/// A request that was not done. Worded by [`worded`], which knows the language.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) what: What,
    pub(super) errors: Vec<(Place, Reason)>,
    /// Seconds until it is worth trying again.
    pub(super) retry_after: Option<i64>,
}

impl Problem {
    /// One parameter that cannot be taken.
    pub(super) fn parameter(name: &str, reason: Reason) -> Self {
        let name = name.chars().take(100).collect();
        Self { errors: vec![(Place::Parameter(name), reason)], ..What::Refused.into() }
    }

    /// One header that cannot be taken.
    pub(super) fn header(name: &'static str, reason: Reason) -> Self {
        Self { errors: vec![(Place::Header(name), reason)], ..What::Refused.into() }
    }

    /// A record that was not taken.
    pub(super) fn record(faults: Vec<Fault>) -> Self {
        Self { errors: faults.into_iter().map(|fault| (Place::Body(fault.pointer), fault.reason)).collect(), ..What::Refused.into() }
    }

    fn body(&self, l: Locale, public_url: &str, request_id: &str) -> Value {
        let mut body = json!({
            "type": format!("{public_url}{}#{}", super::PAGE, self.what.as_str()),
            "title": self.what.told(l),
            "status": self.what.status().as_u16(),
            "request_id": request_id,
        });
        if !self.errors.is_empty() {
            body["errors"] = self.errors.iter().map(|(place, reason)| error(l, place, reason)).collect();
        }
        body
    }
}

/// One field's fault, in words and in one word.
pub(super) fn error(l: Locale, place: &Place, reason: &Reason) -> Value {
    let (kind, place) = match place {
        Place::Body(pointer) => ("pointer", pointer.as_str()),
        Place::Parameter(name) => ("parameter", name.as_str()),
        Place::Header(name) => ("header", *name),
    };
    json!({ kind: place, "code": reason.code(), "detail": reason.told(l) })
}

impl From<What> for Problem {
    fn from(what: What) -> Self {
        Self { what, errors: Vec::new(), retry_after: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => What::NotFound.into(),
            Error::SignedOut => What::Unauthorized.into(),
            Error::Forbidden => What::Forbidden.into(),
            Error::Overtaken(_) => What::Overtaken.into(),
            Error::Throttled(seconds) => Self { retry_after: Some(seconds), ..What::Throttled.into() },
            error => {
                tracing::error!(%error, "API");
                What::Broken.into()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.what.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Words whatever went wrong, wherever it did, as a problem.
pub(super) async fn worded(State(api): State<Api>, request: Request, next: Next) -> Response {
    let l = locale(&request);
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    // A panic is a fault of ours, told like any other. The runtime has logged where it happened.
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| Problem::from(What::Broken).into_response());
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let body = problem.body(l, &api.server.config.public_url, &id).to_string();
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(l.tag()));
    parts.headers.remove(header::CONTENT_LENGTH);
    if problem.what == What::Unauthorized {
        parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = problem.retry_after {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    Response::from_parts(parts, body.into())
}

/// The language asked for.
pub(super) fn locale(request: &Request) -> Locale {
    of_headers(request.headers())
}

/// The language that headers ask for.
pub(super) fn of_headers(headers: &axum::http::HeaderMap) -> Locale {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Locale::of_header).unwrap_or_default()
}

/// The header that a rate limit is told in.
pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The header that its rule is told in.
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
