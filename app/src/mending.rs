//! What is wrong with a form, in words and at its place, for forms with groups of choices, files, and problems that one page
//! can word better than the general sentence. Never decides what is wrong.

use domain::forms::{FieldError, Problem};
use leptos::prelude::*;
use server::texts::{self, Locale};

use crate::page::Page;
use crate::ui::forms::ErrorSummary;
use crate::ui::{Str, Words};
use crate::uploads::received::Refused;
use crate::wording;

/// How one form words its problems and where they lead.
pub struct Mending {
    /// The control of a field whose control is not `form[FIELD]`.
    pub control: fn(&str) -> Option<&'static str>,
    /// The sentence of a problem, when this form has a better one.
    pub words: fn(Locale, &str, &Problem) -> Option<&'static str>,
}

/// The problems of a page's form, worded.
pub struct Mended {
    l: Locale,
    errors: Vec<(String, Str, String)>,
}

impl Mending {
    /// Words what is wrong with the form that comes back to this page.
    #[must_use]
    pub fn of(&self, page: &Page) -> Mended {
        let l = page.l;
        let word = |error: &FieldError| {
            (self.words)(l, &error.field, &error.problem).map_or_else(|| wording::problem(l, &error.problem), str::to_owned)
        };
        let control = |field: &str| (self.control)(field).map_or_else(|| Str::from(format!("form[{field}]")), Str::from);
        let refused = page.form::<Refused>().refused;
        let mut errors = Vec::new();
        for error in page.flash.errors.iter().filter(|error| error.field != server::files::FIELD || refused.is_empty()) {
            errors.push((error.field.to_string(), control(&error.field), word(error)));
        }
        for file in refused {
            let words = texts::uploads::refused(l, file.name, wording::problem(l, &file.problem));
            errors.push((server::files::FIELD.to_owned(), control(server::files::FIELD), words));
        }
        Mended { l, errors }
    }
}

impl Mended {
    /// Whether anything is wrong.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        !self.errors.is_empty()
    }

    /// What is wrong with one field; several sentences when several files were refused.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<String> {
        let words: Vec<&str> = self.errors.iter().filter(|(of, ..)| of == field).map(|(.., words)| words.as_str()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Everything, for the top of the page.
    pub fn summary(&self) -> impl IntoView + use<> {
        let errors: Vec<(Str, Words)> = self.errors.iter().map(|(_, control, words)| (control.clone(), words.clone().into())).collect();
        view! { <ErrorSummary title=texts::frame::error_summary(self.l) errors=errors/> }
    }
}
