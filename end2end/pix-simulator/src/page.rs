//! The page of the payer: open charges, each with its buttons. Plain forms, no script; never asks who presses.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::money::Money;
use serde::Deserialize;

use super::{Simulator, World};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/", get(page))
        .route("/copia-e-cola", post(pay_code))
        .route("/chave", post(pay_key))
        .route("/cobrancas/{txid}/pagar", post(pay))
        .route("/pix/{id}/devolver", post(give_back))
        .route("/pix/{id}/encerrar", post(close))
}

async fn page(State(simulator): State<Simulator>) -> Html<String> {
    Html(draw(&simulator.world()))
}

#[derive(Deserialize)]
struct Payment {
    /// As typed: `1.234,56`.
    valor: String,
    /// Whether the charge's state does not matter.
    #[serde(default)]
    mesmo_assim: bool,
}

#[derive(Deserialize)]
struct Pasted {
    codigo: String,
    /// Whether the charge's state does not matter.
    #[serde(default)]
    mesmo_assim: bool,
}

/// Whoever pastes a code pays what it is for, as in their bank's program.
async fn pay_code(State(simulator): State<Simulator>, Form(form): Form<Pasted>) -> Response {
    let found = {
        let world = simulator.world();
        world.charges.values().find(|charge| charge.code == form.codigo.trim()).map(|charge| (charge.txid.clone(), charge.cents))
    };
    match found.map(|(txid, cents)| simulator.pay(&txid, cents, form.mesmo_assim)) {
        Some(Ok(_)) => Redirect::to("/").into_response(),
        Some(Err(_)) => said("Esta cobrança já não pode ser paga."),
        None => said("Este código não é de nenhuma cobrança daqui."),
    }
}

/// Whoever pays the key itself pays for nothing that the receiver knows.
async fn pay_key(State(simulator): State<Simulator>, Form(form): Form<Payment>) -> Response {
    let Some(amount) = Money::parse(&form.valor).ok().filter(|amount| amount.is_positive()) else {
        return said("O valor não foi entendido.");
    };
    simulator.pay_key(None, amount.as_cents());
    Redirect::to("/").into_response()
}

async fn pay(State(simulator): State<Simulator>, Path(txid): Path<String>, Form(form): Form<Payment>) -> Response {
    let Some(amount) = Money::parse(&form.valor).ok().filter(|amount| amount.is_positive()) else {
        return said("O valor não foi entendido.");
    };
    match simulator.pay(&txid, amount.as_cents(), form.mesmo_assim) {
        Ok(_) => Redirect::to("/").into_response(),
        Err(_) => said("Esta cobrança já não pode ser paga."),
    }
}

async fn give_back(State(simulator): State<Simulator>, Path(id): Path<String>, Form(form): Form<Payment>) -> Response {
    let amount = Money::parse(&form.valor).unwrap_or_default();
    match simulator.give_back(&id, amount.as_cents()) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(_) => said("Não há tanto a devolver."),
    }
}

/// From now on the payer's account takes nothing back.
async fn close(State(simulator): State<Simulator>, Path(id): Path<String>) -> Redirect {
    if let Some(pix) = simulator.world().pix.iter_mut().find(|pix| pix.id == id) {
        pix.closed = true;
    }
    Redirect::to("/")
}

fn said(text: &str) -> Response {
    Html(document(&format!("<p role=\"alert\">{text}</p><p><a href=\"/\">Voltar às cobranças</a></p>"))).into_response()
}

fn draw(world: &World) -> String {
    let mut body = String::from(
        "<p>Aqui você faz de conta que é o banco de quem paga. Nenhum dinheiro se move.</p>\
         <form method=\"post\" action=\"/copia-e-cola\"><label>Pix copia e cola<br><input name=\"codigo\" size=\"30\"></label> <button>Pagar o código</button> \
         <button name=\"mesmo_assim\" value=\"true\">Pagar mesmo já paga</button></form>\
         <form method=\"post\" action=\"/chave\"><label>Valor para a chave<br><input name=\"valor\" inputmode=\"decimal\" size=\"10\"></label> <button>Pagar a chave</button></form>\
         <h2>Cobranças</h2>",
    );
    if world.charges.is_empty() {
        body.push_str("<p>Nenhuma cobrança. No portal, escolha uma conta e “Pagar com Pix”.</p>");
    }
    let now = world.now();
    let mut charges: Vec<_> = world.charges.values().collect();
    charges.sort_by_key(|charge| std::cmp::Reverse(charge.number));
    for charge in charges {
        let (amount, txid) = (Money::cents(charge.cents), &charge.txid);
        let state = match charge.status {
            "ATIVA" if now > charge.ends => "expirada",
            "ATIVA" => "aberta",
            "CONCLUIDA" => "paga",
            _ => "removida",
        };
        let what = charge.asked["solicitacaoPagador"].as_str().map(escaped).unwrap_or_default();
        let _ = write!(
            body,
            "<section aria-label=\"Cobrança {txid}\"><h3>{amount} <small>{state}</small></h3><p>{what}<br><code>{txid}</code></p>"
        );
        let form = |label: &str, value: &str, hidden: bool, late: bool| {
            let kind =
                if hidden { "type=\"hidden\"" } else { "type=\"text\" inputmode=\"decimal\" size=\"10\" aria-label=\"Outro valor\"" };
            format!(
                "<form method=\"post\" action=\"/cobrancas/{txid}/pagar\"><input {kind} name=\"valor\" value=\"{value}\">\
                 <input type=\"hidden\" name=\"mesmo_assim\" value=\"{late}\"><button>{label}</button></form>"
            )
        };
        if state == "aberta" {
            body.push_str(&form("Pagar", &amount.plain(), true, false));
            body.push_str(&form("Pagar outro valor", "", false, false));
        } else {
            body.push_str(&form("Pagar mesmo assim", &amount.plain(), true, true));
        }
        body.push_str("</section>");
    }
    body.push_str("<h2>Pagamentos</h2>");
    if world.pix.is_empty() {
        body.push_str("<p>Nenhum pagamento.</p>");
    }
    for pix in world.pix.iter().rev() {
        let left = Money::cents(pix.cents - pix.returned());
        let done: i64 = pix.returns.iter().filter(|back| back.status == "DEVOLVIDO").map(|back| back.cents).sum();
        let _ = write!(body, "<section aria-label=\"Pagamento {0}\"><h3>{1}</h3><p><code>{0}</code></p>", pix.id, Money::cents(pix.cents));
        if left.is_positive() && done > 0 {
            let _ = write!(body, "<p>Devolvido em parte: {}.</p>", Money::cents(done));
        }
        if left.is_positive() {
            let _ = write!(
                body,
                "<form method=\"post\" action=\"/pix/{}/devolver\"><input type=\"hidden\" name=\"valor\" value=\"{}\"><button>Devolver {left}</button></form>",
                pix.id,
                left.plain()
            );
            if pix.closed {
                body.push_str("<p>Conta de quem pagou: encerrada.</p>");
            } else {
                let _ = write!(
                    body,
                    "<form method=\"post\" action=\"/pix/{}/encerrar\"><button>Encerrar a conta de quem pagou</button></form>",
                    pix.id
                );
            }
        } else if done == pix.cents {
            body.push_str("<p>Devolvido.</p>");
        } else {
            body.push_str("<p>Em devolução.</p>");
        }
        body.push_str("</section>");
    }
    document(&body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Simulador de Pix</title><style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1rem;color:#1b1b1b}}\
         section{{border:1px solid #767676;border-radius:.5rem;padding:0 1rem 1rem;margin:1rem 0}}h3 small{{font-weight:400;color:#555}}\
         form{{display:inline-block;margin:0 .5rem .5rem 0}}button,input{{font:inherit;padding:.5rem .75rem;min-height:2.75rem}}\
         code{{overflow-wrap:anywhere}}</style></head><body><main><h1>Simulador de Pix</h1>{body}</main></body></html>"
    )
}
