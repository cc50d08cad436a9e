//! The form of a dispute: which bill, what is wrong with it, and files if they help.

use axum::extract::RawQuery;
use domain::disputes::{DisputeForm, Reason};
use domain::forms::Problem;
use domain::statement::Standing;
use leptos::prelude::*;
use server::texts::{self, Locale, disputes as t};
use server::{agreements, agreements::OfferedBill};

use super::api;
use crate::drafts;
use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::requests::{dispute_reason, parts};
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Choice, ChoiceStyle, Hidden, PostForm, Radios, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Empty, Notice};
use crate::uploads::received::FilesField;
use crate::visitor::AsCustomer;

const FORM: &str = "dispute";
const MENDING: Mending = Mending {
    control: |_| None,
    words: |l, field, problem| match (field, problem) {
        ("bill", Problem::Unknown) => Some(t::bill_missing(l)),
        ("reason", Problem::Missing) => Some(t::reason_missing(l)),
        ("text", Problem::Missing) => Some(t::text_missing(l)),
        _ => parts::file_problem(l, field, problem),
    },
};

/// Disputes the bill named in the address, or one of those that are open.
pub(super) async fn dispute(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let today = page.server.clock.today();
    let bills = agreements::offer(&page.server, &customer, &[]).await?.bills;
    let mended = MENDING.of(&page);
    let mut form: DisputeForm = page.form();
    if form.bill.is_empty() {
        form.bill = drafts::ids(query.as_deref()).next().map(|id| id.to_string()).unwrap_or_default();
    }
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let none = bills.is_empty();
    let choices: Vec<Choice> = bills.iter().map(|offered| choice(l, offered, today)).collect();
    let reasons: Vec<Choice> = Reason::ALL.iter().map(|reason| Choice::new(reason.as_str(), dispute_reason(l, *reason))).collect();
    let summary = mended.summary();
    let (bill, reason, text) = (mended.error("bill"), mended.error("reason"), mended.error("text"));
    let (files, again) = (mended.error("files"), mended.is_needed());
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
                <PostForm action=api::dispute_url() upload=true id=FORM>
                    <Hidden name="form[submission]" value=form.submission/>
                    <Radios name="form[bill]" legend=t::bill(l) style=ChoiceStyle::Cards choices selected=form.bill error=bill/>
                    <Radios name="form[reason]" legend=t::reason(l) choices=reasons selected=form.reason error=reason/>
                    <TextArea name="form[text]" label=t::text(l) hint=t::text_hint(l) value=form.text error=text/>
                    <FilesField l form=FORM label=texts::my_requests::files_optional(l) error=files again/>
                    <Notice title=t::meanwhile_title(l)><p>{t::meanwhile(l)}</p></Notice>
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

fn choice(l: Locale, offered: &OfferedBill, today: chrono::NaiveDate) -> Choice {
    let bill = &offered.bill;
    let choice = Choice::new(bill.id.to_string(), parts::bill_title(l, bill)).aside(parts::money(l, bill.balance));
    match bill.standing {
        Standing::Disputed => choice.off(t::disputed_already(l)),
        Standing::InAgreement => choice.off(t::in_agreement(l)),
        Standing::Open | Standing::Settled => choice.hint(parts::bill_about(l, bill, today)),
    }
}
