//! Notices, their variables and their histories in words.

use domain::templates::differences::Part;
use domain::templates::notices::{Kind, Reader, Shape, Variable, Words};
use leptos::prelude::*;
use server::texts::{Locale, template_words, templates as t};

/// A notice's name.
pub(super) fn kind(l: Locale, kind: Kind) -> &'static str {
    template_words::of(l, &format!("kind_{kind}")).unwrap_or_default()
}

/// When it is written.
pub(super) fn when(l: Locale, kind: Kind) -> &'static str {
    template_words::of(l, &format!("when_{kind}")).unwrap_or_default()
}

/// To whom it is written.
pub(super) fn reader(l: Locale, kind: Kind) -> &'static str {
    match kind.reader() {
        Reader::Customer => t::to_customers(l),
        Reader::Staff => t::to_staff(l),
    }
}

/// What a variable stands for.
pub(super) fn variable(l: Locale, variable: Variable) -> &'static str {
    template_words::of(l, &format!("variable_{variable}")).unwrap_or_default()
}

/// A language in its own words.
pub(super) fn language(locale: Locale) -> &'static str {
    Locale::ALL.iter().find(|(one, _)| *one == locale).map_or("", |(_, name)| name)
}

/// What stands in head and body.
pub(super) fn parts(l: Locale, kind: Kind) -> [&'static str; 2] {
    match kind.shape() {
        Shape::Message => [t::subject(l), t::body(l)],
        Shape::Around => [t::opening(l), t::closing(l)],
    }
}

/// A message as its reader has it before them.
pub(super) fn message(l: Locale, in_language: Locale, words: &Words) -> impl IntoView + use<> {
    let Words { head, body } = words.clone();
    view! {
        <div class="letter" lang=in_language.tag()>
            <p class="letter-subject"><span class="visually-hidden">{t::subject(l)}": "</span>{head}</p>
            <p class="prose">{body}</p>
        </div>
    }
}

/// Words as they are kept, with their variables in braces.
pub(super) fn kept(l: Locale, kind: Kind, in_language: Locale, words: &Words) -> impl IntoView + use<> {
    let [head, body] = parts(l, kind);
    let shown = |title: &'static str, words: &str| {
        let words = if words.is_empty() { "–".to_owned() } else { words.to_owned() };
        view! { <h3>{title}</h3><p class="prose" lang=in_language.tag()>{words}</p> }
    };
    (shown(head, &words.head), shown(body, &words.body))
}

/// What differs, part by part; nothing of a part that stayed as it was.
pub(super) fn differs(l: Locale, kind: Kind, in_language: Locale, [head, body]: [&[Part]; 2]) -> impl IntoView + use<> {
    let [head_title, body_title] = parts(l, kind);
    let shown = |title: &'static str, parts: &[Part]| {
        let changed = parts.iter().any(|part| !matches!(part, Part::Kept(_)));
        changed.then(|| {
            let parts = parts.iter().map(|one| part(l, one)).collect_view();
            view! { <h4>{title}</h4><p class="prose" lang=in_language.tag()>{parts}</p> }
        })
    };
    (shown(head_title, head), shown(body_title, body))
}

/// Marked by more than its colour, and told to those who hear it.
fn part(l: Locale, part: &Part) -> AnyView {
    let told = |what: &'static str| view! { <span class="visually-hidden" lang=l.tag()>"["{what}": "</span> };
    let end = || view! { <span class="visually-hidden">"]"</span> };
    match part.clone() {
        Part::Kept(words) => words.into_any(),
        Part::Removed(words) => view! { <del>{told(t::removed(l))}{words}{end()}</del> }.into_any(),
        Part::Added(words) => view! { <ins>{told(t::added(l))}{words}{end()}</ins> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_and_variable_has_its_words_in_every_language() {
        for (l, _) in Locale::ALL {
            for one in Kind::ALL {
                assert!(!kind(l, *one).is_empty() && !when(l, *one).is_empty(), "{l:?} {one}");
            }
            for one in Variable::ALL {
                assert!(!variable(l, *one).is_empty(), "{l:?} {one}");
            }
        }
    }
}
