//! The demonstration's own pages: its log-ins and its mailbox. Not there at all outside of a demonstration.

use leptos::prelude::*;
use server::{mail, texts};

use crate::page::{Failure, Page, PageResult};
use crate::paths;

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
