//! Money whose slip is not known, one card each: what the bank says, what it may be for, and what was decided.

use axum::extract::Query;
use leptos::prelude::*;
use serde::Deserialize;
use server::reconciliation::{self, Unidentified};
use server::texts::{self, reconciliation_staff as t};

use super::api::{self, AllocationForm};
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Choice, ChoiceStyle, ErrorSummary, Field, Hidden, PostForm, Radios, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Empty};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;

/// Which page of the queue.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    pagina: u32,
    /// The one whose bill is being chosen.
    pagamento: String,
}

/// The queue.
pub(super) async fn waiting(page: Page, AsStaff(staff): AsStaff, Query(view): Query<View>) -> PageResult {
    let l = page.l;
    let waiting = reconciliation::list(&page.server, &staff, view.pagina.max(1)).await?;
    let mut typed: AllocationForm = page.form();
    if typed.id.is_empty() {
        typed.id = view.pagamento;
    }
    let own = staff.id();
    let problem = |field: &'static str| page.error(field).map(|words| (Str::from(format!("form[{field}]")), Words::from(words)));
    let errors: Vec<_> = ["bill", "number", "note"].into_iter().filter_map(problem).collect();
    let cards = waiting.iter().map(|money| card(&page, money, &typed, money.prepared_by() == Some(own))).collect_view();
    let empty = waiting.is_empty();
    Ok(page.staff(&staff, StaffRoom::ReturnFiles, t::unidentified_title(l), || {
        view! {
            <BackLink href=paths::RETURN_FILES label=t::title(l)/>
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <PageTitle title=t::unidentified_title(l) lede=t::unidentified_lede(l)/>
            {empty.then(|| view! { <Empty icon=Icon::Check title=t::unidentified_none(l)/> })}
            {cards}
        }
    }))
}

fn card(page: &Page, money: &Unidentified, typed: &AllocationForm, own: bool) -> AnyView {
    let l = page.l;
    let title = t::money_paid(l, texts::money(l, money.amount), texts::date(l, money.paid_on));
    let said = |label: &'static str, value: &Option<String>| value.clone().map(|value| Pair::new(label, value));
    let mut facts = Vec::new();
    if let (Some(file), Some(line)) = (&money.file, money.line) {
        facts.push(Pair::new(t::column_file(l), t::file_line(l, file, line)));
    }
    facts.extend(
        money
            .end_to_end_id
            .clone()
            .map(|id| Pair::new(texts::pix::end_to_end(l), view! { <span class="wrap-anywhere" translate="no">{id}</span> })),
    );
    facts.extend(said(t::nosso_numero(l), &money.nosso_numero));
    facts.extend(said(t::document(l), &money.document));
    facts.extend(said(t::company_use(l), &money.company_use));
    facts.extend(money.due_on.map(|day| Pair::new(t::due(l), texts::date(l, day))));
    let id = money.id.to_string();
    let decide = match &money.bill_number {
        Some(number) => prepared(page, &id, money, number, own),
        None => allocation(page, money, &id, typed),
    };
    view! { <Card title=title><SummaryList pairs=facts/>{decide}</Card> }.into_any()
}

/// What somebody has prepared: another person agrees, anybody may send it back.
fn prepared(page: &Page, id: &str, money: &Unidentified, number: &str, own: bool) -> AnyView {
    let l = page.l;
    let reason = own.then(|| texts::refusals::prepared_by_you(l));
    let name = money.customer_name.clone().unwrap_or_default();
    let (prepared_for, because) = (t::prepared_for(l, name, number), t::prepared_because(l, &money.note));
    let (id, same) = (id.to_owned(), id.to_owned());
    view! {
        <p>{prepared_for}</p>
        <p>{because}</p>
        <Actions>
            <PostForm action=api::approve_url()>
                <Hidden name="id" value=id/>
                <Button label=t::approve(l) disabled_reason=reason/>
            </PostForm>
            <PostForm action=api::send_back_url()>
                <Hidden name="id" value=same/>
                <Button label=t::send_back(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Actions>
    }
    .into_any()
}

fn allocation(page: &Page, money: &Unidentified, id: &str, typed: &AllocationForm) -> AnyView {
    let l = page.l;
    // One form at a time: its controls have the names of the form's fields.
    if typed.id != id {
        let href = format!("{}?pagamento={id}", paths::UNIDENTIFIED);
        return view! { <ButtonLink href=href label=t::choose_bill(l) kind=ButtonKind::Secondary/> }.into_any();
    }
    let error = |field: &str| page.error(field).unwrap_or_default();
    let choices: Vec<Choice> = money
        .suggestions
        .iter()
        .map(|bill| {
            let label = t::suggestion(l, bill.name.clone(), bill.number.clone());
            let about = t::suggestion_about(l, texts::money(l, bill.balance), texts::date(l, bill.due_on));
            let about = if bill.same_document() { format!("{about} {}", t::same_document(l)) } else { about };
            Choice::new(bill.bill.to_string(), label).hint(about)
        })
        .collect();
    let (id, typed) = (id.to_owned(), typed.clone());
    let (bill_error, number_error, note_error) = (error("bill"), error("number"), error("note"));
    let suggested = if choices.is_empty() {
        view! { <p>{t::no_suggestion(l)}</p> }.into_any()
    } else {
        let (legend, bill) = (t::which_bill(l), typed.bill);
        view! { <Radios name="form[bill]" legend=legend choices selected=bill style=ChoiceStyle::Cards error=bill_error/> }.into_any()
    };
    view! {
        <PostForm action=api::allocate_url()>
            <Hidden name="form[id]" value=id/>
            {suggested}
            <Field name="form[number]" label=t::number(l) value=typed.number hint=t::number_hint(l) error=number_error/>
            <TextArea name="form[note]" label=t::note(l) value=typed.note hint=t::note_hint(l) error=note_error/>
            <Button label=t::allocate(l)/>
        </PostForm>
    }
    .into_any()
}
