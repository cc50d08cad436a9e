//! Mail, by SMTP or, in the demo, into a mailbox that is a page. Never called by a verb: see `outbox`.

use chrono::{DateTime, Utc};
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Result;
use crate::{Server, sql};

/// One message, already worded.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mail {
    /// Address of the recipient.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Files that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// A file in a message.
#[derive(Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// File name as the recipient sees it.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// The bytes, in base64.
    pub base64: String,
}

/// Sends it now. The error is for the outbox's row: it names the failure, never the person.
pub(crate) async fn send(server: &Server, mail: &Mail) -> std::result::Result<(), String> {
    if server.config.demo {
        return keep(server, mail).await.map_err(|error| error.to_string());
    }
    let transport = transport(server)?;
    transport.send(message(server, mail)?).await.map(drop).map_err(|error| error.to_string())
}

fn transport(server: &Server) -> std::result::Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let url = server.config.smtp_url.as_deref().ok_or("smtp_url is not configured")?;
    Ok(AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| "smtp_url cannot be read")?.build())
}

fn message(server: &Server, mail: &Mail) -> std::result::Result<Message, String> {
    use base64::Engine as _;
    use lettre::message::{Attachment as Part, MultiPart, SinglePart};
    let builder = Message::builder()
        .from(server.config.mail_from.parse().map_err(|_| "mail_from cannot be read")?)
        .to(mail.to.parse().map_err(|_| "the recipient's address cannot be read")?)
        .subject(mail.subject.clone());
    if mail.attachments.is_empty() {
        return builder.header(ContentType::TEXT_PLAIN).body(mail.body.clone()).map_err(|error| error.to_string());
    }
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(mail.body.clone()));
    for attachment in &mail.attachments {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&attachment.base64).map_err(|_| "attachment cannot be read")?;
        let kind = ContentType::parse(&attachment.media_type).map_err(|_| "attachment of unknown type")?;
        parts = parts.singlepart(Part::new(attachment.name.clone()).body(bytes, kind));
    }
    builder.multipart(parts).map_err(|error| error.to_string())
}

/// A message of the demo's mailbox.
#[derive(Debug, sqlx::FromRow)]
pub struct Kept {
    /// Address it went to.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

async fn keep(server: &Server, mail: &Mail) -> Result<()> {
    let mut tx = server.db.write().await?;
    let names: String = mail.attachments.iter().map(|attachment| format!("\n[{}]", attachment.name)).collect();
    sql!(tx, execute: "insert into mailbox (id, recipient, subject, body, sent_at) values ($1, $2, $3, $4, $5)",
        server.id::<Uuid>(), mail.to.as_str(), mail.subject.as_str(), format!("{}{names}", mail.body), server.clock.now())?;
    tx.commit().await
}

/// The newest messages of the demo's mailbox; none outside the demo.
///
/// # Errors
/// The database's.
pub async fn mailbox(server: &Server) -> Result<Vec<Kept>> {
    if !server.config.demo {
        return Ok(Vec::new());
    }
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Kept: "select recipient, subject, body, sent_at from mailbox order by id desc limit 50")?)
}
