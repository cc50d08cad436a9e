//! The question and its answers. Never shows a name or an amount, of a boleto not even a date.

use domain::boleto::TextError;
use domain::boleto::digitable_line::LineError;
use domain::boleto::typed::{TypedError, read_typed};
use domain::papers::Paper;
use leptos::prelude::*;
use server::texts::{self, Locale};

use super::api::{self, CheckForm, Kept, Said};
use crate::page::{Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, Button};
use crate::ui::forms::{ErrorSummary, PostForm, TextArea};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Details, Notice};
use crate::ui::{Str, Tone, Words};

/// Is it ours?
pub async fn check(page: Page) -> PageResult {
    use texts::authenticity as t;
    let l = page.l;
    let form: CheckForm = page.form();
    let kept: Kept = page.form();
    let error = page.error("code").map(|general| specific(l, &form.code).unwrap_or(general));
    let errors = error.iter().map(|words| (Str::from("form[code]"), Words::from(words.clone()))).collect();
    let (phone, email) = (page.creditor().phone.clone(), page.creditor().email.clone());
    let answer = answer(l, kept.said, &t::contact(l, &email, &phone));
    Ok(page.public(t::title(l), || {
        view! {
            <div class="narrow flow">
                <ErrorSummary title=texts::frame::error_summary(l) errors/>
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                {answer}
                <PostForm action=api::check_url()>
                    <TextArea name="form[code]" label=t::code(l) hint=t::code_hint(l) error value=form.code rows=4/>
                    <Actions><Button label=t::check(l)/></Actions>
                </PostForm>
                <p class="small soft">{t::privacy(l)}</p>
                <Details summary=t::how_title(l)>
                    <ul class="list"><li>{t::how_receiver(l)}</li><li>{t::how_bank(l)}</li><li>{t::how_pressure(l)}</li></ul>
                </Details>
            </div>
        }
    }))
}

/// What to do now.
fn answer(l: Locale, said: Said, contact: &str) -> AnyView {
    use texts::authenticity as t;
    let contact = contact.to_owned();
    match said {
        Said::Nothing => ().into_any(),
        Said::Payable => view! {
            <Notice tone=Tone::Good title=t::payable(l) live=true><p>{t::payable_words(l)}</p></Notice>
        }
        .into_any(),
        Said::NotPayable => view! {
            <Notice tone=Tone::Attention title=t::not_payable(l) live=true>
                <p>{t::not_payable_words(l)}</p>
                <p><a href=paths::PAY>{t::not_payable_link(l)}</a></p>
            </Notice>
        }
        .into_any(),
        Said::NotOurs => view! {
            <Notice tone=Tone::Attention title=t::not_ours(l) live=true>
                <p>{t::not_ours_words(l)}</p>
                <p>{t::not_ours_paid(l)}</p>
                <p>{contact}</p>
            </Notice>
        }
        .into_any(),
        Said::Document { paper, issued_on, tax_id, holds: true } => view! {
            <Notice tone=Tone::Good title=t::document(l) live=true>
                <p>{t::document_words(l, texts::long_date(l, issued_on), named(l, &paper), &tax_id)}</p>
            </Notice>
        }
        .into_any(),
        Said::Document { paper, issued_on, tax_id, holds: false } => view! {
            <Notice tone=Tone::Attention title=t::document_changed(l) live=true>
                <p>{t::document_changed_words(l, texts::long_date(l, issued_on), named(l, &paper), &tax_id)}</p>
            </Notice>
        }
        .into_any(),
        Said::NoDocument => view! {
            <Notice tone=Tone::Attention title=t::no_document(l) live=true>
                <p>{t::no_document_words(l)}</p>
                <p>{contact}</p>
            </Notice>
        }
        .into_any(),
    }
}

/// What a paper is, in words.
fn named(l: Locale, paper: &Paper) -> String {
    use texts::authenticity as t;
    match paper {
        Paper::Clearance { year } => t::paper_clearance(l, *year),
        Paper::IncomeTax { year } => t::paper_income_tax(l, *year),
        Paper::Payments { from, to } => t::paper_payments(l, texts::date(l, *from), texts::date(l, *to)),
        Paper::Agreement { protocol } => t::paper_agreement(l, protocol),
        Paper::Claim { on } => t::paper_claim(l, texts::date(l, *on)),
        Paper::Notice { .. } => t::paper_notice(l).to_owned(),
    }
}

/// What exactly cannot be read, when more can be said than that it cannot.
fn specific(l: Locale, typed: &str) -> Option<String> {
    use texts::authenticity as t;
    let place = |at: usize| at.saturating_add(1);
    match read_typed(typed).err()? {
        TypedError::Text(TextError::LookAlike { at, found, digit }) => Some(t::look_alike(l, place(at), digit, found)),
        TypedError::Text(TextError::Character(at)) => Some(t::character(l, place(at))),
        TypedError::Length(length) => Some(t::length(l, i64::try_from(length).unwrap_or(i64::MAX))),
        TypedError::Line(LineError::Fields(wrong)) => {
            let field = wrong.iter().position(|wrong| *wrong).unwrap_or(0);
            Some(t::field(l, place(field)))
        }
        TypedError::Line(_) | TypedError::Barcode(_) | TypedError::Arrecadacao(_) => Some(t::digits(l).to_owned()),
        TypedError::Pix(_) => Some(t::pix(l).to_owned()),
        TypedError::Text(TextError::Empty) => None,
    }
}
