//! A return file as reconciliation needs it: the only place that knows how `domain::cnab` hands one over. Refuses what does not
//! agree with itself; never looks into the database.

use chrono::NaiveDate;
use domain::cnab::{self, Layout, Line, Movement, Reader};
use domain::money::Money;
use sha2::{Digest, Sha256};

use super::reasons::Refused;
use crate::error::{Error, Result};
use crate::sealing::sha256;

/// A file that agrees with itself. Its events are read again as they are applied, so that a large file takes the memory of its
/// text and no more.
pub(super) struct ReadFile {
    pub(super) layout: Layout,
    pub(super) bank: String,
    /// The company's agreement or account, as the header has it; blank or zeros where it has none.
    pub(super) agreement: String,
    pub(super) sequence: Option<i64>,
    pub(super) date: Option<NaiveDate>,
    pub(super) lines: i32,
    pub(super) events: usize,
    /// What the file says was paid, whatever comes of it; and was credited; and the bank's fees.
    pub(super) sums: [Money; 3],
    /// Of the bytes.
    pub(super) file_hash: String,
    /// Of the lines: another encoding, other line ends and trailing blanks make no other file.
    pub(super) content_hash: String,
    today: NaiveDate,
    /// Before its first event.
    start: Reader,
}

/// The events of a file, some at a time.
pub(super) struct Feed<'a> {
    file: &'a ReadFile,
    reader: Reader,
    at: usize,
}

/// What happened to one title.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) line: i32,
    pub(super) code: String,
    pub(super) movement: Movement,
    pub(super) motives: String,
    pub(super) nosso_numero: Option<String>,
    pub(super) company_use: Option<String>,
    pub(super) document: Option<String>,
    pub(super) due_on: Option<NaiveDate>,
    pub(super) nominal: Option<Money>,
    /// What the payer paid, the bank's fee not taken off.
    pub(super) paid: Option<Money>,
    pub(super) credited: Option<Money>,
    pub(super) fee: Option<Money>,
    pub(super) fine: Option<Money>,
    pub(super) interest: Option<Money>,
    pub(super) discount: Option<Money>,
    pub(super) abatement: Option<Money>,
    pub(super) tax: Option<Money>,
    pub(super) other_expenses: Option<Money>,
    pub(super) other_credits: Option<Money>,
    pub(super) occurred_on: Option<NaiveDate>,
    pub(super) credited_on: Option<NaiveDate>,
}

impl Event {
    /// Money that was received.
    pub(super) fn payment(&self) -> Option<Money> {
        let paid = matches!(self.movement, Movement::Paid | Movement::PaidAfterClosing);
        self.paid.filter(|amount| paid && amount.is_positive())
    }
}

impl ReadFile {
    /// From the first event on.
    pub(super) fn feed(&self) -> Feed<'_> {
        Feed { file: self, reader: self.start.clone(), at: 0 }
    }
}

impl Feed<'_> {
    /// At most so many events, from one on: the first is 0.
    pub(super) fn take(&mut self, from: usize, most: usize) -> Result<Vec<Event>> {
        if from < self.at {
            *self = self.file.feed();
        }
        let (date, today) = (self.file.date, self.file.today);
        let taken = self.reader.by_ref().skip(from - self.at).take(most);
        let events = taken.map(|event| read_event(event.ok()?, date, today).ok()).collect::<Option<Vec<_>>>();
        // It was read whole before.
        let events = events.ok_or(Error::Corrupt("return file"))?;
        self.at = from + events.len();
        Ok(events)
    }
}

/// Reads a file and holds it against itself.
pub(super) fn read(bytes: &[u8], today: NaiveDate) -> Result<ReadFile, Refused> {
    let start = Reader::of(bytes).map_err(Refused::Unreadable)?;
    let mut reader = start.clone();
    let cnab::Header { layout, bank, agreement, date, sequence } = start.header().clone();
    let bank = bank.as_str().to_owned();
    let mut seen = Seen { layout, bank: &bank, hasher: Sha256::new(), lines: 0, problem: None };
    let (mut events, mut sums) = (0, [Money::ZERO; 3]);
    for event in reader.by_ref() {
        let event = event.map_err(Refused::Unreadable)?;
        event.lines.iter().for_each(|line| seen.line(line));
        events += 1;
        match read_event(event, date, today) {
            Ok(event) => {
                for (sum, amount) in sums.iter_mut().zip([event.paid, event.credited, event.fee]) {
                    *sum += amount.unwrap_or_default();
                }
            }
            // A file that does not agree with itself is told so first.
            Err(refused) => seen.problem = seen.problem.or(Some(refused)),
        }
    }
    if !reader.mismatches().is_empty() {
        return Err(Refused::Mismatched(reader.mismatches().to_vec()));
    }
    reader.others().iter().for_each(|line| seen.line(line));
    let Seen { hasher, lines, problem, .. } = seen;
    match problem {
        Some(refused) => return Err(refused),
        None if date.is_some_and(|date| date > today) => return Err(Refused::InTheFuture { line: 1 }),
        None => {}
    }
    // Caixa writes its code where others have the account, and nothing where others have the code.
    let account =
        || reader.others().first().filter(|_| layout == Layout::Cnab240).map(|header| header.text.chars().skip(58).take(12).collect());
    let agreement = agreement.map(|agreement| agreement.to_string()).or_else(account).unwrap_or_default();
    let sequence = sequence.as_deref().and_then(|sequence| sequence.trim().parse().ok());
    let content_hash = hex::encode(hasher.finalize());
    Ok(ReadFile { layout, bank, agreement, sequence, date, lines, events, sums, file_hash: sha256(bytes), content_hash, today, start })
}

/// What is gathered line by line: those of events in their order, then the others in theirs.
struct Seen<'a> {
    layout: Layout,
    bank: &'a str,
    hasher: Sha256,
    lines: i32,
    problem: Option<Refused>,
}

impl Seen<'_> {
    fn line(&mut self, line: &Line) {
        let text = line.text.trim_end();
        if text.is_empty() {
            return;
        }
        // CNAB 240 names its bank in every record, CNAB 400 in its header alone.
        if self.layout == Layout::Cnab240 && !text.starts_with(self.bank) && self.problem.is_none() {
            let found = text.chars().take(3).collect();
            self.problem = Some(Refused::MixedBanks { line: line.number, bank: self.bank.to_owned(), found });
        }
        self.hasher.update(text.as_bytes());
        self.hasher.update(b"\n");
        self.lines = self.lines.saturating_add(1);
    }
}

fn read_event(event: cnab::Event, date: Option<NaiveDate>, today: NaiveDate) -> Result<Event, Refused> {
    let number = event.lines.first().map_or(0, |line| line.number);
    let line = i32::try_from(number).map_err(|_| Refused::TooLong)?;
    // Where the layout has no day of payment, the day of the file is the nearest that is known.
    let occurred_on = event.occurred_on.or(event.credited_on.filter(|day| *day <= today)).or(date);
    let paid = if event.paid_is_net {
        event.paid.filter(|paid| paid.is_positive()).map(|paid| paid + event.fee.unwrap_or_default())
    } else {
        event.paid
    };
    // A piece of the file's text would keep all of it.
    let own = |piece: Option<cnab::Excerpt>| piece.map(|piece| piece.to_string());
    let read = Event {
        line,
        movement: event.movement,
        motives: event.motives.iter().map(|motive| motive.as_str()).collect::<Vec<_>>().join(" "),
        code: event.code.to_string(),
        nosso_numero: own(event.nosso_numero),
        company_use: own(event.company_use),
        document: own(event.document),
        due_on: event.due,
        nominal: event.amount,
        paid,
        credited: event.credited,
        fee: event.fee,
        fine: event.fine,
        interest: event.interest,
        discount: event.discount,
        abatement: event.abatement,
        tax: event.tax,
        other_expenses: event.other_expenses,
        other_credits: event.other_credits,
        occurred_on,
        credited_on: event.credited_on,
    };
    match read.occurred_on {
        _ if read.payment().is_none() => Ok(read),
        None => Err(Refused::NoDate { line: number }),
        Some(day) if day > today => Err(Refused::InTheFuture { line: number }),
        Some(_) => Ok(read),
    }
}
