//! Flowing documents: agreement terms, confirmations of requests, statements. Blocks are set one under the other over as
//! many A4 pages as they need; tables repeat their head; every page says which of how many it is.
//!
//! Knows nothing of what the blocks say, and words nothing.

use super::canvas::{Area, Canvas, Style};
use super::paper::{Paper, Tag};
use super::typeface::{Faces, faces};
use super::{Align, Brand, Colour, DocumentInfo, MM, PAGE_WIDTH, Party, PdfError};

/// A document to be set.
#[derive(Clone, Debug)]
pub struct LetterSheet {
    /// Whose paper it is.
    pub brand: Brand,
    /// Who writes: name, number and address under the head.
    pub sender: Party,
    /// What kind of paper it is, at the right of the head: `Extrato`, `Termo de acordo`.
    pub kind: String,
    /// Title over the text.
    pub title: String,
    /// The text.
    pub blocks: Vec<Block>,
    /// At the foot of every page: how to verify the document; up to two lines.
    pub footer: String,
    /// `Página {page} de {pages}`.
    pub page_of: String,
}

/// A part of the text.
#[derive(Clone, Debug)]
pub enum Block {
    /// Heading of a section; never left alone at the foot of a page.
    Heading(String),
    /// A paragraph; line breaks within it are kept.
    Paragraph(String),
    /// Numbered clauses, from 1.
    Clauses(Vec<String>),
    /// Names and values, one pair a row.
    Pairs(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// What follows stands on a page of its own.
    NewPage,
}

/// A table whose head is repeated on each page it reaches.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Title in the head.
    pub title: String,
    /// Its part of the width, relative to the other columns.
    pub share: u16,
    /// Amounts and dates are kept on one line; words are wrapped.
    pub align: Align,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// A text for each column.
    pub cells: Vec<String>,
    /// Whether it sums up: in bold.
    pub total: bool,
}

/// Sets the document.
///
/// # Errors
/// [`PdfError::TooLong`] beyond some hundred million pages; no text makes it fail.
pub fn draw(sheet: &LetterSheet, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let pages = Setter::new(faces()?).set(sheet);
    let mut paper = Paper::new()?;
    let mut drawer = Drawer { sheet, columns: Vec::new(), per_cell: true };
    for (index, items) in pages.iter().enumerate() {
        paper.page(|canvas| {
            drawer.frame(canvas, index + 1, pages.len());
            drawer.items(canvas, items);
        })?;
    }
    paper.finish(info)
}

const LEFT: f32 = 16.0 * MM;
const RIGHT: f32 = PAGE_WIDTH - LEFT;
const WIDTH: f32 = RIGHT - LEFT;
/// Where the text begins on the first page (the title) and on the others.
const FIRST_TOP: f32 = 46.0 * MM;
const TOP: f32 = 25.0 * MM;
const BOTTOM: f32 = 275.0 * MM;
const FOOT: f32 = 281.0 * MM;

const TITLE: Style = Style::new(14.0).bold();
const TITLE_LEADING: f32 = 6.4 * MM;
const HEADING: Style = Style::new(10.0).bold();
const TEXT: Style = Style::new(9.0);
const TEXT_LEADING: f32 = 4.5 * MM;
const CELL: Style = Style::new(7.8);
const CELL_LEADING: f32 = 3.5 * MM;
/// Above and below the text of a row, together.
const CELL_SPACE: f32 = 1.7 * MM;
const COLUMN_HEAD: Style = Style::new(6.8).bold().colour(Colour::GREY);
const SMALL: Style = Style::new(7.0).colour(Colour::GREY);
const PAIR_LABEL: f32 = 44.0 * MM;
const CLAUSE_INDENT: f32 = 7.0 * MM;
const COLUMN_GAP: f32 = 2.5 * MM;
/// Every cell of a table is a part of the reading tree (some 300 bytes each) up to so many rows; the rows of longer tables are one part each,
/// read from left to right. Tables of thousands of rows are there as spreadsheets for those who listen.
const ROWS_TAGGED_BY_CELL: usize = 500;

/// Something set at a height of a page: `y` is its first baseline, or for rows of a table its upper edge.
struct Item<'s> {
    y: f32,
    kind: Kind<'s>,
}

enum Kind<'s> {
    Title(Vec<&'s str>),
    Heading(&'s str),
    Paragraph(Vec<&'s str>),
    OpenClauses,
    Clause { number: Option<usize>, lines: Vec<&'s str> },
    CloseClauses,
    Pair { label: Vec<&'s str>, value: Vec<&'s str> },
    OpenTable(&'s Table),
    Head { table: &'s Table, repeated: bool },
    Row { table: &'s Table, row: &'s Row, height: f32 },
    CloseTable,
}

/// First pass: breaks the text into lines and pages.
struct Setter<'s> {
    faces: &'static Faces,
    pages: Vec<Vec<Item<'s>>>,
    y: f32,
}

impl<'s> Setter<'s> {
    fn new(faces: &'static Faces) -> Self {
        Self { faces, pages: vec![Vec::new()], y: FIRST_TOP }
    }

    fn set(mut self, sheet: &'s LetterSheet) -> Vec<Vec<Item<'s>>> {
        let title = self.wrap(TITLE, &sheet.title, WIDTH);
        let height = TITLE_LEADING * title.len() as f32;
        self.put(height, Kind::Title(title));
        for block in &sheet.blocks {
            match block {
                Block::Heading(text) => self.heading(text),
                Block::Paragraph(text) => self.paragraph(text),
                Block::Clauses(clauses) => self.clauses(clauses),
                Block::Pairs(pairs) => self.pairs(pairs),
                Block::Table(table) => self.table(table),
                // More than any page has left, unless it is empty.
                Block::NewPage => drop(self.need(BOTTOM)),
            }
        }
        self.pages
    }

    fn wrap(&self, style: Style, text: &'s str, width: f32) -> Vec<&'s str> {
        style.face(self.faces).wrap(text, style.size, width)
    }

    fn put(&mut self, height: f32, kind: Kind<'s>) {
        let y = self.y;
        self.y += height;
        if let Some(page) = self.pages.last_mut() {
            page.push(Item { y, kind });
        }
    }

    /// Begins a page unless so much still fits; tells whether it did.
    fn need(&mut self, height: f32) -> bool {
        if self.y + height <= BOTTOM {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        true
    }

    fn heading(&mut self, text: &'s str) {
        self.y += 3.0 * MM;
        // The heading, and two lines or rows under it.
        self.need(18.0 * MM);
        self.put(6.2 * MM, Kind::Heading(text));
    }

    fn paragraph(&mut self, text: &'s str) {
        self.lines(self.wrap(TEXT, text, WIDTH), |_, lines| Kind::Paragraph(lines));
        self.y += 2.0 * MM;
    }

    fn clauses(&mut self, clauses: &'s [String]) {
        self.put(0.0, Kind::OpenClauses);
        for (index, clause) in clauses.iter().enumerate() {
            let lines = self.wrap(TEXT, clause, WIDTH - CLAUSE_INDENT);
            self.lines(lines, |first, lines| Kind::Clause { number: first.then_some(index + 1), lines });
            self.y += 1.4 * MM;
        }
        self.put(0.0, Kind::CloseClauses);
        self.y += 1.0 * MM;
    }

    /// Lines of text over the pages they need, never one line alone at the foot of a page where two belong together.
    fn lines(&mut self, lines: Vec<&'s str>, kind: impl Fn(bool, Vec<&'s str>) -> Kind<'s>) {
        let mut rest = lines.as_slice();
        let mut first = true;
        while !rest.is_empty() {
            self.need(TEXT_LEADING * rest.len().min(2) as f32 - TEXT_LEADING);
            let fit = ((BOTTOM - self.y) / TEXT_LEADING).max(0.0) as usize + 1;
            let (now, later) = rest.split_at(fit.min(rest.len()));
            self.put(TEXT_LEADING * now.len() as f32, kind(first, now.to_vec()));
            rest = later;
            first = false;
        }
    }

    fn pairs(&mut self, pairs: &'s [(String, String)]) {
        for (label, value) in pairs {
            let label = self.wrap(TEXT, label, PAIR_LABEL - COLUMN_GAP);
            let value = self.wrap(TEXT, value, WIDTH - PAIR_LABEL);
            let height = TEXT_LEADING * label.len().max(value.len()).max(1) as f32 + 0.6 * MM;
            self.need(height - TEXT_LEADING);
            self.put(height, Kind::Pair { label, value });
        }
        self.y += 2.4 * MM;
    }

    fn table(&mut self, table: &'s Table) {
        const HEAD: f32 = CELL_LEADING + CELL_SPACE;
        let columns = columns(table);
        self.need(HEAD + 2.0 * (CELL_LEADING + CELL_SPACE));
        self.put(0.0, Kind::OpenTable(table));
        self.put(HEAD, Kind::Head { table, repeated: false });
        for row in &table.rows {
            let style = cell_style(row);
            let tallest = table.columns.iter().zip(&columns).zip(&row.cells).map(|((column, &(_, width)), cell)| {
                if column.align == Align::Right || style.face(self.faces).width(cell, style.size) <= width {
                    return 1;
                }
                self.wrap(style, cell, width).len()
            });
            let height = CELL_LEADING * tallest.max().unwrap_or(1) as f32 + CELL_SPACE;
            if self.need(height) {
                self.put(HEAD, Kind::Head { table, repeated: true });
            }
            self.put(height, Kind::Row { table, row, height });
        }
        self.put(0.0, Kind::CloseTable);
        self.y += 6.0 * MM;
    }
}

/// Left edge and width of each column.
fn columns(table: &Table) -> Vec<(f32, f32)> {
    let shares: f32 = table.columns.iter().map(|column| f32::from(column.share)).sum();
    let unit = (WIDTH - COLUMN_GAP * table.columns.len().saturating_sub(1) as f32) / shares.max(1.0);
    let mut x = LEFT;
    let place = |column: &Column| {
        let width = unit * f32::from(column.share);
        let from = x;
        x += width + COLUMN_GAP;
        (from, width)
    };
    table.columns.iter().map(place).collect()
}

const fn cell_style(row: &Row) -> Style {
    if row.total { CELL.bold() } else { CELL }
}

/// Second pass: draws the pages.
struct Drawer<'s> {
    sheet: &'s LetterSheet,
    /// Of the table being drawn, which may go on over pages.
    columns: Vec<(f32, f32)>,
    per_cell: bool,
}

impl Drawer<'_> {
    /// Head and foot of a page. Only the first head is part of the text; the others repeat it.
    fn frame(&self, canvas: &mut Canvas<'_>, page: usize, pages: usize) {
        let LetterSheet { brand, sender, kind, title, footer, page_of, .. } = self.sheet;
        if page == 1 {
            let style = Style::new(16.0).bold().colour(brand.colour);
            canvas.piece(Tag::P, |canvas| {
                canvas.fitted(style, Align::Left, LEFT, 125.0 * MM, 20.0 * MM, &brand.name);
                canvas.fitted(Style::new(10.0).bold(), Align::Right, RIGHT - 48.0 * MM, 48.0 * MM, 20.0 * MM, kind);
            });
            canvas.piece(Tag::P, |canvas| {
                let number = if sender.tax_id.is_empty() { String::new() } else { format!(" – {}", sender.tax_id) };
                canvas.fitted(SMALL, Align::Left, LEFT, WIDTH, 28.6 * MM, &format!("{}{number}", sender.name));
                canvas.fitted(SMALL, Align::Left, LEFT, WIDTH, 32.0 * MM, &sender.address.join(" – "));
            });
        }
        canvas.ornament(|canvas| {
            if page == 1 {
                canvas.areas(brand.colour, &[(LEFT, 23.4 * MM, WIDTH, 0.8 * MM)]);
            } else {
                canvas.fitted(SMALL.bold(), Align::Left, LEFT, 80.0 * MM, 14.0 * MM, &brand.name);
                canvas.fitted(SMALL, Align::Right, RIGHT - 90.0 * MM, 90.0 * MM, 14.0 * MM, title);
                canvas.areas(brand.colour, &[(LEFT, 16.2 * MM, WIDTH, 0.4 * MM)]);
            }
            canvas.areas(Colour::HAIRLINE, &[(LEFT, FOOT - 4.0 * MM, WIDTH, 0.5)]);
            let (lines, size) = SMALL.face(canvas.faces).wrap_fitting(footer, SMALL.size, WIDTH - 32.0 * MM, 2);
            canvas.lines(SMALL.size(size), LEFT, FOOT, 3.2 * MM, &lines);
            let number = page_of.replace("{page}", &page.to_string()).replace("{pages}", &pages.to_string());
            canvas.text_right(SMALL, RIGHT, FOOT, &number);
        });
    }

    fn items(&mut self, canvas: &mut Canvas<'_>, items: &[Item<'_>]) {
        let mut rules: Vec<Area> = Vec::new();
        for item in items {
            self.item(canvas, item, &mut rules);
        }
        if !rules.is_empty() {
            canvas.ornament(|canvas| canvas.areas(Colour::HAIRLINE, &rules));
        }
    }

    fn item(&mut self, canvas: &mut Canvas<'_>, item: &Item<'_>, rules: &mut Vec<Area>) {
        let y = item.y;
        match &item.kind {
            Kind::Title(lines) => canvas.piece(Tag::H1, |canvas| {
                canvas.lines(TITLE, LEFT, y, TITLE_LEADING, lines);
            }),
            Kind::Heading(text) => canvas.piece(Tag::H2, |canvas| {
                canvas.fitted(HEADING.colour(self.sheet.brand.colour), Align::Left, LEFT, WIDTH, y, text);
            }),
            Kind::Paragraph(lines) => canvas.piece(Tag::P, |canvas| {
                canvas.lines(TEXT, LEFT, y, TEXT_LEADING, lines);
            }),
            Kind::OpenClauses => canvas.open(Tag::L),
            Kind::Clause { number, lines } => {
                canvas.open(Tag::LI);
                if let Some(number) = number {
                    canvas.piece(Tag::Lbl, |canvas| canvas.text(TEXT, LEFT, y, &format!("{number}.")));
                }
                canvas.piece(Tag::LBody, |canvas| {
                    canvas.lines(TEXT, LEFT + CLAUSE_INDENT, y, TEXT_LEADING, lines);
                });
                canvas.close();
            }
            Kind::Pair { label, value } => canvas.piece(Tag::P, |canvas| {
                canvas.lines(TEXT.colour(Colour::GREY), LEFT, y, TEXT_LEADING, label);
                canvas.lines(TEXT, LEFT + PAIR_LABEL, y, TEXT_LEADING, value);
            }),
            Kind::OpenTable(table) => {
                self.columns = columns(table);
                self.per_cell = table.rows.len() <= ROWS_TAGGED_BY_CELL;
                canvas.open(if self.per_cell { Tag::Table } else { Tag::Section { language: None } });
            }
            Kind::CloseTable | Kind::CloseClauses => canvas.close(),
            Kind::Head { table, repeated } => self.head(canvas, table, *repeated, y),
            Kind::Row { table, row, height } => {
                self.row(canvas, table, row, y);
                rules.push((LEFT, y + height, WIDTH, 0.35));
            }
        }
    }

    fn head(&self, canvas: &mut Canvas<'_>, table: &Table, repeated: bool, top: f32) {
        let baseline = top + CELL_LEADING - 0.6 * MM;
        let cells = table.columns.iter().zip(&self.columns);
        if repeated {
            canvas.ornament(|canvas| {
                for (column, &(x, width)) in cells {
                    canvas.fitted(COLUMN_HEAD, column.align, x, width, baseline, &column.title);
                }
            });
        } else {
            canvas.open(Tag::TR);
            for (column, &(x, width)) in cells {
                canvas.piece(Tag::TH, |canvas| canvas.fitted(COLUMN_HEAD, column.align, x, width, baseline, &column.title));
            }
            canvas.close();
        }
        let rule = (LEFT, top + CELL_LEADING + CELL_SPACE - 0.8, WIDTH, 0.8);
        canvas.ornament(|canvas| canvas.areas(self.sheet.brand.colour, &[rule]));
    }

    fn row(&self, canvas: &mut Canvas<'_>, table: &Table, row: &Row, top: f32) {
        let baseline = top + CELL_LEADING + 0.1 * MM;
        let style = cell_style(row);
        let cells = table.columns.iter().zip(&self.columns).zip(&row.cells);
        if self.per_cell {
            canvas.open(Tag::TR);
            for ((column, &place), cell) in cells {
                canvas.piece(Tag::TD, |canvas| draw_cell(canvas, style, column.align, place, baseline, cell));
            }
            canvas.close();
        } else {
            canvas.piece(Tag::P, |canvas| {
                for ((column, &place), cell) in cells {
                    draw_cell(canvas, style, column.align, place, baseline, cell);
                }
            });
        }
    }
}

fn draw_cell(canvas: &mut Canvas<'_>, style: Style, align: Align, (x, width): (f32, f32), baseline: f32, cell: &str) {
    let face = style.face(canvas.faces);
    if align == Align::Right || face.width(cell, style.size) <= width {
        canvas.fitted(style, align, x, width, baseline, cell);
    } else {
        canvas.lines(style, x, baseline, CELL_LEADING, &face.wrap(cell, style.size, width));
    }
}
