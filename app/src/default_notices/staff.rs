//! Who is to be told of a default and by when; one contract with its count, its notices and their proofs. Never says that a contract is over.

use axum::extract::Path;
use domain::default_notices::{Content, Excluded, Stage};
use domain::ids::ContractId;
use leptos::prelude::*;
use server::default_notices::{self, Case, Detail, Notice as Given};
use server::error::Error;
use server::texts::{self, Locale, default_notices as t};

use super::api::{self, Typed};
use super::proofs;
use crate::activities::{Part, tabs};
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::forms::{ErrorSummary, Hidden, PostForm, Radios, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::wording;

fn stage(l: Locale, stage: Stage) -> (Tone, String) {
    match stage {
        Stage::Clear => (Tone::Neutral, t::stage_clear(l).to_owned()),
        Stage::Near => (Tone::Neutral, t::stage_near(l).to_owned()),
        Stage::Tell(until) => (Tone::Attention, t::stage_tell(l, texts::date(l, until))),
        Stage::Overdue => (Tone::Attention, t::stage_overdue(l).to_owned()),
        Stage::Unproven => (Tone::Attention, t::stage_unproven(l).to_owned()),
        Stage::Running(until) => (Tone::Info, t::stage_running(l, texts::date(l, until))),
        Stage::Contested => (Tone::Attention, t::stage_contested(l).to_owned()),
        Stage::Waiting => (Tone::Neutral, t::stage_waiting(l).to_owned()),
        Stage::ToDecide => (Tone::Info, t::stage_to_decide(l).to_owned()),
    }
}

fn excluded(l: Locale, excluded: Excluded) -> &'static str {
    match excluded {
        Excluded::NoSlip => t::excluded_no_slip(l),
        Excluded::SlipAsked => t::excluded_slip_asked(l),
        Excluded::Disputed => t::excluded_disputed(l),
        Excluded::InAgreement => t::excluded_in_agreement(l),
    }
}

fn content(l: Locale, content: Content) -> &'static str {
    match content {
        Content::CreditorName => t::content_creditor_name(l),
        Content::CreditorAddress => t::content_creditor_address(l),
        Content::CreditorRegistration => t::content_creditor_registration(l),
        Content::CreditorContact => t::content_creditor_contact(l),
        Content::Holder => t::content_holder(l),
        Content::Beneficiaries => t::beneficiaries_label(l),
        Content::Contract => t::content_contract(l),
        Content::Plan => t::content_plan(l),
        Content::PlanRegistration => t::content_plan_registration(l),
        Content::Debt => t::content_debt(l),
    }
}

fn counted(l: Locale, case: &Case) -> String {
    t::count(l, case.count.bills, i64::from(case.count.days))
}

/// Who is to be told, and who was.
pub(super) async fn list(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let cases = default_notices::list(&page.server, &staff).await?;
    let none = cases.is_empty();
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_count(l)),
        Column::new(t::column_stage(l)),
        Column::new(t::column_open(l)),
    ];
    let rows = cases
        .iter()
        .map(|case| {
            let (tone, words) = stage(l, case.stage);
            let (contract, about) = (t::contract_number(l, &case.number), case.name.clone());
            vec![
                view! { <span><a href=paths::staff_customer(case.customer)>{case.name.clone()}</a><br/><span class="small soft">{contract}</span></span> }
                    .into_any(),
                counted(l, case).into_any(),
                view! { <StatusTag tone words/> }.into_any(),
                view! { <a href=paths::default_notice(case.contract)>{t::open(l)}<span class="visually-hidden">" "{about}</span></a> }.into_any(),
            ]
        })
        .collect();
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {tabs(l, Part::Notices)}
            {if none {
                view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::title(l) caption_hidden=true columns rows/> }.into_any()
            }}
        }
    }))
}

/// One contract.
pub(super) async fn contract(page: Page, AsStaff(staff): AsStaff, Path(contract): Path<String>) -> PageResult {
    let l = page.l;
    let contract: ContractId = contract.parse().map_err(|_| Error::NotFound)?;
    let detail = default_notices::see(&page.server, &staff, contract).await?;
    let typed: Typed = page.form();
    let (tone, words) = stage(l, detail.case.stage);
    let lede = format!("{}: {}", t::contract_number(l, &detail.case.number), counted(l, &detail.case));
    let title = format!("{} · {}", t::title(l), detail.case.name);
    let (name, customer) = (detail.case.name.clone(), detail.case.customer);
    let (errors, bills, given) = (errors(&page, &typed), bills(l, &detail), given(&page, &detail, &typed));
    let new = new(&page, &detail, typed);
    Ok(page.staff(&staff, StaffRoom::FollowUp, &title, || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <BackLink href=paths::DEFAULT_NOTICES label=t::title(l)/>
            <PageTitle title=name lede><StatusTag tone words/></PageTitle>
            <p><a href=paths::staff_customer(customer)>{texts::customers_staff::data(l)}</a></p>
            <div class="columns columns-even">
                <div class="flow">{bills}{given}</div>
                {new}
            </div>
        }
    }))
}

/// Where each problem leads; a part that is missing on file has no field, and is named instead.
fn errors(page: &Page, typed: &Typed) -> Vec<(Str, Words)> {
    let l = page.l;
    let prefix = |field: &str| Str::from(if typed.notice.is_empty() { format!("form[{field}]") } else { format!("proof-{field}") });
    let one = |error: &domain::forms::FieldError| match error.field.parse::<Content>() {
        Ok(part) if part != Content::Beneficiaries => (Str::from("missing"), Words::from(content(l, part))),
        _ if error.field == "sending" && error.problem == domain::forms::Problem::NoLongerPossible => {
            (prefix("sending"), Words::from(t::no_mail(l)))
        }
        _ => (prefix(&error.field), Words::from(wording::problem(l, &error.problem))),
    };
    page.flash.errors.iter().map(one).collect()
}

fn bills(l: Locale, detail: &Detail) -> impl IntoView + use<> {
    let rows = detail
        .case
        .unpaid
        .iter()
        .zip(&detail.numbers)
        .map(|(unpaid, number)| {
            let meta = t::bill_due(l, texts::date(l, unpaid.due_on));
            let (tone, tag) = match unpaid.excluded {
                None => (Tone::Attention, t::counts(l)),
                Some(why) => (Tone::Neutral, excluded(l, why)),
            };
            view! { <Row title=texts::promises::bill(l, number) meta tone tag/> }
        })
        .collect_view();
    view! { <Card title=t::bills(l)><Rows>{rows}</Rows></Card> }
}

fn given(page: &Page, detail: &Detail, typed: &Typed) -> impl IntoView + use<> {
    let l = page.l;
    let rows = detail.notices.iter().map(|notice| row(page, detail, notice, typed)).collect_view();
    let body = if detail.notices.is_empty() {
        view! { <p class="soft">{t::none_given(l)}</p> }.into_any()
    } else {
        view! { <Rows>{rows}</Rows> }.into_any()
    };
    view! { <Card title=t::given(l)>{body}</Card> }
}

/// A notice that was given, with its proof or the form for it.
fn row(page: &Page, detail: &Detail, notice: &Given, typed: &Typed) -> AnyView {
    let l = page.l;
    let at = texts::date_time(l, page.server.clock.local(notice.made_at));
    let meta = t::given_about(l, texts::money(l, notice.debt), at.clone(), &notice.by, notice.days);
    let letter = paths::staff_notice_letter(detail.case.customer, notice.notice_id);
    let proven = notice.proven.by(&page.server);
    let words = proofs::proven(l, proven, notice.proven.note());
    let enter = (proven.is_none() && detail.may_give).then(|| enter(page, detail.case.contract, notice, typed));
    view! {
        <Row title=proofs::sending(l, notice.sending) meta>
            <p><strong>{words}</strong></p>
            <p><a href=letter>{t::letter(l)}<span class="visually-hidden">" "{at}</span></a></p>
            {enter}
        </Row>
    }
    .into_any()
}

fn enter(page: &Page, contract: ContractId, notice: &Given, typed: &Typed) -> AnyView {
    let l = page.l;
    let tried = typed.notice == notice.id.to_string();
    let form = if tried { typed.proof.clone() } else { Default::default() };
    let id = notice.id.to_string();
    // Two on one page are two forms.
    let mark = if tried { "proof".to_owned() } else { format!("proof-{id}") };
    let fields = proofs::fields(l, &mark, form, |field| tried.then(|| page.error(field)).flatten());
    let about = texts::date_time(l, page.server.clock.local(notice.made_at));
    view! {
        <PostForm action=api::prove_url()>
            <Hidden name="contract" value=contract.to_string()/>
            <Hidden name="notice" value=id/>
            {fields}
            <Button label=t::enter_proof(l) kind=ButtonKind::Secondary about/>
        </PostForm>
    }
    .into_any()
}

fn new(page: &Page, detail: &Detail, typed: Typed) -> AnyView {
    let l = page.l;
    if !detail.may_give || !matches!(detail.case.stage, Stage::Near | Stage::Tell(_) | Stage::Overdue) {
        return ().into_any();
    }
    if !detail.missing.is_empty() {
        let parts = detail.missing.iter().map(|part| view! { <li>{content(l, *part)}</li> }).collect_view();
        return view! { <div id="missing"><Notice tone=Tone::Attention title=t::missing(l)><ul>{parts}</ul></Notice></div> }.into_any();
    }
    let mine = typed.notice.is_empty();
    let mut form = if mine { typed.form } else { Default::default() };
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let fresh = form.beneficiaries.is_empty() && page.flash.errors.is_empty();
    let beneficiaries = if fresh { detail.holder.clone() } else { form.beneficiaries };
    let error = |field: &str| mine.then(|| page.error(field)).flatten();
    let (sending_error, people_error) = (error("sending"), error("beneficiaries"));
    let choices = proofs::sendings(l, detail.by_mail);
    let contract = detail.case.contract.to_string();
    view! {
        <Card title=t::give(l)>
            <p class="small soft">{t::give_words(l)}</p>
            <PostForm action=api::give_url()>
                <Hidden name="contract" value=contract/>
                <Hidden name="form[submission]" value=form.submission/>
                <Radios name="form[sending]" legend=t::sending(l) choices selected=form.sending error=sending_error/>
                <TextArea name="form[beneficiaries]" label=t::beneficiaries_label(l) hint=t::beneficiaries_hint(l) rows=4 value=beneficiaries error=people_error/>
                <Button label=t::do_give(l)/>
            </PostForm>
        </Card>
    }
    .into_any()
}
