use chrono::Days;
use domain::actors::Role;
use domain::agreements::policy::PlanPolicy;
use domain::agreements::replay::{Outcome, Why};
use domain::flags::FlagForm;
use domain::forms::Problem;
use domain::money::Money;
use domain::policies::{Any, Kind, PolicyForm, WhenForm};
use domain::promises::PromiseForm;
use domain::requests::rules::RulesForm;
use server::error::Error;
use server::policies::drafts::{self, Preview};
use server::policies::previews::authority::Needed;
use server::requests::{desk, rules};
use server::sessions::Staff;
use server::testing::TestServer;
use server::{agreements, creditor, flags, on_both_databases, policies, promises, sql};
use uuid::Uuid;

use crate::agreements::{plan, submit};
use crate::requests::{nothing, submission};

fn when(note: &str) -> WhenForm {
    WhenForm { valid_from: String::new(), note: note.into() }
}

/// The form of the next version as it is shown, and the version it is made from.
async fn form(t: &TestServer, staff: &Staff, kind: Kind) -> (i64, PolicyForm) {
    let room = drafts::see(t, staff, kind).await.unwrap();
    (room.newest, room.next_from.form())
}

async fn propose(t: &TestServer, staff: &Staff, kind: Kind, changes: &[(&str, &str)]) -> Uuid {
    let (base, mut form) = form(t, staff, kind).await;
    for (field, typed) in changes {
        form.put(field, *typed);
    }
    drafts::propose(t, staff, kind, base, &form, &when("Decisão da diretoria")).await.unwrap()
}

async fn plans(t: &TestServer) -> PlanPolicy {
    let mut conn = t.db.read().await.unwrap();
    policies::plans(t, &mut conn).await.unwrap()
}

/// Harder than what holds: eight installments by themselves become three.
const LESS: &[(&str, &str)] = &[("bands.0.automatic.most_installments", "3")];
/// Softer: six become eight.
const MORE: &[(&str, &str)] = &[("bands.0.automatic.most_installments", "8")];

on_both_databases! {
    async fn a_version_is_written_looked_at_and_put_into_force(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        let id = propose(&t, &supervisor, Kind::Plans, LESS).await;
        assert_eq!(plans(&t).await, PlanPolicy::default(), "a draft holds nothing");
        let draft = drafts::draft(&t, &supervisor, Kind::Plans, id).await.unwrap();
        assert_eq!((draft.changes.len(), draft.needs_another, draft.overtaken), (1, false, false));
        assert_eq!(drafts::put_into_force(&t, &supervisor, Kind::Plans, id).await.unwrap(), 1);
        let now = plans(&t).await;
        assert_eq!((now.version.as_str(), now.bands[0].automatic.unwrap().most_installments), ("1", 3));
        let room = drafts::see(&t, &supervisor, Kind::Plans).await.unwrap();
        assert_eq!((room.in_force, room.newest, room.versions.len(), room.drafts.len()), (1, 1, 1, 0));
        let past = &room.versions[0].version;
        assert_eq!((past.note.as_str(), past.approved_by.as_ref()), ("Decisão da diretoria", None));
        assert!(past.made_by.is_some() && past.made_at.is_some());
        // Twice is told, and makes no second version.
        assert!(matches!(drafts::put_into_force(&t, &supervisor, Kind::Plans, id).await, Err(Error::Overtaken(_))));
        assert!(matches!(drafts::draft(&t, &supervisor, Kind::Plans, id).await, Err(Error::NotFound)));
        // An agreement names the version that decided it, and goes on naming it.
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(50_000), 40).await;
        let (simulation, protocol) = submit(&t, &customer, &plan(&[bill], "100,00", 2)).await;
        assert_eq!(simulation.plan.version, "1");
        let again = propose(&t, &supervisor, Kind::Plans, &[("bands.0.automatic.most_installments", "2")]).await;
        drafts::put_into_force(&t, &supervisor, Kind::Plans, again).await.unwrap();
        assert_eq!(agreements::find(&t, &customer, &protocol.digits()).await.unwrap().plan.version, "1");
        let changes = drafts::see(&t, &supervisor, Kind::Plans).await.unwrap().versions[0].changes.clone();
        assert_eq!(changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>(), ["bands.0.automatic.most_installments"]);
        t.is_whole().await;
    }

    async fn what_grants_more_takes_two(t: TestServer) {
        let (one, other) = (t.staff(Role::Supervisor).await, t.staff(Role::Administrator).await);
        let id = propose(&t, &one, Kind::Plans, MORE).await;
        assert!(drafts::draft(&t, &one, Kind::Plans, id).await.unwrap().needs_another);
        assert!(matches!(drafts::put_into_force(&t, &one, Kind::Plans, id).await, Err(Error::Refused("policy_four_eyes"))));
        assert_eq!(plans(&t).await, PlanPolicy::default());
        assert!(!drafts::draft(&t, &other, Kind::Plans, id).await.unwrap().needs_another);
        drafts::put_into_force(&t, &other, Kind::Plans, id).await.unwrap();
        let room = drafts::see(&t, &one, Kind::Plans).await.unwrap();
        assert!(room.versions[0].version.approved_by.is_some());
        // Shorter cooling-off protects less.
        let refunds = propose(&t, &one, Kind::Refunds, &[("cooling_off_hours", "24")]).await;
        assert!(matches!(drafts::put_into_force(&t, &one, Kind::Refunds, refunds).await, Err(Error::Refused("policy_four_eyes"))));
        // What two decided for later one does not bring forward.
        let (base, mut later) = form(&t, &one, Kind::Plans).await;
        later.put("bands.0.automatic.most_installments", "9");
        let from = (t.clock.today() + Days::new(30)).to_string();
        let waiting = WhenForm { valid_from: from, note: "A partir do mês que vem".into() };
        let id = drafts::propose(&t, &one, Kind::Plans, base, &later, &waiting).await.unwrap();
        drafts::put_into_force(&t, &other, Kind::Plans, id).await.unwrap();
        assert_eq!(plans(&t).await.bands[0].automatic.unwrap().most_installments, 8, "not yet");
        let room = drafts::see(&t, &one, Kind::Plans).await.unwrap();
        assert_eq!((room.in_force, room.newest), (1, 2));
        let id = drafts::propose(&t, &one, Kind::Plans, 2, &later, &when("Já")).await.unwrap();
        assert!(matches!(drafts::put_into_force(&t, &one, Kind::Plans, id).await, Err(Error::Refused("policy_four_eyes"))));
        t.is_whole().await;
    }

    async fn of_two_who_write_at_once_one_is_told(t: TestServer) {
        let (one, other) = (t.staff(Role::Supervisor).await, t.staff(Role::Supervisor).await);
        let (base, stale) = form(&t, &one, Kind::Promises).await;
        let mut first = Vec::new();
        for days in ["10", "9", "8", "7"] {
            first.push(propose(&t, &one, Kind::Promises, &[("most_days", days)]).await);
        }
        let both = futures::future::join_all(first.iter().map(|id| drafts::put_into_force(&t, &one, Kind::Promises, *id))).await;
        assert_eq!(both.iter().filter(|one| one.is_ok()).count(), 1);
        assert!(both.iter().filter_map(|one| one.as_ref().err()).all(|error| matches!(error, Error::Overtaken("policy_changed"))), "{both:?}");
        // A form that was opened before is told as well; a draft of before says so.
        let mut typed = stale;
        typed.put("most_days", "5");
        let late = drafts::propose(&t, &other, Kind::Promises, base, &typed, &when("x")).await;
        assert!(matches!(late, Err(Error::Overtaken("policy_changed"))));
        let waiting = drafts::see(&t, &other, Kind::Promises).await.unwrap().drafts;
        assert_eq!(waiting.len(), 3);
        assert!(drafts::draft(&t, &other, Kind::Promises, waiting[0].id).await.unwrap().overtaken);
        drafts::drop_draft(&t, &other, Kind::Promises, waiting[0].id).await.unwrap();
        assert!(matches!(drafts::drop_draft(&t, &other, Kind::Promises, waiting[0].id).await, Err(Error::Overtaken(_))));
        assert!(matches!(drafts::draft(&t, &other, Kind::Plans, waiting[1].id).await, Err(Error::NotFound)), "a draft of another policy");
        t.is_whole().await;
    }

    async fn what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        let (base, form) = form(&t, &supervisor, Kind::Plans).await;
        let refused = async |field: &str, typed: &str, when: WhenForm| {
            let mut form = form.clone();
            form.put(field, typed);
            match drafts::propose(&t, &supervisor, Kind::Plans, base, &form, &when).await {
                Err(Error::Form(errors)) => errors.into_iter().map(|error| (error.field.into_owned(), error.problem)).collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            }
        };
        let mut form_with_rate = form.clone();
        form_with_rate.put("interest_rate", "1");
        form_with_rate.put("interest", "price");
        let unlawful = drafts::propose(&t, &supervisor, Kind::Plans, base, &form_with_rate, &when("x")).await;
        assert_eq!(crate::requests::problem(unlawful), ("interest".into(), Problem::Compounds));
        let yesterday = WhenForm { valid_from: (t.clock.today() - Days::new(1)).to_string(), note: String::new() };
        let both = refused("least_installment", "-1", yesterday).await;
        assert_eq!(both.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["least_installment", "valid_from", "note"]);
        let same = drafts::propose(&t, &supervisor, Kind::Plans, base, &form, &when("x")).await;
        assert!(matches!(same, Err(Error::Refused("policy_unchanged"))));
        assert!(drafts::see(&t, &supervisor, Kind::Plans).await.unwrap().drafts.is_empty());
        t.is_whole().await;
    }

    async fn everybody_of_staff_looks_and_two_roles_change(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        let id = propose(&t, &supervisor, Kind::Plans, LESS).await;
        for role in Role::ALL {
            let staff = t.staff(*role).await;
            let keeps = matches!(role, Role::Supervisor | Role::Administrator);
            let room = drafts::see(&t, &staff, Kind::Plans).await.unwrap();
            assert_eq!((room.may_change, room.drafts.len()), (keeps, usize::from(keeps)), "{role}");
            let forbidden = |error: Option<Error>| matches!(error, Some(Error::Forbidden));
            let empty = PolicyForm::default();
            assert_eq!(forbidden(drafts::propose(&t, &staff, Kind::Plans, 0, &empty, &when("x")).await.err()), !keeps, "{role}");
            assert_eq!(forbidden(drafts::draft(&t, &staff, Kind::Plans, id).await.err()), !keeps, "{role}");
            assert_eq!(forbidden(drafts::preview_file(&t, &staff, Kind::Plans, id, 90).await.err()), !keeps, "{role}");
            assert_eq!(forbidden(drafts::put_into_force(&t, &staff, Kind::Plans, Uuid::nil()).await.err()), !keeps, "{role}");
            assert_eq!(forbidden(drafts::drop_draft(&t, &staff, Kind::Plans, Uuid::nil()).await.err()), !keeps, "{role}");
        }
        t.is_whole().await;
    }

    async fn a_draft_is_held_against_what_was_asked_and_who_is_late(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        // Two installments: at once by either. Five: at once now, by a person by the draft. Twelve: by a person by both.
        for count in [2, 5, 8] {
            let customer = t.signed_in(t.a_person().await).await;
            let bill = t.a_bill(customer.id(), Money::cents(50_000), 40).await;
            submit(&t, &customer, &plan(&[bill], "100,00", count)).await;
        }
        // Late, and without a plan: one for whom there is something, one who owes too little, one whom a flag leaves to persons.
        let late = [(60_000, 10), (5_000, 10), (60_000, 10)];
        let mut last = None;
        for (cents, days) in late {
            let customer = t.a_person().await;
            t.a_bill(customer, Money::cents(cents), days).await;
            last = Some(customer);
        }
        let flag = FlagForm { flag: "deceased".into(), reason: "Certidão recebida".into(), ..FlagForm::default() };
        flags::set(&t, &supervisor, last.unwrap(), &flag).await.unwrap();
        let id = propose(&t, &supervisor, Kind::Plans, LESS).await;
        let (draft, Preview::Plans(preview)) = drafts::preview(&t, &supervisor, Kind::Plans, id, 90).await.unwrap() else { panic!() };
        assert_eq!(draft.changes.len(), 1);
        assert_eq!((preview.requests, preview.capped), (3, false));
        let counts = |sums: &policies::previews::plans::Sums| [Outcome::AtOnce, Outcome::ByAPerson, Outcome::Refused].map(|one| sums.of(one).0);
        assert_eq!(counts(&preview.now), [2, 1, 0]);
        assert_eq!(counts(&preview.draft), [1, 2, 0]);
        assert_eq!(preview.draft.why, [(Why::Installments, 2)].into());
        let [changed] = &preview.changed[..] else { panic!("{:?}", preview.changed) };
        assert_eq!((changed.now.outcome, changed.draft.outcome), (Outcome::AtOnce, Outcome::ByAPerson));
        // What a plan's request said about itself, this says again: the present policy gives what was decided.
        let mut conn = t.db.read().await.unwrap();
        let (off,) = sql!(conn, one (i64,): "select count(*) from requests where kind = 'plan' and off_policy").unwrap();
        drop(conn);
        assert_eq!(preview.now.of(Outcome::ByAPerson).0, usize::try_from(off).unwrap());
        assert_eq!(preview.now.outcomes.values().map(|(_, sum)| *sum).sum::<Money>(), preview.draft.outcomes.values().map(|(_, sum)| *sum).sum());
        // The plan of eight waits for a person, and its bill is late meanwhile; those granted at once took their bills in.
        assert_eq!(preview.late_now.of(Outcome::AtOnce).0, 1);
        assert!(preview.late_now.of(Outcome::AtOnce).1 > Money::cents(60_000));
        assert_eq!(preview.late_now.why.get(&Why::TotalTooSmall), Some(&1));
        assert_eq!(preview.late_now.why.get(&Why::Flagged), Some(&1));
        drafts::preview_file(&t, &supervisor, Kind::Plans, id, 90).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        let (told,) = sql!(conn, one (i64,): "select count(*) from audit_events where action = 'policies.export'").unwrap();
        assert_eq!(told, 1);
        drop(conn);
        t.is_whole().await;
    }

    async fn promises_and_levels_are_held_against_the_past(t: TestServer) {
        let supervisor = t.staff(Role::Supervisor).await;
        let today = t.clock.today();
        for ahead in [3, 12] {
            let customer = t.signed_in(t.a_person().await).await;
            let bill = t.a_bill(customer.id(), Money::cents(20_000), 5).await;
            let form = PromiseForm { bills: vec![bill.to_string()], on: (today + Days::new(ahead)).to_string(), amount: String::new(), submission: submission() };
            promises::make(&t, &customer, &form).await.unwrap();
        }
        let id = propose(&t, &supervisor, Kind::Promises, &[("most_days", "5"), ("least", "300,00")]).await;
        let (_, Preview::Promises(preview)) = drafts::preview(&t, &supervisor, Kind::Promises, id, 30).await.unwrap() else { panic!() };
        assert_eq!((preview.promises, preview.now.refused.0, preview.draft.refused.0), (2, 0, 1));
        assert_eq!(preview.changed.len(), 1);

        // A plan of R$ 500,00 beyond the policy, approved by a supervisor whose level the draft takes below it.
        let customer = t.signed_in(t.a_person().await).await;
        let bill = t.a_bill(customer.id(), Money::cents(50_000), 40).await;
        let (_, protocol) = submit(&t, &customer, &plan(&[bill], "100,00", 8)).await;
        let ana = t.staff(Role::Operator).await;
        desk::claim(&t, &ana, &protocol.digits()).await.unwrap();
        desk::prepare(&t, &ana, &protocol.digits(), &nothing()).await.unwrap();
        desk::approve(&t, &supervisor, &protocol.digits(), &nothing()).await.unwrap();
        let administrator = t.staff(Role::Administrator).await;
        let rules = rules::see(&t, &administrator).await.unwrap();
        let mut form = RulesForm::authority(&rules.policy, |money| money.to_string());
        let unchanged = rules::preview(&t, &administrator, &form, 90).await.unwrap();
        assert_eq!((unchanged.decisions, unchanged.draft.len()), (1, 0));
        for role in ["operator", "receivables", "supervisor"] {
            form.put(&format!("limit.plan.{role}"), "100,00");
        }
        let preview = rules::preview(&t, &administrator, &form, 90).await.unwrap();
        assert_eq!((preview.now.len(), preview.draft), (0, [(Needed::Higher, 1)].into()));
        assert!(matches!(rules::preview(&t, &supervisor, &form, 90).await, Err(Error::Forbidden)));
        t.is_whole().await;
    }

    async fn the_file_leaves_what_a_screen_put(t: TestServer) {
        const EXAMPLE: &str = include_str!("../examples/creditor.toml");
        let file = creditor::read(EXAMPLE).unwrap();
        assert_eq!(creditor::put(&t, &file, &[]).await.unwrap(), []);
        let supervisor = t.staff(Role::Supervisor).await;
        let id = propose(&t, &supervisor, Kind::Plans, LESS).await;
        drafts::put_into_force(&t, &supervisor, Kind::Plans, id).await.unwrap();
        let left = creditor::put(&t, &file, &[]).await.unwrap();
        assert_eq!(left.iter().map(|left| (left.kind, left.version)).collect::<Vec<_>>(), [("plans", 2)]);
        assert_eq!(plans(&t).await.bands[0].automatic.unwrap().most_installments, 3);
        // Said so, the file's is put, as a version more; and from then on it is the file's again.
        assert_eq!(creditor::put(&t, &file, &["plans".to_owned()]).await.unwrap(), []);
        assert_eq!(plans(&t).await.version, "2026-1");
        assert_eq!(creditor::put(&t, &file, &[]).await.unwrap(), []);
        let versions = drafts::see(&t, &supervisor, Kind::Plans).await.unwrap().versions;
        assert_eq!(versions.iter().map(|past| (past.version.version, past.version.made_by.is_some())).collect::<Vec<_>>(), [(3, false), (2, true), (1, false)]);
        t.is_whole().await;
    }
}

#[test]
fn each_policy_is_kept_as_it_reads() {
    for kind in Kind::ALL {
        let policy = Any::default_of(*kind);
        assert_eq!(policy.read(&policy.form()), Ok(policy));
    }
}
