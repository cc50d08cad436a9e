//! The HTTP API of the creditor's systems, `/api/v1`: JSON in and out, a key for each system, problems by RFC 9457. One table of
//! operations makes the router, the OpenAPI document and the page about it.
//!
//! Never knows a cookie, never answers a browser of another site, never decides what an import would not.

mod answers;
mod bodies;
mod calls;
mod document;
mod operations;
mod problems;
mod reading;
mod records;
mod writing;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::Server;
use crate::api_keys::{self, ApiKey};
use crate::throttle::{Left, Limit, Meter};

pub use answers::sweep;
pub use document::document;
pub use operations::{OPERATIONS, Opens, Operation, Param};
pub use problems::What;
pub(crate) use records::words;

use operations::Opens::{AnyKey, Everybody, Scoped};
use problems::{Problem, RATE_LIMIT, RATE_LIMIT_POLICY};

/// Where it is served.
pub const BASE: &str = "/api/v1";
/// Where people read about it.
pub const PAGE: &str = "/desenvolvedores";

/// Requests of one key: ten a second, counted by the minute.
const LIMIT: Limit = Limit { hits: 600, seconds: 60 };

/// The name of one request, given by whatever surrounds the API.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What every operation shares.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) server: Server,
    meter: Meter,
}

/// The whole API, to be served below [`BASE`].
pub fn router(server: Server) -> Router {
    let api = Api { server, meter: Meter::default() };
    let mut router = Router::new();
    for operation in OPERATIONS {
        let guarded = (operation.handler)().route_layer(from_fn_with_state((api.clone(), operation), authorize));
        router = router.route(operation.path, guarded);
    }
    router
        .fallback(async || Problem::from(What::NotFound))
        .method_not_allowed_fallback(async || Problem::from(What::MethodNotAllowed))
        .layer(from_fn_with_state(api.clone(), problems::worded))
        .with_state(api)
}

/// Lets nobody in who has no key for this operation, or has asked for more than its share.
async fn authorize(State((api, operation)): State<(Api, &'static Operation)>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(operation.params);
    if operation.opens == Everybody {
        return next.run(request).await;
    }
    let key = match key(&api, request.headers()).await {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let left = api.meter.hit(&api.server, key.id().0, LIMIT);
    let mut response = match operation.opens {
        _ if left.hits.is_none() => Problem { retry_after: Some(left.seconds), ..What::Throttled.into() }.into_response(),
        Scoped(scope) if key.may(scope).is_err() => Problem::from(What::Forbidden).into_response(),
        Scoped(_) | AnyKey | Everybody => {
            request.extensions_mut().insert(key);
            next.run(request).await
        }
    };
    tell(&mut response, left);
    response
}

async fn key(api: &Api, headers: &HeaderMap) -> Result<ApiKey, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    // Of two keys nobody could say which one asks.
    let (Some(value), None) = (values.next(), values.next()) else { return Err(What::Unauthorized.into()) };
    let said = value.to_str().ok().and_then(|value| value.split_once(' '));
    let Some((scheme, token)) = said else { return Err(What::Unauthorized.into()) };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(What::Unauthorized.into());
    }
    api_keys::find(&api.server, token.trim()).await?.ok_or(What::Unauthorized.into())
}

/// How much is left, in the words of draft-ietf-httpapi-ratelimit-headers-10.
fn tell(response: &mut Response, left: Left) {
    let policy = format!("\"key\";q={};w={}", left.of, LIMIT.seconds);
    let now = format!("\"key\";r={};t={}", left.hits.unwrap_or(0), left.seconds);
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
