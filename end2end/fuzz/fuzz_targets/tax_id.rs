//! Any text is a CPF, a CNPJ or a reason that stands where it says; each reads back as it is written and as it is kept,
//! also when its check digits were put right, and hides its middle.
#![no_main]

use domain::tax_ids::{Cnpj, Cpf, TaxId, TaxIdError};

fn check(tax_id: TaxId) {
    for text in [tax_id.to_string(), tax_id.as_str().to_owned(), tax_id.as_str().to_lowercase()] {
        assert_eq!(TaxId::parse(&text), Ok(tax_id));
    }
    let hidden = [tax_id.masked_for_display(), format!("{tax_id:?}")];
    assert!(hidden.iter().all(|text| !text.contains(tax_id.as_str()) && !text.contains(&tax_id.to_string())));
    let json = serde_json::to_string(&tax_id).unwrap();
    assert_eq!(serde_json::from_str::<TaxId>(&json).unwrap(), tax_id);
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    match TaxId::parse(text) {
        Ok(tax_id) => check(tax_id),
        Err(TaxIdError::Character(at)) => assert!(!text.chars().nth(at).unwrap().is_ascii_digit()),
        Err(_) => {}
    }
    if let Some(Ok(cpf)) = text.as_bytes().first_chunk().map(|digits| Cpf::with_check_digits(*digits)) {
        check(cpf.into());
    }
    if let Some(Ok(cnpj)) = text.as_bytes().first_chunk().map(Cnpj::with_check_digits) {
        check(cnpj.into());
    }
});
