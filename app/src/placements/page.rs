//! For those who hand over: what is out, with whom, and a hand-over prepared, looked at a second time and put in force.

use std::collections::BTreeMap;

use axum::extract::Path;
use domain::placements::{LeftOut, PlacementForm, State};
use leptos::prelude::*;
use server::error::Error;
use server::placements::agencies::{self, Agency};
use server::placements::{self, Opened, PlacedBill, Placement};
use server::texts::{self, Locale, placements as t};
use uuid::Uuid;

use super::{api, words};
use crate::bills::parts::amount;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Hidden, Kind as Control, PostForm, Select, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// Bills that are named for each reason to keep them.
const NAMED: usize = 12;

/// Who has what, the hand-overs, and the form of a new one.
pub(super) async fn placements(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = placements::list(&page.server, &staff).await?;
    let all = agencies::list(&page.server, &staff).await?;
    let keeps = agencies::keeps(&staff);
    let (summary, form, table, with) = (page.summary(), form(&page, &all, keeps), table(&page, &list), with_whom(l, &all));
    Ok(page.staff(&staff, StaffRoom::Placements, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {with}
            {table}
            {form}
            {keeps.then(|| view! { <p><a href=paths::AGENCIES>{t::to_agencies(l)}</a></p> })}
        }
    }))
}

fn with_whom(l: Locale, all: &[Agency]) -> Option<AnyView> {
    let columns = vec![
        Column::new(t::column_agency(l)),
        Column::new(t::column_kind(l)),
        Column::amount(t::column_bills(l)),
        Column::amount(t::column_customers(l)),
        Column::amount(t::column_open(l)),
    ];
    let rows: Vec<Vec<AnyView>> = all
        .iter()
        .filter(|one| one.retired_at.is_none() || one.bills > 0)
        .map(|one| {
            vec![
                view! { <a href=paths::agency(one.id)>{one.name.clone()}</a> }.into_any(),
                words::kind(l, one.kind).into_any(),
                one.bills.to_string().into_any(),
                one.customers.to_string().into_any(),
                view! { <MoneyText amount=amount(l, one.open)/> }.into_any(),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <DataTable caption=t::with_whom(l) columns rows/> }.into_any())
}

fn table(page: &Page, list: &[Placement]) -> AnyView {
    let l = page.l;
    if list.is_empty() {
        return view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_when(l)),
        Column::new(t::column_agency(l)),
        Column::new(t::column_state(l)),
        Column::amount(t::column_bills(l)),
        Column::amount(t::column_customers(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::prepared_by(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            let (tone, words) = words::state(l, one.state);
            vec![
                view! { <a href=paths::placement(one.id)>{texts::date_time(l, page.server.clock.local(one.made_at))}</a> }.into_any(),
                one.agency.clone().into_any(),
                view! { <StatusTag tone words/> }.into_any(),
                one.bills.to_string().into_any(),
                one.customers.to_string().into_any(),
                view! { <MoneyText amount=amount(l, one.amount)/> }.into_any(),
                one.made_by_name.clone().into_any(),
            ]
        })
        .collect();
    view! { <DataTable caption=t::list(l) columns rows/> }.into_any()
}

/// The agencies that take bills, to choose from.
pub(super) fn choices(l: Locale, all: &[Agency]) -> Vec<(Str, Words)> {
    let active = all.iter().filter(|one| one.retired_at.is_none());
    let named = active.map(|one| (Str::from(one.id.to_string()), Words::from(format!("{} · {}", one.name, words::kind(l, one.kind)))));
    std::iter::once((Str::default(), Words::from(t::choose(l)))).chain(named).collect()
}

fn form(page: &Page, all: &[Agency], keeps: bool) -> AnyView {
    let l = page.l;
    if !all.iter().any(|one| one.retired_at.is_none()) {
        let link = keeps.then(|| view! { <p><a href=paths::AGENCIES>{t::to_agencies(l)}</a></p> });
        return view! { <Notice title=t::no_agencies(l)>{link}</Notice> }.into_any();
    }
    let form: PlacementForm = page.form();
    let submission = if form.submission.is_empty() { Uuid::now_v7().to_string() } else { form.submission };
    let agencies = choices(l, all);
    let (agency_error, days_error, least_error) = (page.error("agency"), page.error("days"), page.error("least"));
    view! {
        <Card title=t::new(l)>
            <PostForm action=api::prepare_url()>
                <Hidden name="form[submission]" value=submission/>
                <Select name="form[agency]" label=t::agency(l) options=agencies selected=form.agency error=agency_error/>
                <div class="filters-fields">
                    <Field name="form[days]" label=t::days(l) kind=Control::Digits width=Width::Four suffix=t::days_unit(l) value=form.days error=days_error/>
                    <Field
                        name="form[least]" label=t::least(l) hint=t::least_hint(l) kind=Control::Money width=Width::Ten value=form.least error=least_error
                    />
                </div>
                <p class="small soft">{t::new_hint(l)}</p>
                <Button label=t::prepare(l)/>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// One hand-over: which bills, which not and why, and what can be done with it.
pub(super) async fn placement(page: Page, AsStaff(staff): AsStaff, Path(id): Path<String>) -> PageResult {
    let l = page.l;
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let opened = placements::find(&page.server, &staff, id).await?;
    let (about, bills, left_out, act) = (about(&page, &opened.placement), bills(l, &opened), left_out(l, &opened), act(l, &opened));
    let agency = opened.placement.agency.clone();
    Ok(page.staff(&staff, StaffRoom::Placements, t::placement(l), || {
        view! {
            <BackLink href=paths::PLACEMENTS label=t::title(l)/>
            <PageTitle title=t::placement(l) lede=agency/>
            <div class="columns">
                <div class="flow">{bills}{left_out}</div>
                <div class="flow">{about}{act}</div>
            </div>
        }
    }))
}

fn about(page: &Page, one: &Placement) -> impl IntoView + use<> {
    let l = page.l;
    let moment = |at| texts::date_time(l, page.server.clock.local(at));
    let (tone, state) = words::state(l, one.state);
    let agency = view! { <a href=paths::agency(one.agency_id)>{one.agency.clone()}</a> };
    let mut pairs = vec![
        Pair::new(t::column_state(l), view! { <StatusTag tone words=state/> }),
        Pair::new(t::column_agency(l), agency),
        Pair::new(t::column_kind(l), words::kind(l, one.kind)),
        Pair::new(t::column_bills(l), one.bills.to_string()),
        Pair::new(t::column_customers(l), one.customers.to_string()),
        Pair::new(t::column_amount(l), view! { <MoneyText amount=amount(l, one.amount)/> }),
        Pair::new(t::prepared_by(l), t::by_on(l, moment(one.made_at), &one.made_by_name)),
    ];
    if let (Some(name), Some(at)) = (&one.confirmed_by_name, one.confirmed_at) {
        pairs.push(Pair::new(t::confirmed_by(l), t::by_on(l, moment(at), name)));
    }
    view! { <Card title=t::about(l)><SummaryList pairs/></Card> }
}

fn bills(l: Locale, opened: &Opened) -> AnyView {
    if opened.bills.is_empty() {
        return view! { <Empty icon=Icon::Ledger title=t::empty(l)/> }.into_any();
    }
    let rows: Vec<Vec<AnyView>> = opened.bills.iter().map(|bill| row(l, bill)).collect();
    let more = opened.placement.bills - i64::try_from(rows.len()).unwrap_or(0);
    let columns = vec![
        Column::new(t::column_number(l)),
        Column::new(t::column_customer(l)),
        Column::new(t::column_due(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_state(l)),
    ];
    view! {
        <DataTable caption=t::chosen(l) columns rows/>
        {(more > 0).then(|| view! { <p class="soft">{t::more(l, more)}</p> })}
    }
    .into_any()
}

fn row(l: Locale, bill: &PlacedBill) -> Vec<AnyView> {
    vec![
        view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
        view! { <a href=paths::staff_customer(bill.customer)>{bill.name.clone()}</a> }.into_any(),
        texts::date(l, bill.due_on).into_any(),
        view! { <MoneyText amount=amount(l, bill.amount)/> }.into_any(),
        words::stands(l, bill),
    ]
}

fn left_out(l: Locale, opened: &Opened) -> Option<AnyView> {
    let mut by_reason: BTreeMap<LeftOut, Vec<&str>> = BTreeMap::new();
    for (number, why) in &opened.left_out {
        by_reason.entry(*why).or_default().push(number);
    }
    let rows: Vec<Vec<AnyView>> = by_reason
        .into_iter()
        .map(|(why, numbers)| {
            let named = numbers.get(..NAMED).unwrap_or(&numbers).join(", ");
            let named = if numbers.len() > NAMED { format!("{named} …") } else { named };
            vec![
                words::left_out(l, why).into_any(),
                numbers.len().to_string().into_any(),
                view! { <span class="number">{named}</span> }.into_any(),
            ]
        })
        .collect();
    let columns = vec![Column::new(t::column_why(l)), Column::amount(t::column_bills(l)), Column::new(t::column_number(l))];
    (!rows.is_empty()).then(|| {
        view! {
            <DataTable caption=t::left_out(l) columns rows/>
            <p class="soft">{t::left_out_count(l, opened.placement.left_out_count)}</p>
        }
        .into_any()
    })
}

/// What can be done while it waits.
fn act(l: Locale, opened: &Opened) -> Option<AnyView> {
    if opened.placement.state != State::Waiting {
        return None;
    }
    let (id, same) = (opened.placement.id.to_string(), opened.placement.id.to_string());
    let reason = opened.confirm.err().map(|reason| wording::refused(l, reason)).unwrap_or_default();
    Some(
        view! {
            <Card title=t::decide(l)>
                <p class="small soft">{t::decide_words(l)}</p>
                <PostForm action=api::confirm_url()>
                    <Hidden name="placement" value=same/>
                    <Button label=t::confirm(l) disabled_reason=reason/>
                </PostForm>
                <PostForm action=api::discard_url()>
                    <Hidden name="placement" value=id/>
                    <Button label=t::discard(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </Card>
        }
        .into_any(),
    )
}

/// An agency that takes nothing more says so.
pub(super) fn retired(page: &Page, agency: &Agency) -> Option<AnyView> {
    let at = agency.retired_at?;
    let on = texts::date(page.l, page.server.clock.local(at).date_naive());
    Some(view! { <Notice tone=Tone::Attention title=t::retired(page.l, on)/> }.into_any())
}
