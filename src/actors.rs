//! Who acts: the customer, a member of staff in a role, or the system itself. Never tells who somebody *is*: that is
//! signing in, which the server does.
//!
//! A table of steps names a [`Party`], which is a side or a role; what happens is done by a [`Who`], which is a person where
//! persons count.

use crate::ids::StaffId;
use crate::words::words;

words! {
    /// What a member of the creditor's staff is there for.
    pub enum Role {
        /// Works the queue and answers customers.
        Operator = "operator",
        /// Accounts receivable: duplicates, receipts, refunds, the bank's return files.
        Receivables = "receivables",
        /// Approves by level of authority, watches deadlines and workload.
        Supervisor = "supervisor",
        /// Reads one customer's dossier; adds notes.
        Legal = "legal",
        /// Keeps users, policies, imports and templates; decides nobody's request, so that nobody both sets a limit and uses it.
        Administrator = "administrator",
    }
}

/// A side of a workflow, as a table of steps names it: without the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The customer, or somebody who may act for the customer.
    Customer,
    /// Staff in this role.
    Staff(Role),
    /// A job or an import: a bank's record arrived, a policy answers by itself.
    System,
}

/// Who acts now.
///
/// ```
/// use domain::actors::{Party, Role, Who};
/// use domain::ids::StaffId;
/// let id = StaffId::from(uuid::Uuid::from_u128(7));
/// let ana = Who::Staff { id, role: Role::Receivables };
/// assert_eq!(ana.party(), Party::Staff(Role::Receivables));
/// assert_eq!((ana.staff_id(), Who::Customer.staff_id()), (Some(id), None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The customer of the matter, or somebody who may act for the customer.
    Customer,
    /// A member of staff.
    Staff {
        /// The person: four eyes compare persons, not roles.
        id: StaffId,
        /// The role in which the person signed in.
        role: Role,
    },
    /// A job or an import.
    System,
}

impl Who {
    /// The side this actor stands on.
    #[must_use]
    pub const fn party(self) -> Party {
        match self {
            Self::Customer => Party::Customer,
            Self::Staff { role, .. } => Party::Staff(role),
            Self::System => Party::System,
        }
    }

    /// The person, when staff.
    #[must_use]
    pub const fn staff_id(self) -> Option<StaffId> {
        match self {
            Self::Staff { id, .. } => Some(id),
            Self::Customer | Self::System => None,
        }
    }
}
