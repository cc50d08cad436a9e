//! The papers that the portal writes on request: for the income tax, of payments in a period, of an agreement.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use server::error::Error;
use server::papers::{self, Written};
use server::texts::{self, Locale, papers as t};

use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{CustomerRoom, Failure, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button};
use crate::ui::forms::{ErrorSummary, Field, Kind};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::Card;
use crate::ui::{Str, Words};
use crate::visitor::AsCustomer;

/// The card of the documents' page: the years of which there is a statement for the income tax, and the way to one of payments.
pub(super) fn card(l: Locale, years: &[i32]) -> impl IntoView + use<> {
    let rows = years
        .iter()
        .copied()
        .map(|year| {
            view! { <Row title=t::income_tax_year(l, year)><a href=paths::income_tax(year)>{t::income_tax_get(l, year)}</a></Row> }
        })
        .collect_view();
    view! {
        <Card title=t::heading(l)>
            <p class="soft">{t::lede(l)}</p>
            <Rows>
                {rows}
                <Row title=t::payments_heading(l) meta=t::payments_lede(l)><a href=paths::PAYMENTS_PAPER>{t::payments_link(l)}</a></Row>
            </Rows>
        </Card>
    }
}

fn handed_out(paper: Written) -> PageResult {
    Ok(attachment(&paper.name, "application/pdf", paper.bytes))
}

/// What was paid in a year.
pub(super) async fn income_tax(Path(year): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let year = year.parse().ok().filter(|year| (1900..=9999).contains(year)).ok_or(Failure::Missing)?;
    handed_out(papers::income_tax::statement(&page.server, &customer, year).await?)
}

/// The term of an agreement.
pub(super) async fn agreement(Path(protocol): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    handed_out(papers::agreements::term(&page.server, &customer, &protocol).await?)
}

/// Which period; what is proposed is this year so far. A period that no paper has comes back with a word about it.
pub(super) async fn payments(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let l = page.l;
    let today = page.server.clock.today();
    let refused = !asked.text("de").is_empty() || !asked.text("ate").is_empty();
    let error: Words = if refused { t::period_problem(l).into() } else { Words::default() };
    let or = |name: &str, day: NaiveDate| if refused { asked.text(name).to_owned() } else { day.to_string() };
    let (from, to) = (or("de", today.with_ordinal(1).unwrap_or(today)), or("ate", today));
    let errors = if refused { vec![(Str::from("ate"), Words::from(t::period_problem(l)))] } else { Vec::new() };
    Ok(page.customer(&customer, CustomerRoom::Documents, t::payments_heading(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=paths::DOCUMENTS label=texts::frame::documents(l)/>
                <ErrorSummary title=texts::frame::error_summary(l) errors/>
                <PageTitle title=t::payments_heading(l) lede=t::payments_lede(l)/>
                <form method="get" action=paths::PAYMENTS_PAPER_PDF class="flow" novalidate=true>
                    <Field name="de" kind=Kind::Date label=t::payments_from(l) value=from/>
                    <Field name="ate" kind=Kind::Date label=t::payments_to(l) value=to error/>
                    <Actions><Button label=t::payments_get(l)/></Actions>
                </form>
            </div>
        }
    }))
}

/// The payments of a period.
pub(super) async fn payments_pdf(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let day = |name: &str| domain::forms::date(asked.text(name)).ok();
    let back = || {
        let plain = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | '/')).take(10).collect::<String>();
        let address = format!("{}?de={}&ate={}", paths::PAYMENTS_PAPER, plain(asked.text("de")), plain(asked.text("ate")));
        Ok(Redirect::to(&address).into_response())
    };
    let (Some(from), Some(to)) = (day("de"), day("ate")) else { return back() };
    match papers::payments::statement(&page.server, &customer, from, to).await {
        Ok(paper) => handed_out(paper),
        Err(Error::Form(_)) => back(),
        Err(error) => Err(error.into()),
    }
}
