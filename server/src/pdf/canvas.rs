//! A page to draw on: text, rules and shapes in points from the top left, each drawn as part of the document's reading
//! order or, explicitly, as ornament.
//!
//! Writes the page's operators (ISO 32000-1, annex A) in hundredths of a point and states a colour or typeface only when it
//! changes. Knows nothing of boletos or letters.

use super::codes::Run;
use super::paper::{Kid, Tag, Tags};
use super::typeface::{Face, Faces};
use super::{Align, Colour, PAGE_HEIGHT};

/// How text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    bold: bool,
    colour: Colour,
}

impl Style {
    /// Regular weight, black.
    pub(super) const fn new(size: f32) -> Self {
        Self { size, bold: false, colour: Colour::BLACK }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    pub(super) const fn size(self, size: f32) -> Self {
        Self { size, ..self }
    }

    pub(super) fn face(self, faces: &Faces) -> &Face {
        if self.bold { &faces.bold } else { &faces.regular }
    }
}

/// A rectangle: left, top, width, height, in points.
pub(super) type Area = (f32, f32, f32, f32);

/// One page being drawn.
pub(super) struct Canvas<'t> {
    pub(super) faces: &'static Faces,
    tags: &'t mut Tags,
    page: usize,
    /// Pieces of content on this page so far.
    pieces: i32,
    operators: Vec<u8>,
    fill: Option<Colour>,
    /// Weight and size last set, in hundredths of a point.
    font: Option<(bool, i32)>,
    /// Where the last text of the open text object began, in hundredths of a point from the lower left.
    origin: Option<(i32, i32)>,
    speech: Speech,
}

/// What separates the texts of a piece when they are read aloud or copied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speech {
    /// Nothing yet, or nothing to separate: ornament, or a piece that states its own text.
    Silent,
    /// The next text is the piece's first.
    First,
    /// A blank belongs before the next text: a label and its value, two lines of an address.
    Next,
}

impl<'t> Canvas<'t> {
    pub(super) fn new(faces: &'static Faces, tags: &'t mut Tags, page: usize) -> Self {
        // A boleto takes some 20 KB.
        let operators = Vec::with_capacity(24 * 1024);
        Self { faces, tags, page, pieces: 0, operators, fill: None, font: None, origin: None, speech: Speech::Silent }
    }

    pub(super) fn into_operators(mut self) -> Vec<u8> {
        self.end_text();
        self.operators
    }

    /// Opens a part of the document that may hold other parts and may go on over the next pages; see [`Canvas::close`].
    pub(super) fn open(&mut self, tag: Tag) {
        self.tags.open(tag);
    }

    /// Closes what was opened last.
    pub(super) fn close(&mut self) {
        self.tags.close();
    }

    /// Draws one piece of content: a paragraph, a cell, a figure. Pieces are read in the order they are drawn.
    pub(super) fn piece(&mut self, tag: Tag, draw: impl FnOnce(&mut Self)) {
        self.marked(tag, None, draw);
    }

    /// Draws a piece whose text, when copied or read aloud, is `text` whatever the lines it was broken into.
    pub(super) fn piece_reading(&mut self, tag: Tag, text: &str, draw: impl FnOnce(&mut Self)) {
        self.marked(tag, Some(text), draw);
    }

    fn marked(&mut self, tag: Tag, reading: Option<&str>, draw: impl FnOnce(&mut Self)) {
        self.end_text();
        self.operators.extend_from_slice(b"/Span<</MCID ");
        self.whole(self.pieces);
        if let Some(text) = reading {
            self.operators.extend_from_slice(b"/ActualText<FEFF");
            for unit in text.encode_utf16() {
                self.operators.extend_from_slice(format!("{unit:04X}").as_bytes());
            }
            self.operators.push(b'>');
        }
        self.operators.extend_from_slice(b">>BDC\n");
        self.speech = if reading.is_some() { Speech::Silent } else { Speech::First };
        draw(self);
        self.end_text();
        self.operators.extend_from_slice(b"EMC\n");
        self.speech = Speech::Silent;
        self.tags.leaf(tag, Kid::Piece { page: self.page, piece: self.pieces });
        self.pieces += 1;
    }

    /// Draws what is not read: rules, tints, repeated heads and page numbers.
    pub(super) fn ornament(&mut self, draw: impl FnOnce(&mut Self)) {
        self.end_text();
        self.operators.extend_from_slice(b"/Artifact BMC\n");
        draw(self);
        self.end_text();
        self.operators.extend_from_slice(b"EMC\n");
    }

    pub(super) fn text(&mut self, style: Style, x: f32, baseline: f32, text: &str) {
        if text.is_empty() {
            return;
        }
        let face = style.face(self.faces);
        let blank = self.speech == Speech::Next;
        let x = if blank { x - face.width(" ", style.size) } else { x };
        if self.speech == Speech::First {
            self.speech = Speech::Next;
        }
        self.fill(style.colour);
        let (left, up) = (hundredths(x), hundredths(PAGE_HEIGHT - baseline));
        let (from_left, from_up) = match self.origin {
            Some(origin) => origin,
            None => {
                self.operators.extend_from_slice(b"BT\n");
                (0, 0)
            }
        };
        self.origin = Some((left, up));
        let font = (style.bold, hundredths(style.size));
        if self.font != Some(font) {
            self.font = Some(font);
            self.operators.extend_from_slice(if style.bold { b"/B " } else { b"/R " });
            self.number(font.1);
            self.operators.extend_from_slice(b"Tf\n");
        }
        self.number(left - from_left);
        self.number(up - from_up);
        self.operators.extend_from_slice(b"Td(");
        for glyph in blank.then_some(" ").into_iter().chain([text]).flat_map(|text| face.glyphs(text)) {
            for byte in glyph.to_be_bytes() {
                // The characters that end or escape a string; a bare carriage return would be read as a line feed.
                match byte {
                    b'(' | b')' | b'\\' => self.operators.extend_from_slice(&[b'\\', byte]),
                    b'\r' => self.operators.extend_from_slice(b"\\r"),
                    _ => self.operators.push(byte),
                }
            }
        }
        self.operators.extend_from_slice(b")Tj\n");
    }

    pub(super) fn text_right(&mut self, style: Style, right: f32, baseline: f32, text: &str) {
        let width = style.face(self.faces).width(text, style.size);
        self.text(style, right - width, baseline, text);
    }

    pub(super) fn text_centred(&mut self, style: Style, centre: f32, baseline: f32, text: &str) {
        let width = style.face(self.faces).width(text, style.size);
        self.text(style, centre - width / 2.0, baseline, text);
    }

    /// One line of text kept within `width`, set smaller or, at last, cut.
    pub(super) fn fitted(&mut self, style: Style, align: Align, x: f32, width: f32, baseline: f32, text: &str) {
        let (text, size) = style.face(self.faces).fit(text, style.size, width);
        match align {
            Align::Left => self.text(style.size(size), x, baseline, &text),
            Align::Right => self.text_right(style.size(size), x + width, baseline, &text),
        }
    }

    /// Lines one under the other; gives the baseline after the last.
    pub(super) fn lines<S: AsRef<str>>(&mut self, style: Style, x: f32, baseline: f32, leading: f32, lines: &[S]) -> f32 {
        let mut baseline = baseline;
        for line in lines {
            self.text(style, x, baseline, line.as_ref());
            baseline += leading;
        }
        baseline
    }

    /// Filled rectangles, painted in one go.
    pub(super) fn areas(&mut self, colour: Colour, areas: &[Area]) {
        self.end_text();
        self.fill(colour);
        for &(x, y, width, height) in areas {
            // Edges are rounded, not lengths: neighbours go on sharing theirs.
            let (left, right) = (hundredths(x), hundredths(x + width));
            let (upper, lower) = (hundredths(PAGE_HEIGHT - y), hundredths(PAGE_HEIGHT - y - height));
            for value in [left, lower, right - left, upper - lower] {
                self.number(value);
            }
            self.operators.extend_from_slice(b"re\n");
        }
        self.operators.extend_from_slice(b"f\n");
    }

    /// Dark runs of modules (see [`super::codes`]), the first module's top left at `x`, `y`.
    pub(super) fn modules(&mut self, runs: &[Run], x: f32, y: f32, width: f32, height: f32) {
        self.end_text();
        self.fill(Colour::BLACK);
        // One unit is one module, and rows count downwards. Four decimals, so that 400 modules end where they should.
        self.operators.extend_from_slice(format!("q {width:.4} 0 0 {:.4} {x:.4} {:.4} cm\n", -height, PAGE_HEIGHT - y).as_bytes());
        for &(column, row, length) in runs {
            for value in [column, row, length, 1] {
                self.whole(i32::from(value));
                self.operators.push(b' ');
            }
            self.operators.extend_from_slice(b"re\n");
        }
        self.operators.extend_from_slice(b"f\nQ\n");
    }

    /// A broken line from side to side, where paper is to be cut.
    pub(super) fn broken_line(&mut self, from: f32, to: f32, y: f32) {
        const DASH: f32 = 3.0;
        const STEP: f32 = 5.4;
        let dashes = ((to - from) / STEP).max(0.0) as u16;
        let dashes: Vec<Area> = (0..dashes).map(|index| (from + STEP * f32::from(index), y - 0.3, DASH, 0.6)).collect();
        self.areas(Colour::GREY, &dashes);
    }

    fn end_text(&mut self) {
        if self.origin.take().is_some() {
            self.operators.extend_from_slice(b"ET\n");
        }
    }

    fn fill(&mut self, colour: Colour) {
        if self.fill == Some(colour) {
            return;
        }
        self.fill = Some(colour);
        for part in [colour.red, colour.green, colour.blue] {
            // Hundredths are finer than eyes, but not than 256 steps: thousandths give every step back.
            let thousandths = (u32::from(part) * 1000 + 127) / 255;
            self.operators.extend_from_slice(format!("{}.{:03} ", thousandths / 1000, thousandths % 1000).as_bytes());
        }
        self.operators.extend_from_slice(b"rg\n");
    }

    /// A number given in hundredths, and a blank.
    fn number(&mut self, hundredths: i32) {
        if hundredths < 0 {
            self.operators.push(b'-');
        }
        let value = hundredths.unsigned_abs();
        self.whole((value / 100) as i32);
        let (tenths, rest) = (digit(value / 10), digit(value));
        if rest != b'0' {
            self.operators.extend_from_slice(&[b'.', tenths, rest]);
        } else if tenths != b'0' {
            self.operators.extend_from_slice(&[b'.', tenths]);
        }
        self.operators.push(b' ');
    }

    fn whole(&mut self, value: i32) {
        let mut digits = [0; 10];
        let mut rest = value.unsigned_abs();
        let mut at = digits.len();
        for place in digits.iter_mut().rev() {
            *place = digit(rest);
            at -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.operators.extend_from_slice(digits.get(at..).unwrap_or_default());
    }
}

const fn digit(value: u32) -> u8 {
    b'0' + (value % 10) as u8
}

/// A hundredth of a point is 3.5 micrometres: nobody sees the rest.
fn hundredths(points: f32) -> i32 {
    (points * 100.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::super::typeface::faces;
    use super::*;

    fn operators(draw: impl FnOnce(&mut Canvas<'_>)) -> String {
        let mut tags = Tags::default();
        let mut canvas = Canvas::new(faces().unwrap(), &mut tags, 0);
        draw(&mut canvas);
        canvas.into_operators().into_iter().map(char::from).collect()
    }

    #[test]
    fn writes_numbers_as_short_as_they_are() {
        let text = operators(|canvas| [0, 5, 10, 100, 105, 12_340, -7, -1_230, i32::MAX].into_iter().for_each(|n| canvas.number(n)));
        assert_eq!(text, "0 0.05 0.1 1 1.05 123.4 -0.07 -12.3 21474836.47 ");
    }

    #[test]
    fn states_colour_and_face_once() {
        let text = operators(|canvas| {
            canvas.piece(Tag::P, |canvas| {
                canvas.text(Style::new(8.0), 10.0, 20.0, "A");
                canvas.text(Style::new(8.0), 10.0, 30.0, "B");
            });
        });
        assert_eq!((text.matches("Tf").count(), text.matches("rg").count(), text.matches("BT\n").count()), (1, 1, 1), "{text}");
    }

    #[test]
    fn strings_end_where_they_should() {
        // Whatever the bytes of the glyphs, every parenthesis within a string is escaped.
        let everything: String = ('\u{20}'..='\u{21b}').collect();
        let text = operators(|canvas| canvas.text(Style::new(8.0), 0.0, 0.0, &everything));
        let (from, to) = (text.find("Td(").unwrap() + 3, text.rfind(")Tj").unwrap());
        let mut bytes = text[from..to].chars();
        let mut length = 0;
        while let Some(byte) = bytes.next() {
            assert!(byte != '(' && byte != ')' && byte != '\r');
            if byte == '\\' {
                bytes.next();
            }
            length += 1;
        }
        assert_eq!(length, faces().unwrap().regular.glyphs(&everything).count() * 2);
    }
}
