//! For those who propose and decide: what waits and what was decided, and one proposal with what speaks for it.

use axum::extract::Path;
use domain::write_offs::State;
use leptos::prelude::*;
use server::error::Error;
use server::texts::{self, Locale, write_offs as t};
use server::write_offs::{self, Opened, WriteOff};
use uuid::Uuid;

use super::api::{self, DecisionForm};
use super::{report, words};
use crate::bills::parts::amount;
use crate::download::stored;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::Tone;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Hidden, PostForm, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// The list, and what was given up by month and reason.
pub(super) async fn write_offs(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = write_offs::list(&page.server, &staff).await?;
    let lines = write_offs::report(&page.server, &staff, report::since(page.server.clock.today())).await?;
    let (summary, table, report) = (page.summary(), table(&page, &list), report::table(l, &lines));
    Ok(page.staff(&staff, StaffRoom::WriteOffs, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {table}
            {report}
        }
    }))
}

fn table(page: &Page, list: &[WriteOff]) -> AnyView {
    let l = page.l;
    if list.is_empty() {
        return view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_when(l)),
        Column::new(t::column_customer(l)),
        Column::new(t::column_reason(l)),
        Column::new(t::column_state(l)),
        Column::amount(t::column_bills(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_back(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            let (tone, words) = words::state(l, one.state);
            vec![
                view! { <a href=paths::write_off(one.id)>{texts::date_time(l, page.server.clock.local(one.proposed_at))}</a> }.into_any(),
                view! { <a href=paths::staff_customer(one.customer)>{one.name.clone()}</a> }.into_any(),
                words::reason(l, one.reason).into_any(),
                view! { <StatusTag tone words/> }.into_any(),
                one.bills.to_string().into_any(),
                view! { <MoneyText amount=amount(l, one.amount)/> }.into_any(),
                back(l, one),
            ]
        })
        .collect();
    view! { <DataTable caption=t::list(l) caption_hidden=true columns rows/> }.into_any()
}

fn back(l: Locale, one: &WriteOff) -> AnyView {
    if one.back.is_zero() { "–".into_any() } else { view! { <MoneyText amount=amount(l, one.back)/> }.into_any() }
}

/// One proposal.
pub(super) async fn write_off(page: Page, AsStaff(staff): AsStaff, Path(id): Path<String>) -> PageResult {
    let l = page.l;
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let opened = write_offs::find(&page.server, &staff, id).await?;
    let (summary, about, bills, papers, act) =
        (page.summary(), about(&page, &opened.write_off), bills(l, &opened), papers(l, &opened), act(&page, &opened));
    let name = opened.write_off.name.clone();
    Ok(page.staff(&staff, StaffRoom::WriteOffs, t::proposal(l), || {
        view! {
            {summary}
            <BackLink href=paths::WRITE_OFFS label=t::title(l)/>
            <PageTitle title=t::proposal(l) lede=name/>
            <div class="columns">
                <div class="flow">{bills}{papers}</div>
                <div class="flow">{about}{act}</div>
            </div>
        }
    }))
}

fn about(page: &Page, one: &WriteOff) -> AnyView {
    let l = page.l;
    let by = |name: &str, at| t::by_on(l, texts::date_time(l, page.server.clock.local(at)), name);
    let (tone, state) = words::state(l, one.state);
    let customer = view! { <a href=paths::staff_customer(one.customer)>{one.name.clone()}</a> };
    let mut pairs = vec![
        Pair::new(t::column_state(l), view! { <StatusTag tone words=state/> }),
        Pair::new(t::column_customer(l), customer),
        Pair::new(t::column_reason(l), words::reason(l, one.reason)),
        Pair::new(t::column_amount(l), view! { <MoneyText amount=amount(l, one.amount)/> }),
    ];
    if !one.back.is_zero() {
        pairs.push(Pair::new(t::column_back(l), view! { <MoneyText amount=amount(l, one.back)/> }));
    }
    if !one.words.is_empty() {
        pairs.push(Pair::new(t::words(l), view! { <span class="prose">{one.words.clone()}</span> }));
    }
    pairs.push(Pair::new(t::proposed_by(l), by(&one.proposed_by_name, one.proposed_at)));
    if let (Some(name), Some(at)) = (&one.decided_by_name, one.decided_at) {
        pairs.push(Pair::new(t::decided_by(l), by(name, at)));
    }
    pairs.extend(one.decision.clone().map(|why| Pair::new(t::decision(l), view! { <span class="prose">{why}</span> })));
    if let (Some(name), Some(why)) = (&one.undo_by_name, &one.undo_words) {
        pairs.push(Pair::new(t::undo_by(l), name.clone()));
        pairs.push(Pair::new(t::undo_reason(l), view! { <span class="prose">{why.clone()}</span> }));
    }
    if let (Some(name), Some(at)) = (&one.undone_by_name, one.undone_at) {
        pairs.push(Pair::new(t::undone_by(l), by(name, at)));
    }
    view! { <Card title=t::about(l)><SummaryList pairs/></Card> }.into_any()
}

fn bills(l: Locale, opened: &Opened) -> AnyView {
    let columns = vec![
        Column::new(t::column_number(l)),
        Column::new(t::column_due(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_back(l)),
        Column::amount(t::column_open(l)),
    ];
    let rows = opened
        .bills
        .iter()
        .map(|bill| {
            vec![
                view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
                texts::date(l, bill.due_on).into_any(),
                view! { <MoneyText amount=amount(l, bill.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, bill.back)/> }.into_any(),
                view! { <MoneyText amount=amount(l, bill.balance)/> }.into_any(),
            ]
        })
        .collect();
    view! { <DataTable caption=t::bills_of(l) columns rows/> }.into_any()
}

fn papers(l: Locale, opened: &Opened) -> AnyView {
    let id = opened.write_off.id;
    let rows = opened
        .papers
        .iter()
        .map(|paper| {
            let href = paths::write_off_paper(&id.to_string(), &paper.id.to_string());
            view! { <li><a href=href download=true>{paper.name.clone()}</a>" "<span class="small soft">{t::paper_by(l, &paper.by)}</span></li> }
        })
        .collect_view();
    let body = if opened.papers.is_empty() {
        view! { <p class="soft">{t::papers_none(l)}</p> }.into_any()
    } else {
        view! { <ul>{rows}</ul> }.into_any()
    };
    view! { <Card title=t::papers(l)>{body}</Card> }.into_any()
}

/// What can be done now: decided while it waits, undone while it is given up.
fn act(page: &Page, opened: &Opened) -> Option<AnyView> {
    let l = page.l;
    let id = opened.write_off.id;
    let reason = opened.decide.err().map(|reason| wording::refused(l, reason)).unwrap_or_default();
    match opened.write_off.state {
        State::Waiting => Some(waiting(page, opened, id, reason)),
        State::Undoing => Some(undoing(l, opened, id, reason)),
        State::Approved if opened.write_off.given_up().is_positive() => Some(undo(page, id)),
        State::Approved | State::Refused | State::Withdrawn | State::Undone => None,
    }
}

fn waiting(page: &Page, opened: &Opened, id: Uuid, reason: String) -> AnyView {
    let l = page.l;
    let form: DecisionForm = page.form();
    let error = page.error("decision");
    let may = opened.decide.is_ok();
    let refuse = may.then(|| {
        view! {
            <Details summary=t::refuse(l) open=error.is_some()>
                <PostForm action=api::refuse_url()>
                    <Hidden name="write_off" value=id.to_string()/>
                    <TextArea name="form[decision]" label=t::decision(l) value=form.decision rows=3 error/>
                    <Button label=t::refuse(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </Details>
        }
    });
    let withdraw = opened.asked.then(|| {
        view! {
            <PostForm action=api::withdraw_url()>
                <Hidden name="write_off" value=id.to_string()/>
                <Button label=t::withdraw(l) kind=ButtonKind::Secondary/>
            </PostForm>
        }
    });
    view! {
        <Card title=t::decide(l)>
            <p class="small soft">{t::decide_words(l)}</p>
            <PostForm action=api::approve_url()>
                <Hidden name="write_off" value=id.to_string()/>
                <Button label=t::approve(l) disabled_reason=reason/>
            </PostForm>
            {refuse}
            {withdraw}
        </Card>
    }
    .into_any()
}

fn undoing(l: Locale, opened: &Opened, id: Uuid, reason: String) -> AnyView {
    let leave = (opened.decide.is_ok() || opened.asked).then(|| {
        view! {
            <PostForm action=api::leave_url()>
                <Hidden name="write_off" value=id.to_string()/>
                <Button label=t::leave(l) kind=ButtonKind::Secondary/>
            </PostForm>
        }
    });
    view! {
        <Card title=t::decide(l)>
            <Notice tone=Tone::Attention title=t::state_undoing(l)><p>{t::ask_undo_words(l)}</p></Notice>
            <PostForm action=api::undo_url()>
                <Hidden name="write_off" value=id.to_string()/>
                <Button label=t::undo(l) disabled_reason=reason/>
            </PostForm>
            {leave}
        </Card>
    }
    .into_any()
}

fn undo(page: &Page, id: Uuid) -> AnyView {
    let l = page.l;
    let form: DecisionForm = page.form();
    let error = page.error("undo");
    view! {
        <Details summary=t::ask_undo(l) open=error.is_some()>
            <p class="small soft">{t::ask_undo_words(l)}</p>
            <PostForm action=api::ask_undo_url()>
                <Hidden name="write_off" value=id.to_string()/>
                <TextArea name="form[undo]" label=t::undo_reason(l) value=form.undo rows=3 error/>
                <Button label=t::ask_undo(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Details>
    }
    .into_any()
}

/// A paper, to be kept as a file; that it was taken is recorded.
pub(super) async fn paper(page: Page, AsStaff(staff): AsStaff, Path((id, paper)): Path<(String, String)>) -> PageResult {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let paper: Uuid = paper.parse().map_err(|_| Error::NotFound)?;
    Ok(stored(write_offs::paper(&page.server, &staff, id, paper).await?))
}
