//! Any text is a boleto's line, its bars, a collection guide or a reason; line and bars are one another's image.
#![no_main]

use domain::boleto::{arrecadacao::Arrecadacao, barcode::Barcode, digitable_line::DigitableLine};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(line) = DigitableLine::parse(text) {
        let bars = line.to_barcode();
        assert_eq!(bars.to_line(), line);
        assert_eq!(Barcode::parse(bars.as_str()), Ok(bars));
    }
    if let Ok(bars) = Barcode::parse(text) {
        assert_eq!(bars.to_line().to_barcode(), bars);
    }
    if let Ok(guide) = Arrecadacao::parse(text) {
        assert_eq!(Arrecadacao::parse(&guide.line_digits()), Ok(guide));
        assert_eq!(Arrecadacao::parse(guide.as_str()), Ok(guide));
    }
});
