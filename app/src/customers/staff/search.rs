//! One box that finds a customer by whatever staff has at hand. What was typed is posted, so that no address, history or
//! log ever holds a name or a CPF.

use axum::Form;
use leptos::prelude::*;
use serde::Deserialize;
use server::customers::search::{self as customers, Finding, Matched};
use server::error::Error;
use server::sessions::Staff;
use server::texts::{self, Locale};

use crate::page::{Page, PageResult, StaffRoom};
use crate::requests::staff::evidence::tax_id;
use crate::ui::actions::Button;
use crate::ui::forms::{ErrorSummary, Field, Kind, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    q: String,
}

/// The empty box.
pub(super) async fn search(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    staff.sees_customers()?;
    Ok(draw(&page, &staff, String::new(), None, None))
}

/// What was found.
pub(super) async fn results(page: Page, AsStaff(staff): AsStaff, Form(query): Form<Query>) -> PageResult {
    match customers::find(&page.server, &staff, &query.q).await {
        Ok(found) => Ok(draw(&page, &staff, query.q, None, Some(found))),
        Err(Error::Form(errors)) => {
            let error = errors.first().map(|error| wording::problem(page.l, &error.problem));
            Ok(draw(&page, &staff, query.q, error, None))
        }
        Err(error) => Err(error.into()),
    }
}

fn draw(page: &Page, staff: &Staff, typed: String, error: Option<String>, found: Option<Finding>) -> axum::response::Response {
    use texts::customers_staff as t;
    let l = page.l;
    let errors = error.iter().map(|error| ("q".into(), error.clone().into())).collect();
    let results = found.map(|found| results_of(page, &typed, found));
    page.staff(staff, StaffRoom::Customers, t::search(l), || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <PageTitle title=t::search(l) lede=t::search_lede(l)/>
            <PostForm action=paths::STAFF_SEARCH>
                <Field name="q" label=t::box_label(l) hint=t::box_hint(l) value=typed error kind=Kind::Search autocomplete="off"/>
                <Button label=texts::frame::search(l) icon=Icon::Search/>
            </PostForm>
            {results}
        }
    })
}

fn results_of(page: &Page, typed: &str, finding: Finding) -> AnyView {
    use texts::customers_staff as t;
    let l = page.l;
    let Finding { matched, found, more } = finding;
    if found.is_empty() {
        return view! { <Empty icon=Icon::Search title=t::nothing(l) text=t::nothing_words(l)/> }.into_any();
    }
    let title = t::found(l, i64::try_from(found.len()).unwrap_or(i64::MAX));
    let rows = found
        .into_iter()
        .map(|one| {
            let meta = t::found_about(l, &one.city, tax_id(&one.tax_id));
            // What was typed was the number of one of this customer's requests: it is a way there too.
            let request = one.request().map(|_| view! { <a href=paths::staff_request(typed)>{t::open_request(l)}</a> });
            view! { <Row title=one.name.clone() href=paths::staff_customer(one.id) meta>{request}</Row> }
        })
        .collect_view();
    let more = more.then(|| view! { <p class="small soft">{t::found_more(l)}</p> });
    view! {
        <Card title>
            <p class="small soft">{found_by(l, matched)}</p>
            <Rows>{rows}</Rows>
            {more}
        </Card>
    }
    .into_any()
}

/// How what was typed was understood.
fn found_by(l: Locale, matched: Matched) -> &'static str {
    use texts::customers_staff as t;
    match matched {
        Matched::TaxId => t::by_tax_id(l),
        Matched::Email => t::by_email(l),
        Matched::Barcode => t::by_barcode(l),
        Matched::Pix => t::by_pix(l),
        Matched::Protocol => t::by_protocol(l),
        Matched::NossoNumero => t::by_nosso_numero(l),
        Matched::Bill => t::by_bill(l),
        Matched::Amount => t::by_amount(l),
        Matched::Name => t::by_name(l),
        Matched::LikeName => t::by_like_name(l),
    }
}
