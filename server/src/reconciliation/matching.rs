//! Whose slip a line of a return file is: by nosso número, then by what the creditor wrote for itself, then by document, amount
//! and due date. Never by a name, and never by anything that fits two slips.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::charges::Posted;
use domain::money::Money;
use domain::reconciliation::{MatchedBy, bare, spellings};
use domain::slips::SlipState;
use domain::statement::Standing;
use uuid::Uuid;

use super::reading::Event;
use crate::db::{Conn, Link};
use crate::error::Result;
use crate::ledger::ChargedBefore;
use crate::write_offs::given_up;
use crate::{among, sql};

/// The agreements with the bank that a file may be about.
#[derive(Debug)]
pub(super) struct Agreements {
    pub(super) bank: String,
    /// Several carteiras are registered under one code.
    pub(super) ids: Vec<Uuid>,
    pub(super) beneficiary: String,
    pub(super) carteiras: Vec<String>,
}

/// A slip, as it is while a file is applied.
#[derive(Clone, Debug)]
pub(super) struct Slip {
    pub(super) state: SlipState,
    pub(super) nominal: Money,
    pub(super) due_on: NaiveDate,
    /// In the order in which money is laid on them.
    pub(super) bills: Vec<Uuid>,
    pub(super) tax_id: String,
    pub(super) fine_rate: String,
    pub(super) monthly_interest: String,
    /// Of each of its bills.
    pub(super) charged: Vec<ChargedBefore>,
    number: String,
    document: String,
    external_id: String,
}

/// A bill, as it is while a file is applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bill {
    pub(super) customer: Uuid,
    /// What a payment finds open: what was given up of it too, since it comes back as far as somebody pays.
    pub(super) balance: Money,
    /// Whether something of it was given up.
    pub(super) given_up: bool,
    pub(super) due_on: NaiveDate,
    pub(super) standing: Standing,
    pub(super) posted: Option<Posted>,
}

/// Slips and bills that lines of a file are about.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) slips: HashMap<Uuid, Slip>,
    pub(super) bills: HashMap<Uuid, Bill>,
}

/// A slip with one of its bills.
#[derive(sqlx::FromRow)]
struct Row {
    slip_id: Uuid,
    bank_agreement_id: Uuid,
    #[sqlx(try_from = "String")]
    state: SlipState,
    #[sqlx(try_from = "i64")]
    nominal: Money,
    slip_due_on: NaiveDate,
    nosso_numero: String,
    document_number: String,
    slip_external_id: String,
    bill_id: Uuid,
    bill_external_id: String,
    customer_id: Uuid,
    #[sqlx(try_from = "i64")]
    balance: Money,
    given_up: i64,
    due_on: NaiveDate,
    #[sqlx(try_from = "String")]
    standing: Standing,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// Slips with their bills whose key is among many.
macro_rules! slips_by {
    ($conn:expr, $key:literal, $keys:expr) => {
        among!($conn, Row:
            "select s.id as slip_id, s.bank_agreement_id, s.state, s.amount as nominal, s.due_on as slip_due_on, s.nosso_numero, s.document_number,
                    s.external_id as slip_external_id, b.id as bill_id, b.external_id as bill_external_id, b.customer_id, b.balance, b.due_on, b.standing,
                    coalesce((select cast(sum(w.amount - w.back) as bigint) from write_off_bills w
                               where w.bill_id = b.id and w.live and w.entry_id is not null), 0) as given_up,
                    c.tax_id, k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs
               from slips s join slip_bills sb on sb.slip_id = s.id join bills b on b.id = sb.bill_id
               join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id", $key, $keys)
    };
}

impl World {
    /// Takes in what was found, keeping what is known better, and gives the slips of this file's agreements.
    fn take(&mut self, mut rows: Vec<Row>, agreements: &Agreements) -> Vec<Uuid> {
        rows.retain(|row| agreements.ids.contains(&row.bank_agreement_id));
        // As in an import of payments: on the bills of a slip in the order of their external ids.
        rows.sort_by(|a, b| (a.slip_id, &a.bill_external_id).cmp(&(b.slip_id, &b.bill_external_id)));
        let mut found = Vec::new();
        let mut new: HashMap<Uuid, Slip> = HashMap::new();
        for row in rows {
            self.bills.entry(row.bill_id).or_insert(Bill {
                customer: row.customer_id,
                balance: row.balance + Money::cents(row.given_up),
                given_up: row.given_up > 0,
                due_on: row.due_on,
                standing: row.standing,
                posted: row.charged.posted(),
            });
            if found.last() != Some(&row.slip_id) {
                found.push(row.slip_id);
            }
            if !self.slips.contains_key(&row.slip_id) {
                let slip = new.entry(row.slip_id).or_insert_with(|| Slip {
                    state: row.state,
                    nominal: row.nominal,
                    due_on: row.slip_due_on,
                    bills: Vec::new(),
                    tax_id: row.tax_id,
                    fine_rate: row.fine_rate,
                    monthly_interest: row.monthly_interest,
                    charged: Vec::new(),
                    number: bare(&row.nosso_numero),
                    document: row.document_number,
                    external_id: row.slip_external_id,
                });
                if !slip.bills.contains(&row.bill_id) {
                    slip.bills.push(row.bill_id);
                    slip.charged.push(row.charged);
                }
            }
        }
        self.slips.extend(new);
        found
    }

    /// The only slip that fits, if there is one; of several, the one that says the same amount and due date.
    fn only(&self, candidates: &[Uuid], event: &Event) -> Option<Uuid> {
        match candidates {
            [] => None,
            [only] => Some(*only),
            several => {
                let mut agreeing = several.iter().filter(|slip| self.slips.get(slip).is_some_and(|slip| agrees(slip, event) == Some(true)));
                agreeing.next().copied().filter(|_| agreeing.next().is_none())
            }
        }
    }
}

/// Whether amount and due date are the slip's; none where the line says neither.
fn agrees(slip: &Slip, event: &Event) -> Option<bool> {
    let amount = event.nominal.filter(|amount| amount.is_positive()).map(|amount| amount == slip.nominal);
    let due_on = event.due_on.map(|due_on| due_on == slip.due_on);
    match (amount, due_on) {
        (None, None) => None,
        (amount, due_on) => Some(amount.unwrap_or(true) && due_on.unwrap_or(true)),
    }
}

/// Finds the slip of each event, in order, and takes slips and bills into the world; on PostgreSQL the bills are taken for the
/// transaction, when there is one.
pub(super) async fn find(
    conn: &mut Conn,
    world: &mut World,
    agreements: &Agreements,
    events: &[Event],
    hold: bool,
) -> Result<Vec<Option<(Uuid, MatchedBy)>>> {
    let mut found: Vec<Option<(Uuid, MatchedBy)>> = vec![None; events.len()];

    let numbers: Vec<String> = events.iter().map(|event| event.nosso_numero.as_deref().map(bare).unwrap_or_default()).collect();
    let keys: Vec<&str> = numbers.iter().map(String::as_str).filter(|number| !number.is_empty()).collect();
    let slips = world.take(by_number(conn, keys).await?, agreements);
    let by = world.by(&slips, |slip| slip.number.clone());
    for (at, event) in events.iter().enumerate() {
        let candidates = by.get(&numbers[at]).map_or(&[][..], Vec::as_slice);
        found[at] = world.only(candidates, event).map(|slip| (slip, MatchedBy::NossoNumero));
    }

    // The same number in another spelling: only with the same amount and due date.
    let open = |found: &[Option<(Uuid, MatchedBy)>]| -> Vec<usize> { (0..events.len()).filter(|at| found[*at].is_none()).collect() };
    let wanted: Vec<(usize, Vec<String>)> = open(&found)
        .into_iter()
        .filter(|at| !numbers[*at].is_empty() && wants_a_slip(&events[*at]))
        .map(|at| {
            let spell = |carteira: &String| spellings(&agreements.bank, &agreements.beneficiary, carteira, &numbers[at]);
            (at, agreements.carteiras.iter().flat_map(spell).collect())
        })
        .collect();
    if !wanted.is_empty() {
        let keys = wanted.iter().flat_map(|(_, spellings)| spellings.iter().map(String::as_str)).collect();
        let slips = world.take(by_number(conn, keys).await?, agreements);
        let by = world.by(&slips, |slip| slip.number.clone());
        for (at, spellings) in &wanted {
            let mut candidates: Vec<Uuid> = spellings.iter().filter_map(|spelling| by.get(spelling)).flatten().copied().collect();
            candidates.sort_unstable();
            candidates.dedup();
            candidates.retain(|slip| world.slips.get(slip).is_some_and(|slip| agrees(slip, &events[*at]) == Some(true)));
            found[*at] = world.only(&candidates, &events[*at]).map(|slip| (slip, MatchedBy::NossoNumero));
        }
    }

    // What the creditor wrote for itself: its own code of the slip, or the document's number.
    let wanted: Vec<(usize, &str)> = open(&found)
        .into_iter()
        .filter(|at| wants_a_slip(&events[*at]))
        .filter_map(|at| events[at].company_use.as_deref().map(|text| (at, text.trim())))
        .collect();
    if !wanted.is_empty() {
        let keys: Vec<&str> = wanted.iter().map(|(_, text)| *text).collect();
        let mut rows = slips_by!(conn, "s.external_id", keys.clone())?;
        rows.extend(slips_by!(conn, "s.document_number", keys)?);
        let slips = world.take(rows, agreements);
        let (by_id, by_document) = (world.by(&slips, |slip| slip.external_id.clone()), world.by(&slips, |slip| slip.document.clone()));
        for (at, text) in wanted {
            let fits = |slip: &Uuid| world.slips.get(slip).is_some_and(|slip| agrees(slip, &events[at]) != Some(false));
            let mut candidates: Vec<Uuid> =
                [&by_id, &by_document].into_iter().filter_map(|by| by.get(text)).flatten().copied().filter(fits).collect();
            candidates.sort_unstable();
            candidates.dedup();
            found[at] = world.only(&candidates, &events[at]).map(|slip| (slip, MatchedBy::CompanyUse));
        }
    }

    // Its document: amount and due date must both be said, and be the slip's.
    let wanted: Vec<(usize, &str)> = open(&found)
        .into_iter()
        .filter(|at| wants_a_slip(&events[*at]) && events[*at].nominal.is_some_and(Money::is_positive) && events[*at].due_on.is_some())
        .filter_map(|at| events[at].document.as_deref().map(|text| (at, text.trim())))
        .collect();
    if !wanted.is_empty() {
        let keys = wanted.iter().flat_map(|(_, text)| [*text, text.trim_start_matches('0')]).collect();
        let slips = world.take(slips_by!(conn, "s.document_number", keys)?, agreements);
        let by = world.by(&slips, |slip| slip.document.trim_start_matches('0').to_owned());
        for (at, text) in wanted {
            let mut candidates = by.get(text.trim_start_matches('0')).cloned().unwrap_or_default();
            candidates.dedup();
            candidates.retain(|slip| world.slips.get(slip).is_some_and(|slip| agrees(slip, &events[at]) == Some(true)));
            found[at] = world.only(&candidates, &events[at]).map(|slip| (slip, MatchedBy::Document));
        }
    }

    if hold {
        let slips = found.iter().flatten().filter_map(|(slip, _)| world.slips.get(slip));
        let bills = slips.flat_map(|slip| slip.bills.iter().copied()).collect();
        take_bills(conn, world, bills).await?;
    }
    Ok(found)
}

async fn by_number(conn: &mut Conn, keys: Vec<&str>) -> Result<Vec<Row>> {
    // The expression of the index `slips_bare_number`, word for word.
    Ok(slips_by!(conn, "ltrim(upper(replace(replace(replace(replace(s.nosso_numero, '-', ''), '/', ''), '.', ''), ' ', '')), '0')", keys)?)
}

/// Bills are taken in the order of their ids, as everywhere, and read again once they are ours. SQLite has one writer anyway.
async fn take_bills(conn: &mut Conn, world: &mut World, mut bills: Vec<Uuid>) -> Result<()> {
    bills.sort_unstable();
    bills.dedup();
    if let Link::Postgres(conn) = conn.link() {
        let rows = sqlx::query_as::<_, Moving>(concat!(
            "select b.id, b.balance, b.standing, b.charged_to, b.charges_open, b.reliefs, ",
            given_up!(),
            " as given_up from bills b where b.id = any($1) order by b.id for no key update"
        ))
        .bind(bills)
        .fetch_all(conn)
        .await?;
        for row in rows {
            if let Some(bill) = world.bills.get_mut(&row.id) {
                row.onto(bill);
            }
        }
    }
    Ok(())
}

/// What changes on a bill when money comes.
#[derive(sqlx::FromRow)]
struct Moving {
    id: Uuid,
    #[sqlx(try_from = "i64")]
    balance: Money,
    given_up: i64,
    #[sqlx(try_from = "String")]
    standing: Standing,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

impl Moving {
    fn onto(&self, bill: &mut Bill) {
        (bill.balance, bill.given_up) = (self.balance + Money::cents(self.given_up), self.given_up > 0);
        (bill.standing, bill.posted) = (self.standing, self.charged.posted());
    }
}

impl World {
    /// Takes what a bill's row says now, once more of its entries stand than one payment's.
    pub(super) async fn again(&mut self, conn: &mut Conn, bill: Uuid) -> Result<()> {
        let row = sql!(conn, one Moving: concat!("select b.id, b.balance, b.standing, b.charged_to, b.charges_open, b.reliefs, ", given_up!(),
            " as given_up from bills b where b.id = $1"), bill)?;
        if let Some(bill) = self.bills.get_mut(&bill) {
            row.onto(bill);
        }
        Ok(())
    }
}

/// Lines that only tell something are recorded without looking further than their number; what the bank did or did not take
/// changes a slip.
fn wants_a_slip(event: &Event) -> bool {
    use domain::cnab::Movement;
    matches!(
        event.movement,
        Movement::Paid
            | Movement::PaidAfterClosing
            | Movement::PaymentCancelled
            | Movement::PaymentPending
            | Movement::Closed
            | Movement::Registered
            | Movement::Rejected
    )
}

impl World {
    fn by(&self, slips: &[Uuid], key: impl Fn(&Slip) -> String) -> HashMap<String, Vec<Uuid>> {
        let mut by: HashMap<String, Vec<Uuid>> = HashMap::new();
        for id in slips {
            if let Some(slip) = self.slips.get(id) {
                by.entry(key(slip)).or_default().push(*id);
            }
        }
        by
    }
}
