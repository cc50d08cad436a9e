//! The demonstration's own pages: its log-ins and its mailbox. Not there at all outside of a demonstration.

use leptos::prelude::*;
use server::demo::Story;
use server::texts::{self, Locale};
use server::{demo as demonstration, mail, sign_in};

use crate::page::{Failure, Page, PageResult};
use crate::paths;
use crate::ui::panels::Details;
use crate::ui::tables::{Column, DataTable};
use crate::wording;

/// The mailbox, newest first.
pub async fn mailbox(page: Page) -> PageResult {
    if !page.server.config.demo {
        return Err(Failure::Missing);
    }
    let mails = mail::mailbox(&page.server).await?;
    let l = page.l;
    Ok(page.public(texts::demo::mailbox(l), || {
        let list = mails
            .into_iter()
            .map(|mail| {
                let at = texts::date_time(l, page.server.clock.local(mail.sent_at));
                view! {
                    <article class="card flow mail">
                        <h2>{mail.subject}</h2>
                        <p class="soft small">{texts::demo::to(l, mail.recipient)} " · " {at}</p>
                        <pre class="mail-body">{mail.body}</pre>
                    </article>
                }
            })
            .collect_view();
        view! {
            <div class="narrow flow">
                <h1>{texts::demo::mailbox(l)}</h1>
                <p class="lede">{texts::demo::mailbox_lede(l)}</p>
                {list}
                <p><a href=paths::SIGN_IN>{texts::sign_in::title(l)}</a></p>
            </div>
        }
    }))
}

/// Who may be visited, and how each signs in.
pub async fn logins(page: Page) -> PageResult {
    if !page.server.config.demo {
        return Err(Failure::Missing);
    }
    let logins = demonstration::logins(&page.server).await?;
    let l = page.l;
    let customers: Vec<Vec<AnyView>> = logins
        .customers
        .into_iter()
        .map(|login| {
            vec![
                login.name.into_any(),
                story(l, login.story).into_any(),
                view! { <span class="number nowrap">{login.tax_id}</span> }.into_any(),
            ]
        })
        .collect();
    let secrets = logins
        .staff
        .iter()
        .map(|login| vec![login.name.clone().into_any(), view! { <code>{login.totp_secret.clone()}</code> }.into_any()])
        .collect::<Vec<_>>();
    let staff: Vec<Vec<AnyView>> = logins
        .staff
        .into_iter()
        .map(|login| {
            let code = sign_in::code_of(&page.server, &login.totp_secret);
            vec![
                login.name.into_any(),
                wording::role(l, login.role).into_any(),
                view! { <code>{login.email}</code> }.into_any(),
                view! { <code>{login.password}</code> }.into_any(),
                view! { <code class="nowrap">{code}</code> }.into_any(),
            ]
        })
        .collect();
    use texts::demo as t;
    Ok(page.public(t::logins(l), || {
        view! {
            <div class="flow">
                <h1>{t::logins(l)}</h1>
                <p class="lede">{t::logins_lede(l)}</p>
                <p><a href=paths::MAILBOX>{t::mailbox(l)}</a></p>
                <h2>{t::customers(l)}</h2>
                <DataTable
                    caption=t::customers(l) caption_hidden=true rows=customers
                    columns=vec![Column::new(t::name(l)), Column::new(t::story(l)), Column::new(t::tax_id(l))]
                />
                <p><a href=paths::SIGN_IN>{texts::sign_in::title(l)}</a></p>
                <h2>{t::staff(l)}</h2>
                <p>{t::staff_lede(l)}</p>
                <DataTable
                    caption=t::staff(l) caption_hidden=true rows=staff
                    columns=vec![
                        Column::new(t::name(l)), Column::new(t::role(l)), Column::new(t::email(l)), Column::new(t::password(l)),
                        Column::new(t::code(l)),
                    ]
                />
                <Details summary=t::secrets(l)>
                    <DataTable
                        caption=t::secrets(l) caption_hidden=true rows=secrets
                        columns=vec![Column::new(t::name(l)), Column::new(t::secret(l))]
                    />
                </Details>
                <p><a href=paths::STAFF_SIGN_IN>{texts::sign_in::staff_title(l)}</a></p>
            </div>
        }
    }))
}

/// What there is to see with somebody's log-in.
#[must_use]
pub fn story(l: Locale, story: Story) -> &'static str {
    use texts::demo as t;
    match story {
        Story::InArrears => t::in_arrears(l),
        Story::PaidTwice => t::paid_twice(l),
        Story::PastLimit => t::past_limit(l),
        Story::ActsForOthers => t::acts_for_others(l),
        Story::UpToDate => t::up_to_date(l),
        Story::InAgreement => t::in_agreement(l),
        Story::ManyBills => t::many_bills(l),
    }
}
