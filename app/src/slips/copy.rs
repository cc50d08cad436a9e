//! Second copies: the registered line and Pix code to be copied or scanned, what each comes to on the day chosen, the PDF, the e-mail.
//! Never shows a line that is not to be paid: it says why instead.

use std::collections::HashSet;

use axum::response::{IntoResponse, Redirect};
use chrono::NaiveDate;
use domain::ids::BillId;
use domain::slips::Channel;
use leptos::prelude::*;
use server::error::Error;
use server::pdf::codes::qr_svg;
use server::slips::{self, OnScreen, Pick};
use server::texts::{self, Locale};

use super::api;
use crate::asked::Asked;
use crate::bills::parts::{self, amount};
use crate::download::attachment;
use crate::islands::CopyButton;
use crate::page::{CustomerRoom, Page, PageResult};
use crate::paths;
use crate::pix::page::ask_form;
use crate::ui::Tone;
use crate::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::forms::{Field, Hidden, Kind, PostForm, Width};
use crate::ui::icons::Icon;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, CopyBlock, Details, Notice};
use crate::visitor::AsCustomer;
use crate::wording;

/// Slips that one page shows; all of them are in the PDF.
const SHOWN: usize = 20;

/// The slips of the bills chosen.
pub async fn second_copy(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    use texts::pay as t;
    let l = page.l;
    let bills = chosen(&asked);
    if bills.is_empty() {
        return Ok(Redirect::to(&format!("{}?escolha=nada", paths::PAY)).into_response());
    }
    let today = page.server.clock.today();
    let day = asked.read("dia").unwrap_or(today).max(today);
    let mut sheets: Vec<OnScreen> = Vec::new();
    let (mut refused, mut seen) = (Vec::new(), HashSet::new());
    for bill in bills.iter().take(SHOWN) {
        match slips::line(&page.server, &customer, Pick::Bill(*bill), day).await {
            // One slip may settle several of the bills chosen.
            Ok(sheet) => {
                if seen.insert(sheet.slip.id) {
                    sheets.push(sheet);
                }
            }
            Err(Error::Refused(reason)) => refused.push((*bill, wording::refused(l, reason))),
            Err(error) => return Err(error.into()),
        }
    }
    let payable: Vec<BillId> = bills.iter().copied().filter(|bill| !refused.iter().any(|(one, _)| one == bill)).collect();
    let printed = !payable.is_empty() && sheets.iter().all(|sheet| sheet.slip.own_drawing);
    let more = bills.len().saturating_sub(SHOWN);
    let late = sheets.iter().any(|sheet| sheet.slip.due_on < today);
    let title = match payable.len() {
        0 | 1 => t::copy(l).to_owned(),
        several => t::copies(l, i64::try_from(several).unwrap_or(i64::MAX)),
    };
    let refused = refused
        .into_iter()
        .map(|(bill, words)| {
            let href = paths::bill(bill);
            view! { <Notice tone=Tone::Attention title=words><p><a href=href>{t::see_bill(l)}</a></p></Notice> }
        })
        .collect_view();
    let several = sheets.len() > 1;
    let drawn = sheets.iter().enumerate().map(|(at, sheet)| self::sheet(l, sheet, at + 1, several)).collect_view();
    let pix = (page.server.pix.is_some() && !payable.is_empty() && day == today).then(|| {
        let label = if payable.len() == 1 { texts::pix::pay(l) } else { texts::pix::pay_all(l) };
        let form = ask_form(&payable, label, ButtonKind::Secondary, String::new());
        view! { <Card title=texts::pix::pay_title(l)><p>{texts::pix::pay_words(l)}</p>{form}</Card> }
    });
    let pdf = format!("{}&dia={day}", paths::with_bills(paths::SECOND_COPY_PDF, &payable));
    let mail = payable.clone();
    let dates = bills.clone();
    Ok(page.customer(&customer, CustomerRoom::Statement, &title, || {
        let hidden = dates.iter().map(|bill| view! { <Hidden name="conta" value=bill.to_string()/> }).collect_view();
        let posted = mail
            .iter()
            .enumerate()
            .map(|(at, bill)| view! { <Hidden name=format!("form[bills][{at}]") value=bill.to_string()/> })
            .collect_view();
        view! {
            <BackLink href=paths::PAY label=t::title(l)/>
            <PageTitle title=title.clone() lede=t::copies_lede(l)/>
            {refused}
            {pix}
            {drawn}
            {(more > 0).then(|| view! { <Notice title=t::more(l, i64::try_from(more).unwrap_or(i64::MAX))/> })}
            {printed.then(|| view! {
                <Actions>
                    <ButtonLink href=pdf label=t::pdf(l) icon=Icon::Download download=true/>
                </Actions>
                <PostForm action=api::mail_url()>
                    {posted}
                    <Hidden name="form[day]" value=day.to_string()/>
                    <Button label=t::mail(l) kind=ButtonKind::Secondary icon=Icon::Mail/>
                </PostForm>
            })}
            // After what is there to be copied: most people pay now, and the bank works out the amount of the day.
            {late.then(|| view! {
                <form method="get" action=paths::SECOND_COPY class="inline-form" novalidate=true>
                    {hidden}
                    <Field name="dia" label=t::pay_on(l) hint=t::pay_on_hint(l) kind=Kind::Date width=Width::Ten value=day.to_string()/>
                    <Button label=t::update(l) kind=ButtonKind::Secondary/>
                </form>
            })}
            <Notice title=t::after(l)>
                <p>{t::after_words(l)} " " <a href=paths::RECEIPT>{t::send_receipt(l)}</a></p>
                <p>{t::check(l)} " " <a href=paths::AUTHENTICITY>{texts::frame::is_it_ours(l)}</a></p>
            </Notice>
        }
    }))
}

/// The bills that an address names, each once.
fn chosen(asked: &Asked) -> Vec<BillId> {
    let mut seen = HashSet::new();
    asked.all::<BillId>("conta").into_iter().filter(|bill| seen.insert(*bill)).collect()
}

/// The same slips as one PDF.
pub async fn pdf(asked: Asked, page: Page, AsCustomer(customer): AsCustomer) -> PageResult {
    let picks: Vec<Pick> = chosen(&asked).into_iter().map(Pick::Bill).collect();
    let today = page.server.clock.today();
    let day: NaiveDate = asked.read("dia").unwrap_or(today).max(today);
    let bytes = slips::second_copy(&page.server, &customer, &picks, day, Channel::Pdf).await?;
    Ok(attachment(&slips::file_name(customer.locale(), picks.len()), "application/pdf", bytes))
}

/// One slip.
fn sheet(l: Locale, sheet: &OnScreen, number: usize, several: bool) -> AnyView {
    use texts::pay as t;
    let slip = &sheet.slip;
    let name = match sheet.bills.as_slice() {
        [bill] => parts::name(l, bill.nature, &bill.competence),
        bills => t::several_bills(l, i64::try_from(bills.len()).unwrap_or(i64::MAX)),
    };
    let (label, total) = match &sheet.estimate {
        Some(estimate) => (t::estimated(l, texts::date(l, estimate.on)), estimate.total),
        None => (t::registered(l).to_owned(), slip.amount),
    };
    let estimate = sheet.estimate.as_ref().map(|estimate| {
        let sum = parts::calculation(l, estimate);
        view! {
            <p class="small soft">{t::informative(l)}</p>
            <Details summary=texts::statement_page::how(l)>{sum}</Details>
        }
    });
    let covers = (sheet.bills.len() > 1).then(|| {
        let lines = sheet
            .bills
            .iter()
            .map(|bill| view! { <li>{parts::name(l, bill.nature, &bill.competence)} ", " <MoneyText amount=amount(l, bill.amount)/></li> })
            .collect_view();
        view! { <Details summary=t::covers(l)><ul class="list">{lines}</ul></Details> }
    });
    let mut pairs = vec![
        Pair::new(t::due(l), texts::date(l, slip.due_on)),
        Pair::new(t::limit(l), texts::date(l, slip.limit_on)),
        Pair::new(t::beneficiary(l), t::beneficiary_words(l, &sheet.cnpj, &sheet.beneficiario)),
        Pair::new(t::bank(l), t::bank_words(l, &slip.bank_code, &slip.bank_name)),
        Pair::new(t::nosso_numero(l), slip.nosso_numero.clone()),
    ];
    if sheet.estimate.is_some() {
        pairs.insert(0, Pair::new(t::registered(l), view! { <MoneyText amount=amount(l, slip.amount)/> }));
    }
    let groups = sheet.line.split(' ').map(str::to_owned).collect();
    let (line_id, pix_id) = (format!("linha-{number}"), format!("pix-{number}"));
    // Said with the button, so that several on a page are told apart.
    let about = if several { format!(": {name}") } else { String::new() };
    let digits = sheet.digits.clone();
    let pix = slip.emv.clone().map(|emv| {
        let about = about.clone();
        let qr = qr_svg(&emv).map(|(path, size)| {
            // Four modules of light on every side (ISO/IEC 18004).
            let view_box = format!("-4 -4 {0} {0}", size + 8);
            view! { <svg class="qr" viewBox=view_box role="img" aria-label=t::qr(l)><path d=path></path></svg> }
        });
        let groups = vec![emv.clone()];
        view! {
            <div class="flow">
                <h3>{t::with_pix(l)}</h3>
                <p class="small soft">{t::with_pix_words(l)}</p>
                {qr}
                <CopyBlock id=pix_id label=t::pix(l) groups hint=t::touch(l)>
                    <CopyButton text=emv label=t::copy_pix(l).to_owned() about done=t::copied(l).to_owned() failed=t::not_copied(l).to_owned() primary=false/>
                </CopyBlock>
            </div>
        }
    });
    let heading = name.clone();
    view! {
        <Card title=heading>
            <p class="small soft">{label}</p>
            <p class="amount-large"><MoneyText amount=amount(l, total)/></p>
            {estimate}
            {covers}
            <div class="columns columns-even">
                <div class="flow">
                    <h3>{t::with_line(l)}</h3>
                    <CopyBlock id=line_id label=t::line(l) groups hint=t::touch(l)>
                        <CopyButton text=digits label=t::copy_line(l).to_owned() about done=t::copied(l).to_owned() failed=t::not_copied(l).to_owned() primary=true/>
                    </CopyBlock>
                    <SummaryList pairs/>
                </div>
                {pix}
            </div>
        </Card>
    }
    .into_any()
}
