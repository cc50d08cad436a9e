//! CNAB 240: lots of details, of which segments T (the title) and U (its amounts) come in pairs.
//!
//! Never adds up a lot trailer's sums (24–115): banks write the titles in their portfolio there, not those of the file.

use super::fields::{Field, Line, Order, Row, at};
use super::profiles::{Profile240, meaning, profile_240};
use super::{CnabError, Event, Layout, Mismatch, ReturnFile};
use crate::boleto::bank_code::BankCode;

/// The movement code and the counts stand at the same columns at all banks (FEBRABAN v10.6).
const CODE: Field = at(16, 17);
const SEQUENCE: Field = at(9, 13);
const LOT_RECORDS: Field = at(18, 23);
const FILE_LOTS: Field = at(18, 23);
const FILE_RECORDS: Field = at(24, 29);

/// Where the reader is.
#[derive(Default)]
struct Place {
    /// Records read, blank lines apart.
    records: u64,
    lots: u64,
    /// Records of the open lot, its header included, and its details.
    lot: Option<(u64, u64)>,
    ended: bool,
}

pub(super) fn read(lines: Vec<Line>) -> Result<ReturnFile, CnabError> {
    let header = Row::of(lines.first().ok_or(CnabError::Empty)?);
    let bank = BankCode::parse(&header.raw(at(1, 3))).map_err(|_| CnabError::BankCode { line: header.number, column: 1 })?;
    let profile = profile_240(bank.as_str());
    let mut file = ReturnFile {
        layout: Layout::Cnab240,
        bank,
        agreement: header.reference(at(33, 52)),
        date: None,
        sequence: header.reference(at(158, 163)),
        events: Vec::new(),
        others: Vec::new(),
        mismatches: Vec::new(),
    };
    file.read_date(&header, at(144, 151), Order::DayFirst);
    let mut place = Place::default();
    let mut waiting: Option<Line> = None;
    let last = lines.last().map_or(0, |line| line.number);
    for line in lines {
        let row = Row::of(&line);
        if row.len() > 240 {
            return Err(CnabError::Length { line: line.number, found: row.len() });
        }
        if row.len() == 0 {
            file.others.push(line);
            continue;
        }
        let (record, segment) = (row.character(8), row.character(14));
        place.step(&row, record, &mut file.mismatches)?;
        match (record, segment, waiting.take()) {
            ('3', 'U', Some(title)) => file.events.push(event(profile, title, line)?),
            (_, _, Some(title)) => return Err(CnabError::Unpaired { line: title.number }),
            ('3', 'T', None) => waiting = Some(line),
            ('3', 'U', None) => return Err(CnabError::Unpaired { line: line.number }),
            // Segments Y and the like say more of the title before them, in the same lot.
            ('3', _, None) => match file.events.last_mut() {
                Some(event) if event.lines.last().is_some_and(|before| before.number + 1 == line.number) => event.lines.push(line),
                _ => file.others.push(line),
            },
            _ => file.others.push(line),
        }
    }
    if let Some(title) = waiting {
        return Err(CnabError::Unpaired { line: title.number });
    }
    if place.lot.is_some() {
        file.mismatches.push(Mismatch::NoLotTrailer { line: last });
    }
    if !place.ended {
        file.mismatches.push(Mismatch::NoTrailer { line: last });
    }
    Ok(file)
}

impl Place {
    /// Counts a record and compares what it says of its place.
    fn step(&mut self, row: &Row, record: char, mismatches: &mut Vec<Mismatch>) -> Result<(), CnabError> {
        let line = row.number;
        if self.ended {
            mismatches.push(Mismatch::Unexpected { line, record });
        }
        self.records += 1;
        match record {
            '0' if self.records == 1 => {}
            '1' => {
                if self.lot.replace((1, 0)).is_some() {
                    mismatches.push(Mismatch::NoLotTrailer { line });
                }
                self.lots += 1;
            }
            '3' => {
                if let Some((records, details)) = &mut self.lot {
                    (*records, *details) = (*records + 1, *details + 1);
                    let (written, found) = (row.count(SEQUENCE)?, *details);
                    if written != found {
                        mismatches.push(Mismatch::Sequence { line, column: SEQUENCE.column(), written, found });
                    }
                } else {
                    mismatches.push(Mismatch::Unexpected { line, record });
                }
            }
            '5' => match self.lot.take() {
                Some((records, _)) => {
                    let (written, found) = (row.count(LOT_RECORDS)?, records + 1);
                    if written != found {
                        mismatches.push(Mismatch::Records { line, column: LOT_RECORDS.column(), written, found });
                    }
                }
                None => mismatches.push(Mismatch::Unexpected { line, record }),
            },
            '9' => {
                if self.lot.take().is_some() {
                    mismatches.push(Mismatch::NoLotTrailer { line });
                }
                let (written, found) = (row.count(FILE_LOTS)?, self.lots);
                if written != found {
                    mismatches.push(Mismatch::Lots { line, column: FILE_LOTS.column(), written, found });
                }
                let (written, found) = (row.count(FILE_RECORDS)?, self.records);
                if written != found {
                    mismatches.push(Mismatch::Records { line, column: FILE_RECORDS.column(), written, found });
                }
                self.ended = true;
            }
            _ => {
                if let Some((records, _)) = &mut self.lot {
                    *records += 1;
                }
                mismatches.push(Mismatch::Unexpected { line, record });
            }
        }
        Ok(())
    }
}

fn event(profile: &Profile240, title: Line, values: Line) -> Result<Event, CnabError> {
    let (t, u) = (Row::of(&title), Row::of(&values));
    let code = t.raw(CODE);
    if u.raw(CODE) != code {
        return Err(CnabError::Unpaired { line: u.number });
    }
    Ok(Event {
        movement: meaning(profile.codes, &code),
        code,
        motives: t.motives(profile.motives, 2),
        nosso_numero: t.reference(profile.nosso_numero),
        company_use: t.reference(profile.company_use),
        document: t.reference(profile.document),
        due: t.date(profile.due, Order::DayFirst)?,
        amount: t.money(profile.amount)?,
        paid: u.money(at(78, 92))?,
        paid_is_net: false,
        credited: u.money(at(93, 107))?,
        fee: t.money(profile.fee)?,
        interest: u.money(at(18, 32))?,
        fine: None,
        discount: u.money(at(33, 47))?,
        abatement: u.money(at(48, 62))?,
        tax: u.money(at(63, 77))?,
        other_expenses: u.money(at(108, 122))?,
        other_credits: u.money(at(123, 137))?,
        occurred_on: u.date(at(138, 145), Order::DayFirst)?,
        credited_on: u.date(at(146, 153), Order::DayFirst)?,
        lines: vec![title, values],
    })
}
