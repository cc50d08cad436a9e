//! "I will pay on …": what was promised, and the form of another promise. Never says that anything was paid before the bank did.

use axum::extract::RawQuery;
use domain::forms::Problem;
use domain::promises::PromiseForm;
use leptos::prelude::*;
use server::promises::{self, Offer, Promisable, Promise};
use server::texts::{self, Locale, promises as t};

use super::api;
use crate::bills::parts::amount;
use crate::drafts;
use crate::mending::{Mended, Mending};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Checkboxes, Choice, ChoiceStyle, Field, Hidden, Kind, PostForm, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty, Notice};
use crate::ui::{Str, Tone};
use crate::visitor::AsCustomer;

pub(super) const MENDING: Mending = Mending {
    control: |field| (field == "bills").then_some("form[bills][]"),
    words: |l, field, problem| match (field, problem) {
        ("bills", Problem::Missing) => Some(texts::agreements::bills_missing(l)),
        ("bills", Problem::NoLongerPossible) => Some(texts::agreements::bills_changed(l)),
        _ => None,
    },
};

/// What was promised, and what can be.
pub(super) async fn promise(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let offer = promises::offer(&page.server, &customer).await?;
    let mended = MENDING.of(&page);
    let named: Vec<String> = drafts::ids(query.as_deref()).map(|id| id.to_string()).collect();
    let form = form_of(&page, &offer, named, mended.is_needed());
    let (summary, yours) = (mended.summary(), yours(&page, &offer));
    let body = if offer.ask_a_person {
        person(l).into_any()
    } else if offer.bills.is_empty() {
        nothing(l, !offer.promises.is_empty())
    } else {
        let fields = fields(l, &offer, form, &mended);
        view! {
            <PostForm action=api::make_url()>
                {fields}
                <Notice title=t::meanwhile_title(l)><p>{t::meanwhile(l)}" "<a href=paths::PLAN>{t::split(l)}</a></p></Notice>
                <Actions>
                    <Button label=t::send(l)/>
                    <ButtonLink href=paths::HOME label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                </Actions>
            </PostForm>
        }
        .into_any()
    };
    Ok(page.customer(&customer, CustomerRoom::Home, t::title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=paths::HOME label=texts::frame::home(l)/>
                {summary}
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                {yours}
                {body}
            </div>
        }
    }))
}

/// The form as typed; a fresh one has the bills that the address names, or all that are due.
pub(super) fn form_of(page: &Page, offer: &Offer, named: Vec<String>, typed: bool) -> PromiseForm {
    let mut form: PromiseForm = page.form();
    let today = page.server.clock.today();
    if form.bills.is_empty() && !typed {
        let due = offer.bills.iter().filter(|bill| bill.due_on <= today).map(|bill| bill.id.to_string());
        form.bills = if named.is_empty() { due.collect() } else { named };
    }
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    form
}

/// Bills, day and amount: the same for customers and for staff.
pub(super) fn fields(l: Locale, offer: &Offer, form: PromiseForm, mended: &Mended) -> impl IntoView + use<> {
    let choices: Vec<Choice> = offer.bills.iter().map(|bill| choice(l, bill)).collect();
    let selected: Vec<Str> = form.bills.into_iter().map(Str::from).collect();
    let (bills, on, amount) = (mended.error("bills"), mended.error("on"), mended.error("amount"));
    let hint = t::on_hint(l, texts::date(l, offer.last));
    view! {
        <Hidden name="form[submission]" value=form.submission/>
        <Checkboxes name="form[bills][]" legend=t::bills(l) style=ChoiceStyle::Cards choices selected error=bills/>
        <Field name="form[on]" label=t::on(l) hint kind=Kind::Date width=Width::Ten value=form.on error=on/>
        <Field name="form[amount]" label=t::amount(l) hint=t::amount_hint(l) kind=Kind::Money width=Width::Ten prefix="R$" value=form.amount error=amount/>
    }
}

fn choice(l: Locale, bill: &Promisable) -> Choice {
    let cost = view! { <MoneyText amount=amount(l, bill.cost)/> };
    Choice::new(bill.id.to_string(), t::bill(l, &bill.number)).hint(t::bill_due(l, texts::date(l, bill.due_on))).aside(cost)
}

/// What was promised, and what became of it.
fn yours(page: &Page, offer: &Offer) -> Option<AnyView> {
    let l = page.l;
    let rows = offer.promises.iter().map(|one| row(page, one)).collect_view();
    (!offer.promises.is_empty()).then(|| view! { <Card title=t::yours(l)><Rows>{rows}</Rows></Card> }.into_any())
}

fn row(page: &Page, one: &Promise) -> AnyView {
    let (l, today) = (page.l, page.server.clock.today());
    let (tone, tag) = super::status(l, one.status, one.on_day < today);
    let title = t::of_day(l, texts::money(l, one.amount), texts::date(l, one.on_day));
    let mut meta = t::bills_count(l, one.bills);
    if one.paid.is_positive() {
        meta = format!("{meta} · {}", t::paid_so_far(l, texts::money(l, one.paid)));
    }
    let may = one.may_be_withdrawn(today);
    let (id, about) = (one.id.to_string(), title.clone());
    let withdraw = may.then(|| {
        view! {
            <PostForm action=api::withdraw_url()>
                <Hidden name="promise" value=id/>
                <Button label=t::withdraw(l) kind=ButtonKind::Quiet about/>
            </PostForm>
        }
    });
    view! { <Row title meta tone tag>{withdraw}</Row> }.into_any()
}

fn person(l: Locale) -> impl IntoView {
    view! {
        <Notice tone=Tone::Info title=t::person(l)>
            <p>{t::person_words(l)}</p>
            <p><a href=paths::QUESTION>{t::ask(l)}</a>" · "<a href=paths::PLAN>{t::split(l)}</a></p>
        </Notice>
    }
}

fn nothing(l: Locale, promised: bool) -> AnyView {
    if promised {
        return ().into_any();
    }
    view! { <Empty icon=Icon::Check title=t::nothing(l) text=t::nothing_words(l)/> }.into_any()
}

/// What somebody said they will pay, on their home page.
pub(crate) fn on_home(l: Locale, open: &[Promise]) -> impl IntoView + use<> {
    open.first().map(|one| {
        let words = t::home_open(l, texts::money(l, one.amount), texts::date(l, one.on_day));
        view! { <Notice title=words><p><a href=paths::PROMISE>{t::home_see(l)}</a></p></Notice> }
    })
}
