//! The staff's queue under load: 50,000 open requests, and 20 people who read lists and take the next at once; on SQLite, then on PostgreSQL
//! where `EMDIA_TEST_POSTGRES` names a server. Tells for each verb how long half of the calls and 95 of 100 took, of one caller and of all at
//! once. A measure, no test: nothing fails by the clock.
//!
//! `.ci/postgres run cargo bench --package server --bench queue`, with another number of requests as its argument.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, unused_crate_dependencies)]

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use domain::actors::Role;
use domain::calendar::Calendar;
use domain::ids::CustomerId;
use domain::requests::clock::warns_on;
use domain::requests::protocol::Protocol;
use domain::requests::queue::{Area, Due, Filter, Holder, ViewForm};
use domain::requests::{Kind, Status};
use server::requests::queue::{self, views};
use server::sessions::Staff;
use server::testing::TestServer;
use server::{rows, sql};
use uuid::Uuid;

const REQUESTS: u32 = 50_000;
const PEOPLE: usize = 20;
const CUSTOMERS: usize = 200;
/// Calls of each verb by each person.
const CALLS: usize = 15;

struct Line {
    id: Uuid,
    protocol: String,
    kind: Kind,
    customer: CustomerId,
    status: Status,
    amount: i64,
    deadline_on: NaiveDate,
    warn_on: NaiveDate,
    assignee: Option<Uuid>,
    area: Area,
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let count = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(REQUESTS);
    measure("SQLite", TestServer::sqlite().await, count).await;
    match TestServer::postgres().await {
        Some(t) => measure("PostgreSQL", t, count).await,
        None => println!("\nNo PostgreSQL was named: see .ci/postgres."),
    }
}

async fn measure(database: &str, t: TestServer, count: u32) {
    let mut staff = Vec::new();
    for at in 0..PEOPLE {
        staff.push(t.staff(if at % 5 == 0 { Role::Supervisor } else { Role::Operator }).await);
    }
    seed(&t, &staff, count).await;
    for one in &staff {
        for (name, filter) in [("meus atrasados", Filter { due: Some(Due::Late), ..mine() }), ("boletos", of(Kind::Slip))] {
            let form = ViewForm { name: name.into(), ..ViewForm::default() };
            views::save(&t, one, &form, &filter).await.unwrap();
        }
    }
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("\n{count} open requests, {database}, {profile} build, {CALLS} calls of each person\n");
    println!("                                      1 person, ms        {PEOPLE} at once, ms");
    println!("verb                                  p50      p95        p50      p95");
    let large = Filter { least: Some(domain::money::Money::cents(490_000)), ..Filter::default() };
    let lists = [
        ("list, everything", Filter::default()),
        ("list, late", Filter { due: Some(Due::Late), ..Filter::default() }),
        ("list, mine", mine()),
        ("list, free slips", Filter { holder: Some(Holder::Nobody), ..of(Kind::Slip) }),
        ("list, one area", Filter { area: Some(Area::Legal), ..Filter::default() }),
        ("list, large amounts", large),
        ("list, received", Filter { status: Some(Status::Received), ..Filter::default() }),
    ];
    for (name, filter) in lists {
        told(name, &t, &staff, async |t: &TestServer, one: &Staff| drop(queue::list(t, one, &filter, None).await.unwrap())).await;
    }
    told("list, the thirtieth page", &t, &staff, async |t: &TestServer, one: &Staff| {
        let (place,) = middle(t).await;
        drop(queue::list(t, one, &Filter::default(), Some(place.into())).await.unwrap());
    })
    .await;
    told("figures", &t, &staff, async |t: &TestServer, one: &Staff| assert!(queue::figures(t, one).await.unwrap().open > 0)).await;
    told("two views with counts", &t, &staff, async |t: &TestServer, one: &Staff| drop(views::opening(t, one).await.unwrap())).await;
    told("take the next", &t, &staff, async |t: &TestServer, one: &Staff| {
        assert!(queue::take_next(t, one, &Filter::default()).await.unwrap().is_some());
    })
    .await;
    let part = of(Kind::Plan);
    told("take the next plan", &t, &staff, async |t: &TestServer, one: &Staff| {
        assert!(queue::take_next(t, one, &part).await.unwrap().is_some());
    })
    .await;
}

fn mine() -> Filter {
    Filter { holder: Some(Holder::Me), ..Filter::default() }
}

fn of(kind: Kind) -> Filter {
    Filter { kind: Some(kind), ..Filter::default() }
}

async fn middle(t: &TestServer) -> (Uuid,) {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (Uuid,): "select id from requests where closed_at is null order by clock, deadline_on, priority, -amount, id limit 1 offset 1500").unwrap()
}

async fn told(name: &str, t: &TestServer, staff: &[Staff], call: impl AsyncFn(&TestServer, &Staff)) {
    let one = calls(t, &staff[0], &call).await;
    let all = futures::future::join_all(staff.iter().map(|one| calls(t, one, &call))).await.concat();
    let ms = |times: &[Duration], of_hundred: usize| {
        let mut times = times.to_vec();
        times.sort_unstable();
        times[(times.len() * of_hundred / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0
    };
    println!("{name:<34} {:>7.2}  {:>7.2}    {:>7.2}  {:>7.2}", ms(&one, 50), ms(&one, 95), ms(&all, 50), ms(&all, 95));
}

async fn calls(t: &TestServer, one: &Staff, call: &impl AsyncFn(&TestServer, &Staff)) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let began = Instant::now();
        call(t, one).await;
        times.push(began.elapsed());
    }
    times
}

/// Requests of every kind, two thirds of them free, a tenth late, some waiting for the customer.
async fn seed(t: &TestServer, staff: &[Staff], count: u32) {
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        customers.push(t.a_person().await);
    }
    let (today, calendar) = (t.clock.today(), Calendar::default());
    let lines: Vec<Line> = (0..count)
        .map(|n| {
            let at = usize::try_from(n).unwrap();
            let kind = Kind::ALL[at % Kind::ALL.len()];
            let status = match n % 9 {
                0..6 => Status::Received,
                6 | 7 => Status::InReview,
                _ => Status::WaitingCustomer,
            };
            let deadline_on = calendar.next_business_day(today - Days::new(2) + Days::new(u64::from(n * 7 % 20)));
            Line {
                id: Uuid::now_v7(),
                protocol: Protocol::new(363_461, today - Days::new(u64::from(n / 900_000)), n % 900_000).unwrap().digits(),
                kind,
                customer: customers[at % CUSTOMERS],
                status,
                amount: i64::from(n * 7_919 % 500_000),
                deadline_on,
                warn_on: warns_on(deadline_on, 1, &calendar),
                assignee: (status != Status::Received).then(|| staff[at % staff.len()].id().0),
                area: Area::ALL[at % Area::ALL.len()],
            }
        })
        .collect();
    let now = t.clock.now();
    let mut tx = t.db.write().await.unwrap();
    let write = async {
        rows!(tx, "insert into requests (id, protocol, kind, customer_id, person_id, status, amount, submission, opened_at, deadline_on, assignee_id,
                off_policy, note, clock, warn_on, area)", lines, |line| [
            line.id, line.protocol.as_str(), line.kind.as_str(), line.customer.0, line.customer.0, line.status.as_str(), line.amount, line.id, now,
            line.deadline_on, line.assignee, false, "", line.status.clock().as_str(), line.warn_on, line.area.as_str(),
        ], "");
        Ok::<_, server::Error>(())
    };
    write.await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = t.db.write().await.unwrap();
    sql!(tx, execute: "analyze").unwrap();
    tx.commit().await.unwrap();
}
