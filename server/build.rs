//! Turns `locales/LANGUAGE/SECTION.toml` into one Rust function a sentence, so that a sentence that is missing in any
//! language, or takes other values there, does not build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Languages in the order of `texts::Locale`; the first is the one every other is checked against.
const LOCALES: [(&str, &str); 4] = [("PtBr", "pt-BR"), ("En", "en"), ("Es", "es"), ("Ro", "ro")];
/// Languages that have a form for few things between that for one and that for many (CLDR, "plural rules").
const WITH_FEW: [&str; 1] = ["Ro"];

#[derive(Clone, Debug)]
enum Text {
    Plain(String),
    /// Forms chosen by the number `n`.
    Counted {
        one: String,
        few: Option<String>,
        other: String,
    },
}

type Section = BTreeMap<String, Text>;

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=locales");
    let mut problems = Vec::new();
    let mut all: Vec<BTreeMap<String, Section>> = Vec::new();
    for (_, folder) in LOCALES {
        all.push(read(&Path::new("locales").join(folder), &mut problems)?);
    }
    let mut code = String::new();
    for (name, section) in &all[0] {
        writeln!(code, "/// Sentences of `{name}`.\npub mod {name} {{\n    use super::Locale;").map_err(|e| e.to_string())?;
        for key in section.keys() {
            let mut texts = Vec::new();
            for (sections, (_, folder)) in all.iter().zip(LOCALES) {
                match sections.get(name).and_then(|section| section.get(key)) {
                    Some(text) => texts.push(text.clone()),
                    None => problems.push(format!("{folder}/{name}.toml: {key} is missing")),
                }
            }
            if texts.len() == LOCALES.len() {
                code.push_str(&function(name, key, &texts, &mut problems));
            }
        }
        if matches!(name.as_str(), "refusals" | "policy_fields" | "template_words") {
            code.push_str(&lookup(section, &all, name));
        }
        code.push_str("}\n");
    }
    for (sections, (_, folder)) in all.iter().zip(LOCALES).skip(1) {
        for (name, section) in sections {
            for key in section.keys() {
                if !all[0].get(name).is_some_and(|first| first.contains_key(key)) {
                    problems.push(format!("{folder}/{name}.toml: {key} is not in {}", LOCALES[0].1));
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    let out = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    fs::write(Path::new(&out).join("texts.rs"), code).map_err(|e| e.to_string())
}

fn read(folder: &Path, problems: &mut Vec<String>) -> Result<BTreeMap<String, Section>, String> {
    let mut sections = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".toml")) else { continue };
        let text = fs::read_to_string(&path).map_err(|e| e.to_string())?;
        let table: BTreeMap<String, toml::Value> = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut section = Section::new();
        for (key, value) in table {
            let word = |part: &str| value.get(part).and_then(toml::Value::as_str).map(str::to_owned);
            match (value.as_str(), word("one"), word("other")) {
                (Some(text), ..) => {
                    section.insert(key, Text::Plain(text.to_owned()));
                }
                (None, Some(one), Some(other)) => {
                    section.insert(key, Text::Counted { one, few: word("few"), other });
                }
                _ => problems.push(format!("{}: {key} is neither a text nor {{ one, (few,) other }}", path.display())),
            }
        }
        sections.insert(name.to_owned(), section);
    }
    Ok(sections)
}

/// Sentences found by a reason's name: verbs name their refusals, and the screen words them.
fn lookup(section: &Section, all: &[BTreeMap<String, Section>], name: &str) -> String {
    let mut arms = String::new();
    for key in section.keys() {
        for (sections, (locale, _)) in all.iter().zip(LOCALES) {
            if let Some(Text::Plain(text)) = sections.get(name).and_then(|section| section.get(key)) {
                arms.push_str(&format!("            (Locale::{locale}, {key:?}) => Some({text:?}),\n"));
            }
        }
    }
    format!(
        "    /// The sentence of a reason, if it has one of its own.\n    #[must_use]\n    pub fn of(l: Locale, key: &str) -> Option<&'static str> {{\n        match (l, key) {{\n{arms}            _ => None,\n        }}\n    }}\n"
    )
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// The expression that makes a text with its values in place.
fn owned(text: &str) -> String {
    if placeholders(text).is_empty() { format!("{text:?}.to_owned()") } else { format!("format!({text:?})") }
}

fn function(section: &str, key: &str, texts: &[Text], problems: &mut Vec<String>) -> String {
    let of = |text: &Text| match text {
        Text::Plain(text) => placeholders(text),
        Text::Counted { one, few, other } => [Some(one), few.as_ref(), Some(other)]
            .into_iter()
            .flatten()
            .flat_map(|form| placeholders(form))
            .chain(["n".to_owned()])
            .collect(),
    };
    let names = of(&texts[0]);
    for (text, (locale, folder)) in texts.iter().zip(LOCALES) {
        if let Text::Counted { few, .. } = text
            && few.is_some() != WITH_FEW.contains(&locale)
        {
            problems.push(format!("{folder}/{section}.toml: {key} must have the forms that this language has"));
        }
        if of(text) != names {
            problems.push(format!("{folder}/{section}.toml: {key} takes other values than in {}", LOCALES[0].1));
        }
    }
    let doc = match &texts[0] {
        Text::Plain(text) => text.clone(),
        Text::Counted { other, .. } => other.clone(),
    };
    let doc = doc.replace('\n', " ");
    let counted = texts.iter().any(|text| matches!(text, Text::Counted { .. }));
    if names.is_empty() {
        let arms: String = texts
            .iter()
            .zip(LOCALES)
            .map(|(text, (locale, _))| match text {
                Text::Plain(text) => format!("            Locale::{locale} => {text:?},\n"),
                Text::Counted { .. } => String::new(),
            })
            .collect();
        return format!(
            "    /// {doc}\n    #[must_use]\n    pub const fn {key}(l: Locale) -> &'static str {{\n        match l {{\n{arms}        }}\n    }}\n"
        );
    }
    let args: String = names
        .iter()
        .map(|name| if name == "n" && counted { ", n: i64".to_owned() } else { format!(", {name}: impl std::fmt::Display") })
        .collect();
    let arms: String = texts
        .iter()
        .zip(LOCALES)
        .map(|(text, (locale, _))| match text {
            Text::Plain(text) => format!("            Locale::{locale} => {},\n", owned(text)),
            Text::Counted { one, few, other } => {
                let few = few.as_deref().map_or(String::new(), |few| {
                    format!("                0 => {few},\n                n if (1..20).contains(&(n % 100)) => {few},\n", few = owned(few))
                });
                let (one, other) = (owned(one), owned(other));
                format!("            Locale::{locale} => match n {{\n                1 => {one},\n{few}                _ => {other},\n            }},\n")
            }
        })
        .collect();
    format!(
        "    /// {doc}\n    #[must_use]\n    pub fn {key}(l: Locale{args}) -> String {{\n        match l {{\n{arms}        }}\n    }}\n"
    )
}
