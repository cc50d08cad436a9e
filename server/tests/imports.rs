use std::io::Cursor;
use std::path::PathBuf;

use domain::access_keys::NfseKey;
use domain::boleto::banks::Title as _;
use domain::boleto::banks::banco_do_brasil::Title;
use domain::money::Money;
use domain::pix::br_code::{Charge, Parts};
use domain::tax_ids::Cnpj;
use proptest::prelude::*;
use server::imports::{self, FileError, Kind, Options, Reason, Report, Warning};
use server::ledger;
use server::testing::TestServer;
use server::texts::Locale;
use server::{audit, on_both_databases, sql};

const CUSTOMERS: &str = "external_id;tax_id;name;email;phone;address;city;state;postal_code;locale\n\
    C1;529.982.247-25;João da Conceição;joao@example.org;(41) 99999-0000;Rua A, 1;Curitiba;PR;80000-000;pt-BR\n\
    C2;12.ABC.345/01DE-35;Padaria São José Ltda.;;;;;;;\n";
const CONTRACTS: &str = "external_id;customer;number;kind;plan_name;plan_registration;state;starts_on;ends_on;fine_rate;monthly_interest\n\
    K1;C1;1001;individual;Plano Essencial;999999001;active;01/02/2024;;2%;1%\n\
    K2;C2;2001;business;Plano Empresa;999999002;active;2023-05-10;;0,05;0.01\n";
const BILLS: &str = "external_id;contract;number;nature;competence;description;issued_on;due_on;amount\n\
    B1;K1;FAT-1;monthly;2026-09;Mensalidade;2026-08-20;2026-09-10;523,47\n\
    B2;K1;FAT-2;monthly;10/2026;Mensalidade;20/09/2026;10/10/2026;R$ 1.523,47\n\
    B3;K2;FAT-3;co_participation;2026-10;;2026-09-20;2026-10-10;99.90\n";

async fn import(t: &TestServer, kind: Kind, text: impl Into<Vec<u8>>) -> Report {
    import_with(t, kind, text, Options::default()).await.unwrap()
}

async fn import_with(t: &TestServer, kind: Kind, text: impl Into<Vec<u8>>, options: Options<'_>) -> Result<Report, FileError> {
    imports::run(t, kind, Cursor::new(text.into()), options, |_| {}).await
}

async fn the_three(t: &TestServer) {
    for (kind, text) in [(Kind::Customers, CUSTOMERS), (Kind::Contracts, CONTRACTS), (Kind::Bills, BILLS)] {
        let report = import(t, kind, text).await;
        assert_eq!(report.refusals, [], "{kind:?}");
    }
}

/// Created, updated, unchanged, refused.
fn counts(report: &Report) -> [u64; 4] {
    [report.counts.created, report.counts.updated, report.counts.unchanged, report.counts.refused]
}

fn reasons(report: &Report) -> Vec<(u64, &str, Reason)> {
    report.refusals.iter().map(|refusal| (refusal.line, refusal.column.unwrap_or(""), refusal.reason.clone())).collect()
}

async fn bill(t: &TestServer, external_id: &str) -> (i64, i64, String) {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64, i64, String): "select amount, balance, standing from bills where external_id = $1", external_id).unwrap()
}

async fn count(t: &TestServer, text: &'static str) -> i64 {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64,): text).unwrap().0
}

/// A slip's line for some bills, with bars that fit.
fn slip(id: &str, bills: &str, sequence: u64, amount: i64, issued_on: &str, due_on: &str) -> String {
    let title = Title::Convenio7 { nosso_numero: 12_387_980_000_000_000 + sequence, carteira: 17 };
    let bar = title.barcode(due_on.parse().unwrap(), Money::cents(amount)).unwrap();
    let parts = Parts {
        once: true,
        charge: Some(Charge::Location(format!("pix.example.org/cobv/{sequence}"))),
        recurrence: None,
        amount: Some(Money::cents(amount)),
        name: "COOPERATIVA TESTE".into(),
        city: "CURITIBA".into(),
        postal_code: None,
        txid: None,
    };
    let emv = parts.write().unwrap();
    format!(
        "{id};{bills};main;{};DOC{sequence};{bar};{emv};{};{issued_on};{due_on};2027-01-31;registered;Não receber após a data limite\n",
        12_387_980_000_000_000 + sequence,
        Money::cents(amount)
    )
}

const SLIPS: &str =
    "external_id;bills;bank_agreement;nosso_numero;document_number;barcode;emv;amount;issued_on;due_on;limit_on;state;instructions\n";
const PAYMENTS: &str = "external_id;bill;slip;paid_on;credited_on;amount;method;bank_reference;payer_tax_id\n";

async fn slips(t: &TestServer) -> Vec<(String, String, Option<String>)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, String, Option<String>):
        "select s.external_id, s.state, n.external_id from slips s left join slips n on n.id = s.replaced_by order by s.external_id")
    .unwrap()
}

async fn payable(t: &TestServer) -> Vec<(String, String)> {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, all (String, String):
        "select b.external_id, s.external_id from slip_bills sb join bills b on b.id = sb.bill_id join slips s on s.id = sb.slip_id
          where sb.payable order by b.external_id")
    .unwrap()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// The key of a note of the test's creditor.
fn key_of(number: u64) -> String {
    NfseKey::with_check_digit("4106902", "11222333000181", number, 2026, 9, "271828182").unwrap().as_str().to_owned()
}

/// A note of the test's creditor, in the national layout.
fn note(number: u64, taker: &str, amount: &str, on: &str) -> String {
    let kind = if taker.len() == 11 { "CPF" } else { "CNPJ" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<NFSe xmlns=\"http://www.sped.fazenda.gov.br/nfse\" versao=\"1.01\">\n<infNFSe Id=\"NFS{}\">\n\
         <nNFSe>{number}</nNFSe>\n<dhProc>{on}T08:00:00-03:00</dhProc>\n<emit><CNPJ>11222333000181</CNPJ></emit>\n<DPS><infDPS><tpAmb>1</tpAmb>\n\
         <toma><{kind}>{taker}</{kind}></toma>\n<valores><vServPrest><vServ>{amount}</vServ></vServPrest></valores>\n</infDPS></DPS>\n</infNFSe></NFSe>\n",
        key_of(number)
    )
}

/// The event that cancels it.
fn event(key: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><evento xmlns=\"http://www.sped.fazenda.gov.br/nfse\"><infEvento><pedRegEvento><infPedReg>\
         <CNPJAutor>11222333000181</CNPJAutor><chNFSe>{key}</chNFSe><e101101/></infPedReg></pedRegEvento></infEvento></evento>"
    )
}

on_both_databases! {
    async fn the_same_file_again_changes_nothing(t: TestServer) {
        the_three(&t).await;
        for (kind, text, lines) in [(Kind::Customers, CUSTOMERS, 2), (Kind::Contracts, CONTRACTS, 2), (Kind::Bills, BILLS, 3)] {
            assert_eq!(counts(&import(&t, kind, text).await), [0, 0, lines, 0], "{kind:?}");
        }
        assert_eq!(bill(&t, "B2").await, (152_347, 152_347, "open".into()));
        assert_eq!(count(&t, "select count(*) from entries").await, 3);
        assert_eq!(count(&t, "select count(*) from imports").await, 6);
        assert_eq!(count(&t, "select count(*) from audit_events where action = 'imports.run'").await, 6);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
        assert_eq!(audit::verify(&mut t.db.read().await.unwrap()).await.unwrap(), audit::Chain::Whole { events: 6 });
        let mut conn = t.db.read().await.unwrap();
        let (name, search, code): (String, String, String) =
            sql!(conn, one (String, String, String): "select name, search_name, postal_code from customers where external_id = 'C1'").unwrap();
        assert_eq!((&*name, &*search, &*code), ("João da Conceição", "joao da conceicao", "80000000"));
        let (tax_id,) = sql!(conn, one (String,): "select tax_id from customers where external_id = 'C2'").unwrap();
        assert_eq!(tax_id, "12ABC34501DE35");
        let (fine, interest) = sql!(conn, one (String, String): "select fine_rate, monthly_interest from contracts where external_id = 'K1'").unwrap();
        assert_eq!((&*fine, &*interest), ("0.02", "0.01"));
    }

    async fn what_is_left_out_stays_and_what_is_empty_goes(t: TestServer) {
        the_three(&t).await;
        let report = import(&t, Kind::Customers, "external_id,tax_id,name,phone\nC1,52998224725,João C.,\n").await;
        assert_eq!(counts(&report), [0, 1, 0, 0]);
        let mut conn = t.db.read().await.unwrap();
        let row = sql!(conn, one (String, Option<String>, Option<String>, String): "select name, email, phone, city from customers where external_id = 'C1'").unwrap();
        assert_eq!(row, ("João C.".into(), Some("joao@example.org".into()), None, "Curitiba".into()));
        drop(conn);
        // A new e-mail is where codes go from now on: it is remembered when that began, and in the trail.
        assert_eq!(count(&t, "select count(*) from customers where email_changed_at is not null").await, 0);
        import(&t, Kind::Customers, "{\"external_id\": \"C1\", \"tax_id\": \"52998224725\", \"name\": \"João C.\", \"email\": \"Novo@Example.org\"}\n").await;
        assert_eq!(count(&t, "select count(*) from customers where email = 'Novo@example.org' and email_changed_at is not null").await, 1);
        assert_eq!(count(&t, "select count(*) from audit_events where action = 'customers.email_changed'").await, 1);
    }

    async fn each_refused_line_says_where_and_why(t: TestServer) {
        let text = "external_id;tax_id;name;email;state;postal_code\n\
            1;529.982.247-26;A;;;\n\
            2;5299822472;A;;;\n\
            ;529.982.247-25;A;;;\n\
            4;529.982.247-25;;;;\n\
            5;529.982.247-25;A;a@b;;\n\
            6;529.982.247-25;A;;XX;\n\
            7;529.982.247-25;A;;;123\n\
            8;529.982.247-25;A\n\
            9;529.982.247-25;A;;;\n\
            9;529.982.247-25;B;;;\n\
            10;52998224725;C;;;\n";
        let report = import(&t, Kind::Customers, text).await;
        assert_eq!(reasons(&report), [
            (2, "tax_id", Reason::TaxIdCheckDigits),
            (3, "tax_id", Reason::TaxIdLength { length: 10 }),
            (4, "external_id", Reason::Missing),
            (5, "name", Reason::Missing),
            (6, "email", Reason::NotAnEmail),
            (7, "state", Reason::NotAState),
            (8, "postal_code", Reason::NotAPostalCode),
            (9, "", Reason::FieldCount { found: 3, expected: 6 }),
            (11, "external_id", Reason::Repeated { first: 10 }),
            (12, "tax_id", Reason::TaxIdTaken { by: "9".into() }),
        ]);
        assert_eq!(counts(&report), [1, 0, 0, 10]);
        assert_eq!(report.refusals[0].told(Locale::PtBr), "Linha 2, coluna tax_id: os dígitos verificadores do CPF ou CNPJ não conferem.");
        assert_eq!(report.refusals[7].told(Locale::En), "Line 9: the line has 3 fields and the header has 6. A field that holds the separator needs quotes.");
        assert_eq!(count(&t, "select count(*) from customers").await, 1);
    }

    async fn refused_lines_can_be_mended_and_imported(t: TestServer) {
        the_three(&t).await;
        let text = "external_id;contract;number;nature;competence;issued_on;due_on;amount;description\n\
            X1;K9;1;monthly;2026-10;2026-09-20;2026-10-10;10,00;\"Mensalidade; outubro\"\n\
            X2;K1;2;monthly;2026-10;2026-09-20;2026-10-10;10,00;ok\n\
            X3;K1;3;weekly;2026-10;2026-09-20;2026-10-10;10,00;\n\
            X4;K1;4;monthly;2026-10;2026-10-20;2026-10-10;10,00;\n\
            X5;K1;5;monthly;2026-10;2026-09-20;2026-10-10;-10,00;\n\
            X6;K1;6;monthly;2026-13;2026-09-20;30/02/2026;10,00;\n";
        let mut refused = Vec::new();
        let report = import_with(&t, Kind::Bills, text, Options { refused: Some(&mut refused), ..Options::default() }).await.unwrap();
        assert_eq!(counts(&report), [1, 0, 0, 5]);
        assert_eq!(reasons(&report)[0], (2, "contract", Reason::UnknownContract { id: "K9".into() }));
        assert_eq!(reasons(&report)[2], (5, "due_on", Reason::Before { other: "issued_on" }));
        let refused = String::from_utf8(refused).unwrap();
        assert!(refused.contains("\"Mensalidade; outubro\";Linha 2, coluna contract: não há contrato com o código K9"), "{refused}");
        let mended = refused
            .replace(";K9;", ";K1;").replace(";weekly;", ";monthly;").replace("2026-10-20;2026-10-10", "2026-09-20;2026-10-10")
            .replace(";-10,00", ";10,00").replace("2026-13", "2026-10").replace("30/02/2026", "28/10/2026");
        let report = import(&t, Kind::Bills, mended).await;
        assert_eq!((counts(&report), report.warnings), ([5, 0, 0, 0], vec![]));
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }

    async fn a_file_that_cannot_be_read_is_refused_whole(t: TestServer) {
        let error = import_with(&t, Kind::Bills, "external_id;contract;number\nB1;K1;1\n", Options::default()).await.unwrap_err();
        assert_eq!(error.told(Locale::PtBr), "Faltam colunas no cabeçalho: nature, competence, issued_on, due_on, amount. Nada foi importado.");
        assert!(matches!(import_with(&t, Kind::Bills, "", Options::default()).await, Err(FileError::Empty)));
        let utf16: Vec<u8> = CUSTOMERS.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(matches!(import_with(&t, Kind::Customers, utf16, Options::default()).await, Err(FileError::Utf16)));
        assert!(matches!(import_with(&t, Kind::Documents, "x", Options::default()).await, Err(FileError::NoFolder)));
        assert_eq!(count(&t, "select count(*) from imports").await, 0);
    }

    async fn windows_1252_is_converted(t: TestServer) {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(CUSTOMERS);
        let report = import(&t, Kind::Customers, bytes.into_owned()).await;
        assert_eq!((counts(&report), report.warnings), ([2, 0, 0, 0], vec![Warning::Windows1252]));
        assert_eq!(count(&t, "select count(*) from customers where name = 'João da Conceição'").await, 1);
    }

    async fn a_bill_that_changes_gets_another_entry(t: TestServer) {
        the_three(&t).await;
        let line = |id: &str, amount: &str| format!("external_id;contract;number;nature;competence;issued_on;due_on;amount\n\
            {id};K1;FAT-1;monthly;2026-09;2026-08-20;2026-09-10;{amount}\n");
        assert_eq!(counts(&import(&t, Kind::Bills, line("B1", "500,00")).await), [0, 1, 0, 0]);
        assert_eq!(bill(&t, "B1").await, (50_000, 50_000, "open".into()));
        assert_eq!(counts(&import(&t, Kind::Bills, line("B1", "600,00")).await), [0, 1, 0, 0]);
        assert_eq!(counts(&import(&t, Kind::Bills, line("B1", "500,00")).await), [0, 1, 0, 0]);
        assert_eq!(count(&t, "select count(*) from entries e join bills b on b.id = e.bill_id where b.external_id = 'B1'").await, 4);

        let paid = format!("{PAYMENTS}P1;B1;;2026-09-10;;500,00;pix;;\n");
        assert_eq!(counts(&import(&t, Kind::Payments, paid).await), [1, 0, 0, 0]);
        assert_eq!(bill(&t, "B1").await, (50_000, 0, "settled".into()));
        // Settled, it may become less (a credit), but not more.
        assert_eq!(reasons(&import(&t, Kind::Bills, line("B1", "700,00")).await), [(2, "amount", Reason::Settled)]);
        assert_eq!(counts(&import(&t, Kind::Bills, line("B1", "480,00")).await), [0, 1, 0, 0]);
        assert_eq!(bill(&t, "B1").await, (48_000, -2_000, "settled".into()));
        let other = line("B1", "480,00").replace(";K1;", ";K2;");
        assert_eq!(reasons(&import(&t, Kind::Bills, other).await), [(2, "contract", Reason::CannotChange)]);

        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update bills set standing = 'in_agreement' where external_id = 'B2'").unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reasons(&import(&t, Kind::Bills, line("B2", "1,00")).await), [(2, "", Reason::InAgreement)]);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }

    async fn a_second_payment_is_a_credit_and_the_same_one_is_not(t: TestServer) {
        the_three(&t).await;
        let twice = format!("{PAYMENTS}P1;B1;;10/09/2026;11/09/2026;523,47;pix;E123;529.982.247-25\nP2;B1;;11/09/2026;;523,47;boleto;;\n");
        assert_eq!(counts(&import(&t, Kind::Payments, twice.clone()).await), [2, 0, 0, 0]);
        assert_eq!(bill(&t, "B1").await, (52_347, -52_347, "settled".into()));
        assert_eq!(counts(&import(&t, Kind::Payments, twice.clone()).await), [0, 0, 2, 0]);
        let changed = twice.replace("523,47;boleto", "523,48;boleto");
        assert_eq!(reasons(&import(&t, Kind::Payments, changed).await), [(3, "", Reason::CannotChange)]);
        let wrong = format!("{PAYMENTS}P3;B9;;2026-09-10;;1,00;pix;;\nP4;;;2026-09-10;;1,00;pix;;\nP5;B2;;2099-01-01;;1,00;pix;;\n\
            P6;B2;;2026-09-10;2026-09-09;1,00;pix;;\nP7;B2;;2026-09-10;;1,00;gold;;\nP8;;S9;2026-09-10;;1,00;pix;;\n");
        let report = import(&t, Kind::Payments, wrong).await;
        assert_eq!(reasons(&report)[..4], [
            (2, "bill", Reason::UnknownBill { id: "B9".into() }),
            (3, "bill", Reason::BillOrSlip),
            (4, "paid_on", Reason::InTheFuture),
            (5, "credited_on", Reason::Before { other: "paid_on" }),
        ]);
        assert_eq!(reasons(&report)[5], (7, "slip", Reason::UnknownSlip { id: "S9".into() }));
        assert_eq!(count(&t, "select count(*) from payments").await, 2);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }

    async fn what_the_bank_charged_for_paying_late_is_no_credit(t: TestServer) {
        the_three(&t).await;
        let late = "external_id;bill;paid_on;amount;fine;interest;method\nP1;B1;2026-09-20;535,69;10,47;1,75;boleto\n";
        assert_eq!(counts(&import(&t, Kind::Payments, late).await), [1, 0, 0, 0]);
        assert_eq!(bill(&t, "B1").await, (52_347, 0, "settled".into()));
        assert_eq!(count(&t, "select count(*) from entries where kind in ('fine', 'interest')").await, 2);
    }

    async fn a_slip_says_what_its_bars_say(t: TestServer) {
        the_three(&t).await;
        let good = slip("S1", "B1", 1, 52_347, "2026-08-20", "2026-09-10");
        let bar = |line: &str| line.split(';').nth(5).unwrap().to_owned();
        let (first, second) = (bar(&good), bar(&slip("S2", "B2", 2, 100, "2026-09-20", "2026-10-10")));
        let wrong = [
            good.replace("523,47", "523,48").replace("S1;", "S2;"),
            good.replace(";2026-09-10;", ";2026-09-11;").replace("S1;", "S3;"),
            good.replace(&first, &second).replace("S1;", "S4;"),
            good.replace(&first, "123").replace("S1;", "S5;"),
            good.replace(";main;", ";other;").replace("S1;", "S6;"),
            good.replace("COOPERATIVA", "COOPERATIVO").replace("S1;", "S7;"),
            good.replace(";B1;", ";B1|B3;").replace("S1;", "S8;"),
            good.replace(";B1;", ";B7;").replace("S1;", "S9;"),
            good.replace("2027-01-31", "2026-09-01").replace("S1;", "S10;"),
        ];
        let report = import(&t, Kind::Slips, format!("{SLIPS}{}", wrong.concat())).await;
        assert_eq!(reasons(&report), [
            (2, "amount", Reason::BarcodeAmount { in_bars: Some(Money::cents(52_347)) }),
            (3, "due_on", Reason::BarcodeDueDate),
            (4, "amount", Reason::BarcodeAmount { in_bars: Some(Money::cents(100)) }),
            (5, "barcode", Reason::NotABarcode),
            (6, "bank_agreement", Reason::UnknownAgreement { id: "other".into() }),
            (7, "emv", Reason::NotAPixCode),
            (8, "bills", Reason::DifferentCustomers),
            (9, "bills", Reason::UnknownBill { id: "B7".into() }),
            (10, "limit_on", Reason::Before { other: "due_on" }),
        ]);
        assert_eq!(count(&t, "select count(*) from slips").await, 0);
        assert_eq!(counts(&import(&t, Kind::Slips, format!("{SLIPS}{good}")).await), [1, 0, 0, 0]);
        assert_eq!(counts(&import(&t, Kind::Slips, format!("{SLIPS}{good}")).await), [0, 0, 1, 0]);
        let again = good.replace("S1;", "S11;");
        assert_eq!(reasons(&import(&t, Kind::Slips, format!("{SLIPS}{again}")).await), [(2, "barcode", Reason::BarcodeTaken { by: "S1".into() })]);
        // By the line instead of the bars, and with one agreement there is no need to name it.
        let line = domain::boleto::barcode::Barcode::parse(&bar(&slip("S3", "B2", 3, 152_347, "2026-09-20", "2026-10-10"))).unwrap().to_line();
        let by_line = format!("external_id,bills,nosso_numero,document_number,line,amount,issued_on,due_on,limit_on\nS3,B2,3,3,{line},1523.47,2026-09-20,2026-10-10,2026-12-31\n");
        assert_eq!(counts(&import(&t, Kind::Slips, by_line).await), [1, 0, 0, 0]);
    }

    async fn one_slip_can_be_paid_for_a_bill(t: TestServer) {
        the_three(&t).await;
        let first = slip("S1", "B1", 1, 52_347, "2026-08-20", "2026-09-10");
        let second = slip("S2", "B1|B2", 2, 204_694, "2026-10-01", "2026-10-20");
        import(&t, Kind::Slips, format!("{SLIPS}{first}")).await;
        import(&t, Kind::Slips, format!("{SLIPS}{second}")).await;
        assert_eq!(payable(&t).await, pairs(&[("B1", "S2"), ("B2", "S2")]));
        // Two in one file for one bill; the third is older than what is there, though it comes last.
        let rest = [
            slip("S3", "B1", 3, 52_347, "2026-10-05", "2026-10-25"),
            slip("S4", "B1", 4, 52_347, "2026-10-06", "2026-10-26"),
            slip("S5", "B1", 5, 52_347, "2026-09-01", "2026-09-15"),
        ];
        assert_eq!(counts(&import(&t, Kind::Slips, format!("{SLIPS}{}", rest.concat())).await), [3, 0, 0, 0]);
        // The one for both bills was replaced as a whole.
        assert_eq!(payable(&t).await, pairs(&[("B1", "S4")]));
        let state = |id: &str, state: &str, by: Option<&str>| (id.to_owned(), state.to_owned(), by.map(str::to_owned));
        assert_eq!(slips(&t).await, [
            state("S1", "replaced", Some("S2")), state("S2", "replaced", Some("S3")), state("S3", "replaced", Some("S4")),
            state("S4", "registered", None), state("S5", "replaced", Some("S4")),
        ]);
        // An old file again does not make anything payable.
        assert_eq!(counts(&import(&t, Kind::Slips, format!("{SLIPS}{first}")).await), [0, 0, 1, 0]);

        // Paid all the same, the old one for both: each bill gets its part, the rest is a credit.
        let paid = format!("{PAYMENTS}P1;;S2;2026-10-20;;2100,00;boleto;;\nP2;B1;S4;2026-10-21;;523,47;boleto;;\nP3;B2;S4;2026-10-21;;1,00;boleto;;\n");
        let report = import(&t, Kind::Payments, paid.clone()).await;
        assert_eq!(reasons(&report), [(4, "bill", Reason::NotOfThisSlip)]);
        assert_eq!(bill(&t, "B1").await.1, -52_347);
        assert_eq!(bill(&t, "B2").await.1, 204_694 - 210_000);
        assert_eq!(payable(&t).await, []);
        assert_eq!(slips(&t).await[1].1, "paid");
        assert_eq!(counts(&import(&t, Kind::Payments, paid).await)[..3], [0, 0, 2]);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);

        let closed = slip("S6", "B3", 6, 9_990, "2026-09-20", "2026-10-10");
        import(&t, Kind::Slips, format!("{SLIPS}{closed}")).await;
        assert_eq!(payable(&t).await, pairs(&[("B3", "S6")]));
        assert_eq!(counts(&import(&t, Kind::Slips, format!("{SLIPS}{}", closed.replace(";registered;", ";closed;"))).await), [0, 1, 0, 0]);
        assert_eq!(payable(&t).await, []);
        // Its successor is not in its way.
        import(&t, Kind::Slips, format!("{SLIPS}{}", slip("S7", "B3", 7, 9_990, "2026-09-21", "2026-10-11"))).await;
        assert_eq!(payable(&t).await, pairs(&[("B3", "S7")]));
    }

    async fn documents_stay_within_their_folder(t: TestServer) {
        the_three(&t).await;
        let outside = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        std::fs::create_dir(folder.path().join("nf")).unwrap();
        put("nf/1.pdf", b"%PDF-1.7 invoice");
        put("nf/1.xml", note(1, "52998224725", "523.47", "2026-09-01").as_bytes());
        put("empty.pdf", b"");
        put("page.html", b"<html>");
        std::fs::write(outside.path().join("secret.pdf"), b"%PDF-1.7 secret").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.pdf"), folder.path().join("link.pdf")).unwrap();
        let head = "external_id;customer;bill;kind;name;competence;issued_on;file\n";
        let line = |id: &str, kind: &str, bill: &str, file: &str| format!("{id};C1;{bill};{kind};NFS-e {id};2026-09;2026-09-01;{file}\n");
        let good = [line("D1", "nfse_pdf", "B1", "nf/1.pdf"), line("D2", "nfse_xml", "", "./nf\\1.xml")].concat();
        let bad = [
            line("D3", "letter", "", "../secret.pdf"), line("D4", "letter", "", &outside.path().join("secret.pdf").display().to_string()),
            line("D5", "letter", "", "link.pdf"), line("D6", "letter", "", "none.pdf"), line("D7", "letter", "", "empty.pdf"),
            line("D8", "letter", "", "page.html"), line("D9", "nfse_xml", "", "nf/1.pdf"), line("D10", "letter", "", "nf"),
            line("D11", "letter", "B3", "nf/1.pdf"),
        ].concat();
        let options = || Options { folder: Some(PathBuf::from(folder.path())), ..Options::default() };
        let report = import_with(&t, Kind::Documents, format!("{head}{good}{bad}"), options()).await.unwrap();
        assert_eq!(counts(&report), [2, 0, 0, 9]);
        let why: Vec<Reason> = report.refusals.iter().map(|refusal| refusal.reason.clone()).collect();
        assert_eq!(why, [
            Reason::FilePath, Reason::FilePath, Reason::FilePath, Reason::FileMissing, Reason::FileEmpty, Reason::FileType, Reason::FileType,
            Reason::FileMissing, Reason::DifferentCustomers,
        ]);
        let mut conn = t.db.read().await.unwrap();
        let files = sql!(conn, all (String, i64, String): "select hash, size, media_type from files order by size").unwrap();
        drop(conn);
        assert_eq!(files.iter().map(|(_, _, kind)| &**kind).collect::<Vec<_>>(), ["application/pdf", "application/xml"]);
        let hash = &files[0].0;
        assert_eq!(std::fs::read(t.folder().join(&hash[..2]).join(&hash[2..4]).join(hash)).unwrap(), b"%PDF-1.7 invoice");
        assert_eq!(std::fs::read_dir(t.folder().join("incoming")).unwrap().count(), 0, "nothing is left waiting");
        let again = import_with(&t, Kind::Documents, format!("{head}{good}"), options()).await.unwrap();
        assert_eq!(counts(&again), [0, 0, 2, 0]);
        put("nf/1.pdf", b"%PDF-1.7 invoice, corrected");
        let again = import_with(&t, Kind::Documents, format!("{head}{good}"), options()).await.unwrap();
        assert_eq!(counts(&again), [0, 1, 1, 0]);
    }

    async fn an_invoice_is_held_against_its_line_its_customer_and_the_creditor(t: TestServer) {
        the_three(&t).await;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let good = note(7, "52998224725", "523.47", "2026-09-01");
        put("good.xml", &good);
        put("key.xml", &good.replace("NFS4106902", "NFS4106903"));
        put("trial.xml", &good.replace("<tpAmb>1", "<tpAmb>2"));
        put("ours.xml", &good.replace("<emit><CNPJ>11222333000181", "<emit><CNPJ>12ABC34501DE35"));
        put("theirs.xml", &note(8, "12ABC34501DE35", "523.47", "2026-09-01"));
        put("nobody.xml", &good.replace("<toma><CPF>52998224725</CPF></toma>", ""));
        put("cut.xml", &good[..good.len() - 9]);
        put("laughs.xml", "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><NFSe>&b;</NFSe>");
        put("other.xml", "<?xml version=\"1.0\"?><pedido/>");
        put("large.xml", &format!("<NFSe>{}</NFSe>", " ".repeat(2_200_000)));
        let key = key_of(7);
        let head = "external_id;customer;kind;name;number;access_key;amount;status;issued_on;file\n";
        let line = |id: &str, number: &str, key: &str, amount: &str, on: &str, file: &str| {
            format!("{id};C1;nfse_xml;{id}.xml;{number};{key};{amount};;{on};{file}\n")
        };
        let plain = |id: &str, file: &str| line(id, "", "", "", "2026-09-01", file);
        let bad = [
            plain("K", "key.xml"), plain("T", "trial.xml"), plain("P", "ours.xml"), plain("C", "theirs.xml"), plain("N", "nobody.xml"),
            plain("X", "cut.xml"), plain("L", "laughs.xml"), plain("O", "other.xml"), plain("B", "large.xml"),
            line("1", "8", "", "", "2026-09-01", "good.xml"), line("2", "", &key_of(8), "", "2026-09-01", "good.xml"),
            line("3", "", &key[..49], "", "2026-09-01", "good.xml"), line("4", "", "", "523,48", "2026-09-01", "good.xml"),
            line("5", "", "", "", "2026-09-02", "good.xml"),
        ].concat();
        let options = || Options { folder: Some(PathBuf::from(folder.path())), ..Options::default() };
        let report = import_with(&t, Kind::Documents, format!("{head}{bad}"), options()).await.unwrap();
        let day = Some("2026-09-01".parse().unwrap());
        assert_eq!(reasons(&report).into_iter().map(|(_, column, why)| (column, why)).collect::<Vec<_>>(), [
            ("file", Reason::AccessKey), ("file", Reason::InvoiceTrial), ("file", Reason::InvoiceProvider), ("file", Reason::InvoiceTaker),
            ("file", Reason::InvoiceTaker), ("file", Reason::XmlBroken { line: 11 }), ("file", Reason::XmlDoctype), ("file", Reason::XmlUnknown),
            ("file", Reason::XmlTooLarge), ("number", Reason::InvoiceNumber { in_file: "7".into() }), ("access_key", Reason::InvoiceKey),
            ("access_key", Reason::AccessKey), ("amount", Reason::InvoiceAmount { in_file: Some(Money::cents(52_347)) }),
            ("issued_on", Reason::InvoiceDate { in_file: day }),
        ]);
        assert!(report.refusals.iter().all(|refusal| !refusal.told(Locale::PtBr).contains("529")));
        assert_eq!(count(&t, "select count(*) from files").await + count(&t, "select count(*) from documents").await, 0);
        assert_eq!(std::fs::read_dir(t.folder().join("incoming")).unwrap().count(), 0, "nothing is left waiting");
        // As it should be, with nothing said or with all of it; and then as its PDF.
        let all = line("D7", "0007", &key, "523,47", "2026-09-01", "good.xml");
        assert_eq!(counts(&import_with(&t, Kind::Documents, format!("{head}{all}"), options()).await.unwrap()), [1, 0, 0, 0]);
        assert_eq!(counts(&import_with(&t, Kind::Documents, format!("{head}{all}"), options()).await.unwrap()), [0, 0, 1, 0]);
        put("good.pdf", "%PDF-1.7");
        let (pdf, pdf_of_c2) = (format!("D8;C1;nfse_pdf;7.pdf;;{key};;;2026-09-01;good.pdf\n"), format!("D9;C2;nfse_pdf;7.pdf;;{key};;;2026-09-01;good.pdf\n"));
        let twice = line("D10", "", "", "", "2026-09-01", "good.xml");
        let report = import_with(&t, Kind::Documents, format!("{head}{pdf}{pdf_of_c2}{twice}"), options()).await.unwrap();
        assert_eq!(reasons(&report), [(3, "access_key", Reason::DifferentCustomers), (4, "access_key", Reason::AccessKeyTaken { by: "D7".into() })]);
        let mut conn = t.db.read().await.unwrap();
        let known = sql!(conn, all (String, Option<String>, Option<i64>, String): "select number, access_key, amount, status from documents order by external_id").unwrap();
        assert_eq!(known, [("7".into(), Some(key.clone()), Some(52_347), "valid".into()), ("7".into(), Some(key), None, "valid".into())]);
    }

    async fn who_acts_for_whom_is_given_and_taken_back(t: TestServer) {
        the_three(&t).await;
        let head = "external_id;representative;customer;scope;contracts;starts_on;ends_on\n";
        let give = async |lines: &str| import(&t, Kind::Representations, format!("{head}{lines}")).await;
        let bad = give("R1;C1;C1;full;;2026-01-01;\nR2;C1;C2;branches;;2026-01-01;\nR3;C1;C2;full;K2;2026-01-01;\nR4;C1;C2;branches;K2|K1;2026-01-01;\n\
            R5;C1;C2;branches;K9;2026-01-01;\nR6;C9;C2;full;;2026-01-01;\nR7;C1;C2;all;;2026-01-01;\nR8;C1;C2;full;;2026-01-02;2026-01-01\n").await;
        let columns: Vec<&str> = reasons(&bad).iter().map(|(_, column, _)| *column).collect();
        assert_eq!((counts(&bad), columns), ([0, 0, 0, 8], vec!["representative", "contracts", "contracts", "contracts", "contracts", "representative", "scope", "ends_on"]));
        assert_eq!(t.count("representations").await + t.count("representation_contracts").await, 0);
        assert_eq!(counts(&give("R1;C1;C2;branches;K2;2026-01-01;\n").await), [1, 0, 0, 0]);
        assert_eq!(counts(&give("R1;C1;C2;branches;K2|K2;2026-01-01;\n").await), [0, 0, 1, 0]);
        assert_eq!(t.count("representation_contracts").await, 1);
        assert_eq!(reasons(&give("R2;C1;C2;full;;2026-01-01;\n").await), [(2, "external_id", Reason::RepresentationTaken { by: "R1".into() })]);
        assert_eq!(reasons(&give("R1;C2;C1;full;;2026-01-01;\n").await), [(2, "customer", Reason::CannotChange)]);
        // What may be read ends with what is granted.
        assert_eq!(counts(&give("R1;C1;C2;full;;2026-01-01;2026-12-31\n").await), [0, 1, 0, 0]);
        assert_eq!((t.count("representations").await, t.count("representation_contracts").await), (1, 0));
        assert_eq!(count(&t, "select count(*) from audit_events where action = 'representations.grant'").await, 2);
    }

    async fn guarantees_follow_the_creditor_s_system(t: TestServer) {
        the_three(&t).await;
        let head = "external_id;customer;contract;kind;issuer;reference;amount;given_on;valid_until;state\n";
        let give = async |lines: &str| import(&t, Kind::Guarantees, format!("{head}{lines}")).await;
        let bad = give("G1;C9;;deposit;;;10,00;2026-01-01;;\nG2;C1;K2;deposit;;;10,00;2026-01-01;;\nG3;C1;K9;deposit;;;10,00;2026-01-01;;\n\
            G4;C1;;promise;;;10,00;2026-01-01;;\nG5;C1;;deposit;;;0,00;2026-01-01;;\nG6;C1;;insurance;;;10,00;2026-01-02;2026-01-01;\n\
            G7;C1;;deposit;;;10,00;2026-01-01;;lost\n").await;
        let columns: Vec<&str> = reasons(&bad).iter().map(|(_, column, _)| *column).collect();
        assert_eq!((counts(&bad), columns), ([0, 0, 0, 7], vec!["customer", "contract", "contract", "kind", "amount", "valid_until", "state"]));
        assert_eq!(t.count("guarantees").await, 0);
        let two = "G1;C1;K1;deposit;;;1.500,00;2026-01-01;;\nG2;C2;;insurance;Seguradora Exemplo;AP-77;9.000,00;2026-01-01;2026-12-31;held\n";
        assert_eq!(counts(&give(two).await), [2, 0, 0, 0]);
        assert_eq!(counts(&give(two).await), [0, 0, 2, 0]);
        assert_eq!(reasons(&give("G1;C2;;deposit;;;1.500,00;2026-01-01;;\n").await), [(2, "customer", Reason::CannotChange)]);
        // What the file does not say stays as it was; an empty field empties.
        let short = import(&t, Kind::Guarantees, "external_id;customer;kind;amount;given_on;state\nG2;C2;insurance;9.000,00;2026-01-01;used\n").await;
        assert_eq!(counts(&short), [0, 1, 0, 0]);
        assert_eq!(counts(&give("G1;C1;;deposit;;;1.500,00;2026-01-01;;returned\n").await), [0, 1, 0, 0]);
        let mut conn = t.db.read().await.unwrap();
        let kept = sql!(conn, all (String, bool, String, Option<chrono::NaiveDate>, String):
            "select external_id, contract_id is not null, reference, valid_until, state from guarantees order by external_id").unwrap();
        let until = "2026-12-31".parse().ok();
        assert_eq!(kept, [("G1".into(), false, String::new(), None, "returned".into()), ("G2".into(), false, "AP-77".into(), until, "used".into())]);
    }

    async fn a_cancelled_invoice_is_known_as_such_and_stays_so(t: TestServer) {
        the_three(&t).await;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("1.xml", &note(1, "52998224725", "523.47", "2026-09-01"));
        put("2.xml", &note(2, "52998224725", "523.47", "2026-09-01"));
        put("1.pdf", "%PDF-1.7");
        for n in [1, 2] {
            put(&format!("e{n}.xml"), &event(&key_of(n)));
        }
        put("other.xml", &event(&key_of(1)).replace("<CNPJAutor>11222333000181", "<CNPJAutor>12ABC34501DE35"));
        let head = "external_id;customer;kind;name;access_key;status;issued_on;file\n";
        let options = || Options { folder: Some(PathBuf::from(folder.path())), ..Options::default() };
        let first = format!("{head}D1;C1;nfse_xml;1.xml;;;2026-09-01;1.xml\nD2;C1;nfse_pdf;1.pdf;{};;2026-09-01;1.pdf\n", key_of(1));
        assert_eq!(counts(&import_with(&t, Kind::Documents, first.clone(), options()).await.unwrap()), [2, 0, 0, 0]);
        let states = async || {
            let mut conn = t.db.read().await.unwrap();
            sql!(conn, all (String, String): "select external_id, status from documents order by external_id").unwrap()
        };
        assert_eq!(states().await, pairs(&[("D1", "valid"), ("D2", "valid")]));
        // Only the creditor cancels, and an event is no note.
        let wrong = format!("{head}E0;C1;nfse_event;e.xml;;;2026-09-02;other.xml\nE3;C1;nfse_xml;e.xml;;;2026-09-02;e1.xml\nE4;C2;nfse_event;e.xml;;;2026-09-02;e1.xml\n");
        let report = import_with(&t, Kind::Documents, wrong, options()).await.unwrap();
        assert_eq!(reasons(&report), [(2, "file", Reason::InvoiceProvider), (3, "file", Reason::XmlUnknown), (4, "access_key", Reason::DifferentCustomers)]);
        assert_eq!(states().await, pairs(&[("D1", "valid"), ("D2", "valid")]));
        let events = format!("{head}E1;C1;nfse_event;e.xml;;;2026-09-02;e1.xml\nE2;C1;nfse_event;e.xml;;;2026-09-02;e2.xml\n");
        assert_eq!(counts(&import_with(&t, Kind::Documents, events, options()).await.unwrap()), [2, 0, 0, 0]);
        // The old file again brings nothing back, and a note whose end came first is born cancelled.
        import_with(&t, Kind::Documents, first, options()).await.unwrap();
        let late = format!("{head}D3;C1;nfse_xml;2.xml;;;2026-09-01;2.xml\nD4;C1;letter;c.pdf;;cancelled;2026-09-01;1.pdf\n");
        import_with(&t, Kind::Documents, late, options()).await.unwrap();
        let expected = [("D1", "cancelled"), ("D2", "cancelled"), ("D3", "cancelled"), ("D4", "cancelled"), ("E1", "valid"), ("E2", "valid")];
        assert_eq!(states().await, pairs(&expected));
    }

    async fn an_invoice_of_a_branch_needs_the_branch_s_contract(t: TestServer) {
        the_three(&t).await;
        let branch = Cnpj::with_check_digits(b"12ABC3450002").unwrap();
        let wrong = "external_id;customer;number;kind;plan_name;starts_on;branch_tax_id\nK3;C2;3;business;P;2023-01-01;11.222.333/0001-81\nK4;C1;4;family;P;2023-01-01;11.222.333/0001-81\n";
        let report = import(&t, Kind::Contracts, wrong).await;
        assert_eq!(reasons(&report), [(2, "branch_tax_id", Reason::NotABranch), (3, "branch_tax_id", Reason::NotABranch)]);
        let contract = format!("external_id;customer;number;kind;plan_name;starts_on;branch_tax_id\nK3;C2;3;business;P;2023-01-01;{branch}\n");
        assert_eq!(counts(&import(&t, Kind::Contracts, contract.clone()).await), [1, 0, 0, 0]);
        assert_eq!(counts(&import(&t, Kind::Contracts, contract).await), [0, 0, 1, 0]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("1.xml"), note(1, branch.as_str(), "10.00", "2026-09-01")).unwrap();
        let options = || Options { folder: Some(PathBuf::from(folder.path())), ..Options::default() };
        let head = "external_id;customer;contract;kind;name;issued_on;file\n";
        for contract in ["", "K2"] {
            let report = import_with(&t, Kind::Documents, format!("{head}D1;C2;{contract};nfse_xml;1.xml;2026-09-01;1.xml\n"), options()).await.unwrap();
            assert_eq!(reasons(&report), [(2, "file", Reason::InvoiceTaker)], "{contract}");
        }
        let report = import_with(&t, Kind::Documents, format!("{head}D1;C2;K1;nfse_xml;1.xml;2026-09-01;1.xml\n"), options()).await.unwrap();
        assert_eq!(reasons(&report), [(2, "contract", Reason::DifferentCustomers)]);
        let report = import_with(&t, Kind::Documents, format!("{head}D1;C2;K3;nfse_xml;1.xml;2026-09-01;1.xml\n"), options()).await.unwrap();
        assert_eq!(counts(&report), [1, 0, 0, 0]);
    }

    async fn many_batches_are_one_file(t: TestServer) {
        the_three(&t).await;
        let mut text = String::from("external_id;contract;number;nature;competence;issued_on;due_on;amount\n");
        for at in 0..4_500 {
            // Line 4,402 repeats the id of line 12; one in a thousand is of an unknown contract.
            let id = if at == 4_400 { 10 } else { at };
            let contract = if at % 1_000 == 7 { "K9" } else { "K2" };
            text.push_str(&format!("N{id};{contract};{at};monthly;2026-10;2026-09-20;2026-10-10;{},{:02}\n", at / 7 + 1, at % 100));
        }
        let mut seen = Vec::new();
        let report = imports::run(&t, Kind::Bills, Cursor::new(text), Options::default(), |progress| seen.push(progress.lines)).await.unwrap();
        assert_eq!(counts(&report), [4_494, 0, 0, 6]);
        assert_eq!(reasons(&report).last().unwrap(), &(4_402, "external_id", Reason::Repeated { first: 12 }));
        assert_eq!(seen, [2_000, 4_000, 4_500, 4_500]);
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }

    async fn the_examples_are_good(t: TestServer) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/import");
        for kind in Kind::ALL {
            let file = std::fs::File::open(folder.join(format!("{}.csv", kind.as_str()))).unwrap();
            let options = Options { folder: Some(folder.clone()), ..Options::default() };
            let report = imports::run(&t, kind, file, options, |_| {}).await.unwrap();
            assert_eq!((report.refusals, report.warnings), (vec![], vec![]), "{kind:?}");
            assert!(report.counts.created > 0);
        }
        assert_eq!(ledger::verify(&t).await.unwrap(), []);
    }
}

/// Whatever the bytes are, an import answers, and what it refuses leaves no trace.
#[test]
fn no_bytes_panic_and_a_refused_line_leaves_no_trace() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let t = runtime.block_on(TestServer::sqlite());
    runtime.block_on(the_three(&t));
    let headers = [
        "external_id;tax_id;name;email;phone;address;city;state;postal_code;locale",
        "external_id;customer;number;kind;plan_name;state;starts_on;ends_on;fine_rate;monthly_interest",
        "external_id;representative;customer;scope;contracts;starts_on;ends_on",
        "external_id;customer;contract;kind;issuer;reference;amount;given_on;valid_until;state",
        "external_id;contract;number;nature;competence;description;issued_on;due_on;amount",
        "external_id;bills;bank_agreement;nosso_numero;document_number;barcode;line;emv;amount;issued_on;due_on;limit_on;state",
        "external_id;bill;slip;paid_on;credited_on;amount;fine;interest;discount;method;bank_reference;payer_tax_id",
        "external_id;customer;contract;bill;kind;name;number;access_key;amount;status;competence;issued_on;file",
    ];
    let tables = "select (select count(*) from customers) + (select count(*) from contracts) + (select count(*) from bills)
        + (select count(*) from guarantees) + (select count(*) from slips) + (select count(*) from payments) + (select count(*) from documents)";
    let bytes = prop::collection::vec(prop_oneof![Just(b';'), Just(b'"'), Just(b'\n'), Just(b'1'), any::<u8>()], 0..200);
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(kind in 0usize..8, header in any::<bool>(), bytes in bytes)| {
        let mut text = if header { format!("{}\n", headers[kind]).into_bytes() } else { Vec::new() };
        text.extend(bytes);
        runtime.block_on(async {
            let before = count(&t, tables).await;
            let options = Options { folder: Some(std::env::temp_dir()), ..Options::default() };
            if let Ok(report) = import_with(&t, Kind::ALL[kind], text, options).await {
                let [created, updated, unchanged, refused] = counts(&report);
                assert_eq!(created + updated + unchanged + refused, report.counts.lines);
                assert_eq!(count(&t, tables).await - before, i64::try_from(created).unwrap());
            } else {
                assert_eq!(count(&t, tables).await, before);
            }
        });
    });
    assert_eq!(runtime.block_on(ledger::verify(&t)).unwrap(), []);
}
