//! Rows into a file: CSV for programs, CSV for spreadsheets, XLSX. Never lets what a customer typed become a formula, and never holds
//! more than a page of rows.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use domain::money::Money;
use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, Format as Look, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::Receiver;

use super::rows::{Kind, Line};
use crate::error::{Error, Result};
use crate::texts::{cell, clean};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8, `;` between cells, a header line, `1234.56`, `2026-11-22`, `2026-11-22T10:15:00-03:00`.
    Csv,
    /// The same with the mark in front that tells spreadsheets of UTF-8.
    CsvBom,
    /// A workbook with numbers, dates and texts as such.
    Xlsx,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::CsvBom, Self::Xlsx];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvBom => "csv_bom",
            Self::Xlsx => "xlsx",
        }
    }

    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvBom => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvBom => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = &'static str;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word).ok_or("expected csv, csv_bom or xlsx")
    }
}

impl TryFrom<String> for Format {
    type Error = &'static str;
    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words; never a formula.
    Text(String),
    /// An amount, in centavos.
    Cents(i64),
    /// How many.
    Count(i64),
    /// A date.
    Day(NaiveDate),
    /// As the creditor's wall shows it.
    Moment(DateTime<FixedOffset>),
    /// Nothing.
    Nothing,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn maybe(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }

    /// As a program reads it.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => cell(text),
            Self::Cents(cents) => Money::cents(*cents).plain(),
            Self::Count(count) => count.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Moment(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            Self::Nothing => String::new(),
        }
    }
}

/// Writes what comes until nothing more comes; says how many rows, and their sum.
pub(super) fn write(path: &Path, kind: Kind, format: Format, lines: Receiver<Vec<Line>>) -> Result<(u64, Money)> {
    let file = BufWriter::new(File::create_new(path)?);
    match format {
        Format::Csv | Format::CsvBom => long_csv(file, kind, format == Format::CsvBom, lines),
        Format::Xlsx => long_xlsx(file, path, kind, lines),
    }
}

fn long_csv(mut file: BufWriter<File>, kind: Kind, bom: bool, mut lines: Receiver<Vec<Line>>) -> Result<(u64, Money)> {
    let broken = |error: csv::Error| Error::Io(std::io::Error::other(error));
    if bom {
        file.write_all("\u{feff}".as_bytes())?;
    }
    let mut out = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(file);
    out.write_record(kind.columns()).map_err(broken)?;
    let (mut rows, mut cents) = (0, 0);
    while let Some(page) = lines.blocking_recv() {
        for line in page {
            out.write_record(line.cells.iter().map(Cell::plain)).map_err(broken)?;
            rows += 1;
            cents += line.cents;
        }
    }
    out.into_inner().map_err(|error| error.into_error())?.flush()?;
    Ok((rows, Money::cents(cents)))
}

/// Rows of one sheet; a spreadsheet has 1,048,576, one of them the header.
const SHEET: u32 = 1_000_000;
/// A cell holds 32,767 characters.
const LONGEST_CELL: usize = 32_000;

fn long_xlsx(file: BufWriter<File>, path: &Path, kind: Kind, mut lines: Receiver<Vec<Line>>) -> Result<(u64, Money)> {
    let broken = |error: XlsxError| Error::Io(std::io::Error::other(error));
    let mut workbook = Workbook::new();
    // Where the file itself grows: the system's folder may be small, or in memory.
    if let Some(folder) = path.parent() {
        workbook.set_tempdir(folder).map_err(broken)?;
    }
    let looks = Looks::new();
    let (mut rows, mut cents, mut waiting) = (0_u64, 0, Vec::new());
    let mut next = move || {
        while waiting.is_empty() {
            waiting = lines.blocking_recv()?;
            waiting.reverse();
        }
        waiting.pop()
    };
    let mut line: Option<Line> = next();
    loop {
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
        head(sheet, kind.columns(), &looks).map_err(broken)?;
        let mut row = 0;
        while row < SHEET
            && let Some(one) = line
        {
            row += 1;
            for (column, cell) in (0..).zip(&one.cells) {
                put(sheet, row, column, cell, &looks).map_err(broken)?;
            }
            rows += 1;
            cents += one.cents;
            line = next();
        }
        if line.is_none() {
            break;
        }
    }
    workbook.save_to_writer(file).map_err(broken)?;
    Ok((rows, Money::cents(cents)))
}

/// A short table, whole: what a page shows, to be taken along.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What it is, in at most 31 letters.
    pub name: String,
    /// The headings.
    pub columns: Vec<String>,
    /// Lines of as many cells.
    pub rows: Vec<Vec<Cell>>,
}

/// Short tables as a workbook with a sheet for each. The same tables of the same moment are the same bytes.
///
/// # Errors
/// A name that no sheet may have.
pub fn workbook(sheets: &[Sheet], made_at: DateTime<Utc>) -> Result<Vec<u8>> {
    let broken = |error: XlsxError| Error::Io(std::io::Error::other(error));
    let (mut workbook, looks) = (Workbook::new(), Looks::new());
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    for table in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&table.name).map_err(broken)?;
        head(sheet, &table.columns, &looks).map_err(broken)?;
        for (row, cells) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(cells) {
                put(sheet, row, column, cell, &looks).map_err(broken)?;
            }
        }
    }
    workbook.save_to_buffer().map_err(broken)
}

/// A short table as CSV for spreadsheets: UTF-8 with its mark, `;` between cells.
///
/// # Errors
/// None that a table of even lines has.
pub fn csv(table: &Sheet) -> Result<Vec<u8>> {
    let broken = |error: csv::Error| Error::Io(std::io::Error::other(error));
    let mut out = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(&table.columns).map_err(broken)?;
    for cells in &table.rows {
        out.write_record(cells.iter().map(Cell::plain)).map_err(broken)?;
    }
    out.into_inner().map_err(|error| Error::Io(error.into_error()))
}

struct Looks {
    head: Look,
    money: Look,
    day: Look,
    moment: Look,
}

impl Looks {
    fn new() -> Self {
        Self {
            head: Look::new().set_bold(),
            money: Look::new().set_num_format("#,##0.00"),
            day: Look::new().set_num_format("yyyy-mm-dd"),
            moment: Look::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn head(sheet: &mut Worksheet, columns: &[impl AsRef<str>], looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?;
    for (column, name) in (0..).zip(columns) {
        sheet.set_column_width(column, 18)?;
        sheet.write_string_with_format(0, column, name.as_ref(), &looks.head)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, clean(text).chars().take(LONGEST_CELL).collect::<String>())?,
        Cell::Cents(cents) => sheet.write_with_format(row, column, Decimal::new(*cents, 2), &looks.money)?,
        // A spreadsheet's numbers have no whole ones: a count is exact up to 2^53.
        Cell::Count(count) => sheet.write(row, column, Decimal::from(*count))?,
        Cell::Day(day) => sheet.write_date_with_format(row, column, day, &looks.day)?,
        Cell::Moment(at) => sheet.write_datetime_with_format(row, column, at.naive_local(), &looks.moment)?,
        Cell::Nothing => sheet,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_stays_a_text(text in proptest::arbitrary::any::<String>()) {
            let cell = Cell::Text(text).plain();
            proptest::prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
