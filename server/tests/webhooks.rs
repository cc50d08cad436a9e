//! Webhooks: what happened reaches whoever asked to be told, once at least, signed, and nowhere else.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use chrono::TimeDelta;
use domain::actors::Role;
use domain::api_keys::Scope;
use domain::ids::{DeliveryId, EndpointId};
use domain::money::Money;
use domain::requests::forms::QuestionForm;
use domain::webhooks::{Delivery, TRIES, Topic};
use serde_json::{Value, json};
use server::error::Error;
use server::sessions::Hand;
use server::testing::TestServer;
use server::webhooks::{self, Keeper};
use server::{Server, on_both_databases, requests, sql};

use crate::api::{Called, answer, the_three};

const TERMINAL: Keeper<'static> = Keeper::Hand(Hand::Terminal);

/// What an endpoint was told: headers and body.
type Told = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// An endpoint of the creditor's, which answers with a status.
#[derive(Clone)]
struct Endpoint {
    told: Told,
    status: Arc<Mutex<StatusCode>>,
    url: String,
}

impl Endpoint {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let endpoint = Self { told: Told::default(), status: Arc::new(Mutex::new(StatusCode::NO_CONTENT)), url };
        let router = Router::new().fallback(hear).with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        endpoint
    }

    fn answers(&self, status: StatusCode) {
        *self.status.lock().unwrap() = status;
    }

    fn bodies(&self) -> Vec<Value> {
        self.told.lock().unwrap().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }
}

async fn hear(State(endpoint): State<Endpoint>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    endpoint.told.lock().unwrap().push((headers, body.to_vec()));
    let mut answer = HeaderMap::new();
    // Where a redirect would lead, if one were followed.
    answer.insert("location", format!("{}/elsewhere", uri.path()).parse().unwrap());
    (*endpoint.status.lock().unwrap(), answer)
}

/// The same installation where nothing of the demonstration holds.
fn for_real(t: &TestServer) -> Server {
    let mut config = (*t.config).clone();
    config.demo = false;
    Server { config: Arc::new(config), ..(**t).clone() }
}

async fn a_question(t: &TestServer) -> String {
    let person = t.a_person().await;
    let customer = t.signed_in(person).await;
    let form = QuestionForm { text: "Qual é o plano?".into(), submission: uuid::Uuid::now_v7().to_string() };
    requests::submit_question(t, &customer, &form, &[]).await.unwrap().digits()
}

on_both_databases! {
    async fn what_happens_is_told_signed_and_without_names(t: TestServer) {
        let endpoint = Endpoint::new().await;
        let made = webhooks::add(&t, TERMINAL, &endpoint.url, &[Topic::RequestOpened, Topic::PaymentPosted, Topic::BillSettled]).await.unwrap();
        let other = Endpoint::new().await;
        webhooks::add(&t, TERMINAL, &other.url, &[Topic::AgreementEnded]).await.unwrap();
        let protocol = a_question(&t).await;
        let called = Called::all(&t).await;
        the_three(&called).await;
        let half = json!({ "bill": "B1", "paid_on": "2026-11-10", "amount": 50_000, "method": "pix" });
        called.put("/payments/P1", &half).await;
        let rest = json!({ "bill": "B1", "paid_on": "2026-11-10", "amount": 2_347, "method": "pix" });
        called.put("/payments/P2", &rest).await;
        called.put("/payments/P2", &rest).await;
        assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 4);
        assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 0, "confirmed once");
        let mut bodies = endpoint.bodies();
        bodies.sort_by_key(|body| body["data"].to_string());
        let data: Vec<_> = bodies.iter().map(|body| (body["topic"].as_str().unwrap(), &body["data"])).collect();
        assert_eq!(
            data,
            [
                ("bill.settled", &json!({ "bill": "B1" })),
                ("request.opened", &json!({ "kind": "question", "request": protocol, "status": "received" })),
                ("payment.posted", &json!({ "payment": "P1" })),
                ("payment.posted", &json!({ "payment": "P2" })),
            ]
        );
        assert!(other.bodies().is_empty(), "told of what it asked for alone");
        for (headers, body) in endpoint.told.lock().unwrap().iter() {
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            let at: i64 = text("emdia-signature").trim_start_matches("t=").split(',').next().unwrap().parse().unwrap();
            let at = chrono::DateTime::from_timestamp(at, 0).unwrap();
            let body = String::from_utf8(body.clone()).unwrap();
            assert_eq!(text("emdia-signature"), webhooks::signature(&made.secret, at, &body));
            assert_eq!(text("content-type"), "application/json");
            assert!(body.contains(&text("emdia-delivery")) && body.contains(&text("emdia-topic")));
            assert!(!headers.contains_key("cookie") && !headers.contains_key("authorization"));
        }
        let mut conn = t.db.read().await.unwrap();
        let rows = sql!(conn, all (String,): "select secret_sealed from webhook_endpoints").unwrap();
        assert!(rows.iter().all(|(sealed,)| !sealed.contains(&made.secret[6..])), "secrets are sealed");
        drop(conn);
        t.is_whole().await;
    }

    async fn what_did_not_happen_is_not_told(t: TestServer) {
        let endpoint = Endpoint::new().await;
        webhooks::add(&t, TERMINAL, &endpoint.url, Topic::ALL).await.unwrap();
        let called = Called::all(&t).await;
        the_three(&called).await;
        let future = json!({ "bill": "B1", "paid_on": "2099-01-01", "amount": 1, "method": "pix" });
        called.put("/payments/P1", &future).await;
        let mut tx = t.db.write().await.unwrap();
        let (bill, customer) = sql!(tx, one (uuid::Uuid, uuid::Uuid): "select id, customer_id from bills").unwrap();
        let entry = server::ledger::NewEntry {
            customer: customer.into(), bill: Some(bill.into()), kind: domain::statement::EntryKind::Payment, amount: Money::cents(-52_347),
            effective_on: t.clock.today(), payment: None, request: None, of: None, source: "test/rolled back", note: "",
        };
        server::ledger::post(&t, &mut tx, &entry).await.unwrap();
        drop(tx);
        assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 0);
        assert!(endpoint.bodies().is_empty());
    }

    async fn what_is_not_confirmed_is_tried_again_and_then_left(t: TestServer) {
        let endpoint = Endpoint::new().await;
        webhooks::add(&t, TERMINAL, &endpoint.url, &[Topic::RequestOpened]).await.unwrap();
        a_question(&t).await;
        // A redirect is no confirmation, and is not followed.
        let mut answers = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::TEMPORARY_REDIRECT, StatusCode::NOT_FOUND].into_iter().cycle();
        let first = webhooks::deliveries(&t, TERMINAL, Some(Delivery::Due), uuid::Uuid::nil(), 10).await.unwrap();
        assert_eq!((first.len(), first[0].attempts), (1, 0));
        for tried in 1..=TRIES {
            endpoint.answers(answers.next().unwrap());
            assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 0);
            assert_eq!(endpoint.bodies().len(), tried as usize);
            assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 0);
            assert_eq!(endpoint.bodies().len(), tried as usize, "not before its time");
            t.clock.advance(TimeDelta::hours(10));
        }
        let dead = webhooks::deliveries(&t, TERMINAL, Some(Delivery::Dead), uuid::Uuid::nil(), 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts, dead[0].status), (1, TRIES, Some(500)));
        webhooks::deliver_due(&t).await.unwrap();
        assert_eq!(endpoint.bodies().len(), TRIES as usize, "left for somebody to look at");
        endpoint.answers(StatusCode::OK);
        let administrator = t.staff(Role::Administrator).await;
        webhooks::redeliver(&t, Keeper::Hand(Hand::Staff(&administrator)), dead[0].id).await.unwrap();
        assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 1);
        let bodies = endpoint.bodies();
        assert!(bodies.iter().all(|body| body == &bodies[0]), "the same delivery, with the same id");
        assert_eq!(webhooks::deliveries(&t, TERMINAL, Some(Delivery::Delivered), uuid::Uuid::nil(), 10).await.unwrap().len(), 1);
        t.clock.advance(TimeDelta::days(31));
        assert_eq!(webhooks::sweep(&t).await.unwrap(), 1);
        t.is_whole().await;
    }

    async fn several_processes_deliver_once(t: TestServer) {
        let endpoint = Endpoint::new().await;
        webhooks::add(&t, TERMINAL, &endpoint.url, &[Topic::PaymentPosted]).await.unwrap();
        let called = Called::all(&t).await;
        the_three(&called).await;
        let items: Vec<_> = (0..30).map(|n| json!({ "external_id": format!("P{n}"), "bill": "B1", "paid_on": "2026-11-10", "amount": 10, "method": "pix" })).collect();
        called.post("/payments", &json!({ "items": items })).await;
        let delivered: usize = futures::future::join_all((0..4).map(|_| webhooks::deliver_due(&t))).await.into_iter().map(Result::unwrap).sum();
        assert_eq!((delivered, endpoint.bodies().len()), (30, 30));
    }

    async fn an_address_that_was_taken_away_is_told_nothing(t: TestServer) {
        let endpoint = Endpoint::new().await;
        let made = webhooks::add(&t, TERMINAL, &endpoint.url, &[Topic::RequestOpened]).await.unwrap();
        a_question(&t).await;
        webhooks::remove(&t, TERMINAL, made.id).await.unwrap();
        assert!(matches!(webhooks::remove(&t, TERMINAL, made.id).await, Err(Error::NotFound)));
        a_question(&t).await;
        let left = webhooks::deliveries(&t, TERMINAL, None, uuid::Uuid::nil(), 10).await.unwrap();
        assert_eq!((left.len(), left[0].state), (1, Delivery::Dead));
        assert!(matches!(webhooks::redeliver(&t, TERMINAL, left[0].id).await, Err(Error::NotFound)));
        assert_eq!((webhooks::deliver_due(&t).await.unwrap(), endpoint.bodies().len()), (0, 0));
        assert!(webhooks::list(&t, TERMINAL).await.unwrap().is_empty());
        t.is_whole().await;
    }

    async fn nobody_else_keeps_webhooks(t: TestServer) {
        let made = webhooks::add(&t, TERMINAL, "http://127.0.0.1:9/x", &[Topic::RequestOpened]).await.unwrap();
        for role in [Role::Operator, Role::Receivables, Role::Supervisor, Role::Legal] {
            let staff = t.staff(role).await;
            let by = Keeper::Hand(Hand::Staff(&staff));
            assert!(matches!(webhooks::list(&t, by).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(webhooks::add(&t, by, "http://127.0.0.1:9/x", Topic::ALL).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(webhooks::remove(&t, by, made.id).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(webhooks::deliveries(&t, by, None, uuid::Uuid::nil(), 1).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(webhooks::redeliver(&t, by, DeliveryId(uuid::Uuid::now_v7())).await, Err(Error::Forbidden)), "{role}");
        }
        assert!(matches!(webhooks::remove(&t, TERMINAL, EndpointId(uuid::Uuid::now_v7())).await, Err(Error::NotFound)));
        t.is_whole().await;
    }

    async fn systems_register_by_the_api(t: TestServer) {
        let called = Called::with(&t, &[Scope::Webhooks]).await;
        let endpoint = Endpoint::new().await;
        let body = json!({ "url": endpoint.url, "topics": ["request.opened"] });
        let post = || called.request(reqwest::Method::POST, "/webhooks").header("idempotency-key", "w1").json(&body);
        let (status, made) = answer(post()).await;
        assert_eq!(status, StatusCode::CREATED);
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        assert_eq!(answer(post()).await.1, made, "twice is once, with its secret");
        assert_eq!(called.get("/webhooks").await.1["items"].as_array().unwrap().len(), 1);
        a_question(&t).await;
        endpoint.answers(StatusCode::IM_A_TEAPOT);
        webhooks::deliver_due(&t).await.unwrap();
        let (_, due) = called.get("/webhooks/deliveries?state=due").await;
        assert_eq!((&due["items"][0]["status"], &due["items"][0]["attempts"]), (&json!(418), &json!(1)));
        endpoint.answers(StatusCode::OK);
        let address = format!("/webhooks/deliveries/{}/redeliver", due["items"][0]["id"].as_str().unwrap());
        assert_eq!(called.post(&address, &Value::Null).await.0, StatusCode::NO_CONTENT);
        assert_eq!(webhooks::deliver_due(&t).await.unwrap(), 1);
        let gone = format!("/webhooks/{}", made["id"].as_str().unwrap());
        assert_eq!(answer(called.request(reqwest::Method::DELETE, &gone)).await.0, StatusCode::NO_CONTENT);
        assert_eq!(answer(called.request(reqwest::Method::DELETE, &gone)).await.0, StatusCode::NOT_FOUND);
        for (wrong, code) in [
            (json!({ "url": "ftp://erp.example.com/x", "topics": ["request.opened"] }), "not_an_address"),
            (json!({ "url": "https://ana:x@erp.example.com/x", "topics": ["request.opened"] }), "not_an_address"),
            (json!({ "url": "x", "topics": ["request.opened"] }), "not_an_address"),
            (json!({ "url": endpoint.url, "topics": [] }), "missing"),
            (json!({ "url": endpoint.url, "topics": ["request.forgotten"] }), "not_one_of"),
            (json!({ "url": endpoint.url, "topics": ["request.opened"], "secret": "mine" }), "unknown_field"),
        ] {
            let (status, problem) = called.post("/webhooks", &wrong).await;
            assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)), "{wrong}");
        }
    }
}

#[tokio::test]
async fn no_address_inside_is_called() {
    let t = TestServer::sqlite().await;
    let real = for_real(&t);
    for inside in [
        "http://erp.example.com/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://erp/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.5:8443/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://127.1/x",
    ] {
        assert!(matches!(webhooks::add(&real, TERMINAL, inside, Topic::ALL).await, Err(Error::Form(_))), "{inside}");
    }
    webhooks::add(&real, TERMINAL, "https://erp.example.com/x?y=1", Topic::ALL).await.unwrap();
    // One that was registered when addresses inside were called is not called any more.
    let endpoint = Endpoint::new().await;
    let made = webhooks::add(&t, TERMINAL, &endpoint.url, &[Topic::RequestOpened]).await.unwrap();
    // And a name that stands for one is found out as it is called.
    let port = endpoint.url.rsplit(':').next().unwrap().to_owned();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "update webhook_endpoints set removed_at = created_at where id <> $1", made.id.0).unwrap();
    tx.commit().await.unwrap();
    a_question(&t).await;
    assert_eq!(webhooks::deliver_due(&real).await.unwrap(), 0);
    let lines = webhooks::deliveries(&t, TERMINAL, None, uuid::Uuid::nil(), 10).await.unwrap();
    assert_eq!((lines[0].failure.as_deref(), endpoint.bodies().len()), (Some("address"), 0));
    let mut tx = t.db.write().await.unwrap();
    let named = format!("https://localhost.localdomain.:{port}");
    sql!(tx, execute: "update webhook_endpoints set url = $1", named).unwrap();
    tx.commit().await.unwrap();
    t.clock.advance(TimeDelta::hours(1));
    assert_eq!(webhooks::deliver_due(&real).await.unwrap(), 0);
    let lines = webhooks::deliveries(&t, TERMINAL, None, uuid::Uuid::nil(), 10).await.unwrap();
    assert_eq!((lines[0].failure.as_deref(), endpoint.bodies().len()), (Some("connect"), 0));
}
