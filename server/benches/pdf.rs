//! What it costs to draw documents: `cargo bench -p server --bench pdf`.
//!
//! The goal: a second copy with a Pix QR code in under a millisecond.

use chrono::{DateTime, NaiveDate};
use divan::Bencher;
use domain::boleto::barcode::Barcode;
use domain::money::Money;
use server::pdf::boleto::{self, BoletoSheet, BoletoTexts, CoveredBill};
use server::pdf::statement::{self, StatementColumns, StatementRow, StatementSheet};
use server::pdf::{Brand, Colour, DocumentInfo, Party};

fn main() {
    divan::main();
}

#[divan::bench]
fn boleto_with_pix(bencher: Bencher<'_, '_>) {
    let (sheet, info, texts) = (sheet(true), info(), texts());
    bencher.bench(|| boleto::draw(std::slice::from_ref(&sheet), &info, &texts));
}

#[divan::bench]
fn boleto_without_pix(bencher: Bencher<'_, '_>) {
    let (sheet, info, texts) = (sheet(false), info(), texts());
    bencher.bench(|| boleto::draw(std::slice::from_ref(&sheet), &info, &texts));
}

#[divan::bench]
fn a_hundred_boletos_in_one_document(bencher: Bencher<'_, '_>) {
    let (sheets, info, texts) = (vec![sheet(true); 100], info(), texts());
    bencher.bench(|| boleto::draw(&sheets, &info, &texts));
}

#[divan::bench(args = [40, 5_000])]
fn statement_of(bencher: Bencher<'_, '_>, rows: i64) {
    let (sheet, info) = (statement_sheet(rows), info());
    bencher.bench(|| statement::draw(&sheet, &info));
}

fn info() -> DocumentInfo {
    DocumentInfo { title: "Segunda via".into(), language: "pt-BR".into(), created: DateTime::UNIX_EPOCH }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 10).unwrap_or_default()
}

fn party(name: &str) -> Party {
    Party {
        name: name.into(),
        tax_id: "12.345.678/0001-95".into(),
        address: vec!["Rua das Hortênsias, 1200, Centro".into(), "95670-000 Gramado RS".into()],
    }
}

fn brand() -> Brand {
    Brand { name: "Cooperativa Serra e Mar".into(), colour: Colour::new(0x0b, 0x6b, 0x5c) }
}

#[allow(clippy::unwrap_used)] // The barcode is the manual's own example.
fn sheet(pix: bool) -> BoletoSheet {
    let pix = pix.then(|| {
        "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25\
        5204000053039865802BR5914SERRA E MAR 016007GRAMADO62070503***63047C6B"
            .to_owned()
    });
    BoletoSheet {
        brand: brand(),
        barcode: Barcode::parse("00198165600000523470000001238798777770016818").unwrap(),
        bank_name: "Banco do Brasil".into(),
        local_pagamento: "Pagável em qualquer banco até o vencimento. Após, atualize o boleto no site bb.com.br".into(),
        beneficiario: party("Serra e Mar Cooperativa de Trabalho Médico"),
        agencia_codigo: "1584-9 / 00210169-6".into(),
        document_date: day(),
        document_number: "FAT-2026-001234".into(),
        especie: "DS".into(),
        aceite: false,
        processing_date: day(),
        nosso_numero: "28512345600000123".into(),
        carteira: "17".into(),
        amount: Some(Money::cents(52_347)),
        due: day(),
        instructions: vec![
            "Após 10/12/2026 cobrar multa de R$ 10,47 e juros de R$ 0,17 ao dia.".into(),
            "Não receber após 08/02/2027.".into(),
            "Mensalidade do plano de saúde, competência 12/2026.".into(),
        ],
        pagador: party("Maria Aparecida da Conceição Albuquerque"),
        sacador: None,
        pix,
        estimate: None,
        bills: vec![
            CoveredBill {
                number: "2026-001234".into(),
                competence: "Mensalidade 12/2026".into(),
                due: day(),
                amount: Money::cents(41_000),
            },
            CoveredBill {
                number: "2026-001235".into(),
                competence: "Coparticipação 10/2026".into(),
                due: day(),
                amount: Money::cents(11_347),
            },
        ],
    }
}

fn texts() -> BoletoTexts {
    BoletoTexts {
        covers: "O que este boleto cobre".into(),
        bill: "Conta".into(),
        competence: "Referente a".into(),
        due: "Vencimento".into(),
        amount: "Valor (R$)".into(),
        more: "e mais {n} contas".into(),
        open_amount: "Valor a informar".into(),
        estimate_total: "Total estimado".into(),
        pix: "Pague com Pix".into(),
        pix_hint: "Aponte a câmera do aplicativo do seu banco para o código, ou use o Pix copia e cola.".into(),
        pix_code: "Pix copia e cola".into(),
        pix_alternative: "QR Code do Pix".into(),
        barcode_alternative: "Código de barras do boleto:".into(),
        contact: "Dúvidas? 0800 000 0000".into(),
        cut: "Corte aqui".into(),
    }
}

fn statement_sheet(rows: i64) -> StatementSheet {
    let row = |index: i64| StatementRow {
        date: day(),
        description: if index % 3 == 0 { "Pagamento recebido".into() } else { "Mensalidade do plano 12/2026".into() },
        reference: format!("FAT-2026-{index:05}"),
        due: Some(day()),
        amount: Some(Money::cents(123_456)),
        balance: Money::cents(index * 123_456),
    };
    StatementSheet {
        brand: brand(),
        creditor: party("Serra e Mar Cooperativa de Trabalho Médico"),
        kind: "Extrato".into(),
        title: "Extrato da conta".into(),
        about: vec![("Cliente".into(), "Metalúrgica Vale do Sinos Ltda.".into())],
        columns: StatementColumns {
            date: "Data".into(),
            description: "Lançamento".into(),
            reference: "Documento".into(),
            due: "Vencimento".into(),
            amount: "Valor (R$)".into(),
            balance: "Saldo (R$)".into(),
        },
        rows: (0..rows).map(row).collect(),
        totals: vec![("Saldo a pagar".into(), Money::cents(rows * 123_456))],
        notes: Vec::new(),
        footer: "Confira em https://conta.example/e-nosso".into(),
        page_of: "Página {page} de {pages}".into(),
    }
}
