//! The living style guide: every part of `app::ui` in every state, and whole screens made of them, as static pages.
//!
//! `cargo run -p app --features ssr --example gallery -- FOLDER` writes them, with the style beside; open `FOLDER/index.html`.
//! People, bills and numbers are invented; the sentences here are samples, the product's own are in the translations.

mod parts;
mod samples;
mod screens;

use std::{fs, io, path::Path};

use leptos::prelude::*;

/// Draws the body of a page.
type Page = fn() -> AnyView;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::create_dir_all(folder)?;
    fs::write(folder.join("style.css"), style(&root.join("style"))?)?;
    fs::copy(root.join("public/icon.svg"), folder.join("icon.svg"))?;

    let pages: Vec<(&str, &str, Page)> = vec![
        ("actions", "Botões", parts::actions),
        ("forms", "Formulários", parts::forms),
        ("errors", "Formulários com erros", parts::errors),
        ("choices", "Escolhas", parts::choices),
        ("display", "Valores, avisos e painéis", parts::display),
        ("lists", "Listas e tabelas", parts::lists),
        ("sign-in", "Entrar", screens::sign_in),
        ("code", "Digitar o código", screens::code),
        ("home", "Início", screens::home),
        ("nothing-due", "Início, nada a pagar", screens::nothing_due),
        ("statement", "Extrato", screens::statement),
        ("pay", "Segunda via", screens::pay),
        ("plan", "Simular acordo", screens::plan),
        ("check", "Conferir acordo", screens::check),
        ("done", "Pedido recebido", screens::done),
        ("request", "Um pedido", screens::request),
        ("staff-queue", "Fila da equipe", screens::staff_queue),
        ("staff-request", "Pedido na mesa", screens::staff_request),
    ];
    let mut index = String::new();
    for (file, title, page) in pages {
        let body = Owner::new().with(|| page().to_html());
        fs::write(folder.join(format!("{file}.html")), document(title, &body))?;
        index.push_str(&format!("<li><a href=\"{file}.html\">{title}</a></li>"));
    }
    fs::write(folder.join("index.html"), document("Em Dia", &format!("<main class=\"wrap\"><h1>Em Dia</h1><ul>{index}</ul></main>")))
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"icon\" href=\"icon.svg\"><link rel=\"stylesheet\" href=\"style.css\"></head><body>{body}</body></html>"
    )
}

/// The files that `main.css` lists, one after the other, and staff's: what the release build lays as two sheets.
fn style(folder: &Path) -> io::Result<String> {
    let mut whole = String::new();
    for line in fs::read_to_string(folder.join("main.css"))?.lines() {
        if let Some(file) = line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            whole.push_str(&fs::read_to_string(folder.join(file))?);
        }
    }
    whole.push_str(&fs::read_to_string(folder.join("staff.css"))?);
    Ok(whole)
}
