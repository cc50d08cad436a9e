//! Files beside what is known: each page drawn anew, with what was read marked on it and held against bills and payments.
//!
//! Never shows a file itself: the original is only handed out to be kept.

use domain::ids::{BillId, PaymentId};
use domain::receipts::comparing::{Comparison, Confidence, Doubt, Mark, Reason, Suggestion};
use domain::receipts::reading::{Found, Said, Sense};
use domain::requests::protocol::Protocol;
use leptos::prelude::*;
use server::pictures::{Failure, Line, PARTS, Paper};
use server::receipts::proof::Proof;
use server::requests::desk::StaffView;
use server::texts::{self, Locale, proofs as t};

use super::evidence::media;
use crate::bills::parts::amount;
use crate::page::Page;
use crate::paths;
use crate::ui::Tone;
use crate::ui::amounts::MoneyText;
use crate::ui::lists::Row;
use crate::ui::lists::Rows;
use crate::ui::panels::{Card, Notice, StatusTag};
use crate::ui::tables::{Column, DataTable};

/// Every file of a request; the newest ones drawn.
pub(super) fn proofs(page: &Page, view: &StaffView) -> Option<impl IntoView + use<>> {
    let l = page.l;
    let protocol = view.request.protocol.digits();
    let mut files = Vec::new();
    for moment in &view.request.timeline {
        for file in &moment.files {
            let at = texts::date_time(l, page.server.clock.local(moment.at));
            let meta = texts::desk::file_about(l, at, media(&file.media_type), texts::size(l, file.size));
            let drawn = view.proofs.iter().find(|proof| proof.upload == file.id).map(|proof| proof_of(l, &protocol, proof));
            let href = paths::staff_upload(&protocol, file.id);
            let name = file.name.clone();
            files.push(view! { <Rows><Row title=name href meta/></Rows>{drawn} });
        }
    }
    (!files.is_empty()).then(|| view! { <Card title=texts::desk::files(l)><p class="small soft">{t::hint(l)}</p>{files}</Card> })
}

fn proof_of(l: Locale, protocol: &str, proof: &Proof) -> impl IntoView + use<> {
    let elsewhere = (!proof.elsewhere.is_empty()).then(|| {
        let link = |other: &Protocol| view! { <li><a href=paths::staff_request(&other.digits())>{other.to_string()}</a></li> };
        let links = proof.elsewhere.iter().map(link).collect_view();
        view! { <Notice tone=Tone::Attention title=t::elsewhere(l)><p>{t::elsewhere_words(l)}</p><ul>{links}</ul></Notice> }
    });
    let drawn = match &proof.reading.paper {
        Err(failure) => {
            let words = match failure {
                Failure::Unreadable => t::unreadable_words(l),
                Failure::Heavy => t::heavy_words(l),
            };
            view! { <Notice title=t::unreadable(l)><p>{words}</p></Notice> }.into_any()
        }
        Ok(paper) => {
            let read = read(l, proof, paper);
            let pages = pages(l, protocol, proof, paper);
            view! { {read}<div class="papers">{pages}</div> }.into_any()
        }
    };
    view! { {elsewhere}{drawn} }
}

fn read(l: Locale, proof: &Proof, paper: &Paper) -> impl IntoView + use<> {
    let Comparison { suggestions, doubts, .. } = &proof.comparison;
    let suggested = suggestions.iter().map(|suggestion| suggested(l, proof, suggestion)).collect_view();
    let doubts = (!doubts.is_empty()).then(|| {
        let lines = doubts.iter().map(|doubt| view! { <li>{doubted(l, proof, *doubt)}</li> }).collect_view();
        view! { <Notice tone=Tone::Attention title=t::doubts(l)><ul>{lines}</ul></Notice> }
    });
    let found = &proof.reading.found;
    let table = if found.is_empty() {
        view! { <p class="small soft">{t::read_nothing(l)}</p> }.into_any()
    } else {
        let rows = found.iter().enumerate().map(|(at, found)| row(l, proof, paper, at, found)).collect();
        let columns = vec![Column::new(t::column_mark(l)), Column::new(t::column_said(l)), Column::new(t::column_agrees(l))];
        view! { <DataTable caption=t::read(l) columns rows/> }.into_any()
    };
    view! { {doubts}{suggested}{table} }
}

fn number(proof: &Proof, bill: BillId) -> String {
    proof.numbers.get(&bill).cloned().unwrap_or_default()
}

fn day(l: Locale, proof: &Proof, payment: PaymentId) -> String {
    proof.days.get(&payment).map(|day| texts::date(l, *day)).unwrap_or_default()
}

fn suggested(l: Locale, proof: &Proof, suggestion: &Suggestion) -> impl IntoView + use<> {
    let title = match (suggestion.bill, suggestion.payment) {
        (Some(bill), _) => t::suggestion_bill(l, number(proof, bill)),
        (None, Some(payment)) => t::suggestion_payment(l, day(l, proof, payment)),
        (None, None) => String::new(),
    };
    let (tone, words) = match suggestion.confidence {
        Confidence::Sure => (Tone::Good, t::sure(l)),
        Confidence::Likely => (Tone::Info, t::likely(l)),
        Confidence::Possible => (Tone::Neutral, t::possible(l)),
    };
    let reasons = suggestion.reasons.iter().map(|reason| view! { <li>{reason_of(l, *reason)}</li> }).collect_view();
    let none_yet = suggestion.payment.is_none().then(|| view! { <li>{t::no_payment_yet(l)}</li> });
    view! {
        <div class="suggested">
            <p class="small soft">{t::suggestion_title(l)}</p>
            <p><strong>{title}</strong>" "<StatusTag tone words/></p>
            <ul class="small">{reasons}{none_yet}</ul>
        </div>
    }
}

fn reason_of(l: Locale, reason: Reason) -> String {
    match reason {
        Reason::Transfer => t::reason_transfer(l).to_owned(),
        Reason::Line => t::reason_line(l).to_owned(),
        Reason::Came => t::reason_came(l).to_owned(),
        Reason::Amount => t::reason_amount(l).to_owned(),
        Reason::WithCharges(day) => t::reason_with_charges(l, texts::date(l, day)),
        Reason::Together => t::reason_together(l).to_owned(),
        Reason::Day => t::reason_day(l).to_owned(),
        Reason::Chosen => t::reason_chosen(l).to_owned(),
    }
}

fn doubted(l: Locale, proof: &Proof, doubt: Doubt) -> String {
    match doubt {
        Doubt::Scheduled => t::doubt_scheduled(l).to_owned(),
        Doubt::Slip => t::doubt_slip(l).to_owned(),
        Doubt::Ahead(day) => t::doubt_ahead(l, texts::date(l, day)),
        Doubt::Foreign => t::doubt_foreign(l).to_owned(),
        Doubt::Another => t::doubt_another(l).to_owned(),
        Doubt::OtherBill(bill) => t::doubt_other_bill(l, number(proof, bill)),
        Doubt::Amount { paid, owed } => t::doubt_amount(l, texts::money(l, owed), texts::money(l, paid)),
    }
}

/// One finding: its number on the page, what it says, and what that agrees with.
fn row(l: Locale, proof: &Proof, paper: &Paper, at: usize, found: &Found) -> Vec<AnyView> {
    let said = match &found.said {
        Said::Amount { amount: paid, sense } => {
            let label = match sense {
                Sense::Paid => t::said_amount_paid(l),
                Sense::Document => t::said_amount_document(l),
                Sense::Aside => t::said_amount_aside(l),
                Sense::Unsaid => t::said_amount(l),
            };
            view! { <span>{label}": "<MoneyText amount=amount(l, *paid)/></span> }.into_any()
        }
        Said::Day { day, sense } => {
            let label = match sense {
                Sense::Paid => t::said_day_paid(l),
                Sense::Document => t::said_day_document(l),
                Sense::Aside => t::said_day_aside(l),
                Sense::Unsaid => t::said_day(l),
            };
            format!("{label}: {}", texts::date(l, *day)).into_any()
        }
        Said::Boleto { .. } => coded(t::said_boleto(l), written(paper, found)),
        Said::Transfer { id } => coded(t::said_transfer(l), id.clone()),
        Said::Authentication { .. } => coded(t::said_authentication(l), written(paper, found)),
        Said::Scheduled => coded(t::said_scheduled(l), written(paper, found)),
        Said::Slip => coded(t::said_slip(l), written(paper, found)),
    };
    let mark = proof.comparison.marks.get(at).copied().unwrap_or(Mark::Nothing);
    let agrees = match mark {
        Mark::Bill(bill) => t::mark_bill(l, number(proof, bill)),
        Mark::All => t::mark_all(l).to_owned(),
        Mark::Payment(payment) => t::mark_payment(l, day(l, proof, payment)),
        Mark::Customer => t::mark_customer(l).to_owned(),
        Mark::Against => t::mark_against(l).to_owned(),
        Mark::Nothing => t::mark_nothing(l).to_owned(),
    };
    let agrees = match tone(mark) {
        Tone::Neutral => view! { <span class="soft">{agrees}</span> }.into_any(),
        tone => view! { <StatusTag tone words=agrees/> }.into_any(),
    };
    vec![(at + 1).to_string().into_any(), said, agrees]
}

fn coded(label: &'static str, code: String) -> AnyView {
    view! { <span>{label}": "<span class="wrap-anywhere" translate="no">{code}</span></span> }.into_any()
}

fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Bill(_) | Mark::All | Mark::Payment(_) => Tone::Good,
        Mark::Customer => Tone::Info,
        Mark::Against => Tone::Attention,
        Mark::Nothing => Tone::Neutral,
    }
}

/// The line of a paper, by its number over all pages, with its page.
fn line_of(paper: &Paper, line: usize) -> Option<(usize, &Line)> {
    let mut lines = paper.pages.iter().enumerate().flat_map(|(page, of_it)| of_it.lines.iter().map(move |line| (page, line)));
    lines.nth(line)
}

/// What stands on the paper, as it is written there.
fn written(paper: &Paper, found: &Found) -> String {
    let part = |span: &domain::receipts::reading::Span| {
        let (_, line) = line_of(paper, span.line)?;
        Some(line.text.chars().skip(span.from).take(span.to - span.from).collect::<String>())
    };
    found.at.iter().filter_map(part).collect::<Vec<_>>().join(" ")
}

/// The pages, each with its marks over it. Who does not see them finds the same in the table.
fn pages(l: Locale, protocol: &str, proof: &Proof, paper: &Paper) -> impl IntoView + use<> {
    let of = paper.of;
    let pages: Vec<_> = paper
        .pages
        .iter()
        .enumerate()
        .map(|(at, page)| {
            let (width, height) = (page.width, page.height);
            let marks: Vec<_> = proof
                .reading
                .found
                .iter()
                .enumerate()
                .flat_map(|(number, found)| {
                    let mark = proof.comparison.marks.get(number).copied().unwrap_or(Mark::Nothing);
                    found.at.iter().map(move |span| (number, mark, *span))
                })
                .filter_map(|(number, mark, span)| {
                    let (on, line) = line_of(paper, span.line)?;
                    let (left, right) = (line.edges.get(span.from)?, line.edges.get(span.to)?);
                    (on == at).then(|| mark_at(number, mark, (*left, *right), (line.top, line.bottom), (width, height)))
                })
                .collect();
            let src = paths::staff_picture(protocol, proof.upload, at);
            let alt = t::picture_of(l, proof.name.clone(), at + 1);
            let caption = (of > 1).then(|| view! { <span class="small soft">{t::page_of(l, of, at + 1)}</span>" " });
            // The browser asks for a page when it comes into sight.
            view! {
                <figure class="paper">
                    <div class="paper-page">
                        <img src=src.clone() alt=alt width=width height=height loading="lazy" decoding="async"/>
                        <svg viewBox=format!("0 0 {width} {height}") aria-hidden="true">{marks}</svg>
                    </div>
                    <figcaption>{caption}<a href=src target="_blank" rel="noopener">{t::enlarge(l)}</a></figcaption>
                </figure>
            }
        })
        .collect();
    let more = of.saturating_sub(paper.pages.len());
    let more = (more > 0).then(|| view! { <p class="small soft">{t::more_pages(l, i64::try_from(more).unwrap_or(i64::MAX))}</p> });
    view! { {pages}{more} }
}

fn mark_at(number: usize, mark: Mark, (left, right): (u16, u16), (top, bottom): (u16, u16), (width, height): (u32, u32)) -> impl IntoView {
    let class = tone(mark).class("mark", "mark mark-info", "mark mark-good", "mark mark-attention");
    // A little larger than the letters.
    let across = |part: u16| u32::from(part) * width / u32::from(PARTS);
    let down = |part: u16| u32::from(part) * height / u32::from(PARTS);
    let (x, y) = (across(left).saturating_sub(4), down(top).saturating_sub(3));
    let (wide, high) = ((across(right) + 4).saturating_sub(x), (down(bottom) + 3).saturating_sub(y));
    view! {
        <g class=class>
            <rect x=x y=y width=wide height=high rx="4"/>
            <text x=x + wide + 4 y=y + 14>{number + 1}</text>
        </g>
    }
}
