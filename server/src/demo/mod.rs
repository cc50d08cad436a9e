//! A believable creditor that does not exist: a health cooperative, its customers, their bills and what they asked. Deterministic by seed,
//! relative to today. Records come in through the imports and requests through the verbs, the same doors as in life.
//!
//! Never touches a database that holds anything already.

mod agreements;
mod chance;
mod follow_up;
mod handed_over;
mod house;
mod incidents;
mod people;
mod policies;
mod records;
mod scenes;
mod templates;

use std::io::Cursor;

use chrono::NaiveDate;
use domain::actors::Role;
use domain::tax_ids::TaxId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::{self, Actor, Event};
use crate::error::{Error, Result};
use crate::imports::{self, FileError, Kind, Options};
use crate::texts::Locale;
use crate::{Server, requests, sql};
use records::{Files, World, tour};

/// Beneficiaries at scale 1.
const BENEFICIARIES: u64 = 500;
/// Beneficiaries whose records go into one round of files: enough to be quick, few enough to keep memory flat.
const AT_ONCE: usize = 1_000;

/// How a member of the demonstration's staff signs in.
#[derive(Clone, Debug)]
pub struct StaffLogin {
    /// Role.
    pub role: Role,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Password, known to all.
    pub password: String,
    /// The authenticator's secret in base32, known to all.
    pub totp_secret: String,
}

/// Why a customer of the demonstration is worth a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// Several late bills.
    InArrears,
    /// One bill paid twice.
    PaidTwice,
    /// A boleto that no bank takes any more.
    PastLimit,
    /// Acts for two companies and a parent.
    ActsForOthers,
    /// Nothing to pay.
    UpToDate,
    /// An agreement in force.
    InAgreement,
    /// A company with 5,000 bills.
    ManyBills,
}

/// How a customer of the demonstration signs in: the code comes to the demonstration's mailbox.
#[derive(Clone, Debug)]
pub struct CustomerLogin {
    /// Why.
    pub story: Story,
    /// Name.
    pub name: String,
    /// CPF or CNPJ, masked as people write it.
    pub tax_id: String,
}

/// The log-ins of a demonstration.
#[derive(Clone, Debug)]
pub struct Logins {
    /// Staff, one of each role and a second operator.
    pub staff: Vec<StaffLogin>,
    /// Customers worth a visit.
    pub customers: Vec<CustomerLogin>,
}

/// How a demonstration was begun: one that was interrupted is completed just so, on whatever day that is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Begun {
    seed: u64,
    scale: u32,
    day: NaiveDate,
}

/// Fills an empty database, the same for a seed and a day: `scale` times 500 beneficiaries, and twelve companies. Says whether
/// it did: where the demonstration is already, nothing changes; one that was interrupted is completed. `progress` is told the
/// lines so far.
///
/// # Errors
/// [`Error::Config`] for a database with somebody else's data.
pub async fn create(server: &Server, seed: u64, scale: u32, progress: impl FnMut(u64) + Send) -> Result<bool> {
    if recorded(server, "demo.created").await?.is_some() {
        return Ok(false);
    }
    let begun = match recorded(server, "demo.begun").await? {
        Some(detail) => serde_json::from_str(&detail).map_err(|_| Error::Corrupt("demonstration"))?,
        None => {
            refuse_unless_empty(server).await?;
            let begun = Begun { seed, scale: scale.max(1), day: server.clock.today() };
            house::build(server, &begun).await?;
            begun
        }
    };
    house::staff(server).await?;
    let calendar = crate::policies::calendar(&mut server.db.read().await?).await?;
    let world = World { seed: begun.seed, today: begun.day, calendar };
    // Reductions come last, and make the first entries of this kind.
    if !any(server, "select count(*) from entries where kind = 'discount'").await? {
        files(server, &world, begun.scale, progress).await?;
    }
    scenes::representations(server).await?;
    scenes::documents(server).await?;
    if !any(server, "select count(*) from notices where kind = 'clearance'").await? {
        scenes::notices(server).await?;
    }
    if !any(server, "select count(*) from replies").await? {
        scenes::replies(server).await?;
    }
    if !any(server, "select count(*) from policy_drafts").await? {
        policies::second_version(server).await?;
    }
    if !any(server, "select count(*) from requests").await? {
        scenes::requests(server).await?;
        requests::clock::watch(server).await?;
    }
    if !any(server, "select count(*) from customer_flags").await? {
        follow_up::play(server).await?;
    }
    if !any(server, "select count(*) from agencies").await? {
        handed_over::play(server).await?;
    }
    if !any(server, "select count(*) from policy_drafts where version is null").await? {
        policies::play(server).await?;
    }
    if !any(server, "select count(*) from templates").await? {
        templates::play(server).await?;
    }
    if !any(server, "select count(*) from agreements where status = 'broken'").await? {
        agreements::play(server).await?;
    }
    let mut tx = server.db.write().await?;
    let created = Event {
        actor: Actor::System,
        action: "demo.created",
        subject_kind: "creditor",
        subject_id: None,
        customer: None,
        detail: json!({}),
    };
    audit::record(server, &mut tx, created).await?;
    tx.commit().await?;
    Ok(true)
}

/// Makes and imports all files, round by round.
async fn files(server: &Server, world: &World, scale: u32, mut progress: impl FnMut(u64) + Send) -> Result<()> {
    let mut files = Files::default();
    for index in 0..people::COMPANIES.len() as u64 {
        files.company(world, index);
    }
    let mut reductions = records::BILLS.to_owned() + &files.reductions();
    let mut lines = bring_in(server, files.finish()).await?;
    let of = BENEFICIARIES * u64::from(scale);
    for from in (0..of).step_by(AT_ONCE) {
        progress(lines);
        let mut files = Files::default();
        for index in from..(from + AT_ONCE as u64).min(of) {
            files.beneficiary(world, index);
        }
        reductions.push_str(&files.reductions());
        lines += bring_in(server, files.finish()).await?;
    }
    lines += bring_in(server, vec![(Kind::Bills, reductions)]).await?;
    progress(lines);
    Ok(())
}

/// Imports files as the creditor's system would send them; says how many lines. All of a demonstration's lines are good: one
/// that is refused is a mistake here.
async fn bring_in(server: &Server, files: Vec<(Kind, String)>) -> Result<u64> {
    let mut lines = 0;
    for (kind, text) in files {
        let report = imports::run(server, kind, Cursor::new(text), Options::default(), |_| {}).await.map_err(of_import)?;
        if let Some(refusal) = report.refusals.first() {
            return Err(Error::Config(format!("{}: {}", kind.as_str(), refusal.told(Locale::En))));
        }
        lines += report.counts.lines;
    }
    Ok(lines)
}

/// What an event of the demonstration itself recorded.
async fn recorded(server: &Server, action: &str) -> Result<Option<String>> {
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional (String,): "select detail from audit_events where action = $1 order by seq limit 1", action)?;
    Ok(row.map(|(detail,)| detail))
}

async fn any(server: &Server, count: &'static str) -> Result<bool> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, one (i64,): count)?.0 > 0)
}

async fn refuse_unless_empty(server: &Server) -> Result<()> {
    if any(server, "select count(*) from creditor").await? || any(server, "select count(*) from customers").await? {
        return Err(Error::Config("the demonstration needs an empty database".into()));
    }
    Ok(())
}

/// The log-ins of the demonstration that is there.
///
/// # Errors
/// The database's. Without a demonstration there are none.
pub async fn logins(server: &Server) -> Result<Logins> {
    let tour = [
        (Story::InArrears, scenes::person_id(tour::IN_ARREARS)),
        (Story::PaidTwice, scenes::person_id(tour::PAID_TWICE)),
        (Story::PastLimit, scenes::person_id(tour::PAST_LIMIT)),
        (Story::ActsForOthers, scenes::person_id(tour::ACTS_FOR_OTHERS)),
        (Story::UpToDate, scenes::person_id(tour::UP_TO_DATE)),
        (Story::InAgreement, scenes::person_id(tour::IN_AGREEMENT)),
        (Story::ManyBills, scenes::company_id(0)),
    ];
    let mut conn = server.db.read().await?;
    let mut customers = Vec::new();
    for (story, external_id) in tour {
        let row = sql!(conn, optional (String, String): "select name, tax_id from customers where external_id = $1", external_id)?;
        if let Some((name, tax_id)) = row {
            let tax_id = TaxId::parse(&tax_id).map_or(tax_id, |tax_id| tax_id.to_string());
            customers.push(CustomerLogin { story, name, tax_id });
        }
    }
    let staff = if customers.is_empty() { Vec::new() } else { house::logins() };
    Ok(Logins { staff, customers })
}

fn of_import(error: FileError) -> Error {
    match error {
        FileError::Server(error) => error,
        other => Error::Config(other.to_string()),
    }
}
