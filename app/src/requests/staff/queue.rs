//! The queue: what waits for staff, the nearest deadline first.

use axum::extract::Query;
use chrono::NaiveDate;
use domain::money::Money;
use domain::requests::policy::Policy;
use domain::requests::{Action, Case, Kind, Status, Urgency, step};
use leptos::prelude::*;
use serde::Deserialize;
use server::requests::desk::{self, Filter, Queued};
use server::sessions::Staff;
use server::texts::{self, Locale};

use super::api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::amounts::{DateText, MoneyText};
use crate::ui::forms::{Filters, Hidden, PostForm, Select};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pagination, Tab, Tabs};
use crate::ui::panels::{Empty, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Str, Tone, When, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// Which part of the queue: what its address says. Unknown words narrow nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    tipo: String,
    situacao: String,
    meus: String,
    atrasados: String,
    pagina: String,
}

impl View {
    fn filter(&self) -> Filter {
        let (mine, late) = (!self.meus.is_empty(), !self.atrasados.is_empty());
        Filter { kind: self.tipo.parse().ok(), status: self.situacao.parse().ok(), mine, late }
    }

    fn page(&self) -> u32 {
        self.pagina.parse().unwrap_or(1).clamp(1, 10_000)
    }
}

/// The address of a part of the queue.
fn address(filter: &Filter, page: u32) -> String {
    let mut parts = Vec::new();
    parts.extend(filter.kind.map(|kind| format!("tipo={kind}")));
    parts.extend(filter.status.map(|status| format!("situacao={status}")));
    parts.extend(filter.mine.then(|| "meus=1".to_owned()));
    parts.extend(filter.late.then(|| "atrasados=1".to_owned()));
    parts.extend((page > 1).then(|| format!("pagina={page}")));
    if parts.is_empty() { paths::QUEUE.to_owned() } else { format!("{}?{}", paths::QUEUE, parts.join("&")) }
}

/// The queue.
pub(super) async fn queue(page: Page, AsStaff(staff): AsStaff, Query(view): Query<View>) -> PageResult {
    use texts::desk as t;
    let l = page.l;
    let (filter, at) = (view.filter(), view.page());
    let queue = desk::queue(&page.server, &staff, &filter, at).await?;
    let open: i64 = queue.counts.iter().map(|(_, count)| count).sum();
    let figures = [(open, t::figure_open(l)), (queue.mine, t::figure_mine(l)), (queue.late, t::figure_late(l))];
    let tabs = vec![
        Tab::new(paths::QUEUE, t::tab_all(l), filter == Filter::default()).count(open.to_string()),
        Tab::new(address(&Filter { mine: true, ..Filter::default() }, 1), t::tab_mine(l), filter.mine).count(queue.mine.to_string()),
        Tab::new(address(&Filter { late: true, ..Filter::default() }, 1), t::tab_late(l), filter.late).count(queue.late.to_string()),
    ];
    let kinds = kinds(l, &queue.counts);
    let statuses = statuses(l);
    let selected = (filter.kind.map_or("", Kind::as_str), filter.status.map_or("", Status::as_str));
    let rows: Vec<Vec<AnyView>> = queue.page.lines.iter().map(|line| row(&page, &staff, line)).collect();
    let empty = rows.is_empty();
    let newer = (at > 1).then(|| (Str::from(address(&filter, at - 1)), Words::from(t::earlier_page(l))));
    let older = queue.page.more.then(|| (Str::from(address(&filter, at + 1)), Words::from(t::later_page(l))));
    let columns = vec![
        Column::new(t::column_protocol(l)),
        Column::new(t::column_kind(l)),
        Column::new(t::column_customer(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_deadline(l)),
        Column::new(t::column_status(l)),
        Column::new(t::column_assignee(l)),
    ];
    Ok(page.staff(&staff, StaffRoom::Queue, t::queue(l), || {
        view! {
            <PageTitle title=t::queue(l) lede=t::queue_lede(l)>
                <a href=paths::DEADLINES>{texts::deadlines_staff::from_queue(l)}</a>
            </PageTitle>
            <div class="figures">
                {figures
                    .map(|(value, label)| {
                        view! { <div class="figure"><p class="figure-value">{value}</p><p class="figure-label">{label}</p></div> }
                    })
                    .collect_view()}
            </div>
            <Tabs label=t::tabs_label(l) tabs/>
            <Filters
                label=texts::frame::filter(l)
                action=paths::QUEUE
                submit=t::apply(l)
                clear=(paths::QUEUE.into(), t::clear(l).into())
                open=filter.kind.is_some() || filter.status.is_some()
            >
                <Select name="tipo" label=t::column_kind(l) options=kinds selected=selected.0/>
                <Select name="situacao" label=t::column_status(l) options=statuses selected=selected.1/>
                {filter.mine.then(|| view! { <Hidden name="meus" value="1"/> })}
                {filter.late.then(|| view! { <Hidden name="atrasados" value="1"/> })}
            </Filters>
            {if empty {
                view! { <Empty icon=Icon::Check title=t::empty(l) text=t::empty_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::caption(l) caption_hidden=true columns rows/> }.into_any()
            }}
            <Pagination label=t::pages_label(l) newer older/>
        }
    }))
}

fn kinds(l: Locale, counts: &[(Kind, i64)]) -> Vec<(Str, Words)> {
    let count = |kind: Kind| counts.iter().find(|(one, _)| *one == kind).map_or(0, |(_, count)| *count);
    let one = |kind: &Kind| (Str::from(kind.as_str()), Words::from(format!("{} ({})", wording::kind(l, *kind), count(*kind))));
    std::iter::once((Str::default(), Words::from(texts::desk::any_kind(l)))).chain(Kind::ALL.iter().map(one)).collect()
}

fn statuses(l: Locale) -> Vec<(Str, Words)> {
    let one = |status: &Status| (Str::from(status.as_str()), Words::from(wording::status(l, *status)));
    std::iter::once((Str::default(), Words::from(texts::desk::any_status(l)))).chain(Status::ALL.iter().map(one)).collect()
}

fn row(page: &Page, staff: &Staff, line: &Queued) -> Vec<AnyView> {
    use texts::desk as t;
    let l = page.l;
    let protocol = line.protocol.to_string();
    let href = paths::staff_request(&protocol);
    let opened = t::opened(l, texts::date(l, page.server.clock.local(line.opened_at).date_naive()));
    vec![
        view! { <a class="number nowrap" href=href>{protocol}</a> <br/> <span class="small">{opened}</span> }.into_any(),
        view! { <span>{wording::kind(l, line.kind)} {line.off_policy.then(|| view! { " " <StatusTag words=t::off_policy(l)/> })}</span> }
            .into_any(),
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
