//! How long the rules take, each by itself. Run by `make bench`; the server's pages are measured by load.mjs.
//!
//! Budgets, on one core of a small server: a line or a code that somebody pastes, under a microsecond; every plan for one
//! amount, under 50 µs.

use chrono::{Days, NaiveDate};
use divan::{Bencher, counter::ItemsCount};
use domain::access_keys::AccessKey;
use domain::agreements::plans::{Debt, PlanRequest, options, simulate};
use domain::agreements::policy::{Interest, PlanPolicy};
use domain::boleto::arrecadacao::Arrecadacao;
use domain::boleto::banks::{
    self, Title, TitleError, banco_do_brasil, banrisul, bradesco, caixa, itau, santander, sicoob, sicredi, unicred,
};
use domain::boleto::barcode::Barcode;
use domain::boleto::digitable_line::DigitableLine;
use domain::boleto::typed::read_typed;
use domain::calendar::Calendar;
use domain::charges::{Terms, late_charges};
use domain::ids::{BillId, EntryId};
use domain::money::Money;
use domain::pix::br_code::{BrCode, Charge, Parts};
use domain::statement::{Bill, Entry, EntryKind, credits, position};
use domain::tax_ids::TaxId;
use rust_decimal::Decimal;
use uuid::Uuid;

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
fn write_money(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(|| Money::cents(123_456_789)).bench_values(|amount| amount.to_string());
}

/// 1 % a month, by the day: the multiplication of every late bill.
#[divan::bench]
fn rate_of_money(bencher: Bencher<'_, '_>) {
    let daily = Decimal::new(1, 2) / Decimal::from(30);
    bencher.with_inputs(|| Money::cents(123_456_789)).bench_values(|amount| amount.times(daily));
}

/// A title's bars and line from the bank's own numbers.
#[divan::bench(args = ["001", "033", "041", "104", "136", "237", "341", "748", "756"])]
fn write_title(bank: &str) -> Option<String> {
    let bar = match bank {
        "001" => bars(&banco_do_brasil::Title::Convenio7 { nosso_numero: 12_387_987_777_700_168, carteira: 18 }),
        "033" => bars(&santander::Title { beneficiario: 282_033, nosso_numero: 566_612_457_800, ios: 0, modalidade: 102 }),
        "041" => bars(&banrisul::Title { produto: 2, agencia: 1102, beneficiario: 9_000_150, nosso_numero: 22_832_563 }),
        "104" => bars(&caixa::Title { beneficiario: caixa::Beneficiario::Six(5507), nosso_numero: 14_000_000_000_000_019 }),
        "136" => bars(&unicred::Title { agencia: 1234, conta: 123_456, nosso_numero: 1 }),
        "237" => bars(&bradesco::Title { agencia: 1234, carteira: 9, nosso_numero: 12_345_678_901, conta: 1_234_567 }),
        "341" => bars(&itau::Title::Conta { carteira: 109, nosso_numero: 12_345, agencia: 57, conta: 12_345 }),
        "748" => bars(&sicredi::Title {
            cobranca: 1,
            carteira: 1,
            nosso_numero: 26_200_003,
            cooperativa: 165,
            posto: 2,
            beneficiario: 623,
            with_amount: true,
        }),
        _ => bars(&sicoob::Title { carteira: 1, cooperativa: 3069, modalidade: 1, cliente: 63, nosso_numero: 7, parcela: 1 }),
    };
    bar.ok().map(|bar| bar.to_line().to_string())
}

fn bars(title: &impl Title) -> Result<Barcode, TitleError> {
    title.barcode(day(30), Money::cents(52_347))
}

/// What a bank prints, from the bars alone.
#[divan::bench(args = ["10492165600000523470055077000100040000123454", "34191165600000523471090001234530057123457000"])]
fn read_free_field(bencher: Bencher<'_, '_>, text: &str) {
    let bar = Barcode::parse(text).ok();
    bencher.bench(|| divan::black_box(bar).map(|bar| banks::read(&bar)));
}

/// A line as somebody pastes it, with its check digits: as printed, as digits, and with one digit wrong.
#[divan::bench(args = [
    "10492.00650 61000.100042 00997.263900 9 89810000021403",
    "10492006506100010004200997263900989810000021403",
    "10492006506100010004200997263900989810000021404",
])]
fn read_line(text: &str) -> bool {
    read_typed(text).is_ok()
}

#[divan::bench(args = ["10492006506100010004200997263900989810000021403"])]
fn read_line_alone(text: &str) -> bool {
    DigitableLine::parse(text).is_ok()
}

/// A collection guide: modulus 10, and modulus 11.
#[divan::bench(args = [
    "83860000005-0 09600019000-9 00080178230-9 00034306271-2",
    "85890000460-9 52460179160-5 60759305086-5 83148300001-0",
])]
fn read_guide(text: &str) -> bool {
    Arrecadacao::parse(text).is_ok()
}

#[divan::bench]
fn read_br_code() -> bool {
    BrCode::parse(divan::black_box(PIX)).is_ok()
}

#[divan::bench]
fn write_br_code(bencher: Bencher<'_, '_>) {
    let parts = Parts {
        once: false,
        charge: Some(Charge::Key {
            key: "123e4567-e12b-12d1-a456-426655440000".into(),
            note: Some("Mensalidade".into()),
            withdrawal: None,
        }),
        recurrence: None,
        amount: Some(Money::cents(52_347)),
        name: "José da Conceição".into(),
        city: "São Paulo".into(),
        postal_code: None,
        txid: Some("FAT202612000123".into()),
    };
    bencher.bench(|| divan::black_box(&parts).write().is_ok());
}

#[divan::bench(args = ["529.982.247-25", "99.99L.R6N/0001-66"])]
fn read_tax_id(text: &str) -> bool {
    TaxId::parse(text).is_ok()
}

#[divan::bench(args = ["3526 0712 ABC3 4501 DE35 5500 1000 0000 0110 0000 0014"])]
fn read_access_key(text: &str) -> bool {
    AccessKey::parse(text).is_ok()
}

/// Fine and interest of one late bill, itemised.
#[divan::bench]
fn charge_late_bill() -> Money {
    late_charges(Money::cents(98_907), day(5), day(22), &Terms::default(), &Calendar::default()).charges()
}

/// Due dates over three years, mixed, as in an import or a night's run.
fn due_dates(count: u64) -> Vec<NaiveDate> {
    (0..count).map(|at| day(30) - Days::new(at * 7919 % 1096)).collect()
}

#[divan::bench]
fn charge_10_000_bills(bencher: Bencher<'_, '_>) {
    let (terms, calendar, due_dates) = (Terms::default(), Calendar::default(), due_dates(10_000));
    bencher
        .counter(ItemsCount::new(due_dates.len()))
        .bench(|| due_dates.iter().map(|due| late_charges(Money::cents(98_907), *due, day(22), &terms, &calendar).total).sum::<Money>());
}

fn policy(interest: &str) -> PlanPolicy {
    let rate = Decimal::new(1, 2);
    let interest = match interest {
        "simple" => Interest::SimpleMonthly(rate),
        "price" => Interest::Price(rate),
        _ => Interest::None,
    };
    PlanPolicy { interest, ..PlanPolicy::default() }
}

/// Plans of 1 to 12 installments for amounts from R$ 1.000,00 on.
#[divan::bench(args = ["none", "simple", "price"])]
fn simulate_10_000_plans(bencher: Bencher<'_, '_>, interest: &str) {
    let (calendar, policy) = (Calendar::default(), policy(interest));
    bencher.counter(ItemsCount::new(10_000_u32)).bench(|| {
        (0..10_000_i64)
            .filter(|at| {
                let debt = Debt::of(Money::cents(100_000 + at * 37), Money::cents(at % 5_000), 40);
                let request = PlanRequest { down_payment: Money::cents(30_000), count: (at % 12 + 1) as u16, day_of_month: 10 };
                simulate(&policy, debt, request, day(22), &calendar).is_ok()
            })
            .count()
    });
}

/// Every plan that is offered for one amount, with its effective cost: what the simulator works out at each touch.
#[divan::bench(args = ["none", "simple", "price"])]
fn offer_plans(bencher: Bencher<'_, '_>, interest: &str) {
    let (calendar, policy) = (Calendar::default(), policy(interest));
    let debt = Debt::of(Money::cents(560_000), Money::cents(22_638), 40);
    bencher.bench(|| options(divan::black_box(&policy), debt, Money::cents(60_000), 10, day(22), &calendar).len());
}

/// The bills of one great account with their ledger: each charged, two of three paid, every hundredth twice.
fn ledger(count: u64) -> (Vec<Bill>, Vec<Entry>) {
    let bills: Vec<Bill> =
        due_dates(count).into_iter().zip(1..).map(|(due_on, number)| Bill { id: BillId(Uuid::from_u128(number)), due_on }).collect();
    let mut entries = Vec::new();
    for (bill, number) in bills.iter().zip(1_usize..) {
        let mut add = |kind, cents| {
            let id = EntryId(Uuid::from_u128(entries.len() as u128));
            entries.push(Entry { id, on: bill.due_on, kind, amount: Money::cents(cents), bill: Some(bill.id), payment: None, of: None });
        };
        add(EntryKind::Charge, 52_347);
        for _ in 0..(usize::from(!number.is_multiple_of(3)) + usize::from(number.is_multiple_of(100))) {
            add(EntryKind::Payment, -52_347);
        }
    }
    (bills, entries)
}

#[divan::bench]
fn position_of_5_000_bills(bencher: Bencher<'_, '_>) {
    let (calendar, (bills, entries)) = (Calendar::default(), ledger(5_000));
    bencher.counter(ItemsCount::new(bills.len())).bench(|| position(&bills, &entries, day(22), &calendar));
}

#[divan::bench]
fn credits_of_5_000_bills(bencher: Bencher<'_, '_>) {
    let (bills, entries) = ledger(5_000);
    bencher.counter(ItemsCount::new(bills.len())).bench(|| credits(&entries));
}
