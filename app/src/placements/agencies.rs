//! Agencies and lawyers: the list that is kept, without any customer; and for those who hand over, what one of them has, its list to be
//! taken along, its results brought in, and all of it taken back.

use axum::extract::{Path, RawQuery};
use domain::placements::{AgencyForm, AgencyKind, Code, ResultForm};
use leptos::prelude::*;
use server::error::Error;
use server::exports::{csv, workbook};
use server::placements::agencies::{self, Agency, Opened};
use server::placements::{PlacedBill, results};
use server::texts::{self, Locale, placements as t};
use uuid::Uuid;

use super::api::{self, Came, RecallForm, Typed};
use super::page::retired;
use super::words;
use crate::bills::parts::amount;
use crate::download::attachment;
use crate::drafts;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{ErrorSummary, Field, FileField, Hidden, Kind as Control, PostForm, Select, TextArea, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Empty, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;

/// The list that is kept.
pub(super) async fn agencies(page: Page, AsStaff(staff): AsStaff, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let all = agencies::list(&page.server, &staff).await?;
    let keeps = agencies::keeps(&staff);
    let columns = vec![
        Column::new(t::name(l)),
        Column::new(t::column_kind(l)),
        Column::new(t::column_contact(l)),
        Column::amount(t::column_bills(l)),
        Column::new(t::column_act(l)),
    ];
    let rows: Vec<Vec<AnyView>> = all.iter().map(|one| kept(&page, one, keeps)).collect();
    let named = drafts::ids(query.as_deref()).next();
    let changed = all.iter().find(|one| Some(one.id) == named && one.retired_at.is_none());
    let (summary, form) = (page.summary(), keeps.then(|| form(&page, changed)));
    Ok(page.staff(&staff, StaffRoom::Agencies, t::agencies(l), || {
        view! {
            {summary}
            <PageTitle title=t::agencies(l) lede=t::agencies_lede(l)/>
            {if rows.is_empty() {
                view! { <Empty icon=Icon::People title=t::no_agencies(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::agencies(l) caption_hidden=true columns rows/> }.into_any()
            }}
            {form}
        }
    }))
}

fn kept(page: &Page, one: &Agency, keeps: bool) -> Vec<AnyView> {
    let l = page.l;
    let contact = one.phone.iter().chain(std::iter::once(&one.email)).cloned().collect::<Vec<_>>().join(", ");
    let (id, about) = (one.id.to_string(), one.name.clone());
    let act = match one.retired_at {
        Some(at) => t::retired(l, texts::date(l, page.server.clock.local(at).date_naive())).into_any(),
        None if keeps => view! {
            <ButtonLink href=paths::agency_to_change(one.id) label=t::change(l) kind=ButtonKind::Quiet about=one.name.clone()/>
            <PostForm action=api::retire_agency_url()>
                <Hidden name="agency" value=id/>
                <Button label=t::retire(l) kind=ButtonKind::Quiet about=about/>
            </PostForm>
        }
        .into_any(),
        None => ().into_any(),
    };
    vec![
        one.name.clone().into_any(),
        words::kind(l, one.kind).into_any(),
        view! { <span>{contact}</span> }.into_any(),
        one.bills.to_string().into_any(),
        act,
    ]
}

/// The form of one that is added, or of one that is changed.
fn form(page: &Page, changed: Option<&Agency>) -> AnyView {
    let l = page.l;
    let mut form: AgencyForm = page.form();
    if let Some(one) = changed.filter(|_| page.flash.form.is_null()) {
        let Agency { name, kind, email, phone, .. } = one.clone();
        form = AgencyForm { name, kind: kind.to_string(), email, phone: phone.unwrap_or_default(), ..form };
    }
    let submission = if form.submission.is_empty() { Uuid::now_v7().to_string() } else { form.submission };
    let kinds = std::iter::once((Str::default(), Words::from(t::choose(l))))
        .chain(AgencyKind::ALL.iter().map(|one| (Str::from(one.as_str()), Words::from(words::kind(l, *one)))))
        .collect();
    let (name_error, kind_error) = (page.error("name"), page.error("kind"));
    let (email_error, phone_error) = (page.error("email"), page.error("phone"));
    let (title, action, send) = match changed {
        Some(one) => (t::change_title(l, &one.name), api::change_agency_url(), t::change_send(l)),
        None => (t::add_title(l).to_owned(), api::add_agency_url(), t::add(l)),
    };
    let which = changed.map(|one| view! { <Hidden name="agency" value=one.id.to_string()/> });
    let back = changed.map(|_| view! { <ButtonLink href=paths::AGENCIES label=texts::frame::cancel(l) kind=ButtonKind::Quiet/> });
    view! {
        <Card title>
            <PostForm action>
                {which}
                <Hidden name="form[submission]" value=submission/>
                <Field name="form[name]" label=t::name(l) hint=t::name_hint(l) value=form.name error=name_error/>
                <Select name="form[kind]" label=t::kind(l) options=kinds selected=form.kind error=kind_error/>
                <Field name="form[email]" label=t::email(l) kind=Control::Email value=form.email error=email_error/>
                <Field name="form[phone]" label=t::phone(l) kind=Control::Phone width=Width::Twenty value=form.phone error=phone_error/>
                <Actions>
                    <Button label=send/>
                    {back}
                </Actions>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// What one of them has.
pub(super) async fn agency(page: Page, AsStaff(staff): AsStaff, Path(id): Path<String>) -> PageResult {
    let l = page.l;
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let opened = agencies::find(&page.server, &staff, id).await?;
    let typed: Typed = page.form();
    let errors = errors(&page, &typed);
    let (gone, came, about) = (retired(&page, &opened.agency), came(l, typed.came.clone()), about(l, &opened.agency));
    let (has, back) = (has(&page, &opened, typed.recall.as_ref()), back(l, &opened.back));
    let (file, sent, one, all) =
        (file(l, &opened.agency), sent(&page, id), one(&page, id, typed.result), recall_all(&page, &opened.agency, typed.recall));
    let (title, name) = (opened.agency.name.clone(), opened.agency.name.clone());
    Ok(page.staff(&staff, StaffRoom::Placements, &name, || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <BackLink href=paths::PLACEMENTS label=t::title(l)/>
            <PageTitle title/>
            {gone}
            {came}
            <div class="columns">
                <div class="flow">{has}{back}</div>
                <div class="flow">{about}{file}{sent}{one}{all}</div>
            </div>
        }
    }))
}

/// What must be mended, each at its control: the form that takes a bill back is one of many.
fn errors(page: &Page, typed: &Typed) -> Vec<(Str, Words)> {
    match &typed.recall {
        Some(recall) => page.error("reason").map(|error| (reason_id(recall), Words::from(error))).into_iter().collect(),
        None => page.errors(),
    }
}

fn reason_id(recall: &RecallForm) -> Str {
    Str::from(format!("reason-{}", if recall.place.is_empty() { "all" } else { &recall.place }))
}

fn came(l: Locale, came: Option<Came>) -> Option<AnyView> {
    let came = came?;
    if let Some(why) = came.unread {
        return Some(view! { <Notice tone=Tone::Attention title=t::unread(l, came.name) live=true><p>{why}</p></Notice> }.into_any());
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let title = t::came_of(l, count(came.known), &came.name, count(came.refused), count(came.taken));
    let tone = if came.refused == 0 { Tone::Good } else { Tone::Attention };
    let rows: Vec<Vec<AnyView>> = came
        .lines
        .into_iter()
        .map(|(line, bill, why)| vec![line.to_string().into_any(), view! { <span class="number">{bill}</span> }.into_any(), why.into_any()])
        .collect();
    let columns = vec![Column::amount(t::column_line(l)), Column::new(t::column_number(l)), Column::new(t::column_why(l))];
    let none = rows.is_empty();
    Some(
        view! {
            <Notice tone title live=true/>
            {(!none).then(|| view! { <DataTable caption=t::refused_lines(l) columns rows/> })}
        }
        .into_any(),
    )
}

fn about(l: Locale, agency: &Agency) -> AnyView {
    let contact = agency.phone.iter().chain(std::iter::once(&agency.email)).cloned().collect::<Vec<_>>().join(", ");
    let pairs = vec![
        Pair::new(t::column_kind(l), words::kind(l, agency.kind)),
        Pair::new(t::column_contact(l), contact),
        Pair::new(t::column_bills(l), agency.bills.to_string()),
        Pair::new(t::column_customers(l), agency.customers.to_string()),
        Pair::new(t::column_open(l), view! { <MoneyText amount=amount(l, agency.open)/> }),
    ];
    view! { <Card><SummaryList pairs/></Card> }.into_any()
}

fn has(page: &Page, opened: &Opened, recall: Option<&RecallForm>) -> AnyView {
    let l = page.l;
    let title = t::has(l, &opened.agency.name);
    if opened.bills.is_empty() {
        return view! { <Empty icon=Icon::Ledger title=t::has_none(l)/> }.into_any();
    }
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_number(l)),
        Column::new(t::column_due(l)),
        Column::new(t::column_since(l)),
        Column::amount(t::column_open(l)),
        Column::new(t::column_act(l)),
    ];
    let rows: Vec<Vec<AnyView>> = opened
        .bills
        .iter()
        .map(|bill| {
            let back = opened.agency.id.to_string();
            vec![
                view! { <a href=paths::customer_placements(bill.customer)>{bill.name.clone()}</a> }.into_any(),
                view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
                texts::date(l, bill.due_on).into_any(),
                bill.placed_on.map(|on| texts::date(l, on)).into_any(),
                view! { <MoneyText amount=amount(l, bill.balance)/> }.into_any(),
                recall_one(page, bill, back, recall),
            ]
        })
        .collect();
    let more = opened.agency.bills - i64::try_from(rows.len()).unwrap_or(0);
    view! {
        <DataTable caption=title columns rows/>
        {(more > 0).then(|| view! { <p class="soft">{t::more(l, more)}</p> })}
    }
    .into_any()
}

/// One bill taken back: the reason opens where the bill stands.
pub(super) fn recall_one(page: &Page, bill: &PlacedBill, back: String, typed: Option<&RecallForm>) -> AnyView {
    let l = page.l;
    let place = bill.id.to_string();
    let mine = typed.filter(|typed| typed.place == place);
    let id = format!("reason-{place}");
    let (value, error) = (mine.map(|typed| typed.reason.clone()).unwrap_or_default(), mine.and_then(|_| page.error("reason")));
    let (label, open) = (t::reason_of(l, &bill.number), mine.is_some());
    let customer = bill.customer.to_string();
    view! {
        <Details summary=t::recall(l) open>
            <PostForm action=api::recall_url()>
                <Hidden name="form[place]" value=place/>
                <Hidden name="form[customer]" value=customer/>
                <Hidden name="form[back]" value=back/>
                <TextArea name="form[reason]" id label value rows=2 error/>
                <Button label=t::recall(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Details>
    }
    .into_any()
}

fn back(l: Locale, bills: &[PlacedBill]) -> Option<AnyView> {
    let rows: Vec<Vec<AnyView>> = bills
        .iter()
        .map(|bill| {
            vec![
                view! { <a href=paths::staff_customer(bill.customer)>{bill.name.clone()}</a> }.into_any(),
                view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
                bill.ended_on.map(|on| texts::date(l, on)).into_any(),
                words::stands(l, bill),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_number(l)),
        Column::new(t::column_until(l)),
        Column::new(t::column_why(l)),
    ];
    (!rows.is_empty()).then(|| view! { <DataTable caption=t::back(l) columns rows/> }.into_any())
}

fn file(l: Locale, agency: &Agency) -> AnyView {
    let (csv, xlsx) = (paths::agency_list(&agency.id.to_string(), "csv"), paths::agency_list(&agency.id.to_string(), "xlsx"));
    view! {
        <Card title=t::file(l)>
            <p class="small soft">{t::file_words(l)}</p>
            <Actions>
                <ButtonLink href=csv label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
                <ButtonLink href=xlsx label=t::xlsx(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
            </Actions>
        </Card>
    }
    .into_any()
}

fn sent(page: &Page, id: Uuid) -> AnyView {
    let l = page.l;
    let columns = results::columns().join(";");
    let error = page.error("file");
    view! {
        <Card title=t::results(l)>
            <p class="small soft">{t::results_words(l)}</p>
            <PostForm action=api::results_url() upload=true>
                <Hidden name="agency" value=id.to_string()/>
                <FileField name="form[file]" label=t::results_file(l) accept=".csv,text/csv" hint=t::results_hint(l, columns) error/>
                <Button label=t::send_results(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn one(page: &Page, id: Uuid, typed: Option<ResultForm>) -> AnyView {
    let l = page.l;
    let open = typed.is_some();
    let form = typed.unwrap_or_default();
    let error = |field: &str| if open { page.error(field) } else { None };
    let choose = || std::iter::once((Str::default(), Words::from(t::choose(l))));
    let channels = choose().chain(words::channels(l)).collect();
    let codes = choose().chain(Code::ALL.iter().map(|one| (Str::from(one.as_str()), Words::from(words::code(l, *one))))).collect();
    let (bill_error, on_error, channel_error) = (error("bill"), error("on"), error("channel"));
    let (code_error, promised_error, note_error) = (error("code"), error("promised_on"), error("note"));
    view! {
        <Details summary=t::one_result(l) open>
            <PostForm action=api::result_url()>
                <Hidden name="agency" value=id.to_string()/>
                <Field name="form[bill]" label=t::result_bill(l) width=Width::Twenty value=form.bill error=bill_error/>
                <Field name="form[on]" label=t::result_on(l) kind=Control::Date width=Width::Ten value=form.on error=on_error/>
                <Select name="form[channel]" label=t::result_channel(l) options=channels selected=form.channel error=channel_error/>
                <Select name="form[code]" label=t::result_code(l) options=codes selected=form.code error=code_error/>
                <Field
                    name="form[promised_on]" label=t::result_promised(l) hint=t::result_promised_hint(l) kind=Control::Date width=Width::Ten
                    value=form.promised_on error=promised_error
                />
                <TextArea name="form[note]" label=t::result_note(l) hint=t::result_note_hint(l) value=form.note rows=2 error=note_error/>
                <Button label=t::result_save(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Details>
    }
    .into_any()
}

fn recall_all(page: &Page, agency: &Agency, typed: Option<RecallForm>) -> Option<AnyView> {
    let l = page.l;
    let mine = typed.filter(|typed| typed.place.is_empty());
    let (open, error) = (mine.is_some(), mine.as_ref().and_then(|_| page.error("reason")));
    let value = mine.map(|typed| typed.reason).unwrap_or_default();
    let id = agency.id.to_string();
    (agency.bills > 0).then(|| {
        view! {
            <Details summary=t::recall_all(l) open>
                <p class="small soft">{t::recall_words(l)}</p>
                <PostForm action=api::recall_url()>
                    <Hidden name="form[agency]" value=id.clone()/>
                    <Hidden name="form[back]" value=id/>
                    <TextArea name="form[reason]" id="reason-all" label=t::reason(l) value rows=2 error/>
                    <Button label=t::recall_all(l) kind=ButtonKind::Danger/>
                </PostForm>
            </Details>
        }
        .into_any()
    })
}

/// What it has as a file, `csv` or `xlsx`. That it was taken is recorded.
pub(super) async fn list(page: Page, AsStaff(staff): AsStaff, Path((id, format)): Path<(String, String)>) -> PageResult {
    let (l, today) = (page.l, page.server.clock.today());
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    if !matches!(format.as_str(), "csv" | "xlsx") {
        return Err(Error::NotFound.into());
    }
    let sheet = agencies::take_list(&page.server, &staff, id).await?;
    let name = format!("{}_{today}.{format}", t::file_name(l));
    Ok(if format == "csv" {
        attachment(&name, "text/csv; charset=utf-8", csv(&sheet)?)
    } else {
        let bytes = workbook(&[sheet], page.server.clock.now())?;
        attachment(&name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes)
    })
}
