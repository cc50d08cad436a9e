//! The part of the exports' page that is for the banks: what waits, and the files that were written. Never shows whose slips they are.

use domain::money::Money;
use leptos::prelude::*;
use server::error::Result;
use server::remessas::{self, LeftOut, Past, Waiting};
use server::sessions::{Hand, Staff};
use server::texts::{self, Locale, remessas_staff as t};

use super::api;
use crate::asked::Asked;
use crate::page::Page;
use crate::paths;
use crate::ui::actions::{Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::lists::Pagination;
use crate::ui::panels::{Card, Details, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::ui::{Amount, Str, Tone, Words};

/// Slips named of those that cannot be sent.
const NAMED: usize = 100;

/// What waits for the banks, and what was sent to them.
///
/// # Errors
/// For roles that send the banks nothing.
pub async fn section(page: &Page, staff: &Staff, asked: &Asked) -> Result<AnyView> {
    let (l, by) = (page.l, Hand::Staff(staff));
    let waiting = remessas::waiting(&page.server, by).await?;
    let past = remessas::history(&page.server, by, asked.read("remessas")).await?;
    let cards = waiting.iter().map(|agreement| card(l, agreement)).collect_view();
    let newer = asked.read::<uuid::Uuid>("remessas").map(|_| (Str::from(paths::EXPORTS), Words::from(texts::exports_staff::newest(l))));
    let older = past.next.map(|next| (Str::from(format!("{}?remessas={next}", paths::EXPORTS)), Words::from(texts::frame::older(l))));
    let list = (!past.files.is_empty()).then(|| files(page, &past.files));
    Ok(view! {
        <h2 id="remessas">{t::title(l)}</h2>
        <p class="soft">{t::lede(l)}</p>
        {cards}
        {list}
        <Pagination label=t::caption(l) newer older/>
    }
    .into_any())
}

fn card(l: Locale, agreement: &Waiting) -> AnyView {
    let title = format!("{} · {}", agreement.bank_name, agreement.external_id);
    let entries = (agreement.entries > 0).then(|| t::entries_wait(l, agreement.entries, texts::money(l, agreement.sum)));
    let closings = (agreement.closings > 0).then(|| t::closings_wait(l, agreement.closings));
    let unfit = agreement.unfit.as_ref().map(|unfit| {
        let told = unfit.told(l);
        view! { <Notice tone=Tone::Attention title=t::unfit(l)><p>{told}</p></Notice> }
    });
    let reason = match (&agreement.unfit, agreement.ready) {
        (Some(_), _) => Some(t::unfit(l)),
        (None, false) if agreement.entries > 0 => Some(t::all_left_out(l)),
        (None, false) => Some(t::nothing_waits(l)),
        (None, true) => None,
    };
    let left_out = left_out(l, &agreement.left_out);
    let (id, about) = (agreement.id.to_string(), agreement.bank_name.clone());
    let label = t::write(l, agreement.next);
    view! {
        <Card title=title>
            {unfit}
            {entries.map(|words| view! { <p>{words}</p> })}
            {closings.map(|words| view! { <p>{words}</p> })}
            {left_out}
            <PostForm action=api::write_url()>
                <Hidden name="agreement" value=id/>
                <Button label=label kind=ButtonKind::Secondary about=about disabled_reason=reason/>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// Each by its own number, and why.
fn left_out(l: Locale, slips: &[LeftOut]) -> Option<AnyView> {
    (!slips.is_empty()).then(|| {
        let count = i64::try_from(slips.len()).unwrap_or(i64::MAX);
        let told = slips
            .iter()
            .take(NAMED)
            .map(|slip| {
                let (number, id, why) = (slip.nosso_numero.clone(), slip.external_id.clone(), slip.why.told(l));
                view! {
                    <li>
                        <span class="wrap-anywhere" translate="no">{number}</span>
                        " "
                        <span class="small soft wrap-anywhere" translate="no">{id}</span>
                        <br/>
                        {why}
                    </li>
                }
            })
            .collect_view();
        let more = slips.len().checked_sub(NAMED).filter(|more| *more > 0).and_then(|more| i64::try_from(more).ok());
        view! {
            <Details summary=t::left_out(l, count)>
                <p>{t::left_out_words(l)}</p>
                <ul>{told}</ul>
                {more.map(|more| view! { <p class="small soft">{t::and_more(l, more)}</p> })}
            </Details>
        }
        .into_any()
    })
}

fn files(page: &Page, past: &[Past]) -> AnyView {
    let l = page.l;
    let columns = vec![
        Column::new(t::column_file(l)),
        Column::new(texts::exports_staff::column_when(l)),
        Column::new(texts::exports_staff::column_who(l)),
        Column::amount(t::column_entries(l)),
        Column::amount(texts::exports_staff::column_sum(l)),
        Column::amount(t::column_closings(l)),
    ];
    let rows = past
        .iter()
        .map(|past| {
            let fingerprint = texts::exports_staff::fingerprint(l, past.file_hash.get(..12).unwrap_or_default());
            let lost = past.not_taken_at.map(|_| view! { " "<StatusTag tone=Tone::Attention words=t::lost(l)/> });
            vec![
                view! {
                    <div>
                        <a href=paths::remessa(past.id)>{t::remessa(l, past.sequence)}</a>
                        {lost}
                        <br/>
                        <span class="small soft">{past.bank_name.clone()}" · "{past.agreement.clone()}<br/>{fingerprint}</span>
                    </div>
                }
                .into_any(),
                texts::date_time(l, page.server.clock.local(past.written_at)).into_any(),
                past.by_name.clone().unwrap_or_else(|| texts::exports_staff::terminal(l).to_owned()).into_any(),
                past.entries.to_string().into_any(),
                money(l, past.sum),
                past.closings.to_string().into_any(),
            ]
        })
        .collect();
    view! { <DataTable caption=t::caption(l) columns rows/> }.into_any()
}

pub(super) fn money(l: Locale, amount: Money) -> AnyView {
    view! { <MoneyText amount=Amount::new(amount, texts::money(l, amount))/> }.into_any()
}
