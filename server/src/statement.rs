//! The statement: bills and ledger of one customer, page by page, on a day, on screen, as CSV and as PDF.
//! Never walks pages by number: a page begins after the last row of the one before, so that the hundredth is as quick as the first.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::charges::{Calculation, late_charges_after};
use domain::ids::{BillId, ContractId, CustomerId, EntryId, SlipId};
use domain::money::Money;
use domain::statement::{EntryKind, Nature, Position, Shown, Standing, days_late, late_before};
use domain::tax_ids::TaxId;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::bills::{self, FIRST_DAY, LAST_DAY, Span};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::ledger::{ChargedBefore, charged_to, charges_open};
use crate::pdf::statement::{StatementColumns, StatementRow, StatementSheet};
use crate::pdf::{self, DocumentInfo};
use crate::policies::Creditor;
use crate::sessions::{Customer, Staff};
use crate::texts::{self, Locale, cell};
use crate::{Server, policies, sql};

/// Rows of one page.
pub const PAGE: usize = 40;

/// Which bills, and on which day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Open, late, settled or all of them; none is all.
    pub shown: Option<Shown>,
    /// Of this contract.
    pub contract: Option<ContractId>,
    /// Due on this day or later.
    pub from: Option<NaiveDate>,
    /// Due on this day or earlier.
    pub to: Option<NaiveDate>,
    /// As it was at the end of this day; none, or a day that is not over, is now.
    pub as_of: Option<NaiveDate>,
    /// After this row.
    pub after: Option<Cursor>,
}

/// A row's place in a list that is ordered by day and id. In a URL: `2026-11-10_` and the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    on: NaiveDate,
    id: Uuid,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.on, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let (on, id) = text.split_once('_').ok_or(Error::NotFound)?;
        let on = on.parse().ok().filter(|on| (FIRST_DAY..=LAST_DAY).contains(on)).ok_or(Error::NotFound)?;
        Ok(Self { on, id: Uuid::try_parse(id).map_err(|_| Error::NotFound)? })
    }
}

/// One page of bills, and the totals of all that the filter's contract and dates take in.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The moment it holds for.
    pub as_of: DateTime<Utc>,
    /// The day it holds for.
    pub day: NaiveDate,
    /// Whether that day is over: amounts are then those of its end.
    pub past: bool,
    /// The latest due date first.
    pub bills: Vec<BillLine>,
    /// Open, late and by age, without charges.
    pub position: Position,
    /// Late charges on what is open and not disputed.
    pub charges: Money,
    /// In the customer's favour on bills, as a positive amount.
    pub credits: Money,
    /// Where the next page begins, when there is one.
    pub next: Option<Cursor>,
}

/// A bill in the statement.
#[derive(Clone, Debug)]
pub struct BillLine {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    pub nature: Nature,
    /// The month it belongs to.
    pub competence: String,
    /// In the creditor's words.
    pub description: String,
    /// Its contract's number.
    pub contract_number: String,
    /// Issued.
    pub issued_on: NaiveDate,
    /// Due, as printed.
    pub due_on: NaiveDate,
    /// As issued.
    pub amount: Money,
    /// What was left to pay; negative in the customer's favour.
    pub balance: Money,
    /// What may be done with it now.
    pub standing: Standing,
    /// Calendar days late; 0 unless something is open.
    pub days_late: u32,
    /// Fine and interest on that day; zero while disputed.
    pub charges: Money,
    /// How those came about, line by line; none where none run.
    pub calculation: Option<Box<Calculation>>,
    /// The slip registered for it.
    pub slip: Option<SlipId>,
}

impl BillLine {
    /// Balance and charges.
    #[must_use]
    pub fn total(&self) -> Money {
        self.balance + self.charges
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LedgerLine {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: EntryId,
    /// The day on which it counts.
    pub effective_on: NaiveDate,
    /// What it says.
    #[sqlx(try_from = "String")]
    pub kind: EntryKind,
    /// Positive when the customer owes more by it.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    bill_id: Option<Uuid>,
    /// Number of its bill.
    pub bill_number: Option<String>,
    /// A few words; may be empty.
    pub note: String,
    /// What is owed after it.
    #[sqlx(try_from = "i64")]
    pub balance: Money,
}

impl LedgerLine {
    /// Its bill; none for a credit that is not allocated.
    #[must_use]
    pub fn bill(&self) -> Option<BillId> {
        self.bill_id.map(BillId)
    }
}

/// A page of the ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Newest first, each with the balance after it.
    pub lines: Vec<LedgerLine>,
    /// Where the next page begins, when there is one.
    pub next: Option<Cursor>,
}

/// A contract, to choose from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contract {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: ContractId,
    /// Its number.
    pub number: String,
    /// The plan's name.
    pub plan_name: String,
}

/// One page of the customer's bills, with totals.
///
/// # Errors
/// The database's.
pub async fn load(server: &Server, customer: &Customer, filter: &Filter) -> Result<Statement> {
    page(server, &mut server.db.read().await?, customer.id(), filter, Some(PAGE)).await
}

/// The same of anybody, for staff; the look is recorded.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`].
pub async fn load_for_staff(server: &Server, staff: &Staff, customer: CustomerId, filter: &Filter) -> Result<Statement> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    sql!(tx, optional (Uuid,): "select id from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    let event = Event {
        actor: staff.actor(),
        action: "statement.look",
        subject_kind: "customer",
        subject_id: Some(customer.0),
        customer: Some(customer),
        detail: json!({}),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    page(server, &mut server.db.read().await?, customer, filter, Some(PAGE)).await
}

/// The customer's contracts, by number: what a statement can be narrowed to.
///
/// # Errors
/// The database's.
pub async fn contracts(server: &Server, customer: &Customer) -> Result<Vec<Contract>> {
    let mut conn = server.db.read().await?;
    Ok(
        sql!(conn, all Contract: "select id, number, plan_name from contracts where customer_id = $1 order by number, id limit 500", customer.id().0)?,
    )
}

/// One page of the customer's ledger, newest first, with the balance after each entry.
///
/// # Errors
/// The database's.
pub async fn ledger(server: &Server, customer: &Customer, after: Option<Cursor>) -> Result<Ledger> {
    ledger_page(&mut server.db.read().await?, customer.id(), after).await
}

/// The first page of anybody's bills, for a verb that has recorded the look.
pub(crate) async fn of(server: &Server, conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<Statement> {
    page(server, conn, customer, filter, Some(PAGE)).await
}

pub(crate) async fn ledger_page(conn: &mut Conn, customer: CustomerId, after: Option<Cursor>) -> Result<Ledger> {
    let after = after.unwrap_or(Cursor { on: LAST_DAY, id: Uuid::max() });
    let mut lines = sql!(conn, all LedgerLine:
        "select e.id, e.effective_on, e.kind, e.amount, e.bill_id, b.number as bill_number, e.note, cast(0 as bigint) as balance
           from entries e left join bills b on b.id = e.bill_id
          where e.customer_id = $1 and (e.effective_on, e.id) < ($2, $3) order by e.effective_on desc, e.id desc limit $4",
        customer.0, after.on, after.id, one_more(PAGE))?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    // What was owed at the top of the page: everything after the rows shown before it.
    let (owed,) = sql!(conn, one (i64,):
        "select cast(coalesce(sum(amount), 0) as bigint) from entries where customer_id = $1 and (effective_on, id) < ($2, $3)",
        customer.0, after.on, after.id)?;
    let mut balance = Money::cents(owed);
    for line in &mut lines {
        line.balance = balance;
        balance -= line.amount;
    }
    Ok(Ledger { next: lines.last().filter(|_| more).map(|line| Cursor { on: line.effective_on, id: line.id.0 }), lines })
}

/// Every bill of the filter as a table for a spreadsheet (RFC 4180, UTF-8 with a mark): `;` between fields and a decimal comma in
/// Portuguese, as Brazilian spreadsheets expect. No text in it is taken for a formula.
///
/// # Errors
/// The database's.
pub async fn csv(server: &Server, customer: &Customer, filter: &Filter) -> Result<String> {
    let l = customer.locale();
    let filter = Filter { after: None, ..*filter };
    let statement = page(server, &mut server.db.read().await?, customer.id(), &filter, None).await?;
    // Where a comma is the decimal mark, spreadsheets part cells by semicolons.
    let separator = if l.decimal_mark() == ',' { b';' } else { b',' };
    let mut out = csv::WriterBuilder::new().delimiter(separator).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let broken = |_| Error::Corrupt("csv");
    out.write_record([
        texts::statement::column_number(l),
        texts::statement::column_contract(l),
        texts::statement::column_nature(l),
        texts::statement::column_competence(l),
        texts::statement::column_description(l),
        texts::statement::column_issued(l),
        texts::statement::column_due(l),
        texts::statement::column_amount(l),
        texts::statement::column_balance(l),
        texts::statement::column_days_late(l),
        texts::statement::column_charges(l),
        texts::statement::column_total(l),
        texts::statement::column_standing(l),
    ])
    .map_err(broken)?;
    for bill in &statement.bills {
        out.write_record([
            &cell(&bill.number),
            &cell(&bill.contract_number),
            bills::nature(l, bill.nature),
            &cell(&bill.competence),
            &cell(&bill.description),
            &bill.issued_on.to_string(),
            &bill.due_on.to_string(),
            &plain(l, bill.amount),
            &plain(l, bill.balance),
            &bill.days_late.to_string(),
            &plain(l, bill.charges),
            &plain(l, bill.total()),
            bills::standing(l, bill.standing),
        ])
        .map_err(broken)?;
    }
    let bytes = out.into_inner().map_err(|_| Error::Corrupt("csv"))?;
    // The mark tells spreadsheets that it is UTF-8.
    String::from_utf8(bytes).map(|text| format!("\u{feff}{text}")).map_err(|_| Error::Corrupt("csv"))
}

/// The ledger of the filter's contract and dates on paper, oldest first, with the balance before it and after each entry.
/// Whether bills are open or settled does not matter here; a day in the past ends it.
///
/// # Errors
/// The database's.
pub async fn pdf(server: &Server, customer: &Customer, filter: &Filter) -> Result<Vec<u8>> {
    let l = customer.locale();
    let as_of = server.clock.now();
    let today = server.clock.local(as_of).date_naive();
    let from = filter.from.unwrap_or(FIRST_DAY).clamp(FIRST_DAY, LAST_DAY);
    let to = [filter.to, filter.as_of].into_iter().flatten().min().unwrap_or(today).clamp(FIRST_DAY, today);
    let contract = filter.contract.map(|contract| contract.0);
    let mut conn = server.db.read().await?;
    let creditor = policies::creditor(&mut conn).await?;
    let (name, tax_id) = sql!(conn, one (String, String): "select name, tax_id from customers where id = $1", customer.id().0)?;
    let number =
        sql!(conn, optional (String,): "select number from contracts where id = $1 and customer_id = $2", contract, customer.id().0)?;
    let (before,) = sql!(conn, one (i64,):
        "select cast(coalesce(sum(e.amount), 0) as bigint) from entries e left join bills b on b.id = e.bill_id
          where e.customer_id = $1 and e.effective_on < $2 and ($3 is null or b.contract_id = $3)", customer.id().0, from, contract)?;
    let entries = sql!(conn, all PaperRow:
        "select e.effective_on, e.kind, e.amount, b.number, b.nature, b.competence, b.due_on, e.note
           from entries e left join bills b on b.id = e.bill_id
          where e.customer_id = $1 and e.effective_on between $2 and $3 and ($4 is null or b.contract_id = $4)
          order by e.effective_on, e.id", customer.id().0, from, to, contract)?;
    drop(conn);
    let sheet = paper(
        l,
        &creditor,
        Paper { name, tax_id, number: number.map(|(number,)| number), from, to, before: Money::cents(before), entries },
    );
    let info = DocumentInfo { title: sheet.title.clone(), language: l.tag().to_owned(), created: to.and_time(NaiveTime::MIN).and_utc() };
    // A company's statement takes a while to set: not on a thread that answers.
    let drawn =
        tokio::task::spawn_blocking(move || pdf::statement::draw(&sheet, &info)).await.map_err(|_| Error::Corrupt("a statement"))?;
    Ok(drawn?)
}

/// What a printed statement says.
struct Paper {
    name: String,
    tax_id: String,
    number: Option<String>,
    from: NaiveDate,
    to: NaiveDate,
    before: Money,
    entries: Vec<PaperRow>,
}

#[derive(sqlx::FromRow)]
struct PaperRow {
    effective_on: NaiveDate,
    #[sqlx(try_from = "String")]
    kind: EntryKind,
    #[sqlx(try_from = "i64")]
    amount: Money,
    number: Option<String>,
    nature: Option<String>,
    competence: Option<String>,
    due_on: Option<NaiveDate>,
    note: String,
}

fn paper(l: Locale, creditor: &Creditor, paper: Paper) -> StatementSheet {
    let period = if paper.from == FIRST_DAY {
        texts::statement::paper_until(l, texts::date(l, paper.to))
    } else {
        texts::statement::paper_period(l, texts::date(l, paper.from), texts::date(l, paper.to))
    };
    let mut about = vec![
        (texts::statement::paper_customer(l).to_owned(), paper.name),
        (texts::statement::paper_tax_id(l).to_owned(), TaxId::parse(&paper.tax_id).map(|id| id.masked_for_display()).unwrap_or_default()),
    ];
    about.extend(paper.number.map(|number| (texts::statement::column_contract(l).to_owned(), number)));
    about.push((texts::statement::paper_about_period(l).to_owned(), period));
    let mut balance = paper.before;
    let mut rows = Vec::with_capacity(paper.entries.len() + 1);
    if paper.from != FIRST_DAY {
        let description = texts::statement::paper_before(l).to_owned();
        rows.push(StatementRow { date: paper.from, description, reference: String::new(), due: None, amount: None, balance });
    }
    let (mut charged, mut credited) = (Money::ZERO, Money::ZERO);
    for entry in paper.entries {
        balance += entry.amount;
        if entry.amount.is_positive() {
            charged += entry.amount
        } else {
            credited += entry.amount
        }
        rows.push(StatementRow {
            date: entry.effective_on,
            description: described(l, &entry),
            reference: entry.number.unwrap_or_default(),
            due: entry.due_on,
            amount: Some(entry.amount),
            balance,
        });
    }
    StatementSheet {
        brand: creditor.brand(),
        creditor: creditor.party(),
        kind: texts::statement::paper_kind(l).into(),
        title: texts::statement::paper_title(l).into(),
        about,
        columns: StatementColumns {
            date: texts::statement::paper_date(l).into(),
            description: texts::statement::column_description(l).into(),
            reference: texts::statement::paper_reference(l).into(),
            due: texts::statement::column_due(l).into(),
            amount: texts::statement::column_amount(l).into(),
            balance: texts::statement::column_balance(l).into(),
        },
        rows,
        totals: vec![
            (texts::statement::paper_charged(l).into(), charged),
            (texts::statement::paper_credited(l).into(), credited),
            (texts::statement::paper_balance(l, texts::date(l, paper.to)), balance),
        ],
        notes: vec![texts::statement::paper_note(l).into()],
        footer: creditor.legal_name.clone(),
        // The page says which and how many.
        page_of: texts::statement::paper_page(l, "{page}", "{pages}"),
    }
}

/// `Conta emitida · Mensalidade novembro de 2026`; an entry's own words come last.
fn described(l: Locale, entry: &PaperRow) -> String {
    let mut text = bills::entry_kind(l, entry.kind).to_owned();
    if entry.kind == EntryKind::Charge
        && let (Some(nature), Some(competence)) = (entry.nature.as_deref().and_then(|nature| nature.parse().ok()), &entry.competence)
    {
        text = format!("{text} · {} {}", bills::nature(l, nature), texts::competence(l, competence));
    }
    if entry.note.is_empty() { text } else { format!("{text} · {}", entry.note) }
}

/// An amount that a spreadsheet of this language reads as a number.
pub(crate) fn plain(l: Locale, amount: Money) -> String {
    texts::decimal(l, amount.plain())
}

fn one_more(rows: usize) -> i64 {
    i64::try_from(rows).map_or(i64::MAX, |rows| rows.saturating_add(1))
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: BillId,
    number: String,
    #[sqlx(try_from = "String")]
    nature: Nature,
    competence: String,
    description: String,
    contract_number: String,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    amount: Money,
    #[sqlx(try_from = "i64")]
    balance: Money,
    #[sqlx(try_from = "String")]
    standing: Standing,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    slip_id: Option<Uuid>,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}

/// The page's statement, with a balance and conditions of its own. `$1` customer, `$2`–`$3` cursor, `$4`–`$5` due dates, `$6`–`$7` balance,
/// `$8` contract, `$9` a standing to leave out, `$10` last day of issue (and of entries), `$11` rows.
macro_rules! rows {
    ($balance:literal, $charged_to:expr, $charges_open:expr, $bills:literal) => {
        concat!(
            "select b.id, b.number, b.nature, b.competence, b.description, k.number as contract_number, b.issued_on, b.due_on, b.amount, ",
            $balance,
            " as balance, ",
            $charged_to,
            " as charged_to, ",
            $charges_open,
            " as charges_open, b.reliefs, b.standing, c.tax_id, k.fine_rate, k.monthly_interest, s.slip_id
               from bills b
               join contracts k on k.id = b.contract_id
               join customers c on c.id = b.customer_id
               left join slip_bills s on s.bill_id = b.id and s.payable
              where b.customer_id = $1 and (b.due_on, b.id) < ($2, $3) and b.due_on between $4 and $5 and ",
            $balance,
            " between $6 and $7 and ($8 is null or b.contract_id = $8) and b.standing <> $9 and b.issued_on <= $10",
            $bills,
            " order by b.due_on desc, b.id desc limit $11"
        )
    };
}

const NOW: &str = rows!("b.balance", "b.charged_to", "b.charges_open", "");
/// Walks the index of the bills that are not settled, which for an old customer are few.
const NOW_OPEN: &str = rows!("b.balance", "b.charged_to", "b.charges_open", " and b.balance <> 0");
const THEN: &str = rows!(
    "(select cast(coalesce(sum(e.amount), 0) as bigint) from entries e where e.bill_id = b.id and e.effective_on <= $10)",
    charged_to!("$10"),
    charges_open!("$10"),
    ""
);

async fn page(server: &Server, conn: &mut Conn, customer: CustomerId, filter: &Filter, rows: Option<usize>) -> Result<Statement> {
    let as_of = server.clock.now();
    let today = server.clock.local(as_of).date_naive();
    let past = filter.as_of.is_some_and(|day| day < today);
    let day = filter.as_of.filter(|_| past).unwrap_or(today).max(FIRST_DAY);
    let calendar = policies::calendar(conn).await?;
    let span = Span {
        contract: filter.contract,
        from: filter.from.unwrap_or(FIRST_DAY).clamp(FIRST_DAY, LAST_DAY),
        to: filter.to.unwrap_or(LAST_DAY).clamp(FIRST_DAY, LAST_DAY),
    };
    let shown = filter.shown.unwrap_or(Shown::All);
    let open = matches!(shown, Shown::Open | Shown::Late);
    let to = if shown == Shown::Late { span.to.min(late_before(day, &calendar).pred_opt().unwrap_or(FIRST_DAY)) } else { span.to };
    let (least, most) = match shown {
        Shown::All => (i64::MIN, i64::MAX),
        Shown::Open | Shown::Late => (1, i64::MAX),
        Shown::Settled => (i64::MIN, 0),
    };
    let without = if shown == Shown::Settled { Standing::InAgreement.as_str() } else { "" };
    let after = filter.after.unwrap_or(Cursor { on: LAST_DAY, id: Uuid::max() });
    // The cursor's day bounds the index whichever of the conditions the database takes for it.
    let to = to.min(after.on);
    let text = match (past, open) {
        (true, _) => THEN,
        (false, true) => NOW_OPEN,
        (false, false) => NOW,
    };
    let mut found = sql!(conn, all Row: text, customer.0, after.on, after.id, span.from, to, least, most, span.contract.map(|contract| contract.0), without,
        if past { day } else { LAST_DAY }, rows.map_or(i64::MAX, one_more))?;
    let more = rows.is_some_and(|rows| found.len() > rows);
    found.truncate(rows.unwrap_or(usize::MAX));
    let bills = found.into_iter().map(|row| line(row, day, past, &calendar)).collect::<Result<Vec<_>>>()?;
    let (mut position, mut charges, mut credits) = (Position::default(), Money::ZERO, Money::ZERO);
    let all =
        if past { bills::open_bills_then(conn, customer, &span, day).await? } else { bills::open_bills(conn, customer, &span).await? };
    for bill in all {
        position.add(bill.due_on, bill.balance, day, &calendar);
        credits -= bill.balance.min(Money::ZERO);
        if charged(bill.balance, bill.standing, past) && bill.due_on < day {
            charges += bill.cost(day, &calendar)?.charges();
        }
    }
    let next = bills.last().filter(|_| more).map(|bill| Cursor { on: bill.due_on, id: bill.id.0 });
    Ok(Statement { as_of, day, past, bills, position, charges, credits, next })
}

/// Whether late charges run: on what is open by itself. How a bill stood in the past is not kept, so that only a dispute of today counts.
fn charged(balance: Money, standing: Standing, past: bool) -> bool {
    balance.is_positive() && if past { standing != Standing::Disputed } else { standing == Standing::Open }
}

fn line(row: Row, day: NaiveDate, past: bool, calendar: &domain::calendar::Calendar) -> Result<BillLine> {
    let days = if row.balance.is_positive() { days_late(row.due_on, day, calendar) } else { 0 };
    let calculation = if days > 0 && charged(row.balance, row.standing, past) {
        let terms = row.charged.relieved(bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?)?;
        Some(Box::new(late_charges_after(row.balance, row.due_on, row.charged.posted(), day, &terms, calendar)))
    } else {
        None
    };
    Ok(BillLine {
        id: row.id,
        number: row.number,
        nature: row.nature,
        competence: row.competence,
        description: row.description,
        contract_number: row.contract_number,
        issued_on: row.issued_on,
        due_on: row.due_on,
        amount: row.amount,
        balance: row.balance,
        standing: row.standing,
        days_late: days,
        charges: calculation.as_ref().map_or(Money::ZERO, |calculation| calculation.charges()),
        calculation,
        slip: row.slip_id.map(SlipId),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_or_refused() {
        let cursor = Cursor { on: "2026-11-10".parse().unwrap(), id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for text in [
            "",
            "_",
            "2026-11-10",
            "2026-13-10_00000000000000000000000000000007",
            "2026-11-10_x",
            "+99999-01-01_00000000000000000000000000000007",
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
