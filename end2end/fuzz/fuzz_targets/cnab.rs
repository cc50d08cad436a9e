//! Any bytes, also those behind a header of either layout and those over a file that is whole, are a return file that keeps
//! every line or a reason; one event at a time it says the same.
#![no_main]

use domain::cnab::{Reader, read_return};

/// Banks with a table for CNAB 400, and one without.
const BANKS: [&str; 12] = ["001", "033", "041", "070", "077", "104", "136", "237", "341", "748", "756", "999"];
const WHOLE: [&[u8]; 4] = [
    include_bytes!("../../../src/vectors/cnab/laravel-boleto__cnab240_caixa.ret"),
    include_bytes!("../../../src/vectors/cnab/br_boleto__cnab240_santander.ret"),
    include_bytes!("../../../src/vectors/cnab/laravel-boleto__cnab400_itau.ret"),
    include_bytes!("../../../src/vectors/cnab/br_boleto__cnab400_bradesco.ret"),
];

fn check(whole: &[u8]) {
    let read = read_return(whole);
    if let Ok(mut reader) = Reader::of(whole) {
        let events: Result<Vec<_>, _> = reader.by_ref().collect();
        match (&read, events) {
            (Ok(file), Ok(events)) => {
                assert_eq!((&file.events, &file.header), (&events, reader.header()));
                assert_eq!((&file.others[..], &file.mismatches[..]), (reader.others(), reader.mismatches()));
            }
            (Err(error), Err(found)) => assert_eq!(*error, found),
            _ => panic!("read whole and one at a time"),
        }
    }
    if let Ok(file) = read {
        let mut lines: Vec<_> = file.events.iter().flat_map(|event| &event.lines).chain(&file.others).collect();
        lines.sort_unstable_by_key(|line| line.number);
        assert!(lines.iter().map(|line| line.number).eq(1..=lines.len()));
        let length: usize = lines.iter().map(|line| line.text.chars().count()).sum();
        assert!(length <= whole.len());
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let choice = usize::from(bytes.first().copied().unwrap_or_default());
    let bank = BANKS[choice % BANKS.len()];
    let header_400 = format!("02RETORNO{:67}{bank}{:315}000001\n", "", "");
    let header_240 = format!("{bank}00000{:134}2\n", "");
    for header in ["", &header_400, &header_240] {
        check(&[header.as_bytes(), bytes].concat());
    }
    // Pieces of three bytes: where, and what is there instead.
    let mut whole = WHOLE[choice % WHOLE.len()].to_vec();
    let length = whole.len();
    for piece in bytes.chunks_exact(3) {
        whole[usize::from(u16::from_le_bytes([piece[0], piece[1]])) % length] = piece[2];
    }
    check(&whole);
});
