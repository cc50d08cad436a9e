//! The ledger: the only place where entries are written. Never updates or deletes one; a mistake is corrected by another entry.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::charges::{Posted, Terms};
use domain::ids::{BillId, CustomerId, EntryId, PaymentId, RequestId};
use domain::money::Money;
use domain::reliefs::{Relief, due_on};
use domain::statement::EntryKind;
use domain::webhooks::Topic;
use serde_json::json;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::webhooks::{self, Happened};
use crate::{Server, placements, rows, sql};

/// One line to be written.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// Whose.
    pub customer: CustomerId,
    /// Of which bill; none for a credit that is not allocated yet.
    pub bill: Option<BillId>,
    /// What it is.
    pub kind: EntryKind,
    /// Debits positive, credits negative.
    pub amount: Money,
    /// The day on which it counts.
    pub effective_on: NaiveDate,
    /// The payment it comes from, or gives back.
    pub payment: Option<PaymentId>,
    /// The request it was decided in.
    pub request: Option<RequestId>,
    /// The entry it gives back, compensates or reverses.
    pub of: Option<EntryId>,
    /// The fact that makes it, unique for ever: `payment/EXTERNAL-ID`, `request/PROTOCOL/compensation`. Posting it again changes nothing.
    pub source: &'a str,
    /// A few words for the statement; not shown when empty.
    pub note: &'a str,
}

/// Late charges that a bill's ledger holds, and those that were given up, as its row says: see [`recount`].
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub(crate) struct ChargedBefore {
    charged_to: Option<NaiveDate>,
    charges_open: i64,
    /// JSON of [`Relief`]s, as incidents keep them.
    reliefs: Option<String>,
}

impl ChargedBefore {
    /// When the bill falls due for whoever asks on a day.
    pub(crate) fn due_on(&self, printed: NaiveDate, on: NaiveDate) -> Result<NaiveDate> {
        Ok(due_on(printed, &self.reliefs()?, on))
    }

    fn reliefs(&self) -> Result<Vec<Relief>> {
        let Some(reliefs) = &self.reliefs else { return Ok(Vec::new()) };
        serde_json::from_str(reliefs).map_err(|_| Error::Corrupt("reliefs of a bill"))
    }

    /// As the rules take them.
    pub(crate) fn posted(&self) -> Option<Posted> {
        self.charged_to.map(|to| Posted { to, open: Money::cents(self.charges_open) })
    }

    /// A contract's terms with what was given up of this bill's charges. Of a slip for several bills it is what was given up of any: the
    /// bank says one amount for all of them, and in doubt it is the customer's.
    pub(crate) fn relieved(&self, mut terms: Terms) -> Result<Terms> {
        for relief in self.reliefs()? {
            if !terms.reliefs.contains(&relief) {
                terms.reliefs.push(relief);
            }
        }
        Ok(terms)
    }
}

/// The last day of late charges in the ledger of a bill `b` up to a day, without those that were given back until then. While it was in an
/// agreement that ended it was charged nothing, and is not afterwards.
macro_rules! charged_to {
    ($upto:literal) => {
        concat!(
            "(select max(e.effective_on) from entries e where e.bill_id = b.id and e.kind in ('fine', 'interest', 'from_agreement') and e.effective_on <= ",
            $upto,
            " and not exists (select 1 from entries r where r.of_entry = e.id and r.kind = 'reversal' and r.effective_on <= ",
            $upto,
            "))"
        )
    };
}

/// What of them is open: what no payment has named as its fine or its interest, and nothing was moved there for. One that paid several
/// bills names those of all.
macro_rules! charges_open {
    ($upto:literal) => {
        concat!(
            "coalesce((select cast(sum(case when coalesce(case e.kind when 'fine' then p.fine else p.interest end, 0) >= e.amount then 0
                    else e.amount - coalesce(case e.kind when 'fine' then p.fine else p.interest end, 0)
                        + coalesce((select sum(m.amount) from entries m where m.of_entry = e.id and m.kind = 'compensation' and m.effective_on <= ",
            $upto,
            "), 0) end) as bigint)
                from entries e left join payments p on p.id = e.payment_id
               where e.bill_id = b.id and e.kind in ('fine', 'interest') and e.effective_on <= ",
            $upto,
            " and not exists (select 1 from entries r where r.of_entry = e.id and r.kind = 'reversal' and r.effective_on <= ",
            $upto,
            ")), 0)"
        )
    };
}

pub(crate) use {charged_to, charges_open};

/// Says again in the rows of bills what late charges their entries hold.
async fn recount(tx: &mut Tx, bills: &[Uuid]) -> Result<()> {
    const HEAD: &str = concat!(
        "update bills as b set charged_to = ",
        charged_to!("'9999-12-31'"),
        ", charges_open = ",
        charges_open!("'9999-12-31'"),
        " from ("
    );
    rows!(tx, HEAD, bills, |bill| [*bill], ") as moved where b.id = moved.column1");
    Ok(())
}

/// Whether an entry may change what late charges a ledger holds.
fn of_charges(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Fine | EntryKind::Interest | EntryKind::Reversal | EntryKind::FromAgreement | EntryKind::Compensation)
}

/// Posts an entry and moves its bill's balance by as much. Says whether it was new.
///
/// # Errors
/// [`Error::NotFound`] when the bill is not this customer's; an amount whose sign does not fit its kind.
pub async fn post(server: &Server, tx: &mut Tx, entry: &NewEntry<'_>) -> Result<bool> {
    if !entry.kind.fits(entry.amount) {
        return Err(Error::Corrupt("sign of a ledger entry"));
    }
    let id: EntryId = server.id();
    let written = sql!(tx, execute:
        "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, payment_id, request_id, of_entry, source, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (source) do nothing",
        id.0, entry.customer.0, entry.bill.map(|bill| bill.0), entry.kind.as_str(), entry.amount.as_cents(), entry.effective_on, server.clock.now(),
        entry.payment.map(|payment| payment.0), entry.request.map(|request| request.0), entry.of.map(|of| of.0), entry.source, entry.note)?;
    if written == 0 {
        return Ok(false);
    }
    if let Some(bill) = entry.bill {
        let moved = sql!(tx, execute: "update bills set balance = balance + $3 where id = $1 and customer_id = $2", bill.0, entry.customer.0, entry.amount.as_cents())?;
        if moved == 0 {
            return Err(Error::NotFound);
        }
        sql!(tx, execute: "update bills set standing = 'settled' where id = $1 and balance <= 0 and standing <> 'in_agreement'", bill.0)?;
        sql!(tx, execute: "update bills set standing = 'open' where id = $1 and balance > 0 and standing = 'settled'", bill.0)?;
        if of_charges(entry.kind) {
            recount(tx, &[bill.0]).await?;
        }
        tell_settled(server, tx, &[((bill.0, entry.customer.0), entry.amount.as_cents())]).await?;
        placements::come_back(server, tx, &[bill.0]).await?;
    }
    Ok(true)
}

/// Posts many entries at once, as [`post`] posts one. Says how many were new.
///
/// # Errors
/// [`Error::NotFound`] when a bill is not its customer's; an amount whose sign does not fit its kind.
pub async fn post_all(server: &Server, tx: &mut Tx, entries: &[NewEntry<'_>]) -> Result<usize> {
    if entries.iter().any(|entry| !entry.kind.fits(entry.amount)) {
        return Err(Error::Corrupt("sign of a ledger entry"));
    }
    let now = server.clock.now();
    let written = rows!(tx, returning (Option<Uuid>, Uuid, i64):
        "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, payment_id, request_id, of_entry, source, note)",
        entries,
        |entry| [server.id::<EntryId>().0, entry.customer.0, entry.bill.map(|bill| bill.0), entry.kind.as_str(), entry.amount.as_cents(), entry.effective_on, now,
            entry.payment.map(|payment| payment.0), entry.request.map(|request| request.0), entry.of.map(|of| of.0), entry.source, entry.note],
        "on conflict (source) do nothing returning bill_id, customer_id, amount");
    let mut moved: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
    for (bill, customer, cents) in &written {
        if let Some(bill) = bill {
            *moved.entry((*bill, *customer)).or_default() += cents;
        }
    }
    let moved: Vec<((Uuid, Uuid), i64)> = moved.into_iter().collect();
    let changed = rows!(
        tx,
        "update bills set balance = bills.balance + moved.column3,
            standing = case when bills.standing = 'in_agreement' then bills.standing
                            when bills.balance + moved.column3 <= 0 then 'settled'
                            when bills.standing = 'settled' then 'open'
                            else bills.standing end
         from (",
        &moved,
        |row| [row.0.0, row.0.1, row.1],
        ") as moved where bills.id = moved.column1 and bills.customer_id = moved.column2"
    );
    if changed != moved.len() as u64 {
        return Err(Error::NotFound);
    }
    let mut charged: Vec<Uuid> = entries.iter().filter(|entry| of_charges(entry.kind)).filter_map(|entry| Some(entry.bill?.0)).collect();
    charged.sort_unstable();
    charged.dedup();
    recount(tx, &charged).await?;
    tell_settled(server, tx, &moved).await?;
    let moved: Vec<Uuid> = moved.into_iter().map(|((bill, _), _)| bill).collect();
    placements::come_back(server, tx, &moved).await?;
    Ok(written.len())
}

/// Tells of the bills of which nothing is open any more, and something was before their balances moved by so much.
async fn tell_settled(server: &Server, tx: &mut Tx, moved: &[((Uuid, Uuid), i64)]) -> Result<()> {
    if !webhooks::wanted(tx, Topic::BillSettled).await? {
        return Ok(());
    }
    let settled = rows!(tx, returning (String,):
        "select b.external_id from (",
        moved,
        |row| [row.0.0, row.1],
        ") as moved join bills b on b.id = moved.column1
            where b.standing = 'settled' and b.balance <= 0 and b.balance - moved.column2 > 0");
    let told: Vec<Happened> =
        settled.into_iter().map(|(bill,)| Happened { topic: Topic::BillSettled, data: json!({ "bill": bill }) }).collect();
    webhooks::tell(server, tx, &told).await
}

/// Bills whose balance is not the sum of their entries, or whose late charges are not what their entries say: none, unless somebody wrote into the database. At most twenty.
///
/// # Errors
/// The database's.
pub async fn verify(server: &Server) -> Result<Vec<BillId>> {
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (uuid::Uuid,):
        concat!("select b.id from bills b left join (select bill_id, cast(sum(amount) as bigint) as total, max(case when kind in ('fine', 'interest', 'from_agreement') then 1 else 0 end) as charged
            from entries group by bill_id) s on s.bill_id = b.id
          where b.balance <> coalesce(s.total, 0)
             or ((s.charged = 1 or b.charged_to is not null or b.charges_open <> 0)
                 and (b.charged_to is distinct from ", charged_to!("'9999-12-31'"), " or b.charges_open <> ", charges_open!("'9999-12-31'"), ")) limit 20"))?;
    Ok(rows.into_iter().map(|(id,)| BillId(id)).collect())
}
