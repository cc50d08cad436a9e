//! Lines of a bank's file and the columns read from them. Never guesses: a column that is neither blank nor what it should
//! hold is an error that names line and column. Never copies a line: all of a file's pieces share its text.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;

use super::CnabError;
use crate::money::Money;

/// A piece of a file's text. It is shared, not copied: as long as one piece is kept, the whole text is.
///
/// ```standalone_crate
/// let file = domain::cnab::read_return(include_bytes!("../vectors/cnab/laravel-boleto__cnab240_banco_brasil.ret"))?;
/// let code = file.events[0].code.clone();
/// assert_eq!((code.as_str(), code.len()), ("06", 2));
/// # Ok::<(), domain::cnab::CnabError>(())
/// ```
#[derive(Clone)]
pub struct Excerpt {
    text: Arc<str>,
    /// In bytes, on boundaries of characters.
    from: usize,
    to: usize,
}

impl Excerpt {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get(self.from..self.to).unwrap_or_default()
    }

    /// A part of this piece, by its bytes.
    fn part(&self, from: usize, to: usize) -> Self {
        Self { text: Arc::clone(&self.text), from: self.from + from, to: self.from + to }
    }
}

impl Deref for Excerpt {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Excerpt {}

/// A line of the file as it came, without its line break.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// All its characters, trailing blanks included.
    pub text: Excerpt,
}

/// Lines name payers: only the number and the length are shown.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({} ***{})", self.number, self.text.chars().count())
    }
}

/// Columns as the banks' manuals count them: from 1, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    from: usize,
    to: usize,
}

/// The columns `from` to `to`.
pub(super) const fn at(from: usize, to: usize) -> Field {
    Field { from, to }
}

impl Field {
    /// Its first column.
    pub(super) const fn column(self) -> usize {
        self.from
    }

    /// How many columns it has.
    pub(super) const fn width(self) -> usize {
        self.to + 1 - self.from
    }

    /// The same as an exponent: how many digits fit, at most the 18 that fit an amount.
    pub(super) fn digits(self) -> u32 {
        u32::try_from(self.width()).map_or(18, |width| width.min(18))
    }
}

/// In which order a date is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// DDMMAA or DDMMAAAA.
    DayFirst,
    /// AAAAMMDD, as Sicredi writes some.
    YearFirst,
}

/// A line being read by columns. A column is a character: Latin-1 has one per byte, and UTF-8 was decoded before.
pub(super) struct Row<'l> {
    line: &'l Line,
    /// Without the blanks at its end.
    text: &'l str,
    /// Where its characters of more than one byte are, nearly always nowhere: those before `ascii` have one byte, and so do
    /// those from `tail` on, which stand `wider` bytes further than columns.
    ascii: usize,
    tail: usize,
    wider: usize,
}

impl<'l> Row<'l> {
    pub(super) fn of(line: &'l Line) -> Self {
        let text = line.text.as_str();
        let filled = text.bytes().rposition(|byte| byte != b' ').map_or(0, |last| last + 1);
        let text = text.get(..filled).unwrap_or(text);
        if text.is_ascii() {
            return Self { line, text, ascii: filled, tail: filled, wider: 0 };
        }
        let ascii = text.bytes().position(|byte| !byte.is_ascii()).unwrap_or(filled);
        let tail = text.bytes().rposition(|byte| !byte.is_ascii()).map_or(filled, |last| last + 1);
        Self { line, text, ascii, tail, wider: text.len() - text.chars().count() }
    }

    pub(super) fn number(&self) -> usize {
        self.line.number
    }

    /// So many columns are filled.
    pub(super) fn len(&self) -> usize {
        self.text.len() - self.wider
    }

    /// The byte after so many columns, or the end of the line.
    fn after(&self, columns: usize) -> usize {
        if columns <= self.ascii {
            return columns;
        }
        if columns + self.wider >= self.tail {
            return self.text.len().min(columns + self.wider);
        }
        let mut rest = self.text.get(self.ascii..).unwrap_or_default().char_indices();
        rest.nth(columns - self.ascii).map_or(self.text.len(), |(at, _)| self.ascii + at)
    }

    /// The character of a column; a blank where the line has ended, since programs like to trim lines.
    pub(super) fn character(&self, column: usize) -> char {
        match self.text.as_bytes().get(column.saturating_sub(1)) {
            Some(byte) if column <= self.ascii => char::from(*byte),
            _ => self.text.get(self.after(column.saturating_sub(1))..).and_then(|rest| rest.chars().next()).unwrap_or(' '),
        }
    }

    /// The columns of a field up to the end of the line.
    pub(super) fn raw(&self, field: Field) -> &'l str {
        self.text.get(self.after(field.from - 1)..self.after(field.to)).unwrap_or_default()
    }

    /// The columns of a field up to the end of the line, to be kept.
    pub(super) fn excerpt(&self, field: Field) -> Excerpt {
        self.line.text.part(self.after(field.from - 1), self.after(field.to))
    }

    /// A text without the blanks around it; none where there are only blanks.
    fn text(&self, field: Field) -> Option<(usize, &'l str)> {
        let raw = self.raw(field);
        let begun = raw.trim_start();
        let text = begun.trim_end();
        (!text.is_empty()).then(|| (self.after(field.from - 1) + raw.len() - begun.len(), text))
    }

    /// A text of its own, without the blanks around it.
    pub(super) fn kept(&self, field: Field) -> String {
        self.raw(field).trim().to_owned()
    }

    /// A number that names something; zeros name nothing.
    pub(super) fn reference(&self, field: Field) -> Option<Excerpt> {
        let (from, text) = self.text(field).filter(|(_, text)| text.bytes().any(|byte| byte != b'0'))?;
        Some(self.line.text.part(from, from + text.len()))
    }

    /// Codes of `width` characters side by side, without blanks and fillings of zeros.
    pub(super) fn motives(&self, field: Field, width: usize) -> Vec<Excerpt> {
        (field.from..=field.to).step_by(width).filter_map(|column| self.reference(at(column, field.to.min(column + width - 1)))).collect()
    }

    /// A count, which must be there.
    pub(super) fn count(&self, field: Field) -> Result<u64, CnabError> {
        self.number_in(field)?.ok_or(CnabError::Number { line: self.number(), column: field.from })
    }

    /// A number; none where blank.
    pub(super) fn number_in(&self, field: Field) -> Result<Option<u64>, CnabError> {
        self.digits(field).map_err(|column| CnabError::Number { line: self.number(), column })
    }

    /// An amount in centavos; none where blank.
    pub(super) fn money(&self, field: Field) -> Result<Option<Money>, CnabError> {
        let cents = self.digits(field).map_err(|column| CnabError::Amount { line: self.number(), column })?;
        cents
            .map(|cents| i64::try_from(cents).map(Money::cents))
            .transpose()
            .map_err(|_| CnabError::Amount { line: self.number(), column: field.from })
    }

    /// A date of 6 or 8 digits; none where blank or zeros.
    ///
    /// A due date of eights (at sight) or nines (on presentation) is none either. Two digits of a year are 1970 to 2069;
    /// four must be 1900 to 2199, so that shifted columns do not pass for a date.
    pub(super) fn date(&self, field: Field, order: Order) -> Result<Option<NaiveDate>, CnabError> {
        let raw = self.raw(field).as_bytes();
        let same = |filling: u8| raw.iter().all(|byte| *byte == filling);
        if same(b' ') || (raw.len() == field.width() && (same(b'0') || same(b'8') || same(b'9'))) {
            return Ok(None);
        }
        let wrong = CnabError::Date { line: self.number(), column: field.from };
        let number = match self.digits(field) {
            Ok(Some(number)) => u32::try_from(number).map_err(|_| wrong)?,
            _ => return Err(wrong),
        };
        let (day, month, year) = match (field.width(), order) {
            (8, Order::DayFirst) => (number / 1_000_000, number / 10_000 % 100, number % 10_000),
            (8, Order::YearFirst) => (number % 100, number / 100 % 100, number / 10_000),
            _ => (number / 10_000, number / 100 % 100, if number % 100 < 70 { 2000 } else { 1900 } + number % 100),
        };
        let date =
            i32::try_from(year).ok().filter(|year| (1900..2200).contains(year)).and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        date.map(Some).ok_or(wrong)
    }

    /// The number a field holds; none where blank; the first column that holds no digit where there is one. Zeros among
    /// blanks are a zero, wherever they stand.
    fn digits(&self, field: Field) -> Result<Option<u64>, usize> {
        let raw = self.raw(field).as_bytes();
        // No field of digits has more than 18 columns, so that nothing overflows.
        if raw.len() == field.width() && raw.len() <= 18 {
            let mut number = 0;
            let mut digits = true;
            for byte in raw {
                let digit = byte.wrapping_sub(b'0');
                digits &= digit <= 9;
                number = number * 10 + u64::from(digit & 15);
            }
            if digits {
                return Ok(Some(number));
            }
        }
        if raw.iter().all(|byte| matches!(byte, b' ' | b'0')) {
            return Ok(raw.contains(&b'0').then_some(0));
        }
        let wrong = (field.from..=field.to).find(|column| !self.character(*column).is_ascii_digit());
        Err(wrong.unwrap_or(field.from))
    }
}

/// The lines of a file, one after the other.
#[derive(Clone)]
pub(super) struct Lines {
    text: Arc<str>,
    /// The byte where the next line begins; none after the last.
    at: Option<usize>,
    end: usize,
    number: usize,
}

impl Lines {
    /// Bytes are Latin-1, as FEBRABAN's manual has it, unless they are UTF-8 with more than ASCII: some program has saved
    /// the file again, and its columns are characters.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let text: Arc<str> = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => latin_1(bytes).into(),
        };
        let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let whole = text.get(begin..).unwrap_or_default().trim_end_matches('\u{1a}');
        let whole = whole.strip_suffix('\n').unwrap_or(whole);
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let (at, end) = ((!whole.is_empty()).then_some(begin), begin + whole.len());
        Self { text, at, end, number: 0 }
    }

    /// Gives no more lines.
    pub(super) fn stop(&mut self) {
        self.at = None;
    }

    /// An upper bound of the lines that are left, for lines of so many columns.
    pub(super) fn left(&self, columns: usize) -> usize {
        self.at.map_or(0, |at| (self.end - at) / columns + 1)
    }
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let from = self.at?;
        let rest = self.text.get(from..self.end).unwrap_or_default();
        let (line, next) = match rest.find('\n') {
            Some(length) => (rest.get(..length).unwrap_or_default(), Some(from + length + 1)),
            None => (rest, None),
        };
        let length = line.strip_suffix('\r').unwrap_or(line).len();
        self.at = next;
        self.number += 1;
        Some(Line { number: self.number, text: Excerpt { text: Arc::clone(&self.text), from, to: from + length } })
    }
}

/// Nearly all of a file is ASCII: only the pieces that are not are taken byte by byte.
fn latin_1(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for piece in bytes.chunks(64) {
        match std::str::from_utf8(piece) {
            Ok(ascii) if ascii.is_ascii() => text.push_str(ascii),
            _ => text.extend(piece.iter().copied().map(char::from)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> Line {
        Lines::of(text.as_bytes()).next().unwrap()
    }

    proptest! {
        /// Wherever the wide characters stand, a column is a character.
        #[test]
        fn columns_are_characters(text in "[a-c ãç€]{1,24}", from in 1usize..26, width in 0usize..8) {
            let line = line(&text);
            let row = Row::of(&line);
            let characters: Vec<char> = text.trim_end_matches(' ').chars().collect();
            let found: String = characters.iter().skip(from - 1).take(width + 1).collect();
            prop_assert_eq!(row.raw(at(from, from + width)), found.as_str());
            let (kept, named) = (row.excerpt(at(from, from + width)), row.reference(at(from, from + width)));
            prop_assert_eq!(kept.as_str(), found.as_str());
            prop_assert_eq!(row.character(from), characters.get(from - 1).copied().unwrap_or(' '));
            prop_assert_eq!(row.len(), characters.len());
            let text = found.trim();
            prop_assert_eq!(named.as_deref(), Some(text).filter(|text| !text.is_empty()));
        }
    }

    #[test]
    fn pieces_share_one_text() {
        let line = line("0123 \u{e7}45\r\n");
        let number = Row::of(&line).reference(at(5, 8)).unwrap();
        assert!(Arc::ptr_eq(&line.text.text, &number.text));
        assert_eq!(
            (number.as_str(), format!("{number:?} {number:>4} {line:?}")),
            ("\u{e7}45", "\"\u{e7}45\"  \u{e7}45 Line(1 ***8)".to_owned())
        );
    }

    #[test]
    fn numbers_and_dates_among_blanks() {
        let line = line("0012 0  x0008888  1107");
        let row = Row::of(&line);
        assert_eq!(
            (row.money(at(1, 4)), row.money(at(5, 8)), row.money(at(23, 30))),
            (Ok(Some(Money::cents(12))), Ok(Some(Money::ZERO)), Ok(None))
        );
        assert_eq!(row.money(at(6, 12)), Err(CnabError::Amount { line: 1, column: 7 }));
        assert_eq!(row.count(at(23, 24)), Err(CnabError::Number { line: 1, column: 23 }));
        assert_eq!((row.date(at(13, 16), Order::DayFirst), row.date(at(23, 28), Order::DayFirst)), (Ok(None), Ok(None)));
        assert_eq!(row.date(at(19, 24), Order::DayFirst), Err(CnabError::Date { line: 1, column: 19 }));
    }
}
