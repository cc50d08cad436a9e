use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::StaffId;
use domain::money::Money;
use domain::requests::forms::QuestionForm;
use domain::requests::queue::{Area, Due, Filter, Holder, Priority, ViewForm};
use domain::requests::{Action, Kind, Status};
use server::error::Error;
use server::requests::queue::batch::{self, Batch};
use server::requests::queue::{self, table, views};
use server::requests::{self, What, desk};
use server::sessions::Customer;
use server::testing::TestServer;
use server::texts::Locale;
use server::{on_both_databases, sql};
use uuid::Uuid;

use crate::requests::{problem, submission, told};

async fn ask(t: &TestServer, customer: &Customer) -> String {
    let form = QuestionForm { text: "Quando vence a próxima?".into(), submission: submission() };
    requests::submit_question(t, customer, &form, &[]).await.unwrap().digits()
}

async fn asked(t: &TestServer, customer: &Customer, count: usize) -> Vec<String> {
    let mut protocols = Vec::new();
    for _ in 0..count {
        protocols.push(ask(t, customer).await);
    }
    protocols
}

fn view(name: &str) -> ViewForm {
    ViewForm { name: name.into(), ..ViewForm::default() }
}

fn of(kind: Kind) -> Filter {
    Filter { kind: Some(kind), ..Filter::default() }
}

on_both_databases! {
    async fn twenty_who_take_the_next_at_once_have_twenty_requests(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let protocols = asked(&t, &customer, 22).await;
        let mut staff = Vec::new();
        for _ in 0..20 {
            staff.push(t.staff(Role::Operator).await);
        }
        let everything = Filter::default();
        let taken = futures::future::join_all(staff.iter().map(|one| queue::take_next(&t, one, &everything))).await;
        let taken: Vec<String> = taken.into_iter().map(|one| one.unwrap().unwrap().digits()).collect();
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 20, "no two have the same");
        assert!(taken.iter().all(|one| protocols.contains(one)));
        for (one, protocol) in staff.iter().zip(&taken) {
            assert_eq!(desk::open(&t, one, protocol).await.unwrap().request.status, Status::InReview);
        }
        assert_eq!(queue::count(&t, &staff[0], &Filter { holder: Some(Holder::Nobody), ..Filter::default() }).await.unwrap(), 2);
        for _ in 0..2 {
            assert!(queue::take_next(&t, &staff[0], &everything).await.unwrap().is_some());
        }
        assert_eq!(queue::take_next(&t, &staff[0], &everything).await.unwrap(), None);
        assert_eq!(queue::figures(&t, &staff[0]).await.unwrap().mine, 3);
        t.is_whole().await;
    }

    async fn the_next_is_the_riskiest_of_the_part(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let operator = t.staff(Role::Operator).await;
        let first = ask(&t, &customer).await;
        t.clock.advance(TimeDelta::days(7));
        let second = ask(&t, &customer).await;
        // Of the same deadline: what is urgent first, then the larger amount.
        let third = ask(&t, &customer).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update requests set amount = 500 where protocol = $1", third.as_str()).unwrap();
        tx.commit().await.unwrap();
        let order = |lines: &[queue::Queued]| lines.iter().map(|line| line.protocol.digits()).collect::<Vec<_>>();
        let all = queue::list(&t, &operator, &Filter::default(), None).await.unwrap();
        assert_eq!(order(&all.lines), [first.clone(), third.clone(), second.clone()]);
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update requests set priority = 'high' where protocol = $1", second.as_str()).unwrap();
        tx.commit().await.unwrap();
        let all = queue::list(&t, &operator, &Filter::default(), None).await.unwrap();
        assert_eq!(order(&all.lines), [first.clone(), second.clone(), third.clone()]);
        assert_eq!(all.lines[1].priority, Priority::High);
        assert!(queue::take_next(&t, &operator, &of(Kind::Refund)).await.unwrap().is_none());
        let next = async || queue::take_next(&t, &operator, &of(Kind::Question)).await.unwrap().unwrap().digits();
        assert_eq!([next().await, next().await, next().await], [first.clone(), second, third]);
        // What waits for the customer comes after all that runs.
        desk::ask_more(&t, &operator, &first, &told("Qual?")).await.unwrap();
        assert_eq!(order(&queue::list(&t, &operator, &Filter::default(), None).await.unwrap().lines)[2], first);
        t.is_whole().await;
    }

    async fn the_queue_is_read_page_by_page_without_gap_or_double(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let staff = t.staff(Role::Operator).await;
        let mut expected = asked(&t, &customer, 60).await;
        t.clock.advance(TimeDelta::days(8));
        expected.extend(asked(&t, &customer, 55).await);
        for (filter, length) in [(Filter::default(), 115), (Filter { status: Some(Status::Received), ..Filter::default() }, 115), (Filter { due: Some(Due::Late), ..Filter::default() }, 60)] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = queue::list(&t, &staff, &filter, after).await.unwrap();
                seen.extend(page.lines.iter().map(|line| line.protocol.digits()));
                // What was taken meanwhile moves nothing.
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), length);
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), length);
            assert!(seen.iter().all(|one| expected.contains(one)));
        }
        assert!(matches!(queue::list(&t, &staff, &Filter::default(), Some(Uuid::now_v7().into())).await, Err(Error::NotFound)));
        t.is_whole().await;
    }

    async fn every_filter_narrows(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let supervisor = t.staff(Role::Supervisor).await;
        let colleague = t.staff(Role::Operator).await;
        let protocols = asked(&t, &customer, 4).await;
        desk::claim(&t, &supervisor, &protocols[0]).await.unwrap();
        desk::assign(&t, &supervisor, &protocols[1], colleague.id()).await.unwrap();
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update requests set amount = 15000, area = 'legal' where protocol = $1", protocols[2].as_str()).unwrap();
        tx.commit().await.unwrap();
        let count = async |filter: Filter| queue::count(&t, &supervisor, &filter).await.unwrap();
        assert_eq!(count(Filter::default()).await, 4);
        assert_eq!(count(Filter { holder: Some(Holder::Me), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { holder: Some(Holder::Nobody), ..Filter::default() }).await, 2);
        assert_eq!(count(Filter { holder: Some(Holder::Person(colleague.id())), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { area: Some(Area::Legal), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { area: Some(Area::Service), ..Filter::default() }).await, 3, "questions go there");
        assert_eq!(count(Filter { least: Some(Money::cents(15_000)), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { most: Some(Money::cents(14_999)), ..Filter::default() }).await, 3);
        assert_eq!(count(Filter { status: Some(Status::InReview), ..Filter::default() }).await, 2);
        assert_eq!(count(Filter { due: Some(Due::Late), ..Filter::default() }).await, 0);
        t.clock.advance(TimeDelta::days(60));
        assert_eq!(count(Filter { due: Some(Due::Late), kind: Some(Kind::Question), holder: Some(Holder::Nobody), ..Filter::default() }).await, 2);
        assert_eq!(count(Filter { due: Some(Due::Warned), ..Filter::default() }).await, 4);
        assert_eq!(count(Filter { due: Some(Due::Today), ..Filter::default() }).await, 0);
        t.is_whole().await;
    }

    async fn a_request_is_given_to_a_colleague(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (supervisor, ana, bia) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let protocol = ask(&t, &customer).await;
        assert!(matches!(desk::assign(&t, &ana, &protocol, bia.id()).await, Err(Error::Forbidden)), "of nobody's, only a supervisor");
        desk::assign(&t, &supervisor, &protocol, ana.id()).await.unwrap();
        assert!(matches!(desk::assign(&t, &bia, &protocol, bia.id()).await, Err(Error::Refused("not_assigned_to_you"))));
        desk::assign(&t, &ana, &protocol, bia.id()).await.unwrap();
        assert!(matches!(desk::finish(&t, &ana, &protocol, &told("x")).await, Err(Error::Refused("not_assigned_to_you"))));
        let legal = t.staff(Role::Legal).await;
        for to in [legal.id(), StaffId(Uuid::now_v7())] {
            assert!(matches!(desk::assign(&t, &bia, &protocol, to).await, Err(Error::Refused("cannot_be_assigned"))));
        }
        let seen = desk::open(&t, &bia, &protocol).await.unwrap();
        let given: Vec<_> = seen.history.iter().filter(|moment| moment.what == What::Step(Action::Assign)).collect();
        assert_eq!(given.len(), 2);
        assert!(given.iter().all(|moment| moment.given_to.is_some()));
        assert_eq!(requests::find(&t, &customer, &protocol).await.unwrap().timeline.len(), 1, "that is among staff");
        desk::finish(&t, &bia, &protocol, &told("No dia 10.")).await.unwrap();
        assert!(matches!(desk::assign(&t, &supervisor, &protocol, ana.id()).await, Err(Error::Overtaken("request_closed"))));
        t.is_whole().await;
    }

    async fn several_are_done_each_by_itself(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (supervisor, ana, bia) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let protocols = asked(&t, &customer, 6).await;
        desk::claim(&t, &bia, &protocols[1]).await.unwrap();
        requests::withdraw(&t, &customer, &protocols[4]).await.unwrap();
        // One is named twice, one is with somebody else, one is over.
        let mut named = protocols.clone();
        named.push(protocols[0].clone());
        let outcome = batch::run(&t, &ana, &named, &Batch::Claim).await.unwrap();
        assert_eq!(outcome.done, [0, 2, 3, 5].map(|at| protocols[at].clone()));
        assert_eq!(outcome.taken, [(protocols[1].clone(), bia.name().to_owned())]);
        assert_eq!((outcome.moved, outcome.refused.len()), (vec![protocols[4].clone()], 0));

        let outcome = batch::run(&t, &supervisor, &protocols[..3], &Batch::Assign(bia.id())).await.unwrap();
        assert_eq!(outcome.done.len(), 3);
        assert_eq!(problem(batch::run(&t, &bia, &protocols, &Batch::Refuse(told(" "))).await), ("told".into(), Problem::Missing));
        let outcome = batch::run(&t, &bia, &protocols, &Batch::Refuse(told("Não é possível."))).await.unwrap();
        assert_eq!((outcome.done.len(), outcome.taken.len(), outcome.moved.len()), (3, 2, 1));
        assert_eq!(t.subjects().await.iter().filter(|subject| subject.contains("respondido")).count(), 3, "each customer is told");
        assert_eq!(problem(batch::run(&t, &ana, &[], &Batch::Claim).await), ("protocols".into(), Problem::ChooseOne));
        let many: Vec<String> = (0..101).map(|at| format!("36346120261121{at:06}")).collect();
        assert!(matches!(batch::run(&t, &ana, &many, &Batch::Claim).await, Err(Error::Form(_))));
        t.is_whole().await;
    }

    async fn of_two_batches_at_once_each_request_goes_to_one(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let (ana, bia) = (t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let protocols = asked(&t, &customer, 8).await;
        let (one, other) = futures::future::join(batch::run(&t, &ana, &protocols, &Batch::Claim), batch::run(&t, &bia, &protocols, &Batch::Claim)).await;
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.done.len() + other.done.len(), 8);
        assert_eq!(one.done.iter().filter(|protocol| other.done.contains(protocol)).count(), 0);
        assert_eq!((one.taken.len(), other.taken.len()), (other.done.len(), one.done.len()));
        t.is_whole().await;
    }

    async fn views_are_ones_own_or_shared(t: TestServer) {
        let (supervisor, ana, bia) = (t.staff(Role::Supervisor).await, t.staff(Role::Operator).await, t.staff(Role::Operator).await);
        let customer = t.signed_in(t.a_person().await).await;
        ask(&t, &customer).await;
        let own = views::save(&t, &ana, &ViewForm { default: "1".into(), ..view("Perguntas") }, &of(Kind::Question)).await.unwrap();
        let again = views::save(&t, &ana, &view("Perguntas"), &of(Kind::Slip)).await.unwrap();
        assert_eq!(own, again, "the same name replaces");
        let opening = views::opening(&t, &ana).await.unwrap();
        assert_eq!((opening.views.len(), opening.views[0].count, opening.views[0].filter, opening.default), (1, 0, of(Kind::Slip), Some(own)));
        assert!(views::opening(&t, &bia).await.unwrap().views.is_empty());
        assert!(matches!(views::remove(&t, &bia, own).await, Err(Error::NotFound)));
        assert!(matches!(views::open_with(&t, &bia, Some(own)).await, Err(Error::Form(_))));
        let shared = ViewForm { shared: "1".into(), ..view("Da casa") };
        assert!(matches!(views::save(&t, &ana, &shared, &Filter::default()).await, Err(Error::Forbidden)));
        let house = views::save(&t, &supervisor, &shared, &of(Kind::Question)).await.unwrap();
        views::open_with(&t, &bia, Some(house)).await.unwrap();
        let opening = views::opening(&t, &bia).await.unwrap();
        assert_eq!((opening.default, opening.views[0].count, opening.views[0].removable), (Some(house), 1, false));
        assert!(matches!(views::remove(&t, &bia, house).await, Err(Error::NotFound)));
        views::remove(&t, &supervisor, house).await.unwrap();
        assert_eq!(views::opening(&t, &bia).await.unwrap().default, None);
        views::remove(&t, &ana, own).await.unwrap();
        assert_eq!(problem(views::save(&t, &ana, &view(" "), &Filter::default()).await), ("name".into(), Problem::Missing));
        for at in 0..20 {
            views::save(&t, &ana, &view(&format!("V{at}")), &Filter::default()).await.unwrap();
        }
        assert!(matches!(views::save(&t, &ana, &view("mais"), &Filter::default()).await, Err(Error::Refused("too_many_views"))));
        views::keys(&t, &ana, false).await.unwrap();
        assert!(!views::opening(&t, &ana).await.unwrap().keys);
        assert!(views::opening(&t, &bia).await.unwrap().keys);
        t.is_whole().await;
    }

    async fn a_table_of_the_queue_is_recorded_and_holds_no_formula(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let receivables = t.staff(Role::Receivables).await;
        let protocols = asked(&t, &customer, 3).await;
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "update customers set name = '=1+1' where id = $1", customer.id().0).unwrap();
        tx.commit().await.unwrap();
        let all = table::csv(&t, &receivables, &Filter::default(), &[], Locale::PtBr).await.unwrap();
        assert_eq!(all.lines().count(), 4);
        assert!(all.contains(";'=1+1;") && !all.contains(";=1+1"), "{all}");
        let one = table::csv(&t, &receivables, &Filter::default(), &[protocols[1].parse().unwrap()], Locale::PtBr).await.unwrap();
        assert!(one.lines().count() == 2 && one.contains(&protocols[1]));
        let mut conn = t.db.read().await.unwrap();
        let (taken,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'requests.queue_take'").unwrap();
        assert_eq!(taken, 2);
        drop(conn);
        t.is_whole().await;
    }

    // Each verb of the queue, by each role.
    async fn each_role_does_its_own_part(t: TestServer) {
        let customer = t.signed_in(t.a_person().await).await;
        let to = t.staff(Role::Operator).await.id();
        for role in Role::ALL {
            let staff = t.staff(*role).await;
            let mut protocols = asked(&t, &customer, 4).await;
            let forbidden = |error: Option<&Error>| matches!(error, Some(Error::Forbidden));
            let works = matches!(role, Role::Operator | Role::Receivables | Role::Supervisor);
            let sees = works || *role == Role::Legal;
            let filter = Filter::default();
            assert_eq!(forbidden(queue::list(&t, &staff, &filter, None).await.as_ref().err()), !sees, "list {role}");
            assert_eq!(forbidden(queue::count(&t, &staff, &filter).await.as_ref().err()), !sees, "count {role}");
            assert_eq!(forbidden(queue::figures(&t, &staff).await.as_ref().err()), !sees, "figures {role}");
            assert_eq!(forbidden(queue::colleagues(&t, &staff).await.as_ref().err()), !sees, "colleagues {role}");
            assert_eq!(forbidden(views::opening(&t, &staff).await.as_ref().err()), !sees, "opening {role}");
            assert_eq!(forbidden(views::save(&t, &staff, &view("x"), &filter).await.as_ref().err()), !sees, "save {role}");
            assert_eq!(forbidden(views::open_with(&t, &staff, None).await.as_ref().err()), !sees, "open with {role}");
            assert_eq!(forbidden(views::keys(&t, &staff, true).await.as_ref().err()), !sees, "keys {role}");
            assert_eq!(forbidden(views::remove(&t, &staff, Uuid::now_v7()).await.as_ref().err()), !sees, "remove {role}");
            let shared = ViewForm { shared: "1".into(), ..view(role.as_str()) };
            assert_eq!(forbidden(views::save(&t, &staff, &shared, &filter).await.as_ref().err()), *role != Role::Supervisor, "share {role}");
            assert_eq!(forbidden(queue::take_next(&t, &staff, &filter).await.as_ref().err()), !works, "next {role}");
            let free = protocols.pop().unwrap();
            assert_eq!(forbidden(desk::assign(&t, &staff, &free, to).await.as_ref().err()), *role != Role::Supervisor, "assign {role}");
            let free = vec![protocols.pop().unwrap()];
            assert_eq!(forbidden(batch::run(&t, &staff, &free, &Batch::Claim).await.as_ref().err()), !works, "batch {role}");
            let exports = matches!(role, Role::Receivables | Role::Supervisor);
            assert_eq!(forbidden(table::csv(&t, &staff, &filter, &[], Locale::PtBr).await.as_ref().err()), !exports, "csv {role}");
        }
        t.is_whole().await;
    }
}
