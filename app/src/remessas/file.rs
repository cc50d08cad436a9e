//! One file to a bank: what it asks, what became of it, its bytes, and the way back when the bank never took it.

use axum::extract::Path;
use leptos::prelude::*;
use server::error::Error;
use server::remessas::{self, Became, Told};
use server::sessions::Hand;
use server::texts::{self, Locale, remessas_staff as t};

use super::api::{self, NotTakenForm};
use super::list::money;
use crate::download::stored;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkbox, ErrorSummary, Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// The file's page.
pub(super) async fn file(page: Page, AsStaff(staff): AsStaff, Path(file): Path<String>) -> PageResult {
    let l = page.l;
    let id = file.parse().map_err(|_| Error::NotFound)?;
    let told = remessas::file(&page.server, &staff, id).await?;
    let title = t::remessa(l, told.file.sequence);
    let about = t::about(l, told.file.agreement.clone(), told.file.bank_name.clone());
    let facts = facts(&page, &told);
    let became = became(l, &told);
    let lost = told.file.not_taken_at.map(|at| {
        let at = texts::date_time(l, page.server.clock.local(at));
        view! { <Notice tone=Tone::Attention title=t::lost(l)><p>{t::lost_words(l, at)}</p></Notice> }
    });
    let way_back = told.unanswered.then(|| way_back(&page, id));
    let next = told.file.not_taken_at.is_none().then(|| view! { <p>{t::what_next(l)}</p> });
    let errors = page.errors();
    Ok(page.staff(&staff, StaffRoom::Exports, &title.clone(), || {
        view! {
            <BackLink href=format!("{}#remessas", paths::EXPORTS) label=texts::exports_staff::title(l)/>
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <PageTitle title=title lede=about/>
            {lost}
            <SummaryList pairs=facts/>
            {next}
            <Actions>
                <ButtonLink href=paths::remessa_bytes(id) label=t::download(l) icon=Icon::Download download=true/>
                <ButtonLink href=paths::RETURN_FILES label=texts::reconciliation_staff::title(l) kind=ButtonKind::Secondary/>
            </Actions>
            {became}
            {way_back}
        }
    }))
}

/// The file as it was written; that it was taken is recorded.
pub(super) async fn bytes(page: Page, AsStaff(staff): AsStaff, Path(file): Path<String>) -> PageResult {
    let id = file.parse().map_err(|_| Error::NotFound)?;
    Ok(stored(remessas::fetch(&page.server, Hand::Staff(&staff), id).await?))
}

fn facts(page: &Page, told: &Told) -> Vec<Pair> {
    let (l, file) = (page.l, &told.file);
    vec![
        Pair::new(t::column_entries(l), file.entries.to_string()),
        Pair::new(texts::exports_staff::column_sum(l), money(l, file.sum)),
        Pair::new(t::column_closings(l), file.closings.to_string()),
        Pair::new(texts::exports_staff::column_when(l), texts::date_time(l, page.server.clock.local(file.written_at))),
        Pair::new(
            texts::exports_staff::column_who(l),
            file.by_name.clone().unwrap_or_else(|| texts::exports_staff::terminal(l).to_owned()),
        ),
        Pair::new("SHA-256", view! { <span class="wrap-anywhere" translate="no">{file.file_hash.clone()}</span> }),
    ]
}

fn became(l: Locale, told: &Told) -> AnyView {
    let rows = told
        .became
        .iter()
        .map(|(became, count)| {
            let words = match became {
                Became::Unanswered => t::became_unanswered(l),
                Became::Registered => t::became_registered(l),
                Became::Rejected => t::became_rejected(l),
                Became::AskedAgain => t::became_asked_again(l),
                Became::ToClose => t::became_to_close(l),
                Became::Closed => t::became_closed(l),
            };
            vec![words.into_any(), count.to_string().into_any()]
        })
        .collect();
    let columns = vec![Column::new(t::column_became(l)), Column::amount(t::column_slips(l))];
    view! { <DataTable caption=t::became(l) columns rows/> }.into_any()
}

fn way_back(page: &Page, id: uuid::Uuid) -> AnyView {
    let l = page.l;
    let typed: NotTakenForm = page.form();
    let (error, checked) = (page.error("sure").unwrap_or_default(), !typed.sure.is_empty());
    view! {
        <Card title=t::not_taken_title(l) quiet=true>
            <p>{t::not_taken_words(l)}</p>
            <PostForm action=api::not_taken_url()>
                <Hidden name="form[id]" value=id.to_string()/>
                <Checkbox name="form[sure]" label=t::not_taken_sure(l) checked=checked error=error/>
                <Button label=t::not_taken(l) kind=ButtonKind::Danger/>
            </PostForm>
        </Card>
    }
    .into_any()
}
