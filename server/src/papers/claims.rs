//! What is owed by somebody in a proceeding, as of the day on which that was asked for: the paper that goes with the claim, in the language of
//! the court. Never says what class it is of.

use chrono::NaiveDate;
use domain::demands::Line;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::papers::Paper;
use serde::Serialize;

use super::{Sheet, Written, demanded, fingerprint, holder, issue_by, issued_on, write};
use crate::claims::{self, Claim};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::letter::Block;
use crate::policies;
use crate::sessions::Staff;
use crate::texts::{self, Locale, claims as t};
use crate::wording;
use crate::{Server, texts::papers};

/// The language of the courts.
const L: Locale = Locale::PtBr;

/// The paper of a customer's claim; that it was taken is recorded. Asked for again it is the same one, unless something changed.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`], also for somebody in no proceeding.
pub async fn statement(server: &Server, staff: &Staff, customer: CustomerId) -> Result<Written> {
    claims::may(staff)?;
    let mut tx = server.db.write().await?;
    let claim = claims::claim(&mut tx, customer).await?.ok_or(Error::NotFound)?;
    let paper = Paper::Claim { on: claim.filed_on };
    let issued = issue_by(server, &mut tx, staff.actor(), customer, &paper, &fingerprint(&Content::of(&claim))?, "").await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = holder(&mut tx, customer).await?;
    tx.commit().await?;
    let date = |on| texts::date(L, on);
    let mut blocks = vec![
        Block::Pairs(vec![
            (t::debtor(L).to_owned(), holder.name),
            (papers::holder_tax_id(L).to_owned(), holder.tax_id),
            (t::case_number(L).to_owned(), claim.case_number.clone()),
            (t::filed_on(L).to_owned(), date(claim.filed_on)),
        ]),
        Block::Paragraph(t::opening(L, date(claim.filed_on))),
    ];
    blocks.push(if claim.lines.is_empty() { Block::Paragraph(t::nothing(L).to_owned()) } else { demanded(L, &claim.lines) });
    if claim.paid_since.is_positive() {
        blocks.push(Block::Paragraph(t::paid_since(L, texts::money(L, claim.paid_since), date(claim.filed_on))));
    }
    blocks.push(Block::Heading(texts::guarantees::title(L).to_owned()));
    let secured: Vec<String> = claim
        .guarantees
        .iter()
        .map(|one| t::secured(L, texts::money(L, one.amount), wording::guarantee_state(L, one.state), wording::guarantee_kind(L, one.kind)))
        .collect();
    blocks.push(Block::Paragraph(if secured.is_empty() { texts::guarantees::none(L).to_owned() } else { secured.join("\n") }));
    blocks.push(Block::Paragraph(t::rule(L).to_owned()));
    blocks.push(issued_on(server, L, &issued));
    let sheet = Sheet { kind: t::kind(L).to_owned(), title: t::title(L).to_owned(), blocks };
    write(server, L, &creditor, &issued, format!("{}-{}.pdf", t::file(L), claim.filed_on), sheet).await
}

/// What the paper of this day would say now.
pub(super) async fn says(conn: &mut Conn, customer: CustomerId, on: NaiveDate) -> Result<Option<String>> {
    match claims::claim(conn, customer).await? {
        Some(claim) if claim.filed_on == on => fingerprint(&Content::of(&claim)).map(Some),
        _ => Ok(None),
    }
}

#[derive(Serialize)]
struct Content<'a> {
    case_number: &'a str,
    filed_on: NaiveDate,
    lines: &'a [Line],
    paid_since: Money,
    guarantees: Vec<(&'static str, &'static str, Money)>,
}

impl<'a> Content<'a> {
    fn of(claim: &'a Claim) -> Self {
        let guarantees = claim.guarantees.iter().map(|one| (one.kind.as_str(), one.state.as_str(), one.amount)).collect();
        Self { case_number: &claim.case_number, filed_on: claim.filed_on, lines: &claim.lines, paid_since: claim.paid_since, guarantees }
    }
}
