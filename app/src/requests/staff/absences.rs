//! Who is away, and the hand-over of what somebody has. One's own; a supervisor's, anybody's.

use domain::actors::Role;
use domain::requests::absences::AbsenceForm;
use leptos::prelude::*;
use server::requests::absences::{self, Absence};
use server::requests::queue::{self, Colleague};
use server::sessions::Staff;
use server::texts::{self, Locale, absences_staff as t};

use super::absences_api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::forms::{Field, Hidden, Kind as Control, PostForm, Select, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Card, Empty};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::visitor::AsStaff;

/// The page.
pub(super) async fn absences(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let list = absences::list(&page.server, &staff).await?;
    let colleagues = queue::colleagues(&page.server, &staff).await?;
    let everybody = queue::everybody(&page.server, &staff).await?;
    let (summary, mark, hand_over) = (page.summary(), mark(&page, &staff, &everybody), hand_over(l, &staff, &colleagues, &everybody));
    let table = table(l, &staff, &list);
    Ok(page.staff(&staff, StaffRoom::Queue, t::title(l), || {
        view! {
            {summary}
            <BackLink href=paths::QUEUE label=texts::desk::queue(l)/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {table}
            <div class="columns">{mark}{hand_over}</div>
        }
    }))
}

/// Whoever looks first; for a supervisor the others too.
fn people(l: Locale, staff: &Staff, everybody: &[Colleague]) -> Vec<(Str, Words)> {
    let myself = std::iter::once((Str::default(), Words::from(texts::desk::you(l))));
    let supervises = staff.role() == Role::Supervisor;
    let others = everybody.iter().filter(|one| supervises && one.id != staff.id());
    myself
        .chain(others.map(|one| (Str::from(one.id.to_string()), Words::from(texts::desk::person_with_load(l, &one.name, one.open)))))
        .collect()
}

fn mark(page: &Page, staff: &Staff, everybody: &[Colleague]) -> impl IntoView + use<> {
    let l = page.l;
    let form: AbsenceForm = page.form();
    let options = people(l, staff, everybody);
    let (who_error, from_error, to_error) = (page.error("who"), page.error("from"), page.error("to"));
    view! {
        <Card title=t::mark(l)>
            <PostForm action=absences_api::mark_url()>
                <Select name="form[who]" label=t::who(l) options selected=form.who error=who_error/>
                <Field name="form[from]" label=t::from(l) kind=Control::Date width=Width::Ten value=form.from error=from_error/>
                <Field name="form[to]" label=t::to(l) hint=t::to_hint(l) kind=Control::Date width=Width::Ten value=form.to error=to_error/>
                <Button label=t::do_mark(l)/>
            </PostForm>
        </Card>
    }
}

fn hand_over(l: Locale, staff: &Staff, colleagues: &[Colleague], everybody: &[Colleague]) -> impl IntoView + use<> {
    let options = people(l, staff, everybody);
    let back = std::iter::once((Str::default(), Words::from(t::to_queue(l))));
    let to = back
        .chain(
            colleagues
                .iter()
                .map(|one| (Str::from(one.id.to_string()), Words::from(texts::desk::person_with_load(l, &one.name, one.open)))),
        )
        .collect::<Vec<_>>();
    view! {
        <Card title=t::hand_over(l)>
            <p class="small soft">{t::hand_over_words(l)}</p>
            <PostForm action=absences_api::hand_over_url()>
                <Select id="hand-over-from" name="from" label=t::whose(l) options/>
                <Select id="hand-over-to" name="to" label=t::handed_to(l) options=to/>
                <Button label=t::do_hand_over(l) kind=ButtonKind::Secondary/>
            </PostForm>
        </Card>
    }
}

fn table(l: Locale, staff: &Staff, list: &[Absence]) -> AnyView {
    if list.is_empty() {
        return view! { <Empty icon=Icon::Check title=t::none(l) text=t::none_words(l)/> }.into_any();
    }
    let columns = vec![Column::new(t::who(l)), Column::new(t::days(l)), Column::amount(t::open(l)), Column::new(t::end_column(l))];
    let rows = list
        .iter()
        .map(|absence| {
            let may = absence.staff_id == staff.id() || staff.role() == Role::Supervisor;
            let (id, about) = (absence.id.to_string(), absence.name.clone());
            let end = may.then(|| {
                view! {
                    <PostForm action=absences_api::end_url()>
                        <Hidden name="absence" value=id/>
                        <Button label=t::end(l) kind=ButtonKind::Secondary about/>
                    </PostForm>
                }
            });
            vec![
                absence.name.clone().into_any(),
                t::from_to(l, texts::date(l, absence.from_on), texts::date(l, absence.to_on)).into_any(),
                absence.open.to_string().into_any(),
                end.into_any(),
            ]
        })
        .collect();
    view! { <DataTable caption=t::list(l) columns rows/> }.into_any()
}
