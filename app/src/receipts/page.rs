//! The form of a receipt: which bills, when and how much if one likes, and the files.

use axum::extract::RawQuery;
use domain::forms::Problem;
use domain::receipts::ReceiptForm;
use leptos::prelude::*;
use server::agreements::{self, OfferedBill};
use server::texts::{self, Locale, receipts as t};

use super::api;
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::parts;
use crate::ui::Str;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkboxes, Choice, ChoiceStyle, Field, Hidden, Kind, PostForm, TextArea, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Empty, Notice};
use crate::uploads::received::FilesField;
use crate::visitor::AsCustomer;

const FORM: &str = "receipt";
const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("form[bills][]"),
    words: |l, field, problem| match (field, problem) {
        ("bills", Problem::Missing) => Some(t::bills_missing(l)),
        ("bills", Problem::NoLongerPossible) => Some(t::bills_settled(l)),
        ("paid_on", Problem::InThePast) => Some(t::paid_long_ago(l)),
        _ => parts::file_problem(l, field, problem),
    },
};

/// Sends a receipt; bills named in the address are chosen already.
pub(super) async fn receipt(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let today = page.server.clock.today();
    let bills = agreements::offer(&page.server, &customer, &[]).await?.bills;
    let mended = MENDING.of(&page);
    let mut form: ReceiptForm = page.form();
    if !mended.is_needed() {
        form.bills = drafts::ids(query.as_deref()).map(|id| id.to_string()).collect();
    }
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let none = bills.is_empty();
    let choices: Vec<Choice> = bills.iter().map(|offered| choice(l, offered, today)).collect();
    let selected: Vec<Str> = form.bills.iter().cloned().map(Str::from).collect();
    let summary = mended.summary();
    let (bills_error, paid_on, amount) = (mended.error("bills"), mended.error("paid_on"), mended.error("amount"));
    let (note, files, again) = (mended.error("note"), mended.error("files"), mended.is_needed());
    Ok(page.customer(&customer, CustomerRoom::Requests, t::title(l), || {
        if none {
            return view! {
                <PageTitle title=t::title(l)/>
                <Empty icon=Icon::Check title=t::nothing_open(l) text=t::nothing_open_words(l)>
                    <p><a href=paths::QUESTION>{texts::my_requests::question_title(l)}</a></p>
                </Empty>
            }
            .into_any();
        }
        view! {
            <div class="narrow flow">
                <BackLink href=paths::HOME label=texts::frame::home(l)/>
                {summary}
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                <PostForm action=api::submit_url() upload=true id=FORM>
                    <Hidden name="form[submission]" value=form.submission/>
                    <Checkboxes
                        name="form[bills][]" legend=t::bills(l) hint=t::bills_hint(l) style=ChoiceStyle::Cards
                        choices selected error=bills_error
                    />
                    <FilesField l form=FORM label=t::files(l) error=files again/>
                    <Field
                        name="form[paid_on]" label=t::paid_on(l) hint=t::paid_on_hint(l) kind=Kind::Date width=Width::Ten
                        value=form.paid_on error=paid_on
                    />
                    <Field
                        name="form[amount]" label=t::amount(l) hint=t::amount_hint(l) kind=Kind::Money width=Width::Ten prefix="R$"
                        value=form.amount error=amount
                    />
                    <TextArea name="form[note]" label=t::note(l) value=form.note error=note rows=3/>
                    <Notice title=t::settles_title(l)><p>{t::settles(l)}</p></Notice>
                    <Actions>
                        <Button label=t::send(l)/>
                        <ButtonLink href=paths::HOME label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
        .into_any()
    }))
}

/// A bill to choose, with what it costs today.
fn choice(l: Locale, offered: &OfferedBill, today: chrono::NaiveDate) -> Choice {
    Choice::new(offered.bill.id.to_string(), parts::bill_title(l, &offered.bill))
        .hint(parts::bill_about(l, &offered.bill, today))
        .aside(parts::money(l, offered.calculation.total))
}
