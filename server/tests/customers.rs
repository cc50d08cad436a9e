use domain::actors::Role;
use domain::forms::Problem;
use domain::money::Money;
use domain::slips::Channel;
use domain::statement::EntryKind;
use server::customers::search::{self, Matched};
use server::customers::{self, By};
use server::error::Error;
use server::slips::{self, Pick};
use server::{on_both_databases, sql};

use crate::bills::{asked, days_ago};

on_both_databases! {
    async fn a_profile_hides_contacts_in_part(t: TestServer) {
        let person = t.a_person().await;
        t.a_contract(person).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = 'maria@example.org', phone = '41999991234' where id = $1", person.0).unwrap();
        tx.commit().await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (email,) = sql!(conn, one (String,): "select email from customers where id = $1", person.0).unwrap();
        drop(conn);
        assert_eq!(email, "maria@example.org");
        let profile = customers::profile(&t, &t.signed_in(person).await).await.unwrap();
        assert_eq!((profile.email.as_deref(), profile.phone.as_deref()), (Some("m•••@example.org"), Some("•••• ••34")));
        assert!(profile.tax_id.starts_with("***."));
        assert_eq!((profile.contracts.len(), profile.representatives.len()), (1, 0));
    }

    async fn staff_find_people_by_whatever_they_are_told(t: TestServer) {
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 10).await;
        let slip = t.a_slip(bill).await;
        let protocol = asked(&t, person, "receipt", &[bill]).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set email = 'Joao@Example.org' where id = $1", person.0).unwrap();
        let (number,) = sql!(tx, one (String,): "select number from bills where id = $1", bill.0).unwrap();
        tx.commit().await.unwrap();
        t.named(person, "João da Conceição 100%").await;
        let other = t.a_company().await;
        let mut conn = t.db.read().await.unwrap();
        let (tax_id,) = sql!(conn, one (String,): "select tax_id from customers where id = $1", person.0).unwrap();
        let (barcode, emv, nosso_numero) = sql!(conn, one (String, String, String): "select barcode, emv, nosso_numero from slips where id = $1", slip.0).unwrap();
        let (company,) = sql!(conn, one (String,): "select tax_id from customers where id = $1", other.0).unwrap();
        drop(conn);
        let line = domain::boleto::barcode::Barcode::parse(&barcode).unwrap().to_line().to_string();
        let staff = t.staff(Role::Operator).await;
        for query in [&tax_id, " joao@example.ORG ", &protocol, &barcode, &line, &emv, &nosso_numero, &number, "R$ 100,00", "João CONCEIÇÃO", "conceicao 100%"] {
            let found = search::find(&t, &staff, query).await.unwrap().found;
            assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [person], "{query}");
            assert_eq!(found[0].request().is_some(), query == protocol.as_str());
        }
        assert_eq!(search::find(&t, &staff, &company).await.unwrap().found[0].id, other);
        for query in ["nobody here", "%%%", "___", "00190.50095 40144.816069 06809.350314 3 37370000000100", "x@y"] {
            assert!(search::find(&t, &staff, query).await.unwrap().found.is_empty(), "{query}");
        }
        assert!(matches!(search::find(&t, &staff, " jo ").await, Err(Error::Form(errors)) if errors[0].problem == Problem::TooShort { min: 3 }));
        // What was searched is nowhere.
        let mut conn = t.db.read().await.unwrap();
        let details = sql!(conn, all (String,): "select detail from audit_events where action = 'customers.find'").unwrap();
        assert_eq!(details.len(), 17);
        assert!(details.iter().all(|(detail,)| !detail.contains("joao") && !detail.contains(&tax_id)));
    }

    async fn a_name_is_found_in_spite_of_a_slip_or_another_spelling(t: TestServer) {
        let names = ["Luís Gonçalves Pereira", "Luiz Gonsalves", "Teresa Gonçalves", "Marta Ávila", "Transportes Avila Ltda.", "Walter Yamamoto da Silva"];
        let mut ids = Vec::new();
        for name in names {
            let person = t.a_person().await;
            t.named(person, name).await;
            ids.push(person);
        }
        let staff = t.staff(Role::Operator).await;
        let found = async |query: &str| {
            let finding = search::find(&t, &staff, query).await.unwrap();
            (finding.matched, finding.found.into_iter().map(|found| found.name).collect::<Vec<_>>())
        };
        assert_eq!(found("pereira luis").await, (Matched::Name, vec![names[0].to_owned()]));
        assert_eq!(found("luis gonçalves").await, (Matched::LikeName, vec![names[0].to_owned(), names[1].to_owned()]), "the nearest first");
        assert_eq!(found("Thereza Gonsalvez").await, (Matched::LikeName, vec![names[2].to_owned()]));
        assert_eq!(found("valter iamamoto").await, (Matched::LikeName, vec![names[5].to_owned()]));
        assert_eq!(found("gonç").await.1.len(), 2, "a beginning");
        assert_eq!(found("ávila transp").await, (Matched::Name, vec![names[4].to_owned()]));
        assert_eq!(found("silva da").await, (Matched::Name, vec![names[5].to_owned()]), "small words say nothing");
        assert!(found("marta pereira").await.1.is_empty(), "every word counts");
        assert!(found("a b c d e f g h").await.1.is_empty());
        // A new name is found, and the old one is not any more.
        t.named(ids[3], "Marta Sousa").await;
        assert_eq!(found("marta souza").await.1, ["Marta Sousa"]);
        assert!(found("marta avila").await.1.is_empty());
        t.is_whole().await;
    }

    async fn a_common_name_says_that_there_are_more(t: TestServer) {
        for n in 0..55 {
            let person = t.a_person().await;
            t.named(person, &format!("Maria Silva {n:03}")).await;
        }
        let staff = t.staff(Role::Operator).await;
        let finding = search::find(&t, &staff, "maria").await.unwrap();
        assert_eq!((finding.found.len(), finding.more), (50, true));
        let finding = search::find(&t, &staff, "maria silva 007").await.unwrap();
        assert_eq!((finding.found.len(), finding.more), (1, false));
    }

    async fn staff_see_a_customer_whole_and_the_customer_sees_that(t: TestServer) {
        let person = t.a_person().await;
        let (bill, paid) = (t.a_bill(person, Money::cents(10_000), 40).await, t.a_bill(person, Money::cents(4_000), 70).await);
        t.a_slip(bill).await;
        t.posted(person, Some(paid), EntryKind::Payment, Money::cents(-4_000), days_ago(&t, 70)).await;
        let protocol = asked(&t, person, "receipt", &[bill]).await;
        let customer = t.signed_in(person).await;
        slips::second_copy(&t, &customer, &[Pick::Bill(bill)], t.clock.today(), Channel::Pdf).await.unwrap();
        let staff = t.staff(Role::Operator).await;
        let picture = customers::picture(&t, &staff, person).await.unwrap();
        assert_eq!(picture.person.id, person);
        assert_eq!((picture.contracts.len(), picture.bills.len(), picture.ledger.len(), picture.slips.len()), (2, 1, 3, 1));
        assert_eq!(picture.statement.position.open(), Money::cents(10_000));
        assert_eq!((picture.requests[0].protocol.as_str(), picture.copies.len(), picture.sessions.len()), (protocol.as_str(), 1, 1));
        assert_eq!(picture.copies[0].channel, Channel::Pdf);
        let looked = &picture.timeline[0];
        assert_eq!((looked.action.as_str(), looked.actor_kind.as_str(), looked.actor.as_deref()), ("customers.look", "staff", Some("Pessoa da equipe")));
        assert!(picture.timeline.iter().any(|happened| happened.action == "sessions.open"));
        assert!(picture.timeline.windows(2).all(|pair| pair[0].at >= pair[1].at));
        let log = customers::access_log(&t, &customer).await.unwrap();
        assert_eq!((log[0].by, log[0].action.as_str()), (By::Staff, "customers.look"));
        assert!(log.iter().any(|access| access.by == By::You));
        assert!(matches!(customers::picture(&t, &staff, t.id()).await, Err(Error::NotFound)));
        let stranger = t.a_person().await;
        assert!(customers::access_log(&t, &t.signed_in(stranger).await).await.unwrap().iter().all(|access| access.by == By::You));
    }
}
