//! Contracts whose service stands still, and those that came back unpaid.

use axum::Router;
use axum::routing::get;
use leptos::prelude::*;
use server::exports::{Cell, Sheet, csv};
use server::suspensions::{self, Line, Report, SHOWN};
use server::texts::{self, Locale, suspensions as t};

use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::{App, AsStaff};

/// The pages of this feature.
pub fn routes() -> Router<App> {
    Router::new().route(paths::SUSPENSIONS, get(report)).route(paths::SUSPENSIONS_CSV, get(report_csv))
}

async fn report(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let report = suspensions::report(&page.server, &staff).await?;
    let any = !(report.reconnected.is_empty() && report.suspended.is_empty());
    let back = table(l, t::reconnected(l), t::column_reconnected(l), t::none_reconnected(l), &report.reconnected);
    let suspended = table(l, t::suspended(l), t::column_suspended(l), t::none_suspended(l), &report.suspended);
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::title(l), || {
        let file = any.then(|| {
            view! {
                <p><ButtonLink href=paths::SUSPENSIONS_CSV label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p>
            }
        });
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {tabs(l, Part::Suspensions)}
            <Card title=t::reconnected(l)><p class="soft">{t::reconnected_words(l)}</p>{back}</Card>
            <Card title=t::suspended(l)>{suspended}</Card>
            {file}
        }
    }))
}

fn table(l: Locale, caption: &'static str, since: &'static str, none: &'static str, lines: &[Line]) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="soft">{none}</p> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_contract(l)),
        Column::new(t::column_customer(l)),
        Column::new(since),
        Column::amount(t::column_unpaid(l)),
        Column::amount(t::column_arranged(l)),
    ];
    let rows = lines
        .iter()
        .take(SHOWN)
        .map(|line| {
            vec![
                line.number.clone().into_any(),
                view! { <a href=paths::staff_customer(line.customer)>{line.name.clone()}</a> }.into_any(),
                line.since_on.map_or_else(|| t::unknown_day(l).to_owned(), |on| texts::date(l, on)).into_any(),
                view! { <MoneyText amount=amount(l, line.unpaid)/> }.into_any(),
                view! { <MoneyText amount=amount(l, line.arranged)/> }.into_any(),
            ]
        })
        .collect();
    let more = lines.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| view! { <p class="soft">{t::more(l, i64::try_from(more).unwrap_or(i64::MAX))}</p> });
    view! { <DataTable caption caption_hidden=true columns rows/>{more} }.into_any()
}

/// The same as a file. That it was taken is recorded.
async fn report_csv(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let report = suspensions::take(&page.server, &staff).await?;
    let bytes = csv(&sheet(l, &report))?;
    Ok(attachment(&format!("{}_{}.csv", t::file(l), page.server.clock.today()), "text/csv; charset=utf-8", bytes))
}

fn sheet(l: Locale, report: &Report) -> Sheet {
    let columns = ["part", "contract", "customer", "since", "late", "arranged"].map(str::to_owned).to_vec();
    let rows = |part: &'static str, lines: &[Line]| {
        let cells = |line: &Line| {
            vec![
                Cell::Text(part.to_owned()),
                Cell::Text(line.number.clone()),
                Cell::Text(line.name.clone()),
                line.since_on.map_or(Cell::Nothing, Cell::Day),
                Cell::Cents(line.unpaid.as_cents()),
                Cell::Cents(line.arranged.as_cents()),
            ]
        };
        lines.iter().map(cells).collect::<Vec<_>>()
    };
    let rows = [rows("reconnected", &report.reconnected), rows("suspended", &report.suspended)].concat();
    Sheet { name: t::tab(l).to_owned(), columns, rows }
}
