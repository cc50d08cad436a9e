//! What happens while the page of a charge is open: the stream that tells it, and the call of the provider that causes it. Never
//! tells what happened: the page is asked for again.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::ids::PixChargeId;
use futures::stream::{self, Stream};
use http::StatusCode;
use server::error::Error;
use server::pix;

use crate::page::{Failure, Page};
use crate::visitor::{App, AsCustomer};

/// So long a page waits at most; its link does the rest.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// A line that says nothing, so that nobody between takes the connection for dead.
const ALIVE: Duration = Duration::from_secs(20);
/// The longest call of the provider, in bytes: two hundred payments with all that may be said of each.
pub(super) const LONGEST_CALL: usize = 256 * 1024;

/// Tells once when a charge is in another state than when its page was made; then, or after a while, it is over.
pub async fn changes(
    Path(id): Path<String>,
    page: Page,
    AsCustomer(customer): AsCustomer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let id: PixChargeId = id.parse().map_err(|_| Failure::Missing)?;
    let mut waits = pix::follow(&page.server, &customer, id).await?;
    let told = async move {
        let changed = tokio::time::timeout(PATIENCE, waits.wait_for(|state| *state != domain::pix::charges::State::Active)).await;
        // The program stops: the browser comes back by itself.
        let Ok(Err(_)) = changed else {
            let name = if changed.is_ok() { "changed" } else { "over" };
            return Some(Ok(Event::default().event(name).data("")));
        };
        None
    };
    let stream = stream::unfold(Some(told), |told| async move { told?.await.map(|event| (event, None)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE)))
}

/// The provider calls.
pub async fn called(State(app): State<App>, Path(secret): Path<String>, body: Bytes) -> Response {
    let status = match pix::notified(&app.server, &secret, &body).await {
        Ok(_) => StatusCode::OK,
        Err(Error::NotFound) => StatusCode::NOT_FOUND,
        Err(Error::Corrupt(_)) => StatusCode::BAD_REQUEST,
        Err(error) => {
            tracing::warn!(%error, "a call of the provider could not be taken; it will call again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    status.into_response()
}
