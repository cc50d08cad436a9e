//! The bars themselves: Interleaved 2 of 5, as widths to draw.
//!
//! Never draws and never measures in millimetres. The manuals ask for 103 mm by 13 mm, so a module is
//! 103 / 405 = 0.2543 mm wide, and for a quiet zone of 5 mm at the left; ten modules at either side keep readers happy.
//! (Santander, "Layout de código de barras", January 2017; Bradesco, Sicredi and Banco do Brasil ask for the same.)
//!
//! ```
//! use domain::boleto::barcode::Barcode;
//! use domain::boleto::interleaved::{ELEMENTS, MODULES, bars};
//! let widths = bars(&Barcode::parse("34191165600000523471090001234530057123457000")?);
//! assert_eq!((widths.len(), widths.iter().map(|width| u32::from(*width)).sum()), (ELEMENTS, MODULES));
//! // Bars are at even places, spaces at odd ones: what a drawing fills is this.
//! let (mut x, mut filled) = (0, Vec::new());
//! for (at, width) in widths.into_iter().enumerate() {
//!     if at % 2 == 0 {
//!         filled.push((x, width));
//!     }
//!     x += u32::from(width);
//! }
//! assert_eq!(filled[..3], [(0, 1), (2, 1), (4, 3)]);
//! # Ok::<(), domain::boleto::barcode::BarcodeError>(())
//! ```

use super::barcode::Barcode;

/// The whole width in modules: start 4, 44 digits of two wide and three narrow elements (44 × 9), stop 5.
pub const MODULES: u32 = 405;

/// How many bars and spaces: start 4, 44 × 5, stop 3.
pub const ELEMENTS: usize = 227;

/// A wide element, in narrow ones.
const WIDE: u8 = 3;

/// Which two of a digit's five elements are wide, most significant bit first (of five).
const PATTERNS: [u8; 10] = [0b00110, 0b10001, 0b01001, 0b11000, 0b00101, 0b10100, 0b01100, 0b00011, 0b10010, 0b01010];

/// Widths in modules, 1 or 3, of a bar, a space, a bar… to the last bar. The module's example draws them.
#[must_use]
pub fn bars(barcode: &Barcode) -> [u8; ELEMENTS] {
    // Start: four narrow elements.
    let mut widths = [1; ELEMENTS];
    let mut at = 4;
    for pair in barcode.digits().chunks_exact(2) {
        // The first digit of a pair is drawn in the bars, the second in the spaces between them.
        let [bar, space] = [pattern(pair[0]), pattern(pair[1])];
        for element in (0..5).rev() {
            widths[at] = if bar >> element & 1 == 1 { WIDE } else { 1 };
            widths[at + 1] = if space >> element & 1 == 1 { WIDE } else { 1 };
            at += 2;
        }
    }
    // Stop: a wide bar, a narrow space, a narrow bar.
    widths[at] = WIDE;
    widths
}

fn pattern(digit: u8) -> u8 {
    PATTERNS[usize::from(digit & 0x0f) % 10]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads widths back, the way a scanner does.
    fn scan(widths: &[u8]) -> String {
        assert_eq!(&widths[..4], [1, 1, 1, 1]);
        assert_eq!(&widths[widths.len() - 3..], [3, 1, 1]);
        let mut text = String::new();
        for pair in widths[4..widths.len() - 3].chunks_exact(10) {
            for first in [0, 1] {
                let wide = pair.iter().skip(first).step_by(2).fold(0, |bits, width| bits << 1 | u8::from(*width == 3));
                text.push(char::from(b'0' + PATTERNS.iter().position(|pattern| *pattern == wide).unwrap() as u8));
            }
        }
        text
    }

    #[test]
    fn can_be_scanned() {
        for digits in ["34191165600000523471090001234530057123457000", "00198165600000523470000001238798777770016818"] {
            let bar = Barcode::parse(digits).unwrap();
            let widths = bars(&bar);
            assert_eq!(widths.iter().map(|w| u32::from(*w)).sum::<u32>(), MODULES);
            assert_eq!(scan(&widths), digits);
        }
    }

    #[test]
    fn two_of_five_are_wide() {
        assert!(PATTERNS.iter().all(|pattern| pattern.count_ones() == 2));
        // The published table: 0 is nnwwn, 1 is wnnnw, 9 is nwnwn.
        assert_eq!((PATTERNS[0], PATTERNS[1], PATTERNS[9]), (0b00110, 0b10001, 0b01010));
    }
}
