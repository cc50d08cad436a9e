//! What is read in the files of a receipt, how it is held against what is known, and how its pages are drawn.

use domain::actors::Role;
use domain::boleto::barcode::Barcode;
use domain::ids::{BillId, PaymentId};
use domain::money::Money;
use domain::receipts::ReceiptForm;
use domain::receipts::comparing::{Confidence, Doubt, Mark, Reason};
use domain::receipts::reading::Said;
use domain::requests::forms::MessageForm;
use server::error::Error;
use server::files::Stored;
use server::pictures::Failure;
use server::requests::{self, desk};
use server::sessions::Customer;
use server::testing::TestServer;
use server::{backup, on_both_databases, receipts, sql};

use crate::receipts::{pdf, received};
use crate::requests::submission;

const TRANSFER: &str = "E18236120202611101022s0123456789";

/// A page that says these lines, as a bank's program writes one.
pub(crate) fn paper(lines: &[&str]) -> Vec<u8> {
    let mut content = String::from("BT /F1 11 Tf 40 800 Td 16 TL\n");
    for line in lines {
        let escaped: String = line.chars().map(|c| if matches!(c, '(' | ')' | '\\') { format!("\\{c}") } else { c.to_string() }).collect();
        content.push_str(&format!("({escaped}) Tj T*\n"));
    }
    content.push_str("ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    // The standard fonts speak Latin-1: one byte a letter.
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj{object}endobj\n", at + 1).chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    bytes.extend(format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).into_bytes());
    bytes
}

async fn sent(t: &TestServer, customer: &Customer, bills: &[BillId], files: &[Stored]) -> String {
    let form = ReceiptForm { bills: bills.iter().map(ToString::to_string).collect(), submission: submission(), ..ReceiptForm::default() };
    receipts::submit(t, customer, &form, files).await.unwrap().digits()
}

/// The line of a bill's slip, as it is printed.
async fn line(t: &TestServer, bill: BillId) -> String {
    let mut conn = t.db.read().await.unwrap();
    let (barcode,) =
        sql!(conn, one (String,): "select s.barcode from slips s join slip_bills b on b.slip_id = s.id where b.bill_id = $1", bill.0)
            .unwrap();
    Barcode::parse(&barcode).unwrap().to_line().to_string()
}

on_both_databases! {
    async fn a_paper_is_read_and_held_against_slips_bills_and_payments(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (named, meant) = (t.a_bill(customer.id(), Money::cents(52_347), 30).await, t.a_bill(customer.id(), Money::cents(9_990), 10).await);
        t.a_slip(meant).await;
        let today = t.clock.today().format("%d/%m/%Y").to_string();
        let lines = ["Comprovante de pagamento", &line(&t, meant).await, &format!("Valor pago R$ 99,90 em {today}"), "Autenticação: A1B2.C3D4.E5F6.0708"];
        let file = received(&t, paper(&lines)).await.unwrap();
        let protocol = sent(&t, &customer, &[named], &[file]).await;
        let staff = t.staff(Role::Receivables).await;
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        let [proof] = seen.proofs.as_slice() else { panic!("one file") };
        let text: Vec<&str> = proof.reading.paper.as_ref().unwrap().pages[0].lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(text, lines);
        let said: Vec<&Said> = proof.reading.found.iter().map(|found| &found.said).collect();
        assert!(matches!(said.as_slice(), [Said::Boleto { .. }, Said::Day { .. }, Said::Amount { .. }, Said::Authentication { .. }]), "{said:?}");
        // They named another bill than the one whose boleto was paid.
        let first = &proof.comparison.suggestions[0];
        assert_eq!((first.bill, first.confidence, first.reasons.as_slice()), (Some(meant), Confidence::Sure, [Reason::Line, Reason::Amount].as_slice()));
        assert_eq!(proof.comparison.doubts, [Doubt::OtherBill(meant)]);
        assert_eq!((proof.comparison.marks[0], proof.comparison.marks[2]), (Mark::Bill(meant), Mark::Bill(meant)));
        assert_eq!(proof.numbers[&meant].len(), 6);

        // Once the money came, the paper leads to it.
        let payment: PaymentId = t.a_payment(customer.id(), meant, Money::cents(9_990), None).await;
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        let first = &seen.proofs[0].comparison.suggestions[0];
        assert_eq!((first.bill, first.payment), (Some(meant), Some(payment)));
        assert_eq!(first.reasons, [Reason::Line, Reason::Came, Reason::Amount, Reason::Day]);
        // What stands on it lies sealed: nobody reads it in the database.
        let mut conn = t.db.read().await.unwrap();
        let (sealed,) = sql!(conn, one (String,): "select paper_sealed from readings").unwrap();
        assert!(!sealed.contains("Comprovante") && !sealed.contains("99,90"));
        drop(conn);
        assert_eq!(t.count("reading_marks").await, 1);
        assert!(backup::TABLES.contains(&"readings"));
        t.is_whole().await;
    }

    async fn charges_of_the_day_explain_an_amount(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 30).await;
        let paid_on = t.clock.today() - chrono::Days::new(10);
        let mut conn = t.db.read().await.unwrap();
        let (fine_rate,) = sql!(conn, one (String,): "select fine_rate from contracts where customer_id = $1", customer.id().0).unwrap();
        drop(conn);
        assert_eq!(fine_rate, "0.02");
        // Two per cent, and twenty days of one per cent a month: 2,00 + 0,67. A due date that is no business day moves it by a few days.
        let seen_with = async |text: &str| {
            let file = received(&t, paper(&[text])).await.unwrap();
            let protocol = sent(&t, &customer, &[bill], &[file]).await;
            desk::open(&t, &t.staff(Role::Operator).await, &protocol).await.unwrap().proofs.remove(0).comparison
        };
        let mut explained = 0;
        for cents in [10_267, 10_263, 10_260, 10_257] {
            let comparison = seen_with(&format!("Total pago {} em {}", Money::cents(cents).grouped('.', ','), paid_on.format("%d/%m/%Y"))).await;
            explained += comparison.suggestions.iter().filter(|it| it.reasons == [Reason::WithCharges(paid_on), Reason::Chosen]).count();
        }
        assert_eq!(explained, 1);
        let comparison = seen_with("Valor pago 55,00").await;
        assert_eq!(comparison.doubts, [Doubt::Amount { paid: Money::cents(5_500), owed: Money::cents(10_000) }]);
    }

    async fn the_same_transfer_in_two_customers_files_is_told(t: TestServer) {
        let (one, other) = (t.signed_in(t.a_person().await).await, t.signed_in(t.a_person().await).await);
        let (bill, others) = (t.a_bill(one.id(), Money::cents(10_000), 5).await, t.a_bill(other.id(), Money::cents(10_000), 5).await);
        // Printed anew, so that the files are not the same.
        let file = received(&t, paper(&["Pix enviado", &format!("ID da transação {TRANSFER}"), "Valor R$ 100,00"])).await.unwrap();
        let copy = received(&t, paper(&["Comprovante Pix", "Valor R$ 100,00", TRANSFER])).await.unwrap();
        assert_ne!(file.hash, copy.hash);
        let protocol = sent(&t, &one, &[bill], std::slice::from_ref(&file)).await;
        let staff = t.staff(Role::Operator).await;
        assert!(desk::open(&t, &staff, &protocol).await.unwrap().proofs[0].elsewhere.is_empty());
        let second = sent(&t, &other, &[others], &[copy]).await;
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        assert_eq!(seen.proofs[0].elsewhere.iter().map(|protocol| protocol.digits()).collect::<Vec<_>>(), std::slice::from_ref(&second));
        assert_eq!(desk::open(&t, &staff, &second).await.unwrap().proofs[0].elsewhere[0].digits(), protocol);
        // The customer's own second file is none of that.
        let third = t.a_bill(one.id(), Money::cents(10_000), 5).await;
        let again = sent(&t, &one, &[third], &[file]).await;
        assert_eq!(desk::open(&t, &staff, &again).await.unwrap().proofs[0].elsewhere.len(), 1);
    }

    async fn what_is_only_scheduled_is_told_to_both_sides(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 5).await;
        let file = received(&t, paper(&["COMPROVANTE DE AGENDAMENTO", "Valor 100,00"])).await.unwrap();
        let protocol = sent(&t, &customer, &[bill], &[file]).await;
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().doubts, [Doubt::Scheduled]);
        let staff = t.staff(Role::Operator).await;
        assert_eq!(desk::open(&t, &staff, &protocol).await.unwrap().proofs[0].comparison.doubts, [Doubt::Scheduled]);
        // A file sent with an answer is read as well.
        let boleto = received(&t, paper(&["Recibo do Pagador"])).await.unwrap();
        let message = MessageForm { text: String::new(), submission: submission() };
        requests::message(&t, &customer, &protocol, &message, &[boleto]).await.unwrap();
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().doubts, [Doubt::Scheduled, Doubt::Slip]);
    }

    async fn a_file_that_cannot_be_read_holds_nothing_up(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 5).await;
        // Well-formed as far as its outside goes, and without a page.
        let file = received(&t, pdf("x")).await.unwrap();
        let hash = file.hash.clone();
        let protocol = sent(&t, &customer, &[bill], &[file]).await;
        let staff = t.staff(Role::Operator).await;
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        assert_eq!(seen.proofs[0].reading.paper, Err(Failure::Unreadable));
        assert!(matches!(desk::picture(&t, &staff, seen.proofs[0].upload, 0).await, Err(Error::NotFound)));
        // Nor does one that is gone.
        t.files.remove(&hash).await.unwrap();
        assert!(desk::open(&t, &staff, &protocol).await.is_ok());
    }

    async fn pages_and_photos_are_drawn_for_whoever_may_see_them(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(10_000), 5).await;
        let heic = heifer::encode_rgb8(64, 32, &[200; 64 * 32 * 3], &heifer::EncodeOptions::default()).unwrap();
        let files = [received(&t, paper(&["Pago"])).await.unwrap(), received(&t, heic).await.unwrap()];
        assert_eq!(files[1].media_type, "image/heic");
        let protocol = sent(&t, &customer, &[bill], &files).await;
        let operator = t.staff(Role::Operator).await;
        let seen = desk::open(&t, &operator, &protocol).await.unwrap();
        let page = desk::picture(&t, &operator, seen.proofs[0].upload, 0).await.unwrap();
        assert_eq!((page.media_type, &page.bytes[..8]), ("image/png", b"\x89PNG\r\n\x1a\n".as_slice()));
        let photo = &seen.proofs[1];
        let size = photo.reading.paper.as_ref().unwrap();
        assert_eq!((size.of, size.pages[0].width, size.pages[0].height, size.pages[0].lines.len()), (1, 64, 32, 0));
        let drawn = desk::picture(&t, &operator, photo.upload, 0).await.unwrap();
        assert_eq!((drawn.media_type, &drawn.bytes[..3]), ("image/jpeg", b"\xff\xd8\xff".as_slice()));
        for page in [1, 99] {
            assert!(matches!(desk::picture(&t, &operator, photo.upload, page).await, Err(Error::NotFound)));
        }
        for role in [Role::Administrator] {
            assert!(matches!(desk::picture(&t, &t.staff(role).await, photo.upload, 0).await, Err(Error::Forbidden)));
        }
        let unknown = domain::ids::UploadId(uuid::Uuid::from_u128(1));
        assert!(matches!(desk::picture(&t, &operator, unknown, 0).await, Err(Error::NotFound)));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'uploads.look'").unwrap();
        assert_eq!(looks, 2, "two pages were shown");
        drop(conn);
        t.is_whole().await;
    }
}
