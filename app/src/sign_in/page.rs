//! The pages on the way in.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use domain::actors::Role;
use domain::sign_in::{SignInForm, StaffSignInForm};
use http::{HeaderMap, header};
use leptos::prelude::*;
use server::sessions::Actors;
use server::texts::{self, Locale};

use super::api;
use crate::islands::SessionWarning;
use crate::page::{Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{CodeField, Field, Kind, PostForm, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::{Details, Notice};
use crate::visitor::{App, AsStaff, cookie, cookies};

/// Who are you?
pub async fn sign_in(page: Page) -> PageResult {
    match page.visitor.actors {
        Some(Actors::Customer(_)) => return Ok(Redirect::to(paths::HOME).into_response()),
        Some(Actors::Staff(_)) => return Ok(Redirect::to(paths::STAFF_HOME).into_response()),
        None => {}
    }
    use texts::sign_in as t;
    let l = page.l;
    let form: SignInForm = page.form();
    let (summary, error) = (page.summary(), page.error("tax_id"));
    let demo = page.server.config.demo;
    Ok(page.public(t::title(l), || {
        view! {
            <div class="narrow flow">
                {summary}
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                {demo.then(move || view! { <Notice title=t::demo_title(l)><p>{t::demo_body(l)} " " <a href=paths::DEMO>{t::demo_link(l)}</a></p></Notice> })}
                <PostForm action=api::start_url()>
                    <Field
                        name="form[tax_id]" label=t::tax_id(l) hint=t::tax_id_hint(l) value=form.tax_id error
                        autocomplete="username" width=Width::Twenty
                    />
                    <p class="soft">{t::how(l)}</p>
                    <Actions><Button label=t::send_code(l)/></Actions>
                </PostForm>
                <Details summary=t::no_contact(l)><p>{t::no_contact_help(l)} " " <a href=paths::HELP>{texts::frame::help(l)}</a></p></Details>
                <p class="small">{t::is_staff(l)} " " <a href=paths::STAFF_SIGN_IN>{t::staff_link(l)}</a></p>
            </div>
        }
    }))
}

/// The code.
pub async fn code(State(app): State<App>, headers: HeaderMap, page: Page) -> PageResult {
    if cookie(&headers, &app.cookie_name(cookies::CODE)).is_none() {
        return Ok(Redirect::to(paths::SIGN_IN).into_response());
    }
    use texts::sign_in as t;
    let l = page.l;
    let (summary, error) = (page.summary(), page.error("code"));
    Ok(page.public(t::code_title(l), || {
        view! {
            <div class="narrow flow">
                {summary}
                <PageTitle title=t::code_title(l) lede=t::code_lede(l)/>
                <PostForm action=api::finish_url()>
                    <CodeField name="form[code]" label=t::code(l) hint=t::code_hint(l) error/>
                    <Actions><Button label=t::enter(l)/></Actions>
                </PostForm>
                <Details summary=t::not_arrived(l)>
                    <p>{t::not_arrived_help(l)}</p>
                    <PostForm action=api::resend_url()><Button label=t::resend(l) kind=ButtonKind::Secondary/></PostForm>
                </Details>
                <p><a href=paths::SIGN_IN>{t::other_tax_id(l)}</a></p>
            </div>
        }
    }))
}

/// Where each role's work begins.
pub async fn staff_home(AsStaff(staff): AsStaff) -> Redirect {
    Redirect::to(if staff.role() == Role::Administrator { paths::TEAM } else { paths::QUEUE })
}

/// Staff.
pub async fn staff(page: Page) -> PageResult {
    if let Some(Actors::Staff(_)) = page.visitor.actors {
        return Ok(Redirect::to(paths::STAFF_HOME).into_response());
    }
    use texts::sign_in as t;
    let l = page.l;
    let form: StaffSignInForm = page.form();
    let (summary, email, password, code) = (page.summary(), page.error("email"), page.error("password"), page.error("code"));
    Ok(page.public(t::staff_title(l), || {
        view! {
            <div class="narrow flow">
                {summary}
                <PageTitle title=t::staff_title(l)/>
                <PostForm action=api::staff_url()>
                    <Field name="form[email]" label=t::email(l) kind=Kind::Email value=form.email error=email autocomplete="username"/>
                    <Field name="form[password]" label=t::password(l) kind=Kind::Password error=password autocomplete="current-password"/>
                    <CodeField name="form[code]" label=t::totp(l) hint=t::totp_hint(l) error=code/>
                    <Actions>
                        <Button label=t::enter(l)/>
                        <ButtonLink href=paths::SIGN_IN label=texts::frame::back(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}

/// Leaves a language in a cookie and goes back where one was.
pub async fn language(
    State(app): State<App>,
    axum::extract::Path(tag): axum::extract::Path<String>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let locale = Locale::of_tag(&tag).unwrap_or_default();
    let own = &app.server.config.public_url;
    let back = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).and_then(|referer| {
        let rest = referer
            .strip_prefix(own.as_str())
            .or_else(|| referer.split_once("://")?.1.find('/').map(|at| &referer.split_once("://").map_or("", |(_, rest)| rest)[at..]))?;
        // A path of ours and nothing else: `//host` would lead away.
        (rest.starts_with('/') && !rest.starts_with("//")).then(|| rest.to_owned())
    });
    let mut response = Redirect::to(back.as_deref().unwrap_or(paths::HOME)).into_response();
    response.headers_mut().append(header::SET_COOKIE, app.cookie(cookies::LANGUAGE, locale.tag(), 31_536_000));
    response
}

/// The warning before a session ends, for browsers that can show it in time.
pub fn session_warning(l: Locale, ends_in_seconds: i64) -> impl IntoView {
    let words = texts::sign_in::warning(l, "{minutes}");
    view! { <SessionWarning ends_in=ends_in_seconds words stay=texts::sign_in::warning_stay(l).to_owned()/> }
}
