//! The steps that can be taken with a request, each with its own form; those that cannot stay, with the reason.

use domain::refunds::Way;
use domain::requests::queue::Area;
use domain::requests::replies::TELLING;
use domain::requests::{Action, Kind, Status};
use leptos::prelude::*;
use server::requests::Detail;
use server::requests::desk::{Button as Step, StaffView};
use server::texts::{self, Locale, replies as t};

use server::requests::queue::Colleague;

use super::api::{self, Decided};
use super::bar;
use super::replies::name_of;
use super::replies_api::{self, About};
use crate::page::Page;
use crate::ui::actions::{Actions, Button, ButtonKind};
use crate::ui::forms::{Field, Hidden, Kind as Input, PostForm, Select, TextArea, Width};
use crate::ui::panels::{Card, Details};
use crate::ui::{Str, Words};
use crate::wording;

/// The panel. The most likely step that can be taken leads; the others open when asked for.
pub(super) fn panel(page: &Page, view: &StaffView, colleagues: &[Colleague]) -> impl IntoView + use<> {
    let l = page.l;
    const LEADING: [Action; 4] = [Action::Claim, Action::Approve, Action::Finish, Action::Prepare];
    let enabled = |action: Action| view.buttons.iter().any(|step| step.action == action && step.disabled.is_none());
    let leading = LEADING.into_iter().find(|action| enabled(*action));
    let mut steps: Vec<Step> = view.buttons.clone();
    // What leads stands first, what is only a remark last.
    steps.sort_by_key(|step| (Some(step.action) != leading, step.action == Action::Note));
    let steps = steps.iter().map(|step| one(page, view, colleagues, step, leading == Some(step.action))).collect_view();
    let closed = (!view.request.status.is_open()).then(|| view! { <p>{texts::desk::over(l)}</p> });
    let reads = (view.request.status.is_open() && view.buttons.iter().all(|step| step.action == Action::Note))
        .then(|| view! { <p class="soft">{texts::desk::only_notes(l)}</p> });
    view! { <Card title=texts::desk::decide(l)>{closed}{reads}{steps}</Card> }
}

fn one(page: &Page, view: &StaffView, colleagues: &[Colleague], step: &Step, leads: bool) -> Option<AnyView> {
    let l = page.l;
    let label = wording::action(l, step.action);
    if let Some(refused) = step.disabled {
        let disabled_reason = wording::refused_step(l, refused);
        return Some(view! { <div><Button label kind=ButtonKind::Secondary disabled_reason/></div> }.into_any());
    }
    let action = api::url(step.action)?;
    let protocol = view.request.protocol.digits();
    let kind = match step.action {
        _ if leads => ButtonKind::Primary,
        Action::Refuse => ButtonKind::Danger,
        _ => ButtonKind::Secondary,
    };
    let about = about(l, view, step.action);
    if matches!(step.action, Action::Claim | Action::Release) {
        let form = view! {
            <PostForm action>
                <Hidden name="protocol" value=protocol/>
                <Button label kind/>
            </PostForm>
        };
        return Some(form.into_any());
    }
    if step.action == Action::Assign {
        let error = page.error("to");
        let open = error.is_some();
        let people = bar::people(l, colleagues);
        let form = view! {
            <Details summary=label open>
                <PostForm action>
                    <Hidden name="protocol" value=protocol/>
                    <Select id="form[to]" name="to" label=texts::desk::batch_to(l) options=people error/>
                    <Actions><Button label kind/></Actions>
                </PostForm>
            </Details>
        };
        return Some(form.into_any());
    }
    let failed = page.form::<Decided>();
    let failed = (failed.action == Some(step.action)).then_some(failed);
    let open = leads || failed.is_some();
    let about_reply = failed.as_ref().and_then(|failed| failed.about.clone()).map(|about| about_words(l, about));
    let reply = reply(page, view, step.action, failed.is_some());
    let (form, errors) = match failed {
        Some(Decided { form, .. }) => (form, ["told", "internal", "amount", "area"].map(|field| page.error(field))),
        None => Default::default(),
    };
    let [told_error, internal_error, amount_error, area_error] = errors;
    // The form that was refused has the plain ids, so that the summary at the top leads to its fields.
    let refused = [&told_error, &internal_error, &amount_error, &area_error].iter().any(|error| error.is_some());
    let id = |field: &str| -> Str { if refused { format!("form[{field}]").into() } else { format!("{}-{field}", step.action).into() } };
    let (told_id, internal_id, amount_id) = (id("told"), id("internal"), id("amount"));
    let grants = view.request.kind == Kind::Dispute
        && (step.action == Action::Prepare || step.action == Action::Approve && view.request.status == Status::InReview);
    let amount = if form.amount.is_empty() { proposed(view) } else { form.amount };
    let amount = grants.then(|| {
        view! {
            <Field
                id=amount_id name="form[amount]" label=texts::desk::granted(l) hint=texts::desk::granted_hint(l)
                value=amount error=amount_error kind=Input::Money width=Width::Ten prefix="R$"
            />
        }
    });
    let refers = step.action == Action::Refer;
    let (area_id, areas) = (id("area"), areas(l, view.area));
    let area = refers.then(|| {
        view! { <Select id=area_id name="form[area]" label=texts::desk::refer_to(l) options=areas selected=form.area error=area_error/> }
    });
    let (told_label, told_hint) = told(l, view.request.kind, step.action);
    let tells = step.action != Action::Prepare && step.action != Action::SendBack;
    let told = tells.then(|| {
        view! { <TextArea id=told_id name="form[told]" label=told_label hint=told_hint value=form.told error=told_error rows=3/> }
    });
    let words = button(l, step.action);
    let form = view! {
        <Details summary=label open>
            {about.map(|about| view! { <p class="small soft">{about}</p> })}
            <PostForm action>
                <Hidden name="protocol" value=protocol/>
                {amount}
                {area}
                {reply}
                {about_reply}
                {told}
                <TextArea
                    id=internal_id name="form[internal]" label=texts::desk::internal(l) hint=texts::desk::internal_hint(l)
                    value=form.internal error=internal_error rows=2
                />
                <Actions><Button label=words kind/></Actions>
            </PostForm>
        </Details>
    };
    Some(form.into_any())
}

/// The ready answers that fit, to be filled in where the customer's words are typed.
fn reply(page: &Page, view: &StaffView, action: Action, failed: bool) -> Option<impl IntoView + use<>> {
    let l = page.l;
    if !TELLING.contains(&action) {
        return None;
    }
    let fitting: Vec<_> = view.replies.iter().filter(|reply| reply.fits(view.request.kind, action)).collect();
    let first = ("".into(), texts::rules_staff::choose(l).into());
    let options: Vec<(Str, Words)> =
        std::iter::once(first).chain(fitting.iter().map(|reply| (reply.id.to_string().into(), reply.title.clone().into()))).collect();
    let error = page.error("reply").filter(|_| failed);
    let id = if error.is_some() { "reply".to_owned() } else { format!("{action}-reply") };
    (!fitting.is_empty()).then(|| {
        view! {
            <Hidden name="action" value=action.as_str()/>
            <div class="pick-reply">
                <Select id name="reply" label=t::pick(l) hint=t::pick_hint(l) options error/>
                <Button label=t::use_it(l) kind=ButtonKind::Secondary action=replies_api::fill_url() about=wording::action(l, action)/>
            </div>
        }
    })
}

/// What whoever answers has to know of words in a language that may not be theirs.
fn about_words(l: Locale, about: About) -> impl IntoView {
    let language = about.customers.map(|locale| t::in_language(l, name_of(locale)));
    let wanting = about.customers.filter(|_| about.wanting).map(|locale| t::no_words(l, name_of(locale)));
    let own = about.own.map(|own| view! { <Details summary=t::same_in_own(l)><p class="message">{own}</p></Details> });
    let words = wanting.or(language);
    (words.is_some() || own.is_some()).then(|| view! { <div class="small">{words.map(|words| view! { <p>{words}</p> })}{own}</div> })
}

/// The parts of the house but the one that has it.
fn areas(l: Locale, now: Area) -> Vec<(Str, Words)> {
    let others = Area::ALL.iter().filter(|area| **area != now);
    let first = ("".into(), texts::rules_staff::choose(l).into());
    std::iter::once(first).chain(others.map(|area| (area.as_str().into(), wording::area(l, *area).into()))).collect()
}

/// What a dispute was granted so far, or all that is disputed.
fn proposed(view: &StaffView) -> String {
    match view.request.detail {
        Detail::Dispute { granted: Some(granted), .. } => granted.to_string(),
        _ => view.request.amount.to_string(),
    }
}

/// The label and hint of what the customer reads.
fn told(l: Locale, kind: Kind, action: Action) -> (&'static str, &'static str) {
    use texts::desk as t;
    match (action, kind) {
        (Action::Refuse, _) => (t::told_refuse(l), t::told_refuse_hint(l)),
        (Action::Refer, _) => (t::told_refer(l), t::told_refer_hint(l)),
        (Action::AskMore, _) => (t::told_ask_more(l), t::told_ask_more_hint(l)),
        (Action::Finish, Kind::Question) => (t::told_answer(l), t::told_answer_hint(l)),
        _ => (t::told(l), t::told_hint(l)),
    }
}

/// What the button says: its act in full.
fn button(l: Locale, action: Action) -> &'static str {
    use texts::desk as t;
    match action {
        Action::AskMore => t::do_ask_more(l),
        Action::Refer => t::do_refer(l),
        Action::Prepare => t::do_prepare(l),
        Action::Approve => t::do_approve(l),
        Action::SendBack => t::do_send_back(l),
        Action::Refuse => t::do_refuse(l),
        Action::Finish => t::do_finish(l),
        Action::Note => t::do_note(l),
        Action::Claim
        | Action::Release
        | Action::Assign
        | Action::Answer
        | Action::Withdraw
        | Action::Fail
        | Action::Warn
        | Action::Escalate
        | Action::Remind => wording::action(l, action),
    }
}

/// What a step leads to, where that is not plain.
fn about(l: Locale, view: &StaffView, action: Action) -> Option<&'static str> {
    use texts::desk as t;
    match (action, view.request.kind) {
        (Action::Prepare, _) if view.four_eyes => Some(t::about_prepare(l)),
        (Action::Approve, Kind::Receipt) => Some(t::about_approve_receipt(l)),
        (Action::Approve, Kind::Refund) if matches!(view.request.detail, Detail::Refund { way: Way::Origin, .. }) => {
            Some(t::about_approve_origin(l))
        }
        (Action::Approve, Kind::Refund) => Some(t::about_approve_refund(l)),
        (Action::Approve, Kind::Plan) => Some(t::about_approve_plan(l)),
        (Action::Approve, Kind::Dispute) => Some(t::about_approve_dispute(l)),
        (Action::Approve, Kind::Slip) => Some(t::about_approve_slip(l)),
        (Action::Finish, Kind::Refund) => Some(t::about_finish_refund(l)),
        _ => None,
    }
}
