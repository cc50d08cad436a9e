//! The second copy of registered boletos: recibo do pagador above, ficha de compensação below, one A4 page each.
//!
//! The ficha keeps the order, the terms and the measures of the banks' manuals (Banco do Brasil, "Especificações técnicas
//! para confecção de boleto", January 2016, and Caixa, 2020, which agree). Everything printed is what the bank registered:
//! nothing here computes a line, a barcode, a due date or an amount, and no field of the bank is filled in for it.

use chrono::NaiveDate;
use domain::boleto::barcode::Barcode;
use domain::money::Money;

use super::canvas::{Area, Canvas, Style};
use super::codes::{self, Qr};
use super::paper::{Paper, Tag};
use super::{Align, Brand, Colour, DocumentInfo, MM, PAGE_WIDTH, Party, PdfError, day};

/// One registered slip, as it is to be printed.
#[derive(Clone, Debug)]
pub struct BoletoSheet {
    /// Whose customers these are: head of the page.
    pub brand: Brand,
    /// The registered barcode; the line and the bank's code are printed from it, so the three cannot disagree.
    pub barcode: Barcode,
    /// Name of the bank.
    pub bank_name: String,
    /// Local de pagamento, in the words the bank prescribes.
    pub local_pagamento: String,
    /// Who is paid. Name, number and address are owed on every collection document (Law 12.039/2009).
    pub beneficiario: Party,
    /// Agência/Código do beneficiário as the bank prints it.
    pub agencia_codigo: String,
    /// Data do documento.
    pub document_date: NaiveDate,
    /// Nº do documento.
    pub document_number: String,
    /// Espécie do documento: `DM`, `DS`, …
    pub especie: String,
    /// Aceite.
    pub aceite: bool,
    /// Data do processamento.
    pub processing_date: NaiveDate,
    /// Nosso número in the form the bank prints, with its digit.
    pub nosso_numero: String,
    /// Carteira as printed.
    pub carteira: String,
    /// Registered amount; `None` (or zero) when whoever pays chooses it, which leaves the field blank.
    pub amount: Option<Money>,
    /// Vencimento, as registered.
    pub due: NaiveDate,
    /// Instructions, a line each: values and dates, as registered.
    pub instructions: Vec<String>,
    /// Who pays.
    pub pagador: Party,
    /// Sacador/avalista, when there is one.
    pub sacador: Option<String>,
    /// The BR Code ("copia e cola") the bank registered with the slip.
    pub pix: Option<String>,
    /// What the payment would come to on another day: information only.
    pub estimate: Option<Estimate>,
    /// The bills that this slip settles.
    pub bills: Vec<CoveredBill>,
}

/// A bill that the slip settles.
#[derive(Clone, Debug)]
pub struct CoveredBill {
    /// Number as the customer knows it.
    pub number: String,
    /// What it is for: `10/2026`, `Mensalidade 10/2026`.
    pub competence: String,
    /// When it fell or falls due.
    pub due: NaiveDate,
    /// Its amount.
    pub amount: Money,
}

/// The amount on a chosen day, worked out by us: the bank computes the final one.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// `Valor estimado para pagamento em 25/11/2026`.
    pub title: String,
    /// Parts: what was registered, fine, interest, discount.
    pub parts: Vec<(String, Money)>,
    /// Their sum.
    pub total: Money,
    /// Says that the bank works out the final amount.
    pub note: String,
}

/// The sentences of the recibo that are ours. FEBRABAN's own terms are not among them.
#[derive(Clone, Debug)]
pub struct BoletoTexts {
    /// Heading over the bills: `O que este boleto cobre`.
    pub covers: String,
    /// Column: number of the bill.
    pub bill: String,
    /// Column: what it is for.
    pub competence: String,
    /// Column: due date.
    pub due: String,
    /// Column: amount.
    pub amount: String,
    /// `e mais {n} contas`: stands for the bills that do not fit; `{n}` is their number.
    pub more: String,
    /// Stands for the amount when whoever pays chooses it: `Valor a informar`.
    pub open_amount: String,
    /// Last row of the parts of an estimate: `Total estimado`.
    pub estimate_total: String,
    /// Heading of the Pix panel: `Pague com Pix`.
    pub pix: String,
    /// How to use the QR code.
    pub pix_hint: String,
    /// Label of the code under it: `Pix copia e cola`.
    pub pix_code: String,
    /// Read aloud for the QR code.
    pub pix_alternative: String,
    /// Read aloud for the barcode; the line follows it.
    pub barcode_alternative: String,
    /// Where to ask; one line at the foot of the recibo, empty for none.
    pub contact: String,
    /// Beside the line to cut along.
    pub cut: String,
}

/// Draws the slips, one page each, in the order given.
///
/// # Errors
/// [`PdfError::Empty`] without slips; [`PdfError::QrCode`] for a Pix code that no QR code can hold.
pub fn draw(sheets: &[BoletoSheet], info: &DocumentInfo, texts: &BoletoTexts) -> Result<Vec<u8>, PdfError> {
    if sheets.is_empty() {
        return Err(PdfError::Empty);
    }
    let mut paper = Paper::new()?;
    for sheet in sheets {
        let pix = sheet.pix.as_deref().map(codes::qr).transpose()?;
        paper.page(|canvas| {
            canvas.open(Tag::Section { language: None });
            recibo(canvas, sheet, texts, pix);
            canvas.close();
            canvas.open(Tag::Section { language: Some("pt-BR") });
            ficha(canvas, sheet, texts);
            canvas.close();
        })?;
    }
    paper.finish(info)
}

/// Side margins of the page. Leaves a form 186 mm wide (the manuals: 170 to 216 mm).
const LEFT: f32 = 12.0 * MM;
const RIGHT: f32 = PAGE_WIDTH - LEFT;
const WIDTH: f32 = RIGHT - LEFT;
/// The cut: from here to the foot of the page the form is 108 mm high (the manuals: 95 to 108 mm).
const CUT: f32 = (297.0 - 108.0) * MM;
/// Left edge of the barcode: 17.78 mm from the paper's edge, 5.78 mm from the form's (the manuals: at least 5 mm).
/// A whole number of dots at 100 and 300 dpi, which spares low resolutions a blurred first bar.
const BARCODE_LEFT: f32 = 0.7 * 72.0;
/// The manuals: 13 mm high, 103 mm long, both within a millimetre. With wide bars of three modules a code of 44 digits has
/// 405 modules; at a hundredth of an inch each (0.254 mm) it is 102.87 mm long, and every edge of every bar falls on a whole
/// dot of screens and printers of 100, 200, 300 and 600 dpi. At 103 mm exactly (0.2543 mm) the edges drift between the dots,
/// and a page rendered at 100 dpi cannot be read.
const BARCODE_HEIGHT: f32 = 13.0 * MM;
const MODULE: f32 = 72.0 / 100.0;
/// Its lower edge; the centre is 15 mm above the paper's edge (the manuals: at least 12 mm).
const BARCODE_BOTTOM: f32 = (297.0 - 8.5) * MM;

const RULE: f32 = 0.5;

const LABEL: Style = Style::new(5.8);
const VALUE: Style = Style::new(8.2);

// ---- Ficha de compensação ----

/// Width of the column of dates and amounts at the right.
const AMOUNTS: f32 = 47.0 * MM;
const AMOUNTS_LEFT: f32 = RIGHT - AMOUNTS;

/// Left edges of the five boxes of the third and fourth rows, and their right end.
const BOXES: [f32; 6] = [LEFT, LEFT + 27.0 * MM, LEFT + 69.0 * MM, LEFT + 88.0 * MM, LEFT + 104.0 * MM, AMOUNTS_LEFT];

const HEAD: f32 = 8.6 * MM;
const ROW: f32 = 6.6 * MM;
const ROW_BENEFICIARIO: f32 = 9.0 * MM;
const ROW_AMOUNT: f32 = 5.6 * MM;
const ROW_PAGADOR: f32 = 12.4 * MM;
const ROW_SACADOR: f32 = 3.2 * MM;

/// The form: head, six rows of boxes, payer, barcode.
fn ficha(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts) {
    cut_line(canvas, texts);
    let top = CUT + 2.6 * MM;
    let mut rules: Vec<Area> = Vec::with_capacity(32);
    head(canvas, sheet, top, &mut rules);

    let mut y = top + HEAD;
    let mut next = |height: f32, rules: &mut Vec<Area>| {
        let from = y;
        y += height;
        rules.push((LEFT, y, WIDTH, RULE));
        from
    };

    let row = next(ROW, &mut rules);
    boxed(canvas, (LEFT, row, AMOUNTS_LEFT - LEFT, ROW), "Local de pagamento", Align::Left, VALUE, &sheet.local_pagamento);
    amount_box(canvas, row, ROW, "Vencimento", VALUE.bold().size(9.5), &day(sheet.due));

    let row = next(ROW_BENEFICIARIO, &mut rules);
    beneficiario(canvas, sheet, row);
    amount_box(canvas, row, ROW_BENEFICIARIO, "Agência/Código do beneficiário", VALUE, &sheet.agencia_codigo);

    let row = next(ROW, &mut rules);
    let aceite = if sheet.aceite { "A" } else { "N" };
    let (document, processed) = (day(sheet.document_date), day(sheet.processing_date));
    five_boxes(
        canvas,
        row,
        &mut rules,
        [
            ("Data do documento", &document),
            ("Nº do documento", &sheet.document_number),
            ("Espécie doc.", &sheet.especie),
            ("Aceite", aceite),
            ("Data do processamento", &processed),
        ],
    );
    amount_box(canvas, row, ROW, "Nosso número", VALUE, &sheet.nosso_numero);

    let row = next(ROW, &mut rules);
    five_boxes(
        canvas,
        row,
        &mut rules,
        [("Uso do banco", ""), ("Carteira", &sheet.carteira), ("Espécie", "R$"), ("Quantidade", ""), ("(x) Valor", "")],
    );
    amount_box(canvas, row, ROW, "(=) Valor do documento", VALUE.bold().size(9.5), &printed_amount(sheet).unwrap_or_default());

    let blank = ["(−) Desconto/Abatimento", "(−) Outras deduções", "(+) Mora/Multa", "(+) Outros acréscimos", "(=) Valor cobrado"];
    let instructions_top = next(ROW_AMOUNT * blank.len() as f32, &mut rules);
    instructions(canvas, sheet, instructions_top);
    for (index, label) in blank.into_iter().enumerate() {
        let row = instructions_top + ROW_AMOUNT * index as f32;
        amount_box(canvas, row, ROW_AMOUNT, label, VALUE, "");
        if index > 0 {
            rules.push((AMOUNTS_LEFT, row, AMOUNTS, RULE));
        }
    }
    // One upright rule divides the amounts from the rest, from the first row to the last of them.
    let first = top + HEAD;
    rules.push((AMOUNTS_LEFT, first, RULE, instructions_top + ROW_AMOUNT * blank.len() as f32 - first));

    let row = next(ROW_PAGADOR + ROW_SACADOR, &mut rules);
    pagador(canvas, sheet, row);

    authentication(canvas, row + ROW_PAGADOR + ROW_SACADOR, "Ficha de compensação");
    canvas.ornament(|canvas| canvas.areas(Colour::BLACK, &rules));
    barcode(canvas, sheet, texts);
}

fn cut_line(canvas: &mut Canvas<'_>, texts: &BoletoTexts) {
    canvas.ornament(|canvas| {
        let style = Style::new(6.0).colour(Colour::GREY);
        let width = style.face(canvas.faces).width(&texts.cut, style.size);
        canvas.text_right(style, RIGHT, CUT + 0.6 * MM, &texts.cut);
        canvas.broken_line(LEFT, RIGHT - width - if width > 0.0 { 1.5 * MM } else { 0.0 }, CUT);
    });
}

/// Name of the bank, its code in bold type of 5 mm between rules of 1.2 mm, and the line in type of 3.5 to 4.5 mm.
fn head(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, top: f32, rules: &mut Vec<Area>) {
    const BANK: f32 = 41.0 * MM;
    const CODE: f32 = 21.0 * MM;
    const THICK: f32 = 1.2 * MM;
    const LINE: Style = Style::new(4.0 * MM).bold();
    let baseline = top + HEAD - 2.2 * MM;
    canvas.piece(Tag::P, |canvas| {
        canvas.fitted(Style::new(10.0).bold(), Align::Left, LEFT, BANK - 2.0 * MM, baseline, &sheet.bank_name);
        let code = sheet.barcode.bank().with_digit();
        canvas.text_centred(Style::new(5.0 * MM).bold(), LEFT + BANK + (CODE + THICK) / 2.0, baseline, &code);
    });
    let line_left = LEFT + BANK + CODE + THICK + 2.0 * MM;
    canvas.piece(Tag::P, |canvas| {
        canvas.fitted(LINE, Align::Right, line_left, RIGHT - line_left, baseline, &sheet.barcode.to_line().to_string());
    });
    let (up, height) = (top + 0.6 * MM, HEAD - 0.6 * MM);
    rules.push((LEFT + BANK, up, THICK, height));
    rules.push((LEFT + BANK + CODE, up, THICK, height));
    rules.push((LEFT, top + HEAD - RULE / 2.0, WIDTH, RULE * 1.6));
}

fn beneficiario(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, top: f32) {
    let width = AMOUNTS_LEFT - LEFT - 2.0 * PAD;
    canvas.piece(Tag::P, |canvas| {
        canvas.text(LABEL, LEFT + PAD, top + LABEL_DOWN, "Beneficiário");
        named(canvas, VALUE, LEFT + PAD, width, top + 5.2 * MM, &sheet.beneficiario, "CNPJ/CPF");
        canvas.fitted(Style::new(6.8), Align::Left, LEFT + PAD, width, top + 7.9 * MM, &sheet.beneficiario.address.join(" – "));
    });
}

fn instructions(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, top: f32) {
    const HEAD: &str = "Instruções (Texto de responsabilidade do beneficiário. Qualquer dúvida sobre este boleto, contate o beneficiário)";
    let width = AMOUNTS_LEFT - LEFT - 2.0 * PAD;
    let height = ROW_AMOUNT * 5.0 - LABEL_DOWN - 1.0 * MM;
    canvas.piece(Tag::P, |canvas| {
        canvas.fitted(LABEL, Align::Left, LEFT + PAD, width, top + LABEL_DOWN, HEAD);
        // Smaller type as long as what is written does not fit the box.
        let mut style = Style::new(7.8);
        let (mut lines, mut leading);
        loop {
            leading = style.size * 1.32;
            let face = style.face(canvas.faces);
            lines = sheet.instructions.iter().flat_map(|line| face.wrap(line, style.size, width)).collect::<Vec<_>>();
            if leading * lines.len() as f32 <= height || style.size < 5.5 {
                break;
            }
            style = style.size(style.size - 0.4);
        }
        lines.truncate((height / leading) as usize);
        canvas.lines(style, LEFT + PAD, top + LABEL_DOWN + 0.6 * MM + leading, leading, &lines);
    });
}

fn pagador(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, top: f32) {
    const INDENT: f32 = LEFT + 14.0 * MM;
    let width = RIGHT - INDENT - PAD;
    canvas.piece(Tag::P, |canvas| {
        canvas.text(LABEL, LEFT + PAD, top + LABEL_DOWN, "Pagador");
        named(canvas, VALUE, INDENT, width, top + 3.4 * MM, &sheet.pagador, "CPF/CNPJ");
        let address = sheet.pagador.address.join("\n");
        let (lines, size) = VALUE.face(canvas.faces).wrap_fitting(&address, 7.6, width, 2);
        canvas.lines(VALUE.size(size), INDENT, top + 6.9 * MM, 3.3 * MM, &lines);
    });
    let baseline = top + ROW_PAGADOR + 1.6 * MM;
    canvas.piece(Tag::P, |canvas| {
        canvas.text(LABEL, LEFT + PAD, baseline, "Sacador/Avalista");
        if let Some(sacador) = &sheet.sacador {
            canvas.fitted(VALUE.size(7.2), Align::Left, LEFT + 19.0 * MM, RIGHT - LEFT - 52.0 * MM, baseline, sacador);
        }
    });
    canvas.piece(Tag::P, |canvas| canvas.text(LABEL, AMOUNTS_LEFT + 18.0 * MM, baseline, "Código de baixa"));
}

fn authentication(canvas: &mut Canvas<'_>, top: f32, part: &str) {
    canvas.piece(Tag::P, |canvas| {
        let style = Style::new(5.6);
        let bold = style.bold();
        let width = bold.face(canvas.faces).width(part, bold.size);
        let blank = bold.face(canvas.faces).width(" ", bold.size);
        canvas.text_right(style, RIGHT - width - blank, top + 2.7 * MM, "Autenticação mecânica –");
        canvas.text_right(bold, RIGHT, top + 2.7 * MM, part);
    });
}

fn barcode(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts) {
    let alternative = format!("{} {}", texts.barcode_alternative, sheet.barcode.to_line());
    canvas.piece(Tag::Figure { alternative }, |canvas| {
        let bars = codes::bars(&sheet.barcode);
        canvas.modules(&bars, BARCODE_LEFT, BARCODE_BOTTOM - BARCODE_HEIGHT, MODULE, BARCODE_HEIGHT);
    });
}

/// Space between the edge of a box and what is written in it.
const PAD: f32 = 1.2 * MM;
/// From the top of a box to the baseline of its label.
const LABEL_DOWN: f32 = 2.3 * MM;

fn boxed(canvas: &mut Canvas<'_>, area: Area, label: &str, align: Align, style: Style, value: &str) {
    let (x, y, width, height) = area;
    canvas.piece(Tag::P, |canvas| {
        canvas.fitted(LABEL, Align::Left, x + PAD, width - 2.0 * PAD, y + LABEL_DOWN, label);
        canvas.fitted(style, align, x + PAD, width - 2.0 * PAD, y + height - 1.3 * MM, value);
    });
}

fn amount_box(canvas: &mut Canvas<'_>, top: f32, height: f32, label: &str, style: Style, value: &str) {
    boxed(canvas, (AMOUNTS_LEFT, top, AMOUNTS, height), label, Align::Right, style, value);
}

fn five_boxes(canvas: &mut Canvas<'_>, top: f32, rules: &mut Vec<Area>, boxes: [(&str, &str); 5]) {
    for ((label, value), edges) in boxes.into_iter().zip(BOXES.windows(2)) {
        let &[left, right] = edges else { continue };
        boxed(canvas, (left, top, right - left, ROW), label, Align::Left, VALUE, value);
        if left > LEFT {
            rules.push((left, top, RULE, ROW));
        }
    }
}

/// The registered amount; nothing when whoever pays chooses it.
fn printed_amount(sheet: &BoletoSheet) -> Option<String> {
    sheet.amount.filter(|amount| !amount.is_zero()).map(|amount| amount.to_string())
}

/// Name and tax number on one line, set smaller as needed; a name that is still too long is cut, the number never is.
fn named(canvas: &mut Canvas<'_>, style: Style, x: f32, width: f32, baseline: f32, party: &Party, kind: &str) {
    let number = tax_number(party, kind);
    let face = style.face(canvas.faces);
    let (_, size) = face.fit(&format!("{}{number}", party.name), style.size, width);
    let name = face.cut_to_fit(&party.name, size, width - face.width(&number, size));
    canvas.text(style.size(size), x, baseline, &format!("{name}{number}"));
}

fn tax_number(party: &Party, kind: &str) -> String {
    if party.tax_id.is_empty() { String::new() } else { format!(" – {kind} {}", party.tax_id) }
}

// ---- Recibo do pagador ----

const SMALL: Style = Style::new(6.6).colour(Colour::GREY);
const BODY: Style = Style::new(8.2);
/// Width of the Pix panel and the space beside it.
const PANEL: f32 = 60.0 * MM;
const GUTTER: f32 = 7.0 * MM;
/// Where the free middle part of the recibo begins and ends.
const MIDDLE_TOP: f32 = 63.5 * MM;
const MIDDLE_BOTTOM: f32 = 168.0 * MM;

fn recibo(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts, pix: Option<Qr>) {
    brand_head(canvas, sheet);
    key_figures(canvas, sheet, texts);
    let right = if pix.is_some() { RIGHT - PANEL - GUTTER } else { RIGHT };
    let estimate_height = sheet.estimate.as_ref().map_or(0.0, |estimate| estimate_height(canvas, estimate, right - LEFT));
    let after = payer_and_numbers(canvas, sheet, right);
    let bottom = MIDDLE_BOTTOM - estimate_height;
    let after = bills(canvas, sheet, texts, after, right, bottom - 4.0 * MM);
    if let Some(estimate) = &sheet.estimate {
        estimate_panel(canvas, estimate, texts, sheet.brand.colour, after.min(bottom), right);
    }
    if let (Some(code), Some(payload)) = (pix, &sheet.pix) {
        pix_panel(canvas, sheet.brand.colour, texts, &code, payload);
    }
    foot(canvas, sheet, texts);
}

fn brand_head(canvas: &mut Canvas<'_>, sheet: &BoletoSheet) {
    let colour = sheet.brand.colour;
    canvas.piece(Tag::H1, |canvas| {
        let style = Style::new(17.0).bold().colour(colour);
        let (lines, size) = style.face(canvas.faces).wrap_fitting(&sheet.brand.name, style.size, 130.0 * MM, 1);
        if size == style.size || !lines.iter().any(|line| line.ends_with('…')) {
            canvas.lines(style.size(size), LEFT, 18.0 * MM, 0.0, &lines);
        } else {
            let (lines, size) = style.face(canvas.faces).wrap_fitting(&sheet.brand.name, 12.0, 130.0 * MM, 2);
            canvas.lines(style.size(size), LEFT, 14.0 * MM, 4.8 * MM, &lines);
        }
        canvas.text_right(Style::new(10.5).bold(), RIGHT, 18.0 * MM, "Recibo do Pagador");
    });
    canvas.ornament(|canvas| canvas.areas(colour, &[(LEFT, 21.2 * MM, WIDTH, 0.8 * MM)]));
    canvas.piece(Tag::P, |canvas| {
        canvas.text(SMALL, LEFT, 26.4 * MM, "Beneficiário");
        let baseline = name_and_number(canvas, LEFT, 134.0 * MM, 30.2 * MM, &sheet.beneficiario, "CNPJ/CPF");
        canvas.fitted(BODY.size(7.6), Align::Left, LEFT, 134.0 * MM, baseline, &sheet.beneficiario.address.join(" – "));
    });
    canvas.piece(Tag::P, |canvas| {
        canvas.text_right(SMALL, RIGHT, 26.4 * MM, "Agência/Código do beneficiário");
        canvas.fitted(BODY, Align::Right, RIGHT - 44.0 * MM, 44.0 * MM, 30.2 * MM, &sheet.agencia_codigo);
    });
}

/// Name and tax number in bold, on two lines where one would not hold the name whole; gives the baseline after them.
fn name_and_number(canvas: &mut Canvas<'_>, x: f32, width: f32, baseline: f32, party: &Party, kind: &str) -> f32 {
    const LEADING: f32 = 3.6 * MM;
    let style = BODY.bold().size(8.6);
    let whole = format!("{}{}", party.name, tax_number(party, kind));
    if style.face(canvas.faces).width(&whole, style.size) <= width {
        canvas.text(style, x, baseline, &whole);
        return baseline + LEADING;
    }
    let (lines, size) = style.face(canvas.faces).wrap_fitting(&whole, style.size, width, 2);
    canvas.lines(style.size(size), x, baseline, LEADING, &lines)
}

/// What people look for first: when and how much.
fn key_figures(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts) {
    const TOP: f32 = 41.0 * MM;
    const HEIGHT: f32 = 16.0 * MM;
    const COLUMNS: [f32; 4] = [LEFT, LEFT + 47.0 * MM, LEFT + 103.0 * MM, LEFT + 147.0 * MM];
    canvas.ornament(|canvas| canvas.areas(sheet.brand.colour.tint(9), &[(LEFT, TOP, WIDTH, HEIGHT)]));
    let amount = printed_amount(sheet).map_or_else(|| texts.open_amount.clone(), |amount| format!("R$ {amount}"));
    let due = day(sheet.due);
    let large = Style::new(15.0).bold();
    let figures = [
        ("Vencimento", due.as_str(), large),
        ("Valor do documento", amount.as_str(), large),
        ("Nosso número", sheet.nosso_numero.as_str(), BODY.size(9.6)),
        ("Nº do documento", sheet.document_number.as_str(), BODY.size(9.6)),
    ];
    let rights = COLUMNS.iter().skip(1).copied().chain([RIGHT]);
    for (((label, value, style), left), right) in figures.into_iter().zip(COLUMNS).zip(rights) {
        canvas.piece(Tag::P, |canvas| {
            canvas.text(SMALL, left + 3.5 * MM, TOP + 5.0 * MM, label);
            canvas.fitted(style, Align::Left, left + 3.5 * MM, right - left - 5.0 * MM, TOP + 11.8 * MM, value);
        });
    }
}

fn payer_and_numbers(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, right: f32) -> f32 {
    let width = right - LEFT;
    let mut after = MIDDLE_TOP;
    canvas.piece(Tag::P, |canvas| {
        canvas.text(SMALL, LEFT, MIDDLE_TOP, "Pagador");
        let baseline = name_and_number(canvas, LEFT, width, MIDDLE_TOP + 4.0 * MM, &sheet.pagador, "CPF/CNPJ");
        let address = sheet.pagador.address.join("\n");
        let (lines, size) = BODY.face(canvas.faces).wrap_fitting(&address, 7.6, width, 3);
        after = canvas.lines(BODY.size(size), LEFT, baseline, 3.5 * MM, &lines);
    });
    after + 4.0 * MM
}

const BILL_ROW: f32 = 5.0 * MM;

/// The bills this slip settles, as many as fit above `bottom`; the last row tells how many more there are.
fn bills(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts, top: f32, right: f32, bottom: f32) -> f32 {
    if sheet.bills.is_empty() {
        return top;
    }
    canvas.piece(Tag::H2, |canvas| {
        canvas.text(Style::new(9.2).bold().colour(sheet.brand.colour), LEFT, top, &texts.covers);
    });
    let width = right - LEFT;
    // Number, what for, due, amount: left edge and width as parts of the whole.
    let columns = [(0.0, 0.20), (0.21, 0.40), (0.62, 0.17), (0.80, 0.20)].map(|(from, part)| (LEFT + from * width, part * width));
    let aligns = [Align::Left, Align::Left, Align::Left, Align::Right];
    let mut baseline = top + 5.6 * MM;
    let mut rules: Vec<Area> = vec![(LEFT, baseline + 1.5 * MM, width, 0.8)];

    canvas.open(Tag::Table);
    canvas.open(Tag::TR);
    for (((x, width), align), label) in columns.into_iter().zip(aligns).zip([&texts.bill, &texts.competence, &texts.due, &texts.amount]) {
        canvas.piece(Tag::TH, |canvas| canvas.fitted(SMALL, align, x, width, baseline, label));
    }
    canvas.close();
    let room = ((bottom - baseline - 2.0 * MM) / BILL_ROW).max(1.0) as usize;
    let shown = if sheet.bills.len() <= room { sheet.bills.len() } else { room.saturating_sub(1) };
    for bill in sheet.bills.iter().take(shown) {
        baseline += BILL_ROW;
        let (due, amount) = (day(bill.due), bill.amount.to_string());
        canvas.open(Tag::TR);
        for (((x, width), align), text) in
            columns.into_iter().zip(aligns).zip([bill.number.as_str(), bill.competence.as_str(), due.as_str(), amount.as_str()])
        {
            canvas.piece(Tag::TD, |canvas| canvas.fitted(BODY, align, x, width, baseline, text));
        }
        canvas.close();
        rules.push((LEFT, baseline + 1.6 * MM, width, 0.35));
    }
    canvas.close();
    let hidden = sheet.bills.len() - shown;
    if hidden > 0 {
        baseline += BILL_ROW;
        canvas.piece(Tag::P, |canvas| canvas.text(BODY, LEFT, baseline, &texts.more.replace("{n}", &hidden.to_string())));
    }
    canvas.ornament(|canvas| canvas.areas(Colour::HAIRLINE, &rules));
    baseline + 7.0 * MM
}

const ESTIMATE_PAD: f32 = 3.5 * MM;
const ESTIMATE_ROW: f32 = 4.4 * MM;
const NOTE: Style = Style::new(7.0).colour(Colour::GREY);
const NOTE_LEADING: f32 = 3.2 * MM;

fn estimate_height(canvas: &Canvas<'_>, estimate: &Estimate, width: f32) -> f32 {
    let note = NOTE.face(canvas.faces).wrap(&estimate.note, NOTE.size, width - 2.0 * ESTIMATE_PAD).len();
    2.0 * ESTIMATE_PAD + ESTIMATE_ROW * (estimate.parts.len() + 2) as f32 + NOTE_LEADING * note as f32 + 1.0 * MM
}

/// Worked out by us for a chosen day, and said to be so.
fn estimate_panel(canvas: &mut Canvas<'_>, estimate: &Estimate, texts: &BoletoTexts, colour: Colour, top: f32, right: f32) {
    let height = estimate_height(canvas, estimate, right - LEFT);
    let (left, inner_right) = (LEFT + ESTIMATE_PAD, right - ESTIMATE_PAD);
    canvas.ornament(|canvas| {
        canvas.areas(colour.tint(9), &[(LEFT, top, right - LEFT, height)]);
        canvas.areas(colour, &[(LEFT, top, 0.8 * MM, height)]);
    });
    let mut baseline = top + ESTIMATE_PAD + 2.6 * MM;
    let width = inner_right - left;
    canvas.piece(Tag::P, |canvas| canvas.fitted(BODY.bold().size(8.8), Align::Left, left, width, baseline, &estimate.title));
    baseline += 0.6 * MM;
    let total = (&texts.estimate_total, &estimate.total);
    for (index, (label, amount)) in estimate.parts.iter().map(|(label, amount)| (label, amount)).chain([total]).enumerate() {
        baseline += ESTIMATE_ROW;
        let style = if index == estimate.parts.len() { BODY.bold() } else { BODY };
        canvas.piece(Tag::P, |canvas| {
            canvas.fitted(style, Align::Left, left, width * 0.7, baseline, label);
            canvas.fitted(style, Align::Right, left + width * 0.7, width * 0.3, baseline, &format!("R$ {amount}"));
        });
    }
    canvas.piece(Tag::P, |canvas| {
        let lines = NOTE.face(canvas.faces).wrap(&estimate.note, NOTE.size, width);
        canvas.lines(NOTE, left, baseline + 4.6 * MM, NOTE_LEADING, &lines);
    });
}

fn pix_panel(canvas: &mut Canvas<'_>, colour: Colour, texts: &BoletoTexts, code: &Qr, payload: &str) {
    const TOP: f32 = MIDDLE_TOP - 3.0 * MM;
    const LEFT: f32 = RIGHT - PANEL;
    const INSIDE: f32 = 4.5 * MM;
    // Under 1 mm of paper per three modules even for the longest codes in use (69 modules): read by poor cameras.
    const SIDE: f32 = 46.0 * MM;
    const CODE: Style = Style::new(5.4).colour(Colour::GREY);
    const CODE_LEADING: f32 = 6.8;

    let centre = LEFT + PANEL / 2.0;
    let width = PANEL - 2.0 * INSIDE;
    let hint = BODY.face(canvas.faces).wrap(&texts.pix_hint, 7.6, width);
    let lines = CODE.face(canvas.faces).wrap(payload, CODE.size, width);
    let module = SIDE / f32::from(code.side);
    let quiet = codes::QR_QUIET * module;
    let code_top = TOP + 10.5 * MM;
    let hint_top = code_top + SIDE + quiet.max(4.0 * MM) + 1.0 * MM;
    let label_top = hint_top + hint.len() as f32 * 3.5 * MM + 2.5 * MM;
    let bottom = label_top + 1.0 * MM + CODE_LEADING * lines.len() as f32 + 3.2 * MM;

    canvas.ornament(|canvas| {
        // A frame drawn as a tinted sheet with a white one on it: the code stands on plain white.
        canvas.areas(colour.tint(35), &[(LEFT, TOP, PANEL, bottom - TOP)]);
        let edge = 0.3 * MM;
        canvas.areas(Colour::new(255, 255, 255), &[(LEFT + edge, TOP + edge, PANEL - 2.0 * edge, bottom - TOP - 2.0 * edge)]);
    });
    canvas.piece(Tag::H2, |canvas| {
        canvas.text_centred(Style::new(10.5).bold().colour(colour), centre, TOP + 6.2 * MM, &texts.pix);
    });
    canvas.piece(Tag::Figure { alternative: texts.pix_alternative.clone() }, |canvas| {
        canvas.modules(&code.runs, centre - SIDE / 2.0, code_top, module, module);
    });
    canvas.piece(Tag::P, |canvas| {
        canvas.lines(BODY.size(7.6), LEFT + INSIDE, hint_top, 3.5 * MM, &hint);
    });
    canvas.piece(Tag::P, |canvas| canvas.text(SMALL.bold().size(6.4), LEFT + INSIDE, label_top, &texts.pix_code));
    canvas.piece_reading(Tag::P, payload, |canvas| {
        canvas.lines(CODE, LEFT + INSIDE, label_top + 1.0 * MM + CODE_LEADING, CODE_LEADING, &lines);
    });
}

fn foot(canvas: &mut Canvas<'_>, sheet: &BoletoSheet, texts: &BoletoTexts) {
    canvas.ornament(|canvas| canvas.areas(Colour::HAIRLINE, &[(LEFT, 171.6 * MM, WIDTH, 0.5)]));
    canvas.piece(Tag::P, |canvas| {
        canvas.text(SMALL, LEFT, 175.4 * MM, "Linha digitável");
        canvas.text(Style::new(9.6).bold(), LEFT, 179.8 * MM, &sheet.barcode.to_line().to_string());
    });
    canvas.piece(Tag::P, |canvas| {
        canvas.fitted(SMALL.size(7.0), Align::Left, LEFT, WIDTH, 185.2 * MM, &texts.contact);
    });
    authentication(canvas, 172.7 * MM, "Recibo do Pagador");
}
