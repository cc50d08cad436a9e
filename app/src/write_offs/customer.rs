//! For staff: what was given up of one customer's, and the page on which it is proposed.

use axum::extract::Path;
use domain::forms::Problem;
use domain::ids::CustomerId;
use domain::write_offs::{Reason, WriteOffForm};
use leptos::prelude::*;
use server::error::Error;
use server::sessions::Staff;
use server::texts::{self, Locale, write_offs as t};
use server::write_offs::{self, Choice, Offer, WriteOff};
use uuid::Uuid;

use super::{api, words};
use crate::bills::parts::amount;
use crate::mending::{Mended, Mending};
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::requests::parts;
use crate::ui::actions::{BackLink, Button};
use crate::ui::forms::{Checkboxes, Choice as Tick, Hidden, PostForm, Select, TextArea};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Notice};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, Words};
use crate::uploads::received::FilesField;
use crate::visitor::AsStaff;

/// The id of the form, which the progress of uploads follows.
const FORM: &str = "write-off";
const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("form[bills][]"),
    words: |l, field, problem| match (field, problem) {
        ("reason", Problem::NoLongerPossible) => Some(t::too_young(l)),
        ("bills", Problem::Missing) => Some(t::bills_missing(l)),
        _ => parts::file_problem(l, field, problem),
    },
};

/// What was given up or proposed, on the customer's page.
pub(crate) fn card(page: &Page, staff: &Staff, customer: CustomerId, all: &[WriteOff]) -> impl IntoView + use<> {
    let l = page.l;
    let may = write_offs::may_propose(staff);
    let rows = all
        .iter()
        .map(|one| {
            let (tone, tag) = words::state(l, one.state);
            let meta = texts::date_time(l, page.server.clock.local(one.proposed_at));
            let href = if may { paths::write_off(one.id) } else { String::new() };
            view! { <Row title=words::reason(l, one.reason) href meta amount=amount(l, one.amount) tone tag/> }
        })
        .collect_view();
    let body =
        if all.is_empty() { view! { <p class="soft">{t::card_none(l)}</p> }.into_any() } else { view! { <Rows>{rows}</Rows> }.into_any() };
    let link = may.then(|| (Str::from(paths::customer_write_off(customer)), Words::from(t::propose(l))));
    view! { <Card title=t::card(l) nostrip:link=link>{body}</Card> }
}

/// The page.
pub(super) async fn page(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let offer = write_offs::offer(&page.server, &staff, customer).await?;
    let mended = MENDING.of(&page);
    let (summary, form) = (mended.summary(), form(&page, customer, &offer, &mended));
    let title = format!("{} · {}", t::propose(l), offer.name);
    let name = offer.name;
    Ok(page.staff(&staff, StaffRoom::Customers, &title, || {
        view! {
            {summary}
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=t::propose(l) lede=t::propose_lede(l)/>
            {form}
        }
    }))
}

fn form(page: &Page, customer: CustomerId, offer: &Offer, mended: &Mended) -> AnyView {
    let l = page.l;
    let ticks: Vec<Tick> = offer.choices.iter().filter(|one| one.kept.is_none()).map(|one| tick(l, one)).collect();
    let kept: Vec<Vec<AnyView>> = offer
        .choices
        .iter()
        .filter_map(|one| {
            let why = words::kept(l, one.kept?);
            Some(vec![view! { <span class="number">{one.number.clone()}</span> }.into_any(), why.into_any()])
        })
        .collect();
    let columns = vec![Column::new(t::column_number(l)), Column::new(t::column_why(l))];
    let kept = (!kept.is_empty()).then(|| view! { <DataTable caption=t::kept(l) columns rows=kept/> });
    if ticks.is_empty() {
        return view! { <Notice title=t::nothing(l)/>{kept} }.into_any();
    }
    let form: WriteOffForm = page.form();
    let (files_error, again) = (mended.error("files"), mended.is_needed());
    let (bills_error, reason_error, words_error) = (mended.error("bills"), mended.error("reason"), mended.error("words"));
    let reasons = std::iter::once((Str::default(), Words::from(texts::placements::choose(l))))
        .chain(Reason::ALL.iter().map(|one| (Str::from(one.as_str()), Words::from(words::reason(l, *one)))))
        .collect();
    let submission = if form.submission.is_empty() { Uuid::now_v7().to_string() } else { form.submission };
    let selected = form.bills.into_iter().map(Str::from).collect();
    view! {
        <Card>
            <PostForm action=api::propose_url() upload=true id=FORM>
                <Hidden name="form[submission]" value=submission/>
                <Hidden name="form[customer]" value=customer.to_string()/>
                <Checkboxes name="form[bills][]" legend=t::which(l) choices=ticks selected=selected error=bills_error/>
                <Select name="form[reason]" label=t::reason(l) options=reasons selected=form.reason error=reason_error/>
                <TextArea name="form[words]" label=t::words(l) hint=t::words_hint(l) value=form.words rows=4 error=words_error/>
                <FilesField l form=FORM label=t::files(l) error=files_error again/>
                <Button label=t::send(l)/>
            </PostForm>
        </Card>
        {kept}
    }
    .into_any()
}

fn tick(l: Locale, one: &Choice) -> Tick {
    let words = t::bill_choice(l, texts::money(l, one.balance), &one.number, texts::date(l, one.due_on));
    let tick = Tick::new(one.bill.to_string(), words);
    if one.prescribed { tick.hint(t::old_enough(l)) } else { tick }
}
