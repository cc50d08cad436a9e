//! The administrator's room: keys, addresses, and what could not be delivered. Never shows a key or a secret: those are shown once, at the
//! terminal where they are made.

use chrono::{DateTime, Utc};
use domain::webhooks::Delivery;
use leptos::prelude::*;
use server::api_keys::{self, Listed};
use server::sessions::Hand;
use server::texts::{self, systems as t};
use server::webhooks::{self, DeliveryOut, EndpointOut, Keeper};
use uuid::Uuid;

use super::api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Details, Empty};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;

/// Deliveries shown at most.
const SHOWN: i64 = 50;

/// Keys and webhooks.
pub(super) async fn systems(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let by = Keeper::Hand(Hand::Staff(&staff));
    let keys = api_keys::list(&page.server, Hand::Staff(&staff)).await?;
    let endpoints = webhooks::list(&page.server, by).await?;
    let dead = webhooks::deliveries(&page.server, by, Some(Delivery::Dead), Uuid::nil(), SHOWN).await?;
    let due = webhooks::deliveries(&page.server, by, Some(Delivery::Due), Uuid::nil(), SHOWN).await?;
    let (keys, endpoints, deliveries) = (keys_table(&page, &keys), endpoint_rows(&page, &endpoints), deliveries(&page, &dead, &due));
    Ok(page.staff(&staff, StaffRoom::Systems, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <p><a href=paths::DEVELOPERS>{t::to_developers(l)}</a></p>
            <Card title=t::keys(l)>
                {keys}
                <p class="small soft">{t::keys_how(l)} " " <code>"emdia keys create"</code></p>
            </Card>
            <Card title=t::endpoints(l)>
                {endpoints}
                <p class="small soft">{t::endpoints_how(l)} " " <code>"emdia webhooks add"</code></p>
            </Card>
            <h2>{t::undelivered(l)}</h2>
            {deliveries}
        }
    }))
}

fn moment(page: &Page, at: DateTime<Utc>) -> String {
    texts::date_time(page.l, page.server.clock.local(at))
}

fn keys_table(page: &Page, keys: &[Listed]) -> AnyView {
    let l = page.l;
    if keys.is_empty() {
        return view! { <Empty icon=Icon::Lock title=t::no_keys(l)/> }.into_any();
    }
    let columns = [t::column_name(l), t::column_prefix(l), t::column_scopes(l), t::column_made(l), t::column_used(l), t::column_state(l)]
        .map(Column::new);
    let rows = keys.iter().map(|key| {
        let scopes = key.scopes.split(' ').map(|scope| view! { <code class="nowrap">{scope.to_owned()}</code>" " }).collect_view();
        let used = key.used_at.map_or_else(|| t::never(l).to_owned(), |at| moment(page, at));
        let state = match key.revoked_at {
            // In words that may break: a tag is as wide as it is long, wider than a phone.
            Some(at) => view! { <span class="soft">{t::revoked(l, moment(page, at))}</span> }.into_any(),
            None => {
                let (prefix, name) = (key.prefix.clone(), key.name.clone());
                view! {
                    <Details summary=t::revoke(l)>
                        <p>{t::revoke_hint(l, name)}</p>
                        <PostForm action=api::revoke_url()>
                            <Hidden name="prefix" value=prefix/>
                            <Button label=t::revoke_now(l) kind=ButtonKind::Danger/>
                        </PostForm>
                    </Details>
                }
                .into_any()
            }
        };
        vec![
            key.name.clone().into_any(),
            view! { <code class="nowrap">{key.prefix.clone()}</code> }.into_any(),
            view! { <span>{scopes}</span> }.into_any(),
            moment(page, key.created_at).into_any(),
            used.into_any(),
            state,
        ]
    });
    view! { <DataTable caption=t::keys(l) caption_hidden=true columns=columns.into() rows=rows.collect()/> }.into_any()
}

fn endpoint_rows(page: &Page, endpoints: &[EndpointOut]) -> AnyView {
    let l = page.l;
    if endpoints.is_empty() {
        return view! { <Empty icon=Icon::Forward title=t::no_endpoints(l)/> }.into_any();
    }
    let rows = endpoints
        .iter()
        .map(|endpoint| {
            let topics: Vec<&str> = endpoint.topics.iter().map(|topic| topic.as_str()).collect();
            let (id, url) = (endpoint.id.to_string(), endpoint.url.clone());
            view! {
                <Row title=url.clone() meta=topics.join(", ")>
                    <Details summary=t::remove(l)>
                        <p>{t::remove_hint(l, url)}</p>
                        <PostForm action=api::remove_url()>
                            <Hidden name="id" value=id/>
                            <Button label=t::remove_now(l) kind=ButtonKind::Danger/>
                        </PostForm>
                    </Details>
                </Row>
            }
        })
        .collect_view();
    view! { <Rows>{rows}</Rows> }.into_any()
}

fn deliveries(page: &Page, dead: &[DeliveryOut], due: &[DeliveryOut]) -> AnyView {
    let l = page.l;
    // What was just written has not failed.
    let waiting = due.iter().filter(|line| line.attempts > 0);
    let rows: Vec<Vec<AnyView>> = dead.iter().chain(waiting).map(|line| delivery(page, line)).collect();
    if rows.is_empty() {
        return view! { <Empty icon=Icon::Check title=t::all_delivered(l)/> }.into_any();
    }
    let columns = [t::column_when(l), t::column_event(l), t::column_where(l), t::column_failure(l), t::column_next(l), t::column_again(l)]
        .map(Column::new);
    view! { <DataTable caption=t::undelivered(l) caption_hidden=true columns=columns.into() rows/> }.into_any()
}

fn delivery(page: &Page, line: &DeliveryOut) -> Vec<AnyView> {
    let l = page.l;
    let failure = match (line.status, line.failure.as_deref()) {
        (Some(status), _) => t::answered(l, status),
        (None, Some("timeout")) => t::failure_timeout(l).to_owned(),
        (None, Some("connect")) => t::failure_connect(l).to_owned(),
        (None, Some("address")) => t::failure_address(l).to_owned(),
        (None, Some("removed")) => t::failure_removed(l).to_owned(),
        (None, _) => t::failure_exchange(l).to_owned(),
    };
    let next = match line.state {
        Delivery::Due => view! { {moment(page, line.attempt_at)} }.into_any(),
        _ => view! { <strong>{t::given_up(l, i64::from(line.attempts))}</strong> }.into_any(),
    };
    let (id, topic, same) = (line.id.to_string(), line.topic.clone(), line.topic.clone());
    let again = if line.failure.as_deref() == Some("removed") {
        view! { <span class="small soft">{t::failure_removed(l)}</span> }.into_any()
    } else {
        view! {
            <PostForm action=api::redeliver_url()>
                <Hidden name="id" value=id/>
                <button class="button button-secondary nowrap" type="submit">{t::redeliver(l)} <span class="visually-hidden">" " {same}</span></button>
            </PostForm>
        }
        .into_any()
    };
    vec![
        moment(page, line.created_at).into_any(),
        view! { <code class="nowrap">{topic}</code> }.into_any(),
        line.url.clone().into_any(),
        failure.into_any(),
        next,
        again,
    ]
}
