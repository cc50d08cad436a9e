//! A provider of Pix that follows Banco Central's API Pix 2.9.0 and keeps everything in memory: charges, payments, refunds,
//! webhook. Whoever presses "Pagar" on its page, or calls [`Simulator::pay`], is the payer.
//!
//! Never part of the portal: it knows nothing of it but the address of its webhook. Money is in centavos.

mod api;
mod page;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use domain::pix::br_code::{Charge as To, Parts};
use serde_json::{Value, json};
use uuid::Uuid;

/// Waits before each try to call the webhook.
const TRIES: [Duration; 5] =
    [Duration::ZERO, Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];
/// Institution of every payer here (ISPB); no real one has it.
const ISPB: &str = "99999004";

/// Who the receiver is, and how it shows who it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The receiver's Pix key.
    pub key: String,
    /// Client of OAuth 2.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Seconds for which a token is good.
    pub token_seconds: u64,
    /// The receiver, as the codes name it.
    pub name: String,
    /// CNPJ of the receiver.
    pub cnpj: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key: "7f6844d0-de89-47e5-9ef7-e0a35a681615".into(),
            client_id: "emdia".into(),
            client_secret: "segredo-de-demonstracao".into(),
            token_seconds: 300,
            name: "Cooperativa Vida Serena".into(),
            cnpj: "11222333000181".into(),
        }
    }
}

/// Something that goes wrong once, at the next call it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does nothing and answers 503.
    Unavailable,
    /// It does what was asked, and its answer is lost (503).
    AnswerLost,
    /// It answers after so long.
    Slow(Duration),
    /// The token is no longer good (401).
    Forgotten,
    /// The code it answers is for another charge.
    WrongCode,
}

/// The provider.
#[derive(Clone)]
pub struct Simulator {
    state: Arc<State>,
}

/// The provider, serving; it stops when this is dropped.
pub struct Running {
    /// Where it is reached, without a slash at the end. The API is below `/api`, tokens at `/oauth/token`, the page at `/`.
    pub url: String,
    /// The provider.
    pub simulator: Simulator,
    served: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// Why a payment does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPayment {
    /// There is no such charge, or payment.
    Unknown,
    /// The charge was paid, removed, or has ended.
    NotPayable,
    /// More than is left to give back.
    TooMuch,
}

struct State {
    settings: Settings,
    world: Mutex<World>,
    http: reqwest::Client,
}

#[derive(Default)]
struct World {
    charges: BTreeMap<String, Charge>,
    /// In the order in which they came.
    pix: Vec<Pix>,
    webhooks: HashMap<String, (String, DateTime<Utc>)>,
    tokens: HashMap<String, Instant>,
    faults: VecDeque<(&'static str, Fault)>,
    /// Every call, as `PUT /cob`.
    calls: Vec<String>,
    /// How far the clock is moved.
    shift: TimeDelta,
    numbers: i64,
    /// What becomes of the next refunds that are asked for through the API: `DEVOLVIDO` when there is none.
    outcomes: VecDeque<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cob,
    CobV,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Cob => "cob",
            Self::CobV => "cobv",
        }
    }
}

#[derive(Clone)]
struct Charge {
    txid: String,
    kind: Kind,
    number: i64,
    /// As asked for.
    asked: Value,
    cents: i64,
    created: DateTime<Utc>,
    revision: i64,
    status: &'static str,
    location: String,
    code: String,
    /// The last moment at which it can be paid.
    ends: DateTime<Utc>,
}

#[derive(Clone)]
struct Pix {
    id: String,
    txid: Option<String>,
    cents: i64,
    at: DateTime<Utc>,
    returns: Vec<Return>,
    /// Whether the payer's account takes nothing back.
    closed: bool,
}

#[derive(Clone)]
struct Return {
    id: String,
    rtr: String,
    cents: i64,
    at: DateTime<Utc>,
    status: &'static str,
}

impl Pix {
    fn returned(&self) -> i64 {
        self.returns.iter().filter(|back| back.status != "NAO_REALIZADO").map(|back| back.cents).sum()
    }
}

impl Simulator {
    /// A provider that has received nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        // Somebody else in this process may have been first: any provider will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build().unwrap_or_default();
        Self { state: Arc::new(State { settings, world: Mutex::default(), http }) }
    }

    /// Its routes, to be served by whoever asks for certificates.
    pub fn router(&self) -> Router {
        Router::new().merge(page::routes()).merge(api::routes(self)).with_state(self.clone())
    }

    /// Serves on an address.
    ///
    /// # Errors
    /// An address that is taken.
    pub async fn start(self, address: &str) -> std::io::Result<Running> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let served = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Running { url, simulator: self, served })
    }

    /// Lets something go wrong at the next call whose name (`PUT /cob`) begins so.
    pub fn fail(&self, call: &'static str, fault: Fault) {
        self.world().faults.push_back((call, fault));
    }

    /// How often a call came, such as `PUT /cob`.
    #[must_use]
    pub fn calls(&self, call: &str) -> usize {
        self.world().calls.iter().filter(|made| made.starts_with(call)).count()
    }

    /// Moves its clock.
    pub fn advance(&self, by: TimeDelta) {
        self.world().shift += by;
    }

    /// What the provider says of a charge: `ATIVA`, `CONCLUIDA` …
    #[must_use]
    pub fn status(&self, txid: &str) -> Option<&'static str> {
        self.world().charges.get(txid).map(|charge| charge.status)
    }

    /// How many charges there are.
    #[must_use]
    pub fn charges(&self) -> usize {
        self.world().charges.len()
    }

    /// The provider takes a charge back by itself.
    pub fn remove(&self, txid: &str) {
        if let Some(charge) = self.world().charges.get_mut(txid) {
            charge.status = "REMOVIDA_PELO_PSP";
        }
    }

    /// The bank opens a charge itself, as it does with a slip that carries a code; answers the code.
    #[must_use]
    pub fn register(&self, txid: &str, cents: i64) -> Option<String> {
        let due = (self.world().now() + TimeDelta::days(30)).date_naive();
        let asked = json!({
            "chave": self.state.settings.key, "calendario": { "dataDeVencimento": due }, "valor": { "original": amount(cents) },
            "devedor": { "cpf": "52998224725", "nome": "Pessoa de Teste" },
        });
        let charge = self.world().open(&self.state.settings, Kind::CobV, txid, asked, cents)?;
        Some(charge.code)
    }

    /// Somebody pays a charge; answers the end-to-end id. Against the charge's state only where the payer's bank was faster than
    /// its removal (`late`).
    ///
    /// # Errors
    /// See [`NoPayment`].
    pub fn pay(&self, txid: &str, cents: i64, late: bool) -> Result<String, NoPayment> {
        let mut world = self.world();
        let now = world.now();
        let charge = world.charges.get_mut(txid).ok_or(NoPayment::Unknown)?;
        if !late && (charge.status != "ATIVA" || now > charge.ends) {
            return Err(NoPayment::NotPayable);
        }
        if charge.status == "ATIVA" {
            charge.status = "CONCLUIDA";
        }
        let id = world.receive(Some(txid.to_owned()), cents, now);
        self.tell(&world, &id);
        Ok(id)
    }

    /// Somebody pays the receiver's key, without any charge of the API.
    pub fn pay_key(&self, txid: Option<&str>, cents: i64) -> String {
        let mut world = self.world();
        let now = world.now();
        let id = world.receive(txid.map(str::to_owned), cents, now);
        self.tell(&world, &id);
        id
    }

    /// The receiver gives back, in its bank's own program.
    ///
    /// # Errors
    /// See [`NoPayment`].
    pub fn give_back(&self, end_to_end_id: &str, cents: i64) -> Result<(), NoPayment> {
        let id = Uuid::new_v4().simple().to_string();
        let mut world = self.world();
        world.give_back(end_to_end_id, &id, cents, "DEVOLVIDO")?;
        self.tell(&world, end_to_end_id);
        Ok(())
    }

    /// What becomes of the next refund that is asked for through the API: `EM_PROCESSAMENTO`, `NAO_REALIZADO`, `DEVOLVIDO`.
    pub fn next_return(&self, status: &'static str) {
        self.world().outcomes.push_back(status);
    }

    /// Every refund that is under way ends so: `DEVOLVIDO` or `NAO_REALIZADO`.
    pub fn end_returns(&self, status: &'static str) {
        let mut world = self.world();
        let mut told = Vec::new();
        for pix in &mut world.pix {
            for back in pix.returns.iter_mut().filter(|back| back.status == "EM_PROCESSAMENTO") {
                back.status = status;
                told.push(pix.id.clone());
            }
        }
        for id in told {
            self.tell(&world, &id);
        }
    }

    /// What was given back of a payment, refund by refund: its id, how much, and how far it is.
    #[must_use]
    pub fn returns(&self, end_to_end_id: &str) -> Vec<(String, i64, &'static str)> {
        let world = self.world();
        let pix = world.pix.iter().find(|pix| pix.id == end_to_end_id);
        pix.map(|pix| pix.returns.iter().map(|back| (back.id.clone(), back.cents, back.status)).collect()).unwrap_or_default()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.state.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the webhook about a payment, until it answers.
    fn tell(&self, world: &World, id: &str) {
        let Some((url, _)) = world.webhooks.get(&self.state.settings.key) else { return };
        let Some(pix) = world.pix.iter().find(|pix| pix.id == id) else { return };
        let (url, body) = (format!("{url}/pix"), json!({ "pix": [api::pix(&self.state.settings, pix)] }));
        let http = self.state.http.clone();
        tokio::spawn(async move {
            for wait in TRIES {
                tokio::time::sleep(wait).await;
                if http.post(&url).json(&body).send().await.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
            }
        });
    }
}

impl World {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.shift
    }

    fn receive(&mut self, txid: Option<String>, cents: i64, now: DateTime<Utc>) -> String {
        let id = transfer('E', now);
        self.pix.push(Pix { id: id.clone(), txid, cents, at: now, returns: Vec::new(), closed: false });
        id
    }

    fn give_back(&mut self, end_to_end_id: &str, id: &str, cents: i64, status: &'static str) -> Result<Return, NoPayment> {
        let now = self.now();
        let pix = self.pix.iter_mut().find(|pix| pix.id == end_to_end_id).ok_or(NoPayment::Unknown)?;
        if cents <= 0 || cents > pix.cents - pix.returned() {
            return Err(NoPayment::TooMuch);
        }
        if now > domain::pix::returns::until(pix.at) {
            return Err(NoPayment::NotPayable);
        }
        let back = Return { id: id.to_owned(), rtr: transfer('D', now), cents, at: now, status };
        pix.returns.push(back.clone());
        Ok(back)
    }

    /// What goes wrong at this call, if anything.
    fn fault(&mut self, call: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(prefix, _)| call.starts_with(prefix))?;
        self.faults.remove(at).map(|(_, fault)| fault)
    }

    /// A charge that is asked for: its address and its code are new.
    fn open(&mut self, settings: &Settings, kind: Kind, txid: &str, asked: Value, cents: i64) -> Option<Charge> {
        let now = self.now();
        let location = format!("pix.simulador.example/qr/v2/{}/{}", kind.as_str(), Uuid::new_v4().simple());
        let parts = Parts {
            once: true,
            charge: Some(To::Location(location.clone())),
            recurrence: None,
            amount: None,
            name: domain::pix::br_code::ascii(&settings.name, 25),
            city: "Curitiba".into(),
            postal_code: None,
            txid: None,
        };
        let code = parts.write().ok()?.as_str().to_owned();
        let ends = match kind {
            Kind::Cob => now + TimeDelta::seconds(asked["calendario"]["expiracao"].as_i64().unwrap_or(86_400)),
            Kind::CobV => {
                let due: NaiveDate = asked["calendario"]["dataDeVencimento"].as_str()?.parse().ok()?;
                let days = asked["calendario"]["validadeAposVencimento"].as_i64().unwrap_or(30);
                // The whole of the last day in Brasília, and of the next business day where that is closed.
                let last = domain::calendar::Calendar::default().next_business_day(due) + TimeDelta::days(days + 1);
                last.and_hms_opt(3, 0, 0)?.and_utc()
            }
        };
        self.numbers += 1;
        let charge = Charge {
            txid: txid.to_owned(),
            kind,
            number: self.numbers,
            asked,
            cents,
            created: now,
            revision: 0,
            status: "ATIVA",
            location,
            code,
            ends,
        };
        self.charges.insert(txid.to_owned(), charge.clone());
        Some(charge)
    }
}

/// `E`, or `D` for what is given back, the institution, the minute in UTC, and eleven characters of chance: 32.
fn transfer(letter: char, now: DateTime<Utc>) -> String {
    let chance = Uuid::new_v4().simple().to_string();
    format!("{letter}{ISPB}{}{}", now.format("%Y%m%d%H%M"), chance.get(..11).unwrap_or_default())
}

/// `1234.56`, as the API writes amounts.
fn amount(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// An amount as the API writes it.
fn cents(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && whole.len() <= 10 && digits(cents) && cents.len() == 2).then(|| format!("{whole}{cents}").parse().ok())?
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
