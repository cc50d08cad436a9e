//! How long the rules take, each by itself. Run by `make bench`; the server's pages are measured by load.mjs.

use chrono::NaiveDate;
use domain::agreements::plans::{Debt, options};
use domain::agreements::policy::{Interest, PlanPolicy};
use domain::boleto::typed::read_typed;
use domain::calendar::Calendar;
use domain::charges::{Terms, late_charges};
use domain::money::Money;
use domain::pix::br_code::BrCode;
use domain::tax_ids::TaxId;
use rust_decimal::Decimal;

const PIX: &str = "00020126580014BR.GOV.BCB.PIX013611111111-1111-1111-1111-11111111111152040000530398654040.015802BR5925TESTE DO TESTE DO TESTEIE6009SAO PAULO6226052211111111111111111111116304642D";

fn day(of_november: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, of_november).unwrap_or_default()
}

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

/// A line as somebody pastes it, with its check digits.
#[divan::bench(args = ["10492.00650 61000.100042 00997.263900 9 89810000021403", "10492006506100010004200997263900989810000021404"])]
fn read_line(text: &str) -> bool {
    read_typed(text).is_ok()
}

#[divan::bench]
fn read_br_code() -> bool {
    BrCode::parse(PIX).is_ok()
}

#[divan::bench(args = ["529.982.247-25", "99.99L.R6N/0001-66"])]
fn read_tax_id(text: &str) -> bool {
    TaxId::parse(text).is_ok()
}

/// Fine and interest of one late bill, itemised.
#[divan::bench]
fn charge_late_bill() -> Money {
    late_charges(Money::cents(98_907), day(5), day(22), &Terms::default(), &Calendar::default()).charges()
}

/// Every plan that is offered for one amount, with its effective cost: what the simulator works out at each touch.
#[divan::bench(args = ["none", "simple", "price"])]
fn offer_plans(bencher: divan::Bencher<'_, '_>, interest: &str) {
    let rate = Decimal::new(1, 2);
    let interest = match interest {
        "simple" => Interest::SimpleMonthly(rate),
        "price" => Interest::Price(rate),
        _ => Interest::None,
    };
    let policy = PlanPolicy { interest, ..PlanPolicy::default() };
    let debt = Debt::of(Money::cents(560_000), Money::cents(22_638), 40);
    bencher.bench(|| options(&policy, debt, Money::cents(60_000), 10, day(22), &Calendar::default()).len());
}
