//! Answers that staff gives often: kept by those who answer for the desk, filled in for one request in its customer's language, and
//! changed and sent by a person. What was sent is the request's; changing an answer changes nothing that was said.

use chrono::{DateTime, Utc};
use domain::actors::Role;
use domain::requests::replies::{ReplyForm, Variable, fill};
use domain::requests::{Action, Kind};
use serde_json::json;
use uuid::Uuid;

use super::{Row, digits, view};
use crate::audit::{self, Event};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::texts::{self, Locale};
use crate::{Server, policies, sql};

/// Who sees the answers; whoever works requests uses them.
const READERS: &[Role] = &[Role::Operator, Role::Receivables, Role::Supervisor, Role::Administrator];
/// Who changes them.
const KEEPERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// The most answers in use: more than anybody finds something in.
const MOST: i64 = 300;

/// An answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reply {
    /// Which.
    pub id: Uuid,
    /// What staff finds it by.
    pub title: String,
    /// The kind of request it is for.
    kind: Option<String>,
    /// The step it goes with.
    action: Option<String>,
    words_pt: String,
    words_en: Option<String>,
    words_es: Option<String>,
    words_ro: Option<String>,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl Reply {
    /// The kind of request it is for; none for every kind.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.kind.as_deref().and_then(|kind| kind.parse().ok())
    }

    /// The step it goes with; none for every one.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.action.as_deref().and_then(|action| action.parse().ok())
    }

    /// Whether it may be of use for a step with a request of a kind.
    #[must_use]
    pub fn fits(&self, kind: Kind, action: Action) -> bool {
        self.kind().is_none_or(|its| its == kind) && self.action().is_none_or(|its| its == action)
    }

    /// Its words in a language, where it has some.
    #[must_use]
    pub fn words(&self, l: Locale) -> Option<&str> {
        match l {
            Locale::PtBr => Some(&self.words_pt),
            Locale::En => self.words_en.as_deref(),
            Locale::Es => self.words_es.as_deref(),
            Locale::Ro => self.words_ro.as_deref(),
        }
    }

    /// As it is shown to be changed.
    #[must_use]
    pub fn form(&self) -> ReplyForm {
        let other = |words: &Option<String>| words.clone().unwrap_or_default();
        ReplyForm {
            title: self.title.clone(),
            kind: other(&self.kind),
            action: other(&self.action),
            pt: self.words_pt.clone(),
            en: other(&self.words_en),
            es: other(&self.words_es),
            ro: other(&self.words_ro),
        }
    }
}

/// An answer filled in for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Words for the customer.
    pub words: String,
    /// The language they are in: the customer's, or Portuguese where the answer has no words in it.
    pub language: Locale,
    /// The customer's language.
    pub customers: Locale,
    /// The same in the language of whoever answers, when that is another one and there are words in it.
    pub own: Option<String>,
}

/// Whether somebody may change the answers.
#[must_use]
pub fn keeps(staff: &Staff) -> bool {
    staff.only(KEEPERS).is_ok()
}

/// The answers in use, by title.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Reply>> {
    staff.only(READERS)?;
    let mut conn = server.db.read().await?;
    all(&mut conn).await
}

async fn all(conn: &mut Conn) -> Result<Vec<Reply>> {
    Ok(
        sql!(conn, all Reply: "select r.id, r.title, r.kind, r.action, r.words_pt, r.words_en, r.words_es, r.words_ro, s.name as by, r.changed_at
        from replies r join staff s on s.id = r.changed_by where r.closed_at is null order by r.title, r.id limit $1", MOST)?,
    )
}

/// One of them.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn find(server: &Server, staff: &Staff, id: Uuid) -> Result<Reply> {
    list(server, staff).await?.into_iter().find(|reply| reply.id == id).ok_or(Error::NotFound)
}

/// Keeps an answer: a new one, or one that is there with other words.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`]; [`Error::NotFound`] for one that is no longer in use.
pub async fn save(server: &Server, staff: &Staff, id: Option<Uuid>, form: &ReplyForm) -> Result<Uuid> {
    staff.only(KEEPERS)?;
    let reply = form.parse()?;
    let mut tx = server.db.write().await?;
    let (kind, action) = (reply.kind.map(Kind::as_str), reply.action.map(Action::as_str));
    let id = match id {
        Some(id) => {
            let changed = sql!(tx, execute: "update replies set title = $2, kind = $3, action = $4, words_pt = $5, words_en = $6, words_es = $7, words_ro = $8,
                    changed_by = $9, changed_at = $10 where id = $1 and closed_at is null",
                id, reply.title, kind, action, reply.pt, reply.en, reply.es, reply.ro, staff.id().0, server.clock.now())?;
            if changed == 0 {
                return Err(Error::NotFound);
            }
            id
        }
        None => {
            let id: Uuid = server.id();
            sql!(tx, execute: "insert into replies (id, title, kind, action, words_pt, words_en, words_es, words_ro, changed_by, changed_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                id, reply.title, kind, action, reply.pt, reply.en, reply.es, reply.ro, staff.id().0, server.clock.now())?;
            id
        }
    };
    record(server, &mut tx, staff, id, "replies.save").await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes an answer out of use. Twice is once.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for one that never was.
pub async fn close(server: &Server, staff: &Staff, id: Uuid) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    if sql!(tx, optional (Uuid,): "select id from replies where id = $1", id)?.is_none() {
        return Err(Error::NotFound);
    }
    let closed = sql!(tx, execute: "update replies set closed_at = $2 where id = $1 and closed_at is null", id, server.clock.now())?;
    if closed > 0 {
        record(server, &mut tx, staff, id, "replies.close").await?;
    }
    tx.commit().await
}

async fn record(server: &Server, tx: &mut crate::db::Tx, staff: &Staff, id: Uuid, action: &'static str) -> Result<()> {
    let (subject_kind, subject_id) = ("reply", Some(id));
    audit::record(server, tx, Event { actor: staff.actor(), action, subject_kind, subject_id, customer: None, detail: json!({}) }).await
}

/// The answers that may be of use for a request of a kind.
pub(crate) async fn fitting(conn: &mut Conn, kind: Kind) -> Result<Vec<Reply>> {
    Ok(all(conn).await?.into_iter().filter(|reply| reply.kind().is_none_or(|its| its == kind)).collect())
}

/// An answer filled in for a request, in the language of whoever reads it.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a request or an answer that is not there, or that does not fit the kind.
pub async fn filled(server: &Server, staff: &Staff, protocol: &str, id: Uuid, own: Locale) -> Result<Filled> {
    staff.sees_customers()?;
    let protocol = digits(protocol)?;
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional Row: "select * from requests where protocol = $1", protocol)?.ok_or(Error::NotFound)?;
    let reply = fitting(&mut conn, row.kind).await?.into_iter().find(|reply| reply.id == id).ok_or(Error::NotFound)?;
    let (name, tag) = sql!(conn, one (String, String): "select name, locale from customers where id = $1", row.person_id.0)?;
    let creditor = policies::creditor(&mut conn).await?.name;
    let request = view(&mut conn, &row).await?;
    let customers = Locale::from(tag);
    let language = if reply.words(customers).is_some() { customers } else { Locale::PtBr };
    let bills = request.bills.iter().map(|bill| bill.number.as_str()).collect::<Vec<_>>().join(", ");
    let value = |l: Locale, variable: Variable| match variable {
        Variable::Name => name.clone(),
        Variable::Protocol => row.protocol.to_string(),
        Variable::Deadline => texts::date(l, row.deadline_on),
        Variable::Amount => texts::money(l, row.amount),
        Variable::Bills => bills.clone(),
        Variable::Creditor => creditor.clone(),
        Variable::Staff => staff.name().to_owned(),
    };
    let in_language = |l: Locale| reply.words(l).map(|words| fill(words, |variable| value(l, variable)));
    let words = in_language(language).unwrap_or_default();
    let own = (own != language).then(|| in_language(own)).flatten();
    Ok(Filled { words, language, customers, own })
}
