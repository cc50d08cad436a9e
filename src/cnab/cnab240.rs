//! CNAB 240: lots of details, of which segments T (the title) and U (its amounts) come in pairs.
//!
//! Never adds up a lot trailer's sums (24–115): banks write the titles in their portfolio there, not those of the file.

use super::codes::answered;
use super::fields::{Field, Line, Order, Row, at};
use super::profiles240::{Profile240, profile_240};
use super::reader::{Header, Notes};
use super::{CnabError, Event, Layout, Mismatch};
use crate::boleto::bank_code::BankCode;

/// The movement code and the counts stand at the same columns at all banks (FEBRABAN v10.6).
const CODE: Field = at(16, 17);
const SEQUENCE: Field = at(9, 13);
const LOT_RECORDS: Field = at(18, 23);
const FILE_LOTS: Field = at(18, 23);
const FILE_RECORDS: Field = at(24, 29);

/// Where the reader is.
#[derive(Clone, Default)]
struct Place {
    /// Records read, blank lines apart.
    records: u64,
    lots: u64,
    /// Records of the open lot, its header included, and its details.
    lot: Option<(u64, u64)>,
    ended: bool,
}

/// What is known between one line and the next.
#[derive(Clone)]
pub(super) struct State {
    profile: &'static Profile240,
    place: Place,
    /// A segment T, until its U is read.
    title: Option<Line>,
}

pub(super) fn open(header: &Row<'_>, notes: &mut Notes) -> Result<(Header, State), CnabError> {
    let bank = BankCode::parse(header.raw(at(1, 3))).map_err(|_| CnabError::BankCode { line: header.number(), column: 1 })?;
    let read = Header {
        layout: Layout::Cnab240,
        bank,
        agreement: header.reference(at(33, 52)),
        date: notes.date(header, at(144, 151), Order::DayFirst),
        sequence: header.reference(at(158, 163)),
    };
    Ok((read, State { profile: profile_240(bank.as_str()), place: Place::default(), title: None }))
}

impl State {
    /// Reads a line; the event, where it is the second half of one. `before` is the event before it.
    pub(super) fn read(&mut self, line: Line, before: Option<&mut Event>, notes: &mut Notes) -> Result<Option<Event>, CnabError> {
        let row = Row::of(&line);
        if row.len() > 240 {
            return Err(CnabError::Length { line: line.number, found: row.len() });
        }
        if row.len() == 0 {
            notes.others.push(line);
            return Ok(None);
        }
        let (record, segment) = (row.character(8), row.character(14));
        self.place.step(&row, record, &mut notes.mismatches)?;
        match (record, segment, self.title.take()) {
            ('3', 'U', Some(title)) => return event(self.profile, title, line).map(Some),
            (_, _, Some(title)) => return Err(CnabError::Unpaired { line: title.number }),
            ('3', 'T', None) => self.title = Some(line),
            ('3', 'U', None) => return Err(CnabError::Unpaired { line: line.number }),
            // Segments Y and the like say more of the title before them, in the same lot.
            ('3', _, None) => match before {
                Some(event) if event.lines.last().is_some_and(|before| before.number + 1 == line.number) => event.lines.push(line),
                _ => notes.others.push(line),
            },
            _ => notes.others.push(line),
        }
        Ok(None)
    }

    /// What is missing after the last line.
    pub(super) fn end(&self, last: usize, notes: &mut Notes) -> Result<(), CnabError> {
        if let Some(title) = &self.title {
            return Err(CnabError::Unpaired { line: title.number });
        }
        if self.place.lot.is_some() {
            notes.mismatches.push(Mismatch::NoLotTrailer { line: last });
        }
        if !self.place.ended {
            notes.mismatches.push(Mismatch::NoTrailer { line: last });
        }
        Ok(())
    }
}

impl Place {
    /// Counts a record and compares what it says of its place.
    fn step(&mut self, row: &Row<'_>, record: char, mismatches: &mut Vec<Mismatch>) -> Result<(), CnabError> {
        let line = row.number();
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
        return Err(CnabError::Unpaired { line: u.number() });
    }
    Ok(Event {
        movement: answered(&t, profile.codes, profile.answers, code),
        code: t.excerpt(CODE),
        motives: t.motives(profile.motives, 2),
        nosso_numero: t.reference(profile.nosso_numero),
        company_use: profile.company_use.and_then(|field| t.reference(field)),
        document: t.reference(profile.document),
        due: t.date(profile.due, Order::DayFirst)?,
        amount: t.money(profile.amount)?,
        paid: u.money(at(78, 92))?,
        paid_is_net: profile.net,
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
