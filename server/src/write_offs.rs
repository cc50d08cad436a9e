//! Write-offs: bills that the house gives up. One person proposes, another decides whose level covers it, and from then on the ledger says
//! so; undone it is the same way. Money that comes afterwards is taken all the same: as much as was paid is not given up any more.
//!
//! What it is worth to the tax authority is the business of the creditor's own books: they are told, and the portal names no figure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::actors::Role;
use domain::forms::{Problem, text};
use domain::ids::{BillId, CustomerId, EntryId, StaffId};
use domain::money::Money;
use domain::statement::{EntryKind, Standing};
use domain::webhooks::Topic;
use domain::write_offs::{self as rules, Kept, Reason, State, WriteOffForm};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::files::{self, Download, Stored};
use crate::ledger::{self, NewEntry};
use crate::requests::BillLine;
use crate::sessions::Staff;
use crate::webhooks::{self, Happened};
use crate::{Server, customers, placements, policies, rows, sql};

/// Those who propose, and see what was proposed.
const PROPOSERS: &[Role] = &[Role::Receivables, Role::Supervisor, Role::Legal];
/// Proposals of one page.
const PAGE: i64 = 100;

/// A proposal.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WriteOff {
    /// Which.
    pub id: Uuid,
    /// Whose bills.
    #[sqlx(try_from = "Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// Why.
    #[sqlx(try_from = "String")]
    pub reason: Reason,
    /// What speaks for it.
    pub words: String,
    /// What was open when it was proposed; from the decision on what was given up.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Of that, what came back since.
    #[sqlx(try_from = "i64")]
    pub back: Money,
    /// How many bills.
    pub bills: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    proposed_by: Uuid,
    /// Who proposed it.
    pub proposed_by_name: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub decision: Option<String>,
    undo_by: Option<Uuid>,
    /// Who asked to undo it.
    pub undo_by_name: Option<String>,
    /// Why.
    pub undo_words: Option<String>,
    /// Who undid it.
    pub undone_by_name: Option<String>,
    /// When.
    pub undone_at: Option<DateTime<Utc>>,
}

impl WriteOff {
    /// Who has asked for what is to be decided now.
    fn asked_by(&self) -> Option<StaffId> {
        if self.state == State::Undoing { self.undo_by.map(StaffId) } else { Some(StaffId(self.proposed_by)) }
    }

    /// What is given up now.
    #[must_use]
    pub fn given_up(&self) -> Money {
        if self.state.gives_up() { self.amount - self.back } else { Money::ZERO }
    }
}

macro_rules! write_offs {
    ($tail:literal) => {
        concat!(
            "select w.id, w.customer_id as customer, c.name, w.reason, w.words, w.amount, w.state, w.proposed_by, p.name as proposed_by_name,
                    w.proposed_at, d.name as decided_by_name, w.decided_at, w.decision, w.undo_by, u.name as undo_by_name, w.undo_words,
                    n.name as undone_by_name, w.undone_at,
                    (select count(*) from write_off_bills b where b.write_off_id = w.id) as bills,
                    cast(coalesce((select sum(b.back) from write_off_bills b where b.write_off_id = w.id), 0) as bigint) as back
               from write_offs w join customers c on c.id = w.customer_id join staff p on p.id = w.proposed_by
               left join staff d on d.id = w.decided_by left join staff u on u.id = w.undo_by left join staff n on n.id = w.undone_by ",
            $tail
        )
    };
}

/// The columns of a [`Live`].
macro_rules! live {
    () => {
        "select w.write_off_id, w.bill_id, b.customer_id, w.entry_id, o.decided_on, w.back, w.amount - w.back as left_over, b.balance"
    };
}

/// A bill of a proposal.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfBill {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub bill: BillId,
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// What was open when it was proposed; from the decision on what was given up.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Of that, what came back.
    #[sqlx(try_from = "i64")]
    pub back: Money,
    /// What is open now.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
}

/// A paper that speaks for a proposal.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Paper {
    /// Which.
    pub id: Uuid,
    /// What its sender calls it.
    pub name: String,
    /// Who brought it.
    pub by: String,
}

/// One proposal, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It.
    pub write_off: WriteOff,
    /// Its bills.
    pub bills: Vec<OfBill>,
    /// What speaks for it.
    pub papers: Vec<Paper>,
    /// Whether who looks may decide what waits; the word of the refusal otherwise.
    pub decide: Result<(), &'static str>,
    /// Whether who looks may take back what they asked for.
    pub asked: bool,
}

/// A bill that could be given up.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Which.
    pub bill: BillId,
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// What is open of it.
    pub balance: Money,
    /// Why it cannot be; none when it can.
    pub kept: Option<Kept>,
    /// Whether it is old enough to be prescribed.
    pub prescribed: bool,
}

/// What could be given up of a customer's.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The customer's name.
    pub name: String,
    /// Open bills, the oldest first.
    pub choices: Vec<Choice>,
}

/// Whether this role proposes.
#[must_use]
pub fn may_propose(staff: &Staff) -> bool {
    PROPOSERS.contains(&staff.role())
}

/// Whether somebody proposes, before files are received.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn may(staff: &Staff) -> Result<()> {
    staff.only(PROPOSERS)
}

/// What could be given up of a customer's. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for whoever proposes nothing; [`Error::NotFound`].
pub async fn offer(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Offer> {
    staff.only(PROPOSERS)?;
    let name = customers::named(server, staff, customer).await?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (Uuid, String, NaiveDate, i64, String, i64): "select b.id, b.number, b.due_on, b.balance, b.standing,
            (select count(*) from write_off_bills w where w.bill_id = b.id and w.live = $2) as proposed
        from bills b where b.customer_id = $1 and b.balance <> 0 and b.balance > 0 order by b.due_on, b.id limit 500", customer.0, true)?;
    let mut choices = Vec::with_capacity(rows.len());
    for (id, number, due_on, balance, standing, proposed) in rows {
        let standing: Standing = standing.parse().map_err(|_| Error::Corrupt("standing of a bill"))?;
        let balance = Money::cents(balance);
        let kept = rules::kept(standing, balance, proposed > 0);
        choices.push(Choice { bill: BillId(id), number, due_on, balance, kept, prescribed: rules::prescribed(due_on, today) });
    }
    Ok(Offer { name, choices })
}

/// Proposes to give bills up. The same form twice proposes it once.
///
/// # Errors
/// [`Error::Forbidden`] for whoever proposes nothing; [`Error::Form`], on `bills` with [`Problem::Unknown`] for one that is not the
/// customer's and [`Problem::NoLongerPossible`] for one that cannot be given up, on `reason` with [`Problem::NoLongerPossible`] for one that
/// is not old enough to be prescribed.
pub async fn propose(server: &Server, staff: &Staff, form: &WriteOffForm, papers: &[Stored]) -> Result<Uuid> {
    staff.only(PROPOSERS)?;
    let valid = form.parse()?;
    files::count(papers)?;
    let id = valid.submission;
    let (now, today) = (server.clock.now(), server.clock.today());
    let mut tx = server.db.write().await?;
    if let Some((known,)) = sql!(tx, optional (Uuid,): "select id from write_offs where id = $1 and proposed_by = $2", id, staff.id().0)? {
        return Ok(known);
    }
    let mut bills = valid.bills.clone();
    bills.sort_unstable();
    let mut amounts = Vec::with_capacity(bills.len());
    for bill in &bills {
        let line =
            crate::requests::take_bill(&mut tx, valid.customer, *bill).await?.ok_or_else(|| Error::field("bills", Problem::Unknown))?;
        let proposed =
            sql!(tx, optional (Uuid,): "select write_off_id from write_off_bills where bill_id = $1 and live = $2", bill.0, true)?;
        if rules::kept(line.standing, line.balance, proposed.is_some()).is_some() {
            return Err(Error::field("bills", Problem::NoLongerPossible));
        }
        if valid.reason == Reason::Prescribed && !rules::prescribed(line.due_on, today) {
            return Err(Error::field("reason", Problem::NoLongerPossible));
        }
        amounts.push((bill.0, line.balance.as_cents()));
    }
    let amount: i64 = amounts.iter().map(|(_, cents)| *cents).sum();
    let written = sql!(tx, execute: "insert into write_offs (id, customer_id, reason, words, amount, state, proposed_by, proposed_at)
        values ($1, $2, $3, $4, $5, 'waiting', $6, $7) on conflict (id) do nothing",
        id, valid.customer.0, valid.reason.as_str(), valid.words, amount, staff.id().0, now)?;
    if written == 0 {
        return Ok(id);
    }
    for (bill, cents) in amounts {
        let put = sql!(tx, execute: "insert into write_off_bills (write_off_id, bill_id, amount, live) values ($1, $2, $3, $4)", id, bill, cents, true);
        match put {
            Err(error) if is_duplicate(&error) => return Err(Error::field("bills", Problem::NoLongerPossible)),
            put => put?,
        };
    }
    for file in papers {
        sql!(tx, execute: "insert into write_off_files (id, write_off_id, file_hash, name, staff_id, at) values ($1, $2, $3, $4, $5, $6)",
            server.id::<Uuid>(), id, file.hash.as_str(), file.name.as_str(), staff.id().0, now)?;
    }
    let detail = json!({ "reason": valid.reason, "bills": bills.len(), "cents": amount, "papers": papers.len() });
    record(server, &mut tx, staff.actor(), "write_offs.propose", id, valid.customer, detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Proposals, those that wait first, then the newest.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<WriteOff>> {
    staff.only(PROPOSERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all WriteOff:
        write_offs!("order by case when w.state in ('waiting', 'undoing') then 0 else 1 end, w.proposed_at desc, w.id desc limit $1"), PAGE)?)
}

/// One of them, with its bills and papers. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(server: &Server, staff: &Staff, id: Uuid) -> Result<Opened> {
    staff.only(PROPOSERS)?;
    let mut conn = server.db.read().await?;
    let write_off = one(&mut conn, id).await?;
    let bills = sql!(conn, all OfBill: "select b.id as bill, b.number, b.due_on, w.amount, w.back, b.balance
        from write_off_bills w join bills b on b.id = w.bill_id where w.write_off_id = $1 order by b.due_on, b.id", id)?;
    let papers = sql!(conn, all Paper: "select f.id, f.name, s.name as by from write_off_files f join staff s on s.id = f.staff_id
        where f.write_off_id = $1 order by f.at, f.id", id)?;
    let decide = may_decide(server, &mut conn, staff, &write_off).await?;
    drop(conn);
    customers::named(server, staff, write_off.customer).await?;
    let asked = write_off.asked_by() == Some(staff.id());
    Ok(Opened { write_off, bills, papers, decide, asked })
}

async fn one(conn: &mut Conn, id: Uuid) -> Result<WriteOff> {
    sql!(conn, optional WriteOff: write_offs!("where w.id = $1"), id)?.ok_or(Error::NotFound)
}

async fn may_decide(server: &Server, conn: &mut Conn, staff: &Staff, write_off: &WriteOff) -> Result<Result<(), &'static str>> {
    let level = policies::requests(server, conn).await?.approval_limit(staff.role());
    Ok(rules::may_decide(level, write_off.amount, write_off.asked_by() == Some(staff.id())))
}

/// A paper of a proposal, to be kept as a file. That it was taken is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Files`].
pub async fn paper(server: &Server, staff: &Staff, id: Uuid, paper: Uuid) -> Result<Download> {
    staff.only(PROPOSERS)?;
    let mut tx = server.db.write().await?;
    let (hash, name, media_type, customer) = sql!(tx, optional (String, String, String, Uuid):
        "select f.file_hash, f.name, s.media_type, w.customer_id from write_off_files f join files s on s.hash = f.file_hash
           join write_offs w on w.id = f.write_off_id where f.id = $1 and w.id = $2", paper, id)?
    .ok_or(Error::NotFound)?;
    record(server, &mut tx, staff.actor(), "write_offs.take_paper", id, CustomerId(customer), json!({ "paper": paper })).await?;
    tx.commit().await?;
    files::download(server, &hash, name, media_type).await
}

/// Gives up what was proposed: the ledger, the bills' hand-overs and the house's own systems say so in one transaction.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more, and when more is open now than was
/// proposed; [`Error::Refused`] with the word of [`rules::may_decide`], and when nothing of it is open any more.
pub async fn approve(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PROPOSERS)?;
    let (now, today) = (server.clock.now(), server.clock.today());
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update write_offs set state = 'approved', decided_by = $2, decided_at = $3, decided_on = $4 where id = $1 and state = 'waiting'",
        id, staff.id().0, now, today)?;
    let mut write_off = one(&mut tx, id).await?;
    if moved == 0 {
        return Err(Error::Overtaken("write_off_moved"));
    }
    // As it waited: whoever proposed it is asked about, not what it has become a line above.
    write_off.state = State::Waiting;
    may_decide(server, &mut tx, staff, &write_off).await?.map_err(Error::Refused)?;
    let proposed = sql!(tx, all (Uuid, i64): "select bill_id, amount from write_off_bills where write_off_id = $1 order by bill_id", id)?;
    let (mut given_up, mut total) = (Vec::new(), Money::ZERO);
    for (bill, cents) in proposed {
        let line =
            crate::requests::take_bill(&mut tx, write_off.customer, BillId(bill)).await?.ok_or(Error::Corrupt("bill of a write-off"))?;
        if rules::kept(line.standing, line.balance, false).is_some() {
            // Paid, disputed or in an agreement since: it is not given up.
            sql!(tx, execute: "update write_off_bills set amount = 0, live = $3 where write_off_id = $1 and bill_id = $2", id, bill, false)?;
            continue;
        }
        if line.balance > Money::cents(cents) {
            return Err(Error::Overtaken("write_off_grew"));
        }
        given_up.push((bill, line.balance));
        total += line.balance;
    }
    if given_up.is_empty() {
        return Err(Error::Refused("write_off_nothing"));
    }
    placements::given_up(server, &mut tx, &given_up.iter().map(|(bill, _)| *bill).collect::<Vec<_>>()).await?;
    for (bill, balance) in &given_up {
        let source = format!("write_off/{id}/{bill}");
        ledger::post(server, &mut tx, &entry(&write_off, *bill, EntryKind::WriteOff, -*balance, today, None, &source)).await?;
        let (posted,) = sql!(tx, one (Uuid,): "select id from entries where source = $1", source)?;
        sql!(tx, execute: "update write_off_bills set amount = $3, entry_id = $4 where write_off_id = $1 and bill_id = $2", id, *bill, balance.as_cents(), posted)?;
    }
    sql!(tx, execute: "update write_offs set amount = $2 where id = $1", id, total.as_cents())?;
    tell(server, &mut tx, Topic::WriteOffApproved, id).await?;
    let detail = json!({ "bills": given_up.len(), "cents": total.as_cents() });
    record(server, &mut tx, staff.actor(), "write_offs.approve", id, write_off.customer, detail).await?;
    tx.commit().await
}

/// Does not give up, with the reason.
///
/// # Errors
/// As [`approve`]; [`Error::Form`] on `decision`.
pub async fn refuse(server: &Server, staff: &Staff, id: Uuid, decision: &str) -> Result<()> {
    staff.only(PROPOSERS)?;
    let decision = text(decision, 500).map_err(|problem| Error::field("decision", problem))?;
    let mut tx = server.db.write().await?;
    let write_off = one(&mut tx, id).await?;
    if write_off.state == State::Waiting {
        may_decide(server, &mut tx, staff, &write_off).await?.map_err(Error::Refused)?;
    }
    let moved = sql!(tx, execute: "update write_offs set state = 'refused', decided_by = $2, decided_at = $3, decision = $4 where id = $1 and state = 'waiting'",
        id, staff.id().0, server.clock.now(), decision)?;
    end(server, &mut tx, staff, &write_off, moved, "write_offs.refuse").await?;
    tx.commit().await
}

/// Takes a proposal back: only whoever made it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more; [`Error::Refused`] with
/// `write_off_not_yours`.
pub async fn withdraw(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PROPOSERS)?;
    let mut tx = server.db.write().await?;
    let write_off = one(&mut tx, id).await?;
    if write_off.proposed_by != staff.id().0 {
        return Err(Error::Refused("write_off_not_yours"));
    }
    let moved = sql!(tx, execute: "update write_offs set state = 'withdrawn' where id = $1 and state = 'waiting'", id)?;
    end(server, &mut tx, staff, &write_off, moved, "write_offs.withdraw").await?;
    tx.commit().await
}

async fn end(server: &Server, tx: &mut Tx, staff: &Staff, write_off: &WriteOff, moved: u64, action: &str) -> Result<()> {
    if moved == 0 {
        return Err(Error::Overtaken("write_off_moved"));
    }
    sql!(tx, execute: "update write_off_bills set live = $2 where write_off_id = $1", write_off.id, false)?;
    record(server, tx, staff.actor(), action, write_off.id, write_off.customer, json!({})).await
}

/// Asks to undo what was given up, with the reason.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Form`] on `undo`; [`Error::Overtaken`] when it is not given up, or asked for already;
/// [`Error::Refused`] when all of it came back.
pub async fn ask_to_undo(server: &Server, staff: &Staff, id: Uuid, words: &str) -> Result<()> {
    staff.only(PROPOSERS)?;
    let words = text(words, 500).map_err(|problem| Error::field("undo", problem))?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update write_offs set state = 'undoing', undo_by = $2, undo_at = $3, undo_words = $4 where id = $1 and state = 'approved'",
        id, staff.id().0, server.clock.now(), words)?;
    let write_off = one(&mut tx, id).await?;
    if moved == 0 {
        return Err(Error::Overtaken("write_off_moved"));
    }
    if !write_off.given_up().is_positive() {
        return Err(Error::Refused("write_off_all_back"));
    }
    record(server, &mut tx, staff.actor(), "write_offs.ask_to_undo", id, write_off.customer, json!({})).await?;
    tx.commit().await
}

/// Leaves it given up after all: whoever may decide, and whoever asked.
///
/// # Errors
/// As [`approve`].
pub async fn leave(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PROPOSERS)?;
    let mut tx = server.db.write().await?;
    let write_off = one(&mut tx, id).await?;
    if write_off.state == State::Undoing && write_off.asked_by() != Some(staff.id()) {
        may_decide(server, &mut tx, staff, &write_off).await?.map_err(Error::Refused)?;
    }
    let moved = sql!(tx, execute: "update write_offs set state = 'approved', undo_by = null, undo_at = null, undo_words = null where id = $1 and state = 'undoing'", id)?;
    if moved == 0 {
        return Err(Error::Overtaken("write_off_moved"));
    }
    record(server, &mut tx, staff.actor(), "write_offs.leave", id, write_off.customer, json!({})).await?;
    tx.commit().await
}

/// Undoes it: what is still given up is open again.
///
/// # Errors
/// As [`approve`].
pub async fn undo(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PROPOSERS)?;
    let today = server.clock.today();
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update write_offs set state = 'undone', undone_by = $2, undone_at = $3, undone_on = $4 where id = $1 and state = 'undoing'",
        id, staff.id().0, server.clock.now(), today)?;
    let mut write_off = one(&mut tx, id).await?;
    if moved == 0 {
        return Err(Error::Overtaken("write_off_moved"));
    }
    write_off.state = State::Undoing;
    may_decide(server, &mut tx, staff, &write_off).await?.map_err(Error::Refused)?;
    let bills =
        sql!(tx, all (Uuid,): "select bill_id from write_off_bills where write_off_id = $1 and live = $2 order by bill_id", id, true)?;
    let mut cents = 0;
    for (bill,) in bills {
        crate::requests::take_bill(&mut tx, write_off.customer, BillId(bill)).await?.ok_or(Error::Corrupt("bill of a write-off"))?;
        let live = sql!(tx, optional Live: concat!(live!(), " from write_off_bills w join write_offs o on o.id = w.write_off_id
            join bills b on b.id = w.bill_id where b.id = $1 and w.live and w.entry_id is not null"), bill)?;
        if let Some(live) = live {
            let left = Money::cents(live.left_over);
            live.give_back(server, &mut tx, left, today).await?;
            cents += left.as_cents();
        }
    }
    tell(server, &mut tx, Topic::WriteOffReversed, id).await?;
    record(server, &mut tx, staff.actor(), "write_offs.undo", id, write_off.customer, json!({ "cents": cents })).await?;
    tx.commit().await
}

/// What is given up of a bill now.
#[derive(Debug, sqlx::FromRow)]
struct Live {
    write_off_id: Uuid,
    bill_id: Uuid,
    customer_id: Uuid,
    entry_id: Uuid,
    /// The day on which it counts in the ledger.
    decided_on: NaiveDate,
    back: i64,
    left_over: i64,
    balance: i64,
}

impl Live {
    /// Posts what comes back of it.
    async fn give_back(&self, server: &Server, tx: &mut Tx, amount: Money, on: NaiveDate) -> Result<()> {
        if !amount.is_positive() {
            return Ok(());
        }
        // What came back before tells one time from another, for ever.
        let source = format!("write_off/{}/{}/back/{}", self.write_off_id, self.bill_id, self.back);
        let entry = NewEntry {
            customer: CustomerId(self.customer_id),
            bill: Some(BillId(self.bill_id)),
            kind: EntryKind::Reversal,
            amount,
            effective_on: on.max(self.decided_on),
            payment: None,
            request: None,
            of: Some(EntryId(self.entry_id)),
            source: &source,
            note: "",
        };
        if ledger::post(server, tx, &entry).await? {
            sql!(tx, execute: "update write_off_bills set back = back + $3, live = $4 where write_off_id = $1 and bill_id = $2",
                self.write_off_id, self.bill_id, amount.as_cents(), self.left_over > amount.as_cents())?;
        }
        Ok(())
    }
}

/// Money has come on bills: as much of it as was given up is not given up any more. Called by whatever posts payments, after it has.
pub(crate) async fn paid(server: &Server, tx: &mut Tx, days: &BTreeMap<Uuid, NaiveDate>) -> Result<()> {
    let bills: Vec<Uuid> = days.keys().copied().collect();
    let found = rows!(tx, returning Live: concat!(live!(), " from ("), bills, |bill| [*bill],
        ") as moved join write_off_bills w on w.bill_id = moved.column1 join write_offs o on o.id = w.write_off_id
            join bills b on b.id = w.bill_id where w.live and w.entry_id is not null and b.balance < 0");
    let mut told = BTreeSet::new();
    for live in found {
        let amount = rules::comes_back(Money::cents(live.left_over), Money::cents(live.balance));
        let on = days.get(&live.bill_id).copied().unwrap_or_else(|| server.clock.today());
        live.give_back(server, tx, amount, on).await?;
        let detail = json!({ "cents": amount.as_cents() });
        record(server, tx, Actor::System, "write_offs.paid", live.write_off_id, CustomerId(live.customer_id), detail).await?;
        told.insert(live.write_off_id);
    }
    for id in told {
        tell(server, tx, Topic::WriteOffReversed, id).await?;
    }
    Ok(())
}

fn entry<'a>(
    write_off: &WriteOff,
    bill: Uuid,
    kind: EntryKind,
    amount: Money,
    on: NaiveDate,
    of: Option<EntryId>,
    source: &'a str,
) -> NewEntry<'a> {
    NewEntry {
        customer: write_off.customer,
        bill: Some(BillId(bill)),
        kind,
        amount,
        effective_on: on,
        payment: None,
        request: None,
        of,
        source,
        note: "",
    }
}

/// A bill as money finds it: with what was given up of it, which a payment takes back.
pub(crate) async fn as_paid(conn: &mut Conn, mut line: BillLine) -> Result<(BillLine, bool)> {
    let (cents,) = sql!(conn, one (i64,): "select cast(coalesce(sum(amount - back), 0) as bigint) from write_off_bills
        where bill_id = $1 and live = $2 and entry_id is not null", line.id.0, true)?;
    line.balance += Money::cents(cents);
    Ok((line, cents > 0))
}

/// What is given up of a bill `b` now, as a part of a query.
macro_rules! given_up {
    () => {
        "coalesce((select cast(sum(w.amount - w.back) as bigint) from write_off_bills w where w.bill_id = b.id and w.live and w.entry_id is not null), 0)"
    };
}
pub(crate) use given_up;

/// Given up in one month for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first of the month.
    pub month: NaiveDate,
    /// Why.
    pub reason: Reason,
    /// Decisions.
    pub decisions: i64,
    /// Bills.
    pub bills: i64,
    /// Given up then.
    pub amount: Money,
    /// Of that, what came back since: paid after all, or undone.
    pub back: Money,
}

/// What was given up since a day, by month, the newest first, and reason.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn report(server: &Server, staff: &Staff, from: NaiveDate) -> Result<Vec<Line>> {
    staff.only(PROPOSERS)?;
    let mut conn = server.db.read().await?;
    let found = sql!(conn, all (NaiveDate, String, Uuid, i64, i64): "select o.decided_on, o.reason, o.id, w.amount, w.back
        from write_offs o join write_off_bills w on w.write_off_id = o.id
        where o.decided_on is not null and o.decided_on >= $1 and w.entry_id is not null order by o.decided_on, o.id", from)?;
    let mut last = None;
    let mut lines: BTreeMap<(Reverse<NaiveDate>, Reason), Line> = BTreeMap::new();
    for (on, reason, id, amount, back) in found {
        let month = on.with_day(1).unwrap_or(on);
        let reason: Reason = reason.parse().map_err(|_| Error::Corrupt("reason of a write-off"))?;
        let none = Line { month, reason, decisions: 0, bills: 0, amount: Money::ZERO, back: Money::ZERO };
        let line = lines.entry((Reverse(month), reason)).or_insert(none);
        line.decisions += i64::from(last != Some(id));
        line.bills += 1;
        line.amount += Money::cents(amount);
        line.back += Money::cents(back);
        last = Some(id);
    }
    Ok(lines.into_values().collect())
}

/// The same, to be taken away as a file: that is recorded.
///
/// # Errors
/// As [`report`].
pub async fn take_report(server: &Server, staff: &Staff, from: NaiveDate) -> Result<Vec<Line>> {
    let lines = report(server, staff, from).await?;
    let mut tx = server.db.write().await?;
    let event = Event {
        actor: staff.actor(),
        action: "write_offs.take_report",
        subject_kind: "report",
        subject_id: None,
        customer: None,
        detail: json!({ "from": from, "rows": lines.len() }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(lines)
}

/// A customer's, the newest first.
pub(crate) async fn of_customer(conn: &mut Conn, customer: CustomerId) -> Result<Vec<WriteOff>> {
    Ok(sql!(conn, all WriteOff: write_offs!("where w.customer_id = $1 order by w.proposed_at desc, w.id desc limit 40"), customer.0)?)
}

async fn tell(server: &Server, tx: &mut Tx, topic: Topic, id: Uuid) -> Result<()> {
    if !webhooks::wanted(tx, topic).await? {
        return Ok(());
    }
    let bills = sql!(tx, all (String,): "select b.external_id from write_off_bills w join bills b on b.id = w.bill_id
        where w.write_off_id = $1 and w.entry_id is not null order by b.external_id", id)?;
    let bills: Vec<String> = bills.into_iter().map(|(bill,)| bill).collect();
    webhooks::tell(server, tx, &[Happened { topic, data: json!({ "write_off": id, "bills": bills }) }]).await
}

async fn record(
    server: &Server,
    tx: &mut Tx,
    actor: Actor,
    action: &str,
    id: Uuid,
    customer: CustomerId,
    detail: serde_json::Value,
) -> Result<()> {
    let event = Event { actor, action, subject_kind: "write_off", subject_id: Some(id), customer: Some(customer), detail };
    audit::record(server, tx, event).await
}
