//! Money whose slip is not known, one card each: what the bank says, what it may be for, and what was decided.

use axum::extract::Query;
use domain::pix::returns::State;
use leptos::prelude::*;
use serde::Deserialize;
use server::pix::returns::Return;
use server::reconciliation::{self, Unidentified};
use server::texts::{self, Locale, reconciliation_staff as t};

use super::api::{self, AllocationForm};
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Choice, ChoiceStyle, ErrorSummary, Field, Hidden, PostForm, Radios, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Empty, Notice};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::wording;

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
    let failed = money.back.as_ref().filter(|back| back.state == State::Failed && !money.goes_back()).map(|back| not_given_back(l, back));
    let decide = match &money.bill_number {
        _ if money.goes_back() => going_back(l, money),
        _ if money.is_to_go_back() => prepared_to_go_back(page, &id, money, own),
        Some(number) => prepared(page, &id, money, number, own),
        None => allocation(page, money, &id, typed),
    };
    view! { <Card title=title><SummaryList pairs=facts/>{failed}{decide}</Card> }.into_any()
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

/// Nobody decides any more: the provider says what becomes of it.
fn going_back(l: Locale, money: &Unidentified) -> AnyView {
    let state = money.back.as_ref().map_or(State::Ordered, |back| back.state);
    view! { <p>{t::going_back(l, wording::giving_back(l, state))}</p> }.into_any()
}

fn not_given_back(l: Locale, back: &Return) -> AnyView {
    let why = back.failure().map_or("", |failure| wording::failure(l, failure));
    let said = back.said.clone().map(|said| view! { <p>{texts::desk::provider_said(l, said)}</p> });
    view! { <Notice tone=Tone::Attention title=t::back_failed(l)><p>{why}</p>{said}</Notice> }.into_any()
}

/// Somebody wants it to go back: another person agrees, anybody may send it back to the queue.
fn prepared_to_go_back(page: &Page, id: &str, money: &Unidentified, own: bool) -> AnyView {
    let l = page.l;
    let reason = own.then(|| texts::refusals::prepared_by_you(l));
    let because = t::prepared_because(l, &money.note);
    let (id, same) = (id.to_owned(), id.to_owned());
    view! {
        <p>{t::prepared_back(l)}</p>
        <p>{because}</p>
        <Actions>
            <PostForm action=api::approve_giving_back_url()>
                <Hidden name="id" value=id/>
                <Button label=t::approve_back(l) disabled_reason=reason/>
            </PostForm>
            <PostForm action=api::send_back_url()>
                <Hidden name="id" value=same/>
                <Button label=t::send_back(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Actions>
    }
    .into_any()
}

/// A Pix may go back to where it came from, whoever sent it.
fn to_origin(page: &Page, money: &Unidentified, id: &str, typed: &AllocationForm) -> Option<AnyView> {
    let l = page.l;
    let origin = money.origin.as_ref()?;
    let until = texts::date(l, page.server.clock.local(origin.until).date_naive());
    let about = t::give_back_words(l, texts::money(l, origin.left), until);
    let wrong = typed.back == "yes";
    let (id, note) = (id.to_owned(), if wrong { typed.note.clone() } else { String::new() });
    let error = page.error("note").filter(|_| wrong).unwrap_or_default();
    // The form that was refused has the plain ids, so that the summary at the top leads to its fields.
    let note_id = if wrong { "form[note]" } else { "back-note" };
    Some(
        view! {
            <Details summary=t::give_back_title(l) open=wrong>
                <p>{about}</p>
                <PostForm action=api::give_back_url()>
                    <Hidden name="form[id]" value=id/>
                    <Hidden name="form[back]" value="yes"/>
                    <TextArea id=note_id name="form[note]" label=t::note(l) value=note hint=t::give_back_note_hint(l) error/>
                    <Button label=t::give_back(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </Details>
        }
        .into_any(),
    )
}

fn allocation(page: &Page, money: &Unidentified, id: &str, typed: &AllocationForm) -> AnyView {
    let l = page.l;
    // One form at a time: its controls have the names of the form's fields.
    if typed.id != id {
        let href = format!("{}?pagamento={id}", paths::UNIDENTIFIED);
        let label = if money.origin.is_some() { t::choose_or_give_back(l) } else { t::choose_bill(l) };
        return view! { <ButtonLink href=href label kind=ButtonKind::Secondary/> }.into_any();
    }
    let back = to_origin(page, money, id, typed);
    let lays = typed.back != "yes";
    let error = |field: &str| page.error(field).filter(|_| lays).unwrap_or_default();
    let note_id = if lays { "form[note]" } else { "bill-note" };
    let typed = if lays { typed.clone() } else { AllocationForm::default() };
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
    let id = id.to_owned();
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
            <TextArea id=note_id name="form[note]" label=t::note(l) value=typed.note hint=t::note_hint(l) error=note_error/>
            <Button label=t::allocate(l)/>
        </PostForm>
        {back}
    }
    .into_any()
}
