//! Any text, also one with its checksum put right, is a Pix code or a reason; a code says the same when it is read again.
#![no_main]

use domain::boleto::typed::read_typed;
use domain::pix::br_code::BrCode;

/// CRC-16/CCITT-FALSE, which ends every code; by hand, so that noise gets past it without the code under test.
fn checksum(text: &str) -> u16 {
    text.bytes().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(byte) << 8), |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 })
    })
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let body = format!("{}6304", text.trim());
    let whole = format!("{body}{:04X}", checksum(&body));
    for text in [text, &whole] {
        let _ = read_typed(text);
        if let Ok(code) = BrCode::parse(text) {
            assert_eq!(BrCode::parse(code.as_str()).as_ref(), Ok(&code));
        }
    }
});
