//! A client of Banco Central's API Pix 2.9.0, for any provider that follows it: OAuth 2 client credentials, certificates on both
//! sides, charges, payments, refunds, webhook.
//!
//! Never decides anything, and never says in an error or a log what a person, a key or a token is called. Every call may be made
//! again without harm, and is when the provider does not answer: ids are chosen before.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use domain::money::Money;
use domain::pix::charges::Kind;
use domain::pix::txid::{ChargeTxid, EndToEndId, ReturnId};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::config::PixSettings;
use crate::error::{Error, Result};

/// All that the portal may do at the provider.
const SCOPES: &str = "cob.write cob.read cobv.write cobv.read pix.write pix.read webhook.write webhook.read";
/// Waits before the second and the third try.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(900)];
/// Of one try.
const CALL: Duration = Duration::from_secs(8);
/// Of all tries together: somebody may be waiting for the page.
const PATIENCE: Duration = Duration::from_secs(15);
/// A token is renewed so long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);
/// The longest answer: a page of a thousand payments with their refunds.
const LONGEST: usize = 4 << 20;
/// Payments of one page.
const PAGE: usize = 100;
/// More pages than this nobody has in one reading.
const MOST_PAGES: usize = 1000;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It did not answer, or said that it cannot now.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(&'static str),
    /// It says no, with the last part of the problem's type and the properties at fault.
    #[error("the provider refused: {kind} ({status}), {}", .properties.join(", "))]
    Refused {
        /// HTTP status.
        status: u16,
        /// Such as `CobOperacaoInvalida`.
        kind: String,
        /// Such as `calendario.expiracao`.
        properties: Vec<String>,
    },
    /// It knows no such thing.
    #[error("not known to the provider")]
    NotFound,
    /// It does not let us.
    #[error("the provider does not let us in")]
    Denied,
    /// Its answer is not what the definition says.
    #[error("the provider's answer cannot be read: {0}")]
    Unreadable(&'static str),
}

type Answer<T> = std::result::Result<T, ProviderError>;

/// A charge as the provider has it.
#[derive(Clone, Debug, Deserialize)]
pub struct ProviderCharge {
    /// Its id, as we chose it.
    pub txid: ChargeTxid,
    /// Where it stands.
    pub status: ChargeStatus,
    #[serde(rename = "valor")]
    original: Original,
    /// The key that receives.
    pub chave: String,
    location: Option<String>,
    loc: Option<Loc>,
    /// The code to be paid.
    #[serde(rename = "pixCopiaECola")]
    pub code: Option<String>,
    /// What was paid, where the charge was asked for.
    #[serde(default)]
    pub pix: Vec<ReceivedPix>,
}

impl ProviderCharge {
    /// How much it is.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.original.original
    }

    /// The address of its payload, without `https://`.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        let location = self.location.as_deref().or_else(|| self.loc.as_ref()?.location.as_deref())?;
        Some(location.strip_prefix("https://").unwrap_or(location))
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Original {
    #[serde(deserialize_with = "money")]
    original: Money,
}

#[derive(Clone, Debug, Deserialize)]
struct Loc {
    location: Option<String>,
}

/// Where a charge stands at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ChargeStatus {
    /// It can be paid.
    #[serde(rename = "ATIVA")]
    Active,
    /// It was paid.
    #[serde(rename = "CONCLUIDA")]
    Done,
    /// We took it back.
    #[serde(rename = "REMOVIDA_PELO_USUARIO_RECEBEDOR")]
    RemovedByUs,
    /// The provider took it back.
    #[serde(rename = "REMOVIDA_PELO_PSP")]
    RemovedByProvider,
}

/// A Pix that came.
#[derive(Clone, Debug, Deserialize)]
pub struct ReceivedPix {
    /// Its id for ever.
    #[serde(rename = "endToEndId")]
    pub id: EndToEndId,
    /// Of the charge, or of a static code; none when the key itself was paid.
    #[serde(default, deserialize_with = "short")]
    pub txid: Option<String>,
    /// How much.
    #[serde(rename = "valor", deserialize_with = "money")]
    pub amount: Money,
    /// When.
    #[serde(rename = "horario")]
    pub at: DateTime<Utc>,
    /// What was given back of it.
    #[serde(default, rename = "devolucoes")]
    pub returns: Vec<PixReturn>,
}

impl ReceivedPix {
    /// What was given back for good.
    #[must_use]
    pub fn returned(&self) -> Money {
        self.returns.iter().filter(|back| back.status == ReturnStatus::Done).map(|back| back.amount).sum()
    }
}

/// Money given back to who paid.
#[derive(Clone, Debug, Deserialize)]
pub struct PixReturn {
    /// Its id, as chosen by who gave back.
    pub id: ReturnId,
    /// How much.
    #[serde(rename = "valor", deserialize_with = "money")]
    pub amount: Money,
    /// How far it is.
    pub status: ReturnStatus,
    /// The id of the transfer that goes back, once there is one.
    #[serde(default, rename = "rtrId", deserialize_with = "short")]
    pub transfer: Option<String>,
    /// What the provider says of how far it is, in its own words.
    #[serde(default, rename = "motivo")]
    pub said: Option<String>,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ReturnStatus {
    /// On its way.
    #[serde(rename = "EM_PROCESSAMENTO")]
    UnderWay,
    /// The payer has it.
    #[serde(rename = "DEVOLVIDO")]
    Done,
    /// It did not happen.
    #[serde(rename = "NAO_REALIZADO")]
    Failed,
}

#[derive(Deserialize)]
struct Received {
    parametros: Parameters,
    #[serde(default)]
    pix: Vec<ReceivedPix>,
}

#[derive(Deserialize)]
struct Parameters {
    paginacao: Pages,
}

#[derive(Deserialize)]
struct Pages {
    #[serde(rename = "quantidadeDePaginas")]
    pages: usize,
}

#[derive(Deserialize)]
struct Webhook {
    #[serde(rename = "webhookUrl")]
    url: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    #[serde(default = "a_minute")]
    expires_in: u64,
}

const fn a_minute() -> u64 {
    60
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    r#type: String,
    violacoes: Vec<Violation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Violation {
    propriedade: String,
}

/// A charge to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewCharge<'a> {
    /// Chosen by us.
    pub txid: &'a ChargeTxid,
    /// How much.
    pub amount: Money,
    /// What the payer's bank shows; at most 140 characters, and nothing about a person.
    pub note: &'a str,
    /// Until when.
    pub until: Until<'a>,
}

/// Until when a charge holds.
#[derive(Clone, Copy, Debug)]
pub enum Until<'a> {
    /// For so long from now (cob).
    Seconds(i64),
    /// Until a due date (cobv), which asks for the debtor.
    Due {
        /// The due date.
        on: NaiveDate,
        /// CPF or CNPJ, bare.
        tax_id: &'a str,
        /// Name.
        name: &'a str,
    },
}

impl Until<'_> {
    const fn kind(&self) -> Kind {
        match self {
            Self::Seconds(_) => Kind::Cob,
            Self::Due { .. } => Kind::CobV,
        }
    }
}

/// The provider of the creditor's Pix account.
pub struct Provider {
    http: reqwest::Client,
    base: Url,
    token_url: Url,
    basic: String,
    key: String,
    token: Mutex<Option<(String, Instant)>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

impl Provider {
    /// A client with the certificates that the settings name.
    ///
    /// # Errors
    /// [`Error::Config`] for files that cannot be read or are no certificates.
    pub fn new(settings: &PixSettings) -> Result<Self> {
        let bad = |key: &str, why: &str| Error::Config(format!("{key}: {why}"));
        crate::choose_cryptography();
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(4))
            .timeout(CALL)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("emdia/", env!("CARGO_PKG_VERSION")));
        if let (Some(certificate), Some(key)) = (&settings.certificate, &settings.certificate_key) {
            let mut pem = read("pix_certificate", certificate)?;
            pem.push(b'\n');
            pem.extend(read("pix_certificate_key", key)?);
            http = http.identity(
                reqwest::Identity::from_pem(&pem).map_err(|_| bad("pix_certificate", "expected a certificate and its key in PEM"))?,
            );
        }
        if let Some(ca) = &settings.ca {
            let found = reqwest::Certificate::from_pem_bundle(&read("pix_ca", ca)?).unwrap_or_default();
            if found.is_empty() {
                return Err(bad("pix_ca", "expected certificates in PEM"));
            }
            http = http.tls_certs_merge(found);
        }
        let address = |key: &str, text: &str| {
            let url: Url = text.parse().map_err(|_| bad(key, "expected an address"))?;
            if url.cannot_be_a_base() { Err(bad(key, "expected an address")) } else { Ok(url) }
        };
        Ok(Self {
            http: http.build().map_err(|_| bad("pix_certificate", "cannot be used"))?,
            base: address("pix_base_url", &settings.base_url)?,
            token_url: address("pix_token_url", &settings.token_url)?,
            basic: STANDARD.encode(format!("{}:{}", settings.client_id, settings.client_secret.0)),
            key: settings.key.clone(),
            token: Mutex::default(),
        })
    }

    /// The key that receives.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Opens a charge under an id (`PUT /cob/{txid}`, `PUT /cobv/{txid}`).
    ///
    /// # Errors
    /// See [`ProviderError`]; [`ProviderError::Refused`] also when the id is taken, as after an answer that was lost.
    pub async fn open(&self, new: &NewCharge<'_>) -> Answer<ProviderCharge> {
        let mut body = json!({
            "chave": self.key,
            "valor": { "original": new.amount.plain() },
            "solicitacaoPagador": new.note.chars().take(140).collect::<String>(),
        });
        match new.until {
            Until::Seconds(seconds) => body["calendario"] = json!({ "expiracao": seconds.clamp(1, i64::from(i32::MAX)) }),
            Until::Due { on, tax_id, name } => {
                body["calendario"] = json!({ "dataDeVencimento": on, "validadeAposVencimento": 0 });
                let kind = if tax_id.len() == 14 { "cnpj" } else { "cpf" };
                body["devedor"] = json!({ kind: tax_id, "nome": name.chars().take(200).collect::<String>() });
            }
        }
        self.json(Method::PUT, &[new.until.kind().as_str(), new.txid.as_str()], &[], Some(&body)).await
    }

    /// A charge as it stands (`GET /cob/{txid}`, `GET /cobv/{txid}`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn charge(&self, kind: Kind, txid: &ChargeTxid) -> Answer<ProviderCharge> {
        self.json(Method::GET, &[kind.as_str(), txid.as_str()], &[], None).await
    }

    /// Takes a charge back (`PATCH … REMOVIDA_PELO_USUARIO_RECEBEDOR`).
    ///
    /// # Errors
    /// See [`ProviderError`]; [`ProviderError::Refused`] when it is not active any more.
    pub async fn remove(&self, kind: Kind, txid: &ChargeTxid) -> Answer<ProviderCharge> {
        let body = json!({ "status": "REMOVIDA_PELO_USUARIO_RECEBEDOR" });
        self.json(Method::PATCH, &[kind.as_str(), txid.as_str()], &[], Some(&body)).await
    }

    /// Changes the amount of a charge that is active (`PATCH … valor`).
    ///
    /// # Errors
    /// See [`ProviderError`]; [`ProviderError::Refused`] when it is not active any more.
    pub async fn change(&self, kind: Kind, txid: &ChargeTxid, amount: Money) -> Answer<ProviderCharge> {
        let body = json!({ "valor": { "original": amount.plain() } });
        self.json(Method::PATCH, &[kind.as_str(), txid.as_str()], &[], Some(&body)).await
    }

    /// One Pix (`GET /pix/{e2eid}`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn pix(&self, id: &EndToEndId) -> Answer<ReceivedPix> {
        let found: ReceivedPix = self.json(Method::GET, &["pix", id.as_str()], &[], None).await?;
        if found.id == *id { Ok(found) } else { Err(ProviderError::Unreadable("endToEndId")) }
    }

    /// Every Pix that came between two moments, all pages of it (`GET /pix?inicio&fim`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn received(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Answer<Vec<ReceivedPix>> {
        let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (from, to) = (instant(from), instant(to));
        let mut all = Vec::new();
        for page in 0..MOST_PAGES {
            let query = [
                ("inicio", from.clone()),
                ("fim", to.clone()),
                ("paginacao.paginaAtual", page.to_string()),
                ("paginacao.itensPorPagina", PAGE.to_string()),
            ];
            let found: Received = self.json(Method::GET, &["pix"], &query, None).await?;
            all.extend(found.pix);
            if page + 1 >= found.parametros.paginacao.pages {
                return Ok(all);
            }
        }
        Err(ProviderError::Unreadable("quantidadeDePaginas"))
    }

    /// Gives back, in all or in part, to who paid (`PUT /pix/{e2eid}/devolucao/{id}`); the same id is the same refund.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn give_back(&self, pix: &EndToEndId, id: &ReturnId, amount: Money) -> Answer<PixReturn> {
        let body = json!({ "valor": amount.plain() });
        let found: PixReturn = self.json(Method::PUT, &["pix", pix.as_str(), "devolucao", id.as_str()], &[], Some(&body)).await?;
        if found.id == *id { Ok(found) } else { Err(ProviderError::Unreadable("id")) }
    }

    /// How far a refund is (`GET /pix/{e2eid}/devolucao/{id}`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn given_back(&self, pix: &EndToEndId, id: &ReturnId) -> Answer<PixReturn> {
        let found: PixReturn = self.json(Method::GET, &["pix", pix.as_str(), "devolucao", id.as_str()], &[], None).await?;
        if found.id == *id { Ok(found) } else { Err(ProviderError::Unreadable("id")) }
    }

    /// Where the provider calls when a Pix comes (`GET /webhook/{chave}`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn webhook(&self) -> Answer<String> {
        let found: Webhook = self.json(Method::GET, &["webhook", &self.key], &[], None).await?;
        Ok(found.url)
    }

    /// Says where to call (`PUT /webhook/{chave}`); the provider adds `/pix`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn set_webhook(&self, url: &str) -> Answer<()> {
        self.call(Method::PUT, &["webhook", &self.key], &[], Some(&json!({ "webhookUrl": url }))).await.map(drop)
    }

    /// Asks not to be called any more (`DELETE /webhook/{chave}`).
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn forget_webhook(&self) -> Answer<()> {
        self.call(Method::DELETE, &["webhook", &self.key], &[], None).await.map(drop)
    }

    async fn json<T: DeserializeOwned>(&self, method: Method, path: &[&str], query: &[(&str, String)], body: Option<&Value>) -> Answer<T> {
        let bytes = self.call(method, path, query, body).await?;
        serde_json::from_slice(&bytes).map_err(|_| ProviderError::Unreadable("body"))
    }

    /// One call, tried again while the provider does not answer, and once with a new token.
    async fn call(&self, method: Method, path: &[&str], query: &[(&str, String)], body: Option<&Value>) -> Answer<Vec<u8>> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let tries = async {
            let mut waits = WAITS.iter();
            let mut renewed = false;
            loop {
                let tried = self.once(&method, &url, query, body).await;
                match tried {
                    Err(ProviderError::Denied) if !renewed => {
                        renewed = true;
                        *self.token.lock().await = None;
                    }
                    Err(error @ ProviderError::Unreachable(_)) => match waits.next() {
                        Some(wait) => tokio::time::sleep(*wait).await,
                        None => return Err(error),
                    },
                    done => return done,
                }
            }
        };
        tokio::time::timeout(PATIENCE, tries).await.unwrap_or(Err(ProviderError::Unreachable("took too long")))
    }

    async fn once(&self, method: &Method, url: &Url, query: &[(&str, String)], body: Option<&Value>) -> Answer<Vec<u8>> {
        let token = self.token().await?;
        let mut request = self.http.request(method.clone(), url.clone()).bearer_auth(token).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, bytes) = send(request).await?;
        match status {
            status if status.is_success() => Ok(bytes),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(ProviderError::Denied),
            StatusCode::NOT_FOUND => Err(ProviderError::NotFound),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(ProviderError::Unreachable("busy")),
            status if status.is_server_error() => Err(ProviderError::Unreachable("not available")),
            status => Err(refused(status, &bytes)),
        }
    }

    /// The token, renewed shortly before it ends. Whoever comes meanwhile waits for the same one.
    async fn token(&self) -> Answer<String> {
        let mut kept = self.token.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let request = self
            .http
            .post(self.token_url.clone())
            .header(reqwest::header::AUTHORIZATION, format!("Basic {}", self.basic))
            .form(&[("grant_type", "client_credentials"), ("scope", SCOPES)]);
        let (status, bytes) = send(request).await?;
        if status.is_server_error() {
            return Err(ProviderError::Unreachable("no token"));
        }
        if !status.is_success() {
            return Err(ProviderError::Denied);
        }
        let token: Token = serde_json::from_slice(&bytes).map_err(|_| ProviderError::Unreadable("token"))?;
        let good_for = Duration::from_secs(token.expires_in.min(86_400)).saturating_sub(TOKEN_MARGIN);
        *kept = Some((token.access_token.clone(), Instant::now() + good_for));
        Ok(token.access_token)
    }
}

fn read(key: &str, path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::Config(format!("{key}: {}: {error}", path.display())))
}

async fn send(request: RequestBuilder) -> Answer<(StatusCode, Vec<u8>)> {
    // What the library says of a failure may name an address with a txid in it.
    let lost = |error: reqwest::Error| {
        ProviderError::Unreachable(if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the connection broke"
        })
    };
    let mut answer = request.send().await.map_err(lost)?;
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(lost)? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(ProviderError::Unreadable("too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((status, bytes))
}

/// What a problem (RFC 7807) says, as far as it is fit for a log: words of the definition, never a value.
fn refused(status: StatusCode, bytes: &[u8]) -> ProviderError {
    let problem: Problem = serde_json::from_slice(bytes).unwrap_or_default();
    let word =
        |text: &str, more: &str| -> String { text.chars().filter(|c| c.is_ascii_alphabetic() || more.contains(*c)).take(60).collect() };
    ProviderError::Refused {
        status: status.as_u16(),
        kind: word(problem.r#type.rsplit('/').next().unwrap_or_default(), ""),
        properties: problem.violacoes.iter().take(10).map(|violation| word(&violation.propriedade, "._[]")).collect(),
    }
}

/// `1234.56`, as the API writes every amount.
fn money<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Money, D::Error> {
    let text = String::deserialize(deserializer)?;
    amount(&text).ok_or_else(|| serde::de::Error::custom("amount"))
}

fn amount(text: &str) -> Option<Money> {
    let (whole, cents) = text.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=10).contains(&whole.len()) && cents.len() == 2 && digits(whole) && digits(cents);
    fits.then(|| format!("{whole}{cents}").parse().ok().map(Money::cents))?
}

/// An id of any kind: 1 to 35 letters and digits; what is something else is none.
fn short<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| (1..=35).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_the_definition_shows() {
        // Figures and names of the definition's own examples.
        let charge: ProviderCharge = serde_json::from_value(json!({
            "calendario": { "criacao": "2020-09-09T20:15:00.358Z", "expiracao": 3600 },
            "txid": "7978c0c97ea847e78e8849634473c1f1",
            "revisao": 0,
            "loc": { "id": 789, "location": "pix.example.com/qr/v2/9d36b84fc70b478fb95c12729b90ca25", "tipoCob": "cob" },
            "status": "ATIVA",
            "valor": { "original": "567.89" },
            "chave": "a1f4102e-a446-4a57-bcce-6fa48899c1d1",
            "solicitacaoPagador": "Informar cartão fidelidade"
        }))
        .unwrap();
        assert_eq!((charge.amount(), charge.status, charge.code.as_deref()), (Money::cents(56_789), ChargeStatus::Active, None));
        assert_eq!(charge.location(), Some("pix.example.com/qr/v2/9d36b84fc70b478fb95c12729b90ca25"));
        let pix: ReceivedPix = serde_json::from_value(json!({
            "endToEndId": "E12345678202009091221abcdef12345", "valor": "110.00", "horario": "2020-09-09T20:15:00.358Z",
            "devolucoes": [
                { "id": "123ABC", "rtrId": "D12345678202009091221abcdf098765", "valor": "10.00", "horario": { "solicitacao": "2020-09-09T20:15:00.358Z" }, "status": "EM_PROCESSAMENTO" },
                { "id": "124ABC", "rtrId": "D12345678202009091221abcdf098766", "valor": "7.89", "horario": { "solicitacao": "2020-09-09T20:15:00.358Z" }, "status": "DEVOLVIDO" }
            ]
        }))
        .unwrap();
        assert_eq!((pix.amount, pix.returned(), pix.txid), (Money::cents(11_000), Money::cents(789), None));
    }

    #[test]
    fn a_refusal_is_told_in_words_of_the_definition_alone() {
        let body = br#"{"type":"https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida","title":"x","status":400,
            "detail":"CPF 123.456.789-09 de Maria","violacoes":[{"razao":"CPF 12345678909","propriedade":"cobv.devedor.cpf","valor":"12345678909"}]}"#;
        let error = refused(StatusCode::BAD_REQUEST, body);
        assert_eq!(error.to_string(), "the provider refused: CobVOperacaoInvalida (400), cobv.devedor.cpf");
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount("0.01"), Some(Money::cents(1)));
        assert_eq!(amount("9999999999.99"), Some(Money::cents(999_999_999_999)));
        for text in ["", ".", "1", "1.", "1.5", "1.555", "-1.00", "1,00", "1e3.00", "99999999999.99", " 1.00"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn noise_is_an_error_and_nothing_worse(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = serde_json::from_slice::<ProviderCharge>(&bytes);
            let _ = serde_json::from_slice::<Received>(&bytes);
            let _ = refused(StatusCode::BAD_REQUEST, &bytes).to_string();
        }

        #[test]
        fn what_we_write_we_read(cents in 1i64..=999_999_999_999) {
            prop_assert_eq!(amount(&Money::cents(cents).plain()), Some(Money::cents(cents)));
        }
    }
}
