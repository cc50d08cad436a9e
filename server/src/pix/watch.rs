//! Pages that wait for a payment: one question to the database for all of them, whichever process took the money. Never asks while
//! nobody waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::PixChargeId;
use domain::pix::charges::State;
use tokio::sync::watch;
use uuid::Uuid;

use super::charges;
use crate::Server;
use crate::db::Link;
use crate::error::{Error, Result};
use crate::sessions::Customer;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(1);

/// What a page learns: the charge is in another state now.
pub type Change = State;

/// Those who wait, by charge.
#[derive(Debug, Default)]
pub(super) struct Watched {
    waiting: Mutex<HashMap<Uuid, watch::Sender<Change>>>,
    rung: tokio::sync::Notify,
}

impl Watched {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, watch::Sender<Change>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for one of this customer's charges to change; the first value is its state now.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn follow(server: &Server, customer: &Customer, id: PixChargeId) -> Result<watch::Receiver<Change>> {
    let pix = Arc::clone(server.pix.as_ref().ok_or(Error::NotFound)?);
    let now = charges::see(server, customer, id).await?.state;
    let mut waiting = pix.watched.waiting();
    let receiver = match waiting.get(&id.0) {
        Some(sender) => sender.subscribe(),
        None => {
            let (sender, receiver) = watch::channel(now);
            waiting.insert(id.0, sender);
            receiver
        }
    };
    drop(waiting);
    pix.watched.rung.notify_one();
    Ok(receiver)
}

/// Lets those who wait go: the process stops.
pub fn stop_waiting(server: &Server) {
    if let Some(pix) = &server.pix {
        pix.watched.waiting().clear();
    }
}

/// Tells those who wait, for as long as the process runs.
pub async fn watch(server: Server) {
    let Some(pix) = server.pix.clone() else { return };
    loop {
        let ids: Vec<Uuid> = {
            let mut waiting = pix.watched.waiting();
            waiting.retain(|_, sender| sender.receiver_count() > 0);
            waiting.keys().copied().collect()
        };
        if ids.is_empty() {
            pix.watched.rung.notified().await;
            continue;
        }
        match states(&server, &ids).await {
            Ok(states) => {
                let waiting = pix.watched.waiting();
                for (id, state) in states {
                    if let Some(sender) = waiting.get(&id) {
                        sender.send_if_modified(|known| std::mem::replace(known, state) != state);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "charges that pages wait for"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One statement, however many wait.
async fn states(server: &Server, ids: &[Uuid]) -> Result<Vec<(Uuid, State)>> {
    let mut conn = server.db.read().await?;
    let found: Vec<(Uuid, String)> = match conn.link() {
        Link::Sqlite(c) => {
            let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string().to_uppercase()).collect();
            let ids = serde_json::Value::from(ids).to_string();
            sqlx::query_as("select id, state from pix_charges where hex(id) in (select value from json_each($1))")
                .bind(ids)
                .fetch_all(c)
                .await?
        }
        Link::Postgres(c) => sqlx::query_as("select id, state from pix_charges where id = any($1)").bind(ids).fetch_all(c).await?,
    };
    found.into_iter().map(|(id, state)| Ok((id, state.parse().map_err(|_| Error::Corrupt("state of a charge"))?))).collect()
}
