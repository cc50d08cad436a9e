use domain::forms::Problem;
use domain::money::Money;
use domain::pix::br_code::BrCode;
use server::authenticity::{Answer, check};
use server::error::Error;
use server::sessions::Visit;
use server::{on_both_databases, sql};

use crate::bills::stands;

/// A public example of another creditor's boleto (Banco do Brasil's manual).
const ELSEWHERE: &str = "00190.50095 40144.816069 06809.350314 3 37370000000100";

on_both_databases! {
    async fn tells_ours_from_others_in_every_form(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 10).await;
        let slip = t.a_slip(bill).await;
        let mut conn = t.db.read().await.unwrap();
        let (barcode, emv) = sql!(conn, one (String, String): "select barcode, emv from slips where id = $1", slip.0).unwrap();
        drop(conn);
        let line = domain::boleto::barcode::Barcode::parse(&barcode).unwrap().to_line();
        let ours = BrCode::parse(&emv).unwrap();
        let mut renamed = ours.parts().clone();
        renamed.name = "Outro nome".into();
        let mut elsewhere = ours.parts().clone();
        elsewhere.charge = Some(domain::pix::br_code::Charge::Location("pix.example.com/v2/cobv/0".into()));
        for (typed, expected) in [
            (line.to_string(), Answer::OursPayable),
            (line.as_str().to_owned(), Answer::OursPayable),
            (barcode.clone(), Answer::OursPayable),
            (emv.clone(), Answer::OursPayable),
            (renamed.write().unwrap().to_string(), Answer::OursPayable),
            (elsewhere.write().unwrap().to_string(), Answer::NotOurs),
            (ELSEWHERE.to_owned(), Answer::NotOurs),
            ("83860000005-0 09600019000-9 00080178230-9 00034306271-2".to_owned(), Answer::NotOurs),
        ] {
            assert_eq!(check(&t, &t.visit(), &typed).await.unwrap(), expected, "{typed}");
        }
    }

    async fn paid_replaced_closed_and_past_its_limit_are_not_to_be_paid(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 10).await;
        let slip = t.a_slip(bill).await;
        let mut conn = t.db.read().await.unwrap();
        let (barcode,) = sql!(conn, one (String,): "select barcode from slips where id = $1", slip.0).unwrap();
        drop(conn);
        for (state, expected) in [("paid", Answer::OursNotPayable), ("replaced", Answer::OursNotPayable), ("closed", Answer::OursNotPayable), ("registered", Answer::OursPayable)] {
            let mut tx = t.db.write().await.unwrap();
            sql!(tx, execute: "update slips set state = $2 where id = $1", slip.0, state).unwrap();
            tx.commit().await.unwrap();
            assert_eq!(check(&t, &t.visit(), &barcode).await.unwrap(), expected, "{state}");
        }
        stands(&t, bill, domain::statement::Standing::InAgreement).await;
        assert_eq!(check(&t, &t.visit(), &barcode).await.unwrap(), Answer::OursNotPayable);
        stands(&t, bill, domain::statement::Standing::Open).await;
        t.clock.advance(chrono::TimeDelta::days(51));
        assert_eq!(check(&t, &t.visit(), &barcode).await.unwrap(), Answer::OursNotPayable);
    }

    async fn what_is_no_code_is_told_by_the_field(t: TestServer) {
        for (typed, expected) in [
            ("", Problem::Missing),
            ("0019x", Problem::UnexpectedCharacter { at: 5 }),
            ("12345", Problem::NotAPaymentCode),
            ("00190.50095 40144.816069 06809.350314 4 37370000000100", Problem::NotAPaymentCode),
        ] {
            match check(&t, &t.visit(), typed).await {
                Err(Error::Form(errors)) => assert_eq!((errors[0].field.as_ref(), errors[0].problem.clone()), ("code", expected), "{typed}"),
                other => panic!("{typed}: {other:?}"),
            }
        }
    }

    async fn one_network_cannot_ask_for_ever(t: TestServer) {
        let mut throttled = 0;
        for _ in 0..65 {
            throttled += usize::from(matches!(check(&t, &t.visit(), ELSEWHERE).await, Err(Error::Throttled(_))));
        }
        // The window may turn once meanwhile.
        assert!(throttled >= 5, "{throttled}");
        let elsewhere = Visit { network: "198.51.100.0".into(), device: "test".into(), ..Visit::default() };
        assert_eq!(check(&t, &elsewhere, ELSEWHERE).await.unwrap(), Answer::NotOurs);
    }
}
