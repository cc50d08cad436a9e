//! Webhooks: the creditor's systems are told what happened. Written in the transaction of what they tell, signed, delivered at least
//! once, tried again for a day, and then left for somebody to look at. Never tells a name or an amount: whoever may know asks the API.
//!
//! Of two deliveries to one address, either may come first. An address is called only where the internet at large is.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::api_keys::Scope;
use domain::forms::Problem;
use domain::ids::{DeliveryId, EndpointId};
use domain::webhooks::{self as rules, Delivery, Topic};
use futures::StreamExt;
use hmac::{Hmac, Mac};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url, redirect};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use uuid::Uuid;

use crate::api::words;
use crate::api_keys::{self, ApiKey};
use crate::audit::{self, Actor, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sealing::random;
use crate::sessions::Hand;
use crate::{Server, rows, sql};

/// Where the secrets of endpoints are sealed for.
const PURPOSE: &str = "webhook secret";
/// What every secret begins with, so that a scanner for leaked secrets knows one.
const BRAND: &str = "whsec_";
/// The header of the signature.
pub const SIGNATURE: &str = "Emdia-Signature";
/// The header of the delivery's id: the same for every try.
pub const DELIVERY: &str = "Emdia-Delivery";
/// Nobody is waited for longer; a name that does not resolve, less.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Endpoints called at the same time: one that hangs keeps the others waiting a little.
const AT_ONCE: usize = 8;
/// Endpoints at most: each change writes a row for each.
pub(crate) const MOST_ENDPOINTS: usize = 20;
/// Delivered ones are kept so long.
const KEPT_DAYS: i64 = 30;

/// Who keeps webhooks.
#[derive(Clone, Copy, Debug)]
pub enum Keeper<'a> {
    /// Whoever has the terminal, or staff who keep the installation.
    Hand(Hand<'a>),
    /// A system with the scope for it.
    Key(&'a ApiKey),
}

impl Keeper<'_> {
    fn allowed(self) -> Result<Actor> {
        match self {
            Self::Hand(hand) => api_keys::keeper(hand),
            Self::Key(key) => key.may(Scope::Webhooks).map(|()| key.actor()),
        }
    }
}

/// An address that webhooks go to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct EndpointOut {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: EndpointId,
    /// Where.
    pub url: String,
    /// What it is told of.
    #[schema(value_type = Vec<String>)]
    pub topics: Vec<Topic>,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// An address that was just registered, with the secret its deliveries are signed with: shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookMade)]
pub struct EndpointMade {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: EndpointId,
    /// What its deliveries are signed with.
    pub secret: String,
}

/// One thing on its way to one address.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryOut {
    /// Which.
    #[schema(value_type = Uuid)]
    #[sqlx(try_from = "Uuid")]
    pub id: DeliveryId,
    /// To which address.
    #[schema(value_type = Uuid)]
    #[sqlx(try_from = "Uuid")]
    pub endpoint: EndpointId,
    /// Where that is.
    pub url: String,
    /// Of what it tells.
    #[schema(schema_with = topic)]
    pub topic: String,
    /// When that happened.
    pub created_at: DateTime<Utc>,
    /// Where it stands.
    #[schema(schema_with = state)]
    #[sqlx(try_from = "String")]
    pub state: Delivery,
    /// Tries so far.
    pub attempts: i32,
    /// When it is tried next.
    pub attempt_at: DateTime<Utc>,
    /// When it was confirmed.
    pub delivered_at: Option<DateTime<Utc>>,
    /// What the last try was answered with.
    pub status: Option<i32>,
    /// Why the last try was not answered.
    pub failure: Option<String>,
}

fn topic() -> Object {
    words(Topic::ALL.iter().map(|word| word.as_str()))
}

fn state() -> Object {
    words(Delivery::ALL.iter().map(|word| word.as_str()))
}

/// Registers an address.
///
/// # Errors
/// [`Error::Form`] for `url` or `topics`; [`Error::Refused`] when there are too many; [`Error::Forbidden`].
pub async fn add(server: &Server, by: Keeper<'_>, url: &str, topics: &[Topic]) -> Result<EndpointMade> {
    let actor = by.allowed()?;
    let url = address(server, url).ok_or(Error::field("url", Problem::Unknown))?;
    if topics.is_empty() {
        return Err(Error::field("topics", Problem::Missing));
    }
    let mut topics = topics.to_vec();
    topics.sort_unstable();
    topics.dedup();
    let secret = format!("{BRAND}{}", URL_SAFE_NO_PAD.encode(random::<32>()));
    let sealed = server.config.keys.seal(PURPOSE, &secret)?;
    let said = topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>().join(" ");
    let id: EndpointId = server.id();
    let mut tx = server.db.write().await?;
    let (count,) = sql!(tx, one (i64,): "select count(*) from webhook_endpoints where removed_at is null")?;
    if usize::try_from(count).is_ok_and(|count| count >= MOST_ENDPOINTS) {
        return Err(Error::Refused("too_many_webhooks"));
    }
    sql!(tx, execute: "insert into webhook_endpoints (id, url, secret_sealed, topics, created_at) values ($1, $2, $3, $4, $5)",
        id.0, url.as_str(), sealed, said.as_str(), server.clock.now())?;
    let event = Event {
        actor,
        action: "webhooks.add",
        subject_kind: "webhook",
        subject_id: Some(id.0),
        customer: None,
        detail: json!({ "host": url.host_str(), "topics": said }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(EndpointMade { id, secret })
}

/// Takes an address away. What was on its way to it goes nowhere.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn remove(server: &Server, by: Keeper<'_>, id: EndpointId) -> Result<()> {
    let actor = by.allowed()?;
    let mut tx = server.db.write().await?;
    let removed = sql!(tx, execute: "update webhook_endpoints set removed_at = $2, secret_sealed = '' where id = $1 and removed_at is null", id.0, server.clock.now())?;
    if removed == 0 {
        return Err(Error::NotFound);
    }
    sql!(tx, execute: "update webhook_deliveries set state = 'dead', failure = 'removed' where endpoint_id = $1 and state = 'due'", id.0)?;
    let event =
        Event { actor, action: "webhooks.remove", subject_kind: "webhook", subject_id: Some(id.0), customer: None, detail: json!({}) };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// Every address that is told something.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, by: Keeper<'_>) -> Result<Vec<EndpointOut>> {
    by.allowed()?;
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (Uuid, String, String, DateTime<Utc>): "select id, url, topics, created_at from webhook_endpoints
        where removed_at is null order by id")?;
    let line = |(id, url, topics, created_at): (Uuid, String, String, DateTime<Utc>)| EndpointOut {
        id: EndpointId(id),
        url,
        topics: words_of(&topics),
        created_at,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Deliveries in one state or in any, the newest first, before one of them (the first page: before the nil id).
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn deliveries(server: &Server, by: Keeper<'_>, state: Option<Delivery>, before: Uuid, limit: i64) -> Result<Vec<DeliveryOut>> {
    by.allowed()?;
    let before = if before.is_nil() { Uuid::max() } else { before };
    let mut conn = server.db.read().await?;
    Ok(match state {
        Some(state) => {
            sql!(conn, all DeliveryOut: "select d.id, d.endpoint_id as endpoint, e.url, d.topic, d.created_at, d.state, d.attempts, d.attempt_at,
                d.delivered_at, d.status, d.failure
            from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
            where d.state = $1 and d.id < $2 order by d.id desc limit $3", state.as_str(), before, limit)?
        }
        None => {
            sql!(conn, all DeliveryOut: "select d.id, d.endpoint_id as endpoint, e.url, d.topic, d.created_at, d.state, d.attempts, d.attempt_at,
                d.delivered_at, d.status, d.failure
            from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
            where d.id < $1 order by d.id desc limit $2", before, limit)?
        }
    })
}

/// Has something delivered again, as if it had just happened: also what was confirmed, which an endpoint must expect.
///
/// # Errors
/// [`Error::NotFound`], also when its address was taken away; [`Error::Forbidden`].
pub async fn redeliver(server: &Server, by: Keeper<'_>, id: DeliveryId) -> Result<()> {
    let actor = by.allowed()?;
    let mut tx = server.db.write().await?;
    let again = sql!(tx, execute: "update webhook_deliveries set state = 'due', attempts = 0, attempt_at = $2, delivered_at = null, failure = null, status = null
        where id = $1 and endpoint_id in (select id from webhook_endpoints where removed_at is null)", id.0, server.clock.now())?;
    if again == 0 {
        return Err(Error::NotFound);
    }
    let event = Event {
        actor,
        action: "webhooks.redeliver",
        subject_kind: "webhook_delivery",
        subject_id: Some(id.0),
        customer: None,
        detail: json!({}),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// Something that happened. `data` names things by ids alone.
pub(crate) struct Happened {
    pub(crate) topic: Topic,
    pub(crate) data: Value,
}

/// Whether anybody is told of a topic: what it costs to find out what happened need not be paid for nobody.
pub(crate) async fn wanted(conn: &mut Conn, topic: Topic) -> Result<bool> {
    Ok(endpoints(conn).await?.iter().any(|(_, topics)| topics.contains(&topic)))
}

async fn endpoints(conn: &mut Conn) -> Result<Vec<(Uuid, Vec<Topic>)>> {
    let rows = sql!(conn, all (Uuid, String): "select id, topics from webhook_endpoints where removed_at is null order by id")?;
    Ok(rows.into_iter().map(|(id, topics)| (id, words_of(&topics))).collect())
}

fn words_of(topics: &str) -> Vec<Topic> {
    topics.split(' ').filter_map(|word| word.parse().ok()).collect()
}

/// Tells whoever asked to be told, in the transaction of what happened.
pub(crate) async fn tell(server: &Server, tx: &mut Tx, happened: &[Happened]) -> Result<()> {
    if happened.is_empty() {
        return Ok(());
    }
    let now = server.clock.now();
    let mut new: Vec<(Uuid, Uuid, Topic, String)> = Vec::new();
    let told = endpoints(tx).await?;
    for one in happened {
        for endpoint in told.iter().filter(|(_, topics)| topics.contains(&one.topic)).map(|(id, _)| *id) {
            let id: Uuid = server.id();
            let body = json!({ "id": id, "topic": one.topic, "at": now, "data": one.data });
            new.push((id, endpoint, one.topic, body.to_string()));
        }
    }
    rows!(
        tx,
        "insert into webhook_deliveries (id, endpoint_id, topic, body, created_at, state, attempts, attempt_at)",
        new,
        |row| [row.0, row.1, row.2.as_str(), &row.3, now, "due", 0, now],
        ""
    );
    Ok(())
}

// ---- delivery ----

#[derive(sqlx::FromRow)]
struct Due {
    id: Uuid,
    attempts: i32,
    body: String,
    topic: String,
    url: String,
    secret_sealed: String,
}

/// Delivers what is due, at most a hundred at a time. Any number of processes may do so at once. Says how many were confirmed.
///
/// # Errors
/// The database's; what cannot be delivered is kept for another try instead.
pub async fn deliver_due(server: &Server) -> Result<usize> {
    let mut conn = server.db.read().await?;
    let due = sql!(conn, all Due: "select d.id, d.attempts, d.body, d.topic, e.url, e.secret_sealed
        from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
        where d.state = 'due' and d.attempt_at <= $1 order by d.attempt_at, d.id limit 100", server.clock.now())?;
    drop(conn);
    let done = futures::stream::iter(due).map(|due| async move { attempt(server, &due).await }).buffer_unordered(AT_ONCE);
    let done: Vec<Result<bool>> = done.collect().await;
    let mut confirmed = 0;
    for outcome in done {
        confirmed += usize::from(outcome?);
    }
    Ok(confirmed)
}

/// Compare-and-set: whoever counts the try makes it. A process that dies leaves it for the next.
async fn attempt(server: &Server, due: &Due) -> Result<bool> {
    let tried = due.attempts + 1;
    let next = server.clock.now() + TimeDelta::seconds(rules::wait(tried, random::<1>()[0]));
    let mut tx = server.db.write().await?;
    let won = sql!(tx, execute: "update webhook_deliveries set attempts = attempts + 1, attempt_at = $3 where id = $1 and attempts = $2 and state = 'due'",
        due.id, due.attempts, next)?;
    tx.commit().await?;
    if won == 0 {
        return Ok(false);
    }
    let outcome = call(server, due).await;
    let now = server.clock.now();
    let mut tx = server.db.write().await?;
    let confirmed = matches!(outcome, Ok(status) if (200..300).contains(&status));
    let (status, failure) = match outcome {
        Ok(status) => (Some(i32::from(status)), None),
        Err(failure) => (None, Some(failure)),
    };
    // Only this try speaks of itself: meanwhile it may have been asked for again, or its address taken away.
    if confirmed {
        sql!(tx, execute: "update webhook_deliveries set state = 'delivered', delivered_at = $3, status = $4, failure = null where id = $1 and attempts = $2 and state = 'due'",
            due.id, tried, now, status)?;
    } else {
        let state = if tried >= rules::TRIES { Delivery::Dead } else { Delivery::Due };
        tracing::warn!(delivery = %due.id, tried, state = state.as_str(), "webhook not confirmed");
        sql!(tx, execute: "update webhook_deliveries set state = $3, status = $4, failure = $5 where id = $1 and attempts = $2 and state = 'due'",
            due.id, tried, state.as_str(), status, failure)?;
    }
    tx.commit().await?;
    Ok(confirmed)
}

/// Calls an endpoint once. The failure is one word: never what the other side says.
async fn call(server: &Server, due: &Due) -> Result<u16, &'static str> {
    // An address that was lawful when it was registered may not be any more.
    let url = address(server, &due.url).ok_or("address")?;
    let secret = server.config.keys.open(PURPOSE, &due.secret_sealed).map_err(|_| "secret")?;
    let client = client(inside_allowed(server)).ok_or("client")?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", concat!("Em-Dia/", env!("CARGO_PKG_VERSION")))
        .header(DELIVERY, due.id.to_string())
        .header("emdia-topic", &due.topic)
        .header(SIGNATURE, signature(&secret, server.clock.now(), &due.body))
        .body(due.body.clone());
    // What the answer says beyond its status is not read.
    request.send().await.map(|answer| answer.status().as_u16()).map_err(|error| {
        if error.is_timeout() {
            "timeout"
        } else if error.is_connect() {
            "connect"
        } else {
            "exchange"
        }
    })
}

/// `t=UNIX,v1=HEX`: HMAC-SHA256 of `UNIX.BODY` with the endpoint's secret as it was shown.
#[must_use]
pub fn signature(secret: &str, at: DateTime<Utc>, body: &str) -> String {
    let at = at.timestamp();
    // HMAC takes a key of any length.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Whether addresses inside are called: where a setting says so, and in the demonstration.
fn inside_allowed(server: &Server) -> bool {
    server.config.webhooks_inside || server.config.demo
}

/// An address that may be called: https, or http where addresses inside are called; no name and password, no fragment; and if it is a number,
/// one of the internet at large. What a name stands for is looked at when it is called.
fn address(server: &Server, text: &str) -> Option<Url> {
    let inside = inside_allowed(server);
    let url = Url::parse(text.trim()).ok().filter(|url| url.as_str().len() <= 500)?;
    let scheme = url.scheme() == "https" || (inside && url.scheme() == "http");
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    // Brackets are how an address of version 6 is written in an URL.
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    let number = host.parse::<IpAddr>().is_ok_and(|address| !inside && !rules::is_public(address));
    let local = !inside && (host.eq_ignore_ascii_case("localhost") || host.ends_with(".localhost") || !host.contains(['.', ':']));
    (scheme && plain && !number && !local).then_some(url)
}

/// Resolves names and leaves out addresses that are not of the internet at large: a name may stand for anything, and for something else a
/// moment later, so it is looked at as it is called.
struct Outside {
    inside_allowed: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let inside = self.inside_allowed;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.filter(|address| inside || rules::is_public(address.ip())).collect();
            if found.is_empty() {
                return Err("no address outside".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// One client for as long as the process runs: no redirects, no proxy that would resolve names by itself, no cookies.
fn client(inside_allowed: bool) -> Option<Client> {
    static CLIENTS: [OnceLock<Option<Client>>; 2] = [OnceLock::new(), OnceLock::new()];
    CLIENTS[usize::from(inside_allowed)]
        .get_or_init(|| {
            crate::choose_cryptography();
            Client::builder()
                .dns_resolver(Arc::new(Outside { inside_allowed }))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(PATIENCE)
                .connect_timeout(CONNECT_PATIENCE)
                .pool_idle_timeout(Duration::from_secs(30))
                .build()
                .inspect_err(|error| tracing::error!(%error, "webhooks cannot be sent"))
                .ok()
        })
        .clone()
}

/// Forgets what was delivered a month ago, and what went nowhere. Says how many.
///
/// # Errors
/// The database's.
pub async fn sweep(server: &Server) -> Result<u64> {
    let before = server.clock.now() - TimeDelta::days(KEPT_DAYS);
    let mut tx = server.db.write().await?;
    let gone = sql!(tx, execute: "delete from webhook_deliveries where state <> 'due' and created_at < $1", before)?;
    tx.commit().await?;
    Ok(gone)
}

/// Delivers for as long as the process runs, and forgets what is past now and then.
pub async fn run(server: Server) {
    /// How often is looked whether something is due: an index of few rows.
    const EVERY: Duration = Duration::from_secs(2);
    /// Of those, how many until the next sweep: an hour.
    const SWEEP: u32 = 1800;
    for round in 0_u32.. {
        if let Err(error) = deliver_due(&server).await {
            tracing::error!(%error, "webhooks");
        }
        if round % SWEEP == 0 {
            for swept in [sweep(&server).await, crate::api::sweep(&server).await] {
                if let Err(error) = swept {
                    tracing::error!(%error, "sweeping the API");
                }
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_openssl_says() {
        // printf '%s' '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!(
            signature("whsec_test", at, "{\"a\":1}"),
            "t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789"
        );
    }
}
