//! The house's own wording of what the portal writes: who may write it, what it cannot leave away, and what is really sent.

use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::CustomerId;
use domain::money::Money;
use domain::requests::forms::QuestionForm;
use domain::sign_in::SignInForm;
use domain::templates::differences::Part;
use domain::templates::notices::{Kind, Shape, TemplateForm, Words};
use server::error::{Error, Result};
use server::mail::{self, Kept};
use server::sessions::Staff;
use server::templates::versions::{self, Room};
use server::testing::TestServer;
use server::texts::Locale::{self, En, PtBr, Ro};
use server::{default_notices, demands, notices, on_both_databases, outbox, papers, requests, sign_in, sql};

use crate::papers::text;
use crate::requests::{problem, submission};

fn form(head: &str, body: &str) -> TemplateForm {
    TemplateForm { head: head.into(), body: body.into(), note: "Tom da casa".into() }
}

/// What a request that arrived has to say, in the house's words.
fn received(greeting: &str) -> TemplateForm {
    form(
        &format!("{greeting}: {{protocolo}}"),
        &format!("{greeting}, {{nome}}!\n{{protocolo}} até {{prazo}}: {{link}}\n{{credor}} ({{contato}})"),
    )
}

async fn save(t: &TestServer, staff: &Staff, kind: Kind, l: Locale, base: i64, form: &TemplateForm) -> Result<i64> {
    versions::save(t, staff, kind, l, base, form).await
}

async fn reads(t: &TestServer, customer: CustomerId, language: &str) {
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update customers set locale = $2 where id = $1", customer.0, language).unwrap();
    tx.commit().await.unwrap();
}

/// Somebody who reads a language asks something; the mail about it.
async fn told(t: &TestServer, language: &str) -> Kept {
    let person = t.a_person().await;
    reads(t, person, language).await;
    let customer = t.signed_in(person).await;
    let question = QuestionForm { text: "Quanto devo?".into(), submission: submission() };
    requests::submit_question(t, &customer, &question, &[]).await.unwrap();
    newest(t).await
}

async fn newest(t: &TestServer) -> Kept {
    outbox::deliver_due(t).await.unwrap();
    mail::mailbox(t).await.unwrap().remove(0)
}

async fn see(t: &TestServer, staff: &Staff, kind: Kind, l: Locale) -> Room {
    versions::see(t, staff, kind, l).await.unwrap()
}

on_both_databases! {
    async fn administrators_write_supervisors_look_and_nobody_else_enters(t: TestServer) {
        let kind = Kind::RequestReceived;
        for role in [Role::Operator, Role::Receivables, Role::Legal] {
            let staff = t.staff(role).await;
            assert!(!versions::may_look(&staff));
            assert!(matches!(versions::list(&t, &staff).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(versions::see(&t, &staff, kind, PtBr).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(versions::example(&t, &staff, kind, PtBr, None).await, Err(Error::Forbidden)), "{role}");
        }
        let supervisor = t.staff(Role::Supervisor).await;
        assert!(!see(&t, &supervisor, kind, PtBr).await.may_change);
        assert_eq!(versions::list(&t, &supervisor).await.unwrap().len(), Kind::ALL.len());
        for role in [Role::Operator, Role::Receivables, Role::Legal, Role::Supervisor] {
            let staff = t.staff(role).await;
            assert!(matches!(save(&t, &staff, kind, PtBr, 0, &received("Olá")).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(versions::restore(&t, &staff, kind, PtBr, 0, "Porque sim").await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(versions::look(&t, &staff, kind, &received("Olá")), Err(Error::Forbidden)), "{role}");
        }
        assert_eq!(t.count("templates").await, 0);
        // Staff reads the house's language alone.
        let administrator = t.staff(Role::Administrator).await;
        assert!(matches!(versions::see(&t, &administrator, Kind::Invitation, En).await, Err(Error::NotFound)));
        let invitation = form("Convite", "{quem_convida}: {link} até {ate}. {credor}");
        assert!(matches!(save(&t, &administrator, Kind::Invitation, En, 0, &invitation).await, Err(Error::NotFound)));
        assert_eq!(save(&t, &administrator, Kind::Invitation, PtBr, 0, &invitation).await.unwrap(), 1);
    }

    async fn what_cannot_be_taken_is_told_at_its_field_and_nothing_is_kept(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let kind = Kind::RequestReceived;
        let wrong = |more: &str| TemplateForm { body: format!("{}{more}", received("Olá").body), ..received("Olá") };
        let missing = TemplateForm { body: "{credor}: {link}".into(), ..received("Olá") };
        for (form, field, expected) in [
            (missing, "body", Problem::MissingVariables { names: "{protocolo}, {prazo}".into() }),
            (wrong("\n{nme}"), "body", Problem::UnknownVariable { at: 67, name: "nme".into() }),
            (wrong("\nwww.golpe.example"), "body", Problem::AddressElsewhere { address: "www.golpe.example".into() }),
            (TemplateForm { note: " ".into(), ..received("Olá") }, "note", Problem::Missing),
        ] {
            assert_eq!(problem(save(&t, &administrator, kind, PtBr, 0, &form).await), (field.into(), expected));
        }
        // The portal's own address may stand there.
        assert!(versions::look(&t, &administrator, kind, &wrong(&format!("\n{}/ajuda", t.config.public_url))).is_ok());
        assert_eq!(t.count("templates").await, 0);
        let room = see(&t, &administrator, kind, PtBr).await;
        let same = TemplateForm { head: room.original.head.clone(), body: room.original.body.clone(), ..received("") };
        assert!(matches!(save(&t, &administrator, kind, PtBr, 0, &same).await, Err(Error::Refused("template_unchanged"))));
        assert!(matches!(versions::restore(&t, &administrator, kind, PtBr, 0, "x").await, Err(Error::Refused("template_unchanged"))));
        assert_eq!(problem(versions::restore(&t, &administrator, kind, PtBr, 0, "").await), ("why".into(), Problem::Missing));
        t.is_whole().await;
    }

    async fn of_two_who_write_at_once_the_second_is_told(t: TestServer) {
        let (one, other) = (t.staff(Role::Administrator).await, t.staff(Role::Administrator).await);
        let kind = Kind::RequestReceived;
        let (a, b) = (received("Olá"), received("Bom dia"));
        let both = tokio::join!(save(&t, &one, kind, PtBr, 0, &a), save(&t, &other, kind, PtBr, 0, &b));
        let outcomes = [both.0, both.1];
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(1))).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Overtaken("template_changed")))).count(), 1, "{outcomes:?}");
        // Who still looks at the first is told too, also where it would change nothing, and on the way back.
        let room = see(&t, &one, kind, PtBr).await;
        let held = room.own.clone().unwrap();
        let again = TemplateForm { head: held.head, body: held.body, ..a.clone() };
        assert!(matches!(save(&t, &one, kind, PtBr, 0, &again).await, Err(Error::Overtaken(_))));
        assert!(matches!(versions::restore(&t, &one, kind, PtBr, 0, "x").await, Err(Error::Overtaken(_))));
        assert!(matches!(save(&t, &one, kind, PtBr, 2, &a).await, Err(Error::Overtaken(_))));
        // Twice by the same hand changes nothing.
        assert!(matches!(save(&t, &one, kind, PtBr, 1, &again).await, Err(Error::Refused("template_unchanged"))));
        assert_eq!(t.count("templates").await, 1);
        t.is_whole().await;
    }

    async fn who_when_why_and_what_differs_stay(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let kind = Kind::SlipCopy;
        save(&t, &administrator, kind, PtBr, 0, &form("Seus {boletos}", "Olá, {nome}. Estão aqui. {credor}")).await.unwrap();
        save(&t, &administrator, kind, PtBr, 1, &form("Seus {boletos}", "Olá, {nome}. Estão todos aqui. {credor}")).await.unwrap();
        assert_eq!(versions::restore(&t, &administrator, kind, PtBr, 2, "Voltou").await.unwrap(), 3);
        let room = see(&t, &administrator, kind, PtBr).await;
        assert_eq!((room.newest, room.own.clone(), room.fits), (3, None, true));
        let [back, second, first] = &room.versions[..] else { panic!("{:?}", room.versions) };
        assert_eq!((back.version.words(), back.version.note.as_str(), back.version.by.as_str()), (None, "Voltou", "Pessoa da equipe"));
        let kept = |text: &str| Part::Kept(text.into());
        assert_eq!(second.head, [kept("Seus {boletos}")]);
        assert_eq!(second.body, [kept("Olá, {nome}. Estão "), Part::Added("todos ".into()), kept("aqui. {credor}")]);
        // The first differs from the built-in one, and the last goes back to it.
        assert!(matches!(&first.body[..], [Part::Removed(old), ..] if room.original.body.starts_with(old.as_str())), "{:?}", first.body);
        assert!(back.head.iter().any(|part| matches!(part, Part::Added(_))));
        let standing = versions::list(&t, &administrator).await.unwrap().into_iter().find(|one| one.kind == kind).unwrap();
        assert!(standing.own.is_empty() && standing.last.is_some());
        let mut conn = t.db.read().await.unwrap();
        let events = sql!(conn, all (String,): "select action from audit_events where subject_kind = 'template' order by seq").unwrap();
        assert_eq!(events.into_iter().map(|(action,)| action).collect::<Vec<_>>(), ["templates.save", "templates.save", "templates.restore"]);
        drop(conn);
        t.is_whole().await;
    }

    async fn a_mail_goes_out_in_the_houses_words_of_the_readers_language(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let kind = Kind::RequestReceived;
        let before = told(&t, "pt-BR").await;
        assert!(before.subject.starts_with("Recebemos seu pedido"));
        save(&t, &administrator, kind, PtBr, 0, &received("Olá")).await.unwrap();
        let own = told(&t, "pt-BR").await;
        assert!(own.subject.starts_with("Olá: ") && own.body.starts_with("Olá, Pessoa"), "{} {}", own.subject, own.body);
        assert!(own.body.contains(&format!("{}/pedidos/", t.config.public_url)) && own.body.contains("Cooperativa Teste"), "{}", own.body);
        assert!(!own.body.contains(['{', '}']), "{}", own.body);
        // What has no words of the house in a language is told in the built-in ones of it, never in another's.
        let romanian = told(&t, "ro").await;
        assert!(!romanian.subject.starts_with("Olá") && romanian.body.starts_with("Bună ziua"), "{}", romanian.body);
        save(&t, &administrator, kind, Ro, 0, &received("Salut")).await.unwrap();
        assert!(told(&t, "ro").await.subject.starts_with("Salut: "));
        assert!(told(&t, "en").await.subject.starts_with("We"), "English has none");
        let standing = versions::list(&t, &administrator).await.unwrap().into_iter().find(|one| one.kind == kind).unwrap();
        assert_eq!(standing.own, [PtBr, Ro]);
        // Back to the built-in ones, from the next mail on; those that left stay as they were.
        versions::restore(&t, &administrator, kind, PtBr, 1, "Voltar").await.unwrap();
        assert!(told(&t, "pt-BR").await.subject.starts_with("Recebemos seu pedido"));
        assert!(mail::mailbox(&t).await.unwrap().iter().any(|mail| mail.subject == own.subject && mail.body == own.body));
    }

    async fn words_that_do_not_fit_any_more_give_way_to_the_built_in_ones(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let kind = Kind::RequestReceived;
        save(&t, &administrator, kind, PtBr, 0, &received("Olá")).await.unwrap();
        for body in ["{credor}, e nada do que é preciso", "{protocolo} {prazo} {link} {credor} {de_outro_tempo}", "{"] {
            let mut tx = t.db.write().await.unwrap();
            sql!(tx, execute: "update templates set body = $1", body).unwrap();
            tx.commit().await.unwrap();
            assert!(!see(&t, &administrator, kind, PtBr).await.fits);
            assert!(told(&t, "pt-BR").await.subject.starts_with("Recebemos seu pedido"), "{body}");
        }
    }

    async fn the_code_is_always_in_its_message(t: TestServer) {
        let administrator = t.staff(Role::Administrator).await;
        let without = form("Seu código: {codigo}", "Veja o assunto desta mensagem. {credor}");
        let refused = save(&t, &administrator, Kind::SignInCode, PtBr, 0, &without).await;
        assert_eq!(problem(refused), ("body".into(), Problem::MissingVariables { names: "{codigo}".into() }));
        let own = form("Entrar na {credor}", "Olá, {nome}.\n{codigo}\nNão o informe a ninguém. {credor}");
        save(&t, &administrator, Kind::SignInCode, PtBr, 0, &own).await.unwrap();
        let person = t.a_person().await;
        // It signs one in, so the code is there and whole.
        let customer = t.signed_in(person).await;
        let mail = newest(&t).await;
        assert_eq!((customer.id(), mail.subject.as_str()), (person, "Entrar na Cooperativa Teste"));
        assert!(mail.body.starts_with(&format!("Olá, {}.\n", customer.name())), "{}", mail.body);
        // Of a document that nobody has, nothing is sent and nothing fails.
        let mails = mail::mailbox(&t).await.unwrap().len();
        sign_in::start(&t, &t.visit(), &SignInForm { tax_id: "529.982.247-25".into() }).await.unwrap();
        outbox::deliver_due(&t).await.unwrap();
        assert_eq!(mail::mailbox(&t).await.unwrap().len(), mails);
    }

    async fn what_the_law_wants_said_stands_whatever_the_house_says_around_it(t: TestServer) {
        let (administrator, legal) = (t.staff(Role::Administrator).await, t.staff(Role::Legal).await);
        let around = form("Olá, {nome}.\n\nEsta carta é sobre o contrato {contrato}.", "Conte com a {credor}.");
        save(&t, &administrator, Kind::DefaultLetter, PtBr, 0, &around).await.unwrap();
        save(&t, &administrator, Kind::DefaultLetter, Ro, 0, &form("", "Contați pe {credor}.")).await.unwrap();
        let person = t.a_person().await;
        reads(&t, person, "ro").await;
        let (contract, _) = crate::default_notices::late(&t, person, [80, 30]).await;
        default_notices::give(&t, &legal, contract, &crate::default_notices::form("mail")).await.unwrap();
        let customer = t.signed_in(person).await;
        let notice = notices::list(&t, &customer, None).await.unwrap().notices.remove(0);
        for part in ["Cooperativa Teste Ltda.", "000000", "Rua A, 1", "0800 000", "Pessoa 1, CPF", "Plano Teste", "/contestar", "/pagar", "10 dias", "10 zile"] {
            assert!(notice.body.contains(part), "{part}: {}", notice.body);
        }
        let [portuguese, romanian] = &notice.body.split("* * *").collect::<Vec<_>>()[..] else { panic!("{}", notice.body) };
        assert!(portuguese.contains("\n\nEsta carta é sobre o contrato ") && portuguese.trim_end().ends_with("Conte com a Cooperativa Teste."), "{portuguese}");
        assert!(romanian.trim_end().ends_with("Contați pe Cooperativa Teste.") && !romanian.contains("Esta carta"), "{romanian}");
        // A later change alters nothing that was told.
        versions::restore(&t, &administrator, Kind::DefaultLetter, PtBr, 1, "Mais curta").await.unwrap();
        assert_eq!(notices::read(&t, &customer, notice.id).await.unwrap().body, notice.body);
    }

    async fn the_table_of_a_letter_is_drawn_where_it_stands(t: TestServer) {
        crate::demands::reachable(&t).await;
        let (administrator, staff) = (t.staff(Role::Administrator).await, t.staff(Role::Receivables).await);
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(52_347), 40).await;
        save(&t, &administrator, Kind::DemandLetter, PtBr, 0, &form("Olá.\n\n\nPodemos ajudar até {ate}.", "")).await.unwrap();
        demands::write(&t, &staff, person, &crate::demands::form(&t, &[bill], "mail")).await.unwrap();
        let customer = t.signed_in(person).await;
        let notice = notices::list(&t, &customer, None).await.unwrap().notices.remove(0);
        let letter = text(&papers::notices::letter(&t, &customer, notice.id).await.unwrap());
        // Every paragraph is there, and the lines are the table: they are not told a second time in a sentence.
        for part in ["Podemos ajudar", "Soma", "R$ 523,47", "Para: Pessoa"] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        assert!(notice.body.contains(", vencida em ") && !letter.contains(", vencida em "), "{letter}");
    }

    async fn everything_can_be_looked_at_with_an_example(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        for kind in Kind::ALL {
            for l in versions::languages(*kind) {
                let room = see(&t, &supervisor, *kind, l).await;
                assert!(room.variables.iter().all(|(_, example)| !example.is_empty()), "{kind} {l:?}: {:?}", room.variables);
                let seen = versions::example(&t, &supervisor, *kind, l, None).await.unwrap();
                assert!(!seen.head.is_empty() && !seen.body.is_empty() && !format!("{seen:?}").contains("{{"), "{kind} {l:?}");
                assert!(!seen.body.contains(['{', '}']) && seen.body.contains("Cooperativa Teste"), "{kind} {l:?}: {}", seen.body);
                let own = Words { head: "Início {nome}".into(), body: "Fim {credor}".into() };
                if kind.shape() == Shape::Around {
                    let seen = versions::example(&t, &supervisor, *kind, l, Some(&own)).await.unwrap();
                    assert!(seen.body.contains("Início ") && seen.body.ends_with("Fim Cooperativa Teste"), "{}", seen.body);
                }
            }
        }
    }
}
