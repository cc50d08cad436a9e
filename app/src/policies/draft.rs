//! A draft held against what is in force and against the past, and the decision about it.

use axum::extract::Path;
use leptos::prelude::*;
use server::error::Error;
use server::exports::csv;
use server::policies::drafts::{self, Draft};
use server::policies::previews;
use server::texts::{self, policies as t};
use uuid::Uuid;

use super::{api, effect, page::named, words};
use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Notice};
use crate::visitor::AsStaff;

/// The draft.
pub(super) async fn draft(asked: Asked, page: Page, AsStaff(staff): AsStaff, Path((slug, id)): Path<(String, String)>) -> PageResult {
    let l = page.l;
    let (kind, id) = (named(&slug)?, id.parse::<Uuid>().map_err(|_| Error::NotFound)?);
    let days = previews::span(asked.read("dias"));
    let (draft, preview) = drafts::preview(&page.server, &staff, kind, id, days).await?;
    let title = t::draft_title(l, words::kind(l, kind));
    let heading = title.clone();
    let lede = t::draft_from(l, &draft.waiting.note, texts::date(l, draft.waiting.valid_from));
    let changes = words::changes(l, kind, &draft.changes);
    let effect = effect::drawn(&page, &staff, &paths::policy_draft(kind, id), days, &preview);
    let (notice, act) = (notice(&page, &draft), act(&page, kind, id, &draft));
    Ok(page.staff(&staff, StaffRoom::Policies, &title, || {
        view! {
            <BackLink href=paths::policy(kind) label=words::kind(l, kind)/>
            <PageTitle title=heading lede/>
            {notice}
            <Card title=t::against_now(l)>{changes}</Card>
            {effect}
            {act}
        }
    }))
}

/// Who has to decide, and whether it still can be.
fn notice(page: &Page, draft: &Draft) -> Option<AnyView> {
    let l = page.l;
    if draft.overtaken {
        return Some(view! { <Notice tone=Tone::Attention title=t::overtaken_title(l)><p>{t::overtaken(l)}</p></Notice> }.into_any());
    }
    let words = if draft.needs_another { t::four_eyes_you(l).to_owned() } else { t::four_eyes_other(l, &draft.waiting.name) };
    let tone = if draft.needs_another { Tone::Attention } else { Tone::Info };
    draft.grants_more.then(|| view! { <Notice tone title=t::four_eyes_title(l)><p>{words}</p></Notice> }.into_any())
}

fn act(page: &Page, kind: domain::policies::Kind, id: Uuid, draft: &Draft) -> impl IntoView + use<> {
    let l = page.l;
    let why_not = if draft.overtaken {
        t::overtaken_title(l)
    } else if draft.needs_another {
        t::put_why(l)
    } else {
        ""
    };
    let again = format!("{}?de={id}", paths::next_policy(kind));
    view! {
        <Actions>
            <PostForm action=api::put_url()>
                <Hidden name="kind" value=kind.as_str()/>
                <Hidden name="id" value=id.to_string()/>
                <Button label=t::put(l) disabled_reason=why_not/>
            </PostForm>
            <ButtonLink href=again label=t::rewrite(l) kind=ButtonKind::Secondary/>
            <PostForm action=api::drop_url()>
                <Hidden name="kind" value=kind.as_str()/>
                <Hidden name="id" value=id.to_string()/>
                <Button label=t::drop(l) kind=ButtonKind::Quiet/>
            </PostForm>
        </Actions>
    }
}

/// All cases that change, as a file.
pub(super) async fn cases(asked: Asked, page: Page, AsStaff(staff): AsStaff, Path((slug, id)): Path<(String, String)>) -> PageResult {
    let (kind, id) = (named(&slug)?, id.parse::<Uuid>().map_err(|_| Error::NotFound)?);
    let days = previews::span(asked.read("dias"));
    let (_, preview) = drafts::preview_file(&page.server, &staff, kind, id, days).await?;
    let sheet = effect::sheet(page.l, &preview).ok_or(Error::NotFound)?;
    let name = format!("{}_{}.csv", t::file(page.l), page.server.clock.today());
    Ok(attachment(&name, "text/csv; charset=utf-8", csv(&sheet)?))
}
