//! Answers to what people ask most, how to reach the creditor, and what is done with personal data (LGPD art. 9).

use leptos::prelude::*;
use server::texts;

use crate::page::{Page, PageResult};
use crate::paths;
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details};

/// Help and contact.
pub async fn help(page: Page) -> PageResult {
    use texts::help as t;
    let l = page.l;
    let creditor = page.creditor().clone();
    let mut pairs = Vec::new();
    if !creditor.phone.is_empty() {
        let href = format!("tel:{}", creditor.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>());
        pairs.push(Pair::new(t::phone(l), view! { <a href=href>{creditor.phone.clone()}</a> }));
    }
    if !creditor.email.is_empty() {
        pairs.push(Pair::new(t::email(l), view! { <a href=format!("mailto:{}", creditor.email)>{creditor.email.clone()}</a> }));
    }
    if !creditor.address.is_empty() {
        pairs.push(Pair::new(t::address(l), creditor.address.clone()));
    }
    let answers = [
        (t::code_title(l), t::code(l), None),
        (t::paid_title(l), t::paid(l), Some((paths::RECEIPT, texts::home::already_paid_hint(l)))),
        (t::late_title(l), t::late(l), Some((paths::PAY, texts::home::pay(l)))),
        (t::limit_title(l), t::limit(l), Some((paths::PAY, t::limit_link(l)))),
        (t::twice_title(l), t::twice(l), Some((paths::REFUND, t::twice_link(l)))),
        (t::cannot_title(l), t::cannot(l), Some((paths::PLAN, t::cannot_link(l)))),
        (t::wrong_title(l), t::wrong(l), Some((paths::DISPUTE, t::wrong_link(l)))),
        (t::fraud_title(l), t::fraud(l), Some((paths::AUTHENTICITY, texts::frame::is_it_ours(l)))),
        (t::contact_title(l), t::contact_change(l), None),
    ]
    .map(|(question, answer, link)| {
        let link = link.map(|(href, words)| view! { <p><a href=href>{words}</a></p> });
        view! { <Details summary=question><p>{answer}</p>{link}</Details> }
    })
    .collect_view();
    Ok(page.public(t::title(l), || {
        view! {
            <div class="narrow flow">
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                <div>{answers}</div>
                <h2>{t::contact(l)}</h2>
                <Card><SummaryList pairs/></Card>
                <p>{t::in_writing(l)} " " <a href=paths::QUESTION>{t::ask(l)}</a></p>
            </div>
        }
    }))
}

/// What is done with personal data, why, for how long, and what people may ask.
pub async fn privacy(page: Page) -> PageResult {
    use texts::privacy as t;
    let l = page.l;
    let creditor = page.creditor().clone();
    let cnpj = domain::tax_ids::TaxId::parse(&creditor.cnpj).map_or_else(|_| creditor.cnpj.clone(), |cnpj| cnpj.to_string());
    let contact = if creditor.privacy_contact.is_empty() { creditor.email.clone() } else { creditor.privacy_contact.clone() };
    let who = t::who(l, &creditor.address, cnpj, &creditor.legal_name);
    Ok(page.public(t::title(l), || {
        let list = |items: &[&'static str]| {
            let items = items.iter().map(|item| view! { <li>{*item}</li> }).collect_view();
            view! { <ul class="list">{items}</ul> }
        };
        view! {
            <div class="narrow flow">
                <PageTitle title=t::title(l) lede=t::lede(l)/>
                <h2>{t::who_title(l)}</h2>
                <p>{who}</p>
                <h2>{t::what_title(l)}</h2>
                {list(&[t::what_identity(l), t::what_bills(l), t::what_requests(l), t::what_bank(l), t::what_access(l), t::what_confirmed(l)])}
                <p>{t::what_not(l)}</p>
                <h2>{t::why_title(l)}</h2>
                {list(&[t::why_contract(l), t::why_law(l), t::why_security(l)])}
                <h2>{t::shared_title(l)}</h2>
                <p>{t::shared(l)}</p>
                <h2>{t::long_title(l)}</h2>
                {list(&[t::long_bills(l), t::long_requests(l), t::long_access(l), t::long_confirmed(l), t::long_codes(l)])}
                <h2>{t::cookies_title(l)}</h2>
                <p>{t::cookies(l)}</p>
                <h2>{t::rights_title(l)}</h2>
                <p>{t::rights(l)}</p>
                {list(&[t::right_access(l), t::right_correct(l), t::right_delete(l), t::right_share(l), t::right_complain(l)])}
                <p>{t::rights_how(l)} " " <a href=paths::ACCOUNT>{texts::frame::account(l)}</a></p>
                <h2>{t::contact_title(l)}</h2>
                <p>{t::contact(l, contact)}</p>
            </div>
        }
    }))
}
