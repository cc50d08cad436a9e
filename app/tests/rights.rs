//! Every form and page of staff, tried by everybody: who gets past the door is kept as a table, to be read when it changes.

use std::fmt::Write as _;
use std::net::SocketAddr;

use app::assets::Assets;
use app::paths;
use app::post::Answer;
use app::visitor::App;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use domain::actors::Role;
use http::{Method, Request, StatusCode, header};
use server::testing::TestServer;
use server::texts::{self, Locale};
use tower::ServiceExt as _;

/// Pages of staff that name nothing; what names one thing asks for the thing's verb, which its own tests try.
const PAGES: &[&str] = &[
    paths::STAFF_HOME,
    paths::QUEUE,
    paths::QUEUE_CSV,
    paths::QUEUE_COUNTS,
    paths::ABSENCES,
    paths::RULES,
    paths::POLICIES,
    paths::TEMPLATES,
    paths::REPLIES,
    paths::NEW_REPLY,
    paths::DEADLINES,
    paths::DEADLINES_CSV,
    paths::DASHBOARD,
    paths::STAFF_SEARCH,
    paths::REFUND_ORDERS,
    paths::RETURN_FILES,
    paths::EXPORTS,
    paths::HOLIDAYS,
    paths::BRAND,
    paths::INCIDENTS,
    paths::FOLLOW_UP,
    paths::PROMISES,
    paths::AGREEMENTS_FOLLOWED,
    paths::DEFAULT_NOTICES,
    paths::PLACEMENTS,
    paths::AGENCIES,
    paths::WRITE_OFFS,
    paths::DEMANDS,
    paths::CLAIMS,
    paths::CREDITS,
    paths::CREDITS_CSV,
    paths::SUSPENSIONS,
    paths::SUSPENSIONS_CSV,
    paths::REASONS,
    paths::REASONS_CSV,
    paths::TEAM,
    paths::SYSTEMS,
    paths::AUDIT,
];

/// What forms name, well-formed and of nothing there is, so that each is read as far as its verb.
const FIELDS: &str = "kind=plans&id=00000000-0000-7000-8000-000000000001&protocol=99999920261122000001&to=00000000-0000-7000-8000-000000000001\
    &reply=00000000-0000-7000-8000-000000000001&bill=00000000-0000-7000-8000-000000000001&payment=00000000-0000-7000-8000-000000000001\
    &agreement=00000000-0000-7000-8000-000000000001&incident=00000000-0000-7000-8000-000000000001&absence=00000000-0000-7000-8000-000000000001\
    &file=00000000-0000-7000-8000-000000000001&line=1&form[id]=00000000-0000-7000-8000-000000000001&form[bill]=00000000-0000-7000-8000-000000000001\
    &form[remessa]=00000000-0000-7000-8000-000000000001&view=00000000-0000-7000-8000-000000000001&form[sure]=1&customer=00000000-0000-7000-8000-000000000001&promise=00000000-0000-7000-8000-000000000001\
    &demand=00000000-0000-7000-8000-000000000001&setting=00000000-0000-7000-8000-000000000001&placement=00000000-0000-7000-8000-000000000001&agency=00000000-0000-7000-8000-000000000001&write_off=00000000-0000-7000-8000-000000000001\
    &form[place]=00000000-0000-7000-8000-000000000001&contract=00000000-0000-7000-8000-000000000001&notice=00000000-0000-7000-8000-000000000001&day=2020-01-01&act=claim&action=ask_more&role=operator&template=promise&language=pt-BR&protocols[0]=99999920261122000001";

/// Forms that whoever has no session yet posts.
const OPEN: &[&str] = &["/api/equipe/entrar", "/api/equipe/convite"];

/// Whether somebody with this cookie gets past the door; what stands behind it may still refuse an empty form.
async fn enters(router: &Router, method: &Method, path: &str, cookie: Option<&str>) -> bool {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:3000")
        .header(header::ORIGIN, "http://localhost:3000")
        .header(header::ACCEPT, if method == Method::GET { "text/html" } else { "application/json" })
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, format!("emdia-session={cookie}"));
    }
    let mut request = request.body(Body::from(if method == Method::GET { "" } else { FIELDS })).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    assert!(!status.is_server_error(), "{status} from {method} {path}");
    // Whoever is not known is led to where one signs in: that is no way in.
    let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    if location.ends_with("/entrar") || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        return false;
    }
    if method == Method::GET {
        return true;
    }
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let answer: Answer = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{path}: {}", String::from_utf8_lossy(&body)));
    let refused = answer.banner.as_deref() == Some(texts::failures::forbidden_words(Locale::PtBr));
    !refused && answer.location != paths::SIGN_IN
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_past_which_door() {
    let t = TestServer::sqlite().await;
    let router = app::app::router(App::new(t.server.clone(), Assets::default()));
    let customer = t.customer_token(t.a_person().await).await;
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((role.to_string(), t.staff_token(*role).await.0));
    }
    let mut forms: Vec<(Method, String)> = leptos::server_fn::axum::server_fn_paths()
        .filter(|(path, _)| path.contains("/equipe/"))
        .map(|(path, method)| (method, path.to_owned()))
        .collect();
    forms.sort_by(|a, b| a.1.cmp(&b.1));
    forms.retain(|(_, path)| !OPEN.contains(&path.as_str()));
    assert!(forms.len() > 40, "{} forms: they are not linked in", forms.len());
    let mut table = String::new();
    for (method, path) in PAGES.iter().map(|path| (Method::GET, (*path).to_owned())).chain(forms) {
        for (who, cookie) in [("nobody", None), ("a customer", Some(customer.0.as_str()))] {
            assert!(!enters(&router, &method, &path, cookie).await, "{who} enters {method} {path}");
        }
        let mut allowed = Vec::new();
        for (role, cookie) in &cookies {
            if enters(&router, &method, &path, Some(cookie)).await {
                allowed.push(role.as_str());
            }
        }
        writeln!(table, "{method:<4} {path:<48} {}", allowed.join(" ")).unwrap();
    }
    insta::assert_snapshot!(table);
}
