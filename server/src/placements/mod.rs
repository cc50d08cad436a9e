//! Placements: late bills are chosen, somebody looks a second time where it takes two persons, and from then on an agency or lawyers take
//! care of them. They come back in one act, or by themselves with the bank's evidence, a dispute or an agreement. Never settles a bill,
//! and never closes the portal to its customer, who may always pay here.

pub mod agencies;
pub mod results;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::flags::Flag;
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId, StaffId};
use domain::money::Money;
use domain::placements::{self as rules, AgencyKind, BillState, Candidate, Chosen, End, LeftOut, MOST, PlacementForm, State};
use domain::statement::{Standing, days_late, late_before};
use domain::templates::notices::{Kind, Variable};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::{Customer, Staff};
use crate::texts;
use crate::{Server, customers, notices, policies, rows, sql};
use agencies::Agency;

/// Those who hand over and take back.
pub(crate) const PLACERS: &[Role] = &[Role::Receivables, Role::Supervisor, Role::Legal];
/// Hand-overs of one page.
const PAGE: i64 = 50;
/// Bills that the page of a hand-over shows.
const SHOWN: i64 = 40;
/// Bills that are told as staying with the house.
const TOLD: usize = 500;
/// Bills that a notice names.
const NAMED: usize = 20;

/// A hand-over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Placement {
    /// Which.
    pub id: Uuid,
    /// To whom.
    pub agency_id: Uuid,
    /// By name.
    pub agency: String,
    /// What they are.
    #[sqlx(try_from = "String")]
    pub kind: AgencyKind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// How many bills.
    pub bills: i64,
    /// Of how many customers.
    pub customers: i64,
    /// Open on them when it was prepared, and from then on when it was confirmed.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    left_out: String,
    /// Bills that stay with the house, all of them.
    pub left_out_count: i64,
    made_by: Uuid,
    /// Who prepared it.
    pub made_by_name: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who confirmed it.
    pub confirmed_by_name: Option<String>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Placement {
    /// Who prepared it.
    #[must_use]
    pub fn made_by(&self) -> StaffId {
        StaffId(self.made_by)
    }
}

/// One of them, opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It.
    pub placement: Placement,
    /// Its first bills.
    pub bills: Vec<PlacedBill>,
    /// The first of those that stay with the house: number, and why.
    pub left_out: Vec<(String, LeftOut)>,
    /// Whether who looks may confirm it; the word of the refusal otherwise.
    pub confirm: Result<(), &'static str>,
}

/// A bill of a hand-over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlacedBill {
    /// Its place in the hand-over: what is taken back is named by it.
    pub id: Uuid,
    /// Which bill.
    #[sqlx(try_from = "Uuid")]
    pub bill: BillId,
    /// Its number.
    pub number: String,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// Open on it then.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Open on it now.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub customer: CustomerId,
    /// By name.
    pub name: String,
    /// With whom.
    pub agency: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: BillState,
    why: Option<String>,
    /// Why it was taken back, in words.
    pub words: Option<String>,
    /// Since when it is with the agency.
    pub placed_on: Option<NaiveDate>,
    /// Until when it was.
    pub ended_on: Option<NaiveDate>,
}

impl PlacedBill {
    /// Why it is not with the agency any more.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.why.as_ref().and_then(|word| word.parse().ok())
    }

    /// Why it was left out when the hand-over was confirmed.
    #[must_use]
    pub fn left_out(&self) -> Option<LeftOut> {
        self.why.as_ref().filter(|_| self.state == BillState::LeftOut).and_then(|word| word.parse().ok())
    }
}

macro_rules! placed_bills {
    ($tail:literal) => {
        concat!(
            "select p.id, b.id as bill, b.number, b.due_on, p.amount, b.balance, c.id as customer, c.name, g.name as agency, p.state, p.why, p.words,
                    p.placed_on, p.ended_on
               from placement_bills p join bills b on b.id = p.bill_id join customers c on c.id = p.customer_id
               join agencies g on g.id = p.agency_id ",
            $tail
        )
    };
}
pub(crate) use placed_bills;

macro_rules! placements {
    ($tail:literal) => {
        concat!(
            "select p.id, p.agency_id, g.name as agency, g.kind, p.state, p.bills, p.customers, p.amount, p.left_out, p.left_out_count,
                    p.made_by, m.name as made_by_name, p.made_at, f.name as confirmed_by_name, p.confirmed_at
               from placements p join agencies g on g.id = p.agency_id join staff m on m.id = p.made_by
               left join staff f on f.id = p.confirmed_by ",
            $tail
        )
    };
}

/// A bill that somebody would hand over.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Uuid,
    number: String,
    due_on: NaiveDate,
    balance: i64,
    #[sqlx(try_from = "String")]
    standing: Standing,
    placed: i64,
    receipts: i64,
    asked: i64,
    promised: i64,
}

impl Row {
    fn candidate(&self, today: NaiveDate, calendar: &Calendar) -> Candidate {
        Candidate {
            days_late: days_late(self.due_on, today, calendar),
            balance: Money::cents(self.balance),
            standing: self.standing,
            placed: self.placed > 0,
            receipt: self.receipts > 0,
            asked: self.asked > 0,
            promised: self.promised > 0,
        }
    }
}

macro_rules! candidates {
    ($tail:literal) => {
        concat!(
            "select b.id, b.customer_id, b.number, b.due_on, b.balance, b.standing,
                    (select count(*) from placement_bills p where p.bill_id = b.id and p.state = 'placed') as placed,
                    (select count(*) from request_bills rb join requests r on r.id = rb.request_id
                      where rb.bill_id = b.id and r.kind = 'receipt' and r.closed_at is null) as receipts,
                    (select count(*) from request_bills rb join requests r on r.id = rb.request_id
                      where rb.bill_id = b.id and r.kind in ('plan', 'slip') and r.closed_at is null) as asked,
                    (select count(*) from promise_bills pb join promises pr on pr.id = pb.promise_id
                      where pb.bill_id = b.id and pr.status = 'open') as promised
               from bills b ",
            $tail
        )
    };
}

/// A customer's late bill, before whoever would hand it over.
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
    /// Why it stays with the house, whoever it would go to; none for one that may go to lawyers at least.
    pub left_out: Option<LeftOut>,
    /// Why it does not go to a collection agency, but may to lawyers.
    pub lawyers_only: Option<LeftOut>,
}

/// What can be handed over of a customer's.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The customer's name.
    pub name: String,
    /// Late bills, the oldest first.
    pub choices: Vec<Choice>,
    /// To whom.
    pub agencies: Vec<Agency>,
    /// What is or was out already.
    pub placed: Vec<PlacedBill>,
}

/// Whether this role hands over.
#[must_use]
pub fn may_place(staff: &Staff) -> bool {
    PLACERS.contains(&staff.role())
}

/// What can be handed over of a customer's. The look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for whoever hands nothing over; [`Error::NotFound`].
pub async fn offer(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Offer> {
    staff.only(PLACERS)?;
    let name = customers::named(server, staff, customer).await?;
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let calendar = policies::calendar(&mut conn).await?;
    let rows = sql!(conn, all Row: candidates!("where b.customer_id = $1 and b.balance <> 0 and b.balance > 0 and b.due_on < $2 order by b.due_on, b.id limit $3"),
        customer.0, late_before(today, &calendar), i64::from(MOST))?;
    let flags = flags(&mut conn, Some(customer)).await?;
    let flags = flags.get(&customer.0).map_or(&[][..], Vec::as_slice);
    let choices = rows
        .iter()
        .map(|row| {
            let candidate = row.candidate(today, &calendar);
            let lawyers = candidate.left_out(1, flags, AgencyKind::LawOffice);
            Choice {
                bill: BillId(row.id),
                number: row.number.clone(),
                due_on: row.due_on,
                balance: Money::cents(row.balance),
                left_out: lawyers,
                lawyers_only: candidate.left_out(1, flags, AgencyKind::Agency).filter(|_| lawyers.is_none()),
            }
        })
        .collect();
    Ok(Offer { name, choices, agencies: agencies::active(&mut conn).await?, placed: of_customer(&mut conn, customer).await? })
}

/// Prepares a hand-over: looks the bills up, and keeps which they are until it is confirmed. The same form twice prepares it once.
///
/// # Errors
/// [`Error::Forbidden`] for whoever hands nothing over; [`Error::Form`], on `agency` for one that is not there or takes nothing more, on
/// `days` for more bills than [`MOST`], on `bills` for one that is not the customer's.
pub async fn prepare(server: &Server, staff: &Staff, form: &PlacementForm) -> Result<Uuid> {
    staff.only(PLACERS)?;
    let valid = form.parse()?;
    let today = server.clock.today();
    let mut tx = server.db.write().await?;
    if let Some((known,)) =
        sql!(tx, optional (Uuid,): "select id from placements where id = $1 and made_by = $2", valid.submission, staff.id().0)?
    {
        return Ok(known);
    }
    let agency = sql!(tx, optional (String,): "select kind from agencies where id = $1 and retired_at is null", valid.agency)?;
    let Some((kind,)) = agency else { return Err(Error::field("agency", Problem::Unknown)) };
    let kind: AgencyKind = kind.parse().map_err(|_| Error::Corrupt("kind of an agency"))?;
    let calendar = policies::calendar(&mut tx).await?;
    let (days, least, only) = match &valid.chosen {
        Chosen::Fitting { days, least } => (*days, *least, None),
        Chosen::Of { customer, .. } => (1, Money::ZERO, Some(*customer)),
    };
    let found = match &valid.chosen {
        Chosen::Fitting { days, .. } => by_age(&mut tx, *days, today).await?,
        Chosen::Of { customer, bills } => by_bill(&mut tx, *customer, bills).await?,
    };
    let flags = flags(&mut tx, only).await?;
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for row in found {
        let flags = flags.get(&row.customer_id).map_or(&[][..], Vec::as_slice);
        match row.candidate(today, &calendar).left_out(days, flags, kind) {
            // Asked for from so many days on: what is younger was never meant.
            Some(LeftOut::NotLate) if only.is_none() => {}
            Some(why) => left_out.push((row.number, why)),
            None => taken.push(row),
        }
    }
    let mut sums: BTreeMap<Uuid, i64> = BTreeMap::new();
    for row in &taken {
        *sums.entry(row.customer_id).or_default() += row.balance;
    }
    let (taken, little): (Vec<Row>, Vec<Row>) =
        taken.into_iter().partition(|row| sums.get(&row.customer_id).is_some_and(|sum| *sum >= least.as_cents()));
    left_out.extend(little.into_iter().map(|row| (row.number, LeftOut::TooLittle)));
    let written = write(server, &mut tx, staff, &valid, &taken, &left_out).await?;
    if written {
        tx.commit().await?;
    }
    Ok(valid.submission)
}

/// Writes a prepared hand-over. Says whether it was new.
async fn write(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    valid: &rules::ValidPlacementForm,
    taken: &[Row],
    left_out: &[(String, LeftOut)],
) -> Result<bool> {
    let id = valid.submission;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let customers = taken.iter().map(|row| row.customer_id).collect::<BTreeSet<_>>().len();
    let amount: i64 = taken.iter().map(|row| row.balance).sum();
    let told = serde_json::to_string(left_out.get(..TOLD).unwrap_or(left_out)).map_err(|_| Error::Corrupt("bills left out"))?;
    let written = sql!(tx, execute: "insert into placements (id, agency_id, state, bills, customers, amount, left_out, left_out_count, made_by, made_at)
        values ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        id, valid.agency, count(taken.len()), count(customers), amount, told, count(left_out.len()), staff.id().0, server.clock.now())?;
    if written == 0 {
        return Ok(false);
    }
    rows!(
        tx,
        "insert into placement_bills (id, placement_id, agency_id, bill_id, customer_id, amount, state)",
        taken,
        |row| [server.id::<Uuid>(), id, valid.agency, row.id, row.customer_id, row.balance, "chosen"],
        ""
    );
    let detail =
        json!({ "agency": valid.agency, "bills": taken.len(), "customers": customers, "cents": amount, "left_out": left_out.len() });
    record(server, tx, staff.actor(), "placements.prepare", id, None, detail).await?;
    Ok(true)
}

async fn by_age(tx: &mut Tx, days: u32, today: NaiveDate) -> Result<Vec<Row>> {
    // Due so many days ago at least: whether a bill is late for as many is for the rules, which know the holidays.
    let before = today - Days::new(u64::from(days));
    let found = sql!(tx, all Row: candidates!("where b.balance <> 0 and b.balance > 0 and b.due_on <= $1 order by b.customer_id, b.due_on, b.id limit $2"),
        before, i64::from(MOST) + 1)?;
    if found.len() > usize::from(MOST) {
        return Err(Error::field("days", Problem::OutOfRange { min: 1, max: u32::from(MOST) }));
    }
    Ok(found)
}

async fn by_bill(tx: &mut Tx, customer: CustomerId, bills: &[BillId]) -> Result<Vec<Row>> {
    let mut found = Vec::with_capacity(bills.len());
    for bill in bills {
        let row = sql!(tx, optional Row: candidates!("where b.id = $1 and b.customer_id = $2"), bill.0, customer.0)?;
        found.push(row.ok_or_else(|| Error::field("bills", Problem::Unknown))?);
    }
    Ok(found)
}

/// The flags that hold, by customer; those that a placement itself makes are not among them.
async fn flags(conn: &mut Conn, only: Option<CustomerId>) -> Result<HashMap<Uuid, Vec<Flag>>> {
    let rows = sql!(conn, all (Uuid, String): "select f.customer_id, f.flag from customer_flags f where f.ends is null
        and not exists (select 1 from customer_flags e where e.ends = f.id) and ($1 is null or f.customer_id = $1) order by f.at, f.id", only.map(|id| id.0))?;
    let mut flags: HashMap<Uuid, Vec<Flag>> = HashMap::new();
    for (customer, flag) in rows {
        flags.entry(customer).or_default().push(flag.parse().map_err(|_| Error::Corrupt("flag"))?);
    }
    Ok(flags)
}

/// Hand-overs, those that wait first, then the newest.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Placement>> {
    staff.only(PLACERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Placement:
        placements!("order by case p.state when 'waiting' then 0 else 1 end, p.made_at desc, p.id desc limit $1"), PAGE)?)
}

/// One of them, with its first bills.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(server: &Server, staff: &Staff, id: Uuid) -> Result<Opened> {
    staff.only(PLACERS)?;
    let mut conn = server.db.read().await?;
    let placement = sql!(conn, optional Placement: placements!("where p.id = $1"), id)?.ok_or(Error::NotFound)?;
    let bills = sql!(conn, all PlacedBill: placed_bills!("where p.placement_id = $1 order by b.due_on, b.id limit $2"), id, SHOWN)?;
    let left_out = serde_json::from_str(&placement.left_out).map_err(|_| Error::Corrupt("bills left out"))?;
    let confirm = may_confirm(server, &mut conn, staff, &placement).await?;
    Ok(Opened { placement, bills, left_out, confirm })
}

async fn may_confirm(server: &Server, conn: &mut Conn, staff: &Staff, placement: &Placement) -> Result<Result<(), &'static str>> {
    if placement.bills == 0 {
        return Ok(Err("placement_empty"));
    }
    let level = policies::requests(server, conn).await?.approval_limit(staff.role());
    Ok(rules::may_confirm(staff.role(), level, placement.amount, placement.made_by() == staff.id()))
}

/// Hands over: what still may go goes, and its customers are told who takes care of it. What was paid, disputed or promised since it was
/// prepared stays with the house.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more; [`Error::Refused`] with the word of
/// [`rules::may_confirm`], for one without bills, and for an agency that takes nothing more.
pub async fn confirm(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PLACERS)?;
    let (today, now) = (server.clock.today(), server.clock.now());
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update placements set state = 'placed', confirmed_by = $2, confirmed_at = $3 where id = $1 and state = 'waiting'",
        id, staff.id().0, now)?;
    let placement = sql!(tx, optional Placement: placements!("where p.id = $1"), id)?.ok_or(Error::NotFound)?;
    if moved == 0 {
        return Err(Error::Overtaken("placement_moved"));
    }
    may_confirm(server, &mut tx, staff, &placement).await?.map_err(Error::Refused)?;
    let agency = agencies::one(&mut tx, placement.agency_id).await?;
    if agency.retired_at.is_some() {
        return Err(Error::Refused("agency_retired"));
    }
    let calendar = policies::calendar(&mut tx).await?;
    let chosen =
        sql!(tx, all (Uuid,): "select bill_id from placement_bills where placement_id = $1 and state = 'chosen' order by bill_id", id)?;
    let flags = flags(&mut tx, None).await?;
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for (bill,) in chosen {
        // Taken for the transaction, in the order of their ids as everywhere: nothing moves it until it is handed over.
        sql!(tx, execute: "update bills set standing = standing where id = $1", bill)?;
        let row = sql!(tx, one Row: candidates!("where b.id = $1"), bill)?;
        let flags = flags.get(&row.customer_id).map_or(&[][..], Vec::as_slice);
        match row.candidate(today, &calendar).left_out(1, flags, agency.kind) {
            None => gone.push(row),
            Some(why) => kept.push((row.id, why)),
        }
    }
    let mut by_customer: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for row in &gone {
        by_customer.entry(row.customer_id).or_default().push(row.number.clone());
    }
    // Before the bills are out: from then on the agency writes, and not we.
    for (customer, numbers) in &by_customer {
        tell(server, &mut tx, CustomerId(*customer), &agency, numbers).await?;
        let detail = json!({ "agency": agency.id, "bills": numbers.len() });
        record(server, &mut tx, staff.actor(), "placements.place", id, Some(CustomerId(*customer)), detail).await?;
    }
    rows!(
        tx,
        "update placement_bills set state = 'placed', amount = moved.column2, placed_on = moved.column4, placed_at = moved.column5 from (",
        &gone,
        |row| [row.id, row.balance, id, today, now],
        ") as moved where placement_bills.bill_id = moved.column1 and placement_bills.placement_id = moved.column3"
    );
    rows!(
        tx,
        "update placement_bills set state = 'left_out', why = moved.column2 from (",
        &kept,
        |row| [row.0, row.1.as_str(), id],
        ") as moved where placement_bills.bill_id = moved.column1 and placement_bills.placement_id = moved.column3"
    );
    let amount: i64 = gone.iter().map(|row| row.balance).sum();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    sql!(tx, execute: "update placements set bills = $2, customers = $3, amount = $4 where id = $1", id, count(gone.len()), count(by_customer.len()), amount)?;
    let detail =
        json!({ "agency": agency.id, "bills": gone.len(), "customers": by_customer.len(), "cents": amount, "left_out": kept.len() });
    record(server, &mut tx, staff.actor(), "placements.confirm", id, None, detail).await?;
    tx.commit().await
}

/// Throws away a hand-over that nobody confirmed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Overtaken`] when it does not wait any more.
pub async fn discard(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(PLACERS)?;
    let mut tx = server.db.write().await?;
    let moved = sql!(tx, execute: "update placements set state = 'discarded' where id = $1 and state = 'waiting'", id)?;
    sql!(tx, optional (Uuid,): "select id from placements where id = $1", id)?.ok_or(Error::NotFound)?;
    if moved == 0 {
        return Err(Error::Overtaken("placement_moved"));
    }
    record(server, &mut tx, staff.actor(), "placements.discard", id, None, json!({})).await?;
    tx.commit().await
}

/// Bills come back by themselves: those of these that cannot be collected as they are any more, because nothing is open on them, they are
/// disputed, or in an agreement. Called by whatever moves a bill.
pub(crate) async fn come_back(server: &Server, tx: &mut Tx, bills: &[Uuid]) -> Result<()> {
    let (today, now) = (server.clock.today(), server.clock.now());
    let back = rows!(tx, returning (Uuid, Uuid, String):
        "update placement_bills set state = case b.standing when 'settled' then 'closed' else 'returned' end, why = b.standing,
             ended_on = moved.column2, ended_at = moved.column3 from (",
        bills,
        |bill| [*bill, today, now],
        ") as moved join bills b on b.id = moved.column1
          where placement_bills.bill_id = moved.column1 and placement_bills.state = 'placed' and b.standing <> 'open'
         returning placement_bills.id, placement_bills.customer_id, placement_bills.why");
    for (id, customer, why) in back {
        record(server, tx, Actor::System, "placements.return", id, Some(CustomerId(customer)), json!({ "why": why })).await?;
    }
    Ok(())
}

/// Bills come back because the house gives them up.
pub(crate) async fn given_up(server: &Server, tx: &mut Tx, bills: &[Uuid]) -> Result<()> {
    for bill in bills {
        sql!(tx, execute: "update placement_bills set state = 'closed', why = 'written_off', ended_on = $2, ended_at = $3
            where bill_id = $1 and state = 'placed'", *bill, server.clock.today(), server.clock.now())?;
    }
    Ok(())
}

/// Whether a bill of a customer's is with somebody.
pub(crate) async fn any_of(conn: &mut Conn, customer: CustomerId) -> Result<bool> {
    let found =
        sql!(conn, optional (Uuid,): "select id from placement_bills where customer_id = $1 and state = 'placed' limit 1", customer.0)?;
    Ok(found.is_some())
}

/// A customer's bills that are or were with somebody, those that are first.
pub(crate) async fn of_customer(conn: &mut Conn, customer: CustomerId) -> Result<Vec<PlacedBill>> {
    Ok(sql!(conn, all PlacedBill: placed_bills!("where p.customer_id = $1 and p.placed_at is not null
        order by case p.state when 'placed' then 0 else 1 end, p.placed_at desc, b.due_on, b.id limit 100"), customer.0)?)
}

/// Who takes care of a customer's bills, for their own pages.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Told {
    /// By name.
    pub agency: String,
    /// What they are.
    #[sqlx(try_from = "String")]
    pub kind: AgencyKind,
    /// Where to write to.
    pub email: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Of how many bills.
    pub bills: i64,
}

/// Who takes care of a customer's bills.
///
/// # Errors
/// The database's.
pub async fn told(server: &Server, customer: &Customer) -> Result<Vec<Told>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Told: "select g.name as agency, g.kind, g.email, g.phone, count(*) as bills
        from placement_bills p join agencies g on g.id = p.agency_id where p.customer_id = $1 and p.state = 'placed'
        group by g.id, g.name, g.kind, g.email, g.phone order by g.name, g.id", customer.id().0)?)
}

/// Tells a customer who takes care of their bills from now on, and that they go on paying here if they like.
async fn tell(server: &Server, tx: &mut Tx, customer: CustomerId, agency: &Agency, numbers: &[String]) -> Result<()> {
    let link = format!("{}/extrato", server.config.public_url);
    notices::tell(server, tx, customer, "placement", Kind::Placement, |l| {
        let first = numbers.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let numbers = match numbers.len().checked_sub(NAMED).filter(|more| *more > 0) {
            Some(more) => format!("{first} {}", texts::dossiers::and_more(l, i64::try_from(more).unwrap_or(i64::MAX))),
            None => first,
        };
        vec![
            (Variable::Agency, agency.name.clone()),
            (Variable::AgencyContact, reached_by(agency)),
            (Variable::Bills, numbers),
            (Variable::Link, link),
        ]
    })
    .await?;
    Ok(())
}

fn reached_by(agency: &Agency) -> String {
    agency.phone.iter().chain(std::iter::once(&agency.email)).cloned().collect::<Vec<_>>().join(", ")
}

pub(crate) async fn record(
    server: &Server,
    tx: &mut Tx,
    actor: Actor,
    action: &str,
    id: Uuid,
    customer: Option<CustomerId>,
    detail: serde_json::Value,
) -> Result<()> {
    audit::record(server, tx, Event { actor, action, subject_kind: "placement", subject_id: Some(id), customer, detail }).await
}
