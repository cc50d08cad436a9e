//! Any text is a Pix key of the kind that the first character chooses, or a reason; a key reads back from the DICT's form
//! and from its stored form, and shows itself to nobody. A txid is one of its kind or none.
#![no_main]

use domain::pix::keys::{PixKey, PixKeyError, PixKeyKind};
use domain::pix::txid::{ChargeTxid, StaticTxid};

fn check(key: PixKey) {
    let written = key.as_dict().into_owned();
    assert!(written.len() <= 77 && written.is_ascii());
    assert_eq!(PixKey::from_dict(&written), Ok(key.clone()));
    assert_eq!(PixKey::parse(key.kind(), &written), Ok(key.clone()));
    // An address may hold stars of its own.
    assert!(written.contains('*') || !format!("{key:?} {}", key.masked_for_display()).contains(&written));
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(serde_json::from_str::<PixKey>(&json).unwrap(), key);
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut characters = text.chars();
    let kind = PixKeyKind::ALL[characters.next().map_or(0, |first| first as usize) % PixKeyKind::ALL.len()];
    let rest = characters.as_str();
    match PixKey::parse(kind, rest) {
        Ok(key) => check(key),
        Err(PixKeyError::PhoneCharacter(at)) => assert!(!rest.chars().nth(at).unwrap().is_ascii_digit()),
        Err(_) => {}
    }
    if let Ok(key) = PixKey::from_dict(text) {
        check(key);
    }
    assert!(StaticTxid::parse(text).is_err() || ChargeTxid::parse(text).is_err());
});
