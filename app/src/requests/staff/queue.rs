//! The queue: what waits for staff, by the risk of missing a deadline; parts of it under names, and one step with several at once.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect};
use chrono::NaiveDate;
use domain::money::Money;
use domain::requests::policy::Policy;
use domain::requests::protocol::Protocol;
use domain::requests::queue::{Area, Due, Filter, Holder, Priority, ViewForm};
use domain::requests::{Action, Case, Kind, Status, Urgency, step};
use leptos::prelude::*;
use server::requests::queue::batch;
use server::requests::queue::views::{self, Opening, View};
use server::requests::queue::{self, Colleague, Figures, Queued, table};
use server::sessions::Staff;
use server::texts::{self, Locale};

use super::part::{self, Part, address, due, held};
use super::{api, bar, keys, queue_api};
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::amounts::{DateText, MoneyText};
use crate::ui::forms::{Checkbox, Field, Filters, Hidden, Kind as Control, PostForm, Select, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pagination, Tab, Tabs};
use crate::ui::panels::{Details, Empty, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Str, Tone, When, Words};
use crate::visitor::AsStaff;
use crate::wording;

/// The queue.
pub(super) async fn queue(page: Page, AsStaff(staff): AsStaff, Query(asked): Query<Part>) -> PageResult {
    use texts::desk as t;
    let l = page.l;
    let opening = views::opening(&page.server, &staff).await?;
    if let Some(view) = opening.default.filter(|_| asked.is_bare()).and_then(|id| opening.views.iter().find(|view| view.id == id)) {
        return Ok(Redirect::to(&address(&view.filter)).into_response());
    }
    let (filter, after) = (asked.filter(), asked.after());
    let found = queue::list(&page.server, &staff, &filter, after).await?;
    let figures = queue::figures(&page.server, &staff).await?;
    let colleagues = queue::colleagues(&page.server, &staff).await?;
    let works = batch::may(&staff, Action::Claim).is_none();
    let shown = bar::Shown::of(&page);
    let rows: Vec<Vec<AnyView>> = found.lines.iter().map(|line| row(&page, &staff, works, &shown, line)).collect();
    let empty = rows.is_empty();
    let first = after.map(|_| (Str::from(address(&filter)), Words::from(t::first_page(l))));
    let older = found.next.map(|next| (Str::from(format!("{}&depois={next}", address(&filter))), Words::from(t::later_page(l))));
    let columns = vec![
        Column::new(t::column_protocol(l)),
        Column::new(t::column_kind(l)),
        Column::new(t::column_customer(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_deadline(l)),
        Column::new(t::column_status(l)),
        Column::new(t::column_assignee(l)),
    ];
    let tabs = tabs(l, &filter, figures, &opening);
    let (narrowing, kept) = (narrowing(l, &filter, &colleagues), kept(&page, &staff, &filter, &opening));
    let summary = page.summary();
    let outcome = shown.outcome(l);
    let bar = (works && !empty).then(|| bar::bar(&page, &staff, &filter, &colleagues, &shown));
    Ok(page.staff(&staff, StaffRoom::Queue, t::queue(l), || {
        view! {
            {summary}
            {outcome}
            <PageTitle title=t::queue(l) lede=t::queue_lede(l)>
                <a href=paths::DEADLINES>{texts::deadlines_staff::from_queue(l)}</a>
                {works.then(|| view! { " " <a href=paths::ABSENCES>{texts::absences_staff::title(l)}</a> })}
            </PageTitle>
            <div class="desk-head">{works.then(|| next(l, &filter))}{search(l)}{keys::button(l)}</div>
            {figures_of(l, figures)}
            <Tabs label=t::tabs_label(l) tabs/>
            {narrowing}
            {kept}
            {if empty {
                view! { <Empty icon=Icon::Check title=t::empty(l) text=t::empty_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::caption(l) caption_hidden=true columns rows/> }.into_any()
            }}
            {bar}
            <Pagination label=t::pages_label(l) newer=first older/>
            {keys::keys(l, &filter, opening.keys, true)}
        }
    }))
}

/// A part of the queue as a table.
pub(super) async fn table(page: Page, AsStaff(staff): AsStaff, Query(asked): Query<Part>) -> PageResult {
    let table = table::csv(&page.server, &staff, &asked.filter(), &[], page.l).await?;
    Ok(as_file(&page, table))
}

/// What the form of several sends: those that were chosen, and the part they were chosen in.
pub(super) async fn table_of(page: Page, AsStaff(staff): AsStaff, Form(sent): Form<Vec<(String, String)>>) -> PageResult {
    let part = sent.iter().find(|(name, _)| name == "part").map_or("", |(_, value)| value);
    let chosen = sent.iter().filter(|(name, _)| name == "protocols[]");
    let chosen: Vec<Protocol> = chosen.filter_map(|(_, value)| value.parse().ok()).collect();
    let table = table::csv(&page.server, &staff, &Part::of(part).filter(), &chosen, page.l).await?;
    Ok(as_file(&page, table))
}

fn as_file(page: &Page, table: String) -> axum::response::Response {
    let name = format!("{}_{}.csv", texts::desk::file_queue(page.l), page.server.clock.today());
    attachment(&name, "text/csv; charset=utf-8", table)
}

/// What the script asks for now and then: the figures, and the count of each view by its id.
pub(super) async fn counts(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let figures = queue::figures(&page.server, &staff).await?;
    let views = views::opening(&page.server, &staff).await?.views;
    let mut counts = serde_json::to_value(figures).unwrap_or_default();
    for view in views {
        counts[view.id.to_string()] = view.count.into();
    }
    Ok(([(http::header::CONTENT_TYPE, "application/json")], counts.to_string()).into_response())
}

fn figures_of(l: Locale, figures: Figures) -> impl IntoView {
    use texts::desk as t;
    let figures = [
        ("open", figures.open, t::figure_open(l)),
        ("mine", figures.mine, t::figure_mine(l)),
        ("warned", figures.warned, t::figure_warned(l)),
        ("late", figures.late, t::figure_late(l)),
    ];
    let figures = figures
        .map(|(key, value, label)| {
            view! { <div class="figure"><p class="figure-value" data-count=key>{value}</p><p class="figure-label">{label}</p></div> }
        })
        .collect_view();
    view! { <div class="figures">{figures}</div> }
}

fn tabs(l: Locale, filter: &Filter, figures: Figures, opening: &Opening) -> Vec<Tab> {
    use texts::desk as t;
    let tab = |key: &str, words: Words, part: Filter, count: Option<i64>| {
        let tab = Tab::new(address(&part), words, *filter == part);
        match count {
            Some(count) => tab.count(count.to_string()).key(key.to_owned()),
            None => tab,
        }
    };
    let mut tabs = vec![
        tab("open", t::tab_all(l).into(), Filter::default(), Some(figures.open)),
        tab("mine", t::tab_mine(l).into(), held(Holder::Me), Some(figures.mine)),
        tab("", t::tab_free(l).into(), held(Holder::Nobody), None),
        tab("warned", t::tab_warned(l).into(), due(Due::Warned), Some(figures.warned)),
        tab("late", t::tab_late(l).into(), due(Due::Late), Some(figures.late)),
    ];
    tabs.extend(opening.views.iter().map(|view| tab(&view.id.to_string(), view.name.clone().into(), view.filter, Some(view.count))));
    tabs
}

/// Claims the riskiest of this part.
pub(super) fn next(l: Locale, filter: &Filter) -> impl IntoView + use<> {
    let part = part::query(filter);
    view! {
        <PostForm action=queue_api::next_url() id="next">
            <Hidden name="part" value=part/>
            <Button label=texts::desk::take_next(l) icon=Icon::Forward/>
        </PostForm>
    }
}

/// The search for a customer, from here.
fn search(l: Locale) -> impl IntoView {
    view! {
        <form class="find" method="post" action=paths::STAFF_SEARCH novalidate=true>
            <label class="visually-hidden" for="find">{texts::customers_staff::box_label(l)}</label>
            <input class="input" id="find" name="q" type="search" autocomplete="off" placeholder=texts::desk::find(l)/>
            <Button label=texts::frame::search(l) kind=ButtonKind::Secondary/>
        </form>
    }
}

fn any<T>(words: &'static str, all: &[T], one: impl Fn(&T) -> (String, Words)) -> Vec<(Str, Words)> {
    let one = |item: &T| {
        let (value, words) = one(item);
        (Str::from(value), words)
    };
    std::iter::once((Str::default(), Words::from(words))).chain(all.iter().map(one)).collect()
}

fn narrowing(l: Locale, filter: &Filter, colleagues: &[Colleague]) -> impl IntoView + use<> {
    use texts::desk as t;
    let kinds = any(t::any_kind(l), Kind::ALL, |kind| (kind.to_string(), wording::kind(l, *kind).into()));
    let statuses = any(t::any_status(l), Status::ALL, |status| (status.to_string(), wording::status(l, *status).into()));
    let areas = any(t::any_area(l), Area::ALL, |area| (area.to_string(), wording::area(l, *area).into()));
    let dues = any(t::any_due(l), Due::ALL, |due| (due.to_string(), wording::due(l, *due).into()));
    let mut holders = any(t::anybody(l), &[Holder::Me, Holder::Nobody], |holder| {
        let words = if *holder == Holder::Me { t::holder_me(l) } else { t::holder_nobody(l) };
        (holder.to_string(), words.into())
    });
    holders.extend(colleagues.iter().map(|one| (Str::from(one.id.to_string()), Words::from(one.name.clone()))));
    let said = |text: Option<String>| text.unwrap_or_default();
    let (kind, status, area) = (
        said(filter.kind.map(|one| one.to_string())),
        said(filter.status.map(|one| one.to_string())),
        said(filter.area.map(|one| one.to_string())),
    );
    let (due, holder) = (said(filter.due.map(|one| one.to_string())), said(filter.holder.map(|one| one.to_string())));
    let (least, most) = (said(filter.least.map(|money| money.to_string())), said(filter.most.map(|money| money.to_string())));
    let open = filter.kind.is_some() || filter.status.is_some() || filter.area.is_some() || filter.least.is_some() || filter.most.is_some();
    view! {
        <Filters
            label=texts::frame::filter(l)
            action=paths::QUEUE
            submit=t::apply(l)
            clear=(address(&Filter::default()).into(), t::clear(l).into())
            open
        >
            <Select name="tipo" label=t::column_kind(l) options=kinds selected=kind/>
            <Select name="situacao" label=t::column_status(l) options=statuses selected=status/>
            <Select name="prazo" label=t::column_deadline(l) options=dues selected=due/>
            <Select name="area" label=t::area(l) options=areas selected=area/>
            <Select name="quem" label=t::column_assignee(l) options=holders selected=holder/>
            <Field name="de" label=t::least(l) kind=Control::Money width=Width::Ten value=least/>
            <Field name="ate" label=t::most(l) kind=Control::Money width=Width::Ten value=most/>
            <Hidden name="tudo" value="1"/>
        </Filters>
    }
}

/// Keeping this part under a name, and the names that are kept.
fn kept(page: &Page, staff: &Staff, filter: &Filter, opening: &Opening) -> impl IntoView + use<> {
    use texts::desk as t;
    let l = page.l;
    let failed = page.error("name");
    let form: ViewForm = if failed.is_some() { page.form::<queue_api::Kept>().form } else { ViewForm::default() };
    let may_share = staff.role() == domain::actors::Role::Supervisor;
    let query = part::query(filter);
    let rows = opening.views.iter().map(|view| kept_row(l, view, &query)).collect_view();
    let any = !opening.views.is_empty();
    let options = std::iter::once((Str::default(), Words::from(t::tab_all(l))))
        .chain(opening.views.iter().map(|view| (Str::from(view.id.to_string()), Words::from(view.name.clone()))))
        .collect::<Vec<_>>();
    let default = opening.default.map(|id| id.to_string()).unwrap_or_default();
    let opens = failed.is_some();
    let (query_of_save, query_of_default) = (query.clone(), query);
    view! {
        <Details summary=t::views(l) open=opens>
            <div class="columns">
                <PostForm action=queue_api::save_url()>
                    <Hidden name="part" value=query_of_save/>
                    <Field name="form[name]" label=t::view_name(l) hint=t::view_name_hint(l) value=form.name error=failed/>
                    <Checkbox name="form[default]" label=t::view_default(l) checked=!form.default.is_empty()/>
                    {may_share.then(|| view! { <Checkbox name="form[shared]" label=t::view_shared(l) checked=!form.shared.is_empty()/> })}
                    <Button label=t::view_save(l) kind=ButtonKind::Secondary/>
                </PostForm>
                {any.then(|| view! {
                    <div class="flow">
                        <ul class="kept-views" role="list">{rows}</ul>
                        <PostForm action=queue_api::open_with_url()>
                            <Hidden name="part" value=query_of_default/>
                            <Select name="view" label=t::opens_with(l) options selected=default/>
                            <Button label=t::opens_with_save(l) kind=ButtonKind::Secondary/>
                        </PostForm>
                    </div>
                })}
            </div>
        </Details>
    }
}

fn kept_row(l: Locale, view: &View, query: &str) -> impl IntoView + use<> {
    use texts::desk as t;
    let name = view.name.clone();
    let removal = view.removable.then(|| {
        let (id, part, about) = (view.id.to_string(), query.to_owned(), view.name.clone());
        view! {
            <PostForm action=queue_api::remove_url()>
                <Hidden name="view" value=id/>
                <Hidden name="part" value=part/>
                <Button label=t::view_remove(l) kind=ButtonKind::Quiet about/>
            </PostForm>
        }
    });
    let shared = view.shared.then(|| view! { " " <StatusTag words=t::shared(l)/> });
    view! { <li class="kept-view"><div><a href=address(&view.filter)>{name}</a>{shared}</div>{removal}</li> }
}

fn row(page: &Page, staff: &Staff, works: bool, shown: &bar::Shown, line: &Queued) -> Vec<AnyView> {
    use texts::desk as t;
    let l = page.l;
    let protocol = line.protocol.to_string();
    let href = paths::staff_request(&protocol);
    let opened = t::opened(l, texts::date(l, page.server.clock.local(line.opened_at).date_naive()));
    let pick = works.then(|| {
        let digits = line.protocol.digits();
        let checked = shown.has(&digits);
        view! {
            <input
                class="pick" type="checkbox" form="batch" name="protocols[]" checked=checked value=digits
                aria-label=t::pick(l, &protocol)
            />
        }
    });
    let high = (line.priority == Priority::High)
        .then(|| view! { " " <StatusTag tone=Tone::Attention words=wording::priority(l, line.priority)/> });
    let off_policy = line.off_policy.then(|| view! { " " <StatusTag words=t::off_policy(l)/> });
    vec![
        view! { <span class="picked">{pick}<span><a class="number nowrap" href=href>{protocol}</a> <br/> <span class="small">{opened}</span></span></span> }.into_any(),
        view! { <span>{wording::kind(l, line.kind)}{high}{off_policy}<br/><span class="small">{wording::area(l, line.area)}</span></span> }.into_any(),
        line.customer.clone().into_any(),
        money(l, line.amount),
        deadline(l, page.server.clock.today(), line),
        view! { <StatusTag tone=wording::status_tone(line.status) words=wording::status(l, line.status)/> }.into_any(),
        assignee(l, staff, line),
    ]
}

/// An amount, or nothing where none is at stake.
fn money(l: Locale, amount: Money) -> AnyView {
    if amount.is_zero() {
        return view! { <span aria-hidden="true">"–"</span> }.into_any();
    }
    view! { <MoneyText amount=Amount::new(amount, texts::money(l, amount))/> }.into_any()
}

/// The day and how close it is; while the customer is asked, until when we wait; a request that is over has no deadline any more.
fn deadline(l: Locale, today: NaiveDate, line: &Queued) -> AnyView {
    use texts::desk as t;
    let day = view! { <DateText when=When::date(line.deadline_on, texts::date(l, line.deadline_on))/> };
    if !line.status.is_open() {
        return day.into_any();
    }
    let words = wording::urgency(l, line.urgency);
    match (line.urgency, line.waits_until) {
        (Urgency::Late | Urgency::Today, _) => view! { <span>{day}<br/><StatusTag tone=Tone::Attention words/></span> }.into_any(),
        (Urgency::Soon, _) => view! { <span>{day}<br/><StatusTag tone=Tone::Info words/></span> }.into_any(),
        (Urgency::Paused, Some(until)) if until < today => {
            view! { <span>{words}<br/><StatusTag tone=Tone::Attention words=t::waited_until(l, texts::date(l, until))/></span> }.into_any()
        }
        (Urgency::Paused, Some(until)) => {
            view! { <span>{words}<br/><span class="small">{t::waits_until(l, texts::date(l, until))}</span></span> }.into_any()
        }
        (Urgency::Calm | Urgency::Paused | Urgency::Answered, _) => {
            view! { <span>{day}<br/><span class="small">{words}</span></span> }.into_any()
        }
    }
}

/// Who has it; where nobody does, the button to take it, for those who may.
fn assignee(l: Locale, staff: &Staff, line: &Queued) -> AnyView {
    use texts::desk as t;
    if let Some(name) = &line.assignee {
        let name = if line.mine { t::you(l).to_owned() } else { name.clone() };
        return view! { <span>{name}</span> }.into_any();
    }
    let case = Case {
        kind: line.kind,
        status: line.status,
        amount: line.amount,
        off_policy: line.off_policy,
        assigned_to: None,
        prepared_by: None,
    };
    // Whether something can be claimed depends on no setting of the creditor.
    if step(&case, Action::Claim, staff.who(), &Policy::default()).is_err() {
        return view! { <span class="soft">{t::nobody(l)}</span> }.into_any();
    }
    let (digits, protocol) = (line.protocol.digits(), line.protocol.to_string());
    view! {
        <PostForm action=api::claim_url()>
            <Hidden name="protocol" value=digits/>
            <button class="button button-secondary" type="submit">
                {wording::action(l, Action::Claim)} <span class="visually-hidden">" " {protocol}</span>
            </button>
        </PostForm>
    }
    .into_any()
}
