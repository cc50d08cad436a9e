//! Where a refund goes: a Pix key or a bank account of whoever paid.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use domain::bank_accounts;
use domain::forms::Problem;
use domain::refunds::{AccountKind, DestinationKind, KeyChoice, RefundForm};
use leptos::prelude::*;
use server::refunds;
use server::texts::{self, Locale, refunds as t};

use super::api;
use crate::drafts;
use crate::mending::{Mended, Mending};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Checkbox, Choice, ChoiceStyle, Field, Fieldset, Hidden, Kind, PostForm, Radios, Select, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::Notice;
use crate::ui::{Str, Words};
use crate::visitor::AsCustomer;

pub(super) const MENDING: Mending = Mending {
    control: |_| None,
    words: |l, field, problem| match (field, problem) {
        ("destination", Problem::Missing) => Some(t::destination_missing(l)),
        ("key", Problem::NotTheHolder) => Some(t::key_of_another(l)),
        ("bank", Problem::Missing) => Some(t::bank_missing(l)),
        ("check_digit", Problem::AccountDigit) => Some(t::digit_unusual(l)),
        ("credit" | "submission", _) => Some(t::credit_gone(l)),
        _ => None,
    },
};

/// Where to?
pub(super) async fn destination(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let request = query.as_deref().and_then(|query| query.strip_prefix("pedido="));
    let mut form = match (drafts::form::<RefundForm>(&page, &customer, query.as_deref()).await?, request) {
        (Some(form), _) => form,
        (None, Some(protocol)) => refunds::redirection(&page.server, &customer, protocol).await?,
        (None, None) => return Ok(Redirect::to(paths::REFUND).into_response()),
    };
    if form.holder_name.is_empty() && !page.visitor.customer().is_ok_and(server::sessions::Customer::acts_for_another) {
        customer.name().clone_into(&mut form.holder_name);
    }
    let mended = MENDING.of(&page);
    let asks_digit = page.flash.errors.iter().any(|error| error.problem == Problem::AccountDigit);
    let summary = mended.summary();
    let back = match (form.request.is_empty(), drafts::ids(query.as_deref()).next()) {
        (false, _) => paths::request(&form.request),
        (true, Some(draft)) => paths::step(paths::REFUND, draft),
        (true, None) => paths::REFUND.to_owned(),
    };
    let cancel = if form.request.is_empty() { paths::REFUND.to_owned() } else { back.clone() };
    Ok(page.customer(&customer, CustomerRoom::Requests, t::destination_title(l), || {
        let choices = vec![
            Choice::new(DestinationKind::Pix.as_str(), t::pix(l)).hint(t::pix_hint(l)).more(pix(l, &form, &mended)),
            Choice::new(DestinationKind::Account.as_str(), t::account(l)).hint(t::account_hint(l)).more(account(l, &form, &mended, asks_digit)),
        ];
        view! {
            <div class="narrow flow">
                <BackLink href=back label=texts::frame::back(l)/>
                {summary}
                <PageTitle title=t::destination_title(l) lede=t::destination_lede(l)/>
                <Notice title=t::holder_rule_title(l)><p>{t::holder_rule(l)}</p></Notice>
                <PostForm action=api::destination_url()>
                    <Hidden name="form[submission]" value=form.submission.clone()/>
                    <Hidden name="form[credit]" value=form.credit.clone()/>
                    <Hidden name="form[request]" value=form.request.clone()/>
                    <Hidden name="form[way]" value=form.way.clone()/>
                    <Radios
                        name="form[destination]" legend=t::destination(l) style=ChoiceStyle::Cards choices
                        selected=form.destination.clone() error=mended.error("destination")
                    />
                    <Fieldset id="holder" legend=t::holder(l)>
                        <Field
                            name="form[holder_name]" label=t::holder_name(l) value=form.holder_name.clone()
                            error=mended.error("holder_name")
                        />
                        <Field
                            name="form[holder_tax_id]" label=t::holder_tax_id(l) hint=t::holder_tax_id_hint(l) kind=Kind::Code width=Width::Twenty
                            value=form.holder_tax_id.clone() error=mended.error("holder_tax_id")
                        />
                    </Fieldset>
                    <Actions>
                        <Button label=texts::frame::go_on(l)/>
                        <ButtonLink href=cancel label=texts::frame::cancel(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}

fn pix(l: Locale, form: &RefundForm, mended: &Mended) -> AnyView {
    let kinds = std::iter::once((Str::default(), Words::from(t::choose(l))))
        .chain(KeyChoice::ALL.iter().map(|kind| (Str::from(kind.as_str()), Words::from(key_kind(l, *kind)))))
        .collect::<Vec<_>>();
    view! {
        <div class="group-body">
            <Select name="form[key_kind]" label=t::key_kind(l) options=kinds selected=form.key_kind.clone() error=mended.error("key_kind")/>
            <Field name="form[key]" label=t::key(l) width=Width::Full value=form.key.clone() error=mended.error("key")/>
        </div>
    }
    .into_any()
}

fn account(l: Locale, form: &RefundForm, mended: &Mended, asks_digit: bool) -> AnyView {
    let banks: Vec<(Str, Words)> = std::iter::once((Str::default(), Words::from(t::choose(l))))
        .chain(bank_accounts::for_choice().map(|bank| {
            let code = bank.compe.to_string();
            let words = format!("{code} · {}", bank.label());
            (code.into(), words.into())
        }))
        .collect();
    let kinds: Vec<Choice> = AccountKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), account_kind(l, *kind))).collect();
    let confirm = asks_digit.then(|| {
        view! { <Checkbox name="form[confirm_digit]" value="yes" label=t::confirm_digit(l) hint=t::confirm_digit_hint(l)/> }
    });
    view! {
        <div class="group-body">
            <Select name="form[bank]" label=t::bank(l) options=banks selected=form.bank.clone() error=mended.error("bank")/>
            <Field
                name="form[branch]" label=t::branch(l) hint=t::branch_hint(l) kind=Kind::Digits width=Width::Four value=form.branch.clone()
                error=mended.error("branch")
            />
            <Field
                name="form[account]" label=t::account_number(l) hint=t::account_number_hint(l) kind=Kind::Digits width=Width::Ten value=form.account.clone()
                error=mended.error("account")
            />
            <Field
                name="form[check_digit]" label=t::check_digit(l) hint=t::check_digit_hint(l) kind=Kind::Code width=Width::Two value=form.check_digit.clone()
                error=mended.error("check_digit")
            />
            {confirm}
            <Radios
                name="form[account_kind]" legend=t::account_kind(l) choices=kinds selected=form.account_kind.clone()
                error=mended.error("account_kind")
            />
        </div>
    }
    .into_any()
}

fn key_kind(l: Locale, kind: KeyChoice) -> &'static str {
    match kind {
        KeyChoice::TaxId => t::key_tax_id(l),
        KeyChoice::Email => t::key_email(l),
        KeyChoice::Phone => t::key_phone(l),
        KeyChoice::Random => t::key_random(l),
    }
}

/// A kind of account.
pub(super) fn account_kind(l: Locale, kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Checking => t::kind_checking(l),
        AccountKind::Savings => t::kind_savings(l),
        AccountKind::Payment => t::kind_payment(l),
    }
}
