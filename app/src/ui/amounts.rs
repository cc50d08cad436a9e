//! Money and dates as people read them, with the value machines read beside. Never formats: the text comes in.

use leptos::prelude::*;

use super::{Amount, When, Words};

/// An amount; green when it is in favour of the customer. The figures stand in columns.
#[component]
pub fn MoneyText(amount: Amount) -> impl IntoView {
    let class = if amount.value.as_cents() < 0 { "money money-credit" } else { "money" };
    view! { <data class=class value=amount.value.plain()>{amount.words.0}</data> }
}

/// A date or an instant.
#[component]
pub fn DateText(when: When) -> impl IntoView {
    view! { <time datetime=when.machine>{when.words.0}</time> }
}

/// The total to pay, largest on its screen, with the moment it was true and the one main action as children.
#[component]
pub fn AmountHero(
    #[prop(into)] label: Words,
    amount: Amount,
    /// "posição de 21 de novembro, 14:32".
    as_of: When,
    /// What to know about the figure.
    #[prop(into, optional)]
    note: Words,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <section class="hero">
            <h2 class="hero-label">{label.0}</h2>
            <p class="hero-amount"><MoneyText amount/></p>
            <p class="hero-as-of"><DateText when=as_of/></p>
            {note.draw(|note| view! { <p class="hero-note">{note}</p> })}
            {children.map(|children| view! { <div class="hero-actions actions">{children()}</div> })}
        </section>
    }
}

/// One bar of a list of parts of a whole. The words carry the figure; the drawing, hidden from screen readers, only the proportion.
#[component]
pub fn Bar(
    #[prop(into)] label: Words,
    amount: Amount,
    /// Thousandths of the whole, 0 to 1000.
    permille: u16,
    #[prop(optional)] tone: super::Tone,
) -> impl IntoView {
    let class = tone.class("bar", "bar", "bar bar-credit", "bar bar-attention");
    view! {
        <li class=class>
            <span>{label.0}</span>
            <MoneyText amount/>
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect width=permille.min(1000).to_string() height="10"></rect>
            </svg>
        </li>
    }
}

/// A list of [`Bar`]s.
#[component]
pub fn Bars(children: Children) -> impl IntoView {
    view! { <ul class="bars">{children()}</ul> }
}
