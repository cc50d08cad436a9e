//! The house's words, version by version: written by an administrator, in force at once, never changed afterwards. Never sends anything.
//!
//! One person may put them into force: what a thief inside the house would want of them, a link to elsewhere or a notice without its link or
//! code, they cannot carry; and a wrong word is mended by the next version, which the same person can write at once.

use chrono::{DateTime, Utc};
use domain::actors::Role;
use domain::templates::differences::{Part, differences};
use domain::templates::notices::{Kind, Reader, Shape, TemplateForm, Use, Words, note};
use serde_json::json;
use uuid::Uuid;

use super::{examples, of_everything, original};
use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::texts::Locale;
use crate::{Server, policies, sql};

/// Who writes them: whoever keeps the installation has no customers of their own.
const KEEPERS: &[Role] = &[Role::Administrator];
/// Who looks at them: who answers for what customers are told.
const READERS: &[Role] = &[Role::Supervisor, Role::Administrator];
/// Versions shown.
const SHOWN: i64 = 50;

/// A version.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    /// Its number, from 1 on.
    pub version: i64,
    head: Option<String>,
    body: Option<String>,
    /// Why.
    pub note: String,
    /// By whom.
    pub by: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

impl Version {
    /// What it says; nothing when it goes back to the built-in words.
    #[must_use]
    pub fn words(&self) -> Option<Words> {
        Some(Words { head: self.head.clone()?, body: self.body.clone()? })
    }
}

/// A version and what differs from the one before it, of which the first is the built-in one.
#[derive(Clone, Debug)]
pub struct Past {
    /// Who, when, why.
    pub version: Version,
    /// Of subject or beginning.
    pub head: Vec<Part>,
    /// Of text or end.
    pub body: Vec<Part>,
}

/// A notice in one language.
#[derive(Clone, Debug)]
pub struct Room {
    /// The built-in words, with variables in braces.
    pub original: Words,
    /// The house's own that are in force.
    pub own: Option<Words>,
    /// Whether they still say what they have to: where not, the built-in ones are used.
    pub fits: bool,
    /// The newest version; 0 before the first. The next one is made from it.
    pub newest: i64,
    /// The newest first.
    pub versions: Vec<Past>,
    /// The variables, each with an example.
    pub variables: Vec<(Use, String)>,
    /// Whether whoever looks may change it.
    pub may_change: bool,
}

/// What is in force of a notice.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub kind: Kind,
    /// Languages in which the house's own words hold.
    pub own: Vec<Locale>,
    /// The last change: by whom, and when.
    pub last: Option<(String, DateTime<Utc>)>,
}

/// Whether somebody may look.
#[must_use]
pub fn may_look(staff: &Staff) -> bool {
    staff.only(READERS).is_ok()
}

/// Languages a notice is written in: staff reads the house's.
#[must_use]
pub fn languages(kind: Kind) -> Vec<Locale> {
    match kind.reader() {
        Reader::Customer => Locale::ALL.iter().map(|(locale, _)| *locale).collect(),
        Reader::Staff => vec![Locale::default()],
    }
}

#[derive(sqlx::FromRow)]
struct Newest {
    kind: String,
    locale: String,
    own: i64,
    by: String,
    made_at: DateTime<Utc>,
}

/// Every notice there is.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Standing>> {
    staff.only(READERS)?;
    let mut conn = server.db.read().await?;
    let newest = sql!(conn, all Newest: "select t.kind, t.locale, cast(case when t.body is null then 0 else 1 end as bigint) as own, s.name as by, t.made_at
        from templates t join staff s on s.id = t.made_by
        where t.version = (select max(o.version) from templates o where o.kind = t.kind and o.locale = t.locale) order by t.made_at desc, t.id desc")?;
    let standing = |kind: &Kind| {
        let of: Vec<&Newest> = newest.iter().filter(|one| one.kind == kind.as_str()).collect();
        let holds = |l: &Locale| of.iter().any(|one| one.own == 1 && one.locale == l.tag());
        Standing {
            kind: *kind,
            own: languages(*kind).into_iter().filter(holds).collect(),
            last: of.first().map(|one| (one.by.clone(), one.made_at)),
        }
    };
    Ok(Kind::ALL.iter().map(standing).collect())
}

/// A notice in one language, with its history.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a language it is not written in.
pub async fn see(server: &Server, staff: &Staff, kind: Kind, l: Locale) -> Result<Room> {
    staff.only(READERS)?;
    written_in(kind, l)?;
    let mut conn = server.db.read().await?;
    let creditor = policies::creditor(&mut conn).await?;
    let versions = sql!(conn, all Version: "select t.version, t.head, t.body, t.note, s.name as by, t.made_at
        from templates t join staff s on s.id = t.made_by where t.kind = $1 and t.locale = $2 order by t.version desc limit $3",
        kind.as_str(), l.tag(), SHOWN)?;
    let original = original(kind, l);
    let said = |version: Option<&Version>| version.and_then(Version::words).unwrap_or_else(|| original.clone());
    let past = |(at, version): (usize, &Version)| {
        // Of the oldest shown, what came before it is known only when it is the first.
        let older = versions.get(at + 1);
        let (before, now) = if older.is_some() || version.version == 1 { (said(older), said(Some(version))) } else { Default::default() };
        Past { version: version.clone(), head: differences(&before.head, &now.head), body: differences(&before.body, &now.body) }
    };
    let own = versions.first().and_then(Version::words);
    let example = |variable| {
        of_everything(&creditor, "", variable)
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| examples::value(server, kind, l, variable))
    };
    Ok(Room {
        fits: own.as_ref().is_none_or(|own| kind.read(own).is_ok()),
        own,
        newest: versions.first().map_or(0, |version| version.version),
        versions: versions.iter().enumerate().map(past).collect(),
        variables: kind.variables().into_iter().map(|one| (one, example(one.variable))).collect(),
        may_change: staff.only(KEEPERS).is_ok(),
        original,
    })
}

fn written_in(kind: Kind, l: Locale) -> Result<()> {
    if languages(kind).contains(&l) { Ok(()) } else { Err(Error::NotFound) }
}

/// What a reader would see of some words; of the built-in ones without any. Of words that cannot be taken there is nothing to see.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Form`] by field.
pub async fn example(server: &Server, staff: &Staff, kind: Kind, l: Locale, words: Option<&Words>) -> Result<Words> {
    staff.only(READERS)?;
    let creditor = policies::creditor(&mut server.db.read().await?).await?;
    let own = words.map(|words| kind.read(words)).transpose()?;
    Ok(examples::filled(server, &creditor, kind, l, own.as_ref()))
}

/// Reads what somebody typed, to look at it: nothing is kept.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Form`] by field.
pub fn look(server: &Server, staff: &Staff, kind: Kind, form: &TemplateForm) -> Result<Words> {
    staff.only(KEEPERS)?;
    Ok(form.words(kind, &server.config.public_url)?)
}

/// Puts the house's own words into force, for whatever is written from now on. `base` is the newest version their writer had seen.
///
/// # Errors
/// [`Error::Form`] by field; [`Error::Overtaken`] when another version was made since; [`Error::Refused`] when nothing would change;
/// [`Error::Forbidden`]; [`Error::NotFound`] for a language it is not written in.
pub async fn save(server: &Server, staff: &Staff, kind: Kind, l: Locale, base: i64, form: &TemplateForm) -> Result<i64> {
    staff.only(KEEPERS)?;
    written_in(kind, l)?;
    let (words, note) = form.parse(kind, &server.config.public_url)?;
    let mut tx = server.db.write().await?;
    let holds = newest(&mut tx, kind, l).await?;
    let unchanged = match holds.as_ref().and_then(Version::words) {
        Some(own) => own == words,
        None => original(kind, l) == words && kind.shape() == Shape::Message,
    };
    // Who was overtaken is told that, whatever they typed.
    if unchanged && holds.as_ref().map_or(0, |version| version.version) == base {
        return Err(Error::Refused("template_unchanged"));
    }
    let version = write(server, &mut tx, staff, kind, l, base, Some(&words), &note).await?;
    tx.commit().await?;
    Ok(version)
}

/// Goes back to the built-in words; those of the house stay in the history.
///
/// # Errors
/// [`Error::Form`] at `why`; [`Error::Overtaken`] when another version was made since `base`; [`Error::Refused`] when the built-in ones hold;
/// [`Error::Forbidden`]; [`Error::NotFound`] for a language it is not written in.
pub async fn restore(server: &Server, staff: &Staff, kind: Kind, l: Locale, base: i64, why: &str) -> Result<i64> {
    staff.only(KEEPERS)?;
    written_in(kind, l)?;
    let why = note(why).map_err(|problem| Error::field("why", problem))?;
    let mut tx = server.db.write().await?;
    let holds = newest(&mut tx, kind, l).await?;
    let number = holds.as_ref().map_or(0, |version| version.version);
    if number == base && holds.and_then(|version| version.words()).is_none() {
        return Err(Error::Refused("template_unchanged"));
    }
    let version = write(server, &mut tx, staff, kind, l, base, None, &why).await?;
    tx.commit().await?;
    Ok(version)
}

async fn newest(conn: &mut Conn, kind: Kind, l: Locale) -> Result<Option<Version>> {
    Ok(sql!(conn, optional Version: "select t.version, t.head, t.body, t.note, s.name as by, t.made_at
        from templates t join staff s on s.id = t.made_by where t.kind = $1 and t.locale = $2 order by t.version desc limit 1",
        kind.as_str(), l.tag())?)
}

/// Writes the next version, with its audit event. Of two who do so at once, the second is told.
#[expect(clippy::too_many_arguments, reason = "one place writes a version, for both who call it")]
async fn write(
    server: &Server,
    tx: &mut Tx,
    staff: &Staff,
    kind: Kind,
    l: Locale,
    base: i64,
    words: Option<&Words>,
    note: &str,
) -> Result<i64> {
    let number = newest(tx, kind, l).await?.map_or(0, |version| version.version);
    let (id, version): (Uuid, i64) = (server.id(), base + 1);
    // Two who both saw the same newest version meet at the unique number.
    let written = if number == base {
        sql!(tx, execute: "insert into templates (id, kind, locale, version, head, body, note, made_by, made_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (kind, locale, version) do nothing",
            id, kind.as_str(), l.tag(), version, words.map(|words| words.head.as_str()), words.map(|words| words.body.as_str()), note,
            staff.id().0, server.clock.now())?
    } else {
        0
    };
    if written == 0 {
        return Err(Error::Overtaken("template_changed"));
    }
    let action = if words.is_some() { "templates.save" } else { "templates.restore" };
    let detail = json!({ "kind": kind, "language": l, "version": version, "note": note });
    let event = Event { actor: staff.actor(), action, subject_kind: "template", subject_id: Some(id), customer: None, detail };
    audit::record(server, tx, event).await?;
    Ok(version)
}
