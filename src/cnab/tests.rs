use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::boleto::bank_code::BankCode;

macro_rules! samples {
    ($($name:literal)*) => {
        /// All sample files, by name.
        const SAMPLES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../vectors/cnab/", $name))),)*];
    };
}

samples! {
    "BoletoNetCore__BancoBradescoCarteira09.inline.ret"
    "boletonet__RetornoSicredi.ret"
    "br_boleto__cnab240_padrao240.ret"
    "br_boleto__cnab240_santander.ret"
    "br_boleto__cnab400_bradesco.ret"
    "br_boleto__cnab400_sicoob.ret"
    "brcobranca__CBR64310.ret"
    "brcobranca__CNAB240.ret"
    "brcobranca__CNAB240AILOS.ret"
    "brcobranca__CNAB240SANTANDER.ret"
    "brcobranca__CNAB400BANRISUL.ret"
    "brcobranca__CNAB400SANTANDER.ret"
    "brcobranca__CNAB400UNICRED.ret"
    "laravel-boleto__cnab240_banco_brasil.ret"
    "laravel-boleto__cnab240_btg.ret"
    "laravel-boleto__cnab240_caixa.ret"
    "laravel-boleto__cnab400_bnb.ret"
    "laravel-boleto__cnab400_hsbc.ret"
    "laravel-boleto__cnab400_inter.ret"
    "laravel-boleto__cnab400_itau.ret"
    "laravel-boleto__cnab400_ourinvest.ret"
    "laravel-boleto__cnab400_pine.ret"
    "laravel-boleto__cnab400_santander.ret"
    "laravel-boleto__cnab400_sicredi.ret"
    "ya-retorno-boleto__retorno_cnab400conv6.ret"
}

fn bytes(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(sample, _)| *sample == name).unwrap().1
}

fn sample(name: &str) -> ReturnFile {
    read_return(bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A sample that is whole: its counts agree with its lines.
const WHOLE_240: &str = "laravel-boleto__cnab240_caixa.ret";
const WHOLE_400: &str = "laravel-boleto__cnab400_itau.ret";

fn cents(text: &str) -> Option<Money> {
    text.parse().ok().map(Money::cents)
}

#[test]
fn agrees_with_other_implementations_on_whole_files() {
    let mut read = csv::Reader::from_reader(include_str!("../vectors/cnab_files.csv").as_bytes());
    let mut seen = 0;
    for row in read.records() {
        let row = row.unwrap();
        let file = sample(&row[0]);
        assert_eq!((file.header.layout.as_str(), file.header.bank.as_str()), (&row[4], &row[5]), "{row:?}");
        assert_eq!(file.events.len().to_string(), row[6], "{row:?}");
        let sum = |amount: fn(&Event) -> Option<Money>| file.events.iter().filter_map(amount).sum::<Money>();
        for (amount, written) in [(sum(|event| event.amount), &row[7]), (sum(|event| event.paid), &row[8])] {
            assert!(written.is_empty() || cents(written) == Some(amount), "{row:?} {amount}");
        }
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for event in &file.events {
            *codes.entry(event.code.as_str()).or_default() += 1;
        }
        let codes: Vec<_> = codes.iter().map(|(code, times)| format!("{code}:{times}")).collect();
        assert_eq!(codes.join(" "), row[9], "{row:?}");
        seen += 1;
    }
    assert_eq!(seen, SAMPLES.len());
}

#[test]
fn agrees_with_other_implementations_on_each_event() {
    let mut read = csv::Reader::from_reader(include_str!("../vectors/cnab_events.csv").as_bytes());
    let mut seen = 0;
    for row in read.records() {
        let row = row.unwrap();
        let file = sample(&row[0]);
        let event = &file.events[row[1].parse::<usize>().unwrap()];
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        let money = |money: Option<Money>| money.map(|money| money.as_cents().to_string());
        let motives: Vec<&str> = event.motives.iter().map(Excerpt::as_str).collect();
        let motives = if motives.is_empty() { "-".to_owned() } else { motives.join(" ") };
        for (column, found) in [
            // Implementations differ in how many of the filling zeros they keep.
            (2, event.nosso_numero.as_deref().map(|number| number.trim_start_matches('0').to_owned())),
            (3, Some(event.code.to_string())),
            (4, date(event.occurred_on)),
            (5, date(event.credited_on)),
            (6, date(event.due)),
            (7, money(event.amount)),
            (8, money(event.paid)),
            (9, money(event.interest)),
            (10, money(event.discount)),
            (11, money(event.abatement)),
            (12, money(event.fee)),
            (13, event.document.as_deref().map(|number| number.trim_start_matches('0').to_owned())),
            (14, Some(motives)),
        ] {
            let written = if matches!(column, 2 | 13) { row[column].trim_start_matches('0') } else { &row[column] };
            // A zero may be how they say that nothing is there.
            let found = found.unwrap_or_else(|| if (7..13).contains(&column) { "0".to_owned() } else { String::new() });
            assert!(written.is_empty() || written == found, "{row:?}, column {column}: {found}");
            seen += usize::from(!written.is_empty());
        }
    }
    assert!(seen > 1000, "{seen}");
}

/// Every line of the file is in exactly one event or among the others, in order and unchanged.
fn is_lossless(bytes: &[u8], file: &ReturnFile) -> bool {
    let mut kept: Vec<&Line> = file.events.iter().flat_map(|event| &event.lines).chain(&file.others).collect();
    kept.sort_by_key(|line| line.number);
    let lines: Vec<Line> = fields::Lines::of(bytes).collect();
    kept.iter().map(|line| line.number).eq(1..=lines.len()) && kept.into_iter().eq(&lines)
}

/// Refused, or read with a mismatch.
fn is_told(bytes: &[u8]) -> bool {
    read_return(bytes).map_or(true, |file| !file.mismatches.is_empty())
}

/// A sample's lines, each with its break.
fn cut(name: &str) -> Vec<Vec<u8>> {
    bytes(name).split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn keeps_every_line_of_every_sample() {
    for (name, bytes) in SAMPLES {
        assert!(is_lossless(bytes, &sample(name)), "{name}");
        let text = String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().copied().map(char::from).collect());
        let lines: Vec<_> = fields::Lines::of(bytes).map(|line| line.text.to_string()).collect();
        assert_eq!(lines.join("\n"), text.trim_start_matches('\u{feff}').replace('\r', "").trim_end_matches('\n'), "{name}");
    }
}

#[test]
fn tells_what_is_wrong_with_the_samples() {
    let mut expected: BTreeMap<&str, Vec<Mismatch>> = BTreeMap::from([
        // Published without its trailer.
        ("BoletoNetCore__BancoBradescoCarteira09.inline.ret", vec![Mismatch::NoTrailer { line: 5 }]),
        // Trailers that do not count the headers or trailers of lots and file.
        ("br_boleto__cnab240_padrao240.ret", vec![Mismatch::Records { line: 14, column: 24, written: 12, found: 14 }]),
        ("br_boleto__cnab240_santander.ret", vec![Mismatch::Records { line: 15, column: 18, written: 12, found: 14 }]),
        ("brcobranca__CNAB240SANTANDER.ret", vec![Mismatch::Records { line: 7, column: 18, written: 4, found: 6 }]),
        // A header shortened when names were taken out, and one with a date of six digits where Sicredi has eight.
        ("brcobranca__CNAB240AILOS.ret", vec![Mismatch::FileDate { line: 1, column: 144 }]),
        ("laravel-boleto__cnab400_sicredi.ret", vec![Mismatch::FileDate { line: 1, column: 95 }]),
        // Details taken out.
        ("brcobranca__CNAB400UNICRED.ret", vec![Mismatch::Sequence { line: 3, column: 395, written: 16, found: 3 }]),
        (
            "laravel-boleto__cnab240_btg.ret",
            vec![
                Mismatch::Records { line: 7, column: 18, written: 1, found: 6 },
                Mismatch::Records { line: 8, column: 24, written: 1, found: 8 },
            ],
        ),
    ]);
    for (name, _) in SAMPLES {
        let file = sample(name);
        assert_eq!(file.mismatches, expected.remove(name).unwrap_or_default(), "{name}");
        assert_eq!(file.unknown().count(), 0, "{name}");
    }
    assert!(expected.is_empty());
}

#[test]
fn reads_all_amounts_of_an_event() {
    let file = sample("brcobranca__CNAB240.ret");
    let event = &file.events[0];
    assert_eq!(event.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 4]);
    assert_eq!((event.movement, event.is_payment(), event.due), (Movement::PaidAfterClosing, true, None));
    let amounts = [event.interest, event.discount, event.abatement, event.tax, event.other_expenses, event.other_credits];
    assert_eq!(amounts, [9, 1, 2, 3, 4, 5].map(|cents| Some(Money::cents(cents))));
    assert_eq!((event.paid, event.credited), (Some(Money::cents(34_400)), Some(Money::cents(34_297))));

    let file = sample("boletonet__RetornoSicredi.ret");
    let event = &file.events[1];
    assert_eq!((event.interest, event.fine), (Some(Money::cents(306)), Some(Money::cents(1076))));
    assert_eq!(event.credited_on, NaiveDate::from_ymd_opt(2017, 2, 3));

    // What Itaú credits is the amount and the interest without the fee.
    let file = sample(WHOLE_400);
    let event = &file.events[2];
    let [amount, interest, fee, paid] = [event.amount, event.interest, event.fee, event.paid].map(Option::unwrap);
    assert_eq!((event.paid_is_net, event.credited, amount + interest - fee), (true, Some(paid), paid));
}

#[test]
fn keeps_a_record_with_the_title_before_it() {
    let file = sample("brcobranca__CNAB400SANTANDER.ret");
    let event = file.events.last().unwrap();
    assert_eq!((event.movement, event.lines.len()), (Movement::Closed, 2));
    assert!(event.lines[1].text.contains("d48c95197d6ec3985b89bc3ccb3351"));
    assert!(!format!("{event:?}").contains("d48c95197d6ec3985b89bc3ccb3351"));
}

/// The first title of a sample as if another bank had written it, with these texts at the columns of segment T.
fn as_of(bank: &str, code: &str, texts: &[(usize, &str)]) -> Event {
    let mut lines = cut("laravel-boleto__cnab240_banco_brasil.ret");
    for line in &mut lines {
        line[..3].copy_from_slice(bank.as_bytes());
    }
    for line in &mut lines[2..4] {
        line[15..17].copy_from_slice(code.as_bytes());
    }
    for (column, text) in texts {
        lines[2][column - 1..column - 1 + text.len()].copy_from_slice(text.as_bytes());
    }
    read_return(&lines.concat()).unwrap().events[0].clone()
}

/// Unicred confirms a closing and an entry with one code, and pays with the code by which others close.
#[test]
fn an_answer_means_what_was_asked() {
    let answer = |code, asked| as_of("136", code, &[(222, asked)]).movement;
    assert_eq!(
        [answer("02", "01"), answer("02", "02"), answer("02", "06")],
        [Movement::Registered, Movement::Closed, Movement::Information]
    );
    assert_eq!([answer("03", "01"), answer("03", "06")], [Movement::Rejected, Movement::InstructionRejected]);
    assert_eq!(answer("09", "00"), Movement::Paid);
}

#[test]
fn banks_have_ways_of_their_own_in_cnab_240() {
    let event = as_of("041", "AB", &[(38, "0000927422          ")]);
    assert_eq!((event.nosso_numero.as_deref(), event.movement), (Some("0000927422"), Movement::PaymentPending));
    let event = as_of("136", "06", &[(38, "00000000010000000019"), (106, "0000000000000000000000001")]);
    assert_eq!((event.nosso_numero.as_deref(), event.company_use), (Some("0000000010000000019"), None));
    assert_eq!((as_of("341", "06", &[]).paid_is_net, as_of("001", "06", &[]).paid_is_net), (true, false));
    assert_eq!(
        [as_of("748", "36", &[]).movement, as_of("001", "36", &[]).movement],
        [Movement::InstructionRejected, Movement::Information]
    );
}

/// A line of CNAB 400 with these texts at their columns.
fn line_400(texts: &[(usize, &str)], number: usize) -> String {
    let mut line = format!("{:394}{number:06}\r\n", "");
    for (column, text) in texts {
        line.replace_range(column - 1..column - 1 + text.len(), text);
    }
    line
}

/// Invented details, at the columns of the banks' manuals or, of Banco de Brasília, Delbank and Fibra, at those of other
/// implementations.
#[test]
fn reads_banks_that_have_no_sample_here() {
    let read = |bank: &str, date: &str, detail: &[(usize, &str)]| {
        // C6's header has its date elsewhere.
        let header = line_400(&[(1, "02RETORNO01"), (77, bank), (if bank == "336" { 125 } else { 95 }, date)], 1);
        let text = header + &line_400(detail, 2) + &line_400(&[(1, "9")], 3);
        let file = read_return(text.as_bytes()).unwrap_or_else(|error| panic!("{bank}: {error}"));
        assert_eq!((file.mismatches, file.header.date), (vec![], NaiveDate::from_ymd_opt(2026, 11, 20)), "{bank}");
        file.events[0].clone()
    };
    let common = [(1, "1"), (109, "06"), (111, "191126"), (117, "DOC1"), (147, "151126"), (153, "0000000012345"), (254, "0000000012400")];
    for (bank, date, details, number, movement, motives) in [
        (
            "070",
            "20112026",
            &[
                (1, "1"),
                (71, "107851907015"),
                (109, "05"),
                (111, "19112026"),
                (129, "DOC1"),
                (149, "15112026"),
                (157, "0000000012345"),
                (258, "0000000012400"),
                (300, "23112026"),
                (365, "07"),
            ][..],
            "107851907015",
            Movement::Unknown,
            "07",
        ),
        (
            "097",
            "201126",
            &[
                (1, "1"),
                (57, "09710002009871000149"),
                (77, "02191126"),
                (85, "DOC1"),
                (147, "151126"),
                (153, "0000000012345"),
                (176, "231126"),
                (254, "0000000012400"),
            ],
            "09710002009871000149",
            Movement::Paid,
            "",
        ),
        (
            "104",
            "201126",
            &[
                common[0],
                (57, "14000000000000019"),
                (109, "21"),
                common[2],
                common[3],
                common[4],
                common[5],
                common[6],
                (280, "0000000000055"),
                (294, "231126"),
            ],
            "14000000000000019",
            Movement::Paid,
            "",
        ),
        (
            "133",
            "201126",
            &[common[0], (71, "000000000191"), (109, "17"), common[2], common[3], common[4], common[5], common[6], (296, "231126")],
            "000000000191",
            Movement::PaidAfterClosing,
            "",
        ),
        (
            "136",
            "201126",
            &[
                common[0],
                (46, "00000010000000019"),
                (109, "09"),
                common[2],
                (280, "DOC1"),
                common[4],
                common[5],
                (176, "231126"),
                common[6],
                (319, "C1"),
            ],
            "00000010000000019",
            Movement::Paid,
            "C1",
        ),
        (
            "224",
            "201126",
            &[common[0], (63, "00113365383"), common[1], common[2], common[3], common[4], common[5], common[6], (378, "04")],
            "00113365383",
            Movement::Paid,
            "04",
        ),
        (
            "336",
            "201126",
            &[
                common[0],
                (63, "00000000019"),
                (109, "07"),
                common[2],
                common[3],
                common[4],
                common[5],
                common[6],
                (280, "0000000000055"),
                (296, "231126"),
                (378, "9005"),
            ],
            "00000000019",
            Movement::PaidAfterClosing,
            "9005",
        ),
        (
            "435",
            "201126",
            &[common[0], (63, "00000196289"), common[1], common[2], common[3], common[4], common[5], common[6], (386, "231126")],
            "00000196289",
            Movement::Paid,
            "",
        ),
        (
            "633",
            "201126",
            &[common[0], (63, "00000000019"), (109, "15"), common[2], common[3], common[4], common[5], common[6]],
            "00000000019",
            Movement::InstructionRejected,
            "",
        ),
    ] {
        let event = read(bank, date, details);
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        assert_eq!(
            (event.nosso_numero.as_deref(), event.document.as_deref(), event.movement),
            (Some(number), Some("DOC1"), movement),
            "{bank}"
        );
        assert_eq!((event.occurred_on, event.due), (day(19), day(15)), "{bank}");
        assert_eq!((event.amount, event.paid), (Some(Money::cents(12_345)), Some(Money::cents(12_400))), "{bank}");
        assert_eq!(event.credited_on, if ["224", "633"].contains(&bank) { None } else { day(23) }, "{bank}");
        assert_eq!(event.fine, ["104", "336"].contains(&bank).then_some(Money::cents(55)), "{bank}");
        assert_eq!(event.motives.iter().map(Excerpt::as_str).collect::<String>(), motives, "{bank}");
    }
}

#[test]
fn compares_what_a_trailer_counts_by_code() {
    let name = "br_boleto__cnab400_bradesco.ret";
    let mut lines = cut(name);
    // Confirmed entries, 58 to 62, and closings, 104 to 108.
    for (column, found) in [(62, 5), (108, 1)] {
        let written = &mut lines[7][column - 1];
        *written += 1;
        let expected = Mismatch::Records { line: 8, column: column - 4, written: found + 1, found };
        assert!(read_return(&lines.concat()).unwrap().mismatches.contains(&expected), "{column}");
    }
    // A blank counts nothing, and refuses nothing.
    lines[7][57..62].fill(b' ');
    let expected = Mismatch::Records { line: 8, column: 58, written: 0, found: 5 };
    assert!(read_return(&lines.concat()).unwrap().mismatches.contains(&expected));
}

#[test]
fn reads_one_event_at_a_time() {
    for (name, bytes) in SAMPLES {
        let (file, mut reader) = (sample(name), Reader::of(bytes).unwrap());
        assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), file.events, "{name}");
        assert_eq!(
            (reader.header(), reader.others(), reader.mismatches()),
            (&file.header, &file.others[..], &file.mismatches[..]),
            "{name}"
        );
        assert!(reader.next().is_none());
    }
    // Nothing is given after an error, neither the lines that follow nor the event before it.
    let mut lines = cut(WHOLE_240);
    lines[5][79] = b'x';
    let mut reader = Reader::of(&lines.concat()).unwrap();
    assert_eq!(reader.next(), Some(Err(CnabError::Amount { line: 6, column: 80 })));
    assert_eq!((reader.next(), reader.next()), (None, None));
}

#[test]
fn keeps_and_tells_unknown_codes() {
    for (name, line, column, last) in [(WHOLE_240, 3, 16, 4), (WHOLE_400, 2, 109, 2)] {
        let mut lines = cut(name);
        for at in line..=last {
            lines[at - 1][column - 1..=column].copy_from_slice(b"7Z");
        }
        let file = read_return(&lines.concat()).unwrap();
        assert_eq!(file.events.len(), sample(name).events.len());
        assert_eq!(file.unknown().map(|event| event.code.as_str()).collect::<Vec<_>>(), ["7Z"]);
    }
}

#[test]
fn line_breaks_and_encodings_make_no_difference() {
    for name in [WHOLE_240, WHOLE_400, "br_boleto__cnab400_sicoob.ret", "br_boleto__cnab240_padrao240.ret"] {
        let latin: String = bytes(name).iter().copied().map(char::from).collect();
        let (lf, file) = (latin.replace("\r\n", "\n"), sample(name));
        let back = |text: &str| text.chars().map(|c| u32::from(c) as u8).collect::<Vec<u8>>();
        for same in [back(&lf), back(&lf.replace('\n', "\r\n")), back(&format!("{latin}\r\n\u{1a}")), lf.clone().into_bytes()] {
            let read = read_return(&same).unwrap();
            assert_eq!((&read.events, &read.mismatches), (&file.events, &file.mismatches), "{name}");
        }
        assert_eq!(read_return(format!("\u{feff}{lf}").as_bytes()).unwrap().events, file.events, "{name}");
    }
}

#[test]
fn names_line_and_column() {
    let alter = |name: &str, line: usize, column: usize, with: &[u8]| {
        let mut lines = cut(name);
        lines[line - 1][column - 1..column - 1 + with.len()].copy_from_slice(with);
        read_return(&lines.concat())
    };
    for (name, line, column, with, error) in [
        (WHOLE_240, 4, 80, "x", CnabError::Amount { line: 4, column: 80 }),
        (WHOLE_240, 4, 138, "31022014", CnabError::Date { line: 4, column: 138 }),
        (WHOLE_240, 4, 16, "09", CnabError::Unpaired { line: 4 }),
        (WHOLE_240, 4, 14, "T", CnabError::Unpaired { line: 3 }),
        (WHOLE_240, 21, 20, "-", CnabError::Number { line: 21, column: 20 }),
        (WHOLE_240, 1, 1, "1X4", CnabError::BankCode { line: 1, column: 1 }),
        (WHOLE_240, 1, 143, "1", CnabError::NotAReturn { line: 1 }),
        (WHOLE_240, 1, 4, "9", CnabError::Layout),
        (WHOLE_400, 3, 254, " ", CnabError::Amount { line: 3, column: 254 }),
        (WHOLE_400, 3, 111, "320613", CnabError::Date { line: 3, column: 111 }),
        (WHOLE_400, 1, 1, "01REMESSA", CnabError::NotAReturn { line: 1 }),
        (WHOLE_400, 1, 77, "999", CnabError::UnknownBank { line: 1, bank: BankCode::parse("999").unwrap() }),
        (WHOLE_400, 2, 400, " ", CnabError::Length { line: 2, found: 399 }),
    ] {
        assert_eq!(alter(name, line, column, with.as_bytes()), Err(error), "{name} {line} {column}");
    }
    assert_eq!(read_return(b""), Err(CnabError::Empty));
    assert_eq!(read_return(b"\x1a"), Err(CnabError::Empty));
    assert_eq!(read_return(b"\r\n"), Err(CnabError::Empty));
    assert_eq!(read_return(b"02RETORN"), Err(CnabError::Layout));
}

/// A missing, doubled or cut line, or another digit in a count, cannot pass for a whole file.
#[test]
fn tells_what_was_altered() {
    for name in [WHOLE_240, WHOLE_400, "brcobranca__CBR64310.ret", "laravel-boleto__cnab240_banco_brasil.ret"] {
        let lines = cut(name);
        for at in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            assert!(is_told(&fewer.concat()), "{name} without line {}", at + 1);
            let mut more = lines.clone();
            more.insert(at, lines[at].clone());
            assert!(is_told(&more.concat()), "{name} with line {} twice", at + 1);
        }
        let whole = lines.concat();
        // What the last line needs: its counts in CNAB 240, all of it in CNAB 400.
        let needed = whole.len() - lines.last().unwrap().len() + if name.contains("240") { 29 } else { 400 };
        for length in (0..needed).step_by(7) {
            assert!(is_told(&whole[..length]), "{name} cut to {length}");
        }
    }
    let counts_240 = [(21, 18..=23), (22, 18..=23), (22, 24..=29), (3, 9..=13)];
    let counts_400 = [(6, 213..=220), (6, 221..=234), (6, 395..=400), (2, 395..=400)];
    for (name, counts) in [(WHOLE_240, counts_240), (WHOLE_400, counts_400)] {
        for (line, columns) in counts {
            for column in columns {
                let mut lines = cut(name);
                let digit = &mut lines[line - 1][column - 1];
                *digit = b'0' + (*digit - b'0' + 1) % 10;
                assert!(is_told(&lines.concat()), "{name} {line} {column}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        if let Ok(file) = read_return(&bytes) {
            prop_assert!(is_lossless(&bytes, &file));
        }
    }

    #[test]
    fn damaged_samples_are_read_whole_or_refused(
        at in 0..SAMPLES.len(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~\n\r\u{e7}]"), 1..12),
    ) {
        let mut bytes = SAMPLES[at].1.to_vec();
        for (place, with) in damage {
            let place = place.index(bytes.len());
            bytes[place] = with.as_bytes()[0];
        }
        if let Ok(file) = read_return(&bytes) {
            prop_assert!(is_lossless(&bytes, &file));
        }
    }
}
