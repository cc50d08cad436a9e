//! Every address a person sees, in Portuguese, and where each form posts. Never holds personal data: things are named by opaque ids.

use domain::ids::{BillId, CustomerId, DocumentId, PixChargeId, UploadId};
use domain::policies::Kind;
use domain::templates::notices;
use server::texts::Locale;

/// Sign-in, the first page.
pub const SIGN_IN: &str = "/entrar";
/// The one-time code.
pub const CODE: &str = "/entrar/codigo";
/// Home of a customer.
pub const HOME: &str = "/";
/// Statement.
pub const STATEMENT: &str = "/extrato";
/// Ledger entries.
pub const LEDGER: &str = "/extrato/lancamentos";
/// Statement as PDF.
pub const STATEMENT_PDF: &str = "/extrato.pdf";
/// Statement as CSV.
pub const STATEMENT_CSV: &str = "/extrato.csv";
/// What can be paid.
pub const PAY: &str = "/pagar";
/// Second copy of one or several boletos.
pub const SECOND_COPY: &str = "/pagar/segunda-via";
/// The second copies as one PDF.
pub const SECOND_COPY_PDF: &str = "/pagar/segunda-via.pdf";
/// "I have paid."
pub const RECEIPT: &str = "/comprovante";
/// Credits and refunds.
pub const REFUND: &str = "/devolucao";
/// A refund: where it goes.
pub const REFUND_DESTINATION: &str = "/devolucao/destino";
/// A refund: check and send.
pub const REFUND_CHECK: &str = "/devolucao/conferir";
/// A refund: the code that confirms where it goes.
pub const REFUND_CODE: &str = "/devolucao/codigo";
/// Installment plan: which bills.
pub const PLAN: &str = "/parcelar";
/// Installment plan: why.
pub const PLAN_REASON: &str = "/parcelar/motivo";
/// Installment plan: how.
pub const PLAN_OPTIONS: &str = "/parcelar/opcoes";
/// Installment plan: check and accept.
pub const PLAN_CHECK: &str = "/parcelar/conferir";
/// Installment plan: the code that confirms it.
pub const PLAN_CODE: &str = "/parcelar/codigo";
/// The customer's agreements.
pub const AGREEMENTS: &str = "/acordos";
/// Requests.
pub const REQUESTS: &str = "/pedidos";
/// A question.
pub const QUESTION: &str = "/pedidos/nova-pergunta";
/// A dispute.
pub const DISPUTE: &str = "/contestar";
/// Documents.
pub const DOCUMENTS: &str = "/documentos";
/// The filter's documents as one ZIP.
pub const DOCUMENTS_ZIP: &str = "/documentos.zip";
/// A statement of payments: which period.
pub const PAYMENTS_PAPER: &str = "/documentos/pagamentos";
/// The statement of payments of a period.
pub const PAYMENTS_PAPER_PDF: &str = "/documentos/pagamentos.pdf";
/// Account: data, sessions, for whom one acts.
pub const ACCOUNT: &str = "/conta";
/// Notices.
pub const NOTICES: &str = "/avisos";
/// "Is it ours?"
pub const AUTHENTICITY: &str = "/e-nosso";
/// Help and contact.
pub const HELP: &str = "/ajuda";
/// Privacy notice.
pub const PRIVACY: &str = "/privacidade";
/// Staff sign-in.
pub const STAFF_SIGN_IN: &str = "/equipe/entrar";
/// Where staff begins: each role in its own room.
pub const STAFF_HOME: &str = "/equipe";
/// The queue.
pub const QUEUE: &str = "/equipe/fila";
/// The counts of the queue, for a page that keeps them fresh.
pub const QUEUE_COUNTS: &str = "/equipe/fila/contagens";
/// A part of the queue as a table.
pub const QUEUE_CSV: &str = "/equipe/fila.csv";
/// Who is away.
pub const ABSENCES: &str = "/equipe/ausencias";
/// The rules of requests.
pub const RULES: &str = "/equipe/regras";
/// The creditor's policies.
pub const POLICIES: &str = "/equipe/politicas";
/// What the portal writes to people, and whose words it has.
pub const TEMPLATES: &str = "/equipe/avisos";
/// Staff's ready answers.
pub const REPLIES: &str = "/equipe/respostas";
/// A new one.
pub const NEW_REPLY: &str = "/equipe/respostas/nova";
/// The creditor's own holidays.
pub const HOLIDAYS: &str = "/equipe/feriados";
/// How deadlines were kept.
pub const DEADLINES: &str = "/equipe/prazos";
/// The same as a table.
pub const DEADLINES_CSV: &str = "/equipe/prazos.csv";
/// Search for a customer.
pub const STAFF_SEARCH: &str = "/equipe/busca";
/// Refund orders to export.
pub const REFUND_ORDERS: &str = "/equipe/devolucoes";
/// Refund orders as CSV.
pub const REFUND_ORDERS_CSV: &str = "/equipe/devolucoes.csv";
/// "I will pay on …".
pub const PROMISE: &str = "/promessa";
/// Promises, for staff.
pub const PROMISES: &str = "/equipe/acompanhamento/promessas";
/// Running agreements: late, warned, ended.
pub const AGREEMENTS_FOLLOWED: &str = "/equipe/acompanhamento/acordos";
/// Notices of default of individual plans.
pub const DEFAULT_NOTICES: &str = "/equipe/acompanhamento/notificacoes";
/// Those who cannot be reached.
pub const FOLLOW_UP: &str = "/equipe/acompanhamento";
/// Why people say they do not pay.
pub const REASONS: &str = "/equipe/acompanhamento/motivos";
/// The same as CSV.
pub const REASONS_CSV: &str = "/equipe/acompanhamento/motivos.csv";
/// Letters that ask for payment.
pub const DEMANDS: &str = "/equipe/acompanhamento/cartas";
/// Customers in a proceeding.
pub const CLAIMS: &str = "/equipe/acompanhamento/processos";
/// Customers' money that has lain for a while.
pub const CREDITS: &str = "/equipe/acompanhamento/creditos";
/// The same as CSV.
pub const CREDITS_CSV: &str = "/equipe/acompanhamento/creditos.csv";
/// Contracts suspended, and reconnected unpaid.
pub const SUSPENSIONS: &str = "/equipe/acompanhamento/suspensoes";
/// The same as CSV.
pub const SUSPENSIONS_CSV: &str = "/equipe/acompanhamento/suspensoes.csv";
/// The creditor's brand.
pub const BRAND: &str = "/equipe/marca";
/// The audit trail.
pub const AUDIT: &str = "/equipe/auditoria";
/// The creditor's staff.
pub const TEAM: &str = "/equipe/pessoas";
/// Incidents.
pub const INCIDENTS: &str = "/equipe/incidentes";
/// What is with agencies and lawyers.
pub const PLACEMENTS: &str = "/equipe/cobranca";
/// Whom the house works with.
pub const AGENCIES: &str = "/equipe/cobranca/assessorias";
/// Bills that the house gives up.
pub const WRITE_OFFS: &str = "/equipe/baixas";
/// The house in figures.
pub const DASHBOARD: &str = "/equipe/painel";
/// One of them, or all, as a file.
pub const DASHBOARD_FILE: &str = "/equipe/painel/arquivo";
/// Exports for the creditor's own systems.
pub const EXPORTS: &str = "/equipe/exportacoes";
/// One of them as a file.
pub const EXPORT_FILE: &str = "/equipe/exportacoes/arquivo";
/// Files to banks, each by its id.
const REMESSAS: &str = "/equipe/exportacoes/remessas";
/// Return files of banks.
pub const RETURN_FILES: &str = "/equipe/retornos";
/// Money whose slip is not known.
pub const UNIDENTIFIED: &str = "/equipe/retornos/nao-identificados";
/// How the creditor's systems speak with us.
pub const DEVELOPERS: &str = server::api::PAGE;
/// Keys and webhooks.
pub const SYSTEMS: &str = "/equipe/integracoes";
/// The demo's mailbox.
pub const MAILBOX: &str = "/demo/caixa-de-correio";
/// The demo's log-ins.
pub const DEMO: &str = "/demo";

/// Where server functions live.
pub const API: &str = "/api";

/// One bill with its calculation.
#[must_use]
pub fn bill(id: BillId) -> String {
    format!("/extrato/conta/{id}")
}

/// A form about one bill (a receipt, a dispute), which is chosen there already.
#[must_use]
pub fn about(form: &str, bill: BillId) -> String {
    format!("{form}?conta={bill}")
}

/// Second copies of the slips with which these bills can be paid.
#[must_use]
pub fn second_copy(bills: &[BillId]) -> String {
    with_bills(SECOND_COPY, bills)
}

/// A page that takes bills as `conta`, with these.
#[must_use]
pub fn with_bills(page: &str, bills: &[BillId]) -> String {
    let mut address = page.to_owned();
    for (at, bill) in bills.iter().enumerate() {
        address.push_str(if at == 0 { "?conta=" } else { "&conta=" });
        address.push_str(&bill.to_string());
    }
    address
}

/// One request, by its protocol in digits.
#[must_use]
pub fn request(protocol: &str) -> String {
    format!("{REQUESTS}/{}", digits(protocol))
}

/// The letter of a notice.
#[must_use]
pub fn notice_letter(notice: domain::ids::NoticeId) -> String {
    format!("{NOTICES}/{notice}/carta")
}

/// The letter of a customer's notice, for staff.
#[must_use]
pub fn staff_notice_letter(customer: domain::ids::CustomerId, notice: domain::ids::NoticeId) -> String {
    format!("{}/avisos/{notice}/carta", staff_customer(customer))
}

/// Where another destination is given for a refund.
#[must_use]
pub fn refund_account(protocol: &str) -> String {
    format!("{REFUND_DESTINATION}?pedido={}", digits(protocol))
}

/// The confirmation of a request.
#[must_use]
pub fn confirmation(protocol: &str) -> String {
    format!("{REQUESTS}/{}/recebido", digits(protocol))
}

/// Taking a request back.
#[must_use]
pub fn withdrawal(protocol: &str) -> String {
    format!("{REQUESTS}/{}/desistir", digits(protocol))
}

/// A step of a journey, with what was answered so far kept under an id.
#[must_use]
pub fn step(page: &str, draft: uuid::Uuid) -> String {
    format!("{page}?rascunho={draft}")
}

/// Where a code is typed, for what waits for it.
#[must_use]
pub fn code(page: &str, confirmation: uuid::Uuid) -> String {
    format!("{page}?confirmacao={confirmation}")
}

/// A file of a request.
#[must_use]
pub fn upload(protocol: &str, id: UploadId) -> String {
    format!("{REQUESTS}/{}/arquivo/{id}", digits(protocol))
}

/// A document.
#[must_use]
pub fn document(id: DocumentId) -> String {
    format!("{DOCUMENTS}/{id}")
}

/// One Pix charge.
#[must_use]
pub fn pix_charge(id: PixChargeId) -> String {
    format!("{PAY}/pix/{id}")
}

/// Where the changes of a Pix charge are told.
#[must_use]
pub fn pix_changes(id: PixChargeId) -> String {
    format!("{PAY}/pix/{id}/andamento")
}

/// The declaration that a year is paid.
#[must_use]
pub fn declaration(year: i32) -> String {
    format!("{DOCUMENTS}/quitacao/{year}")
}

/// The income-tax statement of a year.
#[must_use]
pub fn income_tax(year: i32) -> String {
    format!("{DOCUMENTS}/imposto-de-renda/{year}")
}

/// The term of an agreement, by the protocol of its request.
#[must_use]
pub fn agreement_term(protocol: &str) -> String {
    format!("{DOCUMENTS}/acordo/{protocol}")
}

/// What came of a return file.
#[must_use]
pub fn return_file(id: impl std::fmt::Display) -> String {
    format!("{RETURN_FILES}/{id}")
}

/// That file, as it came.
pub fn return_file_original(id: impl std::fmt::Display) -> String {
    format!("{RETURN_FILES}/{id}/arquivo")
}

/// One file to a bank, and what became of it.
#[must_use]
pub fn remessa(id: uuid::Uuid) -> String {
    format!("{REMESSAS}/{id}")
}

/// That file, as it was written.
#[must_use]
pub fn remessa_bytes(id: uuid::Uuid) -> String {
    format!("{REMESSAS}/{id}/arquivo")
}

/// One request, for staff.
#[must_use]
pub fn staff_request(protocol: &str) -> String {
    format!("/equipe/pedidos/{}", digits(protocol))
}

/// A file of a request, for staff.
#[must_use]
pub fn staff_upload(protocol: &str, id: UploadId) -> String {
    format!("/equipe/pedidos/{}/arquivo/{id}", digits(protocol))
}

/// A page of a file of a request, drawn, for staff; counted from one.
#[must_use]
pub fn staff_picture(protocol: &str, id: UploadId, page: usize) -> String {
    format!("{}/pagina/{}", staff_upload(protocol, id), page + 1)
}

/// One of staff's ready answers.
#[must_use]
pub fn reply(id: &str) -> String {
    format!("{REPLIES}/{id}")
}

/// How an address names a policy.
#[must_use]
pub const fn policy_slug(kind: Kind) -> &'static str {
    match kind {
        Kind::Plans => "acordos",
        Kind::Promises => "promessas",
        Kind::Refunds => "devolucoes",
        Kind::Reach => "contato",
        Kind::Defaults => "inadimplencia",
    }
}

/// One policy.
#[must_use]
pub fn policy(kind: Kind) -> String {
    format!("{POLICIES}/{}", policy_slug(kind))
}

/// The form of a policy's next version.
#[must_use]
pub fn next_policy(kind: Kind) -> String {
    format!("{}/nova", policy(kind))
}

/// A draft of a policy.
#[must_use]
pub fn policy_draft(kind: Kind, id: uuid::Uuid) -> String {
    format!("{}/rascunho/{id}", policy(kind))
}

/// How an address names a notice.
#[must_use]
pub const fn template_slug(kind: notices::Kind) -> &'static str {
    match kind {
        notices::Kind::SignInCode => "codigo",
        notices::Kind::Invitation => "convite",
        notices::Kind::RequestReceived => "pedido-recebido",
        notices::Kind::RequestAsked => "pedido-pergunta",
        notices::Kind::RequestReminded => "pedido-lembrete",
        notices::Kind::RequestReferred => "pedido-encaminhado",
        notices::Kind::AgreementCode => "codigo-do-acordo",
        notices::Kind::RefundCode => "codigo-da-devolucao",
        notices::Kind::RequestNote => "pedido-mensagem",
        notices::Kind::RequestApproved => "pedido-aprovado",
        notices::Kind::RequestRefused => "pedido-nao-atendido",
        notices::Kind::RequestFailed => "devolucao-nao-concluida",
        notices::Kind::RequestDone => "pedido-concluido",
        notices::Kind::RequestWithdrawn => "pedido-desistencia",
        notices::Kind::SlipCopy => "segunda-via",
        notices::Kind::Duplicate => "pagamento-a-mais",
        notices::Kind::Promise => "promessa",
        notices::Kind::AgreementSettled => "acordo-quitado",
        notices::Kind::AgreementEarly => "acordo-pagamento-antecipado",
        notices::Kind::AgreementWarned => "acordo-em-atraso",
        notices::Kind::AgreementMended => "acordo-continua",
        notices::Kind::AgreementBroken => "acordo-encerrado",
        notices::Kind::Placement => "agencia",
        notices::Kind::IncidentRelieved => "dispensa",
        notices::Kind::IncidentLifted => "fim-da-dispensa",
        notices::Kind::DefaultMail => "notificacao-email",
        notices::Kind::DefaultLetter => "notificacao-carta",
        notices::Kind::DemandMail => "cobranca-email",
        notices::Kind::DemandLetter => "cobranca-carta",
    }
}

/// What the portal writes, in one language.
#[must_use]
pub fn template(kind: notices::Kind, language: Locale) -> String {
    format!("{TEMPLATES}/{}/{}", template_slug(kind), language.tag())
}

/// One customer, for staff.
#[must_use]
pub fn staff_customer(id: CustomerId) -> String {
    format!("/equipe/clientes/{id}")
}

/// A customer's flags.
#[must_use]
pub fn flags(id: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{id}/marcacoes")
}

/// A customer's promises, for staff.
#[must_use]
pub fn promises(id: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{id}/promessas")
}

/// The payments of an agreement as a calendar file.
#[must_use]
pub fn agreement_calendar(protocol: impl std::fmt::Display) -> String {
    format!("{AGREEMENTS}/{protocol}/calendario")
}

/// Paying installments of an agreement before their day.
#[must_use]
pub fn agreement_early(protocol: impl std::fmt::Display) -> String {
    format!("{AGREEMENTS}/{protocol}/antecipar")
}

/// The list of agencies with the form of one that is changed.
#[must_use]
pub fn agency_to_change(id: impl std::fmt::Display) -> String {
    format!("{AGENCIES}?agency={id}")
}

/// A plan for the bills that an incident lets be paid in parts.
#[must_use]
pub fn plan_of_incident(incident: impl std::fmt::Display) -> String {
    format!("{PLAN}/incidente/{incident}")
}

/// What is claimed of a customer in a proceeding.
#[must_use]
pub fn claim(customer: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{customer}/habilitacao")
}

/// Its paper.
#[must_use]
pub fn claim_paper(customer: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{customer}/habilitacao.pdf")
}

/// A customer's letters that ask for payment.
#[must_use]
pub fn demand(customer: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{customer}/cartas")
}

/// The default of one contract, and its notices.
#[must_use]
pub fn default_notice(contract: impl std::fmt::Display) -> String {
    format!("{DEFAULT_NOTICES}/{contract}")
}

/// What was done to reach a customer.
#[must_use]
pub fn activities(id: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{id}/contatos")
}

/// One hand-over to an agency or lawyers.
#[must_use]
pub fn placement(id: impl std::fmt::Display) -> String {
    format!("{PLACEMENTS}/entregas/{id}")
}

/// One agency, or lawyers.
#[must_use]
pub fn agency(id: impl std::fmt::Display) -> String {
    format!("{AGENCIES}/{id}")
}

/// What it has, as a file.
#[must_use]
pub fn agency_list(id: &str, format: &str) -> String {
    format!("{AGENCIES}/{id}/lista/{format}")
}

/// A customer's bills handed over and taken back.
#[must_use]
pub fn customer_placements(customer: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{customer}/cobranca")
}

/// One proposal to give bills up.
#[must_use]
pub fn write_off(id: impl std::fmt::Display) -> String {
    format!("{WRITE_OFFS}/propostas/{id}")
}

/// A paper of it.
#[must_use]
pub fn write_off_paper(id: &str, paper: &str) -> String {
    format!("{WRITE_OFFS}/propostas/{id}/documentos/{paper}")
}

/// What was given up by month and reason, as a file.
#[must_use]
pub fn write_offs_report(format: &str) -> String {
    format!("{WRITE_OFFS}/relatorio/{format}")
}

/// Where it is proposed to give a customer's bills up.
#[must_use]
pub fn customer_write_off(customer: impl std::fmt::Display) -> String {
    format!("/equipe/clientes/{customer}/baixa")
}

/// One incident.
#[must_use]
pub fn incident(id: uuid::Uuid) -> String {
    format!("{INCIDENTS}/{id}")
}

/// A customer's dossiers.
#[must_use]
pub fn dossiers(id: CustomerId) -> String {
    format!("{}/dossie", staff_customer(id))
}

/// A customer's dossier as one file: as of now, or as of a moment on the creditor's wall.
#[must_use]
pub fn dossier(id: CustomerId, as_of: Option<chrono::NaiveDateTime>) -> String {
    let as_of = as_of.map(|at| at.format("?em=%Y-%m-%dT%H:%M:%S").to_string()).unwrap_or_default();
    format!("{}.zip{as_of}", dossiers(id))
}

/// The audit trail, from before a number of the chain.
#[must_use]
pub fn audit_before(seq: i64) -> String {
    format!("{AUDIT}?antes={seq}")
}

/// The page on which somebody joins the staff, by what their letter holds.
#[must_use]
pub fn invitation(token: &str) -> String {
    // What is typed there goes into the address of the page that says so: nothing but letters and figures.
    format!("/equipe/convite/{}", token.chars().filter(char::is_ascii_alphanumeric).take(64).collect::<String>())
}

/// The address of a language choice.
#[must_use]
pub fn language(tag: &str) -> String {
    format!("/idioma/{tag}")
}

fn digits(protocol: &str) -> String {
    protocol.chars().filter(char::is_ascii_digit).collect()
}
