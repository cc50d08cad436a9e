//! The files of a receipt held against slips, bills and payments, for the eyes of staff. The rules are in `domain::receipts::comparing`.

use std::collections::HashMap;
use std::time::Duration;

use chrono::NaiveDate;
use domain::ids::{BillId, CustomerId, PaymentId, RequestId, UploadId};
use domain::money::Money;
use domain::receipts::comparing::{Came, Comparison, Doubt, Known, Ours, Owed, compare};
use domain::receipts::reading::{Found, Said, Sense};
use domain::requests::protocol::Protocol;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::reading::{self, Reading};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pictures::Failure;
use crate::requests::{Detail, FileLine, RequestView};
use crate::{Server, bills, sql};

/// Bills of the customer that come into question beside those they named.
const MOST_BILLS: i64 = 200;
/// Payments that come into question.
const MOST_PAYMENTS: i64 = 200;
/// Days of the paper on which bills are reckoned.
const MOST_DAYS: usize = 6;
/// Requests of other customers that are told.
const MOST_OTHERS: i64 = 5;

/// A file of a request, with what stands on it.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Which.
    pub upload: UploadId,
    /// What its sender called it.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// What stands on it.
    pub reading: Reading,
    /// For a receipt: what that comes to.
    pub comparison: Comparison,
    /// Numbers of the bills that it names.
    pub numbers: HashMap<BillId, String>,
    /// Days of the payments that it names.
    pub days: HashMap<PaymentId, NaiveDate>,
    /// Requests of other customers with the same number of a transfer, or the same authentication, in a file of theirs.
    pub elsewhere: Vec<Protocol>,
}

/// The newest files are read first, so many of them; a company may send a hundred.
pub const MOST_FILES: usize = 12;
/// How long whoever opens a request waits for files that nobody read yet. What is not read by then is read the next time.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands on the files of a request. Reads those that nobody read yet.
pub(crate) async fn of_request(server: &Server, customer: CustomerId, request: &RequestView) -> Result<Vec<Proof>> {
    let files: Vec<&FileLine> = request.timeline.iter().flat_map(|moment| &moment.files).collect();
    let mut proofs = Vec::new();
    let until = Instant::now() + PATIENCE;
    for file in files.iter().rev().take(MOST_FILES).rev() {
        let mut conn = server.db.read().await?;
        let (hash,) = sql!(conn, one (String,): "select file_hash from uploads where id = $1", file.id.0)?;
        drop(conn);
        // A file that is away is told by its absence, not by a page of failure: the request can be read without.
        let unread = |failure| Reading { paper: Err(failure), found: Vec::new() };
        let reading = match timeout_at(until, reading::read(server, &hash, &file.media_type)).await {
            Ok(Ok(reading)) => reading,
            Ok(Err(Error::Files(_) | Error::Corrupt(_))) => unread(Failure::Unreadable),
            Ok(Err(error)) => return Err(error),
            Err(_) => unread(Failure::Heavy),
        };
        let mut conn = server.db.read().await?;
        let elsewhere = elsewhere(&mut conn, customer, &hash).await?;
        let (name, media_type) = (file.name.clone(), file.media_type.clone());
        let (numbers, days) = Default::default();
        let mut proof = Proof { upload: file.id, name, media_type, reading, comparison: Comparison::default(), numbers, days, elsewhere };
        if let Detail::Receipt { paid_on, amount } = &request.detail {
            hold(server, &mut conn, customer, request, (*paid_on, *amount), &mut proof).await?;
        }
        proofs.push(proof);
    }
    Ok(proofs)
}

/// What a customer is told of a receipt of theirs: what speaks against its files as proofs, as far as they can mend it.
///
/// # Errors
/// The database's.
pub(crate) async fn doubts(server: &Server, conn: &mut Conn, request: RequestId) -> Result<Vec<Doubt>> {
    let files = sql!(conn, all (String,): "select file_hash from uploads where request_id = $1 order by id limit 20", request.0)?;
    let known = Known { today: server.clock.today(), said_day: None, said_amount: None, bills: &[], payments: &[], slips: &[] };
    let mut doubts = Vec::new();
    for (hash,) in files {
        let Some(reading) = reading::kept(server, conn, &hash).await? else { continue };
        let of_file = compare(&reading.found, &known).doubts;
        doubts.extend(of_file.into_iter().filter(|doubt| matches!(doubt, Doubt::Scheduled | Doubt::Slip | Doubt::Ahead(_))));
    }
    doubts.dedup();
    Ok(doubts)
}

async fn hold(
    server: &Server,
    conn: &mut Conn,
    customer: CustomerId,
    request: &RequestView,
    (said_day, said_amount): (Option<NaiveDate>, Option<Money>),
    proof: &mut Proof,
) -> Result<()> {
    let found = &proof.reading.found;
    let slips = slips(conn, customer, found).await?;
    let mut candidates: Vec<(Candidate, bool)> = Vec::new();
    for bill in &request.bills {
        let (id, number, amount, balance) = (bill.id, bill.number.clone(), bill.amount, bill.balance);
        candidates.push((Candidate { id, number, amount, balance }, true));
    }
    // What is open, and what the line of a slip leads to.
    let mut more = sql!(conn, all Candidate: "select id, number, amount, balance from bills where customer_id = $1 and standing = 'open' and balance > 0
        order by due_on, id limit $2", customer.0, MOST_BILLS)?;
    for bill in slips.iter().flat_map(|slip| &slip.bills) {
        more.extend(sql!(conn, optional Candidate: "select id, number, amount, balance from bills where id = $1 and customer_id = $2", bill.0, customer.0)?);
    }
    for candidate in more {
        if candidates.iter().all(|(known, _)| known.id != candidate.id) {
            candidates.push((candidate, false));
        }
    }
    // On the days of the paper, the bills they named and those of its line, whose charges explain an amount.
    let mut days: Vec<NaiveDate> = found
        .iter()
        .filter_map(|found| match found.said {
            Said::Day { day, sense: Sense::Paid | Sense::Unsaid } => Some(day),
            _ => None,
        })
        .chain(said_day)
        // The day it was sent: the portal told then what to pay.
        .chain([server.clock.local(request.opened_at).date_naive()])
        .collect();
    days.sort_unstable();
    days.dedup();
    days.truncate(MOST_DAYS);
    let mut owed = Vec::new();
    for (candidate, chosen) in candidates {
        let reckoned = chosen || slips.iter().any(|slip| slip.bills.contains(&candidate.id));
        let costs = if reckoned { bills::costs_on(conn, candidate.id, &days).await? } else { Vec::new() };
        owed.push(Owed { bill: candidate.id, chosen, amount: candidate.amount, balance: candidate.balance, costs });
        proof.numbers.insert(candidate.id, candidate.number);
    }
    let payments = payments(conn, customer, &mut proof.numbers).await?;
    let known = Known { today: server.clock.today(), said_day, said_amount, bills: &owed, payments: &payments, slips: &slips };
    proof.comparison = compare(found, &known);
    proof.days = payments.iter().map(|came| (came.payment, came.on)).collect();
    Ok(())
}

/// A bill that comes into question.
#[derive(sqlx::FromRow)]
struct Candidate {
    #[sqlx(try_from = "Uuid")]
    id: BillId,
    number: String,
    #[sqlx(try_from = "i64")]
    amount: Money,
    #[sqlx(try_from = "i64")]
    balance: Money,
}

/// Slips of ours whose line stands on the paper, whoever's they are.
async fn slips(conn: &mut Conn, customer: CustomerId, found: &[Found]) -> Result<Vec<Ours>> {
    let mut slips = Vec::new();
    for found in found {
        let Said::Boleto { barcode } = &found.said else { continue };
        let Some((slip, owner)) =
            sql!(conn, optional (Uuid, Uuid): "select id, customer_id from slips where barcode = $1", barcode.as_str())?
        else {
            continue;
        };
        let bills = if owner == customer.0 {
            sql!(conn, all (Uuid,): "select bill_id from slip_bills where slip_id = $1 order by bill_id limit 100", slip)?
        } else {
            Vec::new()
        };
        slips.push(Ours { barcode: barcode.clone(), bills: bills.into_iter().map(|(bill,)| BillId(bill)).collect() });
    }
    Ok(slips)
}

/// A payment, as it is read.
#[derive(sqlx::FromRow)]
struct CameRow {
    id: Uuid,
    bill_id: Option<Uuid>,
    number: Option<String>,
    paid_on: NaiveDate,
    amount: i64,
    bank_reference: String,
    end_to_end_id: Option<String>,
}

/// The customer's newest payments, a Pix with the number of its transfer.
async fn payments(conn: &mut Conn, customer: CustomerId, numbers: &mut HashMap<BillId, String>) -> Result<Vec<Came>> {
    let rows = sql!(conn, all CameRow: "select p.id, p.bill_id, b.number, p.paid_on, p.amount, p.bank_reference, x.end_to_end_id from payments p
           left join bills b on b.id = p.bill_id left join pix_payments x on x.payment_id = p.id
          where p.customer_id = $1 order by p.paid_on desc, p.id limit $2", customer.0, MOST_PAYMENTS)?;
    let mut came = Vec::new();
    for row in rows {
        let bill = row.bill_id.map(BillId);
        if let Some((bill, number)) = bill.zip(row.number) {
            numbers.insert(bill, number);
        }
        // Some banks give the transfer's number as their reference.
        let transfer = row.end_to_end_id.or((row.bank_reference.len() == 32).then_some(row.bank_reference));
        came.push(Came { payment: PaymentId(row.id), bill, on: row.paid_on, amount: Money::cents(row.amount), transfer });
    }
    Ok(came)
}

async fn elsewhere(conn: &mut Conn, customer: CustomerId, hash: &str) -> Result<Vec<Protocol>> {
    let rows = sql!(conn, all (String,): "select distinct r.protocol from reading_marks m join reading_marks o on o.digest = m.digest
            join uploads u on u.file_hash = o.file_hash join requests r on r.id = u.request_id
        where m.file_hash = $1 and u.customer_id <> $2 order by r.protocol limit $3", hash, customer.0, MOST_OTHERS)?;
    rows.into_iter().map(|(protocol,)| Protocol::try_from(protocol).map_err(|_| Error::Corrupt("protocol"))).collect()
}
