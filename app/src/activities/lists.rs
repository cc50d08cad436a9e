//! The lists of follow-up: who cannot be reached, and why people say they do not pay.

use chrono::{Datelike, Months, NaiveDate};
use domain::activities::Unreachable;
use leptos::prelude::*;
use server::activities::{self, Said, Sought};
use server::exports::{Cell, Sheet, csv};
use server::texts::{self, Locale, activities as t};

use super::api;
use crate::agreements::reason_words;
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::PostForm;
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Tab, Tabs};
use crate::ui::panels::{Empty, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// Where one is in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Unreachable,
    Promises,
    Agreements,
    Notices,
    Demands,
    Suspensions,
    Credits,
    Claims,
    Reasons,
}

/// The parts of the room.
pub(crate) fn tabs(l: Locale, here: Part) -> impl IntoView {
    let tabs = vec![
        Tab::new(paths::FOLLOW_UP, t::unreachable(l), here == Part::Unreachable),
        Tab::new(paths::PROMISES, texts::promises::tab(l), here == Part::Promises),
        Tab::new(paths::AGREEMENTS_FOLLOWED, texts::agreements::staff_tab(l), here == Part::Agreements),
        Tab::new(paths::DEFAULT_NOTICES, texts::default_notices::tab(l), here == Part::Notices),
        Tab::new(paths::DEMANDS, texts::demands::tab(l), here == Part::Demands),
        Tab::new(paths::SUSPENSIONS, texts::suspensions::tab(l), here == Part::Suspensions),
        Tab::new(paths::CREDITS, texts::credits::tab(l), here == Part::Credits),
        Tab::new(paths::CLAIMS, texts::claims::tab(l), here == Part::Claims),
        Tab::new(paths::REASONS, t::reasons(l), here == Part::Reasons),
    ];
    view! { <Tabs label=t::tabs(l) tabs/> }
}

/// Those who cannot be reached.
pub(super) async fn unreachable(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = activities::unreachable(&page.server, &staff).await?;
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_why(l)),
        Column::new(t::column_last(l)),
        Column::new(t::column_next(l)),
        Column::amount(t::column_late(l)),
    ];
    let none = list.sought.is_empty();
    let rows = list.sought.iter().map(|one| row(&page, one)).collect();
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::unreachable(l), || {
        let take = (list.may_take && !none).then(|| {
            view! { <PostForm action=api::take_next_url()><Button label=t::take_next(l) icon=Icon::Forward/></PostForm> }
        });
        view! {
            <PageTitle title=t::unreachable(l) lede=t::unreachable_lede(l, list.attempts)/>
            {tabs(l, Part::Unreachable)}
            {take}
            {if none {
                view! { <Empty icon=Icon::Check title=t::nobody(l) text=t::nobody_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::unreachable(l) caption_hidden=true columns rows/> }.into_any()
            }}
        }
    }))
}

fn row(page: &Page, one: &Sought) -> Vec<AnyView> {
    let l = page.l;
    let why = match one.why {
        Unreachable::NoContact => t::no_contact(l).to_owned(),
        Unreachable::Attempts(n) => t::attempts(l, i64::from(n)),
    };
    let held = one.held_by.as_ref().map(|name| {
        let words = t::held(l, name);
        view! { <StatusTag tone=Tone::Info words/> " " }
    });
    let post = one.by_post.then(|| view! { <StatusTag tone=Tone::Attention words=t::post_only(l)/> " " });
    let last = one.last_at.map_or_else(|| "–".to_owned(), |at| texts::date_time(l, page.server.clock.local(at)));
    let next = one.next_on.map_or_else(|| "–".to_owned(), |on| texts::date(l, on));
    vec![
        view! { <a href=paths::activities(one.customer)>{one.name.clone()}</a> }.into_any(),
        view! { <span>{held}{post}{why}</span> }.into_any(),
        last.into_any(),
        next.into_any(),
        view! { <MoneyText amount=amount(l, one.late)/> }.into_any(),
    ]
}

/// Why people say they do not pay.
pub(super) async fn reasons(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let said = activities::reasons(&page.server, &staff, since(page.server.clock.today())).await?;
    let columns = vec![
        Column::new(t::column_month(l)),
        Column::new(t::column_reason(l)),
        Column::amount(t::column_to_staff(l)),
        Column::amount(t::column_in_agreements(l)),
        Column::amount(t::column_amount(l)),
    ];
    let none = said.is_empty();
    let rows = said
        .iter()
        .map(|line| {
            vec![
                month(l, line.month).into_any(),
                reason_words(l, line.reason).into_any(),
                line.to_staff.to_string().into_any(),
                line.in_agreements.to_string().into_any(),
                view! { <MoneyText amount=amount(l, line.amount)/> }.into_any(),
            ]
        })
        .collect();
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::reasons_title(l), || {
        view! {
            <PageTitle title=t::reasons_title(l) lede=t::reasons_lede(l)/>
            {tabs(l, Part::Reasons)}
            {if none {
                view! { <Empty icon=Icon::Info title=t::reasons_none(l)/> }.into_any()
            } else {
                view! {
                    <DataTable caption=t::reasons_title(l) caption_hidden=true columns rows/>
                    <p><ButtonLink href=paths::REASONS_CSV label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p>
                }
                .into_any()
            }}
        }
    }))
}

/// The same as a file. That it was taken is recorded.
pub(super) async fn reasons_csv(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let (l, today) = (page.l, page.server.clock.today());
    let said = activities::take_reasons(&page.server, &staff, since(today)).await?;
    let bytes = csv(&sheet(l, &said))?;
    Ok(attachment(&format!("{}_{today}.csv", t::file(l)), "text/csv; charset=utf-8", bytes))
}

fn sheet(l: Locale, said: &[Said]) -> Sheet {
    let columns = ["month", "reason", "reason_name", "to_staff", "in_agreements", "amount"].map(str::to_owned).to_vec();
    let row = |line: &Said| {
        vec![
            Cell::Text(line.month.format("%Y-%m").to_string()),
            Cell::Text(line.reason.as_str().to_owned()),
            Cell::Text(reason_words(l, line.reason).to_owned()),
            Cell::Count(line.to_staff),
            Cell::Count(line.in_agreements),
            Cell::Cents(line.amount.as_cents()),
        ]
    };
    Sheet { name: t::reasons(l).to_owned(), columns, rows: said.iter().map(row).collect() }
}

/// This month and the eleven before it.
fn since(today: NaiveDate) -> NaiveDate {
    today.with_day(1).and_then(|first| first.checked_sub_months(Months::new(11))).unwrap_or(today)
}

fn month(l: Locale, first: NaiveDate) -> String {
    texts::competence(l, &first.format("%Y-%m").to_string())
}
