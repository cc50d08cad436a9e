//! What staff know of customers and did to reach them, and what customers said they would pay: played through the verbs, some days ago
//! each. Only with people of whom no other scene and no journey tells.

use std::io::Cursor;

use chrono::Days;
use domain::activities::ActivityForm;
use domain::actors::Role;
use domain::default_notices::{NoticeForm, ProofForm, Stage};
use domain::demands::DemandForm;
use domain::flags::FlagForm;
use domain::ids::CustomerId;
use domain::promises::PromiseForm;

use super::records::tour;
use super::scenes::{ago, company_id, customer, find, form, open_bills, person_id, staff};
use crate::error::{Error, Result};
use crate::imports::{self, Kind, Options};
use crate::sessions::{self, Actors, Staff};
use crate::{Server, activities, default_notices, demands, flags, promises, sql};

/// Those of these people whose bills are late for so many days, and who are in no request.
async fn late(server: &Server, [first, last]: [&str; 2], days: u64) -> Result<Vec<String>> {
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (String,): "select c.external_id from customers c
        join bills b on b.customer_id = c.id and b.balance > 0 and b.standing = 'open' and b.due_on < $1
        where c.external_id between $2 and $3 and not exists (select 1 from requests r where r.customer_id = c.id)
        group by c.external_id order by c.external_id", server.clock.today() - Days::new(days), first, last)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// All of it. Few late people make fewer stories.
pub(super) async fn play(server: &Server) -> Result<()> {
    let (operator, receivables) = (staff(server, Role::Operator).await?, staff(server, Role::Receivables).await?);
    let legal = staff(server, Role::Legal).await?;
    let known_late = late(server, ["VS-000400", "VS-000500"], 5).await?;
    let mut people = known_late.iter();
    known(server, &mut people, [&operator, &receivables, &legal]).await?;
    promised(server, &mut people, &operator).await?;
    sought(server, &mut people, &operator).await?;
    told(server, &receivables).await?;
    let long_late = late(server, ["VS-000345", "VS-000399"], 60).await?;
    let mut people = long_late.iter();
    asked(server, &mut people, &receivables).await?;
    served(server, &mut people).await?;
    for one in [operator, receivables, legal] {
        sessions::close(server, &Actors::Staff(one)).await?;
    }
    Ok(())
}

/// A flag of each kind.
async fn known(server: &Server, people: &mut std::slice::Iter<'_, String>, [operator, receivables, legal]: [&Staff; 3]) -> Result<()> {
    let flagged = [
        (operator, "do_not_contact", "Pediu por escrito para não receber ligações nem mensagens.", "", 20),
        (operator, "deceased", "A filha apresentou a certidão. Orientada a falar pelo espólio.", "", 12),
        (operator, "over_indebted", "Contou que tem várias dívidas e quer um plano para todas.", "", 8),
        (receivables, "agency", "Entregue à assessoria no lote do mês.", "LOTE-11", 30),
        (legal, "legal", "Ação sobre o reajuste; o acordo é tratado nela.", "0001234-56.2026.8.16.0001", 60),
        (legal, "insolvency", "Plano de recuperação aprovado.", "0004321-65.2026.8.16.0185", 90),
    ];
    for ((by, flag, reason, case, days), person) in flagged.into_iter().zip(people) {
        let then = ago(server, days, 3);
        let form = FlagForm {
            flag: flag.to_owned(),
            reason: reason.to_owned(),
            case_number: case.to_owned(),
            since: (then.clock.today() - Days::new(3)).to_string(),
        };
        flags::set(&then, by, find(server, person).await?, &form).await?;
    }
    Ok(())
}

/// Promises: to come, due today, kept and broken.
async fn promised(server: &Server, people: &mut std::slice::Iter<'_, String>, operator: &Staff) -> Result<()> {
    // Days ago, days until the day then, whether staff wrote it down, whether the bank received it.
    for ((days, ahead, by_staff, paid), person) in
        [(3, 5, false, false), (2, 2, true, false), (12, 6, false, true), (14, 5, true, false), (20, 10, false, false)]
            .into_iter()
            .zip(people)
    {
        let then = ago(server, days, 2);
        let id = find(server, person).await?;
        let Some(bill) = open_bills(server, id).await?.into_iter().find(|bill| bill.nature != "installment") else { continue };
        let on = then.clock.today() + Days::new(ahead);
        let promise = PromiseForm { bills: vec![bill.id.to_string()], on: on.to_string(), amount: String::new(), submission: form() };
        if by_staff {
            said(&then, operator, id, "outgoing", "phone", "promised", "date_does_not_fit", "").await?;
            promises::write(&then, operator, id, &promise).await?;
        } else {
            let customer = customer(&then, person).await?;
            promises::make(&then, &customer, &promise).await?;
            sessions::close(server, &Actors::Customer(customer)).await?;
        }
        if paid {
            let mut conn = server.db.read().await?;
            let (amount,) = sql!(conn, one (i64,): "select amount from promises where customer_id = $1", id.0)?;
            drop(conn);
            let (bill, paid_on) = (bill.external_id, on - Days::new(1));
            let amount = domain::money::Money::cents(amount);
            let line =
                format!("external_id;bill;paid_on;amount;method;bank_reference\n{bill}-PP;{bill};{paid_on};{amount};boleto;demonstracao\n");
            imports::run(server, Kind::Payments, Cursor::new(line), Options::default(), |_| {}).await.map_err(super::of_import)?;
        }
    }
    promises::watch(server).await?;
    Ok(())
}

/// Attempts: some in vain, some with a reason.
async fn sought(server: &Server, people: &mut std::slice::Iter<'_, String>, operator: &Staff) -> Result<()> {
    for person in people.take(3) {
        let id = find(server, person).await?;
        // Long enough ago that, whatever holidays there are, their day has come again.
        for (days, outcome) in [(16, "no_answer"), (12, "message_left"), (8, "no_answer")] {
            said(&ago(server, days, 4), operator, id, "outgoing", "phone", outcome, "", "").await?;
        }
    }
    // Nothing to reach them by.
    for person in people.take(2) {
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "update customers set email = null, phone = null where external_id = $1", person)?;
        tx.commit().await?;
    }
    let told = [
        (2, "less_income", "Trocou de emprego; recebe no dia 5."),
        (16, "unexpected_expense", ""),
        (40, "less_income", ""),
        (45, "several_bills", "Vieram três juntas depois da troca de plano."),
        (70, "date_does_not_fit", "Prefere pagar depois do dia 10."),
    ];
    for ((days, reason, note), person) in told.into_iter().zip(people) {
        let id = find(server, person).await?;
        said(&ago(server, days, 5), operator, id, "incoming", "phone", "spoke", reason, note).await?;
    }
    Ok(())
}

/// Letters that ask for payment: one whose time is over, one that nobody has proven, one on its way.
async fn asked(server: &Server, people: &mut std::slice::Iter<'_, String>, receivables: &Staff) -> Result<()> {
    for ((days, sending, proof), person) in
        [(25, "post", Some("AR BR987654321BR")), (6, "post", None), (2, "mail", None)].into_iter().zip(people)
    {
        let then = ago(server, days, 2);
        let id = find(server, person).await?;
        let late = demands::see(&then, receivables, id).await?.late;
        let letter = DemandForm {
            bills: late.iter().map(|bill| bill.id.to_string()).collect(),
            pay_until: demands::usual(then.clock.today()).to_string(),
            sending: sending.to_owned(),
            submission: form(),
        };
        if late.is_empty() {
            continue;
        }
        demands::write(&then, receivables, id, &letter).await?;
        if let Some(note) = proof {
            let written = demands::see(&then, receivables, id).await?.demands;
            let proof = ProofForm { proof: "letter".to_owned(), on: then.clock.today().to_string(), note: note.to_owned() };
            for one in written {
                demands::prove(&then, receivables, one.id, &proof).await?;
            }
        }
    }
    Ok(())
}

/// Contracts suspended, one of which came back without a payment; and what some left with the creditor.
async fn served(server: &Server, people: &mut std::slice::Iter<'_, String>) -> Result<()> {
    let today = server.clock.today();
    let day = |ago: u64| today - Days::new(ago);
    for (states, person) in [&[("suspended", 25)][..], &[("suspended", 50), ("active", 35)], &[("suspended", 12)]].into_iter().zip(people) {
        let mut conn = server.db.read().await?;
        let (contract, number, kind, plan, starts_on) = sql!(conn, one (String, String, String, String, chrono::NaiveDate):
            "select k.external_id, k.number, k.kind, k.plan_name, k.starts_on from contracts k join customers c on c.id = k.customer_id
              where c.external_id = $1 order by k.id limit 1", person)?;
        drop(conn);
        for (state, ago) in states {
            let line = format!("{contract};{person};{number};{kind};{plan};{starts_on};{state};{}\n", day(*ago));
            let text = format!("external_id;customer;number;kind;plan_name;starts_on;state;state_since\n{line}");
            imports::run(server, Kind::Contracts, Cursor::new(text), Options::default(), |_| {}).await.map_err(super::of_import)?;
        }
    }
    let (company, other, person) = (company_id(0), company_id(1), person_id(tour::IN_ARREARS));
    let lines = [
        format!(
            "VS-G1;{company};{company}-C01;insurance;Seguradora Fictícia;AP-2026-0077;250.000,00;{};{};held",
            day(330),
            today + Days::new(35)
        ),
        format!("VS-G2;{company};;deposit;;;18.500,00;{};;held", day(900)),
        format!("VS-G3;{other};;bank_letter;Banco Fictício;CF-4410;90.000,00;{};{};held", day(400), day(30)),
        format!("VS-G4;{person};;advance;;;150,00;{};;returned", day(420)),
    ];
    let text = format!("external_id;customer;contract;kind;issuer;reference;amount;given_on;valid_until;state\n{}\n", lines.join("\n"));
    imports::run(server, Kind::Guarantees, Cursor::new(text), Options::default(), |_| {}).await.map_err(super::of_import)?;
    Ok(())
}

/// Notices of default: one by letter with its proof, one by letter without, one by e-mail that nobody opened yet.
async fn told(server: &Server, receivables: &Staff) -> Result<()> {
    let cases = default_notices::list(server, receivables).await?;
    let far = cases.into_iter().filter(|case| case.stage == Stage::Overdue).rev();
    let sendings = [("post", Some(("letter", "AR BR123456789BR"))), ("post", None), ("mail", None)];
    for (case, (sending, proof)) in far.zip(sendings) {
        let then = ago(server, 4, 1);
        let form = NoticeForm { sending: sending.to_owned(), beneficiaries: case.name.clone(), submission: form() };
        let given = default_notices::give(&then, receivables, case.contract, &form).await;
        // Somebody without an address is told by nobody's e-mail.
        if matches!(given, Err(Error::Form(_))) {
            continue;
        }
        given?;
        if let (Some((proof, note)), Some(notice)) =
            (proof, default_notices::see(server, receivables, case.contract).await?.notices.first())
        {
            let form = ProofForm { proof: proof.to_owned(), on: (server.clock.today() - Days::new(2)).to_string(), note: note.to_owned() };
            default_notices::prove(server, receivables, notice.id, &form).await?;
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "a line of a story")]
async fn said(
    then: &Server,
    by: &Staff,
    who: CustomerId,
    kind: &str,
    channel: &str,
    outcome: &str,
    reason: &str,
    note: &str,
) -> Result<()> {
    let activity = ActivityForm {
        channel: channel.to_owned(),
        kind: kind.to_owned(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
        note: note.to_owned(),
        submission: form(),
        ..ActivityForm::default()
    };
    activities::write(then, by, who, &activity).await
}
