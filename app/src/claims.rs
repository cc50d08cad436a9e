//! Customers in a proceeding: what is claimed of each, bill by bill, and its paper.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use domain::demands::sums;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::claims::{self, Claim};
use server::error::Error;
use server::papers;
use server::texts::{self, Locale, claims as t, demands as d};

use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::guarantees;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Empty};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::{App, AsStaff};

/// The pages of this feature.
pub fn routes() -> Router<App> {
    Router::new()
        .route(paths::CLAIMS, get(list))
        .route(&paths::claim("{customer}"), get(claim))
        .route(&paths::claim_paper("{customer}"), get(paper))
}

async fn list(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = claims::list(&page.server, &staff).await?;
    let none = list.is_empty();
    let columns = vec![
        Column::new(d::column_customer(l)),
        Column::new(t::case_number(l)),
        Column::new(t::filed_on(l)),
        Column::amount(t::column_subject(l)),
        Column::amount(t::column_later(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            vec![
                view! { <a href=paths::claim(one.customer)>{one.name.clone()}</a> }.into_any(),
                view! { <span class="number">{one.case_number.clone()}</span> }.into_any(),
                texts::date(l, one.filed_on).into_any(),
                view! { <MoneyText amount=amount(l, one.subject)/> }.into_any(),
                view! { <MoneyText amount=amount(l, one.later)/> }.into_any(),
            ]
        })
        .collect();
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::list_title(l), || {
        view! {
            <PageTitle title=t::list_title(l) lede=t::lede(l)/>
            {tabs(l, Part::Claims)}
            {if none {
                view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::list_title(l) caption_hidden=true columns rows/> }.into_any()
            }}
        }
    }))
}

async fn claim(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let claim = claims::see(&page.server, &staff, customer).await?;
    let (name, title) = (claim.name.clone(), format!("{} · {}", t::title(l), claim.name));
    let (about, subject, later) = (about(l, &claim), subject(l, &claim), later(l, &claim));
    let left = guarantees::card(l, &claim.guarantees, page.server.clock.today());
    Ok(page.staff(&staff, StaffRoom::FollowUp, &title, || {
        view! {
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=title.clone() lede=t::rule(l)/>
            <div class="columns">
                <div class="flow">{subject}{later}</div>
                <div class="flow">
                    {about}
                    <p><ButtonLink href=paths::claim_paper(customer) label=t::paper(l) icon=Icon::Download download=true/></p>
                    {left}
                </div>
            </div>
        }
    }))
}

fn about(l: Locale, claim: &Claim) -> impl IntoView + use<> {
    let [.., total] = sums(&claim.lines);
    let pairs = vec![
        Pair::new(t::case_number(l), claim.case_number.clone()),
        Pair::new(t::filed_on(l), texts::date(l, claim.filed_on)),
        Pair::new(t::column_subject(l), view! { <MoneyText amount=amount(l, total)/> }),
        Pair::new(t::paid_label(l), view! { <MoneyText amount=amount(l, claim.paid_since)/> }),
    ];
    view! { <Card title=t::proceeding(l)><SummaryList pairs/></Card> }
}

fn subject(l: Locale, claim: &Claim) -> AnyView {
    if claim.lines.is_empty() {
        return view! { <Card title=t::subject(l)><p class="soft">{t::nothing(l)}</p></Card> }.into_any();
    }
    let columns = vec![
        Column::new(d::column_bill(l)),
        Column::new(d::column_due(l)),
        Column::amount(d::column_principal(l)),
        Column::amount(d::column_fine(l)),
        Column::amount(d::column_interest(l)),
        Column::amount(d::column_total(l)),
    ];
    let money = |value| view! { <MoneyText amount=amount(l, value)/> }.into_any();
    let mut rows: Vec<Vec<AnyView>> = claim
        .lines
        .iter()
        .map(|one| {
            let number = view! { <span class="number">{one.number.clone()}</span> }.into_any();
            let due = texts::date(l, one.due_on).into_any();
            vec![number, due, money(one.principal), money(one.fine), money(one.interest), money(one.total)]
        })
        .collect();
    let [principal, fine, interest, total] = sums(&claim.lines);
    let sum = view! { <strong>{d::column_sum(l)}</strong> }.into_any();
    rows.push(vec![sum, ().into_any(), money(principal), money(fine), money(interest), money(total)]);
    view! { <DataTable caption=t::subject(l) columns rows/> }.into_any()
}

fn later(l: Locale, claim: &Claim) -> impl IntoView + use<> {
    let rows = claim
        .later
        .iter()
        .map(|(number, due_on, open)| {
            let (title, meta) = (texts::promises::bill(l, number), texts::desk::due(l, texts::date(l, *due_on)));
            view! { <Row title meta amount=amount(l, *open)/> }
        })
        .collect_view();
    let body = if claim.later.is_empty() {
        view! { <p class="soft">{t::nothing_later(l)}</p> }.into_any()
    } else {
        view! { <Rows>{rows}</Rows> }.into_any()
    };
    view! { <Card title=t::later(l)><p class="small soft">{t::later_words(l)}</p>{body}</Card> }
}

/// The paper; that it was taken is recorded.
async fn paper(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let paper = papers::claims::statement(&page.server, &staff, customer).await?;
    Ok(attachment(&paper.name, "application/pdf", paper.bytes))
}
