//! What the design promises: contrast in both schemes, a small style sheet, and controls tied to their words.

use std::{collections::BTreeMap, fs, io::Write, path::PathBuf};

use app::ui::forms::{Choice, ErrorSummary, Field, Kind, PostForm, Radios};
use app::ui::lists::{Row, Rows};
use app::ui::panels::Notice;
use app::ui::tables::{Column, DataTable};
use leptos::prelude::*;

fn style(file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../style");
    fs::read_to_string(folder.join(file)).unwrap()
}

fn html(view: impl FnOnce() -> AnyView) -> String {
    Owner::new().with(|| view().to_html())
}

/// The colours of the light scheme, and of the dark one on top of them.
fn schemes() -> [(&'static str, BTreeMap<String, [f64; 3]>); 2] {
    let text = style("tokens.css");
    let (light, rest) = text.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let (dark, _) = rest.split_once("@media").unwrap();
    let light = colours(light);
    let mut both = light.clone();
    both.extend(colours(dark));
    [("light", light), ("dark", both)]
}

fn colours(text: &str) -> BTreeMap<String, [f64; 3]> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            let value = u32::from_str_radix(value.strip_suffix(';')?, 16).ok()?;
            Some((name.to_owned(), [16, 8, 0].map(|shift| f64::from(value >> shift & 0xff) / 255.0)))
        })
        .collect()
}

/// WCAG 2.2, "relative luminance" and "contrast ratio".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn words_and_controls_stand_out_in_both_schemes() {
    // Text wants 4.5 : 1 (criterion 1.4.3); edges of controls, focus rings and bars 3 : 1 (1.4.11).
    let grounds = ["paper", "surface", "sunken"];
    let mut pairs: Vec<(&str, &str, f64)> = Vec::new();
    for ground in grounds {
        for ink in ["ink", "ink-soft", "link", "brand", "error"] {
            pairs.push((ink, ground, 4.5));
        }
        for line in ["edge", "focus"] {
            pairs.push((line, ground, 3.0));
        }
    }
    for tint in ["info-tint", "good-tint", "attention-tint", "brand-tint", "error-tint", "neutral-tint"] {
        pairs.extend([("ink", tint, 4.5), ("ink-soft", tint, 4.5), ("link", tint, 4.5), ("focus", tint, 3.0)]);
    }
    pairs.extend([
        ("info", "info-tint", 4.5),
        ("good", "good-tint", 4.5),
        ("attention", "attention-tint", 4.5),
        ("error", "error-tint", 4.5),
        ("good", "surface", 4.5),
        ("brand-deep", "brand-tint", 4.5),
        ("on-brand", "brand", 4.5),
        ("on-brand", "brand-deep", 4.5),
        ("on-hero", "hero", 4.5),
        ("on-hero-soft", "hero", 4.5),
        ("sun", "hero", 3.0),
        ("on-sun", "sun", 4.5),
        ("on-sun", "sun-deep", 4.5),
    ]);
    let mut weak = Vec::new();
    for (scheme, colours) in schemes() {
        for (ink, ground, least) in &pairs {
            let ratio = contrast(colours[*ink], colours[*ground]);
            if ratio < *least {
                weak.push(format!("{scheme}: {ink} on {ground} is {ratio:.2}, wants {least}"));
            }
        }
    }
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

/// Staff's part is a sheet of its own, which customers never load.
#[test]
fn the_customers_style_travels_in_eight_kilobytes() {
    let mut packed = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
        for line in style("main.css").lines() {
            let file = line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")).unwrap();
            writer.write_all(style(file).as_bytes()).unwrap();
        }
    }
    assert!(packed.len() <= 8 * 1024, "{} bytes", packed.len());
}

#[test]
fn a_field_is_tied_to_its_hint_and_its_error() {
    let page = html(|| {
        view! { <Field name="cpf" label="CPF" hint="11 números" error=Some("Falta um número".to_owned()) value="1\"2" kind=Kind::Digits/> }
            .into_any()
    });
    assert!(page.contains(r#"<label for="cpf">"#), "{page}");
    assert!(page.contains(r#"aria-describedby="cpf-hint cpf-error""#), "{page}");
    assert!(page.contains(r#"id="cpf-hint""#) && page.contains(r#"id="cpf-error""#), "{page}");
    assert!(page.contains(r#"aria-invalid="true""#) && page.contains(r#"inputmode="numeric""#), "{page}");
    assert!(page.contains(r#"value="1&quot;2""#), "{page}");

    let nothing: Option<String> = None;
    let calm = html(|| view! { <Field name="cpf" label="CPF" error=nothing/> }.into_any());
    assert!(!calm.contains("aria-") && !calm.contains("error"), "{calm}");
}

#[test]
fn a_password_is_never_sent_back() {
    let page = html(|| view! { <Field name="senha" label="Senha" kind=Kind::Password value="segredo"/> }.into_any());
    assert!(!page.contains("segredo"), "{page}");
}

#[test]
fn the_summary_leads_to_the_first_answer_and_is_silent_without_errors() {
    let page = html(|| {
        view! {
            <ErrorSummary title="Falta corrigir" errors=vec![("dia".into(), "Escolha <o> dia".into())]/>
            <Radios name="dia" legend="Dia" selected="20" error="Escolha o dia" choices=vec![Choice::new("5", "Dia 5"), Choice::new("20", "Dia 20")]/>
        }
        .into_any()
    });
    assert!(page.contains(r##"href="#dia""##) && page.contains("Escolha &lt;o&gt; dia"), "{page}");
    assert!(page.contains(r#"id="dia""#) && page.contains(r#"id="dia-2""#), "{page}");
    assert_eq!(page.matches(" checked").count(), 1, "{page}");
    let silent = html(|| view! { <ErrorSummary title="Falta corrigir" errors=Vec::new()/> }.into_any());
    assert!(!silent.contains("alert"), "{silent}");
}

#[test]
fn cells_are_named_for_phones_and_forms_leave_checks_to_the_server() {
    let page = html(|| {
        let rows = vec![vec!["1 de 3".into_any(), "10/01/2026".into_any()]];
        view! {
            <PostForm action="/x" upload=true>""</PostForm>
            <DataTable caption="Parcelas" columns=vec![Column::new("Parcela"), Column::new("Vencimento")] rows=rows/>
            <Rows><Row title="Uma conta"/></Rows>
            <Notice title="Aviso" live=true/>
        }
        .into_any()
    });
    assert!(page.contains(r#"data-label="Vencimento""#) && page.contains(r#"scope="row""#), "{page}");
    assert!(page.contains("novalidate") && page.contains("multipart/form-data"), "{page}");
    assert!(page.contains(r#"role="status""#) && !page.contains("row-side"), "{page}");
    // The content security policy forbids style attributes.
    assert!(!page.contains("style="), "{page}");
}
