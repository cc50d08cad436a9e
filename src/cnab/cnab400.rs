//! CNAB 400: one detail per title, at columns and with codes that are each bank's own.
//!
//! Never reads a bank without a table, and never the records that follow a detail (Pix codes, shares of a payment): they
//! are kept with its event.

use super::fields::{Field, Line, Order, Row, at};
use super::profiles::{Profile400, bank_400, meaning, profile_400};
use super::{CnabError, Event, Layout, Mismatch, ReturnFile};
use crate::boleto::bank_code::BankCode;
use crate::money::Money;

/// The number of the record in the file, the last six columns at all banks.
const SEQUENCE: Field = at(395, 400);

pub(super) fn read(lines: Vec<Line>) -> Result<ReturnFile, CnabError> {
    let header = Row::of(lines.first().ok_or(CnabError::Empty)?);
    let bank = BankCode::parse(&header.raw(at(77, 79))).map_err(|_| CnabError::BankCode { line: header.number, column: 77 })?;
    let profile = bank_400(bank.as_str()).ok_or(CnabError::UnknownBank { line: header.number, bank })?;
    let mut file = ReturnFile {
        layout: Layout::Cnab400,
        bank,
        agreement: header.reference(at(27, 46)),
        date: None,
        sequence: profile.sequence.and_then(|field| header.reference(field)),
        events: Vec::new(),
        others: Vec::new(),
        mismatches: Vec::new(),
    };
    file.read_date(&header, profile.date.0, profile.date.1);
    let mut records = 0;
    let mut ended = false;
    let last = lines.last().map_or(0, |line| line.number);
    for line in lines {
        let row = Row::of(&line);
        if row.len() == 0 {
            file.others.push(line);
            continue;
        }
        // The last columns hold a number, so that no whole line ends in blanks.
        if row.len() != 400 {
            return Err(CnabError::Length { line: line.number, found: row.len() });
        }
        records += 1;
        let (number, record, written) = (line.number, row.character(1), row.count(SEQUENCE)?);
        if written != records {
            file.mismatches.push(Mismatch::Sequence { line: number, column: SEQUENCE.column(), written, found: records });
        }
        if ended || (record == '0' && records > 1) {
            file.mismatches.push(Mismatch::Unexpected { line: number, record });
        }
        let detail = profile_400(bank.as_str(), record);
        match (record, detail, file.events.last_mut()) {
            ('0', ..) => file.others.push(line),
            ('9', ..) => {
                if let Some((details, total)) = profile.totals {
                    compare(&mut file, &row, details, total)?;
                }
                ended = true;
                file.others.push(line);
            }
            (_, Some(profile), _) => file.events.push(event(profile, &row, line)?),
            ('2'..='8', None, Some(before)) if before.lines.last().is_some_and(|before| before.number + 1 == number) => {
                before.lines.push(line);
            }
            _ => {
                file.mismatches.push(Mismatch::Unexpected { line: number, record });
                file.others.push(line);
            }
        }
    }
    if !ended {
        file.mismatches.push(Mismatch::NoTrailer { line: last });
    }
    Ok(file)
}

/// Compares the trailer's count and sum with the events.
fn compare(file: &mut ReturnFile, row: &Row, details: Field, total: Field) -> Result<(), CnabError> {
    let line = row.number;
    let (written, found) = (row.count(details)?, u64::try_from(file.events.len()).unwrap_or(u64::MAX));
    if written != found {
        file.mismatches.push(Mismatch::Records { line, column: details.column(), written, found });
    }
    let (written, found) = (row.money(total)?.unwrap_or_default(), file.events.iter().filter_map(|event| event.amount).sum());
    if written != found {
        file.mismatches.push(Mismatch::Total { line, column: total.column(), written, found });
    }
    Ok(())
}

fn event(profile: &Profile400, row: &Row, line: Line) -> Result<Event, CnabError> {
    let money = |field: Option<Field>| -> Result<Option<Money>, CnabError> { field.map_or(Ok(None), |field| row.money(field)) };
    let code = row.raw(profile.code);
    let paid = row.money(profile.paid)?;
    Ok(Event {
        movement: meaning(profile.codes, &code),
        code,
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
