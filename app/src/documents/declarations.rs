//! The years that can be declared paid, those that cannot and why, and the declaration itself.

use axum::extract::Path;
use chrono::NaiveDate;
use domain::declarations::NotCleared;
use domain::statement::Shown;
use leptos::prelude::*;
use server::declarations::{self, Year};
use server::statement::Filter;
use server::texts::{Locale, declarations as t};

use crate::download::attachment;
use crate::page::{Failure, Page, PageResult};
use crate::paths;
use crate::statement::filter;
use crate::ui::Tone;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::Card;
use crate::visitor::AsCustomer;

/// One year: the declaration to download, or what stands against it and where to see that.
fn year(l: Locale, (year, cleared): &Year) -> impl IntoView + use<> {
    let bills = |shown| {
        let day = |month, day| NaiveDate::from_ymd_opt(*year, month, day);
        filter::address(paths::STATEMENT, &Filter { shown, from: day(1, 1), to: day(12, 31), ..Filter::default() }, None)
    };
    let title = t::year(l, *year);
    let (meta, tone, href, words) = match cleared {
        Ok(cleared) => {
            let meta = if cleared.disputed == 0 { t::cleared(l).to_owned() } else { t::partly(l, i64::from(cleared.disputed)) };
            (meta, Tone::Good, paths::declaration(*year), t::get(l, *year))
        }
        Err(NotCleared::Open { bills: open }) => {
            (t::open(l, i64::from(*open)), Tone::Attention, bills(Some(Shown::Open)), t::see(l, *year))
        }
        Err(NotCleared::AllDisputed | NotCleared::NotOver | NotCleared::NothingDue) => {
            (t::all_disputed(l).to_owned(), Tone::Attention, bills(None), t::see(l, *year))
        }
    };
    view! { <Row title=title tag=meta tone><a href=href>{words}</a></Row> }
}

/// The card of the documents' page; nothing for somebody of whom no past year is known.
pub(super) fn card(l: Locale, years: &[Year]) -> Option<impl IntoView + use<>> {
    let rows = years.iter().map(|one| year(l, one)).collect_view();
    (!years.is_empty()).then(|| {
        view! {
            <Card title=t::heading(l)>
                <p class="soft">{t::lede(l)}</p>
                <Rows>{rows}</Rows>
            </Card>
        }
    })
}

/// The declaration of a year.
pub(super) async fn declaration(Path(year): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let year = year.parse().ok().filter(|year| (1900..=9999).contains(year)).ok_or(Failure::Missing)?;
    let declared = declarations::declare(&page.server, &customer, year).await?;
    Ok(attachment(&declared.name, "application/pdf", declared.bytes))
}
