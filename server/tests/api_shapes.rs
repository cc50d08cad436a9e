//! Every operation fed with what its own schema does not allow, and with nonsense: always a problem of the sender's, never of ours, and
//! nothing written. The shapes come from the document, so that an operation that is added is fed as well.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use server::api;
use server::testing::TestServer;
use server::texts::Locale;

use crate::api::{Called, answer, the_three};

/// Bodies of wrong shapes for each operation.
const EACH: usize = 60;

/// Any JSON at all, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "\\PC{0,300}".prop_map(Value::from),
        prop_oneof![Just("\u{0}"), Just("1'; drop table bills; --"), Just("../../etc/passwd"), Just("=1+1"), Just("31/12/2026")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z_/~]{0,12}", inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// An object that is nearly right: of the fields of a schema some are missing, some are something else, and there may be more.
fn nearly(document: &Value, schema: &Value) -> BoxedStrategy<Value> {
    let schema = resolved(document, schema);
    let fields: Vec<(String, Value)> = schema["properties"].as_object().cloned().unwrap_or_default().into_iter().collect();
    if fields.is_empty() {
        return any_json().boxed();
    }
    let document = document.clone();
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, field)| {
            let right = right(&document, &field);
            (Just(name), prop_oneof![4 => right.prop_map(Some), 1 => any_json().prop_map(Some), 1 => Just(None)])
        })
        .collect();
    let more = prop::option::weighted(0.2, ("[a-z_]{1,12}", any_json()));
    (fields, more)
        .prop_map(|(fields, more)| {
            let mut object: Map<String, Value> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            object.extend(more);
            Value::Object(object)
        })
        .boxed()
}

fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    }
}

/// What a schema allows.
fn right(document: &Value, schema: &Value) -> BoxedStrategy<Value> {
    let schema = resolved(document, schema);
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]).as_str().unwrap_or("string").to_owned();
    if let Some(words) = schema["enum"].as_array() {
        return prop::sample::select(words.clone()).boxed();
    }
    match (kind.as_str(), schema["format"].as_str(), schema["pattern"].as_str()) {
        ("integer", ..) => (0..1_000_000_i64).prop_map(Value::from).boxed(),
        ("array", ..) => prop::collection::vec(right(document, &schema["items"]), 0..3).prop_map(Value::from).boxed(),
        ("object", ..) => nearly(document, &schema),
        (_, Some("date"), _) => "20[2-3][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9])".prop_map(Value::from).boxed(),
        (_, None, Some(pattern)) if !pattern.contains("x00") => {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            proptest::string::string_regex(pattern).unwrap().prop_map(Value::from).boxed()
        }
        _ => prop_oneof!["[A-Z][0-9]{1,3}", "\\PC{1,40}", Just("C1".to_owned()), Just("K1".to_owned()), Just("B1".to_owned())]
            .prop_map(Value::from)
            .boxed(),
    }
}

/// What is in the tables that the API writes.
async fn written(t: &TestServer) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["customers", "contracts", "bills", "entries", "slips", "payments", "documents", "webhook_endpoints", "imports"] {
        counts.push(t.count(table).await);
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_breaks_an_operation() {
    let t = TestServer::sqlite().await;
    // Feeding all of them is more than one key's share of a minute.
    let mut config = (*t.config).clone();
    config.throttle = 1_000;
    let server = server::Server { config: std::sync::Arc::new(config), ..(*t).clone() };
    let called = Called::all(&server).await;
    the_three(&called).await;
    let document = serde_json::to_value(api::document(Locale::En)).unwrap();
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for operation in api::OPERATIONS {
        let said = &document["paths"][operation.path][operation.method.to_lowercase()];
        let method: Method = operation.method.parse().unwrap();
        let address = operation
            .path
            .replace("{external_id}", "X1")
            .replace("{protocol}", "36346120261121000042")
            .replace("{id}", &uuid::Uuid::now_v7().to_string());
        let schema = &said["requestBody"]["content"]["application/json"]["schema"];
        let bodies = nearly(&document, schema);
        for _ in 0..EACH {
            let body = bodies.new_tree(&mut runner).unwrap().current();
            let before = written(&t).await;
            let (status, answered) = answer(called.request(method.clone(), &address).json(&body)).await;
            assert!(status.as_u16() < 500, "{} {body}: {answered}", operation.id);
            let declared = !said["responses"][status.as_u16().to_string()].is_null();
            assert!(declared, "{} answers {status}, which the document does not say: {body}", operation.id);
            let refused = status.is_client_error()
                || answered["results"].as_array().is_some_and(|all| all.iter().all(|one| one["outcome"] == "refused"));
            if refused {
                assert_eq!(written(&t).await, before, "{} refused {body} and wrote", operation.id);
            }
        }
        // Parameters that nobody knows, and values that none of them has.
        for param in said["parameters"].as_array().cloned().unwrap_or_default().iter().filter(|param| param["in"] == "query") {
            let name = param["name"].as_str().unwrap();
            for value in
                ["", "%00", "%ff", "-1", "x'y", "99999999999999999999", "9999-99-99", "2026-11-22T25:00:00Z", "+262000-01-01T00:00:00Z"]
            {
                let (status, _) = answer(called.request(method.clone(), &format!("{address}?{name}={value}"))).await;
                assert!(
                    status == StatusCode::UNPROCESSABLE_ENTITY
                        || status == StatusCode::BAD_REQUEST
                        || (name == "customer" && status == StatusCode::OK),
                    "{address}?{name}={value}: {status}"
                );
            }
        }
    }
    t.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_breaks_an_operation() {
    let t = TestServer::sqlite().await;
    let mut config = (*t.config).clone();
    config.throttle = 1_000;
    let server = server::Server { config: std::sync::Arc::new(config), ..(*t).clone() };
    let called = Called::all(&server).await;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let parts =
        prop::collection::vec(any::<u8>(), 1..40).prop_map(|bytes| bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>());
    for operation in api::OPERATIONS.iter().filter(|operation| operation.path.contains('{')) {
        for _ in 0..20 {
            let part = parts.new_tree(&mut runner).unwrap().current();
            let address = operation.path.replace("{external_id}", &part).replace("{protocol}", &part).replace("{id}", &part);
            let (status, answered) = answer(called.request(operation.method.parse().unwrap(), &address).json(&json!({}))).await;
            assert!(status.is_client_error(), "{} {address}: {answered}", operation.id);
        }
    }
}
