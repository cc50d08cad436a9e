//! Buttons and links that act. Never more than one primary action on a screen; a dangerous one says what it does in its words.

use leptos::prelude::*;

use super::icons::{Icon, Symbol};
use super::{Str, Words};

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do on this screen.
    #[default]
    Primary,
    /// Also possible.
    Secondary,
    /// A way out; looks like a link.
    Quiet,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button button-secondary",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button that sends its form. With a `disabled_reason` it stays, cannot be pressed, and says why.
#[component]
pub fn Button(
    #[prop(into)] label: Words,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] icon: Option<Icon>,
    /// With `value`, tells which of several buttons was pressed.
    #[prop(into, optional)]
    name: Str,
    #[prop(into, optional)] value: Str,
    /// The id of a form elsewhere on the page.
    #[prop(into, optional)]
    form: Str,
    /// Another address than the form's.
    #[prop(into, optional)]
    action: Str,
    #[prop(into, optional)] disabled_reason: Words,
    /// Of which thing, for those who hear buttons one by one.
    #[prop(into, optional)]
    about: Words,
) -> impl IntoView {
    let named = !name.is_empty();
    view! {
        <button
            class=kind.class()
            type="submit"
            value=named.then_some(value)
            name=named.then_some(name)
            form=(!form.is_empty()).then_some(form)
            formaction=(!action.is_empty()).then_some(action)
            disabled=!disabled_reason.is_empty()
        >
            {icon.map(|icon| view! { <Symbol icon/> })}
            {label.0}
            {about.draw(|what| view! { <span class="visually-hidden">" "{what}</span> })}
        </button>
        {disabled_reason.draw(|why| view! { <p class="button-reason">{why}</p> })}
    }
}

/// A link that looks like a button: it leads somewhere and changes nothing.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: Str,
    #[prop(into)] label: Words,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] icon: Option<Icon>,
    /// The browser is asked to keep the answer as a file.
    #[prop(optional)]
    download: bool,
    /// Of which thing, for those who hear links one by one.
    #[prop(into, optional)]
    about: Words,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=href download=download>
            {icon.map(|icon| view! { <Symbol icon/> })}
            {label.0}
            {about.draw(|what| view! { <span class="visually-hidden">" "{what}</span> })}
        </a>
    }
}

/// Buttons side by side; one below the other, and full width, on a phone.
#[component]
pub fn Actions(children: Children) -> impl IntoView {
    view! { <div class="actions">{children()}</div> }
}

/// The way back, above a page's title.
#[component]
pub fn BackLink(#[prop(into)] href: Str, #[prop(into)] label: Words) -> impl IntoView {
    view! {
        <a class="back" href=href>
            <Symbol icon=Icon::Back/>
            {label.0}
        </a>
    }
}
