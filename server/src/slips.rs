//! Second copies of slips: the exact line the bank registered, on screen, as PDF, by e-mail; each one handed out is recorded.
//! Never computes a line, a barcode, a due date or a registered amount: what a late slip comes to is an estimate, and says so.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::boleto::bank_code::BankCode;
use domain::boleto::barcode::Barcode;
use domain::calendar::Calendar;
use domain::charges::{Calculation, late_charges};
use domain::ids::{BillId, CustomerId, SlipId};
use domain::money::Money;
use domain::requests::Kind;
use domain::slips::{Channel, NoCopy, SlipState, may_copy};
use domain::statement::{Nature, Standing, days_late};
use uuid::Uuid;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::sessions::Customer;
use crate::{Server, bills, policies, sql};

/// A slip as the bank registered it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Slip {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: SlipId,
    /// What the bank last said of it.
    #[sqlx(try_from = "String")]
    pub state: SlipState,
    /// The bank's number of it.
    pub nosso_numero: String,
    /// The creditor's number of it.
    pub document_number: String,
    /// The 44 digits of its bars.
    pub barcode: String,
    /// The Pix code registered with it.
    pub emv: Option<String>,
    /// As registered; zero when whoever pays states it.
    #[sqlx(try_from = "i64")]
    pub amount: Money,
    /// Registered.
    pub issued_on: NaiveDate,
    /// Due, as registered.
    pub due_on: NaiveDate,
    /// The last day on which any bank accepts it.
    pub limit_on: NaiveDate,
    /// Clearing code of the bank.
    pub bank_code: String,
    /// Name of the bank.
    pub bank_name: String,
    /// Whether the bank has accepted boletos drawn by us.
    pub own_drawing: bool,
}

impl Slip {
    /// The line people type, in its groups; it is the barcode in another order.
    ///
    /// # Errors
    /// A stored barcode that is none.
    pub fn line(&self) -> Result<String> {
        Ok(barcode(&self.barcode)?.to_line().to_string())
    }
}

/// An open bill, and how it can be paid.
#[derive(Clone, Debug)]
pub struct PayableBill {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    pub nature: Nature,
    /// The month it belongs to.
    pub competence: String,
    /// In the creditor's words.
    pub description: String,
    /// Due, as printed.
    pub due_on: NaiveDate,
    /// What is left to pay, without charges.
    pub balance: Money,
    /// How it can be paid.
    pub situation: Situation,
    /// Protocol of a receipt that is being looked at: it may be paid already.
    pub receipt: Option<String>,
}

/// How an open bill can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Situation {
    /// By its slip, at the amount registered.
    Payable {
        /// The slip.
        slip: Slip,
    },
    /// By its slip, which is late: the bank adds what was agreed.
    Overdue {
        /// The slip.
        slip: Slip,
        /// What that comes to on the chosen day, worked out by us: information only.
        estimate: Calculation,
    },
    /// Banks do not accept its slip any more: a new one has to be asked for.
    PastLimit {
        /// The slip.
        slip: Slip,
    },
    /// No slip is registered for it: one has to be asked for.
    NoSlip,
    /// Through its agreement only.
    InAgreement,
    /// Its collection pauses.
    Disputed,
    /// A new slip was asked for, under this protocol number.
    RequestOpen(String),
}

/// Every open bill and how it can be paid; late slips with an estimate for `pay_on` (today at the earliest, the slip's limit date at
/// the latest). The oldest first.
///
/// # Errors
/// The database's.
pub async fn payable(server: &Server, customer: &Customer, pay_on: NaiveDate) -> Result<Vec<PayableBill>> {
    let mut conn = server.db.read().await?;
    payable_of(server, &mut conn, customer.id(), pay_on).await
}

pub(crate) async fn payable_of(server: &Server, conn: &mut Conn, customer: CustomerId, pay_on: NaiveDate) -> Result<Vec<PayableBill>> {
    let today = server.clock.today();
    let calendar = policies::calendar(conn).await?;
    let rows = sql!(conn, all OpenRow:
        "select b.id, b.number, b.nature, b.competence, b.description, b.due_on, b.balance, b.standing, c.tax_id, k.fine_rate, k.monthly_interest,
                s.id as slip_id
           from bills b join contracts k on k.id = b.contract_id join customers c on c.id = b.customer_id
           left join slip_bills l on l.bill_id = b.id and l.payable
           left join slips s on s.id = l.slip_id and s.state = 'registered'
          where b.customer_id = $1 and b.balance <> 0 and b.balance > 0 order by b.due_on, b.id", customer.0)?;
    let slips = sql!(conn, all Slip:
        "select distinct s.id, s.state, s.nosso_numero, s.document_number, s.barcode, s.emv, s.amount, s.issued_on, s.due_on, s.limit_on,
                a.bank_code, a.bank_name, a.own_drawing
           from bills b join slip_bills l on l.bill_id = b.id and l.payable
           join slips s on s.id = l.slip_id and s.state = 'registered'
           join bank_agreements a on a.id = s.bank_agreement_id
          where b.customer_id = $1 and b.balance <> 0 and b.balance > 0", customer.0)?;
    let asked = sql!(conn, all Asked:
        "select l.bill_id, r.protocol, r.kind from requests r join request_bills l on l.request_id = r.id
          where r.customer_id = $1 and r.closed_at is null and r.kind in ('slip', 'receipt') order by r.opened_at", customer.0)?;
    let slips: HashMap<Uuid, Slip> = slips.into_iter().map(|slip| (slip.id.0, slip)).collect();
    let protocols = |kind: Kind| -> HashMap<BillId, &str> {
        asked.iter().filter(|asked| asked.kind == kind).map(|asked| (asked.bill_id, asked.protocol.as_str())).collect()
    };
    let (new_slips, receipts) = (protocols(Kind::Slip), protocols(Kind::Receipt));
    rows.into_iter()
        .map(|row| {
            let slip = row.slip_id.and_then(|id| slips.get(&id)).cloned();
            let situation = match (row.standing, slip) {
                (Standing::InAgreement, _) => Situation::InAgreement,
                (Standing::Disputed, _) => Situation::Disputed,
                (Standing::Open | Standing::Settled, Some(slip)) if today <= slip.limit_on => {
                    let terms = bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?;
                    match estimate(&slip, &terms, today, pay_on, &calendar) {
                        Some(estimate) => Situation::Overdue { slip, estimate },
                        None => Situation::Payable { slip },
                    }
                }
                (Standing::Open | Standing::Settled, slip) => match (new_slips.get(&row.id), slip) {
                    (Some(protocol), _) => Situation::RequestOpen((*protocol).to_owned()),
                    (None, Some(slip)) => Situation::PastLimit { slip },
                    (None, None) => Situation::NoSlip,
                },
            };
            Ok(PayableBill {
                receipt: receipts.get(&row.id).map(|protocol| (*protocol).to_owned()),
                id: row.id,
                number: row.number,
                nature: row.nature,
                competence: row.competence,
                description: row.description,
                due_on: row.due_on,
                balance: row.balance,
                situation,
            })
        })
        .collect()
}

/// What a slip comes to when it is paid late: on what is registered, since that is what the bank works with. None while it is not late on
/// the day of payment, and none for a slip whose amount the payer states.
fn estimate(slip: &Slip, terms: &domain::charges::Terms, today: NaiveDate, pay_on: NaiveDate, calendar: &Calendar) -> Option<Calculation> {
    let on = pay_on.min(slip.limit_on).max(today);
    (days_late(slip.due_on, on, calendar) > 0 && slip.amount.is_positive())
        .then(|| late_charges(slip.amount, slip.due_on, on, terms, calendar))
}

/// The slip with which a bill can be paid.
pub(crate) async fn of_bill(conn: &mut Conn, customer: CustomerId, bill: BillId) -> Result<Option<Slip>> {
    Ok(sql!(conn, optional Slip:
        "select s.id, s.state, s.nosso_numero, s.document_number, s.barcode, s.emv, s.amount, s.issued_on, s.due_on, s.limit_on,
                a.bank_code, a.bank_name, a.own_drawing
           from slip_bills l join slips s on s.id = l.slip_id join bank_agreements a on a.id = s.bank_agreement_id
          where l.bill_id = $1 and l.payable and s.customer_id = $2 and s.state = 'registered'", bill.0, customer.0)?)
}

fn barcode(digits: &str) -> Result<Barcode> {
    Barcode::parse(digits).map_err(|_| Error::Corrupt("barcode of a slip"))
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    #[sqlx(try_from = "Uuid")]
    id: BillId,
    number: String,
    #[sqlx(try_from = "String")]
    nature: Nature,
    competence: String,
    description: String,
    due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    balance: Money,
    #[sqlx(try_from = "String")]
    standing: Standing,
    tax_id: String,
    fine_rate: String,
    monthly_interest: String,
    slip_id: Option<Uuid>,
}

#[derive(sqlx::FromRow)]
struct Asked {
    #[sqlx(try_from = "Uuid")]
    bill_id: BillId,
    protocol: String,
    #[sqlx(try_from = "String")]
    kind: Kind,
}
