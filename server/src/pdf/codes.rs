//! The two codes of a boleto as shapes: the Interleaved 2 of 5 barcode and the Pix QR code.
//!
//! Each is one path in whole numbers of its own modules: a renderer paints it in one go and shows no seams, and a page
//! stays small. A QR code given as a rectangle for each run of modules made up half of the page's bytes and of its time.

use domain::boleto::barcode::Barcode;
use domain::boleto::interleaved;
use fast_qr::{ECL, QRBuilder};
use krilla::geom::{Path, PathBuilder, Rect};

use super::PdfError;

/// Modules of light that surround a QR code (ISO/IEC 18004, 4 modules).
pub(super) const QR_QUIET: f32 = 4.0;

/// The dark runs of a QR code, to be stroked one module wide, and how many modules its side has without the quiet zone.
///
/// Each run lies on the upper edge of its modules, which keeps its numbers whole: the shape is painted half a module lower
/// (see `Canvas::strokes`). Level M: up to 15 % of the code may be spoiled.
pub(super) fn qr(payload: &str) -> Result<(Path, f32), PdfError> {
    let too_long = || PdfError::QrCode(payload.len());
    let code = QRBuilder::new(payload).ecl(ECL::M).build().map_err(|_| too_long())?;
    let mut builder = PathBuilder::new();
    for row in 0..code.size {
        let mut column = 0;
        let modules = &code[row];
        while column < code.size {
            let dark = modules.iter().skip(column).take_while(|module| module.value()).count();
            if dark > 0 {
                builder.move_to(column as f32, row as f32);
                builder.line_to((column + dark) as f32, row as f32);
            }
            column += dark.max(1);
        }
    }
    Ok((builder.finish().ok_or_else(too_long)?, code.size as f32))
}

/// The same code for a screen: the dark runs as the `d` of one SVG path in whole modules, and how many modules its side has without
/// the quiet zone. None for what no code holds.
#[must_use]
pub fn qr_svg(payload: &str) -> Option<(String, usize)> {
    let code = QRBuilder::new(payload).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        let mut column = 0;
        let modules = &code[row];
        while column < code.size {
            let dark = modules.iter().skip(column).take_while(|module| module.value()).count();
            if dark > 0 {
                path.push_str(&format!("M{column} {row}h{dark}v1h-{dark}z"));
            }
            column += dark.max(1);
        }
    }
    Some((path, code.size))
}

/// The dark bars of a boleto's barcode, one unit high and [`interleaved::MODULES`] (405) long.
pub(super) fn bars(barcode: &Barcode) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let mut at = 0.0;
    // Bar, space, bar, …
    for (index, width) in interleaved::bars(barcode).into_iter().enumerate() {
        let width = f32::from(width);
        if index % 2 == 0
            && let Some(bar) = Rect::from_xywh(at, 0.0, width, 1.0)
        {
            builder.push_rect(bar);
        }
        at += width;
    }
    builder.finish()
}
