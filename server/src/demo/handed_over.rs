//! Late bills with an agency and with lawyers, one hand-over that waits, what the agency reported, and bills that were given up: played
//! through the verbs. Only with people of whom no other scene and no journey tells.

use chrono::Days;
use domain::actors::Role;
use domain::placements::{AgencyForm, PlacementForm, ResultForm};
use domain::write_offs::WriteOffForm;

use super::scenes::{ago, find, form, open_bills, staff};
use crate::error::Result;
use crate::placements::agencies::{self, Which};
use crate::placements::{self, results};
use crate::sessions::{self, Actors, Staff};
use crate::{Server, sql, write_offs};

/// People with late bills, of no request, flag or promise, who were in nothing else: the last ones first, since other scenes begin at the
/// other end.
async fn late(server: &Server) -> Result<Vec<String>> {
    let mut conn = server.db.read().await?;
    let rows = sql!(conn, all (String,): "select c.external_id from customers c
        join bills b on b.customer_id = c.id and b.balance > 0 and b.standing = 'open' and b.due_on < $1
        where c.external_id between 'VS-000340' and 'VS-000500' and not exists (select 1 from requests r where r.customer_id = c.id)
          and not exists (select 1 from customer_flags f where f.customer_id = c.id) and not exists (select 1 from promises p where p.customer_id = c.id)
          and not exists (select 1 from activities a where a.customer_id = c.id) and not exists (select 1 from default_notices d where d.customer_id = c.id)
          and c.email is not null
        group by c.external_id order by c.external_id desc limit 10", server.clock.today() - Days::new(32))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// All of it.
pub(super) async fn play(server: &Server) -> Result<()> {
    let (receivables, supervisor) = (staff(server, Role::Receivables).await?, staff(server, Role::Supervisor).await?);
    let late = late(server).await?;
    let mut people = late.iter();
    placed(server, &mut people, &receivables, &supervisor).await?;
    given_up(server, &mut people, &receivables, &supervisor).await?;
    for one in [receivables, supervisor] {
        sessions::close(server, &Actors::Staff(one)).await?;
    }
    Ok(())
}

async fn placed(server: &Server, people: &mut std::slice::Iter<'_, String>, receivables: &Staff, supervisor: &Staff) -> Result<()> {
    let then = ago(server, 25, 4);
    let mut ids = Vec::new();
    for (name, kind, local) in [
        ("Assessoria Ponte Clara", "agency", "ponteclara"),
        ("Advocacia Rio Verde", "law_office", "rioverde"),
        ("Jurídico da cooperativa", "in_house_legal", "juridico"),
    ] {
        let agency = AgencyForm {
            name: name.to_owned(),
            kind: kind.to_owned(),
            email: format!("contato@{local}.example"),
            phone: "(41) 3333-0100".to_owned(),
            submission: form(),
        };
        agencies::add(&then, supervisor, &agency).await?;
        ids.push(agency.submission);
    }
    // Days ago, to whom, confirmed, what the agency reported a few days later.
    let scenes = [
        (20, 0, true, Some(("promise", "Pediu o boleto por e-mail e disse que paga no dia do salário."))),
        (20, 0, true, Some(("paid_claimed", "Diz que pagou em uma lotérica; vai procurar o recibo."))),
        (20, 0, true, Some(("not_found", ""))),
        (15, 1, true, None),
        (9, 0, true, None),
        (1, 0, false, None),
    ];
    for (at, ((days, agency, confirmed, reported), person)) in scenes.into_iter().zip(people).enumerate() {
        let Some(agency) = ids.get(agency) else { continue };
        let then = ago(server, days, 3);
        let customer = find(server, person).await?;
        let today = then.clock.today();
        let offer = placements::offer(&then, receivables, customer).await?;
        let bills: Vec<String> =
            offer.choices.iter().filter(|one| one.left_out.is_none()).take(3).map(|one| one.bill.to_string()).collect();
        if bills.is_empty() {
            continue;
        }
        let hand_over =
            PlacementForm { agency: agency.clone(), customer: customer.to_string(), bills, submission: form(), ..PlacementForm::default() };
        let id = placements::prepare(&then, receivables, &hand_over).await?;
        if !confirmed {
            continue;
        }
        placements::confirm(&then, supervisor, id).await?;
        let number = offer.choices.iter().find(|one| one.left_out.is_none()).map(|one| one.number.clone()).unwrap_or_default();
        if let Some((code, note)) = reported {
            let later = ago(server, days - 4, 2);
            let promised_on = if code == "promise" { (server.clock.today() + Days::new(4)).to_string() } else { String::new() };
            let result = ResultForm {
                bill: number,
                on: (today + Days::new(3)).to_string(),
                channel: "phone".to_owned(),
                code: code.to_owned(),
                promised_on,
                note: note.to_owned(),
            };
            results::take_one(&later, receivables, agency.parse().unwrap_or_default(), &result).await?;
        }
        // One is back already.
        if at == 4 {
            agencies::recall(&ago(server, 2, 3), supervisor, Which::Customer(customer), "Família pediu para tratar direto conosco.")
                .await?;
        }
    }
    Ok(())
}

async fn given_up(server: &Server, people: &mut std::slice::Iter<'_, String>, receivables: &Staff, supervisor: &Staff) -> Result<()> {
    // Days ago, why, in words, decided how.
    let scenes = [
        (40, "uneconomical", "Diferença de reajuste de poucos reais; a carta custa mais.", Some(true)),
        (12, "creditor_error", "Cobrança lançada em duplicidade pela importação de outubro.", Some(true)),
        (6, "deceased", "Certidão e inventário negativo apresentados pela filha.", Some(false)),
        (1, "other", "Contrato rescindido por decisão judicial; o valor não é exigível.", None),
    ];
    for ((days, reason, words, decided), person) in scenes.into_iter().zip(people) {
        let customer = find(server, person).await?;
        let bills = open_bills(server, customer).await?;
        let Some(bill) = bills.into_iter().filter(|bill| bill.nature != "installment").min_by_key(|bill| bill.balance) else { continue };
        let proposal = WriteOffForm {
            customer: customer.to_string(),
            bills: vec![bill.id.to_string()],
            reason: reason.to_owned(),
            words: words.to_owned(),
            submission: form(),
        };
        let id = write_offs::propose(&ago(server, days, 5), receivables, &proposal, &[]).await?;
        let later = ago(server, days, 2);
        match decided {
            Some(true) => write_offs::approve(&later, supervisor, id).await?,
            Some(false) => write_offs::refuse(&later, supervisor, id, "Falta a certidão do inventário. Anexe e proponha de novo.").await?,
            None => {}
        }
    }
    Ok(())
}
