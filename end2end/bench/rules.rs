//! How long the rules take, each by itself. Run by `make bench`; the server's pages are measured by load.mjs.

use domain::money::Money;
use rust_decimal::Decimal;

fn main() {
    divan::main();
}

#[divan::bench(args = ["1234,56", "R$ 99.999.999.999,99", "1,234.56", "12a"])]
fn read_money(text: &str) -> bool {
    Money::parse(text).is_ok()
}

#[divan::bench]
fn write_money(bencher: divan::Bencher<'_, '_>) {
    bencher.with_inputs(|| Money::cents(123_456_789)).bench_values(|amount| amount.to_string());
}

/// 1 % a month, by the day: the multiplication of every late bill.
#[divan::bench]
fn rate_of_money(bencher: divan::Bencher<'_, '_>) {
    let daily = Decimal::new(1, 2) / Decimal::from(30);
    bencher.with_inputs(|| Money::cents(123_456_789)).bench_values(|amount| amount.times(daily));
}
