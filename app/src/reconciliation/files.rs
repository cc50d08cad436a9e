//! The files that came, and what came of each.

use axum::extract::Path;
use leptos::prelude::*;
use server::error::Error;
use server::reconciliation::{self, FileLine, RefusedFile, Repeated};
use server::texts::{self, reconciliation_staff as t};

use super::api::{self, Shown};
use crate::download::stored;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Checkbox, ErrorSummary, FileField, Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Str, Tone, Words};
use crate::visitor::AsStaff;
use uuid::Uuid;

/// The newest files, and a form for the next one.
pub(super) async fn files(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let files = reconciliation::files(&page.server, &staff).await?;
    let refused = refused(&page, &reconciliation::refused(&page.server, &staff).await?);
    let shown: Shown = page.form();
    let error = page.error("file").unwrap_or_default();
    let errors = if error.is_empty() { Vec::new() } else { vec![(Str::from("form[file]"), Words::from(error.clone()))] };
    let rows: Vec<Vec<AnyView>> = files.iter().map(|file| row(&page, file)).collect();
    let columns = vec![
        Column::new(t::column_file(l)),
        Column::new(t::column_bank(l)),
        Column::new(t::column_number(l)),
        Column::new(t::column_date(l)),
        Column::amount(t::column_titles(l)),
        Column::amount(t::column_paid(l)),
        Column::new(t::column_state(l)),
    ];
    Ok(page.staff(&staff, StaffRoom::ReturnFiles, t::title(l), || {
        let empty = rows.is_empty();
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {looked_at(&page, shown)}
            {refused}
            <Card title=t::send_title(l)>
                <PostForm action=api::submit_url() upload=true>
                    <FileField name="form[file]" label=t::file(l) hint=t::file_hint(l) error=error/>
                    <Checkbox name="form[late]" label=t::late(l) hint=t::late_hint(l)/>
                    <Actions>
                        <Button label=t::look(l) kind=ButtonKind::Secondary name="form[look]" value="1"/>
                        <Button label=t::apply(l) name="form[apply]" value="1"/>
                    </Actions>
                </PostForm>
            </Card>
            <p><ButtonLink href=paths::UNIDENTIFIED label=t::unidentified_title(l) kind=ButtonKind::Secondary/></p>
            {if empty {
                view! { <Empty icon=Icon::Document title=t::none(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::caption(l) columns rows/> }.into_any()
            }}
        }
    }))
}

/// What came of the file that was sent a moment ago, when nothing was written.
fn looked_at(page: &Page, shown: Shown) -> Option<AnyView> {
    let l = page.l;
    if let Some(refused) = shown.refused {
        let title = t::refused(l, shown.name);
        return Some(view! { <Notice tone=Tone::Attention title=title live=true><p>{refused}</p></Notice> }.into_any());
    }
    if shown.name.is_empty() {
        return None;
    }
    let rows = shown
        .counts
        .into_iter()
        .map(|(count, paid, outcome)| vec![outcome.into_any(), count.to_string().into_any(), paid.into_any()])
        .collect();
    let (title, columns) = (t::looked_at(l, shown.name), count_columns(page));
    Some(
        view! {
            <Card title=title>
                <p>{t::nothing_written(l)}</p>
                <DataTable caption=t::counts(l) columns rows/>
                {warnings(shown.warnings)}
            </Card>
        }
        .into_any(),
    )
}

/// What the watched folder brought and nobody could take.
fn refused(page: &Page, files: &[RefusedFile]) -> Option<AnyView> {
    let l = page.l;
    (!files.is_empty()).then(|| {
        let told = files
            .iter()
            .map(|file| {
                let at = texts::date_time(l, page.server.clock.local(file.at));
                view! { <li><strong>{file.name.clone()}</strong>" "<span class="small soft">{at}</span><br/>{file.reason.clone()}</li> }
            })
            .collect_view();
        view! { <Notice tone=Tone::Attention title=t::folder_refused(l)><ul>{told}</ul></Notice> }.into_any()
    })
}

fn count_columns(page: &Page) -> Vec<Column> {
    let l = page.l;
    vec![Column::new(t::column_outcome(l)), Column::amount(t::column_titles(l)), Column::amount(t::column_paid(l))]
}

fn warnings(told: Vec<String>) -> Option<AnyView> {
    (!told.is_empty()).then(|| {
        let told = told.into_iter().map(|warning| view! { <li>{warning}</li> }).collect_view();
        view! { <ul>{told}</ul> }.into_any()
    })
}

fn row(page: &Page, file: &FileLine) -> Vec<AnyView> {
    let l = page.l;
    let (tone, words, more) = match file.applied_at {
        Some(at) => (Tone::Good, t::applied(l), texts::date_time(l, page.server.clock.local(at))),
        None => (Tone::Attention, t::broken_off(l), t::broken_off_words(l, file.events, file.position)),
    };
    vec![
        view! { <a href=paths::return_file(file.id)>{file.name.clone()}</a> }.into_any(),
        file.bank_code.clone().into_any(),
        file.sequence.map(|number| number.to_string()).unwrap_or_default().into_any(),
        file.file_date.map(|day| texts::date(l, day)).unwrap_or_default().into_any(),
        file.events.to_string().into_any(),
        view! { <MoneyText amount=Amount::new(file.paid, texts::money(l, file.paid))/> }.into_any(),
        view! { <div><StatusTag tone words/>" "<span class="small soft">{more}</span></div> }.into_any(),
    ]
}

/// What came of one file.
pub(super) async fn file(page: Page, AsStaff(staff): AsStaff, Path(file): Path<String>) -> PageResult {
    let l = page.l;
    let id = file.parse().map_err(|_| Error::NotFound)?;
    let report = reconciliation::report(&page.server, &staff, id).await?;
    let rows = report
        .counts
        .iter()
        .map(|(outcome, count, paid)| {
            vec![
                reconciliation::outcome(l, *outcome).into_any(),
                count.to_string().into_any(),
                view! { <MoneyText amount=Amount::new(*paid, texts::money(l, *paid))/> }.into_any(),
            ]
        })
        .collect();
    let total = vec![
        t::total(l).into_any(),
        report.events.to_string().into_any(),
        view! { <MoneyText amount=Amount::new(report.paid, texts::money(l, report.paid))/> }.into_any(),
    ];
    let about = t::about(l, report.bank.clone(), texts::money(l, report.credited), texts::money(l, report.fees), report.lines);
    let told = report.warnings.iter().map(|warning| warning.told(l)).collect();
    let repeated = repeated(&page, id, &report.repeated);
    let original = report.kept.then(|| {
        let href = paths::return_file_original(id);
        view! { <p><ButtonLink href label=t::original(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p> }
    });
    let title = report.name.clone();
    Ok(page.staff(&staff, StaffRoom::ReturnFiles, &title.clone(), || {
        view! {
            <BackLink href=paths::RETURN_FILES label=t::title(l)/>
            <PageTitle title=title lede=about/>
            <DataTable caption=t::counts(l) columns=count_columns(&page) rows total/>
            {warnings(told)}
            {repeated}
            {original}
        }
    }))
}

/// The file as it came.
pub(super) async fn original(page: Page, AsStaff(staff): AsStaff, Path(file): Path<String>) -> PageResult {
    let id = file.parse().map_err(|_| Error::NotFound)?;
    Ok(stored(reconciliation::original(&page.server, &staff, id).await?))
}

/// Lines that say what had been said: as a rule the bank's repetition, now and then somebody who paid twice the same day.
fn repeated(page: &Page, file: Uuid, lines: &[Repeated]) -> Option<AnyView> {
    let l = page.l;
    let rows: Vec<Vec<AnyView>> = lines
        .iter()
        .map(|line| {
            let (action, number) = (api::not_repeated_url(), line.line.to_string());
            let (about, posted) = (t::not_repeated_line(l, number.clone()), number.clone());
            let form = view! {
                <PostForm action=action>
                    <Hidden name="file" value=file.to_string()/>
                    <Hidden name="line" value=posted/>
                    <Button label=t::not_repeated(l) kind=ButtonKind::Secondary about=about/>
                </PostForm>
            };
            vec![
                number.into_any(),
                line.nosso_numero.clone().unwrap_or_default().into_any(),
                texts::date(l, line.paid_on).into_any(),
                view! { <MoneyText amount=Amount::new(line.amount, texts::money(l, line.amount))/> }.into_any(),
                form.into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(t::column_line(l)),
        Column::new(t::nosso_numero(l)),
        Column::new(t::column_date(l)),
        Column::amount(t::column_paid(l)),
        Column::new(t::column_action(l)),
    ];
    (!rows.is_empty()).then(|| {
        view! {
            <Card title=t::repeated_title(l)>
                <p>{t::repeated_words(l)}</p>
                <DataTable caption=t::repeated_title(l) caption_hidden=true columns rows/>
            </Card>
        }
        .into_any()
    })
}
