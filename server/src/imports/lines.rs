//! From bytes to lines with fields: encodings, separators, quotes, JSON. Memory stays flat whatever the file holds.
//!
//! Never mends a line. One that cannot be read becomes a problem of that line alone, and reading goes on after it: a quote
//! that is never closed does not swallow the rest of the file.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read, Write};
use std::sync::Arc;

use encoding_rs::WINDOWS_1252;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::Column;
use super::reasons::{FileError, Reason, Refusal, Warning};
use super::{End, Format};
use crate::texts::Locale;

/// The longest line, and the longest record of several lines: many times what an honest one needs.
const LONGEST: usize = 64 * 1024;
/// A quoted field may hold so many line breaks.
const MOST_LINES_OF_A_RECORD: usize = 50;
/// Names of unknown columns that are told; a file of JSON objects could make up any number.
const MOST_UNKNOWN: usize = 20;
/// The column in which a file of refused lines says why. It is ignored when that file is imported.
const REFUSAL: &str = "refusal";
/// The byte order mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One record of a file.
#[derive(Debug)]
pub(super) struct Line {
    /// The line on which it begins; the first line of the file is 1.
    pub(super) number: u64,
    /// Why it cannot be read.
    pub(super) problem: Option<Reason>,
    /// As it stands in the file, decoded.
    text: String,
    fields: Fields,
    /// The field of each known column.
    places: Arc<[Option<usize>]>,
    shape: Arc<Shape>,
}

impl Line {
    /// The values of one record, a column each; none where nothing is said of it.
    pub(super) fn of(number: u64, values: Vec<Option<String>>) -> Self {
        let mut fields = Fields::default();
        let mut places = Vec::with_capacity(values.len());
        for value in values {
            places.push(value.as_ref().map(|_| fields.ends.len()));
            if let Some(value) = value {
                fields.push(&value);
            }
        }
        Self { number, problem: None, text: String::new(), fields, places: places.into(), shape: Arc::new(Shape::Json) }
    }

    /// What stands in a known column; none when the column is not there.
    pub(super) fn field(&self, column: usize) -> Option<&str> {
        let place = self.places.get(column).copied().flatten()?;
        Some(self.fields.get(place))
    }
}

/// How a file is laid out.
#[derive(Debug)]
enum Shape {
    Csv { header: Vec<String>, separator: u8 },
    Json,
}

/// The fields of a record, one behind the other.
#[derive(Debug, Default)]
struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    fn get(&self, at: usize) -> &str {
        let from = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(self.text.len()) };
        let to = self.ends.get(at).copied().unwrap_or(self.text.len());
        self.text.get(from..to).unwrap_or_default()
    }

    fn end_field(&mut self) {
        self.ends.push(self.text.len());
    }

    fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.end_field();
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.get(at))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Windows1252,
}

/// A line of the file before anything is made of it.
struct Physical {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

/// Reads a file record by record.
pub(super) struct Lines<R> {
    input: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    columns: &'static [Column],
    shape: Arc<Shape>,
    places: Arc<[Option<usize>]>,
    /// Decided by the first line that has more than ASCII.
    encoding: Option<Encoding>,
    /// Lines read ahead for a quote that was not closed.
    pending: VecDeque<Physical>,
    unknown: BTreeSet<String>,
    hash: Sha256,
    bytes: u64,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Looks at the beginning of a file, and at its header.
    pub(super) fn open(mut input: R, format: Format, columns: &'static [Column]) -> Result<Self, FileError> {
        let mut head = Vec::new();
        input.by_ref().take(4096).read_to_end(&mut head)?;
        check_text(&head)?;
        let marked = head.starts_with(BOM);
        let first = head.get(if marked { BOM.len() } else { 0 }..).unwrap_or_default().trim_ascii_start().first().copied();
        let json = match format {
            Format::Auto => first == Some(b'{'),
            Format::Csv => false,
            Format::JsonLines => true,
        };
        let mut lines = Self {
            input: BufReader::with_capacity(64 * 1024, Cursor::new(head).chain(input)),
            columns,
            shape: Arc::new(Shape::Json),
            places: Arc::from([]),
            encoding: marked.then_some(Encoding::Utf8),
            pending: VecDeque::new(),
            unknown: BTreeSet::new(),
            hash: Sha256::new(),
            bytes: 0,
            number: 0,
        };
        if marked {
            lines.input.fill_buf()?;
            lines.consume(BOM.len());
        }
        if !json {
            lines.read_header()?;
        }
        Ok(lines)
    }

    /// The next record; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line>, FileError> {
        loop {
            let Some(physical) = self.physical()? else { return Ok(None) };
            if physical.bytes.trim_ascii().is_empty() && !physical.too_long {
                continue;
            }
            let line = match *self.shape {
                Shape::Csv { separator, .. } => self.csv(physical, separator)?,
                Shape::Json => self.json(physical),
            };
            // Spreadsheets leave lines with nothing but separators at the end.
            if line.problem.is_some() || !line.fields.text.trim().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is known at the end.
    pub(super) fn end(self) -> End {
        let mut warnings: Vec<Warning> = self.unknown.into_iter().map(|name| Warning::UnknownColumn { name }).collect();
        if self.encoding == Some(Encoding::Windows1252) {
            warnings.push(Warning::Windows1252);
        }
        End { hash: hex::encode(self.hash.finalize()), bytes: self.bytes, warnings }
    }

    fn consume(&mut self, bytes: usize) {
        let bytes = bytes.min(self.input.buffer().len());
        if let Some(read) = self.input.buffer().get(..bytes) {
            self.hash.update(read);
        }
        self.input.consume(bytes);
        self.bytes += bytes as u64;
    }

    fn physical(&mut self) -> io::Result<Option<Physical>> {
        if let Some(line) = self.pending.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Physical { number: self.number + 1, bytes: Vec::new(), too_long: false };
        let mut any = false;
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let read = end.map_or(available.len(), |at| at + 1);
            let kept = read.min(LONGEST - line.bytes.len());
            line.bytes.extend_from_slice(available.get(..kept).unwrap_or_default());
            line.too_long |= kept < read;
            self.consume(read);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        for end in [b'\n', b'\r'] {
            if line.bytes.last() == Some(&end) {
                line.bytes.pop();
            }
        }
        Ok(Some(line))
    }

    fn read_header(&mut self) -> Result<(), FileError> {
        let physical = loop {
            let line = self.physical()?.ok_or(FileError::Empty)?;
            if !line.bytes.trim_ascii().is_empty() {
                break line;
            }
        };
        if physical.too_long {
            return Err(FileError::NotText);
        }
        let (text, _) = self.decode(&physical.bytes);
        let count = |separator: char| text.matches(separator).count();
        // The one that occurs most: names of columns hold none of them.
        let separator = [';', ',', '\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == ';')).unwrap_or(';');
        let (fields, _) = split(&text, separator as u8);
        let header: Vec<String> = fields.iter().map(|name| name.trim().to_lowercase()).collect();
        for (at, name) in header.iter().enumerate() {
            if !name.is_empty() && header.iter().take(at).any(|before| before == name) {
                return Err(FileError::RepeatedColumn { name: name.clone() });
            }
            self.note_unknown(name);
        }
        self.places = self.columns.iter().map(|column| header.iter().position(|name| name == column.name)).collect();
        let missing: Vec<&'static str> = self
            .columns
            .iter()
            .zip(self.places.iter())
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.name)
            .collect();
        if !missing.is_empty() {
            return Err(FileError::MissingColumns { missing });
        }
        self.shape = Arc::new(Shape::Csv { header, separator: separator as u8 });
        Ok(())
    }

    fn note_unknown(&mut self, name: &str) {
        let known = name.is_empty() || name == REFUSAL || self.columns.iter().any(|column| column.name == name);
        if !known && self.unknown.len() < MOST_UNKNOWN {
            self.unknown.insert(name.chars().take(40).collect());
        }
    }

    fn csv(&mut self, mut first: Physical, separator: u8) -> Result<Line, FileError> {
        if ends_open(&first.bytes, separator) {
            self.close_quote(&mut first, separator)?;
        }
        let (text, mixed) = self.decode(&first.bytes);
        let (mut fields, quotes) = split(&text, separator);
        let mut problem = if first.too_long { Some(Reason::TooLong) } else { mixed.then_some(Reason::MixedEncodings) };
        if quotes != Quotes::Fine {
            problem = problem.or(Some(Reason::Quotes));
            fields = Fields::default();
            text.split(char::from(separator)).for_each(|field| fields.push(field));
        }
        if let Shape::Csv { header, .. } = &*self.shape {
            let (found, expected) = (fields.ends.len(), header.len());
            // The reason of a refused line may be taken away when the line is mended.
            let least = if header.last().is_some_and(|name| name == REFUSAL) { expected - 1 } else { expected };
            let more = fields.iter().skip(expected).any(|field| !field.trim().is_empty());
            if problem.is_none() && (found < least || more) {
                problem = Some(Reason::FieldCount { found, expected });
            }
        }
        Ok(Line { number: first.number, problem, text, fields, places: Arc::clone(&self.places), shape: Arc::clone(&self.shape) })
    }

    /// Adds the lines up to the closing quote. If it does not come, they are put back: each is a line of its own.
    fn close_quote(&mut self, record: &mut Physical, separator: u8) -> io::Result<()> {
        let mut whole = record.bytes.clone();
        let mut taken = Vec::new();
        while taken.len() < MOST_LINES_OF_A_RECORD && whole.len() < LONGEST {
            let Some(next) = self.physical()? else { break };
            whole.push(b'\n');
            whole.extend_from_slice(&next.bytes);
            let too_long = next.too_long;
            taken.push(next);
            if too_long {
                break;
            }
            match split(&String::from_utf8_lossy(&whole), separator).1 {
                Quotes::Open => {}
                Quotes::Fine => {
                    record.bytes = whole;
                    return Ok(());
                }
                // The quote that was found opens another field: the one before was never closed.
                Quotes::TextAfter => break,
            }
        }
        for line in taken.into_iter().rev() {
            self.pending.push_front(line);
        }
        Ok(())
    }

    fn json(&mut self, physical: Physical) -> Line {
        let (text, mixed) = self.decode(&physical.bytes);
        let mut line = Line {
            number: physical.number,
            problem: if physical.too_long { Some(Reason::TooLong) } else { mixed.then_some(Reason::MixedEncodings) },
            text,
            fields: Fields::default(),
            places: Arc::from([]),
            shape: Arc::clone(&self.shape),
        };
        let Ok(Value::Object(object)) = serde_json::from_str(&line.text) else {
            line.problem = line.problem.or(Some(Reason::NotJson));
            return line;
        };
        for name in object.keys() {
            self.note_unknown(name);
        }
        let mut places = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            places.push(object.get(column.name).map(|_| line.fields.ends.len()));
            match object.get(column.name).map(plain) {
                Some(Some(text)) => line.fields.push(&text),
                Some(None) => {
                    line.fields.push("");
                    line.problem = line.problem.or(Some(Reason::NotPlain { name: column.name }));
                }
                None => {}
            }
        }
        // An object that says nothing known is still a line that asks for an answer.
        if line.fields.text.trim().is_empty() {
            line.problem = line.problem.or(Some(Reason::NotJson));
        }
        line.places = places.into();
        line
    }

    /// Decodes a line, and says whether it is in another encoding than the lines before it. The first line with more than
    /// ASCII decides for the file: text of Windows-1252 that reads as UTF-8 by chance does not occur in practice.
    fn decode(&mut self, bytes: &[u8]) -> (String, bool) {
        let found = match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => return (text.to_owned(), false),
            Ok(_) => Encoding::Utf8,
            Err(_) => Encoding::Windows1252,
        };
        let text = match found {
            Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        };
        (text, *self.encoding.get_or_insert(found) != found)
    }
}

/// Refuses at once what is no text of one byte a character at least.
fn check_text(head: &[u8]) -> Result<(), FileError> {
    if head.trim_ascii().is_empty() || head.strip_prefix(BOM).is_some_and(|rest| rest.trim_ascii().is_empty()) {
        return Err(FileError::Empty);
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(FileError::Utf16);
    }
    // A ZIP holds the workbooks of today, an OLE document the older ones.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(FileError::Spreadsheet);
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    if zeros(0) + zeros(1) > 0 {
        // Every other byte of Latin text in UTF-16 is zero.
        let half = head.len() / 4;
        return Err(if zeros(0).max(zeros(1)) > half { FileError::Utf16 } else { FileError::NotText });
    }
    Ok(())
}

/// A plain value of JSON as the text that CSV would have; none for an object or a list of anything but texts.
fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            // A number's point is decimal: without the zero, three decimals would read as thousands.
            if text.rsplit_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) { text + "0" } else { text }
        }
        Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join("|"),
        Value::Object(_) => return None,
    })
}

/// How the quotes of a record came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Fine,
    /// One is not closed.
    Open,
    /// Something stands between a closing quote and the separator.
    TextAfter,
}

/// Whether a record goes on in the next line.
fn ends_open(record: &[u8], separator: u8) -> bool {
    record.contains(&b'"') && split(&String::from_utf8_lossy(record), separator).1 == Quotes::Open
}

/// Cuts a record into fields (RFC 4180): a field that begins with a quote ends with one, and a quote within it is doubled.
fn split(record: &str, separator: u8) -> (Fields, Quotes) {
    let separator = char::from(separator);
    let mut fields = Fields { text: String::with_capacity(record.len()), ends: Vec::with_capacity(16) };
    if !record.contains('"') {
        record.split(separator).for_each(|field| fields.push(field));
        return (fields, Quotes::Fine);
    }
    let mut quotes = Quotes::Fine;
    let mut rest = record;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            rest = quoted;
            loop {
                let Some(at) = rest.find('"') else {
                    fields.push(rest);
                    return (fields, Quotes::Open);
                };
                let (text, after) = rest.split_at(at);
                fields.text.push_str(text);
                rest = after.get(1..).unwrap_or_default();
                let Some(doubled) = rest.strip_prefix('"') else { break };
                fields.text.push('"');
                rest = doubled;
            }
            if !rest.is_empty() && !rest.starts_with(separator) {
                quotes = Quotes::TextAfter;
            }
        }
        let (field, next) = rest.split_once(separator).map_or((rest, None), |(field, next)| (field, Some(next)));
        fields.push(field);
        match next {
            Some(next) => rest = next,
            None => return (fields, quotes),
        }
    }
}

/// Writes refused lines so that they can be mended and imported again: the same header and the line as it was, with the
/// reason behind it in a column that an import ignores.
pub(super) struct RefusedLines<'a> {
    out: &'a mut (dyn Write + Send),
    locale: Locale,
    begun: bool,
}

impl<'a> RefusedLines<'a> {
    pub(super) fn new(out: &'a mut (dyn Write + Send), locale: Locale) -> Self {
        Self { out, locale, begun: false }
    }

    pub(super) fn write(&mut self, line: &Line, refusal: &Refusal) -> io::Result<()> {
        let reason = refusal.told(self.locale);
        match &*line.shape {
            Shape::Csv { header, separator } => {
                if !self.begun {
                    // Spreadsheets take a file for UTF-8 when it begins with this mark.
                    self.out.write_all(BOM)?;
                    let names = header.iter().map(String::as_str).filter(|name| *name != REFUSAL).chain([REFUSAL]);
                    write_record(self.out, *separator, names)?;
                }
                let old = header.iter().position(|name| name == REFUSAL);
                let mut fields: Vec<&str> =
                    line.fields.iter().enumerate().filter(|(at, _)| Some(*at) != old).map(|(_, field)| field).collect();
                let width = header.len() - usize::from(old.is_some());
                while fields.len() < width {
                    fields.push("");
                }
                fields.push(&reason);
                write_record(self.out, *separator, fields.into_iter())?;
            }
            Shape::Json => {
                let object = match serde_json::from_str(&line.text) {
                    Ok(Value::Object(mut object)) => {
                        object.insert(REFUSAL.to_owned(), reason.into());
                        Value::Object(object)
                    }
                    _ => serde_json::json!({ "text": line.text, REFUSAL: reason }),
                };
                writeln!(self.out, "{object}")?;
            }
        }
        self.begun = true;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.out.flush()
    }
}

fn write_record<'f>(out: &mut dyn Write, separator: u8, fields: impl Iterator<Item = &'f str>) -> io::Result<()> {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.write_all(&[separator])?;
        }
        let quoted = field.bytes().any(|byte| byte == separator || matches!(byte, b'"' | b'\n' | b'\r'));
        if quoted {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::super::fields::{ID, optional, required};
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[required("a", ID), required("b", ID), optional("c", ID)];

    /// Every record as its line number, its known columns and its problem.
    type Read = Vec<(u64, [Option<String>; 3], Option<Reason>)>;

    fn read(bytes: &[u8]) -> Result<(Read, Vec<Warning>), FileError> {
        let mut lines = Lines::open(bytes, Format::Auto, COLUMNS)?;
        let mut read = Vec::new();
        while let Some(line) = lines.next()? {
            let field = |at| line.field(at).map(str::to_owned);
            read.push((line.number, [field(0), field(1), field(2)], line.problem.clone()));
        }
        Ok((read, lines.end().warnings))
    }

    fn values(bytes: &[u8]) -> Vec<[String; 3]> {
        let (read, _) = read(bytes).unwrap();
        read.into_iter()
            .map(|(_, fields, problem)| {
                assert_eq!(problem, None);
                fields.map(Option::unwrap_or_default)
            })
            .collect()
    }

    fn row(a: &str, b: &str, c: &str) -> [String; 3] {
        [a, b, c].map(str::to_owned)
    }

    #[test]
    fn separators_marks_and_line_ends() {
        for text in ["a;b;c\n1;2;3\n", "a,b,c\r\n1,2,3", "a\tb\tc\n1\t2\t3\n", "\u{feff}A; B ;c\n1;2;3\n;;\n\n", "c;b;a\n3;2;1\n"] {
            assert_eq!(values(text.as_bytes()), [row("1", "2", "3")], "{text:?}");
        }
        assert_eq!(values(b"a;b\n1,5;2\n"), [row("1,5", "2", "")]);
    }

    #[test]
    fn quotes_as_in_rfc_4180() {
        let text = "a;b;c\n\"x;y\";\"say \"\"hi\"\"\";\"two\nlines\"\n1;2\";3\n";
        assert_eq!(values(text.as_bytes()), [row("x;y", "say \"hi\"", "two\nlines"), row("1", "2\"", "3")]);
        let (read, _) = read(b"a;b\n1;\"open\n2;x\n3;y\n\"4\"z;w\n").unwrap();
        let seen: Vec<_> = read.iter().map(|(number, fields, problem)| (*number, fields[0].clone().unwrap(), problem.clone())).collect();
        assert_eq!(
            seen,
            [
                (2, "1".into(), Some(Reason::Quotes)),
                (3, "2".into(), None),
                (4, "3".into(), None),
                (5, "\"4\"z".into(), Some(Reason::Quotes)),
            ]
        );
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(values("a;b\nJoão;ção\n".as_bytes()), [row("João", "ção", "")]);
        let (latin, warnings) = read(b"a;b\nJo\xe3o;R$ 1\xa0\x96 x\n").unwrap();
        assert_eq!((latin[0].1[0].as_deref(), latin[0].1[1].as_deref()), (Some("João"), Some("R$ 1\u{a0}\u{2013} x")));
        assert_eq!(warnings, [Warning::Windows1252]);
        let (mixed, _) = read("a;b\nJoão;1\n".as_bytes().iter().copied().chain(*b"Jo\xe3o;2\n").collect::<Vec<_>>().as_slice()).unwrap();
        assert_eq!((&mixed[0].2, &mixed[1].2), (&None, &Some(Reason::MixedEncodings)));
        assert!(matches!(read(b"\xff\xfea\0;\0b\0\n\0"), Err(FileError::Utf16)));
        assert!(matches!(read(b"a\0;\0b\0\n\0"), Err(FileError::Utf16)));
        assert!(matches!(read(b"PK\x03\x04rest"), Err(FileError::Spreadsheet)));
        assert!(matches!(read(b"a;b\n1;\x002\n"), Err(FileError::NotText)));
        assert!(matches!(read(b"\xef\xbb\xbf \n"), Err(FileError::Empty)));
        assert!(matches!(read(b""), Err(FileError::Empty)));
    }

    #[test]
    fn headers() {
        assert!(matches!(read(b"a;x;y\n1;2;3\n"), Err(FileError::MissingColumns { missing }) if missing == ["b"]));
        assert!(matches!(read(b"a;b;A\n"), Err(FileError::RepeatedColumn { name }) if name == "a"));
        let (_, warnings) = read(b"a;b;x;refusal\n1;2;3;why\n").unwrap();
        assert_eq!(warnings, [Warning::UnknownColumn { name: "x".into() }]);
    }

    #[test]
    fn fields_are_counted() {
        let (read, _) = read(b"a;b;refusal\n1;2;old\n1;2\n1\n1;2;;\n1;2;3;4\n").unwrap();
        let problems: Vec<_> = read.into_iter().map(|(.., problem)| problem).collect();
        let count = |found| Some(Reason::FieldCount { found, expected: 3 });
        assert_eq!(problems, [None, None, count(1), None, count(4)]);
    }

    #[test]
    fn json_lines() {
        let (lines, warnings) = read(
            br#"{"a": "x", "b": 12.5, "c": ["p","q"]}
{"a": 1.234, "b": null, "z": 1}
{"a": {}, "b": "1"}
nonsense
{"a": "1"}"#,
        )
        .unwrap();
        let field = |line: usize, at: usize| lines[line].1[at].as_deref();
        assert_eq!((field(0, 0), field(0, 1), field(0, 2)), (Some("x"), Some("12.5"), Some("p|q")));
        assert_eq!((field(1, 0), field(1, 1), field(1, 2)), (Some("1.2340"), Some(""), None));
        assert_eq!(lines[2].2, Some(Reason::NotPlain { name: "a" }));
        assert_eq!(lines[3].2, Some(Reason::NotJson));
        assert_eq!((field(4, 0), field(4, 1)), (Some("1"), None));
        assert_eq!(warnings, [Warning::UnknownColumn { name: "z".into() }]);
    }

    #[test]
    fn a_line_without_end_is_one_refusal() {
        let mut text = b"a;b\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * LONGEST));
        text.extend_from_slice(b"\n1;2\n");
        let (read, _) = read(&text).unwrap();
        assert_eq!(read[0].2, Some(Reason::TooLong));
        assert_eq!((read[1].0, &read[1].2), (3, &None));
    }

    #[test]
    fn refused_lines_can_be_read_again() {
        let mut lines = Lines::open(&b"a;b\n\"x;\";\"y\"\"\nz\"\n1;2;3\n"[..], Format::Auto, COLUMNS).unwrap();
        let mut out = Vec::new();
        let mut refused = RefusedLines::new(&mut out, Locale::En);
        while let Some(line) = lines.next().unwrap() {
            refused.write(&line, &Refusal { line: line.number, column: Some("a"), reason: Reason::Missing }).unwrap();
        }
        refused.finish().unwrap();
        let (again, warnings) = read(&out).unwrap();
        assert_eq!(warnings, []);
        assert_eq!(again[0].1[..2], [Some("x;".to_owned()), Some("y\"\nz".to_owned())]);
        assert!(matches!(again[1].2, Some(Reason::FieldCount { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_no_line_is_lost(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b';'), Just(b'\n'), any::<u8>()], 0..300)) {
            let mut text = b"a;b\n".to_vec();
            text.extend(&bytes);
            if let Ok((read, _)) = read(&text) {
                let mut last = 1;
                for (number, ..) in read {
                    prop_assert!(number > last);
                    last = number;
                }
            }
            let _ = read(&bytes);
        }
    }
}
