//! Every sentence a person reads, in every language, from `server/locales`; and numbers and dates as each language writes them.
//!
//! They live with the server because mails and PDFs are worded here too; screens take them from here. `texts::SECTION::KEY`
//! is a function made from `SECTION.toml` by the build; a language that lacks a key does not build.

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Tz;
use domain::money::Money;
use serde::{Deserialize, Serialize};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locale {
    /// Português do Brasil.
    #[default]
    #[serde(rename = "pt-BR")]
    PtBr,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every language, with its name in itself.
    pub const ALL: [(Self, &'static str); 2] = [(Self::PtBr, "Português"), (Self::En, "English")];

    /// The language tag of BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::PtBr => "pt-BR",
            Self::En => "en",
        }
    }

    /// The language of a tag, by its first part: `pt`, `pt-BR`, `en-GB`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', ';']).next().unwrap_or("").trim();
        Self::ALL
            .iter()
            .map(|(locale, _)| *locale)
            .find(|locale| locale.tag().split('-').next().is_some_and(|own| own.eq_ignore_ascii_case(primary)))
    }

    /// The first language we have of an `Accept-Language` header (browsers list by preference).
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        header.split(',').find_map(Self::of_tag)
    }
}

impl From<String> for Locale {
    /// A language we no longer have reads as the default.
    fn from(tag: String) -> Self {
        Self::of_tag(&tag).unwrap_or_default()
    }
}

/// An amount with its currency: `R$ 1.234,56`.
#[must_use]
pub fn money(l: Locale, amount: Money) -> String {
    let (sign, amount) = if amount < Money::ZERO { ("\u{2212}", -amount) } else { ("", amount) };
    match l {
        Locale::PtBr => format!("{sign}R$\u{a0}{amount}"),
        Locale::En => format!("{sign}R${}", amount.grouped(',', '.')),
    }
}

/// A date in digits: `10/12/2026`.
#[must_use]
pub fn date(l: Locale, day: NaiveDate) -> String {
    match l {
        Locale::PtBr => day.format("%d/%m/%Y").to_string(),
        Locale::En => day.format("%d %b %Y").to_string(),
    }
}

/// A date in words: `10 de dezembro de 2026`.
#[must_use]
pub fn long_date(l: Locale, day: NaiveDate) -> String {
    match l {
        Locale::PtBr => format!("{} de {} de {}", day.day(), MESES[day.month0() as usize], day.year()),
        Locale::En => day.format("%-d %B %Y").to_string(),
    }
}

/// A date and time on the creditor's wall: `10/12/2026 às 14:05`.
#[must_use]
pub fn date_time(l: Locale, at: DateTime<Tz>) -> String {
    match l {
        Locale::PtBr => at.format("%d/%m/%Y às %H:%M").to_string(),
        Locale::En => at.format("%d %b %Y at %H:%M").to_string(),
    }
}

/// A competence `2026-11` as people say it: `novembro de 2026`. Anything else is shown as it is.
#[must_use]
pub fn competence(l: Locale, month: &str) -> String {
    let Ok(day) = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d") else { return month.to_owned() };
    match l {
        Locale::PtBr => format!("{} de {}", MESES[day.month0() as usize], day.year()),
        Locale::En => day.format("%B %Y").to_string(),
    }
}

/// A text for search: lower case, without the accents of Latin letters, blanks made one. `São  João` is found by `sao joao`.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ý' | 'ÿ' => folded.push('y'),
            // Combining accents, when a text spells its letters in two parts.
            '\u{300}'..='\u{36f}' => {}
            blank if blank.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            other => folded.push(other),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

const MESES: [&str; 12] =
    ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"];

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
