//! Requests: what a customer asked, where it stands, who may take it one step further, and by when it is answered.
//!
//! One table of steps guards the verbs, draws the buttons, says whose turn it is and prints its own diagram. Nothing here
//! changes a status: the server does, in one place, after asking [`step`].
//!
//! Amounts are centavos, deadlines business days by the creditor's [`crate::calendar::Calendar`]. Sources: ANS, RN 623/2024 (a protocol number
//! first, a conclusive answer within 7 business days); Decreto 7.962/2013, art. 4 (5 days, for what is bought online).
//!
//! ```
//! use domain::actors::{Role, Who};
//! use domain::ids::StaffId;
//! use domain::money::Money;
//! use domain::requests::{Action, Case, Kind, Refused, Status, step};
//! use domain::requests::policy::Policy;
//! # use uuid::Uuid;
//! let (ana, bia) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
//! let by = |id| Who::Staff { id, role: Role::Receivables };
//! let policy = Policy::default();
//! // Ana proposed a refund of R$ 500,00; whoever proposes it does not approve it.
//! let refund = Case {
//!     kind: Kind::Refund,
//!     status: Status::Prepared,
//!     amount: Money::cents(50_000),
//!     off_policy: false,
//!     assigned_to: Some(ana),
//!     prepared_by: Some(ana),
//! };
//! assert!(refund.needs_four_eyes(&policy));
//! assert_eq!(step(&refund, Action::Approve, by(ana), &policy), Err(Refused::PreparedByYou));
//! assert_eq!(step(&refund, Action::Approve, by(bia), &policy), Ok(Status::Approved));
//! ```

pub mod absences;
pub mod clock;
pub mod forms;
pub mod policy;
pub mod protocol;
pub mod queue;
pub mod replies;
pub mod rules;

use serde::{Deserialize, Serialize};

use self::policy::Policy;
use crate::actors::{Party, Role, Who};
use crate::ids::StaffId;
use crate::money::Money;
use crate::words::words;

words! {
    /// What is asked.
    pub enum Kind {
        /// "I have paid: here is the receipt."
        Receipt = "receipt",
        /// Money back, or compensated with a next bill, for a duplicate or a credit.
        Refund = "refund",
        /// Pay in installments.
        Plan = "plan",
        /// "This bill is wrong."
        Dispute = "dispute",
        /// A new boleto is needed: the registered one cannot be paid any more.
        Slip = "slip",
        /// Anything else.
        Question = "question",
    }

    /// Where a request stands.
    ///
    /// ```
    /// use domain::requests::{Status, Turn};
    /// let open: Vec<_> = Status::ALL.iter().filter(|status| status.is_open()).collect();
    /// assert_eq!(open.len(), 5);
    /// assert_eq!((Status::WaitingCustomer.whose_turn(), Status::Done.whose_turn()), (Turn::Customer, Turn::Nobody));
    /// assert!(Status::InReview.customer_may_withdraw() && !Status::Approved.customer_may_withdraw());
    /// ```
    pub enum Status {
        /// In the queue; nobody has it yet.
        Received = "received",
        /// A named person of staff has it.
        InReview = "in_review",
        /// Staff asked the customer something.
        WaitingCustomer = "waiting_customer",
        /// One person proposed the decision; another one must take it.
        Prepared = "prepared",
        /// Decided in favour; its effect (payment, slip, down payment, bank's record) is still to come.
        Approved = "approved",
        /// Decided against, with a reason the customer reads. Final.
        Refused = "refused",
        /// Everything asked for has happened. Final.
        Done = "done",
        /// Taken back by the customer. Final.
        Withdrawn = "withdrawn",
    }

    /// What somebody does with a request.
    pub enum Action {
        /// Staff takes it out of the queue.
        Claim = "claim",
        /// Staff puts it back.
        Release = "release",
        /// Staff gives it to a person.
        Assign = "assign",
        /// Staff hands it to another part of the house, and tells the customer: back to the queue, there.
        Refer = "refer",
        /// Staff asks the customer for something.
        AskMore = "ask_more",
        /// The customer replies to what was asked.
        Answer = "answer",
        /// Staff proposes a favourable decision for somebody else to take.
        Prepare = "prepare",
        /// Decides in favour.
        Approve = "approve",
        /// Returns a proposal to review instead of taking it.
        SendBack = "send_back",
        /// Decides against.
        Refuse = "refuse",
        /// The effect has happened; or, for a question, it is answered.
        Finish = "finish",
        /// The effect was tried and did not happen: back to review.
        Fail = "fail",
        /// The customer takes it back.
        Withdraw = "withdraw",
        /// Adds a message or a file; the status stays.
        Note = "note",
        /// The deadline is near: the supervisors are warned. The status stays.
        Warn = "warn",
        /// The deadline is over: the supervisors are told. The status stays.
        Escalate = "escalate",
        /// The customer is reminded of what was asked. The status stays.
        Remind = "remind",
    }

    /// Who is expected to act next. An example is at [`Status`].
    pub enum Turn {
        /// The creditor's desk.
        Creditor = "creditor",
        /// The customer.
        Customer = "customer",
        /// A second person at the creditor.
        Approver = "approver",
        /// Nobody: it is over.
        Nobody = "nobody",
    }

    /// How close an open request is to its deadline, for colours and order. An example is at [`policy::urgency`].
    pub enum Urgency {
        /// The deadline is over.
        Late = "late",
        /// It is today.
        Today = "today",
        /// It is the next business day or the one after.
        Soon = "soon",
        /// There is time.
        Calm = "calm",
        /// The customer was asked something: the deadline stands still.
        Paused = "paused",
        /// It was answered; what was decided is still to come.
        Answered = "answered",
    }
}

use Action::{
    Answer, Approve, AskMore, Assign, Claim, Escalate, Fail, Finish, Note, Prepare, Refer, Refuse, Release, Remind, SendBack, Warn,
    Withdraw,
};
use Kind::{Dispute, Plan, Question, Receipt, Refund, Slip};
use Status::{Approved, Done, InReview, Prepared, Received, Refused as RefusedStatus, WaitingCustomer, Withdrawn};

/// One line of the table. An example is at [`STEPS`].
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The status it starts from.
    pub from: Status,
    /// What is done.
    pub action: Action,
    /// The sides that may do it.
    pub by: &'static [Party],
    /// The status it leads to.
    pub to: Status,
    /// The kinds it exists for.
    pub kinds: &'static [Kind],
}

const CUSTOMER: &[Party] = &[Party::Customer];
const SYSTEM: &[Party] = &[Party::System];
/// Those who work requests.
const DESK: &[Party] = &[Party::Staff(Role::Operator), Party::Staff(Role::Receivables), Party::Staff(Role::Supervisor)];
/// Those who give work to others.
const SUPERVISORS: &[Party] = &[Party::Staff(Role::Supervisor)];
/// Those who take a decision that another person prepared.
const APPROVERS: &[Party] = &[Party::Staff(Role::Receivables), Party::Staff(Role::Supervisor)];
const DESK_OR_SYSTEM: &[Party] =
    &[Party::Staff(Role::Operator), Party::Staff(Role::Receivables), Party::Staff(Role::Supervisor), Party::System];
/// Legal reads dossiers and leaves notes, but decides nothing here.
const NOTERS: &[Party] = &[
    Party::Customer,
    Party::Staff(Role::Operator),
    Party::Staff(Role::Receivables),
    Party::Staff(Role::Supervisor),
    Party::Staff(Role::Legal),
    Party::System,
];

const EVERY: &[Kind] = Kind::ALL;
/// A question is answered, not approved.
const DECIDED: &[Kind] = &[Receipt, Refund, Plan, Dispute, Slip];
/// Kinds whose decision moves money, or promises to.
const MONEY: &[Kind] = &[Refund, Plan, Dispute];
/// The bank's record can settle these by itself: the payment was found, the new slip was registered.
const BY_RECORD: &[Kind] = &[Receipt, Slip];

/// A line of the table, short enough to be read as one.
const fn s(from: Status, action: Action, by: &'static [Party], to: Status, kinds: &'static [Kind]) -> Step {
    Step { from, action, by, to, kinds }
}

/// The workflow. What is not here cannot happen.
///
/// ```
/// use domain::requests::{Action, Kind, STEPS, Status};
/// // Where a plan can go while somebody reviews it, and by what.
/// let steps = STEPS.iter().filter(|step| step.from == Status::InReview && step.kinds.contains(&Kind::Plan));
/// let drawn: Vec<_> = steps.map(|step| (step.action, step.to)).collect();
/// assert!(drawn.contains(&(Action::Refuse, Status::Refused)) && drawn.contains(&(Action::AskMore, Status::WaitingCustomer)));
/// assert!(!drawn.iter().any(|(action, _)| *action == Action::Finish)); // a plan is decided first
/// ```
pub const STEPS: &[Step] = &[
    s(Received, Claim, DESK, InReview, EVERY),
    // A plan within the policy is effective at once.
    s(Received, Approve, SYSTEM, Approved, &[Plan]),
    s(Received, Finish, SYSTEM, Done, BY_RECORD),
    s(Received, Withdraw, CUSTOMER, Withdrawn, EVERY),
    s(Received, Assign, SUPERVISORS, InReview, EVERY),
    s(Received, Refer, DESK, Received, EVERY),
    s(Received, Note, NOTERS, Received, EVERY),
    s(Received, Warn, SYSTEM, Received, EVERY),
    s(Received, Escalate, SYSTEM, Received, EVERY),
    // The system puts back what is answered while the person who has it is away.
    s(InReview, Release, DESK_OR_SYSTEM, Received, EVERY),
    // What one has may be handed to a colleague; a supervisor hands over anybody's.
    s(InReview, Assign, DESK, InReview, EVERY),
    s(InReview, Refer, DESK, Received, EVERY),
    s(InReview, AskMore, DESK, WaitingCustomer, EVERY),
    s(InReview, Prepare, DESK, Prepared, MONEY),
    s(InReview, Approve, DESK, Approved, DECIDED),
    s(InReview, Refuse, DESK, RefusedStatus, EVERY),
    s(InReview, Finish, DESK, Done, &[Question]),
    s(InReview, Finish, SYSTEM, Done, BY_RECORD),
    s(InReview, Withdraw, CUSTOMER, Withdrawn, EVERY),
    s(InReview, Note, NOTERS, InReview, EVERY),
    s(InReview, Warn, SYSTEM, InReview, EVERY),
    s(InReview, Escalate, SYSTEM, InReview, EVERY),
    s(WaitingCustomer, Answer, CUSTOMER, InReview, EVERY),
    // Nothing came: staff closes it with a reason, and the customer can ask again.
    s(WaitingCustomer, Refuse, DESK, RefusedStatus, EVERY),
    s(WaitingCustomer, Finish, SYSTEM, Done, BY_RECORD),
    s(WaitingCustomer, Withdraw, CUSTOMER, Withdrawn, EVERY),
    s(WaitingCustomer, Assign, DESK, WaitingCustomer, EVERY),
    s(WaitingCustomer, Note, NOTERS, WaitingCustomer, EVERY),
    s(WaitingCustomer, Remind, SYSTEM, WaitingCustomer, EVERY),
    s(Prepared, Approve, APPROVERS, Approved, MONEY),
    s(Prepared, SendBack, DESK, InReview, MONEY),
    s(Prepared, Refuse, APPROVERS, RefusedStatus, MONEY),
    s(Prepared, Withdraw, CUSTOMER, Withdrawn, MONEY),
    s(Prepared, Note, NOTERS, Prepared, MONEY),
    s(Prepared, Warn, SYSTEM, Prepared, MONEY),
    s(Prepared, Escalate, SYSTEM, Prepared, MONEY),
    s(Approved, Finish, DESK_OR_SYSTEM, Done, DECIDED),
    // The provider could not give a Pix back: whoever had it prepares it anew, asks for an account, or says why not.
    s(Approved, Fail, SYSTEM, InReview, &[Refund]),
    s(Approved, Note, NOTERS, Approved, DECIDED),
];

impl Status {
    /// Whether somebody still has something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, RefusedStatus | Done | Withdrawn)
    }

    /// Who is expected to act next.
    #[must_use]
    pub const fn whose_turn(self) -> Turn {
        match self {
            Received | InReview | Approved => Turn::Creditor,
            WaitingCustomer => Turn::Customer,
            Prepared => Turn::Approver,
            RefusedStatus | Done | Withdrawn => Turn::Nobody,
        }
    }

    /// Whether the customer may take the request back from here.
    #[must_use]
    pub fn customer_may_withdraw(self) -> bool {
        STEPS.iter().any(|step| step.from == self && step.action == Withdraw)
    }
}

/// What the rules look at in one request. An example is in [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is asked.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// The money at stake: refunded, put into installments, disputed. Zero when none is.
    pub amount: Money,
    /// For a plan: it lies outside what the policy grants by itself.
    pub off_policy: bool,
    /// Who has claimed it.
    pub assigned_to: Option<StaffId>,
    /// Who proposed the decision; set by [`Action::Prepare`], cleared by [`Action::SendBack`] and [`Action::Fail`].
    pub prepared_by: Option<StaffId>,
}

impl Case {
    /// Whether one person must prepare the decision and another take it.
    #[must_use]
    pub fn needs_four_eyes(&self, policy: &Policy) -> bool {
        needs_four_eyes(self.kind, self.amount, self.off_policy, policy)
    }
}

/// Whether one person must prepare the decision and another take it: a refund always, a plan when off policy, a dispute
/// from the policy's amount on.
///
/// ```
/// use domain::money::Money;
/// use domain::requests::{Kind, needs_four_eyes};
/// use domain::requests::policy::Policy;
/// let policy = Policy::default();
/// let needed = |kind, reais: i64, off_policy| needs_four_eyes(kind, Money::cents(reais * 100), off_policy, &policy);
/// assert!(needed(Kind::Refund, 1, false));
/// assert!(needed(Kind::Dispute, 1_000, false) && !needed(Kind::Dispute, 999, false));
/// assert!(needed(Kind::Plan, 540, true) && !needed(Kind::Plan, 540, false));
/// ```
#[must_use]
pub fn needs_four_eyes(kind: Kind, amount: Money, off_policy: bool, policy: &Policy) -> bool {
    match kind {
        Refund => true,
        Plan => off_policy,
        Dispute => amount >= policy.dispute_four_eyes_from,
        Receipt | Slip | Question => false,
    }
}

/// Why a step cannot be taken, in the order in which a person should learn it. An example is at [`step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Refused {
    /// The request is over.
    #[error("the request is closed")]
    Closed,
    /// No such step from this status for this kind.
    #[error("not from this status")]
    NotNow,
    /// The step exists, but not for this side or role.
    #[error("not for this role")]
    NotYours,
    /// Somebody else has claimed it, or nobody has: claim it first.
    #[error("assigned to somebody else")]
    NotAssignedToYou,
    /// It needs two persons: prepare it first.
    #[error("needs four eyes: prepare it first")]
    NeedsFourEyes,
    /// The person who prepared it never approves it.
    #[error("prepared by the same person")]
    PreparedByYou,
    /// The system only grants what the policy grants.
    #[error("outside the policy: a person decides")]
    OffPolicy,
    /// The amount is above what this role may approve.
    #[error("above the limit of this role")]
    AboveYourLimit {
        /// What the role may approve, at most.
        limit: Money,
    },
}

/// Where `action` by `who` leads.
///
/// ```
/// # use domain::actors::{Role, Who};
/// # use domain::ids::StaffId;
/// # use domain::money::Money;
/// # use domain::requests::{Action, Case, Kind, Refused, Status, step};
/// # use domain::requests::policy::Policy;
/// # let (ana, policy) = (StaffId(uuid::Uuid::from_u128(1)), Policy::default());
/// # let dispute = Case {
/// #     kind: Kind::Dispute, status: Status::InReview, amount: Money::cents(30_000), off_policy: false, assigned_to: Some(ana), prepared_by: None,
/// # };
/// // A dispute of R$ 300,00 that Ana has in review: an operator approves up to R$ 200,00, accounts receivable more.
/// let by = |role| step(&dispute, Action::Approve, Who::Staff { id: ana, role }, &policy);
/// assert_eq!(by(Role::Operator), Err(Refused::AboveYourLimit { limit: Money::cents(20_000) }));
/// assert_eq!(by(Role::Receivables), Ok(Status::Approved));
/// assert_eq!(by(Role::Legal), Err(Refused::NotYours));
/// // There is nothing to claim any more, and a customer approves nothing.
/// assert_eq!(step(&dispute, Action::Claim, Who::Customer, &policy), Err(Refused::NotNow));
/// assert_eq!(step(&dispute, Action::Approve, Who::Customer, &policy), Err(Refused::NotYours));
/// ```
///
/// # Errors
/// Says why it cannot be done; see [`Refused`].
pub fn step(case: &Case, action: Action, who: Who, policy: &Policy) -> Result<Status, Refused> {
    if !case.status.is_open() {
        return Err(Refused::Closed);
    }
    let mut steps = of(case).filter(|step| step.action == action).peekable();
    if steps.peek().is_none() {
        return Err(Refused::NotNow);
    }
    let step = steps.find(|step| step.by.contains(&who.party())).ok_or(Refused::NotYours)?;
    if let Who::Staff { id, role } = who {
        check_assignment(case, action, id, role)?;
        check_four_eyes(case, action, id, policy)?;
        check_limit(case, action, role, policy)?;
    } else if action == Approve && (case.off_policy || case.needs_four_eyes(policy)) {
        return Err(Refused::OffPolicy);
    }
    Ok(step.to)
}

/// What `who` may do now.
///
/// ```
/// # use domain::actors::Who;
/// # use domain::money::Money;
/// # use domain::requests::{Action, Case, Kind, Status, allowed};
/// # use domain::requests::policy::Policy;
/// # let (policy, status, amount) = (Policy::default(), Status::WaitingCustomer, Money::ZERO);
/// let asked = Case { kind: Kind::Question, status, amount, off_policy: false, assigned_to: None, prepared_by: None };
/// let customer: Vec<_> = allowed(&asked, Who::Customer, &policy).collect();
/// assert_eq!(customer, [Action::Answer, Action::Withdraw, Action::Note]);
/// ```
pub fn allowed(case: &Case, who: Who, policy: &Policy) -> impl Iterator<Item = Action> {
    Action::ALL.iter().copied().filter(move |action| step(case, *action, who, policy).is_ok())
}

/// Why `who` may not do this now; `None` when it may be done. A button is disabled with this reason rather than hidden: an
/// example is at [`buttons`].
#[must_use]
pub fn disabled_reason(case: &Case, action: Action, who: Who, policy: &Policy) -> Option<Refused> {
    step(case, action, who, policy).err()
}

/// The actions that make sense for this side at this status, each with why it is disabled, if it is: what a page draws.
///
/// ```
/// # use domain::actors::{Role, Who};
/// # use domain::ids::StaffId;
/// # use domain::money::Money;
/// # use domain::requests::{Action, Case, Kind, Refused, Status, buttons, disabled_reason};
/// # use domain::requests::policy::Policy;
/// # let (ana, policy) = (StaffId(uuid::Uuid::from_u128(1)), Policy::default());
/// # let refund = Case {
/// #     kind: Kind::Refund, status: Status::InReview, amount: Money::cents(50_000), off_policy: false, assigned_to: Some(ana), prepared_by: None,
/// # };
/// // A refund in Ana's hands: she sees the approval, and that it takes a second person.
/// let who = Who::Staff { id: ana, role: Role::Receivables };
/// let drawn: Vec<_> = buttons(&refund, who, &policy).collect();
/// assert!(drawn.contains(&(Action::Prepare, None)));
/// assert!(drawn.contains(&(Action::Approve, Some(Refused::NeedsFourEyes))));
/// assert_eq!(disabled_reason(&refund, Action::Approve, who, &policy), Some(Refused::NeedsFourEyes));
/// // What makes no sense here is not drawn.
/// assert!(!drawn.iter().any(|(action, _)| *action == Action::Answer));
/// ```
pub fn buttons(case: &Case, who: Who, policy: &Policy) -> impl Iterator<Item = (Action, Option<Refused>)> {
    Action::ALL.iter().copied().filter_map(move |action| match step(case, action, who, policy) {
        Ok(_) => Some((action, None)),
        Err(Refused::Closed | Refused::NotNow | Refused::NotYours) => None,
        Err(reason) => Some((action, Some(reason))),
    })
}

/// The steps out of where this case stands.
fn of(case: &Case) -> impl Iterator<Item = &'static Step> {
    let (status, kind) = (case.status, case.kind);
    STEPS.iter().filter(move |step| step.from == status && step.kinds.contains(&kind))
}

/// What is in review belongs to the person who claimed it; a supervisor may still put it back into the queue, or give it to another.
fn check_assignment(case: &Case, action: Action, id: StaffId, role: Role) -> Result<(), Refused> {
    let owned = case.status == InReview && action != Note || case.status == WaitingCustomer && action == Assign;
    if owned && case.assigned_to != Some(id) && !(matches!(action, Release | Assign | Refer) && role == Role::Supervisor) {
        return Err(Refused::NotAssignedToYou);
    }
    Ok(())
}

fn check_four_eyes(case: &Case, action: Action, id: StaffId, policy: &Policy) -> Result<(), Refused> {
    if action != Approve {
        return Ok(());
    }
    if case.status == InReview && case.needs_four_eyes(policy) {
        return Err(Refused::NeedsFourEyes);
    }
    // A prepared case without its preparer is broken data: nobody can be shown to be the second person.
    if case.status == Prepared && case.prepared_by.is_none_or(|preparer| preparer == id) {
        return Err(Refused::PreparedByYou);
    }
    Ok(())
}

fn check_limit(case: &Case, action: Action, role: Role, policy: &Policy) -> Result<(), Refused> {
    let limit = policy.limit(case.kind, role);
    if action == Approve && MONEY.contains(&case.kind) && case.amount > limit {
        return Err(Refused::AboveYourLimit { limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn staff(number: u128, role: Role) -> Who {
        Who::Staff { id: StaffId(Uuid::from_u128(number)), role }
    }

    fn case(kind: Kind, status: Status) -> Case {
        Case { kind, status, amount: Money::cents(10_000), off_policy: false, assigned_to: None, prepared_by: None }
    }

    /// What the server does with the answer of [`step`]: the two names follow the actions.
    fn advance(case: &mut Case, action: Action, who: Who, policy: &Policy) -> Result<(), Refused> {
        case.status = step(case, action, who, policy)?;
        match action {
            Claim | Assign => case.assigned_to = who.staff_id(),
            Release | Refer => case.assigned_to = None,
            Prepare => case.prepared_by = who.staff_id(),
            SendBack | Fail => case.prepared_by = None,
            _ => {}
        }
        Ok(())
    }

    /// The workflow, or the part that one kind walks through, as a Mermaid diagram: `c` customer, `o` operator,
    /// `r` receivables, `s` supervisor, `l` legal, `*` the system.
    fn diagram(of: Option<Kind>) -> String {
        let mut lines = String::from("stateDiagram-v2\n    [*] --> received\n");
        let drawn =
            |step: &&Step| !matches!(step.action, Note | Warn | Escalate | Remind) && of.is_none_or(|kind| step.kinds.contains(&kind));
        for step in STEPS.iter().filter(drawn) {
            let by: String = step
                .by
                .iter()
                .map(|party| match party {
                    Party::Customer => "c",
                    Party::Staff(role) => &role.as_str()[..1],
                    Party::System => "*",
                })
                .collect();
            let kinds: Vec<_> = step.kinds.iter().map(|kind| kind.as_str()).collect();
            let every = of.is_some() || step.kinds.len() == Kind::ALL.len();
            let only = if every { String::new() } else { format!(" ({})", kinds.join(", ")) };
            lines += &format!("    {} --> {}: {} [{by}]{only}\n", step.from, step.to, step.action);
        }
        for status in Status::ALL.iter().filter(|status| !status.is_open()) {
            lines += &format!("    {status} --> [*]\n");
        }
        lines
    }

    /// When the approval in review, which the table has, is refused for want of a second person.
    fn two_persons(kind: Kind) -> &'static str {
        let policy = Policy::default();
        let needed = |cents, off_policy| needs_four_eyes(kind, Money::cents(cents), off_policy, &policy);
        match (needed(1, false), needed(1, true), needed(i64::MAX, false)) {
            (true, ..) => "always",
            (_, true, false) => "when off policy",
            (_, false, true) => "from an amount on",
            (_, false, false) => "never",
            (_, true, true) => "when off policy and from an amount on",
        }
    }

    #[test]
    fn every_kind_draws_its_own_steps() {
        for kind in Kind::ALL {
            let note = format!("    note right of in_review: a second person approves {}\n", two_persons(*kind));
            insta::assert_snapshot!(format!("steps_of_a_{kind}"), diagram(Some(*kind)) + &note);
        }
    }

    #[test]
    fn the_workflow_draws_itself() {
        insta::assert_snapshot!(diagram(None), @r"
        stateDiagram-v2
            [*] --> received
            received --> in_review: claim [ors]
            received --> approved: approve [*] (plan)
            received --> done: finish [*] (receipt, slip)
            received --> withdrawn: withdraw [c]
            received --> in_review: assign [s]
            received --> received: refer [ors]
            in_review --> received: release [ors*]
            in_review --> in_review: assign [ors]
            in_review --> received: refer [ors]
            in_review --> waiting_customer: ask_more [ors]
            in_review --> prepared: prepare [ors] (refund, plan, dispute)
            in_review --> approved: approve [ors] (receipt, refund, plan, dispute, slip)
            in_review --> refused: refuse [ors]
            in_review --> done: finish [ors] (question)
            in_review --> done: finish [*] (receipt, slip)
            in_review --> withdrawn: withdraw [c]
            waiting_customer --> in_review: answer [c]
            waiting_customer --> refused: refuse [ors]
            waiting_customer --> done: finish [*] (receipt, slip)
            waiting_customer --> withdrawn: withdraw [c]
            waiting_customer --> waiting_customer: assign [ors]
            prepared --> approved: approve [rs] (refund, plan, dispute)
            prepared --> in_review: send_back [ors] (refund, plan, dispute)
            prepared --> refused: refuse [rs] (refund, plan, dispute)
            prepared --> withdrawn: withdraw [c] (refund, plan, dispute)
            approved --> done: finish [ors*] (receipt, refund, plan, dispute, slip)
            approved --> in_review: fail [*] (refund)
            refused --> [*]
            done --> [*]
            withdrawn --> [*]
        ");
    }

    #[test]
    fn every_open_status_leads_on_and_every_status_is_reached() {
        for kind in Kind::ALL {
            let mut reached = vec![Received];
            let mut at = 0;
            while let Some(&from) = reached.get(at) {
                for step in STEPS.iter().filter(|step| step.from == from && step.kinds.contains(kind)) {
                    if !reached.contains(&step.to) {
                        reached.push(step.to);
                    }
                }
                at += 1;
            }
            for status in &reached {
                let leads_on = STEPS.iter().any(|step| step.from == *status && step.to != *status && step.kinds.contains(kind));
                assert_eq!(leads_on, status.is_open(), "{kind} {status}");
            }
            assert!(reached.contains(&Done) && reached.contains(&RefusedStatus) && reached.contains(&Withdrawn), "{kind}");
        }
    }

    #[test]
    fn no_two_lines_answer_the_same_question() {
        for (at, one) in STEPS.iter().enumerate() {
            for other in &STEPS[at + 1..] {
                let same = one.from == other.from
                    && one.action == other.action
                    && one.by.iter().any(|party| other.by.contains(party))
                    && one.kinds.iter().any(|kind| other.kinds.contains(kind));
                assert!(!same, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_refund_takes_two_persons() {
        let policy = Policy::default();
        let ana = staff(1, Role::Receivables);
        let bia = staff(2, Role::Receivables);
        let mut refund = case(Refund, Received);
        advance(&mut refund, Claim, ana, &policy).unwrap();
        assert_eq!(step(&refund, Approve, ana, &policy), Err(Refused::NeedsFourEyes));
        assert_eq!(step(&refund, Prepare, bia, &policy), Err(Refused::NotAssignedToYou));
        advance(&mut refund, Prepare, ana, &policy).unwrap();
        assert_eq!(step(&refund, Approve, ana, &policy), Err(Refused::PreparedByYou));
        // The same person in another role is still the same person.
        assert_eq!(step(&refund, Approve, staff(1, Role::Supervisor), &policy), Err(Refused::PreparedByYou));
        assert_eq!(step(&refund, Approve, staff(3, Role::Operator), &policy), Err(Refused::NotYours));
        assert_eq!(step(&refund, Approve, bia, &policy), Ok(Approved));
        refund.amount = Money::cents(200_001);
        assert_eq!(step(&refund, Approve, bia, &policy), Err(Refused::AboveYourLimit { limit: Money::cents(200_000) }));
        assert_eq!(step(&refund, Approve, staff(4, Role::Supervisor), &policy), Ok(Approved));
        refund.prepared_by = None;
        assert_eq!(step(&refund, Approve, bia, &policy), Err(Refused::PreparedByYou), "nobody knows who prepared it");
    }

    #[test]
    fn the_system_grants_only_what_the_policy_grants() {
        let policy = Policy::default();
        let mut plan = case(Plan, Received);
        assert_eq!(step(&plan, Approve, Who::System, &policy), Ok(Approved));
        plan.off_policy = true;
        assert_eq!(step(&plan, Approve, Who::System, &policy), Err(Refused::OffPolicy));
        assert_eq!(step(&case(Refund, Received), Approve, Who::System, &policy), Err(Refused::NotNow));
    }

    #[test]
    fn legal_and_administrators_decide_nothing() {
        let policy = Policy::default();
        for kind in Kind::ALL {
            for status in Status::ALL {
                assert_eq!(allowed(&case(*kind, *status), staff(9, Role::Administrator), &policy).count(), 0);
                assert!(allowed(&case(*kind, *status), staff(9, Role::Legal), &policy).all(|action| action == Note));
            }
        }
    }

    #[test]
    fn buttons_are_disabled_with_a_reason() {
        let policy = Policy::default();
        let mut refund = case(Refund, InReview);
        refund.assigned_to = Some(StaffId(Uuid::from_u128(1)));
        let mine: Vec<_> = buttons(&refund, staff(1, Role::Operator), &policy).collect();
        assert_eq!(
            mine,
            [
                (Release, None),
                (Assign, None),
                (Refer, None),
                (AskMore, None),
                (Prepare, None),
                (Approve, Some(Refused::NeedsFourEyes)),
                (Refuse, None),
                (Note, None)
            ]
        );
        assert_eq!(disabled_reason(&refund, Release, staff(2, Role::Operator), &policy), Some(Refused::NotAssignedToYou));
        assert_eq!(disabled_reason(&refund, Release, staff(2, Role::Supervisor), &policy), None);
        assert_eq!(buttons(&refund, Who::Customer, &policy).collect::<Vec<_>>(), [(Withdraw, None), (Note, None)]);
    }

    #[test]
    fn the_customer_withdraws_until_it_is_decided() {
        let may: Vec<_> = Status::ALL.iter().filter(|status| status.customer_may_withdraw()).collect();
        assert_eq!(may, [&Received, &InReview, &WaitingCustomer, &Prepared]);
    }

    fn anybody() -> impl Strategy<Value = Who> {
        prop_oneof![
            2 => Just(Who::Customer),
            1 => Just(Who::System),
            // Few persons and many roles, so that one person often comes back in another role.
            6 => (0u128..3, 0..Role::ALL.len()).prop_map(|(id, role)| staff(id, Role::ALL[role])),
        ]
    }

    /// Limits from nothing to more than any amount of a walk.
    fn any_policy() -> impl Strategy<Value = Policy> {
        (prop::collection::vec(0i64..10_000_000, Role::ALL.len()), 0i64..8_000_000).prop_map(|(limits, from)| Policy {
            approval_limits: Role::ALL.iter().copied().zip(limits.into_iter().map(Money::cents)).collect(),
            dispute_four_eyes_from: Money::cents(from),
            ..Policy::default()
        })
    }

    /// Whether a person on the side whose turn it is can take the request further; three persons in any role stand for
    /// the staff. A proposal must find a second person who decides it, in favour where the supervisor's limit reaches.
    fn their_turn_leads_on(case: &Case, policy: &Policy) -> bool {
        let can = |who, wanted: &[Action]| wanted.iter().any(|action| step(case, *action, who, policy).is_ok());
        let someone = |wanted: &[Action], but: Option<StaffId>| {
            let persons = (0..3).filter(|id| Some(StaffId(Uuid::from_u128(*id))) != but);
            persons.flat_map(|id| Role::ALL.iter().map(move |role| staff(id, *role))).any(|who| can(who, wanted))
        };
        match case.status.whose_turn() {
            Turn::Creditor if case.status == Received => someone(&[Claim], None),
            Turn::Creditor => someone(&[AskMore, Prepare, Approve, Refuse, Finish], None),
            Turn::Customer => can(Who::Customer, &[Answer]),
            Turn::Approver => {
                let within = case.amount <= policy.approval_limit(Role::Supervisor);
                someone(if within { &[Approve] } else { &[Refuse] }, case.prepared_by)
            }
            Turn::Nobody => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// The walk keeps its own memory of who proposed, so that what the rules are told cannot hide what they forget.
        #[test]
        fn random_walks_keep_the_promises(
            kind in 0..Kind::ALL.len(),
            cents in 0i64..8_000_000,
            off_policy in any::<bool>(),
            policy in any_policy(),
            walk in prop::collection::vec((anybody(), any::<prop::sample::Index>(), any::<bool>()), 1..80),
        ) {
            let kind = Kind::ALL[kind];
            let mut case = Case { off_policy, amount: Money::cents(cents), ..case(kind, Received) };
            let mut proposed_by = None;
            for (who, pick, willing) in walk {
                let before = case;
                // Half of the steps are among those that lead on: blind ones hardly ever reach a proposal, and those who
                // withdraw, refuse or put back whenever they may end most walks before one.
                let moving: Vec<_> = allowed(&case, who, &policy).filter(|action| willing && !matches!(action, Note | Withdraw | Refuse | Release | Assign | Refer | Warn | Escalate | Remind)).collect();
                let action = *pick.get(if moving.is_empty() { Action::ALL } else { &moving });
                let outcome = advance(&mut case, action, who, &policy);

                let mut lines = STEPS.iter().filter(|line| {
                    line.from == before.status && line.action == action && line.kinds.contains(&kind) && line.by.contains(&who.party())
                });
                let line = lines.next().map(|line| line.to);
                match outcome {
                    Ok(()) => prop_assert_eq!(line, Some(case.status)),
                    Err(reason) => {
                        prop_assert_eq!(case, before, "what is refused changes nothing");
                        prop_assert_eq!(reason == Refused::Closed, !before.status.is_open());
                        let named = matches!(reason, Refused::Closed | Refused::NotNow | Refused::NotYours);
                        prop_assert_eq!(named, line.is_none(), "{:?} {}", reason, action);
                    }
                }
                prop_assert!(before.status.is_open() || case == before, "what is closed stays as it is");
                prop_assert_eq!(allowed(&before, who, &policy).any(|a| a == action), outcome.is_ok());

                if outcome.is_ok() {
                    let their_own = match who.party() {
                        Party::Customer => matches!(action, Answer | Withdraw | Note),
                        Party::System => matches!(action, Approve | Finish | Fail | Note | Warn | Escalate | Remind | Release),
                        Party::Staff(Role::Administrator) => false,
                        Party::Staff(Role::Legal) => action == Note,
                        Party::Staff(_) => !matches!(action, Answer | Withdraw | Fail | Warn | Escalate | Remind),
                    };
                    prop_assert!(their_own, "{:?} {}", who, action);
                    match action {
                        Prepare => proposed_by = who.staff_id(),
                        SendBack | Fail => proposed_by = None,
                        Approve => {
                            prop_assert!(proposed_by.is_none() || proposed_by != who.staff_id(), "approves what they prepared");
                            if before.needs_four_eyes(&policy) {
                                prop_assert!(proposed_by.is_some() && who.staff_id().is_some(), "nobody prepared it");
                            }
                            if let Who::Staff { role, .. } = who && MONEY.contains(&kind) {
                                prop_assert!(case.amount <= policy.approval_limit(role));
                            }
                        }
                        _ => {}
                    }
                }
                prop_assert!(case.status != InReview || case.assigned_to.is_some());
                prop_assert_eq!(case.status.whose_turn() != Turn::Nobody, case.status.is_open());
                prop_assert_eq!(their_turn_leads_on(&case, &policy), case.status.is_open(), "{:?}", case);
            }
        }
    }
}
