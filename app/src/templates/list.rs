//! Everything the portal writes to people, and whose words are used.

use leptos::prelude::*;
use server::templates::versions::{self, Standing};
use server::texts::{self, Locale, templates as t};

use super::words;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::layout::PageTitle;
use crate::ui::panels::StatusTag;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// Every notice: when it is written, to whom, whose words it has in which languages.
pub(super) async fn list(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let standing = versions::list(&page.server, &staff).await?;
    let columns = vec![
        Column::new(t::column_notice(l)),
        Column::new(t::column_to(l)),
        Column::new(t::column_words(l)),
        Column::new(t::column_changed(l)),
    ];
    let rows = standing.iter().map(|one| row(&page, one)).collect();
    Ok(page.staff(&staff, StaffRoom::Templates, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <DataTable caption=t::title(l) caption_hidden=true columns rows/>
        }
    }))
}

fn row(page: &Page, one: &Standing) -> Vec<AnyView> {
    let l = page.l;
    let to = paths::template(one.kind, Locale::default());
    let whose = if one.own.is_empty() {
        view! { <StatusTag words=t::built_in(l)/> }.into_any()
    } else {
        let languages = one.own.iter().map(|locale| words::language(*locale)).collect::<Vec<_>>().join(", ");
        view! { <div><StatusTag tone=Tone::Good words=t::own(l)/>" "<span class="small soft">{languages}</span></div> }.into_any()
    };
    let changed = one
        .last
        .as_ref()
        .map_or_else(|| "–".to_owned(), |(by, at)| texts::replies::changed(l, texts::date_time(l, page.server.clock.local(*at)), by));
    vec![
        view! { <div><a href=to>{words::kind(l, one.kind)}</a><p class="small soft">{words::when(l, one.kind)}</p></div> }.into_any(),
        words::reader(l, one.kind).into_any(),
        whose,
        view! { <span class="small">{changed}</span> }.into_any(),
    ]
}
