//! Any bytes, also those over a file that is whole, are a file to the bank or a reason; what can be written again says the
//! same from then on.
#![no_main]

use std::sync::LazyLock;

use domain::boleto::bank_code::BankCode;
use domain::cnab::remessa::{Company, Instruction, Order, Payer, Remessa, Term, TermValue, Title, read_remessa};
use domain::money::Money;
use domain::tax_ids::TaxId;

/// Each bank's, and the digits of its number of the title.
const BANKS: [(&str, usize); 9] =
    [("001", 17), ("033", 13), ("041", 10), ("104", 17), ("136", 11), ("237", 12), ("341", 9), ("748", 9), ("756", 10)];

static WHOLE: LazyLock<Vec<String>> = LazyLock::new(|| BANKS.iter().map(|(bank, digits)| whole(bank, *digits)).collect());

fn whole(bank: &str, digits: usize) -> String {
    let day = "2026-12-15".parse().ok();
    let date = day.filter(|_| bank != "136");
    let amount = Some(Term { value: TermValue::Amount(Money::cents(10)), date });
    let rate = Some(Term { value: TermValue::Rate("0.02".parse().expect("a rate")), date });
    let title = Title {
        nosso_numero: "1".repeat(digits),
        document: "NF1".to_owned(),
        due: day,
        amount: Money::cents(100),
        kind: if bank == "136" { String::new() } else { "02".to_owned() },
        issued: day,
        interest: amount,
        closes_after: ["033", "041", "104", "237", "341"].contains(&bank).then_some(60),
        ..Title::default()
    };
    let payer = Payer {
        tax_id: TaxId::parse("52998224725").expect("a CPF"),
        name: "FULANO".to_owned(),
        street: "RUA".to_owned(),
        district: "CENTRO".to_owned(),
        postal_code: "01001000".to_owned(),
        city: "SAO PAULO".to_owned(),
        state: "SP".to_owned(),
    };
    let entry = Instruction { order: Order::Enter, title: title.clone(), payer: Some(payer), fine: rate };
    let closing = Instruction { order: Order::Close, title, payer: None, fine: None };
    let company = Company {
        name: "EMPRESA".to_owned(),
        agreement: "123456".to_owned(),
        wallet: "17".to_owned(),
        variation: "19".to_owned(),
        branch: "1234".to_owned(),
        account: "56789".to_owned(),
        ..Company::new(TaxId::parse("11222333000181").expect("a CNPJ"))
    };
    let written = "2026-11-20T00:00:00".parse().expect("a day");
    let bank = BankCode::parse(bank).expect("a bank");
    let file = Remessa { bank, company, sequence: 1, written, instructions: vec![entry, closing] };
    file.write().expect("a file")
}

fn check(bytes: &[u8]) {
    let Ok(file) = read_remessa(bytes) else { return };
    let Ok(text) = file.write() else { return };
    assert!(text.split_terminator("\r\n").all(|line| line.len() == 240) && text.is_ascii());
    let again = read_remessa(text.as_bytes()).expect("what was written is read");
    assert_eq!(again.write().as_ref(), Ok(&text));
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let choice = usize::from(bytes.first().copied().unwrap_or_default()) % BANKS.len();
    let mut whole = WHOLE[choice].clone().into_bytes();
    let length = whole.len();
    // Pieces of three bytes: where, and what is there instead.
    for piece in bytes.get(1..).unwrap_or_default().chunks_exact(3) {
        whole[usize::from(u16::from_le_bytes([piece[0], piece[1]])) % length] = piece[2];
    }
    check(&whole);
});
