use chrono::NaiveTime;
use proptest::option;
use proptest::prelude::*;

use super::banks::{Charge, Closing, Layout, Part, Value, layout};
use super::*;
use crate::cnab::CnabError;

const BANKS: [&str; 9] = ["001", "033", "041", "104", "136", "237", "341", "748", "756"];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An entry with all that most banks take.
fn entry() -> Instruction {
    Instruction {
        order: Order::Enter,
        title: Title {
            nosso_numero: "10000000019".to_owned(),
            document: "NF-123/1".to_owned(),
            due: Some(day("2026-12-15")),
            amount: Money::cents(123_456),
            kind: "02".to_owned(),
            accepted: false,
            issued: Some(day("2026-11-20")),
            interest: Some(Term { value: TermValue::Amount(Money::cents(41)), date: Some(day("2026-12-16")) }),
            discount: Some(Term { value: TermValue::Amount(Money::cents(1000)), date: Some(day("2026-12-10")) }),
            abatement: Money::ZERO,
            company_use: "ACORDO 42".to_owned(),
            closes_after: None,
        },
        payer: Some(Payer {
            tax_id: TaxId::parse("529.982.247-25").unwrap(),
            name: "João da Conceição".to_owned(),
            street: "Rua das Flores, 1".to_owned(),
            district: "Centro".to_owned(),
            postal_code: "01001000".to_owned(),
            city: "São Paulo".to_owned(),
            state: "SP".to_owned(),
        }),
        fine: Some(Term { value: TermValue::Rate(Decimal::new(2, 2)), date: Some(day("2026-12-16")) }),
    }
}

/// What each bank wants of the rest, by its manual.
fn remessa(bank: &str) -> Remessa {
    let mut asked = entry();
    let title = &mut asked.title;
    match bank {
        "001" => title.nosso_numero = "12345670000000123".to_owned(),
        "033" => title.nosso_numero = "123".to_owned(),
        "041" => title.nosso_numero = "0000927422".to_owned(),
        "104" => (title.nosso_numero, title.closes_after) = ("14000000000000019".to_owned(), Some(120)),
        "136" => {
            (title.interest, title.kind) = (title.interest.map(|term| Term { date: None, ..term }), String::new());
            asked.fine = asked.fine.map(|fine| Term { date: None, ..fine });
        }
        "237" => title.nosso_numero = "00000000001P".to_owned(),
        "341" => (title.nosso_numero, title.kind, title.closes_after) = ("123456788".to_owned(), "08".to_owned(), Some(60)),
        "748" => title.nosso_numero = "072000031".to_owned(),
        _ => title.nosso_numero = "0000429715".to_owned(),
    }
    Remessa {
        bank: BankCode::parse(bank).unwrap(),
        company: Company {
            name: "Clínica Exemplo Ltda".to_owned(),
            agreement: "123456".to_owned(),
            wallet: "17".to_owned(),
            variation: "19".to_owned(),
            branch: "1234".to_owned(),
            branch_digit: Some('X'),
            account: "56789".to_owned(),
            account_digit: Some('0'),
            ..Company::new(TaxId::parse("12.ABC.345/01DE-35").unwrap())
        },
        sequence: 7,
        written: day("2026-11-20").and_time(NaiveTime::from_hms_opt(8, 30, 9).unwrap()),
        instructions: vec![asked],
    }
}

fn columns(text: &str, line: usize, from: usize, to: usize) -> &str {
    &text.lines().nth(line - 1).unwrap()[from - 1..to]
}

/// Expected columns as the manuals have them, and as eduardokum/laravel-boleto, kivanio/brcobranca, Brunomm/br_boleto and
/// kmee/cnab240 write them.
#[test]
fn every_bank_finds_what_it_wants_where_it_wants_it() {
    for (bank, line, from, expected) in [
        ("001", 1, 18, "212ABC34501DE35000123456001417019  01234X0000000567890 "),
        ("001", 1, 144, "2011202608300900000708401600"),
        ("001", 2, 9, "R01  043 2012ABC34501DE35000123456001417019  01234X0000000567890 "),
        ("001", 3, 18, "01234X0000000567890 12345670000000123   11122"),
        ("001", 3, 101, "00000 02N"),
        ("001", 3, 221, "3000000090000000000 "),
        ("033", 1, 9, "        2012ABC34501DE35000000000123456                         "),
        ("033", 1, 144, "20112026      000007040     "),
        ("033", 2, 18, "2012ABC34501DE35                    000000000123456     "),
        ("033", 3, 18, "1234X00005678900000567890  0000000000123112  "),
        ("033", 3, 221, "000300000           "),
        ("041", 1, 33, "0000000123456       01234X0000000567890 "),
        ("041", 1, 164, "04000000        BE"),
        ("041", 3, 38, "0000927422          11 2 "),
        ("041", 5, 66, "316122026000000000000020"),
        ("104", 1, 33, "0000000000000000000001234X12345600000000"),
        ("104", 1, 164, "10100000                    REMESSA-PRODUCAO    "),
        ("104", 2, 10, "0100060 2012ABC34501DE351234560000000000000001234X12345600000000"),
        ("104", 3, 18, "01234X123456000000000001400000000000001911220"),
        ("104", 3, 224, "112009"),
        ("104", 6, 24, "000001000000000001234560000000000000000000000000000000000000000000000        "),
        ("136", 1, 33, "                    01234X00000000123456"),
        ("136", 3, 18, "01234X0000000567890010000000019        17    "),
        ("136", 3, 101, "      N N201120261        000000000000041"),
        ("136", 5, 66, "2        000000000000200"),
        ("237", 1, 33, "00000000000000123456"),
        ("237", 3, 18, "01234X0000000567890 0170000000000000001P11122"),
        ("341", 1, 53, "01234 000000056789 0"),
        ("341", 3, 18, "01234 000000056789 0017123456788        00000NF-123/1       "),
        ("341", 3, 118, "016122026000000000000041010122026000000000001000"),
        ("341", 3, 221, "3001600000000000000 "),
        ("341", 4, 34, "JOAO DA CONCEICAO                       "),
        ("748", 3, 18, "01234X0000000567890 072000031           11122"),
        ("748", 3, 224, "106009"),
        ("756", 3, 18, "01234X0000000567890 000042971501014     10 22"),
        ("756", 3, 118, "116122026"),
        ("756", 3, 224, "0   09"),
        ("756", 6, 18, "00000500000100000000000123456"),
        ("756", 7, 1, "75699999         000001000007000000"),
    ] {
        let text = remessa(bank).write().unwrap_or_else(|error| panic!("{bank}: {error}"));
        assert_eq!(columns(&text, line, from, from + expected.len() - 1), expected, "{bank}, line {line}, from {from}");
    }
}

#[test]
fn a_payer_is_written_in_capitals_without_accents() {
    let text = remessa("237").write().unwrap();
    assert_eq!(columns(&text, 4, 14, 73), "Q 011000052998224725JOAO DA CONCEICAO                       ");
    assert_eq!(columns(&text, 4, 74, 153), "RUA DAS FLORES, 1                       CENTRO         01001000SAO PAULO      SP");
    let mut long = remessa("341");
    let payer = long.instructions[0].payer.as_mut().unwrap();
    (payer.name, payer.city) = ("A".repeat(31), "Bêlo Horizonte das Minas".to_owned());
    let text = long.write().unwrap();
    assert_eq!(columns(&text, 4, 34, 73), format!("{:40}", "A".repeat(30)));
    assert_eq!(columns(&text, 4, 137, 151), "BELO HORIZONTE ");
    assert!(!format!("{long:?}").contains("AAAA"));
}

#[test]
fn names_what_cannot_be_written() {
    let refused = |bank: &str, change: fn(&mut Instruction)| {
        let mut file = remessa(bank);
        change(&mut file.instructions[0]);
        file.write().unwrap_err()
    };
    let field = |field, problem| RemessaError::Instruction { instruction: 0, field, problem };
    let (missing, taken) = (Problem::Missing, Problem::NotTaken);
    for (error, expected) in [
        (refused("237", |asked| asked.payer = None), field(RemessaField::Payer, missing)),
        (refused("237", |asked| asked.title.due = None), field(RemessaField::Due, missing)),
        (refused("237", |asked| asked.title.kind.clear()), field(RemessaField::Kind, missing)),
        (refused("237", |asked| asked.title.document.clear()), field(RemessaField::Document, missing)),
        (refused("237", |asked| asked.title.issued = None), field(RemessaField::Issued, missing)),
        (refused("237", |asked| asked.title.nosso_numero.clear()), field(RemessaField::NossoNumero, missing)),
        (refused("237", |asked| asked.title.nosso_numero.push('1')), field(RemessaField::NossoNumero, Problem::TooWide(12))),
        (refused("237", |asked| asked.title.nosso_numero = "1-1".to_owned()), field(RemessaField::NossoNumero, Problem::Character)),
        (refused("237", |asked| asked.title.amount = Money::ZERO), field(RemessaField::Amount, Problem::NotPositive)),
        (
            refused("237", |asked| asked.title.amount = Money::cents(1_000_000_000_000_000)),
            field(RemessaField::Amount, Problem::TooWide(15)),
        ),
        (refused("237", |asked| asked.title.abatement = Money::cents(-1)), field(RemessaField::Abatement, Problem::NotPositive)),
        (refused("237", |asked| asked.title.document = "nf".to_owned()), field(RemessaField::Document, Problem::Character)),
        (refused("237", |asked| asked.title.company_use = "X".repeat(26)), field(RemessaField::CompanyUse, Problem::TooWide(25))),
        (refused("341", |asked| asked.title.document = "12345678901".to_owned()), field(RemessaField::Document, Problem::TooWide(10))),
        (refused("341", |asked| asked.title.closes_after = Some(100)), field(RemessaField::ClosesAfter, Problem::TooWide(2))),
        (refused("001", |asked| asked.title.closes_after = Some(60)), field(RemessaField::ClosesAfter, taken)),
        (refused("104", |asked| asked.title.closes_after = None), field(RemessaField::ClosesAfter, missing)),
        (refused("341", |asked| asked.title.interest = asked.fine), field(RemessaField::Interest, taken)),
        (refused("748", |asked| asked.fine = asked.title.interest), field(RemessaField::Fine, taken)),
        (refused("136", |asked| asked.fine = entry().fine), field(RemessaField::Fine, taken)),
        (
            refused("237", |asked| asked.fine.as_mut().unwrap().value = TermValue::Amount(Money::ZERO)),
            field(RemessaField::Fine, Problem::NotPositive),
        ),
        (
            refused("237", |asked| asked.fine.as_mut().unwrap().value = TermValue::Rate(Decimal::new(20_001, 6))),
            field(RemessaField::Fine, Problem::Decimals(2)),
        ),
        (
            refused("041", |asked| asked.fine.as_mut().unwrap().value = TermValue::Rate(Decimal::new(205, 4))),
            field(RemessaField::Fine, Problem::Decimals(1)),
        ),
        (
            refused("237", |asked| asked.payer.as_mut().unwrap().postal_code = "0100100".to_owned()),
            field(RemessaField::PostalCode, Problem::Character),
        ),
        (refused("237", |asked| asked.payer.as_mut().unwrap().state = "sp".to_owned()), field(RemessaField::State, Problem::Character)),
        (refused("237", |asked| asked.payer.as_mut().unwrap().name = "日本".to_owned()), field(RemessaField::Name, missing)),
        (refused("237", |asked| asked.order = Order::GrantAbatement), field(RemessaField::Abatement, missing)),
        (refused("237", |asked| (asked.order, asked.title.discount) = (Order::Discount, None)), field(RemessaField::Discount, missing)),
        (refused("341", |asked| asked.order = Order::Discount), RemessaError::Order { instruction: 0, order: Order::Discount }),
        (refused("756", |asked| asked.order = Order::GrantAbatement), RemessaError::Order { instruction: 0, order: Order::GrantAbatement }),
    ] {
        assert_eq!(error, expected);
    }
    let company = |change: fn(&mut Remessa)| {
        let mut file = remessa("001");
        change(&mut file);
        file.write().unwrap_err()
    };
    for (error, field, problem) in [
        (company(|file| file.company.agreement.clear()), RemessaField::Agreement, missing),
        (company(|file| file.company.branch = "123456".to_owned()), RemessaField::Branch, Problem::TooWide(5)),
        (company(|file| file.company.account = "1.234".to_owned()), RemessaField::Account, Problem::Character),
        (company(|file| file.company.name.clear()), RemessaField::Name, missing),
        (company(|file| file.sequence = 1_000_000), RemessaField::Sequence, Problem::TooWide(6)),
    ] {
        assert_eq!(error, RemessaError::Company { field, problem });
    }
    assert_eq!(company(|file| file.instructions.clear()), RemessaError::Empty);
    assert_eq!(company(|file| file.instructions = vec![entry(); 33_334]), RemessaError::TooMany);
    let bank = BankCode::parse("999").unwrap();
    assert_eq!(Remessa { bank, ..remessa("001") }.write(), Err(RemessaError::UnknownBank { bank }));
}

#[test]
fn names_line_and_column_of_what_cannot_be_read() {
    let text = remessa("756").write().unwrap();
    let altered = |line: usize, column: usize, with: &str| {
        let at = (line - 1) * 242 + column - 1;
        let mut text = text.clone();
        text.replace_range(at..at + with.len(), with);
        read_remessa(text.as_bytes()).unwrap_err()
    };
    for (line, column, with, expected) in [
        (1, 1, "7X6", CnabError::BankCode { line: 1, column: 1 }.into()),
        (1, 1, "085", CnabError::UnknownBank { line: 1, bank: BankCode::parse("085").unwrap() }.into()),
        (1, 143, "2", ReadError::NotARemessa { line: 1 }),
        (1, 31, "9", ReadError::TaxId { line: 1, column: 19 }),
        (1, 152, "99", CnabError::Number { line: 1, column: 152 }.into()),
        (2, 8, "3", ReadError::Code { line: 2, column: 8 }),
        (2, 58, "9", ReadError::Code { line: 2, column: 54 }),
        (3, 13, "2", CnabError::Number { line: 3, column: 9 }.into()),
        (3, 14, "Q", CnabError::Unpaired { line: 3 }.into()),
        (5, 14, "S", ReadError::Code { line: 5, column: 14 }),
        (3, 16, "99", ReadError::Code { line: 3, column: 16 }),
        (3, 78, "32", CnabError::Date { line: 3, column: 78 }.into()),
        (3, 90, "x", CnabError::Amount { line: 3, column: 90 }.into()),
        (3, 118, "7", ReadError::Code { line: 3, column: 118 }),
        (4, 14, "P", CnabError::Date { line: 4, column: 78 }.into()),
        (4, 16, "02", CnabError::Unpaired { line: 4 }.into()),
        (4, 18, "3", ReadError::TaxId { line: 4, column: 19 }),
        (5, 14, "Q", CnabError::Unpaired { line: 5 }.into()),
        (6, 23, "6", ReadError::Count { line: 6, column: 18, written: 6, found: 5 }),
        (7, 18, "000002", ReadError::Count { line: 7, column: 18, written: 2, found: 1 }),
        (7, 29, "8", ReadError::Count { line: 7, column: 24, written: 8, found: 7 }),
    ] {
        assert_eq!(altered(line, column, with), expected, "{line} {column}");
    }
    for lines in 1..7 {
        assert_eq!(read_remessa(&text.as_bytes()[..lines * 242]), Err(ReadError::NoTrailer { line: lines }));
    }
    assert_eq!(read_remessa(b""), Err(CnabError::Empty.into()));
    let again = [text.as_str(), &text].concat();
    assert_eq!(read_remessa(again.as_bytes()), Err(ReadError::Code { line: 8, column: 8 }));
    let returned = include_bytes!("../../vectors/cnab/laravel-boleto__cnab240_caixa.ret");
    assert_eq!(read_remessa(returned), Err(ReadError::NotARemessa { line: 1 }));
}

fn uses(layout: &Layout, wanted: Value) -> Option<usize> {
    let parts = layout.file_company.iter().chain(layout.lot_company).chain(layout.title).copied().flatten();
    let width = |part: &Part| match part {
        Part::Number(value, width) | Part::Left(value, width) if *value == wanted => Some(*width),
        _ => None,
    };
    parts.filter_map(width).min()
}

fn number(width: Option<usize>) -> BoxedStrategy<String> {
    let Some(width) = width else { return Just(String::new()).boxed() };
    proptest::string::string_regex(&format!("[1-9][0-9]{{0,{}}}", width - 1)).unwrap().boxed()
}

fn date() -> impl Strategy<Value = NaiveDate> {
    // 1997 to 2051.
    (729_000i32..749_000).prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap())
}

fn term(charge: &'static Charge) -> impl Strategy<Value = Option<Term>> {
    let value = (any::<bool>(), 1i64..1_000_000).prop_map(move |(amount, number)| {
        if charge.rate.is_none() || (amount && charge.amount.is_some()) {
            TermValue::Amount(Money::cents(number))
        } else {
            TermValue::Rate(Decimal::new(number, charge.decimals + 2))
        }
    });
    option::of((value, option::of(date())).prop_map(move |(value, date)| Term { value, date: date.filter(|_| charge.dated) }))
}

fn text(longest: usize) -> BoxedStrategy<String> {
    proptest::string::string_regex(&format!("[A-Z0-9]([A-Z0-9 .,/-]{{0,{}}}[A-Z0-9])?", longest - 2))
        .unwrap()
        .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .boxed()
}

fn tax_id() -> impl Strategy<Value = TaxId> {
    proptest::sample::select(vec!["529.982.247-25", "12.ABC.345/01DE-35", "11.222.333/0001-81", "00000000191"])
        .prop_map(|text| TaxId::parse(text).unwrap())
}

fn payer(layout: &'static Layout) -> impl Strategy<Value = Payer> {
    (tax_id(), text(layout.payer_name), text(40), text(15), "[0-9]{8}", text(15), "[A-Z]{2}").prop_map(
        |(tax_id, name, street, district, postal_code, city, state)| Payer { tax_id, name, street, district, postal_code, city, state },
    )
}

fn title(layout: &'static Layout) -> impl Strategy<Value = Title> {
    let number = proptest::string::string_regex(&format!("[0-9]{{{}}}", uses(layout, Value::NossoNumero).unwrap())).unwrap();
    let closing = match &layout.closing {
        Closing::Agreed(_) => Just(None).boxed(),
        Closing::Days { width, none: None, .. } => (0..10u16.pow(*width as u32)).prop_map(Some).boxed(),
        Closing::Days { width, .. } => option::of(0..10u16.pow(*width as u32)).boxed(),
    };
    (
        (number, text(layout.document), date(), 1i64..=9_999_999_999, "[1-9A][0-9A]", any::<bool>(), date()),
        (term(&layout.interest), term(&layout.discount), 1i64..1_000_000, option::of(text(25)), closing),
    )
        .prop_map(
            |(
                (nosso_numero, document, due, amount, kind, accepted, issued),
                (interest, discount, abatement, company_use, closes_after),
            )| Title {
                nosso_numero,
                document,
                due: Some(due),
                amount: Money::cents(amount),
                kind: if layout.kind.is_some() { String::new() } else { kind },
                accepted,
                issued: Some(issued),
                interest,
                discount,
                abatement: Money::cents(abatement),
                company_use: company_use.unwrap_or_default(),
                closes_after,
            },
        )
}

fn instruction(layout: &'static Layout) -> impl Strategy<Value = Instruction> {
    let orders: Vec<Order> = layout.orders.iter().map(|(order, _)| *order).collect();
    (proptest::sample::select(orders), title(layout), payer(layout), any::<bool>(), term(&layout.fine)).prop_filter_map(
        "a discount is asked for without one",
        |(order, title, payer, with_payer, fine)| {
            let asked = Instruction { order, title, payer: (with_payer || order == Order::Enter).then_some(payer), fine };
            (order != Order::Discount || asked.title.discount.is_some()).then_some(asked)
        },
    )
}

fn files() -> impl Strategy<Value = Remessa> {
    proptest::sample::select(BANKS.to_vec()).prop_flat_map(|bank| {
        let layout = layout(bank).unwrap();
        let of = |value| number(uses(layout, value));
        let digit =
            |value| if uses(layout, value).is_some() { option::of(proptest::char::range('0', '9')).boxed() } else { Just(None).boxed() };
        let collection =
            if uses(layout, Value::Collection).is_some() { proptest::char::range('1', '7').boxed() } else { Just('1').boxed() };
        let company = (
            (tax_id(), text(30), of(Value::Agreement), of(Value::Wallet), of(Value::Variation), collection),
            (of(Value::Branch), digit(Value::BranchDigit), of(Value::Account), digit(Value::AccountDigit)),
        );
        (company, 0u32..1_000_000, date(), 0u32..86_400, proptest::collection::vec(instruction(layout), 1..6)).prop_map(
            move |(company, sequence, date, seconds, instructions)| {
                let ((tax_id, name, agreement, wallet, variation, collection), (branch, branch_digit, account, account_digit)) = company;
                let seconds = if layout.hour { seconds } else { 0 };
                Remessa {
                    bank: BankCode::parse(bank).unwrap(),
                    company: Company {
                        tax_id,
                        name,
                        agreement,
                        wallet,
                        variation,
                        collection,
                        branch,
                        branch_digit,
                        account,
                        account_digit,
                    },
                    sequence,
                    written: date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap()),
                    instructions,
                }
            },
        )
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(file in files()) {
        let text = file.write().unwrap();
        prop_assert_eq!(read_remessa(text.as_bytes()), Ok(file));
    }

    #[test]
    fn counts_and_columns_are_right(file in files()) {
        let text = file.write().unwrap();
        prop_assert!(text.is_ascii() && text.ends_with("\r\n"));
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        for line in &lines {
            prop_assert_eq!(line.len(), 240);
            prop_assert!(!line.bytes().any(|byte| byte.is_ascii_lowercase() || byte.is_ascii_control()));
        }
        let details: Vec<&&str> = lines.iter().filter(|line| &line[7..8] == "3").collect();
        for (number, line) in (1..).zip(&details) {
            prop_assert_eq!(&line[3..13], format!("00013{number:05}"));
        }
        let [.., lot, end] = lines.as_slice() else { return Err(TestCaseError::fail("no trailers")) };
        prop_assert_eq!(&lot[3..23], format!("00015         {:06}", lines.len() - 2));
        prop_assert_eq!(&end[3..29], format!("99999         000001{:06}", lines.len()));
        prop_assert_eq!(crate::cnab::read_return(text.as_bytes()), Err(CnabError::NotAReturn { line: 1 }));
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        file in files(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~\n\r\u{e7}]"), 1..6),
    ) {
        let mut bytes = file.write().unwrap().into_bytes();
        for (place, with) in damage {
            let place = place.index(bytes.len());
            bytes[place] = with.as_bytes()[0];
        }
        // What was read can be written, unless a name or a number fell out of its alphabet, and then stays as it is.
        if let Ok(text) = read_remessa(&bytes).map_or(Err(RemessaError::Empty), |read| read.write()) {
            prop_assert_eq!(read_remessa(text.as_bytes()).map(|again| again.write()), Ok(Ok(text)));
        }
    }
}
