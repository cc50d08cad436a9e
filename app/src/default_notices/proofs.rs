//! How something that left the house is proven: in words, and the form on which a person enters it. For notices of default and for letters.

use chrono::NaiveDate;
use domain::default_notices::{Proof, ProofForm, Sending};
use leptos::prelude::*;
use server::texts::{self, Locale, default_notices as t};

use crate::ui::forms::{Choice, Field, Kind, Select, Width};
use crate::ui::{Str, Words};

fn proof(l: Locale, proof: Proof) -> &'static str {
    match proof {
        Proof::Read => t::proof_read(l),
        Proof::Letter => t::proof_letter(l),
        Proof::Agent => t::proof_agent(l),
        Proof::Call => t::proof_call(l),
        Proof::Message => t::proof_message(l),
        Proof::Exhausted => t::proof_exhausted(l),
    }
}

/// By what it is proven and since when, or that it is not.
pub(crate) fn proven(l: Locale, proven: Option<(Proof, NaiveDate)>, note: Option<&str>) -> String {
    match proven {
        Some((what, on)) => {
            let note = note.map(|note| format!(" {note}")).unwrap_or_default();
            format!("{}{note}", t::proven(l, texts::date(l, on), proof(l, what)))
        }
        None => t::no_proof(l).to_owned(),
    }
}

/// By which way it left.
pub(crate) fn sending(l: Locale, sending: Sending) -> &'static str {
    match sending {
        Sending::Mail => t::sending_mail(l),
        Sending::Post => t::sending_post(l),
    }
}

/// The ways to choose from.
pub(crate) fn sendings(l: Locale, by_mail: bool) -> Vec<Choice> {
    let choice = |one: &Sending| {
        let choice = Choice::new(one.as_str(), sending(l, *one));
        if *one == Sending::Mail && !by_mail { choice.off(t::no_mail(l)) } else { choice }
    };
    Sending::ALL.iter().map(choice).collect()
}

/// The fields of the form.
const FIELDS: [&str; 3] = ["proof", "on", "note"];

/// What proves it, when, and a number to find it by; `error` tells what is wrong with a field. The controls' ids begin with `mark`.
pub(crate) fn fields(l: Locale, mark: &str, form: ProofForm, error: impl Fn(&str) -> Option<String>) -> AnyView {
    let [kind_error, on_error, note_error] = FIELDS.map(error);
    let options = std::iter::once((Str::default(), Words::from(texts::flags::choose(l))))
        .chain(Proof::ALL.iter().filter(|one| **one != Proof::Read).map(|one| (Str::from(one.as_str()), Words::from(proof(l, *one)))))
        .collect();
    let [kind, on, note] = FIELDS.map(|field| format!("{mark}-{field}"));
    view! {
        <Select name="form[proof]" id=kind label=t::proof_kind(l) options selected=form.proof error=kind_error/>
        <Field name="form[on]" id=on label=t::proof_on(l) kind=Kind::Date width=Width::Ten value=form.on error=on_error/>
        <Field name="form[note]" id=note label=t::proof_note(l) value=form.note error=note_error autocomplete="off"/>
    }
    .into_any()
}
