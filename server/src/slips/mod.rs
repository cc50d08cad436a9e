//! Second copies of slips: the exact line the bank registered, on screen, as PDF, by e-mail; each one handed out is recorded.
//! Never computes a line, a barcode, a due date or a registered amount: what a late slip comes to is an estimate, and says so.

pub(crate) mod turnover;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveTime};

use domain::boleto::barcode::Barcode;
use domain::calendar::Calendar;
use domain::charges::{Calculation, Terms, late_charges};
use domain::ids::{BillId, CustomerId, SlipId};
use domain::money::Money;
use domain::requests::Kind;
use domain::slips::{Channel, NoCopy, SlipState, may_copy};
use domain::statement::{Nature, Standing, days_late};
use domain::tax_ids::TaxId;
use domain::templates::notices::{Kind as Template, Variable, Words};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ledger::ChargedBefore;
use crate::mail::{Attachment, Mail};
use crate::outbox::{self, Outgoing};
use crate::pdf::boleto::{BoletoSheet, BoletoTexts, CoveredBill, Estimate};
use crate::pdf::{self, DocumentInfo, Party};
use crate::policies::Creditor;
use crate::sealing::sha256;
use crate::sessions::{Customer, Staff};
use crate::templates;
use crate::texts::{self, Locale};
use crate::throttle::{self, Limit};
use crate::{Server, bills, policies, sql};

/// Pages of one PDF.
pub const MOST: usize = 200;
/// Pages that are drawn where they are asked for; more are drawn on a thread that answers nobody else.
const FEW: usize = 4;
/// Messages with slips that one person may ask for.
const MAILS: Limit = Limit { hits: 10, seconds: 3600 };

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
        estimate: Box<Calculation>,
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
                b.charged_to, b.charges_open, b.reliefs, s.id as slip_id
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
                    let terms = row.charged.relieved(bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?)?;
                    match estimate(&slip, &terms, today, pay_on, &calendar) {
                        Some(estimate) => Situation::Overdue { slip, estimate: Box::new(estimate) },
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

/// Why no copy is handed out, in words; [`Error::Refused`] carries the word of a [`NoCopy`].
#[must_use]
pub fn no_copy(l: Locale, reason: NoCopy) -> &'static str {
    match reason {
        NoCopy::PastLimit => texts::slips::no_copy_past_limit(l),
        NoCopy::Paid => texts::slips::no_copy_paid(l),
        NoCopy::Replaced => texts::slips::no_copy_replaced(l),
        NoCopy::Closed => texts::slips::no_copy_closed(l),
        NoCopy::InAgreement => texts::slips::no_copy_in_agreement(l),
        NoCopy::Disputed => texts::slips::no_copy_disputed(l),
        NoCopy::NoSlip => texts::slips::no_copy_no_slip(l),
        NoCopy::NotDrawn => texts::slips::no_copy_not_drawn(l),
        NoCopy::TooMany => texts::slips::no_copy_too_many(l),
        NoCopy::NoEmail => texts::slips::no_copy_no_email(l),
    }
}

/// A slip to be handed out, named by itself or by a bill that it settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// The slip with which this bill can be paid.
    Bill(BillId),
    /// This slip.
    Slip(SlipId),
}

/// Second copies as one PDF, a page for each slip, in the order picked. Each one is recorded as handed out. The same slips, for the
/// same day, give the same bytes for as long as nothing about them changes.
///
/// # Errors
/// [`Error::NotFound`] for what is not this customer's; [`Error::Refused`] with the word of a [`NoCopy`].
pub async fn second_copy(server: &Server, customer: &Customer, picks: &[Pick], pay_on: NaiveDate, channel: Channel) -> Result<Vec<u8>> {
    let copies = copies(server, &mut server.db.read().await?, customer.id(), picks, pay_on).await?;
    let bytes = copies.draw(customer.locale()).await?;
    let mut tx = server.db.write().await?;
    hand_out(server, &mut tx, &copies, customer.person, channel).await?;
    tx.commit().await?;
    Ok(bytes)
}

/// The same for staff, who hand them on to the customer; the look is recorded as well.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::NotFound`]; [`Error::Refused`] with the word of a [`NoCopy`].
pub async fn second_copy_for_staff(
    server: &Server,
    staff: &Staff,
    customer: CustomerId,
    picks: &[Pick],
    pay_on: NaiveDate,
) -> Result<Vec<u8>> {
    staff.sees_customers()?;
    let copies = copies(server, &mut server.db.read().await?, customer, picks, pay_on).await?;
    let bytes = copies.draw(Locale::default()).await?;
    let mut tx = server.db.write().await?;
    hand_out(server, &mut tx, &copies, customer, Channel::Staff).await?;
    let slips: Vec<Uuid> = copies.sheets.iter().map(|sheet| sheet.slip.id.0).collect();
    let event = Event {
        actor: staff.actor(),
        action: "slips.copy",
        subject_kind: "customer",
        subject_id: Some(customer.0),
        customer: Some(customer),
        detail: json!({ "slips": slips }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await?;
    Ok(bytes)
}

/// Sends the same PDF to the address on file of the person who asks. Says the address, masked.
///
/// # Errors
/// As [`second_copy`], and [`NoCopy::NoEmail`]; [`Error::Throttled`].
pub async fn mail_me(server: &Server, customer: &Customer, picks: &[Pick], pay_on: NaiveDate) -> Result<String> {
    let mut conn = server.db.read().await?;
    let (email,) = sql!(conn, one (Option<String>,): "select email from customers where id = $1", customer.person.0)?;
    let email = email.filter(|email| !email.is_empty()).ok_or_else(|| refused(NoCopy::NoEmail))?;
    let copies = copies(server, &mut conn, customer.id(), picks, pay_on).await?;
    drop(conn);
    let mut tx = server.db.write().await?;
    let heard = throttle::hit(server, &mut tx, &format!("slips.mail/{}", customer.person.0), MAILS).await;
    tx.commit().await?;
    heard?;
    let l = customer.locale();
    let bytes = copies.draw(l).await?;
    let mut tx = server.db.write().await?;
    let count = i64::try_from(copies.sheets.len()).unwrap_or(i64::MAX);
    let slips = texts::slips::mail_slips(l, count);
    let Words { head: subject, body } =
        templates::word(&mut tx, Template::SlipCopy, l, customer.name(), &[(Variable::Slips, slips)]).await?;
    let mail = Mail {
        to: email.clone(),
        subject,
        body,
        attachments: vec![Attachment {
            name: file_name(l, copies.sheets.len()),
            media_type: "application/pdf".into(),
            base64: STANDARD.encode(bytes),
        }],
    };
    outbox::put(server, &mut tx, &Outgoing::Mail(mail)).await?;
    hand_out(server, &mut tx, &copies, customer.person, Channel::Mail).await?;
    tx.commit().await?;
    Ok(masked_email(&email))
}

/// Name of the PDF: never a person's.
#[must_use]
pub fn file_name(l: Locale, slips: usize) -> String {
    format!("{}.pdf", if slips == 1 { texts::slips::file_one(l) } else { texts::slips::file_more(l) })
}

/// An address that only those recognise who know it: `m•••@example.org`.
#[must_use]
pub fn masked_email(email: &str) -> String {
    match email.split_once('@') {
        Some((name, domain)) => format!("{}•••@{domain}", name.chars().take(1).collect::<String>()),
        None => "•••".to_owned(),
    }
}

/// A slip on the screen.
#[derive(Clone, Debug)]
pub struct OnScreen {
    /// As registered.
    pub slip: Slip,
    /// The line in its groups.
    pub line: String,
    /// The line's 47 digits, to be copied.
    pub digits: String,
    /// Branch and code of the beneficiary, as the bank prints them.
    pub agencia_codigo: String,
    /// The creditor's legal name.
    pub beneficiario: String,
    /// The creditor's CNPJ, with its mask.
    pub cnpj: String,
    /// The bills it settles.
    pub bills: Vec<Covered>,
    /// What it comes to on the chosen day, when it is late: information only.
    pub estimate: Option<Calculation>,
}

/// A bill that a slip settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Which.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What it is for.
    pub nature: Nature,
    /// The month it belongs to.
    pub competence: String,
    /// Due, as printed on the bill.
    pub due_on: NaiveDate,
    /// As issued.
    pub amount: Money,
}

/// A slip for the screen: line, barcode, Pix code, amounts. The first time a person sees one on a day, it is recorded as handed out.
///
/// # Errors
/// As [`second_copy`], except that whether we draw boletos does not matter.
pub async fn line(server: &Server, customer: &Customer, pick: Pick, pay_on: NaiveDate) -> Result<OnScreen> {
    let mut conn = server.db.read().await?;
    let mut copies = slips(server, &mut conn, customer.id(), &[pick], pay_on).await?;
    let sheet = copies.sheets.pop().ok_or(Error::NotFound)?;
    let since =
        server.clock.local(server.clock.now()).with_time(NaiveTime::MIN).earliest().map_or_else(|| server.clock.now(), |day| day.to_utc());
    let seen = sql!(conn, optional (Uuid,):
        "select id from slip_copies where slip_id = $1 and person_id = $2 and channel = 'screen' and at >= $3 limit 1",
        sheet.slip.id.0, customer.person.0, since)?;
    drop(conn);
    let line = barcode(&sheet.slip.barcode)?.to_line();
    let shown = OnScreen {
        line: line.to_string(),
        digits: line.as_str().to_owned(),
        agencia_codigo: sheet.agencia_codigo(),
        beneficiario: copies.creditor.legal_name.clone(),
        cnpj: masked(&copies.creditor.cnpj),
        bills: sheet.bills.clone(),
        estimate: sheet.estimate.clone(),
        slip: sheet.slip.clone(),
    };
    if seen.is_none() {
        copies.sheets.push(sheet);
        let mut tx = server.db.write().await?;
        hand_out(server, &mut tx, &copies, customer.person, Channel::Screen).await?;
        tx.commit().await?;
    }
    Ok(shown)
}

/// What is printed.
struct Copies {
    creditor: Creditor,
    sheets: Vec<Sheet>,
}

/// One page.
struct Sheet {
    slip: Slip,
    instructions: String,
    branch: String,
    beneficiary_code: String,
    carteira: String,
    payment_place: String,
    especie: String,
    payer: Party,
    bills: Vec<Covered>,
    estimate: Option<Calculation>,
}

impl Sheet {
    fn agencia_codigo(&self) -> String {
        format!("{}/{}", self.branch, self.beneficiary_code)
    }
}

impl Copies {
    async fn draw(&self, l: Locale) -> Result<Vec<u8>> {
        let sheets = self.sheets.iter().map(|sheet| self.sheet(l, sheet)).collect::<Result<Vec<_>>>()?;
        // No clock: the same copy has the same bytes.
        let newest = self.sheets.iter().map(|sheet| sheet.slip.issued_on).max().unwrap_or_default();
        let info = DocumentInfo {
            title: texts::slips::title(l, &self.creditor.name, i64::try_from(sheets.len()).unwrap_or(i64::MAX)),
            language: l.tag().to_owned(),
            created: newest.and_time(NaiveTime::MIN).and_utc(),
        };
        let texts = self.texts(l);
        if sheets.len() <= FEW {
            return Ok(pdf::boleto::draw(&sheets, &info, &texts)?);
        }
        let drawn =
            tokio::task::spawn_blocking(move || pdf::boleto::draw(&sheets, &info, &texts)).await.map_err(|_| Error::Corrupt("a boleto"))?;
        Ok(drawn?)
    }

    fn sheet(&self, l: Locale, sheet: &Sheet) -> Result<BoletoSheet> {
        let slip = &sheet.slip;
        Ok(BoletoSheet {
            brand: self.creditor.brand(),
            bank_name: slip.bank_name.clone(),
            barcode: barcode(&slip.barcode)?,
            local_pagamento: sheet.payment_place.clone(),
            beneficiario: self.creditor.party(),
            agencia_codigo: sheet.agencia_codigo(),
            document_date: slip.issued_on,
            document_number: slip.document_number.clone(),
            especie: sheet.especie.clone(),
            // Bills of a plan are not accepted by a signature: banks register them with aceite N.
            aceite: false,
            processing_date: slip.issued_on,
            nosso_numero: slip.nosso_numero.clone(),
            carteira: sheet.carteira.clone(),
            amount: slip.amount.is_positive().then_some(slip.amount),
            due: slip.due_on,
            instructions: sheet.instructions.lines().map(str::to_owned).collect(),
            pagador: sheet.payer.clone(),
            sacador: None,
            pix: slip.emv.clone(),
            estimate: sheet.estimate.as_ref().map(|calculation| Estimate {
                title: texts::slips::estimate_title(l, texts::date(l, calculation.on)),
                parts: vec![
                    (texts::slips::estimate_registered(l).to_owned(), calculation.principal),
                    (texts::slips::estimate_fine(l).to_owned(), calculation.fine.amount),
                    (texts::slips::estimate_interest(l, i64::from(calculation.days)), calculation.interest.amount),
                ],
                total: calculation.total,
                note: texts::slips::estimate_note(l).to_owned(),
            }),
            bills: sheet
                .bills
                .iter()
                .map(|bill| CoveredBill {
                    number: bill.number.clone(),
                    competence: format!("{} {}", bills::nature(l, bill.nature), texts::competence(l, &bill.competence)),
                    due: bill.due_on,
                    amount: bill.amount,
                })
                .collect(),
        })
    }

    fn texts(&self, l: Locale) -> BoletoTexts {
        let contact: Vec<&str> =
            [&self.creditor.phone, &self.creditor.email].into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        BoletoTexts {
            covers: texts::slips::covers(l).into(),
            bill: texts::slips::column_bill(l).into(),
            competence: texts::slips::column_competence(l).into(),
            due: texts::slips::column_due(l).into(),
            amount: texts::slips::column_amount(l).into(),
            // The page says how many.
            more: texts::slips::more(l, "{n}"),
            open_amount: texts::slips::open_amount(l).into(),
            estimate_total: texts::slips::estimate_total(l).into(),
            pix: texts::slips::pix(l).into(),
            pix_hint: texts::slips::pix_hint(l).into(),
            pix_code: texts::slips::pix_code(l).into(),
            pix_alternative: texts::slips::pix_alternative(l).into(),
            barcode_alternative: texts::slips::barcode_alternative(l).into(),
            contact: if contact.is_empty() { String::new() } else { texts::slips::contact(l, contact.join(" · ")) },
            cut: texts::slips::cut(l).into(),
        }
    }
}

/// With its mask; as it is when it cannot be read.
fn masked(tax_id: &str) -> String {
    TaxId::parse(tax_id).map_or_else(|_| tax_id.to_owned(), |tax_id| tax_id.to_string())
}

fn refused(reason: NoCopy) -> Error {
    Error::Refused(reason.as_str())
}

/// Writes down that copies were handed out: proof that the boleto was there to be paid.
async fn hand_out(server: &Server, tx: &mut Tx, copies: &Copies, person: CustomerId, channel: Channel) -> Result<()> {
    let now = server.clock.now();
    for sheet in &copies.sheets {
        let line = barcode(&sheet.slip.barcode)?.to_line();
        sql!(tx, execute: "insert into slip_copies (id, slip_id, customer_id, person_id, channel, line_hash, at)
             select $1, id, customer_id, $3, $4, $5, $6 from slips where id = $2",
            server.id::<Uuid>(), sheet.slip.id.0, person.0, channel.as_str(), sha256(line.as_str().as_bytes()), now)?;
    }
    Ok(())
}

/// The slips to be printed: as [`slips`], where we may draw them.
async fn copies(server: &Server, conn: &mut Conn, customer: CustomerId, picks: &[Pick], pay_on: NaiveDate) -> Result<Copies> {
    let copies = slips(server, conn, customer, picks, pay_on).await?;
    if copies.sheets.iter().any(|sheet| !sheet.slip.own_drawing) {
        return Err(refused(NoCopy::NotDrawn));
    }
    Ok(copies)
}

/// The slips picked, each once, in the order picked, if all of them may be handed out.
async fn slips(server: &Server, conn: &mut Conn, customer: CustomerId, picks: &[Pick], pay_on: NaiveDate) -> Result<Copies> {
    let wanted = resolve(conn, customer, picks).await?;
    if wanted.len() > MOST {
        return Err(refused(NoCopy::TooMany));
    }
    let today = server.clock.today();
    let creditor = policies::creditor(conn).await?;
    let calendar = policies::calendar(conn).await?;
    let mut rows: HashMap<Uuid, Vec<SlipRow>> = HashMap::new();
    for ids in wanted.chunks(CHUNK) {
        let [a, b, c, d, e, f, g, h] = padded(ids);
        let found = sql!(conn, all SlipRow:
            "select s.id, s.state, s.nosso_numero, s.document_number, s.barcode, s.emv, s.amount, s.issued_on, s.due_on, s.limit_on,
                    a.bank_code, a.bank_name, a.own_drawing, s.instructions, a.branch, a.beneficiary_code, a.carteira, a.payment_place, a.especie,
                    c.name as payer, c.tax_id, c.address, c.city, c.state as uf, c.postal_code,
                    l.payable, b.id as bill_id, b.number, b.nature, b.competence, b.due_on as bill_due_on, b.amount as bill_amount, b.standing,
                    k.fine_rate, k.monthly_interest, b.charged_to, b.charges_open, b.reliefs
               from slips s
               join bank_agreements a on a.id = s.bank_agreement_id
               join customers c on c.id = s.customer_id
               join slip_bills l on l.slip_id = s.id
               join bills b on b.id = l.bill_id
               join contracts k on k.id = b.contract_id
              where s.id in ($2, $3, $4, $5, $6, $7, $8, $9) and s.customer_id = $1 order by b.due_on, b.id",
            customer.0, a, b, c, d, e, f, g, h)?;
        for row in found {
            rows.entry(row.slip.id.0).or_default().push(row);
        }
    }
    let mut sheets = Vec::with_capacity(wanted.len());
    for id in wanted {
        sheets.push(sheet(rows.remove(&id).ok_or(Error::NotFound)?, today, pay_on, &calendar)?);
    }
    Ok(Copies { creditor, sheets })
}

/// Ids that one statement asks for: few enough to bind one by one, enough that a hundred slips are no hundred questions.
const CHUNK: usize = 8;

fn padded(ids: &[Uuid]) -> [Uuid; CHUNK] {
    let mut all = [Uuid::nil(); CHUNK];
    for (place, id) in all.iter_mut().zip(ids) {
        *place = *id;
    }
    all
}

/// The ids of the slips picked, each once.
async fn resolve(conn: &mut Conn, customer: CustomerId, picks: &[Pick]) -> Result<Vec<Uuid>> {
    let of_bills: Vec<Uuid> = picks.iter().filter_map(|pick| if let Pick::Bill(bill) = pick { Some(bill.0) } else { None }).collect();
    let mut slips: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    for ids in of_bills.chunks(CHUNK) {
        let [a, b, c, d, e, f, g, h] = padded(ids);
        // Coalesce keeps SQLite from walking all of the customer's bills: the eight ids are what is looked up.
        let found = sql!(conn, all (Uuid, Option<Uuid>, String):
            "select b.id, l.slip_id, b.standing from bills b left join slip_bills l on l.bill_id = b.id and l.payable
              where b.id in ($2, $3, $4, $5, $6, $7, $8, $9) and coalesce(b.customer_id, $1) = $1", customer.0, a, b, c, d, e, f, g, h)?;
        for (bill, slip, standing) in found {
            match (slip, Standing::try_from(standing)) {
                (None, Ok(Standing::InAgreement)) => return Err(refused(NoCopy::InAgreement)),
                (None, Ok(Standing::Settled)) => return Err(refused(NoCopy::Paid)),
                _ => slips.insert(bill, slip),
            };
        }
    }
    let mut wanted = Vec::with_capacity(picks.len());
    for pick in picks {
        let id = match pick {
            Pick::Slip(id) => id.0,
            Pick::Bill(bill) => slips.get(&bill.0).ok_or(Error::NotFound)?.ok_or_else(|| refused(NoCopy::NoSlip))?,
        };
        if !wanted.contains(&id) {
            wanted.push(id);
        }
    }
    if wanted.is_empty() { Err(Error::NotFound) } else { Ok(wanted) }
}

/// One page from the slip's rows, one for each bill that it settles.
fn sheet(rows: Vec<SlipRow>, today: NaiveDate, pay_on: NaiveDate, calendar: &Calendar) -> Result<Sheet> {
    let mut terms: Option<Terms> = None;
    let mut bills = Vec::with_capacity(rows.len());
    let mut first = None;
    for row in rows {
        may_copy(row.slip.state, row.slip.limit_on, row.standing, today).map_err(refused)?;
        if !row.payable {
            return Err(refused(NoCopy::Replaced));
        }
        let so_far = match terms.take() {
            Some(terms) => terms,
            None => bills::terms(&row.tax_id, &row.fine_rate, &row.monthly_interest)?,
        };
        terms = Some(row.charged.relieved(so_far)?);
        bills.push(Covered {
            id: row.bill_id,
            number: row.number.clone(),
            nature: row.nature,
            competence: row.competence.clone(),
            due_on: row.bill_due_on,
            amount: row.bill_amount,
        });
        first.get_or_insert(row);
    }
    let (Some(row), Some(terms)) = (first, terms) else { return Err(Error::NotFound) };
    let city = format!("{} – {}, CEP {}", row.city, row.uf, postal_code(&row.postal_code));
    Ok(Sheet {
        estimate: estimate(&row.slip, &terms, today, pay_on, calendar),
        instructions: row.instructions,
        branch: row.branch,
        beneficiary_code: row.beneficiary_code,
        carteira: row.carteira,
        payment_place: row.payment_place,
        especie: row.especie,
        payer: Party { name: row.payer, tax_id: masked(&row.tax_id), address: vec![row.address, city] },
        slip: row.slip,
        bills,
    })
}

/// `80000-000`.
fn postal_code(digits: &str) -> String {
    match (digits.get(..5), digits.get(5..)) {
        (Some(first), Some(last)) if digits.len() == 8 => format!("{first}-{last}"),
        _ => digits.to_owned(),
    }
}

/// What a slip comes to when it is paid late: on what is registered, since that is what the bank works with. None while it is not late on
/// the day of payment, and none for a slip whose amount the payer states.
fn estimate(slip: &Slip, terms: &Terms, today: NaiveDate, pay_on: NaiveDate, calendar: &Calendar) -> Option<Calculation> {
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
    #[sqlx(flatten)]
    charged: ChargedBefore,
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

#[derive(sqlx::FromRow)]
struct SlipRow {
    #[sqlx(flatten)]
    slip: Slip,
    instructions: String,
    branch: String,
    beneficiary_code: String,
    carteira: String,
    payment_place: String,
    especie: String,
    payer: String,
    tax_id: String,
    address: String,
    city: String,
    uf: String,
    postal_code: String,
    payable: bool,
    #[sqlx(try_from = "Uuid")]
    bill_id: BillId,
    number: String,
    #[sqlx(try_from = "String")]
    nature: Nature,
    competence: String,
    bill_due_on: NaiveDate,
    #[sqlx(try_from = "i64")]
    bill_amount: Money,
    #[sqlx(try_from = "String")]
    standing: Standing,
    fine_rate: String,
    monthly_interest: String,
    #[sqlx(flatten)]
    charged: ChargedBefore,
}
