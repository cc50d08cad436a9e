//! The ledger: every entry with what was owed after it.

use leptos::prelude::*;
use server::texts::{self, Locale};
use server::{bills, statement};

use crate::asked::Asked;
use crate::bills::parts::amount;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::amounts::{DateText, MoneyText};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pagination, Tab, Tabs};
use crate::ui::panels::Empty;
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Str, When, Words};
use crate::visitor::AsCustomer;

/// One page of the ledger.
pub async fn ledger(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::statement_page as t;
    let l = page.l;
    let after = asked.read("depois");
    let ledger = statement::ledger(&page.server, &customer, after).await?;
    let rows: Vec<Vec<AnyView>> = ledger
        .lines
        .iter()
        .map(|line| {
            let what = bills::entry_kind(l, line.kind);
            let of = line.bill().map(|bill| {
                let words = t::of_bill(l, line.bill_number.as_deref().unwrap_or_default());
                view! { <br/><a class="small" href=paths::bill(bill)>{words}</a> }
            });
            let note = (!line.note.is_empty()).then(|| view! { <br/><span class="small soft">{line.note.clone()}</span> });
            vec![
                view! { <span>{what}{of}{note}</span> }.into_any(),
                view! { <DateText when=When::date(line.effective_on, texts::date(l, line.effective_on))/> }.into_any(),
                view! { <MoneyText amount=amount(l, line.amount)/> }.into_any(),
                view! { <MoneyText amount=amount(l, line.balance)/> }.into_any(),
            ]
        })
        .collect();
    let columns = vec![Column::new(t::entry(l)), Column::new(t::date(l)), Column::amount(t::amount(l)), Column::amount(t::balance(l))];
    let none = rows.is_empty();
    let newer = after.is_some().then(|| (paths::LEDGER.into(), t::newest(l).into()));
    let older = ledger.next.map(|next| (Str::from(format!("{}?depois={next}", paths::LEDGER)), Words::from(texts::frame::older(l))));
    Ok(page.customer(&customer, CustomerRoom::Statement, t::ledger(l), || {
        let list = if none {
            view! { <Empty icon=Icon::Ledger title=t::no_entries(l)/> }.into_any()
        } else {
            view! { <DataTable caption=t::ledger(l) caption_hidden=true columns rows/> }.into_any()
        };
        view! {
            <PageTitle title=t::ledger(l) lede=t::ledger_lede(l)/>
            {tabs(l, false)}
            {list}
            <Pagination label=t::pages(l) newer older/>
        }
    }))
}

/// Bills, or entries.
pub fn tabs(l: Locale, bills: bool) -> impl IntoView {
    use texts::statement_page as t;
    let tabs = vec![Tab::new(paths::STATEMENT, t::bills(l), bills), Tab::new(paths::LEDGER, t::ledger(l), !bills)];
    view! { <Tabs label=t::parts(l) tabs/> }
}
