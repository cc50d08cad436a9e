//! One step with several requests: each in its own transaction, each with its own outcome. Never stops at the one that somebody else
//! took first, and never hides it.

use domain::forms::Problem;
use domain::ids::StaffId;
use domain::requests::forms::DecisionForm;
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Refused};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::requests::desk;
use crate::sessions::Staff;
use crate::{Server, sql};

/// As many as a page holds, twice.
pub const MOST: usize = 100;

/// What is done with each.
#[derive(Clone, Debug)]
pub enum Batch {
    /// Claimed for whoever asks.
    Claim,
    /// Given to a person.
    Assign(StaffId),
    /// Refused, all for one reason.
    Refuse(DecisionForm),
}

impl Batch {
    const fn action(&self) -> Action {
        match self {
            Self::Claim => Action::Claim,
            Self::Assign(_) => Action::Assign,
            Self::Refuse(_) => Action::Refuse,
        }
    }
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Done, by their numbers in digits.
    pub done: Vec<String>,
    /// With somebody else: number and name.
    pub taken: Vec<(String, String)>,
    /// Moved on meanwhile, or over.
    pub moved: Vec<String>,
    /// What the rules refuse: number and reason, by its key in the translations.
    pub refused: Vec<(String, String)>,
}

/// Takes a step with several requests, in the order given.
///
/// # Errors
/// [`Error::Form`] when none, or too many, are chosen, or the reason is missing; [`Error::Forbidden`] for a role that takes no such
/// step; the database's. Then, what was done before stays done.
pub async fn run(server: &Server, staff: &Staff, protocols: &[String], batch: &Batch) -> Result<Outcome> {
    staff.sees_customers()?;
    if may(staff, batch.action()).is_some() {
        return Err(Error::Forbidden);
    }
    let mut chosen: Vec<Protocol> = Vec::new();
    for protocol in protocols {
        let protocol: Protocol = protocol.parse().map_err(|_| Error::NotFound)?;
        if !chosen.contains(&protocol) {
            chosen.push(protocol);
        }
    }
    if chosen.is_empty() || chosen.len() > MOST {
        let problem = if chosen.is_empty() { Problem::ChooseOne } else { Problem::OutOfRange { min: 1, max: 100 } };
        return Err(Error::field("protocols", problem));
    }
    let mut outcome = Outcome::default();
    for protocol in chosen {
        let digits = protocol.digits();
        let done = match batch {
            Batch::Claim => desk::claim(server, staff, &digits).await,
            Batch::Assign(to) => desk::assign(server, staff, &digits, *to).await,
            Batch::Refuse(form) => desk::refuse(server, staff, &digits, form).await,
        };
        match done {
            Ok(()) => outcome.done.push(digits),
            Err(Error::Overtaken(_) | Error::Refused("not_assigned_to_you")) => match holder(server, staff, &digits).await? {
                Some(name) => outcome.taken.push((digits, name)),
                None => outcome.moved.push(digits),
            },
            // The step exists for this role, but not from where this request stands.
            Err(Error::Forbidden) => outcome.refused.push((digits, "not_yours".to_owned())),
            Err(Error::Refused(reason)) => outcome.refused.push((digits, reason.to_owned())),
            Err(Error::NotFound) => outcome.moved.push(digits),
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Who else has it.
async fn holder(server: &Server, staff: &Staff, protocol: &str) -> Result<Option<String>> {
    let mut conn = server.db.read().await?;
    let found = sql!(conn, optional (String,): "select s.name from requests r join staff s on s.id = r.assignee_id
        where r.protocol = $1 and r.assignee_id <> $2 and r.closed_at is null", protocol, staff.id().0)?;
    Ok(found.map(|(name,)| name))
}

/// Why this role may not take the step with anything, if it may not: what a page says instead of a button.
#[must_use]
pub fn may(staff: &Staff, action: Action) -> Option<Refused> {
    let by = domain::actors::Party::Staff(staff.role());
    let exists = domain::requests::STEPS.iter().any(|step| step.action == action && step.by.contains(&by));
    (!exists).then_some(Refused::NotYours)
}
