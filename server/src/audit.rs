//! The audit trail: append-only and hash-chained, so that an edit is found and located. Never holds personal data in clear.

use chrono::{DateTime, Utc};
use domain::actors::Role;
use domain::ids::{ApiKeyId, CustomerId, StaffId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Server;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::sessions::Staff;
use crate::sql;

/// Those who look after the trail. It names nobody but staff.
const KEEPERS: &[Role] = &[Role::Administrator];
/// Events of one page.
const PAGE: i64 = 50;
/// Events that one page looks through at most: a page of something rare is short rather than slow.
const LOOKED_THROUGH: i64 = 20_000;

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub enum Actor {
    /// A customer, or somebody acting for one (the person who signed in).
    Customer(CustomerId),
    /// A member of staff.
    Staff(StaffId),
    /// A system of the creditor's, by its key.
    Key(ApiKeyId),
    /// Em Dia itself: an import, a job.
    System,
}

impl Actor {
    /// The kind as stored.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Staff(_) => "staff",
            Self::Key(_) => "key",
            Self::System => "system",
        }
    }

    /// The id as stored.
    #[must_use]
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Customer(id) => Some(id.0),
            Self::Staff(id) => Some(id.0),
            Self::Key(id) => Some(id.0),
            Self::System => None,
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Who did it.
    pub actor: Actor,
    /// What: `requests.approve`, `sign_in.code_sent` …
    pub action: &'a str,
    /// To what kind of thing.
    pub subject_kind: &'a str,
    /// To which.
    pub subject_id: Option<Uuid>,
    /// Whose history it belongs to.
    pub customer: Option<CustomerId>,
    /// Amounts, ids and states; never names, documents, accounts.
    pub detail: Value,
}

/// An event as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) action: String,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: Option<Uuid>,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) detail: String,
    pub(crate) previous_hash: String,
    pub(crate) hash: String,
}

impl Row {
    /// Whether its hash is that of what it says.
    pub(crate) fn holds(&self) -> bool {
        self.hash == chain(self)
    }
}

/// The events about a customer and what is theirs before a moment, the oldest first; and number and hash of the newest of all then.
pub(crate) async fn about(conn: &mut Conn, customer: CustomerId, before: DateTime<Utc>) -> Result<(Vec<Row>, Option<(i64, String)>)> {
    let rows = sql!(conn, all Row:
        "select * from audit_events where at < $2 and (customer_id = $1 or (customer_id is null and subject_id in (
            select $1 union all select id from requests where customer_id = $1 union all select id from bills where customer_id = $1
            union all select id from slips where customer_id = $1 union all select id from agreements where customer_id = $1
            union all select id from payments where customer_id = $1 union all select id from documents where customer_id = $1)))
          order by seq", customer.0, before)?;
    let head = sql!(conn, optional (i64, String): "select seq, hash from audit_events where at < $1 order by seq desc limit 1", before)?;
    Ok((rows, head))
}

/// Appends an event to the chain, in the transaction of what it records.
///
/// # Errors
/// The database's.
pub async fn record(server: &Server, tx: &mut Tx, event: Event<'_>) -> Result<()> {
    serialize(tx).await?;
    let last = sql!(tx, optional (i64, String): "select seq, hash from audit_events order by seq desc limit 1")?;
    let (seq, previous_hash) = last.unwrap_or((0, String::new()));
    let mut row = Row {
        seq: seq + 1,
        at: server.clock.now(),
        actor_kind: event.actor.kind().into(),
        actor_id: event.actor.id(),
        action: event.action.into(),
        subject_kind: event.subject_kind.into(),
        subject_id: event.subject_id,
        customer_id: event.customer.map(Uuid::from),
        detail: event.detail.to_string(),
        previous_hash,
        hash: String::new(),
    };
    row.hash = chain(&row);
    sql!(tx, execute: "insert into audit_events (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, detail, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row.seq, row.at, row.actor_kind, row.actor_id, row.action, row.subject_kind, row.subject_id, row.customer_id, row.detail,
        row.previous_hash, row.hash)?;
    Ok(())
}

/// A chain has one end: on PostgreSQL, writers wait here for each other (SQLite has one writer anyway).
async fn serialize(tx: &mut Tx) -> Result<()> {
    if let crate::db::Link::Postgres(conn) = tx.link() {
        sqlx::query("select pg_advisory_xact_lock(4242001)").execute(conn).await?;
    }
    Ok(())
}

fn chain(row: &Row) -> String {
    let mut hasher = Sha256::new();
    let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
    for part in [
        &row.previous_hash,
        &row.seq.to_string(),
        &row.at.timestamp_millis().to_string(),
        &row.actor_kind,
        &id(row.actor_id),
        &row.action,
        &row.subject_kind,
        &id(row.subject_id),
        &id(row.customer_id),
        &row.detail,
    ] {
        // Lengths keep two fields from being read as one.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// What `emdia verify` says of the chain.
#[derive(Debug, PartialEq, Eq)]
pub enum Chain {
    /// Every event follows from the one before.
    Whole {
        /// How many events.
        events: i64,
    },
    /// The first event that does not.
    Broken {
        /// Its number in the chain.
        seq: i64,
    },
}

/// Walks the whole chain, a thousand events at a time.
///
/// # Errors
/// The database's.
pub async fn verify(conn: &mut Conn) -> Result<Chain> {
    let (mut seq, mut previous) = (0, String::new());
    loop {
        let rows = sql!(conn, all Row: "select * from audit_events where seq > $1 order by seq limit 1000", seq)?;
        if rows.is_empty() {
            return Ok(Chain::Whole { events: seq });
        }
        for row in rows {
            if row.seq != seq + 1 || row.previous_hash != previous || row.hash != chain(&row) {
                return Ok(Chain::Broken { seq: seq + 1 });
            }
            (seq, previous) = (row.seq, row.hash);
        }
    }
}

/// Which events are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By a person of staff.
    pub staff: Option<StaffId>,
    /// About this part of the house: what stands before the dot of [`Event::action`].
    pub part: String,
}

/// An event of the trail.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Past {
    /// Its number in the chain.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `customer`, `staff`, `key`, `system`.
    pub actor_kind: String,
    /// Of staff, by name.
    pub name: Option<String>,
    /// What.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which.
    pub subject_id: Option<Uuid>,
    /// Amounts, ids and states, as JSON.
    pub detail: String,
    /// What the next event is chained to.
    pub hash: String,
}

/// A page of the trail, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// The newest first.
    pub events: Vec<Past>,
    /// The number before which older ones are, when there are any.
    pub next: Option<i64>,
    /// Everybody who is, or was, of the staff.
    pub people: Vec<(StaffId, String)>,
    /// How many events there are in all.
    pub last: i64,
}

/// What was done, the newest first, before a number of the chain.
///
/// # Errors
/// [`crate::Error::Forbidden`] for whoever is no administrator.
pub async fn events(server: &Server, staff: &Staff, filter: &Filter, before: Option<i64>) -> Result<Page> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    let (last,) = sql!(conn, one (i64,): "select coalesce(max(seq), 0) from audit_events")?;
    let before = before.map_or(last + 1, |before| before.clamp(1, last + 1));
    let (person, from) = (filter.staff.map_or(Uuid::nil(), |id| id.0), before.saturating_sub(LOOKED_THROUGH));
    // A part is one of our own words; whatever else an address may say is no pattern.
    let part: String = filter.part.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect();
    let like = if part.is_empty() { "%".to_owned() } else { format!("{}.%", part.replace('_', "\\_")) };
    let mut events = sql!(conn, all Past: r"select e.seq, e.at, e.actor_kind, s.name, e.action, e.subject_kind, e.subject_id, e.detail, e.hash
          from audit_events e left join staff s on s.id = e.actor_id and e.actor_kind = 'staff'
         where e.seq < $1 and e.seq >= $2 and ($3 = $4 or (e.actor_kind = 'staff' and e.actor_id = $3)) and e.action like $5 escape '\'
         order by e.seq desc limit $6", before, from, person, Uuid::nil(), like, PAGE + 1)?;
    let more = events.len() > usize::try_from(PAGE).unwrap_or(0);
    events.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = match events.last() {
        Some(event) if more => Some(event.seq),
        _ => Some(from).filter(|from| *from > 1),
    };
    let people = sql!(conn, all (Uuid, String): "select id, name from staff order by name, id")?;
    Ok(Page { events, next, people: people.into_iter().map(|(id, name)| (StaffId(id), name)).collect(), last })
}

/// Walks the whole chain now. That it was asked for is recorded, with what came of it.
///
/// # Errors
/// [`crate::Error::Forbidden`] for whoever is no administrator.
pub async fn check(server: &Server, staff: &Staff) -> Result<Chain> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    let chain = verify(&mut conn).await?;
    drop(conn);
    let mut tx = server.db.write().await?;
    let detail = match &chain {
        Chain::Whole { events } => json!({ "whole": true, "events": events }),
        Chain::Broken { seq } => json!({ "whole": false, "event": seq }),
    };
    let event = Event { actor: staff.actor(), action: "audit.check", subject_kind: "audit", subject_id: None, customer: None, detail };
    record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(chain)
}
