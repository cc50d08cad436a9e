//! What people asked and what became of it, played through the same verbs as in life, some days ago each. And what no file
//! brings: who acts for whom, notices, and the months' invoices.

use std::io::Cursor;
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use domain::access_keys::NfseKey;
use domain::actors::Role;
use domain::agreements::forms::{AcceptForm, PlanForm};
use domain::disputes::DisputeForm;
use domain::ids::{BillId, CustomerId, NoticeId};
use domain::money::Money;
use domain::receipts::ReceiptForm;
use domain::refunds::RefundForm;
use domain::requests::forms::{DecisionForm, MessageForm, QuestionForm, SlipForm};
use domain::requests::protocol::Protocol;
use domain::requests::queue::{Filter, ViewForm};
use domain::requests::{Action, Kind as RequestKind};
use domain::sign_in::CodeForm;
use uuid::Uuid;

use super::records::{self, tour};
use super::{house, incidents, people};
use crate::acceptances::{Asked, Purpose};
use crate::documents::CANCELLATION;
use crate::error::{Error, Result};
use crate::files::{self, Stored};
use crate::imports::{self, Kind, Options};
use crate::pdf::letter::{self, Block, LetterSheet};
use crate::pdf::{Brand, Colour, DocumentInfo, Party};
use crate::sessions::{self, Actors, Customer, Staff, Visit};
use crate::texts::{self, Locale};
use crate::{Server, acceptances, agreements, disputes, receipts, refunds, requests, sql};

/// Gives a person two companies and a parent to act for.
pub(super) async fn representations(server: &Server) -> Result<()> {
    let person = find(server, &person_id(tour::ACTS_FOR_OTHERS)).await?;
    let since = server.clock.today() - Days::new(400);
    let others = [company_id(1), company_id(2), person_id(tour::PARENT)];
    for other in others {
        let other = find(server, &other).await?;
        let mut tx = server.db.write().await?;
        sql!(tx, execute: "insert into representations (id, representative_id, customer_id, scope, starts_on) values ($1, $2, $3, 'full', $4)
             on conflict (representative_id, customer_id) do nothing", server.id::<Uuid>(), person.0, other.0, since)?;
        tx.commit().await?;
    }
    // The books of two branches are kept by somebody who sees nothing else of the company.
    let (company, keeper) = (company_id(0), person_id(tour::UP_TO_DATE));
    let line = format!("VS-R1;{keeper};{company};branches;{company}-C01|{company}-C02;{since}\n");
    let lines = format!("external_id;representative;customer;scope;contracts;starts_on\n{line}");
    imports::run(server, Kind::Representations, Cursor::new(lines), Options::default(), |_| {}).await.map_err(super::of_import)?;
    Ok(())
}

/// Writes what customers were told in the last weeks.
pub(super) async fn notices(server: &Server) -> Result<()> {
    let now = server.clock.now();
    let late = (
        "overdue",
        "Há contas em aberto no seu contrato",
        "Olá.\n\nEncontramos contas vencidas no seu contrato. No portal você vê cada valor com o cálculo, emite a segunda via ou simula um acordo.\n\nSe você já pagou, envie o comprovante: isso evita novas mensagens.",
    );
    let bill = (
        "bill_issued",
        "Sua nova fatura está disponível",
        "Olá.\n\nA fatura deste mês já pode ser vista e paga pelo portal, por boleto ou Pix.",
    );
    let yearly = (
        "clearance",
        "Declaração anual de quitação",
        "Olá.\n\nA declaração de quitação do ano passado está em Documentos (Lei 12.007/2009).",
    );
    let people = [
        (tour::IN_ARREARS, vec![(late, 3), (bill, 20), (late, 34), (yearly, 200)]),
        (tour::PAST_LIMIT, vec![(late, 12), (bill, 21)]),
        (tour::PARENT, vec![(late, 6)]),
        (tour::UP_TO_DATE, vec![(bill, 19), (yearly, 200)]),
        (tour::ASKS_FOR_PLAN, vec![(late, 9), (late, 40)]),
    ];
    for (person, told) in people {
        let customer = find(server, &person_id(person)).await?;
        let mut tx = server.db.write().await?;
        for ((kind, subject, body), days) in told {
            let at = now - TimeDelta::days(days);
            let read_at: Option<DateTime<Utc>> = (days > 30).then(|| at + TimeDelta::hours(9));
            // Of the newest ones nobody knows yet whether they arrived.
            let delivered_at: Option<DateTime<Utc>> = (days > 5).then(|| at + TimeDelta::seconds(40));
            sql!(tx, execute: "insert into notices (id, customer_id, kind, subject, body, channel, created_at, read_at, delivered_at) values ($1, $2, $3, $4, $5, 'mail', $6, $7, $8)",
                server.id::<NoticeId>().0, customer.0, kind, subject, body, at, read_at, delivered_at)?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Invoices of the companies' last months as PDF and XML, and letters to some people, through the import.
pub(super) async fn documents(server: &Server) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("emdia-demo-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder)?;
    let mut tax_ids = Vec::new();
    for at in (0_u64..).take(people::COMPANIES.len()) {
        let mut conn = server.db.read().await?;
        tax_ids.push(sql!(conn, one (String,): "select tax_id from customers where external_id = $1", company_id(at))?.0);
    }
    let written = write_documents(server, &folder, &tax_ids);
    let imported = match written {
        Ok(lines) => {
            let options = Options { folder: Some(folder.clone()), ..Options::default() };
            match imports::run(server, Kind::Documents, Cursor::new(lines), options, |_| {}).await {
                // As for the other files: one that is refused is a mistake here.
                Ok(report) => match report.refusals.first() {
                    Some(refusal) => Err(Error::Config(format!("documents: {}", refusal.told(Locale::En)))),
                    None => Ok(()),
                },
                Err(error) => Err(super::of_import(error)),
            }
        }
        Err(error) => Err(error),
    };
    std::fs::remove_dir_all(&folder)?;
    imported
}

fn write_documents(server: &Server, folder: &Path, tax_ids: &[String]) -> Result<String> {
    let today = server.clock.today();
    let mut lines = String::from("external_id;customer;contract;kind;name;access_key;amount;competence;issued_on;file\n");
    for ((at, name), tax_id) in (0_u64..).zip(people::COMPANIES).zip(tax_ids) {
        let customer = company_id(at);
        // The company with an establishment for every contract has invoices for three of them.
        for unit in 0..if at == 0 { 3 } else { 1 } {
            let contract = format!("{customer}-C{:02}", unit + 1);
            for back in 0..6 {
                let Some(month) = today.with_day(1).and_then(|first| first.checked_sub_months(Months::new(back))) else { continue };
                let note = Note { at, unit, month, amount: Money::cents(412_300 + 10_050 * i64::from(back)) };
                let (number, key, competence) = (note.number(), note.key()?, month.format("%Y-%m"));
                let line = |id: &str, kind: &str, key: &str, file: &str, ending: &str| {
                    let name =
                        if ending == "event.xml" { format!("NFS-e {number} cancelamento.xml") } else { format!("NFS-e {number}.{ending}") };
                    format!(
                        "{contract}-{id}{competence};{customer};{contract};{kind};{name};{key};{};{competence};{month};{file}\n",
                        note.amount
                    )
                };
                let taker = if unit == 0 { tax_id.clone() } else { people::branch(tax_id, unit + 1) };
                let xml = format!("nfse-{number}.xml");
                std::fs::write(folder.join(&xml), note.xml(&key, &taker, name))?;
                lines.push_str(&line("NX", "nfse_xml", &key, &xml, "xml"));
                // The newest ones as PDF too: drawing each of them takes its time.
                if back < 2 {
                    let pdf = format!("nfse-{number}.pdf");
                    let text = format!(
                        "Serviços de assistência à saúde prestados em {}.",
                        texts::competence(Locale::PtBr, &competence.to_string())
                    );
                    std::fs::write(folder.join(&pdf), page(server, &format!("NFS-e nº {number}"), name, &[&text, DEMONSTRATION])?)?;
                    lines.push_str(&line("NP", "nfse_pdf", &key, &pdf, "pdf"));
                }
                if at == 0 && unit == 0 && back == 1 {
                    let event = format!("nfse-{number}-cancelamento.xml");
                    std::fs::write(folder.join(&event), cancellation_xml(&key))?;
                    lines.push_str(&line("NE", CANCELLATION, &key, &event, "event.xml"));
                }
            }
        }
    }
    let year = today.year() - 1;
    let text = "A mensalidade do seu plano foi reajustada na data de aniversário do contrato, conforme a cláusula de reajuste anual.";
    let letter = page(server, "Reajuste anual", "", &[text, DEMONSTRATION])?;
    std::fs::write(folder.join("reajuste.pdf"), letter)?;
    for person in [tour::UP_TO_DATE, tour::PAID_TWICE, tour::OVERPAID, 20, 21, 22, 23] {
        let customer = person_id(person);
        lines.push_str(&format!("{customer}-R;{customer};;letter;Reajuste anual {year}.pdf;;;;{year}-12-30;reajuste.pdf\n"));
    }
    Ok(lines)
}

const DEMONSTRATION: &str = "Documento de demonstração, sem valor.";

/// An invoice of the demonstration.
struct Note {
    /// The company's place in the list.
    at: u64,
    /// The establishment; 0 is the head office.
    unit: u64,
    month: NaiveDate,
    amount: Money,
}

impl Note {
    fn number(&self) -> u64 {
        let month = u64::try_from(self.month.year() * 12 + self.month.month0().cast_signed()).unwrap_or_default() % 100;
        10_000 + self.at * 1_000 + self.unit * 100 + month
    }

    fn key(&self) -> Result<String> {
        let year = u16::try_from(self.month.year()).unwrap_or_default();
        let month = u8::try_from(self.month.month()).unwrap_or(1);
        let code = format!("{:09}", self.number() * 7_919);
        let key = NfseKey::with_check_digit("4106902", &people::creditor_cnpj(), self.number(), year, month, &code);
        key.map(|key| key.as_str().to_owned()).map_err(|_| Error::Corrupt("access key of a demonstration"))
    }

    fn xml(&self, key: &str, taker: &str, name: &str) -> String {
        let (number, day, amount, creditor) = (self.number(), self.month, self.amount.plain(), people::creditor_cnpj());
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {DEMONSTRATION} -->\n<NFSe xmlns=\"http://www.sped.fazenda.gov.br/nfse\" versao=\"1.01\">\
             <infNFSe Id=\"NFS{key}\"><nNFSe>{number}</nNFSe><cStat>100</cStat><dhProc>{day}T09:00:00-03:00</dhProc><emit><CNPJ>{creditor}</CNPJ></emit>\
             <DPS versao=\"1.01\"><infDPS><tpAmb>1</tpAmb><dhEmi>{day}T08:59:00-03:00</dhEmi><dCompet>{day}</dCompet>\
             <toma><CNPJ>{taker}</CNPJ><xNome>{}</xNome></toma><valores><vServPrest><vServ>{amount}</vServ></vServPrest></valores>\
             </infDPS></DPS></infNFSe></NFSe>\n",
            name.replace('&', "&amp;")
        )
    }
}

fn cancellation_xml(key: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- {DEMONSTRATION} -->\n<evento xmlns=\"http://www.sped.fazenda.gov.br/nfse\" versao=\"1.01\"><infEvento>\
         <pedRegEvento><infPedReg><CNPJAutor>{}</CNPJAutor><chNFSe>{key}</chNFSe><e101101><xDesc>Cancelamento de NFS-e</xDesc></e101101></infPedReg>\
         </pedRegEvento></infEvento></evento>\n",
        people::creditor_cnpj()
    )
}

/// A page on the creditor's paper.
fn page(server: &Server, title: &str, to: &str, paragraphs: &[&str]) -> Result<Vec<u8>> {
    let mut blocks: Vec<Block> = Vec::new();
    if !to.is_empty() {
        blocks.push(Block::Pairs(vec![("Cliente".to_owned(), to.to_owned())]));
    }
    blocks.extend(paragraphs.iter().map(|text| Block::Paragraph((*text).to_owned())));
    let sheet = LetterSheet {
        brand: Brand { name: house::NAME.to_owned(), colour: Colour { red: 0x0b, green: 0x6e, blue: 0x5f } },
        sender: Party { name: house::NAME.to_owned(), tax_id: String::new(), address: vec!["Curitiba, PR".to_owned()] },
        kind: title.to_owned(),
        title: title.to_owned(),
        blocks,
        footer: DEMONSTRATION.to_owned(),
        page_of: "Página {page} de {pages}".to_owned(),
    };
    Ok(letter::draw(&sheet, &DocumentInfo { title: title.to_owned(), language: "pt-BR".to_owned(), created: server.clock.now() })?)
}

/// The staff that decides, signed in for the length of the scenes.
struct Desk {
    operator: Staff,
    receivables: Staff,
    supervisor: Staff,
}

/// Requests of every kind, in every state, the oldest first.
pub(super) async fn requests(server: &Server) -> Result<()> {
    let desk = Desk {
        operator: staff(server, Role::Operator).await?,
        receivables: staff(server, Role::Receivables).await?,
        supervisor: staff(server, Role::Supervisor).await?,
    };
    agreement_in_force(server).await?;
    receipts_in_every_state(server, &desk).await?;
    let disputed = disputes_of_two(server, &desk).await?;
    refunds_of_three(server, &desk).await?;
    plan_to_decide(server).await?;
    slips_and_questions(server, &desk).await?;
    requests::message(
        &ago(server, 0, 3),
        &disputed.0,
        &disputed.1.digits(),
        &MessageForm { text: "Anexei a declaração da clínica na mensagem anterior. Fico no aguardo.".to_owned(), submission: form() },
        &[],
    )
    .await?;
    let shared = ViewForm { name: "Devoluções e descontos".to_owned(), shared: "1".to_owned(), ..ViewForm::default() };
    let refunds = Filter { kind: Some(RequestKind::Refund), ..Filter::default() };
    requests::queue::views::save(server, &desk.supervisor, &shared, &refunds).await?;
    incidents::in_force(&ago(server, 1, 5), &desk.supervisor).await?;
    for staff in [desk.operator, desk.receivables, desk.supervisor] {
        sessions::close(server, &Actors::Staff(staff)).await?;
    }
    Ok(())
}

/// Answers that the desk gives often.
pub(super) async fn replies(server: &Server) -> Result<()> {
    let supervisor = staff(server, Role::Supervisor).await?;
    house::replies(server, &supervisor).await?;
    sessions::close(server, &Actors::Staff(supervisor)).await
}

/// A plan within the rules, granted at once six weeks ago; its down payment came, and it is in force.
async fn agreement_in_force(server: &Server) -> Result<()> {
    let then = ago(server, 45, 2);
    let customer = customer(&then, &person_id(tour::IN_AGREEMENT)).await?;
    let offer = agreements::offer(&then, &customer, &[]).await?;
    let Some(plan) = offer.options.iter().filter(|plan| !plan.is_off_policy()).max_by_key(|plan| plan.installments.len()) else {
        return Ok(());
    };
    let plan_form = PlanForm {
        bills: offer.bills.iter().filter(|bill| bill.chosen).map(|bill| bill.bill.id.to_string()).collect(),
        down_payment: plan.down_payment.map(|down| down.amount.to_string()).unwrap_or_default(),
        count: plan.installments.len().to_string(),
        day: offer.policy.days_of_month.first().copied().unwrap_or(10).to_string(),
        reason: "several_bills".to_owned(),
    };
    accept(&then, &customer, &plan_form).await?;
    let installments = open_bills(server, customer.id()).await?.into_iter().find(|bill| bill.nature == "installment");
    if let Some(bill) = installments {
        let on = (then.clock.today() + Days::new(2)).min(server.clock.today());
        let line = format!(
            "external_id;bill;paid_on;amount;method;bank_reference\n{0}-P;{0};{on};{1};pix;E00000000{2}demonstracao\n",
            bill.external_id,
            Money::cents(bill.balance),
            on.format("%Y%m%d")
        );
        imports::run(&ago(server, 42, 0), Kind::Payments, Cursor::new(line), Options::default(), |_| {}).await.map_err(super::of_import)?;
    }
    sessions::close(server, &Actors::Customer(customer)).await
}

/// A plan beyond the rules, for a person to decide.
async fn plan_to_decide(server: &Server) -> Result<()> {
    let then = ago(server, 1, 4);
    let customer = customer(&then, &person_id(tour::ASKS_FOR_PLAN)).await?;
    let offer = agreements::offer(&then, &customer, &[]).await?;
    let Some((least, _)) = offer.least_down_payment else { return Ok(()) };
    let plan_form = PlanForm {
        bills: offer.bills.iter().filter(|bill| bill.chosen).map(|bill| bill.bill.id.to_string()).collect(),
        down_payment: if least.is_positive() { least.to_string() } else { String::new() },
        count: "12".to_owned(),
        day: "10".to_owned(),
        reason: "less_income".to_owned(),
    };
    accept(&then, &customer, &plan_form).await?;
    sessions::close(server, &Actors::Customer(customer)).await
}

pub(super) async fn accept(then: &Server, customer: &Customer, plan_form: &PlanForm) -> Result<Protocol> {
    let offered = agreements::offered(then, customer, Locale::PtBr, plan_form).await?;
    let accept = AcceptForm { terms: offered.terms.hash, accepted: "yes".to_owned(), submission: form() };
    match agreements::accept(then, customer, &visit(), Locale::PtBr, plan_form, &accept).await? {
        Asked::Done(protocol) => Ok(protocol),
        Asked::Code(id) => {
            let code = acceptances::code_of_demo(then, customer, Purpose::Plan, id).await?;
            agreements::confirm(then, customer, &visit(), id, &CodeForm { code }).await
        }
    }
}

/// Asks for a refund, and confirms where it goes.
async fn refund(then: &Server, customer: &Customer, form: &RefundForm) -> Result<Protocol> {
    match refunds::submit(then, customer, &visit(), Locale::PtBr, form).await? {
        Asked::Done(protocol) => Ok(protocol),
        Asked::Code(id) => {
            let code = acceptances::code_of_demo(then, customer, Purpose::Refund, id).await?;
            Ok(refunds::confirm(then, customer, &visit(), id, &CodeForm { code }).await?.protocol)
        }
    }
}

/// Somebody with late bills, and what was sent for the first of them.
async fn receipts_in_every_state(server: &Server, desk: &Desk) -> Result<()> {
    let late = late_people(server).await?;
    let people = std::iter::once(person_id(tour::SENT_RECEIPT)).chain(late.into_iter().map(|late| late.customer));
    // Days ago, and what the desk did about it since.
    let stories: [(i64, &[(Action, &str)]); 7] = [
        (0, &[]),
        (
            9,
            &[
                (Action::Claim, ""),
                (
                    Action::Refuse,
                    "O comprovante é de um agendamento que não foi concluído. Confira com o seu banco e envie o comprovante definitivo.",
                ),
            ],
        ),
        (
            6,
            &[
                (Action::Claim, ""),
                (Action::AskMore, "A imagem está cortada e não mostra a autenticação. Pode enviar de novo, com a página inteira?"),
            ],
        ),
        (
            4,
            &[
                (Action::Claim, ""),
                (Action::Approve, "Recebemos o comprovante. A fatura será baixada quando o banco confirmar o pagamento."),
            ],
        ),
        (2, &[(Action::Claim, "")]),
        (1, &[]),
        (0, &[]),
    ];
    for (external_id, (days, steps)) in people.zip(stories) {
        let then = ago(server, days, 5);
        let customer = customer(&then, &external_id).await?;
        if let Some(bill) = open_bills(server, customer.id()).await?.into_iter().next() {
            let amount = Money::cents(bill.balance);
            let file = receipt(&then, &amount.to_string()).await?;
            let receipt_form = ReceiptForm {
                bills: vec![bill.id.to_string()],
                paid_on: (then.clock.today() - Days::new(1)).to_string(),
                amount: amount.to_string(),
                note: "Paguei pelo aplicativo do banco.".to_owned(),
                submission: form(),
            };
            let protocol = receipts::submit(&then, &customer, &receipt_form, &[file]).await?;
            play(server, days, &desk.operator, protocol, steps).await?;
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
    }
    Ok(())
}

/// One dispute that waits for the customer, one that is prepared for a second person. Gives the first with its customer.
async fn disputes_of_two(server: &Server, desk: &Desk) -> Result<(Customer, Protocol)> {
    let then = ago(server, 3, 6);
    let asked = customer(&then, &person_id(tour::DISPUTES)).await?;
    let bills = open_bills(server, asked.id()).await?;
    let bill = bills.into_iter().max_by_key(|bill| bill.nature == "co_participation").ok_or(Error::NotFound)?;
    let dispute = DisputeForm {
        bill: bill.id.to_string(),
        reason: "not_used".to_owned(),
        text: "A consulta foi desmarcada pela própria clínica e não aconteceu.".to_owned(),
        submission: form(),
    };
    let protocol = disputes::submit(&then, &asked, &dispute, &[]).await?;
    play(server, 3, &desk.operator, protocol, &[(Action::Claim, "")]).await?;

    // From R$ 1.000,00 on, two persons decide.
    let large = late_people(server).await?.into_iter().rfind(|late| late.balance >= 100_000);
    if let Some(late) = large {
        let then = ago(server, 5, 1);
        let customer = customer(&then, &late.customer).await?;
        if let Some(bill) = open_bills(server, customer.id()).await?.into_iter().find(|bill| bill.balance >= 100_000) {
            let dispute = DisputeForm {
                bill: bill.id.to_string(),
                reason: "amount".to_owned(),
                text: "O valor veio com o reajuste antes da data do meu contrato.".to_owned(),
                submission: form(),
            };
            let protocol = disputes::submit(&then, &customer, &dispute, &[]).await?;
            let digits = protocol.digits();
            let then = ago(server, 4, 0);
            requests::desk::claim(&then, &desk.operator, &digits).await?;
            let prepared = DecisionForm {
                internal: "Reajuste aplicado um mês antes. Conferido com o contrato.".to_owned(),
                amount: "98,00".to_owned(),
                ..DecisionForm::default()
            };
            requests::desk::prepare(&then, &desk.operator, &digits, &prepared).await?;
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
    }
    Ok((asked, protocol))
}

/// A duplicate to be given back by Pix, prepared for a second person; a credit compensated already; one just asked for.
async fn refunds_of_three(server: &Server, desk: &Desk) -> Result<()> {
    for (person, days) in [(tour::OVERPAID, 8), (tour::REDUCED, 1)] {
        let then = ago(server, days, 3);
        let customer = customer(&then, &person_id(person)).await?;
        let credits = refunds::credits(&then, &customer).await?;
        if let Some(credit) = credits.offers.first() {
            let tax_id = tax_id(server, customer.id()).await?;
            let form = RefundForm {
                credit: credit.credit.entry.to_string(),
                submission: form(),
                way: "refund".to_owned(),
                destination: "pix".to_owned(),
                key_kind: "tax_id".to_owned(),
                key: tax_id.clone(),
                holder_tax_id: tax_id,
                holder_name: customer.name().chars().take(120).collect(),
                ..RefundForm::default()
            };
            let protocol = refund(&then, &customer, &form).await?;
            if person == tour::OVERPAID {
                play(server, 7, &desk.receivables, protocol, &[(Action::Claim, ""), (Action::Prepare, "")]).await?;
                play(server, 6, &desk.supervisor, protocol, &[(Action::Approve, "")]).await?;
            } else {
                play(server, 0, &desk.receivables, protocol, &[(Action::Claim, ""), (Action::Prepare, "")]).await?;
            }
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
    }
    Ok(())
}

/// A new boleto asked for in place of one past its limit, and two questions, one of them answered.
async fn slips_and_questions(server: &Server, desk: &Desk) -> Result<()> {
    let then = ago(server, 0, 2);
    let limit = server.clock.today() - Days::new(records::DAYS_TO_LIMIT + 1);
    let past = late_people(server).await?.into_iter().filter(|late| late.due_on < limit).skip(6).take(3);
    for late in past {
        let customer = customer(&then, &late.customer).await?;
        if let Some(bill) = open_bills(server, customer.id()).await?.into_iter().next() {
            requests::submit_slip_request(&then, &customer, &SlipForm { bill: bill.id.to_string(), submission: form() }).await?;
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
    }
    let questions = [
        (
            tour::UP_TO_DATE,
            10,
            "Consigo mudar o vencimento da mensalidade para o dia 15?",
            Some("Sim. A partir da próxima fatura o vencimento será no dia 15."),
        ),
        (tour::ACTS_FOR_OTHERS, 2, "Preciso da relação de vidas ativas do contrato da padaria. Onde encontro?", None),
    ];
    for (person, days, text, answer) in questions {
        let then = ago(server, days, 1);
        let customer = customer(&then, &person_id(person)).await?;
        let protocol =
            requests::submit_question(&then, &customer, &QuestionForm { text: text.to_owned(), submission: form() }, &[]).await?;
        if let Some(answer) = answer {
            play(server, days - 1, &desk.operator, protocol, &[(Action::Claim, ""), (Action::Finish, answer)]).await?;
        }
        sessions::close(server, &Actors::Customer(customer)).await?;
    }
    Ok(())
}

/// What a member of staff did with a request, with the words that the customer read.
async fn play(server: &Server, days: i64, staff: &Staff, protocol: Protocol, steps: &[(Action, &str)]) -> Result<()> {
    let digits = protocol.digits();
    for (at, (action, told)) in (0..).zip(steps) {
        // An hour passes between what was asked and each step.
        let then = ago(server, days, (1 - at).max(0));
        requests::desk::act(&then, staff, &digits, *action, &DecisionForm { told: (*told).to_owned(), ..DecisionForm::default() }).await?;
    }
    Ok(())
}

/// The same server some time ago: its verbs write that time.
pub(super) fn ago(server: &Server, days: i64, hours: i64) -> Server {
    Server { clock: server.clock.moved(-TimeDelta::days(days) - TimeDelta::hours(hours)), ..server.clone() }
}

/// The number of a form, as a page would give it.
pub(super) fn form() -> String {
    Uuid::new_v4().to_string()
}

/// A receipt as a bank's program would print it, sent as a file.
async fn receipt(server: &Server, amount: &str) -> Result<Stored> {
    let on = texts::date(Locale::PtBr, server.clock.today());
    let text = format!("Pagamento de boleto no valor de R$ {amount}, em {on}.");
    let pdf = page(server, "Comprovante de pagamento", "", &[&text, DEMONSTRATION])?;
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(pdf))]);
    files::receive(server, stream, "comprovante.pdf").await
}

pub(super) async fn customer(server: &Server, external_id: &str) -> Result<Customer> {
    let id = find(server, external_id).await?;
    let mut tx = server.db.write().await?;
    let token = sessions::open_customer(server, &mut tx, id, &visit()).await?;
    tx.commit().await?;
    match sessions::find(server, &token.0).await?.map(|found| found.actors) {
        Some(Actors::Customer(customer)) => Ok(customer),
        _ => Err(Error::SignedOut),
    }
}

pub(super) async fn staff(server: &Server, role: Role) -> Result<Staff> {
    let mut tx = server.db.write().await?;
    let (id,) = sql!(tx, one (Uuid,): "select id from staff where role = $1 order by email limit 1", role.as_str())?;
    let token = sessions::open_staff(server, &mut tx, id.into(), &visit()).await?;
    tx.commit().await?;
    match sessions::find(server, &token.0).await?.map(|found| found.actors) {
        Some(Actors::Staff(staff)) => Ok(staff),
        _ => Err(Error::SignedOut),
    }
}

fn visit() -> Visit {
    Visit {
        network: "192.0.2.0".to_owned(),
        device: "Demonstração".to_owned(),
        address: "192.0.2.44".to_owned(),
        agent: "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile".to_owned(),
    }
}

pub(super) fn person_id(index: u64) -> String {
    format!("VS-{:06}", index + 1)
}

pub(super) fn company_id(index: u64) -> String {
    format!("VS-E{:02}", index + 1)
}

pub(super) async fn find(server: &Server, external_id: &str) -> Result<CustomerId> {
    let mut conn = server.db.read().await?;
    let row = sql!(conn, optional (Uuid,): "select id from customers where external_id = $1", external_id)?;
    row.map(|(id,)| CustomerId(id)).ok_or(Error::NotFound)
}

/// An open bill.
#[derive(sqlx::FromRow)]
pub(super) struct OpenBill {
    #[sqlx(try_from = "Uuid")]
    pub(super) id: BillId,
    pub(super) external_id: String,
    pub(super) nature: String,
    pub(super) balance: i64,
}

/// What a customer may be asked for, the oldest first.
pub(super) async fn open_bills(server: &Server, customer: CustomerId) -> Result<Vec<OpenBill>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all OpenBill: "select id, external_id, nature, balance from bills
        where customer_id = $1 and balance > 0 and standing = 'open' order by due_on, id limit 50", customer.0)?)
}

/// Somebody with a late bill, who is not on the tour and is in no request.
#[derive(sqlx::FromRow)]
struct Late {
    customer: String,
    due_on: NaiveDate,
    /// Of the largest late bill.
    balance: i64,
}

async fn late_people(server: &Server) -> Result<Vec<Late>> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all Late: "select c.external_id as customer, min(b.due_on) as due_on, max(b.balance) as balance
        from customers c join bills b on b.customer_id = c.id and b.balance > 0 and b.standing = 'open' and b.due_on < $1
        where c.external_id between 'VS-000021' and 'VS-000500' and not exists (select 1 from requests r where r.customer_id = c.id)
        group by c.external_id order by c.external_id", server.clock.today())?)
}

async fn tax_id(server: &Server, customer: CustomerId) -> Result<String> {
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, one (String,): "select tax_id from customers where id = $1", customer.0)?.0)
}
