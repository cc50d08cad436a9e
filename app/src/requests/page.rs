//! The list of requests, and one of them: where it stands, whose turn it is, what was said, what can be done.

use axum::extract::{Path, RawQuery};
use domain::agreements::Status as AgreementStatus;
use domain::disputes::Reason;
use domain::money::Money;
use domain::pix::returns::State;
use domain::receipts::comparing::Doubt;
use domain::refunds::{OrderStatus, Way};
use domain::requests::{Action, Kind, Turn};
use leptos::prelude::*;
use server::pix::returns::Return;
use server::requests::{self, Detail, FileLine, Line, Moment, RequestView, Side, What};
use server::texts::{self, Locale, my_requests as t};

use super::api::{self, Addressed};
use super::parts::{self, WITH_FILES};
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::forms::{Hidden, PostForm, TextArea};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Event, Message, Pagination, Pair, Progress, Row, Rows, SummaryList, Timeline};
use crate::ui::panels::{Card, Empty, Notice, StatusTag};
use crate::ui::{Tone, When, Words};
use crate::uploads::received::FilesField;
use crate::visitor::AsCustomer;
use crate::wording;

const FORM: &str = "message";

/// Every request: open ones first.
pub(super) async fn list(page: Page, AsCustomer(customer): AsCustomer, RawQuery(query): RawQuery) -> PageResult {
    let l = page.l;
    let number = query.as_deref().and_then(|query| query.strip_prefix("pagina=")?.parse().ok()).unwrap_or(1u32).max(1);
    let found = requests::list(&page.server, &customer, number).await?;
    let today = page.server.clock.today();
    let at = |number: u32| format!("{}?pagina={number}", paths::REQUESTS).into();
    let newer = (number > 1).then(|| (at(number - 1), Words::from(texts::frame::newer(l))));
    let older = found.more.then(|| (at(number.saturating_add(1)), Words::from(texts::frame::older(l))));
    let none = found.lines.is_empty();
    let rows: Vec<_> = found.lines.into_iter().map(|line| row(l, line, today)).collect();
    Ok(page.customer(&customer, CustomerRoom::Requests, t::title(l), || {
        view! {
            <PageTitle title=t::title(l) lede=t::lede(l)>
                <ButtonLink href=paths::QUESTION label=t::question_title(l) kind=ButtonKind::Secondary icon=Icon::Chat/>
            </PageTitle>
            {if none {
                view! { <Empty icon=Icon::Tray title=t::none(l) text=t::none_words(l)/> }.into_any()
            } else {
                view! { <Rows>{rows}</Rows> }.into_any()
            }}
            <Pagination label=t::pages(l) newer=newer older=older/>
            <Card title=t::ask_title(l) quiet=true>
                <Rows>
                    <Row title=t::ask_receipt(l) href=paths::RECEIPT/>
                    <Row title=t::ask_plan(l) href=paths::PLAN/>
                    <Row title=t::ask_refund(l) href=paths::REFUND/>
                    <Row title=t::ask_dispute(l) href=paths::DISPUTE/>
                    <Row title=t::ask_agreements(l) href=paths::AGREEMENTS/>
                </Rows>
            </Card>
        }
    }))
}

fn row(l: Locale, line: Line, today: chrono::NaiveDate) -> AnyView {
    let deadline = parts::deadline(l, line.status, line.deadline_on, today).unwrap_or_default();
    let meta = if deadline.is_empty() { t::row_meta(l, line.protocol) } else { t::row_meta_deadline(l, deadline, line.protocol) };
    let amount = line.amount.is_positive().then(|| parts::amount(l, line.amount));
    let (tone, status) = (wording::status_tone(line.status), wording::own_status(l, line.status));
    let href = paths::request(&line.protocol.digits());
    view! { <Row title=wording::kind(l, line.kind) href=href meta=meta nostrip:amount=amount tone=tone tag=status/> }.into_any()
}

/// One request.
pub(super) async fn request(page: Page, AsCustomer(customer): AsCustomer, Path(protocol): Path<String>) -> PageResult {
    let l = page.l;
    let request = requests::find(&page.server, &customer, &protocol).await?;
    let today = page.server.clock.today();
    let digits = request.protocol.digits();
    let deadline = match request.waits_until {
        Some(until) => Some(t::deadline_waits_until(l, texts::long_date(l, until))),
        None => parts::deadline(l, request.status, request.deadline_on, today),
    };
    let title = wording::kind(l, request.kind);
    let lede = t::request_lede(l, request.protocol);
    let (tone, status, turn) = (wording::status_tone(request.status), wording::own_status(l, request.status), parts::turn(l, request.turn));
    let asks = (request.turn == Turn::Customer).then(|| asked_of_customer(&request));
    let timeline = timeline(&page, &request);
    let messages = messages(&page, &request);
    let facts = facts(&page, &request);
    let given_back = told_of_giving_back(&page, &request);
    let doubts = told_of_doubts(l, &request);
    // What could not go back to its origin needs an account, which has a form of its own.
    let account = matches!(request.detail, Detail::Refund { order: OrderStatus::Returned, .. }) && request.turn == Turn::Customer;
    let account = account.then(|| paths::refund_account(&digits));
    let may_write = request.may.iter().any(|action| matches!(action, Action::Answer | Action::Note));
    let may_withdraw = request.may.contains(&Action::Withdraw);
    let form = may_write.then(|| message_form(&page, &digits, request.turn == Turn::Customer));
    let summary = WITH_FILES.of(&page).summary();
    let withdrawal = may_withdraw.then(|| paths::withdrawal(&digits));
    Ok(page.customer(&customer, CustomerRoom::Requests, title, || {
        view! {
            <BackLink href=paths::REQUESTS label=texts::frame::requests(l)/>
            {summary}
            <PageTitle title=title lede=lede><StatusTag tone words=status/></PageTitle>
            {given_back}
            {doubts}
            {asks.map(|words| {
                let words = words.map(|words| view! { <p class="said">{words}</p> });
                view! { <Notice tone=Tone::Attention title=t::we_need(l)>{words}{match account {
                    Some(href) => view! { <p><a href=href>{t::give_account(l)}</a></p> }.into_any(),
                    None => view! { <p><a href="#message">{t::answer_below(l)}</a></p> }.into_any(),
                }}</Notice> }
            })}
            <div class="columns">
                <div class="flow">
                    <h2>{t::progress(l)}</h2>
                    <p><strong>{turn}</strong>{deadline.map(|words| format!(" {words}"))}</p>
                    {timeline}
                    {messages}
                    {form}
                </div>
                <Card title=t::about(l)>
                    {facts}
                    {withdrawal.map(|href| view! { <p><a href=href>{t::withdraw(l)}</a></p> })}
                </Card>
            </div>
        }
    }))
}

/// What the customer can mend by sending another file.
fn told_of_doubts(l: Locale, request: &RequestView) -> Option<impl IntoView + use<>> {
    let words = |doubt: &Doubt| match doubt {
        Doubt::Scheduled | Doubt::Ahead(_) => Some(texts::proofs::tell_scheduled(l)),
        Doubt::Slip => Some(texts::proofs::tell_slip(l)),
        _ => None,
    };
    let mut told: Vec<&str> = request.doubts.iter().filter_map(words).collect();
    told.dedup();
    let lines = told.iter().map(|words| view! { <p>{*words}</p> }).collect_view();
    (!told.is_empty()).then(|| view! { <Notice tone=Tone::Attention title=texts::proofs::tell_title(l)>{lines}</Notice> })
}

/// What staff asked last.
fn asked_of_customer(request: &RequestView) -> Option<String> {
    request.timeline.iter().rev().find(|moment| moment.what == What::Step(Action::AskMore)).and_then(|moment| moment.told.clone())
}

/// A message is shown as one, not as a step.
fn is_step(moment: &Moment) -> bool {
    moment.what != What::Step(Action::Note)
}

fn timeline(page: &Page, request: &RequestView) -> AnyView {
    let l = page.l;
    let steps: Vec<&Moment> = request.timeline.iter().filter(|moment| is_step(moment)).collect();
    let last = steps.len().saturating_sub(1);
    let open = request.status.is_open();
    let events: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(at, moment)| {
            let progress = if open && at == last { Progress::Now } else { Progress::Done };
            let when = parts::moment(l, &page.server, moment.at);
            view! { <Event title=parts::what(l, moment.what) when=when by=parts::side(l, moment.by) progress=progress/> }.into_any()
        })
        .collect();
    let awaits_answer = open && request.status != domain::requests::Status::Approved;
    let next = awaits_answer.then(|| {
        if let Some(until) = request.waits_until {
            return view! { <Event title=t::next_yours(l) when=parts::day(l, until) by=t::by_then_yours(l) progress=Progress::Next/> };
        }
        view! { <Event title=t::next_answer(l) when=parts::day(l, request.deadline_on) by=t::by_then(l) progress=Progress::Next/> }
    });
    view! { <Timeline>{events}{next}</Timeline> }.into_any()
}

fn messages(page: &Page, request: &RequestView) -> Option<AnyView> {
    let l = page.l;
    let digits = request.protocol.digits();
    let mut drawn = Vec::new();
    for moment in &request.timeline {
        let words = match moment.what {
            What::Submitted => Some(request.note.clone()).filter(|note| !note.is_empty()),
            What::Step(_) => moment.told.clone(),
        };
        if words.is_none() && moment.files.is_empty() {
            continue;
        }
        let when = parts::moment(l, &page.server, moment.at);
        drawn.push(message(l, &digits, moment.by, when, words, &moment.files));
    }
    (!drawn.is_empty()).then(|| view! { <h2>{t::messages(l)}</h2><div>{drawn}</div> }.into_any())
}

fn message(l: Locale, protocol: &str, by: Side, when: When, words: Option<String>, files: &[FileLine]) -> AnyView {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let (href, name, size) = (paths::upload(protocol, file.id), file.name.clone(), texts::size(l, file.size));
            view! { <li><a href=href download=true>{name}</a>" "<span class="soft small">{size}</span></li> }
        })
        .collect();
    let files = (!files.is_empty()).then(|| view! { <ul class="files">{files}</ul> });
    view! {
        <Message from=parts::side(l, by) when=when mine=by == Side::Customer>
            {words.map(|words| view! { <p class="said">{words}</p> })}
            {files}
        </Message>
    }
    .into_any()
}

fn message_form(page: &Page, digits: &str, is_answer: bool) -> AnyView {
    let l = page.l;
    let mended = WITH_FILES.of(page);
    let mut form: Addressed = page.form();
    if form.message.submission.is_empty() {
        form.message.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let (text, files, again) = (mended.error("text"), mended.error("files"), mended.is_needed());
    let protocol = digits.to_owned();
    let (label, send) = if is_answer { (t::your_answer(l), t::send_answer(l)) } else { (t::your_message(l), t::send_message(l)) };
    view! {
        <PostForm action=api::message_url() upload=true id=FORM>
            <Hidden name="form[protocol]" value=protocol/>
            <Hidden name="form[submission]" value=form.message.submission/>
            <TextArea name="form[text]" label=label value=form.message.text error=text rows=4/>
            <FilesField l form=FORM label=t::files_optional(l) error=files again/>
            <Actions><Button label=send kind=if is_answer { ButtonKind::Primary } else { ButtonKind::Secondary }/></Actions>
        </PostForm>
    }
    .into_any()
}

/// How far giving a Pix back is, and its proof.
fn giving_back(page: &Page, back: &Return) -> Vec<Pair> {
    let l = page.l;
    let state = wording::giving_back(l, back.state);
    let words = match back.ended_at {
        Some(at) => t::fact_back_on(l, texts::date_time(l, page.server.clock.local(at)), state),
        None => state.to_owned(),
    };
    let mut pairs = vec![Pair::new(t::fact_back(l), words)];
    if back.state == State::Done {
        let code = |text: String| view! { <span class="wrap-anywhere" translate="no">{text}</span> };
        pairs.push(Pair::new(t::fact_back_id(l), code(back.id.clone())));
        pairs.extend(back.transfer.clone().map(|transfer| Pair::new(t::fact_transfer(l), code(transfer))));
    }
    pairs
}

/// What became of a Pix that goes back: that it is there, or that it is not and what happens now.
fn told_of_giving_back(page: &Page, request: &RequestView) -> Option<AnyView> {
    let l = page.l;
    // Where an account was given since, that is what goes on.
    let Detail::Refund { way: Way::Origin, back: Some(back), order, .. } = &request.detail else { return None };
    let amount = texts::money(l, back.amount);
    match (back.state, back.ended_at) {
        (State::Done, Some(at)) => {
            let words = t::back_words(l, amount, texts::date_time(l, page.server.clock.local(at)));
            Some(view! { <Notice tone=Tone::Good title=t::back_title(l)><p>{words}</p></Notice> }.into_any())
        }
        (State::Failed, _) if *order == OrderStatus::Returned && request.turn == Turn::Creditor => {
            let words = t::failed_words(l, amount);
            Some(view! { <Notice tone=Tone::Attention title=t::failed_title(l)><p>{words}</p></Notice> }.into_any())
        }
        _ => None,
    }
}

fn facts(page: &Page, request: &RequestView) -> AnyView {
    let l = page.l;
    let mut pairs = vec![Pair::new(t::protocol(l), view! { <span class="number">{request.protocol.to_string()}</span> })];
    if !request.bills.is_empty() {
        let bills: Vec<_> =
            request.bills.iter().map(|bill| view! { <li><a href=paths::bill(bill.id)>{parts::bill_title(l, bill)}</a></li> }).collect();
        pairs.push(Pair::new(t::fact_bills(l), view! { <ul class="files">{bills}</ul> }));
    }
    match &request.detail {
        Detail::Receipt { paid_on, amount } => {
            pairs.extend(paid_on.map(|on| Pair::new(t::fact_paid_on(l), texts::date(l, on))));
            pairs.extend(amount.map(|paid| money_pair(l, t::fact_paid_amount(l), paid)));
        }
        Detail::Refund { way, destination, target, back, .. } => {
            let words = match way {
                Way::Compensate => t::way_compensate(l),
                Way::Refund => t::way_refund(l),
                Way::Origin => t::way_origin(l),
            };
            pairs.push(Pair::new(t::fact_way(l), words));
            pairs.push(money_pair(l, t::fact_amount(l), request.amount));
            pairs.extend(destination.clone().map(|to| Pair::new(t::fact_destination(l), view! { <span class="number">{to}</span> })));
            pairs.extend(target.as_ref().map(|bill| Pair::new(t::fact_target(l), parts::bill_title(l, bill))));
            pairs.extend(back.iter().flat_map(|back| giving_back(page, back)));
        }
        Detail::Plan { status, plan, .. } => {
            let count = i64::try_from(plan.installments.len()).unwrap_or(i64::MAX);
            pairs.push(money_pair(l, t::fact_plan_total(l), plan.total_cost));
            pairs.extend(plan.down_payment.map(|down| money_pair(l, t::fact_down_payment(l), down.amount)));
            pairs.extend(
                plan.installments
                    .first()
                    .map(|first| Pair::new(t::fact_installments(l), t::fact_installments_words(l, texts::money(l, first.amount), count))),
            );
            pairs.push(Pair::new(t::fact_agreement(l), view! { <a href=paths::AGREEMENTS>{agreement_status(l, *status)}</a> }));
        }
        Detail::Dispute { reason, granted } => {
            pairs.push(Pair::new(t::fact_reason(l), dispute_reason(l, *reason)));
            pairs.extend(granted.map(|granted| money_pair(l, t::fact_granted(l), granted)));
        }
        Detail::Slip | Detail::Question => {}
    }
    view! { <SummaryList pairs=pairs/> }.into_any()
}

fn money_pair(l: Locale, key: &'static str, amount: Money) -> Pair {
    Pair::new(key, parts::money(l, amount))
}

/// Where an agreement stands.
#[must_use]
pub fn agreement_status(l: Locale, status: AgreementStatus) -> &'static str {
    use texts::agreements as a;
    match status {
        AgreementStatus::Requested => a::status_requested(l),
        AgreementStatus::AwaitingDownPayment => a::status_awaiting_down_payment(l),
        AgreementStatus::Active => a::status_active(l),
        AgreementStatus::Settled => a::status_settled(l),
        AgreementStatus::Broken => a::status_broken(l),
        AgreementStatus::Cancelled => a::status_cancelled(l),
    }
}

/// What is said to be wrong with a bill.
#[must_use]
pub fn dispute_reason(l: Locale, reason: Reason) -> &'static str {
    use texts::disputes as d;
    match reason {
        Reason::Amount => d::reason_amount(l),
        Reason::AlreadyPaid => d::reason_already_paid(l),
        Reason::Contract => d::reason_contract(l),
        Reason::ChargedTwice => d::reason_charged_twice(l),
        Reason::NotUsed => d::reason_not_used(l),
        Reason::Other => d::reason_other(l),
    }
}

/// Is one sure?
pub(super) async fn withdrawal(page: Page, AsCustomer(customer): AsCustomer, Path(protocol): Path<String>) -> PageResult {
    let l = page.l;
    let request = requests::find(&page.server, &customer, &protocol).await?;
    let digits = request.protocol.digits();
    if !request.may.contains(&Action::Withdraw) {
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&paths::request(&digits))));
    }
    let back = paths::request(&digits);
    let words = match request.kind {
        Kind::Dispute => t::withdraw_dispute(l),
        Kind::Plan => t::withdraw_plan(l),
        Kind::Refund => t::withdraw_refund(l),
        Kind::Receipt | Kind::Slip | Kind::Question => t::withdraw_words(l),
    };
    let (kind, number) = (wording::kind(l, request.kind), request.protocol.to_string());
    Ok(page.customer(&customer, CustomerRoom::Requests, t::withdraw_title(l), || {
        view! {
            <div class="narrow flow">
                <BackLink href=back.clone() label=texts::frame::back(l)/>
                <PageTitle title=t::withdraw_title(l) lede=words/>
                <SummaryList pairs=vec![Pair::new(t::fact_kind(l), kind), Pair::new(t::protocol(l), number)]/>
                <PostForm action=api::withdraw_url()>
                    <Hidden name="protocol" value=digits/>
                    <Actions>
                        <Button label=t::withdraw_yes(l) kind=ButtonKind::Danger/>
                        <ButtonLink href=back label=t::withdraw_no(l) kind=ButtonKind::Quiet/>
                    </Actions>
                </PostForm>
            </div>
        }
    }))
}
