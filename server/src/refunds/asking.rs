//! Asking for a credit: at once where the money stays, or goes back to where it came from; by a one-time code where somebody says where to.
//! Never sends money to an account that only a session has said.

use chrono::{DateTime, Utc};
use domain::forms::{FieldError, Problem, submission};
use domain::ids::EntryId;
use domain::money::Money;
use domain::refunds::{HolderMatch, OrderStatus, RefundForm, ValidRefundForm, Way};
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Kind, Status};
use domain::sign_in::CodeForm;
use domain::statement::Credit;
use serde_json::json;
use uuid::Uuid;

use super::{Asked as How, Sealed, compensate, destination, paid_by, row, still_there, to_origin, write};
use crate::acceptances::{self, About, AcceptanceId, Asked, Purpose};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mail::Mail;
use crate::outbox::{self, Outgoing};
use crate::requests::advance::{By, Step, advance};
use crate::requests::{Row as Request, once, take_own};
use crate::sessions::{Customer, Visit};
use crate::texts::{self, Locale, refunds as t};
use crate::{Server, codes, policies, sql};

/// Asks for a credit back, or for its compensation with a bill. What goes to an account or key that is told waits for the code that goes to
/// whoever asks; so does another destination for a refund that could not go back to its origin. The same form twice asks once; a credit is
/// asked for once, whatever happens at the same time.
///
/// # Errors
/// [`Error::Form`]: see [`RefundForm::parse`]; [`Problem::Unknown`] at `credit` or `target` for what is not the customer's,
/// [`Problem::NoLongerPossible`] for what is gone or asked for already, and at `way` for what cannot go back to its origin.
/// [`Error::NotFound`] for a request that is not the customer's; [`Error::Overtaken`] when it asks for no destination any more;
/// [`Error::Throttled`]; [`Error::Refused`] with `code_no_contact`.
pub async fn submit(server: &Server, customer: &Customer, visit: &Visit, l: Locale, form: &RefundForm) -> Result<Asked> {
    let mut errors = Vec::new();
    let mut note = |field, problem| errors.push(FieldError::new(field, problem));
    let submission = submission(&form.submission).map_err(|problem| note("submission", problem)).ok();
    let credit = form.credit().map_err(|problem| note("credit", problem)).ok();
    let target = form.target().map_err(|problem| note("target", problem)).ok();
    let (Some(submission), Some(credit), Some(target)) = (submission, credit, target) else { return Err(errors.into()) };
    if let Some(asked) = acceptances::asked(server, customer, submission).await? {
        return Ok(asked);
    }
    let mut conn = server.db.read().await?;
    let valid = read(&mut conn, customer, credit, form).await?;
    drop(conn);
    match valid {
        ValidRefundForm::Refund { .. } => return ask(server, customer, visit, l, submission, form).await,
        // Staff asked for an account.
        _ if !form.request.trim().is_empty() => return Err(Error::field("way", Problem::Missing)),
        ValidRefundForm::Compensate | ValidRefundForm::Origin => {}
    }
    let made = once(server, customer, submission, async {
        let mut tx = server.db.write().await?;
        let request = match valid {
            ValidRefundForm::Origin => to_origin(server, &mut tx, customer, submission, credit).await?,
            _ => compensate(server, &mut tx, customer, submission, credit, target).await?,
        };
        tx.commit().await?;
        Ok(request.protocol)
    });
    made.await.map(Asked::Done)
}

async fn read(conn: &mut Conn, customer: &Customer, credit: EntryId, form: &RefundForm) -> Result<ValidRefundForm> {
    let (payer, owner) = paid_by(conn, customer, credit).await?;
    Ok(form.parse(payer.as_deref(), &owner)?)
}

async fn ask(server: &Server, customer: &Customer, visit: &Visit, l: Locale, submission: Uuid, form: &RefundForm) -> Result<Asked> {
    acceptances::asks(server, customer, visit).await?;
    let mut tx = server.db.write().await?;
    acceptances::take_customer(&mut tx, customer.id).await?;
    let there = There::of(server, &mut tx, customer, form).await?;
    let new = acceptances::New {
        submission,
        about: About { purpose: Purpose::Refund, amount: there.amount(), payments: 0, destination: there.sealed.destination.masked() },
        hash: &there.hash,
        form,
        offer: None,
        policy: "",
    };
    let id = acceptances::begin(server, &mut tx, customer, visit, l, &new).await?;
    tx.commit().await?;
    Ok(Asked::Code(id))
}

/// A refund to an account or key, held against what there is now.
struct There {
    /// The request that waits for a destination; none asks anew.
    request: Option<Request>,
    credit: Option<Credit>,
    amount: Money,
    sealed: Sealed,
    holder_match: HolderMatch,
    /// Fingerprint of credit, amount, account and holder: keyed, for an account is easily guessed.
    hash: String,
}

impl There {
    fn amount(&self) -> Money {
        self.amount
    }

    async fn of(server: &Server, tx: &mut Tx, customer: &Customer, form: &RefundForm) -> Result<Self> {
        let gone = || Error::field("credit", Problem::NoLongerPossible);
        let (request, entry, credit, amount) = if form.request.trim().is_empty() {
            let entry = form.credit().map_err(|problem| Error::field("credit", problem))?;
            let credit = still_there(tx, customer.id.0, entry).await?.ok_or_else(gone)?;
            let asked = sql!(tx, optional (Uuid,): "select request_id from refunds where credit_entry = $1 and state in ('prepared', 'returned') limit 1", entry.0)?;
            if asked.is_some() {
                return Err(gone());
            }
            (None, entry, Some(credit), credit.amount)
        } else {
            let request = take_own(tx, customer, form.request.trim()).await?;
            let refund = if request.kind == Kind::Refund { row(tx, request.id).await? } else { return Err(Error::NotFound) };
            if request.status != Status::WaitingCustomer || refund.state != OrderStatus::Returned {
                return Err(Error::Overtaken("request_moved"));
            }
            (Some(request), refund.credit_entry, None, refund.amount)
        };
        let ValidRefundForm::Refund { destination, holder, holder_match } = read(tx, customer, entry, form).await? else {
            return Err(Error::field("way", Problem::Missing));
        };
        let asks = request.as_ref().map(|request| request.id.0);
        let bound = json!([entry.0, amount.as_cents(), destination, holder, asks]).to_string();
        let hash = server.config.keys.digest("refund confirmed", &bound);
        Ok(Self { request, credit, amount, sealed: Sealed { destination, holder }, holder_match, hash })
    }
}

/// A refund whose destination was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// Its request.
    pub protocol: Protocol,
    /// Whether it was asked for just so; else another destination was given for it.
    pub anew: bool,
}

/// Asks for the refund, or gives the destination, that the code confirms: to this account, of this amount. The same code twice asks once.
///
/// # Errors
/// [`Error::Form`] at `code` with the tries left, or that the code is over; at `credit` when the credit is gone, asked for or of another
/// amount now: then the code is used up, and nothing else happened. [`Error::NotFound`] for somebody else's; [`Error::Overtaken`];
/// [`Error::Throttled`].
pub async fn confirm(server: &Server, customer: &Customer, visit: &Visit, id: AcceptanceId, form: &CodeForm) -> Result<Confirmed> {
    let typed = form.parse()?;
    let submission = acceptances::submission(server, customer, Purpose::Refund, id).await?;
    codes::throttled(server, &[("network", &visit.network, codes::PER_NETWORK)]).await?;
    let made = acceptances::once(server, customer, submission, async {
        let mut tx = server.db.write().await?;
        acceptances::take_customer(&mut tx, customer.id).await?;
        let checked = async {
            let entered = acceptances::enter::<RefundForm>(server, &mut tx, customer, Purpose::Refund, id, &typed).await?;
            let there = There::of(server, &mut tx, customer, &entered.form).await?;
            if there.hash != entered.hash() {
                return Err(Error::field("credit", Problem::NoLongerPossible));
            }
            Ok((entered, there))
        }
        .await;
        let (entered, there) = match checked {
            Ok(checked) => checked,
            // A try counts, and a right code is used up, whatever stands against it now: so far nothing else is written.
            Err(refused @ (Error::Form(_) | Error::Overtaken(_))) => {
                tx.commit().await?;
                return Err(refused);
            }
            Err(error) => return Err(error),
        };
        let request = there.write(server, &mut tx, customer, submission).await?;
        acceptances::bind(server, &mut tx, customer, visit, &entered, request.id).await?;
        tx.commit().await?;
        Ok(request.protocol)
    });
    let protocol = made.await?;
    let mut conn = server.db.read().await?;
    let anew =
        sql!(conn, optional (Uuid,): "select id from requests where submission = $1 and customer_id = $2", submission, customer.id.0)?;
    Ok(Confirmed { protocol, anew: anew.is_some() })
}

impl There {
    async fn write(self, server: &Server, tx: &mut Tx, customer: &Customer, submission: Uuid) -> Result<Request> {
        let to = destination(server, tx, customer, &self.sealed, self.holder_match).await?;
        let free_from = to.free_from;
        let request = match (self.request, self.credit) {
            (Some(request), _) => {
                sql!(tx, execute: "update refunds set way = 'refund', end_to_end_id = null, destination_sealed = $2, destination_masked = $3,
                        destination_digest = $4, holder_match = $5, free_from = $6 where request_id = $1",
                    request.id.0, to.sealed, to.masked, to.digest, to.holder_match.as_str(), to.free_from)?;
                let step = Step { told: Some(t::account_given(customer.locale())), event: Some(submission), ..Step::of(Action::Answer) };
                advance(server, tx, &request, By::Customer(customer), &step).await?;
                request
            }
            (None, Some(credit)) => {
                let how = How { way: Way::Refund, target: None, destination: Some(to), origin: None };
                write(server, tx, customer, submission, &credit, self.amount, how).await?
            }
            (None, None) => return Err(Error::Corrupt("credit of a refund")),
        };
        if let Some(free_from) = free_from {
            warn_former(server, tx, customer, free_from, &request).await?;
        }
        Ok(request)
    }
}

/// Tells the addresses that were on file until not long ago: whoever took over an account cannot read them.
async fn warn_former(server: &Server, tx: &mut Tx, customer: &Customer, free_from: DateTime<Utc>, request: &Request) -> Result<()> {
    let policy = policies::refunds(server, tx).await?;
    let since = server.clock.now() - chrono::TimeDelta::hours(i64::from(policy.cooling_off_hours));
    let former = sql!(tx, all (String, String): "select distinct b.value, c.locale from contacts_before b join customers c on c.id = b.customer_id
        where b.customer_id in ($1, $2) and b.kind = 'email' and b.until_at >= $3 order by b.value", customer.id.0, customer.person.0, since)?;
    let creditor = policies::creditor(tx).await?;
    for (to, locale) in former {
        let l = Locale::of_tag(&locale).unwrap_or_default();
        let until = texts::date_time(l, server.clock.local(free_from));
        let protocol = request.protocol.to_string();
        let mail = Mail {
            to,
            subject: t::former_subject(l, &protocol),
            body: t::former_body(l, &creditor.name, &creditor.email, &creditor.phone, &protocol, until),
            attachments: Vec::new(),
        };
        outbox::put(server, tx, &Outgoing::Mail(mail)).await?;
    }
    Ok(())
}
