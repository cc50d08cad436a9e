//! A file of a request, handed out to be kept. Never shown in the portal's own origin: what people upload is not trusted.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::ids::UploadId;
use http::header;
use server::files::Download;
use server::requests;
use tokio_util::io::ReaderStream;

use crate::page::Failure;
use crate::visitor::{App, AsCustomer};

/// One of the customer's own files.
pub(super) async fn upload(
    State(app): State<App>,
    AsCustomer(customer): AsCustomer,
    Path((_, upload)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let upload: UploadId = upload.parse().map_err(|_| Failure::Missing)?;
    send(requests::attachment(&app.server, &customer, upload).await?).await
}

/// Streams a file as an attachment that no browser runs or shows.
async fn send(file: Download) -> Result<Response, Failure> {
    let bytes = tokio::fs::File::open(&file.path).await.map_err(|error| Failure::from(server::Error::from(error)))?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type.clone()),
        (header::CONTENT_LENGTH, file.size.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(bytes))).into_response())
}

/// The name twice: in ASCII for old programs, whole as RFC 5987 writes it.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let mut whole = String::new();
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
    use super::disposition;

    #[test]
    fn names_are_quoted_whole() {
        assert_eq!(
            disposition("Recibo \"são\".pdf"),
            "attachment; filename=\"Recibo _s_o_.pdf\"; filename*=UTF-8''Recibo%20%22s%C3%A3o%22.pdf"
        );
    }
}
