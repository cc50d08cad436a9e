//! For supervisors: an incident prepared, looked at a second time, put in force and taken back; and the list of them.

use axum::extract::Path;
use domain::incidents::{IncidentForm, State};
use domain::statement::Nature;
use leptos::prelude::*;
use server::error::Error;
use server::incidents::{self, Incident, Opened, Reason};
use server::texts::{self, Locale, incidents as t};
use uuid::Uuid;

use super::api;
use crate::bills::parts::amount;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Fieldset, FileField, Hidden, Kind as Control, PostForm, Select, TextArea, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::wording;

/// The list, and the form of a new one.
pub(super) async fn incidents(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = incidents::list(&page.server, &staff).await?;
    let (summary, table, form) = (page.summary(), table(&page, &list), form(&page));
    Ok(page.staff(&staff, StaffRoom::Incidents, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {table}
            {form}
        }
    }))
}

fn state(l: Locale, state: State) -> (Tone, &'static str) {
    match state {
        State::Waiting => (Tone::Attention, t::state_waiting(l)),
        State::Active => (Tone::Good, t::state_active(l)),
        State::Lifted => (Tone::Neutral, t::state_lifted(l)),
        State::Discarded => (Tone::Neutral, t::state_discarded(l)),
    }
}

fn table(page: &Page, list: &[Incident]) -> AnyView {
    let l = page.l;
    if list.is_empty() {
        return view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_reason(l)),
        Column::new(t::column_state(l)),
        Column::new(t::column_when(l)),
        Column::amount(t::column_bills(l)),
        Column::amount(t::column_customers(l)),
        Column::amount(t::column_waived(l)),
        Column::new(t::column_told(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            let (tone, words) = state(l, one.state);
            let told = matches!(one.state, State::Active | State::Lifted).then(|| t::told_count(l, one.reached, one.unreached));
            vec![
                view! { <a href=paths::incident(one.id)>{one.reason.clone()}</a> }.into_any(),
                view! { <StatusTag tone words/> }.into_any(),
                texts::date_time(l, page.server.clock.local(one.made_at)).into_any(),
                one.bills.to_string().into_any(),
                one.customers.to_string().into_any(),
                view! { <MoneyText amount=amount(l, one.waived)/> }.into_any(),
                told.into_any(),
            ]
        })
        .collect();
    view! { <DataTable caption=t::list(l) caption_hidden=true columns rows/> }.into_any()
}

fn form(page: &Page) -> impl IntoView + use<> {
    let l = page.l;
    let form: IncidentForm = page.form();
    let all = || (Str::default(), Words::from(t::all(l)));
    let kinds = [
        ("individual", t::kind_individual(l)),
        ("family", t::kind_family(l)),
        ("adhesion", t::kind_adhesion(l)),
        ("business", t::kind_business(l)),
    ];
    let kinds = std::iter::once(all()).chain(kinds.map(|(word, name)| (Str::from(word), Words::from(name)))).collect();
    let natures = Nature::ALL.iter().map(|nature| (Str::from(nature.as_str()), Words::from(wording::nature(l, *nature))));
    let natures = std::iter::once(all()).chain(natures).collect();
    let ages = [("late", t::late_late(l)), ("not_due", t::late_not_due(l))];
    let ages = std::iter::once(all()).chain(ages.map(|(word, name)| (Str::from(word), Words::from(name)))).collect();
    let error = |field: &str| page.error(field);
    let submission = if form.submission.is_empty() { Uuid::now_v7().to_string() } else { form.submission.clone() };
    let (reason_error, due_from_error, due_to_error) = (error("reason"), error("due_from"), error("due_to"));
    let (nature_error, late_error, numbers_error) = (error("nature"), error("late"), error("numbers"));
    let (waive_from_error, waive_to_error, until_error) = (error("waive_from"), error("waive_to"), error("until"));
    let (parts_error, file_error) = (error("parts"), error("file"));
    view! {
        <Card title=t::new(l)>
            <PostForm action=api::prepare_url() upload=true>
                <Hidden name="form[submission]" value=submission/>
                <TextArea name="form[reason]" label=t::reason(l) hint=t::reason_hint(l) value=form.reason error=reason_error rows=2/>
                <Fieldset id="which" legend=t::which(l)>
                    <div class="filters-fields">
                        <Field name="form[due_from]" label=t::due_from(l) kind=Control::Date width=Width::Ten value=form.due_from error=due_from_error/>
                        <Field name="form[due_to]" label=t::due_to(l) kind=Control::Date width=Width::Ten value=form.due_to error=due_to_error/>
                        <Select name="form[contract_kind]" label=t::contract_kind(l) options=kinds selected=form.contract_kind/>
                        <Select name="form[nature]" label=t::nature(l) options=natures selected=form.nature error=nature_error/>
                        <Select name="form[late]" label=t::late(l) options=ages selected=form.late error=late_error/>
                        <Field name="form[contract]" label=t::contract(l) width=Width::Twenty value=form.contract/>
                    </div>
                    <TextArea name="form[numbers]" label=t::numbers(l) hint=t::numbers_hint(l) value=form.numbers error=numbers_error rows=3/>
                    <FileField name="form[file]" label=t::file(l) accept=".csv,.txt,text/csv,text/plain" hint=t::file_hint(l) error=file_error/>
                </Fieldset>
                <Fieldset id="what" legend=t::what(l) hint=t::waive_hint(l)>
                    <div class="filters-fields">
                        <Field name="form[waive_from]" label=t::waive_from(l) kind=Control::Date width=Width::Ten value=form.waive_from error=waive_from_error/>
                        <Field name="form[waive_to]" label=t::waive_to(l) kind=Control::Date width=Width::Ten value=form.waive_to error=waive_to_error/>
                    </div>
                    <Field name="form[until]" label=t::until(l) hint=t::until_hint(l) kind=Control::Date width=Width::Ten value=form.until error=until_error/>
                    <Field name="form[parts]" label=t::parts(l) hint=t::parts_hint(l) kind=Control::Digits width=Width::Ten value=form.parts error=parts_error/>
                </Fieldset>
                <Button label=t::prepare(l)/>
            </PostForm>
        </Card>
    }
}

/// One incident: what it does, to which bills, and what can be done with it.
pub(super) async fn incident(page: Page, AsStaff(staff): AsStaff, Path(id): Path<String>) -> PageResult {
    let l = page.l;
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let opened = incidents::find(&page.server, &staff, id).await?;
    let (about, bills, refused, act) = (about(&page, &opened.incident), bills(l, &opened), refused(l, &opened), act(l, &opened));
    let reason = opened.incident.reason.clone();
    Ok(page.staff(&staff, StaffRoom::Incidents, t::incident(l), || {
        view! {
            <BackLink href=paths::INCIDENTS label=t::title(l)/>
            <PageTitle title=t::incident(l) lede=reason/>
            <div class="columns">
                <div class="flow">{bills}{refused}</div>
                <div class="flow">{about}{act}</div>
            </div>
        }
    }))
}

fn about(page: &Page, incident: &Incident) -> impl IntoView + use<> {
    let l = page.l;
    let moment = |at| texts::date_time(l, page.server.clock.local(at));
    let (tone, words) = state(l, incident.state);
    let mut pairs = vec![
        Pair::new(t::column_state(l), view! { <StatusTag tone words/> }),
        Pair::new(t::what(l), incidents::what(l, incident.waive_from, incident.waive_to, incident.until_on, incident.parts)),
        Pair::new(t::column_bills(l), incident.bills.to_string()),
        Pair::new(t::column_customers(l), incident.customers.to_string()),
        Pair::new(t::column_amount(l), view! { <MoneyText amount=amount(l, incident.amount)/> }),
        Pair::new(
            t::column_waived(l),
            view! { <MoneyText amount=amount(l, incident.waived)/><br/><span class="small soft">{t::waived_hint(l)}</span> },
        ),
        Pair::new(t::prepared_by(l), t::prepared_on(l, moment(incident.made_at), &incident.made_by_name)),
    ];
    if let (Some(name), Some(at)) = (&incident.confirmed_by_name, incident.confirmed_at) {
        pairs.push(Pair::new(t::confirmed_by(l), t::prepared_on(l, moment(at), name)));
        pairs.push(Pair::new(t::column_told(l), t::told_count(l, incident.reached, incident.unreached)));
    }
    pairs.extend(incident.lifted_on.map(|on| Pair::new(t::lifted_from(l), texts::date(l, on))));
    view! { <Card title=t::incident(l)><SummaryList pairs/></Card> }
}

fn bills(l: Locale, opened: &Opened) -> AnyView {
    let rows: Vec<Vec<AnyView>> = opened
        .bills
        .iter()
        .map(|bill| {
            vec![
                view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
                view! { <a href=paths::staff_customer(bill.customer)>{bill.name.clone()}</a> }.into_any(),
                texts::date(l, bill.due_on).into_any(),
                view! { <MoneyText amount=amount(l, bill.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, bill.waived)/> }.into_any(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return view! { <Empty icon=Icon::Ledger title=t::touched(l) text=texts::refusals::incident_empty(l)/> }.into_any();
    }
    let more = opened.incident.bills - i64::try_from(rows.len()).unwrap_or(0);
    let columns = vec![
        Column::new(t::column_number(l)),
        Column::new(t::column_customer(l)),
        Column::new(t::column_due(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_waived(l)),
    ];
    view! {
        <DataTable caption=t::touched(l) columns rows/>
        {(more > 0).then(|| view! { <p class="soft">{t::more(l, more)}</p> })}
    }
    .into_any()
}

fn refused(l: Locale, opened: &Opened) -> Option<impl IntoView + use<>> {
    let why = |reason: Reason| match reason {
        Reason::Unknown => t::refused_unknown(l),
        Reason::Ambiguous => t::refused_ambiguous(l),
        Reason::Settled => t::refused_settled(l),
        Reason::InAgreement => t::refused_in_agreement(l),
        Reason::Repeated => t::refused_repeated(l),
    };
    let rows: Vec<Vec<AnyView>> = opened
        .refused
        .iter()
        .map(|(number, reason)| vec![view! { <span class="number">{number.clone()}</span> }.into_any(), why(*reason).into_any()])
        .collect();
    let columns = vec![Column::new(t::refused_number(l)), Column::new(t::refused_why(l))];
    (!rows.is_empty()).then(|| view! { <DataTable caption=t::refused(l) columns rows/> })
}

/// What can be done now: confirmed or thrown away while it waits, lifted while it is in force.
fn act(l: Locale, opened: &Opened) -> AnyView {
    let (id, same) = (opened.incident.id.to_string(), opened.incident.id.to_string());
    match opened.incident.state {
        State::Waiting => {
            let reason = opened.confirm.err().map(|reason| wording::refused(l, reason)).unwrap_or_default();
            view! {
                <Card title=t::second_look(l)>
                    <p class="small soft">{t::second_look_words(l)}</p>
                    <PostForm action=api::confirm_url()>
                        <Hidden name="incident" value=same/>
                        <Button label=t::confirm(l) disabled_reason=reason/>
                    </PostForm>
                    <PostForm action=api::discard_url()>
                        <Hidden name="incident" value=id/>
                        <Button label=t::discard(l) kind=ButtonKind::Secondary/>
                    </PostForm>
                </Card>
            }
            .into_any()
        }
        State::Active => view! {
            <Card title=t::lift(l)>
                <p class="small soft">{t::lift_words(l)}</p>
                <PostForm action=api::lift_url()>
                    <Hidden name="incident" value=id/>
                    <Button label=t::lift(l) kind=ButtonKind::Danger/>
                </PostForm>
            </Card>
        }
        .into_any(),
        State::Lifted | State::Discarded => view! { <Notice title=state(l, opened.incident.state).1/> }.into_any(),
    }
}
