//! The rules of requests: where they go and by when they are answered, who may approve how much, and the versions there were.

use domain::requests::Kind;
use domain::requests::policy::Policy;
use domain::requests::queue::{Area, Priority};
use domain::requests::rules::{APPROVING, RulesForm, WITH_LIMITS};
use leptos::prelude::*;
use server::policies::previews;
use server::policies::previews::authority::{Needed, Preview};
use server::requests::rules::{self, Half, Rules};
use server::texts::{self, Locale, rules_staff as t};

use super::rules_api::{self, Typed};
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, Button, ButtonKind};
use crate::ui::forms::{Field, Fieldset, Hidden, Kind as Control, PostForm, Select, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Details, Notice};
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
    let effect = match typed.days {
        // Looked at, and not refused: what these levels would have made of the past.
        days if days > 0 && page.flash.errors.is_empty() => {
            let days = previews::span(Some(days));
            Some(effect(l, days, &rules::preview(&page.server, &staff, &typed.form, days).await?))
        }
        _ => None,
    };
    let (routing, authority) = (routing(&page, &rules, &form(Half::Routing)), authority(&page, &rules, &form(Half::Authority), effect));
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
    let (version, note) = (rules.version.to_string(), note(page, form, Half::Routing));
    view! {
        <Card title=t::routing(l)>
            <p class="soft">{t::routing_words(l)}</p>
            <PostForm action=rules_api::routing_url()>
                <Hidden name="version" value=version/>
                {kinds}
                <Fieldset id="clock" legend=t::clock(l)>{clock}</Fieldset>
                {note}
                <Actions><Button label=t::save(l) kind=ButtonKind::Primary about=t::routing(l)/></Actions>
            </PostForm>
        </Card>
    }
}

fn authority(page: &Page, rules: &Rules, form: &RulesForm, effect: Option<AnyView>) -> impl IntoView + use<> {
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
    let (version, note) = (rules.version.to_string(), note(page, form, Half::Authority));
    view! {
        <Card title=t::authority(l)>
            <p class="soft">{t::authority_words(l)}</p>
            <PostForm action=rules_api::authority_url()>
                <Hidden name="version" value=version/>
                {groups}
                <Fieldset id="eyes" legend=t::eyes(l) hint=t::eyes_hint(l)>{eyes}</Fieldset>
                {effect}
                {note}
                <Actions>
                    <Button label=t::save(l) kind=ButtonKind::Primary about=t::authority(l)/>
                    <Button
                        label=texts::policies::levels_preview(l) kind=ButtonKind::Secondary action=rules_api::preview_url() about=t::authority(l)
                    />
                </Actions>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// Why: each half has its own, of which only the one that was typed is shown again.
fn note(page: &Page, form: &RulesForm, half: Half) -> impl IntoView + use<> {
    let l = page.l;
    let typed: Typed = page.form();
    let error = (typed.half == rules_api::word(half)).then(|| page.error("note")).flatten();
    // Two forms on one page: an id stands once.
    let id = if error.is_some() { "form[note]".to_owned() } else { format!("note-{}", rules_api::word(half)) };
    view! { <Field name="form[note]" id label=t::note(l) hint=t::note_hint(l) value=form.text("note").to_owned() error/> }
}

/// What other levels would have made of the decisions of the last days.
fn effect(l: Locale, days: u32, preview: &Preview) -> AnyView {
    use texts::policies as p;
    let all = |counts: &std::collections::BTreeMap<Needed, usize>| counts.values().sum::<usize>();
    let sentence = p::levels_sentence(l, preview.decisions, days, all(&preview.draft), all(&preview.now));
    let needed = |needed| match needed {
        Needed::Higher => p::needs_higher(l),
        Needed::Second => p::needs_second(l),
    };
    let rows: Vec<Vec<AnyView>> = preview
        .changed
        .iter()
        .take(previews::SHOWN)
        .map(|one| {
            vec![
                one.protocol.to_string().into_any(),
                wording::kind(l, one.kind).into_any(),
                texts::date(l, one.on).into_any(),
                texts::money(l, one.amount).into_any(),
                wording::role(l, one.role).into_any(),
                needed(one.needed).into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(p::column_protocol(l)),
        Column::new(t::subject(l)),
        Column::new(p::column_day(l)),
        Column::amount(p::column_amount(l)),
        Column::new(t::made_by(l)),
        Column::new(p::column_after(l)),
    ];
    let capped = preview.capped.then(|| view! { <p class="small soft">{p::capped(l)}</p> });
    let table = (!rows.is_empty()).then(|| view! { <DataTable caption=p::changed(l) columns rows/> });
    view! {
        <Notice title=p::preview(l) live=true>
            <p>{sentence}</p>
            {capped}
            <p class="small soft">{p::levels_basis(l)}</p>
        </Notice>
        {table}
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
    use texts::policies as p;
    let l = page.l;
    let last = rules.versions.len().saturating_sub(1);
    let list = rules
        .versions
        .iter()
        .enumerate()
        .map(|(at, past)| {
            let version = &past.version;
            let when = version
                .made_at
                .map_or_else(|| texts::date(l, version.valid_from), |made| texts::date_time(l, page.server.clock.local(made)));
            let made = version.made_by.as_ref().map_or_else(|| p::made_file(l).to_owned(), |name| p::made(l, name, when));
            let note = (!version.note.is_empty()).then(|| view! { <p>{version.note.clone()}</p> });
            let columns = vec![Column::new(p::column_field(l)), Column::new(p::column_before(l)), Column::new(p::column_after(l))];
            let rows = past
                .changes
                .iter()
                .map(|(field, before, after)| {
                    vec![field_words(l, field).into_any(), said(l, field, before).into_any(), said(l, field, after).into_any()]
                })
                .collect();
            let differs = (at < last).then(|| {
                view! { <Details summary=p::differs(l)><DataTable caption=p::differs(l) caption_hidden=true columns rows/></Details> }
            });
            view! {
                <li>
                    <h3>{p::version(l, version.version)}</h3>
                    <p class="small soft">{p::since(l, texts::date(l, version.valid_from))}". "{made}</p>
                    {note}
                    {differs}
                </li>
            }
        })
        .collect_view();
    (!rules.versions.is_empty()).then(|| view! { <Card title=t::versions(l)><ul class="flow">{list}</ul></Card> })
}

/// A field by its name: what it is about, and of which kind or role.
fn field_words(l: Locale, field: &str) -> String {
    let mut parts = field.split('.');
    let (what, of, role) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let label = match what {
        "area" | "large_area" => texts::desk::area(l),
        "priority" | "large_priority" => texts::desk::priority(l),
        "days" | "large_days" => t::days(l),
        "large_from" => t::large_from(l),
        "warning_days" => t::warning_days(l),
        "waiting_days" => t::waiting_days(l),
        "reminder_days" => t::reminder_days(l),
        "four_eyes" => t::eyes(l),
        _ => t::authority(l),
    };
    let kind = of.map(|of| {
        of.parse().map_or_else(|_| if of == "allocation" || of == "other" { t::other(l) } else { "" }, |kind| wording::kind(l, kind))
    });
    let role = role.and_then(|role| role.parse().ok()).map(|role| wording::role(l, role));
    let large = (what != "large_from" && what.starts_with("large_")).then(|| t::large(l));
    [Some(label), kind, role, large].into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What a field says, in words.
fn said(l: Locale, field: &str, text: &str) -> String {
    if text.is_empty() {
        return "–".to_owned();
    }
    if field.contains("area.") {
        return text.parse().map_or_else(|_| text.to_owned(), |area| wording::area(l, area).to_owned());
    }
    if field.contains("priority.") {
        return text.parse().map_or_else(|_| text.to_owned(), |priority| wording::priority(l, priority).to_owned());
    }
    text.to_owned()
}
