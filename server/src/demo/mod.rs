//! A believable creditor that does not exist: a health cooperative, its customers, their bills and what they asked. Deterministic by seed,
//! relative to today. Records come in through the imports and requests through the verbs, the same doors as in life.
//!
//! Never touches a database that holds anything already.

mod chance;
mod house;
mod people;
mod records;
mod scenes;

use std::io::Cursor;

use domain::actors::Role;
use domain::tax_ids::TaxId;

use crate::error::{Error, Result};
use crate::imports::{self, FileError, Options};
use crate::{Server, policies, sql};
use records::{Files, World, tour};

/// Beneficiaries at scale 1.
const BENEFICIARIES: u64 = 500;

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

/// Fills an empty database. Says whether it did: where the demonstration is already, nothing changes.
///
/// # Errors
/// [`Error::Config`] for a database with somebody else's data.
pub async fn create(server: &Server, seed: u64, scale: u32, mut progress: impl FnMut(u64) + Send) -> Result<bool> {
    let mut conn = server.db.read().await?;
    let creditor = policies::creditor(&mut conn).await?;
    let (customers,) = sql!(conn, one (i64,): "select count(*) from customers")?;
    drop(conn);
    if creditor.name == house::NAME {
        return Ok(false);
    }
    if customers > 0 || !creditor.name.is_empty() {
        return Err(Error::Config("the demonstration needs an empty database".into()));
    }
    house::build(server).await?;
    house::staff(server).await?;
    let mut conn = server.db.read().await?;
    let world = World { seed, today: server.clock.today(), calendar: policies::calendar(&mut conn).await? };
    drop(conn);
    let mut files = Files::default();
    for index in 0..BENEFICIARIES * u64::from(scale.max(1)) {
        files.beneficiary(&world, index);
    }
    for index in 0..people::COMPANIES.len() as u64 {
        files.company(&world, index);
    }
    let mut lines = 0;
    for (kind, text) in files.finish() {
        let before = lines;
        let report = imports::run(server, kind, Cursor::new(text), Options::default(), |now| {
            lines = before + now.lines;
            progress(lines);
        })
        .await
        .map_err(of_import)?;
        if let Some(refusal) = report.refusals.first() {
            return Err(Error::Config(format!("{}: {}", kind.as_str(), refusal.told(crate::texts::Locale::En))));
        }
    }
    scenes::representations(server).await?;
    scenes::notices(server).await?;
    scenes::documents(server).await?;
    scenes::requests(server).await?;
    Ok(true)
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
