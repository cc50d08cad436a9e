//! Any bytes, also those behind a header of either layout, are a return file that keeps every line or a reason.
#![no_main]

use domain::cnab::read_return;

/// Banks with a table for CNAB 400, and one without.
const BANKS: [&str; 8] = ["001", "033", "077", "104", "237", "341", "748", "999"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let bank = BANKS[usize::from(bytes.first().copied().unwrap_or_default()) % BANKS.len()];
    let header_400 = format!("02RETORNO{:67}{bank}{:315}000001\n", "", "");
    let header_240 = format!("{bank}00000{:134}2\n", "");
    for header in ["", &header_400, &header_240] {
        let whole = [header.as_bytes(), bytes].concat();
        if let Ok(file) = read_return(&whole) {
            let mut numbers: Vec<usize> =
                file.events.iter().flat_map(|event| &event.lines).chain(&file.others).map(|line| line.number).collect();
            numbers.sort_unstable();
            assert!(numbers.iter().copied().eq(1..=numbers.len()));
        }
    }
});
