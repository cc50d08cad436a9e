//! The trail, page by page. Never shows whose customer an event is about: that is in the customer's own history.

use domain::ids::StaffId;
use leptos::prelude::*;
use server::audit::{self, Filter, Past};
use server::texts::{self, audit as t};

use super::api;
use crate::asked::Asked;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::forms::{Filters, PostForm, Select};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::Pagination;
use crate::ui::panels::{Empty, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;

/// Parts of the house that events are about, as the trail names them.
const PARTS: &[&str] = &[
    "sign_in",
    "sessions",
    "staff",
    "customers",
    "flags",
    "activities",
    "promises",
    "agreements",
    "default_notices",
    "demands",
    "suspensions",
    "credits",
    "dossiers",
    "incidents",
    "requests",
    "replies",
    "templates",
    "uploads",
    "refunds",
    "exports",
    "remessas",
    "reconciliation",
    "pix",
    "policies",
    "holidays",
    "brand",
    "audit",
];

/// The trail.
pub(super) async fn trail(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let filter = Filter { staff: asked.read::<StaffId>("pessoa"), part: asked.text("parte").to_owned() };
    let trail = audit::events(&page.server, &staff, &filter, asked.read("antes")).await?;
    let people = std::iter::once((Str::default(), Words::from(t::anybody(l))))
        .chain(trail.people.iter().map(|(id, name)| (Str::from(id.to_string()), Words::from(name.clone()))))
        .collect();
    let parts = std::iter::once((Str::default(), Words::from(t::anything(l))))
        .chain(PARTS.iter().map(|part| (Str::from(*part), Words::from(*part))))
        .collect();
    let person = filter.staff.map(|id| id.to_string()).unwrap_or_default();
    let narrowed = filter != Filter::default();
    let columns = vec![
        Column::new(t::column_number(l)),
        Column::new(t::column_when(l)),
        Column::new(t::column_who(l)),
        Column::new(t::column_what(l)),
        Column::new(t::column_detail(l)),
    ];
    let rows: Vec<Vec<AnyView>> = trail.events.iter().map(|event| row(&page, event)).collect();
    let table = if rows.is_empty() {
        view! { <Empty icon=Icon::Lock title=t::none(l) text=t::none_words(l)/> }.into_any()
    } else {
        view! { <DataTable caption=t::title(l) caption_hidden=true columns rows/> }.into_any()
    };
    let older = trail.next.map(|next| (Str::from(address(&filter, next)), Words::from(texts::frame::older(l))));
    let newer = asked.read::<i64>("antes").map(|_| (Str::from(paths::AUDIT), Words::from(t::newest(l))));
    Ok(page.staff(&staff, StaffRoom::Audit, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <PostForm action=api::check_url()>
                <p class="small soft">{t::check_about(l, trail.last)}</p>
                <Button label=t::check(l) icon=Icon::Lock kind=ButtonKind::Secondary/>
            </PostForm>
            <Filters label=texts::frame::filter(l) action=paths::AUDIT submit=t::show(l) clear=(paths::AUDIT.into(), t::clear(l).into()) open=narrowed>
                <Select name="pessoa" label=t::person(l) options=people selected=person/>
                <Select name="parte" label=t::part(l) options=parts selected=filter.part.clone()/>
            </Filters>
            {table}
            <Pagination label=texts::statement_page::pages(l) newer older/>
        }
    }))
}

fn address(filter: &Filter, before: i64) -> String {
    let person = filter.staff.map(|id| format!("pessoa={id}&")).unwrap_or_default();
    let part = PARTS.iter().find(|part| **part == filter.part).map(|part| format!("parte={part}&")).unwrap_or_default();
    format!("{}?{person}{part}antes={before}", paths::AUDIT)
}

fn row(page: &Page, event: &Past) -> Vec<AnyView> {
    let l = page.l;
    let who = match (event.actor_kind.as_str(), &event.name) {
        (_, Some(name)) => name.clone(),
        ("customer", _) => t::by_customer(l).to_owned(),
        ("key", _) => t::by_key(l).to_owned(),
        ("staff", _) => t::by_staff(l).to_owned(),
        _ => t::by_system(l).to_owned(),
    };
    let subject = event.subject_id.map(|id| view! { <span class="small soft">{format!("{} {id}", event.subject_kind)}</span> });
    let detail = (event.detail != "{}").then(|| view! { <br/><code class="small">{event.detail.clone()}</code> });
    vec![
        view! { <div><span class="number">{event.seq}</span><br/><span class="small soft number">{short(&event.hash)}</span></div> }
            .into_any(),
        texts::date_time(l, page.server.clock.local(event.at)).into_any(),
        who.into_any(),
        view! { <StatusTag words=event.action.clone()/> }.into_any(),
        view! { <div>{subject}{detail}</div> }.into_any(),
    ]
}

/// The beginning of a fingerprint: enough to compare by eye.
fn short(hash: &str) -> String {
    hash.chars().take(8).collect()
}
