//! Customers and bills, as the creditor's systems read them: by the ids that those systems gave.

use chrono::NaiveDate;
use domain::api_keys::Scope;
use domain::charges::Calculation;
use domain::ids::BillId;
use domain::statement::Standing;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, Type};
use uuid::Uuid;

use crate::api_keys::ApiKey;
use crate::error::{Error, Result};
use crate::{Server, bills as all_bills, sql};

/// A customer.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = CustomerRecord)]
pub(crate) struct CustomerOut {
    #[serde(skip)]
    id: Uuid,
    /// Its key in the creditor's system.
    external_id: String,
    /// CPF or CNPJ, without its mask.
    tax_id: String,
    /// Name.
    name: String,
    /// Where mail goes.
    email: Option<String>,
    /// Telephone.
    phone: Option<String>,
    /// Street, number, complement, district.
    address: String,
    /// City.
    city: String,
    /// State, two letters.
    state: String,
    /// CEP, eight digits.
    postal_code: String,
    /// The language of messages.
    locale: String,
}

/// A bill.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = BillRecord)]
pub(crate) struct BillOut {
    #[serde(skip)]
    id: Uuid,
    /// Its key in the creditor's system.
    external_id: String,
    /// The customer's.
    customer: String,
    /// The contract's.
    contract: String,
    /// As printed.
    number: String,
    /// What it is for.
    nature: String,
    /// The month it is for: `2026-11`.
    competence: String,
    /// In words.
    description: String,
    /// Issued.
    issued_on: NaiveDate,
    /// Due.
    due_on: NaiveDate,
    /// Centavos, as issued.
    amount: i64,
    /// Centavos that are open, without late charges that were not posted; negative in the customer's favour.
    balance: i64,
    /// What may be done with it.
    #[schema(schema_with = standing)]
    standing: String,
    /// Protocol of the agreement it is paid through.
    agreement: Option<String>,
}

fn standing() -> Object {
    words(Standing::ALL.iter().map(|word| word.as_str()))
}

/// A text that is one of these words.
pub(crate) fn words(words: impl Iterator<Item = &'static str>) -> Object {
    utoipa::openapi::ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.collect::<Vec<_>>())).build()
}

/// A bill, opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillDetail)]
pub(crate) struct BillDetailOut {
    /// The bill.
    bill: BillOut,
    /// What it costs on the day asked for; nothing when it cannot be paid by itself.
    calculation: Option<CalculationOut>,
    /// Its ledger, oldest first.
    entries: Vec<EntryOut>,
    /// The slip with which it can be paid now.
    slip: Option<String>,
}

/// What a bill costs on a day. Amounts are centavos.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calculation)]
pub(crate) struct CalculationOut {
    /// The day.
    on: NaiveDate,
    /// What is open.
    principal: i64,
    /// Days late that are charged.
    days: u32,
    /// Correction by the contract's index.
    correction: i64,
    /// Fine.
    fine: i64,
    /// Interest.
    interest: i64,
    /// Taken off for paying early.
    discount: i64,
    /// All of it.
    total: i64,
    /// A figure of an index is missing: the total may be too low.
    incomplete: bool,
    /// The version of the terms applied.
    version: String,
}

impl From<&Calculation> for CalculationOut {
    fn from(cost: &Calculation) -> Self {
        Self {
            on: cost.on,
            principal: cost.principal.as_cents(),
            days: cost.days,
            correction: cost.correction.map_or(0, |correction| correction.line.amount.as_cents()),
            fine: cost.fine.amount.as_cents(),
            interest: cost.interest.amount.as_cents(),
            discount: cost.discount.as_ref().map_or(0, |line| line.amount.as_cents()),
            total: cost.total.as_cents(),
            incomplete: cost.incomplete,
            version: cost.version.clone(),
        }
    }
}

/// A line of a bill's ledger. Amounts are centavos.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub(crate) struct EntryOut {
    /// The day it counts from.
    effective_on: NaiveDate,
    /// What it says.
    kind: &'static str,
    /// Debits positive.
    amount: i64,
    /// Of the bill, after it.
    balance: i64,
}

/// Customers in the order in which they came, after one of them.
///
/// # Errors
/// [`Error::Forbidden`].
pub(crate) async fn customers(server: &Server, key: &ApiKey, after: Uuid, limit: i64) -> Result<Vec<(Uuid, CustomerOut)>> {
    key.may(Scope::CustomersRead)?;
    let mut conn = server.db.read().await?;
    let lines = sql!(conn, all CustomerOut: "select id, external_id, tax_id, name, email, phone, address, city, state, postal_code, locale
        from customers where id > $1 order by id limit $2", after, limit)?;
    Ok(lines.into_iter().map(|line| (line.id, line)).collect())
}

/// One customer.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub(crate) async fn customer(server: &Server, key: &ApiKey, external_id: &str) -> Result<CustomerOut> {
    key.may(Scope::CustomersRead)?;
    let mut conn = server.db.read().await?;
    sql!(conn, optional CustomerOut: "select id, external_id, tax_id, name, email, phone, address, city, state, postal_code, locale
        from customers where external_id = $1", external_id)?
    .ok_or(Error::NotFound)
}

/// Which bills; an empty text means all.
pub(crate) struct BillFilter<'a> {
    pub(crate) customer: &'a str,
    pub(crate) standing: &'a str,
}

/// Bills in the order in which they came, after one of them.
///
/// # Errors
/// [`Error::Forbidden`]. A customer that is not there has no bills.
pub(crate) async fn bills(server: &Server, key: &ApiKey, filter: &BillFilter<'_>, after: Uuid, limit: i64) -> Result<Vec<(Uuid, BillOut)>> {
    key.may(Scope::BillsRead)?;
    let mut conn = server.db.read().await?;
    let lines = if filter.customer.is_empty() {
        sql!(conn, all BillOut: "select b.id, b.external_id, c.external_id as customer, k.external_id as contract, b.number, b.nature, b.competence,
                b.description, b.issued_on, b.due_on, b.amount, b.balance, b.standing, r.protocol as agreement
            from bills b join customers c on c.id = b.customer_id join contracts k on k.id = b.contract_id
            left join agreements a on a.id = b.agreement_id left join requests r on r.id = a.request_id
            where b.id > $1 and ($2 = '' or b.standing = $2) order by b.id limit $3", after, filter.standing, limit)?
    } else {
        sql!(conn, all BillOut: "select b.id, b.external_id, c.external_id as customer, k.external_id as contract, b.number, b.nature, b.competence,
                b.description, b.issued_on, b.due_on, b.amount, b.balance, b.standing, r.protocol as agreement
            from customers c join bills b on b.customer_id = c.id join contracts k on k.id = b.contract_id
            left join agreements a on a.id = b.agreement_id left join requests r on r.id = a.request_id
            where c.external_id = $4 and b.id > $1 and ($2 = '' or b.standing = $2) order by b.id limit $3",
            after, filter.standing, limit, filter.customer)?
    };
    Ok(lines.into_iter().map(|line| (line.id, line)).collect())
}

/// One bill, and what it costs on a day: today at the earliest, a year from now at the latest.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub(crate) async fn bill(server: &Server, key: &ApiKey, external_id: &str, on: NaiveDate) -> Result<BillDetailOut> {
    key.may(Scope::BillsRead)?;
    let mut conn = server.db.read().await?;
    let bill = sql!(conn, optional BillOut: "select b.id, b.external_id, c.external_id as customer, k.external_id as contract, b.number, b.nature, b.competence,
            b.description, b.issued_on, b.due_on, b.amount, b.balance, b.standing, r.protocol as agreement
        from bills b join customers c on c.id = b.customer_id join contracts k on k.id = b.contract_id
        left join agreements a on a.id = b.agreement_id left join requests r on r.id = a.request_id
        where b.external_id = $1", external_id)?
    .ok_or(Error::NotFound)?;
    let detail = all_bills::detail(server, &mut conn, None, BillId(bill.id), on).await?;
    let slip = match &detail.slip {
        Some(slip) => sql!(conn, optional (String,): "select external_id from slips where id = $1", slip.id.0)?.map(|(id,)| id),
        None => None,
    };
    let entries = detail
        .entries
        .iter()
        .map(|line| EntryOut {
            effective_on: line.effective_on,
            kind: line.kind.as_str(),
            amount: line.amount.as_cents(),
            balance: line.balance.as_cents(),
        })
        .collect();
    Ok(BillDetailOut { bill, calculation: detail.calculation.as_ref().map(CalculationOut::from), entries, slip })
}
