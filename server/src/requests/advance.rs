//! The one place where a request's status changes: guard, compare-and-set, effect, event, message and audit in one transaction.
//! Never tells what did not happen.

use domain::actors::Who;
use domain::ids::StaffId;
use domain::requests::queue::Area;
use domain::requests::{self as rules, Action, Kind, Refused, Status};
use domain::templates::notices::{Kind as Template, Variable, Words};
use domain::webhooks::Topic;
use serde_json::json;
use uuid::Uuid;

use super::{Row, clock, note_on_bills};
use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::sessions::{Customer, Staff};
use crate::templates::{self, Values};
use crate::texts::{self, Locale};
use crate::webhooks::{self, Happened};
use crate::{Server, agreements, disputes, policies, refunds, sql};

/// Who takes a step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    /// The customer of the request.
    Customer(&'a Customer),
    /// Staff.
    Staff(&'a Staff),
    /// The policy, or the bank's record.
    System,
}

impl By<'_> {
    fn who(self) -> Who {
        match self {
            Self::Customer(_) => Who::Customer,
            Self::Staff(staff) => staff.who(),
            Self::System => Who::System,
        }
    }

    pub(crate) fn actor(self) -> Actor {
        match self {
            Self::Customer(customer) => customer.actor(),
            Self::Staff(staff) => staff.actor(),
            Self::System => Actor::System,
        }
    }
}

/// One step to be taken.
pub(crate) struct Step<'a> {
    pub(crate) action: Action,
    /// What the customer reads.
    pub(crate) told: Option<&'a str>,
    /// What only staff reads.
    pub(crate) internal: Option<&'a str>,
    /// The event's id, where a form brings one.
    pub(crate) event: Option<Uuid>,
    /// To whom the request is given.
    pub(crate) to: Option<StaffId>,
    /// To which part of the house it goes.
    pub(crate) area: Option<Area>,
}

impl Step<'_> {
    /// A step without words.
    pub(crate) const fn of(action: Action) -> Self {
        Self { action, told: None, internal: None, event: None, to: None, area: None }
    }
}

/// What an effect leaves to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Something is still to come.
    Pending,
    /// Everything asked for has happened: the request is done.
    Complete,
}

/// Takes a step with a request that was taken in this transaction. Gives the status it leads to.
pub(crate) async fn advance(server: &Server, tx: &mut Tx, request: &Row, by: By<'_>, step: &Step<'_>) -> Result<Status> {
    let (moved, effect) = one_step(server, tx, request, by, step).await?;
    if effect == Effect::Complete {
        let (done, _) = one_step(server, tx, &moved, By::System, &Step::of(Action::Finish)).await?;
        tell(server, tx, &done, Message::Approved).await?;
        record(server, tx, request, &moved, by, step.action).await?;
        record(server, tx, &moved, &done, By::System, Action::Finish).await?;
        return Ok(done.status);
    }
    if let Some(message) = Message::of(step, by) {
        tell(server, tx, &moved, message).await?;
    }
    record(server, tx, request, &moved, by, step.action).await?;
    Ok(moved.status)
}

async fn one_step(server: &Server, tx: &mut Tx, request: &Row, by: By<'_>, step: &Step<'_>) -> Result<(Row, Effect)> {
    let policy = policies::requests(server, tx).await?;
    let status = rules::step(&request.case(), step.action, by.who(), &policy).map_err(refused)?;
    let now = server.clock.now();
    let staff = by.who().staff_id().map(|id| id.0);
    let mut moved = Row { status, ..request.clone() };
    match step.action {
        Action::Claim => moved.assignee_id = staff,
        Action::Release => moved.assignee_id = None,
        Action::Assign => moved.assignee_id = step.to.map(|to| to.0),
        Action::Refer => (moved.assignee_id, moved.area) = (None, step.area.unwrap_or(request.area)),
        Action::Prepare => moved.prepared_by = staff,
        Action::SendBack => moved.prepared_by = None,
        // Two persons decide anew.
        Action::Fail => (moved.prepared_by, moved.decided_by) = (None, None),
        Action::Approve | Action::Refuse => moved.decided_by = staff,
        _ => {}
    }
    if !status.is_open() {
        moved.closed_at = Some(now);
    }
    let changed = sql!(tx, execute: "update requests set status = $3, assignee_id = $4, prepared_by = $5, decided_by = $6, closed_at = $7, area = $10
        where id = $1 and status = $2 and assignee_id is not distinct from $8 and prepared_by is not distinct from $9",
        request.id.0, request.status.as_str(), status.as_str(), moved.assignee_id, moved.prepared_by, moved.decided_by, moved.closed_at,
        request.assignee_id, request.prepared_by, moved.area.as_str())?;
    if changed == 0 {
        return Err(Error::Overtaken("request_moved"));
    }
    let answered_in = clock::follow(server, tx, request, &mut moved, step.action, &policy).await?;
    sql!(tx, execute: "update requests set clock = $2, deadline_on = $3, warn_on = $4, alert = $5, waits_until = $6, answered_on = $7,
            answered_in = coalesce($8, answered_in) where id = $1",
        request.id.0, status.clock().as_str(), moved.deadline_on, moved.warn_on, moved.alert.as_str(), moved.waits_until, moved.answered_on,
        answered_in)?;
    let effect = effect(server, tx, &moved, step.action, by).await?;
    sql!(tx, execute: "insert into request_events (id, request_id, at, actor_kind, actor_id, action, from_status, to_status, told, internal, to_id, to_area)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        step.event.unwrap_or_else(|| server.id()), request.id.0, now, by.actor().kind(), by.actor().id(), step.action.as_str(),
        request.status.as_str(), status.as_str(), step.told, step.internal, step.to.map(|to| to.0), step.area.map(Area::as_str))?;
    Ok((moved, effect))
}

/// What a step does besides moving the request.
async fn effect(server: &Server, tx: &mut Tx, request: &Row, action: Action, by: By<'_>) -> Result<Effect> {
    match (request.kind, action) {
        (Kind::Receipt, Action::Approve) => {
            note_on_bills(server, tx, request, "receipt_seen").await?;
            Ok(Effect::Pending)
        }
        (Kind::Slip, Action::Approve) => {
            note_on_bills(server, tx, request, "slip_asked").await?;
            Ok(Effect::Pending)
        }
        (Kind::Refund, Action::Prepare) => refunds::prepared(tx, request).await,
        (Kind::Refund, Action::Approve) => refunds::approved(server, tx, request, by.actor()).await,
        (Kind::Refund, Action::Fail) => refunds::failed(server, tx, request).await,
        (Kind::Refund, Action::Refuse | Action::Withdraw) => refunds::ended(tx, request).await,
        (Kind::Refund, Action::Finish) => refunds::paid(tx, request).await,
        (Kind::Plan, Action::Approve) => agreements::granted(server, tx, request).await,
        (Kind::Plan, Action::Refuse | Action::Withdraw) => agreements::cancelled(server, tx, request).await,
        (Kind::Plan, Action::Finish) => agreements::in_force(tx, request).await,
        (Kind::Dispute, Action::Approve) => disputes::granted(server, tx, request).await,
        (Kind::Dispute, Action::Refuse | Action::Withdraw) => disputes::ended(tx, request).await,
        _ => Ok(Effect::Pending),
    }
}

/// What the rules refuse, by what a caller does about it: `Overtaken` is shown with the request as it is now, `Refused` names
/// its reason in the translations.
fn refused(refused: Refused) -> Error {
    match refused {
        Refused::Closed => Error::Overtaken("request_closed"),
        Refused::NotNow => Error::Overtaken("request_moved"),
        Refused::NotYours => Error::Forbidden,
        Refused::NotAssignedToYou => Error::Refused("not_assigned_to_you"),
        Refused::NeedsFourEyes => Error::Refused("needs_four_eyes"),
        Refused::PreparedByYou => Error::Refused("prepared_by_you"),
        Refused::OffPolicy => Error::Refused("off_policy"),
        Refused::AboveYourLimit { .. } => Error::Refused("above_your_limit"),
    }
}

async fn record(server: &Server, tx: &mut Tx, from: &Row, to: &Row, by: By<'_>, action: Action) -> Result<()> {
    let decided = matches!(action, Action::Approve | Action::Refuse).then_some(Topic::RequestDecided);
    let closed = (from.status.is_open() && !to.status.is_open()).then_some(Topic::RequestClosed);
    let data = json!({ "request": to.protocol.digits(), "kind": to.kind, "status": to.status });
    let told: Vec<Happened> = decided.into_iter().chain(closed).map(|topic| Happened { topic, data: data.clone() }).collect();
    webhooks::tell(server, tx, &told).await?;
    audit::record(
        server,
        tx,
        Event {
            actor: by.actor(),
            action: &format!("requests.{action}"),
            subject_kind: "request",
            subject_id: Some(to.id.0),
            customer: Some(to.customer_id),
            detail: json!({ "kind": to.kind, "from": from.status, "to": to.status }),
        },
    )
    .await
}

/// What the customer is written about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// It arrived.
    Received,
    /// Something is asked.
    Asked,
    /// Decided in favour.
    Approved,
    /// Decided against.
    Refused,
    /// Done.
    Done,
    /// What was approved did not happen; it is looked at again.
    Failed,
    /// Taken back.
    Withdrawn,
    /// Another part of the house answers.
    Referred,
    /// A message waits.
    Note,
    /// What was asked is still waited for.
    Reminded,
}

impl Message {
    /// The message of a step; steps among staff have none.
    fn of(step: &Step<'_>, by: By<'_>) -> Option<Self> {
        match step.action {
            Action::AskMore => Some(Self::Asked),
            Action::Approve => Some(Self::Approved),
            Action::Refuse => Some(Self::Refused),
            Action::Finish => Some(Self::Done),
            Action::Fail => Some(Self::Failed),
            Action::Withdraw => Some(Self::Withdrawn),
            Action::Refer => Some(Self::Referred),
            Action::Remind => Some(Self::Reminded),
            Action::Note if matches!(by, By::Staff(_)) && step.told.is_some() => Some(Self::Note),
            _ => None,
        }
    }

    const fn template(self) -> Template {
        match self {
            Self::Received => Template::RequestReceived,
            Self::Asked => Template::RequestAsked,
            Self::Approved => Template::RequestApproved,
            Self::Refused => Template::RequestRefused,
            Self::Done => Template::RequestDone,
            Self::Failed => Template::RequestFailed,
            Self::Withdrawn => Template::RequestWithdrawn,
            Self::Referred => Template::RequestReferred,
            Self::Note => Template::RequestNote,
            Self::Reminded => Template::RequestReminded,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Addressee {
    email: Option<String>,
    name: String,
    #[sqlx(try_from = "String")]
    locale: Locale,
}

/// Writes to the customer, or to whoever asked when the customer has no address: what happened and where to read it, never the
/// words, amounts or accounts themselves.
pub(crate) async fn tell(server: &Server, tx: &mut Tx, request: &Row, message: Message) -> Result<()> {
    let addressees = sql!(tx, all Addressee: "select email, name, locale from customers where id in ($1, $2) and email is not null
        order by case when id = $1 then 0 else 1 end limit 1", request.customer_id.0, request.person_id.0)?;
    let Some(Addressee { email: Some(to), name, locale }) = addressees.into_iter().next() else { return Ok(()) };
    let Words { head: subject, body } = templates::word(tx, message.template(), locale, &name, &values(server, request, locale)).await?;
    outbox::put(server, tx, &Outgoing::Mail(Mail { to, subject, body, attachments: Vec::new() })).await
}

/// What it may say.
fn values(server: &Server, request: &Row, l: Locale) -> Values {
    use texts::requests as t;
    let kind = match request.kind {
        Kind::Receipt => t::kind_receipt(l),
        Kind::Refund => t::kind_refund(l),
        Kind::Plan => t::kind_plan(l),
        Kind::Dispute => t::kind_dispute(l),
        Kind::Slip => t::kind_slip(l),
        Kind::Question => t::kind_question(l),
    };
    vec![
        (Variable::Protocol, request.protocol.to_string()),
        (Variable::Subject, kind.to_owned()),
        (Variable::Deadline, texts::date(l, request.deadline_on)),
        (Variable::Until, request.waits_until.map(|on| texts::date(l, on)).unwrap_or_default()),
        (Variable::Link, format!("{}/pedidos/{}", server.config.public_url, request.protocol.digits())),
    ]
}
