//! A file of a request, handed out to be kept. Never shown in the portal's own origin: what people upload is not trusted.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::UploadId;
use server::requests;

use crate::download::stored;
use crate::page::Failure;
use crate::visitor::{App, AsCustomer};

/// One of the customer's own files.
pub(super) async fn upload(
    State(app): State<App>,
    AsCustomer(customer): AsCustomer,
    Path((_, upload)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let upload: UploadId = upload.parse().map_err(|_| Failure::Missing)?;
    Ok(stored(requests::attachment(&app.server, &customer, upload).await?))
}
