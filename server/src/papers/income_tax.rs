//! What a person paid in a calendar year, for the income tax: by contract and month, on cash basis, less what was given back.
//!
//! Never for a company, whose payments are no medical expense of anybody's, and never for a year that is not over.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::agreements::plans::Plan;
use domain::ids::{ContractId, CustomerId};
use domain::money::Money;
use domain::papers::{MonthPaid, Paper, Received, income_tax};
use domain::statement::Nature;
use domain::tax_ids::TaxId;
use uuid::Uuid;

use super::{Holder, Issued, Sheet, Written, fingerprint, holder, issue, issued_on, table, write};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::Align;
use crate::pdf::letter::Block;
use crate::policies::{self, Creditor};
use crate::sessions::Customer;
use crate::texts::{self, Locale, papers as t};
use crate::{Server, sql};

/// Years before this one that are offered: as long as the tax authority may ask (CTN art. 173).
const YEARS: i32 = 5;

/// The years that are over in which the person paid something, the newest first; none for a company.
///
/// # Errors
/// The database's.
pub async fn years(server: &Server, customer: &Customer) -> Result<Vec<i32>> {
    let this = server.clock.today().year();
    let mut conn = server.db.read().await?;
    let received = received(&mut conn, customer.id()).await?;
    Ok((this - YEARS..this).rev().filter(|year| !income_tax(*year, &received).is_empty()).collect())
}

/// The statement of a year as PDF, in the customer's language. Asked for again it is the same one, unless something changed.
///
/// # Errors
/// [`Error::NotFound`] for a year that is not over, or in which nothing was paid, and for a company.
pub async fn statement(server: &Server, customer: &Customer, year: i32) -> Result<Written> {
    let l = customer.locale();
    if year >= server.clock.today().year() {
        return Err(Error::NotFound);
    }
    let mut tx = server.db.write().await?;
    let months = income_tax(year, &received(&mut tx, customer.id()).await?);
    if months.is_empty() {
        return Err(Error::NotFound);
    }
    let issued = issue(server, &mut tx, customer, &Paper::IncomeTax { year }, &fingerprint(&months)?, "").await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = holder(&mut tx, customer.id()).await?;
    let contracts =
        sql!(tx, all Contract: "select id, number, plan_name, plan_registration from contracts where customer_id = $1", customer.id().0)?;
    tx.commit().await?;
    let mut sheet = worded(l, &creditor, &holder, year, &months, &contracts);
    sheet.blocks.push(issued_on(server, l, &issued));
    written(server, l, &creditor, &issued, year, sheet).await
}

async fn written(server: &Server, l: Locale, creditor: &Creditor, issued: &Issued, year: i32, sheet: Sheet) -> Result<Written> {
    write(server, l, creditor, issued, format!("{}-{year}.pdf", t::income_tax_file(l)), sheet).await
}

/// What a paper of this year would say now.
pub(super) async fn says(conn: &mut Conn, customer: CustomerId, year: i32) -> Result<Option<String>> {
    let months = income_tax(year, &received(conn, customer).await?);
    if months.is_empty() { Ok(None) } else { fingerprint(&months).map(Some) }
}

#[derive(sqlx::FromRow)]
struct Contract {
    #[sqlx(try_from = "Uuid")]
    id: ContractId,
    number: String,
    plan_name: String,
    plan_registration: String,
}

/// What a person paid on bills of contracts that are no company's, the oldest first, less what was given back of each payment and
/// without payments that the bank took back.
async fn received(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Received>> {
    #[derive(sqlx::FromRow)]
    struct Paid {
        bill_id: Uuid,
        #[sqlx(try_from = "Uuid")]
        contract_id: ContractId,
        #[sqlx(try_from = "String")]
        nature: Nature,
        paid_on: NaiveDate,
        paid: i64,
        given_back: i64,
        charged: i64,
        plan: Option<String>,
    }
    let (tax_id,) = sql!(conn, one (String,): "select tax_id from customers where id = $1", customer.0)?;
    if TaxId::parse(&tax_id).ok().and_then(|tax_id| tax_id.cpf()).is_none() {
        return Ok(Vec::new());
    }
    let rows = sql!(conn, all Paid:
        "select b.id as bill_id, b.contract_id, b.nature, p.paid_on, a.plan,
                cast(sum(case when e.kind = 'payment' then -e.amount else 0 end) as bigint) as paid,
                cast(sum(case when e.kind = 'refund' or (e.kind = 'reversal' and o.kind in ('payment', 'refund')) then e.amount else 0 end) as bigint)
                    as given_back,
                cast(sum(case when e.kind in ('fine', 'interest') then e.amount else 0 end) as bigint) as charged
           from entries e join payments p on p.id = e.payment_id join bills b on b.id = e.bill_id join contracts k on k.id = b.contract_id
                left join installments i on i.bill_id = b.id left join agreements a on a.id = i.agreement_id left join entries o on o.id = e.of_entry
          where e.customer_id = $1 and p.reversed_at is null and k.kind <> 'business'
          group by p.id, p.paid_on, b.id, b.contract_id, b.nature, a.plan order by p.paid_on, p.id, b.id", customer.0)?;
    // Charges that were posted before anybody paid them are paid by the first money that comes after (CC art. 354). Those that an
    // agreement posts go into it with the bill.
    let posted = sql!(conn, all (Uuid, NaiveDate, i64):
        "select e.bill_id, e.effective_on, e.amount from entries e
          where e.customer_id = $1 and e.payment_id is null and e.request_id is null and e.bill_id is not null and e.kind in ('fine', 'interest')
          order by e.effective_on, e.id", customer.0)?;
    let mut open: HashMap<Uuid, Vec<(NaiveDate, Money)>> = HashMap::new();
    for (bill, on, cents) in posted {
        open.entry(bill).or_default().push((on, Money::cents(cents)));
    }
    let mut received = Vec::with_capacity(rows.len());
    for row in rows {
        let amount = (Money::cents(row.paid) - Money::cents(row.given_back)).max(Money::ZERO);
        let own = Money::cents(row.charged).min(amount);
        let mut before = Money::ZERO;
        for (_, left) in open.get_mut(&row.bill_id).into_iter().flatten().filter(|(on, _)| *on <= row.paid_on) {
            let part = (*left).min(amount - own - before).max(Money::ZERO);
            (*left, before) = (*left - part, before + part);
        }
        let agreement = row.plan.as_deref().map(serde_json::from_str::<Plan>).transpose().map_err(|_| Error::Corrupt("plan"))?;
        received.push(Received {
            contract: row.contract_id,
            nature: row.nature,
            on: row.paid_on,
            amount,
            charges: own + before,
            agreement: agreement.map(|plan| (plan.total_cost, plan.debt.principal - plan.discount.principal)),
        });
    }
    Ok(received)
}

fn worded(l: Locale, creditor: &Creditor, holder: &Holder, year: i32, months: &[MonthPaid], contracts: &[Contract]) -> Sheet {
    let sender = creditor.party();
    let mut blocks = vec![Block::Paragraph(t::income_tax_says(
        l,
        &creditor.ans_registration,
        &sender.tax_id,
        &sender.name,
        &holder.name,
        &holder.tax_id,
        year,
    ))];
    let money = |amount| texts::money(l, amount);
    let sums = |months: &[&MonthPaid]| -> (Money, Money) {
        (months.iter().map(|month| month.for_plan).sum(), months.iter().map(|month| month.other).sum())
    };
    // The order of contracts is that of their ids, which is the order in which they came.
    for contract in contracts {
        let of_contract: Vec<&MonthPaid> = months.iter().filter(|month| month.contract == contract.id).collect();
        if of_contract.is_empty() {
            continue;
        }
        blocks.push(Block::Heading(t::contract(l, &contract.number, &contract.plan_name)));
        if !contract.plan_registration.is_empty() {
            blocks.push(Block::Paragraph(t::plan_registration(l, &contract.plan_registration)));
        }
        let row = |month: &&MonthPaid| {
            let name = texts::competence(l, &format!("{year:04}-{:02}", month.month));
            vec![name, money(month.for_plan), money(month.other), money(month.for_plan + month.other)]
        };
        let (for_plan, other) = sums(&of_contract);
        blocks.push(table(
            &[
                (t::column_month(l), 62, Align::Left),
                (t::column_for_plan(l), 38, Align::Right),
                (t::column_other(l), 48, Align::Right),
                (t::column_paid_in_all(l), 34, Align::Right),
            ],
            of_contract.iter().map(row).collect(),
            Some(vec![t::total(l).to_owned(), money(for_plan), money(other), money(for_plan + other)]),
        ));
    }
    let (for_plan, other) = sums(&months.iter().collect::<Vec<_>>());
    blocks.push(Block::Heading(t::year_total(l, year)));
    blocks.push(Block::Pairs(vec![(t::column_for_plan(l).to_owned(), money(for_plan)), (t::column_other(l).to_owned(), money(other))]));
    blocks.push(Block::Paragraph(t::income_tax_note(l).to_owned()));
    Sheet { kind: t::income_tax_kind(l).to_owned(), title: t::income_tax_title(l, year), blocks }
}
