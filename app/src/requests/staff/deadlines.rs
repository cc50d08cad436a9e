//! How deadlines were kept, by month and kind: a page and the same as a table. Never names a request.

use chrono::{Datelike, Months, NaiveDate};
use leptos::prelude::*;
use server::requests::clock::{self, Kept};
use server::texts::{self, Locale, deadlines_staff as t};

use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, ButtonKind, ButtonLink};
use crate::ui::forms::{Field, Filters, Kind as Control};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::Empty;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;
use crate::wording;

/// The page.
pub(super) async fn kept(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let (from, to) = period(&asked, page.server.clock.today());
    let lines = clock::kept(&page.server, &staff, from, to).await?;
    let columns = vec![
        Column::new(t::column_month(l)),
        Column::new(t::column_kind(l)),
        Column::amount(t::column_in_time(l)),
        Column::amount(t::column_late(l)),
        Column::amount(t::column_share(l)),
        Column::amount(t::column_median(l)),
    ];
    let none = lines.is_empty();
    let total = total(l, &lines);
    let rows = lines.iter().map(|line| row(l, line)).collect::<Vec<_>>();
    let csv = format!("{}?de={from}&ate={to}", paths::DEADLINES_CSV);
    Ok(page.staff(&staff, StaffRoom::Queue, t::title(l), || {
        view! {
            <BackLink href=paths::QUEUE label=t::to_queue(l)/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <Filters label=texts::frame::filter(l) action=paths::DEADLINES submit=texts::desk::apply(l) open=true>
                <Field name="de" label=texts::exports_staff::begins(l) kind=Control::Date value=from.to_string()/>
                <Field name="ate" label=texts::exports_staff::ends(l) kind=Control::Date value=to.to_string()/>
            </Filters>
            {if none {
                view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! {
                    <DataTable caption=t::caption(l) columns rows total/>
                    <p><ButtonLink href=csv label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p>
                }
                .into_any()
            }}
        }
    }))
}

/// The same as a table.
pub(super) async fn csv(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let (from, to) = period(&asked, page.server.clock.today());
    let table = clock::kept_csv(&page.server, &staff, from, to, page.l).await?;
    Ok(attachment(&format!("{}_{from}_{to}.csv", t::file(page.l)), "text/csv; charset=utf-8", table))
}

/// The days asked for, or this month and the two before it.
fn period(asked: &Asked, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = today.with_day(1).and_then(|first| first.checked_sub_months(Months::new(2))).unwrap_or(today);
    let (from, to) = (asked.read("de").unwrap_or(first), asked.read("ate").unwrap_or(today));
    if from <= to { (from, to) } else { (to, from) }
}

fn row(l: Locale, line: &Kept) -> Vec<AnyView> {
    vec![
        texts::competence(l, &line.month).into_any(),
        wording::kind(l, line.kind).into_any(),
        line.in_time.to_string().into_any(),
        line.late.to_string().into_any(),
        share(l, line.in_time, line.late),
        line.median.map_or_else(|| "–".to_owned(), |days| days.to_string()).into_any(),
    ]
}

fn total(l: Locale, lines: &[Kept]) -> Vec<AnyView> {
    let (in_time, late) = lines.iter().fold((0, 0), |(in_time, late), line| (in_time + line.in_time, late + line.late));
    vec![
        t::total(l).into_any(),
        "".into_any(),
        in_time.to_string().into_any(),
        late.to_string().into_any(),
        share(l, in_time, late),
        "".into_any(),
    ]
}

/// Of a hundred, rounded down: what is not wholly kept is never shown as if it were.
fn share(l: Locale, in_time: i64, late: i64) -> AnyView {
    t::share(l, in_time * 100 / (in_time + late).max(1)).into_any()
}
