//! What a draft would have changed, in words, tables, and case by case. Each figure comes from the server's preview; none is worked out here.

use domain::actors::Role;
use domain::agreements::replay::{Outcome, Said, Why};
use leptos::prelude::*;
use server::exports::{Cell, Sheet};
use server::policies::drafts::Preview;
use server::policies::previews::{self, plans, promises};
use server::sessions::Staff;
use server::texts::{self, Locale, policies as t};

use crate::bills::parts::amount;
use crate::page::Page;
use crate::paths;
use crate::ui::actions::{ButtonKind, ButtonLink};
use crate::ui::amounts::MoneyText;
use crate::ui::icons::Icon;
use crate::ui::lists::{Tab, Tabs};
use crate::ui::panels::{Card, Notice};
use crate::ui::tables::{Column, DataTable};

/// The effect of a draft whose page is at `base`.
pub(super) fn drawn(page: &Page, staff: &Staff, base: &str, days: u32, preview: &Preview) -> AnyView {
    let l = page.l;
    let spans = spans(l, base, days);
    let file = format!("{base}/casos.csv?dias={days}");
    let body = match preview {
        Preview::Plans(preview) => of_plans(l, staff, days, &file, preview),
        Preview::Promises(preview) => of_promises(l, days, &file, preview),
        Preview::None => return view! { <Card title=t::preview(l)><p>{t::none_sentence(l)}</p></Card> }.into_any(),
    };
    view! { <Card title=t::preview(l)>{spans}{body}</Card> }.into_any()
}

/// The periods to choose from.
fn spans(l: Locale, base: &str, days: u32) -> impl IntoView + use<> {
    let tabs = Vec::from(previews::SPANS.map(|span| Tab::new(format!("{base}?dias={span}"), t::span(l, span), span == days)));
    view! { <Tabs label=t::spans(l) tabs/> }
}

fn outcome(l: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::AtOnce => t::outcome_at_once(l),
        Outcome::ByAPerson => t::outcome_by_a_person(l),
        Outcome::Refused => t::outcome_refused(l),
    }
}

fn why(l: Locale, why: Why) -> &'static str {
    match why {
        Why::Amount => t::why_amount(l),
        Why::Installments => t::why_installments(l),
        Why::DownPayment => t::why_down_payment(l),
        Why::OpenAgreement => t::why_open_agreement(l),
        Why::BrokenRecently => t::why_broken_recently(l),
        Why::Flagged => t::why_flagged(l),
        Why::TotalTooSmall => t::why_total_too_small(l),
        Why::NotLateEnough => t::why_not_late_enough(l),
        Why::NatureNotAllowed => t::why_nature_not_allowed(l),
        Why::BillNotFree => t::why_bill_not_free(l),
        Why::NoBand => t::why_no_band(l),
        Why::DownPaymentLimits => t::why_down_payment_limits(l),
        Why::Count => t::why_count(l),
        Why::InstallmentTooSmall => t::why_installment_too_small(l),
        Why::Day => t::why_day(l),
    }
}

fn against(l: Locale, against: promises::Against) -> &'static str {
    match against {
        promises::Against::TooFar => t::why_too_far(l),
        promises::Against::TooLittle => t::why_too_little(l),
        promises::Against::NotKept => t::why_not_kept(l),
    }
}

/// Count and sum of each line, by what holds and by the draft.
fn compared(l: Locale, caption: &'static str, lines: Vec<(&'static str, [(usize, domain::money::Money); 2])>) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(t::column_outcome(l)),
        Column::amount(t::column_now(l)),
        Column::amount(t::column_now_sum(l)),
        Column::amount(t::column_draft(l)),
        Column::amount(t::column_draft_sum(l)),
    ];
    let rows = lines
        .into_iter()
        .map(|(words, [now, draft])| {
            let sum = |money| view! { <MoneyText amount=amount(l, money)/> }.into_any();
            vec![words.into_any(), now.0.to_string().into_any(), sum(now.1), draft.0.to_string().into_any(), sum(draft.1)]
        })
        .collect();
    view! { <DataTable caption columns rows/> }
}

/// How often each reason, by what holds and by the draft; nothing where there is none.
fn reasons(l: Locale, lines: Vec<(&'static str, [usize; 2])>) -> Option<impl IntoView + use<>> {
    let columns = vec![Column::new(t::why_table(l)), Column::amount(t::column_now(l)), Column::amount(t::column_draft(l))];
    let rows: Vec<Vec<AnyView>> = lines
        .into_iter()
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
        .map(|(words, [now, draft])| vec![words.into_any(), now.to_string().into_any(), draft.to_string().into_any()])
        .collect();
    (!rows.is_empty()).then(|| view! { <DataTable caption=t::why_table(l) columns rows/> })
}

fn sums(l: Locale, now: &plans::Sums, draft: &plans::Sums) -> Vec<(&'static str, [(usize, domain::money::Money); 2])> {
    Outcome::ALL.iter().map(|one| (outcome(l, *one), [now.of(*one), draft.of(*one)])).collect()
}

fn whys(l: Locale, now: &plans::Sums, draft: &plans::Sums) -> Vec<(&'static str, [usize; 2])> {
    let of = |sums: &plans::Sums, one: &Why| sums.why.get(one).copied().unwrap_or_default();
    Why::ALL.iter().map(|one| (why(l, *one), [of(now, one), of(draft, one)])).collect()
}

fn of_plans(l: Locale, staff: &Staff, days: u32, file: &str, preview: &plans::Preview) -> AnyView {
    let count = |sums: &plans::Sums, one| sums.of(one).0;
    let [at_once, person, refused] = [Outcome::AtOnce, Outcome::ByAPerson, Outcome::Refused].map(|one| count(&preview.draft, one));
    let then = t::plans_sentence(l, at_once, preview.requests, days, person, refused);
    let [at_once, person, refused] = [Outcome::AtOnce, Outcome::ByAPerson, Outcome::Refused].map(|one| count(&preview.now, one));
    let sentence = format!("{then} {}", t::plans_now(l, at_once, person, refused));
    let requests = if preview.requests == 0 {
        view! { <p>{t::none_asked(l)}</p> }.into_any()
    } else {
        let mut lines = sums(l, &preview.now, &preview.draft);
        let plans = |sums: &plans::Sums| (count(sums, Outcome::AtOnce) + count(sums, Outcome::ByAPerson), sums.discount);
        lines.push((t::discount_total(l), [plans(&preview.now), plans(&preview.draft)]));
        let (table, why) = (compared(l, t::requests_table(l), lines), reasons(l, whys(l, &preview.now, &preview.draft)));
        let capped = preview.capped.then(|| view! { <Notice title=t::capped(l)/> });
        view! { <p>{sentence}</p>{capped}{table}{why}<p class="small soft">{t::plans_basis(l)}</p> }.into_any()
    };
    let room = |sums: &plans::Sums| {
        let (at_once, person) = (sums.of(Outcome::AtOnce), sums.of(Outcome::ByAPerson));
        (at_once.0 + person.0, texts::money(l, at_once.1 + person.1))
    };
    let ((now, now_sum), (draft, draft_sum)) = (room(&preview.late_now), room(&preview.late_draft));
    let late = t::late_sentence(l, preview.customers, draft, draft_sum, now, now_sum);
    let late_table = compared(l, t::late_table(l), sums(l, &preview.late_now, &preview.late_draft));
    let late_why = reasons(l, whys(l, &preview.late_now, &preview.late_draft));
    let late_capped = preview.customers_capped.then(|| view! { <Notice title=t::late_capped(l)/> });
    let rows = preview.changed.iter().take(previews::SHOWN).map(|case| {
        let protocol = case.protocol.to_string();
        // Whoever keeps the installation has no business in requests.
        let protocol = if staff.role() == Role::Administrator {
            protocol.into_any()
        } else {
            view! { <a href=paths::staff_request(&case.protocol.digits())>{protocol}</a> }.into_any()
        };
        vec![
            protocol,
            texts::date(l, case.on).into_any(),
            view! { <MoneyText amount=amount(l, case.owed)/> }.into_any(),
            said(l, &case.now).into_any(),
            after(l, &case.now, &case.draft).into_any(),
        ]
    });
    let columns = vec![
        Column::new(t::column_protocol(l)),
        Column::new(t::column_day(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_before(l)),
        Column::new(t::column_after(l)),
    ];
    let cases = cases(l, preview.changed.len(), columns, rows.collect(), file);
    view! {
        {requests}
        {cases}
        <h3>{t::late_table(l)}</h3>
        <p>{late}</p>
        {late_capped}
        {late_table}
        {late_why}
        <p class="small soft">{t::late_basis(l)}</p>
    }
    .into_any()
}

fn of_promises(l: Locale, days: u32, file: &str, preview: &promises::Preview) -> AnyView {
    if preview.promises == 0 {
        return view! { <p>{t::none_asked(l)}</p> }.into_any();
    }
    let sentence = t::promises_sentence(l, preview.promises, days, preview.now.refused.0, preview.draft.refused.0);
    let lines =
        vec![(t::taken(l), [preview.now.taken, preview.draft.taken]), (t::not_taken(l), [preview.now.refused, preview.draft.refused])];
    let of = |sums: &promises::Sums, one| sums.why.get(&one).copied().unwrap_or_default();
    let why = promises::Against::ALL.map(|one| (against(l, one), [of(&preview.now, one), of(&preview.draft, one)])).to_vec();
    let (table, why) = (compared(l, t::promises_table(l), lines), reasons(l, why));
    let capped = preview.capped.then(|| view! { <Notice title=t::capped(l)/> });
    let rows = preview.changed.iter().take(previews::SHOWN).map(|case| {
        vec![
            texts::date(l, case.made_on).into_any(),
            texts::date(l, case.on_day).into_any(),
            view! { <MoneyText amount=amount(l, case.amount)/> }.into_any(),
            promised(l, &case.now).into_any(),
            promised(l, &case.draft).into_any(),
        ]
    });
    let columns = vec![
        Column::new(t::column_day(l)),
        Column::new(t::column_day_promised(l)),
        Column::amount(t::column_amount(l)),
        Column::new(t::column_before(l)),
        Column::new(t::column_after(l)),
    ];
    let cases = cases(l, preview.changed.len(), columns, rows.collect(), file);
    view! { <p>{sentence}</p>{capped}{table}{why}<p class="small soft">{t::promises_basis(l)}</p>{cases} }.into_any()
}

/// The cases that change: the first of them, and where all are.
fn cases(l: Locale, count: usize, columns: Vec<Column>, rows: Vec<Vec<AnyView>>, file: &str) -> AnyView {
    if count == 0 {
        return view! { <p class="soft">{t::changed_none(l)}</p> }.into_any();
    }
    let shown = t::changed_count(l, count, rows.len());
    view! {
        <h3>{t::changed(l)}</h3>
        <p class="small soft">{shown}</p>
        <DataTable caption=t::changed(l) caption_hidden=true columns rows/>
        <p><ButtonLink href=file.to_owned() label=t::csv(l) kind=ButtonKind::Secondary icon=Icon::Download download=true/></p>
    }
    .into_any()
}

/// An outcome with its reasons.
fn said(l: Locale, said: &Said) -> String {
    let reasons: Vec<&str> = said.why.iter().map(|one| why(l, *one)).collect();
    if reasons.is_empty() { outcome(l, said.outcome).to_owned() } else { format!("{}: {}", outcome(l, said.outcome), reasons.join("; ")) }
}

/// The outcome by the draft; where only the amounts differ, that is said.
fn after(l: Locale, now: &Said, draft: &Said) -> String {
    let words = said(l, draft);
    if now.outcome == draft.outcome && now.why == draft.why { t::different_terms(l, words) } else { words }
}

fn promised(l: Locale, reasons: &[promises::Against]) -> String {
    if reasons.is_empty() { t::taken(l).to_owned() } else { reasons.iter().map(|one| against(l, *one)).collect::<Vec<_>>().join("; ") }
}

/// Every case that changes, as a table for a file; none where the policy has no preview.
pub(super) fn sheet(l: Locale, preview: &Preview) -> Option<Sheet> {
    let columns = |first: &str, second: &str| {
        [first, second, t::column_amount(l), t::column_before(l), t::column_after(l)].map(str::to_owned).to_vec()
    };
    match preview {
        Preview::Plans(preview) => Some(Sheet {
            name: t::changed(l).to_owned(),
            columns: columns(t::column_protocol(l), t::column_day(l)),
            rows: preview
                .changed
                .iter()
                .map(|case| {
                    vec![
                        Cell::Text(case.protocol.to_string()),
                        Cell::Day(case.on),
                        Cell::Cents(case.owed.as_cents()),
                        Cell::Text(said(l, &case.now)),
                        Cell::Text(after(l, &case.now, &case.draft)),
                    ]
                })
                .collect(),
        }),
        Preview::Promises(preview) => Some(Sheet {
            name: t::changed(l).to_owned(),
            columns: columns(t::column_day(l), t::column_day_promised(l)),
            rows: preview
                .changed
                .iter()
                .map(|case| {
                    vec![
                        Cell::Day(case.made_on),
                        Cell::Day(case.on_day),
                        Cell::Cents(case.amount.as_cents()),
                        Cell::Text(promised(l, &case.now)),
                        Cell::Text(promised(l, &case.draft)),
                    ]
                })
                .collect(),
        }),
        Preview::None => None,
    }
}
