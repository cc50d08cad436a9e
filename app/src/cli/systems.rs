//! The creditor's own systems: their keys, and where they are told what happens.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use domain::webhooks::Delivery;
use server::api_keys;
use server::error::Error;
use server::sessions::Hand;
use server::webhooks::{self, Keeper};
use server::{Server, texts};
use uuid::Uuid;

use crate::{KeysCommand, WebhooksCommand};

const TERMINAL: Keeper<'static> = Keeper::Hand(Hand::Terminal);
/// Deliveries printed at most.
const MOST: i64 = 200;

/// Makes, lists or revokes keys.
pub(crate) async fn keys(server: &Server, command: Option<KeysCommand>) -> anyhow::Result<()> {
    match command {
        None => {
            println!("{:<12} {:<24} {:<18} {:<18} {:<18} scopes", "prefix", "name", "made", "last used", "revoked");
            for key in api_keys::list(server, Hand::Terminal).await? {
                let at = |moment: Option<DateTime<Utc>>| moment.map_or_else(|| "-".to_owned(), |moment| short(server, moment));
                let (made, used, revoked) = (at(Some(key.created_at)), at(key.used_at), at(key.revoked_at));
                println!("{:<12} {:<24} {made:<18} {used:<18} {revoked:<18} {}", key.prefix, key.name, key.scopes);
            }
        }
        Some(KeysCommand::Create { name, scopes }) => {
            let made = api_keys::create(server, &name, &scopes).await?;
            println!("{}", made.key);
            eprintln!("this key is not shown again; it is listed as {}", made.prefix);
        }
        Some(KeysCommand::Revoke { prefix }) => {
            api_keys::revoke(server, Hand::Terminal, &prefix).await.map_err(|error| match error {
                Error::NotFound => anyhow!("{prefix}: no such key (emdia keys lists them)"),
                Error::Overtaken(_) => anyhow!("{prefix}: was revoked already"),
                error => error.into(),
            })?;
            println!("{prefix}: revoked");
        }
    }
    Ok(())
}

/// Registers, lists or takes away addresses, and delivers again.
pub(crate) async fn webhooks(server: &Server, command: Option<WebhooksCommand>) -> anyhow::Result<()> {
    match command {
        None => {
            for endpoint in webhooks::list(server, TERMINAL).await? {
                let topics: Vec<&str> = endpoint.topics.iter().map(|topic| topic.as_str()).collect();
                println!("{} {} {}", endpoint.id, endpoint.url, topics.join(" "));
            }
        }
        Some(WebhooksCommand::Add { url, topics }) => {
            let made = webhooks::add(server, TERMINAL, &url, &topics).await.map_err(|error| match error {
                Error::Form(_) => anyhow!("{url}: must be https, on the internet, without name and password (see webhooks_inside)"),
                Error::Refused(_) => anyhow!("there are as many addresses as there may be"),
                error => error.into(),
            })?;
            println!("{} {}", made.id, made.secret);
            eprintln!("this secret is not shown again");
        }
        Some(WebhooksCommand::Remove { id }) => {
            webhooks::remove(server, TERMINAL, id).await.map_err(|error| named(error, id))?;
            println!("{id}: taken away");
        }
        Some(WebhooksCommand::Dead) => {
            for line in webhooks::deliveries(server, TERMINAL, Some(Delivery::Dead), Uuid::nil(), MOST).await? {
                let why = line.status.map_or_else(|| line.failure.clone().unwrap_or_default(), |status| status.to_string());
                println!("{} {} {} {} {why}", line.id, short(server, line.created_at), line.topic, line.url);
            }
        }
        Some(WebhooksCommand::Redeliver { id }) => {
            webhooks::redeliver(server, TERMINAL, id).await.map_err(|error| named(error, id))?;
            println!("{id}: will be delivered once more");
        }
    }
    Ok(())
}

fn named(error: Error, id: impl std::fmt::Display) -> anyhow::Error {
    if matches!(error, Error::NotFound) { anyhow!("{id}: there is none") } else { error.into() }
}

fn short(server: &Server, at: DateTime<Utc>) -> String {
    texts::date_time(texts::Locale::PtBr, server.clock.local(at)).replace(" às ", " ")
}
