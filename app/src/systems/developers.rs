//! How to speak with us, for programmers of the creditor's systems: drawn from the same document that programs read, so that it cannot say
//! something else. Needs no script.

use domain::webhooks::{TRIES, Topic};
use leptos::prelude::*;
use serde_json::Value;
use server::api::{self, OPERATIONS, Opens, Operation, What};
use server::texts::{self, Locale, api as told, systems as t};
use server::webhooks;

use crate::page::{Page, PageResult};
use crate::ui::layout::PageTitle;
use crate::ui::lists::{Pair, SummaryList};
use crate::ui::panels::{Card, Details};
use crate::ui::tables::{Column, DataTable};

/// The page.
pub(super) async fn developers(page: Page) -> PageResult {
    let l = page.l;
    let document = serde_json::to_value(api::document(l)).unwrap_or_default();
    let base = format!("{}{}", page.server.config.public_url, api::BASE);
    let json = format!("{}/openapi.json", api::BASE);
    let mut tags: Vec<&str> = Vec::new();
    for operation in OPERATIONS {
        if !tags.contains(&tag(operation)) {
            tags.push(tag(operation));
        }
    }
    let operations = tags
        .into_iter()
        .map(|one| {
            let all =
                OPERATIONS.iter().filter(|operation| tag(operation) == one).map(|operation| drawn(l, &document, operation)).collect_view();
            view! { <h3><code>{one}</code></h3><div>{all}</div> }
        })
        .collect_view();
    let problems = What::ALL
        .iter()
        .map(|what| {
            let key = format!("{} {}", what.status().as_u16(), what.as_str());
            view! { <div class="summary-row" id=what.as_str()><dt><code>{key}</code></dt><dd>{what.told(l)}</dd></div> }
        })
        .collect_view();
    let topics = Topic::ALL.iter().map(|topic| Pair::new(topic.as_str(), topic_told(l, *topic))).collect();
    Ok(page.public(t::developers_title(l), || {
        view! {
            <div class="flow">
                <PageTitle title=t::developers_title(l) lede=told::about(l)/>
                <p>{t::base(l)} " " <code>{base}</code> ". " <a href=json>{t::document_link(l)}</a></p>
                <h2>{t::begin_title(l)}</h2>
                <p>{told::about_keys(l)}</p>
                <p>{t::about_limits(l)}</p>
                <p>{told::about_idempotency(l)}</p>
                <h2>{t::operations_title(l)}</h2>
                {operations}
                <h2>{t::problems_title(l)}</h2>
                <p>{t::about_problems(l)}</p>
                <Card><dl class="summary">{problems}</dl></Card>
                <h2>{t::webhooks_title(l)}</h2>
                <p>{t::about_webhooks(l, i64::from(TRIES))}</p>
                <p>{t::about_signature(l)} " " <code>{format!("{}: t=…,v1=HMAC-SHA256(t.body)", webhooks::SIGNATURE)}</code></p>
                <p>{t::about_delivery(l)} " " <code>{webhooks::DELIVERY}</code></p>
                <Card><SummaryList pairs=topics/></Card>
            </div>
        }
    }))
}

fn tag(operation: &Operation) -> &'static str {
    match operation.path.split('/').nth(1) {
        Some("key" | "openapi.json") | None => "api",
        Some(first) => first,
    }
}

fn topic_told(l: Locale, topic: Topic) -> &'static str {
    match topic {
        Topic::RequestOpened => t::request_opened(l),
        Topic::RequestDecided => t::request_decided(l),
        Topic::RequestClosed => t::request_closed(l),
        Topic::PaymentPosted => t::payment_posted(l),
        Topic::BillSettled => t::bill_settled(l),
        Topic::AgreementEffective => t::agreement_effective(l),
        Topic::AgreementEnded => t::agreement_ended(l),
        Topic::WriteOffApproved => t::write_off_approved(l),
        Topic::WriteOffReversed => t::write_off_reversed(l),
    }
}

/// One operation, opened when asked for.
fn drawn(l: Locale, document: &Value, operation: &Operation) -> AnyView {
    let said = &document["paths"][operation.path][operation.method.to_lowercase()];
    let scope = match operation.opens {
        Opens::Everybody => t::for_everybody(l).to_owned(),
        Opens::AnyKey => t::for_any_key(l).to_owned(),
        Opens::Scoped(scope) => told::needs_scope(l, scope.as_str()),
    };
    let params: Vec<(String, Value, bool)> = said["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|param| (text(&param["name"]), param["schema"].clone(), param["required"] == true))
        .collect();
    let body = said["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    let fields = body.map(|(media_type, content)| (media_type.clone(), fields(document, &content["schema"])));
    let statuses: Vec<&str> = said["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str()).collect();
    let summary = format!("{} {} · {}", operation.method, operation.path, (operation.told)(l));
    let answers = t::answers(l, statuses.join(", "));
    view! {
        <Details summary>
            <p>{scope}</p>
            {(!params.is_empty()).then(|| table(l, t::parameters(l).to_owned(), params))}
            {fields.map(|(media_type, fields)| table(l, t::body(l, media_type), fields))}
            <p class="small soft">{answers}</p>
        </Details>
    }
    .into_any()
}

/// The fields of an object; of a batch, those of its items.
fn fields(document: &Value, schema: &Value) -> Vec<(String, Value, bool)> {
    let mut schema = resolved(document, schema);
    if !schema["properties"]["items"]["items"].is_null() {
        schema = resolved(document, &schema["properties"]["items"]["items"]);
    }
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.clone(), resolved(document, field), required(name)))
        .collect()
}

fn resolved(document: &Value, schema: &Value) -> Value {
    let reference = schema["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    reference.unwrap_or(schema).clone()
}

fn table(l: Locale, caption: String, fields: Vec<(String, Value, bool)>) -> impl IntoView {
    let columns = [t::column_field(l), t::column_type(l), t::column_required(l)].map(Column::new);
    let rows = fields.into_iter().map(|(name, schema, required)| {
        let required = if required { texts::frame::yes(l) } else { texts::frame::no(l) };
        vec![
            view! { <code class="nowrap">{name}</code> }.into_any(),
            view! { <code>{kind(&schema)}</code> }.into_any(),
            required.into_any(),
        ]
    });
    view! { <DataTable caption columns=columns.into() rows=rows.collect()/> }
}

/// A type in the document's own words.
fn kind(schema: &Value) -> String {
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        kind => text(kind),
    };
    let mut said = vec![kinds];
    if let Some(words) = schema["enum"].as_array() {
        said.push(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "));
    }
    for (name, mark) in [("format", ""), ("pattern", ""), ("minimum", "≥ "), ("maximum", "≤ "), ("maxLength", "≤ ")] {
        match &schema[name] {
            // One that only keeps control characters out says nothing to a reader.
            Value::String(text) if text.contains("\\x00") => {}
            Value::String(text) => said.push(format!("{mark}{text}")),
            Value::Number(number) => said.push(format!("{mark}{number}")),
            _ => {}
        }
    }
    said.join(", ")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
