//! "Is it ours?": whether a boleto, a Pix code or a document was issued by the creditor, and whether it still holds. Open to
//! everybody. Never tells a name or an amount, of a boleto not even a date, and keeps nothing of what was asked.

use chrono::NaiveDate;
use domain::boleto::TextError;
use domain::boleto::typed::{Typed, TypedError, read_typed};
use domain::declarations::VerificationCode;
use domain::forms::Problem;
use domain::pix::br_code::{BrCode, Charge};
use domain::slips::{SlipState, may_copy};
use domain::statement::Standing;
use uuid::Uuid;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::papers::{self, Known};
use crate::sessions::Visit;
use crate::throttle::{self, Limit};
use crate::{Server, pix, sql};

/// Questions from one network.
const PER_NETWORK: Limit = Limit { hits: 30, seconds: 600 };

/// What is said of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Issued by us, and can be paid.
    OursPayable,
    /// Issued by us, but paid, replaced, closed or past its limit: not to be paid.
    OursNotPayable,
    /// Not issued by us: not to be paid.
    NotOurs,
    /// A document that we issued.
    Document(Known),
    /// The code of a document that we did not issue.
    NoDocument,
}

/// Looks a boleto's line, its barcode, a Pix code or the code of a document up.
///
/// # Errors
/// [`Error::Form`] on the field `code` when it is none of them; [`Error::Throttled`].
pub async fn check(server: &Server, visit: &Visit, typed: &str) -> Result<Answer> {
    let document = typed.parse::<VerificationCode>().ok();
    let typed = match document {
        Some(_) => None,
        None => Some(read_typed(typed).map_err(|error| Error::field("code", problem(error)))?),
    };
    let mut tx = server.db.write().await?;
    let key = server.config.keys.digest("authenticity", &visit.network);
    let heard = throttle::hit(server, &mut tx, &key, PER_NETWORK).await;
    tx.commit().await?;
    heard?;
    let mut conn = server.db.read().await?;
    if let Some(code) = document {
        return Ok(papers::known(server, &mut conn, &code).await?.map_or(Answer::NoDocument, Answer::Document));
    }
    if let Some(Typed::Pix(code)) = &typed
        && let Some(payable) = pix::ours(server, &mut conn, code).await?
    {
        return Ok(if payable { Answer::OursPayable } else { Answer::OursNotPayable });
    }
    let rows = match &typed {
        None => Vec::new(),
        Some(Typed::Cobranca(barcode)) => by_barcode(&mut conn, barcode.as_str()).await?,
        Some(Typed::Pix(code)) => by_pix(&mut conn, code).await?,
        // The creditor's slips are registered boletos.
        Some(Typed::Arrecadacao(_)) => Vec::new(),
    };
    let today = server.clock.today();
    let payable = |row: &Row| row.payable && may_copy(row.state, row.limit_on, row.standing, today).is_ok();
    Ok(match rows.as_slice() {
        [] => Answer::NotOurs,
        rows if rows.iter().all(payable) => Answer::OursPayable,
        _ => Answer::OursNotPayable,
    })
}

fn problem(error: TypedError) -> Problem {
    match error {
        TypedError::Text(TextError::Empty) => Problem::Missing,
        TypedError::Text(TextError::Character(at) | TextError::LookAlike { at, .. }) => {
            Problem::UnexpectedCharacter { at: u16::try_from(at).unwrap_or(u16::MAX).saturating_add(1) }
        }
        _ => Problem::NotAPaymentCode,
    }
}

/// A slip and one of the bills that it settles.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    state: SlipState,
    limit_on: NaiveDate,
    payable: bool,
    #[sqlx(try_from = "String")]
    standing: Standing,
}

async fn by_barcode(conn: &mut Conn, barcode: &str) -> Result<Vec<Row>> {
    Ok(sql!(conn, all Row:
        "select s.state, s.limit_on, l.payable, b.standing from slips s join slip_bills l on l.slip_id = s.id join bills b on b.id = l.bill_id
          where s.barcode = $1", barcode)?)
}

/// The code itself; else, since programs write the same charge with another name, city or order of the rest, one of ours that leads to
/// the same address.
async fn by_pix(conn: &mut Conn, code: &BrCode) -> Result<Vec<Row>> {
    let exact = sql!(conn, optional (Uuid,): "select id from slips where emv = $1 limit 1", code.as_str())?;
    let id = match exact {
        Some((id,)) => Some(id),
        None => same_location(conn, code).await?,
    };
    let Some(id) = id else { return Ok(Vec::new()) };
    Ok(sql!(conn, all Row:
        "select s.state, s.limit_on, l.payable, b.standing from slips s join slip_bills l on l.slip_id = s.id join bills b on b.id = l.bill_id
          where s.id = $1", id)?)
}

/// The slip whose code leads to the same address.
pub(crate) async fn same_location(conn: &mut Conn, code: &BrCode) -> Result<Option<Uuid>> {
    let Some(Charge::Location(location)) = &code.parts().charge else { return Ok(None) };
    // Objects are in order, so that codes with one address begin alike, up to the address: an index finds them.
    let Some(start) = code.as_str().find(location.as_str()) else { return Ok(None) };
    let (from, to) = (&code.as_str()[..start + location.len()], format!("{}~", &code.as_str()[..start + location.len()]));
    let near = sql!(conn, all (Uuid, String): "select id, emv from slips where emv >= $1 and emv < $2 order by emv limit 20", from, to)?;
    let same = |emv: &str| BrCode::parse(emv).is_ok_and(|ours| ours.parts().charge == code.parts().charge);
    Ok(near.into_iter().find(|(_, emv)| same(emv)).map(|(id, _)| id))
}
