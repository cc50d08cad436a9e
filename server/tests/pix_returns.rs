use std::time::Duration;

use chrono::TimeDelta;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::{BillId, EntryId};
use domain::money::Money;
use domain::pix::returns::{Failure, State};
use domain::refunds::{OrderStatus, RefundForm, Way};
use domain::requests::{Action, Status};
use pix_simulator::{Fault, Running};
use server::error::Error;
use server::pix::{self, returns};
use server::reconciliation::{GivenBack, allocate, approve_giving_back, give_back, list, send_back};
use server::requests::{self, Detail, What, desk};
use server::sessions::Customer;
use server::testing::TestServer;
use server::{Server, on_both_databases, papers, refunds, sql};

use crate::papers::text;
use crate::pix::{called, with_provider};
use crate::refunds::{approve, compensation, to_account};
use crate::requests::{nothing, problem, submission, told};

const FULL: i64 = 52_347;

/// A bill paid twice by Pix, the second time through a charge that was paid again.
struct Twice {
    t: TestServer,
    provider: Running,
    customer: Customer,
    bill: BillId,
    /// The Pix that was one too many.
    pix: String,
    credit: EntryId,
}

async fn twice(t: TestServer) -> Twice {
    let (t, provider) = with_provider(t).await;
    let person = t.a_person().await;
    let bill = t.a_bill(person, Money::cents(FULL), 0).await;
    let customer = t.signed_in(person).await;
    let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
    let first = provider.simulator.pay(&charge.txid, FULL, true).unwrap();
    called(&t, &[&first]).await.unwrap();
    let pix = provider.simulator.pay(&charge.txid, FULL, true).unwrap();
    called(&t, &[&pix]).await.unwrap();
    let credit = refunds::credits(&t, &customer).await.unwrap().offers[0].credit.entry;
    Twice { t, provider, customer, bill, pix, credit }
}

pub(crate) fn to_origin(credit: EntryId) -> RefundForm {
    RefundForm { credit: credit.to_string(), submission: submission(), way: "origin".into(), ..RefundForm::default() }
}

impl Twice {
    async fn asked(&self) -> String {
        crate::refunds::submit(&self.t, &self.customer, &to_origin(self.credit)).await.unwrap().digits()
    }

    async fn order(&self, protocol: &str) -> (Status, OrderStatus, Option<returns::Return>) {
        let view = requests::find(&self.t, &self.customer, protocol).await.unwrap();
        let Detail::Refund { order, back, .. } = view.detail else { panic!() };
        (view.status, order, back.map(|back| *back))
    }

    /// The balance of the bill and of the customer; that the ledger is whole; and what the provider says went back, which is what we say.
    async fn stands(&self, cents: i64) {
        assert_eq!(self.t.bill_now(self.bill).await.0, Money::cents(cents));
        assert_eq!(self.t.owed(self.customer.id()).await, Money::cents(cents));
        let done: i64 = self
            .provider
            .simulator
            .returns(&self.pix)
            .iter()
            .filter(|(_, _, status)| *status == "DEVOLVIDO")
            .map(|(_, cents, _)| cents)
            .sum();
        let mut conn = self.t.db.read().await.unwrap();
        let (returned,) = sql!(conn, one (i64,): "select returned from pix_payments where end_to_end_id = $1", self.pix.as_str()).unwrap();
        drop(conn);
        assert_eq!(returned, done);
        self.t.is_whole().await;
    }

    /// What the paper of payments says was paid, all together.
    async fn on_paper(&self) -> String {
        let today = self.t.clock.today();
        let words = text(&papers::payments::statement(&self.t, &self.customer, today, today).await.unwrap());
        words.lines().find_map(|line| line.strip_prefix("Total ")).unwrap().to_owned()
    }

    async fn kinds(&self) -> Vec<(String, i64)> {
        let mut conn = self.t.db.read().await.unwrap();
        sql!(conn, all (String, i64): "select kind, amount from entries where bill_id = $1 order by id", self.bill.0).unwrap()
    }
}

on_both_databases! {
    async fn a_duplicate_goes_back_where_it_came_from(t: TestServer) {
        let it = twice(t).await;
        let offer = refunds::credits(&it.t, &it.customer).await.unwrap().offers.remove(0);
        let origin = offer.origin.unwrap();
        assert_eq!((origin.pix.as_str(), origin.left), (it.pix.as_str(), Money::cents(FULL)));
        it.stands(-FULL).await;
        let protocol = it.asked().await;
        let mut conn = it.t.db.read().await.unwrap();
        let (way, to) = sql!(conn, one (String, Option<String>): "select way, destination_sealed from refunds").unwrap();
        drop(conn);
        assert_eq!((way.as_str(), to), (Way::Origin.as_str(), None), "no account is asked for");
        approve(&it.t, &protocol).await;
        // Ordered, and not yet told: the refund is in the ledger, the bank knows nothing.
        assert_eq!(it.order(&protocol).await.1, OrderStatus::Approved);
        it.stands(0).await;
        assert!(it.provider.simulator.returns(&it.pix).is_empty());
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        let (status, order, back) = it.order(&protocol).await;
        let back = back.unwrap();
        assert_eq!((status, order, back.state, back.amount), (Status::Done, OrderStatus::Paid, State::Done, Money::cents(FULL)));
        let given = it.provider.simulator.returns(&it.pix);
        assert_eq!(given, [(back.id.clone(), FULL, "DEVOLVIDO")]);
        assert!(back.transfer.is_some_and(|transfer| transfer.starts_with('D')) && back.ended_at.is_some());
        it.stands(0).await;
        // The webhook and the list tell of it too: the refund covers it already.
        called(&it.t, &[&it.pix, &it.pix]).await.unwrap();
        it.t.clock.advance(TimeDelta::minutes(1));
        pix::read_list(&it.t).await.unwrap();
        it.stands(0).await;
        assert_eq!(it.kinds().await, [("charge".into(), FULL), ("payment".into(), -FULL), ("payment".into(), -FULL), ("refund".into(), FULL)]);
        assert_eq!(it.t.subjects().await.iter().filter(|subject| subject.contains("concluído")).count(), 1, "and the customer is told once");
        assert_eq!((returns::send(&it.t).await.unwrap(), it.provider.simulator.calls("PUT /pix")), (0, 1));
        assert!(refunds::credits(&it.t, &it.customer).await.unwrap().offers.is_empty());
    }

    async fn the_webhook_is_faster_than_the_answer(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        // The provider does it, and its answer is lost: whoever called is told to come again.
        for _ in 0..3 {
            it.provider.simulator.fail("PUT /pix", Fault::AnswerLost);
        }
        assert_eq!(returns::send(&it.t).await.unwrap(), 0);
        assert_eq!(it.order(&protocol).await.0, Status::Approved);
        called(&it.t, &[&it.pix]).await.unwrap();
        assert_eq!(it.order(&protocol).await.0, Status::Done, "the portal's own order is recognised by its id");
        it.stands(0).await;
        it.t.clock.advance(TimeDelta::minutes(5));
        assert_eq!(returns::send(&it.t).await.unwrap(), 0);
        assert_eq!(it.provider.simulator.returns(&it.pix).len(), 1, "the same id is the same return");
        assert_eq!(it.kinds().await.len(), 4);
    }

    async fn the_provider_is_away_and_comes_back(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        for _ in 0..6 {
            it.provider.simulator.fail("PUT /pix", Fault::Unavailable);
        }
        assert_eq!(returns::send(&it.t).await.unwrap(), 0);
        assert_eq!(returns::send(&it.t).await.unwrap(), 0, "not at once again");
        assert_eq!(it.order(&protocol).await.2.unwrap().attempts, 1);
        it.t.clock.advance(TimeDelta::seconds(16));
        assert_eq!(returns::send(&it.t).await.unwrap(), 0);
        it.stands(0).await;
        it.t.clock.advance(TimeDelta::minutes(2));
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        assert_eq!(it.order(&protocol).await.0, Status::Done);
        it.stands(0).await;
    }

    async fn somebody_dies_between_order_and_answer(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        it.provider.simulator.fail("PUT /pix", Fault::Slow(Duration::from_millis(400)));
        let sent = returns::send(&it.t);
        assert!(tokio::time::timeout(Duration::from_millis(250), sent).await.is_err(), "whoever sent it is gone");
        it.t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(it.provider.simulator.returns(&it.pix).len(), 1);
        assert_eq!(it.order(&protocol).await.0, Status::Done);
        it.stands(0).await;
    }

    async fn it_takes_a_while(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        let (_, bia) = approve(&it.t, &protocol).await;
        it.provider.simulator.next_return("EM_PROCESSAMENTO");
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        let (status, order, back) = it.order(&protocol).await;
        assert_eq!((status, order, back.unwrap().state), (Status::Approved, OrderStatus::Exported, State::UnderWay));
        // Staff cannot say that it is paid, nor put it into a file.
        assert!(matches!(desk::finish(&it.t, &bia, &protocol, &nothing()).await, Err(Error::Refused("refund_not_returned"))));
        assert!(matches!(refunds::export(&it.t, &bia, None).await, Err(Error::NotFound)));
        assert_eq!(refunds::orders(&it.t, &bia).await.unwrap()[0].way, Way::Origin);
        it.t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        assert_eq!(it.order(&protocol).await.0, Status::Approved);
        // While it is under way, nothing of this Pix can go back again.
        let mut conn = it.t.db.read().await.unwrap();
        let (open,) = sql!(conn, one (i64,): "select count(*) from pix_returns where state = 'under_way'").unwrap();
        drop(conn);
        assert_eq!(open, 1);
        it.provider.simulator.end_returns("DEVOLVIDO");
        it.t.clock.advance(TimeDelta::minutes(10));
        // Two processes, and the webhook at the same moment.
        let other = Server::open((*it.t.config).clone()).await.unwrap();
        let ids = [it.pix.as_str()];
        let (one, two, three) = tokio::join!(returns::send(&it.t), returns::send(&other), called(&it.t, &ids));
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
        assert_eq!(it.order(&protocol).await.0, Status::Done);
        assert_eq!(it.t.subjects().await.iter().filter(|subject| subject.contains("concluído")).count(), 1);
        it.stands(0).await;
    }

    async fn the_provider_cannot_and_staff_tries_again(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        let (ana, bia) = approve(&it.t, &protocol).await;
        it.provider.simulator.next_return("NAO_REALIZADO");
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        let (status, order, back) = it.order(&protocol).await;
        let back = back.unwrap();
        assert_eq!((status, order, back.state), (Status::InReview, OrderStatus::Returned, State::Failed));
        assert_eq!((back.failure(), back.said.as_deref()), (Some(Failure::NotCarriedOut), Some("A conta de quem pagou foi encerrada.")));
        it.stands(-FULL).await;
        assert_eq!(it.on_paper().await, "R$ 1.046,94", "what did not go back was not given back");
        assert!(it.t.subjects().await.iter().any(|subject| subject.contains("não foi concluída")), "the customer is told");
        let view = desk::open(&it.t, &ana, &protocol).await.unwrap();
        assert_eq!(view.history.last().unwrap().what, What::Step(Action::Fail));
        // The credit is asked for still: it is not offered twice.
        let offers = refunds::credits(&it.t, &it.customer).await.unwrap().offers;
        assert_eq!(offers[0].asked.map(|protocol| protocol.digits()), Some(protocol.clone()));
        assert_eq!(
            problem(crate::refunds::submit(&it.t, &it.customer, &to_account(&it.t, &it.customer, it.credit).await).await),
            ("credit".into(), Problem::NoLongerPossible)
        );
        // Two persons anew, and another order.
        assert!(matches!(desk::approve(&it.t, &ana, &protocol, &nothing()).await, Err(Error::Refused("needs_four_eyes"))));
        desk::prepare(&it.t, &ana, &protocol, &nothing()).await.unwrap();
        assert!(matches!(desk::approve(&it.t, &ana, &protocol, &nothing()).await, Err(Error::Refused("prepared_by_you") | Error::Forbidden)));
        desk::approve(&it.t, &bia, &protocol, &nothing()).await.unwrap();
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        assert_eq!(it.order(&protocol).await.0, Status::Done);
        assert_eq!(it.provider.simulator.returns(&it.pix).iter().map(|(_, _, status)| *status).collect::<Vec<_>>(), ["NAO_REALIZADO", "DEVOLVIDO"]);
        it.stands(0).await;
        assert_eq!(it.on_paper().await, "R$ 523,47");
        let sums: Vec<i64> = it.kinds().await[3..].iter().map(|(_, cents)| *cents).collect();
        assert_eq!(sums, [FULL, -FULL, FULL]);
    }

    async fn the_provider_cannot_and_the_customer_gives_an_account(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        let (ana, bia) = approve(&it.t, &protocol).await;
        it.provider.simulator.next_return("NAO_REALIZADO");
        returns::send(&it.t).await.unwrap();
        let form = RefundForm { request: protocol.clone(), ..to_account(&it.t, &it.customer, it.credit).await };
        assert!(matches!(crate::refunds::submit(&it.t, &it.customer, &form).await, Err(Error::Overtaken(_))), "not before it is asked for");
        desk::ask_more(&it.t, &ana, &protocol, &told("Para qual conta devolvemos?")).await.unwrap();
        let other = it.t.signed_in(it.t.a_person().await).await;
        assert_eq!(problem(crate::refunds::submit(&it.t, &other, &form).await), ("credit".into(), Problem::Unknown));
        let wrong = RefundForm { holder_tax_id: "111.444.777-35".into(), ..form.clone() };
        assert_eq!(problem(crate::refunds::submit(&it.t, &it.customer, &wrong).await), ("holder_tax_id".into(), Problem::NotTheHolder));
        refunds::check(&it.t, &it.customer, &form).await.unwrap();
        for _ in 0..2 {
            assert_eq!(crate::refunds::submit(&it.t, &it.customer, &form).await.unwrap().digits(), protocol);
        }
        let (status, order, _) = it.order(&protocol).await;
        assert_eq!((status, order), (Status::InReview, OrderStatus::Returned));
        desk::prepare(&it.t, &ana, &protocol, &nothing()).await.unwrap();
        desk::approve(&it.t, &bia, &protocol, &nothing()).await.unwrap();
        let file = refunds::export(&it.t, &bia, None).await.unwrap();
        assert!(file.csv.contains("210169") && file.orders == 1);
        desk::finish(&it.t, &bia, &protocol, &nothing()).await.unwrap();
        it.stands(0).await;
        assert_eq!(it.order(&protocol).await.1, OrderStatus::Paid);
    }

    async fn the_provider_does_not_take_it(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        // In the bank's own program somebody has given it back at this very moment.
        it.provider.simulator.give_back(&it.pix, FULL).unwrap();
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        let (status, order, back) = it.order(&protocol).await;
        assert_eq!((status, order, back.unwrap().failure()), (Status::InReview, OrderStatus::Returned, Some(Failure::NotTaken)));
        called(&it.t, &[&it.pix]).await.unwrap();
        // Given back once: the payment is undone, the refund too.
        it.stands(0).await;
        assert!(refunds::credits(&it.t, &it.customer).await.unwrap().offers.is_empty());
    }

    async fn given_back_at_the_bank_before_the_provider_is_told(t: TestServer) {
        // The other order of events: the portal learns of the bank's own return first.
        let it = twice(t).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        it.provider.simulator.give_back(&it.pix, FULL).unwrap();
        called(&it.t, &[&it.pix]).await.unwrap();
        assert_eq!(it.t.bill_now(it.bill).await.0, Money::cents(FULL), "until the order ends, the refund stands beside what went back");
        assert_eq!(returns::send(&it.t).await.unwrap(), 1);
        assert_eq!(it.order(&protocol).await.1, OrderStatus::Returned);
        it.stands(0).await;
    }

    async fn approved_here_and_given_back_at_the_bank_at_one_moment(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        let (ana, bia) = (it.t.staff(Role::Operator).await, it.t.staff(Role::Supervisor).await);
        desk::claim(&it.t, &ana, &protocol).await.unwrap();
        desk::prepare(&it.t, &ana, &protocol, &nothing()).await.unwrap();
        it.provider.simulator.give_back(&it.pix, FULL).unwrap();
        let other = Server::open((*it.t.config).clone()).await.unwrap();
        let (words, ids) = (nothing(), [it.pix.as_str()]);
        let (approved, told) = tokio::join!(desk::approve(&it.t, &bia, &protocol, &words), called(&other, &ids));
        told.unwrap();
        assert!(matches!(approved, Ok(()) | Err(Error::Refused("pix_return_over") | Error::Overtaken("credit_gone"))), "{approved:?}");
        returns::send(&it.t).await.unwrap();
        it.stands(0).await;
        assert_eq!(it.provider.simulator.returns(&it.pix).len(), 1, "whoever was first, it went back once");
        assert!(refunds::credits(&it.t, &it.customer).await.unwrap().offers.is_empty());
    }

    async fn parts_of_a_pix(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let person = t.a_person().await;
        let bill = t.a_bill(person, Money::cents(10_000), 0).await;
        let customer = t.signed_in(person).await;
        let charge = pix::ask(&t, &customer, &[bill]).await.unwrap();
        let pix = provider.simulator.pay(&charge.txid, 15_000, true).unwrap();
        called(&t, &[&pix]).await.unwrap();
        let credit = refunds::credits(&t, &customer).await.unwrap().offers[0].credit.entry;
        let it = Twice { t, provider, customer, bill, pix, credit };
        it.stands(-5_000).await;
        let protocol = it.asked().await;
        approve(&it.t, &protocol).await;
        returns::send(&it.t).await.unwrap();
        assert_eq!(it.order(&protocol).await.0, Status::Done);
        it.stands(0).await;
        // Later the rest, in the bank's own program: then nothing of it is here, and the whole bill is open, once.
        it.provider.simulator.give_back(&it.pix, 4_000).unwrap();
        called(&it.t, &[&it.pix]).await.unwrap();
        it.stands(4_000).await;
        assert_eq!(it.on_paper().await, "R$ 60,00");
        it.provider.simulator.give_back(&it.pix, 6_000).unwrap();
        called(&it.t, &[&it.pix]).await.unwrap();
        called(&it.t, &[&it.pix]).await.unwrap();
        it.stands(10_000).await;
        assert_eq!(it.t.bill_now(it.bill).await.1, "open");
    }

    async fn only_what_came_by_pix_and_in_time(t: TestServer) {
        let it = twice(t).await;
        // By boleto, of somebody else, or twice at once.
        let (_, boleto) = crate::refunds::a_duplicate(&it.t, &it.customer, 1_000).await;
        assert_eq!(problem(crate::refunds::submit(&it.t, &it.customer, &to_origin(boleto)).await), ("way".into(), Problem::NoLongerPossible));
        assert_eq!(problem(refunds::check(&it.t, &it.customer, &to_origin(boleto)).await), ("way".into(), Problem::NoLongerPossible));
        let other = it.t.signed_in(it.t.a_person().await).await;
        assert_eq!(problem(crate::refunds::submit(&it.t, &other, &to_origin(it.credit)).await), ("credit".into(), Problem::Unknown));
        let forms = [to_origin(it.credit), to_origin(it.credit), compensation(it.credit, None), to_account(&it.t, &it.customer, it.credit).await];
        it.t.a_bill(it.customer.id(), Money::cents(100_000), -3).await;
        let rivals = futures::future::join_all(forms.iter().map(|form| crate::refunds::submit(&it.t, &it.customer, form))).await;
        assert_eq!(rivals.iter().filter(|one| one.is_ok()).count(), 1);
        let won = rivals.into_iter().find_map(Result::ok).unwrap();
        requests::withdraw(&it.t, &it.customer, &won.digits()).await.unwrap();
        let protocol = it.asked().await;
        // Ninety days pass before somebody approves.
        it.t.clock.advance(TimeDelta::days(91));
        let (ana, bia) = (it.t.staff(Role::Operator).await, it.t.staff(Role::Supervisor).await);
        desk::claim(&it.t, &ana, &protocol).await.unwrap();
        desk::prepare(&it.t, &ana, &protocol, &nothing()).await.unwrap();
        assert!(matches!(desk::approve(&it.t, &bia, &protocol, &nothing()).await, Err(Error::Refused("pix_return_over"))));
        assert!(refunds::credits(&it.t, &it.customer).await.unwrap().offers[0].origin.is_none());
        assert_eq!((it.t.count("pix_returns").await, it.order(&protocol).await.0), (0, Status::Prepared), "nothing half-done");
    }

    async fn who_may_approve(t: TestServer) {
        let it = twice(t).await;
        let protocol = it.asked().await;
        let (ana, cida, dora) = (it.t.staff(Role::Operator).await, it.t.staff(Role::Receivables).await, it.t.staff(Role::Legal).await);
        desk::claim(&it.t, &cida, &protocol).await.unwrap();
        assert!(matches!(desk::approve(&it.t, &cida, &protocol, &nothing()).await, Err(Error::Refused("needs_four_eyes"))));
        desk::prepare(&it.t, &cida, &protocol, &nothing()).await.unwrap();
        assert!(matches!(desk::approve(&it.t, &cida, &protocol, &nothing()).await, Err(Error::Refused("prepared_by_you"))));
        assert!(matches!(desk::approve(&it.t, &dora, &protocol, &nothing()).await, Err(Error::Forbidden)));
        assert!(matches!(desk::approve(&it.t, &ana, &protocol, &nothing()).await, Err(Error::Forbidden)));
        assert_eq!(it.t.count("pix_returns").await, 0);
        // Two who approve at once order once.
        let (eva, fio) = (it.t.staff(Role::Supervisor).await, it.t.staff(Role::Supervisor).await);
        let words = nothing();
        let (one, two) = tokio::join!(desk::approve(&it.t, &eva, &protocol, &words), desk::approve(&it.t, &fio, &protocol, &words));
        assert!(one.is_ok() != two.is_ok());
        assert_eq!(it.t.count("pix_returns").await, 1);
        returns::send(&it.t).await.unwrap();
        it.stands(0).await;
    }

    async fn money_of_nobody_goes_back(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let (small, large) = (provider.simulator.pay_key(None, 1_000), provider.simulator.pay_key(None, 150_000));
        called(&t, &[&small, &large]).await.unwrap();
        let (cida, dora, ana) = (t.staff(Role::Receivables).await, t.staff(Role::Supervisor).await, t.staff(Role::Operator).await);
        let waiting = list(&t, &cida, 1).await.unwrap();
        let of = |cents: i64| waiting.iter().find(|money| money.amount == Money::cents(cents)).unwrap().id;
        let (little, much) = (of(1_000), of(150_000));
        assert!(matches!(give_back(&t, &ana, little, "Ninguém conhece.").await, Err(Error::Forbidden)));
        assert!(matches!(give_back(&t, &cida, little, " ").await, Err(Error::Form(errors)) if errors[0].problem == Problem::Missing));
        assert!(matches!(give_back(&t, &cida, uuid::Uuid::now_v7(), "Ninguém conhece.").await, Err(Error::NotFound)));
        assert_eq!(give_back(&t, &cida, little, "Ninguém conhece.").await.unwrap(), GivenBack::Ordered);
        assert!(matches!(give_back(&t, &cida, little, "Ninguém conhece.").await, Err(Error::Overtaken(_))));
        // From the limit on another person agrees.
        assert_eq!(give_back(&t, &cida, much, "Ninguém conhece.").await.unwrap(), GivenBack::Prepared);
        assert!(matches!(approve_giving_back(&t, &cida, much).await, Err(Error::Refused("prepared_by_you"))));
        assert!(matches!(approve_giving_back(&t, &ana, much).await, Err(Error::Forbidden)));
        send_back(&t, &dora, much).await.unwrap();
        assert!(matches!(approve_giving_back(&t, &dora, much).await, Err(Error::Overtaken(_))));
        give_back(&t, &cida, much, "Ninguém conhece mesmo.").await.unwrap();
        approve_giving_back(&t, &dora, much).await.unwrap();
        provider.simulator.next_return("DEVOLVIDO");
        provider.simulator.next_return("NAO_REALIZADO");
        assert_eq!(returns::send(&t).await.unwrap(), 2);
        assert_eq!(provider.simulator.returns(&small)[0].2, "DEVOLVIDO");
        // What did not go back waits again, and says why.
        let waiting = list(&t, &cida, 1).await.unwrap();
        assert_eq!(waiting.len(), 1);
        let back = waiting[0].back.clone().unwrap();
        assert_eq!((waiting[0].id, back.state, back.failure()), (much, State::Failed, Some(Failure::NotCarriedOut)));
        assert_eq!(waiting[0].origin.as_ref().map(|origin| origin.left), Some(Money::cents(150_000)));
        give_back(&t, &dora, much, "De novo.").await.unwrap();
        approve_giving_back(&t, &t.staff(Role::Supervisor).await, much).await.unwrap();
        assert_eq!(returns::send(&t).await.unwrap(), 1);
        called(&t, &[&small, &large]).await.unwrap();
        assert!(list(&t, &cida, 1).await.unwrap().is_empty());
        assert_eq!(t.count("entries").await, 0);
        t.is_whole().await;
    }

    async fn given_back_or_laid_on_a_bill_never_both(t: TestServer) {
        let (t, provider) = with_provider(t).await;
        let bill = t.a_bill(t.a_person().await, Money::cents(FULL), -3).await;
        for _ in 0..4 {
            let id = provider.simulator.pay_key(None, 2_000);
            called(&t, &[&id]).await.unwrap();
            let (cida, dora) = (t.staff(Role::Receivables).await, t.staff(Role::Receivables).await);
            let money = list(&t, &cida, 1).await.unwrap()[0].id;
            let other = Server::open((*t.config).clone()).await.unwrap();
            let (back, laid) = tokio::join!(give_back(&t, &cida, money, "Ninguém conhece."), allocate(&other, &dora, money, bill, "É desta."));
            assert!(back.is_ok() != laid.is_ok(), "{back:?} {laid:?}");
            returns::send(&t).await.unwrap();
            assert_eq!(provider.simulator.returns(&id).len(), usize::from(back.is_ok()));
        }
        t.is_whole().await;
    }
}
