//! The bills: narrowed, summed up by age, page by page, each late one with its calculation.

use domain::money::Money;
use domain::statement::{Age, Shown};
use leptos::prelude::*;
use server::statement::{self, BillLine, Contract, Filter, Statement};
use server::texts::{self, Locale};

use super::{filter, ledger};
use crate::asked::Asked;
use crate::bills::parts::{self, amount};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, ButtonKind, ButtonLink};
use crate::ui::amounts::{Bar, Bars, MoneyText};
use crate::ui::forms::{Field, Filters, Kind, Select};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pagination, Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Details, Empty, Notice};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsCustomer;
use crate::wording;

/// The statement.
pub async fn statement(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::statement_page as t;
    let l = page.l;
    let filter = filter::read(&asked);
    let statement = statement::load(&page.server, &customer, &filter).await?;
    let contracts = statement::contracts(&page.server, &customer).await?;
    let lede = if statement.past {
        t::as_of_day(l, texts::long_date(l, statement.day))
    } else {
        texts::home::as_of(l, texts::date_time(l, page.server.clock.local(statement.as_of)))
    };
    let (summary, filters, list) = (summary(l, &statement), filters(l, &filter, &contracts), list(l, &statement));
    let (pdf, csv) = (filter::address(paths::STATEMENT_PDF, &filter, None), filter::address(paths::STATEMENT_CSV, &filter, None));
    let newer = filter.after.is_some().then(|| (Str::from(filter::address(paths::STATEMENT, &filter, None)), Words::from(t::newest(l))));
    let older =
        statement.next.map(|next| (Str::from(filter::address(paths::STATEMENT, &filter, Some(next))), Words::from(texts::frame::older(l))));
    let incidents = crate::incidents::banner::banners(&page, &customer).await?;
    let placed = crate::placements::banner::banner(&page, &customer).await?;
    let past = statement.past;
    let payable = statement.position.open().is_positive() && !past;
    Ok(page.customer(&customer, CustomerRoom::Statement, texts::frame::statement(l), || {
        view! {
            <PageTitle title=texts::frame::statement(l) lede/>
            <Actions>
                {payable.then(|| view! { <ButtonLink href=paths::PAY label=texts::home::pay(l) icon=Icon::Barcode/> })}
                <ButtonLink href=pdf label=t::pdf(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/>
                <ButtonLink href=csv label=t::csv(l) kind=ButtonKind::Quiet download=true/>
            </Actions>
            {past.then(|| view! { <Notice title=t::past(l)><p><a href=paths::STATEMENT>{t::back_to_today(l)}</a></p></Notice> })}
            {incidents}
            {placed}
            {summary}
            {ledger::tabs(l, true)}
            {filters}
            {list}
            <Pagination label=t::pages(l) newer older/>
        }
    }))
}

/// What is open, in all and by age.
fn summary(l: Locale, statement: &Statement) -> Option<impl IntoView + use<>> {
    use texts::statement_page as t;
    let position = &statement.position;
    let open = position.open();
    if !open.is_positive() && !statement.credits.is_positive() {
        return None;
    }
    let pair =
        |words: &'static str, value: Money| value.is_positive().then(|| Pair::new(words, view! { <MoneyText amount=amount(l, value)/> }));
    let credits = -statement.credits;
    let credit = statement.credits.is_positive().then(|| Pair::new(t::credits(l), view! { <MoneyText amount=amount(l, credits)/> }));
    let pairs: Vec<Pair> = [
        pair(t::late(l), position.late),
        pair(t::charges(l), statement.charges),
        pair(t::due_today(l), position.due_today),
        pair(t::later(l), position.later),
        credit,
    ]
    .into_iter()
    .flatten()
    .collect();
    let bars = position
        .by_age
        .iter()
        .map(|(age, value)| {
            let tone = if *age == Age::NotDue { Tone::Neutral } else { Tone::Attention };
            view! { <Bar label=wording::age(l, *age) amount=amount(l, *value) permille=permille(*value, open) tone/> }
        })
        .collect_view();
    let bars = open.is_positive().then(|| view! { <Card title=t::by_age(l)><Bars>{bars}</Bars></Card> });
    Some(view! {
        <div class="columns columns-even">
            <Card title=t::in_all(l)><SummaryList pairs/></Card>
            {bars}
        </div>
    })
}

/// Thousandths of the whole.
fn permille(part: Money, whole: Money) -> u16 {
    let thousandths = i128::from(part.as_cents()) * 1000 / i128::from(whole.as_cents().max(1));
    u16::try_from(thousandths).unwrap_or(1000)
}

fn filters(l: Locale, filter: &Filter, contracts: &[Contract]) -> impl IntoView + use<> {
    use texts::statement_page as t;
    let shown = |shown: Shown| match shown {
        Shown::All => t::shown_all(l),
        Shown::Open => t::shown_open(l),
        Shown::Late => t::shown_late(l),
        Shown::Settled => t::shown_settled(l),
    };
    let situations = filter::SHOWN.iter().map(|(one, name)| (Str::from(*name), Words::from(shown(*one)))).collect::<Vec<_>>();
    let mut choices = vec![(Str::default(), Words::from(t::all_contracts(l)))];
    choices.extend(contracts.iter().map(|one| (Str::from(one.id.to_string()), Words::from(format!("{} · {}", one.number, one.plan_name)))));
    let several = contracts.len() > 1;
    let chosen = filter.contract.map(|contract| contract.to_string()).unwrap_or_default();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let (situation, from, to, as_of) = (filter::name(filter.shown), day(filter.from), day(filter.to), day(filter.as_of));
    let open = filter::narrows(filter);
    view! {
        <Filters label=texts::frame::filter(l) action=paths::STATEMENT submit=t::apply(l) clear=(paths::STATEMENT.into(), t::clear(l).into()) open>
            <Select name="situacao" label=t::situation(l) options=situations selected=situation/>
            {several.then(|| view! { <Select name="contrato" label=t::contract(l) options=choices selected=chosen/> })}
            <Field name="de" label=t::from(l) kind=Kind::Date value=from/>
            <Field name="ate" label=t::to(l) kind=Kind::Date value=to/>
            <Field name="em" label=t::as_of(l) hint=t::as_of_hint(l) kind=Kind::Date value=as_of/>
        </Filters>
    }
}

fn list(l: Locale, statement: &Statement) -> AnyView {
    use texts::statement_page as t;
    if statement.bills.is_empty() {
        return view! { <Empty icon=Icon::Ledger title=t::nothing(l) text=t::nothing_words(l)/> }.into_any();
    }
    let rows = statement.bills.iter().map(|bill| row(l, bill, statement.day)).collect_view();
    view! { <Rows>{rows}</Rows> }.into_any()
}

fn row(l: Locale, bill: &BillLine, day: chrono::NaiveDate) -> AnyView {
    use texts::statement_page as t;
    let (tone, tag) = parts::standing(l, bill.standing, bill.balance, bill.due_on, bill.days_late, day);
    let title = parts::name(l, bill.nature, &bill.competence);
    let meta = t::row_meta(l, parts::due(l, bill.due_on, day), &bill.number);
    let href = paths::bill(bill.id);
    // What is settled shows what it was; what is open, what it costs.
    let shown = if bill.balance.is_zero() { bill.amount } else { bill.total() };
    let amount = amount(l, shown);
    match &bill.calculation {
        Some(calculation) => {
            let sum = parts::calculation(l, calculation);
            view! { <Row title href meta amount tone tag><Details summary=t::how(l)>{sum}</Details></Row> }.into_any()
        }
        None => view! { <Row title href meta amount tone tag/> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_whole() {
        let cents = Money::cents;
        assert_eq!(permille(cents(50), cents(200)), 250);
        assert_eq!(permille(cents(0), cents(0)), 0);
        assert_eq!(permille(cents(i64::MAX), cents(i64::MAX)), 1000);
    }
}
