//! Reads a return file of either layout, whole or one event at a time. Never holds a line twice: events and lines share the
//! file's text.

use chrono::NaiveDate;

use super::fields::{Excerpt, Field, Line, Lines, Order, Row, at};
use super::{CnabError, Event, Layout, Mismatch, Movement, cnab240, cnab400};
use crate::boleto::bank_code::BankCode;

/// A return file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFile {
    /// What its first line says.
    pub header: Header,
    /// What happened to titles, in the order of the file.
    pub events: Vec<Event>,
    /// The lines that belong to no event: headers, trailers, blank lines, records of other services.
    pub others: Vec<Line>,
    /// Where the file does not agree with itself; empty for a whole file.
    pub mismatches: Vec<Mismatch>,
}

impl ReturnFile {
    /// The events whose code is in no table.
    pub fn unknown(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.movement == Movement::Unknown)
    }
}

/// What a return file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The family of layouts it is written in.
    pub layout: Layout,
    /// The bank that wrote it.
    pub bank: BankCode,
    /// The company's agreement or account, as written (CNAB 240: 33–52, CNAB 400: 27–46).
    pub agreement: Option<Excerpt>,
    /// The day the bank wrote it (CNAB 240: 144–151, CNAB 400: 95–100, Sicredi 95–102).
    pub date: Option<NaiveDate>,
    /// The number the bank gave it (CNAB 240: 158–163; CNAB 400: where the bank's manual says).
    pub sequence: Option<Excerpt>,
}

/// Reads a return file of either layout.
///
/// Lines end with CRLF or LF and may have lost their trailing blanks; a Ctrl-Z at the end is ignored. Bytes are Latin-1,
/// or UTF-8 where a program has saved the file again.
///
/// ```standalone_crate
/// use domain::cnab::{self, Movement};
/// use domain::money::Money;
/// let file = cnab::read_return(include_bytes!("../vectors/cnab/laravel-boleto__cnab240_banco_brasil.ret"))?;
/// let event = &file.events[0];
/// assert_eq!(event.nosso_numero.as_deref(), Some("32948600000000196"));
/// assert_eq!((event.movement, event.paid, event.credited), (Movement::Paid, Some(Money::cents(4000)), Some(Money::cents(3500))));
/// assert!(file.mismatches.is_empty());
/// # Ok::<(), domain::cnab::CnabError>(())
/// ```
///
/// # Errors
/// What cannot be read without guessing, with its line; see [`CnabError`].
pub fn read_return(bytes: &[u8]) -> Result<ReturnFile, CnabError> {
    let mut reader = Reader::of(bytes)?;
    let mut events = Vec::with_capacity(reader.lines.left(reader.state.columns_of_an_event()));
    while let Some(event) = reader.read()? {
        events.push(event);
    }
    let Reader { header, notes: Notes { others, mismatches }, .. } = reader;
    Ok(ReturnFile { header, events, others, mismatches })
}

/// Gives the events of a return file one at a time, so that a large one need not be held in memory twice. It ends after
/// an error: what came before is of a file that cannot be read whole.
///
/// ```standalone_crate
/// use domain::cnab::Reader;
/// let mut reader = Reader::of(include_bytes!("../vectors/cnab/laravel-boleto__cnab400_itau.ret"))?;
/// let payments = reader.by_ref().collect::<Result<Vec<_>, _>>()?.into_iter().filter(|event| event.is_payment()).count();
/// assert_eq!((reader.header().bank.as_str(), payments, reader.mismatches()), ("341", 3, &[][..]));
/// # Ok::<(), domain::cnab::CnabError>(())
/// ```
#[derive(Clone)]
pub struct Reader {
    header: Header,
    lines: Lines,
    state: State,
    /// The last event, until it is known that no more of its records follow.
    before: Option<Event>,
    notes: Notes,
    last: usize,
    ended: bool,
}

#[derive(Clone)]
enum State {
    Cnab240(cnab240::State),
    Cnab400(cnab400::State),
}

/// What is not an event.
#[derive(Clone, Default)]
pub(super) struct Notes {
    pub(super) others: Vec<Line>,
    pub(super) mismatches: Vec<Mismatch>,
}

impl Notes {
    /// A header with a wrong date makes no event wrong: it is told, and the events are read.
    pub(super) fn date(&mut self, header: &Row<'_>, field: Field, order: Order) -> Option<NaiveDate> {
        let wrong = Mismatch::FileDate { line: header.number(), column: field.column() };
        header.date(field, order).unwrap_or_else(|_| {
            self.mismatches.push(wrong);
            None
        })
    }
}

impl Reader {
    /// Reads the header alone.
    ///
    /// # Errors
    /// A file that is no return, or of a bank without a table; see [`CnabError`].
    pub fn of(bytes: &[u8]) -> Result<Self, CnabError> {
        let lines = Lines::of(bytes);
        let line = lines.clone().next().ok_or(CnabError::Empty)?;
        let row = Row::of(&line);
        let mut notes = Notes::default();
        // Both headers have type 0; CNAB 400's is in column 1, followed by the kind of file.
        let (header, state) = match (row.raw(at(1, 2)), row.raw(at(3, 9)), row.raw(at(4, 8))) {
            ("02", "RETORNO", _) => cnab400::open(&row, &mut notes).map(|(header, state)| (header, State::Cnab400(state)))?,
            ("01", "REMESSA", _) => return Err(CnabError::NotAReturn { line: 1 }),
            (_, _, "00000") if row.character(143) == '1' => return Err(CnabError::NotAReturn { line: 1 }),
            (_, _, "00000") => cnab240::open(&row, &mut notes).map(|(header, state)| (header, State::Cnab240(state)))?,
            _ => return Err(CnabError::Layout),
        };
        Ok(Self { header, lines, state, before: None, notes, last: 0, ended: false })
    }

    /// What the first line says.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The lines read so far that belong to no event.
    #[must_use]
    pub fn others(&self) -> &[Line] {
        &self.notes.others
    }

    /// Where the file does not agree with itself, as far as it has been read; whole once the last event was given.
    #[must_use]
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.notes.mismatches
    }

    fn read(&mut self) -> Result<Option<Event>, CnabError> {
        for line in self.lines.by_ref() {
            self.last = line.number;
            let event = match &mut self.state {
                State::Cnab240(state) => state.read(line, self.before.as_mut(), &mut self.notes)?,
                State::Cnab400(state) => state.read(line, self.before.as_mut(), &mut self.notes)?,
            };
            if event.is_some()
                && let Some(whole) = std::mem::replace(&mut self.before, event)
            {
                return Ok(Some(whole));
            }
        }
        if !self.ended {
            self.ended = true;
            match &self.state {
                State::Cnab240(state) => state.end(self.last, &mut self.notes)?,
                State::Cnab400(state) => state.end(self.last, &mut self.notes),
            }
        }
        Ok(self.before.take())
    }
}

impl Iterator for Reader {
    type Item = Result<Event, CnabError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read();
        if read.is_err() {
            self.lines.stop();
            (self.before, self.ended) = (None, true);
        }
        read.transpose()
    }
}

impl State {
    /// A guess of memory, nothing more: two segments, or one detail.
    fn columns_of_an_event(&self) -> usize {
        match self {
            Self::Cnab240(_) => 482,
            Self::Cnab400(_) => 401,
        }
    }
}
