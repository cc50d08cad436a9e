//! Every sentence a person reads, in every language, from `server/locales`; and numbers and dates as each language writes them.
//!
//! They live with the server because mails and PDFs are worded here too; screens take them from here. `texts::SECTION::KEY`
//! is a function made from `SECTION.toml` by the build; a language that lacks a key does not build.

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Tz;
use domain::money::Money;
use rust_decimal::Decimal;
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
    /// Español.
    #[serde(rename = "es")]
    Es,
    /// Română.
    #[serde(rename = "ro")]
    Ro,
}

impl Locale {
    /// Every language, with its name in itself.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::PtBr, "Português"), (Self::En, "English"), (Self::Es, "Español"), (Self::Ro, "Română")];

    /// The language tag of BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::PtBr => "pt-BR",
            Self::En => "en",
            Self::Es => "es",
            Self::Ro => "ro",
        }
    }

    /// What stands between units and tenths.
    #[must_use]
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::En => '.',
            Self::PtBr | Self::Es | Self::Ro => ',',
        }
    }

    /// What stands between thousands.
    #[must_use]
    pub const fn thousands_mark(self) -> char {
        match self {
            Self::En => ',',
            Self::PtBr | Self::Es | Self::Ro => '.',
        }
    }

    /// The real's sign before an amount, as on every slip, with the blank of this language.
    #[must_use]
    pub const fn currency(self) -> &'static str {
        match self {
            Self::En => "R$",
            Self::PtBr | Self::Es | Self::Ro => "R$\u{a0}",
        }
    }

    /// A date in digits, in the words of `strftime`. English has two orders of day and month, so it names the month.
    #[must_use]
    pub const fn date_pattern(self) -> &'static str {
        match self {
            Self::PtBr | Self::Es => "%d/%m/%Y",
            Self::En => "%d %b %Y",
            Self::Ro => "%d.%m.%Y",
        }
    }

    const fn months(self) -> &'static [&'static str; 12] {
        match self {
            Self::PtBr => &MESES,
            Self::En => &MONTHS,
            Self::Es => &MESES_ES,
            Self::Ro => &LUNI,
        }
    }

    /// The language of a tag that is written as ours is.
    #[must_use]
    pub fn exactly(tag: &str) -> Option<Self> {
        Self::ALL.iter().map(|(locale, _)| *locale).find(|locale| locale.tag() == tag)
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
    format!("{sign}{}{}", l.currency(), amount.grouped(l.thousands_mark(), l.decimal_mark()))
}

/// A number as a machine writes it, in this language: `0,033` for `0.033`.
#[must_use]
pub fn decimal(l: Locale, plain: String) -> String {
    if l.decimal_mark() == '.' { plain } else { plain.replace('.', ",") }
}

/// A fraction as a percentage of two places: `12,68%`.
#[must_use]
pub fn percent(l: Locale, fraction: Decimal) -> String {
    decimal(l, format!("{:.2}%", fraction.saturating_mul(Decimal::ONE_HUNDRED).round_dp(2)))
}

/// A size in bytes as people read it: `84 KB`, `1,2 MB`.
#[must_use]
pub fn size(l: Locale, bytes: i64) -> String {
    if bytes < 1_000_000 {
        return format!("{} KB", (bytes.max(0) + 999) / 1000);
    }
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}{}{} MB", tenths / 10, l.decimal_mark(), tenths % 10)
}

/// A date in digits: `10/12/2026`.
#[must_use]
pub fn date(l: Locale, day: NaiveDate) -> String {
    day.format(l.date_pattern()).to_string()
}

/// A date in words: `10 de dezembro de 2026`.
#[must_use]
pub fn long_date(l: Locale, day: NaiveDate) -> String {
    let month = l.months()[day.month0() as usize];
    match l {
        Locale::PtBr | Locale::Es => format!("{} de {month} de {}", day.day(), day.year()),
        Locale::En | Locale::Ro => format!("{} {month} {}", day.day(), day.year()),
    }
}

/// A date and time on the creditor's wall: `10/12/2026 às 14:05`.
#[must_use]
pub fn date_time(l: Locale, at: DateTime<Tz>) -> String {
    timed(l, at, "%H:%M")
}

/// A time of day: 14:05, in every language.
#[must_use]
pub fn time(at: DateTime<Tz>) -> String {
    at.format("%H:%M").to_string()
}

/// A day with its time to the second, for what is a record: with the zone, as an offset from UTC.
#[must_use]
pub fn date_time_seconds(l: Locale, at: DateTime<Tz>) -> String {
    timed(l, at, "%H:%M:%S (%:z)")
}

fn timed(l: Locale, at: DateTime<Tz>, pattern: &str) -> String {
    let (day, time) = (at.format(l.date_pattern()), at.format(pattern));
    match l {
        Locale::PtBr => format!("{day} às {time}"),
        Locale::En => format!("{day} at {time}"),
        Locale::Es => format!("{day} a las {time}"),
        Locale::Ro => format!("{day}, ora {time}"),
    }
}

/// A competence `2026-11` as people say it: `novembro de 2026`. Anything else is shown as it is.
#[must_use]
pub fn competence(l: Locale, month: &str) -> String {
    let Ok(day) = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d") else { return month.to_owned() };
    let month = l.months()[day.month0() as usize];
    match l {
        Locale::PtBr | Locale::Es => format!("{month} de {}", day.year()),
        Locale::En | Locale::Ro => format!("{month} {}", day.year()),
    }
}

/// A month in three letters, as below a chart: `nov`.
#[must_use]
pub fn short_month(l: Locale, day: NaiveDate) -> String {
    l.months()[day.month0() as usize].chars().take(3).collect()
}

/// A text for search: lower case, without the accents of Latin letters, blanks made one. `São  João` is found by `sao joao`.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ă' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ș' | 'ş' => folded.push('s'),
            'ț' | 'ţ' => folded.push('t'),
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
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MESES_ES: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const LUNI: [&str; 12] =
    ["ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie", "noiembrie", "decembrie"];

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A text as a cell of a table: no spreadsheet takes it for a formula, with an apostrophe in front where it would (OWASP, "CSV
/// Injection").
pub(crate) fn cell(text: &str) -> String {
    let text = clean(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{text}") } else { text }
}

/// Without what has no place in a table, or in XML.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+5541", "'+5541"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\u{0}=1", "'=1"),
            ("＝1", "'＝1"),
            ("Ana = Bia", "Ana = Bia"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn sizes_are_said_in_thousands() {
        assert_eq!(size(Locale::PtBr, 0), "0 KB");
        assert_eq!(size(Locale::PtBr, 83_100), "84 KB");
        assert_eq!(size(Locale::PtBr, 1_249_999), "1,2 MB");
        assert_eq!(size(Locale::En, 9_960_000), "10.0 MB");
    }

    #[test]
    fn every_language_writes_amounts_and_days_its_own_way() {
        let amount = Money::cents(-123_456);
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let written = |l| (money(l, amount), date(l, day), long_date(l, day), competence(l, "2026-12"));
        let expected = |money: &str, date: &str, long: &str, month: &str| (money.into(), date.into(), long.into(), month.into());
        assert_eq!(written(Locale::PtBr), expected("−R$\u{a0}1.234,56", "01/03/2026", "1 de março de 2026", "dezembro de 2026"));
        assert_eq!(written(Locale::En), expected("−R$1,234.56", "01 Mar 2026", "1 March 2026", "December 2026"));
        assert_eq!(written(Locale::Es), expected("−R$\u{a0}1.234,56", "01/03/2026", "1 de marzo de 2026", "diciembre de 2026"));
        assert_eq!(written(Locale::Ro), expected("−R$\u{a0}1.234,56", "01.03.2026", "1 martie 2026", "decembrie 2026"));
    }

    #[test]
    fn romanian_counts_in_three_forms() {
        let told = |n| pay::several_bills(Locale::Ro, n);
        let form = |n: i64| told(n).replace(&n.to_string(), "");
        assert_eq!(form(2), form(19));
        assert_eq!(form(2), form(0));
        assert_eq!(form(2), form(101));
        assert_eq!(form(20), form(100));
        assert_ne!(form(1), form(2));
        assert_ne!(form(19), form(20));
    }
}
