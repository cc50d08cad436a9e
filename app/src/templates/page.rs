//! One notice in one language: whose words are used, the form for the house's own, what a reader sees of them, and their history.

use axum::extract::Path;
use domain::templates::notices::{Kind, Shape, TemplateForm, Use, Words};
use leptos::prelude::*;
use server::error::Error;
use server::sessions::Staff;
use server::templates::versions::{self, Past, Room};
use server::texts::{self, Locale, templates as t};

use super::api::{self, Typed};
use super::words;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind};
use crate::ui::forms::{Field, Hidden, PostForm, TextArea};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList, Tab, Tabs};
use crate::ui::panels::{Card, Details, Notice, StatusTag};
use crate::visitor::AsStaff;

/// The notice that an address names.
fn named(slug: &str, tag: &str) -> Result<(Kind, Locale), Error> {
    let kind = Kind::ALL.iter().copied().find(|kind| paths::template_slug(*kind) == slug);
    kind.zip(Locale::exactly(tag)).ok_or(Error::NotFound)
}

/// One notice in one language.
pub(super) async fn one(page: Page, AsStaff(staff): AsStaff, Path((slug, tag)): Path<(String, String)>) -> PageResult {
    let l = page.l;
    let (kind, language) = named(&slug, &tag)?;
    let room = versions::see(&page.server, &staff, kind, language).await?;
    let typed: Typed = page.form();
    let drawn = Drawn { page: &page, kind, language, room: &room };
    let (form, seen) = (drawn.form(&typed), drawn.seen(&staff, &typed).await?);
    let (state, original, back, history) = (drawn.state(), drawn.original(), drawn.back(&typed), drawn.history());
    let (variables, tabs) = (drawn.variables(), drawn.languages());
    let summary = page.summary();
    let title = words::kind(l, kind);
    Ok(page.staff(&staff, StaffRoom::Templates, title, || {
        view! {
            {summary}
            <BackLink href=paths::TEMPLATES label=t::title(l)/>
            <PageTitle title lede=words::when(l, kind)>{state}</PageTitle>
            {tabs}
            <div class="columns columns-even">
                <div class="flow">{form}{original}{back}</div>
                <div class="flow">{seen}{variables}</div>
            </div>
            {history}
        }
    }))
}

/// A page being drawn.
struct Drawn<'a> {
    page: &'a Page,
    kind: Kind,
    language: Locale,
    room: &'a Room,
}

impl Drawn<'_> {
    /// Whose words are used.
    fn state(&self) -> impl IntoView + use<> {
        let l = self.page.l;
        if self.room.own.is_some() && self.room.fits {
            view! { <StatusTag tone=Tone::Good words=t::own(l)/> }
        } else {
            view! { <StatusTag words=t::built_in(l)/> }
        }
    }

    fn languages(&self) -> Option<impl IntoView + use<>> {
        let languages = versions::languages(self.kind);
        let tab = |one: &Locale| Tab::new(paths::template(self.kind, *one), words::language(*one), *one == self.language);
        let tabs: Vec<Tab> = languages.iter().map(tab).collect();
        (languages.len() > 1).then(|| view! { <Tabs label=t::languages(self.page.l) tabs/> })
    }

    /// The form of the next version; for those who only look, the words that are used.
    fn form(&self, typed: &Typed) -> AnyView {
        let (l, room) = (self.page.l, self.room);
        let lost = (!room.fits).then(|| view! { <Notice tone=Tone::Attention title=t::lost(l)><p>{t::lost_words(l)}</p></Notice> });
        let now = room.own.as_ref().unwrap_or(&room.original);
        if !room.may_change {
            let shown = words::kept(l, self.kind, self.language, now);
            return view! { <Card title=t::words(l)>{lost}{shown}</Card> }.into_any();
        }
        let form =
            typed.form.clone().unwrap_or_else(|| TemplateForm { head: now.head.clone(), body: now.body.clone(), note: String::new() });
        let [no_head, no_body, no_note] = ["head", "body", "note"].map(|field| self.page.error(field));
        let [head, body] = words::parts(l, self.kind);
        let fields = match self.kind.shape() {
            Shape::Message => view! {
                <Field name="form[head]" label=head value=form.head error=no_head/>
                <TextArea name="form[body]" label=body hint=t::body_hint(l) value=form.body error=no_body rows=14/>
            }
            .into_any(),
            Shape::Around => view! {
                <TextArea name="form[head]" label=head hint=t::opening_hint(l) value=form.head error=no_head rows=5/>
                <TextArea name="form[body]" label=body hint=t::closing_hint(l) value=form.body error=no_body rows=5/>
            }
            .into_any(),
        };
        let (template, language, base) = (self.kind.as_str(), self.language.tag(), room.newest.to_string());
        view! {
            <Card title=t::words(l)>
                {lost}
                <PostForm action=api::save_url()>
                    <Hidden name="template" value=template/>
                    <Hidden name="language" value=language/>
                    <Hidden name="base" value=base/>
                    {fields}
                    <TextArea name="form[note]" label=texts::policies::note(l) hint=texts::policies::note_hint(l) rows=2 value=form.note error=no_note/>
                    <Actions>
                        <Button label=t::look(l) action=api::look_url() kind=ButtonKind::Secondary/>
                        <Button label=t::save(l)/>
                    </Actions>
                </PostForm>
            </Card>
        }
        .into_any()
    }

    /// What a reader sees: of what was typed, where that can be taken; otherwise of what is used.
    async fn seen(&self, staff: &Staff, typed: &Typed) -> server::Result<impl IntoView + use<>> {
        let l = self.page.l;
        let typed = typed.form.as_ref().filter(|_| self.page.flash.errors.is_empty());
        let typed = typed.map(|form| Words { head: form.head.trim().to_owned(), body: form.body.trim().to_owned() });
        let used = self.room.own.clone().filter(|_| self.room.fits);
        let looked = typed.is_some();
        let words =
            match versions::example(&self.page.server, staff, self.kind, self.language, typed.or_else(|| used.clone()).as_ref()).await {
                // Of a flash that somebody tampered with there is nothing to see.
                Err(Error::Form(_)) => versions::example(&self.page.server, staff, self.kind, self.language, used.as_ref()).await?,
                words => words?,
            };
        let (title, about) = if looked { (t::would_see(l), t::example_looked(l)) } else { (t::sees(l), t::example_words(l)) };
        let shown = words::message(l, self.language, &words);
        Ok(view! { <div id="exemplo" class="flow"><Card title><p class="small soft">{about}</p>{shown}</Card></div> })
    }

    fn variables(&self) -> impl IntoView + use<> {
        let l = self.page.l;
        let pair = |(one, example): &(Use, String)| {
            let mandatory = one.mandatory.then(|| view! { " " <StatusTag tone=Tone::Info words=t::mandatory(l)/> });
            let about = words::variable(l, one.variable);
            let example = example.clone();
            let said = view! { <div>{about}{mandatory}<br/><span class="small soft">{t::for_example(l)}" "{example}</span></div> };
            Pair::new(format!("{{{}}}", one.variable), said)
        };
        let pairs: Vec<Pair> = self.room.variables.iter().map(pair).collect();
        let has_to = self.room.variables.iter().any(|(one, _)| one.mandatory).then(|| format!(" {}", t::variables_mandatory(l)));
        view! { <Card title=t::variables(l)><p class="small soft">{t::variables_words(l)}{has_to}</p><SummaryList pairs/></Card> }
    }

    /// The built-in words, to compare and to go back to.
    fn original(&self) -> Option<impl IntoView + use<>> {
        let l = self.page.l;
        (self.kind.shape() == Shape::Message).then(|| {
            let shown = words::kept(l, self.kind, self.language, &self.room.original);
            view! { <Details summary=t::original(l)>{shown}</Details> }
        })
    }

    /// Back to the built-in words.
    fn back(&self, typed: &Typed) -> Option<impl IntoView + use<>> {
        let l = self.page.l;
        let (template, language, base) = (self.kind.as_str(), self.language.tag(), self.room.newest.to_string());
        let error = self.page.error("why");
        let (why, open) = (typed.why.clone().unwrap_or_default(), error.is_some());
        (self.room.may_change && self.room.own.is_some()).then(|| {
            view! {
                <Details summary=t::back(l) open>
                    <p class="small soft">{t::back_words(l)}</p>
                    <PostForm action=api::restore_url()>
                        <Hidden name="template" value=template/>
                        <Hidden name="language" value=language/>
                        <Hidden name="base" value=base/>
                        <TextArea name="why" id="form[why]" label=texts::policies::note(l) rows=2 value=why error/>
                        <Button label=t::do_back(l) kind=ButtonKind::Secondary/>
                    </PostForm>
                </Details>
            }
        })
    }

    fn history(&self) -> Option<impl IntoView + use<>> {
        let l = self.page.l;
        let list = self.room.versions.iter().map(|past| self.past(past)).collect_view();
        (!self.room.versions.is_empty()).then(|| view! { <Card title=texts::policies::versions(l)><ul class="flow">{list}</ul></Card> })
    }

    /// Who, when, why, and what differs.
    fn past(&self, past: &Past) -> impl IntoView + use<> {
        let l = self.page.l;
        let version = &past.version;
        let holds = (version.version == self.room.newest).then(|| {
            let words = if version.words().is_some() { t::in_use(l) } else { t::built_in(l) };
            view! { " " <StatusTag tone=Tone::Good words/> }
        });
        let made = texts::policies::made(l, &version.by, texts::date_time(l, self.page.server.clock.local(version.made_at)));
        let differs = words::differs(l, self.kind, self.language, [&past.head, &past.body]);
        let restored = version.words().is_none().then(|| view! { <p>{t::restored(l)}</p> });
        let note = version.note.clone();
        view! {
            <li>
                <h3>{texts::policies::version(l, version.version)}{holds}</h3>
                <p class="small soft">{made}</p>
                {restored}
                <p>{note}</p>
                <Details summary=texts::policies::differs(l)>{differs}</Details>
            </li>
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::templates::notices::Reader;

    use super::*;

    #[test]
    fn every_notice_has_an_address_of_its_own() {
        let mut slugs: Vec<&str> = Kind::ALL.iter().map(|kind| paths::template_slug(*kind)).collect();
        for kind in Kind::ALL {
            for l in versions::languages(*kind) {
                assert_eq!(named(paths::template_slug(*kind), l.tag()).unwrap(), (*kind, l));
            }
            assert_eq!(kind.reader() == Reader::Staff, versions::languages(*kind).len() == 1);
        }
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), Kind::ALL.len());
        assert!(named("pedido-recebido", "pt").is_err() && named("outro", "pt-BR").is_err());
    }
}
