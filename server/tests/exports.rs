use std::io::Read;

use chrono::{Days, NaiveDate, TimeDelta};
use domain::actors::Role;
use domain::money::Money;
use domain::requests::forms::DecisionForm;
use server::error::Error;
use server::exports::{self, Format, Kind, Made, Period};
use server::requests::desk;
use server::sessions::Hand;
use server::testing::TestServer;
use server::{on_both_databases, sql};
use tokio::io::AsyncReadExt;

use crate::refunds::{a_duplicate, approve, compensation, to_account};

/// From a week ago to tomorrow.
fn this_week(t: &TestServer) -> Period {
    Period::new(t.clock.today() - Days::new(7), t.clock.today() + Days::new(1)).unwrap()
}

async fn bytes(mut made: Made) -> Vec<u8> {
    let mut bytes = Vec::new();
    made.file.file.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(made.file.size, bytes.len() as u64);
    bytes
}

async fn export(t: &TestServer, kind: Kind, format: Format) -> Made {
    exports::export(t, Hand::Terminal, kind, this_week(t), format).await.unwrap()
}

/// The rows of an export, by the names of its columns.
async fn table(t: &TestServer, kind: Kind) -> Vec<std::collections::HashMap<String, String>> {
    let text = bytes(export(t, kind, Format::Csv).await).await;
    csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_slice()).deserialize().map(Result::unwrap).collect()
}

/// A file inside an XLSX.
fn inside(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Slips of one bill each that the bank does not know, issued on these days.
async fn pending(t: &TestServer, days: &[NaiveDate]) {
    for day in days {
        let bill = t.a_bill(t.a_person().await, Money::cents(10_050), 5).await;
        let slip = t.a_slip_unregistered(bill).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update slips set issued_on = $2 where id = $1", slip.0, *day).unwrap();
        tx.commit().await.unwrap();
    }
}

on_both_databases! {
    async fn refunds_and_compensations_are_told_apart_and_no_account_is_shown(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 12_345).await;
        let refund = crate::refunds::submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap();
        assert!(table(&t, Kind::Refunds).await.is_empty(), "nobody has approved it");
        let (_, bia) = approve(&t, &refund.digits()).await;
        let rows = table(&t, Kind::Refunds).await;
        assert_eq!(rows.len(), 1);
        let (row, digits) = (&rows[0], refund.digits());
        assert_eq!((row["protocol"].as_str(), row["amount"].as_str(), row["state"].as_str()), (digits.as_str(), "123.45", "approved"));
        assert_eq!((row["destination"].as_str(), row["bank_file"].as_str()), ("***169-6", ""));
        assert!(!format!("{rows:?}").contains("210169"));
        assert_eq!(table(&t, Kind::Compensations).await.len(), 0);

        let (_, credit) = a_duplicate(&t, &customer, 5_000).await;
        let target = t.a_bill(customer.id(), Money::cents(9_000), -3).await;
        let taken = crate::refunds::submit(&t, &customer, &compensation(credit, Some(target))).await.unwrap();
        approve(&t, &taken.digits()).await;
        let rows = table(&t, Kind::Compensations).await;
        assert_eq!((rows.len(), rows[0]["protocol"].clone(), rows[0]["amount"].as_str()), (1, taken.digits(), "50.00"));
        assert!(!rows[0]["to_bill"].is_empty() && !rows[0]["from_bill"].is_empty() && rows[0]["to_bill"] != rows[0]["from_bill"]);
        let totals = exports::totals(&t, &bia, this_week(&t)).await.unwrap();
        let told: Vec<_> = totals.iter().map(|total| (total.kind, total.rows, total.sum.as_cents())).collect();
        assert_eq!(told[..3], [(Kind::Refunds, 1, 12_345), (Kind::Compensations, 1, 5_000), (Kind::Slips, 0, 0)]);
        t.is_whole().await;
    }

    async fn decisions_say_who_and_why(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 700).await;
        let asked = crate::refunds::submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap().digits();
        let staff = t.staff(Role::Supervisor).await;
        desk::claim(&t, &staff, &asked).await.unwrap();
        let no = DecisionForm { told: "=cmd|' /C calc'!A0".into(), ..DecisionForm::default() };
        desk::refuse(&t, &staff, &asked, &no).await.unwrap();
        let rows = table(&t, Kind::Decisions).await;
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row["protocol"].as_str(), row["request"].as_str(), row["decision"].as_str()), (asked.as_str(), "refund", "refused"));
        assert_eq!((row["decided_by"].as_str(), row["amount"].as_str()), ("Pessoa da equipe", "7.00"));
        assert_eq!(row["reason"], "'=cmd|' /C calc'!A0", "a reason is no formula");
        assert!(row["decided_at"].contains(&format!("{}T", t.clock.today())) && row["decided_at"].ends_with("-03:00"));
        let xlsx = bytes(export(&t, Kind::Decisions, Format::Xlsx).await).await;
        let sheet = inside(&xlsx, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>") && sheet.contains("=cmd|"), "a text in a workbook is a text as it was typed");
        assert!(sheet.contains("<v>7</v>"), "an amount is a number");
    }

    async fn slips_that_wait_for_the_bank_are_exported_without_what_could_be_paid(t: TestServer) {
        let today = t.clock.today();
        let known = t.a_bill(t.a_person().await, Money::cents(1), 5).await;
        t.a_slip(known).await;
        // Both ends of the period count, and the days around it do not.
        pending(&t, &[today - Days::new(8), today - Days::new(7), today, today + Days::new(1), today + Days::new(2)]).await;
        let rows = table(&t, Kind::Slips).await;
        let days: Vec<_> = rows.iter().map(|row| row["issued_on"].as_str()).collect();
        assert_eq!(days, [today - Days::new(7), today, today + Days::new(1)].map(|day| day.to_string()));
        assert!(rows.iter().all(|row| row["amount"] == "100.50" && row["bills"].starts_with('B') && row["bank_agreement"] == "main"));
        let mut conn = t.db.read().await.unwrap();
        let bars = sql!(conn, all (String, Option<String>): "select barcode, emv from slips").unwrap();
        drop(conn);
        let told = format!("{rows:?}");
        assert!(bars.iter().all(|(bars, pix)| !told.contains(bars) && pix.as_ref().is_none_or(|pix| !told.contains(pix))));
        assert_eq!((export(&t, Kind::Slips, Format::Csv).await.rows, export(&t, Kind::Slips, Format::Xlsx).await.sum), (3, Money::cents(30_150)));
    }

    async fn the_day_ends_at_the_creditors_midnight(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (_, credit) = a_duplicate(&t, &customer, 700).await;
        let asked = crate::refunds::submit(&t, &customer, &to_account(&t, &customer, credit).await).await.unwrap().digits();
        approve(&t, &asked).await;
        let mut tx = t.db.write().await.unwrap();
        // 02:30 in Greenwich is the evening before in São Paulo.
        let evening = "2026-11-11T02:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        sql!(tx, execute: "update refunds set ordered_at = $1", evening).unwrap();
        tx.commit().await.unwrap();
        let on = |day: &str| Period::of_day(day.parse().unwrap());
        for (day, rows) in [("2026-11-09", 0), ("2026-11-10", 1), ("2026-11-11", 0)] {
            let made = exports::export(&t, Hand::Terminal, Kind::Refunds, on(day), Format::Csv).await.unwrap();
            assert_eq!(made.rows, rows, "{day}");
        }
        let evening = bytes(exports::export(&t, Hand::Terminal, Kind::Refunds, on("2026-11-10"), Format::Csv).await.unwrap()).await;
        assert!(String::from_utf8(evening).unwrap().contains("2026-11-10T23:30:00-03:00"));
    }

    async fn every_file_is_told_with_its_sum_and_fingerprint(t: TestServer) {
        pending(&t, &[t.clock.today(); 3]).await;
        let staff = t.staff(Role::Receivables).await;
        let made = exports::export(&t, Hand::Staff(&staff), Kind::Slips, this_week(&t), Format::CsvBom).await.unwrap();
        let (id, name) = (made.id, made.file.name.clone());
        assert!(name.starts_with("boletos-a-registrar_") && name.ends_with(".csv"));
        let file = bytes(made).await;
        assert!(file.starts_with("\u{feff}external_id;".as_bytes()));
        t.clock.advance(TimeDelta::seconds(1));
        export(&t, Kind::Decisions, Format::Xlsx).await;
        let past = exports::history(&t, &staff, None).await.unwrap();
        let told: Vec<_> = past.exports.iter().map(|past| (past.kind, past.format, past.row_count, past.sum.as_cents(), past.by_name.as_deref())).collect();
        assert_eq!(told, [(Kind::Decisions, Format::Xlsx, 0, 0, None), (Kind::Slips, Format::CsvBom, 3, 30_150, Some("Pessoa da equipe"))]);
        assert_eq!((past.exports[1].id, past.exports[1].file_hash.as_str(), past.next), (id, server::sealing::sha256(&file).as_str(), None));
        assert_eq!((past.exports[1].from_on, past.exports[1].to_on), (this_week(&t).from(), this_week(&t).to()));
        let mut conn = t.db.read().await.unwrap();
        let events = sql!(conn, all (String, Option<uuid::Uuid>): "select detail, subject_id from audit_events where action = 'exports.take' order by seq").unwrap();
        drop(conn);
        assert_eq!((events.len(), events[0].1), (2, Some(id)));
        assert!(events[0].0.contains("30150") && !events[0].0.contains("Pessoa"));
        t.is_whole().await;
    }

    async fn the_list_goes_on_page_by_page(t: TestServer) {
        let staff = t.staff(Role::Supervisor).await;
        for _ in 0..35 {
            export(&t, Kind::Slips, Format::Csv).await;
        }
        let first = exports::history(&t, &staff, None).await.unwrap();
        let second = exports::history(&t, &staff, first.next).await.unwrap();
        assert_eq!((first.exports.len(), second.exports.len(), second.next), (30, 5, None));
    }

    async fn nobody_else_exports(t: TestServer) {
        pending(&t, &[t.clock.today()]).await;
        for role in [Role::Operator, Role::Legal, Role::Administrator] {
            let staff = t.staff(role).await;
            let file = exports::export(&t, Hand::Staff(&staff), Kind::Slips, this_week(&t), Format::Csv).await;
            assert!(matches!(file, Err(Error::Forbidden)));
            assert!(matches!(exports::totals(&t, &staff, this_week(&t)).await, Err(Error::Forbidden)));
            assert!(matches!(exports::history(&t, &staff, None).await, Err(Error::Forbidden)));
        }
        assert_eq!(t.count("exports").await, 0);
    }

    async fn pages_leave_nothing_out_and_tell_nothing_twice(t: TestServer) {
        // More than two pages of one day, so that only ids tell them apart.
        pending(&t, &[t.clock.today()]).await;
        let mut tx = t.db.write().await.unwrap();
        let (slip,) = sql!(tx, one (uuid::Uuid,): "select id from slips where state = 'pending'").unwrap();
        for n in 0..2_345_i64 {
            sql!(tx, execute: "insert into slips (id, external_id, customer_id, bank_agreement_id, nosso_numero, document_number, barcode, amount,
                    issued_on, due_on, limit_on, state, instructions)
                select $2, $3, customer_id, bank_agreement_id, nosso_numero, document_number, $3, amount, issued_on, due_on, limit_on, state, instructions
                  from slips where id = $1", slip, uuid::Uuid::now_v7(), format!("many-{n}")).unwrap();
        }
        tx.commit().await.unwrap();
        let rows = table(&t, Kind::Slips).await;
        let ids: std::collections::HashSet<_> = rows.iter().map(|row| row["external_id"].as_str()).collect();
        assert_eq!((rows.len(), ids.len()), (2_346, 2_346));
        let (one, other) = tokio::join!(export(&t, Kind::Slips, Format::Xlsx), export(&t, Kind::Slips, Format::Csv));
        assert_eq!((one.rows, other.rows, one.sum), (2_346, 2_346, other.sum));
        let sheet = inside(&bytes(one).await, "xl/worksheets/sheet1.xml");
        assert_eq!(sheet.matches("<row ").count(), 2_347, "a header and every row");
        assert_eq!(crate::s3::files_in(&t.folder()), 0, "no export stays on the disk");
    }
}
