//! The notices, newest first.

use leptos::prelude::*;
use server::notices;
use server::texts;

use super::api;
use crate::asked::Asked;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{BackLink, Button, ButtonKind};
use crate::ui::amounts::DateText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::Pagination;
use crate::ui::panels::{Empty, StatusTag};
use crate::ui::{Str, Tone, When, Words};
use crate::visitor::AsCustomer;

/// What the creditor told.
pub async fn notices(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::notices as t;
    let l = page.l;
    let after = asked.read("depois");
    let found = notices::list(&page.server, &customer, after).await?;
    let unread = found.notices.iter().filter(|notice| notice.read_at.is_none()).count();
    let clock = page.server.clock.clone();
    let none = found.notices.is_empty();
    let list = found
        .notices
        .into_iter()
        .map(|notice| {
            let at = clock.local(notice.created_at);
            let when = When::instant(&at, texts::date_time(l, at));
            let new = notice.read_at.is_none();
            let (id, label) = (notice.id.to_string(), t::mark(l, &notice.subject));
            view! {
                <article class="card">
                    <div class="title">
                        <h2>{notice.subject}</h2>
                        {new.then(|| view! { <StatusTag tone=Tone::Info words=t::new(l)/> })}
                    </div>
                    <p class="small soft"><DateText when/></p>
                    <p class="prose">{notice.body}</p>
                    {new.then(|| view! {
                        <PostForm action=api::read_url()>
                            <Hidden name="notice" value=id/>
                            <Button label kind=ButtonKind::Quiet/>
                        </PostForm>
                    })}
                </article>
            }
        })
        .collect_view();
    let newer = after.is_some().then(|| (paths::NOTICES.into(), texts::statement_page::newest(l).into()));
    let older = found.next.map(|next| (Str::from(format!("{}?depois={next}", paths::NOTICES)), Words::from(texts::frame::older(l))));
    Ok(page.customer(&customer, CustomerRoom::Home, t::title(l), || {
        view! {
            <BackLink href=paths::HOME label=texts::frame::home(l)/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {(unread > 1).then(|| view! {
                <PostForm action=api::read_all_url()><Button label=t::mark_all(l) kind=ButtonKind::Secondary/></PostForm>
            })}
            {none.then(|| view! { <Empty icon=Icon::Mail title=t::none(l)/> })}
            <div class="narrow flow">{list}</div>
            <Pagination label=texts::statement_page::pages(l) newer older/>
        }
    }))
}
