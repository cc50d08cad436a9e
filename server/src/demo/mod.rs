//! A believable creditor for a demonstration: a fictional health cooperative with its people, companies, bills and requests.
//!
//! Bulk comes in through [`crate::imports`] and requests are made through the verbs, so that nothing here could not have
//! happened. Never writes into a database that holds anything else, and never where mail leaves the house.

mod chance;
mod house;
mod people;
mod records;
mod scenes;

use std::io::Cursor;

use domain::actors::Role;
use domain::tax_ids::TaxId;
use serde_json::json;

use crate::audit::{self, Actor, Event};
use crate::error::{Error, Result};
use crate::imports::{self, FileError, Options};
use crate::{Server, policies, sql};

use records::{Files, World, tour};

/// Beneficiaries for each unit of scale.
const BENEFICIARIES: u64 = 500;
/// People whose records go into one round of files: enough to be quick, few enough to keep memory flat.
const AT_ONCE: u64 = 1_000;

/// What was made, and how to sign in.
#[derive(Clone, Debug)]
pub struct DemoSummary {
    /// Whether it was made now; else it was there already.
    pub created: bool,
    /// The creditor's name.
    pub creditor: String,
    /// Customers in the database.
    pub customers: u64,
    /// Bills in the database.
    pub bills: u64,
    /// The staff, by role.
    pub staff: Vec<StaffLogin>,
    /// Customers worth signing in as. Their codes arrive in the demonstration's mailbox.
    pub tour: Vec<CustomerLogin>,
}

/// How a member of staff signs in.
#[derive(Clone, Debug)]
pub struct StaffLogin {
    /// Role.
    pub role: Role,
    /// Name.
    pub name: String,
    /// E-mail to sign in with.
    pub email: String,
    /// Password.
    pub password: String,
    /// The authenticator's secret in base32, as an authenticator takes it.
    pub totp_secret: String,
}

/// How a customer signs in, and what there is to see.
#[derive(Clone, Debug)]
pub struct CustomerLogin {
    /// What there is to see.
    pub scene: Scene,
    /// Name.
    pub name: String,
    /// CPF or CNPJ with its mask.
    pub tax_id: String,
    /// Where codes go.
    pub email: String,
}

/// What there is to see with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Several bills are late.
    InArrears,
    /// A bill was paid twice.
    PaidTwice,
    /// The slip of a late bill is past its limit date.
    PastLimit,
    /// Acts for two companies and a parent.
    ActsForOthers,
    /// Everything is paid.
    UpToDate,
    /// Pays by an agreement in force.
    InAgreement,
    /// Asked for a plan that a person has to decide.
    AsksForPlan,
    /// Says that a bill is wrong.
    Disputes,
    /// Sent a receipt today.
    SentReceipt,
    /// A company with 5,000 bills.
    ManyBills,
}

/// The tour: what there is to see, and with whom.
fn the_tour() -> [(Scene, String); 10] {
    [
        (Scene::InArrears, scenes::person_id(tour::IN_ARREARS)),
        (Scene::PaidTwice, scenes::person_id(tour::PAID_TWICE)),
        (Scene::PastLimit, scenes::person_id(tour::PAST_LIMIT)),
        (Scene::ActsForOthers, scenes::person_id(tour::ACTS_FOR_OTHERS)),
        (Scene::UpToDate, scenes::person_id(tour::UP_TO_DATE)),
        (Scene::InAgreement, scenes::person_id(tour::IN_AGREEMENT)),
        (Scene::AsksForPlan, scenes::person_id(tour::ASKS_FOR_PLAN)),
        (Scene::Disputes, scenes::person_id(tour::DISPUTES)),
        (Scene::SentReceipt, scenes::person_id(tour::SENT_RECEIPT)),
        (Scene::ManyBills, scenes::company_id(0)),
    ]
}

/// How far a demonstration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Customers made.
    pub customers: u64,
    /// Of so many.
    pub of: u64,
}

/// Makes the demonstration: the same for a seed and a day, `scale` times 500 beneficiaries and twelve companies. Does
/// nothing where it is already; one that was interrupted is completed.
///
/// # Errors
/// [`Error::Config`] outside a demonstration's configuration, or in a database that holds something else.
pub async fn create(server: &Server, seed: u64, scale: u32, mut progress: impl FnMut(Progress) + Send) -> Result<DemoSummary> {
    if !server.config.demo {
        return Err(Error::Config("demo: everybody knows its passwords, so it is made only where demo = true".into()));
    }
    let begun = happened(server, "demo.begun").await?;
    if happened(server, "demo.created").await? {
        return summary(server, false).await;
    }
    if !begun {
        refuse_unless_empty(server).await?;
        house::build(server).await?;
    }
    house::staff(server).await?;
    let world = World { seed, today: server.clock.today(), calendar: policies::calendar(&mut server.db.read().await?).await? };
    let of = BENEFICIARIES * u64::from(scale.max(1));
    let companies = people::COMPANIES.len() as u64;
    let mut files = Files::default();
    for index in 0..companies {
        files.company(&world, index);
    }
    bring_in(server, files).await?;
    progress(Progress { customers: companies, of: of + companies });
    for from in (0..of).step_by(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let to = (from + AT_ONCE).min(of);
        let mut files = Files::default();
        for index in from..to {
            files.beneficiary(&world, index);
        }
        bring_in(server, files).await?;
        progress(Progress { customers: companies + to, of: of + companies });
    }
    scenes::representations(server).await?;
    scenes::documents(server).await?;
    if !any(server, Table::Notices).await? {
        scenes::notices(server).await?;
    }
    if !any(server, Table::Requests).await? {
        scenes::requests(server).await?;
    }
    let mut tx = server.db.write().await?;
    let created = Event {
        actor: Actor::System,
        action: "demo.created",
        subject_kind: "creditor",
        subject_id: None,
        customer: None,
        detail: json!({ "seed": seed, "scale": scale }),
    };
    audit::record(server, &mut tx, created).await?;
    tx.commit().await?;
    summary(server, true).await
}

/// Imports files as the creditor's system would send them. All of a demonstration's lines are good: one that is refused is a
/// mistake here.
async fn bring_in(server: &Server, files: Files) -> Result<()> {
    for (kind, text) in files.finish() {
        let report = imports::run(server, kind, Cursor::new(text), Options::default(), |_| {}).await.map_err(of_import)?;
        if let Some(refusal) = report.refusals.first() {
            tracing::error!(kind = kind.as_str(), line = refusal.line, column = refusal.column, reason = ?refusal.reason, "refused");
            return Err(Error::Corrupt("line of the demonstration"));
        }
    }
    Ok(())
}

fn of_import(error: FileError) -> Error {
    match error {
        FileError::Server(error) => error,
        FileError::Io(error) => Error::Io(error),
        _ => Error::Corrupt("file of the demonstration"),
    }
}

async fn happened(server: &Server, action: &str) -> Result<bool> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, optional (i64,): "select seq from audit_events where action = $1 limit 1", action)?.is_some())
}

#[derive(Clone, Copy)]
enum Table {
    Creditor,
    Customers,
    Notices,
    Requests,
}

async fn any(server: &Server, table: Table) -> Result<bool> {
    let mut conn = server.db.read().await?;
    let text = match table {
        Table::Creditor => "select count(*) from (select 1 from creditor limit 1) as found",
        Table::Customers => "select count(*) from (select 1 from customers limit 1) as found",
        Table::Notices => "select count(*) from (select 1 from notices where kind = 'clearance' limit 1) as found",
        Table::Requests => "select count(*) from (select 1 from requests limit 1) as found",
    };
    Ok(sql!(conn, one (i64,): text)?.0 > 0)
}

async fn refuse_unless_empty(server: &Server) -> Result<()> {
    if any(server, Table::Creditor).await? || any(server, Table::Customers).await? {
        return Err(Error::Config("demo: this database holds a creditor or customers already".into()));
    }
    Ok(())
}

/// What is there: read back, so that it is right whatever seed made it.
async fn summary(server: &Server, created: bool) -> Result<DemoSummary> {
    let mut conn = server.db.read().await?;
    let (customers, bills) = sql!(conn, one (i64, i64): "select (select count(*) from customers), (select count(*) from bills)")?;
    let mut tour = Vec::new();
    for (scene, external_id) in the_tour() {
        let row = sql!(conn, optional (String, String, Option<String>): "select name, tax_id, email from customers where external_id = $1", external_id)?;
        let (name, tax_id, email) = row.ok_or(Error::NotFound)?;
        let tax_id = TaxId::parse(&tax_id).map_err(|_| Error::Corrupt("tax id"))?.to_string();
        tour.push(CustomerLogin { scene, name, tax_id, email: email.unwrap_or_default() });
    }
    Ok(DemoSummary {
        created,
        creditor: policies::creditor(&mut conn).await?.name,
        customers: customers.unsigned_abs(),
        bills: bills.unsigned_abs(),
        staff: house::logins(),
        tour,
    })
}
