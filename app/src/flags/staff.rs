//! Flags for staff: what holds, at the top of a customer's page; and the page on which they are set and lifted.

use axum::extract::Path;
use domain::flags::Flag;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::error::Error;
use server::flags::{self, Set};
use server::sessions::Staff;
use server::texts::{self, Locale, flags as t};

use super::api::{self, Typed};
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::forms::{ErrorSummary, Field, Hidden, Kind, PostForm, Select, TextArea, Width};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Notice};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// What a flag does, in sentences.
fn effects(l: Locale, flag: Flag) -> String {
    let rule = flag.rule();
    let said = [(rule.stops_reminders, t::stops_reminders(l)), (rule.stops_plans, t::stops_plans(l))];
    let said: Vec<&str> = said.into_iter().filter_map(|(stops, words)| stops.then_some(words)).collect();
    if said.is_empty() { t::stops_nothing(l).to_owned() } else { said.join(" ") }
}

/// What holds, before anything else on a customer's page.
pub(crate) fn banner(l: Locale, settings: &[Set]) -> impl IntoView + use<> {
    settings
        .iter()
        .filter(|one| one.holds())
        .map(|one| {
            let case = one.case_number.as_ref().map(|case| format!("{} ", t::case_about(l, case)));
            let words = format!("{}{}", case.unwrap_or_default(), effects(l, one.flag));
            view! { <Notice tone=Tone::Attention title=wording::flag(l, one.flag)><p>{words}</p></Notice> }
        })
        .collect_view()
}

/// The way to the page, beside a customer's other data.
pub(crate) fn card(l: Locale, customer: CustomerId, settings: &[Set]) -> impl IntoView + use<> {
    let link = (Str::from(paths::flags(customer)), Words::from(t::change(l)));
    let names: Vec<&str> = settings.iter().filter(|one| one.holds()).map(|one| wording::flag(l, one.flag)).collect();
    let words = if names.is_empty() { t::none(l).to_owned() } else { names.join(" · ") };
    view! { <Card title=t::title(l) link><p class="soft">{words}</p></Card> }
}

/// The page.
pub(super) async fn flags(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let flagged = flags::see(&page.server, &staff, customer).await?;
    let typed: Typed = page.form();
    let lifting = (!typed.setting.is_empty()).then(|| typed.setting.clone());
    let errors: Vec<(Str, Words)> = match &lifting {
        Some(setting) => page.error("reason").into_iter().map(|error| (lift_id(setting), error.into())).collect(),
        None => page.errors(),
    };
    let holding = flagged.settings.iter().filter(|one| one.holds()).map(|one| held(&page, &staff, customer, one, &typed)).collect_view();
    let past = flagged.settings.iter().filter(|one| !one.holds()).map(|one| row(&page, one)).collect_view();
    let (any, any_past) = (flagged.settings.iter().any(Set::holds), flagged.settings.iter().any(|one| !one.holds()));
    let set = if lifting.is_some() { Typed::default() } else { typed };
    let new = new(&page, customer, &flagged.may_set, set, lifting.is_none());
    let title = format!("{} · {}", t::title(l), flagged.name);
    let name = flagged.name;
    Ok(page.staff(&staff, StaffRoom::Customers, &title, || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <div class="columns columns-even">
                <div class="flow">
                    <Card title=t::hold(l)>
                        {if any { view! { <Rows>{holding}</Rows> }.into_any() } else { view! { <p class="soft">{t::none(l)}</p> }.into_any() }}
                    </Card>
                    {any_past.then(|| view! { <Card title=t::past(l)><Rows>{past}</Rows></Card> })}
                </div>
                {new}
            </div>
        }
    }))
}

fn lift_id(setting: impl std::fmt::Display) -> Str {
    format!("lift-{setting}").into()
}

fn about(page: &Page, one: &Set) -> String {
    let l = page.l;
    let at = texts::date_time(l, page.server.clock.local(one.at));
    let case = one.case_number.as_ref().map(|case| format!("{} ", t::case_about(l, case))).unwrap_or_default();
    format!("{case}{}", t::set_about(l, at, &one.by, texts::date(l, one.since_on)))
}

/// A flag that holds, with the way to lift it for those who may.
fn held(page: &Page, staff: &Staff, customer: CustomerId, one: &Set, typed: &Typed) -> AnyView {
    let l = page.l;
    let tried = typed.setting == one.id.to_string();
    let error = tried.then(|| page.error("reason")).flatten();
    let value = if tried { typed.lift_reason.clone() } else { String::new() };
    let may = one.flag.rule().lifted_by.contains(&staff.role());
    let (id, about_flag) = (one.id, wording::flag(l, one.flag));
    let lift = if may {
        view! {
            <PostForm action=api::lift_url()>
                <Hidden name="customer" value=customer.to_string()/>
                <Hidden name="setting" value=id.to_string()/>
                <Field name="reason" id=lift_id(id) label=t::lift_reason(l) value error autocomplete="off"/>
                <Button label=t::lift(l) kind=ButtonKind::Secondary about=about_flag/>
            </PostForm>
        }
        .into_any()
    } else {
        view! { <p class="small soft">{t::may_not_lift(l)}</p> }.into_any()
    };
    let (words, effects) = (one.reason.clone(), effects(l, one.flag));
    view! {
        <Row title=wording::flag(l, one.flag) meta=about(page, one)>
            <p>{words}</p>
            <p class="small soft">{effects}</p>
            {lift}
        </Row>
    }
    .into_any()
}

/// A flag that was lifted.
fn row(page: &Page, one: &Set) -> AnyView {
    let l = page.l;
    let at = one.lifted_at.map(|at| texts::date_time(l, page.server.clock.local(at))).unwrap_or_default();
    let lifted = t::lifted_about(l, at, one.lifted_by.clone().unwrap_or_default(), one.lifted_reason.clone().unwrap_or_default());
    let words = one.reason.clone();
    view! { <Row title=wording::flag(l, one.flag) meta=about(page, one)><p>{words}</p><p class="small soft">{lifted}</p></Row> }.into_any()
}

fn new(page: &Page, customer: CustomerId, may_set: &[Flag], typed: Typed, mine: bool) -> impl IntoView + use<> {
    let l = page.l;
    if may_set.is_empty() {
        return view! { <Card title=t::set_title(l)><p class="soft">{t::nothing_to_set(l)}</p></Card> }.into_any();
    }
    let form = typed.form;
    let error = |field: &str| mine.then(|| page.error(field)).flatten();
    let (flag, reason, case, since) = (error("flag"), error("reason"), error("case_number"), error("since"));
    let options = std::iter::once((Str::default(), Words::from(t::choose(l))))
        .chain(may_set.iter().map(|flag| (Str::from(flag.as_str()), Words::from(wording::flag(l, *flag)))))
        .collect();
    view! {
        <Card title=t::set_title(l)>
            <PostForm action=api::set_url()>
                <Hidden name="customer" value=customer.to_string()/>
                <Select name="form[flag]" label=t::flag(l) options selected=form.flag error=flag/>
                <TextArea name="form[reason]" label=t::reason(l) hint=t::reason_hint(l) value=form.reason rows=3 error=reason/>
                <Field name="form[case_number]" label=t::case_number(l) hint=t::case_hint(l) value=form.case_number error=case autocomplete="off"/>
                <Field name="form[since]" label=t::since(l) hint=t::since_hint(l) kind=Kind::Date width=Width::Ten value=form.since error=since/>
                <Button label=t::do_set(l)/>
            </PostForm>
        </Card>
    }
    .into_any()
}
