//! Promises for staff: what is due, to come and broken; one customer's, and the form to write one down.

use axum::extract::Path;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::error::Error;
use server::promises::{self, Promise};
use server::texts::{self, promises as t};

use super::api;
use super::page::{MENDING, fields, form_of};
use crate::activities::{Part, tabs};
use crate::bills::parts::amount;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;

/// What is due, to come, and broken.
pub(super) async fn board(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let board = promises::board(&page.server, &staff).await?;
    let (due, coming, broken) =
        (table(&page, t::due(l), &board.due), table(&page, t::coming(l), &board.coming), table(&page, t::broken(l), &board.broken));
    Ok(page.staff(&staff, StaffRoom::FollowUp, t::staff_title(l), || {
        view! {
            <PageTitle title=t::staff_title(l) lede=t::staff_lede(l)/>
            {tabs(l, Part::Promises)}
            {due}
            {coming}
            {broken}
        }
    }))
}

fn table(page: &Page, title: &'static str, list: &[Promise]) -> impl IntoView + use<> {
    let (l, today) = (page.l, page.server.clock.today());
    let columns = vec![
        Column::new(t::column_customer(l)),
        Column::new(t::column_day(l)),
        Column::amount(t::column_amount(l)),
        Column::amount(t::column_paid(l)),
        Column::new(t::column_by(l)),
    ];
    let rows = list
        .iter()
        .map(|one| {
            let (tone, words) = super::status(l, one.status, one.on_day < today);
            vec![
                view! { <a href=paths::promises(one.customer_id)>{one.name.clone()}</a> }.into_any(),
                view! { <span>{texts::date(l, one.on_day)}" "<StatusTag tone words/></span> }.into_any(),
                view! { <MoneyText amount=amount(l, one.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, one.paid)/> }.into_any(),
                one.written_by.clone().unwrap_or_else(|| t::by_customer(l).to_owned()).into_any(),
            ]
        })
        .collect();
    let body = if list.is_empty() {
        view! { <p class="soft">{t::none(l)}</p> }.into_any()
    } else {
        view! { <DataTable caption=title caption_hidden=true columns rows/> }.into_any()
    };
    view! { <Card title>{body}</Card> }
}

/// A customer's promises, on their page.
pub(crate) fn card(page: &Page, customer: CustomerId, list: &[Promise]) -> impl IntoView + use<> {
    let l = page.l;
    let link = (Str::from(paths::promises(customer)), Words::from(texts::activities::write_link(l)));
    let body = self::list(page, list, false);
    view! { <Card title=t::card(l) link>{body}</Card> }
}

fn list(page: &Page, list: &[Promise], may_withdraw: bool) -> AnyView {
    if list.is_empty() {
        return view! { <p class="soft">{t::none(page.l)}</p> }.into_any();
    }
    let rows = list.iter().map(|one| row(page, one, may_withdraw)).collect_view();
    view! { <Rows>{rows}</Rows> }.into_any()
}

fn row(page: &Page, one: &Promise, may_withdraw: bool) -> AnyView {
    let (l, today) = (page.l, page.server.clock.today());
    let (tone, tag) = super::status(l, one.status, one.on_day < today);
    let by = one.written_by.clone().unwrap_or_else(|| t::by_customer(l).to_owned());
    let meta = format!("{} · {} · {by}", t::bills_count(l, one.bills), t::paid_so_far(l, texts::money(l, one.paid)));
    let title = t::of_day(l, texts::money(l, one.amount), texts::date(l, one.on_day));
    let (id, customer, about) = (one.id.to_string(), one.customer_id.to_string(), title.clone());
    let withdraw = (may_withdraw && one.may_be_withdrawn(today)).then(|| {
        view! {
            <PostForm action=api::withdraw_for_url()>
                <Hidden name="customer" value=customer/>
                <Hidden name="promise" value=id/>
                <Button label=t::withdraw(l) kind=ButtonKind::Quiet about/>
            </PostForm>
        }
    });
    view! { <Row title meta tone tag>{withdraw}</Row> }.into_any()
}

/// One customer's, and the form.
pub(super) async fn promises(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let (name, offer) = promises::offer_for_staff(&page.server, &staff, customer).await?;
    let may = promises::may_write(&staff);
    let mended = MENDING.of(&page);
    let form = form_of(&page, &offer, Vec::new(), mended.is_needed());
    let (summary, made) = (mended.summary(), list(&page, &offer.promises, may));
    let wary = offer.ask_a_person.then(|| view! { <Notice tone=Tone::Attention title=t::wary(l)/> });
    let write = (may && !offer.bills.is_empty()).then(|| {
        let fields = fields(l, &offer, form, &mended);
        view! {
            <Card title=t::write(l)>
                <p class="small soft">{t::write_words(l)}</p>
                <PostForm action=api::write_url()>
                    <Hidden name="customer" value=customer.to_string()/>
                    {fields}
                    <Button label=t::send(l)/>
                </PostForm>
            </Card>
        }
    });
    let title = format!("{} · {name}", t::staff_title(l));
    Ok(page.staff(&staff, StaffRoom::Customers, &title, || {
        view! {
            {summary}
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=t::staff_title(l) lede=t::staff_lede(l)/>
            {wary}
            <div class="columns columns-even">
                {write}
                <Card title=t::card(l)>{made}</Card>
            </div>
        }
    }))
}
