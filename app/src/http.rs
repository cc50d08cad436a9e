//! What surrounds every page: request ids and logs, security headers, the check against forged posts, the pages of failures.
//! Never logs an address with a query, a cookie, a body, or anything a person typed.

use std::time::Instant;

use axum::Extension;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use uuid::Uuid;

use server::api::{self, RequestId};

use crate::page::{Failure, Page};
use crate::paths;
use crate::post::Post;
use crate::visitor::{App, Visitor};

/// Names the request, logs how it went, and puts the headers on that every answer carries.
pub async fn outermost(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = next.run(request).await;
    secure(&mut response);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, path = %without_names(&path), status = response.status().as_u16(), micros, "request");
    response
}

/// The path with everything that names one thing left out: ids and protocols lead to people.
fn without_names(path: &str) -> String {
    let part = |part: &str| {
        if part.len() >= 8 && part.bytes().filter(u8::is_ascii_digit).count() >= 6 { "…".to_owned() } else { part.to_owned() }
    };
    let Some(of_api) = path.strip_prefix(api::BASE) else { return path.split('/').map(part).collect::<Vec<_>>().join("/") };
    // Ids of the creditor's own may be anything; its words are these.
    let known = |part: &&str| api::OPERATIONS.iter().any(|operation| operation.path.split('/').any(|word| word == *part));
    let parts: Vec<&str> = of_api.split('/').map(|part| if known(&part) || part.is_empty() { part } else { "…" }).collect();
    format!("{}{}", api::BASE, parts.join("/"))
}

fn secure(response: &mut Response) {
    const HEADERS: [(HeaderName, &str); 8] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
        ),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Whatever is not an asset is somebody's: no cache keeps it.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Refuses a post that does not come from our own pages.
///
/// Browsers say where a request comes from in `Sec-Fetch-Site`; older ones in `Origin`, which must then be our own host.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(&request) {
        return next.run(request).await;
    }
    Failure::Refused(StatusCode::FORBIDDEN).into_response()
}

fn is_same_origin(request: &Request) -> bool {
    let value = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match value("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => {
            let origin = value("origin").and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
            let host = value("host").or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
            origin.is_some() && origin == host
        }
    }
}

/// Words a failure in the person's language.
pub async fn failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let id = parts.extensions.get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    // Only what the page of a failure needs is kept: extensions, address and headers.
    let mut kept = http::Request::new(()).into_parts().0;
    kept.uri = parts.uri.clone();
    kept.extensions = std::mem::take(&mut parts.extensions);
    parts.extensions = kept.extensions.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(failure) = response.extensions().get::<Failure>().cloned() else { return response };
    match Page::from_request_parts(&mut kept, &app).await {
        Ok(page) => {
            let mut worded = page.failure(&failure, &id);
            for (name, value) in response.headers() {
                if name == header::SET_COOKIE || name == header::RETRY_AFTER {
                    worded.headers_mut().append(name, value.clone());
                }
            }
            worded
        }
        Err(_) => response,
    }
}

/// Below this path are the server functions that take files. All others take short forms.
const WITH_FILES: &str = "/api/envio/";
/// What a form without files may be at most, in bytes: far more than our longest.
const FORM_BYTES: usize = 256 * 1024;

/// Server functions: forms post here.
pub async fn server_function(State(app): State<App>, Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let request = match well_formed(request).await {
        Ok(request) => request,
        Err(status) => return Failure::Refused(status).into_response(),
    };
    let post = Post::new(app, visitor, request.headers());
    leptos_axum::handle_server_fns_with_context(move || leptos::context::provide_context(post.clone()), request).await.into_response()
}

/// Refuses what no form of ours sends, before any code that takes it for granted: the reader of files panics without a boundary, and
/// the reader of short forms takes whatever length comes.
async fn well_formed(request: Request) -> Result<Request, StatusCode> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if request.uri().path().starts_with(WITH_FILES) {
        // Files are counted as they stream to the disk.
        return multer::parse_boundary(content_type).map(|_| request).map_err(|_| StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_BYTES).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Request::from_parts(parts, body.into()))
}

/// What a panic is answered with: a fault of ours, told like any other. The runtime has logged where it happened.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Failure::Broken.into_response()
}

/// The process runs.
pub async fn live() -> &'static str {
    "ok"
}

/// The database answers. Files that are away are told, and no reason to send people elsewhere: what they owe is read and paid
/// without them, and every other process would miss the same bucket.
pub async fn ready(State(app): State<App>) -> Result<&'static str, StatusCode> {
    let reader = app.server.db.read().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    drop(reader);
    Ok(match app.server.files.check().await {
        Ok(()) => "ok",
        Err(error) => {
            tracing::warn!(%error, "files are away");
            "ok, but files are away"
        }
    })
}

/// Assets, or the page that says there is nothing here.
pub async fn fallback(State(app): State<App>, request: Request) -> Response {
    match app.assets.serve(request.uri().path(), request.headers()) {
        Some(response) if *request.method() == Method::GET || *request.method() == Method::HEAD => response,
        _ => Failure::Missing.into_response(),
    }
}

/// Whether a path is an asset's: those need no visitor.
#[must_use]
pub fn is_asset(path: &str) -> bool {
    path.starts_with("/pkg/") || path == paths::API
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(headers: &[(&str, &str)]) -> Request {
        let mut request = http::Request::builder().method(Method::POST).uri("/api/entrar");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(axum::body::Body::empty()).unwrap()
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(is_same_origin(&post(&[("sec-fetch-site", "same-origin")])));
        assert!(is_same_origin(&post(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")])));
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://evil.example"), ("host", "127.0.0.1:3000")],
            &[("host", "127.0.0.1:3000")],
            &[("origin", "null"), ("host", "null")],
            &[],
        ] {
            assert!(!is_same_origin(&post(headers)), "{headers:?}");
        }
    }

    async fn refused(path: &str, content_type: &str, length: usize) -> Option<StatusCode> {
        let request = http::Request::builder().method(Method::POST).uri(path).header("content-type", content_type);
        well_formed(request.body(vec![b'x'; length].into()).unwrap()).await.err()
    }

    #[tokio::test]
    async fn a_post_that_no_form_sends_is_refused_before_it_is_read() {
        const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";
        assert_eq!(refused("/api/entrar", FORM, FORM_BYTES).await, None);
        assert_eq!(refused("/api/entrar", FORM, FORM_BYTES + 1).await, Some(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(refused("/api/entrar", "application/json", 2).await, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        assert_eq!(refused("/api/entrar", "", 2).await, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        assert_eq!(refused("/api/envio/comprovante", "multipart/form-data; boundary=x", FORM_BYTES + 1).await, None);
        for without in ["multipart/form-data", "multipart/form-data; boundary", "multipart/mixed; boundary=x", FORM, ""] {
            assert_eq!(refused("/api/envio/comprovante", without, 2).await, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), "{without}");
        }
    }

    #[test]
    fn logs_name_no_thing_and_no_person() {
        assert_eq!(without_names("/pedidos/36346120261121000042/recebido"), "/pedidos/…/recebido");
        assert_eq!(without_names("/extrato/conta/0193b3c4-7a6e-7cc3-98c4-dc0c0c07398f"), "/extrato/conta/…");
        assert_eq!(without_names("/entrar/codigo"), "/entrar/codigo");
        assert_eq!(without_names("/api/v1/customers/joao.silva"), "/api/v1/customers/…");
        assert_eq!(without_names("/api/v1/requests/36346120261121000042/files/x"), "/api/v1/requests/…/files/…");
        assert_eq!(without_names("/api/v1/webhooks/deliveries"), "/api/v1/webhooks/deliveries");
    }
}
