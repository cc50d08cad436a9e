//! A whole server for a test, on a real database, and tiny builders to put people and bills into it. Only in tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::boleto::banks::{Title as _, banco_do_brasil};
use domain::ids::{BillId, ContractId, CustomerId, DocumentId, PaymentId, SlipId, StaffId};
use domain::money::Money;
use domain::pix::br_code::{Charge, Parts};
use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};
use domain::statement::EntryKind;
use domain::tax_ids::{Cnpj, Cpf, TaxId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::config::{Config, PixSettings, Sources};
use crate::files::place::Secret;
use crate::ledger::NewEntry;
use crate::pix::Pix;
use crate::sealing::{Keys, sha256};
use crate::sessions::{Actors, Customer, Staff, Token, Visit};
use crate::{Server, audit, ledger, mail, outbox, sessions, sign_in, sql};

/// A server on a database of its own.
pub struct TestServer {
    pub server: Server,
    _folder: tempfile::TempDir,
    counter: std::sync::atomic::AtomicU32,
}

impl std::ops::Deref for TestServer {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

/// Runs a test on SQLite and, where `EMDIA_TEST_POSTGRES` names a server, on PostgreSQL as well.
#[macro_export]
macro_rules! on_both_databases {
    ($(async fn $name:ident($t:ident: TestServer) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($t: $crate::testing::TestServer) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::testing::TestServer::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(t) = $crate::testing::TestServer::postgres().await {
                    body(t).await;
                }
            }
        }
    )*};
}

/// Secret of every authenticator in tests.
pub const TOTP: [u8; 20] = *b"12345678901234567890";
/// Password of everybody in tests.
pub const PASSWORD: &str = "correct horse battery staple";

impl TestServer {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::open(url, folder).await
    }

    /// `None` where no PostgreSQL was started for the tests.
    pub async fn postgres() -> Option<Self> {
        let url = Self::empty_postgres().await?;
        Some(Self::open(url, tempfile::tempdir().unwrap()).await)
    }

    /// The address of a new PostgreSQL database without anything in it.
    pub async fn empty_postgres() -> Option<String> {
        let base = std::env::var("EMDIA_TEST_POSTGRES").ok()?;
        let name = format!("emdia_{}", Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&base).await.unwrap();
        admin.execute(sqlx::query(AssertSqlSafe(format!("create database {name}")))).await.unwrap();
        let (server, _) = base.rsplit_once('/').unwrap();
        Some(format!("{server}/{name}"))
    }

    async fn open(url: String, folder: tempfile::TempDir) -> Self {
        let files: PathBuf = folder.path().join("files");
        let config = Sources::default()
            .set("test", "database", url)
            .set("test", "secret_key", Keys::generate())
            .set("test", "files", files.display().to_string())
            .set("test", "demo", "true".into())
            .build()
            .unwrap();
        let server = Server::open(config).await.unwrap();
        server.db.migrate().await.unwrap();
        let mut tx = server.db.write().await.unwrap();
        sql!(tx, execute: "insert into creditor (id, name, legal_name, cnpj, ans_registration, address, phone, email, privacy_contact, time_zone, brand_color)
             values (1, 'Cooperativa Teste', 'Cooperativa Teste Ltda.', '11222333000181', '000000', 'Rua A, 1, Curitiba, PR', '', '', '', 'America/Sao_Paulo', '#0b6e5f')").unwrap();
        sql!(tx, execute: "insert into bank_agreements (id, external_id, bank_code, bank_name, branch, beneficiary_code, carteira, payment_place, own_drawing,
                account, account_digit, remessa_agreement, remessa_wallet, remessa_variation, remessa_collection, remessa_kind)
             values ($1, 'main', '001', 'Banco de Teste', '1234', '1238798', '17', 'Pagável em qualquer banco', $2, '123873', '5', '1238798', '17', '19', '7', '04')",
            Uuid::now_v7(), true).unwrap();
        tx.commit().await.unwrap();
        Self { server, _folder: folder, counter: 0.into() }
    }

    /// The folder of files, while they lie in one.
    pub fn folder(&self) -> PathBuf {
        match &self.config.files {
            crate::files::place::Place::Folder(folder) => folder.clone(),
            crate::files::place::Place::Bucket(_) => panic!("files lie in a bucket"),
        }
    }

    fn next(&self) -> u32 {
        self.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1
    }

    pub fn visit(&self) -> Visit {
        Visit { network: "192.0.2.0".into(), device: "test".into() }
    }

    pub async fn a_person(&self) -> CustomerId {
        let n = self.next();
        let mut digits = [0u8; 9];
        for (at, digit) in format!("{:09}", 100_000_000 + n * 7919).bytes().enumerate() {
            digits[at] = digit;
        }
        self.a_customer(&format!("Pessoa {n}"), TaxId::Cpf(Cpf::with_check_digits(digits).unwrap())).await
    }

    pub async fn a_company(&self) -> CustomerId {
        let n = self.next();
        let mut base = *b"12ABC34501DE";
        base[8..12].copy_from_slice(format!("{n:04}").as_bytes());
        self.a_customer(&format!("Empresa {n} Ltda."), TaxId::Cnpj(Cnpj::with_check_digits(&base).unwrap())).await
    }

    async fn a_customer(&self, name: &str, tax_id: TaxId) -> CustomerId {
        let id: CustomerId = self.server.id();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into customers (id, external_id, tax_id, name, search_name, email, address, city, state, postal_code, locale, created_at)
             values ($1, $2, $3, $4, $5, $6, 'Rua B, 2', 'Curitiba', 'PR', '80000000', 'pt-BR', $7)",
            id.0, format!("C{}", id.0), tax_id.as_str(), name, name.to_lowercase(), format!("{}@example.org", id.0.simple()), self.clock.now()).unwrap();
        crate::customers::search::index(&mut tx, &[(id.0, name.to_owned())]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Gives a customer another name, as an import does.
    pub async fn named(&self, customer: CustomerId, name: &str) {
        let mut tx = self.db.write().await.unwrap();
        let (old,) = sql!(tx, one (String,): "select name from customers where id = $1", customer.0).unwrap();
        sql!(tx, execute: "update customers set name = $2, search_name = $3 where id = $1", customer.0, name, crate::texts::folded(name))
            .unwrap();
        crate::customers::search::rename(&mut tx, customer.0, &old, name).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn a_contract(&self, customer: CustomerId) -> ContractId {
        let id: ContractId = self.server.id();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into contracts (id, external_id, customer_id, number, kind, plan_name, plan_registration, state, starts_on, fine_rate, monthly_interest)
             values ($1, $2, $3, $4, 'individual', 'Plano Teste', '000000000', 'active', $5, '0.02', '0.01')",
            id.0, format!("K{}", id.0), customer.0, format!("{}", self.next()), NaiveDate::from_ymd_opt(2020, 1, 1).unwrap()).unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A bill with its charge in the ledger, due so many days ago (before today when positive).
    pub async fn a_bill(&self, customer: CustomerId, amount: Money, days_ago: i64) -> BillId {
        let contract = self.a_contract(customer).await;
        let id: BillId = self.server.id();
        let today = self.clock.today();
        let due_on = if days_ago >= 0 { today - Days::new(days_ago.unsigned_abs()) } else { today + Days::new(days_ago.unsigned_abs()) };
        let n = self.next();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into bills (id, external_id, customer_id, contract_id, number, nature, competence, description, issued_on, due_on, amount, balance, standing)
             values ($1, $2, $3, $4, $5, 'monthly', $6, 'Mensalidade', $7, $8, $9, $9, 'open')",
            id.0, format!("B{n}"), customer.0, contract.0, format!("{n:06}"), due_on.format("%Y-%m").to_string(), due_on - Days::new(20), due_on, amount.as_cents()).unwrap();
        sql!(tx, execute: "insert into entries (id, customer_id, bill_id, kind, amount, effective_on, posted_at, source, note)
             values ($1, $2, $3, 'charge', $4, $5, $6, $7, '')",
            Uuid::now_v7(), customer.0, id.0, amount.as_cents(), due_on - Days::new(20), self.clock.now(), format!("bill/B{n}"))
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A slip registered for a bill, at its amount and due date, payable for sixty days after.
    pub async fn a_slip(&self, bill: BillId) -> SlipId {
        let mut conn = self.db.read().await.unwrap();
        let (due_on,) = sql!(conn, one (NaiveDate,): "select due_on from bills where id = $1", bill.0).unwrap();
        drop(conn);
        self.a_slip_of(&[bill], due_on + Days::new(60)).await
    }

    /// A slip registered for several bills of one customer, at their amounts together and the first one's due date, with a Pix code.
    pub async fn a_slip_of(&self, bills: &[BillId], limit_on: NaiveDate) -> SlipId {
        let id: SlipId = self.server.id();
        let n = u64::from(self.next());
        let mut tx = self.db.write().await.unwrap();
        let (mut amount, mut due_on, mut customer) = (0, NaiveDate::MAX, Uuid::nil());
        for bill in bills {
            let row = sql!(tx, one (i64, NaiveDate, Uuid): "select amount, due_on, customer_id from bills where id = $1", bill.0).unwrap();
            (amount, due_on, customer) = (amount + row.0, due_on.min(row.1), row.2);
        }
        let title = banco_do_brasil::Title::Convenio7 { nosso_numero: 12_387_980_000_000_000 + n, carteira: 17 };
        let barcode = title.barcode(due_on, Money::cents(amount)).unwrap();
        let pix = Parts {
            once: true,
            charge: Some(Charge::Location(format!("pix.example.com/v2/cobv/{}", id.0.simple()))),
            recurrence: None,
            amount: None,
            name: "Cooperativa Teste".into(),
            city: "Curitiba".into(),
            postal_code: None,
            txid: None,
        };
        let (agreement,) = sql!(tx, one (Uuid,): "select id from bank_agreements where external_id = 'main'").unwrap();
        sql!(tx, execute: "insert into slips (id, external_id, customer_id, bank_agreement_id, nosso_numero, document_number, barcode, emv, amount, issued_on, due_on, limit_on, state, instructions)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'registered', $13)",
            id.0, format!("S{n}"), customer, agreement, title.particulars().nosso_numero, format!("D{n}"), barcode.as_str(), pix.write().unwrap().as_str(),
            amount, due_on - Days::new(20), due_on, limit_on, "Após o vencimento, multa e juros conforme o contrato.").unwrap();
        for bill in bills {
            sql!(tx, execute: "insert into slip_bills (slip_id, bill_id, payable) values ($1, $2, $3)", id.0, bill.0, true).unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// A slip of a bill that the bank does not know yet.
    pub async fn a_slip_unregistered(&self, bill: BillId) -> SlipId {
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "update slip_bills set payable = not true where bill_id = $1", bill.0).unwrap();
        tx.commit().await.unwrap();
        let slip = self.a_slip(bill).await;
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "update slips set state = 'pending', issued_on = $2 where id = $1", slip.0, self.clock.today()).unwrap();
        sql!(tx, execute: "update slip_bills set payable = not true where slip_id = $1", slip.0).unwrap();
        sql!(tx, execute: "update slip_bills set payable = true where bill_id = $1 and slip_id in (select id from slips where state = 'registered')", bill.0)
            .unwrap();
        tx.commit().await.unwrap();
        slip
    }

    /// An entry of the ledger that counts from a day.
    pub async fn posted(&self, customer: CustomerId, bill: Option<BillId>, kind: EntryKind, amount: Money, on: NaiveDate) {
        let source = format!("test/{}", self.next());
        let entry =
            NewEntry { customer, bill, kind, amount, effective_on: on, payment: None, request: None, of: None, source: &source, note: "" };
        let mut tx = self.db.write().await.unwrap();
        assert!(ledger::post(&self.server, &mut tx, &entry).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// A document of a customer, with these bytes.
    pub async fn a_document(&self, customer: CustomerId, kind: &str, competence: &str, bytes: &[u8]) -> DocumentId {
        let id: DocumentId = self.server.id();
        let hash = sha256(bytes);
        let incoming = self.files.incoming().await.unwrap();
        std::fs::write(incoming.path(), bytes).unwrap();
        self.files.put(incoming, &hash).await.unwrap();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into files (hash, size, media_type, stored_at) values ($1, $2, 'application/pdf', $3) on conflict (hash) do nothing",
            hash.as_str(), i64::try_from(bytes.len()).unwrap(), self.clock.now()).unwrap();
        sql!(tx, execute: "insert into documents (id, external_id, customer_id, kind, name, competence, issued_on, file_hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            id.0, format!("F{}", id.0), customer.0, kind, format!("{kind}.pdf"), competence, self.clock.today(), hash).unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Signs in by the front door: document, code from the mailbox, cookie.
    pub async fn signed_in(&self, customer: CustomerId) -> Customer {
        let token = self.customer_token(customer).await;
        match sessions::find(self, &token.0).await.unwrap().unwrap().actors {
            Actors::Customer(customer) => customer,
            Actors::Staff(_) => panic!("staff"),
        }
    }

    /// The same, as far as the cookie.
    pub async fn customer_token(&self, customer: CustomerId) -> Token {
        let mut conn = self.db.read().await.unwrap();
        let (tax_id,) = sql!(conn, one (String,): "select tax_id from customers where id = $1", customer.0).unwrap();
        drop(conn);
        let code_id = sign_in::start(self, &self.visit(), &SignInForm { tax_id }).await.unwrap();
        let code = self.code().await;
        sign_in::finish(self, &self.visit(), code_id, &CodeForm { code }).await.unwrap()
    }

    /// The code of the newest mail.
    pub async fn code(&self) -> String {
        while outbox::deliver_due(self).await.unwrap() > 0 {}
        let mails = mail::mailbox(self).await.unwrap();
        mails[0].body.lines().find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned()
    }

    pub async fn a_staff_id(&self, role: Role) -> (StaffId, String) {
        let email = format!("{role}{}@example.org", self.next());
        let mut tx = self.db.write().await.unwrap();
        let new = sign_in::NewStaff { email: &email, name: "Pessoa da equipe", role, password: PASSWORD, totp_secret: TOTP };
        let id = sign_in::put_staff(self, &mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        (id, email)
    }

    /// Signs in a new member of staff by the front door, as far as the cookie.
    pub async fn staff_token(&self, role: Role) -> Token {
        let (_, email) = self.a_staff_id(role).await;
        let form = StaffSignInForm { email, password: PASSWORD.into(), code: sign_in::totp_now(self, &TOTP) };
        sign_in::staff(self, &self.visit(), &form).await.unwrap()
    }

    pub async fn staff(&self, role: Role) -> Staff {
        let token = self.staff_token(role).await;
        match sessions::find(self, &token.0).await.unwrap().unwrap().actors {
            Actors::Staff(staff) => staff,
            Actors::Customer(_) => panic!("customer"),
        }
    }
}

/// Requests: money that arrives, files, policies, and what must hold at the end of every test.
impl TestServer {
    /// A payment of a bill, as an import posts it; `payer` is whom the bank names.
    pub async fn a_payment(&self, customer: CustomerId, bill: BillId, amount: Money, payer: Option<&str>) -> PaymentId {
        let id: PaymentId = self.server.id();
        let n = self.next();
        let today = self.clock.today();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into payments (id, external_id, customer_id, bill_id, paid_on, credited_on, amount, method, bank_reference, payer_tax_id, created_at)
             values ($1, $2, $3, $4, $5, $5, $6, 'boleto', '', $7, $8)",
            id.0, format!("P{n}"), customer.0, bill.0, today, amount.as_cents(), payer, self.clock.now()).unwrap();
        let source = format!("payment/P{n}");
        let entry = NewEntry {
            customer,
            bill: Some(bill),
            kind: EntryKind::Payment,
            amount: -amount,
            effective_on: today,
            payment: Some(id),
            request: None,
            of: None,
            source: &source,
            note: "",
        };
        assert!(ledger::post(self, &mut tx, &entry).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    /// A policy that holds from today on: `requests`, `plans` or `refunds`.
    pub async fn a_policy(&self, kind: &str, body: serde_json::Value) {
        let version = i32::try_from(self.next()).unwrap();
        let mut tx = self.db.write().await.unwrap();
        sql!(tx, execute: "insert into policies (id, kind, version, valid_from, body) values ($1, $2, $3, $4, $5)",
            Uuid::now_v7(), kind, version, self.clock.today(), body.to_string())
        .unwrap();
        tx.commit().await.unwrap();
    }

    /// What is open of a bill, and what may be done with it.
    pub async fn bill_now(&self, bill: BillId) -> (Money, String) {
        let mut conn = self.db.read().await.unwrap();
        let (balance, standing) = sql!(conn, one (i64, String): "select balance, standing from bills where id = $1", bill.0).unwrap();
        (Money::cents(balance), standing)
    }

    /// What a customer owes, all entries together.
    pub async fn owed(&self, customer: CustomerId) -> Money {
        let mut conn = self.db.read().await.unwrap();
        let (total,) =
            sql!(conn, one (i64,): "select cast(coalesce(sum(amount), 0) as bigint) from entries where customer_id = $1", customer.0)
                .unwrap();
        Money::cents(total)
    }

    /// How many rows a table has: what was half-written would show.
    pub async fn count(&self, table: &str) -> i64 {
        let mut conn = self.db.read().await.unwrap();
        let text = AssertSqlSafe(format!("select count(*) from {table}"));
        match conn.link() {
            crate::db::Link::Sqlite(c) => sqlx::query_scalar::<sqlx::Sqlite, i64>(text).fetch_one(c).await.unwrap(),
            crate::db::Link::Postgres(c) => sqlx::query_scalar::<sqlx::Postgres, i64>(text).fetch_one(c).await.unwrap(),
        }
    }

    /// Subjects of the newest mails, the newest first.
    pub async fn subjects(&self) -> Vec<String> {
        outbox::deliver_due(self).await.unwrap();
        mail::mailbox(self).await.unwrap().into_iter().map(|mail| mail.subject).collect()
    }

    /// Nothing is broken: the audit chain is whole, and every balance is the sum of its entries.
    pub async fn is_whole(&self) {
        let mut conn = self.db.read().await.unwrap();
        assert!(matches!(audit::verify(&mut conn).await.unwrap(), audit::Chain::Whole { .. }));
        assert_eq!(ledger::verify(self).await.unwrap(), []);
    }
}

/// Pix.
impl TestServer {
    /// The same server with a provider of Pix, which serves its API below `/api`.
    pub fn with_pix(mut self, url: &str, key: &str) -> Self {
        let settings = PixSettings {
            base_url: format!("{url}/api"),
            token_url: format!("{url}/oauth/token"),
            client_id: "emdia".into(),
            client_secret: Secret("segredo-de-demonstracao".into()),
            certificate: None,
            certificate_key: None,
            ca: None,
            key: key.into(),
        };
        self.set_pix(settings).unwrap();
        self
    }

    pub fn set_pix(&mut self, settings: PixSettings) -> crate::Result<()> {
        self.server.pix = Some(Arc::new(Pix::new(&settings)?));
        self.server.config = Arc::new(Config { pix: Some(settings), ..(*self.server.config).clone() });
        Ok(())
    }
}

/// Whoever acts for somebody else, as the next request of the browser finds it.
impl TestServer {
    /// The customer that a session now acts for.
    pub async fn acting(&self, customer: &Customer) -> Customer {
        let mut conn = self.db.read().await.unwrap();
        let (acting,) = sql!(conn, one (Uuid,): "select acting_for from sessions where id = $1", customer.session().0).unwrap();
        let mut customer = customer.clone();
        customer.id = CustomerId(acting);
        customer
    }
}
