//! What the provider answers to the receiver's program: tokens, charges, payments, refunds, webhook. Never takes a call without a token.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Form, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Charge, Fault, Kind, NoPayment, Pix, Return, Settings, Simulator, amount, cents, instant};

/// Items of a page when nothing is said.
const PAGE: usize = 100;

pub(super) fn routes(simulator: &Simulator) -> Router<Simulator> {
    let api = Router::new()
        .route("/cob/{txid}", put(put_cob).patch(patch_charge).get(get_charge))
        .route("/cobv/{txid}", put(put_cobv).patch(patch_charge).get(get_charge))
        .route("/pix", get(list))
        .route("/pix/{id}", get(get_pix))
        .route("/pix/{id}/devolucao/{back}", put(put_return).get(get_return))
        .route("/webhook/{key}", put(put_webhook).get(get_webhook).delete(delete_webhook))
        .layer(from_fn_with_state(simulator.clone(), guard));
    Router::new().nest("/api", api).route("/oauth/token", post(token))
}

/// Counts the call, asks for its token, and lets go wrong what should.
async fn guard(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches("/api").to_owned();
    let call = format!("{} {path}", request.method());
    let fault = {
        let mut world = simulator.world();
        world.calls.push(call.clone());
        world.fault(&call)
    };
    let known =
        bearer(request.headers()).is_some_and(|token| simulator.world().tokens.get(token).is_some_and(|until| Instant::now() < *until));
    if !known || fault == Some(Fault::Forgotten) {
        return problem(StatusCode::UNAUTHORIZED, "AcessoNegado", "Token inválido ou expirado.", &[]);
    }
    match fault {
        Some(Fault::Unavailable) => unavailable(),
        Some(Fault::AnswerLost) => {
            next.run(request).await;
            unavailable()
        }
        Some(Fault::Slow(wait)) => {
            tokio::time::sleep(wait).await;
            next.run(request).await
        }
        Some(Fault::WrongCode) => {
            let answer = next.run(request).await;
            wrong_code(answer).await
        }
        Some(Fault::Forgotten) | None => next.run(request).await,
    }
}

async fn wrong_code(answer: Response) -> Response {
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap_or_default();
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let code = domain::pix::br_code::Parts {
        once: true,
        charge: Some(domain::pix::br_code::Charge::Location("pix.simulador.example/qr/v2/outra".into())),
        recurrence: None,
        amount: None,
        name: "Outra pessoa".into(),
        city: "Curitiba".into(),
        postal_code: None,
        txid: None,
    };
    body["pixCopiaECola"] = code.write().map(|code| Value::from(code.as_str())).unwrap_or_default();
    (status, axum::Json(body)).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn unavailable() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "ServicoIndisponivel", "Tente de novo mais tarde.", &[])
}

fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, "NaoEncontrado", "Entidade não encontrada.", &[])
}

/// A refusal (RFC 7807), with the properties that are at fault.
fn problem(status: StatusCode, kind: &str, detail: &str, violations: &[(&str, &str)]) -> Response {
    let mut body = json!({
        "type": format!("https://pix.bcb.gov.br/api/v2/error/{kind}"),
        "title": kind,
        "status": status.as_u16(),
        "detail": detail,
    });
    if !violations.is_empty() {
        body["violacoes"] = violations.iter().map(|(property, reason)| json!({ "propriedade": property, "razao": reason })).collect();
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn created(body: Value) -> Response {
    (StatusCode::CREATED, axum::Json(body)).into_response()
}

fn ok(body: Value) -> Response {
    axum::Json(body).into_response()
}

// ---- tokens ----

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    scope: Option<String>,
}

async fn token(State(simulator): State<Simulator>, headers: HeaderMap, Form(form): Form<TokenForm>) -> Response {
    let settings = &simulator.state.settings;
    let basic = STANDARD.encode(format!("{}:{}", settings.client_id, settings.client_secret));
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut world = simulator.world();
    world.calls.push("POST /oauth/token".into());
    if world.fault("POST /oauth/token").is_some() {
        return unavailable();
    }
    if said != Some(format!("Basic {basic}").as_str()) || form.grant_type != "client_credentials" {
        return (StatusCode::UNAUTHORIZED, axum::Json(json!({ "error": "invalid_client" }))).into_response();
    }
    let token = Uuid::new_v4().simple().to_string();
    let seconds = settings.token_seconds;
    world.tokens.insert(token.clone(), Instant::now() + Duration::from_secs(seconds));
    ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": form.scope.unwrap_or_default() }))
}

// ---- charges ----

async fn put_cob(State(simulator): State<Simulator>, Path(txid): Path<String>, axum::Json(asked): axum::Json<Value>) -> Response {
    open(&simulator, Kind::Cob, &txid, asked)
}

async fn put_cobv(State(simulator): State<Simulator>, Path(txid): Path<String>, axum::Json(asked): axum::Json<Value>) -> Response {
    open(&simulator, Kind::CobV, &txid, asked)
}

fn open(simulator: &Simulator, kind: Kind, txid: &str, asked: Value) -> Response {
    let settings = &simulator.state.settings;
    let mut wrong = Vec::new();
    if !(26..=35).contains(&txid.len()) || !txid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        wrong.push(("txid", "Não respeita o padrão."));
    }
    if asked["chave"] != settings.key.as_str() {
        wrong.push(("chave", "Não é do recebedor."));
    }
    let cents = asked["valor"]["original"].as_str().and_then(cents).filter(|cents| *cents > 0);
    if cents.is_none() {
        wrong.push(("valor.original", "Não respeita o padrão."));
    }
    match kind {
        Kind::Cob if asked["calendario"]["expiracao"].as_i64().is_none_or(|seconds| seconds < 1) => {
            wrong.push(("calendario.expiracao", "Deve ser positiva."));
        }
        Kind::CobV => {
            if asked["calendario"]["dataDeVencimento"].as_str().is_none_or(|day| day.parse::<chrono::NaiveDate>().is_err()) {
                wrong.push(("calendario.dataDeVencimento", "Deve ser uma data."));
            }
            let person = &asked["devedor"];
            if person["nome"].as_str().is_none() || person["cpf"].is_string() == person["cnpj"].is_string() {
                wrong.push(("devedor", "Deve ter nome, e CPF ou CNPJ."));
            }
        }
        Kind::Cob => {}
    }
    let mut world = simulator.world();
    if world.charges.contains_key(txid) {
        wrong.push(("txid", "Já existe uma cobrança com este txid."));
    }
    let kind_of_problem = if kind == Kind::Cob { "CobOperacaoInvalida" } else { "CobVOperacaoInvalida" };
    let opened = if wrong.is_empty() { cents.and_then(|cents| world.open(settings, kind, txid, asked, cents)) } else { None };
    match opened {
        Some(opened) => created(charge(settings, &opened, None)),
        None => problem(StatusCode::BAD_REQUEST, kind_of_problem, "A cobrança não respeita o schema.", &wrong),
    }
}

async fn patch_charge(
    State(simulator): State<Simulator>,
    method_path: axum::extract::OriginalUri,
    Path(txid): Path<String>,
    axum::Json(asked): axum::Json<Value>,
) -> Response {
    let kind = kind_of(method_path.path());
    let mut world = simulator.world();
    let Some(found) = world.charges.get_mut(&txid).filter(|charge| charge.kind == kind) else { return not_found() };
    let refused = |why: &'static str| {
        let of = if kind == Kind::Cob { "CobOperacaoInvalida" } else { "CobVOperacaoInvalida" };
        problem(StatusCode::BAD_REQUEST, of, why, &[("status", why)])
    };
    if found.status != "ATIVA" {
        return refused("A cobrança não está ativa.");
    }
    match asked["status"].as_str() {
        Some("REMOVIDA_PELO_USUARIO_RECEBEDOR") => found.status = "REMOVIDA_PELO_USUARIO_RECEBEDOR",
        Some(_) => return refused("O status não respeita o schema."),
        None => {}
    }
    if let Some(changed) = asked["valor"]["original"].as_str() {
        let Some(changed) = cents(changed) else { return refused("O valor não respeita o schema.") };
        (found.cents, found.revision) = (changed, found.revision + 1);
        found.asked["valor"]["original"] = amount(changed).into();
    }
    ok(charge(&simulator.state.settings, found, None))
}

async fn get_charge(State(simulator): State<Simulator>, method_path: axum::extract::OriginalUri, Path(txid): Path<String>) -> Response {
    let kind = kind_of(method_path.path());
    let world = simulator.world();
    match world.charges.get(&txid).filter(|charge| charge.kind == kind) {
        Some(found) => {
            let settings = &simulator.state.settings;
            let paid = world.pix.iter().filter(|pix| pix.txid.as_deref() == Some(txid.as_str())).map(|paid| pix(settings, paid)).collect();
            ok(charge(settings, found, Some(paid)))
        }
        None => not_found(),
    }
}

fn kind_of(path: &str) -> Kind {
    if path.starts_with("/api/cobv/") { Kind::CobV } else { Kind::Cob }
}

fn charge(settings: &Settings, charge: &Charge, pix: Option<Vec<Value>>) -> Value {
    let mut calendar = charge.asked["calendario"].as_object().cloned().unwrap_or_default();
    calendar.insert("criacao".into(), instant(charge.created).into());
    if charge.kind == Kind::CobV {
        calendar.entry("validadeAposVencimento").or_insert(30.into());
    }
    let mut body = Map::new();
    for name in ["devedor", "solicitacaoPagador", "infoAdicionais", "valor", "chave"] {
        if let Some(value) = charge.asked.get(name) {
            body.insert(name.into(), value.clone());
        }
    }
    body.insert("calendario".into(), calendar.into());
    body.insert("txid".into(), charge.txid.as_str().into());
    body.insert("revisao".into(), charge.revision.into());
    body.insert("status".into(), charge.status.into());
    body.insert("location".into(), charge.location.as_str().into());
    body.insert("pixCopiaECola".into(), charge.code.as_str().into());
    body.insert(
        "loc".into(),
        json!({
            "id": charge.number, "txid": charge.txid, "location": charge.location, "tipoCob": charge.kind.as_str(), "criacao": instant(charge.created),
        }),
    );
    if charge.kind == Kind::CobV {
        body.insert(
            "recebedor".into(),
            json!({
                "nome": settings.name, "cnpj": settings.cnpj, "logradouro": "Rua A, 1", "cidade": "Curitiba", "uf": "PR", "cep": "80000000",
            }),
        );
    }
    if let Some(pix) = pix.filter(|pix| !pix.is_empty()) {
        body.insert("pix".into(), pix.into());
    }
    body.into()
}

// ---- payments ----

pub(super) fn pix(settings: &Settings, pix: &Pix) -> Value {
    let mut body = json!({
        "endToEndId": pix.id,
        "valor": amount(pix.cents),
        "componentesValor": { "original": { "valor": amount(pix.cents) } },
        "chave": settings.key,
        "horario": instant(pix.at),
    });
    if let Some(txid) = &pix.txid {
        body["txid"] = txid.as_str().into();
    }
    if !pix.returns.is_empty() {
        body["devolucoes"] = pix.returns.iter().map(given_back).collect();
    }
    body
}

fn given_back(back: &Return) -> Value {
    let mut body = json!({
        "id": back.id, "rtrId": back.rtr, "valor": amount(back.cents), "natureza": "ORIGINAL",
        "horario": { "solicitacao": instant(back.at) }, "status": back.status,
    });
    match back.status {
        "DEVOLVIDO" => body["horario"]["liquidacao"] = instant(back.at).into(),
        "NAO_REALIZADO" => body["motivo"] = "A conta de quem pagou foi encerrada.".into(),
        _ => {}
    }
    body
}

#[derive(Deserialize)]
struct Span {
    inicio: DateTime<Utc>,
    fim: DateTime<Utc>,
    txid: Option<String>,
    #[serde(rename = "paginacao.paginaAtual")]
    page: Option<usize>,
    #[serde(rename = "paginacao.itensPorPagina")]
    size: Option<usize>,
}

async fn list(State(simulator): State<Simulator>, Query(span): Query<Span>) -> Response {
    let (page, size) = (span.page.unwrap_or(0), span.size.unwrap_or(PAGE).clamp(1, 1000));
    let world = simulator.world();
    let wanted: Vec<&Pix> = world
        .pix
        .iter()
        .filter(|pix| pix.at >= span.inicio && pix.at <= span.fim && (span.txid.is_none() || pix.txid == span.txid))
        .collect();
    let settings = &simulator.state.settings;
    let items: Vec<Value> = wanted.iter().skip(page * size).take(size).map(|found| pix(settings, found)).collect();
    ok(json!({
        "parametros": {
            "inicio": instant(span.inicio), "fim": instant(span.fim),
            "paginacao": {
                "paginaAtual": page, "itensPorPagina": size, "quantidadeDePaginas": wanted.len().div_ceil(size).max(1),
                "quantidadeTotalDeItens": wanted.len(),
            },
        },
        "pix": items,
    }))
}

async fn get_pix(State(simulator): State<Simulator>, Path(id): Path<String>) -> Response {
    match simulator.world().pix.iter().find(|pix| pix.id == id) {
        Some(found) => ok(pix(&simulator.state.settings, found)),
        None => not_found(),
    }
}

async fn put_return(
    State(simulator): State<Simulator>,
    Path((id, back)): Path<(String, String)>,
    axum::Json(asked): axum::Json<Value>,
) -> Response {
    let mut world = simulator.world();
    // The same id again is the same refund.
    if let Some(known) = world.pix.iter().find(|pix| pix.id == id).and_then(|pix| pix.returns.iter().find(|known| known.id == back)) {
        return created(given_back(known));
    }
    let cents = asked["valor"].as_str().and_then(cents).unwrap_or_default();
    let closed = world.pix.iter().any(|pix| pix.id == id && pix.closed);
    let status = if closed { "NAO_REALIZADO" } else { world.outcomes.pop_front().unwrap_or("DEVOLVIDO") };
    match world.give_back(&id, &back, cents, status) {
        Ok(known) => {
            simulator.tell(&world, &id);
            created(given_back(&known))
        }
        Err(NoPayment::Unknown) => not_found(),
        Err(_) => {
            let why = "O valor é maior que o que resta a devolver.";
            problem(StatusCode::BAD_REQUEST, "PixDevolucaoInvalida", why, &[("valor", why)])
        }
    }
}

async fn get_return(State(simulator): State<Simulator>, Path((id, back)): Path<(String, String)>) -> Response {
    let world = simulator.world();
    match world.pix.iter().find(|pix| pix.id == id).and_then(|pix| pix.returns.iter().find(|known| known.id == back)) {
        Some(known) => ok(given_back(known)),
        None => not_found(),
    }
}

// ---- webhook ----

async fn put_webhook(State(simulator): State<Simulator>, Path(key): Path<String>, axum::Json(asked): axum::Json<Value>) -> Response {
    let Some(url) = asked["webhookUrl"].as_str().filter(|url| url.starts_with("http")) else {
        return problem(
            StatusCode::BAD_REQUEST,
            "WebhookOperacaoInvalida",
            "A URL não respeita o schema.",
            &[("webhookUrl", "Não é uma URL.")],
        );
    };
    if key != simulator.state.settings.key {
        return not_found();
    }
    let mut world = simulator.world();
    let now = world.now();
    world.webhooks.insert(key, (url.trim_end_matches('/').to_owned(), now));
    StatusCode::OK.into_response()
}

async fn get_webhook(State(simulator): State<Simulator>, Path(key): Path<String>) -> Response {
    match simulator.world().webhooks.get(&key) {
        Some((url, at)) => ok(json!({ "webhookUrl": url, "chave": key, "cnpj": simulator.state.settings.cnpj, "criacao": instant(*at) })),
        None => not_found(),
    }
}

async fn delete_webhook(State(simulator): State<Simulator>, Path(key): Path<String>) -> Response {
    match simulator.world().webhooks.remove(&key) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => not_found(),
    }
}
