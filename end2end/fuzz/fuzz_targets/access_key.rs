//! Any text, also one with its check digit put right, is an access key or a reason that stands where it says; a key reads
//! back as it is written and as it is kept, and keeps to itself what would open the document.
#![no_main]

use domain::access_keys::{AccessKey, AccessKeyError};

fn check(key: AccessKey) {
    let prefix = if key.nfe().is_some() { "NFe" } else { "NFS" };
    for text in [key.to_string(), key.as_str().to_owned(), key.as_str().to_lowercase(), format!("{prefix}{}", key.as_str())] {
        assert_eq!(AccessKey::parse(&text), Ok(key));
    }
    assert!((1..=12).contains(&key.month()) && (2000..2100).contains(&key.year()));
    assert!(!format!("{key:?}").contains(key.as_str()));
    let _ = (key.issuer(), key.number(), key.uf());
    if let Some(nfe) = key.nfe() {
        assert!(nfe.series() <= 999 && nfe.emission() <= 9 && nfe.number() <= 999_999_999 && nfe.code().len() == 8);
    }
    if let Some(nfse) = key.nfse() {
        assert!(nfse.municipality().len() == 7 && nfse.code().len() == 9);
    }
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(serde_json::from_str::<AccessKey>(&json).unwrap(), key);
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    match AccessKey::parse(text) {
        Ok(key) => check(key),
        Err(
            AccessKeyError::Character(at)
            | AccessKeyError::Uf(at)
            | AccessKeyError::Month(at)
            | AccessKeyError::Model(at)
            | AccessKeyError::Generator(at)
            | AccessKeyError::Registration(at)
            | AccessKeyError::CheckDigit(at),
        ) => assert!(at < text.chars().count()),
        Err(_) => {}
    }
    for length in [43, 49] {
        let Some(head) = text.get(..length) else { continue };
        // Whatever the others are, at most one check digit fits.
        let keys: Vec<AccessKey> = ('0'..='9').filter_map(|digit| AccessKey::parse(&format!("{head}{digit}")).ok()).collect();
        assert!(keys.len() <= 1, "{keys:?}");
        keys.into_iter().for_each(check);
    }
});
