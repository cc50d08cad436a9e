//! Payments as the bank reports them: the row, its entries in the ledger, and what it does to its slip. Shared by imports and
//! return files; never decides whose a payment is, and never changes one.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{BillId, CustomerId, PaymentId};
use domain::money::Money;
use domain::reconciliation::Stage;
use domain::statement::EntryKind;
use domain::webhooks::Topic;
use serde_json::json;
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ledger::{self, NewEntry};
use crate::webhooks::{self, Happened};
use crate::{Server, rows, sql, write_offs};

/// A payment that the bank has told of, as far as it went to one bill.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    /// When it was made.
    pub paid_on: NaiveDate,
    /// What of it is on this bill.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// All of it: more where several bills were paid at once.
    #[sqlx(try_from = "i64")]
    pub whole: Money,
    /// Of that, what the bank charged for paying late.
    #[sqlx(try_from = "i64")]
    pub charges: Money,
    /// How: `boleto`, `pix` …
    pub method: String,
    /// When the bank's word of it reached us.
    pub found_at: DateTime<Utc>,
    /// When it is in the creditor's account.
    pub credited_on: Option<NaiveDate>,
    /// When the bank took it back.
    pub reversed_at: Option<DateTime<Utc>>,
}

impl Payment {
    /// How far the money is on a day.
    #[must_use]
    pub fn stage(&self, today: NaiveDate) -> Stage {
        Stage::of(self.credited_on, self.reversed_at.is_some(), today)
    }
}

/// What the bank has told of one bill, the oldest first.
pub(crate) async fn of_bill(conn: &mut Conn, customer: CustomerId, bill: BillId) -> Result<Vec<Payment>> {
    Ok(sql!(conn, all Payment:
        "select p.paid_on, cast(-sum(e.amount) as bigint) as amount, p.amount as whole, coalesce(p.fine, 0) + coalesce(p.interest, 0) as charges,
                p.method, coalesce(p.found_at, p.created_at) as found_at, p.credited_on, p.reversed_at
           from entries e join payments p on p.id = e.payment_id
          where e.bill_id = $1 and e.customer_id = $2 and e.kind = 'payment'
          group by p.id, p.paid_on, p.amount, p.fine, p.interest, p.method, p.found_at, p.created_at, p.credited_on, p.reversed_at
          order by p.paid_on, p.id", bill.0, customer.0)?)
}

/// When the bank last told of payments by a return file; none where it never did.
pub(crate) async fn told_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    Ok(sql!(conn, one (Option<DateTime<Utc>>,): "select max(applied_at) from return_files")?.0)
}

/// A payment that is not there yet.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) id: Uuid,
    pub(crate) external_id: String,
    pub(crate) customer: Uuid,
    /// The bill, when it is one alone.
    pub(crate) bill: Option<Uuid>,
    pub(crate) slip: Option<Uuid>,
    pub(crate) paid_on: NaiveDate,
    pub(crate) credited_on: Option<NaiveDate>,
    pub(crate) amount: Money,
    pub(crate) method: &'static str,
    pub(crate) bank_reference: String,
    pub(crate) payer_tax_id: Option<String>,
    pub(crate) parts: Parts,
}

/// What the bank says of a payment besides its amount; none where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// What came into the account.
    pub(crate) credited: Option<Money>,
    /// What the bank kept.
    pub(crate) fee: Option<Money>,
    /// Of the amount, what was charged for paying late.
    pub(crate) fine: Option<Money>,
    pub(crate) interest: Option<Money>,
    /// What was taken off.
    pub(crate) discount: Option<Money>,
}

/// An entry to be written with it.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    pub(crate) customer: Uuid,
    pub(crate) bill: Uuid,
    pub(crate) kind: EntryKind,
    pub(crate) amount: Money,
    pub(crate) on: NaiveDate,
    pub(crate) payment: Uuid,
    pub(crate) source: String,
}

/// A bill that money is laid on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) bill: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) balance: Money,
}

/// Money to be laid on bills.
pub(crate) struct Laid<'a> {
    pub(crate) payment: Uuid,
    /// The payment's external id: its entries are `payment/EXTERNAL-ID…`.
    pub(crate) external_id: &'a str,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    /// Charged for paying late, and taken off: as posted.
    pub(crate) fine: Money,
    pub(crate) interest: Money,
    pub(crate) discount: Money,
}

impl Laid<'_> {
    /// Lays the amount on the bills, each up to what it still costs; what is left stays on the last one as a credit. Fine,
    /// interest and discount belong to the last one too. Moves the balances of the targets as the entries will.
    pub(crate) fn on(&self, targets: &mut [Target], postings: &mut Vec<Posting>) {
        let mut left = self.amount;
        let several = targets.len() > 1;
        let last = targets.len().saturating_sub(1);
        for (at, target) in targets.iter_mut().enumerate() {
            let mut post = |name: &str, kind, amount: Money| {
                if !amount.is_zero() {
                    target.balance += amount;
                    postings.push(Posting {
                        customer: target.customer,
                        bill: target.bill,
                        kind,
                        amount,
                        on: self.on,
                        payment: self.payment,
                        source: format!("payment/{}{name}", self.external_id),
                    });
                }
                target.balance
            };
            let mut owed = post("", EntryKind::Charge, Money::ZERO);
            if at == last {
                post("/fine", EntryKind::Fine, self.fine);
                post("/interest", EntryKind::Interest, self.interest);
                post("/discount", EntryKind::Discount, -self.discount);
                owed = left;
            }
            let amount = left.min(owed.max(Money::ZERO));
            left -= amount;
            post(&if several { format!("/{}", at + 1) } else { String::new() }, EntryKind::Payment, -amount);
        }
    }
}

/// Writes payments with their entries; their slips are paid from now on.
pub(crate) async fn record(server: &Server, tx: &mut Tx, new: &[New], postings: &[Posting], found_at: DateTime<Utc>) -> Result<()> {
    let cents = |amount: Option<Money>| amount.map(Money::as_cents);
    rows!(
        tx,
        "insert into payments (id, external_id, customer_id, bill_id, slip_id, paid_on, credited_on, amount, method, bank_reference, payer_tax_id,
            created_at, found_at, credited_amount, bank_fee, fine, interest, discount)",
        new,
        |row| [
            row.id,
            &row.external_id,
            row.customer,
            row.bill,
            row.slip,
            row.paid_on,
            row.credited_on,
            row.amount.as_cents(),
            row.method,
            &row.bank_reference,
            &row.payer_tax_id,
            found_at,
            found_at,
            cents(row.parts.credited),
            cents(row.parts.fee),
            cents(row.parts.fine),
            cents(row.parts.interest),
            cents(row.parts.discount)
        ],
        ""
    );
    let entries: Vec<NewEntry<'_>> = postings
        .iter()
        .map(|posting| NewEntry {
            customer: CustomerId(posting.customer),
            bill: Some(BillId(posting.bill)),
            kind: posting.kind,
            amount: posting.amount,
            effective_on: posting.on,
            payment: Some(PaymentId(posting.payment)),
            request: None,
            of: None,
            source: &posting.source,
            note: "",
        })
        .collect();
    ledger::post_all(server, tx, &entries).await?;
    let days: BTreeMap<Uuid, NaiveDate> = postings.iter().map(|posting| (posting.bill, posting.on)).collect();
    write_offs::paid(server, tx, &days).await?;
    let told: Vec<Happened> =
        new.iter().map(|row| Happened { topic: Topic::PaymentPosted, data: json!({ "payment": row.external_id }) }).collect();
    webhooks::tell(server, tx, &told).await?;
    let paid: Vec<Uuid> = new.iter().filter_map(|row| row.slip).collect();
    rows!(tx, "update slips set state = 'paid' from (", paid, |id| [*id], ") as paid where slips.id = paid.column1");
    rows!(
        tx,
        "update slip_bills set payable = not true from (",
        paid,
        |id| [*id],
        ") as paid where slip_bills.slip_id = paid.column1 and payable"
    );
    Ok(())
}
