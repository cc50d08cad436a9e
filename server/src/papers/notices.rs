//! A notice as a letter: what the creditor told a customer, when and by which way, word for word. Never words anything anew: subject and
//! text are those that were told, in the language in which they were.

use chrono::{DateTime, Utc};
use domain::ids::{CustomerId, NoticeId};
use domain::papers::Paper;
use serde::Serialize;
use uuid::Uuid;

use super::{Sheet, Written, demanded, fingerprint, holder, issue_by, issued_on, write};
use crate::audit::Actor;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::letter::Block;
use crate::sessions::{Customer, Staff};
use crate::texts::{self, Locale, papers as t};
use crate::{Server, sql};
use crate::{demands, policies};

/// The letter of one of the customer's notices as PDF, in the language of who reads it. Asked for again it is the same one.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn letter(server: &Server, customer: &Customer, notice: NoticeId) -> Result<Written> {
    written(server, customer.actor(), customer.locale(), customer.id(), notice).await
}

/// The same for staff, in the customer's language: it is what the customer reads. That it was taken is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a notice that is not this customer's.
pub async fn letter_for_staff(server: &Server, staff: &Staff, customer: CustomerId, notice: NoticeId) -> Result<Written> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let (locale,) = sql!(conn, optional (String,): "select locale from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    drop(conn);
    written(server, staff.actor(), Locale::from(locale), customer, notice).await
}

/// What the letter says; none of it ever changes.
#[derive(Serialize, sqlx::FromRow)]
struct Told {
    kind: String,
    subject: String,
    body: String,
    channel: String,
    created_at: DateTime<Utc>,
}

async fn told(conn: &mut Conn, customer: CustomerId, notice: NoticeId) -> Result<Option<Told>> {
    Ok(sql!(conn, optional Told:
        "select kind, subject, body, channel, created_at from notices where id = $1 and customer_id = $2", notice.0, customer.0)?)
}

/// What the letter of this notice says.
pub(super) async fn says(conn: &mut Conn, customer: CustomerId, notice: NoticeId) -> Result<Option<String>> {
    told(conn, customer, notice).await?.map(|told| fingerprint(&told)).transpose()
}

async fn written(server: &Server, actor: Actor, l: Locale, customer: CustomerId, notice: NoticeId) -> Result<Written> {
    let mut tx = server.db.write().await?;
    let told = told(&mut tx, customer, notice).await?.ok_or(Error::NotFound)?;
    let issued = issue_by(server, &mut tx, actor, customer, &Paper::Notice { notice }, &fingerprint(&told)?, "").await?;
    let creditor = policies::creditor(&mut tx).await?;
    let holder = holder(&mut tx, customer).await?;
    let lines = demands::table_of(&mut tx, notice).await?;
    tx.commit().await?;
    let at = server.clock.local(told.created_at);
    let mut blocks = vec![Block::Pairs(vec![
        (t::holder(l).to_owned(), holder.name),
        (t::holder_tax_id(l).to_owned(), holder.tax_id),
        (t::notice_told_at(l).to_owned(), texts::date_time(l, at)),
        (t::notice_channel(l).to_owned(), channel(l, &told.channel).to_owned()),
    ])];
    // As in the mail: an empty line parts paragraphs, a single one is kept.
    let text = told.body.replace("\r\n", "\n");
    for (at, text) in demands::paragraphs(&text).enumerate() {
        // On paper the lines of a letter that asks for payment are a table.
        match &lines {
            Some((lines, table_at)) if at == *table_at => blocks.push(demanded(l, lines)),
            _ => blocks.push(Block::Paragraph(text.to_owned())),
        }
    }
    blocks.push(Block::Paragraph(t::notice_note(l).to_owned()));
    blocks.push(issued_on(server, l, &issued));
    let sheet = Sheet { kind: t::notice_kind(l).to_owned(), title: told.subject, blocks };
    // The last characters are the random ones: two letters of a day have different names.
    let id = Uuid::simple(notice.0).to_string();
    let name = format!("{}-{}-{}.pdf", t::notice_file(l), at.format("%Y-%m-%d"), id.get(26..).unwrap_or(&id));
    write(server, l, &creditor, &issued, name, sheet).await
}

/// By which way it was told, in words.
fn channel(l: Locale, channel: &str) -> &'static str {
    match channel {
        "mail" => t::notice_by_mail(l),
        "post" => t::notice_by_post(l),
        _ => t::notice_on_portal(l),
    }
}
