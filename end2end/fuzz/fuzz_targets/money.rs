//! Any text is an amount or a reason; an amount reads back as it is written, for people and for machines.
#![no_main]

use domain::forms::amount;
use domain::money::{Money, MoneyError};

libfuzzer_sys::fuzz_target!(|text: &str| {
    match Money::parse(text) {
        Ok(money) => {
            assert!(money.abs() <= Money::MAX_TYPED);
            for written in [money.to_string(), money.plain(), money.grouped(',', '.')] {
                assert_eq!(Money::parse(&written), Ok(money), "{written}");
            }
            assert_eq!(amount(text).is_ok(), money >= Money::ZERO);
            assert_eq!(Money::round(money.as_decimal()), money);
        }
        Err(MoneyError::Character(at)) => assert!(!text.chars().nth(at).unwrap().is_ascii_digit()),
        Err(MoneyError::Separators(at)) => assert!(matches!(text.chars().nth(at), Some('.' | ','))),
        Err(_) => {}
    }
});
