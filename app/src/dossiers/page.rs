//! As of which moment a dossier is taken, and those that were. A moment that none can be of comes back with a word about it.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use chrono::NaiveDateTime;
use domain::forms::Problem;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::dossiers::{self, Taken};
use server::error::Error;
use server::texts::{self, dossiers as t};

use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, BackLink, Button};
use crate::ui::forms::{ErrorSummary, Field, Kind, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::Empty;
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// As browsers write a moment: with seconds, or without where they are zero.
const WALL: [&str; 2] = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];

fn wall(text: &str) -> Option<NaiveDateTime> {
    WALL.iter().find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok())
}

/// The form, and the list.
pub(super) async fn dossiers(asked: Asked, page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let (l, clock) = (page.l, &page.server.clock);
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let (name, taken) = dossiers::taken(&page.server, &staff, customer).await?;
    let typed = asked.text("em");
    let problem = match wall(typed).and_then(|at| clock.moment(at)) {
        None if typed.is_empty() => None,
        None => Some(Problem::NotADate),
        Some(at) => (at > clock.now()).then_some(Problem::InTheFuture),
    };
    let value = if typed.is_empty() { clock.local(clock.now()).format(WALL[0]).to_string() } else { typed.chars().take(19).collect() };
    let error: Words = problem.as_ref().map_or_else(Words::default, |problem| wording::problem(l, problem).into());
    let errors = problem.map(|problem| (Str::from("em"), Words::from(wording::problem(l, &problem)))).into_iter().collect();
    let list = list(&page, customer, &taken);
    Ok(page.staff(&staff, StaffRoom::Customers, t::title(l), || {
        view! {
            <BackLink href=paths::staff_customer(customer) label=name/>
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <form method="get" action=paths::dossier(customer, None) class="flow narrow" novalidate=true>
                <Field name="em" kind=Kind::Moment width=Width::Twenty label=t::moment(l) hint=t::moment_hint(l) value error/>
                <Actions><Button label=t::button(l) icon=Icon::Download/></Actions>
            </form>
            <h2>{t::taken(l)}</h2>
            {list}
        }
    }))
}

fn list(page: &Page, customer: CustomerId, taken: &[Taken]) -> AnyView {
    let (l, clock) = (page.l, &page.server.clock);
    if taken.is_empty() {
        return view! { <Empty icon=Icon::Document title=t::taken_none(l) text=t::taken_none_words(l)/> }.into_any();
    }
    let rows = taken
        .iter()
        .map(|one| {
            let wall = clock.local(one.as_of);
            let as_of = format!("{} {}", texts::date(l, wall.date_naive()), wall.format("%H:%M:%S"));
            let about = t::again_about(l, &as_of);
            let href = paths::dossier(customer, Some(wall.naive_local()));
            vec![
                as_of.into_any(),
                texts::date_time(l, clock.local(one.made_at)).into_any(),
                one.by_name.clone().into_any(),
                one.gaps.to_string().into_any(),
                view! { <span class="number small">{one.manifest_hash.get(..16).unwrap_or_default().to_owned()}</span> }.into_any(),
                view! { <a href=href download="" rel="nofollow">{t::again(l)}<span class="visually-hidden">" "{about}</span></a> }
                    .into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(t::moment(l)),
        Column::new(t::column_taken(l)),
        Column::new(t::who(l)),
        Column::amount(t::column_gaps(l)),
        Column::new(dossiers::SUMS),
        Column::new(t::column_file(l)),
    ];
    view! { <DataTable caption=t::taken(l) caption_hidden=true columns rows/> }.into_any()
}

/// One dossier, made while it is sent. That it was taken is recorded.
pub(super) async fn file(asked: Asked, page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let typed = asked.text("em");
    let as_of = wall(typed).and_then(|at| page.server.clock.moment(at));
    let back = || {
        let plain: String = typed.chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | 'T' | ':')).take(19).collect();
        Ok(Redirect::to(&format!("{}?em={plain}", paths::dossiers(customer))).into_response())
    };
    if as_of.is_none() && !typed.is_empty() {
        return back();
    }
    match dossiers::take(&page.server, &staff, customer, as_of).await {
        Ok(archive) => Ok(attachment(&archive.name, "application/zip", Body::from_stream(archive.bytes))),
        Err(Error::Form(_)) => back(),
        Err(error) => Err(error.into()),
    }
}
