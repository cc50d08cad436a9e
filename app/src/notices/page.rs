//! The notices, newest first.

use axum::extract::Path;
use leptos::prelude::*;
use server::texts;
use server::{notices, papers};

use super::api;
use crate::asked::Asked;
use crate::download::attachment;
use crate::page::{CustomerRoom, Failure, Page, PageResult};
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

/// One of them as a letter.
pub async fn letter(Path(notice): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let notice = notice.parse().map_err(|_| Failure::Missing)?;
    let paper = papers::notices::letter(&page.server, &customer, notice).await?;
    Ok(attachment(&paper.name, "application/pdf", paper.bytes))
}

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
            let (href, about) = (paths::notice_letter(notice.id), notice.subject.clone());
            view! {
                <article class="card">
                    <div class="title">
                        <h2>{notice.subject}</h2>
                        {new.then(|| view! { <StatusTag tone=Tone::Info words=t::new(l)/> })}
                    </div>
                    <p class="small soft"><DateText when/></p>
                    <p class="prose">{notice.body}</p>
                    <p><a href=href>{t::letter(l)}<span class="visually-hidden">" "{about}</span></a></p>
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
