//! Papers that the portal writes itself, each with a code by which anybody who holds it can check it. A paper is written again from
//! what is known whenever it is asked for; kept is only that it was issued, and a fingerprint of what it said. What changes afterwards
//! makes another paper, and the first one is told to hold no longer. Never keeps the bytes, and never says more than the ledger does.

pub mod agreements;
pub mod claims;
pub mod income_tax;
pub mod notices;
pub mod payments;

use chrono::{DateTime, NaiveDate, Utc};
use domain::declarations::VerificationCode;
use domain::demands::{Line, sums};
use domain::ids::CustomerId;
use domain::papers::Paper;
use domain::tax_ids::TaxId;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::pdf::letter::{self, Block, Column, LetterSheet, Row, Table};
use crate::pdf::{Align, DocumentInfo};
use crate::policies::Creditor;
use crate::sealing::{random, sha256};
use crate::sessions::Customer;
use crate::texts::{self, Locale, papers as t};
use crate::{Server, declarations, sql};

/// The address of the page on which a code is checked.
const CHECKED_AT: &str = "/e-nosso";

/// A paper as it leaves the house.
#[derive(Clone, Debug)]
pub struct Written {
    /// Name of the file.
    pub name: String,
    /// The PDF; the same until something changes.
    pub bytes: Vec<u8>,
    /// What is printed on it, to be checked by.
    pub code: VerificationCode,
}

/// What is told of a code to whoever holds the paper: enough to compare it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub paper: Paper,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Whose it is, masked.
    pub tax_id: String,
    /// Whether it would be issued in the same words today.
    pub holds: bool,
}

/// That a paper was issued, now or before.
pub(crate) struct Issued {
    pub(crate) code: VerificationCode,
    pub(crate) at: DateTime<Utc>,
}

/// What a paper says, in short: another one, and it is another paper.
pub(crate) fn fingerprint(content: &impl Serialize) -> Result<String> {
    Ok(sha256(serde_json::to_string(content).map_err(|_| Error::Corrupt("a paper"))?.as_bytes()))
}

/// Issues a paper; one that says the same is the one that was issued before. `variant` is what stands on it and does not change whether
/// it holds. That it was handed out is recorded.
pub(crate) async fn issue(
    server: &Server,
    tx: &mut Tx,
    customer: &Customer,
    paper: &Paper,
    content_hash: &str,
    variant: &str,
) -> Result<Issued> {
    issue_by(server, tx, customer.actor(), customer.id(), paper, content_hash, variant).await
}

/// The same, by whoever may.
async fn issue_by(
    server: &Server,
    tx: &mut Tx,
    actor: Actor,
    customer: CustomerId,
    paper: &Paper,
    content_hash: &str,
    variant: &str,
) -> Result<Issued> {
    let (kind, about) = (paper.kind(), paper.about());
    let written = sql!(tx, execute: "insert into papers (id, code, customer_id, kind, about, content_hash, variant, issued_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (customer_id, kind, about, content_hash, variant) do nothing",
        server.id::<Uuid>(), VerificationCode::of(random()).as_str(), customer.0, kind, about.as_str(), content_hash, variant, server.clock.now())?;
    let (id, code, at) = sql!(tx, one (Uuid, String, DateTime<Utc>):
        "select id, code, issued_at from papers where customer_id = $1 and kind = $2 and about = $3 and content_hash = $4 and variant = $5",
        customer.0, kind, about.as_str(), content_hash, variant)?;
    let event = Event {
        actor,
        action: if written > 0 { "papers.issue" } else { "papers.open" },
        subject_kind: "paper",
        subject_id: Some(id),
        customer: Some(customer),
        detail: json!({ "kind": kind, "about": about }),
    };
    audit::record(server, tx, event).await?;
    Ok(Issued { code: code.parse().map_err(|_| Error::Corrupt("verification code"))?, at })
}

/// Looks a code up.
pub(crate) async fn known(server: &Server, conn: &mut Conn, code: &VerificationCode) -> Result<Option<Known>> {
    let found = sql!(conn, optional (Uuid, String, String, String, DateTime<Utc>, String):
        "select p.customer_id, p.kind, p.about, p.content_hash, p.issued_at, c.tax_id from papers p join customers c on c.id = p.customer_id
          where p.code = $1", code.as_str())?;
    let Some((customer, kind, about, hash, issued_at, tax_id)) = found else { return Ok(None) };
    let customer = CustomerId(customer);
    let paper = Paper::read(&kind, &about).ok_or(Error::Corrupt("a paper"))?;
    let now = match paper {
        Paper::Clearance { year } => declarations::says(server, conn, customer, year).await?,
        Paper::IncomeTax { year } => income_tax::says(conn, customer, year).await?,
        Paper::Payments { from, to } => payments::says(conn, customer, from, to).await?,
        Paper::Agreement { protocol } => agreements::says(conn, customer, &protocol).await?,
        Paper::Claim { on } => claims::says(conn, customer, on).await?,
        Paper::Notice { notice } => notices::says(conn, customer, notice).await?,
    };
    Ok(Some(Known {
        paper,
        issued_on: server.clock.local(issued_at).date_naive(),
        tax_id: TaxId::parse(&tax_id).map(|tax_id| tax_id.masked_for_display()).unwrap_or_default(),
        holds: now == Some(hash),
    }))
}

/// Whose paper it is, as printed.
pub(crate) struct Holder {
    pub(crate) name: String,
    /// With its mask.
    pub(crate) tax_id: String,
}

pub(crate) async fn holder(conn: &mut Conn, customer: CustomerId) -> Result<Holder> {
    let (name, tax_id) = sql!(conn, one (String, String): "select name, tax_id from customers where id = $1", customer.0)?;
    Ok(Holder { name, tax_id: TaxId::parse(&tax_id).map_or(tax_id, |tax_id| tax_id.to_string()) })
}

/// What a paper says, worded.
pub(crate) struct Sheet {
    /// At the head of the page.
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// Draws a paper with its code at the foot of every page.
pub(crate) async fn write(server: &Server, l: Locale, creditor: &Creditor, issued: &Issued, name: String, sheet: Sheet) -> Result<Written> {
    let address = format!("{}{CHECKED_AT}", server.config.public_url);
    let info = DocumentInfo { title: sheet.title.clone(), language: l.tag().to_owned(), created: issued.at };
    let sheet = LetterSheet {
        brand: creditor.brand(),
        sender: creditor.party(),
        kind: sheet.kind,
        title: sheet.title,
        blocks: sheet.blocks,
        footer: t::check_at(l, &address, issued.code),
        page_of: texts::statement::paper_page(l, "{page}", "{pages}"),
    };
    let drawn = tokio::task::spawn_blocking(move || letter::draw(&sheet, &info)).await.map_err(|_| Error::Corrupt("a paper"))?;
    Ok(Written { name, bytes: drawn?, code: issued.code })
}

/// "Emitida em …", as the last line of the text.
pub(crate) fn issued_on(server: &Server, l: Locale, issued: &Issued) -> Block {
    Block::Paragraph(t::issued(l, texts::long_date(l, server.clock.local(issued.at).date_naive())))
}

/// A table of columns (title, share of the width, edge) and rows, the last of which sums up where `total` says so.
pub(crate) fn table(columns: &[(&str, u16, Align)], rows: Vec<Vec<String>>, total: Option<Vec<String>>) -> Block {
    let columns = columns.iter().map(|(title, share, align)| Column { title: (*title).to_owned(), share: *share, align: *align }).collect();
    let row = |cells| Row { cells, total: false };
    let rows = rows.into_iter().map(row).chain(total.map(|cells| Row { cells, total: true })).collect();
    Block::Table(Table { columns, rows })
}

/// Bills with what each comes to, and all of them, in one table.
fn demanded(l: Locale, lines: &[Line]) -> Block {
    use texts::demands as t;
    let money = |amount| texts::money(l, amount);
    let row = |one: &Line| {
        vec![one.number.clone(), texts::date(l, one.due_on), money(one.principal), money(one.fine), money(one.interest), money(one.total)]
    };
    let [principal, fine, interest, total] = sums(lines);
    let last = vec![t::column_sum(l).to_owned(), String::new(), money(principal), money(fine), money(interest), money(total)];
    table(
        &[
            (t::column_bill(l), 40, Align::Left),
            (t::column_due(l), 26, Align::Left),
            (t::column_principal(l), 28, Align::Right),
            (t::column_fine(l), 26, Align::Right),
            (t::column_interest(l), 26, Align::Right),
            (t::column_total(l), 30, Align::Right),
        ],
        lines.iter().map(row).collect(),
        Some(last),
    )
}
