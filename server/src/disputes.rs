//! Disputes: a customer says a bill is wrong. While one is open the bill is `disputed` and nothing is charged for paying it late.
//! Never changes a charge: what is granted is a discount beside it.

use domain::disputes::DisputeForm;
use domain::forms::Problem;
use domain::money::Money;
use domain::requests::Kind;
use domain::requests::protocol::Protocol;
use domain::statement::EntryKind;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::{self, Stored};
use crate::ledger::{self, NewEntry};
use crate::requests::advance::{By, Effect};
use crate::requests::{BillLine, New, Row, once, open, take_bill};
use crate::sessions::Customer;
use crate::{Server, placements, sql};

/// Disputes an open bill. The same form twice disputes it once.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's bill; [`Error::Form`] with [`Problem::NoLongerPossible`] when it is settled, in an
/// agreement, or disputed already.
pub async fn submit(server: &Server, customer: &Customer, form: &DisputeForm, files: &[Stored]) -> Result<Protocol> {
    let valid = form.parse()?;
    files::count(files)?;
    once(server, customer, valid.submission, async {
        let mut tx = server.db.write().await?;
        // The change first: of two disputes at once, one finds the bill open.
        let line = sql!(tx, optional BillLine: "update bills set standing = 'disputed'
            where id = $1 and customer_id = $2 and standing = 'open' and balance > 0 returning *", valid.bill.0, customer.id.0)?;
        let Some(line) = line else {
            let known = sql!(tx, optional (Uuid,): "select id from bills where id = $1 and customer_id = $2", valid.bill.0, customer.id.0)?;
            return Err(known.map_or(Error::NotFound, |_| Error::field("bill", Problem::NoLongerPossible)));
        };
        placements::come_back(server, &mut tx, &[valid.bill.0]).await?;
        let new = New { amount: line.balance, note: &valid.text, bills: &[valid.bill], files, ..New::of(Kind::Dispute, valid.submission) };
        let row = open(server, &mut tx, By::Customer(customer), customer.id, customer.person, &new).await?;
        sql!(tx, execute: "insert into disputes (request_id, reason) values ($1, $2)", row.id.0, valid.reason.as_str())?;
        tx.commit().await?;
        Ok(row.protocol)
    })
    .await
}

/// Notes how much is to be taken off, for the decision.
pub(crate) async fn propose(tx: &mut Tx, request: &Row, granted: Money) -> Result<()> {
    if granted > request.amount {
        return Err(Error::field("amount", Problem::AmountAbove { max: request.amount }));
    }
    sql!(tx, execute: "update disputes set granted = $2 where request_id = $1", request.id.0, granted.as_cents())?;
    Ok(())
}

/// Takes what was granted off the bill; what is left of it is open again.
pub(crate) async fn granted(server: &Server, tx: &mut Tx, request: &Row) -> Result<Effect> {
    let (granted,) = sql!(tx, one (Option<i64>,): "select granted from disputes where request_id = $1", request.id.0)?;
    let granted = granted.map(Money::cents).ok_or_else(|| Error::field("amount", Problem::Missing))?;
    let bill = bill(tx, request).await?;
    // Paid meanwhile: a discount would only make a credit that nobody saw coming.
    if granted > bill.balance {
        return Err(Error::field("amount", Problem::AmountAbove { max: bill.balance }));
    }
    reopen(tx, &bill).await?;
    let source = format!("request/{}/discount", request.protocol.digits());
    ledger::post(
        server,
        tx,
        &NewEntry {
            customer: request.customer_id,
            bill: Some(bill.id),
            kind: EntryKind::Discount,
            amount: -granted,
            effective_on: server.clock.today(),
            payment: None,
            request: Some(request.id),
            of: None,
            source: &source,
            note: "",
        },
    )
    .await?;
    Ok(Effect::Complete)
}

/// The bill is as it was.
pub(crate) async fn ended(tx: &mut Tx, request: &Row) -> Result<Effect> {
    let bill = bill(tx, request).await?;
    reopen(tx, &bill).await?;
    Ok(Effect::Pending)
}

async fn bill(tx: &mut Tx, request: &Row) -> Result<BillLine> {
    let (bill,) = sql!(tx, one (Uuid,): "select bill_id from request_bills where request_id = $1", request.id.0)?;
    take_bill(tx, request.customer_id, bill.into()).await?.ok_or(Error::Corrupt("bill of a dispute"))
}

async fn reopen(tx: &mut Tx, bill: &BillLine) -> Result<()> {
    sql!(tx, execute: "update bills set standing = case when balance > 0 then 'open' else 'settled' end where id = $1 and standing = 'disputed'", bill.id.0)?;
    Ok(())
}
