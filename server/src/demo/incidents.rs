//! An incident in force: one person's boletos could not be paid, and nothing is charged for that until next week.

use domain::incidents::IncidentForm;
use uuid::Uuid;

use super::scenes::person_id;
use crate::error::Result;
use crate::sessions::Staff;
use crate::{Server, incidents, sql};

/// Somebody with late bills, of no other story.
const PERSON: u64 = 21;

pub(super) async fn in_force(server: &Server, supervisor: &Staff) -> Result<()> {
    let mut conn = server.db.read().await?;
    let numbers = sql!(conn, all (String,): "select b.number from bills b join customers c on c.id = b.customer_id
        where c.external_id = $1 and b.balance > 0 and b.standing = 'open' order by b.due_on", person_id(PERSON))?;
    drop(conn);
    if numbers.is_empty() {
        return Ok(());
    }
    let form = IncidentForm {
        reason: "Os boletos deste mês não puderam ser pagos em um dos bancos por dois dias".to_owned(),
        numbers: numbers.into_iter().map(|(number,)| number).collect::<Vec<_>>().join("\n"),
        until: (server.clock.today() + chrono::Days::new(7)).to_string(),
        submission: server.id::<Uuid>().to_string(),
        ..IncidentForm::default()
    };
    let id = incidents::prepare(server, supervisor, &form).await?;
    incidents::confirm(server, supervisor, id).await
}
