//! How fast the banks' files are read, in bytes a second: a day's return of a large company, 50,000 titles.

use divan::counter::BytesCount;
use domain::cnab::read_return;

const SAMPLE_240: &[u8] = include_bytes!("../../src/vectors/cnab/laravel-boleto__cnab240_banco_brasil.ret");
const SAMPLE_400: &[u8] = include_bytes!("../../src/vectors/cnab/laravel-boleto__cnab400_itau.ret");
const TITLES: usize = 50_000;
/// A lot numbers its details with five digits, two to a title.
const TITLES_OF_A_LOT: usize = 40_000;

fn main() {
    divan::main();
}

fn lines(sample: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(sample).lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

/// `line` with other digits from `column` on.
fn with(line: &str, column: usize, digits: &str) -> String {
    let (before, rest) = line.split_at(column - 1);
    [before, digits, &rest[digits.len()..], "\r\n"].concat()
}

/// The sample's titles again and again, with counts that agree; `name` is written over the payers' names.
fn cnab_240(name: &str) -> String {
    let sample = lines(SAMPLE_240);
    let details: Vec<_> = sample.iter().filter(|line| line[7..].starts_with('3')).collect();
    let mut file = with(&sample[0], 1, "001");
    let (mut records, mut lots) = (1, 0);
    for lot in [(); TITLES].chunks(TITLES_OF_A_LOT) {
        lots += 1;
        file += &with(&sample[1], 4, &format!("{lots:04}"));
        for (number, detail) in (1..=lot.len() * 2).zip(details.iter().cycle()) {
            let numbered = with(detail, 9, &format!("{number:05}"));
            if numbered[13..].starts_with('T') {
                file += &numbered[..148];
                file += &format!("{name:40}");
                file += &numbered[188..];
            } else {
                file += &numbered;
            }
        }
        file += &with(&sample[sample.len() - 2], 18, &format!("{:06}", lot.len() * 2 + 2));
        records += lot.len() * 2 + 2;
    }
    file + &with(&sample[sample.len() - 1], 18, &format!("{lots:06}{:06}", records + 1))
}

fn cnab_400() -> String {
    let sample = lines(SAMPLE_400);
    let mut file = with(&sample[0], 395, "000001");
    for (number, detail) in (2..TITLES + 2).zip(sample[1..sample.len() - 1].iter().cycle()) {
        file += &with(detail, 395, &format!("{number:06}"));
    }
    file + &with(&sample[sample.len() - 1], 395, &format!("{:06}", TITLES + 2))
}

fn read(bencher: divan::Bencher<'_, '_>, bytes: &[u8]) {
    assert_eq!(read_return(bytes).map(|file| file.events.len()), Ok(TITLES));
    bencher.counter(BytesCount::of_slice(bytes)).bench(|| read_return(divan::black_box(bytes)));
}

#[divan::bench]
fn read_cnab_240(bencher: divan::Bencher<'_, '_>) {
    read(bencher, cnab_240("FULANO DE TAL").as_bytes());
}

/// Names with accents, one byte each, so that no title is plain ASCII.
#[divan::bench]
fn read_cnab_240_latin_1(bencher: divan::Bencher<'_, '_>) {
    let bytes: Vec<u8> = cnab_240("JOÃO DA CONCEIÇÃO").chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    read(bencher, &bytes);
}

#[divan::bench]
fn read_cnab_400(bencher: divan::Bencher<'_, '_>) {
    read(bencher, cnab_400().as_bytes());
}
