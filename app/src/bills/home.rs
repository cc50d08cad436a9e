//! Home: what is to be paid today, what comes next, what is being handled, and one thing to do.

use domain::money::Money;
use leptos::prelude::*;
use server::bills::{self, Overview};
use server::texts::{self, Locale};

use super::parts::{self, amount};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{ButtonKind, ButtonLink};
use crate::ui::amounts::AmountHero;
use crate::ui::icons::Icon;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Notice};
use crate::ui::{Tone, When};
use crate::visitor::AsCustomer;
use crate::{promises, wording};

/// The customer's home.
pub async fn home(page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::home as t;
    let l = page.l;
    let overview = bills::overview(&page.server, &customer).await?;
    let clock = page.server.clock.clone();
    let at = clock.local(overview.as_of);
    let as_of = When::instant(&at, t::as_of(l, texts::date_time(l, at)));
    let hero = hero(l, &overview, as_of);
    let next = overview.next.as_ref().map(|next| {
        let (href, title, meta) = (paths::bill(next.id), t::next_bill(l, &next.number), parts::due(l, next.due_on, at.date_naive()));
        let amount = amount(l, next.amount);
        view! {
            <Card title=t::next(l) link=(paths::STATEMENT.into(), t::all_bills(l).into())>
                <Rows><Row title href meta amount tag=texts::bills::not_due(l)/></Rows>
            </Card>
        }
    });
    let promised = server::promises::open_of(&page.server, &customer).await?;
    let (notes, promised) = (notes(l, &overview), promises::page::on_home(l, &promised));
    let incidents = crate::incidents::banner::banners(&page, &customer).await?;
    let placed = crate::placements::banner::banner(&page, &customer).await?;
    let requests = (!overview.requests.is_empty()).then(|| {
        let rows = overview
            .requests
            .iter()
            .map(|request| {
                let (tone, tag) = (wording::status_tone(request.status), wording::own_status(l, request.status));
                let meta = crate::requests::parts::meta(l, request.status, request.deadline_on, &request.protocol);
                let title = wording::kind(l, request.kind);
                view! { <Row title href=paths::request(&request.protocol) meta tone tag/> }
            })
            .collect_view();
        view! {
            <Card title=t::handled(l) link=(paths::REQUESTS.into(), t::all_requests(l).into())><Rows>{rows}</Rows></Card>
        }
    });
    let notices = (!overview.notices.is_empty()).then(|| {
        let rows = overview
            .notices
            .iter()
            .map(|notice| {
                let meta = texts::date_time(l, clock.local(notice.created_at));
                view! { <Row title=notice.subject.clone() href=paths::NOTICES meta/> }
            })
            .collect_view();
        view! { <Card title=t::notices(l) link=(paths::NOTICES.into(), t::all_notices(l).into())><Rows>{rows}</Rows></Card> }
    });
    let anything_open = overview.open > 0;
    Ok(page.customer(&customer, CustomerRoom::Home, t::title(l), || {
        view! {
            <h1>{t::title(l)}</h1>
            {hero}
            {incidents}
            {placed}
            {promised}
            {notes}
            <div class="columns">
                <div class="flow">
                    {next}
                    <Card title=t::else_title(l) quiet=true>
                        <Rows>
                            {anything_open.then(|| view! {
                                <Row title=t::already_paid(l) href=paths::RECEIPT meta=t::already_paid_hint(l)/>
                                <Row title=texts::promises::home(l) href=paths::PROMISE meta=texts::promises::home_hint(l)/>
                                <Row title=t::cannot_pay(l) href=paths::PLAN meta=t::cannot_pay_hint(l)/>
                            })}
                            <Row title=t::wrong(l) href=paths::DISPUTE meta=t::wrong_hint(l)/>
                            <Row title=t::question(l) href=paths::QUESTION meta=t::question_hint(l)/>
                        </Rows>
                    </Card>
                </div>
                <div class="flow">{requests}{notices}</div>
            </div>
        }
    }))
}

/// The total, or that there is none.
fn hero(l: Locale, overview: &Overview, as_of: When) -> AnyView {
    use texts::home as t;
    if overview.to_pay.is_positive() {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let mut note = match (overview.late, overview.due_today) {
            (0, today) => t::due_today(l, count(today)),
            (late, 0) => t::late(l, count(late)),
            (late, today) => format!("{} {}", t::late(l, count(late)), t::due_today(l, count(today))),
        };
        if (overview.fine + overview.interest).is_positive() {
            let money = |value| texts::money(l, value);
            note = format!("{note} {}", t::split(l, money(overview.fine), money(overview.interest), money(overview.principal)));
        }
        return view! {
            <AmountHero label=t::to_pay(l) amount=amount(l, overview.to_pay) as_of note>
                <ButtonLink href=paths::PAY label=t::pay(l) icon=Icon::Barcode/>
                <ButtonLink href=paths::STATEMENT label=t::see_bills(l) kind=ButtonKind::Quiet/>
            </AmountHero>
        }
        .into_any();
    }
    let note = match &overview.next {
        Some(next) => t::nothing_until(l, texts::long_date(l, next.due_on)),
        None => t::nothing_open(l).to_owned(),
    };
    let ahead = overview.next.is_some();
    view! {
        <AmountHero label=t::up_to_date(l) amount=amount(l, Money::ZERO) as_of note>
            {ahead.then(|| view! { <ButtonLink href=paths::PAY label=t::pay_ahead(l) kind=ButtonKind::Secondary/> })}
            <ButtonLink href=paths::STATEMENT label=t::see_bills(l) kind=ButtonKind::Quiet/>
        </AmountHero>
    }
    .into_any()
}

/// Money in the customer's favour, and what nobody collects while it is being looked at.
fn notes(l: Locale, overview: &Overview) -> impl IntoView + use<> {
    use texts::home as t;
    let credit = overview.credits.is_positive().then(|| {
        let words = t::credit(l, texts::money(l, overview.credits));
        view! { <Notice tone=Tone::Good title=words><p><a href=paths::REFUND>{t::credit_link(l)}</a></p></Notice> }
    });
    let disputed = overview.disputed.is_positive().then(|| {
        let words = t::disputed(l, texts::money(l, overview.disputed));
        view! { <Notice title=words><p>{t::disputed_words(l)}</p></Notice> }
    });
    view! { {credit}{disputed} }
}
