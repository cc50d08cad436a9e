//! Any text is an amount or a reason; an amount reads back as it is written.
#![no_main]

use domain::money::Money;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(amount) = Money::parse(text) {
        assert!(amount.abs() <= Money::MAX_TYPED);
        assert_eq!(Money::parse(&amount.to_string()), Ok(amount));
    }
});
