//! Orders for the bank: what was approved and is not paid yet, and the files that carry it. No order is in two files.

use chrono::{DateTime, Utc};
use domain::money::Money;
use domain::refunds::{Destination, OrderStatus, Way};
use domain::requests::protocol::Protocol;
use serde_json::json;
use uuid::Uuid;

use super::{PAYERS, PURPOSE, Sealed};
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::texts::cell;
use crate::{Server, sql};

/// A refund order.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Order {
    /// Of which request.
    #[sqlx(try_from = "String")]
    pub protocol: Protocol,
    /// Whose credit it was.
    pub customer: String,
    /// How much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// To an account, or back to the origin of a Pix.
    #[sqlx(try_from = "String")]
    pub way: Way,
    /// Where to, masked.
    #[sqlx(rename = "destination_masked")]
    pub destination: Option<String>,
    /// When it was approved.
    pub ordered_at: Option<DateTime<Utc>>,
    /// Not exported before then.
    pub free_from: Option<DateTime<Utc>>,
    /// Where it stands: approved or exported.
    #[sqlx(try_from = "String", rename = "state")]
    pub status: OrderStatus,
    /// The file that holds it.
    #[sqlx(rename = "batch_id")]
    pub batch: Option<Uuid>,
}

/// Orders that are not paid yet, the oldest first.
///
/// # Errors
/// [`Error::Forbidden`] for roles that send no money out.
pub async fn orders(server: &Server, staff: &Staff) -> Result<Vec<Order>> {
    staff.only(PAYERS)?;
    let mut conn = server.db.read().await?;
    Ok(
        sql!(conn, all Order: "select r.protocol, c.name as customer, f.amount, f.way, f.destination_masked, f.ordered_at, f.free_from, f.state, f.batch_id
        from refunds f join requests r on r.id = f.request_id join customers c on c.id = r.customer_id
        where f.way in ('refund', 'origin') and f.state in ('approved', 'exported') order by f.ordered_at, r.id limit 1000")?,
    )
}

/// A file of orders for the bank.
#[derive(Clone, Debug)]
pub struct Export {
    /// Names the file, and asks for the same one again.
    pub batch: Uuid,
    /// UTF-8, `;` between cells, one header line.
    pub csv: String,
    /// How many orders.
    pub orders: usize,
}

#[derive(sqlx::FromRow)]
struct ExportRow {
    request_id: Uuid,
    #[sqlx(try_from = "String")]
    protocol: Protocol,
    #[sqlx(try_from = "i64")]
    amount: Money,
    destination_sealed: String,
}

/// Writes every order that may leave into a file, once: no order is in two files. With the number of a file, gives that one
/// again, for a download that was lost.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] when nothing may leave, or for a file that is not there.
pub async fn export(server: &Server, staff: &Staff, again: Option<Uuid>) -> Result<Export> {
    staff.only(PAYERS)?;
    let mut tx = server.db.write().await?;
    let batch = again.unwrap_or_else(|| server.id());
    if again.is_none() {
        sql!(tx, execute: "update refunds set state = 'exported', batch_id = $1
            where way = 'refund' and state = 'approved' and (free_from is null or free_from <= $2)", batch, server.clock.now())?;
    }
    let rows = sql!(tx, all ExportRow: "select f.request_id, r.protocol, f.amount, f.destination_sealed
        from refunds f join requests r on r.id = f.request_id
        where f.batch_id = $1 and f.destination_sealed is not null order by f.ordered_at, r.id", batch)?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let csv = csv(server, &rows)?;
    audit::record(
        server,
        &mut tx,
        Event {
            actor: staff.actor(),
            action: if again.is_none() { "refunds.export" } else { "refunds.export_again" },
            subject_kind: "batch",
            subject_id: Some(batch),
            customer: None,
            detail: json!({ "requests": rows.iter().map(|row| row.request_id).collect::<Vec<_>>() }),
        },
    )
    .await?;
    tx.commit().await?;
    Ok(Export { batch, csv, orders: rows.len() })
}

fn csv(server: &Server, rows: &[ExportRow]) -> Result<String> {
    let bad = |_| Error::Corrupt("export of refunds");
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let header =
        ["protocol", "amount", "holder", "holder_tax_id", "kind", "pix_key", "bank", "branch", "account", "check_digit", "account_kind"];
    writer.write_record(header).map_err(bad)?;
    for row in rows {
        let sealed: Sealed = serde_json::from_str(&server.config.keys.open(PURPOSE, &row.destination_sealed)?)
            .map_err(|_| Error::Corrupt("refund destination"))?;
        let kind = sealed.destination.kind().as_str();
        let (key, bank, branch, account, digit, account_kind) = match &sealed.destination {
            Destination::Pix { key, .. } => (key_cell(key), "", "", "", "", ""),
            Destination::Account { bank, branch, account, check_digit, account_kind } => {
                (String::new(), bank.as_str(), branch.as_str(), account.as_str(), check_digit.as_str(), account_kind.as_str())
            }
        };
        let (protocol, amount, name) = (row.protocol.digits(), row.amount.plain(), cell(&sealed.holder.name));
        let tax_id = &sealed.holder.tax_id;
        writer.write_record([&protocol, &amount, &name, tax_id, kind, &key, bank, branch, account, digit, account_kind]).map_err(bad)?;
    }
    let bytes = writer.into_inner().map_err(|_| Error::Corrupt("export of refunds"))?;
    String::from_utf8(bytes).map_err(|_| Error::Corrupt("export of refunds"))
}

/// A key of Pix as a cell: of a telephone its `+` stays.
fn key_cell(key: &str) -> String {
    let telephone = key.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if telephone { key.to_owned() } else { cell(key) }
}

#[cfg(test)]
mod tests {
    use super::key_cell;

    #[test]
    fn a_key_is_no_formula() {
        assert_eq!(key_cell("=1+1"), "'=1+1");
        assert_eq!(key_cell("@x"), "'@x");
        assert_eq!(key_cell("+5541999998888"), "+5541999998888");
        assert_eq!(key_cell("+A1"), "'+A1");
        assert_eq!(key_cell("Ana Souza"), "Ana Souza");
    }
}
