//! What a proof of payment says: amounts, days, the boleto's line, the Pix transfer, the bank's authentication, and whether the
//! payment is only scheduled. Read from the text of a page, each with its place, so that whoever decides sees where it stands.
//!
//! Never says that something was paid: a paper cannot.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::boleto::typed::{Typed, read_typed};
use crate::money::Money;

/// The most findings of one paper: a bank statement of many pages says no more.
const MOST: usize = 200;

/// A line of the paper's text.
#[derive(Clone, Copy, Debug)]
pub struct TextLine<'a> {
    /// On which page, from nought.
    pub page: usize,
    /// The words.
    pub text: &'a str,
}

/// Some characters of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Which line, from nought.
    pub line: usize,
    /// The first character, from nought.
    pub from: usize,
    /// The one after the last.
    pub to: usize,
}

/// What an amount or a day stands for, by the words before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// What was paid, or when.
    Paid,
    /// What the boleto says: its nominal value, its due date.
    Document,
    /// A part or something else: a fine, a fee, the balance of the account; when it was printed.
    Aside,
    /// No word says.
    Unsaid,
}

/// Something that a proof of payment says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum Said {
    /// An amount.
    Amount {
        /// How much.
        amount: Money,
        /// Of what.
        sense: Sense,
    },
    /// A day.
    Day {
        /// Which.
        day: NaiveDate,
        /// Of what.
        sense: Sense,
    },
    /// The line or barcode of a boleto, with right check digits.
    Boleto {
        /// As 44 digits.
        barcode: String,
    },
    /// A Pix transfer, by the number that its payer's institution gave it.
    Transfer {
        /// The end-to-end id, 32 characters.
        id: String,
    },
    /// What the payer's bank proves the payment with, in capitals and digits.
    Authentication {
        /// Without blanks and points.
        code: String,
    },
    /// That it is to be paid later, or is no proof.
    Scheduled,
    /// That it is the boleto itself.
    Slip,
}

/// A finding and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What.
    #[serde(flatten)]
    pub said: Said,
    /// Where: more than one place when it runs over the end of a line.
    pub at: Vec<Span>,
}

/// Reads the text of a paper, line by line.
///
/// ```
/// use chrono::NaiveDate;
/// use domain::money::Money;
/// use domain::receipts::reading::{Said, Sense, TextLine, read};
/// let text = ["Comprovante de pagamento", "Data do pagamento: 10/11/2026", "Valor pago R$ 523,47",
///     "10490.05505 77000.100048 00001.234541 8 15650000052347"];
/// let lines = text.map(|text| TextLine { page: 0, text });
/// let found = read(&lines);
/// assert!(found.iter().any(|found| found.said == Said::Amount { amount: Money::cents(52_347), sense: Sense::Paid }));
/// assert!(found.iter().any(|found| matches!(&found.said, Said::Day { day, sense: Sense::Paid } if *day == NaiveDate::from_ymd_opt(2026, 11, 10).unwrap())));
/// assert!(found.iter().any(|found| matches!(&found.said, Said::Boleto { barcode } if barcode.starts_with("1049"))));
/// ```
#[must_use]
pub fn read(lines: &[TextLine<'_>]) -> Vec<Found> {
    let lines: Vec<Line> = lines.iter().map(|line| Line::of(line)).collect();
    let mut found = Vec::new();
    for at in 0..lines.len() {
        titles(&lines, at, &mut found);
        boletos(&lines, at, &mut found);
        transfers(&lines, at, &mut found);
        authentications(&lines, at, &mut found);
        days(&lines, at, &mut found);
        amounts(&lines, at, &mut found);
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

/// A line as it is looked through: one folded character for each of its own.
struct Line {
    page: usize,
    chars: Vec<char>,
    folded: Vec<char>,
}

impl Line {
    fn of(line: &TextLine<'_>) -> Self {
        let chars: Vec<char> = line.text.chars().collect();
        let folded = chars.iter().map(|c| fold(*c)).collect();
        Self { page: line.page, chars, folded }
    }

    fn folded(&self, from: usize, to: usize) -> String {
        self.folded[from..to].iter().collect()
    }

    /// Words of the line with their places: what stands between blanks.
    fn words(&self) -> Vec<(usize, usize)> {
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in self.chars.iter().enumerate() {
            match (c.is_whitespace(), start) {
                (true, Some(from)) => {
                    words.push((from, at));
                    start = None;
                }
                (false, None) => start = Some(at),
                _ => {}
            }
        }
        words.extend(start.map(|from| (from, self.chars.len())));
        words
    }
}

/// Lower case, without accents.
fn fold(c: char) -> char {
    match c.to_lowercase().next().unwrap_or(c) {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    }
}

/// Words by which banks tell a payment that is still to come, or a paper that proves none.
const SCHEDULED: &[&str] = &[
    "agendamento",
    "agendado para",
    "pagamento agendado",
    "agendada para",
    "transferencia agendada",
    "pix agendado",
    "programado para",
    "pagamento programado",
    "sera debitado",
    "sera efetivado",
    "sera efetuado",
    "sera realizado",
    "nao e comprovante",
    "nao vale como comprovante",
    "nao representa a efetivacao",
    "sujeito a confirmacao",
    "em processamento",
];

/// Words that stand on a boleto, and on no proof that it was paid.
const SLIP: &[&str] = &["recibo do pagador", "ficha de compensacao", "local de pagamento"];

/// Words that say what the whole paper is; one finding of a line is enough.
fn titles(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    let line = &lines[at];
    let text = line.folded(0, line.folded.len());
    for (list, said) in [(SCHEDULED, Said::Scheduled), (SLIP, Said::Slip)] {
        if let Some((byte, words)) = list.iter().find_map(|words| Some((text.find(words)?, words))) {
            let from = text[..byte].chars().count();
            found.push(Found { said, at: vec![Span { line: at, from, to: from + words.chars().count() }] });
        }
    }
}

/// A word of a boleto's line: digits, points and hyphens.
fn is_digits(word: &[char]) -> bool {
    word.iter().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-')) && word.iter().any(char::is_ascii_digit)
}

fn boletos(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    // A line of 47 digits is often broken after its third field: the words of the next line of the page go on.
    let next = lines.get(at + 1).filter(|next| next.page == lines[at].page);
    let mut words: Vec<(usize, usize, usize)> = lines[at].words().into_iter().map(|(from, to)| (at, from, to)).collect();
    let own = words.len();
    words.extend(next.into_iter().flat_map(Line::words).map(|(from, to)| (at + 1, from, to)));
    let chars = |(line, from, to): (usize, usize, usize)| &lines[line].chars[from..to];
    let mut start = 0;
    while start < own {
        let mut digits = String::new();
        let mut end = start;
        let mut taken = None;
        while end < words.len() && is_digits(chars(words[end])) && digits.len() < 48 {
            digits.extend(chars(words[end]).iter().filter(|c| c.is_ascii_digit()));
            end += 1;
            if !matches!(digits.len(), 44 | 47 | 48) {
                continue;
            }
            let barcode = match read_typed(&digits) {
                Ok(Typed::Cobranca(barcode)) => barcode.as_str().to_owned(),
                Ok(Typed::Arrecadacao(guide)) => guide.as_str().to_owned(),
                _ => continue,
            };
            taken = Some((end, barcode));
            break;
        }
        let Some((end, barcode)) = taken else {
            start += 1;
            continue;
        };
        let mut spans: Vec<Span> = Vec::new();
        for (line, from, to) in &words[start..end] {
            match spans.last_mut() {
                Some(span) if span.line == *line => span.to = *to,
                _ => spans.push(Span { line: *line, from: *from, to: *to }),
            }
        }
        found.push(Found { said: Said::Boleto { barcode }, at: spans });
        start = end;
    }
}

/// An end-to-end id: `E` (a transfer) or `D` (one given back), eight digits of the institution, the minute, and eleven of its own.
fn is_transfer(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    bytes.len() == 32
        && matches!(bytes[0], b'E' | b'D')
        && bytes[1..21].iter().all(u8::is_ascii_digit)
        && bytes[21..].iter().all(u8::is_ascii_alphanumeric)
        && number(9, 13).is_some_and(|year| (2020..2100).contains(&year))
        && number(13, 15).is_some_and(|month| (1..=12).contains(&month))
        && number(15, 17).is_some_and(|day| (1..=31).contains(&day))
        && number(17, 19).is_some_and(|hour| hour < 24)
        && number(19, 21).is_some_and(|minute| minute < 60)
}

fn transfers(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    let line = &lines[at];
    let ids = |text: &[char]| -> String { text.iter().collect() };
    let words = line.words();
    for (index, (from, to)) in words.iter().enumerate() {
        // A label may cling to it: `ID:E0041…`.
        let from = line.chars[*from..*to].iter().rposition(|c| !c.is_ascii_alphanumeric()).map_or(*from, |clings| from + clings + 1);
        let own = ids(&line.chars[from..*to]);
        if is_transfer(&own) {
            found.push(Found { said: Said::Transfer { id: own }, at: vec![Span { line: at, from, to: *to }] });
            continue;
        }
        let broken = index + 1 == words.len() && (8..32).contains(&own.len()) && matches!(own.as_bytes().first(), Some(b'E' | b'D'));
        let Some(next) = lines.get(at + 1).filter(|next| broken && next.page == line.page) else { continue };
        // It goes on as some word of the next line: beside it other columns may stand.
        for (start, end) in next.words() {
            let whole = own.clone() + &ids(&next.chars[start..end]);
            if is_transfer(&whole) {
                let spans = vec![Span { line: at, from, to: *to }, Span { line: at + 1, from: start, to: end }];
                found.push(Found { said: Said::Transfer { id: whole }, at: spans });
            }
        }
    }
}

/// Words that stand before what a bank authenticates a payment with.
const AUTHENTICATION: &[&str] =
    &["autenticacao", "chave de seguranca", "numero de controle", "codigo de controle", "id da transacao", "nsu"];

fn authentications(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    let line = &lines[at];
    let text = line.folded(0, line.folded.len());
    let Some(after) = AUTHENTICATION.iter().filter_map(|label| Some(text[..text.find(label)?].chars().count() + label.len())).max() else {
        return;
    };
    // Behind the label, or where that ends its line, at the start of the next.
    let next = lines.get(at + 1).filter(|next| next.page == line.page);
    let places = [Some((at, line, after)), next.map(|next| (at + 1, next, 0))];
    for (index, line, from) in places.into_iter().flatten() {
        let words: Vec<(usize, usize)> = line.words().into_iter().filter(|(start, _)| *start >= from).collect();
        let mut code = String::new();
        let mut span: Option<Span> = None;
        for (start, end) in words {
            let word = &line.chars[start..end];
            let fits = word.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '/'))
                && word.iter().any(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
            let named = word.iter().any(char::is_ascii_lowercase) && !word.iter().any(char::is_ascii_digit);
            if !fits || named {
                if code.is_empty() { continue } else { break }
            }
            code.extend(word.iter().filter(|c| c.is_ascii_alphanumeric()).map(char::to_ascii_uppercase));
            span = Some(Span { line: index, from: span.map_or(start, |span| span.from), to: end });
        }
        // Shorter ones are days, hours and branches.
        if let Some(span) = span.filter(|_| code.len() >= 10 && code.bytes().any(|b| b.is_ascii_digit())) {
            // A Pix transfer is told as what it is.
            if !is_transfer(&code) && code.len() <= 100 {
                found.push(Found { said: Said::Authentication { code }, at: vec![span] });
            }
            return;
        }
    }
}

/// Months as banks print them, whole or by their first letters, without accents.
const MONTHS: [[&str; 2]; 12] = [
    ["janeiro", "january"],
    ["fevereiro", "february"],
    ["marco", "march"],
    ["abril", "april"],
    ["maio", "may"],
    ["junho", "june"],
    ["julho", "july"],
    ["agosto", "august"],
    ["setembro", "september"],
    ["outubro", "october"],
    ["novembro", "november"],
    ["dezembro", "december"],
];

fn days(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    let line = &lines[at];
    let mut from = 0;
    while from < line.folded.len() {
        let fresh = line.folded[from].is_ascii_digit() && (from == 0 || !line.folded[from - 1].is_ascii_alphanumeric());
        match fresh.then(|| day_at(&line.folded[from..])).flatten() {
            Some((day, length)) => {
                let said = Said::Day { day, sense: sense(lines, at, from, DAY_WORDS) };
                found.push(Found { said, at: vec![Span { line: at, from, to: from + length }] });
                from += length;
            }
            None => from += 1,
        }
    }
}

/// A day that some characters begin with, and how many of them it takes.
fn day_at(text: &[char]) -> Option<(NaiveDate, usize)> {
    let number = |from: usize| -> Option<(u32, usize)> {
        let length = text.get(from..)?.iter().take_while(|c| c.is_ascii_digit()).count();
        if length == 0 || length > 4 {
            return None;
        }
        let digits: String = text[from..from + length].iter().collect();
        Some((digits.parse().ok()?, length))
    };
    let valid = |year: u32, month: u32, day: u32| {
        (2000..2100).contains(&year).then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)).flatten()
    };
    let (first, long) = number(0)?;
    let separator = *text.get(long)?;
    if matches!(separator, '/' | '-' | '.') {
        let (month, middle) = match number(long + 1) {
            Some(number) => number,
            None => named_month(text.get(long + 1..)?)?,
        };
        let at = long + 1 + middle;
        if *text.get(at)? != separator {
            return None;
        }
        let (last, length) = number(at + 1)?;
        let end = at + 1 + length;
        if text.get(end).is_some_and(char::is_ascii_digit) {
            return None;
        }
        let day = match (long, length) {
            (4, 1 | 2) => valid(first, month, last),
            (1 | 2, 4) => valid(last, month, first),
            (1 | 2, 2) => valid(2000 + last, month, first),
            _ => None,
        }?;
        return Some((day, end));
    }
    // `10 NOV 2026`, `10 de novembro de 2026`.
    let blank = |at: usize| text.get(at).is_some_and(|c| c.is_whitespace());
    let of = |at: usize| if text.get(at..at + 3).is_some_and(|word| word == ['d', 'e', ' ']) { at + 3 } else { at };
    if long > 2 || !blank(long) {
        return None;
    }
    let at = of(long + 1);
    let (month, middle) = named_month(text.get(at..)?)?;
    let mut end = at + middle;
    end += usize::from(text.get(end) == Some(&'.'));
    if !blank(end) {
        return None;
    }
    let at = of(end + 1);
    let (year, length) = number(at)?;
    Some((valid(year, month, first).filter(|_| length == 4)?, at + length))
}

fn named_month(text: &[char]) -> Option<(u32, usize)> {
    let word: String = text.iter().take_while(|c| c.is_alphabetic()).collect();
    let month = MONTHS.iter().position(|names| word.len() >= 3 && names.iter().any(|name| name.starts_with(&word)))?;
    Some((u32::try_from(month).ok()? + 1, word.chars().count()))
}

/// An amount that some characters begin with: two places behind a comma, groups of three before it or none.
fn amount_at(text: &[char]) -> Option<(Money, usize)> {
    let digits = text.iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
    let whole: String = text[..digits].iter().collect();
    let mut groups = whole.split('.');
    let first = groups.next()?;
    let grouped = whole.contains('.');
    if first.is_empty() || grouped && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return None;
    }
    let cents = text.get(digits..digits + 3)?;
    if cents[0] != ',' || !cents[1].is_ascii_digit() || !cents[2].is_ascii_digit() {
        return None;
    }
    let end = digits + 3;
    // A rate, or a number with more places.
    let mut after = text[end..].iter().skip_while(|c| **c == ' ');
    if text.get(end).is_some_and(|c| c.is_ascii_alphanumeric()) || after.next() == Some(&'%') {
        return None;
    }
    let written: String = text[..end].iter().collect();
    Some((Money::parse(&written).ok()?, end))
}

fn amounts(lines: &[Line], at: usize, found: &mut Vec<Found>) {
    let line = &lines[at];
    let mut from = 0;
    while from < line.folded.len() {
        let fresh = line.folded[from].is_ascii_digit()
            && (from == 0 || !matches!(line.folded[from - 1], ',' | '.') && !line.folded[from - 1].is_ascii_alphanumeric());
        match fresh.then(|| amount_at(&line.folded[from..])).flatten() {
            Some((amount, length)) => {
                let said = Said::Amount { amount, sense: sense(lines, at, from, AMOUNT_WORDS) };
                found.push(Found { said, at: vec![Span { line: at, from, to: from + length }] });
                from += length;
            }
            None => from += 1,
        }
    }
}

/// Words before an amount, the more telling first.
const AMOUNT_WORDS: &[(&str, Sense)] = &[
    ("valor pago", Sense::Paid),
    ("valor do pagamento", Sense::Paid),
    ("valor cobrado", Sense::Paid),
    ("valor total", Sense::Paid),
    ("total pago", Sense::Paid),
    ("valor debitado", Sense::Paid),
    ("valor da trans", Sense::Paid),
    ("valor do pix", Sense::Paid),
    ("documento", Sense::Document),
    ("nominal", Sense::Document),
    ("original", Sense::Document),
    ("boleto", Sense::Document),
    ("juros", Sense::Aside),
    ("multa", Sense::Aside),
    ("mora", Sense::Aside),
    ("encargos", Sense::Aside),
    ("desconto", Sense::Aside),
    ("abatimento", Sense::Aside),
    ("tarifa", Sense::Aside),
    ("saldo", Sense::Aside),
    ("limite", Sense::Aside),
    ("valor", Sense::Paid),
];

/// Words before a day.
const DAY_WORDS: &[(&str, Sense)] = &[
    ("vencimento", Sense::Document),
    ("validade", Sense::Document),
    ("emissao", Sense::Aside),
    ("emitido", Sense::Aside),
    ("impress", Sense::Aside),
    ("consulta", Sense::Aside),
    ("pagamento", Sense::Paid),
    ("pago", Sense::Paid),
    ("debito", Sense::Paid),
    ("trans", Sense::Paid),
    ("realizad", Sense::Paid),
    ("efetu", Sense::Paid),
    ("efetiv", Sense::Paid),
    ("pix", Sense::Paid),
    ("data", Sense::Paid),
];

/// What the words before a place say of it: those of its own line after what else was said there, or where there are none, the line above.
fn sense(lines: &[Line], at: usize, from: usize, words: &[(&str, Sense)]) -> Sense {
    let line = &lines[at];
    let start = line.folded[..from].iter().rposition(char::is_ascii_digit).map_or(0, |digit| digit + 1);
    let own = line.folded(start, from);
    let judge = |text: &str| words.iter().find(|(word, _)| text.contains(word)).map(|(_, sense)| *sense);
    if own.chars().any(|c| c.is_alphabetic() && c != 'r') {
        return judge(&own).unwrap_or(Sense::Unsaid);
    }
    let above = at.checked_sub(1).map(|above| &lines[above]).filter(|above| above.page == line.page);
    // A line with figures of its own labels nothing below it.
    above
        .filter(|above| !above.folded.iter().any(char::is_ascii_digit))
        .and_then(|above| judge(&above.folded(0, above.folded.len())))
        .unwrap_or(Sense::Unsaid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &[&str]) -> Vec<Said> {
        let lines: Vec<TextLine<'_>> = text.iter().map(|text| TextLine { page: 0, text }).collect();
        read(&lines).into_iter().map(|found| found.said).collect()
    }

    fn amount(cents: i64, sense: Sense) -> Said {
        Said::Amount { amount: Money::cents(cents), sense }
    }

    fn day(text: &str, sense: Sense) -> Said {
        Said::Day { day: text.parse().unwrap(), sense }
    }

    #[test]
    fn amounts_are_told_from_rates_numbers_and_parts() {
        assert_eq!(said(&["Valor pago: R$ 1.523,47"]), [amount(152_347, Sense::Paid)]);
        assert_eq!(
            said(&["Valor do documento 500,00 Juros 13,47 Multa R$10,00"]),
            [amount(50_000, Sense::Document), amount(1_347, Sense::Aside), amount(1_000, Sense::Aside)]
        );
        assert_eq!(said(&["VALOR", "R$ 99,90"]), [amount(9_990, Sense::Paid)]);
        assert_eq!(said(&["R$ 99,90"]), [amount(9_990, Sense::Unsaid)]);
        for none in ["juros de 1,00% ao mês", "1,00 %", "versão 1.234", "12.34,50", "1,234", "agência 0001", "x12,50"] {
            assert_eq!(said(&[none]), [], "{none}");
        }
    }

    #[test]
    fn days_are_read_as_banks_print_them() {
        for text in [
            "10/11/2026",
            "10/11/26",
            "10.11.2026",
            "10-11-2026",
            "2026-11-10",
            "10 NOV 2026",
            "10 de novembro de 2026",
            "10/NOV/2026",
            "10 nov. 2026",
        ] {
            assert_eq!(said(&[&format!("Data do pagamento {text} às 10:22")]), [day("2026-11-10", Sense::Paid)], "{text}");
        }
        assert_eq!(
            said(&["Vencimento 01/11/2026 Data do débito 10/11/2026"]),
            [day("2026-11-01", Sense::Document), day("2026-11-10", Sense::Paid)]
        );
        for none in ["31/02/2026", "10/13/2026", "1/2", "10:22:33", "10 mares 2026x", "192.0.2.1", "99.944.395/0001-48", "100.104.729-08"] {
            assert_eq!(said(&[none]), [], "{none}");
        }
    }

    #[test]
    fn lines_are_read_whole_or_broken_and_only_with_right_digits() {
        let barcode = Said::Boleto { barcode: "10498156500000523470055077000100040000123454".into() };
        assert_eq!(said(&["10490.05505 77000.100048 00001.234541 8 15650000052347"]), std::slice::from_ref(&barcode));
        assert_eq!(said(&["Linha digitável 10490.05505 77000.100048", "00001.234541 8 15650000052347"]), std::slice::from_ref(&barcode));
        assert_eq!(said(&["10490055057700010004800001234541815650000052347"]), [barcode]);
        assert_eq!(said(&["10490.05505 77000.100048 00001.234541 8 15650000052348"]), []);
    }

    #[test]
    fn a_pix_transfer_is_known_by_its_shape() {
        let id = "E18236120202611101022s0123456789";
        assert_eq!(id.len(), 32);
        let transfer = Said::Transfer { id: id.into() };
        assert_eq!(said(&[&format!("ID da transação: {id}")]), std::slice::from_ref(&transfer));
        assert_eq!(said(&["ID/Transação E18236120202611", "101022s0123456789"]), [transfer]);
        assert_eq!(said(&["E18236120202613101022s0123456789"]), []);
    }

    #[test]
    fn what_is_only_scheduled_is_told() {
        assert_eq!(said(&["COMPROVANTE DE AGENDAMENTO"]), [Said::Scheduled]);
        assert_eq!(said(&["Este documento não é comprovante de pagamento"]), [Said::Scheduled]);
        assert_eq!(said(&["Comprovante de pagamento de agenda"]), []);
        assert_eq!(said(&["Recibo do Pagador"]), [Said::Slip]);
    }

    #[test]
    fn authentications_lose_their_blanks() {
        let code = Said::Authentication { code: "A1B2C3D4E5F60708".into() };
        assert_eq!(said(&["Autenticação mecânica: A1B2.C3D4.E5F6.0708"]), std::slice::from_ref(&code));
        assert_eq!(said(&["Código de autenticação", "a1b2 c3d4 e5f6 0708"]), [code]);
        assert_eq!(said(&["Autenticação no app com senha"]), []);
    }

    proptest! {
        #[test]
        fn never_panics_and_places_lie_in_their_lines(lines in prop::collection::vec("[ -~áçãéE0-9.,/$R-]{0,60}", 0..8)) {
            let given: Vec<TextLine<'_>> = lines.iter().map(|text| TextLine { page: 0, text }).collect();
            for found in read(&given) {
                prop_assert!(!found.at.is_empty());
                for span in found.at {
                    prop_assert!(span.from < span.to && span.to <= lines[span.line].chars().count());
                }
            }
        }

        #[test]
        fn whatever_is_printed_is_found_again(cents in 1_i64..1_000_000_000, days in 0_u64..20_000) {
            let paid = Money::cents(cents);
            let on = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days);
            let text = [format!("Valor pago R$ {} em {}", paid.grouped('.', ','), on.format("%d/%m/%Y"))];
            let lines = [TextLine { page: 0, text: &text[0] }];
            let found: Vec<Said> = read(&lines).into_iter().map(|found| found.said).collect();
            let amounts = found.iter().filter(|said| matches!(said, Said::Amount { amount, sense: Sense::Paid } if *amount == paid)).count();
            let days = found.iter().filter(|said| matches!(said, Said::Day { day, .. } if *day == on)).count();
            prop_assert_eq!((amounts, days), (1, 1), "{:?}", found);
        }
    }
}
