//! Customers' money that has lain for a while: whose, how much, since when, and whether something is under way.

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use leptos::prelude::*;
use serde::Deserialize;
use server::credits::{self, Credit, SHOWN, USUAL_DAYS};
use server::exports::{Cell, Sheet, csv};
use server::texts::{self, Locale, credits as t};

use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Kind, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::Empty;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::{App, AsStaff};

/// The pages of this feature.
pub fn routes() -> Router<App> {
    Router::new().route(paths::CREDITS, get(idle)).route(paths::CREDITS_CSV, get(idle_csv))
}

/// For how many days.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct View {
    dias: String,
}

impl View {
    /// The usual where it is no number of days.
    fn days(&self) -> u16 {
        self.dias.trim().parse().ok().filter(|days| *days <= 3_650).unwrap_or(USUAL_DAYS)
    }
}

async fn idle(page: Page, AsStaff(staff): AsStaff, Query(view): Query<View>) -> PageResult {
    let l = page.l;
    let days = view.days();
    let found = credits::idle(&page.server, &staff, days).await?;
    let none = found.is_empty();
    let sum = found.iter().map(|one| one.amount).sum();
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_bill(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_since(l)),
        Column::new(t::column_refund(l)),
    ];
    let rows = found.iter().take(SHOWN).map(|one| row(l, one)).collect();
    let more = found.len().saturating_sub(SHOWN);
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::title(l), || {
        let file = format!("{}?dias={days}", paths::CREDITS_CSV);
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {tabs(l, Part::Credits)}
            <form method="get" action=paths::CREDITS class="filters">
                <div class="filters-fields">
                    <Field name="dias" label=t::days(l) kind=Kind::Digits width=Width::Ten value=days.to_string()/>
                </div>
                <Button label=t::show(l) kind=ButtonKind::Secondary/>
            </form>
            {if none {
                view! { <Empty icon=Icon::Check title=t::none(l)/> }.into_any()
            } else {
                let words = t::sum(l, texts::money(l, sum), i64::try_from(found.len()).unwrap_or(i64::MAX));
                view! {
                    <p>{words}</p>
                    <DataTable caption=t::title(l) caption_hidden=true columns rows/>
                    {(more > 0).then(|| view! { <p class="soft">{t::more(l, i64::try_from(more).unwrap_or(i64::MAX))}</p> })}
                    <p><ButtonLink href=file label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p>
                }
                .into_any()
            }}
        }
    }))
}

fn row(l: Locale, one: &Credit) -> Vec<AnyView> {
    let refund = match &one.protocol {
        Some(protocol) => view! { <a href=paths::staff_request(protocol)>{t::under_way(l)}</a> }.into_any(),
        None => t::nothing_under_way(l).into_any(),
    };
    vec![
        view! { <a href=paths::staff_customer(one.customer)>{one.name.clone()}</a> }.into_any(),
        one.bill.clone().unwrap_or_else(|| t::no_bill(l).to_owned()).into_any(),
        view! { <MoneyText amount=amount(l, one.amount)/> }.into_any(),
        texts::date(l, one.since_on).into_any(),
        refund,
    ]
}

/// The same as a file. That it was taken is recorded.
async fn idle_csv(page: Page, AsStaff(staff): AsStaff, Query(view): Query<View>) -> PageResult {
    let l = page.l;
    let found = credits::take(&page.server, &staff, view.days()).await?;
    let text = |text: &Option<String>| text.clone().map_or(Cell::Nothing, Cell::Text);
    let cells = |one: &Credit| {
        vec![
            Cell::Text(one.name.clone()),
            text(&one.bill),
            Cell::Cents(one.amount.as_cents()),
            Cell::Day(one.since_on),
            text(&one.protocol),
        ]
    };
    let columns = ["customer", "bill", "amount", "since", "protocol"].map(str::to_owned).to_vec();
    let sheet = Sheet { name: t::tab(l).to_owned(), columns, rows: found.iter().map(cells).collect() };
    Ok(attachment(&format!("{}_{}.csv", t::file(l), page.server.clock.today()), "text/csv; charset=utf-8", csv(&sheet)?))
}
