//! Any text is a CPF, a CNPJ or a reason; each reads back as it is written and as it is kept.
#![no_main]

use domain::tax_ids::TaxId;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(tax_id) = TaxId::parse(text) {
        assert_eq!(TaxId::parse(&tax_id.to_string()), Ok(tax_id));
        assert_eq!(TaxId::parse(tax_id.as_str()), Ok(tax_id));
    }
});
