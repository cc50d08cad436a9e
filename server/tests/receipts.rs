use std::convert::Infallible;

use bytes::Bytes;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::BillId;
use domain::money::Money;
use domain::receipts::ReceiptForm;
use domain::requests::forms::MessageForm;
use domain::requests::{Action, Status};
use server::error::Error;
use server::files::{self, Stored};
use server::requests::{self, Detail, desk, record};
use server::testing::TestServer;
use server::{on_both_databases, receipts};

use crate::requests::{nothing, problem, submission};

/// A small PDF that says `text`.
pub(crate) fn pdf(text: &str) -> Vec<u8> {
    let body = format!("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Note({text})>>\nendobj\n");
    format!("{body}xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", body.len()).into_bytes()
}

pub(crate) async fn received(t: &TestServer, bytes: Vec<u8>) -> Result<Stored, Error> {
    let parts: Vec<Result<Bytes, Infallible>> = bytes.chunks(1_000).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    files::receive(t, futures::stream::iter(parts), "comprovante.pdf").await
}

fn form(bills: &[BillId]) -> ReceiptForm {
    ReceiptForm { bills: bills.iter().map(ToString::to_string).collect(), submission: submission(), ..ReceiptForm::default() }
}

on_both_databases! {
    async fn a_receipt_settles_nothing_until_the_bank_does(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(52_347), 10).await;
        let file = received(&t, pdf("pago")).await.unwrap();
        let mut sent = form(&[bill]);
        sent.paid_on = t.clock.today().to_string();
        sent.amount = "523,47".into();
        let protocol = receipts::submit(&t, &customer, &sent, &[file]).await.unwrap().digits();
        assert_eq!(receipts::submit(&t, &customer, &sent, &[received(&t, pdf("pago")).await.unwrap()]).await.unwrap().digits(), protocol);
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert!(matches!(view.detail, Detail::Receipt { amount: Some(amount), .. } if amount == Money::cents(52_347)));
        assert_eq!(view.timeline[0].files.len(), 1);
        let mut download = requests::attachment(&t, &customer, view.timeline[0].files[0].id).await.unwrap();
        let mut bytes = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut download.file, &mut bytes).await.unwrap();
        assert_eq!((bytes, download.size), (pdf("pago"), pdf("pago").len() as u64));
        assert_eq!((download.media_type.as_str(), download.name.as_str()), ("application/pdf", "comprovante.pdf"));

        let staff = t.staff(Role::Operator).await;
        desk::claim(&t, &staff, &protocol).await.unwrap();
        let payment = t.a_bill(customer.id(), Money::cents(52_347), -5).await;
        let seen = desk::open(&t, &staff, &protocol).await.unwrap();
        assert_eq!(seen.bills.iter().map(|bill| bill.id).collect::<Vec<_>>(), [payment], "an open bill of the same amount is suggested");
        assert_eq!(seen.ledger.len(), 1);
        assert!(desk::attachment(&t, &staff, view.timeline[0].files[0].id).await.is_ok());
        desk::approve(&t, &staff, &protocol, &nothing()).await.unwrap();
        assert_eq!(t.bill_now(bill).await, (Money::cents(52_347), "open".into()));
        assert_eq!(requests::bill_notes(&t, &customer, bill).await.unwrap()[0].kind, "receipt_seen");
        assert_eq!(record::settle(&t).await.unwrap(), 0);
        t.a_payment(customer.id(), bill, Money::cents(52_347), None).await;
        assert_eq!(desk::open(&t, &staff, &protocol).await.unwrap().payments.len(), 1, "the payment it proves is suggested");
        assert_eq!(record::settle(&t).await.unwrap(), 1);
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        assert_eq!(view.status, Status::Done);
        assert_eq!(view.timeline.last().unwrap().what, requests::What::Step(Action::Finish));
        t.is_whole().await;
    }

    async fn a_receipt_in_the_queue_is_done_when_the_payment_is_found(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (one, two) = (t.a_bill(customer.id(), Money::cents(100), 3).await, t.a_bill(customer.id(), Money::cents(200), 3).await);
        let protocol = receipts::submit(&t, &customer, &form(&[one, two]), &[received(&t, pdf("a")).await.unwrap()]).await.unwrap().digits();
        t.a_payment(customer.id(), one, Money::cents(100), None).await;
        assert_eq!(record::settle(&t).await.unwrap(), 0, "one of two bills is still open");
        t.a_payment(customer.id(), two, Money::cents(200), None).await;
        let both = futures::future::join_all((0..3).map(|_| record::settle(&t))).await;
        assert_eq!(both.into_iter().map(Result::unwrap).sum::<usize>(), 1);
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().status, Status::Done);
        t.is_whole().await;
    }

    async fn the_same_file_is_taken_again_for_other_bills_only(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (one, two) = (t.a_bill(customer.id(), Money::cents(100), 3).await, t.a_bill(customer.id(), Money::cents(200), 3).await);
        let file = received(&t, pdf("um e outro")).await.unwrap();
        let first = receipts::submit(&t, &customer, &form(&[one]), std::slice::from_ref(&file)).await.unwrap();
        let again = receipts::submit(&t, &customer, &form(&[one, two]), std::slice::from_ref(&file)).await;
        assert_eq!(problem(again), ("files".into(), Problem::NoLongerPossible));
        receipts::submit(&t, &customer, &form(&[two]), std::slice::from_ref(&file)).await.unwrap();
        requests::withdraw(&t, &customer, &first.digits()).await.unwrap();
        receipts::submit(&t, &customer, &form(&[one]), std::slice::from_ref(&file)).await.unwrap();
        // Somebody else's file, byte by byte the same, is shown to staff.
        let other = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(other.id(), Money::cents(100), 3).await;
        let protocol = receipts::submit(&t, &other, &form(&[bill]), &[file]).await.unwrap();
        let warnings = desk::open(&t, &t.staff(Role::Operator).await, &protocol.digits()).await.unwrap().warnings;
        assert!(matches!(warnings.as_slice(), [desk::Warning::FileSentByAnother(_)]), "{warnings:?}");
        t.is_whole().await;
    }

    async fn what_cannot_be_sent_leaves_nothing(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let (own, others) = (t.a_bill(customer.id(), Money::cents(100), 3).await, t.a_bill(other.id(), Money::cents(100), 3).await);
        let file = received(&t, pdf("x")).await.unwrap();
        let one = std::slice::from_ref(&file);
        assert_eq!(problem(receipts::submit(&t, &customer, &form(&[own]), &[]).await), ("files".into(), Problem::Missing));
        assert_eq!(problem(receipts::submit(&t, &customer, &form(&[]), one).await), ("bills".into(), Problem::Missing));
        assert!(matches!(receipts::submit(&t, &customer, &form(&[own, others]), one).await, Err(Error::NotFound)));
        let many = vec![file.clone(); 11];
        assert_eq!(problem(receipts::submit(&t, &customer, &form(&[own]), &many).await), ("files".into(), Problem::TooManyFiles { max: 10 }));
        t.a_payment(customer.id(), own, Money::cents(100), None).await;
        assert_eq!(problem(receipts::submit(&t, &customer, &form(&[own]), one).await), ("bills".into(), Problem::NoLongerPossible));
        let unknown = Stored { hash: "ab".repeat(32), ..file.clone() };
        let open = t.a_bill(customer.id(), Money::cents(100), 3).await;
        assert!(matches!(receipts::submit(&t, &customer, &form(&[open]), &[unknown]).await, Err(Error::Db(_))), "a file that is not there");
        assert_eq!((t.count("requests").await, t.count("uploads").await, t.count("request_bills").await), (0, 0, 0));
        t.is_whole().await;
    }

    async fn files_come_with_messages_and_stay_with_their_owner(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let other = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(100), 3).await;
        let protocol = receipts::submit(&t, &customer, &form(&[bill]), &[received(&t, pdf("1")).await.unwrap()]).await.unwrap().digits();
        let message = MessageForm { text: String::new(), submission: submission() };
        let second = received(&t, pdf("2")).await.unwrap();
        requests::message(&t, &customer, &protocol, &message, std::slice::from_ref(&second)).await.unwrap();
        requests::message(&t, &customer, &protocol, &message, &[second]).await.unwrap();
        let view = requests::find(&t, &customer, &protocol).await.unwrap();
        let files: Vec<_> = view.timeline.iter().flat_map(|moment| &moment.files).collect();
        assert_eq!(files.len(), 2);
        assert!(matches!(requests::attachment(&t, &other, files[0].id).await, Err(Error::NotFound)));
        t.is_whole().await;
    }
}
