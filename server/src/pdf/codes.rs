//! The two codes of a boleto as dark runs of modules: the Interleaved 2 of 5 barcode and the Pix QR code.
//!
//! Whole numbers of modules and one run for neighbours that touch: painted in one go they show no seams and take few bytes.
//! Never measures in millimetres.

use domain::boleto::barcode::Barcode;
use domain::boleto::interleaved;
use fast_qr::{ECL, QRBuilder};

use super::PdfError;

/// Modules of light around a QR code (ISO/IEC 18004).
pub(super) const QR_QUIET: f32 = 4.0;

/// A dark run, one module high: column, row, length.
pub(super) type Run = (u16, u16, u16);

/// A QR code: its dark runs, and how many modules its side has without the quiet zone.
pub(super) struct Qr {
    pub(super) runs: Vec<Run>,
    pub(super) side: u16,
}

/// The QR code of a text. Level M: up to 15 % of the code may be spoiled.
pub(super) fn qr(payload: &str) -> Result<Qr, PdfError> {
    let code = QRBuilder::new(payload).ecl(ECL::M).build().map_err(|_| PdfError::QrCode(payload.len()))?;
    let mut runs = Vec::with_capacity(code.size * code.size / 4);
    for (row, at) in (0..code.size).zip(0..) {
        let mut column = 0;
        for run in code[row].chunk_by(|one, other| one.value() == other.value()) {
            // A side has at most 177 modules.
            let length = run.len() as u16;
            if run.first().is_some_and(|module| module.value()) {
                runs.push((column, at, length));
            }
            column += length;
        }
    }
    Ok(Qr { runs, side: code.size as u16 })
}

/// The same code for a screen: its dark runs as the `d` of one SVG path in whole modules, and how many modules its side has without
/// the quiet zone. None for what no code holds.
#[must_use]
pub fn qr_svg(payload: &str) -> Option<(String, u16)> {
    let code = qr(payload).ok()?;
    let mut path = String::with_capacity(code.runs.len() * 14);
    for (column, row, length) in code.runs {
        path.push_str(&format!("M{column} {row}h{length}v1h-{length}z"));
    }
    Some((path, code.side))
}

/// The dark bars of a boleto's barcode, [`interleaved::MODULES`] (405) long.
pub(super) fn bars(barcode: &Barcode) -> Vec<Run> {
    let mut at = 0;
    let place = |width: u8| {
        let from = at;
        at += u16::from(width);
        (from, 0, u16::from(width))
    };
    // Bar, space, bar, …
    interleaved::bars(barcode).into_iter().map(place).step_by(2).collect()
}
