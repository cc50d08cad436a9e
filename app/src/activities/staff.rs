//! What was done to reach one customer: the newest on their page, and a page on which more is written down.

use axum::extract::Path;
use domain::activities::{ActivityForm, Channel, Kind, Outcome};
use domain::agreements::Reason;
use domain::ids::CustomerId;
use leptos::prelude::*;
use server::activities::{self, Activity};
use server::error::Error;
use server::texts::{self, Locale, activities as t};

use super::api;
use crate::agreements::reason_words;
use crate::page::{Page, PageResult, StaffRoom};
use crate::paths;
use crate::ui::actions::{BackLink, Button};
use crate::ui::forms::{Choice, ChoiceStyle, Field, Hidden, Kind as Control, PostForm, Radios, Select, TextArea, Width};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Row, Rows};
use crate::ui::panels::{Card, Notice};
use crate::ui::{Str, Tone, Words};
use crate::visitor::AsStaff;

/// How many stand on the customer's own page.
const ON_THE_PAGE: usize = 5;

pub(crate) fn outcome(l: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Spoke => t::outcome_spoke(l),
        Outcome::Promised => t::outcome_promised(l),
        Outcome::Refused => t::outcome_refused(l),
        Outcome::ThirdPerson => t::outcome_third_person(l),
        Outcome::MessageLeft => t::outcome_message_left(l),
        Outcome::NoAnswer => t::outcome_no_answer(l),
        Outcome::WrongContact => t::outcome_wrong_contact(l),
        Outcome::Returned => t::outcome_returned(l),
        Outcome::ClaimedPaid => t::outcome_claimed_paid(l),
    }
}

fn channel(l: Locale, channel: Channel) -> &'static str {
    match channel {
        Channel::Phone => t::channel_phone(l),
        Channel::Message => t::channel_message(l),
        Channel::Email => t::channel_email(l),
        Channel::Post => t::channel_post(l),
        Channel::InPerson => t::channel_in_person(l),
    }
}

fn kind(l: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Outgoing => t::kind_outgoing(l),
        Kind::Incoming => t::kind_incoming(l),
    }
}

/// The newest, on the customer's page.
pub(crate) fn card(page: &Page, customer: CustomerId, activities: &[Activity]) -> impl IntoView + use<> {
    let l = page.l;
    let link = (Str::from(paths::activities(customer)), Words::from(t::write_link(l)));
    let body = list(page, activities.get(..ON_THE_PAGE).unwrap_or(activities));
    view! { <Card title=t::card(l) link>{body}</Card> }
}

fn list(page: &Page, activities: &[Activity]) -> AnyView {
    if activities.is_empty() {
        return view! { <p class="soft">{t::none(page.l)}</p> }.into_any();
    }
    let rows = activities.iter().map(|one| row(page, one)).collect_view();
    view! { <Rows>{rows}</Rows> }.into_any()
}

fn row(page: &Page, one: &Activity) -> AnyView {
    let l = page.l;
    let at = texts::date_time(l, page.server.clock.local(one.at));
    let meta = format!("{at} · {} · {} · {}", kind(l, one.kind), channel(l, one.channel), one.by);
    let reason = one.reason().map(|reason| t::reason_about(l, reason_words(l, reason)));
    let next = one.next_on.map(|on| t::next_about(l, texts::date(l, on)));
    let about: Vec<String> = reason.into_iter().chain(next).collect();
    let note = one.note.clone();
    view! {
        <Row title=outcome(l, one.outcome) meta>
            {note.map(|note| view! { <p class="prose">{note}</p> })}
            {(!about.is_empty()).then(|| view! { <p class="small soft">{about.join(" ")}</p> })}
        </Row>
    }
    .into_any()
}

/// The page.
pub(super) async fn activities(page: Page, AsStaff(staff): AsStaff, Path(customer): Path<String>) -> PageResult {
    let l = page.l;
    let customer: CustomerId = customer.parse().map_err(|_| Error::NotFound)?;
    let contacted = activities::see(&page.server, &staff, customer).await?;
    let mut form: ActivityForm = page.form();
    if form.submission.is_empty() {
        form.submission = page.server.id::<uuid::Uuid>().to_string();
    }
    let warning = contacted.by_post.then(|| view! { <Notice tone=Tone::Attention title=t::by_post(l)/> });
    let (summary, write, done) = (page.summary(), write(&page, customer, form), list(&page, &contacted.activities));
    let title = format!("{} · {}", t::title(l), contacted.name);
    let name = contacted.name;
    Ok(page.staff(&staff, StaffRoom::Customers, &title, || {
        view! {
            {summary}
            <BackLink href=paths::staff_customer(customer) label=name/>
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            {warning}
            <div class="columns columns-even">
                {write}
                <Card title=t::card(l)>{done}</Card>
            </div>
        }
    }))
}

fn write(page: &Page, customer: CustomerId, form: ActivityForm) -> impl IntoView + use<> {
    let l = page.l;
    let error = |field: &str| page.error(field);
    let kinds = Kind::ALL.iter().map(|one| Choice::new(one.as_str(), kind(l, *one))).collect();
    let channels = Channel::ALL.iter().map(|one| Choice::new(one.as_str(), channel(l, *one))).collect();
    let outcomes = Outcome::ALL.iter().map(|one| Choice::new(one.as_str(), outcome(l, *one))).collect();
    let reasons = std::iter::once((Str::default(), Words::from(t::reason_none(l))))
        .chain(
            Reason::ALL
                .iter()
                .filter(|one| **one != Reason::NotSaid)
                .map(|one| (Str::from(one.as_str()), Words::from(reason_words(l, *one)))),
        )
        .collect();
    let (kind_error, channel_error, outcome_error) = (error("kind"), error("channel"), error("outcome"));
    let (reason_error, note_error, next_error) = (error("reason"), error("note"), error("next_on"));
    let selected = if form.kind.is_empty() { Kind::Outgoing.as_str().to_owned() } else { form.kind };
    view! {
        <Card title=t::write(l)>
            <PostForm action=api::write_url()>
                <Hidden name="customer" value=customer.to_string()/>
                <Hidden name="form[submission]" value=form.submission/>
                <Radios name="form[kind]" legend=t::kind(l) choices=kinds selected error=kind_error/>
                <Radios name="form[channel]" legend=t::channel(l) style=ChoiceStyle::Inline choices=channels selected=form.channel error=channel_error/>
                <Radios name="form[outcome]" legend=t::outcome(l) choices=outcomes selected=form.outcome error=outcome_error/>
                <Select name="form[reason]" label=t::reason(l) hint=t::reason_hint(l) options=reasons selected=form.reason error=reason_error/>
                <TextArea name="form[note]" label=t::note(l) value=form.note rows=3 error=note_error/>
                <Field
                    name="form[next_on]" label=t::next_on(l) hint=t::next_hint(l) kind=Control::Date width=Width::Ten value=form.next_on error=next_error
                />
                <Button label=t::do_write(l)/>
            </PostForm>
        </Card>
    }
}
