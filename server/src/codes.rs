//! One-time codes: six digits to a contact that is on file already, typed back within ten minutes. One way for everything that asks for
//! one: entering, and whatever somebody binds themselves to.
//!
//! A code has five tries and one use, whatever happens at once. Never kept but as a keyed hash, which is of the code together with what
//! it is for: a code that was sent for one thing is wrong for any other.

use chrono::{DateTime, TimeDelta, Utc};
use domain::forms::Problem;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sealing::{same, six_digits};
use crate::throttle::{self, Limit};
use crate::{Server, sql};

/// How long a code can be typed.
pub const MINUTES: i64 = 10;
/// Wrong codes before only a new beginning helps: with these a guess succeeds once in 200,000 times.
pub const TRIES: i32 = 5;
/// A code that is over is kept so long: its tries still count against whoever asks for another.
const KEPT_HOURS: i64 = 24;
/// A network-wide budget keeps one address from asking for the codes of many people.
pub(crate) const PER_NETWORK: Limit = Limit { hits: 60, seconds: 600 };
/// Codes asked for anew, of one beginning.
const RESENT: Limit = Limit { hits: 3, seconds: 900 };

/// What a code is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bond<'a> {
    /// Which beginning: the code is found by it.
    pub(crate) id: Uuid,
    /// What is done with it, in a word: `sign_in`, `plan`, `refund`.
    pub(crate) purpose: &'static str,
    /// To what exactly somebody binds themselves, and for whom; empty where nothing is bound.
    pub(crate) subject: &'a str,
}

impl Bond<'_> {
    fn hash(&self, server: &Server, code: &str) -> String {
        server.config.keys.digest("code", &format!("{}/{}/{}/{code}", self.purpose, self.id, self.subject))
    }
}

/// Writes a code, in place of the one that was on its way; gives its digits, for the message that carries them. Without a `person` the
/// same row is written, and no code is ever right. Tries go on counting: another code brings no further ones.
pub(crate) async fn issue(server: &Server, tx: &mut Tx, bond: &Bond<'_>, person: Option<Uuid>) -> Result<String> {
    let code = six_digits();
    let now = server.clock.now();
    sweep(server, tx).await?;
    sql!(tx, execute: "insert into codes (id, customer_id, purpose, code_hash, attempts, created_at, expires_at) values ($1, $2, $3, $4, 0, $5, $6)
         on conflict (id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at",
        bond.id, person, bond.purpose, bond.hash(server, &code), now, now + TimeDelta::minutes(MINUTES))?;
    Ok(code)
}

/// Forgets codes that are long over.
pub(crate) async fn sweep(server: &Server, tx: &mut Tx) -> Result<u64> {
    Ok(sql!(tx, execute: "delete from codes where expires_at < $1", server.clock.now() - TimeDelta::hours(KEPT_HOURS))?)
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// It was right, and is used up.
    Right {
        /// Whose contact it was sent to.
        person: Uuid,
        /// Codes typed until then, this one included.
        tries: i32,
    },
    /// It was wrong; so many tries are left.
    Wrong(u16),
    /// It was used, is too old, or was tried too often.
    Over,
}

impl Tried {
    /// What is told at the field.
    pub(crate) fn told(self) -> Result<(Uuid, i32)> {
        match self {
            Self::Right { person, tries } => Ok((person, tries)),
            Self::Wrong(0) | Self::Over => Err(Error::field("code", Problem::CodeOver)),
            Self::Wrong(left) => Err(Error::field("code", Problem::WrongCode { left })),
        }
    }
}

/// Tries a code. The transaction is to be committed whatever comes of it: else the try would not count.
pub(crate) async fn tried(server: &Server, tx: &mut Tx, bond: &Bond<'_>, typed: &str) -> Result<Tried> {
    #[derive(sqlx::FromRow)]
    struct Code {
        customer_id: Option<Uuid>,
        code_hash: String,
        attempts: i32,
        expires_at: DateTime<Utc>,
        used_at: Option<DateTime<Utc>>,
    }
    let now = server.clock.now();
    // The try is counted before the code is looked at, so that tries at once cannot share one.
    sql!(tx, execute: "update codes set attempts = attempts + 1 where id = $1 and purpose = $2", bond.id, bond.purpose)?;
    let row = sql!(tx, optional Code: "select customer_id, code_hash, attempts, expires_at, used_at from codes where id = $1 and purpose = $2",
        bond.id, bond.purpose)?;
    let usable = row.filter(|code| code.used_at.is_none() && code.expires_at > now && code.attempts <= TRIES);
    let Some(code) = usable else { return Ok(Tried::Over) };
    let right = same(&code.code_hash, &bond.hash(server, typed));
    let Some(person) = code.customer_id.filter(|_| right) else {
        return Ok(Tried::Wrong(u16::try_from(TRIES - code.attempts).unwrap_or(0)));
    };
    sql!(tx, execute: "update codes set used_at = $2 where id = $1", bond.id, now)?;
    Ok(Tried::Right { person, tries: code.attempts })
}

/// Whether another code can be asked for: one is not used, and tries are left. For whom it is is not looked at.
pub(crate) async fn may_be_resent(tx: &mut Tx, bond: &Bond<'_>) -> Result<()> {
    let (attempts,) =
        sql!(tx, optional (i32,): "select attempts from codes where id = $1 and purpose = $2 and used_at is null", bond.id, bond.purpose)?
            .ok_or(Error::NotFound)?;
    if attempts >= TRIES { Err(Error::Refused("code_used_up")) } else { Ok(()) }
}

/// Counts that a code is asked for anew.
pub(crate) async fn resends(server: &Server, network: &str, id: Uuid) -> Result<()> {
    throttled(server, &[("network", network, PER_NETWORK), ("resend", &id.to_string(), RESENT)]).await
}

/// Counts one try under each name. In a transaction of its own: a try counts even if what it wanted fails.
pub(crate) async fn throttled(server: &Server, tries: &[(&str, &str, Limit)]) -> Result<()> {
    let mut tx = server.db.write().await?;
    let mut refused = None;
    for (name, value, limit) in tries {
        let key = server.config.keys.digest("throttle", &format!("{name}/{value}"));
        match throttle::hit(server, &mut tx, &key, *limit).await {
            Err(error @ Error::Throttled(_)) => refused = Some(error),
            other => other?,
        }
    }
    throttle::sweep(server, &mut tx).await?;
    tx.commit().await?;
    refused.map_or(Ok(()), Err)
}
