//! The page on which a code is typed: what is confirmed, where the code went, another one, and the way back.

use axum::response::{IntoResponse, Redirect};
use domain::forms::Problem;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::acceptances::{self, AcceptanceId, Found, Pending, Purpose, Waits};
use server::sessions::Customer;
use server::texts::{self, Locale, acceptances as t};

use crate::mending::Mending;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{CodeField, Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Details, Notice};
use crate::{drafts, paths};

const MENDING: Mending = Mending {
    control: |_| None,
    words: |l, field, problem| match (field, problem) {
        ("code", Problem::CodeOver) => Some(t::over(l)),
        _ => None,
    },
};

/// What is each feature's own.
#[derive(Clone, Copy)]
pub(crate) struct Forms {
    /// What the code is for.
    pub(crate) purpose: Purpose,
    /// Where one begins, when there is nothing to confirm.
    pub(crate) start: &'static str,
    /// Where what is confirmed is checked.
    pub(crate) check: &'static str,
    /// Where the code is posted to.
    pub(crate) confirm: &'static str,
    /// Where another is asked for.
    pub(crate) resend: &'static str,
    /// One sentence below the title.
    pub(crate) lede: fn(Locale) -> &'static str,
}

/// The page. `steps` stands above it where the journey has steps.
pub(crate) async fn code<F: DeserializeOwned + Serialize>(
    page: Page,
    customer: &Customer,
    query: Option<&str>,
    forms: Forms,
    steps: AnyView,
) -> PageResult {
    let l = page.l;
    let Some(id) = drafts::ids(query).next() else { return Ok(Redirect::to(forms.start).into_response()) };
    let pending: Pending<F> = match acceptances::find(&page.server, customer, forms.purpose, AcceptanceId(id)).await? {
        Found::Pending(pending) => pending,
        Found::Done(protocol) => return Ok(Redirect::to(&paths::confirmation(&protocol.digits())).into_response()),
    };
    let back = paths::step(forms.check, drafts::keep(&page.server, customer, &pending.form).await?);
    let mended = MENDING.of(&page);
    // That it is over is said at length where the field is gone.
    let (summary, error) = (pending.waits == Waits::ForCode).then(|| (mended.summary(), mended.error("code"))).unzip();
    let until = texts::time(page.server.clock.local(pending.until));
    let about = pending.about.words(l);
    let resend = move |kind| {
        let label = t::resend(l);
        view! { <PostForm action=forms.resend><Hidden name="confirmation" value=id.to_string()/><Button label kind/></PostForm> }
    };
    let to_check = back.clone();
    let body = match pending.waits {
        Waits::ForCode => view! {
            <p>{t::sent(l, &pending.contact, until)}</p>
            <PostForm action=forms.confirm>
                <Hidden name="confirmation" value=id.to_string()/>
                <CodeField name="form[code]" label=t::code(l) hint=t::code_hint(l) error=error.flatten()/>
                <Actions>
                    <Button label=t::confirm(l)/>
                    <ButtonLink href=to_check label=t::back(l) kind=ButtonKind::Quiet/>
                </Actions>
            </PostForm>
            <Details summary=t::not_arrived(l)>
                <p>{t::not_arrived_help(l)}</p>
                {resend(ButtonKind::Secondary)}
                <p>{t::not_mine(l)} " " <a href=paths::HELP>{texts::frame::help(l)}</a></p>
            </Details>
        }
        .into_any(),
        Waits::ForAnother => view! {
            <Notice tone=Tone::Attention title=t::expired_title(l)><p>{t::expired(l)}</p></Notice>
            <div class="actions">
                {resend(ButtonKind::Primary)}
                <ButtonLink href=to_check label=t::back(l) kind=ButtonKind::Quiet/>
            </div>
        }
        .into_any(),
        Waits::NotAnyMore => view! {
            <Notice tone=Tone::Attention title=t::used_up_title(l)><p>{t::used_up(l)}</p></Notice>
            <Actions><ButtonLink href=to_check label=t::back(l) kind=ButtonKind::Primary/></Actions>
        }
        .into_any(),
    };
    let lede = (forms.lede)(l);
    Ok(page.customer(customer, CustomerRoom::Requests, t::title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=back label=t::back(l)/>
                {steps}
                {summary}
                <PageTitle title=t::title(l) lede=lede/>
                <Notice title=t::what(l)><p>{about}</p></Notice>
                {body}
            </div>
        }
    }))
}
