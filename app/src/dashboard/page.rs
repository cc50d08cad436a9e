//! The dashboard's page and its files.

use domain::money::Money;
use leptos::prelude::*;
use server::dashboard::{self, Aged, Dashboard};
use server::error::Error;
use server::exports::{Cell, Sheet, csv, workbook};
use server::texts::{self, Locale, dashboard as t};

use super::tables::{Figure, table};
use crate::asked::Asked;
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::amounts::{Bar, Bars, MoneyText};
use crate::ui::charts::{Axis, ColumnChart, Series};
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Tone, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// Everything at once.
pub(super) async fn dashboard(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let it = dashboard::dashboard(&page.server, &staff).await?;
    let as_of = t::as_of(l, texts::date_time(l, page.server.clock.local(it.as_of)));
    let cards = Figure::ALL.iter().filter_map(|figure| Some(card(l, &it, *figure, table(l, &it, *figure)?))).collect_view();
    let figures = figures(l, &it);
    Ok(page.staff(&staff, StaffRoom::Dashboard, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <p class="small soft">{as_of} " " <a href=file_of(None, "xlsx") download="" rel="nofollow">{t::take_all(l)}</a></p>
            <div class="figures">{figures}</div>
            {cards}
        }
    }))
}

/// A figure as CSV, or all of them as a workbook. That it was taken is recorded.
pub(super) async fn file(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let (l, day) = (page.l, page.server.clock.today());
    let broken = |error: Error| -> crate::page::Failure { error.into() };
    match (asked.text("formato"), asked.text("quadro")) {
        ("xlsx", "") => {
            let it = dashboard::take(&page.server, &staff, "all").await?;
            let sheets: Vec<Sheet> = Figure::ALL.iter().filter_map(|figure| table(l, &it, *figure)).collect();
            let bytes = workbook(&sheets, page.server.clock.now()).map_err(broken)?;
            Ok(attachment(&format!("painel_{day}.xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
        }
        ("csv", figure) => {
            let figure: Figure = figure.parse().map_err(|()| Error::NotFound)?;
            let it = dashboard::take(&page.server, &staff, figure.as_str()).await?;
            let bytes = csv(&table(l, &it, figure).ok_or(Error::NotFound)?).map_err(broken)?;
            Ok(attachment(&format!("painel_{}_{day}.csv", figure.as_str()), "text/csv; charset=utf-8", bytes))
        }
        _ => Err(Error::NotFound.into()),
    }
}

fn file_of(figure: Option<Figure>, format: &str) -> String {
    let figure = figure.map(|figure| format!("quadro={}&", figure.as_str())).unwrap_or_default();
    format!("{}?{figure}formato={format}", paths::DASHBOARD_FILE)
}

/// What a supervisor wants to know first.
fn figures(l: Locale, it: &Dashboard) -> AnyView {
    let late: Money = it.ageing.iter().filter(|line| line.age != domain::statement::Age::NotDue).map(|line| line.open).sum();
    let recovered = it.received.last().map_or(Money::ZERO, server::dashboard::Received::recovered);
    let money = |value: Money| view! { <MoneyText amount=amount(l, value)/> }.into_any();
    let count = |value: i64| value.to_string().into_any();
    [
        (money(late), t::figure_late(l)),
        (count(it.late_customers), t::figure_customers(l)),
        (money(recovered), t::figure_recovered(l)),
        (count(it.waiting.iter().map(dashboard::Waiting::open).sum()), t::figure_requests(l)),
        (count(it.waiting.iter().map(|line| line.late).sum()), t::figure_overdue(l)),
    ]
    .map(|(value, label)| view! { <div class="figure"><p class="figure-value">{value}</p><p class="figure-label">{label}</p></div> })
    .collect_view()
    .into_any()
}

fn card(l: Locale, it: &Dashboard, figure: Figure, sheet: Sheet) -> impl IntoView + use<> {
    let (title, about) = match figure {
        Figure::Ageing => (t::ageing(l), t::ageing_about(l).to_owned()),
        Figure::Received => (t::received(l), t::received_about(l).to_owned()),
        Figure::Waiting => (t::waiting(l), t::waiting_about(l).to_owned()),
        Figure::Agreements => (t::agreements(l), kept(l, it)),
        Figure::Promises => (t::promises(l), t::promises_about(l).to_owned()),
        Figure::Workload => (t::workload(l), t::workload_about(l).to_owned()),
    };
    let drawing = match figure {
        Figure::Ageing => Some(ageing(l, &it.ageing)),
        Figure::Received => Some(received(l, it)),
        Figure::Waiting | Figure::Agreements | Figure::Promises | Figure::Workload => None,
    };
    // Few columns fit beside a drawing, many stand below it.
    let class = if figure == Figure::Ageing { "columns columns-drawing" } else { "flow" };
    let link = (file_of(Some(figure), "csv").into(), Words::from(t::take(l, title)));
    let rows = rows(l, &sheet, matches!(figure, Figure::Ageing | Figure::Received | Figure::Waiting));
    view! {
        <Card title=title link>
            <p class="small soft">{about}</p>
            <div class=class>{drawing}{rows}</div>
        </Card>
    }
}

/// The table of a figure, with a last line of sums where there is something to add up.
fn rows(l: Locale, sheet: &Sheet, wide: bool) -> AnyView {
    let adds = |column: usize| sheet.rows.iter().all(|row| matches!(row.get(column), Some(Cell::Cents(_) | Cell::Count(_))));
    let columns = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| if adds(at) { Column::amount(name.clone()) } else { Column::new(name.clone()) })
        .collect();
    let total =
        (0..sheet.columns.len()).map(|column| match (column, sheet.rows.iter().filter_map(|row| row.get(column)).cloned().reduce(add)) {
            (0, _) => view! { <strong>{t::total(l)}</strong> }.into_any(),
            (_, Some(sum)) if adds(column) => cell(l, &sum),
            _ => ().into_any(),
        });
    let total = if sheet.rows.len() > 1 { total.collect() } else { Vec::new() };
    let rows = sheet.rows.iter().map(|row| row.iter().map(|one| cell(l, one)).collect()).collect();
    view! { <DataTable caption=sheet.name.clone() caption_hidden=true columns rows total wide/> }.into_any()
}

/// The sum of two cells; of anything but figures, the second.
fn add(one: Cell, other: Cell) -> Cell {
    match (one, other) {
        (Cell::Cents(one), Cell::Cents(other)) => Cell::Cents(one + other),
        (Cell::Count(one), Cell::Count(other)) => Cell::Count(one + other),
        (_, other) => other,
    }
}

fn cell(l: Locale, cell: &Cell) -> AnyView {
    match cell {
        Cell::Text(words) => words.clone().into_any(),
        Cell::Cents(0) | Cell::Count(0) => view! { <span class="soft">"0"</span> }.into_any(),
        Cell::Cents(cents) => view! { <MoneyText amount=amount(l, Money::cents(*cents))/> }.into_any(),
        Cell::Count(count) => view! { <span class="number">{count.to_string()}</span> }.into_any(),
        Cell::Day(day) => texts::date(l, *day).into_any(),
        Cell::Moment(_) | Cell::Nothing => ().into_any(),
    }
}

fn ageing(l: Locale, lines: &[Aged]) -> AnyView {
    let whole: Money = lines.iter().map(|line| line.open).sum();
    let bars = lines
        .iter()
        .map(|line| {
            let permille = if whole.is_positive() { line.open.as_cents().saturating_mul(1000) / whole.as_cents() } else { 0 };
            let tone = if line.age == domain::statement::Age::NotDue { Tone::Neutral } else { Tone::Attention };
            let permille = u16::try_from(permille).unwrap_or(1000);
            view! { <Bar label=wording::age(l, line.age) amount=amount(l, line.open) permille tone/> }
        })
        .collect_view();
    // The table beside says the same to whoever hears the page.
    view! { <div aria-hidden="true"><Bars>{bars}</Bars></div> }.into_any()
}

fn received(l: Locale, it: &Dashboard) -> AnyView {
    let months = &it.received;
    let of = |words: &'static str, value: fn(&dashboard::Received) -> Money| Series {
        words: words.into(),
        values: months.iter().map(|month| value(month).as_cents()).collect(),
    };
    let series = vec![
        of(t::series_in_time(l), |month| month.in_time),
        of(t::series_late(l), |month| month.late),
        of(t::series_agreements(l), |month| month.agreements),
        of(t::series_unallocated(l), |month| month.unallocated),
    ];
    let highest = months.iter().map(|month| month.total().as_cents()).max().unwrap_or(0);
    // Whole reais, and no more zeros than the eye counts.
    let axis = Axis::to(highest, 100);
    let (unit, divisor) = match axis.step / 100 {
        0..1_000 => (t::unit_reais(l), 100),
        1_000..1_000_000 => (t::unit_thousands(l), 100_000),
        _ => (t::unit_millions(l), 100_000_000),
    };
    let lines = axis.lines().map(|value| Words::from((value / divisor).to_string())).collect();
    let columns = months.iter().map(|month| Words::from(texts::short_month(l, month.month))).collect();
    view! { <ColumnChart series columns axis lines unit/> }.into_any()
}

/// How agreements are kept, in a sentence.
fn kept(l: Locale, it: &Dashboard) -> String {
    let of = &it.installments;
    if of.due == 0 {
        return t::agreements_none(l).to_owned();
    }
    t::agreements_about(l, of.due.to_string(), texts::money(l, of.open), of.paid.to_string())
}
