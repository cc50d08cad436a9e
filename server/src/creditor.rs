//! Who the creditor is, as its own file says: name, bank agreements, holidays, policies. Putting the same file again changes nothing;
//! a changed policy becomes a new version, and the old one stays for what was decided by it.
//!
//! A policy whose newest version was made on a screen is not overwritten: the file lies where somebody once wrote it and is put again for a
//! telephone number, by people who never saw what a supervisor decided since. It says what it left, and puts it where it is told to.

use chrono::NaiveDate;
use domain::agreements::policy::PlanPolicy;
use domain::boleto::bank_code::BankCode;
use domain::brand::{Colour, too_pale};
use domain::charges::Payer;
use domain::requests::policy::Policy;
use domain::tax_ids::Cnpj;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::remessas::Unfit;
use crate::remessas::company::Said;
use crate::{Server, sql};

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditorFile {
    /// Brand, as people know it.
    pub name: String,
    /// Legal name.
    pub legal_name: String,
    /// CNPJ, masked or not.
    pub cnpj: String,
    /// Registration with ANS: six digits.
    pub ans_registration: String,
    /// Address in one line.
    pub address: String,
    /// Telephone for customers.
    pub phone: String,
    /// E-mail for customers.
    pub email: String,
    /// Who answers for data protection, and how to reach them (LGPD art. 41).
    pub privacy_contact: String,
    /// Colour of the brand on paper, `#rrggbb`.
    pub brand_color: String,
    /// Agreements with banks.
    #[serde(default)]
    pub bank_agreements: Vec<BankAgreement>,
    /// Holidays of the creditor's place, besides those of the banks.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Rules for requests; the defaults where nothing is said.
    #[serde(default)]
    pub requests: Policy,
    /// Rules for installment plans; the defaults where nothing is said.
    #[serde(default)]
    pub plans: PlanPolicy,
}

/// An agreement under which a bank registers slips.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAgreement {
    /// The creditor's own name for it; imports refer to it.
    pub external_id: String,
    /// COMPE code, three digits.
    pub bank_code: String,
    /// Name of the bank, as printed.
    pub bank_name: String,
    /// Branch, with its digit if it has one.
    pub branch: String,
    /// The creditor's code at the bank, with its digit if it has one.
    pub beneficiary_code: String,
    /// Carteira, as printed.
    pub carteira: String,
    /// "Local de pagamento", in the bank's own words.
    pub payment_place: String,
    /// Whether the bank has accepted boletos drawn by us for this carteira (homologação).
    #[serde(default)]
    pub own_drawing: bool,
    /// What files to the bank say, where the portal writes them.
    pub remessa: Option<Remessa>,
}

/// What files to a bank (CNAB 240, remessa) say of the creditor, each as the bank's own manual names and writes it. Which of them a bank
/// wants is told when one is missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Remessa {
    /// Convênio (Banco do Brasil, Bradesco), código de transmissão (Santander), código do beneficiário (Banrisul, Caixa, Unicred).
    pub agreement: String,
    /// Carteira in digits: Banco do Brasil, Bradesco, Itaú, Unicred.
    pub wallet: String,
    /// Variação da carteira: Banco do Brasil.
    pub variation: String,
    /// Código da carteira, one character: 1 (simple) where nothing is said.
    pub collection: String,
    /// The account, without its digit.
    pub account: String,
    /// The account's digit, if it has one; Itaú's checks branch and account.
    pub account_digit: String,
    /// Espécie do título, the bank's code of two digits, such as 04 for a duplicata de serviço. Unicred has none.
    pub kind: String,
    /// The number of the last file that another system has sent: the portal goes on after it, and never back.
    pub last_sequence: u32,
}

/// A day on which the creditor's place is closed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day, as `2026-09-08`.
    pub day: NaiveDate,
    /// Its name.
    pub name: String,
}

/// Reads the file and checks it as a whole.
///
/// # Errors
/// Every problem, a line each.
pub fn read(text: &str) -> Result<CreditorFile> {
    let file: CreditorFile = toml::from_str(text).map_err(|error| Error::Config(error.to_string()))?;
    let mut problems = Vec::new();
    if Cnpj::parse(&file.cnpj).is_err() {
        problems.push("cnpj: its check digits do not match".to_owned());
    }
    if file.ans_registration.len() != 6 || !file.ans_registration.bytes().all(|b| b.is_ascii_digit()) {
        problems.push("ans_registration: expected six digits".to_owned());
    }
    match Colour::parse(&file.brand_color).map(too_pale) {
        None => problems.push("brand_color: expected #rrggbb".to_owned()),
        Some(Some((hundredths, nearest))) => {
            problems.push(format!(
                "brand_color: text needs a contrast of 4.5 to 1 and this has {}.{:02}; {nearest} would do",
                hundredths / 100,
                hundredths % 100
            ));
        }
        Some(None) => {}
    }
    for agreement in &file.bank_agreements {
        if BankCode::parse(&agreement.bank_code).is_err() {
            problems.push(format!("bank_agreements: {}: bank_code: expected three digits", agreement.external_id));
        }
        problems.extend(
            agreement.unfit(&file).into_iter().map(|problem| format!("bank_agreements: {}: remessa: {problem}", agreement.external_id)),
        );
    }
    // One policy for all: it has to be lawful for a consumer.
    if let Err(error) = file.plans.check(Payer::Consumer) {
        problems.push(format!("plans: {error}"));
    }
    if problems.is_empty() { Ok(file) } else { Err(Error::Config(problems.join("\n"))) }
}

impl BankAgreement {
    /// What keeps files to the bank from being written, if they are to be.
    fn unfit(&self, file: &CreditorFile) -> Vec<String> {
        let Some(remessa) = &self.remessa else { return Vec::new() };
        let said = Said {
            bank_code: &self.bank_code,
            cnpj: &file.cnpj,
            name: &file.legal_name,
            branch: &self.branch,
            account: &remessa.account,
            account_digit: &remessa.account_digit,
            agreement: &remessa.agreement,
            wallet: &remessa.wallet,
            variation: &remessa.variation,
            collection: &remessa.collection,
            kind: &remessa.kind,
        };
        let mut problems = match said.agreement() {
            Ok(_) => Vec::new(),
            Err(Unfit::Bank) => vec![format!("no layout for files to bank {}", self.bank_code)],
            Err(Unfit::Fields(fields)) => fields.into_iter().map(|(field, problem)| format!("{field} {problem}")).collect(),
        };
        // The header has six digits for it.
        if remessa.last_sequence > 999_998 {
            problems.push("last_sequence has more than 6 digits".to_owned());
        }
        problems
    }
}

/// A policy that the file did not put, since what was made on a screen is newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its word, as the table in the file is called.
    pub kind: &'static str,
    /// The version that stays.
    pub version: i32,
    /// Who made it.
    pub made_by: String,
    /// The first day it holds.
    pub valid_from: NaiveDate,
}

/// Puts what the file says into force, from today, and tells which policies it left as a screen made them. Those named in `over` it puts all
/// the same.
///
/// # Errors
/// The database's.
pub async fn put(server: &Server, file: &CreditorFile, over: &[String]) -> Result<Vec<Left>> {
    let cnpj = Cnpj::parse(&file.cnpj).map_err(|_| Error::Config("cnpj".into()))?;
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into creditor (id, name, legal_name, cnpj, ans_registration, address, phone, email, privacy_contact, time_zone, brand_color)
         values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (id) do update set name = excluded.name, legal_name = excluded.legal_name, cnpj = excluded.cnpj,
            ans_registration = excluded.ans_registration, address = excluded.address, phone = excluded.phone, email = excluded.email,
            privacy_contact = excluded.privacy_contact, time_zone = excluded.time_zone, brand_color = excluded.brand_color",
        file.name.as_str(), file.legal_name.as_str(), cnpj.as_str(), file.ans_registration.as_str(), file.address.as_str(), file.phone.as_str(),
        file.email.as_str(), file.privacy_contact.as_str(), server.config.time_zone.name(), file.brand_color.as_str())?;
    for agreement in &file.bank_agreements {
        let remessa = agreement.remessa.as_ref();
        let said = |text: fn(&Remessa) -> &String| remessa.map(|remessa| text(remessa).trim()).filter(|text| !text.is_empty());
        // A number that was used is never used again, whatever the file says.
        sql!(tx, execute: "insert into bank_agreements (id, external_id, bank_code, bank_name, branch, beneficiary_code, carteira, payment_place, own_drawing,
                account, account_digit, remessa_agreement, remessa_wallet, remessa_variation, remessa_collection, remessa_kind, remessa_sequence)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
             on conflict (external_id) do update set bank_code = excluded.bank_code, bank_name = excluded.bank_name, branch = excluded.branch,
                beneficiary_code = excluded.beneficiary_code, carteira = excluded.carteira, payment_place = excluded.payment_place,
                own_drawing = excluded.own_drawing, account = excluded.account, account_digit = excluded.account_digit,
                remessa_agreement = excluded.remessa_agreement, remessa_wallet = excluded.remessa_wallet,
                remessa_variation = excluded.remessa_variation, remessa_collection = excluded.remessa_collection, remessa_kind = excluded.remessa_kind,
                remessa_sequence = case when excluded.remessa_sequence > bank_agreements.remessa_sequence then excluded.remessa_sequence
                                        else bank_agreements.remessa_sequence end",
            server.id::<Uuid>(), agreement.external_id.as_str(), agreement.bank_code.as_str(), agreement.bank_name.as_str(), agreement.branch.as_str(),
            agreement.beneficiary_code.as_str(), agreement.carteira.as_str(), agreement.payment_place.as_str(), agreement.own_drawing,
            said(|remessa| &remessa.account), said(|remessa| &remessa.account_digit), said(|remessa| &remessa.agreement),
            said(|remessa| &remessa.wallet), said(|remessa| &remessa.variation), said(|remessa| &remessa.collection), said(|remessa| &remessa.kind),
            remessa.map_or(0, |remessa| i64::from(remessa.last_sequence)))?;
    }
    for holiday in &file.holidays {
        sql!(tx, execute: "insert into holidays (day, name) values ($1, $2) on conflict (day) do update set name = excluded.name", holiday.day, holiday.name.as_str())?;
    }
    let mut left = Vec::new();
    left.extend(put_policy(server, &mut tx, "requests", &file.requests, over).await?);
    left.extend(put_policy(server, &mut tx, "plans", &file.plans, over).await?);
    audit::record(
        server,
        &mut tx,
        Event {
            actor: Actor::System,
            action: "creditor.put",
            subject_kind: "creditor",
            subject_id: None,
            customer: None,
            detail: json!({ "left": left.iter().map(|left| left.kind).collect::<Vec<_>>() }),
        },
    )
    .await?;
    tx.commit().await?;
    Ok(left)
}

/// A new version, unless the newest says the same, or was made on a screen.
async fn put_policy(server: &Server, tx: &mut Tx, kind: &'static str, policy: &impl Serialize, over: &[String]) -> Result<Option<Left>> {
    let body = serde_json::to_string(policy).map_err(|_| Error::Corrupt("policy"))?;
    let newest = sql!(tx, optional (i32, NaiveDate, String, Option<String>): "select p.version, p.valid_from, p.body, s.name from policies p
        left join staff s on s.id = p.made_by where p.kind = $1 order by p.version desc limit 1", kind)?;
    let version = match newest {
        Some((_, _, known, _)) if known == body => return Ok(None),
        Some((version, valid_from, _, Some(made_by))) if !over.iter().any(|word| word == kind) => {
            return Ok(Some(Left { kind, version, made_by, valid_from }));
        }
        Some((version, ..)) => version + 1,
        None => 1,
    };
    sql!(tx, execute: "insert into policies (id, kind, version, valid_from, body, made_at) values ($1, $2, $3, $4, $5, $6)",
        server.id::<Uuid>(), kind, version, server.clock.today(), body, server.clock.now())?;
    Ok(None)
}
