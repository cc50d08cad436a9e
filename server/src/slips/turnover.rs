//! Which slip of a bill can be paid when a new one comes: at most one at any moment, the one issued last. Never makes a slip, and
//! never takes one back that was replaced.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;
use crate::rows;

/// The slip with which a bill can be paid.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Payable {
    bill_id: Uuid,
    slip_id: Uuid,
    issued_on: NaiveDate,
}

/// What new slips do to those that can be paid, worked out before anything is written.
#[derive(Debug)]
pub(crate) struct Turnover {
    before: Vec<Payable>,
    /// As it will be, by bill.
    now: HashMap<Uuid, Payable>,
    /// Slips that were replaced, and by which.
    replaced: Vec<(Uuid, Uuid)>,
}

impl Turnover {
    /// From what can be paid now, of every bill that a new slip is for.
    pub(crate) fn new(before: Vec<Payable>) -> Self {
        let now = before.iter().map(|row| (row.bill_id, *row)).collect();
        Self { before, now, replaced: Vec::new() }
    }

    /// A slip can be paid from now on. Of two for one bill, the one issued later stays; issued on one day, the one that comes later.
    pub(crate) fn enter(&mut self, slip: Uuid, issued_on: NaiveDate, bills: &[Uuid]) {
        let rivals: Vec<Payable> = bills.iter().filter_map(|bill| self.now.get(bill).copied()).collect();
        if let Some(newer) = rivals.iter().find(|rival| rival.issued_on > issued_on) {
            self.replaced.push((slip, newer.slip_id));
            return;
        }
        let old: HashSet<Uuid> = rivals.iter().map(|rival| rival.slip_id).collect();
        // An old slip for several bills cannot be paid for the others either.
        self.now.retain(|_, payable| !old.contains(&payable.slip_id));
        self.replaced.extend(old.into_iter().map(|old| (old, slip)));
        self.now.extend(bills.iter().map(|bill| (*bill, Payable { bill_id: *bill, slip_id: slip, issued_on })));
    }

    /// A slip cannot be paid any more.
    pub(crate) fn leave(&mut self, slip: Uuid) {
        self.now.retain(|_, payable| payable.slip_id != slip);
    }

    /// Whether the bill can be paid with this slip.
    pub(crate) fn is_payable(&self, slip: Uuid, bill: Uuid) -> bool {
        self.now.get(&bill).is_some_and(|payable| payable.slip_id == slip)
    }

    /// Takes the old ones away: before a new one is written, since a bill has one alone.
    pub(crate) async fn make_room(&self, tx: &mut Tx) -> Result<()> {
        let over: Vec<Uuid> = self.before.iter().filter(|row| !self.is_payable(row.slip_id, row.bill_id)).map(|row| row.slip_id).collect();
        rows!(
            tx,
            "update slip_bills set payable = not true from (",
            over,
            |slip| [*slip],
            ") as past where slip_bills.slip_id = past.column1 and payable"
        );
        Ok(())
    }

    /// Says of the old ones which took their place: after the new ones are written.
    pub(crate) async fn replace(&self, tx: &mut Tx) -> Result<()> {
        rows!(
            tx,
            "update slips set state = 'replaced', replaced_by = pair.column2 from (",
            self.replaced,
            |pair| [pair.0, pair.1],
            ") as pair where slips.id = pair.column1 and slips.state = 'registered'"
        );
        Ok(())
    }
}

/// A slip that was taken, with one of its bills.
#[derive(sqlx::FromRow)]
struct Taken {
    slip_id: Uuid,
    bill_id: Uuid,
    issued_on: NaiveDate,
}

/// The bank has taken slips that it did not know before: they can be paid from now on. Others stay as they are.
pub(crate) async fn register(tx: &mut Tx, slips: &[Uuid]) -> Result<()> {
    let moved = rows!(tx, returning (Uuid,): "update slips set state = 'registered' from (", slips, |id| [*id],
        ") as taken where slips.id = taken.column1 and slips.state in ('pending', 'sent', 'rejected') returning id");
    let moved: Vec<Uuid> = moved.into_iter().map(|(id,)| id).collect();
    let mut taken = rows!(tx, returning Taken: "select s.id as slip_id, l.bill_id, s.issued_on from (", moved, |id| [*id],
        ") as taken join slips s on s.id = taken.column1 join slip_bills l on l.slip_id = s.id");
    let before = rows!(tx, returning Payable: "select distinct l.bill_id, l.slip_id, s.issued_on from (", moved, |id| [*id],
        ") as taken join slip_bills mine on mine.slip_id = taken.column1
           join slip_bills near on near.bill_id = mine.bill_id and near.payable
           join slip_bills l on l.slip_id = near.slip_id and l.payable join slips s on s.id = l.slip_id");
    let mut turnover = Turnover::new(before);
    taken.sort_by_key(|row| (row.issued_on, row.slip_id, row.bill_id));
    for of_one in taken.chunk_by(|a, b| a.slip_id == b.slip_id) {
        if let Some(first) = of_one.first() {
            let bills: Vec<Uuid> = of_one.iter().map(|row| row.bill_id).collect();
            turnover.enter(first.slip_id, first.issued_on, &bills);
        }
    }
    turnover.make_room(tx).await?;
    let payable: Vec<&Taken> = taken.iter().filter(|row| turnover.is_payable(row.slip_id, row.bill_id)).collect();
    rows!(
        tx,
        "update slip_bills set payable = true from (",
        payable,
        |row| [row.slip_id, row.bill_id],
        ") as now where slip_bills.slip_id = now.column1 and slip_bills.bill_id = now.column2"
    );
    turnover.replace(tx).await
}
