//! Why somebody cannot pay it all at once: neutral, and never needed.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use domain::agreements::Reason;
use domain::agreements::forms::PlanForm;
use leptos::prelude::*;
use server::texts::{self, Locale, agreements as t};

use super::{api, steps};
use crate::drafts;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button};
use crate::ui::forms::{Choice, Hidden, PostForm, Radios};
use crate::visitor::AsCustomer;

/// Asks why.
pub(super) async fn reason(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let Some(form) = drafts::form::<PlanForm>(&page, &customer, query.as_deref()).await? else {
        return Ok(Redirect::to(paths::PLAN).into_response());
    };
    let (summary, error) = (page.summary(), page.error("reason"));
    let back = drafts::ids(query.as_deref()).next().map_or_else(|| paths::PLAN.to_owned(), |draft| paths::step(paths::PLAN, draft));
    Ok(page.customer(&customer, CustomerRoom::Requests, t::reason_title(l), || {
        let mut choices: Vec<Choice> = Reason::ALL.iter().map(|one| Choice::new(one.as_str(), words(l, *one))).collect();
        choices.push(Choice::new(api::PERSON, t::reason_person(l)).hint(t::reason_person_hint(l)));
        view! {
            <div class="narrow flow">
                <BackLink href=back label=texts::frame::back(l)/>
                {steps(l, 1)}
                {summary}
                <PostForm action=api::explain_url()>
                    {carried(&form)}
                    <Radios
                        name="form[reason]" legend=t::reason_title(l) hint=t::reason_hint(l) page_title=true
                        choices selected=form.reason.clone() error
                    />
                    <Actions><Button label=texts::frame::go_on(l)/></Actions>
                </PostForm>
            </div>
        }
    }))
}

/// The bills of a plan, and what was answered about it that this page does not ask.
fn carried(form: &PlanForm) -> impl IntoView + use<> {
    view! {
        {bills(form)}
        <Hidden name="form[down_payment]" value=form.down_payment.clone()/>
        <Hidden name="form[count]" value=form.count.clone()/>
        <Hidden name="form[day]" value=form.day.clone()/>
    }
}

/// The bills of a plan, unseen.
pub(super) fn bills(form: &PlanForm) -> impl IntoView + use<> {
    form.bills.iter().map(|bill| view! { <Hidden name="form[bills][]" value=bill.clone()/> }).collect_view()
}

/// Why, in words.
pub(crate) fn words(l: Locale, reason: Reason) -> &'static str {
    match reason {
        Reason::LessIncome => t::reason_less_income(l),
        Reason::UnexpectedExpense => t::reason_unexpected_expense(l),
        Reason::DateDoesNotFit => t::reason_date_does_not_fit(l),
        Reason::SeveralBills => t::reason_several_bills(l),
        Reason::Other => t::reason_other(l),
        Reason::NotSaid => t::reason_not_said(l),
    }
}
