//! A file of a request, handed out to be kept. Never shown in the portal's own origin: what people upload is not trusted.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::UploadId;
use http::header;
use server::requests;
use tokio_util::io::ReaderStream;

use crate::download::attachment;
use crate::page::Failure;
use crate::visitor::{App, AsCustomer};

/// One of the customer's own files.
pub(super) async fn upload(
    State(app): State<App>,
    AsCustomer(customer): AsCustomer,
    Path((_, upload)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let upload: UploadId = upload.parse().map_err(|_| Failure::Missing)?;
    let file = requests::attachment(&app.server, &customer, upload).await?;
    let bytes = tokio::fs::File::open(&file.path).await.map_err(|error| Failure::from(server::Error::from(error)))?;
    let mut answer = attachment(&file.name, &file.media_type, Body::from_stream(ReaderStream::new(bytes)));
    answer.headers_mut().insert(header::CONTENT_LENGTH, file.size.into());
    Ok(answer)
}
