//! Staff's ready answers: the list, and one of them with what a customer would read.

use axum::extract::Path;
use chrono::NaiveDate;
use domain::money::Money;
use domain::requests::Kind;
use domain::requests::replies::{ReplyForm, TELLING, Variable, fill};
use leptos::prelude::*;
use server::error::Error;
use server::requests::replies::{self, Reply};
use server::sessions::Staff;
use server::texts::{self, Locale, replies as t};
use uuid::Uuid;

use super::replies_api as api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Field, Hidden, PostForm, Select, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Empty};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// Every answer in use.
pub(super) async fn list(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let found = replies::list(&page.server, &staff).await?;
    let keeps = replies::keeps(&staff);
    let columns = vec![
        Column::new(t::column_name(l)),
        Column::new(t::column_for(l)),
        Column::new(t::column_languages(l)),
        Column::new(t::column_changed(l)),
    ];
    let none = found.is_empty();
    let rows = found.iter().map(|reply| row(&page, reply)).collect();
    let new = keeps.then(|| view! { <ButtonLink href=paths::NEW_REPLY label=t::new(l) kind=ButtonKind::Secondary icon=Icon::Chat/> });
    Ok(page.staff(&staff, StaffRoom::Replies, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)>{new}</PageTitle>
            {if none {
                view! { <Empty icon=Icon::Chat title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::title(l) caption_hidden=true columns rows/> }.into_any()
            }}
        }
    }))
}

fn row(page: &Page, reply: &Reply) -> Vec<AnyView> {
    let l = page.l;
    let kind = reply.kind().map_or(t::every_kind(l), |kind| wording::kind(l, kind));
    let action = reply.action().map_or(t::every_action(l), |action| wording::action(l, action));
    let languages: Vec<&str> =
        Locale::ALL.iter().filter(|(locale, _)| reply.words(*locale).is_some()).map(|(locale, _)| locale.tag()).collect();
    let changed = t::changed(l, texts::date_time(l, page.server.clock.local(reply.changed_at)), &reply.by);
    vec![
        view! { <a href=paths::reply(&reply.id.to_string())>{reply.title.clone()}</a> }.into_any(),
        view! { <div>{kind}<br/><span class="small soft">{action}</span></div> }.into_any(),
        languages.join(", ").into_any(),
        view! { <span class="small">{changed}</span> }.into_any(),
    ]
}

/// A new answer.
pub(super) async fn new(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    if !replies::keeps(&staff) {
        return Err(Error::Forbidden.into());
    }
    Ok(one_page(&page, &staff, None))
}

/// One answer.
pub(super) async fn one(page: Page, AsStaff(staff): AsStaff, Path(id): Path<String>) -> PageResult {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let reply = replies::find(&page.server, &staff, id).await?;
    Ok(one_page(&page, &staff, Some(&reply)))
}

fn one_page(page: &Page, staff: &Staff, reply: Option<&Reply>) -> axum::response::Response {
    let l = page.l;
    let keeps = replies::keeps(staff);
    let typed: ReplyForm = page.form();
    let form = if typed == ReplyForm::default() { reply.map(Reply::form).unwrap_or_default() } else { typed };
    let title = if reply.is_some() { t::edit(l) } else { t::new(l) };
    let title = if keeps { title.to_owned() } else { form.title.clone() };
    let id = reply.map(|reply| reply.id.to_string());
    let (summary, shown) = (page.summary(), preview(l, &form));
    let body = keeps.then(|| fields(page, form, id.as_deref()));
    let closing = id.filter(|_| keeps).map(|id| {
        view! {
            <Details summary=t::close(l)>
                <p class="small soft">{t::close_about(l)}</p>
                <PostForm action=api::close_url()><Hidden name="id" value=id/><Button label=t::close(l) kind=ButtonKind::Danger/></PostForm>
            </Details>
        }
    });
    page.staff(staff, StaffRoom::Replies, &title.clone(), || {
        view! {
            {summary}
            <BackLink href=paths::REPLIES label=t::title(l)/>
            <PageTitle title/>
            <div class="columns">
                <div class="flow">{body}{closing}</div>
                {shown}
            </div>
        }
    })
}

fn fields(page: &Page, form: ReplyForm, id: Option<&str>) -> impl IntoView + use<> {
    let l = page.l;
    let any = |words: &'static str| std::iter::once((Str::default(), Words::from(words)));
    let kinds = any(t::every_kind(l)).chain(Kind::ALL.iter().map(|kind| (kind.as_str().into(), wording::kind(l, *kind).into()))).collect();
    let actions =
        any(t::every_action(l)).chain(TELLING.iter().map(|action| (action.as_str().into(), wording::action(l, *action).into()))).collect();
    let texts = [(Locale::PtBr, "pt", form.pt), (Locale::En, "en", form.en), (Locale::Es, "es", form.es), (Locale::Ro, "ro", form.ro)]
        .map(|(locale, field, value)| {
            let language = name_of(locale);
            let label = if locale == Locale::PtBr { t::words_in(l, language) } else { t::words_optional(l, language) };
            let error = page.error(field);
            view! { <TextArea name=format!("form[{field}]") label value error rows=4/> }
        })
        .into_iter()
        .collect_view();
    let about = Variable::ALL.iter().map(|variable| Pair::new(format!("{{{variable}}}"), about(l, *variable))).collect::<Vec<_>>();
    let [no_title, no_kind, no_action] = ["title", "kind", "action"].map(|field| page.error(field));
    let hidden = id.map(|id| view! { <Hidden name="id" value=id.to_owned()/> });
    view! {
        <Card>
            <PostForm action=api::save_url()>
                {hidden}
                <Field name="form[title]" label=t::name(l) value=form.title error=no_title/>
                <Select name="form[kind]" label=t::kind(l) options=kinds selected=form.kind error=no_kind/>
                <Select name="form[action]" label=t::action(l) options=actions selected=form.action error=no_action/>
                <Details summary=t::variables(l)><SummaryList pairs=about/></Details>
                {texts}
                <Actions><Button label=t::save(l)/></Actions>
            </PostForm>
        </Card>
    }
}

fn about(l: Locale, variable: Variable) -> &'static str {
    match variable {
        Variable::Name => t::variable_name(l),
        Variable::Protocol => t::variable_protocol(l),
        Variable::Deadline => t::variable_deadline(l),
        Variable::Amount => t::variable_amount(l),
        Variable::Bills => t::variable_bills(l),
        Variable::Creditor => t::variable_creditor(l),
        Variable::Staff => t::variable_staff(l),
    }
}

/// A language in its own words.
pub(super) fn name_of(locale: Locale) -> &'static str {
    Locale::ALL.iter().find(|(one, _)| *one == locale).map_or("", |(_, name)| name)
}

/// The words in each language with an example's figures in them.
fn preview(l: Locale, form: &ReplyForm) -> Option<impl IntoView + use<>> {
    let example = |locale: Locale, variable: Variable| match variable {
        Variable::Name => t::example_name(locale).to_owned(),
        Variable::Protocol => "123456.20261122.000123".to_owned(),
        Variable::Deadline => NaiveDate::from_ymd_opt(2026, 12, 1).map(|day| texts::date(locale, day)).unwrap_or_default(),
        Variable::Amount => texts::money(locale, Money::cents(52_347)),
        Variable::Bills => "0000000017".to_owned(),
        Variable::Creditor => "Cooperativa Exemplo".to_owned(),
        Variable::Staff => "Beatriz".to_owned(),
    };
    let texts = [(Locale::PtBr, &form.pt), (Locale::En, &form.en), (Locale::Es, &form.es), (Locale::Ro, &form.ro)];
    let shown: Vec<_> = texts
        .into_iter()
        .filter(|(_, words)| !words.trim().is_empty())
        .map(|(locale, words)| {
            let filled = fill(words, |variable| example(locale, variable));
            view! { <h3>{name_of(locale)}</h3><p class="message" lang=locale.tag()>{filled}</p> }
        })
        .collect();
    (!shown.is_empty()).then(|| view! { <Card title=t::preview(l)>{shown}</Card> })
}
