//! Any text is something payable or a reason that stands where it says; line and bars are one another's image, also of
//! noise whose check digits were put right.
#![no_main]

use chrono::NaiveDate;
use domain::boleto::arrecadacao::Arrecadacao;
use domain::boleto::banks::{self, FreeField};
use domain::boleto::barcode::Barcode;
use domain::boleto::digitable_line::DigitableLine;
use domain::boleto::due_factor::encode;
use domain::boleto::interleaved::{MODULES, bars};
use domain::boleto::typed::{Typed, TypedError, read_typed};
use domain::boleto::{TextError, bank_code::BankCode};
use domain::money::Money;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();

fn check(text: &str) {
    match read_typed(text) {
        Ok(Typed::Cobranca(bar)) => check_bars(bar),
        Ok(Typed::Arrecadacao(guide)) => check_guide(guide),
        Ok(Typed::Pix(_)) => {}
        Err(TypedError::Text(TextError::Character(at))) => assert!(!text.chars().nth(at).unwrap().is_ascii_digit()),
        Err(TypedError::Text(TextError::LookAlike { at, found, .. })) => assert_eq!(text.chars().nth(at), Some(found)),
        Err(_) => {}
    }
}

fn check_bars(bar: Barcode) {
    let line = bar.to_line();
    assert_eq!(line.to_barcode(), bar);
    for text in [bar.as_str(), line.as_str(), &line.to_string()] {
        assert_eq!(read_typed(text), Ok(Typed::Cobranca(bar)));
    }
    assert_eq!(DigitableLine::parse(&line.to_string()), Ok(line));
    assert_eq!(bars(&bar).iter().copied().map(u32::from).sum::<u32>(), MODULES);
    let _ = banks::read(&bar);
    if let Some(due) = bar.due_date(TODAY) {
        assert_eq!(encode(due).ok(), bar.due_factor());
        let amount = bar.amount().unwrap_or(Money::ZERO);
        assert_eq!(Barcode::build(bar.bank(), due, amount, &bar.free_field()), Ok(bar));
    }
}

fn check_guide(guide: Arrecadacao) {
    for text in [guide.as_str(), &guide.line_digits(), &guide.to_string()] {
        assert_eq!(read_typed(text), Ok(Typed::Arrecadacao(guide)));
    }
    let _ = (guide.amount(), guide.segment(), guide.issuer().len());
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    check(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if let Some(head) = digits.get(..44) {
        // Whatever the other 43 are, just one general digit fits, or none where something else is wrong.
        let place = if head.starts_with('8') { 3 } else { 4 };
        let read: Vec<Typed> =
            ('0'..='9').filter_map(|digit| read_typed(&format!("{}{digit}{}", &head[..place], &head[place + 1..])).ok()).collect();
        assert!(read.len() <= 1, "{read:?}");
        match read.first() {
            Some(Typed::Cobranca(bar)) => check_bars(*bar),
            Some(Typed::Arrecadacao(guide)) => check_guide(*guide),
            _ => {}
        }
    }
    if let (Some(Ok(bank)), Some(Ok(free))) = (digits.get(..3).map(BankCode::parse), digits.get(3..28).map(FreeField::parse))
        && let Ok(bar) = Barcode::build(bank, TODAY, Money::cents(1), &free)
    {
        assert_eq!((bar.bank(), bar.free_field()), (bank, free));
        check_bars(bar);
    }
});
