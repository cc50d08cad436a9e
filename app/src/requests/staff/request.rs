//! One request, for staff: what is asked, what it rests on, what was done, what can be done.

use axum::extract::Path;
use domain::ids::UploadId;
use domain::requests::queue::{Filter, Priority};
use domain::requests::{Action, Urgency};
use leptos::prelude::*;
use server::error::Error;
use server::requests::clock::Stood;
use server::requests::desk::{self, Happened, StaffView};
use server::requests::queue::{self, batch, views};
use server::requests::{Detail, Side, What};
use server::texts::{self, Locale};

use super::{decide, evidence, keys, proofs};
use crate::download::{drawn, stored};
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::BackLink;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Event, Pair, Progress, SummaryList, Timeline};
use crate::ui::panels::{Card, StatusTag};
use crate::ui::{Tone, When};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// One request.
pub(super) async fn request(page: Page, AsStaff(staff): AsStaff, Path(protocol): Path<String>) -> PageResult {
    use texts::desk as t;
    let l = page.l;
    let view = desk::open(&page.server, &staff, &protocol).await?;
    let on = views::opening(&page.server, &staff).await?.keys;
    let colleagues = queue::colleagues(&page.server, &staff).await?;
    let next = batch::may(&staff, Action::Claim).is_none().then(|| super::queue::next(l, &Filter::default()));
    let title = t::request_title(l, wording::kind(l, view.request.kind), &view.customer.name);
    let number = view.request.protocol.to_string();
    let lede = if let Some(until) = view.request.waits_until {
        t::request_lede_waits(l, &number, texts::date(l, until))
    } else if view.request.status.is_open() {
        t::request_lede(l, texts::date(l, view.request.deadline_on), &number)
    } else {
        t::request_lede_over(l, &number)
    };
    let close = match view.urgency {
        Urgency::Late | Urgency::Today => Some((Tone::Attention, view.urgency)),
        Urgency::Soon => Some((Tone::Info, view.urgency)),
        Urgency::Calm | Urgency::Paused | Urgency::Answered => None,
    };
    let close = close
        .filter(|_| view.request.status.is_open())
        .map(|(tone, urgency)| view! { <StatusTag tone words=wording::urgency(l, urgency)/> " " });
    let status = view! { <StatusTag tone=wording::status_tone(view.request.status) words=wording::status(l, view.request.status)/> };
    let (summary, panel) = (page.summary(), decide::panel(&page, &view, &colleagues));
    let (warnings, asked, files) = (evidence::warnings(&page, &view), evidence::asked(&page, &view), proofs::proofs(&page, &view));
    // With papers to look at, they stand beside the ledger where the screen is wide enough.
    let grid = if files.is_some() { "desk-grid desk-grid-files" } else { "desk-grid" };
    let (matches, ledger) = (evidence::matches(&page, &view), evidence::ledger(&page, &view));
    let plan = match &view.request.detail {
        Detail::Plan { plan, .. } => Some(evidence::plan(l, plan)),
        _ => None,
    };
    let (customer, history, confirmed) = (customer(&page, &view), history(&page, &view), confirmed(&page, &view));
    Ok(page.staff(&staff, StaffRoom::Queue, &title.clone(), || {
        view! {
            {summary}
            <div class="desk-head"><BackLink href=paths::QUEUE label=t::queue(l)/>{next}{keys::button(l)}</div>
            <PageTitle title lede>{close}{status}</PageTitle>
            <div class=grid>
                <div class="desk-asked flow">{warnings}{asked}</div>
                {files.map(|files| view! { <div class="desk-files">{files}</div> })}
                <div class="desk-rest flow">{matches}{plan}{ledger}{confirmed}{history}</div>
                <div class="decide flow">
                    {panel}
                    {customer}
                </div>
            </div>
            {keys::keys(l, &Filter::default(), on, false)}
        }
    }))
}

fn customer(page: &Page, view: &StaffView) -> impl IntoView + use<> {
    use texts::desk as t;
    let l = page.l;
    let who = &view.customer;
    let mut pairs = vec![
        Pair::new(t::customer_name(l), who.name.clone()),
        Pair::new(t::tax_id(l), evidence::tax_id(&who.tax_id)),
        Pair::new(t::email(l), who.email.clone().unwrap_or_else(|| t::none(l).to_owned())),
        Pair::new(t::phone(l), who.phone.clone().unwrap_or_else(|| t::none(l).to_owned())),
    ];
    if let Some(at) = who.email_changed_at {
        pairs.insert(3, Pair::new(t::email_changed(l), texts::date_time(l, page.server.clock.local(at))));
    }
    if let Some(person) = &view.person {
        pairs.push(Pair::new(t::asked_by(l), person.clone()));
    }
    pairs.push(Pair::new(t::area(l), wording::area(l, view.area)));
    pairs.extend((view.priority == Priority::High).then(|| Pair::new(t::priority(l), wording::priority(l, view.priority))));
    let names = [(t::assignee(l), &view.assignee), (t::prepared_by(l), &view.prepared_by), (t::decided_by(l), &view.decided_by)];
    pairs.extend(names.into_iter().filter_map(|(label, name)| Some(Pair::new(label, name.clone()?))));
    let link = (paths::staff_customer(who.id).into(), t::see_customer(l).into());
    view! { <Card title=t::customer(l) link><SummaryList pairs/></Card> }
}

/// How what is asked for was confirmed by a code.
fn confirmed(page: &Page, view: &StaffView) -> Option<impl IntoView + use<>> {
    use texts::acceptances as t;
    let l = page.l;
    let evidence = view.evidence.as_ref()?;
    let words = if matches!(view.request.detail, Detail::Plan { .. }) { t::evidence_words(l) } else { t::evidence_refund_words(l) };
    let hidden = evidence.entered_address.is_empty().then(|| view! { <p class="small soft">{t::address_hidden(l)}</p> });
    let pairs = evidence
        .lines(l, &page.server.clock)
        .into_iter()
        .map(|(label, value)| Pair::new(label, view! { <span class="wrap-anywhere">{value}</span> }));
    let pairs: Vec<Pair> = pairs.collect();
    Some(view! { <Card title=t::evidence(l)><p class="small">{words}</p><SummaryList pairs/>{hidden}</Card> })
}

fn history(page: &Page, view: &StaffView) -> impl IntoView + use<> {
    let l = page.l;
    let last = view.history.len().saturating_sub(1);
    let open = view.request.status.is_open();
    let events = view
        .history
        .iter()
        .enumerate()
        .map(|(at, happened)| event(page, happened, if open && at == last { Progress::Now } else { Progress::Done }))
        .collect_view();
    let pauses = pauses(l, view);
    view! { <Card title=texts::desk::history(l)>{pauses}<Timeline>{events}</Timeline></Card> }
}

/// How often the deadline stood still, and what became of it.
fn pauses(l: Locale, view: &StaffView) -> Option<impl IntoView + use<>> {
    use texts::desk as t;
    let said = |pause: &Stood| {
        let (from, before) = (texts::date(l, pause.from_on), texts::date(l, pause.deadline_before));
        match pause.to_on.zip(pause.deadline_after) {
            Some((to, after)) => t::pause_over(l, texts::date(l, after), before, from, texts::date(l, to)),
            None => t::pause_open(l, from, texts::date(l, pause.until_on)),
        }
    };
    let lines = view.pauses.iter().map(|pause| view! { <li>{said(pause)}</li> }).collect_view();
    (!view.pauses.is_empty()).then(|| view! { <h3>{t::pauses(l)}</h3><ul>{lines}</ul> })
}

fn event(page: &Page, happened: &Happened, progress: Progress) -> impl IntoView + use<> {
    use texts::desk as t;
    let l = page.l;
    let at = page.server.clock.local(happened.at);
    let when = When::instant(&at, texts::date_time(l, at));
    let by = match (happened.by, &happened.name) {
        (Side::System, _) | (_, None) => wording::side(l, happened.by).to_owned(),
        (_, Some(name)) => name.clone(),
    };
    let title = match &happened.given_to {
        Some(name) => format!("{} {}", title(l, happened), t::given_to(l, name)),
        None => title(l, happened).to_owned(),
    };
    let title = match happened.referred_to {
        Some(area) => format!("{title}: {}", wording::area(l, area)),
        None => title,
    };
    let told = happened.told.clone().map(|told| view! { <p class="message">{told}</p> });
    let internal = happened
        .internal
        .clone()
        .map(|internal| view! { <p class="message message-inside"><strong class="small">{t::inside(l)}</strong><br/>{internal}</p> });
    view! { <Event title when by progress>{told}{internal}</Event> }
}

/// A note that only staff reads is no message.
fn title(l: Locale, happened: &Happened) -> &'static str {
    match happened.what {
        What::Step(Action::Note) if happened.told.is_none() && happened.internal.is_some() => texts::desk::note(l),
        what => wording::did(l, what),
    }
}

/// A file of a request, to be kept: never shown inside a page.
pub(super) async fn file(page: Page, AsStaff(staff): AsStaff, Path((_, upload)): Path<(String, String)>) -> PageResult {
    let upload: UploadId = upload.parse().map_err(|_| Error::NotFound)?;
    Ok(stored(desk::attachment(&page.server, &staff, upload).await?))
}

/// A page of a file, drawn here.
pub(super) async fn picture(page: Page, AsStaff(staff): AsStaff, Path((_, upload, number)): Path<(String, String, usize)>) -> PageResult {
    let upload: UploadId = upload.parse().map_err(|_| Error::NotFound)?;
    let at = number.checked_sub(1).ok_or(Error::NotFound)?;
    Ok(drawn(desk::picture(&page.server, &staff, upload, at).await?))
}
