//! Receipts: the customer says a bill was paid, and shows it. Never settles a bill: the bank's record does.

pub mod proof;
pub mod reading;

use domain::forms::Problem;
use domain::ids::BillId;
use domain::money::Money;
use domain::receipts::ReceiptForm;
use domain::requests::Kind;
use domain::requests::protocol::Protocol;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::{self, Stored};
use crate::requests::advance::By;
use crate::requests::{New, once, open, take_bill};
use crate::sessions::Customer;
use crate::{Server, sql};

/// Sends a receipt for one or more bills. The same form twice sends it once.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill; [`Error::Form`]: without a file, for a bill with nothing open, or with
/// [`Problem::NoLongerPossible`] at the files when one of them was already sent for one of these bills.
pub async fn submit(server: &Server, customer: &Customer, form: &ReceiptForm, files: &[Stored]) -> Result<Protocol> {
    let valid = form.parse(server.clock.today())?;
    if files.is_empty() {
        return Err(Error::field(files::FIELD, Problem::Missing));
    }
    files::count(files)?;
    let protocol = once(server, customer, valid.submission, async {
        let mut tx = server.db.write().await?;
        let mut bills = valid.bills.clone();
        bills.sort_unstable();
        let mut total = Money::ZERO;
        for bill in &bills {
            let line = take_bill(&mut tx, customer.id, *bill).await?.ok_or(Error::NotFound)?;
            if !line.balance.is_positive() {
                return Err(Error::field("bills", Problem::NoLongerPossible));
            }
            total += line.balance;
        }
        for file in files {
            if sent_before(&mut tx, customer, &file.hash, &bills).await? {
                return Err(Error::field(files::FIELD, Problem::NoLongerPossible));
            }
        }
        let new = New {
            amount: valid.amount.unwrap_or(total),
            note: valid.note.as_deref().unwrap_or_default(),
            bills: &bills,
            files,
            ..New::of(Kind::Receipt, valid.submission)
        };
        let row = open(server, &mut tx, By::Customer(customer), customer.id, customer.person, &new).await?;
        sql!(tx, execute: "insert into receipts (request_id, paid_on, amount) values ($1, $2, $3)",
            row.id.0, valid.paid_on, valid.amount.map(Money::as_cents))?;
        tx.commit().await?;
        Ok(row.protocol)
    })
    .await?;
    reading::soon(server, files).await;
    Ok(protocol)
}

/// Whether this customer sent the same file for one of these bills, in a request that was not refused or taken back.
async fn sent_before(tx: &mut Tx, customer: &Customer, hash: &str, bills: &[BillId]) -> Result<bool> {
    for bill in bills {
        let found = sql!(tx, optional (Uuid,): "select r.id from uploads u join requests r on r.id = u.request_id join request_bills b on b.request_id = r.id
            where u.file_hash = $1 and r.customer_id = $2 and r.kind = 'receipt' and r.status not in ('refused', 'withdrawn') and b.bill_id = $3 limit 1",
            hash, customer.id.0, bill.0)?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
