//! The days to come on which nothing falls due: the country's by rule, the creditor's own as they were entered.

use chrono::{Days, NaiveDate};
use domain::calendar::bank_holiday;
use domain::holidays::HolidayForm;
use leptos::prelude::*;
use server::holidays::{self, Holiday};
use server::texts::{self, Locale, holidays as t};

use super::api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, Button, ButtonKind};
use crate::ui::forms::{Field, Hidden, Kind, PostForm, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;
use crate::wording;

/// How many days ahead the country's holidays are shown, beside all of the creditor's.
const SHOWN_DAYS: u64 = 400;

/// The holidays.
pub(super) async fn holidays(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let own = holidays::list(&page.server, &staff).await?;
    let today = page.server.clock.today();
    let form: HolidayForm = page.form();
    let (summary, no_day, no_name) = (page.summary(), page.error("day"), page.error("name"));
    let mut days: Vec<(NaiveDate, Option<Holiday>)> = (0..SHOWN_DAYS)
        .map(|ahead| today + Days::new(ahead))
        .filter(|day| bank_holiday(*day).is_some())
        .map(|day| (day, None))
        .chain(own.into_iter().map(|holiday| (holiday.day, Some(holiday))))
        .collect();
    days.sort_by_key(|(day, _)| *day);
    let rows = days.into_iter().map(|(day, own)| row(l, today, day, own)).collect();
    let columns =
        vec![Column::new(t::column_day(l)), Column::new(t::column_name(l)), Column::new(t::column_whose(l)), Column::new(t::column_act(l))];
    Ok(page.staff(&staff, StaffRoom::Holidays, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <Card title=t::add(l)>
                <PostForm action=api::add_url()>
                    <Field name="form[day]" label=t::day(l) hint=t::day_hint(l) value=form.day error=no_day kind=Kind::Date width=Width::Ten/>
                    <Field name="form[name]" label=t::name(l) value=form.name error=no_name/>
                    <Actions><Button label=t::add(l)/></Actions>
                </PostForm>
            </Card>
            <DataTable caption=t::title(l) caption_hidden=true columns rows/>
        }
    }))
}

fn row(l: Locale, today: NaiveDate, day: NaiveDate, own: Option<Holiday>) -> Vec<AnyView> {
    let shown = texts::long_date(l, day);
    let (name, whose) = match (&own, bank_holiday(day)) {
        (Some(holiday), _) => (holiday.name.clone(), t::own(l)),
        (None, Some(holiday)) => (wording::bank_holiday(l, holiday).to_owned(), t::national(l)),
        (None, None) => (String::new(), t::national(l)),
    };
    let about = shown.clone();
    let act = own.filter(|holiday| holiday.day > today).map(|holiday| {
        view! {
            <PostForm action=api::remove_url()>
                <Hidden name="day" value=holiday.day.to_string()/>
                <Button label=t::remove(l) kind=ButtonKind::Secondary about/>
            </PostForm>
        }
    });
    vec![shown.into_any(), name.into_any(), whose.into_any(), act.into_any()]
}
