//! The term of an agreement: where each amount comes from, what is paid when, every condition word for word as it was accepted, and
//! how it was accepted. Never of a plan that was only asked for.

use chrono::{DateTime, NaiveDate, Utc};
use domain::agreements::Status;
use domain::agreements::plans::Plan;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::papers::Paper;
use domain::requests::protocol::Protocol;
use domain::statement::Nature;
use domain::tax_ids::TaxId;
use serde::Serialize;
use uuid::Uuid;

use super::{Holder, Sheet, Written, fingerprint, holder, issue, issued_on, table, write};
use crate::acceptances::{self, Evidence};
use crate::agreements::Terms;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::Align;
use crate::pdf::letter::Block;
use crate::policies::{self, Creditor};
use crate::sessions::Customer;
use crate::texts::{self, Locale, papers as t};
use crate::{Server, bills, sql};

/// The term of an agreement as PDF, in the customer's language, its conditions in the language in which they were accepted. Asked for
/// again it is the same one.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, and for one that is not granted, or never began.
pub async fn term(server: &Server, customer: &Customer, protocol: &str) -> Result<Written> {
    let l = customer.locale();
    let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
    let mut tx = server.db.write().await?;
    let agreed = agreed(&mut tx, customer.id(), &protocol).await?.ok_or(Error::NotFound)?;
    let issued = issue(server, &mut tx, customer, &Paper::Agreement { protocol }, &fingerprint(&agreed.content)?, "").await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = holder(&mut tx, customer.id()).await?;
    tx.commit().await?;
    let mut sheet = worded(server, l, &creditor, &holder, &protocol, &agreed);
    sheet.blocks.push(issued_on(server, l, &issued));
    write(server, l, &creditor, &issued, format!("{}-{}.pdf", t::term_file(l), protocol.digits()), sheet).await
}

/// What the term of this agreement says, as long as the agreement is in force or was kept.
pub(super) async fn says(conn: &mut Conn, customer: CustomerId, protocol: &Protocol) -> Result<Option<String>> {
    match agreed(conn, customer, protocol).await? {
        Some(agreed) if matches!(agreed.status, Status::AwaitingDownPayment | Status::Active | Status::Settled) => {
            fingerprint(&agreed.content).map(Some)
        }
        _ => Ok(None),
    }
}

/// An agreement and who made it.
struct Agreed {
    status: Status,
    content: Content,
    /// Who accepted, masked where it is somebody who acts for the customer.
    by: Holder,
}

/// What the paper says; none of it ever changes.
#[derive(Serialize)]
struct Content {
    plan: Plan,
    terms: Terms,
    bills: Vec<Taken>,
    accepted_at: DateTime<Utc>,
    person: Uuid,
    /// How it was confirmed; none of those accepted before there were codes for it, whose papers say what they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
}

/// A bill that went in, as it stood on the day of acceptance.
#[derive(Serialize, sqlx::FromRow)]
struct Taken {
    number: String,
    #[sqlx(try_from = "String")]
    nature: Nature,
    competence: String,
    due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    principal: Money,
    #[sqlx(try_from = "i64")]
    fine: Money,
    #[sqlx(try_from = "i64")]
    interest: Money,
    #[sqlx(try_from = "i64")]
    discount: Money,
    #[sqlx(try_from = "i64")]
    amount: Money,
}

async fn agreed(conn: &mut Conn, customer: CustomerId, protocol: &Protocol) -> Result<Option<Agreed>> {
    #[derive(sqlx::FromRow)]
    struct Stored {
        id: Uuid,
        request_id: Uuid,
        #[sqlx(try_from = "String")]
        status: Status,
        plan: String,
        terms: String,
        accepted_at: DateTime<Utc>,
        person_id: Uuid,
    }
    let found = sql!(conn, optional Stored:
        "select a.id, a.request_id, a.status, a.plan, a.terms, a.accepted_at, r.person_id from agreements a join requests r on r.id = a.request_id
          where r.protocol = $1 and a.customer_id = $2", protocol.digits(), customer.0)?;
    let Some(found) = found.filter(|found| !matches!(found.status, Status::Requested | Status::Cancelled)) else { return Ok(None) };
    let bills = sql!(conn, all Taken:
        "select b.number, b.nature, b.competence, b.due_on, t.principal, t.fine, t.interest, t.discount, t.amount
           from agreement_bills t join bills b on b.id = t.bill_id where t.agreement_id = $1 order by b.due_on, b.id", found.id)?;
    let (name, tax_id) = sql!(conn, one (String, String): "select name, tax_id from customers where id = $1", found.person_id)?;
    let by = Holder { name, tax_id: TaxId::parse(&tax_id).map(|tax_id| tax_id.masked_for_display()).unwrap_or_default() };
    let content = Content {
        plan: serde_json::from_str(&found.plan).map_err(|_| Error::Corrupt("plan"))?,
        terms: serde_json::from_str(&found.terms).map_err(|_| Error::Corrupt("terms of an agreement"))?,
        bills,
        accepted_at: found.accepted_at,
        person: found.person_id,
        evidence: acceptances::newest(conn, found.request_id).await?,
    };
    Ok(Some(Agreed { status: found.status, content, by }))
}

fn worded(server: &Server, l: Locale, creditor: &Creditor, holder: &Holder, protocol: &Protocol, agreed: &Agreed) -> Sheet {
    let Content { plan, terms, bills, accepted_at, evidence, .. } = &agreed.content;
    let (sender, accepted) = (creditor.party(), server.clock.local(*accepted_at));
    let (money, date) = (|amount| texts::money(l, amount), |on| texts::date(l, on));
    let mut blocks = vec![
        Block::Paragraph(t::term_says(
            l,
            &sender.tax_id,
            &sender.name,
            texts::long_date(l, accepted.date_naive()),
            &holder.name,
            protocol,
            &holder.tax_id,
        )),
        Block::Heading(t::term_bills(l).to_owned()),
        taken(l, bills),
        Block::Heading(t::term_payments(l).to_owned()),
    ];
    let payment = |number: u16, due_on, amount| {
        let name = if number == 0 { t::down_payment(l).to_owned() } else { t::installment(l, plan.installments.len(), number) };
        vec![name, date(due_on), money(amount)]
    };
    let payments = plan.payments().map(|one| payment(one.number, one.due_on, one.amount)).collect();
    blocks.push(table(
        &[(t::column_payment(l), 70, Align::Left), (t::column_due(l), 40, Align::Left), (t::column_amount(l), 40, Align::Right)],
        payments,
        Some(vec![t::total(l).to_owned(), String::new(), money(plan.total_cost)]),
    ));
    blocks.push(Block::Heading(t::term_cost(l).to_owned()));
    let mut cost = vec![(t::in_agreement(l).to_owned(), money(plan.total))];
    if plan.discount.total().is_positive() {
        cost.insert(0, (t::discount(l).to_owned(), money(plan.discount.total())));
    }
    cost.push((t::plan_interest(l).to_owned(), money(plan.interest)));
    cost.push((t::cet(l).to_owned(), t::cet_yearly(l, texts::percent(l, plan.cet_yearly))));
    cost.push((t::total_cost(l).to_owned(), money(plan.total_cost)));
    blocks.push(Block::Pairs(cost));
    // Word for word, as they were read and accepted: this is what holds, whatever stands above.
    blocks.push(Block::Heading(t::term_terms(l).to_owned()));
    for section in &terms.sections {
        blocks.push(Block::Paragraph(section.title.clone()));
        blocks.push(Block::Clauses(section.paragraphs.clone()));
    }
    blocks.push(Block::Heading(t::term_accepted(l).to_owned()));
    blocks.push(Block::Pairs(vec![
        (t::accepted_at(l).to_owned(), texts::date_time(l, accepted)),
        (t::accepted_by(l).to_owned(), format!("{}, {}", agreed.by.name, agreed.by.tax_id)),
        (t::accepted_how(l).to_owned(), if evidence.is_some() { texts::acceptances::how(l) } else { t::accepted_how_words(l) }.to_owned()),
        (t::accepted_hash(l).to_owned(), terms.hash.clone()),
    ]));
    if let Some(evidence) = evidence {
        blocks.push(Block::NewPage);
        blocks.push(Block::Heading(texts::acceptances::evidence(l).to_owned()));
        blocks.push(Block::Paragraph(texts::acceptances::evidence_words(l).to_owned()));
        blocks.push(Block::Pairs(evidence.lines(l, &server.clock)));
    }
    Sheet { kind: t::term_kind(l).to_owned(), title: t::term_title(l, protocol), blocks }
}

fn taken(l: Locale, taken: &[Taken]) -> Block {
    let money = |amount| texts::money(l, amount);
    let row = |one: &Taken| {
        let nature = bills::nature(l, one.nature);
        let bill =
            if one.competence.is_empty() { nature.to_owned() } else { format!("{nature}, {}", texts::competence(l, &one.competence)) };
        vec![
            format!("{bill} ({})", one.number),
            texts::date(l, one.due_on),
            money(one.principal),
            money(one.fine),
            money(one.interest),
            money(one.discount),
            money(one.amount - one.discount),
        ]
    };
    let sum = |of: fn(&Taken) -> Money| money(taken.iter().map(of).sum());
    let total = vec![
        t::total(l).to_owned(),
        String::new(),
        sum(|one| one.principal),
        sum(|one| one.fine),
        sum(|one| one.interest),
        sum(|one| one.discount),
        sum(|one| one.amount - one.discount),
    ];
    table(
        &[
            (t::column_bill(l), 52, Align::Left),
            (t::column_due(l), 21, Align::Left),
            (t::column_amount(l), 23, Align::Right),
            (t::column_fine(l), 20, Align::Right),
            (t::column_interest(l), 20, Align::Right),
            (t::column_discount(l), 21, Align::Right),
            (t::in_agreement(l), 24, Align::Right),
        ],
        taken.iter().map(row).collect(),
        Some(total),
    )
}
