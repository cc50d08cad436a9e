//! Documents as people and machines get them: pages are rendered by poppler and their codes read by ZBar, and both must give
//! exactly what was registered. Needs `pdftoppm`, `pdftotext`, `pdfinfo` (poppler-utils) and `zbarimg` (zbar-tools).

#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed; clippy sees only the functions marked as tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, NaiveDate};
use domain::boleto::bank_code::BankCode;
use domain::boleto::banks::FreeField;
use domain::boleto::barcode::Barcode;
use domain::money::Money;
use server::pdf::boleto::{self, BoletoSheet, BoletoTexts, CoveredBill, Estimate};
use server::pdf::letter::{self, Block, Column, LetterSheet, Row, Table};
use server::pdf::statement::{self, StatementColumns, StatementRow, StatementSheet};
use server::pdf::{Align, Brand, Colour, DocumentInfo, Party, PdfError};
use tempfile::TempDir;

// ---- Boletos ----

#[test]
fn both_codes_are_read_back_at_100_dpi() {
    let sheets = slips();
    let paper = Rendered::new(&boleto::draw(&sheets, &info(), &texts()).unwrap());
    for (number, sheet) in sheets.iter().enumerate() {
        let codes = paper.codes(number + 1);
        let mut expected = vec![format!("I2/5:{}", sheet.barcode)];
        expected.extend(sheet.pix.iter().map(|payload| format!("QR-Code:{payload}")));
        expected.sort();
        assert_eq!(codes, expected, "page {}, {}", number + 1, sheet.bank_name);
    }
}

#[test]
fn every_page_says_line_amount_and_who() {
    let sheets = slips();
    let paper = Rendered::new(&boleto::draw(&sheets, &info(), &texts()).unwrap());
    for (number, sheet) in sheets.iter().enumerate() {
        let text = paper.text(number + 1);
        // Once in the recibo and once in the ficha.
        let printed = |what: &str| text.matches(what).count();
        assert_eq!(printed(&sheet.barcode.to_line().to_string()), 2, "{text}");
        let bank = sheet.barcode.bank().with_digit();
        assert_eq!(text.split_whitespace().filter(|word| *word == bank).count(), 1, "{text}");
        assert_eq!(printed(&sheet.beneficiario.tax_id), 2, "{text}");
        assert_eq!(printed(&sheet.pagador.tax_id), 2, "{text}");
        assert!(printed(&sheet.nosso_numero) >= 2, "{text}");
        match sheet.amount {
            Some(amount) if !amount.is_zero() => assert!(printed(&amount.to_string()) >= 2, "{text}"),
            _ => {
                assert_eq!(printed("Valor a informar"), 1, "{text}");
                assert!(text.split_whitespace().all(|word| word != "0,00"), "{text}");
            }
        }
        if let Some(payload) = &sheet.pix {
            assert!(text.split_whitespace().collect::<String>().contains(&payload.replace(' ', "")), "{text}");
        }
    }
}

#[test]
fn the_ficha_names_its_fields_in_the_order_of_the_form() {
    let text = Rendered::new(&boleto::draw(&[slip()], &info(), &texts()).unwrap()).text(1);
    let mut rest = text.split_once("Corte aqui").unwrap().1;
    for field in [
        "001-9",
        "00190.00009",
        "Local de pagamento",
        "Vencimento",
        "Beneficiário",
        "Agência/Código do beneficiário",
        "Data do documento",
        "Nº do documento",
        "Espécie doc.",
        "Aceite",
        "Data do processamento",
        "Nosso número",
        "Uso do banco",
        "Carteira",
        "Espécie",
        "Quantidade",
        "(x) Valor",
        "(=) Valor do documento",
        "Instruções",
        "(−) Desconto/Abatimento",
        "(−) Outras deduções",
        "(+) Mora/Multa",
        "(+) Outros acréscimos",
        "(=) Valor cobrado",
        "Pagador",
        "Sacador/Avalista",
        "Autenticação mecânica – Ficha de compensação",
    ] {
        rest = rest.split_once(field).unwrap_or_else(|| panic!("{field} is missing or out of order in\n{text}")).1;
    }
}

#[test]
fn the_document_is_read_in_order_and_says_what_its_pictures_are() {
    let paper = Rendered::new(&boleto::draw(&[slip()], &info(), &texts()).unwrap());
    let about = paper.info(&[]);
    assert!(about.contains("Tagged:          yes") && about.contains("Title:           Segunda via"), "{about}");
    let tree = paper.info(&["-struct-text"]);
    let mut rest = tree.as_str();
    for text in [
        "H1",
        "Cooperativa Serra e Mar Recibo do Pagador",
        "\"Vencimento 10/12/2026\"",
        "\"Valor do documento R$ 523,47\"",
        "H2",
        "Table",
        "TH",
        "\"Referente a\"",
        "TD",
        "\"Mensalidade 12/2026\"",
        "Sect",
        "\"Vencimento 10/12/2026\"",
        "Figure",
    ] {
        rest = rest.split_once(text).unwrap_or_else(|| panic!("{text} is missing or out of order in\n{tree}")).1;
    }
    let bytes = boleto::draw(&[slip()], &info(), &texts()).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/Lang(pt-BR)") && text.contains("/Alt"));
}

#[test]
fn the_same_slip_gives_the_same_bytes() {
    let sheets = slips();
    let first = boleto::draw(&sheets, &info(), &texts()).unwrap();
    assert!(first == boleto::draw(&sheets, &info(), &texts()).unwrap());
    let later = DocumentInfo { created: DateTime::UNIX_EPOCH, ..info() };
    assert!(first != boleto::draw(&sheets, &later, &texts()).unwrap());
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    assert!(matches!(boleto::draw(&[], &info(), &texts()), Err(PdfError::Empty)));
    let sheet = BoletoSheet { pix: Some("7".repeat(9000)), ..slip() };
    assert!(matches!(boleto::draw(&[sheet], &info(), &texts()), Err(PdfError::QrCode(9000))));
}

#[test]
fn bills_that_do_not_fit_are_counted() {
    let bill = |number: usize| CoveredBill { number: format!("CONTA-{number:03}"), ..slip().bills.remove(0) };
    let sheet = BoletoSheet { bills: (0..60).map(bill).collect(), ..slip() };
    let text = Rendered::new(&boleto::draw(&[sheet], &info(), &texts()).unwrap()).text(1);
    let shown = text.matches("CONTA-").count();
    assert!((8..60).contains(&shown), "{text}");
    assert!(text.contains(&format!("e mais {} contas", 60 - shown)), "{text}");
}

#[test]
fn letters_of_no_alphabet_we_have_do_no_harm() {
    let strange = "Ж 名前 🙂 \u{0}\u{7}\t\u{202e}مرحبا a\u{301} \\ ) ( \r\n fim";
    let party = || Party { name: strange.into(), tax_id: strange.into(), address: vec![strange.into(); 3] };
    let sheet = BoletoSheet { beneficiario: party(), pagador: party(), instructions: vec![strange.repeat(40); 9], ..slip() };
    let paper = Rendered::new(&boleto::draw(&[sheet], &info(), &texts()).unwrap());
    assert!(paper.text(1).contains("fim"));
    assert_eq!(paper.codes(1).len(), 2);
}

// ---- Statements and letters ----

#[test]
fn a_statement_of_thousands_of_rows_keeps_every_row_and_numbers_its_pages() {
    let row = |index: i64| StatementRow {
        date: date(2026, 12, 10),
        description: if index % 7 == 0 {
            "Mensalidade do plano empresarial com nome que não cabe numa linha só".into()
        } else {
            "Mensalidade".into()
        },
        reference: format!("FAT-{index:05}"),
        due: (index % 2 == 0).then(|| date(2026, 12, 10)),
        amount: Some(Money::cents(if index % 3 == 0 { -100 } else { 123_456 })),
        balance: Money::cents(index),
    };
    let sheet = StatementSheet { rows: (0..3000).map(row).collect(), ..statement() };
    let bytes = statement::draw(&sheet, &info()).unwrap();
    assert!(bytes == statement::draw(&sheet, &info()).unwrap());
    let paper = Rendered::unrendered(&bytes);
    let about = paper.info(&[]);
    let pages: usize = about.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse().unwrap();
    let mut found = Vec::new();
    for page in 1..=pages {
        let text = paper.text(page);
        assert!(text.contains(&format!("Página {page} de {pages}")), "{text}");
        assert_eq!(text.matches("Saldo (R$)").count(), 1, "page {page}: {text}");
        found.extend(text.split_whitespace().filter(|word| word.starts_with("FAT-")).map(str::to_owned));
    }
    let expected: Vec<String> = (0..3000).map(|index| format!("FAT-{index:05}")).collect();
    assert_eq!(found, expected);
    let last = paper.text(pages);
    assert!(last.contains("Saldo a pagar") && last.contains("1.234.567,89") && last.contains("Nota ao pé."), "{last}");
}

#[test]
fn a_letter_keeps_every_word_over_its_pages() {
    let clause = |number: usize| format!("Cláusula{number} ") + &"palavra ".repeat(40) + &format!("fim{number}");
    let sheet = LetterSheet {
        brand: brand(),
        sender: party("Serra e Mar Cooperativa de Trabalho Médico"),
        kind: "Termo de acordo".into(),
        title: "Termo de acordo nº 2026-000123".into(),
        blocks: vec![
            Block::Paragraph("Primeiro parágrafo.".into()),
            Block::Heading("Parcelas".into()),
            Block::Table(Table {
                columns: vec![
                    Column { title: "Parcela".into(), share: 1, align: Align::Left },
                    Column { title: "Valor".into(), share: 1, align: Align::Right },
                ],
                rows: (1..=24).map(|n| Row { cells: vec![format!("Parcela{n}"), "414,10".into()], total: n == 24 }).collect(),
            }),
            Block::Heading("Condições".into()),
            Block::Clauses((0..40).map(clause).collect()),
            Block::Pairs(vec![("Aceito em".into(), "21/11/2026, 14h32".into())]),
            Block::Paragraph(String::new()),
        ],
        footer: "Confira em https://conta.example/e-nosso com o código 7K3M-9QTX.".into(),
        page_of: "Página {page} de {pages}".into(),
    };
    let paper = Rendered::unrendered(&letter::draw(&sheet, &info()).unwrap());
    let pages = paper.info(&[]).lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok()).unwrap();
    assert!(pages >= 4);
    let text: String = (1..=pages).map(|page| paper.text(page)).collect();
    for number in 0..40 {
        assert!(text.contains(&format!("Cláusula{number} ")) && text.contains(&format!("fim{number}\n")), "clause {number}");
    }
    assert_eq!(text.matches("palavra").count(), 40 * 40);
    assert!((1..=24).all(|number| text.contains(&format!("Parcela{number} "))));
    assert_eq!(text.matches("código 7K3M-9QTX").count(), pages);
    assert!(text.contains("Aceito em 21/11/2026, 14h32"));
}

// ---- What is drawn ----

fn slip() -> BoletoSheet {
    BoletoSheet {
        brand: brand(),
        barcode: Barcode::parse("00198165600000523470000001238798777770016818").unwrap(),
        bank_name: "Banco do Brasil".into(),
        local_pagamento: "Pagável em qualquer banco até o vencimento. Após, atualize o boleto no site bb.com.br".into(),
        beneficiario: party("Serra e Mar Cooperativa de Trabalho Médico"),
        agencia_codigo: "1584-9 / 00210169-6".into(),
        document_date: date(2026, 11, 1),
        document_number: "FAT-2026-001234".into(),
        especie: "DS".into(),
        aceite: false,
        processing_date: date(2026, 11, 1),
        nosso_numero: "12387987777700168".into(),
        carteira: "18".into(),
        amount: Some(Money::cents(52_347)),
        due: date(2026, 12, 10),
        instructions: vec![
            "Após 10/12/2026 cobrar multa de R$ 10,47 e juros de R$ 0,17 ao dia.".into(),
            "Não receber após 08/02/2027.".into(),
            "Desconto de R$ 5,00 até 05/12/2026.".into(),
            "Mensalidade do plano de saúde, competência 12/2026.".into(),
            "Em caso de dúvida, fale conosco.".into(),
            "Sexta linha de instrução.".into(),
        ],
        pagador: Party { tax_id: "***.456.789-**".into(), ..party("Maria Aparecida da Conceição Albuquerque") },
        sacador: None,
        pix: Some(pix(77)),
        estimate: None,
        bills: vec![
            CoveredBill {
                number: "2026-001234".into(),
                competence: "Mensalidade 12/2026".into(),
                due: date(2026, 12, 10),
                amount: Money::cents(41_000),
            },
            CoveredBill {
                number: "2026-001235".into(),
                competence: "Coparticipação 10/2026".into(),
                due: date(2026, 12, 10),
                amount: Money::cents(11_347),
            },
        ],
    }
}

/// Slips of all kinds: every bank, open amounts, no Pix and long Pix, long names and addresses, estimates.
fn slips() -> Vec<BoletoSheet> {
    let mut slips = vec![slip()];
    for (number, bank) in (1u64..).zip(["033", "041", "104", "136", "237", "341", "748", "756"]) {
        // Any digits do here: what the bank means by them is not the drawing's concern.
        let digits: String = (0..25u64).map(|at| char::from(b'0' + ((number * 7 + at * at * 3 + at) % 10) as u8)).collect();
        let amount = Money::cents(i64::try_from(number.pow(7)).unwrap());
        let bank = BankCode::parse(bank).unwrap();
        slips.push(BoletoSheet {
            barcode: Barcode::build(bank, date(2027, 1, 5), amount, &FreeField::parse(&digits).unwrap()).unwrap(),
            bank_name: format!("Banco {bank}"),
            amount: Some(amount),
            due: date(2027, 1, 5),
            // From the shortest code in use to the longest: 512 characters of location and name.
            pix: Some(pix(20 + usize::try_from(number).unwrap() * 45)),
            ..slip()
        });
    }
    slips.push(BoletoSheet { pix: None, amount: None, bills: Vec::new(), instructions: Vec::new(), ..slip() });
    slips.push(BoletoSheet { pix: None, amount: Some(Money::ZERO), ..slip() });
    slips.push(BoletoSheet {
        brand: Brand { name: "Cooperativa de Saúde Suplementar da Serra Gaúcha e do Litoral Norte".into(), ..brand() },
        bank_name: "Banco Cooperativo do Brasil S.A. em Recuperação".into(),
        beneficiario: party(
            "Cooperativa de Trabalho Médico e de Serviços de Saúde Suplementar dos Municípios da Serra Gaúcha e do Litoral Norte Ltda.",
        ),
        pagador: Party {
            name: "Associação Beneficente dos Funcionários e Aposentados das Indústrias Metalúrgicas e de Material Elétrico da Região Sul"
                .into(),
            tax_id: "12.ABC.345/01DE-35".into(),
            address: vec![
                "Avenida Professora Maria Aparecida de Souza Albuquerque e Vasconcelos Cavalcanti, 12345, bloco B, conjunto 1203".into(),
                "Distrito Industrial, Vila Bela da Santíssima Trindade do Sul, CEP 78245-000, MT".into(),
            ],
        },
        sacador: Some("Fundação Serra e Mar de Assistência Social – CNPJ 98.765.432/0001-10".into()),
        instructions: vec!["Instrução muito comprida que o banco registrou e que precisa de mais de uma linha do quadro. ".repeat(3); 6],
        estimate: Some(Estimate {
            title: "Valor estimado para pagamento em 20/12/2026".into(),
            parts: vec![
                ("Valor do documento".into(), Money::cents(52_347)),
                ("Multa de 2%".into(), Money::cents(1_047)),
                ("Juros de 10 dias".into(), Money::cents(174)),
            ],
            total: Money::cents(53_568),
            note: "Valor estimado; o banco calcula o valor final no momento do pagamento.".into(),
        }),
        bills: vec![slip().bills.remove(0); 40],
        ..slip()
    });
    slips
}

/// A BR Code-like text whose location takes so many characters; the drawing does not read it.
fn pix(location: usize) -> String {
    let location: String = "pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25".chars().cycle().take(location).collect();
    format!(
        "00020101021226990014br.gov.bcb.pix25{:02}{location}5204000053039865802BR5911SERRA E MAR6007GRAMADO62070503***63047C6B",
        location.len()
    )
}

fn statement() -> StatementSheet {
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
        rows: Vec::new(),
        totals: vec![("Saldo a pagar".into(), Money::cents(123_456_789))],
        notes: vec!["Nota ao pé.".into()],
        footer: "Confira em https://conta.example/e-nosso".into(),
        page_of: "Página {page} de {pages}".into(),
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
        contact: "Dúvidas? 0800 000 0000, de segunda a sexta, das 8h às 18h".into(),
        cut: "Corte aqui".into(),
    }
}

fn info() -> DocumentInfo {
    DocumentInfo { title: "Segunda via".into(), language: "pt-BR".into(), created: DateTime::from_timestamp(1_795_000_000, 0).unwrap() }
}

fn brand() -> Brand {
    Brand { name: "Cooperativa Serra e Mar".into(), colour: Colour::new(0x0b, 0x6b, 0x5c) }
}

fn party(name: &str) -> Party {
    Party {
        name: name.into(),
        tax_id: "12.345.678/0001-95".into(),
        address: vec!["Rua das Hortênsias, 1200, Centro".into(), "95670-000 Gramado RS".into()],
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

// ---- How it is read ----

struct Rendered {
    folder: TempDir,
}

impl Rendered {
    fn new(bytes: &[u8]) -> Self {
        let paper = Self::unrendered(bytes);
        let pages = paper.folder.path().join("page");
        run("pdftoppm", &["-r", "100", "-gray", "-png"], &[&paper.pdf(), &pages]);
        paper
    }

    fn unrendered(bytes: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("paper.pdf"), bytes).unwrap();
        Self { folder }
    }

    fn pdf(&self) -> std::path::PathBuf {
        self.folder.path().join("paper.pdf")
    }

    /// The codes on a page, as ZBar names them, sorted.
    fn codes(&self, page: usize) -> Vec<String> {
        let picture = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            // The number is padded to the width of the last page's.
            .find(|path| {
                let name = path.file_stem().unwrap().to_str().unwrap();
                name.strip_prefix("page-").is_some_and(|number| number.parse() == Ok(page))
            })
            .unwrap();
        let mut codes: Vec<String> = run("zbarimg", &["-q"], &[&picture]).lines().map(str::to_owned).collect();
        codes.sort();
        codes
    }

    fn text(&self, page: usize) -> String {
        let page = page.to_string();
        run("pdftotext", &["-raw", "-f", &page, "-l", &page], &[&self.pdf(), Path::new("-")])
    }

    fn info(&self, options: &[&str]) -> String {
        run("pdfinfo", options, &[&self.pdf()])
    }
}

fn run(program: &str, options: &[&str], paths: &[&Path]) -> String {
    let output = Command::new(program).args(options).args(paths).output();
    let output = output.unwrap_or_else(|error| panic!("{program} cannot run ({error}): install poppler-utils and zbar-tools"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
