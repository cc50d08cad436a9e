//! For staff: what of one customer's is or was with an agency or lawyers, and the page on which bills are handed over and taken back.

use axum::extract::Path;
use domain::ids::{BillId, CustomerId};
use domain::placements::{BillState, PlacementForm};
use leptos::prelude::*;
use server::error::Error;
use server::placements::{self, Choice, Offer, PlacedBill};
use server::sessions::Staff;
use server::texts::{self, Locale, placements as t};
use uuid::Uuid;

use super::agencies::recall_one;
use super::api::{self, Typed};
use super::{page as list, words};
use crate::bills::parts::amount;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Checkboxes, Choice as Tick, ErrorSummary, Hidden, PostForm, Select, TextArea};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Details, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;

/// Who has something of a customer's, before anything else on their page.
pub(crate) fn banner(l: Locale, bills: &[PlacedBill]) -> impl IntoView + use<> {
    let mut agencies: Vec<String> = bills.iter().filter(|one| one.state == BillState::Placed).map(|one| one.agency.clone()).collect();
    agencies.dedup();
    let words = texts::flags::stops_reminders(l);
    (!agencies.is_empty()).then(|| view! { <Notice tone=Tone::Attention title=t::tag(l, agencies.join(", "))><p>{words}</p></Notice> })
}

/// Who has a bill, in the list of what is open.
pub(crate) fn with(l: Locale, bill: BillId, placed: &[PlacedBill]) -> Option<AnyView> {
    let one = placed.iter().find(|one| one.bill == bill && one.state == BillState::Placed)?;
    let words = t::tag(l, &one.agency);
    Some(view! { <p class="small">{words}</p> }.into_any())
}

/// What is or was out, on the customer's page.
pub(crate) fn card(l: Locale, staff: &Staff, customer: CustomerId, bills: &[PlacedBill]) -> impl IntoView + use<> {
    let rows = bills
        .iter()
        .take(8)
        .map(|bill| {
            let meta = match (bill.placed_on, bill.ended_on) {
                (Some(from), Some(to)) => t::card_ended(l, texts::date(l, from), texts::date(l, to)),
                (Some(from), None) => t::card_since(l, texts::date(l, from)),
                _ => String::new(),
            };
            let title = format!("{} · {}", bill.number, bill.agency);
            let stands = words::stands(l, bill);
            view! { <Row title meta amount=amount(l, bill.balance)>{stands}</Row> }
        })
        .collect_view();
    let body = if bills.is_empty() {
        view! { <p class="soft">{t::card_none(l)}</p> }.into_any()
    } else {
        view! { <Rows>{rows}</Rows> }.into_any()
    };
    let link = placements::may_place(staff).then(|| (Str::from(paths::customer_placements(customer)), Words::from(t::card_link(l))));
    view! { <Card title=t::card(l) nostrip:link=link>{body}</Card> }
}

/// The page.
pub(super) async fn page(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let offer = placements::offer(&page.server, &staff, customer).await?;
    let typed: Typed = page.form();
    let errors = match &typed.recall {
        Some(recall) => {
            let id = Str::from(format!("reason-{}", if recall.place.is_empty() { "all" } else { &recall.place }));
            page.error("reason").map(|error| (id, Words::from(error))).into_iter().collect()
        }
        None => page
            .errors()
            .into_iter()
            .map(|(id, words)| if &*id == "form[bills]" { (Str::from("form[bills][]"), words) } else { (id, words) })
            .collect(),
    };
    let (form, out) = (form(&page, customer, &offer, typed.recall.is_some()), placed(&page, customer, &offer.placed, &typed));
    let title = format!("{} · {}", t::of_customer(l), offer.name);
    let name = offer.name;
    Ok(page.staff(&staff, StaffRoom::Customers, &title, || {
        view! {
            <ErrorSummary title=texts::frame::error_summary(l) errors/>
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=t::of_customer(l) lede=t::of_customer_lede(l)/>
            {out}
            {form}
        }
    }))
}

fn placed(page: &Page, customer: CustomerId, bills: &[PlacedBill], typed: &Typed) -> Option<AnyView> {
    let l = page.l;
    if bills.is_empty() {
        return None;
    }
    let any = bills.iter().any(|bill| bill.state == BillState::Placed);
    let columns = vec![
        Column::new(t::column_number(l)),
        Column::new(t::column_agency(l)),
        Column::new(t::column_since(l)),
        Column::amount(t::column_open(l)),
        Column::new(t::column_state(l)),
        Column::new(t::column_act(l)),
    ];
    let rows: Vec<Vec<AnyView>> = bills
        .iter()
        .map(|bill| {
            let act =
                if bill.state == BillState::Placed { recall_one(page, bill, String::new(), typed.recall.as_ref()) } else { ().into_any() };
            vec![
                view! { <span class="number">{bill.number.clone()}</span> }.into_any(),
                bill.agency.clone().into_any(),
                bill.placed_on.map(|on| texts::date(l, on)).into_any(),
                view! { <MoneyText amount=amount(l, bill.balance)/> }.into_any(),
                words::stands(l, bill),
                act,
            ]
        })
        .collect();
    let mine = typed.recall.as_ref().filter(|typed| typed.place.is_empty());
    let (open, error) = (mine.is_some(), mine.and_then(|_| page.error("reason")));
    let value = mine.map(|typed| typed.reason.clone()).unwrap_or_default();
    let all = any.then(|| {
        view! {
            <Details summary=t::recall_customer(l) open>
                <p class="small soft">{t::recall_words(l)}</p>
                <PostForm action=api::recall_url()>
                    <Hidden name="form[customer]" value=customer.to_string()/>
                    <TextArea name="form[reason]" id="reason-all" label=t::reason(l) value rows=2 error/>
                    <Button label=t::recall_customer(l) kind=ButtonKind::Secondary/>
                </PostForm>
            </Details>
        }
    });
    Some(view! { <DataTable caption=t::card(l) columns rows/>{all} }.into_any())
}

fn form(page: &Page, customer: CustomerId, offer: &Offer, recalling: bool) -> AnyView {
    let l = page.l;
    let form: PlacementForm = if recalling { PlacementForm::default() } else { page.form() };
    let ticks: Vec<Tick> = offer.choices.iter().filter(|one| one.left_out.is_none()).map(|one| tick(l, one)).collect();
    let kept: Vec<Vec<AnyView>> = offer
        .choices
        .iter()
        .filter_map(|one| {
            let why = one.left_out?;
            Some(vec![view! { <span class="number">{one.number.clone()}</span> }.into_any(), words::left_out(l, why).into_any()])
        })
        .collect();
    let columns = vec![Column::new(t::column_number(l)), Column::new(t::column_why(l))];
    let kept = (!kept.is_empty()).then(|| view! { <DataTable caption=t::left_out(l) columns rows=kept/> });
    if ticks.is_empty() {
        return view! { <Notice title=t::nothing_late(l)/>{kept} }.into_any();
    }
    if offer.agencies.is_empty() {
        return view! { <Notice title=t::no_agencies(l)/>{kept} }.into_any();
    }
    let error = |field: &str| if recalling { None } else { page.error(field) };
    let (agency_error, bills_error) = (error("agency"), error("bills"));
    let submission = if form.submission.is_empty() { Uuid::now_v7().to_string() } else { form.submission };
    let selected = form.bills.into_iter().map(Str::from).collect();
    let agencies = list::choices(l, &offer.agencies);
    view! {
        <Card title=t::new(l)>
            <PostForm action=api::prepare_url()>
                <Hidden name="form[submission]" value=submission/>
                <Hidden name="form[customer]" value=customer.to_string()/>
                <Select name="form[agency]" label=t::agency(l) options=agencies selected=form.agency error=agency_error/>
                <Checkboxes name="form[bills][]" legend=t::bills(l) choices=ticks selected=selected error=bills_error/>
                <Button label=t::prepare(l) kind=ButtonKind::Primary/>
            </PostForm>
        </Card>
        {kept}
    }
    .into_any()
}

fn tick(l: Locale, one: &Choice) -> Tick {
    let words = t::bill_choice(l, texts::money(l, one.balance), &one.number, texts::date(l, one.due_on));
    let tick = Tick::new(one.bill.to_string(), words);
    match one.lawyers_only {
        Some(why) => tick.hint(t::lawyers_only(l, words::left_out(l, why))),
        None => tick,
    }
}
