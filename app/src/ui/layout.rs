//! The frames around a page: for everybody, for customers, for staff. Each gives the skip link, the landmarks and `main`;
//! the page gives its one `h1`.

use leptos::prelude::*;

use super::actions::{Button, ButtonKind};
use super::forms::PostForm;
use super::icons::{Icon, Mark, Symbol};
use super::{Str, Words};

/// Whose portal this is.
#[derive(Clone)]
pub struct Brand {
    /// The creditor's name, which people know from their bills.
    pub creditor: Words,
    /// What this is, below it.
    pub service: Words,
    /// Where the brand leads.
    pub href: Str,
    /// The address of the creditor's own square logo; ours when empty.
    pub logo: Str,
}

/// A link by its address and words.
#[derive(Clone)]
pub struct Link {
    /// Where it leads.
    pub href: Str,
    /// What it says.
    pub words: Words,
}

/// A language to choose.
#[derive(Clone)]
pub struct Language {
    /// BCP 47: `pt-BR`.
    pub code: &'static str,
    /// In the language itself: "Português".
    pub words: Words,
    /// This page in that language.
    pub href: Str,
    /// The one being read.
    pub current: bool,
}

/// What stands around every page, whoever reads it.
#[derive(Clone)]
pub struct Frame {
    /// Whose portal this is.
    pub brand: Brand,
    /// "Pular para o conteúdo".
    pub skip: Words,
    /// The name of the choice, for screen readers.
    pub languages_label: Words,
    /// The languages to choose from.
    pub languages: Vec<Language>,
    /// Terms, privacy, help.
    pub links: Vec<Link>,
    /// The creditor's legal data, a line each: name, CNPJ, registration, address, ombudsman.
    pub legal: Vec<Words>,
}

/// A room of the portal in the navigation.
pub struct Room {
    /// Its page.
    pub href: Str,
    /// Its name: one short word for customers, since five share a phone's width.
    pub words: Words,
    /// Its drawing.
    pub icon: Icon,
    /// Where one is.
    pub current: bool,
    /// How many things wait in it, in figures; empty for none.
    pub count: Words,
    /// What is counted, for screen readers: "aguardando você".
    pub counted: Words,
}

/// For whom somebody acts.
pub struct Acting {
    /// "Você está vendo a conta de".
    pub words: Words,
    /// The name.
    pub name: Words,
    /// Where another can be chosen; without it there is only one.
    pub switch: Option<Link>,
}

/// The way out: a form that posts, since it changes something.
pub struct SignOut {
    /// Where it posts.
    pub action: Str,
    /// "Sair".
    pub words: Words,
}

fn brand(brand: Brand) -> impl IntoView {
    let logo = if brand.logo.is_empty() {
        view! { <Mark/> }.into_any()
    } else {
        view! { <img class="mark" src=brand.logo alt="" width="38" height="38"/> }.into_any()
    };
    view! {
        <a class="brand" href=brand.href>
            {logo}
            <span>
                <span class="brand-creditor">{brand.creditor.0}</span>
                <span class="brand-service">{brand.service.0}</span>
            </span>
        </a>
    }
}

fn languages(label: Words, list: Vec<Language>) -> impl IntoView {
    (list.len() > 1).then(|| {
        let list = list
            .into_iter()
            .map(|one| {
                view! {
                    <li><a href=one.href lang=one.code hreflang=one.code aria-current=one.current.then_some("true")>{one.words.0}</a></li>
                }
            })
            .collect_view();
        view! { <nav class="languages" aria-label=label.0><ul class="languages-list">{list}</ul></nav> }
    })
}

fn sign_out_form(out: SignOut) -> impl IntoView {
    view! { <PostForm action=out.action><Button label=out.words kind=ButtonKind::Quiet/></PostForm> }
}

fn footer(links: Vec<Link>, legal: Vec<Words>, languages: impl IntoView) -> impl IntoView {
    let links = links.into_iter().map(|link| view! { <li><a href=link.href>{link.words.0}</a></li> }).collect_view();
    let legal = legal.into_iter().map(|line| view! { <p>{line.0}</p> }).collect_view();
    view! {
        <footer class="foot">
            <div class="wrap">
                <ul class="foot-links">{links}</ul>
                {languages}
                <div class="foot-legal">{legal}</div>
            </div>
        </footer>
    }
}

fn rooms(list: Vec<Room>) -> impl IntoView {
    list.into_iter()
        .map(|room| {
            let counted = room.counted;
            view! {
                <li>
                    <a href=room.href aria-current=room.current.then_some("page")>
                        <Symbol icon=room.icon/>
                        {room.words.0}
                        {room
                            .count
                            .draw(|count| {
                                view! { " " <span class="count">{count}{counted.draw(|what| view! { <span class="visually-hidden">" "{what}</span> })}</span> }
                            })}
                    </a>
                </li>
            }
        })
        .collect_view()
}

/// For pages anybody may open: sign-in, "É nosso?", help.
#[component]
pub fn PublicLayout(frame: Frame, children: Children) -> impl IntoView {
    view! {
        <div class="frame for-everybody">
            <a class="skip" href="#main">{frame.skip.0}</a>
            <header class="top">
                <div class="wrap top-row">
                    {brand(frame.brand)}
                    <div class="top-side">{languages(frame.languages_label, frame.languages)}</div>
                </div>
            </header>
            <main class="wrap" id="main" tabindex="-1">{children()}</main>
            {footer(frame.links, frame.legal, ())}
        </div>
    }
}

/// For a customer who has signed in.
#[component]
pub fn CustomerLayout(
    frame: Frame,
    rooms: Vec<Room>,
    /// The name of the navigation, for screen readers.
    #[prop(into)]
    rooms_label: Words,
    acting: Acting,
    sign_out: SignOut,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="frame for-customer">
            <a class="skip" href="#main">{frame.skip.0}</a>
            <header class="top">
                <div class="wrap top-row">
                    {brand(frame.brand)}
                    <div class="top-side">{sign_out_form(sign_out)}</div>
                </div>
                <div class="acting">
                    <div class="wrap">
                        <p>{acting.words.0}" "<span class="acting-name">{acting.name.0}</span></p>
                        {acting.switch.map(|switch| view! { <a href=switch.href>{switch.words.0}</a> })}
                    </div>
                </div>
            </header>
            <nav class="rooms" aria-label=rooms_label.0><ul class="wrap">{self::rooms(rooms)}</ul></nav>
            <main class="wrap" id="main" tabindex="-1">{children()}</main>
            {footer(frame.links, frame.legal, languages(frame.languages_label, frame.languages))}
        </div>
    }
}

/// Rooms of the staff under one heading.
pub struct Wing {
    /// The heading; may be empty.
    pub title: Words,
    /// Its rooms.
    pub rooms: Vec<Room>,
}

/// For staff: the same parts, set closer, with the rooms at the side and the full width for tables.
#[component]
pub fn StaffLayout(
    frame: Frame,
    wings: Vec<Wing>,
    #[prop(into)] rooms_label: Words,
    /// Who is signed in, and their role.
    #[prop(into)]
    person: Words,
    sign_out: SignOut,
    /// The search by anything, in the header.
    #[prop(optional)]
    search: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let wings = wings
        .into_iter()
        .map(|wing| {
            view! {
                {wing.title.draw(|title| view! { <p class="side-title">{title}</p> })}
                <ul class="side-list">{self::rooms(wing.rooms)}</ul>
            }
        })
        .collect_view();
    view! {
        <div class="frame for-staff">
            <a class="skip" href="#main">{frame.skip.0}</a>
            <header class="top">
                <div class="wrap top-row">
                    {brand(frame.brand)}
                    {search}
                    <div class="top-side"><span>{person.0}</span>{sign_out_form(sign_out)}</div>
                </div>
            </header>
            <div class="desk">
                <nav class="side" aria-label=rooms_label.0>{wings}</nav>
                <main class="wrap" id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
    }
}

/// A page's one title, with a sentence below and its state or action (children) beside.
#[component]
pub fn PageTitle(
    #[prop(into)] title: Words,
    #[prop(into, optional)] lede: Words,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let title = view! { <h1>{title.0}</h1> };
    view! {
        {match children {
            Some(children) => view! { <div class="title">{title}<div>{children()}</div></div> }.into_any(),
            None => title.into_any(),
        }}
        {lede.draw(|lede| view! { <p class="lede">{lede}</p> })}
    }
}
