//! Letters that ask for payment: what is to be done about them, one customer's, and the form of another one.

use axum::extract::Path;
use domain::demands::{Content, Stage};
use domain::forms::Problem;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::demands::{self, Demand, Detail, Late};
use server::error::Error;
use server::texts::{self, Locale, default_notices, demands as t};

use super::api::{self, Typed};
use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::default_notices::proofs;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Checkboxes, Choice, ChoiceStyle, ErrorSummary, Field, Hidden, Kind, PostForm, Radios, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::wording;

fn stage(l: Locale, stage: Stage) -> (Tone, &'static str) {
    match stage {
        Stage::Overdue => (Tone::Attention, t::stage_overdue(l)),
        Stage::Unproven => (Tone::Attention, t::stage_unproven(l)),
        Stage::Running => (Tone::Info, t::stage_running(l)),
        Stage::Settled => (Tone::Good, t::stage_settled(l)),
    }
}

fn content(l: Locale, content: Content) -> &'static str {
    match content {
        Content::CreditorName => t::content_creditor_name(l),
        Content::CreditorAddress => t::content_creditor_address(l),
        Content::CreditorTaxId => t::content_creditor_tax_id(l),
        Content::CreditorContact => t::content_creditor_contact(l),
        Content::CustomerAddress => t::content_customer_address(l),
    }
}

/// All letters.
pub(super) async fn list(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = demands::list(&page.server, &staff).await?;
    let none = list.is_empty();
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_stage(l)),
        Column::new(t::column_until(l)),
        Column::amount(t::column_asked(l)),
        Column::amount(t::column_open(l)),
        Column::new(t::column_written(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            let (tone, words) = stage(l, one.stage(&page.server));
            vec![
                view! { <a href=paths::demand(one.customer)>{one.name.clone()}</a> }.into_any(),
                view! { <StatusTag tone words/> }.into_any(),
                texts::date(l, one.pay_until).into_any(),
                view! { <MoneyText amount=amount(l, one.total)/> }.into_any(),
                view! { <MoneyText amount=amount(l, one.open)/> }.into_any(),
                texts::date(l, page.server.clock.local(one.made_at).date_naive()).into_any(),
            ]
        })
        .collect();
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {tabs(l, Part::Demands)}
            {if none {
                view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::title(l) caption_hidden=true columns rows/> }.into_any()
            }}
        }
    }))
}

/// One customer's.
pub(super) async fn customer(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let detail = demands::see(&page.server, &staff, customer).await?;
    let typed: Typed = page.form();
    let (name, title) = (detail.name.clone(), format!("{} · {}", t::link(l), detail.name));
    let (errors, written) = (errors(&page, &typed), written(&page, &detail, &typed));
    let new = new(&page, customer, &detail, typed);
    Ok(page.staff(&staff, StaffRoom::FollowUp, &title, || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=title.clone()/>
            <div class="columns columns-even">
                {new}
                {written}
            </div>
        }
    }))
}

/// Where each problem leads; a part that is missing on file has no field, and is named instead.
fn errors(page: &Page, typed: &Typed) -> Vec<(Str, Words)> {
    let l = page.l;
    let one = |error: &domain::forms::FieldError| match error.field.parse::<Content>() {
        Ok(part) => (Str::from("missing"), Words::from(content(l, part))),
        Err(_) => {
            let control = match error.field.as_ref() {
                "bills" => "form[bills][]".to_owned(),
                field if typed.demand.is_empty() => format!("form[{field}]"),
                field => format!("proof-{field}"),
            };
            (Str::from(control), Words::from(problem(l, &error.field, &error.problem)))
        }
    };
    page.flash.errors.iter().map(one).collect()
}

fn problem(l: Locale, field: &str, problem: &Problem) -> String {
    match (field, problem) {
        ("bills", Problem::Missing) => texts::agreements::bills_missing(l).to_owned(),
        ("bills", Problem::NoLongerPossible) => t::bills_changed(l).to_owned(),
        ("sending", Problem::NoLongerPossible) => default_notices::no_mail(l).to_owned(),
        _ => wording::problem(l, problem),
    }
}

fn new(page: &Page, customer: CustomerId, detail: &Detail, typed: Typed) -> AnyView {
    let l = page.l;
    let left_out = (detail.left_out > 0).then(|| {
        let words = t::left_out(l, i64::try_from(detail.left_out).unwrap_or(i64::MAX));
        view! { <p class="small soft">{words}</p> }
    });
    let missing = (!detail.missing.is_empty()).then(|| {
        let parts = detail.missing.iter().map(|part| view! { <li>{content(l, *part)}</li> }).collect_view();
        view! { <div id="missing"><Notice tone=Tone::Attention title=t::missing(l)><ul>{parts}</ul></Notice></div> }
    });
    let body = match () {
        () if detail.against.is_some() => view! { <Notice tone=Tone::Attention title=t::against(l)/> }.into_any(),
        () if detail.late.is_empty() => view! { <p class="soft">{t::nothing(l)}</p>{left_out} }.into_any(),
        () if !detail.may_write => view! { <p class="soft">{texts::failures::forbidden_words(l)}</p> }.into_any(),
        () => {
            let form = form(page, customer, detail, typed);
            view! { {missing}<p class="small soft">{t::write_words(l)}</p>{left_out}{form} }.into_any()
        }
    };
    view! { <Card title=t::write(l)>{body}</Card> }.into_any()
}

fn form(page: &Page, customer: CustomerId, detail: &Detail, typed: Typed) -> impl IntoView + use<> {
    let l = page.l;
    let mine = typed.demand.is_empty();
    let fresh = !mine || page.flash.errors.is_empty();
    let mut form = if mine { typed.form } else { Default::default() };
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    if fresh {
        form.bills = detail.late.iter().map(|bill| bill.id.to_string()).collect();
        form.pay_until = demands::usual(page.server.clock.today()).to_string();
        form.sending = if detail.by_mail { "mail" } else { "post" }.to_owned();
    }
    let error = |field: &str| {
        let found = page.flash.errors.iter().find(|error| mine && error.field == field);
        found.map(|error| problem(l, field, &error.problem))
    };
    let (bills_error, until_error, sending_error) = (error("bills"), error("pay_until"), error("sending"));
    let choices = detail.late.iter().map(|bill| choice(l, bill)).collect();
    let selected: Vec<Str> = form.bills.into_iter().map(Str::from).collect();
    let sendings = proofs::sendings(l, detail.by_mail);
    view! {
        <PostForm action=api::write_url()>
            <Hidden name="customer" value=customer.to_string()/>
            <Hidden name="form[submission]" value=form.submission/>
            <Checkboxes name="form[bills][]" legend=t::bills(l) style=ChoiceStyle::Cards choices selected error=bills_error/>
            <Field name="form[pay_until]" label=t::pay_until(l) hint=t::pay_until_hint(l) kind=Kind::Date width=Width::Ten value=form.pay_until error=until_error/>
            <Radios name="form[sending]" legend=t::sending(l) choices=sendings selected=form.sending error=sending_error/>
            <Button label=t::do_write(l)/>
        </PostForm>
    }
}

fn choice(l: Locale, bill: &Late) -> Choice {
    let cost = view! { <MoneyText amount=amount(l, bill.cost)/> };
    Choice::new(bill.id.to_string(), texts::promises::bill(l, &bill.number))
        .hint(default_notices::bill_due(l, texts::date(l, bill.due_on)))
        .aside(cost)
}

fn written(page: &Page, detail: &Detail, typed: &Typed) -> impl IntoView + use<> {
    let l = page.l;
    let rows = detail.demands.iter().map(|one| row(page, detail, one, typed)).collect_view();
    let body = if detail.demands.is_empty() {
        view! { <p class="soft">{t::none(l)}</p> }.into_any()
    } else {
        view! { <Rows>{rows}</Rows> }.into_any()
    };
    view! { <Card title=t::written(l)>{body}</Card> }
}

/// A letter, with its proof or the form for it.
fn row(page: &Page, detail: &Detail, one: &Demand, typed: &Typed) -> AnyView {
    let l = page.l;
    let at = texts::date_time(l, page.server.clock.local(one.made_at));
    let meta = t::about(l, texts::money(l, one.total), at.clone(), &one.by, texts::date(l, one.pay_until));
    let (tone, tag) = stage(l, one.stage(&page.server));
    let proven = one.proven.by(&page.server);
    let words = proofs::proven(l, proven, one.proven.note());
    let enter = (proven.is_none() && detail.may_write).then(|| enter(page, one, typed));
    let (way, letter) = (proofs::sending(l, one.sending), paths::staff_notice_letter(one.customer, one.notice));
    view! {
        <Row title=way meta tone tag>
            <p><strong>{words}</strong></p>
            <p><a href=letter>{default_notices::letter(l)}<span class="visually-hidden">" "{at}</span></a></p>
            {enter}
        </Row>
    }
    .into_any()
}

fn enter(page: &Page, one: &Demand, typed: &Typed) -> AnyView {
    let (l, id) = (page.l, one.id.to_string());
    let tried = typed.demand == id;
    let form = if tried { typed.proof.clone() } else { Default::default() };
    let mark = if tried { "proof".to_owned() } else { format!("proof-{id}") };
    let fields = proofs::fields(l, &mark, form, |field| tried.then(|| page.error(field)).flatten());
    let about = texts::date_time(l, page.server.clock.local(one.made_at));
    let customer = one.customer.to_string();
    view! {
        <PostForm action=api::prove_url()>
            <Hidden name="customer" value=customer/>
            <Hidden name="demand" value=id/>
            {fields}
            <Button label=default_notices::enter_proof(l) kind=ButtonKind::Secondary about/>
        </PostForm>
    }
    .into_any()
}
