//! Notices: what the creditor told a customer. Never sends one by itself: whoever has something to tell tells it with its cause.

use chrono::{DateTime, TimeDelta, Utc};
use domain::flags::Way;
use domain::ids::{CustomerId, NoticeId};
use domain::templates::notices::{Kind, Words};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::sessions::Customer;
use crate::templates::{self, Values};
use crate::texts::Locale;
use crate::{Server, flags, sql};

/// Kinds of notices that tell of bills in arrears.
pub(crate) const OF_ARREARS: &[&str] = &["overdue", "default", "demand"];
/// Notices of one page.
const PAGE: usize = 20;

/// Something the customer was told.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Notice {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: NoticeId,
    /// What it is about: the kind of its cause.
    pub kind: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// How it was sent.
    pub channel: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When the customer first said that it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// A page of notices, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// Newest first.
    pub notices: Vec<Notice>,
    /// The last notice of this page, when there are more.
    pub next: Option<NoticeId>,
}

/// Notices, newest first, after the one given.
///
/// # Errors
/// [`Error::NotFound`] when `after` is not this customer's.
pub async fn list(server: &Server, customer: &Customer, after: Option<NoticeId>) -> Result<Page> {
    let mut conn = server.db.read().await?;
    let (before, id) = match after {
        None => (server.clock.now() + TimeDelta::days(1), Uuid::max()),
        Some(id) => {
            let (at,) = sql!(conn, optional (DateTime<Utc>,): "select created_at from notices where id = $1 and customer_id = $2", id.0, customer.id().0)?
                .ok_or(Error::NotFound)?;
            (at, id.0)
        }
    };
    let mut notices = sql!(conn, all Notice:
        "select id, kind, subject, body, channel, created_at, read_at from notices
          where customer_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4",
        customer.id().0, before, id, limit(PAGE))?;
    let more = notices.len() > PAGE;
    notices.truncate(PAGE);
    Ok(Page { next: notices.last().filter(|_| more).map(|notice| notice.id), notices })
}

/// One notice, marked as read from now on.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn read(server: &Server, customer: &Customer, id: NoticeId) -> Result<Notice> {
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "update notices set read_at = $3 where id = $1 and customer_id = $2 and read_at is null", id.0, customer.id().0, server.clock.now())?;
    let notice = sql!(tx, optional Notice:
        "select id, kind, subject, body, channel, created_at, read_at from notices where id = $1 and customer_id = $2", id.0, customer.id().0)?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(notice)
}

/// Marks every notice as read. Says how many were not.
///
/// # Errors
/// The database's.
pub async fn read_all(server: &Server, customer: &Customer) -> Result<u64> {
    let mut tx = server.db.write().await?;
    let marked = sql!(tx, execute: "update notices set read_at = $2 where customer_id = $1 and read_at is null", customer.id().0, server.clock.now())?;
    tx.commit().await?;
    Ok(marked)
}

/// Tells a customer something of a cause, in their language: on the portal, and by e-mail where there is an address and no flag forbids it. Says
/// whether it went by e-mail.
pub(crate) async fn tell(
    server: &Server,
    tx: &mut Tx,
    customer: CustomerId,
    cause: &str,
    kind: Kind,
    values: impl FnOnce(Locale) -> Values,
) -> Result<bool> {
    let (email, locale, name) =
        sql!(tx, one (Option<String>, String, String): "select email, locale, name from customers where id = $1", customer.0)?;
    let by_post = flags::way(tx, customer).await? == Way::ByPost;
    let to = email.filter(|email| !email.is_empty() && !by_post);
    let l = Locale::from(locale);
    let Words { head: subject, body } = templates::word(tx, kind, l, &name, &values(l)).await?;
    let (id, channel) = (server.id::<NoticeId>(), if to.is_some() { "mail" } else { "portal" });
    sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id.0, customer.0, cause, subject.as_str(), body.as_str(), channel, server.clock.now())?;
    let by_mail = to.is_some();
    if let Some(to) = to {
        outbox::put_of(server, tx, &Outgoing::Mail(Mail { to, subject, body, attachments: Vec::new() }), Some(id)).await?;
    }
    Ok(by_mail)
}

/// The newest notices that were not read.
pub(crate) async fn unread(conn: &mut Conn, customer: CustomerId, most: i64) -> Result<Vec<Notice>> {
    Ok(sql!(conn, all Notice:
        "select id, kind, subject, body, channel, created_at, read_at from notices
          where customer_id = $1 and read_at is null order by created_at desc, id desc limit $2", customer.0, most)?)
}

/// The newest notices, read or not.
pub(crate) async fn newest(conn: &mut Conn, customer: CustomerId, most: i64) -> Result<Vec<Notice>> {
    Ok(sql!(conn, all Notice:
        "select id, kind, subject, body, channel, created_at, read_at from notices
          where customer_id = $1 order by created_at desc, id desc limit $2", customer.0, most)?)
}

/// One more than a page holds tells whether there are more.
fn limit(page: usize) -> i64 {
    i64::try_from(page).unwrap_or(i64::MAX - 1) + 1
}
