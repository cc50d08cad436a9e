//! The creditor's staff: invited by an administrator, joined by a letter, in one role each, and gone at once when they leave. Never
//! shows a password or, after it was set up, an authenticator; never leaves the house without an administrator.

use chrono::{DateTime, TimeDelta, Utc};
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::StaffId;
use domain::team::{InviteForm, Invited, JoinForm};
use domain::templates::notices::{Kind, Variable, Words};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::codes;
use crate::db::{Link, Tx, is_duplicate};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::sealing::{random, sha256};
use crate::sessions::{self, Staff, Token, Visit};
use crate::sign_in::{self, NewStaff};
use crate::templates;
use crate::texts::{self, Locale};
use crate::throttle::Limit;
use crate::{Server, sql};

const KEEPERS: &[Role] = &[Role::Administrator];
/// How long a letter is good for.
const HOURS: i64 = 72;
/// What the authenticator's secret is sealed for.
const SECRET: &str = "invitation";
/// Tries to join with one letter.
const PER_LETTER: Limit = Limit { hits: 10, seconds: 900 };

/// Somebody of the staff.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub id: StaffId,
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when we know them.
    pub created_at: DateTime<Utc>,
    /// Their last request.
    pub seen_at: Option<DateTime<Utc>>,
    /// Open requests they have claimed.
    pub open: i64,
}

/// A letter that was sent and not answered yet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    /// Which.
    pub id: Uuid,
    /// To whom.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// The staff, and those who were asked to join it.
#[derive(Clone, Debug)]
pub struct Team {
    /// Those who may sign in, by name; then those who left.
    pub members: Vec<Member>,
    /// Letters on their way, the newest first.
    pub waiting: Vec<Waiting>,
}

/// The staff.
///
/// # Errors
/// [`Error::Forbidden`] for whoever is no administrator.
pub async fn team(server: &Server, staff: &Staff) -> Result<Team> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    let members = sql!(conn, all Member: "select s.id, s.email, s.name, s.role, s.active, s.created_at, l.seen_at, coalesce(q.open, 0) as open
        from staff s
        left join (select staff_id, max(seen_at) as seen_at from sessions where staff_id is not null group by staff_id) l on l.staff_id = s.id
        left join (select assignee_id, count(*) as open from requests where closed_at is null and assignee_id is not null group by assignee_id) q
               on q.assignee_id = s.id
        order by s.active desc, s.name, s.id")?;
    let waiting = sql!(conn, all Waiting: "select id, email, name, role, expires_at from invitations
        where used_at is null and revoked_at is null order by created_at desc, id desc")?;
    Ok(Team { members, waiting })
}

/// Sends somebody a letter with which they join, or, when they are known already, choose a password and an authenticator anew. It takes the
/// place of any letter before it.
///
/// # Errors
/// [`Error::Form`] by field; [`Error::Forbidden`].
pub async fn invite(server: &Server, staff: &Staff, form: &InviteForm) -> Result<()> {
    staff.only(KEEPERS)?;
    let invited = form.parse()?;
    let mut tx = server.db.write().await?;
    // Whoever signs in already is sent a new letter from the list, where their role is in sight.
    if sql!(tx, optional (Uuid,): "select id from staff where email = $1 and active = $2", invited.email.as_str(), true)?.is_some() {
        return Err(Error::field("email", Problem::AlreadyThere));
    }
    send(server, &mut tx, staff, &invited).await?;
    tx.commit().await
}

/// Sends a member a letter to choose a password and an authenticator anew. Until they do, the old ones hold.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn renew(server: &Server, staff: &Staff, member: StaffId) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    let (email, name, role) = sql!(tx, optional (String, String, String): "select email, name, role from staff where id = $1", member.0)?
        .ok_or(Error::NotFound)?;
    let role = role.parse().map_err(|_| Error::Corrupt("role"))?;
    send(server, &mut tx, staff, &Invited { email, name, role }).await?;
    tx.commit().await
}

async fn send(server: &Server, tx: &mut Tx, staff: &Staff, invited: &Invited) -> Result<()> {
    let now = server.clock.now();
    sql!(tx, execute: "update invitations set revoked_at = $2 where email = $1 and used_at is null and revoked_at is null", invited.email.as_str(), now)?;
    let (id, token, secret): (Uuid, [u8; 32], [u8; 20]) = (server.id(), random(), random());
    let token = hex::encode(token);
    let (sealed, ends) = (server.config.keys.seal(SECRET, &hex::encode(secret))?, now + TimeDelta::hours(HOURS));
    sql!(tx, execute: "insert into invitations (id, email, name, role, token_hash, totp_sealed, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, invited.email.as_str(), invited.name.as_str(), invited.role.as_str(), sha256(token.as_bytes()), sealed, staff.id().0, now, ends)
    .map_err(|error| if is_duplicate(&error) { Error::Overtaken("invitation") } else { error.into() })?;
    // Nobody has said yet which language they read: the house's own.
    let l = Locale::default();
    let url = format!("{}/equipe/convite/{token}", server.config.public_url);
    let until = texts::date_time(l, server.clock.local(ends));
    let values = [(Variable::Link, url), (Variable::Until, until), (Variable::Inviter, staff.name().to_owned())];
    let Words { head: subject, body } = templates::word(tx, Kind::Invitation, l, &invited.name, &values).await?;
    let mail = Mail { to: invited.email.clone(), subject, body, attachments: Vec::new() };
    outbox::put(server, tx, &Outgoing::Mail(mail)).await?;
    record(server, tx, staff.actor(), "staff.invite", Some(id), json!({ "role": invited.role.as_str() })).await
}

/// Makes a letter worthless.
///
/// # Errors
/// [`Error::NotFound`] for one that is not waiting any more; [`Error::Forbidden`].
pub async fn revoke(server: &Server, staff: &Staff, invitation: Uuid) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    let done = sql!(tx, execute: "update invitations set revoked_at = $2 where id = $1 and used_at is null and revoked_at is null",
        invitation, server.clock.now())?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    record(server, &mut tx, staff.actor(), "staff.invitation_revoked", Some(invitation), json!({})).await?;
    tx.commit().await
}

/// Gives a member another role. They sign in again, so that no open page goes on in the old one.
///
/// # Errors
/// [`Error::Refused`] with `own_role` for one's own and `last_administrator`; [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn change_role(server: &Server, staff: &Staff, member: StaffId, role: Role) -> Result<()> {
    staff.only(KEEPERS)?;
    if member == staff.id() {
        return Err(Error::Refused("own_role"));
    }
    let mut tx = server.db.write().await?;
    alone(&mut tx).await?;
    let was: Role = sql!(tx, optional (String,): "select role from staff where id = $1 and active = $2", member.0, true)?
        .ok_or(Error::NotFound)?
        .0
        .parse()
        .map_err(|_| Error::Corrupt("role"))?;
    if was == role {
        return Ok(());
    }
    sql!(tx, execute: "update staff set role = $2 where id = $1", member.0, role.as_str())?;
    // A letter on its way brings back no older role.
    sql!(tx, execute: "update invitations set role = $2 where used_at is null and revoked_at is null
          and email = (select email from staff where id = $1)", member.0, role.as_str())?;
    still_kept(&mut tx).await?;
    end_sessions(server, &mut tx, member).await?;
    record(server, &mut tx, staff.actor(), "staff.role", Some(member.0), json!({ "from": was.as_str(), "to": role.as_str() })).await?;
    tx.commit().await
}

/// Ends a member's access, at once and everywhere, with any letter on its way to them. What they claimed stays theirs until somebody
/// hands it over: see [`Member::open`].
///
/// # Errors
/// As [`change_role`].
pub async fn deactivate(server: &Server, staff: &Staff, member: StaffId) -> Result<()> {
    staff.only(KEEPERS)?;
    if member == staff.id() {
        return Err(Error::Refused("own_role"));
    }
    let mut tx = server.db.write().await?;
    alone(&mut tx).await?;
    if sql!(tx, execute: "update staff set active = not true where id = $1 and active = $2", member.0, true)? == 0 {
        return Err(Error::NotFound);
    }
    still_kept(&mut tx).await?;
    end_sessions(server, &mut tx, member).await?;
    sql!(tx, execute: "update invitations set revoked_at = $2 where used_at is null and revoked_at is null
          and email = (select email from staff where id = $1)", member.0, server.clock.now())?;
    record(server, &mut tx, staff.actor(), "staff.deactivate", Some(member.0), json!({})).await?;
    tx.commit().await
}

/// One at a time takes access away, so that two who end each other's leave one of them (SQLite has one writer anyway).
async fn alone(tx: &mut Tx) -> Result<()> {
    if let Link::Postgres(conn) = tx.link() {
        sqlx::query("select pg_advisory_xact_lock(4242003)").execute(conn).await?;
    }
    Ok(())
}

/// There is still an administrator who may sign in. Asked after the change, in its transaction.
async fn still_kept(tx: &mut Tx) -> Result<()> {
    let (left,) = sql!(tx, one (i64,): "select count(*) from staff where role = 'administrator' and active = $1", true)?;
    if left == 0 { Err(Error::Refused("last_administrator")) } else { Ok(()) }
}

async fn end_sessions(server: &Server, tx: &mut Tx, member: StaffId) -> Result<()> {
    sql!(tx, execute: "update sessions set revoked_at = $2 where staff_id = $1 and revoked_at is null", member.0, server.clock.now())?;
    Ok(())
}

/// What a letter says, to whoever holds it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Name of who was invited.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// Role.
    pub role: Role,
    /// For the authenticator: its secret in base32.
    pub secret: String,
    /// The same as an address that authenticators read from a QR code.
    pub uri: String,
}

#[derive(sqlx::FromRow)]
struct LetterRow {
    id: Uuid,
    email: String,
    name: String,
    #[sqlx(try_from = "String")]
    role: Role,
    totp_sealed: String,
}

/// Opens a letter.
///
/// # Errors
/// [`Error::NotFound`] for one that was used, revoked, is too old, or never was; [`Error::Throttled`].
pub async fn letter(server: &Server, visit: &Visit, token: &str) -> Result<Letter> {
    codes::throttled(server, &[("network", &visit.network, codes::PER_NETWORK)]).await?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional LetterRow: "select id, email, name, role, totp_sealed from invitations
        where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2", sha256(token.as_bytes()), server.clock.now())?
        .ok_or(Error::NotFound)?;
    let secret = sign_in::base32(&secret_of(server, &row)?);
    let uri = sign_in::authenticator_uri(&row.email, &secret);
    Ok(Letter { name: row.name, email: row.email, role: row.role, secret, uri })
}

fn secret_of(server: &Server, row: &LetterRow) -> Result<[u8; 20]> {
    let bytes = hex::decode(server.config.keys.open(SECRET, &row.totp_sealed)?).map_err(|_| Error::Corrupt("authenticator"))?;
    bytes.try_into().map_err(|_| Error::Corrupt("authenticator"))
}

/// Joins with a letter, which then is used up: the password and the authenticator hold from now on, every older session ends, and one is
/// open.
///
/// # Errors
/// [`Error::Form`] by field: a short password, a code that the authenticator does not show; as [`letter`].
pub async fn join(server: &Server, visit: &Visit, token: &str, form: &JoinForm) -> Result<Token> {
    let hash = sha256(token.as_bytes());
    let (password, code) = form.parse()?;
    codes::throttled(server, &[("network", &visit.network, codes::PER_NETWORK), ("letter", &hash, PER_LETTER)]).await?;
    let mut tx = server.db.write().await?;
    let now = server.clock.now();
    let row = sql!(tx, optional LetterRow: "update invitations set used_at = $2
        where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2 returning id, email, name, role, totp_sealed", hash, now)?
        .ok_or(Error::NotFound)?;
    let secret = secret_of(server, &row)?;
    let step = sign_in::step_of(server, &secret, &code).ok_or_else(|| Error::field("code", Problem::NotTheAuthenticators))?;
    let new = NewStaff { email: &row.email, name: &row.name, role: row.role, password: &password, totp_secret: secret };
    let id = sign_in::put_staff(server, &mut tx, &new).await?;
    // The code was used here, and serves nowhere else.
    sql!(tx, execute: "update staff set totp_step = $2 where id = $1", id.0, step)?;
    end_sessions(server, &mut tx, id).await?;
    record(server, &mut tx, Actor::Staff(id), "staff.join", Some(row.id), json!({ "role": row.role.as_str() })).await?;
    let token = sessions::open_staff(server, &mut tx, id, visit).await?;
    tx.commit().await?;
    Ok(token)
}

async fn record(server: &Server, tx: &mut Tx, actor: Actor, action: &str, subject: Option<Uuid>, detail: serde_json::Value) -> Result<()> {
    audit::record(server, tx, Event { actor, action, subject_kind: "staff", subject_id: subject, customer: None, detail }).await
}
