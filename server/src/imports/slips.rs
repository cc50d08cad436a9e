//! Boletos as the bank registered them. Never takes one whose bars say something else than its columns: the bank would refuse
//! it, and a forged boleto looks just so. At most one can be paid for a bill: a new one replaces it.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::boleto::barcode::Barcode;
use domain::money::Money;
use domain::pix::br_code::BrCode;
use uuid::Uuid;

use super::fields::{self, Column, ID, Row, Said, Shape, optional, required};
use super::{Kind, Outcome, Reason, Record, Refused, Run};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::slips::turnover::{self, Payable, Turnover};
use crate::{among, rows, sql};

/// What the bank says of it. `replaced` and the way there are Em Dia's own.
const STATES: &[&str] = &["pending", "registered", "paid", "closed"];

/// One line.
pub(super) struct Slip {
    external_id: String,
    bills: Vec<String>,
    bank_agreement: Option<String>,
    nosso_numero: String,
    document_number: String,
    barcode: Barcode,
    emv: Said<String>,
    amount: Money,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    limit_on: NaiveDate,
    state: &'static str,
    instructions: Said<String>,
}

#[derive(Clone, sqlx::FromRow)]
struct Stored {
    id: Uuid,
    external_id: String,
    bank_agreement_id: Uuid,
    nosso_numero: String,
    document_number: String,
    barcode: String,
    emv: Option<String>,
    amount: i64,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    limit_on: NaiveDate,
    state: String,
    instructions: String,
}

#[derive(sqlx::FromRow)]
struct BillRow {
    external_id: String,
    id: Uuid,
    customer_id: Uuid,
}

#[derive(Debug, sqlx::FromRow)]
struct Agreement {
    id: Uuid,
    external_id: String,
    bank_code: String,
}

/// A slip that is not there yet.
struct New<'a> {
    id: Uuid,
    line: &'a Slip,
    customer: Uuid,
    agreement: Uuid,
    bills: Vec<Uuid>,
}

/// What a batch does to slips, worked out before anything is written.
struct Plan<'a> {
    new: Vec<New<'a>>,
    turnover: Turnover,
    /// Those that the bank has taken meanwhile.
    registered: Vec<Uuid>,
}

impl Record for Slip {
    const KIND: Kind = Kind::Slips;
    const COLUMNS: &'static [Column] = &[
        required("external_id", ID),
        required("bills", Shape::Ids),
        optional("bank_agreement", ID),
        required("nosso_numero", Shape::Text(30)),
        required("document_number", Shape::Text(30)),
        optional("barcode", Shape::Text(60)),
        optional("line", Shape::Text(60)),
        optional("emv", Shape::Text(512)),
        required("amount", Shape::Cents),
        required("issued_on", Shape::Date),
        required("due_on", Shape::Date),
        required("limit_on", Shape::Date),
        optional("state", Shape::Word(STATES)),
        optional("instructions", Shape::Text(1_000)),
    ];

    fn read(row: &Row<'_>) -> Result<Self, Refused> {
        let bills = row.text("bills")?;
        let slip = Self {
            external_id: row.text("external_id")?,
            bills: bills.split('|').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            bank_agreement: row.reference("bank_agreement")?,
            nosso_numero: row.text("nosso_numero")?,
            document_number: row.text("document_number")?,
            barcode: bars(row)?,
            emv: row.said("emv", pix_code)?,
            amount: row.amount("amount")?,
            issued_on: row.date("issued_on")?,
            due_on: row.date("due_on")?,
            limit_on: row.date("limit_on")?,
            state: row.said("state", |text| fields::choose(text, STATES))?.flatten().unwrap_or("registered"),
            instructions: row.said("instructions", instructions)?,
        };
        slip.agrees_with_itself()?;
        Ok(slip)
    }

    async fn write(run: &Run<'_>, tx: &mut Tx, records: &[&Self]) -> Result<Vec<Outcome>> {
        let ids = records.iter().map(|record| record.external_id.as_str()).collect();
        let known = among!(tx, Stored:
            "select id, external_id, bank_agreement_id, nosso_numero, document_number, barcode, emv, amount, issued_on, due_on, limit_on, state, instructions from slips",
            "external_id", ids)?;
        let known: HashMap<&str, &Stored> = known.iter().map(|stored| (stored.external_id.as_str(), stored)).collect();
        let bars = records.iter().map(|record| record.barcode.as_str()).collect();
        let holders = among!(tx, (String, String): "select barcode, external_id from slips", "barcode", bars)?;
        let mut holders: HashMap<String, String> = holders.into_iter().collect();
        let bill_ids = records.iter().flat_map(|record| record.bills.iter().map(String::as_str)).collect();
        let bills = among!(tx, BillRow: "select external_id, id, customer_id from bills", "external_id", bill_ids)?;
        let bills: HashMap<&str, &BillRow> = bills.iter().map(|bill| (bill.external_id.as_str(), bill)).collect();
        let bill_ids = records.iter().flat_map(|record| record.bills.iter().map(String::as_str)).collect();
        let payable = among!(tx, Payable:
            "select sb.bill_id, sb.slip_id, s.issued_on from slip_bills sb join slips s on s.id = sb.slip_id and sb.payable join bills b on b.id = sb.bill_id",
            "b.external_id", bill_ids)?;
        let agreements = sql!(tx, all Agreement: "select id, external_id, bank_code from bank_agreements order by external_id")?;
        let mut plan = Plan { new: Vec::new(), turnover: Turnover::new(payable), registered: Vec::new() };
        let mut outcomes = Vec::with_capacity(records.len());
        for record in records {
            let stored = known.get(record.external_id.as_str());
            let checked =
                record.references(&bills, &agreements).and_then(|(customer, agreement, ids)| match holders.get(record.barcode.as_str()) {
                    Some(by) if *by != record.external_id => Err(Refused::new("barcode", Reason::BarcodeTaken { by: by.clone() })),
                    _ => Ok((customer, agreement, ids)),
                });
            let outcome = match (checked, stored) {
                (Err(refused), _) => Outcome::Refused(refused),
                (Ok((_, agreement, _)), Some(stored)) => {
                    holders.insert(record.barcode.as_str().to_owned(), record.external_id.clone());
                    record.update(tx, stored, agreement, &mut plan).await?
                }
                (Ok((customer, agreement, bills)), None) => {
                    holders.insert(record.barcode.as_str().to_owned(), record.external_id.clone());
                    plan.add(New { id: run.server.id(), line: record, customer, agreement, bills });
                    Outcome::Created
                }
            };
            outcomes.push(outcome);
        }
        plan.write(tx).await?;
        Ok(outcomes)
    }
}

/// The bars, from either column or from both when they agree.
fn bars(row: &Row<'_>) -> Result<Barcode, Refused> {
    let barcode = row.said("barcode", fields::barcode)?.flatten();
    let line = row.said("line", fields::barcode)?.flatten();
    match (barcode, line) {
        (Some(barcode), Some(line)) if barcode != line => Err(Refused::new("line", Reason::BarcodeAndLineDiffer)),
        (Some(bars), _) | (None, Some(bars)) => Ok(bars),
        (None, None) => Err(Refused::new("barcode", Reason::Missing)),
    }
}

fn pix_code(text: &str) -> Result<String, Reason> {
    BrCode::parse(text).map(|code| code.as_str().to_owned()).map_err(|_| Reason::NotAPixCode)
}

/// Several lines are allowed here: that is how instructions are printed.
fn instructions(text: &str) -> Result<String, Reason> {
    domain::forms::text(text, 1_000).map_err(Reason::of)
}

impl Slip {
    /// Bars, Pix code and columns say the same.
    fn agrees_with_itself(&self) -> Result<(), Refused> {
        match self.barcode.amount() {
            Some(amount) if amount == self.amount => {}
            in_bars => return Err(Refused::new("amount", Reason::BarcodeAmount { in_bars })),
        }
        if self.barcode.due_date_known(self.due_on) != Some(self.due_on) {
            return Err(Refused::new("due_on", Reason::BarcodeDueDate));
        }
        if self.due_on < self.issued_on {
            return Err(Refused::new("due_on", Reason::Before { other: "issued_on" }));
        }
        if self.limit_on < self.due_on {
            return Err(Refused::new("limit_on", Reason::Before { other: "due_on" }));
        }
        let code = self.emv.as_ref().and_then(Option::as_deref).and_then(|text| BrCode::parse(text).ok());
        match code.and_then(|code| code.parts().amount) {
            Some(in_code) if in_code != self.amount => Err(Refused::new("emv", Reason::PixAmount { in_code })),
            _ => Ok(()),
        }
    }

    /// Whose it is, under which agreement, and for which bills.
    fn references(&self, bills: &HashMap<&str, &BillRow>, agreements: &[Agreement]) -> Result<(Uuid, Uuid, Vec<Uuid>), Refused> {
        let mut customer = None;
        let mut ids = Vec::with_capacity(self.bills.len());
        for id in &self.bills {
            let bill = bills.get(id.as_str()).ok_or_else(|| Refused::new("bills", Reason::UnknownBill { id: id.clone() }))?;
            if *customer.get_or_insert(bill.customer_id) != bill.customer_id {
                return Err(Refused::new("bills", Reason::DifferentCustomers));
            }
            if !ids.contains(&bill.id) {
                ids.push(bill.id);
            }
        }
        let customer = customer.ok_or_else(|| Refused::new("bills", Reason::Missing))?;
        let agreement = match (&self.bank_agreement, agreements) {
            (Some(id), _) => agreements.iter().find(|agreement| agreement.external_id == *id),
            // With one agreement there is nothing to choose.
            (None, [only]) => Some(only),
            (None, _) => return Err(Refused::new("bank_agreement", Reason::Missing)),
        };
        let agreement = agreement.ok_or_else(|| {
            Refused::new("bank_agreement", Reason::UnknownAgreement { id: self.bank_agreement.clone().unwrap_or_default() })
        })?;
        let bank = self.barcode.bank();
        if bank.as_str() != agreement.bank_code {
            return Err(Refused::new("barcode", Reason::BarcodeBank { in_bars: bank.as_str().to_owned() }));
        }
        Ok((customer, agreement.id, ids))
    }

    /// What was registered stays; limit date, instructions, Pix code and state follow the bank. The state only goes forward:
    /// a file made before a payment does not make its slip payable again. Of a slip that no bank has, and that nobody has seen,
    /// everything may still be mended.
    async fn update(&self, tx: &mut Tx, stored: &Stored, agreement: Uuid, plan: &mut Plan<'_>) -> Result<Outcome> {
        let registered = [
            ("barcode", stored.barcode == self.barcode.as_str()),
            ("amount", stored.amount == self.amount.as_cents()),
            ("due_on", stored.due_on == self.due_on),
            ("issued_on", stored.issued_on == self.issued_on),
            ("nosso_numero", stored.nosso_numero == self.nosso_numero),
            ("document_number", stored.document_number == self.document_number),
            ("bank_agreement", stored.bank_agreement_id == agreement),
        ];
        let draft = self.state == "pending" && matches!(stored.state.as_str(), "pending" | "rejected");
        let changed = registered.into_iter().find(|(_, same)| !same).map(|(column, _)| column);
        if let Some(column) = changed.filter(|_| !draft) {
            return Ok(Outcome::refused(column, Reason::CannotChange));
        }
        let mut now = stored.clone();
        now.limit_on = self.limit_on;
        if let Some(emv) = &self.emv {
            now.emv.clone_from(emv);
        }
        if let Some(instructions) = &self.instructions {
            now.instructions = instructions.clone().unwrap_or_default();
        }
        match (stored.state.as_str(), self.state) {
            ("registered", "paid" | "closed") | ("replaced" | "closed", "paid") | ("pending" | "sent" | "rejected", "paid" | "closed") => {
                now.state = self.state.to_owned();
            }
            // What the bank did not take may be sent again, mended where it stands.
            ("rejected", "pending") => now.state = self.state.to_owned(),
            ("pending" | "sent" | "rejected", "registered") => plan.registered.push(stored.id),
            _ => {}
        }
        let registered = plan.registered.last() == Some(&stored.id);
        let same = !registered
            && changed.is_none()
            && (&now.emv, now.limit_on, &now.instructions, &now.state)
                == (&stored.emv, stored.limit_on, &stored.instructions, &stored.state);
        if same {
            return Ok(Outcome::Unchanged);
        }
        // Where it was sent to the bank, or answered for, a moment ago, this line would take that back.
        let same_state = sql!(tx, execute: "update slips set emv = $2, limit_on = $3, instructions = $4, state = $5, bank_agreement_id = $6,
                nosso_numero = $7, document_number = $8, barcode = $9, amount = $10, issued_on = $11, due_on = $12 where id = $1 and state = $13",
            stored.id, now.emv, now.limit_on, now.instructions, &now.state, agreement, self.nosso_numero.as_str(), self.document_number.as_str(),
            self.barcode.as_str(), self.amount.as_cents(), self.issued_on, self.due_on, stored.state.as_str())?;
        if same_state == 0 {
            return Err(Error::Overtaken("slip"));
        }
        if now.state != "registered" {
            plan.turnover.leave(stored.id);
        }
        Ok(Outcome::Updated)
    }
}

impl<'a> Plan<'a> {
    fn add(&mut self, new: New<'a>) {
        if new.line.state == "registered" {
            self.turnover.enter(new.id, new.line.issued_on, &new.bills);
        }
        self.new.push(new);
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        self.turnover.make_room(tx).await?;
        rows!(
            tx,
            "insert into slips (id, external_id, customer_id, bank_agreement_id, nosso_numero, document_number, barcode, emv, amount, issued_on, due_on, limit_on, state, instructions)",
            self.new,
            |row| [
                row.id,
                &row.line.external_id,
                row.customer,
                row.agreement,
                &row.line.nosso_numero,
                &row.line.document_number,
                row.line.barcode.as_str(),
                row.line.emv.as_ref().and_then(Option::as_deref),
                row.line.amount.as_cents(),
                row.line.issued_on,
                row.line.due_on,
                row.line.limit_on,
                row.line.state,
                row.line.instructions.as_ref().and_then(Option::as_deref).unwrap_or_default()
            ],
            ""
        );
        let bills: Vec<(Uuid, Uuid, bool)> = self
            .new
            .iter()
            .flat_map(|slip| slip.bills.iter().map(|bill| (slip.id, *bill)))
            .map(|(slip, bill)| (slip, bill, self.turnover.is_payable(slip, bill)))
            .collect();
        rows!(tx, "insert into slip_bills (slip_id, bill_id, payable)", bills, |row| [row.0, row.1, row.2], "");
        self.turnover.replace(tx).await?;
        turnover::register(tx, &self.registered).await
    }
}
