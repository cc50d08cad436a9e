//! Notices, cards, disclosures and the other panels a page is composed of.

use leptos::prelude::*;

use super::icons::{Icon, Symbol};
use super::{Str, Tone, Words};

/// Says a state in a word or two. Never a link.
#[component]
pub fn StatusTag(#[prop(optional)] tone: Tone, #[prop(into)] words: Words) -> impl IntoView {
    let class = tone.class("tag", "tag tag-info", "tag tag-good", "tag tag-attention");
    view! { <strong class=class>{words.0}</strong> }
}

/// Something to know before going on. `live` for what appears in answer to an act: screen readers then say it at once.
#[component]
pub fn Notice(
    #[prop(optional)] tone: Tone,
    #[prop(into)] title: Words,
    #[prop(optional)] live: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let class = tone.class("notice", "notice", "notice notice-good", "notice notice-attention");
    let icon = match tone {
        Tone::Neutral | Tone::Info => Icon::Info,
        Tone::Good => Icon::Check,
        Tone::Attention => Icon::Attention,
    };
    view! {
        <div class=class role=live.then_some("status")>
            <Symbol icon/>
            <p class="notice-title">{title.0}</p>
            {children.map(|children| view! { <div class="notice-body">{children()}</div> })}
        </div>
    }
}

/// A group of things under one heading, with a link to more beside it.
#[component]
pub fn Card(
    #[prop(into, optional)] title: Words,
    /// Address and words of the link beside the title.
    #[prop(optional)]
    link: Option<(Str, Words)>,
    /// Without ground and shadow: for what is of less weight.
    #[prop(optional)]
    quiet: bool,
    children: Children,
) -> impl IntoView {
    let head = (!title.is_empty() || link.is_some()).then(|| {
        view! {
            <div class="card-head">
                {title.draw(|title| view! { <h2>{title}</h2> })}
                {link.map(|(href, words)| view! { <a href=href>{words.0}</a> })}
            </div>
        }
    });
    view! { <section class=if quiet { "card card-quiet" } else { "card" }>{head}{children()}</section> }
}

/// What opens when asked for; the browser's own, so it needs no script.
#[component]
pub fn Details(#[prop(into)] summary: Words, #[prop(optional)] open: bool, children: Children) -> impl IntoView {
    view! {
        <details class="details" open=open>
            <summary>{summary.0}</summary>
            <div class="details-body">{children()}</div>
        </details>
    }
}

/// A line to copy, in groups that break only between them; one touch selects all of it, and the children (a copying
/// island) do it with a button. One long group (a Pix code) breaks anywhere.
#[component]
pub fn CopyBlock(
    /// The id of the text, for the copying button.
    #[prop(into)]
    id: Str,
    #[prop(into)] label: Words,
    groups: Vec<String>,
    #[prop(into, optional)] hint: Words,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let class = if groups.len() == 1 { "copy-line copy-long" } else { "copy-line" };
    let label_id = format!("{id}-label");
    let labelled_by = label_id.clone();
    // The space between groups is part of the text: it is what a bank's field and a person reading aloud expect.
    let groups = groups.into_iter().map(|group| view! { <span>{group}</span> " " }).collect_view();
    view! {
        <div class="copy" role="group" aria-labelledby=labelled_by>
            <p class="copy-head" id=label_id>{label.0}</p>
            <p class=class id=id translate="no">{groups}</p>
            {hint.draw(|hint| view! { <p class="copy-hint">{hint}</p> })}
            {children.map(|children| view! { <div class="copy-action no-print">{children()}</div> })}
        </div>
    }
}

/// Nothing to list, said kindly, with what can be done instead as children.
#[component]
pub fn Empty(
    icon: Icon,
    #[prop(into)] title: Words,
    #[prop(into, optional)] text: Words,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Symbol icon/>
            <p class="empty-title">{title.0}</p>
            {text.draw(|text| view! { <p>{text}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// It is done: the page's title, the number to keep, and below (children) what happens next and when.
#[component]
pub fn Confirmation(
    #[prop(into)] title: Words,
    /// "Protocolo".
    #[prop(into, optional)]
    number_label: Words,
    #[prop(into, optional)] number: Str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="confirmation">
            <Symbol icon=Icon::Check/>
            <h1>{title.0}</h1>
            {(!number.is_empty())
                .then(|| view! { <p>{number_label.0}<br/><span class="confirmation-number" translate="no">{number}</span></p> })}
            {children.map(|children| children())}
        </div>
    }
}
