//! What was given up by month and reason, on the page and as a file.

use axum::extract::Path;
use chrono::{Datelike, Months, NaiveDate};
use leptos::prelude::*;
use server::error::Error;
use server::exports::{Cell, Sheet, csv, workbook};
use server::texts::{self, Locale, write_offs as t};
use server::write_offs::{self, Line};

use super::words;
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::page::{Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::icons::Icon;
use crate::ui::panels::Card;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// This month and the eleven before it.
pub(super) fn since(today: NaiveDate) -> NaiveDate {
    today.with_day(1).and_then(|first| first.checked_sub_months(Months::new(11))).unwrap_or(today)
}

pub(super) fn table(l: Locale, lines: &[Line]) -> AnyView {
    if lines.is_empty() {
        return view! { <Card title=t::report(l)><p class="soft">{t::report_none(l)}</p></Card> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_month(l)),
        Column::new(t::column_reason(l)),
        Column::amount(t::column_decisions(l)),
        Column::amount(t::column_bills(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_back(l)),
    ];
    let rows = lines
        .iter()
        .map(|line| {
            vec![
                texts::competence(l, &line.month.format("%Y-%m").to_string()).into_any(),
                words::reason(l, line.reason).into_any(),
                line.decisions.to_string().into_any(),
                line.bills.to_string().into_any(),
                view! { <MoneyText amount=amount(l, line.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, line.back)/> }.into_any(),
            ]
        })
        .collect();
    view! {
        <DataTable caption=t::report(l) columns rows/>
        <p class="small soft">{t::report_note(l)}</p>
        <Actions>
            <ButtonLink href=paths::write_offs_report("csv") label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
            <ButtonLink href=paths::write_offs_report("xlsx") label=t::xlsx(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
        </Actions>
    }
    .into_any()
}

/// The same as a file, `csv` or `xlsx`. That it was taken is recorded.
pub(super) async fn file(page: Page, AsStaff(staff): AsStaff, Path(format): Path<String>) -> PageResult {
    let (l, today) = (page.l, page.server.clock.today());
    if !matches!(format.as_str(), "csv" | "xlsx") {
        return Err(Error::NotFound.into());
    }
    let lines = write_offs::take_report(&page.server, &staff, since(today)).await?;
    let name = format!("{}_{today}.{format}", t::file_name(l));
    let sheet = sheet(l, &lines);
    Ok(if format == "csv" {
        attachment(&name, "text/csv; charset=utf-8", csv(&sheet)?)
    } else {
        let bytes = workbook(&[sheet], page.server.clock.now())?;
        attachment(&name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes)
    })
}

fn sheet(l: Locale, lines: &[Line]) -> Sheet {
    let columns = ["month", "reason", "reason_name", "decisions", "bills", "amount", "came_back"].map(str::to_owned).to_vec();
    let row = |line: &Line| {
        vec![
            Cell::Text(line.month.format("%Y-%m").to_string()),
            Cell::Text(line.reason.as_str().to_owned()),
            Cell::Text(words::reason(l, line.reason).to_owned()),
            Cell::Count(line.decisions),
            Cell::Count(line.bills),
            Cell::Cents(line.amount.as_cents()),
            Cell::Cents(line.back.as_cents()),
        ]
    };
    Sheet { name: t::file_name(l).to_owned(), columns, rows: lines.iter().map(row).collect() }
}
