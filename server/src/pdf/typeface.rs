//! The two faces of every document, and how text is measured, shrunk, wrapped and cut to fit.
//!
//! Text is set glyph by glyph, without kerning or ligatures: the digits of the face all have one width, so columns of
//! numbers stand straight, and a document needs no shaping. Never draws, and never looks for a font on the machine.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::PdfError;

/// How far text is set smaller before any of it is cut: below three quarters it would be hard to read.
const SMALLEST: f32 = 0.75;
/// Size of one step of shrinking.
const STEP: f32 = 0.05;

/// Both faces, read once.
pub(super) struct Faces {
    pub(super) regular: Face,
    pub(super) bold: Face,
}

/// One face: the measures of its characters, and what a document that embeds it must say about it.
pub(super) struct Face {
    /// Name within the font, without the tag of a subset.
    pub(super) name: &'static str,
    pub(super) file: &'static [u8],
    /// Ascent, descent (negative) and height of capitals, in thousandths of the type size.
    pub(super) heights: [i16; 3],
    /// Left, lower, right and upper edge of all glyphs together, in thousandths of the type size.
    pub(super) bounds: [i16; 4],
    /// Width of each glyph by its number, in thousandths of the type size.
    pub(super) widths: Vec<u16>,
    /// Glyph and character of everything the face can set, by glyph.
    pub(super) characters: Vec<(u16, char)>,
    /// Characters below U+0180 by their number, nearly all that is ever set.
    latin: Vec<Option<Measure>>,
    /// The few above, in order.
    others: Vec<(char, Measure)>,
    unknown: Measure,
}

/// A glyph and its width in thousandths of the type size: the very number a document states, so that what is measured
/// is what is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measure {
    glyph: u16,
    width: u16,
}

const LATIN: usize = 0x180;
/// Where the characters of the faces lie (see fonts/README.md).
const RANGES: [std::ops::RangeInclusive<char>; 2] = ['\u{20}'..='\u{21b}', '\u{2010}'..='\u{2702}'];

/// The faces of the program.
pub(super) fn faces() -> Result<&'static Faces, PdfError> {
    static FACES: OnceLock<Option<Faces>> = OnceLock::new();
    FACES
        .get_or_init(|| {
            Some(Faces {
                regular: Face::read("DejaVuSansCondensed", include_bytes!("fonts/DejaVuSansCondensed.ttf"))?,
                bold: Face::read("DejaVuSansCondensed-Bold", include_bytes!("fonts/DejaVuSansCondensed-Bold.ttf"))?,
            })
        })
        .as_ref()
        .ok_or(PdfError::Typeface)
}

impl Face {
    fn read(name: &'static str, file: &'static [u8]) -> Option<Self> {
        let font = ttf_parser::Face::parse(file, 0).ok()?;
        let units = i32::from(font.units_per_em());
        // Half away from zero; the measures of a face are a few thousand units, far from the ends of i16.
        let thousandths = |value: i32| i16::try_from((value * 2000 + units * value.signum()) / (units * 2)).ok();
        let width = |glyph: u16| {
            let advance = font.glyph_hor_advance(ttf_parser::GlyphId(glyph))?;
            u16::try_from(thousandths(i32::from(advance))?).ok()
        };
        let widths = (0..font.number_of_glyphs()).map(width).collect::<Option<Vec<u16>>>()?;
        let mut latin = vec![None; LATIN];
        let mut others = Vec::new();
        let mut characters = Vec::new();
        for character in RANGES.into_iter().flatten() {
            let Some(glyph) = font.glyph_index(character) else { continue };
            let measure = Measure { glyph: glyph.0, width: *widths.get(usize::from(glyph.0))? };
            characters.push((glyph.0, character));
            match latin.get_mut(character as usize) {
                Some(place) => *place = Some(measure),
                None => others.push((character, measure)),
            }
        }
        characters.sort_unstable();
        characters.dedup_by_key(|(glyph, _)| *glyph);
        let bounds = font.global_bounding_box();
        let capital = font.glyph_bounding_box(font.glyph_index('H')?)?.y_max;
        let heights = [font.ascender(), font.descender(), capital].map(|height| thousandths(i32::from(height)));
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|edge| thousandths(i32::from(edge)));
        let unknown = latin.get('?' as usize).copied().flatten()?;
        let (heights, bounds) = (all(heights)?, all(bounds)?);
        Some(Self { name, file, heights, bounds, widths, characters, latin, others, unknown })
    }

    /// What a character is set as: nothing for those that have no ink of their own, a question mark for those the face lacks.
    fn measure(&self, character: char) -> Option<Measure> {
        let character = match character {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{300}'..='\u{36f}' | '\u{feff}' => return None,
            character if character.is_whitespace() => ' ',
            character if character.is_control() => return None,
            character => character,
        };
        let known = match self.latin.get(character as usize) {
            Some(place) => *place,
            None => {
                self.others.binary_search_by_key(&character, |(other, _)| *other).ok().and_then(|at| self.others.get(at)).map(|(_, m)| *m)
            }
        };
        Some(known.unwrap_or(self.unknown))
    }

    /// The glyphs of a text.
    pub(super) fn glyphs(&self, text: &str) -> impl Iterator<Item = u16> {
        text.chars().filter_map(|character| self.measure(character)).map(|measure| measure.glyph)
    }

    /// Width of a text at a size, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let thousandths: u32 = text.chars().map(|character| self.thousandths(character)).sum();
        thousandths as f32 * size / 1000.0
    }

    fn thousandths(&self, character: char) -> u32 {
        self.measure(character).map_or(0, |measure| u32::from(measure.width))
    }

    /// The text and size that stay within `width` on one line: smaller first, and only then cut with an ellipsis.
    pub(super) fn fit<'t>(&self, text: &'t str, size: f32, width: f32) -> (Cow<'t, str>, f32) {
        let natural = self.width(text, size);
        if natural <= width {
            return (Cow::Borrowed(text), size);
        }
        let scale = width / natural;
        if scale >= SMALLEST {
            return (Cow::Borrowed(text), size * scale);
        }
        let size = size * SMALLEST;
        (self.cut_to_fit(text, size, width), size)
    }

    /// The text at this very size, cut only if it is wider than `width`.
    pub(super) fn cut_to_fit<'t>(&self, text: &'t str, size: f32, width: f32) -> Cow<'t, str> {
        // A hair of tolerance: a width that a size was worked out from may differ in the last bit.
        if self.width(text, size) <= width + 0.01 { Cow::Borrowed(text) } else { Cow::Owned(self.cut(text, size, width)) }
    }

    /// The beginning of a text that leaves room for an ellipsis.
    fn cut(&self, text: &str, size: f32, width: f32) -> String {
        let room = width - self.width("…", size);
        let mut used = 0.0;
        let mut kept = 0;
        for (at, character) in text.char_indices() {
            used += self.thousandths(character) as f32 * size / 1000.0;
            if used > room {
                break;
            }
            kept = at + character.len_utf8();
        }
        let mut cut = text.get(..kept).unwrap_or_default().trim_end().to_owned();
        cut.push('…');
        cut
    }

    /// Breaks a text at blanks into lines of `width`; a word longer than a line is broken where the line ends.
    pub(super) fn wrap<'t>(&self, text: &'t str, size: f32, width: f32) -> Vec<&'t str> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            self.wrap_line(paragraph.trim_end(), size, width, &mut lines);
        }
        lines
    }

    fn wrap_line<'t>(&self, text: &'t str, size: f32, width: f32, lines: &mut Vec<&'t str>) {
        // A hair of tolerance: widths that were summed in another order may differ in the last bit.
        let width = width + 0.01;
        let mut start = 0;
        let mut blank = None;
        let mut used = 0.0;
        for (at, character) in text.char_indices() {
            // A no-break space is white but keeps its neighbours together.
            if character == ' ' {
                blank = Some(at);
            }
            let advance = self.thousandths(character) as f32 * size / 1000.0;
            if used + advance > width && at > start && character != ' ' {
                let (end, next) = match blank {
                    Some(blank) if blank > start => (blank, blank + 1),
                    _ => (at, at),
                };
                lines.push(text.get(start..end).unwrap_or_default());
                start = next;
                blank = None;
                used = self.width(text.get(start..at).unwrap_or_default(), size);
            }
            used += advance;
        }
        lines.push(text.get(start..).unwrap_or_default());
    }

    /// Wraps a text into at most `most` lines: smaller first, and only then the last line is cut with an ellipsis.
    pub(super) fn wrap_fitting<'t>(&self, text: &'t str, size: f32, width: f32, most: usize) -> (Vec<Cow<'t, str>>, f32) {
        let mut scale = 1.0;
        loop {
            let lines = self.wrap(text, size * scale, width);
            if lines.len() <= most {
                return (lines.into_iter().map(Cow::Borrowed).collect(), size * scale);
            }
            if scale - STEP < SMALLEST {
                return (self.cut_lines(text, &lines, size * scale, width, most), size * scale);
            }
            scale -= STEP;
        }
    }

    fn cut_lines<'t>(&self, text: &'t str, lines: &[&'t str], size: f32, width: f32, most: usize) -> Vec<Cow<'t, str>> {
        let mut kept: Vec<Cow<'t, str>> = lines.iter().take(most).map(|line| Cow::Borrowed(*line)).collect();
        if let Some(last) = kept.last_mut() {
            let from = lines.iter().take(most.saturating_sub(1)).map(|line| line.len() + 1).sum::<usize>();
            let rest = text.get(from..).unwrap_or(last);
            *last = Cow::Owned(self.cut(rest, size, width));
        }
        kept
    }
}

fn all<const N: usize>(values: [Option<i16>; N]) -> Option<[i16; N]> {
    let mut known = [0; N];
    for (place, value) in known.iter_mut().zip(values) {
        *place = value?;
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_four_languages_is_in_both_faces() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,;:!?()[]{}/\\-–—_'\"‘’“”„«»…•&@#%*+=<>|~^`$€§ºª°©®−→✂\
            áàâãäéèêëíìîïóòôõöúùûüçñÁÀÂÃÄÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ¿¡ăâîșțĂÂÎȘȚşţŞŢłŁżśčřž";
        let faces = faces().unwrap();
        for face in [&faces.regular, &faces.bold] {
            for letter in letters.chars().filter(|letter| *letter != '?') {
                assert_ne!(face.measure(letter).unwrap().glyph, face.unknown.glyph, "{letter}");
            }
        }
    }

    #[test]
    fn digits_share_one_width() {
        for face in [&faces().unwrap().regular, &faces().unwrap().bold] {
            let widths: Vec<u16> = ('0'..='9').map(|digit| face.measure(digit).unwrap().width).collect();
            assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}");
        }
    }

    #[test]
    fn fits_by_shrinking_before_cutting() {
        let face = &faces().unwrap().regular;
        let name = "Cooperativa de Saúde Serra e Mar";
        let natural = face.width(name, 9.0);
        assert_eq!(face.fit(name, 9.0, natural + 1.0), (Cow::Borrowed(name), 9.0));
        let (whole, size) = face.fit(name, 9.0, natural * 0.8);
        assert_eq!(whole, name);
        assert!((7.1..7.3).contains(&size), "{size}");
        let (cut, size) = face.fit(name, 9.0, natural * 0.5);
        assert!(cut.ends_with('…') && cut.starts_with("Cooperativa de"), "{cut}");
        assert!(face.width(&cut, size) <= natural * 0.5);
    }

    #[test]
    fn wraps_without_losing_or_overflowing() {
        let face = &faces().unwrap().bold;
        let text =
            "Rua Professora Maria Aparecida de Souza Albuquerque, 12345, bloco B, apartamento 1203 — CidadeSemNenhumEspaçoNoNomeDela";
        for width in [30.0, 60.0, 90.0, 200.0, 2000.0] {
            let lines = face.wrap(text, 8.0, width);
            assert!(lines.iter().all(|line| face.width(line, 8.0) <= width + 0.02), "{lines:?}");
            let squeezed: String = lines.concat().split(' ').collect();
            assert_eq!(squeezed, text.split(' ').collect::<String>());
        }
        assert_eq!(face.wrap("", 8.0, 50.0), Vec::<&str>::new());
    }

    #[test]
    fn wrapping_into_few_lines_cuts_only_at_the_end() {
        let face = &faces().unwrap().regular;
        let text = "Avenida das Nações Unidas, 14.171, torre Crystal, conjunto 1501, Vila Gertrudes, São Paulo";
        let (lines, size) = face.wrap_fitting(text, 8.0, face.width(text, 8.0) * 0.45, 2);
        assert_eq!(lines.len(), 2);
        assert!((6.0..8.0).contains(&size));
        assert_eq!(lines.join(" "), text);
        let (lines, _) = face.wrap_fitting(text, 8.0, 60.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && lines.iter().all(|line| face.width(line, 6.0) < 61.0), "{lines:?}");
    }
}
