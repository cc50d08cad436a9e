//! All policies, and one with its versions.

use axum::extract::Path;
use domain::policies::Kind;
use leptos::prelude::*;
use server::error::Error;
use server::policies::drafts::{self, Past, Room};
use server::texts::{self, policies as t};

use super::words;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, ButtonLink};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Details, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// The policy that an address names.
pub(super) fn named(slug: &str) -> Result<Kind, Error> {
    Kind::ALL.iter().copied().find(|kind| paths::policy_slug(*kind) == slug).ok_or(Error::NotFound)
}

/// Every policy: which version holds, since when, by whom.
pub(super) async fn all(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let room = drafts::see(&page.server, &staff, *kind).await?;
        let holds = room.versions.iter().find(|past| past.version.version == room.in_force);
        let since = holds.map_or_else(|| "–".to_owned(), |past| texts::date(l, past.version.valid_from));
        let by = holds
            .map_or("–".to_owned(), |past| past.version.made_by.clone().unwrap_or_else(|| texts::rules_staff::terminal(l).to_owned()));
        let version = if room.in_force == 0 { t::never_set(l).to_owned() } else { room.in_force.to_string() };
        let about = words::about(l, *kind);
        rows.push(vec![
            view! { <div><a href=paths::policy(*kind)>{words::kind(l, *kind)}</a><p class="small soft">{about}</p></div> }.into_any(),
            version.into_any(),
            since.into_any(),
            by.into_any(),
        ]);
    }
    let columns = vec![
        Column::new(t::column_policy(l)),
        Column::new(t::column_version(l)),
        Column::new(t::column_since(l)),
        Column::new(t::column_by(l)),
    ];
    let rules = drafts::may_change(&staff).then(|| view! { <p><a href=paths::RULES>{t::rules_link(l)}</a></p> });
    Ok(page.staff(&staff, StaffRoom::Policies, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <DataTable caption=t::title(l) caption_hidden=true columns rows/>
            {rules}
        }
    }))
}

/// One policy: what holds, what waits, what was.
pub(super) async fn one(page: Page, AsStaff(staff): AsStaff, Path(slug): Path<String>) -> PageResult {
    let l = page.l;
    let kind = named(&slug)?;
    let room = drafts::see(&page.server, &staff, kind).await?;
    let (current, waiting, versions) = (current(&page, kind, &room), waiting(&page, kind, &room), versions(&page, kind, &room));
    let title = words::kind(l, kind);
    Ok(page.staff(&staff, StaffRoom::Policies, title, || {
        view! {
            <BackLink href=paths::POLICIES label=t::to_all(l)/>
            <PageTitle title lede=words::about(l, kind)/>
            {waiting}
            {current}
            {versions}
        }
    }))
}

fn current(page: &Page, kind: Kind, room: &Room) -> impl IntoView + use<> {
    let l = page.l;
    let holds = room.versions.iter().find(|past| past.version.version == room.in_force);
    let version = holds.map_or_else(
        || t::current_none(l).to_owned(),
        |past| t::current_version(l, texts::date(l, past.version.valid_from), past.version.version),
    );
    let later = room.versions.first().filter(|past| past.version.version > room.in_force).map(|past| {
        let words = t::waits(l, texts::date(l, past.version.valid_from), past.version.version);
        view! { <p><StatusTag tone=Tone::Info words=t::version_later(l)/>" "{words}</p> }
    });
    let table = words::table(l, kind, &room.policy.entries());
    let next = room.may_change.then(|| view! { <Actions><ButtonLink href=paths::next_policy(kind) label=t::write_next(l)/></Actions> });
    view! { <Card title=t::current(l)><p>{version}</p>{later}{table}{next}</Card> }
}

fn waiting(page: &Page, kind: Kind, room: &Room) -> Option<impl IntoView + use<>> {
    let l = page.l;
    let drafts = room
        .drafts
        .iter()
        .map(|draft| {
            let when = texts::date_time(l, page.server.clock.local(draft.made_at));
            let by = t::draft_by(l, &draft.name, when);
            view! { <li><a href=paths::policy_draft(kind, draft.id)>{draft.note.clone()}</a>" "<span class="small soft">{by}</span></li> }
        })
        .collect_view();
    (!room.drafts.is_empty()).then(|| view! { <Notice tone=Tone::Attention title=t::drafts(l)><ul>{drafts}</ul></Notice> })
}

fn versions(page: &Page, kind: Kind, room: &Room) -> Option<impl IntoView + use<>> {
    let l = page.l;
    let last = room.versions.len().saturating_sub(1);
    let list = room
        .versions
        .iter()
        .enumerate()
        .map(|(at, past)| {
            let holds =
                (past.version.version == room.in_force).then(|| view! { " " <StatusTag tone=Tone::Good words=t::version_in_force(l)/> });
            let said = told(page, past);
            let differs = (at < last).then(|| {
                let changes = words::changes(l, kind, &past.changes);
                view! { <Details summary=t::differs(l)>{changes}</Details> }
            });
            let id = format!("versao-{}", past.version.version);
            view! {
                <li id=id>
                    <h3>{t::version(l, past.version.version)}{holds}</h3>
                    {said}
                    {differs}
                </li>
            }
        })
        .collect_view();
    (!room.versions.is_empty()).then(|| view! { <Card title=t::versions(l)><ul class="flow">{list}</ul></Card> })
}

/// Who, when, why.
fn told(page: &Page, past: &Past) -> impl IntoView + use<> {
    let l = page.l;
    let version = &past.version;
    let when = version.made_at.map_or_else(|| texts::date(l, version.valid_from), |at| texts::date_time(l, page.server.clock.local(at)));
    let made = version.made_by.as_ref().map_or_else(|| t::made_file(l).to_owned(), |name| t::made(l, name, when));
    let approved = version.approved_by.as_ref().map(|name| format!(" {}", t::approved(l, name)));
    let note = (!version.note.is_empty()).then(|| view! { <p>{version.note.clone()}</p> });
    view! { <p class="small soft">{t::since(l, texts::date(l, version.valid_from))}". "{made}{approved}</p>{note} }
}
