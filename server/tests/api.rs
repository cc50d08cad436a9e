//! The API over HTTP, through its router, as a system of the creditor's meets it.

use std::collections::BTreeSet;

use domain::actors::Role;
use domain::api_keys::Scope;
use domain::money::Money;
use domain::requests::forms::{MessageForm, QuestionForm};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use server::api::{self, OPERATIONS, Opens};
use server::api_keys;
use server::error::Error;
use server::sessions::Hand;
use server::testing::TestServer;
use server::texts::Locale;
use server::{Server, audit, ledger, on_both_databases, sql};

use crate::receipts::{pdf, received};

/// An API that listens, and a key for it.
pub(crate) struct Called {
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) key: String,
}

pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

impl Called {
    pub(crate) async fn with(server: &Server, scopes: &[Scope]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = api::router(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let key = api_keys::create(server, "ERP", scopes).await.unwrap().key;
        Self { client: client(), base, key }
    }

    pub(crate) async fn all(server: &Server) -> Self {
        Self::with(server, Scope::ALL).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key).header("accept-language", "en")
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path).json(body)).await
    }
}

/// Status and body; whatever is no success must be a problem.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    let bytes = answer.bytes().await.unwrap();
    if !status.is_success() {
        assert_eq!(kind, "application/problem+json", "{status}");
        let problem: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(problem["status"], status.as_u16());
        assert!(problem["type"].as_str().unwrap().contains("/desenvolvedores#") && !problem["title"].as_str().unwrap().is_empty());
        return (status, problem);
    }
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

pub(crate) fn customer() -> Value {
    json!({ "tax_id": "529.982.247-25", "name": "João da Conceição", "email": "joao@example.org", "state": "PR", "postal_code": "80000-000" })
}

pub(crate) fn contract() -> Value {
    json!({ "customer": "C1", "number": "1001", "kind": "individual", "plan_name": "Plano Essencial", "starts_on": "2024-02-01", "fine_rate": "0.02", "monthly_interest": "0.01" })
}

pub(crate) fn bill(amount: i64) -> Value {
    json!({ "contract": "K1", "number": "FAT-1", "nature": "monthly", "competence": "2026-09", "issued_on": "2026-08-20", "due_on": "2026-09-10", "amount": amount })
}

/// A customer with a contract and a bill.
pub(crate) async fn the_three(called: &Called) {
    for (path, body) in [("/customers/C1", customer()), ("/contracts/K1", contract()), ("/bills/B1", bill(52_347))] {
        let (status, done) = called.put(path, &body).await;
        assert_eq!((status, &done["outcome"]), (StatusCode::CREATED, &json!("created")), "{path}: {done}");
    }
}

/// The body of a form with files, as RFC 7578 writes it.
fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../x.pdf\"\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

fn form(metadata: &Value, file: Vec<u8>) -> Vec<u8> {
    parts(&[("metadata", metadata.to_string().as_bytes()), ("file", &file)])
}

/// Pointer and code of each error.
fn errors(problem: &Value) -> Vec<(String, String)> {
    let text = |error: &Value, name: &str| error[name].as_str().map(str::to_owned);
    let place = |error: &Value| text(error, "pointer").or(text(error, "parameter")).or(text(error, "header")).unwrap();
    problem["errors"].as_array().unwrap().iter().map(|error| (place(error), text(error, "code").unwrap())).collect()
}

fn error(place: &str, code: &str) -> (String, String) {
    (place.to_owned(), code.to_owned())
}

async fn balance(t: &TestServer, external_id: &str) -> (i64, i64) {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (i64, i64): "select amount, balance from bills where external_id = $1", external_id).unwrap()
}

on_both_databases! {
    async fn a_key_is_shown_once_and_opens_until_it_is_revoked(t: TestServer) {
        let made = api_keys::create(&t, "ERP da matriz", &[Scope::BillsRead, Scope::CustomersRead, Scope::BillsRead]).await.unwrap();
        let key = api_keys::find(&t, &made.key).await.unwrap().unwrap();
        assert_eq!((key.name(), key.scopes()), ("ERP da matriz", &[Scope::CustomersRead, Scope::BillsRead][..]));
        assert!(key.may(Scope::BillsRead).is_ok() && matches!(key.may(Scope::BillsWrite), Err(Error::Forbidden)));
        for wrong in [made.key.replace("emdia_", "emdia-"), format!("{}0", made.key), made.key[..made.key.len() - 1].to_owned() + "g", String::new(), "emdia__".into()] {
            assert!(api_keys::find(&t, &wrong).await.unwrap().is_none(), "{wrong}");
        }
        let other = api_keys::create(&t, "Outro", &[Scope::BillsRead]).await.unwrap();
        let crossed = made.key.replace(&made.prefix, &other.prefix);
        assert!(api_keys::find(&t, &crossed).await.unwrap().is_none(), "a secret belongs to its prefix");

        let mut conn = t.db.read().await.unwrap();
        let rows = sql!(conn, all (String, String): "select secret_hash, scopes from api_keys").unwrap();
        let secret = made.key.rsplit('_').next().unwrap();
        assert!(rows.iter().all(|(hash, _)| !hash.contains(secret) && !secret.contains(hash.as_str())), "kept as a digest");
        drop(conn);

        let administrator = t.staff(Role::Administrator).await;
        let listed = api_keys::list(&t, Hand::Staff(&administrator)).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed[1].used_at.is_some() && listed[0].used_at.is_none());
        for role in [Role::Operator, Role::Receivables, Role::Supervisor, Role::Legal] {
            let staff = t.staff(role).await;
            assert!(matches!(api_keys::list(&t, Hand::Staff(&staff)).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(api_keys::revoke(&t, Hand::Staff(&staff), &made.prefix).await, Err(Error::Forbidden)), "{role}");
        }
        assert!(matches!(api_keys::revoke(&t, Hand::Terminal, "0000000000").await, Err(Error::NotFound)));
        api_keys::revoke(&t, Hand::Staff(&administrator), &made.prefix).await.unwrap();
        assert!(matches!(api_keys::revoke(&t, Hand::Terminal, &made.prefix).await, Err(Error::Overtaken(_))));
        assert!(api_keys::find(&t, &made.key).await.unwrap().is_none(), "revoked");
        assert!(api_keys::find(&t, &other.key).await.unwrap().is_some());
        assert!(api_keys::create(&t, " ", &[Scope::BillsRead]).await.is_err() && api_keys::create(&t, "x", &[]).await.is_err());
        t.is_whole().await;
    }

    async fn a_key_marks_its_use_once_a_minute(t: TestServer) {
        let made = api_keys::create(&t, "ERP", &[Scope::BillsRead]).await.unwrap();
        let used = async || api_keys::list(&t, Hand::Terminal).await.unwrap()[0].used_at.unwrap();
        api_keys::find(&t, &made.key).await.unwrap();
        let first = used().await;
        t.clock.advance(chrono::TimeDelta::seconds(30));
        api_keys::find(&t, &made.key).await.unwrap();
        assert_eq!(used().await, first);
        t.clock.advance(chrono::TimeDelta::seconds(31));
        api_keys::find(&t, &made.key).await.unwrap();
        assert!(used().await > first);
    }

    async fn whatever_goes_wrong_is_a_problem(t: TestServer) {
        let called = Called::with(&t, &[Scope::BillsWrite, Scope::BillsRead]).await;
        for path in ["/", "/nothing", "/bills/a/b", "/bills/B1", "/bills/%00", "/bills/%ff", "/bills/%20"] {
            assert_eq!(called.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let answered = called.request(Method::PATCH, "/bills").send().await.unwrap();
        assert_eq!(answered.status(), StatusCode::METHOD_NOT_ALLOWED);
        let allow = answered.headers()["allow"].to_str().unwrap().to_owned();
        assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");

        let without = called.client.get(format!("{}/bills", called.base)).send().await.unwrap();
        assert_eq!((without.status(), without.headers()["www-authenticate"].to_str().unwrap()), (StatusCode::UNAUTHORIZED, "Bearer"));
        for wrong in ["Bearer", "Bearer x", "Basic emdia_x", "bearer emdia_0000000000_00"] {
            let request = called.client.get(format!("{}/bills", called.base)).header("authorization", wrong);
            assert_eq!(answer(request).await.0, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        assert_eq!(called.put("/customers/C1", &customer()).await.0, StatusCode::FORBIDDEN);

        let put = || called.request(Method::PUT, "/bills/B1");
        assert_eq!(answer(put().body("{}")).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(answer(put().header("content-type", "text/json").body("{}")).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        for malformed in ["", "{", "{\"a\":1,\"a\":2}", "{} {}", "{'a':1}"] {
            let (status, _) = answer(put().header("content-type", "application/json; charset=utf-8").body(malformed)).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{malformed}");
        }
        let long = format!("{{\"contract\":\"{}\"}}", "x".repeat(1024 * 1024));
        assert_eq!(answer(put().header("content-type", "application/json").body(long)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        for (path, place, code) in [
            ("/bills?limt=5", "limt", "unknown_field"),
            ("/bills?limit=0", "limit", "wrong_type"),
            ("/bills?limit=201", "limit", "wrong_type"),
            ("/bills?limit=5&limit=6", "limit", "repeated_here"),
            ("/bills?cursor=x", "cursor", "not_a_cursor"),
            ("/bills?standing=paid", "standing", "not_one_of"),
            ("/bills?customer=", "customer", "missing"),
            ("/bills/B1?on=31/12/2026", "on", "not_a_date"),
        ] {
            let (status, problem) = called.get(path).await;
            assert_eq!((status, errors(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![error(place, code)]), "{path}");
        }
        assert_eq!(called.get("/bills?limit=%zz").await.0, StatusCode::BAD_REQUEST);
        assert_eq!(called.put("/bills/B1?x=1", &bill(1)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(t.count("bills").await, 0);
        // The language asked for.
        let told = async |tag: &str| {
            answer(called.client.get(format!("{}/nothing", called.base)).header("accept-language", tag)).await.1["title"].clone()
        };
        assert_ne!(told("pt-BR").await, told("ro").await);
    }

    async fn a_record_is_taken_as_an_import_takes_it(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        assert_eq!(balance(&t, "B1").await, (52_347, 52_347));
        let events = t.count("audit_events").await;
        let (status, done) = called.put("/bills/B1", &bill(52_347)).await;
        assert_eq!((status, done), (StatusCode::OK, json!({ "external_id": "B1", "outcome": "unchanged" })));
        assert_eq!(t.count("audit_events").await, events, "what is known leaves nothing behind");
        let (status, done) = called.put("/bills/B1", &bill(60_000)).await;
        assert_eq!((status, &done["outcome"]), (StatusCode::OK, &json!("updated")));
        assert_eq!(balance(&t, "B1").await, (60_000, 60_000));

        // A field left out stays, null empties it.
        let (_, before) = called.get("/customers/C1").await;
        assert_eq!((&before["email"], &before["tax_id"], &before["postal_code"]), (&json!("joao@example.org"), &json!("52998224725"), &json!("80000000")));
        let changed = json!({ "tax_id": "52998224725", "name": "João da Conceição", "email": null });
        assert_eq!(called.put("/customers/C1", &changed).await.1["outcome"], "updated");
        let (_, after) = called.get("/customers/C1").await;
        assert_eq!((&after["email"], &after["state"]), (&Value::Null, &json!("PR")));

        // Whose hand it was.
        let mut conn = t.db.read().await.unwrap();
        let actors = sql!(conn, all (String,): "select distinct actor_kind from audit_events where action in ('imports.run', 'customers.email_changed')").unwrap();
        assert_eq!(actors, [("key".to_owned(),)]);
        drop(conn);

        // What an import refuses is refused, with the field.
        for (path, body, place, code) in [
            ("/bills/B1", json!({ "contract": "K9", "number": "1", "nature": "monthly", "competence": "2026-09", "issued_on": "2026-08-20", "due_on": "2026-09-10", "amount": 1 }), "/contract", "unknown_contract"),
            ("/bills/B2", json!({ "contract": "K1", "number": "1", "nature": "monthly", "competence": "2026-09", "issued_on": "2026-08-20", "due_on": "2026-08-10", "amount": 1 }), "/due_on", "before"),
            ("/bills/B2", json!({ "contract": "K1", "number": "1", "nature": "monthly", "competence": "2026-09", "issued_on": "2026-08-20", "due_on": "2026-09-10", "amount": 0 }), "/amount", "not_positive"),
            ("/customers/C2", json!({ "tax_id": "52998224725", "name": "Outra" }), "/tax_id", "tax_id_taken"),
            ("/customers/C2", json!({ "tax_id": "52998224724", "name": "Outra" }), "/tax_id", "tax_id_check_digits"),
            ("/customers/C2", json!({ "tax_id": "12ABC34501DE35", "name": "Outra", "external_id": "C3" }), "/external_id", "unknown_field"),
            ("/contracts/K2", json!({ "customer": "C1", "number": "1", "kind": "individual", "plan_name": "x", "starts_on": "2024-01-01", "fine_rate": "0.1" }), "/fine_rate", "fine_above_cap"),
        ] {
            let (status, problem) = called.put(path, &body).await;
            assert_eq!((status, errors(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![error(place, code)]), "{path} {body}");
        }
        let (_, problem) = called.put("/bills/B2", &json!({ "amount": "1", "contract": 5, "x": 1 })).await;
        let found: BTreeSet<_> = errors(&problem).into_iter().collect();
        let expected = ["/number", "/nature", "/competence", "/issued_on", "/due_on"].map(|place| error(place, "missing"));
        let expected: BTreeSet<_> = expected.into_iter().chain([error("/amount", "wrong_type"), error("/contract", "wrong_type"), error("/x", "unknown_field")]).collect();
        assert_eq!(found, expected, "all at once");
        t.is_whole().await;
    }

    async fn a_batch_answers_for_each(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let item = |id: &str, amount: i64| {
            let mut item = bill(amount);
            item["external_id"] = id.into();
            item
        };
        let mut nameless = bill(5);
        nameless["amount"] = json!("5");
        let items = json!({ "items": [item("B1", 52_347), item("B2", 100), item("B3", 0), item("B2", 7), nameless, 5, item("B1 ", 1)] });
        let (status, done) = called.post("/bills", &items).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&done["created"], &done["updated"], &done["unchanged"], &done["refused"]), (&json!(1), &json!(0), &json!(1), &json!(5)));
        let outcomes: Vec<_> = done["results"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["unchanged", "created", "refused", "refused", "refused", "refused", "refused"]);
        assert_eq!(errors(&done["results"][2]), [error("/items/2/amount", "not_positive")]);
        assert_eq!(errors(&done["results"][3]), [error("/items/3/external_id", "repeated_here")]);
        assert_eq!(errors(&done["results"][4]), [error("/items/4/external_id", "missing"), error("/items/4/amount", "wrong_type")]);
        assert_eq!(errors(&done["results"][5]), [error("/items/5", "wrong_type")]);
        assert_eq!((t.count("bills").await, balance(&t, "B2").await), (2, (100, 100)));
        for (body, place, code) in [
            (json!([]), "", "wrong_type"),
            (json!({}), "/items", "missing"),
            (json!({ "items": [] }), "/items", "missing"),
            (json!({ "items": {} }), "/items", "wrong_type"),
            (json!({ "items": vec![json!({}); 501] }), "/items", "too_many"),
            (json!({ "items": [], "more": 1 }), "/more", "unknown_field"),
        ] {
            let (status, problem) = called.post("/bills", &body).await;
            assert_eq!((status, errors(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![error(place, code)]));
        }
        t.is_whole().await;
    }

    async fn a_payment_settles_what_it_pays(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let paid = json!({ "bill": "B1", "paid_on": "2026-11-10", "amount": 52_347, "method": "pix", "bank_reference": "E123" });
        assert_eq!(called.put("/payments/P1", &paid).await.1["outcome"], "created");
        assert_eq!(called.put("/payments/P1", &paid).await.1["outcome"], "unchanged");
        let (status, problem) = called.put("/payments/P1", &json!({ "bill": "B1", "paid_on": "2026-11-10", "amount": 1, "method": "pix" })).await;
        assert_eq!((status, errors(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![error("", "cannot_change")]));
        let (_, now) = called.get("/bills/B1").await;
        assert_eq!((&now["bill"]["balance"], &now["bill"]["standing"], &now["calculation"]), (&json!(0), &json!("settled"), &Value::Null));
        assert_eq!(now["entries"].as_array().unwrap().len(), 2);
        t.is_whole().await;
    }

    async fn what_arrives_at_once_is_taken_once(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let puts = (0..8).map(|n| { let called = &called; async move { called.put("/bills/B2", &bill(100 + n % 2)).await } });
        let outcomes: Vec<_> = futures::future::join_all(puts).await;
        assert_eq!(outcomes.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().all(|(status, _)| status.is_success()));
        let (amount, owed) = balance(&t, "B2").await;
        assert_eq!(amount, owed, "no difference was posted twice");
        let paid = json!({ "bill": "B1", "paid_on": "2026-11-10", "amount": 52_347, "method": "pix" });
        let puts = (0..6).map(|_| called.put("/payments/P1", &paid));
        let outcomes: Vec<_> = futures::future::join_all(puts).await;
        assert_eq!(outcomes.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1);
        assert_eq!(balance(&t, "B1").await.1, 0);
        t.is_whole().await;
    }

    async fn the_same_request_again_is_answered_as_first(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let other = api_keys::create(&t, "Outro", Scope::ALL).await.unwrap().key;
        let batch = |amount: i64| {
            let mut item = bill(amount);
            item["external_id"] = "bill-of-that-night".into();
            json!({ "items": [item] })
        };
        let post = |amount: i64| called.request(Method::POST, "/bills").header("idempotency-key", "night 1").json(&batch(amount));
        let (status, first) = answer(post(100)).await;
        assert_eq!((status, &first["created"]), (StatusCode::OK, &json!(1)));
        let again = post(100).send().await.unwrap();
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(again.json::<Value>().await.unwrap(), first, "and not unchanged: it is the first answer");
        assert_eq!(answer(post(101)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let elsewhere = called.request(Method::POST, "/contracts").header("idempotency-key", "night 1").json(&batch(100));
        assert_eq!(answer(elsewhere).await.0, StatusCode::UNPROCESSABLE_ENTITY, "another address is another request");
        assert_eq!(answer(post(100).bearer_auth(&other)).await.0, StatusCode::UNAUTHORIZED, "two keys are none");
        let theirs = called.client.post(format!("{}/bills", called.base)).bearer_auth(&other).header("idempotency-key", "night 1").json(&batch(100));
        assert_eq!(answer(theirs).await.1["unchanged"], 1, "a key of another system is another one");
        let mut conn = t.db.read().await.unwrap();
        let kept = sql!(conn, all (String, Option<String>): "select name_hash, body_sealed from api_answers").unwrap();
        assert!(kept.iter().all(|(name, body)| !name.contains("night") && !body.as_ref().unwrap().contains("bill-of-that-night")), "kept sealed");
        drop(conn);
        // What was refused as a whole may be mended and sent again with the same key.
        let empty = called.request(Method::POST, "/bills").header("idempotency-key", "night 2").json(&json!({ "items": [] }));
        assert_eq!(answer(empty).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let mended = called.request(Method::POST, "/bills").header("idempotency-key", "night 2").json(&batch(100));
        assert_eq!(answer(mended).await.0, StatusCode::OK);
        for wrong in ["", &"x".repeat(201)] {
            let request = called.request(Method::POST, "/bills").header("idempotency-key", wrong).json(&batch(100));
            assert_eq!(errors(&answer(request).await.1)[0].0, "Idempotency-Key");
        }
        // A day later it is forgotten.
        t.clock.advance(chrono::TimeDelta::hours(25));
        assert_eq!(answer(post(101)).await.1["updated"], 1);
        assert_eq!(api::sweep(&t).await.unwrap(), 2);
        t.is_whole().await;
    }

    async fn the_same_request_at_once_is_done_once(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let mut item = bill(100);
        item["external_id"] = "B7".into();
        let body = json!({ "items": [item] });
        let posts = (0..8).map(|_| answer(called.request(Method::POST, "/bills").header("idempotency-key", "k").json(&body)));
        let answers = futures::future::join_all(posts).await;
        let done: Vec<_> = answers.iter().filter(|(status, _)| status.is_success()).collect();
        assert!(!done.is_empty() && done.iter().all(|(_, body)| body["created"] == 1), "{answers:?}");
        assert!(answers.iter().all(|(status, _)| status.is_success() || *status == StatusCode::CONFLICT), "{answers:?}");
        assert_eq!(t.count("imports").await, 4);
    }

    async fn a_document_comes_with_its_file(t: TestServer) {
        let called = Called::all(&t).await;
        the_three(&called).await;
        let letter = b"%PDF-1.7 a letter".to_vec();
        let metadata = json!({ "customer": "C1", "bill": "B1", "kind": "letter", "name": "Carta.pdf", "issued_on": "2026-11-01" });
        let put = |form: Vec<u8>| {
            answer(called.request(Method::PUT, "/documents/D1").header("content-type", "multipart/form-data; boundary=x").body(form))
        };
        let (status, done) = put(form(&metadata, letter.clone())).await;
        assert_eq!((status, &done["outcome"]), (StatusCode::CREATED, &json!("created")), "{done}");
        assert_eq!(put(form(&metadata, letter.clone())).await.1["outcome"], "unchanged");
        assert_eq!(put(form(&metadata, b"%PDF-1.7 another".to_vec())).await.1["outcome"], "updated");
        let incoming = || std::fs::read_dir(t.folder().join("incoming")).unwrap().count();
        for (metadata, file, place, code) in [
            (metadata.clone(), b"MZ a program".to_vec(), "/file", "file_type"),
            (metadata.clone(), Vec::new(), "/file", "document_empty"),
            (metadata.clone(), vec![b'%'; 26 * 1024 * 1024], "/file", "file_too_large"),
            (json!({ "customer": "C9", "kind": "letter", "name": "x", "issued_on": "2026-11-01" }), letter.clone(), "/customer", "unknown_customer"),
            (json!({ "customer": "C1", "kind": "letter", "name": "x", "issued_on": "2026-11-01", "file": "/etc/passwd" }), letter.clone(), "/file", "unknown_field"),
        ] {
            let (status, problem) = put(form(&metadata, file)).await;
            assert_eq!((status, errors(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![error(place, code)]));
            assert_eq!(incoming(), 0, "nothing is left behind");
        }
        assert_eq!(errors(&put(parts(&[("metadata", metadata.to_string().as_bytes())])).await.1), [error("/file", "missing")]);
        assert_eq!(put(parts(&[("metadata", metadata.to_string().as_bytes()), ("more", b"x")])).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(put(parts(&[("metadata", b"{")])).await.0, StatusCode::BAD_REQUEST);
        let json = called.request(Method::PUT, "/documents/D1").json(&metadata);
        assert_eq!(answer(json).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let broken = called.request(Method::PUT, "/documents/D1").header("content-type", "multipart/form-data; boundary=x").body("--x\r\nnonsense");
        assert_eq!(answer(broken).await.0, StatusCode::BAD_REQUEST);
        assert_eq!((t.count("documents").await, incoming()), (1, 0));
        t.is_whole().await;
    }

    async fn lists_are_read_page_by_page(t: TestServer) {
        let called = Called::all(&t).await;
        let (mine, other) = (t.a_person().await, t.a_person().await);
        for n in 0..5 {
            t.a_bill(mine, Money::cents(1_000 + n), 40).await;
        }
        t.a_bill(other, Money::cents(7), -5).await;
        let (mut seen, mut address) = (Vec::new(), "/bills?limit=2".to_owned());
        loop {
            let (status, page) = called.get(&address).await;
            assert_eq!(status, StatusCode::OK);
            seen.extend(page["items"].as_array().unwrap().iter().map(|bill| bill["external_id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            assert!(!seen.iter().any(|id| next.contains(id.as_str())), "a cursor says nothing");
            address = format!("/bills?limit=2&cursor={next}");
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (6, 6));
        let (_, theirs) = called.get(&format!("/bills?customer=C{}", other.0)).await;
        assert_eq!((theirs["items"].as_array().unwrap().len(), &theirs["items"][0]["amount"]), (1, &json!(7)));
        assert_eq!(called.get("/bills?customer=nobody").await.1["items"], json!([]));
        assert_eq!(called.get("/bills?standing=settled").await.1["items"], json!([]));
        let (_, detail) = called.get(&format!("/bills/{}", seen[0])).await;
        let cost = &detail["calculation"];
        let sum = ["principal", "correction", "fine", "interest"].iter().map(|part| cost[part].as_i64().unwrap()).sum::<i64>();
        assert!(cost["days"].as_i64().unwrap() > 30 && cost["fine"] == 20, "{cost}");
        assert_eq!(sum, cost["total"].as_i64().unwrap());
        let (_, people) = called.get("/customers?limit=1").await;
        assert_eq!(people["items"].as_array().unwrap().len(), 1);
        assert!(people["next"].is_string());
    }

    async fn requests_are_handed_back_with_what_was_decided(t: TestServer) {
        let called = Called::with(&t, &[Scope::RequestsRead]).await;
        let person = t.a_person().await;
        let customer = t.signed_in(person).await;
        let form = QuestionForm { text: "Qual é o plano?".into(), submission: uuid::Uuid::now_v7().to_string() };
        let file = received(&t, pdf("pergunta")).await.unwrap();
        let protocol = server::requests::submit_question(&t, &customer, &form, &[file]).await.unwrap().digits();
        let (_, page) = called.get("/requests?kind=question&status=received").await;
        assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["protocol"]), (1, &json!(protocol)));
        assert_eq!(called.get("/requests?kind=refund").await.1["items"], json!([]));
        t.clock.advance(chrono::TimeDelta::hours(2));
        let since = t.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        assert_eq!(called.get(&format!("/requests?updated_since={since}")).await.1["items"], json!([]));
        let message = MessageForm { text: "Já sei.".into(), submission: uuid::Uuid::now_v7().to_string() };
        server::requests::message(&t, &customer, &protocol, &message, &[]).await.unwrap();
        assert_eq!(called.get(&format!("/requests?updated_since={since}")).await.1["items"].as_array().unwrap().len(), 1);

        let (status, request) = called.get(&format!("/requests/{protocol}")).await;
        assert_eq!((status, &request["note"], &request["request"]["status"]), (StatusCode::OK, &json!("Qual é o plano?"), &json!("received")));
        assert_eq!(request["events"].as_array().unwrap().len(), 2);
        let address = format!("/requests/{protocol}/files/{}", request["files"][0]["id"].as_str().unwrap());
        assert_eq!(called.get(&address).await.0, StatusCode::FORBIDDEN, "what people sent needs a scope of its own");
        let evidence = Called::with(&t, &[Scope::EvidenceRead]).await;
        let got = evidence.request(Method::GET, &address).send().await.unwrap();
        assert_eq!((got.status(), got.headers()["content-type"].to_str().unwrap()), (StatusCode::OK, "application/pdf"));
        assert_eq!(got.bytes().await.unwrap().to_vec(), pdf("pergunta"));
        let mut conn = t.db.read().await.unwrap();
        let (looks,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'requests.look' and actor_kind = 'key'").unwrap();
        assert_eq!(looks, 1, "who read it is recorded");
        drop(conn);
        for wrong in ["/requests/x", "/requests/36346120261121000042"] {
            assert_eq!(called.get(wrong).await.0, StatusCode::NOT_FOUND, "{wrong}");
        }
        for wrong in [address.replace(&protocol, "36346120261121000042"), address.replace("/files/", "/files/0"), format!("/requests/{protocol}/files/{}", uuid::Uuid::now_v7())] {
            assert_eq!(evidence.get(&wrong).await.0, StatusCode::NOT_FOUND, "{wrong}");
        }
        t.is_whole().await;
    }

    async fn a_key_has_its_share(t: TestServer) {
        let called = Called::all(&t).await;
        let other = Called { key: api_keys::create(&t, "Outro", Scope::ALL).await.unwrap().key, base: called.base.clone(), client: client() };
        let mut refused = None;
        for _ in 0..1300 {
            let answer = called.request(Method::GET, "/key").send().await.unwrap();
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                refused = Some(answer);
                break;
            }
            assert_eq!(answer.status(), StatusCode::OK);
            assert!(answer.headers()["ratelimit"].to_str().unwrap().starts_with("\"key\";r="));
        }
        let refused = refused.unwrap();
        let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
        assert_eq!(refused.headers()["ratelimit-policy"], "\"key\";q=600;w=60");
        assert_eq!(other.get("/key").await.0, StatusCode::OK, "nobody else's share");
        t.clock.advance(chrono::TimeDelta::seconds(wait));
        assert_eq!(called.get("/key").await.0, StatusCode::OK, "and then the next");
    }

    async fn every_operation_wants_its_own_scope(t: TestServer) {
        let none = Called::with(&t, &[Scope::CustomersRead]).await;
        for operation in OPERATIONS {
            let path = operation.path.replace("{external_id}", "X").replace("{protocol}", "36346120261121000042").replace("{id}", &uuid::Uuid::now_v7().to_string());
            let method: Method = operation.method.parse().unwrap();
            let with = |called: &Called| answer(called.request(method.clone(), &path));
            let without = answer(none.client.request(method.clone(), format!("{}{path}", none.base))).await.0;
            let Opens::Scoped(scope) = operation.opens else {
                assert_eq!(without == StatusCode::UNAUTHORIZED, operation.opens == Opens::AnyKey, "{}", operation.id);
                continue;
            };
            assert_eq!(without, StatusCode::UNAUTHORIZED, "{}", operation.id);
            let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|other| *other != scope).collect();
            assert_eq!(with(&Called::with(&t, &others).await).await.0, StatusCode::FORBIDDEN, "{}", operation.id);
            assert_ne!(with(&Called::with(&t, &[scope]).await).await.0, StatusCode::FORBIDDEN, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn the_document_and_the_router_agree() {
    let t = TestServer::sqlite().await;
    let called = Called::all(&t).await;
    let document = called.client.get(format!("{}/openapi.json", called.base)).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(document["openapi"].as_str().unwrap()[..3], *"3.1");
    let known = |path: &str, method: &Method| !document["paths"][path][method.as_str().to_lowercase()].is_null();
    let paths: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut operations = 0;
    for path in &paths {
        let address = path
            .replace("{external_id}", "X")
            .replace("{protocol}", "36346120261121000042")
            .replace("{id}", &uuid::Uuid::now_v7().to_string());
        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            let (status, body) = answer(called.request(method.clone(), &address)).await;
            assert_eq!(status != StatusCode::METHOD_NOT_ALLOWED, known(path, &method), "{method} {path}: {status}");
            // A thing may not be there, but its address is: the answer to a path that is not served has no such key.
            if known(path, &method) {
                operations += 1;
                let declared = &document["paths"][path][method.as_str().to_lowercase()]["responses"];
                assert!(
                    !declared[status.as_u16().to_string()].is_null(),
                    "{method} {path} answers {status}, which the document does not say: {body}"
                );
            }
        }
    }
    assert_eq!(operations, OPERATIONS.len());
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), OPERATIONS.len());
    // Every reference leads somewhere, in every language.
    for (l, _) in Locale::ALL {
        let document = serde_json::to_value(api::document(l)).unwrap();
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
                    }
                    open.extend(object.values());
                }
                Value::Array(values) => open.extend(values),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_verb_asks_for_its_scope_itself() {
    let t = TestServer::sqlite().await;
    let made = api_keys::create(&t, "ERP", &[Scope::BillsRead]).await.unwrap();
    let key = api_keys::find(&t, &made.key).await.unwrap().unwrap();
    for kind in server::imports::Kind::ALL {
        assert!(matches!(server::imports::put(&t, &key, kind, &[], None).await, Err(Error::Forbidden)), "{kind:?}");
    }
    assert_eq!(ledger::verify(&t).await.unwrap(), []);
    let mut conn = t.db.read().await.unwrap();
    assert!(matches!(audit::verify(&mut conn).await.unwrap(), audit::Chain::Whole { .. }));
}
