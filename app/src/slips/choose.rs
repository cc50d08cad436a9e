//! Which bills to pay: every open one, how each can be paid, and what to do about those that cannot.

use domain::money::Money;
use leptos::prelude::*;
use server::slips::{self, PayableBill, Situation};
use server::texts::{self, Locale};
use uuid::Uuid;

use super::api;
use crate::asked::Asked;
use crate::bills::parts::{self, amount};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::pix::page::ask_form;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Checkboxes, Choice, ChoiceStyle, ErrorSummary, Hidden, PostForm};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Empty};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsCustomer;
use crate::{paths, wording};

/// What can be paid.
pub async fn choose(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::pay as t;
    let l = page.l;
    let today = page.server.clock.today();
    let bills = slips::payable(&page.server, &customer, today).await?;
    let nothing_chosen = asked.text("escolha") == "nada";
    let (errors, error) = if nothing_chosen {
        (vec![(Str::from("conta"), Words::from(t::choose_one(l)))], Words::from(t::choose_one(l)))
    } else {
        (page.errors(), Words::default())
    };
    let summary = view! { <ErrorSummary title=texts::frame::error_summary(l) errors/> };
    let preset: Vec<domain::ids::BillId> = asked.all("conta");
    let (ready, other): (Vec<_>, Vec<_>) =
        bills.into_iter().partition(|bill| matches!(bill.situation, Situation::Payable { .. } | Situation::Overdue { .. }));
    let only = ready.len() == 1;
    let selected = ready
        .iter()
        .filter(|bill| only || preset.contains(&bill.id) || (preset.is_empty() && bill.due_on <= today && bill.receipt.is_none()))
        .map(|bill| Str::from(bill.id.to_string()))
        .collect();
    let choices: Vec<Choice> = ready.iter().map(|bill| choice(l, bill, today)).collect();
    let (no_choice, nothing) = (choices.is_empty(), ready.is_empty() && other.is_empty());
    let others = (!other.is_empty()).then(|| {
        let with_pix = page.server.pix.is_some();
        let rows = other.into_iter().map(|bill| unpayable(l, bill, today, page.server.id(), with_pix)).collect_view();
        view! { <Card title=t::others(l)><Rows>{rows}</Rows></Card> }
    });
    Ok(page.customer(&customer, CustomerRoom::Statement, t::title(l), || {
        let form = if nothing {
            view! { <Empty icon=Icon::Check title=texts::home::up_to_date(l) text=t::nothing(l)/> }.into_any()
        } else if no_choice {
            ().into_any()
        } else {
            view! {
                <form method="get" action=paths::SECOND_COPY novalidate=true>
                    <Checkboxes name="conta" legend=t::which(l) hint=t::which_hint(l) style=ChoiceStyle::Cards selected choices error/>
                    <Actions><Button label=t::see_slips(l) icon=Icon::Barcode/></Actions>
                </form>
            }
            .into_any()
        };
        view! {
            {summary}
            <BackLink href=paths::HOME label=texts::frame::home(l)/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {form}
            {others}
            <p><a href=paths::RECEIPT>{texts::home::already_paid(l)}</a>" · "<a href=paths::PLAN>{texts::home::cannot_pay(l)}</a></p>
        }
    }))
}

/// A bill whose slip can be paid today.
fn choice(l: Locale, bill: &PayableBill, today: chrono::NaiveDate) -> Choice {
    use texts::pay as t;
    let mut hint = parts::due(l, bill.due_on, today);
    let mut shown = bill.balance;
    if let Situation::Overdue { slip, estimate } = &bill.situation {
        hint = format!("{hint}. {}", t::overdue(l, texts::money(l, bill.balance), texts::date(l, slip.limit_on)));
        shown = estimate.total;
    }
    if let Some(protocol) = &bill.receipt {
        hint = format!("{hint}. {}", t::receipt(l, wording::protocol(protocol)));
    }
    Choice::new(bill.id.to_string(), parts::name(l, bill.nature, &bill.competence))
        .hint(hint)
        .aside(view! { <MoneyText amount=amount(l, shown)/> })
}

/// A bill that cannot be paid by a slip today, and what to do instead.
fn unpayable(l: Locale, bill: PayableBill, today: chrono::NaiveDate, submission: Uuid, with_pix: bool) -> AnyView {
    use texts::pay as t;
    let (tone, tag, words) = match &bill.situation {
        Situation::PastLimit { slip } => (Tone::Attention, t::past_limit(l), t::past_limit_words(l, texts::date(l, slip.limit_on))),
        Situation::NoSlip => (Tone::Attention, t::no_slip(l), t::no_slip_words(l).to_owned()),
        Situation::InAgreement => (Tone::Info, t::in_agreement(l), t::in_agreement_words(l).to_owned()),
        Situation::Disputed => (Tone::Info, t::disputed(l), t::disputed_words(l).to_owned()),
        Situation::RequestOpen(protocol) => (Tone::Info, t::asked(l), t::asked_words(l, wording::protocol(protocol))),
        Situation::Payable { .. } | Situation::Overdue { .. } => (Tone::Neutral, "", String::new()),
    };
    let title = parts::name(l, bill.nature, &bill.competence);
    let about = title.clone();
    let ask = matches!(bill.situation, Situation::PastLimit { .. } | Situation::NoSlip).then(|| {
        view! {
            <PostForm action=api::ask_url()>
                <Hidden name="form[bill]" value=bill.id.to_string()/>
                <Hidden name="form[submission]" value=submission.to_string()/>
                <Button label=t::ask_slip(l) about=about kind=ButtonKind::Secondary/>
            </PostForm>
        }
    });
    // A charge needs no slip.
    let pix = (with_pix && !matches!(bill.situation, Situation::InAgreement | Situation::Disputed))
        .then(|| ask_form(&[bill.id], texts::pix::pay(l), ButtonKind::Secondary, title.clone()));
    let follow = match &bill.situation {
        Situation::RequestOpen(protocol) => Some(view! { <p><a href=paths::request(protocol)>{t::follow(l)}</a></p> }),
        _ => None,
    };
    let (meta, href, owed): (_, _, Money) = (parts::due(l, bill.due_on, today), paths::bill(bill.id), bill.balance);
    view! {
        <Row title href meta amount=amount(l, owed) tone tag><p class="small">{words}</p>{follow}{pix}{ask}</Row>
    }
    .into_any()
}
