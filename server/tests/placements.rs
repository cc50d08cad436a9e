use chrono::{Days, TimeDelta};
use domain::activities::Outcome;
use domain::actors::Role;
use domain::disputes::DisputeForm;
use domain::flags::{Flag, FlagForm};
use domain::forms::Problem;
use domain::ids::{BillId, CustomerId};
use domain::money::Money;
use domain::placements::{AgencyForm, BillState, End, LeftOut, PlacementForm, Refused, ResultForm, State};
use domain::promises::PromiseForm;
use server::error::Error;
use server::exports::Cell;
use server::placements::agencies::{self, Which};
use server::placements::{self, results};
use server::sessions::Staff;
use server::testing::TestServer;
use server::{activities, customers, disputes, flags, on_both_databases, promises, sql};
use uuid::Uuid;

use crate::reconciliation::{File, a_title, apply};
use crate::requests::{problem, submission};

pub(crate) async fn an_agency(t: &TestServer, boss: &Staff, kind: &str) -> Uuid {
    let name = format!("Assessoria {}", Uuid::now_v7());
    let form = AgencyForm {
        name: name.clone(),
        kind: kind.into(),
        email: "contato@example.org".into(),
        phone: "41 3333-0000".into(),
        submission: submission(),
    };
    agencies::add(t, boss, &form).await.unwrap();
    agencies::add(t, boss, &form).await.unwrap();
    let all = agencies::list(t, boss).await.unwrap();
    let mut fitting = all.iter().filter(|one| one.name == name);
    let id = fitting.next().unwrap().id;
    assert!(fitting.next().is_none(), "the same form twice is one");
    id
}

fn by_age(agency: Uuid, days: u32, least: &str) -> PlacementForm {
    PlacementForm {
        agency: agency.to_string(),
        days: days.to_string(),
        least: least.into(),
        submission: submission(),
        ..PlacementForm::default()
    }
}

pub(crate) fn of(agency: Uuid, customer: CustomerId, bills: &[BillId]) -> PlacementForm {
    PlacementForm {
        agency: agency.to_string(),
        customer: customer.to_string(),
        bills: bills.iter().map(ToString::to_string).collect(),
        submission: submission(),
        ..PlacementForm::default()
    }
}

pub(crate) async fn placed(t: &TestServer, by: &Staff, form: &PlacementForm) -> Uuid {
    let id = placements::prepare(t, by, form).await.unwrap();
    placements::confirm(t, by, id).await.unwrap();
    id
}

async fn number(t: &TestServer, bill: BillId) -> String {
    let mut conn = t.db.read().await.unwrap();
    sql!(conn, one (String,): "select number from bills where id = $1", bill.0).unwrap().0
}

/// Where a bill stands in the hand-over it was last in.
async fn stands(t: &TestServer, boss: &Staff, customer: CustomerId, bill: BillId) -> Option<(BillState, Option<End>)> {
    let picture = customers::picture(t, boss, customer).await.unwrap();
    picture.placements.iter().find(|one| one.bill == bill).map(|one| (one.state, one.end()))
}

on_both_databases! {
    async fn an_agency_is_said_anew(t: TestServer) {
        let boss = t.staff(Role::Administrator).await;
        let (one, other) = (an_agency(&t, &boss, "agency").await, an_agency(&t, &boss, "law_office").await);
        let all = agencies::list(&t, &boss).await.unwrap();
        let taken = all.iter().find(|agency| agency.id == other).unwrap().name.clone();
        let form = |name: &str| AgencyForm {
            name: name.into(),
            kind: "law_office".into(),
            email: "novo@example.org".into(),
            phone: String::new(),
            submission: submission(),
        };
        let operator = t.staff(Role::Operator).await;
        assert!(matches!(agencies::change(&t, &operator, one, &form("Nova")).await, Err(Error::Forbidden)));
        assert!(matches!(agencies::change(&t, &boss, Uuid::now_v7(), &form("Nova")).await, Err(Error::NotFound)));
        assert_eq!(problem(agencies::change(&t, &boss, one, &form(&taken.to_uppercase())).await), ("name".into(), Problem::AlreadyThere));
        assert_eq!(problem(agencies::change(&t, &boss, one, &form("")).await), ("name".into(), Problem::Missing));
        for name in ["Nova", "Nova", "NOVA"] {
            agencies::change(&t, &boss, one, &form(name)).await.unwrap();
        }
        let all = agencies::list(&t, &boss).await.unwrap();
        let changed = all.iter().find(|agency| agency.id == one).unwrap();
        assert_eq!((changed.name.as_str(), changed.email.as_str(), &changed.phone), ("NOVA", "novo@example.org", &None));
        agencies::retire(&t, &boss, one).await.unwrap();
        assert!(matches!(agencies::change(&t, &boss, one, &form("Outra")).await, Err(Error::Overtaken("agency_moved"))));
        t.is_whole().await;
    }

    async fn what_may_go_goes_and_the_rest_is_told_with_its_reason(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let (ana, bia, caio, davi) = (t.a_person().await, t.a_person().await, t.a_person().await, t.a_person().await);
        let late = t.a_bill(ana, Money::cents(50_000), 95).await;
        let young = t.a_bill(ana, Money::cents(50_000), 40).await;
        let promised = t.a_bill(ana, Money::cents(40_000), 94).await;
        let hers = t.a_bill(bia, Money::cents(30_000), 100).await;
        let flagged = t.a_bill(caio, Money::cents(30_000), 100).await;
        let small = t.a_bill(davi, Money::cents(1_000), 100).await;
        let customer = t.signed_in(bia).await;
        disputes::submit(&t, &customer, &DisputeForm { bill: hers.to_string(), reason: "amount".into(), text: "Valor errado".into(), submission: submission() }, &[]).await.unwrap();
        let customer = t.signed_in(ana).await;
        let promise = PromiseForm { bills: vec![promised.to_string()], on: (t.clock.today() + Days::new(3)).to_string(), amount: String::new(), submission: submission() };
        promises::make(&t, &customer, &promise).await.unwrap();
        flags::set(&t, &boss, caio, &FlagForm { flag: "deceased".into(), reason: "Certidão".into(), ..FlagForm::default() }).await.unwrap();

        let form = by_age(agency, 90, "20,00");
        let id = placements::prepare(&t, &boss, &form).await.unwrap();
        assert_eq!(placements::prepare(&t, &boss, &form).await.unwrap(), id);
        assert_eq!(t.count("placements").await, 1);
        let opened = placements::find(&t, &boss, id).await.unwrap();
        let one = &opened.placement;
        assert_eq!((one.state, one.bills, one.customers, one.amount), (State::Waiting, 1, 1, Money::cents(50_000)));
        let mut left: Vec<_> = opened.left_out.clone();
        left.sort();
        let mut expected = vec![
            (number(&t, promised).await, LeftOut::Promised),
            (number(&t, hers).await, LeftOut::Disputed),
            (number(&t, flagged).await, LeftOut::Deceased),
            (number(&t, small).await, LeftOut::TooLittle),
        ];
        expected.sort();
        assert_eq!(left, expected);
        assert_eq!(stands(&t, &boss, ana, late).await, None, "nothing is out before it is confirmed");
        placements::confirm(&t, &boss, id).await.unwrap();
        assert_eq!(stands(&t, &boss, ana, late).await, Some((BillState::Placed, None)));
        assert_eq!(stands(&t, &boss, ana, young).await, None);
        assert!(matches!(placements::confirm(&t, &boss, id).await, Err(Error::Overtaken("placement_moved"))));
        assert!(matches!(placements::discard(&t, &boss, id).await, Err(Error::Overtaken("placement_moved"))));

        // Lawyers take what an estate owes.
        let lawyers = an_agency(&t, &boss, "law_office").await;
        placed(&t, &boss, &of(lawyers, caio, &[flagged])).await;
        assert_eq!(stands(&t, &boss, caio, flagged).await, Some((BillState::Placed, None)));
        // What is out goes to nobody else.
        let again = placements::prepare(&t, &boss, &of(lawyers, ana, &[late])).await.unwrap();
        let opened = placements::find(&t, &boss, again).await.unwrap();
        assert_eq!((opened.left_out, opened.confirm), (vec![(number(&t, late).await, LeftOut::AlreadyPlaced)], Err("placement_empty")));
        assert!(matches!(placements::confirm(&t, &boss, again).await, Err(Error::Refused("placement_empty"))));
        t.is_whole().await;
    }

    async fn the_customer_knows_who_speaks_and_pays_here_all_the_same(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let ana = t.a_person().await;
        let (late, _, mut title) = a_title(&t, ana, 30).await;
        // More than fine and interest come to: what is left over is hers.
        title.paid = 60_000;
        let customer = t.signed_in(ana).await;
        placed(&t, &boss, &of(agency, ana, &[late])).await;
        let told = placements::told(&t, &customer).await.unwrap();
        assert_eq!((told.len(), told[0].bills, told[0].phone.as_deref()), (1, 1, Some("41 3333-0000")));
        assert!(t.subjects().await.iter().any(|subject| subject.contains("Quem cuida")));
        // The agency reminds, and not we: that is a flag nobody has to set or lift.
        let held = flags::see(&t, &boss, ana).await.unwrap();
        assert!(held.settings.is_empty() && !held.may_set.contains(&Flag::Agency));
        assert!(activities::see(&t, &boss, ana).await.unwrap().by_post);
        apply(&t, &File::of(&t, 1, vec![title])).await.unwrap();
        assert_eq!(stands(&t, &boss, ana, late).await, Some((BillState::Closed, Some(End::Settled))), "the bank's word brings it back");
        assert!(placements::told(&t, &customer).await.unwrap().is_empty());
        assert!(!activities::see(&t, &boss, ana).await.unwrap().by_post);
        t.is_whole().await;
    }

    async fn a_dispute_brings_its_bill_back_and_only_it(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let ana = t.a_person().await;
        let (one, two) = (t.a_bill(ana, Money::cents(50_000), 60).await, t.a_bill(ana, Money::cents(50_000), 30).await);
        placed(&t, &boss, &of(agency, ana, &[one, two])).await;
        let customer = t.signed_in(ana).await;
        disputes::submit(&t, &customer, &DisputeForm { bill: one.to_string(), reason: "amount".into(), text: "Valor errado".into(), submission: submission() }, &[]).await.unwrap();
        assert_eq!(stands(&t, &boss, ana, one).await, Some((BillState::Returned, Some(End::Disputed))));
        assert_eq!(stands(&t, &boss, ana, two).await, Some((BillState::Placed, None)));
        t.a_payment(ana, two, Money::cents(20_000), None).await;
        assert_eq!(stands(&t, &boss, ana, two).await, Some((BillState::Placed, None)), "a part is not the whole");
        t.a_payment(ana, two, Money::cents(30_000), None).await;
        assert_eq!(stands(&t, &boss, ana, two).await, Some((BillState::Closed, Some(End::Settled))));
    }

    async fn beyond_ones_level_a_second_person_confirms_and_what_was_paid_meanwhile_stays(t: TestServer) {
        let (boss, clerk, colleague) = (t.staff(Role::Supervisor).await, t.staff(Role::Receivables).await, t.staff(Role::Receivables).await);
        let agency = an_agency(&t, &boss, "agency").await;
        let ana = t.a_person().await;
        let (one, two) = (t.a_bill(ana, Money::cents(150_000), 60).await, t.a_bill(ana, Money::cents(150_000), 30).await);
        let id = placements::prepare(&t, &clerk, &of(agency, ana, &[one, two])).await.unwrap();
        assert!(matches!(placements::confirm(&t, &clerk, id).await, Err(Error::Refused("placement_four_eyes"))));
        assert!(matches!(placements::confirm(&t, &colleague, id).await, Err(Error::Refused("placement_level"))));
        t.a_payment(ana, one, Money::cents(150_000), None).await;
        placements::confirm(&t, &boss, id).await.unwrap();
        let opened = placements::find(&t, &clerk, id).await.unwrap();
        assert_eq!((opened.placement.bills, opened.placement.amount), (1, Money::cents(150_000)));
        let kept = opened.bills.iter().find(|bill| bill.bill == one).unwrap();
        assert_eq!((kept.state, kept.left_out()), (BillState::LeftOut, Some(LeftOut::Settled)));
        assert_eq!(stands(&t, &boss, ana, two).await, Some((BillState::Placed, None)));
        // Within one's level one person is enough.
        let small = t.a_bill(ana, Money::cents(10_000), 30).await;
        placed(&t, &clerk, &of(agency, ana, &[small])).await;
    }

    async fn of_two_who_hand_over_one_bill_at_once_one_does(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let (first, second) = (an_agency(&t, &boss, "agency").await, an_agency(&t, &boss, "law_office").await);
        let ana = t.a_person().await;
        let late = t.a_bill(ana, Money::cents(50_000), 60).await;
        let one = placements::prepare(&t, &boss, &of(first, ana, &[late])).await.unwrap();
        let two = placements::prepare(&t, &boss, &of(second, ana, &[late])).await.unwrap();
        let (a, b) = tokio::join!(placements::confirm(&t, &boss, one), placements::confirm(&t, &boss, two));
        assert!(a.is_ok() && b.is_ok(), "both are decided: {a:?} {b:?}");
        let out = [one, two].map(|id| placements::find(&t, &boss, id));
        let [a, b] = out;
        let (a, b) = (a.await.unwrap(), b.await.unwrap());
        assert_eq!(a.placement.bills + b.placement.bills, 1, "and the bill is with one of them");
    }

    async fn what_is_out_comes_back_in_one_act(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let (one, two) = (t.a_bill(ana, Money::cents(50_000), 60).await, t.a_bill(ana, Money::cents(50_000), 30).await);
        let hers = t.a_bill(bia, Money::cents(50_000), 60).await;
        placed(&t, &boss, &of(agency, ana, &[one, two])).await;
        placed(&t, &boss, &of(agency, bia, &[hers])).await;
        let opened = agencies::find(&t, &boss, agency).await.unwrap();
        assert_eq!((opened.agency.bills, opened.agency.customers, opened.agency.open), (3, 2, Money::cents(150_000)));
        let place = opened.bills.iter().find(|bill| bill.bill == one).unwrap().id;
        assert_eq!(problem(agencies::recall(&t, &boss, Which::Bill(place), " ").await), ("reason".into(), Problem::Missing));
        assert_eq!(agencies::recall(&t, &boss, Which::Bill(place), "Acordo por telefone").await.unwrap(), 1);
        assert!(matches!(agencies::recall(&t, &boss, Which::Bill(place), "De novo").await, Err(Error::Overtaken("nothing_to_recall"))));
        assert!(matches!(agencies::retire(&t, &boss, agency).await, Err(Error::Refused("agency_has_bills"))));
        assert_eq!(agencies::recall(&t, &boss, Which::Customer(ana), "Reclamação").await.unwrap(), 1);
        assert_eq!(agencies::recall(&t, &boss, Which::Agency(agency), "Fim do contrato").await.unwrap(), 1);
        agencies::retire(&t, &boss, agency).await.unwrap();
        assert_eq!(stands(&t, &boss, ana, one).await, Some((BillState::Recalled, Some(End::Recalled))));
        assert_eq!(problem(placements::prepare(&t, &boss, &of(agency, ana, &[one])).await), ("agency".into(), Problem::Unknown));
        // What came back may go again.
        let other = an_agency(&t, &boss, "agency").await;
        placed(&t, &boss, &of(other, ana, &[one])).await;
        t.is_whole().await;
    }

    async fn an_agencys_file_becomes_activities_and_settles_nothing(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let (agency, other) = (an_agency(&t, &boss, "agency").await, an_agency(&t, &boss, "agency").await);
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let (one, hers) = (t.a_bill(ana, Money::cents(50_000), 60).await, t.a_bill(bia, Money::cents(50_000), 60).await);
        placed(&t, &boss, &of(agency, ana, &[one])).await;
        placed(&t, &boss, &of(other, bia, &[hers])).await;
        let (today, soon) = (t.clock.today(), t.clock.today() + Days::new(5));
        let (mine, theirs, before) = (number(&t, one).await, number(&t, hers).await, today - TimeDelta::days(1));
        let file = format!(
            "\u{feff}bill;on;channel;code;promised_on;note\r\n{mine};{today};phone;paid_claimed;;=HYPERLINK(\"x\")\r\n{mine};{today};phone;promise;{soon};Ligou\r\n\
             {mine};{today};phone;promise;{soon};Ligou\r\n{theirs};{today};phone;contacted;;\r\n999;{today};phone;contacted;;\r\n\
             {mine};{before};phone;contacted;;\r\n{mine};{today};pombo;contacted;;\r\n{mine};{soon};phone;contacted;;\r\n{mine};{today};phone;promise;;\r\n"
        );
        let report = results::take(&t, &boss, agency, file.as_bytes()).await.unwrap();
        assert_eq!((report.taken, report.known), (2, 0));
        let why: Vec<_> = report.refused.iter().map(|(line, _, why)| (*line, *why)).collect();
        assert_eq!(
            why,
            [(4, Refused::Repeated), (5, Refused::NotPlaced), (6, Refused::UnknownBill), (7, Refused::NotPlaced), (8, Refused::Channel), (9, Refused::Day), (10, Refused::PromisedDay)]
        );
        let again = results::take(&t, &boss, agency, file.as_bytes()).await.unwrap();
        assert_eq!((again.taken, again.known), (0, 2), "the same file again changes nothing");
        let seen = activities::see(&t, &boss, ana).await.unwrap().activities;
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|one| one.by.starts_with("Assessoria")));
        assert!(seen.iter().any(|one| one.outcome == Outcome::ClaimedPaid) && seen.iter().any(|one| one.next_on == Some(soon)));
        assert_eq!(t.bill_now(one).await, (Money::cents(50_000), "open".into()), "what an agency claims settles nothing");
        assert!(activities::see(&t, &boss, bia).await.unwrap().activities.is_empty());

        let typed = ResultForm { bill: theirs.clone(), on: today.to_string(), channel: "phone".into(), code: "refusal".into(), ..ResultForm::default() };
        assert_eq!(problem(results::take_one(&t, &boss, agency, &typed).await), ("bill".into(), Problem::NoLongerPossible));
        results::take_one(&t, &boss, other, &typed).await.unwrap();
        assert_eq!(activities::see(&t, &boss, bia).await.unwrap().activities[0].outcome, Outcome::Refused);
        for bad in ["", "a;b\n1;2\n", "\0\0"] {
            assert!(results::take(&t, &boss, agency, bad.as_bytes()).await.is_err());
        }
        t.is_whole().await;
    }

    async fn the_list_says_what_is_needed_and_is_told(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let ana = t.a_person().await;
        t.named(ana, "=cmd|' /C calc'!A0").await;
        let late = t.a_bill(ana, Money::cents(50_000), 60).await;
        placed(&t, &boss, &of(agency, ana, &[late])).await;
        let sheet = agencies::take_list(&t, &boss, agency).await.unwrap();
        assert_eq!(sheet.columns.len(), 11);
        assert!(!sheet.columns.iter().any(|column| column.contains("plan") || column.contains("address")));
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0][9], Cell::Cents(50_000));
        assert!(matches!(sheet.rows[0][10], Cell::Cents(cents) if cents > 50_000), "with what paying late adds");
        let text = String::from_utf8(server::exports::csv(&sheet).unwrap()).unwrap();
        assert!(text.contains("'=cmd"), "no name is a formula");
        let mut conn = t.db.read().await.unwrap();
        let (taken,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'placements.take_list'").unwrap();
        assert_eq!(taken, 1);
    }

    async fn nobody_else_hands_over(t: TestServer) {
        let boss = t.staff(Role::Supervisor).await;
        let agency = an_agency(&t, &boss, "agency").await;
        let (ana, bia) = (t.a_person().await, t.a_person().await);
        let late = t.a_bill(ana, Money::cents(50_000), 60).await;
        assert_eq!(problem(placements::prepare(&t, &boss, &of(agency, bia, &[late])).await), ("bills".into(), Problem::Unknown), "somebody else's");
        for role in [Role::Operator, Role::Administrator] {
            let staff = t.staff(role).await;
            assert!(matches!(placements::prepare(&t, &staff, &of(agency, ana, &[late])).await, Err(Error::Forbidden)));
            assert!(matches!(placements::list(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(agencies::take_list(&t, &staff, agency).await, Err(Error::Forbidden)));
            assert!(matches!(agencies::recall(&t, &staff, Which::Agency(agency), "x").await, Err(Error::Forbidden)));
        }
        for role in [Role::Operator, Role::Receivables, Role::Legal] {
            let staff = t.staff(role).await;
            assert!(matches!(agencies::add(&t, &staff, &AgencyForm::default()).await, Err(Error::Forbidden)));
        }
        let keeper = t.staff(Role::Administrator).await;
        an_agency(&t, &keeper, "in_house_legal").await;
        assert!(matches!(agencies::find(&t, &keeper, agency).await, Err(Error::Forbidden)), "whoever keeps them sees no customer");
    }
}
