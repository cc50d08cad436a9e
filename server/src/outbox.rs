//! What leaves Em Dia: written with the change that causes it, delivered afterwards, retried. Nothing is told that did not happen.

use chrono::TimeDelta;
use domain::ids::NoticeId;
use domain::pix::charges::Kind;
use domain::pix::txid::ChargeTxid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::{Server, sql};

const PURPOSE: &str = "outbox";

/// Waits after the first, second … failure; after the last, staff must look.
const RETRY_MINUTES: [i64; 7] = [1, 5, 15, 60, 180, 720, 1440];

/// Something to deliver.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outgoing {
    /// A message by e-mail.
    Mail(Mail),
    /// A Pix charge that should not be paid any more.
    PixRemoval {
        /// With a due date or without.
        charge: Kind,
        /// What the provider calls it.
        txid: ChargeTxid,
    },
    /// Nothing: written where a message would be, so that an unknown document costs the same time as a known one.
    Nothing {
        /// As long as a message.
        padding: String,
    },
}

/// Puts something into the outbox, in the transaction of its cause; committing it wakes the delivery.
///
/// # Errors
/// The database's.
pub async fn put(server: &Server, tx: &mut Tx, outgoing: &Outgoing) -> Result<()> {
    put_of(server, tx, outgoing, None).await
}

/// The same of a notice, which is told when it was delivered.
pub(crate) async fn put_of(server: &Server, tx: &mut Tx, outgoing: &Outgoing, notice: Option<NoticeId>) -> Result<()> {
    let kind = match outgoing {
        Outgoing::Mail(_) => "mail",
        Outgoing::PixRemoval { .. } => "pix_removal",
        Outgoing::Nothing { .. } => "nothing",
    };
    let json = serde_json::to_string(outgoing).map_err(|_| Error::Corrupt("outbox"))?;
    let sealed = server.config.keys.seal(PURPOSE, &json)?;
    let now = server.clock.now();
    sql!(tx, execute: "insert into outbox (id, kind, payload_sealed, created_at, attempt_at, attempts, notice_id) values ($1, $2, $3, $4, $4, 0, $5)",
        server.id::<Uuid>(), kind, sealed, now, notice.map(|notice| notice.0))?;
    tx.ring(&server.bell);
    Ok(())
}

/// Delivers what is due, at most fifty at a time. Any number of processes may do so at once.
///
/// # Errors
/// The database's; a message that cannot be sent is kept for another try instead.
pub async fn deliver_due(server: &Server) -> Result<usize> {
    let mut conn = server.db.read().await?;
    let due = sql!(conn, all (Uuid, i32, String):
        "select id, attempts, payload_sealed from outbox where done_at is null and attempt_at <= $1 order by attempt_at limit 50", server.clock.now())?;
    drop(conn);
    let mut delivered = 0;
    for (id, attempts, sealed) in due {
        if !claim(server, id, attempts).await? {
            continue;
        }
        let outcome = match server
            .config
            .keys
            .open(PURPOSE, &sealed)
            .and_then(|json| serde_json::from_str(&json).map_err(|_| Error::Corrupt("outbox")))
        {
            Ok(Outgoing::Mail(mail)) => crate::mail::send(server, &mail).await,
            Ok(Outgoing::PixRemoval { charge, txid }) => crate::pix::remove(server, charge, &txid).await,
            Ok(Outgoing::Nothing { .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        let mut tx = server.db.write().await?;
        match outcome {
            Ok(()) => {
                // What was delivered need not be kept: the code in it, least of all.
                sql!(tx, execute: "update outbox set done_at = $2, payload_sealed = '', failure = null where id = $1", id, server.clock.now())?;
                sql!(tx, execute: "update notices set delivered_at = $2 where id = (select notice_id from outbox where id = $1) and delivered_at is null",
                    id, server.clock.now())?;
                delivered += 1;
            }
            Err(failure) => {
                tracing::warn!(outbox = %id, attempts, "not delivered; will be tried again");
                sql!(tx, execute: "update outbox set failure = $2 where id = $1", id, failure)?;
            }
        }
        tx.commit().await?;
    }
    Ok(delivered)
}

/// Compare-and-set: whoever moves the row's next attempt delivers it. A process that dies leaves it for the next.
async fn claim(server: &Server, id: Uuid, attempts: i32) -> Result<bool> {
    let Some(minutes) = usize::try_from(attempts).ok().and_then(|n| RETRY_MINUTES.get(n)) else {
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "update outbox set attempt_at = $2 where id = $1", id, server.clock.now() + TimeDelta::days(3650))?;
        tx.commit().await?;
        return Ok(false);
    };
    let next = server.clock.now() + TimeDelta::minutes(*minutes);
    let mut tx = server.db.write().await?;
    let won = sql!(tx, execute: "update outbox set attempts = attempts + 1, attempt_at = $3 where id = $1 and attempts = $2 and done_at is null",
        id, attempts, next)?;
    tx.commit().await?;
    Ok(won == 1)
}

/// Delivers for as long as the process runs: at once when something was written here, and every few seconds for the rest.
pub async fn run(server: Server) {
    loop {
        if let Err(error) = deliver_due(&server).await {
            tracing::error!(%error, "outbox");
        }
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), server.bell.notified()).await;
    }
}
