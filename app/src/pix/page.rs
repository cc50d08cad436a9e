//! The page of one charge: its code while it can be paid, what was paid once it is, and what to do when it cannot be any more. Never
//! shows a code that should not be paid.

use axum::extract::Path;
use domain::ids::{BillId, PixChargeId};
use domain::pix::charges::{Reason, State};
use domain::reconciliation::Outcome;
use leptos::prelude::*;
use server::pdf::codes::qr_svg;
use server::pix::{self, Charge};
use server::texts::{self, Locale};

use super::api;
use super::island::PixWait;
use crate::bills::parts::{self, amount};
use crate::islands::CopyButton;
use crate::page::{CustomerRoom, Failure, Page, PageResult};
use crate::paths;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Hidden, PostForm};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Confirmation, CopyBlock, Notice};
use crate::visitor::AsCustomer;

/// One charge.
pub async fn charge(Path(id): Path<String>, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::pix as t;
    let l = page.l;
    let id: PixChargeId = id.parse().map_err(|_| Failure::Missing)?;
    let charge = pix::see(&page.server, &customer, id).await?;
    let title = match charge.state {
        State::New | State::Active => t::title(l),
        State::Paid => t::paid_title(l),
        State::Ended => t::ended_title(l),
        State::Cancelled => t::cancelled_title(l),
    };
    Ok(page.customer(&customer, CustomerRoom::Statement, title, || match charge.state {
        State::Active => active(&page, &charge),
        State::Paid => paid(&page, &charge),
        State::New => over(l, &charge, title, t::no_answer(l), t::no_answer_words(l)),
        State::Ended => over(l, &charge, title, t::ended(l), t::ended_words(l)),
        State::Cancelled => {
            let (short, words) = reason(l, charge.reason);
            over(l, &charge, title, short, words)
        }
    }))
}

/// "Pay with Pix": asks for a charge of these bills. Only where Pix is set up.
pub(crate) fn ask_form(bills: &[BillId], label: &'static str, kind: ButtonKind, about: String) -> AnyView {
    let hidden = bills
        .iter()
        .enumerate()
        .map(|(at, bill)| view! { <Hidden name=format!("form[bills][{at}]") value=bill.to_string()/> })
        .collect_view();
    view! { <PostForm action=api::ask_url()>{hidden}<Button label=label kind=kind about=about/></PostForm> }.into_any()
}

/// Why a charge was taken back, in a few words and in more.
fn reason(l: Locale, reason: Option<Reason>) -> (&'static str, &'static str) {
    use texts::pix as t;
    match reason {
        Some(Reason::Settled) => (t::settled(l), t::settled_words(l)),
        Some(Reason::Changed) => (t::changed(l), t::changed_words(l)),
        Some(Reason::Disputed) => (t::disputed(l), t::disputed_words(l)),
        Some(Reason::InAgreement) => (t::in_agreement(l), t::in_agreement_words(l)),
        Some(Reason::SlipReplaced) => (t::slip_replaced(l), t::slip_replaced_words(l)),
        Some(Reason::AskedAnew) => (t::asked_anew(l), t::asked_anew_words(l)),
        Some(Reason::Provider) | None => (t::provider(l), t::provider_words(l)),
    }
}

fn active(page: &Page, charge: &Charge) -> AnyView {
    use texts::pix as t;
    let l = page.l;
    let clock = &page.server.clock;
    let code = charge.code.clone().unwrap_or_default();
    let qr = qr_svg(&code).map(|(path, size)| {
        // Four modules of light on every side (ISO/IEC 18004).
        let view_box = format!("-4 -4 {0} {0}", size + 8);
        view! { <svg class="qr" viewBox=view_box role="img" aria-label=texts::pay::qr(l)><path d=path></path></svg> }
    });
    // The last minute of the day says more than midnight.
    let until = texts::date_time(l, clock.local(charge.ends_at - chrono::TimeDelta::minutes(1)));
    let as_of = t::as_of(l, texts::date_time(l, clock.local(clock.now())));
    let own = paths::pix_charge(charge.id);
    let stream = paths::pix_changes(charge.id);
    let ids: Vec<BillId> = charge.bills.iter().map(|bill| bill.id).collect();
    let slips = paths::second_copy(&ids);
    let (total, contents) = (amount(l, charge.amount), contents(l, charge));
    let check = t::check_words(l, &page.creditor().legal_name);
    view! {
        <BackLink href=paths::PAY label=texts::pay::title(l)/>
        <PageTitle title=t::title(l) lede=t::lede(l)/>
        <div class="columns">
            <div class="flow">
                <Card>
                    <p class="small soft">{t::amount(l)}</p>
                    <p class="amount-large"><MoneyText amount=total/></p>
                    <p>{t::until(l, until)}</p>
                    {qr}
                    <CopyBlock id="pix" label=texts::pay::pix(l) groups=vec![code.clone()] hint=texts::pay::touch(l)>
                        <CopyButton
                            text=code
                            label=texts::pay::copy_pix(l).to_owned()
                            about=String::new()
                            done=texts::pay::copied(l).to_owned()
                            failed=texts::pay::not_copied(l).to_owned()
                            primary=true
                        />
                    </CopyBlock>
                    <PixWait address=stream waiting=t::waiting(l).to_owned()/>
                    <p><a href=own>{t::see_whether(l)}</a></p>
                    <p class="small soft">{as_of}</p>
                </Card>
            </div>
            <div class="flow">
                {contents}
                <Notice title=t::check(l)><p>{check}</p></Notice>
                <p><a href=slips>{t::by_slip(l)}</a></p>
            </div>
        </div>
    }
    .into_any()
}

/// What is in it, bill by bill.
fn contents(l: Locale, charge: &Charge) -> AnyView {
    use texts::pix as t;
    let rows = charge
        .bills
        .iter()
        .map(|bill| {
            let mut meta = t::due(l, texts::date(l, bill.due_on), bill.number.clone());
            if (bill.fine + bill.interest).is_positive() {
                let more = t::late(l, texts::money(l, bill.fine), texts::money(l, bill.interest), texts::money(l, bill.principal));
                meta = format!("{meta}. {more}");
            }
            let (title, href) = (parts::name(l, bill.nature, &bill.competence), paths::bill(bill.id));
            view! { <Row title href meta amount=amount(l, bill.total())/> }
        })
        .collect_view();
    view! { <Card title=t::contents(l)><Rows>{rows}</Rows></Card> }.into_any()
}

fn paid(page: &Page, charge: &Charge) -> AnyView {
    use texts::pix as t;
    let l = page.l;
    let payments = charge
        .paid
        .iter()
        .map(|paid| {
            let mut pairs = vec![
                Pair::new(t::amount_paid(l), view! { <MoneyText amount=amount(l, paid.amount)/> }),
                Pair::new(t::paid_at(l), texts::date_time(l, page.server.clock.local(paid.paid_at))),
                Pair::new(t::end_to_end(l), view! { <span class="wrap-anywhere" translate="no">{paid.end_to_end_id.clone()}</span> }),
            ];
            if paid.returned.is_positive() {
                pairs.push(Pair::new(t::returned(l), view! { <MoneyText amount=amount(l, paid.returned)/> }));
            }
            let words = outcome(l, paid.outcome).map(|words| {
                let link = paid.outcome != Outcome::Partial;
                view! {
                    <Notice tone=Tone::Attention title=words>
                        {link.then(|| view! { <p><a href=paths::REFUND>{texts::home::credit_link(l)}</a></p> })}
                    </Notice>
                }
            });
            view! { <Card><SummaryList pairs/>{words}</Card> }
        })
        .collect_view();
    view! {
        <Confirmation title=t::paid_title(l)><p>{t::paid_words(l)}</p></Confirmation>
        {payments}
        {contents(l, charge)}
        <Actions>
            <ButtonLink href=paths::HOME label=texts::frame::home(l)/>
            <ButtonLink href=paths::STATEMENT label=texts::frame::statement(l) kind=ButtonKind::Secondary/>
        </Actions>
    }
    .into_any()
}

/// What the customer should know of what came of a payment.
fn outcome(l: Locale, outcome: Outcome) -> Option<&'static str> {
    use texts::pix as t;
    match outcome {
        Outcome::Partial => Some(t::partial(l)),
        Outcome::Excess => Some(t::excess(l)),
        Outcome::Duplicate | Outcome::InAgreement => Some(t::duplicate(l)),
        _ => None,
    }
}

/// There is nothing to be paid here: why, and the ways on.
fn over(l: Locale, charge: &Charge, title: &'static str, short: &'static str, words: &'static str) -> AnyView {
    use texts::pix as t;
    let ids: Vec<BillId> = charge.bills.iter().map(|bill| bill.id).collect();
    let slips = paths::second_copy(&ids);
    let again = !matches!(charge.reason, Some(Reason::Settled | Reason::Disputed | Reason::InAgreement));
    let label = if charge.state == State::New { t::try_again(l) } else { t::new_one(l) };
    let form = again.then(|| ask_form(&ids, label, ButtonKind::Primary, String::new()));
    view! {
        <BackLink href=paths::PAY label=texts::pay::title(l)/>
        <PageTitle title=title/>
        <Notice tone=Tone::Attention title=short><p>{words}</p></Notice>
        {form}
        {contents(l, charge)}
        <p><a href=slips>{t::by_slip(l)}</a></p>
    }
    .into_any()
}
