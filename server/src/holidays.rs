//! The creditor's own holidays, on which no deadline runs: those to come are entered and taken out by staff. Deadlines that were given
//! stay as they were given.

use chrono::NaiveDate;
use domain::actors::Role;
use domain::forms::Problem;
use domain::holidays::HolidayForm;
use serde_json::json;

use crate::audit::{self, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Those who keep the house's calendar.
const KEEPERS: &[Role] = &[Role::Supervisor, Role::Administrator];

/// A holiday of the creditor's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Holiday {
    /// The day.
    pub day: NaiveDate,
    /// What it is called.
    pub name: String,
}

/// The holidays from today on, in order.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(server: &Server, staff: &Staff) -> Result<Vec<Holiday>> {
    staff.only(KEEPERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Holiday: "select day, name from holidays where day >= $1 order by day", server.clock.today())?)
}

/// Enters one.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Form`], at `day` with [`Problem::AlreadyThere`] for one that is entered.
pub async fn add(server: &Server, staff: &Staff, form: &HolidayForm) -> Result<()> {
    staff.only(KEEPERS)?;
    let (day, name) = form.parse(server.clock.today())?;
    let mut tx = server.db.write().await?;
    let added = sql!(tx, execute: "insert into holidays (day, name) values ($1, $2) on conflict (day) do nothing", day, name)?;
    if added == 0 {
        return Err(Error::field("day", Problem::AlreadyThere));
    }
    record(server, &mut tx, staff, "holidays.add", day).await?;
    tx.commit().await
}

/// Takes one out that is still to come.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for a day that is none, or that is over.
pub async fn remove(server: &Server, staff: &Staff, day: NaiveDate) -> Result<()> {
    staff.only(KEEPERS)?;
    let mut tx = server.db.write().await?;
    let removed = sql!(tx, execute: "delete from holidays where day = $1 and day > $2", day, server.clock.today())?;
    if removed == 0 {
        return Err(Error::NotFound);
    }
    record(server, &mut tx, staff, "holidays.remove", day).await?;
    tx.commit().await
}

async fn record(server: &Server, tx: &mut Tx, staff: &Staff, action: &'static str, day: NaiveDate) -> Result<()> {
    let (subject_kind, detail) = ("holiday", json!({ "day": day }));
    audit::record(server, tx, Event { actor: staff.actor(), action, subject_kind, subject_id: None, customer: None, detail }).await
}
