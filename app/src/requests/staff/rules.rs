//! The rules of requests: where they go and by when they are answered, who may approve how much, and the versions there were.

use domain::requests::Kind;
use domain::requests::policy::Policy;
use domain::requests::queue::{Area, Priority};
use domain::requests::rules::{APPROVING, RulesForm, WITH_LIMITS};
use leptos::prelude::*;
use server::requests::rules::{self, Half, Rules};
use server::texts::{self, Locale, rules_staff as t};

use super::rules_api::{self, Typed};
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, Button, ButtonKind};
use crate::ui::forms::{Field, Fieldset, Hidden, Kind as Control, PostForm, Select, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Details};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;
use crate::wording;

/// The rules.
pub(super) async fn rules(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let rules = rules::see(&page.server, &staff).await?;
    let typed: Typed = page.form();
    let form = |half: Half| {
        if typed.half == rules_api::word(half) && !typed.form.is_empty() { typed.form.clone() } else { held(&rules.policy, half) }
    };
    let (routing, authority) = (routing(&page, &rules, &form(Half::Routing)), authority(&page, &rules, &form(Half::Authority)));
    let (summary, versions) = (page.summary(), versions(&page, &rules));
    Ok(page.staff(&staff, StaffRoom::Rules, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {routing}
            {authority}
            {versions}
        }
    }))
}

/// A half of the rules as it holds.
fn held(policy: &Policy, half: Half) -> RulesForm {
    match half {
        Half::Routing => RulesForm::routing(policy, |money| money.to_string()),
        Half::Authority => RulesForm::authority(policy, |money| money.to_string()),
    }
}

fn options<T: Copy + std::fmt::Display>(first: Option<&'static str>, all: &[T], words: impl Fn(T) -> &'static str) -> Vec<(Str, Words)> {
    let nothing = first.map(|words| (Str::default(), Words::from(words)));
    nothing.into_iter().chain(all.iter().map(|one| (Str::from(one.to_string()), Words::from(words(*one))))).collect()
}

fn name(field: &str) -> String {
    format!("form[{field}]")
}

/// Area, priority and days of a kind, from nothing on or from an amount on.
fn place(page: &Page, form: &RulesForm, kind: Kind, prefix: &str) -> AnyView {
    let l = page.l;
    let field = |part: &str| format!("{prefix}{part}.{kind}");
    let (area, priority, days) = (field("area"), field("priority"), field("days"));
    let nothing = (!prefix.is_empty()).then(|| t::choose(l));
    let areas = options(nothing, Area::ALL, |area| wording::area(l, area));
    let priorities = options(None, Priority::ALL, |priority| wording::priority(l, priority));
    let chosen = match form.text(&priority) {
        "" => Priority::Normal.as_str().to_owned(),
        said => said.to_owned(),
    };
    view! {
        <Select name=name(&area) label=texts::desk::area(l) options=areas selected=form.text(&area).to_owned() error=page.error(&area)/>
        <Select name=name(&priority) label=texts::desk::priority(l) options=priorities selected=chosen/>
        <Field
            name=name(&days) label=t::days(l) kind=Control::Digits width=Width::Four value=form.text(&days).to_owned() error=page.error(&days)
        />
    }
    .into_any()
}

fn of_kind(page: &Page, form: &RulesForm, kind: Kind) -> AnyView {
    let l = page.l;
    let from = format!("large_from.{kind}");
    let parts = ["large_area", "large_days"].map(|part| page.error(&format!("{part}.{kind}")));
    let open = !form.text(&from).is_empty() || page.error(&from).is_some() || parts.iter().any(Option::is_some);
    let (all, large) = (place(page, form, kind, ""), place(page, form, kind, "large_"));
    let (value, error) = (form.text(&from).to_owned(), page.error(&from));
    view! {
        <Fieldset id=format!("kind-{kind}") legend=wording::kind(l, kind)>
            <div class="filters-fields">{all}</div>
            <Details summary=t::large(l) open>
                <div class="filters-fields">
                    <Field name=name(&from) label=t::large_from(l) kind=Control::Money width=Width::Ten value error/>
                    {large}
                </div>
            </Details>
        </Fieldset>
    }
    .into_any()
}

fn routing(page: &Page, rules: &Rules, form: &RulesForm) -> impl IntoView + use<> {
    let l = page.l;
    let kinds = Kind::ALL.iter().map(|kind| of_kind(page, form, *kind)).collect_view();
    let clock = [
        ("warning_days", t::warning_days(l), t::warning_hint(l)),
        ("waiting_days", t::waiting_days(l), t::waiting_hint(l)),
        ("reminder_days", t::reminder_days(l), t::reminder_hint(l)),
    ];
    let clock = clock
        .map(|(field, label, hint)| {
            let (value, error) = (form.text(field).to_owned(), page.error(field));
            view! { <Field name=name(field) label hint kind=Control::Digits width=Width::Four value error/> }
        })
        .collect_view();
    let version = rules.version.to_string();
    view! {
        <Card title=t::routing(l)>
            <p class="soft">{t::routing_words(l)}</p>
            <PostForm action=rules_api::routing_url()>
                <Hidden name="version" value=version/>
                {kinds}
                <Fieldset id="clock" legend=t::clock(l)>{clock}</Fieldset>
                <Actions><Button label=t::save(l) kind=ButtonKind::Primary about=t::routing(l)/></Actions>
            </PostForm>
        </Card>
    }
}

fn authority(page: &Page, rules: &Rules, form: &RulesForm) -> impl IntoView + use<> {
    let l = page.l;
    let subjects: Vec<(&str, &str)> =
        WITH_LIMITS.iter().map(|kind| (kind.as_str(), wording::kind(l, *kind))).chain([("other", t::other(l))]).collect();
    if !rules.keeps_authority {
        return read_only(l, form, &subjects).into_any();
    }
    let groups = subjects
        .into_iter()
        .map(|(subject, legend)| {
            let fields = APPROVING
                .iter()
                .map(|role| {
                    let field = format!("limit.{subject}.{role}");
                    let (value, error) = (form.text(&field).to_owned(), page.error(&field));
                    view! { <Field name=name(&field) label=wording::role(l, *role) kind=Control::Money width=Width::Ten prefix="R$" value error/> }
                })
                .collect_view();
            view! { <Fieldset id=format!("limits-{subject}") legend><div class="filters-fields">{fields}</div></Fieldset> }
        })
        .collect_view();
    let eyes = [("four_eyes.dispute", t::eyes_dispute(l)), ("four_eyes.allocation", t::eyes_allocation(l))]
        .map(|(field, label)| {
            let (value, error) = (form.text(field).to_owned(), page.error(field));
            view! { <Field name=name(field) label kind=Control::Money width=Width::Ten prefix="R$" value error/> }
        })
        .collect_view();
    let version = rules.version.to_string();
    view! {
        <Card title=t::authority(l)>
            <p class="soft">{t::authority_words(l)}</p>
            <PostForm action=rules_api::authority_url()>
                <Hidden name="version" value=version/>
                {groups}
                <Fieldset id="eyes" legend=t::eyes(l) hint=t::eyes_hint(l)>{eyes}</Fieldset>
                <Actions><Button label=t::save(l) kind=ButtonKind::Primary about=t::authority(l)/></Actions>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// Whoever decides sees how much, and who sets it.
fn read_only(l: Locale, form: &RulesForm, subjects: &[(&str, &str)]) -> impl IntoView + use<> {
    let mut columns = vec![Column::new(t::subject(l))];
    columns.extend(APPROVING.iter().map(|role| Column::amount(wording::role(l, *role))));
    let rows = subjects
        .iter()
        .map(|(subject, words)| {
            let limit = |role: &domain::actors::Role| {
                view! { <span class="nowrap">"R$ " {form.text(&format!("limit.{subject}.{role}")).to_owned()}</span> }.into_any()
            };
            std::iter::once((*words).to_owned().into_any()).chain(APPROVING.iter().map(limit)).collect()
        })
        .collect();
    let eyes = t::eyes_are(l, form.text("four_eyes.allocation"), form.text("four_eyes.dispute"));
    view! {
        <Card title=t::authority(l)>
            <p class="soft">{t::authority_read(l)}</p>
            <DataTable caption=t::authority(l) caption_hidden=true columns rows/>
            <p>{eyes}</p>
        </Card>
    }
}

fn versions(page: &Page, rules: &Rules) -> Option<impl IntoView + use<>> {
    let l = page.l;
    let columns = vec![Column::new(t::version(l)), Column::new(t::valid_from(l)), Column::new(t::made_by(l))];
    let rows: Vec<Vec<AnyView>> = rules
        .versions
        .iter()
        .map(|version| {
            vec![
                version.version.to_string().into_any(),
                texts::date(l, version.valid_from).into_any(),
                version.name.clone().unwrap_or_else(|| t::terminal(l).to_owned()).into_any(),
            ]
        })
        .collect();
    (!rows.is_empty())
        .then(|| view! { <Card title=t::versions(l)><DataTable caption=t::versions(l) caption_hidden=true columns rows/></Card> })
}
