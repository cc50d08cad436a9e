//! What was paid in a period: every payment that the bank confirmed, and every one given back. Never what was only informed.

use chrono::NaiveDate;
use domain::forms::Problem;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::papers::Paper;
use domain::statement::Nature;
use serde::Serialize;

use super::{Holder, Sheet, Written, fingerprint, holder, issue, issued_on, table, write};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::Align;
use crate::pdf::letter::Block;
use crate::policies;
use crate::sessions::Customer;
use crate::texts::{self, Locale, papers as t};
use crate::{Server, bills, sql};

/// Days of one paper.
pub const DAYS: i64 = 366;
/// Lines of one paper: some ninety pages.
const MOST: usize = 5_000;

/// The payments of a period as PDF, in the customer's language. Asked for again it is the same one, unless something changed.
///
/// # Errors
/// [`Error::Form`] on the field `to` for a period that ends before it begins, in the future, or is longer than [`DAYS`], or of more
/// payments than one paper has.
pub async fn statement(server: &Server, customer: &Customer, from: NaiveDate, to: NaiveDate) -> Result<Written> {
    let l = customer.locale();
    if to > server.clock.today() {
        return Err(Error::field("to", Problem::InTheFuture));
    }
    if from > to || (to - from).num_days() >= DAYS {
        return Err(Error::field("to", Problem::OutOfRange { min: 1, max: u32::try_from(DAYS).unwrap_or(u32::MAX) }));
    }
    let mut tx = server.db.write().await?;
    let lines = lines(&mut tx, customer.id(), from, to).await?;
    if lines.len() > MOST {
        return Err(Error::field("to", Problem::OutOfRange { min: 1, max: u32::try_from(MOST).unwrap_or(u32::MAX) }));
    }
    let issued = issue(server, &mut tx, customer, &Paper::Payments { from, to }, &fingerprint(&lines)?, "").await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = holder(&mut tx, customer.id()).await?;
    tx.commit().await?;
    let mut sheet = worded(l, &holder, from, to, &lines);
    sheet.blocks.push(issued_on(server, l, &issued));
    write(server, l, &creditor, &issued, format!("{}-{from}-{to}.pdf", t::payments_file(l)), sheet).await
}

/// What a paper of this period would say now.
pub(super) async fn says(conn: &mut Conn, customer: CustomerId, from: NaiveDate, to: NaiveDate) -> Result<Option<String>> {
    fingerprint(&lines(conn, customer, from, to).await?).map(Some)
}

/// Money that came, or, below zero, that was given back. A refund that the bank did not carry out never was one.
#[derive(Serialize, sqlx::FromRow)]
struct Line {
    on_day: NaiveDate,
    #[sqlx(try_from = "i64")]
    amount: Money,
    method: String,
    number: Option<String>,
    #[sqlx(try_from = "String")]
    nature: Nature,
    competence: Option<String>,
    contract: Option<String>,
}

async fn lines(conn: &mut Conn, customer: CustomerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Line>> {
    Ok(sql!(conn, all Line:
        "select e.effective_on as on_day, -e.amount as amount, case when e.kind = 'payment' then p.method else 'refund' end as method,
                b.number, coalesce(b.nature, 'other') as nature, b.competence, k.number as contract
           from entries e join payments p on p.id = e.payment_id left join bills b on b.id = e.bill_id left join contracts k on k.id = b.contract_id
          where e.customer_id = $1 and p.reversed_at is null
            and (e.kind = 'payment'
                or (e.kind = 'refund' and not exists (select 1 from entries r where r.of_entry = e.id and r.kind = 'reversal'))
                or (e.kind = 'reversal' and exists (select 1 from entries o where o.id = e.of_entry and o.kind = 'payment')))
            and e.effective_on >= $2 and e.effective_on <= $3
          order by e.effective_on, e.id limit $4", customer.0, from, to, i64::try_from(MOST).unwrap_or(i64::MAX - 1) + 1)?)
}

/// How it was paid, in words.
pub(crate) fn method(l: Locale, method: &str) -> &'static str {
    match method {
        "boleto" => t::method_boleto(l),
        "pix" => t::method_pix(l),
        "transfer" => t::method_transfer(l),
        "direct_debit" => t::method_direct_debit(l),
        "card" => t::method_card(l),
        "cash" => t::method_cash(l),
        "refund" => t::method_refund(l),
        _ => t::method_other(l),
    }
}

fn worded(l: Locale, holder: &Holder, from: NaiveDate, to: NaiveDate, lines: &[Line]) -> Sheet {
    let date = |on| texts::date(l, on);
    let mut blocks = vec![Block::Pairs(vec![
        (t::holder(l).to_owned(), holder.name.clone()),
        (t::holder_tax_id(l).to_owned(), holder.tax_id.clone()),
        (t::period(l).to_owned(), t::from_to(l, date(from), date(to))),
    ])];
    if lines.is_empty() {
        blocks.push(Block::Paragraph(t::no_payments(l).to_owned()));
    } else {
        let row = |line: &Line| {
            let nature = bills::nature(l, line.nature);
            let bill = match line.competence.as_deref() {
                Some(month) if !month.is_empty() => format!("{nature}, {}", texts::competence(l, month)),
                _ => nature.to_owned(),
            };
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            vec![
                date(line.on_day),
                bill,
                text(&line.number),
                text(&line.contract),
                method(l, &line.method).to_owned(),
                texts::money(l, line.amount),
            ]
        };
        let total = lines.iter().map(|line| line.amount).sum();
        let blank = String::new;
        blocks.push(table(
            &[
                (t::column_day(l), 22, Align::Left),
                (t::column_bill(l), 58, Align::Left),
                (t::column_number(l), 26, Align::Left),
                (t::column_contract(l), 24, Align::Left),
                (t::column_method(l), 26, Align::Left),
                (t::column_amount(l), 26, Align::Right),
            ],
            lines.iter().map(row).collect(),
            Some(vec![t::total(l).to_owned(), blank(), blank(), blank(), blank(), texts::money(l, total)]),
        ));
    }
    blocks.push(Block::Paragraph(t::payments_note(l).to_owned()));
    Sheet { kind: t::payments_kind(l).to_owned(), title: t::payments_title(l, date(from), date(to)), blocks }
}
