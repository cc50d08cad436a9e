//! What keeps charges true while nobody looks: ending what should not be paid any more, telling the provider, reading its list, saying
//! where it calls. Any number of processes may do so at once. Never does twice what was done.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::PixChargeId;
use domain::pix::charges::Kind;
use domain::pix::txid::ChargeTxid;
use uuid::Uuid;

use super::charges;
use super::provider::ProviderError;
use super::{read_list, returns};
use crate::audit::Actor;
use crate::error::{Error, Result};
use crate::{Server, sql};

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(10);
/// An active charge is asked about so long after the last time.
const CHECKED: TimeDelta = TimeDelta::minutes(5);
/// Charges asked about in one round.
const AT_ONCE: i64 = 20;
/// Where the provider calls is said again so often: somebody may have changed it there.
const WEBHOOK: TimeDelta = TimeDelta::hours(1);

/// Keeps charges true for as long as the process runs; does nothing where Pix is not set up.
pub async fn run(server: Server) {
    if server.pix.is_none() {
        return;
    }
    let mut said: Option<DateTime<Utc>> = None;
    loop {
        let now = server.clock.now();
        if said.is_none_or(|at| now - at > WEBHOOK) {
            match set_webhook(&server).await {
                Ok(()) => said = Some(now),
                Err(error) => tracing::warn!(%error, "the provider was not told where to call"),
            }
        }
        if let Err(error) = tidy(&server).await {
            tracing::error!(%error, "Pix charges");
        }
        if let Err(error) = read_list(&server).await {
            tracing::warn!(%error, "the provider's list of Pix was not read");
        }
        if let Err(error) = check(&server).await {
            tracing::error!(%error, "Pix charges");
        }
        if let Err(error) = returns::send(&server).await {
            tracing::error!(%error, "Pix to be given back");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The part of the webhook's address that only the provider knows. It follows from the installation's secret key.
#[must_use]
pub fn webhook_secret(server: &Server) -> String {
    server.config.keys.digest("pix/webhook", "address").chars().take(40).collect()
}

/// Says where to call, unless that is known.
///
/// # Errors
/// [`Error::NotFound`] where Pix is not set up; the provider's.
pub async fn set_webhook(server: &Server) -> Result<()> {
    let pix = server.pix.as_ref().ok_or(Error::NotFound)?;
    let url = format!("{}/pix/webhook/{}", server.config.public_url, webhook_secret(server));
    match pix.provider.webhook().await {
        Ok(known) if known == url => Ok(()),
        Ok(_) | Err(ProviderError::NotFound) => Ok(pix.provider.set_webhook(&url).await?),
        Err(error) => Err(error.into()),
    }
}

/// Ends charges whose time is over, or whose bills cost something else now. Says how many.
///
/// # Errors
/// The database's.
pub async fn tidy(server: &Server) -> Result<usize> {
    let now = server.clock.now();
    let mut conn = server.db.read().await?;
    let due = sql!(conn, all (Uuid,):
        "select distinct c.id from pix_charges c join pix_charge_bills cb on cb.charge_id = c.id join bills b on b.id = cb.bill_id
           left join (slip_bills l join slips s on s.id = l.slip_id and s.state = 'registered') on l.bill_id = b.id and l.payable
          where cb.live and (c.ends_at <= $1 or b.balance <> cb.principal or b.standing <> 'open' or l.slip_id is distinct from cb.slip_id)
          limit 500", now)?;
    drop(conn);
    let mut ended = 0;
    for (id,) in due {
        let mut tx = server.db.write().await?;
        let Some(row) = charges::row(&mut tx, PixChargeId(id)).await? else { continue };
        if let Some(over) = charges::over(&mut tx, &row, now).await?
            && charges::end(server, &mut tx, &row, over, Actor::System).await?
        {
            tx.commit().await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Asks the provider about charges that were not asked about for a while: it may have taken one back, or both its calls and its list
/// were missed. Says how many were asked about.
///
/// # Errors
/// The database's.
pub async fn check(server: &Server) -> Result<usize> {
    let Some(pix) = &server.pix else { return Ok(0) };
    let now = server.clock.now();
    let before = now - CHECKED;
    let mut conn = server.db.read().await?;
    let due = sql!(conn, all (Uuid,): "select id from pix_charges where state = 'active' and checked_at <= $1 order by checked_at limit $2", before, AT_ONCE)?;
    drop(conn);
    let mut asked = 0;
    for (id,) in due {
        let mut tx = server.db.write().await?;
        // Whoever moves it asks.
        let won = sql!(tx, execute: "update pix_charges set checked_at = $2 where id = $1 and checked_at <= $3 and state = 'active'", id, now, before)?;
        tx.commit().await?;
        let Some(row) = charges::row(&mut server.db.read().await?, PixChargeId(id)).await?.filter(|_| won == 1) else { continue };
        if !charges::ask_about(server, pix, &row).await? {
            // Not now: the others would wait as long.
            break;
        }
        asked += 1;
    }
    Ok(asked)
}

/// Takes a charge back at the provider. One that it does not know, or that is not active any more, needs no more doing: what was paid
/// with it comes by itself.
pub(crate) async fn remove(server: &Server, kind: Kind, txid: &ChargeTxid) -> std::result::Result<(), String> {
    let Some(pix) = &server.pix else { return Err("Pix is not set up".to_owned()) };
    match pix.provider.remove(kind, txid).await {
        Ok(_) | Err(ProviderError::NotFound | ProviderError::Refused { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}
