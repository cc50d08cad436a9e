//! Lists: keys and values, rows, timelines, steps, tabs and pages.

use leptos::prelude::*;

use super::amounts::{DateText, MoneyText};
use super::icons::{Icon, Symbol};
use super::panels::StatusTag;
use super::{Amount, Str, Tone, When, Words};

/// One line of a [`SummaryList`].
pub struct Pair {
    key: Words,
    value: AnyView,
    change: Option<(Str, Words, Words)>,
}

impl Pair {
    /// A key and its value.
    #[must_use]
    pub fn new(key: impl Into<Words>, value: impl IntoView + 'static) -> Self {
        Self { key: key.into(), value: value.into_view().into_any(), change: None }
    }

    /// With a way to change it: "Alterar", and for screen readers what ("dia do vencimento").
    #[must_use]
    pub fn change(mut self, href: impl Into<Str>, words: impl Into<Words>, what: impl Into<Words>) -> Self {
        self.change = Some((href.into(), words.into(), what.into()));
        self
    }
}

/// Keys and values: the facts of a bill, the answers to check.
#[component]
pub fn SummaryList(pairs: Vec<Pair>) -> impl IntoView {
    let rows = pairs
        .into_iter()
        .map(|pair| {
            let change = pair.change.map(|(href, words, what)| {
                view! {
                    <dd class="summary-change"><a href=href>{words.0}" "<span class="visually-hidden">{what.0}</span></a></dd>
                }
            });
            view! { <div class="summary-row"><dt>{pair.key.0}</dt><dd>{pair.value}</dd>{change}</div> }
        })
        .collect_view();
    view! { <dl class="summary">{rows}</dl> }
}

/// A list of [`Row`]s.
#[component]
pub fn Rows(children: Children) -> impl IntoView {
    view! { <ul class="rows">{children()}</ul> }
}

/// One bill, request or document: its name, what to know, its amount and state; children open below.
#[component]
pub fn Row(
    #[prop(into)] title: Words,
    #[prop(into, optional)] href: Str,
    #[prop(into, optional)] meta: Words,
    #[prop(optional)] amount: Option<Amount>,
    /// The state's words; without them no tag is drawn.
    #[prop(into, optional)]
    tag: Words,
    #[prop(optional)] tone: Tone,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let title = if href.is_empty() {
        view! { <p class="row-title">{title.0}</p> }.into_any()
    } else {
        view! { <a class="row-title" href=href>{title.0}</a> }.into_any()
    };
    // A tag wider than figures drops below the title on the smallest phones; an amount alone stays beside it.
    let class = if tag.is_empty() { "row" } else { "row row-stacked" };
    let side = (amount.is_some() || !tag.is_empty()).then(|| {
        view! {
            <div class="row-side">
                {amount.map(|amount| view! { <MoneyText amount/> })}
                {(!tag.is_empty()).then(|| view! { <StatusTag tone words=tag/> })}
            </div>
        }
    });
    view! {
        <li class=class>
            <div>{title}{meta.draw(|meta| view! { <p class="row-meta">{meta}</p> })}</div>
            {side}
            {children.map(|children| view! { <div class="row-more">{children()}</div> })}
        </li>
    }
}

/// Where an event of a [`Timeline`] stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Over.
    #[default]
    Done,
    /// Where things stand.
    Now,
    /// Expected.
    Next,
}

/// What happened, what happens, what will, in order.
#[component]
pub fn Timeline(children: Children) -> impl IntoView {
    view! { <ol class="timeline">{children()}</ol> }
}

/// One event of a [`Timeline`]; children are what was told.
#[component]
pub fn Event(
    #[prop(into)] title: Words,
    when: When,
    /// Who did it, or who has the next word.
    #[prop(into, optional)]
    by: Words,
    #[prop(optional)] progress: Progress,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (class, current) = match progress {
        Progress::Done => ("timeline-done", None),
        Progress::Now => ("timeline-now", Some("step")),
        Progress::Next => ("timeline-next", None),
    };
    view! {
        <li class=class aria-current=current>
            <p class="timeline-title">{title.0}</p>
            <p class="timeline-meta"><DateText when/>{by.draw(|by| view! { " · " {by} })}</p>
            {children.map(|children| view! { <div class="timeline-body">{children()}</div> })}
        </li>
    }
}

/// One message of a request; `mine` stands on the reader's side.
#[component]
pub fn Message(#[prop(into)] from: Words, when: When, #[prop(optional)] mine: bool, children: Children) -> impl IntoView {
    view! {
        <article class=if mine { "message message-mine" } else { "message" }>
            <p class="message-meta"><strong>{from.0}</strong>" · "<DateText when/></p>
            {children()}
        </article>
    }
}

/// Where one stands in a journey. `words` ("Passo 2 de 4: Suas parcelas") is all a small phone and a screen reader get; the drawing adds the names.
#[component]
pub fn Steps(
    #[prop(into)] words: Words,
    labels: Vec<Words>,
    /// The step one is at, from 0.
    current: usize,
) -> impl IntoView {
    let labels = labels
        .into_iter()
        .enumerate()
        .map(|(at, label)| {
            let class = match at.cmp(&current) {
                std::cmp::Ordering::Less => Some("steps-done"),
                std::cmp::Ordering::Equal => Some("steps-now"),
                std::cmp::Ordering::Greater => None,
            };
            view! { <li class=class>{label.0}</li> }
        })
        .collect_view();
    view! {
        <div class="journey">
            <p class="steps-words">{words.0}</p>
            <ol class="steps" aria-hidden="true">{labels}</ol>
        </div>
    }
}

/// One of several views of the same thing.
pub struct Tab {
    href: Str,
    words: Words,
    count: Words,
    key: Str,
    current: bool,
}

impl Tab {
    /// A view by its address and name.
    #[must_use]
    pub fn new(href: impl Into<Str>, words: impl Into<Words>, current: bool) -> Self {
        Self { href: href.into(), words: words.into(), count: Words::default(), key: Str::default(), current }
    }

    /// With how many things are in it.
    #[must_use]
    pub fn count(mut self, count: impl Into<Words>) -> Self {
        self.count = count.into();
        self
    }

    /// By this key the count is found when it is told again.
    #[must_use]
    pub fn key(mut self, key: impl Into<Str>) -> Self {
        self.key = key.into();
        self
    }
}

/// Views of the same thing, as links to pages.
#[component]
pub fn Tabs(#[prop(into)] label: Words, tabs: Vec<Tab>) -> impl IntoView {
    let tabs = tabs
        .into_iter()
        .map(|tab| {
            view! {
                <li>
                    <a href=tab.href aria-current=tab.current.then_some("page")>
                        {tab.words.0}
                        {tab.count.draw(|count| view! { " " <span class="count" data-count=(!tab.key.is_empty()).then_some(tab.key)>{count}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label.0><ul class="tabs-list">{tabs}</ul></nav> }
}

/// Newer and older pages of a list that is cut by its last key, so that there are no page numbers.
#[component]
pub fn Pagination(
    #[prop(into)] label: Words,
    /// Address and words; absent on the newest page.
    #[prop(optional_no_strip)]
    newer: Option<(Str, Words)>,
    /// Address and words; absent on the oldest page.
    #[prop(optional_no_strip)]
    older: Option<(Str, Words)>,
) -> impl IntoView {
    (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pagination" aria-label=label.0>
                {newer.map(|(href, words)| view! { <a rel="prev" href=href><Symbol icon=Icon::Back/>{words.0}</a> })}
                {older
                    .map(|(href, words)| {
                        view! { <a class="pagination-older" rel="next" href=href>{words.0}<Symbol icon=Icon::Forward/></a> }
                    })}
            </nav>
        }
    })
}
