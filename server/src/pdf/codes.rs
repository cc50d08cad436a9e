//! The two codes of a boleto as shapes: the Interleaved 2 of 5 barcode and the Pix QR code.
//!
//! Each is one path in whole numbers of its own modules: a renderer paints it in one go and shows no seams, and a page
//! stays small. A QR code given as a rectangle for each run of modules made up half of the page's bytes and of its time.

use fast_qr::{ECL, QRBuilder};
use krilla::geom::{Path, PathBuilder, Rect};

use super::PdfError;

/// Modules of light that surround a QR code (ISO/IEC 18004, 4 modules).
pub(super) const QR_QUIET: f32 = 4.0;

/// The dark runs of a QR code, to be stroked one module wide, and how many modules its side has without the quiet zone.
///
/// The runs lie on whole numbers, so they begin half a module above and left of where their modules do… vertically only:
/// the shape is to be moved down by half a module. Level M: 15 % of the code may be spoiled.
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

/// The dark bars of an Interleaved 2 of 5 code, one unit high, and its length in modules.
///
/// `widths` are the widths of bar, space, bar, … in modules, beginning and ending with a bar.
pub(super) fn bars(widths: impl IntoIterator<Item = u8>) -> (Option<Path>, f32) {
    let mut builder = PathBuilder::new();
    let mut at = 0.0;
    for (index, width) in widths.into_iter().enumerate() {
        let width = f32::from(width);
        if index % 2 == 0 {
            bar(&mut builder, at, 0.0, width);
        }
        at += width;
    }
    (builder.finish(), at)
}

fn bar(builder: &mut PathBuilder, x: f32, y: f32, width: f32) {
    if let Some(rect) = Rect::from_xywh(x, y, width, 1.0) {
        builder.push_rect(rect);
    }
}

pub(super) fn interleaved(digits: &str) -> Vec<u8> {
    const P: [[u8; 5]; 10] = [[1,1,3,3,1],[3,1,1,1,3],[1,3,1,1,3],[3,3,1,1,1],[1,1,3,1,3],[3,1,3,1,1],[1,3,3,1,1],[1,1,1,3,3],[3,1,1,3,1],[1,3,1,3,1]];
    let mut out = vec![1,1,1,1];
    for pair in digits.as_bytes().chunks(2) { for i in 0..5 { out.push(P[(pair[0]-48) as usize][i]); out.push(P[(pair[1]-48) as usize][i]); } }
    out.extend([3,1,1]);
    out
}
