//! What the bank's record settles by itself: a payment that was found, a slip that was registered, a down payment that came or
//! did not. Run after every import and from time to time; running it again changes nothing.
//!
//! Never decides anything for which a person is needed.

use std::time::Duration;

use domain::ids::RequestId;
use domain::requests::{Action, Kind, Status};
use uuid::Uuid;

use super::advance::{By, Step, advance};
use super::{clock, take_id};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{Server, agreements, among, files, imports, promises, sql};

/// Banks tell once a day, imports settle at once: this is for what neither of them touches, such as a day that has passed.
const EVERY: Duration = Duration::from_secs(300);

/// Finishes what the record has settled, one request in each transaction. Says how many moved.
///
/// # Errors
/// The database's.
pub async fn settle(server: &Server) -> Result<usize> {
    let mut conn = server.db.read().await?;
    let mut due = sql!(conn, all (Uuid,): "select r.id from requests r where r.closed_at is null and r.kind = 'receipt' and r.status <> 'prepared'
        and not exists (select 1 from request_bills rb join bills b on b.id = rb.bill_id where rb.request_id = r.id and b.balance > 0)
        order by r.id")?;
    due.extend(
        sql!(conn, all (Uuid,): "select r.id from requests r where r.closed_at is null and r.kind = 'slip' and r.status <> 'prepared'
        and not exists (select 1 from request_bills rb join bills b on b.id = rb.bill_id where rb.request_id = r.id and b.balance > 0
            and not exists (select 1 from slip_bills sb join slips s on s.id = sb.slip_id
                where sb.bill_id = b.id and sb.payable = $1 and s.state = 'registered' and s.limit_on >= $2))
        order by r.id", true, server.clock.today())?,
    );
    // Agreements outlive their requests: one that is in force ends with its last installment, or for what is late.
    due.extend(sql!(conn, all (Uuid,): "select a.request_id from agreements a where a.status = 'awaiting_down_payment'
        or (a.status = 'active' and (a.cure_until is not null
            or not exists (select 1 from installments i join bills b on b.id = i.bill_id where i.agreement_id = a.id and b.balance > 0)
            or exists (select 1 from early_settlements e where e.agreement_id = a.id and e.ended_at is null)
            or exists (select 1 from installments i join bills b on b.id = i.bill_id where i.agreement_id = a.id and b.balance > 0 and i.due_on < $1)))
        order by a.request_id", server.clock.today())?);
    drop(conn);
    settle_all(server, due).await
}

/// The same, for the customers of these payments or slips alone: of all others the record has not changed.
pub(crate) async fn settle_after(server: &Server, kind: imports::Kind, external_ids: Vec<&str>) -> Result<usize> {
    let mut conn = server.db.read().await?;
    let due = match kind {
        imports::Kind::Payments => {
            among!(conn, (Uuid,): "select distinct r.id from payments p join requests r on r.customer_id = p.customer_id
            and ((r.closed_at is null and r.kind in ('receipt', 'slip'))
                or r.id in (select request_id from agreements where status in ('awaiting_down_payment', 'active')))", "p.external_id", external_ids)?
        }
        imports::Kind::Slips => among!(conn, (Uuid,): "select distinct r.id from slips s
            join requests r on r.customer_id = s.customer_id and r.closed_at is null and r.kind = 'slip'", "s.external_id", external_ids)?,
        _ => Vec::new(),
    };
    drop(conn);
    settle_all(server, due).await
}

async fn settle_all(server: &Server, due: Vec<(Uuid,)>) -> Result<usize> {
    let mut moved = 0;
    for (id,) in due {
        let mut tx = server.db.write().await?;
        match settle_one(server, &mut tx, RequestId(id)).await {
            Ok(true) => {
                tx.commit().await?;
                moved += 1;
            }
            // Somebody was first: then there is nothing left to do here.
            Ok(false) | Err(Error::Overtaken(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}

/// Rounds between two looks at every stored file: a day.
const ROUNDS: u32 = 288;

/// Settles what is due, and sweeps what uploads left behind, for as long as the process runs. Any number of processes may.
pub async fn run(server: Server) {
    for round in 1_u32.. {
        if let Err(error) = settle(&server).await {
            tracing::error!(%error, "settling by the record");
        }
        if let Err(error) = clock::watch(&server).await {
            tracing::error!(%error, "watching deadlines");
        }
        if let Err(error) = promises::watch(&server).await {
            tracing::error!(%error, "watching promises");
        }
        if let Err(error) = files::sweep(&server).await {
            tracing::error!(%error, "sweeping files");
        }
        if round % ROUNDS == 0
            && let Err(error) = files::sweep_strays(&server).await
        {
            tracing::error!(%error, "sweeping strays");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks again with the request taken: the record may have changed since the list was read.
async fn settle_one(server: &Server, tx: &mut Tx, request: RequestId) -> Result<bool> {
    let row = take_id(tx, request).await?;
    let settled = match row.kind {
        Kind::Plan => return agreements::follow(server, tx, &row).await,
        Kind::Receipt => {
            let open = sql!(tx, optional (Uuid,): "select b.id from request_bills rb join bills b on b.id = rb.bill_id
                where rb.request_id = $1 and b.balance > 0 limit 1", request.0)?;
            open.is_none()
        }
        Kind::Slip => {
            let without = sql!(tx, optional (Uuid,): "select b.id from request_bills rb join bills b on b.id = rb.bill_id
                where rb.request_id = $1 and b.balance > 0 and not exists (select 1 from slip_bills sb join slips s on s.id = sb.slip_id
                    where sb.bill_id = b.id and sb.payable = $2 and s.state = 'registered' and s.limit_on >= $3) limit 1",
                request.0, true, server.clock.today())?;
            without.is_none()
        }
        Kind::Refund | Kind::Dispute | Kind::Question => false,
    };
    if !settled || row.status == Status::Prepared {
        return Ok(false);
    }
    advance(server, tx, &row, By::System, &Step::of(Action::Finish)).await?;
    Ok(true)
}
