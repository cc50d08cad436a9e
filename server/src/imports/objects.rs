//! Records as a system of the creditor's sends them: JSON objects whose fields are the columns of a file. What holds for a line holds
//! for them, by the same code; only the types are stricter here. Never takes half of a record.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;

use super::fields::{Column, Row, Shape};
use super::lines::Line;
use super::{Kind, Outcome, Progress, Reason, Record, Refused, Run, one_at_a_time, record};
use super::{bills, contracts, customers, documents, guarantees, payments, representations, slips};
use crate::api_keys::ApiKey;
use crate::error::{Error, Result};
use crate::{Server, requests, sealing};
use domain::api_keys::Scope;

/// One record.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its key in the creditor's system, when the address says it; else it is a field like the others.
    pub external_id: Option<String>,
    /// Its fields.
    pub object: Value,
    /// Where it stands in what was sent, as a JSON pointer.
    pub pointer: String,
}

/// Why a record is not taken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, as a JSON pointer (RFC 6901) into what was sent.
    pub pointer: String,
    /// Why.
    pub reason: Reason,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    Created,
    /// It says something else than before.
    Updated,
    /// It says what is known.
    Unchanged,
    /// Nothing of it was written.
    Refused(Vec<Fault>),
}

impl Kind {
    /// What a key needs to send it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            // Who may act for somebody reaches as far as where that one's codes go.
            Self::Customers | Self::Representations => Scope::CustomersWrite,
            // A guarantee stands for what contracts say.
            Self::Contracts | Self::Guarantees => Scope::ContractsWrite,
            Self::Bills => Scope::BillsWrite,
            Self::Slips => Scope::SlipsWrite,
            Self::Payments => Scope::PaymentsWrite,
            Self::Documents => Scope::DocumentsWrite,
        }
    }
}

/// Takes records of one kind, all in one transaction, each whole or not at all. Answers for each, in order. `file` is where the
/// file of a document was received.
///
/// # Errors
/// [`Error::Forbidden`] for a key that was not made for it; the database's. A record that cannot be taken is no error.
pub async fn put(server: &Server, key: &ApiKey, kind: Kind, sent: &[Sent], file: Option<&Path>) -> Result<Vec<Taken>> {
    key.may(kind.scope())?;
    let folder = file.and_then(Path::parent).map(Path::to_owned);
    let name = file.and_then(Path::file_name).and_then(OsStr::to_str);
    let run = Run { server, id: server.id(), folder, today: server.clock.today(), by: key.actor() };
    match kind {
        Kind::Customers => take::<customers::Customer>(&run, sent, name).await,
        Kind::Contracts => take::<contracts::Contract>(&run, sent, name).await,
        Kind::Representations => take::<representations::Representation>(&run, sent, name).await,
        Kind::Guarantees => take::<guarantees::Guarantee>(&run, sent, name).await,
        Kind::Bills => take::<bills::Bill>(&run, sent, name).await,
        Kind::Slips => take::<slips::Slip>(&run, sent, name).await,
        Kind::Payments => take::<payments::Payment>(&run, sent, name).await,
        Kind::Documents => take::<documents::Document>(&run, sent, name).await,
    }
}

async fn take<T: Record>(run: &Run<'_>, sent: &[Sent], file: Option<&str>) -> Result<Vec<Taken>> {
    let mut seen = BTreeSet::new();
    let read: Vec<Result<T, Vec<Fault>>> = sent.iter().map(|one| read::<T>(run, one, file, &mut seen)).collect();
    let records: Vec<&T> = read.iter().filter_map(|record| record.as_ref().ok()).collect();
    if records.is_empty() {
        return Ok(read.into_iter().map(|record| Taken::Refused(record.err().unwrap_or_default())).collect());
    }
    T::prepare(run, &records).await?;
    let mut tx = run.server.db.write().await?;
    one_at_a_time(&mut tx).await?;
    let mut outcomes = T::write(run, &mut tx, &records).await?.into_iter();
    let mut taken = Vec::with_capacity(sent.len());
    let mut counts = Progress::default();
    for (one, record) in sent.iter().zip(&read) {
        let outcome = match record {
            Ok(_) => outcomes.next().ok_or(Error::Corrupt("outcome of an import"))?,
            Err(faults) => {
                counts.refused += 1;
                taken.push(Taken::Refused(faults.clone()));
                continue;
            }
        };
        taken.push(match outcome {
            Outcome::Created => {
                counts.created += 1;
                Taken::Created
            }
            Outcome::Updated => {
                counts.updated += 1;
                Taken::Updated
            }
            Outcome::Unchanged => {
                counts.unchanged += 1;
                Taken::Unchanged
            }
            Outcome::Refused(refused) => {
                counts.refused += 1;
                Taken::Refused(vec![fault(one, refused)])
            }
        });
    }
    // What has changed nothing leaves nothing behind: systems send what is known every night.
    if counts.created + counts.updated == 0 {
        return Ok(taken);
    }
    let text: String = sent.iter().map(|one| format!("{}\n{}\n", one.external_id.as_deref().unwrap_or_default(), one.object)).collect();
    record(run, &mut tx, T::KIND, &counts, &sealing::sha256(text.as_bytes())).await?;
    tx.commit().await?;
    if matches!(T::KIND, Kind::Payments | Kind::Slips) {
        let ids: Vec<&str> = sent.iter().filter_map(external_id).collect();
        requests::record::settle_after(run.server, T::KIND, ids).await?;
    }
    Ok(taken)
}

fn external_id(sent: &Sent) -> Option<&str> {
    sent.external_id.as_deref().or_else(|| sent.object.get("external_id")?.as_str()).map(str::trim)
}

fn read<T: Record>(run: &Run<'_>, sent: &Sent, file: Option<&str>, seen: &mut BTreeSet<String>) -> Result<T, Vec<Fault>> {
    let line = line(T::COLUMNS, sent, file)?;
    let row = Row::new(&line, T::COLUMNS, run.today);
    let record = row
        .text("external_id")
        .and_then(|id| if seen.insert(id) { T::read(&row) } else { Err(Refused::new("external_id", Reason::RepeatedHere)) });
    record.map_err(|refused| vec![fault(sent, refused)])
}

fn fault(sent: &Sent, refused: Refused) -> Fault {
    match refused.column {
        Some(column) => Fault { pointer: format!("{}/{column}", sent.pointer), reason: refused.reason },
        None => Fault { pointer: sent.pointer.clone(), reason: refused.reason },
    }
}

/// The texts that a line of a file would have, or everything that is of the wrong type.
fn line(columns: &[Column], sent: &Sent, file: Option<&str>) -> Result<Line, Vec<Fault>> {
    let fault = |name: &str, reason| Fault { pointer: format!("{}/{}", sent.pointer, escaped(name)), reason };
    let Value::Object(object) = &sent.object else {
        return Err(vec![Fault { pointer: sent.pointer.clone(), reason: Reason::WrongType { expected: "object" } }]);
    };
    let in_body = |column: &Column| column.shape != Shape::File && (column.name != "external_id" || sent.external_id.is_none());
    let mut faults: Vec<Fault> = object
        .keys()
        .filter(|name| !columns.iter().any(|column| column.name == name.as_str() && in_body(column)))
        .map(|name| fault(name, Reason::UnknownField))
        .collect();
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        values.push(match (column.shape, object.get(column.name)) {
            (Shape::File, _) => file.map(str::to_owned),
            (_, _) if column.name == "external_id" && sent.external_id.is_some() => sent.external_id.clone(),
            (_, None) if column.required => {
                faults.push(fault(column.name, Reason::Missing));
                None
            }
            (_, None) => None,
            (_, Some(Value::Null)) if column.required => {
                faults.push(fault(column.name, Reason::Missing));
                None
            }
            (_, Some(Value::Null)) => Some(String::new()),
            (shape, Some(value)) => match text(shape, value) {
                Ok(text) => Some(text),
                Err(reason) => {
                    faults.push(fault(column.name, reason));
                    None
                }
            },
        });
    }
    if faults.is_empty() { Ok(Line::of(1, values)) } else { Err(faults) }
}

/// A value as a line would have it, if it is of the type that its field has.
fn text(shape: Shape, value: &Value) -> Result<String, Reason> {
    let wrong = |expected| Reason::WrongType { expected };
    if shape == Shape::Cents {
        let cents = value.as_i64().ok_or(wrong("integer"))?;
        // Two digits behind the point, so that nothing reads it as thousands.
        return if cents < 0 { Err(Reason::NotPositive) } else { Ok(format!("{}.{:02}", cents / 100, cents % 100)) };
    }
    if shape == Shape::Ids {
        let ids =
            value.as_array().and_then(|ids| ids.iter().map(Value::as_str).collect::<Option<Vec<_>>>()).ok_or(wrong("array of strings"))?;
        return match ids.iter().find_map(|id| id.find('|')) {
            Some(at) => Err(Reason::Character { at: at + 1 }),
            None => Ok(ids.join("|")),
        };
    }
    let text = value.as_str().ok_or(wrong("string"))?;
    let digits = |pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, like)| if like == b'0' { byte.is_ascii_digit() } else { byte == like })
    };
    match shape {
        Shape::Word(words) if !words.contains(&text) => Err(Reason::NotOneOf { words: words.join(", ") }),
        Shape::Date if !digits("0000-00-00") => Err(Reason::NotADate),
        Shape::Month if !digits("0000-00") => Err(Reason::NotAMonth),
        Shape::Rate if text.contains(['%', ',']) => Err(Reason::NotARate),
        _ => Ok(text.to_owned()),
    }
}

/// A name as a part of a JSON pointer (RFC 6901, section 3); one that nobody would choose is cut.
fn escaped(name: &str) -> String {
    name.chars().take(100).collect::<String>().replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::super::fields::{ID, optional, required};
    use super::*;
    use serde_json::json;

    const COLUMNS: &[Column] = &[
        required("external_id", ID),
        required("amount", Shape::Cents),
        optional("on", Shape::Date),
        optional("month", Shape::Month),
        optional("word", Shape::Word(&["a", "b"])),
        optional("ids", Shape::Ids),
        optional("rate", Shape::Rate),
    ];

    fn read(object: Value) -> Result<Vec<Option<String>>, Vec<(String, &'static str)>> {
        let sent = Sent { external_id: None, object, pointer: "/items/0".into() };
        match line(COLUMNS, &sent, None) {
            Ok(line) => Ok((0..COLUMNS.len()).map(|at| line.field(at).map(str::to_owned)).collect()),
            Err(faults) => Err(faults.into_iter().map(|fault| (fault.pointer, fault.reason.code())).collect()),
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_not_the_same_as_an_empty_one() {
        let said = read(json!({ "external_id": "B1", "amount": 123_456, "on": "2026-12-31", "ids": ["x", "y"], "word": null })).unwrap();
        let said: Vec<_> = said.iter().map(Option::as_deref).collect();
        assert_eq!(said, [Some("B1"), Some("1234.56"), Some("2026-12-31"), None, Some(""), Some("x|y"), None]);
    }

    #[test]
    fn everything_of_the_wrong_type_is_told_at_once() {
        let faults = read(json!({
            "amount": 12.5, "on": "31/12/2026", "month": "2026-1", "word": "c", "ids": ["a|b"], "rate": "2%", "nome~/": 1,
        }))
        .unwrap_err();
        let faults: Vec<_> = faults.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect();
        assert_eq!(
            faults,
            [
                ("/items/0/nome~0~1", "unknown_field"),
                ("/items/0/external_id", "missing"),
                ("/items/0/amount", "wrong_type"),
                ("/items/0/on", "not_a_date"),
                ("/items/0/month", "not_a_month"),
                ("/items/0/word", "not_one_of"),
                ("/items/0/ids", "character"),
                ("/items/0/rate", "not_a_rate"),
            ]
        );
        assert_eq!(read(json!([])).unwrap_err(), [("/items/0".to_owned(), "wrong_type")]);
        assert_eq!(read(json!({ "external_id": null, "amount": -1 })).unwrap_err().len(), 2);
    }

    #[test]
    fn no_amount_is_read_as_thousands() {
        for (cents, text) in [(0, "0.00"), (1, "0.01"), (100, "1.00"), (123_400, "1234.00")] {
            assert_eq!(super::text(Shape::Cents, &json!(cents)).unwrap(), text);
        }
    }
}
