//! What of a customer's was with agencies and lawyers, and what the house gave up, as of a moment: the facts, and the paper that says them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::CustomerId;
use domain::money::Money;
use domain::placements::{AgencyKind, End};
use domain::write_offs::Reason;
use uuid::Uuid;

use super::sheets::{Sheet, Wording};
use crate::db::Conn;
use crate::error::Result;
use crate::papers::table;
use crate::pdf::Align::{Left, Right};
use crate::pdf::letter::Block;
use crate::sql;
use crate::texts::{self, Locale, dossiers as t};

/// Everything of it, the oldest first.
pub(super) struct HandedOver {
    placements: Vec<Placed>,
    write_offs: Vec<GivenUp>,
}

#[derive(Debug, sqlx::FromRow)]
struct Placed {
    bill_id: Uuid,
    agency: String,
    #[sqlx(try_from = "String")]
    kind: AgencyKind,
    #[sqlx(try_from = "i64")]
    amount: Money,
    placed_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    ended_at: Option<DateTime<Utc>>,
    why: Option<String>,
    words: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
struct GivenUp {
    #[sqlx(try_from = "String")]
    reason: Reason,
    words: String,
    #[sqlx(try_from = "i64")]
    amount: Money,
    proposed_at: DateTime<Utc>,
    proposed_by: String,
    decided_at: DateTime<Utc>,
    decided_by: String,
    undone_at: Option<DateTime<Utc>>,
}

/// As it was known at a moment.
pub(super) async fn read(conn: &mut Conn, customer: CustomerId, as_of: DateTime<Utc>) -> Result<HandedOver> {
    let mut placements = sql!(conn, all Placed: "select p.bill_id, g.name as agency, g.kind, p.amount, p.placed_on, p.ended_on, p.ended_at, p.why, p.words
        from placement_bills p join agencies g on g.id = p.agency_id join bills b on b.id = p.bill_id
        where p.customer_id = $1 and p.placed_at < $2 order by p.placed_at, b.due_on, b.id", customer.0, as_of)?;
    for one in &mut placements {
        if one.ended_at.is_some_and(|at| at >= as_of) {
            (one.ended_on, one.ended_at, one.why, one.words) = (None, None, None, None);
        }
    }
    let mut write_offs = sql!(conn, all GivenUp: "select w.reason, w.words, w.amount, w.proposed_at, p.name as proposed_by, w.decided_at, d.name as decided_by, w.undone_at
        from write_offs w join staff p on p.id = w.proposed_by join staff d on d.id = w.decided_by
        where w.customer_id = $1 and w.decided_on is not null and w.decided_at < $2 order by w.decided_at, w.id", customer.0, as_of)?;
    for one in &mut write_offs {
        one.undone_at = one.undone_at.filter(|at| *at < as_of);
    }
    Ok(HandedOver { placements, write_offs })
}

fn kind(l: Locale, kind: AgencyKind) -> &'static str {
    match kind {
        AgencyKind::Agency => texts::placements::kind_agency(l),
        AgencyKind::LawOffice => texts::placements::kind_law_office(l),
        AgencyKind::InHouseLegal => texts::placements::kind_in_house_legal(l),
    }
}

fn end(l: Locale, end: End) -> &'static str {
    use texts::placements as t;
    match end {
        End::Settled => t::end_settled(l),
        End::WrittenOff => t::end_written_off(l),
        End::Disputed => t::end_disputed(l),
        End::InAgreement => t::end_in_agreement(l),
        End::Recalled => t::end_recalled(l),
    }
}

fn reason(l: Locale, reason: Reason) -> &'static str {
    use texts::write_offs as t;
    match reason {
        Reason::Prescribed => t::reason_prescribed(l),
        Reason::Insolvency => t::reason_insolvency(l),
        Reason::Deceased => t::reason_deceased(l),
        Reason::Uneconomical => t::reason_uneconomical(l),
        Reason::CreditorError => t::reason_creditor_error(l),
        Reason::Other => t::reason_other(l),
    }
}

/// The paper.
pub(super) fn sheet(w: &Wording<'_>) -> Sheet {
    let l = w.l;
    let HandedOver { placements, write_offs } = &w.facts.handed_over;
    let rows: Vec<_> = placements
        .iter()
        .map(|one| {
            let why = one.why.as_ref().and_then(|word| word.parse().ok()).map(|why| end(l, why).to_owned());
            let why: Vec<String> = why.into_iter().chain(one.words.clone()).collect();
            vec![
                w.number(Some(one.bill_id)),
                format!("{} ({})", one.agency, kind(l, one.kind)),
                w.money(one.amount),
                w.day(one.placed_on),
                w.maybe_day(one.ended_on),
                why.join(": "),
            ]
        })
        .collect();
    let placed = if rows.is_empty() {
        w.nothing()
    } else {
        use texts::placements as p;
        let columns = [
            (p::column_number(l), 26, Left),
            (p::column_agency(l), 50, Left),
            (p::column_amount(l), 26, Right),
            (p::column_since(l), 22, Left),
            (p::column_until(l), 22, Left),
            (p::column_why(l), 34, Left),
        ];
        table(&columns, rows, None)
    };
    let mut blocks =
        vec![Block::Heading(texts::placements::dossier(l).to_owned()), placed, Block::Heading(texts::write_offs::title(l).to_owned())];
    for one in write_offs {
        use texts::write_offs as p;
        let by = |at, name: &str| p::by_on(l, w.moment(at), name);
        let mut pairs = vec![
            (p::column_reason(l).to_owned(), reason(l, one.reason).to_owned()),
            (p::column_amount(l).to_owned(), w.money(one.amount)),
            (p::proposed_by(l).to_owned(), by(one.proposed_at, &one.proposed_by)),
            (p::decided_by(l).to_owned(), by(one.decided_at, &one.decided_by)),
        ];
        if !one.words.is_empty() {
            pairs.push((p::words(l).to_owned(), one.words.clone()));
        }
        pairs.extend(one.undone_at.map(|at| (p::state_undone(l).to_owned(), w.moment(at))));
        blocks.push(Block::Pairs(pairs));
    }
    if write_offs.is_empty() {
        blocks.push(w.nothing());
    }
    Sheet { file: t::handed_over_file(l), title: t::handed_over(l), blocks, records: placements.len() + write_offs.len() }
}
