//! The creditor and its rules as data: who it is, what it grants, its local holidays. Never changed by a customer's request.

pub mod drafts;
pub mod previews;
pub mod versions;

use chrono::NaiveDate;
use domain::activities::ReachPolicy;
use domain::agreements::policy::PlanPolicy;
use domain::calendar::Calendar;
use domain::default_notices::DefaultPolicy;
use domain::policies::{Any, Kind};
use domain::promises::PromisePolicy;
use domain::refunds::RefundPolicy;
use domain::requests::policy::Policy;
use domain::tax_ids::TaxId;
use serde::de::DeserializeOwned;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::pdf::{Brand, Colour, Party};
use crate::{Server, sql};

/// The creditor, as printed on its documents and at the foot of every page.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct Creditor {
    /// Brand.
    pub name: String,
    /// Legal name.
    pub legal_name: String,
    /// CNPJ, unmasked.
    pub cnpj: String,
    /// Registration with ANS, six digits.
    pub ans_registration: String,
    /// Address in one line.
    pub address: String,
    /// Telephone for customers.
    pub phone: String,
    /// E-mail for customers.
    pub email: String,
    /// Contact of the person in charge of data protection (LGPD art. 41).
    pub privacy_contact: String,
    /// Colour of the brand, `#rrggbb`.
    pub brand_color: String,
}

impl Creditor {
    /// Whose paper it is.
    pub(crate) fn brand(&self) -> Brand {
        Brand { name: self.name.clone(), colour: Colour::parse(&self.brand_color).unwrap_or(Colour::new(0x22, 0x22, 0x22)) }
    }

    /// How customers reach it: telephone and e-mail, as far as there are any.
    pub(crate) fn contact(&self) -> String {
        [&self.phone, &self.email].into_iter().filter(|one| !one.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }

    /// Who writes, in full (CDC art. 42-A: name, address and CNPJ).
    pub(crate) fn party(&self) -> Party {
        Party {
            name: self.legal_name.clone(),
            tax_id: TaxId::parse(&self.cnpj).map_or_else(|_| self.cnpj.clone(), |cnpj| cnpj.to_string()),
            address: vec![self.address.clone()],
        }
    }
}

/// Who the creditor is.
///
/// # Errors
/// The database's. Before any set-up everything is empty.
pub async fn creditor(conn: &mut Conn) -> Result<Creditor> {
    let row = sql!(conn, optional Creditor:
        "select name, legal_name, cnpj, ans_registration, address, phone, email, privacy_contact, brand_color from creditor where id = 1")?;
    Ok(row.unwrap_or_default())
}

/// Rules for requests: deadlines, levels of authority, four eyes.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn requests(server: &Server, conn: &mut Conn) -> Result<Policy> {
    Ok(newest(conn, "requests", server.clock.today()).await?.unwrap_or_default())
}

/// Rules for installment plans.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn plans(server: &Server, conn: &mut Conn) -> Result<PlanPolicy> {
    Ok(newest(conn, "plans", server.clock.today()).await?.unwrap_or_default())
}

/// Rules for refunds.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn refunds(server: &Server, conn: &mut Conn) -> Result<RefundPolicy> {
    Ok(newest(conn, "refunds", server.clock.today()).await?.unwrap_or_default())
}

/// Rules for reaching people.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn reach(server: &Server, conn: &mut Conn) -> Result<ReachPolicy> {
    Ok(newest(conn, "reach", server.clock.today()).await?.unwrap_or_default())
}

/// Limits for promises to pay.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn promises(server: &Server, conn: &mut Conn) -> Result<PromisePolicy> {
    Ok(newest(conn, "promises", server.clock.today()).await?.unwrap_or_default())
}

/// Rules for notices of default.
///
/// # Errors
/// The database's, or a policy that cannot be read.
pub async fn defaults(server: &Server, conn: &mut Conn) -> Result<DefaultPolicy> {
    Ok(newest(conn, "defaults", server.clock.today()).await?.unwrap_or_default())
}

/// Business days, with the creditor's own holidays.
///
/// # Errors
/// The database's.
pub async fn calendar(conn: &mut Conn) -> Result<Calendar> {
    let days = sql!(conn, all (NaiveDate,): "select day from holidays order by day")?;
    Ok(Calendar { extra_holidays: days.into_iter().map(|(day,)| day).collect() })
}

/// What holds today of a policy of whichever kind.
pub(crate) async fn any(server: &Server, conn: &mut Conn, kind: Kind) -> Result<Any> {
    Ok(match kind {
        Kind::Plans => Any::Plans(plans(server, conn).await?),
        Kind::Promises => Any::Promises(promises(server, conn).await?),
        Kind::Refunds => Any::Refunds(refunds(server, conn).await?),
        Kind::Reach => Any::Reach(reach(server, conn).await?),
        Kind::Defaults => Any::Defaults(defaults(server, conn).await?),
    })
}

async fn newest<T: DeserializeOwned>(conn: &mut Conn, kind: &str, today: NaiveDate) -> Result<Option<T>> {
    let body = sql!(conn, optional (String,): "select body from policies where kind = $1 and valid_from <= $2 order by version desc limit 1", kind, today)?;
    body.map(|(body,)| serde_json::from_str(&body).map_err(|_| Error::Corrupt("policy"))).transpose()
}
