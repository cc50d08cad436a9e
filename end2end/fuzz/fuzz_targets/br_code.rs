//! Any text, also one with its checksum put right, is a Pix code or a reason; what is written reads back as it was meant.
#![no_main]

use domain::boleto::typed::read_typed;
use domain::money::Money;
use domain::pix::br_code::{BrCode, Charge, Parts, ascii};

/// CRC-16/CCITT-FALSE, which ends every code; by hand, so that noise gets past it without the code under test.
fn checksum(text: &str) -> u16 {
    text.bytes().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(byte) << 8), |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 })
    })
}

/// What is written reads back, and says what it was given, but for the likeness of accented letters.
fn check_written(parts: &Parts) {
    let Ok(code) = parts.write() else { return };
    assert_eq!(BrCode::parse(code.as_str()).as_ref(), Ok(&code));
    assert_eq!(code.parts().write().as_ref(), Ok(&code));
    let plain = Parts {
        name: ascii(&parts.name, usize::MAX),
        city: ascii(&parts.city, usize::MAX),
        charge: match parts.charge.clone() {
            Some(Charge::Key { key, note, withdrawal }) => {
                Some(Charge::Key { key, note: note.map(|note| ascii(&note, usize::MAX)), withdrawal })
            }
            other => other,
        },
        ..parts.clone()
    };
    assert_eq!(*code.parts(), plain);
}

/// Parts whose texts are the lines of a text.
fn parts(text: &str) -> Parts {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut next = || lines.next().filter(|line| !line.is_empty());
    let (name, city) = (next().unwrap_or_default(), next().unwrap_or_default());
    let charge = next().map(|key| Charge::Key { key, note: next(), withdrawal: next() });
    Parts {
        once: text.len() % 2 == 1,
        charge: charge.or_else(|| next().map(Charge::Location)),
        recurrence: next(),
        amount: next().and_then(|amount| amount.parse().ok()).map(Money::cents),
        name,
        city,
        postal_code: next(),
        txid: next(),
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let body = format!("{}6304", text.trim());
    let whole = format!("{body}{:04X}", checksum(&body));
    for text in [text, &whole] {
        let _ = read_typed(text);
        if let Ok(code) = BrCode::parse(text) {
            assert_eq!(BrCode::parse(code.as_str()).as_ref(), Ok(&code));
            check_written(code.parts());
        }
    }
    check_written(&parts(text));
});
