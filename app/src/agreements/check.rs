//! The plan before it is accepted: every amount, date and term, and the box that says yes.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use domain::agreements::forms::PlanForm;
use domain::agreements::plans::{ApprovalReason, Installment, Plan, Within};
use domain::forms::Problem;
use leptos::prelude::*;
use server::acceptances::Purpose;
use server::agreements::{self, Offered, Simulation, Terms};
use server::error::Error;
use server::texts::{self, Locale, agreements as t};

use super::calculation::calculation;
use super::{api, reason, steps};
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::parts;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkbox, Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsCustomer;
use crate::{acceptances, drafts};

const MENDING: Mending = Mending {
    control: |_| Some("accept[accepted]"),
    words: |l, field, problem| match (field, problem) {
        ("accepted", _) => Some(t::not_accepted(l)),
        ("terms", Problem::NoLongerPossible) => Some(t::terms_changed(l)),
        ("bills", _) => Some(t::bills_changed(l)),
        _ => None,
    },
};

/// Everything once more.
pub(super) async fn check(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let Some(form) = drafts::form::<PlanForm>(&page, &customer, query.as_deref()).await? else {
        return Ok(Redirect::to(paths::PLAN).into_response());
    };
    let Offered { simulation, terms } = match agreements::offered(&page.server, &customer, l, &form).await {
        Ok(offered) => offered,
        // A bill was paid or a rule changed since: the first page shows what there is now.
        Err(Error::Form(_)) => return Ok(Redirect::to(paths::PLAN).into_response()),
        Err(error) => return Err(error.into()),
    };
    // Changes lead back with the answers, under an id of their own.
    let draft = drafts::keep(&page.server, &customer, &form).await?;
    let submission = page.server.id::<uuid::Uuid>().to_string();
    let mended = MENDING.of(&page);
    let (summary, error) = (mended.summary(), mended.error("accepted"));
    let pairs = facts(l, &simulation, draft);
    let plan = &simulation.plan;
    let count = i64::try_from(plan.installments.len()).unwrap_or(i64::MAX);
    let (title, words) = begins(l, plan);
    let button = if plan.is_off_policy() { t::ask(l) } else { t::make(l) };
    let rows: Vec<Vec<AnyView>> = plan.payments().map(|payment| payment_row(l, payment)).collect();
    let total = vec![t::total_cost(l).into_any(), ().into_any(), parts::money(l, plan.total_cost).into_any()];
    let worked_out = calculation(l, plan);
    let hash = terms.hash.clone();
    Ok(page.customer(&customer, CustomerRoom::Requests, t::check_title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=paths::step(paths::PLAN_OPTIONS, draft) label=texts::frame::back(l)/>
                {steps(l, 3)}
                {summary}
                <PageTitle title=t::check_title(l) lede=t::check_lede(l)/>
                <SummaryList pairs=pairs/>
                <Details summary=t::calculation(l)>{worked_out}</Details>
                <Details summary=t::see_payments(l, count)>
                    <DataTable
                        caption=t::payments(l)
                        columns=vec![Column::new(t::payment(l)), Column::new(t::due(l)), Column::amount(t::amount(l))]
                        rows total
                    />
                </Details>
                <Notice tone=Tone::Info title=title><p>{words}</p></Notice>
                <Card title=t::terms(l)>{terms_view(terms)}</Card>
                <PostForm action=api::accept_url()>
                    {reason::bills(&form)}
                    <Hidden name="form[reason]" value=form.reason.clone()/>
                    <Hidden name="form[down_payment]" value=form.down_payment.clone()/>
                    <Hidden name="form[count]" value=form.count.clone()/>
                    <Hidden name="form[day]" value=form.day.clone()/>
                    <Hidden name="accept[terms]" value=hash/>
                    <Hidden name="accept[submission]" value=submission/>
                    <Checkbox name="accept[accepted]" value="yes" label=t::accept(l) error=error/>
                    <Actions>
                        <Button label=button/>
                        <ButtonLink href=paths::HOME label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}

/// The code that confirms it.
pub(super) async fn code(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let forms = acceptances::Forms {
        purpose: Purpose::Plan,
        start: paths::PLAN,
        check: paths::PLAN_CHECK,
        confirm: api::confirm_url(),
        resend: api::resend_code_url(),
        lede: texts::acceptances::plan_lede,
    };
    let steps = steps(page.l, 4).into_any();
    acceptances::code::<PlanForm>(page, &customer, query.as_deref(), forms, steps).await
}

fn facts(l: Locale, simulation: &Simulation, draft: uuid::Uuid) -> Vec<Pair> {
    let plan = &simulation.plan;
    let change = |pair: Pair, page: &str, what: &'static str| pair.change(paths::step(page, draft), texts::my_requests::change(l), what);
    let bills: Vec<_> = simulation
        .bills
        .iter()
        .map(|offered| {
            let cost = texts::money(l, offered.calculation.total);
            view! { <li>{parts::bill_title(l, &offered.bill)}": "{cost}</li> }
        })
        .collect();
    let mut pairs = vec![change(Pair::new(t::bills_short(l), view! { <ul class="files">{bills}</ul> }), paths::PLAN, t::bills_short(l))];
    if plan.debt.charges.is_positive() {
        pairs.push(Pair::new(t::charges(l), parts::money(l, plan.debt.charges)));
    }
    if plan.discount.total().is_positive() {
        pairs.push(Pair::new(t::discount(l), parts::money(l, -plan.discount.total())));
    }
    pairs.push(Pair::new(t::in_plan(l), parts::money(l, plan.total)));
    pairs.extend(plan.down_payment.map(|down| {
        let words = t::amount_until(l, texts::money(l, down.amount), texts::long_date(l, down.due_on));
        change(Pair::new(t::now(l), words), paths::PLAN_OPTIONS, t::now(l))
    }));
    if let (Some(first), Some(last)) = (plan.installments.first(), plan.installments.last()) {
        let words = installments(l, plan, *first, *last);
        pairs.push(change(Pair::new(t::installments(l), words), paths::PLAN_OPTIONS, t::installments(l)));
        pairs.push(Pair::new(t::dates(l), t::from_to(l, texts::long_date(l, first.due_on), texts::long_date(l, last.due_on))));
    }
    pairs.push(Pair::new(t::interest(l), parts::money(l, plan.interest)));
    pairs.push(Pair::new(t::cet(l), t::cet_yearly(l, texts::percent(l, plan.cet_yearly))));
    pairs.push(Pair::new(t::total_cost(l), view! { <strong>{parts::money(l, plan.total_cost)}</strong> }));
    pairs.push(Pair::new(t::valid_until(l), texts::long_date(l, plan.valid_until)));
    pairs
}

/// "6 de R$ 162,40", or how the last one differs.
fn installments(l: Locale, plan: &Plan, first: Installment, last: Installment) -> String {
    let (amount, count) = (texts::money(l, first.amount), plan.installments.len());
    match count {
        1 => t::option_once(l, amount),
        count if first.amount == last.amount => t::option(l, amount, count),
        count => t::option_uneven(l, amount, count, texts::money(l, last.amount)),
    }
}

/// When it begins: at once, or after somebody looked at it, and why somebody has to.
fn begins(l: Locale, plan: &Plan) -> (&'static str, String) {
    match &plan.within_policy {
        Within::Automatic => {
            (t::at_once_title(l), if plan.down_payment.is_some() { t::at_once(l) } else { t::at_once_no_down(l) }.to_owned())
        }
        Within::NeedsApproval(reasons) => {
            let why: Vec<&str> = reasons
                .iter()
                .map(|reason| match reason {
                    ApprovalReason::Amount => t::approval_amount(l),
                    ApprovalReason::Installments => t::approval_installments(l),
                    ApprovalReason::DownPayment => t::approval_down_payment(l),
                })
                .collect();
            (t::by_person_title(l), format!("{} {}", why.join(" "), t::by_person(l)))
        }
    }
}

fn payment_row(l: Locale, payment: &Installment) -> Vec<AnyView> {
    let name = if payment.number == 0 { t::now(l).to_owned() } else { t::number(l, payment.number) };
    vec![name.into_any(), texts::date(l, payment.due_on).into_any(), parts::money(l, payment.amount).into_any()]
}

/// The terms, part by part.
pub(super) fn terms_view(terms: Terms) -> AnyView {
    let sections: Vec<_> = terms
        .sections
        .into_iter()
        .map(|section| {
            let paragraphs: Vec<_> = section.paragraphs.into_iter().map(|text| view! { <p>{text}</p> }).collect();
            view! { <section><h3>{section.title}</h3>{paragraphs}</section> }
        })
        .collect();
    view! { <div class="flow terms">{sections}</div> }.into_any()
}
