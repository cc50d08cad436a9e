//! CNAB 400: one detail per title, at columns and with codes that are each bank's own.
//!
//! Never reads a bank without a table, and never the records that follow a detail (Pix codes, shares of a payment): they
//! are kept with its event.

use super::codes::answered;
use super::fields::{Field, Line, Order, Row, at};
use super::profiles400::{Profile400, Total, bank_400, profile_400};
use super::reader::{Header, Notes};
use super::{CnabError, Event, Layout, Mismatch};
use crate::boleto::bank_code::BankCode;
use crate::money::Money;

/// The number of the record in the file, the last six columns at all banks.
const SEQUENCE: Field = at(395, 400);

/// What is known between one line and the next.
#[derive(Clone)]
pub(super) struct State {
    bank: BankCode,
    profile: &'static Profile400,
    records: u64,
    /// Of each total of the profile: details, and the sum of their amounts.
    totals: Vec<(u64, Money)>,
    ended: bool,
}

pub(super) fn open(header: &Row<'_>, notes: &mut Notes) -> Result<(Header, State), CnabError> {
    let bank = BankCode::parse(header.raw(at(77, 79))).map_err(|_| CnabError::BankCode { line: header.number(), column: 77 })?;
    let profile = bank_400(bank.as_str()).ok_or(CnabError::UnknownBank { line: header.number(), bank })?;
    let read = Header {
        layout: Layout::Cnab400,
        bank,
        agreement: header.reference(at(27, 46)),
        date: notes.date(header, profile.date.0, profile.date.1),
        sequence: profile.sequence.and_then(|field| header.reference(field)),
    };
    Ok((read, State { bank, profile, records: 0, totals: vec![(0, Money::ZERO); profile.totals.len()], ended: false }))
}

impl State {
    /// Reads a line; the event, where it is a detail. `before` is the event before it.
    pub(super) fn read(&mut self, line: Line, before: Option<&mut Event>, notes: &mut Notes) -> Result<Option<Event>, CnabError> {
        let row = Row::of(&line);
        if row.len() == 0 {
            notes.others.push(line);
            return Ok(None);
        }
        // The last columns hold a number, so that no whole line ends in blanks.
        if row.len() != 400 {
            return Err(CnabError::Length { line: line.number, found: row.len() });
        }
        self.records += 1;
        let (number, record, written) = (line.number, row.character(1), row.count(SEQUENCE)?);
        if written != self.records {
            notes.mismatches.push(Mismatch::Sequence { line: number, column: SEQUENCE.column(), written, found: self.records });
        }
        if self.ended || (record == '0' && self.records > 1) {
            notes.mismatches.push(Mismatch::Unexpected { line: number, record });
        }
        match (record, profile_400(self.bank.as_str(), record), before) {
            ('0', ..) => notes.others.push(line),
            ('9', ..) => {
                for (total, found) in self.profile.totals.iter().zip(&self.totals) {
                    compare(&row, total, *found, &mut notes.mismatches)?;
                }
                self.ended = true;
                notes.others.push(line);
            }
            (_, Some(profile), _) => {
                let event = event(profile, &row, line.clone())?;
                for (total, (details, amount)) in self.profile.totals.iter().zip(&mut self.totals) {
                    if total.codes.is_empty() || total.codes.contains(&event.code.as_str()) {
                        *details += 1;
                        *amount += event.amount.unwrap_or_default();
                    }
                }
                return Ok(Some(event));
            }
            ('2'..='8', None, Some(before)) if before.lines.last().is_some_and(|before| before.number + 1 == number) => {
                before.lines.push(line);
            }
            _ => {
                notes.mismatches.push(Mismatch::Unexpected { line: number, record });
                notes.others.push(line);
            }
        }
        Ok(None)
    }

    /// What is missing after the last line.
    pub(super) fn end(&self, last: usize, notes: &mut Notes) {
        if !self.ended {
            notes.mismatches.push(Mismatch::NoTrailer { line: last });
        }
    }
}

/// Compares a total of the trailer with the events. The last digits alone: a count may have outgrown its columns.
fn compare(row: &Row<'_>, total: &Total, found: (u64, Money), mismatches: &mut Vec<Mismatch>) -> Result<(), CnabError> {
    let line = row.number();
    let (written, found, amount) =
        (row.number_in(total.details)?.unwrap_or_default(), found.0 % 10u64.pow(total.details.digits()), found.1);
    if written != found {
        mismatches.push(Mismatch::Records { line, column: total.details.column(), written, found });
    }
    if let Some(field) = total.amount {
        let (written, found) = (row.money(field)?.unwrap_or_default(), Money::cents(amount.as_cents() % 10i64.pow(field.digits())));
        if written != found {
            mismatches.push(Mismatch::Total { line, column: field.column(), written, found });
        }
    }
    Ok(())
}

fn event(profile: &Profile400, row: &Row<'_>, line: Line) -> Result<Event, CnabError> {
    let money = |field: Option<Field>| -> Result<Option<Money>, CnabError> { field.map_or(Ok(None), |field| row.money(field)) };
    let paid = row.money(profile.paid)?;
    Ok(Event {
        movement: answered(row, profile.codes, profile.answers, row.raw(profile.code)),
        code: row.excerpt(profile.code),
        motives: profile.motives.map(|(field, width)| row.motives(field, width)).unwrap_or_default(),
        nosso_numero: row.reference(profile.nosso_numero),
        company_use: profile.company_use.and_then(|field| row.reference(field)),
        document: profile.document.and_then(|field| row.reference(field)),
        due: row.date(profile.due, Order::DayFirst)?,
        amount: row.money(profile.amount)?,
        paid,
        paid_is_net: profile.net,
        credited: if profile.net { paid } else { None },
        fee: money(profile.fee)?,
        interest: money(profile.interest)?,
        fine: money(profile.fine)?,
        discount: money(profile.discount)?,
        abatement: money(profile.abatement)?,
        tax: money(profile.tax)?,
        other_expenses: money(profile.other_expenses)?,
        other_credits: money(profile.other_credits)?,
        occurred_on: row.date(profile.occurred_on, Order::DayFirst)?,
        credited_on: profile.credited_on.map_or(Ok(None), |(field, order)| row.date(field, order))?,
        lines: vec![line],
    })
}
