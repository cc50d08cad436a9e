//! Running agreements for staff: late, warned, ended.

use leptos::prelude::*;
use server::agreements::{self, Followed};
use server::texts::{self, agreements as t};

use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::amounts::MoneyText;
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// What is late, until when it can be mended, and what ended.
pub(super) async fn board(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let board = agreements::board(&page.server, &staff).await?;
    let warned = table(&page, t::staff_warned(l), t::column_until(l), &board.warned, |one| one.cure_until);
    let late = table(&page, t::staff_late(l), t::column_since(l), &board.late, |one| one.since);
    let broken = table(&page, t::staff_broken(l), t::ended(l), &board.broken, |one| one.ended_on);
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::staff_title(l), || {
        view! {
            <PageTitle title=t::staff_title(l) lede=t::staff_lede(l)/>
            {tabs(l, Part::Agreements)}
            {warned}
            {late}
            {broken}
        }
    }))
}

fn table(
    page: &Page,
    title: &'static str,
    day: &'static str,
    list: &[Followed],
    on: fn(&Followed) -> Option<chrono::NaiveDate>,
) -> impl IntoView + use<> {
    let l = page.l;
    let has_late = list.iter().any(|one| one.late.is_positive());
    let mut columns = vec![Column::new(t::column_customer(l)), Column::new(t::column_agreement(l)), Column::new(day)];
    columns.extend(has_late.then(|| Column::amount(t::column_late(l))));
    columns.push(Column::amount(t::column_open(l)));
    let row = |one: &Followed| {
        let mut cells = vec![
            view! { <a href=paths::staff_customer(one.customer_id)>{one.name.clone()}</a> }.into_any(),
            view! { <a class="number" href=paths::staff_request(&one.protocol.digits())>{one.protocol.to_string()}</a> }.into_any(),
            on(one).map_or_else(|| "–".to_owned(), |on| texts::date(l, on)).into_any(),
        ];
        cells.extend(has_late.then(|| view! { <MoneyText amount=amount(l, one.late)/> }.into_any()));
        cells.push(view! { <MoneyText amount=amount(l, one.open)/> }.into_any());
        cells
    };
    let rows: Vec<Vec<AnyView>> = list.iter().map(row).collect();
    let body = if rows.is_empty() {
        view! { <p class="soft">{t::staff_none(l)}</p> }.into_any()
    } else {
        view! { <DataTable caption=title caption_hidden=true columns rows/> }.into_any()
    };
    view! { <Card title>{body}</Card> }
}
