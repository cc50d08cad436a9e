//! Parts of the queue kept under a name: one's own, and those a supervisor shares with everybody. And how each person's queue opens.
//! Never holds which requests were in one: they are looked up afresh.

use domain::actors::Role;
use domain::forms::Problem;
use domain::requests::queue::{Filter, ViewForm};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, sql};

/// As many as one person can tell apart.
const MOST: i64 = 20;

/// A part of the queue under a name.
#[derive(Clone, Debug)]
pub struct View {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The part.
    pub filter: Filter,
    /// Everybody sees it.
    pub shared: bool,
    /// Whoever looks may take it away.
    pub removable: bool,
    /// How many requests are in it now.
    pub count: i64,
}

/// How somebody's queue opens.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Their views and the shared ones, by name.
    pub views: Vec<View>,
    /// The one it opens with.
    pub default: Option<Uuid>,
    /// Whether single keys do something.
    pub keys: bool,
}

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    filter: String,
    shared: bool,
}

/// The views of whoever looks, with their counts.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers.
pub async fn opening(server: &Server, staff: &Staff) -> Result<Opening> {
    staff.sees_customers()?;
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all ViewRow: "select id, owner_id, name, filter, shared from queue_views where owner_id = $1 or shared = $2 order by name, id",
        staff.id().0, true)?;
    let settings =
        sql!(conn, optional (Option<Uuid>, bool): "select default_view, keys from staff_settings where staff_id = $1", staff.id().0)?;
    let mut views = Vec::new();
    for row in rows {
        // A word of a newer program is no reason to show nobody a queue.
        let filter: Filter = serde_json::from_str(&row.filter).unwrap_or_default();
        let count = super::counted(server, &mut conn, staff, &filter).await?;
        let removable = row.owner_id == staff.id().0 || (row.shared && staff.role() == Role::Supervisor);
        views.push(View { id: row.id, name: row.name, filter, shared: row.shared, removable, count });
    }
    let (default, keys) = settings.unwrap_or((None, true));
    let default = default.filter(|id| views.iter().any(|view| view.id == *id));
    Ok(Opening { views, default, keys })
}

/// Keeps a part of the queue under a name; one's own of that name is replaced.
///
/// # Errors
/// [`Error::Form`]; [`Error::Forbidden`] when somebody else than a supervisor shares one; [`Error::Refused`] with `too_many_views`.
pub async fn save(server: &Server, staff: &Staff, form: &ViewForm, filter: &Filter) -> Result<Uuid> {
    staff.sees_customers()?;
    let view = form.parse()?;
    if view.shared && staff.role() != Role::Supervisor {
        return Err(Error::Forbidden);
    }
    let filter = serde_json::to_string(filter).map_err(|_| Error::Corrupt("filter"))?;
    let mut tx = server.db.write().await?;
    let (id,) = sql!(tx, one (Uuid,): "insert into queue_views (id, owner_id, name, filter, shared, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (owner_id, name) do update set filter = excluded.filter, shared = excluded.shared returning id",
        server.id::<Uuid>(), staff.id().0, view.name.as_str(), filter.as_str(), view.shared, server.clock.now())?;
    let (count,) = sql!(tx, one (i64,): "select count(*) from queue_views where owner_id = $1", staff.id().0)?;
    if count > MOST {
        return Err(Error::Refused("too_many_views"));
    }
    if view.default {
        settle(&mut tx, staff, Some(id)).await?;
    }
    record(server, &mut tx, staff, "queue_views.save", id, view.shared).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a view away: one's own, or for a supervisor any that is shared. Whose queue opened with it opens with everything again.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn remove(server: &Server, staff: &Staff, view: Uuid) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "update staff_settings set default_view = null where default_view = $1 and exists (select 1 from queue_views v
        where v.id = $1 and (v.owner_id = $2 or (v.shared = $3 and $4 = $3)))", view, staff.id().0, true, staff.role() == Role::Supervisor)?;
    let removed = sql!(tx, execute: "delete from queue_views where id = $1 and (owner_id = $2 or (shared = $3 and $4 = $3))",
        view, staff.id().0, true, staff.role() == Role::Supervisor)?;
    if removed == 0 {
        return Err(Error::NotFound);
    }
    record(server, &mut tx, staff, "queue_views.remove", view, false).await?;
    tx.commit().await
}

/// Says with which view one's queue opens; with none, it opens with everything.
///
/// # Errors
/// [`Error::Form`] for a view that is not there, or not theirs.
pub async fn open_with(server: &Server, staff: &Staff, view: Option<Uuid>) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    if let Some(view) = view {
        let found = sql!(tx, optional (Uuid,): "select id from queue_views where id = $1 and (owner_id = $2 or shared = $3)", view, staff.id().0, true)?;
        found.ok_or_else(|| Error::field("default", Problem::Unknown))?;
    }
    settle(&mut tx, staff, view).await?;
    tx.commit().await
}

async fn settle(tx: &mut Tx, staff: &Staff, view: Option<Uuid>) -> Result<()> {
    sql!(tx, execute: "insert into staff_settings (staff_id, default_view, keys) values ($1, $2, $3)
        on conflict (staff_id) do update set default_view = excluded.default_view", staff.id().0, view, true)?;
    Ok(())
}

/// Switches single keys on or off (WCAG 2.1.4).
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn keys(server: &Server, staff: &Staff, on: bool) -> Result<()> {
    staff.sees_customers()?;
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into staff_settings (staff_id, keys) values ($1, $2) on conflict (staff_id) do update set keys = excluded.keys", staff.id().0, on)?;
    tx.commit().await
}

async fn record(server: &Server, tx: &mut Tx, staff: &Staff, action: &str, view: Uuid, shared: bool) -> Result<()> {
    let event = Event {
        actor: staff.actor(),
        action,
        subject_kind: "queue_view",
        subject_id: Some(view),
        customer: None,
        detail: json!({ "shared": shared }),
    };
    audit::record(server, tx, event).await
}
