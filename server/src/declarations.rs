//! The yearly declaration of clearance, made from the ledger when it is asked for: one of the [`crate::papers`]. Never says more than
//! the ledger does.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::agreements::Status;
use domain::declarations::{BillOfYear, Clearance, Clearing, NotCleared, clearance};
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::papers::Paper;
use domain::statement::{Nature, Standing};
use uuid::Uuid;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::papers::{self, Holder, Issued, Sheet, Written};
use crate::pdf::Align;
use crate::pdf::letter::Block;
use crate::policies::{self, Creditor};
use crate::sessions::Customer;
use crate::texts::{self, Locale, declarations as t};
use crate::{Server, bills, sql};

/// Years before this one that are offered: what the law keeps claims alive for (CC art. 206 §5, I).
const YEARS: i32 = 5;
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

/// The declaration of a year as PDF, in the customer's language. Asked for again it is the same one, unless something changed.
///
/// # Errors
/// [`Error::NotFound`] for a year that cannot be declared: [`years`] says why.
pub async fn declare(server: &Server, customer: &Customer, year: i32) -> Result<Written> {
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
    // Whether something older is open does not unsay what was said of this year.
    let variant = earlier.to_string();
    let issued = papers::issue(server, &mut tx, customer, &Paper::Clearance { year }, &papers::fingerprint(&cleared)?, &variant).await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = papers::holder(&mut tx, customer.id()).await?;
    tx.commit().await?;
    let sheet = worded(server, l, &creditor, &Content { holder, cleared, earlier, lines }, &issued);
    papers::write(server, l, &creditor, &issued, format!("quitacao-{year}.pdf"), sheet).await
}

/// What a declaration of this year would say now.
pub(crate) async fn says(server: &Server, conn: &mut Conn, customer: CustomerId, year: i32) -> Result<Option<String>> {
    let bills: Vec<BillOfYear> = of_years(conn, customer, year, year).await?.into_iter().map(|line| line.bill).collect();
    clearance(year, &bills, server.clock.today()).ok().map(|cleared| papers::fingerprint(&cleared)).transpose()
}

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
struct Content {
    holder: Holder,
    cleared: Clearance,
    earlier: i64,
    lines: Vec<Line>,
}

fn worded(server: &Server, l: Locale, creditor: &Creditor, paper: &Content, issued: &Issued) -> Sheet {
    let Clearance { year, paid, disputed } = &paper.cleared;
    let sender = creditor.party();
    let Holder { name, tax_id } = &paper.holder;
    let mut blocks = vec![Block::Paragraph(t::declares(l, &sender.tax_id, &sender.name, name, tax_id, *year))];
    if *disputed > 0 {
        blocks.push(Block::Paragraph(t::without_disputed(l, i64::from(*disputed), *year)));
    }
    blocks.push(Block::Paragraph(t::replaces(l, *year)));
    if paper.earlier > 0 {
        blocks.push(Block::Paragraph(t::but_earlier(l, paper.earlier, *year)));
    }
    blocks.push(papers::issued_on(server, l, issued));
    blocks.push(Block::Heading(t::bills(l).to_owned()));
    let lines: HashMap<BillId, &Line> = paper.lines.iter().map(|line| (line.bill.bill, line)).collect();
    let of_bill = |bill: &BillOfYear| lines.get(&bill.bill).copied();
    let name = |line: &Line| {
        let nature = bills::nature(l, line.nature);
        if line.competence.is_empty() { nature.to_owned() } else { format!("{nature}, {}", texts::competence(l, &line.competence)) }
    };
    let rows = paid
        .iter()
        .map(|bill| {
            vec![
                of_bill(bill).map(name).unwrap_or_default(),
                of_bill(bill).map(|line| line.number.clone()).unwrap_or_default(),
                texts::date(l, bill.due_on),
                bill.settled_on.map(|on| texts::date(l, on)).unwrap_or_default(),
                texts::money(l, bill.amount),
            ]
        })
        .collect();
    let total = vec![t::total(l).to_owned(), String::new(), String::new(), String::new(), texts::money(l, paper.cleared.total())];
    // Shares are about millimetres of the 178 mm between the margins.
    let columns = [
        (t::column_bill(l), 76, Align::Left),
        (t::column_number(l), 38, Align::Left),
        (t::column_due(l), 22, Align::Left),
        (t::column_paid(l), 22, Align::Left),
        (t::column_amount(l), 24, Align::Right),
    ];
    blocks.push(papers::table(&columns, rows, Some(total)));
    Sheet { kind: t::kind(l).to_owned(), title: t::title(l, *year), blocks }
}
