//! Invented amounts, days and frames for the pages of the gallery.

use app::ui::icons::Icon;
use app::ui::layout::{Acting, Brand, Frame, Language, Link, Room, SignOut, Wing};
use app::ui::{Amount, When, Words};
use chrono::NaiveDate;
use domain::money::Money;
use leptos::prelude::*;

/// So many centavos, as a Brazilian reads them.
pub(crate) fn money(cents: i64) -> Amount {
    let value = Money::cents(cents);
    let sign = if cents < 0 { "−" } else { "" };
    Amount::new(value, format!("{sign}R$\u{a0}{}", value.abs()))
}

/// A day of 2025, with its words.
pub(crate) fn on(month: u32, day: u32, words: impl Into<Words>) -> When {
    When::date(NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default(), words)
}

/// 21 November 2025, at an hour of that day.
pub(crate) fn at(hour: u32, minute: u32, words: impl Into<Words>) -> When {
    let moment = NaiveDate::from_ymd_opt(2025, 11, 21).unwrap_or_default().and_hms_opt(hour, minute, 0).unwrap_or_default();
    When::instant(&moment.and_utc(), words)
}

pub(crate) fn text(words: &'static str) -> AnyView {
    words.into_any()
}

pub(crate) fn frame() -> Frame {
    Frame {
        brand: Brand { creditor: "Cooperativa Serra Clara".into(), service: "Em Dia".into(), href: "home.html".into(), logo: "".into() },
        skip: "Pular para o conteúdo".into(),
        languages_label: "Idioma".into(),
        languages: vec![
            Language { code: "pt-BR", words: "Português".into(), href: "?idioma=pt-BR".into(), current: true },
            Language { code: "en", words: "English".into(), href: "?idioma=en".into(), current: false },
        ],
        links: vec![
            Link { href: "#".into(), words: "É nosso? Conferir um boleto".into() },
            Link { href: "#".into(), words: "Ajuda e ouvidoria".into() },
            Link { href: "#".into(), words: "Privacidade".into() },
        ],
        legal: vec![
            "Cooperativa de Saúde Serra Clara Ltda. · CNPJ 00.000.000/0001-91".into(),
            "Rua das Paineiras, 120, Centro · Telefone 0800 000 0000, dias úteis das 8h às 18h".into(),
        ],
    }
}

pub(crate) fn sign_out() -> SignOut {
    SignOut { action: "sign-in.html".into(), words: "Sair".into() }
}

pub(crate) fn acting() -> Acting {
    Acting {
        words: "Conta de".into(),
        name: "Maria Aparecida Souza".into(),
        switch: Some(Link { href: "#".into(), words: "Trocar".into() }),
    }
}

pub(crate) fn rooms(current: &str) -> Vec<Room> {
    [
        ("home.html", "Início", Icon::Home, "", ""),
        ("statement.html", "Extrato", Icon::Ledger, "", ""),
        ("request.html", "Pedidos", Icon::Tray, "1", "aguardando você"),
        ("#documentos", "Documentos", Icon::Document, "", ""),
        ("#conta", "Conta", Icon::Person, "", ""),
    ]
    .into_iter()
    .map(|(href, words, icon, count, counted)| room(href, words, icon, count, counted, current))
    .collect()
}

fn room(href: &'static str, words: &'static str, icon: Icon, count: &'static str, counted: &'static str, current: &str) -> Room {
    Room { href: href.into(), words: words.into(), icon, current: words == current, count: count.into(), counted: counted.into() }
}

pub(crate) fn wings(current: &str) -> Vec<Wing> {
    vec![
        Wing {
            title: "Atendimento".into(),
            rooms: vec![
                room("staff-queue.html", "Fila", Icon::Tray, "42", "pedidos abertos", current),
                room("#aprovar", "Aprovar", Icon::Check, "3", "aguardando aprovação", current),
                room("#clientes", "Clientes", Icon::People, "", "", current),
            ],
        },
        Wing {
            title: "Recebíveis".into(),
            rooms: vec![
                room("#retornos", "Retornos", Icon::Refund, "", "", current),
                room("#avisos", "Avisos", Icon::Mail, "", "", current),
                room("#painel", "Painel", Icon::Chart, "", "", current),
            ],
        },
        Wing { title: "Casa".into(), rooms: vec![room("#regras", "Regras", Icon::Settings, "", "", current)] },
    ]
}
