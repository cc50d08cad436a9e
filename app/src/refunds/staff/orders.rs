//! The orders that are not paid yet. Only the file for the bank holds accounts and keys in clear; the page masks them.

use std::collections::BTreeMap;

use axum::extract::Query;
use domain::money::Money;
use domain::refunds::{OrderStatus, Way};
use leptos::prelude::*;
use serde::Deserialize;
use server::error::Error;
use server::refunds::{self, Order};
use server::texts;
use uuid::Uuid;

use super::api;
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::Button;
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Tone};
use crate::visitor::AsStaff;
use crate::{paths, wording};

/// Which file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    arquivo: String,
}

/// The orders.
pub(super) async fn orders(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    use texts::refunds_staff as t;
    let l = page.l;
    let orders = refunds::orders(&page.server, &staff).await?;
    let now = page.server.clock.now();
    let ready: Vec<&Order> = orders
        .iter()
        .filter(|order| order.way == Way::Refund && order.status == OrderStatus::Approved && order.free_from.is_none_or(|from| from <= now))
        .collect();
    let sum: Money = ready.iter().map(|order| order.amount).sum();
    let none_ready = ready.is_empty().then(|| t::none_ready(l));
    let ready = t::ready(l, i64::try_from(ready.len()).unwrap_or(i64::MAX), texts::money(l, sum));
    let files = files(&page, &orders);
    let rows: Vec<Vec<AnyView>> = orders.iter().map(|order| row(&page, order)).collect();
    let empty = rows.is_empty();
    let columns = vec![
        Column::new(texts::desk::column_protocol(l)),
        Column::new(texts::desk::column_customer(l)),
        Column::amount(texts::desk::column_amount(l)),
        Column::new(texts::desk::destination(l)),
        Column::new(t::column_approved(l)),
        Column::new(texts::desk::column_status(l)),
        Column::new(t::column_paid(l)),
    ];
    Ok(page.staff(&staff, StaffRoom::Refunds, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <Card title=t::export_title(l)>
                <p>{ready}</p>
                <PostForm action=api::export_url()>
                    <Button label=t::export(l) icon=Icon::Document disabled_reason=none_ready/>
                </PostForm>
                {files}
            </Card>
            {if empty {
                view! { <Empty icon=Icon::Check title=t::empty(l) text=t::empty_words(l)/> }.into_any()
            } else {
                view! { <DataTable caption=t::caption(l) columns rows/> }.into_any()
            }}
        }
    }))
}

/// The files whose orders the bank has not all paid, each to be downloaded.
fn files(page: &Page, orders: &[Order]) -> Option<impl IntoView + use<>> {
    use texts::refunds_staff as t;
    let l = page.l;
    let mut files: BTreeMap<Uuid, (i64, Money)> = BTreeMap::new();
    for order in orders {
        if let Some(batch) = order.batch {
            let file = files.entry(batch).or_default();
            *file = (file.0 + 1, file.1 + order.amount);
        }
    }
    let rows = files
        .iter()
        // Their ids are in the order of time: the newest file stands first.
        .rev()
        .map(|(batch, (count, sum))| {
            let href = format!("{}?arquivo={batch}", paths::REFUND_ORDERS_CSV);
            view! { <Row title=t::download(l, file_name(*batch)) href meta=t::file_about(l, *count, texts::money(l, *sum))/> }
        })
        .collect_view();
    (!files.is_empty()).then(|| view! { <p class="small soft">{t::files_hint(l)}</p><Rows>{rows}</Rows> })
}

fn file_name(batch: Uuid) -> String {
    // The last characters are the random ones.
    let id = batch.simple().to_string();
    format!("devolucoes-{}.csv", id.get(24..).unwrap_or(&id))
}

fn row(page: &Page, order: &Order) -> Vec<AnyView> {
    use texts::refunds_staff as t;
    let l = page.l;
    let protocol = order.protocol.to_string();
    let day = |at| texts::date(l, page.server.clock.local(at).date_naive());
    let waits = order.free_from.filter(|from| order.status == OrderStatus::Approved && *from > page.server.clock.now());
    let status = match waits {
        Some(from) => {
            view! { <StatusTag tone=Tone::Attention words=t::waits_until(l, texts::date_time(l, page.server.clock.local(from)))/> }
        }
        None => {
            let tone = if order.status == OrderStatus::Exported { Tone::Info } else { Tone::Neutral };
            view! { <StatusTag tone words=wording::order(l, order.status).to_owned()/> }
        }
    };
    let exported = order.status == OrderStatus::Exported && order.way == Way::Refund;
    let finish = exported.then(|| {
        let (digits, protocol) = (order.protocol.digits(), protocol.clone());
        view! {
            <PostForm action=api::paid_url()>
                <Hidden name="protocol" value=digits/>
                <button class="button button-secondary" type="submit">{t::paid(l)} <span class="visually-hidden">" " {protocol}</span></button>
            </PostForm>
        }
    });
    let href = paths::staff_request(&protocol);
    vec![
        view! { <a class="number nowrap" href=href>{protocol}</a> }.into_any(),
        order.customer.clone().into_any(),
        view! { <MoneyText amount=Amount::new(order.amount, texts::money(l, order.amount))/> }.into_any(),
        match order.way {
            Way::Origin => t::to_origin(l).into_any(),
            Way::Refund | Way::Compensate => order.destination.clone().unwrap_or_default().into_any(),
        },
        order.ordered_at.map(day).unwrap_or_default().into_any(),
        status.into_any(),
        match finish {
            Some(finish) => finish.into_any(),
            None if order.way == Way::Origin => view! { <span class="small soft">{t::by_provider(l)}</span> }.into_any(),
            None => view! { <span class="small soft">{t::not_exported(l)}</span> }.into_any(),
        },
    ]
}

/// One of the files, again; that it was taken is recorded.
pub(super) async fn file(page: Page, AsStaff(staff): AsStaff, Query(file): Query<File>) -> PageResult {
    let batch: Uuid = file.arquivo.parse().map_err(|_| Error::NotFound)?;
    let export = refunds::export(&page.server, &staff, Some(batch)).await?;
    Ok(attachment(&file_name(export.batch), "text/csv; charset=utf-8", export.csv))
}
