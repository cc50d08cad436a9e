//! The creditor's brand, kept by its administrators: name, how to reach it, colour. Who it is by law, and its banks, stay in its file.

use domain::actors::Role;
use domain::brand::BrandForm;
use serde_json::json;

use crate::audit::{self, Event};
use crate::error::Result;
use crate::policies::{self, Creditor};
use crate::sessions::Staff;
use crate::{Server, sql};

/// Those who keep it.
const KEEPERS: &[Role] = &[Role::Administrator];

/// The brand as it is.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn see(server: &Server, staff: &Staff) -> Result<Creditor> {
    staff.only(KEEPERS)?;
    policies::creditor(&mut server.db.read().await?).await
}

/// Changes it, from the next page on.
///
/// # Errors
/// [`crate::Error::Forbidden`]; [`crate::Error::Form`], at `color` with the nearest one that can be read.
pub async fn put(server: &Server, staff: &Staff, form: &BrandForm) -> Result<()> {
    staff.only(KEEPERS)?;
    let valid = form.parse()?;
    let mut tx = server.db.write().await?;
    let before = policies::creditor(&mut tx).await?;
    sql!(tx, execute: "update creditor set name = $1, brand_color = $2, phone = $3, email = $4, privacy_contact = $5 where id = 1",
        valid.name.as_str(), valid.color.to_string(), valid.phone.as_str(), valid.email.as_str(), valid.privacy_contact.as_str())?;
    let was = [&before.name, &before.brand_color, &before.phone, &before.email, &before.privacy_contact];
    let detail = json!({ "was": was, "name": valid.name, "color": valid.color.to_string() });
    let event = Event { actor: staff.actor(), action: "brand.put", subject_kind: "creditor", subject_id: None, customer: None, detail };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}
