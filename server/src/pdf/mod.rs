//! Documents on paper: the second copy of a boleto, the statement, letters and terms, drawn as PDF from plain data.
//!
//! Nothing here reads a clock, a file, the network or the database, and nothing is worded here except the terms printed
//! on FEBRABAN's own form: every other sentence comes in as text. The same input gives the same bytes.
//!
//! Every document is tagged (title, language, reading order, tables, alternative text), because people also listen to them.

pub mod boleto;
mod canvas;
pub mod codes;
pub mod letter;
mod paper;
pub mod statement;
mod typeface;

use chrono::{DateTime, Datelike, Utc};

/// What is said about a document as a whole: shown in the title bar, read by screen readers and archives.
#[derive(Clone, Debug)]
pub struct DocumentInfo {
    /// Title, in the reader's language.
    pub title: String,
    /// Language of the sentences, as a BCP 47 tag: `pt-BR`.
    pub language: String,
    /// The moment printed as the date of creation; the same moment gives the same bytes.
    pub created: DateTime<Utc>,
}

/// Whose paper it is.
#[derive(Clone, Debug)]
pub struct Brand {
    /// Name in the head of the page.
    pub name: String,
    /// Colour of the name, the rules and, lightened, of the panels.
    pub colour: Colour,
}

/// A person or company as printed: beneficiário, pagador, customer.
#[derive(Clone, Debug, Default)]
pub struct Party {
    /// Name in full; long names are set smaller before they are cut.
    pub name: String,
    /// CPF or CNPJ as it may be shown, with its mask or partly hidden; empty when unknown.
    pub tax_id: String,
    /// Address, a line of text for each line of paper.
    pub address: Vec<String>,
}

/// A colour of the screen, which is also what most printers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Colour {
    const BLACK: Self = Self::new(0, 0, 0);
    /// Text that supports: 7:1 against white.
    const GREY: Self = Self::new(0x55, 0x55, 0x55);
    /// Hairlines between rows.
    const HAIRLINE: Self = Self::new(0xc8, 0xc8, 0xc8);

    /// From its three parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rrggbb`, the form used in style sheets and configuration; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self::new(part(0)?, part(2)?, part(4)?))
    }

    /// So much of the colour (0 to 100 percent) on white paper.
    const fn tint(self, percent: u16) -> Self {
        const fn part(value: u8, percent: u16) -> u8 {
            // At most 255, since it lies between `value` and 255.
            (255 - (255 - value as u16) * percent / 100) as u8
        }
        Self::new(part(self.red, percent), part(self.green, percent), part(self.blue, percent))
    }
}

/// Which edge a text keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Amounts and other numbers.
    Right,
}

/// Why a document could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The embedded faces cannot be read: the program was built wrongly.
    #[error("the embedded typefaces cannot be read")]
    Typeface,
    /// A QR code holds at most 2,331 bytes at this strength (version 40, level M).
    #[error("the Pix code is too long for a QR code: {0} bytes")]
    QrCode(usize),
    /// No page was asked for.
    #[error("a document needs at least one page")]
    Empty,
    /// More pages than a document can number; nobody reads so many.
    #[error("the document has too many pages")]
    TooLong,
    /// A page could not be compressed.
    #[error("a page cannot be compressed: {0}")]
    Compress(#[from] flate2::CompressError),
}

/// One millimetre in points of 1/72 inch.
const MM: f32 = 72.0 / 25.4;
/// A4: 210 mm.
const PAGE_WIDTH: f32 = 210.0 * MM;
/// A4: 297 mm.
const PAGE_HEIGHT: f32 = 297.0 * MM;

/// A day as printed in Brazil.
fn day(date: chrono::NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_colours_of_style_sheets() {
        assert_eq!(Colour::parse("#0a7F5e"), Some(Colour::new(0x0a, 0x7f, 0x5e)));
        for wrong in ["", "#", "0a7f5e", "#0a7f5", "#0a7f5eff", "#0a7f5g", "#+a7f5e", "#é7f5e"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tints_between_paper_and_colour() {
        let green = Colour::new(0, 100, 50);
        assert_eq!(green.tint(100), green);
        assert_eq!(green.tint(0), Colour::new(255, 255, 255));
        assert_eq!(green.tint(10), Colour::new(230, 240, 235));
    }
}
