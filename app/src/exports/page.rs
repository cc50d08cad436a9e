//! What there is to export of some days, and what was exported. Never shows a row of it: that is for the file.

use chrono::{Datelike, NaiveDate};
use domain::money::Money;
use leptos::prelude::*;
use server::error::Error;
use server::exports::{self, Format, Kind, Past, Period, Total};
use server::sessions::Hand;
use server::texts::{self, Locale, exports_staff as t};

use crate::asked::Asked;
use crate::download::stored;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Filters, Kind as Control};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::Pagination;
use crate::ui::panels::{Empty, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Str, Tone, Words};
use crate::visitor::AsStaff;

/// How much there is of each kind, to be downloaded, and the list of what was.
pub(super) async fn exports(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let (period, understood) = period(&asked, page.server.clock.today());
    let totals = exports::totals(&page.server, &staff, period).await?;
    let past = exports::history(&page.server, &staff, asked.read("depois")).await?;
    let days = (texts::date(l, period.from()), texts::date(l, period.to()));
    let rows: Vec<Vec<AnyView>> = totals.iter().map(|total| row(l, period, total)).collect();
    let columns = vec![
        Column::new(t::column_what(l)),
        Column::amount(t::column_rows(l)),
        Column::amount(t::column_sum(l)),
        Column::new(t::column_download(l)),
    ];
    let newer = asked.read::<uuid::Uuid>("depois").map(|_| (Str::from(paths::EXPORTS), Words::from(t::newest(l))));
    let older = past.next.map(|next| (Str::from(format!("{}?depois={next}", paths::EXPORTS)), Words::from(texts::frame::older(l))));
    let list = history(&page, &past.exports);
    let remessas = crate::remessas::section(&page, &staff, &asked).await?;
    Ok(page.staff(&staff, StaffRoom::Exports, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {(!understood).then(|| view! { <Notice tone=Tone::Attention title=t::period_wrong(l) live=true><p>{t::period_wrong_words(l)}</p></Notice> })}
            <Filters label=texts::frame::filter(l) action=paths::EXPORTS submit=t::show(l) open=true>
                <Field name="de" label=t::begins(l) kind=Control::Date value=period.from().to_string()/>
                <Field name="ate" label=t::ends(l) kind=Control::Date value=period.to().to_string()/>
            </Filters>
            <DataTable caption=t::caption(l, days.0, days.1) columns rows/>
            {remessas}
            <h2>{t::history(l)}</h2>
            {list}
            <Pagination label=texts::statement_page::pages(l) newer older/>
        }
    }))
}

/// One file, made now; that it was taken is recorded.
pub(super) async fn file(asked: Asked, page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let kind: Kind = asked.read("tipo").ok_or(Error::NotFound)?;
    let format: Format = asked.read("formato").ok_or(Error::NotFound)?;
    let days = (asked.read("de").ok_or(Error::NotFound)?, asked.read("ate").ok_or(Error::NotFound)?);
    let period = Period::new(days.0, days.1).ok_or(Error::NotFound)?;
    Ok(stored(exports::export(&page.server, Hand::Staff(&staff), kind, period, format).await?.file))
}

/// The days asked for, or those of this month; and whether what was asked could be understood.
fn period(asked: &Asked, today: NaiveDate) -> (Period, bool) {
    let this_month = Period::new(today.with_day(1).unwrap_or(today), today);
    let silent = asked.text("de").is_empty() && asked.text("ate").is_empty();
    let said = asked.read("de").zip(asked.read("ate")).and_then(|(from, to)| Period::new(from, to));
    // A month has no more than ten years, so there always is one.
    let period = said.or(this_month).unwrap_or_else(|| Period::of_day(today));
    (period, said.is_some() || silent)
}

fn row(l: Locale, period: Period, total: &Total) -> Vec<AnyView> {
    let (name, about) = words(l, total.kind);
    let links = Format::ALL
        .iter()
        .map(|format| {
            let href = format!(
                "{}?tipo={}&de={}&ate={}&formato={}",
                paths::EXPORT_FILE,
                total.kind.as_str(),
                period.from(),
                period.to(),
                format.as_str()
            );
            let (words, whole) = (format_name(l, *format), t::download_about(l, format_name(l, *format), name));
            view! { <li><a class="nowrap" href=href download="" rel="nofollow" aria-label=whole>{words}</a></li> }
        })
        .collect_view();
    vec![
        view! { <div><strong>{name}</strong><br/><span class="small soft">{about}</span></div> }.into_any(),
        total.rows.to_string().into_any(),
        money(l, total.sum),
        if total.rows == 0 {
            view! { <span class="small soft">{t::nothing(l)}</span> }.into_any()
        } else {
            view! { <ul class="downloads" role="list">{links}</ul> }.into_any()
        },
    ]
}

fn history(page: &Page, past: &[Past]) -> AnyView {
    let l = page.l;
    if past.is_empty() {
        return view! { <Empty icon=Icon::Download title=t::none(l) text=t::none_words(l)/> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_when(l)),
        Column::new(t::column_who(l)),
        Column::new(t::column_what(l)),
        Column::new(t::column_days(l)),
        Column::amount(t::column_rows(l)),
        Column::amount(t::column_sum(l)),
    ];
    let rows = past
        .iter()
        .map(|past| {
            let (from, to) = (texts::date(l, past.from_on), texts::date(l, past.to_on));
            // Enough of it to tell two files apart.
            let fingerprint = t::fingerprint(l, past.file_hash.get(..12).unwrap_or_default());
            vec![
                texts::date_time(l, page.server.clock.local(past.made_at)).into_any(),
                past.by_name.clone().unwrap_or_else(|| t::terminal(l).to_owned()).into_any(),
                view! {
                    <div>
                        {words(l, past.kind).0}", "{format_name(l, past.format)}
                        <br/>
                        <span class="small soft">{fingerprint}</span>
                    </div>
                }
                .into_any(),
                t::days(l, from, to).into_any(),
                past.row_count.to_string().into_any(),
                money(l, past.sum),
            ]
        })
        .collect();
    view! { <DataTable caption=t::history(l) caption_hidden=true columns rows/> }.into_any()
}

fn money(l: Locale, amount: Money) -> AnyView {
    view! { <MoneyText amount=Amount::new(amount, texts::money(l, amount))/> }.into_any()
}

/// A kind's name, and what it is.
fn words(l: Locale, kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Refunds => (t::refunds(l), t::refunds_about(l)),
        Kind::Compensations => (t::compensations(l), t::compensations_about(l)),
        Kind::Slips => (t::slips(l), t::slips_about(l)),
        Kind::Decisions => (t::decisions(l), t::decisions_about(l)),
    }
}

fn format_name(l: Locale, format: Format) -> &'static str {
    match format {
        Format::Csv => t::csv(l),
        Format::CsvBom => t::csv_bom(l),
        Format::Xlsx => t::xlsx(l),
    }
}
