//! Files handed to a browser to be kept. Never shown inside a page, never kept by a cache, never run: whatever is in them, it stays a file.
//! What is shown of them are pictures that the server drew.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use server::files::Download;
use server::pictures::Picture;
use tokio_util::io::ReaderStream;

/// An answer that the browser keeps as a file of this name.
#[must_use]
pub fn attachment(name: &str, media_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    let disposition = HeaderValue::from_str(&disposition(name)).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(HeaderName::from_static("x-download-options"), HeaderValue::from_static("noopen"));
    response.into_response()
}

/// The same of a stored file, sent as it is read.
#[must_use]
pub fn stored(file: Download) -> Response {
    let mut response = attachment(&file.name, &file.media_type, Body::from_stream(ReaderStream::with_capacity(file.file, 64 * 1024)));
    response.headers_mut().insert(header::CONTENT_LENGTH, file.size.into());
    response
}

/// A picture that was drawn here, for display. It is of its type whatever the file was that it shows.
#[must_use]
pub fn drawn(picture: Picture) -> Response {
    let mut response = Response::new(Body::from(picture.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    response.into_response()
}

/// `attachment` with a plain name for old programs and the whole one in UTF-8 (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let mut whole = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leaves_its_header() {
        assert_eq!(disposition("nota 1.pdf"), "attachment; filename=\"nota 1.pdf\"; filename*=UTF-8''nota%201.pdf");
        assert_eq!(disposition("a\"\r\nx: é.pdf"), "attachment; filename=\"a___x_ _.pdf\"; filename*=UTF-8''a%22%0D%0Ax%3A%20%C3%A9.pdf");
        assert!(attachment("a\"\r\nx.pdf", "text/\r\n", "").headers().contains_key(header::CONTENT_DISPOSITION));
    }
}
