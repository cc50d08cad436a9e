//! The statement of an account on paper: what was charged and paid in a period, with the running balance.
//!
//! Never adds anything up: balances and totals come from the ledger, where they are worked out once.

use chrono::NaiveDate;
use domain::money::Money;

use super::letter::{self, Block, Column, LetterSheet, Row, Table};
use super::{Align, Brand, DocumentInfo, Party, PdfError, day};

/// A statement, as it is to be printed.
#[derive(Clone, Debug)]
pub struct StatementSheet {
    /// Whose paper it is.
    pub brand: Brand,
    /// The creditor.
    pub creditor: Party,
    /// What kind of paper it is, at the right of the head: `Extrato`.
    pub kind: String,
    /// Title: `Extrato da conta`.
    pub title: String,
    /// Whose account, which contract, which period, as of when: names and values, in order.
    pub about: Vec<(String, String)>,
    /// Titles of the columns.
    pub columns: StatementColumns,
    /// What happened, in order.
    pub rows: Vec<StatementRow>,
    /// Sums under the table, in order; the amount stands in the last column.
    pub totals: Vec<(String, Money)>,
    /// Paragraphs under the table.
    pub notes: Vec<String>,
    /// At the foot of every page.
    pub footer: String,
    /// `Página {page} de {pages}`.
    pub page_of: String,
}

/// Titles of the columns of a statement.
#[derive(Clone, Debug)]
pub struct StatementColumns {
    /// Day of the entry.
    pub date: String,
    /// What it was.
    pub description: String,
    /// Number of the bill or payment.
    pub reference: String,
    /// When it falls due.
    pub due: String,
    /// Amount: positive is charged, negative is paid or credited.
    pub amount: String,
    /// Balance after it.
    pub balance: String,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// Its day.
    pub date: NaiveDate,
    /// What it was.
    pub description: String,
    /// Number of the bill or payment; may be empty.
    pub reference: String,
    /// When it falls due, for what does.
    pub due: Option<NaiveDate>,
    /// Positive is charged, negative is paid or credited; none for rows that only carry a balance forward.
    pub amount: Option<Money>,
    /// Balance after it.
    pub balance: Money,
}

/// Draws the statement.
///
/// # Errors
/// [`PdfError::TooLong`] beyond some hundred million pages; no text makes it fail.
pub fn draw(sheet: &StatementSheet, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let mut blocks = vec![Block::Pairs(sheet.about.clone()), Block::Table(table(sheet))];
    blocks.extend(sheet.notes.iter().cloned().map(Block::Paragraph));
    let letter = LetterSheet {
        brand: sheet.brand.clone(),
        sender: sheet.creditor.clone(),
        kind: sheet.kind.clone(),
        title: sheet.title.clone(),
        blocks,
        footer: sheet.footer.clone(),
        page_of: sheet.page_of.clone(),
    };
    letter::draw(&letter, info)
}

fn table(sheet: &StatementSheet) -> Table {
    let titles = &sheet.columns;
    // Shares are about millimetres of the 178 mm between the margins.
    let column = |title: &String, share: u16, align: Align| Column { title: title.clone(), share, align };
    let columns = vec![
        column(&titles.date, 18, Align::Left),
        column(&titles.description, 60, Align::Left),
        column(&titles.reference, 26, Align::Left),
        column(&titles.due, 18, Align::Left),
        column(&titles.amount, 22, Align::Right),
        column(&titles.balance, 22, Align::Right),
    ];
    let entry = |row: &StatementRow| Row {
        cells: vec![
            day(row.date),
            row.description.clone(),
            row.reference.clone(),
            row.due.map(day).unwrap_or_default(),
            row.amount.map(|amount| amount.to_string()).unwrap_or_default(),
            row.balance.to_string(),
        ],
        total: false,
    };
    let total = |(label, amount): &(String, Money)| Row {
        cells: vec![String::new(), label.clone(), String::new(), String::new(), String::new(), amount.to_string()],
        total: true,
    };
    Table { columns, rows: sheet.rows.iter().map(entry).chain(sheet.totals.iter().map(total)).collect() }
}
