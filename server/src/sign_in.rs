//! Signing in. Customers: a one-time code to a contact already on file. Staff: e-mail, password and authenticator.
//!
//! Never tells whether a CPF or CNPJ is known: the answer, the writes and the time are the same.

use std::sync::OnceLock;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::actors::Role;
use domain::forms::{FieldError, Problem};
use domain::ids::{CustomerId, StaffId};
use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};
use domain::templates::notices::{Kind, Variable, Words};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha1::Sha1;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::codes::{self, Bond, PER_NETWORK, throttled};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::sealing::{same, six_digits};
use crate::sessions::{self, Token, Visit};
use crate::templates;
use crate::texts::Locale;
use crate::throttle::Limit;
use crate::{Server, sql};

const PER_DOCUMENT: Limit = Limit { hits: 5, seconds: 900 };
const PER_STAFF: Limit = Limit { hits: 10, seconds: 900 };
const TOTP: &str = "staff totp";

/// The code a browser is waiting for; its id is in a cookie.
#[derive(Clone, Copy, Debug)]
pub struct CodeId(pub Uuid);

/// Sends a code to the contact on file, if there is one. The answer is the same if there is none.
///
/// # Errors
/// [`Error::Form`] when it is no CPF or CNPJ, [`Error::Throttled`].
pub async fn start(server: &Server, visit: &Visit, form: &SignInForm) -> Result<CodeId> {
    let tax_id = form.parse()?;
    throttled(server, &[("network", &visit.network, PER_NETWORK), ("document", tax_id.as_str(), PER_DOCUMENT)]).await?;
    let mut conn = server.db.read().await?;
    let known = sql!(conn, optional (Uuid, Option<String>, String, String): "select id, email, locale, name from customers where tax_id = $1", tax_id.as_str())?;
    drop(conn);
    let id = Uuid::new_v4();
    let mut tx = server.db.write().await?;
    let (customer, contact) = reachable(known);
    issue(server, &mut tx, id, customer, contact).await?;
    tx.commit().await?;
    Ok(CodeId(id))
}

/// Sends another code in place of the one on its way.
///
/// # Errors
/// [`Error::Throttled`]; [`Error::NotFound`] when there is none on its way; [`Error::Form`] when its tries are used up.
pub async fn resend(server: &Server, visit: &Visit, code: CodeId) -> Result<()> {
    codes::resends(server, &visit.network, code.0).await?;
    let mut tx = server.db.write().await?;
    codes::may_be_resent(&mut tx, &bond(code.0)).await?;
    let known = sql!(tx, optional (Uuid, Option<String>, String, String): "select c.id, c.email, c.locale, c.name from codes o join customers c on c.id = o.customer_id
        where o.id = $1", code.0)?;
    let (customer, contact) = reachable(known);
    issue(server, &mut tx, code.0, customer, contact).await?;
    tx.commit().await
}

/// Where a code goes.
#[derive(Default)]
struct Contact {
    to: String,
    locale: Locale,
    name: String,
}

/// The customer and where the code goes; neither, for an unknown document or one without a contact.
fn reachable(known: Option<(Uuid, Option<String>, String, String)>) -> (Option<Uuid>, Option<Contact>) {
    match known {
        Some((id, Some(to), locale, name)) => (Some(id), Some(Contact { to, locale: Locale::from(locale), name })),
        _ => (None, None),
    }
}

/// Writes the code and its message: the same rows, of the same size, whether there is anybody to read it or not.
async fn issue(server: &Server, tx: &mut Tx, id: Uuid, customer: Option<Uuid>, contact: Option<Contact>) -> Result<()> {
    let code = codes::issue(server, tx, &bond(id), customer).await?;
    let known = contact.is_some();
    let Contact { to, locale, name } = contact.unwrap_or_default();
    let Words { head: subject, body } = templates::word(tx, Kind::SignInCode, locale, &name, &[(Variable::Code, code)]).await?;
    let mail = Mail { to, subject, body, attachments: Vec::new() };
    let outgoing = if known { Outgoing::Mail(mail) } else { Outgoing::Nothing { padding: mail.body } };
    outbox::put(server, tx, &outgoing).await
}

/// Whoever enters is bound to nothing.
fn bond(id: Uuid) -> Bond<'static> {
    Bond { id, purpose: "sign_in", subject: "" }
}

/// Opens a session for whoever has the code. A code has five tries and one use, whatever happens at once.
///
/// # Errors
/// [`Error::Form`] with the tries left, or that a new code is needed; [`Error::Throttled`].
pub async fn finish(server: &Server, visit: &Visit, id: CodeId, form: &CodeForm) -> Result<Token> {
    let typed = form.parse()?;
    throttled(server, &[("network", &visit.network, PER_NETWORK)]).await?;
    let mut tx = server.db.write().await?;
    let person = match codes::tried(server, &mut tx, &bond(id.0), &typed).await?.told() {
        Ok((person, _)) => person,
        Err(refused) => {
            tx.commit().await?;
            return Err(refused);
        }
    };
    let token = sessions::open_customer(server, &mut tx, CustomerId(person), visit).await?;
    tx.commit().await?;
    Ok(token)
}

/// Argon2id with the least parameters OWASP recommends (19 MiB, 2 passes, 1 lane): kind to a small machine, hard on a thief.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
}

/// Hashes a password, which is slow on purpose: call it where blocking is allowed.
///
/// # Errors
/// None in practice.
pub fn hash_password(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    argon2().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|_| Error::Corrupt("password hash"))
}

/// A member of staff to be made.
#[derive(Debug)]
pub struct NewStaff<'a> {
    /// Address to sign in with.
    pub email: &'a str,
    /// Name that colleagues see.
    pub name: &'a str,
    /// Role.
    pub role: Role,
    /// Password in clear, hashed here.
    pub password: &'a str,
    /// The authenticator's secret: 20 bytes, or the ones given for a demonstration.
    pub totp_secret: [u8; 20],
}

/// Makes a member of staff, or gives an existing one this password, role and authenticator.
///
/// # Errors
/// The database's.
pub async fn put_staff(server: &Server, tx: &mut Tx, new: &NewStaff<'_>) -> Result<StaffId> {
    let password = new.password.to_owned();
    let hash = tokio::task::spawn_blocking(move || hash_password(&password)).await.map_err(|_| Error::Corrupt("password hash"))??;
    let sealed = server.config.keys.seal(TOTP, &hex::encode(new.totp_secret))?;
    let (id,) = sql!(tx, one (Uuid,): "insert into staff (id, email, name, role, password_hash, totp_sealed, totp_step, active, created_at)
         values ($1, $2, $3, $4, $5, $6, 0, $7, $8)
         on conflict (email) do update set name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
            totp_sealed = excluded.totp_sealed, active = excluded.active returning id",
        server.id::<Uuid>(), new.email.to_lowercase(), new.name, new.role.as_str(), hash, sealed, true, server.clock.now())?;
    audit::record(
        server,
        tx,
        Event {
            actor: Actor::System,
            action: "staff.put",
            subject_kind: "staff",
            subject_id: Some(id),
            customer: None,
            detail: json!({ "role": new.role.as_str() }),
        },
    )
    .await?;
    Ok(StaffId(id))
}

#[derive(sqlx::FromRow)]
struct StaffRow {
    id: Uuid,
    password_hash: String,
    totp_sealed: String,
    totp_step: i64,
}

/// Opens a session for staff.
///
/// # Errors
/// [`Error::Form`] with [`Problem::WrongCredentials`], whichever of the three is wrong; [`Error::Throttled`].
pub async fn staff(server: &Server, visit: &Visit, form: &StaffSignInForm) -> Result<Token> {
    let (email, password, code) = form.parse()?;
    throttled(server, &[("network", &visit.network, PER_NETWORK), ("staff", &email, PER_STAFF)]).await?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional StaffRow: "select id, password_hash, totp_sealed, totp_step from staff where email = $1 and active = $2", email, true)?;
    drop(conn);
    let stored = row.as_ref().map_or_else(nobodys_hash, |row| row.password_hash.clone());
    let password_right = tokio::task::spawn_blocking(move || verify(&stored, &password)).await.unwrap_or(false);
    let wrong = || Err(Error::Form(vec![FieldError::new("email", Problem::WrongCredentials)]));
    let Some(row) = row else { return wrong() };
    let secret = hex::decode(server.config.keys.open(TOTP, &row.totp_sealed)?).map_err(|_| Error::Corrupt("authenticator"))?;
    let matched = step_of(server, &secret, &code);
    let (true, Some(matched)) = (password_right, matched) else { return wrong() };
    let mut tx = server.db.write().await?;
    // A code serves once: only a later step than the last one used goes through.
    if sql!(tx, execute: "update staff set totp_step = $2 where id = $1 and totp_step < $2 and totp_step = $3", row.id, matched, row.totp_step)?
        == 0
    {
        return wrong();
    }
    let token = sessions::open_staff(server, &mut tx, StaffId(row.id), visit).await?;
    tx.commit().await?;
    Ok(token)
}

/// The time step of which a code is; none when it is of no step near now.
pub(crate) fn step_of(server: &Server, secret: &[u8], code: &str) -> Option<i64> {
    let step = server.clock.now().timestamp() / TOTP_SECONDS;
    // One step of grace on either side, for clocks that differ and fingers that are slow.
    (step - 1..=step + 1).find(|step| same(&totp(secret, *step), code))
}

/// What an authenticator reads from a QR code.
#[must_use]
pub fn authenticator_uri(email: &str, base32_secret: &str) -> String {
    format!("otpauth://totp/Em%20Dia:{email}?secret={base32_secret}&issuer=Em%20Dia")
}

fn verify(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A hash to compare with where there is nobody, so that an unknown address takes as long as a known one.
fn nobodys_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_password(&six_digits()).unwrap_or_default()).clone()
}

const TOTP_SECONDS: i64 = 30;

/// The code of one time step: RFC 6238 with SHA-1, 30 seconds, 6 digits, as every authenticator has it.
#[must_use]
pub fn totp(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = <Hmac<Sha1> as Mac>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0x0f);
    let binary = u32::from_be_bytes([hash[offset] & 0x7f, hash[offset + 1], hash[offset + 2], hash[offset + 3]]);
    format!("{:06}", binary % 1_000_000)
}

/// The code that an authenticator would show now, for a demonstration and for tests.
#[must_use]
pub fn totp_now(server: &Server, secret: &[u8; 20]) -> String {
    totp(secret, server.clock.now().timestamp() / TOTP_SECONDS)
}

/// The code of now for a secret in base32, for a demonstration's page; empty for what is no secret of ours.
#[must_use]
pub fn code_of(server: &Server, base32_secret: &str) -> String {
    let mut secret = [0u8; 20];
    for (at, letter) in base32_secret.bytes().enumerate().take(32) {
        let Some(value) = ALPHABET.iter().position(|known| *known == letter) else { return String::new() };
        for bit in (0..5).filter(|bit| value >> (4 - bit) & 1 == 1) {
            secret[(at * 5 + bit) / 8] |= 1 << (7 - (at * 5 + bit) % 8);
        }
    }
    totp_now(server, &secret)
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret as authenticators take it: base32 without padding (RFC 4648).
#[must_use]
pub fn base32(secret: &[u8; 20]) -> String {
    let bit = |at: usize| secret[at / 8] >> (7 - at % 8) & 1;
    (0..32).map(|letter| char::from(ALPHABET[(0..5).fold(0usize, |value, n| value << 1 | usize::from(bit(letter * 5 + n)))])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totp_as_in_rfc_6238() {
        // Appendix B, SHA-1, last six of the eight digits.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(totp(b"12345678901234567890", seconds / 30), code);
        }
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
