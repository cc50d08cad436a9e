//! The yearly declaration of clearance, made from the ledger when it is asked for, and kept so that anybody who holds it can
//! check it. Never says more than the ledger does: what changes afterwards makes another declaration, and the first one is told
//! to hold no longer.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::agreements::Status;
use domain::declarations::{BillOfYear, Clearance, Clearing, NotCleared, VerificationCode, clearance};
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::statement::{Nature, Standing};
use domain::tax_ids::TaxId;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::bills;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::letter::{self, Block, Column, LetterSheet, Row, Table};
use crate::pdf::{Align, DocumentInfo};
use crate::policies::{self, Creditor};
use crate::sealing::{random, sha256};
use crate::sessions::Customer;
use crate::texts::{self, Locale, declarations as t};
use crate::{Server, sql};

/// Years before this one that are offered: what the law keeps claims alive for (CC art. 206 §5, I).
const YEARS: i32 = 5;
/// The address of the page on which a code is checked.
const CHECKED_AT: &str = "/e-nosso";

/// A year, and whether it can be declared.
pub type Year = (i32, Result<Clearance, NotCleared>);

/// The years before this one in which something fell due, the newest first.
///
/// # Errors
/// The database's.
pub async fn years(server: &Server, customer: &Customer) -> Result<Vec<Year>> {
    let today = server.clock.today();
    let mut conn = server.db.read().await?;
    let bills: Vec<BillOfYear> =
        of_years(&mut conn, customer.id(), today.year() - YEARS, today.year() - 1).await?.into_iter().map(|line| line.bill).collect();
    let years = (today.year() - YEARS..today.year()).rev().map(|year| (year, clearance(year, &bills, today)));
    Ok(years.filter(|(_, cleared)| *cleared != Err(NotCleared::NothingDue)).collect())
}

/// A declaration as it leaves the house.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Name of the file.
    pub name: String,
    /// The PDF; the same until something changes.
    pub bytes: Vec<u8>,
    /// What is printed on it, to be checked by.
    pub code: VerificationCode,
}

/// The declaration of a year as PDF, in the customer's language. Asked for again it is the same one, unless something changed.
///
/// # Errors
/// [`Error::NotFound`] for a year that cannot be declared: [`years`] says why.
pub async fn declare(server: &Server, customer: &Customer, year: i32) -> Result<Declaration> {
    let l = customer.locale();
    let today = server.clock.today();
    let mut tx = server.db.write().await?;
    let lines = of_years(&mut tx, customer.id(), year, year).await?;
    let bills: Vec<BillOfYear> = lines.iter().map(|line| line.bill.clone()).collect();
    let cleared = clearance(year, &bills, today).map_err(|_| Error::NotFound)?;
    // A bill stays in the agreement that paid it.
    let (earlier,) = sql!(tx, one (i64,): "select count(*) from bills b left join agreements a on a.id = b.agreement_id
        where b.customer_id = $1 and b.due_on < $2 and (b.balance > 0 or (b.standing = 'in_agreement' and a.status <> 'settled'))",
        customer.id().0, first_day(year))?;
    let hash = fingerprint(&cleared)?;
    let written = sql!(tx, execute: "insert into declarations (id, code, customer_id, kind, year, content_hash, earlier_open, issued_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (customer_id, kind, year, content_hash, earlier_open) do nothing",
        server.id::<Uuid>(), VerificationCode::of(random()).as_str(), customer.id().0, CLEARANCE, year, hash.as_str(), earlier, server.clock.now())?;
    let (id, code, issued_at) = sql!(tx, one (Uuid, String, DateTime<Utc>):
        "select id, code, issued_at from declarations where customer_id = $1 and kind = $2 and year = $3 and content_hash = $4 and earlier_open = $5",
        customer.id().0, CLEARANCE, year, hash.as_str(), earlier)?;
    if written > 0 {
        let event = Event {
            actor: customer.actor(),
            action: "declarations.issue",
            subject_kind: "declaration",
            subject_id: Some(id),
            customer: Some(customer.id()),
            detail: json!({ "year": year, "bills": cleared.paid.len() }),
        };
        audit::record(server, &mut tx, event).await?;
    }
    let creditor = policies::creditor(&mut tx).await?;
    let (name, tax_id) = sql!(tx, one (String, String): "select name, tax_id from customers where id = $1", customer.id().0)?;
    tx.commit().await?;
    let code: VerificationCode = code.parse().map_err(|_| Error::Corrupt("verification code"))?;
    let issued_on = server.clock.local(issued_at).date_naive();
    let paper =
        Paper { name, tax_id, cleared, earlier, lines, code, issued_on, address: format!("{}{CHECKED_AT}", server.config.public_url) };
    let sheet = worded(l, &creditor, &paper);
    let info = DocumentInfo { title: sheet.title.clone(), language: l.tag().to_owned(), created: issued_at };
    let drawn = tokio::task::spawn_blocking(move || letter::draw(&sheet, &info)).await.map_err(|_| Error::Corrupt("a declaration"))?;
    Ok(Declaration { name: format!("quitacao-{year}.pdf"), bytes: drawn?, code })
}

/// What is told of a code to whoever holds the document: enough to compare it with the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The year it is about.
    pub year: i32,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Whose it is, masked.
    pub tax_id: String,
    /// Whether it would be issued in the same words today.
    pub holds: bool,
}

/// Looks a code up.
pub(crate) async fn known(server: &Server, conn: &mut Conn, code: &VerificationCode) -> Result<Option<Known>> {
    let found = sql!(conn, optional (Uuid, i32, String, DateTime<Utc>, String):
        "select d.customer_id, d.year, d.content_hash, d.issued_at, c.tax_id from declarations d join customers c on c.id = d.customer_id where d.code = $1",
        code.as_str())?;
    let Some((customer, year, hash, issued_at, tax_id)) = found else { return Ok(None) };
    let bills: Vec<BillOfYear> = of_years(conn, CustomerId(customer), year, year).await?.into_iter().map(|line| line.bill).collect();
    // Whether something older is open now does not unsay what was said of this year.
    let holds = match clearance(year, &bills, server.clock.today()) {
        Ok(now) => fingerprint(&now)? == hash,
        Err(_) => false,
    };
    Ok(Some(Known {
        year,
        issued_on: server.clock.local(issued_at).date_naive(),
        tax_id: TaxId::parse(&tax_id).map(|tax_id| tax_id.masked_for_display()).unwrap_or_default(),
        holds,
    }))
}

/// What was declared, in short: another one, and it is another declaration.
fn fingerprint(cleared: &Clearance) -> Result<String> {
    Ok(sha256(serde_json::to_string(cleared).map_err(|_| Error::Corrupt("a declaration"))?.as_bytes()))
}

/// The word of this kind of declaration in the database.
const CLEARANCE: &str = "clearance";

fn first_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(bills::FIRST_DAY)
}

/// A bill, and what its row on paper says.
struct Line {
    bill: BillOfYear,
    number: String,
    nature: Nature,
    competence: String,
}

/// The bills that fell due in these years, first and last included.
async fn of_years(conn: &mut Conn, customer: CustomerId, first: i32, last: i32) -> Result<Vec<Line>> {
    #[derive(sqlx::FromRow)]
    struct Bill {
        #[sqlx(try_from = "Uuid")]
        id: BillId,
        number: String,
        #[sqlx(try_from = "String")]
        nature: Nature,
        competence: String,
        due_on: NaiveDate,
        #[sqlx(try_from = "i64")]
        amount: Money,
        #[sqlx(try_from = "i64")]
        balance: Money,
        #[sqlx(try_from = "String")]
        standing: Standing,
        agreement: Option<String>,
        kept_on: Option<NaiveDate>,
        settled_on: Option<NaiveDate>,
        given_up: i64,
    }
    let rows = sql!(conn, all Bill:
        "select b.id, b.number, b.nature, b.competence, b.due_on, b.amount, b.balance, b.standing, a.status as agreement, a.ended_on as kept_on,
                (select max(e.effective_on) from entries e where e.bill_id = b.id and e.amount < 0) as settled_on,
                (select count(*) from entries e where e.bill_id = b.id and e.kind = 'write_off') as given_up
           from bills b left join agreements a on a.id = b.agreement_id
          where b.customer_id = $1 and b.due_on >= $2 and b.due_on < $3 order by b.due_on, b.id",
        customer.0, first_day(first), first_day(last + 1))?;
    let line = |row: Bill| {
        let kept = row.agreement.as_deref() == Some(Status::Settled.as_str());
        let (clearing, settled_on) = match row.standing {
            Standing::InAgreement if kept => (Clearing::Paid, row.kept_on),
            Standing::InAgreement => (Clearing::Open, None),
            Standing::Disputed if row.balance.is_positive() => (Clearing::Disputed, None),
            _ if row.balance.is_positive() || row.given_up > 0 => (Clearing::Open, None),
            _ => (Clearing::Paid, row.settled_on),
        };
        let bill = BillOfYear { bill: row.id, due_on: row.due_on, amount: row.amount, clearing, settled_on };
        Line { bill, number: row.number, nature: row.nature, competence: row.competence }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// What is printed.
struct Paper {
    name: String,
    tax_id: String,
    cleared: Clearance,
    earlier: i64,
    lines: Vec<Line>,
    code: VerificationCode,
    issued_on: NaiveDate,
    address: String,
}

fn worded(l: Locale, creditor: &Creditor, paper: &Paper) -> LetterSheet {
    let Clearance { year, paid, disputed } = &paper.cleared;
    let sender = creditor.party();
    let tax_id = TaxId::parse(&paper.tax_id).map_or_else(|_| paper.tax_id.clone(), |tax_id| tax_id.to_string());
    let mut blocks = vec![Block::Paragraph(t::declares(l, &sender.tax_id, &sender.name, &paper.name, &tax_id, *year))];
    if *disputed > 0 {
        blocks.push(Block::Paragraph(t::without_disputed(l, i64::from(*disputed), *year)));
    }
    blocks.push(Block::Paragraph(t::replaces(l, *year)));
    if paper.earlier > 0 {
        blocks.push(Block::Paragraph(t::but_earlier(l, paper.earlier, *year)));
    }
    blocks.push(Block::Paragraph(t::issued(l, texts::long_date(l, paper.issued_on))));
    blocks.push(Block::Heading(t::bills(l).to_owned()));
    // Shares are about millimetres of the 178 mm between the margins.
    let column = |title: &str, share, align| Column { title: title.to_owned(), share, align };
    let columns = vec![
        column(t::column_bill(l), 76, Align::Left),
        column(t::column_number(l), 38, Align::Left),
        column(t::column_due(l), 22, Align::Left),
        column(t::column_paid(l), 22, Align::Left),
        column(t::column_amount(l), 24, Align::Right),
    ];
    let lines: HashMap<BillId, &Line> = paper.lines.iter().map(|line| (line.bill.bill, line)).collect();
    let of_bill = |bill: &BillOfYear| lines.get(&bill.bill).copied();
    let name = |line: &Line| {
        let nature = bills::nature(l, line.nature);
        if line.competence.is_empty() { nature.to_owned() } else { format!("{nature}, {}", texts::competence(l, &line.competence)) }
    };
    let mut rows: Vec<Row> = paid
        .iter()
        .map(|bill| Row {
            cells: vec![
                of_bill(bill).map(name).unwrap_or_default(),
                of_bill(bill).map(|line| line.number.clone()).unwrap_or_default(),
                texts::date(l, bill.due_on),
                bill.settled_on.map(|on| texts::date(l, on)).unwrap_or_default(),
                texts::money(l, bill.amount),
            ],
            total: false,
        })
        .collect();
    let total = vec![t::total(l).to_owned(), String::new(), String::new(), String::new(), texts::money(l, paper.cleared.total())];
    rows.push(Row { cells: total, total: true });
    blocks.push(Block::Table(Table { columns, rows }));
    LetterSheet {
        brand: creditor.brand(),
        sender,
        kind: t::kind(l).to_owned(),
        title: t::title(l, *year),
        blocks,
        footer: t::check_at(l, &paper.address, paper.code),
        page_of: texts::statement::paper_page(l, "{page}", "{pages}"),
    }
}
