//! A customer, whole: who, what is open, what was paid, asked, agreed, told and handed out.

use axum::extract::Path;
use chrono::NaiveDate;
use domain::flags::Flag;
use domain::ids::{CustomerId, NoticeId};
use domain::money::Money;
use domain::reconciliation::Stage;
use domain::slips::SlipState;
use leptos::prelude::*;
use server::customers::{self, Payment, Picture};
use server::error::Error;
use server::papers;
use server::slips::Situation;
use server::texts::{self, Locale};

use super::timeline;
use crate::bills::parts::{amount, calculation};
use crate::download::attachment;
use crate::page::{Page, PageResult, StaffRoom};
use crate::requests::staff::evidence::{bill_title, tax_id};
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, ButtonKind, ButtonLink};
use crate::ui::amounts::{Bar, Bars, MoneyText};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, Row, Rows, SummaryList};
use crate::ui::panels::{Card, Details, StatusTag};
use crate::ui::tables::{Column, DataTable};
use crate::visitor::AsStaff;
use crate::{activities, flags, guarantees, paths, promises, wording};

/// One customer.
pub(super) async fn picture(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    use texts::customers_staff as t;
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let picture = customers::picture(&page.server, &staff, customer).await?;
    let charges = server::pix::of_customer(&page.server, &staff, customer).await?;
    let name = picture.person.name.clone();
    let lede = t::customer_lede(l, &picture.person.external_id, tax_id(&picture.person.tax_id));
    let position = &picture.statement.position;
    let figures = [
        (position.open(), t::figure_open(l)),
        (position.late, t::figure_late(l)),
        (picture.statement.charges, t::figure_charges(l)),
        (picture.statement.credits, t::figure_credits(l)),
    ]
    .map(|(value, label)| {
        view! { <div class="figure"><p class="figure-value"><MoneyText amount=amount(l, value)/></p><p class="figure-label">{label}</p></div> }
    })
    .collect_view();
    let as_of = t::as_of(l, texts::date_time(l, page.server.clock.local(picture.statement.as_of)));
    let records = view! {
        {payments(&page, &picture)}
        {ledger(l, &picture)}
        {slips(&page, &picture)}
        {notices(&page, &picture)}
        {sessions(&page, &picture)}
        {looks(&page, &picture)}
    };
    let main = view! {
        {bills(l, &picture)}
        {requests(&page, &picture)}
        {promises::staff::card(&page, customer, &picture.promises)}
        {activities::staff::card(&page, customer, &picture.activities)}
        {crate::pix::staff::card(&page, &charges)}
        <Card title=t::records(l)>{records}</Card>
        {timeline::card(&page, &picture.timeline)}
    };
    let flagged = flags::staff::banner(l, &picture.flags);
    let side = view! {
        {flags::staff::card(l, customer, &picture.flags)}
        {person(&page, &picture)}
        {contracts(l, &picture)}
        {guarantees::card(l, &picture.guarantees, page.server.clock.today())}
        {by_age(l, &picture)}
        {agreements(l, &picture)}
    };
    let dossier = crate::dossiers::links(l, &staff, customer);
    let letter = (!picture.bills.is_empty()).then(|| {
        view! { <ButtonLink href=paths::demand(customer) label=texts::demands::link(l) kind=ButtonKind::Quiet/> }
    });
    let insolvent = picture.flags.iter().any(|one| one.holds() && one.flag == Flag::Insolvency);
    let claim = (insolvent && server::claims::may(&staff).is_ok()).then(|| {
        view! { <ButtonLink href=paths::claim(customer) label=texts::claims::title(l) kind=ButtonKind::Quiet/> }
    });
    Ok(page.staff(&staff, StaffRoom::Customers, &name.clone(), || {
        view! {
            <BackLink href=paths::STAFF_SEARCH label=t::search(l)/>
            <PageTitle title=name lede/>
            {flagged}
            <div class="figures">{figures}</div>
            <p class="small soft">{as_of}</p>
            <Actions>{dossier}{letter}{claim}</Actions>
            <div class="columns">
                <div class="flow">{main}</div>
                <div class="flow">{side}</div>
            </div>
        }
    }))
}

/// One of a customer's notices as a letter; that it was taken is recorded.
pub(super) async fn letter(page: Page, AsStaff(staff): AsStaff, Path((customer, notice)): Path<(String, String)>) -> PageResult {
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let notice: NoticeId = notice.parse().map_err(|_| Error::NotFound)?;
    let paper = papers::notices::letter_for_staff(&page.server, &staff, customer, notice).await?;
    Ok(attachment(&paper.name, "application/pdf", paper.bytes))
}

fn moment(page: &Page, at: chrono::DateTime<chrono::Utc>) -> String {
    texts::date_time(page.l, page.server.clock.local(at))
}

fn money(l: Locale, value: Money) -> AnyView {
    view! { <MoneyText amount=amount(l, value)/> }.into_any()
}

fn none(l: Locale) -> AnyView {
    view! { <p class="soft">{texts::customers_staff::none(l)}</p> }.into_any()
}

fn bills(l: Locale, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let rows = picture
        .bills
        .iter()
        .map(|bill| {
            let name = bill_title(l, bill.nature, &bill.number, &bill.competence);
            let (tone, words, cost) = match &bill.situation {
                Situation::Payable { .. } => (Tone::Neutral, t::can_be_paid(l), None),
                Situation::Overdue { estimate, .. } => (Tone::Attention, t::overdue(l), Some(calculation(l, estimate))),
                Situation::PastLimit { .. } => (Tone::Attention, t::past_limit(l), None),
                Situation::NoSlip => (Tone::Attention, t::no_slip(l), None),
                Situation::InAgreement => (Tone::Info, t::in_agreement(l), None),
                Situation::Disputed => (Tone::Info, t::disputed(l), None),
                Situation::RequestOpen(_) => (Tone::Info, t::slip_asked(l), None),
            };
            let receipt = bill.receipt.as_ref().map(|protocol| {
                view! { <p><a href=paths::staff_request(protocol)>{t::receipt_open(l)}</a></p> }
            });
            let asked = match &bill.situation {
                Situation::RequestOpen(protocol) => Some(view! { <p><a href=paths::staff_request(protocol)>{t::see_request(l)}</a></p> }),
                _ => None,
            };
            let cost = cost.map(|cost| view! { <Details summary=texts::desk::cost_of(l)>{cost}</Details> });
            view! {
                <Row title=name meta=texts::desk::due(l, texts::date(l, bill.due_on)) amount=amount(l, bill.balance) tone tag=words>
                    {receipt}
                    {asked}
                    {cost}
                </Row>
            }
        })
        .collect_view();
    let body = if picture.bills.is_empty() { none(l) } else { view! { <Rows>{rows}</Rows> }.into_any() };
    view! { <Card title=t::open_bills(l)>{body}</Card> }
}

fn requests(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let rows = picture
        .requests
        .iter()
        .map(|request| {
            let protocol = request
                .protocol
                .parse::<domain::requests::protocol::Protocol>()
                .map_or_else(|_| request.protocol.clone(), |p| p.to_string());
            let meta = t::request_about(l, moment(page, request.opened_at), protocol);
            let (tone, tag) = (wording::status_tone(request.status), wording::status(l, request.status));
            let amount = (!request.amount.is_zero()).then(|| amount(l, request.amount));
            let href = paths::staff_request(&request.protocol);
            view! { <Row title=wording::kind(l, request.kind) href meta nostrip:amount=amount tone tag/> }
        })
        .collect_view();
    let body = if picture.requests.is_empty() { none(l) } else { view! { <Rows>{rows}</Rows> }.into_any() };
    view! { <Card title=t::requests(l)>{body}</Card> }
}

fn payments(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let (l, today) = (page.l, page.server.clock.today());
    let rows = picture
        .payments
        .iter()
        .map(|payment| {
            vec![
                texts::date(l, payment.paid_on).into_any(),
                view! {
                    {money(l, payment.amount)}
                    {payment.credited().map(|(credited, fee)| {
                        let words = t::payment_credited(l, texts::money(l, credited), texts::money(l, fee));
                        view! { <br/><span class="small soft">{words}</span> }
                    })}
                }
                .into_any(),
                stage(page, payment, today),
                payment.method.clone().into_any(),
                payment.bill_number.clone().unwrap_or_else(|| texts::desk::on_no_bill(l).to_owned()).into_any(),
                view! { <span class="small">{payment.bank_reference.clone()}</span> }.into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(texts::desk::column_day(l)),
        Column::amount(texts::desk::column_amount(l)),
        Column::new(t::payment_stage(l)),
        Column::new(texts::desk::column_method(l)),
        Column::new(texts::desk::column_bill(l)),
        Column::new(texts::desk::column_reference(l)),
    ];
    folded(
        l,
        t::payments(l),
        picture.payments.len(),
        view! { <DataTable caption=t::payments(l) caption_hidden=true columns rows/> }.into_any(),
    )
}

/// How far the money is, and since when.
fn stage(page: &Page, payment: &Payment, today: NaiveDate) -> AnyView {
    let (l, stage) = (page.l, payment.stage(today));
    let (tone, since) = match stage {
        Stage::Informed | Stage::Found => (Tone::Info, payment.found_at.map(|at| moment(page, at))),
        Stage::Cleared => (Tone::Good, payment.credited_on.map(|on| texts::date(l, on))),
        Stage::Reversed => (Tone::Attention, payment.reversed_at.map(|at| moment(page, at))),
    };
    view! { <StatusTag tone words=wording::stage(l, stage)/><br/><span class="small soft">{since}</span> }.into_any()
}

fn ledger(l: Locale, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let rows = picture
        .ledger
        .iter()
        .map(|line| {
            let what = match &line.bill_number {
                Some(number) => format!("{} · {number}", wording::entry_kind(l, line.kind)),
                None => wording::entry_kind(l, line.kind).to_owned(),
            };
            vec![what.into_any(), texts::date(l, line.effective_on).into_any(), money(l, line.amount), money(l, line.balance)]
        })
        .collect();
    let columns = vec![
        Column::new(texts::desk::column_entry(l)),
        Column::new(texts::desk::column_day(l)),
        Column::amount(texts::desk::column_amount(l)),
        Column::amount(texts::desk::column_balance(l)),
    ];
    folded(l, t::ledger(l), picture.ledger.len(), view! { <DataTable caption=t::ledger(l) caption_hidden=true columns rows/> }.into_any())
}

/// Slips, and every copy of one that was handed out: the proof that it could be paid.
fn slips(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let rows = picture
        .slips
        .iter()
        .map(|slip| {
            let tone = if slip.state == SlipState::Paid { Tone::Good } else { Tone::Neutral };
            vec![
                view! { <span class="number">{slip.nosso_numero.clone()}</span> }.into_any(),
                money(l, slip.amount),
                texts::date(l, slip.due_on).into_any(),
                texts::date(l, slip.limit_on).into_any(),
                view! { <StatusTag tone words=wording::slip_state(l, slip.state)/> }.into_any(),
            ]
        })
        .collect();
    let columns = vec![
        Column::new(t::column_nosso_numero(l)),
        Column::amount(texts::desk::column_amount(l)),
        Column::new(texts::desk::column_due(l)),
        Column::new(t::column_limit(l)),
        Column::new(texts::desk::column_status(l)),
    ];
    let copies = picture
        .copies
        .iter()
        .map(|copy| {
            vec![
                moment(page, copy.at).into_any(),
                wording::channel(l, copy.channel).into_any(),
                view! { <span class="number">{copy.nosso_numero.clone()}</span> }.into_any(),
                copy.person.clone().into_any(),
            ]
        })
        .collect();
    let copy_columns = vec![
        Column::new(t::column_when(l)),
        Column::new(t::column_channel(l)),
        Column::new(t::column_nosso_numero(l)),
        Column::new(t::column_person(l)),
    ];
    let slips = view! { <DataTable caption=t::slips(l) caption_hidden=true columns rows/> };
    let handed = view! { <DataTable caption=t::copies(l) caption_hidden=true columns=copy_columns rows=copies/> };
    view! {
        {folded(l, t::slips(l), picture.slips.len(), slips.into_any())}
        {folded(l, t::copies(l), picture.copies.len(), handed.into_any())}
    }
}

/// A list that opens when asked for, with how many lines it shows.
fn folded(l: Locale, title: &'static str, lines: usize, list: AnyView) -> impl IntoView + use<> {
    if lines == 0 {
        return view! { <p class="soft">{texts::customers_staff::empty_list(l, title)}</p> }.into_any();
    }
    let summary = texts::customers_staff::list(l, i64::try_from(lines).unwrap_or(i64::MAX), title);
    view! { <Details summary>{list}</Details> }.into_any()
}

fn person(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let person = &picture.person;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| texts::desk::none(l).to_owned());
    let mut pairs = vec![Pair::new(texts::desk::email(l), or_none(&person.email))];
    pairs.extend(person.email_changed_at.map(|at| Pair::new(texts::desk::email_changed(l), moment(page, at))));
    pairs.push(Pair::new(texts::desk::phone(l), or_none(&person.phone)));
    let address = format!("{}, {}/{}, {}", person.address, person.city, person.state, person.postal_code);
    pairs.push(Pair::new(t::address(l), address));
    if !picture.contacts.is_empty() {
        let before = picture
            .contacts
            .iter()
            .map(|one| {
                let until = t::contact_until(l, texts::date(l, page.server.clock.local(one.until_at).date_naive()));
                view! { <li>{one.value.clone()} " " <span class="small soft">{until}</span></li> }
            })
            .collect_view();
        pairs.push(Pair::new(t::contacts_before(l), view! { <ul class="plain-list">{before}</ul> }));
    }
    pairs.push(Pair::new(t::known_since(l), moment(page, person.created_at)));
    pairs.extend(picture.representatives.iter().map(|one| Pair::new(t::representative(l), one.name.clone())));
    view! { <Card title=t::data(l)><SummaryList pairs/></Card> }
}

fn contracts(l: Locale, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let rows = picture
        .contracts
        .iter()
        .map(|contract| {
            let meta = match contract.ends_on {
                Some(end) => t::contract_until(l, texts::date(l, end), texts::date(l, contract.starts_on)),
                None => t::contract_since(l, texts::date(l, contract.starts_on)),
            };
            let (tone, tag) = match contract.state.as_str() {
                "active" => (Tone::Good, t::contract_active(l)),
                "suspended" => (Tone::Attention, t::contract_suspended(l)),
                _ => (Tone::Neutral, t::contract_ended(l)),
            };
            view! { <Row title=format!("{} · {}", contract.number, contract.plan_name) meta tone tag/> }
        })
        .collect_view();
    let body = if picture.contracts.is_empty() { none(l) } else { view! { <Rows>{rows}</Rows> }.into_any() };
    view! { <Card title=t::contracts(l)>{body}</Card> }
}

fn by_age(l: Locale, picture: &Picture) -> impl IntoView + use<> {
    let whole = picture.statement.position.open();
    let bars = picture
        .statement
        .position
        .by_age
        .iter()
        .filter(|(_, value)| value.is_positive())
        .map(|(age, value)| {
            let permille = if whole.is_positive() { value.as_cents().saturating_mul(1000) / whole.as_cents() } else { 0 };
            let tone = if *age == domain::statement::Age::NotDue { Tone::Neutral } else { Tone::Attention };
            view! { <Bar label=wording::age(l, *age) amount=amount(l, *value) permille=u16::try_from(permille).unwrap_or(1000) tone/> }
        })
        .collect_view();
    whole.is_positive().then(|| view! { <Card title=texts::customers_staff::by_age(l)><Bars>{bars}</Bars></Card> })
}

fn agreements(l: Locale, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let rows = picture
        .agreements
        .iter()
        .map(|agreement| {
            let href = paths::staff_request(&agreement.protocol);
            let tag = wording::agreement(l, agreement.status);
            let meta = agreement.starts_on.map(|day| t::contract_since(l, texts::date(l, day)));
            view! { <Row title=t::agreement(l) href meta amount=amount(l, agreement.total) tag/> }
        })
        .collect_view();
    let body = if picture.agreements.is_empty() { none(l) } else { view! { <Rows>{rows}</Rows> }.into_any() };
    view! { <Card title=t::agreements(l)>{body}</Card> }
}

fn notices(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let rows = picture
        .notices
        .iter()
        .map(|notice| {
            let sent = moment(page, notice.created_at);
            let meta = match notice.read_at {
                Some(read) => t::notice_read(l, moment(page, read), sent),
                None => t::notice_unread(l, sent),
            };
            let href = paths::staff_notice_letter(picture.person.id, notice.id);
            let about = notice.subject.clone();
            view! {
                <Row title=notice.subject.clone() meta>
                    <p><a href=href>{texts::notices::letter(l)}<span class="visually-hidden">" "{about}</span></a></p>
                </Row>
            }
        })
        .collect_view();
    folded(l, t::notices(l), picture.notices.len(), view! { <Rows>{rows}</Rows> }.into_any())
}

fn sessions(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let rows = picture
        .sessions
        .iter()
        .map(|session| {
            let title = if session.device.is_empty() { t::unknown_device(l).to_owned() } else { session.device.clone() };
            let meta = t::session_about(l, moment(page, session.created_at), moment(page, session.seen_at));
            view! { <Row title meta/> }
        })
        .collect_view();
    folded(l, t::sessions(l), picture.sessions.len(), view! { <Rows>{rows}</Rows> }.into_any())
}

/// Who of the staff looked at this customer, and at what.
fn looks(page: &Page, picture: &Picture) -> impl IntoView + use<> {
    use texts::customers_staff as t;
    let l = page.l;
    let rows = picture
        .looks
        .iter()
        .map(|look| vec![moment(page, look.at).into_any(), look.by.clone().into_any(), wording::audited(l, &look.action).into_any()])
        .collect();
    let columns = vec![Column::new(t::column_when(l)), Column::new(t::column_person(l)), Column::new(t::column_what(l))];
    folded(l, t::looks(l), picture.looks.len(), view! { <DataTable caption=t::looks(l) caption_hidden=true columns rows/> }.into_any())
}
