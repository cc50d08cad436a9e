//! The invented creditor: who it is, its bank agreement, its rules, its holidays and its staff.

use chrono::{Datelike, NaiveDate};
use domain::actors::Role;
use domain::agreements::policy::{Interest, PlanPolicy};
use domain::refunds::RefundPolicy;
use domain::requests::policy::Policy;
use domain::requests::replies::ReplyForm;
use rust_decimal::Decimal;
use serde::Serialize;
use sha1::{Digest, Sha1};
use uuid::Uuid;

use super::{Begun, StaffLogin, people, records};
use crate::audit::{self, Actor, Event};
use crate::error::{Error, Result};
use crate::requests::replies;
use crate::sessions::Staff;
use crate::sign_in::{self, NewStaff};
use crate::{Server, sql};

/// The creditor's brand.
pub(super) const NAME: &str = "Cooperativa Vida Serena";

/// Two operators, and one of each other role.
const STAFF: [(Role, &str, &str); 6] = [
    (Role::Operator, "iara.operadora", "Iara Monteiro Brito"),
    (Role::Operator, "ciro.operador", "Ciro Vasconcelos"),
    (Role::Receivables, "nadia.recebiveis", "Nádia Figueiredo"),
    (Role::Supervisor, "otto.supervisor", "Otto Guimarães Leitão"),
    (Role::Legal, "lia.juridico", "Lia Peçanha"),
    (Role::Administrator, "davi.administrador", "Davi Saraiva"),
];

/// Writes creditor, agreement, rules and holidays, once; and how the demonstration was begun.
pub(super) async fn build(server: &Server, begun: &Begun) -> Result<()> {
    let today = begun.day;
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into creditor (id, name, legal_name, cnpj, ans_registration, address, phone, email, privacy_contact, time_zone, brand_color)
         values (1, $1, $2, $3, '999999', 'Alameda dos Manacás, 1000, Curitiba, PR, 80000-000', '0800 000 0000', 'atendimento@vidaserena.example',
            'Encarregada de dados: privacidade@vidaserena.example', 'America/Sao_Paulo', '#0b6e5f')",
        NAME, "Vida Serena Cooperativa de Saúde (demonstração)", people::creditor_cnpj())?;
    sql!(tx, execute: "insert into bank_agreements (id, external_id, bank_code, bank_name, branch, beneficiary_code, carteira, payment_place, own_drawing,
            account, account_digit, remessa_agreement, remessa_wallet, remessa_variation, remessa_collection, remessa_kind)
         values ($1, $2, '001', 'Banco Demonstração', '1234-5', $3, '17', 'Pagável em qualquer banco até a data limite', $4,
            '123873', '5', $3, '17', '19', '7', '04')",
        server.id::<Uuid>(), records::AGREEMENT, records::CONVENIO.to_string(), true)?;
    let since = NaiveDate::from_ymd_opt(today.year() - 3, 1, 1).unwrap_or(today);
    let policies =
        [("requests", json(&Policy::default())?), ("plans", json(&first_plans())?), ("refunds", json(&RefundPolicy::default())?)];
    for (kind, body) in policies {
        sql!(tx, execute: "insert into policies (id, kind, version, valid_from, body) values ($1, $2, 1, $3, $4)", server.id::<Uuid>(), kind, since, body)?;
    }
    for year in today.year() - 2..=today.year() + 2 {
        // 8 September, patroness of the creditor's city.
        if let Some(day) = NaiveDate::from_ymd_opt(year, 9, 8) {
            sql!(tx, execute: "insert into holidays (day, name) values ($1, 'Padroeira da cidade')", day)?;
        }
    }
    let begun = Event {
        actor: Actor::System,
        action: "demo.begun",
        subject_kind: "creditor",
        subject_id: None,
        customer: None,
        detail: serde_json::to_value(begun).map_err(|_| Error::Corrupt("demonstration"))?,
    };
    audit::record(server, &mut tx, begun).await?;
    tx.commit().await
}

/// What the house began with: a little less at once than its second version, which [`super::policies`] plays, and with interest.
fn first_plans() -> PlanPolicy {
    let interest = Interest::SimpleMonthly(Decimal::new(1, 2));
    let mut plans = PlanPolicy { version: "1".to_owned(), interest, ..PlanPolicy::default() };
    if let Some(automatic) = plans.bands.first_mut().and_then(|band| band.automatic.as_mut()) {
        automatic.most_installments = 4;
    }
    plans
}

fn json(policy: &impl Serialize) -> Result<String> {
    serde_json::to_string(policy).map_err(|_| Error::Corrupt("policy"))
}

/// Makes the staff, whose passwords everybody may know.
pub(super) async fn staff(server: &Server) -> Result<()> {
    let mut tx = server.db.write().await?;
    for login in logins() {
        let new = NewStaff {
            email: &login.email,
            name: &login.name,
            role: login.role,
            password: &login.password,
            totp_secret: secret(&login.email),
        };
        sign_in::put_staff(server, &mut tx, &new).await?;
    }
    tx.commit().await
}

/// Answers that the desk of this house gives often: kind, step, name, and words in Portuguese and in English.
const REPLIES: [(&str, &str, &str, &str, &str); 4] = [
    (
        "receipt",
        "ask_more",
        "Comprovante de agendamento",
        "Olá, {nome}.\n\nO arquivo enviado é de um pagamento agendado. Quando o banco fizer o pagamento, envie aqui o comprovante definitivo da conta {contas}.\n\n{equipe}, {credor}",
        "Hello, {nome}.\n\nThe file you sent is of a scheduled payment. Once your bank has made it, please send the final receipt for bill {contas} here.\n\n{equipe}, {credor}",
    ),
    (
        "receipt",
        "refuse",
        "Comprovante de outra conta",
        "Olá, {nome}.\n\nO comprovante enviado é de outro boleto, que não é nosso. A conta {contas} continua em aberto. Se você pagou de outra forma, envie um novo comprovante.\n\n{equipe}, {credor}",
        "Hello, {nome}.\n\nThe receipt you sent is of another boleto, which is not ours. Bill {contas} is still open. If you paid some other way, please send another receipt.\n\n{equipe}, {credor}",
    ),
    (
        "refund",
        "ask_more",
        "Titular da conta de devolução",
        "Olá, {nome}.\n\nPara devolver {valor}, a conta precisa ser de quem pagou. Envie um documento que mostre o titular, ou informe outra conta. O protocolo é {protocolo}.\n\n{equipe}, {credor}",
        "Hello, {nome}.\n\nTo give back {valor}, the account has to be that of whoever paid. Please send a document that shows its holder, or name another account. The protocol is {protocolo}.\n\n{equipe}, {credor}",
    ),
    (
        "",
        "note",
        "Estamos cuidando",
        "Olá, {nome}.\n\nSeu pedido está em análise. A resposta sai até {prazo}.\n\n{equipe}, {credor}",
        "Hello, {nome}.\n\nYour request is being looked at. The answer comes by {prazo}.\n\n{equipe}, {credor}",
    ),
];

/// Keeps the answers, by the hand of the supervisor.
pub(super) async fn replies(server: &Server, supervisor: &Staff) -> Result<()> {
    for (kind, action, title, pt, en) in REPLIES {
        let (kind, action, title) = (kind.to_owned(), action.to_owned(), title.to_owned());
        let form = ReplyForm { title, kind, action, pt: pt.to_owned(), en: en.to_owned(), ..ReplyForm::default() };
        replies::save(server, supervisor, None, &form).await?;
    }
    Ok(())
}

/// How each member of staff signs in.
pub(super) fn logins() -> Vec<StaffLogin> {
    let login = |(role, mailbox, name): (Role, &str, &str)| {
        let email = format!("{mailbox}@vidaserena.example");
        StaffLogin {
            role,
            name: name.to_owned(),
            password: format!("demo {mailbox}"),
            totp_secret: sign_in::base32(&secret(&email)),
            email,
        }
    };
    STAFF.into_iter().map(login).collect()
}

/// The secret of a demonstration's authenticator: known to all, and the same every time.
fn secret(email: &str) -> [u8; 20] {
    Sha1::digest(format!("emdia demo {email}")).into()
}
