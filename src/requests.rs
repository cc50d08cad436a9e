//! Requests: what a customer asked, where it stands, who may take it one step further, and by when it is answered.
//!
//! One table of steps guards the verbs, draws the buttons, says whose turn it is and prints its own diagram. Nothing here
//! changes a status: the server does, in one place, after asking [`step`].
//!
//! Amounts are centavos, deadlines business days by the creditor's [`Calendar`]. Sources: ANS, RN 623/2024 (a protocol number
//! first, a conclusive answer within 7 business days); Decreto 7.962/2013, art. 4 (5 days, for what is bought online).
//!
//! ```
//! use domain::actors::{Role, Who};
//! use domain::ids::StaffId;
//! use domain::money::Money;
//! use domain::requests::{Action, Case, Kind, Policy, Refused, Status, step};
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

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actors::{Party, Role, Who};
use crate::calendar::Calendar;
use crate::charges::Tolerance;
use crate::forms::{FieldError, Fields, Problem, amount, optional_text, submission, text};
use crate::ids::{BillId, StaffId};
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
        /// The customer takes it back.
        Withdraw = "withdraw",
        /// Adds a message or a file; the status stays.
        Note = "note",
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

    /// How close an open request is to its deadline, for colours and order. An example is at [`urgency`].
    pub enum Urgency {
        /// The deadline is over.
        Late = "late",
        /// It is today.
        Today = "today",
        /// It is the next business day or the one after.
        Soon = "soon",
        /// There is time.
        Calm = "calm",
    }
}

use Action::{Answer, Approve, AskMore, Claim, Finish, Note, Prepare, Refuse, Release, SendBack, Withdraw};
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
    s(Received, Note, NOTERS, Received, EVERY),
    s(InReview, Release, DESK, Received, EVERY),
    s(InReview, AskMore, DESK, WaitingCustomer, EVERY),
    s(InReview, Prepare, DESK, Prepared, MONEY),
    s(InReview, Approve, DESK, Approved, DECIDED),
    s(InReview, Refuse, DESK, RefusedStatus, EVERY),
    s(InReview, Finish, DESK, Done, &[Question]),
    s(InReview, Finish, SYSTEM, Done, BY_RECORD),
    s(InReview, Withdraw, CUSTOMER, Withdrawn, EVERY),
    s(InReview, Note, NOTERS, InReview, EVERY),
    s(WaitingCustomer, Answer, CUSTOMER, InReview, EVERY),
    // Nothing came: staff closes it with a reason, and the customer can ask again.
    s(WaitingCustomer, Refuse, DESK, RefusedStatus, EVERY),
    s(WaitingCustomer, Finish, SYSTEM, Done, BY_RECORD),
    s(WaitingCustomer, Withdraw, CUSTOMER, Withdrawn, EVERY),
    s(WaitingCustomer, Note, NOTERS, WaitingCustomer, EVERY),
    s(Prepared, Approve, APPROVERS, Approved, MONEY),
    s(Prepared, SendBack, DESK, InReview, MONEY),
    s(Prepared, Refuse, APPROVERS, RefusedStatus, MONEY),
    s(Prepared, Withdraw, CUSTOMER, Withdrawn, MONEY),
    s(Prepared, Note, NOTERS, Prepared, MONEY),
    s(Approved, Finish, DESK_OR_SYSTEM, Done, DECIDED),
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
    /// Who proposed the decision; set by [`Action::Prepare`], cleared by [`Action::SendBack`].
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
/// use domain::requests::{Kind, Policy, needs_four_eyes};
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
/// # use domain::requests::{Action, Case, Kind, Policy, Refused, Status, step};
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
/// # use domain::requests::{Action, Case, Kind, Policy, Status, allowed};
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
/// # use domain::requests::{Action, Case, Kind, Policy, Refused, Status, buttons, disabled_reason};
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

/// What is in review belongs to the person who claimed it; a supervisor may still put it back into the queue.
fn check_assignment(case: &Case, action: Action, id: StaffId, role: Role) -> Result<(), Refused> {
    let owned = case.status == InReview && action != Note;
    if owned && case.assigned_to != Some(id) && !(action == Release && role == Role::Supervisor) {
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
    let limit = policy.approval_limit(role);
    if action == Approve && MONEY.contains(&case.kind) && case.amount > limit {
        return Err(Refused::AboveYourLimit { limit });
    }
    Ok(())
}

/// The creditor's settings for requests: data, with conservative defaults.
///
/// ```
/// use domain::actors::Role;
/// use domain::money::Money;
/// use domain::requests::{Kind, Policy};
/// let policy = Policy::default();
/// assert_eq!(policy.approval_limit(Role::Operator), Money::cents(20_000));
/// assert_eq!(policy.approval_limit(Role::Legal), Money::ZERO);
/// assert!(Kind::ALL.iter().all(|kind| policy.business_days(*kind) <= 7)); // ANS, RN 623/2024
/// // A settings file names what differs.
/// let settings: Policy = serde_json::from_str(r#"{"deadlines": {"refund": 10}}"#)?;
/// assert_eq!((settings.business_days(Kind::Refund), settings.business_days(Kind::Slip)), (10, 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Business days to a conclusive answer, by kind.
    pub deadlines: Deadlines,
    /// The most each role may approve; a role that is not listed approves no money.
    pub approval_limits: BTreeMap<Role, Money>,
    /// From this amount on a dispute is decided by two persons.
    pub dispute_four_eyes_from: Money,
    /// From this amount on, money whose slip is not known is laid on a bill by two persons.
    pub allocation_four_eyes_from: Money,
    /// How far the late charges that a bank took may be from ours.
    pub late_charge_tolerance: Tolerance,
}

/// Business days to a conclusive answer, counted from the day after opening.
///
/// The ceiling for a health-plan operator is 7 business days (ANS, RN 623/2024, requests that are not about care); the
/// defaults stay at or under it, and within the 5 days of Decreto 7.962/2013 art. 4 for questions and receipts. An example is
/// at [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deadlines {
    /// For [`Kind::Receipt`].
    pub receipt: u16,
    /// For [`Kind::Refund`].
    pub refund: u16,
    /// For [`Kind::Plan`]: an overdue bill grows while one waits.
    pub plan: u16,
    /// For [`Kind::Dispute`].
    pub dispute: u16,
    /// For [`Kind::Slip`]: somebody wants to pay.
    pub slip: u16,
    /// For [`Kind::Question`].
    pub question: u16,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { receipt: 3, refund: 7, plan: 3, dispute: 7, slip: 2, question: 5 }
    }
}

impl Default for Policy {
    /// An operator may decide small matters alone (R$ 200,00), accounts receivable R$ 2.000,00, a supervisor R$ 50.000,00.
    /// These are starting points for a creditor to set, not law.
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            approval_limits: [
                (Role::Operator, Money::cents(20_000)),
                (Role::Receivables, Money::cents(200_000)),
                (Role::Supervisor, Money::cents(5_000_000)),
            ]
            .into(),
            dispute_four_eyes_from: Money::cents(100_000),
            allocation_four_eyes_from: Money::cents(100_000),
            late_charge_tolerance: Tolerance::default(),
        }
    }
}

impl Policy {
    /// The most this role may approve.
    #[must_use]
    pub fn approval_limit(&self, role: Role) -> Money {
        self.approval_limits.get(&role).copied().unwrap_or(Money::ZERO)
    }

    /// Business days to a conclusive answer.
    #[must_use]
    pub const fn business_days(&self, kind: Kind) -> u16 {
        match kind {
            Receipt => self.deadlines.receipt,
            Refund => self.deadlines.refund,
            Plan => self.deadlines.plan,
            Dispute => self.deadlines.dispute,
            Slip => self.deadlines.slip,
            Question => self.deadlines.question,
        }
    }
}

/// The last day on which a request opened on `opened_on` is answered in time.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::requests::{Kind, Policy, deadline};
/// // A receipt sent on a Thursday: three business days, which Friday's holiday and the weekend are not.
/// let last = deadline(Kind::Receipt, "2026-11-19".parse()?, &Calendar::default(), &Policy::default());
/// assert_eq!(last, "2026-11-25".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn deadline(kind: Kind, opened_on: NaiveDate, calendar: &Calendar, policy: &Policy) -> NaiveDate {
    calendar.add_business_days(opened_on, policy.business_days(kind))
}

/// How close the deadline is.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::requests::{Urgency, urgency};
/// let (deadline, calendar) = ("2026-11-24".parse()?, Calendar::default());
/// // On the Thursday before it two business days are left, Monday and the day itself.
/// assert_eq!(urgency(deadline, "2026-11-19".parse()?, &calendar), Urgency::Soon);
/// assert_eq!(urgency(deadline, "2026-11-18".parse()?, &calendar), Urgency::Calm);
/// assert_eq!(urgency(deadline, "2026-11-25".parse()?, &calendar), Urgency::Late);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn urgency(deadline: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Urgency {
    if deadline < today {
        Urgency::Late
    } else if deadline == today {
        Urgency::Today
    } else if calendar.business_days_between(today, deadline) <= 2 {
        Urgency::Soon
    } else {
        Urgency::Calm
    }
}

/// The number a customer is given at once: ANS registration of the operator (6 digits), date (8) and the day's sequence (6),
/// the 20 digits health plans use. A creditor without a registration has 000000.
///
/// ```
/// use domain::requests::Protocol;
/// let protocol: Protocol = "363461.20261121.000042".parse()?;
/// assert_eq!(protocol.digits(), "36346120261121000042");
/// assert_eq!(protocol, Protocol::new(363_461, protocol.on(), 42)?);
/// # Ok::<(), domain::requests::ProtocolError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Protocol {
    registration: u32,
    on: NaiveDate,
    sequence: u32,
}

/// Why something is not a protocol number.
///
/// ```
/// use domain::requests::{Protocol, ProtocolError};
/// let typed = |text: &str| text.parse::<Protocol>().unwrap_err();
/// assert_eq!(typed("363461.20261321.000042"), ProtocolError::Date);
/// assert_eq!(typed("363461.20261121.42"), ProtocolError::Length);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Not 20 digits once points, blanks and hyphens are left out.
    #[error("a protocol number has 20 digits")]
    Length,
    /// Something other than digits and separators, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
    /// The middle is not a date.
    #[error("no such date")]
    Date,
    /// The registration or the sequence needs more than six digits.
    #[error("registration and sequence have at most six digits")]
    Range,
}

impl Protocol {
    /// The protocol of the `sequence`-th request of a day.
    ///
    /// # Errors
    /// When a number needs more than six digits, or the year more than four.
    pub fn new(registration: u32, on: NaiveDate, sequence: u32) -> Result<Self, ProtocolError> {
        if registration > 999_999 || sequence > 999_999 {
            return Err(ProtocolError::Range);
        }
        if !(0..=9999).contains(&on.year()) {
            return Err(ProtocolError::Date);
        }
        Ok(Self { registration, on, sequence })
    }

    /// The 20 digits, as stored.
    #[must_use]
    pub fn digits(&self) -> String {
        format!("{:06}{:04}{:02}{:02}{:06}", self.registration, self.on.year(), self.on.month(), self.on.day(), self.sequence)
    }

    /// The day it was given.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        self.on
    }
}

/// In groups that can be read aloud: `363461.20261121.000042`.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}.{:04}{:02}{:02}.{:06}", self.registration, self.on.year(), self.on.month(), self.on.day(), self.sequence)
    }
}

impl FromStr for Protocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let belongs = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '/') || c.is_whitespace();
        if let Some(at) = text.chars().position(|c| !belongs(c)) {
            return Err(ProtocolError::Character(at));
        }
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        if digits.len() != 20 {
            return Err(ProtocolError::Length);
        }
        let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |number, digit| number * 10 + digit);
        let year = i32::try_from(number(6, 10)).map_err(|_| ProtocolError::Date)?;
        let on = NaiveDate::from_ymd_opt(year, number(10, 12), number(12, 14)).ok_or(ProtocolError::Date)?;
        Self::new(number(0, 6), on, number(14, 20))
    }
}

impl TryFrom<String> for Protocol {
    type Error = ProtocolError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Protocol> for String {
    fn from(protocol: Protocol) -> Self {
        protocol.digits()
    }
}

/// A general question, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::QuestionForm;
/// let submission = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// let form = QuestionForm { text: "Por que o valor mudou?".into(), submission };
/// assert_eq!(form.parse().map(|(text, _)| text).as_deref(), Ok("Por que o valor mudou?"));
/// assert_eq!(QuestionForm { text: " ".into(), ..form }.parse(), Err(vec![FieldError::new("text", Problem::Missing)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionForm {
    /// The question.
    pub text: String,
    /// See [`submission`].
    pub submission: String,
}

impl QuestionForm {
    /// Reads the form: the question and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(String, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let text = fields.read("text", text(&self.text, MESSAGE));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(text.zip(submission))
    }
}

/// The longest message, in characters: about two printed pages.
const MESSAGE: u16 = 4_000;

/// A message in a request, as typed; files may go with it.
///
/// ```
/// use domain::requests::MessageForm;
/// let form = MessageForm { text: String::new(), submission: "0190a5c2-0000-7000-8000-000000000001".into() };
/// assert!(form.parse(true).is_ok() && form.parse(false).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    /// The message.
    pub text: String,
    /// See [`submission`].
    pub submission: String,
}

impl MessageForm {
    /// Reads the form: the message, which may be empty when files go with it, and the number of this showing.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, with_files: bool) -> Result<(Option<String>, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let message = optional_text(&self.text, MESSAGE);
        let text = fields.read("text", if with_files { message } else { message.and_then(|text| text.map(Some).ok_or(Problem::Missing)) });
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(text.zip(submission))
    }
}

/// The wish for a new boleto, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::SlipForm;
/// let id = "0190a5c2-0000-7000-8000-000000000001".to_owned();
/// assert!(SlipForm { bill: id.clone(), submission: id.clone() }.parse().is_ok());
/// let tampered = SlipForm { bill: "1; drop".into(), submission: id };
/// assert_eq!(tampered.parse(), Err(vec![FieldError::new("bill", Problem::Unknown)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlipForm {
    /// Id of the bill.
    pub bill: String,
    /// See [`submission`].
    pub submission: String,
}

impl SlipForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(BillId, Uuid), Vec<FieldError>> {
        let mut fields = Fields::default();
        let bill = fields.read("bill", self.bill.trim().parse().map_err(|_| Problem::Unknown));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish(bill.zip(submission))
    }
}

/// What staff writes with a step, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::money::Money;
/// use domain::requests::{Action, DecisionForm, Kind};
/// let granted = DecisionForm { told: "Você tem razão.".into(), amount: "50,00".into(), ..DecisionForm::default() };
/// let valid = granted.parse(Kind::Dispute, Action::Prepare).unwrap();
/// assert_eq!(valid.amount, Some(Money::cents(5_000)));
/// // Nobody is refused without a word.
/// let silent = DecisionForm::default().parse(Kind::Dispute, Action::Refuse);
/// assert_eq!(silent, Err(vec![FieldError::new("told", Problem::Missing)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// What the customer reads.
    pub told: String,
    /// What only staff reads.
    pub internal: String,
    /// For a dispute: how much is taken off the bill.
    pub amount: String,
}

/// What staff writes with a step, complete for that step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidDecisionForm {
    /// What the customer reads.
    pub told: Option<String>,
    /// What only staff reads.
    pub internal: Option<String>,
    /// For a dispute: how much is taken off the bill.
    pub amount: Option<Money>,
}

impl DecisionForm {
    /// Reads the form for one step: a refusal, a question and an answer are words to the customer; a note is words to
    /// anybody; a dispute is granted with an amount.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, kind: Kind, action: Action) -> Result<ValidDecisionForm, Vec<FieldError>> {
        let must_tell = matches!((action, kind), (Refuse | AskMore, _) | (Finish, Question));
        let mut fields = Fields::default();
        let told = fields.read("told", optional_text(&self.told, MESSAGE));
        let internal = fields.read("internal", optional_text(&self.internal, MESSAGE));
        if must_tell && told == Some(None) {
            fields.refuse("told", Problem::Missing);
        }
        if action == Note && told == Some(None) && internal == Some(None) {
            fields.refuse("internal", Problem::Missing);
        }
        let granted = if kind == Dispute && matches!(action, Prepare | Approve) {
            fields.read("amount", granted(&self.amount, action == Prepare))
        } else {
            Some(None)
        };
        fields.finish((|| Some(ValidDecisionForm { told: told?, internal: internal?, amount: granted? }))())
    }
}

/// The amount taken off a disputed bill: said when it is proposed; may be left out by whoever approves the proposal.
fn granted(raw: &str, required: bool) -> Result<Option<Money>, Problem> {
    if raw.trim().is_empty() && !required {
        return Ok(None);
    }
    let granted = amount(raw)?;
    if granted.is_positive() { Ok(Some(granted)) } else { Err(Problem::AmountBelow { min: Money::cents(1) }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

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
            Claim => case.assigned_to = who.staff_id(),
            Release => case.assigned_to = None,
            Prepare => case.prepared_by = who.staff_id(),
            SendBack => case.prepared_by = None,
            _ => {}
        }
        Ok(())
    }

    /// The workflow, or the part that one kind walks through, as a Mermaid diagram: `c` customer, `o` operator,
    /// `r` receivables, `s` supervisor, `l` legal, `*` the system.
    fn diagram(of: Option<Kind>) -> String {
        let mut lines = String::from("stateDiagram-v2\n    [*] --> received\n");
        let drawn = |step: &&Step| step.action != Note && of.is_none_or(|kind| step.kinds.contains(&kind));
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
            in_review --> received: release [ors]
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
            prepared --> approved: approve [rs] (refund, plan, dispute)
            prepared --> in_review: send_back [ors] (refund, plan, dispute)
            prepared --> refused: refuse [rs] (refund, plan, dispute)
            prepared --> withdrawn: withdraw [c] (refund, plan, dispute)
            approved --> done: finish [ors*] (receipt, refund, plan, dispute, slip)
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
            [(Release, None), (AskMore, None), (Prepare, None), (Approve, Some(Refused::NeedsFourEyes)), (Refuse, None), (Note, None)]
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

    #[test]
    fn deadlines_are_counted_in_business_days() {
        let (calendar, policy) = (Calendar::default(), Policy::default());
        assert_eq!(deadline(Refund, day("2026-11-19"), &calendar, &policy), day("2026-12-01"));
        assert_eq!(deadline(Slip, day("2026-11-19"), &calendar, &policy), day("2026-11-24"));
        // RN 623/2024: never more than seven business days.
        assert!(Kind::ALL.iter().all(|kind| (1..=7).contains(&policy.business_days(*kind))));
        for (today, expected) in
            [("2026-12-02", Urgency::Late), ("2026-12-01", Urgency::Today), ("2026-11-27", Urgency::Soon), ("2026-11-26", Urgency::Calm)]
        {
            assert_eq!(urgency(day("2026-12-01"), day(today), &calendar), expected, "{today}");
        }
    }

    #[test]
    fn a_policy_may_be_written_in_part() {
        let policy: Policy = serde_json::from_str(r#"{"deadlines":{"plan":1},"approval_limits":{"supervisor":100}}"#).unwrap();
        assert_eq!(policy.business_days(Plan), 1);
        assert_eq!(policy.business_days(Refund), 7);
        assert_eq!(policy.approval_limit(Role::Supervisor), Money::cents(100));
        assert_eq!(policy.approval_limit(Role::Receivables), Money::ZERO);
    }

    #[test]
    fn a_decision_is_worded_where_the_customer_waits_for_words() {
        let empty = DecisionForm::default();
        let problem = |kind, action| empty.parse(kind, action).err().map(|errors| (errors[0].field.to_string(), errors[0].problem));
        let missing = |field: &str| Some((field.to_owned(), Problem::Missing));
        assert_eq!(problem(Refund, Refuse), missing("told"));
        assert_eq!(problem(Receipt, AskMore), missing("told"));
        assert_eq!(problem(Question, Finish), missing("told"));
        assert_eq!(problem(Receipt, Finish), None);
        assert_eq!(problem(Plan, Note), missing("internal"));
        assert_eq!(problem(Dispute, Prepare), missing("amount"));
        assert_eq!(problem(Dispute, Approve), None);
        let form = DecisionForm { amount: "0".into(), ..DecisionForm::default() };
        assert_eq!(form.parse(Dispute, Approve), Err(vec![FieldError::new("amount", Problem::AmountBelow { min: Money::cents(1) })]));
        assert_eq!(form.parse(Refund, Approve), Ok(ValidDecisionForm::default()));
    }

    #[test]
    fn a_message_is_words_or_files() {
        let submission = Uuid::from_u128(5).to_string();
        let form = MessageForm { text: " ".into(), submission };
        assert_eq!(form.parse(true), Ok((None, Uuid::from_u128(5))));
        assert_eq!(form.parse(false), Err(vec![FieldError::new("text", Problem::Missing)]));
        assert_eq!(QuestionForm::default().parse().unwrap_err().len(), 2);
        assert_eq!(SlipForm::default().parse().unwrap_err().len(), 2);
    }

    #[test]
    fn protocols_are_read_as_people_type_them() {
        let protocol = Protocol::new(363_461, day("2026-11-21"), 42).unwrap();
        assert_eq!(protocol.to_string(), "363461.20261121.000042");
        for text in ["36346120261121000042", "363461 20261121 000042", " 363461.20261121-000042 "] {
            assert_eq!(text.parse(), Ok(protocol), "{text}");
        }
        assert_eq!("3634612026112100004".parse::<Protocol>(), Err(ProtocolError::Length));
        assert_eq!("36346120261321000042".parse::<Protocol>(), Err(ProtocolError::Date));
        assert_eq!("ABC46120261121000042".parse::<Protocol>(), Err(ProtocolError::Character(0)));
        assert_eq!(Protocol::new(1_000_000, day("2026-11-21"), 1), Err(ProtocolError::Range));
        assert_eq!(serde_json::to_string(&protocol).unwrap(), "\"36346120261121000042\"");
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
                let moving: Vec<_> = allowed(&case, who, &policy).filter(|action| willing && !matches!(action, Note | Withdraw | Refuse | Release)).collect();
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
                        Party::System => matches!(action, Approve | Finish | Note),
                        Party::Staff(Role::Administrator) => false,
                        Party::Staff(Role::Legal) => action == Note,
                        Party::Staff(_) => !matches!(action, Answer | Withdraw),
                    };
                    prop_assert!(their_own, "{:?} {}", who, action);
                    match action {
                        Prepare => proposed_by = who.staff_id(),
                        SendBack => proposed_by = None,
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

        #[test]
        fn protocols_read_back(registration in 0u32..1_000_000, days in 0u32..100_000, sequence in 0u32..1_000_000) {
            let protocol = Protocol::new(registration, crate::calendar::days_after(day("2000-01-01"), days), sequence).unwrap();
            prop_assert_eq!(protocol.to_string().parse(), Ok(protocol));
            prop_assert_eq!(Protocol::try_from(protocol.digits()), Ok(protocol));
        }

        #[test]
        fn reading_a_protocol_never_panics(text in "\\PC{0,30}") {
            let _ = text.parse::<Protocol>();
        }
    }
}
