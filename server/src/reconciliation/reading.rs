//! A return file as reconciliation needs it: the only place that knows how `domain::cnab` hands one over. Refuses what does not
//! agree with itself; never looks into the database.

use chrono::NaiveDate;
use domain::cnab::{self, Layout, Movement};
use domain::money::Money;
use sha2::{Digest, Sha256};

use super::reasons::Refused;
use crate::sealing::sha256;

/// A file that agrees with itself.
#[derive(Debug)]
pub(super) struct ReadFile {
    pub(super) layout: Layout,
    pub(super) bank: String,
    /// The company's agreement or account, as the header has it; blank or zeros where it has none.
    pub(super) agreement: String,
    pub(super) sequence: Option<i64>,
    pub(super) date: Option<NaiveDate>,
    pub(super) lines: i32,
    pub(super) events: Vec<Event>,
    /// Of the bytes.
    pub(super) file_hash: String,
    /// Of the lines: another encoding, other line ends and trailing blanks make no other file.
    pub(super) content_hash: String,
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
    /// What the file says was paid, whatever comes of it; and was credited; and the bank's fees.
    pub(super) fn sums(&self) -> [Money; 3] {
        let sum = |of: fn(&Event) -> Option<Money>| self.events.iter().filter_map(of).sum();
        [sum(|event| event.paid), sum(|event| event.credited), sum(|event| event.fee)]
    }
}

/// Reads a file and holds it against itself.
pub(super) fn read(bytes: &[u8], today: NaiveDate) -> Result<ReadFile, Refused> {
    let file = cnab::read_return(bytes).map_err(Refused::Unreadable)?;
    if !file.mismatches.is_empty() {
        return Err(Refused::Mismatched(file.mismatches));
    }
    let cnab::Header { layout, bank, agreement, date, sequence } = file.header;
    let bank = bank.as_str().to_owned();
    let mut lines: Vec<(usize, &str)> = file
        .events
        .iter()
        .flat_map(|event| &event.lines)
        .chain(&file.others)
        .map(|line| (line.number, line.text.trim_end()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    lines.sort_unstable_by_key(|(number, _)| *number);
    let mut hasher = Sha256::new();
    for (number, text) in &lines {
        // CNAB 240 names its bank in every record, CNAB 400 in its header alone.
        if layout == Layout::Cnab240 && !text.starts_with(&bank) {
            return Err(Refused::MixedBanks { line: *number, bank, found: text.chars().take(3).collect() });
        }
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    }
    let count = i32::try_from(lines.len()).map_err(|_| Refused::TooLong)?;
    let content_hash = hex::encode(hasher.finalize());
    if date.is_some_and(|date| date > today) {
        return Err(Refused::InTheFuture { line: 1 });
    }
    // Caixa writes its code where others have the account, and nothing where others have the code.
    let account =
        || file.others.first().filter(|_| layout == Layout::Cnab240).map(|header| header.text.chars().skip(58).take(12).collect());
    let agreement = agreement.map(|agreement| agreement.to_string()).or_else(account).unwrap_or_default();
    let sequence = sequence.as_deref().and_then(|sequence| sequence.trim().parse().ok());
    let events = file.events.into_iter().map(|event| read_event(event, date, today)).collect::<Result<Vec<_>, _>>()?;
    Ok(ReadFile { layout, bank, agreement, sequence, date, lines: count, events, file_hash: sha256(bytes), content_hash })
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
