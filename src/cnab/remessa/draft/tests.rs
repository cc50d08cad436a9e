use proptest::prelude::*;

use super::*;
use crate::boleto::banks::{banco_do_brasil, banrisul, bradesco, caixa, itau, santander, sicoob, sicredi, unicred};
use crate::cnab::remessa::read_remessa;
use crate::tax_ids::TaxId;

const BANKS: [&str; 9] = ["001", "033", "041", "104", "136", "237", "341", "748", "756"];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn agreement(bank: &str) -> Agreement {
    let company = Company {
        name: "Cooperativa Exemplo de Saúde Ltda.".to_owned(),
        agreement: "123456".to_owned(),
        wallet: if bank == "341" { "109" } else { "17" }.to_owned(),
        variation: "19".to_owned(),
        branch: "1234".to_owned(),
        branch_digit: Some('5'),
        account: "5678".to_owned(),
        account_digit: Some('0'),
        ..Company::new(TaxId::parse("11.222.333/0001-81").unwrap())
    };
    Agreement { bank: BankCode::parse(bank).unwrap(), company, kind: "04".to_owned() }
}

/// Bars with this number, and what is printed beside them.
fn bars(bank: &str, n: u32, amount: Money, due: NaiveDate) -> (Barcode, String) {
    fn of(title: &impl banks::Title, due: NaiveDate, amount: Money) -> (Barcode, String) {
        (title.barcode(due, amount).unwrap(), title.particulars().nosso_numero)
    }
    let long = u64::from(n);
    match bank {
        "001" => of(&banco_do_brasil::Title::Convenio7 { nosso_numero: 12_387_980_000_000_000 + long, carteira: 17 }, due, amount),
        "033" => of(&santander::Title { beneficiario: 123_456, nosso_numero: long, ios: 0, modalidade: 101 }, due, amount),
        "041" => of(&banrisul::Title { produto: 2, agencia: 1234, beneficiario: 5678, nosso_numero: n }, due, amount),
        "104" => {
            of(&caixa::Title { beneficiario: caixa::Beneficiario::Six(123_456), nosso_numero: 14_000_000_000_000_000 + long }, due, amount)
        }
        "136" => of(&unicred::Title { agencia: 1234, conta: 56_780, nosso_numero: long }, due, amount),
        "237" => of(&bradesco::Title { agencia: 1234, carteira: 17, nosso_numero: long, conta: 5678 }, due, amount),
        "341" => of(&itau::Title::Conta { carteira: 109, nosso_numero: n, agencia: 1234, conta: 5678 }, due, amount),
        "748" => of(
            &sicredi::Title { cobranca: 1, carteira: 1, nosso_numero: n, cooperativa: 165, posto: 2, beneficiario: 623, with_amount: true },
            due,
            amount,
        ),
        _ => of(
            &sicoob::Title { carteira: 1, cooperativa: 1234, modalidade: 1, cliente: 56_780, nosso_numero: n % 10_000_000, parcela: 1 },
            due,
            amount,
        ),
    }
}

fn slip(bank: &str, n: u32) -> Slip {
    let (amount, due) = (Money::cents(52_347), day("2026-12-10"));
    let (barcode, nosso_numero) = bars(bank, n, amount, due);
    Slip {
        nosso_numero,
        barcode,
        document: "FAT-1".to_owned(),
        reference: "B-1".to_owned(),
        amount,
        issued: day("2026-11-22"),
        due,
        limit: day("2027-02-08"),
        fine: Decimal::new(2, 2),
        monthly_interest: Decimal::new(1, 2),
        payer: Payer {
            tax_id: TaxId::parse("529.982.247-25").unwrap(),
            name: "João da Conceição".to_owned(),
            street: "Rua das Flores, 1".to_owned(),
            district: String::new(),
            postal_code: "80000000".to_owned(),
            city: "Curitiba".to_owned(),
            state: "PR".to_owned(),
        },
    }
}

/// The file of what is asked of a bank, read back.
fn asked(agreement: &Agreement, ask: impl Fn(&mut Draft)) -> Remessa {
    let mut draft = Draft::new(agreement).unwrap();
    ask(&mut draft);
    read_remessa(draft.write(7, day("2026-11-22").and_hms_opt(8, 30, 0).unwrap()).unwrap().as_bytes()).unwrap()
}

/// The manuals' own examples of numbers (see `boleto::banks`): what is printed, and what the bank is told.
#[test]
fn every_bank_is_told_the_number_in_the_bars() {
    fn of(title: &impl banks::Title) -> Barcode {
        title.barcode(day("2026-12-10"), Money::cents(52_347)).unwrap()
    }
    for (barcode, wallet, printed, told) in [
        (
            of(&banco_do_brasil::Title::Convenio7 { nosso_numero: 12_387_987_777_700_168, carteira: 18 }),
            "18",
            "12387987777700168",
            "12387987777700168",
        ),
        (
            of(&banco_do_brasil::Title::Convenio6 { nosso_numero: 5_009_401_448, agencia: 1606, conta: 6_809_350, carteira: 31 }),
            "31",
            "05009401448-1",
            "050094014481",
        ),
        (
            of(&santander::Title { beneficiario: 282_033, nosso_numero: 566_612_457_800, ios: 0, modalidade: 101 }),
            "",
            "566612457800-2",
            "5666124578002",
        ),
        (of(&banrisul::Title { produto: 2, agencia: 1102, beneficiario: 9_000_150, nosso_numero: 9274 }), "", "00009274-22", "0000927422"),
        (
            of(&caixa::Title { beneficiario: caixa::Beneficiario::Six(5507), nosso_numero: 14_000_000_000_000_019 }),
            "",
            "14000000000000019-7",
            "14000000000000019",
        ),
        (of(&unicred::Title { agencia: 1234, conta: 123_456, nosso_numero: 299_621 }), "21", "0000299621-9", "00002996219"),
        (of(&bradesco::Title { agencia: 1234, carteira: 19, nosso_numero: 1, conta: 67_890 }), "19", "19/00000000001-P", "00000000001P"),
        (
            of(&itau::Title::Conta { carteira: 110, nosso_numero: 12_345_678, agencia: 57, conta: 12_345 }),
            "110",
            "110/12345678-8",
            "123456788",
        ),
        (
            of(&itau::Title::SeuNumero { carteira: 198, nosso_numero: 98_712_345, seu_numero: 1, cliente: 1 }),
            "198",
            "198/98712345-1",
            "987123451",
        ),
        (
            of(&sicredi::Title {
                cobranca: 1,
                carteira: 1,
                nosso_numero: 7_200_003,
                cooperativa: 165,
                posto: 2,
                beneficiario: 623,
                with_amount: true,
            }),
            "",
            "07/200003-1",
            "072000031",
        ),
        (
            of(&sicoob::Title { carteira: 1, cooperativa: 1, modalidade: 1, cliente: 19, nosso_numero: 21, parcela: 1 }),
            "",
            "0000021-8",
            "0000000218",
        ),
    ] {
        let bank = barcode.bank();
        let mut agreement = agreement(bank.as_str());
        agreement.company.wallet = if wallet.is_empty() { "17" } else { wallet }.to_owned();
        let one = Slip { barcode, nosso_numero: printed.to_owned(), ..slip(bank.as_str(), 1) };
        for order in [Draft::enter, Draft::close] {
            let file = asked(&agreement, |draft| order(draft, &one).unwrap());
            assert_eq!(file.instructions[0].title.nosso_numero, told, "{bank}");
        }
        // Kept bare, without its digit, it is the same slip; and the bank's answer finds it. Itaú's leaves the digit out.
        let answered = if bank.as_str() == "341" { &told[..8] } else { told };
        let spelled = spellings(bank.as_str(), "", &agreement.company.wallet, answered);
        assert!(bare(answered) == bare(printed) || spelled.contains(&bare(printed)), "{bank}");
        let another = Slip { nosso_numero: "77777".to_owned(), ..one };
        let differs = LeftOut::Field { field: RemessaField::NossoNumero, problem: Problem::Differs };
        let known = !matches!(bank.as_str(), "341") || wallet == "110";
        assert!(!known || Draft::new(&agreement).unwrap().enter(&another) == Err(differs), "{bank}");
    }
}

#[test]
fn another_wallets_number_is_another_titles() {
    for bank in ["237", "341"] {
        let mut agreement = agreement(bank);
        agreement.company.wallet = "9".to_owned();
        let left_out = Draft::new(&agreement).unwrap().enter(&slip(bank, 1));
        assert_eq!(left_out, Err(LeftOut::Field { field: RemessaField::Wallet, problem: Problem::Differs }), "{bank}");
    }
}

#[test]
fn what_is_late_costs_what_the_contract_says() {
    let due = day("2026-12-11");
    for bank in BANKS {
        let file = asked(&agreement(bank), |draft| draft.enter(&slip(bank, 42)).unwrap());
        let asked = &file.instructions[0];
        let date = Some(due).filter(|_| bank != "136");
        // Itaú takes amounts a day: 523,47 × 1 % ÷ 30 is 17 centavos.
        let interest = if bank == "341" { TermValue::Amount(Money::cents(17)) } else { TermValue::Rate(Decimal::new(1, 2)) };
        assert_eq!(asked.title.interest, Some(Term { value: interest, date }), "{bank}");
        assert_eq!(asked.fine, Some(Term { value: TermValue::Rate(Decimal::new(2, 2)), date }), "{bank}");
        let closes_after = Some(60).filter(|_| !matches!(bank, "001" | "136" | "748" | "756"));
        assert_eq!((asked.title.closes_after, asked.title.company_use.as_str()), (closes_after, "B-1"), "{bank}");
        // A contract that says nothing costs nothing.
        let mild = Slip { fine: Decimal::ZERO, monthly_interest: Decimal::ZERO, ..slip(bank, 42) };
        let file = self::asked(&agreement(bank), |draft| draft.enter(&mild).unwrap());
        assert_eq!((file.instructions[0].title.interest, file.instructions[0].fine), (None, None), "{bank}");
    }
    assert_eq!(a_day(Money::cents(100), Decimal::new(1, 2)), None, "less than half a centavo a day is nothing");
}

#[test]
fn a_closing_says_no_more_than_which() {
    for bank in BANKS {
        let file = asked(&agreement(bank), |draft| draft.close(&slip(bank, 42)).unwrap());
        let [asked] = file.instructions.as_slice() else { panic!("{bank}") };
        let title = Title { nosso_numero: asked.title.nosso_numero.clone(), amount: Money::cents(52_347), ..Title::default() };
        let closes_after = Some(60).filter(|_| bank == "104");
        assert_eq!(*asked, Instruction { order: Order::Close, title: Title { closes_after, ..title }, payer: None, fine: None }, "{bank}");
    }
}

#[test]
fn what_the_agreement_lacks_is_named_at_once() {
    use RemessaField::{Account, Agreement as Convenio, Branch, Kind, Name, Wallet};
    for (bank, expected) in [
        ("001", vec![Name, Convenio, Wallet, Branch, Account, Kind]),
        ("033", vec![Name, Convenio, Branch, Account, Kind]),
        ("041", vec![Name, Convenio, Branch, Account, Kind]),
        ("104", vec![Name, Branch, Convenio, Kind]),
        ("136", vec![Name, Branch, Convenio, Account, Wallet]),
        ("237", vec![Name, Convenio, Branch, Account, Wallet, Kind]),
        ("341", vec![Name, Branch, Account, Wallet, Kind]),
        ("748", vec![Name, Branch, Account, Kind]),
        ("756", vec![Name, Branch, Account, Kind]),
    ] {
        let nothing = Company::new(TaxId::parse("11.222.333/0001-81").unwrap());
        let bare = Agreement { company: nothing, kind: String::new(), ..agreement(bank) };
        let missing: Vec<Refused> = expected.into_iter().map(|field| (field, Problem::Missing)).collect();
        assert_eq!(bare.problems(), Ok(missing), "{bank}");
        assert_eq!(agreement(bank).problems(), Ok(Vec::new()), "{bank}");
    }
    let mut wrong = agreement("001");
    (wrong.company.account, wrong.company.branch, wrong.kind) = ("5678-0".to_owned(), "123456".to_owned(), "DS4".to_owned());
    let expected = [(Branch, Problem::TooWide(5)), (Account, Problem::Character), (Kind, Problem::Character)];
    assert_eq!(wrong.problems(), Ok(expected.to_vec()));
    let bank = BankCode::parse("999").unwrap();
    assert_eq!(Agreement { bank, ..agreement("001") }.problems(), Err(RemessaError::UnknownBank { bank }));
}

#[test]
fn a_full_file_leaves_the_rest_for_the_next() {
    let mut draft = Draft::new(&agreement("001")).unwrap();
    let one = slip("001", 1);
    for _ in 0..33_333 {
        draft.enter(&one).unwrap();
    }
    assert_eq!(draft.enter(&one), Err(LeftOut::Full));
    let written = draft.write(1, NaiveDateTime::default()).unwrap();
    assert_eq!(written.lines().count(), 99_999 + 4);
}

/// A slip of whatever data a creditor's system may hold, good or not.
fn any_slip(bank: &'static str) -> impl Strategy<Value = (bool, Slip)> {
    let texts = ("[A-Za-z0-9 ]{0,17}", ".{0,30}", "[ -~é]{0,45}", "[0-9]{7,8}", "(Curitiba|São Paulo|)", "(PR|pr|)");
    let terms = (0i64..400, 0i64..400, 0i64..130);
    (texts, terms, 1u32..9_999_999, 0i64..9_999_999, any::<bool>(), any::<bool>()).prop_map(
        move |((document, reference, street, postal_code, city, state), (fine, interest, days), n, cents, close, wrong)| {
            let amount = Money::cents(cents);
            let due = day("2026-12-10");
            let (barcode, printed) = bars(bank, n, amount, due);
            let payer = Payer { street, postal_code, city, state, ..slip(bank, 1).payer };
            let one = Slip {
                nosso_numero: if wrong && cents % 7 == 0 { "1".to_owned() } else { printed },
                barcode,
                document,
                reference,
                amount,
                due,
                limit: due + Days::new(days.unsigned_abs()),
                fine: Decimal::new(fine, 4),
                monthly_interest: Decimal::new(interest, 4),
                payer,
                ..slip(bank, 1)
            };
            (close, one)
        },
    )
}

proptest! {
    /// Whatever mix of slips comes: what is taken is in the file with its own number and amount, in order, the trailers agree with
    /// the lines (the reader counts them), and what is left out leaves no trace.
    #[test]
    fn any_mix_of_slips_makes_a_file_that_agrees_with_itself(
        (bank, slips) in proptest::sample::select(BANKS.to_vec()).prop_flat_map(|bank| (Just(bank), proptest::collection::vec(any_slip(bank), 1..8))),
        sequence in 1u32..1_000_000,
    ) {
        let mut draft = Draft::new(&agreement(bank)).unwrap();
        let mut taken = Vec::new();
        for (close, slip) in &slips {
            let asked = if *close { draft.close(slip) } else { draft.enter(slip) };
            if asked.is_ok() {
                taken.push((if *close { Order::Close } else { Order::Enter }, slip));
            }
        }
        let text = draft.write(sequence, day("2026-11-22").and_hms_opt(8, 30, 0).unwrap());
        if taken.is_empty() {
            prop_assert_eq!(text, Err(RemessaError::Empty));
            return Ok(());
        }
        let text = text.unwrap();
        let read = read_remessa(text.as_bytes()).unwrap();
        prop_assert_eq!(read.sequence, sequence);
        prop_assert_eq!(read.instructions.len(), taken.len());
        for (asked, (order, slip)) in read.instructions.iter().zip(&taken) {
            prop_assert_eq!((asked.order, asked.title.amount), (*order, slip.amount));
            let spelled = spellings(bank, "", &agreement(bank).company.wallet, &asked.title.nosso_numero);
            prop_assert!(bare(&asked.title.nosso_numero) == bare(&slip.nosso_numero) || spelled.contains(&bare(&slip.nosso_numero)));
            prop_assert_eq!(asked.payer.as_ref().map(|payer| payer.tax_id.as_str()), (*order == Order::Enter).then(|| slip.payer.tax_id.as_str()));
        }
        // Of the banks whose trailer sums up: how many titles, and their amounts.
        if !matches!(bank, "001" | "033" | "136" | "748") {
            let lot = text.lines().rev().nth(1).unwrap();
            let sum: Money = taken.iter().map(|(_, slip)| slip.amount).sum();
            prop_assert_eq!(&lot[23..46], format!("{:06}{:017}", taken.len(), sum.as_cents()));
        }
    }
}
