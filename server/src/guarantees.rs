//! What customers left with the creditor against not paying: read, and shown with what is about to end. Comes in by import alone.

use chrono::NaiveDate;
use domain::guarantees::{GuaranteeKind, GuaranteeState, Standing, standing};
use domain::ids::CustomerId;
use domain::money::Money;

use crate::db::Conn;
use crate::error::Result;
use crate::sql;

/// A guarantee.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Guarantee {
    /// What it is.
    #[sqlx(try_from = "String")]
    pub kind: GuaranteeKind,
    /// The bank, the insurer or the person who answers; empty for money.
    pub issuer: String,
    /// Number of the letter or of the policy.
    pub reference: String,
    /// Up to how much.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Since when.
    pub given_on: NaiveDate,
    /// The last day on which it holds, where it has one.
    pub valid_until: Option<NaiveDate>,
    /// Where the creditor's system says it stands.
    #[sqlx(try_from = "String")]
    pub state: GuaranteeState,
    /// Number of the contract it is for; of all where there is none.
    pub contract: Option<String>,
}

impl Guarantee {
    /// Where it stands on a day.
    #[must_use]
    pub fn standing(&self, today: NaiveDate) -> Standing {
        standing(self.state, self.valid_until, today)
    }
}

/// A customer's guarantees: those that are held first, the one that ends next before the others.
pub(crate) async fn of(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Guarantee>> {
    Ok(sql!(conn, all Guarantee: "select g.kind, g.issuer, g.reference, g.amount, g.given_on, g.valid_until, g.state, k.number as contract
        from guarantees g left join contracts k on k.id = g.contract_id where g.customer_id = $1
        order by case g.state when 'held' then 0 else 1 end, case when g.valid_until is null then 1 else 0 end, g.valid_until, g.given_on, g.id limit 100",
        customer.0)?)
}
