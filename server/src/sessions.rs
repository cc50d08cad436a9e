//! Who is asking. The actor types of every verb are made here and nowhere else: to hold one is to be authorized.

use chrono::{DateTime, TimeDelta, Utc};
use domain::actors::{Role, Who};
use domain::ids::{CustomerId, SessionId, StaffId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::texts::Locale;
use crate::{Server, sql};

/// A customer's session ends after so many minutes without a request.
pub const CUSTOMER_IDLE_MINUTES: i64 = 20;
/// A staff session: people at a desk, behind a password and a second factor.
pub const STAFF_IDLE_MINUTES: i64 = 60;
/// No session outlives a working day.
const LONGEST_HOURS: i64 = 12;
/// A session is marked as seen at most this often, so that reading does not write.
const TOUCH_SECONDS: i64 = 60;

/// The scope of a representation that reaches the documents of some branches, and nothing else: nobody acts for the customer by it
/// (see [`crate::documents::reader`]).
pub const BRANCHES: &str = "branches";

/// A person who signed in and the customer that person acts for, mostly the same.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Whose bills these are.
    pub(crate) id: CustomerId,
    /// Who is looking.
    pub(crate) person: CustomerId,
    session: SessionId,
    name: String,
    person_name: String,
    locale: Locale,
    ends_at: DateTime<Utc>,
}

impl Customer {
    /// Whose bills these are.
    #[must_use]
    pub fn id(&self) -> CustomerId {
        self.id
    }

    /// The name of the customer whose bills these are.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the person who signed in.
    #[must_use]
    pub fn person_name(&self) -> &str {
        &self.person_name
    }

    /// Whether somebody acts for somebody else.
    #[must_use]
    pub fn acts_for_another(&self) -> bool {
        self.id != self.person
    }

    /// The customer's own language.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// This browser's session.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the session ends if nothing more is asked.
    #[must_use]
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    /// As the audit trail names it: the person.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Customer(self.person)
    }
}

/// Whose hand does what is done in a room of staff and on a terminal alike.
#[derive(Clone, Copy, Debug)]
pub enum Hand<'a> {
    /// Staff, in a role that may.
    Staff(&'a Staff),
    /// Whoever runs the program itself: who has the terminal has the database as well.
    Terminal,
}

impl Hand<'_> {
    /// Who it is, in the audit trail.
    pub(crate) fn actor(self) -> Actor {
        match self {
            Self::Staff(staff) => staff.actor(),
            Self::Terminal => Actor::System,
        }
    }

    /// Refuses staff in any other role.
    pub(crate) fn only(self, roles: &[Role]) -> Result<()> {
        match self {
            Self::Staff(staff) => staff.only(roles),
            Self::Terminal => Ok(()),
        }
    }
}

/// A member of staff, in a role.
#[derive(Clone, Debug)]
pub struct Staff {
    id: StaffId,
    role: Role,
    name: String,
    session: SessionId,
    ends_at: DateTime<Utc>,
}

impl Staff {
    /// The person.
    #[must_use]
    pub fn id(&self) -> StaffId {
        self.id
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The name that colleagues see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// This browser's session.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the session ends if nothing more is asked.
    #[must_use]
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    /// As the workflow names it.
    #[must_use]
    pub fn who(&self) -> Who {
        Who::Staff { id: self.id, role: self.role }
    }

    /// As the audit trail names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.id)
    }

    /// Refuses roles that have no business with customers: administrators keep users and rules.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn sees_customers(&self) -> Result<()> {
        self.only(&[Role::Operator, Role::Receivables, Role::Supervisor, Role::Legal])
    }

    /// Refuses every role but these.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn only(&self, roles: &[Role]) -> Result<()> {
        if roles.contains(&self.role) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Who a request's cookie belongs to.
#[derive(Clone, Debug)]
pub enum Actors {
    /// A customer.
    Customer(Customer),
    /// A member of staff.
    Staff(Staff),
}

/// Where a request comes from, as far as we keep it.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// The network's address (IPv4 /24, IPv6 /48), for throttles and the list of sessions.
    pub network: String,
    /// Browser and system in a few words.
    pub device: String,
    /// The address itself: kept only with what somebody binds themselves to, as evidence of it.
    pub address: String,
    /// The program as it calls itself, cut; kept as the address is.
    pub agent: String,
}

/// A cookie to set.
#[derive(Clone, Debug)]
pub struct Token(pub String);

#[derive(Serialize, Deserialize)]
struct Claims {
    sid: Uuid,
    exp: i64,
}

/// What a cookie led to: who it is, and a fresher token when the old one has aged.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who it is.
    pub actors: Actors,
    /// To be set as the cookie, now and then.
    pub renewed: Option<Token>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Option<Uuid>,
    acting_for: Option<Uuid>,
    staff_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    person_name: Option<String>,
    person_locale: Option<String>,
    acting_name: Option<String>,
    represents: Option<Uuid>,
    staff_name: Option<String>,
    staff_role: Option<String>,
}

/// Who holds this token, if it is ours, has not ended and was not revoked.
///
/// # Errors
/// The database's. A token that leads to nobody is no error.
pub async fn find(server: &Server, token: &str) -> Result<Option<Found>> {
    let mut rules = Validation::new(Algorithm::HS256);
    // The row decides when a session ends; the token's own end is checked against the same clock as everything else.
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(server.config.keys.signing());
    let Ok(data) = jsonwebtoken::decode::<Claims>(token, &key, &rules) else { return Ok(None) };
    let now = server.clock.now();
    if data.claims.exp < now.timestamp() {
        return Ok(None);
    }
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row:
        "select s.id, s.customer_id, s.acting_for, s.staff_id, s.created_at, s.seen_at, s.expires_at,
                p.name as person_name, p.locale as person_locale, a.name as acting_name, r.id as represents,
                t.name as staff_name, t.role as staff_role
           from sessions s
           left join customers p on p.id = s.customer_id
           left join customers a on a.id = s.acting_for
           left join representations r on r.representative_id = s.customer_id and r.customer_id = s.acting_for
                and r.starts_on <= $3 and (r.ends_on is null or r.ends_on >= $3) and r.scope <> $5
           left join staff t on t.id = s.staff_id and t.active = $4
          where s.id = $1 and s.revoked_at is null and s.expires_at > $2",
        data.claims.sid, now, server.clock.today(), true, BRANCHES)?;
    drop(conn);
    let Some(row) = row else { return Ok(None) };
    let idle = if row.staff_id.is_some() { STAFF_IDLE_MINUTES } else { CUSTOMER_IDLE_MINUTES };
    let aged = (now - row.seen_at).num_seconds() >= TOUCH_SECONDS;
    let ends_at = if aged { end(row.created_at, now, idle) } else { row.expires_at };
    let Some(actors) = actors(&row, ends_at) else { return Ok(None) };
    let renewed = if aged {
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "update sessions set seen_at = $2, expires_at = $3 where id = $1 and revoked_at is null", row.id, now, ends_at)?;
        tx.commit().await?;
        Some(token_for(server, row.id, ends_at)?)
    } else {
        None
    };
    Ok(Some(Found { actors, renewed }))
}

fn actors(row: &Row, ends_at: DateTime<Utc>) -> Option<Actors> {
    let session = SessionId(row.id);
    if let (Some(id), Some(name), Some(role)) = (row.staff_id, &row.staff_name, &row.staff_role) {
        let role = role.parse().ok()?;
        return Some(Actors::Staff(Staff { id: StaffId(id), role, name: name.clone(), session, ends_at }));
    }
    let person = CustomerId(row.customer_id?);
    let person_name = row.person_name.clone()?;
    // A representation that has ended leaves the person with their own bills.
    let acting = row.acting_for.filter(|_| row.represents.is_some()).zip(row.acting_name.clone());
    let (id, name) = acting.map_or_else(|| (person, person_name.clone()), |(id, name)| (CustomerId(id), name));
    let locale = row.person_locale.as_deref().and_then(Locale::of_tag).unwrap_or_default();
    Some(Actors::Customer(Customer { id, person, session, name, person_name, locale, ends_at }))
}

fn end(created_at: DateTime<Utc>, now: DateTime<Utc>, idle_minutes: i64) -> DateTime<Utc> {
    (now + TimeDelta::minutes(idle_minutes)).min(created_at + TimeDelta::hours(LONGEST_HOURS))
}

fn token_for(server: &Server, session: Uuid, ends_at: DateTime<Utc>) -> Result<Token> {
    let claims = Claims { sid: session, exp: ends_at.timestamp() };
    let key = EncodingKey::from_secret(server.config.keys.signing());
    jsonwebtoken::encode(&Header::default(), &claims, &key).map(Token).map_err(|_| Error::Corrupt("session token"))
}

/// Opens a session for a customer; only `sign_in` does.
pub(crate) async fn open_customer(server: &Server, tx: &mut Tx, customer: CustomerId, visit: &Visit) -> Result<Token> {
    open(server, tx, Some(customer.0), None, visit, CUSTOMER_IDLE_MINUTES, Actor::Customer(customer)).await
}

/// Opens a session for staff; only `sign_in` does.
pub(crate) async fn open_staff(server: &Server, tx: &mut Tx, staff: StaffId, visit: &Visit) -> Result<Token> {
    open(server, tx, None, Some(staff.0), visit, STAFF_IDLE_MINUTES, Actor::Staff(staff)).await
}

async fn open(
    server: &Server,
    tx: &mut Tx,
    customer: Option<Uuid>,
    staff: Option<Uuid>,
    visit: &Visit,
    idle: i64,
    actor: Actor,
) -> Result<Token> {
    let id: SessionId = server.id();
    let now = server.clock.now();
    let ends_at = end(now, now, idle);
    sql!(tx, execute: "insert into sessions (id, customer_id, acting_for, staff_id, device, network, created_at, seen_at, expires_at)
         values ($1, $2, $2, $3, $4, $5, $6, $6, $7)", id.0, customer, staff, visit.device.as_str(), visit.network.as_str(), now, ends_at)?;
    audit::record(
        server,
        tx,
        Event {
            actor,
            action: "sessions.open",
            subject_kind: "session",
            subject_id: Some(id.0),
            customer: customer.map(CustomerId),
            detail: json!({}),
        },
    )
    .await?;
    token_for(server, id.0, ends_at)
}

/// One of a person's open sessions.
#[derive(Debug, sqlx::FromRow)]
pub struct Open {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: SessionId,
    /// Browser and system.
    pub device: String,
    /// Network.
    pub network: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last request, to the minute.
    pub seen_at: DateTime<Utc>,
}

/// The person's open sessions, newest first.
///
/// # Errors
/// The database's.
pub async fn list(server: &Server, customer: &Customer) -> Result<Vec<Open>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Open: "select id, device, network, created_at, seen_at from sessions
        where customer_id = $1 and revoked_at is null and expires_at > $2 order by seen_at desc, id", customer.person.0, server.clock.now())?)
}

/// Ends this session.
///
/// # Errors
/// The database's.
pub async fn close(server: &Server, actors: &Actors) -> Result<()> {
    let (session, actor) = match actors {
        Actors::Customer(customer) => (customer.session, customer.actor()),
        Actors::Staff(staff) => (staff.session, staff.actor()),
    };
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "update sessions set revoked_at = $2 where id = $1 and revoked_at is null", session.0, server.clock.now())?;
    audit::record(
        server,
        &mut tx,
        Event { actor, action: "sessions.close", subject_kind: "session", subject_id: Some(session.0), customer: None, detail: json!({}) },
    )
    .await?;
    tx.commit().await
}

/// Ends every session of the person: "sign out everywhere". Says how many.
///
/// # Errors
/// The database's.
pub async fn close_all(server: &Server, customer: &Customer) -> Result<u64> {
    let mut tx = server.db.write().await?;
    let ended = sql!(tx, execute: "update sessions set revoked_at = $2 where customer_id = $1 and revoked_at is null", customer.person.0, server.clock.now())?;
    audit::record(
        server,
        &mut tx,
        Event {
            actor: customer.actor(),
            action: "sessions.close_all",
            subject_kind: "customer",
            subject_id: Some(customer.person.0),
            customer: Some(customer.person),
            detail: json!({ "ended": ended }),
        },
    )
    .await?;
    tx.commit().await?;
    Ok(ended)
}

/// Somebody this person may act for.
#[derive(Debug, sqlx::FromRow)]
pub struct Represented {
    /// Whom.
    #[sqlx(try_from = "Uuid")]
    pub id: CustomerId,
    /// By name.
    pub name: String,
    /// CPF or CNPJ, unmasked.
    pub tax_id: String,
}

/// Everybody this person may act for today, the person first.
///
/// # Errors
/// The database's.
pub async fn represented(server: &Server, customer: &Customer) -> Result<Vec<Represented>> {
    let mut conn = server.db.read().await?;
    let mut all = sql!(conn, all Represented: "select id, name, tax_id from customers where id = $1", customer.person.0)?;
    all.extend(sql!(conn, all Represented:
        "select c.id, c.name, c.tax_id from representations r join customers c on c.id = r.customer_id
          where r.representative_id = $1 and r.starts_on <= $2 and (r.ends_on is null or r.ends_on >= $2) and r.scope <> $3 order by c.name",
        customer.person.0, server.clock.today(), BRANCHES)?);
    Ok(all)
}

/// Acts for somebody else from now on, in this session.
///
/// # Errors
/// [`Error::NotFound`] unless the person may, today.
pub async fn act_for(server: &Server, customer: &Customer, whom: CustomerId) -> Result<()> {
    let may = whom == customer.person || represented(server, customer).await?.iter().any(|one| one.id == whom);
    if !may {
        return Err(Error::NotFound);
    }
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "update sessions set acting_for = $2 where id = $1", customer.session.0, whom.0)?;
    audit::record(
        server,
        &mut tx,
        Event {
            actor: customer.actor(),
            action: "sessions.act_for",
            subject_kind: "customer",
            subject_id: Some(whom.0),
            customer: Some(whom),
            detail: json!({}),
        },
    )
    .await?;
    tx.commit().await
}
